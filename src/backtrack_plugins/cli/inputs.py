"""What several commands read: workouts and the athlete."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from backtrack_plugins.athlete import Athlete, read_athlete
from backtrack_plugins.errors import BacktrackError, UnreadableInput
from backtrack_plugins.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins.timeline import Timeline
    from backtrack_plugins.workout import Workout

CONFIGURATION = "backtrack"
ATHLETE_FILE = "athlete.toml"


def configuration_folder() -> str:
    """The user's configuration folder for backtrack, whether or not it exists."""
    # platformdirs gives the same answer (a test holds it so), and importing it costs 11 ms at every start.
    if sys.platform == "linux" and not hasattr(sys, "getandroidapilevel"):
        base, home = os.environ.get("XDG_CONFIG_HOME", ""), os.environ.get("HOME", "")
        if not os.path.isabs(base) and os.path.isabs(home):
            base = os.path.join(home, ".config")
        if os.path.isabs(base):
            return os.path.join(base, CONFIGURATION)
    from platformdirs import user_config_dir

    return user_config_dir(CONFIGURATION, appauthor=False)


def athlete_path(path: str | None) -> str:
    """The athlete.toml that a command means, whether or not it exists."""
    return os.path.join(configuration_folder(), ATHLETE_FILE) if path is None else path


def find_athlete(path: str | None) -> tuple[Athlete | None, str]:
    """The athlete, and the name of the file they come from; None and no name when nobody is known.

    Without a path it is the ``athlete.toml`` in the platform's configuration folder, if there is one.
    """
    file = athlete_path(path)
    if path is None and not os.path.exists(file):
        return None, ""
    athlete = read_athlete(file)
    if athlete.silenced:
        from backtrack_plugins.checking import RULE_OF, refuse_wrong_silencing

        refuse_wrong_silencing(athlete, RULE_OF, file=file)
    return athlete, file


def read_all(paths: Iterable[str]) -> tuple[list[Workout], list[BacktrackError]]:
    """Every workout that can be read, each file once, and the errors of the others."""
    workouts: list[Workout] = []
    errors: list[BacktrackError] = []
    for path in dict.fromkeys(paths):
        try:
            workouts.append(read_workout(path))
        except BacktrackError as error:
            errors.append(error)
    return workouts, errors


def read_workout(path: str) -> Workout:
    """A workout file; where there is none, and the path is a name alone, the library's entry of that name.

    Raises:
        UnreadableInput: when it is neither, with the library's nearest name; a recording is called one.
        InvalidWorkout: with every problem of the file.
    """
    if os.path.lexists(path) or os.path.dirname(path):
        try:
            return read(path)
        except UnreadableInput:
            _refuse_recording(path)
            raise
    from backtrack_plugins import library

    if path in library.names():
        return library.library_entry(path).workout
    try:
        return read(path)
    except UnreadableInput as error:
        near = library.nearest(path.removesuffix(".backtrack"))
        if near is None:
            raise
        raise UnreadableInput(f"{error} The library has {near}; give that name to use it.") from None


def _refuse_recording(path: str) -> None:
    import shlex

    from backtrack_plugins.recordings import read_recording

    try:
        read_recording(path)
    except BacktrackError:  # what it is then, reading it as a workout has said
        return
    raise UnreadableInput(
        f"{path}: this is a recorded activity, and no workout. What was done of it says: "
        f"backtrack review {shlex.quote(path)}",
        file=path,
    )


def level_said(timeline: Timeline, athlete_file: str) -> str:
    """Whose level holds, for people to read."""
    unknown = f"{athlete_file} names none" if athlete_file else "no athlete is known"
    sources = {
        "athlete": f"from {athlete_file}",
        "workout": f"named by the workout; {unknown}",
        "assumed": "assumed; neither athlete nor workout names one",
    }
    return f"level {timeline.level} ({sources[timeline.level_source]})"


def timeline_source(timeline: Timeline) -> dict[str, Any]:
    """As data, whose level holds and what speeds were fitted to."""
    treadmill = timeline.treadmill
    return {
        "level": timeline.level,
        "level_source": timeline.level_source,
        "treadmill": {name: str(getattr(treadmill, name)) for name in treadmill.__struct_fields__},
        "treadmill_assumed": timeline.treadmill_assumed,
    }


def treadmill_said(timeline: Timeline) -> str:
    """What speeds were fitted to, for people to read."""
    assumed = " (assumed; say what yours can do in athlete.toml)" if timeline.treadmill_assumed else ""
    return f"treadmill {timeline.treadmill}{assumed}"
