"""How the stand-in Strava signs somebody in: the page that asks, codes, tokens, and their end."""

from __future__ import annotations

import base64
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from backtrack_plugins.testing.mishaps import Reply
from backtrack_plugins.testing.standin import Request, route
from backtrack_strava.stand_in_bodies import refused
from backtrack_strava.stand_in_pages import SCOPES, asking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

APP = "Backtrack at home"
CLIENT_ID, CLIENT_SECRET = 171717, "client-secret-of-nobody"
ATHLETE = 4242

NEVER = 4102444800
"""2100-01-01, in seconds since 1970: when tokens say that they expire, unless they should have."""

EXPIRES_IN = 21600
"""Seconds that a token lasts, as documented; here it lasts until it is told to expire."""

LOOPBACK = frozenset({"localhost", "127.0.0.1"})
"""Hosts that Strava lets any app be called back at."""

EVERYTHING = ("read", "activity:read_all", "activity:write")


class Grant(NamedTuple):
    """What a code or token stands for.

    Attributes:
        scopes: What the athlete granted.
        number: One for each time somebody signed in: the tokens of one sign-in end together.
    """

    scopes: frozenset[str]
    number: int


class SigningIn:
    """The part of the stand-in that signs in; it has no state but its own.

    Attributes:
        athlete_number: The athlete's.
        client_id, client_secret: The app's.
        callback_domain: Where the app may be called back, beside this machine.
        secrets: Every secret, code and token that there was: nothing of them may be seen.
        refreshes: How often a token was refreshed.
        asked: The scopes that apps asked for, each time.
    """

    hide: Callable[..., None]
    lock: Any

    def __init__(self) -> None:
        self.athlete_number = ATHLETE
        self.client_id = CLIENT_ID
        self.client_secret = CLIENT_SECRET
        self.callback_domain = "localhost"
        self.secrets: list[str] = []
        self.refreshes = 0
        self.asked: list[tuple[str, ...]] = []
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}
        self._refreshing: dict[str, Grant] = {}
        self._serial = itertools.count(1)
        super().__init__()
        self._secret(self.client_secret)

    def athlete_body(self) -> dict[str, Any]:
        """The athlete, as the interface shows them."""
        return {
            "id": self.athlete_number,
            "username": "ada",
            "resource_state": 2,
            "firstname": "Ada",
            "lastname": "Stand-in",
            "city": None,
            "country": None,
            "sex": None,
            "premium": False,
            "summit": False,
            "measurement_preference": "meters",
        }

    def session(self, *, scopes: Iterable[str] = EVERYTHING, expired: bool = False) -> dict[str, Any]:
        """The tokens of somebody who signed in earlier: access_token, refresh_token, expires_at, scope.

        Args:
            scopes: What they granted.
            expired: The token says that it has expired, and is not taken; it can be refreshed.
        """
        with self.lock:
            grant = Grant(frozenset(scopes), next(self._serial))
            issued = self._issue(grant)
            if expired:
                del self._tokens[issued["access_token"]]
                issued["expires_at"] = 1
            return {**issued, "scope": ",".join(sorted(grant.scopes))}

    def expire(self) -> None:
        """Let every token expire, though it says otherwise: the next request with it is answered with 401."""
        with self.lock:
            self._tokens.clear()

    def revoke(self) -> None:
        """End every session, as the athlete does in Strava's settings: nothing is taken any more."""
        with self.lock:
            for known in (self._tokens, self._refreshing, self._codes):
                known.clear()

    def knows(self, token: str) -> bool:
        """Whether a token, of access or to refresh with, would be taken."""
        with self.lock:
            return token in self._tokens or token in self._refreshing

    def granted_to(self, request: Request) -> frozenset[str]:
        """What the token of a request allows.

        Raises:
            Refusal: with status 401, when it is none.
        """
        grant = self._tokens.get(_bearer(request))
        if grant is None:
            raise refused(401, "Athlete", "access_token", "invalid")
        return grant.scopes

    @route("GET", "/oauth/authorize")
    def _ask(self, request: Request) -> Any:
        asked = {name: values[0] for name, values in request.query.items()}
        scopes = self._checked(asked)
        self.asked.append(scopes)
        return _html(asking(APP, asked, scopes))

    @route("POST", "/oauth/authorize")
    def _answered(self, request: Request) -> Any:
        form = request.form()
        asked = {name: values[0] for name, values in form.items() if name not in {"granted", "answer"}}
        scopes = self._checked(asked)
        said = {"state": asked.get("state", "")}
        if form.get("answer") == ["authorize"]:
            granted = [scope for scope in scopes if scope in form.get("granted", [])]
            code = self._new("code")
            self._codes[code] = Grant(frozenset(granted), next(self._serial))
            # Strava puts "read" in front of what was granted, whether or not it was asked for.
            said |= {"code": code, "scope": ",".join(dict.fromkeys(["read", *granted]))}
        else:
            said |= {"error": "access_denied"}
        return Reply(302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(said)}"})

    @route("POST", "/oauth/token")
    @route("POST", "/api/v3/oauth/token")
    def _token(self, request: Request) -> Any:
        form = {name: values[0] for name, values in request.form().items()}
        self._check_app(form.get("client_id", ""), form.get("client_secret", ""))
        kind = form.get("grant_type")
        if kind == "authorization_code":
            grant = self._codes.pop(form.get("code", ""), None)  # each is good for once
            if grant is None:
                raise refused(400, "AuthorizationCode", "code", "invalid")
            return {**self._issue(grant), "athlete": self.athlete_body()}
        if kind == "refresh_token":
            grant = self._refreshing.pop(form.get("refresh_token", ""), None)
            if grant is None:
                raise refused(400, "RefreshToken", "refresh_token", "invalid")
            self.refreshes += 1
            return self._issue(grant)
        raise refused(400, "Application", "grant_type", "invalid")

    @route("POST", "/oauth/revoke")
    def _revoke(self, request: Request) -> Any:
        """As in RFC 7009: a token that is not known is no error."""
        form = {name: values[0] for name, values in request.form().items()}
        number, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        self._check_app(number, secret)
        self._end(form.get("token", ""))
        return {}

    @route("POST", "/oauth/deauthorize")
    @route("POST", "/api/v3/oauth/deauthorize")
    def _deauthorise(self, request: Request) -> Any:
        token = _bearer(request)
        self.granted_to(request)
        self._end(token)
        return {"access_token": token}

    # Helpers.

    def _checked(self, asked: dict[str, str]) -> tuple[str, ...]:
        """The scopes that an app asks for, once the rest of its address is right."""
        if asked.get("client_id") != str(self.client_id):
            raise refused(400, "Application", "client_id", "invalid")
        if not self._may_be_called(asked.get("redirect_uri", "")):
            raise refused(400, "Application", "redirect_uri", "invalid")
        if asked.get("response_type") != "code":
            raise refused(400, "Application", "response_type", "invalid")
        scopes = tuple(asked.get("scope", "").split(","))
        if not set(scopes) <= set(SCOPES):
            raise refused(400, "Application", "scope", "invalid")
        return scopes

    def _may_be_called(self, address: str) -> bool:
        try:
            parts = urlsplit(address)
            _ = parts.port
        except ValueError:
            return False
        # The real one calls any host of the app's domain; tests stay on this machine.
        return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.query

    def _check_app(self, number: str, secret: str) -> None:
        if number != str(self.client_id):
            raise refused(400, "Application", "client_id", "invalid")
        if secret != self.client_secret:
            raise refused(401, "Application", "", "invalid")

    def _end(self, token: str) -> None:
        grant = self._tokens.get(token) or self._refreshing.get(token)
        if grant is None:
            return
        for known in (self._tokens, self._refreshing):
            for each in [name for name, of in known.items() if of == grant]:
                del known[each]

    def _issue(self, grant: Grant) -> dict[str, Any]:
        """A new token, and one to refresh it with, once."""
        access, refresh = self._new("access"), self._new("refresh")
        self._tokens[access] = grant
        self._refreshing[refresh] = grant
        return {
            "token_type": "Bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_at": NEVER,
            "expires_in": EXPIRES_IN,
        }

    def _new(self, kind: str) -> str:
        return self._secret(f"{kind}-{next(self._serial):06}-secret")

    def _secret(self, text: str) -> str:
        self.secrets.append(text)
        self.hide(text)
        return text


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token if kind == "Bearer" else ""


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind != "Basic":
        return None
    try:
        number, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return number, secret


def _html(page: str) -> Reply:
    return Reply(200, page, {"Content-Type": "text/html; charset=utf-8"})
