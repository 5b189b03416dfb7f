"""What a rule is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from backtrack_plugins.problem import Severity
    from backtrack_plugins.timeline import Segment, Timeline


class Finding(NamedTuple):
    """What a rule found: a sentence, the segment it is about, and a severity when not the rule's own."""

    message: str
    segment: Segment | None = None
    severity: Severity | None = None


class Rule(NamedTuple):
    """One safety rule, as data.

    Attributes:
        code: Stable code, such as ``BT305``.
        title: What it holds, in one sentence.
        threshold: The number it holds to, with its unit.
        source: Where the threshold comes from; "our choice" where nothing is published.
        hint: What to do about a finding.
        check: Finds what breaks it in a timeline.
        severity: Of a finding that names none.
        absolute: No configuration, flag or supervisor lets it pass.
        supervised: The severity when somebody stands beside the treadmill; None when the same.
    """

    code: str
    title: str
    threshold: str
    source: str
    hint: str
    check: Callable[[Timeline], Iterable[Finding]]
    severity: Severity = "error"
    absolute: bool = False
    supervised: Severity | None = None
