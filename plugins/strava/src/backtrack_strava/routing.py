"""Where requests go: to Strava, or to a stand-in on this machine, and nowhere else."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

from backtrack_plugins import UsageError

HOST = "BACKTRACK_STRAVA_HOST"
"""Environment variable: where every request goes instead, such as ``http://127.0.0.1:43210``."""

API = "BACKTRACK_STRAVA_API"
"""Environment variable: where Strava's API is, such as ``https://api-v3.strava.com``."""

SITE = "www.strava.com"
"""Strava's host, for the API and for signing in, as stravalib addresses it."""

API_PATH = "/api/v3"
"""What every address of the API begins with, as stravalib makes it."""

_ADDRESS_OF_API = f"https://{SITE}{API_PATH}"

_STRAVAS = re.compile(r"(?:[a-z0-9-]+\.)*strava\.com")
"""Letter by letter: some read a host that has a backslash in it as another one."""


class Route(NamedTuple):
    """Where requests go.

    Attributes:
        stand_in: The address of a stand-in, without a slash at its end; empty for Strava itself.
        api: The address that the API's paths come after, without a slash at its end.
    """

    stand_in: str
    api: str

    def to(self, url: str) -> str:
        """Where a request goes that stravalib sends to an address of Strava's.

        Raises:
            UsageError: when it is another's address: tokens go to no stranger.
        """
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc != SITE:
            raise UsageError(f"{parts.hostname} is not Strava, and is sent nothing.", argument="url")
        if parts.path.startswith(f"{API_PATH}/"):
            api = urlsplit(self.api)
            path = f"{api.path}{parts.path.removeprefix(API_PATH)}"
            parts = parts._replace(netloc=api.netloc, path=path)
        if self.stand_in:
            here = urlsplit(self.stand_in)
            parts = parts._replace(scheme=here.scheme, netloc=here.netloc)
        return urlunsplit(parts)


def route(api: str = "") -> Route:
    """Where requests go, as the environment says.

    Args:
        api: Where the API is; empty for what ``BACKTRACK_STRAVA_API`` says, and that for Strava's usual one.

    Raises:
        UsageError: when one of them may not be: tokens go to no stranger.
    """
    at = api.strip() or os.environ.get(API, "").strip() or _ADDRESS_OF_API
    at = at.rstrip("/")
    if not _is_strava(at):
        raise UsageError(
            f"{at!r} is no address of Strava's API: it may only be one with https and a host of strava.com, "
            "such as https://api-v3.strava.com, since whoever answers there is sent your session.",
            argument=API,
            option="api",
        )
    return Route(_stand_in(), at)


def is_stand_in() -> bool:
    """Whether requests go to a stand-in."""
    return bool(_stand_in())


def _stand_in() -> str:
    given = os.environ.get(HOST, "").strip().rstrip("/")
    if given and not _is_here(given):
        raise UsageError(
            f"{HOST} is {given!r}, and may only be an address of this machine, such as "
            "http://127.0.0.1:43210: whoever answers there is sent your session.",
            argument=HOST,
        )
    return given


def _is_here(given: str) -> bool:
    parts = _parts(given)
    if parts is None or parts.scheme != "http" or parts.path:
        return False
    try:
        return ip_address(parts.hostname or "").is_loopback  # a name could lead anywhere
    except ValueError:
        return False


def _is_strava(given: str) -> bool:
    parts = _parts(given)
    if parts is None or parts.scheme != "https":
        return False
    return _STRAVAS.fullmatch(parts.hostname or "") is not None


def _parts(given: str) -> SplitResult | None:
    """An address of scheme, host, port and path; None when it is none, or has more."""
    try:
        parts = urlsplit(given)
        _ = parts.port
    except ValueError:
        return None
    more = parts.query or parts.fragment or parts.username or parts.password
    return None if more else parts
