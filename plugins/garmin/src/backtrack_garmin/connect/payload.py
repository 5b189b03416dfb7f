"""An ExportRequest to the JSON of a workout as Garmin Connect's workout service takes it.

Each step's text is its line, so that the watch shows it and it can be read back. Repeats are groups in
groups. Straddles end on the lap button. Every step is an ``interval``, and all of them have a target or none
has: an app that plays the workout on a treadmill sets speeds of its own for warm-up, rest, recovery and
cool-down steps without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_garmin import watch_plan
from backtrack_garmin.connect import ids
from backtrack_garmin.watch_plan import PlannedRepeat, PlannedStep, Room
from backtrack_plugins import CannotExport, Exported, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_garmin.watch_plan import Planned
    from backtrack_plugins import ExportRequest, Loss, Segment, Treadmill

DESCRIPTION = Room(512, "characters")
"""The description of a workout. No limit is published; others keep to this or to 1,024."""

MARK = Room(64, "characters")
"""What is kept free below the description for the line that a destination adds on sending."""

NOTE = Room(200, "characters")
"""The text of a step. No limit is published; others keep to this."""

_FREE = Room(DESCRIPTION.most - MARK.most, "characters")
_CODES = watch_plan.Codes(
    steps="garmin-connect/steps",
    nested="garmin-connect/nested-repeat",
    slow="garmin-connect/slow",
    mount="garmin-connect/mount",
)
_CONDITIONS = {"time": ids.TIME, "distance": ids.DISTANCE, "lap": ids.LAP_BUTTON}


def to_json(request: ExportRequest) -> Exported:
    """Write a workout for Garmin Connect.

    Raises:
        CannotExport: when it has more than 50 steps; with speed targets also when repeats nest, a step ends
            on the lap button, as every straddle does, or a step is slower than 1 mm/s.
    """
    body, losses = build(request)
    data = msgspec.json.format(msgspec.json.encode(body), indent=2) + b"\n"
    return Exported(data=data, losses=losses)


def build(request: ExportRequest) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The body of a workout, and what of the request it does not carry.

    Raises:
        CannotExport: as `to_json`.
    """
    with_speed = request.options.targets == "speed"
    parts = watch_plan.planned(request.tree)
    problems = watch_plan.problems(parts, request, _CODES, with_speed=with_speed)
    if with_speed:
        problems += _waits(parts, request)
    if problems:
        raise CannotExport(problems)
    steps = _Steps(request.timeline.treadmill if with_speed else None)
    written = steps.written(parts)
    description, left = watch_plan.with_notices("\n".join(request.header), request.notices, _FREE)
    unsaid = _say_in_first(steps.first, left)
    sport = ids.as_json("sport", ids.RUNNING)
    body = {
        "workoutName": request.workout.name,
        "description": description,
        "sportType": sport,
        "subSportType": None,
        "estimatedDurationInSecs": round(request.timeline.totals.seconds),
        "workoutSegments": [{"segmentOrder": 1, "sportType": sport, "workoutSteps": written}],
    }
    return body, watch_plan.losses(parts, NOTE, unsaid, with_speed=with_speed)


def _waits(parts: Iterable[Planned], request: ExportRequest) -> list[Problem]:
    # QZ plays an account's plans on a belt. A step that ends on the lap button becomes a row without a
    # duration there (cagnulein/qdomyos-zwift, src/garminconnect.cpp), and it is not known that any version
    # waits at one: the belt could bring up the next speed while somebody still faces the other way.
    return [
        Problem(
            code="garmin-connect/wait",
            message="ends on the lap button: with speed targets, an app that plays the workout on a belt may "
            "not wait there",
            hint="leave targets=speed away; then no app moves the belt by this workout",
            where=request.where(segment),
        )
        for segment in {
            each.step_number: each for each in watch_plan.segments_of(parts) if _is_open(each)
        }.values()
    ]


def _is_open(segment: Segment) -> bool:
    return watch_plan.ending(segment)[0] == "lap"


def _say_in_first(step: dict[str, Any], notices: list[str]) -> list[str]:
    """Write what had no room in the description below the line of the first step; what had none there."""
    step["description"], unsaid = watch_plan.with_notices(step["description"], notices, NOTE)
    return unsaid


class _Steps:
    """Writes steps and repeats under one running number.

    Attributes:
        first: The first step that is no repeat, once one is written.
    """

    def __init__(self, treadmill: Treadmill | None) -> None:
        self.first: dict[str, Any] = {}
        self._treadmill = treadmill
        self._order = 0
        self._groups = 0

    def written(self, parts: Iterable[Planned], group: int | None = None) -> list[dict[str, Any]]:
        """The parts as JSON; `group` is the number of the repeat that holds them."""
        return [
            self._repeat(part) if isinstance(part, PlannedRepeat) else self._step(part, group)
            for part in parts
        ]

    def _next(self) -> int:
        self._order += 1
        return self._order

    def _repeat(self, repeat: PlannedRepeat) -> dict[str, Any]:
        order = self._next()
        self._groups += 1
        group = self._groups
        return {
            "type": "RepeatGroupDTO",
            "stepOrder": order,
            "stepType": ids.as_json("step", ids.REPEAT),
            "childStepId": group,
            "numberOfIterations": repeat.times,
            "endCondition": ids.as_json("condition", ids.ITERATIONS),
            "endConditionValue": repeat.times,
            "smartRepeat": False,
            "skipLastRestStep": False,
            "workoutSteps": self.written(repeat.parts, group),
        }

    def _step(self, step: PlannedStep, group: int | None) -> dict[str, Any]:
        ends_on, amount = step.ending
        written = {
            "type": "ExecutableStepDTO",
            "stepOrder": self._next(),
            "stepType": ids.as_json("step", ids.INTERVAL),
            "childStepId": group,
            "description": _text(step),
            "endCondition": ids.as_json("condition", _CONDITIONS[ends_on]),
        }
        if amount is not None:
            written["endConditionValue"] = _number(amount)
        if self._treadmill is None:
            written["targetType"] = ids.as_json("target", ids.NO_TARGET)
        else:
            low, high = watch_plan.speed_range(step, self._treadmill)
            written["targetType"] = ids.as_json("target", ids.PACE_ZONE)
            written["targetValueOne"] = high / 1000
            written["targetValueTwo"] = low / 1000
        self.first = self.first or written
        return written


def _text(step: PlannedStep) -> str:
    """The line, the fitted line, and below a straddle's the direction that follows, as a comment."""
    text = watch_plan.note(step, NOTE)
    if step.segment.is_straddle and step.then is not None:
        text, _left = watch_plan.with_notices(text, [f"then {step.then}"], NOTE)
    return text


def _number(amount: float) -> int | float:
    """Seconds or metres to the thousandth; the service keeps seven decimals."""
    rounded = round(float(amount), 3)
    return int(rounded) if rounded.is_integer() else rounded
