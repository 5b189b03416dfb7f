from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings

import backtrack_plugins as bt
from backtrack_garmin.connect import ids, stand_in_bodies
from backtrack_garmin.watch_plan import HALF_BAND
from backtrack_plugins import library
from backtrack_plugins.testing import SAMPLES
from backtrack_plugins.testing.samples import MILES_PAGE
from backtrack_plugins.testing.strategies import safe_workouts

HEADER = "name: A\nlevel: advanced\n\n"
SLOW_FILTER = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def exported(page: str, athlete: bt.Athlete | None = None, **options: str) -> bt.Artifact:
    return bt.export(bt.parse(page), "garmin-connect", athlete, options=options)


def body_of(artifact: bt.Artifact) -> dict:
    return json.loads(artifact.data)


def body(page: str, **options: str) -> dict:
    return body_of(exported(page, **options))


def exported_or_skipped(workout: bt.Workout, **options: str) -> dict:
    try:
        return body_of(bt.export(workout, "garmin-connect", options=options))
    except bt.CannotExport:
        assume(False)
        raise


def tree_of(body: dict) -> list:
    (segment,) = body["workoutSegments"]
    return segment["workoutSteps"]


def flat(steps: list) -> list[dict]:
    """Steps and repeats, each repeat before what it repeats."""
    return [each for step in steps for each in (step, *flat(step.get("workoutSteps", [])))]


def executable(body: dict) -> list[dict]:
    return [step for step in flat(tree_of(body)) if "workoutSteps" not in step]


def loss(artifact: bt.Artifact, what: str) -> bt.Loss:
    return next(loss for loss in artifact.losses if loss.what == what)


def pairs_of(value: object):
    """Every number and key that stand together anywhere."""
    if isinstance(value, dict):
        for kind, (number, key) in ids.NAMES.items():
            if number in value:
                yield kind, value[number], value[key], value["displayOrder"]
        for each in value.values():
            yield from pairs_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from pairs_of(each)


class TestTheTableOfIds:
    def test_says_each_number_and_each_key_of_a_kind_once_and_who_saw_it(self) -> None:
        for named in ("number", "key"):
            found = [(row.kind, getattr(row, named)) for row in ids.TABLE]
            assert len(set(found)) == len(found)
        assert all(row.source for row in ids.TABLE)

    @pytest.mark.parametrize(
        ("kind", "pairs"),
        [
            ("sport", {1: "running"}),
            ("step", {1: "warmup", 2: "cooldown", 3: "interval", 4: "recovery", 6: "repeat"}),
            ("condition", {1: "lap.button", 2: "time", 3: "distance", 6: "heart.rate", 7: "iterations"}),
            ("target", {1: "no.target", 3: "cadence", 4: "heart.rate.zone", 6: "pace.zone"}),
        ],
    )
    def test_has_the_pairs_of_the_captured_workouts(self, kind: ids.Kind, pairs: dict[int, str]) -> None:
        assert {number: ids.key_of(kind, number) for number in pairs} == pairs

    def test_agrees_with_the_table_of_the_stand_in_which_is_another(self) -> None:
        tables = {
            "sport": stand_in_bodies.SPORTS,
            "step": stand_in_bodies.STEPS,
            "condition": stand_in_bodies.CONDITIONS,
            "target": stand_in_bodies.TARGETS,
        }
        for kind, table in tables.items():
            assert {number: ids.key_of(kind, number) for number in table} == table

    def test_shows_what_ends_a_step_but_not_how_often_a_repeat_is_done(self) -> None:
        assert ids.as_json("condition", ids.LAP_BUTTON)["displayable"]
        assert not ids.as_json("condition", ids.ITERATIONS)["displayable"]
        assert "displayable" not in ids.as_json("target", ids.PACE_ZONE)

    def test_has_no_number_for_what_is_not_in_it(self) -> None:
        assert ids.key_of("sport", 99) is None
        with pytest.raises(KeyError):
            ids.as_json("sport", 99)

    def test_the_constants_are_numbers_of_the_table(self) -> None:
        said = {
            "sport": ("RUNNING", "WALKING"),
            "step": ("WARMUP", "COOLDOWN", "INTERVAL", "RECOVERY", "REST", "REPEAT"),
            "condition": ("TIME", "DISTANCE", "CALORIES", "ITERATIONS"),
            "target": ("CADENCE",),
        }
        for kind, names in said.items():
            for name in names:
                assert ids.key_of(kind, getattr(ids, name)) == name.lower()
        dotted = {
            "condition": ("LAP_BUTTON", "HEART_RATE"),
            "target": ("NO_TARGET", "POWER_ZONE", "HEART_RATE_ZONE", "SPEED_ZONE", "PACE_ZONE"),
        }
        for kind, names in dotted.items():
            for name in names:
                assert ids.key_of(kind, getattr(ids, name)) == name.lower().replace("_", ".")


