"""Matching by the step index that a watch writes into each lap."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.reviewing.impossible import refuse_impossible
from backtrack_plugins.reviewing.match import (
    SECONDS_TOLERANCE,
    TAIL_SECONDS,
    Done,
    Match,
    done_in,
    is_timed,
    metres_slack,
    reaches,
)
from backtrack_plugins.reviewing.plan import NotMatched, PlannedRepeat, instead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.recording import Lap, Recording
    from backtrack_plugins.reviewing.plan import Plan
    from backtrack_plugins.timeline import Segment


class _SoFar(NamedTuple):
    """How far a pass has come; metres are the watch's estimate, None where it has none."""

    seconds: float
    metres: float | None

    def and_lap(self, lap: Lap) -> _SoFar:
        """With one lap more."""
        metres = self.metres if lap.metres is None else (self.metres or 0.0) + lap.metres
        return _SoFar(self.seconds + lap.seconds, metres)

    def is_too_far_with(self, lap: Lap, segment: Segment) -> bool:
        """Whether one lap more would be further than the distance of a segment.

        By the watch's estimate, which is what ends a distance on a watch; by the belt where it has none.
        """
        if self.metres is None:
            metres = (self.seconds + lap.seconds) * (segment.metres_per_second or 0.0)
        else:
            metres = self.metres + (lap.metres or 0.0)
        planned = segment.metres or 0.0
        return metres > planned + metres_slack(planned)


_NOTHING = _SoFar(0.0, None)


def match_by_steps(plan: Plan, recording: Recording) -> Match:
    """Put the laps to the segments whose index they have, in order.

    Each execution goes to the first place of its index behind the one before: the order is kept, and what
    was left out is missing. Linear in laps and segments.

    Raises:
        NotMatched: when a lap has no place left, or lasted as no lap of its step can.
    """
    matching = _Matching(plan, recording)
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

    def __init__(self, plan: Plan, recording: Recording) -> None:
        self.extras: list[int] = []
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
        for execution in self._executions(segment, index, run):
            done = done_in(self._laps, execution)
            at = self._next(index)
            if execution[0] != run[0] and self._is_tail(execution, done.seconds, at):
                self._placed[self._last].laps += execution
                self._placed[self._last].tail_seconds += done.seconds
                continue
            if at < 0:
                raise NotMatched(self._has_no_place(index, execution[0]))
            is_whole = reaches(segment, done.seconds, done.watch_metres)
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
            raise NotMatched(f"{said}. {instead(self._recording)}")
        return entry

    def _next(self, index: int) -> int:
        """The first place of an index behind the last one; -1 when there is none."""
        places = self._plan.places[index]
        following = bisect_right(places, self._last)
        return places[following] if following < len(places) else -1

    def _executions(self, segment: Segment, index: int, run: list[int]) -> Iterator[list[int]]:
        """Cut laps in a row of one step where a pass of it ended."""
        is_done_once = len(self._plan.places[index]) == 1
        if is_done_once and self._is_sure:
            yield run
            return
        begin = 0
        so_far = _NOTHING
        for end, (lap, following) in enumerate(pairwise(self._laps[place] for place in run), start=1):
            so_far = so_far.and_lap(lap)
            if self._ends(segment, so_far, lap, following, is_done_once=is_done_once):
                yield run[begin:end]
                begin, so_far = end, _NOTHING
        yield run[begin:]

    def _ends(
        self, segment: Segment, so_far: _SoFar, lap: Lap, following: Lap, *, is_done_once: bool
    ) -> bool:
        """Whether a pass ended with a lap, though the one that follows has its index, too."""
        if lap.trigger in {"manual", "session_end"}:
            return True
        if lap.trigger == "time":
            # Where it is sure that the plan was followed, a time before its time is an auto-lap.
            return not (self._is_sure and is_timed(segment)) or reaches(segment, so_far.seconds, None)
        if is_done_once:
            return False
        if segment.ends_on == "distance":
            return so_far.is_too_far_with(following, segment)
        if lap.trigger == "distance":
            return False
        planned = segment.seconds or 0.0
        return not is_timed(segment) or so_far.seconds + following.seconds > planned + SECONDS_TOLERANCE

    def _is_tail(self, execution: list[int], seconds: float, at: int) -> bool:
        """Whether laps in a row behind a pass of their step, with a next place if any, are only its tail."""
        is_another_pass = at >= 0 and self._laps[execution[-1]].trigger in {"manual", "time"}
        if at == self._last + 1 or is_another_pass:
            return False
        before = self._placed[self._last]
        return before.is_whole and before.tail_seconds + seconds <= TAIL_SECONDS

    def _has_no_place(self, index: int, lap: int) -> str:
        line = self._plan.timeline.segments[self._plan.places[index][0]].line
        its = f"lap {lap + 1} is of step {index + 1}, '{line}'"
        return f"{its}, which the plan does not have again behind lap {lap}. {instead(self._recording)}"

    def finished(self) -> Match:
        """What was done of each segment.

        Raises:
            NotMatched: when a lap lasted as none of its step can.
        """
        found: list[Done | None] = [None] * len(self._plan.indices)
        for at, placed in self._placed.items():
            refuse_impossible(self._plan.timeline.segments[at], placed.laps, self._recording)
            found[at] = done_in(self._laps, placed.laps)
        return Match("steps", found, self.extras)
