"""Let an imitated watch follow random workouts in every legal way, and see what a review makes of it.

    python tools/fuzz_review.py 5000            how many, from seed 0
    python tools/fuzz_review.py 1 4711          one again, by its seed

The watch runs the steps as a watch does: with a counter for each repeat, one lap or more for each pass, and
what its wearer does meanwhile: skip, pause, leave out, go on after the end, stop early. What it did is kept
beside the recording, and the review is held against that: as it is, and written into a file by the encoder of
Garmin's FIT SDK and read from there. Nothing here uses the code that is looked at.

The tests follow some hundred of them with the same code.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from seeds import follow_seeds

from backtrack_plugins.athlete import Athlete, Treadmill
from backtrack_plugins.errors import UsageError
from backtrack_plugins.rebuilding import workout_in
from backtrack_plugins.recording import Lap, RecordedStep, Recording, Sample
from backtrack_plugins.recordings import recording_from_bytes
from backtrack_plugins.reviewing import review
from backtrack_plugins.timeline import RepeatedSegments, Segment, expand
from backtrack_plugins.units import Amount, Incline, Speed
from backtrack_plugins.workout import DIRECTIONS, GAITS, RAILS, Repeat, Step, Straddle, Workout
from backtrack_plugins.writing import header_lines, write

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))  # where files are made of recordings

import recorded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.reviewed import Review, ReviewedSegment
    from backtrack_plugins.timeline import Timeline, TreePart
    from backtrack_plugins.workout import Part

AMOUNTS = ("10 s", "30 s", "1:00", "1:00", "2:00", "8:00", "100 m", "400 m", "0.25 mi", "1.5 km", "lap")
SPEEDS = ("0.9 km/h", "2.4 km/h", "2.43 km/h", "5 km/h", "3 mph", "6:00/km", "12 km/h")
CUES = (None, None, None, "taller", 'say "hop" \\ twice # no comment')
NOTES = ("", "\n# Clip on the safety key.", "\n# You can fall.\n# Stop at any pain.")

SHORTEST = 6.0
"""Seconds of the shortest piece of a step, and of the shortest pass that was cut off: what is shorter and
stands behind a finished pass may as well be its tail, and nobody can tell."""


class Habits(NamedTuple):
    """What a watch writes down and what its wearer does, all of them shares from 0 to 1.

    Attributes:
        triggers: Whether the watch says why a lap ended.
        keeps: What it keeps of the steps: ``lines``, ``names``, ``ends`` or ``nothing``.
        metres: Whether it estimates distances; without, nothing is cut by one.
        calibrated: What all distances were multiplied with at the end.
        left_out: Passes without a lap.
        skipped: Passes that were ended early with the lap button.
        pieces: Passes that an auto-lap cut.
        paused: Laps with a pause in them.
        before: Laps before the workout.
        behind: Laps behind it.
        stopped: How likely it is that somebody stopped in a step, and for good.
        in_two: Steps that start gently, and are two on the watch, as in a plan with speed targets.
    """

    triggers: bool = True
    keeps: str = "lines"
    metres: bool = True
    calibrated: float = 1.0
    left_out: float = 0.0
    skipped: float = 0.0
    pieces: float = 0.0
    paused: float = 0.0
    before: int = 0
    behind: int = 0
    stopped: float = 0.0
    in_two: float = 0.0


class Pass(NamedTuple):
    """One pass of a step, as it was.

    Attributes:
        place: Which segment of the timeline it was.
        index: The index of its step.
        laps: The numbers of its laps, from 1.
        seconds: How long the timer ran.
        whole: Whether it was done as planned.
        heart_rate: Through all of it.
    """

    place: int
    index: int
    laps: tuple[int, ...]
    seconds: float
    whole: bool
    heart_rate: int


class History(NamedTuple):
    """A recording, and what really was."""

    timeline: Timeline
    recording: Recording
    passes: list[Pass]
    extras: list[int]
    has_metres: bool


def a_workout(random: Random) -> Workout:
    """A workout with everything that a watch can follow."""
    parts = tuple(_parts(random, 0, random.randint(1, 5)))
    level = random.choice((None, "beginner", "advanced"))
    about = random.choice(("", "Once a week."))
    return Workout(name=f"Workout {random.randrange(100)}", level=level, about=about, steps=parts)


def _parts(random: Random, deep: int, most: int) -> Iterator[Part]:
    for _ in range(most):
        if deep < 3 and random.random() < 0.35:
            body = tuple(_parts(random, deep + 1, random.choice((1, 1, 2, 3))))
            yield Repeat(times=random.randint(1, 4), steps=body)
        elif random.random() < 0.1:
            yield Straddle(amount=Amount(random.choice(("10 s", "30 s", "1:00"))))
        else:
            yield Step(
                amount=Amount(random.choice(AMOUNTS)),
                direction=random.choice((*DIRECTIONS, "backward")),
                gait=random.choice(GAITS),
                speed=Speed(random.choice(SPEEDS)),
                incline=Incline(random.choice(("0%", "0%", "2%"))),
                rail=random.choice(RAILS),
                cue=random.choice(CUES),
            )


def an_athlete(random: Random) -> Athlete:
    """Somebody on a treadmill that cannot go every speed and incline."""
    treadmill = Treadmill(
        slowest=Speed(random.choice(("0.8 km/h", "0.8 km/h", "2 km/h", "1.5 mph"))),
        speed_increment=Speed(random.choice(("0.1 km/h", "0.1 km/h", "0.5 km/h"))),
        highest=Incline(random.choice(("0%", "15%"))),
    )
    return Athlete(treadmill=treadmill, level=random.choice((None, "beginner", "advanced")))


def some_habits(random: Random) -> Habits:
    """A watch and its wearer."""
    rates = (0.0, 0.0, 0.1, 0.4)
    return Habits(
        triggers=random.random() < 0.7,
        keeps=random.choice(("lines", "lines", "names", "ends", "nothing")),
        metres=random.random() < 0.8,
        calibrated=random.choice((1.0, 1.0, 0.88, 1.12)),
        left_out=random.choice(rates),
        skipped=random.choice(rates),
        pieces=random.choice(rates),
        paused=random.choice(rates),
        before=random.choice((0, 0, 1, 2)),
        behind=random.choice((0, 0, 1, 2)),
        stopped=random.choice((0.0, 0.0, 0.1)),
        in_two=random.choice((0.0, 0.5, 1.0)),
    )


def written(parts: Sequence[TreePart], notes: str = "") -> list[RecordedStep]:
    """The steps of a workout file as our exporters write them: a repeat stands behind its body."""
    steps: list[RecordedStep] = []
    _write(parts, steps)
    if notes:
        first = next(at for at, step in enumerate(steps) if step.text)
        steps[first] = msgspec.structs.replace(steps[first], text=steps[first].text + notes)
    return steps


def _write(parts: Sequence[TreePart], steps: list[RecordedStep]) -> None:
    for part in parts:
        if isinstance(part, RepeatedSegments):
            first = len(steps)
            _write(part.parts, steps)
            steps.append(RecordedStep(first=first, times=part.times))
        elif part.is_straddle or part.ends_on == "lap":
            steps.append(RecordedStep(text="\n".join(part.lines), ends_on="lap"))
        elif part.ends_on == "time":
            steps.append(RecordedStep(text="\n".join(part.lines), ends_on="time", seconds=part.seconds))
        else:
            metres = round(part.metres or 0.0, 2)
            steps.append(RecordedStep(text="\n".join(part.lines), ends_on="distance", metres=metres))


def followed(steps: Sequence[RecordedStep]) -> Iterator[int]:
    """The indices of the steps in the order in which a watch does them: it counts, and jumps back."""
    rounds = dict.fromkeys(range(len(steps)), 0)
    at = 0
    while at < len(steps):
        step = steps[at]
        if step.times is None or step.first is None:
            yield at
            at += 1
            continue
        rounds[at] += 1
        if rounds[at] < step.times:
            at = step.first
        else:
            rounds[at] = 0
            at += 1


GENTLE_SECONDS = 15.0
GENTLE_METRES = 20.84
"""As far as a belt goes in that time at 5 km/h."""


class InTwo:
    """The steps as the watch has them, where some are two: the start, and what is left.

    Attributes:
        rows: The steps on the watch.
        at: Of each step of the plan, its index on the watch, and that of what is left of it.
    """

    def __init__(self, steps: Sequence[RecordedStep], segments: dict[int, Segment], those: set[int]) -> None:
        self.rows: list[RecordedStep] = []
        self.at: list[tuple[int, int]] = []
        for index, step in enumerate(steps):
            first = len(self.rows)
            if index in those:
                self.rows += _two(step, segments[index])
            elif step.first is not None:
                self.rows.append(msgspec.structs.replace(step, first=self.at[step.first][0]))
            else:
                self.rows.append(step)
            self.at.append((first, len(self.rows) - 1))


def _two(step: RecordedStep, segment: Segment) -> tuple[RecordedStep, RecordedStep]:
    text = f"# Continued: {segment.line}"
    rest = msgspec.structs.replace(step, text=text)
    start = msgspec.structs.replace(step, ends_on="time", seconds=GENTLE_SECONDS)
    if step.ends_on == "time" and step.seconds is not None:
        return start, msgspec.structs.replace(rest, seconds=step.seconds - GENTLE_SECONDS)
    if step.ends_on == "distance" and step.metres is not None:
        start = msgspec.structs.replace(step, metres=GENTLE_METRES)
        return start, msgspec.structs.replace(rest, metres=round(step.metres - GENTLE_METRES, 2))
    return start, rest


def may_be_two(segment: Segment) -> bool:
    """Whether a step is fast and long enough for a gentle start."""
    is_long = segment.seconds is None or segment.seconds >= 25 + SHORTEST
    return segment.direction == "forward" and (segment.metres_per_second or 0) > 5 / 3.6 and is_long


class _Watch:
    """Writes laps and samples while somebody does a workout."""

    def __init__(self, timeline: Timeline, habits: Habits, random: Random) -> None:
        self.timeline = timeline
        self.habits = habits
        self.random = random
        self.steps = written(timeline.tree, random.choice(NOTES))
        by_index = dict(zip(followed(self.steps), timeline.segments, strict=True))
        those = {
            index
            for index, segment in by_index.items()
            if may_be_two(segment) and habits.keeps != "nothing" and random.random() < habits.in_two
        }
        self.on_watch = InTwo(self.steps, by_index, those)
        self.laps: list[Lap] = []
        self.passes: list[Pass] = []
        self.extras: list[int] = []
        self.running: list[tuple[float, float, int]] = []
        self.elapsed = 0.0

    def history(self) -> History:
        """Do it all, and tell."""
        for _ in range(self.habits.before):
            self._extra()
        stopped = self._follow()
        for _ in range(0 if stopped else self.habits.behind):
            self._extra()
        return History(self.timeline, self._recording(), self.passes, self.extras, self._has_metres())

    def _has_metres(self) -> bool:
        return self.habits.metres and self.habits.calibrated == 1

    def _follow(self) -> bool:
        for place, index in enumerate(followed(self.steps)):
            if self.random.random() < self.habits.left_out:
                continue
            stops = self.random.random() < self.habits.stopped
            self._pass(place, index, stops=stops)
            if stops:
                return True
        return False

    def _pass(self, place: int, index: int, *, stops: bool) -> None:
        segment = self.timeline.segments[place]
        planned = segment.seconds
        may_cut = planned is not None and not segment.is_straddle and planned >= 30
        cut = may_cut and (stops or self.random.random() < self.habits.skipped)
        trigger = "manual"
        metres: float | None = None
        if segment.is_straddle or planned is None:
            seconds = self._unlike_any(SHORTEST, 90)
        elif cut:
            seconds = self._round(self.random.uniform(SHORTEST, planned * 0.6))
        elif segment.ends_on == "time":
            late = self.random.choice((0, 0, 0.4, -0.4)) if planned >= 10 else 0
            seconds, trigger = self._round(planned + late), "time"
        else:
            seconds, trigger = self._round(planned * self.random.uniform(1.0, 1.2)), "distance"
        if self.habits.metres and not segment.is_straddle:
            metres = seconds * (segment.metres_per_second or 0.0) * self.random.uniform(0.8, 1.1)
            if segment.ends_on == "distance":
                whole = segment.metres or 0.0
                metres = whole if not cut else min(metres, whole * 0.7)
        if stops:
            trigger = "session_end"
        rate = 100 + 7 * (place % 10)
        first = len(self.laps) + 1
        for its_seconds, step, ended in self._split(segment, index, seconds, trigger):
            its_metres = None if metres is None else metres * its_seconds / seconds * self.habits.calibrated
            self._lap(its_seconds, step, its_metres, ended, rate)
        numbers = tuple(range(first, len(self.laps) + 1))
        self.passes.append(Pass(place, index, numbers, seconds, not cut, rate))

    def _unlike_any(self, shortest: float, longest: float) -> float:
        """A time that is like none planned: without an index nobody could tell it from that one."""
        while True:
            seconds = self._round(self.random.uniform(shortest, longest))
            if all(abs(seconds - (each.seconds or 0.0)) > 3 for each in self.timeline.segments):
                return seconds

    def _round(self, seconds: float) -> float:
        return round(seconds * 1000) / 1000

    def _split(
        self, segment: Segment, index: int, seconds: float, trigger: str
    ) -> Iterator[tuple[float, int, str]]:
        """The laps of a pass: how long, of which step on the watch, and why each ended."""
        first, last = self.on_watch.at[index]
        if first != last:
            begin = GENTLE_SECONDS
            ended = "distance" if segment.ends_on == "distance" else "time"
            if seconds < GENTLE_SECONDS + SHORTEST:
                begin, ended = self._round(seconds / 2), "manual"
                if trigger == "session_end" and seconds < GENTLE_SECONDS:
                    yield seconds, first, trigger
                    return
            yield begin, first, ended
            seconds -= begin
        for share, ends in self._pieces(segment, seconds):
            yield seconds * share, last, trigger if ends else "distance"

    def _pieces(self, segment: Segment, seconds: float) -> list[tuple[float, bool]]:
        """Shares of a pass, and whether it ends with each of them."""
        count = self.random.randint(2, 4) if self.random.random() < self.habits.pieces else 1
        waits = segment.is_straddle or segment.ends_on == "lap"
        if seconds < count * SHORTEST * 4 or (waits and not self.habits.triggers):
            return [(1.0, True)]
        weights = [self.random.uniform(1, 4) for _ in range(count)]
        return [(weight / sum(weights), piece == count) for piece, weight in enumerate(weights, start=1)]

    def _lap(
        self, seconds: float, index: int | None, metres: float | None, trigger: str | None, rate: int
    ) -> None:
        pause = self.random.uniform(3, 120) if self.random.random() < self.habits.paused else 0.0
        before = seconds * self.random.random()
        start = self.elapsed
        self.running.append((start, start + before, rate))
        self.running.append((start + before + pause, start + pause + seconds, rate))
        self.elapsed += seconds + pause
        self.laps.append(
            Lap(
                start_seconds=start,
                seconds=seconds,
                elapsed_seconds=seconds + pause,
                metres=metres,
                heart_rate=rate,
                step_index=index,
                trigger=trigger if self.habits.triggers else None,
            )
        )

    def _extra(self) -> None:
        self.extras.append(len(self.laps) + 1)
        self._lap(self._unlike_any(1, 300), None, self.random.uniform(1, 80), "manual", 90)

    def _recording(self) -> Recording:
        return Recording(
            file="today.fit",
            seconds=sum(lap.seconds for lap in self.laps),
            elapsed_seconds=self.elapsed,
            laps=tuple(self.laps),
            samples=tuple(self._samples()),
            steps=tuple(self._kept()),
            workout_name=self.timeline.workout.name if self.habits.keeps != "nothing" else "",
            workout_description="\n".join([*header_lines(self.timeline.workout), "# You can fall."]),
        )

    def _samples(self) -> Iterator[Sample]:
        every = samples_apart(self.elapsed)
        following = 0.0
        for start, end, rate in self.running:
            following = max(following, start)
            while following < end:
                yield Sample(seconds=following, heart_rate=rate)
                following += every

    def _kept(self) -> Iterator[RecordedStep]:
        if self.habits.keeps == "nothing":
            return
        segments = dict(zip(followed(self.on_watch.rows), self._segments_on_watch(), strict=True))
        for index, step in enumerate(self.on_watch.rows):
            text = step.text
            if self.habits.keeps == "ends":
                text = ""
            elif self.habits.keeps == "names" and index in segments:
                text = a_name(segments[index])
            yield msgspec.structs.replace(step, text=text)

    def _segments_on_watch(self) -> Iterator[Segment]:
        for index, segment in zip(followed(self.steps), self.timeline.segments, strict=True):
            first, last = self.on_watch.at[index]
            yield from [segment] * (last - first + 1)


def samples_apart(elapsed: float) -> float:
    """Seconds between samples: so many as are cheap enough, and none closer than a watch writes them."""
    return max(1.0, elapsed / 1500)


def a_name(segment: Segment) -> str:
    """A step's name on the watch."""
    return "straddle" if segment.is_straddle else f"{segment.direction} {segment.gait} {segment.belt}"


