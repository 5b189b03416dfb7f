"""Our own words in somebody's file: the line in a step's note, and the header in a description.

A line is never guessed: what does not parse is none. But where a note begins as only a line of ours
does and is none any more, that is said, so that nobody who was to face backward is sent forward.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from backtrack_garmin.gentle_start import CONTINUED, HELD
from backtrack_plugins import InvalidWorkout, Loss, Speed, parse_line

if TYPE_CHECKING:
    from backtrack_plugins import Step, Straddle

_HEADER_LINE = r"(?:name|level|about):(?:\s|\Z)"
_LEVEL = r"\slevel:\s+(first-timer|beginner|intermediate|advanced)(?=\s|\Z)"
_AMOUNT = r"\s*(?:[0-9]+:[0-9:]+|[0-9.]+ ?(?:km|mi|m)|lap)\s+"
_ANY_AMOUNT = r"\s*(?:[0-9]+:[0-9:]+|[0-9.]+ ?(?:km|mi|m|s(?:ec)?|min|h)|lap)\s+"
_BEGINS = (
    rf"(?i){_AMOUNT}.*"
    r"\b(?:forward|backward|left|right|walk|jog|run|km/h|mph|m/s|/km|/mi|rail|hands|straddle)\b"
)
_BEGINS_AND_TURNS = (
    rf"(?i){_ANY_AMOUNT}(?:(?:forward|backwards?|bwd|left|right)(?:\s|\Z)|back\s+(?:walk|jog|run)\b)"
)
_HAS_PART = (
    r"(?i)\b(?:forward|fwd|backwards?|back|bwd|left|right)\s+(?:walk|jog|run)\s+"
    r"[0-9][0-9.:]*\s?(?:km/h|kmh|kph|mph|m/s|/km|/mi)"
)
"""What only a line of ours has in it, wherever it stands: direction, gait and speed side by side."""

_RAIL = r"(?i)(?:grip|light|hold)\s+rail(?![a-z])|hands[\s-]+free(?![a-z])"
_PARTS = (
    r"(?i)(?<![a-z])(?:forward|fwd|backwards?|back|bwd|left|right)(?![a-z])",
    r"(?i)(?<![a-z])(?:walk|jog|run)(?![a-z])",
    r"(?i)(?:(?<![a-z])(?:km/?h|kph|mph|m/s)|/km|/mi)(?![a-z])",
    _RAIL,
)
_ENOUGH_PARTS = 3
"""Of direction, gait, speed and rail: with so many, a note among lines of ours was one itself. Where no other
step has a line, one of them has to be the rail: runners do write "turn left, run at 10 km/h"."""

_IN_EACH = (
    *("walk", "jog", "run", "straddle", "rail", "hands", "forward", "fwd", "back", "bwd", "left", "right"),
    *("km/h", "mph", "m/s", "/km", "/mi"),
)
"""One of these stands in each note that was a line; compiling the rest takes time. Of ASCII alone, since
other letters may be the small or capital ones of these."""

_NAME = (
    r"(?:forward|backward|left|right) (?:walk|jog|run)(?: [0-9].*)?\Z"
    r"|straddle(?:, then (?:forward|backward|left|right))?\Z"
)
"""A step's name as ``garmin-fit`` writes it."""

_SQUEEZED_FROM_BELOW = (" # ", " fitted ")
"""What begins the text that stood below a line, where somebody's editor took the line end away."""


