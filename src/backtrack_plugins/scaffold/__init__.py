"""A new plugin project: whole, typed and tested, and one function short of being useful.

What is written is filled in from the files in ``templates``, which hold no clock and ask nobody: the same
words give the same bytes.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from backtrack_plugins.errors import DeliveryError, ExistingFile, UsageError
from backtrack_plugins.scaffold.filling import LICENCES, NOBODY, checked_author, filled
from backtrack_plugins.scaffold.names import checked_kind, names_of
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LICENCES", "NOBODY", "new_plugin"]


def new_plugin(
    kind: str,
    name: str,
    folder: str | os.PathLike[str],
    *,
    author: str = NOBODY,
    licence: str = "MIT",
) -> list[str]:
    """Write the project of a new plugin into a folder: all of it, or nothing.

    Args:
        kind: Such as ``exporter``; one of the registry's kinds.
        name: The name of what it offers, such as ``my-watch``: lower-case letters, digits and hyphens, at
            most 30 characters. The project is ``backtrack-my-watch``.
        folder: A folder that exists; the project becomes a folder in it.
        author: Who stands in its licence and metadata; 1 to 100 printable characters.
        licence: ``MIT``, ``Apache-2.0``, ``GPL-3.0-or-later``, or ``none`` to choose later.

    Returns:
        The path of every file written, in order.

    Raises:
        UsageError: when a kind, name, author or licence is none, or when there is no such folder.
        ExistingFile: when the project's folder is there already; nothing in it was touched.
        DeliveryError: when the file system refuses; nothing was left behind.

    Example::

        new_plugin("exporter", "my-watch", "code", author="Ada")
    """
    names = names_of(name)
    files = filled(checked_kind(kind), names, author=checked_author(author), licence=licence)
    base = os.fspath(folder)
    if not os.path.isdir(base):
        what = "is a file" if os.path.isfile(base) else "is no folder"
        raise UsageError(f"{shown(base)} {what}; name a folder to write into, or make it first")
    project = os.path.join(base, names.distribution)
    if os.path.lexists(project):
        raise ExistingFile(
            f"{project}: already there. Move it away, or choose another name or folder. Nothing was written.",
            paths=(project,),
        )
    _write_whole(project, files)
    return [os.path.join(project, *path.split("/")) for path in files]


def _write_whole(project: str, files: Mapping[str, bytes]) -> None:
    """Write beside where it goes, and give it its name when it is complete."""
    beside = os.path.join(os.path.dirname(project), f".backtrack-{os.getpid()}-new")
    try:
        os.mkdir(beside)
        for path, data in files.items():
            there = os.path.join(beside, *path.split("/"))
            os.makedirs(os.path.dirname(there), exist_ok=True)
            with open(there, "xb") as file:
                file.write(data)
        os.rename(beside, project)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        reason = (error.strerror or str(error)).lower()
        raise DeliveryError(
            f"{project}: {reason}. Check that the folder can be written to and has room. "
            "Nothing was written.",
            path=project,
        ) from None
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
