"""What a Recording does not hold, and what it says of it; times that cannot be; archives."""

from __future__ import annotations

import io
import struct
import zipfile
from datetime import timedelta

import pytest
from recorded import START, Lap, recorded_fit

import backtrack_plugins as bt
from backtrack_fitfile import left_out

UINT8, UINT32 = 0x02, 0x86
TIME = (253, 4, UINT32)
NOW = 1_163_572_200
YEARS = 59 * 365.25 * 86400


def test_nothing_is_left_out_of_a_file_that_the_profile_names(read):
    assert read(recorded_fit(laps=[Lap(60, step=0, intensity=5)], every=1)).left_out == ()


def test_messages_and_fields_that_no_profile_names_are_listed_with_their_count(fit, read):
    data = fit.raw(
        fit.definition(0, 20, TIME, (250, 1, UINT8), (251, 1, UINT8), (3, 1, UINT8)),
        *[struct.pack("<BIBBB", 0, NOW + at, 1, 2, 99) for at in range(3)],
        fit.definition(1, 233, (1, 1, UINT8)),
        fit.definition(2, 0xFF07, (1, 1, UINT8)),
        *[b"\x01\x07", b"\x02\x07", b"\x01\x07"],
        fit.definition(3, 234, (1, 1, UINT8)),  # and no message of it
    )
    assert read(data).left_out == (
        "messages that no profile names: 233, 65287 (3 messages)",
        "fields of record that no profile names: 250, 251 (3 messages)",
    )


def described(fit, *names):
    """Definitions of developer 0's fields, each of one byte, and a record that has them."""
    rows = []
    for number, name in enumerate(names):
        text = name.encode() + b"\0"
        rows += [
            fit.definition(0, 206, (0, 1, UINT8), (1, 1, UINT8), (2, 1, UINT8), (3, len(text), 0x07)),
            struct.pack("<BBBB", 0, 0, number, UINT8) + text,
        ]
    definition = bytearray(fit.definition(1, 20, TIME))
    definition[0] |= 0x20
    fields = b"".join(bytes((number, 1, 0)) for number in range(len(names) + 1))
    record = struct.pack("<BI", 1, NOW) + bytes(len(names) + 1)
    return [*rows, bytes(definition) + bytes((len(names) + 1,)) + fields, record, record]


def test_fields_of_developers_are_named(fit, read):
    assert read(fit.raw(*described(fit, "Form Power", "\x1b[2JAir"))).left_out == (
        "a developer's field without a name (2 records)",
        "developer's field “Form Power” (2 records)",
        "developer's field “[2JAir” (2 records)",
    )


def test_heart_rate_that_a_strap_handed_over_later_is_told_of(read):
    beats = [("hr", {"timestamp": START})] * 84
    assert read(recorded_fit(laps=[Lap(60)], more=beats)).left_out == (
        "heart rate that a strap handed over later (84 hr messages)",
    )


def test_what_is_said_is_bounded_in_number_and_length(fit, read):
    names = [f"{number} {'x' * 200}" for number in range(60)]
    said = read(fit.raw(*described(fit, *names))).left_out
    assert len(said) == left_out.MOST_ENTRIES
    assert said[-1] == "and 42 more kinds of values"
    assert max(map(len, said)) < 100
    unknown = [fit.definition(0, 0xFE00 + number, (1, 1, UINT8)) + b"\0\0" for number in range(200)]
    said = read(fit.raw(fit.definition(1, 20, TIME), struct.pack("<BI", 1, NOW), *unknown)).left_out
    assert len(said) == 1
    assert said[0].endswith(" and 192 more (200 messages)")


def test_counts_of_several_files_are_added(read):
    one = recorded_fit(laps=[Lap(60)], more=[("hr", {"timestamp": START})])
    assert read(one + one).left_out == ("heart rate that a strap handed over later (2 hr messages)",)


@pytest.mark.parametrize("away", [-20 * 365 * 86400, -3 * 86400, 3 * 86400, YEARS])
def test_a_sample_far_from_the_rest_is_left_out_and_told_of(read, away):
    laps = [Lap(60, step=0), Lap(60, step=1)]
    clean = read(recorded_fit(laps=laps, every=10))
    recording = read(recorded_fit(laps=laps, every=10, records=[(away, {"heart_rate": 99})]))
    assert recording.samples == clean.samples
    assert recording.started == clean.started
    day = (START + timedelta(seconds=away)).date()
    assert recording.left_out == (f"records far from the rest: {day} (1 of them)",)


