"""What stands in a recorded file, and what of it stands in the Recording."""

from __future__ import annotations

import gzip
import importlib.util
import os
import struct
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import fitparse
import pytest
from garmin_fit_sdk import Profile

import backtrack_plugins as bt
from backtrack_fitfile import messages

LINES = (
    "8:00 forward jog 8 km/h easy",
    "1:00 backward walk 2.4 km/h light rail",
    "1:30 forward walk 5 km/h",
    '3:00 forward walk 4.5 km/h "and breathe"',
)


def lap(begins, seconds, **values):
    """A lap without a pause."""
    return bt.Lap(start_seconds=begins, seconds=seconds, elapsed_seconds=seconds, **values)


def run(fit):
    """Three laps and a sample each two seconds: what a watch writes for a run without a workout."""
    samples = [
        fit.record(
            seconds,
            distance=seconds * 2.5,
            enhanced_speed=2.5,
            heart_rate=110 + seconds // 4,
            cadence=80,
            fractional_cadence=0.5,
        )
        for seconds in range(0, 91, 2)
    ]
    laps = [
        fit.lap(0, 30, total_distance=75.0, avg_heart_rate=112, lap_trigger="manual", message_index=0),
        fit.lap(30, 30.5, total_distance=76.25, avg_heart_rate=120, lap_trigger="time", message_index=1),
        fit.lap(61, 29.25, total_distance=73.1, avg_heart_rate=128, lap_trigger="session_end"),
    ]
    return [*samples, *laps, fit.session(89.75), ("activity", {"total_timer_time": 89.75, "num_sessions": 1})]


def test_laps_and_samples_are_those_that_were_encoded(fit, read):
    recording = read(fit.file(*run(fit)))
    assert recording.file == "run.fit"
    assert recording.started == fit.start
    assert recording.started.utcoffset() == timedelta(0)
    assert recording.seconds == 89.75
    assert recording.sport == "running"
    assert recording.read_by == "fitfile, fitparse 1.2.0"
    assert recording.notes == ()
    assert recording.laps == (
        lap(0, 30, metres=75, heart_rate=112, trigger="manual"),
        lap(30, 30.5, metres=76.25, heart_rate=120, trigger="time"),
        lap(61, 29.25, metres=73.1, heart_rate=128, trigger="session_end"),
    )
    assert len(recording.samples) == 46
    assert recording.samples[4] == bt.Sample(
        seconds=8, metres=20, metres_per_second=2.5, heart_rate=112, cadence=161
    )


def test_an_application_reads_it_from_a_file(fit, read, tmp_path):
    file = tmp_path / "run.fit"
    file.write_bytes(fit.file(*run(fit)))
    recording = bt.read_recording(file)
    assert recording.file == str(file)
    assert recording.laps == read(file.read_bytes()).laps


def test_another_reader_finds_the_same_laps_and_samples(fit, read, by_fitdecode):
    data = fit.file(*run(fit))
    recording = read(data)
    assert ([*recording.laps], [*recording.samples]) == by_fitdecode(data)


def test_each_pass_of_a_repeat_has_the_index_of_its_step_and_the_repeat_has_its_own(fit, read, by_fitdecode):
    indexes = [0, 1, 2, 1, 2, 4]
    data = fit.file(
        ("workout", {"sport": "running", "num_valid_steps": 5, "wkt_name": "After-intervals reset"}),
        # Not in their order: the index counts.
        fit.step(4, notes=LINES[3]),
        fit.step(2, notes=LINES[2], wkt_step_name="Walk"),
        fit.step(3, duration_type="repeat_until_steps_cmplt", duration_value=1, target_value=2),
        fit.step(1, notes=LINES[1], intensity="interval"),
        fit.step(0, notes=LINES[0], intensity="warmup"),
        *[fit.lap(60 * place, 60, wkt_step_index=index) for place, index in enumerate(indexes)],
        fit.session(360),
    )
    recording = read(data)
    assert [lap.step_index for lap in recording.laps] == indexes
    assert [*recording.laps] == by_fitdecode(data)[0]
    assert recording.notes == LINES
    assert [bt.write_line(bt.parse_line(note)) for note in recording.notes] == [*LINES]


