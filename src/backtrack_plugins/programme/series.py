"""A Programme: what was done, what is next, and the weeks that follow when every gate is passed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from backtrack_plugins.checking import check_rules, is_safe
from backtrack_plugins.checking.session import Session
from backtrack_plugins.errors import UnsafeWorkout, UsageError
from backtrack_plugins.programme.dates import DAYS_BETWEEN, check_date, first_slot
from backtrack_plugins.programme.ladder import rung_at
from backtrack_plugins.programme.machine import Standing, advance
from backtrack_plugins.programme.outcome import HIGHEST_RPE, Outcome
from backtrack_plugins.programme.plan import Done, Pending, Plan
from backtrack_plugins.programme.week import week_workout
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.programme.ladder import Rung
    from backtrack_plugins.workout import Level, Workout

MOST_DONE = 1_000
"""No more workouts than this in one programme: some nineteen years (our choice of bound)."""

State = Literal["done", "pending", "planned"]
_PASSED = Outcome(rpe=HIGHEST_RPE, all_done=True)


class Week(NamedTuple):
    """One workout of a programme.

    Attributes:
        number: Its place in the programme, from 1.
        state: ``done``, ``pending`` (the next to do) or ``planned`` (when every gate is passed).
        date: The planned day.
        rung: What it asks for.
        workout: The Workout, with the attached run.
        on: The day it was done; None unless done.
        outcome: How it went; None unless done.
    """

    number: int
    state: State
    date: dt.date
    rung: Rung
    workout: Workout
    on: dt.date | None = None
    outcome: Outcome | None = None

    @property
    def file(self) -> str:
        """The name of its page in the programme's folder."""
        return f"week-{self.number:02}.backtrack"

    @property
    def session(self) -> Session:
        """The week as the rules over a dated series look at it."""
        return Session(self.on or self.date, expand(self.workout))


