"""The words of ours in a file: the page in a comment, and the lines in the texts of the rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

PAGE_MARK = "backtrack-plugins: this page is the workout, and the rows below were made of it: "
ADDED_MARK = "backtrack-plugins: backward or sideways steps were put into this workout."
"""How the comments begin that are ours."""

CONTINUED = "Continued: "
"""Before the line of a step, in the row that is its rest."""

END = "The workout is over. Press stop: QZ does not stop the belt."
"""The text of the last row, by which it is known again."""

_NAME = "name: "

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPED = re.compile(r"&(?:amp|#([0-9]{1,7}));")


def escaped(text: str) -> str:
    """A text as it can stand in a comment, where ``--`` may not, nor what no XML file can contain.

    >>> escaped("over & out -- and back")
    'over &amp; out -&#45; and back'
    """
    text = text.replace("&", "&amp;").replace("--", "-&#45;")
    return _NO_XML.sub(lambda found: f"&#{ord(found[0])};", text)


def unescaped(text: str) -> str:
    """The text that was escaped so.

    >>> unescaped(escaped("---&#45;"))
    '---&#45;'
    """
    return _ESCAPED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[1] is None:
        return "&"
    number = int(found[1])
    return chr(number) if number <= 0x10FFFF else found[0]


def showable(text: str) -> str:
    """A text without the characters that no XML file can contain; others stand in their place."""
    return _NO_XML.sub("\ufffd", text)


def page_comment(root: _Element, page: str) -> str:
    """The text of the comment that has the page of these rows."""
    lines = escaped(page).rstrip("\n")
    return f"\n{PAGE_MARK}{digest(root, lines)}\n{lines}\n"


class Page(NamedTuple):
    """A page as it stands in a file.

    Attributes:
        text: The page.
        line: The line of the file in which it begins, from 1.
        unchanged: Whether page and rows are those that were written.
    """

    text: str
    line: int
    unchanged: bool


def page_in(root: _Element) -> Page | None:
    """The page in a file that we wrote; None where there is none."""
    for comment in comments_of_ours(root):
        begin, mark, rest = (comment.text or "").partition(PAGE_MARK)
        if mark:
            said, _, lines = rest.partition("\n")
            line = (comment.sourceline or 1) + begin.count("\n") + 1
            return Page(unescaped(lines), line, said.strip() == digest(root, lines))
    return None


def comments_of_ours(root: _Element) -> Iterator[_Element]:
    """The comments directly in the outermost element that begin as ours."""
    from lxml.etree import Comment

    for comment in root.iterchildren(Comment):
        if (comment.text or "").lstrip().startswith((PAGE_MARK, ADDED_MARK)):
            yield comment


def added_comment(name: str, notices: Iterable[str]) -> str:
    """The text of the comment in a file of somebody else's that has new steps."""
    return "\n" + escaped("\n".join([ADDED_MARK, _NAME + name, *notices])) + "\n"


def added_name(root: _Element) -> str | None:
    """What a file with new steps in it is called; None where there are none."""
    for comment in comments_of_ours(root):
        _, mark, rest = (comment.text or "").partition(ADDED_MARK + "\n" + _NAME)
        if mark:
            return unescaped(rest.partition("\n")[0])
    return None


def digest(root: _Element, lines: str) -> str:
    """Sixteen digits that are others when a row, a text or the page is; white space may differ."""
    from hashlib import sha256

    said = [line.rstrip() for line in lines.rstrip().split("\n")]
    for element in root.iterdescendants("*"):
        depth = sum(1 for _ in element.iterancestors())
        said.append(repr((depth, element.tag, sorted(element.items()))))
    return sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:16]
