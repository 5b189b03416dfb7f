"""Keeping what is secret: in the system's keyring where one works, else in a file for its owner alone."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, Any, Literal

from backtrack_plugins.book import data_folder
from backtrack_plugins.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Iterator

SecretPlace = Literal["keyring", "file"]
"""Where a secret is kept: in the system's keyring, or in a file that only its owner may read."""

CHUNK = 1000
"""Characters in one entry of a keyring: Windows takes 2,560 bytes in one, in UTF-16."""

MOST_CHUNKS = 64
"""Entries of one secret that are looked for when it is forgotten: 64,000 characters."""


class SecretStore:
    """What a plugin has to keep that nobody else may read: the session of an account, say.

    A secret is a text with a name. It lies in the operating system's keyring where one is installed and
    works, else in a file of mode 0600 in a folder of mode 0700. A data folder that somebody named with
    ``BACKTRACK_DATA`` has secrets of its own, in the keyring too: a coach keeps one for each runner.

    Args:
        name: Whose secrets: part of the folder's name and of the keyring's entries, such as ``garmin``.
        about: What is kept, for messages, such as ``The session for Garmin Connect``.
    """

    def __init__(self, name: str, *, about: str) -> None:
        self.name = name
        self._about = about

    @property
    def folder(self) -> str:
        """The folder for its files, whether or not it exists."""
        return os.path.join(data_folder(), self.name)

    def file(self, secret: str) -> str:
        """The file of a secret, whether or not it exists."""
        return os.path.join(self.folder, f"{secret}.session")

    def place(self, secret: str) -> SecretPlace:
        """Where a secret is kept, if it is kept: a file that is there counts."""
        return "file" if os.path.exists(self.file(secret)) else "keyring"

    def keep(self, secret: str, text: str, place: SecretPlace = "keyring") -> SecretPlace:
        """Keep a secret in place of what was kept by that name; it is there before this returns.

        Args:
            secret: Its name: letters, digits and hyphens.
            text: The secret.
            place: Where it should be; a keyring that does not work is not used.

        Returns:
            Where it is now.

        Raises:
            DeliveryError: when the file system refuses.
        """
        if place == "keyring" and self._to_keyring(secret, text):
            with contextlib.suppress(OSError):
                os.unlink(self.file(secret))
            return "keyring"
        self.write(f"{secret}.session", text)
        return "file"

    def read(self, secret: str, place: SecretPlace | None = None) -> str | None:
        """A secret that was kept; None when it is not there (any more).

        Args:
            secret: Its name.
            place: Where to look; where it is kept when left out.
        """
        if (place or self.place(secret)) == "keyring":
            return self._from_keyring(secret)
        try:
            with open(self.file(secret), encoding="utf-8") as file:
                return file.read()
        except (OSError, UnicodeDecodeError):
            return None

    def forget(self, secret: str) -> bool:
        """Delete a secret, and what an earlier one of its name left.

        Returns:
            Whether there is a keyring that holds it no more; one that is locked keeps what it has.
        """
        dropped = self._drop_from_keyring(secret)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.file(secret))
        return dropped

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder, as `write_private` does; the folder is made, and closed to others.

        Raises:
            DeliveryError: when the file system refuses; what was there is as it was.
        """
        self._make_folder()
        write_private(os.path.join(self.folder, name), text, about=self._about)

    @contextlib.contextmanager
    def locked(self, secret: str) -> Iterator[None]:
        """Keep other threads and processes from changing the same secret meanwhile; they wait.

        Raises:
            DeliveryError: when the file system refuses.
        """
        from filelock import FileLock

        self._make_folder()
        path = os.path.join(self.folder, f"{secret}.lock")
        lock, problem = FileLock(path, mode=0o600), None
        try:
            lock.acquire()
        except (OSError, NotImplementedError) as error:  # some file systems know no locks
            problem = (getattr(error, "strerror", None) or str(error)).lower()
        if problem is not None:
            raise DeliveryError(f"{path}: {problem}. {self._about} is kept there.", path=path)
        try:
            yield
        finally:
            lock.release()

    def _make_folder(self) -> None:
        problem = None
        try:
            os.makedirs(os.path.dirname(self.folder), mode=0o700, exist_ok=True)
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
            os.chmod(self.folder, 0o700)
        except OSError as error:
            problem = (error.strerror or str(error)).lower()
        if problem is not None:
            raise DeliveryError(f"{self.folder}: {problem}. {self._about} is kept there.", path=self.folder)

    # The keyring: a head that says which entries hold the secret, so that it changes as a whole.

    @property
    def _service(self) -> str:
        own = os.environ.get("BACKTRACK_DATA", "")
        return f"backtrack-{self.name} {os.path.abspath(own)}" if own else f"backtrack-{self.name}"

    def _to_keyring(self, secret: str, text: str) -> bool:
        """Whether the keyring took it, and gives it back."""
        keyring = _keyring()
        if keyring is None:
            return False
        try:
            before = keyring.get_password(self._service, secret) or ""
            now = "b" if before.startswith("a:") else "a"
            parts = [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]
            for place, part in enumerate(parts):
                keyring.set_password(self._service, f"{secret}/{now}/{place}", part)
            keyring.set_password(self._service, secret, f"{now}:{len(parts)}")
            works = self._from_keyring(secret) == text
            self._drop_parts(keyring, secret, before)
        except Exception:  # noqa: BLE001 - whatever a backend raises, it does not work
            return False
        return works

    def _from_keyring(self, secret: str) -> str | None:
        keyring = _keyring()
        if keyring is None:
            return None
        try:
            which, _, count = (keyring.get_password(self._service, secret) or "").partition(":")
            names = [f"{secret}/{which}/{place}" for place in range(int(count))]
            parts = [keyring.get_password(self._service, name) for name in names]
        except Exception:  # noqa: BLE001 - as above
            return None
        return None if None in parts else "".join(parts)

    def _drop_from_keyring(self, secret: str) -> bool:
        """Delete every entry of a secret, those that a failed change left too; whether none is left."""
        keyring = _keyring()
        if keyring is None:
            return False
        try:
            there = keyring.get_password(self._service, secret) is not None
            if there:
                keyring.delete_password(self._service, secret)
        except Exception:  # noqa: BLE001 - whatever a backend raises, it did not let go
            return False
        for which in "ab":
            with contextlib.suppress(Exception):  # it raises at the first that is not there
                for place in range(MOST_CHUNKS):  # some backends never do
                    keyring.delete_password(self._service, f"{secret}/{which}/{place}")
        return True

    def _drop_parts(self, keyring: Any, secret: str, head: str) -> None:
        which, _, count = head.partition(":")
        for place in range(int(count or 0)):
            with contextlib.suppress(Exception):
                keyring.delete_password(self._service, f"{secret}/{which}/{place}")


def write_private(path: str, text: str, *, about: str = "What is secret") -> None:
    """Write a file that its owner alone can read, whole or not at all.

    Nobody else can read it at any moment, whatever the umask is.

    Args:
        path: The file; its folder exists.
        text: What is to stand in it, in UTF-8.
        about: What it is, for the message.

    Raises:
        DeliveryError: when the file system refuses; what was there is as it was.
    """
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
        raise DeliveryError(f"{path}: {problem}. {about} is kept there.", path=path)


def _keyring() -> Any:
    try:
        import keyring
    except ImportError:
        return None
    return keyring
