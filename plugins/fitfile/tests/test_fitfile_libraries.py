"""Two libraries, one Recording: what every test here reads, it reads with both (`read` in conftest.py)."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import fitparse
import msgspec
import pytest
from garmin_fit_sdk import Profile
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded import Lap, recorded_fit, repeat, step

import backtrack_plugins as bt
from backtrack_fitfile import by_fitfast, layout, messages, profile

PLAN = [step("1:00 backward walk 2 km/h grip rail", seconds=60), step("again", metres=100), repeat(0, 2)]
LAPS = [Lap(60, step=0, heart_rate=99, metres=33.3), Lap(60, step=1, elapsed=70), Lap(4)]


@pytest.mark.parametrize("summary_first", [False, True])
@pytest.mark.parametrize("offset", [None, timedelta(hours=-3, minutes=-30)])
def test_what_a_watch_writes_is_read_by_fitfast_and_gives_the_same(read, read_by, summary_first, offset):
    data = recorded_fit(PLAN, LAPS, every=1, summary_first=summary_first, offset=offset)
    assert read(data).read_by == "fitfile, fitparse 1.2.0"
    assert read_by(data) == "fitfast 0.1.0"
    assert read(data + data).seconds == 2 * read(data).seconds
    assert len(read(data).samples) == 124


def test_a_fitfast_that_is_laid_out_otherwise_is_imported_whole(tmp_path, monkeypatch):
    installed, inner = Path(by_fitfast._compiled().__file__), tmp_path / "fitfast" / "inner"
    inner.mkdir(parents=True)
    shutil.copy(installed, inner)
    (tmp_path / "fitfast" / "__init__.py").write_text("from fitfast.inner._native import parse\n")
    data = recorded_fit(PLAN, LAPS, every=1)
    expected = by_fitfast.read(data)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(by_fitfast, "_native", None)
    names = ("fitfast", "fitfast.inner", "fitfast.inner._native")
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)  # what was there comes back after the test
        del sys.modules[name]
    assert by_fitfast.read(data) == expected
    assert by_fitfast._native.__file__ == str(tmp_path / "fitfast" / "__init__.py")


def test_the_order_of_the_messages_changes_nothing(read):
    last, first = (recorded_fit(PLAN, LAPS, every=1, summary_first=each) for each in (False, True))
    assert last != first
    assert read(last) == read(first)


def test_speed_is_not_cut_off(fit, read, read_by):
    speeds = [round(value * 0.001, 3) for value in range(0, 9000, 7)]
    data = fit.file(*[fit.record(at, speed=speed) for at, speed in enumerate(speeds)])
    assert read_by(data) == "fitfast 0.1.0"
    assert [sample.metres_per_second for sample in read(data).samples] == speeds


def test_a_header_without_a_checksum_is_read_by_fitfast_too(fit, read, read_by, refusal):
    data = recorded_fit(PLAN, LAPS, every=1)
    older = fit.sealed(data[:12] + b"\0\0" + data[14:-2])
    assert read(older) == read(data)
    assert read_by(older) == "fitfast 0.1.0"
    assert "its checksum is wrong" in refusal(older[:-1] + bytes((older[-1] ^ 1,)))


UINT8, UINT16, UINT32, FLOAT32, BYTE = 0x02, 0x84, 0x86, 0x88, 0x0D
TIME = (253, 4, UINT32)
NOW = 1_163_572_200


@pytest.mark.parametrize(
    ("fields", "rest"),
    [
        ([TIME, (3, 2, UINT16)], struct.pack("<H", 99)),  # another type than the profile's
        ([TIME, (3, 1, UINT8), (3, 1, UINT8)], bytes((99, 98))),  # twice
        ([TIME, (3, 2, UINT8)], bytes((99, 98))),  # several values
        ([TIME, (8, 3, BYTE), (3, 1, UINT8)], bytes((1, 2, 3, 99))),  # packed
        ([TIME, (6, 2, UINT16), (73, 4, UINT32), (3, 1, UINT8)], struct.pack("<HIB", 1, 2000, 99)),  # both
        ([TIME, (200, 3, UINT16), (3, 1, UINT8)], bytes((1, 2, 3, 99))),  # a size that does not fit
        ([TIME, (200, 0, UINT8), (3, 1, UINT8)], bytes((99,))),  # no size
        ([TIME, (200, 1, 0x55), (3, 1, UINT8)], bytes((1, 99))),  # a type that nobody knows
    ],
)
def test_what_libraries_read_in_different_ways_is_left_to_fitparse(fit, read, read_by, fields, rest):
    data = fit.raw(fit.definition(0, 20, *fields), struct.pack("<BI", 0, NOW) + rest)
    assert read_by(data) == "fitparse 1.2.0"
    assert read(data).samples[0].heart_rate == 99


def test_a_text_that_is_badly_encoded_is_left_to_fitparse_and_of_two_in_one_the_first_counts(
    fit, read, read_by
):
    for text, expected in ((b"caf\xe9\0", "caf\ufffd"), (b"one\0two\0", "one"), (b"plain\0", "plain")):
        definition = fit.definition(0, 27, (254, 2, UINT16), (8, len(text), 0x07))
        record = [fit.definition(1, 20, TIME), struct.pack("<BI", 1, NOW)]
        data = fit.raw(definition, struct.pack("<BH", 0, 0) + text, *record)
        assert read(data).notes == (expected,)
        assert read_by(data) == ("fitparse 1.2.0" if "\ufffd" in expected else "fitfast 0.1.0")


def test_two_files_in_one_may_be_read_by_two_libraries(fit, read, read_by):
    odd = fit.raw(fit.definition(0, 20, TIME, (3, 2, UINT16)), struct.pack("<BIH", 0, NOW, 99))
    data = fit.file(fit.record(0, timestamp=NOW + 5)) + odd
    assert read_by(data) == "fitfast 0.1.0 and fitparse 1.2.0"
    assert len(read(data).samples) == 2


values = st.fixed_dictionaries(
    {},
    optional={
        "distance": st.integers(0, 2**32 - 2).map(lambda value: value / 100),
        "enhanced_speed": st.integers(0, 2**32 - 2).map(lambda value: value / 1000),
        "heart_rate": st.integers(0, 255),
        "cadence": st.integers(0, 255),
        "fractional_cadence": st.integers(0, 254).map(lambda value: value / 128),
        "power": st.integers(0, 65_535),
        "temperature": st.integers(-127, 127),
    },
)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 10_000), values), min_size=1, max_size=8),
    sport=st.integers(0, 255),
    sub_sport=st.integers(0, 255),
    texts=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), max_size=3),
)
def test_whatever_was_measured_both_give_the_same(read, rows, sport, sub_sport, texts):
    data = recorded_fit(
        [step(text, seconds=5) for text in texts],
        [Lap(5)],
        records=rows,
        sport=sport,
        sub_sport=sub_sport,
        name="".join(texts)[:20],
    )
    recording = read(data)
    assert len(recording.samples) == len(rows)


def test_the_library_can_be_chosen(fit, reader, monkeypatch):
    data = fit.file(fit.record(5))
    for choice, library in (
        ("fitparse", "fitparse 1.2.0"),
        ("fitfast", "fitfast 0.1.0"),
        ("", "fitfast 0.1.0"),
    ):
        monkeypatch.setenv(messages.CHOICE, choice)
        assert reader.read(data, "run.fit").read_by == f"fitfile, {library}"
    monkeypatch.delenv(messages.CHOICE)
    assert reader.read(data, "run.fit").read_by == "fitfile, fitfast 0.1.0"
    monkeypatch.setenv(messages.CHOICE, "both")
    with pytest.raises(bt.UsageError, match="BACKTRACK_FITFILE is both; it can be fitparse, fitfast"):
        reader.read(data, "run.fit")


def test_without_fitfast_fitparse_reads_and_who_asked_for_it_is_told_what_to_install(
    fit, reader, monkeypatch
):
    data = fit.file(fit.record(5))
    monkeypatch.delenv(messages.CHOICE, raising=False)
    monkeypatch.setitem(sys.modules, "fitfast", None)
    assert not by_fitfast.is_installed()
    assert reader.read(data, "run.fit").read_by == "fitfile, fitparse 1.2.0"
    monkeypatch.setenv(messages.CHOICE, "fitfast")
    with pytest.raises(bt.UsageError, match=r"pip install 'backtrack-fitfile\[fast\]'"):
        reader.read(data, "run.fit")


LOADED = """\
import sys
from backtrack_fitfile.reading import from_fit
recording = from_fit(open(sys.argv[1], "rb").read(), "run.fit")
assert recording.read_by == "fitfile, fitfast 0.1.0", recording.read_by
print(*sorted({"numpy", "fitparse", "importlib.metadata"} & set(sys.modules)))
"""


def test_reading_with_fitfast_loads_neither_numpy_nor_fitparse(tmp_path):
    file = tmp_path / "run.fit"
    file.write_bytes(recorded_fit(PLAN, LAPS, every=1))
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


def test_the_numbers_are_those_of_the_official_profile():
    for number, fields in profile.FIELDS.items():
        official = Profile["messages"][number]
        assert profile.MESSAGES[number] == official["name"]
        for at, field in fields.items():
            assert official["fields"][at]["name"] == field.name
            if field.name != "compressed_speed_distance":
                assert official["fields"][at]["scale"] == [field.scale or 1]
            assert official["fields"][at]["offset"] in ([0], [0, 0])
        assert profile.NAMED_FIELDS[number] == set(official["fields"])
    numbers = {int(number) for number in Profile["types"]["mesg_num"]}
    assert {number for number in numbers if number < 0xFF00} == profile.NAMED_MESSAGES
    sports = {int(number): word for number, word in Profile["types"]["sport"].items()}
    assert sports == profile.SPORTS
    triggers = {int(number): word for number, word in Profile["types"]["lap_trigger"].items()}
    assert triggers == profile.TRIGGERS


def test_walking_over_a_file_counts_what_another_reader_counts():
    data = recorded_fit(PLAN, LAPS, every=1)
    found = layout.layout(data, 10_000)
    for number in profile.FIELDS:
        kind = profile.MESSAGES[number]
        assert found.count(number) == len(list(fitparse.FitFile(data).get_messages(kind)))


def test_equal_means_every_field_but_who_read_it(reader, monkeypatch):
    data = recorded_fit(PLAN, LAPS, every=1)
    found = []
    for choice in ("fitparse", "fitfast"):
        monkeypatch.setenv(messages.CHOICE, choice)
        found.append(reader.read(data, "run.fit"))
    slow, fast = found
    assert slow != fast
    assert msgspec.structs.replace(fast, read_by=slow.read_by) == slow
