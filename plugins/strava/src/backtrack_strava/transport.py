"""The way that stravalib's requests take: once, to where they belong, with limits, and read with care.

Every answer is looked at here, so that stravalib only ever sees good ones: it checks some of its requests
for errors and others, those of uploads, not.
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from requests import Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from backtrack_strava.answers import Answer, failed, failure, refusal_to_sign_in, unreachable
from backtrack_strava.routing import API_PATH, Route

if TYPE_CHECKING:
    from requests import PreparedRequest

    from backtrack_plugins import ServiceError

CONNECT_SECONDS = 10
READ_SECONDS = 30
"""Longest that a request waits for its connection, and for each part of its answer."""

ANSWER_SECONDS = 120
"""Longest that an answer may take to come once it has begun, however it trickles."""

MOST_BYTES = 20_000_000
"""Of an answer; the longest that we ask for are some hundred thousand."""

_PART = 1 << 16


class StravaSession(Session):
    """A session of `requests` that sends everything where it belongs, and follows nobody elsewhere.

    Args:
        route: Where requests go.
    """

    def __init__(self, route: Route) -> None:
        super().__init__()
        self.auth = _as_it_is  # else an entry of ~/.netrc would be sent in place of the token
        self.trust_env = not route.stand_in  # no proxy stands between this machine and itself
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(route))

    def get_redirect_target(self, resp: Response) -> str | None:
        """None: a token goes where it belongs, and nowhere that an answer names."""
        del resp
        return None


class _Adapter(HTTPAdapter):
    """Sends each request once, within limits, and turns what is no good answer into an error of ours."""

    def __init__(self, route: Route) -> None:
        super().__init__(max_retries=0)
        self._route = route

    def send(self, request: PreparedRequest, *arguments: Any, **named: Any) -> Response:
        """Send it.

        Raises:
            ServiceError: for everything that is no good answer.
        """
        path = urlsplit(request.url or "").path
        request.url = self._route.to(request.url or "")
        named |= {"timeout": (CONNECT_SECONDS, READ_SECONDS), "stream": True}
        problem: ServiceError | None
        try:
            response = super().send(request, *arguments, **named)
            body = _body(response)
        except RequestException:  # whose text has the address, and its context the rest
            problem = unreachable()
        except _TooMuch as error:
            problem = failed(None, str(error))
        else:
            answer = Answer(response.status_code, response.headers, body)
            if path.startswith("/oauth/"):
                problem = refusal_to_sign_in(answer)
            else:
                problem = failure(answer, path.removeprefix(API_PATH))
            response._content = body  # noqa: SLF001 - as reading it whole would have left it
            if problem is None:
                return response
        raise problem


class _TooMuch(Exception):
    """An answer is too long, or comes too slowly."""


def _body(response: Response) -> bytes:
    parts: list[bytes] = []
    length = 0
    # A part is waited for until it is whole, and each byte of it may come just in time.
    hung_up = threading.Event()
    timer = threading.Timer(ANSWER_SECONDS, _hang_up, (response, hung_up))
    timer.daemon = True
    timer.start()
    try:
        with response:
            for part in response.iter_content(_PART):
                parts.append(part)
                length += len(part)
                if length > MOST_BYTES:
                    raise _TooMuch("its answer is too long")
    except RequestException:
        if not hung_up.is_set():
            raise
    finally:
        timer.cancel()
    if hung_up.is_set():
        raise _TooMuch("its answer comes too slowly")
    return b"".join(parts)


def _hang_up(response: Response, hung_up: threading.Event) -> None:
    hung_up.set()
    sock = getattr(response.raw.connection, "sock", None)
    if sock is not None:
        with suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    return request
