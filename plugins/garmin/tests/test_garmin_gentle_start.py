"""Plans with speed targets, in which no forward step begins fast after a straddle."""

from __future__ import annotations

import pytest
from garmin_fit_sdk import Encoder

import backtrack_plugins as bt
from backtrack_garmin.reading import from_fit

HEADER = "name: A\nlevel: advanced\n\n"
BACK = "1:00 backward walk 2 km/h light rail"
TURN = f"20:00 forward walk 4 km/h\n{BACK}\n"
TARGETS = {"targets": "speed"}
IMPERIAL = bt.Athlete(
    level="advanced",
    treadmill=bt.Treadmill(slowest=bt.Speed("0.5 mph"), speed_increment=bt.Speed("0.1 mph")),
)
FAST_AT_ONCE = bt.Athlete(level="advanced", treadmill=bt.Treadmill(slowest=bt.Speed("6 km/h")))


def written(page: str, athlete: bt.Athlete | None = None, **options: str) -> bytes:
    return bt.export(bt.parse(HEADER + page), "garmin-fit", athlete, options=options or TARGETS).data


def steps(read_by_all, data: bytes) -> list[tuple]:
    """Of each step: its end and amount, the middle of its target in km/h, the first row of its note."""
    return [
        (step.ends_on, step.amount, round((step.low + step.high) * 1.8, 1), step.note.partition("\n")[0])
        for step in read_by_all(data).steps
        if step.passes is None
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2:00 forward jog 8 km/h", [("time", 15, 5.0), ("time", 105, 8.0)]),
        ("0:25 forward jog 8 km/h", [("time", 15, 5.0), ("time", 10, 8.0)]),
        ("400 m forward run 12 km/h", [("distance", 20.84, 5.0), ("distance", 379.16, 12.0)]),
        ("lap forward run 12 km/h", [("time", 15, 5.0), ("open", None, 12.0)]),
    ],
)
def test_a_fast_step_after_a_straddle_is_two_steps_and_as_long_as_before(read_by_all, line, expected):
    data = written(TURN + line)
    start, rest = steps(read_by_all, data)[-2:]
    assert [start[:3], rest[:3]] == expected
    assert (start[3], rest[3]) == (line, f"# Continued: {line}")
    imported = from_fit(data, "x.fit")
    assert (imported.losses, imported.workout) == ((), bt.parse(HEADER + TURN + line))


@pytest.mark.parametrize("line", ["0:24 forward jog 8 km/h", "50 m forward run 12 km/h"])
def test_a_step_too_short_for_a_rest_is_gentle_as_a_whole_and_that_is_said(read_by_all, line):
    artifact = bt.export(bt.parse(HEADER + TURN + line), "garmin-fit", options=TARGETS)
    assert steps(read_by_all, artifact.data)[-1][2:] == (5.0, line)
    (loss,) = [loss for loss in artifact.losses if loss.what == "gentle start"]
    assert loss.steps == (3,)
    assert "the whole step" in loss.instead
    assert from_fit(artifact.data, "x.fit").losses == ()


def test_what_comes_after_gentle_seconds_begins_at_its_own_speed(read_by_all):
    data = written(TURN + "0:15 forward walk 5 km/h\n2:00 forward jog 8 km/h")
    assert [step[:3] for step in steps(read_by_all, data)[-2:]] == [("time", 15, 5.0), ("time", 120, 8.0)]


def test_of_the_gentle_seconds_those_count_that_are_sure_to_have_passed(read_by_all):
    short = written(TURN + "0:03 forward walk 5 km/h\n2:00 forward jog 8 km/h")
    assert steps(read_by_all, short)[-2][:3] == ("time", 12, 5.0)
    waits = written(TURN + "lap forward walk 5 km/h\n2:00 forward jog 8 km/h")
    assert steps(read_by_all, waits)[-2][:3] == ("time", 15, 5.0)


def test_a_repeat_begins_gently_in_every_pass_when_a_straddle_leads_into_one(read_by_all):
    page = f"20:00 forward walk 4 km/h\n3x\n  2:00 forward jog 8 km/h\n  {BACK}\n  0:30 straddle\n"
    data = written(page)
    assert [step[:3] for step in steps(read_by_all, data)[1:3]] == [("time", 15, 5.0), ("time", 105, 8.0)]
    (again,) = [step for step in read_by_all(data).steps if step.passes is not None]
    assert again.amount == 1
    assert from_fit(data, "x.fit").workout == bt.parse(HEADER + page)


