"""Where Zwift looks for workouts on this machine.

Zwift has one folder for each of its users, named by a number. It lies in ``Documents``, and with newer
versions for Windows in ``AppData``; on Linux it is inside whatever plays Windows there.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORKOUTS = os.path.join("Zwift", "Workouts")

_ONEDRIVE = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
"""Variables in which OneDrive says where it keeps its files."""

_STEAM = (".local/share/Steam", ".steam/steam", ".var/app/com.valvesoftware.Steam/.local/share/Steam")
_BOTTLES = (".local/share/bottles/bottles", ".var/app/com.usebottles.bottles/data/bottles/bottles")


class System(NamedTuple):
    """What is asked for places: that of this machine, or one made for a test.

    Attributes:
        platform: As in `sys.platform`.
        home: The user's home folder.
        documents: What the system says is the user's folder for documents, wherever it was moved to.
        environ: Environment variables.
    """

    platform: str
    home: str
    documents: str
    environ: Mapping[str, str]


class Found(NamedTuple):
    """What came of the search.

    Attributes:
        folders: The folder of each of Zwift's users, the likeliest first; none twice.
        closed: Folders that could not be looked into, each with the reason.
    """

    folders: tuple[str, ...]
    closed: Mapping[str, str]


def this_system() -> System:
    """The machine that this runs on."""
    # Windows alone knows where OneDrive moved Documents to, and in which language it is called what.
    from platformdirs import user_documents_dir

    return System(sys.platform, os.path.expanduser("~"), user_documents_dir(), os.environ)


def find(system: System) -> Found:
    """The folders of Zwift's users: ``Zwift/Workouts/<number>`` in every place where Zwift keeps it."""
    folders: dict[str, str] = {}
    closed: dict[str, str] = {}
    for place in _places(system, closed):
        workouts = os.path.join(place, WORKOUTS)
        for name in _names(workouts, closed):
            folder = os.path.join(workouts, name)
            if name.isascii() and name.isdigit() and os.path.isdir(folder):
                # Wine's Documents is a link to the one in the home folder.
                folders.setdefault(os.path.normcase(os.path.realpath(folder)), folder)
    return Found(tuple(folders.values()), closed)


def _places(system: System, closed: dict[str, str]) -> Iterator[str]:
    """Folders that may hold a folder ``Zwift``."""
    if system.platform == "win32":
        yield system.environ.get("LOCALAPPDATA") or os.path.join(system.home, "AppData", "Local")
    yield system.documents
    yield os.path.join(system.home, "Documents")
    if system.platform == "win32":
        for variable in _ONEDRIVE:
            if system.environ.get(variable):
                yield os.path.join(system.environ[variable], "Documents")
    elif system.platform != "darwin":
        for prefix in _wine_prefixes(system, closed):
            users = os.path.join(prefix, "drive_c", "users")
            for user in _names(users, closed):
                yield os.path.join(users, user, "AppData", "Local")
                yield os.path.join(users, user, "Documents")


def _wine_prefixes(system: System, closed: dict[str, str]) -> Iterator[str]:
    """Folders that hold a ``drive_c``, of Wine and of what starts it for others."""
    if system.environ.get("WINEPREFIX"):
        yield system.environ["WINEPREFIX"]
    for name in (".wine", ".wine-zwift"):
        yield os.path.join(system.home, name)
    for parent in (".local/share/wineprefixes", "Games", *_BOTTLES):  # Lutris makes them in Games
        for prefix in _inside(os.path.join(system.home, parent), closed):
            yield prefix
            yield os.path.join(prefix, "pfx")
            yield os.path.join(prefix, "prefix")
    for steam in _STEAM:
        for game in _inside(os.path.join(system.home, steam, "steamapps", "compatdata"), closed):
            yield os.path.join(game, "pfx")


def _inside(folder: str, closed: dict[str, str]) -> Iterator[str]:
    for name in _names(folder, closed):
        yield os.path.join(folder, name)


def _names(folder: str, closed: dict[str, str]) -> list[str]:
    """The names in a folder, in order; none where there is no folder or it may not be looked into."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:  # macOS asks the user before a program may look into Documents
        closed[folder] = (error.strerror or str(error)).lower()
        return []
