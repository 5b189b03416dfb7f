"""Hypothesis strategies for everything the grammar can say."""

from __future__ import annotations

import unicodedata
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from itertools import product
from typing import Any

import msgspec
from hypothesis import strategies as st

from backtrack_plugins.checking import FASTEST_MOUNT, check_rules, is_safe
from backtrack_plugins.levels import LIMITS, LevelLimits
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import Amount, Incline, Speed
from backtrack_plugins.workout import (
    ABOUT_BYTES,
    CUE_BYTES,
    CUE_CHARACTERS,
    DIRECTIONS,
    EFFORTS,
    GAITS,
    LEVELS,
    NAME_BYTES,
    NAME_CHARACTERS,
    RAILS,
    Level,
    Part,
    Repeat,
    Step,
    Straddle,
    Workout,
    unprintable,
)


def _number(low: str, high: str, places: int = 4) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


def speeds(low_kmh: str = "0.1", high_kmh: str = "20") -> st.SearchStrategy[Speed]:
    """Belt speeds in every unit they can be written in, between two bounds in km/h."""
    low, high = Decimal(low_kmh), Decimal(high_kmh)
    mile = Decimal("1.61")
    slowest_pace = min(int(3600 / low), 999 * 60)
    fastest_pace = int(3600 / high) + 1
    return st.one_of(
        _number(low_kmh, high_kmh).map(lambda kmh: f"{kmh} km/h"),
        _number(low_kmh, high_kmh, 1).map(lambda kmh: f"{kmh} km/h"),
        _number(str(round(low / mile, 1)), str(round(high / mile, 1)), 1).map(lambda mph: f"{mph} mph"),
        _number(*_metres_per_second(low, high), 2).map(lambda ms: f"{ms} m/s"),
        st.integers(fastest_pace, slowest_pace).map(lambda pace: f"{pace // 60}:{pace % 60:02}/km"),
        st.integers(int(fastest_pace * mile) + 1, int(slowest_pace * Decimal("1.6"))).map(
            lambda pace: f"{min(pace, 59_999) // 60}:{min(pace, 59_999) % 60:02}/mi"
        ),
    ).map(Speed)


def _metres_per_second(low_kmh: Decimal, high_kmh: Decimal) -> tuple[str, str]:
    """The same bounds in metres per second, to the hundredth inside them."""
    hundredth = Decimal("0.01")
    low, high = low_kmh / Decimal("3.6"), high_kmh / Decimal("3.6")
    return str(low.quantize(hundredth, ROUND_CEILING)), str(high.quantize(hundredth, ROUND_FLOOR))


def inclines(low: str = "-5", high: str = "15") -> st.SearchStrategy[Incline]:
    """Inclines between two bounds in percent."""
    return st.one_of(st.just("0"), _number(low, high, 1).map(str), _number(low, high).map(str)).map(
        lambda percent: Incline(f"{percent}%")
    )


def amounts() -> st.SearchStrategy[Amount]:
    """Times, distances and the lap button."""
    return st.one_of(
        st.integers(1, 3 * 3600).map(lambda seconds: f"{seconds} s"),
        _number("1", "20000", 1).map(lambda metres: f"{metres} m"),
        _number("0.1", "42").map(lambda km: f"{km} km"),
        _number("0.1", "26").map(lambda miles: f"{miles} mi"),
        st.just("lap"),
    ).map(Amount)


def _sentences(characters: int, most_bytes: int, *, ascii_only: bool = False) -> st.SearchStrategy[str]:
    alphabet = (
        st.characters(min_codepoint=0x20, max_codepoint=0x7E)
        if ascii_only
        else st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
    )
    return st.text(alphabet, min_size=1, max_size=characters).filter(
        lambda text: unprintable(text) is None and len(text.encode()) <= most_bytes
    )


def cues(*, ascii_only: bool = False) -> st.SearchStrategy[str]:
    """Sentences a line can carry, quotes, backslashes and markup included."""
    return st.one_of(
        st.sampled_from(['say "hop"', "a \\ b", "<b>&amp;</b>", "# no comment", "3x", "name: x"]),
        _sentences(40, CUE_BYTES, ascii_only=ascii_only),
        _sentences(CUE_CHARACTERS, CUE_BYTES, ascii_only=ascii_only),
    )


def names(*, ascii_only: bool = False) -> st.SearchStrategy[str]:
    """Names a workout can have."""
    return (
        _sentences(NAME_CHARACTERS, NAME_BYTES, ascii_only=ascii_only)
        .map(lambda text: unicodedata.normalize("NFC", text.strip()))
        .filter(
            lambda name: (
                bool(name)
                and len(name.encode()) <= NAME_BYTES
                and len(name) <= NAME_CHARACTERS
                and not any(forbidden in name for forbidden in ("/", "\\", ".."))
            )
        )
    )


def steps(*, ascii_only: bool = False) -> st.SearchStrategy[Step]:
    """Any step the grammar can say, safe or not."""
    return _steps(
        amount=amounts(),
        direction=st.sampled_from(DIRECTIONS),
        gait=st.sampled_from(GAITS),
        speed=speeds(),
        incline=inclines(),
        ascii_only=ascii_only,
    )


