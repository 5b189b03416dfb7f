"""What the metadata of installed distributions says of plugins, read without importing any.

Entry points are read straight from the ``entry_points.txt`` files: `importlib.metadata` gives the
same answer (a test holds it so) and costs 40 ms at every start.
"""

from __future__ import annotations

import os
import re
import sys
from collections import namedtuple

from backtrack_plugins.names import is_plugin_name, normal

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Iterator

GROUP_PREFIX = "backtrack_plugins."

_REFERENCE = re.compile(r"\w+(\.\w+)*(\s*:\s*\w+(\.\w+)*)?\s*(\[.*\])?")


class EntryPoint(namedtuple("EntryPoint", "group name value metadata")):  # noqa: PYI024 - see above
    """One line of a distribution's ``entry_points.txt``, and where its metadata lies."""

    __slots__ = ()

    group: str
    name: str
    value: str
    metadata: str

    @property
    def damage(self) -> str:
        """What is wrong with the line by itself; empty when it can be followed."""
        if not is_plugin_name(normal(self.name)):
            said = "is lower-case letters, digits and hyphens"
            return f"its entry point in {self.group} is named {self.name!r}; a name {said}"
        if not _REFERENCE.fullmatch(self.value):
            return f"its entry point {self.name} leads to {self.value!r}, which is no module"
        return ""


class Distribution(namedtuple("Distribution", "name version summary")):  # noqa: PYI024 - see above
    """What a distribution says of itself; empty where its metadata has nothing."""

    __slots__ = ()

    name: str
    version: str
    summary: str


def entry_points(path: list[str] | None = None) -> list[EntryPoint]:
    """The entry points of every group of ours, as `importlib.metadata` has them.

    Of two copies of one distribution the first on the path counts, as it does when importing.
    """
    seen: set[str] = set()
    found: list[EntryPoint] = []
    for folder in sys.path if path is None else path:
        for metadata, name in _metadata_folders(folder or "."):
            if name in seen:
                continue
            seen.add(name)
            found.extend(_entry_points_in(metadata))
    return found


def describe(metadata: str) -> Distribution:
    """Name, version and summary line of a distribution, by its metadata folder."""
    fields = {"name": "", "version": "", "summary": ""}
    for file_name in ("METADATA", "PKG-INFO"):
        try:
            with open(os.path.join(metadata, file_name), encoding="utf-8", errors="replace") as file:
                for line in file:
                    key, separator, value = line.partition(":")
                    if not line.strip():
                        break
                    if separator and key.lower() in fields and not fields[key.lower()]:
                        fields[key.lower()] = value.strip()
        except OSError:
            continue
        break
    fallback = os.path.basename(metadata).rpartition(".")[0].partition("-")[0]
    return Distribution(fields["name"] or fallback, fields["version"], fields["summary"])


def is_metadata(name: str) -> bool:
    """Whether a folder of that name holds the metadata of a distribution."""
    return name.lower().endswith((".dist-info", ".egg-info"))


def _metadata_folders(folder: str) -> Iterator[tuple[str, str]]:
    """Metadata folders of the distributions in a folder, with each one's normalised name."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    found: dict[str, list[str]] = {}
    for name in names:
        if is_metadata(name):
            distribution = normal(name.rpartition(".")[0].partition("-")[0])
            found.setdefault(distribution, []).append(os.path.join(folder, name))
    for distribution, folders in found.items():
        for metadata in folders:
            yield metadata, distribution


def _entry_points_in(metadata: str) -> Iterator[EntryPoint]:
    try:
        with open(os.path.join(metadata, "entry_points.txt"), "rb") as file:
            data = file.read()
    except OSError:
        return
    if f"[{GROUP_PREFIX}".encode() not in data:  # nearly all: opening them as text would take twice as long
        return
    group = ""
    for line in map(str.strip, data.decode("utf-8", "replace").splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif group.startswith(GROUP_PREFIX):
            name, _, value = line.partition("=")
            yield EntryPoint(group, name.strip(), value.strip(), metadata)
