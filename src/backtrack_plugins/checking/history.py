"""BT5xx: how workouts follow one another."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Rule
from backtrack_plugins.checking.session import HANDS
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.units import KM_PER_MILE, clock_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.checking.session import Session


LARGEST_SPEED_STEP_KMH = 0.8
LARGEST_SPEED_STEP_MPH = 0.5
FEWEST_DAYS_BETWEEN = 2
WEEK = timedelta(days=7)


def _bt501(sessions: Sequence[Session]) -> Iterator[tuple[Session, str]]:
    turned = [session for session in sessions if session.turned]
    for index, session in enumerate(turned):
        most = LIMITS[session.timeline.level].per_week
        count = sum(session.date - other.date < WEEK for other in turned[: index + 1])
        if count > most:
            level = session.timeline.level
            yield session, f"{count} in seven days; {most} a week is the most at level {level}"


def _bt502(sessions: Sequence[Session]) -> Iterator[tuple[Session, str]]:
    turned = [session for session in sessions if session.turned]
    for before, session in pairwise(turned):
        if (session.date - before.date).days < FEWEST_DAYS_BETWEEN:
            yield session, f"the one before was on {before.date}, less than 48 hours earlier"


def _bt503(sessions: Sequence[Session]) -> Iterator[tuple[Session, str]]:
    turned = [session for session in sessions if session.turned]
    for index, session in enumerate(turned[1:], start=1):
        week = [other for other in turned[:index] if session.date - other.date <= WEEK]
        before = max((week or turned[index - 1 : index]), key=lambda other: other.fastest_kmh).fastest_kmh
        raised = session.fastest_kmh - before
        # 0.5 mph is 0.805 km/h: each is the limit in its own system, so the larger holds for both.
        if round(raised, 6) > max(LARGEST_SPEED_STEP_KMH, LARGEST_SPEED_STEP_MPH * float(KM_PER_MILE)):
            yield session, f"{raised:.1f} km/h faster than in the week before"


def _bt504(sessions: Sequence[Session]) -> Iterator[tuple[Session, str]]:
    turned = [session for session in sessions if session.turned]
    for before, session in pairwise(turned):
        raised = [said for said in _raised(before, session) if said]
        if len(raised) > 1:
            yield session, f"{len(raised)} things raised at once: {'; '.join(raised)}"


def _raised(before: Session, session: Session) -> Iterator[str]:
    # A thousandth is no raise: the same speed in the other unit differs by as much.
    if session.fastest_kmh > before.fastest_kmh * 1.001:
        yield f"speed {before.fastest_kmh:.1f} to {session.fastest_kmh:.1f} km/h"
    if session.longest_seconds > before.longest_seconds:
        was, now = clock_of(round(before.longest_seconds)), clock_of(round(session.longest_seconds))
        yield f"minutes {was} to {now}"
    if session.steepest > before.steepest:
        yield f"incline {before.steepest:g} to {session.steepest:g} %"
    if before.freest and session.freest and HANDS.index(session.freest) > HANDS.index(before.freest):
        yield "the hands hold less"


RULES = (
    Rule(
        code="BT501",
        title="No more workouts a week than the level allows.",
        why="About once a week is the advice; the days between are for soreness to show and to go.",
        threshold="1, 1, 1, 2 in seven days from first-timer to advanced",
        source="the training advice this project began with: about once a week; the second is our choice",
        hint="move it to the next week",
        check_history=_bt501,
        over="programme",
        severity="warning",
        supervised="dropped",
    ),
    Rule(
        code="BT502",
        title="At least 48 hours lie between two workouts.",
        why="Soreness shows after a day or two; train again when it is gone.",
        threshold="48 h, counted in days of the calendar",
        source="our choice; soreness after backward walking is reported at second hand",
        hint="leave a day between",
        check_history=_bt502,
        over="programme",
        severity="warning",
    ),
    Rule(
        code="BT503",
        title="Speed grows slowly from week to week.",
        why="What feels easy today may be sore tomorrow.",
        threshold=f"{LARGEST_SPEED_STEP_KMH} km/h ({LARGEST_SPEED_STEP_MPH} mph) a week",
        source="a coaching protocol adds 0.5 mph a week",
        hint="raise the speed by 0.4 km/h a week",
        check_history=_bt503,
        over="programme",
        severity="warning",
    ),
    Rule(
        code="BT504",
        title="One thing is raised at a time: speed, minutes, incline or hands.",
        why="When something hurts or goes wrong you want to know what it was.",
        threshold="one of: fastest speed, longest step, steepest incline, freest hands",
        source="our choice",
        hint="raise one this week and the other the next",
        check_history=_bt504,
        over="programme",
        severity="warning",
    ),
)
