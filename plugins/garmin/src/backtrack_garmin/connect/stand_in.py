"""A stand-in Connect on this machine: workouts, a calendar, devices, sessions, and signing in to it.

It imitates what is known of the real one, and what is not is marked so below: captured replies give the
fields, and what the clients of others expect gives the rest. Numbers decide and keys do not count; numbers
come back rounded, and what was left out comes back as null; the same workout may stand twice on a day, and
a workout takes its days with it when it goes. Nothing in it depends on the time: dates come from a counter.

::

    with ConnectStandIn() as connect:
        connect.next(answering(429, headers={"Retry-After": "2"}), on="POST /workout-service/workout")
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote

from backtrack_garmin.connect.stand_in_bodies import refused, stored, summary, types
from backtrack_plugins.testing.mishaps import Reply
from backtrack_plugins.testing.standin import Refusal, Request, StandIn, route

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

EMAIL = "ada@example.com"
PASSWORD = "correct-horse-battery"  # noqa: S105 - of nobody
CONSUMER_KEY, CONSUMER_SECRET = "consumer-key", "consumer-secret"
DEVICES = {3400000001: "Forerunner 255", 3400000002: "Venu 3"}

NEVER = 4102444800
"""2100-01-01, in seconds since 1970: when tokens say that they expire, unless they should have."""

START = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the service names no time zone
PAGE = """<html><head><title>{title}</title></head><body><form>
<input type="hidden" name="_csrf" value="csrf-1"></form>{more}</body></html>"""


class ConnectAccount:
    """One account of the stand-in, with what is in it.

    Attributes:
        email: Who signs in.
        password: With what.
        code: The code that is asked for after the password; None for an account that wants none.
        workouts: By number.
        schedules: Workouts on days, by their own number.
        devices: Each device's name, by number.
        device_fields: More fields of a device, by its number.
        messages: What was sent on to devices, in order.
    """

    def __init__(self, number: int, email: str, password: str, code: str | None) -> None:
        self.number = number
        self.email = email
        self.password = password
        self.code = code
        self.workouts: dict[int, dict[str, Any]] = {}
        self.schedules: dict[int, dict[str, Any]] = {}
        self.devices: dict[int, str] = dict(DEVICES)
        self.device_fields: dict[int, dict[str, Any]] = {}
        self.messages: list[dict[str, Any]] = []


class ConnectStandIn(StandIn):
    """Garmin Connect on 127.0.0.1.

    Attributes:
        account: The account that there is from the start; `add_account` makes more.
        secrets: Every password, code, ticket and token that there was: nothing of them may be seen.
        lists: How workouts on days are listed: with the names that Connect's own web page gets them by
            (``scheduledWorkoutId``, ``scheduleDate``), or those of a single one (``workoutScheduleId``,
            ``calendarDate``). No capture shows which `workoutScheduleByPeriod` uses.
        refreshes: How often a session was refreshed.

    Args:
        code: A code that the account asks for after the password.
    """

    def __init__(self, *, code: str | None = None) -> None:
        self.secrets: list[str] = []
        self.refreshes = 0
        self.lists: Literal["as listed", "as one"] = "as listed"
        self._accounts: dict[str, ConnectAccount] = {}
        self._tokens: dict[str, ConnectAccount] = {}
        self._refreshing: dict[str, ConnectAccount] = {}
        self._oauth: dict[str, ConnectAccount] = {}
        self._tickets: dict[str, tuple[ConnectAccount, str]] = {}
        self._waiting: ConnectAccount | None = None
        self._workout_ids = itertools.count(1684000001)
        self._schedule_ids = itertools.count(1567000001)
        self._step_ids = itertools.count(14483000001)
        self._message_ids = itertools.count(1)
        self._serial = itertools.count(1)
        self._ticks = itertools.count()
        super().__init__()
        self.account = self.add_account(EMAIL, PASSWORD, code=code)

    def add_account(self, email: str, password: str, *, code: str | None = None) -> ConnectAccount:
        """Another account, with nothing in it."""
        account = ConnectAccount(100 + len(self._accounts), email, password, code)
        self._accounts[email] = account
        self._secret(email)
        self._secret(password)
        if code is not None:
            self._secret(code)
        return account

    # What tests put there, and look at.

    def add_workout(self, body: Mapping[str, Any], *, account: ConnectAccount | None = None) -> int:
        """Put a workout there as somebody else made it, and return its number."""
        with self.lock:
            return self._add(account or self.account, dict(body))

    def edit_workout(self, number: int, body: Mapping[str, Any]) -> None:
        """Replace a workout as somebody does who edits it in the web page."""
        with self.lock:
            account = self.account
            created = account.workouts[number]["createdDate"]
            account.workouts[number] = self._shown(account, dict(body), number, created)

    def delete_workout(self, number: int) -> None:
        """Remove a workout, with its days, as somebody does in the web page."""
        with self.lock:
            _delete(self.account, number)

    def add_schedule(self, workout: int, on: str, *, account: ConnectAccount | None = None) -> int:
        """Put a workout on a day, such as ``2026-12-02``, and return the number of that."""
        with self.lock:
            return self._schedule(account or self.account, workout, on)

    @property
    def workouts(self) -> dict[int, dict[str, Any]]:
        """The account's workouts, by number."""
        return self.account.workouts

    @property
    def schedules(self) -> dict[int, dict[str, Any]]:
        """The account's workouts on days, by their own number."""
        return self.account.schedules

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What was sent on to the account's devices."""
        return self.account.messages

    def scheduled(self) -> list[tuple[str, int]]:
        """Each day with the number of a workout on it, sorted."""
        with self.lock:
            return sorted((each["calendarDate"], each["workoutId"]) for each in self.schedules.values())

    # Sessions that clients saved earlier.

    def garth_session(
        self, *, expired: bool = False, account: ConnectAccount | None = None
    ) -> dict[str, str]:
        """The files of a session as garth saves it, by name.

        Args:
            expired: The client can see that its token has to be refreshed first.
            account: Whose; the first account's when left out.
        """
        with self.lock:
            account = account or self.account
            token, secret = self._new("oauth-token"), self._new("oauth-secret")
            self._oauth[token] = account
            issued = self._issue(account)
            at = {"expires_at": 0 if expired else NEVER, "refresh_token_expires_at": NEVER}
            first = {
                "oauth_token": token,
                "oauth_token_secret": secret,
                "mfa_token": None,
                "mfa_expiration_timestamp": None,
                "domain": "garmin.com",
            }
            return {
                "oauth1_token.json": json.dumps(first),
                "oauth2_token.json": json.dumps({**issued, **at}),
            }

    def garminconnect_session(
        self, *, expired: bool = False, account: ConnectAccount | None = None
    ) -> dict[str, str]:
        """The file of a session as garminconnect saves it, by name; arguments as for `garth_session`."""
        with self.lock:
            issued = self._issue(account or self.account, expires=1 if expired else NEVER)
            saved = {
                "di_token": issued["access_token"],
                "di_refresh_token": issued["refresh_token"],
                "di_client_id": "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2",
            }
            return {"garmin_tokens.json": json.dumps(saved)}

    def expire(self) -> None:
        """Let every token expire, though it says otherwise: the next request with it is answered with 401."""
        with self.lock:
            self._tokens.clear()

    def revoke(self) -> None:
        """End every session: no token and no refresh is taken any more."""
        with self.lock:
            for known in (self._tokens, self._refreshing, self._oauth):
                known.clear()

    def knows(self, token: str) -> bool:
        """Whether a token would be taken."""
        with self.lock:
            return token in self._tokens

    # Workouts.

    @route("GET", "/workout-service/workout/types")
    def _types(self, request: Request) -> Any:
        self._account_of(request)
        return types()

    @route("POST", "/workout-service/workout")
    def _create(self, request: Request) -> Any:
        account = self._account_of(request)
        return account.workouts[self._add(account, request.json())]

    @route("GET", "/workout-service/workouts")
    def _list(self, request: Request) -> Any:
        account = self._account_of(request)
        start, limit = (_number(request, name, known) for name, known in (("start", 0), ("limit", 20)))
        rows = [account.workouts[number] for number in sorted(account.workouts, reverse=True)]
        return [summary(workout) for workout in rows[start : start + limit]]

    @route("GET", "/workout-service/workout/{number}")
    def _read(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        return account.workouts[self._known(account, number)]

    @route("PUT", "/workout-service/workout/{number}")
    def _replace(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        known = self._known(account, number)
        body = request.json()
        if not isinstance(body, dict) or body.get("workoutId") != known:
            raise refused("workoutId does not match")
        kept = {name: account.workouts[known][name] for name in ("workoutId", "createdDate")}
        account.workouts[known] = self._shown(account, body, kept["workoutId"], kept["createdDate"])

    @route("DELETE", "/workout-service/workout/{number}")
    def _delete(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        known = self._known(account, number)
        _delete(account, known)

    @route("GET", "/workout-service/workout/FIT/{number}")
    def _fit(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        return f"the FIT file of {self._known(account, number)}".encode()

    # Days.

    @route("GET", "/workout-service/schedule/workoutScheduleByPeriod")
    def _by_period(self, request: Request) -> Any:
        account = self._account_of(request)
        first, last = (_day(request.query.get(name, [""])[0]) for name in ("startDate", "endDate"))
        if last < first:
            raise refused("endDate is before startDate")
        return [self._listed(account, each) for each in self._between(account, first, last)]

    @route("PUT", "/workout-service/schedule/sendtodevices")
    def _push_all(self, request: Request) -> Any:
        self._account_of(request)

    @route("POST", "/workout-service/schedule/{number}")
    def _put_on_day(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        known = self._known(account, number)
        body = request.json()
        day = body.get("date") if isinstance(body, dict) else None
        return self._one(account, self._schedule(account, known, day))

    @route("GET", "/workout-service/schedule/{number}")
    def _read_day(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        return self._one(account, self._known_schedule(account, number))

    @route("PUT", "/workout-service/schedule/{number}")
    def _move(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        known = self._known_schedule(account, number)
        body = request.json()
        day = body.get("calendarDate") if isinstance(body, dict) else None
        account.schedules[known]["calendarDate"] = _day(day).isoformat()
        return self._one(account, known)

    @route("DELETE", "/workout-service/schedule/{number}")
    def _take_off_day(self, request: Request, number: str) -> Any:
        account = self._account_of(request)
        del account.schedules[self._known_schedule(account, number)]

    @route("GET", "/calendar-service/year/{year}/month/{month}")
    def _calendar(self, request: Request, year: str, month: str) -> Any:
        """A month of the calendar in whole weeks: months count from 0, and days of the next ones show."""
        account = self._account_of(request)
        try:
            first = dt.date(int(year), int(month) + 1, 1)
        except ValueError:
            raise refused("no such month") from None
        following = (first + dt.timedelta(days=31)).replace(day=1)
        week = dt.timedelta(days=6)
        found = self._between(account, first - week, following + week)
        return {
            "startDayOfMonth": first.weekday(),
            "numOfDaysInMonth": (following - first).days,
            "month": int(month),
            "year": int(year),
            "calendarItems": [
                {
                    "id": each["workoutScheduleId"],
                    "itemType": "workout",
                    "date": each["calendarDate"],
                    "workoutId": each["workoutId"],
                    "title": account.workouts[each["workoutId"]]["workoutName"],
                    "sportTypeKey": account.workouts[each["workoutId"]]["sportType"]["sportTypeKey"],
                }
                for each in found
            ],
        }

    # Devices.

    @route("GET", "/device-service/deviceregistration/devices")
    def _devices(self, request: Request) -> Any:
        account = self._account_of(request)
        return [
            {
                "deviceId": number,
                "unitId": number,
                "displayName": name,
                "productDisplayName": name,
                "deviceTypePk": 37000 + place,
                "applicationKey": name.replace(" ", "").lower(),
                "deviceStatus": "active",
                "deviceCategories": ["FITNESS", "WELLNESS"],
                "partNumber": None,
                "activeInd": 1,
                **account.device_fields.get(number, {}),
            }
            for place, (number, name) in enumerate(account.devices.items())
        ]

    @route("GET", "/device-service/deviceservice/mylastused")
    def _last_used(self, request: Request) -> Any:
        """No device: it may be one that stands for none, and never syncs."""
        self._account_of(request)
        return {"userDeviceId": 1, "lastUsedDeviceName": "Default", "lastUsedDeviceUploadTime": None}

    @route("POST", "/device-service/devicemessage/messages")
    def _message(self, request: Request) -> Any:
        account = self._account_of(request)
        messages = request.json()
        if not isinstance(messages, list) or not messages:
            raise refused("a list of messages is wanted")
        for message in messages:
            if not isinstance(message, dict) or message.get("deviceId") not in account.devices:
                raise refused("no such device")
            number = self._known(account, message.get("metaDataId"))
            if message.get("messageUrl") != f"workout-service/workout/FIT/{number}":
                raise refused("messageUrl does not match")
        added = [{**each, "messageId": next(self._message_ids), "messageStatus": "new"} for each in messages]
        account.messages += added
        return added

    # Profile.

    @route("GET", "/userprofile-service/socialProfile")
    def _profile(self, request: Request) -> Any:
        account = self._account_of(request)
        return {"profileId": account.number, "displayName": f"user-{account.number}", "fullName": "Ada"}

    # Signing in, as garminconnect does: three pages of the service that lead to the same ticket.

    @route("GET", "/mobile/sso/en_US/sign-in")
    @route("GET", "/portal/sso/en-US/sign-in")
    @route("GET", "/sso/embed")
    @route("GET", "/sso/signin")
    def _page(self, request: Request) -> Any:  # noqa: ARG002 - it is the same for all
        return _html("GARMIN Authentication Application")

    @route("POST", "/mobile/api/login")
    @route("POST", "/portal/api/login")
    def _login(self, request: Request) -> Any:
        body = request.json()
        account = self._accounts.get(str(body.get("username")))
        if account is None or account.password != body.get("password"):
            return {"responseStatus": {"type": "INVALID_USERNAME_PASSWORD", "message": None}}
        if account.code is not None:
            self._waiting = account
            return {
                "responseStatus": {"type": "MFA_REQUIRED"},
                "customerMfaInfo": {"mfaLastMethodUsed": "email", "email": account.email},
            }
        return self._signed_in(account, _service(request))

    @route("POST", "/mobile/api/mfa/verifyCode")
    @route("POST", "/portal/api/mfa/verifyCode")
    def _verify(self, request: Request) -> Any:
        account = self._waiting
        if account is None or request.json().get("mfaVerificationCode") != account.code:
            return {"responseStatus": {"type": "INVALID_MFA_CODE", "message": None}}
        self._waiting = None
        return self._signed_in(account, _service(request))

    @route("POST", "/sso/signin")
    def _widget(self, request: Request) -> Any:
        form = {name: values[0] for name, values in request.form().items()}
        account = self._accounts.get(form.get("username", ""))
        if account is None or account.password != form.get("password"):
            return _html("Invalid sign in")
        if account.code is not None:
            self._waiting = account
            return _html("GARMIN Authentication Application > MFA")
        return self._success(account, _service(request))

    @route("POST", "/sso/verifyMFA/loginEnterMfaCode")
    def _widget_code(self, request: Request) -> Any:
        account = self._waiting
        if account is None or request.form().get("mfa-code") != [account.code]:
            return _html("Invalid code")
        self._waiting = None
        return self._success(account, _service(request))

    @route("POST", "/di-oauth2-service/oauth/token")
    def _di_token(self, request: Request) -> Any:
        form = {name: values[0] for name, values in request.form().items()}
        if form.get("grant_type") == "refresh_token":
            account = self._refreshing.pop(form.get("refresh_token", ""), None)
            self.refreshes += account is not None
        else:
            account, service = self._tickets.pop(form.get("service_ticket", ""), (None, ""))
            if account is not None and service != form.get("service_url"):
                account = None
        if account is None:
            raise Refusal(400, {"error": "invalid_grant", "error_description": "the grant is not valid"})
        return self._issue(account)

    # Refreshing, as garth does.

    @route("GET", "/oauth_consumer.json")
    def _consumer(self, request: Request) -> Any:  # noqa: ARG002 - anybody may have it
        return {"consumer_key": CONSUMER_KEY, "consumer_secret": CONSUMER_SECRET}

    @route("POST", "/oauth-service/oauth/exchange/user/2.0")
    def _exchange(self, request: Request) -> Any:
        given = request.headers.get("authorization", "")
        fields = {
            name.strip(): unquote(value.strip().strip('"'))
            for name, _, value in (each.partition("=") for each in given.removeprefix("OAuth ").split(","))
        }
        account = self._oauth.get(fields.get("oauth_token", ""))
        if (
            account is None
            or fields.get("oauth_consumer_key") != CONSUMER_KEY
            or not fields.get("oauth_signature")
        ):
            raise refused("the token is not known", 401)
        self.refreshes += 1
        return self._issue(account)

    # Helpers.

    def _account_of(self, request: Request) -> ConnectAccount:
        """Whose token came with a request."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        account = self._tokens.get(token) if kind == "Bearer" else None
        if account is None:
            raise refused("HTTP 401 Unauthorized", 401)
        return account

    def _known(self, account: ConnectAccount, number: Any) -> int:
        if not str(number).isdigit():
            raise refused("the workout's number is none")
        if int(number) not in account.workouts:
            raise refused(f"No workout found for workout = {number}", 404)
        return int(number)

    def _known_schedule(self, account: ConnectAccount, number: str) -> int:
        if not number.isdigit():
            raise refused("the schedule's number is none")
        if int(number) not in account.schedules:
            raise refused(f"No workout found for workout schedule = {number}", 404)
        return int(number)

    def _add(self, account: ConnectAccount, body: Any) -> int:
        shown = stored(body, step_ids=self._step_ids)
        number = next(self._workout_ids)
        now = self._now()
        account.workouts[number] = {**self._head(account, number, now, now), **shown}
        return number

    def _shown(self, account: ConnectAccount, body: Any, number: int, created: str) -> dict[str, Any]:
        shown = stored(body, step_ids=self._step_ids)
        return {**self._head(account, number, created, self._now()), **shown}

    def _head(self, account: ConnectAccount, number: int, created: str, changed: str) -> dict[str, Any]:
        author = {"userProfilePk": account.number, "displayName": f"user-{account.number}", "fullName": "Ada"}
        return {
            "workoutId": number,
            "ownerId": account.number,
            "updatedDate": changed,
            "createdDate": created,
            "author": author,
        }

    def _now(self) -> str:
        """The time by the stand-in's own clock, which ticks with each change."""
        return (START + dt.timedelta(seconds=next(self._ticks))).strftime("%Y-%m-%dT%H:%M:%S.0")

    def _schedule(self, account: ConnectAccount, workout: int, on: Any) -> int:
        day = _day(on)
        number = next(self._schedule_ids)
        account.schedules[number] = {
            "workoutScheduleId": number,
            "workoutId": workout,
            "calendarDate": day.isoformat(),
            "createdDate": self._now(),
        }
        return number

    def _between(self, account: ConnectAccount, first: dt.date, last: dt.date) -> Iterable[dict[str, Any]]:
        found = [
            each
            for each in account.schedules.values()
            if first.isoformat() <= each["calendarDate"] <= last.isoformat()
        ]
        return sorted(found, key=lambda each: (each["calendarDate"], each["workoutScheduleId"]))

    def _one(self, account: ConnectAccount, number: int) -> dict[str, Any]:
        kept = account.schedules[number]
        return {
            "workoutScheduleId": number,
            "workout": account.workouts[kept["workoutId"]],
            "calendarDate": kept["calendarDate"],
            "createdDate": kept["createdDate"],
            "ownerId": account.number,
            "newName": None,
            "consumer": None,
            "atpPlanTypeId": None,
            "associatedActivityId": None,
        }

    def _listed(self, account: ConnectAccount, kept: dict[str, Any]) -> dict[str, Any]:
        if self.lists == "as one":
            one = self._one(account, kept["workoutScheduleId"])
            return {**one, "workout": summary(one["workout"])}
        workout = account.workouts[kept["workoutId"]]
        return {
            "workoutUuid": None,
            "scheduledWorkoutId": kept["workoutScheduleId"],
            "workoutId": kept["workoutId"],
            "workoutName": workout["workoutName"],
            "workoutType": workout["sportType"]["sportTypeKey"],
            "scheduleDate": kept["calendarDate"],
            "tpPlanName": None,
            "associatedActivityId": None,
            "estimatedDurationInSecs": workout["estimatedDurationInSecs"],
            "estimatedDistanceInMeters": workout["estimatedDistanceInMeters"],
        }

    def _signed_in(self, account: ConnectAccount, service: str) -> dict[str, Any]:
        return {
            "responseStatus": {"type": "SUCCESSFUL"},
            "serviceURL": service,
            "serviceTicketId": self._ticket(account, service),
        }

    def _success(self, account: ConnectAccount, service: str) -> Reply:
        ticket = self._ticket(account, service)
        return _html("Success", f'<script>var url = "{service}?ticket={ticket}";</script>')

    def _ticket(self, account: ConnectAccount, service: str) -> str:
        ticket = self._new("ST")
        self._tickets[ticket] = (account, service)
        return ticket

    def _issue(self, account: ConnectAccount, *, expires: int = NEVER) -> dict[str, Any]:
        """A new token that is taken, and one to refresh it with, once."""
        serial = next(self._serial)
        claims = {"client_id": "GARMIN_CONNECT_MOBILE_ANDROID_DI_2025Q2", "exp": expires, "jti": serial}
        token = ".".join([_encoded({"alg": "RS256"}), _encoded(claims), f"signature-{serial:06}"])
        refresh = self._new("refresh-token")
        self._secret(token)
        self._tokens[token] = account
        self._refreshing[refresh] = account
        return {
            "scope": "CONNECT_READ CONNECT_WRITE",
            "jti": f"jti-{serial}",
            "token_type": "Bearer",
            "access_token": token,
            "refresh_token": refresh,
            "expires_in": 102000,
            "refresh_token_expires_in": 2592000,
        }

    def _new(self, kind: str) -> str:
        return self._secret(f"{kind}-{next(self._serial):06}-secret")

    def _secret(self, text: str) -> str:
        self.secrets.append(text)
        self.hide(text)
        return text


def _encoded(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def _html(title: str, more: str = "") -> Reply:
    return Reply(200, PAGE.format(title=title, more=more), {"Content-Type": "text/html; charset=utf-8"})


def _service(request: Request) -> str:
    return request.query.get("service", [""])[0]


def _number(request: Request, name: str, known: int) -> int:
    given = request.query.get(name, [str(known)])[0]
    if not given.isdigit():
        raise refused(f"{name} is no number")
    return int(given)


def _day(text: Any) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError):
        raise refused("the date is none") from None


def _delete(account: ConnectAccount, number: int) -> None:
    del account.workouts[number]
    account.schedules = {key: each for key, each in account.schedules.items() if each["workoutId"] != number}
