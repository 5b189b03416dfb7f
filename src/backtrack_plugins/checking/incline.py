"""BT4xx: how steep it may be when not facing the console."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.timeline import Timeline

STEEPEST_BACKWARD = Decimal(15)
STEEP_BACKWARD = Decimal(10)


def _bt402(timeline: Timeline) -> Iterator[Finding]:
    for segment in timeline.segments:
        step = segment.step
        if isinstance(step, Step) and step.direction == "backward" and step.incline.number > STEEP_BACKWARD:
            if step.incline.number > STEEPEST_BACKWARD:
                yield Finding(f"{step.incline} backward: {STEEPEST_BACKWARD}% is the most", segment)
            else:
                yield Finding(
                    f"{step.incline} backward is steeper than nearly every trial", segment, "warning"
                )


def _bt403(timeline: Timeline) -> Iterator[Finding]:
    for segment in timeline.segments:
        step = segment.step
        if isinstance(step, Step) and step.direction in {"left", "right"} and step.incline.number > 0:
            yield Finding(f"{step.incline} while moving {step.direction}: sideways is flat", segment)


def _bt405(timeline: Timeline) -> Iterator[Finding]:
    for segment in timeline.segments:
        step = segment.step
        if isinstance(step, Step) and step.direction != "forward" and step.incline.number < 0:
            yield Finding(f"{step.incline} {step.direction}: the belt does not fall away behind you", segment)


RULES = (
    Rule(
        code="BT402",
        title="A backward incline stays within what was tried.",
        threshold="15%; above 10% a warning",
        source="trials end at 10 %, with few exceptions (Hooper 2004, J Orthop Sports Phys Ther 34:65-71)",
        hint="lower the incline; 1% to 6% is what coaches use",
        check=_bt402,
        absolute=True,
    ),
    Rule(
        code="BT403",
        title="Sideways steps are flat.",
        threshold="0%",
        source="our choice: there is no data on sideways steps on an incline",
        hint="leave the incline out",
        check=_bt403,
    ),
    Rule(
        code="BT405",
        title="No negative incline backward or sideways.",
        threshold="0%",
        source="our choice: there is no data on backward steps downhill",
        hint="leave the incline out",
        check=_bt405,
    ),
)
