from __future__ import annotations

import pytest
from fastcrc import crc16
from hypothesis import HealthCheck, assume, given, settings

import backtrack_plugins as bt
from backtrack_garmin import profile
from backtrack_garmin.fit import Message, encode
from backtrack_garmin.reading import from_fit
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.strategies import safe_workouts

PAGE = SAMPLES["four-way-repeat"]
FILE_ID = {"type": 5, "manufacturer": 255, "product": 1, "serial_number": 7, "time_created": 1_073_001_600}
WORKOUT = {"sport": 1, "num_valid_steps": 1, "wkt_name": "A", "wkt_description": "name: A\nlevel: advanced"}
STEP = {"duration_type": 0, "duration_value": 300_000, "notes": "5:00 forward walk 4.5 km/h"}
REPEAT = {"duration_type": 6, "duration_value": 0, "target_value": 2}


def written(*steps: dict, file_id: dict = FILE_ID, workout: dict | None = WORKOUT) -> bytes:
    """A FIT file of these steps, numbered one after the other."""
    return encode(
        [
            Message(profile.FILE_ID, file_id),
            *([] if workout is None else [Message(profile.WORKOUT, workout)]),
            *[
                Message(profile.WORKOUT_STEP, {"message_index": place, **step})
                for place, step in enumerate(steps)
            ],
        ]
    )


def problems_of(data: bytes) -> list[tuple[str, str | None]]:
    with pytest.raises(bt.InvalidWorkout) as refusal:
        from_fit(data, "x.fit")
    assert all(problem.where.file == "x.fit" for problem in refusal.value.problems)
    return [(problem.code, problem.where.path) for problem in refusal.value.problems]


def test_each_built_in_workout_comes_back_equal(built_in, tmp_path):
    for options in ({}, {"targets": "speed"}):
        artifact = bt.export(built_in, "garmin-fit", supervised_by="a coach", options=options)
        assert bt.import_file(artifact.write(tmp_path, overwrite=True)) == built_in


def test_a_file_of_ours_is_complete_unless_its_steps_have_targets_that_writing_it_anew_could_lose(built_in):
    for targets in ("none", "speed"):
        artifact = bt.export(built_in, "garmin-fit", supervised_by="a coach", options={"targets": targets})
        imported = from_fit(artifact.data, "x.fit")
        assert (imported.complete, imported.unknown) == (targets == "none", ())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(safe_workouts())
def test_any_workout_that_exports_comes_back_equal_unless_a_cue_was_cut(workout):
    try:
        artifact = bt.export(workout, "garmin-fit")
    except bt.CannotExport:
        assume(False)
        raise
    imported = from_fit(artifact.data, "x.fit")
    assert imported.losses == ()
    cut = {number for loss in artifact.losses if loss.what == "cue" for number in loss.steps}
    authored, read = list(_flat(workout.steps)), list(_flat(imported.workout.steps))
    differing = {
        number for number, pair in enumerate(zip(authored, read, strict=True), 1) if pair[0] != pair[1]
    }
    assert differing == cut
    if not cut:
        assert imported.workout == workout


def _flat(parts):
    for part in parts:
        if isinstance(part, bt.Repeat):
            yield from _flat(part.steps)
        else:
            yield part


def test_a_repeat_of_one_pass_and_repeats_in_repeats_come_back_equal():
    workout = bt.parse(
        """\
name: Nested

1x
  2x
    20:00 forward jog 8 km/h
    1x
      5:00 forward walk 5 km/h
3x
  2x
    5:00 forward walk 5 km/h
"""
    )
    assert from_fit(bt.export(workout, "garmin-fit").data, "x.fit").workout == workout


def test_the_authored_values_come_back_where_fitting_changed_them():
    workout = bt.parse(SAMPLES["fitted"])
    artifact = bt.export(workout, "garmin-fit", SAMPLE_ATHLETE)
    assert b"fitted" in artifact.data
    assert from_fit(artifact.data, "x.fit").workout == workout


def test_a_fit_file_is_known_by_its_first_bytes():
    workout = bt.parse(PAGE)
    assert import_bytes(bt.export(workout, "garmin-fit").data, "no-suffix").workout == workout


def test_an_imported_workout_names_no_line_of_a_page_that_nobody_has():
    data = bt.export(bt.parse(PAGE), "garmin-fit").data
    assert from_fit(data, "x.fit").workout.origin is None


