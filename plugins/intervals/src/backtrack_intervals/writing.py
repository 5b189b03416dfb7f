"""An ExportRequest to the text of a workout for intervals.icu.

The builder has no published grammar. What is written here is what its author shows (forum.intervals.icu,
"workout-builder/1163") and what others who write such texts found: lines that begin with a hyphen are steps,
``4x`` above them repeats them, ``m`` is minutes. The service sends workouts on to programs that move a belt.
So every step has a pace, a straddle has the treadmill's slowest, and so have the first seconds after it.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from backtrack_intervals.prompts import STRADDLE, is_plain, prompt, start_prompt
from backtrack_plugins import (
    FASTEST_MOUNT,
    CannotExport,
    Exported,
    Loss,
    Problem,
    RepeatedSegments,
    Segment,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_plugins import ExportRequest, Speed

NAME = "intervals-icu"

SHORTEST_SECONDS = 10
"""No step is shorter (our choice): a belt needs seconds to change, and words need them to be read."""

SHORTEST_STRADDLE_SECONDS = 30
"""What does not wait for the lap button gives turning round this long (our choice)."""

HOLD_SECONDS = 15
"""How long the belt stays at its slowest after a straddle (our choice)."""

LAP_SECONDS = 60
"""How long a step until the lap button is for what does not wait for it (our choice)."""

SLOWEST_PACE = 99 * 60 + 59
"""Seconds a kilometre or mile: a pace is minutes and seconds, and nobody shows one of a hundred minutes."""

MOST_PROBLEMS = 100

_METRES = {"km": 1000.0, "mi": 1609.344}
_NOISE = 1e-6
"""Binary fractions are off by less; a pace that is even must not be rounded up for it."""

_LIKE_A_REPEAT = re.compile(r"[0-9]\s*x", re.IGNORECASE)

Departure = Literal["turn", "straddle time", "start", "hold", "lap", "nested repeats", "cue"]
"""A way in which the text departs from the Timeline."""

_INSTEAD: dict[Departure, str] = {
    "turn": (
        "says Press lap, and a Garmin that got it from intervals.icu is said to wait for it; all others end "
        "it on a clock, with the belt at {lowest}. Stay on the side rails, or pause, if you are not ready"
    ),
    "straddle time": f"{SHORTEST_STRADDLE_SECONDS} s in the text, longer than planned",
    "start": f"the first {HOLD_SECONDS} s after a straddle are a step of their own, at {{lowest}}",
    "hold": "the whole step is held at {lowest}: too little of it is left when the belt may speed up",
    "lap": f"says Press lap, and has {LAP_SECONDS} s for what does not wait for that",
    "nested repeats": "the builder has one level: the outer repeat is written out",
    "cue": "stands only in the page at the end: what has digits, or words that the builder may take for "
    "settings, cannot stand in a step",
}


def to_text(request: ExportRequest) -> Exported:
    """Write the text.

    Raises:
        CannotExport: when a step is shorter than 10 s (``intervals-icu/short``), a speed is slower than
            99:59/km (``intervals-icu/slow``), or a step not facing the console is faster than anybody
            steps onto a belt (``intervals-icu/mount``).
    """
    _refuse(request)
    writer = _Writer(request.timeline.treadmill.slowest)
    writer.add(request.tree)
    first = [notice for notice in request.notices if not _LIKE_A_REPEAT.search(notice)]
    # No step comes after the page, so that its repeats, as lines, have nothing to repeat.
    blocks = [first, *filter(None, writer.blocks), [_PAGE_FOLLOWS], [request.page]]
    lowest = str(request.timeline.treadmill.slowest)
    losses = tuple(
        Loss(what=what, instead=instead.format(lowest=lowest), steps=tuple(sorted(writer.departures[what])))
        for what, instead in _INSTEAD.items()
        if writer.departures[what]
    )
    data = "\n\n".join("\n".join(block) for block in blocks).encode()
    return Exported(data=data, losses=losses, texts=tuple(writer.prompts))


_PAGE_FOLLOWS = "The whole workout as a page of lines:"


def _refuse(request: ExportRequest) -> None:
    found: dict[int, Problem] = {}
    for segment in request.segments:
        problem = _problem(request, segment)
        if problem is not None and len(found) < MOST_PROBLEMS:
            found.setdefault(segment.step_number, problem)
    if found:
        raise CannotExport(list(found.values()))


def _problem(request: ExportRequest, segment: Segment) -> Problem | None:
    speed = segment.metres_per_second or request.timeline.treadmill.slowest.metres_per_second
    if _pace_seconds(speed, "km") > SLOWEST_PACE:
        what = (
            "a straddle is at the treadmill's slowest speed, and that" if segment.is_straddle else "the belt"
        )
        return Problem(
            code=f"{NAME}/slow",
            message=f"{what} is below 0.61 km/h, slower than a pace can say",
            hint="0.7 km/h is the least; say in the athlete file that this is the treadmill's slowest",
            where=request.where(segment),
            text=segment.line,
        )
    step = segment.step
    if not isinstance(step, Step):
        return None
    if segment.seconds is not None and segment.seconds < SHORTEST_SECONDS - _NOISE:
        return Problem(
            code=f"{NAME}/short",
            message=f"a step of {segment.seconds:.3g} s; in {NAME} {SHORTEST_SECONDS} s is the least",
            hint=f"make it {SHORTEST_SECONDS} s or longer, or one with the step beside it",
            where=request.where(segment),
            text=segment.line,
        )
    if step.direction != "forward" and step.speed.exceeds(FASTEST_MOUNT):
        return Problem(
            code=f"{NAME}/mount",
            message=f"{step.speed} {step.direction}: what plays it may bring the belt up at once, "
            f"and {FASTEST_MOUNT} is the most",
            hint="lower the speed, or follow another format by hand, with somebody beside you",
            where=request.where(segment),
            text=segment.line,
        )
    return None


class _Pace(NamedTuple):
    """A pace as it is written: whole seconds a kilometre or mile."""

    seconds: int
    unit: str

    def __str__(self) -> str:
        return f"{self.seconds // 60}:{self.seconds % 60:02}/{self.unit} Pace"

    @property
    def metres_per_second(self) -> float:
        return _METRES[self.unit] / self.seconds


def _pace(metres_per_second: float, *, imperial: bool) -> _Pace:
    """The pace, never faster than the speed; in miles where it was written so and has room."""
    if imperial:
        seconds = _pace_seconds(metres_per_second, "mi")
        if seconds <= SLOWEST_PACE:
            return _Pace(seconds, "mi")
    return _Pace(_pace_seconds(metres_per_second, "km"), "km")


def _pace_seconds(metres_per_second: float, unit: str) -> int:
    return math.ceil(_METRES[unit] / metres_per_second - _NOISE)


class _Writer:
    """Writes part after part, and knows what the text could not keep."""

    def __init__(self, slowest: Speed) -> None:
        self.slowest = _pace(slowest.metres_per_second, imperial=slowest.imperial)
        self.blocks: list[list[str]] = []
        self.prompts: list[str] = []
        self.departures: dict[Departure, set[int]] = {what: set() for what in _INSTEAD}
        self.straddled = False

    def add(self, parts: Sequence[Segment | RepeatedSegments], after: frozenset[str] = frozenset()) -> None:
        """Write parts; `after` is what may follow the last of them, as prompts."""
        for index, part in enumerate(parts):
            following = _first_prompts(parts[index + 1 :], after)
            if isinstance(part, RepeatedSegments):
                self._add_repeat(part, following)
            else:
                if not self.blocks:
                    self.blocks.append([])
                self.blocks[-1] += self._lines(part, following)

    def _add_repeat(self, repeat: RepeatedSegments, following: frozenset[str]) -> None:
        again = _first_prompts(repeat.parts, following)
        if any(isinstance(part, RepeatedSegments) for part in repeat.parts) or repeat.times == 1:
            if repeat.times > 1:
                self.departures["nested repeats"] |= {each.step_number for each in _segments((repeat,))}
            for number in range(1, repeat.times + 1):
                self.add(repeat.parts, again if number < repeat.times else following)
            return
        # The way in and the way round are one line: held where either needs it.
        self.straddled = self.straddled or _segments_end_in_straddle(repeat.parts)
        self.blocks.append([f"{repeat.times}x"])
        self.add(repeat.parts, following | again)
        self.blocks.append([])

    def _lines(self, segment: Segment, following: frozenset[str]) -> Iterator[str]:
        step = segment.step
        if not isinstance(step, Step):
            yield self._straddle(segment, following)
            return
        told = prompt(segment)
        self.prompts.append(told)
        cue = (step.cue or "").strip()
        if cue:
            if is_plain(cue):
                told = f"{told}, {cue}"
            else:
                self.departures["cue"].add(segment.step_number)
        assert segment.metres_per_second is not None  # noqa: S101 - a step that is no straddle has one
        pace = _pace(segment.metres_per_second, imperial=step.speed.imperial)
        left, metres = segment.seconds, segment.metres
        held = self.straddled and pace.metres_per_second > self.slowest.metres_per_second + _NOISE
        self.straddled = False
        if held and left is not None and left < HOLD_SECONDS + SHORTEST_SECONDS:
            self.departures["hold"].add(segment.step_number)
            pace = self.slowest
        elif held:
            self.departures["start"].add(segment.step_number)
            yield f"- {start_prompt(step)} {_time(HOLD_SECONDS)} {self.slowest}"
            left = None if left is None else left - HOLD_SECONDS
            metres = None if metres is None else metres - HOLD_SECONDS * self.slowest.metres_per_second
        yield self._step(segment, told, left, metres, pace)

    def _step(
        self, segment: Segment, told: str, seconds: float | None, metres: float | None, pace: _Pace
    ) -> str:
        if segment.ends_on == "lap":
            self.departures["lap"].add(segment.step_number)
            return f"- Press lap {told} {_time(LAP_SECONDS)} {pace}"
        if segment.ends_on == "distance" and metres is not None:
            return f"- {told} {_distance(metres, segment.step.amount.unit)} {pace}"
        return f"- {told} {_time(seconds or 0)} {pace}"

    def _straddle(self, segment: Segment, following: frozenset[str]) -> str:
        self.straddled = True
        self.departures["turn"].add(segment.step_number)
        seconds = max(SHORTEST_STRADDLE_SECONDS, segment.seconds or 0)
        if seconds != segment.seconds:
            self.departures["straddle time"].add(segment.step_number)
        then = ""
        if not following:
            then = ", then stop the belt"
        elif len(following) == 1:
            then = f", then {min(following)}"
        return f"- Press lap {STRADDLE}{then} {_time(seconds)} {self.slowest}"


def _time(seconds: float) -> str:
    """A time as the builder writes it.

    >>> _time(90), _time(3600), _time(30)
    ('1m30s', '1h', '30s')
    """
    minutes, rest = divmod(max(1, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(f"{value}{unit}" for value, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if value)


def _distance(metres: float, unit: str) -> str:
    """A distance in km or miles, for ``m`` is minutes; to the decimetre.

    >>> _distance(400, "m"), _distance(402.336, "mi")
    ('0.4km', '0.25mi')
    """
    unit = "mi" if unit == "mi" else "km"
    return f"{metres / _METRES[unit]:.4f}".rstrip("0").rstrip(".") + unit


def _first_prompts(parts: Sequence[Segment | RepeatedSegments], after: frozenset[str]) -> frozenset[str]:
    """The prompts that parts may begin with, straddles passed over; `after` if there is none."""
    first = next((segment for segment in _segments(parts) if isinstance(segment.step, Step)), None)
    return after if first is None else frozenset({prompt(first)})


def _segments(parts: Iterable[Segment | RepeatedSegments]) -> Iterator[Segment]:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            yield from _segments(part.parts)
        else:
            yield part


def _segments_end_in_straddle(parts: Sequence[Segment | RepeatedSegments]) -> bool:
    *_, last = _segments(parts)
    return not isinstance(last.step, Step)
