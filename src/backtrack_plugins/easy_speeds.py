"""How fast steps are whose file does not say it: the athlete's own easy walk and run, or asked for."""

from __future__ import annotations

import shlex
from itertools import count
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.errors import UsageError
from backtrack_plugins.exporter import Loss
from backtrack_plugins.workout import Repeat, Step, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.importer import Imported
    from backtrack_plugins.units import Speed
    from backtrack_plugins.workout import Part


def with_easy_speeds(imported: Imported, athlete: Athlete | None) -> Imported:
    """Have what a file does not say be the athlete's own easy walk and run, where those are known.

    A loss ``speed`` whose sentence begins with *assumed* is not told of such a step any more.
    """
    found = {number: speed for number, _, speed in _unsaid(imported, athlete) if speed is not None}
    if not found:
        return imported
    workout = msgspec.structs.replace(
        imported.workout, steps=_with_speeds(imported.workout.steps, count(1), found)
    )
    if imported.workout.origin is not None:
        workout = workout.with_origin(imported.workout.origin)
    losses = []
    for loss in imported.losses:
        if loss.what == "speed" and loss.instead.startswith("assumed"):
            steps = tuple(step for step in loss.steps if step not in found)
            if not steps:
                continue
            loss = msgspec.structs.replace(loss, steps=steps)  # noqa: PLW2901 - what is left of it
        losses.append(loss)
    easy = Loss(
        what="speed",
        instead="the athlete's own easy walk and run, since the file gives none",
        steps=tuple(sorted(found)),
    )
    return msgspec.structs.replace(imported, workout=workout, losses=(*losses, easy))


def refuse_assumed_speeds(
    imported: Imported, athlete: Athlete | None, file: str, name: str, *, because: str = ""
) -> None:
    """Have nobody's guess set a belt: a format that carries speeds gets none that is assumed.

    Args:
        imported: What the file says.
        athlete: Whose easy walk and run hold for what it does not say.
        file: The file's name, for the message.
        name: The format's.
        because: Why its steps cannot stay as they are in a file of their own format.

    Raises:
        UsageError: when the file leaves open how fast a step is, and the athlete does not say it either.
    """
    missing = [(number, gait) for number, gait, speed in _unsaid(imported, athlete) if speed is None]
    if not missing:
        return
    gaits = {gait for _, gait in missing}
    numbers = ", ".join(str(number) for number, _ in missing[:_MOST_LISTED])
    more = f" and {len(missing) - _MOST_LISTED} more" if len(missing) > _MOST_LISTED else ""
    which = f"step {numbers} is" if len(missing) == 1 else f"steps {numbers}{more} are"
    lines = [f'{_EASY[gait]} = "{example}"' for gait, example in _EXAMPLES.items() if gait in gaits]
    said = "\n    ".join(lines)
    anew = f" Its steps cannot stay as they are: {because}." if because else ""
    raise UsageError(
        f"{file}: does not say how fast {which}, and {name} would set a belt to a guess."
        f"{anew} Say in athlete.toml how fast you go easily:\n\n    {said}\n\n"
        "or have the page printed, write the speeds into it, and give that: "
        f"backtrack import {shlex.quote(file)}",
        plugin=name,
        needs=_EASY[missing[0][1]],
        file=file,
    )


_EASY = {"walk": "easy_walk", "run": "easy_run"}
_EXAMPLES = {"walk": "5 km/h", "run": "9 km/h"}
_MOST_LISTED = 5


def _unsaid(imported: Imported, athlete: Athlete | None) -> Iterator[tuple[int, str, Speed | None]]:
    """Each step whose speed the file does not say: its number, walk or run, and the athlete's speed."""
    unknown = set(imported.unknown)
    for number, step in zip(count(1), leaves(imported.workout.steps), strict=False):
        if number in unknown and isinstance(step, Step):
            gait = "walk" if step.gait == "walk" else "run"
            yield number, gait, None if athlete is None else getattr(athlete, _EASY[gait])


def _with_speeds(
    parts: Sequence[Part], numbers: Iterator[int], speeds: Mapping[int, Speed]
) -> tuple[Part, ...]:
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Repeat):
            steps = _with_speeds(part.steps, numbers, speeds)
            made.append(msgspec.structs.replace(part, steps=steps))
        else:
            speed = speeds.get(next(numbers))
            made.append(part if speed is None else msgspec.structs.replace(part, speed=speed))
    return tuple(made)
