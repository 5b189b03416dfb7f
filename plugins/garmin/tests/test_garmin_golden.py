"""The bytes of FIT files as they were once, read by three readers then and now."""

from __future__ import annotations

import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing.samples import MILES_PAGE

WORKOUTS = {
    "first-steps": bt.library_entry("first-steps").workout,
    "after-intervals-reset": bt.library_entry("after-intervals-reset").workout,
    "miles-nested": bt.parse(MILES_PAGE),
}


@pytest.mark.parametrize("name", WORKOUTS)
def test_the_bytes_are_those_of_the_golden_file(name, golden, read_by_all):
    artifact = bt.export(WORKOUTS[name], "garmin-fit")
    assert read_by_all(artifact.data).name == WORKOUTS[name].name
    golden(artifact.data, f"{name}.fit")


@pytest.mark.parametrize("name", ["first-steps", "after-intervals-reset"])
def test_the_bytes_with_speed_targets_are_those_of_the_golden_file(name, golden, read_by_all):
    artifact = bt.export(WORKOUTS[name], "garmin-fit", options={"targets": "speed"})
    assert {step.target for step in read_by_all(artifact.data).steps if step.passes is None} == {"speed"}
    golden(artifact.data, f"{name}.speed.fit")
