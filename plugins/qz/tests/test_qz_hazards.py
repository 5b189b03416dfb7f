"""One test for each way in which QZ is known to move a belt that nobody meant: what our files do about it."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, assume, given, settings

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLES
from backtrack_plugins.testing.strategies import safe_workouts

ADVANCED = bt.Athlete(level="advanced")

LOWEST = 0.8
"""km/h; of a treadmill that nobody described."""

TURN = """\
name: Turn
level: advanced

5:00 forward walk 5 km/h
1:00 backward walk 2.4 km/h light rail
5:00 forward jog 9 km/h
"""

ATTRIBUTES = {"duration", "speed", "inclination", "forcespeed", "zonehr", "lapbutton"}


def exported(page: str, athlete: bt.Athlete | None = ADVANCED) -> bt.Artifact:
    return bt.export(bt.parse(page), "qz", athlete)


def rows_of(data: bytes) -> list[ET.Element]:
    root = ET.fromstring(data)
    assert (root.tag, dict(root.items())) == ("rows", {"device": "treadmill"})
    assert {row.tag for row in root} == {"row"}
    return list(root)


def rows(page: str, athlete: bt.Athlete | None = ADVANCED) -> list[ET.Element]:
    return rows_of(exported(page, athlete).data)


def seconds(row: ET.Element) -> int:
    hours, minutes, rest = map(int, re.fullmatch(r"(\d\d):([0-5]\d):([0-5]\d)", row.get("duration")).groups())
    return hours * 3600 + minutes * 60 + rest


def kmh(row: ET.Element) -> float:
    return float(row.get("speed"))


def texts(row: ET.Element) -> str:
    return "\n".join(event.get("message") for event in row)


def everything() -> list[bytes]:
    made = [bt.export(bt.parse(page), "qz").data for page in SAMPLES.values()]
    return made + [
        bt.export(entry.workout, "qz", supervised_by="a coach").data for entry in bt.library_entries()
    ]


@pytest.fixture(scope="module")
def every_row() -> list[ET.Element]:
    return [row for data in everything() for row in rows_of(data)]


def test_a_speed_of_nought_does_not_stop_a_belt_and_is_never_written(every_row):
    assert all(kmh(row) > 0 for row in every_row)
    slow = bt.Treadmill(slowest=bt.Speed("0.1 km/h"))
    assert min(map(kmh, rows(TURN, bt.Athlete(level="advanced", treadmill=slow)))) == 0.1


def test_a_row_without_a_speed_leaves_the_last_one_running_and_every_row_sets_its_own(every_row):
    assert all(row.get("forcespeed") == "1" and row.get("speed") for row in every_row)


def test_the_belt_runs_on_at_the_end_so_the_last_row_is_slow_and_flat_and_says_to_press_stop():
    for page in SAMPLES.values():
        last = rows_of(bt.export(bt.parse(page), "qz").data)[-1]
        assert (seconds(last), last.get("inclination")) == (60, "0")
        assert texts(last) == "The workout is over. Press stop: QZ does not stop the belt."
    assert kmh(rows(TURN)[-1]) == LOWEST


def test_no_belt_tilts_at_the_end_under_somebody_who_faces_away_from_the_console():
    page = TURN.replace("5:00 forward jog 9 km/h", "1:00 backward walk 2.4 km/h 2% light rail")
    workout = bt.parse(page)
    forced = bt.export(workout, "qz", ADVANCED, force=True)
    last = rows_of(forced.data)[-1]
    assert (kmh(last), last.get("inclination")) == (LOWEST, "2")


def test_the_limits_in_qz_are_no_limits_and_no_row_is_faster_or_steeper_than_planned():
    for page in SAMPLES.values():
        artifact = bt.export(bt.parse(page), "qz")
        most = max(segment.metres_per_second or 0 for segment in artifact.timeline.segments) * 3.6
        steepest = max(segment.incline_percent for segment in artifact.timeline.segments)
        for row in rows_of(artifact.data):
            assert kmh(row) <= most
            assert float(row.get("inclination")) <= steepest


def test_rows_apply_at_once_so_a_turn_is_a_wait_at_the_lowest_speed_with_a_text():
    straddle = rows(TURN)[1]
    assert straddle.get("lapbutton") == "1"
    assert kmh(straddle) == LOWEST
    assert texts(straddle) == (
        "0:20 straddle added\n"
        "Straddle. Set 2.4 km/h, then turn your back to the console. "
        "Turn first, then press lap. Step on once the belt runs evenly."
    )


def test_a_wait_that_is_passed_over_lasts_thirty_seconds_or_what_was_planned(every_row):
    assert all(seconds(row) >= 30 for row in every_row if row.get("lapbutton") == "1")
    longer = rows(TURN.replace("1:00 backward", "0:45 straddle\n1:00 backward"))[1]
    assert (seconds(longer), longer.get("lapbutton")) == (45, "1")


def test_after_a_wait_a_forward_step_begins_at_five_km_h_for_fifteen_seconds(every_row):
    played = rows(TURN)
    assert [(seconds(row), kmh(row)) for row in played[4:6]] == [(15, 5), (285, 9)]
    for before, row in pairwise(every_row):
        if "straddle" in before[0].get("message") and "straddle" not in row[0].get("message"):
            assert kmh(row) <= 5
            assert seconds(row) >= 10


def test_after_a_wait_the_belt_does_not_change_under_somebody_who_faces_away():
    assert [(seconds(row), kmh(row)) for row in rows(TURN)[1:4]] == [(30, LOWEST), (60, 2.4), (30, LOWEST)]


def test_a_forward_step_too_short_to_speed_up_in_is_held_and_that_is_a_loss():
    artifact = exported(TURN.replace("5:00 forward jog 9", "0:24 forward run 9"))
    assert [(seconds(row), kmh(row)) for row in rows_of(artifact.data)][4] == (24, 5)
    assert {loss.what: loss.steps for loss in artifact.losses}["hold"] == (3,)


def test_a_heart_rate_controller_is_never_mixed_with_a_set_speed(every_row):
    assert {row.get("zonehr") for row in every_row} == {"0"}
    assert all(set(row.keys()) <= ATTRIBUTES for row in every_row)


def test_an_incline_that_is_not_said_is_the_one_before_and_every_row_says_its_own(every_row):
    assert all(-40 <= float(row.get("inclination")) <= 40 for row in every_row)


def test_inclines_are_percent_and_no_fractions():
    page = TURN.replace("1:00 backward walk 2.4 km/h", "1:00 backward walk 2.4 km/h 2.5%")
    assert [row.get("inclination") for row in rows(page)][1:4] == ["2.5", "2.5", "0"]


def test_a_ramp_never_reaches_its_last_value_and_none_is_written(every_row):
    assert not any(row.get("speedfrom") or row.get("speedto") for row in every_row)


def test_repeats_do_not_nest_and_every_pass_is_written_out():
    artifact = bt.export(bt.parse(SAMPLES["nested-repeat"]), "qz")
    assert b"<repeat" not in artifact.data
    lines = [row[0].get("message").split("\n")[0] for row in rows_of(artifact.data)]
    assert (
        lines.count("1:00 forward run 12 km/h hard")
        + sum(line == "Continued: 1:00 forward run 12 km/h hard" for line in lines)
        >= 6
    )
    assert "repeats" in {loss.what for loss in artifact.losses}


def test_an_incline_overrides_a_speed_on_short_rows_and_none_is_under_ten_seconds(every_row):
    assert min(map(seconds, every_row)) >= 10


def test_a_step_under_ten_seconds_is_refused_with_its_line_and_what_to_do():
    with pytest.raises(bt.CannotExport) as refusal:
        exported("name: A\n5:00 forward walk 5 km/h\n0:09 forward jog 8 km/h\n")
    problem = refusal.value.problems[0]
    assert (problem.code, problem.where.line) == ("qz/short", 3)
    assert "10 s" in problem.hint


def test_a_supervised_step_faster_than_anybody_steps_on_is_refused_in_its_own_unit():
    page = TURN.replace("backward walk 2.4 km/h light rail", "backward run 5.5 km/h hands free")
    with pytest.raises(bt.CannotExport) as refusal:
        bt.export(bt.parse(page), "qz", ADVANCED, supervised_by="a coach", force=True)
    assert [problem.code for problem in refusal.value.problems] == ["qz/mount"]


def test_another_shape_of_duration_is_no_time_and_none_is_written(every_row):
    assert all(seconds(row) > 0 for row in every_row)


def test_an_hour_is_written_as_one():
    assert rows("name: Long\n1:05:07 forward walk 5 km/h\n")[0].get("duration") == "01:05:07"


def test_a_step_until_the_lap_button_waits():
    page = "name: A\n5:00 forward walk 5 km/h\nlap forward jog 8 km/h\n5:00 forward walk 5 km/h\n"
    artifact = exported(page)
    waiting = rows_of(artifact.data)[1]
    assert (waiting.get("lapbutton"), seconds(waiting), kmh(waiting)) == ("1", 60, 8)
    assert "lap" not in {loss.what for loss in artifact.losses}


def test_a_step_until_the_lap_button_after_a_turn_is_held_first_and_waits_then():
    page = TURN.replace("5:00 forward jog 9 km/h", "lap forward jog 9 km/h\n5:00 forward walk 5 km/h")
    held, waiting = rows(page)[4:6]
    assert (kmh(held), held.get("lapbutton")) == (5, None)
    assert (kmh(waiting), waiting.get("lapbutton")) == (9, "1")


def test_what_comes_after_a_wait_without_an_end_is_said_at_once():
    page = TURN.replace("1:00 backward", "lap forward walk 4 km/h\n1:00 backward")
    assert texts(rows(page)[1]) == "lap forward walk 4 km/h\nNext: straddle, then backward walk."


def test_miles_an_hour_are_never_rounded_up():
    page = "name: A\n5:00 forward walk 3 mph\n5:00 forward jog 5 mph\n"
    athlete = bt.Athlete(
        treadmill=bt.Treadmill(slowest=bt.Speed("0.5 mph"), speed_increment=bt.Speed("0.1 mph"))
    )
    artifact = exported(page, athlete)
    assert [row.get("speed") for row in rows_of(artifact.data)] == ["4.828", "8.046", "0.804"]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts())
def test_every_safe_workout_comes_back_equal_without_loss_and_has_only_rows_that_play(workout):
    try:
        artifact = bt.export(workout, "qz", ADVANCED, supervised_by="a coach")
    except bt.CannotExport:
        assume(False)
    back = bt.import_bytes(artifact.data, "a.xml", importer="qz")
    assert (back.workout, back.losses, back.complete) == (workout, (), True)
    assert all(kmh(row) > 0 and seconds(row) >= 10 for row in rows_of(artifact.data))


@pytest.mark.parametrize("walk", ["lap forward walk 4 km/h", "lap forward walk 5 km/h"])
def test_pressing_lap_twice_after_a_turn_does_not_lead_into_a_fast_step(walk):
    page = (
        "name: A\n5:00 forward walk 4 km/h\n1:00 backward walk 2 km/h grip rail\n"
        f"{walk}\n5:00 forward run 10 km/h\n5:00 forward walk 4 km/h\n"
    )
    straddle, first, waiting, fast = rows(page)[3:7]
    assert straddle.get("lapbutton") == waiting.get("lapbutton") == "1"
    assert first.get("lapbutton") is None
    assert (seconds(first), kmh(first), kmh(fast)) == (15, kmh(waiting), 10)
    assert seconds(first) + seconds(waiting) == 60
    assert not any(event.get("message").startswith("In ") for event in first)
