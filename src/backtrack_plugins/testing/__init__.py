"""The kit for plugin authors: what holds for ours is what is asked of yours.

A plugin's whole conformance test is three lines::

    from backtrack_plugins.testing import ExporterSuite


    class TestMyFormat(ExporterSuite):
        format = "my-format"

It needs pytest and, for the strategies, hypothesis: ``backtrack-plugins[testing]``.
"""

from __future__ import annotations

import pytest

pytest.register_assert_rewrite("backtrack_plugins.testing.exporter_suite")

from backtrack_plugins.testing.exporter_suite import ExporterSuite  # noqa: E402 - its asserts explain themselves once registered
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES  # noqa: E402

__all__ = ["SAMPLES", "SAMPLE_ATHLETE", "ExporterSuite"]
