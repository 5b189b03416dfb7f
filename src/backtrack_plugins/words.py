"""Words of somebody's file as they may stand in a Workout: for importers.

A cue, an about and a name are one line each, of limited length, and have no characters that nobody sees or
that turn text round on a screen.
"""

from __future__ import annotations

import re

from backtrack_plugins.workout import (
    ABOUT_BYTES,
    CUE_BYTES,
    CUE_CHARACTERS,
    NAME_BYTES,
    NAME_CHARACTERS,
    unprintable,
)

_NO_PATH = str.maketrans("/\\", "--")


def clean_text(text: str) -> str:
    r"""A text on one line, without what nobody sees.

    >>> clean_text(" keep\tup\n the pace ")
    'keep up the pace'
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(" " if unprintable(character) else character for character in text)
    return " ".join(text.split())


def cut_text(text: str, characters: int, size: int) -> tuple[str, str]:
    """As much of a text as there is room for, and the rest; between words, where there are some.

    Args:
        text: The text.
        characters: How many of them there is room for.
        size: How many bytes in UTF-8.

    >>> cut_text("easy does it", 8, 100)
    ('easy', 'does it')
    """
    kept = text[:characters].encode()[:size].decode(errors="ignore")
    if kept != text and text[len(kept)] != " " and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.strip(), text[len(kept) :].strip()


def cue_from(text: str) -> tuple[str, str]:
    """As much of a clean text as a cue has room for, and the rest, which is lost."""
    return cut_text(text, CUE_CHARACTERS, CUE_BYTES)


def about_from(text: str) -> tuple[str, str]:
    """As much of a clean text as an about has room for, and the rest, which is lost."""
    return cut_text(text, ABOUT_BYTES, ABOUT_BYTES)


def clean_name(text: str) -> str:
    """A name as a Workout can have it; empty when nothing of it is left.

    >>> clean_name(" 5/10 k.. easy")
    '5-10 k. easy'
    """
    name = re.sub(r"\.{2,}", ".", clean_text(text).translate(_NO_PATH))
    return cut_text(name, NAME_CHARACTERS, NAME_BYTES)[0]
