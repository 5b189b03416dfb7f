"""The client: what Strava answers becomes one of our errors, once, and with nothing secret in it."""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import threading
import traceback

import msgspec
import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing import mishaps
from backtrack_strava import answers, routing, sessions, transport
from backtrack_strava.answers import Answer, failure, limited
from backtrack_strava.client import StravaClient, new_client
from backtrack_strava.formats import SPORTS
from backtrack_strava.masks import scrub
from backtrack_strava.testing import inactive, signed_in, unauthorised

READ = "GET /api/v3/activities/{number}"


def get(client: StravaClient, number: int = 1):
    return client.call(lambda strava: strava.get_activity(number))


@pytest.fixture
def number(account) -> int:
    return account.add_activity(description="Mine")


class TestErrors:
    @pytest.mark.parametrize(
        ("mishap", "error", "said"),
        [
            (mishaps.answering(400, {"message": "Bad Request"}), bt.Refused, "status 400: Bad Request"),
            (mishaps.answering(403), bt.Refused, "gives no reason"),
            (mishaps.html(403), bt.Refused, "gives no reason"),
            (inactive(), bt.Refused, "needs a Strava subscription"),
            (mishaps.answering(404), bt.NotThere, r"nothing at /activities/.* at the end of its address"),
            (mishaps.answering(429), bt.RateLimited, "does not say when"),
            (mishaps.answering(500, {"message": "x"}), bt.ServiceFailed, "status 500"),
            (mishaps.html(502), bt.ServiceFailed, "status 502"),
            (mishaps.html(200), bt.ServiceFailed, "no JSON"),
            (mishaps.answering(200, "[" * 100_000), bt.ServiceFailed, "no JSON"),
            (mishaps.answering(200, '"text"'), bt.ServiceFailed, "no JSON"),
            (mishaps.answering(200, []), bt.ServiceFailed, "cannot be read"),
            (mishaps.answering(200, {"id": "x", "elapsed_time": []}), bt.ServiceFailed, "cannot be read"),
            (mishaps.answering(200, {"message": "odd", "errors": []}), bt.ServiceFailed, "cannot be read"),
            (mishaps.truncated(), bt.Unreachable, "no answer"),
            (mishaps.cut_before_acting(), bt.Unreachable, "no answer"),
            (mishaps.cut_after_acting(), bt.Unreachable, "no answer"),
        ],
    )
    def test_each_answer_is_one(self, account, number, mishap, error, said) -> None:
        account.next(mishap, on=READ)
        with pytest.raises(error, match=said) as raised:
            get(StravaClient(), number)
        assert type(raised.value) is error
        assert raised.value.details["service"] == "Strava"
        assert len(account.requests) == 1  # nothing is sent again by itself

    def test_nobody_listening_is_unreachable(self, account) -> None:
        assert account
        client = StravaClient()
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            client._route = client._route._replace(stand_in=f"http://127.0.0.1:{held.getsockname()[1]}")
            with pytest.raises(bt.Unreachable):
                get(client)

    def test_an_answer_that_sends_us_elsewhere_is_not_followed(self, account, number) -> None:
        account.next(
            mishaps.answering(302, None, {"Location": f"{account.base_url}/api/v3/athlete"}), on=READ
        )
        with pytest.raises(bt.ServiceFailed, match="302"):
            get(StravaClient(), number)
        assert len(account.requests) == 1

    def test_an_answer_that_is_too_long_is_not_read(self, number, monkeypatch) -> None:
        monkeypatch.setattr(transport, "MOST_BYTES", 200)
        with pytest.raises(bt.ServiceFailed, match="too long"):
            get(StravaClient(), number)

    def test_an_answer_that_never_ends_is_not_waited_for(self, number, monkeypatch) -> None:
        monkeypatch.setattr(transport, "ANSWER_SECONDS", -1)
        with pytest.raises(bt.ServiceFailed, match="too slowly"):
            get(StravaClient(), number)

    @pytest.mark.parametrize(
        "head",
        [b"Content-Length: 1000\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n3e8\r\n{"],
        ids=["length", "chunks"],
    )
    def test_an_answer_that_begins_and_never_ends_is_not_waited_for_either(
        self, account, monkeypatch, head
    ) -> None:
        assert account
        monkeypatch.setattr(transport, "ANSWER_SECONDS", 0.2)
        client = StravaClient()
        with socket.create_server(("127.0.0.1", 0)) as server:

            def trickle() -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(1 << 16)
                    connection.sendall(b"HTTP/1.1 200 OK\r\n" + head)
                    while connection.recv(1 << 16):  # until somebody hangs up
                        pass

            thread = threading.Thread(target=trickle)
            thread.start()
            client._route = client._route._replace(stand_in=f"http://127.0.0.1:{server.getsockname()[1]}")
            with pytest.raises(bt.ServiceFailed, match="too slowly") as raised:
                get(client)
            thread.join(30)
        assert raised.value.__context__ is None

    def test_a_slow_answer_is_not_waited_for(self, account, number, monkeypatch) -> None:
        monkeypatch.setattr(transport, "READ_SECONDS", 0.1)
        account.next(mishaps.slow(), on=READ)
        with pytest.raises(bt.Unreachable):
            get(StravaClient(), number)

    def test_the_words_of_the_service_are_short_and_on_one_line(self) -> None:
        body = json.dumps({"message": "Bad\nRequest", "errors": [{"field": "x" * 500, "code": "invalid"}]})
        problem = failure(Answer(400, {}, body.encode()), "/activities/1")
        assert problem is not None
        assert "\n" not in str(problem)
        assert len(problem.details["said"]) <= answers.LONGEST_SAID

    @pytest.mark.parametrize(
        "errors", [None, "odd", 3, [None, 3, {"field": 3}, {"code": "invalid"}], {"code": "x"}]
    )
    def test_errors_of_another_shape_are_told_all_the_same(self, errors) -> None:
        body = json.dumps({"message": "Bad Request", "errors": errors}).encode()
        for status in (400, 401, 403):
            assert isinstance(failure(Answer(status, {}, body), "/x"), bt.ServiceError)


