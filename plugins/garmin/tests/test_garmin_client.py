"""Clients of Garmin Connect: two real client libraries over a real socket, and one promise for both."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import backtrack_plugins as bt
from backtrack_garmin.connect import garminconnect_client, garth_client
from backtrack_garmin.connect.opening import library_names, open_client
from backtrack_garmin.connect.routing import HOST
from backtrack_garmin.connect.sessions import kept_sessions, use_folder
from backtrack_garmin.testing import ConnectStandIn, save_session
from backtrack_plugins.testing.mishaps import (
    answering,
    cut_after_acting,
    cut_before_acting,
    delivered_twice,
    html,
    slow,
    truncated,
)

CLIENTS = ("garminconnect", "garth")
LIST = "/workout-service/workouts"
WORKOUT = "/workout-service/workout"
REFRESH = {
    "garminconnect": "POST /di-oauth2-service/oauth/token",
    "garth": "POST /oauth-service/oauth/exchange/user/2.0",
}
TOKENS = {"garminconnect": "garmin_tokens.json", "garth": "oauth2_token.json"}
BODY = {
    "workoutName": "First steps",
    "sportType": {"sportTypeId": 1},
    "workoutSegments": [
        {
            "segmentOrder": 1,
            "sportType": {"sportTypeId": 1},
            "workoutSteps": [
                {
                    "type": "ExecutableStepDTO",
                    "stepOrder": 1,
                    "stepType": {"stepTypeId": 3},
                    "endCondition": {"conditionTypeId": 2},
                    "endConditionValue": 60,
                }
            ],
        }
    ],
}


def sign_in(connect: ConnectStandIn, folder: Path, client: str, *, expired: bool = False) -> Path:
    """Have a session of a client library used in a folder, and return that."""
    made = {"garth": connect.garth_session, "garminconnect": connect.garminconnect_session}[client]
    files = made(expired=expired)
    place = save_session(folder / client, files)
    use_folder(client, place, tuple(files))
    return Path(place)


def saved_token(folder: Path, client: str) -> str:
    saved = json.loads((folder / TOKENS[client]).read_text(encoding="utf-8"))
    return saved["di_token" if client == "garminconnect" else "access_token"]


@pytest.fixture(params=CLIENTS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def folder(connect, tmp_path, name) -> Path:
    return sign_in(connect, tmp_path, name)


@pytest.fixture
def client(folder):  # noqa: ARG001 - somebody is signed in there
    return open_client()


class TestEveryVerb:
    def test_goes_through(self, connect, client) -> None:
        made = client.post(WORKOUT, BODY)
        number = made["workoutId"]
        assert client.put(f"{WORKOUT}/{number}", {**BODY, "workoutId": number, "description": "x"}) is None
        assert client.get(f"{WORKOUT}/{number}")["description"] == "x"
        assert client.delete(f"{WORKOUT}/{number}") is None
        assert connect.workouts == {}
        assert [request.method for request in connect.requests] == ["POST", "PUT", "GET", "DELETE"]

    def test_takes_parameters(self, connect, client) -> None:
        numbers = [connect.add_workout(BODY) for _ in range(3)]
        rows = client.get(LIST, params={"start": 1, "limit": 1})
        assert [row["workoutId"] for row in rows] == [numbers[1]]

    def test_sends_what_is_no_object_too(self, connect, client) -> None:
        number = connect.add_workout(BODY)
        message = {
            "deviceId": 3400000001,
            "messageUrl": f"workout-service/workout/FIT/{number}",
            "metaDataId": number,
        }
        assert client.post("/device-service/devicemessage/messages", [message])[0]["messageId"] == 1

    def test_gives_nothing_for_an_answer_of_nothing(self, connect, client) -> None:
        connect.next(answering(200))
        assert client.get(LIST) is None

    def test_says_which_library_it_is(self, client, name) -> None:
        assert client.name == name

    def test_goes_through_from_several_threads(self, connect, client) -> None:
        with ThreadPoolExecutor(4) as pool:
            made = list(
                pool.map(lambda place: client.post(WORKOUT, {**BODY, "description": str(place)}), range(24))
            )
            read = list(pool.map(lambda one: client.get(f"{WORKOUT}/{one['workoutId']}"), made))
        assert [one["description"] for one in read] == [str(place) for place in range(24)]
        assert len(connect.workouts) == 24


REFUSALS = [
    (answering(400, {"message": "The name is too long"}), 400, "The name is too long"),
    (answering(403, {"error": "forbidden"}), 403, "forbidden"),
    (answering(409, {"errorMessage": "Somebody was faster"}), 409, "Somebody was faster"),
    (answering(418, "I am a\n teapot"), 418, "I am a teapot"),
    (answering(422, {"message": "long " * 100}), 422, "long " * 39 + "long…"),
    (html(403), 403, ""),
]


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("mishap", "status", "said"), REFUSALS, ids=[str(status) for _, status, _ in REFUSALS]
    )
    def test_is_refused_in_the_service_s_own_words(self, connect, client, mishap, status, said) -> None:
        connect.next(mishap)
        with pytest.raises(bt.Refused) as raised:
            client.post(WORKOUT, BODY)
        assert raised.value.details == {"service": "Garmin Connect", "status": status, "said": said}
        assert said in str(raised.value)
        assert (len(connect.requests), connect.workouts) == (1, {})

    def test_is_not_there(self, connect, client) -> None:
        with pytest.raises(bt.NotThere) as raised:
            client.get(f"{WORKOUT}/7")
        assert raised.value.details == {"service": "Garmin Connect", "path": f"{WORKOUT}/7"}
        assert len(connect.requests) == 1

    @pytest.mark.parametrize(
        ("headers", "seconds", "when"),
        [
            ({"Retry-After": "14"}, 14, "come back in 14 s"),
            ({"Retry-After": "900"}, 900, "come back in 15 min"),
            ({"Retry-After": "86400"}, 86400, "come back in 24 hours"),
            (
                {"Date": "Wed, 02 Dec 2026 10:00:00 GMT", "Retry-After": "Wed, 02 Dec 2026 10:05:00 GMT"},
                300,
                "come back in 5 min",
            ),
            ({"Retry-After": "Wed, 02 Dec 1998 10:05:00 GMT"}, 0, "come back in 0 s"),
            ({"Retry-After": "soon"}, None, "come back in an hour"),
            ({}, None, "come back in an hour"),
        ],
        ids=["seconds", "minutes", "hours", "date", "past", "words", "nothing"],
    )
    def test_is_limited_and_says_when_to_come_back(self, connect, client, headers, seconds, when) -> None:
        connect.next(answering(429, headers=headers))
        with pytest.raises(bt.RateLimited, match=when) as raised:
            client.post(WORKOUT, BODY)
        assert raised.value.details == {"service": "Garmin Connect", "retry_after": seconds}
        assert len(connect.requests) == 1

    @pytest.mark.parametrize(
        ("mishap", "status"),
        [
            (answering(500, {"message": "x"}), 500),
            (answering(503), 503),
            (html(502), 502),
            (html(200), 200),
            (answering(302, headers={"Location": "/elsewhere"}), 302),
        ],
        ids=["500", "503", "502 as a page", "200 as a page", "302"],
    )
    def test_is_a_service_that_failed(self, connect, client, mishap, status) -> None:
        connect.next(mishap)
        with pytest.raises(bt.ServiceFailed, match="may be done or not") as raised:
            client.post(WORKOUT, BODY)
        assert raised.value.details == {"service": "Garmin Connect", "status": status}
        assert len(connect.requests) == 1

    @pytest.mark.parametrize(
        ("mishap", "acted"),
        [(cut_before_acting, False), (cut_after_acting, True), (truncated, True)],
        ids=["before", "after", "in the middle"],
    )
    def test_is_a_cut_connection_and_nothing_is_sent_again(self, connect, client, mishap, acted) -> None:
        connect.next(mishap())
        with pytest.raises(bt.Unreachable, match="may be done or not"):
            client.post(WORKOUT, BODY)
        assert len(connect.requests) == 1
        assert len(connect.workouts) == acted

    def test_is_cut_on_a_connection_that_worked_before(self, connect, client) -> None:
        client.get(LIST)
        connect.next(cut_after_acting())
        with pytest.raises(bt.Unreachable):
            client.post(WORKOUT, BODY)
        assert len(connect.workouts) == 1
        assert client.get(LIST)

    def test_is_an_answer_that_does_not_come(self, connect, client, monkeypatch) -> None:
        for module in (garth_client, garminconnect_client):
            monkeypatch.setattr(module, "TIMEOUT_SECONDS", 0.2)
        connect.next(slow())
        with pytest.raises(bt.Unreachable):
            client.get(LIST)
        connect.heal()

    @pytest.mark.usefixtures("nobody_listens")
    def test_is_no_service_at_all(self, client) -> None:
        with pytest.raises(bt.Unreachable, match="no network"):
            client.get(LIST)

    def test_is_delivered_twice_and_the_second_answer_counts(self, connect, client) -> None:
        connect.next(delivered_twice())
        made = client.post(WORKOUT, BODY)
        assert sorted(connect.workouts) == [made["workoutId"] - 1, made["workoutId"]]


class TestASession:
    def test_that_has_expired_is_refreshed_before_the_first_request(self, connect, tmp_path, name) -> None:
        folder = sign_in(connect, tmp_path, name, expired=True)
        before = saved_token(folder, name)
        assert open_client().get(LIST) == []
        assert [request.route for request in connect.requests][-2:] == [REFRESH[name], f"GET {LIST}"]
        assert connect.refreshes == 1
        assert saved_token(folder, name) != before

    def test_that_is_not_taken_is_refreshed_and_the_request_sent_again(
        self, connect, client, folder, name
    ) -> None:
        connect.expire()
        made = client.post(WORKOUT, BODY)
        assert list(connect.workouts) == [made["workoutId"]]
        assert connect.refreshes == 1
        assert connect.knows(saved_token(folder, name))

    def test_is_saved_for_its_owner_alone(self, connect, client, folder, name) -> None:
        connect.expire()
        client.get(LIST)
        assert stat.S_IMODE((folder / TOKENS[name]).stat().st_mode) == 0o600
        assert sorted(os.listdir(folder)) == sorted(kept_sessions()[0].names)

    def test_is_used_by_the_next_client_without_refreshing(self, connect, client) -> None:
        connect.expire()
        client.get(LIST)
        open_client().get(LIST)
        assert connect.refreshes == 1

    def test_is_refreshed_once_for_all_threads(self, connect, client) -> None:
        client.get(LIST)
        connect.expire()
        together = threading.Barrier(4)

        def ask(_: int) -> object:
            together.wait()
            return client.get(LIST)

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(ask, range(4))) == [[]] * 4
        assert connect.refreshes == 1

    @pytest.mark.usefixtures("folder")
    def test_that_another_process_refreshed_is_taken_over(self, connect) -> None:
        ours, theirs = open_client(), open_client()
        for client in (ours, theirs):
            client.get(LIST)
        connect.expire()
        theirs.get(LIST)
        assert ours.get(LIST) == []
        assert connect.refreshes == 1

    def test_that_was_ended_says_how_to_sign_in(self, connect, client) -> None:
        connect.revoke()
        with pytest.raises(bt.NotSignedIn, match="Sign in again: backtrack login garmin") as raised:
            client.post(WORKOUT, BODY)
        assert raised.value.details == {"service": "Garmin Connect"}
        assert len(connect.of(f"POST {WORKOUT}")) == 1

    def test_that_is_turned_away_though_it_is_new_says_how_to_sign_in(self, connect, client) -> None:
        connect.next(answering(401), on=f"GET {LIST}", times=2)
        with pytest.raises(bt.NotSignedIn, match="backtrack login garmin"):
            client.get(LIST)
        assert connect.refreshes == 1

    @pytest.mark.parametrize(
        ("mishap", "error"),
        [
            (answering(429, headers={"Retry-After": "60"}), bt.RateLimited),
            (answering(503), bt.ServiceFailed),
            (html(200), bt.ServiceFailed),
            (cut_before_acting(), bt.Unreachable),
        ],
        ids=["429", "503", "page", "cut"],
    )
    def test_that_could_not_be_refreshed_is_refreshed_the_next_time(
        self, connect, client, name, mishap, error
    ) -> None:
        connect.expire()
        connect.next(mishap, on=REFRESH[name])
        with pytest.raises(error):
            client.get(LIST)
        assert client.get(LIST) == []

    @pytest.mark.parametrize("text", ["", "{}", "[]", "no JSON", '{"di_token": 7, "access_token": 7}'])
    def test_that_is_damaged_says_how_to_sign_in(self, folder, name, text) -> None:
        (folder / TOKENS[name]).write_text(text, encoding="utf-8")
        with pytest.raises(bt.NotSignedIn, match="backtrack login garmin"):
            open_client()

    def test_whose_file_is_gone_says_how_to_sign_in(self, folder, name) -> None:
        (folder / TOKENS[name]).unlink()
        with pytest.raises(bt.NotSignedIn, match="backtrack login garmin"):
            open_client()


class TestGarth:
    def test_s_session_from_another_place_is_not_used(self, connect, tmp_path) -> None:
        folder = sign_in(connect, tmp_path, "garth")
        first = folder / "oauth1_token.json"
        first.write_text(first.read_text().replace("garmin.com", "garmin.example"), encoding="utf-8")
        with pytest.raises(bt.NotSignedIn, match="another place"):
            open_client()

    def test_s_session_without_its_first_token_is_none(self, connect, tmp_path) -> None:
        folder = sign_in(connect, tmp_path, "garth")
        (folder / "oauth1_token.json").write_text('{"oauth_token": 1}', encoding="utf-8")
        with pytest.raises(bt.NotSignedIn, match="missing or damaged") as raised:
            open_client().get(LIST)
        assert raised.value.__context__ is None

    def test_s_own_settings_do_not_count(self, connect, tmp_path, monkeypatch, capsys) -> None:
        sign_in(connect, tmp_path, "garth")
        monkeypatch.setenv("GARTH_HOME", str(tmp_path / "nowhere"))
        monkeypatch.setenv("GARTH_TOKEN", "both may not be set")
        monkeypatch.setenv("GARTH_TELEMETRY_ENABLED", "true")
        assert open_client().get(LIST) == []
        assert capsys.readouterr().out == ""
        assert os.environ["GARTH_TOKEN"] == "both may not be set"
        assert not (tmp_path / "nowhere").exists()

    def test_needs_keys_that_are_not_where_it_looks(self, connect, tmp_path) -> None:
        sign_in(connect, tmp_path, "garth", expired=True)
        client = open_client()
        connect.next(answering(404), on="GET /oauth_consumer.json")
        with pytest.raises(bt.ServiceFailed, match="keys that garth needs"):
            client.get(LIST)
        assert client.get(LIST) == []


class TestWhichClientIsOpened:
    def test_is_the_one_signed_in_with_last(self, connect, tmp_path) -> None:
        for name in CLIENTS:
            sign_in(connect, tmp_path, name)
            assert open_client().name == name

    def test_is_the_one_that_was_chosen(self, connect, tmp_path) -> None:
        for name in CLIENTS:
            sign_in(connect, tmp_path, name)
        for name in CLIENTS:
            assert open_client(name).name == name
        assert open_client("auto").name == open_client("").name == CLIENTS[-1]

    def test_is_one_with_a_session_that_can_be_used(self, connect, tmp_path) -> None:
        sign_in(connect, tmp_path, "garth")
        (sign_in(connect, tmp_path, "garminconnect") / "garmin_tokens.json").write_text("damaged")
        assert open_client().name == "garth"

    @pytest.mark.usefixtures("connect")
    def test_is_none_when_nobody_is_signed_in(self) -> None:
        with pytest.raises(
            bt.NotSignedIn, match=r"nobody is signed in\. Sign in once, by hand: backtrack login"
        ):
            open_client()

    def test_is_none_when_nobody_is_signed_in_with_the_one_that_was_chosen(self, connect, tmp_path) -> None:
        sign_in(connect, tmp_path, "garth")
        with pytest.raises(bt.NotSignedIn, match="nobody is signed in with garminconnect"):
            open_client("garminconnect")

    @pytest.mark.usefixtures("connect")
    def test_is_known(self) -> None:
        with pytest.raises(bt.UsageError, match="'gart'") as raised:
            open_client("gart")
        assert raised.value.details["known"] == ("garminconnect", "garth")

    @pytest.mark.parametrize("chosen", [None, "garth"])
    def test_is_installed(self, connect, tmp_path, monkeypatch, chosen) -> None:
        sign_in(connect, tmp_path, "garth")
        monkeypatch.setitem(sys.modules, "garth", None)
        with pytest.raises(bt.NotSignedIn) as raised:
            open_client(chosen)
        assert 'pip install "backtrack-garmin[garth]"' in str(raised.value)

    @pytest.mark.usefixtures("connect")
    def test_can_be_installed_when_none_is(self, monkeypatch) -> None:
        for name in CLIENTS:
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(bt.NotSignedIn) as raised:
            open_client()
        for name in CLIENTS:
            assert f'pip install "backtrack-garmin[{name}]"' in str(raised.value)

    def test_is_the_next_when_one_is_not_installed_any_more(self, connect, tmp_path, monkeypatch) -> None:
        for name in CLIENTS:
            sign_in(connect, tmp_path, name)
        monkeypatch.setitem(sys.modules, "garth", None)
        assert open_client().name == "garminconnect"


class TestWhereRequestsGo:
    @pytest.mark.parametrize(
        "address",
        [
            "http://192.0.2.1:80",
            "http://connect.example",
            "http://localhost:8080",
            "http://127.0.0.1.example:80",
            "http://127.0.0.1@connect.example",
            "http://user@127.0.0.1:80",
            "http://127.0.0.1:80/path",
            "http://127.0.0.1:80?x=1",
            "http://127.0.0.1:port",
            "https://127.0.0.1:443",
            "ftp://127.0.0.1",
            "127.0.0.1:80",
            "//127.0.0.1",
        ],
    )
    def test_is_nowhere_but_here(self, connect, client, monkeypatch, address) -> None:
        monkeypatch.setenv(HOST, address)
        with pytest.raises(bt.UsageError, match="only be an address of this machine"):
            open_client()
        with pytest.raises(bt.UsageError):
            client.get(LIST)
        assert connect.requests == []

    @pytest.mark.usefixtures("folder")
    def test_may_be_written_with_a_slash(self, connect, monkeypatch) -> None:
        monkeypatch.setenv(HOST, f" {connect.base_url}/ ")
        assert open_client().get(LIST) == []

    @pytest.mark.usefixtures("folder")
    def test_is_past_any_proxy(self, connect, monkeypatch) -> None:
        for variable in ("http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(variable, "http://192.0.2.1:3128")
        client = open_client()
        connect.expire()
        assert client.get(LIST) == []


@pytest.mark.usefixtures("folder")
def test_nothing_heavy_is_imported_to_open_a_client():
    code = """
