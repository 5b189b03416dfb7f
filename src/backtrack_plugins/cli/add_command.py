"""``backtrack add``: a block put before, after or into a run, as a page or in other formats."""

from __future__ import annotations

import os
import shlex
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.checking import check, is_safe
from backtrack_plugins.cli.export_command import file_data, file_rows
from backtrack_plugins.cli.exports import Made, cell, colliding, options_of
from backtrack_plugins.cli.foreign import (
    losses_of_reading,
    read_any,
    refuse_to_write_over,
    settings_by_plugin,
)
from backtrack_plugins.cli.inputs import (
    find_athlete,
    level_said,
    read_workout,
    timeline_source,
    treadmill_said,
)
from backtrack_plugins.cli.output import report_errors, said_of_problems, say, say_json, say_page, warn
from backtrack_plugins.cli.workout_file import JSON, PAGE, is_json, refuse_other_suffix, write_workout
from backtrack_plugins.errors import BacktrackError, UnsafeWorkout, UsageError
from backtrack_plugins.exporting import refuse_unprintable_supervisor
from backtrack_plugins.files import write_files
from backtrack_plugins.line import write_line
from backtrack_plugins.page import parse
from backtrack_plugins.problem import Where
from backtrack_plugins.registry import Registry
from backtrack_plugins.splicing import export_joined, join_run, of_the_exporter
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import clock_of, shown
from backtrack_plugins.workout import written_steps
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.files import Written
    from backtrack_plugins.joining import Joined
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.splicing import JoinedRun, Put, RunFile
    from backtrack_plugins.timeline import Timeline
    from backtrack_plugins.workout import Workout

NO_ESTIMATE = "BT701"


def run(arguments: argparse.Namespace) -> int:
    """Join, check the whole, and print or write it; nothing of it when a rule is broken."""
    refuse_unprintable_supervisor(arguments.supervised_by)
    athlete, athlete_file = find_athlete(arguments.athlete)
    registry = Registry()
    block, own_run, errors = _read_both(arguments, athlete, registry)
    if errors:
        return report_errors(errors, as_json=arguments.json)
    formats = _formats(arguments, own_run, registry)
    whole = join_run(block, own_run, at=_place(arguments, own_run), athlete=athlete)
    page = write(whole.workout)
    page_file: str | None = None if formats else arguments.output
    timeline = expand(_as_written(whole.workout, page, page_file), athlete)
    problems = check(timeline, athlete, supervised_by=arguments.supervised_by, registry=registry)
    level = level_said(timeline, athlete_file)
    if not is_safe(problems):
        return _refused([_by_step(problem) for problem in problems], level, as_json=arguments.json)
    if page_file is not None:
        refuse_to_write_over([own_run.file] if own_run.format else [], [page_file])
    puts, errors = _put(whole, formats, athlete, arguments, registry)
    if errors:
        return _nothing_written(errors, as_json=arguments.json)
    written = _write_files(puts, arguments, own_run)
    page_written = None
    if page_file is not None:
        page_written = write_workout(page_file, whole.workout, page, overwrite=arguments.overwrite)
    made = [_made(whole, put, athlete, registry) for put in puts]
    files = list(zip(made, written, [put.spliced for put in puts], strict=True))
    if arguments.json:
        data = [{"spliced": spliced, **file_data(each, file)} for each, file, spliced in files]
        say_json(_data(whole, page, timeline, problems, page_written) | {"files": data})
        return 0
    _say_notes(whole, problems, f"{level}; {treadmill_said(timeline)}", in_our_words=not formats)
    said = [_summary(timeline)]
    if page_written is not None:
        said.append(f"{page_written.path}  ({page_written.state})")
    for each, file, spliced in files:
        said += ["", *_rows(each, file, spliced=spliced)]
    if len(said) > 1:
        say("\n".join(said))
    else:
        warn(said[0])
        say_page(page)
    return 0


def _say_notes(whole: JoinedRun, problems: Sequence[Problem], level: str, *, in_our_words: bool) -> None:
    """Say on standard error what is to be known of the whole, whatever becomes of it."""
    run = whole.run
    read = losses_of_reading(run.file, run.imported) if in_our_words else ()
    # Nothing here says what the whole costs; so neither which of somebody's steps has no estimate.
    worth_saying = [problem for problem in problems if problem.code != NO_ESTIMATE]
    for note in (*read, *_added(whole.joined), *said_of_problems(worth_saying), level):
        warn(note)


