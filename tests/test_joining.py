"""Joining: a block beside somebody's own run, with the forward walks that the rules want."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.checking import check_rules
from backtrack_plugins.joining import WALK, WALK_IMPERIAL, join, join_and_tell
from backtrack_plugins.testing import strategies
from backtrack_plugins.workout import NAME_BYTES, NAME_CHARACTERS

EASY_RUN = Path(__file__).parents[1] / "examples" / "workouts" / "easy-run.backtrack"

BACKWARD = "1:00 backward walk 2 km/h grip rail"


def workout(*lines: str, name: str = "Run", level: str | None = None) -> bt.Workout:
    level_line = f"level: {level}\n" if level else ""
    return bt.parse(f"name: {name}\n{level_line}" + "\n".join(lines))


def block(*lines: str, level: str | None = None) -> bt.Workout:
    return workout(*(lines or (BACKWARD,)), name="Block", level=level)


def lines(joined: bt.Workout) -> list[str]:
    return [line.strip() for line in bt.write(joined).split("\n\n", 1)[1].splitlines()]


def codes(joined: bt.Workout, athlete: bt.Athlete | None = None) -> set[str]:
    return {problem.code for problem in check_rules(bt.expand(joined, athlete), athlete)}


class TestOrder:
    RUN = workout("20:00 forward jog 8 km/h")

    def test_after_puts_the_run_first_and_the_block_behind_it(self) -> None:
        assert lines(join(block(), self.RUN)) == [
            "20:00 forward jog 8 km/h",
            BACKWARD,
            "3:00 forward walk 4.5 km/h",
        ]

    def test_before_puts_the_block_first_and_the_run_behind_it(self) -> None:
        assert lines(join(block(), self.RUN, before=True)) == [
            "3:00 forward walk 4.5 km/h",
            BACKWARD,
            "20:00 forward jog 8 km/h",
        ]

    def test_repeats_stay_repeats(self) -> None:
        intervals = workout("5:00 forward walk 5 km/h", "3x", "  1:00 forward jog 9 km/h easy")
        assert lines(join(block("2x", f"  {BACKWARD}", "  0:30 straddle"), intervals)) == [
            *("5:00 forward walk 5 km/h", "3x", "1:00 forward jog 9 km/h easy"),
            *("2x", BACKWARD, "0:30 straddle"),
            "3:00 forward walk 4.5 km/h",
        ]

    def test_tells_what_was_added_in_its_order(self) -> None:
        joined = join_and_tell(block(), workout("1:00 forward run 12 km/h"))
        assert [(str(added.step.amount), added.why[-6:-1]) for added in joined.added] == [
            ("2:00", "BT602"),
            ("3:00", "BT603"),
        ]
        nothing = join_and_tell(block("3:00 forward walk 5 km/h"), workout("3:00 forward walk 5 km/h"))
        assert nothing.added == ()

    def test_what_is_missing_is_said_in_the_order_of_the_workout(self) -> None:
        joined = join_and_tell(block(), workout("0:20 forward run 12 km/h"))
        assert [str(added.step.amount) for added in joined.added] == ["1:00", "2:00", "3:00"]
        assert lines(joined.workout)[0] == "1:00 forward walk 4.5 km/h"


class TestWarmUp:
    @pytest.mark.parametrize(
        ("run", "added"),
        [
            ("0:30 straddle", "3:00"),
            ("0:10 forward walk 5 km/h", "3:00"),
            ("1:00 forward walk 5 km/h", "2:00"),
            ("2:59 forward walk 5 km/h", "0:30"),
            ("3:00 forward walk 5 km/h", None),
            ("100 m forward walk 5 km/h", "2:00"),  # 72 s
            ("250 m forward walk 5 km/h", None),  # 180 s
            ("lap forward walk 5 km/h", None),
        ],
    )
    def test_is_what_is_missing_to_three_minutes(self, run: str, added: str | None) -> None:
        joined = join(block(), workout(run))
        expected = [f"{added} forward walk 4.5 km/h"] if added else []
        assert lines(joined) == [*expected, run, BACKWARD, "3:00 forward walk 4.5 km/h"]
        assert "BT601" not in codes(joined)


class TestRest:
    @pytest.mark.parametrize(
        ("tail", "added"),
        [
            (["1:00 forward run 10 km/h"], None),
            (["1:00 forward run 10.1 km/h"], "2:00"),
            (["1:00 forward run 6.2 mph"], None),
            (["1:00 forward run 6.3 mph"], "2:00"),
            (["1:00 forward run 16 km/h easy"], None),
            (["1:00 forward jog 7 km/h hard"], "2:00"),
            (["1:00 forward jog 7 km/h rpe 14"], None),
            (["1:00 forward jog 7 km/h rpe 15"], "2:00"),
            (["1:00 forward run 14 km/h", "1:00 forward walk 5 km/h"], "1:00"),
            (["1:00 forward run 14 km/h", "2:00 forward walk 5 km/h"], None),
            (["1:00 forward run 14 km/h", "lap forward walk 5 km/h"], None),
            (["lap forward run 14 km/h"], "2:00"),
            (["4x", "  1:00 forward run 14 km/h"], "2:00"),
        ],
    )
    def test_lies_between_a_hard_step_and_the_turn(self, tail: list[str], added: str | None) -> None:
        run = workout("10:00 forward jog 8 km/h", *tail)
        joined = join(block(BACKWARD, "2:00 forward walk 5 km/h"), run)
        expected = [f"{added} forward walk 4.5 km/h"] if added else []
        assert lines(joined) == [
            "10:00 forward jog 8 km/h",
            *(line.strip() for line in tail),
            *expected,
            BACKWARD,
            "2:00 forward walk 5 km/h",
        ]
        assert "BT602" not in codes(joined)

    def test_counts_the_forward_steps_that_the_block_begins_with(self) -> None:
        run = workout("10:00 forward run 14 km/h")
        joined = join(block("1:30 forward walk 5 km/h", BACKWARD, "2:00 forward walk 5 km/h"), run)
        assert lines(joined)[1] == "0:30 forward walk 4.5 km/h"

    def test_is_not_added_for_a_hard_step_of_the_block_itself(self) -> None:
        hard = block("0:30 forward run 14 km/h", BACKWARD, "2:00 forward walk 5 km/h")
        joined = join(hard, workout("10:00 forward run 14 km/h"))
        assert lines(joined)[1] == "0:30 forward run 14 km/h"
        assert "BT602" in codes(joined)


class TestCoolDown:
    @pytest.mark.parametrize(
        ("tail", "added"),
        [
            ([], "3:00"),
            (["0:30 straddle"], "3:00"),
            (["1:00 forward walk 5 km/h"], "1:00"),
            (["1:50 forward walk 5 km/h"], "0:30"),
            (["2:00 forward walk 5 km/h"], None),
            (["lap forward walk 5 km/h"], None),
        ],
    )
    def test_is_what_is_missing_to_two_minutes_and_three_where_there_is_none(
        self, tail: list[str], added: str | None
    ) -> None:
        joined = join(block(BACKWARD, *tail), workout("10:00 forward jog 8 km/h"))
        expected = [f"{added} forward walk 4.5 km/h"] if added else []
        assert lines(joined) == ["10:00 forward jog 8 km/h", BACKWARD, *tail, *expected]
        assert "BT603" not in codes(joined)

    def test_is_the_run_when_the_block_comes_before_it(self) -> None:
        joined = join(block(), workout("2:00 forward jog 8 km/h"), before=True)
        assert lines(joined) == ["3:00 forward walk 4.5 km/h", BACKWARD, "2:00 forward jog 8 km/h"]


class TestSpeedOfTheWalks:
    METRIC, MILES = workout("5:00 forward jog 8 km/h"), workout("5:00 forward jog 12:00/mi")

    @pytest.mark.parametrize(
        ("athlete", "run", "speed"),
        [
            (None, METRIC, WALK),
            (None, MILES, WALK_IMPERIAL),
            (bt.Athlete(), MILES, WALK),
            (bt.Athlete(units="imperial"), METRIC, WALK_IMPERIAL),
            (bt.Athlete(easy_walk=bt.Speed("5.5 km/h"), units="imperial"), METRIC, bt.Speed("5.5 km/h")),
            (None, workout("0:30 straddle"), WALK),
        ],
    )
    def test_is_the_athletes_or_goes_by_the_units(
        self, athlete: bt.Athlete | None, run: bt.Workout, speed: bt.Speed
    ) -> None:
        added = join_and_tell(block(), run, athlete=athlete).added
        assert added
        assert {each.step.speed for each in added} == {speed}


class TestHeaders:
    def test_both_names_the_blocks_level_and_about(self) -> None:
        beside = bt.parse("name: Finisher\nlevel: beginner\nabout: A block.\n" + BACKWARD)
        joined = join(
            beside, bt.parse("name: Tuesday\nlevel: advanced\nabout: A run.\n9:00 forward jog 8 km/h")
        )
        assert (joined.name, joined.level, joined.about) == ("Tuesday + Finisher", "beginner", "A block.")
        assert joined.origin is None

    def test_the_runs_level_when_the_block_has_none(self) -> None:
        assert join(block(), workout("9:00 forward jog 8 km/h", level="advanced")).level == "advanced"

    @pytest.mark.parametrize("letter", ["x", "\u00e9", "\u8dd1"])
    @pytest.mark.parametrize("length", [1, 35, 38, 39, 40])
    def test_the_name_is_cut_to_what_a_name_may_be(self, letter: str, length: int) -> None:
        long = letter * length
        joined = join(workout(BACKWARD, name=long), workout("9:00 forward jog 8 km/h", name=long))
        assert joined.name.startswith(long[:35])
        assert not joined.name.endswith("+")
        assert len(joined.name) <= NAME_CHARACTERS
        assert len(joined.name.encode()) <= NAME_BYTES


class TestWhatItLeaves:
    def test_two_bouts_that_run_together_are_for_the_check_to_find(self) -> None:
        run = workout("10:00 forward jog 8 km/h hard", "2:00 backward walk 2 km/h grip rail")
        joined = join(block("2:00 backward walk 2 km/h grip rail"), run)
        assert lines(joined)[1:3] == ["2:00 backward walk 2 km/h grip rail"] * 2
        assert "BT201" in codes(joined)

    def test_forward_alone_gets_no_walks(self) -> None:
        forward = workout("1:00 forward run 15 km/h")
        assert join_and_tell(forward, forward).added == ()

    def test_what_is_too_long_is_refused_with_what_to_do(self) -> None:
        run = workout("9000x", "  0:10 forward jog 8 km/h")
        with pytest.raises(bt.InvalidWorkout, match=r"more than 10000 segments[\s\S]*repeat less often"):
            join(run, run)


@settings(max_examples=60)
@given(
    block=strategies.workouts(),
    run=strategies.workouts(),
    before=st.booleans(),
    easy=st.none() | strategies.speeds("2", "9"),
)
def test_whatever_is_joined_nothing_of_it_is_lost_and_it_warms_up_and_cools_down(
    block: bt.Workout, run: bt.Workout, before: bool, easy: bt.Speed | None
) -> None:
    athlete = bt.Athlete(easy_walk=easy)
    joined, added, _ = join_and_tell(block, run, before=before, athlete=athlete)
    walks = [each.step for each in added]
    kept = [part for part in joined.steps if part not in walks]
    first, second = (block, run) if before else (run, block)
    assert kept == [part for part in (*first.steps, *second.steps) if part not in walks]
    assert codes(joined, athlete).isdisjoint({"BT601", "BT603"})
    assert bt.parse(bt.write(joined)) == joined


def test_the_example_run_takes_a_block_of_every_level() -> None:
    run = bt.read(EASY_RUN)
    assert bt.expand(run).totals.seconds == 25 * 60
    joined = join(block("2:00 backward walk 1.6 km/h grip rail"), run)
    assert codes(joined) == set()
