"""From the timer's seconds to those since the recording began, pauses included; and heart rates in them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.recording import Lap, Recording, Sample

PAUSED_SECONDS = 1.0
"""A difference between timer and elapsed time that is no pause, but rounding."""

LONGEST_HELD = 10.0
USUALLY_HELD = 2.0
"""A heart rate counts until the next sample, but at most for so many seconds, and for so many times as
samples of the recording are usually apart: after that the timer had stopped, or the watch had lost it (our
choice; watches that save space write a sample every few seconds)."""

_Windows = tuple[tuple[float, float], ...]


def windows_of(spans: Sequence[tuple[float, float]], recording: Recording) -> Iterator[_Windows]:
    """Where spans of the timer's time lie in elapsed time; nothing where a pause makes it unknown.

    Args:
        spans: In order, each from when to when the timer counted.
        recording: Its laps say in which of them were pauses, and not where.
    """
    clocks = _Clocks(recording)
    for start, end in spans:
        yield clocks.window(start, end)


class _Clocks:
    """Stretches in which timer and elapsed time run alike, in order."""

    def __init__(self, recording: Recording) -> None:
        self._timer: list[float] = []
        self._elapsed: list[float] = []
        self._seconds: list[float] = []
        if recording.elapsed_seconds is not None and _alike(recording.elapsed_seconds, recording.seconds):
            self._add(0.0, 0.0, recording.seconds)
            return
        timer = 0.0
        for lap, elapsed in _elapsed_of(recording):
            if elapsed is not None and _alike(elapsed, lap.seconds):
                self._add(timer, lap.start_seconds, lap.seconds)
            timer += lap.seconds

    def _add(self, timer: float, elapsed: float, seconds: float) -> None:
        self._timer.append(timer)
        self._elapsed.append(elapsed)
        self._seconds.append(seconds)

    def window(self, start: float, end: float) -> _Windows:
        """Where a span lies; nothing unless all of it is known."""
        found: list[tuple[float, float]] = []
        at = max(bisect_right(self._timer, start) - 1, 0)
        known = start
        while known < end and at < len(self._timer):
            begins, lasts = self._timer[at], self._seconds[at]
            if known < begins - PAUSED_SECONDS:
                return ()
            until = min(end, begins + lasts)
            if until > known:
                shift = self._elapsed[at] - begins
                found.append((known + shift, until + shift))
                known = until
            at += 1
        return tuple(found) if known >= end - PAUSED_SECONDS else ()


def _alike(elapsed: float, timer: float) -> bool:
    return abs(elapsed - timer) <= PAUSED_SECONDS


def _elapsed_of(recording: Recording) -> Iterator[tuple[Lap, float | None]]:
    """Each lap with how long it was, pauses included; None where that cannot be told."""
    laps = recording.laps
    for lap, following in zip(laps, (*laps[1:], None), strict=False):
        if lap.elapsed_seconds is not None:
            yield lap, lap.elapsed_seconds
        elif following is not None:
            yield lap, following.start_seconds - lap.start_seconds
        elif recording.elapsed_seconds is not None:
            yield lap, recording.elapsed_seconds - lap.start_seconds
        else:
            yield lap, None


class HeartRates:
    """The heart rate over time, to ask for means; made once, in one pass over the samples."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        apart = [following.seconds - sample.seconds for sample, following in pairwise(samples)]
        usually = sorted(apart)[len(apart) // 2] if apart else LONGEST_HELD
        longest = min(USUALLY_HELD * max(usually, 0.0), LONGEST_HELD)
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._rates: list[float] = []
        self._seconds = [seconds := 0.0]
        self._beats = [beats := 0.0]
        for sample, until_next in zip(samples, (*apart, longest), strict=False):
            rate = sample.heart_rate
            if rate is None:
                continue
            held = 0.0 if until_next < 0 else min(until_next, longest)
            seconds += held
            beats += held * rate
            self._starts.append(sample.seconds)
            self._ends.append(sample.seconds + held)
            self._rates.append(rate)
            self._seconds.append(seconds)
            self._beats.append(beats)

    def mean(self, windows: Sequence[tuple[float, float]]) -> float | None:
        """The mean over windows of elapsed time, weighted by time; None when nothing was measured there."""
        seconds = beats = 0.0
        for start, end in windows:
            first, last = bisect_right(self._ends, start), bisect_left(self._starts, end)
            if first >= last:
                continue
            before = max(start - self._starts[first], 0.0)
            behind = max(self._ends[last - 1] - end, 0.0)
            seconds += self._seconds[last] - self._seconds[first] - before - behind
            beats += self._beats[last] - self._beats[first]
            beats -= before * self._rates[first] + behind * self._rates[last - 1]
        return beats / seconds if seconds > 0 else None
