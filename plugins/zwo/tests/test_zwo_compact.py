"""What becomes one IntervalsT, and that nothing that has to do with turning round does."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.testing.strategies import safe_workouts

ATHLETE = bt.Athlete(level="advanced", race_paces=(bt.RaceTime("5k", 1800),))

INTERVALS = """\
name: Intervals
level: advanced

10:00 forward jog 8 km/h
3x
  1:00 forward run 12 km/h hard "fast & <light>"
  1:30 forward jog 7.2 km/h easy
5:00 forward walk 4.5 km/h
1:00 backward walk 2.4 km/h light rail
3:00 forward walk 4.5 km/h
"""


def exported(workout: bt.Workout | str, **options: Any) -> bt.Artifact:
    if isinstance(workout, str):
        workout = bt.parse(workout)
    chosen = {"compact": True, **options}
    return bt.export(workout, "zwo", ATHLETE, options=chosen, supervised_by="a coach")


def steps(artifact: bt.Artifact) -> list[ET.Element]:
    found = ET.fromstring(artifact.data).find("workout")
    assert found is not None
    return list(found)


def bars(artifact: bt.Artifact) -> list[ET.Element]:
    return [step for step in steps(artifact) if step.tag == "IntervalsT"]


def losses(artifact: bt.Artifact) -> dict[str, bt.Loss]:
    return {loss.what: loss for loss in artifact.losses}


def page(*middle: str) -> str:
    lines = [
        "name: A",
        "level: advanced",
        "",
        "5:00 forward walk 5 km/h",
        *middle,
        "5:00 forward walk 5 km/h",
    ]
    return "\n".join(lines) + "\n"


PAIR = ("3x", "  1:00 forward jog 8 km/h", "  1:00 forward walk 5 km/h")


def test_two_plain_forward_steps_are_one_element_with_the_speeds_of_both() -> None:
    (bar,) = bars(exported(INTERVALS))
    assert bar.attrib == {
        "Repeat": "3",
        "OnDuration": "60",
        "OffDuration": "90",
        "OnPower": "1.200000",
        "OffPower": "0.720000",
        "pace": "1",
    }


def test_both_lines_are_shown_in_every_pass_when_they_begin() -> None:
    (bar,) = bars(exported(page(*PAIR)))
    assert [(event.get("timeoffset"), event.get("message")) for event in bar] == [
        (str(start), line)
        for start, line in zip(
            range(0, 360, 60), ["1:00 forward jog 8 km/h", "1:00 forward walk 5 km/h"] * 3, strict=True
        )
    ]


def test_what_is_said_in_one_pass_alone_is_said_there() -> None:
    (bar,) = bars(exported(page(*PAIR)))
    plain = ET.fromstring(bt.export(bt.parse(page(*PAIR)), "zwo", ATHLETE).data)
    said = [event.get("message") for event in plain.iter("textevent")]
    assert [event.get("message") for event in bar] == said[1:-1]


def test_all_else_is_as_without_it() -> None:
    plain = bt.export(bt.parse(INTERVALS), "zwo", ATHLETE, supervised_by="a coach")
    without = [ET.tostring(step) for step in steps(plain)]
    compact = [ET.tostring(step) for step in steps(exported(INTERVALS))]
    assert compact == [without[0], compact[1], *without[7:]]


def test_a_short_step_before_it_is_no_turn() -> None:
    lines = ["name: A", "level: advanced", "", "0:12 forward walk 5 km/h", *PAIR]
    assert [step.tag for step in steps(exported("\n".join(lines)))] == ["SteadyState", "IntervalsT"]


def test_a_repeat_inside_another_is_one_element_in_each_pass() -> None:
    nested = page("2x", *(f"  {line}" for line in PAIR), "  2:00 forward walk 4 km/h")
    assert [step.tag for step in steps(exported(nested))[1:5]] == ["IntervalsT", "SteadyState"] * 2


@pytest.mark.parametrize(
    "middle",
    [
        ("3x", "  1:00 backward walk 2.4 km/h light rail", "  1:00 forward walk 5 km/h"),
        ("3x", "  1:00 left walk 1.6 km/h light rail", "  1:00 backward walk 2 km/h light rail"),
        ("3x", "  1:00 forward jog 8 km/h", "  1:00 forward walk 5 km/h 1%"),
        ("3x", "  400 m forward jog 8 km/h", "  1:00 forward walk 5 km/h"),
        ("3x", "  lap forward jog 8 km/h", "  1:00 forward walk 5 km/h"),
        ("3x", "  1:00 forward jog 8 km/h"),
        ("3x", "  1:00 forward jog 8 km/h", "  1:00 forward walk 5 km/h", "  1:00 forward walk 4 km/h"),
        ("3x", "  1:00 forward jog 8 km/h", "  2x", "    1:00 forward walk 5 km/h"),
        ("3x", "  0:30 straddle", "  1:00 forward walk 5 km/h"),
        ("1:00 backward walk 2.4 km/h light rail", *PAIR),
        ("0:30 straddle", "0:12 forward walk 0.8 km/h", "3x", "  1:00 forward walk 0.8 km/h", PAIR[2]),
        (*PAIR, "1:00 backward walk 2.4 km/h light rail"),
        (*PAIR, "0:30 straddle"),
    ],
)
def test_what_turns_or_stands_beside_a_turn_or_differs_is_written_out(middle: tuple[str, ...]) -> None:
    artifact = exported(page(*middle))
    assert not bars(artifact)
    assert artifact.data == bt.export(bt.parse(page(*middle)), "zwo", ATHLETE, supervised_by="a coach").data
    assert "speed in QZ" not in losses(artifact)


def test_what_is_lost_is_told_and_stands_in_the_file() -> None:
    artifact = exported(INTERVALS)
    assert losses(artifact)["speed in QZ"].steps == (2, 3)
    assert "Zwift alone" in losses(artifact)["speed in QZ"].instead
    assert "IntervalsT" in losses(artifact)["repeats"].instead
    said = ET.fromstring(artifact.data).findtext("description", "")
    assert "\n\n# For Zwift alone: QZ plays the repeats at paces of its own.\n" in said


def test_with_the_option_that_is_for_qz_it_is_refused() -> None:
    with pytest.raises(bt.UsageError, match=r"zwo\.compact is for Zwift alone, and zwo\.incline for QZ"):
        exported(INTERVALS, incline=True)


def test_it_is_off_unless_asked_for() -> None:
    assert b"IntervalsT" not in bt.export(bt.parse(INTERVALS), "zwo", ATHLETE).data


@pytest.mark.parametrize("name", library.names())
def test_every_built_in_workout_comes_back_as_it_was(name: str) -> None:
    workout = library.library_entry(name).workout
    athlete = bt.Athlete(race_paces=ATHLETE.race_paces)
    done = bt.export(workout, "zwo", athlete, options={"compact": True}, supervised_by="a coach")
    assert import_bytes(done.data, "a.zwo").workout == workout


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts())
def test_whatever_the_workout_it_plays_as_without(workout: bt.Workout) -> None:
    """Each IntervalsT taken apart is what would have been written, and no turn is near one."""
    begun = msgspec.structs.replace(workout, steps=(*bt.parse(page(*PAIR)).steps[:2], *workout.steps))
    athlete = bt.Athlete(race_paces=ATHLETE.race_paces)
    try:
        plain, compact = (
            bt.export(begun, "zwo", athlete, options={"compact": compact}, supervised_by="a coach")
            for compact in (False, True)
        )
    except (bt.CannotExport, bt.UnsafeWorkout):
        assume(False)
    assert [row for step in steps(compact) for row in taken_apart(step)] == [
        row for step in steps(plain) for row in taken_apart(step)
    ]
    assert texts(compact) == texts(plain)
    for before, after in pairwise(steps(compact)):
        if "IntervalsT" in (before.tag, after.tag):
            other = after if before.tag == "IntervalsT" else before
            assert not any("straddle" in event.get("message", "").split("\n")[0] for event in other[:1])


def taken_apart(step: ET.Element) -> list[tuple[str | None, ...]]:
    if step.tag == "SteadyState":
        return [(step.get("Duration"), step.get("Power"), step.get("pace"))]
    pair = [
        (step.get(f"{half}Duration"), step.get(f"{half}Power"), step.get("pace")) for half in ("On", "Off")
    ]
    return pair * int(step.get("Repeat", ""))


def texts(artifact: bt.Artifact) -> list[tuple[int, str | None]]:
    found = []
    at = 0
    for step in steps(artifact):
        found += [(at + int(event.get("timeoffset", "")), event.get("message")) for event in step]
        at += sum(int(seconds or "") for seconds, *_ in taken_apart(step))
    return found
