"""The JSON of workouts of Garmin Connect, in the shapes that public captures of it have."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_garmin.connect.fetching import fetch_workout
from backtrack_garmin.connect.marks import Mark, with_mark
from backtrack_garmin.connect.reading import from_connect
from backtrack_garmin.testing import ConnectStandIn, signed_in
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.testing.mishaps import answering
from backtrack_plugins.testing.strategies import safe_workouts

LINE = "1:00 backward walk 2.4 km/h light rail"
SPORT = {"sportTypeId": 1, "sportTypeKey": "running", "displayOrder": 1}
NOTHING = dict.fromkeys(
    [
        *("preferredEndConditionUnit", "endConditionCompare", "endConditionZone", "targetValueOne"),
        *(
            "targetValueTwo",
            "targetValueUnit",
            "zoneNumber",
            "secondaryTargetType",
            "secondaryTargetValueOne",
        ),
        *("secondaryTargetValueTwo", "secondaryTargetValueUnit", "secondaryZoneNumber", "category"),
        *("exerciseName", "workoutProvider", "providerExerciseSourceId", "weightValue", "weightUnit"),
    ]
)


def step(condition: int = 2, value: object = 300.0, target: int = 1, kind: int = 3, **more: object) -> dict:
    """A step as the service sends it; what it does not use is null."""
    return {
        "type": "ExecutableStepDTO",
        "stepId": 14483285017,
        "stepType": {
            "stepTypeId": kind,
            "stepTypeKey": "a key that counts for nothing",
            "displayOrder": kind,
        },
        "childStepId": None,
        "description": None,
        "endCondition": {"conditionTypeId": condition, "conditionTypeKey": "nonsense", "displayable": True},
        "endConditionValue": value,
        "targetType": {"workoutTargetTypeId": target, "workoutTargetTypeKey": "nonsense"},
        **NOTHING,
        "strokeType": {"strokeTypeId": 0, "strokeTypeKey": None, "displayOrder": 0},
        "equipmentType": {"equipmentTypeId": 0, "equipmentTypeKey": None, "displayOrder": 0},
        **more,
    }


def repeat(times: object, *steps: dict, **more: object) -> dict:
    """A repeat as the service sends it."""
    return {
        "type": "RepeatGroupDTO",
        "stepType": {"stepTypeId": 6, "stepTypeKey": "repeat", "displayOrder": 6},
        "childStepId": 1,
        "numberOfIterations": times,
        "workoutSteps": list(steps),
        "endConditionValue": times,
        "endCondition": {"conditionTypeId": 7, "conditionTypeKey": "iterations", "displayable": False},
        "skipLastRestStep": False,
        "smartRepeat": False,
        **more,
    }


def numbered(steps: list, count: list[int] | None = None) -> list:
    """The steps with one running stepOrder over the whole tree, a repeat before its children."""
    count = [0] if count is None else count
    for part in steps:
        count[0] += 1
        part["stepOrder"] = count[0]
        numbered(part.get("workoutSteps", []), count)
    return steps


def whole(*steps: object, **more: object) -> dict:
    """A workout as ``GET /workout-service/workout/NUMBER`` sends it."""
    segment = {"segmentOrder": 1, "sportType": SPORT, "poolLength": None, "description": None}
    return {
        "workoutId": 1684409930,
        "ownerId": 0,
        "workoutName": "Theirs",
        "description": None,
        "updatedDate": "2026-09-01T14:43:11.0",
        "sportType": SPORT,
        "subSportType": None,
        "author": {"userProfilePk": 0, "fullName": "Somebody"},
        "estimatedDurationInSecs": 0,
        "workoutSegments": [{**segment, "workoutSteps": numbered([dict(part) for part in steps])}],
        "isWheelchair": False,
        **more,
    }


def as_bytes(workout: object) -> bytes:
    return json.dumps(workout).encode()


def lines(*steps: dict, **more: object) -> list[str]:
    page = bt.write(from_connect(as_bytes(whole(*steps, **more)), "x.json").workout)
    return page.split("\n\n")[1].splitlines()


def losses(*steps: dict, **more: object) -> dict[str, tuple[int, ...]]:
    found = from_connect(as_bytes(whole(*steps, **more)), "x.json").losses
    return {f"{loss.what}: {loss.instead}": loss.steps for loss in found}


def problems(*steps: object, **more: object) -> list[tuple[str, str, str | None]]:
    with pytest.raises(bt.InvalidWorkout) as refusal:
        from_connect(as_bytes(whole(*steps, **more)), "x.json")
    assert all(problem.where.file == "x.json" for problem in refusal.value.problems)
    return [(problem.code, problem.message, problem.where.path) for problem in refusal.value.problems]


def first_step(**more: object) -> str:
    return lines(step(**more))[0]


@pytest.mark.parametrize(
    ("condition", "value", "more", "line"),
    [
        (1, 1000, {}, "lap forward run 8 km/h"),
        (2, 600, {}, "10:00 forward run 8 km/h"),
        (2, 90.4, {}, "1:30 forward run 8 km/h"),
        (3, 1609.344, {}, "1609.34 m forward run 8 km/h"),
        (4, 100, {}, 'lap forward run 8 km/h "until calories 100 kcal"'),
        (5, 250, {"endConditionCompare": "gt"}, 'lap forward run 8 km/h "until power above 250 W"'),
        (6, 150, {"endConditionCompare": "lt"}, 'lap forward run 8 km/h "until heart rate below 150 bpm"'),
        (6, None, {"endConditionZone": 3}, 'lap forward run 8 km/h "until heart rate at zone 3"'),
        (7, 3, {}, 'lap forward run 8 km/h "until iterations 3"'),
        (8, 60, {}, '1:00 forward walk 5 km/h "rest"'),
        (9, 3, {}, 'lap forward run 8 km/h "until fixed repetition 3"'),
        (10, 12, {}, 'lap forward run 8 km/h "until repetitions 12"'),
        (11, 40, {}, 'lap forward run 8 km/h "until training stress score 40"'),
        (99, None, {}, 'lap forward run 8 km/h "until condition number 99"'),
    ],
)
def test_the_number_of_a_condition_says_what_ends_a_step(condition, value, more, line):
    assert first_step(condition=condition, value=value, **more) == line


@pytest.mark.parametrize(
    ("target", "more", "words"),
    [
        (1, {}, None),
        (2, {"zoneNumber": 4}, "power zone 4"),
        (2, {"targetValueOne": 200, "targetValueTwo": 250}, "power 200 to 250 W"),
        (3, {"targetValueOne": 175, "targetValueTwo": 185}, "cadence 175 to 185"),
        (4, {"zoneNumber": "2"}, "heart rate zone 2"),
        (4, {"zoneNumber": 2}, "heart rate zone 2"),
        (4, {"targetValueOne": 145, "targetValueTwo": 130}, "heart rate 130 to 145 bpm"),
        (5, {"zoneNumber": 3}, "speed zone 3"),
        (6, {"zoneNumber": 3}, "pace zone 3"),
        (7, {"targetValueOne": 2, "targetValueTwo": 3}, "grade 2 to 3"),
        (8, {"targetValueOne": 130}, "heart rate of the lap 130 bpm"),
        (9, {"targetValueOne": 200}, "power of the lap 200 W"),
        (15, {"targetValueOne": 5}, "resistance 5"),
        (17, {"targetValueOne": 5}, "swim CSS offset 5"),
        (99, {"targetValueOne": 5}, "target number 99 5"),
    ],
)
def test_the_number_of_a_target_says_what_it_asks_for(target, more, words):
    cue = "" if words is None else f' "{words}"'
    assert first_step(target=target, **more) == f"5:00 forward run 8 km/h{cue}"


@pytest.mark.parametrize("pair", [(4.1666667, 4), (4, 4.1666667)])
def test_a_pace_is_read_whichever_bound_comes_first(pair):
    one, two = pair
    pace = {"targetValueOne": one, "targetValueTwo": two}
    assert first_step(target=6, **pace) == '5:00 forward run 14.7 km/h "pace 4:00 to 4:10/km"'
    assert first_step(target=5, **pace) == '5:00 forward run 14.7 km/h "speed 14.4 to 15 km/h"'


def test_a_target_of_null_asks_for_nothing_and_a_second_one_stands_behind_the_first():
    assert first_step(targetType=None) == "5:00 forward run 8 km/h"
    second = {"secondaryTargetType": {"workoutTargetTypeId": 6}, "secondaryTargetValueOne": 2.5}
    heart = {"target": 4, "zoneNumber": 2}
    assert first_step(**heart, **second) == '5:00 forward run 9 km/h "heart rate zone 2"'


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (1, 'run 8 km/h "warm-up"'),
        (2, 'run 8 km/h "cool-down"'),
        (3, "run 8 km/h"),
        (4, 'run 8 km/h "recovery"'),
        (5, 'walk 5 km/h "rest"'),
        (7, 'run 8 km/h "other"'),
        (8, 'run 8 km/h "main"'),
        (99, 'run 8 km/h "step type 99"'),
    ],
)
def test_the_number_of_a_step_type_says_what_kind_of_step_it_is(kind, line):
    assert first_step(kind=kind) == f"5:00 forward {line}"


def test_a_workout_as_the_web_page_sends_it_is_read():
    workout = {
        "sportType": SPORT,
        "subSportType": None,
        "workoutName": "Run Workout",
        "estimatedDistanceUnit": {"unitKey": None},
        "workoutSegments": [
            {
                "segmentOrder": 1,
                "sportType": SPORT,
                "workoutSteps": [
                    {
                        "stepId": 1,
                        "stepOrder": 1,
                        "stepType": {"stepTypeId": 1},
                        "type": "ExecutableStepDTO",
                        "endCondition": {"conditionTypeId": 1},
                        "endConditionValue": 1000,
                        "targetType": {"workoutTargetTypeId": 1},
                    },
                    {
                        "stepId": 2,
                        "stepOrder": 2,
                        "stepType": {"stepTypeId": 3},
                        "type": "ExecutableStepDTO",
                        "endCondition": {"conditionTypeId": 3},
                        "endConditionValue": 1000,
                        "targetType": {"workoutTargetTypeId": 6},
                        "targetValueOne": 2.8571428799999996,
                        "targetValueTwo": 2.7777778,
                        "targetValueUnit": None,
                    },
                ],
            }
        ],
    }
    imported = import_bytes(json.dumps(workout, indent=2).encode(), "no-suffix")
    assert bt.write(imported.workout).splitlines() == [
        "name: Run Workout",
        "",
        'lap forward run 8 km/h "warm-up"',
        '1000 m forward run 10.1 km/h "pace 5:50 to 6:00/km"',
    ]


def test_repeats_nest_and_the_order_is_that_of_the_numbers():
    inner = repeat(2, step(value=60), step(value=30, kind=4))
    parts = [step(), repeat(4, inner, step(3, 400.0)), step(1, None)]
    assert lines(*parts) == [
        "5:00 forward run 8 km/h",
        "4x",
        "  2x",
        "    1:00 forward run 8 km/h",
        '    0:30 forward run 8 km/h "recovery"',
        "  400 m forward run 8 km/h",
        "lap forward run 8 km/h",
    ]
    workout = whole(step(value=60), step(value=120))
    workout["workoutSegments"][0]["workoutSteps"].reverse()
    assert [str(part.amount) for part in from_connect(as_bytes(workout), "x").workout.steps] == [
        "1:00",
        "2:00",
    ]


@pytest.mark.parametrize("missing", ["endCondition", "endConditionValue", "numberOfIterations"])
def test_a_repeat_as_other_programs_write_it_is_read(missing):
    group = repeat(3, step())
    del group[missing]
    assert lines(group) == ["3x", "  5:00 forward run 8 km/h"]


def test_a_repeat_without_a_number_is_done_once_and_says_so():
    group = repeat(None, step(), endCondition={"conditionTypeId": 2}, endConditionValue=1200)
    assert lines(group) == ['5:00 forward run 8 km/h "repeat until 20:00 in all"']
    assert losses(group)["repeat: done once; the file says: repeat until 20:00 in all"] == (1,)


def test_numbers_beyond_all_measure_are_said_and_not_computed_with():
    endless = {"endCondition": {"conditionTypeId": 2}, "endConditionValue": 1e300}
    assert lines(repeat(None, step(), **endless)) == [
        '5:00 forward run 8 km/h "repeat until 1e+300 s in all"'
    ]
    assert problems(step(target=6, targetValueOne=1e300))[0][1].startswith("a speed of ")
    assert first_step(condition=4, value=1e300) == 'lap forward run 8 km/h "until calories 1e+300 kcal"'


def test_what_else_a_step_or_a_repeat_says_is_reported():
    told = losses(
        step(category="RUN", exerciseName="SKIPS", weightValue=5.0, stepAudioNote={"note": 1}),
        repeat(2, step(strokeType={"strokeTypeId": 6}), skipLastRestStep=True),
    )
    assert told["other values: not carried: exercise RUN SKIPS, weight 5, an audio note"] == (1,)
    assert told["other values: not carried: swim stroke number 6"] == (2,)
    assert told["other values: not carried: the last rest is skipped"] == (2,)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        *((2, "cycling"), (3, "something else"), (4, "swimming"), (5, "strength training")),
        *((6, "cardio training"), (7, "yoga"), (8, "pilates"), (9, "HIIT"), (11, "mobility")),
        *((13, "rucking"), (99, "sport number 99")),
    ],
)
def test_a_workout_of_another_sport_is_refused_by_its_name(number, name):
    sport = {"sportTypeId": number, "sportTypeKey": "running"}
    for more in ({"sportType": sport}, {"workoutSegments": [{"sportType": sport, "workoutSteps": [step()]}]}):
        with pytest.raises(bt.UnreadableInput, match=rf"^x\.json: a workout for {name}\. Only running"):
            lines(step(), **more)


@pytest.mark.parametrize(("key", "name"), [("cycling", "cycling"), ("bouldering", "something else")])
def test_a_sport_without_a_number_goes_by_its_key(key, name):
    segment = {"segmentOrder": 1, "sportType": {"sportTypeKey": key}, "workoutSteps": [step()]}
    for more in ({"sportType": {"sportTypeKey": key}}, {"workoutSegments": [segment]}):
        with pytest.raises(bt.UnreadableInput, match=rf"a workout for {name}\."):
            lines(step(), **more)
    running = {"sportTypeKey": "running"}
    told = losses(sportType=running, workoutSegments=[{**segment, "sportType": running}])
    assert not any(text.startswith("sport: ") for text in told)


def test_several_segments_follow_one_another_each_in_its_sport():
    walk = {"sportTypeId": 12, "sportTypeKey": "walking"}
    segments = [
        {"segmentOrder": 1, "sportType": walk, "workoutSteps": [step(value=60)]},
        {"segmentOrder": 2, "sportType": SPORT, "workoutSteps": [step(value=120)]},
    ]
    more = {"sportType": {"sportTypeId": 10}, "workoutSegments": segments}
    assert lines(**more) == ["1:00 forward walk 5 km/h", "2:00 forward run 8 km/h"]
    segments[1]["description"] = "faster\n"
    told = losses(**more)
    assert told["description of a segment: not carried: faster"] == ()
    assert told["segments: one after the other, as one workout"] == ()
    assert told["sport: number 12, taken for walking"] == ()


def test_a_workout_without_a_sport_is_taken_for_running_and_says_so():
    segment = {"segmentOrder": 1, "workoutSteps": [step()]}
    told = losses(sportType=None, workoutSegments=[segment], subSportType={"subSportTypeId": 7})
    assert told["sport: assumed to be running: the workout has none"] == ()
    assert told["sub-sport: not carried"] == ()


def test_all_that_is_wrong_is_said_at_once_each_with_its_place():
    place = "workoutSegments[0].workoutSteps"
    keyless = {"conditionTypeKey": "time"}
    assert problems(
        step(value=0),
        step(value=None),
        step(endCondition=keyless),
        step(target=6, targetValueOne=20),
        step(value="soon"),
        repeat(0, step()),
        repeat(2),
        repeat(2, step(description=["no"])),
        step(stepType={"stepTypeKey": "interval"}),
        step(endCondition=None),
        step(zoneNumber=2.5, target=4),
    ) == [
        ("garmin-connect/step", "a time of 0 s", f"{place}[0]"),
        ("garmin-connect/step", "a time of no number", f"{place}[1]"),
        ("garmin-connect/step", "endCondition has no conditionTypeId", f"{place}[2].endCondition"),
        ("garmin-connect/step", "a speed of 72 km/h", f"{place}[3]"),
        ("garmin-connect/step", "endConditionValue is no number", f"{place}[4].endConditionValue"),
        ("garmin-connect/step", "a time of no number", f"{place}[4]"),
        ("BT007", "0x: a repeat is done 1 to 999999 times", f"{place}[5]"),
        ("BT007", "2x repeats nothing", f"{place}[6]"),
        ("garmin-connect/step", "description is no text", f"{place}[7].workoutSteps[0].description"),
        ("garmin-connect/step", "stepType has no stepTypeId", f"{place}[8].stepType"),
        ("garmin-connect/step", "it has no endCondition", f"{place}[9]"),
        ("garmin-connect/step", "zoneNumber is no whole number", f"{place}[10].zoneNumber"),
    ]


@pytest.mark.parametrize("value", [True, [], {}, "nan", "Infinity", 10**400, -5, 1e300])
def test_a_number_that_cannot_be_is_a_problem(value):
    assert {code for code, _message, _path in problems(step(value=value))} == {"garmin-connect/step"}


@pytest.mark.parametrize(
    ("segments", "path"),
    [
        ([None], "workoutSegments[0]"),
        ([{"workoutSteps": None}], "workoutSegments[0]"),
        ([{"workoutSteps": [7, step()]}], "workoutSegments[0].workoutSteps[0]"),
    ],
)
def test_what_is_no_segment_and_no_step_is_a_problem_or_nothing_to_read(segments, path):
    good = {"workoutSteps": [step()]}
    assert path in {found[2] for found in problems(workoutSegments=[*segments, good])}


def test_repeats_in_repeats_without_end_are_a_problem_and_no_crash():
    deep = step()
    for _ in range(100):
        deep = repeat(2, deep)
    found = {message for _code, message, _path in problems(deep)}
    assert {"repeats nest more than 8 deep", "repeats nest more than 64 deep"} <= found


def test_a_workout_without_steps_or_with_too_many_is_unreadable():
    with pytest.raises(bt.UnreadableInput, match="has 0 steps; 1 to 4096 can be read"):
        lines()
    with pytest.raises(bt.UnreadableInput, match="has 4097 steps"):
        lines(*[step()] * 4097)
    assert len(lines(*[step()] * 4096)) == 4096


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON"),
        (b"<!DOCTYPE html><html></html>", "not JSON"),
        (b'{"workoutId": 1', "not JSON"),
        (b'{"workoutName": "\xff"}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no workout of Garmin Connect"),
        (b'{"workoutId": 1}', "no workout of Garmin Connect"),
        (b'{"workoutId": 1, "workoutSegments": {}}', "no workout of Garmin Connect"),
    ],
)
def test_what_is_no_workout_is_unreadable(data, said):
    with pytest.raises(bt.UnreadableInput, match=rf"^x\.json: .*{said}"):
        from_connect(data, "x.json")


def test_other_json_is_left_to_others():
    recognise = bt.Registry().importer("garmin-connect").recognise
    ours = bt.to_json(bt.parse('name: "workoutId": 1\nabout: "sportTypeId": {\n\n5:00 forward walk 5 km/h'))
    for data in (
        ours,
        b'{"activityId": 1}',
        b'{"name": "workoutId"}',
        b"[]",
        b'["workoutId"]',
        b"workoutId:",
    ):
        assert not recognise(data[:256])
    assert recognise(b'\xef\xbb\xbf\n {\n\t"ownerId": 5, "workoutId" : 1}')


# Workouts of ours, as the account would send them back.


def sent(workout: bt.Workout, **options: object) -> dict:
    """A workout in the account: exported, and marked as sending marks it."""
    artifact = bt.export(workout, "garmin-connect", supervised_by="a coach", options=options)
    body = json.loads(artifact.data)
    mark = Mark("0123456789abcdef", "fedcba9876543210")
    return {"workoutId": 7, "ownerId": 0, **body, "description": with_mark(body["description"], mark)}


def test_what_we_sent_is_complete_and_what_somebody_added_to_is_not(built_in):
    body = sent(built_in)
    imported = from_connect(as_bytes(body), "x.json")
    assert (imported.complete, imported.unknown) == (True, ())
    body["workoutSegments"][0]["workoutSteps"].append(step(stepOrder=999))
    imported = from_connect(as_bytes(body), "x.json")
    assert not imported.complete
    assert len(imported.unknown) == 1


def test_each_built_in_workout_comes_back_equal_from_the_account(built_in):
    imported = from_connect(as_bytes(sent(built_in)), "x.json")
    assert imported.workout == built_in
    assert imported.losses == ()
    assert imported.workout.origin is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(safe_workouts())
def test_any_workout_that_exports_comes_back_equal_unless_a_cue_was_cut(workout):
    try:
        artifact = bt.export(workout, "garmin-connect")
    except bt.CannotExport:
        assume(False)
        raise
    imported = from_connect(artifact.data, "x.json")
    assert imported.losses == ()
    if not any(loss.what == "cue" for loss in artifact.losses):
        assert imported.workout == workout


def test_a_step_that_somebody_added_in_the_app_is_theirs_and_is_reported():
    page = f"name: A\nlevel: advanced\n\n5:00 forward walk 4 km/h\n{LINE}\n5:00 forward walk 4 km/h"
    workout = sent(bt.parse(page))
    workout["workoutSegments"][0]["workoutSteps"].append(step(3, 500, stepOrder=99, description="strides"))
    imported = from_connect(as_bytes(workout), "x.json")
    assert bt.write(imported.workout) == f'{page}\n500 m forward run 8 km/h "strides"\n'
    assert {loss.steps for loss in imported.losses if loss.what == "line"} == {(4,)}


@pytest.mark.parametrize("words", ["easy stroll", "", None])
def test_a_step_that_lost_its_line_below_a_straddle_that_turns_is_a_problem_and_never_forward(words):
    page = "name: A\n9:00 forward walk 4 km/h\n1:00 backward walk 2 km/h grip rail\n9:00 forward walk 4 km/h"
    workout = sent(bt.parse(page))
    steps = workout["workoutSegments"][0]["workoutSteps"]
    (turned,) = [step for step in steps if "1:00 backward" in step["description"]]
    turned["description"] = words
    with pytest.raises(bt.InvalidWorkout) as raised:
        from_connect(as_bytes(workout), "x.json")
    (problem,) = raised.value.problems
    assert problem.message.startswith("the straddle before it turns to face backward")


def test_a_line_that_somebody_changed_into_none_is_a_problem_and_never_forward():
    found = problems(step(description="1:00 backward walk 2.4 km/h"))
    assert found == [
        ("BT002", "a backward line says what the hands do", "workoutSegments[0].workoutSteps[0]")
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(step())), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted({*step(), *repeat(1)})), anything, max_size=4), max_size=4
    )
)
def test_whatever_stands_in_a_step_is_read_or_told(changes):
    workout = whole(
        workoutSegments=[{"workoutSteps": [*({**step(), **change} for change in changes), step()]}]
    )
    problems = []
    try:
        imported = from_connect(as_bytes(workout), "x.json")
        assert bt.parse(bt.write(imported.workout)) == imported.workout
    except bt.InvalidWorkout as refusal:
        problems = refusal.problems
    assert all((problem.where.path or "").startswith("workoutSegments[0]") for problem in problems)


# Getting one from an account, over a real socket.


@pytest.fixture
def account(tmp_path, monkeypatch):
    """An account at a stand-in of Connect, to which somebody is signed in with garth."""
    with ConnectStandIn() as stand_in:
        for name, value in signed_in(stand_in, tmp_path, client="garth").items():
            monkeypatch.setenv(name, value)
        yield stand_in


def test_a_workout_is_fetched_by_its_number_and_read(account):
    number = account.add_workout(whole(step(3, 400.0), repeat(2, step())))
    importer = bt.Registry().importer("garmin-connect")
    data = importer.fetch(f"000{number}")
    assert [request.path for request in account.requests] == [f"/workout-service/workout/{number}"]
    assert importer.recognise(data[:256])
    workout = import_bytes(data, f"garmin-connect:{number}", importer="garmin-connect").workout
    assert bt.write(workout).splitlines()[2:] == [
        "400 m forward run 8 km/h",
        "2x",
        "  5:00 forward run 8 km/h",
    ]


@pytest.mark.parametrize("number", ["", "12a", "-1", "1/2", "../1", "\u0663", "1 ", "9" * 30, "1\n"])
def test_what_is_no_number_is_refused_before_anybody_is_asked(number, account):
    with pytest.raises(bt.UsageError, match="garmin-connect:123456"):
        fetch_workout(number)
    assert account.requests == []


def test_a_number_that_nothing_has_is_not_there(account):
    account.add_workout(whole(step()))
    with pytest.raises(bt.NotThere):
        fetch_workout("5")


@pytest.mark.parametrize("answer", [[], [1]])
def test_an_answer_without_a_workout_is_the_services_failure(answer, account):
    account.next(answering(200, answer), on="GET /workout-service/workout/{number}")
    with pytest.raises(bt.ServiceFailed, match="Garmin Connect answered without a workout") as failure:
        fetch_workout("5")
    assert failure.value.details["service"] == "Garmin Connect"


def test_without_a_session_it_says_how_to_sign_in(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKTRACK_DATA", str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with pytest.raises(bt.NotSignedIn, match="backtrack login"):
        fetch_workout("5")
