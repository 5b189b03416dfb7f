"""The messages of one FIT file, as fitparse reads them: the one module that knows fitparse.

fitparse 1.2.0 stands still since 2020. What it gets wrong is made good here:

- It reads the definition of a message so that one field which it cannot read, of a developer or of a
  size that does not fit, stops the whole file; and it keeps what developers defined in a table that
  all files of a process share. Definitions are read here instead. Only fields of the profile that a
  recording is made of keep their meaning; all others are stepped over, which also is faster.
- It lists a field twice, and once without a value, when another field is expanded into it. The first
  value counts.
- Its profile is of 2019; sports named since then are named here.
- It keeps every message, which takes a hundred times the memory of the file. They are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import fitparse  # type: ignore[import-untyped]
from fitparse import records
from fitparse.profile import FIELD_NUM_TIMESTAMP, MESSAGE_TYPES  # type: ignore[import-untyped]
from fitparse.utils import FitCRCError  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LIBRARY = f"fitparse {fitparse.__version__}"
"""The library and its version."""

MOST_MESSAGES = 1_000_000
"""Messages of one FIT file, of any kind: our choice. One a second makes more than eleven days."""

_KEPT = {
    "file_id": {"type"},
    "sport": {"sport", "sub_sport"},
    "session": {"start_time", "total_timer_time", "total_elapsed_time", "sport", "sub_sport"},
    "lap": {
        *("start_time", "total_timer_time", "total_elapsed_time", "total_distance", "avg_heart_rate"),
        *("wkt_step_index", "lap_trigger", "sport", "sub_sport"),
    },
    "record": {
        *("timestamp", "distance", "speed", "enhanced_speed", "compressed_speed_distance"),
        *("heart_rate", "cadence", "fractional_cadence"),
    },
    "workout_step": {"message_index", "wkt_step_name", "notes"},
    "activity": {"total_timer_time"},
}
"""The messages and fields that a recording is made of, by their names in the profile."""

_UNMASKED = 0x0FFF
"""The bits of a message_index that count; the others are flags (FIT profile, type ``message_index``)."""

_NEWER_SPORTS = {
    49: "baseball",
    53: "diving",
    56: "shooting",
    58: "winter_sport",
    59: "grinding",
    62: "hiit",
    63: "video_gaming",
    64: "racket",
    65: "wheelchair_push_walk",
    66: "wheelchair_push_run",
    67: "meditation",
    68: "para_sport",
    69: "disc_golf",
    70: "team_sport",
    71: "cricket",
    72: "rugby",
    73: "hockey",
    74: "lacrosse",
    75: "volleyball",
    76: "water_tubing",
    77: "wakesurfing",
    78: "water_sport",
    79: "archery",
    80: "mixed_martial_arts",
    81: "motor_sports",
    82: "snorkeling",
    83: "dance",
    84: "jump_rope",
    85: "pool_apnea",
    86: "mobility",
    87: "geocaching",
    88: "canoeing",
}
"""Sports of the profile 21.218 that fitparse's has not."""


class DamagedFile(ValueError):
    """The bytes are no whole FIT file; the text says what does not fit."""


class Message(NamedTuple):
    """One message of a FIT file.

    Attributes:
        kind: Its name in the profile.
        values: By the field's name in the profile: scaled to SI where the profile has a scale, an
            enumeration's word or a number that has none, seconds since 1989-12-31 UTC for a time, an index
            without its flags. What the file leaves out or marks as invalid is not there.
    """

    kind: str
    values: dict[str, Any]


def messages(part: bytes) -> list[Message]:
    """The messages that a recording is made of, in the order of the file.

    Args:
        part: One FIT file, and nothing before or after it.

    Raises:
        DamagedFile: when its checksum is wrong, or its records do not fit together.
    """
    try:
        return list(_read(part))
    except DamagedFile:
        raise
    except FitCRCError:
        raise DamagedFile("its checksum is wrong: something in it was changed") from None
    except Exception as error:
        # Not only FitParseError: a changed byte may trip it over struct, a key or a type.
        reason = f"{type(error).__name__}: {error}"
        raise DamagedFile(f"its records do not fit together ({reason})") from error


