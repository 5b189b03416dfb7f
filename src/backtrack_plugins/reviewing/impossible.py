"""What no pass of a planned step can be: then the recording follows another workout, whatever its indices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.reviewing.match import (
    SECONDS_TOLERANCE,
    TAIL_SECONDS,
    TOO_FAR,
    is_timed,
    metres_slack,
    slack,
)
from backtrack_plugins.reviewing.plan import NotMatched, instead
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_plugins.recording import Lap, Recording
    from backtrack_plugins.timeline import Segment, Timeline


OVERLAP_SECONDS = 2.0
"""So long two laps may overlap: starts are kept in whole seconds, and timers in thousandths (our choice)."""


def refuse_overlaps(recording: Recording) -> None:
    """See that no time is in two laps: it would be counted twice, and half a bout would be a whole one.

    Raises:
        NotMatched: when one lap begins before the timer of another has run out.
    """
    end, until = 0.0, 0
    for number, lap in enumerate(recording.laps, start=1):
        if lap.seconds and lap.start_seconds < end - OVERLAP_SECONDS:
            raise NotMatched(
                f"laps {until} and {number} overlap, as where a recording is in a file twice",
                "Give the file as the watch saved it",
            )
        if lap.start_seconds + lap.seconds > end:
            end, until = lap.start_seconds + lap.seconds, number


def refuse_impossible(timeline: Timeline, at: int, places: Sequence[int], recording: Recording) -> None:
    """See that the laps of one pass can be one of a segment.

    Args:
        timeline: What was planned.
        at: Which segment of it, from 0.
        places: Places of the laps in the recording, from 0.
        recording: What was recorded.

    Raises:
        NotMatched: when a time took too long, or was ended by its time too early. Where the watch kept no
            steps, also when something else ended it than what is planned, or it went much too far.
    """
    segment = timeline.segments[at]
    laps = [recording.laps[place] for place in places]
    following = recording.laps[places[-1] + 1 : places[-1] + 2]
    said = ""
    if is_timed(segment):
        said = _wrong_time(segment.seconds or 0.0, laps)
    if not said and not recording.steps:
        goes_on = any(lap.step_index is not None for lap in following)
        said = _wrong_end(segment, laps, goes_on=goes_on)
    if said:
        raise NotMatched(
            f"lap {places[-1] + 1} is of '{segment.line}' by its index, and {said}: the recording follows "
            "another workout",
            instead(recording, timeline),
        )


def _wrong_time(planned: float, laps: Sequence[Lap]) -> str:
    seconds = sum(lap.seconds for lap in laps)
    if _without_tail(laps, planned) > planned + SECONDS_TOLERANCE:
        return f"took {clock_of(round(seconds))}"
    if laps[-1].trigger == "time" and seconds < planned - SECONDS_TOLERANCE:
        return f"was ended by its time after {clock_of(round(seconds))}"
    return ""


def _without_tail(laps: Sequence[Lap], planned: float) -> float:
    """How long laps took, without a few seconds that were counted behind the end of their step."""
    seconds = sum(lap.seconds for lap in laps)
    tail = 0.0
    for lap in reversed(laps[1:]):
        tail += lap.seconds
        if tail > TAIL_SECONDS or seconds - tail < planned - slack(planned):
            break
        if seconds - tail <= planned + SECONDS_TOLERANCE:
            return seconds - tail
    return seconds


def _wrong_end(segment: Segment, laps: Sequence[Lap], *, goes_on: bool) -> str:
    """What ended a pass that cannot have ended it, where only the laps tell which workout it was."""
    trigger = laps[-1].trigger
    if trigger == "time" and not is_timed(segment):
        return "was ended by a time"
    if segment.ends_on == "distance":
        metres, planned = sum(lap.metres or 0.0 for lap in laps), segment.metres or 0.0
        return f"went {metres:.0f} m" if metres > TOO_FAR * planned + metres_slack(planned) else ""
    if trigger != "distance" or not goes_on:
        return ""
    is_over = is_timed(segment) and _is_over(segment.seconds or 0.0, laps)
    return "" if is_over else "was ended by a distance"


def _is_over(planned: float, laps: Sequence[Lap]) -> bool:
    return sum(lap.seconds for lap in laps) >= planned - SECONDS_TOLERANCE
