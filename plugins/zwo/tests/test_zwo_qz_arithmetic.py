"""What a belt does when QZ plays the file: a model of its arithmetic, as its behaviour is described.

It knows nothing of our writer: it reads the XML with the standard library, fills in the defaults
that QZ fills in, and plays the file second by second.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.testing.strategies import safe_workouts

DEFAULT_SECONDS_PER_KM = (250, 300, 320, 340, 360)
"""QZ's paces for a mile, 5 km, 10 km, half and marathon until the user sets their own."""

HOLD = 15
SHORTEST = 10


class Second(NamedTuple):
    """The belt in one second; no incline means that it stays as it was."""

    kmh: float
    incline_percent: float | None


class Played(NamedTuple):
    seconds: list[Second]
    starts: list[int]
    texts: list[tuple[int, str]]


def play(data: bytes) -> Played:
    root = ET.fromstring(data)
    run = root.findtext("sportType") == "run"
    by_metres = run and "time" not in root.findtext("durationType", "")
    threshold = root.findtext("thresholdSecPerKm")
    seconds: list[Second] = []
    starts: list[int] = []
    texts: list[tuple[int, str]] = []
    for step in root.find("workout"):
        assert step.tag == "SteadyState", "only these are exact in QZ"
        assert step.get("Duration") != "1", "QZ takes it for a power step"
        power = float(step.get("Power", "1"))
        if power == 1.0 and "PowerLow" in step.attrib:
            power = float(step.attrib["PowerLow"])
        seconds_per_km = float(threshold) if threshold else DEFAULT_SECONDS_PER_KM[int(step.get("pace", "0"))]
        kmh = 3600 * power / seconds_per_km
        if "Speed" in step.attrib:
            kmh = float(step.attrib["Speed"]) * 3.6
        duration = int(step.attrib["Duration"])
        if by_metres:
            duration = round(duration / (kmh / 3.6))
        starts.append(len(seconds))
        texts += [
            (len(seconds) + int(event.attrib["timeoffset"]), event.attrib["message"])
            for event in step.iter("textevent")
            if "timeoffset" in event.attrib
        ]
        seconds += [Second(kmh, _percent(step.get("Incline")))] * duration
    return Played(seconds, starts, texts)


def _percent(incline: str | None) -> float | None:
    if incline is None:
        return None
    value = float(incline)
    return value * 100 if abs(value) <= 0.4 else value


def file_of(steps: str, header: str = "<durationType>time</durationType>") -> bytes:
    return (
        f"<workout_file><sportType>run</sportType>{header}<workout>{steps}</workout></workout_file>".encode()
    )


def test_the_model_takes_metres_where_the_file_does_not_say_time():
    assert len(play(file_of('<SteadyState Duration="600" Power="1" pace="1"/>', "")).seconds) == 180


def test_the_model_plays_a_missing_power_at_race_pace():
    assert play(file_of('<SteadyState Duration="2" pace="1"/>')).seconds[0].kmh == 12


def test_the_model_prefers_the_threshold_to_the_pace_table():
    header = "<durationType>time</durationType><thresholdSecPerKm>360</thresholdSecPerKm>"
    assert play(file_of('<SteadyState Duration="2" Power="0.5" pace="4"/>', header)).seconds[0].kmh == 5


@pytest.mark.parametrize(("written", "percent"), [("0.02", 2), ("0.4", 40), ("0.5", 0.5), ("-0.03", -3)])
def test_the_model_takes_small_inclines_for_fractions(written, percent):
    step = f'<SteadyState Duration="2" Power="0.5" Incline="{written}"/>'
    assert play(file_of(step)).seconds[0].incline_percent == pytest.approx(percent)


def exported(workout: bt.Workout, athlete: bt.Athlete) -> bt.Artifact:
    return bt.export(workout, "zwo", athlete, supervised_by="a coach", options={"incline": True})


