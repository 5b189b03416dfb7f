"""Splicing: a block put beside somebody's run, which goes back into its own file, or into other formats.

In the format that the run came in, its own steps stay as they were, with all that our model has no place
for, where the format's plugin can do so. In every other the whole goes through the model, and what that
loses is told.
"""

from __future__ import annotations

import os
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_plugins.easy_speeds import refuse_assumed_speeds
from backtrack_plugins.errors import CannotSplice, UnreadableInput, UsageError
from backtrack_plugins.exporter import Insert, Loss, SpliceRequest
from backtrack_plugins.exporting import (
    Making,
    carried_by,
    checked_request,
    export,
    made_by,
    refuse_wrong_stem,
    stem_of,
)
from backtrack_plugins.importer import Imported
from backtrack_plugins.importing import import_with, importer_of
from backtrack_plugins.joining import join_and_tell
from backtrack_plugins.reading import is_workout_file, read, read_bytes
from backtrack_plugins.registry import installed
from backtrack_plugins.timeline import RepeatedSegments, expand
from backtrack_plugins.workout import written_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.exporter import Artifact, Exported, Exporter, ExportRequest
    from backtrack_plugins.importer import Importer
    from backtrack_plugins.joining import Joined
    from backtrack_plugins.registry import Registry
    from backtrack_plugins.timeline import Segment, Timeline, TreePart
    from backtrack_plugins.workout import Workout


FITTED = "BT902"
"""The code of what says that a step was fitted to the treadmill."""


class RunFile(NamedTuple):
    """Somebody's run, as it was read.

    Attributes:
        file: The file's name.
        data: Its bytes.
        format: The importer's name; empty for a page or its JSON form.
        imported: What it says.
    """

    file: str
    data: bytes
    format: str
    imported: Imported

    @property
    def workout(self) -> Workout:
        """The run as a Workout."""
        return self.imported.workout

    @property
    def is_foreign(self) -> bool:
        """Whether it has steps that are in nobody's words but its file's."""
        return bool(self.format) and not self.imported.complete


