"""Importing: a foreign workout file to a Workout, through an importer that a plugin offers."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

from backtrack_plugins.athlete import declared
from backtrack_plugins.calling import Asked
from backtrack_plugins.easy_speeds import with_easy_speeds
from backtrack_plugins.errors import UsageError
from backtrack_plugins.importer import Imported, ImportSettings
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.options import convert_options
from backtrack_plugins.reading import read_bytes, refuse_larger
from backtrack_plugins.recognising import naming, recognised
from backtrack_plugins.registry import installed
from backtrack_plugins.workout import Workout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.importer import Importer
    from backtrack_plugins.registry import Registry


class ImportLossWarning(UserWarning):
    """Something of an imported file has no place in a Workout."""


def import_file(
    path: str | os.PathLike[str],
    *,
    importer: str | None = None,
    athlete: Athlete | None = None,
    options: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> Workout:
    """Read a foreign workout file.

    Args:
        path: The file; it is never changed.
        importer: An installed importer's name; found by the file's first bytes when left out.
        athlete: Whose race paces, or whatever else the importer needs, hold for what the file leaves open.
            Their easy walk and run are the speed of steps of which it does not say how fast they are.
        options: The importer's options by name; texts are converted.
        registry: Where importers are looked up.

    Warns:
        ImportLossWarning: for each thing that has no place in a Workout.

    Raises:
        UnreadableInput: when the file is missing, damaged, or no importer knows it.
        InvalidWorkout: when its lines are wrong.
        UsageError: when the file leaves open what neither options nor athlete say, or an option is wrong.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    imported = import_bytes(
        read_bytes(os.fspath(path)),
        os.fspath(path),
        importer=importer,
        athlete=athlete,
        options=options,
        registry=registry,
    )
    for loss in imported.losses:
        warnings.warn(f"{os.fspath(path)}: {loss}", ImportLossWarning, stacklevel=2)
    return imported.workout


def import_address(
    address: str,
    *,
    athlete: Athlete | None = None,
    options: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> Imported:
    """Fetch and read a workout that has no file here.

    Args:
        address: An importer's name, a colon, and what that importer knows it by: ``garmin-connect:123456``.
        athlete: As in `import_file`.
        options: As in `import_file`.
        registry: Where importers are looked up.

    Raises:
        UsageError: when the importer reads files alone.
        ServiceError: when the service fails or refuses, or nobody is signed in.
        UnreadableInput: when what comes back cannot be read.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    registry = registry or installed()
    name, _, wanted = address.partition(":")
    chosen = registry.importer(name)
    fetch = chosen.fetch
    if fetch is None:
        raise UsageError(f"{address}: {name} reads files alone; give it a file: --from {name}", plugin=name)
    asked = Asked(KINDS["importer"], chosen.name, address)
    data = asked.returned(asked.call(lambda: fetch(wanted)), bytes)
    return import_bytes(data, address, importer=name, athlete=athlete, options=options, registry=registry)


def is_address(text: str, registry: Registry | None = None) -> bool:
    """Whether a text is no file and begins with the name of an installed importer and a colon."""
    name, colon, _ = text.partition(":")
    rows = (registry or installed()).rows("importer")
    return bool(colon) and not os.path.lexists(text) and any(row.name == name for row in rows)


def import_bytes(
    data: bytes,
    name: str,
    *,
    importer: str | None = None,
    athlete: Athlete | None = None,
    options: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> Imported:
    """Read the bytes of a foreign workout file.

    Args:
        data: The bytes.
        name: A name for messages.
        importer: An installed importer's name; found by the first bytes when left out.
        athlete: As in `import_file`.
        options: As in `import_file`.
        registry: Where importers are looked up.

    Returns:
        The Workout, and what of the file has no place in it.

    Raises:
        UnreadableInput: when the bytes are damaged or more than 1 MiB, or no importer knows them.
        InvalidWorkout: when its lines are wrong.
        UsageError: as in `import_file`.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    refuse_larger(data, name)
    registry = registry or installed()
    chosen = importer_of(data, name, importer=importer, registry=registry)
    return import_with(chosen, data, name, athlete=athlete, options=options)


def import_with(
    chosen: Importer,
    data: bytes,
    name: str,
    *,
    athlete: Athlete | None = None,
    options: Mapping[str, Any] | None = None,
) -> Imported:
    """Read the bytes of a foreign workout file with an importer; as `import_bytes`, which finds one."""
    settings = ImportSettings(
        athlete=declared(athlete, chosen.needs),
        options=convert_options(chosen.name, chosen.options, options or {}),
    )
    asked = Asked(KINDS["importer"], chosen.name, name)
    with naming(name):
        answer = asked.call(lambda: chosen.read_with(data, name, settings))
    if isinstance(answer, Workout):
        return Imported(workout=answer)
    return with_easy_speeds(asked.returned(answer, Imported, Workout), athlete)


def importer_of(data: bytes, name: str, *, importer: str | None = None, registry: Registry) -> Importer:
    """The importer that reads a file: the one named, else the one that knows its first bytes.

    Raises:
        UnreadableInput: when no importer knows them.
        UsageError: when several do.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    if importer is not None:
        return registry.importer(importer)
    import shlex

    otherwise = f"If it is a page of lines: backtrack show {shlex.quote(name)}"
    which = "say which one: --from NAME"
    return recognised(data, name, "importer", registry.importer, registry, otherwise=otherwise, which=which)
