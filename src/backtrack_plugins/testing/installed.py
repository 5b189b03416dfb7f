"""How the kit finds what is under test: the one place of it that asks the registry."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from backtrack_plugins.calling import DISABLE, STRICT
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtrack_plugins.registry import PluginRow


def plugin(kind: str, name: str) -> Any:
    """What an installed plugin offers under a name: an Exporter, an Importer and so on, by its kind.

    Raises:
        UnknownPlugin: when nothing installed has that name.
        PluginError: when it is disabled, claimed twice, reserved or broken.
    """
    row(kind, name)
    registry = alone(kind, name)
    offered: dict[str, Callable[[str], Any]] = {
        "exporter": registry.exporter,
        "importer": registry.importer,
        "destination": registry.destination,
        "recording": registry.recording_reader,
        "check": lambda _name: registry.checks()[0],
        "annotator": registry.annotator,
    }
    return offered[kind](name)


def row(kind: str, name: str) -> PluginRow:
    """The row of a name in the list; its plugin is not imported."""
    return _everything().find(kind, name)


def names(kind: str) -> tuple[str, ...]:
    """The names of one kind that are installed and can be asked for; no plugin is imported."""
    return tuple(row.name for row in _everything().rows(kind) if row.state == "installed")


def module_of(kind: str, name: str) -> str:
    """The module that an entry point names, which asking for the plugin imports."""
    return row(kind, name).value.partition("[")[0].partition(":")[0].strip()


def _everything() -> Registry:
    """All that is installed; the same registry until something is installed or the settings change.

    A suite asks several times in each test, and going through all distributions takes 5 ms.
    """
    settings = tuple(os.environ.get(name) for name in (DISABLE, STRICT))
    return _as_of(tuple((folder, _changed(folder or os.curdir)) for folder in sys.path), settings)


def _changed(folder: str) -> tuple[int, int]:
    """When something was put into a folder or taken out of it, in ns, and how much is in it.

    The time alone may be the same: some systems' clocks of files stand still for 10 ms.
    """
    try:
        return os.stat(folder).st_mtime_ns, len(os.listdir(folder))
    except OSError:
        return 0, 0


@lru_cache(maxsize=8)
def _as_of(_folders: tuple[tuple[str, tuple[int, int]], ...], _settings: tuple[str | None, ...]) -> Registry:
    return Registry()


def alone(kind: str, name: str) -> Registry:
    """The installed plugins without the others of one kind; the same registry each time.

    Args:
        kind: Such as ``check``.
        name: The one of that kind which stays.
    """
    return _alone(kind, name, tuple(sys.path))


@lru_cache(maxsize=8)
def _alone(kind: str, name: str, _path: tuple[str, ...]) -> Registry:
    return Alone(kind, name)


class Alone(Registry):
    """The installed plugins without the others of one kind, whose mistakes are none of this one's.

    Args:
        kind: Such as ``check``.
        name: The one of that kind which stays.
    """

    def __init__(self, kind: str, name: str) -> None:
        super().__init__()
        self._alone = (kind, name)

    def rows(self, kind: str | None = None) -> list[PluginRow]:
        """Every plugin, or those of one kind, but for what was left out."""
        only, name = self._alone
        return [row for row in super().rows(kind) if row.kind != only or row.name == name]
