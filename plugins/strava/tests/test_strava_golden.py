"""The text for Strava as it was once."""

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
def test_the_bytes_are_those_of_the_golden_file(name, golden):
    text = bt.export(WORKOUTS[name], "strava-text").data.decode("utf-8")
    assert text.startswith(WORKOUTS[name].name)
    golden(text, f"{name}.strava.txt")
