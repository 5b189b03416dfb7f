"""The state machine: what happened so far, folded into the next rung, with the reason in a sentence.

Gate, steps back and the order of the ladder are our choice. Where two things ask for a step back, both
are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.levels import WORKOUTS_BEFORE, Experience, level_of
from backtrack_plugins.programme.ladder import RUNGS, rung_at
from backtrack_plugins.programme.week import bout_speed, bout_steps
from backtrack_plugins.units import Limit
from backtrack_plugins.workout import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from backtrack_plugins.programme.plan import Done, Plan
    from backtrack_plugins.workout import Level

MISSED_WEEKS_FORGIVEN = 2
WEEKS_PER_RUNG_BACK = 2
LAST_THREE = 3

STEADY_SPEED = Limit.of("3.2", "2.0")
STEADY_SECONDS = 2 * 60
STRONG_SPEED = Limit.of("4.8", "3.0")
STRONG_SECONDS = 5 * 60
STRONG_INCLINE = 4
STRONG_INCLINE_SECONDS = 3 * 60


class Standing(NamedTuple):
    """Where somebody stands.

    Attributes:
        rung: The rung of the next workout, from 1.
        grip: Whether its first bout is on the grip rail.
        gate: What the last workout led to, in a sentence; empty before the first.
        missed: What missed weeks led to, in a sentence; empty without any.
    """

    rung: int
    grip: bool
    gate: str
    missed: str

    @property
    def reason(self) -> str:
        """Why it is this rung, for the runner."""
        return " ".join(filter(None, (self.gate, self.missed)))


def advance(plan: Plan, done: Sequence[Done], missed_weeks: int) -> Standing:
    """Fold what was done into what comes next.

    Args:
        plan: Where it began.
        done: Every workout done, in order.
        missed_weeks: Weekly slots that passed unused since the last one, or since the start.

    >>> from datetime import date
    >>> from backtrack_plugins.programme.plan import Plan
    >>> advance(Plan(start=date(2026, 12, 2), weeks=8, level="first-timer"), (), 0).rung
    1
    """
    rung, grip, gate = _after_last(plan, done)
    if missed_weeks <= MISSED_WEEKS_FORGIVEN:
        said = _weeks_missed(missed_weeks, "up to two change nothing") if missed_weeks else ""
        return Standing(rung, grip, gate, said)
    lower = max(rung - missed_weeks // WEEKS_PER_RUNG_BACK, 1)
    what = _rungs_back(rung - lower) if rung > lower else "this is the first rung already"
    return Standing(lower, grip, gate, _weeks_missed(missed_weeks, what))


def _weeks_missed(weeks: int, what: str) -> str:
    return f"{weeks} week{'s' if weeks > 1 else ''} missed: {what}."


def _rungs_back(count: int) -> str:
    return "one rung back" if count == 1 else f"{count} rungs back"


def _after_last(plan: Plan, done: Sequence[Done]) -> tuple[int, bool, str]:
    """Rung, grip and reason after the last workout, whatever was missed since."""
    if not done:
        return plan.start_rung, False, ""
    last = done[-1]
    if last.outcome.passed:
        return _after_pass(plan, done)
    why = _sentence(last.outcome.failures)
    back = max(last.rung - 1, 1)
    lower = "one rung back" if back < last.rung else "this is the first rung, so the same again"
    if last.outcome.fell_back:
        hands = "both hands grip the rails in the first bout until the gate is passed"
        return back, True, f"{why}: {lower}, and {hands}."
    if len(done) > 1 and not done[-2].outcome.passed and done[-2].rung == last.rung:
        return back, last.grip, f"{why}, and not passed twice in a row: {lower}."
    return last.rung, last.grip, f"{why}: the same rung again."


def _after_pass(plan: Plan, done: Sequence[Done]) -> tuple[int, bool, str]:
    last = done[-1]
    passed = f"All bouts done at RPE {last.outcome.rpe}"
    if last.rung == len(RUNGS):
        return last.rung, False, f"{passed}: this is the last rung, and it stays."
    level = rung_at(last.rung + 1).level
    if _is_above(level, rung_at(last.rung).level):
        missing = "; ".join(_missing(plan, done, level))
        if missing:
            return (
                last.rung,
                False,
                f"{passed}: the same rung again, because level {level} asks for {missing}.",
            )
        return last.rung + 1, False, f"{passed}: one rung up, into level {level}."
    return last.rung + 1, False, f"{passed}: one rung up."


def _sentence(words: Sequence[str]) -> str:
    said = ", ".join(words)
    return said[0].upper() + said[1:]


def _is_above(level: Level, other: Level) -> bool:
    return LEVELS.index(level) > LEVELS.index(other)


def experience_of(plan: Plan, done: Sequence[Done]) -> Experience:
    """What somebody has behind them, with what their level at the start stands for."""
    passed = [_Passed(plan, each) for each in done if each.outcome.passed]
    last = done[-LAST_THREE:]
    return Experience(
        workouts=plan.workouts_before + sum(each.outcome.all_done for each in done),
        stumbled=any(each.outcome.stumble or each.outcome.key_stop for each in last),
        steady=any(each.is_steady for each in passed),
        strong=any(each.is_strong for each in passed),
    )


class _Passed:
    """A workout that passed the gate, as the entry rules of the levels look at it."""

    def __init__(self, plan: Plan, done: Done) -> None:
        bouts = bout_steps(plan, done.rung, grip=done.grip)
        self.free = [(bout, bout.amount.seconds or 0) for bout in bouts if bout.rail == "free"]

    @property
    def is_steady(self) -> bool:
        return any(
            seconds >= STEADY_SECONDS and not bout.speed.is_below(STEADY_SPEED) for bout, seconds in self.free
        )

    @property
    def is_strong(self) -> bool:
        return any(
            (seconds >= STRONG_SECONDS and not bout.speed.is_below(STRONG_SPEED))
            or (seconds >= STRONG_INCLINE_SECONDS and bout.incline.number >= STRONG_INCLINE)
            for bout, seconds in self.free
        )


class _Ask(NamedTuple):
    """One thing that a level asks for, and that those above it ask for, too."""

    level: Level
    is_met: Callable[[Experience], bool]
    said: str


_ASKS = (
    _Ask("beginner", lambda behind: not behind.stumbled, "three workouts without a stumble or key stop"),
    _Ask("intermediate", lambda behind: behind.steady, f"2 minutes hands free at {STEADY_SPEED}"),
    _Ask(
        "advanced",
        lambda behind: behind.strong,
        f"5 minutes hands free at {STRONG_SPEED}, or 3 minutes hands free at {STRONG_INCLINE} %",
    ),
)


def _missing(plan: Plan, done: Sequence[Done], level: Level) -> Iterator[str]:
    """What a level asks for and is not there yet; nothing when it is open."""
    behind = experience_of(plan, done)
    if not _is_above(level, level_of(behind)):
        return
    if behind.workouts < WORKOUTS_BEFORE[level]:
        yield f"{WORKOUTS_BEFORE[level]} workouts done ({behind.workouts} so far)"
    for ask in _ASKS:
        if not _is_above(ask.level, level) and not ask.is_met(behind):
            yield ask.said
            if ask.level != "beginner":
                yield from _held_by_easy_walk(plan, done[-1])


def _held_by_easy_walk(plan: Plan, done: Done) -> Iterator[str]:
    rung = rung_at(done.rung)
    speed = bout_speed(rung.bouts[-1], rung, plan.units, plan.easy_walk)
    if speed.is_below(rung.bouts[-1].speed):
        yield f"your easy walk of {plan.easy_walk} keeps the belt at {speed}"
