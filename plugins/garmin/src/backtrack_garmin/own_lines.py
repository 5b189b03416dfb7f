"""Our own words in somebody's file: the line in a step's note, and the header in a description.

A line is never guessed: what does not parse is none. But where a note begins as only a line of ours
does and is none any more, that is said, so that nobody who was to face backward is sent forward.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins import InvalidWorkout, Loss, parse_line

if TYPE_CHECKING:
    from backtrack_plugins import Step, Straddle

_HEADER_LINE = re.compile(r"(?:name|level|about):(?:\s|\Z)")
_LEVEL = re.compile(r"\slevel:\s+(first-timer|beginner|intermediate|advanced)(?=\s|\Z)")
_AMOUNT = r"\s*(?:[0-9]+:[0-9:]+|[0-9.]+ ?(?:km|mi|m)|lap)\s+"
_BEGINS = re.compile(
    rf"{_AMOUNT}.*\b(?:forward|backward|left|right|walk|jog|run|km/h|mph|m/s|/km|/mi|rail|hands|straddle)\b"
)
_BEGINS_AND_TURNS = re.compile(rf"{_AMOUNT}(?:forward|backward|left|right)\s")
_SQUEEZED_FROM_BELOW = (" # ", " fitted ")
"""What begins the text that stood below a line, where somebody's editor took the line end away."""


class Note(NamedTuple):
    """A step's note, taken apart.

    Attributes:
        step: What our line says; None when there is none.
        lines: The line, and the fitted values below it.
        rest: The other words below it.
        changed: Whether it looks like a line of ours that somebody changed into something that is none.
    """

    step: Step | Straddle | None = None
    lines: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    changed: bool = False


def read_note(note: str, *, in_ours: bool = False) -> Note:
    r"""Look for our line in a note.

    Args:
        note: The note.
        in_ours: Whether other steps of the workout have lines of ours, so that it is likely that this
            one had one, too.

    >>> read_note("5:00 forward walk 4.5 km/h\n# Clip on the safety key.").lines
    ('5:00 forward walk 4.5 km/h',)
    >>> read_note("5:00 easy").step, read_note("5:00 backward wlak 2 km/h grip rail").changed
    (None, True)
    """
    rows = [row.strip() for row in note.splitlines()]
    rows = [row for row in rows if row and not row.startswith("#")]
    if not rows:
        return Note()
    first, *below = rows
    for text in (first, *(first.partition(mark)[0] for mark in _SQUEEZED_FROM_BELOW if mark in first)):
        step = _parsed(text)
        if step is not None:
            fitted = tuple(row for row in below if row.startswith("fitted "))
            rest = tuple(row for row in below if not row.startswith("fitted "))
            return Note(step, (text, *fitted), rest)
    begins = _BEGINS if in_ours else _BEGINS_AND_TURNS
    return Note(lines=(first,), changed=begins.match(first) is not None)


def is_line(text: str) -> bool:
    """Whether a text is a line of ours."""
    return _parsed(text) is not None


def _parsed(text: str) -> Step | Straddle | None:
    try:
        return parse_line(text.removesuffix(" added"))
    except InvalidWorkout:
        return None


class Header(NamedTuple):
    """The header lines of a page, and what could not be told."""

    lines: tuple[str, ...]
    losses: tuple[Loss, ...] = ()


def read_header(written: str | None, title: str | None, description: str, *, in_ours: bool) -> Header | None:
    """Look for our header in a description.

    Args:
        written: The workout's name as it is written; None when it has none.
        title: The same as a name that a Workout can have; None when it has none.
        description: The description.
        in_ours: Whether the steps have lines of ours.

    Returns:
        The header, as much of it as can be told; None where the workout is somebody else's.
    """
    rows = description.splitlines() or [""]
    as_written = written is None or rows[0] == f"name: {written}"
    if rows[0].startswith("name: ") and (as_written or not rows[0].startswith(f"name: {title} ")):
        lines = [row for row in rows if _HEADER_LINE.match(row)]
        other = [row for row in rows if row.strip() and not row.startswith("#") and row not in lines]
        losses = [Loss(what="description", instead=f"not carried: {' '.join(other)}")] if other else []
        if title is not None and not as_written:
            losses.append(Loss(what="name", instead=f"as it is called now: the description has {rows[0]}"))
            lines[0] = f"name: {title}"
        return Header(tuple(lines), tuple(losses))
    if title is None or not in_ours:
        return None
    level = _LEVEL.search("\n".join(rows).removeprefix(f"name: {title}"))
    told = [f"name: {title}", *([f"level: {level[1]}"] if level is not None else [])]
    instead = "the description was rewritten: name and level could be read, an about could not"
    return Header(tuple(told), (Loss(what="about", instead=instead),))
