"""Annotating: a Timeline to the title and text that stand on an activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.annotator import Annotation
from backtrack_plugins.exporter import Loss
from backtrack_plugins.exporting import notices_for, page_of
from backtrack_plugins.units import clock_of
from backtrack_plugins.writing import header_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_plugins.timeline import Timeline

BLOCK_FORMAT = 1
"""Number in the last line of a block, so that a later version knows how to replace it."""

FIRST_WORDS = "Treadmill, which way you face: "
LAST_LINE = f"(backtrack-plugins, block {BLOCK_FORMAT})"

MOST_CHARACTERS = 1500
"""No platform documents a limit for a description; we keep a block short (our choice)."""


def annotate(timeline: Timeline, notices: Sequence[str] | None = None) -> Annotation:
    r"""Write the annotation of a workout that goes as planned.

    Args:
        timeline: What was planned.
        notices: Sentences that stand in the block as comments; when left out, the safety sentences and
            the versions of tool and rules.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail"
    >>> annotate(expand(parse(page))).title
    'A (1:00 backward)'
    """
    name = timeline.workout.name
    turned = _turned(timeline)
    first = FIRST_WORDS + name
    summary = _summary(timeline)
    notices = notices_for(None) if notices is None else notices
    head = [*header_lines(timeline.workout), *(f"# {notice}" for notice in notices)]
    forms = {
        "": page_of(timeline, notices).rstrip("\n"),
        "headers, totals, and the backward and sideways lines are": "\n".join(
            [*head, *_turned_lines(timeline)]
        ),
        "headers and totals are": "\n".join(head),
    }
    for kept, body in forms.items():
        text = f"{first}\n{summary}\n\n{body}\n\n{LAST_LINE}"
        lost = f"not carried: more than {MOST_CHARACTERS} characters; {kept}"
        losses = (Loss(what="text", instead=lost),) if kept else ()
        if len(text) <= MOST_CHARACTERS:
            break
    return Annotation(title=f"{name} ({turned})" if turned else name, text=text, losses=losses)


def _turned_lines(timeline: Timeline) -> list[str]:
    """The lines of the backward and sideways steps, each once: as comments, since they are no workout."""
    turned = {
        segment.step_number: segment.lines
        for segment in reversed(timeline.segments)
        if segment.direction not in {None, "forward"}
    }
    return [f"# {line}" for number in sorted(turned) for line in turned[number]]


def _turned(timeline: Timeline) -> str:
    totals = timeline.totals
    parts = []
    if totals.backward_seconds:
        parts.append(f"{clock_of(round(totals.backward_seconds))} backward")
    if totals.sideways_seconds:
        parts.append(f"{clock_of(round(totals.sideways_seconds))} sideways")
    untimed = {str(segment.direction) for segment in timeline.segments if segment.ends_on == "lap"}
    parts += [f"{direction} until the lap button" for direction in sorted(untimed - {"forward"})]
    return ", ".join(parts)


def _summary(timeline: Timeline) -> str:
    totals = timeline.totals
    whole = f"{clock_of(round(totals.seconds))} in all, {totals.metres / 1000:.2f} km on the belt"
    if totals.lap_steps:
        steps = "step" if totals.lap_steps == 1 else "steps"
        whole += f" (and {totals.lap_steps} {steps} until the lap button)"
    return f"{_turned(timeline) or 'all forward'}; {whole}"
