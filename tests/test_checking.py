"""The rules: what trips each one, what stays just inside it, and who may relax it."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.checking import RULES, check_rules
from backtrack_plugins.units import Incline, Speed
from backtrack_plugins.workout import LEVELS, Level

MILES = bt.Treadmill(slowest=Speed("0.5 mph"), fastest=Speed("12 mph"), speed_increment=Speed("0.1 mph"))
SLOPED = bt.Treadmill(lowest=Incline("1%"))
WARM_UP = "60:00 forward jog 8 km/h"
BACKWARD = "1:00 backward walk 2 km/h light rail"


class Trip(NamedTuple):
    """A workout that trips a rule in its last line, the same just inside, and who is asked."""

    trips: tuple[str, ...]
    inside: tuple[str, ...]
    severity: str = "error"
    level: Level = "first-timer"
    athlete: dict[str, Any] = {}  # noqa: RUF012 - never changed


def _last(
    trips: str, inside: str, severity: str = "error", level: Level = "first-timer", **athlete: Any
) -> Trip:
    """A trip in the last line, after an hour's warm-up."""
    return Trip((WARM_UP, trips), (WARM_UP, inside), severity, level, athlete)


ADULT = {"safety_acknowledged": True}
LIGHT = "1:00 backward walk 2 km/h light rail"
FREE = "1:00 backward walk 2 km/h hands free"
GRIP = "1:00 backward walk 2 km/h grip rail"
COOL_DOWN = "2:00 forward walk 5 km/h"

