"""Where requests go: to Garmin, or to a stand-in on this machine, and nowhere else."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from backtrack_plugins import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST = "BACKTRACK_GARMIN_HOST"
"""Environment variable: where every request goes instead, such as ``http://127.0.0.1:43210``."""

DOMAINS = frozenset({"garmin.com", "garmin.cn"})
"""Where sessions may be from: a token goes to no other domain, whatever a file says."""

TIMEOUT_SECONDS = 30
"""Longest that a request waits for its connection, and again for each part of its answer."""


def host() -> str | None:
    """The address of a stand-in, without a slash at its end; None for Garmin's own.

    Raises:
        UsageError: when it is no address of this machine: tokens go to no stranger.
    """
    given = os.environ.get(HOST, "").strip().rstrip("/")
    if not given:
        return None
    if not _is_here(given):
        raise UsageError(
            f"{HOST} is {given!r}, and may only be an address of this machine, such as "
            "http://127.0.0.1:43210: whoever answers there is sent your session.",
            argument=HOST,
        )
    return given


def is_stand_in() -> bool:
    """Whether requests go to a stand-in."""
    return host() is not None


@contextlib.contextmanager
def past_proxies() -> Iterator[None]:
    """Let nothing that is for a stand-in go by a proxy, also by libraries that read the environment."""
    at = host()
    if at is None:
        yield
        return
    from urllib.parse import urlsplit

    names = ("no_proxy", "NO_PROXY")
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(dict.fromkeys(names, urlsplit(at).hostname or ""))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _is_here(given: str) -> bool:
    from ipaddress import ip_address
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(given)
        at = ip_address(parts.hostname or "")  # a name could lead anywhere
        _ = parts.port
    except ValueError:
        return False
    extra = parts.path or parts.query or parts.fragment or parts.username or parts.password
    return at.is_loopback and parts.scheme == "http" and not extra
