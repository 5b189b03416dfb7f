"""The workout that the watch followed, as it stands in what it recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_fitfile import profile
from backtrack_fitfile.values import code, number, text, whole
from backtrack_plugins import RecordedStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_fitfile.messages import Values


def recorded_steps(rows: Sequence[Values]) -> tuple[RecordedStep, ...]:
    """The planned steps, each at its index; an index that no message has is an empty step.

    A message without an index stands behind the one before it; of two with the same the first counts.
    """
    placed: dict[int, RecordedStep] = {}
    following = 0
    for values in rows:
        index = code(values, "message_index")
        at = following if index is None else index & profile.INDEX_BITS
        placed.setdefault(at, _step(values))
        following = at + 1
    return tuple(placed.get(at, RecordedStep()) for at in range(max(placed, default=-1) + 1))


def _step(values: Values) -> RecordedStep:
    said = text(values, "notes") or text(values, "wkt_step_name")
    kind = code(values, "duration_type")
    value = number(values, "duration_value")
    if kind is None:
        return RecordedStep(text=said)
    if kind in profile.STEP_REPEATS:
        times = whole(values, "target_value") if kind == profile.STEP_REPEAT else None
        return RecordedStep(text=said, first=whole(values, "duration_value"), times=times)
    if kind in profile.STEP_SECONDS:
        return RecordedStep(text=said, ends_on="time", seconds=None if value is None else value / 1000)
    if kind == profile.STEP_METRES:
        return RecordedStep(text=said, ends_on="distance", metres=None if value is None else value / 100)
    return RecordedStep(text=said, ends_on="lap" if kind == profile.STEP_OPEN else "other")
