"""Recordings, whole and damaged, by the thousand: both libraries give the same Recording or the same refusal.

Run as ``.venv/bin/python tools/fuzz_recordings.py 5000``; a second number is the seed. It ends with 1 at the
first file on which they differ, or that raises anything but `UnreadableInput`, and leaves the file behind.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests"))

import msgspec
from garmin_fit_sdk import CrcCalculator
from recorded import Lap, recorded_fit, repeat, step

import backtrack_plugins as bt

KEPT = Path("fuzz_recordings.fit")


def made(chance: random.Random) -> bytes:
    """A recording such as a watch writes, of any shape."""
    steps = [
        chance.choice(
            [
                step("1:00 backward walk 2 km/h grip rail", seconds=chance.randrange(600)),
                step("again", metres=chance.randrange(1000)),
                step(wkt_step_name="Back"),
                repeat(chance.randrange(3), chance.randrange(1, 9)),
            ]
        )
        for _ in range(chance.randrange(5))
    ]
    laps = [
        Lap(
            chance.randrange(200_000) / 1000,
            step=chance.choice([None, chance.randrange(5)]),
            elapsed=chance.choice([None, chance.randrange(400_000) / 1000]),
            metres=chance.choice([None, chance.randrange(100_000) / 100]),
            heart_rate=chance.choice([None, chance.randrange(256)]),
            trigger=chance.randrange(12),
            intensity=chance.choice([None, chance.randrange(9)]),
        )
        for _ in range(chance.randrange(6))
    ]
    records = [
        (
            chance.choice([at, chance.randrange(-(10**9), 10**9)]),
            {
                "speed": chance.choice([None, chance.randrange(65_536) / 1000]),
                "distance": chance.choice([None, chance.randrange(10**6) / 100]),
                "cadence": chance.choice([None, chance.randrange(256)]),
            },
        )
        for at in range(chance.randrange(8))
    ]
    return recorded_fit(
        steps,
        laps,
        every=chance.choice([None, 30]),
        records=records,
        offset=chance.choice([None, timedelta(minutes=chance.randrange(-1000, 1000))]),
        sport=chance.randrange(256),
        summary_first=chance.random() < 0.5,
    )


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The file with a few bytes changed, its checksum right or not; or cut off; or with another behind it."""
    kind = chance.randrange(5)
    if kind == 0:
        return data
    if kind == 1:
        return data[: chance.randrange(len(data))]
    if kind == 2:
        return data + made(chance)
    changed = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        changed[chance.randrange(14, len(changed) - 2)] = chance.randrange(256)
    if kind == 3:
        return bytes(changed)
    checksum = CrcCalculator.calculate_crc(bytes(changed), 0, len(changed) - 2)
    return bytes(changed[:-2]) + checksum.to_bytes(2, "little")


def answer(data: bytes, library: str) -> bt.Recording | str:
    """The Recording but for who read it, or the refusal."""
    os.environ["BACKTRACK_FITFILE"] = library
    try:
        recording = bt.recording_from_bytes(data, "run.fit", reader="fitfile")
    except bt.UnreadableInput as refused:
        return str(refused)
    return msgspec.structs.replace(recording, read_by="")


def main() -> int:
    """Look at so many files."""
    count = int(sys.argv[1])
    seed = int(sys.argv[2]) if sys.argv[2:] else random.randrange(2**32)  # noqa: S311 - no secret
    chance = random.Random(seed)  # noqa: S311 - no secret
    read = 0
    for number in range(count):
        data = damaged(made(chance), chance)
        KEPT.write_bytes(data)
        slow, fast = answer(data, "fitparse"), answer(data, "fitfast")
        if slow != fast:
            print(f"seed {seed}, file {number}, kept as {KEPT}:\n{slow}\n{fast}")
            return 1
        read += isinstance(slow, bt.Recording)
    KEPT.unlink()
    print(f"{count:,} files, seed {seed}: {read:,} read and {count - read:,} refused alike by both libraries")
    return 0


if __name__ == "__main__":
    sys.exit(main())
