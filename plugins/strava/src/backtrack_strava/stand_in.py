"""A stand-in Strava on this machine: signing in through a page, activities, uploads and rate limits.

It imitates what Strava documents, what client libraries send and need, and the replies that others have
kept; what is known from none of these is marked so below. Nothing in it depends on the time: a session
expires when it is told to, a quarter of an hour is over when it is told so, and an upload is done after as
many requests as `polls` says.

::

    with StravaStandIn() as strava:
        number = strava.add_activity(name="Morning run", description="Felt good.")
        strava.next(limited(day=True), on="PUT /api/v3/activities/{number}")
"""

from __future__ import annotations

import datetime as dt
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.testing.mishaps import Mishap, Reply, answering
from backtrack_plugins.testing.standin import Request, StandIn, route
from backtrack_strava.stand_in_bodies import (
    EVERYONE,
    ONLY_ME,
    changes,
    fault,
    new_activity,
    refused,
    summary,
    upload_body,
)
from backtrack_strava.stand_in_files import FORMATS, BrokenFile, parts, recorded
from backtrack_strava.stand_in_signing_in import SigningIn

if TYPE_CHECKING:
    from collections.abc import Iterable

API = "/api/v3"
"""What the paths of the interface begin with; they are answered without it, too, as on the host of 2027."""

NOON = dt.datetime(2026, 12, 2, 12, 0, tzinfo=dt.UTC)
"""When activities begin unless something else is said."""

MOST_IN_A_PAGE = 200
"""Activities in one page of the list, as documented."""

READ = ("activity:read", "activity:read_all")


class Limits(NamedTuple):
    """How many requests there may be.

    Attributes:
        quarter: In a quarter of an hour.
        day: In a day.
    """

    quarter: int
    day: int


