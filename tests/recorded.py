"""Recorded activities as a watch writes them, made with the official encoder of Garmin's FIT SDK.

For the tests of the core and of every plugin; times count from `START`, in seconds. A walk of which the
watch followed two steps, the second of them twice, and which went on for a moment::

    recorded_fit(
        steps=[step("3:00 forward walk 4.5 km/h", seconds=180), step("1:00 ...", seconds=60), repeat(1, 2)],
        laps=[Lap(180, step=0), Lap(60, step=1), Lap(60, step=1), Lap(4)],
    )
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from garmin_fit_sdk import Decoder, Encoder, Profile, Stream

START = datetime(2026, 12, 2, 17, 30, tzinfo=UTC)
"""When a recording begins, unless said otherwise."""

Fields = Mapping[str, Any]
"""A message's values, by the names of the FIT profile."""

_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_NUMBERS = {name.lower(): int(number) for number, name in Profile["types"]["mesg_num"].items()}


class Lap(NamedTuple):
    """One lap.

    Attributes:
        seconds: How long the timer runs in it.
        step: The index of its planned step; None when it has none.
        elapsed: How long it is, pauses included; as the timer unless said.
        begins: When it begins; where the one before ended, unless said.
        metres: As the watch estimates them.
        heart_rate: The mean, and of each of its records.
        trigger: Why it ended, in the profile's word or as a number; None when the watch does not say.
        intensity: In the profile's word or as a number.
        more: Further fields of the message; None takes one away.
    """

    seconds: float
    step: int | None = None
    elapsed: float | None = None
    begins: float | None = None
    metres: float | None = None
    heart_rate: int | None = None
    trigger: str | int | None = "time"
    intensity: str | int | None = None
    more: Fields = MappingProxyType({})

    @property
    def length(self) -> float:
        """How long it is, pauses included."""
        return self.seconds if self.elapsed is None else self.elapsed


class Plan(NamedTuple):
    """The workout that the watch followed: its messages, by the names of the FIT profile."""

    workout: Fields
    steps: tuple[Fields, ...]


def step(
    text: str = "", *, seconds: float | None = None, metres: float | None = None, **more: Any
) -> dict[str, Any]:
    """A planned step that ends after a time or a distance, or else by the lap button."""
    if seconds is not None:
        ends: dict[str, Any] = {"duration_type": "time", "duration_value": round(seconds * 1000)}
    elif metres is not None:
        ends = {"duration_type": "distance", "duration_value": round(metres * 100)}
    else:
        ends = {"duration_type": "open"}
    return {**ends, **({"notes": text} if text else {}), **more}


def repeat(first: int, times: int, **more: Any) -> dict[str, Any]:
    """A repeat of all the steps from `first` up to itself; it takes an index of its own."""
    ends = {"duration_type": "repeat_until_steps_cmplt", "duration_value": first, "target_value": times}
    return {**ends, **more}


def from_export(data: bytes) -> Plan:
    """The workout that stands in a workout file of ours, as a watch copies it into what it records."""
    found, errors = Decoder(Stream.from_byte_array(bytearray(data))).read(
        apply_scale_and_offset=False,
        convert_datetimes_to_dates=False,
        convert_types_to_strings=False,
        expand_sub_fields=False,
        expand_components=False,
        merge_heart_rates=False,
    )
    assert errors == [], errors
    [workout] = found["workout_mesgs"]
    return Plan(workout, tuple(found["workout_step_mesgs"]))


