"""Matching by the step index that a watch writes into each lap."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.reviewing.impossible import refuse_impossible
from backtrack_plugins.reviewing.match import (
    SECONDS_TOLERANCE,
    TAIL_SECONDS,
    TOO_FAR,
    Done,
    Match,
    done_in,
    is_timed,
    metres_slack,
    reaches,
    slack,
)
from backtrack_plugins.reviewing.plan import NotMatched, PlannedRepeat, instead

if TYPE_CHECKING:
    from backtrack_plugins.recording import Lap, Recording
    from backtrack_plugins.reviewing.plan import Plan
    from backtrack_plugins.timeline import Segment


class _SoFar(msgspec.Struct, frozen=True):
    """How far a pass has come; metres are the watch's estimate, None where it has none."""

    seconds: float
    metres: float | None

    def and_lap(self, lap: Lap) -> _SoFar:
        """With one lap more."""
        metres = self.metres if lap.metres is None else (self.metres or 0.0) + lap.metres
        return _SoFar(self.seconds + lap.seconds, metres)

    def is_nearer_than(self, more: _SoFar, segment: Segment) -> bool:
        """Whether the planned time or distance is met better than by somewhat more."""
        now, planned = self._held_against(segment)
        then, _ = more._held_against(segment)
        return abs(now - planned) < abs(then - planned)

    def is_close_to(self, segment: Segment) -> bool:
        """Whether it is what was planned, as exactly as a watch measures it."""
        now, planned = self._held_against(segment)
        return abs(now - planned) <= (slack if is_timed(segment) else metres_slack)(planned)

    def is_too_much_for(self, segment: Segment) -> bool:
        """Whether no pass of a segment can have come so far."""
        if is_timed(segment):
            return self.seconds > (segment.seconds or 0.0) + SECONDS_TOLERANCE
        now, planned = self._held_against(segment)
        return now > TOO_FAR * planned

    def _held_against(self, segment: Segment) -> tuple[float, float]:
        """How far it is, and how far was planned: in seconds or in metres.

        Metres are the watch's estimate, which is what ends a distance there; the belt's where it has none.
        """
        if is_timed(segment):
            return self.seconds, segment.seconds or 0.0
        metres = self.seconds * (segment.metres_per_second or 0.0) if self.metres is None else self.metres
        return metres, segment.metres or 0.0


_NOTHING = _SoFar(0.0, None)


def match_by_steps(plan: Plan, recording: Recording, rests: frozenset[int] = frozenset()) -> Match:
    """Put the laps to the segments whose index they have, in order.

    Each execution goes to the first place of its index behind the one before: the order is kept, and what
    was left out is missing. Linear in laps and segments.

    Args:
        plan: The plan.
        recording: The recording, with steps that are one joined.
        rests: Places of the laps of what was left of a step that starts gently, from 0.

    Raises:
        NotMatched: when a lap has no place left, or lasted as no lap of its step can.
    """
    matching = _Matching(plan, recording, rests)
    for index, run in groupby(range(len(recording.laps)), lambda at: recording.laps[at].step_index):
        if index is None:
            matching.extras += run
        else:
            matching.place(index, [*run])
    return matching.finished()


class _Placed:
    """A pass of a step that has its place; laps and segments are counted from 0.

    Attributes:
        laps: Places of its laps in the recording.
        is_whole: Whether it was as long as planned, its tail left out.
        tail_seconds: How long the tail is.
    """

    def __init__(self, laps: list[int], *, is_whole: bool) -> None:
        self.laps = laps
        self.is_whole = is_whole
        self.tail_seconds = 0.0


