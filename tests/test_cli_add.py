"""``backtrack add``: a block beside a run, checked as a whole, printed or written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = "name: Tuesday\n20:00 forward jog 8 km/h easy\n"
BLOCK = "name: Block\nlevel: beginner\n1:00 backward walk 2 km/h light rail\n"
JOINED = """\
name: Tuesday + Block
level: beginner

20:00 forward jog 8 km/h easy
1:00 backward walk 2 km/h light rail
3:00 forward walk 4.5 km/h
"""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def backtrack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run a command in a folder with a run and a block, for a user who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("run.backtrack").write_text(RUN, encoding="utf-8")
    Path("block.backtrack").write_text(BLOCK, encoding="utf-8")

    def run(*arguments: str) -> Outcome:
        code = main(arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


def files() -> set[str]:
    return {path.name for path in Path().iterdir()}


def test_prints_the_page_and_says_on_the_side_what_was_added(backtrack: Callable[..., Outcome]) -> None:
    done = backtrack("add", "block.backtrack", "--after", "run.backtrack")
    assert (done.code, done.out) == (0, JOINED)
    assert "added 3:00 forward walk 4.5 km/h, to cool down after the last bout (BT603)" in done.err
    assert "level beginner (named by the workout; no athlete is known); treadmill 0.8 km/h" in done.err
    assert "Tuesday + Block: 25:00; 1:00 of it backward or sideways, 4 %" in done.err
    assert files() == {"run.backtrack", "block.backtrack"}


def test_before_puts_the_block_first(backtrack: Callable[..., Outcome]) -> None:
    done = backtrack("add", "block.backtrack", "--before", "run.backtrack")
    assert done.code == 0
    assert bt.parse(done.out).steps[-1] == bt.parse(RUN).steps[0]


def test_writes_the_page_that_it_would_print(backtrack: Callable[..., Outcome]) -> None:
    done = backtrack("add", "block.backtrack", "--after", "run.backtrack", "-o", "tuesday.backtrack")
    assert (done.code, Path("tuesday.backtrack").read_text(encoding="utf-8")) == (0, JOINED)
    assert done.out.splitlines() == [
        "Tuesday + Block: 25:00; 1:00 of it backward or sideways, 4 %",
        "tuesday.backtrack  (new)",
    ]
    again = backtrack("add", "block.backtrack", "--after", "run.backtrack", "-o", "tuesday.backtrack")
    assert again.out.endswith("tuesday.backtrack  (unchanged)\n")


def test_writes_the_json_form_by_the_files_name(backtrack: Callable[..., Outcome]) -> None:
    Path("sub").mkdir()
    done = backtrack("add", "block.backtrack", "--after", "run.backtrack", "-o", "sub/tuesday.json")
    assert done.code == 0
    assert bt.read("sub/tuesday.json") == bt.parse(JOINED)


def test_takes_a_block_of_the_library_by_its_name(backtrack: Callable[..., Outcome]) -> None:
    done = backtrack("add", "finisher-beginner", "--after", "run.backtrack")
    assert done.code == 0
    assert bt.parse(done.out).level == "beginner"


def test_the_athletes_level_and_easy_walk_hold(backtrack: Callable[..., Outcome]) -> None:
    Path("me.toml").write_text('level = "intermediate"\neasy_walk = "6 km/h"\n', encoding="utf-8")
    done = backtrack("add", "block.backtrack", "--after", "run.backtrack", "--athlete", "me.toml")
    assert done.out.endswith("3:00 forward walk 6 km/h\n")
    assert "level intermediate (from me.toml)" in done.err
    assert "warning BT604" in done.err


def test_warnings_point_into_the_file_that_is_written(backtrack: Callable[..., Outcome]) -> None:
    Path("block.backtrack").write_text(
        BLOCK.replace("1:00", "5 s").replace("2 km/h", "3.3 km/h"), encoding="utf-8"
    )
    arguments = ("add", "block.backtrack", "--after", "run.backtrack")
    Path("me.toml").write_text('level = "intermediate"\n', encoding="utf-8")
    written = backtrack(*arguments, "--athlete", "me.toml", "-o", "tuesday.backtrack")
    assert written.code == 0
    assert "tuesday.backtrack:5: warning BT309" in written.err
    assert "step 2: warning BT309" in backtrack(*arguments, "--athlete", "me.toml").err


@pytest.mark.parametrize("output", [(), ("-o", "tuesday.backtrack")])
def test_what_breaks_a_rule_is_refused_with_every_problem(
    backtrack: Callable[..., Outcome], output: tuple[str, ...]
) -> None:
    Path("block.backtrack").write_text(BLOCK.replace("2 km/h light", "7 km/h light"), encoding="utf-8")
    done = backtrack("add", "block.backtrack", "--after", "run.backtrack", *output)
    assert (done.code, done.out) == (1, "")
    for code in ("BT101", "BT102", "BT309", "BT310"):
        assert f"step 2: {'warning' if code == 'BT309' else 'error'} {code}" in done.err
    assert "not safe to export; level beginner" in done.err
    assert done.err.endswith("Nothing was written.\n")
    assert files() == {"run.backtrack", "block.backtrack"}
    data = backtrack("add", "block.backtrack", "--after", "run.backtrack", *output, "--json")
    assert data.code == 1
    (error,) = data.data["errors"]
    assert error["error"] == "UnsafeWorkout"
    assert "BT102" in {problem["code"] for problem in error["problems"]}


def test_a_supervisor_relaxes_what_the_rules_say(backtrack: Callable[..., Outcome]) -> None:
    Path("block.backtrack").write_text(BLOCK.replace("1:00", "5:00"), encoding="utf-8")
    assert backtrack("add", "block.backtrack", "--after", "run.backtrack").code == 1
    assert backtrack("add", "block.backtrack", "--after", "run.backtrack", "--supervised-by", "Ann").code == 0


def test_says_the_same_as_data(backtrack: Callable[..., Outcome]) -> None:
    data = backtrack("add", "block.backtrack", "--after", "run.backtrack", "-o", "t.backtrack", "--json").data
    assert (data["name"], data["page"], data["level"]) == ("Tuesday + Block", JOINED, "beginner")
    assert data["added"] == [
        {"line": "3:00 forward walk 4.5 km/h", "why": "to cool down after the last bout (BT603)"}
    ]
    assert data["totals"]["backward_seconds"] == 60
    assert (data["path"], data["state"], data["problems"], data["errors"]) == ("t.backtrack", "new", [], [])
    printed = backtrack("add", "block.backtrack", "--after", "run.backtrack", "--json").data
    assert (printed["page"], printed["path"], printed["state"]) == (JOINED, None, None)


class TestBadInput:
    def test_block_and_run_are_both_complained_of(self, backtrack: Callable[..., Outcome]) -> None:
        Path("run.backtrack").write_text("name: Run\n5:00 forward trot 8 km/h\n", encoding="utf-8")
        done = backtrack("add", "finisher-beginer", "--after", "run.backtrack")
        assert (done.code, done.out) == (2, "")
        assert "run.backtrack:2" in done.err
        assert "finisher-beginner" in done.err

    def test_a_file_of_another_kind_is_refused_before_anything(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        done = backtrack("add", "block.backtrack", "--after", "run.backtrack", "-o", "tuesday.fit")
        assert (done.code, done.out) == (2, "")
        assert ".backtrack" in done.err
        assert files() == {"run.backtrack", "block.backtrack"}

    def test_a_folder_that_is_missing_is_named(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("add", "block.backtrack", "--after", "run.backtrack", "-o", "no/t.backtrack")
        assert (done.code, done.out) == (2, "")
        assert "there is no folder no" in done.err

    def test_a_file_of_somebody_else_stays(self, backtrack: Callable[..., Outcome]) -> None:
        arguments = ("add", "block.backtrack", "--after", "run.backtrack", "-o", "run.backtrack")
        done = backtrack(*arguments)
        assert (done.code, done.out) == (2, "")
        assert Path("run.backtrack").read_text(encoding="utf-8") == RUN
        assert backtrack(*arguments, "--overwrite").code == 0
        assert Path("run.backtrack").read_text(encoding="utf-8") == JOINED

    def test_two_that_are_too_long_together(self, backtrack: Callable[..., Outcome]) -> None:
        long = "name: Long\n6000x\n  1 s forward jog 8 km/h\n"
        Path("run.backtrack").write_text(long, encoding="utf-8")
        done = backtrack("add", "run.backtrack", "--after", "run.backtrack")
        assert (done.code, done.out) == (1, "")
        assert "more than 10000 segments" in done.err
