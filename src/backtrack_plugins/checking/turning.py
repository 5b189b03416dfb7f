"""BT305 to BT310: turning round, left and right, and stepping on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.case import SHORTEST_STRADDLE_SECONDS
from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.units import Limit, clock_of, same_metres_per_second
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.checking.case import Case
    from backtrack_plugins.timeline import Segment

FASTEST_MOUNT = Limit.of("5.0", "3.1")
"""The fastest belt to step onto backward or sideways; what drives a belt by itself never passes it."""

FASTEST_FIRST = Limit.of("3.2", "2.0")
LARGEST_IMBALANCE = 0.2


def _bt305(case: Case) -> Iterator[Finding]:
    for before, straddled, segment, _rested in case.arrivals:
        facing = "forward" if before is None else before.direction
        if facing != segment.direction and straddled < SHORTEST_STRADDLE_SECONDS:
            how = f"a straddle of {straddled:.0f} s" if straddled else "no straddle"
            yield Finding(
                f"{how} between {facing} and {segment.direction}; a turn takes 10 s at least", segment
            )


def _bt307(case: Case) -> Iterator[Finding]:
    for before, straddled, segment, _rested in case.arrivals:
        if before is None or segment.direction == "forward" or before.direction != segment.direction:
            continue
        if straddled < SHORTEST_STRADDLE_SECONDS and not _same_belt(before, segment):
            yield Finding(f"from {before.belt} to {segment.belt} while facing {segment.direction}", segment)


def _same_belt(before: Segment, segment: Segment) -> bool:
    was, now = before.metres_per_second or 0.0, segment.metres_per_second or 0.0
    return same_metres_per_second(was, now) and before.incline_percent == segment.incline_percent


def _bt308(case: Case) -> Iterator[Finding]:
    seconds = {"left": 0.0, "right": 0.0}
    for bout in case.bouts:
        for segment in bout.segments:
            if segment.direction in seconds:
                seconds[segment.direction] += segment.seconds or 0.0
    less, more = sorted(seconds.values())
    if round(more - less, 6) > LARGEST_IMBALANCE * more:
        sides = " and ".join(f"{clock_of(round(each))} {side}" for side, each in seconds.items())
        yield Finding(f"{sides}: more than a fifth apart")


def _bt309(case: Case) -> Iterator[Finding]:
    for segment, step in case.turned[:1]:
        if step.speed.exceeds(FASTEST_FIRST):
            yield Finding(f"the first {step.direction} step is at {step.speed}; begin slower", segment)


def _bt310(case: Case) -> Iterator[Finding]:
    for _before, straddled, segment, _rested in case.arrivals:
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
        why="The console is behind you after the turn, and a moving belt is no place to turn on.",
        threshold="10 s",
        source="coaching protocols straddle 10 to 30 s; a two-way treadmill patent locks the motor until a "
        "safety action is done (US 12,263,371)",
        hint="write 0:30 straddle between them, or none at all: it is placed for you",
        check=_bt305,
    ),
    Rule(
        code="BT306",
        title="In a straddle nobody stands on the moving belt.",
        why="Feet on the side rails, both hands on the handrails: a straddle has no speed of its own, and "
        "formats that move a belt hold it at its lowest speed through it.",
        threshold="none: a straddle with a speed cannot be written",
        source="coaching protocols: straddle, hold, turn, step on",
        hint="nothing to do",
        over="construction",
    ),
    Rule(
        code="BT307",
        title="Speed and incline do not change while facing away from the console, except in a straddle.",
        why="You cannot see the console, and a belt that changes under you comes as a surprise.",
        threshold="any change",
        source="physical therapists' advice: no speed change within a backward bout",
        hint="write 0:30 straddle between them, or none at all: it is placed for you",
        check=_bt307,
    ),
    Rule(
        code="BT308",
        title="Left and right get about the same time.",
        why="The leading leg and the trailing leg do different work.",
        threshold="20 % of the longer side's time",
        source="our choice",
        hint="give the other side the same time",
        check=_bt308,
        severity="warning",
    ),
    Rule(
        code="BT309",
        title="The first backward or sideways step of a workout is slow.",
        why="The first steps of the day find the belt.",
        threshold=str(FASTEST_FIRST),
        source="the training advice this project began with: very slowly at first; the number is our choice",
        hint="put a slower step before it, such as 1:00 at 2.4 km/h (1.5 mph)",
        check=_bt309,
        severity="warning",
    ),
    Rule(
        code="BT310",
        title="Nobody steps backward or sideways onto a fast belt.",
        why="After a straddle the belt is already moving, and it is stepped onto without being seen.",
        threshold=str(FASTEST_MOUNT),
        source="our choice: the speed cannot change after the turn (BT307), so one steps on at full speed",
        hint="lower the speed, or have somebody bring the belt up: --supervised-by NAME",
        check=_bt310,
        supervised="warning",
    ),
)
