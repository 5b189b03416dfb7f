"""How a week of a programme went, from its recording and one question."""

from __future__ import annotations

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
    import datetime as dt

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.programme import Week
    from backtrack_plugins.reviewed import Review, ReviewedSegment

_QUESTION = (
    "How hard was the hardest bout, from 6 to 20? Add what went wrong, if anything did: "
    "stumble, key stop, pain, sore."
)
_EXAMPLE = "12, or: 14, stumble, sore"
_EXPLAINED = (
    "RPE is 6 (no effort) to 20 (the most you can do). Key stop: the safety key stopped the belt. Pain: in a "
    "joint. Sore: muscles still sore after 48 hours."
)
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


def outcome_from(arguments: argparse.Namespace, week: Week, athlete: Athlete, on: dt.date | None) -> Told:
    """Hold the recording against the week's page, and ask what no recording knows.

    Raises:
        UsageError: when the recording is not of that week, has no date, or nobody answers.
        InvalidWorkout: when the week's page was edited and is no workout now.
    """
    path = arguments.recording
    held = _held(path, os.path.join(arguments.folder, week.file), week, athlete)
    if on is None and held.recording.started is None:
        raise UsageError(f"{path}: it has no date; say when it was: --on 2026-12-02", file=path)
    day = on if on is not None else held.recording.started.date()  # type: ignore[union-attr]
    if not arguments.json:
        _say_done(held, week, day)
    said = arguments.outcome if arguments.outcome is not None else _asked(held)
    return Told(_outcome(said, held), day, held)


def _held(path: str, page: str, week: Week, athlete: Athlete) -> Review:
    recording = recorded(path)
    workout = read(page) if os.path.isfile(page) else week.workout
    if workout.level is not None:  # a week is made for the level that it names
        athlete = msgspec.structs.replace(athlete, level=None)
    held = review(expand(workout, athlete), recording, athlete)
    if not held.is_matched:
        raise UsageError(
            f"{path}: not matched with week {week.number}, {page}: {held.reason.rstrip('.')}. "
            'Or say yourself how that week went: --outcome "rpe 12, all done", without --from',
            file=path,
        )
    return held


def _say_done(held: Review, week: Week, day: dt.date) -> None:
    turned = held.turned
    whole = sum(each.state == "as planned" for each in turned)
    seconds = sum(each.seconds for each in turned)
    planned = sum(each.segment.seconds or 0.0 for each in turned)
    bouts = "bout" if len(turned) == 1 else "bouts"
    say(
        f"Week {week.number}, {day}: {whole} of {len(turned)} {bouts} as planned, "
        f"{clock_of(round(seconds))} of {clock_of(round(planned))}."
    )
    for each in turned:
        if each.state != "as planned":
            say(f"  {each.segment.line}: {_how_far(each)}")


def _how_far(each: ReviewedSegment) -> str:
    return "missing" if each.state == "missing" else f"{clock_of(round(each.seconds))} done"


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
        words.append(ALL_DONE if held.all_done else CUT_SHORT)
    outcome = Outcome.of(", ".join(words))
    if outcome.missed:
        raise UsageError("missed: there is a recording of it; say how it went", argument="outcome")
    if outcome.all_done and not held.all_done:
        warn("The recording has less than all of it, and the stricter holds: cut short.")
        return msgspec.structs.replace(outcome, all_done=False)
    return outcome
