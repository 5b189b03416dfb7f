"""An ExportRequest to the XML of a ZWO run file.

ZWO has no published specification; the elements here are those of the workouts that Zwift brings,
and `thresholdSecPerKm`, which other programs write and QZ reads. Only ``SteadyState`` is written, unless
asked otherwise: readers disagree on which end of a ramp is which, and on what an interval's recovery is.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from backtrack_plugins import CannotExport, Exported, Loss, Problem, belt_plan
from backtrack_zwo.elements import Style, bar_element, steady_state
from backtrack_zwo.folding import fold, fold_name
from backtrack_zwo.options import PACE_INDEX, race_time, refuse_contradictions
from backtrack_zwo.stretches import Bar, in_bars, stretches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_plugins import ExportRequest, Segment
    from backtrack_zwo.stretches import Stretch

NAME = "zwo"

AUTHOR = "backtrack-plugins"

MOST_BYTES = 1 << 20
"""A larger file could not be read back."""

COMPACT_COMMENT = "# For Zwift alone: QZ plays the repeats at paces of its own."
"""It stands in the page of a file that has an ``IntervalsT``."""


def to_zwo(request: ExportRequest) -> Exported:
    """Write a ZWO.

    Raises:
        UsageError: when no race pace is known, or options contradict one another.
        CannotExport: when a step is shorter than 10 s (``zwo/short``), or the file would be larger
            than 1 MiB (``zwo/large``).
    """
    options = request.options
    refuse_contradictions(options)
    race = race_time(request)
    style = Style(
        seconds_per_km=round(race.seconds_per_km),
        pace=PACE_INDEX[race.race],
        incline=options.incline,
        replacement_prescription=options.replacement_prescription,
    )
    rows, losses = belt_plan(request.timeline, NAME)
    steps: Sequence[Stretch | Bar] = stretches(request.segments, rows)
    if options.compact:
        steps = list(in_bars(request.tree, stretches(request.segments, rows)))
    data = _xml(_header(request, style, steps), steps, style)
    if len(data) > MOST_BYTES:
        raise CannotExport([_too_large(request)])
    return Exported(
        data=data,
        losses=(*losses, *_compact_losses(steps), *folding_losses(request.page, request.segments)),
    )


def _header(request: ExportRequest, style: Style, steps: Sequence[Stretch | Bar]) -> dict[str, str]:
    page = request.page
    if any(isinstance(step, Bar) for step in steps):
        page = page.replace("\n\n", f"\n\n{COMPACT_COMMENT}\n", 1)  # below the headers
    return {
        "author": AUTHOR,
        "name": fold_name(request.workout.name),
        "description": fold(page),
        "sportType": "run",
        # Without it, readers take a run's durations for metres.
        "durationType": "time",
        # It stands for the pace in QZ, whose belt speed then does not hang on the user's settings.
        "thresholdSecPerKm": str(style.seconds_per_km),
    }


def _xml(header: dict[str, str], steps: Sequence[Stretch | Bar], style: Style) -> bytes:
    from lxml.etree import Element, SubElement, tostring

    root = Element("workout_file")
    for tag, text in header.items():
        SubElement(root, tag).text = text
    SubElement(SubElement(root, "tags"), "tag", name="backtrack")
    inside = partial(SubElement, SubElement(root, "workout"))  # an element that is moved there costs more
    for step in steps:
        if isinstance(step, Bar):
            bar_element(inside, step, style)
        else:
            for row in step.rows:
                steady_state(inside, step.segment, row, style)
    return tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def folding_losses(page: str, segments: Iterable[Segment]) -> tuple[Loss, ...]:
    """What folding changes in these words, and in these segments' lines."""
    steps = {segment.step_number for segment in segments if not segment.line.isascii()}
    if page.isascii() and not steps:
        return ()
    instead = (
        "folded to ASCII, and cut where that made a text too long; what reads a ZWO breaks on other letters"
    )
    return (Loss(what="letters", instead=instead, steps=tuple(sorted(steps))),)


def _compact_losses(steps: Sequence[Stretch | Bar]) -> Iterator[Loss]:
    bars = [step for step in steps if isinstance(step, Bar)]
    if not bars:
        return
    numbers = {stretch.segment.step_number for bar in bars for stretch in bar.stretches}
    yield Loss(
        what="repeats",
        instead="two plain forward steps are one IntervalsT; of every other repeat each pass is written out",
    )
    yield Loss(
        what="speed in QZ",
        instead="the speeds of an IntervalsT follow from the paces set in QZ, and not from this file: "
        "play it in Zwift alone",
        steps=tuple(sorted(numbers)),
    )


def _too_large(request: ExportRequest) -> Problem:
    return Problem(
        code="zwo/large",
        message=f"{len(request.segments)} segments make a file larger than 1 MiB, which nothing reads back",
        hint="repeat less often, or make it several workouts",
        where=request.where(None),
    )
