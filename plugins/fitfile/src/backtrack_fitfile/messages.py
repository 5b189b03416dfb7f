"""The messages of one FIT file, as fitparse reads them: the one module that knows fitparse.

fitparse 1.2.0 stands still since 2020. What it gets wrong is made good here:

- It reads the definition of a message so that one field which it cannot read, of a developer or of a
  size that does not fit, stops the whole file; and it keeps what developers defined in a table that
  all files of a process share. Definitions are read here instead. Only fields of the profile that a
  recording is made of keep their meaning; all others are stepped over.
- It lists a field twice, and once without a value, when another field is expanded into it. The first
  value counts.
- Its profile is of 2019; sports named since then are named here.
- It keeps every message, which takes a hundred times the memory of the file. They are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import fitparse  # type: ignore[import-untyped]
from fitparse import records
from fitparse.profile import MESSAGE_TYPES  # type: ignore[import-untyped]
from fitparse.utils import FitCRCError  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

LIBRARY = f"fitparse {fitparse.__version__}"
"""The library and its version."""

MOST_MESSAGES = 1_000_000
"""Messages of one FIT file that are kept: our choice. One a second makes more than eleven days."""

_KEPT = {
    "file_id": {"type"},
    "sport": {"sport", "sub_sport"},
    "session": {"start_time", "total_timer_time", "sport", "sub_sport"},
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
    found: list[Message] = []
    try:
        for message in _read(part):
            if len(found) == MOST_MESSAGES:
                break
            found.append(message)
        else:
            return found
    except FitCRCError:
        raise DamagedFile("its checksum is wrong: something in it was changed") from None
    except Exception as error:
        # Not only FitParseError: a changed byte may trip it over struct, a key or a type.
        raise DamagedFile(f"its records do not fit together ({type(error).__name__}: {error})") from error
    raise DamagedFile(f"it has more than {MOST_MESSAGES:,} messages, which no recording has")


def _read(part: bytes) -> Iterator[Message]:
    with _FitFile(part, data_processor=_AsRead()) as file:
        for message in file.get_messages():
            if message.mesg_type is not None:
                yield Message(message.name, _values(message))
            file._messages.clear()  # noqa: SLF001 - nothing else lets go of them


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
        number, field_count = self._read_struct("HB", endian=endian)
        mesg_type = MESSAGE_TYPES.get(number)
        kept = _KEPT.get(mesg_type.name) if mesg_type else None
        fields = [self._field(number, mesg_type if kept else None, kept or ()) for _ in range(field_count)]
        if header.is_developer_data:
            fields += [self._developer_field() for _ in range(self._read_struct("B"))]
        definition = records.DefinitionMessage(
            header=header,
            endian=endian,
            mesg_type=mesg_type if kept else None,
            mesg_num=number,
            field_defs=[field for field in fields if field.size],
            dev_field_defs=[],
        )
        self._local_mesgs[header.local_mesg_num] = definition
        return definition

    def _field(self, number: int, mesg_type: Any, kept: Container[str]) -> Any:
        def_num, size, base = self._read_struct("3B")
        base_type = records.BASE_TYPES.get(base, records.BASE_TYPE_BYTE)
        field = mesg_type.fields.get(def_num) if mesg_type else None
        if field is not None and field.name not in kept:
            field = None
        if size % base_type.size:
            base_type, field = records.BASE_TYPE_BYTE, None
        for component in (field and field.components) or ():
            if component.accumulate:
                self._accumulators.setdefault(number, {}).setdefault(component.def_num, 0)
        return records.FieldDefinition(field=field, def_num=def_num, base_type=base_type, size=size)

    def _developer_field(self) -> Any:
        """A field that means something to its developer alone: so many bytes to step over."""
        _def_num, size, _developer = self._read_struct("3B")
        return records.FieldDefinition(field=None, def_num=None, base_type=records.BASE_TYPE_BYTE, size=size)
