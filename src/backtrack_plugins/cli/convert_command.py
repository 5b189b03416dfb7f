"""``backtrack convert``: somebody's workout files in other formats, all of them or none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_plugins.cli.export_command import exporters_of, write_all
from backtrack_plugins.cli.exports import make, options_of
from backtrack_plugins.cli.foreign import (
    losses_of_reading,
    read_any,
    refuse_to_write_over,
    settings_by_plugin,
)
from backtrack_plugins.cli.inputs import find_athlete
from backtrack_plugins.cli.output import warn
from backtrack_plugins.easy_speeds import refuse_assumed_speeds
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.exporting import carried_by
from backtrack_plugins.registry import Registry
from backtrack_plugins.splicing import of_the_exporter
from backtrack_plugins.workout import Origin

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.exporter import Exporter
    from backtrack_plugins.splicing import RunFile
    from backtrack_plugins.workout import Workout


def _named(run: RunFile) -> Workout:
    """The Workout, which is called by its file wherever it is spoken of."""
    return run.workout if run.workout.file is not None else run.workout.with_origin(Origin(run.file, ()))


def _that_need_no_guess(
    run: RunFile,
    exporters: Mapping[str, Exporter],
    options: Mapping[str, Mapping[str, str]],
    athlete: Athlete | None,
) -> tuple[dict[str, Exporter], list[BacktrackError]]:
    """The exporters that no guessed speed goes to, and what is to be said of the others."""
    known: dict[str, Exporter] = {}
    errors: list[BacktrackError] = []
    for name, exporter in exporters.items():
        try:
            if "speed" in carried_by(exporter, options.get(name)):
                refuse_assumed_speeds(run.imported, athlete, run.file, name)
            known[name] = exporter
        except BacktrackError as error:
            errors.append(error)
    return known, errors


def run(arguments: argparse.Namespace) -> int:
    """Read every file, export it to every format; write nothing when anything is wrong."""
    athlete, athlete_file = find_athlete(arguments.athlete)
    registry = Registry()
    exporters, errors = exporters_of(arguments.to, registry)
    settings = settings_by_plugin(arguments.options)
    runs: list[RunFile] = []
    for path in dict.fromkeys(arguments.workouts):
        try:
            runs.append(read_any(path, arguments, athlete, settings, registry))
        except BacktrackError as error:
            errors.append(error)
    made = []
    # An option may be for one of several files, and which format an unreadable one has nobody knows.
    names = [*arguments.to, *dict.fromkeys(each.format for each in runs if each.format)]
    unread = settings if len(runs) < len(set(arguments.workouts)) else ()
    options: dict[str, dict[str, str]] = {}
    try:
        options = options_of(arguments.options, [*names, *unread], kind="FORMAT", among="the formats of this")
    except UsageError as error:
        errors.append(error)
        exporters = {}
    for each in runs:
        wanted = {name: of_the_exporter(options.get(name, {}), name, each, registry) for name in exporters}
        known, unsaid = _that_need_no_guess(each, exporters, wanted, athlete)
        errors += unsaid
        done, stopped = make([(_named(each), athlete)], known, wanted, arguments, registry)
        made += [every._replace(reading=each.imported.losses) for every in done]
        errors += stopped
    refuse_to_write_over(
        [each.file for each in runs],
        [os.path.join(arguments.output, each.artifact.name) for each in made],
    )
    if not arguments.json:
        for each in runs:
            for line in losses_of_reading(each.file, each.imported):
                warn(line)
    return write_all(made, errors, athlete, athlete_file, arguments)
