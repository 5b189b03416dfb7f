"""What of Garmin's FIT profile 21.218 a recording is read by: numbers, their names, and their units."""

from __future__ import annotations

from typing import NamedTuple

ENUM, UINT8, UINT16, UINT32, STRING, BYTE = 0x00, 0x02, 0x84, 0x86, 0x07, 0x0D

BASE_BYTES = {
    **dict.fromkeys((ENUM, 0x01, UINT8, STRING, 0x0A, BYTE), 1),
    **dict.fromkeys((0x83, UINT16, 0x8B), 2),
    **dict.fromkeys((0x85, UINT32, 0x88, 0x8C), 4),
    **dict.fromkeys((0x89, 0x8E, 0x8F, 0x90), 8),
}
"""Bytes of one value of each base type."""

TIMESTAMP = 253
"""The number that the field ``timestamp`` has in every message."""

INDEX_BITS = 0x0FFF
"""The bits of a message_index that count; the others are flags."""


class Field(NamedTuple):
    """A field that is read: its name, its base type, and what its numbers are divided by."""

    name: str
    base: int
    scale: int | None = None


FILE_ID, SPORT, SESSION, LAP, RECORD, WORKOUT, WORKOUT_STEP, ACTIVITY = 0, 12, 18, 19, 20, 26, 27, 34
HR, FIELD_DESCRIPTION = 132, 206

_SUMMARY = {
    2: Field("start_time", UINT32),
    7: Field("total_elapsed_time", UINT32, 1000),
    8: Field("total_timer_time", UINT32, 1000),
}

FIELDS = {
    FILE_ID: {0: Field("type", ENUM)},
    SPORT: {0: Field("sport", ENUM), 1: Field("sub_sport", ENUM)},
    SESSION: {**_SUMMARY, 5: Field("sport", ENUM), 6: Field("sub_sport", ENUM)},
    LAP: {
        **_SUMMARY,
        9: Field("total_distance", UINT32, 100),
        15: Field("avg_heart_rate", UINT8),
        24: Field("lap_trigger", ENUM),
        25: Field("sport", ENUM),
        39: Field("sub_sport", ENUM),
        71: Field("wkt_step_index", UINT16),
        254: Field("message_index", UINT16),
    },
    RECORD: {
        TIMESTAMP: Field("timestamp", UINT32),
        3: Field("heart_rate", UINT8),
        4: Field("cadence", UINT8),
        5: Field("distance", UINT32, 100),
        6: Field("speed", UINT16, 1000),
        8: Field("compressed_speed_distance", BYTE),
        53: Field("fractional_cadence", UINT8, 128),
        73: Field("enhanced_speed", UINT32, 1000),
    },
    WORKOUT: {8: Field("wkt_name", STRING), 17: Field("wkt_description", STRING)},
    WORKOUT_STEP: {
        254: Field("message_index", UINT16),
        0: Field("wkt_step_name", STRING),
        1: Field("duration_type", ENUM),
        2: Field("duration_value", UINT32),
        4: Field("target_value", UINT32),
        8: Field("notes", STRING),
    },
    ACTIVITY: {
        TIMESTAMP: Field("timestamp", UINT32),
        0: Field("total_timer_time", UINT32, 1000),
        5: Field("local_timestamp", UINT32),
    },
}
"""The messages and fields that a recording is made of, by their numbers. The intensity of a lap is none of
them, so that no number of it can disturb."""

TIMES = {"timestamp", "start_time", "local_timestamp"}
"""Of these fields those that are seconds since 1989-12-31."""

MESSAGES = {
    FILE_ID: "file_id",
    SPORT: "sport",
    SESSION: "session",
    LAP: "lap",
    RECORD: "record",
    WORKOUT: "workout",
    WORKOUT_STEP: "workout_step",
    ACTIVITY: "activity",
}


def _numbers(ranges: str) -> frozenset[int]:
    """Numbers written as ``1-3 7``."""
    found: set[int] = set()
    for part in ranges.split():
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return frozenset(found)


NAMED_MESSAGES = _numbers(
    "0-10 12-13 15 18-21 23 26-28 30-35 37-39 49 51 53 55 72 78 80-82 101 103-106 127-129 131-132 142 145 "
    "148-151 158-162 164-165 167 169 174 177-178 184-188 200-202 206-211 216 225 227 229 258-259 262 264 "
    "268-269 275 285 289-290 297 302 304-308 312-315 317 319 323 346 370-372 375-376 387-389 393 398 409 412 "
    "470-471"
)
"""The messages that the profile names, whether they are read or not."""

