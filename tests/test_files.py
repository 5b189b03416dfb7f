"""Writing files: whole or not at all, and never over somebody else's."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt
from backtrack_plugins.files import LEDGER, replace_file, write_files
from backtrack_plugins.testing.faults import (
    DENIED,
    DISK_FULL,
    INTERRUPTED,
    READ_ONLY,
    UNPLUGGED,
    Fault,
    every_fault,
    failing,
)

if TYPE_CHECKING:
    from pathlib import Path


def content(folder: Path) -> dict[str, bytes]:
    """Every file in a folder but the ledger, hidden ones and leftovers included."""
    return {
        path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != LEDGER
    }


class TestWriting:
    def test_writes_each_file_and_says_that_it_is_new(self, tmp_path: Path) -> None:
        written = write_files(tmp_path, {"a.fit": b"1", "b.zwo": b"2"})
        assert written == [(str(tmp_path / "a.fit"), "new"), (str(tmp_path / "b.zwo"), "new")]
        assert content(tmp_path) == {"a.fit": b"1", "b.zwo": b"2"}

    def test_twice_is_the_same_as_once(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a.fit": b"1"})
        before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
        assert [file.state for file in write_files(tmp_path, {"a.fit": b"1"})] == ["unchanged"]
        assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before

    def test_replaces_what_is_as_we_left_it(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a.fit": b"1", "b.fit": b"1"})
        for data in (b"2", b"3"):
            assert [file.state for file in write_files(tmp_path, {"a.fit": data})] == ["replaced"]
        assert content(tmp_path) == {"a.fit": b"3", "b.fit": b"1"}

    def test_writes_again_what_was_deleted(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a.fit": b"1"})
        (tmp_path / "a.fit").unlink()
        assert [file.state for file in write_files(tmp_path, {"a.fit": b"2"})] == ["new"]

    def test_an_artifact_is_written_under_its_name(self, tmp_path: Path) -> None:
        workout = bt.parse("name: Easy\n9:00 forward walk 5 km/h")
        path = bt.export(workout, "segments-csv").write(tmp_path)
        assert path == str(tmp_path / "easy.csv")

    def test_nothing_to_write_leaves_no_trace(self, tmp_path: Path) -> None:
        assert write_files(tmp_path, {}) == []
        assert list(tmp_path.iterdir()) == []

    def test_the_ledger_holds_neither_time_nor_path(self, tmp_path: Path) -> None:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            write_files(tmp_path / name, {"b.fit": b"1", "a.fit": b"2"})
        ledgers = [(tmp_path / name / LEDGER).read_bytes() for name in ("first", "second")]
        assert ledgers[0] == ledgers[1]
        assert list(json.loads(ledgers[0])) == ["a.fit", "b.fit"]


class TestForeignFiles:
    def test_are_never_written_over_and_nothing_else_is_written(self, tmp_path: Path) -> None:
        (tmp_path / "b.fit").write_bytes(b"by hand")
        with pytest.raises(bt.ExistingFile, match=r"b\.fit.*Nothing was written") as refusal:
            write_files(tmp_path, {"a.fit": b"1", "b.fit": b"2"})
        assert "a.fit" not in str(refusal.value)
        assert "--overwrite" in str(refusal.value)
        assert refusal.value.exit_code == 2
        assert content(tmp_path) == {"b.fit": b"by hand"}

    def test_are_all_named_at_once(self, tmp_path: Path) -> None:
        for name in ("a.fit", "b.fit"):
            (tmp_path / name).write_bytes(b"by hand")
        with pytest.raises(bt.ExistingFile, match=r"a\.fit, .*b\.fit"):
            write_files(tmp_path, {"a.fit": b"1", "b.fit": b"2", "c.fit": b"3"})

    def test_are_those_we_wrote_too_once_edited_by_hand(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a.fit": b"1"})
        (tmp_path / "a.fit").write_bytes(b"1 and a note")
        with pytest.raises(bt.ExistingFile):
            write_files(tmp_path, {"a.fit": b"2"})
        assert content(tmp_path) == {"a.fit": b"1 and a note"}

    def test_are_replaced_when_asked_and_ours_from_then_on(self, tmp_path: Path) -> None:
        (tmp_path / "a.fit").write_bytes(b"by hand")
        assert [f.state for f in write_files(tmp_path, {"a.fit": b"1"}, overwrite=True)] == ["replaced"]
        assert [f.state for f in write_files(tmp_path, {"a.fit": b"2"})] == ["replaced"]

    def test_with_the_very_same_bytes_are_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "a.fit").write_bytes(b"1")
        assert [file.state for file in write_files(tmp_path, {"a.fit": b"1"})] == ["unchanged"]
        assert [path.name for path in tmp_path.iterdir()] == ["a.fit"]

    def test_with_the_very_same_bytes_do_not_become_ours(self, tmp_path: Path) -> None:
        (tmp_path / "a.fit").write_bytes(b"1")
        write_files(tmp_path, {"a.fit": b"1", "b.fit": b"1"})
        with pytest.raises(bt.ExistingFile):
            write_files(tmp_path, {"a.fit": b"2"})

    @pytest.mark.parametrize("ledger", [b"", b"[]", b'{"a.fit": 1}', b"\xff\xfe", b'{"a.fit":'])
    def test_are_all_when_the_ledger_is_damaged(self, tmp_path: Path, ledger: bytes) -> None:
        write_files(tmp_path, {"a.fit": b"1"})
        (tmp_path / LEDGER).write_bytes(ledger)
        with pytest.raises(bt.ExistingFile):
            write_files(tmp_path, {"a.fit": b"2"})
        assert [file.state for file in write_files(tmp_path, {"a.fit": b"2"}, overwrite=True)] == ["replaced"]


class TestFolders:
    @pytest.mark.parametrize("is_a_file", [False, True])
    def test_that_are_none_are_an_error_that_says_how_to_make_one(
        self, tmp_path: Path, is_a_file: bool
    ) -> None:
        folder = tmp_path / "no folder"
        if is_a_file:
            folder.write_bytes(b"")
        with pytest.raises(bt.UsageError, match="is a file" if is_a_file else r"mkdir .*no folder"):
            write_files(folder, {"a.fit": b"1"})

    @pytest.mark.parametrize(
        "name",
        ["", ".", "..", "/etc/passwd", "../a.fit", "sub/a.fit", "a.fit/", LEDGER, "a\0b.fit"],
        ids=repr,
    )
    def test_are_left_by_no_name(self, tmp_path: Path, name: str) -> None:
        folder = tmp_path / "out"
        (folder / "sub").mkdir(parents=True)
        with pytest.raises(bt.DeliveryError, match="nothing was written"):
            write_files(folder, {"good.fit": b"1", name: b"2"}, overwrite=True)
        assert content(folder) == {}
        assert content(tmp_path) == {}


def blocked_by_a_folder(folder: Path) -> dict[str, bytes]:
    (folder / "b.fit").mkdir()
    return {"a.fit": b"1", "b.fit": b"2"}


def blocked_by_a_long_name(_folder: Path) -> dict[str, bytes]:
    return {"a.fit": b"1", "b" * 300 + ".fit": b"2"}


def blocked_by_a_dangling_link(folder: Path) -> dict[str, bytes]:
    (folder / "b.fit").symlink_to(folder / "missing" / "b.fit")
    return {"a.fit": b"1", "b.fit": b"2"}


def blocked_by_a_folder_in_the_ledgers_place(folder: Path) -> dict[str, bytes]:
    (folder / LEDGER).mkdir()
    return {"a.fit": b"1", "b.fit": b"2"}


def blocked_by_a_link_to_a_folder_in_the_ledgers_place(folder: Path) -> dict[str, bytes]:
    (folder / "elsewhere").mkdir()
    (folder / LEDGER).symlink_to(folder / "elsewhere")
    return {"a.fit": b"1"}


FULL_DISK = """
import resource, sys
from backtrack_plugins.errors import DeliveryError
from backtrack_plugins.files import replace_file, write_files
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    if sys.argv[1] == "write_files":
        write_files(sys.argv[2], {"a.fit": b"1", "b.fit": b"2" * 5000}, overwrite=True)
    else:
        replace_file(sys.argv[2] + "/a.fit", b"2" * 5000)
