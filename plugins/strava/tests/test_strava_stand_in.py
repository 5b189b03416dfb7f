"""The stand-in Strava: real stravalib talks to it over a real socket, and what tests need can be seen."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import os
import re
import subprocess
import sys
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
import strava_files

from backtrack_plugins.testing import mishaps
from backtrack_plugins.testing.standin import StandIn
from backtrack_strava.testing import (
    StravaStandIn,
    answer,
    environment,
    inactive,
    limited,
    mounted_session,
    unauthorised,
)

NOON = dt.datetime(2026, 12, 2, 12, tzinfo=dt.UTC)
ACTIVITY = "/api/v3/activities/{number}"
BACK = "http://127.0.0.1:9/callback"


@pytest.fixture
def service():
    with StravaStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def stravalib(monkeypatch):
    """The library; importing it turns warnings on for the whole process, which the tests put back."""
    import warnings

    monkeypatch.setenv("SILENCE_TOKEN_WARNINGS", "true")
    with warnings.catch_warnings():
        import stravalib
        import stravalib.exc
    return stravalib


@pytest.fixture
def client(service, stravalib):
    """A client of stravalib for somebody who granted everything."""
    return connected(service, stravalib)


def connected(service: StravaStandIn, stravalib, **session):
    made = stravalib.Client(requests_session=mounted_session(service), rate_limit_requests=False)
    made.access_token = service.session(**session)["access_token"]
    return made


def asked(service: StravaStandIn, **changed) -> dict[str, str]:
    fields = {
        "client_id": str(service.client_id),
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "read,activity:read_all,activity:write",
        "state": "state-1",
    }
    return {name: value for name, value in (fields | changed).items() if value is not None}


def called_back(
    service: StravaStandIn, *, granted: list[str], button: str = "authorize", **changed
) -> dict[str, str]:
    """What the app is called back with, once the athlete answered the page."""
    form = {**asked(service, **changed), "granted": granted, "answer": button}
    response = requests.post(
        f"{service.base_url}/oauth/authorize", data=form, allow_redirects=False, timeout=30
    )
    assert response.status_code == 302
    address = response.headers["Location"]
    assert address.startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


class TestThePageThatAsks:
    def test_names_the_app_and_has_a_box_for_each_scope(self, service, stravalib) -> None:
        url = stravalib.Client().authorization_url(
            client_id=service.client_id, redirect_uri=BACK, scope=["read", "activity:write"], state="state-1"
        )
        page = mounted_session(service).get(url, timeout=30)
        assert page.headers["Content-Type"].startswith("text/html")
        assert "Authorize Backtrack at home" in page.text
        assert re.findall(r'name="granted" value="([^"]+)" checked', page.text) == ["read", "activity:write"]
        assert service.asked == [("read", "activity:write")]
        assert not re.search(r"(src|href)=\"(?!data:)", page.text)

    def test_shows_what_the_app_says_as_text(self, service) -> None:
        query = asked(service, state='"><script>alert(1)</script>')
        page = requests.get(f"{service.base_url}/oauth/authorize", params=query, timeout=30).text
        assert "<script" not in page

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"client_id": "1"}, "client_id"),
            ({"client_id": None}, "client_id"),
            ({"redirect_uri": "http://example.com/callback"}, "redirect_uri"),
            ({"redirect_uri": "http://127.0.0.1:no/"}, "redirect_uri"),
            ({"redirect_uri": None}, "redirect_uri"),
            ({"response_type": "token"}, "response_type"),
            ({"scope": "read,everything"}, "scope"),
            ({"scope": None}, "scope"),
        ],
    )
    def test_refuses_an_address_that_is_wrong(self, service, changed, field) -> None:
        query = asked(service, **changed)
        response = requests.get(f"{service.base_url}/oauth/authorize", params=query, timeout=30)
        assert response.status_code == 400
        assert [each["field"] for each in response.json()["errors"]] == [field]

    def test_sends_back_a_code_with_what_was_granted(self, service) -> None:
        found = called_back(service, granted=["read", "activity:write"])
        assert found.pop("code")
        assert found == {"state": "state-1", "scope": "read,activity:write"}

    def test_grants_nothing_that_was_not_asked_for(self, service) -> None:
        found = called_back(service, granted=["read", "activity:write"], scope="read,activity:read")
        assert found["scope"] == "read"

    def test_sends_back_that_the_athlete_would_rather_not(self, service) -> None:
        found = called_back(service, granted=["read"], button="cancel")
        assert found == {"state": "state-1", "error": "access_denied"}


class TestTheAthlete:
    """Who answers the page where there is no browser."""

    @pytest.fixture
    def app(self):
        """An app that is called back."""
        with StandIn() as app:
            app.add("GET", "/callback", lambda _: "Thank you.")
            yield app

    @pytest.mark.parametrize(
        ("answers", "called"),
        [
            ({}, {"scope": ["read,activity:read_all,activity:write"]}),
            ({"without": ["activity:write"]}, {"scope": ["read,activity:read_all"]}),
            ({"cancel": True}, {"error": ["access_denied"]}),
        ],
    )
    def test_says_yes_or_less_than_that(self, service, app, answers, called) -> None:
        query = asked(service, redirect_uri=f"{app.base_url}/callback")
        assert answer(f"{service.base_url}/oauth/authorize?{urlencode(query)}", **answers) == "Thank you."
        (request,) = app.requests
        assert {name: value for name, value in request.query.items() if name != "code"} == {
            "state": ["state-1"],
            **called,
        }

    def test_is_what_the_environment_opens_as_its_browser(self, service, app, tmp_path) -> None:
        arrived = threading.Event()
        app.add("GET", "/back", lambda _: arrived.set())
        query = asked(service, redirect_uri=f"{app.base_url}/back")
        address = f"{service.base_url}/oauth/authorize?{urlencode(query)}"
        opening = [sys.executable, "-c", "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"]
        subprocess.run([*opening, address], env=os.environ | environment(service, tmp_path), check=True)
        assert arrived.wait(60)

    def test_goes_nowhere_else(self) -> None:
        with pytest.raises(ValueError, match="of this machine"):
            answer("http://example.com/oauth/authorize")


class TestACode:
    def test_is_good_for_tokens_once(self, service, stravalib) -> None:
        code = called_back(service, granted=["read", "activity:read_all"])["code"]
        client = stravalib.Client(requests_session=mounted_session(service), rate_limit_requests=False)
        known = {"client_id": service.client_id, "client_secret": service.client_secret, "code": code}
        issued, athlete = client.exchange_code_for_token(**known, return_athlete=True)
        assert athlete.id == service.athlete_number
        assert issued["expires_at"] > 0
        assert client.get_athlete().firstname == "Ada"
        with pytest.raises(stravalib.exc.Fault, match=r"AuthorizationCode.*code.*invalid") as error:
            client.exchange_code_for_token(**known)
        assert error.value.response.status_code == 400

    def test_needs_the_secret_of_the_app(self, service, stravalib) -> None:
        code = called_back(service, granted=["read"])["code"]
        client = stravalib.Client(requests_session=mounted_session(service), rate_limit_requests=False)
        with pytest.raises(stravalib.exc.AccessUnauthorized):
            client.exchange_code_for_token(client_id=service.client_id, client_secret="wrong", code=code)
        with pytest.raises(stravalib.exc.Fault, match="client_id"):
            client.exchange_code_for_token(client_id=1, client_secret=service.client_secret, code=code)


class TestAToken:
    def test_is_refreshed_with_one_that_is_good_once(self, service, client, stravalib) -> None:
        first = service.session(expired=True)
        client.access_token = first["access_token"]
        with pytest.raises(stravalib.exc.AccessUnauthorized):
            client.get_athlete()
        known = {"client_id": service.client_id, "client_secret": service.client_secret}
        issued = client.refresh_access_token(**known, refresh_token=first["refresh_token"])
        assert client.get_athlete().id == service.athlete_number
        assert issued["refresh_token"] != first["refresh_token"]
        with pytest.raises(stravalib.exc.Fault, match=r"RefreshToken.*refresh_token.*invalid"):
            client.refresh_access_token(**known, refresh_token=first["refresh_token"])
        assert service.refreshes == 1

    def test_is_refreshed_by_the_library_itself_when_it_says_that_it_expired(self, service, client) -> None:
        session = service.session(expired=True)
        client.protocol.client_id, client.protocol.client_secret = service.client_id, service.client_secret
        client.access_token, client.refresh_token = session["access_token"], session["refresh_token"]
        client.token_expires = session["expires_at"]
        assert client.get_athlete().id == service.athlete_number
        assert service.knows(client.refresh_token)
        assert not service.knows(session["refresh_token"])

    def test_expires_and_is_revoked_on_command(self, service, client, stravalib) -> None:
        session = service.session()
        service.expire()
        with pytest.raises(stravalib.exc.AccessUnauthorized, match="access_token"):
            client.get_athlete()
        assert service.knows(session["refresh_token"])
        service.revoke()
        assert not service.knows(session["refresh_token"])

    def test_ends_with_the_one_that_it_came_with(self, service) -> None:
        session, other = service.session(), service.session()
        app = (str(service.client_id), service.client_secret)
        form = {"token": session["refresh_token"]}
        url = f"{service.base_url}/oauth/revoke"
        assert requests.post(url, data=form, auth=(app[0], "wrong"), timeout=30).status_code == 401
        assert service.knows(session["access_token"])
        for _ in range(2):
            assert requests.post(url, data=form, auth=app, timeout=30).status_code == 200
        assert not service.knows(session["access_token"])
        assert not service.knows(session["refresh_token"])
        assert service.knows(other["access_token"])

    def test_ends_in_the_older_way(self, service, client) -> None:
        client.deauthorize()
        assert not service.knows(client.access_token)

    @pytest.mark.parametrize(
        ("scopes", "call", "missing"),
        [
            (["read"], lambda client: list(client.get_activities()), "activity:read_permission"),
            (["activity:write"], lambda client: client.get_activity(1), "activity:read_permission"),
            (
                ["activity:read_all"],
                lambda client: client.update_activity(1, name="x"),
                "activity:write_permission",
            ),
            (["activity:write"], lambda client: client.get_athlete(), "read_permission"),
        ],
    )
    def test_allows_what_was_granted_alone(self, service, stravalib, scopes, call, missing) -> None:
        client = connected(service, stravalib, scopes=scopes)
        with pytest.raises(stravalib.exc.AccessUnauthorized, match=f"AccessToken.*{missing}.*missing"):
            call(client)

    def test_is_in_no_log(self, service, client) -> None:
        client.get_athlete()
        called_back(service, granted=["read"])
        assert [each.path for each in service.requests] == ["/api/v3/athlete", "/oauth/authorize"]
        assert not [secret for secret in service.secrets if secret in service.log]


class TestActivities:
    def test_are_listed_without_their_descriptions_and_read_with_them(self, service, client) -> None:
        number = service.add_activity(name="Intervals", description="Felt good.\n", trainer=True)
        (row,) = client.get_activities()
        assert (row.id, row.name, row.sport_type.root, row.trainer) == (number, "Intervals", "Run", True)
        assert "description" not in type(row).model_fields
        assert not any("description" in each for each in raw(client, "/athlete/activities"))
        found = client.get_activity(number)
        assert found.description == "Felt good.\n"
        assert (found.start_date, int(found.elapsed_time)) == (NOON, 1800)

    def test_are_listed_in_pages_the_newest_first(self, service, client) -> None:
        days = [NOON + dt.timedelta(days=day) for day in range(5)]
        numbers = [service.add_activity(started=day) for day in days]
        pages = [raw(client, "/athlete/activities", page=page, per_page=2) for page in (1, 2, 3, 4)]
        assert [[row["id"] for row in page] for page in pages] == [
            numbers[:2:-1],
            numbers[2:0:-1],
            numbers[:1],
            [],
        ]

    def test_are_listed_between_two_moments(self, service, client) -> None:
        numbers = [service.add_activity(started=NOON + dt.timedelta(minutes=each)) for each in range(4)]
        after, before = NOON, NOON + dt.timedelta(minutes=3)
        assert [row.id for row in client.get_activities(after=after, before=before)] == numbers[1:3]

    @pytest.mark.parametrize("wrong", [{"page": 0}, {"per_page": 201}, {"after": "noon"}])
    def test_are_not_listed_by_what_is_no_number(self, client, stravalib, wrong) -> None:
        with pytest.raises(stravalib.exc.Fault, match="400"):
            raw(client, "/athlete/activities", **wrong)

    def test_say_the_time_on_the_wall_beside_that_of_utc(self, service, client) -> None:
        zone = dt.timezone(dt.timedelta(hours=2))
        number = service.add_activity(started=dt.datetime(2026, 6, 2, 9, 30, tzinfo=zone))
        body = raw(client, f"/activities/{number}")
        assert body["start_date"] == "2026-06-02T07:30:00Z"
        assert body["start_date_local"] == "2026-06-02T09:30:00Z"

    def test_that_only_the_athlete_sees_need_their_own_scope(self, service, client, stravalib) -> None:
        number = service.add_activity(visibility="only_me")
        assert client.get_activity(number).id == number
        other = connected(service, stravalib, scopes=["activity:read"])
        assert list(other.get_activities()) == []
        with pytest.raises(stravalib.exc.ObjectNotFound):
            other.get_activity(number)

    def test_are_changed_in_what_was_sent_and_come_back_in_full(self, service, client) -> None:
        number = service.add_activity(name="Lunch run", description="Mine.")
        echo = client.update_activity(number, description="Mine.\r\n\r\nAdded 🙂 \n")
        assert echo.description == "Mine.\r\n\r\nAdded 🙂 \n"
        assert echo.name == "Lunch run"
        client.update_activity(number, name="Back", sport_type="Walk", trainer=True, hide_from_home=True)
        kept = service.activities[number]
        assert (kept["name"], kept["sport_type"], kept["trainer"]) == ("Back", "Walk", True)
        assert service.description(number) == "Mine.\r\n\r\nAdded 🙂 \n"
        assert client.update_activity(number, description="").description == ""

    def test_are_left_alone_by_what_is_unknown(self, service, client) -> None:
        number = service.add_activity()
        before = dict(service.activities[number])
        client.protocol.put("/activities/{id}", id=number, body={"perceived_exertion": 9, "laps": []})
        assert service.activities[number] == before

    @pytest.mark.parametrize(
        "wrong", [{"name": 1}, {"trainer": "true"}, {"description": None}, {"sport_type": "walk"}, []]
    )
    def test_are_not_changed_by_what_is_wrong(self, service, client, wrong) -> None:
        number = service.add_activity()
        before = dict(service.activities[number])
        session = mounted_session(service)
        response = session.put(
            f"https://www.strava.com/api/v3/activities/{number}",
            json=wrong,
            headers={"Authorization": f"Bearer {client.access_token}"},
            timeout=30,
        )
        assert response.status_code == 400
        assert service.activities[number] == before

    def test_may_have_the_ends_of_their_descriptions_tidied(self, service, client) -> None:
        service.normalises = True
        number = service.add_activity()
        assert client.update_activity(number, description="One\r\ntwo\n\n").description == "One\ntwo"

    def test_that_are_not_there_are_not_found(self, service, client, stravalib) -> None:
        number = service.add_activity()
        service.delete_activity(number)
        for call in (client.get_activity, client.update_activity):
            with pytest.raises(stravalib.exc.ObjectNotFound, match="Activity"):
                call(number)


class TestAnUpload:
    def send(self, client, data: bytes, kind: str = "fit", **fields):
        return client.upload_activity(io.BytesIO(data), data_type=kind, **fields)

    def test_is_worked_on_and_then_an_activity(self, service, client) -> None:
        service.polls = 2
        named = {"name": "Back and forth", "external_id": "one.fit", "trainer": True}
        upload = self.send(client, strava_files.fit(), **named)
        assert upload.status == "Your activity is still being processed."
        for _ in range(2):
            upload.poll()
            assert upload.is_processing
            assert service.activities == {}
        upload.poll()
        found = client.get_activity(upload.activity_id)
        assert (found.name, found.sport_type.root, found.trainer) == ("Back and forth", "Run", True)
        assert (found.start_date, int(found.elapsed_time)) == (strava_files.START, 1500)
        assert (float(found.distance), found.external_id) == (2500.0, "one.fit")

    def test_is_finished_though_nobody_asks_for_it(self, service, client) -> None:
        self.send(client, strava_files.fit())
        for _ in range(2):
            client.get_athlete()
        assert len(service.activities) == 1

    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            ("fit.gz", gzip.compress(strava_files.fit(), mtime=0)),
            ("gpx", strava_files.gpx()),
            ("tcx", b"<Trackpoint><Time>2026-12-02T17:30:00Z</Time><Time>2026-12-02T17:55:00Z</Time>"),
            ("gpx.gz", gzip.compress(strava_files.gpx(), mtime=0)),
        ],
    )
    def test_may_be_of_any_kind_that_is_documented(self, service, client, kind, data) -> None:
        upload = self.send(client, data, kind)
        upload.poll()
        upload.poll()
        kept = service.activities[upload.activity_id]
        assert (kept["start_date"], kept["elapsed_time"]) == ("2026-12-02T17:30:00Z", 1500)

    @pytest.mark.parametrize("links", [True, False])
    def test_of_what_is_there_already_names_the_activity(self, service, client, stravalib, links) -> None:
        service.links_duplicates = links
        number = service.add_activity(name="Activity 7", started=strava_files.START, elapsed_seconds=1499)
        upload = self.send(client, strava_files.fit(), external_id="one.fit")
        upload.poll()
        with pytest.raises(stravalib.exc.ActivityUploadFailed) as error:
            upload.poll()
        expected = (
            f"<a href='/activities/{number}' target='_blank'>Activity 7</a>"
            if links
            else f"activity {number}"
        )
        assert f"one.fit duplicate of {expected}" in str(error.value)
        assert list(service.activities) == [number]

    def test_twice_is_one_activity(self, service, client, stravalib) -> None:
        first, second = (self.send(client, strava_files.fit()) for _ in range(2))
        second.poll()
        with pytest.raises(stravalib.exc.ActivityUploadFailed, match="duplicate"):
            second.poll()
        first.poll()
        assert list(service.activities) == [first.activity_id]

    @pytest.mark.parametrize(
        ("kind", "data"),
        [
            ("fit", b"not a recording"),
            ("fit", strava_files.fit()[:60]),
            ("fit.gz", strava_files.fit()),
            ("gpx", b"<gpx></gpx>"),
            ("gpx", b"<time>soon</time>"),
        ],
    )
    def test_of_a_broken_file_fails(self, service, client, stravalib, kind, data) -> None:
        upload = self.send(client, data, kind)
        upload.poll()
        with pytest.raises(stravalib.exc.ActivityUploadFailed):
            upload.poll()
        assert service.activities == {}

    def test_of_no_kind_is_refused(self, service, client) -> None:
        known = {"Authorization": f"Bearer {client.access_token}"}
        for fields, field in [
            ({}, "data_type"),
            ({"data_type": "png"}, "data_type"),
            ({"data_type": "fit"}, "file"),
        ]:
            response = requests.post(
                f"{service.base_url}/api/v3/uploads",
                params=fields,
                headers=known,
                files={"a": b"b"},
                timeout=30,
            )
            assert response.status_code == 400
            assert [each["field"] for each in response.json()["errors"]] == [field]

    def test_that_is_not_there_is_not_found(self, client, stravalib) -> None:
        with pytest.raises(stravalib.exc.ObjectNotFound):
            client.protocol.get("/uploads/1")


class TestRateLimits:
    def test_are_said_with_each_reply(self, service, client) -> None:
        headers = []
        session = client.protocol.rsession
        session.hooks["response"].append(lambda response, **_: headers.append(dict(response.headers)))
        client.get_athlete()
        client.upload_activity(io.BytesIO(strava_files.fit()), data_type="fit")
        service.next(mishaps.answering(500))
        with pytest.raises(Exception, match="500"):
            client.get_athlete()
        assert [each["X-RateLimit-Usage"] for each in headers] == ["1,1", "2,2", "2,2"]
        assert [each["X-ReadRateLimit-Usage"] for each in headers] == ["1,1", "1,1", "1,1"]
        assert headers[0]["X-RateLimit-Limit"] == "200,2000"
        assert headers[0]["X-ReadRateLimit-Limit"] == "100,1000"

    def test_end_with_the_quarter_of_an_hour_or_the_day(self, service, client, stravalib) -> None:
        for day, over in [(False, service.next_quarter), (True, service.next_day)]:
            service.use_up(day=day)
            for _ in range(2):
                with pytest.raises(stravalib.exc.Fault, match="429") as error:
                    client.get_athlete()
            usage = error.value.response.headers["X-ReadRateLimit-Usage"].split(",")
            assert int(usage[day]) == (1002 if day else 102)
            over()
            client.get_athlete()

    def test_leave_room_for_uploads(self, service, client) -> None:
        service.use_up()
        upload = client.upload_activity(io.BytesIO(strava_files.fit()), data_type="fit")
        assert upload.upload_id

    def test_may_be_none(self) -> None:
        with StravaStandIn(unlimited=True) as service:
            token = service.session()["access_token"]
            with requests.Session() as session:
                session.headers["Authorization"] = f"Bearer {token}"
                for _ in range(120):
                    assert session.get(f"{service.base_url}/api/v3/athlete", timeout=30).status_code == 200


class TestMishaps:
    @pytest.mark.parametrize(
        ("mishap", "error", "said"),
        [
            (unauthorised(), "AccessUnauthorized", "access_token"),
            (inactive(), "ApplicationInactive", "subscription"),
            (limited(), "Fault", "429"),
            (mishaps.answering(500), "Fault", "500"),
            (mishaps.html(), "Fault", "502"),
        ],
        ids=["unauthorised", "inactive", "limited", "failing", "html"],
    )
    def test_reach_the_library_as_the_service_sends_them(
        self, service, client, stravalib, mishap, error, said
    ) -> None:
        number = service.add_activity(description="Mine.")
        service.next(mishap, on=f"PUT {ACTIVITY}")
        with pytest.raises(getattr(stravalib.exc, error), match=said):
            client.update_activity(number, description="Changed.")
        assert service.description(number) == "Mine."
        assert client.update_activity(number, description="Changed.").description == "Changed."

    @pytest.mark.parametrize("day", [False, True])
    def test_of_too_many_requests_say_which_limit(self, service, client, stravalib, day) -> None:
        service.next(limited(day=day))
        with pytest.raises(stravalib.exc.Fault) as error:
            client.get_athlete()
        headers = error.value.response.headers
        pairs = zip(
            *(headers[f"X-ReadRateLimit-{each}"].split(",") for each in ("Usage", "Limit")), strict=True
        )
        assert [int(used) > int(most) for used, most in pairs] == [not day, day]

    def test_let_the_athlete_edit_between_reading_and_writing(self, service, client) -> None:
        number = service.add_activity(description="Before.")
        service.edit_after_reading(number, description="Meanwhile.")
        assert client.get_activity(number).description == "Before."
        assert client.get_activity(number).description == "Meanwhile."

    def test_cut_the_connection_before_or_after_acting(self, service, client) -> None:
        number = service.add_activity()
        for mishap, said in [(mishaps.cut_before_acting(), None), (mishaps.cut_after_acting(), "Changed.")]:
            service.next(mishap, on=f"PUT {ACTIVITY}")
            with pytest.raises(requests.ConnectionError):
                client.update_activity(number, description="Changed.")
            assert service.description(number) == said


def raw(client, path: str, **query):
    return client.protocol.get(path, **query)


def test_the_address_of_2027_has_shorter_paths(service, client):
    number = service.add_activity()
    known = {"Authorization": f"Bearer {client.access_token}"}
    for path in (f"/activities/{number}", "/athlete", "/athlete/activities"):
        response = requests.get(f"{service.base_url}{path}", headers=known, timeout=30)
        assert response.status_code == 200
        assert response.headers["X-RateLimit-Usage"]


def test_everything_in_the_environment_leads_to_the_stand_in(service, tmp_path):
    found = environment(service, tmp_path)
    assert found["BACKTRACK_STRAVA_HOST"] == service.base_url
    assert found["BACKTRACK_DATA"] == str(tmp_path)
    assert found["STRAVA_CLIENT_ID"] == str(service.client_id)
    assert found["STRAVA_CLIENT_SECRET"] in service.secrets
