"""``backtrack import``: the page that a foreign file carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.cli.exports import options_of
from backtrack_plugins.cli.foreign import losses_of_reading
from backtrack_plugins.cli.inputs import find_athlete
from backtrack_plugins.cli.output import say_json, say_page, warn
from backtrack_plugins.importing import import_address, import_with, importer_of, is_address
from backtrack_plugins.reading import read_bytes
from backtrack_plugins.registry import Registry
from backtrack_plugins.writing import to_mapping, write

if TYPE_CHECKING:
    import argparse

    from backtrack_plugins.importer import Imported


def run(arguments: argparse.Namespace) -> int:
    """Print the page, and on standard error what has no place in it."""
    imported = _imported(arguments)
    if arguments.json:
        say_json({"workout": to_mapping(imported.workout), "losses": imported.losses})
        return 0
    for line in losses_of_reading(arguments.file, imported):
        warn(line)
    say_page(write(imported.workout))
    return 0


def _imported(arguments: argparse.Namespace) -> Imported:
    registry = Registry()
    athlete, _ = find_athlete(arguments.athlete)
    file: str = arguments.file
    if arguments.importer is None and is_address(file, registry):
        name = file.partition(":")[0]
        return import_address(file, athlete=athlete, options=_options(arguments, name), registry=registry)
    data = read_bytes(file)
    chosen = importer_of(data, file, importer=arguments.importer, registry=registry)
    return import_with(chosen, data, file, athlete=athlete, options=_options(arguments, chosen.name))


def _options(arguments: argparse.Namespace, name: str) -> dict[str, str]:
    return options_of(arguments.options, [name], kind="FORMAT", among="the formats that this file is in").get(
        name, {}
    )
