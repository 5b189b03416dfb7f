"""BT9xx: what this treadmill cannot do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.checking.case import Case


def _bt901(case: Case) -> Iterator[Finding]:
    treadmill = case.timeline.treadmill
    for segment, step in case.turned:
        if step.speed.kmh < treadmill.slowest.kmh and not step.speed.same_as(treadmill.slowest):
            yield Finding(
                f"{step.speed} {step.direction}: this belt goes no slower than {treadmill.slowest}", segment
            )
        if 0 <= step.incline.number < treadmill.lowest.number:
            yield Finding(
                f"{step.incline} {step.direction}: this belt goes no flatter than {treadmill.lowest}", segment
            )


def _bt902(case: Case) -> Iterator[Finding]:
    for segment in case.timeline.segments:
        if segment.fitted_line is None:
            continue
        step = segment.step
        if isinstance(step, Step):
            written = f"{step.speed} {step.incline}" if step.incline.number else str(step.speed)
            yield Finding(f"{written} becomes {segment.belt} on this treadmill", segment)


RULES = (
    Rule(
        code="BT901",
        title="No backward or sideways step is slower or flatter than the treadmill can go.",
        why="The belt would run faster, or steeper, than the workout says.",
        threshold="the treadmill's slowest speed and lowest incline; unless said, 0.8 km/h and 0%",
        source="our choice: a belt that cannot go as slow as planned would go faster",
        hint="raise the speed if the level allows, or say what the belt can do in athlete.toml: [treadmill]",
        check=_bt901,
        absolute=True,
    ),
    Rule(
        code="BT902",
        title="A speed or incline was fitted to the treadmill.",
        why="The console shows the fitted value, so the file says it below the line.",
        threshold="the treadmill's range and increments",
        source="our choice: rounded to the nearest, and down when not facing the console",
        hint="nothing to do; say what the treadmill can do in athlete.toml: [treadmill]",
        check=_bt902,
        severity="info",
    ),
)
