"""``backtrack level``: what it asks, what it writes, and that no answer is kept."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.cli import INTERRUPTED, main
from backtrack_plugins.cli.level_command import COMPANY_ITEMS, STOP_ITEMS
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.workout import LEVELS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
HEALTHY = ("--doctor-first", "no", "--supervised-only", "no")
SKILLED = {
    "first-timer": ("--workouts", "0"),
    "beginner": ("--workouts", "3", "--stumbled", "no"),
    "intermediate": ("--workouts", "6", "--stumbled", "no", "--steady", "yes"),
    "advanced": ("--workouts", "16", "--stumbled", "no", "--steady", "yes", "--strong", "yes"),
}

on_a_terminal = pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal to be made")


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The athlete.toml of a user who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "backtrack" / "athlete.toml"


@pytest.fixture
def level(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Outcome]]:
    """Run the command where nobody is there to ask."""
    (tmp_path / "nobody").write_bytes(b"")
    with open(tmp_path / "nobody", encoding="utf-8") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)

        def run(*arguments: str) -> Outcome:
            code = main(["level", *arguments])
            captured = capsys.readouterr()
            return Outcome(code, captured.out, captured.err)

        yield run


@pytest.fixture
def typing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., Outcome]]:
    """Run the command in a terminal where somebody types these bytes."""
    theirs, ours = os.openpty()
    with open(ours, encoding="utf-8", closefd=True) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)

        def run(typed: bytes, *arguments: str) -> Outcome:
            os.write(theirs, typed)
            code = main(["level", *arguments])
            captured = capsys.readouterr()
            return Outcome(code, captured.out, captured.err)

        yield run
    os.close(theirs)


class TestByFlags:
    @pytest.mark.parametrize("name", LEVELS)
    def test_the_level_is_written_and_its_limits_are_said(self, level, file: Path, name: bt.Level) -> None:
        done = level(*HEALTHY, *SKILLED[name])
        assert (done.code, done.err) == (0, "")
        assert bt.read_athlete(file) == bt.Athlete(level=name)
        assert f"Your level is {name}." in done.out
        assert f"up to {LIMITS[name].backward_walk.kmh} km/h" in done.out
        assert str(file) in done.out
        assert "your own word" in done.out
        assert "our choice" in done.out
        assert "backtrack library\n" in done.out
        assert "backtrack programme new " in done.out

    def test_limits_are_in_the_units_of_the_athlete(self, level, file: Path) -> None:
        file.parent.mkdir(parents=True)
        file.write_text('units = "imperial"\n', encoding="utf-8")
        done = level(*HEALTHY, *SKILLED["beginner"])
        assert "up to 2.0 mph" in done.out
        assert "km/h" not in done.out

    @pytest.mark.parametrize(
        ("flags", "expected"),
        [
            (("--workouts", "2", "--stumbled", "no", "--steady", "yes", "--strong", "yes"), "first-timer"),
            (("--workouts", "99", "--stumbled", "yes"), "first-timer"),
            (("--workouts", "99", "--stumbled", "no", "--steady", "no"), "beginner"),
            (("--workouts", "99", "--stumbled", "no", "--steady", "yes", "--strong", "no"), "intermediate"),
            (("--workouts", "15", "--stumbled", "no", "--steady", "yes"), "intermediate"),
        ],
    )
    def test_only_what_matters_needs_an_answer(self, level, file: Path, flags, expected: str) -> None:
        assert level(*HEALTHY, *flags).code == 0
        assert bt.read_athlete(file).level == expected

    @pytest.mark.parametrize(
        ("flags", "missing"),
        [
            ((), "doctor-first supervised-only workouts stumbled steady strong"),
            (("--workouts", "0"), "doctor-first supervised-only"),
            (("--workouts", "7", *HEALTHY), "stumbled steady"),
            (("--workouts", "7", "--stumbled", "no", *HEALTHY), "steady"),
            (("--doctor-first", "no", "--workouts", "99", "--steady", "no"), "supervised-only stumbled"),
        ],
    )
    def test_every_missing_flag_is_named_when_nobody_is_there(
        self, level, file: Path, flags, missing
    ) -> None:
        done = level(*flags)
        assert (done.code, done.out) == (2, "")
        assert re.findall(r"--(\S+) (?:yes\|no|N)\b", done.err) == missing.split()
        assert not file.exists()

    @pytest.mark.parametrize("workouts", ["-1", "10000", "99999999999999999999"])
    def test_an_absurd_number_is_refused(self, level, file: Path, workouts: str) -> None:
        done = level(*HEALTHY, f"--workouts={workouts}")
        assert done.code == 2
        assert f"--workouts {workouts}: write how many" in done.err
        assert not file.exists()

    def test_a_file_named_is_the_one_written(self, level, file: Path, tmp_path: Path) -> None:
        mine = tmp_path / "mine.toml"
        done = level(*HEALTHY, *SKILLED["beginner"], "--athlete", str(mine))
        assert bt.read_athlete(mine).level == "beginner"
        assert not file.exists()
        assert f"backtrack library --athlete {mine}" in done.out

    def test_all_else_in_the_file_stays(self, level, file: Path) -> None:
        file.parent.mkdir(parents=True)
        file.write_text('# mine\nlevel = "beginner"  # since spring\nmass = "70 kg"\n', encoding="utf-8")
        level(*HEALTHY, *SKILLED["intermediate"])
        assert file.read_text(encoding="utf-8") == (
            '# mine\nlevel = "intermediate"  # since spring\nmass = "70 kg"\n'
        )

    def test_the_same_level_again_changes_nothing(self, level, file: Path) -> None:
        level(*HEALTHY, *SKILLED["beginner"])
        before = file.stat()
        done = level(*HEALTHY, *SKILLED["beginner"])
        assert "It stood already in" in done.out
        assert (file.stat().st_mtime_ns, file.stat().st_ino) == (before.st_mtime_ns, before.st_ino)

    @pytest.mark.parametrize("doctor_first", ["yes", "no"])
    def test_a_file_that_is_no_athlete_is_refused_and_stays(
        self, level, file: Path, doctor_first: str
    ) -> None:
        file.parent.mkdir(parents=True)
        file.write_text('level = "expert"\n', encoding="utf-8")
        done = level("--doctor-first", doctor_first, "--supervised-only", "no", *SKILLED["beginner"])
        assert done.code == 2
        assert f"{file}: level" in done.err
        assert file.read_text(encoding="utf-8") == 'level = "expert"\n'


class TestAStopItem:
    def test_it_sends_to_a_doctor_and_writes_nothing(self, level, file: Path) -> None:
        done = level("--doctor-first", "yes")
        assert done.code == 1
        assert done.out.startswith("See a doctor first")
        assert "Under 13, not at all." in done.out
        assert not file.parent.exists()

    def test_it_takes_the_level_out_and_leaves_the_rest(self, level, file: Path) -> None:
        file.parent.mkdir(parents=True)
        file.write_text('level = "advanced"\nmass = "70 kg"\n', encoding="utf-8")
        done = level("--doctor-first", "yes", *SKILLED["advanced"])
        assert done.code == 1
        assert file.read_text(encoding="utf-8") == 'mass = "70 kg"\n'
        assert f"The level was taken out of {file}." in done.out

    def test_a_child_gets_no_level_whatever_they_answer(self, level, file: Path) -> None:
        file.parent.mkdir(parents=True)
        file.write_text('age_group = "under-13"\nlevel = "beginner"\n', encoding="utf-8")
        done = level(*HEALTHY, *SKILLED["advanced"])
        assert done.code == 1
        assert "Under 13, not at all." in done.out
        assert file.read_text(encoding="utf-8") == 'age_group = "under-13"\n'


class TestCompany:
    def test_it_writes_the_level_and_says_how(self, level, file: Path) -> None:
        done = level("--doctor-first", "no", "--supervised-only", "yes", *SKILLED["beginner"])
        assert done.code == 0
        assert "Only with somebody beside the treadmill: add --supervised-by NAME" in done.out
        assert "supervised_only = true" in done.out
        assert bt.read_athlete(file) == bt.Athlete(level="beginner")

    def test_without_such_an_item_nothing_is_said(self, level) -> None:
        assert "beside the treadmill" not in level(*HEALTHY, *SKILLED["beginner"]).out


class TestAnswersAreNotKept:
    @pytest.mark.parametrize("company", ["yes", "no"])
    def test_the_file_and_the_data_are_the_same_whatever_was_answered(
        self, level, file: Path, company
    ) -> None:
        done = level("--doctor-first", "no", "--supervised-only", company, "--workouts", "2", "--json")
        assert done.data == {"level": "first-timer", "file": str(file), "changed": True}
        assert file.read_text(encoding="utf-8") == '# Who runs, and on what.\nlevel = "first-timer"\n'

    def test_a_stop_item_leaves_no_level_and_no_reason_in_the_data(self, level, file: Path) -> None:
        done = level("--doctor-first", "yes", "--json")
        assert done.code == 1
        assert done.data == {"level": None, "file": str(file), "changed": False}


class TestSafetyAcknowledgement:
    def test_it_is_theirs_to_write(self, level, file: Path) -> None:
        done = level(*HEALTHY, *SKILLED["beginner"])
        assert "safety_acknowledged = true" in done.out
        assert "safety" not in file.read_text(encoding="utf-8")

    def test_once_written_it_is_not_asked_for_again(self, level, file: Path) -> None:
        file.parent.mkdir(parents=True)
        file.write_text("safety_acknowledged = true\n", encoding="utf-8")
        assert "safety_acknowledged" not in level(*HEALTHY, *SKILLED["beginner"]).out


@on_a_terminal
class TestInATerminal:
    def test_it_asks_one_question_at_a_time_and_only_what_matters(self, typing, file: Path) -> None:
        done = typing(b"no\nno\n3\nno\n")
        assert done.code == 0
        assert bt.read_athlete(file).level == "beginner"
        assert done.err.count("yes or no: ") == 3
        assert done.err.count("a number: ") == 1
        assert "hands free" not in done.err

    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            (b"n\nn\n0\n", "first-timer"),
            (b"No\nYES\n16\nN\ny\ny\n", "advanced"),
            (b" no \nno\n99\nyes\n", "first-timer"),
            (b"no\nno\n99\nno\nno\n", "beginner"),
        ],
    )
    def test_answers_come_in_any_case_and_by_their_first_letter(self, typing, file, typed, expected) -> None:
        assert typing(typed).code == 0
        assert bt.read_athlete(file).level == expected

    def test_every_item_is_shown_and_one_answer_is_asked_for_all(self, typing) -> None:
        asked = typing(b"no\nno\n0\n").err
        assert [item for item in (*STOP_ITEMS, *COMPANY_ITEMS) if f"  - {item}\n" not in asked] == []
        assert asked.count("yes or no: ") == 2

    def test_nonsense_asks_again(self, typing, file: Path) -> None:
        done = typing(b"perhaps\n\n\xff\nno\nno\n-1\n1.5\n12345\nthree\n3\nno\n")
        assert bt.read_athlete(file).level == "beginner"
        assert done.err.count("yes or no: ") == 6
        assert done.err.count("a number: ") == 5

    def test_a_question_mark_shows_the_question_again(self, typing) -> None:
        assert typing(b"?\nno\nno\n0\n").err.count("Does any of these apply to you?") == 2

    def test_a_flag_is_not_asked_for(self, typing, file: Path) -> None:
        done = typing(b"3\n", *HEALTHY, "--stumbled", "no")
        assert bt.read_athlete(file).level == "beginner"
        assert "yes or no" not in done.err

    def test_a_stop_item_ends_it(self, typing, file: Path) -> None:
        done = typing(b"yes\n")
        assert done.code == 1
        assert "a number" not in done.err
        assert not file.exists()

    def test_questions_keep_out_of_the_data(self, typing, file: Path) -> None:
        assert typing(b"no\nno\n0\n", "--json").data == {
            "level": "first-timer",
            "file": str(file),
            "changed": True,
        }

    @pytest.mark.parametrize("typed", [b"\x04", b"no\n\x04", b"no\nno\n\x04"])
    def test_the_end_of_input_leaves_nothing_written(self, typing, file: Path, typed: bytes) -> None:
        done = typing(typed)
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith("error: no answer; nothing was written\n")
        assert not file.parent.exists()

    def test_an_interrupt_leaves_nothing_written_and_no_trace(self, file: Path) -> None:
        theirs, ours = os.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "backtrack_plugins", "level"],
            stdin=ours,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            assert process.stderr is not None
            asked = b""
            ends = time.monotonic() + 20
            while not asked.endswith(b"yes or no: ") and time.monotonic() < ends:
                asked += process.stderr.read(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        os.close(theirs)
        os.close(ours)
        assert process.returncode == INTERRUPTED
        assert (out, err) == (b"", b"\nNothing was written.\n")
        assert not file.parent.exists()


@pytest.mark.parametrize("item", [*STOP_ITEMS, *COMPANY_ITEMS])
def test_what_is_asked_is_what_the_safety_document_says(item: str) -> None:
    text = " ".join((ROOT / "SAFETY.md").read_text(encoding="utf-8").lower().split())
    assert item.lower() in text
