"""Where a watch shows itself on this computer: as a drive, or as an MTP device that the desktop mounts.

Either way there is a folder ``GARMIN``, in any case, and in it one for new files, mostly ``NewFiles`` or
``NEWFILES``. The watch empties that folder when it is unplugged, and moves workouts to ``Workouts``.
"""

from __future__ import annotations

import os
import string
import sys
from typing import TYPE_CHECKING, NamedTuple

from backtrack_garmin.watch.device import FILE, MOST_BYTES, Device, describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

GARMIN = "GARMIN"
NEW_FILES = "NewFiles"
WORKOUTS = "Workouts"

_MTP = "mtp:host="
"""What gvfs calls the folder of an MTP device begins with this."""

_DRIVES = string.ascii_uppercase[2:]
"""A and B are floppy disks, and looking at those can take seconds."""


class System(NamedTuple):
    """What is asked for volumes: this machine, or one made for a test.

    Attributes:
        platform: As in `sys.platform`.
        user: Who is logged in.
        runtime: The user's own folder for what runs, in which gvfs shows its mounts; empty when unknown.
        root: What all paths begin with; empty but in tests.
    """

    platform: str
    user: str
    runtime: str
    root: str = ""


class Watch(NamedTuple):
    """A watch that can be written to.

    Attributes:
        root: What stands for it: the volume, or the folder that the user named.
        inbox: The folder for new files.
        kept: The folders that hold the workouts it has taken over.
        model: What it calls itself; empty when it does not say.
    """

    root: str
    inbox: str
    kept: tuple[str, ...] = ()
    model: str = ""

    @property
    def is_mtp(self) -> bool:
        """Whether gvfs mounts it, which moves whole files and cannot write into one."""
        return any(part.startswith(_MTP) for part in os.path.realpath(self.inbox).split(os.sep))

    @property
    def called(self) -> str:
        """What to call it, for people."""
        return self.model or "a Garmin device"

    @property
    def label(self) -> str:
        """What to call it where there are several."""
        return f"{self.called}, {self.root}"


class Found(NamedTuple):
    """What came of a search.

    Attributes:
        watches: Each of them once.
        closed: Folders that could not be looked into, each with the reason.
    """

    watches: tuple[Watch, ...]
    closed: Mapping[str, str]


def this_system() -> System:
    """The machine that this runs on."""
    from getpass import getuser

    try:
        user = getuser()
    except (OSError, KeyError, ImportError):  # nobody of that number: Python 3.13 says OSError
        user = ""
    return System(sys.platform, user, os.environ.get("XDG_RUNTIME_DIR", ""))


def find(system: System) -> Found:
    """Every watch among the volumes of a system."""
    closed: dict[str, str] = {}
    return Found(_once(_watches_in(_volumes(system, closed), closed)), closed)


def at(path: str) -> Found:
    """The watches that a folder means: a volume, a mount of MTP, its folder GARMIN, or NewFiles itself."""
    closed: dict[str, str] = {}
    whole = os.path.abspath(path)
    if os.path.basename(whole).casefold() == NEW_FILES.casefold() and os.path.isdir(whole):
        garmin = os.path.dirname(whole)
        return Found((_watch(path, garmin, [path], _device(garmin, closed), closed),), closed)
    watches = [*_watches_of(path, path, closed), *_watches_in([path, *_storages(path, closed)], closed)]
    return Found(_once(watches), closed)


def _volumes(system: System, closed: dict[str, str]) -> Iterator[str]:
    if system.platform == "win32":
        yield from (f"{system.root}{letter}:{os.sep}" for letter in _DRIVES)
        return
    if system.platform == "darwin":
        yield from _folders(f"{system.root}/Volumes", closed)
        return
    for parent in (f"/media/{system.user}", "/media", f"/run/media/{system.user}", "/mnt"):
        yield from _folders(f"{system.root}{parent}", closed)
    if system.runtime:
        for mount in _folders(os.path.join(system.runtime, "gvfs"), closed):
            yield from _storages(mount, closed)


def _storages(mount: str, closed: dict[str, str]) -> list[str]:
    """The storages of an MTP device, such as ``Internal Storage``; none of anything else."""
    if not os.path.basename(os.path.abspath(mount)).startswith(_MTP):
        return []
    return list(_folders(mount, closed))


def _watches_in(volumes: Iterable[str], closed: dict[str, str]) -> Iterator[Watch]:
    for volume in volumes:
        for garmin in _named(volume, GARMIN, closed):
            yield from _watches_of(volume, garmin, closed)


def _watches_of(root: str, garmin: str, closed: dict[str, str]) -> Iterator[Watch]:
    """The watch whose folder GARMIN this is; none when it has no folder for new files."""
    device = _device(garmin, closed)
    inboxes = _named(garmin, NEW_FILES, closed)
    for path in device.inboxes:
        inboxes += _below(os.path.dirname(os.path.abspath(garmin)), path, closed)
    if inboxes:
        yield _watch(root, garmin, inboxes, device, closed)


def _watch(root: str, garmin: str, inboxes: list[str], device: Device, closed: dict[str, str]) -> Watch:
    kept = [folder for folder in _named(garmin, WORKOUTS, closed) if folder != inboxes[0]]
    return Watch(root, inboxes[0], tuple(kept), device.model)


def _device(garmin: str, closed: dict[str, str]) -> Device:
    for name in _names(garmin, closed):
        if name.casefold() == FILE.casefold():
            try:
                with open(os.path.join(garmin, name), "rb") as file:
                    return describe(file.read(MOST_BYTES + 1))
            except OSError:
                break  # it only lacks a name, then
    return Device()


def _below(folder: str, path: str, closed: dict[str, str]) -> list[str]:
    """The folder that a path of the device means, whatever its case."""
    found = [folder]
    for name in path.replace("\\", "/").strip("/").split("/"):
        found = [child for parent in found for child in _named(parent, name, closed)]
    return found


def _named(folder: str, name: str, closed: dict[str, str]) -> list[str]:
    """The folders of that name, whatever its case."""
    wanted = name.casefold()
    return [path for path in _folders(folder, closed) if os.path.basename(path).casefold() == wanted]


def _folders(folder: str, closed: dict[str, str]) -> Iterator[str]:
    paths = (os.path.join(folder, name) for name in _names(folder, closed))
    return filter(os.path.isdir, paths)


def _names(folder: str, closed: dict[str, str]) -> list[str]:
    """The names in a folder, in order; none where there is no folder or it may not be looked into."""
    try:
        return sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:  # macOS asks the user before a program may look at removable drives
        closed[folder] = (error.strerror or str(error)).lower()
        return []


def _once(watches: Iterable[Watch]) -> tuple[Watch, ...]:
    """Each once: a volume may be mounted in two places, or be a link to another."""
    found: dict[str, Watch] = {}
    for watch in watches:
        found.setdefault(os.path.realpath(watch.inbox), watch)
    return tuple(found.values())
