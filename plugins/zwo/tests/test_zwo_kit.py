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


class TestZwoOfOthersRead(ImporterSuite):
    importer = "zwo"
    options = {"race_pace": "10k=1:00:00"}  # noqa: RUF012 - the suite declares it
    files = {  # noqa: RUF012 - the suite declares it
        "theirs.zwo": b"""<workout_file><name>Tempo</name><sportType>run</sportType>
<durationType>time</durationType><workout>
<Warmup Duration="300" PowerLow="0.6" PowerHigh="0.7" pace="2"/>
<IntervalsT Repeat="4" OnDuration="60" OffDuration="60" OnPower="1.1" OffPower="0.6" pace="2"/>
<FreeRide Duration="60"><textevent timeoffset="0" message="Breathe"/></FreeRide>
</workout></workout_file>"""
    }
