"""An ExportRequest to the bytes of a FIT workout file.

Each step is a workout_step message with its line in the note, so that the watch shows it and the
importer reads it back. Repeats stay repeats. Nobody is hurried through a turn: straddles end on the
lap button. Targets are all or nothing, so that no step inherits another's speed where an app plays
the file on a treadmill; for the same reason every step's intensity is ``active``, since some apps
set a speed of their own for warm-up, rest and recovery.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from backtrack_garmin import profile
from backtrack_garmin.fit import MOST_STRING_BYTES, Message, encode
from backtrack_plugins import (
    FASTEST_MOUNT,
    CannotExport,
    Exported,
    Loss,
    Problem,
    RepeatedSegments,
    Segment,
    Step,
    write_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backtrack_plugins import ExportRequest, Treadmill

MOST_STEPS = 50
"""Messages of one workout, repeats and straddles counted: what users report that watches take.

Garmin publishes no limit; that repeats count is the careful reading.
"""

TIME_CREATED = 1_073_001_600
"""2024-01-01T00:00:00Z, always: the same workout gives the same bytes, whatever the clock."""

PRODUCT = 1

HALF_BAND = 139
"""Half the width of a speed target in mm/s: 0.5 km/h. Narrower ones are reported to nag."""

_RAILS = {"grip": "grip rail", "light": "light rail", "free": "hands free"}

TreePart: TypeAlias = Segment | RepeatedSegments
_Values: TypeAlias = dict[str, int | str | None]


def to_fit(request: ExportRequest) -> Exported:
    """Write a FIT workout file.

    Raises:
        CannotExport: when it has more than 50 messages; with speed targets also when repeats nest,
            a step is slower than a FIT speed can say, or one that only a supervisor lets pass is
            faster than anybody steps onto a belt.
    """
    messages, losses = build(request)
    return Exported(data=encode(messages), losses=losses)


def build(request: ExportRequest) -> tuple[list[Message], tuple[Loss, ...]]:
    """The messages of a FIT workout file, and what of the request they do not carry.

    Raises:
        CannotExport: as `to_fit`.
    """
    with_speed = request.options.targets == "speed"
    steps = _Steps(request.timeline.treadmill if with_speed else None)
    steps.add(request.tree, frozenset())
    problems = [*_too_many(steps, request), *(_speed_problems(steps, request) if with_speed else ())]
    if problems:
        raise CannotExport(problems)
    description, left = _with_notices("\n".join(request.header), request.notices)
    first = steps.rows[0]
    first["notes"], lost = _with_notices(str(first["notes"]), left)
    messages = [
        Message(profile.FILE_ID, _file_id(request.page)),
        Message(profile.WORKOUT, _workout(request.workout.name, description, len(steps.rows))),
        *[Message(profile.WORKOUT_STEP, row) for row in steps.rows],
    ]
    return messages, _losses(steps, lost)


def _file_id(page: str) -> _Values:
    # A watch tells workouts apart by the serial number. The comments are left out of it: they name
    # our version, and the same workout written by the next one is not another workout.
    lines = "\n".join([line for line in page.split("\n") if line[:1] != "#"])
    return {
        "type": profile.FILE_WORKOUT,
        "manufacturer": profile.MANUFACTURER_DEVELOPMENT,
        "product": PRODUCT,
        "serial_number": zlib.crc32(lines.encode()) or 1,
        "time_created": TIME_CREATED,
    }


def _workout(name: str, description: str, steps: int) -> _Values:
    return {
        "sport": profile.SPORT_RUNNING,
        "sub_sport": profile.SUB_SPORT_TREADMILL,
        "num_valid_steps": steps,
        "wkt_name": name,
        "wkt_description": description,
    }


def _with_notices(text: str, notices: Iterable[str]) -> tuple[str, list[str]]:
    """The text with as many notices below it, as comments, as there is room for; and the others."""
    left = []
    for notice in notices:
        longer = f"{text}\n# {notice}"
        if len(longer.encode()) <= MOST_STRING_BYTES:
            text = longer
        else:
            left.append(notice)
    return text, left


class _Steps:
    """The workout_step messages of a tree, gathered in order.

    Attributes:
        rows: Their values.
        segments: The segment of each; of a repeat, the last in it.
        nested: The segment that each repeat within a repeat begins with.
        without_cue: The segments whose cue had no room in the note.
    """

    def __init__(self, treadmill: Treadmill | None) -> None:
        self.treadmill = treadmill
        self.rows: list[_Values] = []
        self.segments: list[Segment] = []
        self.nested: list[Segment] = []
        self.without_cue: list[Segment] = []

    def add(self, parts: Sequence[TreePart], after: frozenset[str], depth: int = 0) -> None:
        """Append the parts; `after` holds the directions that may follow the last of them."""
        for index, part in enumerate(parts):
            if isinstance(part, RepeatedSegments):
                self._add_repeat(part, _first_directions(parts[index + 1 :], after), depth)
            elif isinstance(part.step, Step):
                self._add_segment(part, _step_name(part, part.step))
            else:
                self._add_segment(part, _straddle_name(_first_directions(parts[index + 1 :], after)))

    def _add_repeat(self, repeat: RepeatedSegments, following: frozenset[str], depth: int) -> None:
        first = len(self.rows)
        round_again = _first_directions(repeat.parts, following) if repeat.times > 1 else frozenset()
        self.add(repeat.parts, following | round_again, depth + 1)
        if depth:
            self.nested.append(self.segments[first])
        self.rows.append(
            {
                "message_index": len(self.rows),
                "duration_type": profile.DURATION_REPEAT,
                "duration_value": first,
                "target_type": profile.TARGET_OPEN,
                "target_value": repeat.times,
                "intensity": profile.INTENSITY_ACTIVE,
            }
        )
        self.segments.append(self.segments[-1])

    def _add_segment(self, segment: Segment, name: str) -> None:
        moving = isinstance(segment.step, Step)
        ends_on = segment.ends_on if moving else "lap"
        duration_type, duration_value = duration(ends_on, segment.seconds, segment.metres)
        row: _Values = {
            "message_index": len(self.rows),
            "wkt_step_name": name,
            "duration_type": duration_type,
            "duration_value": duration_value,
            "target_type": profile.TARGET_OPEN,
            "target_value": 0,
            "intensity": profile.INTENSITY_ACTIVE,
            "notes": self._note(segment),
        }
        if self.treadmill is not None:
            speed = segment.metres_per_second if moving else None
            _set_speed_target(row, speed or self.treadmill.slowest.metres_per_second)
        self.rows.append(row)
        self.segments.append(segment)

    def _note(self, segment: Segment) -> str:
        note = "\n".join(segment.lines)
        if len(note.encode()) <= MOST_STRING_BYTES:
            return note
        self.without_cue.append(segment)
        silent = write_line(msgspec.structs.replace(segment.step, cue=None))
        return "\n".join([silent, *segment.lines[1:]])


def duration(ends_on: str, seconds: float | None, metres: float | None) -> tuple[int, int | None]:
    """The duration_type and duration_value of a step: ms, cm, or none until the lap button."""
    if ends_on == "time" and seconds is not None:
        return profile.DURATION_TIME, round(seconds * 1000)
    if ends_on == "distance" and metres is not None:
        return profile.DURATION_DISTANCE, round(metres * 100)
    return profile.DURATION_OPEN, None


def _set_speed_target(row: _Values, metres_per_second: float) -> None:
    # Rounded down, and as far to one side as to the other: what plays the middle of the range
    # on a belt is never faster than planned.
    centre = int(metres_per_second * 1000)
    half = min(HALF_BAND, centre - 1)
    row["target_type"] = profile.TARGET_SPEED
    row["custom_target_value_low"] = centre - half
    row["custom_target_value_high"] = centre + half


def _first_directions(parts: Sequence[TreePart], after: frozenset[str]) -> frozenset[str]:
    """The directions that the parts may begin with, straddles passed over; `after` if there is none."""
    for part in parts:
        if isinstance(part, RepeatedSegments):
            inner = _first_directions(part.parts, frozenset())
            if inner:
                return inner
        elif isinstance(part.step, Step):
            return frozenset({part.step.direction})
    return after


def _straddle_name(following: frozenset[str]) -> str:
    # At the end of a repeat the way on may differ from the way round: then the name promises neither.
    if len(following) == 1:
        return f"straddle, then {min(following)}"
    return "straddle"


def _step_name(segment: Segment, step: Step) -> str:
    """Direction and gait, then what to set on the console and what the hands do, as far as it fits."""
    tokens = [f"{step.direction} {step.gait}"]
    if segment.belt.endswith("%"):
        tokens += segment.belt.rsplit(" ", 1)
    else:
        tokens.append(segment.belt)
    if step.rail is not None and (step.direction != "forward" or step.rail != "free"):
        tokens.append(_RAILS[step.rail])
    while len(name := " ".join(tokens)) > profile.STEP_NAME_BYTES:
        tokens.pop()
    return name


def _too_many(steps: _Steps, request: ExportRequest) -> list[Problem]:
    count = len(steps.rows)
    if count <= MOST_STEPS:
        return []
    return [
        Problem(
            code="garmin-fit/steps",
            message=f"{count} steps on the watch, straddles and repeats counted; the limit is {MOST_STEPS}",
            hint="write what comes back as a repeat, such as 5x, or make two workouts of it",
            where=request.where(steps.segments[MOST_STEPS]),
        )
    ]


def _speed_problems(steps: _Steps, request: ExportRequest) -> list[Problem]:
    nested = [
        Problem(
            code="garmin-fit/nested-repeat",
            message="a repeat within a repeat cannot be written with speed targets",
            hint="write the inner repeat out, or leave targets=speed away",
            where=request.where(segment),
        )
        for segment in steps.nested
    ]
    slow = [
        Problem(
            code="garmin-fit/slow",
            message="the belt speed is below 1 mm/s, the slowest that a speed target can say",
            hint="give the speed, or the treadmill's slowest, as it really is, or leave targets=speed away",
            where=request.where(segment),
        )
        for row, segment in zip(steps.rows, steps.segments, strict=True)
        if row.get("custom_target_value_high") == -1
    ]
    fast = [
        Problem(
            code="garmin-fit/mount",
            message=f"{segment.step.speed} {segment.step.direction} as a target: "
            f"an app may bring the belt up at once; {FASTEST_MOUNT} is the most",
            hint="lower the speed, or leave targets=speed away",
            where=request.where(segment),
        )
        for segment in {each.step_number: each for each in steps.segments}.values()
        if isinstance(segment.step, Step)
        and segment.step.direction != "forward"
        and segment.step.speed.exceeds(FASTEST_MOUNT)
    ]
    return nested + slow + fast


def _losses(steps: _Steps, lost: Sequence[str]) -> tuple[Loss, ...]:
    losses = []
    straddles = [segment for segment in steps.segments if not isinstance(segment.step, Step)]
    if straddles:
        instead = "each straddle ends on the lap button, and no warning comes before it"
        losses.append(Loss(what="straddle time", instead=instead, steps=_numbers(straddles)))
    if steps.without_cue:
        instead = f"not carried: a note ends at {MOST_STRING_BYTES} bytes; the rest of the line stands"
        losses.append(Loss(what="cue", instead=instead, steps=_numbers(steps.without_cue)))
    if lost:
        losses.append(Loss(what="safety notices", instead=f"no room in the file for: {' '.join(lost)}"))
    return tuple(losses)


def _numbers(segments: Iterable[Segment]) -> tuple[int, ...]:
    return tuple(sorted({segment.step_number for segment in segments}))
