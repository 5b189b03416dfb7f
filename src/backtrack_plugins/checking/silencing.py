"""Silencing: an athlete may choose not to see a warning or an info, and says why; never an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.errors import UsageError
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.checking.rule import Rule
    from backtrack_plugins.problem import Problem


def refuse_wrong_silencing(athlete: Athlete, rules: Mapping[str, Rule], *, file: str = "") -> None:
    """Hold what an athlete silences to what may be silenced.

    Raises:
        UsageError: with every code that is no rule's, or whose rule may not be silenced.
    """
    wrong = {silenced.code: line for silenced in athlete.silenced for line in _wrong(silenced.code, rules)}
    if wrong:
        place = f"{file}: " if file else ""
        said = "\n".join(f"{place}silenced.{line}" for line in wrong.values())
        raise UsageError(said, codes=tuple(wrong), **({"file": file} if file else {}))


def _wrong(code: str, rules: Mapping[str, Rule]) -> Iterator[str]:
    name, slash, rest = code.partition("/")
    if slash and name and rest:
        return  # a plugin's: whether it is installed is not known here
    rule = rules.get(code)
    if rule is None:
        from difflib import get_close_matches

        near = get_close_matches(code.upper(), rules, 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else "see docs/problems.md"
        yield f"{shown(code)}: no such rule; {hint}"
    elif not rule.may_be_silenced:
        yield f"{code} is always an error, and no error is silenced; take the line out"


def silence(
    problems: Iterable[Problem], athlete: Athlete | None, rules: Mapping[str, Rule]
) -> Iterator[Problem]:
    """The problems, with the reason on those that the athlete silenced."""
    reasons = {} if athlete is None else {each.code: each.reason.strip() for each in athlete.silenced}
    for problem in problems:
        rule = rules.get(problem.code)
        if problem.severity != "error" and problem.code in reasons and (rule is None or rule.may_be_silenced):
            yield msgspec.structs.replace(problem, silenced=reasons[problem.code])
        else:
            yield problem
