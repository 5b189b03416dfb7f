"""One value of a message, as what it can be: a file may declare any field to be of any type."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtrack_fitfile.messages import Values

_LIMIT = 2**32
"""No value of a recording is so large: a FIT number has 32 bits."""


def number(values: Values, field: str) -> float | None:
    """The value, if it is what a measure can be; of several in one field, the first valid one."""
    value = values.get(field)
    if value is None:
        return None
    if isinstance(value, tuple):
        value = next((item for item in value if item is not None), None)
    if isinstance(value, int | float) and 0 <= value < _LIMIT:
        return float(value)
    return None


def whole(values: Values, field: str) -> int | None:
    """The same, rounded."""
    value = number(values, field)
    return None if value is None else round(value)


def code(values: Values, field: str) -> int | None:
    """The number of an enumeration or an index; None where the file declares it to be something else."""
    value = values.get(field)
    return value if isinstance(value, int) else None


def text(values: Values, field: str) -> str:
    """A text that can be shown: without control characters, but for line feeds."""
    value = values.get(field)
    if not isinstance(value, str):
        return ""
    return shown(value)


def shown(value: str) -> str:
    """A text without what could steer a terminal, and without spaces at its ends."""
    return "".join(letter for letter in value if letter == "\n" or letter.isprintable()).strip()