# Two workouts were captured by others: one that Garmin's web client sends, one that the service gave back
# (slaat/garmin-connect-workouts-mcp, test/fixtures). What follows says their shape in our words.

RUNNING = {"sportTypeId": 1, "sportTypeKey": "running", "displayOrder": 1}
INTERVAL = {"stepTypeId": 3, "stepTypeKey": "interval", "displayOrder": 3}
BY_LAP = {"conditionTypeId": 1, "conditionTypeKey": "lap.button", "displayOrder": 1, "displayable": True}
BY_TIME = {"conditionTypeId": 2, "conditionTypeKey": "time", "displayOrder": 2, "displayable": True}
BY_METRES = {"conditionTypeId": 3, "conditionTypeKey": "distance", "displayOrder": 3, "displayable": True}
BY_PASSES = {"conditionTypeId": 7, "conditionTypeKey": "iterations", "displayOrder": 7, "displayable": False}
NO_TARGET = {"workoutTargetTypeId": 1, "workoutTargetTypeKey": "no.target", "displayOrder": 1}
PACE = {"workoutTargetTypeId": 6, "workoutTargetTypeKey": "pace.zone", "displayOrder": 6}


def step(order: int, group: int | None, text: str, ends: dict, value: float | None, **target: object) -> dict:
    made = {"type": "ExecutableStepDTO", "stepOrder": order, "stepType": INTERVAL, "childStepId": group}
    made |= {"description": text, "endCondition": ends}
    if value is not None:
        made["endConditionValue"] = value
    return made | (target or {"targetType": NO_TARGET})


def repeat(order: int, group: int, times: int, *steps: dict) -> dict:
    return {
        "type": "RepeatGroupDTO",
        "stepOrder": order,
        "stepType": {"stepTypeId": 6, "stepTypeKey": "repeat", "displayOrder": 6},
        "childStepId": group,
        "numberOfIterations": times,
        "endCondition": BY_PASSES,
        "endConditionValue": times,
        "smartRepeat": False,
        "skipLastRestStep": False,
        "workoutSteps": list(steps),
    }


