"""Putting FIT files on a watch, whole or not at all, and reading them back.

The watch takes what is in its folder for new files out of it when it is unplugged. What it keeps with
the very same bytes counts as there; what it has taken and changed, nobody can tell.
"""

from __future__ import annotations

import contextlib
import os
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from backtrack_garmin.watch import steps
from backtrack_garmin.watch.contents import content, fit_files, is_ours, kept_on
from backtrack_garmin.watch.pushing import push_into
from backtrack_plugins import Receipt, deliver_into

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_garmin.watch.contents import Kept
    from backtrack_garmin.watch.finding import System, Watch
    from backtrack_plugins import Artifact, DeliveryRequest

FEWEST_KEPT = 25
"""Workouts that a watch may keep; Garmin publishes no number. Reports from users: of 63 files on a
Forerunner 25 were kept (August 2026); about 30 scheduled ones on a Fenix 7, 200 on a Fenix 3. The
lowest counts."""

_TOO_MANY = (
    "with this there are {} workouts on the watch. How many it keeps is not published: users report 25 on "
    "one model, and about 30 scheduled ones on another, with the rest dropped and not a word said. Look on "
    "the watch whether all are there, or delete old ones first"
)
_TAKEN = (
    "it was sent here before, and the watch has taken it in since. Nobody has tried whether it takes the "
    "same workout twice: should it stand there twice, delete one on the watch"
)
_EARLIER = (
    "the watch has an earlier version of it, {}. Nobody has tried whether the new one replaces it: should "
    "both stand there, delete the old one on the watch"
)


def place(request: DeliveryRequest, watch: Watch, system: System) -> list[Receipt]:
    """Put FIT files on a watch.

    Raises:
        ExistingFile: when a file stands in the way that ``garmin-fit`` did not write.
        DeliveryError: when the file system refuses, or what is read back differs. `ByHand` when only a
            program that is not installed could write there.
    """
    kept = kept_on(watch, request.at)
    held = len(fit_files([watch.inbox, *watch.kept]))
    waiting = _waiting(watch)
    same = {
        artifact.name: "" if artifact.name.casefold() in waiting else kept.same(artifact)
        for artifact in request.artifacts
    }
    going = tuple(artifact for artifact in request.artifacts if not same[artifact.name])
    put = push_into if watch.is_mtp else _write_into
    done = put(msgspec.structs.replace(request, artifacts=going), watch.inbox, ours=_Ours(going))
    held += sum(receipt.state == "new" for receipt in done)
    placed = {receipt.artifact: receipt for receipt in done}
    hint = steps.after_sending(system, is_mtp=watch.is_mtp)
    sent = _sent_before(request)
    receipts = []
    for artifact in request.artifacts:
        receipt = placed.get(artifact.name) or _as_kept(artifact, same[artifact.name], request)
        warnings: tuple[str, ...] = ()
        if receipt.state == "new":
            warnings = tuple(_warnings(artifact, kept, held, sent=receipt.where in sent))
        receipts.append(msgspec.structs.replace(receipt, hint=hint, warnings=warnings))
    return receipts


def _waiting(watch: Watch) -> set[str]:
    """The names under which a workout of ours waits to be taken in: it will be later than what was."""
    paths = fit_files([watch.inbox])
    return {os.path.basename(path).casefold() for path in paths if is_ours(content(path) or b"")}


def _write_into(request: DeliveryRequest, folder: str, *, ours: _Ours) -> list[Receipt]:
    if not request.dry_run:
        _tidy(folder)
    return deliver_into(request, folder, ours=ours)


def _tidy(folder: str) -> None:
    """Remove the temporary files that were left when a cable was pulled.

    What was set aside before it was replaced stays, unless it is a workout of ours: nobody else has it.
    """
    with contextlib.suppress(OSError):
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name.startswith(".backtrack-") and (
                name.endswith(".part") or (name.endswith(".kept") and is_ours(content(path) or b""))
            ):
                os.unlink(path)


class _Ours:
    """Says whether a file that stands in the way is ours: a whole one, or the beginning of what is sent."""

    def __init__(self, artifacts: tuple[Artifact, ...]) -> None:
        self._sent = {artifact.name: artifact.data for artifact in artifacts}

    def __call__(self, name: str, there: bytes) -> bool:
        return self._sent[name].startswith(there) or is_ours(there)


def _as_kept(artifact: Artifact, path: str, request: DeliveryRequest) -> Receipt:
    return Receipt(
        artifact=artifact.name,
        where=os.path.abspath(path),
        state="unchanged",
        sha256="" if request.dry_run else sha256(artifact.data).hexdigest(),
    )


def _warnings(artifact: Artifact, kept: Kept, held: int, *, sent: bool) -> Iterator[str]:
    earlier = kept.earlier(artifact)
    if earlier:
        yield _EARLIER.format(earlier)
    elif sent:
        yield _TAKEN
    if held > FEWEST_KEPT:
        yield _TOO_MANY.format(held)


def _sent_before(request: DeliveryRequest) -> set[str]:
    """Where the artifacts went before as they are; what is not there any more, a watch has taken in."""
    if request.book is None:
        return set()
    records = request.book.records()
    found = set()
    for parcel in request.parcels:
        record = records.get(parcel.identity)
        if record is not None and record.sha256 == sha256(parcel.artifact.data).hexdigest():
            found.add(record.where)
    return found
