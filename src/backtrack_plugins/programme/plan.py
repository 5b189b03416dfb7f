"""What a programme is made for: the plan, and the workouts done so far."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.athlete import Units
from backtrack_plugins.errors import UsageError
from backtrack_plugins.levels import WORKOUTS_BEFORE
from backtrack_plugins.line import write_line
from backtrack_plugins.problem import Where
from backtrack_plugins.programme.dates import check_date
from backtrack_plugins.programme.ladder import START_RUNG
from backtrack_plugins.programme.outcome import Outcome
from backtrack_plugins.units import Limit, Speed
from backtrack_plugins.workout import Level, Part, Repeat, Step, Straddle, Workout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_WEEKS = 52
"""No programme is planned for longer (our choice); it goes on for as long as outcomes are told."""

SLOWEST_EASY_WALK = Speed("1 mph")
"""Half of it, 0.8 km/h, is the slowest belt speed there is unless somebody says otherwise."""

FASTEST_EASY_WALK = Limit.of("10", "6.2")
"""Faster counts as hard for the rules, and is no easy walk."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What stays the same for the whole of a programme.

    Attributes:
        start: The first date; its weekday is that of every workout.
        weeks: How many workouts were planned for, 1 to 52.
        level: The athlete's level at the start.
        units: The units that speeds are written in.
        easy_walk: The athlete's easy forward walk, 1.0 mph to 10 km/h; no bout is faster than 70 % of it
            (50 % until the hands were free once). None when not known.
        run: The athlete's own forward run, which comes first in every workout; None for a walk.

    Raises:
        UsageError: with everything that cannot be.
    """

    start: dt.date
    weeks: int
    level: Level
    units: Units = "metric"
    easy_walk: Speed | None = None
    run: Workout | None = None

    def __post_init__(self) -> None:
        wrong: list[str] = []
        try:
            check_date(self.start, "start")
        except UsageError as error:
            wrong.append(str(error))
        if not 1 <= self.weeks <= MOST_WEEKS:
            wrong.append(f"weeks {self.weeks}: a programme is planned for 1 to {MOST_WEEKS} weeks")
        if self.easy_walk is not None and not _is_easy_walk(self.easy_walk):
            bounds = f"{SLOWEST_EASY_WALK} (1.61 km/h) to {FASTEST_EASY_WALK}"
            wrong.append(f"easy_walk {self.easy_walk}: a programme can be made for an easy walk of {bounds}")
        if self.run is not None:
            wrong += _not_forward(self.run)
        if wrong:
            raise UsageError("\n".join(wrong))

    @property
    def weekday(self) -> int:
        """The day of every workout; Monday is 0."""
        return self.start.weekday()

    @property
    def start_rung(self) -> int:
        """The rung of the first week."""
        return START_RUNG[self.level]

    @property
    def workouts_before(self) -> int:
        """How many backward or sideways workouts the level at the start stands for."""
        return WORKOUTS_BEFORE[self.level]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A workout that was done.

    Attributes:
        date: The planned day.
        on: The day it was done.
        rung: The rung, from 1.
        grip: Whether the first bout was on the grip rail because of what happened before.
        outcome: How it went.
    """

    date: dt.date
    on: dt.date
    rung: int
    grip: bool
    outcome: Outcome


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """The next workout to do: its day, its rung, and whether its first bout is on the grip rail."""

    date: dt.date
    rung: int
    grip: bool = False


def _is_easy_walk(speed: Speed) -> bool:
    return speed.kmh >= SLOWEST_EASY_WALK.kmh and not speed.exceeds(FASTEST_EASY_WALK)


def _not_forward(run: Workout) -> Iterator[str]:
    """A line for each step of an attached run that is not forward."""
    for number, part in enumerate(_written(run.steps), start=1):
        if isinstance(part, Step) and part.direction == "forward":
            continue
        origin = run.origin
        line = origin.lines[number - 1] if origin is not None and number <= len(origin.lines) else None
        where = Where(file=run.file or run.name, line=line, step=number)
        yield f"{where}: {write_line(part)}: a run to attach has forward steps alone; take this line out"


def _written(parts: Sequence[Part]) -> Iterator[Step | Straddle]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from _written(part.steps)
        else:
            yield part
