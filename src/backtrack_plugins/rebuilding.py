"""Rebuilding: the Workout that a watch followed, from what it kept of its steps.

Exporters write the line of each step into its note, and a watch keeps notes in the recorded activity. What
reads as no line is none: nothing is guessed, least of all a direction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.continued import joined
from backtrack_plugins.errors import UsageError
from backtrack_plugins.line import FITTED, Dropped
from backtrack_plugins.page import Header, source_lines
from backtrack_plugins.units import clock_of, shown
from backtrack_plugins.words import clean_name
from backtrack_plugins.workout import (
    WORKOUT_CHECKS,
    Origin,
    Part,
    Repeat,
    Step,
    Straddle,
    Workout,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.line import Misreading
    from backtrack_plugins.recording import RecordedStep, Recording

SECONDS_APART = 0.5
"""An amount is in whole seconds, so that a step which ends this much earlier or later is another one."""

METRES_APART = 0.5
"""Distances are kept to the centimetre; services that count in miles round more (our choice)."""

UNNAMED = "Recorded workout"

_MOST_LISTED = 5
_INSTEAD = "Say what was planned: --workout FILE"


def workout_in(recording: Recording) -> Workout:
    r"""The workout that the watch followed, from the lines in its step notes.

    Straddles that expanding placed are dropped, and where a speed was fitted, the authored one counts: what
    comes back is the workout as it was written.

    Args:
        recording: What a reader made of a recorded activity.

    Raises:
        UsageError: when the watch kept no steps, or not the line of each; it says which, and what to do.

    >>> from backtrack_plugins.recording import RecordedStep, Recording
    >>> note = "1:00 backward walk 2.4 km/h light rail\n# Clip on the safety key."
    >>> steps = RecordedStep(text="5:00 forward walk 5 km/h"), RecordedStep(text=note)
    >>> workout_in(Recording(file="today.fit", seconds=360, steps=steps)).steps[1].direction
    'backward'
    """
    if not recording.steps:
        raise _unknown(recording, ["the watch kept no steps of a workout in it"])
    tree = _Tree()
    wrong = [
        f"step {number}: {error}"
        for number, step in enumerate(joined(recording).recording.steps, start=1)
        if (error := tree.add(step))
    ]
    if wrong:
        raise _unknown(recording, wrong)
    if not tree.parts:
        raise _unknown(recording, ["none of its steps is one that somebody wrote"])
    try:
        workout = Workout(steps=tree.parts, **_headers(recording))
    except ValueError as error:  # nested too deep, or more segments than anybody walks
        raise _unknown(recording, [str(error)]) from None
    return workout.with_origin(Origin(recording.file, ()))


def _unknown(recording: Recording, wrong: list[str]) -> UsageError:
    said = wrong[:_MOST_LISTED]
    if len(wrong) > len(said):
        said.append(f"and {len(wrong) - len(said)} more")
    return UsageError(
        f"{recording.file}: the plan cannot be rebuilt from it: {'; '.join(said)}. {_INSTEAD}",
        file=recording.file,
    )


def lines_in(text: str) -> list[Step | Straddle | Dropped]:
    r"""The lines of a step's note: steps, straddles, and what reading a page drops; other words are none.

    >>> [line.amount for line in lines_in("1:30 fwd walk 5kph\n# easy does it\nkeep going")]
    [Amount('1:30')]
    """
    return [
        line.content
        for line in source_lines(_unfolded(text), _report_nothing)
        if isinstance(line.content, Step | Straddle | Dropped)
    ]


def _unfolded(text: str) -> str:
    """One row each, also where a line end was lost before what we write below a line."""
    rows = "\n".join(row.strip() for row in text.splitlines())
    return rows.replace(f" {FITTED} ", f"\n{FITTED} ") if f" {FITTED} " in rows and '"' not in rows else rows


def _report_nothing(_line: int, _finding: Misreading) -> None:
    """What reads as no line is none."""


def is_placed(line: Step | Straddle | Dropped) -> bool:
    """Whether a line is a straddle that expanding placed."""
    return isinstance(line, Dropped) and "straddle" in line.text.lower().split()


class _Built(msgspec.Struct, frozen=True):
    """What begins at an index; None for a straddle that expanding placed."""

    first: int
    part: Part | None


class _Tree:
    """Puts together what was unrolled into steps and repeats that come back to an earlier step."""

    def __init__(self) -> None:
        self._built: list[_Built] = []
        self._index = 0

    @property
    def parts(self) -> tuple[Part, ...]:
        """What was put together so far."""
        return tuple(built.part for built in self._built if built.part is not None)

    def add(self, step: RecordedStep) -> str:
        """Add the next step or repeat; say what is wrong with it, empty when nothing is."""
        index, self._index = self._index, self._index + 1
        if is_repeat(step):
            return self._close(step)
        part, error = _part(step)
        self._built.append(_Built(index, part))
        return error

    def _close(self, repeat: RecordedStep) -> str:
        at = next((at for at, built in enumerate(self._built) if built.first == repeat.first), None)
        if at is None or repeat.times is None:
            self._built.append(_Built(self._index - 1, None))
            return "a repeat that is not around whole steps" if at is None else "a repeat without a count"
        body = tuple(built.part for built in self._built[at:] if built.part is not None)
        first = self._built[at].first
        del self._built[at:]
        self._built.append(_Built(first, None))
        if not body:
            return ""
        try:
            self._built[-1] = _Built(first, Repeat(times=repeat.times, steps=body))
        except ValueError as error:
            return str(error)
        return ""


def is_repeat(step: RecordedStep) -> bool:
    """Whether a recorded step is a repeat."""
    return step.first is not None or step.times is not None


def _part(step: RecordedStep) -> tuple[Part | None, str]:
    """What a step's note says, and what is wrong with it."""
    lines = [line for line in lines_in(step.text) if not isinstance(line, Dropped) or is_placed(line)]
    if len(lines) != 1:
        count = f"{len(lines)} lines" if lines else "no line"
        return None, f"{count} in its note" + (f", {shown(_first_row(step.text))!r}" if step.text else "")
    line = lines[0]
    if isinstance(line, Dropped):
        return None, ""
    if ends_otherwise(step, line.amount.seconds, line.amount.metres, straddle=isinstance(line, Straddle)):
        return line, f"its line says {line.amount}, and on the watch it ended {ending_said(step)}"
    return line, ""


