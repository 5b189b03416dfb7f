"""What this distribution offers to backtrack-plugins. What reads and writes is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import Exporter, Importer, hookimpl
from backtrack_qz.recognising import is_qz

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import Exported, ExportRequest, Imported, SpliceRequest


def _export(request: ExportRequest) -> Exported:
    from backtrack_qz.writing import to_qz

    return to_qz(request)


def _splice(request: SpliceRequest) -> Exported:
    from backtrack_qz.splicing import splice

    return splice(request)


def _import(data: bytes, name: str) -> Imported:
    from backtrack_qz.reading import from_qz

    return from_qz(data, name)


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``qz``."""
    return [
        Exporter(
            name="qz",
            summary="Workout file for a treadmill that QZ drives, with speed, incline and waits",
            suffix=".xml",
            media_type="application/xml",
            export=_export,
            carries=frozenset({"speed", "incline", "text"}),
            hint="open it in QZ as a training program; it moves the belt, so read the plugin's README first",
            splice=_splice,
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
            read=_import,
        )
    ]
