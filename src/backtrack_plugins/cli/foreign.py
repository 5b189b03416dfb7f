"""What the commands that read somebody else's files share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_plugins.cli.exports import settings_of
from backtrack_plugins.cli.inputs import read_workout
from backtrack_plugins.errors import UsageError
from backtrack_plugins.splicing import own_run, read_run
from backtrack_plugins.workout import written_steps

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.importer import Imported
    from backtrack_plugins.registry import Registry
    from backtrack_plugins.splicing import RunFile
    from backtrack_plugins.workout import Workout


def settings_by_plugin(settings: Sequence[str]) -> dict[str, dict[str, str]]:
    """What ``--set`` said, by the name of the plugin, whichever there is.

    Raises:
        UsageError: when one is written differently.
    """
    found: dict[str, dict[str, str]] = {}
    for name, option, value in settings_of(settings, kind="FORMAT"):
        found.setdefault(name, {})[option] = value
    return found


def read_any(
    path: str,
    arguments: argparse.Namespace,
    athlete: Athlete | None,
    options: Mapping[str, Mapping[str, str]],
    registry: Registry,
) -> RunFile:
    """Whatever says a workout: a file that an installed importer knows, or what `read_workout` reads.

    Args:
        path: The file, or a name of the library.
        arguments: With ``importer``.
        athlete: Whose values hold for what a file leaves open.
        options: What ``--set`` said, by the name of the plugin it is for.
        registry: Where plugins are looked up.

    Raises:
        BacktrackError: as `read_run` and `read_workout`.
    """
    is_file = os.path.lexists(path) or os.path.dirname(path)
    if arguments.importer is None and (not is_file or path.lower().endswith(".backtrack")):
        return own_run(path, read_workout(path))
    return read_run(
        path,
        importer=arguments.importer,
        athlete=athlete,
        options=lambda name: options.get(name, {}),
        registry=registry,
    )


def losses_of_reading(file: str, imported: Imported) -> Iterator[str]:
    """What of a file has no place in a Workout, for people to read."""
    for loss in imported.losses:
        yield f"{file}: {loss}{_steps_said(loss.steps, imported.workout)}"


def refuse_to_write_over(sources: Iterable[str], paths: Iterable[str]) -> None:
    """Keep what was read from being what is written, whatever else may be overwritten.

    Raises:
        UsageError: when a path is one of the sources.
    """
    read = [os.path.realpath(source) for source in sources]
    for path in paths:
        if os.path.realpath(path) in read:
            raise UsageError(
                f"{path}: that is the file that was read, and it is never changed. Write another: -o",
                path=path,
            )


def _steps_said(steps: Sequence[int], workout: Workout) -> str:
    """The steps that a loss is about, such as 1, 3-5; empty when it is about the whole or all of them."""
    if not steps or len(steps) == sum(map(written_steps, workout.steps)):
        return ""
    runs: list[list[int]] = []
    for step in steps:
        if runs and step == runs[-1][-1] + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    said = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    return f" (step{'s' if len(steps) > 1 else ''} {said})"
