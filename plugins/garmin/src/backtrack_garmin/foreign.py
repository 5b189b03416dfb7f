"""A workout as somebody else made it, as far as Garmin's formats can say it: ForeignWorkout and its parts.

FIT files and the JSON of Garmin Connect are read into this one form, and `backtrack_garmin.importing`
turns it into a Workout. Here numbers have one unit each, and what our model has no place for can be
said in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import Loss, Problem

MOST_STEPS = 4_096
"""Steps of one workout that are read, repeats counted: as many as a FIT file can number. Watches take 50."""

DEEPEST = 64
"""Repeats in repeats that are followed; a page allows far fewer, and says so (our choice)."""

TIME = "time"
DISTANCE = "distance"
LAP = "lap"

_SLOWEST_PACE = 0.05
"""Metres per second; what is slower has no pace that anybody would write down."""

SPEED = "speed"
PACE = "pace"


class End(NamedTuple):
    """What ends a step, or a repeat that is not counted.

    Attributes:
        kind: `TIME`, `DISTANCE`, `LAP`, or words such as ``heart rate above``.
        value: Seconds of a time, metres of a distance, else a number in `unit`; None when there is none.
        unit: Such as ``bpm``; empty for a time, a distance, and where there is none.
    """

    kind: str
    value: float | None = None
    unit: str = ""

    @property
    def words(self) -> str:
        """What a runner would be told.

        >>> End("heart rate above", 150, "bpm").words, End(TIME, 1200).words, End(LAP).words
        ('until heart rate above 150 bpm', 'until 20:00 in all', 'until the lap button')
        """
        if self.kind == LAP:
            return "until the lap button"
        if self.value is None:
            return f"until {self.kind}"
        if self.kind == TIME:
            return f"until {_clock(self.value)} in all"
        if self.kind == DISTANCE:
            return f"until {plain(self.value)} m in all"
        return f"until {self.kind} {_measured(plain(self.value), self.unit)}"


class Target(NamedTuple):
    """What a step asks the runner to keep to.

    Attributes:
        kind: `SPEED`, `PACE`, or words such as ``heart rate``.
        low: Lower bound, in metres per second for a speed or a pace, else in `unit`; None when there is none.
        high: Upper bound.
        zone: A zone's number, whose bounds only the watch or the account knows.
        unit: Such as ``bpm``; empty where there is none.
    """

    kind: str
    low: float | None = None
    high: float | None = None
    zone: int | None = None
    unit: str = ""

    @property
    def metres_per_second(self) -> float | None:
        """The middle of a speed or a pace; None when this is none, or names only a zone."""
        bounds = self._bounds
        if self.kind not in {SPEED, PACE} or self.zone is not None or not bounds:
            return None
        return sum(bounds) / len(bounds)

    @property
    def words(self) -> str:
        """What a runner would be told.

        >>> Target("heart rate", 130, 145, unit="bpm").words, Target("heart rate", zone=2).words
        ('heart rate 130 to 145 bpm', 'heart rate zone 2')
        >>> Target(SPEED, 2.5, 3).words, Target(PACE, 2.5, 3).words
        ('speed 9 to 10.8 km/h', 'pace 5:33 to 6:40/km')
        """
        said = self.kind if self.zone is None else f"{self.kind} zone {self.zone}"
        bounds = self._bounds
        if not bounds:
            return said
        if self.kind == PACE and bounds[0] > _SLOWEST_PACE:
            return f"{said} {' to '.join(_clock(1000 / bound) for bound in reversed(bounds))}/km"
        if self.kind in {SPEED, PACE}:
            return f"{said} {' to  '.join(plain(bound * 3.6) for bound in bounds)} km/h"
        return f"{said} {_measured(' to '.join(plain(bound) for bound in bounds), self.unit)}"

    @property
    def _bounds(self) -> tuple[float, ...]:
        """The bounds there are, the lower first; the same twice is one; 0 says that there is none."""
        return tuple(sorted({bound for bound in (self.low, self.high) if bound}))


class ForeignStep(NamedTuple):
    """One step of somebody's workout.

    Attributes:
        place: Where in the file it stands, such as ``workout_step[2]``.
        end: What ends it.
        targets: What it asks to keep to, the most important first.
        intensity: In words, such as ``recovery``; empty for a plain one.
        name: Its name.
        note: Its note; a line of ours may stand in it.
        walking: Whether it is walked, whatever its speed.
        left: What else the file says of it, in words.
    """

    place: str
    end: End
    targets: tuple[Target, ...] = ()
    intensity: str = ""
    name: str = ""
    note: str = ""
    walking: bool = False
    left: tuple[str, ...] = ()


class ForeignRepeat(NamedTuple):
    """Parts that come back.

    Attributes:
        place: Where in the file it stands.
        steps: What comes back.
        times: How often in all; 0 where `until` says it.
        until: What ends it, where that is no number of times.
        left: What else the file says of it, in words.
    """

    place: str
    steps: tuple[ForeignPart, ...]
    times: int = 0
    until: End | None = None
    left: tuple[str, ...] = ()


ForeignPart: TypeAlias = ForeignStep | ForeignRepeat


class ForeignWorkout(NamedTuple):
    """Somebody's workout.

    Attributes:
        name: Its name; None when it has none.
        description: Its description; a header of ours may stand in it.
        steps: Its parts, in order.
        losses: What of the whole has no place in a Workout.
        problems: What is wrong with it, as far as its format knows.
    """

    name: str | None
    description: str
    steps: tuple[ForeignPart, ...]
    losses: tuple[Loss, ...] = ()
    problems: tuple[Problem, ...] = ()


def plain(number: float) -> str:
    """A number as people write it, with two decimals at most.

    >>> plain(10.799), plain(150.0), plain(2e9)
    ('10.8', '150', '2e+09')
    """
    if abs(number) >= 1e9:
        return f"{number:g}"
    return f"{number:.2f}".rstrip("0").rstrip(".")


def not_speed(sports: Iterable[str]) -> str:
    """Why no belt can be set by a workout for cycling; empty for other sports.

    >>> not_speed(["rowing"]), not_speed(["cycling (indoor)"])
    ('', ' Power is not speed, and no belt can be set by it.')
    """
    by_power = any("cycling" in sport or "biking" in sport for sport in sports)
    return " Power is not speed, and no belt can be set by it." if by_power else ""


def _measured(number: str, unit: str) -> str:
    return f"{number}{unit}" if unit[:1] == "%" else f"{number} {unit}".rstrip()


def _clock(seconds: float) -> str:
    if not abs(seconds) < 1e9:
        return f"{seconds:g} s"
    minutes, second = divmod(round(seconds), 60)
    return f"{minutes}:{second:02}"
