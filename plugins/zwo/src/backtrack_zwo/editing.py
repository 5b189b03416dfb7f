"""Somebody's XML file with pieces put into it, and every other byte as it was."""

from __future__ import annotations

import re
from typing import NamedTuple

from backtrack_plugins import CannotSplice

_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"<\x00", "utf-16-le"),  # no mark, but no other encoding begins an XML file so
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_START_TAG = re.compile(rb"""<[^"'<>]*(?:(?:"[^"]*"|'[^']*')[^"'<>]*)*>""")
_MARGIN = re.compile(rb"\n([ \t]*)\Z")


class Element(NamedTuple):
    """Where an element stands, in bytes of the document as UTF-8.

    Attributes:
        start: Where its start tag begins.
        inside: Where its start tag ends.
        close: Where its end tag begins; where it ends when it is written as one tag.
        end: Where it ends.
    """

    start: int
    inside: int
    close: int
    end: int


class Document:
    """The bytes of an XML file that somebody else wrote, and what is to be put into them.

    Attributes:
        elements: Where each element stands, in the order in which they begin.
        newline: How its lines end.
    """

    def __init__(self, data: bytes) -> None:
        """Look at a file.

        Args:
            data: Its bytes; a reader has found them to be well-formed and without a DOCTYPE.

        Raises:
            CannotSplice: when its encoding does not give the same bytes back, or none that is known.
        """
        self._encoding = _encoding(data)
        try:
            text = data.decode(self._encoding)
            same = text.encode(self._encoding) == data
        except (LookupError, UnicodeError):
            same = False
        if not same:
            raise CannotSplice(f"it is in an encoding, {self._encoding}, that cannot be added to")
        self._utf8 = text.encode()
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.elements = _elements(self._utf8)
        self._edits: list[tuple[int, int, bytes]] = []

    def margin(self, element: Element) -> str | None:
        """The blanks before an element that begins its line; None where it begins none."""
        match = _MARGIN.search(self._utf8, max(0, element.start - 200), element.start)
        return None if match is None else match[1].decode()

    def put(self, place: int, text: str) -> None:
        """Put text there; where several are put at one place, in the order in which that was done."""
        self._edits.append((place, place, text.encode()))

    def put_inside(self, element: Element, text: str, *, keeping: bool) -> None:
        """Put text at the end of what an element contains, or in place of it."""
        if element.close == element.end:  # <name/>, which has no inside yet
            tag = self._utf8[element.start : element.inside]
            name = re.split(rb"[\s/>]", tag[1:], maxsplit=1)[0]
            opened = tag[:-2].rstrip() + b">"
            self._edits.append((element.start, element.end, opened + text.encode() + b"</" + name + b">"))
        else:
            start = element.close if keeping else element.inside
            self._edits.append((start, element.close, text.encode()))

    def edited(self) -> tuple[bytes, str]:
        """The file with everything put in, as bytes in its own encoding and as text."""
        pieces = []
        done = 0
        for start, end, put in sorted(self._edits, key=lambda edit: edit[:2]):
            pieces += [self._utf8[done:start], put]
            done = end
        text = b"".join([*pieces, self._utf8[done:]]).decode()
        return text.encode(self._encoding), text


def _encoding(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    declared = _DECLARED.match(data)
    return "utf-8" if declared is None else declared[1].decode().lower()


def _elements(utf8: bytes) -> list[Element]:
    from xml.parsers import expat

    elements: list[Element] = []
    opened: list[int] = []
    parser = expat.ParserCreate(encoding="utf-8")

    def start(_name: str, _attributes: object) -> None:
        begins = parser.CurrentByteIndex
        tag = _START_TAG.match(utf8, begins)
        inside = begins if tag is None else tag.end()
        opened.append(len(elements))
        elements.append(Element(begins, inside, inside, inside))

    def end(_name: str) -> None:
        place = opened.pop()
        element = elements[place]
        if utf8[element.inside - 2 : element.inside] != b"/>":
            close = parser.CurrentByteIndex
            elements[place] = element._replace(close=close, end=utf8.index(b">", close) + 1)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(utf8, True)
    except expat.ExpatError as error:
        raise CannotSplice(f"not every reader of XML takes it: {error}") from None
    return elements
