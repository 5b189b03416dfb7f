"""The outbox: where files are kept that could not be sent, so that the runner can carry them by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.book import data_folder
from backtrack_plugins.cli.exports import make
from backtrack_plugins.cli.output import warn
from backtrack_plugins.errors import BacktrackError, ByHand
from backtrack_plugins.files import write_files

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from backtrack_plugins.cli.exports import Made
    from backtrack_plugins.destination import Destination
    from backtrack_plugins.registry import Registry


class Kept(NamedTuple):
    """A file that is kept, and what to do with it."""

    path: str
    hint: str


def keep(
    made: Sequence[Made], destination: Destination, arguments: argparse.Namespace, registry: Registry
) -> list[Kept]:
    """Keep the workouts as files of the format that the destination names.

    A failure to keep them is told and is not raised: it must not hide why they could not be sent.
    """
    try:
        if destination.kept_as:
            exporters = {destination.kept_as: registry.exporter(destination.kept_as)}
            workouts = [(each.workout, each.athlete) for each in made]
            made, errors = make(workouts, exporters, {}, arguments, registry)
            for error in errors:
                warn(f"not kept as a file: {error}")
        folder = os.path.join(data_folder(), "outbox")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        files = {each.artifact.name: each.artifact.data for each in made}
        written = write_files(folder, files, overwrite=True)
        return [Kept(file.path, each.artifact.hint) for file, each in zip(written, made, strict=True)]
    except (BacktrackError, OSError) as error:
        warn(f"the files could not be kept either: {error}")
        return []


def tell(error: BacktrackError, kept: Sequence[Kept]) -> None:
    """Say where the files are, and what to do with them."""
    for each in kept:
        warn(f"Kept as a file: {each.path}")
    if not isinstance(error, ByHand):
        for hint in dict.fromkeys(each.hint for each in kept if each.hint):
            warn(f"By hand: {hint}")
        return
    for number, step in enumerate(error.steps, start=1):
        warn(f"  {number}. {step}")
    if kept and error.opens and sys.stderr is not None and sys.stderr.isatty():
        _show(os.path.dirname(kept[0].path))


def _show(folder: str) -> None:
    """Open a folder in the system's own file manager; where that fails, the path has been said."""
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        subprocess.Popen([opener, folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    except OSError:
        return
