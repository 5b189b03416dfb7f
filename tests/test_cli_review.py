"""``backtrack review``: plan against done, as a table and as data, and what it refuses."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from documents import ROOT
from recorded import Lap, recorded_fit, step

import backtrack_plugins as bt

RESET = "after-intervals-reset"
FORWARD, BACKWARD = "5:00 forward walk 4.5 km/h", "1:00 backward walk 1.6 km/h grip rail"


@pytest.fixture
def recording(command) -> str:  # noqa: ARG001 - in whose folder it is
    """The example recording, in the folder where the command runs."""
    shutil.copy(ROOT / f"examples/recordings/{RESET}.fit", "done.fit")
    return "done.fit"


@pytest.fixture
def plan(command) -> str:  # noqa: ARG001 - likewise
    shutil.copy(ROOT / f"examples/workouts/{RESET}.backtrack", f"{RESET}.backtrack")
    return f"{RESET}.backtrack"


def row_of(out: str, *words: str) -> str:
    (row,) = [line for line in out.splitlines() if all(word in line for word in words)]
    return " ".join(row.split())


def test_each_step_with_what_was_done_of_it(command, recording: str) -> None:
    done = command("review", recording)
    assert (done.code, done.err) == (0, "")
    assert (
        f"plan: {bt.read(ROOT / f'examples/workouts/{RESET}.backtrack').name}, kept by the watch" in done.out
    )
    assert row_of(done.out, "8:00 forward jog").startswith(
        "1 8:00 forward jog 8 km/h easy 8:00 1.07 km 1.03 km"
    )
    assert row_of(done.out, "light rail").endswith("1:00 0.04 km 0.02 km 116 as planned")
    assert row_of(done.out, "short").endswith("1:25 0.09 km 0.05 km 116 short")
    assert "taller" not in done.out, "a cue is as long as it likes, and says nothing of what was done"
    assert row_of(done.out, "extra:").endswith("1:02 - 0.08 km 104 extra")


def test_the_totals_of_each_way(command, recording: str) -> None:
    done = command("review", recording)
    assert row_of(done.out, "backward  5:00").startswith("backward 5:00 4:25 0.24 km")
    assert row_of(done.out, "straddle  1:30").startswith("straddle 1:30 1:36 - ")
    assert "Score 98 %" in done.out


def test_the_plan_may_be_named(command, recording: str, plan: str) -> None:
    done = command("review", recording, "--workout", plan)
    assert done.code == 0
    assert f"After-intervals reset, {plan}\n" in done.out


def test_in_miles_for_those_who_count_in_them(command, recording: str) -> None:
    Path("me.toml").write_text('units = "imperial"\n', encoding="utf-8")
    done = command("review", recording, "--athlete", "me.toml")
    assert row_of(done.out, "light rail").endswith("1:00 0.02 mi 0.02 mi 116 as planned")
    assert " km " not in done.out.replace("km/h", "")


def test_the_same_as_data(command, recording: str) -> None:
    data = command("review", recording, "--json").data
    assert (data["basis"], data["all_done"], data["errors"]) == ("steps", False, [])
    short = [each for each in data["segments"] if each["state"] == "short"]
    assert [(each["direction"], each["planned_seconds"], each["seconds"]) for each in short] == [
        ("backward", 120.0, 85.0)
    ]
    assert [each["lap"] for each in data["extras"]] == [len(data["segments"]) + 1]
    assert {each["way"] for each in data["totals"]} == {"forward", "backward", "straddle"}


def test_another_workouts_recording_is_not_matched(command, recording: str) -> None:
    done = command("review", recording, "--workout", "first-steps")
    assert done.code == 2
    assert "done.fit: not matched: " in done.err
    assert "as planned" not in done.out
    data = command("review", recording, "--workout", "first-steps", "--json")
    assert (data.code, data.data["basis"], data.data["segments"]) == (2, None, [])
    assert "not matched" in data.data["errors"][0]["message"]


def test_a_recording_without_a_plan_says_to_name_it(command) -> None:
    Path("free.fit").write_bytes(recorded_fit([], [Lap(300)]))
    done = command("review", "free.fit")
    assert (done.code, done.out) == (2, "")
    assert "--workout" in done.err


def test_a_workout_given_as_a_recording_is_called_one(command, plan: str) -> None:
    done = command("review", plan)
    assert done.code == 2
    assert f"{plan}: this is a workout, which is a plan, and no recorded activity" in done.err
    bt.export(bt.read(plan), "garmin-fit").write(".")
    done = command("review", f"{RESET}.fit")
    assert done.code == 2
    assert "this FIT file is a workout, which is a plan, and no recorded activity" in done.err


def test_a_page_with_mistakes_given_as_a_recording_is_still_a_workout(command) -> None:
    Path("a.backtrack").write_text("name: A\n5:00 forward wlak 4 km/h\n", encoding="utf-8")
    assert "a.backtrack: this is a workout" in command("review", "a.backtrack").err


def test_a_recording_given_as_a_workout_is_called_one(command, recording: str) -> None:
    done = command("review", recording, "--workout", recording)
    assert (done.code, done.out) == (2, "")
    assert "done.fit: this is a recorded activity, and no workout" in done.err


@pytest.mark.parametrize("words", [("check",), ("show",), ("export", "--to", "garmin-fit")])
def test_a_recording_given_to_another_command_says_what_to_do_with_it(
    command, recording: str, words: tuple[str, ...]
) -> None:
    done = command(*words, recording)
    assert (done.code, done.out) == (2, "")
    assert "done.fit: this is a recorded activity, and no workout" in done.err
    assert "backtrack review done.fit" in done.err


def test_between_two_readers_that_know_it_the_user_leaves_one_out(
    command, recording: str, plugins, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = """
