"""tcx: a workout as a TCX file, and the hook that offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

import msgspec
from backtrack_plugins import CannotExport, Exported, Exporter, Loss, hookimpl

from backtrack_tcx import names
from backtrack_tcx.limits import refusals
from backtrack_tcx.steps import Steps, put, segments_in, whole_metres

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins import Capability, ExportRequest

BACKTRACK_HOOK_API = 0
"""Which hooks this plugin is written for."""

NAMESPACE = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may be chosen.

    Attributes:
        targets: none: no step has a target. speed: each has one, up to its belt speed and never above it.
    """

    targets: Literal["none", "speed"] = "none"


def carries(options: Options) -> frozenset[Capability]:
    """What stands in fields of its own."""
    always: frozenset[Capability] = frozenset({"distance", "repeats", "text"})
    return always | {"speed"} if options.targets == "speed" else always


def to_tcx(request: ExportRequest) -> Exported:
    """Write a workout as the bytes of one TCX file; the same bytes for the same workout."""
    targets = request.options.targets == "speed"
    problems = list(refusals(request, targets=targets))
    if problems:
        raise CannotExport(problems)
    root = ET.Element("TrainingCenterDatabase", {"xmlns": NAMESPACE, "xmlns:xsi": XSI})
    workout = ET.SubElement(ET.SubElement(root, "Workouts"), "Workout", {"Sport": "Running"})
    put(workout, "Name", names.of_workout(request.workout.name))
    slowest = request.timeline.treadmill.slowest.metres_per_second
    Steps(targets=targets, slowest=slowest).write(workout, "Step", request.tree)
    put(workout, "Notes", request.page)
    ET.indent(root)
    data = ET.tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"
    return Exported(data=data, losses=tuple(losses(request)))


def losses(request: ExportRequest) -> Iterator[Loss]:
    """What is lost, beside the capabilities of which the core says it."""
    segments = list(segments_in(request.tree))
    name = names.of_workout(request.workout.name)
    if name != request.workout.name:
        yield Loss(what="name", instead=f"shortened to {name!r}; whole in the notes of the workout")
    # A loss with the name of a capability takes the place of what the core would say: "in the words of each
    # step". A step of TCX has 15 characters.
    moving = [segment for segment in segments if not segment.is_straddle]
    if "speed" not in carries(request.options) and moving:
        yield Loss(what="speed", instead="in the name of a step where it has room, and in the notes")
    if any(segment.incline_percent for segment in moving):
        yield Loss(what="incline", instead="in the notes of the workout, not at its step")
    if any(segment.direction != "forward" or segment.rail != "free" for segment in moving):
        yield Loss(what="rail", instead="in the notes of the workout, not at its step")
    if any(segment.step.cue for segment in segments):
        yield Loss(what="cue", instead="in the notes of the workout, not at its step")
    if len(moving) < len(segments):
        yield Loss(
            what="straddle time", instead="each ends on the lap button, and no warning comes before it"
        )
    uneven = [
        segment
        for segment in moving
        if segment.ends_on == "distance" and (segment.metres or 0) - whole_metres(segment) >= 0.001
    ]
    if uneven:
        steps = tuple(sorted({segment.step_number for segment in uneven}))
        yield Loss(what="parts of a metre", instead="rounded down to whole metres", steps=steps)
    if names.clean(request.page) != request.page:
        yield Loss(what="characters", instead="U+FFFD stands for each that XML cannot contain")


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``tcx``."""
    return [
        Exporter(
            name="tcx",
            summary="TCX workout file, for programs that read what Garmin Training Center wrote",
            suffix=".tcx",
            media_type="application/vnd.garmin.tcx+xml",
            export=to_tcx,
            carries=carries(Options()),
            carries_with=carries,
            options=Options,
            hint="open it in the program that takes TCX workouts, and read its notes before you start",
        )
    ]
