"""Matching by the step index that a watch writes into each lap."""

from __future__ import annotations

from bisect import bisect_right
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.reviewing.match import (
    SECONDS_TOLERANCE,
    Done,
    Match,
    done_in,
    metres_slack,
    reaches,
    slack,
)
from backtrack_plugins.reviewing.plan import INSTEAD, NotMatched, PlannedRepeat
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.recording import Lap, Recording
    from backtrack_plugins.reviewing.plan import Plan
    from backtrack_plugins.timeline import Segment

TAIL_SECONDS = 5.0
"""Up to so long what follows a finished step under its index still belongs to it (seen: 2 to 4 s)."""

TOO_FAR = 1.5
"""A watch ends a distance by its own estimate; calibrating changes that afterwards, by less than this."""


class _SoFar(NamedTuple):
    """How far a pass has come; metres are the watch's estimate, None where it has none."""

    seconds: float
    metres: float | None

    def and_lap(self, lap: Lap) -> _SoFar:
        metres = self.metres if lap.metres is None else (self.metres or 0.0) + lap.metres
        return _SoFar(self.seconds + lap.seconds, metres)


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


class _Matching:
    """Where the laps belong that were placed so far; laps and segments are counted from 0.

    Attributes:
        extras: Laps without an index.
    """

    def __init__(self, plan: Plan, recording: Recording) -> None:
        self.extras: list[int] = []
        self._plan = plan
        self._laps = recording.laps
        # With the steps at hand it is sure that the plan was followed, and doubtful laps can be explained.
        self._is_sure = bool(recording.steps)
        self._placed: dict[int, list[int]] = {}
        self._last = -1

    def place(self, index: int, run: list[int]) -> None:
        """Place laps in a row that have one index: one pass of a step, or several."""
        segment = self._segment(index, run[0])
        for execution in self._executions(segment, index, run):
            at = self._next(index)
            if execution[0] != run[0] and at != self._last + 1 and self._is_tail(segment, execution, at):
                self._placed[self._last] += execution
            elif at < 0:
                raise NotMatched(self._has_no_place(index, execution[0]))
            else:
                self._placed[at] = execution
                self._last = at

    def _segment(self, index: int, lap: int) -> Segment:
        entries = self._plan.entries
        entry = entries[index] if 0 <= index < len(entries) else None
        if entry is None or isinstance(entry, PlannedRepeat):
            is_not = "a repeat" if entry is not None else "not there"
            raise NotMatched(
                f"lap {lap + 1} is of step {index + 1} of a workout, which is {is_not} in the plan. {INSTEAD}"
            )
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
            if self._ends(segment, so_far, lap, following, is_once=is_done_once):
                yield run[begin:end]
                begin, so_far = end, _NOTHING
        yield run[begin:]

    def _ends(self, segment: Segment, so_far: _SoFar, lap: Lap, following: Lap, *, is_once: bool) -> bool:
        """Whether a step ended with a lap, though the one that follows has its index, too."""
        if lap.trigger in {"manual", "session_end"}:
            return True
        if lap.trigger == "time":
            return not (self._is_sure and _is_timed(segment)) or reaches(segment, so_far.seconds, None)
        if segment.ends_on == "distance":
            return _is_far_enough(segment, so_far, following)
        if lap.trigger == "distance" or is_once:
            return False
        planned = segment.seconds or 0.0
        return not _is_timed(segment) or so_far.seconds + following.seconds > planned + SECONDS_TOLERANCE

    def _is_tail(self, segment: Segment, execution: list[int], at: int) -> bool:
        """Whether laps behind a pass of their step are only its tail."""
        before = done_in(self._laps, self._placed[self._last])
        is_another_pass = at >= 0 and self._laps[execution[-1]].trigger in {"manual", "time"}
        return (
            not is_another_pass
            and done_in(self._laps, execution).seconds <= TAIL_SECONDS
            and reaches(segment, before.seconds, before.watch_metres)
        )

    def _has_no_place(self, index: int, lap: int) -> str:
        step = f"step {index + 1}, {_quoted(self._plan.entries[index])}"
        return f"lap {lap + 1} is of {step}, which the plan does not have again behind lap {lap}. {INSTEAD}"

    def finished(self) -> Match:
        """What was done of each segment.

        Raises:
            NotMatched: when a lap lasted as none of its step can.
        """
        found: list[Done | None] = [None] * len(self._plan.indices)
        for at, places in self._placed.items():
            self._refuse_impossible(self._plan.timeline.segments[at], places)
            found[at] = done_in(self._laps, places)
        return Match("steps", found, self.extras)

    def _refuse_impossible(self, segment: Segment, places: list[int]) -> None:
        laps = [self._laps[place] for place in places]
        said = ""
        if _is_timed(segment):
            said = self._time_is_impossible(segment.seconds or 0.0, laps, places[-1])
        elif segment.ends_on == "distance" and not self._is_sure:
            metres = sum(lap.metres or 0.0 for lap in laps)
            planned = segment.metres or 0.0
            if laps[-1].trigger == "time":
                said = f"was ended by a time, where {planned:g} m are planned"
            elif metres > TOO_FAR * planned + metres_slack(planned):
                said = f"went {metres:.0f} m, where {planned:g} m are planned"
        if said:
            raise NotMatched(
                f"lap {places[-1] + 1} is of {_quoted(segment)} by its index, and {said}: "
                f"the recording follows another workout. {INSTEAD}"
            )

    def _time_is_impossible(self, planned: float, laps: list[Lap], last: int) -> str:
        seconds = sum(lap.seconds for lap in laps)
        if _without_tail(laps, planned) > planned + SECONDS_TOLERANCE:
            return f"took {_clock(seconds)}, where {_clock(planned)} is planned"
        if seconds < planned - SECONDS_TOLERANCE:
            if laps[-1].trigger == "time":
                return f"was ended by its time after {_clock(seconds)}, where {_clock(planned)} is planned"
            goes_on = any(lap.step_index is not None for lap in self._laps[last + 1 : last + 2])
            if laps[-1].trigger == "distance" and goes_on and not self._is_sure:
                return f"was ended by a distance, where {_clock(planned)} is planned"
        return ""


def _is_timed(segment: Segment) -> bool:
    """Whether time ends it on a watch, too: in a straddle a watch waits for the lap button."""
    return segment.ends_on == "time" and not segment.is_straddle


def _is_far_enough(segment: Segment, so_far: _SoFar, following: Lap) -> bool:
    """Whether a distance is done, by the watch's estimate where there is one: it is what ends a step."""
    planned = segment.metres or 0.0
    if so_far.metres is None:
        return reaches(segment, so_far.seconds, None)
    more = so_far.metres + (following.metres or 0.0)
    return so_far.metres >= planned - metres_slack(planned) or more > planned + metres_slack(planned)


def _without_tail(laps: Sequence[Lap], planned: float) -> float:
    """How long laps took, without a few seconds that were counted behind the end of their step."""
    seconds = sum(lap.seconds for lap in laps)
    tail = 0.0
    for lap in reversed(laps[1:]):
        tail += lap.seconds
        if tail > TAIL_SECONDS or seconds - tail < planned - slack(planned):
            break
        if seconds - tail <= planned + SECONDS_TOLERANCE:
            return seconds - tail
    return seconds


def _quoted(segment: object) -> str:
    return f"'{getattr(segment, 'line', '')}'"


def _clock(seconds: float) -> str:
    return clock_of(round(seconds))