TRIPS: dict[str, Trip] = {
    "BT101": _last("1:00 backward walk 2.5 km/h grip rail", "1:00 backward walk 2.4 km/h grip rail"),
    "BT102": _last("1:00 backward walk 6.5 km/h light rail", "1:00 backward walk 6.4 km/h light rail"),
    "BT103": _last(
        "1:00 backward jog 6.1 km/h light rail", "1:00 backward jog 6 km/h light rail", level="intermediate"
    ),
    "BT104": _last("1:00 backward run 9.8 km/h hands free", "1:00 backward run 9.7 km/h hands free"),
    "BT105": _last("1:00 left walk 1.7 km/h grip rail", "1:00 left walk 1.6 km/h grip rail"),
    "BT106": _last("1:00 left jog 8.1 km/h hands free", "1:00 left jog 8 km/h hands free"),
    "BT107": _last(
        "1:00 backward walk 6 km/h light rail", "1:00 backward walk 5.9 km/h light rail", "warning"
    ),
    "BT108": _last(
        "1:00 backward walk 2.1 km/h grip rail",
        "1:00 backward walk 2 km/h grip rail",
        "warning",
        easy_walk=Speed("4 km/h"),
    ),
    "BT201": _last("2:01 backward walk 2 km/h grip rail", "2:00 backward walk 2 km/h grip rail"),
    "BT202": Trip(
        (WARM_UP, "2x", "  2:00 backward walk 2 km/h grip rail", "  1:00 forward walk 5 km/h", GRIP),
        (WARM_UP, "2x", "  1:30 backward walk 2 km/h grip rail", "  1:00 forward walk 5 km/h", GRIP),
    ),
    "BT203": _last("20:00 backward walk 2 km/h light rail", "19:59 backward walk 2 km/h light rail"),
    "BT204": Trip(
        ("1:00 forward walk 5 km/h", "5:00 backward walk 2 km/h light rail"),
        ("4:30 forward walk 5 km/h", "5:00 backward walk 2 km/h light rail"),
    ),
    "BT205": Trip(
        ("7:29 forward walk 5 km/h", "2:00 backward walk 2 km/h grip rail"),
        ("7:30 forward walk 5 km/h", "2:00 backward walk 2 km/h grip rail"),
        "warning",
    ),
    "BT206": Trip(
        (WARM_UP, "40:00 forward walk 5 km/h", GRIP, "59:00 forward walk 5 km/h"),
        (WARM_UP, "40:00 forward walk 5 km/h", GRIP, "45:00 forward walk 5 km/h"),
        "info",
    ),
    "BT301": _last(LIGHT, GRIP),
    "BT302": Trip((WARM_UP, GRIP, "0:30 straddle", FREE), (WARM_UP, GRIP, "0:30 straddle", LIGHT), "info"),
    "BT303": Trip(
        (WARM_UP, LIGHT, "0:30 straddle", LIGHT),
        (WARM_UP, LIGHT, "0:30 straddle", FREE),
        "info",
        "intermediate",
    ),
    "BT304": _last(
        "1:00 backward walk 2 km/h 1% grip rail", "1:00 backward walk 2 km/h 1% light rail", "warning"
    ),
    "BT305": Trip((WARM_UP, "0:09 straddle", BACKWARD), (WARM_UP, "0:10 straddle", BACKWARD)),
    "BT307": Trip(
        (WARM_UP, BACKWARD, "0:09 straddle", "1:00 backward walk 2.2 km/h light rail"),
        (WARM_UP, BACKWARD, "0:10 straddle", "1:00 backward walk 2.2 km/h light rail"),
    ),
    "BT308": Trip(
        (WARM_UP, "1:15 left walk 1.6 km/h grip rail", "0:59 right walk 1.6 km/h grip rail"),
        (WARM_UP, "1:15 left walk 1.6 km/h grip rail", "1:00 right walk 1.6 km/h grip rail"),
        "warning",
    ),
    "BT309": _last(
        "1:00 backward walk 3.3 km/h light rail",
        "1:00 backward walk 3.2 km/h light rail",
        "warning",
        "intermediate",
    ),
    "BT310": _last("1:00 backward jog 5.1 km/h light rail", "1:00 backward jog 5 km/h light rail"),
    "BT401": _last(
        "1:00 backward walk 2 km/h 4.5% light rail",
        "1:00 backward walk 2 km/h 4% light rail",
        level="intermediate",
    ),
    "BT402": _last("1:00 backward walk 2 km/h 15.5% light rail", "1:00 backward walk 2 km/h 10% light rail"),
    "BT403": _last("1:00 right walk 1.6 km/h 0.5% light rail", "1:00 right walk 1.6 km/h light rail"),
    "BT405": _last("1:00 backward walk 2 km/h -0.5% light rail", "1:00 backward walk 2 km/h light rail"),
    "BT601": Trip(("2:59 forward walk 5 km/h", GRIP), ("3:00 forward walk 5 km/h", GRIP), "warning"),
    "BT602": Trip(
        (WARM_UP, "1:00 forward run 12 km/h hard", "1:59 forward walk 5 km/h", GRIP),
        (WARM_UP, "1:00 forward run 12 km/h hard", "2:00 forward walk 5 km/h", GRIP),
        "warning",
    ),
    "BT603": Trip((WARM_UP, GRIP, "1:59 forward walk 5 km/h"), (WARM_UP, GRIP, COOL_DOWN), "info"),
    "BT604": Trip((WARM_UP, GRIP), (WARM_UP, GRIP), "warning"),
    "BT605": _last(GRIP, GRIP, "warning", age_group="65-and-over"),
    "BT701": _last(
        "1:00 backward jog 5.9 km/h light rail",
        "1:00 backward jog 6 km/h light rail",
        "info",
        "intermediate",
    ),
    "BT901": _last("1:00 backward walk 0.7 km/h light rail", "1:00 backward walk 0.8 km/h light rail"),
    "BT902": Trip(
        ("60:00 forward jog 8 km/h", "5:00 forward jog 8.04 km/h"),
        ("60:00 forward jog 8 km/h", "5:00 forward jog 8 km/h"),
        "info",
    ),
}
INSIDE_FOR: dict[str, dict[str, Any]] = {"BT604": ADULT, "BT605": {"age_group": "18-64"}}
WHOLE_WORKOUT = {"BT202", "BT203", "BT204", "BT205", "BT303", "BT308", "BT604", "BT605"}
AT_THE_LAST_BOUT = {"BT206", "BT603"}
ABSOLUTE = {"BT102", "BT104", "BT106", "BT402", "BT901"}
SUPERVISED = {"BT203": "warning", "BT204": "warning", "BT310": "warning"}
DROPPED = {"BT201", "BT202", "BT205", "BT605"}

codes = pytest.mark.parametrize("code", TRIPS)


def problems_of(
    *lines: str,
    treadmill: bt.Treadmill | None = None,
    level: Level | None = None,
    supervised_by: str | None = None,
    file: str | None = None,
    **athlete: Any,
) -> tuple[bt.Problem, ...]:
    workout = bt.parse("\n".join(["name: A", *lines]), file=file)
    who = bt.Athlete(treadmill=treadmill, level=level, **athlete)
    return check_rules(bt.expand(workout, who), who, supervised_by=supervised_by)


