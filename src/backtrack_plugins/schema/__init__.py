"""The published JSON Schema of the machine form, generated from the model."""

from __future__ import annotations

from typing import Any

import msgspec

from backtrack_plugins.units import Quantity
from backtrack_plugins.workout import Workout

WORKOUT_SCHEMA = "workout-1.json"


def workout_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a workout.

    It holds what a schema can: types, ranges, patterns, and that a step which is not forward says
    what the hands do. Byte lengths, the depth of repeats and the number of segments are checked by
    reading alone.
    """
    schemas, components = msgspec.json.schema_components(
        [Workout], schema_hook=_quantity_schema, ref_template="#/$defs/{name}"
    )
    components["Step"]["if"] = {"properties": {"direction": {"const": "forward"}}}
    components["Step"]["else"] = {"required": ["rail"], "properties": {"rail": {"type": "string"}}}
    components["Straddle"]["properties"]["amount"]["not"] = {"pattern": "lap|[0-9] ?(m|km|mi)$"}
    for component in components.values():
        component["description"] = component.get("description", "").partition("\n")[0]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "backtrack workout, version 1",
        **schemas[0],
        "$defs": components,
    }


def _quantity_schema(kind: type) -> dict[str, Any]:
    if not issubclass(kind, Quantity):
        raise NotImplementedError(f"{kind.__name__} has no JSON Schema")
    return {"type": "string", "pattern": f"^(?:{kind.pattern})$", "examples": list(kind.examples)}
