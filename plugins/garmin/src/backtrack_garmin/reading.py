"""The bytes of a FIT workout file back to the Workout it was made from.

The header stands in the description, each step's line in its note, and repeats in repeat steps. The
page is put together again from these and read by the one reader of pages, so that what can be
written in a file and what can be written in a note are the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_garmin import profile
from backtrack_garmin.fit import DamagedFile, check_whole
from backtrack_garmin.workout_file import MOST_STEPS, duration
from backtrack_plugins import (
    Imported,
    InvalidWorkout,
    Loss,
    Problem,
    Repeat,
    Step,
    UnreadableInput,
    Where,
    parse,
    parse_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins import Straddle, Workout
    from backtrack_plugins.workout import Part

_COPY_AGAIN = "Copy or download the file again; nothing was read."

_FILE_TYPES = {4: "an activity", 6: "a course", 7: "a schedule", 32: "an activity summary"}
"""What a file_id's type may say that people mistake for a workout (FIT profile, type ``file``)."""

_INDEX_MASK = 0x0FFF
"""The bits of a message_index that count; the others are flags (FIT profile, type ``message_index``)."""

_LEVEL = re.compile(r"\slevel:\s+(first-timer|beginner|intermediate|advanced)(?=\s|\Z)")

_DESCRIPTION = "workout.wkt_description"

_Fields = dict[int, Any]


def from_fit(data: bytes, name: str) -> Imported:
    """Read the bytes of a FIT workout file that ``garmin-fit`` wrote.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when the file is damaged or no workout.
        InvalidWorkout: when it was not written by ``garmin-fit``, or its lines were changed into
            something that is none; each problem names the message of the file.
    """
    steps, title, description = _contents(data, name)
    header, losses = _header(title, description)
    page = [_Line(text, _DESCRIPTION) for text in [*header, ""]] + _body(steps, name)
    try:
        workout = parse("\n".join(line.text for line in page))
    except InvalidWorkout as error:
        if not any(_is_line(step.note_lines[0]) for step in steps if step.note_lines):
            raise InvalidWorkout([_foreign(name)]) from None
        raise InvalidWorkout([_in_file(problem, page, name) for problem in error.problems]) from None
    losses += _changed_steps(workout, page, steps)
    # The lines of a page that nobody has are left out of what the Workout remembers.
    return Imported(workout=msgspec.structs.replace(workout), losses=tuple(losses))
