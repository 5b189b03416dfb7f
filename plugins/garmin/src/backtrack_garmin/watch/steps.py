"""What the runner does by hand, on each system, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_garmin.watch.finding import System

ON_THE_WATCH = "start the Treadmill activity, and choose the workout in the watch's list of workouts"
INBOX = "Internal Storage, GARMIN, NewFiles"

_CONNECT = "Connect the watch with its USB cable, and wait until it shows that it is connected."
_MTP = (
    "Does it not appear? Choose MTP on the watch, where it has that setting: Settings, System, USB Mode "
    "(on some models below Advanced)."
)
_NOT_EXPRESS = "Quit Garmin Express, also in the {}: while it runs, other programs do not get the watch."
_EJECT = {
    "win32": "eject the drive in the Explorer (right-click, Eject)",
    "darwin": "eject the drive in the Finder",
}
_EJECT_ELSEWHERE = "eject the drive in the file manager"
_UNMOUNT = "unmount the watch in the file manager"

_NONE = {
    "win32": (
        "no drive of this computer has a folder GARMIN with NewFiles in it. Many current watches speak "
        "only MTP and get no drive letter on Windows; the file has to be dragged there by hand."
    ),
    "darwin": (
        "no drive in /Volumes has a folder GARMIN with NewFiles in it. Many current watches speak only MTP "
        "and get no drive on macOS; the file has to be dragged there by hand."
    ),
}
_NONE_ELSEWHERE = "no drive and no mounted MTP device has a folder GARMIN with NewFiles in it."
_AGAIN = "If it appears as a drive, send the workout again: it is found then."
_STEPS = {
    "win32": (
        f"{_CONNECT} {_AGAIN}",
        f"{_MTP} {_NOT_EXPRESS.format('tray beside the clock')}",
        f"In the Explorer open This PC, the watch, {INBOX}.",
        "Drag the file into NewFiles.",
        f"Unplug the watch; {ON_THE_WATCH}.",
    ),
    "darwin": (
        f"{_CONNECT} {_AGAIN}",
        f"{_MTP} {_NOT_EXPRESS.format('menu bar')}",
        f"The Finder shows no MTP devices: open a program that does, such as OpenMTP, and there {INBOX}.",
        "Drag the file into NewFiles.",
        f"Quit that program, and unplug the watch; {ON_THE_WATCH}.",
    ),
}
_STEPS_ELSEWHERE = (
    _CONNECT,
    _MTP,
    "Open it in the file manager, which mounts it, and send the workout again; or name its folder: --at.",
    f"KDE shows MTP devices to its own programs alone: there drag the file into {INBOX}.",
    f"Unmount the watch there, and unplug it; {ON_THE_WATCH}.",
)
WITHOUT_GIO = (
    f"In the file manager open the watch, {INBOX}.",
    "Drag the file into NewFiles.",
    f"Unmount the watch there, and unplug it; {ON_THE_WATCH}.",
)
"""How to put the file on a mounted watch when no program can."""


def after_sending(system: System, *, is_mtp: bool) -> str:
    """What the runner does once the file is on the watch."""
    let_go = _UNMOUNT if is_mtp else _EJECT.get(system.platform, _EJECT_ELSEWHERE)
    return f"{let_go}, and unplug it; {ON_THE_WATCH}"


def none_found(system: System, closed: Mapping[str, str]) -> str:
    """That no watch was found, and why that may be."""
    said = "".join(f" {folder} could not be looked into: {reason}." for folder, reason in closed.items())
    return f"no Garmin watch was found: {_NONE.get(system.platform, _NONE_ELSEWHERE)}{said}"


def to_connect(system: System) -> tuple[str, ...]:
    """How to connect a watch, and to put the file there by hand."""
    return _STEPS.get(system.platform, _STEPS_ELSEWHERE)


def is_by_hand(system: System) -> bool:
    """Whether the file's folder helps: where a watch gets no drive, the file is dragged out of it."""
    return system.platform in _STEPS
