from __future__ import annotations

from xml.etree import ElementTree as ET

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLES, ExporterSuite, ImporterSuite, SpliceSuite

BY_OTHERS = b"""<rows device="treadmill">
<row duration="00:05:00" speed="6" inclination="0" forcespeed="1"/>
<repeat times="3"><row distance="0.4" speed="12.5" forcespeed="1"/><row duration="00:01:00"/></repeat>
<row duration="00:02:00" speedfrom="5" speedto="7" lapbutton="0"/>
</rows>"""

PLAIN = b"".join(line for line in BY_OTHERS.splitlines(keepends=True) if b"speedfrom" not in line)
"""Nothing can be put inside a ramp."""

HEART_RATE = b"""<?xml version="1.0"?>
<!-- mine -->
<rows>
    <row duration="00:10:00" zonehr="2" minspeed="5" maxspeed="9"/>
    <row lapbutton="1" speed="9" forcespeed="1" inclination="0">
        <textevent timeoffset="3" message="Go!"/>
    </row>
    <repeat times="2">
        <row duration="00:00:30" speed="12" forcespeed="1"/>
        <row duration="00:00:30" zonehr="1"/>
    </repeat>
    <row duration="00:05:00" speed="5" forcespeed="1"/>
</rows>"""


class TestQz(ExporterSuite):
    format = "qz"


class TestQzRead(ImporterSuite):
    importer = "qz"
    files = {  # noqa: RUF012 - the suite declares it
        **{
            f"{name}.xml": bt.export(bt.parse(SAMPLES[name]), "qz").data
            for name in ("first-timer", "four-way-repeat")
        },
        "by-others.xml": BY_OTHERS,
    }


class TestQzSplices(SpliceSuite):
    format = "qz"
    runs = {"by-others.xml": PLAIN, "heart-rate.xml": HEART_RATE}  # noqa: RUF012 - the suite declares it

    def text_of(self, data: bytes) -> str:
        root = ET.fromstring(data, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True)))
        messages = [event.get("message", "") for event in root.iter("textevent")]
        return "\n".join([*messages, *(each.text or "" for each in root.iter(ET.Comment))])


def test_another_reader_of_xml_finds_every_line_in_the_texts_of_the_rows():
    workout = bt.parse(SAMPLES["four-way-repeat"])
    artifact = bt.export(workout, "qz")
    shown = [event.get("message") for event in ET.fromstring(artifact.data).iter("textevent")]
    for segment in artifact.timeline.segments:
        assert segment.line in shown
