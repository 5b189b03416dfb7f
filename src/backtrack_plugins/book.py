"""The book of what was sent: a shelf for each destination, with a record for each workout.

It lies in the user's data folder, one JSON file for each destination, which is replaced whole and
reaches the disk before `Shelf.put` returns: what a destination writes down before it acts is there
after the process was killed. While a delivery runs its shelf is locked, so that two at once do not
send the same twice.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.errors import DeliveryError
from backtrack_plugins.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA_FOLDER = "BACKTRACK_DATA"
"""Environment variable: the folder that holds what we remember; the platform's when it is not set."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One workout that was sent somewhere.

    Attributes:
        identity: Which workout: 16 hexadecimal digits.
        artifact: The artifact's name.
        workout: The workout's name.
        source: Its file; empty when there is none.
        where: Where it went: an absolute path, or an address. Empty until it has arrived.
        sha256: Of the artifact's bytes, in hexadecimal.
        on: The day that it is scheduled on; None when it is on none.
        notes: What the destination remembers about it, as JSON has it.
    """

    identity: str
    artifact: str = ""
    workout: str = ""
    source: str = ""
    where: str = ""
    sha256: str = ""
    on: dt.date | None = None
    notes: dict[str, Any] = {}


class Shelf:
    """What was sent to one destination, by identity.

    Safe to use from several threads.

    Args:
        path: The file; it and its folder are made when first written.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._lock = threading.RLock()

    def records(self) -> dict[str, Record]:
        """All of them.

        Raises:
            DeliveryError: when the file is there and cannot be read: then nobody knows what was sent.
        """
        with self._lock:
            try:
                with open(self.path, "rb") as file:
                    found = msgspec.json.decode(file.read(), type=list[Record])
            except FileNotFoundError:
                return {}
            except (OSError, msgspec.DecodeError) as error:
                reason = getattr(error, "strerror", None) or str(error)
                raise DeliveryError(
                    f"{self.path}: what was sent is written there, and cannot be read: {reason}. "
                    "Mend the file, or move it away: what an account holds is found again by its mark.",
                    path=self.path,
                ) from None
            return {record.identity: record for record in found}

    def get(self, identity: str) -> Record:
        """What is known of a workout; an empty record when it was never sent."""
        return self.records().get(identity) or Record(identity=identity)

    def put(self, record: Record) -> None:
        """Keep a record, in place of the one with the same identity. It is on the disk before this returns.

        Raises:
            DeliveryError: when the file system refuses; the file is as it was.
        """
        with self._lock:
            self._write({**self.records(), record.identity: record})

    def note(self, identity: str, **notes: Any) -> None:
        """Add to what the destination remembers of a workout; None takes a note away."""
        with self._lock:
            record = self.get(identity)
            kept = {name: value for name, value in {**record.notes, **notes}.items() if value is not None}
            if kept != record.notes:
                self.put(msgspec.structs.replace(record, notes=kept))

    def drop(self, identity: str) -> None:
        """Forget that a workout was sent; what the destination still has to remember of it stays."""
        with self._lock:
            records = self.records()
            record = records.pop(identity, None)
            if record is None:
                return
            if record.notes:
                records[identity] = Record(identity=identity, notes=record.notes)
            self._write(records)

    @property
    def sent(self) -> dict[str, Record]:
        """The records of what was sent, without those that are only kept to remember something."""
        return {identity: record for identity, record in self.records().items() if record.artifact}

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from sending to the same destination meanwhile; they wait."""
        from filelock import FileLock

        self._make_folder()
        with FileLock(f"{self.path}.lock"):
            yield

    def _make_folder(self) -> None:
        try:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise DeliveryError(
                f"{self.path}: {reason}. What is sent is written down there.", path=self.path
            ) from None

    def _write(self, records: dict[str, Record]) -> None:
        self._make_folder()
        data = msgspec.json.format(msgspec.json.encode([records[key] for key in sorted(records)]), indent=1)
        replace_file(self.path, data)


class Book:
    """What was sent to every destination.

    Args:
        folder: Where it lies; the user's own when left out.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None) -> None:
        self.folder = os.path.join(data_folder(), "sent") if folder is None else os.fspath(folder)

    def shelf(self, destination: str) -> Shelf:
        """What was sent to one destination."""
        return Shelf(os.path.join(self.folder, f"{destination}.json"))

    def destinations(self) -> list[str]:
        """The destinations that something was sent to, sorted."""
        try:
            names = os.listdir(self.folder)
        except OSError:
            return []
        return sorted(name.removesuffix(".json") for name in names if name.endswith(".json"))


def data_folder() -> str:
    """The folder for what we remember, whether or not it exists."""
    own = os.environ.get(DATA_FOLDER, "")
    if own:
        return own
    from platformdirs import user_data_dir

    return user_data_dir("backtrack", appauthor=False)
