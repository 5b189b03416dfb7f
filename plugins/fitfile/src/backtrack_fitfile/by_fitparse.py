"""The messages of one FIT file as fitparse reads them: the one module that knows fitparse.

fitparse 1.2.0 stands still since 2020. What it gets wrong is made good here:

- It reads the definition of a message so that one field which it cannot read, of a developer or of a
  size that does not fit, stops the whole file; and it keeps what developers defined in a table that
  all files of a process share. Definitions are read here instead. Only fields that a recording is made
  of keep their meaning; all others are stepped over, which also is faster.
- It lists a field twice, and once without a value, when another field is expanded into it. The first
  value counts.
- Its profile is of 2019, and lacks the description of a workout among others. Ours is used.
- It keeps every message, which takes a hundred times the memory of the file. They are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fitparse  # type: ignore[import-untyped]
from fitparse import records
from fitparse.profile import MESSAGE_TYPES  # type: ignore[import-untyped]
from fitparse.utils import FitCRCError  # type: ignore[import-untyped]

from backtrack_fitfile import profile
from backtrack_fitfile.layout import DamagedFile

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARY = f"fitparse {fitparse.__version__}"
"""The library and its version."""

_PACKED = 8
"""Speed and distance in three bytes: the one field that fitparse's own profile takes apart."""


def read(part: bytes) -> dict[str, list[dict[str, Any]]]:
    """The messages that a recording is made of, by their kind.

    Args:
        part: One FIT file, and nothing before or after it.

    Raises:
        DamagedFile: when its checksum is wrong, or its records do not fit together.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        with _FitFile(part, data_processor=_AsRead()) as file:
            for message in file.get_messages():
                file._messages.clear()  # noqa: SLF001 - nothing else lets go of them
                if message.mesg_type is not None:
                    found.setdefault(message.name, []).append(_values(message))
    except FitCRCError:
        raise DamagedFile("its checksum is wrong: something in it was changed") from None
    except Exception as error:
        # Not only FitParseError: a changed byte may trip it over struct, a key or a type.
        reason = f"{type(error).__name__}: {error}"
        raise DamagedFile(f"its records do not fit together ({reason})") from error
    return found


def _values(message: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for data in message.fields:
        if data.field is not None and data.value is not None:
            values.setdefault(data.name, data.value)
    return values


def _message_type(number: int) -> Any:
    fields = {
        field_number: records.Field(
            name=field.name,
            type=records.BASE_TYPES[field.base],
            def_num=field_number,
            scale=field.scale,
        )
        for field_number, field in profile.FIELDS[number].items()
    }
    if number == profile.RECORD:
        fields[_PACKED] = MESSAGE_TYPES[number].fields[_PACKED]
    return records.MessageType(name=profile.MESSAGES[number], mesg_num=number, fields=fields)


_TYPES = {number: _message_type(number) for number in profile.FIELDS}


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
        mesg_type = _TYPES.get(number)
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
        base_type = records.BASE_TYPES.get(base, records.BASE_TYPE_BYTE)
        # The time of any message is what a compressed time counts on from.
        if (field is None and number != profile.TIMESTAMP) or size % base_type.size:
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