def severities(code: str, *lines: str, **asked: Any) -> list[str]:
    return [problem.severity for problem in problems_of(*lines, **asked) if problem.code == code]


def tripped(code: str, **asked: Any) -> list[bt.Problem]:
    trip = TRIPS[code]
    asked = {"level": trip.level, **trip.athlete, **asked}
    return [problem for problem in problems_of(*trip.trips, **asked) if problem.code == code]


class TestRules:
    def test_over_workouts_have_a_test_each(self) -> None:
        assert set(TRIPS) == {rule.code for rule in RULES if rule.over == "workout"}

    def test_are_all_those_that_were_promised(self) -> None:
        """Every rule of the list that the levels and the dose came from, and two of our own."""
        families = {
            "BT1": [1, 2, 3, 4, 5, 6, 7, 8],
            "BT2": [1, 2, 3, 4, 5, 6],
            "BT3": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
            "BT4": [1, 2, 3, 4, 5, 6],
            "BT5": [1, 2, 3, 4],
            "BT6": [1, 2, 3, 4, 5],
            "BT7": [1],
            "BT8": [1, 2],
            "BT9": [1, 2],
        }
        assert [rule.code for rule in RULES] == [
            f"{family}{number:02}" for family, numbers in families.items() for number in numbers
        ]

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
    def test_say_what_they_hold_to_and_why(self, rule) -> None:
        for text in (rule.title, rule.why, rule.threshold, rule.source, rule.hint):
            assert text
            assert text == text.strip()
        assert rule.title.endswith(".")
        assert rule.why.endswith(".")
        assert not rule.hint.endswith(".")

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
    def test_have_one_function_over_what_they_hold(self, rule) -> None:
        assert (rule.check is not None) == (rule.over == "workout")
        assert (rule.check_history is not None) == (rule.over == "programme")

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
    def test_nobody_relaxes_an_absolute_one(self, rule) -> None:
        if rule.absolute:
            assert rule.severity == "error"
            assert rule.supervised is None

    @codes
    def test_find_the_workout_that_trips_them(self, code: str) -> None:
        found = tripped(code)
        assert found
        assert {problem.severity for problem in found} == {TRIPS[code].severity}

    @codes
    def test_find_nothing_just_inside(self, code: str) -> None:
        trip = TRIPS[code]
        athlete = INSIDE_FOR.get(code, trip.athlete)
        found = problems_of(*trip.inside, level=trip.level, **athlete)
        assert not [problem for problem in found if (problem.code, problem.severity) == (code, trip.severity)]

    @codes
    def test_find_one_step_in_a_repeat_once_at_its_line(self, code: str) -> None:
        """Every pass breaks it, and the runner mends one line."""
        if code in WHOLE_WORKOUT | AT_THE_LAST_BOUT | {"BT601"}:
            return
        trip = TRIPS[code]
        head, *rest = trip.trips
        lines = [head, "", "2x", "  1:00 forward walk 5 km/h", "  2x", *(f"    {line}" for line in rest)]
        found = problems_of(*lines, file="a.backtrack", level=trip.level, **trip.athlete)
        at_last = [
            problem for problem in found if problem.code == code and problem.where.line == len(lines) + 1
        ]
        assert len({problem.message for problem in at_last}) == len(at_last) == 1
        assert at_last[0].where.file == "a.backtrack"
        assert at_last[0].text == rest[-1]

    @pytest.mark.parametrize("code", sorted(WHOLE_WORKOUT))
    def test_about_the_whole_workout_name_the_file_alone(self, code: str) -> None:
        (problem,) = tripped(code, file="a.backtrack")
        assert str(problem.where) == "a.backtrack"
        assert problem.text == ""

    @codes
    def test_say_what_is_wrong_and_what_to_do(self, code: str) -> None:
        for problem in tripped(code):
            assert problem.message
            assert problem.hint
            assert problem.code in str(problem)


class TestProblems:
    def test_come_in_the_order_of_the_steps(self) -> None:
        found = problems_of(
            "1:00 backward walk 6.5 km/h light rail",
            WARM_UP,
            "20:00 left jog 8.1 km/h 1% light rail",
            "1:00 backward walk 2 km/h 11% light rail",
        )
        steps = [problem.where.step or 0 for problem in found]
        assert steps == sorted(steps)
        assert {"BT102", "BT106", "BT203", "BT402", "BT403"} <= {problem.code for problem in found}

    def test_there_are_none_in_a_forward_workout(self) -> None:
        assert problems_of(WARM_UP, "5:00 forward run 12 km/h 10%") == ()


