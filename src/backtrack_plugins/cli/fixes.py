"""What ``backtrack check --fix`` makes of a workout: the page before and after, and what to say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.cli.inputs import read_workout
from backtrack_plugins.cli.workout_file import is_json
from backtrack_plugins.fixing import fix, fixed_page, why_left
from backtrack_plugins.page import parse
from backtrack_plugins.reading import decode, read_bytes
from backtrack_plugins.workout import Origin
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.fixing import Change
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.workout import Workout


class Source(NamedTuple):
    """A workout, and its author's page; of one that was no page, the page it would be."""

    workout: Workout
    page: str


class Mended(NamedTuple):
    """A workout after fixing.

    Attributes:
        source: As it was.
        workout: As it is, with the lines that it has in the page.
        page: Its author's page with the changed lines.
        changes: What was changed.
    """

    source: Source
    workout: Workout
    page: str
    changes: tuple[Change, ...]


def read_source(path: str) -> Source:
    """A workout by its path, or by its name in the library, with its page.

    Raises:
        UnreadableInput: when there is none.
        InvalidWorkout: with every problem of the file.
    """
    workout = read_workout(path)
    if workout.file != path:
        from backtrack_plugins.library import library_entry

        return Source(workout, library_entry(path).page)
    if is_json(path):
        return Source(workout, write(workout))
    # Read once more, and used from here on: the lines that change are to be those of this text.
    text = decode(read_bytes(path), path)
    return Source(parse(text, file=path), text)


def mend(source: Source, athlete: Athlete | None, supervised_by: str | None, output: str | None) -> Mended:
    """Fix a workout, keeping its author's page.

    Args:
        source: What was read.
        athlete: Whose level, treadmill and easy speeds hold.
        supervised_by: Who stands beside the treadmill.
        output: The file that the result is meant for.

    Raises:
        InvalidWorkout: when it has more than 10,000 segments once straddles are placed.
    """
    fixed = fix(source.workout, athlete, supervised_by=supervised_by)
    if not fixed.changes and output is None:
        return Mended(source, source.workout, source.page, ())
    page = fixed_page(source.page, fixed.changes)
    file = output or f"{source.workout.file} (fixed)"
    workout = parse(page, file=file)
    if is_json(file):
        workout = workout.with_origin(Origin(file, ()))
    return Mended(source, workout, page, fixed.changes)


def said_of_changes(mended: Mended) -> Iterator[str]:
    """The changes as a unified diff, and below it the rules they are for."""
    from difflib import unified_diff

    was, now = str(mended.source.workout.file), str(mended.workout.file)
    if not mended.changes:
        yield f"{was}: nothing changed"
        return
    before, after = mended.source.page.splitlines(), mended.page.splitlines()
    yield from unified_diff(before, after, was, now, lineterm="")
    yield ""
    for change in mended.changes:
        yield f"for {', '.join(change.codes)}: {change.after}"
    yield ""


def said_of_left(problems: Iterable[Problem], supervised_by: str | None) -> Iterator[str]:
    """Problems that remain, each with why it was not fixed."""
    for problem in problems:
        yield str(problem)
        why = why_left(problem, supervised_by=supervised_by)
        if why:
            yield f"    not fixed: {why}"
