"""Telling: what was done of a Review, in short plain words that claim nothing but what is known.

A line stands for what was done as planned. What is short says so on the same line, and what is missing is
left out, as straddles are, and laps that belong to no line. Distance is belt speed times time.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.annotator import Annotation
from backtrack_plugins.block import MOST_CHARACTERS
from backtrack_plugins.exporter import Loss
from backtrack_plugins.timeline import RepeatedSegments, line_without_cue
from backtrack_plugins.units import KM_PER_MILE, clock_of
from backtrack_plugins.writing import INDENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from backtrack_plugins.annotator import AnnotationRequest
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.reviewed import Review, ReviewedSegment, WayTotals
    from backtrack_plugins.timeline import TreePart

    _Said = Callable[[ReviewedSegment], str | None]

OFF_SECONDS = 5.0
OFF_SHARE = 0.1
"""A line whose time was off by more than both says how long it was (our choice)."""

NEEDS = frozenset({"units", "mass"})
"""What the words of the core need to know of the athlete: energy of an assumed mass would be nobody's."""


def as_done(request: AnnotationRequest, review: Review) -> Annotation:
    """The wording of the core for what was done: totals, then the lines, repeats and equal lines folded.

    Args:
        request: Its notices stand below the lines, and its athlete says in which units totals are.
        review: What was done; it was matched.
    """
    totals = list(_totals(review, request.athlete))
    forms = {
        "": list(done_lines(review, _said)),
        "totals, and the backward and sideways lines are": list(done_lines(review, _said_if_turned)),
        "totals are": [],
    }
    losses: tuple[Loss, ...] = ()
    for kept, lines in forms.items():
        body = "\n".join(lines)
        text = "\n\n".join(filter(None, ("\n".join(totals), body, "\n".join(request.notices))))
        if kept:
            lost = f"not carried: more than {MOST_CHARACTERS} characters; {kept}"
            losses = (Loss(what="text", instead=lost),)
        if len(text) <= request.most_characters:
            break
    return Annotation(title=_title(review), text=text, losses=losses)


def done_line(each: ReviewedSegment) -> str | None:
    """The line of what was done, without its cue; None when nothing was, and of a straddle."""
    segment = each.segment
    if segment.is_straddle or each.state == "missing":
        return None
    line = line_without_cue(segment)
    if segment.fitted_line is not None:
        line += f", {segment.fitted_line}"
    if each.state == "short" or segment.seconds is None or _is_off(each.seconds, segment.seconds):
        line += f": {_clock(each.seconds)} done"
    return line


def _is_off(seconds: float, planned: float) -> bool:
    return abs(seconds - planned) > max(OFF_SECONDS, OFF_SHARE * planned)


class _Fold(NamedTuple):
    """A line, or several folds in a row, so many times."""

    times: int
    body: str | tuple[_Fold, ...]


def done_lines(review: Review, said: _Said) -> Iterator[str]:
    """The lines of a review, repeats and equal lines folded.

    Args:
        review: What was done; it was matched.
        said: The line of each segment, None where it is left out.
    """
    return _written(_folded(review.timeline.tree, iter(review.segments), said), "")


def _folded(parts: Sequence[TreePart], done: Iterator[ReviewedSegment], said: _Said) -> tuple[_Fold, ...]:
    """What the tree has, with what was done in each pass; it takes its segments from the front of `done`."""
    found: list[_Fold] = []
    for part in parts:
        if isinstance(part, RepeatedSegments):
            passes = (_folded(part.parts, done, said) for _ in range(part.times))
            for alike, group in groupby(passes):
                found += _repeated(sum(1 for _ in group), alike)
        else:
            line = said(next(done))
            if line is not None:
                found.append(_Fold(1, line))
    return tuple(
        _Fold(sum(fold.times for fold in alike), body)
        for body, alike in groupby(found, key=lambda fold: fold.body)
    )


def _repeated(times: int, folds: tuple[_Fold, ...]) -> tuple[_Fold, ...]:
    if times == 1 or not folds:
        return folds
    if len(folds) == 1:
        return (_Fold(times * folds[0].times, folds[0].body),)
    return (_Fold(times, folds),)


def _written(folds: Iterable[_Fold], margin: str) -> Iterator[str]:
    for times, body in folds:
        if isinstance(body, str):
            yield f"{margin}{times}x {body}" if times > 1 else margin + body
        else:
            yield f"{margin}{times}x"
            yield from _written(body, margin + INDENT)


def _said(each: ReviewedSegment) -> str | None:
    return done_line(each)


def _said_if_turned(each: ReviewedSegment) -> str | None:
    return None if each.segment.direction == "forward" else done_line(each)


def _title(review: Review) -> str:
    name = review.timeline.workout.name
    done = ", ".join(f"{_clock(way.seconds)} {way.way}" for way in _turned(review) if round(way.seconds))
    return f"{name} ({done})" if done else name


def _totals(review: Review, athlete: Athlete) -> Iterator[str]:
    """One line of time and distance, and one of what else is known of the time not facing the console."""
    turned = _turned(review)
    distance = _miles if athlete.units == "imperial" else _kilometres
    whole = f"{_clock(sum(way.seconds for way in review.totals))}"
    far = f"{distance(sum(way.metres for way in review.totals))} by belt speed"
    times = " and ".join(f"{_clock(way.seconds)} {way.way}" for way in turned)
    ways = " and ".join(f"{distance(way.metres)} {way.way}" for way in turned)
    parts = [f"{times} of {whole}", f"{ways} of {far}"] if turned else [f"all forward, {whole}", far]
    planned = [f"{_clock(way.planned_seconds)} {way.way}" for way in turned if way.planned_seconds]
    if planned and any(each.state != "as planned" for each in review.turned):
        parts.append(f"planned: {' and '.join(planned)}")
    yield "; ".join(parts)
    measured = [*_heart_rates(turned), *(_energies(turned) if athlete.mass is not None else ())]
    if measured:
        yield "; ".join(measured)


def _heart_rates(turned: Iterable[WayTotals]) -> Iterator[str]:
    for way in turned:
        if way.heart_rate is not None:
            yield f"mean heart rate {way.heart_rate:.0f} {way.way}"


def _energies(turned: Iterable[WayTotals]) -> Iterator[str]:
    """Where all of the time is within what the energy model knows."""
    for way in turned:
        if way.kcal is not None and way.seconds and not way.unestimated_seconds:
            yield f"{way.kcal.low:.0f} to {way.kcal.high:.0f} kcal {way.way} (an estimate)"


def _turned(review: Review) -> list[WayTotals]:
    return [way for way in review.totals if way.way in {"backward", "sideways"}]


def _clock(seconds: float) -> str:
    return clock_of(round(seconds))


def _kilometres(metres: float) -> str:
    return f"{metres / 1000:.2f} km"


def _miles(metres: float) -> str:
    return f"{metres / 1000 / float(KM_PER_MILE):.2f} mi"