def test_a_lap_and_a_session_far_from_the_rest_are_read_without_their_start(read):
    laps = [Lap(60, step=0), Lap(60, step=1, more={"start_time": START + timedelta(seconds=YEARS)}), Lap(5)]
    recording = read(recorded_fit(laps=laps, every=10))
    assert [lap.start_seconds for lap in recording.laps] == [0, 60, 120]
    assert recording.left_out == ("the start of a lap far from the rest: 2085-12-02 (1 of them)",)
    for year in (2001, 2085):
        recording = read(
            recorded_fit(laps=[Lap(60)], every=10, session={"start_time": START.replace(year=year)})
        )
        assert (recording.started, recording.seconds) == (START, 60)
        assert recording.left_out == (f"the start of a session far from the rest: {year}-12-02 (1 of them)",)


def test_a_recording_of_two_days_and_a_half_is_whole(read):
    day = 86400
    recording = read(recorded_fit(laps=[Lap(day), Lap(day), Lap(day / 2)], every=3600))
    assert (len(recording.samples), recording.left_out) == (60, ())


def test_a_file_all_of_whose_dates_are_far_in_the_future_is_read_as_it_is(read):
    later = START.replace(year=2085)
    recording = read(recorded_fit(laps=[Lap(60)], every=10, start=later))
    assert (recording.started, recording.left_out) == (later, ())


def test_of_recordings_of_different_weeks_in_one_file_the_longest_is_read(read):
    short = recorded_fit(laps=[Lap(60)], every=10, start=START - timedelta(days=7))
    long = recorded_fit(laps=[Lap(600)], every=10)
    for both in (short + long, long + short):
        recording = read(both)
        assert (recording.started, recording.seconds) == (START, 600)
        assert recording.left_out == ("an activity of another time: 2026-11-25",)
    next_day = recorded_fit(laps=[Lap(60)], every=10, start=START + timedelta(days=1))
    assert read(long + next_day).seconds == 660


@pytest.mark.parametrize(
    ("away", "hours"),
    [(7200, 2), (7203, 2), (-12_600, -3.5), (20_700, 5.75), (50_400, 14), (-50_400, -14), (0, 0)],
)
def test_the_offset_of_the_watch_is_that_of_its_local_time(read, away, hours):
    recording = read(recorded_fit(laps=[Lap(60)], offset=timedelta(seconds=away)))
    assert recording.started == START
    assert recording.started.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize("away", [54_000, -54_000, 10 * 86400, -(10**9)])
def test_an_offset_that_there_is_not_is_none(read, away):
    recording = read(recorded_fit(laps=[Lap(60)], offset=timedelta(seconds=away)))
    assert recording.started == START
    assert recording.started.utcoffset() == timedelta(0)


def test_a_summary_in_front_does_not_say_when_a_lap_ended_by_the_time_of_its_message(read):
    laps = [Lap(60, elapsed=100), Lap(30)]
    recording = read(recorded_fit(laps=laps, every=10, summary_first=True))
    assert [(lap.start_seconds, lap.elapsed_seconds) for lap in recording.laps] == [(0, 100), (100, 30)]
    assert (recording.seconds, recording.elapsed_seconds) == (90, 130)


def test_how_long_it_was_is_said_by_sessions_or_else_laps_or_not_at_all(fit, read):
    laps = [fit.lap(0, 60, total_elapsed_time=90), fit.lap(90, 30)]
    records = [fit.record(0), fit.record(500)]
    assert read(fit.file(*laps, *records, fit.session(90, total_elapsed_time=125))).elapsed_seconds == 125
    assert read(fit.file(*laps, *records, fit.session(90))).elapsed_seconds == 120
    assert read(fit.file(*records, fit.session(90))).elapsed_seconds is None


def archive(**files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in files.items():
            packed.writestr(name.replace("_", "."), data)
    return made.getvalue()


def test_a_zip_archive_is_refused_and_says_what_to_give_out_of_it(reader, refusal):
    data = recorded_fit(laps=[Lap(60)])
    one = archive(run_fit=data)
    assert refusal(one) == "run.fit: a ZIP archive. Unpack it and give run.fit, which is in it."
    assert "one of the .fit files that are in it" in refusal(archive(run_fit=data, walk_FIT=data))
    assert "give the .fit file that is in it" in refusal(archive(run_txt=data))
    assert "give the .fit file that is in it" in refusal(one[:-10])
    assert reader.recognise(one[:256])
    assert not reader.recognise(archive(run_txt=data)[:256])
    for end in range(31):
        assert not reader.recognise(one[:end])


def test_an_archive_given_to_an_application_is_named_as_one(tmp_path):
    file = tmp_path / "run.zip"
    file.write_bytes(archive(run_fit=recorded_fit(laps=[Lap(60)])))
    with pytest.raises(bt.UnreadableInput, match=r"a ZIP archive. Unpack it and give run.fit"):
        bt.read_recording(file)
