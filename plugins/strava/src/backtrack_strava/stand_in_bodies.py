"""What the stand-in Strava says: refusals, activities and uploads, in the fields that Strava documents."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from backtrack_plugins.testing.standin import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

SPORTS = frozenset(
    {
        "AlpineSki",
        "BackcountrySki",
        "Badminton",
        "Basketball",
        "Canoeing",
        "Cricket",
        "Crossfit",
        "Dance",
        "EBikeRide",
        "Elliptical",
        "EMountainBikeRide",
        "Golf",
        "GravelRide",
        "Handcycle",
        "HighIntensityIntervalTraining",
        "Hike",
        "IceSkate",
        "InlineSkate",
        "Kayaking",
        "Kitesurf",
        "MountainBikeRide",
        "NordicSki",
        "Padel",
        "PhysicalTherapy",
        "Pickleball",
        "Pilates",
        "Racquetball",
        "Ride",
        "RockClimbing",
        "RollerSki",
        "Rowing",
        "Run",
        "Sail",
        "Skateboard",
        "Snowboard",
        "Snowshoe",
        "Soccer",
        "Squash",
        "StairStepper",
        "StandUpPaddling",
        "Surfing",
        "Swim",
        "TableTennis",
        "Tennis",
        "TrailRun",
        "Velomobile",
        "VirtualRide",
        "VirtualRow",
        "VirtualRun",
        "Volleyball",
        "Walk",
        "WeightTraining",
        "Wheelchair",
        "Windsurf",
        "Workout",
        "Yoga",
    }
)
"""Words that ``sport_type`` may be; upper and lower case count."""

EVERYONE, ONLY_ME = "everyone", "only_me"

_TYPES: dict[str, type] = {
    "name": str,
    "description": str,
    "sport_type": str,
    "gear_id": str,
    "trainer": bool,
    "commute": bool,
    "hide_from_home": bool,
}
"""What may be changed. Anything else in a request is not looked at."""

_ONLY_DETAILED = ("description", "hide_from_home", "calories", "device_name", "laps", "gear")

_MESSAGES = {
    400: "Bad Request",
    401: "Authorization Error",
    403: "Forbidden",
    404: "Resource Not Found",
    429: "Rate Limit Exceeded",
}


def fault(status: int, resource: str, field: str, code: str) -> dict[str, Any]:
    """The body of an error, such as ``fault(404, "Activity", "", "not found")``."""
    return {
        "message": _MESSAGES[status],
        "errors": [{"resource": resource, "field": field, "code": code}],
    }


def refused(status: int, resource: str, field: str, code: str) -> Refusal:
    """The same, to be raised."""
    return Refusal(status, fault(status, resource, field, code))


def new_activity(
    number: int,
    *,
    athlete: int,
    name: str,
    started: dt.datetime,
    elapsed_seconds: int,
    distance_metres: float = 0.0,
    **fields: Any,
) -> dict[str, Any]:
    """An activity in full, as it is kept.

    Args:
        number: Its number.
        athlete: Whose it is.
        name: Its title.
        started: When it began, with its offset from UTC.
        elapsed_seconds: Pauses included.
        distance_metres: Its distance.
        fields: Any field of it, by Strava's name.
    """
    offset = started.utcoffset()
    if offset is None:
        raise ValueError("when an activity started is said with its offset from UTC")
    sport = fields.get("sport_type", "Run")
    return {
        "resource_state": 3,
        "id": number,
        "athlete": {"id": athlete, "resource_state": 1},
        "name": name,
        "description": None,
        "distance": distance_metres,
        "moving_time": elapsed_seconds,
        "elapsed_time": elapsed_seconds,
        "total_elevation_gain": 0.0,
        "type": sport,
        "sport_type": sport,
        "start_date": _written(started.astimezone(dt.UTC)),
        # The time on the wall, and yet with the letter that means UTC: so it is there.
        "start_date_local": _written(started),
        "timezone": "(GMT+00:00) Europe/London",
        "utc_offset": offset.total_seconds(),
        "trainer": False,
        "commute": False,
        "manual": False,
        "private": fields.get("visibility") == ONLY_ME,
        "visibility": EVERYONE,
        "hide_from_home": False,
        "gear_id": None,
        "gear": None,
        "device_name": None,
        "calories": 0.0,
        "laps": [],
        "external_id": None,
        "upload_id": None,
        "achievement_count": 0,
        "kudos_count": 0,
        "comment_count": 0,
        "athlete_count": 1,
        "photo_count": 0,
        "average_speed": distance_metres / elapsed_seconds if elapsed_seconds else 0.0,
        "max_speed": 0.0,
        "has_heartrate": False,
        "map": {"id": f"a{number}", "summary_polyline": "", "resource_state": 2},
        **fields,
    }


def summary(activity: Mapping[str, Any]) -> dict[str, Any]:
    """An activity as lists show it: among others, without its description."""
    shown = {name: value for name, value in activity.items() if name not in _ONLY_DETAILED}
    return {**shown, "resource_state": 2}


def changes(body: Any) -> dict[str, Any]:
    """What of a request's body changes an activity.

    Raises:
        Refusal: with status 400, when a value is none that its field takes.
    """
    if not isinstance(body, dict):
        raise refused(400, "Activity", "", "invalid")
    found = {name: value for name, value in body.items() if name in _TYPES}
    for name, value in found.items():
        if not isinstance(value, _TYPES[name]):
            raise refused(400, "Activity", name, "invalid")
    if "sport_type" in found:
        if found["sport_type"] not in SPORTS:
            raise refused(400, "Activity", "sport_type", "invalid")
        found["type"] = found["sport_type"]
    if found.get("gear_id") == "none":
        found["gear_id"] = None
    return found


def upload_body(upload: Mapping[str, Any]) -> dict[str, Any]:
    """An upload as it stands."""
    if upload["error"] is not None:
        status = "There was an error processing your activity."
    elif upload["activity_id"] is not None:
        status = "Your activity is ready."
    else:
        status = "Your activity is still being processed."
    shown = {name: upload[name] for name in ("id", "external_id", "error", "activity_id")}
    return {**shown, "id_str": str(upload["id"]), "status": status}


def _written(moment: dt.datetime) -> str:
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + "Z"
