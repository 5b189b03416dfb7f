"""Files, written whole or not at all, and never over a file that somebody else wrote.

A folder that we wrote into holds ``.backtrack-written.json``: size and CRC-32 of every file as we
left it. A file that is listed there and unchanged since is ours to replace; any other is not. It
guards against accidents, not against somebody who wants their file replaced. Where no file but those
asked for may lie, such as on a watch, the caller says what is ours, and nothing is kept there.
"""

from __future__ import annotations

import contextlib
import os
import re
from _thread import RLock  # threading's own, which would cost 1 ms at every start
from typing import TYPE_CHECKING, Literal, NamedTuple
from zlib import crc32

import msgspec

from backtrack_plugins.errors import DeliveryError, ExistingFile, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LEDGER = ".backtrack-written.json"

_WRITING = RLock()
"""Held while files are written: two threads that write into one folder share its ledger."""


class Written(NamedTuple):
    """What became of one file: its path, and whether it is new, replaced, or was there byte for byte."""

    path: str
    state: Literal["new", "replaced", "unchanged"]

    @property
    def is_there(self) -> bool:
        """Whether nothing is to be written."""
        return self.state == "unchanged"


_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f/\\:*?"<>|]')


def is_file_name(name: str) -> bool:
    """Whether a text names a file in a folder, and no other place, on every system."""
    return bool(name) and name.strip(". ") != "" and _NOT_IN_A_NAME.search(name) is None


def write_files(
    folder: str | os.PathLike[str],
    files: Mapping[str, bytes],
    *,
    overwrite: bool = False,
    dry_run: bool = False,
    ours: Callable[[str, bytes], bool] | None = None,
) -> list[Written]:
    """Write files into a folder: all of them, or none.

    Args:
        folder: A folder that exists.
        files: Bytes by file name.
        overwrite: Replace files that we did not write, too.
        dry_run: Write nothing, and say what would become of each.
        ours: Whether a file that stands there is one that we wrote, from its name and bytes; the folder
            then gets no ledger. When left out, the ledger says so.

    Raises:
        UsageError: when there is no such folder.
        ExistingFile: when a file stands there that we did not write, or that was changed since.
        DeliveryError: when the file system refuses; every file is as it was. Should even putting one back
            fail (on Windows, where another program has it open), the message says where it is kept.
    """
    base = _folder(folder)
    for name in files:
        if not is_file_name(name) or name == LEDGER:
            raise DeliveryError(f"{name!r} is no file name; nothing was written", path=name)
    with _WRITING:
        ledger = {} if ours else _read_ledger(base)
        written = _planned(base, files, ours or _listed_in(ledger), overwrite=overwrite)
        changed = {file.path: files[os.path.basename(file.path)] for file in written if not file.is_there}
        if changed and not dry_run:
            # The ledger first: should a file fail after it, we ask before replacing that one.
            listed = {} if ours else {os.path.join(base, LEDGER): _with(changed, ledger)}
            _replace_all({**listed, **changed})
    return written


def _planned(
    base: str, files: Mapping[str, bytes], ours: Callable[[str, bytes], bool], *, overwrite: bool
) -> list[Written]:
    """What is to become of each file."""
    written: list[Written] = []
    foreign: list[str] = []
    for name, data in files.items():
        path = os.path.join(base, name)
        there = _content(path)
        # A link that leads nowhere is somebody's, and leads out of the folder.
        astray = there is None and os.path.islink(path)
        if there == data or (there is None and not astray):
            written.append(Written(path, "new" if there is None else "unchanged"))
            continue
        if not overwrite and (there is None or not ours(name, there)):
            foreign.append(path)
        written.append(Written(path, "replaced"))
    if foreign:
        raise ExistingFile(
            f"{', '.join(foreign)}: already there, and not as we left it. "
            "Move it away, choose another folder, or add --overwrite. Nothing was written.",
            paths=tuple(foreign),
        )
    return written


def _listed_in(ledger: Mapping[str, str]) -> Callable[[str, bytes], bool]:
    return lambda name, there: ledger.get(name) == _checksum(there)


def _with(changed: Mapping[str, bytes], ledger: Mapping[str, str]) -> bytes:
    """The ledger's own bytes, once these files are written."""
    sums = {os.path.basename(path): _checksum(data) for path, data in changed.items()}
    return msgspec.json.format(msgspec.json.encode({**ledger, **sums}, order="sorted"), indent=1)


def _folder(folder: str | os.PathLike[str]) -> str:
    base = os.fspath(folder)
    if os.path.isfile(base):
        raise UsageError(f"{base} is a file; name a folder to write into", path=base)
    if not os.path.isdir(base):
        raise UsageError(f"there is no folder {base}; make it first: mkdir {base!r}", path=base)
    return base


