"""Which watch is meant, and what becomes of what is sent to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_garmin.watch import finding, steps
from backtrack_garmin.watch.placing import place
from backtrack_plugins import ByHand, DeliveryError, NeedsChoice, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_garmin.watch.finding import System, Watch
    from backtrack_plugins import DeliveryRequest, Receipt

NAME = "garmin-watch"


def deliver(request: DeliveryRequest) -> Iterable[Receipt]:
    """Put FIT files on the watch that was named, else on the one that is found."""
    system = finding.this_system()
    watch = the_watch(system) if request.at is None else the_watch_at(request.at)
    return place(request, watch, system)


def the_watch(system: System) -> Watch:
    """The one watch that is connected.

    Raises:
        NeedsChoice: when there are several; the values are what ``at`` may be.
        ByHand: when there is none.
    """
    found = finding.find(system)
    if not found.watches:
        raise ByHand(
            steps.none_found(system, found.closed),
            steps=steps.to_connect(system),
            opens=steps.is_by_hand(system),
            plugin=NAME,
        )
    return _the_one(found.watches)


def the_watch_at(path: str) -> Watch:
    """The watch that a folder means.

    Raises:
        UsageError: when it is none; `NeedsChoice` when it holds several.
        DeliveryError: when it cannot be looked into.
    """
    found = finding.at(path)
    if found.watches:
        return _the_one(found.watches)
    if found.closed:
        folder, reason = next(iter(found.closed.items()))
        raise DeliveryError(
            f"{folder}: {reason}. Is the watch still connected? Nothing was sent.", path=folder
        )
    what = "is no folder of a Garmin watch: there is no folder GARMIN with NewFiles in it"
    if not os.path.isdir(path):
        what = "is a file" if os.path.exists(path) else "is not there"
    raise UsageError(
        f"{path} {what}. Name the watch's drive, its folder GARMIN, or NewFiles; or leave --at out, and the "
        "watch is looked for.",
        plugin=NAME,
        path=path,
    )


def _the_one(watches: tuple[Watch, ...]) -> Watch:
    if len(watches) == 1:
        return watches[0]
    listed = "\n".join(f"  --at {_quoted(watch.root)}  ({watch.called})" for watch in watches)
    raise NeedsChoice(
        f"more than one Garmin watch is connected; which one?\n{listed}",
        argument="at",
        choices=tuple(watch.root for watch in watches),
        labels=tuple(watch.label for watch in watches),
        plugin=NAME,
    )


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
