"""Fixing: the safe mechanical changes, each for its rule, and nothing that could be harder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.athlete import Silenced
from backtrack_plugins.checking import RULES, bouts, check_rules
from backtrack_plugins.fixing import Change, fix, fixed_page, why_left
from backtrack_plugins.fixing.easing import EASINGS, at_most
from backtrack_plugins.fixing.shortening import TARGETS
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.testing import strategies
from backtrack_plugins.units import Limit
from backtrack_plugins.workout import LEVELS, RAILS, Repeat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.workout import Part

RUN = "50:00 forward jog 8 km/h easy"


def workout(*lines: str) -> bt.Workout:
    return bt.parse("name: Test\n" + "\n".join(lines))


def fixed(level: str, *lines: str, **values: object) -> list[str]:
    """The lines of a workout after fixing, without the run before them."""
    supervised_by = values.pop("supervised_by", None)
    athlete = bt.Athlete(level=level, **values)
    done = fix(workout(RUN, *lines), athlete, supervised_by=supervised_by).workout
    written = [line.strip() for line in bt.write(done).split("\n\n", 1)[1].splitlines()]
    assert written.count(RUN) == 1
    return [line for line in written if line != RUN]


def found(subject: bt.Workout, athlete: bt.Athlete, supervised_by: str | None = None) -> set[str]:
    return {
        problem.code
        for problem in check_rules(bt.expand(subject, athlete), athlete, supervised_by=supervised_by)
        if problem.severity != "info"
    }


class TestSpeed:
    @pytest.mark.parametrize(
        ("level", "before", "after"),
        [
            ("first-timer", "backward walk 3 km/h", "backward walk 2.4 km/h"),  # BT101
            ("first-timer", "backward walk 1.9 mph", "backward walk 1.5 mph"),
            ("first-timer", "backward walk 20:00/km", "backward walk 25:00/km"),
            ("first-timer", "backward walk 30:00/mi", "backward walk 40:00/mi"),
            ("first-timer", "backward walk 1 m/s", "backward walk 0.6666 m/s"),
            ("beginner", "backward jog 7 km/h", "backward walk 3.2 km/h"),  # BT103: no jog at this level
            ("beginner", "backward jog 2 km/h", "backward walk 2 km/h"),
            ("beginner", "left jog 5 km/h", "left walk 2.4 km/h"),  # BT105
            ("advanced", "left walk 9 km/h", "left walk 3.2 km/h"),  # BT106 and BT309
            ("intermediate", "backward walk 4.8 km/h", "backward walk 3.2 km/h"),  # BT309
            ("intermediate", "backward walk 2.9 mph", "backward walk 2 mph"),
            ("intermediate", "backward walk 2.4 km/h", "backward walk 2.4 km/h"),
        ],
    )
    def test_goes_down_to_the_limit_in_its_own_unit(self, level: str, before: str, after: str) -> None:
        assert fixed(level, f"0:30 {before} grip rail")[0] == f"0:30 {after} grip rail"

    def test_is_that_of_stepping_on_in_a_later_bout(self) -> None:
        first = "0:30 backward walk 3 km/h grip rail"
        assert fixed("advanced", first, "0:30 backward jog 9.9 km/h light rail") == [
            first,
            "0:30 backward jog 5 km/h light rail",  # BT103, BT104, BT310
        ]

    @pytest.mark.parametrize(("level", "speed"), [("first-timer", "1.5 km/h"), ("intermediate", "2.1 km/h")])
    def test_is_a_share_of_the_athletes_own_easy_walk(self, level: str, speed: str) -> None:
        easy = bt.Speed("3.1 km/h")
        (line,) = fixed(level, "0:30 backward walk 2.4 km/h grip rail", easy_walk=easy)
        assert line == f"0:30 backward walk {speed} grip rail"

    def test_a_backward_jog_that_becomes_slower_than_a_jog_is_a_walk(self) -> None:
        (line,) = fixed("advanced", "0:30 backward jog 5 km/h grip rail")
        assert line == "0:30 backward walk 3.2 km/h grip rail"

    def test_stays_where_the_belt_goes_no_slower(self) -> None:
        treadmill = bt.Treadmill(slowest=bt.Speed("3 km/h"))
        line = "0:30 backward walk 3.1 km/h grip rail"
        assert fixed("first-timer", line, treadmill=treadmill) == [line]

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("300 m backward walk 3.2 km/h", "225 m backward walk 2.4 km/h"),
            ("0.2 km backward walk 4.8 km/h", "0.1 km backward walk 2.4 km/h"),
            ("0.1 mi backward walk 2 mph", "0.075 mi backward walk 1.5 mph"),
            ("1 m backward walk 4.8 km/h", "0.5 m backward walk 2.4 km/h"),
        ],
    )
    def test_takes_a_distance_with_it_so_that_it_lasts_no_longer(self, before: str, after: str) -> None:
        assert fixed("first-timer", f"{before} grip rail", supervised_by="Ann") == [f"{after} grip rail"]

    def test_bouts_that_come_to_one_speed_are_still_two(self) -> None:
        assert fixed(
            "beginner", "2:30 backward walk 3.2 km/h light rail", "2:30 backward walk 4 km/h light rail"
        ) == [
            "2:30 backward walk 3.2 km/h light rail",
            "0:30 straddle",
            "2:30 backward walk 3.2 km/h light rail",
        ]

    @pytest.mark.parametrize("unit", ["km/h", "mph", "m/s", "/km", "/mi"])
    def test_at_most_is_the_fastest_that_does_not_exceed(self, unit: str) -> None:
        fast = bt.Speed("5:00" + unit if unit[0] == "/" else f"6 {unit}")
        for limits in LIMITS.values():
            limited = at_most(fast, limits.backward_walk)
            assert limited.unit == unit
            assert not limited.exceeds(limits.backward_walk)
            assert float(limited.kmh) == pytest.approx(float(limits.backward_walk.kmh), rel=0.01)
            assert at_most(limited, limits.backward_walk) is limited

    def test_at_most_stays_below_a_limit_that_has_many_digits(self) -> None:
        limit = Limit.of("2.17777", "1.35321")
        assert at_most(bt.Speed("3 km/h"), limit) == bt.Speed("2.1 km/h")
        assert at_most(bt.Speed("3 mph"), limit) == bt.Speed("1.3 mph")


class TestInclineAndHands:
    @pytest.mark.parametrize(
        ("level", "before", "after"),
        [
            ("beginner", "backward walk 2 km/h 3%", "backward walk 2 km/h"),
            ("intermediate", "backward walk 2 km/h 5.5%", "backward walk 2 km/h 4%"),
            ("advanced", "backward walk 2 km/h 20%", "backward walk 2 km/h 8%"),
            ("advanced", "left walk 2 km/h 1%", "left walk 2 km/h"),
            ("advanced", "backward walk 2 km/h -2%", "backward walk 2 km/h -2%"),
        ],
    )
    def test_incline_goes_down_to_the_limit_and_never_up(self, level: str, before: str, after: str) -> None:
        assert fixed(level, f"0:30 {before} light rail")[0] == f"0:30 {after} light rail"

    def test_incline_stays_where_the_belt_goes_no_flatter(self) -> None:
        line = "0:30 left walk 1 km/h 2% grip rail"
        assert fixed("first-timer", line, treadmill=bt.Treadmill(lowest=bt.Incline("1%"))) == [line]

    @pytest.mark.parametrize(
        ("level", "rail", "after"),
        [
            ("first-timer", "hands free", "grip rail"),
            ("first-timer", "light rail", "grip rail"),
            ("beginner", "hands free", "light rail"),
            ("beginner", "grip rail", "grip rail"),
            ("intermediate", "hands free", "light rail"),
            ("advanced", "hands free", "hands free"),
        ],
    )
    def test_hands_go_onto_the_rail_in_the_first_bout_alone(self, level: str, rail: str, after: str) -> None:
        step = "0:30 backward walk 2 km/h"
        assert fixed(level, f"{step} {rail}", "0:30 straddle", f"{step} {rail}") == [
            f"{step} {after}",
            "0:30 straddle",
            f"{step} {rail}",
        ]


class TestStraddle:
    @pytest.mark.parametrize(("level", "length"), [("first-timer", "0:30"), ("advanced", "0:20")])
    @pytest.mark.parametrize("after", ["forward walk 4 km/h", "left walk 1 km/h grip rail"])
    def test_one_that_is_too_short_becomes_as_long_as_the_levels(
        self, level: str, length: str, after: str
    ) -> None:
        step = "0:30 backward walk 2 km/h grip rail"
        assert fixed(level, step, '0:09 straddle "turn"', f"0:30 {after}")[:2] == [
            step,
            f'{length} straddle "turn"',
        ]

    def test_one_in_which_the_speed_changes_too(self) -> None:
        lines = [
            "0:30 backward walk 2 km/h grip rail",
            "0:05 straddle",
            "0:30 backward walk 1.8 km/h grip rail",
        ]
        assert fixed("first-timer", *lines)[1] == "0:30 straddle"

    @pytest.mark.parametrize("seconds", [10, 15])
    def test_one_that_is_long_enough_stays(self, seconds: int) -> None:
        lines = ["0:30 backward walk 2 km/h grip rail", f"0:{seconds} straddle", "0:30 forward walk 4 km/h"]
        assert fixed("first-timer", *lines) == lines

    def test_two_that_are_long_enough_together_stay(self) -> None:
        lines = ["0:05 straddle", "0:05 straddle", "0:30 backward walk 2 km/h grip rail"]
        assert fixed("first-timer", *lines) == lines

    def test_one_in_which_nothing_changes_stays_short(self) -> None:
        step = "0:30 backward walk 2 km/h grip rail"
        lines = [step, "0:05 straddle", step, "0:05 straddle", "0:30 forward walk 4 km/h"]
        assert fixed("first-timer", *lines) == [*lines[:3], "0:30 straddle", lines[4]]


class TestTime:
    STEP = "backward walk 2 km/h grip rail"

    def test_a_bout_is_cut_at_its_end(self) -> None:
        lines = [f"1:30 {self.STEP}", f"1:00 {self.STEP} easy"]
        cut = fixed("first-timer", *lines)
        assert cut == [f"1:30 {self.STEP}", f"0:30 {self.STEP} easy"]

    def test_a_cut_goes_on_in_the_step_before_when_ten_seconds_are_left(self) -> None:
        lines = [f"2:30 {self.STEP}", f"0:20 {self.STEP} easy"]
        assert fixed("first-timer", *lines) == [f"1:50 {self.STEP}", f"0:10 {self.STEP} easy"]

    def test_a_bout_over_the_passes_of_a_repeat_is_cut_in_every_pass(self) -> None:
        lines = ["0:30 straddle", "4x", f"  1:00 {self.STEP}"]
        assert fixed("first-timer", *lines) == [*lines[:2], f"0:30 {self.STEP}"]

    def test_a_distance_is_cut_in_its_own_unit(self) -> None:
        assert fixed("first-timer", f"100 m {self.STEP}") == [f"66 m {self.STEP}"]  # 2:00 at 2 km/h
        assert fixed("first-timer", f"0.1 km {self.STEP}") == [f"0.066 km {self.STEP}"]

    def test_all_of_it_shrinks_in_proportion_to_the_levels_total(self) -> None:
        bouts_ = [f"2:00 {self.STEP}", "0:30 straddle", f"1:00 {self.STEP}", "0:30 straddle"]
        shrunk = fixed("first-timer", *bouts_, f"2:00 {self.STEP}", "0:30 straddle", f"1:00 {self.STEP}")
        assert shrunk[::2] == [f"1:20 {self.STEP}", f"0:40 {self.STEP}"] * 2

    @pytest.mark.parametrize(
        ("level", "after"),
        [("first-timer", "1:45"), ("beginner", "2:20"), ("intermediate", "3:25"), ("advanced", "4:40")],
    )
    def test_all_of_it_shrinks_to_the_levels_share(self, level: str, after: str) -> None:
        straddle = LIMITS[level].straddle.seconds or 0
        run = workout(f"{7 * 60 - straddle} s forward walk 4 km/h", f"5:00 {self.STEP}")
        done = fix(run, bt.Athlete(level=level)).workout
        assert done.steps[1].amount == bt.Amount(after)
        assert "BT205" not in found(done, bt.Athlete(level=level))

    def test_steps_that_cannot_shrink_leave_it_to_the_others(self) -> None:
        short, straddle = f"0:12 {self.STEP}", "0:30 straddle"
        lines = [*[short, straddle] * 6, f"2:00 {self.STEP}", straddle, f"2:00 {self.STEP}"]
        shrunk = fixed("first-timer", *lines)[::2]
        assert shrunk == [f"0:10 {self.STEP}"] * 6 + [f"1:30 {self.STEP}"] * 2

    def test_what_would_need_less_than_ten_seconds_a_step_stays_as_it_was(self) -> None:
        lines = ["30x", f"0:30 {self.STEP}", "0:30 straddle"]
        assert fixed("first-timer", lines[0], *(f"  {line}" for line in lines[1:])) == lines

    def test_a_bout_that_would_need_less_than_ten_seconds_a_step_stays_as_it_was(self) -> None:
        lines = [f"0:12 {self.STEP} rpe {rating}" for rating in range(6, 20)]
        assert fixed("first-timer", *lines) == lines

    def test_shrinks_to_no_share_of_a_workout_that_has_nothing_forward(self) -> None:
        subject = workout("5:00 straddle", f"1:30 {self.STEP}")
        silenced = (Silenced("BT601", "I come from a run"),)
        assert fix(subject, bt.Athlete(level="first-timer", silenced=silenced)).changes == ()

    def test_a_step_until_the_lap_button_stays(self) -> None:
        line = f"lap {self.STEP}"
        assert fixed("first-timer", line) == [line]


class TestWarmUp:
    BOUT = "0:30 backward walk 2 km/h grip rail"

    def test_comes_before_everything_even_a_repeat(self) -> None:
        done = fix(workout("2x", f"  {self.BOUT}", "  10:00 forward jog 8 km/h"))
        assert bt.write(done.workout).split("\n\n")[1].splitlines()[:2] == [
            "3:00 forward walk 4.5 km/h",
            "2x",
        ]
        assert done.changes == (Change(1, "", "3:00 forward walk 4.5 km/h", ("BT601",)),)

    def test_is_what_is_missing_at_the_athletes_own_pace(self) -> None:
        athlete = bt.Athlete(level="first-timer", easy_walk=bt.Speed("5.5 km/h"))
        done = fix(workout("1:00 forward walk 5 km/h", self.BOUT, "20:00 forward jog 8 km/h"), athlete)
        assert [change.after for change in done.changes] == ["2:00 forward walk 5.5 km/h"]

    def test_does_for_a_workout_without_any_forward_step_too(self) -> None:
        done = fix(workout(self.BOUT)).workout
        assert found(done, bt.Athlete(safety_acknowledged=True)) == set()


class TestChanges:
    def test_one_for_each_written_line_with_all_its_codes(self) -> None:
        subject = workout(
            "3:00 forward walk 5 km/h",
            "9x",
            "  0:40 backward walk 3 km/h 1% hands free",
            "  9:00 forward jog 8 km/h",
        )
        assert fix(subject, bt.Athlete(level="first-timer")).changes == (
            Change(
                2,
                "0:40 backward walk 3 km/h 1% hands free",
                "0:25 backward walk 2.4 km/h grip rail",
                ("BT101", "BT202", "BT301", "BT401"),
            ),
        )

    def test_a_safe_workout_is_the_very_same(self) -> None:
        subject = workout(RUN, "1:00 backward walk 2 km/h grip rail", "3:00 forward walk 4 km/h")
        assert fix(subject).workout is subject
        assert fix(subject).changes == ()

    def test_the_level_that_the_workout_names_holds_without_an_athlete(self) -> None:
        subject = bt.parse(f"name: A\nlevel: advanced\n{RUN}\n1:00 backward walk 3.1 km/h light rail")
        assert fix(subject).changes == ()
        assert fix(subject, bt.Athlete(level="first-timer")).changes != ()


class TestWhatIsLeft:
    def test_what_the_athlete_silenced(self) -> None:
        silenced = (Silenced("BT309", "I am used to it"),)
        line = "0:30 backward walk 4.5 km/h light rail"
        assert fixed("intermediate", line, silenced=silenced) == [line]
        assert fixed("intermediate", line) != [line]

    def test_what_somebody_beside_the_treadmill_makes_up_for(self) -> None:
        lines = ["1:00 backward walk 3 km/h light rail", "25:00 backward jog 5.5 km/h light rail"]
        assert fixed("advanced", *lines, supervised_by="Ann") == lines
        assert fixed("advanced", *lines) != lines

    @pytest.mark.parametrize(
        ("level", "line"),
        [
            ("advanced", "0:30 backward walk 2 km/h -1% light rail"),  # BT405
            ("advanced", "0:30 backward walk 0.5 km/h light rail"),  # BT901
            ("advanced", "0:30 backward walk 2 km/h 2% grip rail"),  # BT304
            ("advanced", "0:30 backward jog 3 km/h light rail"),  # BT107
            ("advanced", "lap backward walk 2 km/h light rail"),  # BT203
            ("advanced", "1:00 left walk 2 km/h light rail"),  # BT308
        ],
    )
    def test_says_why(self, level: str, line: str) -> None:
        subject, athlete = workout(RUN, line), bt.Athlete(level=level, safety_acknowledged=True)
        done = fix(subject, athlete)
        assert done.changes == ()
        problems = check_rules(bt.expand(done.workout, athlete), athlete)
        grave = [problem for problem in problems if problem.severity != "info"]
        assert grave
        assert all(why_left(problem) for problem in grave)

    def test_every_rule_over_a_workout_has_a_fix_or_a_reason(self) -> None:
        for rule in RULES:
            if rule.over != "workout" or rule.severity == "info":
                continue
            problem = bt.Problem(code=rule.code, severity=rule.severity, message="")
            assert why_left(problem) not in {"", "there is no mechanical fix for it"}, rule.code
        assert why_left(bt.Problem(code="club/x", message="")) == "there is no mechanical fix for it"

    def test_an_info_or_what_is_silenced_needs_no_reason(self) -> None:
        assert why_left(bt.Problem(code="BT206", severity="info", message="")) == ""
        assert why_left(bt.Problem(code="BT309", severity="warning", message="", silenced="so")) == ""

    def test_a_supervisor_is_the_reason_by_name(self) -> None:
        problem = bt.Problem(code="BT310", severity="warning", message="")
        assert why_left(problem, supervised_by="Ann") == "Ann beside the treadmill makes up for it"
        assert "Ann" not in why_left(bt.Problem(code="BT107", message=""), supervised_by="Ann")

    def test_what_would_become_too_long_is_left_as_it_was(self) -> None:
        full = workout("3333x", "  0:20 straddle", "  1 s backward walk 1 km/h grip rail", "  0:20 straddle")
        subject = bt.parse(bt.write(full) + "1:00 forward walk 5 km/h")
        assert len(bt.expand(subject).segments) == 10_000
        athlete = bt.Athlete(level="first-timer", safety_acknowledged=True)
        assert "BT601" in found(subject, athlete)
        assert fix(subject, athlete) == (subject, ())


class TestPage:
    PAGE = """\
