"""What an entry of the library comes to: its time, its energy, and whether somebody may do it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from backtrack_plugins.checking import check_rules, is_safe
from backtrack_plugins.energy import Energy, estimate_energy
from backtrack_plugins.timeline import Timeline, expand
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.library import LibraryEntry

Fit = Literal["yes", "supervised", "no"]
"""Whether the rules let somebody do it: alone, with somebody beside the treadmill, or not."""

_SOMEBODY = "somebody"


class Facts(NamedTuple):
    """What an entry comes to.

    Attributes:
        timeline: The entry, unrolled for the athlete, or for its own level when nobody is known.
        energy: What it costs.
        own: Whether somebody of the entry's own level may do it.
        fit: Whether the athlete may do it; None when their level is not known.
    """

    timeline: Timeline
    energy: Energy
    own: Fit
    fit: Fit | None

    @property
    def time(self) -> str:
        """Its whole time, and how much of it is backward and sideways, for people to read."""
        totals = self.timeline.totals
        turned = (("backward", totals.backward_seconds), ("sideways", totals.sideways_seconds))
        said = [f"{clock_of(round(seconds))} {direction}" for direction, seconds in turned if seconds]
        return f"{clock_of(round(totals.seconds))} in all, {' and '.join(said)}"


def facts_of(entry: LibraryEntry, athlete: Athlete | None = None) -> Facts:
    """What an entry comes to, by the rules of the core; check plugins are not asked.

    >>> from backtrack_plugins.library import library_entry
    >>> facts_of(library_entry("gentle-retro")).own
    'supervised'
    """
    timeline = expand(entry.workout, athlete)
    known = athlete is not None and athlete.level is not None
    return Facts(
        timeline=timeline,
        energy=estimate_energy(timeline, None if athlete is None else athlete.mass),
        own=_fit(expand(entry.workout), None),
        fit=_fit(timeline, athlete) if known else None,
    )


def _fit(timeline: Timeline, athlete: Athlete | None) -> Fit:
    if is_safe(check_rules(timeline, athlete)):
        return "yes"
    supervised = check_rules(timeline, athlete, supervised_by=_SOMEBODY)
    return "supervised" if is_safe(supervised) else "no"
