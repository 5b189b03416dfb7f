"""A guided tour of the way to Strava, against a stand-in on this machine: no account is touched."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from backtrack_plugins import Tour, TourStep, read_recording

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDING = "2026-12-02.fit"
WRITTEN = "Intervals in the gym.\nFelt good."
"""What the athlete of the tour wrote there before."""

_SHIPPED = os.path.join(os.path.dirname(__file__), "tour.fit")
"""What a watch would have recorded of the workout after-intervals-reset, with the plan in it."""


@contextmanager
def tour(folder: str) -> Iterator[Tour]:
    """Start a stand-in with an account that has an activity in it, and say what to try.

    Args:
        folder: The tour's own: the recording is put there.

    Raises:
        UnreadableInput: when no plugin that reads FIT recordings is installed.
    """
    from backtrack_strava.testing import StravaStandIn, environment

    path = os.path.join(folder, RECORDING)
    shutil.copyfile(_SHIPPED, path)
    recording = read_recording(path)
    if recording.started is None:
        raise RuntimeError("the recording of the tour has a date")
    with StravaStandIn() as strava:
        number = strava.add_activity(
            name="Evening Run",
            started=recording.started,
            elapsed_seconds=round(recording.elapsed_seconds or recording.seconds),
            description=WRITTEN,
            trainer=True,
        )
        yield Tour(steps=_steps(number), environment=environment(strava, os.path.join(folder, "data")))


def _steps(number: int) -> tuple[TourStep, ...]:
    annotate = ("annotate", RECORDING, "--to", "strava")
    return (
        TourStep(
            "A watch recorded the workout. The plan stands in its file, so the two can be held against each "
            "other; nobody is asked anything for that.",
            ("review", RECORDING),
        ),
        TourStep(
            "This is what can be said of it on Strava: to paste, without any account.",
            ("annotate", RECORDING),
        ),
        TourStep(
            "To have it put there you sign in once. A browser would open, and you would press Authorize; "
            "here a small program does.",
            ("login", "strava", "--yes"),
        ),
        TourStep(
            "The activity is found by when it began and how long it was. You see what would change before "
            "anything does: your own words stay.",
            (*annotate, "--dry-run"),
        ),
        TourStep("Now it is done. Without --yes you would be asked first.", (*annotate, "--yes")),
        TourStep("Doing it again changes nothing.", (*annotate, "--yes")),
        TourStep(
            "Had it not been there yet, sending would have uploaded it. It is there, so nothing is uploaded "
            "twice.",
            ("send", RECORDING, "--to", "strava", "--yes"),
        ),
        TourStep(
            "And away with it: what you wrote is as it was, byte for byte.",
            ("annotate", "--remove", "--to", f"strava:{number}", "--yes"),
        ),
        TourStep("The session is forgotten, and Strava is told so.", ("logout", "strava")),
    )
