"""A stand-in Connect for the tests of whoever sends workouts there, and how to point client libraries at it.

::

    def test_it_arrives(tmp_path, monkeypatch):
        with ConnectStandIn() as connect:
            for name, value in signed_in(connect, tmp_path, client="garth").items():
                monkeypatch.setenv(name, value)
            client = open_client()
            assert client.get("/workout-service/workouts") == []
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from backtrack_garmin.connect.stand_in import ConnectAccount, ConnectStandIn

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ConnectAccount", "ConnectStandIn", "environment", "save_session", "signed_in"]


def environment(connect: ConnectStandIn, folder: str | os.PathLike[str]) -> dict[str, str]:
    """Environment variables that send every request to a stand-in, and keep everything in a folder.

    Args:
        connect: The stand-in.
        folder: Where sessions and what was sent are remembered meanwhile.
    """
    return {
        "BACKTRACK_GARMIN_HOST": connect.base_url,
        "BACKTRACK_DATA": os.fspath(folder),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def signed_in(
    connect: ConnectStandIn, folder: str | os.PathLike[str], *, client: str, expired: bool = False
) -> dict[str, str]:
    """The same, for somebody who is signed in already.

    Args:
        connect: The stand-in.
        folder: As for `environment`.
        client: The client library: ``garth`` or ``garminconnect``.
        expired: Its token has to be refreshed first.
    """
    from backtrack_garmin.connect.sessions import KeptSession

    files = {"garth": connect.garth_session, "garminconnect": connect.garminconnect_session}[client](
        expired=expired
    )
    place = save_session(os.path.join(os.fspath(folder), f"{client}-tokens"), files)
    session = KeptSession(client=client, kept="folder", folder=place, names=tuple(files))
    own = os.path.join(os.fspath(folder), "garmin-stand-in")
    os.makedirs(own, mode=0o700, exist_ok=True)
    import msgspec

    with open(os.path.join(own, "sessions.json"), "wb") as file:
        file.write(msgspec.json.encode([session]))
    return environment(connect, folder)


def save_session(folder: str | os.PathLike[str], files: Mapping[str, str]) -> str:
    """Write the files of a session into a folder, as the client library would, and return its path."""
    os.makedirs(folder, exist_ok=True)
    for name, text in files.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return os.path.abspath(os.fspath(folder))
