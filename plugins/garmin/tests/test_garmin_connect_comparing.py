from __future__ import annotations

import json
from copy import deepcopy
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_garmin.connect import ids
from backtrack_garmin.connect.comparing import differences, digest, projection
from backtrack_garmin.connect.marks import without_mark
from backtrack_garmin.connect.stand_in_bodies import stored
from backtrack_plugins.testing.strategies import safe_workouts

MARK = "backtrack 0123456789abcdef fedcba9876543210"
PAGE = """\
name: Before
level: advanced
about: Once a week.

10:00 forward jog 8.04 km/h
3x
  1 km forward run 12 km/h hard
  2:00 forward jog 8 km/h
1:00 backward walk 2.4 km/h light rail "taller"
lap forward walk 5 km/h
"""


def body_of(workout: bt.Workout, **options: str) -> dict[str, Any]:
    return json.loads(bt.export(workout, "garmin-connect", options=options).data)


def sent(targets: str = "none") -> dict[str, Any]:
    """The page as it is sent; with a pace at every step where targets are wanted."""
    made = body_of(bt.parse(PAGE))
    if targets == "speed":
        _give_a_pace(made["workoutSegments"][0]["workoutSteps"])
    return made


def _give_a_pace(steps: list[dict[str, Any]]) -> None:
    for step in steps:
        if "workoutSteps" in step:
            _give_a_pace(step["workoutSteps"])
        else:
            step["targetType"] = ids.as_json("target", ids.PACE_ZONE)
            step |= {"targetValueOne": 2.361, "targetValueTwo": 2.083}


SENT = sent(targets="speed")


def as_stored(value: Any, *, key: str = "wrong") -> Any:
    """What the service gives back for what it was given: fields of its own, nothings, rounded values."""
    if isinstance(value, list):
        return [as_stored(each, key=key) for each in value]
    if isinstance(value, float):
        return round(value + 3e-8, 7)
    if not isinstance(value, dict):
        return value
    stored = {"author": None, **{name: as_stored(each, key=key) for name, each in value.items()}}
    for number, name in ids.NAMES.values():
        if number in stored:
            stored |= {name: key, "displayOrder": 99}
    if "stepOrder" in stored:
        stored = {"stepId": 14_483_285_017 + stored["stepOrder"], "zoneNumber": None, **stored}
        stored |= {"secondaryTargetType": None, "strokeType": {"strokeTypeId": 0, "strokeTypeKey": None}}
        stored.setdefault("targetValueOne", None)
        stored.setdefault("endConditionValue", None)
        stored |= {"endConditionCompare": None, "preferredEndConditionUnit": None}
    if "workoutName" in stored:
        stored |= {"workoutId": 1_684_409_930, "estimatedDurationInSecs": 0, "avgTrainingSpeed": 4.08333335}
        stored |= {"updatedDate": "2026-09-01T14:43:11.0", "shared": False}
    return dict(reversed(stored.items()))


def marked(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "description": f"{body['description']}\n{MARK}"}


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(safe_workouts(), st.sampled_from(("none", "speed")), st.sampled_from(("running", "", "wrong")))
def test_what_the_service_does_to_a_workout_is_no_difference(workout, targets, key):
    try:
        body = body_of(workout, targets=targets)
    except bt.CannotExport:
        assume(False)
    stored = as_stored(marked(body), key=key)
    assert projection(stored) == projection(body)
    assert differences(body, stored) == []
    assert digest(stored) == digest(body)


def steps(body: dict[str, Any]) -> list[dict[str, Any]]:
    return body["workoutSegments"][0]["workoutSteps"]


def put(holder: Any, name: str, value: object) -> None:
    holder[name] = value


