"""The FIT container: messages to bytes, every value checked against the type of its field.

A FIT file is a header, records and a checksum. A definition record says which fields follow, in
which order and how wide; each data record after it holds the bare values. Here every kind of
message has one definition a file: the fields that any of its messages has, strings as wide as the
widest. What a message leaves out is written as the type's invalid value, which is how FIT says
"not there"; so nobody may write that value as a real one.

Sizes, base types and header fields are those of Garmin's FIT protocol description.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat
from struct import Struct
from struct import error as StructError  # noqa: N812 - a class, whatever its module calls it
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Values: TypeAlias = Mapping[str, int | str | None]

MOST_STRING_BYTES = 254
"""UTF-8 bytes of the longest string: a field is at most 255 bytes wide, and a NUL ends it."""

PROTOCOL_1_0 = 0x10
"""Version 1.0: a workout needs nothing of 2.0, and a watch that only knows 1.0 can refuse 2.0."""

PROFILE_VERSION = 21_218
"""Version 21.218 of Garmin's profile, against which our field table was checked."""

_HEADER = Struct("<BBHI4s")
_HEADER_BYTES = 14
_OLD_HEADER_BYTES = 12
"""A header without a checksum of its own, as old programs write it; we only read it."""
_SIGNATURE = b".FIT"
_CRC = Struct("<H")
_DEFINITION = Struct("<BBBHB")
_DEFINITION_FLAG = 0x40
_LITTLE_ENDIAN = 0
_MOST_KINDS = 16


class FitValueError(ValueError):
    """A value cannot stand in its field; the text names message and field."""


class DamagedFile(ValueError):
    """The bytes are no whole FIT file; the text says what does not fit."""


class BaseType(NamedTuple):
    """A FIT base type: its name and code, struct format, invalid value, and the range of real values."""

    name: str
    code: int
    format: str
    invalid: int
    smallest: int
    largest: int


ENUM = BaseType("enum", 0x00, "B", 0xFF, 0, 0xFE)
UINT16 = BaseType("uint16", 0x84, "H", 0xFFFF, 0, 0xFFFE)
UINT32 = BaseType("uint32", 0x86, "I", 0xFFFFFFFF, 0, 0xFFFFFFFE)
UINT32Z = BaseType("uint32z", 0x8C, "I", 0, 1, 0xFFFFFFFF)
STRING = BaseType("string", 0x07, "s", 0, 0, 0)


class Field(NamedTuple):
    """One row of the field table.

    Attributes:
        name: As the profile has it.
        number: As the profile has it.
        base: Its base type.
        unit: Unit of its raw value; empty where it has none.
        width: Bytes of a string, its NUL included; 0 for as wide as the widest of the file.
    """

    name: str
    number: int
    base: BaseType
    unit: str = ""
    width: int = 0


class MessageType:
    """A kind of message: its name, its global number, and the fields it may have, in the order written."""

    def __init__(self, name: str, number: int, fields: Sequence[Field]) -> None:
        self.name = name
        self.number = number
        self.fields = tuple(fields)


class Message(NamedTuple):
    """One message: its kind, and the raw values of its fields by name; None is as good as left out."""

    kind: MessageType
    values: Values


def encode(messages: Sequence[Message]) -> bytes:
    """Write a whole FIT file.

    Args:
        messages: In the order they are to stand in.

    Raises:
        FitValueError: when a message has a field that its kind has not, or a value that its field
            cannot hold: of the wrong type, out of range, equal to the invalid value, a string with
            a NUL in it or too long.

    >>> kind = MessageType("note", 1, [Field("text", 0, STRING), Field("number", 1, UINT16)])
    >>> len(encode([Message(kind, {"text": "hello", "number": 7})]))
    37
    """
    from fastcrc import crc16

    by_kind: dict[MessageType, list[Values]] = {}
    for message in messages:
        by_kind.setdefault(message.kind, []).append(message.values)
    if len(by_kind) > _MOST_KINDS:
        raise FitValueError(
            f"{len(by_kind)} kinds of message; a file defines at most {_MOST_KINDS} at a time"
        )
    made = {kind: records(kind, rows, local) for local, (kind, rows) in enumerate(by_kind.items())}
    data = b"".join([next(made[message.kind]) for message in messages])
    header = _HEADER.pack(_HEADER_BYTES, PROTOCOL_1_0, PROFILE_VERSION, len(data), _SIGNATURE)
    whole = header + _CRC.pack(crc16.arc(header)) + data
    return whole + _CRC.pack(crc16.arc(whole))


def check_whole(data: bytes) -> None:
    """See that the bytes are one FIT file, whole and unchanged since they were written.

    Raises:
        DamagedFile: when they are not.
    """
    from fastcrc import crc16

    if len(data) < _HEADER.size or data[8:12] != _SIGNATURE:
        raise DamagedFile("it does not begin as a FIT file does")
    header_bytes, _protocol, _profile, data_bytes, _signature = _HEADER.unpack_from(data)
    expected = header_bytes + data_bytes + _CRC.size
    if header_bytes < _OLD_HEADER_BYTES or len(data) != expected:
        raise DamagedFile(f"its header announces {expected} bytes, and it has {len(data)}")
    (written,) = _CRC.unpack_from(data, expected - _CRC.size)
    if crc16.arc(data[: -_CRC.size]) != written:
        raise DamagedFile("its checksum is wrong: something in it was changed")


