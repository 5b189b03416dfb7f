"""``programme.toml``: the plan, and what was done.

The pages of the weeks follow from it, and so do the rungs in it from the outcomes: reading replays them
all, and tells whatever does not agree.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from backtrack_plugins.athlete import Units
from backtrack_plugins.errors import BacktrackError, UsageError, WorkoutProblems
from backtrack_plugins.line import near_hint
from backtrack_plugins.page import parse
from backtrack_plugins.problem import MOST_PROBLEMS
from backtrack_plugins.programme.dates import WEEKDAYS, check_date
from backtrack_plugins.programme.ladder import RUNGS
from backtrack_plugins.programme.outcome import Outcome
from backtrack_plugins.programme.plan import MOST_WEEKS, Done, Pending, Plan
from backtrack_plugins.programme.series import MOST_DONE, Programme, due, standing
from backtrack_plugins.units import Speed, shown
from backtrack_plugins.workout import LEVELS
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from backtrack_plugins.workout import Workout

STATE_FILE = "programme.toml"
FORMAT = 1
"""The version of what stands in the file."""

_HEAD = (
    "A programme of backtrack: the plan, and how each workout went.",
    "It is kept by: backtrack programme next",
)


def programme_from_toml(text: str, *, file: str = STATE_FILE) -> Programme:
    """Read the text of a ``programme.toml``.

    Raises:
        UsageError: with everything in it that cannot be or does not agree.
    """
    import tomllib

    try:
        values = tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{file}: no TOML: nested too deep", file=file) from None
    except ValueError as error:  # wider than TOMLDecodeError: a number of thousands of digits is none
        raise UsageError(f"{file}: no TOML: {error}", file=file) from None
    reader = _Reader()
    programme = reader.programme(values)
    if reader.wrong or programme is None:
        wrong = reader.wrong[:MOST_PROBLEMS]
        raise UsageError(
            "\n".join([*(f"{file}: {line}" for line in wrong), "Nothing was changed."]), file=file
        )
    return programme


def write_state(programme: Programme) -> str:
    """The text of a ``programme.toml``."""
    import tomlkit

    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(line))
    document.add("format", tomlkit.item(FORMAT))
    plan = tomlkit.table()
    for key, value in _plan_values(programme.plan).items():
        plan.add(key, value)
    document.add("plan", plan)
    sessions = tomlkit.aot()
    history: list[Done | Pending] = [*programme.done, programme.pending]
    for each in history:
        session = tomlkit.table()
        for key, value in _session_values(each).items():
            session.add(key, value)
        sessions.append(session)
    document.add("sessions", sessions)
    return tomlkit.dumps(document)


def _plan_values(plan: Plan) -> dict[str, Any]:
    import tomlkit

    values: dict[str, Any] = {
        "start": plan.start,
        "weeks": plan.weeks,
        "level": plan.level,
        "units": plan.units,
    }
    if plan.easy_walk is not None:
        values["easy_walk"] = str(plan.easy_walk)
    if plan.run is not None:
        values["run"] = tomlkit.string(write(plan.run), multiline=True)
    return values


def _session_values(session: Done | Pending) -> dict[str, Any]:
    values: dict[str, Any] = {"date": session.date, "rung": session.rung, "grip": session.grip}
    if isinstance(session, Done):
        values |= {"on": session.on, "outcome": str(session.outcome)}
    return values


class _Key(NamedTuple):
    """A key: how its value is read, and whether it may be left out."""

    read: Callable[[Any], Any]
    may_be_left_out: bool = False


def _date(value: object) -> date:
    if type(value) is not date:  # a date with a time of day is a datetime, which is a date, too
        raise TypeError("write a date, without quotes: 2026-12-02")
    check_date(value, "the date")
    return value


def _whole(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"write a whole number from {least} to {most}")
        return value

    return read


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("write true or false")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("write a text in quotes")
    return value


def _choice(choices: Sequence[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"write {', '.join(choices)}")
        return value

    return read


def _table(value: object) -> object:
    if not isinstance(value, dict):
        raise TypeError("write a table: [plan]")
    return value


def _list(value: object) -> object:
    if not isinstance(value, list):
        raise TypeError("write each one below [[sessions]]")
    return value


def _outcome(value: object) -> Outcome:
    outcome = Outcome.of(_text(value))
    if outcome.missed:
        raise ValueError("a missed workout is no session; only those that were done are")
    return outcome


def _run(value: object) -> Workout:
    return parse(_text(value), file="run")


_TOP = {"format": _Key(_whole(FORMAT, FORMAT)), "plan": _Key(_table), "sessions": _Key(_list)}
_PLAN = {
    "start": _Key(_date),
    "weeks": _Key(_whole(1, MOST_WEEKS)),
    "level": _Key(_choice(LEVELS)),
    "units": _Key(_choice(get_args(Units))),
    "easy_walk": _Key(lambda value: Speed(_text(value)), may_be_left_out=True),
    "run": _Key(_run, may_be_left_out=True),
}
_PENDING = {"date": _Key(_date), "rung": _Key(_whole(1, len(RUNGS))), "grip": _Key(_truth)}
_DONE = {**_PENDING, "on": _Key(_date), "outcome": _Key(_outcome)}


class _Reader:
    """Reads a programme and gathers everything that is wrong with it."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def programme(self, values: Mapping[str, Any]) -> Programme | None:
        """The programme; None, or one that does not agree with itself, when something is wrong."""
        top = self._values(values, _TOP, "")
        plan = self._plan(top.get("plan"))
        sessions = list(self._sessions(top.get("sessions", [])))
        if self.wrong or plan is None:
            return None
        *done, pending = sessions
        self.wrong += _disagreements(plan, done, pending)
        return Programme(plan=plan, done=tuple(done), pending=pending)

    def _plan(self, table: Mapping[str, Any] | None) -> Plan | None:
        if table is None:
            return None
        before = len(self.wrong)
        values = self._values(table, _PLAN, "plan.")
        if len(self.wrong) > before:
            return None
        try:
            return Plan(**values)
        except UsageError as error:
            self.wrong += [f"plan.{line}" for line in str(error).splitlines()]
            return None

    def _sessions(self, tables: Sequence[Any]) -> Iterator[Any]:
        if not 1 <= len(tables) <= MOST_DONE + 1:
            self.wrong.append(f"sessions: there are {len(tables)}; 1 to {MOST_DONE + 1} are possible")
            return
        for number, table in enumerate(tables, start=1):
            before = len(self.wrong)
            kind, keys = (Pending, _PENDING) if number == len(tables) else (Done, _DONE)
            if kind is Pending and isinstance(table, dict) and {"on", "outcome"} & table.keys():
                self.wrong.append(f"session {number}: the last one is the next to do, without on and outcome")
                continue
            values = self._values(table, keys, f"session {number}: ")
            if len(self.wrong) == before:
                yield kind(**values)

    def _values(self, table: object, keys: Mapping[str, _Key], prefix: str) -> dict[str, Any]:
        """The values of a table's keys; what is wrong with them is noted."""
        if not isinstance(table, dict):
            self.wrong.append(f"{prefix.rstrip(': ')}: write a table")
            return {}
        for key in table:
            if key not in keys:
                hint = near_hint(key[:40], tuple(keys)) or f"keys are {', '.join(keys)}"
                self.wrong.append(f"{prefix}{shown(key)}: no such key; {hint}")
        values: dict[str, Any] = {}
        for key, expected in keys.items():
            if key not in table:
                if not expected.may_be_left_out:
                    self.wrong.append(f"{prefix}{key}: it is missing")
                continue
            try:
                values[key] = expected.read(table[key])
            except (ValueError, TypeError, BacktrackError) as error:
                self.wrong += [f"{prefix}{key}: {line}" for line in _lines(error)]
        return values


