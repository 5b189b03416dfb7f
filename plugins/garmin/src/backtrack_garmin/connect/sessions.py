"""Where sessions are kept: in the system's keyring where one works, else in a file for its owner alone.

A session is what a client library saves: a few small files. They are kept as they are, so that a folder of
a library's own can be used in place. Which session is kept where stands in `sessions.json` in
``BACKTRACK_DATA``'s folder ``garmin``, without anything secret.
"""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backtrack_garmin.connect.routing import is_stand_in
from backtrack_garmin.connect.scrubbing import SECRET_FIELDS, hide
from backtrack_plugins import DeliveryError, data_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Files = Mapping[str, str]

CHUNK = 1000
"""Characters in one entry of a keyring: Windows takes 2,560 bytes in one, in UTF-16."""

MOST_CHUNKS = 64
"""Entries of one session that are looked for when it is forgotten: 64,000 characters."""


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
        if self.kept == "keyring":
            found = _decoded(_from_keyring(self.client))
        elif self.kept == "file":
            found = _decoded(_text(_own_file(self.client)))
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
                    write_private(path, text)
            return self
        now = _keep(self.client, files, keyring=self.kept == "keyring")
        if now != self:
            _write_sessions([now if each == self else each for each in kept_sessions()])
        return now

    def forget(self) -> bool:
        """Delete it, and what an earlier one left; a folder of the client's own is left as it is.

        Returns:
            Whether it is gone: a keyring that is locked keeps what it has.
        """
        dropped = _drop_from_keyring(self.client)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_own_file(self.client))
        _write_sessions([each for each in kept_sessions() if each.client != self.client])
        return dropped or self.kept != "keyring"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from refreshing the same session meanwhile; they wait."""
        from filelock import FileLock

        _make_own_folder()
        with FileLock(os.path.join(_own_folder(), f"{self.client}.lock"), mode=0o600):
            yield

    def __str__(self) -> str:
        places = {
            "keyring": "in the system's keyring",
            "file": f"in {_own_file(self.client)}, which you alone can read",
            "folder": f"in {self.folder}, as the other program left it",
        }
        return places[self.kept]


def kept_sessions() -> list[KeptSession]:
    """The sessions that there should be, the latest first; none when nothing can be read."""
    text = _text(os.path.join(_own_folder(), "sessions.json"))
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
    return _put_first(_keep(client, files, keyring=True))


def use_folder(client: str, folder: str, names: tuple[str, ...]) -> KeptSession:
    """Use a folder of a client's own from now on, in place."""
    place = os.path.abspath(folder)
    return _put_first(KeptSession(client=client, kept="folder", folder=place, names=names))


def write_private(path: str, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all.

    Nobody else can read it at any moment, whatever the umask is.

    Raises:
        DeliveryError: when the file system refuses; what was there is as it was.
    """
    import secrets

    temporary = f"{path}.{secrets.token_hex(4)}.part"
    problem = None
    try:
        flags = (
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        )
        number = os.open(temporary, flags, 0o600)
        with open(number, "wb") as file:
            if hasattr(os, "fchmod"):
                os.fchmod(number, 0o600)  # a umask may have taken from it
            file.write(text.encode())
            file.flush()
            os.fsync(number)
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        problem = (error.strerror or str(error)).lower()
    if problem is not None:
        raise DeliveryError(f"{path}: {problem}. The session for Garmin Connect is kept there.", path=path)


def _keep(client: str, files: Files, *, keyring: bool) -> KeptSession:
    text = json.dumps(dict(files))
    if keyring and _to_keyring(client, text):
        with contextlib.suppress(OSError):
            os.unlink(_own_file(client))
        return KeptSession(client=client, kept="keyring")
    _make_own_folder()
    write_private(_own_file(client), text)
    return KeptSession(client=client, kept="file")


def _put_first(session: KeptSession) -> KeptSession:
    others = [each for each in kept_sessions() if each.client != session.client]
    _write_sessions([session, *others])
    return session


def _write_sessions(sessions: list[KeptSession]) -> None:
    _make_own_folder()
    data = msgspec.json.format(msgspec.json.encode(sessions), indent=1)
    write_private(os.path.join(_own_folder(), "sessions.json"), data.decode())


def _name() -> str:
    """Sessions at a stand-in lie beside the others: neither is sent where the other belongs."""
    return "garmin-stand-in" if is_stand_in() else "garmin"


def _own_folder() -> str:
    return os.path.join(data_folder(), _name())


def _own_file(client: str) -> str:
    return os.path.join(_own_folder(), f"{client}.session")


def _make_own_folder() -> None:
    folder, problem = _own_folder(), None
    try:
        os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, 0o700)
        os.chmod(folder, 0o700)
    except OSError as error:
        problem = (error.strerror or str(error)).lower()
    if problem is not None:
        raise DeliveryError(f"{folder}: {problem}. Sessions for Garmin Connect are kept there.", path=folder)


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


# The keyring: a head that says which entries hold the session, so that it changes as a whole.


def _service() -> str:
    """A data folder that somebody named has sessions of its own: a coach keeps one for each runner."""
    own = os.environ.get("BACKTRACK_DATA", "")
    return f"backtrack-{_name()} {os.path.abspath(own)}" if own else f"backtrack-{_name()}"


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        return None
    return keyring


def _to_keyring(client: str, text: str) -> bool:
    """Whether the keyring took it, and gives it back."""
    keyring = _keyring()
    if keyring is None:
        return False
    service = _service()
    try:
        before = keyring.get_password(service, client) or ""
        now = "b" if before.startswith("a:") else "a"
        parts = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
        for place, part in enumerate(parts):
            keyring.set_password(service, f"{client}/{now}/{place}", part)
        keyring.set_password(service, client, f"{now}:{len(parts)}")
        works = _from_keyring(client) == text
        _drop_parts(keyring, client, before)
    except Exception:  # noqa: BLE001 - whatever a backend raises, it does not work
        return False
    return works


def _from_keyring(client: str) -> str | None:
    keyring = _keyring()
    if keyring is None:
        return None
    service = _service()
    try:
        which, _, count = (keyring.get_password(service, client) or "").partition(":")
        parts = [keyring.get_password(service, f"{client}/{which}/{place}") for place in range(int(count))]
    except Exception:  # noqa: BLE001 - as above
        return None
    return None if None in parts else "".join(parts)


def _drop_from_keyring(client: str) -> bool:
    """Delete every entry of a client, those that a failed change left too; whether none is left."""
    keyring = _keyring()
    if keyring is None:
        return False
    try:
        there = keyring.get_password(_service(), client) is not None
        if there:
            keyring.delete_password(_service(), client)
    except Exception:  # noqa: BLE001 - whatever a backend raises, it did not let go
        return False
    for which in "ab":
        with contextlib.suppress(Exception):  # it raises at the first that is not there
            for place in range(MOST_CHUNKS):  # some backends never do
                keyring.delete_password(_service(), f"{client}/{which}/{place}")
    return True


def _drop_parts(keyring: Any, client: str, head: str) -> None:
    which, _, count = head.partition(":")
    for place in range(int(count or 0)):
        with contextlib.suppress(Exception):
            keyring.delete_password(_service(), f"{client}/{which}/{place}")
