"""What a rule is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from backtrack_plugins.checking.case import Case
from backtrack_plugins.checking.session import Session
from backtrack_plugins.problem import Severity
from backtrack_plugins.timeline import Segment

Over = Literal["workout", "programme", "export", "construction"]
"""What a rule holds over: one workout, a dated series, what an exporter wrote, or the model itself."""


class Finding(msgspec.Struct, frozen=True):
    """What a rule found: a sentence, the segment it is about, and a severity when not the rule's own."""

    message: str
    segment: Segment | None = None
    severity: Severity | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One safety rule, as data.

    Attributes:
        code: Stable code, such as ``BT305``.
        title: What it holds, in one sentence.
        why: Why, in a sentence or two.
        threshold: The number it holds to, with its unit.
        source: Where the threshold comes from; "our choice" where nothing is published.
        hint: What to do about a finding.
        check: Finds what breaks it in a timeline.
        check_history: Finds what breaks it in a dated series: which session, and a sentence.
        over: What it holds over.
        severity: Of a finding that names none.
        otherwise: Another severity that some of its findings have.
        absolute: No configuration, flag or supervisor lets its errors pass.
        supervised: The severity when somebody stands beside the treadmill, or ``dropped``; None when
            the same.
    """

    code: str
    title: str
    why: str
    threshold: str
    source: str
    hint: str
    check: Callable[[Case], Iterable[Finding]] | None = None
    check_history: Callable[[Sequence[Session]], Iterable[tuple[Session, str]]] | None = None
    over: Over = "workout"
    severity: Severity = "error"
    otherwise: Severity | None = None
    absolute: bool = False
    supervised: Severity | Literal["dropped"] | None = None

    @property
    def may_be_silenced(self) -> bool:
        """Whether it has warnings or infos; its errors are never silenced."""
        return self.over != "construction" and (self.severity != "error" or self.otherwise is not None)
