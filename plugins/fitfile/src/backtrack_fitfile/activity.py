"""One FIT file of an activity: its times, laps, samples and the workout that was followed."""

from __future__ import annotations

import math
from datetime import UTC, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING

from backtrack_fitfile import profile
from backtrack_fitfile.steps import recorded_steps
from backtrack_fitfile.values import code, number, text, whole
from backtrack_plugins import Lap, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_fitfile.messages import Values
    from backtrack_plugins import RecordedStep

FIRST_DATE = 0x10000000
"""Below it a time counts from when the watch was switched on (FIT profile, type ``date_time``)."""

_FAR = 48 * 3600.0
"""Seconds beyond the length of the activity above which a time is not of it: our choice."""

_QUARTER = 15 * 60
_EAST, _WEST = 14 * 3600, -14 * 3600
"""The offsets from UTC that there are, in seconds, and a little more in the west."""


class Activity:
    """The messages of one FIT file.

    Attributes:
        begins: When it began; None when no message says.
        ends: The latest time in it.
        far: Times far from most others, by what had them; nothing is read of a sample that has one, and a
            summary is read without its start.
    """

    def __init__(self, found: dict[str, list[Values]]) -> None:
        self._found = found
        self.far: dict[str, list[float]] = {}
        self._records = self._timed("record", "timestamp")
        self._leave_out_what_is_far()
        summaries = [*self._starts("session"), *self._starts("lap")]
        samples = [time for time, _ in self._records]
        self.begins = _earliest(summaries or samples)
        self.ends = max([*summaries, *samples], default=None)

    def _all(self, kind: str) -> Sequence[Values]:
        return self._found.get(kind, ())

    def _timed(self, kind: str, field: str) -> list[tuple[float, Values]]:
        found = ((number(values, field), values) for values in self._all(kind))
        return [(time, values) for time, values in found if time is not None]

    def _starts(self, kind: str) -> list[float]:
        return [time for time, _ in self._timed(kind, "start_time")]

    def _leave_out_what_is_far(self) -> None:
        """A changed byte, or a watch that lost its clock, dates single messages years away."""
        times = [time for time, _ in self._records] + self._starts("session") + self._starts("lap")
        dates = [time for time in times if time >= FIRST_DATE]
        if not dates:
            return
        lengths = (number(values, "total_elapsed_time") for values in self._all("session"))
        most = _FAR + max((length for length in lengths if length is not None), default=0.0)
        if max(dates) - min(dates) <= most:
            return
        middle = sorted(dates)[len(dates) // 2]

        def is_far(time: float) -> bool:
            return time >= FIRST_DATE and abs(time - middle) > most

        self._note_far("records", [time for time, _ in self._records if is_far(time)])
        self._records = [(time, values) for time, values in self._records if not is_far(time)]
        for kind in ("session", "lap"):
            for time, values in self._timed(kind, "start_time"):
                if is_far(time):
                    self._note_far(f"the start of a {kind}", [time])
                    del values["start_time"]

    def _note_far(self, kind: str, times: list[float]) -> None:
        if times:
            self.far.setdefault(kind, []).extend(times)

    def seconds(self) -> float:
        """How long the timer ran; where no timer is told of, with pauses, by summaries or else by samples."""
        for field in ("total_timer_time", "total_elapsed_time"):
            for kind in ("session", "lap", "activity"):
                found = [each for each in (number(row, field) for row in self._all(kind)) if each is not None]
                if found:
                    return math.fsum(found)
        times = [time for time, _ in self._records]
        return max(times, default=0.0) - min(times, default=0.0)

    def said_ends(self, start: float) -> Iterator[float]:
        """When its sessions, or else its laps, end by what they say; the time of a message is not it.

        In seconds since the recording began, as everywhere below.
        """
        for kind in ("session", "lap"):
            said = False
            end = self._begins(start)
            for values in self._all(kind):
                elapsed = number(values, "total_elapsed_time")
                if elapsed is None:
                    continue
                began = _time(values, "start_time", start)
                end = (end if began is None else began) + elapsed
                yield end
                said = True
            if said:
                return

    def _begins(self, start: float) -> float:
        return 0.0 if self.begins is None else _since(self.begins, start) or 0.0

    def laps(self, start: float) -> list[Lap]:
        """In order; one that does not say when it began follows the one before it in the file.

        Starts have whole seconds: of laps that began in the same one, the index in the file says the order.
        """
        found: list[tuple[float, int, Lap]] = []
        end = self._begins(start)
        for values in self._all("lap"):
            timer, elapsed = number(values, "total_timer_time"), number(values, "total_elapsed_time")
            seconds = timer if timer is not None else elapsed or 0.0
            began = _time(values, "start_time", start)
            began = end if began is None else began
            end = began + (elapsed or seconds)
            index = code(values, "wkt_step_index")
            lap = Lap(
                start_seconds=max(0.0, began),
                seconds=seconds,
                elapsed_seconds=elapsed,
                metres=number(values, "total_distance"),
                heart_rate=_beats(values, "avg_heart_rate"),
                step_index=None if index is None else index & profile.INDEX_BITS,
                trigger=_trigger(values),
            )
            order = (code(values, "message_index") or 0) & profile.INDEX_BITS
            found.append((lap.start_seconds, order, lap))
        return [lap for _, _, lap in sorted(found, key=lambda each: each[:2])]

    def samples(self, start: float, metres: float) -> list[Sample]:
        """In the order of the file; what has no time has no place.

        Args:
            start: When the recording began.
            metres: What was covered in the FIT files before this one.
        """
        has_steps = not self._counts_no_steps()
        samples = []
        for time, values in self._records:
            since = _since(time, start)
            if since is None:
                continue
            distance = number(values, "distance")
            speed = number(values, "enhanced_speed")
            samples.append(
                Sample(
                    seconds=max(0.0, since),
                    metres=None if distance is None else metres + distance,
                    metres_per_second=number(values, "speed") if speed is None else speed,
                    heart_rate=_beats(values, "heart_rate"),
                    cadence=_cadence(values) if has_steps else None,
                )
            )
        return samples

    def has_steps(self) -> bool:
        """Whether the watch kept the steps of a workout."""
        return bool(self._all("workout_step"))

    def steps(self) -> tuple[RecordedStep, ...]:
        """The planned steps, by their index."""
        return recorded_steps(self._all("workout_step"))

    def workout(self, field: str) -> str:
        """A text of the workout that was followed; empty where there is none."""
        return next(filter(None, (text(values, field) for values in self._all("workout"))), "")

    def sport(self) -> str | None:
        """The sport's word, from the session or from what is left without one."""
        words = (profile.SPORTS.get(sport) for sport in self._codes("sport"))
        return next(filter(None, words), None)

    def _counts_no_steps(self) -> bool:
        sports = {profile.SPORTS.get(sport) for sport in self._codes("sport")}
        return bool(sports & profile.NO_STEPS or {*self._codes("sub_sport")} & profile.NO_STEPS_INDOORS)

    def _codes(self, field: str) -> Iterator[int]:
        for kind in ("session", "sport", "lap"):
            for values in self._all(kind):
                found = code(values, field)
                if found is not None:
                    yield found

    def offset(self) -> tzinfo | None:
        """The watch's own offset from UTC; None where it says none, or none that there is."""
        for values in self._all("activity"):
            time, local = number(values, "timestamp"), number(values, "local_timestamp")
            if time is None or local is None or min(time, local) < FIRST_DATE:
                continue
            seconds = round((local - time) / _QUARTER) * _QUARTER
            if _WEST <= seconds <= _EAST:
                return timezone(timedelta(seconds=seconds)) if seconds else UTC
        return None


def _earliest(times: Sequence[float]) -> float | None:
    """The earliest date; where there is none, the earliest time since the watch was switched on."""
    return min([time for time in times if time >= FIRST_DATE] or times, default=None)


def _time(values: Values, field: str, start: float) -> float | None:
    """A time since the start."""
    time = number(values, field)
    return None if time is None else _since(time, start)


def _since(time: float, start: float) -> float | None:
    """The seconds from the start to a time; None unless both are dates, or none is."""
    return time - start if (time >= FIRST_DATE) == (start >= FIRST_DATE) else None


def _beats(values: Values, field: str) -> int | None:
    """Some writers put 0 where no heart rate was measured."""
    return whole(values, field) or None


def _cadence(values: Values) -> float | None:
    """Steps a minute: the file counts strides, which are two steps."""
    strides = number(values, "cadence")
    if strides is None:
        return None
    return 2 * (strides + (number(values, "fractional_cadence") or 0))


def _trigger(values: Values) -> str | None:
    """Why a lap ended; a number that no profile names is none."""
    trigger = code(values, "lap_trigger")
    return None if trigger is None else profile.TRIGGERS.get(trigger)
