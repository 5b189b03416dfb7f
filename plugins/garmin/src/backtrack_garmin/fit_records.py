"""The records of a FIT file as they stand in it, to be written again with few values changed.

`backtrack_garmin.fit` writes files of our own, and a library reads those of others. Here somebody's records
stay the bytes that they are: a value is changed in its place, and where it has none, or is too long for it,
its message gets a definition of its own, after which the one that held before holds again.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from backtrack_garmin.fit import STRING, DamagedFile, FitValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from backtrack_garmin.fit import Field

LOCAL_TYPES = 16
"""So many definitions hold at a time."""

_COMPRESSED = 0x80
_DEFINITION = 0x40
_DEVELOPER = 0x20
_LOCAL = 0x0F
_HEADER_WITH_CRC = 14
_MOST_BYTES = 255
_WHOLE_NUMBERS = {
    0x00: (1, False),
    0x01: (1, True),
    0x02: (1, False),
    0x83: (2, True),
    0x84: (2, False),
    0x85: (4, True),
    0x86: (4, False),
    0x0A: (1, False),
    0x8B: (2, False),
    0x8C: (4, False),
    0x8E: (8, True),
    0x8F: (8, False),
    0x90: (8, False),
}
"""By code of the base type: bytes of one value, and whether it has a sign."""

_CRC = Struct("<H")
_SIZE = Struct("<I")


class Declared(NamedTuple):
    """A field as a definition declares it.

    Attributes:
        number: As the profile has it.
        size: Its bytes.
        base: Code of its base type.
    """

    number: int
    size: int
    base: int


class Definition(NamedTuple):
    """A definition record.

    Attributes:
        raw: Its bytes.
        big: Whether its numbers are big-endian.
        message: Global number of its messages.
        fields: Their fields, in order.
        size: Bytes of one such message, with its header byte and its developer fields.
    """

    raw: bytes
    big: bool
    message: int
    fields: tuple[Declared, ...]
    size: int


class Record(NamedTuple):
    """A record.

    Attributes:
        raw: Its bytes.
        local: Its local type.
        definition: The definition that it is, or that holds for it.
    """

    raw: bytes
    local: int
    definition: Definition

    @property
    def is_definition(self) -> bool:
        """Whether it defines, and is no message."""
        return self.raw is self.definition.raw


def records_of(data: bytes) -> Iterator[Record]:
    """The records of a whole file.

    Raises:
        DamagedFile: when they do not fit together.
    """
    at, end = data[0], len(data) - _CRC.size
    held: dict[int, Definition] = {}
    while at < end:
        head = data[at]
        if head & _COMPRESSED:
            local, defines = head >> 5 & 3, False
        else:
            local, defines = head & _LOCAL, bool(head & _DEFINITION)
        if defines:
            held[local] = _definition(data, at)
        elif local not in held:
            raise DamagedFile("a message comes before its definition")
        definition = held[local]
        raw = definition.raw if defines else data[at : at + definition.size]
        at += len(raw)
        if at > end or len(raw) < (1 if defines else definition.size):
            raise DamagedFile("its last record is cut off")
        yield Record(raw, local, definition)


def _definition(data: bytes, at: int) -> Definition:
    try:
        big = data[at + 2] != 0
        count = data[at + 5]
        end = at + 6 + 3 * count
        fields = tuple(Declared(*data[place : place + 3]) for place in range(at + 6, end, 3))
        developer = 0
        if data[at] & _DEVELOPER:
            begin, end = end + 1, end + 1 + 3 * data[end]
            developer = sum(data[place + 1] for place in range(begin, end, 3))
    except (IndexError, TypeError):
        raise DamagedFile("its last record is cut off") from None
    message = int.from_bytes(data[at + 3 : at + 5], "big" if big else "little")
    size = 1 + sum(field.size for field in fields) + developer
    return Definition(data[at:end], big, message, fields, size)


def changed(record: Record, values: Mapping[Field, int | str]) -> bytes:
    """A message with other values in some of its fields; all else stays byte for byte.

    Where a field is missing, too narrow or of another type, the message gets a definition of its own before
    it, and the one that held stands again behind it.

    Args:
        record: The message.
        values: Its new values by field, whole numbers and texts.

    Raises:
        FitValueError: when there is no room for one more field, or a field is declared twice.
    """
    definition = record.definition
    numbers = [field.number for field in definition.fields]
    fields = list(definition.fields)
    contents = []
    at = 1
    for declared in fields:
        contents.append(record.raw[at : at + declared.size])
        at += declared.size
    developer = record.raw[at:]
    for field, value in values.items():
        if numbers.count(field.number) > 1:
            raise FitValueError(f"field {field.number} of message {definition.message} is declared twice")
        if field.number not in numbers:
            numbers.append(field.number)
            fields.append(Declared(field.number, 0, field.base.code))
            contents.append(b"")
        place = numbers.index(field.number)
        fields[place], contents[place] = _put(fields[place], field, value, big=definition.big)
    message = b"".join([record.raw[:1], *contents, developer])
    if tuple(fields) == definition.fields:
        return message
    return _defined(definition, fields) + message + definition.raw


def _put(declared: Declared, field: Field, value: int | str, *, big: bool) -> tuple[Declared, bytes]:
    """A value as its field holds it: as the field was declared, where it fits."""
    if isinstance(value, str):
        text = value.encode() + b"\0"
        if declared.base != STRING.code or declared.size < len(text):
            declared = Declared(field.number, len(text), STRING.code)
        return declared, text.ljust(declared.size, b"\0")
    size, signed = _WHOLE_NUMBERS.get(declared.base, (0, False))
    if size != declared.size or value >= (1 << (8 * size - signed)) - 1:  # its largest says: no value
        size = Struct(field.base.format).size
        declared = Declared(field.number, size, field.base.code)
    return declared, value.to_bytes(size, "big" if big else "little")


def _defined(definition: Definition, fields: list[Declared]) -> bytes:
    if len(fields) > _MOST_BYTES or any(field.size > _MOST_BYTES for field in fields):
        raise FitValueError(f"message {definition.message} has no room for one more field")
    head = definition.raw[:5] + bytes([len(fields)])
    developer = definition.raw[6 + 3 * len(definition.fields) :]
    return head + b"".join(bytes(field) for field in fields) + developer


def rebuilt(data: bytes, records: bytes) -> bytes:
    """A whole file with the header of another and these records: sizes and checksums are made anew."""
    from fastcrc import crc16

    header = bytearray(data[: data[0]])
    header[4:8] = _SIZE.pack(len(records))
    if len(header) >= _HEADER_WITH_CRC:
        header[12:14] = _CRC.pack(crc16.arc(bytes(header[:12])))
    whole = bytes(header) + records
    return whole + _CRC.pack(crc16.arc(whole))