def a_history(timeline: Timeline, habits: Habits, random: Random) -> History:
    """Do a workout on a watch."""
    return _Watch(timeline, _unambiguous(timeline, habits), random).history()


def _unambiguous(timeline: Timeline, habits: Habits) -> Habits:
    """Habits of which somebody who knows the laps alone can tell what was done.

    Where the watch does not say why a lap ended, passes in a row of one step can be told apart only when each
    was whole. Where distances are unknown, or not those that ended the steps, passes of a distance cannot be
    told from pieces of one.
    """
    order = list(followed(written(timeline.tree)))
    in_a_row = any(one == other for one, other in pairwise(order))
    may_come_in_a_row = habits.left_out and len(set(order)) < len(order)
    if not habits.metres or habits.calibrated != 1:
        habits = habits._replace(pieces=0.0)
        if in_a_row or may_come_in_a_row:
            habits = habits._replace(left_out=0.0, skipped=0.0, stopped=0.0)
    if habits.triggers or not (in_a_row or may_come_in_a_row):
        return habits
    return habits._replace(skipped=0.0, stopped=0.0, left_out=0.0 if in_a_row else habits.left_out)


def wrong_with(history: History, found: Review) -> list[str]:
    """How a review differs from what really was, in sentences."""
    if found.basis != "steps":
        return [f"not matched by steps: {found.basis} {found.reason}"]
    wrong: list[str] = []
    order = list(followed(written(history.timeline.tree)))
    there = [(order[at], each) for at, each in enumerate(found.segments) if each.state != "missing"]
    for (index, each), truth in zip(there, history.passes, strict=False):
        if index != truth.index or each.laps != truth.laps or each.segment.direction != _way(history, truth):
            wrong.append(f"step {index} laps {each.laps} was {truth}")
            break
        wrong += _wrong_with_one(each, truth, samples_apart(found.recording.elapsed_seconds or 0.0))
    if len(there) != len(history.passes):
        wrong.append(f"{len(there)} passes of {len(history.passes)}")
    if len(history.passes) == len(order) and len(there) != len(order):
        wrong.append("something is missing, and nothing was left out")
    if [each.lap for each in found.extras] != history.extras:
        wrong.append(f"extra laps {[each.lap for each in found.extras]}, not {history.extras}")
    return wrong or [*_wrong_with_sums(history, found)]


