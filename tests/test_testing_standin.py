"""Stand-in services: real sockets, a log that can be counted, and every mishap on command."""

# ruff: noqa: ARG002, ARG005 - a handler is given the request, whether it looks at it or not

from __future__ import annotations

import gc
import http.client
import socket
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from backtrack_plugins.testing.mishaps import (
    Reply,
    answering,
    cut_after_acting,
    cut_before_acting,
    delivered_twice,
    html,
    slow,
    truncated,
)
from backtrack_plugins.testing.standin import Refusal, StandIn, route

POST = "POST /notes"
NOTE = "GET /notes/{number}"


class Notes(StandIn):
    """A service with notes, and a mistake in it."""

    def __init__(self, **named) -> None:
        super().__init__(**named)
        self.notes: dict[str, str] = {}

    @route("POST", "/notes")
    def add_note(self, request):
        number = str(len(self.notes) + 1)
        self.notes[number] = request.json()["text"]
        return Reply(201, {"number": number}, {"Location": f"/notes/{number}"})

    @route("GET", "/notes")
    def all_notes(self, request):
        wanted = request.query.get("with", [""])[0]
        return [text for text in self.notes.values() if wanted in text]

    @route("GET", "/notes/{number}")
    def note(self, request, number):
        if number not in self.notes:
            raise Refusal(404, {"error": f"no note {number}"})
        return {"text": self.notes[number]}

    @route("DELETE", "/notes/{number}")
    def remove(self, request, number):
        self.notes.pop(number, None)

    @route("PUT", "/files/{folder}/{name}")
    def keep(self, request, folder, name):
        return Reply(200, request.body, {"X-Name": f"{folder}-{len(name)}"})

    @route("POST", "/login")
    def login(self, request):
        return "welcome " + request.form()["user"][0]

    @route("GET", "/mistake")
    def mistake(self, request):
        return {}["missing"]


@pytest.fixture
def service():
    with Notes() as running:
        yield running


@pytest.fixture
def session():
    with requests.Session() as opened:
        yield opened


class TestAnswering:
    def test_it_is_on_this_machine_alone_with_a_port_of_its_own(self, service) -> None:
        with Notes() as other:
            assert service.base_url.startswith("http://127.0.0.1:")
            assert other.base_url != service.base_url
            assert service._server.server_address[0] == "127.0.0.1"

    def test_json_goes_in_and_out_and_the_state_is_its_own(self, service, session) -> None:
        with Notes() as other:
            made = session.post(f"{service.base_url}/notes", json={"text": "ünder"})
            assert (made.status_code, made.json()) == (201, {"number": "1"})
            assert made.headers["Content-Type"] == "application/json"
            found = session.get(service.base_url + made.headers["Location"])
            assert found.json() == {"text": "ünder"}
            assert other.notes == {}

    def test_parameters_of_path_and_query_are_decoded(self, service, session) -> None:
        answer = session.put(f"{service.base_url}/files/a%20b/c%2Fd%C3%BC.fit", data=b"\0\xff")
        assert answer.content == b"\0\xff"
        assert answer.headers["X-Name"] == "a b-8"
        for text in ("one & two", "three"):
            session.post(f"{service.base_url}/notes", json={"text": text})
        assert session.get(f"{service.base_url}/notes", params={"with": "& t"}).json() == ["one & two"]

    def test_a_form_is_read(self, service, session) -> None:
        answer = session.post(f"{service.base_url}/login", data={"user": "Ada", "token": ""})
        assert answer.text == "welcome Ada"
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"

    def test_nothing_is_204_without_a_body(self, service, session) -> None:
        answer = session.delete(f"{service.base_url}/notes/1")
        assert (answer.status_code, answer.content) == (204, b"")
        assert "Content-Length" not in answer.headers
        assert session.get(f"{service.base_url}/notes").json() == []

    def test_head_has_the_headers_of_get_and_no_body(self, service, session) -> None:
        session.post(f"{service.base_url}/notes", json={"text": "x" * 100})
        answer = session.head(f"{service.base_url}/notes")
        assert answer.content == b""
        assert int(answer.headers["Content-Length"]) > 100
        assert session.get(f"{service.base_url}/notes").json() == ["x" * 100]

    def test_an_unknown_path_is_404_and_another_method_is_405(self, service, session) -> None:
        assert session.get(f"{service.base_url}/note").status_code == 404
        assert session.get(f"{service.base_url}/notes/1/2").status_code == 404
        answer = session.patch(f"{service.base_url}/notes/1")
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "DELETE, GET, HEAD"

    def test_a_refusal_is_its_status(self, service, session) -> None:
        answer = session.get(f"{service.base_url}/notes/7")
        assert (answer.status_code, answer.json()) == (404, {"error": "no note 7"})

    def test_bad_json_is_400_and_nothing_happens(self, service, session) -> None:
        answer = session.post(f"{service.base_url}/notes", data=b'{"text": ')
        assert answer.status_code == 400
        assert "no JSON" in answer.json()["error"]
        assert service.notes == {}

    def test_a_large_body_goes_through_both_ways(self, service, session) -> None:
        data = bytes(range(256)) * 4096 * 8
        assert session.put(f"{service.base_url}/files/a/b", data=data).content == data

    def test_a_body_in_chunks_is_put_together(self, service, session) -> None:
        sent = iter([b"one", b"two" * 10_000, b"three"])
        answer = session.put(f"{service.base_url}/files/a/b", data=sent)
        assert answer.content == b"one" + b"two" * 10_000 + b"three"
        assert session.get(f"{service.base_url}/notes").status_code == 200

    def test_one_connection_serves_many_requests(self, service) -> None:
        host, port = service.base_url.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port))
        connection.connect()
        kept = connection.sock
        for number in range(5):
            connection.request("GET", f"/notes?with={number}")
            assert connection.getresponse().read() == b"[]"
        assert connection.sock is kept
        connection.close()

    def test_a_route_may_be_added_to_one_of_them(self, service, session) -> None:
        service.add("get", "/extra/{word}", lambda request, word: {"said": word})
        assert session.get(f"{service.base_url}/extra/hop").json() == {"said": "hop"}

    def test_a_class_made_from_another_has_its_routes_and_may_change_them(self, session) -> None:
        class Polite(Notes):
            @route("GET", "/thanks")
            def thanks(self, request):
                return "you are welcome"

            @route("GET", "/notes")
            def all_notes(self, request):
                return ["please"]

        with Polite() as service:
            assert session.get(f"{service.base_url}/thanks").text == "you are welcome"
            assert session.get(f"{service.base_url}/notes").json() == ["please"]
            assert session.get(f"{service.base_url}/notes/1").status_code == 404

    def test_eight_clients_at_once_lose_nothing(self, service) -> None:
        def client(number: int) -> list[str]:
            with requests.Session() as own:
                texts = [f"{number}-{note}" for note in range(25)]
                made = [own.post(f"{service.base_url}/notes", json={"text": text}) for text in texts]
                return [answer.json()["number"] for answer in made]

        with ThreadPoolExecutor(8) as pool:
            numbers = [number for found in pool.map(client, range(8)) for number in found]
        assert sorted(map(int, numbers)) == list(range(1, 201))
        assert len(set(service.notes.values())) == len(service.of(POST)) == 200


