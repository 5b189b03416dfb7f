"""The recordings among the examples: as a watch would write them that followed our own workout files.

Nobody ran them. Heart rates and the watch's distances are made up, as far off on backward steps as a watch
may be that counts on somebody who moves forward.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import backtrack_plugins as bt

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))  # which makes recordings for itself

from recorded import Lap, from_export, recorded_fit  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STRADDLE_SECONDS = 24.0
"""How long a straddle took, which the lap button ends."""

EVERY = 5.0
"""Seconds between records; a watch that records smartly leaves most of them out."""

_HEART_RATE = {"walk": 108, "jog": 128, "run": 156}
_WATCH_SHARE = {"forward": 0.97, "backward": 0.62, "left": 0.5, "right": 0.5}
_OFFSET = timedelta(hours=1)


def after_intervals_reset() -> bytes:
    """The example workout, its last bout cut short by the lap button, and a minute after its end."""
    workout = bt.read(ROOT / "examples/workouts/after-intervals-reset.backtrack")
    laps = list(_laps(bt.expand(workout)))
    last = max(number for number, lap in enumerate(laps) if lap.seconds == 120)
    laps[last] = laps[last]._replace(seconds=85.0, trigger="manual", metres=52.0)
    laps.append(Lap(62, metres=80.0, heart_rate=104, trigger="session_end"))
    return _recorded(workout, laps, datetime(2026, 12, 2, 17, 30, tzinfo=UTC))


def week_one() -> bytes:
    """The first week of a first-timer's programme on Wednesdays that follows the example of a run."""
    run = bt.read(ROOT / "examples/workouts/easy-run.backtrack")
    athlete = bt.Athlete(level="first-timer")
    programme = bt.new_programme(athlete, date(2026, 11, 25), run=run)
    workout = programme.pending_week.workout
    laps = list(_laps(bt.expand(workout)))
    return _recorded(workout, laps, datetime(2026, 11, 25, 17, 5, tzinfo=UTC))


def _recorded(workout: bt.Workout, laps: Sequence[Lap], start: datetime) -> bytes:
    plan = from_export(bt.export(workout, "garmin-fit").data)
    return recorded_fit(plan, laps, every=EVERY, start=start, offset=_OFFSET)


def _laps(timeline: bt.Timeline) -> Iterator[Lap]:
    """One lap for each segment, with the index of its step in the file that the watch got."""
    for index, segment in _numbered(timeline.tree, 0)[0]:
        if segment.direction is None or segment.gait is None or segment.seconds is None:
            yield Lap(STRADDLE_SECONDS, step=index, metres=3.0, heart_rate=112, trigger="manual")
            continue
        metres = (segment.metres or 0.0) * _WATCH_SHARE[segment.direction]
        turned = segment.direction != "forward"
        heart_rate = _HEART_RATE[segment.gait] + 8 * turned
        yield Lap(segment.seconds, step=index, metres=round(metres, 2), heart_rate=heart_rate)


def _numbered(
    parts: Sequence[bt.Segment | bt.RepeatedSegments], first: int
) -> tuple[list[tuple[int, bt.Segment]], int]:
    """Every segment as often as it is done, with its index; a repeat has an index, too, after its steps."""
    found: list[tuple[int, bt.Segment]] = []
    for part in parts:
        if isinstance(part, bt.RepeatedSegments):
            inner, first = _numbered(part.parts, first)
            found += inner * part.times
        else:
            found.append((first, part))
        first += 1
    return found, first
