"""Rebuilding: the workout that was authored, from the notes that a watch kept; and never a guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fuzz_review import written
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import Lap as FitLap
from recorded import from_export, recorded_fit

import backtrack_plugins as bt
from backtrack_plugins.rebuilding import name_from, workout_in
from backtrack_plugins.recording import RecordedStep, Recording
from backtrack_plugins.testing.strategies import safe_workouts, workouts
from backtrack_plugins.workout import NAME_BYTES, NAME_CHARACTERS, check_name
from backtrack_plugins.writing import header_lines

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

WALK = "5:00 forward walk 5 km/h"
BACK = "1:00 backward walk 2.4 km/h light rail"
NOTICES = "\n# You can fall.\n# Clip on the safety key."


def recording(*steps: RecordedStep | str, **more) -> Recording:
    rows = tuple(RecordedStep(text=step) if isinstance(step, str) else step for step in steps)
    return Recording(file="today.fit", seconds=600, steps=rows, **more)


def refused(*steps: RecordedStep | str, **more) -> str:
    with pytest.raises(bt.UsageError) as caught:
        workout_in(recording(*steps, **more))
    assert caught.value.details["file"] == "today.fit"
    return str(caught.value)


def lines(workout: Workout) -> list[str]:
    return [bt.write_line(part) for part in workout.steps if not isinstance(part, bt.Repeat)]


class TestWorkout:
    @given(workouts(), st.sampled_from(("", NOTICES)))
    @settings(max_examples=100)
    def test_comes_back_as_authored_from_what_every_exporter_writes(
        self, workout: Workout, notices: str
    ) -> None:
        timeline = bt.expand(workout)
        found = Recording(
            file="today.fit",
            seconds=1,
            steps=tuple(written(timeline.tree, notices)),
            workout_name="as the watch calls it",
            workout_description="\n".join(header_lines(workout)) + notices,
        )
        assert workout_in(found) == workout

    @given(safe_workouts(ascii_only=True))
    @settings(max_examples=15)
    def test_comes_back_from_the_file_of_a_watch_that_followed_our_file(self, workout: Workout) -> None:
        try:
            data = bt.export(workout, "garmin-fit").data
        except bt.CannotExport:
            return
        found = bt.recording_from_bytes(recorded_fit(from_export(data), [FitLap(60, step=0)]), "today.fit")
        timeline = bt.expand(workout)
        silent = any("cue" in loss.what for loss in bt.export(workout, "garmin-fit").losses)
        assert silent or workout_in(found) == workout
        if not silent:
            assert bt.expand(workout_in(found)) == timeline

    def test_has_one_step_where_the_watch_followed_its_start_and_what_was_left_of_it(self) -> None:
        page = f'name: A\nlevel: advanced\n\n{WALK}\n3x\n  {BACK}\n  2:00 forward jog 8 km/h "tall"\n{BACK}'
        workout = bt.parse(f"{page}\nlap forward run 12 km/h\n{BACK}\n400 m forward run 12 km/h")
        data = bt.export(workout, "garmin-fit", options={"targets": "speed"}).data
        assert data.count(b"# Continued: ") == 3
        found = bt.recording_from_bytes(recorded_fit(from_export(data), [FitLap(60, step=0)]), "today.fit")
        assert workout_in(found) == workout

    @pytest.mark.parametrize("start", [BACK, "0:20 straddle", "5:00 forward jog 8 km/h", "easy"])
    def test_is_refused_where_what_was_left_belongs_to_another_step(self, start: str) -> None:
        with pytest.raises(bt.UsageError, match="no line in its note"):
            workout_in(recording(WALK, start, "# Continued: 2:00 forward jog 8 km/h"))

    def test_has_the_authored_speed_and_not_the_fitted_one(self) -> None:
        found = workout_in(recording(f"5:00 forward walk 5.04 km/h\nfitted 5 km/h{NOTICES}"))
        assert lines(found) == ["5:00 forward walk 5.04 km/h"]

    def test_has_no_straddle_that_expanding_placed_and_every_authored_one(self) -> None:
        found = workout_in(recording(WALK, "0:30 straddle added", BACK, "0:20 straddle", WALK))
        assert lines(found) == [WALK, BACK, "0:20 straddle", WALK]

    def test_has_repeats_in_repeats(self) -> None:
        steps = (
            WALK,
            BACK,
            RecordedStep(first=1, times=3),
            WALK,
            RecordedStep(first=1, times=2),
            BACK,
        )
        found = workout_in(recording(*steps))
        page = f"{WALK}\n2x\n  3x\n    {BACK}\n  {WALK}\n{BACK}"
        assert found.steps == bt.parse(f"name: A\n{page}").steps

    def test_reads_a_note_whose_line_ends_were_lost(self) -> None:
        found = workout_in(recording("5:00 forward walk 5.04 km/h fitted 5 km/h # Clip on."))
        assert lines(found) == ["5:00 forward walk 5.04 km/h"]

    def test_keeps_a_cue_with_a_hash_and_the_words_of_others_out(self) -> None:
        line = f'{WALK} "see # 3 fitted 2 km/h"'
        assert lines(workout_in(recording(f"Coach says:\n{line}\nkeep going"))) == [line]

    def test_names_the_recording_as_its_file(self) -> None:
        assert workout_in(recording(WALK)).file == "today.fit"
        assert str(bt.expand(workout_in(recording(WALK))).where(None)) == "today.fit"


class TestHeader:
    def test_comes_from_the_description(self) -> None:
        said = "name: Reset\nlevel: beginner\nabout: Once a week.\n# You can fall.\nbacktrack 0123 4567"
        found = workout_in(recording(WALK, workout_name="Other", workout_description=said))
        assert (found.name, found.level, found.about) == ("Reset", "beginner", "Once a week.")

    def test_is_the_workouts_name_where_the_description_has_none(self) -> None:
        assert workout_in(recording(WALK, workout_name="Reset")).name == "Reset"
        assert workout_in(recording(WALK)).name == "Recorded workout"

    def test_leaves_out_what_no_header_can_be(self) -> None:
        said = "name: ../up\nlevel: champion\nabout: Fine.\nmore: no"
        found = workout_in(recording(WALK, workout_name="a/b", workout_description=said))
        assert (found.name, found.level, found.about) == ("a-b", None, "Fine.")

    @given(st.text(max_size=200))
    def test_is_a_name_whatever_the_watch_has(self, text: str) -> None:
        name = name_from(text)
        check_name(name)
        assert len(name) <= NAME_CHARACTERS
        assert len(name.encode()) <= NAME_BYTES


class TestRefusal:
    def test_says_that_no_steps_were_kept_and_what_to_do(self) -> None:
        assert refused() == (
            "today.fit: the plan cannot be rebuilt from it: the watch kept no steps of a workout in it. "
            "Say what was planned: --workout FILE"
        )

    def test_names_every_step_without_a_line_by_its_number(self) -> None:
        said = refused(WALK, "easy", RecordedStep(), BACK, "1:00 backward wlak 2 km/h grip rail")
        assert "step 2: no line in its note, 'easy'" in said
        assert "step 3: no line in its note;" in said
        assert "step 5: no line in its note, '1:00 backward wlak" in said
        assert said.endswith("Say what was planned: --workout FILE")

    def test_lists_no_more_than_anybody_reads(self) -> None:
        said = refused(*["easy"] * 40)
        assert said.count("no line") == 5
        assert "and 35 more" in said

    def test_is_of_two_lines_in_one_note(self) -> None:
        assert "step 1: 2 lines in its note" in refused(f"{WALK}\n{BACK}")

    @pytest.mark.parametrize(
        "step",
        [
            RecordedStep(text=BACK, ends_on="time", seconds=90),
            RecordedStep(text=BACK, ends_on="distance", metres=60),
            RecordedStep(text=BACK, ends_on="lap"),
            RecordedStep(text=BACK, ends_on="other"),
            RecordedStep(text="400 m forward walk 5 km/h", ends_on="distance", metres=500),
            RecordedStep(text="lap forward walk 5 km/h", ends_on="time", seconds=90),
            RecordedStep(text="0:30 straddle", ends_on="time", seconds=90),
        ],
    )
    def test_is_of_a_step_that_ended_on_something_else_than_its_line_says(self, step: RecordedStep) -> None:
        assert "step 1: its line says" in refused(step)

    @pytest.mark.parametrize(
        "step",
        [
            RecordedStep(text=BACK, ends_on="time", seconds=60.004),
            RecordedStep(text="0.25 mi forward walk 5 km/h", ends_on="distance", metres=402.34),
            RecordedStep(text="lap forward walk 5 km/h", ends_on="lap"),
            RecordedStep(text="0:30 straddle", ends_on="lap"),
            RecordedStep(text="0:30 straddle", ends_on="time", seconds=30),
        ],
    )
    def test_is_of_no_step_that_ended_as_its_line_says(self, step: RecordedStep) -> None:
        assert len(workout_in(recording(step)).steps) == 1

    @pytest.mark.parametrize(
        ("repeat", "said"),
        [
            (RecordedStep(first=1, times=2), "step 4: a repeat that is not around whole steps"),
            (RecordedStep(first=7, times=2), "step 4: a repeat that is not around whole steps"),
            (RecordedStep(first=3, times=2), "step 4: a repeat that is not around whole steps"),
            (RecordedStep(first=None, times=2), "step 4: a repeat that is not around whole steps"),
            (RecordedStep(first=0, times=None), "step 4: a repeat without a count"),
            (RecordedStep(first=0, times=0), "step 4: times:"),
        ],
    )
    def test_is_of_a_repeat_that_cannot_be(self, repeat: RecordedStep, said: str) -> None:
        assert said in refused(WALK, BACK, RecordedStep(first=0, times=2), repeat)

    def test_is_of_more_segments_than_anybody_walks(self) -> None:
        said = refused(WALK, RecordedStep(first=0, times=10_001))
        assert "at most 10000 segments" in said

    def test_is_of_nothing_but_straddles_that_expanding_placed(self) -> None:
        said = refused("0:30 straddle added", RecordedStep(first=0, times=2))
        assert "none of its steps is one that somebody wrote" in said
