"""Garmin Connect through garminconnect: 0.3.2 on Python 3.11, 0.3.20 and later on 3.12 and later.

It signs in, refreshes and sends. What it would do twice, or keep by itself, is taken over here: it refreshes
without a lock, keeps tokens in files that others can read, and falls back to a session that cannot be kept.
"""

from __future__ import annotations

import json
import os
import re
import threading
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from backtrack_garmin.connect import answers
from backtrack_garmin.connect.answers import SERVICE, Answer, unreachable
from backtrack_garmin.connect.renewing import RenewingClient
from backtrack_garmin.connect.routing import TIMEOUT_SECONDS, host, past_proxies
from backtrack_garmin.connect.scrubbing import hide, mask_logs
from backtrack_plugins import BacktrackError, NotSignedIn, ServiceError, ServiceFailed, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from backtrack_garmin.connect.client import ConnectClient
    from backtrack_garmin.connect.sessions import KeptSession

TOKENS = "garmin_tokens.json"
_NETWORK = re.compile(
    r"(?i)curl: \((5|6|7|16|18|28|35|52|55|56|92)\)|timed out|max retries|"
    r"connection (aborted|error|refused|reset)"
)
_DELAYS = re.compile(r"\w+_DELAY_(MIN|MAX)_S")


class GarminConnectLibrary:
    """garminconnect, as `backtrack_garmin.connect.client.ClientLibrary` describes it."""

    name = "garminconnect"
    install = 'pip install "backtrack-garmin[garminconnect]"'
    names: tuple[str, ...] = (TOKENS,)
    signs_in = True

    @property
    def folder(self) -> str:
        """Where its users keep its session by custom."""
        return os.path.expanduser("~/.garminconnect")

    def is_installed(self) -> bool:
        """Whether it is there."""
        return find_spec("garminconnect") is not None

    def resume(self, session: KeptSession) -> ConnectClient:
        """A client with a session that was kept."""
        files = session.files()
        if files is None:
            raise _no_session()
        return GarminConnectClient(self.name, session, files)

    def sign_in(self, email: str, password: str, ask_code: Callable[[], str]) -> dict[str, str]:
        """Sign in; the session is not kept yet."""
        client = _new_client()
        watched = _Watched(client, signing_in=True)
        asked = False

        def code() -> str:
            nonlocal asked
            asked = True
            typed = ask_code()
            hide(typed)
            return typed

        kind, words = "", ""
        with _no_waiting(), past_proxies():
            try:
                client.login(email, password, prompt_mfa=code)
            except BacktrackError:
                raise
            except Exception as error:  # noqa: BLE001 - it raises whatever its own libraries raise
                kind, words = type(error).__name__, str(error)
        if kind or not client.di_token:
            raise _not_in(kind, words, watched, asked=asked)
        return {TOKENS: client.dumps()}


