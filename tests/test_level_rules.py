"""What each level may do, in both units, and the rules about hands, warm-up and energy in detail."""

from __future__ import annotations

from typing import Any

import pytest

import backtrack_plugins as bt
from backtrack_plugins.checking import RULE_OF, bouts, check_rules
from backtrack_plugins.levels import LIMITS, WORKOUTS_BEFORE, Experience, level_of
from backtrack_plugins.workout import LEVELS, Level

WARM_UP = "60:00 forward jog 8 km/h"

# Written down once more, by hand: what the levels allow, and the first value beyond, in each unit.
SPEEDS: list[tuple[Level, str, str, tuple[str, ...], tuple[str, ...]]] = [
    ("first-timer", "BT101", "backward walk", ("2.4 km/h", "1.5 mph"), ("2.4001 km/h", "1.5001 mph")),
    ("beginner", "BT101", "backward walk", ("3.2 km/h", "2 mph"), ("3.2001 km/h", "2.0001 mph")),
    ("intermediate", "BT101", "backward walk", ("4.8 km/h", "3 mph"), ("4.8001 km/h", "3.0001 mph")),
    ("advanced", "BT101", "backward walk", ("5.8 km/h", "3.6 mph"), ("5.8001 km/h", "3.6001 mph")),
    ("first-timer", "BT103", "backward jog", (), ("0.8 km/h", "4 mph")),
    ("beginner", "BT103", "backward run", (), ("0.8 km/h", "4 mph")),
    ("intermediate", "BT103", "backward jog", ("6 km/h", "3.7 mph"), ("6.0001 km/h", "3.7001 mph")),
    ("advanced", "BT103", "backward run", ("8 km/h", "5 mph"), ("8.0001 km/h", "5.0001 mph")),
    ("first-timer", "BT105", "left walk", ("1.6 km/h", "1 mph"), ("1.6001 km/h", "1.0001 mph")),
    ("beginner", "BT105", "right walk", ("2.4 km/h", "1.5 mph"), ("2.4001 km/h", "1.5001 mph")),
    ("intermediate", "BT105", "left walk", ("3.2 km/h", "2 mph"), ("3.2001 km/h", "2.0001 mph")),
    ("advanced", "BT105", "right walk", ("4 km/h", "2.5 mph"), ("4.0001 km/h", "2.5001 mph")),
    ("first-timer", "BT105", "left jog", (), ("0.8 km/h",)),
    ("beginner", "BT105", "right jog", (), ("0.8 km/h",)),
    ("intermediate", "BT105", "left run", (), ("0.8 km/h",)),
    ("advanced", "BT105", "right jog", ("6.5 km/h", "4 mph"), ("6.5001 km/h", "4.0001 mph")),
]
MINUTES: dict[Level, tuple[int, int, int]] = {
    "first-timer": (2, 4, 20),
    "beginner": (3, 6, 25),
    "intermediate": (5, 8, 33),
    "advanced": (8, 12, 40),
}
INCLINES: dict[Level, str] = {"first-timer": "0", "beginner": "0", "intermediate": "4", "advanced": "8"}

each_level = pytest.mark.parametrize("level", LEVELS)


def problems_of(*lines: str, level: Level, **athlete: Any) -> tuple[bt.Problem, ...]:
    who = bt.Athlete(level=level, **athlete)
    return check_rules(bt.expand(bt.parse("\n".join(["name: A", *lines])), who), who)


def severities(code: str, *lines: str, level: Level = "first-timer", **athlete: Any) -> list[str]:
    return [p.severity for p in problems_of(*lines, level=level, **athlete) if p.code == code]


