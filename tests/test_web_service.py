"""The example web service, run as its users would: uvicorn, a real socket, and strangers as readers."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fitdecode
import garmin_fit_sdk
import httpx
import pytest

import backtrack_plugins as bt
from backtrack_plugins.registry import DISABLE, STRICT
from backtrack_plugins.testing import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = Path(__file__).parents[1] / "examples" / "web_service"
README = (SERVICE / "README.md").read_text(encoding="utf-8")
PAGE = SAMPLES["nested-repeat"]
TEXT = {"Content-Type": "text/plain; charset=utf-8"}
JSON = {"Content-Type": "application/json"}
PROBLEM_JSON = "application/problem+json"
MIB = 1024 * 1024

STEP = {"kind": "step", "amount": "5:00", "direction": "forward", "gait": "walk", "speed": "5 km/h"}
BACKWARD = {**STEP, "amount": "1:00", "direction": "backward", "speed": "2 km/h", "rail": "grip"}

_RUNNING = re.compile(r"Uvicorn running on (http://127\.0\.0\.1:\d+)")


class Served:
    """A service that runs: where it answers, and what it logs."""

    def __init__(self, address: str, log: list[str]) -> None:
        self.address = address
        self.log = log


@contextmanager
def serving(**environ: str) -> Iterator[Served]:
    """Run the example as its README says, on a free port."""
    kept = {name: value for name, value in os.environ.items() if name not in {DISABLE, STRICT, "PYTHONPATH"}}
    command = [sys.executable, "-W", "error", "-m", "uvicorn", "app:app", "--port", "0", "--no-use-colors"]
    with subprocess.Popen(
        command,
        cwd=SERVICE,
        env={**kept, **environ},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        log: list[str] = []
        try:
            for line in process.stderr:
                log.append(line)
                running = _RUNNING.search(line)
                if running is not None:
                    break
            else:
                pytest.fail(f"it did not start:\n{''.join(log)}")
            reader = threading.Thread(target=lambda: log.extend(process.stderr))
            reader.start()
            yield Served(running[1], log)
        finally:
            process.terminate()
            process.wait()
        reader.join()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served.address, timeout=60, trust_env=False) as asking:
        yield asking


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem details of an answer, held to what RFC 9457 says of them."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == PROBLEM_JSON
    data: dict[str, Any] = answer.json()
    assert data["status"] == status
    assert data["title"]
    assert data["detail"]
    assert "message" not in data
    return data


def resolved(document: Any, pointer: str) -> Any:
    """What a JSON Pointer leads to, read from RFC 6901 and not from our code."""
    assert pointer == "" or pointer.startswith("/")
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def with_value(document: Any, pointer: str, value: Any) -> Any:
    """The document with another value where a pointer leads."""
    copy = json.loads(json.dumps(document))
    around, _, last = pointer.rpartition("/")
    key = last.replace("~1", "/").replace("~0", "~")
    place = resolved(copy, around)
    place[int(key) if isinstance(place, list) else key] = value
    return copy


class TestAFile:
    def test_is_the_one_that_export_makes_and_others_can_read_it(self, client: httpx.Client) -> None:
        answer = client.post("/workouts/garmin-fit", content=PAGE.encode(), headers=TEXT)
        artifact = bt.export(bt.parse(PAGE), "garmin-fit")
        assert answer.status_code == 200
        assert answer.content == artifact.data
        assert answer.headers["content-type"] == artifact.media_type
        assert answer.headers["content-disposition"] == f'attachment; filename="{artifact.name}"'
        assert json.loads(answer.headers["backtrack-losses"]) == sorted(
            {loss.what for loss in artifact.losses}
        )
        assert json.loads(answer.headers["backtrack-problems"]) == sorted(
            {problem.code for problem in artifact.problems}
        )

        with fitdecode.FitReader(io.BytesIO(answer.content), check_crc=fitdecode.CrcCheck.RAISE) as reader:
            frames = [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
        names = [frame.get_value("wkt_name") for frame in frames if frame.name == "workout"]
        assert names == ["Nested"]

        def stream() -> garmin_fit_sdk.Stream:
            return garmin_fit_sdk.Stream.from_byte_array(bytearray(answer.content))

        assert garmin_fit_sdk.Decoder(stream()).check_integrity()
        messages, errors = garmin_fit_sdk.Decoder(stream()).read()
        assert errors == []
        assert messages["workout_mesgs"][0]["wkt_name"] == "Nested"
        assert len(messages["workout_step_mesgs"]) == messages["workout_mesgs"][0]["num_valid_steps"]

    @pytest.mark.parametrize("page", SAMPLES.values(), ids=SAMPLES)
    def test_is_the_same_from_the_page_and_from_json(self, client: httpx.Client, page: str) -> None:
        machine = bt.to_json(bt.parse(page))
        from_page = client.post("/workouts/segments-csv", content=page.encode(), headers=TEXT)
        from_json = client.post("/workouts/segments-csv", content=machine, headers=JSON)
        assert from_page.status_code == from_json.status_code == 200
        assert from_page.content == from_json.content == bt.export(bt.parse(page), "segments-csv").data

    def test_comes_as_json_with_losses_and_problems_to_those_who_ask(self, client: httpx.Client) -> None:
        page = SAMPLES["first-timer"]
        asked = {**TEXT, "Accept": "application/json"}
        answer = client.post("/workouts/garmin-fit", content=page.encode(), headers=asked)
        artifact = bt.export(bt.parse(page), "garmin-fit")
        data = answer.json()
        assert base64.b64decode(data["data"], validate=True) == artifact.data
        assert (data["name"], data["media_type"]) == (artifact.name, artifact.media_type)
        assert [(loss["what"], loss["instead"]) for loss in data["losses"]] == [
            (loss.what, loss.instead) for loss in artifact.losses
        ]
        assert artifact.losses
        assert data["problems"] == [problem.as_data() for problem in artifact.problems]

    def test_is_made_with_the_options_of_the_query(self, client: httpx.Client) -> None:
        options = {"race_pace": "5k=30:00", "incline": "true"}
        answer = client.post("/workouts/zwo", params=options, content=PAGE.encode(), headers=TEXT)
        assert answer.status_code == 200, answer.text
        assert answer.content == bt.export(bt.parse(PAGE), "zwo", options=options).data

    def test_may_be_asked_for_32_times_at_once(self, client: httpx.Client) -> None:
        wanted = [(name, page) for name in ("garmin-fit", "segments-csv") for page in SAMPLES.values()]
        wanted = (wanted * 32)[:32]
        ready = threading.Barrier(32)

        def ask(name: str, page: str) -> bytes:
            ready.wait()
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as alone:
                return alone.post(f"/workouts/{name}", content=page.encode(), headers=TEXT).content

        with ThreadPoolExecutor(max_workers=32) as pool:
            answers = list(pool.map(ask, *zip(*wanted, strict=True)))
        assert answers == [bt.export(bt.parse(page), name).data for name, page in wanted]


class TestAPageThatCannotBe:
    def test_is_told_with_every_mistake_and_its_line_and_column(self, client: httpx.Client) -> None:
        page = (
            "name: Three mistakes\n8:00 forward walk 5 km/h\n2:00 bakward walk 2.4 km/h hands free\n"
            "2:00 backward walk 2.4 km/h\n5m left walk 1.6 km/h light rail\n"
        )
        answer = client.post("/workouts/garmin-fit", content=page.encode(), headers=TEXT)
        data = refused(answer, 422)
        assert data["error"] == "InvalidWorkout"
        assert [
            (problem["code"], problem["severity"], problem["where"]["line"], problem["where"]["column"])
            for problem in data["problems"]
        ] == [("BT001", "error", 3, 6), ("BT002", "error", 4, 1), ("BT004", "error", 5, 1)]
        assert data["problems"][0]["hint"] == "did you mean backward?"
        assert all(problem["message"] for problem in data["problems"])

    def test_is_refused_with_the_rule_and_the_line_when_it_is_unsafe(self, client: httpx.Client) -> None:
        page = SAMPLES["first-timer"].replace("1.6 km/h grip", "7 km/h grip")
        data = refused(client.post("/workouts/garmin-fit", content=page.encode(), headers=TEXT), 422)
        assert data["error"] == "UnsafeWorkout"
        found = [problem for problem in data["problems"] if problem["code"] == "BT101"]
        assert [problem["where"]["line"] for problem in found] == [6]
        assert page.splitlines()[6 - 1].startswith("1:00 backward walk 7 km/h")

    def test_is_refused_when_the_format_cannot_carry_it(self, client: httpx.Client) -> None:
        steps = "".join(f"1:00 forward walk 5.{number} km/h\n" for number in range(1, 10)) * 7
        data = refused(
            client.post("/workouts/garmin-fit", content=f"name: Long\n{steps}".encode(), headers=TEXT), 422
        )
        assert data["error"] == "CannotExport"
        assert [problem["code"].partition("/")[0] for problem in data["problems"]] == ["garmin-fit"]


NESTED = {
    "name": "Nested",
    "steps": [
        STEP,
        {
            "kind": "repeat",
            "times": 2,
            "steps": [STEP, {"kind": "repeat", "times": 2, "steps": [STEP, BACKWARD, STEP]}],
        },
        STEP,
    ],
}
INNERMOST = "/steps/1/steps/1/steps/1"


class TestJsonThatCannotBe:
    @pytest.mark.parametrize(
        ("pointer", "value"),
        [
            ("/name", 5),
            ("/level", "expert"),
            ("/steps/1/times", 0),
            ("/steps/1/steps/1/times", "twice"),
            (INNERMOST, "a line"),
            (f"{INNERMOST}/kind", "steps"),
            (f"{INNERMOST}/amount", "5m"),
            (f"{INNERMOST}/direction", "bakward"),
            (f"{INNERMOST}/speed", "fast"),
            (f"{INNERMOST}/rail", "loose"),
            (f"{INNERMOST}/cue", "x" * 500),
            (f"{INNERMOST}/speeed", "2 km/h"),
            (f"{INNERMOST}/a.b[0]", 1),
            (f'{INNERMOST}/~1~0 "%', 1),
            (f"{INNERMOST}/", 1),
            ("/größe", 1),
        ],
    )
    def test_has_a_pointer_to_the_value_that_is_wrong(
        self, client: httpx.Client, pointer: str, value: object
    ) -> None:
        document = with_value(NESTED, pointer, value)
        data = refused(client.post("/workouts/garmin-fit", json=document), 422)
        assert data["error"] == "InvalidWorkout"
        (problem,) = data["problems"]
        assert problem["where"]["pointer"] == pointer
        assert resolved(document, problem["where"]["pointer"]) == value

    def test_has_a_pointer_to_where_a_missing_value_should_stand(self, client: httpx.Client) -> None:
        document = json.loads(json.dumps(NESTED))
        del resolved(document, INNERMOST)["speed"]
        (problem,) = refused(client.post("/workouts/garmin-fit", json=document), 422)["problems"]
        assert problem["where"]["pointer"] == f"{INNERMOST}/speed"

    def test_has_a_pointer_to_the_step_when_its_values_do_not_go_together(self, client: httpx.Client) -> None:
        document = json.loads(json.dumps(NESTED))
        del resolved(document, INNERMOST)["rail"]
        (problem,) = refused(client.post("/workouts/garmin-fit", json=document), 422)["problems"]
        assert problem["where"]["pointer"] == INNERMOST
        assert "rail" in problem["message"]

    def test_has_a_pointer_to_the_step_when_it_is_unsafe(self, client: httpx.Client) -> None:
        document = with_value(NESTED, f"{INNERMOST}/speed", "7 km/h")
        data = refused(client.post("/workouts/garmin-fit", json=document), 422)
        assert data["error"] == "UnsafeWorkout"
        fast = [problem for problem in data["problems"] if problem["code"] == "BT101"]
        assert fast
        for problem in fast:
            assert resolved(document, problem["where"]["pointer"])["speed"] == "7 km/h"

    def test_is_told_when_it_is_no_json(self, client: httpx.Client) -> None:
        data = refused(client.post("/workouts/garmin-fit", content=b'{"name": ', headers=JSON), 422)
        assert [problem["code"] for problem in data["problems"]] == ["BT010"]


class TestARequestThatCannotBe:
    def test_is_not_found_when_no_plugin_has_the_name(self, client: httpx.Client) -> None:
        data = refused(client.post("/workouts/garmin-fti", content=PAGE.encode(), headers=TEXT), 404)
        assert data["error"] == "UnknownPlugin"
        assert data["plugin"] == "garmin-fti"
        assert {"garmin-fit", "zwo"} <= set(data["known"])
        assert "did you mean garmin-fit?" in data["detail"]

    def test_is_told_which_option_is_wrong_and_which_there_are(self, client: httpx.Client) -> None:
        asked = {"race_pac": "5k=30:00"}
        data = refused(client.post("/workouts/zwo", params=asked, content=PAGE.encode(), headers=TEXT), 400)
        assert (data["error"], data["plugin"], data["option"]) == ("UsageError", "zwo", "race_pac")
        assert data["known"] == ["compact", "incline", "race_pace", "replacement_prescription"]

    def test_is_told_which_value_of_the_athlete_a_format_needs(self, client: httpx.Client) -> None:
        data = refused(client.post("/workouts/zwo", content=PAGE.encode(), headers=TEXT), 400)
        assert (data["error"], data["plugin"], data["option"]) == ("UsageError", "zwo", "race_pace")

    def test_is_too_large_beyond_a_mebibyte_whether_it_says_so_or_not(self, client: httpx.Client) -> None:
        comment = b"#" * (MIB - len(PAGE.encode()))
        large = PAGE.encode() + comment
        assert client.post("/workouts/segments-csv", content=large, headers=TEXT).status_code == 200
        larger = large + b"#"
        refused(client.post("/workouts/segments-csv", content=larger, headers=TEXT), 413)
        chunks = (larger[at : at + 65536] for at in range(0, len(larger), 65536))
        refused(client.post("/workouts/segments-csv", content=chunks, headers=TEXT), 413)

    @pytest.mark.parametrize(
        "kind", ["application/xml", "text/plain; charset=latin-1", "application/jsonx", ""]
    )
    def test_is_refused_in_another_media_type(self, client: httpx.Client, kind: str) -> None:
        asked = {"Content-Type": kind}
        refused(client.post("/workouts/garmin-fit", content=PAGE.encode(), headers=asked), 415)

    def test_is_refused_in_another_encoding(self, client: httpx.Client) -> None:
        data = refused(client.post("/check", content="name: für".encode("latin-1"), headers=TEXT), 400)
        assert "byte 7" in data["detail"]

    def test_is_answered_with_problem_details_where_nothing_is_served(self, client: httpx.Client) -> None:
        refused(client.get("/"), 404)
        assert refused(client.get("/check"), 405)
        assert client.get("/check").headers["allow"] == "POST"

    def test_stops_no_later_one(self, client: httpx.Client) -> None:
        for body in (b"", b"\x00" * 1000, b"name: A\n" + b"  1x\n" * 1000, b"[" * 100_000, b"{}", b"null"):
            for headers in (TEXT, JSON):
                refused(client.post("/workouts/garmin-fit", content=body, headers=headers), 422)
        assert client.get("/formats").status_code == 200


class TestCheck:
    def test_says_that_a_safe_page_is_safe(self, client: httpx.Client) -> None:
        answer = client.post("/check", content=SAMPLES["first-timer"].encode(), headers=TEXT)
        workout = bt.parse(SAMPLES["first-timer"])
        found = [problem.as_data() for problem in bt.check(bt.expand(workout))]
        assert answer.json() == {"safe": True, "problems": found}

    @pytest.mark.parametrize(
        ("document", "codes"),
        [(with_value(NESTED, f"{INNERMOST}/speed", "7 km/h"), {"BT101"}), ({"name": "A"}, {"BT010"})],
        ids=["unsafe", "unreadable"],
    )
    def test_says_every_problem_of_one_that_is_not(
        self, client: httpx.Client, document: object, codes: set[str]
    ) -> None:
        data = client.post("/check", json=document).json()
        assert data["safe"] is False
        assert codes <= {problem["code"] for problem in data["problems"]}
        assert all("pointer" in problem["where"] for problem in data["problems"])


_LISTING = """
import sys, threading
import httpx, uvicorn
from app import app

