from __future__ import annotations

from xml.etree import ElementTree as ET

from backtrack_plugins.testing import ExporterSuite


class TestZwo(ExporterSuite):
    format = "zwo"

    def text_of(self, data: bytes) -> str:
        root = ET.fromstring(data)
        messages = [event.get("message", "") for event in root.iter("textevent")]
        return "\n".join([root.findtext("description", ""), *messages])


class TestZwoWithIncline(TestZwo):
    options = {"incline": True}  # noqa: RUF012 - the suite declares it


class TestZwoOfAMiler(TestZwo):
    options = {"race_pace": "mile=7:00"}  # noqa: RUF012 - the suite declares it
