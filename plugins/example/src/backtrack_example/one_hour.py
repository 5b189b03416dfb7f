"""A quiet check: some gym treadmills stop by themselves after an hour, and then better not behind you.

It has a module of its own because checks are imported for every check and export; the exporter beside it
is imported only by who asks for its format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import Check, Problem, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins import CheckRequest

HOUR_SECONDS = 3600


def late(request: CheckRequest) -> Iterator[Problem]:
    """Warn once, at the first backward or sideways segment that is not over after 60:00."""
    for segment in request.timeline.segments:
        ends = round(segment.start_seconds + (segment.seconds or 0))
        if segment.direction not in {None, "forward"} and ends > HOUR_SECONDS:
            until = f"{segment.direction} until {ends // 60}:{ends % 60:02}"
            yield Problem(
                code="one-hour/late",
                severity="warning",
                message=f"{until}; some gym treadmills stop by themselves at 60:00",
                hint="do it before the run, or make the run shorter",
                where=request.where(segment),
                text=segment.line,
            )
            return


@hookimpl
def backtrack_checks() -> Iterable[Check]:
    """Offer ``one-hour``."""
    summary = "No bout after 60:00, when some gym treadmills stop"
    return [Check(name="one-hour", summary=summary, check=late)]
