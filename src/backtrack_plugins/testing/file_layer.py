"""What lies between some work and the file system, so that `faults` can make operations fail."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import threading
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

What = Literal["create", "rewrite", "data", "sync", "move", "remove", "attribute", "read"]
"""What an operation does: makes something, opens a file to change it, writes bytes, and so on."""


class Fault(NamedTuple):
    """A way in which file operations fail.

    Attributes:
        name: A word or two, for messages.
        number: The `errno` of the failure; 0 for somebody's Ctrl-C, which is no OSError.
        hits: What kind of operations it can begin at.
        lasting: What kind of operations fail from then on.
        until_removed: It is over once a file was removed, as a full disk is.
        then: The `errno` from the second failure on; the first one's when 0.
        half: A write that fails has written half of its bytes.
    """

    name: str
    number: int
    hits: frozenset[What]
    lasting: frozenset[What] = frozenset()
    until_removed: bool = False
    then: int = 0
    half: bool = False

    def error(self, path: str, *, first: bool) -> BaseException:
        """What the operating system would say."""
        if not self.number:
            return KeyboardInterrupt()
        number = self.number if first or not self.then else self.then
        return OSError(number, os.strerror(number), path)


class Operation(NamedTuple):
    """One operation below the folder.

    Attributes:
        number: Which one, from 1, of those that the fault could hit.
        call: Such as ``os.replace``, ``open`` or ``write``.
        path: What it was done to; the target of a move.
    """

    number: int
    call: str
    path: str

    def __str__(self) -> str:
        return f"operation {self.number}, {self.call} of {self.path}"


class FileLayer:
    """What lies between the work and the file system while operations are counted, and fail.

    Attributes:
        operations: Those that the fault could hit, in their order.
        failed: Those that failed.
    """

    def __init__(self, folder: str, fault: Fault, at: int | None, only: Collection[str] | None) -> None:
        self.operations: list[Operation] = []
        self.failed: list[Operation] = []
        self._folders = {os.path.abspath(folder), os.path.realpath(folder)}
        self._fault = fault
        self._at = at
        self._only = only
        self._broken = False
        self._open_files: dict[int, str] = {}
        self._lock = threading.Lock()
        self._readlink, self._lexists = os.readlink, functools.partial(_exists, os.lstat)

    def before(self, call: str, what: What, path: str) -> None:
        """Count an operation, and raise when it is to fail."""
        fault = self._fault
        if what not in fault.hits | fault.lasting or (self._only is not None and call not in self._only):
            return
        with self._lock:
            number = len(self.operations) + 1
            operation = Operation(number, call, path)
            self.operations.append(operation)
            first = number == self._at and what in fault.hits
            if not first and not (self._broken and what in fault.lasting):
                return
            self._broken = bool(fault.lasting)
            self.failed.append(operation)
        raise fault.error(path, first=len(self.failed) == 1)

    def after_removing(self) -> None:
        """Room was made."""
        if self._fault.until_removed:
            self._broken = False

    def half(self, length: int) -> int:
        """How much of a write that failed was written nevertheless."""
        return length // 2 if self._fault.half and len(self.failed) == 1 else 0

    def below(self, path: object, folder: object = None) -> str | None:
        """A path from the root, when it lies below the folder; an open file's number is known, too."""
        if isinstance(path, int):
            return self._open_files.get(path)
        if not isinstance(path, str | bytes | os.PathLike):
            return None
        named = os.fsdecode(path)
        if isinstance(folder, int):
            with contextlib.suppress(OSError):
                named = os.path.join(self._readlink(f"/proc/self/fd/{folder}"), named)
        whole = os.path.abspath(named)
        found = any(whole == base or whole.startswith(base + os.sep) for base in self._folders)
        return whole if found else None

    def opening(self, path: str, *, writing: bool, exclusive: bool) -> What:
        """What opening a file does."""
        if not writing:
            return "read"
        return "rewrite" if self._lexists(path) and not exclusive else "create"

    def opened(self, number: int, path: str) -> None:
        """Remember whose number that is."""
        self._open_files[number] = path

    def closed(self, number: int) -> None:
        """Forget it: the next file may get it."""
        self._open_files.pop(number, None)


def _exists(lstat: Callable[[str], object], path: str) -> bool:
    try:
        lstat(path)
    except OSError:
        return False
    return True


_BY_PATH: dict[str, What] = {
    "mkdir": "create",
    "mkfifo": "create",
    "rmdir": "remove",
    "unlink": "remove",
    "remove": "remove",
    "chmod": "attribute",
    "utime": "attribute",
    "truncate": "attribute",
    "listdir": "read",
    "scandir": "read",
    "stat": "read",
    "lstat": "read",
    "readlink": "read",
}
_BY_TWO_PATHS: dict[str, What] = {
    "rename": "move",
    "replace": "move",
    "link": "create",
    "symlink": "create",
}
_BY_NUMBER: dict[str, What] = {
    "fsync": "sync",
    "fdatasync": "sync",
    "ftruncate": "attribute",
    "fchmod": "attribute",
    "sendfile": "data",
    "copy_file_range": "data",
    "read": "read",
}


def replacements(layer: FileLayer) -> dict[str, Callable[..., Any]]:
    """The functions of `os` that ask the layer first."""
    made: dict[str, Callable[..., Any]] = {}
    for name, what in _BY_PATH.items():
        if hasattr(os, name):
            made[name] = _by_path(layer, name, what, getattr(os, name))
    for name, what in _BY_TWO_PATHS.items():
        if hasattr(os, name):
            made[name] = _by_two_paths(layer, name, what, getattr(os, name))
    for name, what in _BY_NUMBER.items():
        if hasattr(os, name):
            made[name] = _by_number(layer, name, what, getattr(os, name))
    return {
        **made,
        "open": _os_open(layer, os.open),
        "write": _os_write(layer, os.write),
        "close": _os_close(layer),
    }


