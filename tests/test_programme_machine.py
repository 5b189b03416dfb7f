"""The state machine: from what happened to the next rung, and why."""

from __future__ import annotations

import datetime as dt

import pytest

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.errors import UsageError
from backtrack_plugins.levels import WORKOUTS_BEFORE
from backtrack_plugins.programme import Outcome, Programme, new_programme
from backtrack_plugins.units import Speed

WEDNESDAY = dt.date(2026, 12, 2)
PASS = "rpe 12, all done"
HARD = "rpe 15, all done"
SHORT = "rpe 12, cut short"
FALL = "rpe 12, all done, stumble"


def programme_of(level="first-timer", **athlete) -> Programme:
    return new_programme(Athlete(level=level, **athlete), WEDNESDAY)


def told(programme: Programme, *outcomes: str) -> Programme:
    """The programme after outcomes that are each told on the planned day."""
    for outcome in outcomes:
        programme = programme.record(Outcome.of(outcome), today=programme.pending.date).programme
    return programme


def after(*outcomes: str, level="first-timer", **athlete) -> tuple[int, bool, str]:
    programme = told(programme_of(level, **athlete), *outcomes)
    return programme.pending.rung, programme.pending.grip, programme.standing.reason


class TestTheGate:
    def test_passed_is_one_rung_up(self) -> None:
        assert after(PASS) == (2, False, "All bouts done at RPE 12: one rung up.")

    @pytest.mark.parametrize(
        ("outcome", "why"),
        [
            (HARD, "RPE 15 (above 13)"),
            (SHORT, "Bouts cut short"),
            ("rpe 9, all done, sore", "Sore for more than 48 hours"),
        ],
    )
    def test_failed_once_is_the_same_again_on_the_same_rail(self, outcome: str, why: str) -> None:
        assert after(PASS, outcome) == (2, False, f"{why}: the same rung again.")

    def test_failed_twice_in_a_row_on_a_rung_is_one_back(self) -> None:
        rung, grip, reason = after(PASS, PASS, HARD, SHORT)
        assert (rung, grip) == (2, False)
        assert reason == "Bouts cut short, and not passed twice in a row: one rung back."

    def test_failed_twice_but_not_in_a_row_is_the_same_again(self) -> None:
        assert after(PASS, HARD, PASS, HARD)[0] == 3

    def test_failed_after_the_same_rung_was_passed_is_the_same_again(self) -> None:
        assert after(*[PASS] * 14)[0] == 14, "held there until sixteen are done"
        assert after(*[PASS] * 14, HARD)[0] == 14

    def test_failing_once_more_on_the_lower_rung_is_the_same_again(self) -> None:
        assert after(PASS, PASS, HARD, HARD, HARD)[0] == 2

    @pytest.mark.parametrize("word", ["stumble", "key stop", "pain"])
    def test_stumble_key_stop_and_pain_are_one_back_with_the_first_bout_on_the_rail(self, word: str) -> None:
        rung, grip, reason = after(PASS, PASS, f"rpe 9, all done, {word}")
        assert (rung, grip) == (2, True)
        assert word in reason
        assert "both hands grip the rails in the first bout" in reason

    def test_the_rail_stays_until_the_gate_is_passed(self) -> None:
        assert after(FALL, HARD)[1] is True
        assert after(FALL, HARD, PASS)[1] is False

    def test_nobody_goes_below_the_first_rung(self) -> None:
        assert after(FALL, FALL, HARD, HARD)[:2] == (1, True)
        assert "this is the first rung" in after(FALL)[2]


