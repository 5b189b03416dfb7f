from __future__ import annotations

import struct

import garmin_fit_sdk
import pytest
from fastcrc import crc16
from garmin_fit_sdk.fit import BASE_TYPE_DEFINITIONS
from garmin_fit_sdk.profile import Profile
from hypothesis import given
from hypothesis import strategies as st

from backtrack_garmin import profile
from backtrack_garmin.fit import (
    ENUM,
    MOST_STRING_BYTES,
    STRING,
    UINT16,
    UINT32,
    UINT32Z,
    DamagedFile,
    Field,
    FitValueError,
    Message,
    MessageType,
    check_whole,
    encode,
)

KIND = MessageType(
    "sample",
    27,
    [
        Field("enum", 7, ENUM),
        Field("small", 254, UINT16),
        Field("large", 2, UINT32),
        Field("nonzero", 9, UINT32Z),
        Field("fixed", 0, STRING, width=5),
        Field("text", 8, STRING),
    ],
)
NUMBERS = [field for field in KIND.fields if field.base is not STRING]
GOOD = {"enum": 1, "small": 2, "large": 3, "nonzero": 4, "fixed": "abcd", "text": "hello"}


def is_whole(data: bytes) -> bool:
    stream = garmin_fit_sdk.Stream.from_byte_array(bytearray(data))
    return bool(garmin_fit_sdk.Decoder(stream).check_integrity())


@pytest.mark.parametrize("kind", [profile.FILE_ID, profile.WORKOUT, profile.WORKOUT_STEP])
def test_the_field_table_is_that_of_garmins_profile(kind):
    message = Profile["messages"][kind.number]
    assert message["name"] == kind.name
    for field in kind.fields:
        theirs = message["fields"][field.number]
        assert theirs["name"] == field.name
        assert theirs["base_type"] == field.base.name


@pytest.mark.parametrize("base", [ENUM, UINT16, UINT32, UINT32Z, STRING])
def test_base_types_are_those_of_the_protocol(base):
    theirs = BASE_TYPE_DEFINITIONS[base.code & 0x1F]  # above stands the flag for byte order
    if base is not STRING:
        assert theirs["invalid"] == base.invalid
        assert theirs["size"] == struct.calcsize(base.format)
        assert {base.smallest, base.largest, base.invalid} >= {0, 256 ** theirs["size"] - 1}


def test_the_header_says_protocol_1_0_and_both_checksums_are_right():
    data = encode([Message(KIND, GOOD)])
    assert data[:2] == bytes((14, 0x10))
    assert data[8:12] == b".FIT"
    assert int.from_bytes(data[4:8], "little") == len(data) - 16
    assert int.from_bytes(data[12:14], "little") == crc16.arc(data[:12])
    assert is_whole(data)
    check_whole(data)


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.name)
def test_the_smallest_and_the_largest_value_are_written(field):
    for value in (field.base.smallest, field.base.largest):
        data = encode([Message(KIND, {**GOOD, field.name: value})])
        assert value.to_bytes(struct.calcsize(field.base.format), "little") in data


@pytest.mark.parametrize("field", NUMBERS, ids=lambda field: field.name)
@pytest.mark.parametrize("beside", ["below", "above", "invalid", "fraction", "text"])
def test_a_value_that_its_field_cannot_hold_is_refused_by_name(field, beside):
    base = field.base
    value = {
        "below": base.smallest - 1,
        "above": base.largest + 1,
        "invalid": base.invalid,
        "fraction": 1.5,
        "text": "1",
    }[beside]
    with pytest.raises(FitValueError, match=rf"sample\.{field.name} .*not {value!r}"):
        encode([Message(KIND, GOOD), Message(KIND, {**GOOD, field.name: value})])


def test_a_wrong_value_is_found_among_messages_that_leave_the_field_out():
    rows = [{"small": 1, "large": 1}, {"large": 2}, {"small": 70_000, "large": 3}]
    with pytest.raises(FitValueError, match=r"sample\.small .*not 70000"):
        encode([Message(KIND, row) for row in rows])


@pytest.mark.parametrize("text", ["", "a\0b", "abcde", "äbcd", "\ud800", 7, b"abc"])
def test_a_text_that_its_field_cannot_hold_is_refused_by_name(text):
    with pytest.raises(FitValueError, match=r"sample\.fixed"):
        encode([Message(KIND, {**GOOD, "fixed": text})])


