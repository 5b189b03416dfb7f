"""A Workout to its page, to its JSON form, and a file into canonical form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.line import write_line
from backtrack_plugins.page import HEADERS, Header, Times, parse, source_lines
from backtrack_plugins.units import Quantity
from backtrack_plugins.workout import FLAT, Part, Repeat, Step, Straddle, Workout

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.line import Misreading
    from backtrack_plugins.page import Content

INDENT = "  "


def write(workout: Workout) -> str:
    r"""Write a workout as its page, in canonical form.

    >>> from backtrack_plugins.page import parse
    >>> print(write(parse("name: Hello\n2 x\n 90s fwd walk 5kph")), end="")
    name: Hello
    <BLANKLINE>
    2x
      1:30 forward walk 5 km/h
    """
    return "\n".join([*header_lines(workout), "", *_part_lines(workout.steps, 0)]) + "\n"


def header_lines(workout: Workout) -> list[str]:
    """The headers of a page: name, and level and about when there are any."""
    lines = [f"name: {workout.name}"]
    if workout.level is not None:
        lines.append(f"level: {workout.level}")
    if workout.about:
        lines.append(f"about: {workout.about}")
    return lines


def _part_lines(parts: Sequence[Part], depth: int) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Repeat):
            yield f"{INDENT * depth}{part.times}x"
            yield from _part_lines(part.steps, depth + 1)
        else:
            yield INDENT * depth + write_line(part)


def to_json(workout: Workout) -> bytes:
    r"""Write a workout in its JSON form, one object on indented lines.

    >>> from backtrack_plugins.page import parse
    >>> b'"speed": "5 km/h"' in to_json(parse("name: Hello\n2:00 forward walk 5 km/h"))
    True
    """
    return encode_json(to_mapping(workout))


def to_mapping(workout: Workout) -> dict[str, Any]:
    """The JSON form as plain dictionaries, lists and texts; what says nothing is left out."""
    mapping: dict[str, Any] = {"name": workout.name}
    if workout.level is not None:
        mapping["level"] = workout.level
    if workout.about:
        mapping["about"] = workout.about
    mapping["steps"] = [_part_mapping(part) for part in workout.steps]
    return mapping


def _part_mapping(part: Part) -> dict[str, Any]:
    if isinstance(part, Repeat):
        return {
            "kind": "repeat",
            "times": part.times,
            "steps": [_part_mapping(inner) for inner in part.steps],
        }
    mapping: dict[str, Any] = {"kind": "straddle" if isinstance(part, Straddle) else "step"}
    for field in msgspec.structs.fields(type(part)):
        value = getattr(part, field.name)
        if value is not None and value != FLAT:
            mapping[field.name] = str(value) if isinstance(value, Quantity) else value
    return mapping


def encode_json(value: object) -> bytes:
    """Encode builtins, Structs and quantities (as text) as JSON on indented lines."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=_quantity_text), indent=2) + b"\n"


def _quantity_text(value: object) -> str:
    if isinstance(value, Quantity):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} has no JSON form")


def format_page(text: str, *, file: str | None = None) -> str:
    r"""Rewrite a page into canonical form, keeping its comments.

    Comments stand where they stood, indented like the line they are on or above. Lines that only
    artifacts have (added straddles, fitted values) are dropped, as reading drops them.

    Raises:
        InvalidWorkout: with every problem, when the page cannot be read.

    >>> print(format_page("name: Hello\n# slowly\n90s fwd walk 5kph # easy"), end="")
    name: Hello
    <BLANKLINE>
    # slowly
    1:30 forward walk 5 km/h  # easy
    """
    parse(text, file=file)
    headers: dict[str, list[str]] = {}
    body: list[str] = []
    waiting: list[str] = []
    indents = [0]
    for line in source_lines(text, _report_nothing):
        content = line.content
        if content is None:
            waiting.append(line.comment)
        elif isinstance(content, Header):
            headers[content.key] = [*filter(None, waiting), f"{content.key}: {content.value}".rstrip()]
            waiting = []
        else:
            margin = INDENT * _depth(indents, line.indent)
            body += [margin + comment if comment else "" for comment in waiting]
            waiting = []
            body += _formatted(content, line.comment, margin)
    body += waiting
    top = [line for key in HEADERS for line in headers.get(key, [])]
    return "\n".join([*top, "", *_single_blanks(body)]) + "\n"


def _formatted(content: Content, comment: str, margin: str) -> list[str]:
    if isinstance(content, Times):
        written = f"{content.times}x"
    elif isinstance(content, Step | Straddle):
        written = write_line(content)
    else:
        return [margin + comment] if comment else []
    return [f"{margin}{written}  {comment}" if comment else margin + written]


def _depth(indents: list[int], indent: int) -> int:
    while indent < indents[-1]:
        indents.pop()
    if indent > indents[-1]:
        indents.append(indent)
    return len(indents) - 1


def _single_blanks(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _report_nothing(_line: int, _finding: Misreading) -> None:
    """Everything was reported by the reading before."""
