"""A stand-in Strava for the tests of whoever sends something there, and how to point this plugin at it.

::

    def test_it_arrives(tmp_path, monkeypatch):
        with StravaStandIn() as strava:
            for name, value in environment(strava, tmp_path).items():
                monkeypatch.setenv(name, value)
            number = strava.add_activity(name="Morning run")
            ...
            assert strava.description(number)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_strava.routing import HOST
from backtrack_strava.stand_in import StravaStandIn, inactive, limited, unauthorised
from backtrack_strava.stand_in_browser import answer, command
from backtrack_strava.stand_in_signing_in import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = [
    "StravaStandIn",
    "answer",
    "environment",
    "inactive",
    "limited",
    "mounted_session",
    "signed_in",
    "unauthorised",
]


def environment(strava: StravaStandIn, folder: str | os.PathLike[str]) -> dict[str, str]:
    """Environment variables that send every request to a stand-in, and keep everything in a folder.

    The browser that opens is an athlete who presses Authorize; `answer` does it in other ways.

    Args:
        strava: The stand-in.
        folder: Where sessions and what was sent are remembered meanwhile.
    """
    return {
        HOST: strava.base_url,
        "STRAVA_CLIENT_ID": str(strava.client_id),
        "STRAVA_CLIENT_SECRET": strava.client_secret,
        "BROWSER": command(),
        "BACKTRACK_DATA": os.fspath(folder),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def signed_in(
    strava: StravaStandIn,
    folder: str | os.PathLike[str],
    *,
    scopes: Iterable[str] = EVERYTHING,
    expired: bool = False,
) -> dict[str, str]:
    """The same as `environment`, for somebody who is signed in already; the session lies in the folder.

    Args:
        strava: The stand-in.
        folder: As for `environment`.
        scopes: What was allowed.
        expired: The token has to be refreshed first.
    """
    import msgspec

    from backtrack_plugins import write_private
    from backtrack_strava.sessions import Session

    issued = strava.session(scopes=scopes, expired=expired)
    session = Session(
        client_id=int(strava.client_id),
        client_secret=strava.client_secret,
        access_token=issued["access_token"],
        refresh_token=issued["refresh_token"],
        expires_at=issued["expires_at"],
        scopes=tuple(issued["scope"].split(",")),
        athlete=strava.athlete_number,
    )
    own = os.path.join(os.fspath(folder), "strava-stand-in")
    os.makedirs(own, mode=0o700, exist_ok=True)
    write_private(os.path.join(own, "account.session"), msgspec.json.encode(session).decode())
    return environment(strava, folder)


def mounted_session(strava: StravaStandIn) -> Any:
    """A session of requests for stravalib whose every request to Strava goes to a stand-in.

    ::

        Client(requests_session=mounted_session(strava), rate_limit_requests=False)
    """
    import requests
    from requests.adapters import HTTPAdapter

    class ToStandIn(HTTPAdapter):
        def send(self, request: requests.PreparedRequest, *arguments: Any, **named: Any) -> requests.Response:
            address = str(request.url).removeprefix("https://www.strava.com")
            request.url = f"{strava.base_url}{address}"
            return super().send(request, *arguments, **named)

    session = requests.Session()
    session.trust_env = False  # no proxy
    session.mount("https://www.strava.com", ToStandIn())
    return session