def _way(history: History, truth: Pass) -> str | None:
    return history.timeline.segments[truth.place].direction


def _wrong_with_one(each: ReviewedSegment, truth: Pass, every: float) -> Iterator[str]:
    if abs(each.seconds - truth.seconds) > 0.01:
        yield f"laps {each.laps}: {each.seconds} s, not {truth.seconds}"
    if (each.state == "as planned") != truth.whole:
        yield f"laps {each.laps} are {each.state}: {each.segment.line}, {truth}"
    # The last sample of the pass before is held into this one, for up to twice as long as samples are apart.
    blurred = 140 * every / truth.seconds if every < 3 else 100
    if each.heart_rate is None or abs(each.heart_rate - truth.heart_rate) > 0.01 + blurred:
        yield f"laps {each.laps}: heart rate {each.heart_rate}, not {truth.heart_rate}"


def _wrong_with_sums(history: History, found: Review) -> Iterator[str]:
    segments = history.timeline.segments
    for total in found.totals:
        ways = {"sideways": ("left", "right"), "straddle": (None,)}.get(total.way, (total.way,))
        those = [each for each in history.passes if segments[each.place].direction in ways]
        if abs(sum(each.seconds for each in those) - total.seconds) > 0.01 * (1 + len(those)):
            yield f"{total.way} took {total.seconds}, and not the sum of {those}"
        metres = sum(each.seconds * (segments[each.place].metres_per_second or 0) for each in those)
        if abs(metres - total.metres) > 0.1:
            yield f"{total.way} went {total.metres} m and not {metres}"
    done = sum(total.seconds for total in found.totals)
    if abs(done - sum(each.seconds for each in history.passes)) > 0.01 * (1 + len(history.passes)):
        yield f"{done} s in all"
    timed = [each for each in segments if each.seconds is not None and not each.is_straddle]
    planned = sum(each.seconds or 0 for each in timed)
    at = {each.place: each.seconds for each in history.passes}
    if planned and len(history.passes) == len(segments):
        score = 100 * sum(
            min(at[place], each.seconds or 0)
            for place, each in enumerate(segments)
            if each.seconds is not None and not each.is_straddle
        )
        if found.score is None or abs(found.score - score / planned) > 0.01:
            yield f"score {found.score}, not {score / planned}"
    if found.score is not None and not 0 <= found.score <= 100:
        yield f"score {found.score}"


