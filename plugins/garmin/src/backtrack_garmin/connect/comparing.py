"""Whether two bodies of a workout mean the same: what we send, and what the workout service gives back.

The service adds fields and empty ones, gives steps numbers of its own, rounds values to seven decimals and
writes the keys itself. What is compared is what is left when all that is taken away; of a number and its key,
the number.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from itertools import count, zip_longest
from typing import TYPE_CHECKING, Any

from backtrack_garmin.connect import ids
from backtrack_garmin.connect.marks import without_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = 4
"""Decimals that count. What we send has three, and the service keeps seven."""

_UNITS = {ids.TIME: "s", ids.DISTANCE: "m"}
_VALUES = ("targetType", "targetValueOne", "targetValueTwo", "zoneNumber")
_SECONDARY = (
    "secondaryTargetType",
    "secondaryTargetValueOne",
    "secondaryTargetValueTwo",
    "secondaryZoneNumber",
)


def projection(body: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a workout's body that means something, in one form whoever wrote it.

    Whatever stands in the body is taken as it is; a part that is missing or of another kind is None.

    Args:
        body: A workout, as we or others send it or as the service gives it back.

    Returns:
        Name, description without its mark, sport, and the segments with their steps, which are numbered from
        1 in the order in which they are done, each repeat before what it repeats.
    """
    numbers = count(1)
    return {
        "name": _text(body.get("workoutName")),
        "description": without_mark(_text(body.get("description"))),
        "sport": _id(body, "sportType", "sport"),
        "segments": [
            {"sport": _id(segment, "sportType", "sport"), "steps": _steps(segment, numbers)}
            for segment in _in_order(body.get("workoutSegments"), "segmentOrder")
        ],
    }


