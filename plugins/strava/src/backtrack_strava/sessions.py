"""The session of the account: tokens, what they allow, and whose application they are for."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from backtrack_plugins import SecretStore
from backtrack_strava.answers import lacking, not_signed_in
from backtrack_strava.masks import hide
from backtrack_strava.routing import is_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCOPES: tuple[Literal["read", "activity:read_all", "activity:write"], ...] = (
    "read",
    "activity:read_all",
    "activity:write",
)
"""What somebody is asked to allow."""

MARGIN_SECONDS = 300
"""A token that is taken for less than this is refreshed before it is used."""

_WRITE, _READ, _READ_ALL = "activity:write", "activity:read", "activity:read_all"
_NAME = "account"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of signing in.

    Attributes:
        client_id: The number of the API application.
        client_secret: Its secret, without which no token is refreshed.
        access_token: Sent with every request.
        refresh_token: Exchanged for the next pair of tokens; each is good for one exchange.
        expires_at: When the access token ends, in seconds since 1970.
        scopes: What was allowed.
        athlete: The number of whoever signed in; 0 where it was not said.
    """

    client_id: int
    client_secret: str
    access_token: str
    refresh_token: str
    expires_at: int
    scopes: tuple[str, ...]
    athlete: int = 0

    @property
    def is_stale(self) -> bool:
        """Whether the access token is about to end."""
        return self.expires_at < time.time() + MARGIN_SECONDS

    def refuse_missing_scopes(self) -> None:
        """Hold it to what is needed.

        Raises:
            NotSignedIn: naming what was not allowed.
        """
        missing = missing_scopes(self.scopes)
        if missing:
            raise lacking(*missing)

    def __repr__(self) -> str:
        return f"Session(client_id={self.client_id}, scopes={self.scopes})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show no secret to those who print more nicely, either."""
        return [("client_id", self.client_id), ("scopes", self.scopes)]


def missing_scopes(granted: Iterable[str]) -> tuple[str, ...]:
    """What is needed and was not allowed: to write, and to read at least what is not private."""
    there = frozenset(granted)
    missing = () if there & {_READ, _READ_ALL} else (_READ_ALL,)
    return missing if _WRITE in there else (*missing, _WRITE)


def kept_session() -> Session:
    """The session that is kept.

    Raises:
        NotSignedIn: when there is none, or it is damaged.
    """
    text, session = _store().read(_NAME), None
    if text is None:
        raise not_signed_in()
    try:
        session = msgspec.json.decode(text, type=Session)
    except msgspec.DecodeError:  # whose text could show what was kept
        session = None
    if session is None:
        raise not_signed_in("the session that was kept is damaged")
    _hide(session)
    return session


def keep(session: Session, *, anew: bool = False) -> str:
    """Keep a session in place of the one there is; it is there before this returns.

    Args:
        session: The session.
        anew: Somebody has just signed in: it goes into the keyring where one works, wherever the last
            one was.

    Returns:
        Where it is kept, in words.

    Raises:
        DeliveryError: when the file system refuses.
    """
    _hide(session)
    store = _store()
    place = store.keep(
        _NAME, msgspec.json.encode(session).decode(), "keyring" if anew else store.place(_NAME)
    )
    return _said(store, place)


def forget() -> tuple[str, bool]:
    """Delete the session.

    Returns:
        Where it was kept, in words; and whether it is gone: a keyring that is locked keeps what it has.
    """
    store = _store()
    place = store.place(_NAME)
    return _said(store, place), store.forget(_NAME) or place != "keyring"


@contextmanager
def locked() -> Iterator[None]:
    """Keep other threads and processes from refreshing the session meanwhile; they wait."""
    with _store().locked(_NAME):
        yield


def _store() -> SecretStore:
    """Sessions at a stand-in lie beside the others: neither is sent where the other belongs."""
    return SecretStore("strava-stand-in" if is_stand_in() else "strava", about="The session for Strava")


def _said(store: SecretStore, place: str) -> str:
    if place == "keyring":
        return "in the system's keyring"
    return f"in {store.file(_NAME)}, which you alone can read"


def _hide(session: Session) -> None:
    hide(session.client_secret, session.access_token, session.refresh_token)
