"""The messages of one FIT file as fitfast reads them: the one module that knows fitfast.

fitfast 0.1.0 is a compiled reader behind a module that imports numpy, which takes ten times as long as
reading an hour. The compiled module alone is loaded; it needs numpy for nothing that is asked here. Where
there is none by that name, fitfast is imported whole: its public function takes and gives the same.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any

from backtrack_fitfile import profile

if TYPE_CHECKING:
    from types import ModuleType

_UNIX_EPOCH = -631_065_600
"""1970-01-01 in seconds since 1989-12-31."""

_WITH_CHECKSUM = 14
"""Bytes of a header that has a checksum of its own; older ones may leave it 0."""

_TIMES = {
    profile.MESSAGES[number]: [field.name for field in fields.values() if field.name in profile.TIMES]
    for number, fields in profile.FIELDS.items()
}

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
    found: dict[str, list[dict[str, Any]]] = _compiled().parse(_sealed(part), enum_names=False)
    for kind, fields in _TIMES.items():
        for values in found.get(kind, ()):
            for field in fields:
                if field in values:
                    values[field] += _UNIX_EPOCH
    for values in found.get(profile.MESSAGES[profile.RECORD], ()):
        if "speed" in values:
            # Expanded from it, and cut off where it should be rounded: 8.155 becomes 8.154.
            values.pop("enhanced_speed", None)
    return found


def _sealed(part: bytes) -> bytes:
    """The file with a checksum in its header: fitfast takes a header without one for damaged.

    Raises:
        ValueError: when the file's own checksum is wrong.
    """
    if part[0] != _WITH_CHECKSUM or any(part[12:_WITH_CHECKSUM]):
        return part

    try:
        from fastcrc.crc16 import arc
    except ImportError:  # fitfast was installed by itself; fitparse reads this file
        return part
    records, checksum = part[_WITH_CHECKSUM:-2], part[-2:]
    if arc(part[:-2]).to_bytes(2, "little") != checksum:
        raise ValueError("the checksum is wrong")
    header = part[:12] + arc(part[:12]).to_bytes(2, "little")
    return header + records + arc(header + records).to_bytes(2, "little")


def _compiled() -> ModuleType:
    global _native  # noqa: PLW0603 - loaded once
    if _native is None:
        spec = find_spec("fitfast")
        if spec is not None:
            spec = PathFinder.find_spec("fitfast._native", spec.submodule_search_locations)
        if spec is None or spec.loader is None:  # a version that is laid out otherwise
            _native = import_module("fitfast")
        else:
            _native = module_from_spec(spec)
            spec.loader.exec_module(_native)
    return _native
