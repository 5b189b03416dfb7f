"""Garmin Connect through garth 0.8, and what keeps its interface, such as garth-ng 1.1.

garth makes no new sessions any more: the service turns its way of signing in away. It uses and refreshes
those that were saved. Only garth itself is run in our tests, since both are one package; garth-ng was run by
hand against the stand-in.
"""

from __future__ import annotations

import json
import os
import threading
import time
import warnings
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from backtrack_garmin.connect import answers
from backtrack_garmin.connect.answers import Answer, unreachable
from backtrack_garmin.connect.renewing import RenewingClient
from backtrack_garmin.connect.routing import DOMAINS, TIMEOUT_SECONDS, host, past_proxies
from backtrack_garmin.connect.scrubbing import hide, mask_logs
from backtrack_plugins import NotSignedIn, ServiceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.sessions import KeptSession

OAUTH1, OAUTH2 = "oauth1_token.json", "oauth2_token.json"
MARGIN_SECONDS = 60
"""A token that is taken for less than this is refreshed before it is used."""

_importing = threading.RLock()


class GarthLibrary:
    """garth, as `backtrack_garmin.connect.client.ClientLibrary` describes it."""

    name = "garth"
    install = 'pip install "backtrack-garmin[garth]"'
    names: tuple[str, ...] = (OAUTH1, OAUTH2)
    signs_in = False

    @property
    def folder(self) -> str:
        """Where garth keeps its session."""
        return os.path.expanduser(os.environ.get("GARTH_HOME") or "~/.garth")

    def is_installed(self) -> bool:
        """Whether it is there."""
        return find_spec("garth") is not None

    def resume(self, session: KeptSession) -> ConnectClient:
        """A client with a session that was kept."""
        files = session.files()
        if files is None:
            raise _no_session()
        return GarthClient(self.name, session, files)

    def sign_in(
        self,
        email: str,  # noqa: ARG002 - it is sent nowhere
        password: str,  # noqa: ARG002 - the same
        ask_code: Callable[[], str],  # noqa: ARG002 - the same
    ) -> dict[str, str]:
        """Say that it cannot.

        Raises:
            UsageError: always.
        """
        raise UsageError(
            "garth cannot sign in any more: Garmin turns its way away. It can use a session that it saved "
            "earlier, in a folder that you name; garminconnect can sign in.",
            option="client",
            known=("garminconnect",),
        )