def lines_of(timeline: Timeline) -> list[str]:
    """What makes a workout this one: the lines of its steps, and its repeats, as a watch has them."""
    return [
        f"{step.first} {step.times}" if step.times is not None else step.text
        for step in written(timeline.tree)
    ]


def another(workout: Workout, random: Random) -> Workout:
    """A workout that differs in one place."""
    number = random.randrange(len(list(_leaves(workout.steps))))
    change = random.choice(("direction", "amount", "gait", "speed", "more"))
    return msgspec.structs.replace(workout, steps=tuple(_changed(workout.steps, [number], change)))


def _leaves(parts: Sequence[Part]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from _leaves(part.steps)
        else:
            yield part


def _changed(parts: Sequence[Part], left: list[int], change: str) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, Repeat):
            yield msgspec.structs.replace(part, steps=tuple(_changed(part.steps, left, change)))
            continue
        left[0] -= 1
        if left[0] != -1:
            yield part
        elif isinstance(part, Straddle):
            yield Straddle(amount=Amount("0:45"))
        elif change == "more":
            yield from (part, part)
        else:
            new = {
                "direction": "left" if part.direction != "left" else "forward",
                "amount": Amount("3:33"),
                "gait": "jog" if part.gait != "jog" else "walk",
                "speed": Speed("4.4 km/h"),
            }
            yield msgspec.structs.replace(part, **{change: new[change]})


