"""What `send` and `unsend` are given: workouts, folders of them, and programmes with their dates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.cli.inputs import read_workout
from backtrack_plugins.delivering import identity_of
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.exporting import stem_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from backtrack_plugins.programme import Programme, Week
    from backtrack_plugins.workout import Workout

PROGRAMME = "programme"
SUFFIX = ".backtrack"


class Planned(NamedTuple):
    """A workout that somebody wants sent.

    Attributes:
        workout: The Workout.
        identity: Which it is, whatever its content.
        week: The week of a programme that it is; None when it is none.
    """

    workout: Workout
    identity: str
    week: Week | None = None


class Named(NamedTuple):
    """A workout as it was named on the command line.

    Attributes:
        path: Its file, or a name of the library.
        programme: The programme that it is a week of; None when it is of none.
        week: Which week.
    """

    path: str
    programme: Programme | None = None
    week: Week | None = None

    @property
    def identity(self) -> str:
        """Which workout it is, whatever its content."""
        return identity_of(self.path, "" if self.programme is None else self.programme.key)


def read_planned(paths: Iterable[str]) -> tuple[list[Planned], list[BacktrackError]]:
    """Every workout that can be read, and the errors of the others; weeks that are done are left out."""
    planned: list[Planned] = []
    errors: list[BacktrackError] = []
    for path in dict.fromkeys(paths):
        try:
            named = [each for each in named_by(path) if each.week is None or each.week.state != "done"]
            if not named:
                errors.append(UsageError(f"{path}: every workout of it is done; there is nothing to send"))
        except BacktrackError as error:
            errors.append(error)
            continue
        for each in named:
            try:
                workout = read_workout(each.path)
                key = "" if each.programme is None else each.programme.key
                planned.append(Planned(workout, identity_of(stem_of(workout), key), each.week))
            except BacktrackError as error:
                errors.append(error)
    return planned, errors


def named_by(path: str) -> Iterator[Named]:
    """The workouts that a path names: one, the weeks of a programme, or every page in a folder.

    Raises:
        UsageError: when a folder has none, or its programme cannot be read.
    """
    if not os.path.isdir(path):
        yield _one(path)
        return
    programme = _programme_in(path)
    if programme is not None:
        for week in programme.sessions:
            yield Named(os.path.join(path, week.file), programme, week)
        return
    pages = sorted(name for name in os.listdir(path) if name.endswith(SUFFIX))
    if not pages:
        raise UsageError(f"{path}: no workout there; pages end in {SUFFIX}", path=path)
    for name in pages:
        yield Named(os.path.join(path, name))


def dates_for(planned: Iterable[Planned], on: str | None) -> tuple[dt.date | None, ...]:
    """The day of each workout, as ``--on`` says: a date, ``programme``, or none.

    Raises:
        UsageError: when it is no date, or a workout is no week of a programme.
    """
    if on is None:
        return ()
    if on != PROGRAMME:
        from backtrack_plugins.programme.dates import parse_date

        day = parse_date(on, "--on")
        return tuple(day for _ in planned)
    outside = [each.workout.file or each.workout.name for each in planned if each.week is None]
    if outside:
        raise UsageError(
            f"{', '.join(outside)}: no week of a programme, so --on {PROGRAMME} does not say when; "
            "give a date, such as --on 2026-12-02",
            argument="on",
        )
    return tuple(each.week.date for each in planned if each.week is not None)


def _one(path: str) -> Named:
    programme = _programme_in(os.path.dirname(path) or ".")
    for week in programme.sessions if programme is not None else ():
        if week.file == os.path.basename(path):
            return Named(path, programme, week)
    return Named(path)


def _programme_in(folder: str) -> Programme | None:
    from backtrack_plugins.programme import STATE_FILE, read_programme

    if not os.path.isfile(os.path.join(folder, STATE_FILE)):
        return None
    return read_programme(folder)
