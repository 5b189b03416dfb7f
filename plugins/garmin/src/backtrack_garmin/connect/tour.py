"""A guided tour of the way to Garmin Connect, against a stand-in on this machine: no account is touched."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backtrack_plugins import Tour, TourStep

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKOUT = "first-steps"
DAY, LATER = "2026-12-02", "2026-12-09"
SESSION = "garmin-session"
OWN = {
    "workoutName": "Easy run of your own",
    "description": "Made in Garmin's app, and none of our business.",
    "sportType": {"sportTypeId": 1, "sportTypeKey": "running"},
    "workoutSegments": [
        {
            "segmentOrder": 1,
            "sportType": {"sportTypeId": 1, "sportTypeKey": "running"},
            "workoutSteps": [
                {
                    "type": "ExecutableStepDTO",
                    "stepOrder": 1,
                    "stepType": {"stepTypeId": 3, "stepTypeKey": "interval"},
                    "endCondition": {"conditionTypeId": 2, "conditionTypeKey": "time"},
                    "endConditionValue": 1800,
                    "targetType": {"workoutTargetTypeId": 1, "workoutTargetTypeKey": "no.target"},
                }
            ],
        }
    ],
}


@contextmanager
def tour(folder: str) -> Iterator[Tour]:
    """Start a stand-in with an account that has a workout in it, and say what to try.

    Args:
        folder: The tour's own: the session that it signs in with is put there.

    Raises:
        NotSignedIn: when no client library is installed; it says how to install one.
    """
    from backtrack_garmin.connect.opening import BUILT_IN, library, not_installed
    from backtrack_garmin.testing import ConnectStandIn, environment, save_session

    known = [library(name) for name in BUILT_IN]
    client = next((adapter.name for adapter in known if adapter.is_installed()), None)
    if client is None:
        raise not_installed(known)
    with ConnectStandIn() as connect:
        number = connect.add_workout(OWN)
        files = connect.garth_session() if client == "garth" else connect.garminconnect_session()
        save_session(os.path.join(folder, SESSION), files)
        yield Tour(
            steps=_steps(number),
            environment=environment(connect, os.path.join(folder, "data")),
        )


def _steps(number: int) -> tuple[TourStep, ...]:
    send = ("send", WORKOUT, "--to", "garmin-connect", "--yes", "--on")
    return (
        TourStep(
            "You sign in once. With your own account you would be asked for e-mail and password; here a "
            "session is there already, as another program might have left it.",
            ("login", "garmin", "--at", SESSION, "--yes"),
        ),
        TourStep(
            "Before anything is sent you can see what would be done.",
            ("send", WORKOUT, "--to", "garmin-connect", "--on", DAY, "--dry-run"),
        ),
        TourStep(
            "Now it is sent: the workout comes into the account and onto its day, and is read back and "
            "compared. Without --yes you would be asked first.",
            (*send, DAY),
        ),
        TourStep("Sending it again changes nothing: the account holds it once.", (*send, DAY)),
        TourStep("A week later suits you better: it moves, and there is still one.", (*send, LATER)),
        TourStep("This is what was sent, and whether it is still there as it was sent.", ("sent",)),
        TourStep(
            "What somebody made in Garmin's own app comes back as a page of ours. Which way it faces is "
            "never guessed from words.",
            ("import", f"garmin-connect:{number}"),
        ),
        TourStep(
            "And away with it: only what we made is ever removed.",
            ("unsend", WORKOUT, "--to", "garmin-connect", "--yes"),
        ),
        TourStep("The session is forgotten; the file that another program left stays.", ("logout", "garmin")),
    )
