"""The destination ``strava``: recorded activities. Nothing heavy is imported until the first request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import Activities, Destination, hookimpl
from backtrack_strava.formats import SPORTS, SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_plugins import (
        Activity,
        ActivityChange,
        ActivityQuery,
        ActivityRequest,
        Uploaded,
        UploadRequest,
    )
    from backtrack_strava.client import StravaClient

BACKTRACK_HOOK_API = 0

NAME = "strava"


class StravaAccess(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the destination ``strava``.

    Attributes:
        api: Where Strava's API is, with ``https`` and a host of strava.com, such as
            ``https://api-v3.strava.com``; empty for what ``BACKTRACK_STRAVA_API`` says, and without that
            for the usual address.
    """

    api: str = ""


def _client(options: StravaAccess | None) -> StravaClient:
    from backtrack_strava.client import StravaClient

    return StravaClient(options.api if options is not None else "")


def _find(request: ActivityQuery) -> Iterable[Activity]:
    from backtrack_strava.reaching import find

    return find(request, _client(request.options))


def _read(request: ActivityRequest) -> Activity:
    from backtrack_strava.reaching import read

    return read(request, _client(request.options))


def _change(request: ActivityChange) -> Activity:
    from backtrack_strava.reaching import change

    return change(request, _client(request.options))


def _upload(request: UploadRequest) -> Uploaded:
    from backtrack_strava.uploading import upload

    return upload(request, _client(request.options))


@hookimpl
def backtrack_destinations() -> Iterable[Destination]:
    """Offer ``strava``."""
    from backtrack_strava.signing_in import strava_account

    return [
        Destination(
            name=NAME,
            summary="Your Strava account: recorded activities, annotated and uploaded",
            activities=Activities(
                find=_find,
                read=_read,
                change=_change,
                upload=_upload,
                sports=SPORTS,
                suffixes=SUFFIXES,
            ),
            options=StravaAccess,
            account=strava_account(),
        )
    ]
