"""Asking somebody at the terminal; on standard error, so that standard output is the result alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from backtrack_plugins.cli.output import warn
from backtrack_plugins.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

_Answer = TypeVar("_Answer")


def somebody_is_there() -> bool:
    """Whether standard input is a terminal, which from then on can say anything."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    # An answer in another encoding is asked for again, like any other that is none.
    reconfigure = getattr(sys.stdin, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return True


def ask(
    prompt: str,
    understood: Callable[[str], _Answer | None],
    *,
    explained: str = "",
    unanswered: str,
) -> _Answer:
    """Ask until there is an answer.

    Args:
        prompt: Stands before the answer, on the same line.
        understood: The answer that a line in lower case gives, or None when it gives none.
        explained: Said again to somebody who answers ``?``.
        unanswered: What has not happened, when the input ends.

    Raises:
        UsageError: when the input ends.
    """
    while True:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            warn("")
            raise UsageError(f"no answer; {unanswered}")
        answer = understood(line.strip().lower())
        if answer is not None:
            return answer
        if explained and line.strip() == "?":
            warn(explained)
