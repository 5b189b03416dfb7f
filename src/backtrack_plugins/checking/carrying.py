"""BT8xx: what a format could not carry, and words that must not be missing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Rule
from backtrack_plugins.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins.exporter import Loss
    from backtrack_plugins.timeline import Segment, Timeline

NEVER_SILENTLY_LOST = ("direction", "rail", "incline")


def fields_lost(rule: Rule, losses: Iterable[Loss]) -> Iterator[Problem]:
    """BT801: one info for each of direction, rail and incline that the format has no field for."""
    for loss in losses:
        if loss.what in NEVER_SILENTLY_LOST:
            message = f"the format has no field for {loss.what}: {loss.instead}"
            yield Problem(code=rule.code, severity=rule.severity, message=message, hint=rule.hint)


def words_missing(rule: Rule, timeline: Timeline, shown: Iterable[str]) -> Iterator[Problem]:
    """BT802: one error for each way of moving that the athlete is not told as often as it is written.

    Args:
        rule: BT802.
        timeline: What was exported.
        shown: The texts that the athlete sees.
    """
    words = "\n".join(shown)
    steps: dict[str, dict[int, Segment]] = {}
    for segment in timeline.segments:
        if segment.direction is not None and segment.direction != "forward":
            steps.setdefault(segment.direction, {}).setdefault(segment.step_number, segment)
    for direction, written in steps.items():
        said = len(re.findall(rf"(?<![a-z]){direction}(?![a-z])", words))  # not the manual's "backwards"
        if said < len(written):
            first = next(iter(written.values()))
            message = f"of {len(written)} {direction} steps the words name {said}"
            yield Problem(
                code=rule.code,
                severity=rule.severity,
                message=message,
                hint=rule.hint,
                where=timeline.where(first),
                text=first.line,
            )


RULES = (
    Rule(
        code="BT801",
        title="What a format has no field for is listed.",
        why="What cannot know which way you face tells you in words, and you must know that it cannot.",
        threshold="direction, rail or incline without a field of its own",
        source="what each format's plugin declares, held to what it does by the conformance tests",
        hint="read the step's words before each turn",
        over="export",
        severity="info",
    ),
    Rule(
        code="BT802",
        title="Every backward or sideways step says so in the words the athlete sees.",
        why="On the watch the athlete sees the text and nothing else.",
        threshold="the direction's word, once for each step as written",
        source="our choice",
        hint="tell the plugin's author: each step's line belongs into the file; a shorter workout may fit",
        over="export",
    ),
)
