"""The fields of the JSON form, from its schema."""

from __future__ import annotations

import re
from typing import Any

from backtrack_plugins.schema import workout_schema
from generating.docstrings import table


def json_fields() -> list[str]:
    """A section for each kind of object of the schema."""
    lines: list[str] = []
    for name, described in workout_schema()["$defs"].items():
        rows = [
            (f"`{field}`", "yes" if field in described["required"] else "", _said(schema))
            for field, schema in described["properties"].items()
        ]
        lines += [
            "",
            f"### {name}",
            "",
            described["description"],
            "",
            *table(("field", "needed", "value"), rows),
        ]
    return lines[1:]


def _said(schema: dict[str, Any]) -> str:
    refused = schema.get("not", {}).get("pattern")
    if refused:
        examples = [each for each in schema["examples"] if not re.search(refused, each)]
        schema = {**schema, "examples": examples}
    said = [
        _SAID[key](value)
        for key, value in schema.items()
        if key in _SAID and not (key == "type" and "enum" in schema)
    ]
    if "default" in schema:
        said.append(f"left out: {_left_out(schema['default'])}")
    return "; ".join(part for part in said if part)


def _left_out(default: object) -> str:
    return "none" if default in (None, "") else f"`{default}`"


def _choices(choices: list[dict[str, Any]]) -> str:
    parts = []
    for each in choices:
        if "$ref" in each:
            parts.append(f"[{each['$ref'].rpartition('/')[2]}](#{each['$ref'].rpartition('/')[2].lower()})")
        elif each.get("type") != "null":
            parts.append(_said(each))
    return ", ".join(parts)


_SAID = {
    "type": lambda kind: {"string": "a text", "integer": "a whole number", "array": "a list"}.get(kind, kind),
    "enum": lambda values: ", ".join(f'`"{value}"`' for value in values),
    "anyOf": _choices,
    "items": lambda items: f"each {_said(items)}",
    "examples": lambda examples: "such as " + ", ".join(f'`"{each}"`' for each in examples),
    "minimum": lambda number: f"at least {number:,}",
    "maximum": lambda number: f"at most {number:,}",
    "maxLength": lambda number: f"at most {number} characters",
    "minItems": lambda number: f"at least {number}",
}
