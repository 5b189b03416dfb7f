"""The two steps as which a watch may have followed one, joined again.

A plan with speed targets may have a step that starts gently as two: its start, whose note is the line, and
what is left of it, whose note has the line behind `CONTINUED`. What a watch kept of them is one step here,
and laps of both are laps of that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_plugins.errors import InvalidWorkout
from backtrack_plugins.line import parse_line
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from backtrack_plugins.recording import Lap, RecordedStep, Recording

CONTINUED = "# Continued: "
"""Begins the note of what is left of a step, before its line."""


class Joined(NamedTuple):
    """A recording in which every step is one.

    Attributes:
        recording: The recording; its laps count the joined steps.
        rests: Places of the laps of what was left of a step, from 0.
    """

    recording: Recording
    rests: frozenset[int]


class Two(NamedTuple):
    """Two steps in a row that may be one.

    Attributes:
        at: The index that the one would have.
        start: The first.
        rest: The second.
        both: What the watch would have kept of them as one.
    """

    at: int
    start: RecordedStep
    rest: RecordedStep
    both: RecordedStep


def joined(recording: Recording, is_one: Callable[[Two], bool] = lambda _two: False) -> Joined:
    """Join what is left of each step to its start.

    Args:
        recording: What a reader made of a recorded activity.
        is_one: Whether two steps of which no note says it are one, too.
    """
    steps: list[RecordedStep] = []
    at: list[int] = []  # of each step as the watch counts it, its index among the joined
    rests: set[int] = set()
    begins = {step.first for step in recording.steps}
    for index, step in enumerate(recording.steps):
        may_be = steps and index - 1 not in rests and index not in begins
        both = _both(steps[-1], step) if may_be else None
        if both is not None and (
            _says_so(steps[-1], step) or is_one(Two(len(steps) - 1, steps[-1], step, both))
        ):
            steps[-1] = both
            rests.add(index)
        elif step.first is not None and 0 <= step.first < len(at):
            steps.append(msgspec.structs.replace(step, first=at[step.first]))
        else:
            steps.append(step)
        at.append(len(steps) - 1)
    if not rests:
        return Joined(recording, frozenset())
    laps = tuple(_of_joined(lap, at, rests) for lap in recording.laps)
    its = frozenset(place for place, lap in enumerate(recording.laps) if lap.step_index in rests)
    return Joined(msgspec.structs.replace(recording, steps=tuple(steps), laps=laps), its)


def _both(start: RecordedStep, rest: RecordedStep) -> RecordedStep | None:
    """What two steps in a row are as one; None where the second cannot be what is left of the first."""
    if start.ends_on == rest.ends_on == "time" and start.seconds is not None and rest.seconds is not None:
        return msgspec.structs.replace(start, seconds=start.seconds + rest.seconds)
    if start.ends_on == rest.ends_on == "distance" and start.metres is not None and rest.metres is not None:
        return msgspec.structs.replace(start, metres=start.metres + rest.metres)
    if (start.ends_on, rest.ends_on) == ("time", "lap"):
        return msgspec.structs.replace(start, ends_on="lap", seconds=None)
    return None


def _says_so(start: RecordedStep, rest: RecordedStep) -> bool:
    """Whether the second note has the line of the first, as one that goes on."""
    first, _, _ = rest.text.strip().partition("\n")
    if not first.startswith(CONTINUED):
        return False
    line, _, _ = start.text.strip().partition("\n")
    silent = _silent(line)
    return silent is not None and silent == _silent(first.removeprefix(CONTINUED))


def _silent(line: str) -> Step | None:
    """The step that a line says, without its cue, for which there may have been no room."""
    try:
        step = parse_line(line)
    except InvalidWorkout:
        return None
    return msgspec.structs.replace(step, cue=None) if isinstance(step, Step) else None


def _of_joined(lap: Lap, at: list[int], rests: set[int]) -> Lap:
    index = lap.step_index
    if index is None:
        return lap
    if index >= len(at):
        return msgspec.structs.replace(lap, step_index=index - len(rests))
    # What ended a start did not end the step: it is as one of the laps that a watch makes by itself.
    trigger = "distance" if index + 1 in rests and lap.trigger in {"time", "manual"} else lap.trigger
    return msgspec.structs.replace(lap, step_index=at[index], trigger=trigger)
