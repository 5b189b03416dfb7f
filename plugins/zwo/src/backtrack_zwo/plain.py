"""The elements of a ZWO as plain values: each is looked at several times, and spellings differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lxml.etree import _Element


class Event(NamedTuple):
    """A text event.

    Attributes:
        line: The line of the file where it stands.
        attributes: Its attributes, by their names in small letters.
    """

    line: int
    attributes: dict[str, str]

    @property
    def message(self) -> str:
        """What it says."""
        return self.attributes.get("message", "")


class Plain(NamedTuple):
    """An element.

    Attributes:
        element: The element itself.
        tag: Its name in small letters.
        attributes: Its attributes, by their names in small letters.
        events: The text events in it.
        others: What else is in it.
    """

    element: _Element
    tag: str
    attributes: dict[str, str]
    events: list[Event]
    others: list[_Element]

    @property
    def line(self) -> int:
        """The line of the file where it stands."""
        return self.element.sourceline or 1

    @property
    def name(self) -> str:
        """Its name as it is written."""
        return str(self.element.tag)


def plain(element: _Element) -> Plain:
    """An element as plain values."""
    events, others = [], []
    for child in element:
        if str(child.tag).lower() == "textevent":
            events.append(Event(child.sourceline or 1, attributes_of(child)))
        else:
            others.append(child)
    return Plain(element, str(element.tag).lower(), attributes_of(element), events, others)


def attributes_of(element: _Element) -> dict[str, str]:
    """The attributes of an element, by their names in small letters."""
    # With a parser of lxml's own, names and values are texts; bytes come of no file.
    return {key.lower(): value for key, value in element.items()}
