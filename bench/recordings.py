"""Recorded activities for the benchmarks: a sample each second, as a watch writes them."""

from __future__ import annotations

import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from recorded import START, Lap, from_export, recorded_fit

from backtrack_plugins import Athlete, export, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from recorded import Fields

HOUR = """\
name: An hour
level: intermediate

30x
  1:00 forward jog 8 km/h easy
  1:00 forward walk 5 km/h
"""
"""An hour on a treadmill, in sixty laps."""

_METRES_PER_SECOND = (2.2, 1.4)


def of_hours(hours: int) -> bytes:
    """The page, done so often, as the watch recorded it."""
    plan = from_export(export(parse(HOUR), "garmin-fit", Athlete(level="intermediate")).data)
    minutes = 60 * hours
    laps = [
        Lap(60, step=at % 2, metres=60 * _METRES_PER_SECOND[at % 2], heart_rate=120 + at % 9)
        for at in range(minutes)
    ]
    return recorded_fit(plan, laps, records=_samples(60 * minutes), start=START)


def _samples(seconds: int) -> Iterator[tuple[float, Fields]]:
    """What a watch with a strap measures indoors, as many fields as newer ones write."""
    metres = 0.0
    for second in range(seconds):
        speed = _METRES_PER_SECOND[second // 60 % 2]
        metres += speed
        yield (
            second,
            {
                "distance": metres,
                "enhanced_speed": speed,
                "heart_rate": 120 + second % 40,
                "cadence": 78 + second % 5,
                "fractional_cadence": second % 2 / 2,
                "temperature": 21,
                "activity_type": "running",
                "vertical_oscillation": 80.0 + second % 7,
                "stance_time": 240.0 + second % 11,
                "step_length": 900.0 + second % 13,
            },
        )


def main() -> None:
    """Read the file that is named, and print the most memory that the process ever had, in MiB."""
    from backtrack_plugins import read_recording

    recording = read_recording(sys.argv[1])
    assert len(recording.samples) == int(sys.argv[2]), len(recording.samples)
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(kibibytes / (1024 * 1024 if sys.platform == "darwin" else 1024))


if __name__ == "__main__":
    main()