def test_an_automatic_lap_inside_a_step_is_a_lap_of_its_own_with_the_same_index(fit, read):
    recording = read(
        fit.file(
            fit.lap(0, 400, wkt_step_index=0, lap_trigger="distance", total_distance=1000),
            fit.lap(400, 3, wkt_step_index=0, lap_trigger="time", total_distance=7),
            fit.lap(403, 60, wkt_step_index=1, lap_trigger="manual"),
            fit.lap(463, 20, lap_trigger="session_end"),
            fit.session(483),
        )
    )
    assert [(lap.step_index, lap.trigger) for lap in recording.laps] == [
        (0, "distance"),
        (0, "time"),
        (1, "manual"),
        (None, "session_end"),
    ]


def test_a_step_without_a_note_is_told_by_its_name_and_one_without_both_not_at_all(fit, read):
    steps = [
        fit.step(0, wkt_step_name="Warm up"),
        fit.step(1),
        fit.step(2, wkt_step_name="Back", notes=LINES[1]),
    ]
    assert read(fit.file(*steps, fit.session(60))).notes == ("Warm up", LINES[1])


def test_a_note_keeps_its_lines_and_letters_and_no_control_characters(fit, read):
    note = "1:00 backward walk 2.4 km/h\nfitted 2.5 km/h\x1b[31m à gauche \u202e"
    assert read(fit.file(fit.step(0, notes=note), fit.session(60))).notes == (
        "1:00 backward walk 2.4 km/h\nfitted 2.5 km/h[31m à gauche",
    )


def test_what_the_file_leaves_out_is_none_and_not_0(fit, read):
    recording = read(fit.file(fit.record(0), fit.record(1, heart_rate=90), fit.lap(0, 5), fit.session(5)))
    assert recording.samples == (bt.Sample(seconds=0), bt.Sample(seconds=1, heart_rate=90))
    assert recording.laps == (lap(0, 5),)


def test_a_heart_rate_of_0_is_none(fit, read):
    recording = read(fit.file(fit.record(0, heart_rate=0), fit.lap(0, 5, avg_heart_rate=0)))
    assert recording.samples[0].heart_rate is None
    assert recording.laps[0].heart_rate is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"speed": 1.234}, 1.234),
        ({"enhanced_speed": 1.234}, 1.234),
        ({"enhanced_speed": 1.234, "speed": 65.535}, 1.234),
        ({"speed": 65.535, "enhanced_speed": 1.234}, 1.234),
        ({"speed": 1.234, "enhanced_speed": 4294967.295}, 1.234),
        ({"speed": 65.535}, None),
    ],
)
def test_speed_is_the_first_valid_one_wherever_it_stands(fit, read, by_fitdecode, values, expected):
    data = fit.file(fit.record(0, **values))
    assert read(data).samples[0].metres_per_second == expected
    if list(values) != ["speed", "enhanced_speed"]:  # where fitdecode, too, takes the first
        assert by_fitdecode(data)[1][0].metres_per_second == expected


@pytest.mark.parametrize("sport", ["running", "walking", "hiking", "generic", "training"])
def test_cadence_is_in_steps_of_both_feet(fit, read, sport):
    data = fit.file(
        fit.record(0, cadence=80, fractional_cadence=0.5),
        fit.record(1, cadence=81),
        fit.session(2, sport=sport, sub_sport="generic"),
    )
    assert [sample.cadence for sample in read(data).samples] == [161, 162]


@pytest.mark.parametrize(
    ("sport", "sub_sport"),
    [("cycling", "indoor_cycling"), ("rowing", "generic"), ("fitness_equipment", "indoor_rowing")],
)
def test_a_cadence_that_counts_no_steps_is_left_out(fit, read, sport, sub_sport):
    data = fit.file(fit.record(0, cadence=80), fit.session(2, sport=sport, sub_sport=sub_sport))
    assert [sample.cadence for sample in read(data).samples] == [None]