def read_run(
    path: str | os.PathLike[str],
    *,
    importer: str | None = None,
    athlete: Athlete | None = None,
    options: Callable[[str], Mapping[str, Any]] | None = None,
    registry: Registry | None = None,
) -> RunFile:
    """Read a run, whether it is a page, its JSON form, or a file that an installed importer knows.

    Args:
        path: The file; it is never changed.
        importer: An installed importer's name; found by the file's first bytes when left out.
        athlete: Whose values hold for what the file leaves open.
        options: Gives the options for an importer of some name; others than it knows are passed over.
        registry: Where importers are looked up.

    Raises:
        UnreadableInput: when the file is missing, damaged, or nobody knows it.
        InvalidWorkout: when its lines are wrong.
        UsageError: when the file leaves open what neither options nor athlete say, or an option is wrong.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    file = os.fspath(path)
    if importer is None and file.lower().endswith(".backtrack"):
        return own_run(file, read(file))
    data = read_bytes(file)
    registry = registry or installed()
    try:
        chosen = importer_of(data, file, importer=importer, registry=registry)
    except UnreadableInput:
        if not is_workout_file(file, data):
            raise
        return own_run(file, read(file))
    known = option_names(chosen)
    wanted = options(chosen.name) if options is not None else {}
    given = {name: value for name, value in wanted.items() if name in known}
    return RunFile(file, data, chosen.name, import_with(chosen, data, file, athlete=athlete, options=given))


def own_run(file: str, workout: Workout) -> RunFile:
    """A run that is a page, its JSON form, or an entry of the library."""
    return RunFile(file, b"", "", Imported(workout=workout, complete=True))


class JoinedRun(NamedTuple):
    """A run and a block as one Workout.

    Attributes:
        run: The run, as it was read.
        joined: The Workout, and what in it is new.
    """

    run: RunFile
    joined: Joined

    @property
    def workout(self) -> Workout:
        """The whole."""
        return self.joined.workout


def join_run(
    block: Workout,
    run: RunFile,
    *,
    before: bool = False,
    at: int | None = None,
    athlete: Athlete | None = None,
) -> JoinedRun:
    """Put a block before, after or into a run; see `join_and_tell`."""
    foreign = run.imported.unknown if run.is_foreign else None
    return JoinedRun(
        run, join_and_tell(block, run.workout, before=before, at=at, foreign=foreign, athlete=athlete)
    )


class Put(NamedTuple):
    """A joined run in a format.

    Attributes:
        artifact: The bytes, and what was lost.
        spliced: Whether the run's own steps stand in it as they were.
    """

    artifact: Artifact
    spliced: bool


def export_joined(
    whole: JoinedRun,
    format: str,  # noqa: A002 - as in `export`
    athlete: Athlete | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    supervised_by: str | None = None,
    force: bool = False,
    stem: str | None = None,
    registry: Registry | None = None,
) -> Put:
    """Check a joined run, and export it: into the run's own file where that is its format, else anew.

    Args:
        whole: Run and block.
        format: As in `export`, like all that follow.
        athlete: As in `export`.
        options: As in `export`.
        supervised_by: As in `export`.
        force: As in `export`.
        stem: As in `export`; made of the name of the whole when left out.
        registry: As in `export`.

    Raises:
        UnsafeWorkout: when a rule is broken, with every problem.
        CannotExport: when this format has no way to carry it.
        UsageError: as `export`.
        PluginError: as `export`.
    """
    refuse_wrong_stem(stem)
    registry = registry or installed()
    exporter = registry.exporter(format)
    run = whole.run
    reason = ""
    if run.is_foreign and exporter.splice is not None and exporter.name == run.format:
        request, problems = checked_request(
            exporter,
            whole.workout,
            athlete,
            options=options,
            supervised_by=supervised_by,
            force=force,
            registry=registry,
        )
        inserts = inserts_in(request.timeline, whole.joined.own)
        making = Making(
            exporter,
            partial(_spliced, exporter, run, inserts),
            [part for insert in inserts for part in insert.parts],
        )
        try:
            _refuse_new_turns(whole, request.timeline, athlete)
            artifact = making.artifact(
                request,
                problems,
                athlete,
                supervised_by=supervised_by,
                force=force,
                stem=stem or stem_of(whole.workout),
            )
            return Put(_unfitted(whole, artifact), spliced=True)
        except CannotSplice as error:
            reason = str(error)
    if run.is_foreign and "speed" in carried_by(exporter, options):
        refuse_assumed_speeds(run.imported, athlete, run.file, format, because=reason)
    artifact = export(
        whole.workout,
        format,
        athlete,
        options=options,
        supervised_by=supervised_by,
        force=force,
        stem=stem,
        registry=registry,
    )
    losses = (*_written_anew(reason), *_of_the_run(whole), *artifact.losses)
    return Put(msgspec.structs.replace(artifact, losses=losses), spliced=False)


def _spliced(
    exporter: Exporter, run: RunFile, inserts: tuple[Insert, ...], request: ExportRequest
) -> Exported:
    splice = exporter.splice
    assert splice is not None  # noqa: S101 - asked for before
    wanted = SpliceRequest(data=run.data, file=run.file, inserts=inserts, whole=request)
    return made_by(exporter, lambda: splice(wanted))


def _unfitted(whole: JoinedRun, artifact: Artifact) -> Artifact:
    """The artifact, which tells of the run's own steps that they stay as they were, and are not fitted."""
    own = set(_numbers_in_whole(whole.joined).values())
    stay = [each for each in artifact.problems if each.code == FITTED and each.where.step in own]
    if not stay:
        return artifact
    told = Loss(
        what="treadmill",
        instead="your file's own steps stay as they are in it, although this treadmill goes otherwise",
        steps=tuple(sorted({each.where.step for each in stay if each.where.step is not None})),
    )
    return msgspec.structs.replace(
        artifact,
        problems=tuple(each for each in artifact.problems if each not in stay),
        losses=(*artifact.losses, told),
    )


def _refuse_new_turns(whole: JoinedRun, timeline: Timeline, athlete: Athlete | None) -> None:
    """Refuse to part two steps of the run that had no straddle between them, and need one now.

    Raises:
        CannotSplice: when so; the run has steps of ours from before then.
    """
    before = _turns(expand(whole.run.workout, athlete).tree)
    parts = zip(_turns(timeline.tree), whole.joined.own, strict=True)
    if before != [turns for turns, own in parts if own is not None]:
        raise CannotSplice(
            "the block would part two backward or sideways steps of it, which would then need a straddle"
        )


def _turns(tree: Sequence[TreePart]) -> list[str]:
    """For each part as written, where straddles were placed in it and before it."""
    found: list[str] = []
    placed = ""
    for part in tree:
        if isinstance(part, RepeatedSegments):
            found.append(f"{placed}({' '.join(_turns(part.parts))})")
        elif part.added:
            placed = "straddle "
            continue
        else:
            found.append(f"{placed}step")
        placed = ""
    return found


