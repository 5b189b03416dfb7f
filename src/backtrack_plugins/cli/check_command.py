"""``backtrack check``: what the safety rules have to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_plugins.checking import check, is_safe
from backtrack_plugins.cli.inputs import find_athlete, level_said, read_all, timeline_source, treadmill_said
from backtrack_plugins.cli.output import error_data, report_errors, say, say_json
from backtrack_plugins.errors import BacktrackError, UnsafeWorkout
from backtrack_plugins.exporting import notices_for
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Check every workout and print every problem."""
    athlete, athlete_file = find_athlete(arguments.athlete)
    notices_for(arguments.supervised_by)
    workouts, errors = read_all(arguments.workouts)
    unsafe = False
    treadmill = ""
    data: list[dict[str, Any]] = []
    for workout in workouts:
        try:
            timeline = expand(workout, athlete)
        except BacktrackError as error:
            errors.append(error)
            continue
        problems = check(timeline, supervised_by=arguments.supervised_by)
        broken = not is_safe(problems)
        unsafe |= broken
        data.append(
            {
                "file": workout.file,
                **timeline_source(timeline),
                "safe": not broken,
                "problems": problems,
            }
        )
        if not arguments.json:
            for problem in problems:
                say(str(problem))
            verdict = "not safe to export" if broken else "safe to export"
            say(f"{workout.file}: {verdict}; {level_said(timeline, athlete_file)}")
            treadmill = treadmill_said(timeline)
    code = UnsafeWorkout.exit_code if unsafe else 0
    if arguments.json:
        say_json({"workouts": data, "errors": [error_data(error) for error in errors]})
        return max([code, *(error.exit_code for error in errors)])
    if treadmill:
        say(treadmill)
    return max(code, report_errors(errors, as_json=False)) if errors else code
