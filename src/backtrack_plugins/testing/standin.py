"""A stand-in for somebody's web service: real sockets on this machine, and every mishap on command.

Clients that others wrote talk to it as to the service itself, so that nothing of them is replaced by a mock.

::

    class Accounts(StandIn):
        def __init__(self):
            super().__init__()
            self.names = {"7": "Ada"}

        @route("GET", "/athletes/{number}")
        def athlete(self, request, number):
            if number not in self.names:
                raise Refusal(404, {"error": "no such athlete"})
            return {"name": self.names[number]}


    with Accounts() as service:
        service.next(answering(429, headers={"Retry-After": "2"}), on="GET /athletes/{number}", times=2)
        assert requests.get(f"{service.base_url}/athletes/7").status_code == 429
"""

from __future__ import annotations

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from backtrack_plugins.testing.mishaps import Mishap, Reply, as_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self, TypeVar

    _Handler = TypeVar("_Handler", bound=Callable[..., Any])

MASK = "***"
"""Stands in the log where a secret was."""

CLOSING_SECONDS = 30
"""Longest that closing waits for a handler; one that takes longer waits for something that never comes."""

_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "set-cookie", "x-api-key"})


class Refusal(Exception):
    """Raised in a handler to answer with a status and a body of JSON instead."""

    def __init__(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status}")
        self.reply = Reply(status, body if body is not None else {"error": f"{status}"}, headers or {})


class Request(NamedTuple):
    """One request as it came.

    Attributes:
        method: Such as ``GET``.
        path: Without the query, as it was sent.
        query: Each parameter's values.
        headers: By lower-case name.
        body: The bytes.
        route: The route that it matched, such as ``GET /athletes/{number}``; empty when none did.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    route: str = ""

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            Refusal: with status 400, when it is none.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refusal(400, {"error": f"the body is no JSON: {error}"}) from None

    def form(self) -> dict[str, list[str]]:
        """The body as a form's fields."""
        return parse_qs(self.body.decode("utf-8", "replace"), keep_blank_values=True)


class Route(NamedTuple):
    """A method, a path with parameters in braces, and who answers."""

    method: str
    path: str
    handler: Callable[..., Any]

    @property
    def name(self) -> str:
        """Such as ``GET /athletes/{number}``."""
        return f"{self.method} {self.path}"

    def parameters(self, path: str) -> dict[str, str] | None:
        """The parameters in a path; None when the path is another."""
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{\w+\})", self.path)
        )
        match = re.fullmatch(pattern, path)
        return None if match is None else {name: unquote(text) for name, text in match.groupdict().items()}


def route(method: str, path: str) -> Callable[[_Handler], _Handler]:
    """Make a method of a StandIn answer requests.

    Args:
        method: Such as ``POST``. ``HEAD`` is answered by the route of ``GET``.
        path: Such as ``/athletes/{number}``; what is in braces is passed by its name.

    What it returns is the reply: a mapping or a list becomes JSON, bytes and text stay as they are,
    None is 204 without a body, a `Reply` says it all. It runs with the stand-in's lock held.
    """

    def marked(handler: _Handler) -> _Handler:
        handler.__dict__.setdefault("_routes", []).append((method.upper(), path))
        return handler

    return marked


