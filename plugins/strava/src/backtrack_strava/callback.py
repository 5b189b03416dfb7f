"""The page on this machine that Strava sends the browser back to: one answer, and what came of it.

It listens on 127.0.0.1 alone, for one sign-in, and not for ever. What is no answer to that sign-in (a wrong
path, another's state, a browser that asks for an icon) is answered politely and changes nothing.
"""

from __future__ import annotations

import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from backtrack_plugins import BacktrackError, NotSignedIn, Unreachable, UsageError
from backtrack_strava.answers import HOW_TO_SIGN_IN, SERVICE, lacking
from backtrack_strava.callback_page import POLICY, Page
from backtrack_strava.sessions import missing_scopes

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

PATH = "/callback"
HOST = "127.0.0.1"
LONGEST_SECONDS = 300
"""How long somebody may take in the browser."""

CONNECTION_SECONDS = 10
"""Longest that a browser may take to send its request, or to keep a connection open that it does not use."""

_WORDS = {
    "read": "see what is public in your profile",
    "activity:read": "see your activities, without those that only you can see",
    "activity:read_all": "see all your activities",
    "activity:write": "change and upload activities",
}


class Granted(NamedTuple):
    """What Strava sent the browser back with.

    Attributes:
        code: Good for one exchange for tokens.
        scopes: What was allowed.
    """

    code: str
    scopes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Granted(scopes={self.scopes})"


class NotTheAnswer(ValueError):
    """It is no answer to this sign-in."""


def granted_in(query: str, state: str) -> Granted:
    """What the browser was sent back with.

    Args:
        query: The part of the address after the question mark.
        state: What was sent along.

    Raises:
        ValueError: when it belongs to no sign-in, or to another one.
        NotSignedIn: when nothing was allowed, or not all that is needed.
    """
    found = parse_qs(query, keep_blank_values=True, max_num_fields=20)
    texts = {name: values[0] for name, values in found.items() if len(values) == 1}
    if not hmac.compare_digest(texts.get("state", "").encode(), state.encode()):
        raise NotTheAnswer
    if "error" in texts:
        raise NotSignedIn(
            f"{SERVICE} was not allowed to let this program in, and nothing is kept. To try again: "
            f"{HOW_TO_SIGN_IN}",
            service=SERVICE,
        )
    code = texts.get("code", "")
    if not code:
        raise NotTheAnswer
    scopes = tuple(scope for scope in texts.get("scope", "").replace(" ", ",").split(",") if scope)
    missing = missing_scopes(scopes)
    if missing:
        raise lacking(*missing)
    return Granted(code, scopes)


