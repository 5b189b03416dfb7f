"""Expanding: what stands where in time, and what the treadmill is asked to do."""

from __future__ import annotations

import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.checking import check
from backtrack_plugins.exporting import notices_for, page_of
from backtrack_plugins.fitting import fit_incline, fit_speed
from backtrack_plugins.testing.strategies import inclines, speeds, workouts
from backtrack_plugins.timeline import RepeatedSegments, Segment, Timeline, TreePart
from backtrack_plugins.units import Incline, Speed
from backtrack_plugins.workout import LEVELS, Part, Repeat, Step, Straddle, Workout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BUILT_IN = sorted(Path(library.__file__).parent.glob("*/*.backtrack"))

MILES = bt.Treadmill(
    slowest=Speed("0.5 mph"),
    fastest=Speed("12 mph"),
    speed_increment=Speed("0.1 mph"),
    highest=Incline("12%"),
)
COARSE = bt.Treadmill(
    slowest=Speed("1 km/h"),
    fastest=Speed("12 km/h"),
    speed_increment=Speed("0.5 km/h"),
    lowest=Incline("1%"),
    highest=Incline("10%"),
    incline_increment=Incline("1%"),
)
TREADMILLS = (bt.Treadmill(), MILES, COARSE)

# Few values, close to each other, so that steps meet that are the same, nearly so, or only so once fitted.
KMH_AND_OTHERS = (
    "2 km/h",
    "2.4 km/h",
    "2.4023 km/h",
    "2.3985 km/h",
    "2.45 km/h",
    "1.5 mph",
    "25:00/km",
    "1.3 mph",
)


def turning_workouts() -> st.SearchStrategy[Workout]:
    """Workouts that turn often; repeats nest."""
    direction = st.sampled_from(("forward", "backward", "backward", "left"))
    step = st.builds(
        Step,
        amount=st.sampled_from(("1:00", "0:05", "40 m", "1 m", "lap")).map(bt.Amount),
        direction=direction,
        gait=st.just("walk"),
        speed=st.sampled_from(KMH_AND_OTHERS).map(Speed),
        incline=st.sampled_from(("0%", "0%", "0.2%", "2%", "2.2%")).map(Incline),
        rail=st.just("light"),
    )
    straddle = st.builds(Straddle, amount=st.sampled_from(("0:05", "0:30")).map(bt.Amount))
    parts = st.recursive(
        st.one_of(step, step, straddle),
        lambda inner: st.builds(
            Repeat, times=st.integers(1, 3), steps=st.lists(inner, min_size=1, max_size=3).map(tuple)
        ),
        max_leaves=6,
    )
    return st.builds(
        Workout,
        name=st.just("A"),
        level=st.none() | st.sampled_from(LEVELS),
        steps=st.lists(parts, min_size=1, max_size=6).map(tuple),
    )


athletes = st.none() | st.builds(
    bt.Athlete, level=st.none() | st.sampled_from(LEVELS), treadmill=st.none() | st.sampled_from(TREADMILLS)
)


def expanded(body: str, treadmill: bt.Treadmill | None = None) -> Timeline:
    return bt.expand(bt.parse(f"name: A\n{body}"), bt.Athlete(treadmill=treadmill))


def unrolled(parts: Sequence[TreePart]) -> Iterator[Segment]:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            for _ in range(part.times):
                yield from unrolled(part.parts)
        else:
            yield part


def authored(parts: Sequence[Part]) -> Iterator[Step | Straddle]:
    for part in parts:
        if isinstance(part, Repeat):
            for _ in range(part.times):
                yield from authored(part.steps)
        else:
            yield part


