"""What passes between the core and a destination: Destination, DeliveryRequest, Receipt, Standing."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Literal, NamedTuple

import msgspec

from backtrack_plugins.account import Account
from backtrack_plugins.activity import Activities
from backtrack_plugins.book import Shelf
from backtrack_plugins.errors import UsageError
from backtrack_plugins.exporter import Artifact, check_name
from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.files import read_back, write_files

ReceiptState = Literal["new", "replaced", "moved", "pushed", "unchanged", "removed", "gone"]
StandingState = Literal["as sent", "changed", "gone", "unknown"]
Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


class Parcel(NamedTuple):
    """One artifact to deliver.

    Attributes:
        artifact: What to deliver.
        identity: Which workout it is, whatever its content: 16 hexadecimal digits.
        on: The day that it is meant for; None when it is for any.
    """

    artifact: Artifact
    identity: str
    on: dt.date | None


class DeliveryRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a destination gets.

    Attributes:
        artifacts: What to deliver; each has one of the media types that the destination takes.
        identities: Which workout each of them is, whatever its content: 16 hexadecimal digits, made from
            the programme and the workout's name. What comes with the same identity again is an update.
        dates: The day that each is meant for, None for those that are for any day; there are dates
            only where `Destination.schedules`.
        device: The device to push to; only where `Destination.pushes`.
        at: Where the user says it is: a folder or an address; None to find it by itself.
        dry_run: Change nothing, and return the receipts as they would be.
        overwrite: Replace what we did not put there, too.
        options: The destination's own options, as its Struct; None when it has none.
        book: What was sent there before, and a place for what the destination has to remember.
        progress: To be told how much is done; None when nobody looks.
    """

    artifacts: tuple[Artifact, ...]
    identities: tuple[str, ...] = ()
    dates: tuple[dt.date | None, ...] = ()
    device: str | None = None
    at: str | None = None
    dry_run: bool = False
    overwrite: bool = False
    options: Any = None
    book: Shelf | None = None
    progress: Progress | None = None

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        """Each artifact with its identity and date; the core always gives identities."""
        identities = self.identities or ("",) * len(self.artifacts)
        dates = self.dates or (None,) * len(self.artifacts)
        return tuple(map(Parcel, self.artifacts, identities, dates))


class SentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a destination gets that is asked how something stands there, or to remove it.

    Attributes:
        identities: Which workouts.
        dry_run: Change nothing, and return the receipts as they would be.
        overwrite: Remove what was changed there since, too.
        options: The destination's own options, as its Struct; None when it has none.
        book: What was sent there before.
        progress: To be told how much is done; None when nobody looks.
    """

    identities: tuple[str, ...]
    dry_run: bool = False
    overwrite: bool = False
    options: Any = None
    book: Shelf
    progress: Progress | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a workout that was sent stands there now.

    Attributes:
        identity: Which workout.
        state: ``as sent``; ``changed`` by somebody else; ``gone``; ``unknown``, when nobody can tell now.
        said: What differs, or why it is not known, for people.
    """

    identity: str
    state: StandingState
    said: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that one artifact arrived, or in a dry run what would become of it.

    Attributes:
        artifact: The artifact's name.
        where: Where it is: an absolute path, or an address.
        state: ``new``, ``replaced``, ``moved`` to another day, ``pushed`` on to a device, or ``unchanged``
            when the same was there already. Of what was to be removed: ``removed``, or ``gone`` when it was
            not there.
        sha256: Of the bytes that were read back from there, in hexadecimal; empty in a dry run, and where
            nothing can be read back.
        on: The day that it is scheduled on there; None when it is on none.
        hint: What the runner does next.
        warnings: What the runner should know about it, each a sentence.
    """

    artifact: str
    where: str
    state: ReceiptState
    sha256: str = ""
    on: dt.date | None = None
    hint: str = ""
    warnings: tuple[str, ...] = ()


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where artifacts and annotations go: a folder that an app looks into, a mounted watch, an account.

    Delivering twice is the same as once: what is there already is ``unchanged``. A destination delivers
    workouts, or has recorded activities to annotate, or both.

    Attributes:
        name: The entry point's name: lower-case letters, digits and hyphens.
        summary: One line for a list.
        takes: The media types of the artifacts it takes, such as ``application/xml``; parameters after
            a semicolon do not count. Empty when it takes no workouts.
        exporter: The format to export to when a workout is sent there; empty when it takes none.
        deliver: Puts the artifacts there, or in a dry run finds out what would happen, and returns one
            `Receipt` for each, in their order. It raises `DeliveryError` when the place fails and
            `UsageError` when the user must say more, such as which of two folders. None when it takes no
            workouts.
        activities: How its recorded activities are found, changed and uploaded; None when it has none.
        is_folder: It is a folder, which ``at`` may name.
        options: A Struct with a default for every field; None when there are no options.
        hint: What the runner does after sending.
        schedules: It puts workouts on the days they are meant for.
        pushes: It sends workouts on to a device that the user names.
        account: The account that it needs; None when it needs none.
        look: Says how workouts that were sent stand there now, one `Standing` for each identity, in their
            order. When None, the core looks at the files of a folder; nobody can tell of anything else.
        remove: Removes workouts that we put there, and nothing else, and returns one `Receipt` for each
            identity, in their order. When None, the core removes a folder's files; nothing else can be.
        kept_as: The format of the file that is kept for the runner when it could not be delivered;
            empty for the format that is delivered.

    Raises:
        ValueError: when the name is none, it takes nothing and has no activities, or one of ``takes``,
            ``exporter`` and ``deliver`` is there without the others. Or when a field holds what its type
            does not allow; the message names it.
    """

    name: str
    summary: str
    takes: frozenset[str] = frozenset()
    exporter: str = ""
    deliver: Callable[[DeliveryRequest], Iterable[Receipt]] | None = None
    activities: Activities | None = None
    is_folder: bool = False
    options: type[msgspec.Struct] | None = None
    hint: str = ""
    schedules: bool = False
    pushes: bool = False
    account: Account | None = None
    look: Callable[[SentRequest], Iterable[Standing]] | None = None
    remove: Callable[[SentRequest], Iterable[Receipt]] | None = None
    kept_as: str = ""

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_name(self.name)
        for format_name in filter(None, (self.exporter, self.kept_as)):
            check_name(format_name)
        delivers = self.deliver is not None
        if not delivers and self.activities is None:
            raise ValueError(f"{self.name}: a destination delivers workouts or has recorded activities")
        if delivers and not self.takes:
            raise ValueError(f"{self.name}: a destination takes at least one media type")
        if delivers != bool(self.exporter) or (self.takes and not delivers):
            raise ValueError(f"{self.name}: takes, exporter and deliver belong together: all of them or none")


def deliver_into(
    request: DeliveryRequest,
    folder: str | os.PathLike[str],
    *,
    ours: Callable[[str, bytes], bool] | None = None,
) -> list[Receipt]:
    """Deliver artifacts into a folder: what a destination that is a folder does, once it knows which.

    Every file is written whole or none is, one that we did not write is not replaced unless
    `DeliveryRequest.overwrite` says so, and what was written is read back and compared. In a dry run
    nothing is written.

    Args:
        request: What `deliver` was given.
        folder: A folder that exists.
        ours: Whether a file that stands there is one that we wrote, from its name and bytes. When left
            out, a list of what we wrote lies in the folder, ``.backtrack-written.json``; a watch, say,
            should not get such a file.

    Returns:
        A `Receipt` for each artifact, in their order.

    Raises:
        UsageError: when there is no such folder, or two artifacts have one name.
        ExistingFile: when a file stands there that we did not write, or that was changed since.
        DeliveryError: when the file system refuses, or what is read back differs.
    """
    files = {artifact.name: artifact.data for artifact in request.artifacts}
    if len({name.casefold() for name in files}) < len(request.artifacts):  # one file, on some systems
        raise UsageError("two of the workouts would have the same file name there; send one after the other")
    written = write_files(folder, files, overwrite=request.overwrite, dry_run=request.dry_run, ours=ours)
    return [
        Receipt(
            artifact=artifact.name,
            where=os.path.abspath(file.path),
            state=file.state,
            sha256="" if request.dry_run else sha256(read_back(file.path, artifact.data)).hexdigest(),
        )
        for artifact, file in zip(request.artifacts, written, strict=True)
    ]