class TestTheShapeOfCapturedWorkouts:
    def test_is_that_of_the_workout(self) -> None:
        made = body(SAMPLES["forward-only"])
        assert made["workoutName"] == "Forward only"
        assert made["sportType"] == RUNNING
        assert made["subSportType"] is None
        assert made["estimatedDurationInSecs"] == 25 * 60
        (segment,) = made["workoutSegments"]
        assert (segment["segmentOrder"], segment["sportType"]) == (1, RUNNING)

    def test_is_that_of_steps_and_of_a_repeat_between_them(self) -> None:
        page = (
            HEADER
            + """\
10:00 forward walk 5 km/h
4x
  1 km forward run 12 km/h hard
  2:00 forward jog 8 km/h
lap forward walk 5 km/h
0.25 mi forward walk 5 km/h
"""
        )
        assert tree_of(body(page)) == [
            step(1, None, "10:00 forward walk 5 km/h", BY_TIME, 600),
            repeat(
                2,
                1,
                4,
                step(3, 1, "1 km forward run 12 km/h hard", BY_METRES, 1000),
                step(4, 1, "2:00 forward jog 8 km/h", BY_TIME, 120),
            ),
            step(5, None, "lap forward walk 5 km/h", BY_LAP, None),
            step(6, None, "0.25 mi forward walk 5 km/h", BY_METRES, 402.336),
        ]

    def test_counts_every_step_in_one_row_and_every_repeat_in_another(self) -> None:
        page = (
            HEADER
            + """\
10:00 forward walk 5 km/h
2x
  3x
    1:00 forward run 12 km/h
    1:00 forward jog 8 km/h
  2:00 forward walk 5 km/h
2x
  1:00 forward run 12 km/h
5:00 forward walk 5 km/h
"""
        )
        orders = [(each["stepOrder"], each["childStepId"]) for each in flat(tree_of(body(page)))]
        assert orders == [
            (1, None),
            (2, 1),
            (3, 2),
            (4, 2),
            (5, 2),
            (6, 1),
            (7, 3),
            (8, 3),
            (9, None),
        ]

    def test_has_the_faster_bound_of_a_pace_first_in_metres_per_second(self) -> None:
        page = HEADER + "10:00 forward jog 9 km/h\n1:00 backward walk 1.8 km/h light rail\n"
        assert tree_of(body(page, targets="speed")) == [
            step(
                1,
                None,
                "10:00 forward jog 9 km/h",
                BY_TIME,
                600,
                targetType=PACE,
                targetValueOne=2.639,
                targetValueTwo=2.361,
            ),
            step(
                2,
                None,
                "0:20 straddle added\n# then backward",
                BY_LAP,
                None,
                targetType=PACE,
                targetValueOne=0.361,
                targetValueTwo=0.083,
            ),
            step(
                3,
                None,
                "1:00 backward walk 1.8 km/h light rail",
                BY_TIME,
                60,
                targetType=PACE,
                targetValueOne=0.639,
                targetValueTwo=0.361,
            ),
        ]


def check_steps(made: dict, timeline: bt.Timeline) -> None:
    """The steps of a body against the tree that they were made from."""

    def walk(steps: list, parts: tuple, group: int | None) -> None:
        for each, part in zip(steps, parts, strict=True):
            assert ("workoutSteps" in each) == isinstance(part, bt.RepeatedSegments)
            if isinstance(part, bt.RepeatedSegments):
                assert each["numberOfIterations"] == each["endConditionValue"] == part.times
                walk(each["workoutSteps"], part.parts, each["childStepId"])
            else:
                assert each["childStepId"] == group
                check_step(each, part)

    walk(tree_of(made), timeline.tree, None)
    assert [each["stepOrder"] for each in flat(tree_of(made))] == list(range(1, len(flat(tree_of(made))) + 1))
    groups = [each["childStepId"] for each in flat(tree_of(made)) if "workoutSteps" in each]
    assert groups == list(range(1, len(groups) + 1))


def check_step(made: dict, segment: bt.Segment) -> None:
    assert made["stepType"] == INTERVAL
    assert len(made["description"]) <= 200
    first, *others = made["description"].split("\n")
    said = [line for line in others if not line.startswith("# ")]
    assert said == list(segment.lines[1:])
    if segment.added:
        assert first == segment.line
    else:
        whole = len("\n".join(segment.lines)) <= 200
        assert bt.parse_line(first) == (
            segment.step if whole else msgspec.structs.replace(segment.step, cue=None)
        )
    ends = made["endCondition"]
    if segment.is_straddle or segment.ends_on == "lap":
        assert ends == BY_LAP
        assert "endConditionValue" not in made
    elif segment.ends_on == "time":
        assert (ends, made["endConditionValue"]) == (BY_TIME, segment.seconds)
    else:
        assert ends == BY_METRES
        assert made["endConditionValue"] == pytest.approx(segment.metres, abs=0.00051)


