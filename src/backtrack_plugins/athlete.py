"""Who runs, and on what: Athlete and Treadmill, read from TOML."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

import msgspec

from backtrack_plugins.errors import UsageError
from backtrack_plugins.problem import MOST_PROBLEMS
from backtrack_plugins.units import KM_PER_MILE, Incline, Mass, Quantity, Speed, seconds_of, shown
from backtrack_plugins.workout import LEVELS, Level

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

AgeGroup = Literal["under-13", "13-17", "18-64", "65-and-over"]
Units = Literal["metric", "imperial"]
Race = Literal["mile", "5k", "10k", "half", "marathon"]

_Made = TypeVar("_Made", bound=msgspec.Struct)

AGE_GROUPS: tuple[AgeGroup, ...] = get_args(AgeGroup)
RACES: tuple[Race, ...] = get_args(Race)
RACE_KM: dict[Race, Decimal] = {
    "mile": KM_PER_MILE,
    "5k": Decimal(5),
    "10k": Decimal(10),
    "half": Decimal("21.0975"),
    "marathon": Decimal("42.195"),
}
"""Length of each race in kilometres (World Athletics road distances)."""

LEAST_INCREMENT_KMH = Decimal("0.05")
"""Finer keys than any console has would let speeds that count as the same creep up step by step."""

MOST_INCREMENT_KMH = KM_PER_MILE
"""No console steps further at one press (our choice of bound)."""

_CLOCK = r"[0-9]{1,3}:[0-9]{2}(?::[0-9]{2})?"


class RaceTime(msgspec.Struct, frozen=True):
    """A finishing time for a race distance, written as ``30:00`` or ``1:45:00``; 2:00 to 30:00 per km.

    Attributes:
        race: ``mile``, ``5k``, ``10k``, ``half`` or ``marathon``.
        seconds: The finishing time.

    Raises:
        ValueError: when it is no such time, or faster than anyone has run (2:00 per km).

    >>> RaceTime.of("5k", "30:00").seconds_per_km
    360.0
    """

    race: Race
    seconds: int

    @classmethod
    def of(cls, race: str, clock: object) -> RaceTime:
        """Make a race time from a race and a time as text."""
        known: Race | None = next((each for each in RACES if each == race), None)
        if known is None:
            raise ValueError(f"{_described(race)} is no race; write {', '.join(RACES[:-1])} or {RACES[-1]}")
        if not isinstance(clock, str) or not re.fullmatch(_CLOCK, clock):
            raise ValueError(f'{_described(clock)} is no finishing time; write {race} = "30:00" or "1:45:00"')
        return cls(known, seconds_of(clock))

    def __post_init__(self) -> None:
        _check_choice(self.race, RACES, "race")
        _check_type(self.seconds, int, "seconds")
        if not 120 <= self.seconds_per_km <= 1800:
            pace = f"{self.seconds} s for {self.race} is {self.seconds_per_km:.0f} s per km"
            raise ValueError(f"{pace}; between 120 and 1800 is possible")

    @property
    def seconds_per_km(self) -> float:
        """Average pace in seconds per kilometre."""
        return self.seconds / float(RACE_KM[self.race])


class Treadmill(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the belt can do; unless said, 0.8 to 20 km/h by 0.1 and 0 to 15 % by 0.5.

    Attributes:
        slowest: Lowest belt speed, below the fastest.
        fastest: Highest belt speed.
        speed_increment: Step of its speed keys, in the unit its console shows (km/h, mph or m/s); 0.05 km/h
            to 1 mph.
        lowest: Lowest incline, at most the highest.
        highest: Highest incline.
        incline_increment: Step of its incline keys, above zero.

    Raises:
        ValueError: when a range is empty or an increment is not above zero.
    """

    slowest: Speed = Speed("0.8 km/h")
    fastest: Speed = Speed("20 km/h")
    speed_increment: Speed = Speed("0.1 km/h")
    lowest: Incline = Incline("0%")
    highest: Incline = Incline("15%")
    incline_increment: Incline = Incline("0.5%")

    def __post_init__(self) -> None:
        for field in ("slowest", "fastest", "speed_increment"):
            _check_type(getattr(self, field), Speed, field)
        for field in ("lowest", "highest", "incline_increment"):
            _check_type(getattr(self, field), Incline, field)
        if self.slowest.kmh >= self.fastest.kmh:
            raise ValueError("the treadmill's slowest speed is below its fastest")
        if self.speed_increment.unit not in {"km/h", "mph", "m/s"}:
            raise ValueError("the treadmill's speed_increment is in km/h, mph or m/s")
        if not LEAST_INCREMENT_KMH <= self.speed_increment.kmh <= MOST_INCREMENT_KMH:
            raise ValueError("the treadmill's speed_increment is 0.05 km/h to 1 mph (1.6 km/h)")
        if self.lowest.number > self.highest.number:
            raise ValueError("the treadmill's lowest incline is at most its highest")
        if self.incline_increment.number <= 0:
            raise ValueError("the treadmill's incline_increment is above zero")

    def __str__(self) -> str:
        return (
            f"{self.slowest} to {self.fastest} by {self.speed_increment}, "
            f"{self.lowest} to {self.highest} by {self.incline_increment}"
        )


