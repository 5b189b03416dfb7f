"""The built-in workouts: whole ones, and short blocks to put after or before a run.

An entry is a page in a folder beside this module, and the folder is its kind. Speeds and minutes are our
choice within the levels; each warning that an entry leaves is explained in a comment of its page.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

import msgspec

from backtrack_plugins.errors import UsageError
from backtrack_plugins.page import parse
from backtrack_plugins.units import shown
from backtrack_plugins.workout import LEVELS, Workout

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["workout", "finisher", "opener"]
"""A whole workout, a block to put after a run, or a block to put before one."""

ORIGIN = "library:"
"""Stands before an entry's name where a file's name would stand, in problems and output."""

_FOLDERS: dict[Kind, str] = {"workout": "workouts", "finisher": "finishers", "opener": "openers"}
_SUFFIX = ".backtrack"


class LibraryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One built-in workout.

    Attributes:
        name: What it is called on the command line, such as ``first-steps``.
        kind: ``workout``, ``finisher`` or ``opener``.
        page: Its text as it stands, comments and all.
        workout: What the page says; its ``file`` is ``library:`` and the name.
    """

    name: str
    kind: Kind
    page: str
    workout: Workout


def library_entries() -> tuple[LibraryEntry, ...]:
    """Every entry: workouts, then finishers, then openers, each from first-timer to advanced.

    >>> library_entries()[0].name
    'first-steps'
    """
    found = (_read(name, kind) for name, kind in _named())
    return tuple(sorted(found, key=_place))


def names() -> tuple[str, ...]:
    """The name of every entry; reads none of them."""
    return tuple(name for name, _ in _named())


def library_entry(name: str) -> LibraryEntry:
    """One entry by its name.

    Raises:
        UsageError: when there is none of that name, with the nearest one.

    >>> library_entry("finisher-beginner").workout.level
    'beginner'
    """
    for known, kind in _named():
        if known == name:
            return _read(name, kind)
    near = nearest(name)
    hint = f"did you mean {near}?" if near else "backtrack library lists them all"
    raise UsageError(
        f"{shown(name)}: nothing in the library has that name; {hint}",
        name=name,
        known=tuple(sorted(names())),
    )


def nearest(name: str) -> str | None:
    """The entry's name that is nearest to a mistyped one; None when none is near."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name.lower(), names(), 1, 0.7)), None)


def _named() -> Iterator[tuple[str, Kind]]:
    for kind in _FOLDERS:
        for file in sorted(os.listdir(_folder(kind))):
            name, suffix = os.path.splitext(file)
            if suffix == _SUFFIX:
                yield name, kind


def _read(name: str, kind: Kind) -> LibraryEntry:
    with open(os.path.join(_folder(kind), name + _SUFFIX), encoding="utf-8", newline="") as file:
        page = file.read()
    return LibraryEntry(name=name, kind=kind, page=page, workout=parse(page, file=ORIGIN + name))


def _folder(kind: Kind) -> str:
    return os.path.join(os.path.dirname(__file__), _FOLDERS[kind])


def _place(entry: LibraryEntry) -> tuple[int, int, str]:
    level = entry.workout.level
    return list(_FOLDERS).index(entry.kind), LEVELS.index(level) if level else 0, entry.name