def test_every_flipped_byte_and_every_truncation_is_called_damaged():
    data = bt.export(bt.parse(PAGE), "garmin-fit").data
    for place in range(0, len(data), 5):
        changed = data[:place] + bytes((data[place] ^ 0x20,)) + data[place + 1 :]
        with pytest.raises(
            bt.UnreadableInput, match=r"x\.fit: a damaged FIT file: .*again; nothing was read"
        ):
            from_fit(changed, "x.fit")
        with pytest.raises(bt.UnreadableInput, match="damaged"):
            from_fit(data[:place], "x.fit")


@pytest.mark.parametrize("data", [b"", b"name: A\n5:00 forward walk 4.5 km/h\n", b"\0" * 100])
def test_what_is_no_fit_file_is_unreadable(data):
    with pytest.raises(bt.UnreadableInput, match="does not begin as a FIT file does"):
        from_fit(data, "x.fit")


def test_a_file_whose_records_do_not_fit_together_is_damaged_though_its_checksum_is_right():
    data = bytearray(written(STEP))
    data[24] = 0  # the width of the second field of the first definition
    data[-2:] = crc16.arc(bytes(data[:-2])).to_bytes(2, "little")
    with pytest.raises(bt.UnreadableInput, match="damaged"):
        from_fit(bytes(data), "x.fit")


@pytest.mark.parametrize(("kind", "said"), [(4, "an activity"), (6, "a course"), (99, "something else")])
def test_a_fit_file_of_something_else_is_named(kind, said):
    with pytest.raises(bt.UnreadableInput, match=f"is {said}, not a workout"):
        from_fit(written(STEP, file_id={**FILE_ID, "type": kind}), "x.fit")


def test_an_activity_says_what_reads_it():
    with pytest.raises(bt.UnreadableInput, match="backtrack review FILE"):
        from_fit(written(STEP, file_id={**FILE_ID, "type": 4}), "x.fit")


def test_a_workout_without_steps_or_with_too_many_is_unreadable():
    with pytest.raises(bt.UnreadableInput, match="has 0 steps"):
        from_fit(written(), "x.fit")
    with pytest.raises(bt.UnreadableInput, match="has 4097 steps"):
        from_fit(written(*[STEP] * 4097), "x.fit")
    assert len(from_fit(written(*[STEP] * 51), "x.fit").workout.steps) == 51


def test_steps_that_are_not_numbered_one_after_the_other_are_unreadable():
    with pytest.raises(bt.UnreadableInput, match="not numbered"):
        from_fit(written(STEP, {**STEP, "message_index": 2}), "x.fit")


def test_steps_are_read_in_the_order_of_their_numbers_whatever_their_flags():
    first, second = (
        {**STEP, "message_index": 0x8000},
        {**STEP, "notes": "lap forward walk 5 km/h", "message_index": 1},
    )
    workout = from_fit(written(second, first), "x.fit").workout
    assert [str(step.amount) for step in workout.steps] == ["5:00", "lap"]


@pytest.mark.parametrize("notes", [{}, {"notes": "Warm up well"}, {"notes": "# 5:00 forward, easy"}])
def test_a_workout_without_a_line_is_somebody_elses(notes):
    step = {"duration_type": 0, "duration_value": 300_000, "wkt_step_name": "Easy", **notes}
    cue = "; ".join(["Easy", *notes.values()])
    page = bt.write(from_fit(written(step, step, REPEAT), "x.fit").workout)
    assert page.splitlines()[-3:] == ["2x", *[f'  5:00 forward run 8 km/h "{cue}"'] * 2]


def test_problems_name_the_message_they_are_in():
    data = written(
        STEP,
        {**STEP, "notes": "5:00 bakward walk 2 km/h grip rail"},
        {**STEP, "notes": "5:00 forward walk 4.5 km/h\n5:00 forward walk 4.5 km/h"},
    )
    assert problems_of(data) == [("BT001", "workout_step[1]"), ("garmin-fit/step", "workout_step[2]")]
    data = written(
        STEP,
        {**STEP, "notes": "5:00 bakward walk 2 km/h grip rail"},
        workout={**WORKOUT, "wkt_description": "name: A\nlevel: best"},
    )
    assert problems_of(data) == [("BT006", "workout.wkt_description"), ("BT001", "workout_step[1]")]


