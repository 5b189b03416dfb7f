"""Asking somebody at the terminal; on standard error, so that standard output is the result alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from backtrack_plugins.cli.output import warn
from backtrack_plugins.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtrack_plugins.errors import NeedsChoice

_Answer = TypeVar("_Answer")

_YES_NO = {"yes": True, "y": True, "no": False, "n": False, "": False}


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


def confirmed(question: str, *, to_do: str, declined: str) -> bool:
    """Ask for a yes; anything else that is an answer is a no.

    Args:
        question: Such as ``Send?``.
        to_do: What ``--yes`` is for, such as ``send it``.
        declined: Said when somebody interrupts instead of answering.

    Raises:
        UsageError: when nobody is there to ask, or the input ends.
    """
    if not somebody_is_there():
        raise UsageError(f"nobody is there to ask: add --yes to {to_do}, or --dry-run to look at it alone")
    try:
        return ask(f"{question} [y/N] ", _YES_NO.get, unanswered="say y or n, or add --yes")
    except KeyboardInterrupt:
        warn(f"\n{declined}")
        raise


def choose(error: NeedsChoice, *, as_json: bool) -> str:
    """Ask which one; where nobody is there the error itself says how to answer.

    Raises:
        NeedsChoice: when nobody is there to ask.
        UsageError: when the input ends.
    """
    if as_json or not somebody_is_there():
        raise error
    choices = error.choices
    warn(str(error).partition("\n")[0])
    for number, label in enumerate(choices.values(), start=1):
        warn(f"  {number}  {label}")
    values = dict(zip(map(str, range(1, len(choices) + 1)), choices, strict=True))
    return ask("Which? ", values.get, unanswered=f"give a number, or add --{error.argument}")