def digest(body: Mapping[str, Any]) -> str:
    """The content of a workout in 16 hexadecimal digits: two bodies have the same when they mean the same."""
    said = json.dumps(projection(body), sort_keys=True, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()[:16]


def differences(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    """What became of a workout that was sent, in a sentence each; none when both mean the same.

    >>> sent = {"workoutName": "Easy", "sportType": {"sportTypeId": 1}}
    >>> differences(sent, {**sent, "sportType": {"sportTypeId": 2}, "workoutId": 1684})
    ['sport: running became cycling']
    """
    one, other = projection(sent), projection(stored)
    found = [
        *_text_differs("name", one["name"], other["name"]),
        *_text_differs("description", one["description"], other["description"]),
    ]
    found += _became("sport", _said_of("sport", one["sport"]), _said_of("sport", other["sport"]))
    before, after = one["segments"], other["segments"]
    if len(before) != len(after):
        return [*found, f"segments: {len(before)} became {len(after)}"]
    for number, (left, right) in enumerate(zip(before, after, strict=True), start=1):
        sports = [_said_of("sport", segment["sport"]) for segment in (left, right)]
        found += _became(f"sport of segment {number}", *sports)
        found += _steps_differ(left["steps"], right["steps"])
    return found


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _in_order(value: object, name: str) -> list[Mapping[str, Any]]:
    """The objects of a list, in the order of the number that each has; as they stand where it has none."""
    listed = [_mapping(each) for each in value] if isinstance(value, list) else []
    if any(not isinstance(each.get(name), int) for each in listed):
        return listed
    return sorted(listed, key=lambda each: int(each[name]))


def _text(value: object) -> str:
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def _id(holder: Mapping[str, Any], name: str, kind: ids.Kind) -> int | None:
    number = _mapping(holder.get(name)).get(ids.NAMES[kind][0])
    return number if isinstance(number, int) else None


def _number(value: object) -> float | None:
    """A value to the decimals that count; some clients send numbers as text."""
    if not isinstance(value, int | float | str):
        return None
    try:
        return round(float(value), PLACES) + 0.0  # turns -0.0 into 0.0
    except (ValueError, OverflowError):
        return None


def _steps(holder: Mapping[str, Any], numbers: Iterator[int]) -> list[dict[str, Any]]:
    return [_step(step, numbers) for step in _in_order(holder.get("workoutSteps"), "stepOrder")]


def _step(step: Mapping[str, Any], numbers: Iterator[int]) -> dict[str, Any]:
    order = next(numbers)
    condition = _id(step, "endCondition", "condition")
    shared = {"order": order, "type": _id(step, "stepType", "step"), "condition": condition}
    if step.get("type") == "RepeatGroupDTO" or isinstance(step.get("workoutSteps"), list):
        return {
            **shared,
            "times": _number(step.get("numberOfIterations")),
            "skips last rest": bool(step.get("skipLastRestStep")),
            "steps": _steps(step, numbers),
        }
    # The web client sends a value along with the lap button; it means nothing.
    value = None if condition == ids.LAP_BUTTON else _number(step.get("endConditionValue"))
    return {
        **shared,
        "note": _text(step.get("description")),
        "value": value,
        "compare": _text(step.get("endConditionCompare")),
        "target": _target(step, _VALUES),
        "second target": _target(step, _SECONDARY),
    }


def _target(step: Mapping[str, Any], names: tuple[str, str, str, str]) -> list[Any]:
    """Number, bounds and zone of a target, the faster bound first: the service takes either order."""
    kind, one, two, zone = names
    number = _id(step, kind, "target") or ids.NO_TARGET
    if number == ids.NO_TARGET:
        return [number, [], None]
    bounds = [bound for name in (one, two) if (bound := _number(step.get(name))) is not None]
    return [number, sorted(bounds, reverse=True), _number(step.get(zone))]


def _steps_differ(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[str]:
    for left, right in zip(before, after, strict=False):
        yield from _step_differs(left, right)
    for step in before[len(after) :]:
        yield f"step {step['order']} is gone: {_said_step(step)}"
    for step in after[len(before) :]:
        yield f"step {step['order']} is new: {_said_step(step)}"


def _step_differs(left: dict[str, Any], right: dict[str, Any]) -> Iterator[str]:
    step = f"step {left['order']}"
    if ("steps" in left) != ("steps" in right):
        yield f"{step}: {_said_step(left)} became {_said_step(right)}"
        return
    yield from _became(f"{step}: type", _said_of("step", left["type"]), _said_of("step", right["type"]))
    if "steps" in left:
        yield from _became(step, _said_repeat(left), _said_repeat(right))
        yield from _steps_differ(left["steps"], right["steps"])
        return
    yield from _text_differs(f"{step}: text", left["note"], right["note"])
    yield from _became(step, _said_ending(left), _said_ending(right))
    for part in ("target", "second target"):
        yield from _became(f"{step}: {part}", _said_target(left[part]), _said_target(right[part]))


def _became(what: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield f"{what}: {before} became {after}"


def _text_differs(what: str, before: str, after: str) -> Iterator[str]:
    """The first line that differs is enough to know which text it is."""
    for left, right in zip_longest(before.split("\n"), after.split("\n")):
        if left != right:
            yield f"{what}: {_quoted(left)} became {_quoted(right)}"
            return


def _quoted(text: str | None) -> str:
    return "nothing" if text is None else json.dumps(text, ensure_ascii=False)


def _plain(number: float | None) -> str:
    return "nothing" if number is None else repr(number).removesuffix(".0")


def _said_of(kind: ids.Kind, number: int | None) -> str:
    return "nothing" if number is None else ids.key_of(kind, number) or f"{kind} {number}"


def _said_step(step: dict[str, Any]) -> str:
    return _said_repeat(step) if "steps" in step else _quoted(step["note"])


def _said_repeat(step: dict[str, Any]) -> str:
    said = "a repeat" if step["times"] is None else f"{_plain(step['times'])}x"
    if step["condition"] != ids.ITERATIONS:
        said += f" until {_said_of('condition', step['condition'])}"
    return f"{said} without the last rest" if step["skips last rest"] else said


def _said_ending(step: dict[str, Any]) -> str:
    condition, value, compare = step["condition"], step["value"], step["compare"]
    unit = _UNITS.get(condition)
    if unit is not None and value is not None and not compare:
        return f"{_plain(value)} {unit}"
    words = [_said_of("condition", condition), compare, "" if value is None else _plain(value)]
    return " ".join(word for word in words if word)


def _said_target(target: list[Any]) -> str:
    number, bounds, zone = target
    said = [_said_of("target", number)]
    if bounds:
        said.append(" to ".join(map(_plain, bounds)))
    if zone is not None:
        said.append(f"zone {_plain(zone)}")
    return " ".join(said)