class TestLevels:
    def test_the_next_level_opens_by_its_rule(self) -> None:
        assert after(PASS, PASS, PASS) == (
            4, False, "All bouts done at RPE 12: one rung up, into level beginner.",
        )  # fmt: skip

    @pytest.mark.parametrize("fall", [FALL, "rpe 12, all done, key stop"])
    def test_a_stumble_or_key_stop_in_the_last_three_keeps_a_level_shut(self, fall: str) -> None:
        rung, _, reason = after(PASS, fall, PASS, PASS, PASS)
        assert rung == 4, reason
        rung, _, reason = after(PASS, PASS, fall, PASS, PASS)
        assert rung == 3
        assert "level beginner asks for three workouts without a stumble or key stop" in reason

    def test_workouts_that_were_cut_short_do_not_count(self) -> None:
        programme = told(programme_of("beginner"), SHORT, PASS, PASS, PASS)
        assert programme.pending.rung == 7, "three before, and three since"
        assert after(*[PASS] * 15, PASS)[0] == 15
        rung, _, reason = after(*[PASS] * 14, SHORT, PASS)
        assert rung == 14
        assert "(15 so far)" in reason

    def test_advanced_asks_for_sixteen_workouts(self) -> None:
        programme = told(programme_of(), *[PASS] * 14)
        assert programme.pending.rung == 14
        assert "level advanced asks for 16 workouts done (14 so far)." in programme.standing.reason
        assert told(programme, PASS).pending.rung == 14
        assert told(programme, PASS, PASS).pending.rung == 15

    @pytest.mark.parametrize(
        ("level", "rung"), [("first-timer", 1), ("beginner", 4), ("intermediate", 6), ("advanced", 6)]
    )
    def test_each_begins_on_a_rung_of_its_own(self, level, rung: int) -> None:
        assert programme_of(level).pending.rung == rung

    @pytest.mark.parametrize("level", ["intermediate", "advanced"])
    def test_what_a_level_stands_for_counts(self, level) -> None:
        assert programme_of(level).plan.workouts_before == WORKOUTS_BEFORE[level]
        assert after(PASS, level=level)[0] == 7

    def test_an_advanced_athlete_needs_no_more_than_to_be_strong(self) -> None:
        assert after(*[PASS] * 9, level="advanced")[0] == 15

    def test_the_last_rung_stays(self) -> None:
        rung, _, reason = after(*[PASS] * 26)
        assert rung == 23
        assert "the last rung" in reason

    def test_an_easy_walk_that_keeps_the_belt_slow_holds_a_level_shut_and_is_told(self) -> None:
        rung, _, reason = after(*[PASS] * 4, level="beginner", easy_walk=Speed("4 km/h"))
        assert rung == 6
        assert "2 minutes hands free at 3.2 km/h (2.0 mph)" in reason
        assert "your easy walk of 4 km/h keeps the belt at 2.8 km/h" in reason

    def test_two_miles_an_hour_are_steady(self) -> None:
        assert after(*[PASS] * 3, level="beginner", units="imperial", easy_walk=Speed("3 mph"))[0] == 7


class TestMissedWeeks:
    @pytest.mark.parametrize(("weeks", "back"), [(1, 0), (2, 0), (3, 1), (4, 2), (5, 2), (6, 3), (40, 4)])
    def test_more_than_two_are_one_rung_back_for_two(self, weeks: int, back: int) -> None:
        programme = told(programme_of(), *[PASS] * 4)
        assert programme.pending.rung == 5
        today = programme.pending.date + dt.timedelta(weeks=weeks)
        missed = programme.record(Outcome.of("missed"), today=today).programme
        assert missed.pending.rung == 5 - back
        assert missed.pending.date == today
        assert missed.done == programme.done

    def test_are_counted_together_however_they_are_told(self) -> None:
        programme = told(programme_of(), PASS, PASS)
        one_by_one = told(programme, "missed", "missed", "missed", "missed")
        day = programme.pending.date + dt.timedelta(weeks=4)
        assert programme.record(Outcome.of("missed"), today=day).programme == one_by_one

    def test_come_on_top_of_a_fall(self) -> None:
        programme = told(programme_of(), *[PASS] * 4)
        today = programme.pending.date + dt.timedelta(days=31)
        recorded = programme.record(Outcome.of(FALL), programme.pending.date, today=today)
        assert (recorded.programme.pending.rung, recorded.programme.pending.grip) == (2, True)
        assert "A stumble: one rung back" in recorded.reason
        assert "4 weeks missed: 2 rungs back." in recorded.reason

    def test_before_the_first_workout_count_from_the_start(self) -> None:
        programme = programme_of("beginner")
        missed = programme.record(Outcome.of("missed"), today=WEDNESDAY + dt.timedelta(weeks=3))
        assert missed.programme.pending.rung == 3

    def test_up_to_two_are_told_to_change_nothing(self) -> None:
        missed = programme_of().record(Outcome.of("missed"), today=WEDNESDAY)
        assert missed.reason == "Nothing was done. 1 week missed: up to two change nothing."


