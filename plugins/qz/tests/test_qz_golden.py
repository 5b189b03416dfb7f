"""The bytes of QZ's files as they were once, and as another XML reader reads them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing.samples import MILES_PAGE

WORKOUTS = {
    "first-steps": bt.library_entry("first-steps").workout,
    "miles-nested": bt.parse(MILES_PAGE),
}


@pytest.mark.parametrize("name", WORKOUTS)
def test_the_bytes_are_those_of_the_golden_file(name, golden):
    workout = WORKOUTS[name]
    data = bt.export(workout, "qz").data
    root = ET.fromstring(data)
    assert (root.tag, root.get("device")) == ("rows", "treadmill")
    assert bt.import_bytes(data, "a.xml").workout == workout
    golden(data, f"{name}.xml")
