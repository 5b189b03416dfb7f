"""A week: the athlete's own run, the bouts of a rung, a cool-down."""

from __future__ import annotations

import datetime as dt

import pytest

import backtrack_plugins as bt
from backtrack_plugins.athlete import Athlete, Treadmill
from backtrack_plugins.checking import bouts, check_rules
from backtrack_plugins.errors import InvalidWorkout, UnsafeWorkout, UsageError
from backtrack_plugins.programme import new_programme, problems_of
from backtrack_plugins.programme.ladder import RUNGS
from backtrack_plugins.programme.plan import Plan
from backtrack_plugins.programme.week import week_workout
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import Incline, Speed

WEDNESDAY = dt.date(2026, 12, 2)
JOG = bt.parse("name: Jog\n25:00 forward jog 8 km/h easy\n")


def plan_of(**fields) -> Plan:
    return Plan(**{"start": WEDNESDAY, "weeks": 8, "level": "first-timer", **fields})


def page(number: int, *, grip: bool = False, **fields) -> list[str]:
    """The lines of a week below its headers."""
    return bt.write(week_workout(plan_of(**fields), 3, number, grip=grip)).split("\n\n")[1].splitlines()


def test_without_a_run_a_walk_of_twenty_minutes_comes_first() -> None:
    assert page(1) == [
        "20:00 forward walk 4.5 km/h",
        "1:00 backward walk 1.6 km/h grip rail",
        "0:30 straddle",
        "1:00 backward walk 1.6 km/h grip rail",
        "0:30 straddle",
        "1:00 backward walk 1.6 km/h light rail",
        "3:00 forward walk 4.5 km/h",
    ]


def test_after_a_run_a_walk_leads_in() -> None:
    assert page(8, run=JOG, units="imperial") == [
        "25:00 forward jog 8 km/h easy",
        "2:00 forward walk 2.8 mph",
        "1:00 backward walk 1.5 mph light rail",
        "0:20 straddle",
        "3:00 backward walk 2.2 mph 2% hands free",
        "0:20 straddle",
        "3:00 backward walk 2.2 mph 2% hands free",
        "3:00 forward walk 2.8 mph",
    ]


def test_a_run_that_ends_walking_leads_in_by_itself() -> None:
    run = bt.parse("name: Easy\n20:00 forward jog 8 km/h\n2:00 forward walk 5 km/h\n")
    assert page(1, run=run)[:3] == [
        "20:00 forward jog 8 km/h",
        "2:00 forward walk 5 km/h",
        "1:00 backward walk 1.6 km/h grip rail",
    ]


def test_repeats_of_the_run_stay_repeats() -> None:
    run = bt.parse(
        "name: Fast\n9:00 forward jog 8 km/h\n5x\n  1:00 forward run 12 km/h\n  1:00 forward jog 8 km/h\n"
    )
    assert "5x" in page(1, run=run)


def test_after_a_short_run_the_cool_down_grows_by_minutes_until_the_share_holds() -> None:
    run = bt.parse("name: Short\n5:00 forward walk 4.5 km/h\n")
    lines = page(2, run=run)
    assert lines[-1] == "10:00 forward walk 4.5 km/h"
    workout = week_workout(plan_of(run=run), 2, 2, grip=False)
    assert not [problem for problem in check_rules(expand(workout)) if problem.code == "BT205"]
    shorter = bt.parse(bt.write(workout).replace("10:00", "9:00"))
    assert [problem for problem in check_rules(expand(shorter)) if problem.code == "BT205"]


def test_walks_are_no_faster_than_the_easy_walk() -> None:
    lines = page(1, easy_walk=Speed("3.5 km/h"))
    assert lines[0] == "20:00 forward walk 3.5 km/h"
    assert lines[-1] == "3:00 forward walk 3.5 km/h"
    assert page(1, easy_walk=Speed("6 km/h"))[-1] == "3:00 forward walk 4.5 km/h"


