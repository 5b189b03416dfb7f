"""What was done of what was planned: Review, its segments and its totals."""

from __future__ import annotations

from typing import Literal

import msgspec

from backtrack_plugins.energy import Range
from backtrack_plugins.recording import Recording
from backtrack_plugins.timeline import Segment, Timeline

SegmentState = Literal["as planned", "short", "missing"]
Basis = Literal["steps", "laps", "time"]
"""What plan and recording were matched by: the step indices of laps, lap by lap, or the time alone."""

Way = Literal["forward", "backward", "sideways", "straddle"]


class ReviewedSegment(msgspec.Struct, frozen=True, kw_only=True):
    """One planned segment, and what was done of it.

    Attributes:
        segment: As planned.
        state: ``as planned``, ``short`` or ``missing``. A straddle, and a step that the lap button ends, are
            as planned when they were there at all.
        seconds: How long the timer ran in it; 0 when it is missing.
        metres: Belt speed times time; None in a straddle, where the belt carries nobody.
        watch_metres: The watch's own estimate, made for walking and running forward; None when it has none.
        heart_rate: Mean in beats per minute; None when there is none.
        kcal: Energy of what was done, rest included, estimated; None where nothing is known.
        laps: Numbers of its laps, from 1; empty when it is missing, or was matched by time alone.
    """

    segment: Segment
    state: SegmentState
    seconds: float = 0.0
    metres: float | None = None
    watch_metres: float | None = None
    heart_rate: float | None = None
    kcal: Range | None = None
    laps: tuple[int, ...] = ()


class ExtraLap(msgspec.Struct, frozen=True, kw_only=True):
    """A lap that belongs to no planned segment; nobody knows which way it was.

    Attributes:
        lap: Its number, from 1.
        seconds: How long the timer ran in it.
        watch_metres: The watch's own estimate.
        heart_rate: Mean in beats per minute.
    """

    lap: int
    seconds: float
    watch_metres: float | None = None
    heart_rate: float | None = None


class WayTotals(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over all segments that go one way.

    Attributes:
        way: ``forward``, ``backward``, ``sideways``, or ``straddle``.
        planned_seconds: As planned; what the lap button ends counts as none.
        seconds: As done.
        metres: Belt speed times time; 0 in straddles.
        watch_metres: The watch's own estimate; None when it has none for any of them.
        incline_percent: Mean over the time done, in percent of grade; None when nothing was done.
        heart_rate: Mean over the time done for which there is one; None when there is none.
        kcal: Energy, rest included, estimated; None when nothing is known for any of them.
        unestimated_seconds: Time done for which no energy is known.
    """

    way: Way
    planned_seconds: float
    seconds: float
    metres: float
    watch_metres: float | None = None
    incline_percent: float | None = None
    heart_rate: float | None = None
    kcal: Range | None = None
    unestimated_seconds: float = 0.0


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """Plan against done, segment by segment.

    Attributes:
        timeline: What was planned.
        recording: What was recorded.
        basis: What they were matched by; None when they were not.
        reason: Why they were not matched, without a full stop; empty when they were.
        advice: What to do about that, likewise.
        segments: One for each segment of the timeline, in its order; empty when they were not matched.
        extras: Laps that belong to no segment, in order.
        totals: For each way that was planned: forward, backward, sideways, straddle; empty when not matched.
        score: How much of the planned time on the belt was done, in percent from 0 to 100: each segment
            counts up to its planned time; straddles, what the lap button ends, and extra laps count as none.
            None when not matched, or when nothing planned has a time.
    """

    timeline: Timeline
    recording: Recording
    basis: Basis | None
    reason: str = ""
    advice: str = ""
    segments: tuple[ReviewedSegment, ...] = ()
    extras: tuple[ExtraLap, ...] = ()
    totals: tuple[WayTotals, ...] = ()
    score: float | None = None

    @property
    def is_matched(self) -> bool:
        """Whether it is known what was done of each segment."""
        return self.basis is not None

    @property
    def why_not(self) -> str:
        """Why they were not matched, and what to do about it; empty when they were."""
        return ". ".join(filter(None, (self.reason, self.advice)))

    @property
    def turned(self) -> tuple[ReviewedSegment, ...]:
        """The backward and sideways segments."""
        return tuple(each for each in self.segments if each.segment.direction not in {None, "forward"})

    @property
    def all_done(self) -> bool:
        """Whether every backward and sideways segment was done as planned."""
        return self.is_matched and all(each.state == "as planned" for each in self.turned)
