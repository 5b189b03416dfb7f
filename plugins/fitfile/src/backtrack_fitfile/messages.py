"""The messages of one FIT file, by the library that is chosen: fitfast where it is installed, else fitparse.

Both give the same. fitfast reads what is plain: where libraries differ in what they make of a file, and
where it reads none, fitparse has the word. ``BACKTRACK_FITFILE=fitparse`` lets fitparse read everything.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_fitfile import profile
from backtrack_fitfile.layout import is_plain, layout
from backtrack_plugins import UsageError

if TYPE_CHECKING:
    from backtrack_fitfile.layout import Layout

CHOICE = "BACKTRACK_FITFILE"
"""The environment variable that names the one library to use."""

MOST_MESSAGES = 1_000_000
"""Messages of one FIT file, of any kind: our choice. One a second makes more than eleven days."""

_MOST_UNREAD = 4
"""How many times as many messages that nobody reads a file may have for fitfast, which keeps them all."""

Values = dict[str, Any]
"""Of one message, by the names of the profile: numbers divided by their scale, enumerations as numbers, times
in seconds since 1989-12-31 UTC, indices with their flags. What the file leaves out or marks as invalid is
not there; what nobody reads may be."""


class Messages(NamedTuple):
    """The messages of one FIT file.

    Attributes:
        found: By the name of their kind, in the order of the file.
        layout: What else it holds.
        plain: Whether every value is of the profile's own type.
        library: What read them, with its version.
    """

    found: dict[str, list[Values]]
    layout: Layout
    plain: bool
    library: str


def messages(part: bytes) -> Messages:
    """Read the messages that a recording is made of.

    Args:
        part: One FIT file, and nothing before or after it.

    Raises:
        DamagedFile: when its checksum is wrong, or its records do not fit together.
    """
    found = layout(part, MOST_MESSAGES)
    plain = is_plain(found)
    return (_fast(part, found) if plain else None) or _slow(part, found, plain=plain)


def _choice() -> str | None:
    choice = os.environ.get(CHOICE) or None
    if choice not in {None, "fitparse", "fitfast"}:
        raise UsageError(f"{CHOICE} is {choice}; it can be fitparse, fitfast, or left out")
    return choice


def _fast(part: bytes, found: Layout) -> Messages | None:
    """The messages by fitfast; None where it is not for it to say."""
    choice = _choice()
    if choice == "fitparse":
        return None

    from backtrack_fitfile import by_fitfast

    if not by_fitfast.is_installed():
        if choice:
            raise UsageError(
                f"{CHOICE} asks for fitfast, which is not installed: pip install 'backtrack-fitfile[fast]'"
            )
        return None
    if not _is_worth(found):
        return None
    try:
        read = by_fitfast.read(part)
    except ValueError:  # fitparse says what is wrong
        return None
    if not _have_plain_texts(read):
        return None
    return Messages(read, found, plain=True, library=by_fitfast.library())


def _slow(part: bytes, found: Layout, *, plain: bool) -> Messages:
    from backtrack_fitfile import by_fitparse  # takes longer to import than fitfast to read an hour

    return Messages(by_fitparse.read(part), found, plain, by_fitparse.LIBRARY)


def _is_worth(found: Layout) -> bool:
    read = found.count(*profile.FIELDS)
    every = sum(shape.count for shape in found.shapes)
    return every - read <= _MOST_UNREAD * read + 1000


def _have_plain_texts(read: dict[str, list[Values]]) -> bool:
    """Whether no text is of several parts or badly encoded, of which libraries make different things."""
    for number in (profile.WORKOUT, profile.WORKOUT_STEP):
        fields = profile.FIELDS[number].values()
        names = [field.name for field in fields if field.base == profile.STRING]
        for values in read.get(profile.MESSAGES[number], ()):
            for text in (values.get(name, "") for name in names):
                if not isinstance(text, str) or "\ufffd" in text:
                    return False
    return True
