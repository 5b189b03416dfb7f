"""``backtrack import``: the page that a foreign file carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.cli.output import say_json, say_page, warn
from backtrack_plugins.importing import import_address, import_bytes, is_address
from backtrack_plugins.reading import read_bytes
from backtrack_plugins.writing import to_mapping, write

if TYPE_CHECKING:
    import argparse


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
        warn(f"{arguments.file}: {loss}")
    say_page(write(imported.workout))
    return 0