class _Matching:
    """Where the laps belong that were placed so far; laps and segments are counted from 0.

    Attributes:
        extras: Laps without an index.
    """

    def __init__(self, plan: Plan, recording: Recording, rests: frozenset[int]) -> None:
        self.extras: list[int] = []
        self._rests = rests
        self._plan = plan
        self._recording = recording
        self._laps = recording.laps
        # With the steps at hand it is sure that the plan was followed, and doubtful laps can be explained.
        self._is_sure = bool(recording.steps)
        self._placed: dict[int, _Placed] = {}
        self._last = -1

    def place(self, index: int, run: list[int]) -> None:
        """Place laps in a row that have one index: one pass of a step, or several."""
        segment = self._segment(index, run[0])
        begin, so_far = 0, _NOTHING
        for end, place in enumerate(run, start=1):
            so_far = so_far.and_lap(self._laps[place])
            if end == len(run) or self._ends(segment, index, so_far, run[end]):
                self._put(segment, index, run[begin:end], so_far, is_first=begin == 0)
                begin, so_far = end, _NOTHING

    def _put(
        self, segment: Segment, index: int, execution: list[int], so_far: _SoFar, *, is_first: bool
    ) -> None:
        at = self._next(index)
        if not is_first and self._is_tail(execution, so_far.seconds, at):
            self._placed[self._last].laps += execution
            self._placed[self._last].tail_seconds += so_far.seconds
            return
        if at < 0:
            raise self._has_no_place(index, execution[0])
        is_whole = reaches(segment, so_far.seconds, so_far.metres)
        self._placed[at] = _Placed(execution, is_whole=is_whole)
        self._last = at

    def _segment(self, index: int, lap: int) -> Segment:
        entries = self._plan.entries
        entry = entries[index] if 0 <= index < len(entries) else None
        if entry is None or isinstance(entry, PlannedRepeat):
            there = "is a repeat" if entry is not None else "is not there"
            said = (
                f"lap {lap + 1} is of step {index + 1} of what the watch followed, which {there} in the plan"
            )
            raise NotMatched(said, instead(self._recording, self._plan.timeline))
        return entry

    def _next(self, index: int) -> int:
        """The first place of an index behind the last one; -1 when there is none."""
        places = self._plan.places[index]
        following = bisect_right(places, self._last)
        return places[following] if following < len(places) else -1

    def _ends(self, segment: Segment, index: int, so_far: _SoFar, following: int) -> bool:
        """Whether a pass ended with a lap, though the one that follows has its index, too."""
        is_rest = following in self._rests
        if is_rest != (following - 1 in self._rests):
            return not is_rest  # with what is left of a step a pass ends, and with its start none does
        is_done_once = len(self._plan.places[index]) == 1
        if is_done_once and self._is_sure:
            return False
        trigger = self._laps[following - 1].trigger
        if trigger in {"manual", "session_end"}:
            return True
        if trigger == "time":
            # Where it is sure that the plan was followed, a time before its time is an auto-lap.
            return not (self._is_sure and is_timed(segment)) or reaches(segment, so_far.seconds, None)
        if is_done_once or (trigger == "distance" and segment.ends_on != "distance"):
            return False
        return not _has_measure(segment) or self._is_met(segment, index, so_far, following)

    def _is_met(self, segment: Segment, index: int, so_far: _SoFar, following: int) -> bool:
        """Whether a planned time or distance is done, as far as how long laps were can say."""
        more = so_far.and_lap(self._laps[following])
        if more.is_too_much_for(segment):
            return True
        is_likely = self._comes_twice_from(self._next(index)) or so_far.is_close_to(segment)
        return is_likely and so_far.is_nearer_than(more, segment)

    def _comes_twice_from(self, at: int) -> bool:
        """Whether the same step follows a place, as in a repeat of one step."""
        indices = self._plan.indices
        return 0 <= at < len(indices) - 1 and indices[at] == indices[at + 1]

    def _is_tail(self, execution: list[int], seconds: float, at: int) -> bool:
        """Whether laps in a row behind a pass of their step, with a next place if any, are only its tail."""
        is_another_pass = at >= 0 and self._laps[execution[-1]].trigger in {"manual", "time"}
        if at == self._last + 1 or is_another_pass:
            return False
        before = self._placed[self._last]
        return before.is_whole and before.tail_seconds + seconds <= TAIL_SECONDS

    def _has_no_place(self, index: int, lap: int) -> NotMatched:
        line = self._plan.timeline.segments[self._plan.places[index][0]].line
        its = f"lap {lap + 1} is of step {index + 1}, '{line}'"
        said = f"{its}, which the plan does not have again behind lap {lap}"
        return NotMatched(said, instead(self._recording, self._plan.timeline))

    def finished(self) -> Match:
        """What was done of each segment.

        Raises:
            NotMatched: when a lap lasted as none of its step can.
        """
        found: list[Done | None] = [None] * len(self._plan.indices)
        for at, placed in self._placed.items():
            refuse_impossible(self._plan.timeline, at, placed.laps, self._recording)
            found[at] = done_in(self._laps, placed.laps)
        return Match("steps", found, self.extras)


def _has_measure(segment: Segment) -> bool:
    """Whether a time or a distance ends it on a watch, and not the lap button."""
    return segment.ends_on != "lap" and not segment.is_straddle
