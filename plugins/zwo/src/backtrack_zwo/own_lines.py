"""Our own words in the text events of a ZWO: the line of a step, and what marks an element as ours.

A line is never guessed: what does not parse is none. But where a text begins as only a line of ours does and
is none any more, that is told, so that nobody who was to face backward is read as facing forward.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins import InvalidWorkout, Step, parse_line
from backtrack_zwo.words import CONTINUED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from backtrack_plugins import Straddle
    from backtrack_zwo.plain import Plain

# A line begins with its amount, and ends where what we put below it begins; a cue may say anything.
_LINE = re.compile(
    r"""(?P<line>
        (?:[0-9]+:[0-9:]+|[0-9.]+[ ](?:m|km|mi)|lap)[ ]
        (?:"(?:[^"\\\n]|\\.)*"|[^"\n])*?
    )(?=\n|[ ]fitted[ ]|[ ]In[ ][0-9]|\Z)""",
    re.VERBOSE,
)
_BEGINS = (
    r"(?i)\s*(?:[0-9]+:[0-9:]+|[0-9.]+ ?(?:km|mi|m|s(?:ec)?|min|h)|lap)\s+"
    r"(?:(?:forward|backwards?|bwd)(?:\s|\Z)|(?:back|left|right)\s+(?:walk|jog|run)\b|straddle\b)"
)
"""How only a line of ours begins; "1:00 left" is what anybody says."""

_BEGINS_IN_OURS = (
    r"(?i)\s*(?:[0-9]+:[0-9:]+|[0-9.]+ ?(?:km|mi|m|s(?:ec)?|min|h)|lap)\s+.*"
    r"\b(?:walk|jog|run)\s+[0-9][0-9.:]*\s?(?:km/h|kmh|kph|mph|m/s|/km|/mi)\b"
)
"""The same among other lines of ours, where less is enough."""

_HAS_PART = (
    r"(?i)\b(?:forward|fwd|backwards?|back|bwd|left|right)\s+(?:walk|jog|run)\s+"
    r"[0-9][0-9.:]*\s?(?:km/h|kmh|kph|mph|m/s|/km|/mi)|(?:grip|light)\s+rail\b|\bhands\s+free\b"
)
_IN_EACH = ("walk", "jog", "run", "straddle", "rail", "hands", "forward", "back", "bwd")
"""One of these stands in all that the three above find; compiling them takes time. Of ASCII alone, since
other letters may be the small or capital ones of these."""

_TURNED = r"\b(?:BACK|LEFT|RIGHT) (?:WALK|JOG|RUN)\b|STRADDLE"
"""What our own option has Zwift show in place of the target."""

_AHEAD = r"(?i)\bIn [0-9]+ s(?:econds?)?:? .*\b(backward|left|right)\b"
"""A text that says which way the next step faces."""

_AT_ONCE = frozenset({"0", "0.0", ""})
_READING_SECONDS = 5
_OF_A_LAP = 60
_MOST_TEXT = 1000


class OwnLine(NamedTuple):
    """A line of ours in a text event.

    Attributes:
        text: The line.
        place: The line of the file where it stands.
        step: What it says; None where it cannot be, or where it is a straddle that was placed.
        placed: Whether it is a straddle that expanding placed.
    """

    text: str
    place: int
    step: Step | Straddle | None
    placed: bool = False

    @property
    def is_line(self) -> bool:
        """Whether it is a line, and no text that only begins like one."""
        return self.step is not None or self.placed

    @property
    def seconds(self) -> float:
        """How long it moves the belt."""
        if self.step is None:
            return 0
        amount = self.step.amount
        if amount.seconds is not None:
            return amount.seconds
        if amount.metres is not None and isinstance(self.step, Step):
            return amount.metres / self.step.speed.metres_per_second
        return _OF_A_LAP


def own_lines(element: Plain, known: Mapping[str, Step | Straddle]) -> list[OwnLine]:
    """The lines in the texts of an element: of its start, or of each pass of an ``IntervalsT``.

    Args:
        element: The element.
        known: What some lines say that were read before.
    """
    many = element.tag == "intervalst"
    found = []
    for event in element.events:
        if not many and event.attributes.get("timeoffset", "").strip() not in _AT_ONCE:
            continue
        match = _LINE.match(event.message)
        if match is None:
            continue
        line = _read(match["line"], event.line, known)
        if not many:
            return [line]
        if line.is_line:
            found.append(line)
    return found


def _read(text: str, place: int, known: Mapping[str, Step | Straddle]) -> OwnLine:
    if text in known:
        return OwnLine(text, place, known[text])
    try:
        return OwnLine(text, place, parse_line(text))
    except InvalidWorkout as error:
        placed = error.problems[0].code == "BT009" and " straddle" in text
        return OwnLine(text, place, None, placed=placed)


def is_continued(element: Plain) -> bool:
    """Whether it goes on with the step of the element before."""
    first = next(iter(element.events), None)
    return first is not None and first.message.startswith(CONTINUED)


def continues(element: Plain, lines: Sequence[OwnLine]) -> bool:
    """Whether it goes on with the last of these lines, and with no other."""
    if not lines or not is_continued(element):
        return False
    return element.events[0].message.startswith(CONTINUED + lines[-1].text)


def was_line(element: Plain, *, in_ours: bool) -> bool:
    """Whether an element without our line has words that only one of ours has had.

    Args:
        element: The element.
        in_ours: Whether other elements of the file have lines of ours.
    """
    for event in element.events:
        said = event.message[:_MOST_TEXT]
        lowered = said.lower()
        if said.isascii() and not any(word in lowered for word in _IN_EACH):
            continue
        if re.match(_BEGINS, said) or re.search(_HAS_PART, said):
            return True
        if in_ours and re.match(_BEGINS_IN_OURS, said):
            return True
    return False


def shows_a_turn(element: Plain) -> bool:
    """Whether it has Zwift show a way of moving that only a step of ours has."""
    shown = element.attributes.get("replacement_prescription")
    return shown is not None and re.search(_TURNED, shown) is not None


def faces_next(element: Plain) -> str:
    """Which way the next step faces, where a text says that it is not forward; else empty."""
    for event in element.events:
        match = re.search(_AHEAD, event.message[:_MOST_TEXT])
        if match is not None:
            return match[1].lower()
    return ""


def lasts(element: Plain) -> float:
    """The Duration of an element; NaN where there is none."""
    try:
        return float(element.attributes.get("duration", "nan"))
    except ValueError:
        return math.nan


def falls_short(line: OwnLine, seconds: float) -> bool:
    """Whether an element of ours is shorter than its line, so that the next goes on with it.

    The first may be all but a quarter of a minute shorter; a belt that was fitted differs by a little.
    """
    return seconds < line.seconds * 0.9 - 1


def fills(line: OwnLine, seconds: float) -> bool:
    """Whether elements that last so long together are no more than a line says."""
    return seconds <= line.seconds * 1.1 + 2
