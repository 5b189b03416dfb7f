"""A programme's folder: ``programme.toml`` with the plan and what was done, and a page for each week."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_plugins.errors import DeliveryError, UsageError
from backtrack_plugins.files import write_files
from backtrack_plugins.programme.state import STATE_FILE, programme_from_toml, write_state
from backtrack_plugins.units import shown
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from backtrack_plugins.files import Written
    from backtrack_plugins.programme.series import Programme


def read_programme(folder: str | os.PathLike[str]) -> Programme:
    """Read a programme from its folder.

    Raises:
        UnreadableInput: when ``programme.toml`` cannot be read.
        UsageError: when there is none, or with everything in it that cannot be or does not agree.
    """
    from backtrack_plugins.reading import decode, read_bytes

    path = os.path.join(os.fspath(folder), STATE_FILE)
    if not os.path.lexists(path):
        raise UsageError(
            f"{os.fspath(folder)}: no programme there. Begin one: backtrack programme new -o FOLDER",
            path=os.fspath(folder),
        )
    return programme_from_toml(decode(read_bytes(path), path), file=path)


def programme_files(programme: Programme) -> dict[str, bytes]:
    """What is written for a programme: a page for each workout still to do, and last ``programme.toml``.

    The pages of workouts that are done are history, and stay as they were done.
    """
    pages = {week.file: write(week.workout).encode() for week in programme.sessions if week.state != "done"}
    return {**pages, STATE_FILE: write_state(programme).encode()}


def write_programme(
    programme: Programme, folder: str | os.PathLike[str], *, overwrite: bool = False
) -> list[Written]:
    """Write a programme into its folder: all of it, or nothing.

    Args:
        programme: What to write.
        folder: A folder that exists.
        overwrite: Replace pages that were changed by hand, too.

    Raises:
        UsageError: when there is no such folder.
        ExistingFile: when a file there was changed by hand, or is somebody else's.
        DeliveryError: when the file system refuses; every file is as it was.
    """
    return write_files(folder, programme_files(programme), overwrite=overwrite)


def begin_folder(
    programme: Programme, folder: str | os.PathLike[str], *, overwrite: bool = False
) -> list[Written]:
    """Write a new programme into a folder, which is made when there is none.

    Raises:
        UsageError: when the folder holds a programme already, or the folder around it is missing.
        ExistingFile: when a file stands there that would be written over.
        DeliveryError: when the file system refuses; nothing is left behind.
    """
    path = os.fspath(folder)
    if os.path.lexists(os.path.join(path, STATE_FILE)):
        raise UsageError(
            f"{path}: there is a programme already. Choose another folder, or go on with it: "
            f"backtrack programme next {path}",
            path=path,
        )
    made = not os.path.lexists(path)
    if made:
        _make(path)
    try:
        return write_programme(programme, path, overwrite=overwrite)
    except BaseException:
        if made:
            os.rmdir(path)
        raise


def _make(path: str) -> None:
    around = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(around):
        raise UsageError(f"there is no folder {around}; make it first: mkdir {around!r}", path=around)
    try:
        os.mkdir(path)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise DeliveryError(f"{shown(path)}: {reason}. Nothing was written.", path=path) from None
