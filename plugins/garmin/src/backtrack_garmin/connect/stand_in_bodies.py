"""What the stand-in Connect makes of a workout's JSON: it trusts numbers, rounds, and adds what was left out.

The table of numbers is a second one on purpose, beside the exporter's: written from the same sources, so
that a slip in one of them is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_plugins.testing.standin import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPORTS = {
    1: "running",
    2: "cycling",
    3: "other",
    4: "swimming",
    5: "strength_training",
    6: "cardio_training",
    7: "yoga",
    8: "pilates",
    9: "hiit",
    10: "multi_sport",
    11: "mobility",
}
STEPS = {
    1: "warmup",
    2: "cooldown",
    3: "interval",
    4: "recovery",
    5: "rest",
    6: "repeat",
    7: "other",
    8: "main",
}
CONDITIONS = {
    1: "lap.button",
    2: "time",
    3: "distance",
    4: "calories",
    5: "power",
    6: "heart.rate",
    7: "iterations",
    8: "fixed.rest",
    9: "fixed.repetition",
    10: "reps",
}
TARGETS = {
    1: "no.target",
    2: "power.zone",
    3: "cadence",
    4: "heart.rate.zone",
    5: "speed.zone",
    6: "pace.zone",
    7: "grade",
    8: "heart.rate.lap",
    9: "power.lap",
    15: "resistance",
    17: "swim.css.offset",
}

DIGITS = 7
"""Decimals that numbers come back with."""


def refused(said: str, status: int = 400) -> Refusal:
    """An answer in the form of the real one's."""
    names = {400: "BadRequestException", 401: "NotAuthorizedException", 404: "NotFoundException"}
    return Refusal(status, {"message": said, "error": names.get(status, "Exception")})


def stored(body: Any, *, step_ids: Iterator[int]) -> dict[str, Any]:
    """A workout as it is kept and shown, without the fields of its library: number, owner and dates.

    Args:
        body: What the client sent, replaced as a whole: nothing of an earlier one stays.
        step_ids: Numbers for its steps.

    Raises:
        Refusal: with status 400, when it is none.
    """
    if not isinstance(body, dict):
        raise refused("a workout is an object")
    name = body.get("workoutName")
    if not isinstance(name, str) or not name.strip():
        raise refused("workoutName is missing")
    segments = body.get("workoutSegments")
    if not isinstance(segments, list) or not segments:
        raise refused("workoutSegments is missing")
    sport = _typed(body.get("sportType"), "sportType", SPORTS)
    return {
        "workoutName": name,
        "description": body.get("description"),
        "sportType": sport,
        "subSportType": body.get("subSportType"),
        "trainingPlanId": None,
        "sharedWithUsers": None,
        "estimatedDurationInSecs": _rounded(body.get("estimatedDurationInSecs")) or 0,
        "estimatedDistanceInMeters": _rounded(body.get("estimatedDistanceInMeters")) or 0,
        "workoutSegments": [_segment(segment, step_ids) for segment in segments],
        "poolLength": None,
        "poolLengthUnit": None,
        "locale": None,
        "workoutProvider": body.get("workoutProvider"),
        "workoutSourceId": body.get("workoutSourceId"),
        "uploadTimestamp": None,
        "atpPlanId": None,
        "consumer": None,
        "consumerName": None,
        "consumerImageURL": None,
        "consumerWebsiteURL": None,
        "workoutNameI18nKey": None,
        "descriptionI18nKey": None,
        "avgTrainingSpeed": _rounded(body.get("avgTrainingSpeed")),
        "estimateType": None,
        "estimatedDistanceUnit": {"unitId": None, "unitKey": None, "factor": None},
        "workoutThumbnailUrl": None,
        "isSessionTransitionEnabled": None,
        "shared": False,
    }


_SUMMARY = (
    "workoutId",
    "ownerId",
    "workoutName",
    "description",
    "createdDate",
    "sportType",
    "subSportType",
    "trainingPlanId",
    "author",
    "estimatedDurationInSecs",
    "estimatedDistanceInMeters",
    "estimateType",
    "estimatedDistanceUnit",
    "poolLength",
    "poolLengthUnit",
    "workoutProvider",
    "workoutSourceId",
    "consumer",
    "atpPlanId",
    "workoutNameI18nKey",
    "descriptionI18nKey",
    "shared",
)


def summary(workout: dict[str, Any]) -> dict[str, Any]:
    """A workout as lists show it: without its steps, and with the last change under another name."""
    shown = {name: workout[name] for name in _SUMMARY}
    return {**shown, "updateDate": workout["updatedDate"], "estimated": False}


def types() -> dict[str, Any]:
    """The numbers and their keys, as the service lists them."""
    kinds: dict[str, tuple[str, dict[int, str]]] = {
        "workoutStepTypes": ("stepType", STEPS),
        "workoutConditionTypes": ("conditionType", CONDITIONS),
        "workoutTargetTypes": ("workoutTargetType", TARGETS),
        "workoutSportTypes": ("sportType", SPORTS),
    }
    return {
        name: [
            {f"{kind}Id": number, f"{kind}Key": key, "displayOrder": number} for number, key in table.items()
        ]
        for name, (kind, table) in kinds.items()
    }