except DeliveryError as error:
    print(error)
"""


class TestFailure:
    @pytest.mark.parametrize(
        "block",
        [
            blocked_by_a_folder,
            blocked_by_a_long_name,
            blocked_by_a_dangling_link,
            blocked_by_a_folder_in_the_ledgers_place,
            blocked_by_a_link_to_a_folder_in_the_ledgers_place,
        ],
    )
    def test_of_one_file_leaves_every_other_as_it_was(self, tmp_path: Path, block) -> None:
        files = block(tmp_path)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(bt.DeliveryError) as failure:
            write_files(tmp_path, files, overwrite=True)
        assert failure.value.exit_code == 3
        assert sorted(tmp_path.rglob("*")) == before

    @pytest.mark.parametrize("call", ["write_files", "replace_file"])
    @pytest.mark.skipif(sys.platform == "win32", reason="no limit on a file's size there")
    def test_of_a_disk_that_is_full_leaves_everything_as_it_was(self, tmp_path: Path, call: str) -> None:
        (tmp_path / "a.fit").write_bytes(b"before")
        done = subprocess.run(
            [sys.executable, "-c", FULL_DISK, call, str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "file too large" in done.stdout
        assert "has room" in done.stdout
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a.fit": b"before"}

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
    def test_of_a_read_only_folder_is_told(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        try:
            with pytest.raises(bt.DeliveryError, match="permission denied"):
                write_files(tmp_path, {"a.fit": b"1"})
        finally:
            tmp_path.chmod(0o700)


class TestReplacingOne:
    def test_replaces_the_whole_content_and_leaves_nothing_behind(self, tmp_path: Path) -> None:
        path = tmp_path / "a.backtrack"
        path.write_bytes(b"a longer text than what follows")
        replace_file(str(path), b"short")
        assert {found.name: found.read_bytes() for found in tmp_path.iterdir()} == {"a.backtrack": b"short"}

    @pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
    @pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
    def test_keeps_the_permissions(self, tmp_path: Path, mode: int) -> None:
        path = tmp_path / "a.backtrack"
        path.write_bytes(b"1")
        path.chmod(mode)
        replace_file(str(path), b"2")
        assert path.stat().st_mode & 0o7777 == mode

    @pytest.mark.skipif(sys.platform == "win32", reason="making links needs a privilege there")
    def test_follows_links_and_leaves_them_links(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        target = tmp_path / "real" / "a.backtrack"
        target.write_bytes(b"1")
        link = tmp_path / "link.backtrack"
        link.symlink_to(target)
        again = tmp_path / "again.backtrack"
        again.symlink_to("link.backtrack")
        replace_file(str(again), b"2")
        assert target.read_bytes() == b"2"
        assert link.is_symlink()
        assert again.is_symlink()

    def test_makes_a_file_that_was_not_there(self, tmp_path: Path) -> None:
        replace_file(str(tmp_path / "new.backtrack"), b"1")
        assert content(tmp_path) == {"new.backtrack": b"1"}

    def test_without_a_folder_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(bt.DeliveryError, match="no such file or directory"):
            replace_file(str(tmp_path / "missing" / "a.backtrack"), b"1")
        assert list(tmp_path.iterdir()) == []

    def test_a_name_as_long_as_the_file_system_takes_can_be_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / ("a" * 240 + ".backtrack")
        path.write_bytes(b"1")
        replace_file(str(path), b"2")
        assert path.read_bytes() == b"2"


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.fit").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(bt.ExistingFile):
        write_files(folder, {"a.fit": b"1"})
    assert not (tmp_path / "elsewhere").exists()


def refusing(monkeypatch, refused) -> None:
    """Moves that fail, as on Windows where another program has the file open."""
    move = os.replace

    def replace(source: str, target: str) -> None:
        if refused(target):
            raise PermissionError(13, "Permission denied")
        move(source, target)

    monkeypatch.setattr(os, "replace", replace)


NO_LINKS = Fault("no links", errno.EOPNOTSUPP, hits=frozenset({"create"}), lasting=frozenset({"create"}))
NEW = dict.fromkeys(("a.fit", "b.fit", "c.fit"), b"two of them")


def replacing(folder: Path):
    """Work that makes one file and replaces two."""
    return lambda: write_files(folder, NEW)


def ours(folder: Path) -> dict[str, bytes]:
    """The files that were asked for, without what could not be tidied away."""
    return {name: data for name, data in content(folder).items() if name in NEW}


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestAMoveThatFails:
    @pytest.mark.parametrize("links", [True, False])
    def test_at_any_position_leaves_every_old_byte(self, tmp_path: Path, links: bool) -> None:
        write_files(tmp_path, {"b.fit": b"1", "c.fit": b"1"})
        before = everything(tmp_path)
        moves = 0
        with nullcontext() if links else failing(tmp_path, NO_LINKS, only=("os.link",)):
            for attempt in every_fault(tmp_path, replacing(tmp_path), (DENIED,), only=("os.replace",)):
                moves += 1
                assert isinstance(attempt.error, bt.DeliveryError), attempt
                assert re.search(r"permission denied.*half-written\.$", str(attempt.error))
                assert everything(tmp_path) == before, attempt
        assert moves == 4

    def test_because_somebody_interrupts_leaves_every_old_byte(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"b.fit": b"1", "c.fit": b"1"})
        before = everything(tmp_path)
        moves = 0
        for attempt in every_fault(tmp_path, replacing(tmp_path), (INTERRUPTED,), only=("os.replace",)):
            moves += 1
            assert isinstance(attempt.error, KeyboardInterrupt), attempt
            assert everything(tmp_path) == before, attempt
        assert moves == 4

    def test_keeps_the_permissions_of_what_is_put_back(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"a.fit": b"1"})
        (tmp_path / "a.fit").chmod(0o600)
        with failing(tmp_path, DENIED, at=3, only=("os.replace",)) as layer, pytest.raises(bt.DeliveryError):
            write_files(tmp_path, {"a.fit": b"2", "b.csv": b"2"})
        assert layer.failed[0].path == str(tmp_path / "b.csv")
        assert (tmp_path / "a.fit").stat().st_mode & 0o777 == 0o600

    def test_keeps_and_names_what_could_not_be_put_back(self, tmp_path: Path, monkeypatch) -> None:
        write_files(tmp_path, {"a.fit": b"1"})
        counted: list[str] = []

        def refused(target: str) -> bool:
            counted.append(target)
            return target.endswith("b.csv") or (target.endswith("a.fit") and counted.count(target) > 1)

        refusing(monkeypatch, refused)
        with pytest.raises(bt.DeliveryError, match=r"a\.fit could not be put back.*\.kept\.$") as failure:
            write_files(tmp_path, {"a.fit": b"2", "b.csv": b"2"})
        assert (tmp_path / str(failure.value).split()[-1].rstrip(".")).read_bytes() == b"1"
        assert len(list(tmp_path.glob(".backtrack-*.*"))) == 2, "the ledger and the kept file"


class TestAnyOperationThatFails:
    def test_leaves_all_the_old_files_and_is_told_or_all_the_new(self, tmp_path: Path) -> None:
        write_files(tmp_path, {"b.fit": b"1", "c.fit": b"1"})
        before = content(tmp_path)
        for attempt in every_fault(tmp_path, replacing(tmp_path), (DISK_FULL, DENIED)):
            assert attempt.error is None or isinstance(attempt.error, bt.DeliveryError), attempt
            assert ours(tmp_path) == (NEW if attempt.error is None else before), attempt

    def test_because_somebody_interrupts_leaves_all_the_old_files_or_all_the_new(
        self, tmp_path: Path
    ) -> None:
        write_files(tmp_path, {"b.fit": b"1", "c.fit": b"1"})
        before = content(tmp_path)
        for attempt in every_fault(tmp_path, replacing(tmp_path), (INTERRUPTED,)):
            assert isinstance(attempt.error, KeyboardInterrupt), attempt
            assert ours(tmp_path) in (before, NEW), attempt

    @pytest.mark.parametrize("fault", [READ_ONLY, UNPLUGGED], ids=lambda fault: fault.name)
    def test_that_lasts_leaves_no_half_of_a_file_and_says_so(self, tmp_path: Path, fault: Fault) -> None:
        write_files(tmp_path, {"b.fit": b"1", "c.fit": b"1"})
        for attempt in every_fault(tmp_path, replacing(tmp_path), (fault,)):
            there = content(tmp_path)
            assert {there[name] for name in ("b.fit", "c.fit")} <= {b"1", NEW["b.fit"]}, attempt
            assert there.get("a.fit") in {None, NEW["a.fit"]}, attempt
            if attempt.error is None:
                assert {name: there[name] for name in NEW} == NEW, attempt
            else:
                assert isinstance(attempt.error, bt.BacktrackError), attempt

    def test_leaves_the_old_file_or_the_new_where_one_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "a.backtrack"
        path.write_bytes(b"before")
        for attempt in every_fault(tmp_path, lambda: replace_file(str(path), b"after")):
            assert attempt.error is None or isinstance(attempt.error, bt.DeliveryError), attempt
            assert path.read_bytes() == (b"after" if attempt.error is None else b"before"), attempt
        for attempt in every_fault(tmp_path, lambda: replace_file(str(path), b"after"), (INTERRUPTED,)):
            assert path.read_bytes() in {b"before", b"after"}, attempt
