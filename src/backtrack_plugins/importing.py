"""Importing: a foreign workout file to a Workout, through an importer that a plugin offers."""

from __future__ import annotations

import os
import warnings
from functools import partial
from typing import Any

from backtrack_plugins.errors import BacktrackError, PluginError, UnreadableInput, UsageError
from backtrack_plugins.importer import Imported, Importer
from backtrack_plugins.reading import read_bytes
from backtrack_plugins.registry import PluginRow, Registry, call
from backtrack_plugins.workout import Workout


class ImportLossWarning(UserWarning):
    """Something of an imported file has no place in a Workout."""


def import_file(
    path: str | os.PathLike[str], *, importer: str | None = None, registry: Registry | None = None
) -> Workout:
    """Read a foreign workout file.

    Args:
        path: The file; it is never changed.
        importer: An installed importer's name; found by the file's first bytes when left out.
        registry: Where importers are looked up.

    Warns:
        ImportLossWarning: for each thing that has no place in a Workout.

    Raises:
        UnreadableInput: when the file is missing, damaged, or no importer knows it.
        InvalidWorkout: when its lines are wrong.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    imported = import_bytes(
        read_bytes(os.fspath(path)), os.fspath(path), importer=importer, registry=registry
    )
    for loss in imported.losses:
        warnings.warn(f"{os.fspath(path)}: {loss}", ImportLossWarning, stacklevel=2)
    return imported.workout


def import_bytes(
    data: bytes, name: str, *, importer: str | None = None, registry: Registry | None = None
) -> Imported:
    """Read the bytes of a foreign workout file.

    Args:
        data: The bytes.
        name: A name for messages.
        importer: An installed importer's name; found by the first bytes when left out.
        registry: Where importers are looked up.

    Returns:
        The Workout, and what of the file has no place in it.

    Raises:
        UnreadableInput: when the bytes are damaged, or no importer knows them.
        InvalidWorkout: when its lines are wrong.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    registry = registry or Registry()
    if importer is not None:
        chosen = registry.get("importer", importer, Importer)
    else:
        chosen = _recognised(data, name, registry)
    who = f"{name}: the importer {chosen.name}"
    answer: Any = call(who, lambda: chosen.read(data, name))
    if isinstance(answer, Workout):
        return Imported(workout=answer)
    if not isinstance(answer, Imported):
        raise PluginError(f"{who} returned {type(answer).__name__}; it returns a Workout or Imported")
    workout: Any = answer.workout
    if not isinstance(workout, Workout):
        raise PluginError(f"{who} returned Imported with a workout of type {type(workout).__name__}")
    return answer


def _usable(registry: Registry, row: PluginRow) -> Importer:
    return registry.get("importer", row.choice if row.state == "installed" else row.name, Importer)


def _recognised(data: bytes, name: str, registry: Registry) -> Importer:
    """The one importer that knows the first bytes; one that fails at it stops no other."""
    head = data[:256]
    tried: list[str] = []
    unusable: list[str] = []
    found: list[Importer] = []
    for row in registry.rows("importer"):
        try:
            importer = _usable(registry, row)
            knows = call(f"the importer {row.name}", partial(importer.recognise, head))
        except BacktrackError as error:
            unusable.append(str(error))
            continue
        tried.append(row.name)
        if knows:
            found.append(importer)
    if len(found) > 1:
        names = ", ".join(importer.name for importer in found)
        raise UsageError(f"{name}: {names} all know such files; say which one: --from NAME")
    if not found:
        names = "no importer could be asked" if unusable else "no importer is installed"
        if tried:
            names = f"no importer knows this file ({', '.join(tried)})"
        also = "".join(f"\n{reason}" for reason in dict.fromkeys(unusable))
        hint = f"If it is a page of lines: backtrack show {name}"
        raise UnreadableInput(f"{name}: {names}. Nothing was read. {hint}{also}")
    return found[0]