from backtrack_plugins import Recording, RecordingReader, hookimpl


@hookimpl
def backtrack_recordings():
    return [
        RecordingReader(
            name="other-fit",
            summary="FIT, too",
            suffix=".fit",
            recognise=lambda head: head[8:12] == b".FIT",
            read=lambda data, name: Recording(file=name, seconds=1.0),
        )
    ]
"""
    plugins.install("acme-fit", source, recordings=("other-fit",))
    done = command("review", recording)
    assert (done.code, done.out) == (2, "")
    assert "done.fit: fitfile, other-fit all know such files" in done.err
    assert "BACKTRACK_DISABLE_PLUGINS=NAME" in done.err
    monkeypatch.setenv("BACKTRACK_DISABLE_PLUGINS", "other-fit")
    assert command("review", recording).code == 0


def test_laps_that_auto_lap_cut_are_one_step(command) -> None:
    steps = [step(FORWARD, seconds=300), step("0:30 straddle added"), step(BACKWARD, seconds=60)]
    laps = [
        Lap(200, step=0, trigger="distance"),
        Lap(100, step=0),
        Lap(21, step=1, trigger="manual"),
        Lap(60, step=2),
    ]
    Path("cut.fit").write_bytes(recorded_fit(steps, laps))
    done = command("review", "cut.fit")
    assert row_of(done.out, FORWARD).startswith("1-2 ")
    assert row_of(done.out, BACKWARD).startswith("4 ")


@pytest.mark.parametrize("damage", ["PK\x03\x04rest", "<gpx></gpx>"])
def test_what_is_no_recording_is_refused_without_a_trace(command, damage: str) -> None:
    Path("bad.fit").write_text(damage, encoding="utf-8")
    done = command("review", "bad.fit")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: bad.fit: ")
    assert "Traceback" not in done.err


def test_a_truncated_one_is_refused(command, recording: str) -> None:
    Path("half.fit").write_bytes(Path(recording).read_bytes()[:3000])
    done = command("review", "half.fit")
    assert (done.code, done.out) == (2, "")
    assert "half.fit: a truncated FIT file" in done.err


def test_an_empty_one_is_called_empty(command) -> None:
    Path("empty.fit").touch()
    done = command("review", "empty.fit")
    assert (done.code, done.err) == (
        2,
        "error: empty.fit: an empty file. Copy or download it again; nothing was read.\n",
    )
