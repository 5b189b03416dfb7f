"""What every command prints in the same way."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backtrack_plugins.errors import BacktrackError


def say(text: str = "") -> None:
    """Print to standard output."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """Print to standard error."""
    sys.stderr.write(text + "\n")


def say_json(value: object) -> None:
    """Print builtins, Structs and quantities as JSON."""
    from backtrack_plugins.writing import encode_json

    sys.stdout.write(encode_json(value).decode())


def table(rows: Iterable[Sequence[str]], *, indent: str = "") -> str:
    """Rows as aligned columns; the last column is left as it is."""
    kept = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in kept) for column in range(len(kept[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in kept)
    return "\n".join((indent + line).rstrip() for line in lines)


def error_data(error: BacktrackError) -> dict[str, Any]:
    """An error as data: its problems where it has some, else its sentence."""
    from backtrack_plugins.errors import WorkoutProblems

    data: dict[str, Any] = {"error": type(error).__name__, "exit_code": error.exit_code}
    if isinstance(error, WorkoutProblems):
        data["problems"] = error.problems
    else:
        data["message"] = str(error)
    return data


def report_errors(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    """Print errors, each once, and return the exit code of the gravest."""
    from backtrack_plugins.errors import WorkoutProblems

    distinct = list({str(error): error for error in errors}.values())
    if as_json:
        say_json({"errors": [error_data(error) for error in distinct]})
    else:
        for error in distinct:
            warn(str(error) if isinstance(error, WorkoutProblems) else f"error: {error}")
    return max(error.exit_code for error in distinct)
