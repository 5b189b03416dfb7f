from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from itertools import zip_longest

import garmin_fit_sdk
import pytest
from fit_tool.fit_file import FitFile
from fit_tool.validation import ProfileScope, validate_fit_file
from hypothesis import HealthCheck, assume, given, settings

import backtrack_plugins as bt
from backtrack_garmin.watch_plan import HALF_BAND
from backtrack_plugins import library
from backtrack_plugins.testing import SAMPLES
from backtrack_plugins.testing.strategies import safe_workouts

HEADER = "name: A\nlevel: advanced\n\n"
GENTLE = int(5 / 3.6 * 1000)
GENTLE_IN_MILES = int(3.1 * 1609.344 / 3600 * 1000)
SLOW_FILTER = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def exported(page: str, athlete: bt.Athlete | None = None, **options: str) -> bt.Artifact:
    return bt.export(bt.parse(page), "garmin-fit", athlete, options=options)


def exported_or_skipped(workout: bt.Workout, **options: str) -> bytes:
    try:
        return bt.export(workout, "garmin-fit", options=options).data
    except bt.CannotExport:
        assume(False)
        raise


def supervised(workout: bt.Workout) -> bytes:
    return bt.export(workout, "garmin-fit", supervised_by="a coach").data


def loss(artifact: bt.Artifact, what: str) -> bt.Loss:
    return next(loss for loss in artifact.losses if loss.what == what)


def check_against_timeline(read, timeline: bt.Timeline) -> None:
    """The steps as the readers give them, walked along the tree."""
    steps = iter(read.steps)

    def walk(parts) -> int | None:
        first = None
        for part in parts:
            if isinstance(part, bt.RepeatedSegments):
                inner = walk(part.parts)
                step = next(steps)
                assert (step.ends_on, step.amount, step.passes) == (
                    "repeat_until_steps_cmplt",
                    inner,
                    part.times,
                )
                assert (step.name, step.note, step.intensity) == (None, None, "active")
                start = inner
            else:
                step = next(steps)
                check_step(step, part)
                start = step.index
            first = start if first is None else first
        return first

    walk(timeline.tree)
    assert next(steps, None) is None
    assert [step.index for step in read.steps] == list(range(len(read.steps)))
    assert read.count == len(read.steps)


def check_step(step, segment: bt.Segment) -> None:
    assert step.intensity == "active"
    lines = [line for line in step.note.split("\n") if not line.startswith("# ")]
    if segment.step.cue is None or segment.step.cue in "".join(lines):
        assert lines == list(segment.lines)
    assert len(step.name) <= 24
    if segment.is_straddle:
        assert (step.ends_on, step.amount) == ("open", None)
        assert step.name.startswith("straddle")
        return
    assert step.name.startswith(f"{segment.direction} {segment.gait}")
    if segment.ends_on == "time":
        assert (step.ends_on, step.amount) == ("time", segment.seconds)
    elif segment.ends_on == "distance":
        assert step.ends_on == "distance"
        assert step.amount == pytest.approx(segment.metres, abs=0.0051)
    else:
        assert (step.ends_on, step.amount) == ("open", None)


def test_three_readers_agree_with_the_timeline_on_each_built_in_workout(built_in, read_by_all):
    read = read_by_all(supervised(built_in))
    assert read.file_id[:2] == ("workout", "development")
    assert read.sport == ("running", "treadmill")
    assert read.name == built_in.name
    assert read.description.startswith(
        f"name: {built_in.name}\nlevel: {built_in.level}\nabout: {built_in.about}"
    )
    check_against_timeline(read, bt.expand(built_in))


@SLOW_FILTER
@given(safe_workouts())
def test_three_readers_agree_with_the_timeline_on_any_workout(read_by_all, workout):
    read = read_by_all(exported_or_skipped(workout))
    assert read.name == workout.name
    check_against_timeline(read, bt.expand(workout))
    assert all(step.target == "open" and step.low is None and step.high is None for step in read.steps)


def test_fit_tools_validator_only_objects_that_repeats_are_counted(built_in):
    data = supervised(built_in)
    repeats = any(isinstance(part, bt.Repeat) for part in built_in.steps)
    for scope in ProfileScope:
        findings = validate_fit_file(FitFile.from_bytes(data), profile_scope=scope).findings
        found = [finding.message.split(" ")[0] for finding in findings]
        assert found == (["workout.num_valid_steps"] if repeats else [])