class StravaStandIn(SigningIn, StandIn):
    """Strava on 127.0.0.1, with one app and one athlete.

    Attributes:
        activities: The athlete's, by number, in full and in Strava's fields. Hold `lock` to look at them
            while a client is at work.
        uploads: By number.
        polls: How many requests an upload is still being processed for.
        normalises: Whether a description's line ends become line feeds and blanks at its end go. What
            Strava does is not known.
        links_duplicates: Whether the error about a duplicate has a link in it, or names the activity plainly.
        overall, reading: How many requests there may be altogether; and how many that do not upload.
        overall_used, reading_used: How many there were in the quarter of an hour and in the day.

    Args:
        unlimited: Take any number of requests.
    """

    def __init__(self, *, unlimited: bool = False) -> None:
        self.activities: dict[int, dict[str, Any]] = {}
        self.uploads: dict[int, dict[str, Any]] = {}
        self.polls = 1
        self.normalises = False
        self.links_duplicates = True
        many = 10**9
        self.overall = Limits(many, many) if unlimited else Limits(200, 2000)
        self.reading = Limits(many, many) if unlimited else Limits(100, 1000)
        self.overall_used, self.reading_used = Limits(0, 0), Limits(0, 0)
        self._activity_ids = itertools.count(15000000001)
        self._upload_ids = itertools.count(16000000001)
        super().__init__()

    # What tests put there, and do as the athlete would in the app.

    def add_activity(
        self,
        *,
        name: str = "Lunch run",
        started: dt.datetime = NOON,
        elapsed_seconds: int = 1800,
        distance_metres: float = 4000.0,
        athlete_number: int | None = None,
        **fields: Any,
    ) -> int:
        """Put an activity there, and return its number.

        Args:
            name: Its title.
            started: When it began, with its offset from UTC.
            elapsed_seconds: Pauses included.
            distance_metres: Its distance.
            athlete_number: Whose it is, when somebody else's: the athlete may read it, as what is public, and
                that is all.
            fields: Any field of it by Strava's name, such as ``description``.
        """
        with self.lock:
            number = next(self._activity_ids)
            self.activities[number] = new_activity(
                number,
                athlete=self.athlete_number if athlete_number is None else athlete_number,
                name=name,
                started=started,
                elapsed_seconds=elapsed_seconds,
                distance_metres=distance_metres,
                **fields,
            )
            return number

    def edit_activity(self, number: int, **fields: Any) -> None:
        """Change fields of an activity, as the athlete does in the app."""
        with self.lock:
            self.activities[number].update(fields)

    def delete_activity(self, number: int) -> None:
        """Remove an activity, as the athlete does in the app."""
        with self.lock:
            del self.activities[number]

    def edit_after_reading(self, number: int, **fields: Any) -> Mishap:
        """Let the athlete change an activity just after it is next read: the reader does not see it."""
        edit = _Edit(self, number, fields)
        return self.next(edit, on="GET /api/v3/activities/{number}")

    def description(self, number: int) -> str | None:
        """What stands at an activity."""
        with self.lock:
            said: str | None = self.activities[number]["description"]
            return said

    def use_up(self, *, day: bool = False) -> None:
        """Use up the requests of this quarter of an hour, or of the day, that do not upload."""
        with self.lock:
            used = self.reading_used
            self.reading_used = (
                used._replace(day=self.reading.day) if day else used._replace(quarter=self.reading.quarter)
            )

    def next_quarter(self) -> None:
        """Let the quarter of an hour be over."""
        with self.lock:
            self.overall_used = self.overall_used._replace(quarter=0)
            self.reading_used = self.reading_used._replace(quarter=0)

    def next_day(self) -> None:
        """Let the day be over, by UTC."""
        with self.lock:
            self.overall_used, self.reading_used = Limits(0, 0), Limits(0, 0)

    def received(self, request: Request) -> tuple[Reply, Mishap | None]:
        """Answer a request; every reply of the interface says how many requests there were."""
        reply, mishap = super().received(request)
        if not request.path.startswith("/oauth/"):
            with self.lock:
                usage = {
                    "X-RateLimit-Limit": _listed(self.overall),
                    "X-RateLimit-Usage": _listed(self.overall_used),
                    "X-ReadRateLimit-Limit": _listed(self.reading),
                    "X-ReadRateLimit-Usage": _listed(self.reading_used),
                }
            reply = reply._replace(headers={**usage, **reply.headers})
        return reply, mishap

    # Activities.

    @route("GET", f"{API}/athlete")
    @route("GET", "/athlete")
    def _athlete(self, request: Request) -> Any:
        self._enter(request, ("read", "read_all", "profile:read_all"), missing="read_permission")
        return self.athlete_body()

    @route("GET", f"{API}/athlete/activities")
    @route("GET", "/athlete/activities")
    def _list(self, request: Request) -> Any:
        scopes = self._enter(request, READ, missing="activity:read_permission")
        before, after = _number(request, "before", 1 << 40), _number(request, "after", -1)
        page, size = _number(request, "page", 1), _number(request, "per_page", 30)
        if page < 1 or not 1 <= size <= MOST_IN_A_PAGE:
            raise refused(400, "Application", "page" if page < 1 else "per_page", "invalid")
        rows = [
            each
            for each in self.activities.values()
            if after < _epoch(each) < before and self._is_visible(each, scopes) and self._is_mine(each)
        ]
        # The newest first, as others report; with `after`, the oldest first.
        rows.sort(key=lambda each: (_epoch(each), each["id"]), reverse="after" not in request.query)
        return [summary(each) for each in rows[(page - 1) * size : page * size]]

    @route("GET", f"{API}/activities/{{number}}")
    @route("GET", "/activities/{number}")
    def _read(self, request: Request, number: str) -> Any:
        scopes = self._enter(request, READ, missing="activity:read_permission")
        return dict(self._known(number, scopes))

    @route("PUT", f"{API}/activities/{{number}}")
    @route("PUT", "/activities/{number}")
    def _change(self, request: Request, number: str) -> Any:
        scopes = self._enter(request, ("activity:write",), missing="activity:write_permission")
        activity = self._known(number, scopes)
        if not self._is_mine(activity):
            raise refused(403, "Activity", "", "forbidden")
        found = changes(request.json())
        if self.normalises and "description" in found:
            found["description"] = found["description"].replace("\r\n", "\n").rstrip()
        activity.update(found)
        return dict(activity)

    # Uploads.

    @route("POST", f"{API}/uploads")
    @route("POST", "/uploads")
    def _upload(self, request: Request) -> Any:
        self._enter(request, ("activity:write",), missing="activity:write_permission", uploads=True)
        sent = parts(request)
        given = {name: content.decode("utf-8", "replace") for name, (_, content) in sent.items()}
        given |= {name: values[0] for name, values in request.query.items()}
        kind = given.get("data_type", "")
        if kind.removesuffix(".gz") not in FORMATS:
            raise refused(400, "Upload", "data_type", "invalid" if kind else "missing")
        if "file" not in sent or not sent["file"][1]:
            raise refused(400, "Upload", "file", "missing")
        name, data = sent["file"]
        number = next(self._upload_ids)
        self.uploads[number] = {
            "id": number,
            "external_id": given.get("external_id") or name,
            "error": None,
            "activity_id": None,
            "data": data,
            "kind": kind,
            "given": given,
            "waits": self.polls + 1,
        }
        return Reply(201, upload_body(self.uploads[number]))

    @route("GET", f"{API}/uploads/{{number}}")
    @route("GET", "/uploads/{number}")
    def _poll(self, request: Request, number: str) -> Any:
        self._enter(request, ("activity:write",), missing="activity:write_permission")
        if not number.isdigit() or int(number) not in self.uploads:
            raise refused(404, "Upload", "", "not found")
        return upload_body(self.uploads[int(number)])

    # Helpers.

    def _enter(
        self, request: Request, scopes: Iterable[str], *, missing: str, uploads: bool = False
    ) -> frozenset[str]:
        """Count a request and look at its token; returns what the token allows."""
        self._count(uploads=uploads)
        self._work_on_uploads()
        granted = self.granted_to(request)
        if not granted.intersection(scopes):
            raise refused(401, "AccessToken", missing, "missing")
        return granted

    def _count(self, *, uploads: bool) -> None:
        """Requests over the limit count, too."""
        self.overall_used = Limits(*(each + 1 for each in self.overall_used))
        if not uploads:
            self.reading_used = Limits(*(each + 1 for each in self.reading_used))
        over = [self.overall_used.quarter > self.overall.quarter, self.overall_used.day > self.overall.day]
        if not uploads:
            over += [
                self.reading_used.quarter > self.reading.quarter,
                self.reading_used.day > self.reading.day,
            ]
        if any(over):
            field = "overall rate limit" if any(over[:2]) else "read rate limit"
            raise refused(429, "Application", field, "exceeded")

    def _work_on_uploads(self) -> None:
        for upload in self.uploads.values():
            upload["waits"] -= 1
            if upload["waits"] == 0:
                self._finish(upload)

    def _finish(self, upload: dict[str, Any]) -> None:
        name = upload["external_id"]
        try:
            found = recorded(upload["data"], upload["kind"])
        except BrokenFile as error:
            upload["error"] = f"{name} {error}"
            return
        # Others observed that whatever overlaps an activity in time is taken for its duplicate.
        began = found.started.timestamp()
        for each in filter(self._is_mine, self.activities.values()):
            if (
                _epoch(each) < began + max(found.elapsed_seconds, 1)
                and began < _epoch(each) + each["elapsed_time"]
            ):
                upload["error"] = self._duplicate(name, each)
                return
        given = upload["given"]
        number = self.add_activity(
            name=given.get("name") or f"{found.sport} of {found.started:%d %B}",
            started=found.started,
            elapsed_seconds=found.elapsed_seconds,
            distance_metres=found.distance_metres,
            sport_type=found.sport,
            description=given.get("description"),
            trainer=given.get("trainer") in {"1", "true", "True"},
            external_id=name,
            upload_id=upload["id"],
        )
        upload["activity_id"] = number

    def _duplicate(self, name: str, activity: dict[str, Any]) -> str:
        if not self.links_duplicates:
            return f"{name} duplicate of activity {activity['id']}"
        link = f"<a href='/activities/{activity['id']}' target='_blank'>{activity['name']}</a>"
        return f"{name} duplicate of {link}"

    def _is_visible(self, activity: dict[str, Any], scopes: frozenset[str]) -> bool:
        return activity["visibility"] != ONLY_ME or "activity:read_all" in scopes

    def _is_mine(self, activity: dict[str, Any]) -> bool:
        return bool(activity["athlete"]["id"] == self.athlete_number)

    def _known(self, number: str, scopes: frozenset[str]) -> dict[str, Any]:
        found = self.activities.get(int(number)) if number.isdigit() else None
        if found is None or not self._is_visible(found, scopes):
            raise refused(404, "Activity", "", "not found")
        return found


