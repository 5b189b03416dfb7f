"""What several commands read: workouts and the athlete."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_plugins.athlete import Athlete, read_athlete
from backtrack_plugins.errors import BacktrackError
from backtrack_plugins.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins.timeline import Timeline
    from backtrack_plugins.workout import Workout

CONFIGURATION = "backtrack"
ATHLETE_FILE = "athlete.toml"


def find_athlete(path: str | None) -> tuple[Athlete | None, str]:
    """The athlete, and the name of the file they come from; None and no name when nobody is known.

    Without a path it is the ``athlete.toml`` in the platform's configuration folder, if there is one.
    """
    if path is None:
        from platformdirs import user_config_dir

        path = os.path.join(user_config_dir(CONFIGURATION, appauthor=False), ATHLETE_FILE)
        if not os.path.exists(path):
            return None, ""
    return read_athlete(path), path


def read_all(paths: Iterable[str]) -> tuple[list[Workout], list[BacktrackError]]:
    """Every workout that can be read, and the errors of the others."""
    workouts: list[Workout] = []
    errors: list[BacktrackError] = []
    for path in paths:
        try:
            workouts.append(read(path))
        except BacktrackError as error:
            errors.append(error)
    return workouts, errors


def level_said(timeline: Timeline, athlete_file: str) -> str:
    """Whose level holds, for people to read."""
    sources = {
        "athlete": f"from {athlete_file}",
        "workout": "named by the workout; no athlete is known",
        "assumed": "assumed; neither athlete nor workout names one",
    }
    return f"level {timeline.level} ({sources[timeline.level_source]})"


def treadmill_said(timeline: Timeline) -> str:
    """What speeds were fitted to, for people to read."""
    assumed = " (assumed; say what yours can do in athlete.toml)" if timeline.treadmill_assumed else ""
    return f"treadmill {timeline.treadmill}{assumed}"