class Silenced(msgspec.Struct, frozen=True):
    """A rule whose warnings and infos somebody chose not to see, and why.

    Attributes:
        code: The rule's code, such as ``BT206``.
        reason: Why, in 3 to 100 characters; it is shown instead.

    Raises:
        ValueError: when there is no reason.
    """

    code: str
    reason: str

    def __post_init__(self) -> None:
        _check_type(self.code, str, "the code of a silenced rule")
        _check_type(self.reason, str, f"the reason for silencing {shown(self.code)}")
        if not 3 <= len(self.reason.strip()) <= 100:
            raise ValueError(
                f'{shown(self.code)}: say why in 3 to 100 characters: {shown(self.code)} = "..."'
            )


class Athlete(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who runs. Every value may be left out.

    A rule whose value is unknown says nothing; a format that cannot do without one says so.

    Attributes:
        level: Experience with moving backward and sideways on a belt; rules over a workout's own.
        units: Units to show.
        mass: Body mass.
        age_group: ``under-13``, ``13-17``, ``18-64`` or ``65-and-over``.
        easy_walk: Easy forward walking speed, such as ``Speed("5 km/h")``.
        easy_run: Easy forward running speed, such as ``Speed("9 km/h")``.
        max_heart_rate: Highest heart rate, 100 to 230 beats per minute.
        race_paces: Finishing times by race distance.
        safety_acknowledged: The manual was checked, the key is used, two metres behind are clear.
        supervised_only: They train this only with somebody beside the treadmill; why is theirs to know.
        silenced: Warnings and infos not to be shown, each with a reason; no error can be.
        treadmill: What the belt can do; None when not known.

    Raises:
        ValueError: when a value is out of range or none of its choices.
        TypeError: when a value is of another type.

    >>> Athlete(level="beginner", race_paces=(RaceTime.of("5k", "30:00"),)).level
    'beginner'
    """

    level: Level | None = None
    units: Units = "metric"
    mass: Mass | None = None
    age_group: AgeGroup | None = None
    easy_walk: Speed | None = None
    easy_run: Speed | None = None
    max_heart_rate: int | None = None
    race_paces: tuple[RaceTime, ...] = ()
    safety_acknowledged: bool = False
    supervised_only: bool = False
    silenced: tuple[Silenced, ...] = ()
    treadmill: Treadmill | None = None

    def __post_init__(self) -> None:
        _check_choice(self.level, (None, *LEVELS), "level")
        _check_choice(self.units, get_args(Units), "units")
        _check_choice(self.age_group, (None, *AGE_GROUPS), "age_group")
        _check_type(self.race_paces, tuple, "race_paces")
        for time in self.race_paces:
            _check_type(time, RaceTime, "each of race_paces")
        _check_type(self.silenced, tuple, "silenced")
        for silenced in self.silenced:
            _check_type(silenced, Silenced, "each of silenced")
        for field, kind in _ATHLETE_TYPES.items():
            if getattr(self, field) is not None:
                _check_type(getattr(self, field), kind, field)
        _check_heart_rate(self.max_heart_rate)


def declared(athlete: Athlete | None, needs: frozenset[str]) -> Athlete:
    """The athlete with the declared values alone, which is what a plugin gets to see."""
    if athlete is None:
        return Athlete()
    return Athlete(**{field: getattr(athlete, field) for field in needs})


def _check_heart_rate(rate: object) -> None:
    if rate is not None and not (type(rate) is int and 100 <= rate <= 230):
        raise ValueError(f"max_heart_rate is 100 to 230 beats per minute, not {_described(rate)}")


_ATHLETE_TYPES = {"mass": Mass, "easy_walk": Speed, "easy_run": Speed, "treadmill": Treadmill}


def _check_type(value: object, expected: type, key: str) -> None:
    if not isinstance(value, expected):
        wanted = "text" if expected is str else expected.__name__
        raise TypeError(f"{key} is a {wanted}, not {_described(value)}")


def _check_choice(value: object, choices: tuple[str | None, ...], key: str) -> None:
    if value not in choices:
        raise ValueError(
            f"{key} is {', '.join(choice for choice in choices if choice)}, not {_described(value)}"
        )


class _Wrong(msgspec.Struct, frozen=True):
    """What is wrong in an ``athlete.toml``: the key, and the line of the message."""

    key: str
    said: str


def read_athlete(path: str | os.PathLike[str]) -> Athlete:
    """Read an ``athlete.toml``.

    Raises:
        UnreadableInput: when there is no such file, or it is no UTF-8.
        UsageError: with every wrong key and value, and the near match.
    """
    from os import fspath

    from backtrack_plugins.reading import decode, read_bytes

    name = fspath(path)
    return athlete_from_toml(decode(read_bytes(name), name), file=name)


def athlete_from_toml(text: str, *, file: str = "athlete.toml") -> Athlete:
    r"""Read the text of an ``athlete.toml``.

    Raises:
        UsageError: with every wrong key and value, and the near match.

    >>> athlete_from_toml('level = "beginner"\n[race_paces]\n5k = "30:00"').race_paces[0].seconds
    1800
    """
    import tomllib

    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{file}: no TOML: nested too deep", file=file) from None
    except ValueError as error:  # wider than TOMLDecodeError: a number of thousands of digits is none
        raise UsageError(f"{file}: no TOML: {error}", file=file) from None
    wrong: list[_Wrong] = []
    athlete: Athlete | None = None
    tables: dict[str, Callable[[dict[str, Any], list[_Wrong]], object]] = {
        "treadmill": lambda table, wrong: _made(Treadmill, table, "treadmill.", wrong),
        "race_paces": _race_times,
        "silenced": _silenced,
    }
    for key, made in tables.items():
        table = values.get(key)
        if isinstance(table, dict):
            values[key] = made(table, wrong)
        elif table is not None:
            del values[key]
            wrong.append(_Wrong(key, f"{key} is a table: write [{key}] on a line of its own"))
    athlete = _made(Athlete, values, "", wrong)
    if wrong or athlete is None:
        said = "\n".join(f"{file}: {each.said}" for each in wrong)
        raise UsageError(said, file=file, keys=tuple(each.key for each in wrong))
    return athlete


def _race_times(races: dict[str, Any], wrong: list[_Wrong]) -> tuple[RaceTime, ...]:
    times = []
    for race, clock in races.items():
        try:
            times.append(RaceTime.of(race, clock))
        except ValueError as error:
            key = f"race_paces.{shown(race)}"
            wrong.append(_Wrong(key, f"{key}: {error}"))
    return tuple(times)


def _silenced(rules: dict[str, Any], wrong: list[_Wrong]) -> tuple[Silenced, ...]:
    silenced = []
    for code, reason in rules.items():
        try:
            silenced.append(Silenced(code, reason))
        except (ValueError, TypeError) as error:
            wrong.append(_Wrong(f"silenced.{shown(code)}", f"silenced: {error}"))
    return tuple(silenced)


def _made(kind: type[_Made], values: dict[str, Any], prefix: str, wrong: list[_Wrong]) -> _Made | None:
    before = len(wrong)
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    made: dict[str, Any] = {}
    for key, value in values.items():
        if len(wrong) >= MOST_PROBLEMS:
            break
        if key not in fields:
            said = f"{prefix}{shown(key)}"
            wrong.append(_Wrong(said, f"{said}: no such key; {_near(key[:40], list(fields))}"))
            continue
        try:
            made[key] = _converted(value, fields[key].type)
            if key == "max_heart_rate":
                _check_heart_rate(made[key])
        except (ValueError, TypeError) as error:
            wrong.append(_Wrong(f"{prefix}{key}", f"{prefix}{key}: {error}"))
    if len(wrong) > before:
        return None
    try:
        return kind(**made)
    except (ValueError, TypeError) as error:
        table = prefix.rstrip(".")
        wrong.append(_Wrong(table, f"{table}: {error}" if table else str(error)))
        return None


def _converted(value: object, expected: Any) -> object:
    for kind in (expected, *get_args(expected)):
        if isinstance(kind, type) and issubclass(kind, Quantity):
            if not isinstance(value, str):
                raise TypeError(
                    f"{_described(value)}: write it as text with its unit, such as {kind.examples[0]!r}"
                )
            return kind(value)
    if isinstance(value, msgspec.Struct | tuple):
        return value
    try:
        return msgspec.convert(value, expected)
    except msgspec.ValidationError:
        choices = [choice for choice in _choices(expected) if isinstance(choice, str)]
        wanted = ", ".join(choices) or (
            "true or false" if expected is bool else "a whole number, without quotes"
        )
        raise ValueError(f"{_described(value)}: write {wanted}") from None


def _choices(expected: Any) -> list[object]:
    inner = get_args(expected)
    return [choice for part in inner for choice in (get_args(part) or (part,))]


def _described(value: object) -> str:
    if isinstance(value, str):
        return f"'{shown(value)}'"
    plain = value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**9)
    return repr(value) if plain else f"a {type(value).__name__}"


def _near(key: str, known: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(key, known, 1, 0.5)
    return f"did you mean {near[0]}?" if near else f"keys are {', '.join(known)}"
