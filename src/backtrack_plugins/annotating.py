"""Annotating: what was planned, or what was done of it, to the title and text that stand on an activity."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import __version__
from backtrack_plugins.annotator import Annotation, AnnotationRequest
from backtrack_plugins.athlete import declared
from backtrack_plugins.block import FRAME_CHARACTERS, MOST_CHARACTERS, is_mark, make_block
from backtrack_plugins.calling import Asked
from backtrack_plugins.checking import RULES_VERSION
from backtrack_plugins.errors import UsageError
from backtrack_plugins.exporter import Loss
from backtrack_plugins.exporting import notices_for, page_of
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import installed
from backtrack_plugins.telling import NEEDS, as_done
from backtrack_plugins.timeline import Timeline, line_without_cue
from backtrack_plugins.units import clock_of
from backtrack_plugins.workout import unprintable
from backtrack_plugins.writing import header_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_plugins.annotator import Annotator
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.registry import Registry
    from backtrack_plugins.reviewed import Review

_BEFORE_TRYING = (
    "You can fall doing this: check your treadmill's manual, clip the safety key, keep two metres clear."
)

_TIMES = re.compile(r"(?:[0-9]+x )*")


def notices_of_done() -> tuple[str, ...]:
    """The sentences below what was done: the safety sentences as one, and the versions of tool and rules.

    Who reads them is not about to do this workout: it is done. But a description is public, and somebody may
    try what they read there. So the words stay, and stay short.
    """
    return (_BEFORE_TRYING, f"backtrack-plugins {__version__}, rules {RULES_VERSION}")


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
            of tool and rules, which below a review are short.
        annotator: An installed annotator's name; when left out, the text is the page itself of what was
            planned, and of what was done the totals and the lines.
        athlete: Whose values an annotator may declare that it needs; of a review the same as it was made
            with. Totals of what was done are in their units, and energy stands there if their mass is known.
        registry: Where annotators are looked up.

    Raises:
        UsageError: when the review is not matched: nobody knows what was done; it says why, and what to do.
        PluginError: when the annotator is missing, disabled, clashing or broken, leaves a notice out, or
            tells as done what was not.

    >>> from backtrack_plugins.page import parse
    >>> from backtrack_plugins.timeline import expand
    >>> page = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail"
    >>> annotate(expand(parse(page))).title
    'A (1:00 backward)'
    """
    timeline, review = (of, None) if isinstance(of, Timeline) else (of.timeline, of)
    if review is not None and not review.is_matched:
        raise UsageError(
            f"{review.recording.file}: not matched with the plan, so nothing is said of what was done: "
            f"{review.why_not}",
            file=review.recording.file,
        )
    if notices is None:
        notices = notices_for(None) if review is None else notices_of_done()
    chosen = None if annotator is None else (registry or installed()).annotator(annotator)
    name = timeline.workout.name
    request = AnnotationRequest(
        timeline=timeline,
        review=review,
        notices=tuple(notices),
        athlete=declared(athlete, NEEDS if chosen is None else chosen.needs),
        most_characters=MOST_CHARACTERS - FRAME_CHARACTERS - len(name),
    )
    if chosen is not None:
        written = _asked_for(chosen, request)
    else:
        written = as_page(request) if review is None else as_done(request, review)
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
    if request.review is not None:
        _refuse_more_than_was_done(asked, lines, request.review)
    return written


def _refuse_more_than_was_done(asked: Asked, lines: Sequence[str], review: Review) -> None:
    """Hold an annotator to what was done: a planned line with nothing else on it says that all of it was."""
    planned: dict[bool, set[str]] = {True: set(), False: set()}
    for each in review.segments:
        if not each.segment.is_straddle:
            forms = {each.segment.line, line_without_cue(each.segment)}
            planned[each.state == "as planned"] |= forms
    unfinished = planned[False] - planned[True]
    for line in lines:
        told = _TIMES.sub("", line.strip(), count=1)
        if told in unfinished:
            said = f"told as done what was not, or not all of it: {told!r:.80}. Tell its author."
            raise asked.error(said, field="Annotation.text")


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
