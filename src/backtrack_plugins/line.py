"""The grammar of a line, both ways: the text of one step to a Step, and a Step to its text.

::

    1:00 backward walk 2.4 km/h 2% light rail "look over the left shoulder"

Tokens identify themselves, so their order is free when reading and fixed when writing. Facing and
hands are never assumed: a line that turns someone round says both.

In artifacts two more kinds of line stand, and reading drops them: ``0:30 straddle added`` (placed
by expanding) and ``fitted 2.4 km/h 2%`` below the line whose values were fitted to the treadmill.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.errors import InvalidWorkout
from backtrack_plugins.problem import MOST_PROBLEMS, Problem, Where
from backtrack_plugins.units import NUMBER_LIKE, Amount, Incline, Quantity, Speed, shown
from backtrack_plugins.workout import EFFORTS, Rail, Step, Straddle, check_cue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_WORD = 40
"""A longer word is no misspelling of ours."""

MOST_TEXT = 200
"""Characters of the offending text that a problem keeps."""

ADDED = "added"
FITTED = "fitted"

_RAIL_WRITTEN: dict[Rail, str] = {"grip": "grip rail", "light": "light rail", "free": "hands free"}
_RAIL_READ: dict[str, Rail] = {
    "grip rail": "grip",
    "rail grip": "grip",
    "hold rail": "grip",
    "light rail": "light",
    "hands free": "free",
    "hands-free": "free",
}
_DIRECTION_READ = {
    "forward": "forward",
    "fwd": "forward",
    "backward": "backward",
    "backwards": "backward",
    "back": "backward",
    "bwd": "backward",
    "left": "left",
    "right": "right",
}
_VOCABULARY = (
    *_DIRECTION_READ,
    *("walk", "jog", "run", "straddle", "easy", "hard", "lap", "grip rail", "light rail", "hands free"),
    *("grip", "light", "rail", "hands", "free", "rpe", "km/h", "mph", "km", "min", "minutes", "seconds"),
)
_UNITS = ("km/h", "mph", "m/s", "/km", "/mi", "km", "mi", "m", "min", "s", "h", "%")
_PARTS = {
    "amount": "how long, such as 1:00, 400 m or lap",
    "direction": "which way: forward, backward, left or right",
    "gait": "walk, jog or run",
    "speed": "a belt speed, such as 2.4 km/h, 1.5 mph or 6:00/km",
}
_STRADDLE_PARTS = {"straddle", "amount", "cue", ADDED}
_RAIL_EXPECTED = "add grip rail, light rail or hands free"

_TOKEN = re.compile(
    rf"""(?:
      "(?P<cue>(?:[^"\\]|\\.)*)"
    | (?P<speed>{NUMBER_LIKE}[ ]?(?:km/h|kmh|kph|mph|m/s) | [0-9]{{1,3}}:[0-9]{{2}}[ ]?/(?:km|mi))
    | (?P<amount>[0-9]{{1,6}}:[0-9]{{2}}(?::[0-9]{{2}})? | lap
        | {NUMBER_LIKE}[ ]?(?:seconds?|secs?|s|minutes?|mins?|hours?|h|km|mi|m))
    | (?P<direction>forward|fwd|backwards?|back|bwd|left|right)
    | (?P<gait>walk|jog|run)
    | (?P<rail>(?:grip|light|hold)[ ]+rail|rail[ ]+grip|hands(?:[ ]+|-)free)
    | (?P<incline>{NUMBER_LIKE}[ ]?%)
    | (?P<effort>easy|hard|rpe[ ]+[0-9]+)
    | (?P<straddle>straddle)
    | (?P<added>{ADDED})
    | (?P<fitted>{FITTED})
    | (?P<word>[^ \t]+)
    )(?=[ \t]|\Z)""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_ESCAPE = re.compile(r'\\(["\\])')
_NUMBER_AND_UNIT = re.compile(rf"({NUMBER_LIKE})[ ]?([^0-9.,]+)\Z")
_QUANTITIES: dict[str, type[Quantity]] = {"amount": Amount, "speed": Speed, "incline": Incline}


class Misreading(msgspec.Struct, frozen=True):
    """What is wrong with a line: a problem that does not yet know its file."""

    code: str
    message: str
    hint: str
    column: int
    text: str

    def problem(self, where: Where) -> Problem:
        """The Problem, in a place."""
        text = self.text[:MOST_TEXT]
        return Problem(code=self.code, message=self.message, hint=self.hint, where=where, text=text)


