"""What the stand-in Strava reads in an uploaded file: when it began, how long and far it was, which sport."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from email import message_from_bytes, policy
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins import UnreadableInput, recording_from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins.testing.standin import Request

FORMATS = frozenset({"fit", "tcx", "gpx"})

_TIME = re.compile(rb"<time>\s*([^<\s]+)\s*</time>", re.IGNORECASE)
_SPORTS = {"running": "Run", "walking": "Walk", "hiking": "Hike", "cycling": "Ride"}


class Recorded(NamedTuple):
    """What is read in a file.

    Attributes:
        started: When it began.
        elapsed_seconds: Pauses included.
        distance_metres: 0 when the file does not say.
        sport: In Strava's word.
    """

    started: dt.datetime
    elapsed_seconds: int
    distance_metres: float
    sport: str


class BrokenFile(Exception):
    """It is none of the kind that it is said to be."""


def recorded(data: bytes, kind: str) -> Recorded:
    """Read a file.

    Args:
        data: Its bytes.
        kind: Such as ``fit`` or ``fit.gz``.

    Raises:
        BrokenFile: when it is broken, or not of that kind.
    """
    if kind.endswith(".gz"):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise BrokenFile("The file is not packed with gzip.") from error
    return _of_fit(data) if kind.startswith("fit") else _of_times(data)


def parts(request: Request) -> dict[str, tuple[str, bytes]]:
    """The parts of a multipart form, by name: each one's file name, empty when it has none, and bytes."""
    head = f"Content-Type: {request.headers.get('content-type', '')}\r\n\r\n".encode()
    message = message_from_bytes(head + request.body, policy=policy.HTTP)
    found: dict[str, tuple[str, bytes]] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            found[name] = (part.get_filename() or "", content)
    return found


def _of_fit(data: bytes) -> Recorded:
    try:
        recording = recording_from_bytes(data, "upload.fit")
    except UnreadableInput as error:
        raise BrokenFile("The file is malformed.") from error
    if recording.started is None:
        raise BrokenFile("Time information is missing from file.")
    elapsed = recording.elapsed_seconds if recording.elapsed_seconds is not None else recording.seconds
    metres = sum(lap.metres or 0.0 for lap in recording.laps)
    sport = _SPORTS.get(recording.sport or "", "Workout")
    return Recorded(recording.started, round(elapsed), metres, sport)


def _of_times(data: bytes) -> Recorded:
    found: list[dt.datetime] = []
    for text in _TIME.findall(data):
        try:
            moment: Any = dt.datetime.fromisoformat(text.decode("ascii", "replace"))
        except ValueError:
            continue
        found.append(moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC))
    return _between(found)


def _between(times: Iterable[dt.datetime]) -> Recorded:
    known = sorted(times)
    if not known:
        raise BrokenFile("Time information is missing from file.")
    elapsed = round((known[-1] - known[0]).total_seconds())
    return Recorded(known[0], elapsed, 0.0, "Run")
