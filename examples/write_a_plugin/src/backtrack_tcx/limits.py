"""What TCX has no way to carry: refused, and not bent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import FASTEST_MOUNT, Problem, RepeatedSegments, Straddle

from backtrack_tcx.steps import segments_in, tenths_of_mm, whole_metres

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins import ExportRequest, Segment

MOST_STEPS = 20
MOST_REPETITIONS = 99
LONGEST = 65_535
"""What 16 bits have room for, in seconds and in metres."""


def refusals(request: ExportRequest, *, targets: bool) -> Iterator[Problem]:
    """Why a workout cannot become a TCX file; nothing where it can."""

    def problem(code: str, segment: Segment | None, message: str, hint: str) -> Problem:
        return Problem(code=f"tcx/{code}", message=message, hint=hint, where=request.where(segment))

    steps = _count(request.tree)
    if steps > MOST_STEPS:
        yield problem(
            "steps",
            None,
            f"TCX has room for {MOST_STEPS} steps, straddles and repeats counted; these are {steps}",
            "write what comes back as a repeat, such as 3x, or make two workouts of it",
        )
    for repeat in _repeats(request.tree):
        if repeat.times > MOST_REPETITIONS:
            yield problem(
                "repetitions",
                next(segments_in(repeat.parts)),
                f"TCX repeats at most {MOST_REPETITIONS} times; this step comes {repeat.times} times",
                "make two repeats of it, one after the other",
            )
    for segment in segments_in(request.tree):
        if segment.ends_on == "distance" and whole_metres(segment) < 1:
            yield problem("short", segment, "TCX has whole metres; this step has not one", "make it longer")
        elif _amount(segment) > LONGEST:
            unit = "m" if segment.ends_on == "distance" else "s"
            yield problem("long", segment, f"a step of TCX ends at {LONGEST} {unit}", "make two steps of it")
        if targets and not isinstance(segment.step, Straddle):
            if tenths_of_mm(segment.metres_per_second or 0) < 1:
                yield problem("slow", segment, "no target is this slow", "give the speed that the belt has")
            if segment.direction != "forward" and segment.step.speed.exceeds(FASTEST_MOUNT):
                yield problem(
                    "mount",
                    segment,
                    "an app that plays the file may bring the belt up to this at once, behind your back",
                    f"lower the speed to {FASTEST_MOUNT} or less, or leave targets away",
                )


def _amount(segment: Segment) -> float:
    """How long a step is, in the unit that it ends on; nothing where the lap button ends it."""
    if segment.is_straddle or segment.ends_on == "lap":
        return 0
    return whole_metres(segment) if segment.ends_on == "distance" else segment.seconds or 0


def _count(parts: Sequence[Segment | RepeatedSegments]) -> int:
    repeats = sum(repeat.times > 1 for repeat in _repeats(parts))
    return repeats + sum(1 for _ in segments_in(parts))


def _repeats(parts: Sequence[Segment | RepeatedSegments]) -> Iterator[RepeatedSegments]:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            yield part
            yield from _repeats(part.parts)
