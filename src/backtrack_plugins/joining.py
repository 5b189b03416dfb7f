"""Joining: a block of backward or sideways steps put before, after or into somebody's own run."""

from __future__ import annotations

import math
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_plugins.checking import FASTEST_MOUNT
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
    Straddle,
    Workout,
    leaves,
    segment_count,
    written_steps,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.workout import Part

WALK = Speed("4.5 km/h")
WALK_IMPERIAL = Speed("2.8 mph")
"""How fast an added forward walk is when the athlete's own easy walk is not known (our choice)."""

WHOLE_COOL_DOWN_SECONDS = 3 * 60
"""How long a cool-down is where there was none at all (our choice); two minutes are what the rules want."""

LEAD_SECONDS = 60
"""How long a walk is that leads into a block, or out of it, beside steps that nobody knows (our choice)."""

LEAD_OUT_SECONDS = 30
"""A block that walks so long at its end needs none: by then a program has started the belt gently."""

ROUNDED_TO_SECONDS = 30
"""An added walk lasts whole half minutes."""


class Added(NamedTuple):
    """A forward walk that joining added, and what it is for."""

    step: Step
    why: str


class Joined(NamedTuple):
    """The joined workout, and how it was made.

    Attributes:
        workout: Run and block together.
        added: The walks that were added, in their order in it.
        own: For each of its parts which part of the run it is, from 0; None for what is new.
    """

    workout: Workout
    added: tuple[Added, ...]
    own: tuple[int | None, ...]


def join(
    block: Workout,
    run: Workout,
    *,
    before: bool = False,
    at: int | None = None,
    athlete: Athlete | None = None,
) -> Workout:
    r"""Put a block before, after or into a run, with the forward walks that the rules want around it.

    What is missing is added, and nothing else: a walk between a hard step and the turn (BT602), a
    warm-up before the first bout (BT601), a cool-down after the last (BT603). A step until the lap button
    counts as long enough, as it does for the rules. Straddles are placed by `expand`. The result is
    not checked: `check` is what says whether it is safe.

    Args:
        block: The backward or sideways steps, such as a finisher of the library.
        run: The athlete's own run.
        before: The block comes before the run, instead of after it.
        at: How many of the run's parts come before the block, for one that lies between them; it takes the
            place of `before`.
        athlete: Whose easy walk and units the added walks have.

    Returns:
        A workout with the block's level and about; both names; and no file or lines of its own.

    Raises:
        InvalidWorkout: when the two together have more than 10,000 segments.
        ValueError: when the run has fewer parts than `at`.

    >>> from backtrack_plugins.page import parse
    >>> block = parse("name: Block\n1:00 backward walk 2 km/h grip rail")
    >>> run = parse("name: Run\n20:00 forward jog 8 km/h")
    >>> [str(step.amount) for step in join(block, run).steps]
    ['20:00', '1:00', '3:00']
    """
    return join_and_tell(block, run, before=before, at=at, athlete=athlete).workout


def join_and_tell(
    block: Workout,
    run: Workout,
    *,
    before: bool = False,
    at: int | None = None,
    foreign: Collection[int] | None = None,
    athlete: Athlete | None = None,
) -> Joined:
    """As `join`, and tell which walks were added, and why.

    Args:
        block: As in `join`.
        run: As in `join`.
        before: As in `join`.
        at: As in `join`.
        foreign: For a run in somebody else's words: its steps, from 1, whose speed nobody knows. The block
            then brings what it needs of its own: a forward walk in which the turn is announced, one that
            rests from whatever is no known walk, and one in which the belt starts gently before the run
            goes on. None for a run in our words.
        athlete: As in `join`.

    Raises:
        InvalidWorkout: when the two together have more than 10,000 segments.
        ValueError: when the run has fewer parts than `at`.
    """
    cut = (0 if before else len(run.steps)) if at is None else at
    if not 0 <= cut <= len(run.steps):
        raise ValueError(f"the run has {len(run.steps)} parts; {cut} cannot come before the block")
    joining = _Joining(block, run, cut, walking_speed(athlete, run), athlete)
    joining.rest(_hardened(run.steps[:cut], foreign or ()) if foreign is not None else run.steps[:cut])
    if foreign is not None:
        joining.lead_in()
        joining.lead_out()
    joining.warm_up_and_cool_down()
    return joining.joined()