class TestTheLog:
    def test_has_every_request_in_order_and_can_be_counted(self, service, session) -> None:
        session.post(f"{service.base_url}/notes", json={"text": "a"}, headers={"X-Trace": "7"})
        session.get(f"{service.base_url}/notes/1?full=1&full=2&empty=")
        session.get(f"{service.base_url}/nowhere")
        assert [request.route for request in service.requests] == [POST, NOTE, ""]
        (posted,) = service.of(POST)
        assert (posted.method, posted.path, posted.json()) == ("POST", "/notes", {"text": "a"})
        assert posted.headers["x-trace"] == "7"
        (read,) = service.of(NOTE)
        assert read.query == {"full": ["1", "2"], "empty": [""]}

    def test_shows_no_secret(self, session) -> None:
        with Notes(secrets=("hunter2",)) as service:
            service.hide("hunter2-and-more")
            session.post(
                f"{service.base_url}/login?token=hunter2",
                data={"user": "Ada", "password": "hunter2-and-more"},
                headers={"Authorization": "Bearer abc", "Cookie": "session=ghi789"},
            )
            shown = service.log
        assert "POST /login?token=***" in shown
        assert "authorization: ***" in shown
        assert "user=Ada&password=***" in shown
        for secret in ("hunter2", "abc", "ghi789", "-and-more"):
            assert secret not in shown
        assert service.requests[0].headers["authorization"] == "Bearer abc"


