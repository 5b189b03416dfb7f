"""Expanding: a Workout to its Timeline, unrolled in time.

Repeats are expanded, straddles placed where facing changes (or speed or incline while facing away
from the console), speeds and inclines fitted to the treadmill, cues timed. Values are SI, and the
unit is in the name.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Literal, Union

import msgspec

from backtrack_plugins.athlete import Athlete, Treadmill
from backtrack_plugins.errors import InvalidWorkout
from backtrack_plugins.fitting import fit_incline, fit_speed
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.line import ADDED, FITTED, write_line
from backtrack_plugins.problem import Problem, Where
from backtrack_plugins.units import Incline, Speed
from backtrack_plugins.workout import (
    MOST_SEGMENTS,
    Direction,
    Gait,
    Level,
    Part,
    Rail,
    Repeat,
    Step,
    Straddle,
    Workout,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_plugins.units import Amount

    _CuesSaid = dict[tuple[int, bool], set[tuple["Cue", ...]]]

WARNING_SECONDS = 15
"""A turn is announced this long before it (our choice; the console is out of sight after it)."""

READING_SECONDS = 5
"""How long a line stands alone before a cue may follow (our choice)."""

EndsOn = Literal["time", "distance", "lap"]
LevelSource = Literal["athlete", "workout", "assumed"]


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence to show at a time.

    Attributes:
        seconds: Seconds after the start of its segment.
        text: The sentence; ASCII, unless the author wrote it.
    """

    seconds: float
    text: str


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch of the Timeline: a step done once, or a straddle.

    Attributes:
        start_seconds: Seconds from the start of the workout; lap-ended steps count as none.
        seconds: How long; estimated from the belt speed for a distance, None until the lap button.
        metres: How far the belt runs; None for a straddle and until the lap button.
        ends_on: What ends it: time, distance, or the lap button.
        direction: Which way the athlete faces and moves; None in a straddle.
        gait: Walk, jog or run; None in a straddle.
        metres_per_second: Belt speed, fitted to the treadmill; None in a straddle.
        incline_percent: Belt incline in percent of grade, fitted to the treadmill; 0 in a straddle.
        rail: What the hands do; None in a straddle, where both hold the handrails.
        line: The canonical line as authored; ``added`` stands at the end of a placed straddle's.
        fitted_line: The line that says what fitting changed; None when nothing was.
        added: Whether expanding placed it.
        step: The authored step or straddle.
        step_number: Which written step it is, from 1; for a placed straddle, the one it leads to.
        belt: What to set on the console, such as ``2.4 km/h 2%``; empty in a straddle.
        cues: What to show when, beside the line.
    """

    start_seconds: float
    seconds: float | None
    metres: float | None
    ends_on: EndsOn
    direction: Direction | None = None
    gait: Gait | None = None
    metres_per_second: float | None = None
    incline_percent: float = 0.0
    rail: Rail | None = None
    line: str
    fitted_line: str | None = None
    added: bool = False
    step: Step | Straddle
    step_number: int
    belt: str = ""
    cues: tuple[Cue, ...] = ()

    @property
    def is_straddle(self) -> bool:
        """Whether the athlete stands on the side rails."""
        return self.direction is None

    @property
    def lines(self) -> tuple[str, ...]:
        """The line, and below it the fitted one when there is one."""
        return (self.line,) if self.fitted_line is None else (self.line, self.fitted_line)


def line_without_cue(segment: Segment) -> str:
    """A line as authored, without what is said to the athlete."""
    if segment.step.cue is None:
        return segment.line
    return write_line(msgspec.structs.replace(segment.step, cue=None))


class RepeatedSegments(msgspec.Struct, frozen=True, kw_only=True):
    """A repeat in the tree.

    Attributes:
        times: How often, in all.
        parts: Segments, and repeats in it, as they are in the first pass.
    """

    times: int
    parts: tuple[TreePart, ...]


TreePart = Union[Segment, RepeatedSegments]  # noqa: UP007 - RepeatedSegments refers to it before it is made


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over a Timeline. Lap-ended steps have no time and no distance; `lap_steps` counts them.

    Attributes:
        seconds: All of it, straddles included.
        metres: Belt distance.
        forward_seconds: Facing the console, on the belt.
        backward_seconds: Backward, on the belt.
        sideways_seconds: Left and right, on the belt.
        straddle_seconds: On the side rails.
        lap_steps: How many segments end on the lap button.
    """

    seconds: float
    metres: float
    forward_seconds: float
    backward_seconds: float
    sideways_seconds: float
    straddle_seconds: float
    lap_steps: int


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A Workout unrolled in time.

    Attributes:
        workout: The Workout it was made from.
        level: The level whose limits and straddles hold.
        level_source: Whether the athlete or the workout named the level, or nobody did.
        treadmill: What speeds and inclines were fitted to.
        treadmill_assumed: Whether nobody said what the treadmill can do.
        tree: Straddles placed and repeats kept; a segment there has the cues that hold in every pass.
        segments: Straddles placed and repeats unrolled; at most 10,000.
        totals: Sums.
    """

    workout: Workout
    level: Level
    level_source: LevelSource
    treadmill: Treadmill
    treadmill_assumed: bool
    tree: tuple[TreePart, ...]
    segments: tuple[Segment, ...]
    totals: Totals

    def where(self, segment: Segment | None) -> Where:
        """The place of a segment in what was read: step, and line of a page or path of a document."""
        origin = self.workout.origin
        if segment is None:
            return Where(file=self.workout.file)
        number = segment.step_number
        if origin is None:
            return Where(step=number)
        if number <= len(origin.lines):
            return Where(file=origin.file, line=origin.lines[number - 1], step=number)
        return Where(file=origin.file, step=number, path=_path_of(self.workout.steps, number))


def _path_of(parts: Sequence[Part], number: int) -> str:
    """The path of a written step in the JSON form, by its number from 1."""
    return next(islice(_paths(parts, "steps"), number - 1, None))


def _paths(parts: Sequence[Part], within: str) -> Iterator[str]:
    for index, part in enumerate(parts):
        path = f"{within}[{index}]"
        if isinstance(part, Repeat):
            yield from _paths(part.steps, f"{path}.steps")
        else:
            yield path


def expand(workout: Workout, athlete: Athlete | None = None) -> Timeline:
    r"""Unroll a workout in time.

    Args:
        workout: What to unroll.
        athlete: Whose level sets the straddles and whose treadmill the speeds are fitted to.

    Raises:
        InvalidWorkout: when it has more than 10,000 segments once straddles are placed.

    >>> from backtrack_plugins.page import parse
    >>> timeline = expand(parse("name: A\n5:00 forward walk 5 km/h\n1:00 backward walk 2 km/h light rail"))
    >>> [segment.line for segment in timeline.segments][1]
    '0:30 straddle added'
    """
    level, source = _level(workout, athlete)
    treadmill = athlete.treadmill if athlete is not None else None
    builder = _Builder(treadmill or Treadmill(), LIMITS[level].straddle)
    placed = builder.place(workout.steps, (_START,))
    if _count(placed) > MOST_SEGMENTS:
        raise _too_long(workout)
    skeleton = builder.unroll(placed)
    segments = _with_cues(builder.segments)
    return Timeline(
        workout=workout,
        level=level,
        level_source=source,
        treadmill=builder.treadmill,
        treadmill_assumed=treadmill is None,
        tree=_tree(skeleton, segments, _cues_said(segments)),
        segments=segments,
        totals=_totals(segments),
    )


def _level(workout: Workout, athlete: Athlete | None) -> tuple[Level, LevelSource]:
    if athlete is not None and athlete.level is not None:
        return athlete.level, "athlete"
    if workout.level is not None:
        return workout.level, "workout"
    return "first-timer", "assumed"


class _Before(msgspec.Struct, frozen=True):
    """What may come before a step: the last step on the belt, and whether a straddle followed it."""

    step: Step | None
    straddled: bool


_START = _Before(None, straddled=False)


class _Fitted(msgspec.Struct, frozen=True):
    speed: Speed
    incline: Incline
    line: str
    fitted_line: str | None
    metres_per_second: float


class _Placed(msgspec.Struct, frozen=True):
    """A part of the tree while it is built; `number` counts the written steps and straddles."""

    part: Step | Straddle | Repeat
    number: int
    added: bool
    body: tuple[_Placed, ...]


class _Builder:
    def __init__(self, treadmill: Treadmill, straddle: Amount) -> None:
        self.treadmill = treadmill
        self.straddle = Straddle(amount=straddle)
        self.fitted: dict[int, _Fitted] = {}
        self.segments: list[Segment] = []
        self.number = 0
        self.clock = 0.0

    def place(self, parts: Sequence[Part], befores: tuple[_Before, ...]) -> tuple[_Placed, ...]:
        """Put straddles where some way into a step needs one: the way in, or round a repeat."""
        placed: list[_Placed] = []
        for part in parts:
            if isinstance(part, Repeat):
                round_again = _after(part.steps, befores) if part.times > 1 else ()
                body = self.place(part.steps, _distinct((*befores, *round_again)))
                placed.append(_Placed(part, 0, added=False, body=body))
            else:
                self.number += 1
                if isinstance(part, Step) and any(self._turns(before, part) for before in befores):
                    placed.append(_Placed(self.straddle, self.number, added=True, body=()))
                placed.append(_Placed(part, self.number, added=False, body=()))
            befores = _after((part,), befores)
        return tuple(placed)

    def _turns(self, before: _Before, step: Step) -> bool:
        if before.straddled:
            return False
        facing = "forward" if before.step is None else before.step.direction
        if facing != step.direction:
            return True
        if before.step is None or step.direction == "forward":
            return False
        was, now = self.fit(before.step), self.fit(step)
        return was.incline != now.incline or not was.speed.same_as(now.speed)

    def fit(self, step: Step) -> _Fitted:
        """The speed and incline the treadmill can do: never faster or steeper when not facing the console."""
        known = self.fitted.get(id(step))
        if known is None:
            speed = fit_speed(step.speed, self.treadmill, down=step.direction != "forward")
            incline = fit_incline(step.incline, self.treadmill, down=step.direction != "forward")
            changes = [str(new) for new, old in ((speed, step.speed), (incline, step.incline)) if new != old]
            fitted_line = f"{FITTED} {' '.join(changes)}" if changes else None
            known = _Fitted(speed, incline, write_line(step), fitted_line, speed.metres_per_second)
            self.fitted[id(step)] = known
        return known

    def unroll(self, placed: Iterable[_Placed]) -> list[_Node]:
        """Append the segments of every pass; return the tree of the first, as places in the list."""
        tree: list[_Node] = []
        for part in placed:
            if isinstance(part.part, Repeat):
                first = self.unroll(part.body)
                for _ in range(part.part.times - 1):
                    self.unroll(part.body)
                tree.append(_Node(-1, part.part.times, first))
            else:
                tree.append(_Node(len(self.segments), 0, []))
                self.segments.append(self._segment(part.part, part))
        return tree

    def _segment(self, step: Step | Straddle, placed: _Placed) -> Segment:
        start = self.clock
        if isinstance(step, Straddle):
            self.clock += step.seconds
            return Segment(
                start_seconds=start,
                seconds=step.seconds,
                metres=None,
                ends_on="time",
                line=f"{write_line(step)} {ADDED}" if placed.added else write_line(step),
                added=placed.added,
                step=step,
                step_number=placed.number,
            )
        fitted = self.fit(step)
        speed = fitted.metres_per_second
        seconds: float | None = step.amount.seconds
        metres = step.amount.metres
        ends_on: EndsOn = "time" if seconds is not None else "lap" if metres is None else "distance"
        if seconds is not None:
            metres = seconds * speed
        elif metres is not None:
            seconds = metres / speed
        self.clock += seconds or 0.0
        return Segment(
            start_seconds=start,
            seconds=seconds,
            metres=metres,
            ends_on=ends_on,
            direction=step.direction,
            gait=step.gait,
            metres_per_second=speed,
            incline_percent=fitted.incline.percent,
            rail=step.rail,
            line=fitted.line,
            fitted_line=fitted.fitted_line,
            belt=f"{fitted.speed} {fitted.incline}" if fitted.incline.number else str(fitted.speed),
            step=step,
            step_number=placed.number,
        )


class _Node(msgspec.Struct, frozen=True):
    place: int
    times: int
    body: list[_Node]


def _after(parts: Sequence[Part], befores: tuple[_Before, ...]) -> tuple[_Before, ...]:
    for part in parts:
        if isinstance(part, Repeat):
            befores = _after(part.steps, befores)
        elif isinstance(part, Straddle):
            befores = tuple(_Before(before.step, straddled=True) for before in befores)
        else:
            befores = (_Before(part, straddled=False),)
    return befores


def _distinct(befores: Iterable[_Before]) -> tuple[_Before, ...]:
    return tuple({(id(before.step), before.straddled): before for before in befores}.values())


def _count(placed: Iterable[_Placed]) -> int:
    return sum(part.part.times * _count(part.body) if isinstance(part.part, Repeat) else 1 for part in placed)


def _too_long(workout: Workout) -> InvalidWorkout:
    message = f"more than {MOST_SEGMENTS} segments once repeats are unrolled and straddles placed"
    return InvalidWorkout(
        [Problem(code="BT008", message=message, hint="repeat less often", where=Where(file=workout.file))]
    )


def _with_cues(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    cued: list[Segment] = []
    last: Segment | None = None
    for segment, following, beyond in zip(
        segments, (*segments[1:], None), (*segments[2:], None, None), strict=False
    ):
        cue: Cue | None = None
        if segment.is_straddle:
            cue = Cue(seconds=0.0, text=_at_the_turn(last, following))
        else:
            last = segment
            if following is not None and following.is_straddle:
                cue = _before_the_turn(segment, beyond)
        cued.append(segment if cue is None else msgspec.structs.replace(segment, cues=(cue,)))
    return tuple(cued)


def _before_the_turn(segment: Segment, beyond: Segment | None) -> Cue:
    then = "" if beyond is None or beyond.is_straddle else f", then {beyond.direction} {beyond.gait}"
    at = (segment.seconds or 0.0) - WARNING_SECONDS
    if at >= READING_SECONDS:
        return Cue(seconds=at, text=f"In {WARNING_SECONDS} s: straddle{then}.")
    # Too soon after the line to be read by itself: it stands with the line, and counts from there.
    seconds = int(segment.seconds or 0)
    return Cue(seconds=0.0, text=f"In {seconds} s: straddle{then}." if seconds else f"Next: straddle{then}.")


_FACING: dict[Direction, str] = {
    "backward": "your back",
    "left": "your left side",
    "right": "your right side",
}


def _at_the_turn(before: Segment | None, following: Segment | None) -> str:
    if following is None:
        return "Straddle. Stop the belt."
    if following.direction is None:
        return "Straddle. Both hands on the handrails."
    belt = following.belt
    if before is not None and before.incline_percent and not following.incline_percent:
        belt += " 0%"
    if before is not None and before.direction == following.direction:
        if belt == before.belt:
            return "Straddle. Both hands on the handrails, same speed next."
        return f"Straddle. Set {belt}, then face the same way again."
    if following.direction == "forward":
        return f"Straddle. Turn to face the console, then set {belt}."
    return f"Straddle. Set {belt}, then turn {_FACING[following.direction]} to the console."


def _tree(nodes: Iterable[_Node], segments: Sequence[Segment], cues: _CuesSaid) -> tuple[TreePart, ...]:
    return tuple(
        RepeatedSegments(times=node.times, parts=_tree(node.body, segments, cues))
        if node.times
        else _of_every_pass(segments[node.place], cues)
        for node in nodes
    )


def _cues_said(segments: Iterable[Segment]) -> _CuesSaid:
    said: _CuesSaid = {}
    for segment in segments:
        said.setdefault((segment.step_number, segment.added), set()).add(segment.cues)
    return said


def _of_every_pass(segment: Segment, cues: _CuesSaid) -> Segment:
    """The segment without its cues where another pass of its repeat says something else."""
    if len(cues[segment.step_number, segment.added]) == 1:
        return segment
    return msgspec.structs.replace(segment, cues=())


def _totals(segments: Sequence[Segment]) -> Totals:
    seconds = {"forward": 0.0, "backward": 0.0, "left": 0.0, "right": 0.0, "straddle": 0.0}
    metres = 0.0
    laps = 0
    for segment in segments:
        seconds[segment.direction or "straddle"] += segment.seconds or 0.0
        metres += segment.metres or 0.0
        laps += segment.ends_on == "lap"
    return Totals(
        seconds=sum(seconds.values()),
        metres=metres,
        forward_seconds=seconds["forward"],
        backward_seconds=seconds["backward"],
        sideways_seconds=seconds["left"] + seconds["right"],
        straddle_seconds=seconds["straddle"],
        lap_steps=laps,
    )
