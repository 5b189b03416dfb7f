"""The bytes of a FIT workout file to the Workout that they say, ours or somebody else's.

Types, numbers and units are those of Garmin's FIT profile, version 21.218. Where the profile gives a
target's numbers no unit, they are kept as they stand and called so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_garmin import profile
from backtrack_garmin.fit import DamagedFile, check_whole
from backtrack_garmin.foreign import (
    DEEPEST,
    DISTANCE,
    LAP,
    MOST_STEPS,
    SPEED,
    TIME,
    End,
    ForeignRepeat,
    ForeignStep,
    ForeignWorkout,
    Target,
    not_speed,
    plain,
)
from backtrack_garmin.importing import understand
from backtrack_plugins import Loss, Problem, UnreadableInput, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backtrack_garmin.foreign import ForeignPart
    from backtrack_plugins import Imported

PLUGIN = "garmin-fit"

WORKOUT_SESSION = profile.WORKOUT_SESSION.number

_ACTIVITY = 4
_FILE_TYPES = {_ACTIVITY: "an activity", 5: "a workout", 6: "a course", 7: "a schedule"}
"""Some of what a file_id's type can say (FIT profile, type ``file``)."""

INDEX_MASK = 0x0FFF
"""The bits of a message_index that count; the others are flags (FIT profile, type ``message_index``)."""

FIELDS = {
    profile.FILE_ID.number: {0: "type"},
    profile.WORKOUT.number: {
        4: "sport",
        8: "wkt_name",
        11: "sub_sport",
        17: "wkt_description",
    },
    WORKOUT_SESSION: {0: "sport", 1: "sub_sport", 2: "num_valid_steps", 3: "first_step_index"},
    profile.WORKOUT_STEP.number: {
        254: "message_index",
        0: "wkt_step_name",
        1: "duration_type",
        2: "duration_value",
        3: "target_type",
        4: "target_value",
        5: "custom_target_value_low",
        6: "custom_target_value_high",
        7: "intensity",
        8: "notes",
        9: "equipment",
        10: "exercise_category",
        11: "exercise_name",
        12: "exercise_weight",
        19: "secondary_target_type",
        20: "secondary_target_value",
        21: "secondary_custom_target_value_low",
        22: "secondary_custom_target_value_high",
    },
}
"""The fields that are read: by number of message and field."""

_WRITTEN = {
    kind.number: frozenset(field.number for field in kind.fields)
    for kind in (profile.FILE_ID, profile.WORKOUT, profile.WORKOUT_STEP)
}
"""The fields that a file of ours may have."""

_TEXTS = {"wkt_name", "wkt_description", "wkt_step_name", "notes"}


class _Ends(NamedTuple):
    """What a duration_type says: in words, what its number is divided by or offset with, and its unit."""

    kind: str
    per: float = 1
    unit: str = ""


_HEART_RATE = "bpm"
_POWER = "W"

ENDS = {
    0: _Ends(TIME, 1000),
    1: _Ends(DISTANCE, 100),
    2: _Ends("heart rate below", unit=_HEART_RATE),
    3: _Ends("heart rate above", unit=_HEART_RATE),
    4: _Ends("calories", unit="kcal"),
    5: _Ends(LAP),
    14: _Ends("power below", unit=_POWER),
    15: _Ends("power above", unit=_POWER),
    16: _Ends("training stress score"),
    19: _Ends("power over 3 s below", unit=_POWER),
    20: _Ends("power over 10 s below", unit=_POWER),
    21: _Ends("power over 30 s below", unit=_POWER),
    22: _Ends("power over 3 s above", unit=_POWER),
    23: _Ends("power over 10 s above", unit=_POWER),
    24: _Ends("power over 30 s above", unit=_POWER),
    25: _Ends("power of the lap below", unit=_POWER),
    26: _Ends("power of the lap above", unit=_POWER),
    28: _Ends(TIME, 1000),
    29: _Ends("repetitions"),
    31: _Ends(TIME, 1000),
}
"""What ends a step, by duration_type."""

