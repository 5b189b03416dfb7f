"""`backtrack try strava`: every command of the tour is really run, as somebody would who has no account."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from backtrack_strava import tour

AT_STRAVA = [tour.RECORDING, "--to", "strava", "--yes"]


@pytest.fixture(scope="module")
def done() -> dict:
    """What came of each step."""
    command = [sys.executable, "-m", "backtrack_plugins", "try", "strava", "--json"]
    ran = subprocess.run(command, capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    return msgspec.json.decode(ran.stdout)


def of(done: dict, *words: str) -> dict:
    """The first step whose command has these words."""
    return next(each for each in done["steps"] if set(words) <= set(each["command"]))


class TestTheTour:
    def test_shows_the_way_from_the_recording_and_back(self, done) -> None:
        assert done["account"] == "strava"
        assert [step["exit_code"] for step in done["steps"]] == [0] * 9
        commands = [step["command"][0] for step in done["steps"]]
        assert commands[:4] == ["review", "annotate", "login", "annotate"]
        assert commands[4:] == ["annotate", "annotate", "send", "annotate", "logout"]

    def test_shows_the_difference_before_anything_changes(self, done) -> None:
        looked = of(done, "--dry-run")
        assert "+ Treadmill, which way you face: After-intervals reset" in looked["stderr"]
        for line in tour.WRITTEN.split("\n"):
            assert f"  {line}" in looked["stderr"]

    def test_annotates_once_and_takes_it_away_again(self, done) -> None:
        first, again = [step for step in done["steps"] if step["command"] == ["annotate", *AT_STRAVA]]
        assert "annotated" in first["stdout"]
        assert "as it should be already" in again["stdout"]
        assert "there already" in of(done, "send")["stdout"]
        assert "annotation removed" in of(done, "--remove")["stdout"]

    def test_signs_in_without_a_browser_and_shows_no_secret(self, done) -> None:
        assert "Signed in to Strava" in of(done, "login")["stdout"]
        assert "-secret" not in msgspec.json.encode(done).decode()