class Note(NamedTuple):
    """A step's note, taken apart.

    Attributes:
        step: What our line says; None when there is none.
        lines: The line, and the fitted values below it. Where it was changed, what may have been the line;
            nothing where that is only a part of what stands there.
        rest: The other words.
        changed: Whether it looks like a line of ours that somebody changed into something that is none.
    """

    step: Step | Straddle | None = None
    lines: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    changed: bool = False

    @property
    def fitted(self) -> Speed | None:
        """The belt speed that the fitted line says; None when there is none, or it has no speed."""
        if len(self.lines) < 2:
            return None
        said = self.lines[1].removeprefix("fitted ")
        try:
            return Speed(said.rpartition(" ")[0] if said.endswith("%") else said)
        except ValueError:
            return None


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
    >>> read_note("keep going\n5:00 forward walk 4.5 km/h").rest
    ('keep going',)
    """
    written = [row.strip() for row in note.splitlines()]
    rows = [row for row in written if row and not row.startswith("#")]
    for at, row in enumerate(rows):
        for text in (row, *(row.partition(mark)[0] for mark in _SQUEEZED_FROM_BELOW if mark in row)):
            step = _parsed(text)
            if step is not None:
                others = [*rows[:at], *rows[at + 1 :]]
                fitted = tuple(row for row in others if row.startswith("fitted "))
                rest = tuple(row for row in others if not row.startswith("fitted "))
                return Note(step, (text, *fitted), rest)
    lowered = note.lower()
    if note.isascii() and not any(word in lowered for word in _IN_EACH):
        return Note()
    for row in rows:
        if re.match(_BEGINS_AND_TURNS, row) or (in_ours and re.match(_BEGINS, row)):
            return Note(lines=(row,), changed=True)
    was = any(re.match(_BEGINS_AND_TURNS, row) for row in written)
    return Note(changed=was or _has_parts(" ".join(written), in_ours=in_ours))


def continued_in(note: str) -> Step | Straddle | None:
    """What a note goes on with: the step whose start is a step of its own; None when it is no such note.

    >>> continued_in("# Continued: 2:00 forward jog 8 km/h").amount
    Amount('2:00')
    """
    first, _, _ = note.strip().partition("\n")
    return _parsed(first.removeprefix(CONTINUED)) if first.startswith(CONTINUED) else None


def is_held(note: str) -> bool:
    """Whether a note says that the target is below the speed of its line."""
    return any(row.strip().startswith(HELD) for row in note.splitlines())


def is_name(name: str) -> bool:
    """Whether a step has a name of ours, whatever its note.

    >>> is_name("backward walk 2.4 km/h"), is_name("straddle, then left"), is_name("backward hill")
    (True, True, False)
    """
    return re.match(_NAME, name) is not None


def is_near_line(text: str) -> bool:
    """Whether a text is a line of ours, or was one before somebody changed it."""
    return is_line(text) or re.match(_BEGINS_AND_TURNS, text) is not None or _has_parts(text, in_ours=True)


def _has_parts(text: str, *, in_ours: bool) -> bool:
    enough = sum(re.search(part, text) is not None for part in _PARTS) >= _ENOUGH_PARTS
    return re.search(_HAS_PART, text) is not None or (
        enough and (in_ours or re.search(_RAIL, text) is not None)
    )


def is_line(text: str) -> bool:
    """Whether a text is a line of ours."""
    return _parsed(text) is not None


_IN_EVERY_LINE = ("walk", "jog", "run", "straddle")
"""One of these stands in each line; to be told what is wrong with a text without them takes time."""


def _parsed(text: str) -> Step | Straddle | None:
    lowered = text.lower()
    if not any(word in lowered for word in _IN_EVERY_LINE):
        return None
    try:
        return parse_line(text.removesuffix(" added"))
    except InvalidWorkout:
        return None


REWRITTEN = Loss(
    what="about", instead="the description was rewritten: name and level could be read, an about could not"
)


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
        lines = [row for row in rows if re.match(_HEADER_LINE, row)]
        other = [row for row in rows if row.strip() and not row.startswith("#") and row not in lines]
        losses = [Loss(what="description", instead=f"not carried: {' '.join(other)}")] if other else []
        if title is not None and not as_written:
            losses.append(Loss(what="name", instead=f"as it is called now: the description has {rows[0]}"))
            lines[0] = f"name: {title}"
        return Header(tuple(lines), tuple(losses))
    if title is None or not in_ours:
        return None
    level = re.search(_LEVEL, "\n".join(rows).removeprefix(f"name: {title}"))
    told = [f"name: {title}", *([f"level: {level[1]}"] if level is not None else [])]
    return Header(tuple(told), (REWRITTEN,))


class Description(NamedTuple):
    """The description of a workout that has steps of ours among others.

    Attributes:
        theirs: What somebody else wrote.
        level: The level that stands below it; empty when none does.
    """

    theirs: str
    level: str = ""


def read_description(description: str, *, in_ours: bool = True) -> Description:
    r"""Take a description apart: somebody's words, and the level and the comments of ours below them.

    Where it begins with our name line, its header is ours, too.

    Args:
        description: The description.
        in_ours: Whether steps of the workout have lines of ours; all is somebody's where none has.

    >>> read_description("Tuesday's session.\nlevel: beginner\n# Clip on the safety key.")
    Description(theirs="Tuesday's session.", level='beginner')
    """
    rows = description.splitlines()
    if not in_ours or not rows:
        return Description(description)
    if rows[0].startswith("name: "):
        theirs = [row for row in rows if not re.match(_HEADER_LINE, row) and not row.startswith("#")]
        level = re.search(_LEVEL, "\n".join(rows))
        return Description("\n".join(theirs), "" if level is None else level[1])
    while rows and rows[-1].startswith("# "):
        rows.pop()
    level = re.fullmatch(_LEVEL, "\n" + rows[-1]) if rows else None
    return Description("\n".join(rows[:-1] if level else rows), "" if level is None else level[1])
