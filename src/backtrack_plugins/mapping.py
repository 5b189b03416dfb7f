"""The machine form: JSON, or a mapping as another loader returns it, to a Workout."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar, cast

import msgspec

from backtrack_plugins.errors import InvalidWorkout
from backtrack_plugins.line import near_hint
from backtrack_plugins.page import capped
from backtrack_plugins.problem import MOST_PROBLEMS, Problem, Where, path_of_key
from backtrack_plugins.units import Quantity, shown
from backtrack_plugins.workout import (
    CHECKS,
    DEEPEST_REPEAT,
    MOST_SEGMENTS,
    Origin,
    Part,
    Repeat,
    Step,
    Straddle,
    Workout,
)

_Made = TypeVar("_Made", bound=msgspec.Struct)

LONGEST_KEY = 40
"""A longer key is named by the path of the object it stands in, so that a message stays readable."""

_NO_STEP = "it is a list of at least one step"

_KINDS: dict[str, type[Part]] = {"step": Step, "straddle": Straddle, "repeat": Repeat}


def from_json(data: bytes | str, *, file: str | None = None) -> Workout:
    """Read the JSON form, as the published JSON Schema ``workout-1.json`` has it.

    Raises:
        InvalidWorkout: with every problem, each with its path, such as ``steps[2].speed``.
    """
    try:
        document = msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        said = "nested too deep" if isinstance(error, RecursionError) else str(error).partition(" - at ")[0]
        problem = Problem(
            code="BT010",
            message=f"no JSON document: {said}",
            hint="write it again whole",
            where=Where(file=file),
        )
        raise InvalidWorkout([problem]) from None
    return from_mapping(document, file=file)


def from_mapping(document: Mapping[str, Any], *, file: str | None = None) -> Workout:
    """Convert a mapping, such as the app's own YAML or TOML loader returns, as `from_json` does.

    Raises:
        InvalidWorkout: with every problem, each with its path.

    >>> step = {"kind": "step", "amount": "2:00", "direction": "forward", "gait": "walk", "speed": "5 km/h"}
    >>> from_mapping({"name": "Hello", "steps": [step]}).name
    'Hello'
    """
    return _Reader(file).workout(document)


@lru_cache(maxsize=8)
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    # Resolving the annotations anew for each step would be nine tenths of the time.
    return {field.name: field for field in msgspec.structs.fields(kind)}


class _Reader:
    """Converts a mapping field by field, so that one reading reports every bad one."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.parts = 0

    def report(self, path: str, message: str, hint: str = "", code: str = "BT010") -> None:
        where = Where(file=self.file, path=path or None)
        self.problems.append(Problem(code=code, message=message, hint=hint, where=where))

    def workout(self, document: object) -> Workout:
        made: Workout | None = None
        if isinstance(document, Mapping):
            made = self._made(Workout, document, "", 0)
        else:
            self.report("", "a workout is an object with a name and steps")
        if made is None:
            raise InvalidWorkout(capped(self.problems))
        return made.with_origin(Origin(self.file, ()))

    def _made(self, kind: type[_Made], values: Mapping[Any, Any], path: str, depth: int) -> _Made | None:
        before = len(self.problems)
        fields = _fields(kind)
        made: dict[str, Any] = {}
        for key, value in values.items():
            if len(self.problems) >= MOST_PROBLEMS:
                return None
            inner = path_of_key(path, key) if isinstance(key, str) and len(key) <= LONGEST_KEY else path
            if key not in fields:
                said = shown(key) if isinstance(key, str) else f"a {type(key).__name__}"
                hint = near_hint(said, list(fields)) or f"fields are {', '.join(fields)}"
                self.report(inner, "no such field" if inner != path else f"no such field: {said}", hint)
            elif key == "steps":
                made[key] = self._parts(value, inner, depth)
            else:
                made[key] = self._value(kind, fields[key], value, inner)
        for name, field in fields.items():
            if field.required and name not in values:
                said = _NO_STEP if name == "steps" else f"there is no {name}"
                self.report(f"{path}.{name}" if path else name, said, f'add "{name}"')
        if len(self.problems) > before:
            return None
        try:
            return kind(**made)
        except (ValueError, TypeError) as error:  # fields that are fine alone, and not together
            self.report(path or "steps", str(error))
            return None

    def _value(
        self, kind: type[msgspec.Struct], field: msgspec.structs.FieldInfo, value: object, path: str
    ) -> object:
        quantity = field.type if isinstance(field.type, type) and issubclass(field.type, Quantity) else None
        try:
            if quantity is not None:
                value = quantity(cast("str", value))
            CHECKS[kind][field.name](value)
        except (ValueError, TypeError) as error:
            self.report(path, str(error), code="BT004" if quantity is not None else "BT010")
        return value

    def _parts(self, parts: object, path: str, depth: int) -> tuple[Part, ...]:
        if not isinstance(parts, list | tuple) or not parts:
            self.report(path, _NO_STEP)
            return ()
        if depth > DEEPEST_REPEAT:
            self.report(path, f"repeats nest more than {DEEPEST_REPEAT} deep", "nest fewer", "BT008")
            return ()
        made = []
        for index, part in enumerate(parts):
            if len(self.problems) >= MOST_PROBLEMS:
                break
            # One list may stand in many places: its steps are counted, and never walked without end.
            self.parts += not (isinstance(part, Mapping) and part.get("kind") == "repeat")
            if self.parts > MOST_SEGMENTS:
                message = f"more than {MOST_SEGMENTS} segments when its repeats are unrolled"
                self.report(path, message, "make two workouts of it", "BT008")
                break
            found = self._part(part, f"{path}[{index}]", depth)
            if found is not None:
                made.append(found)
        return tuple(made)

    def _part(self, part: object, path: str, depth: int) -> Part | None:
        if not isinstance(part, Mapping):
            self.report(path, "a step is an object with a kind")
            return None
        kind = part.get("kind")
        made = _KINDS.get(kind) if isinstance(kind, str) else None
        if made is None:
            self.report(f"{path}.kind", "kind is step, straddle or repeat")
            return None
        fields = {key: value for key, value in part.items() if key != "kind"}
        return self._made(made, fields, path, depth + 1)