class GarthClient(RenewingClient):
    """A client over garth."""

    def __init__(self, name: str, session: KeptSession, files: Mapping[str, str]) -> None:
        super().__init__(name, session)
        self._saved: dict[str, Any] = {}
        self._texts: dict[str, str] = {}
        self._client: Any = None
        self._adopt(files)

    def _adopt(self, files: Mapping[str, str]) -> None:
        self._saved = _checked(files)
        self._texts = dict(files)
        if self._client is not None:
            self._load()

    def _files(self) -> dict[str, str]:
        return dict(self._texts)

    def _token(self) -> str:
        return str(self._saved[OAUTH2]["access_token"])

    def _is_stale(self) -> bool:
        return bool(self._saved[OAUTH2]["expires_at"] < time.time() + MARGIN_SECONDS)

    def _send(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Answer:
        client = self._opened()
        sent: dict[str, Any] = {} if params is None else {"params": dict(params)}
        if body is not None:
            sent["json"] = body
        problem: ServiceError | None = None
        response = None
        try:
            # A new dict of headers each time: garth writes the token into the one that it defaults to.
            response = client.request(
                method, "connectapi", path, api=True, headers={}, allow_redirects=False, **sent
            )
        except _errors() as error:
            response, problem = _told_by(error)
        if problem is not None:
            raise problem
        return _answer(response)

    def _renew(self) -> None:
        client = self._opened()
        problem: ServiceError | None = None
        response: Any = None
        try:
            with _consumer(client):
                (client.refresh_oauth2 if hasattr(client, "refresh_oauth2") else client.refresh_token)()
        except ServiceError as error:
            problem = error
        except (KeyError, TypeError, ValueError):  # no JSON is among them
            problem = answers.failed(None, "what came in place of a new token cannot be read")
        except _errors() as error:
            response, problem = _told_by(error)
        if response is None and problem is None:
            self._saved[OAUTH2] = _plain(client.oauth2_token)
            self._texts[OAUTH2] = json.dumps(self._saved[OAUTH2], indent=4)
            hide(self._saved[OAUTH2]["access_token"], self._saved[OAUTH2]["refresh_token"])
            return
        self._load()  # garth forgets its session when it is refused once
        if problem is None:
            # A session that is not taken has expired, whatever it is called.
            expired = response.status_code in {400, 401, 403}
            problem = answers.expired() if expired else answers.failure(_answer(response), "/oauth-service")
        raise problem or answers.failed(response.status_code, "there is no new token")

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _new_client()
                self._load()
            return self._client

    def _load(self) -> None:
        client, tokens = self._client, _garth().http
        client.domain = self._saved.get(OAUTH1, {}).get("domain") or "garmin.com"
        fits = True
        try:
            if hasattr(tokens, "OAuth1Token"):  # garth-ng has none
                client.oauth1_token = tokens.OAuth1Token(**self._saved[OAUTH1])
            client.oauth2_token = tokens.OAuth2Token(**self._saved[OAUTH2])
        except (KeyError, TypeError, ValueError):  # whose text would show what was saved
            fits = False
        if not fits:
            raise _no_session()


def _checked(files: Mapping[str, str]) -> dict[str, Any]:
    """The files of a session, read."""
    found: dict[str, Any] = {}
    for name, text in files.items():
        with suppress(ValueError):
            found[name] = json.loads(text)
    second, first = found.get(OAUTH2), found.get(OAUTH1, {})
    if not isinstance(second, dict) or not isinstance(first, dict):
        raise _no_session()
    if not isinstance(second.get("access_token"), str) or not isinstance(
        second.get("expires_at"), int | float
    ):
        raise _no_session()
    if (first.get("domain") or "garmin.com") not in DOMAINS:
        raise _no_session("garth's saved session is from another place than Garmin's")
    return found


def _no_session(reason: str = "garth's saved session is missing or damaged") -> NotSignedIn:
    from backtrack_garmin.connect.client import not_signed_in

    return not_signed_in(reason)


def _garth() -> Any:
    """The module, imported without its word of warning, and without a session of its own."""
    with _importing, _no_settings(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import garth.http
        import garth.sso
    return garth


@contextmanager
def _no_settings() -> Iterator[None]:
    """Hide garth's environment variables: it would read a session, and tell others what it does."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("GARTH_")}
    try:
        yield
    finally:
        os.environ.update(kept)


def _new_client() -> Any:
    garth = _garth()
    with _importing, _no_settings():
        client = garth.http.Client(telemetry_enabled=False)
    # No retries: what is sent again may be done twice, and we would not know.
    client.configure(timeout=TIMEOUT_SECONDS, retries=0, status_forcelist=())
    session = getattr(client, "sess", None)
    if session is not None:
        from backtrack_garmin.connect.transport import adapter, as_it_is

        session.auth = as_it_is
        session.mount("https://", adapter(host()))
        session.trust_env = host() is None
    else:
        _connect_anew(client.session)
        if host() is not None:
            _send_to(client.session, str(host()))
    mask_logs()
    return client


def _connect_anew(session: Any) -> None:
    """Keep libcurl, below garth-ng, from sending a request again when a connection that it kept is cut."""
    options = import_module(type(session).__module__.partition(".")[0]).CurlOpt
    session.curl_options = {**(session.curl_options or {}), options.FRESH_CONNECT: 1}


def _send_to(session: Any, to: str) -> None:
    """Have the session of garth-ng, which is of another library, send everything to one address."""
    from urllib.parse import urlsplit

    original = session.request

    def request(method: str, url: str, **named: Any) -> Any:
        with past_proxies():
            return original(method, f"{to}{urlsplit(url).path}", **named)

    session.request = request
    session.post = partial(request, "POST")


@contextmanager
def _consumer(client: Any) -> Iterator[None]:
    """The keys that garth needs; it would fetch them from a third party without a limit of time."""
    sso = _garth().sso
    before = dict(getattr(sso, "OAUTH_CONSUMER", {}))
    if not hasattr(sso, "OAUTH_CONSUMER_URL") or (before and host() is None):
        yield
        return
    response = client.sess.get(sso.OAUTH_CONSUMER_URL, timeout=TIMEOUT_SECONDS)
    found: Any = None
    with suppress(ValueError):
        found = json.loads(response.content)
    if not isinstance(found, dict) or not {"consumer_key", "consumer_secret"} <= found.keys():
        raise answers.failed(response.status_code, "the keys that garth needs are not where it looks")
    sso.OAUTH_CONSUMER.clear()
    sso.OAUTH_CONSUMER.update(found)
    try:
        yield
    finally:
        if host() is not None:  # a stand-in's keys are good for nothing else
            sso.OAUTH_CONSUMER.clear()
            sso.OAUTH_CONSUMER.update(before)


def _errors() -> tuple[type[Exception], ...]:
    """What garth raises: errors of its own, those of the network, and an assertion for no token."""
    from garth.exc import GarthException

    return GarthException, OSError, AssertionError


def _told_by(error: Exception) -> tuple[Any, ServiceError | None]:
    """The response that an error is about, or what it means when there was none."""
    response = getattr(getattr(error, "error", error), "response", None)
    if response is not None and response.status_code:  # libcurl has one without a status for no answer
        return response, None
    return None, unreachable() if isinstance(error, OSError) else answers.expired()


def _answer(response: Any) -> Answer:
    return Answer(response.status_code, dict(response.headers), response.content)


def _plain(token: Any) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(token)
