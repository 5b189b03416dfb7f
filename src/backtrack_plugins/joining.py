"""Joining: a block of backward or sideways steps put before or after somebody's own run."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_plugins.checking.around import COOL_DOWN_SECONDS, REST_SECONDS, WARM_UP_SECONDS
from backtrack_plugins.checking.case import Case, is_hard
from backtrack_plugins.errors import InvalidWorkout
from backtrack_plugins.problem import Problem
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import Amount, Speed
from backtrack_plugins.workout import (
    MOST_SEGMENTS,
    NAME_BYTES,
    NAME_CHARACTERS,
    Repeat,
    Step,
    Workout,
    segment_count,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.workout import Part

WALK = Speed("4.5 km/h")
WALK_IMPERIAL = Speed("2.8 mph")
"""How fast an added forward walk is when the athlete's own easy walk is not known (our choice)."""

WHOLE_COOL_DOWN_SECONDS = 3 * 60
"""How long a cool-down is where there was none at all (our choice); two minutes are what the rules want."""

ROUNDED_TO_SECONDS = 30
"""An added walk lasts whole half minutes."""


class Added(NamedTuple):
    """A forward walk that joining added, and what it is for."""

    step: Step
    why: str


class Joined(NamedTuple):
    """The joined workout, and the walks that were added to it, in their order in it."""

    workout: Workout
    added: tuple[Added, ...]


def join(block: Workout, run: Workout, *, before: bool = False, athlete: Athlete | None = None) -> Workout:
    r"""Put a block before or after a run, with the forward walks that the rules want around it.

    What is missing is added, and nothing else: a walk between a hard step and the turn (BT602), a
    warm-up before the first bout (BT601), a cool-down after the last (BT603). A step until the lap button
    counts as long enough, as it does for the rules. Straddles are placed by `expand`. The result is
    not checked: `check` is what says whether it is safe.

    Args:
        block: The backward or sideways steps, such as a finisher of the library.
        run: The athlete's own run.
        before: The block comes before the run, instead of after it.
        athlete: Whose easy walk and units the added walks have.

    Returns:
        A workout with the block's level and about; both names; and no file or lines of its own.

    Raises:
        InvalidWorkout: when the two together have more than 10,000 segments.

    >>> from backtrack_plugins.page import parse
    >>> block = parse("name: Block\n1:00 backward walk 2 km/h grip rail")
    >>> run = parse("name: Run\n20:00 forward jog 8 km/h")
    >>> [str(step.amount) for step in join(block, run).steps]
    ['20:00', '1:00', '3:00']
    """
    return join_and_tell(block, run, before=before, athlete=athlete).workout


def join_and_tell(
    block: Workout, run: Workout, *, before: bool = False, athlete: Athlete | None = None
) -> Joined:
    """As `join`, and tell which walks were added, and why.

    Raises:
        InvalidWorkout: when the two together have more than 10,000 segments.
    """
    first, second = (block, run) if before else (run, block)
    speed = walking_speed(athlete, run)
    shell = Workout(
        name=_name(block, run), level=block.level or run.level, about=block.about, steps=run.steps
    )
    together = _case(with_steps(shell, (*first.steps, *second.steps)), athlete)
    rest = _walks(
        _missing_rest(together, _written(first.steps)), speed, "between a hard step and the turn (BT602)"
    )
    steps = (*first.steps, *(added.step for added in rest), *second.steps)
    rested = _case(with_steps(shell, steps), athlete) if rest else together
    warm_up = _walks(missing_warm_up(rested), speed, "to warm up before the first bout (BT601)")
    cool_down = _walks(_missing_cool_down(rested), speed, "to cool down after the last bout (BT603)")
    steps = (*(added.step for added in warm_up), *steps, *(added.step for added in cool_down))
    return Joined(with_steps(shell, steps), (*warm_up, *rest, *cool_down))


def walking_speed(athlete: Athlete | None, run: Workout) -> Speed:
    """How fast an added forward walk is: the athlete's easy walk, else one in their units or the run's."""
    if athlete is None:
        return WALK_IMPERIAL if _is_imperial(run.steps) else WALK
    return athlete.easy_walk or (WALK_IMPERIAL if athlete.units == "imperial" else WALK)


def forward_walk(seconds: int, speed: Speed) -> Step:
    """A forward walk of so many seconds."""
    return Step(amount=Amount(f"{seconds} s"), direction="forward", gait="walk", speed=speed)


def missing_warm_up(case: Case) -> int:
    """How many seconds of forward walk the rules want before everything else (BT601)."""
    return _missing(case.lead_in_seconds, WARM_UP_SECONDS)


def _missing_cool_down(case: Case) -> int:
    if case.cool_down_seconds == 0:
        return WHOLE_COOL_DOWN_SECONDS
    return _missing(case.cool_down_seconds, COOL_DOWN_SECONDS)


def _missing_rest(case: Case, steps_before_joint: int) -> int:
    """How many seconds are missing between a hard step before the joint and the first turn after it."""
    turns = (each for each in case.arrivals if each.segment.step_number > steps_before_joint)
    turn = next((each for each in turns if each.segment.direction != "forward"), None)
    if turn is None or turn.before is None or turn.before.direction != "forward":
        return 0
    for segment in case.timeline.segments:
        if segment is turn.segment:
            break
        if (
            segment.step_number > steps_before_joint
            and isinstance(segment.step, Step)
            and is_hard(segment.step)
        ):
            return 0  # it is the block's own hard step that comes too late, and no walk before it helps
    return _missing(turn.rested, REST_SECONDS)


def _missing(seconds: float | None, wanted: int) -> int:
    if seconds is None or round(seconds, 6) >= wanted:
        return 0
    return math.ceil(round(wanted - seconds, 6) / ROUNDED_TO_SECONDS) * ROUNDED_TO_SECONDS


def _walks(seconds: int, speed: Speed, why: str) -> tuple[Added, ...]:
    return (Added(forward_walk(seconds, speed), why),) if seconds else ()


def _case(workout: Workout, athlete: Athlete | None) -> Case:
    return Case(expand(workout, athlete), athlete)


def with_steps(workout: Workout, steps: tuple[Part, ...]) -> Workout:
    """The workout with other steps, and no file or lines of its own.

    Raises:
        InvalidWorkout: when they unroll to more than 10,000 segments.
    """
    if segment_count(steps) > MOST_SEGMENTS:
        problem = Problem(
            code="BT008",
            message=f"{workout.name}: more than {MOST_SEGMENTS} segments when its repeats are unrolled",
            hint="repeat less often",
        )
        raise InvalidWorkout([problem])
    return msgspec.structs.replace(workout, steps=steps)


def _written(parts: Sequence[Part]) -> int:
    return sum(_written(part.steps) if isinstance(part, Repeat) else 1 for part in parts)


def _is_imperial(parts: Sequence[Part]) -> bool:
    """Whether the first step is written in miles; a run in mixed units goes by how it begins."""
    first = next(_steps(parts), None)
    return first is not None and first.speed.imperial


def _steps(parts: Sequence[Part]) -> Iterator[Step]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from _steps(part.steps)
        elif isinstance(part, Step):
            yield part


def _name(block: Workout, run: Workout) -> str:
    """Both names, cut at the end to what a name may be."""
    name = f"{run.name} + {block.name}"[:NAME_CHARACTERS]
    return name.encode()[:NAME_BYTES].decode(errors="ignore").rstrip().removesuffix(" +")
