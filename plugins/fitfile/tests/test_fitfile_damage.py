"""Files that are damaged, hostile, or something else: a Recording or `UnreadableInput`, and nothing else."""

from __future__ import annotations

import contextlib
import gzip
import io
import struct
import tracemalloc
import zipfile

import pytest
from garmin_fit_sdk import CrcCalculator
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_fitfile import container, messages

UINT8, UINT32, BYTE = 0x02, 0x86, 0x0D
NOW = 1_163_572_200  # seconds since 1989-12-31


@pytest.fixture(scope="module")
def whole(fit):
    """A small recording with something of everything that is read."""
    return fit.file(
        ("workout", {"sport": "running", "num_valid_steps": 2, "wkt_name": "Reset"}),
        fit.step(0, notes="8:00 forward jog 8 km/h easy", wkt_step_name="Jog"),
        fit.step(1, notes="1:00 backward walk 2.4 km/h light rail", wkt_step_name="Back"),
        *[fit.record(at, distance=2.0 * at, speed=2.0, heart_rate=99, cadence=80) for at in range(5)],
        fit.lap(0, 3, wkt_step_index=0, avg_heart_rate=99, lap_trigger="time"),
        fit.lap(3, 2, wkt_step_index=1, total_distance=4.0, lap_trigger="session_end"),
        fit.session(5),
    )


def test_a_file_that_ends_early_is_called_truncated_wherever_it_ends(whole, refusal):
    for end in range(1, len(whole)):
        said = refusal(whole[:end])
        assert "again; nothing was read" in said
        if end < 12:
            assert "the first bytes of one" in said
        else:
            assert f"truncated FIT file: its header announces {len(whole)} bytes, and {end} are there" in said


def test_a_second_file_that_ends_early_is_called_truncated(whole, refusal):
    assert "truncated" in refusal(whole + whole[:-1])
    assert "where a header should be is something else" in refusal(whole + b"\0")
    assert "where a header should be is something else" in refusal(whole + b"\0" * 20)


def test_a_changed_byte_is_never_read_as_if_nothing_had_happened(whole, refusal):
    for place in range(len(whole)):
        for bit in (0x01, 0x80):
            refusal(whole[:place] + bytes((whole[place] ^ bit,)) + whole[place + 1 :])


def test_a_wrong_checksum_is_named(whole, refusal):
    said = refusal(whole[:-1] + bytes((whole[-1] ^ 1,)))
    assert said == (
        "run.fit: a damaged FIT file: its checksum is wrong: something in it was changed. "
        "Copy or download it again; nothing was read."
    )


def answered(read, data):
    """A Recording that makes sense, or a refusal; any other error is the test's."""
    with contextlib.suppress(bt.UnreadableInput):
        recording = read(data)
        assert all(lap.start_seconds >= 0 and lap.seconds >= 0 for lap in recording.laps)
        assert all(sample.seconds >= 0 for sample in recording.samples)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_whatever_the_records_say_the_answer_is_a_recording_or_a_refusal(fit, whole, read, data):
    places = st.integers(14, len(whole) - 3)
    changed = bytearray(whole)
    for place, byte in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=6)):
        changed[place] = byte
    answered(read, fit.sealed(bytes(changed[:-2])))


@settings(max_examples=200, deadline=None)
@given(body=st.binary(min_size=1, max_size=60))
def test_whatever_stands_below_a_header_the_answer_is_a_recording_or_a_refusal(fit, read, body):
    answered(read, fit.raw(body))


@settings(max_examples=200, deadline=None)
@given(
    data=st.binary(max_size=60), head=st.sampled_from([b"", b"\x1f\x8b", b"\x1f\x8b\x08\0", b"PK\x03\x04"])
)
def test_whatever_a_file_begins_with_it_is_recognised_or_not_and_read_or_refused(reader, read, data, head):
    assert reader.recognise((head + data)[:256]) in {True, False}
    with pytest.raises(bt.UnreadableInput):
        read(head + data)


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"


def zipped(data):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("run.fit", data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "an empty file"),
        (gzip.compress(b"", mtime=0), "an empty file"),
        (b"5:00", "no FIT file, or the first bytes of one"),
        (b"5:00 forward walk 4.5 km/h\n", "no FIT file. Give the .fit or .fit.gz file"),
        (
            gzip.compress(b"5:00 forward walk 4.5 km/h\n", mtime=0),
            "no FIT file. Give the .fit or .fit.gz file",
        ),
        (gzip.compress(gzip.compress(b"5:00 forward walk 4.5 km/h\n", mtime=0), mtime=0), "no FIT file"),
        (PNG, "no FIT file. Give the .fit or .fit.gz file"),
        (zipped(b"5:00 forward walk 4.5 km/h\n"), "a ZIP archive. Unpack it"),
        (b"\x1f\x8b\x07" + b"no gzip at all", "a damaged gzip file: Unknown compression method"),
        (b"\x1f\x8b\x08" + b"\0" * 20, "a damaged gzip file"),
        (b"\x1f\x8b", "a truncated gzip file"),
        (b"\x0b" + b"\0\0\0\x10\0\0\0.FIT" + b"\0" * 20, "where a header should be is something else"),
    ],
)
def test_what_is_no_fit_file_is_told_by_what_it_is(refusal, data, said):
    assert said in refusal(data)


