"""Hypothesis strategies for everything the grammar can say."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from backtrack_plugins.checking import check, is_safe
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
    Direction,
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
        _number(str(round(low / Decimal("3.6") + 1, 2)), str(round(high / Decimal("3.6") + 1, 2)), 2).map(
            lambda ms: f"{ms} m/s"
        ),
        st.integers(fastest_pace, slowest_pace).map(lambda pace: f"{pace // 60}:{pace % 60:02}/km"),
        st.integers(int(fastest_pace * mile) + 1, int(slowest_pace * Decimal("1.6"))).map(
            lambda pace: f"{min(pace, 59_999) // 60}:{min(pace, 59_999) % 60:02}/mi"
        ),
    ).map(Speed)


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


@st.composite
def steps(draw: st.DrawFn, *, ascii_only: bool = False) -> Step:
    """Any step the grammar can say, safe or not."""
    direction = draw(st.sampled_from(DIRECTIONS))
    return Step(
        amount=draw(amounts()),
        direction=direction,
        gait=draw(st.sampled_from(GAITS)),
        speed=draw(speeds()),
        incline=draw(inclines()),
        rail=draw(st.sampled_from(RAILS)),
        effort=draw(st.none() | st.sampled_from(EFFORTS)),
        cue=draw(st.none() | cues(ascii_only=ascii_only)),
    )


def straddles(*, shortest: int = 1, ascii_only: bool = False) -> st.SearchStrategy[Straddle]:
    """Straddles of up to three minutes."""
    return st.builds(
        Straddle,
        amount=st.integers(shortest, 180).map(lambda seconds: Amount(f"{seconds} s")),
        cue=st.none() | cues(ascii_only=ascii_only),
    )


def _parts(leaves: st.SearchStrategy[Any], most: int = 6) -> st.SearchStrategy[tuple[Part, ...]]:
    nested = st.recursive(
        leaves,
        lambda inner: st.builds(
            Repeat, times=st.integers(1, 4), steps=st.lists(inner, min_size=1, max_size=3).map(tuple)
        ),
        max_leaves=8,
    )
    return st.lists(nested, min_size=1, max_size=most).map(tuple)


def _workouts(parts: st.SearchStrategy[tuple[Part, ...]], *, ascii_only: bool) -> st.SearchStrategy[Workout]:
    sentences = _sentences(60, ABOUT_BYTES, ascii_only=ascii_only).map(str.strip)
    return st.builds(
        Workout,
        name=names(ascii_only=ascii_only),
        level=st.none() | st.sampled_from(LEVELS),
        about=st.just("") | sentences.filter(lambda text: len(text.encode()) <= ABOUT_BYTES),
        steps=parts,
    )


def workouts(*, ascii_only: bool = False) -> st.SearchStrategy[Workout]:
    """Any Workout that can be written, safe or not; repeats nest."""
    leaves = steps(ascii_only=ascii_only) | straddles(ascii_only=ascii_only)
    return _workouts(_parts(leaves), ascii_only=ascii_only)


@st.composite
def safe_steps(draw: st.DrawFn, *, ascii_only: bool = False) -> Step:
    """Steps that break no rule by themselves: short and slow where they are not forward."""
    direction: Direction = draw(st.sampled_from(("forward", "forward", "forward", *DIRECTIONS)))
    forward = direction == "forward"
    seconds = st.integers(60, 900) if forward else st.integers(20, 60)
    distances = st.sampled_from(("400 m", "0.25 mi", "1.5 km", "lap")) if forward else st.just("40 m")
    flat = forward or direction == "backward"
    return Step(
        amount=draw(
            st.one_of(seconds.map(lambda s: f"{s} s"), seconds.map(lambda s: f"{s} s"), distances).map(Amount)
        ),
        direction=direction,
        gait=draw(st.sampled_from(GAITS)),
        speed=draw(speeds("3", "16") if forward else speeds("0.9", "4.9")),
        incline=draw(inclines("0", "9") if flat else st.just(Incline("0%"))),
        rail=draw(st.sampled_from(RAILS)),
        effort=draw(st.none() | st.sampled_from(EFFORTS)),
        cue=draw(st.none() | cues(ascii_only=ascii_only)),
    )


def safe_workouts(*, ascii_only: bool = False) -> st.SearchStrategy[Workout]:
    """Workouts that the rules let pass, for whoever exports them; repeats nest."""
    leaves = safe_steps(ascii_only=ascii_only) | straddles(shortest=10, ascii_only=ascii_only)
    parts = _parts(leaves, most=5).map(lambda drawn: (_LONG_WARM_UP, *drawn))
    return _workouts(parts, ascii_only=ascii_only).filter(_passes)


_LONG_WARM_UP = Step(amount=Amount("20:00"), direction="forward", gait="jog", speed=Speed("8 km/h"))


def _passes(workout: Workout) -> bool:
    return is_safe(check(expand(workout)))
