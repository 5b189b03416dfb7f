"""Words that fit: TCX gives a name 15 characters, and XML has characters that it cannot contain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backtrack_plugins import Straddle

if TYPE_CHECKING:
    from backtrack_plugins import Segment

ROOM = 15
NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
AHEAD = {"forward": "fwd", "backward": "back", "left": "left", "right": "right"}


def clean(text: str) -> str:
    """A text with U+FFFD for each character that XML cannot contain, not even escaped."""
    return NOT_XML.sub("\ufffd", text)


def of_workout(name: str) -> str:
    """The start of a workout's name, in units of UTF-16, which is what some readers count."""
    words = " ".join(clean(name).split())
    return words.encode("utf-16-le")[: 2 * ROOM].decode("utf-16-le", "ignore").rstrip()


def way_of(segment: Segment) -> str | None:
    """Which way the athlete faces, in the word of the written step; None in a straddle."""
    return None if isinstance(segment.step, Straddle) else segment.step.direction


def of_step(segment: Segment, then: frozenset[str | None]) -> str:
    """Which way to face, whole, and as much of gait and belt as there is room for.

    Args:
        segment: The segment.
        then: Which ways one may face in the next one: two where a repeat begins again or ends.
    """
    way = way_of(segment)
    if way is None:
        (ahead,) = then if len(then) == 1 else (None,)
        return f"straddle>{AHEAD[ahead]}" if ahead else "straddle"
    short = segment.belt.replace(" km/h", "kph").replace(" mph", "mph")
    names = [
        f"{way} {segment.gait} {segment.belt}",
        f"{way} {segment.belt}",
        f"{way} {short}",
        f"{way} {short.partition(' ')[0]}",
        f"{way} {segment.gait}",
        way,
    ]
    return next(name for name in names if len(name) <= ROOM)
