"""What every client of Garmin Connect can do, and what an adapter of a client library offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from backtrack_plugins import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backtrack_garmin.connect.sessions import KeptSession

    Json = dict[str, Any] | list[Any] | None


class ConnectClient(Protocol):
    """Sends requests to Garmin Connect for whoever is signed in; several threads may use one.

    Every method takes a path such as ``/workout-service/workouts`` and returns the answer's JSON, or None
    when the answer is empty.

    Raises:
        NotSignedIn: when the session has expired and cannot be refreshed.
        RateLimited: when no more requests are taken for now; nothing was done.
        NotThere: when there is nothing of that number.
        Refused: when it refuses; nothing was done.
        ServiceFailed: when it failed or answered no JSON; it may be done or not.
        Unreachable: when no answer came; it may be done or not.
    """

    @property
    def name(self) -> str:
        """The client library's name, such as ``garth``."""

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        """Read something."""

    def post(self, path: str, body: Any = None) -> Json:
        """Make something, or say something."""

    def put(self, path: str, body: Any = None) -> Json:
        """Replace something."""

    def delete(self, path: str) -> Json:
        """Remove something."""


class ClientLibrary(Protocol):
    """Somebody's client library, as an adapter of ours or of a plugin offers it.

    A plugin's entry point in the group ``backtrack_garmin.clients`` has the client's name and is such an
    object. `backtrack_garmin.connect.renewing.RenewingClient` does most of a client's work.
    """

    @property
    def name(self) -> str:
        """As the entry point: ``garth``, ``garminconnect``."""

    @property
    def install(self) -> str:
        """The command that installs it."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the files of a session in a folder of its own; the last is always there."""

    @property
    def folder(self) -> str:
        """Where it keeps a session by itself; empty when it does not."""

    @property
    def signs_in(self) -> bool:
        """Whether it can make new sessions."""

    def is_installed(self) -> bool:
        """Whether the library is there; it is not imported for that."""

    def resume(self, session: KeptSession) -> ConnectClient:
        """A client with a session that was kept; nothing is sent yet.

        Raises:
            NotSignedIn: when what was kept is no session.
        """

    def sign_in(self, email: str, password: str, ask_code: Callable[[], str]) -> dict[str, str]:
        """Sign in, and return the files of the new session by name.

        Args:
            email: Whose account.
            password: Its password.
            ask_code: Asks for the code that the service sent; only for accounts that want one.

        Raises:
            NotSignedIn: when the service does not know them, or the code is wrong.
            RateLimited: when it takes no more sign-ins for now.
            ServiceError: when something else goes wrong.
        """


def not_signed_in(reason: str = "nobody is signed in") -> NotSignedIn:
    """Says how to sign in."""
    from backtrack_garmin.connect.answers import HOW_TO_SIGN_IN, SERVICE

    return NotSignedIn(f"{SERVICE}: {reason}. Sign in once, by hand: {HOW_TO_SIGN_IN}", service=SERVICE)