def read_back(path: str, data: bytes) -> bytes:
    """What stands in a file, held to what was written there.

    Raises:
        DeliveryError: when it cannot be read or differs.
    """
    if _content(path) != data:
        raise DeliveryError(
            f"{path}: what is read back is not what was written. Check the disk or cable, and send it again.",
            path=path,
        )
    return data


def remove_file(path: str) -> None:
    """Remove a file that we wrote, and take it off its folder's ledger.

    Raises:
        DeliveryError: when the file system refuses; the file is as it was.
    """
    folder, name = os.path.split(path)
    with _WRITING:
        try:
            os.unlink(path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DeliveryError(f"{path}: {reason}. It was not removed.", path=path) from None
        ledger = _read_ledger(folder)
        if ledger.pop(name, None) is not None:
            listed = msgspec.json.format(msgspec.json.encode(ledger, order="sorted"), indent=1)
            _replace_all({os.path.join(folder, LEDGER): listed})


def replace_file(path: str, data: bytes) -> None:
    """Replace one file's content whole, keeping its permissions.

    Raises:
        DeliveryError: when the file system refuses; the file is as it was.
    """
    with _WRITING:
        _replace_all({path: data})


class _Move(NamedTuple):
    """A whole file under a temporary name, where it goes, and where what stood there is kept meanwhile."""

    path: str
    temporary: str
    kept: str

    def keep(self) -> None:
        """Give what stands there a second name; a copy where the file system has no such thing."""
        if not os.path.lexists(self.path):
            return
        try:
            os.link(self.path, self.kept)
        except OSError:
            with open(self.path, "rb") as file:
                _write(self.kept, file.read(), durable=True)
            os.chmod(self.kept, os.stat(self.path).st_mode & 0o7777)

    def put_back(self) -> bool:
        """Make it as it was; whether that could be done."""
        try:
            if os.path.lexists(self.kept):
                os.replace(self.kept, self.path)
            elif not os.path.lexists(self.temporary):
                os.unlink(self.path)
        except OSError:
            return False
        return True


def _replace_all(files: Mapping[str, bytes]) -> None:
    """Replace them in their order; when anything fails, or somebody interrupts, none is replaced."""
    moves: list[_Move] = []
    begun: list[_Move] = []
    stuck: list[_Move] = []
    at = ""
    try:
        for number, (at, data) in enumerate(files.items()):
            moves.append(_stage(at, data, number))
        for move in moves:
            at = move.path
            if move is not moves[-1]:  # once the last is moved nothing can fail any more
                move.keep()
                begun.append(move)
            os.replace(move.temporary, move.path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        stuck = _put_back(begun)
        kept = "; ".join(f"{move.path} could not be put back, and is kept as {move.kept}" for move in stuck)
        raise DeliveryError(
            f"{at}: {reason}. Check that the folder can be written to and has room; "
            f"no file was left half-written{f'; {kept}' if kept else ''}.",
            path=at,
        ) from None
    except BaseException:
        stuck = _put_back(begun)
        raise
    finally:
        for move in moves:
            _unlink(move.temporary)
            if move not in stuck:
                _unlink(move.kept)


def _stage(at: str, data: bytes, number: int) -> _Move:
    path = os.path.realpath(at)
    beside = os.path.join(os.path.dirname(path), f".backtrack-{os.getpid()}-{number}")
    move = _Move(path, f"{beside}.part", f"{beside}.kept")
    try:
        # A ledger lost in a power cut only makes us ask before replacing.
        _write(move.temporary, data, durable=not path.endswith(LEDGER))
        with contextlib.suppress(OSError):
            os.chmod(move.temporary, os.stat(path).st_mode & 0o7777)
    except BaseException:
        _unlink(move.temporary)
        raise
    return move


def _put_back(moves: list[_Move]) -> list[_Move]:
    """Put everything back that was moved; those where that could not be done."""
    return [move for move in reversed(moves) if not move.put_back()]


def _unlink(path: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)


def _write(path: str, data: bytes, *, durable: bool) -> None:
    with open(path, "wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DeliveryError(f"{path}: {reason}. Nothing was written.", path=path) from None


def _read_ledger(folder: str) -> dict[str, str]:
    try:
        with open(os.path.join(folder, LEDGER), "rb") as file:
            return msgspec.json.decode(file.read(), type=dict[str, str])
    except (OSError, msgspec.DecodeError):
        return {}  # then every file there counts as somebody else's


def _checksum(data: bytes) -> str:
    return f"{len(data)}-{crc32(data):08x}"
