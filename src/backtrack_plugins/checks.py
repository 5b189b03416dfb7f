"""What passes between the core and a check that a plugin offers: Check, CheckRequest."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.exporter import check_name
from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.problem import Problem, Where
from backtrack_plugins.timeline import Segment, Timeline


class CheckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a check gets.

    Attributes:
        timeline: The Workout unrolled in time.
        athlete: The athlete's values that the check declared it needs, and no others.
        supervised_by: Who stands beside the treadmill; None when nobody does.
    """

    timeline: Timeline
    athlete: Athlete
    supervised_by: str | None = None

    def where(self, segment: Segment | None) -> Where:
        """The place of a segment in what was read, for a Problem."""
        return self.timeline.where(segment)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """Rules that a plugin adds. They can add problems, and never take one of the core's away.

    Attributes:
        name: The entry point's name: lower-case letters, digits and hyphens.
        summary: One line for a list.
        check: Finds problems; each code begins with the name and a slash, as in ``club-hours/long``.
        needs: Fields of Athlete that the check wants to see.

    Raises:
        ValueError: when the name or a needed value is none. Or when a field holds what its type
            does not allow; the message names it.
    """

    name: str
    summary: str
    check: Callable[[CheckRequest], Iterable[Problem]]
    needs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_name(self.name, self.needs)
