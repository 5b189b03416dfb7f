"""Recordings made with the official encoder, and two ways to read them: ours, and fitdecode's."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import fitdecode
import msgspec
import pytest
from garmin_fit_sdk import CrcCalculator, Encoder, Profile

import backtrack_plugins as bt
from backtrack_fitfile import messages

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBERS = {name.lower(): int(number) for number, name in Profile["types"]["mesg_num"].items()}


class Fit:
    """Makes recordings; seconds count from `start`."""

    start = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)

    def at(self, seconds: float) -> datetime:
        return self.start + timedelta(seconds=seconds)

    def lap(self, seconds: float, timer: float, **values: Any) -> tuple[str, dict[str, Any]]:
        """A lap that begins after so many seconds."""
        times = {"start_time": self.at(seconds), "timestamp": self.at(seconds + timer)}
        return "lap", {**times, "total_elapsed_time": timer, "total_timer_time": timer, **values}

    def record(self, seconds: float, **values: Any) -> tuple[str, dict[str, Any]]:
        return "record", {"timestamp": self.at(seconds), **values}

    def session(self, timer: float, **values: Any) -> tuple[str, dict[str, Any]]:
        times = {"start_time": self.start, "timestamp": self.at(timer), "total_timer_time": timer}
        return "session", {**times, "sport": "running", "sub_sport": "treadmill", **values}

    def step(self, index: int, **values: Any) -> tuple[str, dict[str, Any]]:
        return "workout_step", {"message_index": index, "duration_type": "open", **values}

    def file(
        self,
        *messages: tuple[str, dict[str, Any]],
        kind: Any = "activity",
        developer: dict[int, Any] | None = None,
    ) -> bytes:
        """The bytes of a FIT file with these messages below its file_id."""
        encoder = Encoder(developer)
        file_id = ("file_id", {"type": kind, "manufacturer": "development", "time_created": self.start})
        for name, values in (file_id, *messages):
            encoder.write_mesg({"mesg_num": _NUMBERS[name], **values})
        return bytes(encoder.close())

    def raw(self, *records: bytes) -> bytes:
        """A FIT file of records that the encoder would not write, its checksums right."""
        body = b"".join(records)
        header = struct.pack("<BBHI4s", 14, 0x20, 21218, len(body), b".FIT")
        return self.sealed(header + struct.pack("<H", CrcCalculator.calculate_crc(header, 0, 12)) + body)

    def sealed(self, without_checksum: bytes) -> bytes:
        """The bytes, and the checksum that belongs behind them."""
        checksum = CrcCalculator.calculate_crc(without_checksum, 0, len(without_checksum))
        return without_checksum + struct.pack("<H", checksum)

    def definition(self, local: int, number: int, *fields: tuple[int, int, int], endian: str = "<") -> bytes:
        """A definition record: of each field the number, the bytes and the base type."""
        head = struct.pack(f"{endian}BBBHB", 0x40 | local, 0, endian == ">", number, len(fields))
        return head + b"".join(bytes(field) for field in fields)


@pytest.fixture(scope="session")
def fit() -> Fit:
    return Fit()


@pytest.fixture(scope="session")
def reader() -> bt.RecordingReader:
    """The reader, found as an application finds it."""
    return bt.Registry().recording_reader("fitfile")


def answer(reader: bt.RecordingReader, data: bytes, library: str) -> bt.Recording | bt.UnreadableInput:
    """The Recording by a library, or why it is refused."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(messages.CHOICE, library)
        try:
            return reader.read(data, "run.fit")
        except bt.UnreadableInput as refused:
            return refused


@pytest.fixture(scope="session")
def read(reader: bt.RecordingReader) -> Callable[[bytes], bt.Recording]:
    """Read with fitparse; whatever any test reads or sees refused, fitfast reads or refuses alike."""

    def read(data: bytes) -> bt.Recording:
        slow, fast = (answer(reader, data, library) for library in ("fitparse", "fitfast"))
        if isinstance(slow, bt.UnreadableInput):
            assert str(fast) == str(slow)
            raise slow
        assert msgspec.structs.replace(fast, read_by=slow.read_by) == slow
        assert slow.read_by == "fitfile, fitparse 1.2.0"
        return slow

    return read


@pytest.fixture(scope="session")
def read_by(reader: bt.RecordingReader) -> Callable[[bytes], str]:
    """Which library reads it, where both are there."""
    return lambda data: answer(reader, data, "fitfast").read_by.removeprefix("fitfile, ")


@pytest.fixture(scope="session")
def refusal(read: Callable[[bytes], bt.Recording]) -> Callable[[bytes], str]:
    """What is said of bytes that are refused; it names the file."""

    def said(data: bytes) -> str:
        with pytest.raises(bt.UnreadableInput) as refused:
            read(data)
        assert str(refused.value).startswith("run.fit: ")
        return str(refused.value)

    return said


@pytest.fixture(scope="session")
def by_fitdecode(fit: Fit) -> Callable[[bytes], tuple[list[bt.Lap], list[bt.Sample]]]:
    """Laps and samples as another reader finds them."""

    def lap(get: Callable[[str], Any]) -> bt.Lap:
        return bt.Lap(
            start_seconds=(get("start_time") - fit.start).total_seconds(),
            seconds=get("total_timer_time"),
            elapsed_seconds=get("total_elapsed_time"),
            metres=get("total_distance"),
            heart_rate=get("avg_heart_rate"),
            step_index=get("wkt_step_index"),
            trigger=get("lap_trigger"),
        )

    def sample(get: Callable[[str], Any]) -> bt.Sample:
        strides = get("cadence")
        return bt.Sample(
            seconds=(get("timestamp") - fit.start).total_seconds(),
            metres=get("distance"),
            metres_per_second=get("enhanced_speed"),
            heart_rate=get("heart_rate"),
            cadence=None if strides is None else 2 * (strides + (get("fractional_cadence") or 0)),
        )

    def found(data: bytes) -> tuple[list[bt.Lap], list[bt.Sample]]:
        raising = {"check_crc": fitdecode.CrcCheck.RAISE, "error_handling": fitdecode.ErrorHandling.RAISE}
        laps, samples = [], []
        with fitdecode.FitReader(data, **raising) as frames:
            for frame in frames:
                if isinstance(frame, fitdecode.FitDataMessage):
                    get = lambda name, frame=frame: frame.get_value(name, fallback=None)  # noqa: E731
                    if frame.name == "lap":
                        laps.append(lap(get))
                    elif frame.name == "record":
                        samples.append(sample(get))
        return laps, samples

    return found
