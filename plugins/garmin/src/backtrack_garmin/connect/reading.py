"""The JSON of a workout of Garmin Connect to the Workout that it says, ours or somebody else's.

It is what ``GET /workout-service/workout/NUMBER`` sends, or what a page or a program saved of it. The
service goes by the numbers and takes no notice of the keys beside them, and so do we; where the numbers
are known from stands in `backtrack_garmin.connect.ids`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_garmin.connect import ids
from backtrack_garmin.connect.marks import without_mark
from backtrack_garmin.foreign import (
    DEEPEST,
    DISTANCE,
    LAP,
    MOST_STEPS,
    PACE,
    SPEED,
    TIME,
    End,
    ForeignRepeat,
    ForeignStep,
    ForeignWorkout,
    Target,
    not_speed,
)
from backtrack_garmin.importing import understand
from backtrack_plugins import Loss, Problem, UnreadableInput, Where, clean_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_garmin.foreign import ForeignPart
    from backtrack_plugins import Imported

PLUGIN = "garmin-connect"

OTHER = 3
MULTI_SPORT = 10

SPORTS = {
    ids.RUNNING: "running",
    2: "cycling",
    OTHER: "something else",
    4: "swimming",
    5: "strength training",
    6: "cardio training",
    7: "yoga",
    8: "pilates",
    9: "HIIT",
    MULTI_SPORT: "several sports",
    11: "mobility",
    ids.WALKING: "walking",
    13: "rucking",
}
"""What a sport is called, by sportTypeId. Of 12 the sources disagree: so reading one says so."""

INTENSITIES = {
    ids.WARMUP: "warm-up",
    ids.COOLDOWN: "cool-down",
    ids.INTERVAL: "",
    ids.RECOVERY: "recovery",
    ids.REST: "rest",
    7: "other",
    8: "main",
}
"""What kind of step it is, by stepTypeId; an interval is a plain one, and called Run in the app."""

POWER, FIXED_REST = 5, 8

CONDITIONS = {
    ids.LAP_BUTTON: (LAP, ""),
    ids.TIME: (TIME, ""),
    ids.DISTANCE: (DISTANCE, ""),
    ids.CALORIES: ("calories", "kcal"),
    POWER: ("power", "W"),
    ids.HEART_RATE: ("heart rate", "bpm"),
    ids.ITERATIONS: ("iterations", ""),
    FIXED_REST: (TIME, ""),
    9: ("fixed repetition", ""),
    10: ("repetitions", ""),
    11: ("training stress score", ""),
}
"""What ends a step, and the unit of its number, by conditionTypeId."""

_COMPARED = {"gt": " above", "lt": " below"}
"""By their plain meaning. Public programs differ for heart rates, and no capture settles it."""

TARGETS = {
    ids.POWER_ZONE: ("power", "W"),
    ids.CADENCE: ("cadence", ""),
    ids.HEART_RATE_ZONE: ("heart rate", "bpm"),
    ids.SPEED_ZONE: (SPEED, ""),
    ids.PACE_ZONE: (PACE, ""),
    7: ("grade", ""),
    8: ("heart rate of the lap", "bpm"),
    9: ("power of the lap", "W"),
    15: ("resistance", ""),
    17: ("swim CSS offset", ""),
}
"""What a step asks for, and the unit of its numbers, by workoutTargetTypeId."""

_Object = dict[str, Any]


def from_connect(data: bytes, name: str) -> Imported:
    """Read the JSON of a workout.

    Args:
        data: The JSON.
        name: The file's name, for messages.

    Raises:
        UnreadableInput: when it is damaged, no workout, or one of another sport than running and walking.
        InvalidWorkout: when steps or repeats of it cannot be; each problem names its place in the JSON.
    """
    workout = _decoded(data, name)
    segments = [segment for segment in workout["workoutSegments"] if isinstance(segment, dict)]
    losses = _sports(workout, segments, name)
    reader = _Reader(name)
    steps = reader.segments(workout["workoutSegments"], _sport_of(workout))
    if not 1 <= reader.count <= MOST_STEPS:
        raise UnreadableInput(
            f"{name}: this workout has {reader.count} steps; 1 to {MOST_STEPS} can be read. Nothing was."
        )
    foreign = ForeignWorkout(
        name=reader.text(workout, "workoutName", "") or None,
        description=without_mark(reader.text(workout, "description", "")),
        steps=steps,
        losses=losses,
        problems=tuple(reader.problems),
    )
    return understand(foreign, name, plugin=PLUGIN, description="description").imported


def _decoded(data: bytes, name: str) -> _Object:
    try:
        workout = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableInput(f"{name}: not JSON: {error}. Save it again, whole; nothing was read.") from None
    if not isinstance(workout, dict) or not isinstance(workout.get("workoutSegments"), list):
        raise UnreadableInput(
            f"{name}: JSON, but no workout of Garmin Connect: it has no list workoutSegments. "
            "Nothing was read."
        )
    return workout


def _sports(workout: _Object, segments: list[_Object], name: str) -> tuple[Loss, ...]:
    """What is lost of the sports; raises UnreadableInput when there is another than we read."""
    whole = _sport_of(workout)
    sports = [_sport_of(segment) for segment in segments]
    if whole != MULTI_SPORT or not segments:
        sports.insert(0, whole)
    numbers = [number for number in sports if number is not None]
    refused = dict.fromkeys(
        SPORTS.get(number, f"sport number {number}")
        for number in numbers
        if number not in {ids.RUNNING, ids.WALKING}
    )
    if refused:
        raise UnreadableInput(
            f"{name}: a workout for {', '.join(refused)}. Only running and walking can be read; nothing was."
            f"{not_speed(refused)}"
        )
    losses = []
    if not numbers:
        losses.append(Loss(what="sport", instead="assumed to be running: the workout has none"))
    if ids.WALKING in numbers:
        losses.append(Loss(what="sport", instead=f"number {ids.WALKING}, taken for walking"))
    if workout.get("subSportType"):
        losses.append(Loss(what="sub-sport", instead="not carried"))
    words = [segment["description"] for segment in segments if isinstance(segment.get("description"), str)]
    if any(words):
        losses.append(
            Loss(what="description of a segment", instead=f"not carried: {clean_text(' '.join(words))}")
        )
    if len(segments) > 1:
        losses.append(Loss(what="segments", instead="one after the other, as one workout"))
    return tuple(losses)


def _sport_of(owner: _Object) -> int | None:
    """The number of the sport; where there is none, that of its key, which is all that is known then."""
    kind = owner.get("sportType")
    number = _number_of(kind, "sportTypeId")
    key = kind.get("sportTypeKey") if number is None and isinstance(kind, dict) else None
    if not isinstance(key, str) or not key:
        return number
    return next((row.number for row in ids.TABLE if (row.kind, row.key) == ("sport", key)), OTHER)


def _number_of(kind: object, key: str) -> int | None:
    number = kind.get(key) if isinstance(kind, dict) else None
    return number if type(number) is int else None


class _Reader:
    """Reads steps, and gathers what is wrong with them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []
        self.count = 0

    def refuse(self, place: str, message: str, hint: str) -> None:
        """Note a problem."""
        where = Where(file=self.name, path=place)
        self.problems.append(Problem(code=f"{PLUGIN}/step", message=message, hint=hint, where=where))

    def text(self, owner: _Object, key: str, place: str) -> str:
        """A text; empty where there is none."""
        value = owner.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self.refuse(f"{place}.{key}".lstrip("."), f"{key} is no text", "write it in quotes, or leave it out")
        return ""

    def number(self, owner: _Object, key: str, place: str) -> float | None:
        """A number, also one in quotes, as some pages send it; None where there is none."""
        value = owner.get(key)
        if value is None or value == "":
            return None
        try:
            number = float(value) if isinstance(value, int | float | str) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if math.isfinite(number) and not isinstance(value, bool):
            return number
        self.refuse(f"{place}.{key}", f"{key} is no number", "write a number, or null where there is none")
        return None

    def whole(self, owner: _Object, key: str, place: str) -> int | None:
        """A whole number; None where there is none."""
        value = self.number(owner, key, place)
        if value is None or (abs(value) < 1e12 and value == int(value)):
            return None if value is None else int(value)
        self.refuse(f"{place}.{key}", f"{key} is no whole number", "write one such as 3")
        return None

    def kind(self, owner: _Object, key: str, id_key: str, place: str) -> int | None:
        """The number of an object that says which kind something is; None where there is no object."""
        value = owner.get(key)
        if value is None:
            return None
        if not isinstance(value, dict) or type(value.get(id_key)) is not int:
            hint = "Garmin Connect goes by the number, and takes no notice of the key"
            self.refuse(f"{place}.{key}", f"{key} has no {id_key}", hint)
            return None
        number: int = value[id_key]
        return number

    def segments(self, segments: list[Any], sport: int | None) -> tuple[ForeignPart, ...]:
        """The parts of all segments, one after the other."""
        parts: list[ForeignPart] = []
        for at, segment in enumerate(segments):
            place = f"workoutSegments[{at}]"
            if not isinstance(segment, dict):
                self.refuse(place, "no segment", "a segment is an object with workoutSteps")
                continue
            own = _sport_of(segment)
            walking = (sport if own is None else own) == ids.WALKING
            parts += self.parts(segment, place, 0, walking=walking)
        return tuple(parts)

    def parts(self, owner: _Object, place: str, depth: int, *, walking: bool) -> Iterator[ForeignPart]:
        """The parts of a segment or a repeat."""
        steps = owner.get("workoutSteps")
        if not isinstance(steps, list):
            self.refuse(place, "it has no list workoutSteps", "write its steps, or take it out")
            return
        for at in _in_order(steps):
            step, inner = steps[at], f"{place}.workoutSteps[{at}]"
            self.count += 1
            if not isinstance(step, dict):
                self.refuse(inner, "no step", "a step is an object")
            elif not _is_repeat(step):
                yield self.step(step, inner, walking=walking)
            elif depth == DEEPEST:
                self.refuse(inner, f"repeats nest more than {DEEPEST} deep", "nest fewer")
            else:
                yield self.repeat(step, inner, tuple(self.parts(step, inner, depth + 1, walking=walking)))

    def repeat(self, step: _Object, place: str, parts: tuple[ForeignPart, ...]) -> ForeignRepeat:
        """A repeat of these parts."""
        times = self.whole(step, "numberOfIterations", place)
        condition = self.kind(step, "endCondition", "conditionTypeId", place)
        words = self.text(step, "description", place)
        left = [words] if words else []
        if step.get("skipLastRestStep") is True:
            left.append("the last rest is skipped")
        if times is None and condition is not None and condition != ids.ITERATIONS:
            return ForeignRepeat(place, parts, until=self.end(step, place), left=tuple(left))
        if times is None:
            times = self.whole(step, "endConditionValue", place)
        return ForeignRepeat(place, parts, times=times or 0, left=tuple(left))

    def step(self, step: _Object, place: str, *, walking: bool) -> ForeignStep:
        """A step."""
        kind = self.kind(step, "stepType", "stepTypeId", place)
        end = self.end(step, place)
        intensity = "" if kind is None else INTENSITIES.get(kind, f"step type {kind}")
        if _number_of(step.get("endCondition"), "conditionTypeId") == FIXED_REST:
            intensity = "rest"
        targets = [
            self.target(step, place, "targetType", "targetValue", "zoneNumber"),
            self.target(step, place, "secondaryTargetType", "secondaryTargetValue", "secondaryZoneNumber"),
        ]
        return ForeignStep(
            place=place,
            end=end,
            targets=tuple(target for target in targets if target is not None),
            intensity=intensity,
            note=self.text(step, "description", place),
            walking=walking,
            left=tuple(_left(step)),
        )

    def end(self, step: _Object, place: str) -> End:
        """What ends a step or a repeat."""
        kind = self.kind(step, "endCondition", "conditionTypeId", place)
        value = self.number(step, "endConditionValue", place)
        if kind is None:
            if step.get("endCondition") is None:
                self.refuse(place, "it has no endCondition", "say what ends the step")
            return End(LAP)
        said, unit = CONDITIONS.get(kind, (f"condition number {kind}", ""))
        if kind in {POWER, ids.HEART_RATE}:
            said += _COMPARED.get(self.text(step, "endConditionCompare", place), " at")
            zone = self.whole(step, "endConditionZone", place)
            if zone is not None:
                return End(f"{said} zone", zone)
        return End(said) if said == LAP else End(said, value, unit)

    def target(self, step: _Object, place: str, key: str, values: str, zone_key: str) -> Target | None:
        """What a step asks to keep to; None where that is nothing."""
        kind = self.kind(step, key, "workoutTargetTypeId", place)
        if kind is None or kind == ids.NO_TARGET:
            return None
        said, unit = TARGETS.get(kind, (f"target number {kind}", ""))
        bounds = [self.number(step, f"{values}{which}", place) for which in ("One", "Two")]
        return Target(said, bounds[0], bounds[1], self.whole(step, zone_key, place) or None, unit)


def _in_order(steps: list[Any]) -> list[int]:
    """The places of steps in the order that they say, where each says one; else as they stand."""
    orders = [step.get("stepOrder") if isinstance(step, dict) else None for step in steps]
    numbers = {order: at for at, order in enumerate(orders) if type(order) is int}
    if len(numbers) == len(steps):
        return [numbers[order] for order in sorted(numbers)]
    return list(range(len(steps)))


def _is_repeat(step: _Object) -> bool:
    return (
        step.get("type") == "RepeatGroupDTO" or _number_of(step.get("stepType"), "stepTypeId") == ids.REPEAT
    )


def _left(step: _Object) -> Iterator[str]:
    """What else a step says, in words."""
    exercise = [step[key] for key in ("category", "exerciseName") if isinstance(step.get(key), str)]
    if exercise:
        yield f"exercise {' '.join(exercise)}"
    weight = step.get("weightValue")
    if isinstance(weight, int | float) and weight > 0:
        yield f"weight {weight:g}"
    for key, what in (("strokeType", "swim stroke"), ("equipmentType", "equipment")):
        number = _number_of(step.get(key), f"{key}Id")
        if number:
            yield f"{what} number {number}"
    if step.get("stepAudioNote"):
        yield "an audio note"
