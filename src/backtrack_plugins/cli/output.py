"""What every command prints in the same way."""

from __future__ import annotations

import os
import re
import sys

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import TextIO

    from backtrack_plugins.errors import BacktrackError
    from backtrack_plugins.problem import Problem


_COMMANDS_A_TERMINAL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"


def safe(text: str) -> str:
    """The text with whatever could command a terminal written as its code."""
    if all(map(str.isprintable, text.split("\n"))):  # nearly always, and the expression is not compiled
        return text
    return re.sub(_COMMANDS_A_TERMINAL, lambda match: ascii(match[0])[1:-1], text)


def say(text: str = "") -> None:
    """Print a line to standard output."""
    _write(sys.stdout, safe(text) + "\n")


def say_page(page: str) -> None:
    """Print a page to standard output: as it is to a file or pipe, safe to a terminal."""
    on_terminal = sys.stdout is not None and sys.stdout.isatty()
    _write(sys.stdout, safe(page) if on_terminal else page)


def warn(text: str) -> None:
    """Print a line to standard error."""
    _write(sys.stderr, safe(text) + "\n")


def say_json(value: object) -> None:
    """Print builtins, Structs and quantities as JSON."""
    from backtrack_plugins.writing import encode_json

    text = encode_json(value).decode()
    _write(sys.stdout, re.sub(_COMMANDS_A_TERMINAL, lambda match: f"\\u{ord(match[0]):04x}", text))


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # where the process was started with it closed
        return
    try:
        stream.write(text)
    except BrokenPipeError:  # the reader had enough; the work goes on, and so does its exit code
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def said_of_problems(problems: Iterable[Problem]) -> list[str]:
    """Problems as text: each in full, then one line for each code that the athlete silenced."""
    lines: list[str] = []
    silenced: dict[tuple[str, str], int] = {}
    for problem in problems:
        if problem.silenced:
            key = (problem.code, problem.silenced)
            silenced[key] = silenced.get(key, 0) + 1
        else:
            lines.append(str(problem))
    for (code, reason), count in silenced.items():
        findings = "1 finding" if count == 1 else f"{count} findings"
        lines.append(f"silenced {code}: {reason} ({findings})")
    return lines


def table(rows: Iterable[Sequence[str]], *, indent: str = "") -> str:
    """Rows as aligned columns; the last column is left as it is."""
    kept = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in kept) for column in range(len(kept[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in kept)
    return "\n".join((indent + line).rstrip() for line in lines)


def report_errors(errors: Sequence[BacktrackError], *, as_json: bool, **beside: object) -> int:
    """Print errors, each once, and return the exit code of the gravest; `beside` stands with them as data."""
    from backtrack_plugins.errors import WorkoutProblems

    distinct = list({str(error): error for error in errors}.values())
    if as_json:
        say_json({**beside, "errors": [error.as_data() for error in distinct]})
    else:
        for error in distinct:
            warn(str(error) if isinstance(error, WorkoutProblems) else f"error: {error}")
    return max(error.exit_code for error in distinct)
