"""The destination ``garmin-watch``: a watch that is connected by cable. Nothing heavy until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import Destination, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import DeliveryRequest, Receipt, SentRequest, Standing

BACKTRACK_HOOK_API = 0

NAME = "garmin-watch"


def _deliver(request: DeliveryRequest) -> Iterable[Receipt]:
    from backtrack_garmin.watch.sending import deliver

    return deliver(request)


def _look(request: SentRequest) -> Iterable[Standing]:
    from backtrack_garmin.watch.recalling import look

    return look(request)


def _remove(request: SentRequest) -> Iterable[Receipt]:
    from backtrack_garmin.watch.recalling import remove

    return remove(request)


@hookimpl
def backtrack_destinations() -> Iterable[Destination]:
    """Offer ``garmin-watch``."""
    return [
        Destination(
            name=NAME,
            summary="A Garmin watch that is connected to this computer by cable",
            takes=frozenset({"application/vnd.ant.fit"}),
            exporter="garmin-fit",
            deliver=_deliver,
            look=_look,
            remove=_remove,
            is_folder=True,
            hint=(
                "eject the watch and unplug it; start the Treadmill activity, and choose the workout in the "
                "watch's list of workouts"
            ),
        )
    ]
