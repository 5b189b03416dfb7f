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
- ``earlier``: the calendar entry, or None, of each that we made before, by its id: it may be in another
  account, into which somebody signs in again.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_garmin.connect import inventory
from backtrack_garmin.connect.comparing import digest
from backtrack_plugins import NotThere

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.inventory import Entry, Summary

Notes = dict[str, Any]

TOGETHER = dt.timedelta(minutes=2)
"""Two of one request are made within this: no answer is waited for half as long. A later one is a copy."""


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
    there = _made_by_us(client, workouts, notes)
    if there is None and notes:
        there = begun[0] if begun else None
    elif there is None:
        there = marked[0] if marked else None
    others = [each for each in marked if there is None or each.number != there.number]
    surplus = tuple(
        each
        for each in others
        if there is not None and each in begun and _together(each, there) and _is_alike(client, each, notes)
    )
    return Owned(there, surplus, tuple(each for each in others if each not in surplus))


def entries_of(entries: Iterable[Entry], there: Summary, notes: Notes) -> list[Entry]:
    """Where we put a workout on the calendar: once, or more often when a request was delivered twice."""
    its = sorted(entry for entry in entries if entry.workout == there.number)
    if not notes:  # they are lost, and we put a workout on one day
        return its if len(its) == 1 else []
    noted = [entry for entry in its if entry.number == entry_noted(there, notes)]
    begun = notes.get("scheduling")
    if begun is None or there.number != notes.get("number"):
        return noted
    new = [each for each in its if each.number not in notes.get("days_before", ()) and each not in noted]
    if noted or len(new) > 1:  # those on other days somebody put there meanwhile
        new = [each for each in new if str(each.on) == begun]
    return noted + new


def entry_noted(there: Summary, notes: Notes) -> int | None:
    """The id of the calendar entry that we noted of a workout; None when we noted none."""
    if there.number == notes.get("number"):
        found: int | None = notes.get("entry")
    else:
        found = notes.get("earlier", {}).get(str(there.number))
    return found


def taken_up(there: Summary, notes: Notes) -> Notes:
    """What to note when a workout takes the place of the one that was noted; nothing when it is that one."""
    number = notes.get("number")
    if there.number == number:
        return {}
    others = set_aside(notes)
    others.pop(str(there.number), None)
    begun = dict.fromkeys(("digest", "updated", "scheduling", "days_before"))
    return {"number": there.number, "entry": entry_noted(there, notes), "earlier": others or None, **begun}


def set_aside(notes: Notes) -> dict[str, int | None]:
    """The workouts that we made, with the entry of each, once another takes their place."""
    made: dict[str, int | None] = dict(notes.get("earlier", {}))
    if notes.get("number"):
        made[str(notes["number"])] = notes.get("entry")
    return made


def _made_by_us(client: ConnectClient, workouts: list[Summary], notes: Notes) -> Summary | None:
    """The workout that we noted, or one that we made before; the list alone does not say that it is gone."""
    number, earlier = notes.get("number"), notes.get("earlier", {})
    for each in workouts:
        if each.number == number:
            return each
    found = next((each for each in workouts if str(each.number) in earlier), None)
    if found is None and number:
        found = inventory.workout(client, number)
    return found


def _came_of_what_was_begun(summary: Summary, notes: Notes) -> bool:
    creating = notes.get("creating")
    if creating is None or summary.mark is None or summary.mark.digest != creating:
        return False
    return summary.number not in notes.get("before", ())


def _together(one: Summary, other: Summary) -> bool:
    """Whether they were made at the same time; not when the service does not say."""
    try:
        made = [dt.datetime.fromisoformat(each.created).replace(tzinfo=None) for each in (one, other)]
    except ValueError:
        return False
    return abs(made[0] - made[1]) <= TOGETHER


def _is_alike(client: ConnectClient, summary: Summary, notes: Notes) -> bool:
    try:
        stored = client.get(f"{inventory.WORKOUT}/{summary.number}")
    except NotThere:
        return False
    return isinstance(stored, dict) and digest(stored) == notes["creating"]
