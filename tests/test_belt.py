"""Our files on a belt that plays them as QZ would.

First the belt is held to its description, then the rules to what they must notice, then our files to the
plan.
"""

from __future__ import annotations

from random import Random

import fuzz_belt
import pytest
from belt_player import (
    PRESSES,
    Row,
    Unplayable,
    UserSettings,
    on_the_clock,
    play,
    rows_of_garmin,
    rows_of_qz,
    rows_of_zwo,
)
from belt_rules import FORMATS, OPTIONS, rows_of, violations
from garmin_fit_sdk import Encoder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded import from_export

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.testing.strategies import safe_workouts


def qz(rows: str) -> list[Row]:
    return rows_of_qz(f'<rows device="treadmill">{rows}</rows>'.encode())


TIMED = "<sportType>run</sportType><durationType>time</durationType>"


def zwo(steps: str, header: str = TIMED, user: UserSettings | None = None) -> list[Row]:
    data = f"<workout_file>{header}<workout>{steps}</workout></workout_file>".encode()
    return rows_of_zwo(data, user or UserSettings())


def garmin(*steps: dict, user: UserSettings | None = None) -> list[Row]:
    encoder = Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": "workout"})
    encoder.write_mesg({"mesg_num": 26, "sport": "running", "num_valid_steps": len(steps)})
    for index, step in enumerate(steps):
        encoder.write_mesg(
            {"mesg_num": 27, "message_index": index, "target_type": "open", "intensity": "active", **step}
        )
    return rows_of_garmin(encoder.close(), user or UserSettings())


def speeds(rows: list[Row]) -> list[float | None]:
    return [None if row.kmh is None else round(row.kmh, 4) for row in rows]


# ---- The belt is as QZ is described: its own XML


@pytest.mark.parametrize(
    ("row", "kmh"),
    [
        ('speed="3" forcespeed="1"', 3),
        ('speed="3"', None),
        ('speed="3" forcespeed="0"', None),
        ('forcespeed="1"', None),
        ('speed="0" forcespeed="1"', None),
    ],
)
def test_a_row_sets_a_speed_that_is_forced_and_not_zero(row, kmh):
    assert speeds(qz(f'<row duration="00:01:00" {row}/>')) == [kmh]


@pytest.mark.parametrize("then", ['speed="0" forcespeed="1"', "", 'speed="1"'])
def test_a_rest_is_not_a_stop_and_the_belt_keeps_the_last_speed(then):
    rows = qz(f'<row duration="00:00:10" speed="7" forcespeed="1"/><row duration="00:00:20" {then}/>')
    played = play(rows)
    assert [second.kmh for second in played.seconds] == [7.0] * 30
    assert [second.is_set for second in played.seconds] == [True] * 10 + [False] * 20


def test_the_belt_runs_on_after_the_end():
    assert play(qz('<row duration="00:00:10" speed="7" forcespeed="1"/>')).afterwards.kmh == 7


@pytest.mark.parametrize(
    ("duration", "seconds"), [("01:02:03", 3723), ("2:00", 0), ("90", 0), ("00:99:00", 0)]
)
def test_a_duration_is_hours_minutes_and_seconds_or_nothing(duration, seconds):
    assert qz(f'<row duration="{duration}" speed="3" forcespeed="1"/>')[0].seconds == seconds


def test_a_distance_in_kilometres_wins_over_a_duration():
    rows = qz('<row duration="00:00:10" distance="0.1" speed="3.6" forcespeed="1"/>')
    assert len(play(rows).seconds) == 100


def test_an_inclination_is_percent_and_its_absence_leaves_the_belt_as_it_is():
    rows = qz(
        '<row duration="00:00:10" inclination="0.4"/><row duration="00:00:10"/>'
        '<row duration="00:00:10" inclination="-200"/>'
    )
    assert [row.percent for row in rows] == [0.4, None, None]
    assert {second.percent for second in play(rows).seconds} == {0.4}


def test_speeds_and_inclines_end_where_the_user_says():
    rows = qz('<row duration="00:00:10" speed="30" forcespeed="1" inclination="20"/>')
    user = UserSettings(fastest_kmh=10, highest_percent=5)
    assert play(rows, user=user).seconds[0][:2] == (10, 5)


