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

from backtrack_garmin import profile, watch_plan
from backtrack_garmin.fit import MOST_STRING_BYTES, Message, encode
from backtrack_garmin.watch_plan import PlannedRepeat, PlannedStep
from backtrack_plugins import CannotExport, Exported, Segment, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_garmin.watch_plan import Planned
    from backtrack_plugins import ExportRequest, Loss, Speed, Treadmill

TIME_CREATED = 1_073_001_600
"""2024-01-01T00:00:00Z, always: the same workout gives the same bytes, whatever the clock."""

PRODUCT = 1

_RAILS = {"grip": "grip rail", "light": "light rail", "free": "hands free"}
ROOM = watch_plan.Room(MOST_STRING_BYTES, "bytes")
CODES = watch_plan.Codes(
    steps="garmin-fit/steps",
    nested="garmin-fit/nested-repeat",
    slow="garmin-fit/slow",
    mount="garmin-fit/mount",
)

Values: TypeAlias = dict[str, int | str | None]


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
    parts = watch_plan.planned(request.tree)
    if with_speed:
        parts = watch_plan.starting_gently(parts, request.timeline.treadmill)
    problems = watch_plan.problems(parts, request, CODES, with_speed=with_speed)
    if problems:
        raise CannotExport(problems)
    steps = Steps(request.timeline.treadmill if with_speed else None)
    steps.add(parts)
    description, left = watch_plan.with_notices("\n".join(request.header), request.notices, ROOM)
    first = steps.rows[0]
    first["notes"], unsaid = watch_plan.with_notices(str(first["notes"]), left, ROOM)
    messages = [
        Message(profile.FILE_ID, _file_id(request.page)),
        Message(profile.WORKOUT, _workout(request.workout.name, description, len(steps.rows))),
        *[Message(profile.WORKOUT_STEP, row) for row in steps.rows],
    ]
    return messages, watch_plan.losses(parts, ROOM, unsaid, with_speed=with_speed)


def _file_id(page: str) -> Values:
    return {
        "type": profile.FILE_WORKOUT,
        "manufacturer": profile.MANUFACTURER_DEVELOPMENT,
        "product": PRODUCT,
        "serial_number": serial_number(page),
        "time_created": TIME_CREATED,
    }


def serial_number(page: str, file: bytes = b"") -> int:
    """What a watch tells workouts apart by: the same for the same page, and the file that it was put into."""
    # The comments are left out: they name our version, and the same workout written by the next one is
    # not another workout.
    lines = "\n".join([line for line in page.split("\n") if line[:1] != "#"])
    return zlib.crc32(lines.encode(), zlib.crc32(file)) or 1


def _workout(name: str, description: str, steps: int) -> Values:
    return {
        "sport": profile.SPORT_RUNNING,
        "sub_sport": profile.SUB_SPORT_TREADMILL,
        "num_valid_steps": steps,
        "wkt_name": name,
        "wkt_description": description,
    }


class Steps:
    """The workout_step messages of a plan, gathered in order.

    Args:
        treadmill: Whose slowest speed a straddle's target has; None when no step has a target.
        first: The message_index of the first.

    Attributes:
        rows: Their values.
    """

    def __init__(self, treadmill: Treadmill | None, first: int = 0) -> None:
        self.treadmill = treadmill
        self.first = first
        self.rows: list[Values] = []

    def add(self, parts: Iterable[Planned]) -> None:
        """Append the parts."""
        for part in parts:
            if isinstance(part, PlannedRepeat):
                self._add_repeat(part)
            else:
                self._add_step(part)

    @property
    def _next(self) -> int:
        return self.first + len(self.rows)

    def _add_repeat(self, repeat: PlannedRepeat) -> None:
        first = self._next
        self.add(repeat.parts)
        self.rows.append(
            {
                "message_index": self._next,
                "duration_type": profile.DURATION_REPEAT,
                "duration_value": first,
                "target_type": profile.TARGET_OPEN,
                "target_value": repeat.times,
                "intensity": profile.INTENSITY_ACTIVE,
            }
        )

    def _add_step(self, step: PlannedStep) -> None:
        ends_on, amount = step.ending
        duration_type, duration_value = duration(ends_on, amount, amount)
        row: Values = {
            "message_index": self._next,
            "wkt_step_name": _name(step),
            "duration_type": duration_type,
            "duration_value": duration_value,
            "target_type": profile.TARGET_OPEN,
            "target_value": 0,
            "intensity": profile.INTENSITY_ACTIVE,
            "notes": watch_plan.note(step, ROOM),
        }
        if self.treadmill is not None:
            low, high = watch_plan.speed_range(step, self.treadmill)
            row["target_type"] = profile.TARGET_SPEED
            row["custom_target_value_low"] = low
            row["custom_target_value_high"] = high
        self.rows.append(row)


def duration(ends_on: str, seconds: float | None, metres: float | None) -> tuple[int, int | None]:
    """The duration_type and duration_value of a step: ms, cm, or none until the lap button."""
    if ends_on == "time" and seconds is not None:
        return profile.DURATION_TIME, round(seconds * 1000)
    if ends_on == "distance" and metres is not None:
        return profile.DURATION_DISTANCE, round(metres * 100)
    return profile.DURATION_OPEN, None


def _name(step: PlannedStep) -> str:
    """Direction and gait, then what to set on the console and what the hands do, as far as it fits."""
    segment = step.segment
    if not isinstance(segment.step, Step):
        # At the end of a repeat the way on may differ from the way round: then the name promises neither.
        return "straddle" if step.then is None else f"straddle, then {step.then}"
    return _step_name(segment, segment.step, None if step.piece is None else step.piece.speed)


def _step_name(segment: Segment, step: Step, held: Speed | None) -> str:
    tokens = [f"{step.direction} {step.gait}"]
    speed, incline = segment.belt, []
    if speed.endswith("%"):
        speed, *incline = speed.rsplit(" ", 1)
    tokens += [speed if held is None else str(held), *incline]
    if step.rail is not None and (step.direction != "forward" or step.rail != "free"):
        tokens.append(_RAILS[step.rail])
    while len(name := " ".join(tokens)) > profile.STEP_NAME_BYTES:
        tokens.pop()
    return name
