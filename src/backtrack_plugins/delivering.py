"""Delivering: Artifacts to a destination that a plugin offers, with a Receipt for each."""

from __future__ import annotations

import contextlib
import os
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.book import Book
from backtrack_plugins.calling import Asked
from backtrack_plugins.destination import DeliveryRequest, Parcel, Receipt
from backtrack_plugins.errors import DeliveryError, UsageError
from backtrack_plugins.exporting import stem_of
from backtrack_plugins.files import read_back
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.options import convert_options
from backtrack_plugins.registry import installed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from backtrack_plugins.book import Shelf
    from backtrack_plugins.destination import Destination, Progress
    from backtrack_plugins.exporter import Artifact
    from backtrack_plugins.registry import Registry

IDENTITY_DIGITS = 16


def identity_of(stem: str, programme: str = "") -> str:
    """Which workout something is, whatever its content: the same for every version of it.

    Args:
        stem: The workout's file name without folder and suffix; capitals do not count, nor how a system
            writes an accent.
        programme: `Programme.key` when it is part of one.

    Returns:
        16 hexadecimal digits.

    >>> identity_of("first-steps") == identity_of("First-Steps")
    True
    """
    from unicodedata import normalize

    known = normalize("NFC", stem.casefold())  # a Mac may hand "ü" on as "u" and its dots
    return sha256(f"{programme}\n{known}".encode()).hexdigest()[:IDENTITY_DIGITS]


def parcel_of(artifact: Artifact, on: dt.date | None = None, programme: str = "") -> Parcel:
    """An artifact as the workout that it was made of.

    Args:
        artifact: What `export` made.
        on: The day that it is meant for; None when it is for any.
        programme: `Programme.key` when it is part of one.
    """
    stem = stem_of(artifact.timeline.workout)
    if not artifact.name.startswith(f"{stem}."):  # it was exported to a name of its own
        stem = artifact.name.partition(".")[0]
    return Parcel(artifact, identity_of(stem, programme), on)


def deliver(  # noqa: PLR0913 - each is a word of its own, and all but two have a default
    artifacts: Iterable[Artifact | Parcel],
    destination: str,
    *,
    at: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    overwrite: bool = False,
    options: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
    device: str | None = None,
    book: Book | None = None,
    progress: Progress | None = None,
) -> tuple[Receipt, ...]:
    """Put artifacts where they go. Delivering twice is the same as once.

    What was delivered is written down in a book, which says later what lies where, and which lets an
    account be brought up to date instead of getting a second copy.

    Args:
        artifacts: What `export` made. A parcel, as `parcel_of` makes it, is also for a day.
        destination: An installed destination's name, such as ``zwift-folder``.
        at: Where it is, for a folder that is not found by itself.
        dry_run: Change nothing, and return the receipts as they would be.
        overwrite: Replace what we did not put there, too.
        options: The destination's options by name; texts are converted.
        registry: Where destinations are looked up.
        device: A device's name or number; for a destination that pushes to one.
        book: Where it is written down; the user's own when left out.
        progress: Called with how much is done and of how much.

    Returns:
        One receipt for each artifact, in their order. A folder's files were read back and are the bytes
        of the artifact.

    Raises:
        UsageError: when the destination does not take such an artifact, is not found, cannot do what it
            is asked for, or an option is wrong. `NeedsChoice` when the user must say which.
        ExistingFile: when a file stands there that we did not write.
        DeliveryError: when the place fails, or what is read back differs. `ByHand` when no program can.
        ServiceError: when an account's service fails or refuses, or nobody is signed in.
        PluginError: when the plugin is missing, disabled, clashing or broken, or delivers elsewhere than
            into the folder it was given.
    """
    chosen = (registry or installed()).destination(destination)
    if chosen.deliver is None:
        raise UsageError(
            f"{chosen.name} takes no workouts: give it the file that the watch recorded",
            plugin=chosen.name,
        )
    parcels = [_parcel(each) for each in artifacts]
    shelf = (book or Book()).shelf(chosen.name)
    request = DeliveryRequest(
        artifacts=tuple(parcel.artifact for parcel in parcels),
        identities=tuple(parcel.identity for parcel in parcels),
        dates=tuple(parcel.on for parcel in parcels),
        device=device,
        book=shelf,
        progress=progress,
        at=None if at is None else os.fspath(at),
        dry_run=dry_run,
        overwrite=overwrite,
        options=convert_options(chosen.name, chosen.options, options or {}),
    )
    _refuse_what_it_cannot(request, chosen)
    for artifact in request.artifacts:
        _refuse_what_it_does_not_take(artifact, chosen)
    with kept_apart(chosen, shelf, dry_run=dry_run):
        receipts = _told_of_others(request, _delivered(request, chosen, chosen.deliver), shelf)
        return receipts if dry_run else _written_down(request, receipts, shelf)


def _parcel(given: Artifact | Parcel) -> Parcel:
    return given if isinstance(given, Parcel) else parcel_of(given)


@contextlib.contextmanager
def kept_apart(destination: Destination, shelf: Shelf, *, dry_run: bool) -> Iterator[None]:
    """While something is changed at an account, nobody else of this user does so."""
    if destination.account is None or dry_run:
        yield
        return
    with shelf.locked():
        yield