def test_the_speed_is_in_the_units_of_the_step_and_never_below_the_treadmills_slowest(read_by_all):
    assert [
        step[:3] for step in steps(read_by_all, written(TURN + "2:00 forward jog 5 mph", IMPERIAL))[-2:]
    ] == [
        ("time", 15, 5.0),  # 3.1 mph
        ("time", 105, 8.0),
    ]
    page = "20:00 forward jog 7 km/h\n0:30 straddle\n2:00 forward jog 8 km/h"
    assert [step[2] for step in steps(read_by_all, written(page, FAST_AT_ONCE))[-2:]] == [6.0, 8.0]


def test_without_targets_nothing_is_two():
    page = HEADER + TURN + "2:00 forward jog 8 km/h"
    assert b"Continued" not in bt.export(bt.parse(page), "garmin-fit").data
    assert b"Continued" in bt.export(bt.parse(page), "garmin-fit", options=TARGETS).data


def test_both_count_to_the_limit():
    pairs = f"{BACK}\n1:00 forward jog 8 km/h\n" * 10  # with two straddles each
    page = bt.parse(f"{HEADER}20:00 forward walk 4 km/h\n{pairs}")
    assert bt.export(page, "garmin-fit").data
    with pytest.raises(bt.CannotExport, match="51 steps"):
        bt.export(page, "garmin-fit", options=TARGETS)


# ---- Files that somebody changed

JOG = "2:00 forward jog 8 km/h"
SLOW, FAST = (1249, 1527), (2083, 2361)


def step(note: str, seconds: float | None, target: tuple[int, int] = FAST) -> dict[str, object]:
    ends = {"duration_type": "open"} if seconds is None else {"duration_type": "time"}
    low, high = target
    return {
        **ends,
        **({} if seconds is None else {"duration_value": round(seconds * 1000)}),
        "target_type": "speed",
        "target_value": 0,
        "custom_target_value_low": low,
        "custom_target_value_high": high,
        "intensity": "active",
        "notes": note,
    }


def file_of(*steps: dict[str, object]) -> bytes:
    encoder = Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": "workout"})
    encoder.write_mesg({"mesg_num": 26, "wkt_name": "A", "sport": "running", "num_valid_steps": len(steps)})
    for number, values in enumerate(steps):
        encoder.write_mesg({"mesg_num": 27, "message_index": number, **values})
    return bytes(encoder.close())


def read(*steps: dict[str, object]) -> tuple[list[str], set[str]]:
    imported = from_fit(file_of(*steps), "x.fit")
    lines = [bt.write_line(each) for each in imported.workout.steps]
    return lines, {loss.what for loss in imported.losses}


START, REST = step(JOG, 15, SLOW), step(f"# Continued: {JOG}", 105)


def test_a_start_and_what_is_left_are_one_step_also_where_the_cue_had_no_room():
    assert read(START, REST) == ([JOG], {"about"})
    with_cue = f'{JOG} "tall"'
    assert read(step(with_cue, 15, SLOW), REST)[0] == [with_cue]


def test_a_changed_duration_or_speed_of_either_is_told():
    assert read(START, step(f"# Continued: {JOG}", 60)) == ([JOG], {"about", "changed duration"})
    assert read(step(JOG, 30, SLOW), REST) == ([JOG], {"about", "changed duration"})
    assert read(START) == ([JOG], {"about", "changed duration", "changed speed"})
    assert read(START, step(f"# Continued: {JOG}", 105, (2500, 2700)))[1] == {"about", "changed speed"}
    assert read(step(JOG, 15, (2500, 2700)), REST)[1] == {"about", "changed speed"}
    held = step(f"{JOG}\n# Held: 5 km/h", 120, (2500, 2700))
    assert read(held)[1] == {"about", "changed speed"}


@pytest.mark.parametrize(
    "steps",
    [
        (REST,),
        (START, REST, REST),
        (step("1:00 forward jog 8 km/h", 15, SLOW), REST),
        (step(BACK, 15, SLOW), REST),
        (START, step("", 60), REST),
        (step(JOG, None, SLOW), REST),
    ],
)
def test_what_is_left_of_another_step_is_refused(steps):
    with pytest.raises(bt.InvalidWorkout, match="garmin-fit/step"):
        from_fit(file_of(*steps), "x.fit")
