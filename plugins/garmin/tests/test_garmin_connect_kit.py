from __future__ import annotations

from backtrack_plugins.testing import ExporterSuite


class TestGarminConnect(ExporterSuite):
    format = "garmin-connect"
