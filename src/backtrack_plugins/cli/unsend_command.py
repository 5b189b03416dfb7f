"""``backtrack unsend``: remove what was sent, once somebody has said yes, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_plugins.cli.asking import confirmed
from backtrack_plugins.cli.exports import cell, options_of
from backtrack_plugins.cli.output import say, say_json, warn
from backtrack_plugins.cli.parcels import Named, named_by
from backtrack_plugins.cli.progress import bar
from backtrack_plugins.recalling import unsend
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from backtrack_plugins.destination import Receipt

_KEPT = "Nothing was removed."


def run(arguments: argparse.Namespace) -> int:
    """Show what would be removed, ask, and remove it."""
    registry = Registry()
    destination = registry.destination(arguments.to)
    options = options_of(arguments.options, [destination.name], kind="NAME", among="the destinations")
    named = list({each.identity: each for path in arguments.workouts for each in named_by(path)}.values())

    def removed(*, dry_run: bool) -> tuple[Receipt, ...]:
        with bar("Looking" if dry_run else "Removing", shown=not arguments.json) as progress:
            return unsend(
                [each.identity for each in named],
                arguments.to,
                dry_run=dry_run,
                overwrite=arguments.overwrite,
                options=options.get(destination.name, {}),
                registry=registry,
                progress=progress,
            )

    planned = removed(dry_run=True)
    kept = _kept(arguments, named, planned)
    if kept:
        return _ended(arguments, named, planned, kept)
    return _ended(arguments, named, removed(dry_run=False))


def _kept(arguments: argparse.Namespace, named: Sequence[Named], planned: Sequence[Receipt]) -> str:
    """Why nothing is to be removed, in a sentence; empty when it is. Shows the plan, and asks."""
    if arguments.dry_run:
        return f"A dry run: {_KEPT.lower()}"
    if all(receipt.state == "gone" for receipt in planned):
        return f"None of it is there: {_KEPT.lower()}"
    if not (arguments.json and arguments.yes):
        warn("\n".join(_rows(named, planned)))
    if arguments.yes or confirmed("Remove?", to_do="remove it", declined=_KEPT):
        return ""
    return _KEPT


def _rows(named: Sequence[Named], receipts: Sequence[Receipt]) -> list[str]:
    lines = []
    for each, receipt in zip(named, receipts, strict=True):
        where = receipt.where if receipt.state == "removed" else each.path
        state = "to be removed" if receipt.state == "removed" else "not there"
        lines.append(f"{where}  ({state})")
        for warning in receipt.warnings:
            lines += cell("note", warning)
    return lines


def _ended(
    arguments: argparse.Namespace, named: Sequence[Named], receipts: Sequence[Receipt], kept: str = ""
) -> int:
    if arguments.json:
        rows: list[dict[str, Any]] = [
            {
                "workout": each.path,
                "file": receipt.artifact,
                "where": receipt.where,
                "state": receipt.state,
                "warnings": receipt.warnings,
            }
            for each, receipt in zip(named, receipts, strict=True)
        ]
        say_json({"destination": arguments.to, "removed": not kept, "receipts": rows, "errors": []})
        return 0
    if kept:
        if kept != _KEPT:
            say("\n".join(_rows(named, receipts)))
        warn(kept)
        return 0
    for each, receipt in zip(named, receipts, strict=True):
        say(f"{receipt.where if receipt.state == 'removed' else each.path}  ({receipt.state})")
        for warning in receipt.warnings:
            say("\n".join(cell("note", warning)))
    return 0
