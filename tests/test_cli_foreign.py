"""``add`` and ``convert`` of files that somebody else made, in a format of a stranger's plugin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import foreign
import pytest

import backtrack_plugins as bt

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome, Plugins

RUN = "CLUB 1\n600 9 warm up\n3 times\n120 14 fast\n240 ? slow it down\n"
BLOCK = "name: Block\nlevel: beginner\n1:00 backward walk 2 km/h light rail\n"
TURN = "ours 1:00 backward walk 2 km/h light rail"


@pytest.fixture
def run(plugins: Plugins, command: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """A command, where a run of the club and a block lie in the folder."""
    source = Path(foreign.__file__).read_text(encoding="utf-8")
    plugins.install("acme", source, exporters=("club",), importers=("club",))
    Path("Tempo Tuesday.club").write_text(RUN, encoding="utf-8")
    Path("block.backtrack").write_text(BLOCK, encoding="utf-8")
    return command


def files() -> set[str]:
    return {path.name for path in Path().iterdir()} - {".backtrack-written.json"}


BEFORE = {"Tempo Tuesday.club", "block.backtrack"}


class TestAdd:
    def test_writes_the_format_that_the_run_came_in(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club", "-o", "tempo-retro.club")
        assert done.code == 0
        written = Path("tempo-retro.club").read_text(encoding="utf-8")
        assert written.startswith(RUN)
        assert TURN in written
        assert "tempo-retro.club  (new)" in done.out
        assert "kept  your own steps stand in it as they were" in done.out
        assert "added 2:00 forward walk 4.5 km/h, between a hard step and the turn (BT602)" in done.err
        assert Path("Tempo Tuesday.club").read_text(encoding="utf-8") == RUN

    def test_writes_several_formats_into_a_folder(self, run: Callable[..., Outcome]) -> None:
        Path("out").mkdir()
        asked = ("--to", "club", "--to", "garmin-fit", "--to", "strava-text", "-o", "out")
        done = run("add", "block.backtrack", "--before", "Tempo Tuesday.club", *asked)
        assert done.code == 0
        assert {path.name for path in Path("out").iterdir()} > {
            "club-run-block.club",
            "club-run-block.fit",
            "club-run-block.strava.txt",
        }
        spliced, fit, _ = done.out.split("\n\n")[1:]
        assert "kept" in spliced
        assert "words: not carried" not in spliced
        assert "kept" not in fit
        assert "words: not carried" in fit

    def test_one_format_may_have_a_file_name(self, run: Callable[..., Outcome]) -> None:
        done = run(
            *("add", "block.backtrack", "--after", "Tempo Tuesday.club"),
            *("--to", "garmin-fit", "-o", "mine.fit"),
        )
        assert (done.code, files() - BEFORE) == (0, {"mine.fit"})

    def test_prints_the_page_and_what_reading_lost(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club")
        assert done.code == 0
        assert bt.parse(done.out).name == "Club run + Block"
        assert "Tempo Tuesday.club: words: not carried" in done.err
        assert files() == BEFORE

    def test_writes_the_page_by_the_files_name(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club", "-o", "t.backtrack")
        assert (done.code, bt.read("t.backtrack").name) == (0, "Club run + Block")

    def test_between_asks_where_and_puts_it_there(self, run: Callable[..., Outcome]) -> None:
        asked = ("add", "block.backtrack", "--between", "Tempo Tuesday.club", "-o", "t.club")
        for wrong in ((), ("--step", "3"), ("--step", "0"), ("--step", "9")):
            done = run(*asked, *wrong)
            assert (done.code, files()) == (2, BEFORE)
            assert "--step N, where N is 1, 2 (a repeat stays whole" in done.err
        assert run(*asked, "--step", "2").code == 0
        written = Path("t.club").read_text(encoding="utf-8").splitlines()
        assert written.index(TURN) < written.index("240 ? slow it down")

    def test_what_it_tells_to_type_can_be_typed(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "block.backtrack", "--between", "Tempo Tuesday.club", "-o", "middle.club")
        assert "backtrack import 'Tempo Tuesday.club')" in done.err

    def test_says_nothing_of_an_energy_that_it_does_not_estimate(self, run: Callable[..., Outcome]) -> None:
        Path("fast.club").write_text(RUN.replace("600 9", "600 6.5"), encoding="utf-8")
        asked = ("add", "block.backtrack", "--after", "fast.club", "-o", "retro.club")
        assert "BT701" not in run(*asked).err
        assert "BT701" in run(*asked, "--json").out

    def test_step_goes_with_between_alone(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club", "--step", "1")
        assert (done.code, "--between" in done.err) == (2, True)

    def test_sets_options_of_reader_and_writer(self, run: Callable[..., Outcome]) -> None:
        asked = ("add", "block.backtrack", "--after", "Tempo Tuesday.club", "-o", "t.club")
        assert run(*asked, "--set", "club.unknown=6", "--set", "club.loud=true").code == 0
        assert "LOUD" in Path("t.club").read_text(encoding="utf-8")
        done = run(*asked, "--set", "zwo.incline=true", "--overwrite")
        assert (done.code, "zwo is not among" in done.err) == (2, True)

    def test_says_the_same_as_data(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club", "-o", "t.club", "--json")
        (file,) = done.data["files"]
        assert (file["path"], file["spliced"], file["format"]) == ("t.club", True, "club")
        assert done.data["reading"][0]["what"] == "words"

    @pytest.mark.parametrize("overwrite", [(), ("--overwrite",)])
    def test_the_file_that_was_read_is_never_written_over(
        self, run: Callable[..., Outcome], overwrite: tuple[str, ...]
    ) -> None:
        for output in ("Tempo Tuesday.club", "./Tempo Tuesday.club"):
            done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club", "-o", output, *overwrite)
            assert (done.code, "it is never changed" in done.err) == (2, True)
        assert Path("Tempo Tuesday.club").read_text(encoding="utf-8") == RUN

    def test_another_suffix_needs_the_formats_name(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club", "-o", "t.fit")
        assert (done.code, files()) == (2, BEFORE)
        assert "in the format club, whose files end in .club; for another format: --to FORMAT" in done.err

    def test_what_breaks_a_rule_writes_nothing(self, run: Callable[..., Outcome]) -> None:
        Path("block.backtrack").write_text(BLOCK.replace("2 km/h", "9 km/h"), encoding="utf-8")
        done = run("add", "block.backtrack", "--after", "Tempo Tuesday.club", "-o", "t.club")
        assert (done.code, files()) == (1, BEFORE)
        assert "BT310" in done.err

    def test_when_one_format_fails_none_is_written(self, run: Callable[..., Outcome]) -> None:
        Path("me.toml").write_text('easy_walk = "4 km/h"\n', encoding="utf-8")
        done = run(
            *("add", "block.backtrack", "--after", "Tempo Tuesday.club"),
            *("--to", "club", "--to", "zwo", "--to", "nowhere", "--athlete", "me.toml"),
        )
        assert (done.code, files()) == (2, {*BEFORE, "me.toml"})
        for said in ("race pace", "nowhere", "Nothing was written."):
            assert said in done.err

    def test_block_and_run_are_both_complained_of(self, run: Callable[..., Outcome]) -> None:
        done = run("add", "finisher-beginer", "--after", "nothing.club")
        assert done.code == 2
        for said in ("finisher-beginner", "nothing.club"):
            assert said in done.err


class TestConvert:
    def test_writes_another_format_and_says_what_was_lost_on_the_way(
        self, run: Callable[..., Outcome]
    ) -> None:
        done = run("convert", "Tempo Tuesday.club", "--to", "garmin-fit")
        assert (done.code, files() - BEFORE) == (0, {"Tempo Tuesday.fit"})
        assert "Tempo Tuesday.club: words: not carried" in done.err
        read = bt.import_bytes(Path("Tempo Tuesday.fit").read_bytes(), "a.fit").workout
        assert len(read.steps) == 3

    def test_takes_one_of_ours_too(self, run: Callable[..., Outcome]) -> None:
        done = run("convert", "first-steps", "--to", "garmin-fit", "--to", "club")
        assert (done.code, files() - BEFORE) == (0, {"first-steps.fit", "first-steps.club"})

    def test_converts_all_or_none(self, run: Callable[..., Outcome]) -> None:
        Path("b.club").write_text("what is this", encoding="utf-8")
        done = run("convert", "Tempo Tuesday.club", "b.club", "--to", "garmin-fit")
        assert (done.code, files()) == (2, {*BEFORE, "b.club"})
        assert "no importer knows this file" in done.err
        assert "Nothing was written." in done.err

    def test_never_writes_over_what_it_read(self, run: Callable[..., Outcome]) -> None:
        done = run("convert", "Tempo Tuesday.club", "--to", "club", "--overwrite")
        assert (done.code, "it is never changed" in done.err) == (2, True)
        assert Path("Tempo Tuesday.club").read_text(encoding="utf-8") == RUN

    def test_sets_options_of_reader_and_writer(self, run: Callable[..., Outcome]) -> None:
        asked = ("convert", "Tempo Tuesday.club", "--to", "garmin-fit")
        done = run(*asked, "--set", "club.unknown=6", "--set", "garmin-fit.targets=speed")
        assert done.code == 0
        assert "6 km/h" in bt.write(bt.import_bytes(Path("Tempo Tuesday.fit").read_bytes(), "a.fit").workout)
        done = run(*asked, "--set", "zwo.incline=true")
        assert (done.code, "zwo is not among" in done.err) == (2, True)
        done = run("convert", "Tempo Tuesday.club", "--to", "club", "--set", "zwo.incline=true")
        assert "(club)" in done.err  # named once, though it is read and written

    def test_says_the_same_as_data(self, run: Callable[..., Outcome]) -> None:
        done = run("convert", "Tempo Tuesday.club", "--to", "garmin-fit", "--json")
        (made,) = done.data["artifacts"]
        assert (made["file"], made["workout"]) == ("Tempo Tuesday.fit", "Tempo Tuesday.club")
        assert made["reading"][0]["what"] == "words"

    def test_an_option_may_be_for_one_of_several_files(self, run: Callable[..., Outcome]) -> None:
        asked = ("convert", "first-steps", "Tempo Tuesday.club", "--to", "garmin-fit")
        assert run(*asked, "--set", "club.unknown=6").code == 0

    def test_an_option_for_a_file_that_cannot_be_read_is_not_complained_of(
        self, run: Callable[..., Outcome]
    ) -> None:
        done = run("convert", "missing.club", "first-steps", "--to", "strava-text", "--set", "club.unknown=6")
        assert done.code == 2
        assert "missing.club: no such file" in done.err
        assert "is not among" not in done.err

    def test_no_belt_is_set_to_a_guess_and_the_other_formats_wait_for_it(
        self, run: Callable[..., Outcome]
    ) -> None:
        asked = ("convert", "Tempo Tuesday.club", "--to", "qz", "--to", "garmin-fit")
        done = run(*asked)
        assert (done.code, files()) == (2, BEFORE)
        assert 'easy_walk = "5 km/h"' in done.err
        assert "backtrack import 'Tempo Tuesday.club'" in done.err
        Path("me.toml").write_text('easy_walk = "4 km/h"\n', encoding="utf-8")
        assert run(*asked, "--athlete", "me.toml").code == 0


class TestImport:
    def test_asks_for_what_the_file_leaves_open_and_takes_the_answer(
        self, run: Callable[..., Outcome]
    ) -> None:
        Path("me.toml").write_text('units = "imperial"\n', encoding="utf-8")
        asked = ("import", "Tempo Tuesday.club", "--athlete", "me.toml")
        done = run(*asked)
        assert (done.code, "does not say how fast" in done.err) == (2, True)
        assert "walk 6 km/h" in run(*asked, "--set", "club.unknown=6").out

    def test_an_option_of_another_format_is_refused(self, run: Callable[..., Outcome]) -> None:
        done = run("import", "Tempo Tuesday.club", "--set", "zwo.race_pace=5k=30:00")
        assert (done.code, "zwo is not among the formats that this file is in (club)" in done.err) == (
            2,
            True,
        )
