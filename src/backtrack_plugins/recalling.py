"""What was sent: how it stands where it went, and removing it again; only what we put there."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.book import Book, Record, Shelf
from backtrack_plugins.calling import Asked
from backtrack_plugins.delivering import kept_apart
from backtrack_plugins.destination import Receipt, SentRequest, Standing
from backtrack_plugins.errors import BacktrackError, DeliveryError, ExistingFile, UsageError
from backtrack_plugins.files import remove_file
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.options import convert_options
from backtrack_plugins.registry import installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from backtrack_plugins.destination import Destination, Progress, ReceiptState, StandingState
    from backtrack_plugins.registry import Registry


class Sent(NamedTuple):
    """A workout that was sent, and how it stands there.

    Attributes:
        destination: The destination's name.
        record: What was written down when it was sent.
        standing: How it stands there now.
    """

    destination: str
    record: Record
    standing: Standing


def sent(
    destinations: Iterable[str] | None = None,
    *,
    registry: Registry | None = None,
    book: Book | None = None,
    progress: Progress | None = None,
) -> list[Sent]:
    """What was sent where, and whether it is still there as it was sent.

    A destination that cannot be asked leaves the standing of its workouts ``unknown``, with the reason.

    Args:
        destinations: Their names; all that something was sent to when left out.
        registry: Where destinations are looked up.
        book: Where it was written down; the user's own when left out.
        progress: Called with how much is done and of how much.

    Returns:
        By destination and then by the file that was sent.

    Raises:
        DeliveryError: when the book cannot be read.
    """
    registry, book = registry or installed(), book or Book()
    found = []
    for name in book.destinations() if destinations is None else destinations:
        shelf = book.shelf(name)
        records = shelf.sent
        standings = _standings(name, shelf, tuple(records), registry, progress)
        found += [Sent(name, records[each.identity], each) for each in standings]
    return sorted(found, key=lambda each: (each.destination, each.record.source, each.record.artifact))


def unsend(
    identities: Sequence[str],
    destination: str,
    *,
    dry_run: bool = False,
    overwrite: bool = False,
    options: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
    book: Book | None = None,
    progress: Progress | None = None,
) -> tuple[Receipt, ...]:
    """Remove workouts that were sent to a destination, and nothing that we did not put there.

    Args:
        identities: Which workouts, made by `identity_of`.
        destination: An installed destination's name.
        dry_run: Change nothing, and return the receipts as they would be.
        overwrite: Remove what was changed there since, too, and forget what cannot be looked at now.
        options: The destination's options by name; texts are converted.
        registry: Where destinations are looked up.
        book: Where it was written down; the user's own when left out.
        progress: Called with how much is done and of how much.

    Returns:
        One receipt for each identity, in their order, ``removed`` or ``gone`` when it was not there.

    Raises:
        ExistingFile: when one was changed there since; nothing was removed.
        UsageError: when the destination cannot take anything back.
        DeliveryError: when the file system refuses, or a folder that a file was sent to is not there now.
        ServiceError: when an account's service fails or refuses, or nobody is signed in.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    chosen = (registry or installed()).destination(destination)
    shelf = (book or Book()).shelf(chosen.name)
    request = SentRequest(
        identities=tuple(identities),
        dry_run=dry_run,
        overwrite=overwrite,
        options=convert_options(chosen.name, chosen.options, options or {}),
        book=shelf,
        progress=progress,
    )
    with kept_apart(chosen, shelf, dry_run=dry_run):
        receipts = _removed(request, chosen)
        if not dry_run:
            for identity in identities:
                shelf.drop(identity)
    return receipts


