"""The suites, run in another interpreter against a plugin that is installed; what was found, as data."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SUITES = {
    "exporter": ("ExporterSuite", "format"),
    "importer": ("ImporterSuite", "importer"),
    "destination": ("DestinationSuite", "destination"),
    "recording": ("RecordingSuite", "reader"),
    "check": ("CheckSuite", "check"),
    "annotator": ("AnnotatorSuite", "annotator"),
}
"""The suite of each kind, and what it calls the plugin's name."""

_FILE = "a good file: give one with --file, or in the plugin's own tests"
_RUN = "a file that another program made: give one with --file, or in the plugin's own tests"
_PAGE = "pages for which the author says what is to be found; the plugin's own tests have them"
_PLACE = "a place to deliver to, which the plugin's own tests prepare"

_OTHERS = ("hypothesispytest", "xdist", "anyio", "logfire", "pytest_logfire", "platformdirs")
_WITHOUT = ("cacheprovider", "terminal", *_OTHERS)
"""Parts and plugins of pytest that would say what we say ourselves, or only take time."""

_WARNINGS = ("-W", "error", "-W", "ignore::pytest.PytestAssertRewriteWarning")
"""A plugin's warnings are findings; that the core was imported before pytest is none."""


def answer(asked: Mapping[str, Any], tell: Callable[[dict[str, Any]], None]) -> None:
    """Run the suite of a kind against a name, and tell what becomes of each test."""
    with tempfile.TemporaryDirectory(prefix="backtrack-checkup-") as folder:
        file = os.path.join(folder, "test_installed.py")
        with open(file, "w", encoding="utf-8") as source:
            source.write(_source(asked["kind"], asked["name"], asked["files"]))
        with open(os.path.join(folder, "pytest.ini"), "w", encoding="utf-8") as settings:
            settings.write("[pytest]\n")  # so that no other's are found
        os.environ.pop("PYTEST_ADDOPTS", None)  # which is meant for other tests
        options = ["--rootdir", folder, *_WARNINGS, *(f"-pno:{part}" for part in _WITHOUT), file]
        pytest.main(options, plugins=[_Teller(tell)])


def _source(kind: str, name: str, files: Sequence[str]) -> str:
    suite, word = SUITES[kind]
    lines = [
        f"from backtrack_plugins.testing import {suite}, SpliceSuite",
        "from backtrack_plugins.testing import checkup",
        "",
    ]
    lines += [f"class TestInstalled({suite}):", f"    {word} = {name!r}"]
    if kind in {"importer", "recording"}:
        lines.append(f"    files = checkup.good_files({kind!r}, {name!r}, {list(files)!r})")
    if kind == "exporter":
        lines.append("    refused = property(lambda self: checkup.refused_samples(self.format))")
        if _can_splice(name):
            lines += ["", "", "class TestSplicing(SpliceSuite):", f"    format = {name!r}"]
            lines.append(f"    runs = checkup.given({list(files)!r})")
    return "\n".join(lines) + "\n"


def _can_splice(name: str) -> bool:
    """Whether an exporter says that it can; one that cannot be asked is the exporter suite's matter."""
    from backtrack_plugins.errors import BacktrackError
    from backtrack_plugins.testing import installed

    try:
        return installed.plugin("exporter", name).splice is not None
    except BacktrackError:
        return False


def given(paths: Sequence[str]) -> dict[str, bytes]:
    """The files given, by name."""
    found = {}
    for path in paths:
        with open(path, "rb") as file:
            found[os.path.basename(path)] = file.read()
    return found


@cache
def refused_samples(name: str) -> frozenset[str]:
    """The samples that an exporter says it cannot carry: no break of a promise, as long as it says why."""
    from backtrack_plugins.errors import CannotExport
    from backtrack_plugins.exporting import export
    from backtrack_plugins.page import parse
    from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES

    refused = set()
    for sample, page in SAMPLES.items():
        try:
            export(parse(page), name, SAMPLE_ATHLETE)
        except CannotExport:
            refused.add(sample)
        except Exception:  # noqa: BLE001, S112 - the test of this sample tells it
            continue
    return frozenset(refused)


def good_files(kind: str, name: str, paths: Sequence[str]) -> Mapping[str, bytes]:
    """The files given, and for an importer what an exporter of its name makes of a sample."""
    found = given(paths)
    from backtrack_plugins.testing import installed

    if kind == "importer" and name in installed.names("exporter"):
        from backtrack_plugins.exporting import export
        from backtrack_plugins.page import parse
        from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES

        artifact = export(parse(SAMPLES["first-timer"]), name, SAMPLE_ATHLETE)
        found[artifact.name] = artifact.data
    return found


_NEED_RUNS = {
    "test_has_runs",
    "test_same_input_gives_the_same_bytes",
    "test_opens_no_connection_starts_no_process_and_writes_no_file",
}


class _Teller:
    """Writes what becomes of each test."""

    def __init__(self, tell: Callable[[dict[str, Any]], None]) -> None:
        self._hand_over = tell
        self._promises: dict[str, str] = {}

    def _tell(self, **values: str) -> None:
        self._hand_over(values)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what needs the author, and say so."""
        for item in items:
            assert isinstance(item, pytest.Function)
            self._promises[item.nodeid] = (item.function.__doc__ or item.name).partition("\n")[0]
            missing = self._missing(item)
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"needs {missing}"))

    @staticmethod
    def _missing(item: pytest.Function) -> str:
        suite: Any = item.cls
        name = item.originalname
        if name == "test_has_good_files" and not suite.files:
            return _FILE
        if suite.__name__ == "TestSplicing" and name in _NEED_RUNS and not suite.runs:
            return _RUN
        if name == "test_has_findings":
            return _PAGE
        if "place" in item.fixturenames:
            from backtrack_plugins.testing import installed

            offered = installed.plugin(suite.kind, suite.destination)
            asked = offered.activities if "activities" in item.fixturenames else offered.deliver
            if asked is not None and not offered.is_folder:
                return _PLACE
        return ""

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Say what is begun, in case it never ends."""
        self._tell(begun=nodeid.rpartition("::")[2], promise=self._promises[nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Say what became of it: at its call, or where it did not come so far."""
        if report.when != "call" and report.outcome == "passed":
            return
        self._tell(
            test=report.nodeid.rpartition("::")[2],
            promise=self._promises[report.nodeid],
            outcome=report.outcome,
            said=_said(report),
        )


def _said(report: pytest.TestReport) -> str:
    """Why it was skipped, or what the assertion says; no trace."""
    told: Any = report.longrepr
    if report.outcome == "skipped":
        why = str(told[2]).removeprefix("Skipped: ")
        if why.startswith("got empty parameter set"):  # a suite runs such a test for each file or page
            why = f"needs {_FILE if 'good' in why else _RUN if 'theirs' in why else _PAGE}"
        return why
    crash = getattr(told, "reprcrash", None)
    message = str(crash.message if crash is not None else told or "")
    return message.removeprefix("AssertionError: ")
