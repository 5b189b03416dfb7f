"""FIT workout files of nobody, byte by byte: everything the format allows and few programs write.

Written from Garmin's description of the FIT protocol, without a line of the plugin: both byte orders,
definitions that hold for one message or for many, local types used again, developer fields, fields and
messages that no profile has, compressed timestamp headers, both lengths of the file's header.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from fastcrc import crc16
from hypothesis import strategies as st

FILE_ID, WORKOUT, STEP, SESSION, DEVELOPER, DESCRIBED = 0, 26, 27, 158, 207, 206
UNKNOWN = 0xFF20
"""A message that manufacturers may define for themselves."""

ENUM, UINT8, SINT16, UINT16, SINT32, UINT32, UINT32Z = 0x00, 0x02, 0x83, 0x84, 0x85, 0x86, 0x8C
STRING, BYTES = 0x07, 0x0D

_FORMATS = {ENUM: "B", UINT8: "B", SINT16: "h", UINT16: "H", SINT32: "i", UINT32: "I", UINT32Z: "I"}


class Value(NamedTuple):
    """A field of a message: its number, its base type, its value, and the width of a string or bytes."""

    number: int
    base: int
    value: Any
    width: int = 0

    def packed(self, order: str) -> bytes:
        """Its bytes."""
        if self.base in {STRING, BYTES}:
            content: bytes = self.value if isinstance(self.value, bytes) else self.value.encode()
            return content.ljust(self.width or len(content) + 1, b"\0")
        return struct.pack(order + _FORMATS[self.base], self.value)


class Wire(NamedTuple):
    """A message as it is to stand in the file.

    Attributes:
        number: Its global number.
        values: Its fields.
        local: Its local type.
        big: Whether its numbers are big-endian.
        developer: Its developer fields: number and bytes; all of developer 0.
        compressed: A time offset, for the header with one; only for local types up to 3.
    """

    number: int
    values: tuple[Value, ...]
    local: int = 0
    big: bool = False
    developer: tuple[tuple[int, bytes], ...] = ()
    compressed: int | None = None


def written(messages: list[Wire], *, header: int = 14, protocol: int = 0x20) -> bytes:
    """A file; a definition is written where the one that holds is another."""
    held: dict[int, bytes] = {}
    records = bytearray()
    for message in messages:
        order = ">" if message.big else "<"
        contents = [value.packed(order) for value in message.values]
        fields = [
            bytes([value.number, len(content), value.base])
            for value, content in zip(message.values, contents, strict=True)
        ]
        head = struct.pack(order + "xBHB", message.big, message.number, len(fields))
        definition = head + b"".join(fields)
        flags = 0x40
        if message.developer:
            flags |= 0x20
            definition += bytes([len(message.developer)])
            definition += b"".join(bytes([number, len(data), 0]) for number, data in message.developer)
        definition = bytes([flags | message.local]) + definition
        if held.get(message.local) != definition:
            held[message.local] = definition
            records += definition
        if message.compressed is None:
            records.append(message.local)
        else:
            records.append(0x80 | message.local << 5 | message.compressed)
        records += b"".join([*contents, *(data for _, data in message.developer)])
    start = struct.pack("<BBHI4s", header, protocol, 2132, len(records), b".FIT")
    if header == 14:
        start += struct.pack("<H", crc16.arc(start))
    whole = start + bytes(records)
    return whole + struct.pack("<H", crc16.arc(whole))


def named(
    name: str = "Theirs", *, steps: int, width: int = 0, more: tuple[Value, ...] = (), **wire: Any
) -> Wire:
    """A workout message."""
    values = (Value(4, ENUM, 1), Value(6, UINT16, steps), Value(8, STRING, name, width), *more)
    return Wire(WORKOUT, values, **wire)


def identified(serial: int = 7, **wire: Any) -> Wire:
    """A file_id of a workout."""
    values = (
        Value(0, ENUM, 5),
        Value(1, UINT16, 1),
        Value(3, UINT32Z, serial),
        Value(4, UINT32, 900_000_000),
    )
    return Wire(FILE_ID, values, **wire)


def developers() -> list[Wire]:
    """A developer, and what field 0 of theirs is: one byte."""
    described = (Value(0, UINT8, 0), Value(1, UINT8, 0), Value(2, UINT8, 0x0D), Value(3, STRING, "mood"))
    return [
        Wire(DEVELOPER, (Value(1, BYTES, b"0123456789abcdef", 16), Value(3, UINT8, 0)), local=4),
        Wire(DESCRIBED, described, local=5),
    ]


class Plan(NamedTuple):
    """A file that hypothesis made.

    Attributes:
        data: Its bytes.
        steps: How many workout_step messages it has.
        compressed: Whether it has a header with a compressed timestamp, which Garmin's own decoder refuses.
    """

    data: bytes
    steps: int
    compressed: bool


_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cc"]), max_size=12)
_REPEATS = (7, 8, 9, 10, 11, 12, 13, 17, 18, 27)


@st.composite
def _unknown_fields(draw: st.DrawFn) -> tuple[Value, ...]:
    found = []
    for number in draw(st.lists(st.integers(60, 200), max_size=3, unique=True)):
        base = draw(st.sampled_from((UINT8, SINT16, UINT16, SINT32, UINT32, STRING, BYTES)))
        if base in {STRING, BYTES}:
            found.append(Value(number, base, draw(st.binary(min_size=1, max_size=5)).replace(b"\0", b"x"), 8))
        else:
            found.append(Value(number, base, draw(st.integers(0, 100))))
    return tuple(found)


@st.composite
def _step(draw: st.DrawFn) -> tuple[Value, ...]:
    kind = draw(st.sampled_from((0, 1, 2, 3, 4, 5, 14, 28, 29)))
    values = [Value(1, ENUM, kind)]
    if kind != 5:
        values.append(Value(2, UINT32, draw(st.integers(1_000, 600_000))))
    target = draw(st.sampled_from((0, 1, 2, 2, 3, 4)))
    low = draw(st.integers(1_000, 3_000))
    values += [Value(3, ENUM, target), Value(4, UINT32, draw(st.sampled_from((0, 0, 3))))]
    values += [Value(5, UINT32, low), Value(6, UINT32, low + 100)]
    if draw(st.booleans()):
        values.append(Value(7, ENUM, draw(st.integers(0, 6))))
    if draw(st.booleans()):
        values += [Value(0, STRING, draw(_TEXT), 50), Value(8, STRING, draw(_TEXT), 60)]
    if draw(st.booleans()):
        values += [Value(9, ENUM, 1), Value(10, UINT16, 3), Value(19, ENUM, 1), Value(20, UINT32, 2)]
    return (*values, *draw(_unknown_fields()))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Files that can be read: steps and repeats of every kind, nested, in every shape on the wire."""
    steps: list[tuple[Value, ...]] = []
    starts: list[int] = []
    for _ in range(draw(st.integers(1, 9))):
        repeats = sum(values[0].value in {6, *_REPEATS} for values in steps)
        if starts and repeats < 3 and draw(st.integers(0, 2)) == 0:
            kind = draw(st.sampled_from((6, 6, 6, *_REPEATS)))
            first = draw(st.sampled_from(starts))
            width = draw(st.sampled_from((UINT8, UINT16, UINT32)))
            ends = Value(4, UINT32, draw(st.integers(1, 3)) if kind == 6 else 150)
            steps.append((Value(1, ENUM, kind), Value(2, width, first), ends, *draw(_unknown_fields())))
            del starts[starts.index(first) + 1 :]
        else:
            starts.append(len(steps))
            steps.append(draw(_step()))
    messages = draw(_on_the_wire(steps))
    compressed = any(message.compressed is not None for message in messages)
    return Plan(written(messages, header=draw(st.sampled_from((12, 14)))), len(steps), compressed)