def _steps(*, ascii_only: bool, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.builds(
        Step,
        rail=st.sampled_from(RAILS),
        effort=st.none() | st.sampled_from(EFFORTS),
        cue=st.none() | cues(ascii_only=ascii_only),
        **parts,
    )


def straddles(*, shortest: int = 1, ascii_only: bool = False) -> st.SearchStrategy[Straddle]:
    """Straddles of up to three minutes."""
    return st.builds(
        Straddle,
        amount=st.integers(shortest, 180).map(lambda seconds: Amount(f"{seconds} s")),
        cue=st.none() | cues(ascii_only=ascii_only),
    )


def _parts(
    leaves: st.SearchStrategy[Any], least: int = 1, most: int = 6
) -> st.SearchStrategy[tuple[Part, ...]]:
    nested = st.recursive(
        leaves,
        lambda inner: st.builds(
            Repeat, times=st.integers(1, 4), steps=st.lists(inner, min_size=1, max_size=3).map(tuple)
        ),
        max_leaves=8,
    )
    return st.lists(nested, min_size=least, max_size=most).map(tuple)


def _workouts(
    parts: st.SearchStrategy[tuple[Part, ...]], levels: st.SearchStrategy[Level | None], *, ascii_only: bool
) -> st.SearchStrategy[Workout]:
    sentences = _sentences(60, ABOUT_BYTES, ascii_only=ascii_only).map(str.strip)
    return st.builds(
        Workout,
        name=names(ascii_only=ascii_only),
        level=levels,
        about=st.just("") | sentences.filter(lambda text: len(text.encode()) <= ABOUT_BYTES),
        steps=parts,
    )


def workouts(*, ascii_only: bool = False) -> st.SearchStrategy[Workout]:
    """Any Workout that can be written, safe or not; repeats nest."""
    leaves = steps(ascii_only=ascii_only) | straddles(ascii_only=ascii_only)
    return _workouts(_parts(leaves), st.sampled_from((None, *LEVELS)), ascii_only=ascii_only)


def safe_workouts(*, ascii_only: bool = False) -> st.SearchStrategy[Workout]:
    """Workouts that the rules of their level let pass, most of them with bouts; repeats nest."""
    return _safe_workouts(ascii_only)


@cache
def _safe_workouts(ascii_only: bool) -> st.SearchStrategy[Workout]:  # noqa: FBT001 - as an argument, to be cached by
    """One strategy for all who ask: building it takes longer than drawing from it a few times."""
    each = [_workouts_of(level, ascii_only=ascii_only) for level in (None, *LEVELS)]
    return st.one_of(each).filter(_passes)


def _workouts_of(level: Level | None, *, ascii_only: bool) -> st.SearchStrategy[Workout]:
    limits = LIMITS[level or "first-timer"]
    leaves = st.one_of(
        _forward_steps(ascii_only=ascii_only),
        _turned_steps(limits, ascii_only=ascii_only),
        straddles(shortest=10, ascii_only=ascii_only),
    )
    parts = _parts(leaves, least=2, most=5).map(
        lambda drawn: (_LONG_WARM_UP, *_Allowance(limits).hold(drawn))
    )
    return _workouts(parts, st.just(level), ascii_only=ascii_only)


_LONG_WARM_UP = Step(amount=Amount("20:00"), direction="forward", gait="jog", speed=Speed("8 km/h"))


def _forward_steps(*, ascii_only: bool) -> st.SearchStrategy[Step]:
    seconds = st.integers(60, 900).map(lambda seconds: f"{seconds} s")
    return _steps(
        amount=(seconds | st.sampled_from(("400 m", "0.25 mi", "1.5 km", "lap"))).map(Amount),
        direction=st.just("forward"),
        gait=st.sampled_from(GAITS),
        speed=speeds("3", "16"),
        incline=inclines("0", "9"),
        ascii_only=ascii_only,
    )


def _turned_steps(limits: LevelLimits, *, ascii_only: bool) -> st.SearchStrategy[Step]:
    """Short backward and sideways steps, each of which a level allows by itself."""
    seconds = st.integers(10, 45).map(lambda seconds: f"{seconds} s")
    each = [
        _steps(
            amount=(seconds | seconds | st.just("15 m")).map(Amount),
            direction=st.just(direction),
            gait=st.just(gait),
            speed=speeds("0.9", str(min(limit.kmh, FASTEST_MOUNT.kmh))),
            incline=inclines("0", str(limits.backward_incline if direction == "backward" else 0)),
            ascii_only=ascii_only,
        )
        for direction, gait in product(DIRECTIONS, GAITS)
        if direction != "forward" and (limit := limits.fastest(direction, gait)) is not None
    ]
    return st.one_of(each)


class _Allowance:
    """What a level still allows, as a drawn workout is gone through in order.

    Turning a step to face forward, or putting its hands on the rails, makes no drawing useless; to filter
    would throw most of them away.
    """

    def __init__(self, limits: LevelLimits) -> None:
        self._limits = limits
        self._seconds = float(limits.total_seconds)
        self._rails = [rail for rail in RAILS if rail in limits.first_rails]

    def hold(self, parts: tuple[Part, ...], passes: int = 1) -> tuple[Part, ...]:
        """The parts, held to what is left."""
        return tuple(self._held(part, passes) for part in parts)

    def _held(self, part: Part, passes: int) -> Part:
        if isinstance(part, Repeat):
            return msgspec.structs.replace(part, steps=self.hold(part.steps, passes * part.times))
        if isinstance(part, Straddle) or part.direction == "forward":
            return part
        seconds = passes * _seconds(part)
        if seconds > min(self._seconds, self._limits.bout_seconds):
            return msgspec.structs.replace(part, direction="forward")
        self._seconds -= seconds
        rails, self._rails = self._rails, list(RAILS)
        return part if part.rail in rails else msgspec.structs.replace(part, rail=rails[0])


def _seconds(step: Step) -> float:
    number = float(step.amount.number)
    return number if step.amount.unit == "s" else number / step.speed.metres_per_second


def _passes(workout: Workout) -> bool:
    return is_safe(check_rules(expand(workout)))
