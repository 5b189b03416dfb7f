"""The exporter ``garmin-connect``. Nothing heavy is imported until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backtrack_plugins import Exporter, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import Capability, Exported, ExportRequest

BACKTRACK_HOOK_API = 0

NAME = "garmin-connect"

MEDIA_TYPE = "application/vnd.garmin-connect.workout+json"
"""A name of ours: the service itself says no more than ``application/json``, which any file could be."""

_CARRIES: frozenset[Capability] = frozenset({"text", "repeats", "distance"})


class GarminConnectOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of ``garmin-connect``.

    Attributes:
        targets: ``none``: no step has a target, and no alert nags someone who faces backwards.
            ``speed``: every step has a pace target around its belt speed; workouts that turn round, or have
            a step until the lap button, are refused, and nested repeats, too.
    """

    targets: Literal["none", "speed"] = "none"


def _export(request: ExportRequest) -> Exported:
    from backtrack_garmin.connect.payload import to_json

    return to_json(request)


def _carries_with(options: Any) -> frozenset[Capability]:
    return _CARRIES | {"speed"} if options.targets == "speed" else _CARRIES


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``garmin-connect``."""
    return [
        Exporter(
            name=NAME,
            summary="workout for a Garmin Connect account, as its workout service takes it",
            suffix=".garmin-connect.json",
            media_type=MEDIA_TYPE,
            export=_export,
            carries=_CARRIES,
            carries_with=_carries_with,
            options=GarminConnectOptions,
            hint="send it to your account: backtrack send --to garmin-connect; Connect's own import "
            "takes no such file",
        )
    ]
