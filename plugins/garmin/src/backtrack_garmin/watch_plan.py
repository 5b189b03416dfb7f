"""What a FIT workout file and a workout on Garmin Connect have in common.

Both go to the same watch: the same steps with the same names, notes and speed targets, the same limits, and
the same refusals and losses in the words of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from backtrack_garmin.gentle_start import CONTINUED, HELD, HOLD_SECONDS, Hold
from backtrack_plugins import FASTEST_MOUNT, Loss, Problem, RepeatedSegments, Segment, Step, write_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_garmin.gentle_start import Piece
    from backtrack_plugins import ExportRequest, Treadmill

MOST_STEPS = 50
"""Steps of one workout, repeats and straddles counted: what users report that watches take.

Garmin publishes no limit; that repeats count is the careful reading.
"""

HALF_BAND = 139
"""Half the width of a speed target in mm/s: 0.5 km/h. Narrower ones are reported to nag."""

_STARTS = {
    "start": "after a straddle its first seconds, 15 at most, are a step of their own with a target of "
    "{speed}: an app brings the belt up at once",
    "all": "after a straddle the whole step has a target of {speed}: too little of it is left when the belt "
    "may speed up",
}

TreePart: TypeAlias = Segment | RepeatedSegments


class Codes(NamedTuple):
    """The problem codes of a format."""

    steps: str
    nested: str
    slow: str
    mount: str


class Room(NamedTuple):
    """How long a text may be.

    Attributes:
        most: How many of the unit.
        unit: ``bytes`` in UTF-8, or ``characters`` as Garmin Connect counts them: an emoji, and whatever
            else is beyond U+FFFF, as two (tried on the service: Taxuspt/garmin_mcp, pull request 352).
    """

    most: int
    unit: str

    def holds(self, text: str) -> bool:
        """Whether the text has room."""
        size = len(text.encode()) if self.unit == "bytes" else len(text.encode("utf-16-le")) // 2
        return size <= self.most

    def __str__(self) -> str:
        return f"{self.most} {self.unit}"


class PlannedStep(NamedTuple):
    """A segment, or a piece of one.

    Attributes:
        segment: The segment.
        following: The directions that may follow it; straddles passed over.
        piece: Which piece of it; None for the whole at its own speed.
    """

    segment: Segment
    following: frozenset[str]
    piece: Piece | None = None

    @property
    def then(self) -> str | None:
        """The direction that follows; None where the way on may differ from the way round a repeat."""
        return min(self.following) if len(self.following) == 1 else None

    @property
    def ending(self) -> tuple[str, float | None]:
        """What ends it, and after how many seconds or metres; a straddle ends on the lap button."""
        return ending(self.segment) if self.piece is None else (self.piece.ends_on, self.piece.amount)


class PlannedRepeat(NamedTuple):
    """A repeat; `times` counts every pass."""

    times: int
    parts: tuple[Planned, ...]


Planned: TypeAlias = PlannedStep | PlannedRepeat


def planned(parts: Sequence[TreePart], after: frozenset[str] = frozenset()) -> tuple[Planned, ...]:
    """The steps and repeats of a tree; `after` holds the directions that may follow the last of them."""
    found: list[Planned] = []
    for index, part in enumerate(parts):
        following = _first_directions(parts[index + 1 :], after)
        if isinstance(part, RepeatedSegments):
            again = _first_directions(part.parts, following) if part.times > 1 else frozenset()
            found.append(PlannedRepeat(part.times, planned(part.parts, following | again)))
        else:
            found.append(PlannedStep(part, following))
    return tuple(found)


def starting_gently(
    parts: Sequence[Planned], treadmill: Treadmill, *, after_straddle: bool = False
) -> tuple[Planned, ...]:
    """The same steps, those in pieces that may not begin at their own speed; for plans with speed targets.

    Args:
        parts: The steps.
        treadmill: Whose slowest speed no belt goes below.
        after_straddle: Whether the first of them comes after a straddle.
    """
    return _gently(parts, treadmill, Hold(HOLD_SECONDS if after_straddle else 0))


def _gently(parts: Sequence[Planned], treadmill: Treadmill, hold: Hold) -> tuple[Planned, ...]:
    found: list[Planned] = []
    for part in parts:
        if isinstance(part, PlannedRepeat):
            inside = _gently(part.parts, treadmill, hold)
            again = _behind(inside, hold) if part.times > 1 else hold
            if again > hold:
                inside = _gently(part.parts, treadmill, again)
            new: list[Planned] = [part._replace(parts=inside)]
        else:
            pieces = hold.pieces(part.segment, treadmill)
            new = [part._replace(piece=piece) for piece in pieces] or [part]
        hold = _behind(new, hold)
        found += new
    return tuple(found)


def _behind(parts: Iterable[Planned], hold: Hold) -> Hold:
    """How long the belt has still to be gentle behind the parts."""
    for part in parts:
        if isinstance(part, PlannedRepeat):
            for _ in range(part.times):
                before, hold = hold, _behind(part.parts, hold)
                if hold == before:
                    break
        else:
            hold = hold.after(part.segment, part.piece)
    return hold


def _first_directions(parts: Sequence[TreePart], after: frozenset[str]) -> frozenset[str]:
    """The directions that the parts may begin with, straddles passed over; `after` if there is none."""
    for part in parts:
        if isinstance(part, RepeatedSegments):
            inner = _first_directions(part.parts, frozenset())
            if inner:
                return inner
        elif isinstance(part.step, Step):
            return frozenset({part.step.direction})
    return after


def steps_of(parts: Iterable[Planned]) -> Iterator[PlannedStep]:
    """Every step once, in order."""
    for part in parts:
        if isinstance(part, PlannedRepeat):
            yield from steps_of(part.parts)
        else:
            yield part


def segments_of(parts: Iterable[Planned]) -> Iterator[Segment]:
    """Every segment once, in order."""
    return (step.segment for step in steps_of(parts))


def ending(segment: Segment) -> tuple[str, float | None]:
    """What ends a step, and after how many seconds or metres; a straddle ends on the lap button."""
    if not _is_straddle(segment):
        if segment.ends_on == "time" and segment.seconds is not None:
            return "time", segment.seconds
        if segment.ends_on == "distance" and segment.metres is not None:
            return "distance", segment.metres
    return "lap", None


def _is_straddle(segment: Segment) -> bool:
    return not isinstance(segment.step, Step)


def note(step: PlannedStep, room: Room) -> str:
    """The line, and the fitted one below it; without its cue where there is no room for that.

    What is left of a step has its line as a comment.
    """
    segment, piece = step.segment, step.piece
    if piece is not None and piece.kind == "rest":
        whole = f"{CONTINUED}{segment.line}"
        return whole if room.holds(whole) else f"{CONTINUED}{_silent(segment)}"
    held = [f"{HELD}{piece.speed}"] if piece is not None and piece.kind == "all" else []
    whole = "\n".join([*segment.lines, *held])
    if room.holds(whole):
        return whole
    return "\n".join([_silent(segment), *segment.lines[1:], *held])


def _silent(segment: Segment) -> str:
    return write_line(msgspec.structs.replace(segment.step, cue=None))


def with_notices(text: str, notices: Iterable[str], room: Room) -> tuple[str, list[str]]:
    """The text with as many notices below it, as comments, as there is room for; and the others."""
    left = []
    for notice in notices:
        longer = f"{text}\n# {notice}"
        if room.holds(longer):
            text = longer
        else:
            left.append(notice)
    return text, left


def speed_range(step: PlannedStep, treadmill: Treadmill) -> tuple[int, int]:
    """The slowest and the fastest speed of a step's target, in mm/s; a straddle's is the treadmill's slowest.

    Rounded down, and as far to one side as to the other: what plays the middle of the range on a belt is
    never faster than planned.
    """
    held = None if step.piece is None else step.piece.speed
    centre = _centre(step.segment, treadmill) if held is None else int(held.metres_per_second * 1000)
    half = min(HALF_BAND, centre - 1)
    return centre - half, centre + half


def _centre(segment: Segment, treadmill: Treadmill) -> int:
    speed = None if _is_straddle(segment) else segment.metres_per_second
    return int((speed or treadmill.slowest.metres_per_second) * 1000)


def problems(
    parts: Sequence[Planned], request: ExportRequest, codes: Codes, *, with_speed: bool
) -> list[Problem]:
    """Why the steps cannot be written; empty when they can."""
    found = _too_many(parts, request, codes)
    if with_speed:
        found += [
            *_nested(parts, request, codes),
            *_slow(parts, request, codes),
            *_fast(parts, request, codes),
        ]
    return found


def _counted(parts: Iterable[Planned]) -> Iterator[Segment]:
    """A segment for everything that counts as a step; for a repeat, the last in it."""
    for part in parts:
        if isinstance(part, PlannedRepeat):
            inside = list(_counted(part.parts))
            yield from inside
            yield inside[-1]
        else:
            yield part.segment


def _too_many(parts: Sequence[Planned], request: ExportRequest, codes: Codes) -> list[Problem]:
    counted = list(_counted(parts))
    if len(counted) <= MOST_STEPS:
        return []
    return [
        Problem(
            code=codes.steps,
            message=f"{len(counted)} steps on the watch, straddles and repeats counted; "
            f"the limit is {MOST_STEPS}",
            hint="write what comes back as a repeat, such as 5x, or make two workouts of it",
            where=request.where(counted[MOST_STEPS]),
        )
    ]


def _nested(parts: Sequence[Planned], request: ExportRequest, codes: Codes) -> list[Problem]:
    # QZ plays a plan on a belt and reads one level of repeats: a deeper one becomes an empty row, its steps
    # are lost, and the belt goes on as before (cagnulein/qdomyos-zwift, src/garminconnect.cpp).
    return [
        Problem(
            code=codes.nested,
            message="a repeat within a repeat cannot be written with speed targets",
            hint="write the inner repeat out, or leave targets=speed away",
            where=request.where(next(segments_of(repeat.parts))),
        )
        for repeat in _inner_repeats(parts, 0)
    ]


def _inner_repeats(parts: Iterable[Planned], depth: int) -> Iterator[PlannedRepeat]:
    for part in parts:
        if isinstance(part, PlannedRepeat):
            if depth:
                yield part
            yield from _inner_repeats(part.parts, depth + 1)


def _slow(parts: Sequence[Planned], request: ExportRequest, codes: Codes) -> list[Problem]:
    return [
        Problem(
            code=codes.slow,
            message="the belt speed is below 1 mm/s, the slowest that a speed target can say",
            hint="give the speed, or the treadmill's slowest, as it really is, or leave targets=speed away",
            where=request.where(segment),
        )
        for segment in segments_of(parts)
        if _centre(segment, request.timeline.treadmill) < 1
    ]


def _fast(parts: Sequence[Planned], request: ExportRequest, codes: Codes) -> list[Problem]:
    return [
        Problem(
            code=codes.mount,
            message=f"{segment.step.speed} {segment.step.direction} as a target: "
            f"an app may bring the belt up at once; {FASTEST_MOUNT} is the most",
            hint="lower the speed, or leave targets=speed away",
            where=request.where(segment),
        )
        for segment in {each.step_number: each for each in segments_of(parts)}.values()
        if isinstance(segment.step, Step)
        and segment.step.direction != "forward"
        and segment.step.speed.exceeds(FASTEST_MOUNT)
    ]


def losses(
    parts: Sequence[Planned], room: Room, unsaid: Sequence[str], *, with_speed: bool
) -> tuple[Loss, ...]:
    """What the steps do not carry.

    Args:
        parts: The steps.
        room: How long a note may be.
        unsaid: The notices for which there was no room.
        with_speed: Whether the steps have targets, by which an app may move a belt.
    """
    found = []
    segments = list(segments_of(parts))
    straddles = [segment for segment in segments if _is_straddle(segment)]
    if straddles:
        instead = "each straddle ends on the lap button, and no warning comes before it"
        found.append(Loss(what="straddle time", instead=instead, steps=_numbers(straddles)))
    if straddles and with_speed:
        instead = (
            "an app that moves a belt by the targets may not wait for the lap button, and moves it during a "
            "straddle, too. See first what it does with nobody on the belt"
        )
        found.append(Loss(what="turn", instead=instead, steps=_numbers(straddles)))
    found += _losses_of_start(parts)
    without_cue = [step.segment for step in steps_of(parts) if _has_lost_its_cue(step, room)]
    if without_cue:
        instead = f"not carried: a note ends at {room}; the rest of the line stands"
        found.append(Loss(what="cue", instead=instead, steps=_numbers(without_cue)))
    if unsaid:
        found.append(Loss(what="safety notices", instead=f"no room in the file for: {' '.join(unsaid)}"))
    return tuple(found)


def _has_lost_its_cue(step: PlannedStep, room: Room) -> bool:
    if step.piece is not None and step.piece.kind == "rest":
        return False
    return note(step, room).partition("\n")[0] != step.segment.line


def _losses_of_start(parts: Sequence[Planned]) -> Iterator[Loss]:
    """What becomes of steps that start gently after a straddle."""
    pieces = [(step.segment, step.piece) for step in steps_of(parts) if step.piece is not None]
    for kind, instead in _STARTS.items():
        those = [(segment, piece) for segment, piece in pieces if piece.kind == kind]
        if those:
            speed = " or ".join(dict.fromkeys(str(piece.speed) for _, piece in those))
            numbers = _numbers(segment for segment, _ in those)
            yield Loss(what="gentle start", instead=instead.format(speed=speed), steps=numbers)


def _numbers(segments: Iterable[Segment]) -> tuple[int, ...]:
    return tuple(sorted({segment.step_number for segment in segments}))
