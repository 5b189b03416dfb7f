"""Signing in to Strava, once and by hand, and forgetting the session again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import Account, ServiceError, UsageError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from backtrack_plugins import SignInRequest, Tour
    from backtrack_strava.callback import Granted
    from backtrack_strava.routing import Route
    from backtrack_strava.sessions import Session

NAME = "strava"
CLIENT_ID, CLIENT_SECRET = "STRAVA_CLIENT_ID", "STRAVA_CLIENT_SECRET"
"""Environment variables: the number and the secret of your API application. They are asked for if missing."""

TERMS = (
    "Strava lets a program in through an API application of your own, which you make once in Strava's "
    "settings; since June 2026 the account that owns it needs a Strava subscription. "
    "You allow it to see your activities and to change them. This program looks at the start, length, title, "
    "description and sport of an activity, and keeps none of it but its number, with a digest of the text "
    "that it put there. Read Strava's API agreement yourself: it is between you and Strava. The "
    "text to paste needs no account: backtrack annotate FILE"
)


class StravaSignIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Options of the account ``strava``.

    Attributes:
        paste: Where no browser reaches this machine, over ssh say: you paste the address that the browser
            was sent to at the end.
    """

    paste: bool = False


def strava_account() -> Account:
    """The account ``strava``."""
    return Account(
        name=NAME,
        terms=TERMS,
        sign_in=_sign_in,
        sign_out=_sign_out,
        options=StravaSignIn,
        tour=_tour,
    )


def _tour(folder: str) -> AbstractContextManager[Tour]:
    from backtrack_strava.tour import tour

    return tour(folder)


def _sign_in(request: SignInRequest) -> str:
    from backtrack_strava.callback import LONGEST_SECONDS

    return sign_in(request, seconds=LONGEST_SECONDS)


def sign_in(request: SignInRequest, *, seconds: float) -> str:
    """Sign in by a browser, and keep the session.

    Args:
        request: Who can be asked.
        seconds: How long somebody may take in the browser.

    Returns:
        Where the session is kept.

    Raises:
        NotSignedIn: when not all that is needed was allowed, or Strava does not know the application.
        ServiceError: when something else goes wrong.
        UsageError: when what is asked for is not given.
    """
    import secrets
    import threading

    from backtrack_strava.callback import HOST, PATH, Callback, pasted
    from backtrack_strava.masks import hidden
    from backtrack_strava.routing import route

    if request.at is not None:
        raise UsageError(
            "no session for Strava can be taken over from another program: sign in without --at",
            argument="at",
        )
    say = request.say or (lambda _: None)
    to = route()
    number, secret = _application(request)
    state = secrets.token_urlsafe(24)

    def finish(granted: Granted) -> str:
        with hidden(granted.code):
            return _kept(to, number, secret, granted)

    with hidden(secret):
        if request.options is not None and request.options.paste:
            say(
                "Open this address in a browser, allow what it asks for, and copy the address that the "
                "browser is sent to at the end; that there is no page is as it should be:\n"
                f"{_authorize_url(to, number, f'http://{HOST}{PATH}', state)}"
            )
            address = request.ask("The address that the browser was sent to (it stays hidden)", True)
            return finish(pasted(address, state))
        with Callback(state, finish) as callback:
            url = _authorize_url(to, number, callback.address, state)
            say(
                f"A browser opens on Strava. If none does, open this address on this machine:\n{url}\n"
                f"Waiting {seconds / 60:.0f} minutes for it; Ctrl-C ends that.\nWhere this machine has no "
                "browser: backtrack login strava --set strava.paste=true"
            )
            # Some wait until the browser is closed.
            threading.Thread(target=_open, args=(url,), daemon=True).start()
            return callback.wait(seconds)


def _application(request: SignInRequest) -> tuple[int, str]:
    """Number and secret of the API application, from the environment or from somebody."""
    number = os.environ.get(CLIENT_ID, "").strip()
    number = number or request.ask("Client ID of your API application", False).strip()
    if not (number.isascii() and number.isdigit()):
        raise UsageError(
            f"the client ID ({CLIENT_ID}) is the number that Strava's settings show under My API Application",
            argument=CLIENT_ID,
        )
    secret = os.environ.get(CLIENT_SECRET, "").strip()
    secret = secret or request.ask("Client secret (it stays hidden)", True).strip()
    if not secret:
        raise UsageError(
            f"signing in needs the client secret ({CLIENT_SECRET}); nothing was sent", argument=CLIENT_SECRET
        )
    return int(number), secret


def _authorize_url(to: Route, number: int, back: str, state: str) -> str:
    from backtrack_strava.client import new_client
    from backtrack_strava.sessions import SCOPES

    url = new_client(to, None).authorization_url(
        client_id=number,
        redirect_uri=back,
        approval_prompt="force",  # else a box that was left unticked stays so unasked
        scope=[*SCOPES],
        state=state,
    )
    return to.to(url)


def _kept(to: Route, number: int, secret: str, granted: Granted) -> str:
    """Exchange what the browser brought for a session, and keep it."""
    from backtrack_strava.client import asked, new_client, with_tokens
    from backtrack_strava.sessions import Session, keep, locked

    blank = Session(
        client_id=number,
        client_secret=secret,
        access_token="",
        refresh_token="",
        expires_at=0,
        scopes=granted.scopes,
    )
    client = new_client(to, None)

    def exchanged() -> Session:
        protocol = client.protocol
        tokens, athlete = protocol.exchange_code_for_token(number, secret, granted.code, return_athlete=True)
        whose = (athlete or {}).get("id")
        session = with_tokens(blank, tokens)
        return msgspec.structs.replace(session, athlete=whose if isinstance(whose, int) else 0)

    session = asked(exchanged)
    with locked():  # else a session that is being refreshed takes its place
        return f"Signed in to Strava. The session is kept {keep(session, anew=True)}."


def _open(url: str) -> None:
    """Open a browser; that none can be opened is no error, since the address was said."""
    import webbrowser
    from contextlib import suppress

    with suppress(webbrowser.Error, OSError):
        webbrowser.open(url)


def _sign_out() -> str:
    from backtrack_strava import sessions

    with sessions.locked():  # else one that is being refreshed is kept after it was deleted
        return _signed_out()


def _signed_out() -> str:
    from backtrack_plugins import NotSignedIn
    from backtrack_strava import sessions

    session: Session | None = None
    damaged = False
    try:
        session = sessions.kept_session()
    except NotSignedIn as error:
        damaged = "damaged" in str(error)
    told = "" if session is None else _told(session)
    where, gone = sessions.forget()
    if session is None and not damaged:
        return "Nobody was signed in."
    if not gone:
        said = (
            "The session is used no more, but the system's keyring did not let go of it. Unlock the keyring "
            "and delete the entries of backtrack-strava there."
        )
    else:
        said = f"The session was deleted; it was kept {where}."
    return f"{said} {told}".rstrip()


def _told(session: Session) -> str:
    """Tell Strava that the session ends, if it can be reached, and say whether it knows."""
    from backtrack_strava.client import asked, new_client
    from backtrack_strava.routing import SITE, route

    by_hand = "To take this program's permission back, see My Apps in Strava's settings."
    try:
        client = new_client(route(), None)
        asked(
            lambda: client.protocol.rsession.post(
                f"https://{SITE}/oauth/revoke",
                data={"token": session.access_token},
                auth=(str(session.client_id), session.client_secret),
            )
        )
    except (ServiceError, UsageError) as error:
        return f"Strava could not be told: {error} {by_hand}"
    return "Strava was told, and takes the session no more."
