"""A block put into somebody's file, as ``backtrack add`` does it: what the splice suite asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_plugins.importing import import_bytes
from backtrack_plugins.registry import installed
from backtrack_plugins.splicing import RunFile, export_joined, join_run, option_names
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.splicing import JoinedRun, Put
    from backtrack_plugins.workout import Step, Straddle, Workout

BLOCKS: dict[str, str] = {
    "backward": """\
name: Block
level: intermediate

1:00 backward walk 2.4 km/h light rail
""",
    "four-way": """\
name: Four ways
level: intermediate

3:00 forward walk 4.5 km/h
2x
  0:40 left walk 1.6 km/h light rail "hips level"
  0:40 right walk 1.6 km/h light rail
  40 m backward walk 2.4 km/h light rail
0:40 straddle
1:00 backward walk 1.5 mph 1% hands free "taller, eyes level"
2:00 forward walk 4.5 km/h easy
""",
}
"""Blocks by name: one step; and repeats, distances, miles, incline, cues and a straddle of its own."""


def run_file(
    format: str,  # noqa: A002 - the word of the command line
    data: bytes,
    name: str,
    athlete: Athlete | None,
    options: Mapping[str, Any],
) -> RunFile:
    """A run in a format, read by the importer of that name, which gets those of the options that it knows."""
    known = option_names(installed().importer(format))
    given = {option: value for option, value in options.items() if option in known}
    imported = import_bytes(data, name, importer=format, athlete=athlete, options=given)
    return RunFile(name, data, format, imported)


def put(joined: JoinedRun, athlete: Athlete | None, options: Mapping[str, Any]) -> Put:
    """A joined run, put into its own format; the exporter gets those of the options that it knows."""
    format = joined.run.format  # noqa: A001 - as above
    known = option_names(installed().exporter(format))
    given = {option: value for option, value in options.items() if option in known}
    return export_joined(joined, format, athlete, options=given)


def joined_at(run: RunFile, block: Workout, at: int, athlete: Athlete | None) -> JoinedRun:
    """A block put into a run, with the walks that it needs; `at` counts the run's parts before it."""
    return join_run(block, run, at=at, athlete=athlete)


def places(run: RunFile) -> tuple[int, ...]:
    """Where a block can come: before the run, into it, and after it."""
    parts = len(run.workout.steps)
    return tuple(sorted({0, parts // 2, parts}))


def unrolled(workout: Workout) -> list[Step | Straddle]:
    """The steps and straddles as they are written, each as often as it is done."""
    return [segment.step for segment in expand(workout).segments if not segment.added]