server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
thread = threading.Thread(target=server.run)
thread.start()
while not server.started:
    thread.join(0.01)
port = server.servers[0].sockets[0].getsockname()[1]
answer = httpx.get(f"http://127.0.0.1:{port}/formats", trust_env=False)
server.should_exit = True
thread.join()
print(*[row["name"] for row in answer.json()["formats"] if row["state"] == "installed"])
print(*[name for name in sys.modules if name.startswith("backtrack_") and "." not in name])
"""


def test_formats_are_listed_and_no_plugin_is_imported_for_it() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _LISTING],
        cwd=SERVICE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    names, modules = (line.split() for line in done.stdout.splitlines())
    assert names == [row.name for row in bt.Registry().rows("exporter")]
    assert modules == ["backtrack_plugins"]


def test_a_broken_plugin_is_the_services_fault_and_only_its_log_says_how(plugins, exporter_source) -> None:
    plugins.install("acme", exporter_source("broken", "raise OSError('/srv/secret')"), exporters=("broken",))
    with serving(PYTHONPATH=str(plugins.folder)) as served:
        ask = httpx.Client(base_url=served.address, trust_env=False)
        with ask:
            answer = ask.post("/workouts/broken", content=PAGE.encode(), headers=TEXT)
            data = refused(answer, 500)
            assert (data["error"], data["kind"], data["plugin"]) == ("PluginError", "exporter", "broken")
            assert "secret" not in answer.text
            assert ask.post("/workouts/garmin-fit", content=PAGE.encode(), headers=TEXT).status_code == 200
    assert "/srv/secret" in "".join(served.log)


CURL = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
CURL = [line for line in CURL if line.startswith("curl ")]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("line", CURL)
def test_the_lines_of_its_readme_work(served: Served, tmp_path: Path, line: str) -> None:
    assert "http://127.0.0.1:8000" in line
    command = shlex.split(line.replace("http://127.0.0.1:8000", served.address))
    shutil.copytree(SERVICE.parent, tmp_path / "examples")
    done = subprocess.run(
        [command[0], "--noproxy", "*", "--fail-with-body", *command[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    written = list(tmp_path.glob("*.fit"))
    assert written or json.loads(done.stdout)


def test_the_program_is_short_enough_to_be_read() -> None:
    assert len((SERVICE / "app.py").read_text(encoding="utf-8").splitlines()) <= 135
    assert len(CURL) >= 4
