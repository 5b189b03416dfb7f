"""Rebuilding: the Workout that a watch followed, from what it kept of its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.workout import Workout


def workout_in(recording: Recording) -> Workout:
    """The workout that the watch followed, from the lines in its step notes.

    Raises:
        UsageError: when the watch kept no steps, or not the line of each; it says which, and what to do.
    """
    raise NotImplementedError
