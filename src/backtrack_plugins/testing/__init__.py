"""The kit for plugin authors: what holds for ours is what is asked of yours.

A plugin's whole conformance test is three lines::

    from backtrack_plugins.testing import ExporterSuite


    class TestMyFormat(ExporterSuite):
        format = "my-format"

It needs pytest and, for the strategies, hypothesis: ``backtrack-plugins[testing]``. Names are resolved
when they are first used: pytest loads the fixtures of this package in every run of everybody who has it
installed, and that costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from backtrack_plugins.testing.annotator_suite import AnnotatorSuite as AnnotatorSuite
    from backtrack_plugins.testing.check_suite import CheckSuite as CheckSuite
    from backtrack_plugins.testing.destination_suite import DestinationSuite as DestinationSuite
    from backtrack_plugins.testing.exporter_suite import ExporterSuite as ExporterSuite
    from backtrack_plugins.testing.importer_suite import ImporterSuite as ImporterSuite
    from backtrack_plugins.testing.recording_suite import RecordingSuite as RecordingSuite
    from backtrack_plugins.testing.samples import SAMPLE_ATHLETE as SAMPLE_ATHLETE
    from backtrack_plugins.testing.samples import SAMPLES as SAMPLES
    from backtrack_plugins.testing.splice_suite import SpliceSuite as SpliceSuite
    from backtrack_plugins.testing.watching import watch as watch

_MODULES = {
    "annotator_suite": ("AnnotatorSuite",),
    "check_suite": ("CheckSuite",),
    "destination_suite": ("DestinationSuite",),
    "exporter_suite": ("ExporterSuite",),
    "importer_suite": ("ImporterSuite",),
    "recording_suite": ("RecordingSuite",),
    "samples": ("SAMPLES", "SAMPLE_ATHLETE"),
    "splice_suite": ("SpliceSuite",),
    "watching": ("watch",),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names}

_SUITES = (
    "suite",
    "reading_suite",
    "activities_suite",
    *(module for module in _MODULES if module.endswith("_suite")),
)
REWRITTEN = tuple(f"{__name__}.{module}" for module in _SUITES)
"""Modules whose asserts explain themselves, once pytest knows of them."""

__all__ = sorted(_HOME)  # noqa: PLE0605 - every entry is a string


def __getattr__(name: str) -> object:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if home.endswith("suite"):
        import pytest

        pytest.register_assert_rewrite(*REWRITTEN)
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
