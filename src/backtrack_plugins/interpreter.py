"""Another interpreter that does something for us and tells of it in lines; its harm stays there."""

from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO, Any

START_SECONDS = 60.0
"""How long the interpreter may take to start and to say its first line."""

_PROGRAM = """
import importlib, json, sys
asked = json.load(sys.stdin)
sys.path[:] = asked["path"]
from backtrack_plugins.interpreter import answer
answer(asked["module"], asked["asked"])
"""


class Stopped(Exception):
    """The other interpreter hung or ended before it was done; the text says how."""


def lines_told(module: str, asked: object, *, seconds: float) -> Iterator[dict[str, Any]]:
    """Have a module's ``answer`` run in another interpreter of the same kind, and yield what it tells.

    Args:
        module: Its function ``answer(asked, tell)`` is called there, with the same `sys.path`.
        asked: Builtins that JSON can carry.
        seconds: How long it may take from one line to the next.

    Raises:
        Stopped: when it takes longer, or ends before its answer is done.
    """
    import subprocess
    import tempfile
    from queue import Empty, SimpleQueue
    from threading import Thread

    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(  # noqa: S603 - our own interpreter, and a program of ours
            [sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
        ) as other,
    ):
        assert other.stdin is not None  # noqa: S101 - asked for above
        with other.stdin as told:
            told.write(json.dumps({"path": sys.path, "module": module, "asked": asked}).encode())
        lines: SimpleQueue[bytes] = SimpleQueue()
        reader = Thread(target=_hand_over, args=(other.stdout, lines), daemon=True)
        reader.start()
        allowed = max(seconds, START_SECONDS)
        try:
            while True:
                try:
                    line = lines.get(timeout=allowed)
                except Empty:
                    raise Stopped(f"did not finish within {seconds:g} s") from None
                if not line:
                    raise Stopped(f"ended Python ({other.wait()}){_last_words(errors)}")
                found: dict[str, Any] = json.loads(line)
                if "done" in found:
                    return
                yield found
                allowed = seconds
        finally:
            other.kill()
            reader.join()  # before what it reads from is closed


def _last_words(errors: IO[bytes]) -> str:
    errors.seek(0)
    said = errors.read().decode("utf-8", "replace").strip()
    return f": {said.splitlines()[-1]}" if said else ""


def _hand_over(output: Any, lines: Any) -> None:
    for line in output:
        lines.put(line)
    lines.put(b"")


def answer(module: str, asked: Any) -> None:
    """In the other interpreter: let a module answer, and end at once."""
    import importlib

    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a plugin prints goes elsewhere

    def tell(values: dict[str, Any]) -> None:
        told.write(json.dumps(values) + "\n")
        told.flush()

    answering: Callable[[Any, Callable[[dict[str, Any]], None]], None]
    answering = importlib.import_module(module).answer
    answering(asked, tell)
    tell({"done": True})
    os._exit(0)  # threads that a plugin began are not waited for
