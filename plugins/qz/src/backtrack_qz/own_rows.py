"""Rows of ours, known by the line that their first text begins with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins import InvalidWorkout, Speed, Straddle, parse_line
from backtrack_qz.words import CONTINUED, END

if TYPE_CHECKING:
    from lxml.etree import _Element

    from backtrack_plugins import Problem, Step

# A line begins with its amount, and ends where what we put below it begins; a cue may say anything.
_LINE = re.compile(
    r"""(?P<line>
        (?:[0-9]+:[0-9:]+|[0-9.]+[ ](?:m|km|mi)|lap)[ ]
        (?:"(?:[^"\\\n]|\\.)*"|[^"\n])*?
    )(?=\n|[ ]fitted[ ]|[ ]In[ ][0-9]|[ ]Next:|\Z)""",
    re.VERBOSE,
)
_FITTED = re.compile(r"[\n ]fitted ([0-9.]+ (?:km/h|mph|m/s)|[0-9]+:[0-9]+/(?:km|mi))")
_WORDS_OF_A_LINE = re.compile(r"straddle|(?=.*(?:walk|jog|run)).*(?:km/h|mph|m/s|/km|/mi)")

_AHEAD = re.compile(r"\bIn [0-9]+ s: .*\b(backward|left|right)\b")
_MOST_TEXT = 1000

_ADDED = " added"


class Own(NamedTuple):
    """What a row of ours says.

    Attributes:
        line: The line.
        said: The step, or the straddle; None where the line was changed and is wrong now.
        problems: What is wrong with it.
        fitted: The speed that it was fitted to, if any.
        added: Whether expanding placed the straddle.
        continued: Whether the row is the rest of a step.
    """

    line: str
    said: Step | Straddle | None
    problems: tuple[Problem, ...] = ()
    fitted: Speed | None = None
    added: bool = False
    continued: bool = False


def is_end(row: _Element) -> bool:
    """Whether a row is the one that tells to stop the belt."""
    return any(message.startswith(END) for message in first_messages(row))


def own_words(row: _Element) -> Own | None:
    """What a row of ours says; None for one that has no line, not even one that somebody changed."""
    for message in first_messages(row):
        continued = message.startswith(CONTINUED)
        found = _LINE.match(message.removeprefix(CONTINUED))
        if found is not None and _WORDS_OF_A_LINE.search(found["line"]):
            return _read(found["line"], _FITTED.search(message), continued=continued)
    return None


def first_messages(row: _Element) -> list[str]:
    """The texts that are shown as a row begins."""
    return [
        event.get("message", "")
        for event in row.iterchildren("textevent")
        if event.get("timeoffset", "").strip() in {"0", "0.0"}
    ]


def turn_ahead(row: _Element) -> str:
    """Which way the next step faces, where a text of the row says that it is not forward; else empty."""
    for event in row.iterchildren("textevent"):
        found = _AHEAD.search(event.get("message", "")[:_MOST_TEXT])
        if found is not None:
            return found[1]
    return ""


def _read(line: str, fitted: re.Match[str] | None, *, continued: bool) -> Own:
    added = line.endswith(_ADDED)
    try:
        said = parse_line(line.removesuffix(_ADDED))
        speed = None if fitted is None or isinstance(said, Straddle) else Speed(fitted[1])
    except InvalidWorkout as error:
        return Own(line, None, tuple(error.problems))
    except ValueError:
        speed = None
    return Own(line, said, (), speed, added, continued)
