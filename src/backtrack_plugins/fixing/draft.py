"""A workout while it is fixed: as it was, and what is to stand where in it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.joining import with_steps
from backtrack_plugins.line import write_line
from backtrack_plugins.workout import Repeat, Step, Straddle, Workout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backtrack_plugins.workout import Part


class Change(NamedTuple):
    """One written line that fixing changed.

    Attributes:
        number: Which written step or straddle it was, from 1; for an inserted line, the one it stands before
            (a warm-up before everything, so before the repeat when the first step is in one).
        before: The canonical line as it was; empty when the line is inserted.
        after: The canonical line as it is now.
        codes: The rules it was for, in the order of their codes.
    """

    number: int
    before: str
    after: str
    codes: tuple[str, ...]


class Fixed(NamedTuple):
    """The workout as fixing left it, and what was changed, in the order of its lines.

    Attributes:
        workout: It knows no file and no lines when anything was changed; `fixed_page` makes its page.
        changes: Each changed line, in the order of the lines; empty when nothing was changed.
    """

    workout: Workout
    changes: tuple[Change, ...]


class Fix(NamedTuple):
    """What a step or straddle becomes, and the rules it is for."""

    part: Step | Straddle
    codes: frozenset[str]


class Place(NamedTuple):
    """A place among the written steps as they were: a step itself, or right before it; they sort in order."""

    number: int
    itself: bool


FIRST = 0
"""The number of what is inserted before everything."""


class Draft(NamedTuple):
    """The workout as it was, and what is to stand where in it, for the sake of which rules.

    `placed` are the steps before which expanding placed a straddle, when nothing was changed yet.
    """

    workout: Workout
    placed: frozenset[int]
    parts: dict[Place, Step | Straddle]
    codes: dict[Place, frozenset[str]]

    def built(self) -> Workout:
        """The workout with everything in its place."""
        if not self.parts:
            return self.workout
        first = self.parts.get(Place(FIRST, itself=False))
        steps = tuple(self._rebuilt(self.workout.steps, count(1)))
        return with_steps(self.workout, steps if first is None else (first, *steps))

    def _rebuilt(self, parts: Sequence[Part], numbers: Iterator[int]) -> Iterator[Part]:
        for part in parts:
            if isinstance(part, Repeat):
                yield Repeat(times=part.times, steps=tuple(self._rebuilt(part.steps, numbers)))
                continue
            number = next(numbers)
            inserted = self.parts.get(Place(number, itself=False))
            if inserted is not None:
                yield inserted
            yield self.parts.get(Place(number, itself=True), part)

    def places(self) -> list[Place]:
        """The place of every step that `built` has, in order; a number counts from its first."""
        inserted = [place for place in self.parts if not place.itself]
        own = [Place(number, itself=True) for number, _ in self._leaves()]
        return sorted((*inserted, *own))

    def _leaves(self) -> Iterator[tuple[int, Step | Straddle]]:
        return enumerate(_leaves(self.workout.steps), start=1)

    def with_fixes(self, fixes: Mapping[Place, Fix]) -> Draft:
        """The draft with more parts in their places."""
        codes = {place: self.codes.get(place, frozenset()) | fix.codes for place, fix in fixes.items()}
        parts = {place: fix.part for place, fix in fixes.items()}
        return self._replace(parts={**self.parts, **parts}, codes={**self.codes, **codes})

    def changes(self) -> tuple[Change, ...]:
        """One change for each written line."""
        old = dict(self._leaves())
        return tuple(
            Change(
                number=max(place.number, 1),
                before=write_line(old[place.number]) if place.itself else "",
                after=write_line(part),
                codes=tuple(sorted(self.codes[place])),
            )
            for place, part in sorted(self.parts.items())
        )


def _leaves(parts: Sequence[Part]) -> Iterator[Step | Straddle]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from _leaves(part.steps)
        else:
            yield part
