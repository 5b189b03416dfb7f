"""BT3xx: turning round, and stepping on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.units import Limit, same_metres_per_second
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.timeline import Segment, Timeline

SHORTEST_TURN_SECONDS = 10
FASTEST_MOUNT = Limit.of("5.0", "3.1")
"""The fastest belt to step onto backward or sideways; what drives a belt by itself never passes it."""


def _turns(timeline: Timeline) -> Iterator[tuple[Segment | None, float, Segment]]:
    """Every way onto the belt: the segment before, the seconds straddled since, the segment."""
    before: Segment | None = None
    straddled = 0.0
    for segment in timeline.segments:
        if segment.is_straddle:
            straddled += segment.seconds or 0.0
        else:
            yield before, straddled, segment
            before, straddled = segment, 0.0


def _bt305(timeline: Timeline) -> Iterator[Finding]:
    for before, straddled, segment in _turns(timeline):
        facing = "forward" if before is None else before.direction
        if facing != segment.direction and straddled < SHORTEST_TURN_SECONDS:
            how = f"a straddle of {straddled:.0f} s" if straddled else "no straddle"
            yield Finding(
                f"{how} between {facing} and {segment.direction}; a turn takes 10 s at least", segment
            )


def _bt307(timeline: Timeline) -> Iterator[Finding]:
    for before, straddled, segment in _turns(timeline):
        if before is None or segment.direction == "forward" or before.direction != segment.direction:
            continue
        if straddled >= SHORTEST_TURN_SECONDS:
            continue
        if _same_belt(before, segment):
            continue
        yield Finding(f"from {before.belt} to {segment.belt} while facing {segment.direction}", segment)


def _same_belt(before: Segment, segment: Segment) -> bool:
    was, now = before.metres_per_second or 0.0, segment.metres_per_second or 0.0
    return same_metres_per_second(was, now) and before.incline_percent == segment.incline_percent


def _bt310(timeline: Timeline) -> Iterator[Finding]:
    for _before, straddled, segment in _turns(timeline):
        step = segment.step
        if not straddled or not isinstance(step, Step) or step.direction == "forward":
            continue
        if step.speed.exceeds(FASTEST_MOUNT):
            yield Finding(
                f"stepping {step.direction} onto a belt at {step.speed}; {FASTEST_MOUNT} is the most", segment
            )


RULES = (
    Rule(
        code="BT305",
        title="Facing changes only in a straddle of 10 seconds or more.",
        threshold="10 s",
        source="coaching protocols straddle 10 to 30 s; a two-way treadmill patent locks the motor until a "
        "safety action is done (US 12,263,371)",
        hint="write 0:30 straddle between them, or none at all: it is placed for you",
        check=_bt305,
    ),
    Rule(
        code="BT307",
        title="Speed and incline do not change while facing away from the console, except in a straddle.",
        threshold="any change",
        source="physical therapists' advice: no speed change within a backward bout",
        hint="write 0:30 straddle between them, or none at all: it is placed for you",
        check=_bt307,
    ),
    Rule(
        code="BT310",
        title="Nobody steps backward or sideways onto a fast belt.",
        threshold=str(FASTEST_MOUNT),
        source="our choice: the speed cannot change after the turn (BT307), so one steps on at full speed",
        hint="lower the speed, or have somebody bring the belt up: --supervised-by NAME",
        check=_bt310,
        supervised="warning",
    ),
)