class Recorded(NamedTuple):
    """A programme after an outcome was recorded, and why the next workout is what it is.

    Attributes:
        programme: The same programme, one workout further.
        reason: A sentence for whoever does it.
    """

    programme: Programme
    reason: str


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A dated series of workouts that grows with whoever does it.

    Attributes:
        plan: What stays the same.
        done: The workouts done, in order.
        pending: The next one.
    """

    plan: Plan
    done: tuple[Done, ...] = ()
    pending: Pending

    @property
    def key(self) -> str:
        """What tells it from other programmes, however far it has come: the same for as long as it lasts."""
        plan = self.plan
        run = "" if plan.run is None else plan.run.name
        return f"{plan.start} {plan.level} {plan.units} {run}"

    @property
    def sessions(self) -> tuple[Week, ...]:
        """Those done, the next, and the planned ones that assume every gate is passed."""
        return tuple(self._weeks())

    def _weeks(self) -> Iterator[Week]:
        for number, each in enumerate(self.done, start=1):
            yield self._week(number, "done", each, on=each.on, outcome=each.outcome)
        yield self.pending_week
        programme = self
        for _ in range(len(self.done) + 1, self.plan.weeks):
            programme = programme.record(
                _PASSED, programme.pending.date, today=programme.pending.date
            ).programme
            yield programme.pending_week._replace(state="planned")

    @property
    def pending_week(self) -> Week:
        """The next workout to do."""
        return self._week(len(self.done) + 1, "pending", self.pending)

    def _week(
        self,
        number: int,
        state: State,
        of: Done | Pending,
        *,
        on: dt.date | None = None,
        outcome: Outcome | None = None,
    ) -> Week:
        workout = week_workout(self.plan, number, of.rung, grip=of.grip)
        return Week(number, state, of.date, rung_at(of.rung), workout, on, outcome)

    @property
    def standing(self) -> Standing:
        """The pending rung, and why."""
        return standing(self.plan, self.done, self.pending.date)

    def record(self, outcome: Outcome, on: dt.date | None = None, *, today: dt.date) -> Recorded:
        """Record how the pending workout went.

        Args:
            outcome: How it went, or that it was missed.
            on: The day it was done; the planned day when None, or today where that is still to come.
            today: The date to count from.

        Returns:
            The programme with the next workout, and why it is that one.

        Raises:
            UsageError: when the dates cannot be; nothing changes then.
        """
        check_date(today, "--today")
        if outcome.missed:
            return self._record_missed(on, today)
        if len(self.done) >= MOST_DONE:
            raise UsageError(f"a programme has at most {MOST_DONE} workouts; begin a new one")
        day = on or min(self.pending.date, today)
        self._check_day(day, today)
        finished = Done(
            date=self.pending.date, on=day, rung=self.pending.rung, grip=self.pending.grip, outcome=outcome
        )
        done = (*self.done, finished)
        following, where = self._with_pending(
            done, first_slot(self.plan.weekday, max(today, due(self.plan, done)))
        )
        return Recorded(following, where.reason)

    def _check_day(self, day: dt.date, today: dt.date) -> None:
        if day > today:
            raise UsageError(f"--on {day}: still to come; today is {today}", argument="on")
        if self.done and day <= self.done[-1].on:
            raise UsageError(
                f"--on {day}: the workout before was done on {self.done[-1].on}, and this one came later",
                argument="on",
            )
        check_date(day, "--on")

    def _record_missed(self, on: dt.date | None, today: dt.date) -> Recorded:
        if on is not None:
            raise UsageError(f"--on {on}: a missed workout has no day; leave --on out", argument="on")
        if self.pending.date > today:
            raise UsageError(
                f"the next workout is due on {self.pending.date}, still to come; nothing is missed"
            )
        earliest = today + dt.timedelta(days=1) if self.pending.date == today else today
        following, where = self._with_pending(self.done, first_slot(self.plan.weekday, earliest))
        return Recorded(following, f"Nothing was done. {where.missed}")

    def _with_pending(self, done: tuple[Done, ...], day: dt.date) -> tuple[Programme, Standing]:
        check_date(day, "the next date")
        where = standing(self.plan, done, day)
        pending = Pending(date=day, rung=where.rung, grip=where.grip)
        return msgspec.structs.replace(self, done=done, pending=pending), where


def due(plan: Plan, done: Sequence[Done]) -> dt.date:
    """The first slot that the next workout can have: 48 hours after the last, and after its planned day."""
    if not done:
        return plan.start
    last = done[-1]
    return first_slot(
        plan.weekday, max(last.on + dt.timedelta(days=DAYS_BETWEEN), last.date + dt.timedelta(days=1))
    )


def standing(plan: Plan, done: Sequence[Done], day: dt.date) -> Standing:
    """Where somebody stands whose next workout is on a day."""
    return advance(plan, done, (day - due(plan, done)).days // 7)


def new_programme(
    athlete: Athlete, start: dt.date, *, weeks: int = 8, run: Workout | None = None
) -> Programme:
    """Begin a programme.

    Args:
        athlete: For whom: level, units and easy walk are kept in it.
        start: The first date; its weekday is that of every workout.
        weeks: How many weeks to plan, 1 to 52.
        run: The athlete's own forward run, which comes first in every workout.

    Raises:
        UsageError: when the athlete has no level or is under 13, or the plan cannot be.
        UnsafeWorkout: when a week would break a rule, such as with a treadmill that cannot go as slow.

    >>> from backtrack_plugins.athlete import Athlete
    >>> programme = new_programme(Athlete(level="first-timer"), dt.date(2026, 12, 2))
    >>> programme.sessions[0].workout.name
    'Week 1: 3 x 1:00 backward'
    """
    plan = Plan(
        start=start,
        weeks=weeks,
        level=level_to_train_at(athlete),
        units=athlete.units,
        easy_walk=athlete.easy_walk,
        run=run,
    )
    programme = Programme(plan=plan, pending=Pending(date=start, rung=plan.start_rung))
    problems = problems_of(programme, athlete)
    if not is_safe(problems):
        raise UnsafeWorkout([problem for problem in problems if problem.severity == "error"])
    return programme


def level_to_train_at(athlete: Athlete) -> Level:
    """The level of somebody who may do a programme.

    Raises:
        UsageError: when they have none yet, or are under 13.
    """
    if athlete.age_group == "under-13":
        raise UsageError(
            "under 13: backward and sideways workouts are not for children, so there is no programme",
            argument="athlete",
        )
    if athlete.level is None:
        raise UsageError(
            "a programme needs your level; find it first: backtrack level", argument="athlete", needs="level"
        )
    return athlete.level


def problems_of(programme: Programme, athlete: Athlete) -> tuple[Problem, ...]:
    """What the rules have to say about the weeks still to do, each once, at the first week it holds for.

    Each week is held to its own level: the athlete's rises and falls with the programme.
    """
    found: dict[tuple[str, str], Problem] = {}
    for week in programme.sessions:
        if week.state != "done":
            own = msgspec.structs.replace(athlete, level=week.rung.level)
            for problem in check_rules(expand(week.workout, own), own):
                where = msgspec.structs.replace(problem.where, file=week.file)
                placed = msgspec.structs.replace(problem, where=where)
                found.setdefault((problem.code, problem.message), placed)
    return tuple(found.values())
