"""Checking: a Timeline to its Problems.

Every rule is a row of data (`Rule`) with one small function; a family of rules is a module. The
rules' facts and thresholds come from published trials and coaching protocols where there are any,
and are marked as our choice where there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking import dose, incline, machine, speed, turning
from backtrack_plugins.checking.turning import FASTEST_MOUNT as FASTEST_MOUNT
from backtrack_plugins.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins.checking.rule import Rule
    from backtrack_plugins.timeline import Timeline

RULES_VERSION = "1"
"""Changes whenever a rule or a threshold does; it stands in every artifact."""

RULES: tuple[Rule, ...] = (*speed.RULES, *dose.RULES, *turning.RULES, *incline.RULES, *machine.RULES)
"""Every rule, in the order of its code."""


def is_safe(problems: Iterable[Problem]) -> bool:
    """Whether no problem is an error: what every export asks."""
    return all(problem.severity != "error" for problem in problems)


def check(timeline: Timeline, *, supervised_by: str | None = None) -> tuple[Problem, ...]:
    r"""Find everything the rules have to say about a timeline.

    Args:
        timeline: What `expand` made.
        supervised_by: Who stands beside the treadmill. Relaxes the few rules that say so; no
            absolute rule is among them.

    Returns:
        Each problem once, however often a repeat repeats it, in the order of the steps.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 6.5 km/h grip rail"
    >>> [problem.code for problem in check(expand(parse(page)))]
    ['BT102', 'BT310']
    """
    found: dict[tuple[str, int, str], Problem] = {}
    for rule in RULES:
        for finding in rule.check(timeline):
            step = finding.segment.step_number if finding.segment is not None else 0
            severity = finding.severity or rule.severity
            absolute = rule.absolute and severity == "error"
            if supervised_by is not None and rule.supervised is not None and not absolute:
                severity = rule.supervised
            found.setdefault(
                (rule.code, step, finding.message),
                Problem(
                    code=rule.code,
                    severity=severity,
                    message=finding.message,
                    hint=rule.hint,
                    where=timeline.where(finding.segment),
                    text=finding.segment.line if finding.segment is not None else "",
                    absolute=absolute,
                ),
            )
    return tuple(sorted(found.values(), key=lambda problem: problem.where.step or 0))