# Each limit is inclusive in the unit it is stated in; whatever else is written is held against km/h
# or, for a pace per mile, against mph.
SPEED_LIMITS = [
    (
        "BT102",
        ("backward walk",),
        ("6.4 km/h", "4 mph", "4.0000 mph", "1.7777 m/s", "9:23/km", "15:00/mi"),
        ("6.4001 km/h", "4.0001 mph", "1.7778 m/s", "9:22/km", "14:59/mi"),
    ),
    (
        "BT104",
        ("backward walk", "backward jog", "backward run"),
        ("9.7 km/h", "6 mph", "2.6944 m/s", "6:12/km", "10:00/mi"),
        ("9.7001 km/h", "6.0001 mph", "2.6945 m/s", "6:11/km", "9:59/mi"),
    ),
    (
        "BT106",
        ("left walk", "left run", "right walk", "right jog"),
        ("8 km/h", "5 mph", "2.2222 m/s", "7:30/km", "12:00/mi"),
        ("8.0001 km/h", "5.0001 mph", "2.2223 m/s", "7:29/km", "11:59/mi"),
    ),
    (
        "BT310",
        ("backward walk", "backward run", "left jog", "right walk"),
        ("5 km/h", "3.1 mph", "1.3888 m/s", "12:00/km", "19:22/mi"),
        ("5.0001 km/h", "3.1001 mph", "1.3889 m/s", "11:59/km", "19:21/mi"),
    ),
]


class TestSpeedLimits:
    @pytest.mark.parametrize(
        ("code", "how", "speed"),
        [(code, how, speed) for code, hows, inside, _ in SPEED_LIMITS for how in hows for speed in inside],
    )
    def test_admit_the_limit_itself(self, code: str, how: str, speed: str) -> None:
        assert not severities(code, WARM_UP, f"1:00 {how} {speed} light rail")

    @pytest.mark.parametrize(
        ("code", "how", "speed"),
        [(code, how, speed) for code, hows, _, outside in SPEED_LIMITS for how in hows for speed in outside],
    )
    def test_refuse_what_is_above_it(self, code: str, how: str, speed: str) -> None:
        assert severities(code, WARM_UP, f"1:00 {how} {speed} light rail") == ["error"]

    @pytest.mark.parametrize(
        ("code", "step"),
        [
            ("BT102", "1:00 backward jog 6.5 km/h light rail"),
            ("BT102", "1:00 left walk 6.5 km/h light rail"),
            ("BT104", "1:00 left run 9.8 km/h light rail"),
            ("BT106", "1:00 backward run 8.1 km/h light rail"),
            *((code, "1:00 forward run 18 km/h") for code in ("BT102", "BT104", "BT106", "BT310")),
        ],
    )
    def test_are_about_their_own_direction_and_gait(self, code: str, step: str) -> None:
        assert not severities(code, WARM_UP, step)

    def test_hold_for_the_speed_as_written_even_where_the_treadmill_is_slower(self) -> None:
        slow = bt.Treadmill(fastest=Speed("6 km/h"))
        assert severities("BT102", WARM_UP, "1:00 backward walk 6.5 km/h light rail", treadmill=slow) == [
            "error"
        ]

    def test_a_mount_follows_any_straddle_and_not_only_a_turn(self) -> None:
        fast = "1:00 backward jog 6 km/h light rail"
        assert severities("BT310", WARM_UP, fast, "0:30 straddle", fast) == ["error", "error"]


