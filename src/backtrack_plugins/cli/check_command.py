"""``backtrack check``: what the safety rules have to say, and what can safely be done about it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.checking import check, check_history, is_safe
from backtrack_plugins.cli.inputs import (
    find_athlete,
    level_said,
    read_workout,
    timeline_source,
    treadmill_said,
)
from backtrack_plugins.cli.output import report_errors, said_of_problems, say, say_json
from backtrack_plugins.cli.workout_file import refuse_other_suffix, write_workout
from backtrack_plugins.errors import BacktrackError, UnsafeWorkout, UsageError
from backtrack_plugins.exporting import refuse_unprintable_supervisor
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.cli.fixes import Mended
    from backtrack_plugins.files import Written
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.timeline import Timeline
    from backtrack_plugins.workout import Workout


class _Asked(NamedTuple):
    """For whom to check: the athlete when one is known, whose level holds, and who stands by."""

    athlete: Athlete | None
    at_level: Athlete | None
    level_from: str
    supervised_by: str | None


class _Report(NamedTuple):
    """What the rules say about one workout; after fixing it, when it was to be fixed."""

    timeline: Timeline
    problems: tuple[Problem, ...]
    level: str
    mended: Mended | None = None

    @property
    def file(self) -> str | None:
        return self.timeline.workout.file

    @property
    def is_safe(self) -> bool:
        return is_safe(self.problems)


class _Series(NamedTuple):
    """What the rules say about the weeks of a programme, one after the other."""

    folder: str
    weeks: tuple[_Report, ...]
    problems: tuple[Problem, ...]


def run(arguments: argparse.Namespace) -> int:
    """Check every workout and every programme; print every problem."""
    _refuse_wrong_usage(arguments)
    asked = _asked(arguments)
    reports: list[_Report] = []
    programmes: list[_Series] = []
    errors: list[BacktrackError] = []
    for path in dict.fromkeys(arguments.workouts):
        try:
            if os.path.isdir(path):
                programmes.append(_checked_programme(path, asked, errors))
            elif arguments.fix:
                reports.append(_fixed(path, asked, arguments.output))
            else:
                reports.append(_checked(read_workout(path), asked))
        except BacktrackError as error:
            errors.append(error)
    written = _write(reports, arguments) if arguments.output is not None and not errors else None
    everything = [*reports, *(week for series in programmes for week in series.weeks)]
    code = 0 if all(report.is_safe for report in everything) else UnsafeWorkout.exit_code
    if arguments.json:
        say_json(
            {
                "workouts": [_data(report) for report in everything],
                "programmes": [_series_data(series) for series in programmes],
                **({} if written is None else {"path": written.path, "state": written.state}),
                "errors": [error.as_data() for error in errors],
            }
        )
        return max([code, *(error.exit_code for error in errors)])
    for line in _said(reports, programmes, written, asked):
        say(line)
    return max(code, report_errors(errors, as_json=False)) if errors else code


def _refuse_wrong_usage(arguments: argparse.Namespace) -> None:
    refuse_unprintable_supervisor(arguments.supervised_by)
    if arguments.output is not None and not arguments.fix:
        raise UsageError("-o says where --fix writes; add --fix")
    if arguments.output is not None and len(arguments.workouts) > 1:
        raise UsageError("-o is one file; give --fix one workout at a time, or leave -o out")
    refuse_other_suffix(arguments.output)
    folders = [path for path in arguments.workouts if arguments.fix and os.path.isdir(path)]
    if folders:
        raise UsageError(
            f"{', '.join(folders)}: --fix takes workouts, no folder; give it the page of one week"
        )


def _asked(arguments: argparse.Namespace) -> _Asked:
    athlete, athlete_file = find_athlete(arguments.athlete)
    if arguments.level is None:
        return _Asked(athlete, athlete, athlete_file, arguments.supervised_by)
    at_level = msgspec.structs.replace(athlete or Athlete(), level=arguments.level)
    return _Asked(athlete, at_level, "--level", arguments.supervised_by)


def _checked(workout: Workout, asked: _Asked) -> _Report:
    timeline = expand(workout, asked.at_level)
    # Where no athlete is known, the one that only carries --level is not asked about anything else.
    problems = check(timeline, asked.athlete, supervised_by=asked.supervised_by)
    return _Report(timeline, problems, level_said(timeline, asked.level_from))


def _fixed(path: str, asked: _Asked, output: str | None) -> _Report:
    from backtrack_plugins.cli.fixes import mend, read_source

    mended = mend(read_source(path), asked.at_level, asked.supervised_by, output)
    return _checked(mended.workout, asked)._replace(mended=mended)


def _checked_programme(folder: str, asked: _Asked, errors: list[BacktrackError]) -> _Series:
    """Check the pages of a programme as they stand in its folder, each at the level that its week names."""
    from backtrack_plugins.checking.session import Session
    from backtrack_plugins.programme import read_programme

    weeks: list[_Report] = []
    sessions: list[Session] = []
    planned = read_programme(folder).sessions
    for week in planned:
        try:
            report = _checked_week(read_workout(os.path.join(folder, week.file)), asked)
        except BacktrackError as error:
            errors.append(error)
            continue
        weeks.append(report)
        sessions.append(Session(week.session.date, report.timeline))
    # With a page missing, the weeks around it would be held against one another.
    series = sessions if len(sessions) == len(planned) else ()
    history = check_history(series, asked.athlete, supervised_by=asked.supervised_by)
    return _Series(folder, tuple(weeks), history)


def _checked_week(workout: Workout, asked: _Asked) -> _Report:
    if asked.level_from == "--level" or workout.level is None:
        return _checked(workout, asked)
    athlete = None if asked.athlete is None else msgspec.structs.replace(asked.athlete, level=None)
    report = _checked(workout, asked._replace(at_level=athlete))
    return report._replace(level=f"level {report.timeline.level} (this week's)")


def _write(reports: Sequence[_Report], arguments: argparse.Namespace) -> Written | None:
    for report in reports:
        if report.mended is not None:
            mended = report.mended
            return write_workout(arguments.output, mended.workout, mended.page, overwrite=arguments.overwrite)
    return None


def _said(
    reports: Sequence[_Report], programmes: Sequence[_Series], written: Written | None, asked: _Asked
) -> Iterator[str]:
    everything = list(reports)
    for report in reports:
        yield from _report_said(report, asked)
    for series in programmes:
        everything += series.weeks
        for report in series.weeks:
            yield from _report_said(report, asked)
        yield from said_of_problems(series.problems)
        yield _series_verdict(series)
    if everything:
        yield treadmill_said(everything[-1].timeline)
    if written is not None:
        yield f"{written.path}  ({written.state})"


def _report_said(report: _Report, asked: _Asked) -> Iterator[str]:
    if report.mended is None:
        yield from said_of_problems(report.problems)
    else:
        from backtrack_plugins.cli.fixes import said_of_changes, said_of_left

        yield from said_of_changes(report.mended)
        shown = [problem for problem in report.problems if not problem.silenced]
        yield from said_of_left(shown, asked.supervised_by)
        yield from said_of_problems(problem for problem in report.problems if problem.silenced)
    verdict = "safe to export" if report.is_safe else "not safe to export"
    yield f"{report.file}: {verdict}; {report.level}"


def _series_verdict(series: _Series) -> str:
    unsafe = sum(not week.is_safe for week in series.weeks)
    weeks = "1 week" if len(series.weeks) == 1 else f"{len(series.weeks)} weeks"
    verdict = f"{unsafe} not safe to export" if unsafe else "all safe to export"
    return f"{series.folder}: {weeks}, {verdict}"


def _data(report: _Report) -> dict[str, Any]:
    data = {
        "file": report.file,
        **timeline_source(report.timeline),
        "safe": report.is_safe,
        "problems": report.problems,
    }
    if report.mended is not None:
        data["changes"] = [change._asdict() for change in report.mended.changes]
        data["page"] = report.mended.page
    return data


def _series_data(series: _Series) -> dict[str, Any]:
    return {
        "folder": series.folder,
        "weeks": [week.file for week in series.weeks],
        "safe": all(week.is_safe for week in series.weeks),
        "problems": series.problems,
    }
