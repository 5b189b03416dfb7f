"""What is to be done for each workout, so that the account holds what is wanted."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from backtrack_garmin.connect import inventory
from backtrack_garmin.connect.at_once import at_once
from backtrack_garmin.connect.comparing import digest
from backtrack_garmin.connect.devices import device_of
from backtrack_garmin.connect.marks import Mark, mark_of, with_mark
from backtrack_garmin.connect.owning import entries_of, entry_noted, owned
from backtrack_plugins import ExistingFile, Receipt

if TYPE_CHECKING:
    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.inventory import Device, Entry, Summary
    from backtrack_garmin.connect.owning import Notes, Owned
    from backtrack_plugins import DeliveryRequest, Parcel, Record

NAME = "garmin-connect"

AROUND = dt.timedelta(days=31)
"""How far around the days that matter the calendar is read, so that what moved is found."""

Content = Literal["new", "replaced", "unchanged"]
Day = Literal["new", "moved", "unchanged"]


class Wanted(NamedTuple):
    """A workout as it is to be in the account.

    Attributes:
        parcel: What is to be delivered.
        body: What the service is sent, the mark included.
        mark: Its mark.
    """

    parcel: Parcel
    body: dict[str, Any]
    mark: Mark

    @classmethod
    def of(cls, parcel: Parcel) -> Wanted:
        """Of an artifact of the exporter ``garmin-connect``."""
        body: dict[str, Any] = json.loads(parcel.artifact.data)
        mark = Mark(parcel.identity, digest(body))
        return cls(parcel, {**body, "description": with_mark(body.get("description") or "", mark)}, mark)


class Plan(NamedTuple):
    """What is to be done for one workout.

    Attributes:
        wanted: As it is to be.
        owned: What the account has of it.
        content: What becomes of the workout.
        entry: Where we put it on the calendar; None when nowhere.
        day: What becomes of its day.
        surplus_entries: Second entries on its day that are ours, to be removed.
        pushes: It is to be pushed to the device.
    """

    wanted: Wanted
    owned: Owned
    content: Content
    entry: Entry | None = None
    day: Day = "unchanged"
    surplus_entries: tuple[Entry, ...] = ()
    pushes: bool = False

    @property
    def receipt(self) -> Receipt:
        """What would become of it."""
        there = self.owned.there
        return self.receipt_for(None if there is None else there.number)

    def receipt_for(self, number: int | None) -> Receipt:
        """What became of it, once it has a number."""
        warnings = [
            f"{address(copy.number)} is a copy of it and was left alone; if nobody wants it, delete it in "
            "Garmin Connect"
            for copy in self.owned.copies
        ]
        return Receipt(
            artifact=self.wanted.parcel.artifact.name,
            where=NAME if number is None else address(number),
            state=self._state,
            on=self.wanted.parcel.on or (None if self.entry is None else self.entry.on),
            warnings=tuple(warnings),
        )

    @property
    def _state(self) -> Literal["new", "replaced", "moved", "pushed", "unchanged"]:
        if self.content == "new":
            return "new"
        if self.content == "replaced" or self.owned.surplus or self.surplus_entries:
            return "replaced"
        if self.day != "unchanged":
            return "moved"
        return "pushed" if self.pushes else "unchanged"


def address(number: int) -> str:
    """A workout's address, as ``backtrack import`` takes it."""
    return f"{NAME}:{number}"


class Account(NamedTuple):
    """What an account holds, as far as a delivery has to know.

    Attributes:
        workouts: All its workouts.
        period: The days that were read of the calendar; None when none matters.
        entries: What stands on them.
        device: The device to push to; None for none.
    """

    workouts: list[Summary]
    period: tuple[dt.date, dt.date] | None
    entries: list[Entry]
    device: Device | None

    def again(self, client: ConnectClient) -> Account:
        """The same, read once more."""
        workouts = inventory.workouts(client)
        entries = [] if self.period is None else inventory.entries(client, *self.period)
        return self._replace(workouts=workouts, entries=entries)


