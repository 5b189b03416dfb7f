"""Words of somebody's file as they may stand in a Workout."""

from __future__ import annotations

import re
import unicodedata

UNNAMED = "Imported workout"

CUE = (120, 160)
NAME = (80, 120)
ABOUT = (100, 100)
"""Characters and UTF-8 bytes that a Workout has room for."""

# What nobody sees, or what turns text round on a screen; neither may stand in a Workout.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NO_PATH = str.maketrans("/\\", "--")


def cleaned(text: str) -> str:
    r"""A text on one line, without what nobody sees.

    >>> cleaned(" keep\tup\n the pace ")
    'keep up the pace'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    seen = [
        " " if unicodedata.category(character) in _UNPRINTABLE or character in _REORDERING else character
        for character in text
    ]
    return " ".join("".join(seen).split())


def cut(text: str, characters: int, size: int) -> tuple[str, str]:
    """As much of a text as there is room for, and the rest; between words, where there are some.

    >>> cut("easy does it", 8, 100)
    ('easy', 'does it')
    """
    kept = text[:characters].encode()[:size].decode(errors="ignore")
    if kept != text and text[len(kept)] != " " and " " in kept:
        kept = kept[: kept.rindex(" ")]
    return kept.strip(), text[len(kept) :].strip()


def title_of(name: str) -> str:
    """A name as a Workout can have it; empty when nothing of it is left.

    >>> title_of(" 5/10 k.. easy")
    '5-10 k. easy'
    """
    return cut(re.sub(r"\.{2,}", ".", cleaned(name).translate(_NO_PATH)), *NAME)[0]
