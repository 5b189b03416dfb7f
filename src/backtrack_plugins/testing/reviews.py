"""Reviews of a timeline, as if somebody had done all of it, part of it, or the forward lines alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.recording import Recording
from backtrack_plugins.reviewed import Review, ReviewedSegment
from backtrack_plugins.reviewing import totals_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_plugins.timeline import Segment, Timeline

ALL_DONE = "all done"
NONE_TURNED = "no backward and sideways line done"

LAP_SECONDS = 73.0
"""How long a step until the lap button was."""

HEART_RATE = 131.0


def reviews_of(timeline: Timeline) -> Mapping[str, Review]:
    """Reviews by what was done; where nothing turns the athlete round, of all of it alone."""
    turned = [
        place for place, segment in enumerate(timeline.segments) if segment.direction not in {None, "forward"}
    ]
    found = {ALL_DONE: _review(timeline, {})}
    if turned:
        first, last = turned[0], turned[-1]
        found["the first backward or sideways line cut short"] = _review(timeline, {first: 0.5})
        found["the last backward or sideways line left out"] = _review(timeline, {last: 0.0})
        found[NONE_TURNED] = _review(timeline, dict.fromkeys(turned, 0.0))
    return found


def _review(timeline: Timeline, shares: Mapping[int, float]) -> Review:
    """Everything done but for the shares of some segments, by their place."""
    segments = tuple(
        _segment(segment, shares.get(place, 1.0)) for place, segment in enumerate(timeline.segments)
    )
    return Review(
        timeline=timeline,
        recording=Recording(file="sample.fit", seconds=sum(each.seconds for each in segments)),
        basis="steps",
        segments=segments,
        totals=tuple(totals_of(segments)),
    )


def _segment(segment: Segment, share: float) -> ReviewedSegment:
    speed = segment.metres_per_second
    if not share:
        return ReviewedSegment(segment=segment, state="missing", metres=None if speed is None else 0.0)
    seconds = share * (LAP_SECONDS if segment.seconds is None else segment.seconds)
    return ReviewedSegment(
        segment=segment,
        state="as planned" if share == 1 or segment.seconds is None else "short",
        seconds=seconds,
        metres=None if speed is None else speed * seconds,
        heart_rate=HEART_RATE,
    )
