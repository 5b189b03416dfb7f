"""Exporting: a checked Workout to an Artifact, through an exporter that a plugin offers."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from backtrack_plugins import __version__
from backtrack_plugins.athlete import Athlete
from backtrack_plugins.checking import RULES_VERSION, check
from backtrack_plugins.errors import PluginError, UnsafeWorkout, UsageError
from backtrack_plugins.files import write_files
from backtrack_plugins.problem import Problem, Where
from backtrack_plugins.registry import Registry, call
from backtrack_plugins.timeline import RepeatedSegments, Segment, Timeline, TreePart, expand
from backtrack_plugins.units import shown
from backtrack_plugins.workout import Workout, unprintable
from backtrack_plugins.writing import INDENT, header_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SAFETY_SENTENCES = (
    "Check your treadmill's manual: it may forbid walking backwards.",
    "Clip the safety key to your clothes.",
    "Keep two metres clear behind the treadmill.",
)
"""They stand in every artifact that has room for them."""

Capability = Literal["direction", "incline", "rail", "speed", "distance", "repeats", "text"]
"""What a format may carry by itself, that is in a field and not only in words; ``text`` is the words."""

CAPABILITIES: tuple[Capability, ...] = get_args(Capability)


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a format could not carry.

    Attributes:
        what: A capability, or another word for what was lost.
        instead: How it is carried instead, or that it is not.
        steps: The steps it is about, from 1; empty when it is about the whole.
    """

    what: str
    instead: str
    steps: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}: {self.instead}"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What an exporter gives back: bytes, and what it could not carry beside its declared capabilities."""

    data: bytes
    losses: tuple[Loss, ...] = ()


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an exporter gets. It was checked: no error stands in it.

    Attributes:
        timeline: The Workout unrolled in time; its `tree` keeps the repeats.
        page: The whole page as it should stand in the artifact, safety sentences included.
        header: The page's header lines.
        notices: Sentences that must stand in the artifact, most important first: safety, supervision,
            the versions of tool and rules. In a page they are comments.
        athlete: The athlete's values that the exporter declared it needs, and no others.
        options: The exporter's own options, as its Struct; None when it has none.
    """

    timeline: Timeline
    page: str
    header: tuple[str, ...]
    notices: tuple[str, ...]
    athlete: Athlete
    options: Any = None

    @property
    def workout(self) -> Workout:
        """The Workout as it was authored."""
        return self.timeline.workout

    @property
    def tree(self) -> tuple[TreePart, ...]:
        """Segments with repeats kept; a repeat's parts are those of its first pass."""
        return self.timeline.tree

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Segments with repeats unrolled."""
        return self.timeline.segments

    def where(self, segment: Segment | None) -> Where:
        """The place of a segment in what was read, for a Problem."""
        return self.timeline.where(segment)


class Exporter(msgspec.Struct, frozen=True, kw_only=True):
    """An export format, as its plugin describes it.

    Attributes:
        name: The entry point's name: lower-case letters, digits and hyphens.
        summary: One line for a list.
        suffix: What a file's name ends in, such as ``.fit``.
        media_type: Such as ``text/csv; charset=utf-8``.
        export: Turns an `ExportRequest` into bytes, or into `Exported` where more than the
            capabilities is lost.
        carries: What the format carries with its default options; the rest becomes losses.
        carries_with: The same for given options, when it depends on them.
        options: A Struct with a default for every field; None when there are no options.
        needs: Fields of Athlete that the exporter wants to see.
        hint: Where to copy the file, for the runner.

    Raises:
        ValueError: when the name, the suffix, a capability or a needed value is none.
    """

    name: str
    summary: str
    suffix: str
    media_type: str
    export: Callable[[ExportRequest], Exported | bytes]
    carries: frozenset[Capability] = frozenset()
    carries_with: Callable[[Any], frozenset[Capability]] | None = None
    options: type[msgspec.Struct] | None = None
    needs: frozenset[str] = frozenset()
    hint: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.name):
            raise ValueError(f"{self.name!r}: an exporter's name is lower-case letters, digits and hyphens")
        if not re.fullmatch(r"(\.[a-z0-9]+)+", self.suffix):
            raise ValueError(f"{self.suffix!r}: a suffix is written like .fit")
        unknown = self.carries - set(CAPABILITIES)
        if unknown:
            raise ValueError(f"{', '.join(sorted(unknown))}: capabilities are {', '.join(CAPABILITIES)}")
        missing = self.needs - set(Athlete.__struct_fields__)
        if missing:
            raise ValueError(f"{', '.join(sorted(missing))}: no value of Athlete")

    def carried(self, options: object) -> frozenset[Capability]:
        """What the format carries with these options."""
        return self.carries if self.carries_with is None else self.carries_with(options)


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of one exported workout, and all that is to be said of them.

    Attributes:
        name: File name.
        media_type: Media type.
        data: The bytes; the same for the same input, whatever the clock, locale or time zone.
        losses: What the format could not carry, and how it is carried instead.
        problems: Warnings and infos of the check that let it pass.
        format: The exporter's name.
        hint: Where to copy it, for the runner.
    """

    name: str
    media_type: str
    data: bytes
    losses: tuple[Loss, ...]
    problems: tuple[Problem, ...]
    format: str
    hint: str = ""

    def write(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> str:
        """Write the file into a folder, whole, and return its path.

        Raises:
            UsageError: when there is no such folder.
            ExistingFile: when a file of that name stands there that we did not write.
            DeliveryError: when the file system refuses.
        """
        return write_files(folder, {self.name: self.data}, overwrite=overwrite)[0].path


def export(
    workout: Workout,
    format: str,  # noqa: A002 - the word of the command line
    athlete: Athlete | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    supervised_by: str | None = None,
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
        stem: File name without suffix; the workout file's, else one made of its name.
        registry: Where exporters are looked up.

    Raises:
        UnsafeWorkout: when a rule is broken, with every problem.
        CannotExport: when this format has no way to carry it.
        UsageError: when an option is wrong or the format needs a value of the athlete that is not there.
        PluginError: when the plugin is missing, disabled, clashing or broken.

    >>> from backtrack_plugins.page import parse
    >>> workout = parse("name: Easy\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail")
    >>> export(workout, "segments-csv").name
    'easy.csv'
    """
    exporter = (registry or Registry()).get("exporter", format, Exporter)
    request, problems = checked_request(
        exporter, workout, athlete, options=options, supervised_by=supervised_by
    )
    exported = run(exporter, request)
    left_out = {loss.what for loss in exported.losses}
    carried = call(f"the exporter {exporter.name}", lambda: exporter.carried(request.options)) - left_out
    lost = capability_losses(request.timeline, carried)
    return Artifact(
        name=(stem or _stem(workout)) + exporter.suffix,
        media_type=exporter.media_type,
        data=exported.data,
        losses=(*(loss for loss in lost if loss.what not in left_out), *exported.losses),
        problems=problems,
        format=exporter.name,
        hint=exporter.hint,
    )


def checked_request(
    exporter: Exporter,
    workout: Workout,
    athlete: Athlete | None = None,
    *,
    options: Mapping[str, Any] | None = None,
    supervised_by: str | None = None,
) -> tuple[ExportRequest, tuple[Problem, ...]]:
    """What an exporter gets for a workout, with the warnings and infos of the check that it passed.

    Raises:
        UnsafeWorkout: when a rule is broken, with every problem.
        UsageError: when an option or the supervisor's name is wrong.
    """
    chosen = _options(exporter, options or {})
    notices = notices_for(supervised_by)
    timeline = expand(workout, athlete)
    problems = check(timeline, supervised_by=supervised_by)
    if any(problem.severity == "error" for problem in problems):
        raise UnsafeWorkout(problems)
    request = ExportRequest(
        timeline=timeline,
        page=page_of(timeline, notices),
        header=tuple(header_lines(workout)),
        notices=notices,
        athlete=_declared(athlete, exporter.needs),
        options=chosen,
    )
    return request, problems


def run(exporter: Exporter, request: ExportRequest) -> Exported:
    """Call an exporter, and hold it to what it may return.

    Raises:
        PluginError: when it fails in a way it should not, or returns something else.
    """
    who = f"the exporter {exporter.name}"
    answer: Any = call(who, lambda: exporter.export(request))
    if isinstance(answer, bytes):
        return Exported(data=answer)
    if not isinstance(answer, Exported):
        raise PluginError(f"{who} returned {type(answer).__name__}; it returns bytes or Exported")
    data: Any = answer.data
    if not isinstance(data, bytes):
        raise PluginError(f"{who} returned Exported with data of type {type(data).__name__}, not bytes")
    losses: Any = answer.losses
    if not isinstance(losses, tuple) or not all(isinstance(loss, Loss) for loss in losses):
        raise PluginError(f"{who} returned Exported with losses that are no tuple of Loss")
    return answer


def notices_for(supervised_by: str | None) -> tuple[str, ...]:
    """The sentences that stand in an artifact, most important first.

    Raises:
        UsageError: when the supervisor's name is empty, longer than 60 characters or unprintable.
    """
    notices: tuple[str, ...] = SAFETY_SENTENCES
    if supervised_by is not None:
        if not supervised_by.strip() or len(supervised_by) > 60 or unprintable(supervised_by) is not None:
            raise UsageError("the supervisor's name is 1 to 60 printable characters")
        notices = (f"Supervised by {supervised_by.strip()}.", *notices)
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


def capability_losses(timeline: Timeline, carried: frozenset[Capability]) -> tuple[Loss, ...]:
    """What this workout uses and the format does not carry."""
    instead = "in the words of each step" if "text" in carried else "not carried"
    losses = []
    for capability, used in _used(timeline).items():
        if capability not in carried and used is not None:
            said = "each pass is written out" if capability == "repeats" else instead
            losses.append(Loss(what=capability, instead=said, steps=used))
    return tuple(losses)


def _used(timeline: Timeline) -> dict[Capability, tuple[int, ...] | None]:
    """The steps that use each capability; None where none does."""
    used: dict[Capability, list[int]] = {capability: [] for capability in CAPABILITIES}
    for segment in timeline.segments:
        if segment.is_straddle:
            continue
        number = segment.step_number
        used["speed"].append(number)
        used["text"].append(number)
        if segment.direction != "forward":
            used["direction"].append(number)
        if segment.direction != "forward" or segment.rail != "free":
            used["rail"].append(number)
        if segment.incline_percent:
            used["incline"].append(number)
        if segment.ends_on == "distance":
            used["distance"].append(number)
    distinct = {capability: tuple(sorted(set(steps))) or None for capability, steps in used.items()}
    repeats = any(isinstance(part, RepeatedSegments) for part in timeline.tree)
    return {**distinct, "repeats": () if repeats else None}


def _declared(athlete: Athlete | None, needs: frozenset[str]) -> Athlete:
    if athlete is None:
        return Athlete()
    return Athlete(**{field: getattr(athlete, field) for field in needs})


def _options(exporter: Exporter, given: Mapping[str, Any]) -> msgspec.Struct | None:
    if exporter.options is None:
        if given:
            raise UsageError(f"{exporter.name} has no options; {', '.join(given)} was given")
        return None
    known = {field.name for field in msgspec.structs.fields(exporter.options)}
    for key in given:
        if key not in known:
            from difflib import get_close_matches

            near = get_close_matches(key, known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"its options are {', '.join(sorted(known))}"
            raise UsageError(f"{exporter.name} has no option {key}; {hint}")
    try:
        return msgspec.convert(dict(given), exporter.options, strict=False)
    except msgspec.ValidationError:
        raise UsageError("\n".join(_wrong_options(exporter.name, exporter.options, given))) from None


def _wrong_options(name: str, options: type[msgspec.Struct], given: Mapping[str, Any]) -> Iterator[str]:
    kinds = {field.name: field.type for field in msgspec.structs.fields(options)}
    for key, value in given.items():
        try:
            msgspec.convert({key: value}, options, strict=False)
        except msgspec.ValidationError as error:
            said = str(error).partition(" - at ")[0]
            if said.startswith(("Expected", "Invalid enum")):
                choices = [str(choice) for choice in get_args(kinds[key]) if isinstance(choice, str)]
                said = _PLAIN.get(kinds[key]) or f"write {' or '.join(choices)}"
            yield f"{name}: {key}={shown(str(value))}: {said}"


_PLAIN: dict[type, str] = {bool: "write true or false", int: "write a whole number", float: "write a number"}


def _stem(workout: Workout) -> str:
    file = workout.origin.file if workout.origin is not None else None
    if file is not None:
        stem = os.path.splitext(os.path.basename(file))[0]
        if stem[:1] != ".":
            return stem
    plain = unicodedata.normalize("NFKD", workout.name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-") or "workout"