def test_every_built_in_workout_has_its_steps(built_in):
    artifact = bt.export(built_in, "garmin-connect", supervised_by="a coach")
    made = body_of(artifact)
    assert made["workoutName"] == built_in.name
    assert made["description"].startswith(
        f"name: {built_in.name}\nlevel: {built_in.level}\nabout: {built_in.about}\n# Supervised by a coach."
    )
    check_steps(made, artifact.timeline)


@SLOW_FILTER
@given(safe_workouts())
def test_any_workout_has_its_steps_under_one_running_number(workout):
    made = exported_or_skipped(workout)
    check_steps(made, bt.expand(workout))
    assert made["workoutName"] == workout.name
    assert len(made["workoutName"]) <= 80
    assert len(made["description"]) <= 512 - 64
    assert all(step["targetType"] == NO_TARGET for step in executable(made))
    for kind, number, key, order in pairs_of(made):
        row = next(row for row in ids.TABLE if (row.kind, row.number) == (kind, number))
        assert (row.key, row.display_order) == (key, order)


@SLOW_FILTER
@given(safe_workouts())
def test_with_speed_targets_every_step_has_one_and_the_middle_is_never_above_plan(workout):
    made = exported_or_skipped(workout, targets="speed")
    timeline = bt.expand(workout)
    slowest = timeline.treadmill.slowest.metres_per_second
    planned = [segment.metres_per_second or slowest for segment in _unrolled_once(timeline.tree)]
    for each, speed in zip(executable(made), planned, strict=True):
        fast, slow = (Fraction(str(each[name])) for name in ("targetValueOne", "targetValueTwo"))
        assert each["targetType"] == PACE
        assert fast >= slow > 0
        assert (fast + slow) / 2 == Fraction(int(speed * 1000), 1000)
        assert fast - slow == Fraction(2 * min(HALF_BAND, int(speed * 1000) - 1), 1000)
        assert round(each["targetValueOne"], 7) == each["targetValueOne"]
    assert all("targetType" not in each for each in flat(tree_of(made)) if "workoutSteps" in each)


def _unrolled_once(parts):
    for part in parts:
        if isinstance(part, bt.RepeatedSegments):
            yield from _unrolled_once(part.parts)
        else:
            yield part


class TestTheTextOfAStep:
    def test_says_below_a_straddle_which_way_to_face_next(self) -> None:
        texts = [step["description"] for step in executable(body(SAMPLES["four-way-repeat"]))]
        assert texts == [
            "5:00 forward walk 5.5 km/h",
            "0:20 straddle added\n# then left",
            "0:30 left walk 2 km/h light rail",
            "0:20 straddle added\n# then right",
            "0:30 right walk 2 km/h light rail",
            "0:20 straddle added\n# then forward",
            "2:00 forward jog 8 km/h hard",
            "0:20 straddle added\n# then backward",
            "1:00 backward walk 3.2 km/h hands free",
            "0:20 straddle added\n# then forward",
            "3:00 forward walk 4.5 km/h",
        ]

    def test_of_a_straddle_that_leads_two_ways_promises_neither(self) -> None:
        page = (
            HEADER
            + """\
20:00 forward jog 8 km/h
3x
  0:30 straddle
  0:30 left walk 2 km/h light rail
  0:30 straddle
5:00 forward walk 4 km/h
"""
        )
        texts = [step["description"] for step in executable(body(page)) if "straddle" in step["description"]]
        assert texts == ["0:30 straddle\n# then left", "0:30 straddle"]

    def test_has_the_fitted_line_below(self) -> None:
        texts = [step["description"] for step in executable(body(SAMPLES["fitted"]))]
        assert "1:00 backward walk 2.47 km/h light rail\nfitted 2.4 km/h" in texts

    def test_of_200_characters_keeps_its_cue_and_a_longer_one_loses_nothing_else(self) -> None:
        start = '5:00 forward walk 4.5 km/h easy "'
        quotes = (200 - len(start) - len('"')) // 2
        for more, kept in ((0, True), (1, False)):
            cue = "x" * ((200 - len(start) - 1) % 2) + '"' * (quotes + more)
            artifact = bt.export(_with_cue(cue), "garmin-connect")
            (made,) = executable(body_of(artifact))
            line = made["description"].split("\n")[0]
            if kept:
                assert len(line) == 200
                assert bt.parse_line(line).cue == cue
                assert not any(loss.what == "cue" for loss in artifact.losses)
            else:
                assert line == start[:-2]
                assert loss(artifact, "cue").steps == (1,)
                assert "200 characters" in loss(artifact, "cue").instead

    def test_counts_characters_and_not_bytes(self) -> None:
        cue = "\N{GRINNING FACE}" * 40
        (made,) = executable(body_of(bt.export(_with_cue(cue), "garmin-connect")))
        assert bt.parse_line(made["description"].split("\n")[0]).cue == cue


