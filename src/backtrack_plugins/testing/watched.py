"""Runs one function in a fresh interpreter and notes what it does to the world. `watching.watch` starts it.

It is a script, and imports next to nothing before it looks: what the function brings is to be told
from what was there.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

_NETWORK = {
    "socket.connect",
    "socket.bind",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}
_PROCESS = {
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "os.fork",
    "os.forkpty",
    "os.startfile",
    "pty.spawn",
}
# Which of an event's arguments are paths that it changes, and where its folder's descriptor stands.
_WRITES: dict[str, tuple[tuple[int, int | None], ...]] = {
    "os.mkdir": ((0, 2),),
    "os.rmdir": ((0, 1),),
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.setxattr": ((0, None),),
    "os.removexattr": ((0, None),),
    "sqlite3.connect": ((0, None),),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_LIBRARY = os.path.dirname(os.__file__) + os.sep
_THIRD_PARTY = (os.path.join(_LIBRARY, "site-packages"), os.path.join(_LIBRARY, "dist-packages"))


class Watcher:
    """An audit hook that notes sockets, processes and writes, and refuses them when asked to."""

    def __init__(self, allowed: list[str], *, refuse: bool) -> None:
        self.on = True
        self.noted: list[tuple[str, str, str, str]] = []
        self._allowed = [os.path.realpath(folder) for folder in allowed]
        self._refuse = refuse

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by the interpreter before each thing that it audits."""
        if not self.on:
            return
        noted = self._told(event, arguments)
        if noted is None:
            return
        kind, what = noted
        self.noted.append((kind, event, what, _place()))
        if self._refuse:
            raise PermissionError(1, f"{event} is refused while being watched", what)

    def _told(self, event: str, arguments: tuple[Any, ...]) -> tuple[str, str] | None:
        if event in _NETWORK:
            told = arguments[1:] if hasattr(arguments[0], "fileno") else arguments
            # A library that tries whether this machine has IPv6 reaches nobody by it.
            if event == "socket.bind" and told[0][:2] in {("::1", 0), ("127.0.0.1", 0)}:
                return None
            return "network", ", ".join(map(str, told))
        if event in _PROCESS:
            return "process", ", ".join(map(str, arguments[:2]))
        if event == "open":
            return self._opened(*arguments)
        for position, folder in _WRITES.get(event, ()):
            path = _whole(arguments[position], arguments[folder] if folder is not None else -1)
            if path is not None and not self._may_write(path):
                return "write", path
        return None

    def _opened(self, path: object, _mode: object, flags: object) -> tuple[str, str] | None:
        if not isinstance(flags, int) or not flags & _WRITING:
            return None
        whole = _whole(path, -1)
        return None if whole is None or self._may_write(whole) else ("write", whole)

    def _may_write(self, path: str) -> bool:
        if path == os.devnull or "__pycache__" in path.split(os.sep):
            return True
        path = os.path.realpath(path)
        return any(path == folder or path.startswith(folder + os.sep) for folder in self._allowed)


def _whole(path: object, folder: object) -> str | None:
    """A path as it is from here; None for what is none, as an open file's number."""
    if isinstance(path, int):
        return None
    if not isinstance(path, str | bytes | os.PathLike):
        return repr(path)
    named = os.fsdecode(path)
    if named == ":memory:":
        return None
    if isinstance(folder, int) and folder >= 0:
        try:
            named = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), named)
        except OSError:
            named = os.path.join("(a folder that is open)", named)
    return os.path.abspath(named)


def _place() -> str:
    """The innermost line that is neither the standard library's nor ours."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - there is no other way to who calls
    innermost = ""
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        if file != __file__:
            said = f"{file}:{frame.f_lineno} in {code.co_qualname}"
            innermost = innermost or said
            ours = file.startswith(_LIBRARY) and not file.startswith(_THIRD_PARTY)
            if not ours and not file.startswith("<frozen"):
                return said
        frame = frame.f_back
    return innermost


def main() -> None:
    """Run what standard input asks for, and write what came of it into the file that is named."""
    import pickle

    asked = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by `watching.watch`, a moment ago
    sys.path[:] = asked["path"]
    there = set(sys.modules)
    watcher = Watcher(asked["allowed"], refuse=asked["refuse"])
    sys.addaudithook(watcher.hook)
    value, error = None, ""
    try:
        value = _call(asked["function"], asked["arguments"])
    except BaseException:  # noqa: BLE001 - whatever a stranger's plugin raises is told
        watcher.on = False
        import traceback

        error = traceback.format_exc()
    watcher.on = False
    modules = sorted(set(sys.modules) - there)
    told = {"value": pickle.dumps(value), "error": error, "noted": watcher.noted, "modules": modules}
    with open(asked["answer"], "wb") as file:
        pickle.dump(told, file)


def _call(function: str, arguments: bytes) -> Any:
    import importlib
    import pickle

    module, _, name = function.partition(":")
    found: Any = importlib.import_module(module)
    for part in filter(None, name.split(".")):
        found = getattr(found, part)
    return found(*pickle.loads(arguments)) if name else None  # noqa: S301 - as above


if __name__ == "__main__":
    main()