class TestDose:
    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            (["19:59 backward walk 2 km/h light rail"], []),
            (["20:00 backward walk 2 km/h light rail"], ["error"]),
            (["10:00 left walk 2 km/h light rail", "9:59 right walk 2 km/h light rail"], []),
            (["10:00 left walk 2 km/h light rail", "10:00 right walk 2 km/h light rail"], ["error"]),
            (
                [
                    "10:00 backward walk 2 km/h light rail",
                    "5:00 straddle",
                    "9:59 left walk 2 km/h light rail",
                ],
                [],
            ),
            (["4x", "  5:00 backward walk 2 km/h light rail"], ["error"]),
            (["999 m backward walk 3 km/h light rail"], []),
            (["1 km backward walk 3 km/h light rail"], ["error"]),
            (["0.6 mi backward walk 1.8 mph light rail"], ["error"]),
            # Twenty minutes to the second; added up in binary fractions it is a little less.
            (["10x", "  70 m backward walk 2.1 km/h light rail"], ["error"]),
            (["10x", "  140 m backward walk 4.2 km/h light rail"], ["error"]),
            (["lap backward walk 2 km/h light rail"], ["error"]),
            (["lap right walk 2 km/h light rail"], ["error"]),
            (["lap forward walk 2 km/h"], []),
        ],
    )
    def test_stays_under_twenty_minutes_in_all(self, lines: list[str], found: list[str]) -> None:
        assert severities("BT203", WARM_UP, *lines) == found

    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            # The placed straddle of 30 s counts in the whole: 2:00 of 4:00.
            (["1:30 forward walk 5 km/h", "2:00 backward walk 2 km/h light rail"], []),
            (["1:29 forward walk 5 km/h", "2:00 backward walk 2 km/h light rail"], ["error"]),
            (["1:30 forward walk 5 km/h", "2:00 left walk 2 km/h light rail"], []),
            (["1:29 forward walk 5 km/h", "2:00 left walk 2 km/h light rail"], ["error"]),
            (["1:00 backward walk 2 km/h light rail", "5:00 straddle"], ["error"]),
            (["5:00 straddle"], ["error"]),
            (["lap forward walk 5 km/h"], []),
        ],
    )
    def test_is_at_most_half_of_a_workout_that_has_forward_steps(
        self, lines: list[str], found: list[str]
    ) -> None:
        assert severities("BT204", *lines) == found

    def test_a_share_just_above_half_is_not_called_half(self) -> None:
        found = problems_of("1:29 forward walk 5 km/h", "2:00 backward walk 2 km/h light rail")
        (message,) = [problem.message for problem in found if problem.code == "BT204"]
        assert "50 %" not in message

    def test_a_share_of_unknown_time_says_that_lap_steps_count_as_none(self) -> None:
        found = problems_of("lap forward walk 5 km/h", "2:00 backward walk 2 km/h light rail")
        (message,) = [problem.message for problem in found if problem.code == "BT204"]
        assert "lap" in message


class TestTurning:
    @pytest.mark.parametrize(
        ("lines", "found"),
        [
            ([WARM_UP, BACKWARD], []),
            ([WARM_UP, "0:10 straddle", BACKWARD], []),
            ([WARM_UP, "0:09 straddle", BACKWARD], ["error"]),
            ([WARM_UP, "0:05 straddle", "0:05 straddle", BACKWARD], []),
            ([WARM_UP, "0:05 straddle", "0:04 straddle", BACKWARD], ["error"]),
            ([WARM_UP, "2x", "  0:05 straddle", BACKWARD], []),
            (["0:09 straddle", BACKWARD, WARM_UP], ["error"]),
            (["0:10 straddle", BACKWARD, WARM_UP], []),
            (["0:09 straddle", WARM_UP, BACKWARD], []),
            ([WARM_UP, BACKWARD, "0:09 straddle", "1:00 forward walk 5 km/h"], ["error"]),
            ([WARM_UP, "1:00 left walk 2 km/h light rail", "0:09 straddle", BACKWARD], ["error"]),
            ([WARM_UP, BACKWARD, "0:09 straddle", BACKWARD], []),
            ([WARM_UP, "0:09 straddle", "1:00 forward walk 5 km/h"], []),
        ],
    )
    def test_takes_a_straddle_of_ten_seconds(self, lines: list[str], found: list[str]) -> None:
        assert severities("BT305", *lines) == found

    @pytest.mark.parametrize(
        ("before", "straddle", "after", "found"),
        [
            ("backward walk 2 km/h light rail", None, "backward walk 2.2 km/h light rail", []),
            ("backward walk 2 km/h light rail", "0:10", "backward walk 2.2 km/h light rail", []),
            ("backward walk 2 km/h light rail", "0:09", "backward walk 2.2 km/h light rail", ["error"]),
            ("backward walk 2 km/h 1% light rail", "0:10", "backward walk 2 km/h 2% light rail", []),
            ("backward walk 2 km/h 1% light rail", "0:09", "backward walk 2 km/h 2% light rail", ["error"]),
            ("backward walk 2 km/h 1% light rail", "0:09", "backward walk 2 km/h light rail", ["error"]),
            ("left walk 2 km/h light rail", "0:09", "left walk 1.8 km/h light rail", ["error"]),
            ("backward walk 2 km/h light rail", "0:09", "backward jog 2 km/h hands free", []),
            ("backward walk 3.6 km/h light rail", "0:09", "backward walk 1 m/s light rail", []),
            ("backward walk 2.45 km/h light rail", "0:09", "backward walk 2.49 km/h light rail", []),
            ("forward walk 5 km/h", "0:09", "forward walk 9 km/h 3%", []),
        ],
    )
    def test_the_belt_changes_only_in_a_straddle(
        self, before: str, straddle: str | None, after: str, found: list[str]
    ) -> None:
        between = [f"{straddle} straddle"] if straddle else []
        assert severities("BT307", WARM_UP, f"1:00 {before}", *between, f"1:00 {after}") == found

    @pytest.mark.parametrize(
        ("before", "after"), [("2.4", "2.3978"), ("2.3985", "2.3975"), ("2.4023", "2.45"), ("2.45", "2.49")]
    )
    def test_what_counts_is_the_belt_as_fitted_and_not_as_written(self, before: str, after: str) -> None:
        """The console is touched where the fitted belt changes, by whatever the written speeds differ."""
        steps = [f"1:00 backward walk {kmh} km/h light rail" for kmh in (before, after)]
        lines = (WARM_UP, steps[0], "0:09 straddle", steps[1])
        segments = bt.expand(bt.parse("\n".join(["name: A", *lines]))).segments
        belts = [segment.metres_per_second for segment in segments if segment.direction == "backward"]
        changes = belts[0] != pytest.approx(belts[1], rel=1e-3)
        assert severities("BT307", *lines) == (["error"] if changes else [])


