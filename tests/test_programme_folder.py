"""A programme's folder: written whole, read back equal, and whatever does not agree is told."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt
from backtrack_plugins.athlete import Athlete
from backtrack_plugins.errors import DeliveryError, ExistingFile, UnreadableInput, UsageError
from backtrack_plugins.files import LEDGER
from backtrack_plugins.programme import (
    STATE_FILE,
    Outcome,
    Programme,
    begin_folder,
    new_programme,
    programme_files,
    programme_from_toml,
    read_programme,
    write_programme,
)
from backtrack_plugins.programme.state import write_state
from backtrack_plugins.testing.faults import DENIED, DISK_FULL, every_fault, failing
from backtrack_plugins.units import Speed

if TYPE_CHECKING:
    from pathlib import Path

WEDNESDAY = dt.date(2026, 12, 2)
RUN = bt.parse(
    'name: Odd\nabout: "quotes" and \'more\'\n5:00 forward walk 5 km/h "say \\"hop\\" \\\\ \\"\\"\\""\n'
)


def programme_of(*outcomes: str, level="first-timer", run=RUN) -> Programme:
    programme = new_programme(Athlete(level=level, easy_walk=Speed("5 km/h")), WEDNESDAY, run=run)
    for outcome in outcomes:
        programme = programme.record(Outcome.of(outcome), today=programme.pending.date).programme
    return programme


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestWriting:
    def test_a_page_a_week_and_the_state_are_written(self, tmp_path: Path) -> None:
        programme = programme_of()
        begin_folder(programme, tmp_path / "winter")
        names = sorted(path.name for path in (tmp_path / "winter").iterdir())
        assert names == sorted([LEDGER, STATE_FILE, *(f"week-{n:02}.backtrack" for n in range(1, 9))])
        assert list(programme_files(programme))[-1] == STATE_FILE
        for week in programme.sessions:
            assert bt.read(tmp_path / "winter" / week.file) == week.workout

    def test_what_was_written_is_read_back_equal(self, tmp_path: Path) -> None:
        programme = programme_of("rpe 12, all done", "missed", "rpe 15, cut short, stumble, sore")
        begin_folder(programme, tmp_path / "winter")
        assert read_programme(tmp_path / "winter") == programme

    def test_the_same_programme_is_the_same_bytes(self) -> None:
        assert programme_files(programme_of("rpe 12, all done")) == programme_files(
            programme_of("rpe 12, all done")
        )

    def test_pages_of_workouts_that_are_done_are_left_alone(self, tmp_path: Path) -> None:
        folder = tmp_path / "winter"
        begin_folder(programme_of(), folder)
        (folder / "week-01.backtrack").write_text("my notes")
        write_programme(programme_of("rpe 12, all done"), folder)
        assert (folder / "week-01.backtrack").read_text() == "my notes"

    def test_a_page_changed_by_hand_is_written_over_only_when_asked(self, tmp_path: Path) -> None:
        folder = tmp_path / "winter"
        begin_folder(programme_of(), folder)
        (folder / "week-02.backtrack").write_text("my own")
        before = everything(folder)
        following = programme_of("rpe 12, all done, stumble")
        with pytest.raises(ExistingFile, match=r"week-02\.backtrack"):
            write_programme(following, folder)
        assert everything(folder) == before
        write_programme(following, folder, overwrite=True)
        assert read_programme(folder) == following

    def test_interrupted_anywhere_leaves_the_old_programme(self, tmp_path: Path) -> None:
        folder = tmp_path / "winter"
        begin_folder(programme_of(), folder)
        before = everything(folder)
        following = programme_of("rpe 12, all done, stumble")
        moves = 0
        for attempt in every_fault(
            folder, lambda: write_programme(following, folder), (DENIED,), only=("os.replace",)
        ):
            moves += 1
            assert isinstance(attempt.error, DeliveryError), attempt
            assert everything(folder) == before, attempt
            write_programme(following, folder)
            assert read_programme(folder) == following
        assert moves == 9

    def test_on_a_disk_that_fails_anywhere_it_is_the_old_programme_or_the_new(self, tmp_path: Path) -> None:
        folder = tmp_path / "winter"
        old, new = programme_of(), programme_of("rpe 12, all done, stumble")
        begin_folder(old, folder)
        for attempt in every_fault(folder, lambda: write_programme(new, folder), (DISK_FULL, DENIED)):
            assert read_programme(folder) == (new if attempt.error is None else old), attempt

    def test_the_state_is_moved_last(self, tmp_path: Path) -> None:
        begin_folder(programme_of(), tmp_path / "winter")
        with failing(tmp_path, DENIED, at=None, only=("os.replace",)) as layer:
            write_programme(programme_of("rpe 12, all done, stumble"), tmp_path / "winter")
        assert len(layer.operations) == 9
        assert os.path.basename(layer.operations[-1].path) == STATE_FILE


class TestBeginning:
    def test_makes_one_folder_and_no_folder_around_it(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="mkdir"):
            begin_folder(programme_of(), tmp_path / "missing" / "winter")
        assert list(tmp_path.iterdir()) == []

    def test_goes_into_an_empty_folder_that_is_there(self, tmp_path: Path) -> None:
        begin_folder(programme_of(), tmp_path)
        assert read_programme(tmp_path) == programme_of()

    def test_is_refused_where_there_is_a_programme(self, tmp_path: Path) -> None:
        begin_folder(programme_of("rpe 12, all done"), tmp_path)
        before = everything(tmp_path)
        with pytest.raises(UsageError, match="a programme already"):
            begin_folder(programme_of(), tmp_path, overwrite=True)
        assert everything(tmp_path) == before

    def test_is_refused_in_a_file(self, tmp_path: Path) -> None:
        (tmp_path / "winter").write_text("")
        with pytest.raises(UsageError, match="is a file"):
            begin_folder(programme_of(), tmp_path / "winter")

    def test_on_a_full_disk_leaves_no_folder(self, tmp_path: Path) -> None:
        programme = programme_of()
        for attempt in every_fault(
            tmp_path, lambda: begin_folder(programme, tmp_path / "winter"), (DISK_FULL,)
        ):
            assert isinstance(attempt.error, DeliveryError), attempt
            assert "no space" in str(attempt.error)
            assert list(tmp_path.iterdir()) == [], attempt


STATE = write_state(programme_of("rpe 12, all done", "rpe 15, all done", "rpe 12, all done, stumble"))
THIRD = 'date = 2026-12-16\nrung = 2\ngrip = false\non = 2026-12-16\noutcome = "rpe 12, all done, stumble"\n'
PENDING = "date = 2026-12-23\nrung = 1\ngrip = true\n"

NONSENSE = [
    ("format = 1", "format = 2", ["format: write a whole number from 1 to 1"]),
    ("format = 1", "", ["format: it is missing"]),
    ("weeks = 8", "weeks = 0", ["plan.weeks: write a whole number from 1 to 52"]),
    ("weeks = 8", "weeks = true", ["plan.weeks: write a whole number"]),
    ("weeks = 8", "weeks = 8\nweek = 1", ["plan.week: no such key; did you mean weeks?"]),
    ("start = 2026-12-02", 'start = "2026-12-02"', ["plan.start: write a date, without quotes"]),
    ("start = 2026-12-02", "start = 2026-12-02T10:00:00", ["plan.start: write a date"]),
    ("start = 2026-12-02", "start = 1026-12-02", ["plan.start: the date 1026-12-02"]),
    ("start = 2026-12-02", "start = 2026-12-09", ["session 1: date: 2026-12-02 is too early"]),
    ('"first-timer"', '"expert"', ["plan.level: write first-timer, beginner"]),
    ('"metric"', "1", ["plan.units: write metric, imperial"]),
    ('"5 km/h"', '"5 kmph"', ["plan.easy_walk: '5 kmph' is not a speed"]),
    ('"5 km/h"', "5", ["plan.easy_walk: write a text in quotes"]),
    ('"5 km/h"', '"1 km/h"', ["plan.easy_walk 1 km/h"]),
    ("5:00 forward walk", "5:00 forwrd walk", ["plan.run: line 4: "]),
    ("5:00 forward walk", "1:00 left walk light rail", ["plan.run:4: 1:00 left walk"]),
    (PENDING, PENDING.replace("rung = 1", "rung = 2"), [
        "session 4: rung: 2 does not follow; it is 1. A stumble"]),
    (PENDING, PENDING.replace("rung = 1", "rung = 24"), [
        "session 4: rung: write a whole number from 1 to 23"]),
    (PENDING, PENDING.replace("true", "false"), ["session 4: grip: true follows. A stumble"]),
    (PENDING, PENDING.replace("true", "1"), ["session 4: grip: write true or false"]),
    (PENDING, PENDING.replace("12-23", "12-24"), ["session 4: date: 2026-12-24 is no wed"]),
    (PENDING, PENDING.replace("12-23", "12-16"), ["session 4: date: 2026-12-16 is too early"]),
    (PENDING, PENDING + 'outcome = "rpe 12, all done"\n', ["session 4: the last one is the next to do"]),
    (PENDING, PENDING + "mood = 1\n", ["session 4: mood: no such key; keys are date, rung, grip"]),
    (f"[[sessions]]\n{PENDING}", "", ["session 3: the last one is the next to do"]),
    (THIRD, THIRD.replace("on = 2026-12-16", "on = 2026-12-08"), [
        "session 3: on: 2026-12-08 is not after 2026-12-09"]),
    (THIRD, THIRD.replace(", stumble", ""), ["session 4: rung: 1 does not follow; it is 3. All bouts done"]),
    (THIRD, THIRD.replace("rpe 12, all done, stumble", "missed"), [
        "session 3: outcome: a missed workout is no session"]),
    (THIRD, THIRD.replace("stumble", "stumbel"), ["session 3: outcome: outcome: 'stumbel': no such word"]),
    (THIRD, THIRD.replace("rung = 2\n", ""), ["session 3: rung: it is missing"]),
    (f"[[sessions]]\n{THIRD}", "", ["session 3: rung: 1 does not follow; it is 2."]),
    (
        "grip = false\non = 2026-12-09", "grip = true\non = 2026-12-10",
        ["session 2: grip: false follows", "session 3: grip: true follows"],
    ),
    ("weeks = 8", "weeks = 99\nx = 1", ["plan.x: no such key", "plan.weeks: write"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "lines"), NONSENSE)
def test_a_programme_edited_into_nonsense_is_told_and_left_alone(tmp_path: Path, old, new, lines) -> None:
    assert STATE.count(old) >= 1
    text = STATE.replace(old, new, 1)
    (tmp_path / STATE_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refusal:
        read_programme(tmp_path)
    *said, last = str(refusal.value).splitlines()
    assert last == "Nothing was changed."
    assert len(said) == len(lines), said
    for line, expected in zip(said, lines, strict=True):
        assert line.startswith(f"{tmp_path / STATE_FILE}: {expected}")
    assert {path.name for path in tmp_path.iterdir()} == {STATE_FILE}
    assert (tmp_path / STATE_FILE).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "format: it is missing"),
        ("plan = 1\nsessions = 2\nformat = 1", "plan: write a table"),
        ("format = 1\nsessions = []\n[plan]", "sessions: there are 0"),
        ("format = 1\nsessions = [1]\n[plan]", "session 1: write a table"),
        ("[plan", "no TOML"),
        ("x = " + "[" * 5000, "no TOML"),
        ("x = 1" + "0" * 5000, "no TOML"),
        ("format = 1\n[plan]\n" + "[[sessions]]\n" * 1002, "sessions: there are 1002"),
    ],
)
def test_what_is_no_programme_at_all_is_told(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=r"^programme\.toml: ") as refusal:
        programme_from_toml(text)
    assert said in str(refusal.value)


def test_a_folder_without_a_programme_says_how_to_begin_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="backtrack programme new"):
        read_programme(tmp_path)
    with pytest.raises(UsageError, match="backtrack programme new"):
        read_programme(tmp_path / "missing")


def test_a_state_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_bytes(b"\xff\x00")
    with pytest.raises(UnreadableInput):
        read_programme(tmp_path)


def test_comments_and_order_of_the_state_are_free() -> None:
    head, _, rest = STATE.partition("weeks = 8\n")
    text = head.replace("[plan]\n", "[plan]  # mine\nweeks = 8\n") + rest
    assert programme_from_toml(text) == programme_from_toml(STATE)
