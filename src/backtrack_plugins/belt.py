"""A Timeline to rows for a program that moves a belt: stretches of whole seconds at one speed.

For every format whose files drive a treadmill. Such a program sets each row's speed at once and changes it on
its own clock. So every row has a speed, a straddle is played at the belt's lowest one, what comes after it
starts gently, and no rounding makes the belt faster than planned.

Where a program can wait for the lap button, it waits in every straddle and in every step without another
end. Whoever presses it has turned round and stands on the side rails: what faces away begins at its own
speed, which is none that is too fast to step onto (BT310), and does not change under them (BT307); what goes
forward begins gently.
Where a clock ends the straddle, somebody may be late, and the belt stays at its lowest speed for a while. A
program may pass over a wait that it does not know, and so what waits has a length, too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from backtrack_plugins.checking import FASTEST_MOUNT
from backtrack_plugins.errors import CannotExport
from backtrack_plugins.exporter import Loss
from backtrack_plugins.problem import Problem
from backtrack_plugins.workout import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from backtrack_plugins.timeline import Segment, Timeline

SHORTEST_ROW_SECONDS = 10
"""No row is shorter (our choice): a belt needs seconds to change, and a line needs them to be read."""

SHORTEST_STRADDLE_SECONDS = 30
"""Turning round gets this long where the file cannot wait, or nothing waits for it (our choice)."""

HOLD_SECONDS = 15
"""How long the belt goes gently after a straddle (our choice)."""

LAP_SECONDS = 60
"""What an open end becomes where the file cannot wait, or nothing waits for it (our choice)."""

READING_SECONDS = 5
"""How long one text stands before the next may follow (our choice)."""

WARNING_SECONDS = 15
"""How long before the end of an open-ended step the coming turn is announced, as in any other step."""

MOST_PROBLEMS = 100

_MOUNT = float(FASTEST_MOUNT.kmh) / 3.6

CODES = ("mount", "short")
"""What `belt_plan` refuses: the codes of its problems, after the format's name and a slash."""

_NOISE = 1e-6
"""Binary fractions are off by less; what comes out even in decimals must not be rounded down for it."""

Departure = Literal["turn", "straddle", "hold", "lap"]
"""A way in which the file departs from the Timeline."""

_INSTEAD: dict[Departure, str] = {
    "turn": (
        "ends on a clock, because the file cannot wait; whatever plays the file on a belt holds {lowest} "
        f"through every straddle and for {HOLD_SECONDS} s after it. "
        "Stay on the side rails, or pause, if you are not ready"
    ),
    "straddle": f"lasts {SHORTEST_STRADDLE_SECONDS} s in the file, longer than planned",
    "hold": "the whole step is held at {lowest}: too little of it is left when the belt may speed up",
    "lap": f"lasts {LAP_SECONDS} s in the file, because it has no step until the lap button",
}

_INSTEAD_WAITING: dict[Departure, str] = {
    "turn": (
        "goes on until you press the lap button, whatever its planned length, with the belt at {lowest}; "
        "then the belt comes up at once, and you step on once it runs evenly. A program that passes over "
        f"the wait goes on after {SHORTEST_STRADDLE_SECONDS} s, or after what was planned if that is longer. "
        "Stay on the side rails, or pause, if you are not ready"
    ),
    "hold": f"the whole step is held at {FASTEST_MOUNT.kmh} km/h, or {{lowest}} if that is faster: too "
    "little of it is left when the belt may speed up",
}
"""Where the file can wait: nothing else departs then."""

_PRESS = "Turn first, then press lap. Step on once the belt runs evenly."


class BeltText(msgspec.Struct, frozen=True, gc=False):
    """A text to show.

    Attributes:
        seconds: Whole seconds after the start of its row.
        text: What is shown; it may have several lines.
    """

    seconds: int
    text: str


class BeltRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch at one speed.

    Attributes:
        seconds: How long; 10 s at least.
        metres_per_second: Belt speed.
        step_number: The written step that it comes from, from 1; of a placed straddle, the one it leads to.
        incline_percent: Belt incline in percent of grade.
        events: What to show when.
        waits: Whether it goes on until the lap button is pressed; `seconds` hold where nothing waits for it.
        continues: Whether it is the rest of a segment whose beginning, the row before, is held.
    """

    seconds: int
    metres_per_second: float
    step_number: int
    incline_percent: float = 0.0
    events: list[BeltText] = []
    waits: bool = False
    continues: bool = False

    def rounded(self, per_unit: float) -> int:
        """The speed as a whole number of a format's units, never faster than planned.

        Args:
            per_unit: How many of the units one metre per second is, such as 3600 for thousandths of a km/h.

        >>> BeltRow(seconds=60, metres_per_second=3 / 3.6, step_number=1).rounded(3600)
        3000
        """
        return math.floor(self.metres_per_second * per_unit + _NOISE)


class BeltPlan(NamedTuple):
    """What a belt is to do.

    Attributes:
        rows: All rows in order.
        losses: What of the segments they could not keep.
    """

    rows: list[BeltRow]
    losses: tuple[Loss, ...]


def belt_plan(
    timeline: Timeline,
    format: str,  # noqa: A002 - as in `export`
    segments: Sequence[Segment] | None = None,
    *,
    waits: bool = False,
) -> BeltPlan:
    """Turn segments into rows.

    The running total stays within half a second of the segments', where straddles lengthened to
    30 s and open-ended steps are counted as the rows have them.

    Args:
        timeline: The Timeline.
        format: The format's name, with which codes of problems begin.
        segments: Those of the timeline that become rows; all when left out.
        waits: Whether the program can wait for the lap button. Then each straddle and each open-ended step
            has a row that waits.

    Raises:
        CannotExport: when a step is shorter than 10 s (``FORMAT/short``), or one not facing the console is
            faster than anybody steps onto a belt, which only a supervisor lets pass (``FORMAT/mount``).
    """
    chosen = timeline.segments if segments is None else segments
    _refuse(chosen, lambda segment: _too_short(timeline, format, segment))
    _refuse(chosen, lambda segment: _too_fast(timeline, format, segment))
    planner = _Planner(timeline.treadmill.slowest.metres_per_second, waits=waits)
    for segment, incline_percent in zip(chosen, _inclines(chosen), strict=True):
        planner.add(segment, incline_percent)
    lowest = str(timeline.treadmill.slowest)
    losses = tuple(
        Loss(what=what, instead=instead.format(lowest=lowest), steps=tuple(sorted(planner.departures[what])))
        for what, instead in (_INSTEAD_WAITING if waits else _INSTEAD).items()
        if planner.departures[what]
    )
    return BeltPlan(planner.rows, losses)


def _refuse(segments: Sequence[Segment], judge: Callable[[Segment], Problem | None]) -> None:
    found: dict[int, Problem] = {}
    for segment in segments:
        problem = judge(segment)
        if problem is not None and len(found) < MOST_PROBLEMS:
            found.setdefault(segment.step_number, problem)
    if found:
        raise CannotExport(list(found.values()))


def _too_short(timeline: Timeline, name: str, segment: Segment) -> Problem | None:
    seconds = segment.seconds
    if segment.is_straddle or seconds is None or seconds >= SHORTEST_ROW_SECONDS - _NOISE:
        return None
    return Problem(
        code=f"{name}/short",
        message=f"a step of {seconds:.3g} s; in {name} {SHORTEST_ROW_SECONDS} s is the least",
        hint=f"make it {SHORTEST_ROW_SECONDS} s or longer, or one with the step beside it",
        where=timeline.where(segment),
        text=segment.line,
    )


def _too_fast(timeline: Timeline, name: str, segment: Segment) -> Problem | None:
    """A supervisor may bring a belt up by hand; a file brings it up at once, behind the runner's back."""
    step = segment.step
    if not isinstance(step, Step) or step.direction == "forward" or not step.speed.exceeds(FASTEST_MOUNT):
        return None
    return Problem(
        code=f"{name}/mount",
        message=f"{step.speed} {step.direction}: {name} brings the belt up at once, "
        f"and {FASTEST_MOUNT} is the most",
        hint="lower the speed, or follow the workout by hand from another format, with somebody beside you",
        where=timeline.where(segment),
        text=segment.line,
    )


def _inclines(segments: Sequence[Segment]) -> list[float]:
    """Each segment's incline; a straddle's is that of the step it leads to.

    The belt then tilts while the athlete stands on the side rails, and not when they have stepped on.
    """
    found = []
    coming = 0.0
    for segment in reversed(segments):
        if not segment.is_straddle:
            coming = segment.incline_percent
        found.append(coming)
    return found[::-1]


