"""Watching what a plugin does: connections, processes, writes and imports of one call in a fresh interpreter.

An audit hook sees what Python code does. It does not see files or sockets that a library written in C
opens by itself; what such a library leaves in the folder it runs in, at home, or among temporary files
is found afterwards.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "watched.py")

WATCHED_SECONDS = 300
"""Longest that a watched call may take before it is ended."""


class Operation(NamedTuple):
    """One thing that was done to the world outside.

    Attributes:
        kind: What it was.
        call: The audit event, such as ``socket.connect``; ``left behind`` for a file found afterwards.
        what: The address, the command or the path.
        line: The plugin's line that did it; empty where nobody saw.
    """

    kind: Literal["network", "process", "write"]
    call: str
    what: str
    line: str = ""

    def __str__(self) -> str:
        return f"{self.call}: {self.what}{f', at {self.line}' if self.line else ''}"


class Watched(NamedTuple):
    """What a watched call gave back and did.

    Attributes:
        value: What the function returned; None when it raised.
        error: The trace of what it raised; empty when it raised nothing.
        operations: Connections, processes and writes outside the allowed folders, in their order.
        modules: Modules that were not imported before, sorted.
    """

    value: Any
    error: str
    operations: tuple[Operation, ...]
    modules: tuple[str, ...]

    def of(self, kind: Literal["network", "process", "write"]) -> tuple[Operation, ...]:
        """The operations of one kind."""
        return tuple(operation for operation in self.operations if operation.kind == kind)

    @property
    def told(self) -> str:
        """The operations, one a line, for a message."""
        return "\n".join(map(str, self.operations))

    def brought(self, *allowed: str) -> tuple[str, ...]:
        """Packages that were imported, neither of the standard library nor among those allowed."""
        packages = {module.partition(".")[0] for module in self.modules} - {*allowed, "__main__"}
        return tuple(
            sorted(
                name
                for name in packages
                if name not in sys.stdlib_module_names and not name.startswith("_sysconfigdata")
            )
        )


def watch(
    function: str,
    *arguments: object,
    allowed: Iterable[str | os.PathLike[str]] = (),
    refuse: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Watched:
    """Call a function in a fresh interpreter, for a user who has configured nothing, and watch it.

    Args:
        function: ``module:function``; the module is found as it is here. Without ``:function`` the
            module is imported and nothing called.
        arguments: What to call it with; they and what it returns are pickled.
        allowed: Folders that it may write in. Compiled modules in ``__pycache__`` may be written anywhere.
        refuse: Make every connection, process and write fail with PermissionError, instead of only
            noting it.
        environ: Environment variables to add.

    Raises:
        RuntimeError: when the interpreter itself ended before it could answer.
    """
    with tempfile.TemporaryDirectory(prefix="backtrack-watched-") as base:
        home, answer = os.path.join(base, "home"), os.path.join(base, "answer")
        os.mkdir(home)
        folders = [os.path.abspath(folder) for folder in allowed]
        asked = {
            "path": [os.path.abspath(folder) for folder in sys.path],
            "function": function,
            "arguments": pickle.dumps(arguments),
            "allowed": folders,
            "refuse": refuse,
            "answer": answer,
        }
        done = subprocess.run(
            [sys.executable, _SCRIPT],
            input=pickle.dumps(asked),
            capture_output=True,
            check=False,
            cwd=home,
            env={**os.environ, **_at_home(home), **(environ or {})},
            timeout=WATCHED_SECONDS,
        )
        if not os.path.exists(answer):
            said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
            raise RuntimeError(f"{function} ended the interpreter with {done.returncode}: {said}")
        with open(answer, "rb") as file:
            told = pickle.load(file)  # noqa: S301 - written by our own script
        noted = tuple(Operation(*operation) for operation in told["noted"])
        return Watched(
            pickle.loads(told["value"]),  # noqa: S301 - as above
            told["error"],
            (*noted, *_left_behind(home, noted)),
            tuple(told["modules"]),
        )


_HOMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA")
_XDG = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")


def _at_home(home: str) -> dict[str, str]:
    """An environment in which whatever is written without being told where lands in one folder."""
    return dict.fromkeys((*_HOMES, *_XDG, *_TEMPORARY), home)


def _left_behind(home: str, noted: tuple[Operation, ...]) -> list[Operation]:
    """What lies there afterwards and nobody saw being written."""
    seen = {operation.what for operation in noted}
    found = []
    for folder, folders, files in os.walk(home):
        folders[:] = [name for name in folders if name != "__pycache__"]
        paths = [os.path.join(folder, name) for name in files]
        found += [Operation("write", "left behind", path) for path in paths if path not in seen]
    return sorted(found)