class _Edit(Mishap):
    """The athlete's edit between a reply and what the client does with it."""

    def __init__(self, strava: StravaStandIn, number: int, fields: dict[str, Any]) -> None:
        super().__init__()
        self._strava = strava
        self._number = number
        self._fields = fields

    def after(self, reply: Reply) -> Reply:
        """Change it once the reply is made."""
        self._strava.edit_activity(self._number, **self._fields)
        return reply


def limited(*, day: bool = False) -> Mishap:
    """Answer that there were too many requests: in this quarter of an hour, or in the day."""
    headers = {
        "X-RateLimit-Limit": "200,2000",
        "X-RateLimit-Usage": "150,1400",
        "X-ReadRateLimit-Limit": "100,1000",
        "X-ReadRateLimit-Usage": "42,1001" if day else "101,420",
    }
    return answering(429, fault(429, "Application", "read rate limit", "exceeded"), headers)


def inactive() -> Mishap:
    """Answer as Strava does once the owner of the app has no subscription."""
    return answering(403, fault(403, "Application", "Status", "Inactive"))


def unauthorised() -> Mishap:
    """Answer that the token is not known."""
    return answering(401, fault(401, "Athlete", "access_token", "invalid"))


def _listed(limits: Limits) -> str:
    return ",".join(map(str, limits))


def _epoch(activity: dict[str, Any]) -> int:
    return int(dt.datetime.fromisoformat(activity["start_date"]).timestamp())


def _number(request: Request, name: str, known: int) -> int:
    given = request.query.get(name, [str(known)])[0]
    try:
        return int(given)
    except ValueError:
        raise refused(400, "Application", name, "invalid") from None


__all__ = ["EVERYONE", "ONLY_ME", "Limits", "StravaStandIn", "inactive", "limited", "unauthorised"]
