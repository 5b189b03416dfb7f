"""How the kit finds what is under test: the one place of it that asks the registry."""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any

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
    return Registry().find(kind, name)


def names(kind: str) -> tuple[str, ...]:
    """The names of one kind that are installed and can be asked for; no plugin is imported."""
    return tuple(row.name for row in Registry().rows(kind) if row.state == "installed")


def module_of(kind: str, name: str) -> str:
    """The module that an entry point names, which asking for the plugin imports."""
    return row(kind, name).value.partition("[")[0].partition(":")[0].strip()


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
