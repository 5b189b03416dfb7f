"""The published JSON Schema: what the model generates, and what reading refuses it refuses too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

import backtrack_plugins as bt
from backtrack_plugins import schema as schema_package
from backtrack_plugins.schema import WORKOUT_SCHEMA, workout_schema
from backtrack_plugins.testing import SAMPLES
from backtrack_plugins.testing.strategies import workouts

PUBLISHED = Path(schema_package.__file__).with_name(WORKOUT_SCHEMA)
SCHEMA = json.loads(PUBLISHED.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

EXAMPLES = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (Path(__file__).parents[1] / "examples" / "workouts").glob("*.backtrack")
}
PAGES = {**SAMPLES, **EXAMPLES}

STEP: dict[str, Any] = {
    "kind": "step",
    "amount": "1:00",
    "direction": "backward",
    "gait": "walk",
    "speed": "2.4 km/h",
    "rail": "light",
}
STRADDLE: dict[str, Any] = {"kind": "straddle", "amount": "0:30"}
REPEAT: dict[str, Any] = {"kind": "repeat", "times": 2, "steps": [STEP]}
WORKOUT: dict[str, Any] = {"name": "A", "steps": [STEP, STRADDLE, REPEAT]}

REMOVED = object()


def changed(path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """The workout with one value changed, added or removed."""
    document: dict[str, Any] = json.loads(json.dumps(WORKOUT))  # unlike a deep copy, no two steps are one
    target: Any = document
    for key in path[:-1]:
        target = target[key]
    if value is REMOVED:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    return document


RIGHT = [
    (("level",), "beginner"),
    (("level",), None),
    (("about",), "Once a week."),
    (("steps", 0, "direction"), "forward"),
    (("steps", 0, "amount"), "lap"),
    (("steps", 0, "amount"), "0.25 mi"),
    (("steps", 0, "speed"), "9:40/mi"),
    (("steps", 0, "incline"), "-1.5%"),
    (("steps", 0, "effort"), "rpe 20"),
    (("steps", 0, "cue"), "<b>\u2013 look \U0001f440"),
    (("steps", 1, "cue"), "hold on"),
    (("steps", 2, "times"), 999),
    (("steps", 2, "steps", 0), REPEAT),
]

WRONG = [
    (("name",), REMOVED),
    (("name",), ""),
    (("name",), "x" * 81),
    (("name",), 3),
    (("name",), None),
    (("level",), "expert"),
    (("level",), 1),
    (("about",), "x" * 101),
    (("about",), None),
    (("author",), "me"),
    (("steps",), REMOVED),
    (("steps",), []),
    (("steps",), "1:00 forward walk 5 km/h"),
    (("steps", 0), "1:00 forward walk 5 km/h"),
    (("steps", 0, "kind"), REMOVED),
    (("steps", 0, "kind"), "sprint"),
    (("steps", 0, "amount"), REMOVED),
    (("steps", 0, "amount"), 60),
    (("steps", 0, "amount"), "soon"),
    (("steps", 0, "amount"), "1 fortnight"),
    (("steps", 0, "direction"), REMOVED),
    (("steps", 0, "direction"), "sideways"),
    (("steps", 0, "gait"), REMOVED),
    (("steps", 0, "gait"), "skip"),
    (("steps", 0, "speed"), REMOVED),
    (("steps", 0, "speed"), 2.4),
    (("steps", 0, "speed"), "2.4"),
    (("steps", 0, "speed"), "2,4 km/h"),
    (("steps", 0, "speed"), "2.4 km/h fast"),
    (("steps", 0, "speed"), "NaN km/h"),
    (("steps", 0, "speed"), "1e3 km/h"),
    (("steps", 0, "incline"), 2),
    (("steps", 0, "incline"), None),
    (("steps", 0, "incline"), "2 degrees"),
    (("steps", 0, "rail"), REMOVED),
    (("steps", 0, "rail"), None),
    (("steps", 0, "rail"), "firm"),
    (("steps", 0, "effort"), "rpe 5"),
    (("steps", 0, "effort"), "rpe 21"),
    (("steps", 0, "effort"), 13),
    (("steps", 0, "cue"), ""),
    (("steps", 0, "cue"), "x" * 121),
    (("steps", 0, "sped"), "2.4 km/h"),
    (("steps", 1, "amount"), REMOVED),
    (("steps", 1, "amount"), "lap"),
    (("steps", 1, "amount"), "400 m"),
    (("steps", 1, "speed"), "2.4 km/h"),
    (("steps", 2, "times"), REMOVED),
    (("steps", 2, "times"), 0),
    (("steps", 2, "times"), -1),
    (("steps", 2, "times"), 1_000_000),
    (("steps", 2, "times"), 1.5),
    (("steps", 2, "times"), "2"),
    (("steps", 2, "times"), True),
    (("steps", 2, "steps"), REMOVED),
    (("steps", 2, "steps"), []),
    (("steps", 2, "amount"), "1:00"),
]


def test_the_published_schema_is_what_the_model_generates() -> None:
    assert workout_schema() == SCHEMA


def test_is_valid_draft_2020_12() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", PAGES)
def test_holds_for_every_sample_and_example(name: str) -> None:
    VALIDATOR.validate(json.loads(bt.to_json(bt.parse(PAGES[name]))))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workouts())
def test_holds_for_every_workout_that_can_be_written(workout: bt.Workout) -> None:
    document = bt.to_json(workout)
    VALIDATOR.validate(json.loads(document))
    assert bt.from_json(document) == workout


@pytest.mark.parametrize(("path", "value"), RIGHT)
def test_takes_what_reading_takes(path: tuple[str | int, ...], value: object) -> None:
    document = changed(path, value)
    VALIDATOR.validate(document)
    bt.from_json(json.dumps(document))


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_refuses_what_reading_refuses(path: tuple[str | int, ...], value: object) -> None:
    document = changed(path, value)
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(bt.InvalidWorkout) as refused:
        bt.from_json(json.dumps(document))
    (problem,) = refused.value.problems
    said = problem.where.path or ""
    named = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
    # The path is that of the value or, where it takes two values to be wrong, of the step they are in.
    assert said
    assert named.startswith(said)


@pytest.mark.parametrize("document", [None, [], "A", 3, {}])
def test_refuses_what_is_no_workout_at_all(document: object) -> None:
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(bt.InvalidWorkout):
        bt.from_json(json.dumps(document))