class Dropped(msgspec.Struct, frozen=True):
    """A line that only artifacts have, and that reading drops: an added straddle or a fitted value."""

    text: str


def parse_line(text: str) -> Step | Straddle:
    """Read one line.

    Raises:
        InvalidWorkout: with every problem of the line.

    >>> parse_line("backwards walk hands-free 2.4kph 90s").amount
    Amount('1:30')
    """
    content, findings = read_line(text)
    if findings or content is None or isinstance(content, Dropped):
        if not findings:
            findings = [Misreading("BT009", "there is no step in this line", _EXAMPLE, 1, text.strip())]
        raise InvalidWorkout([finding.problem(Where(column=finding.column)) for finding in findings])
    return content


def write_line(step: Step | Straddle) -> str:
    """Write a step or straddle in canonical form.

    >>> write_line(parse_line("hands free 2 % 3.60 km/h walk back 2min"))
    '2:00 backward walk 3.6 km/h 2% hands free'
    """
    if isinstance(step, Straddle):
        written = f"{step.amount} straddle"
    else:
        written = f"{step.amount} {step.direction} {step.gait} {step.speed}"
        if step.incline.number:
            written += f" {step.incline}"
        if step.rail is not None and (step.direction != "forward" or step.rail != "free"):
            written += f" {_RAIL_WRITTEN[step.rail]}"
        if step.effort is not None:
            written += f" {step.effort}"
    if step.cue is not None:
        escaped = step.cue.replace("\\", "\\\\").replace('"', '\\"')
        written += f' "{escaped}"'
    return written


def read_line(text: str, column: int = 1) -> tuple[Step | Straddle | Dropped | None, list[Misreading]]:
    """Read a line that may be anything; all its findings at once.

    Args:
        text: The line without comment and line end.
        column: Column of its first character, for the findings.

    Returns:
        What the line says, None when it cannot be told, and what is wrong with it.
    """
    found: dict[str, Any] = {}
    findings: list[Misreading] = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "word"
        token = match[kind]
        read = _READ.get(kind)
        if read is not None and kind not in found:
            try:
                found[kind] = read(token)
                continue
            except ValueError as error:
                found[kind] = None
                code, message, hint = ("BT005" if kind == "cue" else "BT004"), str(error), ""
        elif read is not None:
            code, message, hint = "BT003", f"{shown(token)}: the line has a second {kind}", f"keep one {kind}"
        elif token[0] == '"':
            findings.append(_unclosed(text[match.start(kind) :], column + match.start(kind)))
            break
        else:
            code, message, hint = "BT001", f"{shown(token)} is no part of a line", _suggestion(token.lower())
        findings.append(Misreading(code, message, hint, column + match.start(kind), token))
        if len(findings) >= MOST_PROBLEMS:
            break
    if "straddle" in found:
        return _straddle(found, findings, text, column)
    if FITTED in found:
        return _fitted(found, findings, text, column)
    return _step(found, findings, text, column)


_EXAMPLE = "write a line such as: 1:00 backward walk 2.4 km/h light rail"


@lru_cache(maxsize=512)
def _quantity(kind: str, word: str) -> Quantity:
    # A page says the same few quantities over and over, and a quantity cannot be changed.
    return _QUANTITIES[kind](word)


def _cue(token: str) -> str:
    cue = _ESCAPE.sub(r"\1", token) if "\\" in token else token
    check_cue(cue)
    return cue


def _effort(token: str) -> str:
    effort = " ".join(token.lower().split())
    if effort not in EFFORTS:
        raise ValueError(f"{effort}: perceived exertion goes from rpe 6 to rpe 20")
    return effort


_READ: dict[str, Callable[[str], object]] = {
    "cue": _cue,
    "amount": lambda token: _quantity("amount", token.lower()),
    "speed": lambda token: _quantity("speed", token.lower()),
    "incline": lambda token: _quantity("incline", token.lower()),
    "direction": lambda token: _DIRECTION_READ[token.lower()],
    "gait": str.lower,
    "rail": lambda token: _RAIL_READ[" ".join(token.lower().split())],
    "effort": _effort,
    "straddle": str.lower,
    ADDED: str.lower,
    FITTED: str.lower,
}
"""How each kind of token becomes a value; a ValueError says what is wrong with it."""


