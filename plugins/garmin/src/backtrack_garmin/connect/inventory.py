"""What an account holds: its workouts, what stands on its calendar, and its devices.

The replies are undocumented. What is read of them is what public programs read of them, and a reply
that has not even that is told as one that cannot be read: nothing is guessed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_garmin.connect.marks import Mark, mark_of
from backtrack_plugins import NotThere, Refused, ServiceFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_garmin.connect.client import ConnectClient

SERVICE = "Garmin Connect"
WORKOUT = "/workout-service/workout"
WORKOUTS = "/workout-service/workouts"
SCHEDULE = "/workout-service/schedule"
PERIOD = f"{SCHEDULE}/workoutScheduleByPeriod"
DEVICES = "/device-service/deviceregistration/devices"
MESSAGES = "/device-service/devicemessage/messages"

PAGE = 100
"""Workouts asked for at a time, as public programs do (python-garminconnect's get_workouts)."""

MOST_PAGES = 100
"""A list that is longer does not end: 10,000 workouts."""


class Summary(NamedTuple):
    """A workout as the list of them has it.

    Attributes:
        number: Its id.
        name: Its name.
        mark: The mark in its description; None when it has none, so that we did not make it.
        updated: When it was last changed, as the service writes it; empty when it does not say.
        created: When it was made, as the service writes it; empty when it does not say.
    """

    number: int
    name: str
    mark: Mark | None
    updated: str
    created: str


class Entry(NamedTuple):
    """A workout on the calendar: the entry's own id, the workout's, and the day."""

    number: int
    workout: int
    on: dt.date


class Device(NamedTuple):
    """A device of the account: its id, what it is called, and when it last synced, if the service says so."""

    number: int
    name: str
    last_sync: str

    def pushed(self, digest: str) -> str:
        """What is noted of a workout that was pushed to it."""
        return f"{self.number} {digest}"


def workouts(client: ConnectClient) -> list[Summary]:
    """Every workout of the account, each once, however the list shifts while it is read.

    Raises:
        ServiceError: when the service fails or refuses.
    """
    found: dict[int, Summary] = {}
    for page in range(MOST_PAGES):
        rows = client.get(WORKOUTS, params={"start": page * PAGE, "limit": PAGE})
        if not isinstance(rows, list):
            raise unreadable("its list of workouts")
        for row in rows:
            summary = _summary(row)
            found.setdefault(summary.number, summary)
        if len(rows) < PAGE:
            return list(found.values())
    raise unreadable(f"a list of more than {PAGE * MOST_PAGES} workouts")


def entries(client: ConnectClient, first: dt.date, last: dt.date) -> list[Entry]:
    """What stands on the calendar from one day to another, both included.

    Raises:
        ServiceError: when the service fails or refuses.
    """
    reply = client.get(PERIOD, params={"startDate": str(first), "endDate": str(last)})
    if reply is None:
        return []
    return list(_entries(reply))


def workout(client: ConnectClient, number: int) -> Summary | None:
    """A workout by its id; None when the account has none of it, or it is another account's.

    Raises:
        ServiceError: when the service fails.
    """
    try:
        reply = client.get(f"{WORKOUT}/{number}")
    except (NotThere, Refused):
        return None
    return _summary(reply)


def entry(client: ConnectClient, number: int) -> Entry | None:
    """What stands on the calendar by its own id, whatever the day; None when nothing does.

    Raises:
        ServiceError: when the service fails.
    """
    try:
        reply = client.get(f"{SCHEDULE}/{number}")
    except (NotThere, Refused):
        return None
    return next(_entries([reply]), None)


def move(client: ConnectClient, number: int, on: dt.date) -> None:
    """Put what stands on the calendar on another day.

    The service wants the whole entry back, as python-garminconnect gives it (0.3.20, reschedule_workout).

    Raises:
        ServiceError: when the service fails or refuses, or the entry stays where it was.
    """
    kept = client.get(f"{SCHEDULE}/{number}")
    within = kept.get("workout") if isinstance(kept, dict) else None
    if not isinstance(kept, dict):
        raise unreadable("its calendar")
    body = {**kept, "calendarDate": str(on)}
    if isinstance(within, dict):
        body["workout"] = {"workoutId": within.get("workoutId")}
    reply = client.put(f"{SCHEDULE}/{number}", body)
    now = reply.get("calendarDate") if isinstance(reply, dict) else None
    if now is not None and str(now)[:10] != str(on):
        raise unreadable("its answer to a workout moved to another day")


def devices(client: ConnectClient) -> list[Device]:
    """The devices of the account that can be pushed to.

    Raises:
        ServiceError: when the service fails or refuses.
    """
    rows = client.get(DEVICES)
    if not isinstance(rows, list):
        raise unreadable("its list of devices")
    return [device for row in rows for device in _device(row)]


def created_number(reply: Any) -> int:
    """The id of the workout that was created.

    Raises:
        ServiceFailed: when the reply has none.
    """
    number = reply.get("workoutId") if isinstance(reply, dict) else None
    if not isinstance(number, int):
        raise unreadable("its answer to a new workout")
    return number


def entry_number(reply: Any) -> int:
    """The id of the calendar entry that was made.

    Raises:
        ServiceFailed: when the reply has none.
    """
    number = _first(reply, "workoutScheduleId", "scheduleId", "id") if isinstance(reply, dict) else None
    if not isinstance(number, int):
        raise unreadable("its answer to a workout put on a day")
    return number


def updated_of(workout: dict[str, Any]) -> str:
    """When a workout was last changed, as the service writes it; empty when it does not say.

    In lists it is called otherwise than in the workout itself, as captured replies show.
    """
    return str(_first(workout, "updateDate", "updatedDate") or "")


def unreadable(what: str) -> ServiceFailed:
    """The error for a reply that has not what every public program reads there."""
    return ServiceFailed(
        f"{SERVICE}: {what} cannot be read: it has another form than it had in 2026. "
        "Update backtrack-garmin; the cable needs none of it.",
        service=SERVICE,
    )


def _summary(row: Any) -> Summary:
    number = row.get("workoutId") if isinstance(row, dict) else None
    if not isinstance(number, int):
        raise unreadable("its list of workouts")
    return Summary(
        number=number,
        name=str(row.get("workoutName") or ""),
        mark=mark_of(row.get("description")),
        updated=updated_of(row),
        created=str(row.get("createdDate") or ""),
    )


def _entries(reply: Any) -> Iterator[Entry]:
    if not isinstance(reply, list) or not all(isinstance(row, dict) for row in reply):
        raise unreadable("its calendar")
    for row in reply:
        within = row.get("workout")
        workout = row.get("workoutId") or (within.get("workoutId") if isinstance(within, dict) else None)
        if workout is None:
            continue  # an event of another kind
        number = _first(row, "workoutScheduleId", "scheduledWorkoutId", "scheduleId", "id")
        day = _first(row, "calendarDate", "scheduleDate", "date")
        if not isinstance(number, int) or not isinstance(workout, int) or not isinstance(day, str):
            raise unreadable("its calendar")
        try:
            yield Entry(number, workout, dt.date.fromisoformat(day[:10]))
        except ValueError:
            raise unreadable("its calendar") from None


def _device(row: Any) -> Iterator[Device]:
    number = row.get("deviceId") if isinstance(row, dict) else None
    if not isinstance(number, int):
        return
    name = _first(row, "displayName", "productDisplayName", "deviceTypeSimpleName") or str(number)
    yield Device(
        number, str(name), str(_first(row, "lastSyncTime", "lastUploadTime", "deviceLastSync") or "")
    )


def _first(row: dict[str, Any], *names: str) -> Any:
    return next((row[name] for name in names if row.get(name) is not None), None)
