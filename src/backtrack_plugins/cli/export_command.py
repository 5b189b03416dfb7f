"""``backtrack export``: workouts in other formats, all of them or none."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.cli.inputs import find_athlete, level_said, read_all, timeline_source, treadmill_said
from backtrack_plugins.cli.output import report_errors, said_of_problems, say, say_json, warn
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.exporting import export
from backtrack_plugins.files import Written, write_files
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from backtrack_plugins.exporter import Artifact, Exporter
    from backtrack_plugins.workout import Workout

WIDTH = 96
LISTED_AS_LOSS = "BT801"


class _Made(NamedTuple):
    workout: Workout
    exporter: Exporter
    artifact: Artifact


def run(arguments: argparse.Namespace) -> int:
    """Export every workout to every format; write nothing when anything is wrong."""
    athlete, athlete_file = find_athlete(arguments.athlete)
    registry = Registry()
    exporters, errors = _exporters(arguments.to, registry)
    try:
        options = _options(arguments.options, arguments.to)
    except UsageError as error:
        errors.append(error)
        options = {}
    workouts, unreadable = read_all(arguments.workouts)
    errors += unreadable
    made: list[_Made] = []
    for workout in workouts:
        for name, exporter in exporters.items():
            try:
                artifact = export(
                    workout,
                    name,
                    athlete,
                    options=options.get(name),
                    supervised_by=arguments.supervised_by,
                    force=arguments.force,
                    registry=registry,
                )
                made.append(_Made(workout, exporter, artifact))
            except BacktrackError as error:
                errors.append(error)
    errors = errors or _colliding(made)
    if errors:
        return _refused(errors, as_json=arguments.json)
    files = {each.artifact.name: each.artifact.data for each in made}
    written = write_files(arguments.output, files, overwrite=arguments.overwrite)
    if arguments.json:
        say_json({"artifacts": list(map(_data, made, written)), "errors": []})
    else:
        _say_notes(made, athlete_file)
        say("\n\n".join("\n".join(_row(each, file)) for each, file in zip(made, written, strict=True)))
    return 0


def _refused(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    code = report_errors(errors, as_json=as_json, artifacts=[])
    if not as_json:
        warn("Nothing was written.")
    return code


def _exporters(names: Sequence[str], registry: Registry) -> tuple[dict[str, Exporter], list[BacktrackError]]:
    found: dict[str, Exporter] = {}
    errors: list[BacktrackError] = []
    for name in names:
        try:
            found[name] = registry.exporter(name)
        except BacktrackError as error:
            errors.append(error)
    return found, errors


def _options(settings: Sequence[str], formats: Sequence[str]) -> dict[str, dict[str, str]]:
    options: dict[str, dict[str, str]] = {}
    for setting in settings:
        name, dot, rest = setting.partition(".")
        option, equals, value = rest.partition("=")
        if not (name and dot and option and equals):
            raise UsageError(f"--set {setting}: write it as FORMAT.OPTION=VALUE, such as zwo.incline=true")
        chosen = [given for given in formats if given.rpartition(":")[2] == name]
        if not chosen:
            raise UsageError(
                f"--set {setting}: {name} is not among the formats of --to ({', '.join(formats)})"
            )
        for given in chosen:
            options.setdefault(given, {})[option] = value
    return options


def _colliding(made: Iterable[_Made]) -> list[BacktrackError]:
    by_name: dict[str, list[_Made]] = {}
    for each in made:
        by_name.setdefault(each.artifact.name.casefold(), []).append(each)
    errors: list[BacktrackError] = []
    for rivals in by_name.values():
        if len(rivals) > 1:
            sources = " and ".join(f"{_file(each.workout)} as {each.exporter.name}" for each in rivals)
            errors.append(
                UsageError(
                    f"{sources} would both be written to {rivals[0].artifact.name}; "
                    "rename one, or export it apart"
                )
            )
    return errors


def _file(workout: Workout) -> str:
    return workout.file or workout.name


def _say_notes(made: Sequence[_Made], athlete_file: str) -> None:
    for each in {id(each.workout): each for each in reversed(made)}.values():
        timeline = each.artifact.timeline
        warn(f"{_file(each.workout)}: {level_said(timeline, athlete_file)}; {treadmill_said(timeline)}")
        shown = [problem for problem in each.artifact.problems if problem.code != LISTED_AS_LOSS]
        for line in said_of_problems(shown):
            warn(line)


def _row(made: _Made, file: Written) -> list[str]:
    artifact = made.artifact
    lines = [f"{file.path}  ({file.state})"]
    lines += _cell("for", made.exporter.summary)
    if artifact.hint:
        lines += _cell("next", artifact.hint)
    by_instead: dict[str, list[str]] = {}
    for loss in artifact.losses:
        by_instead.setdefault(loss.instead, []).append(loss.what)
    for index, (instead, lost) in enumerate(by_instead.items()):
        lines += _cell("lost" if index == 0 else "", f"{', '.join(lost)}: {instead}")
    return lines


def _cell(label: str, text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=f"  {label:<6}", subsequent_indent=" " * 8)


def _data(made: _Made, written: Written) -> dict[str, Any]:
    artifact = made.artifact
    return {
        "workout": _file(made.workout),
        "path": written.path,
        "file": os.path.basename(written.path),
        "state": written.state,
        "format": artifact.format,
        "media_type": artifact.media_type,
        "hint": artifact.hint,
        **timeline_source(artifact.timeline),
        "losses": artifact.losses,
        "problems": artifact.problems,
    }
