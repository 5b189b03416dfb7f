"""File operations that fail: at every place, with the system's own errors, and nowhere else."""

# ruff: noqa: SIM115, SIM117, PLW1501, PLW0108 - how files are opened, and when a name is looked up, is what is tested

from __future__ import annotations

import errno
import io
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

import pytest

from backtrack_plugins.testing.faults import (
    DENIED,
    DISK_FULL,
    FAULTS,
    INTERRUPTED,
    READ_ONLY,
    UNPLUGGED,
    every_fault,
    failing,
)

if TYPE_CHECKING:
    from pathlib import Path


def numbered(fault) -> str:
    return fault.name


class TestOneOperation:
    def test_is_the_one_with_the_number_and_the_others_are_done(self, tmp_path: Path) -> None:
        with failing(tmp_path, DENIED, at=2) as layer:
            (tmp_path / "a").mkdir()
            with pytest.raises(PermissionError) as refusal:
                (tmp_path / "b").mkdir()
            (tmp_path / "c").mkdir()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "c"]
        assert refusal.value.filename == str(tmp_path / "b")
        assert [operation.number for operation in layer.operations] == [1, 2, 3]
        assert [str(operation) for operation in layer.failed] == [
            f"operation 2, os.mkdir of {tmp_path / 'b'}"
        ]

    def test_outside_the_folder_is_neither_counted_nor_failed(self, tmp_path: Path) -> None:
        inside, beside = tmp_path / "watch", tmp_path / "watch-2"
        inside.mkdir()
        with failing(inside, UNPLUGGED, at=1) as layer:
            beside.mkdir()
            (beside / "a").write_text("1")
            os.replace(beside / "a", beside / "b")
            assert (beside / "b").read_text() == "1"
        assert layer.operations == []

    @pytest.mark.parametrize("only", [("os.replace",), ("os.unlink",)])
    def test_may_be_of_some_calls_alone(self, tmp_path: Path, only) -> None:
        (tmp_path / "a").write_bytes(b"1")
        with failing(tmp_path, DENIED, only=only) as layer:
            (tmp_path / "c").mkdir()
            with pytest.raises(PermissionError):
                os.replace(tmp_path / "a", tmp_path / "b") if only == ("os.replace",) else os.unlink(
                    tmp_path / "a"
                )
        assert [operation.call for operation in layer.operations] == list(only)

    def test_may_be_none_and_all_are_counted(self, tmp_path: Path) -> None:
        with failing(tmp_path, DISK_FULL, at=None) as layer:
            (tmp_path / "a").write_bytes(b"1")
            os.replace(tmp_path / "a", tmp_path / "b")
        assert [operation.call for operation in layer.operations] == ["open", "write", "os.replace"]
        assert layer.failed == []

    def test_works_again_afterwards_even_when_the_work_raised(self, tmp_path: Path) -> None:
        before = (os.replace, os.open, os.unlink, open, io.open)
        with pytest.raises(ZeroDivisionError), failing(tmp_path, UNPLUGGED):
            raise ZeroDivisionError
        assert (os.replace, os.open, os.unlink, open, io.open) == before
        assert all(function in os.supports_dir_fd for function in (os.open, os.unlink))

    def test_may_be_below_a_link_to_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "real").mkdir()
        (tmp_path / "link").symlink_to(tmp_path / "real")
        with failing(tmp_path / "link", READ_ONLY), pytest.raises(OSError, match="Read-only"):
            (tmp_path / "real" / "a").write_bytes(b"1")

    def test_may_be_by_a_path_relative_to_here(self, tmp_path: Path, monkeypatch) -> None:
        monkeypatch.chdir(tmp_path)
        with failing(tmp_path, READ_ONLY), pytest.raises(OSError, match="Read-only"):
            os.mkdir("a")
        assert os.listdir() == []


