"""The keys of ``athlete.toml``, from Athlete and Treadmill."""

from __future__ import annotations

import re
import typing
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.athlete import RACES, Athlete, RaceTime, Silenced, Treadmill
from backtrack_plugins.units import Incline, Mass, Quantity, Speed
from generating.docstrings import markdown, parsed, table

if TYPE_CHECKING:
    from collections.abc import Iterator

_TABLES: tuple[type, ...] = (Treadmill, RaceTime, Silenced)
"""What stands in a table of its own in the file."""


def athlete_keys() -> list[str]:
    """A row for each key at the top of the file."""
    return table(("key", "written", "left out", "meaning"), _rows(Athlete))


def treadmill_keys() -> list[str]:
    """A row for each key of the treadmill."""
    return table(("key", "written", "left out", "meaning"), _rows(Treadmill))


def quantities() -> list[str]:
    """How speeds, inclines and a mass are written, and their ranges."""
    rows = [
        (kind.__name__.lower(), ", ".join(f'`"{each}"`' for each in kind.examples), _range(kind))
        for kind in (Speed, Incline, Mass)
    ]
    return table(("quantity", "written", "range"), rows)


def races() -> list[str]:
    """The keys of the table of race paces."""
    return [f"Races: {', '.join(f'`{race}`' for race in RACES)}. {markdown(parsed(RaceTime).text)}"]


def _range(kind: type[Quantity]) -> str:
    summary = parsed(kind).text.partition("\n\n")[0].replace("\n", " ")
    return summary[:1].upper() + summary[1:]


def _rows(struct: type[msgspec.Struct]) -> Iterator[tuple[str, ...]]:
    meanings = parsed(struct).attributes
    for field in msgspec.structs.fields(struct):
        kinds = _kinds(field.type)
        if any(kind in _TABLES for kind in kinds):
            yield f"`[{field.name}]`", "a table, see below", "", _meaning(meanings[field.name])
            continue
        yield f"`{field.name}`", _written(kinds), _left_out(field.default), _meaning(meanings[field.name])


def _meaning(said: str) -> str:
    """What a docstring says of an attribute, for somebody who writes TOML and no Python."""
    plain = re.sub(r"Speed\((\"[^\"]+\")\)", r"\1", markdown(said))
    return re.sub(r"; None when [^;]+(?=\.$)", "", plain)


def _kinds(annotation: Any) -> list[Any]:
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal or not inner:
        return [annotation]
    return [kind for each in inner if each is not type(None) for kind in _kinds(each)]


def _written(kinds: list[Any]) -> str:
    shown: list[str] = []
    for kind in kinds:
        if typing.get_origin(kind) is typing.Literal:
            shown += [f'`"{choice}"`' for choice in typing.get_args(kind)]
        elif kind is bool:
            shown += ["`true`", "`false`"]
        elif kind is int:
            shown.append("a whole number")
        elif issubclass(kind, Quantity):
            name = kind.__name__.lower()
            article = "an" if name[0] in "aeiou" else "a"
            shown.append(f'{article} {name}, such as `"{kind.examples[0]}"`')
    return ", ".join(shown)


def _left_out(default: Any) -> str:
    if default is None:
        return "not known"
    return f"`{str(default).lower()}`" if isinstance(default, bool) else f'`"{default}"`'
