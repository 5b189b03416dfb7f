"""Energy: the curves against what was published, and what a Timeline's estimate promises.

The name of a published row says what the figure is to the model. ``calibration``: the model was fitted
to it, so that agreement shows nothing. ``independent``: it was not. ``partly``: some of it was.
``identity``: the same formula. ``documented-miss``: the model fails it, and the documents say so.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins import energy as model
from backtrack_plugins.testing.strategies import workouts
from backtrack_plugins.units import Amount, Incline, Mass, Speed
from backtrack_plugins.workout import DIRECTIONS, GAITS, RAILS, Repeat, Step, Workout

estimate_energy, outside_segments, oxygen_uptake = (
    model.estimate_energy,
    model.outside_segments,
    model.oxygen_uptake,
)
BACKWARD_JOG, BACKWARD_WALK = model.BACKWARD_JOG, model.BACKWARD_WALK
FORWARD_JOG, FORWARD_WALK = model.FORWARD_JOG, model.FORWARD_WALK
SIDEWAYS_JOG, SIDEWAYS_WALK = model.SIDEWAYS_JOG, model.SIDEWAYS_WALK

DOCUMENT = Path(__file__).parents[1] / "docs" / "energy.md"
SEVENTY = Mass("70 kg")
PREFERRED_TRANSITION, CHEAPEST_TRANSITION = 1.63, 1.85
"""Backward, in m/s (Hreljac et al. 2005)."""


def value(mode: model.Mode, metres_per_minute: float, percent: float = 0) -> float:
    return oxygen_uptake(mode, metres_per_minute / 60, percent).value


def timeline_of(*lines: str) -> bt.Timeline:
    # An increment as fine as the tests' speeds, and inclines both ways, so that nothing is fitted away.
    treadmill = bt.Treadmill(
        slowest=Speed("0.1 km/h"),
        fastest=Speed("45 km/h"),
        speed_increment=Speed("0.05 km/h"),
        lowest=Incline("-10%"),
        highest=Incline("40%"),
    )
    return bt.expand(
        bt.parse("\n".join(("name: A", *lines))), bt.Athlete(level="advanced", treadmill=treadmill)
    )


def only(line: str, **options: bool) -> model.SegmentEnergy:
    """The estimate of one line for 70 kg; straddles and other lines are left away."""
    (found,) = (
        each
        for segment, each in zip(
            timeline_of(line).segments,
            estimate_energy(timeline_of(line), SEVENTY, **options).segments,
            strict=True,
        )
        if not segment.is_straddle
    )
    return found


# Uptake in ml/kg/min at a belt speed in m/min: mode, speed, incline, published, the model's own, tolerance.
PUBLISHED = {
    "independent-williford-forward-walk": (FORWARD_WALK, 80.45, 0, 12.42, 11.55, 0.10),
    "calibration-williford-backward-walk": (BACKWARD_WALK, 80.45, 0, 15.95, 15.97, 0.02),
    "calibration-williford-sideways-walk": (SIDEWAYS_WALK, 80.45, 0, 22.10, 22.08, 0.02),
    "independent-williford-forward-jog": (FORWARD_JOG, 134.08, 0, 27.15, 30.32, 0.15),
    "partly-williford-backward-jog": (BACKWARD_JOG, 134.08, 0, 31.33, 34.35, 0.15),
    "partly-williford-sideways-jog": (SIDEWAYS_JOG, 134.08, 0, 32.58, 34.35, 0.15),
    "calibration-compendium-backward-walk-level": (BACKWARD_WALK, 93.8, 0, 21.0, 21.04, 0.02),
    "independent-compendium-backward-walk-at-5-percent": (BACKWARD_WALK, 93.8, 5, 28.0, 29.49, 0.10),
    "identity-acsm-forward-walk-at-10-percent": (FORWARD_WALK, 93.8, 10, 29.76, 29.76, 0.001),
}


class TestPublishedFigures:
    @pytest.mark.parametrize(
        ("mode", "speed", "incline", "published", "ours", "tolerance"), PUBLISHED.values(), ids=PUBLISHED
    )
    def test_uptake_is_near(
        self,
        mode: model.Mode,
        speed: float,
        incline: float,
        published: float,
        ours: float,
        tolerance: float,
    ) -> None:
        assert value(mode, speed, incline) == pytest.approx(published, rel=tolerance)
        assert value(mode, speed, incline) == pytest.approx(ours, abs=0.01)
        assert mode.validity(speed / 60, incline) == "within"

    def test_partly_hreljac_backward_walk_and_jog_cost_the_same_at_1_85_metres_per_second(self) -> None:
        low, high = 1.5, 2.2
        for _ in range(40):
            middle = (low + high) / 2
            dearer = value(BACKWARD_WALK, middle * 60) > value(BACKWARD_JOG, middle * 60)
            low, high = (low, middle) if dearer else (middle, high)
        assert low == pytest.approx(CHEAPEST_TRANSITION, rel=0.05)
        assert low == pytest.approx(1.86, abs=0.005)

    def test_independent_hreljac_backward_jog_is_dearer_than_walk_at_the_preferred_transition(self) -> None:
        walk, jog = (value(mode, PREFERRED_TRANSITION * 60) for mode in (BACKWARD_WALK, BACKWARD_JOG))
        assert jog > walk
        assert (walk, jog) == (pytest.approx(22.73, abs=0.01), pytest.approx(25.99, abs=0.01))

    def test_calibration_wright_and_weyand_backward_to_forward_jog_at_3_metres_per_second(self) -> None:
        ratio = value(BACKWARD_JOG, 180) / value(FORWARD_JOG, 180)
        assert ratio == pytest.approx(1.35, rel=0.05)
        assert ratio == pytest.approx(1.32, abs=0.005)

    def test_documented_miss_flynn_fast_backward_walk_to_backward_run_is_underestimated(self) -> None:
        published = 0.60 / 0.84
        ratio = value(BACKWARD_WALK, 107.2) / value(BACKWARD_JOG, 160.8)
        assert ratio == pytest.approx(0.610, rel=0.01)
        assert ratio < published * 0.90

    def test_calibration_handford_sideways_walk_costs_near_three_times_forward_per_metre(self) -> None:
        # The forward curve has no dip: its cheapest metre is at the fast end of what it knows.
        sideways = value(SIDEWAYS_WALK, 0.610 * 60) / (0.610 * 60)
        forward = value(FORWARD_WALK, 100) / 100
        assert sideways / forward >= 2.5
        assert sideways / forward == pytest.approx(2.9, abs=0.05)


# Gross values of the model itself, for 70 kg: they tell of a change, not of the world.
REGRESSION = {
    "backward walk 1.6 km/h hands free": (7.23, 2.07, 2.53),
    "backward walk 1.6 km/h grip rail": (5.79, 1.65, 2.03),
    "backward walk 2.4 km/h hands free": (9.10, 2.60, 3.19),
    "backward walk 3.2 km/h hands free": (10.97, 3.13, 3.84),
    "backward walk 3.2 km/h 4% hands free": (14.81, 4.23, 5.18),
    "backward walk 4.8 km/h hands free": (15.81, 4.52, 5.53),
    "backward walk 4.8 km/h 5% hands free": (23.01, 6.58, 8.05),
    "backward walk 5.8 km/h hands free": (22.25, 6.36, 7.79),
    "backward walk 3 km/h 10% hands free": (19.50, 5.57, 6.83),
    "left walk 2 km/h hands free": (13.50, 3.86, 4.73),
    "right walk 2 km/h hands free": (13.50, 3.86, 4.73),
    "backward jog 6 km/h hands free": (26.50, 7.57, 9.28),
    "backward jog 8 km/h hands free": (34.17, 9.76, 11.96),
    "left jog 5 km/h hands free": (22.67, 6.48, 7.93),
}


class TestCurves:
    @pytest.mark.parametrize(("line", "ours"), REGRESSION.items(), ids=REGRESSION)
    def test_regression_of_the_models_own_values(self, line: str, ours: tuple[float, float, float]) -> None:
        found = only(f"1:00 {line}")
        values = (found.vo2.value, found.met.value, found.gross_kcal.value)
        assert values == pytest.approx(ours, abs=0.006)

    def test_regression_of_a_backward_walk_as_fast_as_it_was_measured(self) -> None:
        found = oxygen_uptake(BACKWARD_WALK, 107.2 / 60)
        values = (found.value, found.value / 3.5, found.value * 70 / 1000 * 5)
        assert values == pytest.approx((27.00, 7.71, 9.45), abs=0.006)
        assert BACKWARD_WALK.validity(107.2 / 60, 0) == "within"

    @pytest.mark.parametrize("percent", [0, 5, 10])
    @pytest.mark.parametrize("mode", model.MODES, ids=lambda mode: mode.name)
    def test_faster_is_never_cheaper_from_half_a_kilometre_per_hour_to_fourteen(
        self, mode: model.Mode, percent: float
    ) -> None:
        uptakes = [value(mode, kmh / 100 / 0.06, percent) for kmh in range(50, 1401)]
        assert all(slower < faster for slower, faster in pairwise(uptakes))

    @pytest.mark.parametrize("rail", RAILS)
    @pytest.mark.parametrize("mode", model.MODES, ids=lambda mode: mode.name)
    def test_nothing_costs_less_than_rest(self, mode: model.Mode, rail: str) -> None:
        found = oxygen_uptake(mode, 0.1 / 3.6, rail=rail)
        assert found.high > found.value >= found.low >= 3.5

    def test_the_rail_saves_a_part_of_the_whole_uptake(self) -> None:
        free, light, grip = (
            oxygen_uptake(FORWARD_WALK, 1.4, rail=rail).value for rail in ("free", "light", "grip")
        )
        assert (light / free, grip / free) == (pytest.approx(0.95), pytest.approx(0.80))

    def test_a_run_is_a_jog_and_left_is_right(self) -> None:
        assert only("1:00 forward run 9 km/h") == only("1:00 forward jog 9 km/h")
        assert only("1:00 left walk 2 km/h light rail") == only("1:00 right walk 2 km/h light rail")

    def test_a_straddle_is_standing(self) -> None:
        (found,) = estimate_energy(timeline_of("1:00 straddle"), SEVENTY).segments
        assert found.vo2 == model.Range(4.8, pytest.approx(4.4), pytest.approx(5.2))
        assert found.gross_kcal.value == pytest.approx(4.8 * 70 / 1000 * 5)

    def test_every_direction_and_gait_has_a_curve(self) -> None:
        for direction in DIRECTIONS:
            for gait in GAITS:
                found = only(f"1:00 {direction} {gait} {'5 km/h' if gait == 'walk' else '8 km/h'} hands free")
                assert found.vo2.value > 11


class TestRange:
    @pytest.mark.parametrize(
        ("line", "share"),
        {
            "forward walk 5 km/h": 0.10,
            "forward jog 9 km/h": 0.12,
            "backward walk 4 km/h hands free": 0.20,
            "backward walk 4 km/h 4% hands free": 0.20,
            "backward jog 8 km/h hands free": 0.15,
            "left walk 4 km/h hands free": 0.35,
            "right jog 6 km/h hands free": 0.20,
            "backward walk 4 km/h light rail": 0.25,
            "forward walk 5 km/h grip rail": math.hypot(0.10, 0.15),
        }.items(),
    )
    def test_is_the_uncertainty_of_the_way_to_move_and_of_the_hands(self, line: str, share: float) -> None:
        vo2 = only(f"1:00 {line}").vo2
        assert vo2.low == pytest.approx(vo2.value * (1 - share))
        assert vo2.high == pytest.approx(vo2.value * (1 + share))

    def test_low_end_stops_at_rest(self) -> None:
        slow = only("1:00 backward walk 0.3 km/h grip rail")
        assert (slow.vo2.low, slow.net_kcal.low) == (3.5, 0)

    def test_net_is_gross_less_rest_in_all_three(self) -> None:
        found = only("2:00 backward walk 3.2 km/h light rail")
        rest = 3.5 * 70 / 1000 * 5 * 2
        for name in ("value", "low", "high"):
            net, gross = getattr(found.net_kcal, name), getattr(found.gross_kcal, name)
            assert net == pytest.approx(gross - rest)

    def test_one_met_is_5_percent_above_the_shortcut_of_1_kcal_per_kilogram_and_hour(self) -> None:
        found = only("60:00 backward walk 3.2 km/h hands free")
        assert found.gross_kcal.value / (found.met.value * 70) == pytest.approx(1.05)


class TestNovice:
    def test_pays_a_fifth_more_for_moving_backward_and_sideways(self) -> None:
        for line in ("1:00 backward walk 3.2 km/h hands free", "1:00 left walk 2 km/h hands free"):
            used, new = only(line), only(line, novice=True)
            assert new.net_kcal.value == pytest.approx(1.2 * used.net_kcal.value)

    def test_walks_backward_with_more_uncertainty(self) -> None:
        vo2 = only("1:00 backward walk 3.2 km/h hands free", novice=True).vo2
        assert (vo2.low / vo2.value, vo2.high / vo2.value) == (pytest.approx(0.75), pytest.approx(1.25))

    @pytest.mark.parametrize("line", ["1:00 forward walk 5 km/h", "1:00 forward jog 9 km/h", "1:00 straddle"])
    def test_is_none_facing_the_console(self, line: str) -> None:
        timeline = timeline_of(line)
        assert estimate_energy(timeline, novice=True).segments == estimate_energy(timeline).segments


JUST_WITHIN = [
    "forward walk 3 km/h",
    "forward walk 6 km/h 15%",
    "forward jog 4.8 km/h",
    "forward jog 3 mph",
    "forward run 20 km/h 15%",
    "backward walk 3 km/h hands free",
    "backward walk 6.4 km/h 10% hands free",
    "backward walk 4 mph hands free",
    "backward jog 6 km/h hands free",
    "backward jog 12.6 km/h 10% hands free",
    "left walk 1.5 km/h hands free",
    "left walk 5 km/h hands free",
    "right jog 5 km/h hands free",
    "right jog 8 km/h hands free",
    "right jog 5 mph hands free",
]
JUST_OUTSIDE = [
    "forward walk 2.9 km/h",
    "forward walk 6.1 km/h",
    "forward walk 5 km/h 15.5%",
    "forward walk 5 km/h -0.5%",
    "forward jog 4.7 km/h",
    "forward jog 9 km/h 15.5%",
    "forward jog 9 km/h -0.5%",
    "backward walk 6.5 km/h hands free",
    "backward walk 3 km/h 10.5% hands free",
    "backward walk 3 km/h -0.5% hands free",
    "backward walk 2 km/h 10.5% hands free",
    "backward jog 5.9 km/h hands free",
    "backward jog 12.7 km/h hands free",
    "backward jog 8 km/h 10.5% hands free",
    "left walk 1.4 km/h hands free",
    "right walk 5.1 km/h hands free",
    "left walk 2 km/h 0.5% hands free",
    "left jog 4.9 km/h hands free",
    "right jog 8.2 km/h hands free",
    "right jog 6 km/h 0.5% hands free",
]


class TestValidity:
    @pytest.mark.parametrize("line", JUST_WITHIN)
    def test_ends_are_within(self, line: str) -> None:
        assert only(f"1:00 {line}").validity == "within"
        assert list(outside_segments(timeline_of(f"1:00 {line}"))) == []

    @pytest.mark.parametrize("line", JUST_OUTSIDE)
    def test_beyond_an_end_nothing_is_guessed(self, line: str) -> None:
        assert only(f"1:00 {line}") == model.SegmentEnergy(validity="outside")

    @pytest.mark.parametrize(
        "line", ["backward walk 2.9 km/h light rail", "backward walk 1 km/h 10% grip rail"]
    )
    def test_a_slow_backward_walk_is_extrapolated(self, line: str) -> None:
        found = only(f"1:00 {line}")
        assert found.validity == "extrapolated"
        assert found.gross_kcal is not None
        assert list(outside_segments(timeline_of(f"1:00 {line}"))) == []

    def test_goes_by_the_speed_that_the_treadmill_does(self) -> None:
        treadmill = bt.Treadmill(slowest=Speed("3.5 km/h"))
        timeline = bt.expand(bt.parse("name: A\n1:00 forward walk 2 km/h"), bt.Athlete(treadmill=treadmill))
        (found,) = estimate_energy(timeline).segments
        assert found.vo2.value == pytest.approx(3.5 + 0.1 * 3.5 / 0.06)

    @pytest.mark.parametrize(
        ("moving", "known"),
        {
            "7 km/h 2% forward walk": "from 3.0 km/h (1.9 mph) up to 6.0 km/h (3.7 mph) at 0 to 15 %",
            "4 km/h forward run": "from 4.8 km/h (3.0 mph) at 0 to 15 %",
            "3 km/h 12% backward walk": "up to 6.4 km/h (4.0 mph) at 0 to 10 %",
            "4 km/h 1% left walk": "from 1.5 km/h (0.9 mph) up to 5.0 km/h (3.1 mph) on the flat",
        }.items(),
    )
    def test_says_what_is_outside_of_what(self, moving: str, known: str) -> None:
        said = [why for _, why in outside_segments(timeline_of(f"1:00 {moving} light rail"))]
        assert said == [f"{moving} is outside what the energy model knows, {known}"]

    def test_names_every_pass_of_a_step_outside_and_no_other_segment(self) -> None:
        timeline = timeline_of(
            "5:00 forward walk 5 km/h", "3x", "  1:00 forward walk 7 km/h", "  1:00 straddle"
        )
        found = list(outside_segments(timeline))
        assert [segment.start_seconds for segment, _ in found] == [300, 420, 540]
        assert {segment.step_number for segment, _ in found} == {2}


class TestTotals:
    def test_leave_out_what_is_outside_and_say_how_much_that_is(self) -> None:
        known = estimate_energy(timeline_of("5:00 forward walk 5 km/h"), SEVENTY)
        timeline = timeline_of("5:00 forward walk 5 km/h", "2x", "  1:10 forward walk 7 km/h")
        mixed = estimate_energy(timeline, SEVENTY)
        assert (mixed.gross_kcal, mixed.net_kcal) == (known.gross_kcal, known.net_kcal)
        assert (known.unestimated_seconds, mixed.unestimated_seconds) == (0, 140)
        assert mixed.outside == tuple(outside_segments(timeline))
        assert known.outside == ()

    def test_say_how_much_is_extrapolated(self) -> None:
        lines = ("5:00 forward walk 5 km/h", "1:00 backward walk 2 km/h light rail", "1:30 straddle")
        assert estimate_energy(timeline_of(*lines)).extrapolated_seconds == 60

    def test_of_nothing_known_are_nothing(self) -> None:
        found = estimate_energy(timeline_of("5:00 forward walk 7 km/h"))
        assert found.gross_kcal == found.net_kcal == model.Range(0, 0, 0)
        assert found.unestimated_seconds == 300

    def test_a_step_until_the_lap_button_has_a_rate_and_no_kilocalories(self) -> None:
        timed, lap = only("1:00 forward jog 9 km/h"), only("lap forward jog 9 km/h")
        assert (lap.vo2, lap.met, lap.validity) == (timed.vo2, timed.met, "within")
        assert (lap.gross_kcal, lap.net_kcal) == (None, None)
        assert estimate_energy(timeline_of("lap forward walk 7 km/h")).unestimated_seconds == 0

    def test_a_distance_counts_with_the_time_it_takes(self) -> None:
        assert only("1 km forward walk 5 km/h").gross_kcal.value == pytest.approx(
            only("12:00 forward walk 5 km/h").gross_kcal.value
        )

    def test_are_for_70_kilograms_when_nobody_said(self) -> None:
        timeline = timeline_of("5:00 forward walk 5 km/h")
        assumed, said = estimate_energy(timeline), estimate_energy(timeline, SEVENTY)
        assert (assumed.mass_kilograms, assumed.mass_assumed) == (70, True)
        assert (said.mass_kilograms, said.mass_assumed) == (70, False)
        assert assumed.gross_kcal == said.gross_kcal


class TestProperties:
    @given(workout=workouts(), novice=st.booleans())
    @settings(max_examples=60)
    def test_sums_and_segments_agree_and_nothing_is_made_up(self, workout: Workout, novice: bool) -> None:
        timeline = bt.expand(workout)
        found = estimate_energy(timeline, novice=novice)
        outside = [segment for segment, _ in outside_segments(timeline)]
        assert len(found.segments) == len(timeline.segments)
        estimated = 0.0
        for segment, each in zip(timeline.segments, found.segments, strict=True):
            beyond = any(segment is other for other in outside)
            assert (each.validity == "outside") is beyond
            assert (each.vo2 is None) is (each.met is None) is beyond
            assert (each.gross_kcal is None) is (beyond or segment.ends_on == "lap")
            if each.gross_kcal is not None:
                estimated += segment.seconds
                assert 0 <= each.net_kcal.low <= each.net_kcal.value <= each.net_kcal.high
                assert each.net_kcal.value < each.gross_kcal.value
        assert timeline.totals.seconds == pytest.approx(estimated + found.unestimated_seconds)
        for total, name in ((found.gross_kcal, "gross_kcal"), (found.net_kcal, "net_kcal")):
            parts = [each for each in (getattr(one, name) for one in found.segments) if each is not None]
            for number in ("value", "low", "high"):
                assert getattr(total, number) == pytest.approx(
                    math.fsum(getattr(one, number) for one in parts)
                )

    @given(workout=workouts(), kilograms=st.integers(20, 150))
    @settings(max_examples=30)
    def test_twice_the_mass_is_twice_the_energy(self, workout: Workout, kilograms: int) -> None:
        timeline = bt.expand(workout)
        one, two = (estimate_energy(timeline, Mass(f"{each} kg")) for each in (kilograms, 2 * kilograms))
        for name in ("value", "low", "high"):
            assert getattr(two.gross_kcal, name) == pytest.approx(2 * getattr(one.gross_kcal, name))
            assert getattr(two.net_kcal, name) == pytest.approx(2 * getattr(one.net_kcal, name))

    @given(workout=workouts(), times=st.integers(2, 4))
    @settings(max_examples=30)
    def test_a_repeat_costs_what_its_unrolled_passes_cost(self, workout: Workout, times: int) -> None:
        # A forward step on both sides of the body, so that every pass gets the same straddles.
        forward = Step(amount=Amount("1:00"), direction="forward", gait="walk", speed=Speed("5 km/h"))
        body = (forward, *workout.steps[:2], forward)
        rolled = msgspec.structs.replace(workout, steps=(Repeat(times=times, steps=body),))
        unrolled = msgspec.structs.replace(workout, steps=body * times)
        one, other = estimate_energy(bt.expand(rolled)), estimate_energy(bt.expand(unrolled))
        assert one.segments == other.segments
        assert one.gross_kcal == other.gross_kcal


def test_importing_it_brings_no_later_module_and_no_plugin_machinery() -> None:
    code = (
        "import sys, backtrack_plugins.energy; print(*sorted(name for name in sys.modules if 'plug' in name))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["backtrack_plugins", "backtrack_plugins.energy", "backtrack_plugins.units"]


class TestDocument:
    @pytest.mark.parametrize("mode", model.MODES, ids=lambda mode: mode.name)
    def test_has_a_row_with_the_ends_and_uncertainty_of_every_way_to_move(self, mode: model.Mode) -> None:
        text = DOCUMENT.read_text(encoding="utf-8")
        row = f"| {mode.name} | {mode.known} | {100 * mode.uncertainty:.0f} % |"
        assert row in text

    @pytest.mark.parametrize("row", [*PUBLISHED], ids=str)
    def test_shows_the_published_figure_beside_the_models_own(self, row: str) -> None:
        mode, speed, incline, published, ours, _ = PUBLISHED[row]
        status = row.partition("-")[0]
        at = f"{mode.name} at {speed:g} m/min" + (f", {incline} %" if incline else "")
        pattern = rf"^\| {re.escape(at)} \| {published:.2f} \| {ours:.2f} \| {status} \|"
        assert re.search(pattern, DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE), at
