"""Delivering: Artifacts to a destination that a plugin offers, with a Receipt for each."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from backtrack_plugins.calling import Asked
from backtrack_plugins.destination import DeliveryRequest, Receipt
from backtrack_plugins.errors import UsageError
from backtrack_plugins.files import read_back
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.options import convert_options
from backtrack_plugins.registry import installed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from backtrack_plugins.destination import Destination
    from backtrack_plugins.exporter import Artifact
    from backtrack_plugins.registry import Registry


def deliver(
    artifacts: Iterable[Artifact],
    destination: str,
    *,
    at: str | os.PathLike[str] | None = None,
    dry_run: bool = False,
    overwrite: bool = False,
    options: Mapping[str, Any] | None = None,
    registry: Registry | None = None,
) -> tuple[Receipt, ...]:
    """Put artifacts where they go. Delivering twice is the same as once.

    Args:
        artifacts: What `export` made.
        destination: An installed destination's name, such as ``zwift-folder``.
        at: Where it is, for a folder that is not found by itself.
        dry_run: Change nothing, and return the receipts as they would be.
        overwrite: Replace what we did not put there, too.
        options: The destination's options by name; texts are converted.
        registry: Where destinations are looked up.

    Returns:
        One receipt for each artifact, in their order. A folder's files were read back and are the bytes
        of the artifact.

    Raises:
        UsageError: when the destination does not take such an artifact, is not found, or an option is wrong.
        ExistingFile: when a file stands there that we did not write.
        DeliveryError: when the place fails, or what is read back differs.
        PluginError: when the plugin is missing, disabled, clashing or broken, or delivers elsewhere than
            into the folder it was given.
    """
    chosen = (registry or installed()).destination(destination)
    request = DeliveryRequest(
        artifacts=tuple(artifacts),
        at=None if at is None else os.fspath(at),
        dry_run=dry_run,
        overwrite=overwrite,
        options=convert_options(chosen.name, chosen.options, options or {}),
    )
    for artifact in request.artifacts:
        _refuse_what_it_does_not_take(artifact, chosen)
    asked = Asked(KINDS["destination"], chosen.name)
    answer = asked.call(lambda: list(chosen.deliver(request)))
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
    path = os.path.realpath(receipt.where)
    if request.at is not None and os.path.realpath(request.at) not in _folders_above(path):
        said = f"was given the folder {request.at}, and says that it delivered to {receipt.where}"
        raise asked.error(f"{said}. Look there, and tell its author.", field="Receipt.where")
    if not request.dry_run:
        read_back(path, artifact.data)


def _folders_above(path: str) -> Iterator[str]:
    while os.path.dirname(path) != path:
        path = os.path.dirname(path)
        yield path
