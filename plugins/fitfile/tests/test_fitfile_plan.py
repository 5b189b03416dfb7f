"""The workout that the watch followed, as it stands in what it recorded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from garmin_fit_sdk import Profile
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import Lap, from_export, recorded_fit, repeat, step

import backtrack_plugins as bt
from backtrack_fitfile import profile

PAGE = """\
name: Back again
level: intermediate

5:00 forward walk 4.5 km/h
3x
  1:00 backward walk 2.4 km/h light rail
  400 m forward jog 8 km/h
lap forward walk 4.5 km/h
"""


@pytest.fixture(scope="module")
def exported():
    return bt.export(bt.parse(PAGE), "garmin-fit", bt.Athlete(level="intermediate"))


def test_the_steps_of_our_own_workout_file_come_back_with_name_and_description(exported, read):
    plan = from_export(exported.data)
    recording = read(recorded_fit(plan, [Lap(300, step=0)]))
    assert recording.workout_name == "Back again"
    assert recording.workout_description == plan.workout["wkt_description"]
    assert recording.workout_description.startswith("name: Back again\nlevel: intermediate\n")
    assert len(recording.steps) == len(plan.steps)
    for kept, sent in zip(recording.steps, plan.steps, strict=True):
        assert kept.text == sent.get("notes", sent.get("wkt_step_name", ""))
    assert "1:00 backward walk 2.4 km/h light rail" in recording.notes
    [again] = [at for at, kept in enumerate(recording.steps) if kept.first is not None]
    assert recording.steps[again].times == 3
    first = recording.steps[recording.steps[again].first]
    assert first.ends_on in {"time", "lap"}
    assert ("distance", None, 400) in {(kept.ends_on, kept.seconds, kept.metres) for kept in recording.steps}


def test_a_step_says_what_ends_it_in_seconds_and_metres(read):
    steps = [
        step("a", seconds=90.5),
        step("b", metres=401.25),
        step("c"),
        step("d", duration_type="hr_greater_than", duration_value=120),
        step("e", duration_type="repetition_time", duration_value=15_000),
        step("f", duration_type=None),
        step("g", duration_type="time"),
    ]
    assert read(recorded_fit(steps, [Lap(5)])).steps == (
        bt.RecordedStep(text="a", ends_on="time", seconds=90.5),
        bt.RecordedStep(text="b", ends_on="distance", metres=401.25),
        bt.RecordedStep(text="c", ends_on="lap"),
        bt.RecordedStep(text="d", ends_on="other"),
        bt.RecordedStep(text="e", ends_on="time", seconds=15),
        bt.RecordedStep(text="f"),
        bt.RecordedStep(text="g", ends_on="time"),
    )


def test_every_duration_of_the_official_profile_is_a_repeat_or_the_end_of_a_step(read):
    for number, word in Profile["types"]["wkt_step_duration"].items():
        kind = int(number)
        [found] = read(recorded_fit([step(duration_type=kind, duration_value=2)], [Lap(5)])).steps
        assert (found.first is not None) == word.startswith("repeat_until")
        assert (found.ends_on is None) == word.startswith("repeat_until")


def test_a_repeat_that_is_not_done_a_number_of_times_has_a_first_step_and_no_times(read):
    steps = [step("a", seconds=60), repeat(0, 600_000, duration_type="repeat_until_time")]
    assert read(recorded_fit(steps, [Lap(5)])).steps[1] == bt.RecordedStep(first=0, times=None)
    assert read(recorded_fit([step("a"), repeat(0, 3)], [Lap(5)])).steps[1] == bt.RecordedStep(
        first=0, times=3
    )


def test_an_index_without_a_message_is_an_empty_step_and_of_two_messages_the_first_counts(read):
    steps = [
        step("late", seconds=5, message_index=0x8003),
        step("early", seconds=5, message_index=1),
        step("again", seconds=5, message_index=1),
        step("behind", seconds=5, message_index=None),
    ]
    recording = read(recorded_fit(steps, [Lap(5)]))
    assert [found.text for found in recording.steps] == ["", "early", "behind", "late"]
    assert recording.steps[0] == bt.RecordedStep()


def test_of_several_files_the_first_with_steps_gives_the_workout(read):
    parts = [
        recorded_fit(laps=[Lap(10)], name="Nobody's"),
        recorded_fit([step("a", seconds=5)], [Lap(5)], name="Kept", description="in full"),
    ]
    recording = read(b"".join(parts))
    assert (recording.workout_name, recording.workout_description) == ("Kept", "in full")
    assert recording.notes == ("a",)


def test_the_intensity_of_a_lap_may_be_any_number(read):
    plain = read(recorded_fit(laps=[Lap(60, step=1)]))
    for intensity in (*range(9), 254):
        assert read(recorded_fit(laps=[Lap(60, step=1, intensity=intensity)])).laps == plain.laps
    numbers = {field.name for fields in profile.FIELDS.values() for field in fields.values()}
    assert "intensity" not in numbers


@settings(max_examples=100, deadline=None)
@given(
    laps=st.lists(
        st.builds(
            Lap,
            seconds=st.integers(0, 7_200_000).map(lambda value: value / 1000),
            step=st.none() | st.integers(0, 40),
            elapsed=st.none() | st.integers(0, 7_200_000).map(lambda value: value / 1000),
            metres=st.none() | st.integers(0, 1_000_000).map(lambda value: value / 100),
            heart_rate=st.none() | st.integers(1, 254),
            trigger=st.sampled_from(list(profile.TRIGGERS.values())),
            intensity=st.none() | st.integers(0, 6),
            begins=st.none(),
            more=st.just({}),
        ),
        min_size=1,
        max_size=6,
    ),
    summary_first=st.booleans(),
    quarters=st.none() | st.integers(-48, 56),
)
def test_whatever_a_watch_recorded_the_laps_are_those_it_cut(read, laps, summary_first, quarters):
    offset = None if quarters is None else timedelta(minutes=15 * quarters)
    recording = read(recorded_fit(laps=laps, summary_first=summary_first, offset=offset))
    ends, at = [], 0.0
    for lap, kept in zip(laps, recording.laps, strict=True):
        assert abs(kept.start_seconds - at) <= 1  # a start has whole seconds
        assert (kept.seconds, kept.elapsed_seconds) == (lap.seconds, lap.length)
        assert (kept.metres, kept.heart_rate) == (lap.metres, lap.heart_rate)
        assert (kept.step_index, kept.trigger) == (lap.step, lap.trigger)
        at += lap.length
        ends.append(at)
    assert recording.elapsed_seconds == pytest.approx(ends[-1], abs=0.002)
    assert recording.seconds == pytest.approx(sum(lap.seconds for lap in laps), abs=0.002)
    assert recording.started.utcoffset() == (offset or timedelta(0))
