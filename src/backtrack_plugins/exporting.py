"""Exporting: a checked Workout to an Artifact, through an exporter that a plugin offers."""

from __future__ import annotations

import os
import re
import unicodedata
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_plugins import __version__
from backtrack_plugins.athlete import declared
from backtrack_plugins.calling import Asked
from backtrack_plugins.checking import RULES_VERSION, check, check_losses, check_words, is_safe
from backtrack_plugins.errors import UnsafeWorkout, UsageError
from backtrack_plugins.exporter import Artifact, Exported, ExportRequest, capability_losses
from backtrack_plugins.files import is_file_name
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.options import convert_options
from backtrack_plugins.registry import installed
from backtrack_plugins.timeline import RepeatedSegments, Timeline, TreePart, expand
from backtrack_plugins.units import shown
from backtrack_plugins.workout import Workout, unprintable
from backtrack_plugins.writing import INDENT, header_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.exporter import Capability, Exporter, Loss
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.registry import Registry

SAFETY_SENTENCES = (
    "Check your treadmill's manual: it may forbid walking backwards.",
    "Clip the safety key to your clothes.",
    "Keep two metres clear behind the treadmill.",
)
"""They stand in every artifact that has room for them."""


def export(
    workout: Workout,
    format: str,  # noqa: A002 - the word of the command line
    athlete: Athlete | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    supervised_by: str | None = None,
    force: bool = False,
    stem: str | None = None,
    registry: Registry | None = None,
) -> Artifact:
    r"""Expand, check and export a workout; nothing reaches an exporter unchecked.

    Args:
        workout: What to export.
        format: An installed exporter's name, such as ``garmin-fit``; ``DISTRIBUTION:NAME`` where two
            claim it.
        athlete: Whose level and treadmill hold. Without one the level that the workout names holds,
            and without either, first-timer.
        options: The exporter's options by name; texts are converted.
        supervised_by: Who stands beside the treadmill; stands in the artifact.
        force: Let errors pass, but none that is absolute; the artifact says which.
        stem: File name without suffix; the workout file's, else one made of its name.
        registry: Where exporters are looked up.

    Raises:
        UnsafeWorkout: when a rule is broken, with every problem.
        CannotExport: when this format has no way to carry it.
        UsageError: when an option is wrong or the format needs a value of the athlete that is not there.
        PluginError: when the plugin is missing, disabled, clashing or broken, or when a check plugin is.

    >>> from backtrack_plugins.page import parse
    >>> workout = parse("name: Easy\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail")
    >>> export(workout, "segments-csv").name
    'easy.csv'
    """
    refuse_wrong_stem(stem)
    registry = registry or installed()
    exporter = registry.exporter(format)
    request, problems = checked_request(
        exporter,
        workout,
        athlete,
        options=options,
        supervised_by=supervised_by,
        force=force,
        registry=registry,
    )
    made = Making(exporter, partial(run, exporter), request.tree)
    return made.artifact(
        request, problems, athlete, supervised_by=supervised_by, force=force, stem=stem or stem_of(workout)
    )


class Making(NamedTuple):
    """How bytes become of a request, and of what they are.

    Attributes:
        exporter: Whose format it is.
        produce: Makes the bytes.
        parts: What of the tree is made new; of nothing else can anything be lost.
    """

    exporter: Exporter
    produce: Callable[[ExportRequest], Exported]
    parts: Sequence[TreePart]

    def artifact(
        self,
        request: ExportRequest,
        problems: tuple[Problem, ...],
        athlete: Athlete | None,
        *,
        supervised_by: str | None,
        force: bool,
        stem: str,
    ) -> Artifact:
        """Make the bytes, and hold the words in them to what the athlete has to be told.

        Raises:
            UnsafeWorkout: when a way of moving is not told in a format that has no field for it.
        """
        exported = self.produce(request)
        carried, losses = self._carried_and_lost(request, exported)
        problems = (*problems, *check_losses(losses, athlete))
        if "direction" not in carried:
            unsaid = tuple(check_words(request.timeline, _shown_to_athlete(exported)))
            problems = (*problems, *unsaid)
            if unsaid and not force:
                raise UnsafeWorkout(problems)
            if unsaid:
                notices = notices_for(supervised_by, forced=_broken(problems))
                exported = self.produce(_with_notices(request, notices))
        exporter = self.exporter
        return Artifact(
            name=stem + exporter.suffix,
            media_type=exporter.media_type,
            data=exported.data,
            losses=losses,
            problems=problems,
            timeline=request.timeline,
            format=exporter.name,
            hint=exporter.hint,
        )

    def _carried_and_lost(
        self, request: ExportRequest, exported: Exported
    ) -> tuple[frozenset[Capability], tuple[Loss, ...]]:
        """What the format carries of these parts, and every loss."""
        left_out = {loss.what for loss in exported.losses}
        carried = _asked(self.exporter).call(lambda: self.exporter.carried(request.options)) - left_out
        lost = capability_losses(request.timeline, carried, self.parts)
        return carried, (*(loss for loss in lost if loss.what not in left_out), *exported.losses)


def carried_by(exporter: Exporter, options: Mapping[str, Any] | None = None) -> frozenset[Capability]:
    """What a format carries with these options, by name.

    Raises:
        UsageError: when an option is wrong.
        PluginError: when the plugin fails at it.
    """
    chosen = convert_options(exporter.name, exporter.options, options or {})
    return _asked(exporter).call(lambda: exporter.carried(chosen))


