"""What passes between the core and a destination: Destination, DeliveryRequest, Receipt."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import msgspec

from backtrack_plugins.exporter import Artifact, check_name

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
        ValueError: when the name is none, or it takes nothing.
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
        check_name(self.name)
        check_name(self.exporter)
        if not self.takes:
            raise ValueError(f"{self.name}: a destination takes at least one media type")
