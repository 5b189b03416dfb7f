"""The workouts that nobody thought of: what the suites ask plugins about is worth asking."""

from __future__ import annotations

from itertools import chain

import pytest

import backtrack_plugins as bt
from backtrack_plugins.checking import check_rules, is_safe
from backtrack_plugins.testing.inventing import invented
from backtrack_plugins.workout import DIRECTIONS, GAITS, LEVELS

WORKOUTS = invented()
TIMELINES = [bt.expand(workout) for workout in WORKOUTS]


def test_there_are_forty_different_ones() -> None:
    assert len(WORKOUTS) == 40
    assert len({bt.write(workout) for workout in WORKOUTS}) == 40


@pytest.mark.parametrize("number", range(len(WORKOUTS)))
def test_each_passes_the_rules_of_its_own_level(number: int) -> None:
    assert is_safe(check_rules(TIMELINES[number]))


def test_between_them_they_have_all_that_a_workout_can_have() -> None:
    segments = list(chain.from_iterable(timeline.segments for timeline in TIMELINES))
    assert {workout.level for workout in WORKOUTS} == {None, *LEVELS}
    assert {segment.direction for segment in segments} == {None, *DIRECTIONS}
    assert {segment.gait for segment in segments} == {None, *GAITS}
    assert {segment.ends_on for segment in segments} == {"time", "distance", "lap"}
    assert any(segment.incline_percent for segment in segments)
    assert any(segment.fitted_line for segment in segments)
    assert any(
        isinstance(part, bt.RepeatedSegments)
        and any(isinstance(inner, bt.RepeatedSegments) for inner in part.parts)
        for timeline in TIMELINES
        for part in timeline.tree
    )
    assert any(not bt.write(workout).isascii() for workout in WORKOUTS)