class TestIncline:
    @pytest.mark.parametrize(
        ("percent", "found"),
        [
            ("9.5", []),
            ("10", []),
            ("10.0001", ["warning"]),
            ("10.5", ["warning"]),
            ("15", ["warning"]),
            ("15.0001", ["error"]),
            ("15.5", ["error"]),
            ("40", ["error"]),
        ],
    )
    def test_backward_warns_above_ten_and_ends_at_fifteen(self, percent: str, found: list[str]) -> None:
        assert severities("BT402", WARM_UP, f"1:00 backward walk 2 km/h {percent}% light rail") == found

    @pytest.mark.parametrize("direction", ["forward", "left"])
    def test_of_other_directions_is_not_that_rules(self, direction: str) -> None:
        assert not severities("BT402", WARM_UP, f"1:00 {direction} walk 2 km/h 20% light rail")

    @pytest.mark.parametrize(
        ("step", "found"),
        [
            ("left walk 2 km/h", []),
            ("left walk 2 km/h 0.1%", ["error"]),
            ("right walk 2 km/h 0.5%", ["error"]),
            ("backward walk 2 km/h 0.5%", []),
            ("forward walk 2 km/h 0.5%", []),
        ],
    )
    def test_sideways_is_none(self, step: str, found: list[str]) -> None:
        assert severities("BT403", WARM_UP, f"1:00 {step} light rail") == found

    @pytest.mark.parametrize(
        ("step", "found"),
        [
            ("backward walk 2 km/h", []),
            ("backward walk 2 km/h -0.1%", ["error"]),
            ("left walk 2 km/h -1%", ["error"]),
            ("right walk 2 km/h -1%", ["error"]),
            ("forward walk 2 km/h -1%", []),
        ],
    )
    @pytest.mark.parametrize(
        "treadmill", [None, bt.Treadmill(lowest=Incline("-3%"))], ids=["flat", "declining"]
    )
    def test_is_never_negative_unless_forward(
        self, step: str, found: list[str], treadmill: bt.Treadmill | None
    ) -> None:
        assert severities("BT405", WARM_UP, f"1:00 {step} light rail", treadmill=treadmill) == found


