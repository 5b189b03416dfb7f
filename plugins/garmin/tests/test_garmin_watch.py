"""What is sent to a watch that is a drive: whole or not at all, read back, and nothing of ours beside it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from imitation_watch import MTP, WHERE, system, unplug, watch

import backtrack_plugins as bt
from backtrack_garmin.watch import finding
from backtrack_garmin.watch.placing import FEWEST_KEPT
from backtrack_garmin.watch.plugin import backtrack_destinations
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.faults import (
    DISK_FULL,
    FAULTS,
    INTERRUPTED,
    READ_ONLY,
    UNPLUGGED,
    every_fault,
    failing,
)

if TYPE_CHECKING:
    from collections.abc import Callable

(DESTINATION,) = backtrack_destinations()
ONE, TWO = (
    bt.export(bt.parse(SAMPLES[name]), "garmin-fit", SAMPLE_ATHLETE) for name in ("first-timer", "incline")
)
CHANGED = msgspec.structs.replace(TWO, name=ONE.name)
"""Another workout of ours under the first one's name, as the first one is after an edit."""


@pytest.fixture(autouse=True)
def _nothing_was_sent_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKTRACK_DATA", str(tmp_path / "data"))


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A drive to be a watch."""
    return tmp_path / WHERE["linux"]


@pytest.fixture
def inbox(volume: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for new files of the watch that is connected to the computer of somebody with Linux."""
    monkeypatch.setattr(finding, "this_system", lambda: system(tmp_path))
    return watch(volume)


def send(*artifacts: bt.Artifact, **asked: Any) -> list[bt.Receipt]:
    return list(bt.deliver(artifacts or (ONE,), "garmin-watch", **asked))


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


