"""Opening the client that somebody is signed in with, of ours or of a plugin.

No client library is imported here, or before the first request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_garmin.connect.client import not_signed_in
from backtrack_plugins import NotSignedIn, PluginError, ServiceError, UsageError

if TYPE_CHECKING:
    from backtrack_garmin.connect.client import ClientLibrary, ConnectClient

GROUP = "backtrack_garmin.clients"
"""Entry points of clients that plugins bring: the client's name, and a `ClientLibrary`."""

AUTO = "auto"
"""In place of a client's name: whichever has a session that can be used."""

BUILT_IN = ("garminconnect", "garth")


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


def not_installed(missing: list[ClientLibrary]) -> NotSignedIn:
    """Says how to install one of these."""
    from backtrack_garmin.connect.answers import SERVICE

    commands = " or ".join(each.install for each in missing)
    return NotSignedIn(
        f"{SERVICE} needs a client library that is not installed: {commands}. The name is not published yet: "
        "in the project's folder write ./plugins/garmin for backtrack-garmin.",
        service=SERVICE,
    )


def _refuse_missing(libraries: list[ClientLibrary]) -> None:
    if not any(each.is_installed() for each in libraries):
        raise not_installed(sorted(libraries, key=lambda each: each.name))


def _entry_points() -> dict[str, Any]:
    from importlib.metadata import entry_points

    return {found.name: found for found in entry_points(group=GROUP)}