class TestOffsetsAndTotals:
    @given(turning_workouts(), athletes)
    def test_each_segment_starts_where_the_one_before_it_ends(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        segments = bt.expand(workout, athlete).segments
        assert segments[0].start_seconds == 0
        for before, after in pairwise(segments):
            assert after.start_seconds == pytest.approx(before.start_seconds + (before.seconds or 0))

    @given(workouts() | turning_workouts(), athletes)
    def test_totals_are_the_sums_over_the_segments(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        timeline = bt.expand(workout, athlete)
        totals = timeline.totals

        def seconds(*directions: str | None) -> float:
            return sum(
                segment.seconds or 0 for segment in timeline.segments if segment.direction in directions
            )

        last = timeline.segments[-1]
        assert totals.seconds == pytest.approx(last.start_seconds + (last.seconds or 0))
        assert totals.metres == pytest.approx(sum(segment.metres or 0 for segment in timeline.segments))
        assert totals.forward_seconds == pytest.approx(seconds("forward"))
        assert totals.backward_seconds == pytest.approx(seconds("backward"))
        assert totals.sideways_seconds == pytest.approx(seconds("left", "right"))
        assert totals.straddle_seconds == pytest.approx(seconds(None))
        assert totals.lap_steps == sum(segment.ends_on == "lap" for segment in timeline.segments)

    @given(turning_workouts(), athletes)
    def test_segments_are_the_tree_unrolled(self, workout: Workout, athlete: bt.Athlete | None) -> None:
        timeline = bt.expand(workout, athlete)
        assert [segment.lines for segment in unrolled(timeline.tree)] == [s.lines for s in timeline.segments]

    @given(turning_workouts(), athletes)
    def test_no_authored_step_is_lost_or_moved(self, workout: Workout, athlete: bt.Athlete | None) -> None:
        segments = [segment for segment in bt.expand(workout, athlete).segments if not segment.added]
        assert [segment.step for segment in segments] == list(authored(workout.steps))

    @given(turning_workouts(), athletes)
    def test_seconds_and_metres_agree_with_the_belt_speed(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        for segment in bt.expand(workout, athlete).segments:
            if segment.is_straddle or segment.ends_on == "lap":
                assert segment.metres is None
            else:
                assert segment.seconds is not None
                assert segment.metres_per_second is not None
                assert segment.metres == pytest.approx(segment.seconds * segment.metres_per_second)

    def test_a_distance_has_the_duration_of_its_fitted_speed(self) -> None:
        (segment,) = expanded("400 m forward walk 5.04 km/h").segments
        assert (segment.ends_on, segment.metres) == ("distance", 400)
        assert segment.seconds == pytest.approx(400 / (5 / 3.6))

    def test_a_lap_step_has_no_duration_and_totals_say_so(self) -> None:
        timeline = expanded("2x\n  lap forward walk 5 km/h\n1:00 forward walk 5 km/h")
        lap = timeline.segments[0]
        assert (lap.ends_on, lap.seconds, lap.metres) == ("lap", None, None)
        assert timeline.totals.lap_steps == 2
        assert timeline.totals.seconds == 60
        assert [segment.start_seconds for segment in timeline.segments] == [0, 0, 0]


LETTERS = {
    "F": "9:00 forward walk 5 km/h",
    "f": "9:00 forward run 12 km/h 2%",
    "B": "1:00 backward walk 2 km/h light rail",
    "b": "1:00 backward walk 3 km/h light rail",
    "U": "1:00 backward walk 2 km/h 2% light rail",
    "H": '2:00 backward jog 2 km/h hands free "the belt stays as it is"',
    "L": "1:00 left walk 2 km/h light rail",
    "R": "1:00 right walk 2 km/h light rail",
    "S": "0:40 straddle",
    "s": "0:05 straddle",
}
NAMES = {line: letter for letter, line in LETTERS.items()}


def page_from(shorthand: str) -> str:
    lines, depth = ["name: A"], 0
    for times, token in re.findall(r"([0-9]+)\(|(.)", shorthand):
        if times:
            lines.append("  " * depth + f"{times}x")
            depth += 1
        elif token == ")":
            depth -= 1
        else:
            lines.append("  " * depth + LETTERS[token])
    return "\n".join(lines)


def shorthand_of(parts: Sequence[TreePart]) -> str:
    return "".join(
        f"{part.times}({shorthand_of(part.parts)})"
        if isinstance(part, RepeatedSegments)
        else "+"
        if part.added
        else NAMES[part.line]
        for part in parts
    )


class TestPlacedStraddles:
    @pytest.mark.parametrize(
        ("written", "placed"),
        [
            pytest.param("F", "F", id="forward alone"),
            pytest.param("Ff", "Ff", id="speed and incline change facing the console"),
            pytest.param("FB", "F+B", id="turn away"),
            pytest.param("FBF", "F+B+F", id="turn away and back"),
            pytest.param("FLRBF", "F+L+R+B+F", id="every change of facing"),
            pytest.param("B", "+B", id="starts backward"),
            pytest.param("L", "+L", id="starts sideways"),
            pytest.param("FBB", "F+BB", id="nothing changes"),
            pytest.param("FBH", "F+BH", id="gait, rail and cue change, the belt does not"),
            pytest.param("FBb", "F+B+b", id="speed changes while backward"),
            pytest.param("FBU", "F+B+U", id="incline goes up while backward"),
            pytest.param("FUB", "F+U+B", id="incline goes down while backward"),
            pytest.param("FSBSF", "FSBSF", id="authored ones override"),
            pytest.param("FsB", "FsB", id="a short authored one overrides, and is the rules' business"),
            pytest.param("FssB", "FssB", id="two authored in a row"),
            pytest.param("FBSB", "F+BSB", id="authored where nothing changes"),
            pytest.param("SB", "SB", id="authored before a backward start"),
            pytest.param("FSBb", "FSB+b", id="authored before one turn, placed at the next"),
            pytest.param("F3(BF)F", "F3(+B+F)F", id="turns inside a repeat"),
            pytest.param("F3(B)F", "F3(+B)+F", id="the way in needs one, so every pass has one"),
            pytest.param("B3(B)", "+B3(B)", id="neither way needs one"),
            pytest.param("B3(BF)", "+B3(+B+F)", id="only the way round needs one"),
            pytest.param("B1(BF)", "+B1(B+F)", id="once is no way round"),
            pytest.param("F1(B)F", "F1(+B)+F", id="once, the way in"),
            pytest.param("2(FB)", "2(+F+B)", id="the way round to a forward start"),
            pytest.param("2(BF)", "2(+B+F)", id="a repeat starts backward"),
            pytest.param("F2(S)B", "F2(S)B", id="a repeat of only straddles"),
            pytest.param("2(S)", "2(S)", id="nothing but straddles"),
            pytest.param("F2(2(S)B)", "F2(2(S)B)", id="a nested repeat of only straddles"),
            pytest.param("F3(SBF)", "F3(SB+F)", id="authored at the head of the body"),
            pytest.param("FS3(BF)", "FS3(+B+F)", id="authored on the way in, needed on the way round"),
            pytest.param("F3(BFS)", "F3(+B+FS)", id="authored on the way round, needed on the way in"),
            pytest.param("FS3(BFS)", "FS3(B+FS)", id="authored both ways"),
            pytest.param("F2(Bb)F", "F2(+B+b)+F", id="speed changes in the body and on the way round"),
            pytest.param("b2(B)", "+b2(+B)", id="the way in changes speed"),
            pytest.param("F2(2(B)F)F", "F2(2(+B)+F)F", id="nested, at the head"),
            pytest.param("F2(B2(F))F", "F2(+B2(+F))F", id="nested, the way in of the inner"),
            pytest.param("F2(2(BF))F", "F2(2(+B+F))F", id="nested, nothing between"),
            pytest.param("2(2(B)S)", "2(2(+B)S)", id="nested, authored on the outer way round"),
            pytest.param("B2(2(B)F)", "+B2(2(+B)+F)", id="nested, only the outer way round needs one"),
            pytest.param("F2(1(B)1(L))", "F2(1(+B)1(+L))", id="repeats next to each other"),
            pytest.param("F2(B)2(B)F", "F2(+B)2(B)+F", id="the second repeat goes on as the first ended"),
            pytest.param("F2(2(2(B)b)F)", "F2(2(2(+B)+b)+F)", id="three deep"),
        ],
    )
    def test_stand_where_some_way_into_a_step_needs_one(self, written: str, placed: str) -> None:
        timeline = bt.expand(bt.parse(page_from(written)))
        assert shorthand_of(timeline.tree) == placed

    @pytest.mark.parametrize(
        ("level", "line"),
        [
            ("first-timer", "0:30 straddle added"),
            ("beginner", "0:30 straddle added"),
            ("intermediate", "0:20 straddle added"),
            ("advanced", "0:20 straddle added"),
        ],
    )
    def test_last_as_long_as_the_level_needs(self, level: bt.Athlete, line: str) -> None:
        segments = bt.expand(bt.parse(f"name: A\nlevel: {level}\n{LETTERS['F']}\n{LETTERS['B']}")).segments
        assert segments[1].line == line
        assert segments[1].added
        assert segments[1].start_seconds + (segments[1].seconds or 0) == segments[2].start_seconds

    def test_speeds_that_fit_to_the_same_belt_need_none(self) -> None:
        lines = ("1:00 backward walk 2.45 km/h light rail", "1:00 backward walk 2.49 km/h light rail")
        assert [segment.added for segment in expanded("\n".join(lines)).segments] == [True, False, False]

    def test_one_speed_in_two_units_needs_none(self) -> None:
        lines = ("1:00 backward walk 3.6 km/h light rail", "1:00 backward walk 1 m/s light rail")
        assert [segment.added for segment in expanded("\n".join(lines)).segments] == [True, False, False]

    @given(turning_workouts(), athletes)
    def test_no_change_needs_one_that_is_not_there(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        for before, straddles, after in ways(bt.expand(workout, athlete).segments):
            if not straddles:
                assert not needs_straddle(before, after)

    @given(turning_workouts(), athletes)
    def test_each_placed_one_is_needed_in_some_pass(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        placed: set[int] = set()
        needed: set[int] = set()
        for before, straddles, after in ways(bt.expand(workout, athlete).segments):
            if any(straddle.added for straddle in straddles):
                placed.add(after.step_number)
            if all(straddle.added for straddle in straddles) and needs_straddle(before, after):
                needed.add(after.step_number)
        assert placed == needed

    @settings(max_examples=400)
    @given(turning_workouts(), athletes)
    def test_the_rules_about_turning_find_fault_only_with_short_authored_ones(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        timeline = bt.expand(workout, athlete)
        short = {
            after.step_number
            for _before, straddles, after in ways(timeline.segments)
            if straddles
            and not any(s.added for s in straddles)
            and sum(s.seconds or 0 for s in straddles) < 10
        }
        blamed = {problem.where.step for problem in check(timeline) if problem.code in {"BT305", "BT307"}}
        assert blamed <= short

    def test_the_rules_agree_with_expanding_on_what_is_the_same_speed(self) -> None:
        """2.4023 km/h stays as the same speed as 2.4, and 2.45 is fitted to 2.4: no change on the console."""
        timeline = expanded(
            "9:00 forward walk 5 km/h\n"
            "1:00 backward walk 2.4023 km/h light rail\n"
            "1:00 backward walk 2.45 km/h light rail"
        )
        between = timeline.segments[3].added
        refused = any(problem.code == "BT307" for problem in check(timeline))
        assert not (refused and not between)


def ways(segments: Sequence[Segment]) -> Iterator[tuple[Segment | None, list[Segment], Segment]]:
    """Each way onto the belt: the belt segment before, the straddles between, the belt segment."""
    before: Segment | None = None
    straddles: list[Segment] = []
    for segment in segments:
        if segment.is_straddle:
            straddles.append(segment)
        else:
            yield before, straddles, segment
            before, straddles = segment, []


def needs_straddle(before: Segment | None, after: Segment) -> bool:
    if (before.direction if before else "forward") != after.direction:
        return True
    if before is None or after.direction == "forward":
        return False
    same_speed = before.metres_per_second == pytest.approx(after.metres_per_second, rel=1e-3)
    return not same_speed or before.incline_percent != after.incline_percent


def treadmills() -> st.SearchStrategy[bt.Treadmill]:
    tenths = st.integers(1, 10)

    def of(unit: str, least: int, span: int, step: int) -> bt.Treadmill:
        return bt.Treadmill(
            slowest=Speed(f"{least / 10} {unit}"),
            fastest=Speed(f"{(least + span) / 10} {unit}"),
            speed_increment=Speed(f"{step / 10} {unit}"),
        )

    return st.builds(of, st.sampled_from(("km/h", "mph")), st.integers(1, 20), st.integers(10, 220), tenths)


class TestFittedSpeed:
    @given(speeds(), treadmills())
    def test_never_goes_up_when_not_forward(self, speed: Speed, treadmill: bt.Treadmill) -> None:
        assume(speed.kmh >= treadmill.slowest.kmh)
        fitted = fit_speed(speed, treadmill, down=True)
        assert fitted.kmh <= speed.kmh or fitted.same_as(speed)

    @given(speeds(), treadmills())
    def test_goes_down_by_less_than_one_increment(self, speed: Speed, treadmill: bt.Treadmill) -> None:
        assume(treadmill.slowest.kmh <= speed.kmh <= treadmill.fastest.kmh)
        fitted = fit_speed(speed, treadmill, down=True)
        assert speed.kmh - fitted.kmh < treadmill.speed_increment.kmh

    @given(speeds(), treadmills())
    def test_is_the_nearest_when_forward(self, speed: Speed, treadmill: bt.Treadmill) -> None:
        assume(treadmill.slowest.kmh <= speed.kmh <= treadmill.fastest.kmh)
        fitted = fit_speed(speed, treadmill, down=False)
        half = float(treadmill.speed_increment.kmh) / 2
        assert abs(float(speed.kmh - fitted.kmh)) <= half * (1 + 1e-9)

    @given(speeds(), treadmills(), st.booleans())
    def test_is_one_the_treadmill_can_do(self, speed: Speed, treadmill: bt.Treadmill, down: bool) -> None:
        fitted = fit_speed(speed, treadmill, down=down)
        increment = float(treadmill.speed_increment.kmh)
        key = round(float(fitted.kmh) / increment) * increment
        on_a_key = float(fitted.kmh) == pytest.approx(key, rel=1e-3)
        assert on_a_key or fitted.same_as(treadmill.slowest) or fitted.same_as(treadmill.fastest)
        assert treadmill.slowest.kmh <= fitted.kmh or fitted.same_as(treadmill.slowest)
        assert fitted.kmh <= treadmill.fastest.kmh or fitted.same_as(treadmill.fastest)

    @pytest.mark.parametrize(
        ("written", "treadmill", "forward", "backward"),
        [
            ("2.4 km/h", bt.Treadmill(), "2.4 km/h", "2.4 km/h"),
            ("2.45 km/h", bt.Treadmill(), "2.5 km/h", "2.4 km/h"),
            ("2.49 km/h", bt.Treadmill(), "2.5 km/h", "2.4 km/h"),
            ("1.5 mph", bt.Treadmill(), "2.4 km/h", "2.4 km/h"),
            ("2 mph", bt.Treadmill(), "3.2 km/h", "3.2 km/h"),
            ("0.5 km/h", bt.Treadmill(), "0.8 km/h", "0.8 km/h"),
            ("25 km/h", bt.Treadmill(), "20 km/h", "20 km/h"),
            ("2.4 km/h", MILES, "1.5 mph", "1.4 mph"),
            ("4.8 km/h", MILES, "3 mph", "2.9 mph"),
            ("1.25 mph", MILES, "1.3 mph", "1.2 mph"),
            ("2.7 km/h", COARSE, "2.5 km/h", "2.5 km/h"),
            ("2.75 km/h", COARSE, "3 km/h", "2.5 km/h"),
        ],
    )
    def test_is_rounded_for_the_way_the_athlete_faces(
        self, written: str, treadmill: bt.Treadmill, forward: str, backward: str
    ) -> None:
        assert str(fit_speed(Speed(written), treadmill, down=False)) == forward
        assert str(fit_speed(Speed(written), treadmill, down=True)) == backward

    @pytest.mark.parametrize("direction", ["forward", "backward", "left"])
    @pytest.mark.parametrize(
        ("written", "treadmill", "key"),
        [
            ("6:00/km", bt.Treadmill(), "10 km/h"),
            ("1 m/s", bt.Treadmill(), "3.6 km/h"),
            ("0.667 m/s", bt.Treadmill(), "2.4 km/h"),
            ("20:00/mi", MILES, "3 mph"),
            ("2.415 km/h", MILES, "1.5 mph"),
            # Within a thousandth of a key, from below.
            ("26:50/mi", bt.Treadmill(), "3.6 km/h"),
            ("0.6666 m/s", bt.Treadmill(), "2.4 km/h"),
            ("2.414 km/h", MILES, "1.5 mph"),
            ("0.805 km/h", MILES, "0.5 mph"),
            ("0.8043 km/h", MILES, "0.5 mph"),
            ("19.315 km/h", MILES, "12 mph"),
        ],
    )
    def test_of_a_key_in_another_unit_is_not_called_fitted(
        self, written: str, treadmill: bt.Treadmill, key: str, direction: str
    ) -> None:
        segment = expanded(f"1:00 {direction} run {written} light rail", treadmill).segments[-1]
        assert segment.fitted_line is None
        assert Speed(segment.belt).same_as(Speed(key))
        assert segment.line.startswith(f"1:00 {direction} run {written}")

    @pytest.mark.parametrize("kmh", ["2.3975", "2.4025"])
    def test_a_thousandth_off_a_key_is_another_speed(self, kmh: str) -> None:
        segment = expanded(f"1:00 backward walk {kmh} km/h light rail").segments[-1]
        assert segment.fitted_line == ("fitted 2.3 km/h" if kmh < "2.4" else "fitted 2.4 km/h")


class TestFittedSegments:
    @given(turning_workouts(), st.sampled_from(TREADMILLS))
    def test_are_never_faster_or_steeper_than_written_when_not_forward(
        self, workout: Workout, treadmill: bt.Treadmill
    ) -> None:
        for segment in bt.expand(workout, bt.Athlete(treadmill=treadmill)).segments:
            step = segment.step
            if not isinstance(step, Step) or step.direction == "forward":
                continue
            assert segment.metres_per_second is not None
            assert segment.metres_per_second <= step.speed.metres_per_second * 1.001
            assert segment.incline_percent <= max(step.incline.percent, treadmill.lowest.percent)

    @pytest.mark.parametrize("direction", ["backward", "left", "right"])
    def test_are_rounded_down_whichever_way_they_do_not_face(self, direction: str) -> None:
        (segment,) = expanded(f"1:00 {direction} walk 2.49 km/h 2.9% light rail").segments[1:]
        assert segment.belt == "2.4 km/h 2.5%"


class TestFittedIncline:
    @given(inclines("0", "15"), st.sampled_from(TREADMILLS))
    def test_never_goes_up_when_not_forward(self, incline: Incline, treadmill: bt.Treadmill) -> None:
        assume(incline.number >= treadmill.lowest.number)
        fitted = fit_incline(incline, treadmill, down=True)
        assert fitted.number <= incline.number

    @given(inclines(), st.sampled_from(TREADMILLS), st.booleans())
    def test_is_one_the_treadmill_can_do(self, incline: Incline, treadmill: bt.Treadmill, down: bool) -> None:
        fitted = fit_incline(incline, treadmill, down=down)
        assert treadmill.lowest.number <= fitted.number <= treadmill.highest.number
        assert fitted.number % treadmill.incline_increment.number == 0

    @given(inclines("0", "15"), st.sampled_from(TREADMILLS))
    def test_is_the_nearest_when_forward(self, incline: Incline, treadmill: bt.Treadmill) -> None:
        assume(treadmill.lowest.number <= incline.number <= treadmill.highest.number)
        fitted = fit_incline(incline, treadmill, down=False)
        assert abs(fitted.number - incline.number) <= treadmill.incline_increment.number / 2

    @pytest.mark.parametrize(
        ("written", "treadmill", "forward", "backward"),
        [
            ("2%", bt.Treadmill(), "2%", "2%"),
            ("2.9%", bt.Treadmill(), "3%", "2.5%"),
            ("2.75%", bt.Treadmill(), "3%", "2.5%"),
            ("0.2%", bt.Treadmill(), "0%", "0%"),
            ("16%", bt.Treadmill(), "15%", "15%"),
            ("-2%", bt.Treadmill(), "0%", "0%"),
            ("0%", COARSE, "1%", "1%"),
        ],
    )
    def test_is_rounded_for_the_way_the_athlete_faces(
        self, written: str, treadmill: bt.Treadmill, forward: str, backward: str
    ) -> None:
        assert str(fit_incline(Incline(written), treadmill, down=False)) == forward
        assert str(fit_incline(Incline(written), treadmill, down=True)) == backward


class TestFittedLine:
    @pytest.mark.parametrize(
        ("line", "treadmill", "fitted_line", "belt"),
        [
            ("1:00 forward walk 5 km/h", bt.Treadmill(), None, "5 km/h"),
            ("1:00 forward walk 5 km/h 1%", bt.Treadmill(), None, "5 km/h 1%"),
            ("1:00 forward walk 5.04 km/h", bt.Treadmill(), "fitted 5 km/h", "5 km/h"),
            ("1:00 forward walk 5 km/h 1.2%", bt.Treadmill(), "fitted 1%", "5 km/h 1%"),
            ("1:00 backward walk 2 km/h 0.4% light rail", bt.Treadmill(), "fitted 0%", "2 km/h"),
            ("1:00 forward walk 5.04 km/h 1.2%", bt.Treadmill(), "fitted 5 km/h 1%", "5 km/h 1%"),
            ("1:00 backward walk 2.4 km/h 2% light rail", MILES, "fitted 1.4 mph", "1.4 mph 2%"),
            ("1:00 forward walk 5 km/h", COARSE, "fitted 1%", "5 km/h 1%"),
        ],
    )
    def test_says_what_fitting_changed_below_the_line_as_authored(
        self, line: str, treadmill: bt.Treadmill, fitted_line: str | None, belt: str
    ) -> None:
        segment = expanded(line, treadmill).segments[-1]
        assert (segment.line, segment.fitted_line, segment.belt) == (line, fitted_line, belt)
        assert segment.lines == ((line,) if fitted_line is None else (line, fitted_line))

    @given(workouts() | turning_workouts(), athletes)
    def test_the_page_in_an_artifact_reads_back_as_authored(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        page = page_of(bt.expand(workout, athlete), notices_for("Ada # Example"))
        assert bt.parse(page) == workout

    def test_a_page_with_placed_straddles_and_fitted_lines_reads_back_as_authored(self) -> None:
        written = (
            "name: A\n2x\n  2:00 forward walk 5.04 km/h 1.2%\n  1:00 backward walk 2.47 km/h light rail\n"
        )
        workout = bt.parse(written)
        page = page_of(bt.expand(workout), ("Take care.",))
        assert page == (
            "name: A\n\n# Take care.\n2x\n  0:30 straddle added\n"
            "  2:00 forward walk 5.04 km/h 1.2%\n  fitted 5 km/h 1%\n  0:30 straddle added\n"
            "  1:00 backward walk 2.47 km/h light rail\n  fitted 2.4 km/h\n"
        )
        assert bt.parse(page) == workout


class TestCues:
    @given(turning_workouts(), athletes)
    def test_one_comes_before_each_straddle_and_one_at_it(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        segments = bt.expand(workout, athlete).segments
        for segment, following in zip(segments, [*segments[1:], None], strict=True):
            if segment.is_straddle:
                assert [cue.seconds for cue in segment.cues] == [0]
            elif following is not None and following.is_straddle:
                assert [cue.seconds for cue in segment.cues] == [max(0, (segment.seconds or 0) - 15)]
            else:
                assert not segment.cues

    @given(turning_workouts(), athletes)
    def test_lie_inside_their_segment_and_are_ascii(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        for segment in bt.expand(workout, athlete).segments:
            for cue in segment.cues:
                assert 0 <= cue.seconds <= (segment.seconds or 0)
                assert cue.text.isascii()

    @pytest.mark.parametrize(
        ("body", "texts"),
        [
            (
                "9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h 1% light rail",
                [
                    (525, "In 15 s: straddle, then backward walk."),
                    (0, "Straddle. Set 2 km/h 1%, then turn your back to the console."),
                ],
            ),
            (
                "0:10 forward walk 5 km/h\n1:00 left jog 2 km/h light rail",
                [
                    (0, "In 10 s: straddle, then left jog."),
                    (0, "Straddle. Set 2 km/h, then turn your left side to the console."),
                ],
            ),
            (
                "lap forward walk 5 km/h\n1:00 right walk 2 km/h light rail",
                [
                    (0, "Next: straddle, then right walk."),
                    (0, "Straddle. Set 2 km/h, then turn your right side to the console."),
                ],
            ),
            (
                "0:20 straddle\n0:20 straddle\n1:00 backward walk 2.45 km/h light rail",
                [
                    (0, "Straddle. Both hands on the handrails."),
                    (0, "Straddle. Set 2.4 km/h, then turn your back to the console."),
                ],
            ),
            (
                "5:00 forward walk 5 km/h\n0:20 straddle",
                [(285, "In 15 s: straddle."), (0, "Straddle. Stop the belt.")],
            ),
        ],
    )
    def test_say_what_to_set_and_how_to_turn(self, body: str, texts: list[tuple[float, str]]) -> None:
        cues = [(cue.seconds, cue.text) for segment in expanded(body).segments for cue in segment.cues]
        assert cues == texts

    def test_the_turn_back_says_to_face_the_console_first(self) -> None:
        segments = expanded("1:00 backward walk 2 km/h light rail\n5:00 forward walk 5 km/h").segments
        assert segments[2].cues[0].text == "Straddle. Turn to face the console, then set 5 km/h."

    def test_say_to_lower_the_belt_again_where_the_next_step_is_flat(self) -> None:
        """The canonical line leaves out 0 %; someone who only hears the cue would stay on the slope."""
        segments = expanded("5:00 forward walk 5 km/h 5%\n1:00 left walk 1.6 km/h light rail").segments
        assert "1.6 km/h 0%" in segments[1].cues[0].text

    def test_do_not_ask_someone_who_faces_the_console_to_turn(self) -> None:
        segments = expanded("5:00 forward walk 5 km/h\n0:30 straddle\n5:00 forward walk 6 km/h").segments
        assert "turn" not in segments[1].cues[0].text.lower()

    @given(turning_workouts(), athletes)
    def test_in_the_tree_are_those_that_hold_in_every_pass(
        self, workout: Workout, athlete: bt.Athlete | None
    ) -> None:
        """A format that keeps repeats shows one pass's cues in all: `same speed next`, and then a turn."""
        timeline = bt.expand(workout, athlete)
        said: dict[tuple[int, bool], set[tuple[bt.Cue, ...]]] = {}
        for segment in timeline.segments:
            said.setdefault((segment.step_number, segment.added), set()).add(segment.cues)
        for segment in unrolled(timeline.tree):
            cues = said[segment.step_number, segment.added]
            assert segment.cues == (next(iter(cues)) if len(cues) == 1 else ())

    @pytest.mark.parametrize(
        ("written", "cues"),
        [
            ("F2(BF)F", [1, 1, 1, 1, 0, 0]),
            ("B2(BF)F", [1, 1, 0, 1, 1, 0, 0]),
            ("F3(FB)F", [1, 0, 1, 1, 1, 1, 0]),
        ],
    )
    def test_in_the_tree_are_left_out_only_where_passes_differ(self, written: str, cues: list[int]) -> None:
        segments: list[Segment] = []
        for part in bt.expand(bt.parse(page_from(written))).tree:
            segments += part.parts if isinstance(part, RepeatedSegments) else [part]
        assert [len(segment.cues) for segment in segments] == cues

    def test_a_step_of_less_than_a_second_is_not_announced_in_no_seconds(self) -> None:
        segments = expanded("1 m forward run 20 km/h\n1:00 backward walk 2 km/h light rail").segments
        assert segments[0].cues[0].text == "Next: straddle, then backward walk."


class TestLimits:
    def test_ten_thousand_segments_are_let_through(self) -> None:
        body = f"2500x\n  {LETTERS['B']}\n  {LETTERS['F']}"
        assert len(expanded(body).segments) == 10_000

    def test_one_more_is_refused_and_placed_straddles_count(self) -> None:
        body = f"2500x\n  {LETTERS['B']}\n  {LETTERS['F']}\n{LETTERS['F']}"
        with pytest.raises(bt.InvalidWorkout, match="10000 segments") as refusal:
            expanded(body)
        (problem,) = refusal.value.problems
        assert problem.code == "BT008"
        assert problem.hint

    @pytest.mark.parametrize("line", ["0:30 straddle", LETTERS["B"], LETTERS["F"]])
    def test_twice_as_many_segments_are_twice_the_work(self, line: str) -> None:
        """A hostile file of ten thousand straddles costs no more than any other."""

        def work(times: int) -> int:
            workout = bt.parse(f"name: A\n{times}x\n  {line}")
            calls = 0

            def count(*_event: object) -> None:
                nonlocal calls
                calls += 1

            before = sys.getprofile()
            sys.setprofile(count)
            try:
                bt.expand(workout)
            finally:
                sys.setprofile(before)
            return calls

        work(1)
        assert work(400) < 2.5 * work(200)


class TestLevelAndTreadmill:
    @pytest.mark.parametrize(
        ("athlete", "header", "level", "source"),
        [
            (None, "", "first-timer", "assumed"),
            (None, "level: advanced\n", "advanced", "workout"),
            (bt.Athlete(), "level: advanced\n", "advanced", "workout"),
            (bt.Athlete(), "", "first-timer", "assumed"),
            (bt.Athlete(level="beginner"), "level: advanced\n", "beginner", "athlete"),
            (bt.Athlete(level="beginner"), "", "beginner", "athlete"),
        ],
    )
    def test_the_athletes_level_rules_then_the_workouts(
        self, athlete: bt.Athlete | None, header: str, level: str, source: str
    ) -> None:
        timeline = bt.expand(bt.parse(f"name: A\n{header}5:00 forward walk 5 km/h"), athlete)
        assert (timeline.level, timeline.level_source) == (level, source)

    @pytest.mark.parametrize(
        ("athlete", "assumed"), [(None, True), (bt.Athlete(), True), (bt.Athlete(treadmill=MILES), False)]
    )
    def test_an_assumed_treadmill_is_said_to_be_assumed(
        self, athlete: bt.Athlete | None, assumed: bool
    ) -> None:
        timeline = bt.expand(bt.parse("name: A\n5:00 forward walk 5 km/h"), athlete)
        assert timeline.treadmill_assumed is assumed
        assert timeline.treadmill == (bt.Treadmill() if assumed else MILES)


class TestWhere:
    @pytest.mark.parametrize("path", BUILT_IN, ids=lambda path: path.stem)
    def test_is_the_line_the_segment_was_written_on(self, path: Path) -> None:
        source = path.read_text(encoding="utf-8").split("\n")
        timeline = bt.expand(bt.read(path))
        numbered: dict[int, int] = {}
        for segment in timeline.segments:
            where = timeline.where(segment)
            assert where.line is not None
            assert where.step is not None
            assert where.file == str(path)
            numbered[where.step] = where.line
            if not segment.added:
                assert bt.parse_line(source[where.line - 1]) == segment.step
        assert list(numbered) == list(range(1, len(numbered) + 1))

    def test_of_a_placed_straddle_is_the_line_it_leads_to(self) -> None:
        timeline = expanded("# a comment\n5:00 forward walk 5 km/h\n\n1:00 backward walk 2 km/h light rail")
        assert [timeline.where(segment).line for segment in timeline.segments] == [3, 5, 5]

    def test_without_a_source_is_the_step_alone(self) -> None:
        workout = bt.parse("name: A\n2x\n  5:00 forward walk 5 km/h\n1:00 forward walk 4 km/h")
        for copy in (bt.from_json(bt.to_json(workout)), msgspec.structs.replace(workout)):
            timeline = bt.expand(copy)
            found = [timeline.where(segment) for segment in timeline.segments]
            assert [where.step for where in found] == [1, 1, 2]
            assert {where.line for where in found} == {None}
