"""A timeline as the rules look at it: bouts, ways onto the belt, and what lies around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_plugins.levels import LIMITS, LevelLimits
from backtrack_plugins.timeline import Segment
from backtrack_plugins.units import Limit
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.timeline import Timeline
    from backtrack_plugins.workout import Level

FAST_FORWARD = Limit.of("10", "6.2")
"""Forward and without an effort, faster than this counts as hard (our choice)."""

SHORTEST_STRADDLE_SECONDS = 10
"""A shorter one is no turn, and ends no bout."""

HARD_RPE = 15
"""From here on the 6-20 scale says hard (Borg's own word for 15)."""


class Bout(msgspec.Struct, frozen=True):
    """An unbroken run of backward or sideways segments; a straddle of 10 s or more ends it.

    Attributes:
        segments: In order; at least one.
    """

    segments: tuple[Segment, ...]

    @property
    def start_seconds(self) -> float:
        """When it begins, in seconds from the start of the workout."""
        return self.segments[0].start_seconds

    @property
    def seconds(self) -> float:
        """How long it lasts; segments until the lap button count as none."""
        return sum((segment.seconds or 0.0 for segment in self.segments), 0.0)


class Arrival(NamedTuple):
    """A way onto the belt: from which segment, after how long a straddle, to which segment.

    `rested` is the forward time since a hard forward segment ended and before the straddle began; None
    where there was none, or where it cannot be known.
    """

    before: Segment | None
    straddled: float
    segment: Segment
    rested: float | None


class Case:
    """A timeline as the rules look at it: gone through once, whatever the number of rules.

    Attributes:
        timeline: What is checked.
        athlete: Whose values some rules need; None when nobody is known.
        level: Whose limits hold.
        limits: The level's limits.
        turned: Every backward or sideways step as written, each once, with its first segment.
        bouts: Every bout, in order.
        arrivals: Every way onto the belt that begins or ends in another direction than forward.
        lead_in_seconds: Forward time before the first bout; None without a bout, or when not known.
        cool_down_seconds: Forward time after the last bout; None without a bout, or when not known.
    """

    def __init__(self, timeline: Timeline, athlete: Athlete | None) -> None:
        self.timeline = timeline
        self.athlete = athlete
        self.level: Level = timeline.level
        self.limits: LevelLimits = LIMITS[timeline.level]
        self.arrivals: list[Arrival] = []
        self.lead_in_seconds: float | None = None
        self._turned: dict[int, tuple[Segment, Step]] = {}
        self._bouts: list[list[Segment]] = []
        self._forward: float | None = 0.0  # None once a lap step makes it unknown
        self._rested: float | None = None
        self._before: Segment | None = None
        straddled = 0.0
        for segment in timeline.segments:
            if segment.direction is None:
                straddled += segment.seconds or 0.0
                continue
            if segment.direction == "forward":
                self._go_forward(segment, straddled)
            else:
                self._turn(segment, straddled)
            self._before, straddled = segment, 0.0
        self.turned: tuple[tuple[Segment, Step], ...] = tuple(self._turned.values())
        self.bouts: tuple[Bout, ...] = tuple(Bout(tuple(segments)) for segments in self._bouts)
        self.cool_down_seconds: float | None = self._forward if self._bouts else None

    def _turn(self, segment: Segment, straddled: float) -> None:
        before = self._before
        if not self._bouts:
            self.lead_in_seconds = self._forward
        goes_on = before is not None and before.direction != "forward"
        if goes_on and straddled < SHORTEST_STRADDLE_SECONDS:
            self._bouts[-1].append(segment)
        else:
            self._bouts.append([segment])
        if isinstance(segment.step, Step):
            self._turned.setdefault(segment.step_number, (segment, segment.step))
        self.arrivals.append(Arrival(before, straddled, segment, self._rested))
        self._forward = 0.0

    def _go_forward(self, segment: Segment, straddled: float) -> None:
        before = self._before
        if before is not None and before.direction != "forward":
            self.arrivals.append(Arrival(before, straddled, segment, None))
        seconds = segment.seconds
        self._forward = None if seconds is None or self._forward is None else self._forward + seconds
        if isinstance(segment.step, Step) and is_hard(segment.step):
            self._rested = 0.0
        elif self._rested is not None:
            self._rested = None if seconds is None else self._rested + seconds


def is_hard(step: Step) -> bool:
    """Whether a forward step is hard: it says so, or it says nothing and is fast."""
    if step.effort is None:
        return step.speed.exceeds(FAST_FORWARD)
    if step.effort.startswith("rpe "):
        return int(step.effort[4:]) >= HARD_RPE
    return step.effort == "hard"


def bouts(timeline: Timeline) -> tuple[Bout, ...]:
    r"""The bouts of a timeline, in order.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n5:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail"
    >>> [bout.seconds for bout in bouts(expand(parse(page)))]
    [60.0]
    """
    return Case(timeline, None).bouts
