"""Follow programmes through random outcomes, and say what no outcome may ever lead to.

    python tools/fuzz_programme.py 20000        how many, from seed 0
    python tools/fuzz_programme.py 1 4711       one again, by its seed

The tests follow some hundred of them with the same code.
"""

from __future__ import annotations

import datetime as dt
import sys
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from seeds import follow_seeds

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.checking import bouts, check_rules
from backtrack_plugins.page import parse
from backtrack_plugins.programme import Outcome, Programme, Week, new_programme, programme_from_toml
from backtrack_plugins.programme.ladder import rung_at
from backtrack_plugins.programme.state import write_state
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import Speed
from backtrack_plugins.workout import LEVELS, Step, Workout

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNS: tuple[Workout | None, ...] = (
    None,
    parse("name: Easy\n25:00 forward jog 8 km/h easy\n"),
    parse("name: Hard\n9:00 forward jog 9 km/h\n6x\n  1:00 forward jog 8 km/h\n  1:00 forward run 15 km/h\n"),
    parse("name: Short\n0:30 forward walk 3 mph\n"),
    parse('name: Far\n3 mi forward run 9:30/mi "say \\"hop\\" \\\\ twice"\n5:00 forward walk 3 mph\n'),
    parse("name: By the button\nlap forward run 10 km/h\n"),
)
EASY_WALKS = (None, "1 mph", "2.9 km/h", "4.4 km/h", "5 km/h", "3 mph", "9:30/km", "10 km/h")
TWO_RAISED_ARRIVING_AT = (2, 6, 8)
HANDS = ("grip", "light", "free")
LARGEST_SPEED_STEP_KMH = 0.805  # 0.5 mph
LONGEST_SEQUENCE = 40


class Raised(NamedTuple):
    """The four things of which one is raised at a time."""

    speed: float
    seconds: int
    incline: float
    hands: int


_checked: dict[tuple[object, ...], list[str]] = {}


def follow(random: Random) -> list[str]:
    """Follow one programme; what went wrong, in sentences."""
    programme = a_programme(random)
    passes = random.choice((0.5, 0.8, 0.97))
    wrong: list[str] = []
    for _ in range(random.randint(1, LONGEST_SEQUENCE)):
        outcome = an_outcome(random, passes)
        today = a_day(random, programme.pending.date, outcome)
        on = None if outcome.missed else random.choice((None, today))
        recorded = programme.record(outcome, on, today=today)
        if programme.record(outcome, on, today=today) != recorded:
            wrong.append("the same outcome led to something else")
        wrong += _of_a_step(programme, outcome, today, recorded.programme)
        if not recorded.reason:
            wrong.append("no reason is given")
        programme = recorded.programme
    for week in programme.sessions:
        wrong += _of_a_week(programme, week)
    if programme_from_toml(write_state(programme)) != programme:
        wrong.append("what was written is not what is read back")
    return wrong


def a_programme(random: Random) -> Programme:
    """A new programme of somebody."""
    easy_walk = random.choice(EASY_WALKS)
    athlete = Athlete(
        level=random.choice(LEVELS),
        units=random.choice(("metric", "imperial")),
        easy_walk=Speed(easy_walk) if easy_walk is not None else None,
    )
    start = dt.date(2026, 1, 1) + dt.timedelta(days=random.randrange(14))
    return new_programme(athlete, start, weeks=random.randint(1, 12), run=random.choice(RUNS))


def an_outcome(random: Random, passes: float) -> Outcome:
    """An outcome that passes the gate with a probability."""
    if random.random() < 0.07:
        return Outcome(missed=True)
    if random.random() < passes:
        return Outcome(rpe=random.randint(6, 13), all_done=True)
    return Outcome(
        rpe=random.randint(6, 20),
        all_done=random.random() < 0.5,
        stumble=random.random() < 0.25,
        key_stop=random.random() < 0.1,
        pain=random.random() < 0.1,
        sore=random.random() < 0.2,
    )


def a_day(random: Random, planned: dt.date, outcome: Outcome) -> dt.date:
    """The day an outcome is told: mostly the planned one, some days later, or weeks."""
    if random.random() < 0.7:
        return planned
    earliest = 0 if outcome.missed else -1
    return planned + dt.timedelta(days=random.randint(earliest, random.choice((4, 12, 60))))


