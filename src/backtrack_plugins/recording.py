"""What passes between the core and a reader of recordings: Recording, its parts, RecordingReader."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import inf
from typing import Literal

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
        elapsed_seconds: How long it was, pauses included.
        metres: Distance, as the watch estimates it.
        heart_rate: Mean, in beats per minute.
        step_index: The index of the planned step in the workout that the watch followed, from 0; a
            repeat has an index of its own, and each pass of a step has the same.
        trigger: Why it ended, in the file's own word, such as ``manual``, ``time`` or ``distance``.
    """

    start_seconds: float
    seconds: float
    elapsed_seconds: float | None = None
    metres: float | None = None
    heart_rate: int | None = None
    step_index: int | None = None
    trigger: str | None = None


StepEnd = Literal["time", "distance", "lap", "other"]


class RecordedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step, or one repeat, of the workout that the watch followed.

    Attributes:
        text: Its note, or else its name; empty where the watch kept neither.
        ends_on: What ends it; ``lap`` is the lap button. None of a repeat, and where the file does not say.
        seconds: After how long it ends; None unless it ends on time.
        metres: After what distance it ends; None unless it ends on distance.
        first: Of a repeat, the index of the first step that comes again; all up to the repeat do. None of
            a step.
        times: Of a repeat, how often its steps are done in all; None of a step, and of a repeat until a time,
            a heart rate or the like.
    """

    text: str = ""
    ends_on: StepEnd | None = None
    seconds: float | None = None
    metres: float | None = None
    first: int | None = None
    times: int | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded activity: laps and samples.

    Attributes:
        file: What it was read from, for messages.
        started: When it began, with its offset from UTC: the watch's own where the file says it, else
            none, which is UTC; None when the file has no date.
        seconds: How long the timer ran.
        elapsed_seconds: How long it was, pauses included; None when the file does not say.
        laps: In order.
        samples: In order of time.
        steps: The steps of the workout that the watch followed, where it kept them; each stands at the
            index that `Lap.step_index` counts, and repeats have an index of their own.
        workout_name: What that workout is called; empty when the watch did not keep it.
        workout_description: What stands in that workout as its description.
        sport: In the file's own word, such as ``running``.
        read_by: The reader, and the library it used with its version.
        left_out: What the file has that no profile names, each in a few words.

    Raises:
        ValueError: when a time or a distance is negative, infinite or not a number, or `started` has no
            offset from UTC.
    """

    file: str
    seconds: float
    started: datetime | None = None
    elapsed_seconds: float | None = None
    laps: tuple[Lap, ...] = ()
    samples: tuple[Sample, ...] = ()
    steps: tuple[RecordedStep, ...] = ()
    workout_name: str = ""
    workout_description: str = ""
    sport: str | None = None
    read_by: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The texts of the planned steps that have one, in order."""
        return tuple(step.text for step in self.steps if step.text)

    def __post_init__(self) -> None:
        if self.started is not None and self.started.utcoffset() is None:
            raise ValueError("when a recording started is said with its offset from UTC")
        if not _are_measures(self.seconds, self.elapsed_seconds):
            raise ValueError("how long a recording is, is a number of seconds from 0")
        for number, lap in enumerate(self.laps, start=1):
            if not _are_measures(lap.start_seconds, lap.seconds, lap.elapsed_seconds, lap.metres):
                raise ValueError(f"lap {number}: times and distances are numbers from 0")
        if not all(0 <= sample.seconds < inf for sample in self.samples):
            raise ValueError("when a sample was measured is a number of seconds from 0")


def _are_measures(*values: float | None) -> bool:
    """Whether all that are known are numbers from 0; "not a number" is none, nor is infinity."""
    numbers = (value for value in values if isinstance(value, int | float))  # other types are told by field
    return all(0 <= value < inf for value in numbers)


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
