"""``backtrack add``: a block put before or after a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.checking import check, is_safe
from backtrack_plugins.cli.inputs import (
    find_athlete,
    level_said,
    read_workout,
    timeline_source,
    treadmill_said,
)
from backtrack_plugins.cli.output import report_errors, said_of_problems, say, say_json, say_page, warn
from backtrack_plugins.cli.workout_file import is_json, refuse_other_suffix, write_workout
from backtrack_plugins.errors import BacktrackError, UnsafeWorkout
from backtrack_plugins.exporting import refuse_unprintable_supervisor
from backtrack_plugins.joining import join_and_tell
from backtrack_plugins.line import write_line
from backtrack_plugins.page import parse
from backtrack_plugins.problem import Where
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import clock_of
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.files import Written
    from backtrack_plugins.joining import Joined
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.timeline import Timeline
    from backtrack_plugins.workout import Workout


def run(arguments: argparse.Namespace) -> int:
    """Join, check the whole, and print or write it; nothing of it when a rule is broken."""
    output: str | None = arguments.output
    refuse_other_suffix(output)
    refuse_unprintable_supervisor(arguments.supervised_by)
    athlete, athlete_file = find_athlete(arguments.athlete)
    run_path: str = arguments.after if arguments.before is None else arguments.before
    workouts, errors = _read_each(arguments.block, run_path)
    if errors:
        return report_errors(errors, as_json=arguments.json)
    block, own_run = workouts
    joined = join_and_tell(block, own_run, before=arguments.before is not None, athlete=athlete)
    page = write(joined.workout)
    timeline = expand(_as_written(joined.workout, page, output), athlete)
    problems = check(timeline, athlete, supervised_by=arguments.supervised_by)
    level = level_said(timeline, athlete_file)
    if not is_safe(problems):
        return _refused([_by_step(problem) for problem in problems], level, as_json=arguments.json)
    written = None
    if output is not None:
        written = write_workout(output, joined.workout, page, overwrite=arguments.overwrite)
    if arguments.json:
        say_json(_data(joined, page, timeline, problems, written))
        return 0
    for note in (*_added(joined), *said_of_problems(problems), f"{level}; {treadmill_said(timeline)}"):
        warn(note)
    if written is None:
        warn(_summary(timeline))
        say_page(page)
    else:
        say(_summary(timeline))
        say(f"{written.path}  ({written.state})")
    return 0


def _read_each(*paths: str) -> tuple[list[Workout], list[BacktrackError]]:
    """Every workout, though two be the same, and what is wrong with any."""
    workouts: list[Workout] = []
    errors: list[BacktrackError] = []
    for path in paths:
        try:
            workouts.append(read_workout(path))
        except BacktrackError as error:
            errors.append(error)
    return workouts, errors


def _as_written(workout: Workout, page: str, output: str | None) -> Workout:
    """The workout with the lines that it has in the file, so that problems point there."""
    return workout if output is None or is_json(output) else parse(page, file=output)


def _by_step(problem: Problem) -> Problem:
    """The problem without the file and line that it would have had: no file is written."""
    return msgspec.structs.replace(problem, where=Where(step=problem.where.step))


def _refused(problems: Sequence[Problem], level: str, *, as_json: bool) -> int:
    if as_json:
        return report_errors([UnsafeWorkout(problems)], as_json=True)
    for line in (*said_of_problems(problems), f"the two together are not safe to export; {level}"):
        warn(line)
    warn("Nothing was written.")
    return UnsafeWorkout.exit_code


def _added(joined: Joined) -> Iterator[str]:
    for added in joined.added:
        yield f"added {write_line(added.step)}, {added.why}"


def _summary(timeline: Timeline) -> str:
    totals = timeline.totals
    turned = totals.backward_seconds + totals.sideways_seconds
    share = f", {100 * turned / totals.seconds:.0f} %" if totals.seconds else ""
    laps = f", and {totals.lap_steps} until the lap button" if totals.lap_steps else ""
    whole, part = clock_of(round(totals.seconds)), clock_of(round(turned))
    return f"{timeline.workout.name}: {whole}{laps}; {part} of it backward or sideways{share}"


def _data(
    joined: Joined, page: str, timeline: Timeline, problems: Sequence[Problem], written: Written | None
) -> dict[str, Any]:
    return {
        "name": joined.workout.name,
        "page": page,
        "added": [{"line": write_line(added.step), "why": added.why} for added in joined.added],
        **timeline_source(timeline),
        "totals": timeline.totals,
        "problems": problems,
        "path": None if written is None else written.path,
        "state": None if written is None else written.state,
        "errors": [],
    }