def _by_path(layer: FileLayer, name: str, what: What, real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def call(path: Any = ".", *arguments: Any, **named: Any) -> Any:
        whole = layer.below(path, named.get("dir_fd"))
        if whole is None:
            return real(path, *arguments, **named)
        layer.before(f"os.{name}", what, whole)
        value = real(path, *arguments, **named)
        if what == "remove":
            layer.after_removing()
        return value

    return call


def _by_two_paths(layer: FileLayer, name: str, what: What, real: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(real)
    def call(src: Any, dst: Any, *arguments: Any, **named: Any) -> Any:
        whole = layer.below(dst, named.get("dst_dir_fd", named.get("dir_fd")))
        if whole is None and what == "move":
            whole = layer.below(src, named.get("src_dir_fd"))
        if whole is not None:
            layer.before(f"os.{name}", what, whole)
        return real(src, dst, *arguments, **named)

    return call


def _by_number(layer: FileLayer, name: str, what: What, real: Callable[..., Any]) -> Callable[..., Any]:
    # The first argument is the file that is changed, but for copy_file_range.
    position = 1 if name == "copy_file_range" else 0

    @functools.wraps(real)
    def call(*arguments: Any, **named: Any) -> Any:
        file = arguments[position] if len(arguments) > position else None
        whole = layer.below(file if isinstance(file, int) else getattr(file, "fileno", lambda: None)())
        if whole is not None:
            layer.before(f"os.{name}", what, whole)
        return real(*arguments, **named)

    return call


def _os_open(layer: FileLayer, real: Callable[..., int]) -> Callable[..., int]:
    @functools.wraps(real)
    def call(path: Any, flags: int, *arguments: Any, **named: Any) -> int:
        whole = layer.below(path, named.get("dir_fd"))
        if whole is None:
            return real(path, flags, *arguments, **named)
        writing = bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
        layer.before(
            "os.open", layer.opening(whole, writing=writing, exclusive=bool(flags & os.O_EXCL)), whole
        )
        number = real(path, flags, *arguments, **named)
        layer.opened(number, whole)
        return number

    return call


def _os_write(layer: FileLayer, real: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
    @functools.wraps(real)
    def call(number: int, data: Any) -> int:
        whole = layer.below(number)
        if whole is None:
            return real(number, data)
        try:
            layer.before("os.write", "data", whole)
        except BaseException:
            octets = memoryview(data).cast("B")
            real(number, octets[: layer.half(len(octets))])
            raise
        return real(number, data)

    return call


def _os_close(layer: FileLayer) -> Callable[[int], None]:
    real = os.close

    @functools.wraps(real)
    def call(number: int) -> None:
        layer.closed(number)
        real(number)

    return call


class _Raw(io.FileIO):
    """An unbuffered file that asks the layer before it reads or writes."""

    def __init__(self, layer: FileLayer, whole: str | None, file: Any, mode: str, **named: Any) -> None:
        self._layer = layer
        super().__init__(file, mode, **named)
        # An opener knows its own path, as that of a temporary file does.
        self._whole = layer.below(self.fileno()) or whole or ""
        layer.opened(self.fileno(), self._whole)

    def write(self, data: Any, /) -> Any:
        try:
            self._layer.before("write", "data", self._whole)
        except BaseException:
            octets = memoryview(data).cast("B")
            super().write(octets[: self._layer.half(len(octets))])
            raise
        return super().write(data)

    def readinto(self, buffer: Any, /) -> Any:
        self._layer.before("read", "read", self._whole)
        return super().readinto(buffer)

    def readall(self) -> Any:
        self._layer.before("read", "read", self._whole)
        return super().readall()

    def read(self, size: int | None = -1, /) -> Any:
        self._layer.before("read", "read", self._whole)
        return super().read(-1 if size is None else size)

    def truncate(self, size: int | None = None, /) -> int:
        self._layer.before("truncate", "attribute", self._whole)
        return super().truncate(size)

    def close(self) -> None:
        if not self.closed:
            self._layer.closed(self.fileno())
        super().close()


def replaced_open(layer: FileLayer, real: Callable[..., Any]) -> Callable[..., Any]:
    """`open`, as `io` describes it, with files of ours below the folder."""

    @functools.wraps(real)
    def call(
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,  # noqa: FBT001, FBT002 - as `open` has it
        opener: Callable[[str, int], int] | None = None,
    ) -> Any:
        whole = layer.below(file)
        text = "b" not in mode
        wrong = (text and buffering == 0) or (not text and (encoding or errors or newline is not None))
        if whole is None or wrong:
            return real(file, mode, buffering, encoding, errors, newline, closefd, opener)
        if not isinstance(file, int) and opener is None:
            what = layer.opening(whole, writing=any(sign in mode for sign in "wax+"), exclusive="x" in mode)
            layer.before("open", what, whole)
        raw_mode = mode.replace("b", "").replace("t", "")
        name = file if isinstance(file, int) else os.fspath(file)
        raw = _Raw(layer, whole, name, raw_mode, closefd=closefd, opener=opener)
        if buffering == 0:
            return raw
        size = buffering if buffering > 1 else io.DEFAULT_BUFFER_SIZE
        kind = io.BufferedReader if raw_mode == "r" else io.BufferedWriter
        buffered = (io.BufferedRandom if "+" in raw_mode else kind)(raw, size)
        if not text:
            return buffered
        wrapped: Any = io.TextIOWrapper(
            buffered, io.text_encoding(encoding), errors, newline, line_buffering=buffering == 1
        )
        wrapped.mode = mode  # as `open` does
        return wrapped

    return call
