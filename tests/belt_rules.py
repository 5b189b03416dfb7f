"""What a belt must and must not do while a workout is played: played seconds against the Timeline."""

from __future__ import annotations

import math
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from belt_player import (
    DEFAULTS,
    PRESSES,
    Played,
    Unplayable,
    on_the_clock,
    play,
    rows_of_garmin,
    rows_of_qz,
    rows_of_zwo,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from belt_player import Row, Second, UserSettings

    import backtrack_plugins as bt

HOLD = 15
"""Seconds on the belt after a straddle in which it is slow."""

FASTEST_WALK_KMH = 5.0
SHORTEST_ROW = 10
SHORTEST_CLOCKED_STRADDLE = 30

NOISE = 1e-9
"""What binary numbers add to a speed, as a share of it."""


class Format(NamedTuple):
    """How a format plays.

    Attributes:
        waits: Its straddles and lap steps wait for the lap button.
        tilts: It carries the incline.
        ends: It slows down at its end.
        mount_kmh: How fast the belt may be soon after a straddle; always as fast as its lowest speed.
        below: How far below what was planned rounding may take a speed, in km/h.
        steps: It keeps repeats and distances: a step that comes back begins in every pass as slowly as in one
            of them, and after a lap press nobody knows how long the belt has been slow.
    """

    waits: bool
    tilts: bool
    ends: bool
    mount_kmh: float = 0.0
    below: float = 0.05
    steps: bool = False


FORMATS = {
    "qz": Format(waits=True, tilts=True, ends=True, mount_kmh=5.0),
    "zwo": Format(waits=False, tilts=True, ends=False),
    "garmin-fit": Format(waits=True, tilts=False, ends=False, mount_kmh=5.0, steps=True),
}
OPTIONS: dict[str, dict[str, object]] = {
    "qz": {},
    "zwo": {"incline": True},
    "garmin-fit": {"targets": "speed"},
}
"""The options with which a format's files may be played on a belt."""


def rows_of(data: bytes, name: str, user: UserSettings = DEFAULTS) -> list[Row]:
    """The rows of a file of a format."""
    if name == "qz":
        return rows_of_qz(data)
    return (rows_of_zwo if name == "zwo" else rows_of_garmin)(data, user)


def violations(
    data: bytes,
    timeline: bt.Timeline,
    name: str,
    user: UserSettings = DEFAULTS,
    rules: Format | None = None,
) -> list[str]:
    """What a belt that plays the file does and must not, in sentences; however the lap button is pressed."""
    try:
        rows = rows_of(data, name, user)
    except Unplayable as error:
        return [f"nobody knows what the belt does: {error}"]
    presses = PRESSES if any(row.waits for row in rows) else {"on the clock": on_the_clock}
    found = {}
    for pressed, press in presses.items():
        for sentence in violations_in(play(rows, press, user), timeline, rules or FORMATS[name]):
            found.setdefault(sentence, pressed)
    return [f"{sentence} (pressed {pressed})" for sentence, pressed in found.items()]


def violations_in(played: Played, timeline: bt.Timeline, rules: Format) -> Iterator[str]:
    """What is wrong in one way of playing a file."""
    spans = _spans(played, timeline, rules)
    if isinstance(spans, str):
        yield spans
        return
    yield from _wrong_rows(played, rules)
    lowest = float(timeline.treadmill.slowest.kmh)
    may_be_slow = _may_be_slow(timeline) if rules.steps else frozenset()
    since_straddle = HOLD
    at_the_straddle: float | None = None
    for segment, belt in zip(timeline.segments, spans, strict=True):
        where = f"step {segment.step_number}, {segment.line}"
        for sentence in _wrong_length(segment, belt, played, rules):
            yield f"{where}: {sentence}"
        if segment.is_straddle:
            wrong = _wrong_straddle(belt, lowest)
            since_straddle, at_the_straddle = 0, belt[-1].percent if belt else None
        else:
            held = max(0, HOLD - since_straddle)
            slow = HOLD if segment.step_number in may_be_slow else held
            wrong = _wrong_moving(segment, belt, (held, slow), lowest, rules)
            if rules.tilts:
                before = at_the_straddle if since_straddle == 0 else None
                wrong = [*wrong, *_wrong_incline(segment, belt, before)]
            since_straddle += len(belt)
        for sentence in wrong:
            yield f"{where}: {sentence}"
    yield from _wrong_end(played, lowest, rules)


def _may_be_slow(timeline: bt.Timeline) -> frozenset[int]:
    """The numbers of the steps that come soon after a straddle in some pass, however laps are pressed."""
    found = set()
    since_straddle = float(HOLD)
    for segment in timeline.segments:
        if segment.is_straddle:
            since_straddle = 0
        else:
            if since_straddle < HOLD:
                found.add(segment.step_number)
            since_straddle += segment.seconds or 0
    return frozenset(found)


def _spans(played: Played, timeline: bt.Timeline, rules: Format) -> list[list[Second]] | str:
    """The seconds of each segment, which begins where a row begins that shows its line; or what is wrong."""
    starts: list[int] = []
    shown = iter(text for text in played.texts if text.after == 0)
    row = -1
    for segment in timeline.segments:
        text = next((text for text in shown if text.row > row and _is_line(text.words, segment)), None)
        if text is None:
            return f"step {segment.step_number}: its line is not shown: {segment.line}"
        starts.append(text.at)
        row = text.row
    if starts[0] != 0:
        return f"{starts[0]} s before the first step"
    end = len(played.seconds)
    if rules.ends and row < len(played.rows) - 1:
        end = played.starts[-1]
    return [played.seconds[start:stop] for start, stop in pairwise([*starts, end])]


def _is_line(words: str, segment: bt.Segment) -> bool:
    """Whether words begin with a segment's line; its cue may be folded, cut or left out."""
    first, _, _ = words.partition("\n")
    if segment.step.cue is None:
        return first == segment.line
    silent, _, _ = segment.line.partition(' "')
    return first == silent or first.startswith(f'{silent} "')


def _wrong_rows(played: Played, rules: Format) -> Iterator[str]:
    for number, row in enumerate(played.rows, 1):
        if row.kmh is None:
            yield f"row {number} sets no speed"
        if row.seconds is not None and not row.waits and row.seconds < SHORTEST_ROW and rules.tilts:
            yield f"row {number} has {row.seconds} s"
        if rules.tilts and row.percent is None:
            yield f"row {number} sets no incline"
        if any(text.at >= (row.seconds or math.inf) for text in row.texts):
            yield f"row {number} is over before its text is shown"
    for second in set(played.seconds):
        if not second.kmh or second.kmh <= 0:
            yield f"row {second.row + 1}: the speed is {second.kmh}"


def _wrong_length(segment: bt.Segment, belt: list[Second], played: Played, rules: Format) -> Iterator[str]:
    if not belt:
        yield "has no second"
        return
    if segment.is_straddle:
        yield from _wrong_wait(segment, belt, played, rules)
        return
    first, last = played.rows[belt[0].row], played.rows[belt[-1].row]
    if segment.seconds is None:
        if rules.waits and not last.waits:
            yield "does not wait for the lap button"
    elif first.waits or last.waits:
        yield "waits"
    elif rules.steps and segment.ends_on == "distance":
        metres = sum((second.kmh or 0) / 3.6 for second in belt)
        if abs(metres - segment.metres) > 1 + segment.metres_per_second:
            yield f"{metres:.1f} m, planned {segment.metres:g}"
    elif abs(len(belt) - segment.seconds) > 1 + segment.seconds * (segment.ends_on == "distance") / 50:
        yield f"{len(belt)} s, planned {segment.seconds:g}"


def _wrong_wait(segment: bt.Segment, belt: list[Second], played: Played, rules: Format) -> Iterator[str]:
    """Whether a straddle waits, and lasts long enough where a clock may end it."""
    least = max(SHORTEST_CLOCKED_STRADDLE, segment.seconds or 0)
    row = played.rows[belt[0].row]
    if not rules.waits:
        if len(belt) < least:
            yield f"{len(belt)} s"
    elif not all(played.rows[second.row].waits for second in belt):
        yield "does not wait"
    elif row.seconds is not None and row.seconds < least:
        yield f"may end after {row.seconds} s"


def _wrong_straddle(belt: Sequence[Second], lowest: float) -> Iterator[str]:
    for kmh in _speeds(belt):
        if kmh > lowest * (1 + NOISE):
            yield f"{kmh:.4f} km/h in a straddle, above {lowest:g}"


def _wrong_moving(
    segment: bt.Segment, belt: Sequence[Second], held: tuple[int, int], lowest: float, rules: Format
) -> Iterator[str]:
    """Of the seconds in `held` the belt is slow in the first many, and may be slow in the second many."""
    must, may = held
    planned = segment.metres_per_second * 3.6
    slow = min(planned, max(lowest, rules.mount_kmh))
    for kmh in _speeds(belt):
        if kmh > planned * (1 + NOISE):
            yield f"{kmh:.4f} km/h, planned {planned:.4f}"
    for kmh in _speeds(belt[:must]):
        if kmh > slow * (1 + NOISE):
            yield f"{kmh:.4f} km/h soon after a straddle, at most {slow:.4f}"
    # A rest too short for a row of its own stays slow.
    begins = max(may, SHORTEST_ROW) if may else 0
    # A start that ends on a distance takes a part of a second more.
    begins += bool(may and rules.steps and segment.ends_on == "distance")
    left = len(belt) - begins
    if rules.steps and segment.ends_on == "distance":
        left = (segment.metres - begins * slow / 3.6) / segment.metres_per_second
    rest = belt[begins:]
    if rest and not (may and left < SHORTEST_ROW):
        for kmh in _speeds(rest):
            if kmh < planned - rules.below:
                yield f"{kmh:.4f} km/h, slower than planned {planned:.4f}"


def _wrong_incline(segment: bt.Segment, belt: Sequence[Second], before: float | None) -> Iterator[str]:
    planned = segment.incline_percent
    for percent in {second.percent for second in belt}:
        if percent is None:
            yield "no incline"
        elif segment.direction != "forward" and percent > planned + 1e-6:
            yield f"{percent:g} %, planned {planned:g}"
        elif abs(percent - planned) > 0.05:
            yield f"{percent:g} % is not {planned:g} %"
    if before is not None and belt and belt[0].percent != before:
        yield f"the incline changes from {before:g} % after stepping on"


def _wrong_end(played: Played, lowest: float, rules: Format) -> Iterator[str]:
    if not rules.ends:
        return
    kmh = played.afterwards.kmh
    if kmh is None or kmh > lowest * (1 + NOISE):
        yield f"after the end the belt runs at {kmh} km/h"
    if not any("stop" in text.words.lower() for text in played.texts if text.row == len(played.rows) - 1):
        yield "the last row does not say to stop"


def _speeds(belt: Sequence[Second]) -> list[float]:
    return sorted({second.kmh or 0.0 for second in belt})


# ---- A block in somebody's file


def violations_of_splice(
    before: bytes,
    after: bytes,
    segments: Sequence[bt.Segment],
    timeline: bt.Timeline,
    name: str,
    user: UserSettings = DEFAULTS,
    *,
    walks_on: bool = False,
) -> list[str]:
    """What is wrong with a file into which new segments were put.

    The rows that were there are there still, one after the other, and set what they set before; between them
    the new rows do what their segments ask for, and no row that follows goes faster or steeper than before;
    `walks_on` lets those that set no speed go on at a walk.
    """
    old, new = rows_of(before, name, user), rows_of(after, name, user)
    many = len(new) - len(old)
    at = next(
        (at for at in range(len(old) + 1) if new[:at] == old[:at] and new[at + many :] == old[at:]), None
    )
    if at is None:
        return ["the rows that were there are not there any more"]
    of_ours = msgspec.structs.replace(timeline, segments=tuple(segments))
    rules = FORMATS[name]
    rules = rules._replace(ends=rules.ends and at == len(old))
    found = {
        sentence
        for press in PRESSES.values()
        for sentence in violations_in(play(new[at : at + many], press, user), of_ours, rules)
    }
    moving = list(takewhile(lambda segment: not segment.is_straddle, reversed(segments)))
    if any(segment.direction != "forward" for segment in moving):
        found.add("the new rows end facing another way")
    rested = len(moving) == len(segments) or sum(segment.seconds or HOLD for segment in moving) >= HOLD
    if at < len(old) and not rested:
        found.add("the rows that follow come too soon after a straddle")
    states, were = _states(play(new, user=user)), _states(play(old, user=user))
    for row in range(at, len(old)):
        kmh, percent = states[row + many]
        was_kmh, was_percent = were[row]
        walks = walks_on and old[row].kmh is None and (kmh or 0) <= FASTEST_WALK_KMH
        if None not in (kmh, was_kmh) and kmh > was_kmh and not walks:
            found.add(f"row {row + 1} of the file, which went at {was_kmh:g} km/h, goes at {kmh:g}")
        if None not in (percent, was_percent) and percent > was_percent:
            found.add(f"row {row + 1} of the file, which was at {was_percent:g} %, is at {percent:g}")
    return sorted(found)


def _states(played: Played) -> dict[int, tuple[float | None, float | None]]:
    return {second.row: (second.kmh, second.percent) for second in played.seconds}
