"""The kit for plugin authors: what holds for ours is what is asked of yours.

A plugin's whole conformance test is three lines::

    from backtrack_plugins.testing import ExporterSuite


    class TestMyFormat(ExporterSuite):
        format = "my-format"

It needs pytest and, for the strategies, hypothesis: ``backtrack-plugins[testing]``.
"""

from __future__ import annotations

from backtrack_plugins.testing.exporter_suite import ExporterSuite
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES

__all__ = ["SAMPLES", "SAMPLE_ATHLETE", "ExporterSuite"]
