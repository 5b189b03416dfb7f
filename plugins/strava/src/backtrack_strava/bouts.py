"""The annotator ``bouts``: the backward and sideways lines alone, repeats folded, and their total."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from backtrack_plugins import Annotation, Annotator, Loss, RepeatedSegments, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins import AnnotationRequest, Segment

    TreePart = Segment | RepeatedSegments

BACKTRACK_HOOK_API = 0


def in_bouts(request: AnnotationRequest) -> Annotation:
    """Write the backward and sideways lines alone: two or more alike, one after the other, as one."""
    name = request.timeline.workout.name
    totals = request.timeline.totals
    turned = _clock(totals.backward_seconds + totals.sideways_seconds)
    summary = f"{turned} of {_clock(totals.seconds)} backward or sideways"
    lines = list(_folded(request.timeline.tree))
    notices = "\n".join(request.notices)
    kept = len(lines)
    while kept and len(_text(summary, lines[:kept], notices)) > request.most_characters:
        kept -= 1
    left_out = len(lines) - kept
    losses = (Loss(what="text", instead=f"not carried: the last {left_out} lines"),) if left_out else ()
    return Annotation(
        title=f"{name}: {summary}" if lines else name,
        text=_text(summary, lines[:kept], notices),
        losses=losses,
    )


def _text(summary: str, lines: list[str], notices: str) -> str:
    return "\n\n".join(part for part in (summary, "\n".join(lines), notices) if part)


def _folded(parts: Iterable[TreePart]) -> Iterator[str]:
    """The lines of what is not forward, in repeats where there are some; alike ones in a row as one."""
    for line, alike in groupby(_turned(parts)):
        times = sum(1 for _ in alike)
        yield f"{times}x {line}" if times > 1 else line


def _turned(parts: Iterable[TreePart]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            inner = list(_folded(part.parts))
            if len(inner) == 1:
                yield f"{part.times}x {inner[0]}"
            elif inner:
                yield f"{part.times}x"
                yield from (f"  {line}" for line in inner)
        elif part.direction not in {None, "forward"}:
            yield from part.lines


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@hookimpl
def backtrack_annotators() -> Iterable[Annotator]:
    """Offer ``bouts``."""
    summary = "The backward and sideways lines alone, folded, and their total"
    return [Annotator(name="bouts", summary=summary, annotate=in_bouts)]