REPEATS = {
    7: _Ends(TIME, 1000),
    8: _Ends(DISTANCE, 100),
    9: _Ends("calories", unit="kcal"),
    10: _Ends("heart rate below", unit=_HEART_RATE),
    11: _Ends("heart rate above", unit=_HEART_RATE),
    12: _Ends("power below", unit=_POWER),
    13: _Ends("power above", unit=_POWER),
    17: _Ends("power of the last lap below", unit=_POWER),
    18: _Ends("highest power of the last lap below", unit=_POWER),
    27: _Ends("training stress score"),
}
"""What ends a repeat that is not counted, by duration_type."""

TARGETS = {
    0: SPEED,
    1: "heart rate",
    3: "cadence",
    4: "power",
    5: "grade",
    6: "resistance",
    7: "power over 3 s",
    8: "power over 10 s",
    9: "power over 30 s",
    10: "power of the lap",
    11: "swim stroke",
    12: "speed of the lap",
    13: "heart rate of the lap",
}
"""What a target_type asks for; 2 asks for nothing."""

_WITH_ZONES = {0, 1, 3, 4}
"""Target types whose target_value is a zone, and whose custom values have a unit."""

_NO_UNIT = "(the file gives no unit)"

INTENSITIES = {0: "", 1: "rest", 2: "warm-up", 3: "cool-down", 4: "recovery", 5: "", 6: "other"}
"""What kind of step it is; an active one and an interval are plain ones."""

_EQUIPMENT = {1: "fins", 2: "kickboard", 3: "paddles", 4: "pull buoy", 5: "snorkel"}

RUNNING, WALKING, HIKING, GENERIC, MULTISPORT = 1, 11, 17, 0, 18
_TREADMILL, _INDOOR_WALKING = 1, 27

_SPORTS = {
    2: "cycling",
    3: "transition",
    4: "fitness equipment",
    5: "swimming",
    10: "training",
    12: "cross-country skiing",
    13: "alpine skiing",
    15: "rowing",
    16: "mountaineering",
    MULTISPORT: "multisport",
    21: "e-biking",
    31: "rock climbing",
    35: "snowshoeing",
    41: "kayaking",
    47: "boxing",
    62: "HIIT",
    84: "jump rope",
    86: "mobility",
}
_SUB_SPORTS = {
    2: "street",
    3: "trail",
    4: "track",
    15: "elliptical",
    16: "stair climbing",
    20: "strength training",
    26: "cardio training",
    43: "yoga",
    44: "pilates",
    124: "rucking",
}
_ON_A_TREADMILL = {GENERIC, _TREADMILL, _INDOOR_WALKING, 45}

_Values = dict[str, Any]


def from_fit(data: bytes, name: str) -> Imported:
    """Read the bytes of a FIT workout file.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when the file is damaged, no workout, or one of another sport than running and
            walking.
        InvalidWorkout: when steps or repeats of it cannot be; each problem names the message of the file.
    """
    return read_whole(data, name).imported


class WholeFile(NamedTuple):
    """A FIT workout file, and what it was understood to say.

    Attributes:
        imported: What it says.
        places: Of each step of the Workout, in order, the number of its workout_step, from 0.
        messages: The values of the messages that are read, in the order of the file, by number of message.
        numbered: Whether its steps say their numbers; else they are as they stand.
    """

    imported: Imported
    places: tuple[int, ...]
    messages: Mapping[int, Sequence[Mapping[str, Any]]]
    numbered: bool

    @property
    def steps(self) -> list[Mapping[str, Any]]:
        """The workout_step messages by their numbers."""
        return sorted(self.messages[profile.WORKOUT_STEP.number], key=place_of)