CHANGES = {
    "name": (lambda body: put(body, "workoutName", "After"), 'name: "Before" became "After"'),
    "a line of the description": (
        lambda body: put(body, "description", body["description"].replace("Once", "Twice")),
        'description: "about: Once a week." became "about: Twice a week."',
    ),
    "a description gone": (
        lambda body: put(body, "description", None),
        'description: "name: Before" became ""',
    ),
    "sport": (lambda body: put(body["sportType"], "sportTypeId", 2), "sport: running became cycling"),
    "a sport nobody knows": (
        lambda body: put(body["sportType"], "sportTypeId", 77),
        "sport: running became sport 77",
    ),
    "sport of a segment": (
        lambda body: put(body["workoutSegments"][0]["sportType"], "sportTypeId", 4),
        "sport of segment 1: running became swimming",
    ),
    "a second segment": (
        lambda body: body["workoutSegments"].append({"segmentOrder": 2}),
        "segments: 1 became 2",
    ),
    "time": (lambda body: put(steps(body)[0], "endConditionValue", 601), "step 1: 600 s became 601 s"),
    "distance": (
        lambda body: put(steps(body)[1]["workoutSteps"][0], "endConditionValue", 999.5),
        "step 3: 1000 m became 999.5 m",
    ),
    "no value": (
        lambda body: put(steps(body)[0], "endConditionValue", None),
        "step 1: 600 s became time",
    ),
    "what ends a step": (
        lambda body: put(steps(body)[0]["endCondition"], "conditionTypeId", 3),
        "step 1: 600 s became 600 m",
    ),
    "until the lap button": (
        lambda body: put(steps(body)[0]["endCondition"], "conditionTypeId", 1),
        "step 1: 600 s became lap.button",
    ),
    "until a heart rate": (
        lambda body: steps(body)[0].update(
            endCondition={"conditionTypeId": 6}, endConditionValue=150, endConditionCompare="lt"
        ),
        "step 1: 600 s became heart.rate lt 150",
    ),
    "type": (
        lambda body: put(steps(body)[0]["stepType"], "stepTypeId", 5),
        "step 1: type: interval became rest",
    ),
    "text": (
        lambda body: put(steps(body)[0], "description", steps(body)[0]["description"].replace("\n", "!\n")),
        'step 1: text: "10:00 forward jog 8.04 km/h" became "10:00 forward jog 8.04 km/h!"',
    ),
    "a line below": (
        lambda body: put(steps(body)[0], "description", steps(body)[0]["description"] + "\nmine"),
        'step 1: text: nothing became "mine"',
    ),
    "faster": (
        lambda body: put(steps(body)[0], "targetValueOne", 2.362),
        "step 1: target: pace.zone 2.361 to 2.083 became pace.zone 2.362 to 2.083",
    ),
    "another target": (
        lambda body: put(steps(body)[0]["targetType"], "workoutTargetTypeId", 2),
        "step 1: target: pace.zone 2.361 to 2.083 became power.zone 2.361 to 2.083",
    ),
    "a zone": (
        lambda body: steps(body)[0].update(
            targetType={"workoutTargetTypeId": 4}, targetValueOne=None, targetValueTwo=None, zoneNumber="2"
        ),
        "step 1: target: pace.zone 2.361 to 2.083 became heart.rate.zone zone 2",
    ),
    "no target": (
        lambda body: put(steps(body)[0], "targetType", None),
        "step 1: target: pace.zone 2.361 to 2.083 became no.target",
    ),
    "a second target": (
        lambda body: steps(body)[0].update(
            secondaryTargetType={"workoutTargetTypeId": 3},
            secondaryTargetValueOne=175,
            secondaryTargetValueTwo=185,
        ),
        "step 1: second target: no.target became cadence 185 to 175",
    ),
    "passes": (lambda body: put(steps(body)[1], "numberOfIterations", 4), "step 2: 3x became 4x"),
    "a repeat that forgot its passes": (
        lambda body: steps(body)[1].update(numberOfIterations=None, endCondition={"conditionTypeId": 6}),
        "step 2: 3x became a repeat until heart.rate",
    ),
    "no last rest": (
        lambda body: put(steps(body)[1], "skipLastRestStep", True),
        "step 2: 3x became 3x without the last rest",
    ),
    "a step gone": (
        lambda body: steps(body).pop(),
        'step 8 is gone: "lap forward walk 5 km/h"',
    ),
    "a step of a repeat gone": (
        lambda body: steps(body)[1]["workoutSteps"].pop(),
        'step 4 is gone: "2:00 forward jog 8 km/h"',
    ),
    "a step more": (
        lambda body: steps(body).append({"type": "ExecutableStepDTO", "stepOrder": 99, "description": "x"}),
        'step 9 is new: "x"',
    ),
    "a repeat made a step": (
        lambda body: put(steps(body), 1, {"stepOrder": 2, "description": "x"}),
        'step 2: 3x became "x"',
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_said_and_changes_the_digest(change):
    make, sentence = CHANGES[change]
    body = sent(targets="speed")
    stored = as_stored(body)
    make(stored)
    assert sentence in differences(body, stored)
    assert digest(stored) != digest(body)


def test_steps_in_another_order_are_a_difference_by_their_numbers_and_not_by_their_place():
    body = sent()
    elsewhere = deepcopy(body)
    steps(elsewhere).reverse()
    assert differences(body, elsewhere) == []
    assert digest(elsewhere) == digest(body)
    first, last = steps(elsewhere)[-1], steps(elsewhere)[0]
    first["stepOrder"], last["stepOrder"] = last["stepOrder"], first["stepOrder"]
    assert len(differences(body, elsewhere)) > 1
    assert digest(elsewhere) != digest(body)


def test_either_order_of_the_bounds_means_the_same():
    body = sent(targets="speed")
    other = deepcopy(body)
    step = steps(other)[0]
    step["targetValueOne"], step["targetValueTwo"] = step["targetValueTwo"], step["targetValueOne"]
    assert differences(body, other) == []


def test_what_the_web_client_sends_along_with_a_lap_button_means_nothing():
    body = sent()
    other = deepcopy(body)
    steps(other)[-1]["endConditionValue"] = 1000
    assert differences(body, other) == []
    assert digest(other) == digest(body)


@settings(max_examples=75, deadline=None)
@given(st.lists(st.sampled_from(sorted(CHANGES)), max_size=3))
def test_there_is_a_difference_to_say_where_digests_differ_and_only_there(names):
    stored = deepcopy(SENT)
    for name in names:
        try:
            CHANGES[name][0](stored)
        except (AttributeError, KeyError, IndexError, TypeError):
            assume(False)  # a change before it took away what this one changes
    assert bool(differences(SENT, stored)) == (digest(SENT) != digest(stored))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "workoutName",
                    "description",
                    "sportType",
                    "sportTypeId",
                    "workoutSegments",
                    "segmentOrder",
                    "workoutSteps",
                    "stepOrder",
                    "numberOfIterations",
                    "endCondition",
                    "endConditionValue",
                    "conditionTypeId",
                    "targetType",
                    "workoutTargetTypeId",
                    "targetValueOne",
                    "zoneNumber",
                )
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)


