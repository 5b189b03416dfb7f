"""Bringing an account up to date: workouts created, brought up to date, put on their days and pushed.

Sending twice is the same as once, also when the first time was cut short anywhere. Three things see to it:

- each workout carries a mark (`marks`), by which it is found again in the account itself;
- what is about to be created or put on a day is written down in the book before the request goes out,
  so that whatever comes of it, a second copy included, is known to be ours (`owning`);
- nothing is sent twice in one run: a request whose answer is lost ends the run, and the next one looks first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_garmin.connect import inventory
from backtrack_garmin.connect.at_once import at_once
from backtrack_garmin.connect.comparing import differences
from backtrack_garmin.connect.devices import push
from backtrack_garmin.connect.marks import mark_of
from backtrack_garmin.connect.owning import entries_of, owned, set_aside, taken_up
from backtrack_garmin.connect.planning import Planner, address, read_account
from backtrack_plugins import DeliveryError, NotThere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.planning import Account, Plan, Wanted
    from backtrack_plugins import DeliveryRequest, Receipt, Shelf

MOST_SCHEDULED = 30
"""Workouts on the calendar that a watch loads, as users report (jpickup/GarminTools, issues 24 and 26)."""


def deliver(request: DeliveryRequest, client: ConnectClient) -> list[Receipt]:
    """Bring the account up to date with what is wanted; in a dry run, say what would be done.

    Raises:
        ExistingFile: when one was edited in the account since, unless it is to be replaced; nothing is done.
        DeliveryError: when the service stored something else than it was sent; that was removed again.
        ServiceError: when the service fails or refuses. What was done until then is written down.
        NeedsChoice: when no device is called so.
    """
    assert request.book is not None  # noqa: S101 - the core always gives one
    records = request.book.records()
    account = read_account(client, request, records)
    plans = Planner(client, request, account, records).plans()
    if request.dry_run:
        receipts = [plan.receipt for plan in plans]
        added = sum(plan.day == "new" for plan in plans)
        return _warned(receipts, len(account.entries) + added)
    carrying = _Carrying(client, request, account)
    receipts = carrying.out(plans)
    return _warned(receipts, len(carrying.account.entries))


def _warned(receipts: list[Receipt], scheduled: int) -> list[Receipt]:
    """The receipts, the first with a warning where more is on the calendar than a watch loads."""
    if scheduled <= MOST_SCHEDULED or not any(receipt.on for receipt in receipts):
        return receipts
    said = (
        f"{scheduled} workouts stand on the calendar around these days; users report that a watch loads "
        f"about {MOST_SCHEDULED} and says nothing of the others"
    )
    first = msgspec.structs.replace(receipts[0], warnings=(*receipts[0].warnings, said))
    return [first, *receipts[1:]]


class _Carrying:
    """Carries the plans of one delivery out."""

    def __init__(self, client: ConnectClient, request: DeliveryRequest, account: Account) -> None:
        assert request.book is not None  # noqa: S101 - as above
        self.account = account
        self._client = client
        self._request = request
        self._book: Shelf = request.book

    def out(self, plans: Sequence[Plan]) -> list[Receipt]:
        """Do it, several at once; the first that fails lets what runs end, and begins no other."""
        numbers = at_once(self._one, plans, self._request.progress)
        posted = [plan for plan in plans if "new" in {plan.content, plan.day}]
        if posted:
            self.account = self.account.again(self._client)
            at_once(self._settle, posted)
        return [plan.receipt_for(number) for plan, number in zip(plans, numbers, strict=True)]

    def _one(self, plan: Plan) -> int:
        wanted, there = plan.wanted, plan.owned.there
        if there is None:
            number = self._create(plan)
        else:
            number = there.number
            self._note(wanted, **taken_up(there, self._book.get(wanted.mark.identity).notes))
            if plan.content == "replaced":
                self._client.put(f"{inventory.WORKOUT}/{number}", {**wanted.body, "workoutId": number})
                self._confirm(wanted, number)
            else:
                self._note(wanted, digest=wanted.mark.digest, updated=there.updated or None)
        for other in plan.owned.surplus:
            self._delete(f"{inventory.WORKOUT}/{other.number}")
        self._schedule(plan, number)
        if plan.pushes and self.account.device is not None:
            push(self._client, self.account.device, number, str(wanted.body["workoutName"]))
            self._note(wanted, pushed=self.account.device.pushed(wanted.mark.digest))
        if plan.content != "new":
            self._note(wanted, creating=None, before=None)
        return number

    def _create(self, plan: Plan) -> int:
        wanted = plan.wanted
        # Before the request goes out: whatever comes of it is ours, even if nobody hears of it.
        artifact = wanted.parcel.artifact
        record = self._book.get(wanted.mark.identity)
        before = [copy.number for copy in plan.owned.copies]
        earlier = set_aside(record.notes)
        notes = {"number": 0, "creating": wanted.mark.digest, "before": before}
        self._book.put(
            msgspec.structs.replace(
                record,
                artifact=artifact.name,
                workout=artifact.timeline.workout.name,
                where="",
                notes={**notes, "earlier": earlier} if earlier else notes,
            )
        )
        number = inventory.created_number(self._client.post(inventory.WORKOUT, wanted.body))
        self._note(wanted, number=number)
        self._confirm(wanted, number)
        return number

    def _confirm(self, wanted: Wanted, number: int) -> None:
        """Read back what the service stored, and remove it when it is something else.

        Raises:
            DeliveryError: when it is.
        """
        stored = self._client.get(f"{inventory.WORKOUT}/{number}")
        if not isinstance(stored, dict):
            raise inventory.unreadable("a workout")
        found = differences(wanted.body, stored)
        if mark_of(stored.get("description")) != wanted.mark:
            found.append("the last line of its description is not what was sent")
        if found:
            self._delete(f"{inventory.WORKOUT}/{number}")
            self._note(wanted, number=0, creating=None, before=None, entry=None, updated=None)
            raise DeliveryError(
                f"{wanted.parcel.artifact.name}: Garmin Connect stored something else than it was sent, so "
                f"it was removed again: {'; '.join(found)}. Use the cable, and report this.",
                path=address(number),
            )
        self._note(wanted, digest=wanted.mark.digest, updated=inventory.updated_of(stored) or None)

    def _schedule(self, plan: Plan, number: int) -> None:
        wanted, on = plan.wanted, plan.wanted.parcel.on
        if on is None:
            return
        if plan.day == "new":
            before = [entry.number for entry in self.account.entries if entry.workout == number]
            self._note(wanted, scheduling=str(on), days_before=before, entry=None)
            reply = self._client.post(f"{inventory.SCHEDULE}/{number}", {"date": str(on)})
            self._note(wanted, entry=inventory.entry_number(reply))
        elif plan.entry is not None:
            if plan.day == "moved":
                inventory.move(self._client, plan.entry.number, on)
            for entry in plan.surplus_entries:
                self._delete(f"{inventory.SCHEDULE}/{entry.number}")
            self._note(wanted, entry=plan.entry.number, scheduling=None, days_before=None)

    def _settle(self, plan: Plan) -> None:
        """See that each request that creates something created it once.

        A request can be delivered twice on its way, or repeated by a library on its own account.
        """
        wanted = plan.wanted
        notes = self._book.get(wanted.mark.identity).notes
        found = owned(self._client, self.account.workouts, wanted.mark.identity, notes)
        for other in found.surplus:
            self._delete(f"{inventory.WORKOUT}/{other.number}")
        there = found.there
        if there is not None and plan.day == "new":
            for entry in entries_of(self.account.entries, there, notes):
                if entry.number != notes.get("entry"):
                    self._delete(f"{inventory.SCHEDULE}/{entry.number}")
        # When it was last changed is not noted from here: somebody may have edited it since it was read back.
        self._note(wanted, **dict.fromkeys(("creating", "before", "scheduling", "days_before")))

    def _delete(self, path: str) -> None:
        try:
            self._client.delete(path)
        except NotThere:
            return  # somebody was faster

    def _note(self, wanted: Wanted, **notes: Any) -> None:
        self._book.note(wanted.mark.identity, **notes)
