"""``backtrack programme``: begin a programme, say how a workout went, and see its weeks."""

from __future__ import annotations

import os
import shlex
import textwrap
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_plugins.athlete_file import write_level
from backtrack_plugins.book import Book
from backtrack_plugins.checking import check_history
from backtrack_plugins.cli.inputs import find_athlete, read_all
from backtrack_plugins.cli.output import report_errors, say, say_json, table, warn
from backtrack_plugins.cli.parcels import PROGRAMME
from backtrack_plugins.errors import BacktrackError, DeliveryError, UsageError
from backtrack_plugins.levels import LIMITS
from backtrack_plugins.programme import (
    STATE_FILE,
    Outcome,
    Programme,
    begin_folder,
    level_to_train_at,
    new_programme,
    problems_of,
    read_programme,
    write_programme,
)
from backtrack_plugins.programme.dates import WEEKDAYS, parse_date, start_date
from backtrack_plugins.programme.week import bouts_said
from backtrack_plugins.workout import LEVELS, Step

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.files import Written
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.programme import Week
    from backtrack_plugins.reviewed import Review
    from backtrack_plugins.workout import Level, Workout

EXAMPLE = '"rpe 12, all done"'
WIDTH = 96
ASSUMED = (
    "Planned weeks assume that every gate is passed: all bouts done, RPE 13 or less on the 6-20 scale, "
    "no stumble, no key stop, no joint pain, soreness gone in 48 hours."
)
TWO_RAISED = (
    "Where a week raises two things, both steps are small; that is our choice. Should one be too much, "
    "the outcome you tell makes the next week easier, or the same again."
)


def run(arguments: argparse.Namespace) -> int:
    """Begin a programme, go on with one, or show it."""
    actions: dict[str, Callable[[argparse.Namespace, date], int]] = {
        "new": _new,
        "next": _next,
        "show": _show,
    }
    return actions[arguments.action](arguments, _today(arguments.today))


def _today(text: str | None) -> date:
    return datetime.now().astimezone().date() if text is None else parse_date(text, "--today")


def _new(arguments: argparse.Namespace, today: date) -> int:
    errors: list[BacktrackError] = []
    athlete: Athlete | None = None
    start: date | None = None
    try:
        athlete, athlete_file = _athlete(arguments.athlete)
    except BacktrackError as error:
        errors.append(error)
    try:
        start = start_date(arguments.start, arguments.weekday, today)
    except BacktrackError as error:
        errors.append(error)
    runs, unreadable = read_all([arguments.attach] if arguments.attach is not None else [])
    errors += unreadable
    if errors or athlete is None or start is None:
        return _refused(errors, as_json=arguments.json)
    programme = new_programme(athlete, start, weeks=arguments.weeks, run=next(iter(runs), None))
    written = begin_folder(programme, arguments.output, overwrite=arguments.overwrite)
    problems = (*problems_of(programme, athlete), *_history(programme, programme.sessions))
    if arguments.json:
        say_json(
            {
                **_data(programme, arguments.output),
                "written": _written(written),
                "problems": problems,
                "errors": [],
            }
        )
        return 0
    _say_table(programme)
    say()
    _say_wrapped(ASSUMED)
    _say_problems(problems)
    _say_level(athlete, athlete_file, programme)
    say(f"Written to {arguments.output}: {STATE_FILE} and {_count(len(written) - 1, 'page')}.")
    _say_what_to_type(programme, arguments.output)
    return 0