@pytest.mark.parametrize("note", ["3x", "name: B", "go 5:00"])
def test_among_lines_any_other_note_is_somebody_elses(note):
    imported = from_fit(written(STEP, {**STEP, "notes": note}), "x.fit")
    assert imported.workout.steps[1].cue == note


@pytest.mark.parametrize("note", ["5:00 forward", "lap walk"])
def test_among_lines_a_note_that_begins_as_one_and_is_none_is_a_problem_of_its_step(note):
    found = problems_of(written(STEP, {**STEP, "notes": note}))
    assert {path for _code, path in found} == {"workout_step[1]"}


def test_a_step_without_a_note_among_lines_is_somebody_elses():
    imported = from_fit(written(STEP, {"duration_type": 5}), "x.fit")
    assert [str(step.amount) for step in imported.workout.steps] == ["5:00", "lap"]
    assert {loss.steps for loss in imported.losses if loss.what == "line"} == {(2,)}


@pytest.mark.parametrize("first", [1, 2, 7, None])
def test_a_repeat_that_goes_back_to_no_step_before_it_is_a_problem(first):
    data = written(STEP, {**REPEAT, "duration_value": first})
    assert problems_of(data) == [("garmin-fit/step", "workout_step[1]")]


def test_a_repeat_that_goes_back_into_another_repeat_is_a_problem():
    data = written(STEP, STEP, REPEAT, {**REPEAT, "duration_value": 1})
    assert problems_of(data) == [("garmin-fit/step", "workout_step[3]")]


@pytest.mark.parametrize("passes", [0, 1_000_000, None])
def test_a_repeat_of_a_number_of_passes_that_cannot_be_is_a_problem(passes):
    assert problems_of(written(STEP, {**REPEAT, "target_value": passes})) == [("BT007", "workout_step[1]")]


def test_repeats_nested_deeper_than_a_page_may_are_a_problem():
    assert ("BT008", "workout_step[1]") in problems_of(written(STEP, *[REPEAT] * 9))


def test_a_duration_that_was_changed_on_the_way_is_a_loss_and_the_line_is_kept():
    imported = from_fit(written(STEP, {**STEP, "duration_value": 60_000}), "x.fit")
    (loss,) = imported.losses
    assert (loss.what, loss.steps) == ("changed duration", (2,))
    assert {str(step.amount) for step in imported.workout.steps} == {"5:00"}


@pytest.mark.parametrize(
    ("description", "level"),
    [
        ("name: A level: advanced about: Twice a week. # Clip the safety key to your clothes.", "advanced"),
        ("name: A about: level: best", None),
        ("Imported from my watch", None),
    ],
)
def test_a_rewritten_description_leaves_the_name_and_says_what_is_gone(description, level):
    imported = from_fit(written(STEP, workout={**WORKOUT, "wkt_description": description}), "x.fit")
    assert (imported.workout.name, imported.workout.level, imported.workout.about) == ("A", level, "")
    assert [loss.what for loss in imported.losses] == ["about"]


def test_a_missing_description_leaves_the_name_and_a_missing_name_the_description():
    without = {key: value for key, value in WORKOUT.items() if key != "wkt_description"}
    assert from_fit(written(STEP, workout=without), "x.fit").workout.name == "A"
    without = {key: value for key, value in WORKOUT.items() if key != "wkt_name"}
    assert from_fit(written(STEP, workout=without), "x.fit").workout.level == "advanced"


def test_a_name_on_two_lines_is_read_as_one():
    data = written(STEP, workout={**WORKOUT, "wkt_name": "Monday\n  easy"})
    assert from_fit(data, "x.fit").workout.name == "Monday easy"


def test_a_workout_that_has_no_name_anywhere_gets_one_and_says_so():
    imported = from_fit(written(STEP, workout=None), "x.fit")
    assert imported.workout.name == "Imported workout"
    assert "name" in {loss.what for loss in imported.losses}


def test_a_field_of_another_type_than_it_should_have_is_as_good_as_missing():
    kind = profile.WORKOUT_STEP
    profile_of_numbers = type(kind)(
        "workout_step", kind.number, [*kind.fields[:3], profile.FILE_ID.fields[1]._replace(number=8)]
    )
    data = encode(
        [
            Message(profile.FILE_ID, FILE_ID),
            Message(profile_of_numbers, {"message_index": 0, "duration_type": 0, "manufacturer": 3}),
        ]
    )
    assert problems_of(data) == [("garmin-fit/step", "workout_step[0]")]  # a time without a number
