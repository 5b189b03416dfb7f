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
    from backtrack_plugins.timeline import Segment


def refuse_impossible(segment: Segment, places: Sequence[int], recording: Recording) -> None:
    """See that the laps of one pass can be one of this segment.

    Args:
        segment: What was planned.
        places: Places of the laps in the recording, from 0.
        recording: What was recorded.

    Raises:
        NotMatched: when a time took too long, or was ended by its time too early. Where the watch kept no
            steps, also when something else ended it than what is planned, or it went much too far.
    """
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
            f"another workout. {instead(recording)}"
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
    """What ended a pass that the watch went on behind, where only the laps tell which workout it was."""
    trigger = laps[-1].trigger
    if is_timed(segment):
        is_early = sum(lap.seconds for lap in laps) < (segment.seconds or 0.0) - SECONDS_TOLERANCE
        return "was ended by a distance" if trigger == "distance" and is_early and goes_on else ""
    if segment.ends_on != "distance":
        return ""
    metres, planned = sum(lap.metres or 0.0 for lap in laps), segment.metres or 0.0
    if trigger == "time":
        return "was ended by a time"
    return f"went {metres:.0f} m" if metres > TOO_FAR * planned + metres_slack(planned) else ""