class TestSpeed:
    @pytest.mark.parametrize(("level", "code", "how", "inside", "outside"), SPEEDS)
    def test_ends_at_the_levels_limit_in_the_unit_it_is_written_in(
        self, level: Level, code: str, how: str, inside: tuple[str, ...], outside: tuple[str, ...]
    ) -> None:
        for speed in inside:
            assert severities(code, WARM_UP, f"1:00 {how} {speed} light rail", level=level) == []
        for speed in outside:
            assert severities(code, WARM_UP, f"1:00 {how} {speed} light rail", level=level) == ["error"]

    @each_level
    def test_of_a_lower_level_is_allowed_at_every_higher_one(self, level: Level) -> None:
        lower = LIMITS[level]
        for higher in LEVELS[LEVELS.index(level) :]:
            limits = LIMITS[higher]
            assert limits.backward_walk >= lower.backward_walk
            assert limits.sideways_walk >= lower.sideways_walk
            assert limits.bout_seconds >= lower.bout_seconds
            assert limits.total_seconds >= lower.total_seconds
            assert limits.share_percent >= lower.share_percent
            assert limits.backward_incline >= lower.backward_incline
            assert limits.first_rails >= lower.first_rails
            assert limits.per_week >= lower.per_week

    @pytest.mark.parametrize(
        ("how", "found"),
        [
            ("backward walk 5.9 km/h", []),
            ("backward walk 3.7 mph", []),
            ("backward walk 5.9001 km/h", ["warning"]),
            ("backward jog 4.5 km/h", []),
            ("backward jog 2.8 mph", []),
            ("backward run 4.4999 km/h", ["warning"]),
            ("backward jog 2.7999 mph", ["warning"]),
            ("left jog 4 km/h", []),
            ("left walk 6 km/h", []),
        ],
    )
    def test_fits_what_the_gait_is_called(self, how: str, found: list[str]) -> None:
        assert severities("BT107", WARM_UP, f"1:00 {how} light rail") == found

    @pytest.mark.parametrize(
        ("level", "how", "found"),
        [
            ("first-timer", "backward walk 2.5 km/h", []),
            ("first-timer", "backward walk 2.5001 km/h", ["warning"]),
            ("beginner", "backward walk 3.5 km/h", []),
            ("beginner", "backward walk 3.5001 km/h", ["warning"]),
            ("advanced", "left walk 3.6 km/h", ["warning"]),
            ("advanced", "backward jog 7 km/h", []),
            ("advanced", "backward jog 7.1 km/h", ["warning"]),
            ("advanced", "forward walk 5 km/h", []),
        ],
    )
    def test_is_held_against_the_athletes_own(self, level: Level, how: str, found: list[str]) -> None:
        easy = {"easy_walk": bt.Speed("5 km/h"), "easy_run": bt.Speed("10 km/h")}
        assert severities("BT108", WARM_UP, f"1:00 {how} light rail", level=level, **easy) == found

    def test_of_an_unknown_athlete_is_held_against_nothing(self) -> None:
        assert severities("BT108", WARM_UP, "1:00 backward walk 6 km/h light rail") == []


class TestDose:
    @each_level
    def test_bout_and_total_end_at_the_levels_minutes(self, level: Level) -> None:
        bout, total, _share = MINUTES[level]
        step = "backward walk 2 km/h grip rail"
        assert severities("BT201", WARM_UP, f"{bout}:00 {step}", level=level) == []
        assert severities("BT201", WARM_UP, f"{bout}:01 {step}", level=level) == ["error"]
        halves = [f"{total // 2}:00 {step}", "0:30 straddle"]
        assert severities("BT202", WARM_UP, *halves, f"{total // 2}:00 {step}", level=level) == []
        assert severities("BT202", WARM_UP, *halves, f"{total // 2}:01 {step}", level=level) == ["error"]

    @each_level
    def test_share_ends_at_the_levels_percent(self, level: Level) -> None:
        _bout, _total, percent = MINUTES[level]
        straddle = LIMITS[level].straddle.seconds or 0
        turned = percent * 6  # of ten minutes, so that a percent is six seconds
        rest = 600 - turned - straddle
        lines = f"{turned} s backward walk 2 km/h grip rail"
        assert severities("BT205", f"{rest} s forward walk 5 km/h", lines, level=level) == []
        assert severities("BT205", f"{rest - 6} s forward walk 5 km/h", lines, level=level) == ["warning"]

    def test_a_bout_goes_on_over_a_direction_and_a_straddle_too_short_to_be_one(self) -> None:
        step = "1:01 backward walk 2 km/h grip rail"
        assert severities("BT201", WARM_UP, step, step) == ["error"]
        assert severities("BT201", WARM_UP, step, "0:09 straddle", step) == ["error"]
        assert severities("BT201", WARM_UP, step, "0:10 straddle", step) == []

    def test_the_straddle_placed_in_a_repeat_ends_each_bout(self) -> None:
        timeline = bt.expand(bt.parse(f"name: A\n{WARM_UP}\n3x\n  1:00 backward walk 2 km/h grip rail"))
        assert [bout.seconds for bout in bouts(timeline)] == [60.0, 60.0, 60.0]

    def test_a_bout_in_the_middle_is_not_found_where_times_are_unknown(self) -> None:
        middle = (WARM_UP, "1:00 backward walk 2 km/h grip rail", WARM_UP)
        assert severities("BT206", *middle) == ["info"]
        assert severities("BT206", *middle, "lap forward walk 5 km/h") == []


