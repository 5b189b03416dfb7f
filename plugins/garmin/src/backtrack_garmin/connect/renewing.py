"""A client that keeps its session fresh: once for all threads and processes, and saved before it is used.

An adapter says how to send one request, whether its token is stale, and how to get a new one. The rest is
here: every request is sent once, and once more only when the first was turned away with 401, which means
that nothing was done.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from backtrack_garmin.connect.answers import Answer, expired, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_garmin.connect.client import Json
    from backtrack_garmin.connect.sessions import KeptSession


class RenewingClient(ABC):
    """A `ConnectClient` over somebody's library.

    Args:
        name: The library's name.
        session: Where its session is kept.
    """

    def __init__(self, name: str, session: KeptSession) -> None:
        self.name = name
        self._session = session
        self._lock = threading.RLock()

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        """Read something."""
        return self._request("GET", path, params=params)

    def post(self, path: str, body: Any = None) -> Json:
        """Make something, or say something."""
        return self._request("POST", path, body=body)

    def put(self, path: str, body: Any = None) -> Json:
        """Replace something."""
        return self._request("PUT", path, body=body)

    def delete(self, path: str) -> Json:
        """Remove something."""
        return self._request("DELETE", path)

    def _request(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Json:
        token = self._fresh_token()
        answer = self._send(method, path, params, body)
        if answer.status == 401:
            self._renew_once(token)
            answer = self._send(method, path, params, body)
        found: Json = read(answer, path)
        return found

    def _fresh_token(self) -> str:
        with self._lock:
            if self._is_stale():
                self._renew_once(self._token())
            return self._token()

    def _renew_once(self, used: str) -> None:
        """Get a new token in place of the one that was used, unless another thread or process has."""
        with self._lock:
            if self._token() != used:
                return
            with self._session.locked():
                saved = self._session.files()
                if saved is not None and saved != self._files():
                    self._adopt(saved)
                    if self._token() != used and not self._is_stale():
                        return
                self._renew()
                self._session = self._session.save(self._files())
            if self._token() == used:
                raise expired()

    # What an adapter does.

    @abstractmethod
    def _send(self, method: str, path: str, params: Mapping[str, Any] | None, body: Any) -> Answer:
        """Send one request, once, with the token that there is.

        Raises:
            Unreachable: when no answer comes.
        """

    @abstractmethod
    def _token(self) -> str:
        """The token that requests are sent with."""

    @abstractmethod
    def _is_stale(self) -> bool:
        """Whether the token is known to be taken no more."""

    @abstractmethod
    def _renew(self) -> None:
        """Get a new token.

        Raises:
            ServiceError: when there is none to get.
        """

    @abstractmethod
    def _files(self) -> dict[str, str]:
        """The session as it is saved."""

    @abstractmethod
    def _adopt(self, files: Mapping[str, str]) -> None:
        """Go on with a session that was saved.

        Raises:
            NotSignedIn: when it is none.
        """