def test_the_sdk_finds_the_file_whole_and_each_flipped_byte(built_in):
    data = supervised(built_in)

    def whole(data: bytes) -> bool:
        stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(data))
        return bool(garmin_fit_sdk.Decoder(stream).check_integrity())

    assert whole(data)
    for place in range(0, len(data), 7):
        assert not whole(data[:place] + bytes((data[place] ^ 0x10,)) + data[place + 1 :])


def test_a_file_has_three_definitions_and_custom_targets_only_where_there_are_targets():
    page = SAMPLES["four-way-repeat"]
    for options, custom in (({}, False), ({"targets": "speed"}, True)):
        records = FitFile.from_bytes(exported(page, **options).data).records
        definitions = [
            [field.field_id for field in record.message.field_definitions]
            for record in records
            if record.is_definition
        ]
        assert len(definitions) == 3
        assert ({5, 6} <= set(definitions[2])) == custom


def test_names_say_the_direction_first_and_then_as_much_as_fits(read_by_all):
    page = """\
name: A
level: advanced

20:00 forward jog 8 km/h 1%
1:00 backward walk 2.4 km/h light rail
1:00 backward walk 3 km/h 1% hands free
0:30 left walk 2 km/h hands free
1:00 forward walk 4 km/h grip rail
2:00 forward walk 4 km/h
"""
    assert [step.name for step in read_by_all(exported(page).data).steps] == [
        "forward jog 8 km/h 1%",
        "straddle, then backward",
        "backward walk 2.4 km/h",
        "straddle, then backward",
        "backward walk 3 km/h 1%",
        "straddle, then left",
        "left walk 2 km/h",
        "straddle, then forward",
        "forward walk 4 km/h",
        "forward walk 4 km/h",
    ]


def test_the_name_says_what_to_set_on_the_console_where_fitting_changed_it(read_by_all):
    read = read_by_all(exported(SAMPLES["fitted"]).data)
    step = next(step for step in read.steps if "2.47 km/h" in (step.note or ""))
    assert step.note == "1:00 backward walk 2.47 km/h light rail\nfitted 2.4 km/h"
    assert step.name == "backward walk 2.4 km/h"


def test_a_straddle_that_leads_two_ways_promises_neither(read_by_all):
    page = (
        HEADER
        + """\
20:00 forward jog 8 km/h
3x
  0:30 straddle
  0:30 left walk 2 km/h light rail
  0:30 straddle
5:00 forward walk 4 km/h
"""
    )
    names = [step.name for step in read_by_all(exported(page).data).steps]
    assert names == [
        "forward jog 8 km/h",
        "straddle, then left",
        "left walk 2 km/h",
        "straddle",
        None,
        "forward walk 4 km/h",
    ]


def test_straddles_that_end_on_the_lap_button_are_a_loss_and_none_is_none():
    artifact = exported(SAMPLES["first-timer"])
    assert loss(artifact, "straddle time").steps == (2, 3, 5)
    assert not any(loss.what == "straddle time" for loss in exported(SAMPLES["forward-only"]).losses)


def _with_cue(cue: str) -> bt.Workout:
    step = bt.Step(
        amount=bt.Amount("5:00"),
        direction="forward",
        gait="walk",
        speed=bt.Speed("4.5 km/h"),
        effort="easy",
        cue=cue,
    )
    return bt.Workout(name="A", steps=(step,))


@pytest.mark.parametrize(
    ("letters", "quotes"), [("x" * 18, 101), ("é" * 40, 70), ("\N{GRINNING FACE}" * 10, 90)]
)
def test_a_note_of_254_bytes_keeps_its_cue_and_a_longer_one_loses_nothing_else(letters, quotes, read_by_all):
    artifact = bt.export(_with_cue(letters + '"' * quotes), "garmin-fit")
    (step,) = read_by_all(artifact.data).steps
    assert len(step.note.encode()) == 254
    assert step.note.startswith(f'5:00 forward walk 4.5 km/h easy "{letters}')
    assert not any(loss.what == "cue" for loss in artifact.losses)

    artifact = bt.export(_with_cue(letters + '"' * (quotes + 1)), "garmin-fit")
    (step,) = read_by_all(artifact.data).steps
    assert step.note.split("\n")[0] == "5:00 forward walk 4.5 km/h easy"
    assert loss(artifact, "cue").steps == (1,)


