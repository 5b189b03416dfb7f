"""What was sent to a watch: how it stands there now, as far as a computer can see, and removing it."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, NamedTuple

from backtrack_garmin.watch import finding
from backtrack_garmin.watch.contents import content, kept_on
from backtrack_plugins import DeliveryError, ExistingFile, Receipt, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins import Record, SentRequest

AWAY = "the watch is not connected"
TAKEN = "the watch has taken it in, and a computer cannot see what it made of it"


class _Seen(NamedTuple):
    """What is seen of a workout that was sent.

    Attributes:
        record: What was written down of it.
        state: ``away``: its watch is not connected; ``taken``: the watch took it in and changed it.
        path: Where its file lies, as it was sent or changed by somebody.
    """

    record: Record
    state: Literal["as sent", "changed", "away", "taken"]
    path: str = ""


def look(request: SentRequest) -> Iterator[Standing]:
    """How workouts that were sent stand on the watch now."""
    for seen in _seen(request):
        identity = seen.record.identity
        if seen.state == "away":
            yield Standing(identity=identity, state="unknown", said=AWAY)
        elif seen.state == "taken":
            yield Standing(identity=identity, state="unknown", said=TAKEN)
        else:
            said = f"kept in {seen.path}" if seen.path != seen.record.where else ""
            yield Standing(identity=identity, state=seen.state, said=said)


def remove(request: SentRequest) -> list[Receipt]:
    """Remove the files that were sent, from the folder for new ones or where the watch keeps them.

    Raises:
        ExistingFile: when one was changed since; nothing was removed.
        DeliveryError: when a watch is not connected that may have one, and nothing was removed; or the file
            system refuses.
    """
    found = list(_seen(request))
    changed = tuple(seen.path for seen in found if seen.state == "changed")
    if changed and not request.overwrite:
        raise ExistingFile(
            f"{', '.join(changed)}: changed since it was sent. Add --overwrite to remove it all the same. "
            "Nothing was removed.",
            paths=changed,
        )
    for seen in found:
        if seen.state == "away" and not request.overwrite:
            where = seen.record.where
            raise DeliveryError(
                f"{where}: {AWAY}. Connect it first, or add --overwrite to forget it. Nothing was removed.",
                path=where,
            )
    return [_removed(seen, dry_run=request.dry_run) for seen in found]


def _removed(seen: _Seen, *, dry_run: bool) -> Receipt:
    artifact, where = seen.record.artifact or "?", seen.path or seen.record.where or "?"
    if seen.state == "away":
        return Receipt(artifact=artifact, where=where, state="gone", warnings=(f"{AWAY}; it was forgotten",))
    if seen.state == "taken":
        said = (f"{TAKEN}; delete it on the watch",) if seen.record.where else ()
        return Receipt(artifact=artifact, where=where, state="gone", warnings=said)
    if not dry_run:
        try:
            os.unlink(seen.path)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DeliveryError(f"{seen.path}: {reason}. It was not removed.", path=seen.path) from None
    return Receipt(artifact=artifact, where=where, state="removed")


def _seen(request: SentRequest) -> Iterator[_Seen]:
    watches = finding.find(finding.this_system()).watches
    kept = [path for watch in watches for path in kept_on(watch, None).paths]
    for identity in request.identities:
        yield _look_for(request.book.get(identity), kept)


def _look_for(record: Record, kept: list[str]) -> _Seen:
    if not record.where:
        return _Seen(record, "taken")  # it was never sent
    data = content(record.where)
    if data is not None and sha256(data).hexdigest() == record.sha256:
        return _Seen(record, "as sent", record.where)
    for path in kept:
        if sha256(content(path) or b"").hexdigest() == record.sha256:
            return _Seen(record, "as sent", path)
    if data is not None:
        return _Seen(record, "changed", record.where)
    return _Seen(record, "taken" if os.path.isdir(os.path.dirname(record.where)) else "away")