def test_a_ramp_is_rows_of_a_tenth_that_stop_one_short_and_lose_their_texts():
    (first, *_, last) = rows = qz(
        '<row duration="00:01:00" speedfrom="3" speedto="4"><textevent timeoffset="0" message="A"/></row>'
    )
    assert speeds(rows) == [3, 3.1, 3.2, 3.3, 3.4, 3.5, 3.6, 3.7, 3.8, 3.9]
    assert (first.seconds, last.texts) == (6, ())
    assert len(play(rows).seconds) == 60


def test_a_ramp_needs_a_duration():
    assert speeds(qz('<row speedfrom="3" speedto="4"/>')) == [None]


@pytest.mark.parametrize("clock", ["", 'duration="00:00:30"'])
@pytest.mark.parametrize(("pressed", "seconds"), [("at once", 1), ("late", 150)])
def test_a_lap_row_waits_for_the_press(clock, pressed, seconds):
    rows = qz(f'<row lapbutton="1" speed="1" forcespeed="1" {clock}/>')
    assert len(play(rows, PRESSES[pressed]).seconds) == seconds


def test_a_lap_row_may_end_on_its_clock_if_nobody_presses():
    rows = qz('<row lapbutton="1" speed="1" forcespeed="1" duration="00:00:30"/>')
    assert len(play(rows, on_the_clock).seconds) == 30


def test_a_repeat_is_played_as_often_as_it_says_and_does_not_nest():
    row = '<row duration="00:00:10" speed="3" forcespeed="1"/>'
    assert len(qz(f'<repeat times="3">{row}{row}</repeat>{row}')) == 7
    with pytest.raises(Unplayable):
        qz(f'<repeat times="2"><repeat times="2">{row}</repeat></repeat>')


@pytest.mark.parametrize("attribute", ['zonehr="2"', 'hrmin="100"', 'maxspeed="9"'])
def test_where_the_heart_decides_nobody_knows_the_speed(attribute):
    with pytest.raises(Unplayable):
        qz(f'<row duration="00:00:10" speed="3" forcespeed="1" {attribute}/>')


def test_unknown_elements_are_skipped_and_texts_need_a_time():
    (row,) = qz(
        '<note/><row duration="00:00:10"><textevent timeoffset="3" message="A"/>'
        '<textevent distoffset="3" message="B"/></row>'
    )
    assert row.texts == ((3, "A"),)


# ---- ... and a ZWO


def test_a_run_that_does_not_say_time_is_in_metres():
    step = '<SteadyState Duration="600" Power="1" pace="1"/>'
    for header in ("", "<durationType>distance</durationType>"):
        assert len(play(zwo(step, f"<sportType>run</sportType>{header}")).seconds) == 180
    assert len(play(zwo(step)).seconds) == 600


def test_what_stands_below_the_steps_comes_too_late():
    steps = b'<workout><SteadyState Duration="9" Power="1"/></workout>'
    data = b"<workout_file>" + steps + b"<sportType>run</sportType></workout_file>"
    assert speeds(rows_of_zwo(data)) == [None]


@pytest.mark.parametrize(
    ("attributes", "kmh"),
    [
        ('Power="0.5" pace="1"', 6),
        ('pace="1"', 12),
        ('Power="1" PowerLow="0.25" pace="1"', 3),
        ('Power="0.5" PowerLow="0.25" pace="1"', 6),
        ('Power="0.5" pace="0"', 7.2),
        ('Power="0.5" pace="2"', 5.625),
        ('Power="0.5" pace="3"', 5.2941),
        ('Power="0.5" pace="4"', 5),
        ('Power="0.5" pace="8268"', 7.2),
        ('Power="0.5" pace="1" Speed="2"', 7.2),
        ('Power="0" pace="1"', None),
    ],
)
def test_the_speed_of_a_steady_state(attributes, kmh):
    assert speeds(zwo(f'<SteadyState Duration="60" {attributes}/>')) == [kmh]


def test_a_steady_state_of_one_second_sets_no_speed():
    assert speeds(zwo('<SteadyState Duration="1" Power="0.5" pace="1"/>')) == [None]