class TestItIsSent:
    def test_to_the_watch_that_is_found_and_twice_is_once(self, inbox: Path, volume: Path) -> None:
        before = everything(volume)
        for state in ("new", "unchanged"):
            (receipt,) = send()
            assert (receipt.where, receipt.state) == (str(inbox / ONE.name), state)
            assert receipt.sha256 == hashlib.sha256(ONE.data).hexdigest()
            assert receipt.warnings == ()
        # No list of ours, no temporary file, nothing touched.
        assert everything(volume) == {**before, f"GARMIN/NewFiles/{ONE.name}": ONE.data}

    def test_and_what_three_readers_read_there_is_the_workout(
        self, inbox: Path, read_by_all: Callable[[bytes], Any]
    ) -> None:
        send(ONE, TWO)
        for artifact in (ONE, TWO):
            found = read_by_all((inbox / artifact.name).read_bytes())
            assert found.name == artifact.timeline.workout.name
            assert found.count == len(found.steps) > 0
            assert found.sport == ("running", "treadmill")
            lines = [(step.note or "").partition("\n")[0] for step in found.steps]
            authored = map(bt.write_line, artifact.timeline.workout.steps)
            assert [line for line in lines if not line.endswith("straddle added")] == list(authored)
            assert bt.import_file(inbox / artifact.name) == artifact.timeline.workout

    def test_with_what_comes_next_on_each_system(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for platform, eject in (("linux", "file manager"), ("darwin", "Finder"), ("win32", "Explorer")):
            here = tmp_path / platform
            watch(here / WHERE[platform])
            monkeypatch.setattr(finding, "this_system", lambda: system(here, platform))  # noqa: B023
            (receipt,) = send()
            assert receipt.hint.startswith("eject the drive in the ")
            assert eject in receipt.hint
            assert "Treadmill activity" in receipt.hint
        assert "Treadmill activity" in DESTINATION.hint

    def test_not_in_a_dry_run(self, inbox: Path) -> None:
        (receipt,) = send(dry_run=True)
        assert (receipt.where, receipt.state, receipt.sha256) == (str(inbox / ONE.name), "new", "")
        assert os.listdir(inbox) == []

    @pytest.mark.parametrize("dry_run", [True, False])
    def test_to_none_where_none_is_found_or_two(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dry_run: bool
    ) -> None:
        monkeypatch.setattr(finding, "this_system", lambda: system(tmp_path))
        with pytest.raises(bt.ByHand):
            send(dry_run=dry_run)
        watch(tmp_path / WHERE["linux"])
        watch(tmp_path / "mnt/other")
        with pytest.raises(bt.NeedsChoice) as raised:
            send(dry_run=dry_run)
        choices: Any = raised.value.details["choices"]
        (receipt,) = send(at=choices[1])
        assert receipt.where == str(tmp_path / "mnt/other/GARMIN/NewFiles" / ONE.name)

    def test_and_what_is_no_fit_file_is_refused(self, inbox: Path) -> None:
        with pytest.raises(bt.UsageError, match=r"takes application/vnd\.ant\.fit, and this is text/csv"):
            send(msgspec.structs.replace(ONE, media_type="text/csv"))
        assert os.listdir(inbox) == []


class TestWhatStandsThere:
    def test_is_replaced_where_we_wrote_it_whatever_wrote_it_down(self, inbox: Path) -> None:
        send(ONE)
        (receipt,) = send(CHANGED)
        assert receipt.state == "replaced"
        assert (inbox / ONE.name).read_bytes() == CHANGED.data

    @pytest.mark.parametrize("length", [0, 1, 14, len(CHANGED.data) - 1])
    def test_is_replaced_where_an_earlier_send_was_cut_off(self, inbox: Path, length: int) -> None:
        (inbox / ONE.name).write_bytes(CHANGED.data[:length])
        assert [receipt.state for receipt in send(CHANGED)] == ["replaced"]

    @pytest.mark.parametrize(
        "there",
        [
            b"somebody else's",
            ONE.data[:-1],  # the beginning of another
            ONE.data[:30] + b"\x00" + ONE.data[31:],
            b"\x0e\x10\x7a\x52\x00\x00\x00\x00.FIT\x00\x00\x00\x00",
        ],
    )
    def test_is_kept_where_we_did_not(self, inbox: Path, there: bytes) -> None:
        (inbox / ONE.name).write_bytes(there)
        with pytest.raises(bt.ExistingFile, match="already there, and not as we left it"):
            send(CHANGED)
        assert (inbox / ONE.name).read_bytes() == there
        assert [receipt.state for receipt in send(CHANGED, overwrite=True)] == ["replaced"]

    def test_is_kept_where_another_program_wrote_the_fit_file(self, inbox: Path) -> None:
        from backtrack_garmin.fit import Message, encode
        from backtrack_garmin.profile import FILE_ID

        theirs = {"type": 5, "manufacturer": 1, "product": 1, "serial_number": 1, "time_created": 1}
        data = encode([Message(FILE_ID, theirs)])
        (inbox / ONE.name).write_bytes(data)
        with pytest.raises(bt.ExistingFile):
            send(ONE)

    def test_is_not_written_through_a_link_that_leads_nowhere(self, inbox: Path, tmp_path: Path) -> None:
        (inbox / ONE.name).symlink_to(tmp_path / "elsewhere")
        with pytest.raises(bt.ExistingFile):
            send(ONE)
        assert not (tmp_path / "elsewhere").exists()

    def test_is_tidied_where_a_cable_was_pulled(self, inbox: Path) -> None:
        (inbox / ".backtrack-123-0.part").write_bytes(ONE.data[:50])
        (inbox / ".backtrack-123-0.kept").write_bytes(b"the only copy of something")
        (inbox / ".backtrack-123-1.kept").write_bytes(ONE.data)
        send(dry_run=True)
        assert len(os.listdir(inbox)) == 3
        send()
        assert sorted(os.listdir(inbox)) == [".backtrack-123-0.kept", ONE.name]


class TestOnceTheWatchHasTakenIt:
    def test_it_counts_as_there_while_the_watch_keeps_it_as_it_was(self, inbox: Path) -> None:
        send(ONE)
        unplug(inbox)
        kept = inbox.parent / "Workouts" / "W7K00312.FIT"
        (inbox.parent / "Workouts" / ONE.name).rename(kept)
        for dry_run in (True, False):
            first, second = send(ONE, TWO, dry_run=dry_run)
            assert (first.where, first.state) == (str(kept), "unchanged")
            assert (second.where, second.state) == (str(inbox / TWO.name), "new")
        assert os.listdir(inbox) == [TWO.name]
        assert first.sha256 == hashlib.sha256(ONE.data).hexdigest()

    def test_it_takes_the_place_of_a_later_version_that_still_waits(self, inbox: Path) -> None:
        send(ONE)
        unplug(inbox)
        send(CHANGED)
        assert [each.state for each in send(ONE)] == ["replaced"]
        assert (inbox / ONE.name).read_bytes() == ONE.data

    def test_what_somebody_else_put_there_under_its_name_is_no_matter(self, inbox: Path) -> None:
        send(ONE)
        unplug(inbox)
        (inbox / ONE.name).write_bytes(b"by hand")
        assert [each.state for each in send(ONE)] == ["unchanged"]

    def test_it_is_sent_to_where_the_user_says_and_nowhere_else_is_looked(self, inbox: Path) -> None:
        send(ONE)
        unplug(inbox)
        (receipt,) = send(ONE, at=inbox)
        assert (receipt.where, receipt.state) == (str(inbox / ONE.name), "new")

    def test_it_is_sent_again_where_the_watch_changed_it_and_the_user_is_told(
        self, inbox: Path, tmp_path: Path
    ) -> None:
        identity = "0" * 16
        shelf = bt.Book(tmp_path / "sent").shelf("garmin-watch")
        request = bt.DeliveryRequest(artifacts=(ONE,), identities=(identity,), book=shelf)
        (first,) = DESTINATION.deliver(request)
        assert first.warnings == ()
        digest = hashlib.sha256(ONE.data).hexdigest()
        shelf.put(bt.Record(identity=identity, where=first.where, sha256=digest))
        assert [receipt.state for receipt in DESTINATION.deliver(request)] == ["unchanged"]
        (inbox / ONE.name).unlink()
        (again,) = DESTINATION.deliver(request)
        assert again.state == "new"
        (said,) = again.warnings
        assert said.startswith("it was sent here before, and the watch has taken it in since.")

    def test_it_is_no_news_where_it_was_sent_to_another_watch(self, inbox: Path, tmp_path: Path) -> None:
        identity = "0" * 16
        shelf = bt.Book(tmp_path / "sent").shelf("garmin-watch")
        digest = hashlib.sha256(ONE.data).hexdigest()
        shelf.put(bt.Record(identity=identity, where="/mnt/GARMIN/NewFiles/a.fit", sha256=digest))
        shelf.put(bt.Record(identity="1" * 16, where=str(inbox / TWO.name), sha256=digest))
        request = bt.DeliveryRequest(artifacts=(ONE, TWO), identities=(identity, "1" * 16), book=shelf)
        assert [receipt.warnings for receipt in DESTINATION.deliver(request)] == [(), ()]

    def test_an_earlier_version_on_the_watch_is_told(self, inbox: Path) -> None:
        send(ONE)
        unplug(inbox)
        (receipt,) = send(CHANGED)
        assert receipt.state == "new"
        (said,) = receipt.warnings
        assert said.startswith(f"the watch has an earlier version of it, {inbox.parent}/Workouts/{ONE.name}.")

    def test_what_is_not_ours_there_is_none_of_our_business(self, inbox: Path) -> None:
        (inbox.parent / "Workouts" / ONE.name).write_bytes(b"by hand")
        assert [receipt.warnings for receipt in send(ONE)] == [()]


class TestHowManyAWatchKeeps:
    @pytest.mark.parametrize("dry_run", [True, False])
    def test_is_told_before_it_is_passed(self, inbox: Path, dry_run: bool) -> None:
        for number in range(FEWEST_KEPT - 2):
            folder = inbox if number < 5 else inbox.parent / "Workouts"
            (folder / f"{number}.FIT").write_bytes(b"a workout")
        (inbox / "._1.fit").write_bytes(b"macOS")
        (inbox / "notes.txt").write_bytes(b"")
        assert [receipt.warnings for receipt in send(ONE, TWO, dry_run=True)] == [(), ()]
        (inbox / "one more.fit").write_bytes(b"a workout")
        assert [receipt.warnings for receipt in send(ONE, dry_run=True)] == [()]
        for receipt in send(ONE, TWO, dry_run=dry_run):
            (said,) = receipt.warnings
            assert said.startswith("with this there are 26 workouts on the watch.")
            assert "not published" in said

    def test_is_not_told_where_nothing_comes_to_it(self, inbox: Path) -> None:
        for number in range(FEWEST_KEPT + 5):
            (inbox / f"{number}.fit").write_bytes(b"a workout")
        (inbox / ONE.name).write_bytes(ONE.data)
        assert [receipt.warnings for receipt in send(ONE)] == [()]
        assert [receipt.warnings for receipt in send(CHANGED)] == [()]


class TestWhereTheWatchFails:
    def test_every_file_is_whole_or_as_before_whatever_fails(self, inbox: Path, volume: Path) -> None:
        (inbox / ONE.name).write_bytes(TWO.data)
        (inbox.parent / "Workouts" / "0.fit").write_bytes(b"\x00" * len(ONE.data))
        before = everything(volume)
        attempts = 0
        for attempt in every_fault(volume, lambda: send(ONE, TWO, at=volume), [*FAULTS, INTERRUPTED]):
            attempts += 1
            if attempt.fault is not INTERRUPTED:
                assert attempt.error is None or isinstance(attempt.error, bt.BacktrackError), attempt
            else:
                assert attempt.error is None or isinstance(attempt.error, KeyboardInterrupt), attempt
            after = everything(volume)
            for name, whole in ((ONE.name, (ONE.data, TWO.data)), (TWO.name, (TWO.data, None))):
                assert after.pop(f"GARMIN/NewFiles/{name}", None) in whole, attempt
            left = {name for name in after if ".backtrack-" in name}
            assert all(name.endswith((".part", ".kept")) for name in left), attempt
            untouched = {name: data for name, data in before.items() if name != f"GARMIN/NewFiles/{ONE.name}"}
            assert {name: data for name, data in after.items() if name not in left} == untouched, attempt
            if attempt.error is None:
                assert (inbox / ONE.name).read_bytes() == ONE.data, attempt
        assert attempts > 50

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (READ_ONLY, "read-only file system"),
            (DISK_FULL, "no space left on device"),
            (UNPLUGGED, "input/output error"),
        ],
    )
    def test_it_is_said_and_nothing_is_left(self, inbox: Path, volume: Path, fault: Any, said: str) -> None:
        before = everything(volume)
        only = {"open", "write", "os.replace", "os.fsync"}
        writes = {"open", "write"} if fault is UNPLUGGED else only
        with failing(inbox, fault, only=writes), pytest.raises(bt.DeliveryError) as raised:
            send()
        assert said in str(raised.value)
        assert everything(volume) == before

    def test_what_is_read_back_is_compared(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        replace = os.replace

        def losing(source: str, target: str) -> None:
            Path(source).write_bytes(Path(source).read_bytes()[:-1])
            replace(source, target)

        monkeypatch.setattr(os, "replace", losing)
        with pytest.raises(bt.DeliveryError, match="what is read back is not what was written"):
            send()
        assert inbox.is_dir()


class TestHowItStands:
    def look(self) -> bt.Standing:
        (found,) = bt.sent(["garmin-watch"])
        return found.standing

    def test_is_as_sent_before_and_after_the_watch_takes_it(self, inbox: Path) -> None:
        send()
        assert (self.look().state, self.look().said) == ("as sent", "")
        unplug(inbox)
        kept = f"kept in {inbox.parent}/Workouts/{ONE.name}"
        assert (self.look().state, self.look().said) == ("as sent", kept)

    def test_is_changed_where_another_file_stands_there(self, inbox: Path) -> None:
        send()
        (inbox / ONE.name).write_bytes(b"mine")
        assert self.look().state == "changed"

    def test_is_not_known_once_the_watch_made_something_else_of_it(self, inbox: Path) -> None:
        send()
        (inbox / ONE.name).unlink()
        standing = self.look()
        assert standing.state == "unknown"
        assert standing.said.startswith("the watch has taken it in")

    def test_is_not_known_while_the_watch_is_not_connected(self, volume: Path, inbox: Path) -> None:
        send()
        shutil.rmtree(volume)
        assert not inbox.exists()
        assert (self.look().state, self.look().said) == ("unknown", "the watch is not connected")


class TestItIsTakenBack:
    IDENTITY = (bt.parcel_of(ONE).identity,)

    def unsend(self, **asked: Any) -> bt.Receipt:
        (receipt,) = bt.unsend(self.IDENTITY, "garmin-watch", **asked)
        return receipt

    @pytest.mark.parametrize("unplugged", [False, True])
    def test_from_where_it_lies_and_nothing_else_is(self, inbox: Path, volume: Path, unplugged: bool) -> None:
        send(TWO)
        before = everything(volume)
        send(ONE)
        path = inbox / ONE.name
        if unplugged:
            path = path.rename(inbox.parent / "Workouts" / "W.FIT")
        assert (self.unsend(dry_run=True).state, path.exists()) == ("removed", True)
        receipt = self.unsend()
        assert (receipt.artifact, receipt.where, receipt.state) == (ONE.name, str(path), "removed")
        assert everything(volume) == before
        assert self.unsend().state == "gone"

    def test_not_where_somebody_changed_it(self, inbox: Path) -> None:
        send()
        (inbox / ONE.name).write_bytes(b"mine")
        with pytest.raises(bt.ExistingFile, match="changed since it was sent"):
            self.unsend()
        assert (inbox / ONE.name).read_bytes() == b"mine"
        assert self.unsend(overwrite=True).state == "removed"
        assert os.listdir(inbox) == []

    def test_not_once_the_watch_made_something_else_of_it(self, inbox: Path) -> None:
        send()
        unplug(inbox)
        (inbox.parent / "Workouts" / ONE.name).write_bytes(b"what the watch made of it")
        receipt = self.unsend()
        assert receipt.state == "gone"
        assert receipt.warnings[0].endswith("delete it on the watch")
        assert os.listdir(inbox.parent / "Workouts") == [ONE.name]

    def test_not_while_the_watch_is_not_connected_and_it_is_not_forgotten(
        self, inbox: Path, volume: Path
    ) -> None:
        send()
        volume.rename(volume.parent / "away")
        assert not inbox.exists()
        with pytest.raises(bt.DeliveryError, match="the watch is not connected"):
            self.unsend()
        (volume.parent / "away").rename(volume)
        assert self.unsend().state == "removed"

    def test_and_is_forgotten_where_the_watch_will_not_be_connected_again(
        self, inbox: Path, volume: Path
    ) -> None:
        send()
        shutil.rmtree(volume)
        assert not inbox.exists()
        receipt = self.unsend(overwrite=True)
        assert (receipt.state, receipt.warnings) == (
            "gone",
            ("the watch is not connected; it was forgotten",),
        )
        assert bt.sent(["garmin-watch"]) == []

    def test_from_where_the_watch_keeps_it_and_not_what_stands_where_it_was(self, inbox: Path) -> None:
        send()
        unplug(inbox)
        (inbox / ONE.name).write_bytes(b"by hand")
        assert self.unsend(overwrite=True).where == str(inbox.parent / "Workouts" / ONE.name)
        assert (inbox / ONE.name).read_bytes() == b"by hand"

    def test_not_where_the_watch_refuses(self, inbox: Path) -> None:
        send()
        with failing(inbox, READ_ONLY), pytest.raises(bt.DeliveryError, match="It was not removed"):
            self.unsend()
        assert self.unsend().state == "removed"


class TestTheCommand:
    """As a runner types it."""

    @pytest.fixture
    def backtrack(self, tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
        (tmp_path / "safe.backtrack").write_text(SAMPLES["first-timer"], encoding="utf-8")
        nowhere = {
            **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "LOCALAPPDATA"), str(tmp_path)),
            "BACKTRACK_DATA": str(tmp_path / "data"),
        }

        def run(*words: object) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [sys.executable, "-m", "backtrack_plugins", *map(str, words)],
                cwd=tmp_path,
                env={**os.environ, **nowhere},
                capture_output=True,
                encoding="utf-8",
                stdin=subprocess.DEVNULL,
                check=False,
            )

        return run

    @pytest.mark.parametrize("place", ["GARMIN", MTP.rpartition("/")[2]])
    def test_send_puts_it_on_the_watch_and_sends_nothing_twice(
        self, tmp_path: Path, backtrack: Callable[..., subprocess.CompletedProcess[str]], place: str
    ) -> None:
        inbox = watch(tmp_path / place)
        words = ("send", "safe.backtrack", "--to", "garmin-watch", "--at", tmp_path / place, "--yes")
        done = backtrack(*words)
        assert done.returncode == 0, done.stderr
        assert f"{inbox / 'safe.fit'}  (new)" in done.stdout
        assert "eject the drive" in " ".join(done.stdout.split())
        assert backtrack("import", inbox / "safe.fit").stdout.startswith("name: ")
        again = backtrack(*words)
        assert "All of it is there already: nothing was sent." in again.stderr

    def test_send_as_json_has_the_receipt(
        self, tmp_path: Path, backtrack: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        inbox = watch(tmp_path / "GARMIN")
        done = backtrack(
            "send", "safe.backtrack", "--to", "garmin-watch", "--at", tmp_path / "GARMIN", "--yes", "--json"
        )
        (row,) = json.loads(done.stdout)["receipts"]
        assert (row["where"], row["state"]) == (str(inbox / "safe.fit"), "new")
        assert row["sha256"] == hashlib.sha256((inbox / "safe.fit").read_bytes()).hexdigest()