class TestLimits:
    DATE = "Wed, 02 Dec 2026 10:20:30 GMT"

    def limit(self, usage: str = "", reading: str = "", **headers: str) -> bt.RateLimited:
        given = {"Date": self.DATE, "X-RateLimit-Limit": "200,2000", "X-ReadRateLimit-Limit": "100,1000"}
        given |= {"x-ratelimit-usage": usage, "X-ReadRateLimit-Usage": reading, **headers}
        return limited(Answer(429, given, b"{}"))

    def test_of_a_quarter_of_an_hour_ends_with_it(self) -> None:
        error = self.limit("150,1400", "101,420")
        assert error.details["retry_after"] == 9 * 60 + 30
        assert "this quarter of an hour" in str(error)
        assert "in 10 min" in str(error)

    def test_of_a_day_ends_at_midnight_by_utc(self) -> None:
        error = self.limit("150,1400", "42,1001")
        assert error.details["retry_after"] == 13 * 3600 + 39 * 60 + 30
        assert "until midnight UTC" in str(error)
        assert "in 14 hours" in str(error)

    def test_of_all_requests_counts_too(self) -> None:
        assert self.limit("200,10", "1,1").details["retry_after"] == 9 * 60 + 30
        assert "midnight" in str(self.limit("200,2000", "1,1"))

    def test_that_is_not_explained_is_taken_from_retry_after(self) -> None:
        assert self.limit("1,1", "1,1", **{"Retry-After": "7"}).details["retry_after"] == 7
        assert self.limit("1,1", "1,1").details["retry_after"] is None
        assert self.limit("", "odd,3").details["retry_after"] is None

    def test_without_a_date_goes_by_the_clock_here(self) -> None:
        wait = self.limit("200,10", Date="").details["retry_after"]
        assert isinstance(wait, int)
        assert 0 < wait <= 15 * 60

    def test_is_told_at_once_and_nothing_sleeps(self, account, number, monkeypatch) -> None:
        monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it sleeps"))
        client = StravaClient()
        account.use_up()
        with pytest.raises(bt.RateLimited, match="quarter"):
            get(client, number)
        account.next_quarter()
        assert get(client, number).id == number

    def test_that_is_just_reached_does_not_sleep_either(self, account, number, monkeypatch) -> None:
        monkeypatch.setattr("time.sleep", lambda _: pytest.fail("it sleeps"))
        account.reading = account.reading._replace(quarter=1)
        assert get(StravaClient(), number).id == number