class TestHands:
    @pytest.mark.parametrize(
        ("level", "rail", "found"),
        [
            ("first-timer", "grip rail", []),
            ("first-timer", "light rail", ["error"]),
            ("first-timer", "hands free", ["error"]),
            ("beginner", "grip rail", []),
            ("beginner", "light rail", []),
            ("beginner", "hands free", ["error"]),
            ("intermediate", "light rail", []),
            ("intermediate", "hands free", ["warning"]),
            ("advanced", "hands free", []),
        ],
    )
    def test_begin_on_the_rail(self, level: Level, rail: str, found: list[str]) -> None:
        assert severities("BT301", WARM_UP, f"1:00 backward walk 2 km/h {rail}", level=level) == found

    def test_a_first_timer_may_let_go_after_the_first_bout_and_is_told(self) -> None:
        lines = [
            WARM_UP,
            "1:00 backward walk 2 km/h grip rail",
            "0:30 straddle",
            "1:00 backward walk 2 km/h hands free",
            "3:00 forward walk 5 km/h",
        ]
        found = problems_of(*lines, level="first-timer", safety_acknowledged=True)
        assert [(problem.code, problem.severity) for problem in found] == [("BT302", "info")]

    def test_letting_go_within_the_first_bout_is_not_after_it(self) -> None:
        grip, free = (f"1:00 backward walk 2 km/h {rail}" for rail in ("grip rail", "hands free"))
        assert severities("BT301", WARM_UP, grip, free) == ["error"]
        assert severities("BT302", WARM_UP, grip, free) == []

    @pytest.mark.parametrize("level", ["first-timer", "beginner"])
    def test_below_intermediate_may_hold_on_throughout(self, level: Level) -> None:
        assert severities("BT303", WARM_UP, "1:00 left walk 1 km/h grip rail", level=level) == []

    def test_gripping_uphill_is_warned_of_forward_too(self) -> None:
        assert severities("BT304", WARM_UP, "1:00 forward walk 5 km/h 5% grip rail") == ["warning"]
        assert severities("BT304", WARM_UP, "1:00 forward walk 5 km/h 5% light rail") == []
        assert severities("BT304", WARM_UP, "1:00 forward walk 5 km/h grip rail") == []


class TestIncline:
    @each_level
    def test_ends_at_the_levels_percent(self, level: Level) -> None:
        most = INCLINES[level]
        assert (
            severities("BT401", WARM_UP, f"1:00 backward walk 2 km/h {most}% light rail", level=level) == []
        )
        beyond = f"1:00 backward walk 2 km/h {most}.1% light rail"
        assert severities("BT401", WARM_UP, beyond, level=level) == ["error"]
        assert severities("BT401", WARM_UP, "1:00 forward walk 5 km/h 12%", level=level) == []


GRIP = "1:00 backward walk 2 km/h grip rail"


class TestAround:
    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            ([GRIP, WARM_UP], ["warning"]),
            (["0:30 straddle", GRIP, WARM_UP], ["warning"]),
            (["200 m forward walk 4 km/h", GRIP], []),
            (["199 m forward walk 4 km/h", GRIP], ["warning"]),
            (["1:00 forward walk 4 km/h", "5:00 straddle", "1:59 forward walk 4 km/h", GRIP], ["warning"]),
            (["lap forward walk 4 km/h", GRIP], []),
            ([WARM_UP], []),
        ],
    )
    def test_three_minutes_forward_warm_up(self, lines: list[str], found: list[str]) -> None:
        assert severities("BT601", *lines) == found

    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            (["3:00 forward jog 8 km/h hard", GRIP], ["warning"]),
            (["3:00 forward jog 8 km/h rpe 15", GRIP], ["warning"]),
            (["3:00 forward jog 8 km/h rpe 14", GRIP], []),
            (["3:00 forward run 14 km/h easy", GRIP], []),
            (["3:00 forward run 10 km/h", GRIP], []),
            (["3:00 forward run 10.1 km/h", GRIP], ["warning"]),
            (["3:00 forward run 6.2 mph", GRIP], []),
            (["3:00 forward run 6.3 mph", GRIP], ["warning"]),
            (["3:00 forward run 12 km/h", "1:00 forward walk 5 km/h", "1:00 straddle", GRIP], ["warning"]),
            (["3:00 forward run 12 km/h", "lap forward walk 5 km/h", GRIP], []),
            (["3:00 forward run 12 km/h", "2:00 forward walk 5 km/h", GRIP, "0:30 straddle", GRIP], []),
            (["2x", "  2:00 forward walk 5 km/h", f"  {GRIP}", "  1:00 forward run 12 km/h"], []),
            (["2x", "  1:00 forward walk 5 km/h", f"  {GRIP}", "  1:00 forward run 12 km/h"], ["warning"]),
        ],
    )
    def test_two_easy_minutes_lie_between_hard_and_turning(self, lines: list[str], found: list[str]) -> None:
        assert severities("BT602", *lines) == found

    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            ([WARM_UP, GRIP], ["info"]),
            ([WARM_UP, GRIP, "2:00 forward walk 5 km/h"], []),
            ([WARM_UP, GRIP, "lap forward walk 5 km/h"], []),
            ([WARM_UP], []),
        ],
    )
    def test_two_minutes_forward_cool_down(self, lines: list[str], found: list[str]) -> None:
        assert severities("BT603", *lines) == found


