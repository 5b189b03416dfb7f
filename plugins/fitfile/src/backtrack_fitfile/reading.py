"""The messages of a recorded FIT file to a Recording."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from backtrack_fitfile.container import parts
from backtrack_fitfile.messages import LIBRARY, DamagedFile, messages
from backtrack_plugins import Lap, RecordedStep, Recording, Sample, UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_fitfile.messages import Message

_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_FIRST_DATE = 0x10000000
"""Below it a time counts from when the watch was switched on (FIT profile, type ``date_time``)."""

_LIMIT = 2**32
"""No value of a recording is so large: a FIT number has 32 bits."""

_ACTIVITIES = {None, "activity", "activity_summary"}

_KINDS = {
    "device": "the description of a device",
    "settings": "a device's settings",
    "sport": "a device's settings for a sport",
    "workout": "a workout, which is a plan",
    "course": "a course",
    "schedules": "a schedule",
    "weight": "a list of weights",
    "totals": "a device's totals",
    "goals": "a list of goals",
    "monitoring_a": "the record of a day",
    "monitoring_daily": "the record of a day",
    "monitoring_b": "the record of a day",
    "segment": "a route segment",
    "segment_list": "a list of route segments",
}
"""What a file_id's type can say of a file that is no activity (FIT profile, type ``file``)."""

_NO_STEPS = {
    *("cycling", "e_biking", "rowing", "paddling", "kayaking", "canoeing", "stand_up_paddleboarding"),
    *("swimming", "spin", "indoor_cycling", "hand_cycling", "indoor_rowing"),
}
"""Sports and sub-sports whose cadence counts turns of a crank or strokes, and not strides."""


def from_fit(data: bytes, name: str) -> Recording:
    """Read the bytes of a FIT file that a watch or an app recorded.

    Several FIT files in one are read as one recording; what in them is no activity is left aside.

    Args:
        data: The file; it may be packed with gzip.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when it is damaged, cut off, too large, or no recorded activity.
    """
    activities = [_Activity(found) for found in _activities(data, name)]
    start = _earliest([time for activity in activities for time in activity.times()])
    laps: list[Lap] = []
    samples: list[Sample] = []
    metres = 0.0
    for activity in activities:
        laps += activity.laps(start)
        of_this = list(activity.samples(start, metres))
        metres = max((sample.metres for sample in of_this if sample.metres is not None), default=metres)
        samples += of_this
    seconds = math.fsum(activity.seconds() for activity in activities)
    if not laps and not samples and not seconds:
        raise UnreadableInput(
            f"{name}: this FIT file is an activity with no time, no lap and no sample: nothing was recorded."
        )
    return Recording(
        file=name,
        started=_EPOCH + timedelta(seconds=start) if start >= _FIRST_DATE else None,
        seconds=seconds,
        laps=tuple(sorted(laps, key=lambda lap: lap.start_seconds)),
        samples=tuple(sorted(samples, key=lambda sample: sample.seconds)),
        steps=next(filter(None, (activity.steps() for activity in activities)), ()),
        sport=next(filter(None, (activity.sport() for activity in activities)), None),
        read_by=f"fitfile, {LIBRARY}",
    )


def _activities(data: bytes, name: str) -> list[list[Message]]:
    """The messages of each FIT file in the file that is an activity."""
    try:
        found = [messages(part) for part in parts(data, name)]
    except DamagedFile as error:
        raise UnreadableInput(
            f"{name}: a damaged FIT file: {error}. Copy or download it again; nothing was read."
        ) from None
    kinds = [_kind(part) for part in found]
    activities = [part for part, kind in zip(found, kinds, strict=True) if kind in _ACTIVITIES]
    if not activities:
        raise UnreadableInput(_not_recorded(kinds[0], name))
    return activities


def _kind(part: Sequence[Message]) -> Any:
    return next((message.values.get("type") for message in part if message.kind == "file_id"), None)


def _not_recorded(kind: Any, name: str) -> str:
    said = _KINDS.get(kind, f"of another kind ({kind})")
    hint = f" To read the plan: backtrack import {name}" if kind == "workout" else ""
    return (
        f"{name}: this FIT file is {said}, and no recorded activity. "
        f"Give the .fit file that the watch or app recorded.{hint}"
    )