def _of_a_step(before: Programme, outcome: Outcome, today: dt.date, after: Programme) -> Iterator[str]:
    was, now = before.pending_week, after.pending_week
    first, *_ = _steps(now)
    if now.rung.number > was.rung.number + 1:
        yield f"from rung {was.rung.number} to {now.rung.number} at once"
    if not outcome.passed and now.rung.number > was.rung.number:
        yield f"up to rung {now.rung.number} after: {outcome}"
    if (outcome.stumble or outcome.key_stop or outcome.pain) and first.rail != "grip":
        yield f"{first.rail} in the first bout after: {outcome}"
    if now.date < today or now.date.weekday() != was.date.weekday():
        yield f"the next date is {now.date}, told on {today}"
    if after.done and (now.date - after.done[-1].on).days < 2:
        yield f"the next date is {now.date}, done on {after.done[-1].on}"
    old, new = _raised(was), _raised(now)
    more = sum(larger > smaller for larger, smaller in zip(new, old, strict=True))
    if more > 1 and now.rung.number not in TWO_RAISED_ARRIVING_AT:
        yield f"{more} things raised at once, arriving at rung {now.rung.number}: {old} to {new}"
    if new.speed - old.speed > LARGEST_SPEED_STEP_KMH:
        yield f"faster at once: {old} to {new}"
    yield from _of_an_incline(after, new)
    yield from _of_a_higher_level(after, was, now)
    yield from _of_a_week(after, now)


def _of_an_incline(programme: Programme, pending: Raised) -> Iterator[str]:
    free = (bout.rail == "free" for each in programme.done for bout in rung_at(each.rung).bouts)
    if pending.incline and not any(free):
        yield "an incline before a bout was hands free"


def _of_a_higher_level(programme: Programme, was: Week, now: Week) -> Iterator[str]:
    if LEVELS.index(now.rung.level) <= LEVELS.index(was.rung.level):
        return
    last = programme.done[-3:]
    if any(each.outcome.stumble or each.outcome.key_stop for each in last):
        yield f"into level {now.rung.level} with a stumble in the last three"
    workouts = sum(each.outcome.all_done for each in programme.done) + programme.plan.workouts_before
    asked = {"beginner": 3, "intermediate": 6, "advanced": 16}[now.rung.level]
    if workouts < asked:
        yield f"into level {now.rung.level} after {workouts} workouts"


def _of_a_week(programme: Programme, week: Week) -> list[str]:
    """What the rules say against a week at its own level: errors and warnings, each page checked once."""
    plan = programme.plan
    key = (week.rung.level, week.workout.steps, plan.easy_walk)
    if key not in _checked:
        athlete = Athlete(
            level=week.rung.level, units=plan.units, easy_walk=plan.easy_walk, safety_acknowledged=True
        )
        timeline = expand(week.workout, athlete)
        problems = (*check_rules(timeline, athlete), *check_rules(expand(week.workout)))
        _checked[key] = [str(problem) for problem in problems if problem.severity != "info"]
        if len(bouts(timeline)) != len(week.rung.bouts):
            _checked[key].append(f"{len(bouts(timeline))} bouts at rung {week.rung.number}")
    return _checked[key]


def _steps(week: Week) -> list[Step]:
    return [part for part in week.workout.steps if isinstance(part, Step) and part.direction == "backward"]


def _raised(week: Week) -> Raised:
    steps = _steps(week)
    return Raised(
        max(float(step.speed.kmh) for step in steps),
        max(step.amount.seconds or 0 for step in steps),
        max(step.incline.percent for step in steps),
        max(HANDS.index(step.rail or "grip") for step in steps),
    )


def lines(seed: int) -> list[str]:
    """What went wrong in the case of a seed, each sentence once."""
    return [*dict.fromkeys(follow(Random(seed)))]  # noqa: S311 - nothing secret is drawn


def main(arguments: list[str]) -> int:
    """Follow as many as asked for, and print what went wrong."""
    return follow_seeds(
        lines,
        arguments,
        many=20_000,
        said=lambda count, wrong: (
            f"{count} programmes, {len(_checked)} different pages, {wrong} with a violation"
        ),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
