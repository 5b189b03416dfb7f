"""A workout from somebody's account at Garmin Connect, as the service sends it."""

from __future__ import annotations

import re

import msgspec

from backtrack_plugins import NotThere, ServiceFailed, UsageError

SERVICE = "Garmin Connect"


def fetch_workout(number: str) -> bytes:
    """Get the JSON of a workout.

    Args:
        number: Its number: digits, as the address of its page in Garmin Connect ends in.

    Raises:
        UsageError: when it is no number.
        NotSignedIn: when nobody is signed in.
        NotThere: when the account sees no workout of that number.
        ServiceError: when the service does not answer, or with something else.
    """
    if not re.fullmatch(r"[0-9]{1,19}", number):
        raise UsageError(
            f"garmin-connect:{number[:40]!a}: a workout of {SERVICE} has a number, such as "
            "garmin-connect:123456. The address of its page in a browser ends in it.",
            plugin="garmin-connect",
            argument="address",
        )
    from backtrack_garmin.connect.opening import open_client

    path = f"/workout-service/workout/{int(number)}"
    try:
        answer = open_client().get(path)
    except NotThere:
        raise NotThere(
            f"garmin-connect:{number}: your account has no workout of that number. The address of its page "
            "in a browser ends in it; somebody else's is not seen.",
            service=SERVICE,
            path=path,
        ) from None
    if not isinstance(answer, dict):
        raise ServiceFailed(
            f"{SERVICE} answered without a workout, when asked for number {number}. Try again later.",
            service=SERVICE,
        )
    return msgspec.json.encode(answer)
