"""Who runs, and on what: every wrong key and value told at once."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrack_plugins import (
    Athlete,
    Incline,
    Mass,
    RaceTime,
    Speed,
    Treadmill,
    UnreadableInput,
    UsageError,
    athlete_from_toml,
    read_athlete,
)

promise = settings(deadline=None, derandomize=True)

WHOLE = """\
level = "intermediate"
units = "imperial"
mass = "154 lb"
age_group = "18-64"
easy_walk = "3 mph"
easy_run = "9:40/mi"
max_heart_rate = 188
safety_acknowledged = true

[race_paces]
mile = "6:30"
5k = "24:00"
10k = "50:00"
half = "1:52:30"
marathon = "4:00:00"

[treadmill]
slowest = "0.5 mph"
fastest = "10 mph"
speed_increment = "0.1 mph"
lowest = "-3%"
highest = "12%"
incline_increment = "1%"
"""

REFUSED = [
    ('levle = "beginner"', ["levle: no such key; did you mean level?"]),
    ('mas = "70 kg"', ["did you mean mass?"]),
    ("max_hart_rate = 180", ["did you mean max_heart_rate?"]),
    ('colour = "red"', ["colour: no such key; keys are level, units"]),
    ('[tredmill]\nslowest = "1 km/h"', ["did you mean treadmill?"]),
    ('[treadmill]\nslowst = "1 km/h"', ["treadmill.slowst: no such key; did you mean slowest?"]),
    ('[race_paces]\n5km = "30:00"', ["race_paces.5km", "mile, 5k, 10k, half or marathon"]),
    ('level = "begginer"', ["'begginer'", "first-timer, beginner, intermediate, advanced"]),
    ("level = 3", ["first-timer, beginner, intermediate, advanced"]),
    ("level = 2024-01-01", ["first-timer, beginner"]),
    ('units = "us"', ["metric, imperial"]),
    ('age_group = "30"', ["under-13, 13-17, 18-64, 65-and-over"]),
    ("mass = 70", ["70: write it as text with its unit, such as '70 kg'"]),
    ('mass = "70"', ["70 kg"]),
    ('mass = "19 kg"', ["20 to 300 kg"]),
    ('mass = "44 lb"', ["44.1"]),
    ("easy_walk = 5.0", ["2.4 km/h"]),
    ('easy_run = "900 km/h"', ["45 km/h"]),
    ("max_heart_rate = 99", ["100 to 230"]),
    ("max_heart_rate = 231", ["100 to 230"]),
    ("max_heart_rate = 190.5", ["max_heart_rate: 190.5: write a whole number"]),
    ('max_heart_rate = "190"', ["max_heart_rate: '190': write a whole number"]),
    ("max_heart_rate = true", ["whole number"]),
    ('safety_acknowledged = "yes"', ["safety_acknowledged: 'yes': write true or false"]),
    ("safety_acknowledged = 1", ["true or false"]),
    ("race_paces = 5", ["race_paces is a table: write [race_paces]"]),
    ("treadmill = 5", ["treadmill is a table: write [treadmill]"]),
    ('race_paces.5k = "0:00"', ["race_paces.5k", "between 120 and 1800"]),
    ('race_paces.5k = "9:00"', ["between 120 and 1800"]),
    ('race_paces.5k = "2:31:00"', ["between 120 and 1800"]),
    ('race_paces.5k = "30"', ['write 5k = "30:00" or "1:45:00"']),
    ("race_paces.5k = 30", ['write 5k = "30:00" or "1:45:00"']),
    ('race_paces.5k = "30:75"', ["did you mean 31:15"]),
    ('[treadmill]\nslowest = "5 km/h"\nfastest = "5 km/h"', ["slowest speed is below its fastest"]),
    ('[treadmill]\nspeed_increment = "6:00/km"', ["km/h, mph or m/s"]),
    ('[treadmill]\nspeed_increment = "0 km/h"', ["above zero"]),
    ('[treadmill]\nlowest = "5%"\nhighest = "4%"', ["lowest incline"]),
    ('[treadmill]\nincline_increment = "0%"', ["above zero"]),
    ('[treadmill]\nincline_increment = "-1%"', ["above zero"]),
    ("level = beginner", ["no TOML", "line 1"]),
    ('level = "beginner"\nlevel = "beginner"', ["no TOML"]),
    ("a = " + "[" * 100_000, ["no TOML"]),
    ("a = " + "9" * 5_000, ["no TOML"]),
]


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_wrong_is_told_with_what_to_write(text, said):
    with pytest.raises(UsageError) as refusal:
        athlete_from_toml(text, file="me.toml")
    message = str(refusal.value)
    assert all(part in message for part in said), message
    assert all(line.startswith("me.toml: ") for line in message.splitlines())
    assert "Expected `" not in message
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize(
    "text", ["treadmill = 5", "race_paces = 5", "race_paces = []", "treadmill = [1]", "level = 1"]
)
def test_one_mistake_is_told_once(text):
    with pytest.raises(UsageError) as refusal:
        athlete_from_toml(text)
    assert len(str(refusal.value).splitlines()) == 1


def test_every_mistake_is_told_at_once():
    text = 'levle = 1\nmass = 70\nunits = "us"\n[race_paces]\n6k = "30:00"\n10k = "x"\n'
    text += '[treadmill]\nslowst = "x"\nhighest = 3\n'
    with pytest.raises(UsageError) as refusal:
        athlete_from_toml(text)
    message = str(refusal.value)
    assert len(message.splitlines()) == 7
    for key in (
        "levle",
        "mass",
        "units",
        "race_paces.6k",
        "race_paces.10k",
        "treadmill.slowst",
        "treadmill.highest",
    ):
        assert f"athlete.toml: {key}: " in message


def test_every_key_may_be_said():
    assert athlete_from_toml(WHOLE) == Athlete(
        level="intermediate",
        units="imperial",
        mass=Mass("154 lb"),
        age_group="18-64",
        easy_walk=Speed("3 mph"),
        easy_run=Speed("9:40/mi"),
        max_heart_rate=188,
        safety_acknowledged=True,
        race_paces=(
            RaceTime("mile", 390),
            RaceTime("5k", 1440),
            RaceTime("10k", 3000),
            RaceTime("half", 6750),
            RaceTime("marathon", 14400),
        ),
        treadmill=Treadmill(
            slowest=Speed("0.5 mph"),
            fastest=Speed("10 mph"),
            speed_increment=Speed("0.1 mph"),
            lowest=Incline("-3%"),
            highest=Incline("12%"),
            incline_increment=Incline("1%"),
        ),
    )


@pytest.mark.parametrize("line", [line for line in WHOLE.splitlines() if "=" in line])
def test_every_key_may_be_left_out(line):
    athlete_from_toml(WHOLE.replace(f"{line}\n", ""))


def test_nothing_need_be_said():
    assert athlete_from_toml("") == Athlete()
    assert athlete_from_toml("[treadmill]\n[race_paces]\n").treadmill == Treadmill()


def test_a_treadmill_is_usual_unless_said():
    assert str(Treadmill()) == "0.8 km/h to 20 km/h by 0.1 km/h, 0% to 15% by 0.5%"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Athlete(level="expert"),
        lambda: Athlete(units="us"),
        lambda: Athlete(age_group="30"),
        lambda: Athlete(max_heart_rate=True),
        lambda: Athlete(max_heart_rate=400),
        lambda: Athlete(mass="70 kg"),
        lambda: Athlete(easy_walk="5 km/h"),
        lambda: Athlete(easy_run=10.0),
        lambda: Athlete(treadmill="0.8 to 20 km/h"),
        lambda: Treadmill(slowest="0.8 km/h"),
        lambda: Treadmill(highest=15),
        lambda: RaceTime("6k", 1800),
        lambda: RaceTime("5k", -1800),
        lambda: RaceTime("5k", "30:00"),
        lambda: RaceTime("5k", 30),
    ],
)
def test_a_value_that_cannot_be_is_refused_when_made_in_code(make):
    with pytest.raises((ValueError, TypeError), match=r"."):
        make()


@pytest.mark.parametrize(
    ("race", "clock", "seconds_per_km"),
    [
        ("5k", "30:00", 360),
        ("10k", "1:00:00", 360),
        ("mile", "9:39", 359.77),
        ("half", "2:06:35", 360),
        ("marathon", "4:13:10", 360),
    ],
)
def test_a_race_time_is_a_pace(race, clock, seconds_per_km):
    assert RaceTime.of(race, clock).seconds_per_km == pytest.approx(seconds_per_km, abs=0.01)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'level = "\xe9"', "not UTF-8"),
        (b"\x00", "binary"),
        (b"#" * (2**20 + 1), "larger than 1 MiB"),
    ],
    ids=["latin-1", "binary", "large"],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, data, said):
    path = tmp_path / "athlete.toml"
    path.write_bytes(data)
    with pytest.raises(UnreadableInput, match=said):
        read_athlete(path)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_with_either_line_end_and_with_a_byte_order_mark(tmp_path, mark):
    path = tmp_path / "athlete.toml"
    path.write_bytes(mark + WHOLE.replace("\n", "\r\n").encode())
    assert read_athlete(path) == athlete_from_toml(WHOLE)


def test_a_missing_file_is_unreadable_input(tmp_path):
    with pytest.raises(UnreadableInput, match="no such file"):
        read_athlete(tmp_path / "athlete.toml")


def test_countless_mistakes_are_told_in_at_most_a_hundred_lines():
    with pytest.raises(UsageError) as refusal:
        athlete_from_toml("\n".join(f"leve{index} = 1" for index in range(5_000)))
    assert len(str(refusal.value).splitlines()) == 100


@pytest.mark.parametrize(
    "key", [r'"\u001b[2J"', r'"\u202e"', '"' + "k" * 100_000 + '"'], ids=["escape", "bidi", "long"]
)
@pytest.mark.parametrize("table", ["", "[treadmill]\n", "[race_paces]\n"])
def test_no_message_carries_a_key_that_commands_a_terminal_or_never_ends(table, key):
    with pytest.raises(UsageError) as refusal:
        athlete_from_toml(f"{table}{key} = 1")
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 400


_KEYS = st.sampled_from(
    [line.partition(" =")[0] for line in WHOLE.splitlines() if "=" in line] + ["race_paces", "treadmill", "x"]
)
_VALUES = st.sampled_from(
    [
        *(
            '"5 km/h"',
            '"2%"',
            '"beginner"',
            '"30:00"',
            '""',
            "5",
            "-1",
            "1.5",
            "nan",
            "inf",
            "true",
            "[]",
            "[1]",
        ),
        *("{}", '{5k = "30:00"}', "{slowest = 1}", "[[[]]]", "1979-05-27", "07:32:00", r'"\u202e"'),
    ]
)


@settings(promise, max_examples=300)
@given(
    st.lists(st.tuples(_KEYS, _VALUES), max_size=5, unique_by=lambda pair: pair[0]).map(
        lambda pairs: "\n".join(f"{key} = {value}" for key, value in pairs)
    )
    | st.text(max_size=40)
)
def test_any_text_is_an_athlete_or_a_usage_error(text):
    try:
        outcome = athlete_from_toml(text)
    except UsageError as refusal:
        outcome = refusal
    assert isinstance(outcome, Athlete) or "athlete.toml: " in str(outcome)
