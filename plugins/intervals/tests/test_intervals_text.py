"""What somebody else's reading of the text finds in it.

The reader below was written after what is published about the workout builder of intervals.icu, and shares
nothing with the plugin: gesteves/domestique (src/resources/run-workout-syntax.md), hhopke/intervals-icu-mcp
(src/intervals_icu_mcp/workout_syntax.py), MarvinNazari/intervals-icu-workout-parser (in docs/public),
and topics 1163 and 123701 of its forum. It takes for a value whatever any of them takes for one, wherever it
stands in a step.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, assume, given, settings

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.strategies import cues, safe_workouts

UNITS = {"h": 3600, "m": 60, "s": 1, "km": 1000, "mi": 1609.344, "mtr": 1, "y": 0.9144, "yrd": 0.9144}

VALUE = re.compile(
    r"""
      (?P<pace>\d+:\d\d(?:-\d+:\d\d)?/(?:km|mi)[ ]Pace\b)
    | (?P<other>
        \d+:\d\d \S*
      | \d[\d.]* (?:-[\d.]+)? \s* (?:%|w\b|watts\b|bpm\b|rpm\b|spm\b|kj\b|['"x^])
      | C?Z\d
      | \b(?:ramp|free|freeride|maxeffort|hr|lthr|mmp|rest|hidepower|power|warmup|cooldown|pace)\b
      | \w+=
      )
    | (?P<time>(?:\d+(?:\.\d+)?[hms])+\d*\b)
    | (?P<distance>\d+(?:\.\d+)?[ ]?(?:km|mi|miles?|mtr|meters?|y|yrd|yards?)\b)
    | (?P<number>\d)
    | (?P<mark>[<>^])
    """,
    re.VERBOSE | re.IGNORECASE,
)


class Found(NamedTuple):
    prompt: str
    press_lap: bool
    seconds: float | None
    metres: float | None
    metres_per_second: float


def read(data: bytes) -> list[Found]:
    """The steps of a text, repeats unrolled."""
    steps = []
    for block in re.split(r"\n\s*\n", data.decode()):
        lines = block.splitlines()
        hyphened = [line for line in lines if line.startswith("-")]
        times = re.search(r"(\d+)\s*x\b", lines[0], re.IGNORECASE)
        if hyphened:
            assert hyphened == lines[1:] if times else lines, f"words among the steps:\n{block}"
            steps += [_step(line) for line in hyphened] * int(times[1] if times else 1)
    return steps


def _step(line: str) -> Found:
    assert line.startswith("- "), line
    text = line.removeprefix("- ")
    press_lap = text.startswith("Press lap ")
    text = text.removeprefix("Press lap ")
    values = [(match.lastgroup, match[0], match.start()) for match in VALUE.finditer(text)]
    assert [kind for kind, _, _ in values] in (["time", "pace"], ["distance", "pace"]), f"{line}: {values}"
    assert "press" not in text.lower(), line
    (kind, amount, start), (_, pace, _) = values
    minutes, seconds, unit = re.match(r"(\d\d?):(\d\d)/(km|mi) Pace$", pace).groups()
    speed = UNITS[unit] / (int(minutes) * 60 + int(seconds))
    total = sum(float(number) * UNITS[each] for number, each in re.findall(r"([\d.]+)\s?([a-z]+)", amount))
    return Found(
        prompt=text[:start].strip(),
        press_lap=press_lap,
        seconds=total if kind == "time" else None,
        metres=total if kind == "distance" else None,
        metres_per_second=speed,
    )


def exported(workout: bt.Workout | str, athlete: bt.Athlete | None = None) -> bt.Artifact:
    workout = bt.parse(workout) if isinstance(workout, str) else workout
    return bt.export(workout, "intervals-icu", athlete, supervised_by="a coach")


SLOWEST = 0.8 / 3.6


def assert_says(data: bytes, timeline: bt.Timeline) -> None:
    """The text says the segments: each amount, each speed, and which way to face, in their order."""
    steps = iter(read(data))
    straddled = False
    for segment in timeline.segments:
        step = next(steps)
        if segment.is_straddle:
            assert step.press_lap
            assert step.prompt.startswith("straddle")
            assert step.seconds == max(30, segment.seconds)
            assert step.metres_per_second == pytest.approx(SLOWEST)
            straddled = True
            continue
        done_seconds = done_metres = 0.0
        if step.prompt.endswith(", slowly at first"):
            assert step.prompt.startswith(f"{segment.direction} {segment.gait}")
            assert segment.rail == "free" or f", {segment.rail} rail, " in step.prompt
            assert step.seconds == 15
            assert step.metres_per_second == pytest.approx(SLOWEST)
            done_seconds, done_metres = 15, 15 * step.metres_per_second
            step = next(steps)
            straddled = False
        assert step.prompt.startswith(f"{segment.direction} {segment.gait} ")
        assert step.press_lap == (segment.ends_on == "lap")
        if segment.ends_on == "distance":
            assert step.metres + done_metres == pytest.approx(segment.metres, abs=0.11)
        elif segment.ends_on == "time":
            assert step.seconds + done_seconds == segment.seconds
        _assert_speed(segment, step, straddled=straddled)
        straddled = False
    assert next(steps, None) is None


def _assert_speed(segment: bt.Segment, step: Found, *, straddled: bool) -> None:
    """Never faster than planned, and a second a kilometre slower at most; held straight after a straddle."""
    planned = segment.metres_per_second
    assert step.metres_per_second <= planned + 1e-9
    if straddled:
        assert step.metres_per_second == pytest.approx(SLOWEST)
        assert planned == pytest.approx(SLOWEST) or segment.seconds < 25
    elif step.metres_per_second < planned - planned**2 / 1000 - 1e-9:
        assert step.metres_per_second == pytest.approx(SLOWEST)  # held in each pass, as in the first
        assert segment.seconds < 25


@pytest.mark.parametrize("name", library.names())
def test_every_workout_of_the_library_is_said_step_for_step(name):
    workout = library.library_entry(name).workout
    assert_says(exported(workout).data, bt.expand(workout))


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_sample_is_said_step_for_step(sample):
    workout = bt.parse(SAMPLES[sample])
    assert_says(exported(workout, SAMPLE_ATHLETE).data, bt.expand(workout, SAMPLE_ATHLETE))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts())
def test_every_safe_workout_is_said_step_for_step(workout):
    try:
        data = exported(workout).data
    except bt.CannotExport:
        assume(False)
    assert_says(data, bt.expand(workout))


@settings(deadline=None, max_examples=40)
@given(cue=cues())
def test_no_cue_becomes_a_value_of_its_step(cue):
    line = bt.write_line(bt.parse_line("1:00 forward walk 5 km/h").__replace__(cue=cue))
    artifact = exported(f"name: A\n{line}\n")
    (step,) = read(artifact.data)
    assert (step.seconds, step.metres) == (60, None)
    left_out = {loss.what for loss in artifact.losses} == {"cue"}
    told = f"forward walk five km/h, {cue}" if cue.strip() and not left_out else "forward walk five km/h"
    assert step.prompt.split() == told.split()


def words(line: str) -> str:
    return read(exported(f"name: A\n9:00 forward walk 4 km/h\n{line}\n", SAMPLE_ATHLETE).data)[-1].prompt


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1:00 forward walk 12.05 km/h", "forward walk twelve point one km/h"),
        ("1:00 forward run 20 km/h 10.5%", "forward run twenty km/h at ten point five percent"),
        ("1:00 forward jog 7:30/km", "forward jog seven minutes thirty per km"),
        ("1:00 forward jog 6:05/km rpe 13", "forward jog nine point nine km/h, RPE thirteen"),
        ("1:00 backward walk 2.4 km/h hands free", "backward walk two point four km/h, hands off the rails"),
        ("1:00 left walk 1 km/h grip rail", "left walk one km/h, grip rail"),
        ('1:00 forward walk 4 km/h "taller"', "forward walk four km/h, taller"),
        ('1:00 forward walk 4 km/h "2 m apart"', "forward walk four km/h"),
        ('1:00 forward walk 4 km/h "lap after lap"', "forward walk four km/h"),
    ],
)
def test_a_step_is_told_in_words(line, said):
    assert words(line) == said


@pytest.mark.parametrize(
    "cue", ["5x", "ramp up", "rest", "2%", "½ speed", "٣ steps", "a<!>b", "x=y", "Press lap", "30^go"]
)
def test_a_cue_that_could_be_a_value_stands_in_the_page_alone(cue):
    artifact = exported(f'name: A\n9:00 forward walk 4 km/h "{cue}"\n')
    assert read(artifact.data)[0].prompt == "forward walk four km/h"
    assert [(loss.what, loss.steps) for loss in artifact.losses] == [("cue", (1,))]
    assert cue in artifact.data.decode().partition("as a page of lines:")[2]


def test_400_metres_are_never_400_minutes():
    text = exported("name: A\n400 m forward jog 8 km/h\n").data.decode()
    steps = text.partition("as a page of lines:")[0]
    assert "0.4km" in steps
    assert "400" not in steps


def test_the_page_stands_at_the_end_and_reads_back():
    for name in library.names():
        workout = library.library_entry(name).workout
        text = exported(workout).data.decode()
        assert bt.parse(text.partition("The whole workout as a page of lines:\n\n")[2]) == workout


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts())
def test_no_step_and_no_repeat_stands_after_the_page_begins_or_above_a_step_by_accident(workout):
    try:
        artifact = bt.export(workout, "intervals-icu", supervised_by="Coach 3x")
    except bt.CannotExport:
        assume(False)
    steps, _, page = artifact.data.decode().partition("The whole workout as a page of lines:")
    assert not re.search(r"^\s*-", page, re.MULTILINE)
    assert not re.search(r"\dx", steps.partition("\n- ")[0].partition("\n\n")[0])
    assert "Coach 3x" in page


@pytest.mark.parametrize(
    ("times", "lines"),
    [
        (1, ["- forward walk four km/h 1m 15:00/km Pace"]),
        (3, ["3x", "- forward walk four km/h 1m 15:00/km Pace"]),
    ],
)
def test_a_repeat_stands_between_blank_lines(times, lines):
    text = exported(
        f"name: A\n9:00 forward walk 5 km/h\n{times}x\n  1:00 forward walk 4 km/h\n9:00 forward walk 5 km/h\n"
    )
    steps = text.data.decode().partition("as a page")[0].split("\n\n")
    long = "- forward walk five km/h 9m 12:00/km Pace"
    if times == 1:
        assert steps[1].splitlines() == [long, *lines, long]
    else:
        assert [each.splitlines() for each in steps[1:4]] == [[long], lines, [long]]


def test_of_nested_repeats_the_outer_is_written_out_and_that_is_a_loss():
    artifact = exported(SAMPLES["nested-repeat"], SAMPLE_ATHLETE)
    assert re.findall(r"^\d+x$", artifact.data.decode().partition("as a page")[0], re.MULTILINE) == [
        "3x",
        "3x",
    ]
    assert ("nested repeats", (2, 3, 4)) in [(loss.what, loss.steps) for loss in artifact.losses]


def test_a_pace_is_rounded_to_the_slower_second():
    athlete = bt.Athlete(treadmill=bt.Treadmill(speed_increment=bt.Speed("0.05 km/h")))
    walk = "forward walk 4 km/h"
    page = f"name: A\n9:00 {walk}\n1:00 backward walk 1.55 km/h grip rail\n3:00 {walk}\n"
    assert "38:43/km" in exported(page, athlete).data.decode()  # 38:42.6
    page = page.replace("1.55", "1.35")
    assert "44:27/km" in exported(page, athlete).data.decode()  # 44:26.7
    page = page.replace("1.35", "1.45")
    assert "41:23/km" in exported(page, athlete).data.decode()  # 41:22.8
    page = page.replace("1.45", "1.3")
    assert "46:10/km" in exported(page, athlete).data.decode()  # 46:09.2


def test_a_pace_in_miles_that_has_no_room_is_written_in_kilometres():
    page = "name: A\n9:00 forward walk 3 mph\n1:00 backward walk 0.6 mph grip rail\n3:00 forward walk 3 mph\n"
    paces = re.findall(r"\S+/(?:km|mi) Pace", exported(page).data.decode())
    assert "20:08/mi Pace" in paces
    assert "66:40/km Pace" in paces
    assert all(int(pace.partition(":")[0]) < 100 for pace in paces)


@pytest.mark.parametrize(
    ("page", "athlete", "code", "step"),
    [
        ("9:00 forward walk 4 km/h\n0:09 forward walk 5 km/h", None, "intervals-icu/short", 2),
        ("9:00 forward walk 4 km/h\n10 m forward walk 5 km/h", None, "intervals-icu/short", 2),
        (
            "9:00 forward walk 4 km/h\n1:00 backward walk 1 km/h grip rail\n9:00 forward walk 4 km/h",
            bt.Athlete(treadmill=bt.Treadmill(slowest=bt.Speed("0.5 km/h"))),
            "intervals-icu/slow",
            2,
        ),
        (
            "20:00 forward walk 5 km/h\n1:00 backward run 8 km/h hands free\n9:00 forward walk 4 km/h",
            bt.Athlete(level="advanced"),
            "intervals-icu/mount",
            2,
        ),
    ],
)
def test_what_the_text_cannot_say_safely_is_refused(page, athlete, code, step):
    with pytest.raises(bt.CannotExport) as refusal:
        bt.export(bt.parse(f"name: A\n{page}\n"), "intervals-icu", athlete, supervised_by="Bob")
    assert (code, step) in [(problem.code, problem.where.step) for problem in refusal.value.problems]
    assert all(problem.hint for problem in refusal.value.problems)


@pytest.mark.parametrize(("seconds", "held"), [(24, [24]), (25, [15, 10])])
def test_after_a_straddle_a_step_is_held_for_a_while_and_a_short_one_from_end_to_end(seconds, held):
    walk = "9:00 forward walk 5 km/h"
    backward = "1:00 backward walk 0.8 km/h grip rail"
    artifact = exported(f"name: A\n{walk}\n{backward}\n0:{seconds} forward jog 8 km/h\n{walk}\n")
    steps = [step for step in read(artifact.data) if step.prompt.startswith("forward jog")]
    assert [step.seconds for step in steps] == held
    assert round(steps[0].metres_per_second * 3.6, 2) == 0.8
    lost = {loss.what: loss.steps for loss in artifact.losses}
    assert 3 in lost["hold" if seconds == 24 else "start"]


def test_the_safety_sentences_stand_above_the_first_step():
    text = exported(SAMPLES["forward-only"]).data.decode()
    above = text.partition("\n- ")[0]
    assert all(sentence in above for sentence in bt.SAFETY_SENTENCES)


def test_where_a_repeat_goes_on_two_ways_a_straddle_says_none_of_them():
    page = """name: A
level: advanced
9:00 forward walk 5 km/h
2x
  1:00 backward walk 2 km/h grip rail
  0:30 straddle
3:00 forward walk 4 km/h
"""
    prompts = [step.prompt for step in read(exported(page).data)]
    assert prompts.count("straddle, feet on the side rails") == 2