def test_the_fitted_line_stays_when_the_cue_goes(read_by_all):
    step = bt.Step(
        amount=bt.Amount("10:00"),
        direction="forward",
        gait="jog",
        speed=bt.Speed("8.04 km/h"),
        cue='"' * 120,
    )
    artifact = bt.export(bt.Workout(name="A", steps=(step,)), "garmin-fit")
    note = read_by_all(artifact.data).steps[0].note.split("\n")
    assert note[:2] == ["10:00 forward jog 8.04 km/h", "fitted 8 km/h"]


def test_notices_that_have_no_room_in_the_description_stand_in_the_first_note(read_by_all):
    page = "name: " + "n" * 80 + "\nlevel: advanced\nabout: " + "a" * 100 + "\n\n5:00 forward walk 4.5 km/h"
    artifact = exported(page)
    read = read_by_all(artifact.data)
    words = read.description + "\n" + read.steps[0].note
    assert read.description.endswith("a" * 100 + "\n# Clip the safety key to your clothes.")
    assert all(f"\n# {sentence}" in words for sentence in bt.SAFETY_SENTENCES)
    assert not any("safety" in loss.what for loss in artifact.losses)


def test_notices_that_have_no_room_at_all_are_a_loss_that_names_them():
    step = bt.Step(
        amount=bt.Amount("5:00"), direction="forward", gait="walk", speed=bt.Speed("4.5 km/h"), cue="x" * 120
    )
    workout = bt.Workout(name="é" * 60, level="advanced", about="é" * 50, steps=(step,))
    artifact = bt.export(workout, "garmin-fit")
    lost = loss(artifact, "safety notices").instead
    words = artifact.data.decode(errors="replace")
    for sentence in bt.SAFETY_SENTENCES:
        assert (sentence in words) != (sentence in lost)
    assert bt.SAFETY_SENTENCES[0] in words


def _steps(count: int) -> str:
    return HEADER + "5:00 forward walk 4.5 km/h\n" * count


def test_fifty_steps_pass_and_the_next_is_refused_where_it_stands(read_by_all):
    assert len(read_by_all(exported(_steps(50)).data).steps) == 50
    with pytest.raises(bt.CannotExport) as refusal:
        exported(_steps(51))
    (problem,) = refusal.value.problems
    assert problem.code == "garmin-fit/steps"
    assert "51" in problem.message
    assert "50" in problem.message
    assert "5x" in problem.hint
    assert (problem.where.line, problem.where.step) == (54, 51)


def test_repeats_and_straddles_count_towards_the_fifty(read_by_all):
    repeat = "2x\n  5:00 forward walk 4.5 km/h\n"
    straddle = "0:30 straddle\n"
    assert len(read_by_all(exported(_steps(47) + repeat + straddle).data).steps) == 50
    for more in (repeat + straddle * 2, repeat * 2):
        with pytest.raises(bt.CannotExport, match="51 steps"):
            exported(_steps(47) + more)


def _with_speed_targets(workout: bt.Workout) -> bytes:
    return exported_or_skipped(workout, targets="speed")


@SLOW_FILTER
@given(safe_workouts())
def test_with_speed_targets_every_step_has_one_and_none_is_above_plan(read_by_all, workout):
    read = read_by_all(_with_speed_targets(workout))
    timeline = bt.expand(workout)
    slowest = timeline.treadmill.slowest.metres_per_second
    planned = [segment.metres_per_second or slowest for segment in _unrolled_once(timeline.tree)]
    steps = [step for step in read.steps if step.ends_on != "repeat_until_steps_cmplt"]
    assert [step.target for step in read.steps if step not in steps] == ["open"] * (
        len(read.steps) - len(steps)
    )
    whole = [step for step in steps if not (step.note or "").startswith("# Continued: ")]
    assert len(whole) == len(planned)
    speeds = iter(planned)
    speed = 0.0
    for step, following in zip_longest(steps, steps[1:]):
        low, high = round(step.low * 1000), round(step.high * 1000)
        speed = next(speeds) if step in whole else speed
        starts = following is not None and following not in whole
        gentle = starts or "\n# Held: " in (step.note or "")
        centre = Fraction(low + high, 2)
        assert step.target == "speed"
        assert centre in ({GENTLE, GENTLE_IN_MILES} if gentle else {int(speed * 1000)})
        assert centre <= int(speed * 1000)
        assert low > 0
        assert high - low == 2 * min(HALF_BAND, centre - 1)