def read_whole(data: bytes, name: str) -> WholeFile:
    """As `from_fit`, and tell where in the file each step stands."""
    found, only_known = _contents(data, name)
    in_file = found[profile.WORKOUT_STEP.number]
    numbered = any("message_index" in step for step in in_file)
    if not numbered:
        for place, step in enumerate(in_file):
            step["message_index"] = place
    steps = sorted(in_file, key=place_of)
    _check_kind((found[profile.FILE_ID.number] or [{}])[0], steps, name)
    workout = (found[profile.WORKOUT.number] or [{}])[0]
    walked, losses = _walked(workout, found[WORKOUT_SESSION], len(steps), name)
    parts, problems = _tree(steps, walked, name)
    foreign = ForeignWorkout(
        name=workout.get("wkt_name"),
        description=workout.get("wkt_description") or "",
        steps=parts,
        losses=losses,
        problems=problems,
    )
    imported, places = understand(foreign, name, plugin=PLUGIN, description="workout.wkt_description")
    if imported.complete and not only_known:
        imported = msgspec.structs.replace(imported, complete=False)
    numbers = tuple(int(place.partition("[")[2].removesuffix("]")) for place in places)
    return WholeFile(imported, numbers, found, numbered)


def _contents(data: bytes, name: str) -> tuple[dict[int, list[_Values]], bool]:
    """The values of the messages that are read, by number of message; and whether we write no others."""
    found: dict[int, list[_Values]] = {number: [] for number in FIELDS}
    only_known = True
    try:
        check_whole(data)
        for number, values in _messages(data):
            fields = FIELDS.get(number)
            if fields is not None:
                found[number].append(_named(fields, values))
            only_known = only_known and values.keys() <= _WRITTEN.get(number, frozenset())
    except DamagedFile as error:
        raise UnreadableInput(
            f"{name}: a damaged FIT file: {error}. Copy or download it again; nothing was read."
        ) from None
    return found, only_known


def _messages(data: bytes) -> Iterator[tuple[int, dict[int, Any]]]:
    """Number of each message, and its raw values by field number."""
    import fitdecode  # type: ignore[import-untyped]  # here, since exporting need not spend its 20 ms

    raising = {
        "check_crc": fitdecode.CrcCheck.RAISE,
        "error_handling": fitdecode.ErrorHandling.RAISE,
        "processor": None,
    }
    try:
        with fitdecode.FitReader(data, **raising) as reader:
            for frame in reader:
                if isinstance(frame, fitdecode.FitDataMessage):
                    yield frame.global_mesg_num, _raw_values(frame)
    except Exception as error:
        # Not only FitError: some files trip over its asserts, others over struct.
        raise DamagedFile(str(error) or "its records do not fit together") from error


def _raw_values(frame: Any) -> dict[int, Any]:
    fields = [field for field in frame.fields if field.field_def is not None and not field.field_def.is_dev]
    return {field.field_def.def_num: field.raw_value for field in fields}


def _named(fields: Mapping[int, str], values: Mapping[int, Any]) -> _Values:
    """The values that are what their field should hold: a file may declare any type it likes."""
    return {
        name: values[number]
        for number, name in fields.items()
        if isinstance(values.get(number), str if name in _TEXTS else int)
    }


def place_of(step: Mapping[str, Any]) -> int:
    """The number that a workout_step gives itself."""
    place: int = step.get("message_index", 0) & INDEX_MASK
    return place


def _check_kind(file_id: _Values, steps: Sequence[_Values], name: str) -> None:
    kind = file_id.get("type")
    if kind != profile.FILE_WORKOUT:
        said = _FILE_TYPES.get(kind or 0, "something else")
        done = " What was done in an activity says: backtrack review FILE" if kind == _ACTIVITY else ""
        raise UnreadableInput(
            f"{name}: this FIT file is {said}, not a workout. Give the .fit file of a workout.{done}"
        )
    if not 1 <= len(steps) <= MOST_STEPS:
        raise UnreadableInput(
            f"{name}: this FIT workout has {len(steps)} steps; 1 to {MOST_STEPS} can be read."
        )
    if [place_of(step) for step in steps] != list(range(len(steps))):
        raise UnreadableInput(f"{name}: the steps of this FIT file are not numbered one after the other.")