def test_the_threshold_counts_for_steady_states_alone():
    header = f"{TIMED}<thresholdSecPerKm>360</thresholdSecPerKm>"
    steps = (
        '<SteadyState Duration="60" Power="0.5" pace="1"/>'
        '<IntervalsT Repeat="1" OnDuration="60" OffDuration="60" OnPower="0.5" OffPower="0.25" pace="1"/>'
        '<Ramp Duration="60" PowerLow="0.5" PowerHigh="0.5" pace="1"/>'
    )
    assert speeds(zwo(steps, header)) == [5, 6, 3, 6]
    assert speeds(zwo(steps, header, UserSettings(seconds_per_km=(100,) * 5))) == [5, 18, 9, 18]


@pytest.mark.parametrize(
    ("written", "percent"), [("0.02", 2), ("0.4", 40), ("0.5", 0.5), ("-0.03", -3), ("2", 2)]
)
def test_an_incline_up_to_two_fifths_is_a_fraction(written, percent):
    (row,) = zwo(f'<SteadyState Duration="60" Power="0.5" Incline="{written}"/>')
    assert row.percent == pytest.approx(percent)


@pytest.mark.parametrize("tag", ["Ramp", "Warmup"])
@pytest.mark.parametrize("high", ["0.30", "0.20"])
def test_ramps_only_go_up_whichever_end_is_higher(tag, high):
    rows = zwo(f'<{tag} Duration="60" PowerLow="0.25" PowerHigh="{high}" pace="1"/>')
    assert speeds(rows) == [3, 3.1, 3.2, 3.3, 3.4, 3.5]
    assert len(play(rows).seconds) == 60


@pytest.mark.parametrize("high", ["0.30", "0.20"])
def test_a_cooldown_only_goes_down(high):
    rows = zwo(f'<Cooldown Duration="60" PowerLow="0.25" PowerHigh="{high}" pace="1"/>')
    assert speeds(rows) == [3, 2.9, 2.8, 2.7, 2.6, 2.5]


@pytest.mark.parametrize("tag", ["FreeRide", "Freeride"])
def test_a_free_ride_sets_nothing_and_the_belt_runs_on(tag):
    rows = zwo(
        f'<SteadyState Duration="9" Power="1" pace="1" Incline="0.05"/><{tag} Duration="9" Incline="0"/>'
    )
    assert {second[:2] for second in play(rows).seconds} == {(12, 5)}


def test_intervals_are_both_halves_in_turn_with_texts_that_count_from_the_first():
    rows = zwo(
        '<IntervalsT Repeat="2" OnDuration="20" OffDuration="10" OnPower="1" OffPower="0.5" pace="1">'
        '<textevent timeoffset="0" message="A"/><textevent timeoffset="35" message="B"/>'
        '<textevent distoffset="3" message="C"/></IntervalsT>'
    )
    assert speeds(rows) == [12, 6, 12, 6]
    assert [(text.at, text.words, text.row, text.after) for text in play(rows).texts] == [
        (0, "A", 0, 0),
        (35, "B", 2, 5),
    ]


def test_a_ride_moves_no_belt():
    assert speeds(zwo('<SteadyState Duration="60" Power="0.5"/>', "<sportType>bike</sportType>")) == [None]


# ---- ... and a Garmin plan

TIME = {"duration_type": "time", "duration_value": 60_000}
SPEED = {"target_type": "speed", "target_value": 0}
LOW_HIGH = {"custom_target_value_low": 1500, "custom_target_value_high": 2500}


def test_a_speed_target_becomes_its_middle():
    assert garmin({**TIME, **SPEED, **LOW_HIGH, "notes": "A"}) == [
        Row(seconds=60, kmh=7.2, texts=((0, "A"),))
    ]


@pytest.mark.parametrize("intensity", ["warmup", "cooldown", "rest", "recovery"])
def test_resting_steps_without_a_target_have_the_default_speed(intensity):
    assert speeds(garmin({**TIME, "intensity": intensity})) == [8.5714]
    assert speeds(
        garmin({**TIME, "intensity": intensity}, user=UserSettings(default_seconds_per_km=300))
    ) == [12]


def test_other_steps_without_a_target_leave_the_belt_as_it_is():
    assert speeds(garmin({**TIME, "intensity": "active"})) == [None]


def test_lap_steps_wait_and_distances_are_distances():
    rows = garmin({"duration_type": "open"}, {"duration_type": "distance", "duration_value": 40_000})
    assert [(row.waits, row.metres) for row in rows] == [(True, None), (False, 400)]


