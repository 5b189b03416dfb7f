"""File operations that fail: a disk that is full, read-only or unplugged, at any moment of some work.

Functions of `os` and `open` are replaced while it lasts, and fail for paths below one folder alone, with
the errors that an operating system gives. `shutil`, `tempfile` and `pathlib` go through them. What a
library written in C does by itself is not seen, and neither is a function that a module has taken out of
`os` by ``from os import``.

::

    for attempt in every_fault(folder, lambda: save(folder, data)):
        assert isinstance(attempt.error, DeliveryError), attempt
        assert (folder / "a.fit").read_bytes() == before, attempt
"""

from __future__ import annotations

import builtins
import contextlib
import errno
import io
import os
import shutil
import tempfile
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.testing.file_layer import Fault, FileLayer, Operation, replaced_open, replacements

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from backtrack_plugins.testing.file_layer import What

__all__ = [
    "DENIED",
    "DISK_FULL",
    "FAULTS",
    "INTERRUPTED",
    "READ_ONLY",
    "UNPLUGGED",
    "Attempt",
    "Fault",
    "FileLayer",
    "Operation",
    "every_fault",
    "failing",
]

_CHANGING: frozenset[What] = frozenset({"create", "rewrite", "data", "move", "remove", "attribute"})

MOST_OPERATIONS = 10_000
"""Work that does more below the folder is no test any more."""


DISK_FULL = Fault(
    "disk full",
    errno.ENOSPC,
    hits=frozenset({"create", "data", "sync", "move"}),
    lasting=frozenset({"create", "data"}),
    until_removed=True,
    half=True,
)
"""No room, until something is removed; a write that fails leaves a short file."""

READ_ONLY = Fault("read-only", errno.EROFS, hits=_CHANGING, lasting=_CHANGING)
"""Read-only from then on, as a file system becomes after an error."""

DENIED = Fault("denied", errno.EACCES, hits=_CHANGING - {"data"})
"""Refused once, as where another program has the file open."""

UNPLUGGED = Fault(
    "unplugged",
    errno.EIO,
    hits=_CHANGING | {"sync", "read"},
    lasting=_CHANGING | {"sync", "read"},
    then=errno.ENODEV,
    half=True,
)
"""Gone from then on, for reading, too: a watch whose cable was pulled."""

INTERRUPTED = Fault("interrupted", 0, hits=_CHANGING | {"sync"}, half=True)
"""Somebody pressed Ctrl-C: KeyboardInterrupt, once."""

FAULTS = (DISK_FULL, READ_ONLY, DENIED, UNPLUGGED)
"""Every way in which the operating system refuses."""


@contextlib.contextmanager
def failing(
    folder: str | os.PathLike[str],
    fault: Fault,
    *,
    at: int | None = 1,
    only: Collection[str] | None = None,
) -> Iterator[FileLayer]:
    """Make the operation with a number fail, below one folder, in this process.

    Args:
        folder: Nothing outside it is touched.
        fault: How it fails.
        at: Which operation, from 1, of those that the fault can hit; None to count them and fail none.
        only: Count and fail these calls alone, such as ``os.replace``.
    """
    layer = FileLayer(os.fspath(folder), fault, at, only)
    with contextlib.ExitStack() as undoing:
        for name, replacement in replacements(layer).items():
            undoing.enter_context(_replaced(os, name, replacement))
        opens = replaced_open(layer, builtins.open)
        for module in (builtins, io):
            undoing.enter_context(_replaced(module, "open", opens))
        yield layer


class Attempt(NamedTuple):
    """The work, done once with one operation failing; the folder is as that left it.

    Attributes:
        fault: How it failed.
        operation: Where it failed first.
        error: What the work raised; None when it got over it.
        value: What the work returned.
    """

    fault: Fault
    operation: Operation
    error: BaseException | None
    value: Any

    def __str__(self) -> str:
        return f"{self.fault.name} at {self.operation}"

    def __repr__(self) -> str:
        return str(self)  # so that ``assert ..., attempt`` says in a line where it was


def every_fault(
    folder: str | os.PathLike[str],
    work: Callable[[], Any],
    faults: Collection[Fault] = FAULTS,
    *,
    only: Collection[str] | None = None,
) -> Iterator[Attempt]:
    """Do some work once for each operation that can fail and each way to fail; the folder is put back.

    Args:
        folder: A folder that exists, as the work is to find it.
        work: Does file operations below it.
        faults: The ways to fail.
        only: Fail these calls alone, such as ``os.replace``.

    Raises:
        AssertionError: when the work does nothing below the folder that a fault could hit.
    """
    with tempfile.TemporaryDirectory(prefix="backtrack-faults-") as base:
        kept = os.path.join(base, "kept")
        shutil.copytree(folder, kept, symlinks=True)
        for fault in faults:
            for number in range(1, MOST_OPERATIONS):
                attempt = _attempt(folder, work, fault, number, only)
                if attempt is not None:
                    yield attempt
                _put_back(kept, folder)
                if attempt is None:
                    assert number > 1, f"the work does nothing below {folder} that {fault.name} could hit"
                    break


def _attempt(
    folder: str | os.PathLike[str],
    work: Callable[[], Any],
    fault: Fault,
    number: int,
    only: Collection[str] | None,
) -> Attempt | None:
    """The work with one operation failing; None when it does not do so many."""
    value: Any = None
    error: BaseException | None = None
    with failing(folder, fault, at=number, only=only) as layer:
        try:
            value = work()
        except Exception as raised:  # noqa: BLE001 - the test judges it
            error = raised
        except KeyboardInterrupt as raised:
            if not layer.failed:
                raise
            error = raised
    if not layer.failed:
        if error is not None:
            raise error
        return None
    return Attempt(fault, layer.failed[0], error, value)


def _put_back(kept: str, folder: str | os.PathLike[str]) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            else:
                os.unlink(entry.path)
    shutil.copytree(kept, folder, symlinks=True, dirs_exist_ok=True)


@contextlib.contextmanager
def _replaced(module: Any, name: str, replacement: Any) -> Iterator[None]:
    real = getattr(module, name)
    # Whoever asks whether `os.unlink` takes a folder's number asks these sets.
    kinds = [os.supports_dir_fd, os.supports_fd, os.supports_follow_symlinks, os.supports_effective_ids]
    known: list[set[Any]] = [kind for kind in kinds if real in kind]
    setattr(module, name, replacement)
    for kind in known:
        kind.add(replacement)
    try:
        yield
    finally:
        setattr(module, name, real)
        for kind in known:
            kind.discard(replacement)