def _delivered(
    request: DeliveryRequest, chosen: Destination, put: Callable[[DeliveryRequest], Iterable[Receipt]]
) -> tuple[Receipt, ...]:
    asked = Asked(KINDS["destination"], chosen.name)
    answer = asked.call(lambda: list(put(request)))
    receipts = tuple(asked.returned(each, Receipt) for each in answer)
    if [receipt.artifact for receipt in receipts] != [artifact.name for artifact in request.artifacts]:
        said = (
            "did not return one receipt for each artifact, in their order. Look there before you send again"
        )
        raise asked.error(f"{said}, and tell its author.", field="Receipt.artifact")
    if chosen.is_folder:
        for artifact, receipt in zip(request.artifacts, receipts, strict=True):
            _hold_to_the_folder(artifact, receipt, request, asked)
    return receipts


def _written_down(
    request: DeliveryRequest, receipts: tuple[Receipt, ...], shelf: Shelf
) -> tuple[Receipt, ...]:
    """Write down what arrived; a receipt that could not be written down says so."""
    kept = []
    for parcel, receipt in zip(request.parcels, receipts, strict=True):
        try:
            _write_down(parcel, receipt, shelf)
            kept.append(receipt)
        except DeliveryError as error:
            said = f"it arrived, and could not be written down: {error}"
            kept.append(msgspec.structs.replace(receipt, warnings=(*receipt.warnings, said)))
    return tuple(kept)


def _write_down(parcel: Parcel, receipt: Receipt, shelf: Shelf) -> None:
    record = shelf.get(parcel.identity)
    current = msgspec.structs.replace(
        record,
        artifact=parcel.artifact.name,
        workout=parcel.artifact.timeline.workout.name,
        source=_source_of(parcel),
        where=receipt.where,
        sha256=sha256(parcel.artifact.data).hexdigest(),
        on=receipt.on,
    )
    if current != record:
        shelf.put(current)


def _source_of(parcel: Parcel) -> str:
    """The file that it was made of, as `Record.source` has it."""
    from backtrack_plugins.library import ORIGIN

    file = parcel.artifact.timeline.workout.file or ""
    return file if file.startswith(ORIGIN) or not file else os.path.abspath(file)


def _told_of_others(
    request: DeliveryRequest, receipts: tuple[Receipt, ...], shelf: Shelf
) -> tuple[Receipt, ...]:
    """One name is one workout there: a file of that name in another folder loses its place, and is named."""
    before, told = {}, []
    if any(receipt.state == "replaced" for receipt in receipts):
        with contextlib.suppress(DeliveryError):  # which is told when it is written down
            before = shelf.records()
    for parcel, receipt in zip(request.parcels, receipts, strict=True):
        record = before.get(parcel.identity)
        other, source = "" if record is None else record.source, _source_of(parcel)
        if receipt.state == "replaced" and source and other not in {"", source} and os.path.isfile(other):
            said = (
                f"it takes the place of {other}, which was sent under the same name; rename one to keep both"
            )
            told.append(msgspec.structs.replace(receipt, warnings=(*receipt.warnings, said)))
        else:
            told.append(receipt)
    return tuple(told)


def _refuse_what_it_cannot(request: DeliveryRequest, destination: Destination) -> None:
    name = destination.name
    if len(set(request.identities)) < len(request.identities) and not destination.is_folder:
        raise UsageError(
            "two of the workouts have the same file name, and would be one workout there; rename one",
            plugin=name,
        )
    if any(request.dates) and not destination.schedules:
        raise UsageError(f"{name} puts nothing on a day; leave the day out", plugin=name, argument="on")
    if request.device is not None and not destination.pushes:
        raise UsageError(f"{name} pushes to no device; leave it out", plugin=name, argument="device")


def _refuse_what_it_does_not_take(artifact: Artifact, destination: Destination) -> None:
    if artifact.media_type.partition(";")[0].strip() in destination.takes:
        return
    raise UsageError(
        f"{artifact.name}: {destination.name} takes {', '.join(sorted(destination.takes))}, and this is "
        f"{artifact.media_type}. Export it to {destination.exporter}.",
        plugin=destination.name,
    )


def _hold_to_the_folder(artifact: Artifact, receipt: Receipt, request: DeliveryRequest, asked: Asked) -> None:
    """A folder's receipt is a file: inside the folder that was named, and with the artifact's bytes."""
    if not os.path.isabs(receipt.where):
        said = f"returned the path {receipt.where!r}, which is not absolute. Tell its author."
        raise asked.error(said, field="Receipt.where")
    # What the user linked to from inside the folder is in the folder.
    path = os.path.join(os.path.realpath(os.path.dirname(receipt.where)), os.path.basename(receipt.where))
    if request.at is not None and os.path.realpath(request.at) not in _folders_above(path):
        said = f"was given the folder {request.at}, and says that it delivered to {receipt.where}"
        raise asked.error(f"{said}. Look there, and tell its author.", field="Receipt.where")
    if not request.dry_run:
        read_back(path, artifact.data)


def _folders_above(path: str) -> Iterator[str]:
    while os.path.dirname(path) != path:
        path = os.path.dirname(path)
        yield path