def check_belt(workout: bt.Workout, athlete: bt.Athlete) -> None:
    """Hold what the belt does against the timeline, second by second."""
    artifact = exported(workout, athlete)
    timeline = bt.expand(workout, athlete)
    held_steps = {step for loss in artifact.losses if loss.what == "hold" for step in loss.steps}
    played = play(artifact.data)
    lowest = float(timeline.treadmill.slowest.kmh)
    since_straddle = HOLD
    spans = _spans(timeline, played)
    for index, (segment, belt) in enumerate(zip(timeline.segments, spans, strict=True)):
        if segment.is_straddle:
            assert len(belt) == max(30, segment.seconds)
            _at(belt, lowest)
            since_straddle = 0
            _tilted(belt, _incline_after(timeline.segments[index:]))
            continue
        planned = segment.metres_per_second * 3.6
        slow = min(planned, lowest)
        held = max(HOLD - since_straddle, SHORTEST) if since_straddle < HOLD else 0
        if segment.step_number in held_steps and held and len(belt) < held + SHORTEST:
            held = len(belt)
        _at(belt[:held], slow)
        _at(belt[held:], planned)
        _tilted(belt, segment.incline_percent)
        since_straddle += len(belt)
    assert abs(len(played.seconds) - sum(map(_planned_seconds, timeline.segments))) <= 0.5 + 1e-6


def _spans(timeline: bt.Timeline, played: Played) -> list[list[Second]]:
    """What the belt does in each segment; a segment begins where its line is shown with a new block."""
    starts = []
    remaining = iter(sorted(played.texts))
    for segment in timeline.segments:
        line = segment.line if segment.line.isascii() else segment.line.partition('"')[0]
        starts.append(next(at for at, text in remaining if text.startswith(line) and at in played.starts))
    assert starts[0] == 0
    return [played.seconds[start:end] for start, end in pairwise([*starts, len(played.seconds)])]


def _at(belt: list[Second], kmh: float) -> None:
    for second in set(belt):
        assert second.kmh == pytest.approx(kmh, abs=0.05)
        assert second.kmh > 0
        assert second.kmh <= kmh * (1 + 1e-9)


def _tilted(belt: list[Second], percent: float) -> None:
    for second in set(belt):
        assert second.incline_percent == pytest.approx(percent, abs=1e-6)


def _incline_after(segments: tuple[bt.Segment, ...]) -> float:
    return next((segment.incline_percent for segment in segments if not segment.is_straddle), 0.0)


def _planned_seconds(segment: bt.Segment) -> float:
    if segment.seconds is None:
        return 60
    return max(30, segment.seconds) if segment.is_straddle else segment.seconds


RUNNER = bt.Athlete(
    race_paces=(bt.RaceTime("5k", 1800),),
    treadmill=bt.Treadmill(fastest=bt.Speed("18 km/h"), highest=bt.Incline("12%")),
)


@pytest.mark.parametrize("name", library.names())
def test_every_built_in_workout_moves_the_belt_as_planned(name):
    check_belt(library.library_entry(name).workout, RUNNER)


def test_every_built_in_workout_was_found():
    assert len(library.names()) >= 7


@pytest.mark.parametrize("name", library.names())
def test_the_belt_speed_does_not_hang_on_the_paces_set_in_qz(name, monkeypatch):
    artifact = exported(library.library_entry(name).workout, RUNNER)
    before = play(artifact.data)
    monkeypatch.setattr(f"{__name__}.DEFAULT_SECONDS_PER_KM", (100, 100, 100, 100, 100))
    assert play(artifact.data) == before


PACES = st.sampled_from(
    ("mile=6:31", "5k=30:00", "5k=17:17", "10k=1:03:01", "half=1:59:59", "marathon=9:59:59")
)

ATHLETES = st.builds(
    bt.Athlete,
    race_paces=PACES.map(lambda pace: (bt.RaceTime.of(*pace.split("=")),)),
    treadmill=st.none()
    | st.builds(
        bt.Treadmill,
        slowest=st.sampled_from(("0.1 km/h", "0.5 km/h", "0.5 mph", "1.5 km/h")).map(bt.Speed),
        speed_increment=st.sampled_from(("0.1 km/h", "0.1 mph", "0.05 km/h")).map(bt.Speed),
        highest=st.just(bt.Incline("40%")),
        incline_increment=st.sampled_from(("0.5%", "0.1%", "0.0001%")).map(bt.Incline),
    ),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts(), athlete=ATHLETES)
def test_every_safe_workout_moves_the_belt_as_planned(workout, athlete):
    try:
        check_belt(workout, athlete)
    except (bt.CannotExport, bt.UnsafeWorkout):
        assume(False)
