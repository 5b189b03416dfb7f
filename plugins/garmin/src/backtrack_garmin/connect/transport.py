"""The way that requests of the library `requests` take: to the host they are for, or to a stand-in; once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from requests.adapters import HTTPAdapter

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

CONNECTIONS = 16
"""Kept open, for as many threads."""


def as_it_is(request: PreparedRequest) -> PreparedRequest:
    """For `requests.Session.auth`: else an entry of ``~/.netrc`` would be sent in place of the token."""
    return request


def adapter(to: str | None) -> HTTPAdapter:
    """An adapter that retries nothing.

    Args:
        to: Where everything goes instead, such as ``http://127.0.0.1:43210``; None to leave it as it is.
    """
    kept: dict[str, Any] = {"max_retries": 0, "pool_maxsize": CONNECTIONS}
    return HTTPAdapter(**kept) if to is None else _ToStandIn(to, **kept)


class _ToStandIn(HTTPAdapter):
    """Sends every request to one address, with its path and query."""

    def __init__(self, to: str, **kept: Any) -> None:
        self._to = urlsplit(to)
        super().__init__(**kept)

    def send(self, request: PreparedRequest, *arguments: Any, **named: Any) -> Response:
        """Send it there."""
        parts = urlsplit(request.url or "")
        request.url = urlunsplit(parts._replace(scheme=self._to.scheme, netloc=self._to.netloc))
        named["proxies"] = {}  # none stands between this machine and itself
        return super().send(request, *arguments, **named)