def inserts_in(timeline: Timeline, own: Sequence[int | None]) -> tuple[Insert, ...]:
    """What of a timeline is new, by where in the run it comes.

    A straddle that expanding placed belongs to the part that it leads to; one that leads to a part of the run
    stands in the run's file already.

    Args:
        timeline: Of the joined Workout.
        own: For each of its parts which part of the run it is, from 0; None for what is new.
    """
    gathered: dict[int, list[TreePart]] = {}
    numbers = iter(own)
    at = 0
    placed: list[TreePart] = []
    for part in timeline.tree:
        if not isinstance(part, RepeatedSegments) and part.added:
            placed.append(part)
            continue
        number = next(numbers)
        if number is None:
            gathered.setdefault(at, []).extend([*placed, part])
        else:
            at = number + 1
        placed = []
    inserts = []
    for place, parts in gathered.items():
        steps = {segment.step_number for segment in _flat(parts)}
        segments = tuple(segment for segment in timeline.segments if segment.step_number in steps)
        inserts.append(Insert(at=place, parts=tuple(parts), segments=segments))
    return tuple(inserts)


def _flat(parts: Sequence[TreePart]) -> Iterator[Segment]:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            yield from _flat(part.parts)
        else:
            yield part


def _written_anew(reason: str) -> tuple[Loss, ...]:
    return (Loss(what="your file", instead=f"written anew, and not added to: {reason}"),) if reason else ()


def _of_the_run(whole: JoinedRun) -> Iterator[Loss]:
    """What reading the run lost, by the numbers that its steps have in the whole."""
    numbers = _numbers_in_whole(whole.joined)
    for loss in whole.run.imported.losses:
        steps = tuple(numbers[step] for step in loss.steps if step in numbers)
        yield msgspec.structs.replace(loss, steps=steps)


def _numbers_in_whole(joined: Joined) -> dict[int, int]:
    """The number of each step of the run in the whole, by its number in the run."""
    numbers: dict[int, int] = {}
    own_numbers = count(1)
    whole_numbers = count(1)
    for part, own in zip(joined.workout.steps, joined.own, strict=True):
        for _ in range(written_steps(part)):
            number = next(whole_numbers)
            if own is not None:
                numbers[next(own_numbers)] = number
    return numbers


def add_block(
    block: Workout,
    path: str | os.PathLike[str],
    *,
    to: str | None = None,
    at: int | None = None,
    athlete: Athlete | None = None,
    options: Mapping[str, Any] | None = None,
    supervised_by: str | None = None,
    registry: Registry | None = None,
) -> Artifact:
    """Put a block beside the run in a file, and export the whole.

    In the file's own format its steps stay as they were, where the format's plugin can do so; into every
    other the whole goes through the model. `Artifact.losses` says what that costs.

    Args:
        block: The backward or sideways steps, such as a finisher of the library.
        path: The run: a file that an installed importer knows, a page, or its JSON form. It is never changed.
        to: An installed exporter's name; the file's own format when left out.
        at: How many of the run's parts come before the block: 0 puts it before the run. It comes after the
            run when left out.
        athlete: As in `export`.
        options: Options of importer and exporter by name, such as ``race_pace``; each gets those it knows.
        supervised_by: As in `export`.
        registry: Where plugins are looked up.

    Raises:
        UnreadableInput: when the file is missing, damaged, or nobody knows it.
        InvalidWorkout: when its lines are wrong, or the two together have more than 10,000 segments.
        UnsafeWorkout: when a rule is broken, with every problem.
        CannotExport: when this format has no way to carry it.
        UsageError: when something is asked for that neither the file, the options nor the athlete say; for a
            page when `to` is left out.
        PluginError: when a plugin is missing, disabled, clashing or broken.
        ValueError: when the run has fewer parts than `at`.
    """
    registry = registry or installed()
    run = read_run(path, athlete=athlete, options=lambda _: options or {}, registry=registry)
    format = to or run.format  # noqa: A001 - as in `export`
    if not format:
        raise UsageError(f"{run.file}: a page is in no format of its own; say which one: to=", argument="to")
    return export_joined(
        join_run(block, run, at=at, athlete=athlete),
        format,
        athlete,
        options=of_the_exporter(options or {}, format, run, registry),
        supervised_by=supervised_by,
        registry=registry,
    ).artifact


def of_the_exporter(
    options: Mapping[str, Any],
    name: str,
    run: RunFile,
    registry: Registry,
) -> dict[str, Any]:
    """The options without those that the run's importer alone knows."""
    if not run.format:
        return dict(options)
    others = option_names(registry.importer(run.format)) - option_names(registry.exporter(name))
    return {name: value for name, value in options.items() if name not in others}


def option_names(offered: Exporter | Importer) -> set[str]:
    """What the options of an exporter or importer are called."""
    return {field.name for field in msgspec.structs.fields(offered.options)} if offered.options else set()
