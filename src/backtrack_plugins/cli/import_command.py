"""``backtrack import``: the page that a foreign file carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.cli.output import say_json, say_page, warn
from backtrack_plugins.importing import import_address, import_bytes, is_address
from backtrack_plugins.reading import read_bytes
from backtrack_plugins.workout import Repeat
from backtrack_plugins.writing import to_mapping, write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from backtrack_plugins.workout import Part, Workout


def run(arguments: argparse.Namespace) -> int:
    """Print the page, and on standard error what has no place in it."""
    if arguments.importer is None and is_address(arguments.file):
        imported = import_address(arguments.file)
    else:
        imported = import_bytes(read_bytes(arguments.file), arguments.file, importer=arguments.importer)
    if arguments.json:
        say_json({"workout": to_mapping(imported.workout), "losses": imported.losses})
        return 0
    for loss in imported.losses:
        warn(f"{arguments.file}: {loss}{_steps_said(loss.steps, imported.workout)}")
    say_page(write(imported.workout))
    return 0


def _steps_said(steps: Sequence[int], workout: Workout) -> str:
    """The steps that a loss is about, such as 1, 3-5; empty when it is about the whole or all of them."""
    if not steps or len(steps) == _step_count(workout.steps):
        return ""
    runs: list[list[int]] = []
    for step in steps:
        if runs and step == runs[-1][-1] + 1:
            runs[-1].append(step)
        else:
            runs.append([step])
    said = ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    return f" (step{'s' if len(steps) > 1 else ''} {said})"


def _step_count(parts: Sequence[Part]) -> int:
    return sum(_step_count(part.steps) if isinstance(part, Repeat) else 1 for part in parts)