@pytest.mark.parametrize("letter", ["x", "é", "\N{GRINNING FACE}"])
def test_a_text_of_254_bytes_passes_and_the_next_character_does_not(letter):
    text = letter * (MOST_STRING_BYTES // len(letter.encode()))
    text += "x" * (MOST_STRING_BYTES - len(text.encode()))
    assert text.encode() + b"\0" in encode([Message(KIND, {"text": text})])
    with pytest.raises(FitValueError, match=r"sample\.text holds 254 bytes"):
        encode([Message(KIND, {"text": text + letter})])


@pytest.mark.parametrize("values", [{"enmu": 1}, {"enum": 1, "smal": 2}])
def test_a_misspelt_field_is_refused_by_name(values):
    with pytest.raises(FitValueError, match=r"sample has no field (enmu|smal)$"):
        encode([Message(KIND, values)])


def test_a_message_without_fields_is_refused():
    with pytest.raises(FitValueError, match="sample has no fields"):
        encode([Message(KIND, {})])


def test_seventeen_kinds_of_message_are_refused():
    kinds = [MessageType(f"kind {number}", number, KIND.fields) for number in range(17)]
    assert is_whole(encode([Message(kind, GOOD) for kind in kinds[:16]]))
    with pytest.raises(FitValueError, match="17 kinds"):
        encode([Message(kind, GOOD) for kind in kinds])


def test_messages_stand_in_the_order_they_are_given_each_kind_defined_once():
    other = MessageType("other", 26, [Field("count", 6, UINT16)])
    messages = [
        Message(KIND, {"small": 0}),
        Message(other, {"count": 7}),
        Message(KIND, {"small": 1}),
        Message(other, {"count": 8}),
    ]
    definition = b"\x40\x00\x00\x1b\x00\x01\xfe\x02\x84"
    other_definition = b"\x41\x00\x00\x1a\x00\x01\x06\x02\x84"
    records = b"\x00\x00\x00" + other_definition + b"\x01\x07\x00" + b"\x00\x01\x00" + b"\x01\x08\x00"
    assert encode(messages)[14:-2] == definition + records


@given(
    st.lists(
        st.fixed_dictionaries(
            {"small": st.integers(0, 0xFFFE)},
            optional={
                "enum": st.integers(0, 0xFE),
                "large": st.integers(0, 0xFFFFFFFE),
                "nonzero": st.integers(1, 0xFFFFFFFF),
                "text": st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=60),
            },
        ),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_is_read_back(rows):
    fields = {"enum": 7, "small": 254, "large": 2, "nonzero": 9, "text": 8}
    data = encode([Message(KIND, row) for row in rows])
    check_whole(data)
    used = [field for field in KIND.fields if any(field.name in row for row in rows)]
    assert data[19] == len(used)
    definition = data[20 : 20 + 3 * len(used)]
    at = 20 + 3 * len(used)
    read = []
    for _ in rows:
        assert data[at] == 0
        at += 1
        row = {}
        for number, size, code in zip(definition[::3], definition[1::3], definition[2::3], strict=True):
            raw = data[at : at + size]
            at += size
            name = next(name for name, other in fields.items() if other == number)
            base = next(field.base for field in KIND.fields if field.name == name)
            assert code == base.code
            value = raw.rstrip(b"\0").decode() or None if base is STRING else int.from_bytes(raw, "little")
            if value is not None and value != base.invalid:
                row[name] = value
        read.append(row)
    assert at == len(data) - 2
    assert read == rows


def test_every_flipped_byte_is_noticed_by_us_and_by_the_sdk():
    data = encode([Message(KIND, GOOD), Message(KIND, GOOD)])
    for place in range(len(data)):
        changed = data[:place] + bytes((data[place] ^ 0x41,)) + data[place + 1 :]
        with pytest.raises(DamagedFile):
            check_whole(changed)
        assert not is_whole(changed)


def test_every_truncation_is_noticed():
    data = encode([Message(KIND, GOOD)])
    for length in range(len(data)):
        with pytest.raises(DamagedFile):
            check_whole(data[:length])
    with pytest.raises(DamagedFile, match="announces"):
        check_whole(data + b"\0")
