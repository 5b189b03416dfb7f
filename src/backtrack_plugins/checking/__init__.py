"""Checking: a Timeline to its Problems.

Every rule is a row of data (`Rule`) with one small function; a family of rules is a module. The
rules' facts and thresholds come from published trials and coaching protocols where there are any,
and are marked as our choice where there are none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking import (
    around,
    carrying,
    dose,
    estimate,
    history,
    incline,
    machine,
    rail,
    speed,
    turning,
)
from backtrack_plugins.checking.case import Bout, Case, bouts
from backtrack_plugins.checking.plugin import check_with_plugins
from backtrack_plugins.checking.rule import Rule
from backtrack_plugins.checking.session import Session
from backtrack_plugins.checking.silencing import refuse_wrong_silencing, silence
from backtrack_plugins.checking.turning import FASTEST_MOUNT
from backtrack_plugins.problem import Problem
from backtrack_plugins.registry import installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.checking.rule import Finding
    from backtrack_plugins.exporter import Loss
    from backtrack_plugins.problem import Severity
    from backtrack_plugins.registry import Registry
    from backtrack_plugins.timeline import Timeline

__all__ = [
    "FASTEST_MOUNT",
    "RULES",
    "RULES_VERSION",
    "RULE_OF",
    "Bout",
    "Rule",
    "Session",
    "bouts",
    "check",
    "check_history",
    "check_losses",
    "check_rules",
    "check_words",
    "is_safe",
    "refuse_wrong_silencing",
]

RULES_VERSION = "2"
"""Changes whenever a rule or a threshold does; it stands in every artifact."""

_FAMILIES = (speed, dose, rail, turning, incline, history, around, estimate, carrying, machine)

RULES: tuple[Rule, ...] = tuple(
    sorted((rule for family in _FAMILIES for rule in family.RULES), key=lambda rule: rule.code)
)
"""Every rule, in the order of its code."""

RULE_OF: dict[str, Rule] = {rule.code: rule for rule in RULES}
"""Every rule by its code."""


def is_safe(problems: Iterable[Problem], *, force: bool = False) -> bool:
    """Whether no problem is an error: what every export asks. With `force`, no absolute one."""
    return not any(problem.severity == "error" and (problem.absolute or not force) for problem in problems)


def check(
    timeline: Timeline,
    athlete: Athlete | None = None,
    *,
    supervised_by: str | None = None,
    registry: Registry | None = None,
) -> tuple[Problem, ...]:
    r"""Find everything that the rules, and the installed check plugins, have to say about a timeline.

    Args:
        timeline: What `expand` made.
        athlete: Whose values some rules need and who may have silenced some; a rule whose value is
            not known says nothing.
        supervised_by: Who stands beside the treadmill. Relaxes the few rules that say so; no
            absolute rule is among them.
        registry: Where check plugins are looked up; those installed when left out.

    Returns:
        Each problem once, however often a repeat repeats it, in the order of the steps. One that the
        athlete silenced has the reason in `Problem.silenced`.

    Raises:
        UsageError: when the athlete silences what may not be silenced.
        PluginError: when a check plugin is broken.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 6.5 km/h grip rail"
    >>> [problem.code for problem in check(expand(parse(page))) if problem.severity == "error"]
    ['BT101', 'BT102', 'BT310']
    """
    found = check_rules(timeline, athlete, supervised_by=supervised_by)
    added = check_with_plugins(timeline, athlete, supervised_by, registry or installed())
    return _in_order((*found, *silence(added, athlete, RULE_OF))) if added else found


def check_rules(
    timeline: Timeline, athlete: Athlete | None = None, *, supervised_by: str | None = None
) -> tuple[Problem, ...]:
    """What the rules of the core have to say; `check` asks the check plugins, too.

    Raises:
        UsageError: when the athlete silences what may not be silenced.
    """
    if athlete is not None and athlete.silenced:
        refuse_wrong_silencing(athlete, RULE_OF)
    found: dict[tuple[str, int, str], Problem] = {}
    case = Case(timeline, athlete)
    for rule in _OVER_WORKOUTS:
        if rule.check is None:
            continue
        for finding in rule.check(case):
            severity = _severity(rule, finding.severity, supervised_by)
            if severity is not None:
                step = finding.segment.step_number if finding.segment is not None else 0
                found.setdefault((rule.code, step, finding.message), _problem(rule, finding, severity, case))
    return _in_order(silence(found.values(), athlete, RULE_OF))


_OVER_WORKOUTS = tuple(rule for rule in RULES if rule.check is not None)


def _severity(rule: Rule, own: Severity | None, supervised_by: str | None) -> Severity | None:
    """The severity of a finding; None when somebody beside the treadmill makes it nothing."""
    if own is not None or supervised_by is None or rule.supervised is None or rule.absolute:
        return own or rule.severity
    return None if rule.supervised == "dropped" else rule.supervised


def _problem(rule: Rule, finding: Finding, severity: Severity, case: Case) -> Problem:
    segment = finding.segment
    return Problem(
        code=rule.code,
        severity=severity,
        message=finding.message,
        hint=rule.hint,
        where=case.timeline.where(segment),
        text=segment.line if segment is not None else "",
        absolute=rule.absolute and severity == "error",
    )


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.where.step or 0))


def check_history(
    sessions: Sequence[Session], athlete: Athlete | None = None, *, supervised_by: str | None = None
) -> tuple[Problem, ...]:
    """Find what the rules over a dated series have to say.

    Args:
        sessions: In the order of their dates.
        athlete: Who may have silenced some.
        supervised_by: Who stands beside the treadmill.

    Returns:
        Problems in the order of the sessions; the message begins with the session's date.
    """
    found: list[tuple[int, Problem]] = []
    for rule in RULES:
        severity = _severity(rule, None, supervised_by)
        if rule.check_history is None or severity is None:
            continue
        for session, said in rule.check_history(sessions):
            problem = Problem(
                code=rule.code,
                severity=severity,
                message=f"{session.date}: {said}",
                hint=rule.hint,
                where=session.timeline.where(None),
            )
            found.append((sessions.index(session), problem))
    in_order = (problem for _place, problem in sorted(found, key=lambda each: each[0]))
    return tuple(silence(in_order, athlete, RULE_OF))


def check_losses(losses: Iterable[Loss], athlete: Athlete | None = None) -> Iterator[Problem]:
    """BT801: what of direction, rail and incline a format had no field for."""
    return silence(carrying.fields_lost(RULE_OF["BT801"], losses), athlete, RULE_OF)


def check_words(timeline: Timeline, shown: Iterable[str]) -> Iterator[Problem]:
    """BT802: which way of moving the athlete is not told as often as it is written."""
    return carrying.words_missing(RULE_OF["BT802"], timeline, shown)
