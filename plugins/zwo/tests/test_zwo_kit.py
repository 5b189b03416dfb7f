from __future__ import annotations

from xml.etree import ElementTree as ET

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES, ExporterSuite, ImporterSuite


class TestZwo(ExporterSuite):
    format = "zwo"

    def text_of(self, data: bytes) -> str:
        root = ET.fromstring(data)
        messages = [event.get("message", "") for event in root.iter("textevent")]
        return "\n".join([root.findtext("description", ""), *messages])


class TestZwoWithIncline(TestZwo):
    options = {"incline": True}  # noqa: RUF012 - the suite declares it


class TestZwoCompact(TestZwo):
    options = {"compact": True}  # noqa: RUF012 - the suite declares it


class TestZwoWithTheWayOfMoving(TestZwo):
    options = {"replacement_prescription": True}  # noqa: RUF012 - the suite declares it


class TestZwoOfAMiler(TestZwo):
    options = {"race_pace": "mile=7:00"}  # noqa: RUF012 - the suite declares it


class TestZwoRead(ImporterSuite):
    importer = "zwo"
    files = {  # noqa: RUF012 - the suite declares it
        f"{name}.zwo": bt.export(bt.parse(SAMPLES[name]), "zwo", SAMPLE_ATHLETE).data
        for name in ("first-timer", "four-way-repeat")
    }