class _Joining:
    """A joined workout while it is made: the run's parts before and after the block, and the walks added."""

    def __init__(self, block: Workout, run: Workout, cut: int, speed: Speed, athlete: Athlete | None) -> None:
        self.shell = Workout(
            name=_name(block, run), level=block.level or run.level, about=block.about, steps=run.steps
        )
        self.head, self.block, self.tail = run.steps[:cut], block.steps, run.steps[cut:]
        self.speed = speed
        self.athlete = athlete
        self.warming: tuple[Added, ...] = ()
        self.resting: tuple[Added, ...] = ()
        self.leaving: tuple[Added, ...] = ()
        self.cooling: tuple[Added, ...] = ()

    def case(self, *parts: Part) -> Case:
        """Parts as the rules look at them."""
        return Case(expand(with_steps(self.shell, parts), self.athlete), self.athlete)

    def rest(self, head: tuple[Part, ...]) -> None:
        """Add what is missing between a hard step of the head and the first turn of the block (BT602)."""
        together = self.case(*head, *self.block, *self.tail)
        self.resting = self.walks(
            _missing_rest(together, sum(map(written_steps, head))), "between a hard step and the turn (BT602)"
        )

    def lead_in(self) -> None:
        """Have the block begin forward, so that its first turn is announced in words of ours."""
        first = next(leaves(self.block))
        turns = isinstance(first, Straddle) or first.direction != "forward"
        if self.head and turns and not self.resting:
            self.resting = self.walks(LEAD_SECONDS, "in which the turn is announced")

    def lead_out(self) -> None:
        """Have the block end in a walk, long enough for the belt to have started before the run goes on.

        A step of the run that sets no speed or incline of its own goes on at what it finds, and so even
        somebody who walks briskly leaves at a speed that anybody steps onto.
        """
        if self.tail and self.walked_at_the_end() < LEAD_OUT_SECONDS:
            gentle = self.speed
            if gentle.exceeds(FASTEST_MOUNT):
                gentle = WALK_IMPERIAL if gentle.imperial else WALK
            why = "in which the belt starts gently, before your own steps"
            self.leaving = (Added(forward_walk(LEAD_SECONDS, gentle), why),)

    def walked_at_the_end(self) -> float:
        """For how many seconds the block ends in an easy walk on the flat; a lap step counts as none."""
        seconds = 0.0
        for segment in reversed(self.case(*self.block).timeline.segments):
            if not _is_easy_walk(segment.step):
                break
            seconds += segment.seconds or 0.0
        return seconds

    def warm_up_and_cool_down(self) -> None:
        """Add what is missing before the first bout (BT601) and after the last (BT603)."""
        case = self.case(*self.steps())
        self.warming = self.walks(missing_warm_up(case), "to warm up before the first bout (BT601)")
        self.cooling = self.walks(_missing_cool_down(case), "to cool down after the last bout (BT603)")

    def walks(self, seconds: int, why: str) -> tuple[Added, ...]:
        """A walk, or none where no second is missing."""
        return (Added(forward_walk(seconds, self.speed), why),) if seconds else ()

    def steps(self) -> tuple[Part, ...]:
        """Every part, in order."""
        return tuple(part for part, _ in self.parts())

    def parts(self) -> Iterator[tuple[Part, int | None]]:
        """Every part, and which one of the run it is."""
        yield from _new(self.warming)
        yield from zip(self.head, count(), strict=False)
        yield from _new(self.resting)
        yield from ((part, None) for part in self.block)
        yield from _new(self.leaving)
        yield from zip(self.tail, count(len(self.head)), strict=False)
        yield from _new(self.cooling)

    def joined(self) -> Joined:
        """What was made."""
        added = (*self.warming, *self.resting, *self.leaving, *self.cooling)
        own = tuple(number for _, number in self.parts())
        return Joined(with_steps(self.shell, self.steps()), added, own)


def _is_easy_walk(step: Step | Straddle) -> bool:
    return (
        isinstance(step, Step)
        and step.direction == "forward"
        and step.gait == "walk"
        and not step.speed.exceeds(FASTEST_MOUNT)
        and not step.incline.percent
    )


def _new(added: Iterable[Added]) -> Iterator[tuple[Part, None]]:
    return ((each.step, None) for each in added)


def _hardened(parts: Sequence[Part], unknown: Collection[int]) -> tuple[Part, ...]:
    """The parts, with every step that is no known walk called hard: nobody says that it was easy."""
    numbers = count(1)

    def harden(part: Part) -> Part:
        if isinstance(part, Repeat):
            return msgspec.structs.replace(part, steps=tuple(harden(inner) for inner in part.steps))
        known_walk = next(numbers) not in unknown and isinstance(part, Step) and part.gait == "walk"
        if known_walk or isinstance(part, Straddle) or part.direction != "forward":
            return part
        return msgspec.structs.replace(part, effort="hard")

    return tuple(harden(part) for part in parts)


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


def _is_imperial(parts: Sequence[Part]) -> bool:
    """Whether the first step is written in miles; a run in mixed units goes by how it begins."""
    first = next((leaf for leaf in leaves(parts) if isinstance(leaf, Step)), None)
    return first is not None and first.speed.imperial


def _name(block: Workout, run: Workout) -> str:
    """Both names, cut at the end to what a name may be."""
    name = f"{run.name} + {block.name}"[:NAME_CHARACTERS]
    return name.encode()[:NAME_BYTES].decode(errors="ignore").rstrip().removesuffix(" +")