def _walked(
    workout: _Values, sessions: Sequence[_Values], count: int, name: str
) -> tuple[list[bool], tuple[Loss, ...]]:
    """Whether each step is walked, and what is lost of the sports."""
    spans = [(workout, 0, count)]
    if sessions:
        spans = [
            (session, session.get("first_step_index", 0), session.get("num_valid_steps", count))
            for session in sessions
        ]
        if workout.get("sport", MULTISPORT) != MULTISPORT:
            spans.insert(0, (workout, 0, count))
    refused = dict.fromkeys(filter(None, (_other_sport(span[0]) for span in spans)))
    if refused:
        raise UnreadableInput(
            f"{name}: a workout for {', '.join(refused)}. Only running and walking can be read; nothing was."
            f"{not_speed(refused)}"
        )
    walked = [False] * count
    losses: dict[Loss, None] = {}
    for values, first, steps in spans:
        sport, sub_sport = values.get("sport", GENERIC), values.get("sub_sport", GENERIC)
        walks = sport in {WALKING, HIKING} or sub_sport == _INDOOR_WALKING
        walked[first : first + steps] = [walks] * len(walked[first : first + steps])
        if sport == GENERIC:
            losses[Loss(what="sport", instead="assumed to be running: the file names none")] = None
        if sub_sport not in _ON_A_TREADMILL:
            said = _SUB_SPORTS.get(sub_sport, f"number {sub_sport}")
            losses[Loss(what="sub-sport", instead=f"not carried: {said}")] = None
    if len(sessions) > 1:
        losses[Loss(what="sessions", instead="one after the other, as one workout")] = None
    return walked, tuple(losses)


def _other_sport(values: _Values) -> str | None:
    """What the sport is called, when it is none that is read."""
    sport, sub_sport = values.get("sport", GENERIC), values.get("sub_sport", GENERIC)
    if sport in {RUNNING, WALKING, HIKING} or sub_sport in {_TREADMILL, _INDOOR_WALKING}:
        return None
    if sport == GENERIC and sub_sport in _ON_A_TREADMILL:
        return None
    said = _SPORTS.get(sport, f"sport number {sport}" if sport != GENERIC else "")
    inner = _SUB_SPORTS.get(sub_sport, f"sub-sport number {sub_sport}" if not said else "")
    return f"{said} ({inner})" if said and inner else said or inner


class _Block(NamedTuple):
    """A part, the number of the step that it begins with, and how deep repeats nest in it."""

    first: int
    part: ForeignPart
    depth: int


def _tree(
    steps: Sequence[_Values], walked: Sequence[bool], name: str
) -> tuple[tuple[ForeignPart, ...], tuple[Problem, ...]]:
    """The steps in the repeats that go back over them, and the repeats that go back over nothing."""
    blocks: list[_Block] = []
    problems: list[Problem] = []
    for at, step in enumerate(steps):
        kind = step.get("duration_type")
        place = f"workout_step[{at}]"
        if kind != profile.DURATION_REPEAT and kind not in REPEATS:
            blocks.append(_Block(at, _step(step, place, walking=walked[at]), 0))
            continue
        start = next(
            (number for number, block in enumerate(blocks) if block.first == step.get("duration_value")), None
        )
        taken = [] if start is None else blocks[start:]
        depth = 1 + max((block.depth for block in taken), default=0)
        if not taken or depth > DEEPEST:
            problems.append(_broken_repeat(Where(file=name, path=place), too_deep=bool(taken)))
            continue
        del blocks[start:]
        repeat = _repeat(step, place, tuple(block.part for block in taken))
        blocks.append(_Block(taken[0].first, repeat, depth))
    return tuple(block.part for block in blocks), tuple(problems)


def _broken_repeat(where: Where, *, too_deep: bool) -> Problem:
    if too_deep:
        message, hint = f"repeats nest more than {DEEPEST} deep", "nest fewer"
    else:
        message = "a repeat that goes back to no step before it"
        hint = "a repeat names the first of the steps it repeats, and none begins inside another"
    return Problem(code=f"{PLUGIN}/step", message=message, hint=hint, where=where)