def read_account(client: ConnectClient, request: DeliveryRequest, records: dict[str, Record]) -> Account:
    """Read what matters for a delivery: no more requests than that takes.

    Raises:
        NeedsChoice: when no device is called as the user says.
        ServiceError: when the service fails or refuses.
    """
    device = None if request.device is None else device_of(client, request.device)
    noted = [day for each in request.identities if each in records for day in _days_of(records[each])]
    days = [day for day in (*request.dates, *noted) if day is not None]
    period = (min(days) - AROUND, max(days) + AROUND) if days else None
    return Account([], period, [], device).again(client)


def _days_of(record: Record) -> list[dt.date | None]:
    """The day that a workout was sent for, and the one that it was about to be put on when a run failed."""
    begun = record.notes.get("scheduling")
    return [record.on, None if begun is None else dt.date.fromisoformat(begun)]


class Planner:
    """Makes the plans of one delivery."""

    def __init__(
        self, client: ConnectClient, request: DeliveryRequest, account: Account, records: dict[str, Record]
    ) -> None:
        self._client = client
        self._request = request
        self._account = account
        self._records = records
        self._edited: list[int] = []

    def plans(self) -> list[Plan]:
        """What is to be done for each.

        Raises:
            ExistingFile: when some were edited since, and are not to be replaced.
            ServiceError: when the service fails or refuses.
        """
        plans = at_once(self._plan, [Wanted.of(parcel) for parcel in self._request.parcels])
        if self._edited and not self._request.overwrite:
            there = tuple(map(address, sorted(self._edited)))
            raise ExistingFile(
                f"{', '.join(there)}: edited in Garmin Connect since it was sent. Rename your own file to "
                "keep both, or add --overwrite to replace it. Nothing was sent.",
                paths=there,
            )
        return plans

    def _plan(self, wanted: Wanted) -> Plan:
        record = self._records.get(wanted.mark.identity)
        notes = {} if record is None else record.notes
        found = owned(self._client, self._account.workouts, wanted.mark.identity, notes)
        device = self._account.device
        if found.there is None:
            day: Day = "unchanged" if wanted.parcel.on is None else "new"
            return Plan(wanted, found, "new", day=day, pushes=device is not None)
        content = self._content(wanted, found.there, notes)
        entry, day, surplus = self._day(wanted, found.there, notes)
        pushes = device is not None and notes.get("pushed") != device.pushed(wanted.mark.digest)
        return Plan(wanted, found, content, entry, day, surplus, pushes)

    def _content(self, wanted: Wanted, there: Summary, notes: Notes) -> Content:
        is_noted = there.number == notes.get("number")
        if is_noted and there.updated and notes.get("updated") == there.updated:
            return "unchanged" if notes.get("digest") == wanted.mark.digest else "replaced"
        stored = self._client.get(f"{inventory.WORKOUT}/{there.number}")
        if not isinstance(stored, dict):
            raise inventory.unreadable("a workout")
        mark, found = mark_of(stored.get("description")), digest(stored)
        if found == wanted.mark.digest:
            return "unchanged" if mark == wanted.mark else "replaced"
        if mark is None or mark.digest != found:
            self._edited.append(there.number)
        return "replaced"

    def _day(
        self, wanted: Wanted, there: Summary, notes: Notes
    ) -> tuple[Entry | None, Day, tuple[Entry, ...]]:
        """Where it stands on the calendar, what becomes of that, and second entries that are ours."""
        ours, on = entries_of(self._account.entries, there, notes), wanted.parcel.on
        noted = entry_noted(there, notes)
        if noted is not None and all(entry.number != noted for entry in ours):
            # Somebody moved it far away, or we did and never heard of it; or it is gone.
            elsewhere = inventory.entry(self._client, noted)
            if elsewhere is not None and elsewhere.workout == there.number:
                ours = [elsewhere, *ours]
        if on is None:
            return next(iter(ours), None), "unchanged", ()
        its = sorted(entry for entry in self._account.entries if entry.workout == there.number)
        # One of ours where there is one on the day, else whoever put it there.
        kept = next((entry for entry in (*ours, *its) if entry.on == on), None)
        moved = next(iter(ours), None) if kept is None else None
        if kept is None and moved is None:
            return None, "new", ()
        entry = kept or moved
        return entry, "unchanged" if kept else "moved", tuple(each for each in ours if each != entry)