def follow(random: Random) -> list[str]:
    """Follow one workout in one way; what went wrong, in sentences."""
    workout = a_workout(random)
    athlete = an_athlete(random)
    timeline = expand(workout, athlete)
    habits = some_habits(random)
    history = a_history(timeline, habits, random)
    if not history.passes:
        return []
    wrong = wrong_with(history, review(timeline, history.recording))
    from_file = recording_from_bytes(as_file(history.recording), "today.fit")
    wrong += (f"as a file: {said}" for said in wrong_with(history, review(timeline, from_file)))
    wrong += _wrong_when_rebuilt(workout, history.recording)
    wrong += _wrong_with_another(history, expand(another(workout, random), athlete))
    wrong += _wrong_with_another(history, expand(a_workout(random), athlete))
    wrong += _wrong_elsewhere(history, expand(workout))
    wrong += _wrong_when_cut(history, expand(another(workout, random), athlete), random.randint(0, 40))
    wrong += _wrong_without_index(history)
    if wrong:
        wrong += [write(workout), str(habits)]
    return wrong


def as_file(recording: Recording) -> bytes:
    """The file of a watch that recorded it."""
    steps = [
        recorded.repeat(row.first, row.times)
        if row.first is not None and row.times is not None
        else recorded.step(row.text, seconds=row.seconds, metres=row.metres)
        for row in recording.steps
    ]
    laps = [
        recorded.Lap(
            lap.seconds,
            step=lap.step_index,
            elapsed=lap.elapsed_seconds,
            metres=lap.metres,
            heart_rate=lap.heart_rate,
            trigger=lap.trigger,
        )
        for lap in recording.laps
    ]
    name, description = recording.workout_name, recording.workout_description
    return recorded.recorded_fit(steps, laps, name=name, description=description)