def _repeat(step: _Values, place: str, parts: tuple[ForeignPart, ...]) -> ForeignRepeat:
    ends = REPEATS.get(step["duration_type"])
    value = step.get("target_value")
    words = tuple(filter(None, (step.get("wkt_step_name"), step.get("notes"))))
    if ends is None:
        return ForeignRepeat(place, parts, times=value or 0, left=words)
    return ForeignRepeat(place, parts, until=_end(ends, value), left=words)


def _step(step: _Values, place: str, *, walking: bool) -> ForeignStep:
    kind, value = step.get("duration_type"), step.get("duration_value")
    ends = _Ends(LAP) if kind is None else ENDS.get(kind, _Ends(f"duration type {kind}"))
    targets = [
        _target(step, "target", "custom_target"),
        _target(step, "secondary_target", "secondary_custom_target"),
    ]
    intensity = step.get("intensity", 0)
    return ForeignStep(
        place=place,
        end=_end(ends, value),
        targets=tuple(target for target in targets if target is not None),
        intensity=INTENSITIES.get(intensity, f"intensity {intensity}"),
        name=step.get("wkt_step_name", ""),
        note=step.get("notes", ""),
        walking=walking,
        left=tuple(_left(step)),
    )


def _end(ends: _Ends, value: int | None) -> End:
    if value is None or ends.kind == LAP:
        return End(ends.kind)
    if ends.unit == _HEART_RATE:
        return End(ends.kind, *_heart_rate(value))
    if ends.unit == _POWER:
        return End(ends.kind, *_power(value))
    return End(ends.kind, value / ends.per, ends.unit)


def _heart_rate(raw: int) -> tuple[float, str]:
    """Number and unit of a heart rate: up to 100 in percent of the maximum, above in bpm and 100."""
    return (raw, "% of maximum") if raw <= 100 else (raw - 100, _HEART_RATE)


def _power(raw: int) -> tuple[float, str]:
    """Number and unit of a power: up to 1000 in percent of the threshold, above in watts and 1000."""
    return (raw, "% of threshold") if raw <= 1000 else (raw - 1000, _POWER)


def _target(step: _Values, which: str, custom: str) -> Target | None:
    kind = step.get(f"{which}_type")
    if kind is None or kind == profile.TARGET_OPEN:
        return None
    said = TARGETS.get(kind, f"target type {kind}")
    value = step.get(f"{which}_value") or None
    low, high = (step.get(f"{custom}_value_{bound}") or None for bound in ("low", "high"))
    if kind not in _WITH_ZONES:
        raw = " ".join(f"{number}" for number in (value, low, high) if number is not None)
        return Target(f"{said} {raw} {_NO_UNIT}" if raw else said)
    if kind == profile.TARGET_SPEED:
        return Target(SPEED, _per_second(low), _per_second(high), value)
    if kind == 3:
        return Target(said, low, high, value, "rpm")
    read = _heart_rate if kind == 1 else _power
    bounds = [read(raw) for raw in (low, high) if raw is not None]
    units = {unit for _number, unit in bounds}
    if len(units) > 1:
        words = " to ".join(f"{plain(number)} {unit}" for number, unit in bounds)
        return Target(f"{said} {words}", zone=value)
    numbers = [number for number, _unit in bounds]
    return Target(said, min(numbers, default=None), max(numbers, default=None), value, "".join(units))


def _per_second(raw: int | None) -> float | None:
    return None if raw is None else raw / 1000


def _left(step: _Values) -> Iterator[str]:
    """What else a step says, in words."""
    equipment = step.get("equipment", 0)
    if equipment:
        yield _EQUIPMENT.get(equipment, f"equipment {equipment}")
    if step.get("exercise_category") is not None or step.get("exercise_name") is not None:
        yield f"exercise {step.get('exercise_category', 'unknown')}/{step.get('exercise_name', 'unknown')}"
    if step.get("exercise_weight"):
        yield f"{plain(step['exercise_weight'] / 100)} kg"
