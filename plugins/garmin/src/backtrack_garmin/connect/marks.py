"""The mark by which we know a workout in an account again: the last line of its description.

It says which workout it is, whatever its content, and what its content was when we wrote it. So a workout
is found again when our own notes are lost, or the answer to its creation was; and one that somebody
edited since is told from one that we wrote. A workout without a mark is somebody else's, and is never
changed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_MARK_CHARACTERS = 64
"""Room that a description leaves for it, the line feed before it included."""

_MARK = re.compile(r"(?:^|\n)backtrack ([0-9a-f]{16}) ([0-9a-f]{16})\s*\Z")


class Mark(NamedTuple):
    """Which workout it is, and the digest of its content when we wrote it: 16 hexadecimal digits each."""

    identity: str
    digest: str

    def __str__(self) -> str:
        return f"backtrack {self.identity} {self.digest}"


def with_mark(description: str, mark: Mark) -> str:
    r"""The description with a mark as its last line.

    >>> with_mark("about", Mark("0123456789abcdef", "fedcba9876543210"))
    'about\nbacktrack 0123456789abcdef fedcba9876543210'
    """
    return f"{description}\n{mark}" if description else str(mark)


def without_mark(description: str | None) -> str:
    """The description as it was before a mark was added."""
    return _MARK.sub("", description or "")


def mark_of(description: object) -> Mark | None:
    """The mark of a description; None when it has none."""
    found = _MARK.search(description) if isinstance(description, str) else None
    return None if found is None else Mark(*found.groups())
