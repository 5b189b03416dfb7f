"""Signing in to Garmin Connect, once and by hand, and forgetting the session again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import Account, NotSignedIn, UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from backtrack_garmin.connect.client import ClientLibrary
    from backtrack_plugins import SignInRequest, Tour

NAME = "garmin"
TERMS = (
    "Garmin offers no way for a program of yours to put workouts into your account. This one uses what "
    "Garmin's own app uses, by a client library that others wrote. Garmin has not agreed to that, can close "
    "it any day, and can limit an account that is used so. Your e-mail and your password go to Garmin and "
    "are not kept; the session that comes back is kept on this machine. A watch with a cable needs none of "
    "this: backtrack send WORKOUT --to garmin-watch"
)


class GarminSignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the account ``garmin``.

    Attributes:
        client: The client library to sign in with: ``garminconnect``, ``garth`` (which can only use a
            session that it saved earlier), or one that a plugin brings; empty for whichever can.
    """

    client: str = ""


def garmin_account() -> Account:
    """The account ``garmin``."""
    return Account(
        name=NAME, terms=TERMS, sign_in=_sign_in, sign_out=_sign_out, options=GarminSignIn, tour=_tour
    )


def _tour(folder: str) -> AbstractContextManager[Tour]:
    from backtrack_garmin.connect.tour import tour

    return tour(folder)


def _sign_in(request: SignInRequest) -> str:
    from backtrack_garmin.connect import sessions
    from backtrack_garmin.connect.opening import AUTO
    from backtrack_garmin.connect.routing import host
    from backtrack_garmin.connect.scrubbing import hidden

    host()
    wanted = "" if request.options is None else request.options.client
    wanted = "" if wanted == AUTO else wanted
    if request.at is not None:
        return _use(_folder(request.at), wanted)
    adapter = _adapter(wanted)
    if not adapter.signs_in:
        # What it saved by itself is all that it can use.
        return _use(adapter.folder, adapter.name)
    email = request.ask("E-mail of your Garmin account", False).strip()
    password = request.ask("Password", True)
    if not email or not password:
        raise UsageError("signing in needs an e-mail and a password; nothing was sent.", argument="ask")
    with hidden(email, password):
        files = adapter.sign_in(
            email, password, lambda: request.ask("Code that Garmin sent you", False).strip()
        )
    session = sessions.keep(adapter.name, files)
    return f"Signed in with {adapter.name}. The session is kept {session}."


def _sign_out() -> str:
    from backtrack_garmin.connect import sessions

    kept = sessions.kept_sessions()
    if not kept:
        return "Nobody was signed in."
    said = []
    for session in kept:
        gone = session.forget()
        if not gone:
            said.append(
                f"The session of {session.client} is used no more, but the system's keyring did not let go "
                "of it. Unlock the keyring and delete the entries of backtrack-garmin there."
            )
        elif session.kept == "folder":
            said.append(
                f"The session of {session.client} in {session.folder} is used no more; it is still there, "
                "since another program keeps it."
            )
        else:
            said.append(f"The session of {session.client} was deleted; it was kept {session}.")
    return " ".join(said)


def _adapter(wanted: str) -> ClientLibrary:
    """The client library to sign in with."""
    from backtrack_garmin.connect.opening import library, library_names, not_installed

    if wanted:
        adapter = library(wanted)
        if not adapter.is_installed():
            raise not_installed([adapter])
        return adapter
    known = [library(name) for name in library_names()]
    able = [adapter for adapter in known if adapter.signs_in]
    installed = [adapter for adapter in able if adapter.is_installed()]
    if not installed:
        raise not_installed(able)
    return installed[0]


def _folder(at: str) -> str:
    folder = os.path.abspath(os.path.expanduser(at))
    if os.path.isfile(folder):  # some name the file in it
        folder = os.path.dirname(folder)
    return folder


def _use(folder: str, wanted: str) -> str:
    """Use the session in a folder, in place."""
    from backtrack_garmin.connect import sessions
    from backtrack_garmin.connect.client import not_signed_in
    from backtrack_garmin.connect.opening import library, library_names, not_installed

    known = [library(name) for name in ([wanted] if wanted else library_names())]
    there = [adapter for adapter in known if _names(folder, adapter)]
    if not there:
        files = " or ".join(f"{adapter.names[-1]} ({adapter.name})" for adapter in known if adapter.names)
        raise UsageError(
            f"{folder} holds no session that can be used: there is no {files}. Name a folder with --at, or "
            "sign in anew with --set garmin.client=garminconnect",
            path=folder,
        )
    installed = [adapter for adapter in there if adapter.is_installed()]
    if not installed:
        raise not_installed(there)
    adapter = installed[0]
    names = _names(folder, adapter)
    session = sessions.KeptSession(client=adapter.name, kept="folder", folder=folder, names=names)
    damaged = False
    try:
        adapter.resume(session)
    except NotSignedIn:
        damaged = True
    if damaged:
        raise not_signed_in(f"the session of {adapter.name} in {folder} is damaged")
    sessions.use_folder(adapter.name, folder, names)
    return f"Signed in with {adapter.name}. The session is used {session}."


def _names(folder: str, adapter: ClientLibrary) -> tuple[str, ...]:
    """The files of a session of this client in a folder; none when the one that counts is missing."""
    names = tuple(name for name in adapter.names if os.path.isfile(os.path.join(folder, name)))
    return names if adapter.names and adapter.names[-1] in names else ()