class GarminConnectClient(RenewingClient):
    """A client over garminconnect."""

    def __init__(self, name: str, session: KeptSession, files: Mapping[str, str]) -> None:
        super().__init__(name, session)
        self._saved: dict[str, Any] = {}
        self._text = ""
        self._client: Any = None
        self._watched: Any = None
        self._adopt(files)

    def _adopt(self, files: Mapping[str, str]) -> None:
        found: Any = None
        with suppress(ValueError):
            found = json.loads(files.get(TOKENS, ""))
        if not isinstance(found, dict) or not isinstance(found.get("di_token"), str):
            raise _no_session()
        self._saved, self._text = found, files[TOKENS]
        if self._client is not None:
            self._load()

    def _files(self) -> dict[str, str]:
        return {TOKENS: self._text}

    def _token(self) -> str:
        return str(self._saved["di_token"])

    def _is_stale(self) -> bool:
        client = self._opened()
        # Of the class: the client's own is switched off, so that it refreshes nothing by itself.
        return bool(type(client)._token_expires_soon(client))  # noqa: SLF001 - nothing public says it

    def _send(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Answer:
        client = self._opened()
        sent: dict[str, Any] = {} if params is None else {"params": dict(params)}
        if body is not None:
            sent["json"] = body
        self._watched.forget()
        problem: ServiceError | None = None
        status = 0
        try:
            client.request(method, "connectapi", path, timeout=TIMEOUT_SECONDS, allow_redirects=False, **sent)
        except _TurnedAway:
            status = 401
        except OSError:  # what its libraries raise for the network is all of the system's kind
            problem = unreachable()
        except _errors() as error:
            found = re.match(r"API Error (\d{3})", str(error))
            status = int(found[1]) if found else 0
        if problem is not None:
            raise problem
        answer: Answer | None = self._watched.answer()
        if answer is None:
            # A later version, which does not let us see what came: the status is in its words.
            return Answer(status or 500, {}, b"")
        return answer

    def _renew(self) -> None:
        client = self._opened()
        self._watched.forget()
        problem: ServiceError | None = None
        refused = False
        try:
            client._refresh_di_token()  # noqa: SLF001 - nothing public refreshes
        except ServiceError as error:
            problem = error
        except OSError:
            problem = unreachable()
        except _errors():
            refused = True
        if refused:
            # The session that is not taken has expired, whatever it is called.
            answer: Answer | None = self._watched.answer()
            if answer is None or answer.status in {400, 401, 403}:
                problem = answers.expired()
            else:
                problem = answers.failure(answer, "/di-oauth2-service") or answers.failed(
                    answer.status, "there is no new token"
                )
        if problem is not None:
            raise problem
        self._text = client.dumps()
        self._saved = json.loads(self._text)
        hide(self._saved["di_token"], self._saved["di_refresh_token"])

    def _opened(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = _new_client()
                self._watched = _Watched(self._client)
                self._load()
            return self._client

    def _load(self) -> None:
        for name in ("di_token", "di_refresh_token", "di_client_id"):
            setattr(self._client, name, self._saved.get(name))


class _TurnedAway(Exception):
    """The token is not taken; we refresh it, under our lock, and not the library."""


class _Watched:
    """Sees what comes back to a client of garminconnect, which keeps the status in its words alone.

    It takes the place of what the library calls to send: each name is one that 0.3.2 or 0.3.20 has.
    """

    def __init__(self, client: Any, *, signing_in: bool = False) -> None:
        from http.cookiejar import DefaultCookiePolicy

        import requests

        from backtrack_garmin.connect.transport import adapter, as_it_is

        self._seen = threading.local()
        session = requests.Session()
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        session.auth = as_it_is
        session.trust_env = host() is None
        for scheme in ("https://", "http://"):
            session.mount(scheme, adapter(host()))
        session.hooks["response"].append(lambda response, *_, **__: self._see(response))
        self._post: Callable[..., Any] = client._http_post  # noqa: SLF001 - nothing public asks for tokens
        self._exchange: Callable[..., Any] = client._exchange_service_ticket  # noqa: SLF001 - the same
        for name, ours in (
            ("_fresh_api_session", lambda: session),
            ("_api_session", session),
            ("_refresh_session", (lambda: None) if signing_in else _turn_away),
            ("_token_expires_soon", lambda: False),
            ("_http_post", self._http_post),
            ("_establish_session", self._establish_session),
        ):
            setattr(client, name, ours)

    def forget(self) -> None:
        """Whatever this thread saw."""
        self._seen.response = None

    def answer(self) -> Answer | None:
        """The last answer to this thread."""
        response = getattr(self._seen, "response", None)
        return (
            None
            if response is None
            else Answer(response.status_code, dict(response.headers), response.content)
        )

    def _see(self, response: Any) -> None:
        self._seen.response = response

    def _http_post(self, url: str, **named: Any) -> Any:
        """Ask for a token; this goes by another library, and has no address to be set."""
        to = host()
        if to is not None:
            from urllib.parse import urlsplit

            url = f"{to}{urlsplit(url).path}"
        with past_proxies():
            response = self._post(url, **named)
        self._see(response)
        return response

    def _establish_session(self, ticket: str, service_url: str | None = None, **_: Any) -> None:
        """Turn a ticket into tokens, which can be kept; the library would fall back to a cookie."""
        hide(ticket)
        self._exchange(ticket, service_url=service_url)


def _turn_away() -> None:
    raise _TurnedAway


def _not_in(kind: str, words: str, watched: _Watched, *, asked: bool) -> ServiceError:
    """What went wrong while signing in."""
    if kind == "GarminConnectTooManyRequestsError" or "429" in words:
        return answers.limited(None, signing_in=True)
    if kind == "GarminConnectAuthenticationError" and "exchange" not in words:
        what = "the code was not right" if asked else "it does not know this e-mail with this password"
        return NotSignedIn(
            f"{SERVICE}: {what}. Nothing was kept. Look at what you typed before you try again: after a few "
            "wrong ones it turns everybody away for hours.",
            service=SERVICE,
        )
    if _NETWORK.search(words):
        return Unreachable(
            f"{SERVICE} gave no answer, and nobody was signed in: there is no network, or it took too long.",
            service=SERVICE,
        )
    answer = watched.answer()
    return ServiceFailed(
        f"{SERVICE} let nobody in by any of the ways that garminconnect knows. Try again later, or see "
        "whether there is a later garminconnect.",
        service=SERVICE,
        status=None if answer is None else answer.status,
    )


def _no_session() -> NotSignedIn:
    from backtrack_garmin.connect.client import not_signed_in

    return not_signed_in("garminconnect's saved session is missing or damaged")


def _new_client() -> Any:
    client = import_module("garminconnect.client").Client()
    to = host()
    if to is not None:
        for name in ("_sso", "_connect", "_connectapi"):
            setattr(client, name, to)
    mask_logs()
    return client


@contextmanager
def _no_waiting() -> Iterator[None]:
    """At a stand-in, do not wait as a person would who types: the library's pauses are for Garmin's guard."""
    if host() is None:
        yield
        return
    import sys

    modules = [module for name, module in sys.modules.items() if name.startswith("garminconnect.client")]
    kept = [
        (module, name, value)
        for module in modules
        for name, value in vars(module).items()
        if _DELAYS.fullmatch(name)
    ]
    try:
        for module, name, _ in kept:
            setattr(module, name, 0.0)
        yield
    finally:
        for module, name, value in kept:
            setattr(module, name, value)


def _errors() -> tuple[type[Exception], ...]:
    exceptions = import_module("garminconnect.exceptions")
    return (
        exceptions.GarminConnectAuthenticationError,
        exceptions.GarminConnectConnectionError,
        exceptions.GarminConnectTooManyRequestsError,
        KeyError,
        ValueError,
    )
