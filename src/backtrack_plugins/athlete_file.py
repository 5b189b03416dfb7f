"""The one line of an ``athlete.toml`` that we write: its level. All else in the file is somebody's own."""

from __future__ import annotations

import codecs
import os
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.athlete import athlete_from_toml
from backtrack_plugins.errors import DeliveryError, UsageError
from backtrack_plugins.files import replace_file
from backtrack_plugins.reading import decode, read_bytes

if TYPE_CHECKING:
    from backtrack_plugins.workout import Level

_NEW = "# Who runs, and on what.\n"


def write_level(path: str | os.PathLike[str], level: Level | None) -> bool:
    """Change the level in an ``athlete.toml``; comments, order and every other line stay.

    The file is replaced whole or not at all and keeps its permissions. Where there is none it is made,
    and its folder, too, open to nobody else.

    Args:
        path: The file.
        level: The level to write; None takes the line out.

    Returns:
        Whether anything changed. Taking the level out of a file that is not there changes nothing.

    Raises:
        UnreadableInput: when the file cannot be read.
        UsageError: when it is no valid ``athlete.toml``; it stays as it is.
        DeliveryError: when the file system refuses; the file is as it was.

    >>> import tempfile
    >>> path = os.path.join(tempfile.mkdtemp(), "athlete.toml")
    >>> write_level(path, "beginner"), write_level(path, "beginner")
    (True, False)
    """
    file = os.fspath(path)
    if not os.path.lexists(file):
        if level is None:
            return False
        _make_folder_of(file)
        replace_file(file, f"{_NEW}{_line(level)}\n".encode())
        return True
    before = read_bytes(file)
    text = decode(before, file)
    athlete = athlete_from_toml(text, file=file)
    if athlete.level == level:
        return False
    after = _with_level(text, level)
    if athlete_from_toml(after, file=file) != msgspec.structs.replace(athlete, level=level):
        raise UsageError(
            f"{file}: the level could not be changed and nothing else; change it by hand",
            file=file,
            keys=("level",),
        )
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    replace_file(file, mark + after.encode())
    return True


def _with_level(text: str, level: Level | None) -> str:
    import tomlkit

    document = tomlkit.parse(text)
    if level is None:
        document.remove("level")
    elif "level" in document:
        document["level"] = level
    else:
        # Not where tomlkit adds a key: that may part a comment from the table below it.
        return f"{_line(level)}{_line_end(text)}{text}"
    return tomlkit.dumps(document)


def _line(level: Level) -> str:
    return f'level = "{level}"'


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _make_folder_of(file: str) -> None:
    folder = os.path.dirname(os.path.abspath(file))
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DeliveryError(f"{folder}: {reason}. Nothing was written.", path=folder) from None