import sys
from backtrack_garmin.connect.opening import open_client
from backtrack_garmin.connect.signing_in import garmin_account
garmin_account()
first = set(sys.modules)
open_client()
heavy = {"garth", "garminconnect", "requests", "urllib3", "curl_cffi", "keyring", "pydantic", "filelock"}
print(sorted(heavy & first), sorted(heavy & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[] []\n"


PAPER = """
class Paper:
    name = "paper"

    def get(self, path, params=None):
        return [path]

    post = put = delete = None


class Library:
    name = "paper"
    install = "pip install paper"
    names = ("paper.txt",)
    folder = ""
    signs_in = True

    def is_installed(self):
        return True

    def resume(self, session):
        assert session.files()["paper.txt"] == "signed"
        return Paper()

    def sign_in(self, email, password, ask_code):
        return {"paper.txt": "signed"}


library = Library()
"""


@pytest.mark.usefixtures("connect")
class TestAClientOfAPlugin:
    @pytest.fixture
    def install(self, tmp_path, monkeypatch):
        site = tmp_path / "site-packages"
        metadata = site / "paper-1.0.dist-info"
        metadata.mkdir(parents=True)
        monkeypatch.syspath_prepend(str(site))

        def install(source: str) -> None:
            (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: paper\nVersion: 1.0\n")
            (metadata / "entry_points.txt").write_text(
                "[backtrack_garmin.clients]\npaper = fake_paper_client:library\n"
            )
            (site / "fake_paper_client.py").write_text(source)

        yield install
        sys.modules.pop("fake_paper_client", None)

    def test_is_used_like_ours(self, install, tmp_path) -> None:
        install(PAPER)
        assert library_names() == ["garminconnect", "garth", "paper"]
        place = save_session(tmp_path / "paper", {"paper.txt": "signed"})
        use_folder("paper", place, ("paper.txt",))
        assert open_client().get("/x") == open_client("paper").get("/x") == ["/x"]

    def test_that_is_broken_is_named(self, install) -> None:
        install("raise RuntimeError('torn')")
        with pytest.raises(
            bt.PluginError, match="the client paper for Garmin Connect is broken: RuntimeError: torn"
        ):
            open_client("paper")

    def test_that_is_gone_leaves_its_session_unused(self, tmp_path) -> None:
        place = save_session(tmp_path / "paper", {"paper.txt": "signed"})
        use_folder("paper", place, ("paper.txt",))
        with pytest.raises(bt.NotSignedIn, match="nobody is signed in"):
            open_client()
