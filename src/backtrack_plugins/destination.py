"""What passes between the core and a destination: Destination, DeliveryRequest, Receipt."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Any, Literal

import msgspec

from backtrack_plugins.errors import UsageError
from backtrack_plugins.exporter import Artifact, check_name
from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.files import read_back, write_files

ReceiptState = Literal["new", "replaced", "unchanged"]


class DeliveryRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a destination gets.

    Attributes:
        artifacts: What to deliver; each has one of the media types that the destination takes.
        at: Where the user says it is: a folder or an address; None to find it by itself.
        dry_run: Change nothing, and return the receipts as they would be.
        overwrite: Replace what we did not put there, too.
        options: The destination's own options, as its Struct; None when it has none.
    """

    artifacts: tuple[Artifact, ...]
    at: str | None = None
    dry_run: bool = False
    overwrite: bool = False
    options: Any = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The proof that one artifact arrived, or in a dry run what would become of it.

    Attributes:
        artifact: The artifact's name.
        where: Where it is: an absolute path, or an address.
        state: ``new``, ``replaced``, or ``unchanged`` when the same was there already.
        sha256: Of the bytes that were read back from there, in hexadecimal; empty in a dry run, and where
            nothing can be read back.
        hint: What the runner does next.
    """

    artifact: str
    where: str
    state: ReceiptState
    sha256: str = ""
    hint: str = ""


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where artifacts go: a folder that an app looks into, a mounted watch, an account.

    Delivering twice is the same as once: what is there already is ``unchanged``.

    Attributes:
        name: The entry point's name: lower-case letters, digits and hyphens.
        summary: One line for a list.
        takes: The media types of the artifacts it takes, such as ``application/xml``; parameters after
            a semicolon do not count.
        exporter: The format to export to when a workout is sent there.
        deliver: Puts the artifacts there, or in a dry run finds out what would happen, and returns one
            `Receipt` for each, in their order. It raises `DeliveryError` when the place fails and
            `UsageError` when the user must say more, such as which of two folders.
        is_folder: It is a folder, which ``at`` may name.
        options: A Struct with a default for every field; None when there are no options.
        hint: What the runner does after sending.

    Raises:
        ValueError: when the name is none, or it takes nothing. Or when a field holds what its type
            does not allow; the message names it.
    """

    name: str
    summary: str
    takes: frozenset[str]
    exporter: str
    deliver: Callable[[DeliveryRequest], Iterable[Receipt]]
    is_folder: bool = False
    options: type[msgspec.Struct] | None = None
    hint: str = ""

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_name(self.name)
        check_name(self.exporter)
        if not self.takes:
            raise ValueError(f"{self.name}: a destination takes at least one media type")


def deliver_into(request: DeliveryRequest, folder: str | os.PathLike[str]) -> list[Receipt]:
    """Deliver artifacts into a folder: what a destination that is a folder does, once it knows which.

    Every file is written whole or none is, one that we did not write is not replaced unless
    `DeliveryRequest.overwrite` says so, and what was written is read back and compared. In a dry run
    nothing is written.

    Args:
        request: What `deliver` was given.
        folder: A folder that exists.

    Returns:
        A `Receipt` for each artifact, in their order.

    Raises:
        UsageError: when there is no such folder, or two artifacts have one name.
        ExistingFile: when a file stands there that we did not write, or that was changed since.
        DeliveryError: when the file system refuses, or what is read back differs.
    """
    files = {artifact.name: artifact.data for artifact in request.artifacts}
    if len(files) < len(request.artifacts):
        raise UsageError("two of the workouts would have the same file name there; send one after the other")
    written = write_files(folder, files, overwrite=request.overwrite, dry_run=request.dry_run)
    return [
        Receipt(
            artifact=artifact.name,
            where=os.path.abspath(file.path),
            state=file.state,
            sha256="" if request.dry_run else sha256(read_back(file.path, artifact.data)).hexdigest(),
        )
        for artifact, file in zip(request.artifacts, written, strict=True)
    ]