def _nothing_written(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    code = report_errors(errors, as_json=as_json)
    if not as_json:
        warn("Nothing was written.")
    return code


def _read_both(
    arguments: argparse.Namespace, athlete: Athlete | None, registry: Registry
) -> tuple[Workout, RunFile, list[BacktrackError]]:
    """Block and run, though two be the same, and what is wrong with either."""
    errors: list[BacktrackError] = []
    settings = settings_by_plugin(arguments.options)
    found: list[Any] = []
    for read in (
        lambda: read_workout(arguments.block),
        lambda: read_any(_run_path(arguments), arguments, athlete, settings, registry),
    ):
        try:
            found.append(read())
        except BacktrackError as error:
            found.append(None)
            errors.append(error)
    block, own_run = found
    return block, own_run, errors


def _run_path(arguments: argparse.Namespace) -> str:
    path: str = next(
        given for given in (arguments.after, arguments.before, arguments.between) if given is not None
    )
    return path


def _formats(arguments: argparse.Namespace, own_run: RunFile, registry: Registry) -> list[str]:
    """The formats to write: those asked for, else the run's own where the file's name says so.

    Raises:
        UsageError: when the name of the file to write is in none of them.
    """
    output: str | None = arguments.output
    if arguments.to:
        return list(dict.fromkeys(arguments.to))
    if output is None or output.lower().endswith((PAGE, JSON)):
        return []
    if not own_run.format:
        refuse_other_suffix(output)
    exporter = registry.exporter(own_run.format)
    if not output.lower().endswith(exporter.suffix):
        raise UsageError(
            f"-o {shown(output)}: {own_run.file} is in the format {own_run.format}, whose files end in "
            f"{exporter.suffix}; for another format: --to FORMAT",
            argument="output",
        )
    return [own_run.format]


def _place(arguments: argparse.Namespace, own_run: RunFile) -> int | None:
    """How many parts of the run come before the block; None when it comes after all of them.

    Raises:
        UsageError: when ``--step`` names no step after which a block can come, or is missing or too much.
    """
    step: int | None = arguments.step
    if arguments.between is None:
        if step is not None:
            raise UsageError("--step says where in the run the block comes; it goes with --between")
        return None if arguments.before is None else 0
    ends = list(accumulate(map(written_steps, own_run.workout.steps)))[:-1]
    if step in ends:
        return ends.index(step) + 1
    if not ends:
        raise UsageError(
            f"{own_run.file}: it has one part, and nothing lies between; use --after or --before"
        )
    listed = ", ".join(map(str, ends))
    said = "say after which step" if step is None else f"no block can come after step {step}"
    raise UsageError(
        f"{own_run.file}: {said}: --step N, where N is {listed} (a repeat stays whole; "
        f"the steps: backtrack {'import' if own_run.format else 'show'} {shlex.quote(own_run.file)})",
        argument="step",
    )


def _put(
    whole: JoinedRun,
    formats: Sequence[str],
    athlete: Athlete | None,
    arguments: argparse.Namespace,
    registry: Registry,
) -> tuple[list[Put], list[BacktrackError]]:
    names = [*formats, *filter(None, [whole.run.format])]
    options = options_of(arguments.options, names, kind="FORMAT", among="the formats of this")
    puts: list[Put] = []
    errors: list[BacktrackError] = []
    for name in formats:
        try:
            put = export_joined(
                whole,
                name,
                athlete,
                options=of_the_exporter(options.get(name, {}), name, whole.run, registry),
                supervised_by=arguments.supervised_by,
                registry=registry,
            )
        except BacktrackError as error:
            errors.append(error)
        else:
            puts.append(put)
    made = [_made(whole, put, athlete, registry) for put in puts]
    return puts, errors or colliding(made, remedy="write one of them apart")


def _made(whole: JoinedRun, put: Put, athlete: Athlete | None, registry: Registry) -> Made:
    return Made(whole.workout, registry.exporter(put.artifact.format), put.artifact, athlete)


def _write_files(puts: Sequence[Put], arguments: argparse.Namespace, own_run: RunFile) -> list[Written]:
    """Write every artifact: to the file that was named, where there is one format, else into the folder."""
    if not puts:
        return []
    output: str = arguments.output or os.curdir
    artifacts = [put.artifact for put in puts]
    folder, files = output, {artifact.name: artifact.data for artifact in artifacts}
    suffix = os.path.splitext(artifacts[0].name)[1]
    if len(artifacts) == 1 and output.lower().endswith(suffix) and not os.path.isdir(output):
        folder, name = os.path.split(output)
        files = {name: artifacts[0].data}
    paths = [os.path.join(folder, name) for name in files]
    refuse_to_write_over([own_run.file], paths)
    written = write_files(folder or os.curdir, files, overwrite=arguments.overwrite)
    return [each._replace(path=path) for each, path in zip(written, paths, strict=True)]


def _rows(made: Made, file: Written, *, spliced: bool) -> list[str]:
    rows = file_rows(made, file)
    kept = cell("kept", "your own steps stand in it as they were") if spliced else []
    return [rows[0], *kept, *rows[1:]]


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
    whole: JoinedRun, page: str, timeline: Timeline, problems: Sequence[Problem], written: Written | None
) -> dict[str, Any]:
    return {
        "name": whole.workout.name,
        "page": page,
        "added": [{"line": write_line(added.step), "why": added.why} for added in whole.joined.added],
        "reading": whole.run.imported.losses,
        **timeline_source(timeline),
        "totals": timeline.totals,
        "problems": problems,
        "path": None if written is None else written.path,
        "state": None if written is None else written.state,
        "errors": [],
    }
