"""BT2xx: how much of a workout may be backward or sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.timeline import Timeline

LONGEST_TOTAL_SECONDS = 20 * 60
LARGEST_SHARE = 0.5

_ARTICLE = "the training advice this project began with: a few minutes, never a whole 20-minute workout"


def _bt203(timeline: Timeline) -> Iterator[Finding]:
    for segment in timeline.segments:
        if segment.ends_on == "lap" and segment.direction != "forward":
            yield Finding(
                f"a {segment.direction} step until the lap button has no end that could be added up", segment
            )
    # Rounded, so that twenty minutes added up in binary fractions are not a little less.
    total = round(timeline.totals.backward_seconds + timeline.totals.sideways_seconds, 6)
    if total >= LONGEST_TOTAL_SECONDS:
        yield Finding(
            f"{clock_of(int(total))} backward and sideways in one workout; it stays under 20 minutes"
        )


def _bt204(timeline: Timeline) -> Iterator[Finding]:
    totals = timeline.totals
    if not any(segment.direction == "forward" for segment in timeline.segments):
        yield Finding("there is no forward step in the workout")
        return
    turned = totals.backward_seconds + totals.sideways_seconds
    if totals.seconds and turned / totals.seconds > LARGEST_SHARE:
        share = f"{100 * turned / totals.seconds:.1f}"
        unknown = "; steps until the lap button have no time and are not counted" if totals.lap_steps else ""
        yield Finding(f"{share} % of the workout is backward or sideways; half is the most{unknown}")


RULES = (
    Rule(
        code="BT203",
        title="Backward and sideways time stays under 20 minutes in all.",
        threshold="20:00, straddles not counted",
        source=_ARTICLE,
        hint="take minutes away, or give the step a time; a beginner does 3 to 6 minutes in all",
        check=_bt203,
        supervised="warning",
    ),
    Rule(
        code="BT204",
        title="A workout has forward steps, and at most half of it is backward or sideways.",
        threshold="50 % of the whole time, straddles counted in the whole only",
        source=_ARTICLE + "; before or after a normal run",
        hint="put it before or after an easy forward run: 10:00 forward jog 8 km/h",
        check=_bt204,
        supervised="warning",
    ),
)