# mine
name: Drills

# before it all
3x   # three times

  # careful
   1:30  back walk 3kph   grip rail "go # on"   # slowly
   fitted 2.9 km/h
   0:05 straddle
   0:30 straddle added
   9:00 fwd jog 8kph# as ever
"""
    FIXED = """\
# mine
name: Drills

# before it all
3:00 forward walk 4.5 km/h
3x   # three times

  # careful
   1:20 backward walk 2.4 km/h grip rail "go # on"  # slowly
   0:30 straddle
   0:30 straddle added
   9:00 fwd jog 8kph# as ever
"""

    @pytest.mark.parametrize("ending", ["\n", "\r\n"])
    def test_keeps_everything_but_the_changed_lines(self, ending: str) -> None:
        text = self.PAGE.replace("\n", ending)
        changes = fix(bt.parse(text)).changes
        assert fixed_page(text, changes) == self.FIXED.replace("\n", ending)

    def test_without_changes_is_the_page_itself(self) -> None:
        assert fixed_page(self.PAGE, ()) == self.PAGE

    def test_a_straddle_goes_before_its_step_inside_a_repeat(self) -> None:
        text = (
            f"name: A\n{RUN}\n2x\n    1:00 backward walk 3 km/h light rail\n"
            "    # the second\n    1:00 backward walk 3.6 km/h light rail\n    1:00 forward walk 4 km/h\n"
        )
        changes = fix(bt.parse(text), bt.Athlete(level="beginner", easy_walk=bt.Speed("4 km/h"))).changes
        assert fixed_page(text, changes).splitlines()[3:7] == [
            "    1:00 backward walk 2.8 km/h light rail",
            "    # the second",
            "    0:30 straddle",
            "    1:00 backward walk 2.8 km/h light rail",
        ]


def leaves(parts: Sequence[Part]) -> Iterator[bt.Step | bt.Straddle]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from leaves(part.steps)
        else:
            yield part


def assert_no_harder(before: bt.Workout, changes: Sequence[Change]) -> None:
    """No change is faster, steeper, longer or freer than what it stands for, or turns anyone round."""
    steps = list(leaves(before.steps))
    for change in changes:
        new = bt.parse_line(change.after)
        old = steps[change.number - 1]
        if isinstance(new, bt.Straddle):
            assert not change.before or (isinstance(old, bt.Straddle) and new.seconds > old.seconds)
        elif not change.before:
            assert (change.number, new.direction, new.gait) == (1, "forward", "walk")
        else:
            assert isinstance(old, bt.Step)
            assert new.direction == old.direction != "forward"
            assert new.speed.kmh <= old.speed.kmh
            assert new.speed.unit == old.speed.unit
            assert new.incline.number <= old.incline.number
            assert RAILS.index(new.rail) <= RAILS.index(old.rail)
            assert (new.amount.unit, new.effort, new.cue) == (old.amount.unit, old.effort, old.cue)
            assert new.amount.number <= old.amount.number
            assert new.gait in {old.gait, "walk"}


def turned_seconds(timeline: bt.Timeline) -> float:
    return timeline.totals.backward_seconds + timeline.totals.sideways_seconds


def longest_bout(timeline: bt.Timeline) -> float:
    return max((bout.seconds for bout in bouts(timeline)), default=0.0)


ATHLETES = st.builds(
    bt.Athlete,
    level=st.sampled_from(LEVELS),
    easy_walk=st.none() | strategies.speeds("2", "7"),
    easy_run=st.none() | strategies.speeds("6", "12"),
    safety_acknowledged=st.just(True),
    treadmill=st.sampled_from(
        [
            None,
            bt.Treadmill(slowest=bt.Speed("2 km/h"), lowest=bt.Incline("1%")),
            bt.Treadmill(slowest=bt.Speed("0.5 mph"), speed_increment=bt.Speed("0.1 mph")),
        ]
    ),
)


@settings(max_examples=120)
@given(before=strategies.workouts(), athlete=ATHLETES, supervised_by=st.sampled_from([None, None, "Ann"]))
def test_whatever_is_fixed_is_no_harder_and_is_then_fixed(
    before: bt.Workout, athlete: bt.Athlete, supervised_by: str | None
) -> None:
    after, changes = fix(before, athlete, supervised_by=supervised_by)
    was, now = bt.expand(before, athlete), bt.expand(after, athlete)
    assert_no_harder(before, changes)
    assert turned_seconds(now) <= turned_seconds(was) + 1e-6
    assert longest_bout(now) <= longest_bout(was) + 1e-6
    assert fix(after, athlete, supervised_by=supervised_by) == (after, ())
    assert bt.parse(fixed_page(bt.write(before), changes)) == after
    grave = found(before, athlete, supervised_by)
    if grave.isdisjoint({*EASINGS, *TARGETS, "BT201", "BT305", "BT307", "BT601"}):
        assert changes == ()


def test_a_bout_is_ended_by_its_short_straddle_before_anything_is_cut() -> None:
    step = "1:30 backward walk 2 km/h grip rail"
    page = f"name: A\nlevel: first-timer\n20:00 forward walk 5 km/h\n{step}\n0:05 straddle\n{step}"
    (change,) = fix(bt.parse(page)).changes
    assert (change.before, change.after, change.codes) == ("0:05 straddle", "0:30 straddle", ("BT201",))
