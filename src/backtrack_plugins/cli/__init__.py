"""The command line: parse arguments, call the library, print.

Exit codes of every command: 0 fine; 1 the workout has problems; 2 wrong usage or unreadable input;
3 a plugin, the file system or a service failed.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from backtrack_plugins.errors import BacktrackError

if TYPE_CHECKING:
    from collections.abc import Sequence

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from importlib import import_module

    from backtrack_plugins.cli.parser import parse_arguments

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal that lacks a letter shows its code instead of failing
            reconfigure(errors="backslashreplace")
    arguments = parse_arguments(argv)
    try:
        run = import_module(f"backtrack_plugins.cli.{arguments.command}_command").run
        code = int(run(arguments))
        sys.stdout.flush()
    except BacktrackError as error:
        from backtrack_plugins.cli.output import report_errors

        return report_errors([error], as_json=arguments.json)
    except BrokenPipeError:  # the reader of a pipe had enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return INTERRUPTED
    return code