def _unrolled_once(parts):
    for part in parts:
        if isinstance(part, bt.RepeatedSegments):
            yield from _unrolled_once(part.parts)
        else:
            yield part


def test_with_speed_targets_straddles_are_at_the_treadmills_slowest(read_by_all):
    athlete = bt.Athlete(level="advanced", treadmill=bt.Treadmill(slowest=bt.Speed("0.3 km/h")))
    read = read_by_all(exported(SAMPLES["first-timer"], athlete, targets="speed").data)
    straddles = [step for step in read.steps if step.name.startswith("straddle")]
    assert len(straddles) == 3
    assert {(step.low, step.high) for step in straddles} == {(0.001, 0.165)}


def test_with_speed_targets_nested_repeats_are_refused_and_without_they_stay_nested(read_by_all):
    page = SAMPLES["nested-repeat"]
    check_against_timeline(read_by_all(exported(page).data), bt.expand(bt.parse(page)))
    with pytest.raises(bt.CannotExport) as refusal:
        exported(page, targets="speed")
    (problem,) = refusal.value.problems
    assert problem.code == "garmin-fit/nested-repeat"
    assert problem.where.line == 7


def test_a_belt_speed_that_no_target_can_say_is_refused():
    athlete = bt.Athlete(level="advanced", treadmill=bt.Treadmill(slowest=bt.Speed("0.0009 m/s")))
    with pytest.raises(bt.CannotExport, match="garmin-fit/slow"):
        exported(SAMPLES["first-timer"], athlete, targets="speed")


def test_an_unknown_target_is_refused():
    with pytest.raises(bt.UsageError, match="targets"):
        exported(SAMPLES["forward-only"], targets="pace")


def test_serial_numbers_tell_workouts_apart_and_know_the_same_one_again(read_by_all):
    def serial(page: str, supervised_by: str | None = None) -> int:
        data = bt.export(bt.parse(page), "garmin-fit", supervised_by=supervised_by).data
        return read_by_all(data).file_id[3]

    page = SAMPLES["forward-only"]
    assert serial(page) == serial(page) == serial(page, "Ada")
    assert (
        len({serial(page), serial(page.replace("20:00", "21:00")), serial(page.replace("Forward", "Only"))})
        == 3
    )


_DIGESTS = """
import hashlib
import backtrack_plugins as bt
from backtrack_plugins import library
for entry in library.library_entries():
    for targets in ("none", "speed"):
        options = {"targets": targets}
        data = bt.export(entry.workout, "garmin-fit", supervised_by="a coach", options=options).data
        print(hashlib.sha256(data).hexdigest())
"""


def test_time_zone_locale_and_hash_seed_change_no_byte():
    found = set()
    for zone, locale, seed in (("Asia/Kathmandu", "C", "1"), ("America/New_York", "C.UTF-8", "2")):
        environment = {**os.environ, "TZ": zone, "LC_ALL": locale, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", _DIGESTS]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
        found.add(done.stdout)
    assert len(found) == 1
    assert len(found.pop().split()) == 2 * len(library.names())


_MODULES = """
import sys
import backtrack_plugins as bt
bt.export(bt.parse(sys.argv[1]), "garmin-fit")
print([name for name in ("fitdecode", "fitparse", "garmin_fit_sdk") if name in sys.modules])
"""


def test_exporting_imports_no_reader_of_fit_files():
    command = [sys.executable, "-c", _MODULES, SAMPLES["forward-only"]]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_speed_target_brings_a_belt_up_fast_behind_the_runners_back():
    workout = bt.parse(
        "name: A\nlevel: advanced\n20:00 forward walk 5 km/h\n"
        "1:00 backward run 8 km/h hands free\n2:00 forward walk 5 km/h"
    )
    with pytest.raises(bt.CannotExport, match="garmin-fit/mount"):
        bt.export(workout, "garmin-fit", options={"targets": "speed"}, supervised_by="Bob")
    assert bt.export(workout, "garmin-fit", supervised_by="Bob").data


def test_targets_with_straddles_say_that_an_app_may_move_the_belt_meanwhile() -> None:
    def what(page: str, **options: str) -> list[str]:
        return [
            loss.what for loss in bt.export(bt.parse(SAMPLES[page]), "garmin-fit", options=options).losses
        ]

    assert "turn" in what("first-timer", targets="speed")
    assert "turn" not in what("first-timer")
    assert "turn" not in what("forward-only", targets="speed")