def _first_row(text: str) -> str:
    return next(iter(text.split("\n"))).strip()


def ends_otherwise(
    step: RecordedStep, seconds: float | None, metres: float | None, *, straddle: bool
) -> bool:
    """Whether a recorded step ends on something else than was planned.

    Args:
        step: What the watch kept.
        seconds: After how long it was to end; None when it was not to end on time.
        metres: After what distance; None when it was not to end on distance.
        straddle: Whether it is a straddle: a watch may wait for the lap button there.
    """
    if step.ends_on is None or (straddle and step.ends_on == "lap"):
        return False
    if seconds is not None:
        return step.ends_on != "time" or _apart(step.seconds, seconds, SECONDS_APART)
    if metres is not None:
        return step.ends_on != "distance" or _apart(step.metres, metres, METRES_APART)
    return step.ends_on != "lap"


def _apart(found: float | None, planned: float, most: float) -> bool:
    return found is not None and abs(found - planned) > most


def ending_said(step: RecordedStep) -> str:
    """What ended a recorded step, in words."""
    if step.ends_on == "time" and step.seconds is not None:
        return f"after {clock_of(round(step.seconds))}"
    if step.ends_on == "distance" and step.metres is not None:
        return f"after {step.metres:g} m"
    return "on the lap button" if step.ends_on == "lap" else "on something else"


def _headers(recording: Recording) -> dict[str, Any]:
    """The headers in the description, as far as a workout can have them; else the workout's name."""
    found: dict[str, Any] = {}
    for line in _header_lines(recording.workout_description):
        if line.key in WORKOUT_CHECKS and line.key not in found and _is_allowed(line.key, line.value):
            found[line.key] = line.value
    return {"name": name_from(recording.workout_name), **found}


def _header_lines(description: str) -> Iterator[Header]:
    for line in source_lines("\n".join(description.splitlines()), _report_nothing):
        if isinstance(line.content, Header):
            yield line.content


def _is_allowed(key: str, value: str) -> bool:
    try:
        WORKOUT_CHECKS[key](value)
    except ValueError:
        return False
    return True


def name_from(text: str) -> str:
    """A name that a workout can have, made of whatever a watch has.

    >>> name_from("5/3 intervals"), name_from("")
    ('5-3 intervals', 'Recorded workout')
    """
    return clean_name(text) or UNNAMED
