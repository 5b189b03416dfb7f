"""BT1xx: how fast anyone may move backward or sideways, and how fast at which level."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.units import EXACT, Limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.checking.case import Case
    from backtrack_plugins.timeline import Segment
    from backtrack_plugins.workout import Step

FASTEST_BACKWARD_WALK = Limit.of("6.4", "4.0")
FASTEST_BACKWARD = Limit.of("9.7", "6.0")
FASTEST_SIDEWAYS = Limit.of("8.0", "5.0")
WALK_BECOMES_JOG = Limit.of("5.9", "3.7")
JOG_BECOMES_WALK = Limit.of("4.5", "2.8")
SHARE_OF_EASY = Decimal("0.7")
SHARE_OF_EASY_FIRST_TIMER = Decimal("0.5")

_LEVELS = "our choice, from the levels (docs/levels.md)"


def _backward(case: Case, *, walk: bool | None = None) -> Iterator[tuple[Segment, Step]]:
    for segment, step in case.turned:
        if step.direction == "backward" and (walk is None or (step.gait == "walk") is walk):
            yield segment, step


def _sideways(case: Case) -> Iterator[tuple[Segment, Step]]:
    return ((segment, step) for segment, step in case.turned if step.direction != "backward")


def _beyond_anyone(steps: Iterator[tuple[Segment, Step]], limit: Limit) -> Iterator[Finding]:
    for segment, step in steps:
        if step.speed.exceeds(limit):
            yield Finding(f"{_moving(step)}: nobody does more than {limit}", segment)


def _beyond_level(case: Case, steps: Iterator[tuple[Segment, Step]]) -> Iterator[Finding]:
    for segment, step in steps:
        limit = case.limits.fastest(step.direction, step.gait)
        if limit is None:
            yield Finding(f"{_moving(step)}: {case.level} is a level that only walks that way", segment)
        elif step.speed.exceeds(limit):
            yield Finding(f"{_moving(step)}: {limit} is the most at level {case.level}", segment)


def _moving(step: Step) -> str:
    return f"{step.speed} {step.direction} {step.gait}"


def _bt101(case: Case) -> Iterator[Finding]:
    return _beyond_level(case, _backward(case, walk=True))


def _bt102(case: Case) -> Iterator[Finding]:
    return _beyond_anyone(_backward(case, walk=True), FASTEST_BACKWARD_WALK)


def _bt103(case: Case) -> Iterator[Finding]:
    return _beyond_level(case, _backward(case, walk=False))


def _bt104(case: Case) -> Iterator[Finding]:
    return _beyond_anyone(_backward(case), FASTEST_BACKWARD)


def _bt105(case: Case) -> Iterator[Finding]:
    return _beyond_level(case, _sideways(case))


def _bt106(case: Case) -> Iterator[Finding]:
    return _beyond_anyone(_sideways(case), FASTEST_SIDEWAYS)


def _bt107(case: Case) -> Iterator[Finding]:
    for segment, step in _backward(case):
        if step.gait == "walk" and step.speed.exceeds(WALK_BECOMES_JOG):
            yield Finding(f"{_moving(step)}: most people jog above {WALK_BECOMES_JOG}", segment)
        elif step.gait != "walk" and step.speed.is_below(JOG_BECOMES_WALK):
            yield Finding(f"{_moving(step)}: most people walk below {JOG_BECOMES_WALK}", segment)


def share_of_easy(case: Case) -> Decimal:
    """The largest share of an easy forward speed at this level."""
    return SHARE_OF_EASY_FIRST_TIMER if case.level == "first-timer" else SHARE_OF_EASY


def _bt108(case: Case) -> Iterator[Finding]:
    if case.athlete is None:
        return
    share = share_of_easy(case)
    for segment, step in case.turned:
        easy = case.athlete.easy_walk if step.gait == "walk" else case.athlete.easy_run
        if easy is not None and step.speed.kmh > EXACT.multiply(easy.kmh, share):
            ours = "walk" if step.gait == "walk" else "run"
            said = f"more than {EXACT.multiply(share, 100):.0f} % of your easy forward {ours} of {easy}"
            yield Finding(f"{_moving(step)} is {said}", segment)


RULES = (
    Rule(
        code="BT101",
        title="A backward walk is no faster than its level allows.",
        why="Walking backward you cannot see where you go, and the skill comes with weeks, not with fitness.",
        threshold="2.4, 3.2, 4.8, 5.8 km/h (1.5, 2.0, 3.0, 3.6 mph) from first-timer to advanced",
        source=f"{_LEVELS}; coaches start at 1.5 to 2.0 mph and add about 0.5 mph a week",
        hint="lower the speed, or train at your level for some weeks first: backtrack programme",
        check=_bt101,
    ),
    Rule(
        code="BT102",
        title="A backward walk is never faster than anyone was measured at.",
        why="Beyond what was ever tried on a treadmill nobody knows what happens.",
        threshold=str(FASTEST_BACKWARD_WALK),
        source="fastest backward walk tested: 107.2 m/min (Flynn et al. 1994, Med Sci Sports Exerc 26:89-94)",
        hint="lower the speed; a backward walk starts at 1.6 to 2.4 km/h (1.0 to 1.5 mph)",
        check=_bt102,
        absolute=True,
    ),
    Rule(
        code="BT103",
        title="A backward jog is no faster than its level allows, and the first two levels only walk.",
        why="In a jog both feet leave the belt at once, and a stumble comes faster.",
        threshold="none, none, 6.0, 8.0 km/h (3.7, 5.0 mph) from first-timer to advanced",
        source=f"{_LEVELS}; 8.0 km/h is what athletes were measured at (Williford et al. 1998)",
        hint="walk instead, or lower the speed",
        check=_bt103,
    ),
    Rule(
        code="BT104",
        title="No backward step is faster than anyone was measured at.",
        why="Beyond what was ever tried on a treadmill nobody knows what happens.",
        threshold=str(FASTEST_BACKWARD),
        source="fastest backward run tested: 160.8 m/min (Flynn et al. 1994, Med Sci Sports Exerc 26:89-94)",
        hint="lower the speed",
        check=_bt104,
        absolute=True,
    ),
    Rule(
        code="BT105",
        title="A sideways step is no faster than its level allows; only advanced athletes jog sideways.",
        why="Sideways people choose to walk at about 2 km/h, and pay three times the energy for it.",
        threshold="walk 1.6, 2.4, 3.2, 4.0 km/h (1.0, 1.5, 2.0, 2.5 mph); jog advanced, 6.5 km/h (4.0 mph)",
        source=f"{_LEVELS}; the walk people chose: 2.07 km/h (Handford and Srinivasan 2014, Biol Lett "
        "10:20131006)",
        hint="lower the speed; a sideways walk starts at 0.8 to 1.6 km/h (0.5 to 1.0 mph)",
        check=_bt105,
    ),
    Rule(
        code="BT106",
        title="No sideways step is faster than athletes were measured at.",
        why="Beyond what was ever tried on a treadmill nobody knows what happens.",
        threshold=str(FASTEST_SIDEWAYS),
        source="lateral motion tested at 134 m/min (Williford et al. 1998, Med Sci Sports Exerc 30:1419-23)",
        hint="lower the speed; a sideways walk starts at 0.8 to 1.6 km/h (0.5 to 1.0 mph)",
        check=_bt106,
        absolute=True,
    ),
    Rule(
        code="BT107",
        title="A backward walk is called a walk, and a backward jog a jog.",
        why="A walk too fast becomes a jog in the middle of a bout, and a jog too slow becomes a walk.",
        threshold=f"walk up to {WALK_BECOMES_JOG}, jog from {JOG_BECOMES_WALK}",
        source="people change from walk to jog backward at 5.87 km/h (Hreljac et al. 2005, J Sports Sci Med "
        "4:446-54); the lower bound is our choice",
        hint="change the gait or the speed",
        check=_bt107,
        severity="warning",
    ),
    Rule(
        code="BT108",
        title="Backward and sideways stay well below your own easy forward speed.",
        why="What is slow for one is fast for another; your own easy walk and run say which you are.",
        threshold="70 % of easy_walk or easy_run; 50 % for a first-timer",
        source="our choice; physical therapists say half the forward pace",
        hint="lower the speed, or mend easy_walk and easy_run in athlete.toml",
        check=_bt108,
        severity="warning",
    ),
)