def developer_field(base_type, name="heart_rate"):
    return {
        "developer_data_id_mesg": {
            "mesg_num": 207,
            "developer_data_index": 0,
            "application_id": list(range(16)),
        },
        "field_description_mesg": {
            "mesg_num": 206,
            "developer_data_index": 0,
            "field_definition_number": 3,
            "fit_base_type_id": base_type,
            "field_name": name,
            "units": "bpm",
        },
    }


@pytest.mark.parametrize("name", ["heart_rate", "Heart Rate", "speed", "timestamp"])
def test_a_field_of_a_developer_is_not_taken_for_one_of_the_profile(fit, read, by_fitdecode, name):
    field = developer_field(0x02, name)
    described = [
        ("developer_data_id", field["developer_data_id_mesg"]),
        ("field_description", field["field_description_mesg"]),
    ]
    values = {"distance": 3.0, "developer_fields": {7: 77}}
    data = fit.file(*described, fit.record(5, **values), fit.lap(0, 60), developer={7: field})
    assert b"\x60" in data
    assert read(data).samples == (bt.Sample(seconds=5, metres=3),)
    assert by_fitdecode(data)[1][0].metres == 3


def test_a_field_that_its_developer_never_described_is_stepped_over(fit, read):
    values = {"distance": 3.0, "developer_fields": {7: 77}}
    data = fit.file(fit.record(5, **values), fit.lap(0, 60), developer={7: developer_field(0x02)})
    with pytest.raises(fitparse.FitParseError, match="No such dev_data_index"):
        fitparse.FitFile(data).parse()
    assert read(data).samples == (bt.Sample(seconds=5, metres=3),)
    assert read(data).laps == (lap(0, 60),)


def test_what_a_file_defines_does_not_reach_the_next(fit, read):
    field = developer_field(0x02)
    fields = [
        ("developer_data_id", field["developer_data_id_mesg"]),
        ("field_description", field["field_description_mesg"]),
    ]
    before = dict(fitparse.records.DEV_TYPES)
    read(fit.file(*fields, fit.record(0, developer_fields={7: 1}), developer={7: field}))
    assert before == fitparse.records.DEV_TYPES


@pytest.mark.parametrize(
    "intensity", ["active", "rest", "warmup", "cooldown", "recovery", "interval", "other"]
)
def test_every_intensity_of_the_newer_profile_is_read(fit, read, intensity):
    recording = read(
        fit.file(fit.step(0, intensity=intensity, notes=LINES[1]), fit.lap(0, 60, intensity=intensity))
    )
    assert recording.laps == (lap(0, 60),)
    assert recording.notes == (LINES[1],)


def test_every_sport_and_trigger_has_the_word_of_the_official_profile(fit, read):
    for number, word in Profile["types"]["sport"].items():
        assert read(fit.file(fit.session(60, sport=int(number)))).sport == word
    for number, word in Profile["types"]["lap_trigger"].items():
        assert read(fit.file(fit.lap(0, 60, lap_trigger=int(number)))).laps[0].trigger == word


def test_a_sport_or_trigger_that_no_profile_names_is_none(fit, read):
    recording = read(fit.file(fit.lap(0, 60, lap_trigger=53), fit.session(60, sport=200)))
    assert recording.sport is None
    assert recording.laps[0].trigger is None


@pytest.mark.parametrize(
    ("raw", "index"), [(0, 0), (0x8000, 0), (0x8002, 2), (0x0FFF, 0x0FFF), (0xFFFF, None)]
)
def test_the_flags_of_an_index_do_not_count(fit, read, raw, index):
    assert read(fit.file(fit.lap(0, 60, wkt_step_index=raw))).laps[0].step_index == index


