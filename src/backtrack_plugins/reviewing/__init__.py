"""Reviewing: a Recording held against the Timeline that was planned.

`plan` counts the plan as a watch does, and sees whether the watch followed it; `by_steps` and `without_steps`
match laps and segments; `windows` finds heart rates; what was done is summed up here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.continued import joined
from backtrack_plugins.energy import Range, energy_done
from backtrack_plugins.reviewed import ExtraLap, Review, ReviewedSegment, WayTotals
from backtrack_plugins.reviewing.by_steps import match_by_steps
from backtrack_plugins.reviewing.impossible import refuse_overlaps
from backtrack_plugins.reviewing.match import Done, Match, reaches, window
from backtrack_plugins.reviewing.plan import NotMatched, Plan, refuse_another_workout
from backtrack_plugins.reviewing.windows import HeartRates
from backtrack_plugins.reviewing.without_steps import match_without_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.recording import Lap, Recording
    from backtrack_plugins.reviewed import SegmentState, Way
    from backtrack_plugins.timeline import Segment, Timeline
    from backtrack_plugins.workout import Direction

_WAY_OF: dict[Direction | None, Way] = {
    "forward": "forward",
    "backward": "backward",
    "left": "sideways",
    "right": "sideways",
    None: "straddle",
}


def review(timeline: Timeline, recording: Recording, athlete: Athlete | None = None) -> Review:
    r"""Say what was done of what was planned, segment by segment; never a guess.

    Laps are put to segments by the step index that a watch writes into them; without one lap by lap, or by
    the time, when they agree. Where they do not, the review is not matched and says why.

    Args:
        timeline: What was planned, expanded as it was sent: straddles are steps on a watch, too.
        recording: What was recorded.
        athlete: Whose body mass energy is estimated for.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.recording import Lap, Recording
    >>> from backtrack_plugins.timeline import expand
    >>> timeline = expand(parse("name: A\n5:00 forward walk 5 km/h\n5:00 forward jog 8 km/h"))
    >>> first = Lap(start_seconds=0, seconds=300, step_index=0)
    >>> second = Lap(start_seconds=300, seconds=90, step_index=1)
    >>> found = review(timeline, Recording(file="today.fit", seconds=390, laps=(first, second)))
    >>> [each.state for each in found.segments], found.score
    (['as planned', 'short'], 65.0)
    """
    try:
        match = _match(timeline, recording)
    except NotMatched as why:
        return Review(
            timeline=timeline, recording=recording, basis=None, reason=why.reason, advice=why.advice
        )
    rates = HeartRates(recording.samples)
    segments = tuple(_segments(timeline, recording, match, rates, athlete))
    return Review(
        timeline=timeline,
        recording=recording,
        basis=match.basis,
        segments=segments,
        extras=tuple(_extra(recording.laps[place], place, rates) for place in match.extras),
        totals=tuple(totals_of(segments)),
        score=_score(segments),
    )


def _match(timeline: Timeline, recording: Recording) -> Match:
    plan = Plan(timeline)
    recording, rests = joined(recording, plan.is_one)
    refuse_another_workout(plan, recording)
    refuse_overlaps(recording)
    if any(lap.step_index is not None for lap in recording.laps):
        return match_by_steps(plan, recording, rests)
    return match_without_steps(timeline, recording)


def _segments(
    timeline: Timeline, recording: Recording, match: Match, rates: HeartRates, athlete: Athlete | None
) -> Iterator[ReviewedSegment]:
    lasted = [0.0 if done is None else done.seconds for done in match.done]
    energies = energy_done(timeline, lasted, None if athlete is None else athlete.mass)
    for segment, done, kcal in zip(timeline.segments, match.done, energies, strict=True):
        speed = segment.metres_per_second
        if done is None:
            metres = None if speed is None else 0.0
            yield ReviewedSegment(segment=segment, state="missing", metres=metres, kcal=kcal)
            continue
        yield ReviewedSegment(
            segment=segment,
            state=_state(segment, done),
            seconds=done.seconds,
            metres=None if speed is None else speed * done.seconds,
            watch_metres=done.watch_metres,
            heart_rate=_heart_rate(done, recording.laps, rates),
            kcal=kcal,
            laps=tuple(place + 1 for place in done.laps),
        )


def _state(segment: Segment, done: Done) -> SegmentState:
    return "as planned" if reaches(segment, done.seconds, done.watch_metres) else "short"


def _heart_rate(done: Done, laps: Sequence[Lap], rates: HeartRates) -> float | None:
    """From the samples; where there are none, from the means that the watch wrote into the laps."""
    mean = rates.mean(done.windows)
    if mean is not None:
        return mean
    return _weighted((laps[place].heart_rate, laps[place].seconds) for place in done.laps)


def _extra(lap: Lap, place: int, rates: HeartRates) -> ExtraLap:
    mean = rates.mean([window(lap)])
    return ExtraLap(
        lap=place + 1,
        seconds=lap.seconds,
        watch_metres=lap.metres,
        heart_rate=lap.heart_rate if mean is None else mean,
    )


def _weighted(values: Iterable[tuple[float | None, float]]) -> float | None:
    """The mean of the values that are known, each weighted; None when none is, or none has weight."""
    known = [(value, weight) for value, weight in values if value is not None]
    weights = sum(weight for _, weight in known)
    return sum(value * weight for value, weight in known) / weights if weights > 0 else None


def totals_of(segments: Iterable[ReviewedSegment]) -> Iterator[WayTotals]:
    """The totals of each way that was planned, in the order of `WayTotals.way`."""
    by_way: dict[Way, list[ReviewedSegment]] = {way: [] for way in _WAY_OF.values()}
    for segment in segments:
        by_way[_WAY_OF[segment.segment.direction]].append(segment)
    for way, those in by_way.items():
        if those:
            yield _total(way, those)


def _total(way: Way, those: Sequence[ReviewedSegment]) -> WayTotals:
    watch_metres = [each.watch_metres for each in those if each.watch_metres is not None]
    kcal = [each.kcal for each in those if each.kcal is not None]
    return WayTotals(
        way=way,
        planned_seconds=sum((each.segment.seconds or 0.0 for each in those), 0.0),
        seconds=sum((each.seconds for each in those), 0.0),
        metres=sum((each.metres or 0.0 for each in those), 0.0),
        watch_metres=sum(watch_metres) if watch_metres else None,
        incline_percent=_weighted((each.segment.incline_percent, each.seconds) for each in those),
        heart_rate=_weighted((each.heart_rate, each.seconds) for each in those),
        kcal=_sum(kcal) if kcal else None,
        unestimated_seconds=sum((each.seconds for each in those if each.kcal is None), 0.0),
    )


def _sum(ranges: Sequence[Range]) -> Range:
    low, high = sum(each.low for each in ranges), sum(each.high for each in ranges)
    return Range(sum(each.value for each in ranges), low, high)


def _score(segments: Iterable[ReviewedSegment]) -> float | None:
    """How much of the planned time on the belt was done, in percent."""
    pairs = [
        (each.segment.seconds, each.seconds)
        for each in segments
        if each.segment.seconds is not None and not each.segment.is_straddle
    ]
    planned = sum(planned for planned, _ in pairs)
    return 100 * (sum(min(done, planned) for planned, done in pairs) / planned) if planned > 0 else None
