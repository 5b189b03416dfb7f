"""One workout of a dated series, as the rules look at it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from backtrack_plugins.timeline import Segment, Timeline
    from backtrack_plugins.workout import Rail

HANDS: tuple[Rail, ...] = ("grip", "light", "free")
"""What the hands do, from the most held to the least."""


class Session:
    """One workout of a dated series, as the rules look at it.

    Args:
        date: The day it is done.
        timeline: What is done.
    """

    def __init__(self, date: date, timeline: Timeline) -> None:
        self.date = date
        self.timeline = timeline

    @cached_property
    def turned(self) -> tuple[Segment, ...]:
        """Its backward and sideways segments."""
        return tuple(each for each in self.timeline.segments if each.direction not in {None, "forward"})

    @cached_property
    def fastest_kmh(self) -> float:
        """The fastest backward or sideways belt speed, in km/h; 0 when there is none."""
        return max((3.6 * (segment.metres_per_second or 0.0) for segment in self.turned), default=0.0)

    @cached_property
    def steepest(self) -> float:
        """The steepest backward or sideways incline, in percent; 0 when there is none."""
        return max((segment.incline_percent for segment in self.turned), default=0.0)

    @cached_property
    def longest_seconds(self) -> float:
        """The longest single backward or sideways segment; 0 when there is none."""
        return max((segment.seconds or 0.0 for segment in self.turned), default=0.0)

    @cached_property
    def freest(self) -> Rail | None:
        """The least that the hands hold in any bout; None without one."""
        rails = [segment.rail for segment in self.turned if segment.rail is not None]
        return max(rails, key=HANDS.index, default=None)
