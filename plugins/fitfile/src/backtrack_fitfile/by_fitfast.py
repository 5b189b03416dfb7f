"""The messages of one FIT file as fitfast reads them: the one module that knows fitfast.

fitfast 0.1.0 is a compiled reader behind a module that imports numpy, which takes ten times as long as
reading an hour. The compiled module alone is loaded; it needs numpy for nothing that is asked here.
"""

from __future__ import annotations

import os
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

from backtrack_fitfile import profile

if TYPE_CHECKING:
    from types import ModuleType

_UNIX_EPOCH = -631_065_600
"""1970-01-01 in seconds since 1989-12-31."""

_native: ModuleType | None = None


def is_installed() -> bool:
    """Whether there is a fitfast to import."""
    return find_spec("fitfast") is not None


def library() -> str:
    """The library and its version.

    From the name of its metadata's folder, where it stands beside; importlib.metadata takes as long to
    import as an hour to read.
    """
    spec = find_spec("fitfast")
    for location in (spec and spec.submodule_search_locations) or ():
        for name in os.listdir(os.path.dirname(location)):
            if name.startswith("fitfast-") and name.endswith(".dist-info"):
                return f"fitfast {name.removeprefix('fitfast-').removesuffix('.dist-info')}"
    from importlib.metadata import version

    return f"fitfast {version('fitfast')}"


def read(part: bytes) -> dict[str, list[dict[str, Any]]]:
    """The messages of one FIT file, by their kind; some that nobody reads are among them.

    Args:
        part: One FIT file whose layout is plain.

    Raises:
        ValueError: when it is damaged, or this library does not read it.
    """
    found: dict[str, list[dict[str, Any]]] = _compiled().parse(part, enum_names=False)
    for values in found.get(profile.MESSAGES[profile.RECORD], ()):
        if "speed" in values:
            # Expanded from it, and cut off where it should be rounded: 8.155 becomes 8.154.
            values.pop("enhanced_speed", None)
    for kind in profile.MESSAGES.values():
        for values in found.get(kind, ()):
            for field in profile.TIMES & values.keys():
                values[field] += _UNIX_EPOCH
    return found


def _compiled() -> ModuleType:
    global _native  # noqa: PLW0603 - loaded once
    if _native is None:
        spec = find_spec("fitfast")
        if spec is not None:
            spec = PathFinder.find_spec("fitfast._native", spec.submodule_search_locations)
        if spec is None or spec.loader is None:
            raise ImportError("fitfast has no compiled module", name="fitfast")
        _native = module_from_spec(spec)
        spec.loader.exec_module(_native)
    return _native