def _removed(request: SentRequest, chosen: Destination) -> tuple[Receipt, ...]:
    remove = chosen.remove
    if remove is None and chosen.is_folder:
        return _files_removed(request)
    if remove is None:
        annotated = f". To take a text of ours out: backtrack annotate --remove --to {chosen.name}:NUMBER"
        instead = "" if chosen.activities is None else annotated
        raise UsageError(f"{chosen.name} cannot take back what was sent there{instead}", plugin=chosen.name)
    asked = Asked(KINDS["destination"], chosen.name)
    answer = asked.call(lambda: list(remove(request)))
    receipts = tuple(asked.returned(each, Receipt) for each in answer)
    if len(receipts) != len(request.identities):
        said = f"returned {len(receipts)} receipts for {len(request.identities)} workouts to remove"
        raise asked.error(f"{said}. Look there, and tell its author.", field="Receipt")
    return receipts


def _files_removed(request: SentRequest) -> tuple[Receipt, ...]:
    records = [request.book.get(identity) for identity in request.identities]
    standings = [_standing_of_file(record) for record in records]
    found = list(zip(records, standings, strict=True))
    if not request.overwrite:
        _refuse_what_nobody_knows_of(found)
        _refuse_what_was_changed(found)
    receipts = []
    for record, standing in found:
        there = standing.state in {"as sent", "changed"}
        if there and not request.dry_run:
            remove_file(record.where)
        state: ReceiptState = "removed" if there else "gone"
        receipts.append(Receipt(artifact=record.artifact or "?", where=record.where or "?", state=state))
    return tuple(receipts)


def _refuse_what_nobody_knows_of(found: Iterable[tuple[Record, Standing]]) -> None:
    """A watch that is not plugged in still has the file: to call it gone would be to forget it."""
    for record, standing in found:
        if standing.state == "unknown":
            raise DeliveryError(
                f"{record.where}: {standing.said}. Make it reachable and unsend again, or add --overwrite "
                "to forget it. Nothing was removed.",
                path=record.where,
            )


def _refuse_what_was_changed(found: Iterable[tuple[Record, Standing]]) -> None:
    changed = [record.where for record, standing in found if standing.state == "changed"]
    if changed:
        raise ExistingFile(
            f"{', '.join(changed)}: changed since it was sent. Add --overwrite to remove it all the same. "
            "Nothing was removed.",
            paths=tuple(changed),
        )


def _standings(
    name: str, shelf: Shelf, identities: tuple[str, ...], registry: Registry, progress: Progress | None
) -> list[Standing]:
    if not identities:
        return []
    try:
        chosen = registry.destination(name)
        look = chosen.look
        if look is None and chosen.is_folder:
            return [_standing_of_file(shelf.get(identity)) for identity in identities]
        if look is None:
            return _unknown(identities, f"{name} cannot be asked")
        request = SentRequest(
            identities=identities,
            options=convert_options(chosen.name, chosen.options, {}),
            book=shelf,
            progress=progress,
        )
        asked = Asked(KINDS["destination"], chosen.name)
        answer = asked.call(lambda: list(look(request)))
        found = [asked.returned(each, Standing) for each in answer]
    except BacktrackError as error:
        return _unknown(identities, str(error))
    if [each.identity for each in found] != list(identities):
        return _unknown(identities, f"{name} did not answer for each of the workouts it was asked about")
    return found


def _unknown(identities: tuple[str, ...], said: str) -> list[Standing]:
    return [Standing(identity=identity, state="unknown", said=said) for identity in identities]


def _standing_of_file(record: Record) -> Standing:
    state, said = _state_of_file(record)
    return Standing(identity=record.identity, state=state, said=said)


def _state_of_file(record: Record) -> tuple[StandingState, str]:
    if not record.where:
        return "gone", "it has not arrived yet"
    try:
        with open(record.where, "rb") as file:
            same = sha256(file.read()).hexdigest() == record.sha256
    except FileNotFoundError:
        if not os.path.isdir(os.path.dirname(record.where)):
            return "unknown", "its folder is not there now"
        return "gone", "the file is not there any more"
    except OSError as error:
        return "unknown", (error.strerror or str(error)).lower()
    return ("as sent", "") if same else ("changed", "the file was changed")