def test_a_packed_file_that_ends_early_or_was_changed_is_refused(whole, refusal):
    packed = gzip.compress(whole, mtime=0)
    for end in range(2, len(packed), 10):
        assert "a truncated gzip file: its end is missing" in refusal(packed[:end])
    changed = packed[:-5] + bytes((packed[-5] ^ 1,)) + packed[-4:]
    assert "a damaged gzip file: CRC check failed" in refusal(changed)
    assert "a damaged gzip file" in refusal(packed + b"and more")


def test_a_file_that_was_never_finished_is_named_so(whole, refusal):
    unfinished = whole[:4] + struct.pack("<I", 0) + whole[8:]
    assert "never finished" in refusal(unfinished)
    assert "Save the activity on the watch" in refusal(unfinished)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("workout", "is a workout, which is a plan, and no recorded activity"),
        ("course", "is a course, and no recorded activity"),
        ("settings", "is a device's settings, and no recorded activity"),
        ("monitoring_b", "is the record of a day, and no recorded activity"),
        ("exd_configuration", "is of another kind (exd_configuration), and no recorded activity"),
        (77, "is of another kind (77), and no recorded activity"),
    ],
)
def test_a_fit_file_of_something_else_is_told_by_what_it_is(fit, refusal, kind, said):
    data = fit.file(fit.step(0, notes="5:00 forward walk 4.5 km/h"), fit.lap(0, 5), kind=kind)
    assert said in refusal(data)
    assert "Give the .fit file that the watch or app recorded" in refusal(data)
    assert ("backtrack import run.fit" in refusal(data)) == (kind == "workout")


def test_an_activity_in_which_nothing_was_recorded_is_refused(fit, refusal):
    for found in (fit.step(0), ("record", {"heart_rate": 99}), fit.session(0)):
        assert "with no time, no lap and no sample: nothing was recorded" in refusal(fit.file(found))


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_before_it_fills_the_memory(refusal):
    member = gzip.compress(bytes(1024 * 1024), mtime=0)
    bomb = member * 512
    assert len(bomb) < 1024 * 1024
    tracemalloc.start()
    try:
        said = refusal(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert said == "run.fit: larger than 64 MiB, which no recording is. Nothing was read."
    assert peak < 4 * container.MOST_BYTES


def test_a_file_that_is_too_large_is_refused(whole, refusal):
    assert "larger than 64 MiB" in refusal(whole.ljust(container.MOST_BYTES + 1, b"\0"))


def test_more_fit_files_in_one_than_any_recording_has_are_refused(fit, read, refusal):
    small = fit.file(fit.lap(0, 5))
    assert len(read(small * container.MOST_PARTS).laps) == container.MOST_PARTS
    assert "more than 100 FIT files in one" in refusal(small * (container.MOST_PARTS + 1))


def test_more_messages_than_any_recording_has_are_refused(fit, read, refusal, monkeypatch):
    monkeypatch.setattr(
        messages, "MOST_MESSAGES", 6
    )  # file_id and lap, each with its definition, and two laps
    assert len(read(fit.file(*[fit.lap(at, 1) for at in range(3)])).laps) == 3
    assert "more than 6 messages" in refusal(fit.file(*[fit.lap(at, 1) for at in range(4)]))


def test_messages_that_nobody_asked_for_do_not_fill_the_memory(fit, read):
    unknown = [fit.definition(1, 0xFF00, (1, 1, UINT8)), b"\x01\x07" * 10_000]
    data = fit.raw(fit.definition(0, 19, (2, 4, UINT32)), struct.pack("<BI", 0, NOW), *unknown)
    tracemalloc.start()
    try:
        read(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 500_000  # fitparse by itself keeps 3 MB of them


def test_a_definition_that_names_one_field_many_times_is_read_once(fit, read):
    fields = [(3, 1, UINT8)] * 250
    data = fit.raw(
        fit.definition(0, 20, (253, 4, UINT32), *fields), struct.pack("<BI", 0, NOW) + bytes(range(1, 251))
    )
    assert read(data).samples == (bt.Sample(seconds=0, heart_rate=1),)


def test_the_checksum_of_the_header_may_be_left_out(whole, read):
    without = whole[:12] + b"\0\0" + whole[14:-2]
    checksum = CrcCalculator.calculate_crc(without, 0, len(without))
    assert read(without + struct.pack("<H", checksum)) == read(whole)
