"""What each element of a ZWO's workout is: ours, somebody else's, or what goes on with the one before."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from backtrack_plugins import Step
from backtrack_zwo.own_lines import (
    OwnLine,
    continues,
    faces_next,
    falls_short,
    fills,
    is_continued,
    lasts,
    own_lines,
    shows_a_turn,
    was_line,
)
from backtrack_zwo.plain import Plain, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lxml.etree import _Element

    from backtrack_plugins import Straddle

Kind = Literal["own", "placed", "goes on", "lost", "foreign"]

STEADY = frozenset({"steadystate", "solidstate"})
RAMPS = frozenset({"warmup", "ramp", "cooldown"})
INTERVALS = "intervalst"
UNTARGETED = frozenset({"freeride", "maxeffort"})
STEPS = STEADY | RAMPS | UNTARGETED | {INTERVALS}
"""The elements that take time, in small letters: spellings differ."""

LEAST_STAIR = {"s": 30, "m": 100}
HIGHEST_STAIR = 0.04
MOST_STAIRS = 20
"""A ramp becomes steps of at least so many seconds or metres, each at most this part of a race pace above the
one before (0.4 km/h at 10 km/h), and no more than so many (our choice)."""

MOST_PARTS = 10_000
"""Elements of one workout that are read."""


class Part(NamedTuple):
    """An element of a workout.

    Attributes:
        element: The element.
        kind: Whose it is: ``own``; ``placed``, a straddle that expanding placed; ``goes on`` with the one
            before; ``lost``, ours without its line; ``foreign``.
        lines: Its lines, where it is ours.
        why: Of what is lost, why it is known to have been ours.
    """

    element: Plain
    kind: Kind
    lines: tuple[OwnLine, ...] = ()
    why: str = ""

    @property
    def tag(self) -> str:
        """The element's name in small letters."""
        return self.element.tag

    @property
    def step(self) -> Step | None:
        """What its last line says, where that is a step."""
        said = self.lines[-1].step if self.lines else None
        return said if isinstance(said, Step) else None


def parts_of(root: _Element) -> list[tuple[_Element, int]]:
    """Each child element of the workout, in order, and how many parts of the Workout come of it."""
    unit = unit_of(root)
    return [(part.element.element, _count(part, unit)) for part in parts_in(root)]


def _count(part: Part, unit: str) -> int:
    if part.kind == "own":
        return len(part.lines)
    if part.kind in {"placed", "goes on"} or part.tag not in STEPS:
        return 0
    return stairs(part.element, unit) if part.tag in RAMPS else 1


def stairs(element: Plain, unit: str) -> int:
    """How many steps a ramp becomes."""
    length = lasts(element)
    low, high = (_number(element.attributes.get(name)) for name in ("powerlow", "powerhigh"))
    if not (0 < length < math.inf and abs(high - low) < math.inf):
        return 1
    wanted = math.ceil(round(abs(high - low) / HIGHEST_STAIR, 6))
    return max(1, min(MOST_STAIRS, wanted, math.floor(length / LEAST_STAIR[unit])))


def unit_of(root: _Element) -> str:
    """``s`` where the file says that it is measured in time, else ``m``, as runs are that say nothing."""
    return "s" if "time" in (header(root, "durationtype") or "").lower() else "m"


def header(root: _Element, tag: str) -> str | None:
    """What a header element says, by its name in small letters; None where there is none."""
    found = next((child for child in root if str(child.tag).lower() == tag), None)
    return None if found is None else "".join(found.itertext())


def elements_of(root: _Element) -> Iterator[_Element]:
    """The child elements of the workout."""
    for child in root:
        if str(child.tag).lower() == "workout":
            yield from child


def parts_in(root: _Element, known: Mapping[str, Step | Straddle] = MappingProxyType({})) -> list[Part]:
    """What each child element of the workout is.

    Args:
        root: The file.
        known: What some lines say that were read before; reading them again takes time.
    """
    elements = [plain(element) for element in elements_of(root)]
    found = [own_lines(element, known) for element in elements]
    in_ours = any(line.is_line for lines in found for line in lines)
    parts: list[Part] = []
    open_line: OwnLine | None = None
    before: Part | None = None
    passed = 0.0
    for element, lines in zip(elements, found, strict=True):
        part = _part(element, lines, before, open_line, passed, in_ours=in_ours)
        parts.append(part)
        if part.kind == "own":
            open_line, passed = (part.lines[0], 0.0) if part.tag != INTERVALS else (None, 0.0)
        elif part.kind != "goes on":
            open_line = None
        passed += lasts(element)
        if part.kind != "foreign" or part.tag in STEPS:
            before = part if part.kind != "goes on" or before is None else before._replace(element=element)
    return [*_turned_back(parts)]


def _turned_back(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts, where one that a straddle turns forward from cannot have been somebody else's.

    Nothing places a straddle between two steps that face forward.
    """
    steps = [part for part in parts if part.tag in STEPS]
    wrong = set()
    for before, straddle, after in zip(steps, steps[1:], steps[2:], strict=False):
        forward = after.kind == "own" and after.step is not None and after.step.direction == "forward"
        if before.kind == "foreign" and straddle.kind == "placed" and forward:
            wrong.add(id(before))
    for part in parts:
        if id(part) in wrong:
            why = "a straddle of ours turns forward after it, and it has no line that says from where"
            yield part._replace(kind="lost", why=why)
        else:
            yield part


def _part(
    element: Plain,
    lines: list[OwnLine],
    before: Part | None,
    open_line: OwnLine | None,
    passed: float,
    *,
    in_ours: bool,
) -> Part:
    if lines and all(line.is_line for line in lines):
        placed = len(lines) == 1 and lines[0].placed
        said = tuple(line for line in lines if not line.placed)
        return Part(element, "placed" if placed else "own", said)
    is_ours = before is not None and before.kind in {"own", "placed"}
    if is_ours and before is not None and continues(element, before.lines):
        return Part(element, "goes on")
    if was_line(element, in_ours=in_ours):
        return Part(element, "lost", tuple(lines), "its text was a line of ours, and is none any more")
    if is_ours and _goes_on(element, open_line, passed):
        return Part(element, "goes on")
    why = "" if element.tag not in STEPS else _turned(element, before if is_ours else None)
    return Part(element, "lost" if why else "foreign", why=why)


def _goes_on(element: Plain, line: OwnLine | None, passed: float) -> bool:
    if line is None or element.tag not in STEADY:
        return False
    return falls_short(line, passed) and fills(line, passed + lasts(element))


def _turned(element: Plain, before: Part | None) -> str:
    """Why an element without our line cannot be taken for a step that faces forward; else empty.

    Args:
        element: The element.
        before: The one before it, where that is ours.
    """
    if is_continued(element):
        return "it goes on with a step of ours that is not before it any more"
    if shows_a_turn(element):
        return "it shows a way of moving of ours, and has no line of ours"
    if before is None:
        return ""
    step = before.step
    if step is None:
        return "a straddle of ours is before it, and it has no line that says which way to face"
    if step.direction != "forward":
        return f"the step before it faces {step.direction}, and it has no line of ours"
    facing = faces_next(before.element)
    return f"the step before it says that {facing} comes next, and it has no line of ours" if facing else ""


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan
