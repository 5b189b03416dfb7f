"""Annotating: a Timeline to the title and text that stand on an activity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.annotator import Annotation, AnnotationRequest
from backtrack_plugins.athlete import declared
from backtrack_plugins.block import FRAME_CHARACTERS, is_mark, make_block
from backtrack_plugins.calling import Asked
from backtrack_plugins.exporter import Loss
from backtrack_plugins.exporting import notices_for, page_of
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import installed
from backtrack_plugins.timeline import Timeline
from backtrack_plugins.units import clock_of
from backtrack_plugins.workout import unprintable
from backtrack_plugins.writing import header_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_plugins.annotator import Annotator
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.registry import Registry
    from backtrack_plugins.reviewed import Review

MOST_CHARACTERS = 1500
"""No platform documents a limit for a description; we keep a block short (our choice)."""


def annotate(
    of: Timeline | Review,
    notices: Sequence[str] | None = None,
    *,
    annotator: str | None = None,
    athlete: Athlete | None = None,
    registry: Registry | None = None,
) -> Annotation:
    r"""Write the annotation of a workout that goes as planned, or of what was done of it.

    Args:
        of: What was planned; or its review, once it was done.
        notices: Sentences that stand in the block; when left out, the safety sentences and the versions
            of tool and rules.
        annotator: An installed annotator's name; when left out, the page itself is the text.
        athlete: Whose values an annotator may declare that it needs.
        registry: Where annotators are looked up.

    Raises:
        PluginError: when the annotator is missing, disabled, clashing or broken, or leaves a notice out.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail"
    >>> annotate(expand(parse(page))).title
    'A (1:00 backward)'
    """
    chosen = None if annotator is None else (registry or installed()).annotator(annotator)
    timeline, review = (of, None) if isinstance(of, Timeline) else (of.timeline, of)
    name = timeline.workout.name
    request = AnnotationRequest(
        timeline=timeline,
        review=review,
        notices=notices_for(None) if notices is None else tuple(notices),
        athlete=declared(athlete, chosen.needs if chosen is not None else frozenset()),
        most_characters=MOST_CHARACTERS - FRAME_CHARACTERS - len(name),
    )
    written = as_page(request) if chosen is None else _asked_for(chosen, request)
    return msgspec.structs.replace(written, text=make_block(name, written.text))


def _asked_for(annotator: Annotator, request: AnnotationRequest) -> Annotation:
    """What an annotator writes, held to what may stand on an activity."""
    asked = Asked(KINDS["annotator"], annotator.name)
    written = asked.returned(asked.call(lambda: annotator.annotate(request)), Annotation)
    for field, text, breaks in (("title", written.title, ""), ("text", written.text, "\n")):
        found = unprintable(text.replace("\n", "") if breaks else text)
        if not text.strip() or found is not None:
            said = f"wrote a {field} that is empty or not plain text: {text!r:.80}. Tell its author."
            raise asked.error(said, field=f"Annotation.{field}")
    if len(written.text) > request.most_characters:
        said = f"wrote {len(written.text)} characters, of at most {request.most_characters}. Tell its author."
        raise asked.error(said, field="Annotation.text")
    missing = [notice for notice in request.notices if notice not in written.text]
    if missing:
        said = f"left out what must stand in the text: {' '.join(missing)} Tell its author."
        raise asked.error(said, field="Annotation.text")
    lines = written.text.split("\n")
    if any(is_mark(line) for line in lines):
        said = "wrote a first or last line of the block, which the core adds. Tell its author."
        raise asked.error(said, field="Annotation.text")
    return written


def as_page(request: AnnotationRequest) -> Annotation:
    """The wording of the core: a summary, and the whole page as far as it fits."""
    timeline = request.timeline
    head = [*header_lines(timeline.workout), *(f"# {notice}" for notice in request.notices)]
    forms = {
        "": page_of(timeline, request.notices).rstrip("\n"),
        "headers, totals, and the backward and sideways lines are": "\n".join(
            [*head, *_turned_lines(timeline)]
        ),
        "headers and totals are": "\n".join(head),
    }
    for kept, body in forms.items():
        text = f"{_summary(timeline)}\n\n{body}"
        lost = f"not carried: more than {MOST_CHARACTERS} characters; {kept}"
        losses = (Loss(what="text", instead=lost),) if kept else ()
        if len(text) <= request.most_characters:
            break
    name, turned = timeline.workout.name, _turned(timeline)
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
