"""QZ's XML to a Workout: from the page in the comment where it is ours and unchanged, else row by row."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from backtrack_plugins import (
    Imported,
    InvalidWorkout,
    Loss,
    Problem,
    UnreadableInput,
    Where,
    Workout,
    clean_name,
    clean_text,
    parse,
    read_xml,
)
from backtrack_qz.parts import Rows
from backtrack_qz.words import added_name, page_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.etree import _Element

    from backtrack_plugins import Repeat, Step, Straddle
    from backtrack_qz.words import Page

_TURNS = re.compile(r"^[^#\"\n]*\b(?:backward|left|right) (?:walk|jog|run)\b", re.MULTILINE)

TREADMILL = "treadmill"

UNNAMED = "Imported workout"

_PAGE_CHANGED = Loss(
    what="page",
    instead="not read: rows or page were changed since the file was written. "
    "Each row was read by itself, and repeats are written out",
)


def from_qz(data: bytes, name: str) -> Imported:
    """Read QZ's XML.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when it is no well-formed XML, has a DOCTYPE, has another outermost element, is for
            another machine than a treadmill, or has no rows.
        InvalidWorkout: with everything that is wrong in its rows, by line.
    """
    root = root_of(data, name)
    page = page_in(root)
    if page is not None and page.unchanged:
        text = "\n" * page.line + page.text  # so that a problem's line is the file's
        return Imported(workout=parse(text, file=name), complete=True)
    rows = Rows(root, name)
    if rows.has_others:
        _refuse_lost_turns(root, page, rows, name)
    if rows.problems:
        raise InvalidWorkout(rows.problems)
    if not rows.parts:
        raise UnreadableInput(f"{name}: has no rows, and so nothing to do. Nothing was read.")
    losses = (*rows.losses, _PAGE_CHANGED) if page is not None else rows.losses
    return Imported(
        workout=_workout(name, _title(root, name), rows.parts), losses=losses, unknown=tuple(rows.unknown)
    )


def _refuse_lost_turns(root: _Element, page: Page | None, rows: Rows, name: str) -> None:
    """Refuse a file that says it has backward or sideways steps, where rows have lost their lines.

    What has no line is read as forward, and nobody who was to face backward is sent forward.
    """
    said = 0
    if page is not None:
        said = len(_TURNS.findall(page.text))
    elif added_name(root) is not None:
        said = int(not rows.in_ours)
    if rows.turns >= said:
        return
    problem = Problem(
        code="qz/file",
        message="the comment of ours says that it has backward or sideways steps, and rows have lost "
        "their lines",
        hint="make the workout anew; or, where all rows in it are to be read as forward, delete that comment",
        where=Where(file=name, line=1 if page is None else page.line),
    )
    raise InvalidWorkout([problem])


def root_of(data: bytes, name: str) -> _Element:
    """The outermost element of a file for a treadmill, with its comments.

    Raises:
        UnreadableInput: as `from_qz`.
    """
    root = read_xml(data, name, root="rows", what="QZ workout", comments=True)
    device = root.get("device", "").strip()
    if device.lower() not in {"", TREADMILL}:
        raise UnreadableInput(
            f'{name}: a workout for another machine (device="{clean_text(device)}"): what moves a '
            f"{TREADMILL} is its speed, and power or resistance is none. Nothing was read."
        )
    return root


def _title(root: _Element, file: str) -> str:
    """The name that we gave it when it was added to, else the file's: there is none in it."""
    said = added_name(root) or os.path.splitext(os.path.basename(file))[0]
    return clean_name(said) or UNNAMED


def _workout(file: str, title: str, parts: Sequence[Step | Straddle | Repeat]) -> Workout:
    """A Workout that is sound.

    Raises:
        InvalidWorkout: when it has more segments than a workout may.
    """
    try:
        return Workout(name=title, steps=tuple(parts))
    except ValueError as error:  # a row says no more than a step may, but so many rows may be too many
        problem = Problem(
            code="qz/file",
            message=str(error),
            hint="repeat less often, or make it several workouts",
            where=Where(file=file),
        )
        raise InvalidWorkout([problem]) from None
