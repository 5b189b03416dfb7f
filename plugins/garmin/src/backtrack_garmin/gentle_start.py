"""The gentle start of a plan with speed targets: forward, too, no belt comes up at once after a straddle.

An app that plays a plan on a belt forces each step's target when the step begins. So a forward step that is
faster than anybody steps onto a belt is written as two steps where a straddle came before it: the first 15 s
at `FASTEST_MOUNT`, and what is left of it at its own speed. In a plan a repeat has its steps once: what
begins gently in one pass does so in every pass.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

from backtrack_plugins import FASTEST_MOUNT, Speed, Step

if TYPE_CHECKING:
    from backtrack_plugins import Segment, Treadmill

HOLD_SECONDS = 15
"""How long a belt is gentle after a straddle, as the rows of the core have it."""

SHORTEST_SECONDS = 10
"""No piece of a step is shorter (our choice): a belt needs seconds to change, and a note to be read."""

CONTINUED = "# Continued: "
"""Begins the note of what is left of a step, before its line; `backtrack review` joins the two by it, too."""

HELD = "# Held: "
"""Begins the row below the line of a step whose target is not its speed, since all of it is gentle."""

_NOISE = 1e-6
"""What binary fractions are off, and more."""


class Piece(NamedTuple):
    """A piece of a step that starts gently.

    Attributes:
        kind: ``start``, ``rest``, or ``all`` where too little would be left for a rest.
        ends_on: What ends it: ``time``, ``distance`` or ``lap``.
        amount: After how many seconds or metres; None for ``lap``.
        speed: What its target is around; None for the step's own speed.
    """

    kind: Literal["start", "rest", "all"]
    ends_on: str
    amount: float | None
    speed: Speed | None = None


def start_speed(segment: Segment, treadmill: Treadmill) -> Speed | None:
    """How fast a step may begin after a straddle; None where it is no faster by itself.

    `FASTEST_MOUNT` in the units of the step, or the treadmill's slowest where that is faster.
    """
    step = segment.step
    if not isinstance(step, Step) or step.direction != "forward":
        return None
    limit = Speed.of(FASTEST_MOUNT.kmh.normalize(), "km/h")
    most = Speed.of(FASTEST_MOUNT.mph.normalize(), "mph") if step.speed.imperial else limit
    if treadmill.slowest.metres_per_second > most.metres_per_second:
        most = treadmill.slowest
    gentle = max(most.metres_per_second, limit.metres_per_second)  # 3.1 mph may have been fitted to 5 km/h
    return most if (segment.metres_per_second or 0) > gentle + _NOISE else None


class Hold(NamedTuple):
    """How long a belt still has to be gentle.

    Attributes:
        seconds: At the longest, whichever way a repeat was come to.
    """

    seconds: float = 0.0

    def after(self, segment: Segment, piece: Piece | None) -> Hold:
        """What is left of it behind a step, or behind a piece of one."""
        if segment.is_straddle:
            return Hold(HOLD_SECONDS)
        if piece is not None and piece.kind != "all":
            return Hold()
        # Nobody knows when a lap button is pressed: it may be at once.
        seconds = 0.0 if segment.seconds is None else segment.seconds
        left = self.seconds - seconds
        return Hold(left if left > _NOISE else 0.0)

    def pieces(self, segment: Segment, treadmill: Treadmill) -> tuple[Piece, ...]:
        """The pieces of a step that comes now; none where it stays whole, at its own speed."""
        speed = start_speed(segment, treadmill) if self.seconds else None
        if speed is None:
            return ()
        seconds = max(SHORTEST_SECONDS, math.ceil(self.seconds - _NOISE))
        if segment.ends_on == "time" and segment.seconds is not None:
            left = segment.seconds - seconds
            if left < SHORTEST_SECONDS - _NOISE:
                return (Piece("all", "time", segment.seconds, speed),)
            return Piece("start", "time", seconds, speed), Piece("rest", "time", left)
        if segment.ends_on == "distance" and segment.metres is not None:
            metres = math.ceil(seconds * speed.metres_per_second * 100 - _NOISE) / 100
            left = segment.metres - metres
            if left < SHORTEST_SECONDS * (segment.metres_per_second or 0) - _NOISE:
                return (Piece("all", "distance", segment.metres, speed),)
            return Piece("start", "distance", metres, speed), Piece("rest", "distance", left)
        return Piece("start", "time", seconds, speed), Piece("rest", "lap", None)
