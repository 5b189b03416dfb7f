from __future__ import annotations

from backtrack_plugins.testing import ExporterSuite


class TestIntervals(ExporterSuite):
    format = "intervals-icu"
