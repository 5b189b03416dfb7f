"""What passes between the core and a reader of recordings: Recording, Lap, Sample, RecordingReader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec

from backtrack_plugins.exporter import check_description
from backtrack_plugins.fields import refuse_wrong_fields


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured at one moment; None where it was not.

    Attributes:
        seconds: Since the recording began, pauses included.
        metres: Distance since it began, as the watch estimates it.
        metres_per_second: Speed, as the watch estimates it.
        heart_rate: Beats per minute.
        cadence: Steps per minute, both feet counted.
    """

    seconds: float
    metres: float | None = None
    metres_per_second: float | None = None
    heart_rate: int | None = None
    cadence: float | None = None


class Lap(msgspec.Struct, frozen=True, kw_only=True):
    """One lap as the watch cut it; None where the file does not say.

    Attributes:
        start_seconds: Since the recording began, pauses included.
        seconds: How long the timer ran in it.
        metres: Distance, as the watch estimates it.
        heart_rate: Mean, in beats per minute.
        step_index: The index of the planned step in the workout that the watch followed, from 0; a
            repeat has an index of its own, and each pass of a step has the same.
        trigger: Why it ended, in the file's own word, such as ``manual``, ``time`` or ``distance``.
    """

    start_seconds: float
    seconds: float
    metres: float | None = None
    heart_rate: int | None = None
    step_index: int | None = None
    trigger: str | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded activity: laps and samples.

    Attributes:
        file: What it was read from, for messages.
        started: When it began, with its offset from UTC; None when the file does not say.
        seconds: How long the timer ran.
        laps: In order.
        samples: In order of time.
        notes: The texts of the planned steps, where the watch kept them: each step's line, in order.
        sport: In the file's own word, such as ``running``.
        read_by: The reader, and the library it used.
    """

    file: str
    seconds: float
    started: datetime | None = None
    laps: tuple[Lap, ...] = ()
    samples: tuple[Sample, ...] = ()
    notes: tuple[str, ...] = ()
    sport: str | None = None
    read_by: str = ""

    def __post_init__(self) -> None:
        if self.started is not None and self.started.utcoffset() is None:
            raise ValueError("when a recording started is said with its offset from UTC")


class RecordingReader(msgspec.Struct, frozen=True, kw_only=True):
    """A format of recorded activities, as its plugin describes it.

    Attributes:
        name: The entry point's name.
        summary: One line for a list.
        suffix: What a file's name ends in, such as ``.fit``.
        recognise: Whether the first 256 bytes of a file look like this format.
        read: Turns a file's bytes and its name, for messages, into a `Recording`. It raises
            `UnreadableInput` for a damaged file, and for one that is no recording, saying what it is.

    Raises:
        ValueError: when the name or the suffix is none. Or when a field holds what its type
            does not allow; the message names it.
    """

    name: str
    summary: str
    suffix: str
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes, str], Recording]

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_description(self.name, self.suffix)