OPERATIONS = {
    "open for writing": lambda folder: open(folder / "new", "wb"),
    "open for appending": lambda folder: open(folder / "there", "a", encoding="utf-8"),
    "os.open": lambda folder: os.open(folder / "new", os.O_WRONLY | os.O_CREAT),
    "os.replace": lambda folder: os.replace(folder / "there", folder / "new"),
    "os.rename": lambda folder: os.rename(folder / "there", folder / "new"),
    "os.link": lambda folder: os.link(folder / "there", folder / "new"),
    "os.symlink": lambda folder: os.symlink("there", folder / "new"),
    "os.unlink": lambda folder: os.unlink(folder / "there"),
    "os.remove": lambda folder: os.remove(folder / "there"),
    "os.mkdir": lambda folder: os.mkdir(folder / "new"),
    "os.makedirs": lambda folder: os.makedirs(folder / "new" / "er"),
    "os.rmdir": lambda folder: os.rmdir(folder / "empty"),
    "os.chmod": lambda folder: os.chmod(folder / "there", 0o600),
    "os.utime": lambda folder: os.utime(folder / "there"),
    "os.truncate": lambda folder: os.truncate(folder / "there", 0),
    "shutil.copy": lambda folder: shutil.copy(folder / "there", folder / "new"),
    "shutil.move": lambda folder: shutil.move(folder / "there", folder / "new"),
    "shutil.rmtree": lambda folder: shutil.rmtree(folder / "empty"),
    "Path.write_text": lambda folder: (folder / "new").write_text("1"),
    "Path.unlink": lambda folder: (folder / "there").unlink(),
    "Path.touch": lambda folder: (folder / "new").touch(),
    "Path.rename": lambda folder: (folder / "there").rename(folder / "new"),
    "tempfile": lambda folder: tempfile.NamedTemporaryFile(dir=folder),
    "mkstemp": lambda folder: tempfile.mkstemp(dir=folder),
}
READS = {
    "open for reading": lambda folder: open(folder / "there", "rb").close(),
    "os.listdir": lambda folder: os.listdir(folder),
    "os.scandir": lambda folder: os.scandir(folder).close(),
    "os.stat": lambda folder: os.stat(folder / "there"),
    "Path.iterdir": lambda folder: list(folder.iterdir()),
    "Path.read_bytes": lambda folder: (folder / "there").read_bytes(),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "folder"
    (found / "empty").mkdir(parents=True)
    (found / "there").write_bytes(b"0123456789")
    return found


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("work", OPERATIONS.values(), ids=OPERATIONS.keys())
def test_every_way_to_change_something_fails_on_a_read_only_file_system(folder: Path, work) -> None:
    before = tree(folder)
    with failing(folder, READ_ONLY), pytest.raises(OSError, match="Read-only") as refusal:
        work(folder)
    assert refusal.value.errno == errno.EROFS
    assert tree(folder) == before


@pytest.mark.parametrize("work", [*OPERATIONS.values(), *READS.values()], ids=[*OPERATIONS, *READS])
def test_everything_fails_once_it_is_unplugged(folder: Path, work) -> None:
    with failing(folder, UNPLUGGED):
        with pytest.raises(OSError, match="Input/output") as first:
            (folder / "there").read_bytes()
        with pytest.raises(OSError, match="No such device"):
            work(folder)
    assert first.value.errno == errno.EIO
    assert (folder / "there").read_bytes() == b"0123456789"


def test_a_file_that_is_open_when_it_is_unplugged_cannot_be_read_on(folder: Path) -> None:
    with failing(folder, UNPLUGGED, at=2), open(folder / "there", "rb") as file:
        with pytest.raises(OSError, match="Input/output"):
            file.read()


@pytest.mark.parametrize("work", READS.values(), ids=READS.keys())
@pytest.mark.parametrize("fault", [DISK_FULL, READ_ONLY, DENIED, INTERRUPTED], ids=numbered)
def test_reading_goes_on_otherwise(folder: Path, work, fault) -> None:
    with failing(folder, fault) as layer:
        work(folder)
    assert layer.operations == []


class TestAFullDisk:
    def test_leaves_a_short_file(self, folder: Path) -> None:
        with failing(folder, DISK_FULL, at=2), pytest.raises(OSError, match="No space left") as refusal:
            (folder / "new").write_bytes(b"0123456789")
        assert refusal.value.errno == errno.ENOSPC
        assert (folder / "new").read_bytes() == b"01234"

    @pytest.mark.parametrize("buffering", [-1, 0, 4])
    def test_does_so_however_it_is_written(self, folder: Path, buffering: int) -> None:
        def write_in_pieces() -> None:
            with open(folder / "new", "wb", buffering) as file:
                file.writelines([b"01"] * 5)

        with failing(folder, DISK_FULL, at=2), pytest.raises(OSError, match="No space left"):
            write_in_pieces()
        assert len((folder / "new").read_bytes()) < 10

    def test_does_so_by_the_number_of_an_open_file(self, folder: Path) -> None:
        with failing(folder, DISK_FULL, at=2):
            number = os.open(folder / "new", os.O_WRONLY | os.O_CREAT)
            with pytest.raises(OSError, match="No space left"):
                os.write(number, b"0123456789")
            os.close(number)
        assert (folder / "new").read_bytes() == b"01234"

    def test_is_full_until_something_is_removed(self, folder: Path) -> None:
        with failing(folder, DISK_FULL):
            for _ in range(2):
                with pytest.raises(OSError, match="No space left"):
                    (folder / "new").write_bytes(b"1")
            (folder / "there").unlink()
            (folder / "new").write_bytes(b"1")
        assert tree(folder) == {"empty": b"", "new": b"1"}

    def test_lets_what_needs_no_room_be_done(self, folder: Path) -> None:
        with failing(folder, DISK_FULL, only=("open", "write")):
            with pytest.raises(OSError, match="No space left"):
                (folder / "new").write_bytes(b"1")
            os.replace(folder / "there", folder / "moved")
        assert tree(folder) == {"empty": b"", "moved": b"0123456789"}

    def test_may_be_found_only_when_it_is_synchronised(self, folder: Path) -> None:
        with failing(folder, DISK_FULL, at=1, only=("os.fsync",)) as layer:
            with open(folder / "new", "wb") as file:
                file.write(b"1")
                file.flush()
                with pytest.raises(OSError, match="No space left"):
                    os.fsync(file.fileno())
        assert [operation.path for operation in layer.failed] == [str(folder / "new")]

    def test_stops_a_copy_half_way(self, folder: Path) -> None:
        with failing(folder, DISK_FULL, at=2), pytest.raises(OSError, match="No space left"):
            shutil.copyfile(folder / "there", folder / "new")
        assert (folder / "there").read_bytes() == b"0123456789"
        assert (folder / "new").read_bytes() != b"0123456789"


class TestFilesThatWork:
    @pytest.mark.parametrize("mode", ["w", "x", "a", "w+", "wb", "xb", "ab", "wb+"])
    def test_are_written_as_ever(self, folder: Path, mode: str) -> None:
        said = "ä\nö\n" if "b" not in mode else "ä\nö\n".encode()
        found = []
        for place in ("ours", "of Python"):
            path = folder / place
            with failing(folder / "ours", DENIED, at=None):
                with open(path, mode, encoding=None if "b" in mode else "utf-8") as file:
                    file.write(said)
                    found.append((file.mode, file.writable(), file.readable(), file.name == str(path)))
            assert path.read_bytes() == "ä\nö\n".encode()
        assert found[0] == found[1]

    def test_are_read_as_ever(self, folder: Path) -> None:
        (folder / "there").write_bytes(b"a\r\nb\r\n")
        with failing(folder, UNPLUGGED, at=None) as layer:
            with open(folder / "there", encoding="ascii") as file:
                assert list(file) == ["a\n", "b\n"]
            with open(folder / "there", "rb", 0) as raw:
                assert raw.read(2) == b"a\r"
                assert raw.read() == b"\nb\r\n"
            assert (folder / "there").read_bytes() == b"a\r\nb\r\n"
        assert "read" in [operation.call for operation in layer.operations]

    def test_that_are_temporary_know_their_own_path(self, folder: Path) -> None:
        with failing(folder, DISK_FULL, at=None) as layer:
            with tempfile.NamedTemporaryFile(dir=folder) as file:
                file.write(b"1")
                file.flush()
                name = file.name
        assert [(operation.call, operation.path) for operation in layer.operations] == [
            ("os.open", name),
            ("write", name),
        ]

    def test_are_refused_what_open_refuses(self, folder: Path) -> None:
        with failing(folder, DENIED, at=None):
            with pytest.raises(ValueError, match="unbuffered text"):
                open(folder / "there", buffering=0)
            with pytest.raises(ValueError, match="encoding"):
                open(folder / "there", "rb", encoding="utf-8")
            with pytest.raises(ValueError, match="mode"):
                open(folder / "there", "rw")
            with pytest.raises(FileNotFoundError):
                open(folder / "missing")
            with pytest.raises(FileExistsError):
                open(folder / "there", "x")


class TestEveryFault:
    def careless(self, folder: Path):
        """Replace a file in place, as it should not be done."""
        return lambda: (folder / "there").write_bytes(b"new content")

    def test_is_tried_at_every_operation_with_the_folder_as_it_was(self, folder: Path) -> None:
        before = tree(folder)
        seen = []

        def work() -> str:
            assert tree(folder) == before
            (folder / "new").write_bytes(b"1")
            os.replace(folder / "new", folder / "there")
            (folder / "empty").rmdir()
            return "done"

        for attempt in every_fault(folder, work):
            assert isinstance(attempt.error, OSError)
            seen.append((attempt.fault.name, attempt.operation.number, attempt.operation.call))
        assert tree(folder) == before
        assert [each for each in seen if each[0] == "disk full"] == [
            ("disk full", 1, "open"),
            ("disk full", 2, "write"),
            ("disk full", 3, "os.replace"),
        ]
        assert [call for name, _, call in seen if name == "read-only"] == [
            "open",
            "write",
            "os.replace",
            "os.rmdir",
        ]
        assert {name for name, _, _ in seen} == {fault.name for fault in FAULTS}

    def test_shows_work_that_is_careless(self, folder: Path) -> None:
        lost = [
            str(attempt)
            for attempt in every_fault(folder, self.careless(folder), (DISK_FULL,))
            if (folder / "there").read_bytes() != b"0123456789"
        ]
        assert lost == [f"disk full at operation 1, write of {folder / 'there'}"]

    def test_says_what_work_returned_that_got_over_it(self, folder: Path) -> None:
        def work() -> str:
            try:
                (folder / "new").mkdir()
            except OSError:
                return "without"
            return "with"

        assert [(attempt.error, attempt.value) for attempt in every_fault(folder, work, (DENIED,))] == [
            (None, "without")
        ]

    def test_passes_on_an_interruption_and_only_its_own(self, folder: Path) -> None:
        attempts = list(every_fault(folder, self.careless(folder), (INTERRUPTED,)))
        assert {type(attempt.error) for attempt in attempts} == {KeyboardInterrupt}

        def interrupted() -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            list(every_fault(folder, interrupted, (DENIED,)))

    def test_refuses_work_that_does_nothing_it_could_hit(self, folder: Path) -> None:
        with pytest.raises(AssertionError, match="does nothing below"):
            list(every_fault(folder, lambda: None))
        with pytest.raises(AssertionError, match="does nothing below"):
            list(every_fault(folder, self.careless(folder), only=("os.replace",)))

    def test_refuses_work_that_fails_by_itself(self, folder: Path) -> None:
        def work() -> None:
            (folder / "new").mkdir()
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            list(every_fault(folder, work, (DENIED,)))

    def test_puts_back_modes_links_and_folders(self, folder: Path) -> None:
        (folder / "there").chmod(0o640)
        (folder / "link").symlink_to("there")

        def work() -> None:
            shutil.rmtree(folder / "empty")
            (folder / "link").unlink()
            (folder / "there").chmod(0o600)

        for attempt in every_fault(folder, work, (DENIED,)):
            assert isinstance(attempt.error, PermissionError)
        assert (folder / "there").stat().st_mode & 0o777 == 0o640
        assert os.readlink(folder / "link") == "there"
        assert (folder / "empty").is_dir()


def test_the_fixture_fails_what_lies_below_tmp_path(tmp_path: Path, file_faults) -> None:
    with file_faults(READ_ONLY, at=2) as layer:
        (tmp_path / "a").mkdir()
        with pytest.raises(OSError, match="Read-only"):
            (tmp_path / "b").mkdir()
    assert len(layer.failed) == 1
