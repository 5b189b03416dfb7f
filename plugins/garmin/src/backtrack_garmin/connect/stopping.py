"""A client for one delivery, which sends nothing more once the service takes no more requests for now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_plugins import RateLimited

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backtrack_garmin.connect.client import ConnectClient, Json


class StoppingClient:
    """A `ConnectClient` over another: what several threads still have to ask for is not asked for any more.

    Args:
        client: Whose requests they are.
    """

    def __init__(self, client: ConnectClient) -> None:
        self.name = client.name
        self._client = client
        self._limit: RateLimited | None = None

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        """Read something."""
        return self._unless_limited(lambda: self._client.get(path, params=params))

    def post(self, path: str, body: Any = None) -> Json:
        """Make something, or say something."""
        return self._unless_limited(lambda: self._client.post(path, body))

    def put(self, path: str, body: Any = None) -> Json:
        """Replace something."""
        return self._unless_limited(lambda: self._client.put(path, body))

    def delete(self, path: str) -> Json:
        """Remove something."""
        return self._unless_limited(lambda: self._client.delete(path))

    def _unless_limited(self, ask: Callable[[], Json]) -> Json:
        limit = self._limit
        if limit is not None:
            raise RateLimited(str(limit), **limit.details)
        try:
            return ask()
        except RateLimited as error:
            self._limit = error
            raise
