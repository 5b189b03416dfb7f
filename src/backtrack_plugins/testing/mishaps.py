"""What can go wrong between a client and a service: one object for each way, for `StandIn.next`."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

HTML = "<!DOCTYPE html>\n<html><head><title>{status}</title></head><body><h1>Please wait</h1></body></html>\n"


class Reply(NamedTuple):
    """What a service answers.

    Attributes:
        status: Such as 200.
        body: Bytes or text as they are; None for nothing; anything else becomes JSON.
        headers: Beside the length and, where it is left out, the type.
        sent: How many bytes of the body are sent before the connection is cut; None for all.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = {}
    sent: int | None = None

    @property
    def media_type(self) -> str:
        """The type of such a body."""
        if isinstance(self.body, bytes) or self.body is None:
            return "application/octet-stream"
        return "text/plain; charset=utf-8" if isinstance(self.body, str) else "application/json"

    def encoded(self) -> bytes:
        """The body's bytes."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


def as_reply(value: Any) -> Reply:
    """What a handler returned, as a Reply."""
    if isinstance(value, Reply):
        return value
    return Reply(204) if value is None else Reply(200, value)


class Mishap:
    """One way for a request to go wrong; the base goes wrong in none.

    Attributes:
        count: How many requests it befell.
        deliveries: How often the service gets the request.
    """

    deliveries = 1

    def __init__(self) -> None:
        self.count = 0

    def before(self) -> Reply | None:
        """Answer instead of the service, which never learns of the request."""
        return None

    def after(self, reply: Reply) -> Reply | None:
        """What the client gets of the reply; None for a connection that is cut."""
        return reply

    def release(self) -> None:
        """Let go on what it holds."""


class _Answering(Mishap):
    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self._reply = reply

    def before(self) -> Reply | None:
        return self._reply


def answering(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Mishap:
    """Answer with this, and do nothing: ``answering(429, headers={"Retry-After": "2"})``."""
    return _Answering(Reply(status, body, headers or {}))


def html(status: int = 502) -> Mishap:
    """Answer with a web page where JSON is expected, as something between client and service does."""
    return answering(status, HTML.format(status=status), {"Content-Type": "text/html; charset=utf-8"})


class _CutBefore(Mishap):
    def before(self) -> Reply | None:
        return Reply(0)

    def after(self, reply: Reply) -> Reply | None:  # noqa: ARG002 - whatever it was
        return None


def cut_before_acting() -> Mishap:
    """Cut the connection, and do nothing."""
    return _CutBefore()


class _CutAfter(Mishap):
    def after(self, reply: Reply) -> Reply | None:  # noqa: ARG002 - it is lost
        return None


def cut_after_acting() -> Mishap:
    """Do what was asked, and cut the connection: the client cannot know that it was done."""
    return _CutAfter()


class _Truncated(Mishap):
    def after(self, reply: Reply) -> Reply | None:
        return reply._replace(sent=len(reply.encoded()) // 2)


def truncated() -> Mishap:
    """Do what was asked, and cut the connection in the middle of the reply's body."""
    return _Truncated()


class _Twice(Mishap):
    deliveries = 2


def delivered_twice() -> Mishap:
    """Deliver the request twice, as a proxy does that lost the first reply; the second is the client's."""
    return _Twice()


class Slow(Mishap):
    """A request that waits before the service gets it.

    Attributes:
        arrived: Set once a request waits.
    """

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Event()
        self._released = threading.Event()

    def before(self) -> Reply | None:
        """Wait until it is released."""
        self.arrived.set()
        self._released.wait()
        return None

    def release(self) -> None:
        """Let it go on."""
        self._released.set()


def slow() -> Slow:
    """Hold the request until `release` is called, or the stand-in is closed; no clock is needed."""
    return Slow()
