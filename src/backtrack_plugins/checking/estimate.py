"""BT7xx: what the energy estimate cannot tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.energy import outside_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.checking.case import Case


def _bt701(case: Case) -> Iterator[Finding]:
    if not case.turned:
        return
    for segment, why in outside_segments(case.timeline):
        yield Finding(f"no energy is estimated: {why}", segment)


RULES = (
    Rule(
        code="BT701",
        title="A step outside what the energy model knows gets no estimate.",
        why="Beyond the speeds and inclines that were measured a number would be a guess.",
        threshold="speeds and inclines of each gait and direction: docs/energy.md",
        source="the studies that the model is fitted to: docs/energy.md",
        hint="nothing to do; the estimate leaves the step out and says so",
        check=_bt701,
        severity="info",
    ),
)
