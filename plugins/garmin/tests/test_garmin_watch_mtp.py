"""A watch that speaks MTP, mounted by gvfs: whole files go there through gio, and nothing can write into one.

The real gvfs refuses to open a file to write to it where the device lacks Android's additions to MTP, as
Garmin's do; the layer under these tests refuses that, too. The program gio is imitated where it is to
fail, and the real one is asked where it is installed.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from imitation_watch import COPIES, MTP, gio, system, unplug, watch

import backtrack_plugins as bt
from backtrack_garmin.watch import finding, pushing
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.faults import INTERRUPTED, UNPLUGGED, Fault, every_fault, failing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE, TWO = (
    bt.export(bt.parse(SAMPLES[name]), "garmin-fit", SAMPLE_ATHLETE) for name in ("first-timer", "incline")
)
CHANGED = msgspec.structs.replace(TWO, name=ONE.name)

GVFS = Fault(
    "gvfs without Android's additions",
    errno.EOPNOTSUPP,
    hits=frozenset({"create", "rewrite", "data", "sync", "move", "attribute"}),
    lasting=frozenset({"create", "rewrite", "data", "sync", "move", "attribute"}),
)


@pytest.fixture(autouse=True)
def _nothing_was_sent_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKTRACK_DATA", str(tmp_path / "data"))


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for new files of a watch that gvfs mounts, with a gio that works."""
    monkeypatch.setattr(finding, "this_system", lambda: system(tmp_path))
    made = watch(tmp_path / MTP, model="Venu 3")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    gio(tmp_path / "bin")
    return made


@pytest.fixture
def _refusing(inbox: Path) -> Iterator[None]:
    with failing(inbox.parent, GVFS):
        yield


def send(*artifacts: bt.Artifact, **asked: Any) -> list[bt.Receipt]:
    return list(bt.deliver(artifacts or (ONE,), "garmin-watch", **asked))


def states(receipts: list[bt.Receipt]) -> list[str]:
    return [receipt.state for receipt in receipts]


def content(inbox: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in inbox.iterdir()}


@pytest.mark.usefixtures("_refusing")
class TestItIsSent:
    def test_by_gio_and_read_back_and_twice_is_once(self, inbox: Path) -> None:
        for state in ("new", "unchanged"):
            for receipt, artifact in zip(send(ONE, TWO), (ONE, TWO), strict=True):
                assert (receipt.where, receipt.state) == (str(inbox / artifact.name), state)
                assert receipt.sha256 == hashlib.sha256(artifact.data).hexdigest()
                assert receipt.hint.startswith("unmount the watch in the file manager, and unplug it")
        assert content(inbox) == {artifact.name: artifact.data for artifact in (ONE, TWO)}

    def test_and_three_readers_read_it_there(self, inbox: Path, read_by_all: Callable[[bytes], Any]) -> None:
        send(ONE)
        assert read_by_all((inbox / ONE.name).read_bytes()).name == ONE.timeline.workout.name

    def test_by_gio_also_where_it_is_named_from_inside_or_by_a_link(
        self, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "link").symlink_to(inbox.parent)
        assert states(send(ONE, at=tmp_path / "link")) == ["new"]
        monkeypatch.chdir(inbox.parent)
        for at, state in ((".", "new"), ("NewFiles", "unchanged")):
            assert states(send(TWO, at=at)) == [state]
        assert content(inbox) == {artifact.name: artifact.data for artifact in (ONE, TWO)}

    def test_not_in_a_dry_run(self, inbox: Path) -> None:
        assert [(each.state, each.sha256) for each in send(dry_run=True)] == [("new", "")]
        assert content(inbox) == {}

    def test_in_place_of_what_we_put_there(self, inbox: Path) -> None:
        send(ONE)
        assert states(send(CHANGED)) == ["replaced"]
        assert content(inbox) == {ONE.name: CHANGED.data}


class TestItIsNotReplaced:
    def test_where_somebody_else_put_it(self, inbox: Path) -> None:
        (inbox / ONE.name).write_bytes(b"by hand")
        for dry_run in (True, False):
            with pytest.raises(bt.ExistingFile):
                send(TWO, ONE, dry_run=dry_run)
        assert content(inbox) == {ONE.name: b"by hand"}
        assert states(send(TWO, ONE, overwrite=True)) == ["new", "replaced"]


class TestOnceTheWatchHasTakenIt:
    def test_it_counts_as_there_while_the_watch_keeps_it_as_it_was(self, inbox: Path) -> None:
        send(ONE)
        unplug(inbox)
        (receipt,) = send(ONE)
        assert (receipt.where, receipt.state) == (str(inbox.parent / "Workouts" / ONE.name), "unchanged")
        assert content(inbox) == {}