class Callback:
    """Waits for the browser.

    Args:
        state: What is sent along with the sign-in, and has to come back.
        finish: Called once, with what was allowed: exchanges it for a session, keeps it, and says where.
    """

    def __init__(self, state: str, finish: Callable[[Granted], str]) -> None:
        self._state = state
        self._finish = finish
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._taken = False
        self._said = ""
        self._problem: Exception | None = None
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where the browser is sent back to."""
        return f"http://{HOST}:{self._server.server_port}{PATH}"

    def wait(self, seconds: float = LONGEST_SECONDS) -> str:
        """Wait for the browser.

        Args:
            seconds: How long.

        Returns:
            What `finish` returned.

        Raises:
            NotSignedIn: when not all that is needed was allowed.
            Unreachable: when nobody came back in time.
            BacktrackError: what `finish` raised.
        """
        ended = self._ended.wait(seconds)
        with self._lock:  # an answer that is being taken right now is waited for
            problem, said, taken = self._problem, self._said, self._taken
            self._taken = True
        if problem is not None:
            raise problem
        if not (ended or taken):
            raise Unreachable(
                f"{SERVICE} sent no browser back within {seconds:.0f} s, and nothing is kept. Try again: "
                f"{HOW_TO_SIGN_IN}. Where no browser reaches this machine: {HOW_TO_SIGN_IN} --set "
                "strava.paste=true",
                service=SERVICE,
            )
        return said

    def answer(self, path: str) -> Page:
        """What a browser gets that asks for a path; the first answer to this sign-in ends the wait."""
        parts = urlsplit(path)
        if parts.path != PATH:
            return Page(404, "There is nothing here", ["This page only waits for the end of a sign-in."])
        with self._lock:
            return self._taken_from(parts.query)

    def _taken_from(self, query: str) -> Page:
        again = f"To begin again, type in the terminal: {HOW_TO_SIGN_IN}"
        granted: Granted | None = None
        problem: Exception | None = None
        try:
            granted = granted_in(query, self._state)
        except ValueError:
            return Page(
                400,
                "This is no answer to the sign-in",
                ["It belongs to none that is waited for. Nothing was changed.", again],
            )
        except NotSignedIn as error:
            problem = error
        if self._taken:
            return Page(410, "This sign-in is over", ["It takes one answer, and had it.", again])
        self._taken = True
        said = ""
        if granted is not None:
            try:
                said = self._finish(granted)
            except Exception as error:  # noqa: BLE001 - it is raised to whoever waits
                problem = error
        self._said, self._problem = said, problem
        if problem is None and granted is not None:
            return Page(200, "It worked", _allowed(granted.scopes), good=True, ends=True)
        return Page(200, "It did not work", _refused(problem), ends=True)

    def ended(self) -> None:
        """The page that says so was sent."""
        self._ended.set()

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _allowed(scopes: tuple[str, ...]) -> list[str | tuple[str, ...]]:
    return [
        "You are signed in. You allowed this program to:",
        tuple(_WORDS.get(scope, scope) for scope in scopes),
        "Go on in the terminal.",
    ]


def _refused(problem: Exception | None) -> list[str | tuple[str, ...]]:
    lines: list[str | tuple[str, ...]] = ["You are not signed in, and nothing is kept."]
    if not isinstance(problem, BacktrackError):
        return [*lines, "The terminal says why."]
    missing: Any = problem.details.get("missing", ())
    if not missing:
        return [*lines, str(problem)]
    return [
        *lines,
        "What is needed and was not allowed:",
        tuple(f"{_WORDS[scope]} ({scope})" for scope in missing),
        f"To try again and leave every box ticked, type in the terminal: {HOW_TO_SIGN_IN}",
    ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False

    def __init__(self, callback: Callback) -> None:
        self.callback = callback
        super().__init__((HOST, 0), _Handler)
        self.hosts = {f"{name}:{self.server_port}" for name in (HOST, "localhost")}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that went away."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "backtrack", ""
    timeout = CONNECTION_SECONDS

    def do_GET(self) -> None:
        if self.headers.get("Host", "") not in self.server.hosts:  # a name that leads here, of a stranger's
            self._send(Page(421, "This is not that host", ["Nothing was changed."]))
            return
        page = self.server.callback.answer(self.path)
        try:
            self._send(page)
        finally:
            if page.ends:
                self.server.callback.ended()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no request to this page."""
        del message, explain
        self._send(Page(code, "This cannot be done here", ["Nothing was changed."]))

    def _send(self, page: Page) -> None:
        body = page.encoded()
        self.close_connection = True
        self.send_response(page.status)
        for name, value in {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Length": str(len(body)),
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
            "Connection": "close",
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - as the base names it
        """Say nothing: the address has the code in it."""


def pasted(address: str, state: str) -> Granted:
    """What stands in an address that somebody pasted.

    Raises:
        UsageError: when it is not the one that the browser was sent to.
        NotSignedIn: when nothing was allowed, or not all that is needed.
    """
    granted = None
    try:
        granted = granted_in(urlsplit(address.strip()).query, state)
    except ValueError:
        granted = None
    if granted is None:
        raise UsageError(
            "that is not the address that the browser was sent to at the end: it begins with "
            f"http://{HOST}{PATH}? and has state= and code= in it. Begin again: {HOW_TO_SIGN_IN} --set "
            "strava.paste=true",
            argument="ask",
        )
    return granted
