"""How a week of a programme went, from its recording and one question."""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from backtrack_plugins.cli.asking import ask, somebody_is_there
from backtrack_plugins.cli.output import say, warn
from backtrack_plugins.cli.recorded import recorded
from backtrack_plugins.errors import UsageError
from backtrack_plugins.programme import Outcome
from backtrack_plugins.programme.outcome import ALL_DONE, CUT_SHORT, MISSED
from backtrack_plugins.reading import read
from backtrack_plugins.reviewing import review
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    import argparse

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.programme import Programme, Week
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.reviewed import Review, ReviewedSegment
    from backtrack_plugins.workout import Workout

_QUESTION = (
    "How hard was the hardest bout, from 6 to 20? Add what went wrong, if anything did: "
    "stumble, key stop, pain, sore."
)
_EXAMPLE = "12, or: 14, stumble, sore"
_EXPLAINED = (
    "RPE is 6 (no effort) to 20 (the most you can do). Key stop: the safety key stopped the belt. Pain: in a "
    "joint. Sore: muscles still sore after 48 hours."
)
MOST_PAUSED = 3600.0
"""Seconds of pauses above which a recording is several workouts with a rest between (our choice)."""

MOST_BROKEN = 30.0
"""Seconds of pauses above which a bout was not gone through with: who rests in it does less (our choice)."""

SHORTEST_STRADDLE = 5
"""Seconds below which nobody got onto the side rails and off again (our choice)."""

_WEST = 12
"""Hours that a clock is behind UTC at most."""

_RATING = re.compile(r"[0-9]{1,4}\Z", re.ASCII)


class Told(NamedTuple):
    """How a week went.

    Attributes:
        outcome: What the gate of the next week looks at.
        on: The day it was done.
        review: What was done of it.
    """

    outcome: Outcome
    on: dt.date
    review: Review


def outcome_from(
    arguments: argparse.Namespace, programme: Programme, athlete: Athlete, on: dt.date | None, today: dt.date
) -> Told:
    """Hold the recording against the next week's page, and ask what no recording knows.

    Raises:
        UsageError: when the recording is not of that week, cannot say what was done of it, has no date or
            one that cannot be, or nobody answers.
        InvalidWorkout: when the week's page was edited and is no workout now.
    """
    week, path = programme.pending_week, arguments.recording
    held = _held(path, os.path.join(arguments.folder, week.file), week, athlete)
    day = _day(held.recording, programme, on, today)
    if not arguments.json:
        _say_done(held, week, day)
    said = arguments.outcome if arguments.outcome is not None else _asked(held)
    return Told(_outcome(said, held), day, held)


def _held(path: str, page: str, week: Week, athlete: Athlete) -> Review:
    """The recording held against the page, or the week as it was planned, whichever the watch followed."""
    recording = recorded(path)
    own = _review(week.workout, recording, athlete)
    held = _review(read(page), recording, athlete) if os.path.isfile(page) else own
    if not held.is_matched and own.is_matched:  # the page was edited after it was sent
        held = own
    if not held.is_matched:
        raise _unknown(path, f"not matched with week {week.number}, {page}: {held.reason}.")
    if held.basis == "time":
        raise _unknown(
            path,
            f"no lap says which step it is of. It is as long as week {week.number}, and that alone does not "
            "say which way anybody went.",
        )
    if _asks(held) != _asks(own):
        raise _unknown(
            path,
            f"{page} was edited: its backward and sideways lines are not those of week {week.number}, so "
            "doing them all says nothing of that week.",
        )
    paused = (recording.elapsed_seconds or 0.0) - recording.seconds
    if paused > MOST_PAUSED:
        raise _unknown(path, f"paused for {clock_of(round(paused))}: that is no one workout.")
    return held


def _review(workout: Workout, recording: Recording, athlete: Athlete) -> Review:
    if workout.level is not None:  # a week is made for the level that it names
        athlete = msgspec.structs.replace(athlete, level=None)
    return review(expand(workout, athlete), recording, athlete)


def _unknown(path: str, why: str) -> UsageError:
    return UsageError(
        f'{path}: {why} Say yourself how that week went: --outcome "rpe 12, all done", without --from',
        file=path,
    )


def _asks(held: Review) -> list[tuple[object, ...]]:
    """What the gate is about: the backward and sideways steps, without their cues and units."""
    turned = (segment for segment in held.timeline.segments if segment.direction not in {None, "forward"})
    return [
        (
            segment.direction,
            segment.gait,
            segment.rail,
            segment.ends_on,
            round(segment.seconds or 0.0, 1),
            round(segment.metres_per_second or 0.0, 3),
            round(segment.incline_percent, 2),
        )
        for segment in turned
    ]