def _with_cue(cue: str) -> bt.Workout:
    made = bt.parse_line("5:00 forward walk 4.5 km/h easy")
    return bt.Workout(name="A", steps=(msgspec.structs.replace(made, cue=cue),))


class TestNotices:
    LONG = "name: " + "n" * 80 + "\nlevel: advanced\nabout: " + "a" * 100 + "\n\n5:00 forward walk 4.5 km/h"

    def test_stand_in_the_description_with_room_for_a_mark_below(self) -> None:
        made = body(self.LONG)
        assert all(f"\n# {sentence}" in made["description"] for sentence in bt.SAFETY_SENTENCES)
        assert len(made["description"]) <= 448
        assert made["workoutSegments"][0]["workoutSteps"][0]["description"] == "5:00 forward walk 4.5 km/h"

    def test_without_room_there_stand_in_the_text_of_the_first_step_even_in_a_repeat(self) -> None:
        page = self.LONG.replace("5:00", "2x\n  5:00")
        artifact = bt.export(bt.parse(page), "garmin-connect", supervised_by="s" * 60)
        made = body_of(artifact)
        first, second = made["description"], executable(made)[0]["description"]
        assert f"\n# Supervised by {'s' * 60}." in first
        assert len(first) <= 448
        assert second.startswith("5:00 forward walk 4.5 km/h\n# backtrack-plugins ")
        assert not any("safety" in loss.what for loss in artifact.losses)

    def test_without_room_anywhere_are_a_loss_that_names_them(self) -> None:
        page = self.LONG + ' "' + "c" * 100 + '\\"' * 20 + '"'
        artifact = bt.export(bt.parse(page), "garmin-connect", supervised_by="s" * 60)
        lost = loss(artifact, "safety notices").instead
        assert "backtrack-plugins " in lost
        assert all(sentence in artifact.data.decode() for sentence in bt.SAFETY_SENTENCES)


