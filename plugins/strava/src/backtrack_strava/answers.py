"""What Strava answered, as what was asked for or as one of our errors."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins import (
    NotSignedIn,
    NotThere,
    RateLimited,
    Refused,
    ServiceError,
    ServiceFailed,
    Unreachable,
)
from backtrack_strava.masks import scrub

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "Strava"
HOW_TO_SIGN_IN = "backtrack login strava"
LONGEST_SAID = 200
"""Characters of the service's own words that an error repeats."""

_QUARTER, _DAY = 15 * 60, 24 * 60 * 60
_MAYBE = "What was asked for may be done or not"


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


def failure(answer: Answer, path: str) -> ServiceError | None:
    """The error that an answer means; None when it is what was asked for.

    Args:
        answer: What came.
        path: What it was asked of, such as ``/activities/123``.
    """
    status = answer.status
    if 400 <= status < 500:
        return _refused(answer, path)
    if not 200 <= status < 300:
        return failed(status, f"status {status}")
    found: Any = {} if status == 204 else None
    with suppress(ValueError, RecursionError):
        found = found if found is not None else json.loads(answer.body)
    return None if isinstance(found, dict | list) else failed(status, "its answer is no JSON")


def refusal_to_sign_in(answer: Answer) -> ServiceError | None:
    """The error that an answer to a request for tokens, or to take them back, means; None when it is good."""
    if answer.status in {400, 401} and not _is_inactive(answer.body):
        words = said(answer.body)
        return NotSignedIn(
            f"{SERVICE} gives no session{f': {words}' if words else ''}. Client id or client secret may be "
            f"wrong, or it was taken back. Sign in again: {HOW_TO_SIGN_IN}",
            service=SERVICE,
        )
    if answer.status == 200 and not answer.body.strip():  # as RFC 7009 has it
        return None
    return failure(answer, "/oauth")


def _refused(answer: Answer, path: str) -> ServiceError:
    if answer.status == 401:
        return lacking() if _codes(answer.body, "missing") else expired()
    if answer.status == 404:
        number = " An activity's number stands at the end of its address." if "/activities/" in path else ""
        return NotThere(f"{SERVICE} has nothing at {path} (any more).{number}", service=SERVICE, path=path)
    if answer.status == 429:
        return limited(answer)
    return _refusal(answer)


def _refusal(answer: Answer) -> Refused:
    words = said(answer.body)
    if answer.status == 403 and _is_inactive(answer.body):
        message = (
            f"{SERVICE} refuses every request of your API application, since it is inactive. Since June 2026 "
            "the account that owns the application needs a Strava subscription: subscribe with that account, "
            "then activate the application again in Strava's settings under My API Application. The text "
            "to paste needs no account: backtrack annotate FILE"
        )
    else:
        reason = f": {words}" if words else " and gives no reason that can be read."
        message = f"{SERVICE} refuses that with status {answer.status}{reason}"
    return Refused(message, service=SERVICE, status=answer.status, said=words)


def not_signed_in(reason: str = "nobody is signed in") -> NotSignedIn:
    """Says how to sign in."""
    return NotSignedIn(f"{SERVICE}: {reason}. Sign in once, by hand: {HOW_TO_SIGN_IN}", service=SERVICE)


def expired() -> NotSignedIn:
    """The session has ended, and cannot be refreshed."""
    return NotSignedIn(
        f"{SERVICE} does not take the saved session any more. Sign in again: {HOW_TO_SIGN_IN}",
        service=SERVICE,
    )


def lacking(*scopes: str) -> NotSignedIn:
    """The session does not allow what is needed.

    Args:
        scopes: What is missing, as Strava names it; empty when Strava does not say.
    """
    what = f": {' and '.join(scopes)}" if scopes else ""
    return NotSignedIn(
        f"{SERVICE}: you are signed in without a permission that is needed{what}. Sign in again and leave "
        f"every box ticked: {HOW_TO_SIGN_IN}",
        service=SERVICE,
        missing=scopes,
    )


