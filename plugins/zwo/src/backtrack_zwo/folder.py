"""The destination ``zwift-folder``: the folder in which Zwift looks for a user's workouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import Destination, NeedsChoice, UsageError, deliver_into, hookimpl
from backtrack_zwo.finding import find, this_system

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import DeliveryRequest, Receipt
    from backtrack_zwo.finding import System

BACKTRACK_HOOK_API = 0

NAME = "zwift-folder"

_WHERE = {
    "win32": r"AppData\Local\Zwift\Workouts\<number>, or in Documents\Zwift\Workouts\<number>",
    "darwin": "Documents/Zwift/Workouts/<number>",
}
_WHERE_IN_WINE = (
    "AppData/Local/Zwift/Workouts/<number> or Documents/Zwift/Workouts/<number>, in drive_c/users/<name>"
)


def deliver(request: DeliveryRequest) -> Iterable[Receipt]:
    """Put ZWO files into the folder that was named, else into the one that is found."""
    return deliver_into(request, the_folder(this_system()) if request.at is None else request.at)


def the_folder(system: System) -> str:
    """The one folder that Zwift keeps for a user here.

    Raises:
        NeedsChoice: when there is more than one.
        UsageError: when there is none.
    """
    found = find(system)
    if len(found.folders) == 1:
        return found.folders[0]
    if found.folders:
        listed = "\n".join(f"  --at {_quoted(folder)}" for folder in found.folders)
        raise NeedsChoice(
            f"Zwift has more than one folder for workouts here; say which:\n{listed}\n"
            "The number is a user of Zwift. Where one has a folder in AppData and another in Documents, "
            "newer versions of Zwift use the one in AppData.",
            plugin=NAME,
            argument="at",
            choices=found.folders,
            labels=found.folders,
        )
    where = _WHERE.get(system.platform, _WHERE_IN_WINE)
    closed = "".join(
        f"\n{folder} could not be looked into: {reason}." for folder, reason in found.closed.items()
    )
    raise UsageError(
        f"no folder of Zwift for workouts was found. Zwift keeps it in {where}, where the number is "
        "yours, and makes it when you log in: start Zwift once. Or name the folder: "
        f"--at FOLDER.{closed}",
        plugin=NAME,
    )


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path


@hookimpl
def backtrack_destinations() -> Iterable[Destination]:
    """Offer ``zwift-folder``."""
    return [
        Destination(
            name=NAME,
            summary="The folder on this computer in which Zwift looks for your workouts",
            takes=frozenset({"application/xml"}),
            exporter="zwo",
            deliver=deliver,
            is_folder=True,
            hint="restart Zwift; it stands among the workouts, below Custom Workouts",
        )
    ]
