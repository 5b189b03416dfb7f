"""What this distribution offers to backtrack-plugins. Nothing heavy is imported until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backtrack_plugins import Exporter, Importer, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import Capability, Exported, ExportRequest, Imported, SpliceRequest

NAME = "garmin-fit"

_CARRIES: frozenset[Capability] = frozenset({"text", "repeats", "distance"})


class GarminFitOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of ``garmin-fit``.

    Attributes:
        targets: ``none``: no step has a target, and no alert nags someone who faces backwards.
            ``speed``: every step has a speed target around its belt speed, straddles around the
            treadmill's slowest; nested repeats are refused.
    """

    targets: Literal["none", "speed"] = "none"


def _export(request: ExportRequest) -> Exported:
    from backtrack_garmin.workout_file import to_fit

    return to_fit(request)


def _splice(request: SpliceRequest) -> Exported:
    from backtrack_garmin.splicing import splice

    return splice(request)


def _import(data: bytes, name: str) -> Imported:
    from backtrack_garmin.reading import from_fit

    return from_fit(data, name)


def _recognise(head: bytes) -> bool:
    return head[8:12] == b".FIT"


def _carries_with(options: Any) -> frozenset[Capability]:
    return _CARRIES | {"speed"} if options.targets == "speed" else _CARRIES


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``garmin-fit``."""
    return [
        Exporter(
            name=NAME,
            summary="FIT workout file for a Garmin watch, to copy over USB",
            suffix=".fit",
            media_type="application/vnd.ant.fit",
            export=_export,
            carries=_CARRIES,
            carries_with=_carries_with,
            options=GarminFitOptions,
            hint="copy it into the folder GARMIN/NewFiles of the watch, over USB",
            splice=_splice,
        )
    ]


@hookimpl
def backtrack_importers() -> Iterable[Importer]:
    """Offer ``garmin-fit``."""
    return [
        Importer(
            name=NAME,
            summary="FIT workout files for running and walking",
            suffix=".fit",
            recognise=_recognise,
            read=_import,
        )
    ]