class _Planner:
    """Adds segment after segment, and knows how long the belt is still to be held and what rounding owes."""

    def __init__(self, lowest_metres_per_second: float, *, waits: bool) -> None:
        self.lowest = lowest_metres_per_second
        self.waits = waits
        self.rows: list[BeltRow] = []
        self.departures: dict[Departure, set[int]] = {what: set() for what in _INSTEAD}
        self.hold_seconds = 0
        self.owed_seconds = 0.0

    def add(self, segment: Segment, incline_percent: float) -> None:
        seconds = self._whole_seconds(segment)
        events = _events(segment, seconds, waits=self.waits)
        speed = segment.metres_per_second
        if speed is None:
            self.departures["turn"].add(segment.step_number)
            self.hold_seconds = HOLD_SECONDS
            self._append(segment, seconds, self.lowest, incline_percent, events, waits=self.waits)
            return
        slow = min(speed, self._gentle(segment))
        held = self._held_seconds(segment, seconds, speed, slow)
        if held:
            first = [event for event in events if event.seconds < held]
            events = [BeltText(event.seconds - held, event.text) for event in events if event.seconds >= held]
            if held < seconds and slow < speed:
                first = _announced(first, held - READING_SECONDS, segment.belt)
            self._append(segment, held, slow, incline_percent, first)
        if held < seconds:
            self._append(
                segment,
                seconds - held,
                speed,
                incline_percent,
                events,
                waits=self.waits and segment.seconds is None,
                continues=held > 0,
            )

    def _append(
        self,
        segment: Segment,
        seconds: int,
        speed: float,
        incline_percent: float,
        events: list[BeltText],
        *,
        waits: bool = False,
        continues: bool = False,
    ) -> None:
        self.rows.append(
            BeltRow(
                seconds=seconds,
                metres_per_second=speed,
                step_number=segment.step_number,
                incline_percent=incline_percent,
                events=events,
                waits=waits,
                continues=continues,
            )
        )

    def _whole_seconds(self, segment: Segment) -> int:
        if segment.seconds is None:
            self.departures["lap"].add(segment.step_number)
            return LAP_SECONDS
        if segment.is_straddle:
            if segment.seconds < SHORTEST_STRADDLE_SECONDS:
                self.departures["straddle"].add(segment.step_number)
            return max(SHORTEST_STRADDLE_SECONDS, round(segment.seconds))
        exact = segment.seconds + self.owed_seconds
        seconds = math.floor(exact + 0.5 + _NOISE)
        self.owed_seconds = exact - seconds
        return seconds

    def _gentle(self, segment: Segment) -> float:
        """How fast a segment begins after a straddle, in metres per second.

        Who presses the lap button has turned round, and is best met by a belt that does not change under
        them any more. Where a clock ends the straddle, somebody may be late.
        """
        if not self.waits:
            return self.lowest
        if segment.direction != "forward":
            return segment.metres_per_second or self.lowest
        return max(self.lowest, _MOUNT)

    def _held_seconds(self, segment: Segment, seconds: int, metres_per_second: float, slow: float) -> int:
        """How much of a segment, from its start, is held at a slow speed: none, some or all."""
        owed = self.hold_seconds
        self.hold_seconds = max(0, owed - seconds)
        # Who presses the lap button twice must not find themselves in what comes after a lap step.
        ends_at_once = self.waits and segment.seconds is None and segment.direction == "forward"
        if not owed or (metres_per_second <= slow and not ends_at_once):
            return 0
        held = max(owed, SHORTEST_ROW_SECONDS)
        if seconds - held < SHORTEST_ROW_SECONDS:
            self.departures["hold"].add(segment.step_number)
            return seconds
        return held


def _announced(events: list[BeltText], at: int, belt: str) -> list[BeltText]:
    """The texts and, at a time, that the belt speeds up.

    A warning that would come before that can have been read stands with it, and counts from there.
    """
    texts = [f"In {READING_SECONDS} s: {belt}."]
    for event in events:
        if event.seconds >= at:
            counted = WARNING_SECONDS + event.seconds - at
            texts.append(event.text.replace(f"In {WARNING_SECONDS} s", f"In {counted} s", 1))
    return [*(event for event in events if event.seconds < at), BeltText(at, "\n".join(texts))]


def _events(segment: Segment, seconds: int, *, waits: bool) -> list[BeltText]:
    """The line at once, then the cues at their times, each when what stood before can have been read."""
    opening = list(segment.lines)
    later = []
    if waits and segment.is_straddle:
        said = " ".join([*(cue.text for cue in segment.cues), _PRESS])
        return [BeltText(0, "\n".join(opening)), BeltText(READING_SECONDS, said)]
    if waits and segment.seconds is None:
        # Nobody knows when the button is pressed, and so what comes then is said at once.
        return [BeltText(0, "\n".join([*opening, *(cue.text for cue in segment.cues)]))]
    for cue in segment.cues:
        at = seconds - WARNING_SECONDS if segment.seconds is None else int(cue.seconds)
        if at >= READING_SECONDS:
            later.append(BeltText(at, cue.text))
        elif segment.is_straddle:
            later.append(BeltText(READING_SECONDS, cue.text))
        else:
            # A warning counts the seconds to the turn: shown later it would promise too many.
            opening.append(cue.text)
    return [BeltText(0, "\n".join(opening)), *later]
