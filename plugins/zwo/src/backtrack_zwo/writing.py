"""An ExportRequest to the XML of a ZWO run file.

ZWO has no published specification; the elements here are those of the workouts that Zwift brings,
and `thresholdSecPerKm`, which other programs write and QZ reads. Only ``SteadyState`` is written:
readers disagree on which end of a ramp is which, and on what an interval's recovery is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import CannotExport, Exported, Loss, Problem, belt_plan
from backtrack_zwo.folding import fold, fold_name
from backtrack_zwo.options import race_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_plugins import BeltRow, ExportRequest

NAME = "zwo"

AUTHOR = "backtrack-plugins"

MOST_BYTES = 1 << 20
"""A larger file could not be read back."""

PACE_INDEX = {"mile": "0", "5k": "1", "10k": "2", "half": "3", "marathon": "4"}
"""Which of the runner's race paces `Power` is a fraction of, as Zwift and QZ number them."""


def to_zwo(request: ExportRequest) -> Exported:
    """Write a ZWO.

    Raises:
        UsageError: when no race pace is known.
        CannotExport: when a step is shorter than 10 s (``zwo/short``), or the file would be larger
            than 1 MiB (``zwo/large``).
    """
    race = race_time(request)
    seconds_per_km = round(race.seconds_per_km)
    rows, losses = belt_plan(request.timeline, NAME)
    header = {
        "author": AUTHOR,
        "name": fold_name(request.workout.name),
        "description": fold(request.page),
        "sportType": "run",
        # Without it, readers take a run's durations for metres.
        "durationType": "time",
        # It stands for the pace in QZ, whose belt speed then does not hang on the user's settings.
        "thresholdSecPerKm": str(seconds_per_km),
    }
    data = _xml(header, rows, seconds_per_km, PACE_INDEX[race.race], incline=request.options.incline)
    if len(data) > MOST_BYTES:
        raise CannotExport([_too_large(request)])
    return Exported(data=data, losses=(*losses, *_folding_losses(request)))


def _xml(
    header: dict[str, str], rows: Sequence[BeltRow], seconds_per_km: int, pace: str, *, incline: bool
) -> bytes:
    from lxml.etree import Element, SubElement, tostring

    root = Element("workout_file")
    for tag, text in header.items():
        SubElement(root, tag).text = text
    SubElement(SubElement(root, "tags"), "tag", name="backtrack")
    workout = SubElement(root, "workout")
    for row in rows:
        step = SubElement(workout, "SteadyState")
        step.set("Duration", str(row.seconds))
        step.set("Power", power(row, seconds_per_km))
        step.set("pace", pace)
        if incline:
            step.set("Incline", incline_fraction(row.incline_percent))
        for event in row.events:
            shown = SubElement(step, "textevent")
            shown.set("timeoffset", str(event.seconds))
            shown.set("message", fold(event.text))
    return tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def power(row: BeltRow, seconds_per_km: int) -> str:
    """The speed as a fraction of a race pace, with six decimals."""
    # Metres a second times seconds a kilometre is thousandths of the pace; these are millionths.
    return f"{row.rounded(seconds_per_km * 1000) / 1_000_000:.6f}"


def incline_fraction(percent: float) -> str:
    """The incline as a fraction, exact to a ten-thousandth of a percent.

    >>> incline_fraction(2)
    '0.02'
    """
    return f"{percent / 100:.6f}".rstrip("0").rstrip(".")


def _folding_losses(request: ExportRequest) -> tuple[Loss, ...]:
    if request.page.isascii():
        return ()
    steps = {segment.step_number for segment in request.segments if not segment.line.isascii()}
    instead = (
        "folded to ASCII, and cut where that made a text too long; what reads a ZWO breaks on other letters"
    )
    return (Loss(what="letters", instead=instead, steps=tuple(sorted(steps))),)


def _too_large(request: ExportRequest) -> Problem:
    return Problem(
        code="zwo/large",
        message=f"{len(request.segments)} segments make a file larger than 1 MiB, which nothing reads back",
        hint="repeat less often, or make it several workouts",
        where=request.where(None),
    )
