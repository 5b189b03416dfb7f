"""What is done about which rule, and in which order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.checking.case import SHORTEST_STRADDLE_SECONDS, Case
from backtrack_plugins.fixing.draft import FIRST, Draft, Fix, Place
from backtrack_plugins.fixing.easing import EASINGS, eased
from backtrack_plugins.fixing.shortening import TARGETS, shorter_bouts, shorter_in_all
from backtrack_plugins.joining import forward_walk, missing_warm_up, walking_speed
from backtrack_plugins.workout import Step, Straddle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from backtrack_plugins.problem import Problem
    from backtrack_plugins.timeline import Segment, Timeline

    Fixes = Mapping[int, Step | Straddle]
    Fixing = Callable[[Case, Problem], Fixes]


def begin(timeline: Timeline) -> Draft:
    """The draft of a workout of which nothing is changed yet."""
    return Draft(timeline.workout, _placed(timeline), {}, {})


def fixed_further(draft: Draft, case: Case, problems: Sequence[Problem]) -> Draft | None:
    """The draft with the next fixes that change anything; None when none does.

    Args:
        draft: What was changed so far.
        case: The draft's workout, expanded.
        problems: Those of its problems that are to be fixed.
    """
    places = draft.places()
    easier = _ease(case, problems)
    if easier:
        return draft.with_fixes({places[number - 1]: fix for number, fix in easier.items()})
    lost = draft.placed - {places[number - 1].number for number in _placed(case.timeline)}
    kept = {Place(number, itself=False) for number in lost} - draft.parts.keys()
    if kept:
        # Two bouts whose speeds are one now would run together; what stood between them stays there.
        straddle = Fix(Straddle(amount=case.limits.straddle), frozenset({"BT307"}))
        return draft.with_fixes(dict.fromkeys(kept, straddle))
    for stage in _IN_STAGES:
        fixes = _in_a_stage(stage, case, problems)
        if fixes:
            first = Place(FIRST, itself=False)
            return draft.with_fixes({places[n - 1] if n else first: fix for n, fix in fixes.items()})
    return None


def _placed(timeline: Timeline) -> frozenset[int]:
    """The numbers of the steps before which expanding places a straddle."""
    return frozenset(segment.step_number for segment in timeline.segments if segment.added)


def _ease(case: Case, problems: Sequence[Problem]) -> dict[int, Fix]:
    """Every step that broke a rule by itself, with all of its easings at once."""
    steps = {segment.step_number: step for segment, step in case.turned}
    codes: dict[int, list[str]] = {}
    for problem in problems:
        if problem.code in EASINGS and problem.where.step in steps:
            codes.setdefault(problem.where.step, []).append(problem.code)
    easier = {number: eased(case, steps[number], found) for number, found in codes.items()}
    return {
        number: Fix(step, frozenset(codes[number]))
        for number, step in easier.items()
        if step != steps[number]
    }


def _longer_straddles(case: Case, problem: Problem) -> Fixes:
    """The straddles that are too short and lead to a step: as long as the level's."""
    longer: dict[int, Step | Straddle] = {}
    before: list[Segment] = []
    for segment in case.timeline.segments:
        if segment.is_straddle:
            before.append(segment)
            continue
        short = sum(each.seconds or 0.0 for each in before) < SHORTEST_STRADDLE_SECONDS
        if before and short and segment.step_number == problem.where.step:
            straddle = msgspec.structs.replace(before[-1].step, amount=case.limits.straddle)
            longer[before[-1].step_number] = straddle
        before.clear()
    return longer


def _straddles_within(case: Case, problem: Problem) -> Fixes:
    """The straddles too short to end the bout that begins with a step: as long as the level's."""
    bouts = [bout for bout in case.bouts if bout.segments[0].step_number == problem.where.step]
    return {
        segment.step_number: msgspec.structs.replace(segment.step, amount=case.limits.straddle)
        for bout in bouts
        for segment in case.timeline.segments
        if segment.is_straddle
        and bout.start_seconds < segment.start_seconds < bout.segments[-1].start_seconds
    }


def _warm_up(case: Case, _problem: Problem) -> Fixes:
    """The missing warm-up, before everything else."""
    seconds, workout = missing_warm_up(case), case.timeline.workout
    return {FIRST: forward_walk(seconds, walking_speed(case.athlete, workout))} if seconds else {}


_IN_STAGES: tuple[dict[str, Fixing], ...] = (
    {"BT305": _longer_straddles, "BT307": _longer_straddles},
    {"BT601": _warm_up},
    {"BT201": _straddles_within},
    {"BT201": lambda case, problem: shorter_bouts(case, problem.where.step or 0)},
    dict.fromkeys(TARGETS, lambda case, problem: shorter_in_all(case, problem.code)),
)
"""What is done about a rule, by its code, once every step is easy enough; a stage waits for those before it.

Time comes last: how much is too much depends on the speeds, the straddles and the warm-up.
"""


def _in_a_stage(stage: Mapping[str, Fixing], case: Case, problems: Sequence[Problem]) -> dict[int, Fix]:
    fixes: dict[int, Fix] = {}
    for problem in problems:
        fixing = stage.get(problem.code)
        for number, part in fixing(case, problem).items() if fixing is not None else ():
            codes = fixes[number].codes if number in fixes else frozenset()
            fixes[number] = Fix(part, codes | {problem.code})
    return fixes
