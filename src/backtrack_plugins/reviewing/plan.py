"""The plan as a watch counts it: an index for each step, and one for each repeat after its body."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_plugins.line import Dropped, write_line
from backtrack_plugins.rebuilding import ending_said, ends_otherwise, is_placed, is_repeat, lines_in
from backtrack_plugins.timeline import RepeatedSegments
from backtrack_plugins.units import shown
from backtrack_plugins.workout import DIRECTIONS, Step, Straddle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins.continued import Two
    from backtrack_plugins.recording import RecordedStep, Recording
    from backtrack_plugins.timeline import Segment, Timeline, TreePart

_MOVING = re.compile(r"\b(forward|backward|left|right) (walk|jog|run)\b")
"""What stands in the name of a step that our exporters write, and in a line that was cut."""


_CUT = re.compile(r"(?:lap|[0-9][0-9:.]*(?: (?:m|km|mi))?) ([a-z]+)", re.ASCII)
"""A line that was cut: its direction, or the begin of it, stands behind an amount."""

GENTLE_SECONDS = 15
"""How long the start of a step is at most that a watch follows in two: as in rows for a belt."""

_WAYS = (*DIRECTIONS, "straddle")

_ITS_ATHLETE = "Give the athlete it was sent for: --athlete FILE"


class NotMatched(Exception):
    """Plan and recording do not belong together.

    Args:
        reason: Why, for people.
        advice: What to do, in a sentence without its full stop.
    """

    def __init__(self, reason: str, advice: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice


class PlannedRepeat(NamedTuple):
    """A repeat at its index: where its body begins, and how often it is done in all."""

    first: int
    times: int


class Plan:
    """A timeline as the watch counts it.

    Attributes:
        timeline: What was planned.
        entries: What stands at each index: a segment as in the first pass, or a repeat.
        indices: The index of each segment of the timeline, in its order.
        places: For each index, the numbers of its segments in the timeline, in order; none for a repeat.
    """

    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.entries: list[Segment | PlannedRepeat] = []
        self.indices = self._count(timeline.tree)
        self.places: list[list[int]] = [[] for _ in self.entries]
        for place, index in enumerate(self.indices):
            self.places[index].append(place)

    def is_one(self, two: Two) -> bool:
        """Whether two steps that the watch followed are the one at an index, which starts gently.

        Only their ends can say so, where the watch kept no notes.
        """
        entry = self.entries[two.at] if two.at < len(self.entries) else None
        if entry is None or isinstance(entry, PlannedRepeat) or entry.direction != "forward":
            return False
        if lines_in(two.rest.text) or _contradicts(two.rest.text, entry):
            return False
        seconds, metres = two.start.seconds, two.start.metres
        if (seconds or 0) > GENTLE_SECONDS or (metres or 0) > GENTLE_SECONDS * (entry.metres_per_second or 0):
            return False
        amount = entry.step.amount
        return not ends_otherwise(two.both, amount.seconds, amount.metres, straddle=False)

    def _count(self, parts: Iterable[TreePart]) -> list[int]:
        """Append the entries of the parts; return the indices in the order in which they are done."""
        done: list[int] = []
        for part in parts:
            index = len(self.entries)
            if isinstance(part, RepeatedSegments):
                done += self._count(part.parts) * part.times
                self.entries.append(PlannedRepeat(index, part.times))
            else:
                done.append(index)
                self.entries.append(part)
        return done


def instead(recording: Recording, timeline: Timeline) -> str:
    """What to do when another workout was followed."""
    sent = "give the workout that was sent, for the athlete it was sent for"
    if not recording.steps or timeline.workout.file == recording.file:  # which it is where it was rebuilt
        return f"{sent.capitalize()}"
    return f"Leave the workout out, and the plan is rebuilt from the recording; or {sent}"


def refuse_another_workout(plan: Plan, recording: Recording) -> None:
    """See that the workout that the watch followed is the plan, as far as the watch kept it.

    Raises:
        NotMatched: when it is another one; it names both, and the first step that differs.
    """
    name = plan.timeline.workout.name
    if not recording.steps:
        # A watch may cut a name, and keeps no other sign of what it followed.
        known = recording.workout_name.strip()
        if known and not name.startswith(known) and not known.startswith(name):
            said = f"{_another(recording, name)}, which is not the plan's name"
            raise NotMatched(said, instead(recording, plan.timeline))
        return
    for number, (entry, step) in enumerate(
        zip_longest(plan.entries, recording.steps[: len(plan.entries) + 1]), start=1
    ):
        difference = _difference(entry, step)
        if difference:
            said = f"{_another(recording, name)}: step {number} {difference}"
            raise NotMatched(said, instead(recording, plan.timeline))
        other = _other_fitting(entry, step)
        if other:
            raise NotMatched(f"it was sent for another treadmill: step {number} {other}", _ITS_ATHLETE)


def _another(recording: Recording, planned: str) -> str:
    followed = f"{shown(recording.workout_name)!r}" if recording.workout_name else "one without a name"
    return f"the recording follows another workout, {followed}, and not {shown(planned)!r}"


def _difference(entry: Segment | PlannedRepeat | None, step: RecordedStep | None) -> str:
    """How what the watch kept differs from what is planned at an index; empty when it does not."""
    if entry is None or step is None:
        there = _said(step) if entry is None and step is not None else _entry_said(entry)
        return f"is {there} in the {'recording' if entry is None else 'plan'} alone"
    if isinstance(entry, PlannedRepeat) or is_repeat(step):
        same = isinstance(entry, PlannedRepeat) and (step.first, step.times) == entry
        return "" if same else f"is {_entry_said(entry)} in the plan, and {_said(step)} in the recording"
    if _is_same(entry, step):
        return ""
    return f"is {_entry_said(entry)} in the plan, and {_said(step)} in the recording"


def _is_same(segment: Segment, step: RecordedStep) -> bool:
    seconds = segment.step.amount.seconds
    metres = segment.step.amount.metres
    # How long a straddle is that expanding places depends on the level, which may have risen since.
    if not segment.added and ends_otherwise(step, seconds, metres, straddle=segment.is_straddle):
        return False
    if segment.added and step.ends_on not in {None, "lap", "time"}:
        return False
    lines = [line for line in lines_in(step.text) if isinstance(line, Step | Straddle) or is_placed(line)]
    if lines:
        return len(lines) == 1 and _says(lines[0], segment)
    return not _contradicts(step.text, segment)


def _other_fitting(segment: Segment | PlannedRepeat | None, step: RecordedStep | None) -> str:
    """How a note was fitted to another treadmill than the plan, where it says so; empty when it was not."""
    if segment is None or isinstance(segment, PlannedRepeat) or step is None:
        return ""
    for line in lines_in(step.text):
        if isinstance(line, Dropped) and not is_placed(line) and line.text != segment.fitted_line:
            here = "as written" if segment.fitted_line is None else segment.fitted_line
            return f"is '{segment.line}' {here} in the plan, and {line.text} in the recording"
    return ""


def _says(line: Step | Straddle | Dropped, segment: Segment) -> bool:
    if not isinstance(line, Step | Straddle):
        return segment.added
    return not segment.added and line in (segment.step, without_cue(segment.step))


def without_cue(step: Step | Straddle) -> Step | Straddle:
    """A step as it is written where there is no room for its cue."""
    return msgspec.structs.replace(step, cue=None)


def _contradicts(text: str, segment: Segment) -> bool:
    """Whether words that are no line, such as a step's name, name another way to move."""
    cut = _CUT.match(text)
    its = "straddle" if segment.direction is None else segment.direction
    if cut is not None and _begins_one(cut[1], _WAYS) and not its.startswith(cut[1]):
        return True
    moving = _MOVING.search(text)
    if moving is None:
        return "straddle" in text.partition(",")[0].split() and not segment.is_straddle
    return moving.groups() != (segment.direction, segment.gait)


def _begins_one(letters: str, words: Iterable[str]) -> bool:
    return any(word.startswith(letters) for word in words)


def _entry_said(entry: Segment | PlannedRepeat | None) -> str:
    if isinstance(entry, PlannedRepeat):
        return f"{entry.times} times from step {entry.first + 1}"
    return f"'{entry.line}'" if entry is not None else "nothing"


def _said(step: RecordedStep) -> str:
    if is_repeat(step):
        times = "so many" if step.times is None else step.times
        return f"{times} times from step {(step.first or 0) + 1}"
    said = next(iter(_written(step.text)), f"{shown(step.text.partition(chr(10))[0])!r}")
    return f"{said} {ending_said(step)}" if step.ends_on is not None else said


def _written(text: str) -> Iterator[str]:
    for line in lines_in(text):
        if isinstance(line, Step | Straddle):
            yield f"'{write_line(line)}'"
        elif is_placed(line):
            yield f"'{line.text}'"
