"""The tables as they were once, and as the standard library reads them."""

from __future__ import annotations

import csv
import io

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
    artifact = bt.export(WORKOUTS[name], "segments-csv")
    rows = [row for row in csv.reader(io.StringIO(artifact.data.decode())) if not row[0].startswith("# ")]
    assert len(rows) == 1 + len(artifact.timeline.segments)
    golden(artifact.data, f"{name}.csv")
