"""Fixing: the mechanical changes that cannot make a workout harder, and no others.

A speed or an incline goes down to its limit, hands go onto the rail, a straddle grows, backward and
sideways time shrinks, a missing warm-up comes first. Nothing ever adds backward or sideways time, speed or
incline, lets go of a rail, or takes a step out. What that cannot mend is left to the author, and
`why_left` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking import RULE_OF, check_rules
from backtrack_plugins.checking.case import Case
from backtrack_plugins.errors import InvalidWorkout
from backtrack_plugins.fixing.draft import Change as Change
from backtrack_plugins.fixing.draft import Fixed as Fixed
from backtrack_plugins.fixing.easing import EASINGS
from backtrack_plugins.fixing.page import fixed_page as fixed_page
from backtrack_plugins.fixing.stages import begin, fixed_further
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.workout import Workout

MOST_ROUNDS = 100
"""How often a workout is fixed and checked again; a handful is what it takes."""


def fix(workout: Workout, athlete: Athlete | None = None, *, supervised_by: str | None = None) -> Fixed:
    r"""Make the safe mechanical changes that the rules ask for, and no others.

    Errors and warnings are fixed; not those that the athlete silenced, nor those that somebody
    beside the treadmill makes up for. A written step is changed once, however often a repeat does it. Fixing
    what is fixed changes nothing.

    Args:
        workout: What to fix.
        athlete: Whose level, treadmill and easy speeds hold.
        supervised_by: Who stands beside the treadmill.

    Returns:
        The workout and its changes; check it, since it may still break a rule.

    Raises:
        InvalidWorkout: when it has more than 10,000 segments once straddles are placed.
        UsageError: when the athlete silences what may not be silenced.

    >>> from backtrack_plugins.page import parse
    >>> fixed = fix(parse("name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 3 km/h light rail"))
    >>> fixed.changes[0].after, fixed.changes[0].codes
    ('1:00 backward walk 2.4 km/h grip rail', ('BT101', 'BT301'))
    """
    timeline = expand(workout, athlete)
    draft = begin(timeline)
    for _ in range(MOST_ROUNDS):
        problems = check_rules(timeline, athlete, supervised_by=supervised_by)
        wanted = [problem for problem in problems if _is_to_be_fixed(problem, supervised_by)]
        changed = fixed_further(draft, Case(timeline, athlete), wanted)
        if changed is None:
            break
        try:
            timeline = expand(changed.built(), athlete)
        except InvalidWorkout:  # what was placed or inserted made it too long; as it was before is better
            break
        draft = changed
    return Fixed(draft.built(), draft.changes())


def _is_to_be_fixed(problem: Problem, supervised_by: str | None) -> bool:
    return not problem.silenced and not _is_relaxed(problem, supervised_by)


def _is_relaxed(problem: Problem, supervised_by: str | None) -> bool:
    rule = RULE_OF.get(problem.code)
    return supervised_by is not None and rule is not None and rule.supervised is not None


def why_left(problem: Problem, *, supervised_by: str | None = None) -> str:
    """Why a problem that remains was not fixed, in a few words; empty for what needs no fixing."""
    if problem.severity == "info" or problem.silenced:
        return ""
    if _is_relaxed(problem, supervised_by):
        return f"{supervised_by} beside the treadmill makes up for it"
    if problem.code in EASINGS:
        return "this treadmill goes no slower, or no flatter"
    return _LEFT.get(problem.code, "there is no mechanical fix for it")


_NO_SHORTER = "no step is cut below 10 seconds, and none is taken out; take out some yourself"
_TOO_LONG = "there would be more than 10,000 segments"
_LEFT = {
    "BT107": "whether you mean a walk or a jog is yours to say",
    "BT201": _NO_SHORTER,
    "BT202": _NO_SHORTER,
    "BT203": f"a step until the lap button has no time to cut; otherwise {_NO_SHORTER}",
    "BT204": f"a forward step is yours to add; otherwise {_NO_SHORTER}",
    "BT205": _NO_SHORTER,
    "BT304": "letting go would be harder; the incline is yours to lower",
    "BT305": _TOO_LONG,
    "BT307": _TOO_LONG,
    "BT308": "which side to change is yours to say",
    "BT405": "a flat belt is steeper than a falling one",
    "BT601": _TOO_LONG,
    "BT602": "how to rest after your hard step is yours to say",
    "BT604": "it is about you and not about the workout",
    "BT605": "it is about you and not about the workout",
    "BT901": "a faster or steeper step would be harder",
}
"""Why there is no fix, or where it ends, by the rule's code."""
