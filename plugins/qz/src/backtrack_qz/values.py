"""What attributes of a row say, in numbers that a Workout can have."""

from __future__ import annotations

import re
from decimal import Decimal

from backtrack_plugins import clean_text, cut_text

_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{0,9})?", re.ASCII)
_CLOCK = re.compile(r"([0-9]{2}):([0-5][0-9]):([0-5][0-9])", re.ASCII)

FASTEST = Decimal(45)
"""No line may say more, in km/h."""

STEEPEST = Decimal(40)
"""No line may say more, in percent either way."""

LONGEST_KM = Decimal(300)


class WrongValueError(ValueError):
    """An attribute that says nothing a treadmill can do: what it says, and what to write."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def number(attribute: str, text: str, least: Decimal, most: Decimal) -> Decimal:
    """A number within bounds.

    >>> number("speed", "4.50", Decimal(0), FASTEST)
    Decimal('4.50')

    Raises:
        WrongValueError: when it is none, or outside.
    """
    found = _NUMBER.fullmatch(text.strip())
    value = None if found is None else Decimal(found[0])
    if value is None or not least <= value <= most:
        raise WrongValueError(
            f'{attribute}="{_shown(text)}"', f"write a number from {least} to {most}, with a point"
        )
    return value


def seconds(text: str) -> int:
    """A duration, as QZ reads it: two digits each for hours, minutes and seconds.

    >>> seconds("01:02:03")
    3723

    Raises:
        WrongValueError: when it has another shape, which QZ takes for no time at all; or is none.
    """
    found = _CLOCK.fullmatch(text.strip())
    total = 0 if found is None else int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])
    if found is None or not 0 < total <= 24 * 3600:
        raise WrongValueError(
            f'duration="{_shown(text)}"', "write hours, minutes and seconds with two digits each: 00:01:30"
        )
    return total


def _shown(text: str) -> str:
    return cut_text(clean_text(text), 40, 80)[0]
