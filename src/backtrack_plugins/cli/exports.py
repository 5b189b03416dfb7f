"""What `export` and `send` share: workouts to artifacts, all of them or none, and what is said of them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.cli.inputs import level_said, timeline_source, treadmill_said
from backtrack_plugins.cli.output import said_of_problems, warn
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.exporting import export

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.exporter import Artifact, Exporter, Loss
    from backtrack_plugins.registry import Registry
    from backtrack_plugins.workout import Workout

WIDTH = 96
LISTED_AS_LOSS = "BT801"


class Made(NamedTuple):
    """An artifact, with what it was made from and by; of a foreign file also what reading it lost."""

    workout: Workout
    exporter: Exporter
    artifact: Artifact
    athlete: Athlete | None
    reading: tuple[Loss, ...] | None = None

    @property
    def source(self) -> str:
        """The workout's file; without one its name."""
        return self.workout.file or self.workout.name


def make(
    workouts: Iterable[tuple[Workout, Athlete | None]],
    exporters: Mapping[str, Exporter],
    options: Mapping[str, Mapping[str, str]],
    arguments: argparse.Namespace,
    registry: Registry,
) -> tuple[list[Made], list[BacktrackError]]:
    """Export every workout to every format, checked, and every error of those that cannot be.

    Args:
        workouts: What was read, each with the athlete whose level and treadmill hold.
        exporters: Each by the name that it is asked for with.
        options: By the same names as `exporters`.
        arguments: With ``supervised_by`` and ``force``.
        registry: Where plugins are looked up.
    """
    made: list[Made] = []
    errors: list[BacktrackError] = []
    for workout, athlete in workouts:
        for name, exporter in exporters.items():
            try:
                artifact = export(
                    workout,
                    name,
                    athlete,
                    options=options.get(name),
                    supervised_by=arguments.supervised_by,
                    force=arguments.force,
                    registry=registry,
                )
                made.append(Made(workout, exporter, artifact, athlete))
            except BacktrackError as error:
                errors.append(error)
    return made, errors


def settings_of(settings: Sequence[str], *, kind: str) -> Iterator[tuple[str, str, str]]:
    """What ``--set`` said: the name of a plugin, an option of it, and its value.

    Args:
        settings: Such as ``zwo.incline=true``.
        kind: What a name stands for, such as ``FORMAT``, for messages.

    Raises:
        UsageError: when one is written differently.
    """
    for setting in settings:
        name, dot, rest = setting.partition(".")
        option, equals, value = rest.partition("=")
        if not (name and dot and option and equals):
            raise UsageError(f"--set {setting}: write it as {kind}.OPTION=VALUE, such as zwo.incline=true")
        yield name, option, value


def options_of(
    settings: Sequence[str], names: Sequence[str], *, kind: str, among: str
) -> dict[str, dict[str, str]]:
    """What ``--set`` said, by the name of the plugin it is for.

    Args:
        settings: Such as ``zwo.incline=true``.
        names: What can be set, as it was asked for; ``DISTRIBUTION:NAME`` is set by its name.
        kind: What a name stands for, such as ``FORMAT``, for messages.
        among: What these names are, for messages.

    Raises:
        UsageError: when one is written differently, or is for none of the names.
    """
    options: dict[str, dict[str, str]] = {}
    for name, option, value in settings_of(settings, kind=kind):
        chosen = [given for given in names if given.rpartition(":")[2] == name]
        if not chosen:
            said = f"--set {name}.{option}={value}"
            there = ", ".join(dict.fromkeys(names))
            raise UsageError(f"{said}: {name} is not among {among} ({there})")
        for given in chosen:
            options.setdefault(given, {})[option] = value
    return options


def colliding(made: Iterable[Made], *, remedy: str) -> list[BacktrackError]:
    """An error for every file name that more than one of them would have, in capitals or not."""
    by_name: dict[str, list[Made]] = {}
    for each in made:
        by_name.setdefault(each.artifact.name.casefold(), []).append(each)
    return [
        UsageError(
            f"{' and '.join(f'{each.source} as {each.exporter.name}' for each in rivals)} "
            f"would both be written to {rivals[0].artifact.name}; {remedy}"
        )
        for rivals in by_name.values()
        if len(rivals) > 1
    ]


def say_notes(made: Sequence[Made], athlete: Athlete | None, athlete_file: str) -> None:
    """Say on standard error, once for each workout, whose level held and what the check found.

    Args:
        made: What was made. Where it was for somebody else than the athlete, the workout's own level held.
        athlete: Who runs.
        athlete_file: The file they come from.
    """
    first: dict[int, Made] = {}
    for each in made:
        first.setdefault(id(each.workout), each)
    for each in first.values():
        timeline = each.artifact.timeline
        level = f"level {timeline.level} (the week's own)"
        if each.athlete == athlete:
            level = level_said(timeline, athlete_file)
        warn(f"{each.source}: {level}; {treadmill_said(timeline)}")
        shown = [problem for problem in each.artifact.problems if problem.code != LISTED_AS_LOSS]
        for line in said_of_problems(shown):
            warn(line)


def losses_said(artifact: Artifact) -> list[str]:
    """What the format lost, by how it is carried instead."""
    by_instead: dict[str, list[str]] = {}
    for loss in artifact.losses:
        by_instead.setdefault(loss.instead, []).append(loss.what)
    lines = []
    for index, (instead, lost) in enumerate(by_instead.items()):
        lines += cell("lost" if index == 0 else "", f"{', '.join(lost)}: {instead}")
    return lines


def cell(label: str, text: str) -> list[str]:
    """A labelled text, wrapped."""
    return textwrap.wrap(text, WIDTH, initial_indent=f"  {label:<6}", subsequent_indent=" " * 8)


def paragraphs(text: str) -> str:
    """A text, wrapped; its lines stay apart."""
    return "\n".join(textwrap.fill(line, WIDTH) for line in text.splitlines())


def data_of(made: Made) -> dict[str, Any]:
    """What was exported, as data."""
    artifact = made.artifact
    return {
        "format": artifact.format,
        "media_type": artifact.media_type,
        "hint": artifact.hint,
        **timeline_source(artifact.timeline),
        "losses": artifact.losses,
        "problems": artifact.problems,
        **({} if made.reading is None else {"reading": made.reading}),
    }