class TestMishaps:
    def test_a_status_is_answered_with_its_headers_and_nothing_is_done(self, service, session) -> None:
        service.next(answering(429, {"error": "slow down"}, {"Retry-After": "3"}))
        answer = session.post(f"{service.base_url}/notes", json={"text": "a"})
        assert (answer.status_code, answer.json()) == (429, {"error": "slow down"})
        assert answer.headers["Retry-After"] == "3"
        assert service.notes == {}
        assert len(service.of(POST)) == 1
        assert session.post(f"{service.base_url}/notes", json={"text": "a"}).status_code == 201

    def test_times_says_how_often_and_on_says_where(self, service, session) -> None:
        mishap = service.next(answering(503), on=POST, times=2)
        assert session.get(f"{service.base_url}/notes").status_code == 200
        codes = [session.post(f"{service.base_url}/notes", json={"text": "a"}).status_code for _ in range(3)]
        assert codes == [503, 503, 201]
        assert mishap.count == 2

    def test_until_ends_it_and_so_does_heal(self, service, session) -> None:
        service.next(answering(503), times=None, until=lambda: len(service.requests) > 3)
        codes = [session.get(f"{service.base_url}/notes").status_code for _ in range(5)]
        assert codes == [503, 503, 503, 200, 200]
        service.next(answering(500), times=None)
        assert [session.get(f"{service.base_url}/notes").status_code for _ in range(2)] == [500, 500]
        service.heal()
        assert session.get(f"{service.base_url}/notes").status_code == 200

    def test_several_wait_for_their_turn(self, service, session) -> None:
        for status in (500, 429, 403):
            service.next(answering(status))
        codes = [session.get(f"{service.base_url}/notes").status_code for _ in range(4)]
        assert codes == [500, 429, 403, 200]

    def test_a_route_that_is_none_is_an_error_that_names_the_routes(self, service) -> None:
        with pytest.raises(ValueError, match=r"POST /note'.*POST /notes"):
            service.next(answering(500), on="POST /note")

    def test_a_connection_cut_before_acting_does_nothing(self, service, session) -> None:
        service.next(cut_before_acting())
        with pytest.raises(requests.ConnectionError):
            session.post(f"{service.base_url}/notes", json={"text": "a"})
        assert service.notes == {}
        assert session.post(f"{service.base_url}/notes", json={"text": "a"}).status_code == 201

    def test_a_connection_cut_after_acting_has_done_it(self, service, session) -> None:
        service.next(cut_after_acting(), on=POST)
        with pytest.raises(requests.ConnectionError):
            session.post(f"{service.base_url}/notes", json={"text": "a"})
        assert service.notes == {"1": "a"}

    def test_a_request_may_be_delivered_twice(self, service, session) -> None:
        service.next(delivered_twice(), on=POST)
        answer = session.post(f"{service.base_url}/notes", json={"text": "a"})
        assert answer.json() == {"number": "2"}
        assert service.notes == {"1": "a", "2": "a"}
        assert len(service.of(POST)) == 2

    def test_a_page_may_come_instead_of_json(self, service, session) -> None:
        service.next(html(200))
        answer = session.get(f"{service.base_url}/notes")
        assert answer.headers["Content-Type"].startswith("text/html")
        with pytest.raises(requests.exceptions.JSONDecodeError):
            answer.json()

    def test_a_body_may_end_in_the_middle(self, service, session) -> None:
        service.next(truncated(), on=POST)
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            session.post(f"{service.base_url}/notes", json={"text": "a"})
        assert service.notes == {"1": "a"}
        assert session.get(f"{service.base_url}/notes").json() == ["a"]

    def test_a_slow_request_waits_until_it_is_released_and_stops_no_other(self, service, session) -> None:
        held = service.next(slow(), on=POST)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(requests.post, f"{service.base_url}/notes", json={"text": "a"})
            assert held.arrived.wait(30)
            assert session.get(f"{service.base_url}/notes").json() == []
            assert not answer.done()
            held.release()
            assert answer.result().status_code == 201
        assert service.notes == {"1": "a"}

    def test_a_client_that_waits_no_longer_may_find_it_done(self, service, session) -> None:
        held = service.next(slow(), on=POST)
        with pytest.raises(requests.ReadTimeout):
            session.post(f"{service.base_url}/notes", json={"text": "a"}, timeout=(30, 0.01))
        assert held.arrived.wait(30)
        held.release()
        service.close()
        assert service.notes == {"1": "a"}


class TestClosing:
    def test_waits_for_what_is_being_answered_and_ends_what_is_held(self) -> None:
        service = Notes()
        held = service.next(slow(), on=POST)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(requests.post, f"{service.base_url}/notes", json={"text": "a"})
            assert held.arrived.wait(30)
            service.close()
            assert answer.result().status_code == 201
        assert service.notes == {"1": "a"}

    def test_ends_connections_that_are_kept_and_every_thread(self) -> None:
        before = set(threading.enumerate())
        with Notes() as service, requests.Session() as session:
            session.get(f"{service.base_url}/notes")
            assert set(threading.enumerate()) - before
        assert set(threading.enumerate()) == before
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{service.base_url}/notes", timeout=30)

    def test_twice_is_the_same_as_once_and_leaves_nothing_open(self) -> None:
        service = Notes()
        service.close()
        service.close()
        del service
        gc.collect()

    def test_raises_the_mistake_of_a_handler(self) -> None:
        with pytest.raises(KeyError, match="missing"):  # noqa: PT012, SIM117 - the error comes at the end
            with Notes() as service:
                answer = requests.get(f"{service.base_url}/mistake", timeout=30)
                assert answer.status_code == 500
                assert "KeyError" in answer.json()["error"]

    def test_hides_no_failure_of_the_test_itself(self) -> None:
        with pytest.raises(AssertionError, match="mine"):  # noqa: PT012, SIM117 - as above
            with Notes() as service:
                requests.get(f"{service.base_url}/mistake", timeout=30)
                raise AssertionError("mine")

    def test_a_client_that_goes_away_in_the_middle_changes_nothing(self, service) -> None:
        host, port = service.base_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b'POST /notes HTTP/1.1\r\nHost: x\r\nContent-Length: 400\r\n\r\n{"text": "a"}')
        service.close()
        assert service.notes == {}
        assert service.requests == []
