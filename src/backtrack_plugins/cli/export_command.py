"""``backtrack export``: workouts in other formats, all of them or none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from backtrack_plugins.cli.exports import (
    cell,
    colliding,
    data_of,
    losses_said,
    make,
    options_of,
    say_notes,
)
from backtrack_plugins.cli.inputs import find_athlete, read_all
from backtrack_plugins.cli.output import report_errors, say, say_json, warn
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.files import Written, write_files
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.cli.exports import Made
    from backtrack_plugins.exporter import Exporter


def run(arguments: argparse.Namespace) -> int:
    """Export every workout to every format; write nothing when anything is wrong."""
    athlete, athlete_file = find_athlete(arguments.athlete)
    registry = Registry()
    exporters, errors = exporters_of(arguments.to, registry)
    try:
        options = options_of(arguments.options, arguments.to, kind="FORMAT", among="the formats of --to")
    except UsageError as error:
        errors.append(error)
        options = {}
    workouts, unreadable = read_all(arguments.workouts)
    made, stopped = make(
        [(workout, athlete) for workout in workouts], exporters, options, arguments, registry
    )
    errors += [*unreadable, *stopped]
    return write_all(made, errors, athlete, athlete_file, arguments)


def write_all(
    made: Sequence[Made],
    errors: Sequence[BacktrackError],
    athlete: Athlete | None,
    athlete_file: str,
    arguments: argparse.Namespace,
) -> int:
    """Write what was made and say what it is; nothing of it when anything is wrong."""
    errors = errors or colliding(made, remedy="rename one, or export it apart")
    if errors:
        return _refused(errors, as_json=arguments.json)
    files = {each.artifact.name: each.artifact.data for each in made}
    written = write_files(arguments.output, files, overwrite=arguments.overwrite)
    if arguments.json:
        say_json({"artifacts": list(map(file_data, made, written)), "errors": []})
    else:
        say_notes(made, athlete, athlete_file)
        say("\n\n".join("\n".join(file_rows(each, file)) for each, file in zip(made, written, strict=True)))
    return 0


def _refused(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    code = report_errors(errors, as_json=as_json, artifacts=[])
    if not as_json:
        warn("Nothing was written.")
    return code


def exporters_of(
    names: Sequence[str], registry: Registry
) -> tuple[dict[str, Exporter], list[BacktrackError]]:
    """The exporters of these names, and the errors of those that cannot be had."""
    found: dict[str, Exporter] = {}
    errors: list[BacktrackError] = []
    for name in names:
        try:
            found[name] = registry.exporter(name)
        except BacktrackError as error:
            errors.append(error)
    return found, errors


def file_rows(made: Made, file: Written) -> list[str]:
    """What is said of a file that was written."""
    lines = [f"{file.path}  ({file.state})"]
    lines += cell("for", made.exporter.summary)
    if made.artifact.hint:
        lines += cell("next", made.artifact.hint)
    return lines + losses_said(made.artifact)


def file_data(made: Made, written: Written) -> dict[str, Any]:
    """The same as data."""
    return {
        "workout": made.source,
        "path": written.path,
        "file": os.path.basename(written.path),
        "state": written.state,
        **data_of(made),
    }