class TestTheSession:
    def test_that_there_is_none_is_told_without_a_request(self, strava) -> None:
        with pytest.raises(bt.NotSignedIn, match="backtrack login strava"):
            StravaClient()
        assert strava.requests == []

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"client_id": "x"}'])
    def test_that_is_damaged_is_told_and_not_shown(self, account, data, text) -> None:
        (data / "strava-stand-in" / "account.session").write_text(text)
        with pytest.raises(bt.NotSignedIn, match="damaged") as raised:
            StravaClient()
        assert raised.value.__context__ is None
        assert account.requests == []

    @pytest.mark.parametrize("missing", ["activity:write", "activity:read_all"])
    def test_that_lacks_a_permission_is_told_without_a_request(self, strava, data, missing) -> None:
        scopes = {"read", "activity:read_all", "activity:write"} - {missing}
        signed_in(strava, data, scopes=scopes)
        with pytest.raises(bt.NotSignedIn, match=missing):
            StravaClient()
        assert strava.requests == []

    def test_that_strava_says_lacks_a_permission_is_not_refreshed(self, account, number) -> None:
        body = {
            "errors": [{"resource": "AccessToken", "field": "activity:write_permission", "code": "missing"}]
        }
        account.next(mishaps.answering(401, body))
        with pytest.raises(bt.NotSignedIn, match="permission"):
            get(StravaClient(), number)
        assert account.refreshes == 0

    def test_that_is_about_to_end_is_refreshed_and_saved_before_it_is_used(self, strava, data) -> None:
        signed_in(strava, data, expired=True)
        number = strava.add_activity()
        before = sessions.kept_session()
        saved = []
        strava.next(_Looking(lambda: saved.append(sessions.kept_session())), on=READ)
        assert get(StravaClient(), number).id == number
        after = sessions.kept_session()
        assert saved == [after]
        assert after.refresh_token != before.refresh_token
        assert strava.knows(after.refresh_token)
        assert strava.refreshes == 1
        assert get(StravaClient(), number).id == number
        assert strava.refreshes == 1

    def test_that_ended_early_is_refreshed_once(self, account, number) -> None:
        account.expire()
        client = StravaClient()
        assert get(client, number).id == number
        assert get(client, number).id == number
        assert account.refreshes == 1
        assert len(account.of(READ)) == 3

    def test_that_is_not_taken_after_a_refresh_either_has_ended(self, account, number) -> None:
        account.next(unauthorised(), on=READ, times=2)
        with pytest.raises(bt.NotSignedIn, match="Sign in again"):
            get(StravaClient(), number)
        assert len(account.of(READ)) == 2

    def test_that_was_taken_back_has_ended(self, account, number) -> None:
        account.revoke()
        with pytest.raises(bt.NotSignedIn, match="taken back"):
            get(StravaClient(), number)

    def test_whose_refresh_gives_the_same_token_has_ended(self, account, number) -> None:
        session = sessions.kept_session()
        account.expire()
        tokens = {"access_token": session.access_token, "refresh_token": "another-one", "expires_at": 1 << 40}
        account.next(mishaps.answering(200, tokens), on="POST /oauth/token")
        with pytest.raises(bt.NotSignedIn, match="Sign in again"):
            get(StravaClient(), number)
        assert sessions.kept_session().refresh_token == "another-one"

    def test_that_strava_says_is_still_good_is_used_as_it_is(self, account, number) -> None:
        early = msgspec.structs.replace(sessions.kept_session(), expires_at=1)  # by a clock that is ahead
        sessions.keep(early)
        same = {name: getattr(early, name) for name in ("access_token", "refresh_token", "expires_at")}
        account.next(mishaps.answering(200, same), on="POST /oauth/token")
        assert get(StravaClient(), number).id == number
        assert len(account.of(READ)) == 1

    @pytest.mark.parametrize(
        ("mishap", "error"),
        [
            (mishaps.answering(500), bt.ServiceFailed),
            (mishaps.html(200), bt.ServiceFailed),
            (mishaps.answering(200, {"access_token": "x"}), bt.ServiceFailed),
            (mishaps.cut_before_acting(), bt.Unreachable),
            (inactive(), bt.Refused),
        ],
    )
    def test_stays_as_it_was_when_it_cannot_be_refreshed(self, strava, data, mishap, error) -> None:
        signed_in(strava, data, expired=True)
        before = sessions.kept_session()
        strava.next(mishap, on="POST /oauth/token")
        with pytest.raises(error):
            get(StravaClient())
        assert sessions.kept_session() == before
        assert strava.of(READ) == []

    def test_is_refreshed_once_by_many_threads(self, strava, data) -> None:
        signed_in(strava, data, expired=True)
        number = strava.add_activity()
        found = []

        def work() -> None:
            found.append(get(StravaClient(), number).id)

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (found, strava.refreshes) == ([number] * 6, 1)

    def test_is_taken_from_whoever_refreshed_it_meanwhile(self, account, number) -> None:
        first, second = StravaClient(), StravaClient()
        account.expire()
        get(first, number)
        assert get(second, number).id == number
        assert account.refreshes == 1

    def test_shows_nothing_secret(self, account) -> None:
        assert account
        session = sessions.kept_session()
        for shown in (repr(session), str(session), repr(session.__rich_repr__())):
            for secret in (session.client_secret, session.access_token, session.refresh_token):
                assert secret not in shown


