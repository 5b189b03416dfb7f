"""Finding, reading and changing the activities of an account: one request each."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone
from typing import TYPE_CHECKING, Any

from backtrack_plugins import Activity, NotThere, UsageError
from backtrack_strava.answers import SERVICE, failed
from backtrack_strava.formats import SPORTS

if TYPE_CHECKING:
    from datetime import datetime

    from stravalib import Client

    from backtrack_plugins import ActivityChange, ActivityQuery, ActivityRequest
    from backtrack_strava.client import StravaClient

MOST = 60
"""Activities that are asked for at once."""

_EDGE = timedelta(seconds=2)
"""Strava leaves out those that began at the very second it is given."""

_NUMBER = re.compile("[1-9][0-9]{0,18}")


def find(query: ActivityQuery, client: StravaClient) -> list[Activity]:
    """The activities that began in a stretch of time, without their descriptions.

    Args:
        query: Which.
        client: Whose.

    Raises:
        ServiceError: when it does not work.
    """

    def work(strava: Client) -> list[Any]:
        found = strava.get_activities(after=query.after - _EDGE, before=query.before + _EDGE, limit=MOST)
        found.per_page = MOST
        return list(found)

    there = [_activity(each, listed=True) for each in client.call(work)]
    return [each for each in there if query.after <= each.started <= query.before]


def read(request: ActivityRequest, client: StravaClient) -> Activity:
    """One activity as it is now.

    Args:
        request: Which.
        client: Whose.

    Raises:
        NotThere: when there is none of that number, or it is somebody else's.
        ServiceError: when it does not work.
        UsageError: when its id is no number.
    """
    number = _number(request.id)
    found = client.call(lambda strava: strava.get_activity(number))
    whose = None if found.athlete is None else found.athlete.id
    if client.athlete and whose and whose != client.athlete:
        said = f"activity {number} of {SERVICE} is not of the athlete who is signed in."
        raise NotThere(said, service=SERVICE, path=f"/activities/{number}")
    return _activity(found)


def change(request: ActivityChange, client: StravaClient) -> Activity:
    """Change what is asked for in one activity, and nothing else of it.

    Args:
        request: What.
        client: Whose.

    Returns:
        The activity as Strava says that it is now.

    Raises:
        NotThere: when there is none of that number.
        ServiceError: when it does not work; it may be done.
        UsageError: when its id is no number, or Strava has no such sport.
    """
    number = _number(request.id)
    if request.sport is not None and request.sport not in SPORTS:
        raise UsageError(f"Strava has no sport {request.sport!r}", argument="sport", known=SPORTS)
    wanted = {
        "name": request.title,
        "description": request.description,
        "sport_type": request.sport,
        "trainer": request.trainer,
    }
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    return _activity(client.call(lambda strava: strava.update_activity(number, **given)))


def _activity(found: Any, *, listed: bool = False) -> Activity:
    """What stravalib read, as far as it is any of our business."""
    if found.id is None or found.start_date is None or found.elapsed_time is None:
        raise failed(None, "an activity of its has no number, start or length")
    return Activity(
        id=str(found.id),
        title=found.name or "",
        description=None if listed else found.description or "",
        started=_as_the_watch_said(found.start_date, found.start_date_local),
        elapsed_seconds=float(found.elapsed_time),
        # A word that stravalib does not know it replaces by "Workout".
        sport="" if found.sport_type is None else str(found.sport_type.root),
        trainer=found.trainer,
        where=f"https://www.strava.com/activities/{found.id}",
    )


def _as_the_watch_said(began: datetime, local: datetime | None) -> datetime:
    """When it began, with the offset from UTC of the place: what somebody saw on their watch."""
    if local is None:
        return began
    offset = local.replace(tzinfo=UTC) - began.replace(tzinfo=UTC)
    return began.astimezone(timezone(offset)) if abs(offset) < timedelta(days=1) else began


def _number(given: str) -> int:
    if _NUMBER.fullmatch(given) is None:
        raise UsageError(
            f"{given!r} is no activity of Strava's: it is a number, the last part of the activity's address.",
            argument="id",
        )
    return int(given)