class TestMachine:
    @pytest.mark.parametrize(
        ("step", "treadmill", "found"),
        [
            ("backward walk 0.8 km/h light rail", None, []),
            ("backward walk 0.79 km/h light rail", None, ["error"]),
            ("left walk 0.7 km/h light rail", None, ["error"]),
            ("forward walk 0.7 km/h", None, []),
            ("backward walk 0.5 mph light rail", None, []),
            ("backward walk 0.4 mph light rail", None, ["error"]),
            ("backward walk 0.5 mph light rail", MILES, []),
            ("backward walk 0.4999 mph light rail", MILES, []),
            ("backward walk 0.8 km/h light rail", MILES, ["error"]),
            ("backward walk 2 km/h 1% light rail", SLOPED, []),
            ("backward walk 2 km/h 0.5% light rail", SLOPED, ["error"]),
            ("left walk 2 km/h light rail", SLOPED, ["error"]),
            ("forward walk 2 km/h", SLOPED, []),
        ],
    )
    def test_a_belt_that_cannot_go_as_slow_or_flat_is_refused(
        self, step: str, treadmill: bt.Treadmill | None, found: list[str]
    ) -> None:
        assert severities("BT901", WARM_UP, f"1:00 {step}", treadmill=treadmill) == found

    def test_what_was_fitted_is_said_and_stops_nothing(self) -> None:
        lines = (WARM_UP, "1:00 backward walk 2.47 km/h 2.9% light rail", "5:00 forward walk 5 km/h")
        (problem,) = (problem for problem in problems_of(*lines) if problem.code == "BT902")
        assert (problem.code, problem.severity, problem.where.step) == ("BT902", "info", 2)
        assert problem.message == "2.47 km/h 2.9% becomes 2.4 km/h 2.5% on this treadmill"


class TestSupervision:
    @codes
    def test_relaxes_what_the_rules_say_and_nothing_else(self, code: str) -> None:
        alone, beside = tripped(code), tripped(code, supervised_by="Ada")
        if code in SUPERVISED:
            assert {problem.severity for problem in alone} == {"error"}
            assert {problem.severity for problem in beside} == {SUPERVISED[code]}
        elif code in DROPPED:
            assert beside == []
        else:
            assert beside == alone

    @pytest.mark.parametrize("code", sorted(ABSOLUTE))
    @pytest.mark.parametrize("level", LEVELS)
    @pytest.mark.parametrize("supervised_by", [None, "Ada"])
    def test_nothing_passes_an_absolute_rule(
        self, code: str, level: Level, supervised_by: str | None
    ) -> None:
        found = tripped(code, level=level, supervised_by=supervised_by)
        assert [(problem.severity, problem.absolute) for problem in found] == [("error", True)]
        workout = bt.parse("\n".join(["name: A", *TRIPS[code].trips]))
        for force in (False, True):
            with pytest.raises(bt.UnsafeWorkout, match=code):
                bt.export(
                    workout,
                    "segments-csv",
                    bt.Athlete(level=level),
                    supervised_by=supervised_by,
                    force=force,
                )

    @codes
    def test_only_what_nothing_passes_is_called_absolute(self, code: str) -> None:
        trip = TRIPS[code]
        for problem in problems_of(*trip.trips, level=trip.level, **trip.athlete):
            assert problem.absolute == (problem.code in ABSOLUTE and problem.severity == "error")

    def test_never_lets_a_child_pass(self) -> None:
        found = severities("BT605", WARM_UP, GRIP, age_group="under-13", supervised_by="Ada")
        assert found == ["error"]

    def test_a_backward_step_without_end_passes_as_a_warning(self) -> None:
        found = severities("BT203", WARM_UP, "lap backward walk 2 km/h light rail", supervised_by="Ada")
        assert found == ["warning"]


def test_speeds_that_count_as_the_same_cannot_creep_up_step_by_step():
    """Each within a thousandth of the one before: with the finest keys allowed, none leaves its key."""
    athlete = bt.Athlete(level="advanced", treadmill=bt.Treadmill(speed_increment=bt.Speed("0.05 km/h")))
    speed = 4.9
    lines = ["20:00 forward walk 5 km/h"]
    for _ in range(60):
        lines.append(f"0:10 backward walk {speed:.4f} km/h light rail")
        speed *= 1.0009
    timeline = bt.expand(bt.parse("name: A\n" + "\n".join(lines)), athlete)
    bout: list[float] = []
    for segment in timeline.segments:
        if segment.is_straddle:
            bout = []
        elif segment.direction == "backward":
            bout.append(segment.metres_per_second)
            assert max(bout) <= min(bout) * 1.0021
    with pytest.raises(ValueError, match=r"0\.05 km/h"):
        bt.Treadmill(speed_increment=bt.Speed("0.001 km/h"))
