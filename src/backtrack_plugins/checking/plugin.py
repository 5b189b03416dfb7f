"""Asking the checks that plugins offer, and holding them to what they may return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.athlete import declared
from backtrack_plugins.calling import DISABLE, Asked
from backtrack_plugins.checks import CheckRequest
from backtrack_plugins.errors import BacktrackError, PluginError
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.problem import Problem, Where

if TYPE_CHECKING:
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.checks import Check
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
    for check in registry.checks():
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
    asked = Asked(KINDS["check"], check.name)
    try:
        found = [asked.returned(each, Problem) for each in asked.call(lambda: list(check.check(request)))]
        for problem in found:
            _refuse_what_a_check_may_not(problem, asked)
    except BacktrackError as error:  # one of ours, too: a check finds problems, and raises nothing on purpose
        said = str(error) if str(error).startswith(str(asked)) else f"{asked} failed: {error}"
        remedy = f"Nothing is exported until it is mended, or left out: {DISABLE}={check.name}"
        details = {"kind": "check", "plugin": check.name, "hook": asked.kind.hook, **error.details}
        raise PluginError(f"{said.rstrip('.')}. {remedy}", **details) from error
    return found


def _refuse_what_a_check_may_not(problem: Problem, asked: Asked) -> None:
    name = asked.name
    if not problem.code.startswith(f"{name}/") or problem.code == f"{name}/":
        said = f"returned the code {problem.code!r}; its codes begin with {name}/"
        raise asked.error(said, field="Problem.code")
    if problem.silenced:
        raise asked.error(
            "returned a problem as silenced; only an athlete silences", field="Problem.silenced"
        )