@given(JUNK.filter(lambda value: isinstance(value, dict)))
def test_whatever_stands_there_can_be_compared(stored):
    assert len(digest(stored)) == 16
    assert differences(stored, stored) == []
    assert differences(SENT, stored)


def test_numbers_that_are_text_and_line_ends_of_another_system_mean_the_same():
    body = sent(targets="speed")
    other = deepcopy(body)
    steps(other)[0]["endConditionValue"] = "600"
    other["description"] = other["description"].replace("\n", "\r\n")
    assert differences(body, other) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"name: A\n{MARK}", "name: A"),
        (MARK, ""),
        (f"name: A\n{MARK}\n", "name: A"),
        (f"{MARK}\nname: A", f"{MARK}\nname: A"),
        (f"name: A {MARK}", f"name: A {MARK}"),
        (f"name: A\n{MARK}0", f"name: A\n{MARK}0"),
        (f"name: A\n{MARK.upper()}", f"name: A\n{MARK.upper()}"),
        ("", ""),
    ],
)
def test_a_mark_is_a_whole_line_and_the_last(text, left):
    assert without_mark(text) == left


def test_a_mark_fits_below_every_description():
    about = "a" * 100
    page = f"name: {'n' * 80}\nlevel: first-timer\nabout: {about}\n\n5:00 forward walk 4.5 km/h"
    export = partial(bt.export, bt.parse(page), "garmin-connect", supervised_by="s" * 60)
    assert len(marked(json.loads(export().data))["description"]) <= 512


@pytest.mark.parametrize("targets", ["none", "speed"])
def test_the_stand_in_stores_what_was_sent(targets):
    body = sent(targets=targets)
    shown = stored(marked(body), step_ids=count(1))
    assert differences(body, shown) == []
    assert digest(shown) == digest(body)
