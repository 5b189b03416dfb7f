"""What a rule is made of, and what it looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from backtrack_plugins.levels import LIMITS, LevelLimits
from backtrack_plugins.units import Limit
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.checking.history import Session
    from backtrack_plugins.problem import Severity
    from backtrack_plugins.timeline import Segment, Timeline
    from backtrack_plugins.workout import Level

Over = Literal["workout", "programme", "export", "construction"]
"""What a rule holds over: one workout, a dated series, what an exporter wrote, or the model itself."""

FAST_FORWARD = Limit.of("10", "6.2")
"""Forward and without an effort, faster than this counts as hard (our choice)."""

SHORTEST_STRADDLE_SECONDS = 10
"""A shorter one is no turn, and ends no bout."""

HARD_RPE = 15
"""From here on the 6-20 scale says hard (Borg's own word for 15)."""


class Finding(NamedTuple):
    """What a rule found: a sentence, the segment it is about, and a severity when not the rule's own."""

    message: str
    segment: Segment | None = None
    severity: Severity | None = None


class Bout(NamedTuple):
    """An unbroken run of backward or sideways segments; a straddle of 10 s or more ends it."""

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


class Rule(NamedTuple):
    """One safety rule, as data.

    Attributes:
        code: Stable code, such as ``BT305``.
        title: What it holds, in one sentence.
        why: Why, in a sentence or two.
        threshold: The number it holds to, with its unit.
        source: Where the threshold comes from; "our choice" where nothing is published.
        hint: What to do about a finding.
        check: Finds what breaks it in a timeline.
        check_history: Finds what breaks it in a dated series: which session, and a sentence.
        over: What it holds over.
        severity: Of a finding that names none.
        otherwise: Another severity that some of its findings have.
        absolute: No configuration, flag or supervisor lets its errors pass.
        supervised: The severity when somebody stands beside the treadmill, or ``dropped``; None when
            the same.
    """

    code: str
    title: str
    why: str
    threshold: str
    source: str
    hint: str
    check: Callable[[Case], Iterable[Finding]] | None = None
    check_history: Callable[[Sequence[Session]], Iterable[tuple[Session, str]]] | None = None
    over: Over = "workout"
    severity: Severity = "error"
    otherwise: Severity | None = None
    absolute: bool = False
    supervised: Severity | Literal["dropped"] | None = None

    @property
    def may_be_silenced(self) -> bool:
        """Whether it has warnings or infos; its errors are never silenced."""
        return self.over != "construction" and (self.severity != "error" or self.otherwise is not None)
