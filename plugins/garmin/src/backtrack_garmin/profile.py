"""The messages of a FIT workout file, with the fields we use: number, base type, unit.

Numbers, types and units are those of Garmin's FIT profile, version 21.218; the order of the fields
is ours.
"""

from __future__ import annotations

from backtrack_garmin.fit import ENUM, STRING, UINT16, UINT32, UINT32Z, Field, MessageType

STEP_NAME_BYTES = 24
"""The longest step name, in bytes. No limit is published; watches show about this much (our choice)."""

FILE_ID = MessageType(
    "file_id",
    0,
    [
        Field("type", 0, ENUM),
        Field("manufacturer", 1, UINT16),
        Field("product", 2, UINT16),
        Field("serial_number", 3, UINT32Z),
        Field("time_created", 4, UINT32, "s since 1989-12-31T00:00:00Z"),
    ],
)

WORKOUT = MessageType(
    "workout",
    26,
    [
        Field("sport", 4, ENUM),
        Field("sub_sport", 11, ENUM),
        Field("num_valid_steps", 6, UINT16),
        Field("wkt_name", 8, STRING),
        Field("wkt_description", 17, STRING),
    ],
)

WORKOUT_SESSION = MessageType(
    "workout_session",
    158,
    [Field("num_valid_steps", 2, UINT16), Field("first_step_index", 3, UINT16)],
)

WORKOUT_STEP = MessageType(
    "workout_step",
    27,
    [
        Field("message_index", 254, UINT16),
        Field("duration_type", 1, ENUM),
        Field("duration_value", 2, UINT32, "ms, cm, or the message_index of a repeat's first step"),
        Field("target_type", 3, ENUM),
        Field("target_value", 4, UINT32, "passes of a repeat; 0 for a target that is open or custom"),
        Field("custom_target_value_low", 5, UINT32, "mm/s"),
        Field("custom_target_value_high", 6, UINT32, "mm/s"),
        Field("intensity", 7, ENUM),
        Field("wkt_step_name", 0, STRING, width=STEP_NAME_BYTES + 1),
        Field("notes", 8, STRING),
    ],
)

FILE_WORKOUT = 5
MANUFACTURER_DEVELOPMENT = 255
SPORT_RUNNING = 1
SUB_SPORT_TREADMILL = 1

DURATION_TIME = 0
DURATION_DISTANCE = 1
DURATION_OPEN = 5
DURATION_REPEAT = 6
"""``repeat_until_steps_cmplt``: back to the step `duration_value`, until `target_value` passes in all."""

TARGET_SPEED = 0
TARGET_OPEN = 2

INTENSITY_ACTIVE = 0
