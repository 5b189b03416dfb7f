"""Which workouts of an account are ours: those that we wrote down, and those that carry our mark.

A mark alone is not enough where we know better. Somebody can copy a workout of ours within Garmin Connect,
its mark included; the copy is theirs. So our own notes come first, and a mark counts only when they are
lost, or when a creation was begun whose answer we never read.

The notes that the book keeps of a workout:

- ``number``: its id; 0 when we know that there is none of ours.
- ``digest``, ``updated``: its content as we wrote it, and when it was last changed then.
- ``creating``, ``before``: the digest of what was about to be created, and the copies that were there.
- ``entry``: the id of its calendar entry.
- ``scheduling``, ``days_before``: the day it was about to be put on, and the entries that it had then.
- ``pushed``: the device and digest that were pushed last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_garmin.connect import inventory
from backtrack_garmin.connect.comparing import digest
from backtrack_plugins import NotThere

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.inventory import Entry, Summary

Notes = dict[str, Any]


class Owned(NamedTuple):
    """What an account holds of one workout.

    Attributes:
        there: The workout; None when there is none of ours.
        surplus: Second copies that came of the same request, so that they are ours, too.
        copies: Others with its mark, which may be somebody's.
    """

    there: Summary | None
    surplus: tuple[Summary, ...] = ()
    copies: tuple[Summary, ...] = ()


def owned(client: ConnectClient, workouts: Iterable[Summary], identity: str, notes: Notes) -> Owned:
    """What of an account is ours.

    Raises:
        ServiceError: when a second copy cannot be looked at.
    """
    workouts = list(workouts)
    marked = sorted(each for each in workouts if each.mark is not None and each.mark.identity == identity)
    begun = [each for each in marked if _came_of_what_was_begun(each, notes)]
    there = next((each for each in workouts if each.number == notes.get("number")), None)
    if there is None and notes:
        there = begun[0] if begun else None
    elif there is None:
        there = marked[0] if marked else None
    others = [each for each in marked if there is None or each.number != there.number]
    surplus = tuple(each for each in others if each in begun and _is_alike(client, each, notes))
    return Owned(there, surplus, tuple(each for each in others if each not in surplus))


def entries_of(entries: Iterable[Entry], there: Summary, notes: Notes) -> list[Entry]:
    """Where we put a workout on the calendar: once, or more often when a request was delivered twice."""
    its = sorted(entry for entry in entries if entry.workout == there.number)
    if not notes:  # they are lost, and we put a workout on one day
        return its if len(its) == 1 else []
    noted = [entry for entry in its if entry.number == notes.get("entry")]
    if notes.get("scheduling") is None:
        return noted
    return noted + [
        entry for entry in its if entry.number not in notes.get("days_before", ()) and entry not in noted
    ]


def _came_of_what_was_begun(summary: Summary, notes: Notes) -> bool:
    creating = notes.get("creating")
    if creating is None or summary.mark is None or summary.mark.digest != creating:
        return False
    return summary.number not in notes.get("before", ())


def _is_alike(client: ConnectClient, summary: Summary, notes: Notes) -> bool:
    try:
        stored = client.get(f"{inventory.WORKOUT}/{summary.number}")
    except NotThere:
        return False
    return isinstance(stored, dict) and digest(stored) == notes["creating"]
