"""What passes between the core and an exporter: Exporter, its requests, Exported, Loss, Artifact."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, get_args

import msgspec

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.names import check_plugin_name, check_suffix
from backtrack_plugins.problem import Problem, Where
from backtrack_plugins.timeline import RepeatedSegments, Segment, Timeline, TreePart

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.workout import Workout

Capability = Literal["direction", "incline", "rail", "speed", "distance", "repeats", "text"]
"""What a format may carry by itself, that is in a field and not only in words; ``text`` is the words."""

CAPABILITIES: tuple[Capability, ...] = get_args(Capability)


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a format could not carry.

    Attributes:
        what: A capability, or another word for what was lost. A capability's loss takes the place of
            what the core would say of it, "in the words of each step" or "not carried".
        instead: How it is carried instead, or that it is not.
        steps: The steps it is about, from 1; empty when it is about the whole.
    """

    what: str
    instead: str
    steps: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}: {self.instead}"


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What an exporter gives back.

    Attributes:
        data: The file's bytes.
        losses: What it could not carry, beside its declared capabilities.
        texts: The words that the athlete sees, where they cannot be found in the bytes as UTF-8 (a
            compressed file, another encoding). Each backward or sideways step must say so in them.
    """

    data: bytes
    losses: tuple[Loss, ...] = ()
    texts: tuple[str, ...] | None = None


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an exporter gets. It was checked: no error stands in it, unless somebody forced it.

    For the fields of a format take the segments' values, which were fitted to the treadmill. For words take
    their ``step``, ``line`` and ``belt``: the conformance kit changes values and leaves words as they were.
    Names, cues and what stands in the page have no control characters, and may have any other, such as
    U+FFFE, which no XML file can contain.

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
        """Segments with repeats kept; a repeat's parts are those of its first pass, but for their cues."""
        return self.timeline.tree

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Segments with repeats unrolled."""
        return self.timeline.segments

    def where(self, segment: Segment | None) -> Where:
        """The place of a segment in what was read, for a Problem; of a repeat, take its first segment."""
        return self.timeline.where(segment)


class Insert(msgspec.Struct, frozen=True, kw_only=True):
    """Steps that are put into somebody's file, at one place.

    They begin and end facing forward, long enough for a turn to be announced and for a belt to have started
    gently before the file's own steps go on. Where the file's own steps before them face another way, because
    they are ours from before, a straddle comes first.

    Attributes:
        at: How many parts of the file's own Workout come before it: 0 at its beginning. A repeat is one part.
        parts: The new segments, straddles among them, with repeats kept; as an `ExportRequest.tree`.
        segments: The same with repeats unrolled.
    """

    at: int
    parts: tuple[TreePart, ...]
    segments: tuple[Segment, ...]


class SpliceRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What an exporter gets that puts new steps into a file in its own format, made by somebody else.

    The file's own steps stay as they are, with all that our model has no place for; indices, counts and
    references to them are mended.

    Attributes:
        data: The file's bytes.
        file: Its name, for messages.
        inserts: What is new, in order; one block, and the walks around it.
        whole: The request for the whole: the file's own steps as its importer understood them, with the
            new ones. The result is called ``whole.workout.name`` and has ``whole.notices`` where it has room;
            ``whole.page`` has no place in it, since it would say the file's own steps in our words.
    """

    data: bytes
    file: str
    inserts: tuple[Insert, ...]
    whole: ExportRequest

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All new segments, with repeats unrolled."""
        return tuple(segment for insert in self.inserts for segment in insert.segments)


def check_name(name: str, needs: frozenset[str] = frozenset()) -> None:
    """Raise ValueError unless a plugin's object can be named so and need these values of Athlete."""
    check_plugin_name(name)
    missing = needs - set(Athlete.__struct_fields__)
    if missing:
        raise ValueError(f"{', '.join(sorted(missing))}: no value of Athlete")


def check_description(name: str, suffix: str, needs: frozenset[str] = frozenset()) -> None:
    """Raise ValueError unless a format can be named and suffixed so, and need these values of Athlete."""
    check_name(name, needs)
    check_suffix(suffix)


class Exporter(msgspec.Struct, frozen=True, kw_only=True):
    """An export format, as its plugin describes it.

    Attributes:
        name: The entry point's name: lower-case letters, digits and hyphens.
        summary: One line for a list.
        suffix: What a file's name ends in, such as ``.fit``.
        media_type: Such as ``text/csv; charset=utf-8``.
        export: Turns an `ExportRequest` into bytes, or into `Exported` where more than the
            capabilities is lost. What the format has no way to carry it refuses:
            ``raise CannotExport([Problem(code="my-watch/short", message=..., hint=...,
            where=request.where(segment))])``.
        carries: What the format carries with its default options; the rest becomes losses, but only
            where the workout uses it.
        carries_with: The same for given options, when it depends on them.
        options: A Struct with a default for every field; None when there are no options. A field may be
            text, a number, true or false, or one of some words (``Literal["none", "speed"]``); what it means
            stands in the Struct's docstring, below ``Attributes:``. The values arrive in the request.
        needs: Fields of Athlete that the exporter wants to see.
        hint: Where to copy the file, for the runner.
        splice: Puts new steps into a file in this format that somebody else made, whose steps stay as they
            are; the importer of the same name has read it. The losses are those of the new steps. It raises
            `CannotSplice` where a file has no place for them; then all is written anew, and that is told.
            None where the format cannot.

    Raises:
        ValueError: when the name, the suffix or a needed value is none. Or when a field holds what its type
            does not allow; the message names it.
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
    splice: Callable[[SpliceRequest], Exported | bytes] | None = None

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_description(self.name, self.suffix, self.needs)

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
        timeline: What was exported: whose level held, and what speeds were fitted to.
        format: The exporter's name.
        hint: Where to copy it, for the runner.
    """

    name: str
    media_type: str
    data: bytes
    losses: tuple[Loss, ...]
    problems: tuple[Problem, ...]
    timeline: Timeline
    format: str
    hint: str = ""

    def write(self, folder: str | os.PathLike[str], *, overwrite: bool = False) -> str:
        """Write the file into a folder, whole, and return its path.

        Raises:
            UsageError: when there is no such folder.
            ExistingFile: when a file of that name stands there that we did not write.
            DeliveryError: when the file system refuses.
        """
        from backtrack_plugins.files import write_files

        return write_files(folder, {self.name: self.data}, overwrite=overwrite)[0].path


def capability_losses(
    timeline: Timeline, carried: frozenset[Capability], parts: Sequence[TreePart] | None = None
) -> tuple[Loss, ...]:
    """What this workout uses and the format does not carry; of some parts of its tree where given."""
    instead = "in the words of each step" if "text" in carried else "not carried"
    losses = []
    used_by = _used(timeline.tree if parts is None else parts)
    for capability, used in used_by.items():
        if capability not in carried and used is not None:
            said = "each pass is written out" if capability == "repeats" else instead
            losses.append(Loss(what=capability, instead=said, steps=used))
    return tuple(losses)


def _used(parts: Sequence[TreePart]) -> dict[Capability, tuple[int, ...] | None]:
    """The steps that use each capability; None where none does."""
    used: dict[Capability, list[int]] = {capability: [] for capability in CAPABILITIES}
    for segment in _segments(parts):
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
    repeats = any(isinstance(part, RepeatedSegments) for part in parts)
    return {**distinct, "repeats": () if repeats else None}


def _segments(parts: Sequence[TreePart]) -> Iterator[Segment]:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            yield from _segments(part.parts)
        else:
            yield part