def _refused(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    code = report_errors(errors, as_json=as_json)
    if not as_json:
        warn("Nothing was written.")
    return code


def _athlete(path: str | None) -> tuple[Athlete, str]:
    athlete, file = find_athlete(path)
    if athlete is None:
        raise UsageError("a programme needs your level, and no athlete is known; first: backtrack level")
    level_to_train_at(athlete)
    return athlete, file


def _say_problems(problems: Iterable[Problem]) -> None:
    """Warnings, in full; those of BT504 in a line each, and explained once in place of the rule's hint."""
    shown = [problem for problem in problems if problem.severity != "info" and not problem.silenced]
    for problem in shown:
        say(str(problem if problem.code != "BT504" else msgspec.structs.replace(problem, hint="")))
    if any(problem.code == "BT504" for problem in shown):
        _say_wrapped(TWO_RAISED)


def _say_wrapped(text: str) -> None:
    say(textwrap.fill(text, WIDTH))


class _Followed(NamedTuple):
    """How the athlete's level follows the programme's: the file, and the levels before and after."""

    file: str
    was: Level
    level: Level

    @property
    def lowers(self) -> bool:
        return LEVELS.index(self.level) < LEVELS.index(self.was)


def _next(arguments: argparse.Namespace, today: date) -> int:
    programme = read_programme(arguments.folder)
    athlete, athlete_file = _athlete(arguments.athlete)
    if arguments.outcome is None and arguments.recording is None:
        return _say_due(programme, arguments, today)
    outcome, day, held = _told(arguments, programme, athlete, today)
    recorded = programme.record(outcome, day, today=today)
    following = recorded.programme
    before, after = programme.pending_week.rung.level, following.pending_week.rung.level
    followed = _Followed(athlete_file, before, after) if athlete.level == before != after else None
    # Lowered first and raised last: whatever fails between, nobody's limits are wider than they should be.
    if followed is not None and followed.lowers:
        write_level(followed.file, followed.level)
    written = write_programme(following, arguments.folder, overwrite=arguments.overwrite)
    if followed is not None and not followed.lowers:
        write_level(followed.file, followed.level)
    sent = _sent_from(arguments.folder)
    if arguments.json:
        _say_next_data(following, recorded.reason, arguments.folder, written, followed, list(sent), held)
        return 0
    _say_recorded(programme, following)
    _say_wrapped(recorded.reason)
    _say_pending(following, arguments.folder)
    _say_problems(_history(following, (following.pending_week,)))
    if followed is not None:
        _say_wrapped(f"{followed.file}: now level {followed.level}, which was {followed.was}.")
        say(_limits_said(followed.level))
    else:
        _say_level(athlete, athlete_file, following)
    _say_to_send_again(sent, arguments.folder)
    return 0


def _told(
    arguments: argparse.Namespace, programme: Programme, athlete: Athlete, today: date
) -> tuple[Outcome, date | None, Review | None]:
    """How it went and when, as somebody says, or as a recording and one answer do."""
    day = parse_date(arguments.on, "--on") if arguments.on is not None else None
    if arguments.recording is None:
        return Outcome.of(arguments.outcome), day, None
    from backtrack_plugins.cli.outcomes import outcome_from

    return outcome_from(arguments, programme, athlete, day, today)


def _sent_from(folder: str) -> dict[str, bool]:
    """The destinations that weeks of this folder were sent to, and whether onto their days.

    A book that cannot be read is no reason to fail: the outcome is written down by then.
    """
    book, here, sent = Book(), os.path.abspath(folder), {}
    for name in book.destinations():
        try:
            records = book.shelf(name).records().values()
        except DeliveryError as error:
            warn(f"what was sent to {name} is not known: {error}")
            continue
        weeks = [record for record in records if os.path.dirname(record.source) == here]
        if weeks:
            sent[name] = any(record.on is not None for record in weeks)
    return sent


def _say_to_send_again(sent: dict[str, bool], folder: str) -> None:
    """Nothing goes there by itself: whoever stumbled would find the harder week on the watch."""
    if not sent:
        return
    _say_wrapped(
        f"The weeks that were sent to {' and '.join(sent)} are there as they were before. Send again:"
    )
    for name, on_days in sent.items():
        days = f" --on {PROGRAMME}" if on_days else ""
        say(f"  backtrack send {shlex.quote(folder)} --to {name}{days}")


def _limits_said(level: Level) -> str:
    limits = LIMITS[level]
    return (
        f"Its limits: {limits.backward_walk} backward, {limits.backward_incline} %, "
        f"{limits.total_seconds // 60} minutes in all."
    )


def _say_due(programme: Programme, arguments: argparse.Namespace, today: date) -> int:
    if arguments.on is not None:
        raise UsageError(f"--on {arguments.on}: say how it went, too: --outcome {EXAMPLE}")
    week = programme.pending_week
    if week.date < today:
        raise UsageError(
            f"week {week.number} was due on {_day(week.date)}. Say how it went: --outcome {EXAMPLE}; "
            "or that nothing was done: --outcome missed"
        )
    if arguments.json:
        _say_next_data(programme, programme.standing.reason, arguments.folder, [], None, [])
        return 0
    _say_pending(programme, arguments.folder)
    if programme.standing.reason:
        _say_wrapped(programme.standing.reason)
    _say_what_to_type(programme, arguments.folder)
    return 0


def _say_recorded(programme: Programme, following: Programme) -> None:
    number = len(programme.done) + 1
    if len(following.done) == len(programme.done):
        say(f"Week {number}: missed on {_day(programme.pending.date)}.")
        return
    last = following.done[-1]
    say(f"Week {number}, done on {_day(last.on)}: {last.outcome}.")


def _say_pending(programme: Programme, folder: str) -> None:
    week = programme.pending_week
    say(f"Next: week {week.number} on {_day(week.date)}, level {week.rung.level}: {_bouts(week)}.")
    say(f"      {os.path.join(folder, week.file)}")


def _say_level(athlete: Athlete, file: str, programme: Programme) -> None:
    level = programme.pending_week.rung.level
    if athlete.level != level:
        _say_wrapped(
            f"{file} says level {athlete.level}, and this week is made for level {level}: the limits of "
            f"{athlete.level} hold in every export."
        )


def _say_what_to_type(programme: Programme, folder: str) -> None:
    week = programme.pending_week
    page = shlex.quote(os.path.join(folder, week.file))
    say(f"Before {_day(week.date)}:  backtrack export {page} --to garmin-fit")
    say(f"Afterwards:  backtrack programme next {shlex.quote(folder)} --outcome {EXAMPLE}")
    say(f"Or, with what the watch recorded:  backtrack programme next {shlex.quote(folder)} --from FILE.fit")


def _show(arguments: argparse.Namespace, _today: date) -> int:
    programme = read_programme(arguments.folder)
    if arguments.json:
        say_json({**_data(programme, arguments.folder), "errors": []})
        return 0
    _say_table(programme, outcomes=True)
    say()
    _say_wrapped(ASSUMED)
    return 0


def _say_table(programme: Programme, *, outcomes: bool = False) -> None:
    weeks = programme.sessions
    rows = [("week", "date", "level", "bouts", "outcome" if outcomes else "what changed")]
    for before, week in zip((None, *weeks[:-1]), weeks, strict=True):
        last = _outcome(week) if outcomes else _changed(before, week)
        rows.append((str(week.number), _day(week.on or week.date), week.rung.level, _bouts(week), last))
    say(table(rows))


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()].capitalize()} {day}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _outcome(week: Week) -> str:
    return {"done": str(week.outcome), "pending": "next", "planned": "planned"}[week.state]


