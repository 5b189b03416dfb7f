"""Asking the checks that plugins offer, and holding them to what they may return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.athlete import Athlete, declared
from backtrack_plugins.checks import Check, CheckRequest
from backtrack_plugins.errors import BacktrackError, PluginError
from backtrack_plugins.problem import Problem, Where
from backtrack_plugins.registry import DISABLE, call

if TYPE_CHECKING:
    from backtrack_plugins.registry import Registry
    from backtrack_plugins.timeline import Timeline


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
