"""The FIT workout file among the examples of runs that others made: as an app of Garmin's would write one.

Garmin's own encoder writes it. The values are made up; nobody's account was read.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from garmin_fit_sdk import Encoder

_FILE_ID, _FILE_CREATOR, _WORKOUT, _WORKOUT_STEP = 0, 49, 26, 27
_BEATS = 100
"""What is added to a heart rate in beats, to tell it from a percentage."""


def six_times_400() -> bytes:
    """A warm-up by heart rate, 6 times 400 m at a pace with 90 s between, and an open cool-down."""
    warm_up = {"duration_type": "time", "duration_value": 600_000, "intensity": "warmup"}
    warm_up |= {"target_type": "heart_rate", "target_value": 2, "wkt_step_name": "Warm up"}
    fast = {"duration_type": "distance", "duration_value": 40_000, "intensity": "interval"}
    fast |= {"target_type": "speed", "target_value": 0, "wkt_step_name": "400"}
    fast |= {"custom_target_value_low": 3509, "custom_target_value_high": 3704, "notes": "Relaxed shoulders."}
    rest = {"duration_type": "time", "duration_value": 90_000, "intensity": "recovery"}
    rest |= {"target_type": "heart_rate", "target_value": 0, "wkt_step_name": "Recover"}
    rest |= {"custom_target_value_low": 110 + _BEATS, "custom_target_value_high": 135 + _BEATS}
    again = {"duration_type": "repeat_until_steps_cmplt", "duration_value": 1, "target_value": 6}
    again |= {"target_type": "open", "intensity": "interval"}
    cool_down = {"duration_type": "open", "intensity": "cooldown", "target_type": "open", "target_value": 0}
    cool_down |= {"wkt_step_name": "Cool down", "notes": "Until your breath is quiet."}
    return _written("6x400", "The club's Thursday session.", [warm_up, fast, rest, again, cool_down])


def _written(name: str, description: str, steps: list[dict[str, Any]]) -> bytes:
    encoder = Encoder()
    encoder.write_mesg(
        {
            "mesg_num": _FILE_ID,
            "type": "workout",
            "manufacturer": "garmin",
            "product": 65_534,
            "serial_number": 400_400_400,
            "time_created": datetime(2026, 11, 5, 18, 0, tzinfo=UTC),
        }
    )
    encoder.write_mesg({"mesg_num": _FILE_CREATOR, "software_version": 1})
    whole = {"wkt_name": name, "wkt_description": description, "sport": "running", "sub_sport": "treadmill"}
    encoder.write_mesg({"mesg_num": _WORKOUT, "num_valid_steps": len(steps), **whole})
    for number, step in enumerate(steps):
        encoder.write_mesg({"mesg_num": _WORKOUT_STEP, "message_index": number, **step})
    return bytes(encoder.close())
