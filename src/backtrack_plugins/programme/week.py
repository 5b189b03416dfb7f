"""A rung of the ladder as a Workout: the athlete's own run first, then the bouts, then a cool-down."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.athlete import Athlete, Units
from backtrack_plugins.checking.speed import SHARE_OF_EASY, SHARE_OF_EASY_FIRST_TIMER
from backtrack_plugins.joining import join
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.programme.ladder import FIRST_HANDS_FREE, RUNGS, rung_at
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import EXACT, Amount, Incline, Limit, Speed, clock_of
from backtrack_plugins.workout import Step, Straddle, Workout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.programme.ladder import Rung, RungBout
    from backtrack_plugins.programme.plan import Plan
    from backtrack_plugins.workout import Level, Part

WALK = Limit.of("4.5", "2.8")
"""How fast the forward walks are where the athlete's easy walk is not known (our choice)."""

WALK_SECONDS = 20 * 60
LEAD_IN_SECONDS = 2 * 60
COOL_DOWN_SECONDS = 3 * 60

_STEP = Decimal("0.1")


def written(limit: Limit, units: Units) -> Speed:
    """A speed that is stated in both units, in one of them."""
    return Speed(f"{limit.mph} mph" if units == "imperial" else f"{limit.kmh} km/h")


def bout_speed(bout: RungBout, rung: Rung, units: Units, easy_walk: Speed | None) -> Speed:
    """The belt speed of a bout: the rung's, lowered to the share of the easy walk that BT108 allows.

    A first-timer's share holds for the rung where the hands first let go, too: with the larger one its
    speed would rise in the same week.

    >>> rung = rung_at(6)
    >>> str(bout_speed(rung.bouts[1], rung, "metric", Speed("4 km/h")))
    '2.8 km/h'
    """
    speed = written(bout.speed, units)
    if easy_walk is None:
        return speed
    share = SHARE_OF_EASY_FIRST_TIMER if rung.number <= FIRST_HANDS_FREE else SHARE_OF_EASY
    while speed.kmh > EXACT.multiply(easy_walk.kmh, share):
        speed = Speed(f"{EXACT.subtract(speed.number, _STEP)} {speed.unit}")
    return speed


def bout_steps(plan: Plan, number: int, *, grip: bool) -> tuple[Step, ...]:
    """The bouts of a rung as the athlete does them."""
    return _bout_steps(rung_at(number), plan.units, plan.easy_walk, grip)


@lru_cache(maxsize=8192)
def _bout_steps(rung: Rung, units: Units, easy_walk: Speed | None, grip: bool) -> tuple[Step, ...]:  # noqa: FBT001 - a key of the cache
    return tuple(
        Step(
            amount=Amount(clock_of(bout.seconds)),
            direction="backward",
            gait="walk",
            speed=bout_speed(bout, rung, units, easy_walk),
            incline=Incline(f"{rung.incline if bout.rail == 'free' else 0}%"),
            rail="grip" if grip and place == 0 else bout.rail,
        )
        for place, bout in enumerate(rung.bouts)
    )


def week_workout(plan: Plan, week: int, number: int, *, grip: bool) -> Workout:
    """The Workout of a week.

    Args:
        plan: For whom, and with which run.
        week: Its place in the programme, from 1.
        number: Its rung.
        grip: Whether the first bout is on the grip rail whatever the rung says.

    Raises:
        InvalidWorkout: when the attached run is too long to add anything to.
    """
    made = _without_week(plan.run, plan.units, plan.easy_walk, number, grip)
    return msgspec.structs.replace(made, name=f"Week {week}: {made.name}")


@lru_cache(maxsize=8192)
def _without_week(
    run: Workout | None,
    units: Units,
    easy_walk: Speed | None,
    number: int,
    grip: bool,  # noqa: FBT001 - a key of the cache
) -> Workout:
    rung = rung_at(number)
    athlete = Athlete(level=rung.level, units=units, easy_walk=easy_walk)
    walk = written(WALK, units)
    if easy_walk is not None and easy_walk.kmh < walk.kmh:
        walk = easy_walk
    bouts = _bout_steps(rung, units, easy_walk, grip)
    first = run or Workout(name="Walk", steps=(_forward(WALK_SECONDS, easy_walk or walk),))
    lead_in = () if _ends_walking(first) else (_forward(LEAD_IN_SECONDS, walk),)
    block = Workout(
        name=f"{bouts_said(rung)} backward",
        level=rung.level,
        about=f"Rung {number} of {len(RUNGS)} of the programme.",
        steps=(*lead_in, *_with_straddles(bouts, rung.level), _forward(COOL_DOWN_SECONDS, walk)),
    )
    joined = join(block, first, athlete=athlete)
    joined = msgspec.structs.replace(joined, name=block.name, about=block.about)
    return _with_share(joined, rung.level)


def _ends_walking(run: Workout) -> bool:
    last = run.steps[-1]
    return isinstance(last, Step) and last.gait == "walk" and (last.amount.seconds or 0) >= LEAD_IN_SECONDS


def _forward(seconds: int, speed: Speed) -> Step:
    return Step(amount=Amount(f"{seconds} s"), direction="forward", gait="walk", speed=speed)


def _with_straddles(bouts: Sequence[Step], level: Level) -> Iterator[Part]:
    # Always written, never left to expanding: it places none between two bouts at one speed, and a coarse
    # treadmill may make two speeds one.
    for place, bout in enumerate(bouts):
        if place:
            yield Straddle(amount=LIMITS[level].straddle)
        yield bout


def _with_share(workout: Workout, level: Level) -> Workout:
    """The workout with a cool-down so much longer, in whole minutes, that the level's share holds (BT205)."""
    totals = expand(workout).totals
    wanted = totals.backward_seconds * 100 / LIMITS[level].share_percent
    minutes = math.ceil(round((wanted - totals.seconds) / 60, 6))
    last = workout.steps[-1]
    if minutes <= 0 or not isinstance(last, Step):
        return workout
    longer = _forward((last.amount.seconds or 0) + minutes * 60, last.speed)
    return msgspec.structs.replace(workout, steps=(*workout.steps[:-1], longer))


def bouts_said(rung: Rung) -> str:
    """The bouts of a rung in a few words.

    >>> bouts_said(rung_at(4))
    '1:00 + 2 x 2:00'
    """
    runs: list[tuple[RungBout, int]] = []
    for bout in rung.bouts:
        if runs and runs[-1][0].seconds == bout.seconds:
            runs[-1] = (bout, runs[-1][1] + 1)
        else:
            runs.append((bout, 1))
    return " + ".join(
        clock_of(bout.seconds) if times == 1 else f"{times} x {clock_of(bout.seconds)}"
        for bout, times in runs
    )
