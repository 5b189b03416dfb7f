"""BT1xx: how fast anyone may move backward or sideways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.units import Limit
from backtrack_plugins.workout import Direction, Gait, Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.timeline import Timeline

FASTEST_BACKWARD_WALK = Limit.of("6.4", "4.0")
FASTEST_BACKWARD = Limit.of("9.7", "6.0")
FASTEST_SIDEWAYS = Limit.of("8.0", "5.0")


def _faster(
    timeline: Timeline, limit: Limit, directions: tuple[Direction, ...], gaits: tuple[Gait, ...]
) -> Iterator[Finding]:
    for segment in timeline.segments:
        step = segment.step
        if not isinstance(step, Step) or step.direction not in directions or step.gait not in gaits:
            continue
        if step.speed.exceeds(limit):
            yield Finding(
                f"{step.speed} {step.direction} {step.gait}: nobody does more than {limit}", segment
            )


def _bt102(timeline: Timeline) -> Iterator[Finding]:
    return _faster(timeline, FASTEST_BACKWARD_WALK, ("backward",), ("walk",))


def _bt104(timeline: Timeline) -> Iterator[Finding]:
    return _faster(timeline, FASTEST_BACKWARD, ("backward",), ("walk", "jog", "run"))


def _bt106(timeline: Timeline) -> Iterator[Finding]:
    return _faster(timeline, FASTEST_SIDEWAYS, ("left", "right"), ("walk", "jog", "run"))


RULES = (
    Rule(
        code="BT102",
        title="A backward walk is never faster than anyone was measured at.",
        threshold=str(FASTEST_BACKWARD_WALK),
        source="fastest backward walk tested: 107.2 m/min (Flynn et al. 1994, Med Sci Sports Exerc 26:89-94)",
        hint="lower the speed; a backward walk starts at 1.6 to 2.4 km/h (1.0 to 1.5 mph)",
        check=_bt102,
        absolute=True,
    ),
    Rule(
        code="BT104",
        title="No backward step is faster than anyone was measured at.",
        threshold=str(FASTEST_BACKWARD),
        source="fastest backward run tested: 160.8 m/min (Flynn et al. 1994, Med Sci Sports Exerc 26:89-94)",
        hint="lower the speed",
        check=_bt104,
        absolute=True,
    ),
    Rule(
        code="BT106",
        title="No sideways step is faster than athletes were measured at.",
        threshold=str(FASTEST_SIDEWAYS),
        source="lateral motion tested at 134 m/min (Williford et al. 1998, Med Sci Sports Exerc 30:1419-23)",
        hint="lower the speed; a sideways walk starts at 0.8 to 1.6 km/h (0.5 to 1.0 mph)",
        check=_bt106,
        absolute=True,
    ),
)
