from __future__ import annotations

from backtrack_plugins.testing import ExporterSuite


class TestGarminConnect(ExporterSuite):
    format = "garmin-connect"


class TestGarminConnectWithSpeedTargets(ExporterSuite):
    format = "garmin-connect"
    options = {"targets": "speed"}  # noqa: RUF012 - the suite declares it as a class variable
    refused = frozenset({"nested-repeat"})