class _Shape(NamedTuple):
    """Which fields the messages of one kind have in one file: numbers first, then texts."""

    numbers: tuple[Field, ...]
    texts: tuple[Field, ...]
    names: tuple[str, ...]
    invalids: tuple[int, ...]


@lru_cache(maxsize=64)
def _shape(kind: MessageType, used: frozenset[str]) -> _Shape:
    unknown = used - {field.name for field in kind.fields}
    if unknown:
        raise FitValueError(f"{kind.name} has no field {', '.join(sorted(unknown))}")
    fields = [field for field in kind.fields if field.name in used]
    numbers = tuple(field for field in fields if field.base is not STRING)
    texts = tuple(field for field in fields if field.base is STRING)
    names = tuple(field.name for field in (*numbers, *texts))
    return _Shape(numbers, texts, names, tuple(field.base.invalid for field in numbers))


class _Layout(NamedTuple):
    """How the messages of one kind stand in one file."""

    definition: bytes
    row: Struct


@lru_cache(maxsize=256)
def _layout(kind: MessageType, used: frozenset[str], local: int, text_bytes: tuple[int, ...]) -> _Layout:
    shape = _shape(kind, used)
    formats = [*(field.base.format for field in shape.numbers), *(f"{width}s" for width in text_bytes)]
    fields = b"".join(
        bytes((field.number, Struct(layout).size, field.base.code))
        for field, layout in zip((*shape.numbers, *shape.texts), formats, strict=True)
    )
    definition = _DEFINITION.pack(_DEFINITION_FLAG | local, 0, _LITTLE_ENDIAN, kind.number, len(formats))
    return _Layout(definition + fields, Struct("<B" + "".join(formats)))


def records(kind: MessageType, rows: Sequence[Values], local: int) -> Iterator[bytes]:
    """The data records of one kind, the first with the definition before it.

    Args:
        kind: The kind.
        rows: The values of each.
        local: The local type that is defined for them, from 0 to 15.

    Raises:
        FitValueError: as `encode`.
    """
    # Packing refuses whatever the base type cannot hold; only its invalid value has to be looked for.
    used = frozenset().union(*rows)
    if not used:
        raise FitValueError(f"{kind.name} has no fields")
    shape = _shape(kind, used)
    columns: list[Sequence[Any]] = list(zip(*[map(row.get, shape.names) for row in rows], strict=True))
    for place, invalid in enumerate(shape.invalids):
        column = columns[place]
        if invalid in column:
            raise _wrong_number(kind, shape.numbers[place], invalid)
        if None in column:
            columns[place] = [invalid if number is None else number for number in column]
    text_bytes = []
    for place, field in enumerate(shape.texts, len(shape.numbers)):
        columns[place], width = _encoded(kind, field, columns[place])
        text_bytes.append(width)
    layout = _layout(kind, used, local, tuple(text_bytes))
    try:
        packed = [*map(layout.row.pack, repeat(local, len(rows)), *columns)]
    except StructError:
        raise _first_wrong_number(kind, shape, columns) from None
    packed[0] = layout.definition + packed[0]
    return iter(packed)


def _encoded(kind: MessageType, field: Field, texts: Sequence[Any]) -> tuple[list[bytes], int]:
    """The texts as UTF-8, empty where there is none, and the width of the field in bytes."""
    try:
        encoded = [b"" if text is None else text.encode() for text in texts]
    except (AttributeError, UnicodeEncodeError):
        raise FitValueError(f"{kind.name}.{field.name} is a text, and one that UTF-8 can write") from None
    if "" in texts or b"\0" in b"".join(encoded):
        raise FitValueError(f"{kind.name}.{field.name} is neither empty nor has it a NUL in it")
    widest = max(map(len, encoded))
    most = (field.width or MOST_STRING_BYTES + 1) - 1
    if widest > most:
        raise FitValueError(f"{kind.name}.{field.name} holds {most} bytes of text, not {widest}")
    return encoded, field.width or widest + 1


def _first_wrong_number(kind: MessageType, shape: _Shape, columns: Sequence[Sequence[Any]]) -> FitValueError:
    for field, column in zip(shape.numbers, columns, strict=False):
        one = Struct(field.base.format)
        for number in column:
            try:
                one.pack(number)
            except StructError:
                return _wrong_number(kind, field, number)
    raise AssertionError("each number fits its field, and all together do not")


def _wrong_number(kind: MessageType, field: Field, found: object) -> FitValueError:
    base = field.base
    return FitValueError(
        f"{kind.name}.{field.name} is a whole number from {base.smallest} to {base.largest}, not {found!r}"
    )
