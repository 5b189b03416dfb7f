"""Uploading a recording: Strava takes it, and makes an activity of it a little later, or has it already."""

from __future__ import annotations

import re
import time
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

from backtrack_plugins import (
    NotSignedIn,
    RateLimited,
    Refused,
    ServiceError,
    ServiceFailed,
    Uploaded,
    UsageError,
)
from backtrack_strava.answers import SERVICE, failed, in_short
from backtrack_strava.formats import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

    from stravalib import Client

    from backtrack_plugins import UploadRequest
    from backtrack_strava.client import StravaClient

LONGEST_SECONDS = 60
"""How long is waited for the activity; Strava says that it takes less than two seconds on average."""

STEP_SECONDS = 1.0
"""Between two questions; Strava asks for no fewer."""

_LATER = "The activity may still appear: look at Strava, then annotate it with backtrack annotate"
_DUPLICATE = re.compile(r"(?i)\bduplicate of\b(.*)", re.DOTALL)
_NUMBERS = (
    re.compile(r"activities/(\d+)"),
    re.compile(r"(?i)activity\W{0,3}(\d+)"),
    re.compile(r"\A\W*(\d+)\W*\Z"),  # alone: in a title it may be a year
)
_TAG = re.compile(r"<[^<>]*>")
_ADDED = re.compile(r"(?s)\AActivity upload failed: (.*?)(?: \(Upload ID: .*)?\Z")


def upload(
    request: UploadRequest,
    client: StravaClient,
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Uploaded:
    """Upload a recording, and wait until it is an activity.

    When the answer to the upload is lost, do it again: Strava then says of which activity it is a duplicate.

    Args:
        request: The recording.
        client: Where to.
        sleep: Waits for some seconds.
        clock: Seconds from any beginning.

    Raises:
        UsageError: when its name says that Strava does not take such files.
        Refused: when Strava can make nothing of it.
        ServiceFailed: when there is no activity after a minute; it may still appear.
        ServiceError: when something else goes wrong.
    """
    data_type = _data_type(request.name)
    try:
        current = client.call(lambda strava: _State(strava, request.data, data_type))
    except Refused as error:
        there = _there_already(str(error.details.get("said", "")))
        if there is None:
            raise
        return there
    began = clock()
    while current.outcome is None:
        passed = int(clock() - began)
        if passed >= LONGEST_SECONDS:
            raise ServiceFailed(
                f"{SERVICE} took the recording, and has made no activity of it for {passed} s. {_LATER}.",
                service=SERVICE,
                status=None,
            )
        if request.waiting is not None:
            request.waiting(passed, LONGEST_SECONDS)
        sleep(STEP_SECONDS)
        _poll(client, current)
    return current.outcome


class _State:
    """How an upload stands; made by sending it."""

    def __init__(self, strava: Client, data: bytes, data_type: Any) -> None:
        self.outcome: Uploaded | None = None
        self._uploader: Any = None
        self._ask(
            lambda: strava.upload_activity(
                BytesIO(data), data_type, external_id=sha256(data).hexdigest()[:16]
            )
        )

    def poll(self, strava: Client) -> None:
        """Ask once how it stands."""
        self._uploader.client = strava

        def again() -> Any:
            self._uploader.poll()
            return self._uploader

        self._ask(again)

    def _ask(self, work: Callable[[], Any]) -> None:
        from stravalib.exc import ActivityUploadFailed

        refused = ""
        try:
            self._uploader = work()
        except ActivityUploadFailed as error:
            refused = str(error) or "it gives no reason"
        if refused:
            self.outcome = _of_refusal(refused)
            return
        number = self._uploader.activity_id
        if number is not None:
            self.outcome = Uploaded(id=str(int(number)), state="new")
        elif self._uploader.upload_id is None:
            raise failed(None, "it does not say which upload it is", _LATER)


def _poll(client: StravaClient, current: _State) -> None:
    """Ask once; a question that got no answer is asked again with the next."""
    try:
        client.call(current.poll)
    except (NotSignedIn, Refused):
        raise
    except RateLimited as error:
        raise RateLimited(f"{error} The recording was taken. {_LATER}.", **error.details) from None
    except ServiceError:
        return


def _of_refusal(error: str) -> Uploaded:
    """What stravalib says that Strava said: that it is there already, or why it cannot be taken.

    Raises:
        Refused: for the latter.
    """
    match = _ADDED.match(error)
    words = match[1] if match is not None else error
    there = _there_already(words)
    if there is not None:
        return there
    said = in_short(_TAG.sub("", words))
    raise Refused(f"{SERVICE} can make no activity of it: {said}", service=SERVICE, status=None, said=said)


def _there_already(words: str) -> Uploaded | None:
    """The activity that it is a duplicate of; None when it is said to be none, or not of which."""
    match = _DUPLICATE.search(words)
    if match is None:
        return None
    found = next((number for each in _NUMBERS if (number := each.search(match[1])) is not None), None)
    return None if found is None else Uploaded(id=found[1], state="there already")


def _data_type(name: str) -> str:
    lower = name.lower()
    found = next((suffix for suffix in SUFFIXES if lower.endswith(suffix)), None)
    if found is None:
        raise UsageError(
            f"{name}: Strava takes files whose names end in {', '.join(SUFFIXES)}.", argument="name"
        )
    return found.removeprefix(".")
