"""A page with its changed lines put in place, and everything else as its author wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.line import FITTED, Dropped
from backtrack_plugins.page import Times, parse, source_lines
from backtrack_plugins.workout import Step, Straddle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins.fixing.draft import Change
    from backtrack_plugins.line import Misreading
    from backtrack_plugins.page import SourceLine


def fixed_page(text: str, changes: Iterable[Change], *, file: str | None = None) -> str:
    r"""The author's page with the changed lines replaced and the inserted ones put in.

    Comments, blank lines, indentation and how the lines end stay; a ``fitted`` line below a line that changed
    goes, as it was for the old value.

    Args:
        text: The page that was read.
        changes: What `fix` changed in its workout.
        file: A name for messages.

    Raises:
        InvalidWorkout: with every problem, when the page cannot be read.

    >>> from backtrack_plugins.fixing import fix
    >>> page = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 3 km/h grip rail  # slowly\n"
    >>> print(fixed_page(page, fix(parse(page)).changes).splitlines()[-1])
    1:00 backward walk 2.4 km/h grip rail  # slowly
    """
    parse(text, file=file)
    replaced = {change.number: change.after for change in changes if change.before}
    inserted = {change.number: change.after for change in changes if not change.before}
    raw = text.split("\n")
    kept: list[str] = []
    number = 0
    stale = False
    for source in source_lines(text, _report_nothing):
        line, content = raw[source.number - 1], source.content
        is_step = isinstance(content, (Step, Straddle))
        if is_step or isinstance(content, Times):
            new = inserted.pop(number + 1, "") if is_step or number == 0 else ""
            kept += [line[: source.indent] + new + _ending(line)] if new else []
        if is_step:
            number += 1
            stale = number in replaced
            line = _with_content(line, source, replaced[number]) if stale else line
        elif stale and isinstance(content, Dropped) and content.text.lstrip().startswith(FITTED):
            continue
        kept.append(line)
    return "\n".join(kept)


def _with_content(line: str, source: SourceLine, written: str) -> str:
    comment = f"  {source.comment}" if source.comment else ""
    return line[: source.indent] + written + comment + _ending(line)


def _ending(line: str) -> str:
    return "\r" if line.endswith("\r") else ""


def _report_nothing(_line: int, _finding: Misreading) -> None:
    """Everything was reported by the reading before."""