def _lines(error: Exception) -> list[str]:
    if isinstance(error, WorkoutProblems):
        return [f"line {each.where.line}: {each.message}; {each.hint}" for each in error.problems]
    return str(error).splitlines()


def _disagreements(plan: Plan, done: Sequence[Done], pending: Pending) -> Iterator[str]:
    """What in the history does not follow from what stands before it, each where it begins."""
    sessions: list[Done | Pending] = [*done, pending]
    for place, each in enumerate(sessions):
        prefix, before = f"session {place + 1}:", done[:place]
        earliest = due(plan, before)
        if isinstance(each, Done) and before and each.on <= before[-1].on:
            yield f"{prefix} on: {each.on} is not after {before[-1].on}, when the one before was done"
        if each.date.weekday() != plan.weekday:
            yield f"{prefix} date: {each.date} is no {WEEKDAYS[plan.weekday]}, the weekday of plan.start"
        elif each.date < earliest:
            yield f"{prefix} date: {each.date} is too early; the first it could be is {earliest}"
        else:
            yield from _not_following(prefix, each, plan, before)


def _not_following(prefix: str, session: Done | Pending, plan: Plan, before: Sequence[Done]) -> Iterator[str]:
    follows = standing(plan, before, session.date)
    why = follows.reason or "the programme begins there."
    if session.rung != follows.rung:
        yield f"{prefix} rung: {session.rung} does not follow; it is {follows.rung}. {why}"
    elif session.grip != follows.grip:
        yield f"{prefix} grip: {str(follows.grip).lower()} follows. {why}"
