"""What this distribution offers to backtrack-plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_intervals.writing import NAME, to_text
from backtrack_plugins import Exporter, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``intervals-icu``."""
    return [
        Exporter(
            name=NAME,
            summary="Workout text for the workout builder of intervals.icu, to paste",
            suffix=".txt",
            media_type="text/plain; charset=utf-8",
            export=to_text,
            carries=frozenset({"speed", "distance", "repeats", "text"}),
            hint="on intervals.icu, add a workout of the type Run, and paste all of it as its description",
        )
    ]
