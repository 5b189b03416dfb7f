"""The book of what was sent: it is on the disk before anything relies on it, and whole or not at all."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

import backtrack_plugins as bt
from backtrack_plugins.book import DATA_FOLDER
from backtrack_plugins.testing.faults import every_fault

ONE = bt.Record(identity="1" * 16, artifact="a.fit", where="/watch/a.fit", on=dt.date(2026, 12, 2))


@pytest.fixture
def shelf(tmp_path: Path) -> bt.Shelf:
    return bt.Book(tmp_path / "book").shelf("watch")


class TestAShelf:
    def test_gives_back_what_was_put_there_to_whoever_reads_it_next(
        self, shelf: bt.Shelf, tmp_path: Path
    ) -> None:
        shelf.put(ONE)
        assert bt.Book(tmp_path / "book").shelf("watch").records() == {ONE.identity: ONE}
        assert shelf.get(ONE.identity) == ONE

    def test_knows_nothing_of_what_was_never_sent(self, shelf: bt.Shelf) -> None:
        assert shelf.records() == {}
        assert shelf.get("f" * 16) == bt.Record(identity="f" * 16)
        assert not os.path.exists(shelf.path)

    def test_notes_are_added_and_taken_away(self, shelf: bt.Shelf) -> None:
        shelf.put(ONE)
        shelf.note(ONE.identity, number=7, creating="abc")
        shelf.note(ONE.identity, creating=None, entry=9)
        assert shelf.get(ONE.identity).notes == {"number": 7, "entry": 9}
        assert shelf.get(ONE.identity).where == ONE.where

    def test_forgets_a_workout_but_not_what_the_destination_still_remembers(self, shelf: bt.Shelf) -> None:
        shelf.put(ONE)
        shelf.drop(ONE.identity)
        assert shelf.records() == {}
        shelf.put(ONE)
        shelf.note(ONE.identity, number=0)
        shelf.drop(ONE.identity)
        assert shelf.get(ONE.identity) == bt.Record(identity=ONE.identity, notes={"number": 0})
        assert shelf.sent == {}
        shelf.drop("f" * 16)

    def test_keeps_every_record_that_threads_put_at_once(self, shelf: bt.Shelf) -> None:
        identities = [f"{number:016x}" for number in range(20)]
        threads = [Thread(target=shelf.note, args=(each,), kwargs={"number": 1}) for each in identities]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(shelf.records()) == identities

    def test_is_whole_whatever_fails(self, tmp_path: Path) -> None:
        shelf = bt.Shelf(str(tmp_path / "there" / "watch.json"))
        shelf.put(ONE)
        changed = bt.Record(identity=ONE.identity, artifact="b.fit")
        for attempt in every_fault(tmp_path, lambda: shelf.put(changed)):
            assert attempt.error is None or isinstance(attempt.error, bt.DeliveryError), attempt
            assert shelf.get(ONE.identity) in (ONE, changed)

    def test_that_cannot_be_read_is_told_and_kept(self, shelf: bt.Shelf) -> None:
        shelf.put(ONE)
        Path(shelf.path).write_text("[{", encoding="utf-8")
        for use in (shelf.records, lambda: shelf.put(ONE)):
            with pytest.raises(bt.DeliveryError, match=r"watch\.json: .*cannot be read") as raised:
                use()
            assert raised.value.details["path"] == shelf.path
        assert Path(shelf.path).read_text(encoding="utf-8") == "[{"

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    def test_lies_in_a_folder_of_the_user_alone(self, shelf: bt.Shelf) -> None:
        shelf.put(ONE)
        assert stat.S_IMODE(os.stat(os.path.dirname(shelf.path)).st_mode) == 0o700

    def test_is_one_process_s_while_it_is_locked(self, shelf: bt.Shelf) -> None:
        tries = (
            "import sys; from filelock import FileLock, Timeout\n"
            "try:\n    FileLock(sys.argv[1] + '.lock').acquire(timeout=0)\n"
            "except Timeout:\n    print('taken')\n"
            "else:\n    print('free')\n"
        )

        def other() -> str:
            ran = subprocess.run(
                [sys.executable, "-c", tries, shelf.path], capture_output=True, text=True, check=True
            )
            return ran.stdout.strip()

        with shelf.locked():
            assert other() == "taken"
        assert other() == "free"

    def test_that_cannot_be_locked_is_told(self, tmp_path: Path) -> None:
        shelf = bt.Shelf(str(tmp_path / "there" / "watch.json"))
        (tmp_path / "there" / "watch.json.lock").mkdir(parents=True)
        said = r"watch\.json: .*What is sent is written down there"
        with pytest.raises(bt.DeliveryError, match=said), shelf.locked():
            pytest.fail("it was locked")


class TestTheBook:
    def test_lists_the_destinations_that_something_was_sent_to(self, tmp_path: Path) -> None:
        book = bt.Book(tmp_path / "book")
        assert book.destinations() == []
        for name in ("zwift-folder", "garmin-watch"):
            with book.shelf(name).locked():
                book.shelf(name).put(ONE)
        assert book.destinations() == ["garmin-watch", "zwift-folder"]

    def test_lies_where_the_variable_says(self, data: Path) -> None:
        assert bt.data_folder() == str(data)
        assert bt.Book().folder == os.path.join(str(data), "sent")

    def test_lies_in_the_platform_s_folder_for_data_otherwise(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        import platformdirs

        monkeypatch.delenv(DATA_FOLDER)
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        assert bt.data_folder() == platformdirs.user_data_dir("backtrack", appauthor=False)


class TestAnIdentity:
    def test_is_of_the_name_whatever_its_capitals(self) -> None:
        expected = bt.identity_of("first-steps")
        assert bt.identity_of("First-Steps") == expected
        assert len(expected) == 16
        assert int(expected, 16) >= 0

    def test_is_the_same_however_a_system_writes_an_accent(self) -> None:
        written, taken_apart = "r\u00fcckw\u00e4rts", "ru\u0308ckwa\u0308rts"
        assert bt.identity_of(written) == bt.identity_of(taken_apart)

    def test_of_an_artifact_is_that_of_its_workout_s_file(self) -> None:
        for file in ("winter/v1.2.backtrack", "winter/v1.3.backtrack"):
            artifact = bt.export(bt.parse("name: A\n9:00 forward walk 5 km/h\n", file=file), "segments-csv")
            assert bt.parcel_of(artifact).identity == bt.identity_of(file[7:11])
        renamed = bt.export(bt.parse("name: A\n9:00 forward walk 5 km/h\n"), "segments-csv", stem="b")
        assert bt.parcel_of(renamed) == bt.Parcel(renamed, bt.identity_of("b"), None)

    def test_differs_by_name_and_by_programme(self) -> None:
        found = {bt.identity_of(name, key) for name in ("week-01", "week-02") for key in ("", "one", "two")}
        assert len(found) == 6