def _wrong_when_rebuilt(workout: Workout, recording: Recording) -> Iterator[str]:
    keeps_lines = bool(recording.steps) and any(
        " km/h" in step.text or " mph" in step.text for step in recording.steps
    )
    try:
        rebuilt = workout_in(recording)
    except UsageError as error:
        if keeps_lines and not any(step.text.split(" ")[0].isalpha() for step in recording.steps):
            yield f"not rebuilt: {error}"
        return
    if rebuilt != workout:
        yield f"rebuilt as another workout:\n{write(rebuilt)}"


def _wrong_with_another(history: History, other: Timeline) -> Iterator[str]:
    """What no review with another plan may say."""
    recording = history.recording
    found = review(other, recording)
    differs = lines_of(other) != lines_of(history.timeline)
    if recording.steps and found.is_matched and differs:
        kept = {step.text for step in recording.steps if step.times is None}
        if kept - {""} and not _only_names(kept):
            yield f"matched with another plan by {found.basis}:\n{write(other.workout)}"
        elif kept - {""}:
            yield from _wrong_directions(history, found)
    if found.basis == "steps":
        for each in found.segments:
            planned = each.segment.seconds
            waits = each.segment.ends_on != "time" or each.segment.is_straddle or planned is None
            if not waits and each.seconds > (planned or 0.0) + 7:
                yield f"{each.seconds} s of {planned} with another plan"
    if not found.is_matched and not (found.reason and found.advice):
        yield "not matched without a reason, or without what to do"


