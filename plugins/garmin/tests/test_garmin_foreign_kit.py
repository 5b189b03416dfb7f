"""The kit's importer suite, on workouts that others made and on ours as an account holds them."""

from __future__ import annotations

import json

import backtrack_plugins as bt
from backtrack_garmin import profile
from backtrack_garmin.fit import Message, encode
from backtrack_plugins.testing import SAMPLES, ImporterSuite, SpliceSuite

RUNNING = {"sportTypeId": 1, "sportTypeKey": "running", "displayOrder": 1}


def their_fit() -> bytes:
    """A workout with each way to end a step, a target, a repeat, and nothing of ours."""
    steps = [
        {"duration_type": 0, "duration_value": 600_000, "intensity": 2, "target_type": 1, "target_value": 2},
        {"duration_type": 1, "duration_value": 40_000, "target_type": 0, "custom_target_value_low": 4000},
        {"duration_type": 2, "duration_value": 225, "intensity": 4, "notes": "shake it out"},
        {"duration_type": profile.DURATION_REPEAT, "duration_value": 1, "target_value": 5},
        {"duration_type": profile.DURATION_OPEN, "intensity": 3, "wkt_step_name": "Home"},
    ]
    return _encoded(steps)


def their_easy_fit() -> bytes:
    """A workout by which no app moves a belt."""
    zone = {"target_type": 1, "target_value": 2}
    return _encoded([{"duration_type": 0, "duration_value": 900_000, **zone}, {"duration_type": 5}])


def _encoded(steps: list[dict]) -> bytes:
    return encode(
        [
            Message(profile.FILE_ID, {"type": profile.FILE_WORKOUT, "manufacturer": 1, "serial_number": 9}),
            Message(profile.WORKOUT, {"sport": 1, "wkt_name": "Theirs"}),
            *[Message(profile.WORKOUT_STEP, {"message_index": at, **step}) for at, step in enumerate(steps)],
        ]
    )


def their_json() -> bytes:
    """The same, as Garmin Connect sends it."""

    def step(order: int, condition: int, value: float | None, **more: object) -> dict:
        return {
            "type": "ExecutableStepDTO",
            "stepOrder": order,
            "stepType": {"stepTypeId": 3, "stepTypeKey": "interval"},
            "description": None,
            "endCondition": {"conditionTypeId": condition},
            "endConditionValue": value,
            "targetType": {"workoutTargetTypeId": 1},
            **more,
        }

    pace = {"targetType": {"workoutTargetTypeId": 6}, "targetValueOne": 4.1666667, "targetValueTwo": 4}
    below = {"endConditionCompare": "lt", "description": "shake it out"}
    group = {
        "type": "RepeatGroupDTO",
        "stepOrder": 2,
        "stepType": {"stepTypeId": 6, "stepTypeKey": "repeat"},
        "numberOfIterations": 5,
        "endCondition": {"conditionTypeId": 7},
        "workoutSteps": [step(3, 3, 400.0, **pace), step(4, 6, 125, **below)],
    }
    workout = {
        "workoutId": 1684409930,
        "ownerId": 0,
        "workoutName": "Theirs",
        "description": None,
        "sportType": RUNNING,
        "workoutSegments": [
            {
                "segmentOrder": 1,
                "sportType": RUNNING,
                "workoutSteps": [step(1, 2, 600.0), group, step(5, 1, 1000)],
            }
        ],
    }
    return json.dumps(workout).encode()


class TestGarminFitReadOfOthers(ImporterSuite):
    importer = "garmin-fit"
    files = {"theirs.fit": their_fit()}  # noqa: RUF012 - the suite declares it as a class variable


class TestGarminFitSplicesOthers(SpliceSuite):
    format = "garmin-fit"
    runs = {"theirs.fit": their_fit(), "easy.fit": their_easy_fit()}  # noqa: RUF012 - as above


class TestGarminConnectRead(ImporterSuite):
    importer = "garmin-connect"
    files = {  # noqa: RUF012 - as above
        "theirs.json": their_json(),
        "ours.json": bt.export(bt.parse(SAMPLES["first-timer"]), "garmin-connect").data,
    }