def _backward(workout: Workout) -> list[Step]:
    return [part for part in workout.steps if isinstance(part, Step) and part.direction == "backward"]


def _bouts(week: Week) -> str:
    bouts = _backward(week.workout)
    last = bouts[-1]
    incline = f" {last.incline}" if last.incline.number else ""
    speed = f"{last.speed}{incline}"
    if not bouts[0].speed.same_as(last.speed):
        speed = f"{bouts[0].speed}, then {speed}"
    hands = ", hands free" if last.rail == "free" else ""
    grip = ", first bout grip rail" if bouts[0].rail == "grip" else ""
    return f"{bouts_said(week.rung)} at {speed}{hands}{grip}"


def _changed(before: Week | None, week: Week) -> str:
    if before is None:
        return "start"
    was, now = _measures(before), _measures(week)
    said = [
        up if now[place] > was[place] else down
        for place, (up, down) in enumerate(_MEASURES)
        if now[place] != was[place]
    ]
    return ", ".join(said) or "the same again"


_MEASURES = (
    ("hands free", "a hand on the rail"),
    ("minutes", "fewer minutes"),
    ("speed", "slower"),
    ("incline", "flatter"),
)


def _measures(week: Week) -> tuple[Decimal, ...]:
    bouts = _backward(week.workout)
    return (
        Decimal(any(bout.rail == "free" for bout in bouts)),
        Decimal(max(bout.amount.seconds or 0 for bout in bouts)),
        max(bout.speed.kmh for bout in bouts),
        max(bout.incline.number for bout in bouts),
    )


def _history(programme: Programme, weeks: Iterable[Week]) -> tuple[Problem, ...]:
    """What the rules over a dated series have to say about some of a programme's weeks."""
    dates = tuple(f"{week.on or week.date}:" for week in weeks)
    problems = check_history([week.session for week in programme.sessions])
    return tuple(problem for problem in problems if problem.message.startswith(dates))


def _data(programme: Programme, folder: str) -> dict[str, Any]:
    plan = programme.plan
    return {
        "folder": folder,
        "start": plan.start,
        "weekday": WEEKDAYS[plan.weekday],
        "weeks": plan.weeks,
        "sessions": [_week_data(week) for week in programme.sessions],
    }


def _written(files: Iterable[Written]) -> list[dict[str, str]]:
    return [file._asdict() for file in files]


def _week_data(week: Week) -> dict[str, Any]:
    return {
        "number": week.number,
        "state": week.state,
        "date": week.date,
        "on": week.on,
        "outcome": None if week.outcome is None else str(week.outcome),
        "level": week.rung.level,
        "rung": week.rung.number,
        "bouts": _bouts(week),
        "file": week.file,
    }


def _review_data(held: Review) -> dict[str, Any]:
    from backtrack_plugins.cli.review_command import review_data

    return review_data(held, held.timeline.workout.file or held.timeline.workout.name)


def _say_next_data(
    programme: Programme,
    reason: str,
    folder: str,
    written: Sequence[Written],
    followed: _Followed | None,
    sent: list[str],
    held: Review | None = None,
) -> None:
    say_json(
        {
            **({} if held is None else {"review": _review_data(held)}),
            **_data(programme, folder),
            "next": _week_data(programme.pending_week),
            "reason": reason,
            "problems": _history(programme, (programme.pending_week,)),
            "written": _written(written),
            "athlete_level": None if followed is None else followed._asdict(),
            "send_again": sent,
            "errors": [],
        }
    )