def test_repeats_of_a_plan_go_back():
    again = {"duration_type": "repeat_until_steps_cmplt"}
    rows = garmin(
        {**TIME, "notes": "A"},
        {**TIME, "notes": "B"},
        {**again, "duration_value": 1, "target_value": 2},
        {**TIME, "notes": "C"},
        {**again, "duration_value": 1, "target_value": 2},
    )
    assert "".join(row.texts[0].words for row in rows) == "ABBCBBC"


# ---- The rules notice what is wrong

PAGE = """\
name: A
level: intermediate

5:00 forward walk 5 km/h
0:30 straddle
0:30 backward walk 2 km/h 1% grip rail
0:30 straddle
0:40 forward jog 8 km/h
"""

SAFE = """\
<rows device="treadmill">
  <row duration="00:05:00" speed="5" inclination="0" forcespeed="1" zonehr="0">
    <textevent timeoffset="0" message="5:00 forward walk 5 km/h"/>
  </row>
  <row lapbutton="1" speed="0.8" inclination="1" forcespeed="1" zonehr="0">
    <textevent timeoffset="0" message="0:30 straddle"/>
  </row>
  <row duration="00:00:15" speed="0.8" inclination="1" forcespeed="1" zonehr="0">
    <textevent timeoffset="0" message="0:30 backward walk 2 km/h 1% grip rail"/>
  </row>
  <row duration="00:00:15" speed="2" inclination="1" forcespeed="1" zonehr="0"/>
  <row lapbutton="1" speed="0.8" inclination="0" forcespeed="1" zonehr="0">
    <textevent timeoffset="0" message="0:30 straddle"/>
  </row>
  <row duration="00:00:15" speed="0.8" inclination="0" forcespeed="1" zonehr="0">
    <textevent timeoffset="0" message="0:40 forward jog 8 km/h"/>
  </row>
  <row duration="00:00:25" speed="8" inclination="0" forcespeed="1" zonehr="0"/>
  <row duration="00:00:30" speed="0.8" inclination="0" forcespeed="1" zonehr="0">
    <textevent timeoffset="0" message="Press stop."/>
  </row>
</rows>
"""


def wrong_with(written: str) -> list[str]:
    return violations(written.encode(), bt.expand(bt.parse(PAGE)), "qz")


def test_the_rules_pass_a_file_that_does_what_was_planned():
    assert wrong_with(SAFE) == []


ROWS = SAFE.partition("\n")[2].partition("</rows>")[0].split("  <row ")[1:]


@pytest.mark.parametrize(
    ("row", "was", "is_now", "said"),
    [
        (1, 'speed="5"', 'speed="5.01"', "5.0100 km/h, planned 5.0000"),
        (1, 'speed="5"', 'speed="4.9"', "slower than planned"),
        (2, 'speed="0.8"', 'speed="2"', "2.0000 km/h in a straddle, above 0.8"),
        (2, 'speed="0.8"', 'speed="0"', "row 2 sets no speed"),
        (2, ' speed="0.8"', "", "row 2 sets no speed"),
        (2, ' forcespeed="1"', "", "5.0000 km/h in a straddle, above 0.8"),
        (2, 'lapbutton="1"', 'duration="00:00:30"', "does not wait"),
        (2, 'inclination="1"', 'inclination="0"', "the incline changes from 0 % after stepping on"),
        (3, 'speed="0.8"', 'speed="2.1"', "2.1000 km/h, planned 2.0000"),
        (3, 'inclination="1"', 'inclination="1.1"', "1.1 %, planned 1"),
        (3, 'inclination="1"', 'inclination="0.01"', "0.01 % is not 1 %"),
        (3, 'inclination="1"', "", "row 3 sets no incline"),
        (2, 'lapbutton="1"', 'lapbutton="1" duration="00:00:29"', "may end after 29 s"),
        (3, "00:00:15", "00:00:09", "row 3 has 9 s"),
        (8, 'timeoffset="0"', 'timeoffset="30"', "row 8 is over before its text is shown"),
        (3, "00:00:15", "0:15", "15 s, planned 30"),
        (3, "backward walk 2 km/h", "forward walk 2 km/h", "its line is not shown"),
        (4, 'speed="2"', 'speed="2.01"', "2.0100 km/h, planned 2.0000"),
        (4, 'inclination="1"', 'inclination="1.01"', "1.01 %, planned 1"),
        (4, "00:00:15", "00:00:20", "35 s, planned 30"),
        (4, ' forcespeed="1"', "", "row 4 sets no speed"),
        (5, 'speed="0.8"', 'speed="0.9"', "in a straddle"),
        (5, 'forcespeed="1"', 'forcespeed="0"', "2.0000 km/h in a straddle"),
        (5, 'timeoffset="0"', 'distoffset="0"', "its line is not shown"),
        (6, 'speed="0.8"', 'speed="8"', "8.0000 km/h soon after a straddle, at most 5.0000"),
        (6, 'duration="00:00:15"', 'lapbutton="1"', "waits"),
        (7, 'speed="8"', 'speedfrom="7.9" speedto="8.3"', "8.2000 km/h, planned 8.0000"),
        (7, 'speed="8"', 'speed="8" minspeed="1"', "a row that follows the heart rate"),
        (8, 'speed="0.8"', 'speed="8"', "after the end the belt runs at 8.0 km/h"),
        (8, ' forcespeed="1"', "", "after the end the belt runs at 8.0 km/h"),
        (8, "Press stop.", "Well done.", "the last row does not say to stop"),
    ],
)
def test_the_rules_notice_a_row_that_does_something_else(row, was, is_now, said):
    rows = list(ROWS)
    assert was in rows[row - 1]
    rows[row - 1] = rows[row - 1].replace(was, is_now)
    assert any(said in sentence for sentence in wrong_with(written(rows)))


