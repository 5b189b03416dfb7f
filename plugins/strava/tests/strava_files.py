"""Recordings for uploads, as small as they may be: written by the official encoder, and as GPX."""

from __future__ import annotations

import datetime as dt

START = dt.datetime(2026, 12, 2, 17, 30, tzinfo=dt.UTC)

GPX = """<?xml version="1.0"?>
<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="0" lon="0"><time>{first}</time></trkpt><trkpt lat="0" lon="0"><time>{last}</time></trkpt>
</trkseg></trk></gpx>
"""


def fit(
    started: dt.datetime = START,
    elapsed_seconds: float = 1500,
    *,
    sport: str = "running",
    sub_sport: str = "treadmill",
    metres: float = 2500,
) -> bytes:
    """A FIT activity of one lap with two records."""
    from garmin_fit_sdk import Encoder, Profile

    numbers = Profile["mesg_num"]
    end = started + dt.timedelta(seconds=elapsed_seconds)
    whole = {
        "timestamp": end,
        "start_time": started,
        "total_elapsed_time": elapsed_seconds,
        "total_timer_time": elapsed_seconds,
        "total_distance": metres,
        "sport": sport,
        "sub_sport": sub_sport,
    }
    encoder = Encoder()
    for name, fields in [
        ("FILE_ID", {"type": "activity", "manufacturer": "development", "time_created": started}),
        ("RECORD", {"timestamp": started, "distance": 0.0}),
        ("RECORD", {"timestamp": end, "distance": metres}),
        ("LAP", whole),
        ("SESSION", {**whole, "num_laps": 1}),
        ("ACTIVITY", {"timestamp": end, "num_sessions": 1, "total_timer_time": elapsed_seconds}),
    ]:
        encoder.write_mesg({"mesg_num": numbers[name], **fields})
    return bytes(encoder.close())


def gpx(started: dt.datetime = START, elapsed_seconds: float = 1500) -> bytes:
    """A GPX track of two points."""
    end = started + dt.timedelta(seconds=elapsed_seconds)
    times = [f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in (started, end)]
    return GPX.format(first=times[0], last=times[1]).encode()
