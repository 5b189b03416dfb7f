"""What a file has that does not stand in the Recording because nobody knows what it is, in few words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from backtrack_fitfile import profile
from backtrack_fitfile.values import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from backtrack_fitfile.layout import Layout

MOST_ENTRIES = 20
"""How many things are said of one file at most: our choice."""

_MOST_NUMBERS = 8
_MOST_LETTERS = 40


def left_out(layouts: Sequence[Layout], before: Iterable[str] = ()) -> tuple[str, ...]:
    """Say what was not read, each in a few words with how often it is there.

    Args:
        layouts: What messages the FIT files hold that were read.
        before: What else is to be said, before all that.
    """
    said = [*before, *_beats(layouts), *_developers(layouts), *_messages(layouts), *_fields(layouts)]
    if len(said) > MOST_ENTRIES:
        more = len(said) - MOST_ENTRIES + 1
        said = [*said[: MOST_ENTRIES - 1], f"and {more} more kinds of values"]
    return tuple(said)


def _beats(layouts: Sequence[Layout]) -> Iterator[str]:
    count = sum(each.count(profile.HR) for each in layouts)
    if count:
        yield f"heart rate that a strap handed over later ({_times(count, 'hr message')})"


def _developers(layouts: Sequence[Layout]) -> Iterator[str]:
    counts: Counter[tuple[str, str]] = Counter()
    for each in layouts:
        for shape in each.shapes:
            kind = profile.MESSAGES.get(shape.number, f"message {shape.number}")
            for field in shape.developer if shape.count else ():
                name = shown(each.described.get((field.base, field.number), "")).replace("\n", " ")
                counts[kind, name[:_MOST_LETTERS]] += shape.count
    for (kind, name), count in sorted(counts.items()):
        named = f"developer's field “{name}”" if name else "a developer's field without a name"
        yield f"{named} ({_times(count, kind)})"


def _messages(layouts: Sequence[Layout]) -> Iterator[str]:
    counts: Counter[int] = Counter()
    for each in layouts:
        for shape in each.shapes:
            if shape.count and shape.number not in profile.NAMED_MESSAGES:
                counts[shape.number] += shape.count
    if counts:
        yield f"messages that no profile names: {_listed(counts)} ({_times(counts.total(), 'message')})"


def _fields(layouts: Sequence[Layout]) -> Iterator[str]:
    for number, kind in profile.MESSAGES.items():
        counts: Counter[int] = Counter()
        for each in layouts:
            for shape in each.shapes:
                if shape.count and shape.number == number:
                    numbers = {field.number for field in shape.fields} - profile.NAMED_FIELDS[number]
                    counts.update(dict.fromkeys(numbers, shape.count))
        if counts:
            fields = f"fields of {kind} that no profile names"
            yield f"{fields}: {_listed(counts)} ({_times(max(counts.values()), 'message')})"


def _listed(numbers: Iterable[int]) -> str:
    found = sorted(numbers)
    more = len(found) - _MOST_NUMBERS
    if more > 0:
        return f"{', '.join(map(str, found[:_MOST_NUMBERS]))} and {more} more"
    return ", ".join(map(str, found))


def _times(count: int, what: str) -> str:
    return f"1 {what}" if count == 1 else f"{count:,} {what}s"
