"""``backtrack unsend``: remove what was sent, once somebody has said yes, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.book import Book
from backtrack_plugins.cli.asking import confirmed
from backtrack_plugins.cli.exports import cell, options_of
from backtrack_plugins.cli.output import say, say_json, warn
from backtrack_plugins.cli.parcels import named_by
from backtrack_plugins.cli.progress import bar
from backtrack_plugins.recalling import unsend
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.book import Shelf
    from backtrack_plugins.destination import Receipt

_KEPT = "Nothing was removed."
_GONE = f"None of it is there: {_KEPT.lower()}"
_LISTED = "What was sent stands in the list that this shows: backtrack sent"
_OTHERWISE = "add --yes to remove it, or --dry-run to look at it alone"


class _Removing(NamedTuple):
    """What is to be removed, and from where: the path that names each workout, by its identity.

    Attributes:
        others: The file that it was sent from, by identity, where that is another one of the same name.
    """

    paths: dict[str, str]
    others: dict[str, str]
    destination: str
    options: dict[str, str]
    arguments: argparse.Namespace
    registry: Registry

    def remove(self, *, dry_run: bool) -> tuple[Receipt, ...]:
        said = "Looking" if dry_run else "Removing"
        with bar(said, shown=not self.arguments.json) as progress:
            return unsend(
                list(self.paths),
                self.arguments.to,
                dry_run=dry_run,
                overwrite=self.arguments.overwrite,
                options=self.options,
                registry=self.registry,
                progress=progress,
            )


def run(arguments: argparse.Namespace) -> int:
    """Show what would be removed, ask, and remove it."""
    registry = Registry()
    name = registry.destination(arguments.to).name
    options = options_of(arguments.options, [name], kind="NAME", among="the destinations").get(name, {})
    shelf = Book().shelf(name)
    paths: dict[str, str] = {}
    for given in arguments.workouts:
        for identity, path in _identities(given, shelf):
            paths.setdefault(identity, path)
    sent = shelf.sent
    others = {
        identity: sent[identity].source
        for identity, path in paths.items()
        if identity in sent and os.path.isfile(path) and _is_another(path, sent[identity].source)
    }
    removing = _Removing(paths, others, name, options, arguments, registry)
    planned = removing.remove(dry_run=True)
    if not arguments.dry_run and all(receipt.state == "gone" for receipt in planned):
        known = paths.keys() & shelf.sent.keys()
        gone = removing.remove(dry_run=False)  # forgets it: from then on `sent` does not list it
        return _ended(removing, gone, _GONE if known else f"{_GONE} {_LISTED}")
    kept = _kept(removing, planned)
    if kept:
        return _ended(removing, planned, kept)
    return _ended(removing, removing.remove(dry_run=False))


def _identities(given: str, shelf: Shelf) -> Iterator[tuple[str, str]]:
    """The identity and path of each workout that a path names.

    Of a file or folder that is not there any more, what was sent from there: nobody else knows of what
    programme it was.
    """
    if not os.path.lexists(given):
        path = os.path.abspath(given)
        sources = {record.identity: record.source for record in shelf.sent.values() if record.source}
        from_there = {
            identity: source
            for identity, source in sources.items()
            if path in {source, os.path.dirname(source)}
        }
        if from_there:
            yield from from_there.items()
            return
    for each in named_by(given):
        yield each.identity, each.path


def _is_another(path: str, source: str) -> bool:
    return os.path.isfile(source) and not os.path.samefile(path, source)


def _kept(removing: _Removing, planned: Sequence[Receipt]) -> str:
    """Why nothing is to be removed, in a sentence; empty when it is. Shows the plan, and asks.

    Raises:
        UsageError: when nobody is there to ask, or nobody answers.
    """
    arguments = removing.arguments
    if arguments.dry_run:
        return f"A dry run: {_KEPT.lower()}"
    if not (arguments.json and arguments.yes):
        warn("\n".join(_rows(removing, planned, removed="to be removed")))
    if arguments.yes or confirmed("Remove?", otherwise=_OTHERWISE, declined=_KEPT):
        return ""
    return _KEPT


def _rows(removing: _Removing, receipts: Sequence[Receipt], *, removed: str) -> Iterator[str]:
    for (identity, path), receipt in zip(removing.paths.items(), receipts, strict=True):
        was_there = receipt.state == "removed"
        where = receipt.where if os.path.isabs(receipt.where) else f"{path}: {receipt.where}"
        yield f"{where}  ({removed})" if was_there else f"{path}  (not there)"
        if was_there and identity in removing.others:
            yield from cell("note", f"it was sent from {removing.others[identity]}")
        for warning in receipt.warnings:
            yield from cell("note", warning)


def _ended(removing: _Removing, receipts: Sequence[Receipt], kept: str = "") -> int:
    """Say what became of each workout, or would have."""
    if removing.arguments.json:
        rows = [_data(path, each) for path, each in zip(removing.paths.values(), receipts, strict=True)]
        beside = {"destination": removing.destination, "removed": not kept}
        say_json({**beside, "receipts": rows, "errors": []})
        return 0
    if kept != _KEPT:  # who declined has just seen it
        said = _rows(removing, receipts, removed="to be removed" if kept else "removed")
        say("\n".join(said))
    if kept:
        warn(kept)
    return 0


def _data(path: str, receipt: Receipt) -> dict[str, Any]:
    return {
        "workout": path,
        "file": receipt.artifact,
        "where": receipt.where,
        "state": receipt.state,
        "warnings": receipt.warnings,
    }
