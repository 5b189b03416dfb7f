"""What passes between the core and a check that a plugin offers: Check and CheckRequest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.athlete import Athlete, declared
from backtrack_plugins.errors import BacktrackError, PluginError
from backtrack_plugins.exporter import check_name
from backtrack_plugins.problem import Problem, Where
from backtrack_plugins.registry import DISABLE, call
from backtrack_plugins.timeline import Segment, Timeline

if TYPE_CHECKING:
    from backtrack_plugins.registry import Registry


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
        ValueError: when the name or a needed value is none.
    """

    name: str
    summary: str
    check: Callable[[CheckRequest], Iterable[Problem]]
    needs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        check_name(self.name, self.needs)


def check_with_plugins(
    timeline: Timeline, athlete: Athlete | None, supervised_by: str | None, registry: Registry
) -> list[Problem]:
    """What every installed check finds.

    Raises:
        PluginError: when a check is broken, clashes, or returns what it may not. Nothing is exported
            then, until the plugin is mended or disabled by name.
    """
    found: list[Problem] = []
    for check in registry.all("check", Check):
        request = CheckRequest(
            timeline=timeline, athlete=declared(athlete, check.needs), supervised_by=supervised_by
        )
        found += _problems(check, request)
    whole = timeline.where(None)
    return [
        problem if problem.where != Where() else msgspec.structs.replace(problem, where=whole)
        for problem in found
    ]


def _problems(check: Check, request: CheckRequest) -> list[Problem]:
    who = f"the check {check.name}"
    try:
        answer: list[Any] = call(who, lambda: list(check.check(request)))
        for problem in answer:
            _refuse_what_is_no_problem(problem, check.name, who)
    except BacktrackError as error:  # one of ours, too: a check finds problems, and raises nothing on purpose
        said = str(error) if str(error).startswith(who) else f"{who} failed: {error}"
        remedy = f"Nothing is exported until it is mended, or left out: {DISABLE}={check.name}"
        raise PluginError(f"{said.rstrip('.')}. {remedy}") from error
    return answer


def _refuse_what_is_no_problem(problem: object, name: str, who: str) -> None:
    if not isinstance(problem, Problem):
        raise PluginError(f"{who} returned {type(problem).__name__} among its problems, not Problem")
    try:
        msgspec.convert(msgspec.to_builtins(problem), Problem)
    except (msgspec.MsgspecError, TypeError) as error:
        raise PluginError(f"{who} returned a Problem with a value that cannot be: {error}") from error
    if not problem.code.startswith(f"{name}/") or problem.code == f"{name}/":
        raise PluginError(f"{who} returned the code {problem.code!r}; its codes begin with {name}/")
    if problem.silenced:
        raise PluginError(f"{who} returned a problem as silenced; only an athlete silences")
