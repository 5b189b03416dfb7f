"""``backtrack sent``: what was put where, and whether it is still there as it was sent."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from backtrack_plugins.book import Book
from backtrack_plugins.cli.output import say, say_json, table, warn
from backtrack_plugins.cli.progress import bar
from backtrack_plugins.destination import Standing
from backtrack_plugins.recalling import Sent, sent

if TYPE_CHECKING:
    import argparse

_NOTHING = "Nothing was sent yet."
_NOT_ASKED = "not asked"


def run(arguments: argparse.Namespace) -> int:
    """List it. A destination that cannot be asked is no error: its rows say so."""
    if arguments.offline:
        rows = _written_down(arguments.to)
    else:
        with bar("Looking", shown=not arguments.json) as progress:
            rows = sent(arguments.to, progress=progress)
    if arguments.json:
        say_json({"sent": [_data(row) for row in rows]})
        return 0
    if not rows:
        warn(_NOTHING)
        return 0
    said = [("destination", "workout", "on", "standing", "where")]
    said += [
        (
            row.destination,
            row.record.workout or os.path.basename(row.record.source) or "?",
            str(row.record.on or ""),
            row.standing.state if row.standing.said != _NOT_ASKED else "",
            row.record.where or "not finished: send it again",
        )
        for row in rows
    ]
    say(table(said))
    for reason in dict.fromkeys(row.standing.said for row in rows if row.standing.state != "as sent"):
        if reason and reason != _NOT_ASKED:
            about = [row.record.workout for row in rows if row.standing.said == reason]
            warn(f"{', '.join(about)}: {reason}")
    return 0


def _written_down(destinations: list[str] | None) -> list[Sent]:
    book = Book()
    return [
        Sent(name, record, Standing(identity=record.identity, state="unknown", said=_NOT_ASKED))
        for name in destinations or book.destinations()
        for record in book.shelf(name).sent.values()
    ]


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
