"""Where sessions are kept: in the system's keyring where one works, else in a file for its owner alone.

A session is what a client library saves: a few small files. They are kept as they are, so that a folder of
a library's own can be used in place. Which session is kept where stands in `sessions.json` in
``BACKTRACK_DATA``'s folder ``garmin``, without anything secret.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Literal

import msgspec

from backtrack_garmin.connect.routing import is_stand_in
from backtrack_garmin.connect.scrubbing import SECRET_FIELDS, hide
from backtrack_plugins import SecretStore, write_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backtrack_plugins import SecretPlace

    Files = Mapping[str, str]

ABOUT = "The session for Garmin Connect"


class KeptSession(msgspec.Struct, frozen=True, kw_only=True):
    """Which client's session is kept, and where.

    Attributes:
        client: The client library, such as ``garth``.
        kept: ``keyring``, ``file`` in our folder, or ``folder`` of the client's own, used in place.
        folder: That folder; empty for the others.
        names: The names of its files.
    """

    client: str
    kept: Literal["keyring", "file", "folder"]
    folder: str = ""
    names: tuple[str, ...] = ()

    def files(self) -> dict[str, str] | None:
        """What was saved, by name; None when it is not there (any more)."""
        if self.kept != "folder":
            found = _decoded(_store().read(self.client, self.kept))
        else:
            found = {}
            for name in self.names:
                text = _text(os.path.join(self.folder, name))
                if text is None:
                    return None
                found[name] = text
        if found is not None:
            _hide(found)
        return found

    def save(self, files: Files) -> KeptSession:
        """Keep what changed, where it was kept; it is there before this returns.

        Returns:
            The same, or another when the keyring failed and it lies in a file now.

        Raises:
            DeliveryError: when the file system refuses.
        """
        _hide(files)
        if self.kept == "folder":
            for name, text in files.items():
                path = os.path.join(self.folder, name)
                if _text(path) != text:
                    write_private(path, text, about=ABOUT)
            return self
        now = _keep(self.client, files, self.kept)
        if now != self:
            _write_sessions([now if each == self else each for each in kept_sessions()])
        return now

    def forget(self) -> bool:
        """Delete it, and what an earlier one left; a folder of the client's own is left as it is.

        Returns:
            Whether it is gone: a keyring that is locked keeps what it has.
        """
        dropped = _store().forget(self.client)
        _write_sessions([each for each in kept_sessions() if each.client != self.client])
        return dropped or self.kept != "keyring"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from refreshing the same session meanwhile; they wait."""
        with _store().locked(self.client):
            yield

    def __str__(self) -> str:
        places = {
            "keyring": "in the system's keyring",
            "file": f"in {_store().file(self.client)}, which you alone can read",
            "folder": f"in {self.folder}, as the other program left it",
        }
        return places[self.kept]


def kept_sessions() -> list[KeptSession]:
    """The sessions that there should be, the latest first; none when nothing can be read."""
    text = _text(os.path.join(_store().folder, "sessions.json"))
    try:
        return msgspec.json.decode(text or "[]", type=list[KeptSession])
    except msgspec.DecodeError:
        return []


def keep(client: str, files: Files) -> KeptSession:
    """Keep a new session.

    Args:
        client: The client library that it is for.
        files: What it saves, by name.

    Raises:
        DeliveryError: when the file system refuses.
    """
    _hide(files)
    return _put_first(_keep(client, files, "keyring"))


def use_folder(client: str, folder: str, names: tuple[str, ...]) -> KeptSession:
    """Use a folder of a client's own from now on, in place."""
    place = os.path.abspath(folder)
    return _put_first(KeptSession(client=client, kept="folder", folder=place, names=names))


def _keep(client: str, files: Files, place: SecretPlace) -> KeptSession:
    return KeptSession(client=client, kept=_store().keep(client, json.dumps(dict(files)), place))


def _put_first(session: KeptSession) -> KeptSession:
    others = [each for each in kept_sessions() if each.client != session.client]
    _write_sessions([session, *others])
    return session


def _write_sessions(sessions: list[KeptSession]) -> None:
    data = msgspec.json.format(msgspec.json.encode(sessions), indent=1)
    _store().write("sessions.json", data.decode())


def _store() -> SecretStore:
    """Sessions at a stand-in lie beside the others: neither is sent where the other belongs."""
    return SecretStore("garmin-stand-in" if is_stand_in() else "garmin", about=ABOUT)


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def _decoded(text: str | None) -> dict[str, str] | None:
    try:
        return msgspec.json.decode(text or "", type=dict[str, str])
    except msgspec.DecodeError:
        return None


def _hide(files: Files) -> None:
    for text in files.values():
        with contextlib.suppress(ValueError):
            found = json.loads(text)
            if isinstance(found, dict):
                hide(*(found[name] for name in SECRET_FIELDS if isinstance(found.get(name), str)))
