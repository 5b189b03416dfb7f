"""Garmin Connect as somebody at a terminal has it, with the real client libraries and a stand-in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import garmin_fit_sdk
import pytest

from backtrack_garmin.testing import ConnectStandIn, environment, signed_in
from backtrack_plugins import parse
from backtrack_plugins.cli import main
from backtrack_plugins.testing.mishaps import answering, cut_before_acting, html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PAGE = """\
name: After intervals
level: first-timer

12:00 forward walk 5 km/h
1:00 backward walk 2 km/h grip rail
3:00 forward walk 5 km/h
"""


@pytest.fixture(params=["garth", "garminconnect"])
def connect(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ConnectStandIn]:
    with ConnectStandIn() as stand_in:
        for name, value in signed_in(stand_in, tmp_path / "data", client=request.param).items():
            monkeypatch.setenv(name, value)
        yield stand_in


@pytest.fixture
def backtrack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command beside a page, for somebody who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "after.backtrack").write_text(PAGE, encoding="utf-8")

    def run(*words: str) -> tuple[int, str, str]:
        code = main(words)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


SEND = ("send", "after.backtrack", "--to", "garmin-connect", "--yes")


def test_a_workout_goes_there_onto_its_day_comes_back_and_is_taken_away(
    connect: ConnectStandIn, backtrack: Any
) -> None:
    code, out, err = backtrack(*SEND, "--on", "2026-12-02", "--device", "Forerunner 255")
    (number,) = connect.workouts
    assert (code, out.splitlines()[0]) == (
        0,
        f"After intervals: garmin-connect:{number}  (new, on 2026-12-02)",
    )
    assert "garmin-connect  (new, on 2026-12-02)" in err
    assert connect.scheduled() == [("2026-12-02", number)]
    assert len(connect.messages) == 1

    code, out, err = backtrack(*SEND, "--on", "2026-12-02")
    assert code == 0
    assert err.endswith("All of it is there already: nothing was sent.\n")

    code, out, _ = backtrack("sent")
    assert code == 0
    assert out.splitlines()[1].split("  ") == [
        "garmin-connect",
        "After intervals",
        "2026-12-02",
        "as sent",
        " garmin-connect:" + str(number),
    ]

    code, out, err = backtrack("import", f"garmin-connect:{number}")
    assert (code, err) == (0, "")
    assert parse(out) == parse(PAGE)

    code, out, err = backtrack("unsend", "after.backtrack", "--to", "garmin-connect", "--yes")
    assert (code, out) == (0, f"after.backtrack: garmin-connect:{number}  (removed)\n")
    assert (connect.workouts, connect.schedules) == ({}, {})


def test_a_programme_goes_there_with_its_dates_and_moves_with_them(
    connect: ConnectStandIn, backtrack: Any, tmp_path: Path
) -> None:
    (tmp_path / "athlete.toml").write_text('level = "first-timer"\n', encoding="utf-8")
    new = ("programme", "new", "--start", "2026-12-02", "--today", "2026-11-26", "--weeks", "3")
    assert backtrack(*new, "-o", "winter", "--athlete", "athlete.toml")[0] == 0
    send = ("send", "winter", "--to", "garmin-connect", "--on", "programme", "--yes")
    send = (*send, "--athlete", "athlete.toml")
    code, _, err = backtrack(*send)
    assert code == 0, err
    assert "These weeks are planned for when every gate is passed" in err
    assert [day for day, _ in connect.scheduled()] == ["2026-12-02", "2026-12-09", "2026-12-16"]
    numbers = sorted(connect.workouts)

    told = ("programme", "next", "winter", "--outcome", "missed", "--today", "2026-12-03")
    assert backtrack(*told, "--athlete", "athlete.toml")[0] == 0
    code, _, err = backtrack(*send)
    assert code == 0, err
    assert [day for day, _ in connect.scheduled()] == ["2026-12-09", "2026-12-16", "2026-12-23"]
    assert sorted(connect.workouts) == numbers

    code, _, err = backtrack("unsend", "winter", "--to", "garmin-connect", "--yes")
    assert (code, connect.workouts) == (0, {}), err


@pytest.mark.parametrize(
    ("mishap", "said"),
    [
        (answering(429, headers={"Retry-After": "900"}), "in 15 min"),
        (answering(429), "hour"),
        (answering(500), "500"),
        (html(), "Garmin Connect"),
        (cut_before_acting(), "Garmin Connect"),
    ],
    ids=["limit", "limit without a time", "failure", "html", "cut"],
)
def test_when_it_cannot_be_sent_the_fit_file_is_kept_and_named(
    connect: ConnectStandIn, backtrack: Any, mishap: Any, said: str, tmp_path: Path
) -> None:
    connect.next(mishap, on="POST /workout-service/workout", times=None)
    code, out, err = backtrack(*SEND)
    connect.heal()
    assert (code, out) == (3, "")
    assert said in err
    kept = tmp_path / "data" / "outbox" / "after.fit"
    assert f"Kept as a file: {kept}\n" in err
    assert "GARMIN/NewFiles" in err
    stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(kept.read_bytes()))
    assert garmin_fit_sdk.Decoder(stream).check_integrity()
    code, out, err = backtrack(*SEND)
    assert code == 0
    assert len(connect.workouts) == 1


def test_somebody_who_is_not_signed_in_learns_how_to(
    connect: ConnectStandIn, backtrack: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect.revoke()
    code, _, err = backtrack(*SEND)
    assert code == 2
    assert "backtrack login garmin" in err
    for name, value in environment(connect, tmp_path / "nobody").items():
        monkeypatch.setenv(name, value)
    code, _, err = backtrack(*SEND)
    assert code == 2
    assert "nobody is signed in" in err
    assert not (tmp_path / "nobody" / "outbox").exists()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("garmin-connect:1", "garmin-connect:1"),
        ("garmin-connect:abc", "number"),
        ("garmin-connect:", "number"),
    ],
)
def test_a_workout_that_is_not_there_is_told(
    connect: ConnectStandIn, backtrack: Any, address: str, said: str
) -> None:
    assert connect
    code, out, err = backtrack("import", address)
    assert (code, out) == (2, "")
    assert said in err


def test_nothing_that_comes_out_has_a_secret_in_it(
    connect: ConnectStandIn, backtrack: Any, tmp_path: Path
) -> None:
    said = []
    for words in (
        (*SEND, "--on", "2026-12-02", "--json"),
        ("sent", "--json"),
        ("unsend", "after.backtrack", "--to", "garmin-connect", "--yes", "--json"),
    ):
        code, out, err = backtrack(*words)
        assert code == 0, err
        assert json.loads(out)
        said.append(out + err)
    # Nobody typed the password here, so that nothing could know it again.
    known = [secret for secret in connect.secrets if secret != connect.account.password]
    connect.next(answering(400, {"message": " ".join(known)}), times=None)
    said += backtrack(*SEND)[1:]
    connect.heal()
    connect.revoke()
    said += backtrack(*SEND)[1:]
    kept = [path for path in (tmp_path / "data").rglob("*") if path.is_file() and "tokens" not in str(path)]
    said += [path.read_bytes().decode("latin-1") for path in kept]
    assert len(known) >= 3
    assert not [secret for secret in connect.secrets if secret in "\n".join(said)]
