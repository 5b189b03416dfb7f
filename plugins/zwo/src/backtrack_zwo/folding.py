"""Folding to ASCII: programs that read a ZWO are known to break on anything else."""

from __future__ import annotations

import re

import msgspec

from backtrack_plugins import InvalidWorkout, parse_line, write_line

_NAME_CHARACTERS = 80
_ABOUT_CHARACTERS = 100
_CUE_CHARACTERS = 120

_NO_PATH = str.maketrans("/\\", "--")


def fold(text: str) -> str:
    r"""Fold a page, or the lines of a text event, so that every line of the grammar stays one.

    ASCII comes back as it is. Only a name, an about, a cue and a comment can have anything else;
    what grows too long for the grammar is cut.

    >>> fold('  1:00 forward walk 5 km/h "schön “locker” bleiben"')
    '  1:00 forward walk 5 km/h "schon \\"locker\\" bleiben"'
    """
    if text.isascii():
        return text
    return "\n".join(line if line.isascii() else _fold_line(line) for line in text.split("\n"))


def fold_name(name: str) -> str:
    """Fold a workout's name, without the marks that no name may have.

    >>> fold_name("Füße hoch… ½")
    'Fusse hoch. 1-2'
    """
    if name.isascii():
        return name
    return re.sub(r"\.{2,}", ".", _letters(name).translate(_NO_PATH))[:_NAME_CHARACTERS].strip()


def _fold_line(line: str) -> str:
    if line.startswith("name: "):
        return f"name: {fold_name(line.removeprefix('name: '))}"
    if line.startswith("about: "):
        return f"about: {_letters(line.removeprefix('about: '))[:_ABOUT_CHARACTERS].strip()}"
    try:
        step = parse_line(line)
    except InvalidWorkout:  # a comment
        return _letters(line)
    margin = line[: len(line) - len(line.lstrip(" "))]
    cue = None if step.cue is None else _letters(step.cue)[:_CUE_CHARACTERS]
    return margin + write_line(msgspec.structs.replace(step, cue=cue))


def _letters(text: str) -> str:
    from anyascii import anyascii

    return "".join(filter(str.isprintable, anyascii(text))).strip() or "?"