def failed(status: int | None, reason: str, also: str = "try again later") -> ServiceFailed:
    """The service failed; it may have acted."""
    return ServiceFailed(f"{SERVICE} failed: {reason}. {_MAYBE}; {also}.", service=SERVICE, status=status)


def unreachable() -> Unreachable:
    """No answer came, or not all of it."""
    return Unreachable(
        f"{SERVICE} gave no answer: there is no network, it took too long, or the connection was cut. "
        f"{_MAYBE}; try again.",
        service=SERVICE,
    )


def limited(answer: Answer) -> RateLimited:
    """No more requests are taken for now.

    There are two limits, each with a part for a quarter of an hour and one for a day: one counts all
    requests, the other those that upload nothing. The quarters end at :00, :15, :30 and :45, the days at
    midnight UTC.
    """
    now = _now(answer)
    used_up = [_used_up(answer, name) for name in ("X-ReadRateLimit", "X-RateLimit")]
    given = answer.header("Retry-After").strip()
    if any(day for _, day in used_up):
        wait: int | None = _DAY - int(now) % _DAY
        which = "of the day are used up, until midnight UTC"
    elif any(quarter for quarter, _ in used_up):
        wait = _QUARTER - int(now) % _QUARTER
        which = "of this quarter of an hour are used up"
    else:
        wait = int(given) if given.isascii() and given.isdigit() else None
        which = "are used up"
    when = f"in {_time(wait)}" if wait is not None else "in a quarter of an hour; it does not say when"
    return RateLimited(
        f"{SERVICE} takes no more requests for now: those {which}. Come back {when}.",
        service=SERVICE,
        retry_after=wait,
    )


def said(body: bytes) -> str:
    """The service's own words out of an answer, without secrets; empty when it has none for people."""
    found: Any = ""
    text = body.decode("utf-8", "replace").strip()
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = "" if text.startswith("<") else text
    if isinstance(found, dict):
        words = [found.get(name) for name in ("message", "error")]
        words += [_error_words(error) for error in _errors(found)]
        found = "; ".join(word for word in words if isinstance(word, str) and word)
    return in_short(found) if isinstance(found, str) else ""


def in_short(words: str) -> str:
    """Words of the service on one line, without secrets, and not too many."""
    line = scrub(" ".join(words.split()))
    return line if len(line) <= LONGEST_SAID else f"{line[: LONGEST_SAID - 1].rstrip()}…"


def _errors(found: Any) -> list[Any]:
    errors = found.get("errors") if isinstance(found, dict) else None
    return errors if isinstance(errors, list) else [errors]


def _error_words(error: Any) -> str:
    if not isinstance(error, dict):
        return error if isinstance(error, str) else ""
    parts = (error.get(name) for name in ("resource", "field", "code"))
    return " ".join(part for part in parts if isinstance(part, str) and part)


def _codes(body: bytes, code: str, resource: str = "") -> bool:
    """Whether one of the errors in an answer has a code, of one resource or any."""
    with suppress(ValueError, RecursionError):
        return any(
            isinstance(error, dict)
            and str(error.get("code")).lower() == code
            and resource in {"", error.get("resource")}
            for error in _errors(json.loads(body))
        )
    return False


def _is_inactive(body: bytes) -> bool:
    return _codes(body, "inactive", "Application")


def _used_up(answer: Answer, name: str) -> tuple[bool, bool]:
    """Whether a limit is used up: its quarter of an hour, and its day."""
    limits, usage = (answer.header(f"{name}-{what}").split(",") for what in ("Limit", "Usage"))
    try:
        quarter, day = (int(used) >= int(limit) for used, limit in zip(usage, limits, strict=True))
    except ValueError:
        return False, False
    return quarter, day


def _now(answer: Answer) -> float:
    """The service's own clock; this machine's when it does not say."""
    try:
        return parsedate_to_datetime(answer.header("Date")).timestamp()
    except (ValueError, OverflowError):
        return time.time()


def _time(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{-(-seconds // 60)} min" if seconds < 7200 else f"{-(-seconds // 3600)} hours"