@pytest.mark.parametrize("row", range(1, len(ROWS) + 1))
def test_the_rules_notice_a_row_that_is_not_there(row):
    assert wrong_with(written([*ROWS[: row - 1], *ROWS[row:]])) != []


def written(rows: list[str]) -> str:
    return f"<rows>\n  <row {'  <row '.join(rows)}</rows>"


RUNNER = bt.Athlete(
    race_paces=(bt.RaceTime("5k", 1800),),
    treadmill=bt.Treadmill(fastest=bt.Speed("18 km/h"), highest=bt.Incline("12%")),
)


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        ('Power="0.200000"', 'Power="0.210000"', "2.1000 km/h, planned 2.0000"),
        ('Power="0.080000"', 'Power="0.090000"', "0.9000 km/h in a straddle, above 0.8"),
        ('Power="0.200000"', "", "10.0000 km/h, planned 2.0000"),
        ('Incline="0.01"', 'Incline="0.3"', "30 %, planned 1"),
        ('Incline="0.01"', 'Incline="1"', None),
        ("<durationType>time</durationType>", "", "planned"),
        ("<thresholdSecPerKm>360</thresholdSecPerKm>", "", "planned"),
        ("SteadyState", "FreeRide", "sets no speed"),
    ],
)
def test_the_rules_notice_what_qz_would_make_of_another_zwo(was, is_now, said):
    page = PAGE.replace("0:30 backward", "0:45 backward")
    data = bt.export(bt.parse(page), "zwo", RUNNER, options=OPTIONS["zwo"]).data
    assert was.encode() in data
    data = data.replace(was.encode(), is_now.encode())
    found = violations(data, bt.expand(bt.parse(page), RUNNER), "zwo")
    assert any(said in sentence for sentence in found) if said else found == []


def test_the_rules_notice_a_garmin_plan_that_begins_fast_after_a_straddle():
    data = bt.export(bt.parse(PAGE), "garmin-fit", options=OPTIONS["garmin-fit"]).data
    timeline = bt.expand(bt.parse(PAGE))
    assert violations(data, timeline, "garmin-fit") == []
    [fast] = violations(_all_at_once(data), timeline, "garmin-fit")
    assert "0:40 forward jog 8 km/h: 7.9992 km/h soon after a straddle, at most 5.0000" in fast


def _all_at_once(data: bytes) -> bytes:
    """The same plan without the gentle start of its last step."""
    plan = from_export(data)
    *before, start, rest = plan.steps
    encoder = Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": "workout"})
    encoder.write_mesg({"mesg_num": 26, **plan.workout})
    whole = {**rest, "notes": start["notes"], "duration_value": 40_000, "message_index": len(before)}
    for step in (*before, whole):
        encoder.write_mesg({"mesg_num": 27, **step})
    return bytes(encoder.close())