def _only_names(kept: set[str]) -> bool:
    return all(text.split(" ")[0].strip(",").isalpha() and not text.startswith("lap ") for text in kept)


def _wrong_directions(history: History, found: Review) -> Iterator[str]:
    by_lap = {lap: history.timeline.segments[each.place] for each in history.passes for lap in each.laps}
    for each in found.segments:
        for lap in each.laps:
            if lap in by_lap and by_lap[lap].direction != each.segment.direction:
                yield f"lap {lap} was {by_lap[lap].line}, and is taken for {each.segment.line}"


def _keeps_lines(recording: Recording) -> bool:
    kept = {step.text for step in recording.steps if step.times is None}
    return bool(kept - {""}) and not _only_names(kept)


def _wrong_elsewhere(history: History, elsewhere: Timeline) -> Iterator[str]:
    """With the notes at hand, no review on another treadmill tells another speed than they do."""
    found = review(elsewhere, history.recording)
    if not _keeps_lines(history.recording) or found.basis != "steps":
        return
    by_lap = {lap: history.timeline.segments[each.place] for each in history.passes for lap in each.laps}
    for each in found.segments:
        for lap in each.laps:
            sent = by_lap[lap]
            if sent.metres_per_second != each.segment.metres_per_second:
                yield f"lap {lap} was {sent.lines}, and is taken for {each.segment.lines}"


def _wrong_when_cut(history: History, other: Timeline, letters: int) -> Iterator[str]:
    """Of notes that were cut behind the first letter of a way, none is taken for another way."""
    cut = msgspec.structs.replace(
        history.recording,
        steps=tuple(
            msgspec.structs.replace(step, text=step.text[:letters]) for step in history.recording.steps
        ),
    )
    if letters > len("0.25 mi b") and _keeps_lines(history.recording):
        found = review(other, cut)
        if found.basis == "steps":
            yield from _wrong_directions(history, found)


def _wrong_without_index(history: History) -> Iterator[str]:
    """The same laps without an index: matched when they are as many and as long, and else never wrongly."""
    laps = tuple(msgspec.structs.replace(lap, step_index=None) for lap in history.recording.laps)
    found = review(history.timeline, msgspec.structs.replace(history.recording, laps=laps))
    segments = history.timeline.segments
    straight = len(laps) == len(segments) == len(history.passes) and not history.extras
    timed = [
        each
        for each in history.passes
        if segments[each.place].seconds and not segments[each.place].is_straddle
    ]
    unknown = {"lap"} if history.has_metres else {"lap", "distance"}
    measured = all(each.ends_on not in unknown for each in segments)
    if straight and timed and measured and all(each.whole for each in timed):
        if found.basis != "laps":
            yield f"as many laps as segments, and not matched by them: {found.basis} {found.reason}"
        elif [each.laps for each in found.segments] != [each.laps for each in history.passes]:
            yield "lap by lap, and not in order"
    elif found.basis == "laps":
        yield from _wrong_directions(history, found)
    elif found.basis == "time":
        planned = sum(each.seconds or 0 for each in segments)
        ran = sum(lap.seconds for lap in laps)
        if abs(planned - ran) > max(5, planned / 100) or any(each.seconds is None for each in segments):
            yield f"matched by time: {planned} s planned, {ran} s done"
        if abs(sum(each.seconds for each in found.segments) - min(planned, ran)) > 0.1:
            yield "the time does not add up"


def lines(seed: int) -> list[str]:
    """What went wrong in the case of a seed, each sentence once."""
    return [*dict.fromkeys(follow(Random(seed)))]  # noqa: S311 - nothing secret is drawn


def main(arguments: list[str]) -> int:
    """Follow as many as asked for, and print what went wrong."""
    return follow_seeds(
        lines,
        arguments,
        many=5_000,
        said=lambda count, wrong: f"{count} workouts followed, {wrong} reviewed wrongly",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
