from __future__ import annotations

from xml.etree import ElementTree as ET

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES, ExporterSuite, ImporterSuite, SpliceSuite


class TestZwo(ExporterSuite):
    format = "zwo"

    def text_of(self, data: bytes) -> str:
        root = ET.fromstring(data)
        messages = [event.get("message", "") for event in root.iter("textevent")]
        return "\n".join([root.findtext("description", ""), *messages])


class TestZwoWithIncline(TestZwo):
    options = {"incline": True}  # noqa: RUF012 - the suite declares it


class TestZwoForZwiftAlone(TestZwo):
    options = {"compact": True, "replacement_prescription": True}  # noqa: RUF012 - the suite declares it


class TestZwoOfAMiler(TestZwo):
    options = {"race_pace": "mile=7:00"}  # noqa: RUF012 - the suite declares it


class TestZwoRead(ImporterSuite):
    importer = "zwo"
    files = {  # noqa: RUF012 - the suite declares it
        f"{name}.zwo": bt.export(bt.parse(SAMPLES[name]), "zwo", SAMPLE_ATHLETE).data
        for name in ("first-timer", "four-way-repeat")
    }


# Written after what others publish: TrainAsONE's element (cagnulein/qdomyos-zwift), breiko83/zwo-editor,
# bouchaet/zwomaker.
TRAIN_AS_ONE = b"""\
<?xml version="1.0" encoding="UTF-8"?>
<workout_file>
  <author>TrainAsONE</author>
  <name>Tempo Tuesday</name>
  <description>Steady, and then home.</description>
  <sportType>run</sportType>
  <durationType>time</durationType>
  <thresholdSecPerKm>330</thresholdSecPerKm>
  <workout>
    <SteadyState Duration="600" Power="0.7"/>
    <SteadyState Duration="900" Power="0.85" HeartRate="0.8"/>
    <SteadyState Duration="300" Power="0.6"/>
  </workout>
</workout_file>
"""

ZWO_EDITOR = b"""\
<workout_file>
    <author>Somebody</author>
    <name>Hills &amp; more</name>
    <description/>
    <sportType>run</sportType>
    <durationType>time</durationType>
    <tags/>
    <workout>
        <SteadyState Duration="600" Power="0.65" pace="1" Incline="0.01">
            <textevent timeoffset="10" message="Easy"/>
        </SteadyState>
        <IntervalsT Repeat="4" OnDuration="60" OffDuration="90" OnPower="1" OffPower="0.6" pace="1"/>
        <SteadyState Duration="300" Power="0.6" pace="1"/>
        <FreeRide Duration="300" FlatRoad="1"/>
    </workout>
</workout_file>
"""

ZWO_MAKER = b"""\
<workout_file><author>Somebody</author><name>Metres</name><description></description>
<sportType>run</sportType><tags></tags><workout>
<SteadyState Duration="2000" Power="0.7" pace="1"/>
</workout></workout_file>
"""


class TestZwoSplices(SpliceSuite):
    format = "zwo"
    runs = {  # noqa: RUF012 - the suite declares it
        "train-as-one.zwo": TRAIN_AS_ONE,
        "zwo-editor.zwo": ZWO_EDITOR,
        "zwo-maker.zwo": ZWO_MAKER,
    }
    refused = frozenset({"zwo-maker.zwo"})


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
