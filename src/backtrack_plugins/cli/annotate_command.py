"""``backtrack annotate``: the title and text of an activity, to paste."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.annotating import annotate
from backtrack_plugins.checking import check, is_safe
from backtrack_plugins.cli.inputs import find_athlete, read_workout
from backtrack_plugins.cli.output import say_json, say_page, warn
from backtrack_plugins.errors import UnsafeWorkout
from backtrack_plugins.exporting import notices_for
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Print the title, an empty line and the text of a workout that went as planned."""
    athlete, _file = find_athlete(arguments.athlete)
    timeline = expand(read_workout(arguments.workout), athlete)
    problems = check(timeline, athlete, supervised_by=arguments.supervised_by)
    if not is_safe(problems):
        raise UnsafeWorkout(problems)
    notices = notices_for(arguments.supervised_by)
    written = annotate(timeline, notices, annotator=arguments.wording, athlete=athlete)
    if arguments.json:
        say_json({"title": written.title, "text": written.text, "losses": written.losses})
        return 0
    for loss in written.losses:
        warn(f"{arguments.workout}: {loss}")
    say_page(f"{written.title}\n\n{written.text}\n")
    return 0