class _Activity:
    """The messages of one FIT file, by their kind."""

    def __init__(self, found: Sequence[Message]) -> None:
        self._found: dict[str, list[dict[str, Any]]] = {}
        for message in found:
            self._found.setdefault(message.kind, []).append(message.values)

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return self._found.get(kind, [])

    def times(self) -> list[float]:
        """The times of which the earliest is when it began."""
        summaries = _numbers([*self._all("session"), *self._all("lap")], "start_time")
        return summaries or _numbers(self._all("record"), "timestamp")

    def seconds(self) -> float:
        """How long the timer ran; where no timer is told of, with pauses, by summaries or else by samples."""
        for field in ("total_timer_time", "total_elapsed_time"):
            for kind in ("session", "lap", "activity"):
                found = _numbers(self._all(kind), field)
                if found:
                    return math.fsum(found)
        times = _numbers(self._all("record"), "timestamp")
        return max(times, default=0.0) - min(times, default=0.0)

    def laps(self, start: float) -> Iterator[Lap]:
        """In the order of the file; one that does not say when it began follows the one before it."""
        end = start
        for values in self._all("lap"):
            timer, elapsed = _number(values, "total_timer_time"), _number(values, "total_elapsed_time")
            seconds = timer if timer is not None else elapsed or 0.0
            began = _time(values, "start_time", start)
            began = end if began is None else began
            end = began + (elapsed or seconds)
            yield Lap(
                start_seconds=max(0.0, began - start),
                seconds=seconds,
                metres=_number(values, "total_distance"),
                heart_rate=_beats(values, "avg_heart_rate"),
                step_index=_whole(values, "wkt_step_index"),
                trigger=_word(values, "lap_trigger"),
            )

    def samples(self, start: float, metres: float) -> Iterator[Sample]:
        """In the order of the file; what has no time has no place.

        Args:
            start: When the recording began.
            metres: What was covered in the FIT files before this one.
        """
        steps = not self._sports() & _NO_STEPS
        for values in self._all("record"):
            at = _time(values, "timestamp", start)
            if at is None:
                continue
            distance = _number(values, "distance")
            speed = _number(values, "enhanced_speed")
            yield Sample(
                seconds=max(0.0, at - start),
                metres=None if distance is None else metres + distance,
                metres_per_second=_number(values, "speed") if speed is None else speed,
                heart_rate=_beats(values, "heart_rate"),
                cadence=_cadence(values) if steps else None,
            )

    def steps(self) -> tuple[RecordedStep, ...]:
        """The planned steps, by their index."""
        steps = sorted(self._all("workout_step"), key=lambda values: _number(values, "message_index") or 0)
        texts = (_text(values, "notes") or _text(values, "wkt_step_name") for values in steps)
        return tuple(RecordedStep(text=text) for text in texts)

    def sport(self) -> str | None:
        """The sport's word, from the session or from what is left without one."""
        kinds = ("session", "sport", "lap")
        words = (_word(values, "sport") for kind in kinds for values in self._all(kind))
        return next(filter(None, words), None)

    def _sports(self) -> set[Any]:
        kinds = ("session", "sport", "lap")
        return {
            _word(values, field)
            for kind in kinds
            for values in self._all(kind)
            for field in ("sport", "sub_sport")
        }


def _number(values: dict[str, Any], field: str) -> float | None:
    """The value, if it is what a measure can be: a file may declare any type it likes."""
    value = values.get(field)
    if isinstance(value, tuple):
        value = next((item for item in value if item is not None), None)
    if isinstance(value, int | float) and 0 <= value < _LIMIT:
        return float(value)
    return None


def _numbers(rows: Sequence[dict[str, Any]], field: str) -> list[float]:
    return [number for number in (_number(values, field) for values in rows) if number is not None]


def _earliest(times: Sequence[float]) -> float:
    """The earliest date; where there is none, the earliest time since the watch was switched on."""
    return min([time for time in times if time >= _FIRST_DATE] or times, default=0.0)


def _time(values: dict[str, Any], field: str, start: float) -> float | None:
    """A time that can be compared with the start: both are dates, or none is."""
    time = _number(values, field)
    return time if time is not None and (time >= _FIRST_DATE) == (start >= _FIRST_DATE) else None


def _whole(values: dict[str, Any], field: str) -> int | None:
    number = _number(values, field)
    return None if number is None else round(number)


def _beats(values: dict[str, Any], field: str) -> int | None:
    """Some writers put 0 where no heart rate was measured."""
    return _whole(values, field) or None


def _cadence(values: dict[str, Any]) -> float | None:
    """Steps a minute: the file counts strides, which are two steps."""
    strides = _number(values, "cadence")
    if strides is None:
        return None
    return 2 * (strides + (_number(values, "fractional_cadence") or 0))


def _word(values: dict[str, Any], field: str) -> str | None:
    """The enumeration's word; a number is one that no profile names."""
    value = values.get(field)
    return value if isinstance(value, str) else None


def _text(values: dict[str, Any], field: str) -> str:
    """A text that can be shown: without control characters, but for line feeds."""
    text = _word(values, field) or ""
    return "".join(letter for letter in text if letter == "\n" or letter.isprintable()).strip()
