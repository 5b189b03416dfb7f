"""Importing: a foreign workout file to a Workout, through an importer that a plugin offers."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable

import msgspec

from backtrack_plugins.errors import BacktrackError, PluginError, UnreadableInput, UsageError
from backtrack_plugins.exporting import Loss
from backtrack_plugins.reading import read_bytes
from backtrack_plugins.registry import Registry, strict
from backtrack_plugins.workout import Workout


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an importer gives back: the Workout, and what of the file has no place in it."""

    workout: Workout
    losses: tuple[Loss, ...] = ()


class Importer(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign format that can be read, as its plugin describes it.

    Attributes:
        name: The entry point's name.
        summary: One line for a list.
        suffix: What a file's name ends in, such as ``.zwo``.
        recognise: Whether the first 256 bytes of a file look like this format.
        read: Turns a file's bytes and its name, for messages, into `Imported`.
    """

    name: str
    summary: str
    suffix: str
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes, str], Imported]


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
    """Read the bytes of a foreign workout file; as `import_file`, with the losses as data."""
    registry = registry or Registry()
    chosen = (
        registry.get("importer", importer, Importer)
        if importer is not None
        else _recognised(data, name, registry)
    )
    try:
        imported = chosen.read(data, name)
    except BacktrackError:
        raise
    except Exception as error:
        if strict():
            raise
        raise PluginError(
            f"{name}: the importer {chosen.name} failed: {type(error).__name__}: {error}. "
            "Report it to the plugin's author; BACKTRACK_STRICT_PLUGINS=1 shows where."
        ) from error
    if not isinstance(imported, Imported):
        raise PluginError(
            f"the importer {chosen.name} returned {type(imported).__name__}; it returns Imported"
        )
    return imported


def _recognised(data: bytes, name: str, registry: Registry) -> Importer:
    head = data[:256]
    known: list[Importer] = []
    for row in registry.rows("importer"):
        if row.state != "installed":
            continue
        try:
            known.append(registry.get("importer", row.choice, Importer))
        except PluginError:
            if strict():
                raise
    found = [importer for importer in known if importer.recognise(head)]
    if len(found) > 1:
        names = ", ".join(importer.name for importer in found)
        raise UsageError(f"{name}: {names} all know such files; say which one: --from NAME")
    if not found:
        names = ", ".join(importer.name for importer in known) or "none is installed"
        raise UnreadableInput(f"{name}: no importer knows this file ({names}). Nothing was read.")
    return found[0]