# ---- Our files do what was planned

ATHLETES = {
    name: bt.Athlete(
        race_paces=(bt.RaceTime.of(*pace.split("=")),),
        treadmill=treadmill,
        easy_walk=bt.Speed("4.5 km/h"),
        easy_run=bt.Speed("8 km/h"),
    )
    for name, pace, treadmill in (
        ("usual", "5k=30:00", None),
        ("slow", "marathon=4:04:37", bt.Treadmill(slowest=bt.Speed("0.1 km/h"), highest=bt.Incline("40%"))),
        (
            "miles",
            "mile=6:31",
            bt.Treadmill(slowest=bt.Speed("0.5 mph"), speed_increment=bt.Speed("0.1 mph")),
        ),
        (
            "fine",
            "10k=1:03:01",
            bt.Treadmill(slowest=bt.Speed("1.5 km/h"), speed_increment=bt.Speed("0.05 km/h")),
        ),
    )
}
HOSTILE = UserSettings(seconds_per_km=(120, 600, 120, 600, 120), default_seconds_per_km=150)


# Each workout under each option, with the athletes taking turns: each of them meets every option.
EACH_WITH_ONE = [
    (built_in, name, [*ATHLETES][(row + column) % len(ATHLETES)])
    for row, built_in in enumerate(library.names())
    for column, name in enumerate(OPTIONS)
]


@pytest.mark.parametrize(("built_in", "name", "athlete"), EACH_WITH_ONE)
def test_every_workout_of_the_library_moves_the_belt_as_planned(built_in, name, athlete):
    workout, runner = library.library_entry(built_in).workout, ATHLETES[athlete]
    data = bt.export(workout, name, runner, supervised_by="a coach", options=OPTIONS[name]).data
    assert violations(data, bt.expand(workout, runner), name, HOSTILE) == []


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts(), athlete=st.sampled_from([*ATHLETES.values()]))
def test_every_safe_workout_moves_the_belt_as_planned_in_every_format(workout, athlete):
    assert fuzz_belt.follow(fuzz_belt.Drawn(workout, athlete, "a coach", HOSTILE)).wrong == []


def test_workouts_drawn_at_random_move_the_belt_as_planned_and_few_are_refused():
    followed = [fuzz_belt.follow(fuzz_belt.Drawing(Random(seed)).drawn()) for seed in range(20)]
    assert [each.wrong for each in followed if each.wrong] == []
    tried = len(followed) * (len(OPTIONS) + 1)
    assert sum(len(each.refused) for each in followed) < tried / 10


@pytest.mark.parametrize("built_in", library.names())
def test_a_garmin_plan_without_targets_moves_no_belt(built_in):
    data = bt.export(library.library_entry(built_in).workout, "garmin-fit", supervised_by="a coach").data
    assert {row.kmh for row in rows_of(data, "garmin-fit")} == {None}


@pytest.mark.parametrize("built_in", library.names())
def test_a_zwo_without_the_option_leaves_the_incline_alone(built_in):
    workout = library.library_entry(built_in).workout
    data = bt.export(workout, "zwo", RUNNER, supervised_by="a coach").data
    assert {row.percent for row in rows_of(data, "zwo")} == {None}


REPEATED = PAGE + "5x\n  1:00 forward run 12 km/h hard\n  1:30 forward jog 7 km/h\n"


@pytest.mark.parametrize("user", [HOSTILE, UserSettings(seconds_per_km=(360,) * 5)])
def test_a_compact_zwo_is_exact_but_for_repeats_of_forward_steps_which_hang_on_the_users_paces(user):
    data = bt.export(bt.parse(REPEATED), "zwo", RUNNER, options={"compact": True}).data
    assert b"<IntervalsT" in data
    rules = FORMATS["zwo"]._replace(tilts=False)
    found = violations(data, bt.expand(bt.parse(REPEATED), RUNNER), "zwo", user, rules)
    planned = ("1:00 forward run 12 km/h hard: ", "1:30 forward jog 7 km/h: ")
    assert bool(found) == (user is HOSTILE)
    assert all(sentence.partition(", ")[2].startswith(planned) for sentence in found)
