"""``backtrack try``: every command of the tour is really run, in the tour's folder, and nothing is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import backtrack_plugins as bt

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome, Plugins

PLUGIN = """
import contextlib, os
from backtrack_plugins import (
    Account, Destination, Exporter, Receipt, Tour, TourStep, UsageError, deliver_into, hookimpl
)

CALLS = []
STEPS = {steps}

@contextlib.contextmanager
def tour(folder):
    {before}
    with open(os.path.join(folder, "tempo.backtrack"), "w", encoding="utf-8") as page:
        page.write("name: Tempo\\n9:00 forward walk 5 km/h\\n")
    CALLS.append(folder)
    yield Tour(steps=tuple(TourStep(*step) for step in STEPS), environment={{"CLUB": folder}})
    CALLS.append("ended")

@hookimpl
def backtrack_exporters():
    return [Exporter(name="words", summary="Words", suffix=".txt", media_type="text/plain",
                     export=lambda request: request.page.encode(), carries=frozenset({{"text"}}))]

@hookimpl
def backtrack_destinations():
    club = Account(name="club", terms="none", sign_in=lambda _: "", sign_out=lambda: "", tour={tour})
    return [Destination(name="club-house", summary="A club", takes=frozenset({{"text/plain"}}),
                        exporter="words", is_folder=True, account=club,
                        deliver=lambda request: deliver_into(request, os.environ["CLUB"]))]
"""
STEPS = (
    ("A workout is sent.", ("send", "tempo.backtrack", "--to", "club-house", "--yes")),
    ("It is there:\nas it was sent.", ("sent", "--json")),
)
FAILING = (*STEPS, ("This one is not there.", ("show", "not there.backtrack")))


@pytest.fixture
def tour(
    plugins: Plugins, command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Take a tour of these steps."""
    monkeypatch.setenv("PYTHONPATH", str(plugins.folder))

    def run(
        *arguments: str, steps: tuple[Any, ...] = STEPS, tour: str = "tour", before: str = "pass"
    ) -> Outcome:
        source = PLUGIN.format(steps=repr(steps), tour=tour, before=before)
        plugins.install("acme", source, exporters=("words",), destinations=("club-house",))
        return command("try", "club", *arguments)

    return run


@pytest.fixture
def asked(plugins: Plugins) -> Callable[[], list[Any]]:
    return lambda: plugins.calls("fake_acme")


class TestATour:
    def test_shows_each_step_the_command_and_what_it_really_says(self, tour, asked) -> None:
        done = tour()
        assert done.code == 0, done.err
        folder = asked()[0]
        lines = done.out.splitlines()
        assert lines[:2] == [
            "1 of 2: A workout is sent.",
            "$ backtrack send tempo.backtrack --to club-house --yes",
        ]
        assert lines[2] == f"{Path(folder).resolve() / 'tempo.txt'}  (new)"
        assert lines[lines.index("2 of 2: It is there:") + 1 :][:2] == [
            "as it was sent.",
            "$ backtrack sent --json",
        ]
        assert '"standing": "as sent"' in done.out
        assert lines[-1] == "That was all of it. Nothing of it is kept, and no account was touched."
        assert "To club-house: A club" in done.err

    def test_keeps_nothing(self, tour, asked, data: Path) -> None:
        tour()
        folder, ended = asked()
        assert ended == "ended"
        assert not Path(folder).exists()
        assert list(data.iterdir()) == []
        assert bt.Book().destinations() == []

    def test_is_data_too(self, tour) -> None:
        done = tour("--json", steps=FAILING)
        assert done.err == ""
        assert done.data["account"] == "club"
        sent, listed, failed = done.data["steps"]
        assert (tuple(sent["command"]), sent["exit_code"]) == (STEPS[0][1], 0)
        assert "(new)" in sent["stdout"]
        assert '"as sent"' in listed["stdout"]
        assert (failed["exit_code"], failed["stdout"]) == (2, "")
        assert failed["stderr"].startswith("error: ")

    def test_ends_with_the_exit_code_of_the_gravest_step(self, tour) -> None:
        done = tour(steps=FAILING)
        assert done.code == 2
        assert "$ backtrack show 'not there.backtrack'\n" in done.out
        assert "error: not there.backtrack: no such file" in done.err

    def test_asks_nothing_of_whoever_is_there(self, tour) -> None:
        done = tour(steps=(("Nobody says yes.", ("send", "tempo.backtrack", "--to", "club-house")),))
        assert done.code == 2
        assert "nobody is there to ask" in done.err


class TestWhoeverIsThere:
    def test_is_waited_for_before_each_step(self, tour, terminal) -> None:
        terminal(b"\n\n")
        done = tour()
        assert done.code == 0
        assert done.err.count("[Enter] ") == 2

    def test_may_end_it(self, tour, terminal, asked) -> None:
        terminal(b"\n\x04")
        done = tour()
        assert done.code == 2
        assert done.err.endswith("error: no answer; the tour ends here\n")
        assert not Path(asked()[0]).exists()

    @pytest.mark.parametrize("how", ["--yes", "--json"])
    def test_is_not_waited_for_when_they_do_not_want_it(self, tour, terminal, how: str) -> None:
        terminal(b"")
        done = tour(how)
        assert done.code == 0
        assert "[Enter]" not in done.err


class TestWhatFails:
    def test_an_account_without_a_tour_says_so(self, tour) -> None:
        done = tour(tour="None")
        assert (done.code, done.out, done.err) == (2, "", "error: club has no guided tour\n")

    @pytest.mark.parametrize(
        ("tour_", "said"),
        [
            ("lambda folder: contextlib.nullcontext('nothing')", "the account club returned str"),
            (
                "lambda folder: contextlib.nullcontext(Tour(steps=(), environment={'A': 1}))",
                "Tour.environment['A'] is 1; it is a text",
            ),
        ],
    )
    def test_a_tour_that_is_none_is_the_plugin_s_fault(self, tour, tour_: str, said: str) -> None:
        done = tour(tour=tour_)
        assert (done.code, done.out) == (3, "")
        assert said in done.err

    @pytest.mark.parametrize(
        ("before", "said", "code"),
        [
            ("raise OSError('no port is free')", "the account club failed: OSError: no port is free.", 3),
            ("raise UsageError('install the extra')", "install the extra\n", 2),
        ],
    )
    def test_a_tour_that_cannot_begin_is_told_in_a_sentence(
        self, tour, before: str, said: str, code: int
    ) -> None:
        done = tour(before=before)
        assert (done.code, done.out) == (code, "")
        assert f"error: {said}" in done.err
