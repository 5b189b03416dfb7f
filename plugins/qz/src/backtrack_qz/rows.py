"""Rows of a belt as the elements that QZ plays.

Each row says its speed and its incline, and that the speed is to be set: a row that says none leaves the belt
at what the row before it said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_qz.words import CONTINUED, END, showable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.etree import _Element

    from backtrack_plugins import BeltRow, Segment, Timeline

PER_KMH = 1000
"""Speeds have three decimals: a tenth of a mile an hour keeps its own."""

END_SECONDS = 60
"""How long the last row lasts: the belt is then at its lowest speed when the program ends (our choice)."""


def row_elements(segments: Iterable[Segment], rows: Iterable[BeltRow]) -> Iterator[_Element]:
    """The rows of segments, in order; each begins with its segment's line."""
    remaining = iter(segments)
    segment = None
    for row in rows:
        if segment is None or not row.continues:
            segment = next(remaining)
        texts = {event.seconds: event.text for event in row.events}
        if row.continues:
            texts[0] = "\n".join(filter(None, [CONTINUED + "\n".join(segment.lines), texts.get(0)]))
        kmh = row.rounded(3.6 * PER_KMH) / PER_KMH
        yield row_element(row.seconds, kmh, row.incline_percent, sorted(texts.items()), waits=row.waits)


def end_element(timeline: Timeline, segments: Sequence[Segment]) -> _Element:
    """The row after the last: slow, and it says to stop the belt."""
    import math

    kmh = math.floor(timeline.treadmill.slowest.metres_per_second * 3.6 * PER_KMH + 1e-6) / PER_KMH
    last = segments[-1]
    # Nobody's belt tilts while they face away from the console.
    incline = last.incline_percent if last.direction not in {"forward", None} else 0.0
    return row_element(END_SECONDS, kmh, incline, [(0, END)])


def row_element(
    seconds: int,
    kmh: float,
    incline_percent: float,
    texts: Iterable[tuple[int, str]],
    *,
    waits: bool = False,
) -> _Element:
    """One row, with texts by the second at which each is shown."""
    from lxml.etree import Element, SubElement

    row = Element("row")
    row.set("duration", f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}")
    row.set("speed", decimal(kmh))
    row.set("inclination", decimal(incline_percent))
    row.set("forcespeed", "1")
    row.set("zonehr", "0")  # no heart rate may change what the row says
    if waits:
        row.set("lapbutton", "1")
    for at, text in texts:
        SubElement(row, "textevent", timeoffset=str(at), message=showable(text))
    return row


def decimal(value: float) -> str:
    """A number without exponent, and without zeros that say nothing.

    >>> decimal(4.50), decimal(0.0), decimal(2.414)
    ('4.5', '0', '2.414')
    """
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
