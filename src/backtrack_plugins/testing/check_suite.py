"""What every check that a plugin offers must do, ours and a stranger's."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, get_args

import pytest

from backtrack_plugins.page import parse
from backtrack_plugins.problem import Severity
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.asking import said_by
from backtrack_plugins.testing.inventing import invented
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.suite import PluginSuite
from backtrack_plugins.workout import LEVELS
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.checks import Check
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.workout import Workout


class CheckSuite(PluginSuite):
    """Subclass it, name your check, say what it finds and where it is silent, and pytest runs the rest.

    Attributes:
        check: The check's name.
        findings: Pages in which it must find something, each with the code of that.
        quiet: Pages about which it says nothing.
        athlete: Who does the workouts of `findings` and `quiet`; nobody known when left out.
    """

    kind = "check"
    check: ClassVar[str]
    findings: ClassVar[Mapping[str, str]]
    quiet: ClassVar[tuple[str, ...]] = ()
    athlete: ClassVar[Athlete | None] = None

    @property
    def plugin_name(self) -> str:
        """The check's name."""
        return self.check

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run what is asked of a page for each of them."""
        if "finding" in metafunc.fixturenames:
            metafunc.parametrize("finding", list(getattr(metafunc.cls, "findings", ())), ids=_title)
        if "silent" in metafunc.fixturenames:
            metafunc.parametrize("silent", getattr(metafunc.cls, "quiet", ()), ids=_title)

    @pytest.fixture
    def offered(self) -> Check:
        """The installed check."""
        found: Check = installed.plugin("check", self.check)
        return found

    def said(self, workout: Workout, level: str | None = None) -> tuple[Problem, ...]:
        """What this check alone finds in a workout."""
        return said_by(self.check, workout, self.athlete, level)

    def assert_usable(self, problems: tuple[Problem, ...]) -> None:
        """Assert that problems say whose they are, how bad it is, and what to do."""
        for problem in problems:
            assert problem.code.startswith(f"{self.check}/")
            assert problem.severity in get_args(Severity)
            assert problem.message, f"{problem.code} says nothing"
            assert problem.hint, f"{problem.code} does not say what to do next: it has no hint"

    def test_describes_itself(self, offered: Check) -> None:
        """Name and summary can be shown in a list."""
        assert offered.name == self.check
        assert offered.summary
        assert "\n" not in offered.summary

    def test_has_findings(self) -> None:
        """There is a page that it minds: a check that never speaks would pass the rest."""
        assert getattr(self, "findings", {}), "findings: give it at least one page, and the code it must find"

    def test_finds_what_it_is_for(self, finding: str) -> None:
        """What it is for is found, with a hint."""
        problems = self.said(parse(finding))
        self.assert_usable(problems)
        assert self.findings[finding] in [problem.code for problem in problems]

    def test_says_nothing_where_nothing_is_to_be_said(self, silent: str) -> None:
        """Nothing is said where nothing is to be said."""
        assert self.said(parse(silent)) == ()

    @pytest.mark.parametrize("level", LEVELS)
    @pytest.mark.parametrize("sample", SAMPLES)
    def test_never_fails_at_a_sample(self, sample: str, level: str) -> None:
        """No sample makes it fail, at any level, supervised or not: that would stop every export."""
        workout = parse(SAMPLES[sample])
        for athlete in (None, SAMPLE_ATHLETE):
            for supervisor in (None, "a coach"):
                self.assert_usable(said_by(self.check, workout, athlete, level, supervised_by=supervisor))

    def test_never_fails_at_what_nobody_thought_of(self) -> None:
        """No workout that nobody thought of makes it fail, at any level."""
        for workout in invented():
            for level in (None, *LEVELS):
                try:
                    self.assert_usable(self.said(workout, level))
                except Exception as error:
                    told = f"at level {level}" if level else "at its own level"
                    raise AssertionError(f"{error}\nat this workout, {told}:\n{write(workout)}") from error

    def test_says_the_same_everywhere(self) -> None:
        """No clock, locale, time zone or hash seed decides what it finds."""
        pages = [*SAMPLES.values(), *getattr(self, "findings", ()), *self.quiet]
        self.assert_same_everywhere("checked", self.check, pages, self.athlete, (None, *LEVELS))

    def test_opens_no_connection_starts_no_process_and_writes_no_file(self) -> None:
        """Checking opens no connection, starts no process and writes no file."""
        pages = [*SAMPLES.values(), *getattr(self, "findings", ())]
        self.assert_keeps_to_itself("checked", self.check, pages, self.athlete, (None,))


def _title(page: str) -> str:
    """The name that a page begins with, for the name of its test."""
    return page.partition("\n")[0].removeprefix("name:").strip()