class TestWithoutGio:
    @pytest.mark.parametrize("dry_run", [True, False])
    def test_the_runner_is_told_to_drag_it(
        self, inbox: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, dry_run: bool
    ) -> None:
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        with pytest.raises(bt.ByHand) as raised:
            send(dry_run=dry_run)
        assert str(inbox) in str(raised.value)
        assert "the program gio" in str(raised.value)
        assert raised.value.details["opens"] is True
        steps: Any = raised.value.details["steps"]
        assert "Drag the file into NewFiles." in steps
        assert content(inbox) == {}

    @pytest.mark.usefixtures("inbox")
    def test_what_is_there_already_is_there(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        send()
        monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
        assert states(send()) == ["unchanged"]


class TestWhereItFails:
    HALF = "data = open(source, 'rb').read(); open(target, 'wb').write(data[: len(data) // 2])"

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("sys.exit('gio: No space left')", "gio could not put it on the watch: gio: No space left"),
            ("sys.exit(1)", "it did not say why"),
            (f"{HALF}; sys.exit('gio: unplugged')", "gio: unplugged"),
            (HALF, "what is read back is not what was written"),
            ("pass", "what is read back is not what was written"),
        ],
    )
    @pytest.mark.usefixtures("_refusing")
    def test_it_is_said_and_nothing_is_left(self, inbox: Path, tmp_path: Path, body: str, said: str) -> None:
        gio(tmp_path / "bin", body)
        with pytest.raises(bt.DeliveryError) as raised:
            send()
        assert said in str(raised.value)
        assert raised.value.details["path"] == str(inbox / ONE.name)
        assert content(inbox) == {}

    def test_what_stood_there_stands_there_again(self, inbox: Path, tmp_path: Path) -> None:
        send(ONE)
        fails_for_two = f"if {TWO.name!r} in target: sys.exit('no')\n{COPIES}"
        gio(tmp_path / "bin", fails_for_two)
        with pytest.raises(bt.DeliveryError, match="gio could not put it on the watch: no"):
            send(CHANGED, TWO)
        assert content(inbox) == {ONE.name: ONE.data}

    def test_what_could_not_be_put_back_is_named(self, inbox: Path, tmp_path: Path) -> None:
        send(ONE)
        gio(tmp_path / "bin", "sys.exit('gone')")
        with pytest.raises(bt.DeliveryError) as raised:
            send(CHANGED)
        assert str(raised.value).endswith(f"{inbox / ONE.name}: not as before; look there.")

    def test_a_gio_that_hangs_is_not_waited_for_for_ever(
        self, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pushing, "MOST_SECONDS", 0.1)
        gio(tmp_path / "bin", "import time; time.sleep(60)")
        with pytest.raises(bt.DeliveryError, match="timed out"):
            send()
        assert content(inbox) == {}

    def test_a_gio_that_cannot_be_run_is_told(self, inbox: Path, tmp_path: Path) -> None:
        (tmp_path / "bin/gio").write_text("no program")
        with pytest.raises(bt.DeliveryError, match="gio could not put it on the watch"):
            send()
        assert content(inbox) == {}

    def test_whoever_interrupts_it_finds_all_as_before(self, inbox: Path) -> None:
        send(ONE)
        attempts = [
            (str(attempt.error or ""), type(attempt.error), content(inbox))
            for attempt in every_fault(inbox, lambda: send(CHANGED, TWO), [INTERRUPTED])
        ]
        assert attempts == [("", KeyboardInterrupt, {ONE.name: ONE.data})] * 2

    def test_a_watch_that_is_unplugged_at_any_moment_leaves_whole_files(self, inbox: Path) -> None:
        send(ONE)
        attempts = 0
        for attempt in every_fault(inbox.parent, lambda: send(CHANGED, TWO), [UNPLUGGED]):
            attempts += 1
            assert attempt.error is None or isinstance(attempt.error, bt.BacktrackError), attempt
            after = content(inbox)
            assert after.pop(ONE.name, None) in (ONE.data, CHANGED.data, None), attempt
            assert after.pop(TWO.name, None) in (TWO.data, None), attempt
            assert after == {}, attempt
        assert attempts > 10


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
class TestTheRealGio:
    @pytest.fixture(autouse=True)
    def _real(self, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG002 - which comes first
        monkeypatch.setenv("PATH", os.defpath)

    @pytest.mark.usefixtures("_refusing")
    def test_copies_whole_files_and_replaces_them(self, inbox: Path) -> None:
        assert states(send(ONE, TWO)) == ["new", "new"]
        assert states(send(CHANGED)) == ["replaced"]
        assert states(send(CHANGED, TWO)) == ["unchanged", "unchanged"]
        assert content(inbox) == {ONE.name: CHANGED.data, TWO.name: TWO.data}

    def test_says_why_it_cannot(self, inbox: Path) -> None:
        unplug(inbox)
        going = {str(inbox / "no folder" / ONE.name): ONE.data}
        with pytest.raises(bt.DeliveryError, match="gio could not put it on the watch: gio: "):
            pushing._push_all(str(shutil.which("gio")), going)