def test_a_packed_file_is_read_as_what_is_in_it(fit, read, reader):
    data = fit.file(*run(fit))
    packed = gzip.compress(data, mtime=0)
    assert read(packed) == read(data)
    assert reader.recognise(data[:256])
    assert reader.recognise(packed[:256])
    assert not reader.recognise(gzip.compress(b"5:00 forward walk 4.5 km/h", mtime=0))
    assert not reader.recognise(packed[:2])
    assert not reader.recognise(b"\x1f\x8bno gzip at all")
    assert not reader.recognise(b"")


def test_two_recordings_in_one_file_are_read_as_one(fit, read):
    first = fit.file(
        fit.record(0, distance=0.0),
        fit.record(60, distance=100.0),
        fit.lap(0, 60, total_distance=100),
        fit.session(60),
    )
    second = fit.file(
        fit.record(100, distance=0.0),
        fit.record(130, distance=50.0),
        fit.lap(100, 30, total_distance=50),
        fit.session(30, start_time=fit.at(100)),
    )
    for both in (first + second, gzip.compress(first, mtime=0) + gzip.compress(second, mtime=0)):
        recording = read(both)
        assert recording.started == fit.start
        assert recording.seconds == 90
        assert [(lap.start_seconds, lap.metres) for lap in recording.laps] == [(0, 100), (100, 50)]
        assert [(sample.seconds, sample.metres) for sample in recording.samples] == [
            *((0, 0), (60, 100)),
            *((100, 100), (130, 150)),
        ]


def test_a_workout_in_front_of_the_recording_is_left_aside(fit, read):
    workout = fit.file(("workout", {"sport": "walking"}), fit.step(0, notes="not this"), kind="workout")
    activity = fit.file(fit.step(0, notes=LINES[0]), *run(fit))
    assert read(workout + activity) == read(activity)


def test_without_a_session_the_laps_say_how_long_it_took(fit, read):
    laps = [fit.lap(0, 30.5, sport="walking"), fit.lap(40, 30, sport="walking")]
    recording = read(fit.file(fit.record(1, distance=1.0), *laps))
    assert (recording.started, recording.seconds, recording.sport) == (fit.start, 60.5, "walking")
    assert recording.samples[0].seconds == 1


def test_without_laps_there_are_none(fit, read):
    recording = read(fit.file(fit.record(1, distance=1.0), fit.session(60)))
    assert (recording.laps, recording.seconds) == ((), 60)


def test_without_session_and_laps_the_activity_or_else_the_samples_say_how_long_it_took(fit, read):
    samples = [fit.record(5), fit.record(25)]
    recording = read(fit.file(*samples))
    assert (recording.started, recording.seconds, recording.sport) == (fit.at(5), 20, None)
    assert [sample.seconds for sample in recording.samples] == [0, 20]
    assert read(fit.file(*samples, ("activity", {"total_timer_time": 18.5}))).seconds == 18.5


def test_without_any_timer_the_pauses_count(fit, read):
    laps = [fit.lap(0, 60, total_timer_time=None), fit.lap(60, 30, total_timer_time=None)]
    assert read(fit.file(*laps)).seconds == 90
    assert read(fit.file(*laps, fit.session(0, total_timer_time=None, total_elapsed_time=95))).seconds == 95


def test_a_file_that_names_no_kind_is_read_for_what_it_holds(fit, read):
    assert read(fit.file(fit.record(0), kind=None)).samples == (bt.Sample(seconds=0),)


def test_a_pause_counts_for_the_starts_of_laps_and_not_for_the_timer(fit, read):
    recording = read(
        fit.file(fit.lap(0, 60, total_elapsed_time=90), fit.lap(90, 30), fit.session(90)),
    )
    assert [(lap.start_seconds, lap.seconds) for lap in recording.laps] == [(0, 60), (90, 30)]


def test_a_lap_that_does_not_say_when_it_began_follows_the_one_before(fit, read):
    recording = read(
        fit.file(
            fit.lap(0, 60, total_elapsed_time=70),
            ("lap", {"total_elapsed_time": 20.0, "total_timer_time": 15.0}),
            ("lap", {"total_elapsed_time": 10.0}),
            ("lap", {"lap_trigger": "session_end"}),
            fit.session(85),
        )
    )
    laps = [(lap.start_seconds, lap.seconds) for lap in recording.laps]
    assert laps == [(0, 60), (70, 15), (90, 10), (100, 0)]


