"""Reviewing: the right laps for each segment, in every legal way to follow a plan; or else a reason."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import fuzz_review
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins import reviewing
from backtrack_plugins.recording import Lap, RecordedStep, Recording, Sample
from backtrack_plugins.reviewing import by_steps, impossible, plan, without_steps
from backtrack_plugins.reviewing.match import SECONDS_TOLERANCE
from backtrack_plugins.testing.strategies import workouts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from backtrack_plugins.reviewed import Review
    from backtrack_plugins.timeline import Timeline

PAGE = """name: Reset
level: intermediate

5:00 forward walk 5 km/h
2x
  1:00 forward jog 8 km/h
  2:00 forward walk 5 km/h
1:00 backward walk 2.4 km/h light rail
3:00 forward walk 4.5 km/h
"""
"""Steps on the watch: 0, 1, 2, the repeat 3, a straddle 4, 5, a straddle 6, 7."""

ALL = (0, 1, 2, 1, 2, 4, 5, 6, 7)
WALK, JOG, BACK = "forward walk 5 km/h", "forward jog 8 km/h", "backward walk 2.4 km/h light rail"


def timeline_of(page: str) -> Timeline:
    return bt.expand(bt.parse(page if page.startswith("name:") else f"name: A\n{page}"))


def laps_of(*rows: tuple, elapsed: Iterable[float | None] = ()) -> tuple[Lap, ...]:
    """Laps from (seconds, index, trigger, metres), one behind the other."""
    made, at = [], 0.0
    pauses = iter(elapsed)
    for row in rows:
        seconds, index, trigger, metres = (*row, None, None, None)[:4]
        lasted = next(pauses, None)
        made.append(
            Lap(
                start_seconds=at,
                seconds=seconds,
                elapsed_seconds=lasted,
                step_index=index,
                trigger=trigger,
                metres=metres,
            )
        )
        at += seconds if lasted is None else lasted
    return tuple(made)


def recording_of(laps: Sequence[Lap], **more) -> Recording:
    seconds = more.pop("seconds", sum(lap.seconds for lap in laps))
    return Recording(file="today.fit", seconds=seconds, laps=tuple(laps), **more)


def reviewed(page: str, *rows: tuple, **more) -> Review:
    """The review of laps, on a watch that kept the steps."""
    timeline = timeline_of(page)
    steps = tuple(fuzz_review.written(timeline.tree))
    return bt.review(timeline, recording_of(laps_of(*rows), **{"steps": steps, **more}))


def unsure(page: str, *rows: tuple, **more) -> Review:
    """The same, on a watch that kept none."""
    return reviewed(page, *rows, steps=(), **more)


def done(review: Review) -> list[tuple[str, tuple[int, ...]]]:
    assert review.is_matched, review.reason
    return [(each.state, each.laps) for each in review.segments]


def complete() -> list[tuple]:
    """Everything as planned."""
    seconds = [300, 60, 120, 60, 120, 25, 60, 31, 180]
    ends = ["manual" if index in {4, 6} else "time" for index in ALL]
    return list(zip(seconds, ALL, ends, strict=True))


class TestSteps:
    def test_a_repeat_has_an_index_of_its_own_and_no_lap(self) -> None:
        found = reviewed(PAGE, *complete())
        assert found.basis == "steps"
        assert done(found) == [("as planned", (number,)) for number in range(1, 10)]
        assert found.all_done
        assert found.score == 100

    @pytest.mark.parametrize("notes", ["# Continued: 2:00 forward jog 8 km/h", "forward jog 8 km/h", ""])
    def test_laps_of_a_start_and_of_what_was_left_are_of_one_step(self, notes: str) -> None:
        page = f"1:00 {WALK}\n2x\n  2:00 {JOG}\n1:00 {WALK}"
        first, jog, again, last = fuzz_review.written(timeline_of(page).tree)
        if not notes.startswith("#"):
            first, jog, last = (
                msgspec.structs.replace(step, text=notes and step.text[5:]) for step in (first, jog, last)
            )
        start = msgspec.structs.replace(jog, seconds=15)
        rest = msgspec.structs.replace(jog, seconds=105, text=notes)
        steps = (first, start, rest, again, last)
        rows = [(60, 0, "time"), (9, 1, "manual"), (111, 2, "time"), (15, 1, "time"), (20, 2, "manual")]
        found = reviewed(page, *rows, (60, 4, "time"), steps=steps)
        assert done(found) == [
            ("as planned", (1,)),
            ("as planned", (2, 3)),
            ("short", (4, 5)),
            ("as planned", (6,)),
        ]
        stopped = reviewed(page, *rows[:4], steps=steps)
        assert done(stopped)[2:] == [("short", (4,)), ("missing", ())]
        assert stopped.recording.laps[2].step_index == 2

    def test_laps_of_one_step_that_an_auto_lap_cut_are_one(self) -> None:
        rows = [(130, 0, "distance"), (167, 0, "distance"), (3, 0, "time"), *complete()[1:]]
        found = reviewed(PAGE, *rows)
        assert found.segments[0].laps == (1, 2, 3)
        assert found.segments[0].seconds == 300
        assert found.segments[1].laps == (4,)

    @pytest.mark.parametrize("trigger", ["time", None])
    def test_passes_of_a_one_step_repeat_are_cut_where_their_time_is_over(self, trigger: str | None) -> None:
        cut = None if trigger is None else "distance"
        rows = [(60, 0, trigger), (40, 0, cut), (20.4, 0, trigger), (59.8, 0, trigger)]
        assert [laps for _, laps in done(reviewed(f"3x\n  1:00 {WALK}", *rows))] == [(1,), (2, 3), (4,)]

    def test_a_skip_in_a_one_step_repeat_ends_a_pass(self) -> None:
        rows = [(60, 0, "time"), (20, 0, "manual"), (60, 0, "time")]
        found = reviewed(f"3x\n  1:00 {WALK}", *rows)
        assert [state for state, _ in done(found)] == ["as planned", "short", "as planned"]

    def test_passes_of_a_distance_are_cut_where_the_watch_says_it_is_done(self) -> None:
        rows = [(300, 0, "distance", 400.0), (150, 0, "distance", 200.0), (150, 0, "distance", 200.0)]
        found = reviewed(f"2x\n  400 m {WALK}", *rows)
        assert [laps for _, laps in done(found)] == [(1,), (2, 3)]

    def test_an_auto_lap_near_the_end_of_a_distance_does_not_end_it(self) -> None:
        rows = [(700, 0, "distance", 1000.0), (15, 0, "distance", 20.0)] * 2
        found = reviewed(f"2x\n  1.02 km {WALK}", *rows)
        assert [laps for _, laps in done(found)] == [(1, 2), (3, 4)]

    def test_passes_until_the_lap_button_end_on_it(self) -> None:
        rows = [(50, 0, "distance"), (8, 0, "manual"), (44, 0, "manual")]
        assert [laps for _, laps in done(reviewed(f"2x\n  lap {WALK}", *rows))] == [(1, 2), (3,)]

    def test_repeats_in_repeats_have_the_same_indices_in_every_pass(self) -> None:
        page = f"2x\n  2x\n    1:00 {WALK}\n    1:00 {JOG}\n  2:00 {WALK}"
        order = [0, 1, 0, 1, 3, 0, 1, 0, 1, 3]
        found = reviewed(page, *[(120 if index == 3 else 60, index, "time") for index in order])
        assert done(found) == [("as planned", (number,)) for number in range(1, 11)]

    def test_what_has_no_lap_is_missing_and_nothing_is_shifted(self) -> None:
        rows = [row for row in complete() if row[1] not in {4, 5}]
        found = reviewed(PAGE, *rows)
        assert [state for state, _ in done(found)] == ["as planned"] * 5 + ["missing"] * 2 + [
            "as planned"
        ] * 2
        assert found.segments[7].laps == (6,)
        missing = found.segments[6]
        assert (missing.seconds, missing.metres, missing.watch_metres, missing.laps) == (0, 0, None, ())

    def test_who_stops_early_has_done_no_more(self) -> None:
        found = reviewed(PAGE, *complete()[:2], (70, 2, "session_end"))
        assert [state for state, _ in done(found)] == ["as planned", "as planned", "short", *["missing"] * 6]

    def test_laps_before_and_behind_the_workout_are_extra(self) -> None:
        rows = [(30, None, "manual"), *complete(), (200, None, "session_end", 250.0)]
        found = reviewed(PAGE, *rows)
        assert found.segments[0].laps == (2,)
        assert [(each.lap, each.seconds, each.watch_metres) for each in found.extras] == [
            (1, 30, None),
            (11, 200, 250),
        ]

    @pytest.mark.parametrize("review", [reviewed, unsure])
    def test_a_few_seconds_behind_a_finished_step_belong_to_it(self, review) -> None:
        found = review(PAGE, *complete(), (3, 7, "session_end"))
        assert found.segments[8].laps == (9, 10)
        assert found.segments[8].seconds == 183
        rows = [*complete()[:1], (3.5, 0, None), *complete()[1:]]
        assert review(PAGE, *rows).segments[0].laps == (1, 2)

    def test_many_seconds_behind_a_finished_step_are_no_tail(self) -> None:
        assert "lap 10 is of '3:00 forward walk 4.5 km/h'" in reviewed(PAGE, *complete(), (6, 7, None)).reason
        rows = [*complete(), *[(2, 7, None)] * 3]
        assert not unsure(PAGE, *rows).is_matched

    def test_a_straddle_and_what_the_lap_button_ends_are_as_planned_when_they_were_there(self) -> None:
        found = reviewed(f"lap {WALK}\n0:30 straddle\n1:00 {BACK}", (4, 0), (1, 1), (60, 2))
        assert [state for state, _ in done(found)] == ["as planned"] * 3

    @pytest.mark.parametrize(("seconds", "state"), [(58, "as planned"), (57.9, "short"), (62, "as planned")])
    def test_a_time_is_as_planned_within_the_tolerance(self, seconds: float, state: str) -> None:
        assert SECONDS_TOLERANCE == 2
        assert done(reviewed(f"1:00 {WALK}", (seconds, 0, "manual")))[0][0] == state

    def test_a_few_seconds_are_not_as_planned_when_half_of_them_lack(self) -> None:
        assert done(reviewed(f"0:02 {WALK}", (0.9, 0, "manual")))[0][0] == "short"
        assert done(reviewed(f"0:02 {WALK}", (1.0, 0, "manual")))[0][0] == "as planned"

    @pytest.mark.parametrize(
        ("seconds", "metres", "state"),
        [
            (288, None, "as planned"),
            (200, 393.0, "as planned"),
            (283, 100.0, "as planned"),
            (200, 391.0, "short"),
            (200, None, "short"),
        ],
    )
    def test_a_distance_is_as_planned_by_the_watch_or_by_the_belt(
        self, seconds: float, metres: float | None, state: str
    ) -> None:
        assert done(reviewed(f"400 m {WALK}", (seconds, 0, "manual", metres)))[0][0] == state

    def test_which_pass_was_left_out_is_not_known_but_how_many(self) -> None:
        page = f"2x\n  1:00 {WALK}\n  1:00 {JOG}"
        assert [state for state, _ in done(reviewed(page, (60, 0, "time"), (60, 0, "time")))] == [
            *("as planned", "missing"),
            *("as planned", "missing"),
        ]


class TestTotals:
    def test_are_by_way_in_their_order(self) -> None:
        sides = "1:00 left walk 2 km/h light rail\n1:00 right walk 2 km/h 2% grip rail"
        page = f"10:00 {WALK}\n1:00 {BACK}\n{sides}"
        seconds = [600, 30, 60, 30, 60, 30, 30]
        found = reviewed(page, *[(each, index, "manual", each * 1.0) for index, each in enumerate(seconds)])
        assert [total.way for total in found.totals] == ["forward", "backward", "sideways", "straddle"]
        forward, backward, sideways, straddle = found.totals
        assert (forward.planned_seconds, forward.seconds, forward.watch_metres) == (600, 600, 600)
        assert forward.metres == pytest.approx(600 * 5 / 3.6)
        assert (backward.seconds, backward.metres) == (60, pytest.approx(40))
        assert sideways.incline_percent == pytest.approx(2 * 30 / 90)
        assert (straddle.metres, straddle.incline_percent) == (0, 0)
        assert found.score == pytest.approx(100 * 750 / 780)

    def test_what_nothing_was_done_of_has_no_means(self) -> None:
        found = reviewed(PAGE, (300, 0, "time"))
        backward = next(total for total in found.totals if total.way == "backward")
        assert (backward.seconds, backward.incline_percent, backward.heart_rate) == (0, None, None)
        assert backward.planned_seconds == 60

    def test_belt_distance_is_planned_speed_times_time_and_the_watch_is_beside_it(self) -> None:
        found = reviewed(f"1:00 {BACK}", (30, 0, "manual", 11.0), (45, 1, "manual", 99.0))
        straddle, back = found.segments
        assert (straddle.metres, straddle.watch_metres) == (None, 11)
        assert (back.metres, back.watch_metres) == (pytest.approx(2.4 / 3.6 * 45), 99)

    def test_energy_is_what_is_estimated_for_the_time_done(self) -> None:
        page = f"10:00 {WALK}\n10:00 forward walk 9 km/h\nlap {WALK}"
        found = bt.review(
            timeline_of(page),
            recording_of(laps_of((300, 0), (600, 1), (300, 2))),
            bt.Athlete(mass=bt.Mass("60 kg")),
        )
        whole = bt.estimate_energy(timeline_of(page), bt.Mass("60 kg")).segments[0].gross_kcal
        assert whole is not None
        walk, unknown, until_lap = (each.kcal for each in found.segments)
        assert walk == whole.scaled(0.5)
        assert unknown is None
        assert until_lap == walk
        assert found.totals[0].kcal == walk.scaled(2)
        assert found.totals[0].unestimated_seconds == 600

    def test_a_score_counts_no_more_than_was_planned(self) -> None:
        assert reviewed(f"400 m {WALK}\n1:00 {WALK}", (900, 0, None, 400.0), (30, 1)).score == pytest.approx(
            100 * (288 + 30) / 348
        )

    def test_a_score_is_of_the_time_on_the_belt_alone(self) -> None:
        assert reviewed(f"lap {WALK}\n0:30 straddle", (10, 0), (10, 1)).score is None
        assert reviewed(f"1:00 {BACK}", (60, 1)).score == 100


class TestHeartRate:
    def test_is_the_mean_of_the_samples_weighted_by_time(self) -> None:
        rates = {0: 100, 10: 100, 20: 130, 28: 130, 30: 150, 40: 150, 50: 150}
        samples = tuple(Sample(seconds=at, heart_rate=rate) for at, rate in rates.items())
        found = reviewed(f"0:30 {WALK}\n0:30 {JOG}", (30, 0), (30, 1), samples=samples)
        assert found.segments[0].heart_rate == pytest.approx((20 * 100 + 10 * 130) / 30)
        assert found.segments[1].heart_rate == pytest.approx(150)
        assert found.totals[0].heart_rate == pytest.approx((20 * 100 + 10 * 130 + 30 * 150) / 60)

    def test_is_the_watchs_own_mean_where_there_are_no_samples(self) -> None:
        laps = laps_of((40, 0, "distance"), (20, 0, "time"), (9, None))
        rates = (110, 140, 90)
        laps = tuple(
            msgspec.structs.replace(lap, heart_rate=rate) for lap, rate in zip(laps, rates, strict=True)
        )
        found = bt.review(timeline_of(f"1:00 {WALK}"), recording_of(laps))
        assert found.segments[0].heart_rate == pytest.approx(120)
        assert found.extras[0].heart_rate == 90

    def test_is_none_where_nothing_was_measured(self) -> None:
        samples = tuple(Sample(seconds=at, metres=1.0 * at) for at in range(60))
        assert reviewed(f"1:00 {WALK}", (60, 0), samples=samples).segments[0].heart_rate is None

    def test_does_not_count_what_was_in_a_pause(self) -> None:
        running = [*range(30), *range(330, 360)]
        samples = tuple(Sample(seconds=at, heart_rate=160 if at < 30 else 100) for at in running)
        found = bt.review(
            timeline_of(f"1:00 {WALK}"), recording_of(laps_of((60, 0), elapsed=[360]), samples=samples)
        )
        assert found.segments[0].heart_rate == pytest.approx(130, abs=1)


class TestWhatIsRecordedTwice:
    def test_half_a_bout_in_a_file_twice_is_no_whole_one(self) -> None:
        page = f"1:00 {WALK}\n1:00 {BACK}"
        half = laps_of((30, 0, "manual"), (20, 1, "manual"), (30, 2, "manual"))
        twice = sorted((*half, *half), key=lambda lap: lap.start_seconds)
        steps = tuple(fuzz_review.written(timeline_of(page).tree))
        found = bt.review(timeline_of(page), recording_of(twice, steps=steps))
        assert found.basis is None
        assert found.reason.startswith("laps 1 and 2 overlap, as where a recording is in a file twice")

    @pytest.mark.parametrize(("starts", "matched"), [(58.5, True), (57.5, False)])
    def test_laps_may_overlap_by_what_rounding_their_starts_makes(self, starts: float, matched: bool) -> None:
        page = f"1:00 {WALK}\n1:00 {JOG}"
        laps = (
            Lap(start_seconds=0, seconds=60, step_index=0),
            Lap(start_seconds=starts, seconds=60, step_index=1),
        )
        assert bt.review(timeline_of(page), recording_of(laps)).is_matched is matched

    @pytest.mark.parametrize("wrong", [-5.0, float("nan"), float("inf")])
    def test_no_recording_has_a_time_that_is_none(self, wrong: float) -> None:
        lap = Lap(start_seconds=0, seconds=60)
        for field in ("start_seconds", "seconds", "elapsed_seconds", "metres"):
            with pytest.raises(ValueError, match="lap 1: times and distances are numbers from 0"):
                recording_of([msgspec.structs.replace(lap, **{field: wrong})], seconds=60)
        with pytest.raises(ValueError, match="how long a recording is"):
            recording_of([], seconds=wrong)
        with pytest.raises(ValueError, match="when a sample was measured"):
            recording_of([], seconds=60, samples=(Sample(seconds=wrong),))


class TestAnotherWorkout:
    def test_names_both_and_the_first_step_that_differs(self) -> None:
        steps = tuple(fuzz_review.written(timeline_of(f"5:00 {WALK}\n2:00 {BACK}").tree))
        found = reviewed(f"name: B\n5:00 {WALK}\n1:00 {BACK}", (300, 0), steps=steps, workout_name="Longer")
        assert (found.basis, found.segments, found.totals, found.score) == (None, (), (), None)
        assert found.why_not.startswith(
            "the recording follows another workout, 'Longer', and not 'B': step 3 is "
            "'1:00 backward walk 2.4 km/h light rail' in the plan, and "
            "'2:00 backward walk 2.4 km/h light rail' after 2:00 in the recording. Leave the workout out"
        )
        assert found.advice.startswith("Leave the workout out, and the plan is rebuilt from the recording")

    @pytest.mark.parametrize(
        ("at", "kept", "said"),
        [
            (0, RecordedStep(text=f"5:00 {JOG}"), "step 1 is"),
            (0, RecordedStep(text="left walk 5 km/h"), "step 1 is"),
            (0, RecordedStep(text="straddle, then backward"), "step 1 is"),
            (0, RecordedStep(text='5:00 backward walk 5 km/h light rail "cut o'), "step 1 is"),
            (0, RecordedStep(text="5:00 b"), "step 1 is"),
            (0, RecordedStep(text="5:00 str"), "step 1 is"),
            (5, RecordedStep(text="1:00 righ"), "step 6 is"),
            (5, RecordedStep(text="1:00 right w"), "step 6 is"),
            (5, RecordedStep(text="1:00 right walk"), "step 6 is"),
            (0, RecordedStep(text=f"5:00 {WALK}\n5:00 {JOG}"), "step 1 is"),
            (0, RecordedStep(ends_on="time", seconds=301), "step 1 is"),
            (0, RecordedStep(ends_on="distance", metres=300), "step 1 is"),
            (0, RecordedStep(ends_on="lap"), "step 1 is"),
            (3, RecordedStep(first=1, times=3), "step 4 is 2 times from step 2 in the plan, and 3 times"),
            (3, RecordedStep(first=0, times=2), "step 4 is"),
            (3, RecordedStep(text=f"1:00 {WALK}"), "step 4 is 2 times from step 2 in the plan, and"),
            (2, RecordedStep(first=1, times=2), "step 3 is"),
            (4, RecordedStep(ends_on="distance", metres=10), "step 5 is"),
            (4, RecordedStep(text="0:20 straddle"), "step 5 is"),
            (
                8,
                RecordedStep(text=f"1:00 {WALK}"),
                "step 9 is '1:00 forward walk 5 km/h' in the recording alone",
            ),
        ],
    )
    def test_is_told_by_any_step_that_the_watch_kept(self, at: int, kept: RecordedStep, said: str) -> None:
        steps = fuzz_review.written(timeline_of(PAGE).tree)
        steps[at : at + 1] = [kept]
        assert said in reviewed(PAGE, *complete(), steps=tuple(steps)).reason

    def test_is_told_by_a_step_that_the_plan_alone_has(self) -> None:
        steps = tuple(fuzz_review.written(timeline_of(PAGE).tree)[:-1])
        assert "step 8 is '3:00 forward walk 4.5 km/h' in the plan alone" in (
            reviewed(PAGE, *complete(), steps=steps).reason
        )

    @pytest.mark.parametrize(
        "kept",
        [
            RecordedStep(),
            RecordedStep(text=f"5:00 {WALK}"),
            RecordedStep(text="easy", ends_on="time", seconds=300),
            RecordedStep(text="5 min easy"),
            RecordedStep(text="5:00 for"),
            RecordedStep(text="5:00 f"),
            RecordedStep(text="forward walk 5 km/h", ends_on="time", seconds=300.004),
            RecordedStep(text='5:00 forward walk 5 km/h "cut o'),
        ],
    )
    def test_is_none_where_the_watch_kept_less(self, kept: RecordedStep) -> None:
        steps = [kept, *fuzz_review.written(timeline_of(PAGE).tree)[1:]]
        assert reviewed(PAGE, *complete(), steps=tuple(steps)).is_matched

    def test_is_told_by_what_a_note_was_fitted_to(self) -> None:
        page = f"name: A\n5:00 {WALK}\n1:00 backward walk 1.6 km/h grip rail"
        slow = bt.Treadmill(slowest=bt.Speed("2 km/h"))
        athlete = bt.Athlete(treadmill=slow)
        sent = bt.expand(bt.parse(page), athlete)
        laps = laps_of((300, 0), (20, 1, "manual"), (60, 2))
        recording = recording_of(laps, steps=tuple(fuzz_review.written(sent.tree)))
        elsewhere = bt.review(timeline_of(page), recording)
        assert elsewhere.why_not == (
            "it was sent for another treadmill: step 3 is '1:00 backward walk 1.6 km/h grip rail' as written "
            "in the plan, and fitted 2 km/h in the recording. Give the athlete it was sent for: "
            "--athlete FILE"
        )
        assert bt.review(sent, recording, athlete).segments[2].metres == pytest.approx(60 * 2 / 3.6)

    def test_of_what_was_rebuilt_nobody_is_told_to_rebuild_it(self) -> None:
        steps = tuple(fuzz_review.written(timeline_of(f"1:00 {WALK}").tree))
        recording = recording_of(laps_of((90, 0)), steps=steps)
        assert "Leave the workout out" in bt.review(timeline_of(f"1:00 {WALK}"), recording).advice
        found = bt.review(bt.expand(bt.workout_in(recording)), recording)
        assert found.why_not.endswith(". Give the workout that was sent, for the athlete it was sent for")

    def test_is_none_where_a_note_had_no_room_for_its_cue(self) -> None:
        steps = (RecordedStep(text=f"1:00 {WALK}"),)
        assert reviewed(f'1:00 {WALK} "look up"', (60, 0), steps=steps).is_matched

    def test_is_none_where_only_the_level_and_so_the_length_of_straddles_differs(self) -> None:
        longer = bt.expand(bt.parse(PAGE), bt.Athlete(level="beginner"))
        steps = tuple(fuzz_review.written(longer.tree))
        assert steps != tuple(fuzz_review.written(timeline_of(PAGE).tree))
        assert reviewed(PAGE, *complete(), steps=steps).is_matched

    def test_is_told_by_its_name_where_the_watch_kept_no_steps(self) -> None:
        found = unsure(PAGE, *complete(), workout_name="Intervals")
        assert "another workout, 'Intervals', and not 'Reset'" in found.reason
        assert unsure(PAGE, *complete(), workout_name="Res").is_matched
        assert unsure(PAGE, *complete(), workout_name="Reset").is_matched

    @pytest.mark.parametrize(
        ("rows", "said"),
        [
            ([(300, 0), (60, 9)], "lap 2 is of step 10 of what the watch followed, which is not there"),
            ([(300, 0), (60, 3)], "lap 2 is of step 4 of what the watch followed, which is a repeat"),
            ([(60, 1), (300, 0)], "lap 2 is of step 1, '5:00 forward walk 5 km/h', which the plan does not"),
            ([(60, 1), (120, 2)] * 3, "lap 5 is of step 2, '1:00 forward jog 8 km/h', which the plan"),
            ([(300, 0), (9, None), (300, 0)], "lap 3 is of step 1"),
        ],
    )
    def test_is_told_by_a_lap_without_a_place(self, rows: list[tuple], said: str) -> None:
        assert said in unsure(PAGE, *rows).reason

    @pytest.mark.parametrize(
        ("page", "rows", "said"),
        [
            (f"1:00 {WALK}", [(63, 0)], "took 1:03"),
            (f"1:00 {WALK}", [(40, 0, "distance"), (50, 0)], "took 1:30"),
            (f"1:00 {WALK}", [(30, 0, "time")], "ended by its time after 0:30"),
        ],
    )
    @pytest.mark.parametrize("review", [reviewed, unsure])
    def test_is_told_by_what_no_time_can_be(self, review, page: str, rows: list[tuple], said: str) -> None:
        found = review(page, *rows)
        assert said in found.reason
        assert "follows another workout" in found.reason

    @pytest.mark.parametrize(
        ("page", "rows", "said"),
        [
            (f"1:00 {WALK}", [(30, 0, "time"), (30, 0, "time")], "lap 2 is of step 1"),
            (f"1:00 {WALK}\n1:00 {JOG}", [(30, 0, "distance"), (30, 1)], "ended by a distance"),
            (f"400 m {WALK}", [(288, 0, "time", 400.0)], "ended by a time"),
            (f"lap {WALK}", [(60, 0, "time")], "ended by a time"),
            (f"1:00 {BACK}", [(30, 0, "time"), (60, 1, "time")], "ended by a time"),
            (f"1:00 {BACK}", [(30, 0, "distance"), (60, 1, "time")], "ended by a distance"),
            (f"400 m {WALK}", [(800, 0, "distance", 1000.0)], "went 1000 m"),
        ],
    )
    def test_is_told_by_how_a_lap_ended_where_the_watch_kept_no_steps(
        self, page: str, rows: list[tuple], said: str
    ) -> None:
        assert said in unsure(page, *rows).reason
        assert reviewed(page, *rows).is_matched


class TestWithoutSteps:
    def test_as_many_laps_as_segments_that_agree_are_matched_lap_by_lap(self) -> None:
        rows = [(seconds, None, "manual") for seconds, *_ in complete()]
        found = unsure(PAGE, *rows)
        assert found.basis == "laps"
        assert done(found) == [("as planned", (number,)) for number in range(1, 10)]

    def test_laps_that_do_not_agree_are_not_matched_by_them(self) -> None:
        rows = [(seconds + 3 * (at == 1), None) for at, (seconds, *_) in enumerate(complete())]
        assert unsure(PAGE, *rows).basis != "laps"

    def test_a_distance_agrees_by_the_watch_or_by_the_belt(self) -> None:
        page = f"400 m {WALK}\n1:00 {WALK}"
        assert unsure(page, (300, None, None, 401.0), (60,)).basis == "laps"
        assert unsure(page, (289, None, None, 900.0), (60,)).basis == "laps"
        assert unsure(page, (320, None, None, 420.0), (60,)).basis is None

    def test_a_step_until_the_lap_button_has_nothing_to_agree_in(self) -> None:
        found = unsure(f"1:00 {WALK}\nlap {JOG}", (60,), (90,))
        assert "one step of the plan lasts until the lap button: nobody knows when" in found.reason
        assert not unsure("0:30 straddle\n0:30 straddle", (4,), (5,)).is_matched

    def test_laps_with_steps_of_another_workout_are_not_matched_by_their_time(self) -> None:
        steps = (RecordedStep(text=f"1:00 {JOG}"),)
        assert "another workout" in reviewed(f"1:00 {WALK}", (60,), steps=steps).reason

    def test_the_whole_time_is_cut_where_the_plan_says(self) -> None:
        samples = tuple(
            Sample(seconds=at, heart_rate=100 if at < 300 else 150, metres=1.0 * at) for at in range(600)
        )
        found = unsure(
            f"5:00 {WALK}\n5:00 {JOG}", (590, None, None, 700.0), (8,), samples=samples, elapsed_seconds=598
        )
        assert found.basis == "time"
        assert [(each.seconds, each.laps, each.watch_metres) for each in found.segments] == [
            (300, (), None),
            (298, (), None),
        ]
        assert [each.heart_rate for each in found.segments] == [100, 150]
        assert [state for state, _ in done(found)] == ["as planned", "as planned"]

    @pytest.mark.parametrize(
        ("minutes", "seconds", "basis"),
        [
            (5, 295, "time"),
            (5, 294, None),
            (5, 305, "time"),
            (5, 306, None),
            (20, 1188, "time"),
            (20, 1187, None),
        ],
    )
    def test_the_whole_time_agrees_within_a_hundredth_or_five_seconds(
        self, minutes: int, seconds: float, basis: str | None
    ) -> None:
        found = unsure(f"{minutes - 1}:00 {WALK}\n1:00 {JOG}", (seconds,))
        assert found.basis == basis

    def test_a_recording_of_another_length_says_how_long_both_are(self) -> None:
        found = unsure(f"30:00 {WALK}\n1:00 {JOG}", (760,))
        assert found.why_not == (
            "no lap of the recording says which step it is of, and the plan takes 31:00, the recording "
            "12:40. Record it while the watch follows the workout, or press the lap button at the end of "
            "each line"
        )

    def test_a_recording_without_laps_has_its_time(self) -> None:
        assert unsure(f"5:00 {WALK}", seconds=301).basis == "time"
        assert unsure(f"5:00 {WALK}", seconds=0).basis is None

    def test_heart_rates_are_known_behind_a_lap_with_a_pause_and_not_in_it(self) -> None:
        laps = laps_of((200,), (200,), (200,), elapsed=[200, 500, 200])
        samples = tuple(Sample(seconds=at, heart_rate=100 + at // 100) for at in range(900))
        page = f"3:20 {WALK}\n3:20 {JOG}\n1:40 {WALK}\n1:40 {JOG}"
        found = bt.review(timeline_of(page), recording_of(laps, samples=samples, elapsed_seconds=900))
        assert found.basis == "time"
        first, paused, *behind = (each.heart_rate for each in found.segments)
        assert first == pytest.approx(100.5)
        assert paused is None
        assert behind == [pytest.approx(107), pytest.approx(108)]

    def test_heart_rates_are_unknown_where_nobody_knows_of_pauses(self) -> None:
        samples = tuple(Sample(seconds=at, heart_rate=100) for at in range(600))
        found = unsure(f"5:00 {WALK}\n5:00 {JOG}", seconds=600, samples=samples)
        assert found.basis == "time"
        assert [each.heart_rate for each in found.segments] == [None, None]


@pytest.mark.parametrize("seed", range(12))
def test_the_file_of_a_watch_is_reviewed_as_what_it_recorded(seed: int) -> None:
    random = Random(seed)
    workout = fuzz_review.a_workout(random)
    timeline = bt.expand(workout)
    habits = fuzz_review.some_habits(random)._replace(triggers=True, keeps="lines", paused=0.3, left_out=0.0)
    history = fuzz_review.a_history(timeline, habits, random)
    read = bt.recording_from_bytes(fuzz_review.as_file(history.recording), "today.fit")
    assert bt.workout_in(read) == workout
    found = bt.review(timeline, read)
    assert fuzz_review.wrong_with(history, found) == []


@given(workouts(), st.integers(0, 10**6))
@settings(max_examples=100)
def test_whatever_is_followed_in_whatever_legal_way_the_right_segments_come_back(workout, seed) -> None:
    timeline, random = bt.expand(workout), Random(seed)
    history = fuzz_review.a_history(timeline, fuzz_review.some_habits(random), random)
    if history.passes:
        assert fuzz_review.wrong_with(history, bt.review(timeline, history.recording)) == []


@given(st.integers(0, 10**6))
@settings(max_examples=100)
def test_no_recording_is_rebuilt_or_matched_wrongly(seed: int) -> None:
    assert fuzz_review.follow(Random(seed)) == []


def test_the_tool_counts_what_it_followed_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz_review.main(["20"]) == 0
    assert "20 workouts followed, 0 reviewed wrongly" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (by_steps, "TAIL_SECONDS", 60.0),
        (by_steps._SoFar, "is_nearer_than", lambda *_: False),
        (by_steps._Matching, "_is_tail", lambda *_: True),
        (impossible, "SECONDS_TOLERANCE", -5.0),
        (reviewing, "refuse_another_workout", lambda *_: None),
        (plan, "_is_same", lambda *_: True),
        (plan, "_other_fitting", lambda *_: ""),
        (without_steps, "_agree", lambda *_: True),
        (without_steps, "TOTAL_SECONDS", 1000.0),
    ],
)
def test_the_properties_notice_a_broken_rule(monkeypatch, module, name: str, value) -> None:
    """A property that cannot fail proves nothing: each of these breaks one rule of matching."""
    monkeypatch.setattr(module, name, value)
    assert any(fuzz_review.follow(Random(seed)) for seed in range(200))