class TestDates:
    @pytest.mark.parametrize(
        ("days_late", "following"),
        [(0, 7), (1, 7), (5, 7), (6, 14), (7, 14), (11, 14), (-1, 7), (-5, 7)],
    )
    def test_the_next_is_the_first_slot_after_48_hours_and_after_the_planned_day(
        self, days_late, following
    ) -> None:
        programme = told(programme_of(), PASS)
        planned = programme.pending.date
        day = planned + dt.timedelta(days=days_late)
        recorded = programme.record(Outcome.of(PASS), today=day).programme
        assert recorded.done[-1].on == min(day, planned)
        recorded = programme.record(Outcome.of(PASS), day, today=day).programme
        assert recorded.pending.date == planned + dt.timedelta(days=following)

    def test_the_next_is_never_in_the_past(self) -> None:
        today = WEDNESDAY + dt.timedelta(days=22)
        recorded = programme_of().record(Outcome.of(PASS), today=today).programme
        assert recorded.pending.date == WEDNESDAY + dt.timedelta(days=28)

    def test_missed_today_is_the_next_week(self) -> None:
        assert told(programme_of(), "missed").pending.date == WEDNESDAY + dt.timedelta(days=7)

    @pytest.mark.parametrize(
        ("outcome", "on", "today", "said"),
        [
            (PASS, dt.date(2026, 12, 10), dt.date(2026, 12, 9), "still to come"),
            (PASS, dt.date(2026, 12, 2), dt.date(2026, 12, 9), "was done on 2026-12-02"),
            (PASS, dt.date(2026, 12, 1), dt.date(2026, 12, 9), "was done on 2026-12-02"),
            ("missed", None, dt.date(2026, 12, 8), "still to come; nothing is missed"),
            ("missed", dt.date(2026, 12, 9), dt.date(2026, 12, 9), "leave --on out"),
        ],
    )
    def test_that_cannot_be_are_refused(self, outcome: str, on, today: dt.date, said: str) -> None:
        programme = told(programme_of(), PASS)
        with pytest.raises(UsageError, match=said):
            programme.record(Outcome.of(outcome), on, today=today)


class TestPlanning:
    def test_every_gate_is_assumed_to_be_passed(self) -> None:
        weeks = programme_of().sessions
        assert [week.rung.number for week in weeks] == [1, 2, 3, 4, 5, 6, 7, 8]
        assert [week.state for week in weeks] == ["pending", *["planned"] * 7]
        assert [week.date for week in weeks] == [WEDNESDAY + dt.timedelta(weeks=n) for n in range(8)]

    def test_levels_that_stay_shut_are_planned_as_such(self) -> None:
        weeks = programme_of(easy_walk=Speed("4 km/h")).sessions
        assert [week.rung.number for week in weeks] == [1, 2, 3, 4, 5, 6, 6, 6]

    def test_it_goes_on_after_the_last_planned_week(self) -> None:
        programme = told(programme_of(), *[PASS] * 8)
        assert [week.state for week in programme.sessions] == [*["done"] * 8, "pending"]
        assert programme.pending_week.rung.number == 9

    @pytest.mark.parametrize("weeks", [0, -1, 53])
    def test_for_no_week_or_years_is_refused(self, weeks: int) -> None:
        with pytest.raises(UsageError, match="1 to 52 weeks"):
            new_programme(Athlete(level="beginner"), WEDNESDAY, weeks=weeks)

    def test_nobody_without_a_level_gets_a_programme(self) -> None:
        with pytest.raises(UsageError, match="backtrack level"):
            new_programme(Athlete(), WEDNESDAY)

    def test_no_child_gets_a_programme(self) -> None:
        with pytest.raises(UsageError, match="not for children"):
            new_programme(Athlete(level="beginner", age_group="under-13"), WEDNESDAY)

    @pytest.mark.parametrize("easy_walk", ["1.6 km/h", "0.9 mph", "10.1 km/h", "6.3 mph"])
    def test_an_easy_walk_that_is_none_is_refused(self, easy_walk: str) -> None:
        with pytest.raises(UsageError, match="easy_walk"):
            new_programme(Athlete(level="beginner", easy_walk=Speed(easy_walk)), WEDNESDAY)
