"""The steps of a workout as elements, in the order that the schema asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from backtrack_plugins import RepeatedSegments

from backtrack_tcx import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins import Segment

BELOW = 0.5 / 3.6
"""How far below the belt speed a target begins, in m/s."""


def put(parent: ET.Element, tag: str, text: str) -> None:
    """Add an element with a text."""
    ET.SubElement(parent, tag).text = names.clean(text)


def typed(parent: ET.Element, tag: str, kind: str) -> ET.Element:
    """Add an element that says which type of the schema it is."""
    return ET.SubElement(parent, tag, {"xsi:type": kind})


def segments_in(parts: Sequence[Segment | RepeatedSegments]) -> Iterator[Segment]:
    """The segments of a tree, each repeat's once."""
    for part in parts:
        if isinstance(part, RepeatedSegments):
            yield from segments_in(part.parts)
        else:
            yield part


def whole_metres(segment: Segment) -> int:
    """The metres of a segment, rounded down: no step is longer than planned."""
    return int(round(segment.metres or 0, 3))


def tenths_of_mm(metres_per_second: float) -> int:
    """A speed in 0.1 mm/s, rounded down: no target is faster than planned."""
    return int(round(metres_per_second * 10_000, 3))


@dataclass(kw_only=True)
class Steps:
    """Writes the steps of one workout, and numbers them.

    Attributes:
        targets: Whether each step has a speed target.
        slowest: The treadmill's lowest belt speed in m/s, the target of a straddle.
        number: The last StepId that was given.
    """

    targets: bool
    slowest: float
    number: int = 0

    def write(
        self,
        parent: ET.Element,
        tag: str,
        parts: Sequence[Segment | RepeatedSegments],
        then: frozenset[str | None] = frozenset(),
    ) -> None:
        """Add parts of a tree; ``then`` is which ways one may face after the last of them."""
        for index, part in enumerate(parts):
            ahead = first_ways(parts[index + 1 :]) or then
            if not isinstance(part, RepeatedSegments):
                self._step(self._numbered(parent, tag, "Step_t"), part, ahead)
            elif part.times == 1:
                self.write(parent, tag, part.parts, ahead)
            else:
                repeat = self._numbered(parent, tag, "Repeat_t")
                put(repeat, "Repetitions", str(part.times))
                self.write(repeat, "Child", part.parts, first_ways(part.parts) | ahead)

    def _numbered(self, parent: ET.Element, tag: str, kind: str) -> ET.Element:
        self.number += 1
        element = typed(parent, tag, kind)
        put(element, "StepId", str(self.number))
        return element

    def _step(self, element: ET.Element, segment: Segment, ahead: frozenset[str | None]) -> None:
        put(element, "Name", names.of_step(segment, ahead))
        if segment.is_straddle or segment.ends_on == "lap":
            typed(element, "Duration", "UserInitiated_t")
        elif segment.ends_on == "distance":
            put(typed(element, "Duration", "Distance_t"), "Meters", str(whole_metres(segment)))
        else:
            put(typed(element, "Duration", "Time_t"), "Seconds", f"{segment.seconds:.0f}")
        # Never Resting: an app that plays the file may choose a speed of its own for a rest.
        put(element, "Intensity", "Active")
        if self.targets:
            self._target(typed(element, "Target", "Speed_t"), segment)
        else:
            typed(element, "Target", "None_t")

    def _target(self, target: ET.Element, segment: Segment) -> None:
        high = tenths_of_mm(segment.metres_per_second or self.slowest)
        low = max(high - tenths_of_mm(BELOW), 1)
        zone = typed(target, "SpeedZone", "CustomSpeedZone_t")
        put(zone, "ViewAs", "Speed")
        put(zone, "LowInMetersPerSecond", f"{low / 10_000:.4f}")
        put(zone, "HighInMetersPerSecond", f"{high / 10_000:.4f}")


def first_ways(parts: Sequence[Segment | RepeatedSegments]) -> frozenset[str | None]:
    """Which way one faces in the first of some parts, None in a straddle; nothing where there are none."""
    first = next(segments_in(parts), None)
    return frozenset() if first is None else frozenset({names.way_of(first)})
