"""What `send` and `unsend` are given: workouts, folders of them, and programmes with their dates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.cli.inputs import read_workout
from backtrack_plugins.delivering import identity_of
from backtrack_plugins.errors import BacktrackError, UsageError

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
        stem = os.path.splitext(os.path.basename(self.path))[0]
        return identity_of(stem, "" if self.programme is None else self.programme.key)


def read_planned(paths: Iterable[str]) -> tuple[list[Planned], list[BacktrackError]]:
    """Every workout that can be read, each once, and the errors of the others.

    Weeks that are done are left out; one that is named by itself is an error.
    """
    planned: dict[str, Planned] = {}
    errors: list[BacktrackError] = []
    for path in paths:
        try:
            named = list(named_by(path))
        except BacktrackError as error:
            errors.append(error)
            continue
        for each in named:
            try:
                if each.week is None or each.week.state != "done":
                    workout = Planned(read_workout(each.path), each.identity, each.week)
                    planned.setdefault(os.path.abspath(each.path), workout)
                elif each.path == path:
                    errors.append(UsageError(f"{path}: that week is done; there is nothing to send"))
            except BacktrackError as error:
                errors.append(error)
    return list(planned.values()), errors


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
        planned = list(planned)
        _refuse_weeks_together(planned, on)
        return tuple(day for _ in planned)
    outside = [each.workout.file or each.workout.name for each in planned if each.week is None]
    if outside:
        raise UsageError(
            f"{', '.join(outside)}: no week of a programme, so --on {PROGRAMME} does not say when; "
            "give a date, such as --on 2026-12-02",
            argument="on",
        )
    return tuple(each.week.date for each in planned if each.week is not None)


def _refuse_weeks_together(planned: Iterable[Planned], on: str) -> None:
    """A programme is for once a week: several of its weeks on one day are a slip, and nobody should run them.

    Raises:
        UsageError: when there are several.
    """
    weeks = [each for each in planned if each.week is not None]
    if len(weeks) > 1:
        raise UsageError(
            f"{len(weeks)} weeks of a programme on one day, {on}; to put each on its own: --on {PROGRAMME}",
            argument="on",
        )


def _one(path: str) -> Named:
    from backtrack_plugins.programme import STATE_FILE

    if os.path.basename(path) == STATE_FILE and os.path.isfile(path):
        folder = os.path.dirname(path) or "."
        raise UsageError(f"{path}: that is a programme's state; name its folder, {folder}", path=path)
    if not path.endswith(SUFFIX):  # as a name of the library, which a programme around it is no matter of
        return Named(path)
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
