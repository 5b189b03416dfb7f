"""How a workout went, in the runner's own words: ``rpe 12, all done``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.errors import UsageError
from backtrack_plugins.line import near_hint
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAST_RPE = 6
MOST_RPE = 20
HIGHEST_RPE = 13
"""Harder than this on the 6-20 scale does not pass the gate (our choice): somewhat hard, in Borg's words."""

MISSED = "missed"
ALL_DONE = "all done"
CUT_SHORT = "cut short"
_SETBACKS = {"stumble": "stumble", "key stop": "key_stop", "pain": "pain", "sore": "sore"}
WORDS = (ALL_DONE, CUT_SHORT, *_SETBACKS, MISSED)

_RPE = re.compile(r"rpe ?([0-9]{1,4})\Z", re.ASCII)
_EXAMPLE = 'write it as "rpe 12, all done"'
_MOST_CHARACTERS = 200


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a workout went.

    Attributes:
        rpe: Rating of perceived exertion on the 6 to 20 scale; None when it was missed.
        all_done: All bouts were done.
        stumble: There was a stumble.
        key_stop: The safety key stopped the belt.
        pain: A joint hurt.
        sore: Muscles were still sore after 48 hours.
        missed: Nothing was done that week.

    Raises:
        ValueError: when the RPE is missing or out of range, or a missed workout says how it went.

    >>> Outcome(rpe=12, all_done=True).passed
    True
    """

    rpe: int | None = None
    all_done: bool = False
    stumble: bool = False
    key_stop: bool = False
    pain: bool = False
    sore: bool = False
    missed: bool = False

    def __post_init__(self) -> None:
        told = (self.rpe, self.all_done, self.stumble, self.key_stop, self.pain, self.sore)
        if self.missed:
            if any(told):
                raise ValueError("a missed workout has nothing else to tell")
        elif self.rpe is None or not LEAST_RPE <= self.rpe <= MOST_RPE:
            raise ValueError(f"RPE is {LEAST_RPE} to {MOST_RPE}")

    @classmethod
    def of(cls, text: str) -> Outcome:
        """Read an outcome: words with commas between, in any order and case.

        ``rpe N`` and one of ``all done`` and ``cut short`` are needed; ``stumble``, ``key stop``, ``pain``
        and ``sore`` (beyond 48 hours) say what went wrong. ``missed`` stands alone.

        Raises:
            UsageError: with everything that is wrong with it.

        >>> Outcome.of("All done, RPE 12, sore")
        Outcome(rpe=12, all_done=True, stumble=False, key_stop=False, pain=False, sore=True, missed=False)
        """
        if len(text) > _MOST_CHARACTERS:
            raise UsageError(f"an outcome is a few words; {_EXAMPLE}", argument="outcome")
        words = [" ".join(part.lower().split()) for part in text.split(",")]
        wrong = list(_problems(words))
        if wrong:
            raise UsageError("\n".join(f"outcome: {line}" for line in wrong), argument="outcome")
        if words == [MISSED]:
            return cls(missed=True)
        flags = {field: word in words for word, field in _SETBACKS.items()}
        return cls(rpe=next(filter(None, map(_rating, words))), all_done=ALL_DONE in words, **flags)

    def __str__(self) -> str:
        if self.missed:
            return MISSED
        told = [word for word, field in _SETBACKS.items() if getattr(self, field)]
        return ", ".join([f"rpe {self.rpe}", ALL_DONE if self.all_done else CUT_SHORT, *told])

    @property
    def fell_back(self) -> bool:
        """Whether there was a stumble, a stop by the safety key, or joint pain."""
        return self.stumble or self.key_stop or self.pain

    @property
    def failures(self) -> tuple[str, ...]:
        """What kept it from passing the gate, each in a few words; none when it passed."""
        said = {
            "nothing done": self.missed,
            "bouts cut short": not self.all_done and not self.missed,
            f"RPE {self.rpe} (above {HIGHEST_RPE})": self.rpe is not None and self.rpe > HIGHEST_RPE,
            "a stumble": self.stumble,
            "a key stop": self.key_stop,
            "joint pain": self.pain,
            "sore for more than 48 hours": self.sore,
        }
        return tuple(words for words, true in said.items() if true)

    @property
    def passed(self) -> bool:
        """Whether it passed the gate; all bouts done, RPE 13 or less, and nothing went wrong."""
        return not self.failures


def _rating(word: str) -> int | None:
    match = _RPE.match(word)
    return int(match[1]) if match is not None else None


def _problems(words: list[str]) -> Iterator[str]:
    ratings = [rating for rating in map(_rating, words) if rating is not None]
    yield from (_unknown(word) for word in words if _rating(word) is None and word not in WORDS)
    yield from (
        f"RPE {rating}: the scale is 6 to 20" for rating in ratings if not LEAST_RPE <= rating <= MOST_RPE
    )
    yield from (
        f"{shown(word)} stands twice" for word in dict.fromkeys(words) if word and words.count(word) > 1
    )
    if MISSED in words:
        if len(words) > 1:
            yield "missed stands alone: nothing was done, so there is nothing else to tell"
        return
    if not ratings and not any(word.startswith("rpe") for word in words):
        yield f"how hard was it, from 6 to 20? {_EXAMPLE}"
    if len(set(ratings)) > 1:
        yield "one rpe, of the hardest bout"
    ends = {ALL_DONE, CUT_SHORT} & set(words)
    if len(ends) != 1:
        yield f"say one of: {ALL_DONE}, {CUT_SHORT}"


def _unknown(word: str) -> str:
    if not word:
        return f"a word is missing beside a comma; {_EXAMPLE}"
    if word.startswith("rpe"):
        return f"{shown(word)}: a whole number from 6 to 20 comes after rpe, such as rpe 12"
    hint = near_hint(word, WORDS) or f"words are rpe 6 to rpe 20, {', '.join(WORDS)}"
    return f"{shown(word)!r}: no such word; {hint}"
