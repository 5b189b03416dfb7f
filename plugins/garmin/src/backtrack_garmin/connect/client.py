"""What every client of Garmin Connect can do, and opening the one that somebody is signed in with.

No client library is imported here, or before the first request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from backtrack_plugins import NotSignedIn, PluginError, ServiceError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backtrack_garmin.connect.sessions import KeptSession

    Json = dict[str, Any] | list[Any] | None

GROUP = "backtrack_garmin.clients"
"""Entry points of clients that plugins bring: the client's name, and a `ClientLibrary`."""

AUTO = "auto"
"""In place of a client's name: whichever has a session that can be used."""

BUILT_IN = ("garminconnect", "garth")


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


def library_names() -> list[str]:
    """The clients that there are adapters for, installed or not: ours first."""
    return [*BUILT_IN, *(name for name in _entry_points() if name not in BUILT_IN)]


def library(name: str) -> ClientLibrary:
    """The adapter of a client library.

    Raises:
        UsageError: when there is none of that name.
        PluginError: when the plugin that brings it is broken.
    """
    if name == "garth":
        from backtrack_garmin.connect import garth_client

        return garth_client.GarthLibrary()
    if name == "garminconnect":
        from backtrack_garmin.connect import garminconnect_client

        return garminconnect_client.GarminConnectLibrary()
    found = _entry_points().get(name)
    if found is None:
        known = library_names()
        raise UsageError(
            f"no client for Garmin Connect is called {name!r}; there are: {', '.join(known)}",
            option="client",
            known=tuple(known),
        )
    reason = ""
    try:
        loaded: ClientLibrary = found.load()
    except Exception as error:  # noqa: BLE001 - a stranger's code
        reason = f"{type(error).__name__}: {error}"
    if reason:
        raise PluginError(f"the client {name} for Garmin Connect is broken: {reason}", plugin=name)
    return loaded


def open_client(preferred: str | None = None) -> ConnectClient:
    """The client that somebody is signed in with: of several, the one signed in with last.

    Nothing is sent yet.

    Args:
        preferred: Use this client library and no other; None, empty or ``auto`` for whichever can be used.

    Raises:
        NotSignedIn: when no session can be used; it says what to do.
        UsageError: when there is no client of that name, or ``BACKTRACK_GARMIN_HOST`` is wrong.
    """
    from backtrack_garmin.connect.routing import host
    from backtrack_garmin.connect.sessions import kept_sessions

    host()
    sessions = kept_sessions()
    if preferred and preferred != AUTO:
        only = library(preferred)
        _refuse_missing([only])
        sessions = [each for each in sessions if each.client == only.name]
    problem: ServiceError | None = None
    for session in sessions:
        if session.client not in BUILT_IN and session.client not in _entry_points():
            continue  # its plugin is gone
        adapter = library(session.client)
        if not adapter.is_installed():
            problem = problem or not_installed([adapter])
            continue
        try:
            return adapter.resume(session)
        except NotSignedIn as error:
            problem = problem or error
    if problem is None and preferred in {None, "", AUTO}:
        _refuse_missing([library(name) for name in library_names()])
    with_which = "" if preferred in {None, "", AUTO} else f" with {preferred}"
    raise problem or not_signed_in(f"nobody is signed in{with_which}")


def not_signed_in(reason: str = "nobody is signed in") -> NotSignedIn:
    """Says how to sign in."""
    from backtrack_garmin.connect.answers import HOW_TO_SIGN_IN, SERVICE

    return NotSignedIn(f"{SERVICE}: {reason}. Sign in once, by hand: {HOW_TO_SIGN_IN}", service=SERVICE)


def not_installed(missing: list[ClientLibrary]) -> NotSignedIn:
    """Says how to install one of these."""
    from backtrack_garmin.connect.answers import SERVICE

    commands = " or ".join(each.install for each in missing)
    return NotSignedIn(f"{SERVICE} needs a client library that is not installed: {commands}", service=SERVICE)


def _refuse_missing(libraries: list[ClientLibrary]) -> None:
    if not any(each.is_installed() for each in libraries):
        raise not_installed(sorted(libraries, key=lambda each: each.name))


def _entry_points() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {found.name: found for found in entry_points(group=GROUP)}
