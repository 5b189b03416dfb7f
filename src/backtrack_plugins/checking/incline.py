"""BT4xx: how steep it may be when not facing the console, within a workout and from one to the next."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.checking.case import Case
    from backtrack_plugins.checking.session import Session

STEEPEST_BACKWARD = Decimal(15)
STEEP_BACKWARD = Decimal(10)
LARGEST_STEP_UP = 2


def _bt401(case: Case) -> Iterator[Finding]:
    most = case.limits.backward_incline
    for segment, step in case.turned:
        if step.direction == "backward" and step.incline.number > most:
            yield Finding(f"{step.incline} backward: {most}% is the most at level {case.level}", segment)


def _bt402(case: Case) -> Iterator[Finding]:
    for segment, step in case.turned:
        if step.direction != "backward" or step.incline.number <= STEEP_BACKWARD:
            continue
        if step.incline.number > STEEPEST_BACKWARD:
            yield Finding(f"{step.incline} backward: {STEEPEST_BACKWARD}% is the most", segment)
        else:
            yield Finding(f"{step.incline} backward is steeper than nearly every trial", segment, "warning")


def _bt403(case: Case) -> Iterator[Finding]:
    for segment, step in case.turned:
        if step.direction != "backward" and step.incline.number > 0:
            yield Finding(f"{step.incline} while moving {step.direction}: sideways is flat", segment)


def _bt404(sessions: Sequence[Session]) -> Iterator[tuple[Session, str]]:
    hands_free = False
    for session in sessions:
        if session.steepest > 0 and not hands_free:
            yield session, "an incline, and no bout hands free in any workout before"
        hands_free = hands_free or session.freest == "free"


def _bt405(case: Case) -> Iterator[Finding]:
    for segment, step in case.turned:
        if step.incline.number < 0:
            yield Finding(f"{step.incline} {step.direction}: the belt does not fall away behind you", segment)


def _bt406(sessions: Sequence[Session]) -> Iterator[tuple[Session, str]]:
    for before, session in pairwise(sessions):
        if session.steepest - before.steepest > LARGEST_STEP_UP:
            yield session, f"from {before.steepest:g} % to {session.steepest:g} % backward at one step"


RULES = (
    Rule(
        code="BT401",
        title="A backward incline stays within the level.",
        why="Incline comes last, when hands free is easy: it loads the calves and bends the knees more.",
        threshold="0, 0, 4, 8 % from first-timer to advanced",
        source="our choice, from the levels (docs/levels.md); coaches go to 4 to 6 %, a study of muscles and "
        "knees to 10 % (Cipriani et al. 1995, J Orthop Sports Phys Ther 22:95-102)",
        hint="lower the incline; it comes after hands free",
        check=_bt401,
    ),
    Rule(
        code="BT402",
        title="A backward incline stays within what was tried.",
        why="Beyond what was ever tried on a treadmill nobody knows what happens.",
        threshold="15%; above 10% a warning",
        source="trials end at 10 %, with few exceptions (Hooper 2004, J Orthop Sports Phys Ther 34:65-71)",
        hint="lower the incline; 1% to 6% is what coaches use",
        check=_bt402,
        otherwise="warning",
        absolute=True,
    ),
    Rule(
        code="BT403",
        title="Sideways steps are flat.",
        why="One leg would be uphill of the other.",
        threshold="0%",
        source="our choice: there is no data on sideways steps on an incline",
        hint="leave the incline out",
        check=_bt403,
    ),
    Rule(
        code="BT404",
        title="Incline comes after hands free.",
        why="Who needs the rail on the flat leans on it on an incline.",
        threshold="a bout hands free in an earlier workout",
        source="the training advice this project began with: when easy, add incline",
        hint="do a flat workout hands free first",
        check_history=_bt404,
        over="programme",
        severity="warning",
    ),
    Rule(
        code="BT405",
        title="No negative incline backward or sideways.",
        why="The belt would fall away behind you.",
        threshold="0%",
        source="our choice: there is no data on backward steps downhill",
        hint="leave the incline out",
        check=_bt405,
    ),
    Rule(
        code="BT406",
        title="Incline grows slowly from one workout to the next.",
        why="Soreness comes a day or two later, too late to take the step back.",
        threshold="2 percentage points",
        source="coaches add 1 % a week; twice that is our choice",
        hint="add 1 % a week",
        check_history=_bt406,
        over="programme",
        severity="warning",
    ),
)
