"""The bytes of ZWO files as they were once, and as another XML reader reads them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing.samples import MILES_PAGE

ATHLETE = bt.Athlete(race_paces=(bt.RaceTime("5k", 1800),))
WORKOUTS = {
    "first-steps": bt.library_entry("first-steps").workout,
    "after-intervals-reset": bt.library_entry("after-intervals-reset").workout,
    "miles-nested": bt.parse(MILES_PAGE),
}


@pytest.mark.parametrize("name", WORKOUTS)
@pytest.mark.parametrize("incline", [False, True], ids=["flat", "incline"])
def test_the_bytes_are_those_of_the_golden_file(name, incline, golden):
    workout = WORKOUTS[name]
    athlete = bt.Athlete(level=workout.level, race_paces=ATHLETE.race_paces)
    data = bt.export(workout, "zwo", athlete, options={"incline": incline}).data
    root = ET.fromstring(data)
    assert root.findtext("name") == workout.name
    assert root.findtext("sportType") == "run"
    assert bt.parse(root.findtext("description")) == workout
    golden(data, f"{name}.incline.zwo" if incline else f"{name}.zwo")