def recorded_fit(
    steps: Plan | Sequence[Fields] = (),
    laps: Sequence[Lap] = (),
    *,
    every: float | None = None,
    records: Iterable[tuple[float, Fields]] = (),
    name: str = "",
    description: str = "",
    start: datetime = START,
    offset: timedelta | None = None,
    sport: str | int = "running",
    sub_sport: str | int = "treadmill",
    session: Fields | None = None,
    summary_first: bool = False,
    more: Iterable[tuple[str, Fields]] = (),
    kind: str | int = "activity",
) -> bytes:
    """The bytes of a recorded activity; several of them, one behind the other, are a chained file.

    Args:
        steps: What the watch followed: of our own workout file by `from_export`, or by `step` and `repeat`.
        laps: In order.
        every: Seconds from one record to the next in each lap; None writes none. A watch writes 1.
        records: Further records, each with its second.
        name: The workout's name, where the steps are no Plan.
        description: The workout's description, likewise.
        start: When it began.
        offset: The watch's local time less UTC; None leaves it out.
        sport: In the profile's word or as a number.
        sub_sport: Likewise.
        session: Further fields of the session; None takes one away.
        summary_first: Whether session and laps stand before the records, as newer watches write them;
            the time of such a message is when the recording began, and not when the lap ended.
        more: Further messages, each with its name in the profile.
        kind: What the file says that it is.
    """
    messages: list[tuple[str, Fields]] = [
        ("file_id", {"type": kind, "manufacturer": "development", "time_created": start})
    ]
    plan = steps if isinstance(steps, Plan) else _plan(name, description, steps, sport)
    if plan.steps:
        messages.append(("workout", plan.workout))
        messages += [("workout_step", {"message_index": at, **each}) for at, each in enumerate(plan.steps)]
    messages += more
    placed = list(_placed(laps))
    sports = {"sport": sport, "sub_sport": sub_sport}
    summaries = [_lap(lap, at, start, number) for number, (at, lap) in enumerate(placed)]
    end = max((at + lap.length for at, lap in placed), default=0.0)
    summaries.append(("session", _session(placed, end, start, {**sports, **(session or {})})))
    sampled = [("record", _record(at, fields, start)) for at, fields in _sampled(placed, every, records)]
    if summary_first:
        first = [(kind_of, {**fields, "timestamp": start}) for kind_of, fields in reversed(summaries)]
        messages += [*first, *sampled]
    else:
        messages += [*sampled, *summaries]
    ended = start + timedelta(seconds=end)
    activity: dict[str, Any] = {"timestamp": ended, "num_sessions": 1}
    if offset is not None:
        activity["local_timestamp"] = round((ended + offset - _EPOCH).total_seconds())
    messages.append(("activity", activity))
    return encoded(messages)


def encoded(messages: Iterable[tuple[str, Fields]]) -> bytes:
    """The bytes of a FIT file with these messages; a value of None is left out."""
    encoder = Encoder()
    for name, fields in messages:
        given = {field: value for field, value in fields.items() if value is not None}
        encoder.write_mesg({"mesg_num": _NUMBERS[name], **given})
    return bytes(encoder.close())


def _plan(name: str, description: str, steps: Sequence[Fields], sport: str | int) -> Plan:
    workout = {
        "sport": sport,
        "num_valid_steps": len(steps),
        "wkt_name": name or None,
        "wkt_description": description or None,
    }
    return Plan(workout, tuple(steps))


def _placed(laps: Sequence[Lap]) -> Iterator[tuple[float, Lap]]:
    """Each lap with the second at which it begins."""
    at = 0.0
    for lap in laps:
        at = at if lap.begins is None else lap.begins
        yield at, lap
        at += lap.length


def _lap(lap: Lap, at: float, start: datetime, number: int) -> tuple[str, dict[str, Any]]:
    began = start + timedelta(seconds=at)
    fields = {
        "message_index": number,
        "timestamp": began + timedelta(seconds=lap.length),
        "start_time": began,
        "total_elapsed_time": lap.length,
        "total_timer_time": lap.seconds,
        "total_distance": lap.metres,
        "avg_heart_rate": lap.heart_rate,
        "wkt_step_index": lap.step,
        "lap_trigger": lap.trigger,
        "intensity": lap.intensity,
    }
    return "lap", {**fields, **lap.more}


def _session(
    placed: Sequence[tuple[float, Lap]], end: float, start: datetime, more: Fields
) -> dict[str, Any]:
    metres = [lap.metres for _, lap in placed if lap.metres is not None]
    fields = {
        "timestamp": start + timedelta(seconds=end),
        "start_time": start,
        "total_elapsed_time": end,
        "total_timer_time": sum(lap.seconds for _, lap in placed),
        "total_distance": sum(metres) if metres else None,
        "num_laps": len(placed),
    }
    return {**fields, **more}


def _record(at: float, fields: Fields, start: datetime) -> dict[str, Any]:
    return {"timestamp": start + timedelta(seconds=at), **fields}


def _sampled(
    placed: Sequence[tuple[float, Lap]], every: float | None, more: Iterable[tuple[float, Fields]]
) -> list[tuple[float, Fields]]:
    """Records while the timer runs, and those that were given, in the order of time."""
    found = list(more)
    covered, following = 0.0, 0.0
    for at, lap in placed if every else ():
        speed = None if lap.metres is None or not lap.seconds else lap.metres / lap.seconds
        following = max(following, at)
        while every and following < at + lap.seconds:
            distance = None if speed is None else covered + speed * (following - at)
            values = {"distance": distance, "enhanced_speed": speed, "heart_rate": lap.heart_rate}
            found.append((following, values))
            following += every
        covered += lap.metres or 0.0
    return sorted(found, key=lambda each: each[0])
