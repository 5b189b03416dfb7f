"""What this distribution offers to backtrack-plugins. What reads and writes is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import Capability, Exporter, Importer, hookimpl
from backtrack_zwo.options import ZwoOptions
from backtrack_zwo.paces import ZwoImportOptions
from backtrack_zwo.recognising import is_zwo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import Exported, ExportRequest, Imported, ImportSettings, SpliceRequest

_CARRIES: frozenset[Capability] = frozenset({"speed", "text"})


def _carries(options: ZwoOptions) -> frozenset[Capability]:
    return _CARRIES | {"incline"} if options.incline else _CARRIES


def _export(request: ExportRequest) -> Exported:
    from backtrack_zwo.writing import to_zwo

    return to_zwo(request)


def _splice(request: SpliceRequest) -> Exported:
    from backtrack_zwo.splicing import splice_zwo

    return splice_zwo(request)


def _import(data: bytes, name: str, settings: ImportSettings) -> Imported:
    from backtrack_zwo.reading import from_zwo

    return from_zwo(data, name, settings)


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``zwo``."""
    return [
        Exporter(
            name="zwo",
            summary="Workout file for Zwift, and for a treadmill that QZ drives",
            suffix=".zwo",
            media_type="application/xml",
            export=_export,
            carries=_CARRIES,
            carries_with=_carries,
            options=ZwoOptions,
            needs=frozenset({"race_paces"}),
            splice=_splice,
            hint="copy it to Documents/Zwift/Workouts/<your id>/ and restart Zwift, or open it in QZ",
        )
    ]


@hookimpl
def backtrack_importers() -> Iterable[Importer]:
    """Offer ``zwo``."""
    return [
        Importer(
            name="zwo",
            summary="ZWO run files of Zwift, QZ and others, and our own",
            suffix=".zwo",
            recognise=is_zwo,
            read=_import,
            options=ZwoImportOptions,
            needs=frozenset({"race_paces", "units"}),
        )
    ]
