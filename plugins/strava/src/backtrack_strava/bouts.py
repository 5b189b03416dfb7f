"""The annotator ``bouts``: the backward and sideways lines alone, repeats folded, and their total.

Of what was done it tells no more: a line that was not done is left out, and one that was cut short says how
long it was.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from backtrack_plugins import Annotation, Annotator, Loss, RepeatedSegments, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins import AnnotationRequest, Review, ReviewedSegment, Segment

    TreePart = Segment | RepeatedSegments

BACKTRACK_HOOK_API = 0

OFF_SECONDS = 5.0
OFF_SHARE = 0.1
"""A line whose time was off by more than both says how long it was (our choice)."""


def in_bouts(request: AnnotationRequest) -> Annotation:
    """Write the backward and sideways lines alone: two or more alike, one after the other, as one."""
    name = request.timeline.workout.name
    if request.review is None:
        summary = _as_planned(request)
        said = (_planned(segment) for segment in request.timeline.segments)
    else:
        summary = _as_done(request.review)
        said = (_done(each) for each in request.review.segments)
    lines = _folded(request.timeline.tree, said)
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


def _as_planned(request: AnnotationRequest) -> str:
    totals = request.timeline.totals
    turned = _clock(totals.backward_seconds + totals.sideways_seconds)
    return f"{turned} of {_clock(totals.seconds)} backward or sideways"


def _as_done(review: Review) -> str:
    turned = [way for way in review.totals if way.way in {"backward", "sideways"}]
    done = _clock(sum(way.seconds for way in turned))
    summary = f"{done} of {_clock(sum(way.seconds for way in review.totals))} done backward or sideways"
    if review.all_done:
        return summary
    return f"{summary} ({_clock(sum(way.planned_seconds for way in turned))} planned)"


def _planned(segment: Segment) -> tuple[str, ...]:
    return () if segment.direction in {None, "forward"} else segment.lines


def _done(each: ReviewedSegment) -> tuple[str, ...]:
    """The lines of what was done; with its time where that is not the planned one."""
    lines = _planned(each.segment)
    if not lines or each.state == "missing":
        return ()
    planned = each.segment.seconds
    if each.state == "short" or planned is None or _is_off(each.seconds, planned):
        return (f"{lines[0]}: {_clock(each.seconds)} done", *lines[1:])
    return lines


def _is_off(seconds: float, planned: float) -> bool:
    return abs(seconds - planned) > max(OFF_SECONDS, OFF_SHARE * planned)


def _folded(parts: Iterable[TreePart], said: Iterator[tuple[str, ...]]) -> list[str]:
    """The lines of each segment in turn, in repeats where there are some; alike ones in a row as one."""
    lines: list[str] = []
    for part in parts:
        if isinstance(part, RepeatedSegments):
            passes = (_folded(part.parts, said) for _ in range(part.times))
            for alike, group in groupby(passes):
                lines += _repeated(sum(1 for _ in group), alike)
        else:
            lines += next(said)
    counted = ((line, sum(1 for _ in alike)) for line, alike in groupby(lines))
    return [f"{times}x {line}" if times > 1 else line for line, times in counted]


def _repeated(times: int, lines: list[str]) -> list[str]:
    if times == 1 or not lines:
        return lines
    if len(lines) == 1:
        return [f"{times}x {lines[0]}"]
    return [f"{times}x", *(f"  {line}" for line in lines)]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@hookimpl
def backtrack_annotators() -> Iterable[Annotator]:
    """Offer ``bouts``."""
    summary = "The backward and sideways lines alone, folded, and their total"
    return [Annotator(name="bouts", summary=summary, annotate=in_bouts)]
