"""The two steps as which a step that starts gently is written, as the one that they are.

They are one where the note of the second says so, with the line of the first: see
`backtrack_garmin.gentle_start`. A second one alone is no step of ours any more, and whoever reads its note
says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_garmin.foreign import DISTANCE, LAP, TIME, End, ForeignRepeat
from backtrack_garmin.own_lines import continued_in, read_note
from backtrack_plugins import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from backtrack_garmin.foreign import ForeignPart, ForeignStep, Target
    from backtrack_plugins import Straddle


def whole_steps(parts: Sequence[ForeignPart]) -> tuple[ForeignPart, ...]:
    """The parts, with what is left of a step joined to its start."""
    found: list[ForeignPart] = []
    start: ForeignStep | None = None
    for part in parts:
        if isinstance(part, ForeignRepeat):
            found.append(part._replace(steps=whole_steps(part.steps)))
            start = None
            continue
        both = None if start is None else _joined(start, part)
        if both is None:
            found.append(part)
            start = part
        else:
            found[-1] = both
            start = None
    return tuple(found)


def _joined(start: ForeignStep, rest: ForeignStep) -> ForeignStep | None:
    continued = continued_in(rest.note)
    if continued is None:
        return None
    said = read_note(start.note).step
    end = _end(start.end, rest.end)
    if end is None or not isinstance(said, Step) or _silent(said) != _silent(continued):
        return None
    return start._replace(
        end=end,
        targets=max(start.targets, rest.targets, key=_metres_per_second),
        intensity=start.intensity or rest.intensity,
        left=(*start.left, *rest.left),
    )


def _silent(step: Step | Straddle) -> Step | Straddle:
    return msgspec.structs.replace(step, cue=None)


def _end(start: End, rest: End) -> End | None:
    """What ends both together; None where the second does not go on with the first."""
    if start.kind == TIME and rest.kind == LAP:
        return rest
    if start.kind != rest.kind or start.kind not in {TIME, DISTANCE}:
        return None
    return End(start.kind, (start.value or 0) + (rest.value or 0), start.unit)


def _metres_per_second(targets: Sequence[Target]) -> float:
    return max((target.metres_per_second or 0 for target in targets), default=-1)