NAMED_FIELDS = {
    FILE_ID: _numbers("0-5 8"),
    SPORT: _numbers("0-1 3"),
    SESSION: _numbers(
        "0-11 13-39 41-71 78-80 82-108 110-134 137 139-150 155-156 168-170 180-183 186-187 192-200 208-211 "
        "253-254"
    ),
    LAP: _numbers("0-30 32-35 37-63 70-71 73-124 136-137 147-151 153-161 253-254"),
    RECORD: _numbers("0-13 17-19 28-33 39-59 62 67-73 78 81-85 87 91-99 108 114-120 123-127 129 139 253"),
    WORKOUT: _numbers("4-6 8 11 14-15 17 254"),
    WORKOUT_STEP: _numbers("0-13 19-22 254"),
    ACTIVITY: _numbers("0-6 253"),
}
"""The fields that the profile names in the messages that are read."""

ACTIVITY_FILES = {None, 4, 20}
"""Types of a file that may be a recorded activity; None where it does not say."""

WORKOUT_FILE = 5

FILES = {
    1: "the description of a device",
    2: "a device's settings",
    3: "a device's settings for a sport",
    WORKOUT_FILE: "a workout, which is a plan",
    6: "a course",
    7: "a schedule",
    9: "a list of weights",
    10: "a device's totals",
    11: "goals",
    14: "a list of blood pressures",
    15: "the record of a day",
    28: "the record of a day",
    32: "the record of a day",
    34: "a route segment",
    35: "a list of route segments",
    40: "of another kind (exd_configuration)",
}
"""What the other types say that a file is."""

SPORTS = dict(
    enumerate(
        (
            *("generic", "running", "cycling", "transition", "fitness_equipment", "swimming", "basketball"),
            *("soccer", "tennis", "american_football", "training", "walking", "cross_country_skiing"),
            *("alpine_skiing", "snowboarding", "rowing", "mountaineering", "hiking", "multisport"),
            *("paddling", "flying", "e_biking", "motorcycling", "boating", "driving", "golf"),
            *("hang_gliding", "horseback_riding", "hunting", "fishing", "inline_skating", "rock_climbing"),
            *("sailing", "ice_skating", "sky_diving", "snowshoeing", "snowmobiling"),
            *("stand_up_paddleboarding", "surfing", "wakeboarding", "water_skiing", "kayaking", "rafting"),
            *("windsurfing", "kitesurfing", "tactical", "jumpmaster", "boxing", "floor_climbing", "baseball"),
        )
    )
) | {
    53: "diving",
    56: "shooting",
    58: "winter_sport",
    59: "grinding",
    62: "hiit",
    63: "video_gaming",
    64: "racket",
    65: "wheelchair_push_walk",
    66: "wheelchair_push_run",
    67: "meditation",
    68: "para_sport",
    69: "disc_golf",
    70: "team_sport",
    71: "cricket",
    72: "rugby",
    73: "hockey",
    74: "lacrosse",
    75: "volleyball",
    76: "water_tubing",
    77: "wakesurfing",
    78: "water_sport",
    79: "archery",
    80: "mixed_martial_arts",
    81: "motor_sports",
    82: "snorkeling",
    83: "dance",
    84: "jump_rope",
    85: "pool_apnea",
    86: "mobility",
    87: "geocaching",
    88: "canoeing",
    254: "all",
}

NO_STEPS = {
    *("cycling", "e_biking", "rowing", "paddling", "kayaking", "canoeing", "stand_up_paddleboarding"),
    "swimming",
}
"""Sports whose cadence counts turns of a crank or strokes, and not strides."""

NO_STEPS_INDOORS = {5, 6, 12, 14, 88}
"""The same among sub-sports: spin, indoor cycling, hand cycling, indoor rowing, indoor hand cycling."""

TRIGGERS = dict(
    enumerate(
        (
            *("manual", "time", "distance", "position_start", "position_lap", "position_waypoint"),
            *("position_marked", "session_end", "fitness_equipment"),
        )
    )
)

STEP_SECONDS = {0, 28}
"""Types of a step's duration that are a time in milliseconds: time, repetition time."""
STEP_METRES = 1
"""The one that is a distance in centimetres."""
STEP_OPEN = 5
"""The one that the lap button ends."""
STEP_REPEAT = 6
"""A repeat that is done a number of times."""
STEP_REPEATS = {*range(STEP_REPEAT, 14), 17, 18, 27}
"""All repeats; the others are done until a time, a distance, or what the body does."""