def _segment(segment: Any, step_ids: Iterator[int]) -> dict[str, Any]:
    if not isinstance(segment, dict):
        raise refused("a segment is an object")
    return {
        "segmentOrder": segment.get("segmentOrder", 1),
        "sportType": _typed(segment.get("sportType"), "sportType", SPORTS),
        "poolLengthUnit": None,
        "poolLength": None,
        "avgTrainingSpeed": None,
        "estimatedDurationInSecs": None,
        "estimatedDistanceInMeters": None,
        "estimatedDistanceUnit": None,
        "estimateType": None,
        "description": segment.get("description"),
        "workoutSteps": _steps(segment.get("workoutSteps"), step_ids),
    }


def _steps(steps: Any, step_ids: Iterator[int]) -> list[dict[str, Any]]:
    if not isinstance(steps, list) or not steps:
        raise refused("workoutSteps is missing")
    kinds: dict[Any, Callable[[dict[str, Any], Iterator[int]], dict[str, Any]]] = {
        "ExecutableStepDTO": _executable,
        "RepeatGroupDTO": _repeat,
    }
    found = []
    for step in steps:
        if not isinstance(step, dict) or step.get("type") not in kinds:
            raise refused("a step's type is ExecutableStepDTO or RepeatGroupDTO")
        if not isinstance(step.get("stepOrder"), int):
            raise refused("stepOrder is missing")
        found.append(kinds[step["type"]](step, step_ids))
    return found


def _executable(step: dict[str, Any], step_ids: Iterator[int]) -> dict[str, Any]:
    target = step.get("targetType") or {"workoutTargetTypeId": 1}
    return {
        "type": "ExecutableStepDTO",
        "stepId": next(step_ids),
        "stepOrder": step["stepOrder"],
        "stepType": _typed(step.get("stepType"), "stepType", STEPS),
        "childStepId": step.get("childStepId"),
        "description": step.get("description"),
        "endCondition": _condition(step.get("endCondition")),
        "endConditionValue": _rounded(step.get("endConditionValue")),
        "preferredEndConditionUnit": step.get("preferredEndConditionUnit"),
        "endConditionCompare": step.get("endConditionCompare"),
        "targetType": _typed(target, "workoutTargetType", TARGETS),
        "targetValueOne": _rounded(step.get("targetValueOne")),
        "targetValueTwo": _rounded(step.get("targetValueTwo")),
        "targetValueUnit": None,
        "zoneNumber": step.get("zoneNumber"),
        "secondaryTargetType": None,
        "secondaryTargetValueOne": None,
        "secondaryTargetValueTwo": None,
        "secondaryTargetValueUnit": None,
        "secondaryZoneNumber": None,
        "endConditionZone": step.get("endConditionZone"),
        "strokeType": {"strokeTypeId": 0, "strokeTypeKey": None, "displayOrder": 0},
        "equipmentType": {"equipmentTypeId": 0, "equipmentTypeKey": None, "displayOrder": 0},
        "category": step.get("category"),
        "exerciseName": step.get("exerciseName"),
        "workoutProvider": None,
        "providerExerciseSourceId": None,
        "weightValue": None,
        "weightUnit": None,
    }


def _repeat(step: dict[str, Any], step_ids: Iterator[int]) -> dict[str, Any]:
    passes = step.get("numberOfIterations")
    if not isinstance(passes, int) or passes < 1:
        raise refused("numberOfIterations is missing")
    return {
        "type": "RepeatGroupDTO",
        "stepId": next(step_ids),
        "stepOrder": step["stepOrder"],
        "stepType": _typed(step.get("stepType"), "stepType", STEPS),
        "childStepId": step.get("childStepId"),
        "numberOfIterations": passes,
        "workoutSteps": _steps(step.get("workoutSteps"), step_ids),
        "endConditionValue": _rounded(step.get("endConditionValue")),
        "preferredEndConditionUnit": None,
        "endConditionCompare": None,
        "endCondition": _condition(step.get("endCondition") or {"conditionTypeId": 7}),
        "skipLastRestStep": bool(step.get("skipLastRestStep")),
        "smartRepeat": bool(step.get("smartRepeat")),
    }


def _condition(given: Any) -> dict[str, Any]:
    found = _typed(given, "conditionType", CONDITIONS)
    return {**found, "displayable": found["conditionTypeId"] != 7}


def _typed(given: Any, kind: str, table: dict[int, str]) -> dict[str, Any]:
    """The number decides; the key that came with it does not count."""
    number = given.get(f"{kind}Id") if isinstance(given, dict) else None
    if number not in table:
        raise refused(f"{kind}Id is unknown: {number}")
    return {f"{kind}Id": number, f"{kind}Key": table[number], "displayOrder": number}


def _rounded(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    shown = round(value, DIGITS)
    return int(shown) if shown == int(shown) else shown
