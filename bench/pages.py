"""The pages that are measured."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

AFTER_INTERVALS = """\
name: After-intervals reset
level: intermediate
about: Once a week, straight after the interval session.

8:00 forward jog 8 km/h easy
5x
  1:00 forward run 12 km/h hard
  1:30 forward jog 8 km/h easy
3:00 forward walk 5 km/h
1:00 backward walk 2.4 km/h light rail
2:00 backward walk 3.6 km/h hands free
2:00 backward walk 3.6 km/h hands free "taller, eyes level"
3:00 forward walk 4.5 km/h
"""
"""12 steps in a FIT file, the repeat and three added straddles counted; 19 segments once unrolled."""

KILOBYTE = """\
name: After-intervals reset
level: intermediate
about: Once a week, straight after the interval session, never before it.

# The session itself, just as the plan has it.
8:00 forward jog 8 km/h easy
5x
  1:00 forward run 12 km/h hard "quick feet, quiet landing"
  1:30 forward jog 8 km/h easy
3:00 forward walk 5 km/h "shake the arms out"

# And now the other way.
0:30 straddle "turn to the left, hand over hand"
1:00 backward walk 2.4 km/h light rail "look over the left shoulder"
2:00 backward walk 3.6 km/h hands free
2:00 backward walk 3.6 km/h hands free "taller, eyes level"
2:00 backward walk 3.2 km/h 2% light rail rpe 12 "push through the forefoot"
0:30 straddle
3:00 forward walk 4.5 km/h "long steps"
3x
  0:30 left walk 1.8 km/h light rail "hips low, feet never cross"
  0:30 right walk 1.8 km/h light rail "hips low, feet never cross"
  1:00 forward walk 4.5 km/h
400 m backward walk 3 km/h hands free
lap forward walk 4 km/h "until the breath is quiet"
2:00 forward walk 3.5 km/h easy
"""
"""1,000 bytes with 17 lines, two repeats, cues and comments."""

_HEADER = "name: Bad\n\n"
_LINES = 20_000

BAD = {
    "an unknown word": _HEADER + "1:00 bakward walk 2.4 km/h light rail\n" * _LINES,
    "six unknown words": _HEADER + "zzz yyy xxx www vvv uuu\n" * _LINES,
    "words that differ": _HEADER + "".join(f"w{number} bakwards\n" for number in range(_LINES)),
    "no direction": _HEADER + "1:00 walk 3 km/h\n" * _LINES,
    "no rail": _HEADER + "1:00 backward walk 2.4 km/h\n" * _LINES,
    "a zero amount": _HEADER + "0:00 forward walk 3 km/h\n" * _LINES,
    "an open cue": _HEADER + '1:00 forward walk 3 km/h "abc\n' * _LINES,
    "wandering indentation": _HEADER
    + "".join(f"{' ' * (number % 7)}1:00 forward walk 3 km/h\n" for number in range(_LINES)),
    "unknown headers": "foo: bar\n" * _LINES,
}
"""Texts of 20,000 bad lines each, by what is bad about them."""

TOO_MANY_GOOD = _HEADER + "1:00 forward walk 3 km/h\n" * _LINES


def variants(page: str, pages: int = 500) -> Iterator[str]:
    """The page over and over, with no speed and no time that stood in one before."""
    speeds = (f"{10 + number / 1000:.3f} km/h" for number in count())
    times = (f"{seconds // 60}:{seconds % 60:02}" for seconds in count(60))
    for _ in range(pages):
        varied = re.sub(r"[0-9.]+ km/h", lambda _: next(speeds), page)
        yield re.sub(r"\b[0-9]+:[0-9]{2}\b", lambda _: next(times), varied)


FIVE_THOUSAND = "\n".join(
    [
        "name: Five thousand segments",
        "10:00 forward jog 8 km/h",
        "10:00 forward walk 5 km/h",
        *["0:10 backward walk 2 km/h light rail", "0:20 forward walk 5 km/h"] * 1249,
        "0:10 left walk 2 km/h light rail",
    ]
)
"""A step in three is backward and each is written by itself: with the straddles placed, 5,000 segments."""


def somebodys_zwo(steps: int) -> bytes:
    """A run file as others write them, each step of another length and speed, with a text."""
    rows = "".join(
        f'<SteadyState Duration="{60 + step}" Power="{0.7 + step % 100 / 1000:.3f}" pace="1">'
        f'<textevent timeoffset="0" message="Step {step}"/></SteadyState>'
        for step in range(steps)
    )
    header = "<name>Somebody's</name><sportType>run</sportType><durationType>time</durationType>"
    return f"<workout_file>{header}<workout>{rows}</workout></workout_file>".encode()
