"""``backtrack library``, and a library name where a command reads a workout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.cli import main
from backtrack_plugins.cli.inputs import read_all
from backtrack_plugins.library import library_entries, library_entry

if TYPE_CHECKING:
    from collections.abc import Callable


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def rows(self) -> dict[str, list[str]]:
        """The cells of each entry's row, by its name."""
        table = self.out.partition("\n\n")[0]
        cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in table.splitlines()]
        return {row[0]: row for row in cells}


@pytest.fixture
def backtrack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run a command in an empty folder, for a user who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments: str) -> Outcome:
        code = main(arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def beginner() -> str:
    """An athlete.toml in the folder the command runs in."""
    Path("athlete.toml").write_text('level = "beginner"\nmass = "60 kg"\n', encoding="utf-8")
    return "athlete.toml"


class TestList:
    def test_every_entry_has_a_row_with_level_time_and_energy(self, backtrack) -> None:
        done = backtrack("library")
        assert (done.code, done.err) == (0, "")
        assert next(iter(done.rows)) == "name"
        assert list(done.rows)[1:] == [each.name for each in library_entries()]
        assert done.rows["first-steps"] == [
            *("first-steps", "workout", "first-timer", "20:00", "3:00", "-", "60 to 76"),
        ]
        assert done.rows["gentle-retro"][2] == "beginner, supervised"
        assert done.rows["sideways-finisher-beginner"][4:6] == ["-", "1:30"]

    def test_assumed_mass_and_unknown_energy_are_said_once(self, backtrack) -> None:
        done = backtrack("library")
        assert done.out.count("70 kg, assumed") == 1
        assert [name for name, row in done.rows.items() if row[-1].endswith("*")] == ["football-backpedal"]
        assert "\n* without " in done.out

    def test_nobody_known_is_sent_to_find_their_level(self, backtrack) -> None:
        done = backtrack("library")
        assert "backtrack level" in done.out
        assert "for you" not in done.rows["name"]

    def test_with_an_athlete_it_marks_what_is_theirs(self, backtrack, beginner) -> None:
        done = backtrack("library", "--athlete", beginner)
        marked = {name: row[-1] for name, row in done.rows.items()}
        assert marked["name"] == "for you"
        assert marked["first-steps"] == marked["finisher-beginner"] == "yes"
        assert marked["gentle-retro"] == "supervised only"
        assert marked["finisher-intermediate"] == marked["football-backpedal"] == "no"
        assert "level beginner, from athlete.toml" in done.out
        assert "for 60 kg;" in done.out

    def test_an_athlete_without_a_level_is_sent_to_find_it(self, backtrack) -> None:
        Path("athlete.toml").write_text('mass = "60 kg"\n', encoding="utf-8")
        done = backtrack("library", "--athlete", "athlete.toml")
        assert "backtrack level" in done.out
        assert "for 60 kg;" in done.out
        assert "for you" not in done.rows["name"]

    def test_as_data_it_says_the_same(self, backtrack, beginner) -> None:
        data = backtrack("library", "--athlete", beginner, "--json").data
        assert data["level"] == "beginner"
        assert [each["name"] for each in data["entries"]] == [each.name for each in library_entries()]
        by_name = {each["name"]: each for each in data["entries"]}
        assert by_name["gentle-retro"]["for_you"] == "supervised"
        assert by_name["gentle-retro"]["supervised"] is True
        assert by_name["first-steps"]["seconds"] == 1200
        assert by_name["first-steps"]["backward_seconds"] == 180
        assert by_name["first-steps"]["energy"]["mass_kilograms"] == 60
        assert by_name["football-backpedal"]["energy"]["unestimated_seconds"] == 160
        assert backtrack("library", "--json").data["level"] is None

    def test_a_wrong_athlete_is_refused(self, backtrack) -> None:
        Path("athlete.toml").write_text('level = "expert"\n', encoding="utf-8")
        done = backtrack("library", "--athlete", "athlete.toml")
        assert (done.code, done.out) == (2, "")
        assert "athlete.toml: level" in done.err


class TestShow:
    def test_the_page_comes_as_it_stands_then_time_energy_and_level(self, backtrack) -> None:
        done = backtrack("library", "show", "first-steps")
        assert done.code == 0
        assert done.out.startswith(library_entry("first-steps").page + "\n")
        assert "20:00 in all, 3:00 backward\n" in done.out
        assert "energy 60 to 76 kcal gross for 70 kg, assumed" in done.out
        assert "level first-timer; yours is not known: backtrack level" in done.out

    @pytest.mark.parametrize(
        ("name", "commands"),
        [
            ("first-steps", ["backtrack export first-steps --to garmin-fit"]),
            ("gentle-retro", ["backtrack export gentle-retro --to garmin-fit --supervised-by NAME"]),
            (
                "finisher-beginner",
                [
                    "backtrack add finisher-beginner --after RUN -o finisher-beginner-today.backtrack",
                    "backtrack export finisher-beginner-today.backtrack --to garmin-fit",
                ],
            ),
            (
                "first-steps-opener",
                [
                    "backtrack add first-steps-opener --before RUN -o first-steps-opener-today.backtrack",
                    "backtrack export first-steps-opener-today.backtrack --to garmin-fit",
                ],
            ),
        ],
    )
    def test_it_ends_with_the_commands_to_use_it(self, backtrack, name: str, commands: list[str]) -> None:
        done = backtrack("library", "show", name)
        assert done.out.splitlines()[-len(commands) :] == commands
        assert backtrack("library", "show", name, "--json").data["use"] == commands

    def test_what_is_beyond_the_athlete_is_not_offered(self, backtrack, beginner) -> None:
        done = backtrack("library", "--athlete", beginner, "show", "football-backpedal")
        assert "not for you at level beginner, see: backtrack check football-backpedal" in done.out
        assert "backtrack export" not in done.out

    def test_what_is_within_their_limits_says_so(self, backtrack, beginner) -> None:
        done = backtrack("library", "--athlete", beginner, "show", "first-steps")
        assert "within your limits at level beginner\n" in done.out
        done = backtrack("library", "--athlete", beginner, "show", "gentle-retro")
        assert "within your limits at level beginner, with somebody beside the treadmill\n" in done.out

    def test_a_name_that_is_none_gets_the_nearest(self, backtrack) -> None:
        done = backtrack("library", "show", "gentel-retro")
        assert (done.code, done.out) == (2, "")
        assert "did you mean gentle-retro?" in done.err

    def test_as_data_it_has_the_page(self, backtrack) -> None:
        data = backtrack("library", "show", "tennis-four-way", "--json").data
        assert data["page"] == library_entry("tennis-four-way").page
        assert (data["kind"], data["level"]) == ("workout", "intermediate")
        assert data["backward_seconds"] == data["sideways_seconds"] == 180


class TestANameInPlaceOfAFile:
    @pytest.mark.usefixtures("backtrack")
    def test_it_is_read_from_the_library(self) -> None:
        (workout,), errors = read_all(["first-steps"])
        assert errors == []
        assert workout == library_entry("first-steps").workout
        assert workout.file == "library:first-steps"

    def test_problems_name_the_entry_and_its_line(self, backtrack) -> None:
        done = backtrack("check", "assistant-referee-lateral")
        line = (
            library_entry("assistant-referee-lateral")
            .page.splitlines()
            .index("  0:40 left walk 3.6 km/h hands free")
            + 1
        )
        assert f"library:assistant-referee-lateral:{line}: warning BT309" in done.out
        assert done.code == 0

    def test_show_and_export_take_it(self, backtrack) -> None:
        assert "First steps" in backtrack("show", "first-steps").out
        assert backtrack("export", "first-steps", "--to", "segments-csv").code == 0
        expected = bt.export(library_entry("first-steps").workout, "segments-csv").data
        assert Path("first-steps.csv").read_bytes() == expected

    @pytest.mark.usefixtures("backtrack")
    def test_a_file_of_that_name_comes_first(self) -> None:
        Path("first-steps").write_text("name: Mine\n5:00 forward walk 5 km/h\n", encoding="utf-8")
        (workout,), _ = read_all(["first-steps"])
        assert (workout.name, workout.file) == ("Mine", "first-steps")

    @pytest.mark.usefixtures("backtrack")
    def test_a_folder_of_that_name_is_not_passed_over(self) -> None:
        Path("first-steps").mkdir()
        workouts, (error,) = read_all(["first-steps"])
        assert workouts == []
        assert str(error).startswith("first-steps: ")

    @pytest.mark.parametrize("path", ["./first-steps", "there/first-steps", "../workouts/first-steps"])
    @pytest.mark.usefixtures("backtrack")
    def test_a_path_is_never_a_name(self, path: str) -> None:
        workouts, (error,) = read_all([path])
        assert workouts == []
        assert "The library" not in str(error)

    @pytest.mark.parametrize(
        "path", ["first-step", "first-steps.backtrack", "First-steps", "library:first-steps"]
    )
    def test_a_file_that_is_missing_and_nearly_a_name_gets_it(self, backtrack, path: str) -> None:
        done = backtrack("check", path)
        assert done.code == 2
        assert f"error: {path}: no such file" in done.err
        assert "The library has first-steps;" in done.err

    @pytest.mark.parametrize("path", ["tuesday.backtrack", ""])
    def test_a_file_that_is_missing_and_no_such_name_does_not(self, backtrack, path: str) -> None:
        done = backtrack("check", path)
        assert done.code == 2
        assert "The library has" not in done.err


def test_reading_a_file_reads_nothing_of_the_library(tmp_path: Path) -> None:
    (tmp_path / "mine.backtrack").write_text("name: Mine\n5:00 forward walk 5 km/h\n", encoding="utf-8")
    program = (
        "import sys; from backtrack_plugins.cli.inputs import read_all; read_all(['mine.backtrack']); "
        "sys.exit('backtrack_plugins.library' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "XDG_CONFIG_HOME": str(tmp_path)},
        check=False,
    )
    assert done.returncode == 0
