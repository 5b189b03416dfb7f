"""Rows of a belt by the segments that they come from, and pairs of segments that one element can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins import RepeatedSegments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_plugins import BeltRow, Segment

    Parts = Sequence[Segment | RepeatedSegments]

HOLD_SECONDS = 15
"""How long after a straddle the belt is held: no pair begins there."""


class Stretch(NamedTuple):
    """A segment and its rows: one, or two where the belt is held at first.

    Attributes:
        segment: The segment.
        rows: Its rows in order.
    """

    segment: Segment
    rows: list[BeltRow]


class Bar(NamedTuple):
    """A repeat of two plain forward segments, which are the same in every pass.

    Attributes:
        times: How often, in all.
        stretches: Those of all passes.
    """

    times: int
    stretches: list[Stretch]


def stretches(segments: Iterable[Segment], rows: Iterable[BeltRow]) -> list[Stretch]:
    """Rows by their segments."""
    found: list[Stretch] = []
    remaining = iter(segments)
    for row in rows:
        if row.continues:
            found[-1].rows.append(row)
        else:
            found.append(Stretch(next(remaining), [row]))
    return found


def in_bars(tree: Parts, every: Sequence[Stretch]) -> Iterator[Stretch | Bar]:
    """The stretches of a whole tree in order, with each repeat that can be a bar as one.

    What plays a file may take the speeds of a bar from elsewhere. So nothing that has to do with turning
    round is in one: every step goes forward, and no straddle comes within 15 s before it or right after.
    """
    return _walk(tree, every, iter(range(len(every))))


def _walk(parts: Parts, every: Sequence[Stretch], places: Iterator[int]) -> Iterator[Stretch | Bar]:
    for part in parts:
        if not isinstance(part, RepeatedSegments):
            yield every[next(places)]
        elif _is_plain_pair(part):
            first, *_, last = (next(places) for _ in range(2 * part.times))
            yield from _barred(part.times, every, first, last + 1)
        else:
            for _ in range(part.times):
                yield from _walk(part.parts, every, places)


def _is_plain_pair(repeat: RepeatedSegments) -> bool:
    segments = [part for part in repeat.parts if not isinstance(part, RepeatedSegments)]
    return (
        len(segments) == len(repeat.parts) == 2
        and all(segment.direction == "forward" and segment.ends_on == "time" for segment in segments)
        and segments[0].incline_percent == segments[1].incline_percent
    )


def _barred(times: int, every: Sequence[Stretch], first: int, end: int) -> Iterator[Stretch | Bar]:
    """The stretches from the first up to the end, as a bar where they can be one."""
    passes = list(every[first:end])
    turns_after = end < len(every) and every[end].segment.is_straddle
    same = len({_played(each) for each in passes[::2]}) == len({_played(each) for each in passes[1::2]}) == 1
    one_row_each = all(len(stretch.rows) == 1 for stretch in passes)
    if times > 1 and same and one_row_each and not turns_after and not _turned_before(every[:first]):
        yield Bar(times, passes)
    else:
        yield from passes


def _played(stretch: Stretch) -> tuple[int, float]:
    row = stretch.rows[0]
    return row.seconds, row.metres_per_second


def _turned_before(every: Sequence[Stretch]) -> bool:
    """Whether less than the hold has passed since a straddle."""
    passed = 0
    for stretch in reversed(every):
        if stretch.segment.is_straddle:
            return passed < HOLD_SECONDS
        passed += sum(row.seconds for row in stretch.rows)
        if passed >= HOLD_SECONDS:
            return False
    return False
