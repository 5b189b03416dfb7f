from __future__ import annotations

from backtrack_plugins.testing import ExporterSuite


class TestGarminFit(ExporterSuite):
    format = "garmin-fit"


class TestGarminFitWithSpeedTargets(ExporterSuite):
    format = "garmin-fit"
    options = {"targets": "speed"}  # noqa: RUF012 - the suite declares it as a class variable
    refused = frozenset({"nested-repeat"})
