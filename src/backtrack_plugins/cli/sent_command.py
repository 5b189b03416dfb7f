"""``backtrack sent``: what was put where, and whether it is still there as it was sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from backtrack_plugins.book import Book
from backtrack_plugins.cli.output import say, say_json, table, warn
from backtrack_plugins.cli.progress import bar
from backtrack_plugins.destination import Standing
from backtrack_plugins.recalling import Sent, sent
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

_NOTHING = "No workout was sent yet."
_NOT_ASKED = "not asked"


def run(arguments: argparse.Namespace) -> int:
    """List it. A destination that cannot be asked is no error: its rows say so."""
    registry, book = Registry(), Book()
    names = _destinations(arguments.to, registry, book)
    if arguments.offline:
        rows = [row for name in names for row in _written_down(name, book)]
    else:
        with bar("Looking", shown=not arguments.json) as progress:
            rows = sent(names, registry=registry, book=book, progress=progress)
    if arguments.json:
        say_json({"sent": [_data(row) for row in rows]})
    elif not rows:
        warn(_NOTHING)
    else:
        say(table([("destination", "workout", "on", "standing", "where"), *map(_row, rows)]))
        for reason in _reasons(rows):
            warn(reason)
    return 0


def _destinations(asked: list[str] | None, registry: Registry, book: Book) -> list[str]:
    """Which are meant: what was sent is listed also when its plugin is not installed any more.

    Raises:
        UnknownPlugin: when nothing was sent to one of them, and none is installed that is called so.
    """
    there = book.destinations()
    if asked is None:
        return there
    names = [name if name in there else registry.find("destination", name).name for name in asked]
    return list(dict.fromkeys(names))


def _written_down(name: str, book: Book) -> Iterator[Sent]:
    for record in book.shelf(name).sent.values():
        yield Sent(name, record, Standing(identity=record.identity, state="unknown", said=_NOT_ASKED))


def _row(row: Sent) -> tuple[str, ...]:
    return (
        row.destination,
        _workout(row),
        str(row.record.on or ""),
        row.standing.said if row.standing.said == _NOT_ASKED else row.standing.state,
        row.record.where or "not finished: send it again",
    )


def _workout(row: Sent) -> str:
    return row.record.workout or os.path.basename(row.record.source) or row.record.artifact


def _reasons(rows: Sequence[Sent]) -> Iterator[str]:
    """Why they do not stand as they were sent, each reason once with the workouts it holds for."""
    about: dict[str, list[str]] = {}
    for row in rows:
        if row.standing.said not in {"", _NOT_ASKED}:
            about.setdefault(row.standing.said, []).append(_workout(row))
    for reason, workouts in about.items():
        yield f"{', '.join(workouts)}: {reason}"


def _data(row: Sent) -> dict[str, Any]:
    return {
        "destination": row.destination,
        "identity": row.record.identity,
        "workout": row.record.workout,
        "file": row.record.artifact,
        "source": row.record.source,
        "where": row.record.where,
        "on": row.record.on,
        "sha256": row.record.sha256,
        "standing": row.standing.state,
        "said": row.standing.said,
    }