class _Looking(mishaps.Mishap):
    """Looks at something while a request is answered."""

    def __init__(self, look) -> None:
        super().__init__()
        self._look = look

    def after(self, reply):
        self._look()
        return reply


PLANTED = ("planted-access-token", "planted-refresh-token", "planted-client-secret")


class TestNothingSecret:
    @pytest.fixture
    def planted(self, account) -> tuple[str, ...]:
        """A session of secrets that are easily told apart; the service does not know it."""
        assert account
        access, refresh, secret = PLANTED
        session = msgspec.structs.replace(
            sessions.kept_session(),
            access_token=access,
            refresh_token=refresh,
            client_secret=secret,
            expires_at=1 << 40,
        )
        sessions.keep(session)
        return PLANTED

    @pytest.mark.parametrize(
        "mishap",
        [
            *(mishaps.answering(status, f"you sent {' '.join(PLANTED)}") for status in (400, 403, 404, 500)),
            mishaps.answering(422, {"message": f"Bearer {PLANTED[0]}", "errors": [{"code": PLANTED[1]}]}),
            mishaps.answering(200, {"id": PLANTED[0], "name": PLANTED[1]}),
            mishaps.answering(429),
            mishaps.answering(401),
            mishaps.html(200),
            mishaps.cut_before_acting(),
            mishaps.truncated(),
        ],
    )
    def test_is_in_an_error_its_trace_its_data_or_a_log(self, account, planted, mishap, caplog) -> None:
        caplog.set_level(logging.DEBUG)
        account.next(mishap, times=None)
        with pytest.raises(bt.ServiceError) as raised:
            get(StravaClient())
        error = raised.value
        seen = [str(error), repr(error), json.dumps(error.as_data()), caplog.text]
        seen += traceback.format_exception(error)
        for secret in planted:
            assert secret not in "\n".join(seen)

    def test_is_said_by_whoever_knows_it(self, planted) -> None:
        sessions.kept_session()
        assert scrub(" ".join(planted)) == " ".join([bt.MASK] * 3)


