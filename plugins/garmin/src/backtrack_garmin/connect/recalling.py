"""How workouts that we sent stand in the account now, and removing them: those and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtrack_garmin.connect import inventory
from backtrack_garmin.connect.at_once import at_once
from backtrack_garmin.connect.comparing import digest
from backtrack_garmin.connect.marks import mark_of
from backtrack_garmin.connect.owning import entry_noted, owned
from backtrack_garmin.connect.planning import AROUND, address
from backtrack_plugins import ExistingFile, NotThere, Receipt, Standing

if TYPE_CHECKING:
    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.inventory import Entry, Summary
    from backtrack_garmin.connect.owning import Notes, Owned
    from backtrack_plugins import Record, SentRequest


def look(request: SentRequest, client: ConnectClient) -> list[Standing]:
    """How each stands there: as it was sent, edited or moved by somebody, or gone.

    Raises:
        ServiceError: when the service fails or refuses.
    """
    records = [request.book.get(identity) for identity in request.identities]
    workouts = inventory.workouts(client)
    days = [record.on for record in records if record.on is not None]
    entries = inventory.entries(client, min(days) - AROUND, max(days) + AROUND) if days else []

    def standing(record: Record) -> Standing:
        there = owned(client, workouts, record.identity, record.notes).there
        if there is None:
            return Standing(identity=record.identity, state="gone", said="it is not in the account any more")
        said = "it was edited in Garmin Connect" if _is_edited(client, there, record.notes) else ""
        said = said or _moved(client, record, there, entries)
        return Standing(identity=record.identity, state="changed" if said else "as sent", said=said)

    return at_once(standing, records, request.progress)


def _moved(client: ConnectClient, record: Record, there: Summary, entries: list[Entry]) -> str:
    """How it is not on the day that it was sent for, in a sentence; empty when it is."""
    days = sorted(entry.on for entry in entries if entry.workout == there.number)
    noted = entry_noted(there, record.notes)
    if record.on is not None and not days and noted is not None:  # it may be far away
        elsewhere = inventory.entry(client, noted)
        days = [] if elsewhere is None else [elsewhere.on]
    if record.on is None or record.on in days:
        return ""
    now = f"it is on {', '.join(map(str, days))}" if days else "it is on no day"
    return f"it was sent for {record.on}, and now {now}"


def _is_edited(client: ConnectClient, there: Summary, notes: Notes) -> bool:
    """Whether its content is not what we wrote."""
    is_noted = there.number == notes.get("number")
    if is_noted and there.updated and notes.get("updated") == there.updated:
        return False
    try:
        stored = client.get(f"{inventory.WORKOUT}/{there.number}")
    except NotThere:
        return False  # just gone
    if not isinstance(stored, dict):
        raise inventory.unreadable("a workout")
    mark = mark_of(stored.get("description"))
    return mark is None or mark.digest != digest(stored)


def remove(request: SentRequest, client: ConnectClient) -> list[Receipt]:
    """Remove workouts that are ours, and nothing else.

    Raises:
        ExistingFile: when one was edited since, unless it is to be removed all the same; nothing is removed.
        ServiceError: when the service fails or refuses. Removing again goes on from there.
    """
    workouts = inventory.workouts(client)

    def find(identity: str) -> _Found:
        notes = request.book.get(identity).notes
        what = owned(client, workouts, identity, notes)
        edited = what.there is not None and _is_edited(client, what.there, notes)
        return _Found(identity, what, edited)

    found = at_once(find, request.identities)
    edited = tuple(address(each.what.there.number) for each in found if each.edited and each.what.there)
    if edited and not request.overwrite:
        raise ExistingFile(
            f"{', '.join(edited)}: edited in Garmin Connect since it was sent. "
            "Add --overwrite to remove it all the same. Nothing was removed.",
            paths=edited,
        )
    receipts = [each.receipt(request.book.get(each.identity)) for each in found]
    if not request.dry_run:
        at_once(lambda each: _remove(request, client, each), found, request.progress)
    return receipts


class _Found(NamedTuple):
    """A workout to be removed: what the account has of it, and whether somebody edited it."""

    identity: str
    what: Owned
    edited: bool

    def receipt(self, record: Record) -> Receipt:
        there = self.what.there
        if there is None:
            return Receipt(artifact=record.artifact or "?", where=record.where or "?", state="gone")
        warnings = tuple(
            f"{address(copy.number)} is a copy of it and was left alone; if nobody wants it, delete it in "
            "Garmin Connect"
            for copy in self.what.copies
        )
        artifact, where = record.artifact or there.name, address(there.number)
        return Receipt(artifact=artifact, where=where, state="removed", warnings=warnings)


def _remove(request: SentRequest, client: ConnectClient, found: _Found) -> None:
    """Take it off the calendar, and remove it and its second copies."""
    notes = request.book.get(found.identity).notes
    paths = [f"{inventory.WORKOUT}/{other.number}" for other in found.what.surplus]
    if found.what.there is not None:
        entry = entry_noted(found.what.there, notes)
        if entry is not None:
            paths.append(f"{inventory.SCHEDULE}/{entry}")
        paths.append(f"{inventory.WORKOUT}/{found.what.there.number}")
    for path in paths:
        try:
            client.delete(path)
        except NotThere:
            continue
    # A copy that stays has our mark, too: should the workout be sent again, it is still somebody else's.
    empty = dict.fromkeys(notes)
    request.book.note(found.identity, **{**empty, "number": 0 if found.what.copies else None})
