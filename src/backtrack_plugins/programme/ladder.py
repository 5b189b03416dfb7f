"""The ladder: what a programme asks for, rung by rung, up to what the levels allow.

Rungs 1 to 8 are eight weeks as data; every rung above follows from the one below it and the limits of
the levels. All of it is our choice. Nothing is raised beyond what its level allows, and above rung 8 one
thing at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.checking import FASTEST_MOUNT
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.units import Limit
from backtrack_plugins.workout import LEVELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.levels import LevelLimits
    from backtrack_plugins.workout import Level, Rail

SPEEDS: tuple[Limit, ...] = tuple(
    Limit.of(kmh, mph)
    for kmh, mph in (
        ("1.6", "1.0"),
        ("2.0", "1.2"),
        ("2.4", "1.5"),
        ("2.8", "1.7"),
        ("3.2", "2.0"),
        ("3.6", "2.2"),
        ("4.0", "2.5"),
        ("4.4", "2.7"),
        ("4.8", "3.0"),
        ("5.0", "3.1"),
    )
)
"""Every belt speed of the ladder, in both units, up to the fastest belt to step onto backward (BT310)."""

LONGER_SECONDS = 30


class RungBout(NamedTuple):
    """One bout of a rung.

    Attributes:
        seconds: How long.
        speed: Belt speed, in both units; the athlete's decide which is written.
        rail: What the hands do.
    """

    seconds: int
    speed: Limit
    rail: Rail


class Rung(NamedTuple):
    """What one week asks for.

    Attributes:
        number: Its place on the ladder, from 1.
        level: The level whose limits hold.
        bouts: Its bouts, all of them backward walks, with a straddle between each two.
        incline: Percent of grade in the bouts that are hands free; one with a hand on the rail is flat.
    """

    number: int
    level: Level
    bouts: tuple[RungBout, ...]
    incline: int = 0

    @property
    def longest_seconds(self) -> int:
        """The longest bout, in seconds."""
        return max(bout.seconds for bout in self.bouts)


def _held(speed: int, seconds: int, *rails: Rail) -> tuple[RungBout, ...]:
    return tuple(RungBout(seconds, SPEEDS[speed], rail) for rail in rails)


# From rung 4 on every workout begins with this one, flat and slow: the stricter of what could be chosen.
_FIRST = RungBout(60, SPEEDS[2], "light")


def _free(speed: Limit, seconds: int) -> tuple[RungBout, ...]:
    return (_FIRST, *(2 * (RungBout(seconds, speed, "free"),)))


_EIGHT_WEEKS = (
    Rung(1, "first-timer", _held(0, 60, "grip", "grip", "light")),
    Rung(2, "first-timer", _held(1, 120, "grip", "light")),
    Rung(3, "first-timer", _held(2, 120, "grip", "light")),
    Rung(4, "beginner", _free(SPEEDS[2], 120)),
    Rung(5, "beginner", _free(SPEEDS[3], 120)),
    Rung(6, "beginner", _free(SPEEDS[4], 150)),
    Rung(7, "intermediate", _free(SPEEDS[4], 150), 2),
    Rung(8, "intermediate", _free(SPEEDS[5], 180), 2),
)


def _longer(rung: Rung, limits: LevelLimits) -> Rung | None:
    seconds = rung.longest_seconds + LONGER_SECONDS
    if seconds > limits.bout_seconds or _FIRST.seconds + 2 * seconds > limits.total_seconds:
        return None
    return rung._replace(bouts=_free(rung.bouts[-1].speed, seconds))


def _faster(rung: Rung, limits: LevelLimits) -> Rung | None:
    most = min(limits.backward_walk.kmh, FASTEST_MOUNT.kmh)
    place = SPEEDS.index(rung.bouts[-1].speed) + 1
    if place == len(SPEEDS) or SPEEDS[place].kmh > most:
        return None
    return rung._replace(bouts=_free(SPEEDS[place], rung.longest_seconds))


def _steeper(rung: Rung, limits: LevelLimits) -> Rung | None:
    return rung._replace(incline=rung.incline + 1) if rung.incline < limits.backward_incline else None


def _following(rung: Rung) -> Rung | None:
    """The rung above: the first thing raised that its level allows, else that the next level allows."""
    for level in LEVELS[LEVELS.index(rung.level) :]:
        for raised in (_longer, _faster, _steeper):
            higher = raised(rung, LIMITS[level])
            if higher is not None:
                return higher._replace(number=rung.number + 1, level=level)
    return None


def _ladder() -> Iterator[Rung]:
    yield from _EIGHT_WEEKS
    rung = _following(_EIGHT_WEEKS[-1])
    while rung is not None:
        yield rung
        rung = _following(rung)


RUNGS: tuple[Rung, ...] = tuple(_ladder())
"""The whole ladder, from rung 1."""

START_RUNG: dict[Level, int] = {"first-timer": 1, "beginner": 4, "intermediate": 6, "advanced": 6}
"""The rung that each level begins on (our choice): the last flat one for whoever knows it already."""


FIRST_HANDS_FREE = 4
"""The rung where the hands let go for the first time; nobody's speed is raised in the same week."""


def rung_at(number: int) -> Rung:
    """The rung with a number, from 1.

    >>> rung_at(4).level, rung_at(4).bouts[1].rail
    ('beginner', 'free')
    """
    return RUNGS[number - 1]
