"""What `review`, `annotate` and `programme next` share: a recording, and the plan it is held against."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_plugins.cli.inputs import read_workout
from backtrack_plugins.errors import InvalidWorkout, UnreadableInput, UsageError
from backtrack_plugins.recordings import is_recording, read_recording
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.reviewed import Review
    from backtrack_plugins.workout import Workout

KEPT = "kept by the watch in the recording"
GIVE_RECORDING = "Give the file that the watch recorded."


def recorded(path: str, instead: Callable[[str], str] = lambda _: GIVE_RECORDING) -> Recording:
    """A recording; a workout that is given instead is called one.

    Args:
        path: The recording.
        instead: What to do when it is a workout, from its path as a command takes it.

    Raises:
        UnreadableInput: when it is none, saying what it is where that can be told.
    """
    try:
        return read_recording(path)
    except UnreadableInput:
        if _is_page(path):
            from shlex import quote

            said = f"{path}: this is a workout, which is a plan, and no recorded activity"
            raise UnreadableInput(f"{said}. {instead(quote(path))}", file=path) from None
        raise


def _is_page(path: str) -> bool:
    """Whether it is a workout, be it one with mistakes."""
    if not os.path.isfile(path):
        return False
    try:
        read_workout(path)
    except InvalidWorkout:
        return path.endswith((".backtrack", ".json"))
    except UsageError:
        return False
    return True


def planned(path: str) -> Workout:
    """The workout that was planned; a recording that is given instead is called one.

    Raises:
        UnreadableInput: when it is no workout, saying what it is where that can be told.
        InvalidWorkout: with every problem of the file.
    """
    if not os.path.isfile(path) or not is_recording(path):
        return read_workout(path)
    read_recording(path)  # of a workout in such a file it says so, and how to turn it into a page
    raise UnreadableInput(
        f"{path}: this is a recorded activity, and no workout. Give the workout that was planned.", file=path
    )


def reviewed(path: str, plan: str | None, athlete: Athlete | None) -> Review:
    """A recording held against its plan.

    Args:
        path: The recording.
        plan: The workout's file, or a name of the library; found in the recording when None.
        athlete: Whose level, treadmill and mass hold.

    Raises:
        UsageError: when one of them cannot be read, or the watch kept no plan.
    """
    from backtrack_plugins.rebuilding import workout_in
    from backtrack_plugins.reviewing import review

    recording = recorded(
        path, lambda plan: f"{GIVE_RECORDING[:-1]}, and this one as the plan: --workout {plan}"
    )
    workout = workout_in(recording) if plan is None else planned(plan)
    return review(expand(workout, athlete), recording, athlete)