def _day(recording: Recording, programme: Programme, on: dt.date | None, today: dt.date) -> dt.date:
    """The day it was done: the recording's, which no word may move.

    A recording without an offset of its own is in UTC, where its day may be one earlier or later.

    Raises:
        UsageError: when there is none, or it cannot be.
    """
    path, started = recording.file, recording.started
    if started is None:
        if on is None:
            raise UsageError(f"{path}: it has no date; say when it was: --on 2026-12-02", file=path)
        return on
    recorded_on = started.date()
    is_utc = not started.utcoffset()
    if on is not None and abs(on - recorded_on) > dt.timedelta(days=is_utc):
        raise UsageError(
            f"{path}: it was recorded on {recorded_on}, and not on {on}; leave --on out", file=path
        )
    day = recorded_on if on is None else on
    if day > today:
        hint = ". Its time zone is not in it; say when it was where you are: --on DATE" if is_utc else ""
        raise UsageError(
            f"{path}: it was recorded on {day}, still to come; today is {today}{hint}", file=path
        )
    # However its time zone is read, one recording counts once.
    earliest = min(day, (started - dt.timedelta(hours=_WEST if is_utc else 0)).date())
    if programme.done and earliest <= programme.done[-1].on:
        raise _unknown(
            path,
            f"it was recorded on {day}, and the workout before was done on {programme.done[-1].on}: it may "
            "be the same, and no recording counts twice.",
        )
    if day < programme.plan.start:
        raise _unknown(
            path,
            f"it was recorded on {day}, before the programme begins on {programme.plan.start}.",
        )
    return day


def _say_done(held: Review, week: Week, day: dt.date) -> None:
    turned = held.turned
    whole = sum(_is_done(each, held) for each in turned)
    seconds = sum(each.seconds for each in turned)
    planned = sum(each.segment.seconds or 0.0 for each in turned)
    bouts = "bout" if len(turned) == 1 else "bouts"
    say(
        f"Week {week.number}, {day}: {whole} of {len(turned)} {bouts} as planned, "
        f"{clock_of(round(seconds))} of {clock_of(round(planned))}."
    )
    for each in turned:
        if not _is_done(each, held):
            say(f"  {each.segment.line}: {_how_far(each, held)}")
    straddles = [each for each in held.segments if each.segment.is_straddle]
    skipped = sum(each.seconds < SHORTEST_STRADDLE for each in straddles)
    if skipped:
        say(
            f"  {skipped} of {len(straddles)} straddles skipped, or shorter than {SHORTEST_STRADDLE} s: turn "
            "round only with both feet on the side rails."
        )


def _how_far(each: ReviewedSegment, held: Review) -> str:
    if each.state == "missing":
        return "missing"
    paused = _paused(each, held)
    broken = f", paused for {clock_of(round(paused))} in it" if paused > MOST_BROKEN else ""
    return f"{clock_of(round(each.seconds))} done{broken}"


def _is_done(each: ReviewedSegment, held: Review) -> bool:
    return each.state == "as planned" and _paused(each, held) <= MOST_BROKEN


def _paused(each: ReviewedSegment, held: Review) -> float:
    """Seconds between the first lap's begin and the last one's end in which the timer did not run."""
    if not each.laps:
        return 0.0
    first, last = (held.recording.laps[number - 1] for number in (each.laps[0], each.laps[-1]))
    lasted = last.seconds if last.elapsed_seconds is None else last.elapsed_seconds
    return last.start_seconds + lasted - first.start_seconds - each.seconds


def _all_done(held: Review) -> bool:
    return all(_is_done(each, held) for each in held.turned)


def _asked(held: Review) -> str:
    if not somebody_is_there():
        raise UsageError(
            'nobody is there to ask: add --outcome "rpe 12", and what went wrong, if anything did'
        )
    warn(_QUESTION)

    def understood(line: str) -> str | None:
        if line == "?":
            return None
        try:
            _outcome(line, held)
        except UsageError as error:
            warn(f"{error}\nSuch as: {_EXAMPLE}")
            return None
        return line

    return ask("RPE: ", understood, explained=_EXPLAINED, unanswered='add --outcome "rpe 12"')


def _outcome(said: str, held: Review) -> Outcome:
    """What was said, with whether all was done as the recording has it; the stricter of the two holds.

    Raises:
        UsageError: with everything that is wrong with the words.
    """
    words = [" ".join(word.lower().split()) for word in said.split(",")]
    words = [f"rpe {word}" if _RATING.match(word) else word for word in words]
    if not {ALL_DONE, CUT_SHORT, MISSED} & set(words):
        words.append(ALL_DONE if _all_done(held) else CUT_SHORT)
    outcome = Outcome.of(", ".join(words))
    if outcome.missed:
        raise UsageError("missed: there is a recording of it; say how it went", argument="outcome")
    if outcome.all_done and not _all_done(held):
        warn("The recording has less than all of it, and the stricter holds: cut short.")
        return msgspec.structs.replace(outcome, all_done=False)
    return outcome