@st.composite
def _on_the_wire(draw: st.DrawFn, steps: list[tuple[Value, ...]]) -> list[Wire]:
    numbered = draw(st.integers(0, 3)) > 0
    order = (
        draw(st.permutations(range(len(steps)))) if numbered and draw(st.booleans()) else range(len(steps))
    )
    index = draw(st.sampled_from((UINT8, UINT16, UINT32)))
    flags = 0x8000 if index != UINT8 and draw(st.booleans()) else 0
    many, timed = draw(st.booleans()), draw(st.integers(0, 3)) == 0
    description = (Value(17, STRING, draw(_TEXT), 40),) if draw(st.booleans()) else ()
    messages = [
        identified(big=draw(st.booleans())),
        *developers(),
        named(
            draw(_TEXT), steps=len(steps), width=50, more=(*description, *draw(_unknown_fields())), local=1
        ),
    ]
    if draw(st.booleans()):
        session = (Value(0, ENUM, 1), Value(2, UINT16, len(steps)), Value(3, UINT16, 0))
        messages.append(Wire(SESSION, session, local=draw(st.integers(0, 3))))
    for place in order:
        if draw(st.integers(0, 4)) == 0:
            values = draw(_unknown_fields()) or (Value(1, UINT8, 1),)
            compressed = draw(st.none() | st.integers(0, 31)) if timed else None
            messages.append(Wire(UNKNOWN, values, local=draw(st.integers(0, 3)), compressed=compressed))
        values = steps[place]
        if numbered:
            number = Value(254, index, place | flags)
            values = (number, *values) if draw(st.booleans()) else (*values, number)
        messages.append(
            Wire(
                STEP,
                values,
                local=draw(st.integers(0, 15)) if many else draw(st.integers(0, 1)),
                big=draw(st.booleans()),
                developer=((0, b"\x05"),) if draw(st.booleans()) else (),
            )
        )
    if many:  # so that no local type is free
        messages += [Wire(UNKNOWN, (Value(1, UINT8, local),), local=local) for local in range(16)]
    return messages


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """A file of which some bytes are others; size and checksum are right."""
    data = bytearray(draw(plans()).data)
    for _ in range(draw(st.integers(1, 4))):
        data[draw(st.integers(data[0], len(data) - 3))] = draw(st.integers(0, 255))
    whole = bytes(data[:-2])
    return whole + crc16.arc(whole).to_bytes(2, "little")