def _read(part: bytes) -> Iterator[Message]:
    with _FitFile(part, data_processor=_AsRead()) as file:
        for count, message in enumerate(file.get_messages(with_definitions=True)):
            if count == MOST_MESSAGES:
                raise DamagedFile(f"it has more than {MOST_MESSAGES:,} messages, which no recording has")
            file._messages.clear()  # noqa: SLF001 - nothing else lets go of them
            if message.type == "data" and message.mesg_type is not None:
                yield Message(message.name, _values(message))


def _values(message: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for data in message.fields:
        if data.field is None:
            continue
        value = _value(data)
        if value is not None:
            values.setdefault(data.name, value)
    return values


def _value(data: Any) -> Any:
    kind, raw = data.field.type, data.raw_value
    if not kind.values:
        return data.value
    if not isinstance(raw, int):  # an enumeration that the file declares to be something else
        return None
    if kind.name == "message_index":
        return raw & _UNMASKED
    newer = _NEWER_SPORTS if kind.name == "sport" else {}
    return kind.values.get(raw) or newer.get(raw, raw)


class _AsRead:
    """A processor that changes nothing: fitparse's own makes times without a time zone."""

    def run_type_processor(self, data: Any) -> None:
        pass

    def run_field_processor(self, data: Any) -> None:
        pass

    def run_unit_processor(self, data: Any) -> None:
        pass

    def run_message_processor(self, message: Any) -> None:
        pass


class _FitFile(fitparse.FitFile):  # type: ignore[misc]
    """fitparse's reader, with definitions read so that no field can stop it."""

    def _parse_definition_message(self, header: Any) -> Any:
        endian = ">" if self._read_struct("xB") else "<"
        number, count = self._read_struct("HB", endian=endian)
        mesg_type = MESSAGE_TYPES.get(number)
        if mesg_type is not None and mesg_type.name not in _KEPT:
            mesg_type = None
        fields = [self._field(mesg_type) for _ in range(count)]
        if header.is_developer_data:
            # They mean something to their developer alone.
            fields += [_stepped_over(self._read_struct("3B")[1]) for _ in range(self._read_struct("B"))]
        definition = records.DefinitionMessage(
            header=header,
            endian=endian,
            mesg_type=mesg_type,
            mesg_num=number,
            field_defs=_joined(fields),
            dev_field_defs=[],
        )
        self._local_mesgs[header.local_mesg_num] = definition
        return definition

    def _field(self, mesg_type: Any) -> Any:
        number, size, base = self._read_struct("3B")
        field = mesg_type.fields.get(number) if mesg_type else None
        if field is not None and field.name not in _KEPT[mesg_type.name]:
            field = None
        base_type = records.BASE_TYPES.get(base, records.BASE_TYPE_BYTE)
        # The time of any message is what a compressed time counts on from.
        if (field is None and number != FIELD_NUM_TIMESTAMP) or size % base_type.size:
            return _stepped_over(size)
        for component in (field and field.components) or ():
            if component.accumulate:
                accumulators = self._accumulators.setdefault(mesg_type.mesg_num, {})
                accumulators.setdefault(component.def_num, 0)
        return records.FieldDefinition(field=field, def_num=number, base_type=base_type, size=size)


_STEPPED_OVER = records.BaseType(name="stepped over", fmt="s", parse=lambda _: None)


def _stepped_over(size: int) -> Any:
    return records.FieldDefinition(field=None, def_num=None, base_type=_STEPPED_OVER, size=size)


def _joined(fields: Sequence[Any]) -> list[Any]:
    """The same bytes in few fields: neighbours that nobody reads are one, and a field is read once."""
    joined: list[Any] = []
    seen: set[int] = set()
    for field in fields:
        known = field.def_num is not None and field.def_num not in seen
        if known and field.size:
            seen.add(field.def_num)
            joined.append(field)
        elif joined and joined[-1].def_num is None:
            joined[-1].size += field.size
        elif field.size:
            joined.append(_stepped_over(field.size))
    return joined
