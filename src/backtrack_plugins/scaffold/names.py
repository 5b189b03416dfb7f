"""The one name that a plugin's author chooses, and every name that follows from it."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.calling import DISABLE
from backtrack_plugins.errors import UsageError
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.names import is_plugin_name, normal
from backtrack_plugins.registry import RESERVED, Registry
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.registry import PluginRow

MOST_CHARACTERS = 30
"""Of a name: it stands in file names and tables (our choice)."""

PREFIX = "backtrack-"
"""Before the name it makes the distribution's, so that no package has a name of Python's own."""

_OURS = frozenset({"plugins"})
"""Names whose project would be called as the core is."""


class Names(NamedTuple):
    """What follows from a name.

    Attributes:
        name: As it was chosen, such as ``my-watch``.
    """

    name: str

    @property
    def distribution(self) -> str:
        """The project's folder and the distribution, such as ``backtrack-my-watch``."""
        return PREFIX + self.name

    @property
    def package(self) -> str:
        """What is imported, such as ``backtrack_my_watch``."""
        return self.distribution.replace("-", "_")

    @property
    def word(self) -> str:
        """The name as part of a function's, such as ``my_watch``."""
        return self.name.replace("-", "_")

    @property
    def title(self) -> str:
        """The name as part of a class's, such as ``MyWatch``."""
        return "".join(part.capitalize() for part in self.name.split("-"))

    @property
    def suffix(self) -> str:
        """What a file's name ends in until the author knows better, such as ``.mywatch``."""
        return "." + self.name.replace("-", "")

    def values(self) -> dict[str, str]:
        """Each of them by its name, to fill into a template."""
        return {
            "name": self.name,
            "distribution": self.distribution,
            "package": self.package,
            "word": self.word,
            "title": self.title,
            "suffix": self.suffix,
        }


def names_of(name: str) -> Names:
    """The names that follow from one.

    Raises:
        UsageError: when it cannot be a plugin's name; with one that can, where there is any.

    >>> names_of("my-watch").package
    'backtrack_my_watch'
    """
    if not is_plugin_name(name):
        near = _nearest(name)
        hint = f"; write {near}" if is_plugin_name(near) and len(near) <= MOST_CHARACTERS else ""
        raise UsageError(f"{shown(name)!r}: a name is lower-case letters, digits and hyphens{hint}")
    if len(name) > MOST_CHARACTERS:
        raise UsageError(f"{shown(name)}: a name has at most {MOST_CHARACTERS} characters")
    if name in RESERVED:
        raise UsageError(
            f"{name}: too vague to be one plugin's, and reserved; say whose it is, such as my-{name}"
        )
    if name.startswith(PREFIX):
        raise UsageError(f"{name}: {PREFIX} is put before it for you; write {name.removeprefix(PREFIX)}")
    if name in _OURS:
        raise UsageError(f"{name}: its project would be {PREFIX}{name}, which is the core; choose another")
    return Names(name)


def checked_kind(kind: str) -> str:
    """The kind, when it is one of the registry's.

    Raises:
        UsageError: when it is none, with the nearest or all of them.
    """
    if kind in KINDS:
        return kind
    near = get_close_matches(kind.lower(), KINDS, 1, 0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(KINDS)}"
    raise UsageError(f"{shown(kind)!r} is no kind of plugin; {hint}")


def clashes(kind: str, name: str, registry: Registry | None = None) -> list[str]:
    """What is installed that a new plugin of this name would meet, a sentence each; nothing stops it.

    Args:
        kind: Such as ``exporter``.
        name: Such as ``my-watch``.
        registry: Where installed plugins are looked up.
    """
    rows = (registry or Registry()).rows()
    project = PREFIX + name
    claimed = [row for row in rows if (row.kind, row.name) == (kind, name)]
    same = {row.distribution: row for row in rows if normal(row.distribution) == project}
    return [*_claimed(claimed, project), *_same(list(same.values()))]


def _claimed(rows: list[PluginRow], project: str) -> Iterator[str]:
    for row in rows:
        if normal(row.distribution) == project:
            continue  # then one takes the place of the other
        which = "" if row.kind == "check" else f"say which, {row.choice} or {project}:{row.name}, or "
        yield (
            f"the {row.kind} {row.name} is there already, from {row.distribution} {row.version}; whoever "
            f"installs both must {which}uninstall one, or name its distribution in {DISABLE}"
        )


def _same(rows: list[PluginRow]) -> Iterator[str]:
    for row in rows:
        yield (
            f"{row.distribution} {row.version} is installed here, and the new project has its name: "
            "installing the one takes the other's place"
        )


def _nearest(name: str) -> str:
    """What somebody may have meant by a name that is none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
