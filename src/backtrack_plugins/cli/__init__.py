"""The command line: parse arguments, call the library, print.

Exit codes of every command: 0 fine; 1 the workout has problems; 2 wrong usage or unreadable input;
3 a plugin, the file system or a service failed.
"""

from __future__ import annotations

import os
import sys

from backtrack_plugins.errors import BacktrackError

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

INTERRUPTED = 130
FILE_SYSTEM_FAILED = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    streams = [stream for stream in (sys.stdout, sys.stderr) if stream is not None]
    for stream in streams:
        _prepare(stream)
    code = 0
    try:
        code = _run(argv)
        for stream in streams:
            stream.flush()
    except BrokenPipeError:  # the reader of a pipe had enough, as `head` does
        _discard_what_is_left(streams)
    except OSError as error:
        _discard_what_is_left(streams[:1])
        reason = (error.strerror or str(error)).lower()
        if sys.stderr is not None:
            sys.stderr.write(f"error: standard output could not be written: {reason}\n")
        return FILE_SYSTEM_FAILED
    except KeyboardInterrupt as stopped:
        for note in getattr(stopped, "__notes__", ()):  # which plugin was at work
            sys.stderr.write(f"{note}\n")
        return INTERRUPTED
    return code


def _run(argv: Sequence[str] | None) -> int:
    from importlib import import_module

    from backtrack_plugins.cli.parser import parse_arguments

    try:
        arguments = parse_arguments(argv)
    except SystemExit as finished:  # argparse has said what was wrong, or shown its help
        return finished.code if isinstance(finished.code, int) else 0
    try:
        return int(import_module(f"backtrack_plugins.cli.{arguments.command}_command").run(arguments))
    except BacktrackError as error:
        from backtrack_plugins.cli.output import report_errors

        return report_errors([error], as_json=arguments.json)


def _prepare(stream: TextIO) -> None:
    """Files and pipes get UTF-8 with line feeds everywhere; a terminal that lacks a letter shows its code."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None:
        return
    if stream.isatty():
        reconfigure(errors="backslashreplace")
    else:
        reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _discard_what_is_left(streams: list[TextIO]) -> None:
    """Point the streams nowhere, so that the interpreter does not fail again when it flushes them."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())
