"""The importer ``garmin-connect``. Nothing heavy is imported until it is used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backtrack_plugins import Importer, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import Imported

BACKTRACK_HOOK_API = 0

NAME = "garmin-connect"

_BEGINS = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{.*?(?<!\\)"(?:workoutId|workoutName|workoutSegments|sportTypeId)"\s*:', re.DOTALL
)


def _import(data: bytes, name: str) -> Imported:
    from backtrack_garmin.connect.reading import from_connect

    return from_connect(data, name)


def _fetch(number: str) -> bytes:
    from backtrack_garmin.connect.fetching import fetch_workout

    return fetch_workout(number)


def _recognise(head: bytes) -> bool:
    return _BEGINS.match(head) is not None


@hookimpl
def backtrack_importers() -> Iterable[Importer]:
    """Offer ``garmin-connect``."""
    return [
        Importer(
            name=NAME,
            summary="Workouts of Garmin Connect: by number from your account, or as JSON",
            suffix=".json",
            recognise=_recognise,
            read=_import,
            fetch=_fetch,
        )
    ]
