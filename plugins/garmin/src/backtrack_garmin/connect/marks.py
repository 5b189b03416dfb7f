"""The mark by which we know our own workouts on Garmin Connect: the last line of the description."""

from __future__ import annotations

import re

MARK = re.compile(r"(?:\A|\n)backtrack [0-9a-f]{16} [0-9a-f]{16}\Z")
"""A mark at the end of a description, with the line feed before it."""


def without_mark(text: str) -> str:
    r"""The description without its mark; as it is when there is none.

    >>> without_mark("name: Easy\nbacktrack 0123456789abcdef 0123456789abcdef")
    'name: Easy'
    """
    return MARK.sub("", text)