class StandIn:
    """A service on 127.0.0.1, with a port of its own, from its making until it is closed.

    Attributes:
        base_url: Such as ``http://127.0.0.1:43210``.
        lock: Held while a handler runs; hold it to look at the state meanwhile.
        requests: Every request that arrived, in their order; those delivered twice are there twice.

    Args:
        secrets: Texts that `log` does not show; `hide` adds more.
    """

    def __init__(self, *, secrets: tuple[str, ...] = ()) -> None:
        self.lock = threading.RLock()
        self.requests: list[Request] = []
        self._routes = [*self._marked()]
        self._secrets = set(secrets)
        self._mishaps: list[_Queued] = []
        self._given: list[Mishap] = []
        self._errors: list[Exception] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        self._open = True

    @property
    def base_url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def add(self, method: str, path: str, handler: Callable[..., Any]) -> None:
        """Add a route whose handler is called with the request and the path's parameters."""
        self._routes.append(Route(method.upper(), path, handler))

    def next(
        self,
        mishap: Mishap,
        *,
        on: str | None = None,
        times: int | None = 1,
        until: Callable[[], bool] | None = None,
    ) -> Mishap:
        """Let a mishap befall the next requests; several wait for their turn in a queue.

        Args:
            mishap: What goes wrong.
            on: The route, such as ``POST /uploads``; any request when left out.
            times: How many requests; None for all until `heal`.
            until: Asked before each; once it is true the mishap is over.

        Returns:
            The mishap, whose `count` says how often it happened.

        Raises:
            ValueError: when there is no such route.
        """
        if on is not None and on not in {each.name for each in self._routes}:
            known = ", ".join(sorted(each.name for each in self._routes))
            raise ValueError(f"no route is {on!r}; there are: {known}")
        with self.lock:
            self._mishaps.append(_Queued(mishap, on, times, until))
            self._given.append(mishap)
        return mishap

    def heal(self) -> None:
        """Forget every mishap that waits, and let go on whatever one of them holds."""
        with self.lock:
            self._mishaps.clear()
            given, self._given = self._given, []
        for mishap in given:
            mishap.release()

    def hide(self, *secrets: str) -> None:
        """Show these texts in no log from now on."""
        with self.lock:
            self._secrets.update(secrets)

    def of(self, on: str) -> list[Request]:
        """The requests that matched a route, such as ``POST /uploads``."""
        with self.lock:
            return [request for request in self.requests if request.route == on]

    @property
    def log(self) -> str:
        """Every request with its headers and the start of its body, and no secret."""
        with self.lock:
            text = "\n".join(map(_shown, self.requests))
            for secret in sorted(self._secrets, key=len, reverse=True):
                text = text.replace(secret, MASK)
            return text

    def close(self) -> None:
        """Take no more requests, and wait for the handlers that run.

        Raises:
            Exception: the first that a handler raised and should not have.
            RuntimeError: when a handler does not end.
        """
        if not self._open:
            return
        self._open = False
        self._server.shutdown()
        self.heal()
        self._server.end_connections()
        self._server.server_close()
        self._thread.join(CLOSING_SECONDS)
        if self._errors:
            raise self._errors[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except Exception:
            if error is None:
                raise

    @classmethod
    def _names(cls) -> list[str]:
        return list(dict.fromkeys(name for base in cls.__mro__ for name in vars(base)))

    def _marked(self) -> list[Route]:
        """The routes of the class and of those it is made from; the class's own come first."""
        found = []
        for name in self._names():
            marks = getattr(getattr(type(self), name, None), "_routes", ())
            if isinstance(marks, list):
                found += [Route(method, path, getattr(self, name)) for method, path in marks]
        return found

    def received(self, request: Request) -> tuple[Reply, Mishap | None]:
        """Answer a request, once it is whole; with what goes wrong about it."""
        matched, parameters, allowed = self._route_of(request)
        request = request._replace(route=matched.name if matched is not None else "")
        with self.lock:
            self.requests.append(request)
            mishap = self._mishap_for(request.route)
        deliveries = 1
        if mishap is not None:
            instead = mishap.before()
            if instead is not None:
                return instead, mishap
            deliveries = mishap.deliveries
        if matched is None:
            status = 405 if allowed else 404
            said = {"error": "no such method here" if allowed else "no such path"}
            return Reply(status, said, {"Allow": ", ".join(allowed)} if allowed else {}), mishap
        reply = Reply(500)
        for delivery in range(deliveries):
            with self.lock:
                if delivery:
                    self.requests.append(request)
                reply = self._handled(matched, request, parameters)
        return reply, mishap

    def _handled(self, matched: Route, request: Request, parameters: dict[str, str]) -> Reply:
        try:
            return as_reply(matched.handler(request, **parameters))
        except Refusal as refusal:
            return refusal.reply
        except Exception as error:  # noqa: BLE001 - told to the client, and raised when it is closed
            self._errors.append(error)
            return Reply(500, {"error": f"the stand-in failed: {type(error).__name__}: {error}"})

    def _route_of(self, request: Request) -> tuple[Route | None, dict[str, str], list[str]]:
        """The route, its parameters, and the methods that the path has where the route is none."""
        method = "GET" if request.method == "HEAD" else request.method
        allowed = set()
        for each in self._routes:
            parameters = each.parameters(request.path)
            if parameters is None:
                continue
            if each.method == method:
                return each, parameters, []
            allowed.add(each.method)
        return None, {}, sorted(allowed | ({"HEAD"} if "GET" in allowed else set()))

    def _mishap_for(self, name: str) -> Mishap | None:
        for queued in list(self._mishaps):
            if queued.is_over():
                self._mishaps.remove(queued)
            elif queued.on in {None, name}:
                queued.happen()
                return queued.mishap
        return None


class _Queued:
    """A mishap that waits, and what for."""

    def __init__(
        self, mishap: Mishap, on: str | None, times: int | None, until: Callable[[], bool] | None
    ) -> None:
        self.mishap = mishap
        self.on = on
        self._left = times
        self._until = until

    def is_over(self) -> bool:
        return self._left == 0 or (self._until is not None and self._until())

    def happen(self) -> None:
        self.mishap.count += 1
        if self._left is not None:
            self._left -= 1


def _shown(request: Request) -> str:
    query = "&".join(f"{name}={value}" for name, values in request.query.items() for value in values)
    lines = [f"{request.method} {request.path}{f'?{query}' if query else ''}"]
    for name, value in request.headers.items():
        lines.append(f"    {name}: {MASK if name in _SECRET_HEADERS else value}")
    if request.body:
        lines.append(f"    {len(request.body)} bytes: {request.body[:200].decode('utf-8', 'replace')}")
    return "\n".join(lines)


class _Server(ThreadingHTTPServer):
    """Remembers its threads and connections, so that closing can end them."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in
        self._connections: dict[threading.Thread, socket.socket] = {}
        super().__init__(("127.0.0.1", 0), _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self._connections = {each: there for each, there in self._connections.items() if each.is_alive()}
        self._connections[thread] = request
        thread.start()

    def end_connections(self) -> None:
        """Let each handler finish what it answers, and wait for no other request."""
        for connection in self._connections.values():
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                continue  # it is closed
        for thread in self._connections:
            thread.join(CLOSING_SECONDS)
            if thread.is_alive():
                raise RuntimeError("a handler of the stand-in does not end; what does it wait for?")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news."""


class _Connection(BaseHTTPRequestHandler):
    """One connection, kept for as many requests as the client likes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        request = Request(
            method=self.command,
            path=parts.path,
            query=parse_qs(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._body(),
        )
        reply, mishap = self.server.stand_in.received(request)
        self._send(reply if mishap is None else mishap.after(reply))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815 - as the base names them

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self._whole(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self._whole(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # trailers
        return b"".join(chunks)

    def _whole(self, size: int) -> bytes:
        data = self.rfile.read(size)
        if len(data) < size:
            raise ConnectionError("the client went away in the middle of its request")
        return data

    def _send(self, reply: Reply | None) -> None:
        if reply is None:
            self._cut()
            return
        head = [f"HTTP/1.1 {reply.status} {self.responses.get(reply.status, ('Unknown',))[0]}"]
        body = reply.encoded()
        headers = dict(reply.headers)
        if reply.status >= 200 and reply.status not in {204, 304}:
            headers.setdefault("Content-Type", reply.media_type)
            headers["Content-Length"] = str(len(body))
        else:
            body = b""
        if reply.sent is not None:
            headers["Connection"] = "close"
            self.close_connection = True
        head += [f"{name}: {value}" for name, value in headers.items()]
        sent = b"" if self.command == "HEAD" else body[: reply.sent]
        # One write: two would wait for the client's acknowledgement in between.
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + sent)

    def _cut(self) -> None:
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # the client was faster

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - as the base names it
        """Say nothing: `StandIn.requests` has it all."""
