"""Dates of a programme: a slot a week, on one weekday; no clock and no time zone."""

from __future__ import annotations

import re
from datetime import date, timedelta

from backtrack_plugins.errors import UsageError
from backtrack_plugins.line import near_hint
from backtrack_plugins.units import shown

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEXT = "next"
DAYS_BETWEEN = 2
"""At least 48 hours, counted in days of the calendar, lie between two workouts (BT502)."""

FIRST_DATE = date(2000, 1, 1)
LAST_DATE = date(2199, 12, 31)
"""A programme lies between these (our choice of bound)."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)


def parse_date(text: str, option: str) -> date:
    """Read a date written as 2026-12-02.

    Args:
        text: The date.
        option: What it was given as, for the message.

    Raises:
        UsageError: when it is no date, or none between 2000 and 2199.
    """
    try:
        found = date.fromisoformat(text) if _DATE.match(text) else None
    except ValueError as error:  # such as: day is out of range for month
        raise UsageError(f"{option} {text}: {error}", **_argument(option)) from None
    if found is None:
        raise UsageError(
            f"{option} {shown(text)}: write a date as year, month and day: 2026-12-02",
            **_argument(option),
        )
    check_date(found, option)
    return found


def check_date(day: date, option: str) -> None:
    """Raise UsageError when a date is outside the years of a programme."""
    if not FIRST_DATE <= day <= LAST_DATE:
        raise UsageError(
            f"{option} {day}: a programme lies in the years {FIRST_DATE.year} to {LAST_DATE.year}",
            **_argument(option),
        )


def _argument(option: str) -> dict[str, str]:
    """The argument's name for the details of an error; a date that we reckoned is nobody's argument."""
    return {} if " " in option else {"argument": option.removeprefix("--")}


def parse_weekday(text: str) -> int:
    """Read a weekday, such as ``wed``; Monday is 0.

    Raises:
        UsageError: when it is none, with the list of them.

    >>> parse_weekday("Wed")
    2
    """
    word = text.strip().lower()
    if word in WEEKDAYS:
        return WEEKDAYS.index(word)
    hint = near_hint(word[:3], WEEKDAYS)
    listed = f"write {', '.join(WEEKDAYS[:-1])} or {WEEKDAYS[-1]}"
    raise UsageError(
        f"--weekday {shown(text)}: no such day; {f'{hint} ' if hint else ''}{listed}", argument="weekday"
    )


def first_slot(weekday: int, earliest: date) -> date:
    """The first such weekday on a date or after it.

    >>> first_slot(2, date(2026, 12, 3))
    datetime.date(2026, 12, 9)
    """
    return earliest + timedelta(days=(weekday - earliest.weekday()) % 7)


def start_date(start: str, weekday: str | None, today: date) -> date:
    """The first date of a programme.

    Args:
        start: A date, or ``next``: the first such weekday after today.
        weekday: ``mon`` to ``sun``; the start's own when None.
        today: The date to count from.

    Raises:
        UsageError: with all that is wrong: no date, one in the past, no weekday, or ``next`` without one.

    >>> start_date("next", "wed", date(2026, 12, 2))
    datetime.date(2026, 12, 9)
    """
    wrong: list[str] = []
    day: int | None = None
    earliest: date | None = None
    try:
        day = parse_weekday(weekday) if weekday is not None else None
    except UsageError as error:
        wrong.append(str(error))
    try:
        earliest = _earliest(start, today)
    except UsageError as error:
        wrong.append(str(error))
    if start == NEXT and weekday is None:
        wrong.append("--start next: next what? Name the day, too: --weekday wed")
    if wrong or earliest is None:
        raise UsageError("\n".join(wrong))
    return earliest if day is None else first_slot(day, earliest)


def _earliest(start: str, today: date) -> date:
    if start == NEXT:
        return today + timedelta(days=1)
    earliest = parse_date(start, "--start")
    if earliest < today:
        raise UsageError(f"--start {earliest}: in the past; today is {today}", argument="start")
    return earliest
