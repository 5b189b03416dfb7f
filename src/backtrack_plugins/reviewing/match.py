"""What matching finds: for each segment what was done of it, and the laps that belong to none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.reviewed import Basis

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_plugins.recording import Lap
    from backtrack_plugins.timeline import Segment

SECONDS_TOLERANCE = 2.0
"""A watch counts whole seconds and cuts a lap up to a second late at either end (our choice)."""

TAIL_SECONDS = 5.0
"""Up to so long what follows a finished step under its index still belongs to it (seen: 2 to 4 s)."""

TOO_FAR = 1.5
"""A watch ends a distance by its own estimate; calibrating it changes that afterwards, by less than this."""

METRES_SHARE = 0.02
METRES_TOLERANCE = 5.0
"""A watch looks at its distance once a second, and a run is 5 m a second (our choice)."""


class Done(msgspec.Struct, frozen=True):
    """What was done of one segment.

    Attributes:
        seconds: How long the timer ran.
        laps: Places of its laps in the recording, from 0.
        windows: From when to when, in seconds since the recording began, pauses included; none where that
            cannot be told.
        watch_metres: The watch's estimate; None when it has none.
    """

    seconds: float
    laps: tuple[int, ...] = ()
    windows: tuple[tuple[float, float], ...] = ()
    watch_metres: float | None = None


class Match(msgspec.Struct, frozen=True):
    """What was done of each segment, None where nothing was; and places of laps that belong to none."""

    basis: Basis
    done: list[Done | None]
    extras: list[int]


def done_in(laps: Sequence[Lap], places: Sequence[int]) -> Done:
    """What was done in some laps of a recording."""
    its = [laps[place] for place in places]
    metres = [lap.metres for lap in its if lap.metres is not None]
    return Done(
        seconds=sum(lap.seconds for lap in its),
        laps=tuple(places),
        windows=tuple(window(lap) for lap in its),
        watch_metres=sum(metres) if metres else None,
    )


def window(lap: Lap) -> tuple[float, float]:
    """From when to when a lap was, pauses included."""
    lasted = lap.seconds if lap.elapsed_seconds is None else lap.elapsed_seconds
    return lap.start_seconds, lap.start_seconds + lasted


def slack(planned_seconds: float) -> float:
    """How many seconds may lack from a planned time; never as much as half of it."""
    return min(SECONDS_TOLERANCE, planned_seconds / 2)


def metres_slack(planned_metres: float) -> float:
    """How many metres may lack from a planned distance; never as much as half of it."""
    return min(max(METRES_TOLERANCE, METRES_SHARE * planned_metres), planned_metres / 2)


def is_timed(segment: Segment) -> bool:
    """Whether time ends it on a watch, too: in a straddle a watch waits for the lap button."""
    return segment.ends_on == "time" and not segment.is_straddle


def reaches(segment: Segment, seconds: float, watch_metres: float | None) -> bool:
    """Whether a time, or for a distance one of the two figures for it, reaches what was planned.

    What the lap button ends is as long as it was, and so are straddles, where a watch waits for the button.
    """
    if segment.ends_on == "lap" or segment.is_straddle:
        return True
    if segment.ends_on == "time":
        planned = segment.seconds or 0.0
        return seconds >= planned - slack(planned)
    planned = segment.metres or 0.0
    belt = seconds * (segment.metres_per_second or 0.0)
    return max(belt, watch_metres or 0.0) >= planned - metres_slack(planned)