class TestAthlete:
    def test_nobody_known_is_asked_nothing(self) -> None:
        timeline = bt.expand(bt.parse(f"name: A\n{WARM_UP}\n{GRIP}"))
        assert {problem.code for problem in check_rules(timeline)} == {"BT603"}

    @pytest.mark.parametrize("code", ["BT604", "BT605"])
    def test_is_asked_nothing_about_a_forward_workout(self, code: str) -> None:
        assert severities(code, WARM_UP, age_group="under-13", supervised_only=True) == []

    @pytest.mark.parametrize(
        ("athlete", "found"),
        [
            ({"age_group": "under-13"}, ["error"]),
            ({"age_group": "13-17"}, []),
            ({"age_group": "18-64"}, []),
            ({"age_group": "65-and-over"}, ["warning"]),
            ({"supervised_only": True}, ["warning"]),
            ({"supervised_only": True, "age_group": "under-13"}, ["error"]),
            ({}, []),
        ],
    )
    def test_age_and_their_own_word_count(self, athlete: dict[str, Any], found: list[str]) -> None:
        assert severities("BT605", WARM_UP, GRIP, **athlete) == found


class TestLevels:
    @pytest.mark.parametrize(
        ("experience", "level"),
        [
            (Experience(), "first-timer"),
            (Experience(workouts=2, steady=True, strong=True), "first-timer"),
            (Experience(workouts=3), "beginner"),
            (Experience(workouts=3, stumbled=True), "first-timer"),
            (Experience(workouts=5, steady=True), "beginner"),
            (Experience(workouts=6), "beginner"),
            (Experience(workouts=6, steady=True), "intermediate"),
            (Experience(workouts=15, steady=True, strong=True), "intermediate"),
            (Experience(workouts=16, steady=True), "intermediate"),
            (Experience(workouts=16, strong=True), "beginner"),
            (Experience(workouts=16, steady=True, strong=True), "advanced"),
            (Experience(workouts=99, steady=True, strong=True, stumbled=True), "first-timer"),
        ],
    )
    def test_open_one_after_the_other(self, experience: Experience, level: Level) -> None:
        assert level_of(experience) == level

    def test_have_limits_each_in_the_order_of_the_model(self) -> None:
        assert tuple(LIMITS) == LEVELS
        assert tuple(WORKOUTS_BEFORE) == LEVELS

    def test_are_named_in_every_rule_that_they_set(self) -> None:
        """The thresholds that people read say the numbers that the rules hold to."""
        limits = list(LIMITS.values())
        said = {
            "BT101": [each.backward_walk.kmh for each in limits]
            + [each.backward_walk.mph for each in limits],
            "BT103": [each.backward_jog.kmh for each in limits if each.backward_jog],
            "BT105": [each.sideways_walk.kmh for each in limits] + [limits[-1].sideways_jog.kmh],
            "BT201": [each.bout_seconds // 60 for each in limits],
            "BT202": [each.total_seconds // 60 for each in limits],
            "BT205": [each.share_percent for each in limits],
            "BT401": [each.backward_incline for each in limits],
            "BT501": [each.per_week for each in limits],
        }
        for code, numbers in said.items():
            words = RULE_OF[code].threshold.replace(",", "").replace("(", "").replace(")", "").split()
            found = [word for word in words if word.replace(".", "").isdigit()]
            assert {str(number) for number in numbers} <= set(found), code
