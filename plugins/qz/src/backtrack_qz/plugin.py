"""What this distribution offers to backtrack-plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import Exporter, Importer, hookimpl
from backtrack_qz.reading import from_qz, is_qz
from backtrack_qz.splicing import splice
from backtrack_qz.writing import to_qz

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``qz``."""
    return [
        Exporter(
            name="qz",
            summary="Workout file for a treadmill that QZ drives, with speed, incline and waits",
            suffix=".xml",
            media_type="application/xml",
            export=to_qz,
            carries=frozenset({"speed", "incline", "text"}),
            hint="open it in QZ as a training program; it moves the belt, so read the plugin's README first",
            splice=splice,
        )
    ]


@hookimpl
def backtrack_importers() -> Iterable[Importer]:
    """Offer ``qz``."""
    return [
        Importer(
            name="qz",
            summary="Treadmill workouts in QZ's own XML, by backtrack and by others",
            suffix=".xml",
            recognise=is_qz,
            read=from_qz,
        )
    ]