class TestWhatIsRefused:
    def test_is_more_than_fifty_steps_straddles_and_repeats_counted(self) -> None:
        steps = HEADER + "5:00 forward walk 4.5 km/h\n" * 47
        turn = "0:30 straddle\n"
        again = "2x\n  5:00 forward walk 4.5 km/h\n"
        assert len(flat(tree_of(body(steps + again + turn)))) == 50
        with pytest.raises(bt.CannotExport) as refusal:
            exported(steps + turn + again + turn)
        (problem,) = refusal.value.problems
        assert problem.code == "garmin-connect/steps"
        assert "51" in problem.message
        assert "5x" in problem.hint
        assert problem.where.line == 54

    def test_is_a_repeat_within_a_repeat_with_speed_targets_and_only_then(self) -> None:
        page = SAMPLES["nested-repeat"]
        check_steps(body(page), bt.expand(bt.parse(page)))
        with pytest.raises(bt.CannotExport) as refusal:
            exported(page, targets="speed")
        (problem,) = refusal.value.problems
        assert (problem.code, problem.where.line) == ("garmin-connect/nested-repeat", 7)

    def test_is_a_belt_that_no_target_can_say(self) -> None:
        athlete = bt.Athlete(level="advanced", treadmill=bt.Treadmill(slowest=bt.Speed("0.0009 m/s")))
        with pytest.raises(bt.CannotExport, match="garmin-connect/slow"):
            exported(SAMPLES["first-timer"], athlete, targets="speed")

    def test_is_a_target_that_would_bring_a_belt_up_fast_behind_the_runners_back(self) -> None:
        page = HEADER + "20:00 forward walk 5 km/h\n1:00 backward run 8 km/h hands free\n"
        with pytest.raises(bt.CannotExport, match="garmin-connect/mount"):
            bt.export(bt.parse(page), "garmin-connect", options={"targets": "speed"}, supervised_by="Bob")
        assert bt.export(bt.parse(page), "garmin-connect", supervised_by="Bob").data

    def test_is_an_option_that_there_is_not(self) -> None:
        with pytest.raises(bt.UsageError, match="targets"):
            exported(SAMPLES["forward-only"], targets="pace")


@pytest.mark.parametrize("target", ["garmin-connect", "garmin-fit"])
def test_targets_with_straddles_say_that_an_app_may_move_the_belt_meanwhile(target: str) -> None:
    def what(page: str, **options: str) -> list[str]:
        return [loss.what for loss in bt.export(bt.parse(SAMPLES[page]), target, options=options).losses]

    assert "turn" in what("first-timer", targets="speed")
    assert "turn" not in what("first-timer")
    assert "turn" not in what("forward-only", targets="speed")


def test_the_losses_are_those_of_the_fit_file():
    for page in (SAMPLES["first-timer"], SAMPLES["forward-only"]):
        here, there = (bt.export(bt.parse(page), name) for name in ("garmin-connect", "garmin-fit"))
        assert here.losses == there.losses


def test_the_file_says_what_it_is():
    artifact = exported(SAMPLES["forward-only"])
    assert artifact.name == "forward-only.garmin-connect.json"
    assert artifact.media_type == "application/vnd.garmin-connect.workout+json"
    assert artifact.data.startswith(b'{\n  "workoutName": "Forward only",\n  "description": ')
    assert artifact.data.endswith(b"\n}\n")


WORKOUTS = {
    "first-steps": (bt.library_entry("first-steps").workout, {}),
    "after-intervals-reset.speed": (
        bt.library_entry("after-intervals-reset").workout,
        {"targets": "speed"},
    ),
    "miles-nested": (bt.parse(MILES_PAGE), {}),
}


@pytest.mark.parametrize("name", WORKOUTS)
def test_the_bytes_are_those_of_the_golden_file(name, golden):
    workout, options = WORKOUTS[name]
    golden(bt.export(workout, "garmin-connect", options=options).data, f"{name}.garmin-connect.json")


_MODULES = """
import sys
import backtrack_plugins as bt
bt.export(bt.parse(sys.argv[1]), "garmin-connect")
heavy = ("fitdecode", "fastcrc", "garth", "garminconnect", "requests", "keyring")
print([name for name in heavy if name in sys.modules])
"""


def test_exporting_imports_no_client_and_nothing_of_fit_files():
    command = [sys.executable, "-c", _MODULES, SAMPLES["forward-only"]]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.strip() == "[]"


def test_every_workout_of_the_library_has_steps_that_follow_each_other():
    for entry in library.library_entries():
        made = body_of(bt.export(entry.workout, "garmin-connect", supervised_by="a coach"))
        orders = [each["stepOrder"] for each in flat(tree_of(made))]
        assert all(after == before + 1 for before, after in pairwise(orders))
