from __future__ import annotations

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLES, ExporterSuite, ImporterSuite


class TestGarminFit(ExporterSuite):
    format = "garmin-fit"


class TestGarminFitWithSpeedTargets(ExporterSuite):
    format = "garmin-fit"
    options = {"targets": "speed"}  # noqa: RUF012 - the suite declares it as a class variable
    refused = frozenset({"nested-repeat"})


class TestGarminFitRead(ImporterSuite):
    importer = "garmin-fit"
    files = {  # noqa: RUF012 - as above
        f"{name}.fit": bt.export(bt.parse(SAMPLES[name]), "garmin-fit").data
        for name in ("first-timer", "nested-repeat")
    }