def test_laps_and_samples_stand_in_the_order_of_time_wherever_the_file_has_them(fit, read):
    data = fit.file(fit.session(90), fit.lap(60, 30), fit.lap(0, 60), fit.record(7), fit.record(3))
    recording = read(data)
    assert [lap.start_seconds for lap in recording.laps] == [0, 60]
    assert [sample.seconds for sample in recording.samples] == [3, 7]


def test_times_since_the_watch_was_switched_on_have_no_date(fit, read):
    recording = read(
        fit.file(
            fit.record(0, timestamp=1010),
            fit.lap(0, 60, start_time=1030),
            fit.session(90, start_time=1000),
        )
    )
    assert recording.started is None
    assert recording.samples[0].seconds == 10
    assert recording.laps[0].start_seconds == 30


def test_a_time_without_a_date_among_dates_is_no_time(fit, read):
    recording = read(
        fit.file(
            fit.record(0, timestamp=7),
            fit.record(5),
            fit.lap(0, 60),
            fit.lap(0, 30, start_time=0),
            fit.session(90),
        )
    )
    assert recording.started == fit.start
    assert [sample.seconds for sample in recording.samples] == [5]
    assert [lap.start_seconds for lap in recording.laps] == [0, 60]


def test_a_sample_before_the_start_is_at_the_start(fit, read):
    assert read(fit.file(fit.record(-1, heart_rate=99), fit.session(5))).samples == (
        bt.Sample(seconds=0, heart_rate=99),
    )


ENUM, UINT8, UINT16, UINT32, STRING, FLOAT32, BYTE = 0x00, 0x02, 0x84, 0x86, 0x07, 0x88, 0x0D
TIME = (253, 4, UINT32)
NOW = 1_163_572_200  # seconds since 1989-12-31


def test_a_compressed_time_counts_on_from_the_last_whole_one(fit, read):
    data = fit.raw(
        fit.definition(0, 20, TIME, (3, 1, UINT8)),
        struct.pack("<BIB", 0, NOW, 100),
        fit.definition(1, 20, (3, 1, UINT8)),
        *[bytes((0x80 | 1 << 5 | (NOW + after) % 32, 100 + after)) for after in (1, 2, 30, 40)],
    )
    samples = read(data).samples
    assert [(sample.seconds, sample.heart_rate) for sample in samples] == [
        *((0, 100), (1, 101), (2, 102), (30, 130), (40, 140)),
    ]


def test_speed_and_distance_in_three_bytes_are_unpacked(fit, read):
    def packed(metres_per_second, metres):
        return (round(metres_per_second * 100) | round(metres * 16) << 12).to_bytes(3, "little")

    samples = [(0, 2.5, 250.0), (1, 2.5, 252.5), (2, 2.5, 255.0), (3, 2.5, 257.5)]  # its 12 bits end at 256
    records = [
        struct.pack("<BI", 0, NOW + seconds) + packed(speed, metres % 256)
        for seconds, speed, metres in samples
    ]
    definition = fit.definition(0, 20, TIME, (8, 3, BYTE))
    again = [definition, *records[:2], definition, *records[2:]]
    found = read(fit.raw(*again)).samples
    assert [(sample.seconds, sample.metres_per_second, sample.metres) for sample in found] == samples


def test_fields_of_an_odd_size_and_of_none_are_stepped_over(fit, read):
    data = fit.raw(
        fit.definition(0, 20, TIME, (5, 3, UINT32), (200, 3, UINT16), (4, 0, UINT8), (3, 1, UINT8)),
        struct.pack("<BI", 0, NOW) + b"\x01\x02\x03" + b"\x01\x02\x03" + b"\x63",
    )
    assert read(data).samples == (bt.Sample(seconds=0, heart_rate=99),)


