"""Files as other people have them, into which blocks are put, and what a belt does with them then.

The ZWO is of the kind that TrainAsONE gives out, with `thresholdSecPerKm`; the QZ file of the kind that its
users write by hand (cagnulein/qdomyos-zwift, issues 1010 and 2238); the FIT file is by Garmin's encoder.
"""

from __future__ import annotations

from functools import cache

from belt_player import DEFAULTS, UserSettings
from belt_rules import violations_of_splice
from garmin_fit_sdk import Encoder

import backtrack_plugins as bt
from backtrack_plugins.importer import Imported
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.splicing import JoinedRun, RunFile, inserts_in

ZWO = b"""<?xml version="1.0" encoding="UTF-8"?>
<workout_file>
  <name>Tempo Tuesday</name>
  <sportType>run</sportType>
  <durationType>time</durationType>
  <thresholdSecPerKm>300</thresholdSecPerKm>
  <workout>
    <SteadyState Duration="600" Power="0.75" pace="1"><textevent timeoffset="9" message="Go"/></SteadyState>
    <SteadyState Duration="300" Power="0.9" pace="1" Incline="0.02"/>
    <IntervalsT Repeat="3" OnDuration="60" OffDuration="90" OnPower="1.1" OffPower="0.6" pace="1"/>
    <SteadyState Duration="120" Power="0.4" pace="1" Incline="0"/>
  </workout>
</workout_file>
"""
ZWO_PAGE = """\
name: Tempo Tuesday

10:00 forward jog 9 km/h
5:00 forward run 10.8 km/h 2%
3x
  1:00 forward run 13.2 km/h
  1:30 forward jog 7.2 km/h
2:00 forward walk 4.8 km/h
"""
QZ = b"""<?xml version="1.0" encoding="UTF-8"?>
<rows device="treadmill">
  <row duration="00:05:00" speed="8" inclination="0" forcespeed="1"/>
  <row duration="00:05:00" speed="10" inclination="3" forcespeed="1"/>
  <repeat times="3">
    <row duration="00:01:00" speed="12" inclination="1" forcespeed="1"/>
    <row duration="00:01:00" speed="2" forcespeed="1"/>
  </repeat>
  <row duration="00:05:00"/>
  <row distance="1" speed="9" inclination="0" forcespeed="1"/>
</rows>
"""


def fit_file() -> bytes:
    encoder = Encoder()
    encoder.write_mesg({"mesg_num": 0, "type": "workout", "manufacturer": "garmin", "product": 1})
    steps = (
        {"duration_type": "time", "duration_value": 600_000, "intensity": "warmup"},
        {"duration_type": "distance", "duration_value": 40_000, **_target(3000, 3400)},
        {"duration_type": "time", "duration_value": 90_000, "intensity": "rest"},
        {"duration_type": "repeat_until_steps_cmplt", "duration_value": 1, "target_value": 4},
        {"duration_type": "time", "duration_value": 300_000, **_target(300, 500)},
        {"duration_type": "time", "duration_value": 300_000, "target_type": "heart_rate", "target_value": 2},
        {"duration_type": "open", "intensity": "cooldown"},
    )
    encoder.write_mesg(
        {"mesg_num": 26, "sport": "running", "num_valid_steps": len(steps), "wkt_name": "6x400"}
    )
    for index, step in enumerate(steps):
        whole = {"target_type": "open", "intensity": "active", **step}
        encoder.write_mesg({"mesg_num": 27, "message_index": index, **whole})
    return encoder.close()


def _target(low: int, high: int) -> dict[str, object]:
    values = {"custom_target_value_low": low, "custom_target_value_high": high}
    return {"target_type": "speed", "target_value": 0, **values}


@cache
def run_of(name: str) -> RunFile:
    """Somebody's file; what a ZWO says is said here, too: reading it is no matter of the belt."""
    if name == "zwo":
        return RunFile("their.zwo", ZWO, name, Imported(workout=bt.parse(ZWO_PAGE)))
    data = QZ if name == "qz" else fit_file()
    file = "their.xml" if name == "qz" else "their.fit"
    return RunFile(file, data, name, import_bytes(data, file, importer=name))


def wrong_in_splice(
    joined: JoinedRun, artifact: bt.Artifact, athlete: bt.Athlete, user: UserSettings = DEFAULTS
) -> list[str]:
    """What is wrong with somebody's file into which a block was put."""
    run, name = joined.run, artifact.format
    timeline = bt.expand(joined.workout, athlete)
    wrong: list[str] = []
    for insert in inserts_in(timeline, joined.joined.own):
        walks_on = any(loss.what == "belt" for loss in artifact.losses)
        segments = insert.segments
        wrong += violations_of_splice(
            run.data, artifact.data, segments, timeline, name, user, walks_on=walks_on
        )
    return wrong
