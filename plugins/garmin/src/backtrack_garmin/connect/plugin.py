"""The destination ``garmin-connect``. Nothing heavy is imported until the first request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import Destination, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_plugins import DeliveryRequest, Receipt, SentRequest, Standing

BACKTRACK_HOOK_API = 0

NAME = "garmin-connect"


class GarminConnectAccess(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the destination ``garmin-connect``.

    Attributes:
        client: Which client talks to the service: ``garth``, ``garminconnect``, or one that a plugin
            brings; empty for the one that somebody is signed in with.
    """

    client: str = ""


def _client(options: GarminConnectAccess) -> ConnectClient:
    from backtrack_garmin.connect.opening import open_client
    from backtrack_garmin.connect.stopping import StoppingClient

    return StoppingClient(open_client(options.client or None))


def _deliver(request: DeliveryRequest) -> Iterable[Receipt]:
    from backtrack_garmin.connect.syncing import deliver

    return deliver(request, _client(request.options))


def _look(request: SentRequest) -> Iterable[Standing]:
    from backtrack_garmin.connect.recalling import look

    return look(request, _client(request.options))


def _remove(request: SentRequest) -> Iterable[Receipt]:
    from backtrack_garmin.connect.recalling import remove

    return remove(request, _client(request.options))


@hookimpl
def backtrack_destinations() -> Iterable[Destination]:
    """Offer ``garmin-connect``."""
    from backtrack_garmin.connect.exporter_plugin import MEDIA_TYPE
    from backtrack_garmin.connect.signing_in import garmin_account

    return [
        Destination(
            name=NAME,
            summary="Your Garmin Connect account: the workout comes to the watch with its next sync",
            takes=frozenset({MEDIA_TYPE}),
            exporter=NAME,
            deliver=_deliver,
            options=GarminConnectAccess,
            hint="sync the watch; start its Treadmill activity, then choose the workout",
            schedules=True,
            pushes=True,
            account=garmin_account(),
            look=_look,
            remove=_remove,
            kept_as="garmin-fit",
        )
    ]
