"""What messages a FIT file holds: its definitions and how often each is used, and no value of any.

Walking from message to message takes a few milliseconds, and tells whether the messages fit together,
what in them nobody reads, and whether every library reads the rest alike.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtrack_fitfile import profile

if TYPE_CHECKING:
    from collections.abc import Sequence


class DamagedFile(ValueError):
    """The bytes are no whole FIT file; the text says what does not fit."""


class FieldShape(NamedTuple):
    """A field as a file defines it: its number, its bytes, and its base type or its developer's number."""

    number: int
    size: int
    base: int


class Shape:
    """One definition of a message, and how many messages follow it."""

    __slots__ = ("count", "developer", "fields", "number", "size")

    def __init__(self, number: int, fields: Sequence[FieldShape], developer: Sequence[FieldShape]) -> None:
        self.number = number
        self.fields = fields
        self.developer = developer
        self.size = 1 + sum(field.size for field in (*fields, *developer))
        self.count = 0


class Layout(NamedTuple):
    """What messages a FIT file holds.

    Attributes:
        shapes: Its definitions, alike ones once.
        described: The names of developers' fields, by the developer's and the field's number.
        implied_times: Whether messages have their time in their header.
    """

    shapes: tuple[Shape, ...]
    described: dict[tuple[int, int], str]
    implied_times: bool

    def count(self, *numbers: int) -> int:
        """How many messages have one of these numbers."""
        return sum(shape.count for shape in self.shapes if shape.number in numbers)


def layout(part: bytes, most: int) -> Layout:
    """Walk over one FIT file.

    Args:
        part: One FIT file, whole by its header.
        most: How many messages it may have, of any kind.

    Raises:
        DamagedFile: when the messages do not fit together, or are too many.
    """
    walk = _Walk(part)
    try:
        walk.go(most)
    except IndexError:
        raise DamagedFile("its records do not fit together: its last one is cut off") from None
    return Layout(tuple(walk.shapes.values()), walk.described, walk.implied_times)


class _Walk:
    def __init__(self, part: bytes) -> None:
        self.part = part
        self.end = len(part) - 2
        self.shapes: dict[bytes, Shape] = {}
        self.described: dict[tuple[int, int], str] = {}
        self.implied_times = False

    def go(self, most: int) -> None:
        part, end = self.part, self.end
        known: list[Shape | None] = [None] * 16
        at = part[0]
        for _ in range(most):
            if at >= end:
                break
            header = part[at]
            if header & 0x80:
                shape = known[header >> 5 & 0x03]
                self.implied_times = True
            elif header & 0x40:
                known[header & 0x0F], at = self._defined(at)
                continue
            else:
                shape = known[header & 0x0F]
            if shape is None:
                raise DamagedFile("its records do not fit together: one was never defined")
            shape.count += 1
            if shape.number == profile.FIELD_DESCRIPTION:
                self._describe(shape, at + 1)
            at += shape.size
        if at < end:
            raise DamagedFile(f"it has more than {most:,} messages, which no recording has")
        if at > end:
            raise DamagedFile("its records do not fit together: its last one is cut off")

    def _defined(self, at: int) -> tuple[Shape, int]:
        """The definition at a place, and the place behind it."""
        part = self.part
        after = at + 6 + 3 * part[at + 5]
        fields_end = after
        if part[at] & 0x20:
            after += 1 + 3 * part[after]
        if after > self.end:
            raise IndexError
        key = part[at + 1 : after] + bytes((part[at] & 0x20,))
        shape = self.shapes.get(key)
        if shape is None:
            number = int.from_bytes(part[at + 3 : at + 5], "big" if part[at + 2] else "little")
            fields = _fields(part[at + 6 : fields_end])
            shape = Shape(number, fields, _fields(part[fields_end + 1 : after]))
            self.shapes[key] = shape
        return shape, after

    def _describe(self, shape: Shape, at: int) -> None:
        """Keep the name that a developer gives a field."""
        found: dict[int, bytes] = {}
        for field in shape.fields:
            found.setdefault(field.number, self.part[at : at + field.size])
            at += field.size
        developer, number = found.get(0, b"")[:1], found.get(1, b"")[:1]
        if developer and number:
            name = found.get(3, b"").split(b"\0")[0].decode("utf-8", "replace")
            self.described[developer[0], number[0]] = name


def _fields(triples: bytes) -> list[FieldShape]:
    each = iter(triples)
    return [FieldShape(*triple) for triple in zip(each, each, each, strict=True)]


def is_plain(found: Layout) -> bool:
    """Whether fields that are read have the types of the profile, once, and no other can be taken for them.

    Libraries differ in what they make of anything else.
    """
    if found.implied_times:
        return False
    named = {field.name for fields in profile.FIELDS.values() for field in fields.values()}
    if not named.isdisjoint(found.described.values()):
        return False
    return all(_is_plain(shape, found.described) for shape in found.shapes if shape.count)


def _is_plain(shape: Shape, described: dict[tuple[int, int], str]) -> bool:
    for field in shape.fields:
        size = profile.BASE_BYTES.get(field.base)
        if not size or not field.size or field.size % size:
            return False
    kept = profile.FIELDS.get(shape.number)
    if not kept:
        return True
    read = [field for field in shape.fields if field.number in kept]
    numbers = [field.number for field in read]
    if len({*numbers}) < len(numbers) or (shape.number == profile.RECORD and _is_doubtful({*numbers})):
        return False
    if any((field.base, field.number) not in described for field in shape.developer):
        return False
    return all(
        field.base == kept[field.number].base
        and (field.base == profile.STRING or field.size == profile.BASE_BYTES[field.base])
        for field in read
    )


def _is_doubtful(numbers: set[int]) -> bool:
    """Whether two fields of a record say the same, one of them packed or less exact."""
    speed, packed, enhanced_speed = 6, 8, 73
    return packed in numbers or {speed, enhanced_speed} <= numbers
