"""A client over stravalib: imported late, kept from changing the process, with a session that stays fresh.

stravalib would refresh tokens by itself, and tell nobody of the next one. It is given none to refresh with:
a session is refreshed here, under a lock, and is saved before it is used.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from backtrack_plugins import NotSignedIn
from backtrack_strava.answers import expired, failed
from backtrack_strava.masks import hide, mask_logs
from backtrack_strava.routing import SITE, Route, route
from backtrack_strava.sessions import Session, keep, kept_session, locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from stravalib import Client

    _Answer = TypeVar("_Answer")
else:
    _Answer = TypeVar("_Answer")

_importing = threading.RLock()


class StravaClient:
    """Whoever is signed in, at Strava or a stand-in of it.

    Args:
        api: Where the API is; empty for the usual address.

    Raises:
        NotSignedIn: when nobody is, or without a permission that is needed; nothing is sent for that.
        UsageError: when the address may not be.
    """

    def __init__(self, api: str = "") -> None:
        self._route = route(api)
        self._session = kept_session()
        self._session.refuse_missing_scopes()

    @property
    def athlete(self) -> int:
        """The number of whoever is signed in; 0 where it was not said."""
        return self._session.athlete

    def call(self, work: Callable[[Client], _Answer]) -> _Answer:
        """Do something with stravalib's client, and once more when a token was not taken: nothing was done.

        Args:
            work: What to do; all that it asks for is asked for before it returns.

        Raises:
            ServiceError: when it does not work.
        """
        if self._session.is_stale:
            self._renew()  # to the same where Strava's clock says that it is good for a while
        used = self._session
        try:
            return asked(lambda: work(new_client(self._route, used.access_token)))
        except NotSignedIn as error:
            if "missing" in error.details:
                raise
        self._renew()
        if self._session.access_token == used.access_token:
            raise expired()
        return asked(lambda: work(new_client(self._route, self._session.access_token)))

    def _renew(self) -> None:
        """Get new tokens in place of those that were used, unless another thread or process has."""
        used = self._session
        with locked():
            saved = kept_session()
            if saved.access_token == used.access_token or saved.is_stale:
                saved = renewed(saved, self._route)
                keep(saved)
        saved.refuse_missing_scopes()
        self._session = saved


def renewed(session: Session, to: Route) -> Session:
    """The session with new tokens; the old refresh token is good for nothing from then on.

    Raises:
        ServiceError: when there are none to get.
    """
    client = new_client(to, None)
    found = asked(
        lambda: client.refresh_access_token(
            client_id=session.client_id,
            client_secret=session.client_secret,
            refresh_token=session.refresh_token,
        )
    )
    return with_tokens(session, found)


def with_tokens(session: Session, found: Any) -> Session:
    """The session with the tokens that came; none of them is shown from now on.

    Raises:
        ServiceFailed: when there is something else in their place.
    """
    tokens = (found["access_token"], found["refresh_token"])
    expires = found["expires_at"]
    if not all(isinstance(token, str) and token for token in tokens) or not isinstance(expires, int):
        raise failed(None, "what came in place of tokens cannot be read")
    hide(*tokens)
    return msgspec.structs.replace(
        session, access_token=tokens[0], refresh_token=tokens[1], expires_at=expires
    )


def new_client(to: Route, token: str | None) -> Client:
    """A client of stravalib's that sleeps for no limit, refreshes nothing, and goes where it should.

    Args:
        to: Where its requests go.
        token: Its access token; None for requests that need none.
    """
    from backtrack_strava.transport import StravaSession  # and requests, which sets filters for its own

    client_class = stravalib().Client
    with _importing, _no_settings():
        client: Client = client_class(
            access_token=token, rate_limit_requests=False, requests_session=StravaSession(to)
        )
    protocol = client.protocol
    protocol.client_id = protocol.client_secret = protocol.refresh_token = None
    protocol.server = SITE
    return client


def stravalib() -> Any:
    """The module, imported so that nothing else in the process changes.

    By itself it sets filters of warnings and sends warnings to the log. Plugins of pydantic that others
    installed are left out: they would only make it slow.
    """
    with _importing:
        if "stravalib" not in sys.modules:
            shown = warnings.showwarning
            with warnings.catch_warnings(), _environment(PYDANTIC_DISABLE_PLUGINS="__all__"):
                warnings.simplefilter("ignore")
                import stravalib

                if warnings.showwarning is not shown:
                    logging.captureWarnings(capture=False)
        import stravalib

        mask_logs()
        return stravalib


def asked(work: Callable[[], _Answer]) -> _Answer:
    """Do something with stravalib, and tell what goes wrong with what it read as the service's failure.

    Raises:
        ServiceError: when it does not work.
    """
    try:
        return work()
    except (AssertionError, LookupError, AttributeError, OSError, TypeError, ValueError) as error:
        # pydantic's and requests' own are among them; their text would show what came.
        kind = type(error).__name__
    raise failed(None, f"its answer cannot be read ({kind})")


@contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    """Environment variables for a moment; None takes one away."""
    before = {name: os.environ.get(name) for name in values}
    _set(values)
    try:
        yield
    finally:
        _set(before)


def _set(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _no_settings() -> Any:
    """Hide what stravalib would take from the environment by itself, and its word that it is missing."""
    names = ("STRAVA_CLIENT_ID", "STRAVA_CLIENT_SECRET", "SILENCE_TOKEN_WARNINGS")
    return _environment(**dict(zip(names, (None, None, "true"), strict=True)))