class TestRoutes:
    def test_go_to_strava(self) -> None:
        to = routing.route()
        for url in ("https://www.strava.com/api/v3/athlete?x=1", "https://www.strava.com/oauth/token"):
            assert to.to(url) == url

    @pytest.mark.parametrize("by", ["environment", "option"])
    def test_go_where_the_api_moved_and_signing_in_stays(self, monkeypatch, by) -> None:
        new = "https://api-v3.strava.com/"
        if by == "environment":
            monkeypatch.setenv("BACKTRACK_STRAVA_API", new)
        to = routing.route("" if by == "environment" else new)
        assert (
            to.to("https://www.strava.com/api/v3/activities/1?x=1")
            == "https://api-v3.strava.com/activities/1?x=1"
        )
        assert to.to("https://www.strava.com/oauth/token") == "https://www.strava.com/oauth/token"

    def test_go_to_a_stand_in_with_their_paths(self, monkeypatch) -> None:
        monkeypatch.setenv("BACKTRACK_STRAVA_HOST", "http://127.0.0.1:80/")
        assert routing.route().to("https://www.strava.com/api/v3/x?y=1") == "http://127.0.0.1:80/api/v3/x?y=1"
        moved = routing.route("https://api-v3.strava.com")
        assert moved.to("https://www.strava.com/api/v3/x") == "http://127.0.0.1:80/x"

    @pytest.mark.parametrize(
        "given",
        [
            "http://api-v3.strava.com",
            "https://api-v3.strava.com.evil.example",
            "https://evilstrava.com",
            "https://user@www.strava.com",
            "https://www.strava.com/api/v3?x=1",
            "https://www.strava.com:x",
            "https://evil.example\\.strava.com",
            "https://evil.example%2f.strava.com",
            "https://.strava.com",
            "api-v3.strava.com",
            "https://[",
        ],
    )
    def test_go_to_no_stranger_s_api(self, given) -> None:
        with pytest.raises(bt.UsageError, match="address of Strava's API"):
            routing.route(given)

    @pytest.mark.parametrize(
        "given",
        ["http://example.com", "https://127.0.0.1", "http://localhost:1", "http://127.0.0.1:1/x", "x"],
    )
    def test_go_to_no_stranger_s_stand_in(self, monkeypatch, given) -> None:
        monkeypatch.setenv("BACKTRACK_STRAVA_HOST", given)
        with pytest.raises(bt.UsageError, match="address of this machine"):
            routing.route()

    @pytest.mark.parametrize("url", ["https://evil.example/api/v3/x", "http://www.strava.com/api/v3/x"])
    def test_carry_nothing_to_anywhere_else(self, account, url) -> None:
        client = new_client(routing.route(), "a-token")
        with pytest.raises(Exception, match=r"not Strava|No connection adapters"):
            client.protocol.rsession.get(url)
        assert account.requests == []

    def test_send_no_password_of_a_netrc(self, account, number, tmp_path, monkeypatch) -> None:
        netrc = tmp_path / "netrc"
        netrc.write_text("default login me password mine\n")
        monkeypatch.setenv("NETRC", str(netrc))
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "")
        get(StravaClient(), number)
        (request,) = account.of(READ)
        assert request.headers["authorization"].startswith("Bearer ")

    def test_take_the_options_of_the_destination(self, account, data) -> None:
        number = account.add_activity()
        destination = bt.Registry().destination("strava")
        assert destination.activities is not None
        assert destination.options is not None
        request = bt.ActivityRequest(
            id=str(number), options=destination.options(api="http://x"), book=bt.Book(data).shelf("strava")
        )
        with pytest.raises(bt.UsageError, match="address of Strava's API"):
            destination.activities.read(request)


PROCESS = """
import logging, os, sys, warnings
import requests  # which sets filters for its own warnings
filters, shown, handlers = list(warnings.filters), warnings.showwarning, list(logging.root.handlers)
from backtrack_strava.client import new_client
from backtrack_strava.routing import route

for number in (None, "12", "not a number"):
    for name in ("STRAVA_CLIENT_ID", "STRAVA_CLIENT_SECRET"):
        os.environ.pop(name, None) if number is None else os.environ.update({name: number})
    environment = dict(os.environ)
    client = new_client(route(), "token")
    assert "stravalib" in sys.modules
    assert list(warnings.filters) == filters, warnings.filters
    assert warnings.showwarning is shown
    assert logging.root.handlers == handlers
    assert dict(os.environ) == environment
    assert client.protocol.client_id is None and client.protocol.refresh_token is None
logging.captureWarnings(True)
assert warnings.showwarning is not shown
new_client(route(), "token")
assert warnings.showwarning is not shown
"""


def test_importing_stravalib_changes_nothing_in_the_process() -> None:
    run = [sys.executable, "-W", "error", "-c", PROCESS]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_plugin_imports_nothing_heavy() -> None:
    code = (
        "import sys; from backtrack_plugins import Registry; Registry().destination('strava');"
        "print(*{'stravalib', 'requests', 'pydantic', 'http', 'keyring', 'logging'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_sports_are_those_that_stravalib_knows() -> None:
    from backtrack_strava.client import stravalib

    stravalib()
    from stravalib.model import DetailedActivity

    assert SPORTS == DetailedActivity.SPORT_TYPES