@pytest.mark.parametrize(
    ("number", "units", "easy_walk", "speed"),
    [
        (3, "metric", "4.4 km/h", "2.2 km/h"),
        (3, "metric", "4.8 km/h", "2.4 km/h"),
        (3, "imperial", "2.9 mph", "1.4 mph"),
        (4, "metric", "4 km/h", "2 km/h"),
        (5, "metric", "3.9 km/h", "2.7 km/h"),
        (5, "metric", "4 km/h", "2.8 km/h"),
        (9, "imperial", "3 mph", "2.1 mph"),
    ],
)
def test_no_bout_is_faster_than_its_share_of_the_easy_walk(number, units, easy_walk, speed) -> None:
    lines = page(number, units=units, easy_walk=Speed(easy_walk))
    assert f" {speed} " in lines[-2]


def test_on_grip_the_first_bout_alone_changes() -> None:
    plain, gripped = page(8), page(8, grip=True)
    changed = [(old, new) for old, new in zip(plain, gripped, strict=True) if old != new]
    assert changed == [
        ("1:00 backward walk 2.4 km/h light rail", "1:00 backward walk 2.4 km/h grip rail"),
    ]


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: str(rung.number))
def test_on_a_treadmill_too_coarse_to_tell_speeds_apart_bouts_stay_apart(rung) -> None:
    treadmill = Treadmill(speed_increment=Speed("1.6 km/h"), incline_increment=Incline("5%"))
    athlete = Athlete(level=rung.level, treadmill=treadmill)
    timeline = expand(week_workout(plan_of(), 1, rung.number, grip=False), athlete)
    assert [bout.seconds for bout in bouts(timeline)] == [bout.seconds for bout in rung.bouts]


def test_pages_are_in_canonical_form_and_read_back() -> None:
    for number in range(1, 24):
        for units in ("metric", "imperial"):
            workout = week_workout(plan_of(units=units, run=JOG), 2, number, grip=True)
            text = bt.write(workout)
            assert bt.parse(text) == workout
            assert bt.format_page(text) == text


class TestRunsThatCannotBeAttached:
    def test_are_refused_with_every_step_that_is_not_forward(self) -> None:
        text = (
            "name: Mixed\n\n5:00 forward walk 5 km/h\n2x\n  1:00 backward walk 2 km/h grip rail\n"
            "  5:00 forward walk 5 km/h\n0:30 straddle\n1:00 left walk 1 km/h grip rail\n"
        )
        with pytest.raises(UsageError) as refusal:
            new_programme(Athlete(level="beginner"), WEDNESDAY, run=bt.parse(text, file="mixed.backtrack"))
        lines = str(refusal.value).splitlines()
        assert [line.partition(": ")[0] for line in lines] == [
            "mixed.backtrack:5",
            "mixed.backtrack:7",
            "mixed.backtrack:8",
        ]
        assert all("forward steps alone" in line for line in lines)

    def test_are_told_by_step_when_they_came_from_no_file(self) -> None:
        run = bt.parse("name: A\n9:00 forward walk 5 km/h\n1:00 left walk 1 km/h grip rail\n")
        run = bt.from_mapping(bt.to_mapping(run))
        with pytest.raises(UsageError, match="step 2: 1:00 left walk"):
            new_programme(Athlete(level="beginner"), WEDNESDAY, run=run)

    def test_are_those_too_long_to_add_anything_to(self) -> None:
        run = bt.parse("name: Long\n9999x\n  0:10 forward walk 5 km/h\n")
        with pytest.raises(InvalidWorkout, match="10000 segments"):
            new_programme(Athlete(level="beginner"), WEDNESDAY, run=run)


def test_a_treadmill_that_cannot_go_as_slow_gets_no_programme() -> None:
    athlete = Athlete(level="first-timer", treadmill=Treadmill(slowest=Speed("2 km/h")))
    with pytest.raises(UnsafeWorkout, match=r"week-01\.backtrack: step 2: error BT901"):
        new_programme(athlete, WEDNESDAY)


def test_what_the_rules_say_of_the_athlete_is_told_once() -> None:
    athlete = Athlete(level="first-timer", age_group="65-and-over")
    problems = problems_of(new_programme(athlete, WEDNESDAY), athlete)
    assert [problem.code for problem in problems if problem.severity != "info"] == ["BT604", "BT605"]
    assert {problem.where.file for problem in problems if problem.severity != "info"} == {"week-01.backtrack"}
