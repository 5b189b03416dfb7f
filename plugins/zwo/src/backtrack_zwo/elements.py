"""Rows of a belt as the elements of a ZWO."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins import BeltText, Step
from backtrack_zwo.folding import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lxml.etree import _Element

    from backtrack_plugins import BeltRow, Segment
    from backtrack_zwo.stretches import Bar

    Make = Callable[[str], _Element]
    """Makes an element: one that stands alone, or inside another."""


class Style(NamedTuple):
    """How every step of a file is written.

    Attributes:
        seconds_per_km: The race pace that each speed is a part of.
        pace: Its index; None for a file that names none.
        incline: Whether to write the belt's incline.
        replacement_prescription: Whether to have Zwift show the way of moving in place of the target.
    """

    seconds_per_km: int
    pace: str | None
    incline: bool = False
    replacement_prescription: bool = False


def steady_state(
    make: Make, segment: Segment, row: BeltRow, style: Style, events: Iterable[BeltText] | None = None
) -> _Element:
    """A row of a segment, with its texts or others in their place."""
    step = make("SteadyState")
    step.set("Duration", str(row.seconds))
    step.set("Power", power(row, style.seconds_per_km))
    if style.pace is not None:
        step.set("pace", style.pace)
    if style.incline:
        step.set("Incline", incline_fraction(row.incline_percent))
    if style.replacement_prescription:
        step.set("replacement_prescription", way_of_moving(segment))
    _show(step, row.events if events is None else events)
    return step


def bar_element(make: Make, bar: Bar, style: Style) -> _Element:
    """A bar, with the texts of all its passes."""
    rows = [stretch.rows[0] for stretch in bar.stretches]
    on, off = rows[:2]
    step = make("IntervalsT")
    step.set("Repeat", str(bar.times))
    step.set("OnDuration", str(on.seconds))
    step.set("OffDuration", str(off.seconds))
    step.set("OnPower", power(on, style.seconds_per_km))
    step.set("OffPower", power(off, style.seconds_per_km))
    step.set("pace", style.pace or "")
    starts = accumulate((row.seconds for row in rows), initial=0)
    _show(
        step,
        (
            BeltText(start + event.seconds, event.text)
            for start, row in zip(starts, rows, strict=False)
            for event in row.events
        ),
    )
    return step


def _show(step: _Element, events: Iterable[BeltText]) -> None:
    from lxml.etree import SubElement

    for event in events:
        shown = SubElement(step, "textevent")
        shown.set("timeoffset", str(event.seconds))
        shown.set("message", fold(event.text))


def power(row: BeltRow, seconds_per_km: int) -> str:
    """The speed as a fraction of a race pace, with six decimals; never faster than planned."""
    # Metres a second times seconds a kilometre is thousandths of the pace; these are millionths.
    return f"{row.rounded(seconds_per_km * 1000) / 1_000_000:.6f}"


def incline_fraction(percent: float) -> str:
    """The incline as a fraction, exact to a ten-thousandth of a percent.

    >>> incline_fraction(2)
    '0.02'
    """
    return f"{percent / 100:.6f}".rstrip("0").rstrip(".")


_FACING = {"forward": "", "backward": "BACK ", "left": "LEFT ", "right": "RIGHT "}


def way_of_moving(segment: Segment) -> str:
    """A segment's way of moving in the few capitals that Zwift shows, such as ``BACK WALK``."""
    step = segment.step
    return f"{_FACING[step.direction]}{step.gait.upper()}" if isinstance(step, Step) else "STRADDLE"