def _step(
    found: dict[str, Any], findings: list[Misreading], text: str, column: int
) -> tuple[Step | None, list[Misreading]]:
    if ADDED in found:
        findings.append(
            Misreading("BT001", "added stands only after straddle", "leave the word out", column, ADDED)
        )
    if not found and not findings:
        return None, findings
    missing = [part for part in _PARTS if part not in found]
    direction = found.get("direction")
    if "rail" not in found and direction is not None and direction != "forward":
        missing.append("rail")
    # A word that could not be read may have been the missing part: one problem a mistake is enough.
    if len(missing) > sum(finding.code in {"BT001", "BT005"} for finding in findings):
        findings += [_missing(part, direction, text.strip(), column) for part in missing]
    if findings:
        return None, findings
    return Step(**found), findings


def _missing(part: str, direction: str | None, text: str, column: int) -> Misreading:
    if part == "rail":
        return Misreading("BT002", f"a {direction} line says what the hands do", _RAIL_EXPECTED, column, text)
    return Misreading("BT002", f"the line has no {part}", f"add {_PARTS[part]}", column, text)


def _straddle(
    found: dict[str, Any], findings: list[Misreading], text: str, column: int
) -> tuple[Straddle | Dropped | None, list[Misreading]]:
    wrong = [("BT001", f"a straddle has no {part}") for part in found if part not in _STRADDLE_PARTS]
    amount = found.get("amount")
    if "amount" not in found:
        wrong.append(("BT002", "the straddle has no amount"))
    elif amount is not None and amount.seconds is None:
        wrong.append(("BT004", f"a straddle lasts a time, not {amount}"))
    findings += [
        Misreading(code, message, "write it as 0:30 straddle", column, text.strip())
        for code, message in wrong
    ]
    if findings:
        return None, findings
    if ADDED in found:
        return Dropped(text), findings
    return Straddle(amount=found["amount"], cue=found.get("cue")), findings


def _fitted(
    found: dict[str, Any], findings: list[Misreading], text: str, column: int
) -> tuple[Dropped | None, list[Misreading]]:
    if found.keys() - {FITTED, "speed", "incline"} or len(found) == 1:
        findings.append(
            Misreading(
                "BT001",
                "a fitted line has a speed, an incline, or both, and nothing else",
                "leave it out; it is written by export, below the line it belongs to",
                column,
                text.strip(),
            )
        )
    return (None if findings else Dropped(text)), findings


def _unclosed(rest: str, column: int) -> Misreading:
    hint = 'end it with "; a quote inside it is written \\"'
    return Misreading("BT005", "the cue has no closing quote", hint, column, rest)


_MEANT = {
    "rail": _RAIL_EXPECTED,
    "rails": _RAIL_EXPECTED,
    "hands": _RAIL_EXPECTED,
    "grip": "did you mean grip rail?",
    "hold": "did you mean grip rail?",
    "light": "did you mean light rail?",
    "free": "did you mean hands free?",
    "rpe": "write the rating behind it: rpe 13",
    "sideways": "which side leads? Write left or right",
    "kmph": "did you mean km/h?",
    "kmhr": "did you mean km/h?",
    "km/hr": "did you mean km/h?",
}
"""What people write who know another way to say it."""


def _suggestion(word: str) -> str:
    if len(word) > MOST_WORD:
        return _EXAMPLE
    hint = _MEANT.get(word) or _number_hint(word) or near_hint(word, _VOCABULARY, _MEANT)
    return hint or _EXAMPLE


def _number_hint(word: str) -> str:
    if any(character.isdigit() and not character.isascii() for character in word):
        return "write numbers with the digits 0 to 9"
    if re.fullmatch(r"[0-9]+x", word):
        return f"{word} stands on a line of its own, and what it repeats below it, indented"
    if re.fullmatch(r"rpe[0-9]+", word):
        return f"did you mean rpe {word[3:]}?"
    if re.fullmatch(NUMBER_LIKE, word):
        clock = f"{word}:00, " if word.isdigit() else ""
        return f"of what? Write {clock}{word} m, {word} km/h or {word}%"
    quantity = _NUMBER_AND_UNIT.match(word)
    if quantity is None:
        return ""
    number, unit = quantity.groups()
    hint = _MEANT.get(unit) or near_hint(unit, _UNITS) or f"units are {', '.join(_UNITS)}"
    return hint.replace("did you mean ", f"did you mean {number} ")


def near_hint(word: str, known: Sequence[str], meant: Mapping[str, str] = MappingProxyType({})) -> str:
    """A question whether something known was meant; empty when nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1, 0.6)
    return meant.get(near[0], f"did you mean {near[0]}?") if near else ""
