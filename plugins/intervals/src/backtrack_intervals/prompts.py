"""What the athlete is told at a step: words, and not one digit.

The workout builder takes what comes before a step's duration for its prompt, and finds the duration by what
it looks like: ``1:00``, ``2.4 km``, ``2%`` and ``5x`` would each be a value of the step, and no word of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backtrack_plugins import Step

if TYPE_CHECKING:
    from backtrack_plugins import Segment

STRADDLE = "straddle, feet on the side rails"

_RAILS = {"grip": "grip rail", "light": "light rail", "free": "hands off the rails"}
"""``hands free`` is written otherwise: ``free`` is said to switch the target off."""

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_INCLINE = re.compile(r" (-?[0-9.]+)%")
_PACE = re.compile(r"([0-9]+):([0-9]{2})/(km|mi)")
_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")

_KEYWORDS = frozenset(
    {
        *("active", "cadence", "cooldown", "free", "freeride", "hidepower", "hr", "intensity", "lap", "lthr"),
        *("maxeffort", "mmp", "pace", "power", "press", "ramp", "rest", "rpm", "spm", "warmup"),
    }
)
"""Words by which the builder, as others describe it, changes a step."""

_MARKS = frozenset("<>^=`")
"""Marks of timed prompts, of settings and of HTML."""


def prompt(segment: Segment) -> str:
    """What a step is, its direction first; a straddle's says no more than that it is one.

    The values come from the words of the segment.
    """
    step = segment.step
    if not isinstance(step, Step):
        return STRADDLE
    told = [f"{step.direction} {step.gait} {spelled(segment.belt)}", *_rail(step)]
    if step.effort:
        told.append(spelled(step.effort).replace("rpe", "RPE"))
    return ", ".join(told)


def start_prompt(step: Step) -> str:
    """What the first seconds of a step are, while the belt is held."""
    return ", ".join([f"{step.direction} {step.gait}", *_rail(step), "slowly at first"])


def _rail(step: Step) -> list[str]:
    if step.rail is None or (step.direction == "forward" and step.rail == "free"):
        return []
    return [_RAILS[step.rail]]


def is_plain(cue: str) -> bool:
    """Whether nothing in a cue can be taken for a value of the step.

    >>> is_plain("taller, eyes level"), is_plain("2 m behind you"), is_plain("press on")
    (True, False, False)
    """
    if any(character.isnumeric() or character in _MARKS for character in cue):
        return False
    return _KEYWORDS.isdisjoint(re.findall(r"\w+", cue.casefold()))


def spelled(text: str) -> str:
    """A text with its numbers in words.

    >>> spelled("2.4 km/h 2%"), spelled("6:05/km"), spelled("rpe 13")
    ('two point four km/h at two percent', 'six minutes five per km', 'rpe thirteen')
    """
    text = _INCLINE.sub(r" at \1 percent", text)
    text = _PACE.sub(_pace_in_words, text)
    return _NUMBER.sub(_number_in_words, text)


def _pace_in_words(match: re.Match[str]) -> str:
    minutes, seconds, unit = match.groups()
    return f"{minutes} minutes {int(seconds) or ''}".rstrip() + f" per {unit}"


def _number_in_words(match: re.Match[str]) -> str:
    minus, whole, fraction = match.groups()
    words = ["minus"] if minus else []
    words.append(_whole_in_words(whole))
    if fraction:
        words += ["point", *(_ONES[int(digit)] for digit in fraction)]
    return " ".join(words)


def _whole_in_words(digits: str) -> str:
    value = int(digits)
    if value < 20:
        return _ONES[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
    return " ".join(_ONES[int(digit)] for digit in digits)
