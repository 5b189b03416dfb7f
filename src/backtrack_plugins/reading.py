"""Files to a Workout: a page, or its JSON form."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from backtrack_plugins.errors import UnreadableInput
from backtrack_plugins.page import parse
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

MOST_BYTES = 1 << 20
"""A workout file is at most 1 MiB."""


def read(path: str | os.PathLike[str]) -> Workout:
    """Read a workout file: a page, or its JSON form when the name ends in ``.json``.

    Raises:
        UnreadableInput: when there is no such file, or it is over 1 MiB, binary, XML or not UTF-8.
        InvalidWorkout: with every problem of the text, at most 100.
    """
    name = os.fspath(path)
    text = decode(read_bytes(name), name)
    if name.lower().endswith(".json"):
        from backtrack_plugins.mapping import from_json

        return from_json(text, file=name)
    if text.lstrip().startswith("<"):  # every word of it would be a problem of its own
        raise UnreadableInput(
            f"{name}: XML, not a page of lines. To turn a ZWO or QZ file into a page: backtrack import FILE; "
            "into another format: backtrack convert FILE --to FORMAT",
            file=name,
        )
    return parse(text, file=name)


def is_workout_file(name: str, data: bytes) -> bool:
    r"""Whether a file is meant as one of ours, right or wrong: a page has a name, and a JSON form its suffix.

    >>> is_workout_file("run.txt", b"# mine\nname: Run\n"), is_workout_file("a.fit", b"\x0e.FIT")
    (True, False)
    """
    return name.lower().endswith((".backtrack", ".json")) or _NAME.search(data) is not None


_NAME = re.compile(rb"^[ \t]*name:", re.MULTILINE | re.IGNORECASE)


def read_bytes(name: str, *, most: int = MOST_BYTES, what: str = "workout") -> bytes:
    """The bytes of a file.

    Args:
        name: Its path.
        most: How many bytes at most; 1 MiB when left out.
        what: What is never larger, for the message.

    Raises:
        UnreadableInput: when it cannot be opened or is larger.
    """
    try:
        name.encode()
        with open(name, "rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadableInput(f"{name}: {reason}. Check the path; nothing was read.", file=name) from None
    except ValueError:
        raise UnreadableInput(
            f"{shown(name)!r} is no file name that is text; rename it, nothing was read.",
            file=shown(name),
        ) from None
    refuse_larger(data, name, most=most, what=what)
    return data


def refuse_larger(data: bytes, name: str, *, most: int = MOST_BYTES, what: str = "workout") -> None:
    """Refuse bytes that are more than any file of their kind has.

    Args:
        data: The bytes.
        name: What they are called.
        most: How many bytes at most; 1 MiB when left out.
        what: What is never larger, for the message.

    Raises:
        UnreadableInput: when there are more.
    """
    if len(data) > most:
        said = f"larger than {most >> 20} MiB, which no {what} is"
        raise UnreadableInput(f"{name}: {said}. Nothing was read.", file=name)


def decode(data: bytes, name: str) -> str:
    """UTF-8 bytes to text, without a byte order mark.

    Raises:
        UnreadableInput: naming the line, when the bytes are binary or in another encoding.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableInput(
            f"{name}: not UTF-8 (byte 0x{data[0]:02X}) but UTF-16. "
            "Save the file as UTF-8 in your editor and try again.",
            file=name,
        )
    if b"\0" in data:
        raise UnreadableInput(
            f"{name}: a binary file, not a page of lines. "
            "To turn a FIT or ZWO file into a page: backtrack import FILE",
            file=name,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableInput(
            f"{name}:{line}: not UTF-8 (byte 0x{data[error.start]:02X}). "
            "Save the file as UTF-8 in your editor and try again.",
            file=name,
        ) from None
    return text
