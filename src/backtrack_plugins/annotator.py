"""What passes between the core and an annotator: Annotator, AnnotationRequest, Annotation."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.exporter import Loss, check_name
from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.reviewed import Review
from backtrack_plugins.timeline import Timeline


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """The title and text put on an activity: plain text, without links.

    Attributes:
        title: One line.
        text: What an annotator writes: the words between the block's first and last line, which the core
            adds. What `annotate` returns: the whole block, whose first and last line are what it is found
            by again. No line feed at its end.
        losses: What did not fit: forward lines go first.
    """

    title: str
    text: str
    losses: tuple[Loss, ...] = ()


class AnnotationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an annotator gets.

    Attributes:
        timeline: What was planned.
        review: What was done of it; None when it was not done yet, or nobody recorded it. It is matched, and
            its segments are the timeline's, in their order. Claim nothing else: a text is refused in which
            the line of a step stands alone that was not done, or not all of it.
        notices: Sentences that must stand in the text as they are, most important first.
        most_characters: How long the text may be.
        athlete: The athlete's values that the annotator declared it needs, and no others.
    """

    timeline: Timeline
    review: Review | None = None
    notices: tuple[str, ...]
    athlete: Athlete
    most_characters: int


class Annotator(msgspec.Struct, frozen=True, kw_only=True):
    """A way to put an activity into words, as its plugin describes it.

    Attributes:
        name: The entry point's name: lower-case letters, digits and hyphens.
        summary: One line for a list.
        annotate: Writes the title, and the words between the block's first and last line.
        needs: Fields of Athlete that the annotator wants to see.

    Raises:
        ValueError: when the name or a needed value is none. Or when a field holds what its type
            does not allow; the message names it.
    """

    name: str
    summary: str
    annotate: Callable[[AnnotationRequest], Annotation]
    needs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_name(self.name, self.needs)
