"""What the service answered, as what was asked for or as one of our errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_garmin.connect.scrubbing import scrub
from backtrack_plugins import (
    NotSignedIn,
    NotThere,
    RateLimited,
    Refused,
    ServiceError,
    ServiceFailed,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "Garmin Connect"
HOW_TO_SIGN_IN = "backtrack login garmin"
LONGEST_SAID = 200
"""Characters of the service's own words that an error repeats."""


class Answer(NamedTuple):
    """What came back for a request.

    Attributes:
        status: Such as 200.
        headers: By name, in whatever case.
        body: Its bytes.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def header(self, name: str) -> str:
        """A header's value; empty when there is none."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


def read(answer: Answer, path: str) -> Any:
    """What was asked for: JSON, or None when the answer is empty.

    Args:
        answer: What came.
        path: What it was asked of.

    Raises:
        ServiceError: when it is something else.
    """
    problem = failure(answer, path)
    if problem is not None:
        raise problem
    if answer.status == 204 or not answer.body.strip():
        return None
    try:
        found = json.loads(answer.body)
    except ValueError:
        found = ...
    if found is ...:
        raise failed(answer.status, "its answer is no JSON")
    return found


def failure(answer: Answer, path: str) -> ServiceError | None:
    """The error that an answer means; None when it means none."""
    status = answer.status
    if status == 401:
        return expired()
    if status == 404:
        return NotThere(f"{SERVICE} has nothing at {path} (any more).", service=SERVICE, path=path)
    if status == 429:
        return limited(retry_after(answer))
    if 400 <= status < 500:
        words = said(answer.body)
        reason = (
            f": {words}"
            if words
            else (
                " and gives no reason that can be read. See in a browser whether the account works; the "
                "cable needs none."
            )
        )
        return Refused(
            f"{SERVICE} refuses that with status {status}{reason}",
            service=SERVICE,
            status=status,
            said=words,
        )
    if not 200 <= status < 300:
        return failed(status, f"status {status}")
    return None


def expired() -> NotSignedIn:
    """The session has ended, and cannot be refreshed."""
    return NotSignedIn(
        f"{SERVICE} does not take the saved session any more. Sign in again: {HOW_TO_SIGN_IN}",
        service=SERVICE,
    )


def failed(status: int | None, reason: str) -> ServiceFailed:
    """The service failed; it may have acted."""
    return ServiceFailed(
        f"{SERVICE} failed: {reason}. What was asked for may be done or not; try again later.",
        service=SERVICE,
        status=status,
    )


def unreachable() -> Unreachable:
    """No answer came, or not all of it."""
    return Unreachable(
        f"{SERVICE} gave no answer: there is no network, it took too long, or the connection was cut. "
        "What was asked for may be done or not; try again.",
        service=SERVICE,
    )


def limited(seconds: int | None, *, signing_in: bool = False) -> RateLimited:
    """No more requests are taken for now.

    Args:
        seconds: When it says that they are taken again; None when it does not say.
        signing_in: It was asked to sign somebody in, which it refuses for longer.
    """
    if signing_in:
        when = f"in {_time(seconds)} at the earliest" if seconds else "tomorrow"
        message = (
            f"{SERVICE} takes no more sign-ins from here for now. That lasts hours, and every new try may "
            f"make it longer: come back {when}. A watch with a cable needs no account."
        )
    else:
        when = f"in {_time(seconds)}" if seconds is not None else "in an hour; it does not say when"
        message = f"{SERVICE} takes no more requests for now: come back {when}."
    return RateLimited(message, service=SERVICE, retry_after=seconds)


def retry_after(answer: Answer) -> int | None:
    """The seconds that the service asks to wait; None when it does not say."""
    given = answer.header("Retry-After").strip()
    if given.isascii() and given.isdigit():
        return int(given)
    until, now = _seconds(given), _seconds(answer.header("Date"))
    if until is None:
        return None
    if now is None:
        import time

        now = time.time()
    return max(0, round(until - now))


def said(body: bytes) -> str:
    """The service's own words out of an answer, without secrets; empty when it has none for people."""
    text = body.decode("utf-8", "replace").strip()
    try:
        found = json.loads(text)
    except ValueError:
        found = "" if text.startswith("<") else text
    if isinstance(found, dict):
        names = ("message", "errorMessage", "error_description", "content", "detail", "error")
        found = next((found[name] for name in names if isinstance(found.get(name), str)), "")
    if not isinstance(found, str):
        return ""
    words = scrub(" ".join(found.split()))
    return words if len(words) <= LONGEST_SAID else f"{words[: LONGEST_SAID - 1].rstrip()}…"


def _seconds(date: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _time(seconds: int | None) -> str:
    seconds = seconds or 0
    if seconds < 120:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} min" if seconds < 7200 else f"{-(-seconds // 3600)} hours"