def refuse_wrong_stem(stem: str | None) -> None:
    """Hold a file name without its suffix to what is one.

    Raises:
        UsageError: when it is none.
    """
    if stem is not None and not is_file_name(stem):
        raise UsageError(
            f"{shown(stem)!r} is no file name; leave out folders and marks such as : ? *", argument="stem"
        )


def _shown_to_athlete(exported: Exported) -> tuple[str, ...]:
    """The texts that the athlete sees: those the exporter names, else whatever stands in its bytes."""
    return (exported.data.decode("utf-8", "replace"),) if exported.texts is None else exported.texts


def _broken(problems: Iterable[Problem]) -> list[str]:
    return sorted({problem.code for problem in problems if problem.severity == "error"})


def _with_notices(request: ExportRequest, notices: tuple[str, ...]) -> ExportRequest:
    return msgspec.structs.replace(request, notices=notices, page=page_of(request.timeline, notices))


def checked_request(
    exporter: Exporter,
    workout: Workout,
    athlete: Athlete | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    supervised_by: str | None = None,
    force: bool = False,
    registry: Registry | None = None,
) -> tuple[ExportRequest, tuple[Problem, ...]]:
    """What an exporter gets for a workout, with the warnings and infos of the check that it passed.

    Raises:
        UnsafeWorkout: when a rule is broken, with every problem.
        UsageError: when an option or the supervisor's name is wrong.
    """
    chosen = convert_options(exporter.name, exporter.options, options or {})
    refuse_unprintable_supervisor(supervised_by)
    timeline = expand(workout, athlete)
    problems = check(timeline, athlete, supervised_by=supervised_by, registry=registry)
    if not is_safe(problems, force=force):
        raise UnsafeWorkout(problems)
    notices = notices_for(supervised_by, forced=_broken(problems))
    request = ExportRequest(
        timeline=timeline,
        page=page_of(timeline, notices),
        header=tuple(header_lines(workout)),
        notices=notices,
        athlete=declared(athlete, exporter.needs),
        options=chosen,
    )
    return request, problems


def run(exporter: Exporter, request: ExportRequest) -> Exported:
    """Call an exporter, and hold it to what it may return.

    Raises:
        PluginError: when it fails in a way it should not, or returns something else.
    """
    return made_by(exporter, lambda: exporter.export(request))


def made_by(exporter: Exporter, work: Callable[[], Exported | bytes]) -> Exported:
    """What an exporter made, held to what it may return.

    Raises:
        PluginError: when it fails in a way it should not, or returns something else.
    """
    asked = _asked(exporter)
    answer = asked.call(work)
    if isinstance(answer, bytes):
        return Exported(data=answer)
    return asked.returned(answer, Exported, bytes)


def _asked(exporter: Exporter) -> Asked:
    return Asked(KINDS["exporter"], exporter.name)


def refuse_unprintable_supervisor(supervised_by: str | None) -> None:
    """Hold the supervisor's name to what can stand in an artifact.

    Raises:
        UsageError: when it is empty, longer than 60 characters or unprintable.
    """
    if supervised_by is None:
        return
    if not supervised_by.strip() or len(supervised_by) > 60 or unprintable(supervised_by) is not None:
        raise UsageError("the supervisor's name is 1 to 60 printable characters", argument="supervised_by")


def notices_for(supervised_by: str | None, *, forced: Sequence[str] = ()) -> tuple[str, ...]:
    """The sentences that stand in an artifact, most important first.

    Args:
        supervised_by: Who stands beside the treadmill.
        forced: Codes of the rules that were broken and let pass.

    Raises:
        UsageError: when the supervisor's name is empty, longer than 60 characters or unprintable.
    """
    notices: tuple[str, ...] = SAFETY_SENTENCES
    refuse_unprintable_supervisor(supervised_by)
    if supervised_by is not None:
        notices = (f"Supervised by {supervised_by.strip()}.", *notices)
    if forced:
        notices = (f"Forced: broken and let pass: {', '.join(forced)}.", *notices)
    return (*notices, f"backtrack-plugins {__version__}, rules {RULES_VERSION}")


def page_of(timeline: Timeline, notices: Sequence[str]) -> str:
    """The page as it stands in an artifact.

    Notices are comments, placed straddles are marked, and where fitting changed a value the authored
    line comes first and the fitted value below it: reading it back gives the Workout as authored.
    """
    comments = [f"# {notice}" for notice in notices]
    return "\n".join([*header_lines(timeline.workout), "", *comments, *_tree_lines(timeline.tree, 0)]) + "\n"


def _tree_lines(parts: Sequence[TreePart], depth: int) -> Iterator[str]:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            yield f"{INDENT * depth}{part.times}x"
            yield from _tree_lines(part.parts, depth + 1)
        else:
            for line in part.lines:
                yield INDENT * depth + line


def stem_of(workout: Workout) -> str:
    """The file name, without a suffix, of what a workout is exported to: its file's, else one of its name."""
    if workout.file is not None:
        stem = os.path.splitext(os.path.basename(workout.file))[0]
        if stem[:1] != "." and is_file_name(stem):
            return stem
    plain = unicodedata.normalize("NFKD", workout.name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "workout"
