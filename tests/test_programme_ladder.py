"""The ladder: eight weeks as data, and what follows from them within the levels."""

from __future__ import annotations

from itertools import pairwise

import pytest

from backtrack_plugins.checking import FASTEST_MOUNT
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.programme.ladder import FIRST_HANDS_FREE, RUNGS, START_RUNG, Rung, rung_at
from backtrack_plugins.workout import LEVELS

EIGHT_WEEKS = [
    ("first-timer", "60@1.6 grip, 60@1.6 grip, 60@1.6 light", 0),
    ("first-timer", "120@2.0 grip, 120@2.0 light", 0),
    ("first-timer", "120@2.4 grip, 120@2.4 light", 0),
    ("beginner", "60@2.4 light, 120@2.4 free, 120@2.4 free", 0),
    ("beginner", "60@2.4 light, 120@2.8 free, 120@2.8 free", 0),
    ("beginner", "60@2.4 light, 150@3.2 free, 150@3.2 free", 0),
    ("intermediate", "60@2.4 light, 150@3.2 free, 150@3.2 free", 2),
    ("intermediate", "60@2.4 light, 180@3.6 free, 180@3.6 free", 2),
]
ABOVE = [
    (9, "intermediate", 210, "3.6", 2),
    (10, "intermediate", 210, "4.0", 2),
    (12, "intermediate", 210, "4.8", 2),
    (13, "intermediate", 210, "4.8", 3),
    (14, "intermediate", 210, "4.8", 4),
    (15, "advanced", 240, "4.8", 4),
    (18, "advanced", 330, "4.8", 4),
    (19, "advanced", 330, "5.0", 4),
    (23, "advanced", 330, "5.0", 8),
]


def said(rung: Rung) -> str:
    return ", ".join(f"{bout.seconds}@{bout.speed.kmh} {bout.rail}" for bout in rung.bouts)


def measures(rung: Rung) -> tuple[object, ...]:
    return rung.longest_seconds, max(bout.speed.kmh for bout in rung.bouts), rung.incline


@pytest.mark.parametrize(("number", "row"), list(enumerate(EIGHT_WEEKS, start=1)))
def test_the_first_eight_rungs_are_the_eight_weeks(number: int, row: tuple[str, str, int]) -> None:
    rung = rung_at(number)
    assert (rung.level, said(rung), rung.incline) == row


@pytest.mark.parametrize(("number", "level", "seconds", "kmh", "incline"), ABOVE)
def test_above_them_minutes_come_first_then_speed_then_incline(number, level, seconds, kmh, incline) -> None:
    rung = rung_at(number)
    assert rung.level == level
    assert said(rung) == f"60@2.4 light, {seconds}@{kmh} free, {seconds}@{kmh} free"
    assert rung.incline == incline


def test_it_ends_where_nothing_more_can_be_raised() -> None:
    assert len(RUNGS) == 23


def test_rungs_are_numbered_from_one_in_order_of_level() -> None:
    assert [rung.number for rung in RUNGS] == list(range(1, 24))
    assert [rung.level for rung in RUNGS] == sorted((rung.level for rung in RUNGS), key=LEVELS.index)


def test_above_rung_eight_one_thing_is_raised_at_a_time_and_none_lowered() -> None:
    for lower, higher in pairwise(RUNGS[7:]):
        changes = [new > old for old, new in zip(measures(lower), measures(higher), strict=True)]
        assert sum(changes) == 1
        assert all(new >= old for old, new in zip(measures(lower), measures(higher), strict=True))


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: str(rung.number))
def test_every_rung_is_within_its_level(rung: Rung) -> None:
    limits = LIMITS[rung.level]
    assert rung.longest_seconds <= limits.bout_seconds
    assert sum(bout.seconds for bout in rung.bouts) <= limits.total_seconds
    assert rung.incline <= limits.backward_incline
    for bout in rung.bouts:
        assert bout.speed.kmh <= min(limits.backward_walk.kmh, FASTEST_MOUNT.kmh)
        assert bout.speed.mph <= min(limits.backward_walk.mph, FASTEST_MOUNT.mph)
    assert rung.bouts[0].rail in limits.first_rails - {"free"}


def test_incline_comes_after_hands_free() -> None:
    first_free = next(rung for rung in RUNGS if any(bout.rail == "free" for bout in rung.bouts))
    assert first_free.number == FIRST_HANDS_FREE
    assert all(rung.incline == 0 for rung in RUNGS[: first_free.number])


@pytest.mark.parametrize("level", LEVELS)
def test_nobody_starts_on_an_incline_or_above_their_level(level) -> None:
    rung = rung_at(START_RUNG[level])
    assert rung.incline == 0
    assert LEVELS.index(rung.level) <= LEVELS.index(level)
