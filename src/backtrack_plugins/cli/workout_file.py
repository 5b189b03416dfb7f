"""A workout as a file that a command writes: a page, or its JSON form by the file's name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_plugins.errors import UsageError
from backtrack_plugins.files import Written, write_files
from backtrack_plugins.units import shown
from backtrack_plugins.writing import to_json

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

PAGE = ".backtrack"
JSON = ".json"


def is_json(path: str) -> bool:
    """Whether a file's name says that it is the JSON form."""
    return path.lower().endswith(JSON)


def refuse_other_suffix(path: str | None) -> None:
    """Hold the name of a file to write to one that can be read again.

    Raises:
        UsageError: when it ends in neither ``.backtrack`` nor ``.json``.
    """
    if path is not None and not path.lower().endswith((PAGE, JSON)):
        raise UsageError(f"-o {shown(path)}: a workout file ends in {PAGE}, or in {JSON} for its JSON form")


def write_workout(path: str, workout: Workout, page: str, *, overwrite: bool) -> Written:
    """Write a workout: its page, or its JSON form.

    Raises:
        UsageError: when there is no such folder.
        ExistingFile: when a file stands there that we did not write, or that was changed since.
        DeliveryError: when the file system refuses; nothing was written.
    """
    folder, name = os.path.split(path)
    data = to_json(workout) if is_json(path) else page.encode()
    (written,) = write_files(folder or os.curdir, {name: data}, overwrite=overwrite)
    return written._replace(path=path)