def test_messages_and_fields_that_nobody_knows_are_stepped_over(fit, read):
    data = fit.raw(
        fit.definition(0, 0xFF00, TIME, (1, 2, 0x55)),
        fit.definition(1, 20, TIME, (250, 4, FLOAT32), (3, 1, UINT8), endian=">"),
        struct.pack("<BIH", 0, NOW, 5),
        struct.pack(">BIfB", 1, NOW, 1.5, 99),
    )
    assert read(data).samples == (bt.Sample(seconds=0, heart_rate=99),)


@pytest.mark.parametrize(
    ("number", "size", "base", "raw"),
    [
        (5, 4, STRING, b"far\0"),  # distance
        (5, 4, FLOAT32, struct.pack("<f", float("inf"))),
        (5, 4, FLOAT32, struct.pack("<f", -1)),
        (3, 2, STRING, b"9\0"),  # heart rate
        (6, 2, STRING, b"9\0"),  # speed
    ],
)
def test_a_value_that_is_no_measure_is_none(fit, read, number, size, base, raw):
    data = fit.raw(fit.definition(0, 20, TIME, (number, size, base)), struct.pack("<BI", 0, NOW) + raw)
    assert read(data).samples == (bt.Sample(seconds=0),)


def test_of_several_values_in_one_field_the_first_valid_one_counts(fit, read):
    data = fit.raw(
        fit.definition(0, 20, TIME, (3, 3, UINT8)),
        struct.pack("<BIBBB", 0, NOW, 0xFF, 98, 99),
    )
    assert read(data).samples == (bt.Sample(seconds=0, heart_rate=98),)


def test_a_word_is_never_taken_from_a_text_in_the_file(fit, read):
    data = fit.raw(
        fit.definition(0, 18, (8, 4, UINT32), (5, 8, STRING)),
        struct.pack("<BI", 0, 60_000) + b"run\x1b[2J\0",
        fit.definition(1, 27, (8, 2, UINT16)),
        struct.pack("<BH", 1, 7),
    )
    recording = read(data)
    assert (recording.sport, recording.notes, recording.started) == (None, (), None)
    assert recording.seconds == 60


PRINT = """\
import sys, backtrack_plugins as bt
from backtrack_fitfile.reading import from_fit
print(from_fit(open(sys.argv[1], "rb").read(), "run.fit"))
"""


def test_the_time_zone_of_the_computer_changes_nothing(fit, read, tmp_path):
    file = tmp_path / "run.fit"
    file.write_bytes(fit.file(*run(fit)))
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", PRINT, str(file)],
            env={**os.environ, "TZ": zone, messages.CHOICE: "fitparse"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == f"{read(file.read_bytes())}\n"


NEW = """\
import sys
import backtrack_plugins as bt
bt.Recording, bt.RecordingReader, bt.UnreadableInput, bt.hookimpl
before = set(sys.modules)
import backtrack_fitfile.plugin
print(*{name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names)
"""


def test_importing_the_plugin_brings_no_library():
    done = subprocess.run([sys.executable, "-c", NEW], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["backtrack_fitfile"]


def test_the_sample_of_the_conformance_kit_is_what_the_official_encoder_writes(fit):
    spec = importlib.util.spec_from_file_location(
        "fitfile_kit", Path(__file__).parent / "test_fitfile_kit.py"
    )
    kit = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(kit)
    note = "0:30 backward walk 2 km/h grip rail"
    assert (
        fit.file(
            ("workout_step", {"message_index": 0, "duration_type": "time", "notes": note}),
            *[
                fit.record(
                    second, distance=second / 2, enhanced_speed=0.5, heart_rate=100 + second, cadence=40
                )
                for second in range(0, 60, 10)
            ],
            fit.lap(0, 30.0, total_distance=15.0, avg_heart_rate=101, wkt_step_index=0, lap_trigger="time"),
            fit.lap(30, 30.0, total_distance=15.0, lap_trigger="session_end"),
            fit.session(60.0, total_distance=30.0),
        )
        == kit.SAMPLE
    )
