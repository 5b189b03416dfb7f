"""The texts as they were once."""

from __future__ import annotations

import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing.samples import MILES_PAGE

WORKOUTS = {
    "first-steps": bt.library_entry("first-steps").workout,
    "tennis-four-way": bt.library_entry("tennis-four-way").workout,
    "miles-nested": bt.parse(MILES_PAGE),
}


@pytest.mark.parametrize("name", WORKOUTS)
def test_the_bytes_are_those_of_the_golden_file(name, golden):
    golden(bt.export(WORKOUTS[name], "intervals-icu").data, f"{name}.txt")
