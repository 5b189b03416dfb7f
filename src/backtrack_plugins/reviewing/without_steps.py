"""Matching a recording whose laps have no step index: lap by lap, or by the time alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.reviewing.match import (
    SECONDS_TOLERANCE,
    Done,
    Match,
    done_in,
    metres_slack,
    slack,
)
from backtrack_plugins.reviewing.plan import NotMatched
from backtrack_plugins.reviewing.windows import windows_of
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from backtrack_plugins.recording import Lap, Recording
    from backtrack_plugins.timeline import Segment, Timeline

TOTAL_SECONDS = 5.0
TOTAL_SHARE = 0.01
"""A recording is started and stopped by hand: so much its time may differ from the plan's (our choice)."""


def match_without_steps(timeline: Timeline, recording: Recording) -> Match:
    """Lap by lap when each agrees with its segment; else by the time, when it agrees in all.

    Raises:
        NotMatched: when neither does.
    """
    laps = recording.laps
    if len(laps) == len(timeline.segments) and _agree(timeline.segments, laps):
        return Match("laps", [done_in(laps, [place]) for place in range(len(laps))], [])
    if timeline.totals.lap_steps:
        steps = _count(timeline.totals.lap_steps)
        raise NotMatched(f"{_UNSAID}, and {steps} until the lap button: nobody knows when", INSTEAD)
    planned = timeline.totals.seconds
    if abs(recording.seconds - planned) > max(TOTAL_SECONDS, TOTAL_SHARE * planned):
        took = (
            f"the plan takes {clock_of(round(planned))}, the recording {clock_of(round(recording.seconds))}"
        )
        raise NotMatched(f"{_UNSAID}, and {took}", INSTEAD)
    return Match("time", _cut(timeline, recording), [])


_UNSAID = "no lap of the recording says which step it is of"

INSTEAD = "Record it while the watch follows the workout, or press the lap button at the end of each line"


def _count(steps: int) -> str:
    return "one step of the plan lasts" if steps == 1 else f"{steps} steps of the plan last"


def _agree(segments: tuple[Segment, ...], laps: tuple[Lap, ...]) -> bool:
    """Whether every step on the belt agrees with its lap; none may be without anything to agree in.

    A step until the lap button is as long as it was: a lap left out and another one made would shift it, and
    nobody would see. Straddles may be as long as they were, since there is no way to move in them.
    """
    pairs = zip(segments, laps, strict=True)
    on_the_belt = [(segment, lap) for segment, lap in pairs if not segment.is_straddle]
    return bool(on_the_belt) and all(_agrees(segment, lap) for segment, lap in on_the_belt)


def _agrees(segment: Segment, lap: Lap) -> bool:
    planned = segment.seconds or 0.0
    if segment.ends_on == "lap":
        return False
    if segment.ends_on == "time":
        return -slack(planned) <= lap.seconds - planned <= SECONDS_TOLERANCE
    metres = segment.metres or 0.0
    figures = [lap.seconds * (segment.metres_per_second or 0.0)]
    if lap.metres is not None:
        figures.append(lap.metres)
    return any(abs(figure - metres) <= metres_slack(metres) for figure in figures)


def _cut(timeline: Timeline, recording: Recording) -> list[Done | None]:
    """Cut the time where the plan says."""
    spans = [
        (segment.start_seconds, min(segment.start_seconds + (segment.seconds or 0.0), recording.seconds))
        for segment in timeline.segments
    ]
    return [
        Done(seconds=end - start, windows=windows) if end > start else None
        for (start, end), windows in zip(spans, windows_of(spans, recording), strict=True)
    ]
