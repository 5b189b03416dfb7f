"""A service that keeps recorded activities in memory, as a plugin offers one: for tests of the core."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins import (
    Activities,
    Activity,
    ActivityChange,
    ActivityQuery,
    ActivityRequest,
    Destination,
    NotThere,
    Refused,
    Registry,
    Uploaded,
    UploadRequest,
    hookimpl,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

START = dt.datetime(2026, 12, 2, 17, 30, tzinfo=dt.UTC)


class Service:
    """The plugin ``club``: an account with activities that can be told to keep texts otherwise."""

    def __init__(self) -> None:
        self.activities: dict[str, Activity] = {}
        self.changes: list[ActivityChange] = []
        self.uploads: list[UploadRequest] = []
        self.reads = 0
        self.duplicate_of = ""
        self.before_read: Callable[[], None] = lambda: None
        self.before_change: Callable[[ActivityChange], None] = lambda _: None
        self.stores: Callable[[str], str] = lambda text: text

    def add(self, number: str, description: str = "", **fields: Any) -> Activity:
        """Have an activity there."""
        known = {"title": "Afternoon Run", "started": START, "elapsed_seconds": 1860.0, **fields}
        activity = Activity(id=number, description=description, where=f"club/{number}", **known)
        self.activities[number] = activity
        return activity

    def edit(self, number: str, **fields: Any) -> None:
        """Change an activity, as its athlete does there."""
        self.activities[number] = msgspec.structs.replace(self.activities[number], **fields)

    def find(self, query: ActivityQuery) -> Iterable[Activity]:
        for activity in self.activities.values():
            if query.after <= activity.started <= query.before:
                yield msgspec.structs.replace(activity, description=None)

    def read(self, request: ActivityRequest) -> Activity:
        self.reads += 1
        self.before_read()
        if request.id not in self.activities:
            raise NotThere(f"club has no activity {request.id}", service="club", path=request.id)
        return self.activities[request.id]

    def change(self, change: ActivityChange) -> Activity:
        self.before_change(change)
        self.changes.append(change)
        fields = ("title", "description", "sport", "trainer")
        given = {field: getattr(change, field) for field in fields if getattr(change, field) is not None}
        if "description" in given:
            given["description"] = self.stores(given["description"])
        changed = msgspec.structs.replace(self.activities[change.id], **given)
        self.activities[change.id] = changed
        return changed

    def upload(self, request: UploadRequest) -> Uploaded:
        self.uploads.append(request)
        if request.data.startswith(b"refuse"):
            raise Refused("club refuses it", service="club", status=400, said="")
        if self.duplicate_of:
            return Uploaded(id=self.duplicate_of, state="there already")
        return Uploaded(id=self.add(str(1000 + len(self.uploads))).id, state="new")

    @hookimpl
    def backtrack_destinations(self) -> Iterable[Destination]:
        activities = Activities(
            find=self.find,
            read=self.read,
            change=self.change,
            upload=self.upload,
            sports=("Run", "Walk"),
            suffixes=(".fit", ".fit.gz"),
        )
        return [Destination(name="club", summary="The club's activities", activities=activities)]

    def registry(self) -> Registry:
        """A registry with this one beside what is installed."""
        return Registry(plugins=[self])
