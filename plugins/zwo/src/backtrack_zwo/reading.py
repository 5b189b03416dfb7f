"""A ZWO that we wrote back to its Workout.

The page stands in the description. Where somebody's editor has squeezed its white space, the lines
in the text events say the same steps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backtrack_plugins import Imported, InvalidWorkout, Loss, UnreadableInput, Workout, parse, parse_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = b"<!DOCTYPE"

# A line begins with its amount, and ends where what we put below it begins; a cue may say anything.
_LINE = re.compile(
    r"""(?P<line>
        (?:[0-9]+:[0-9:]+|[0-9.]+[ ](?:m|km|mi)|lap)[ ]
        (?:"(?:[^"\\\n]|\\.)*"|[^"\n])*?
    )(?=\n|[ ]fitted[ ]|[ ]In[ ][0-9]|\Z)""",
    re.VERBOSE,
)
_LEVEL = re.compile(r" level: ([a-z-]+)")


def is_zwo(head: bytes) -> bool:
    """Whether a file that begins so is a ZWO.

    >>> is_zwo(b"<?xml version='1.0'?><!-- mine --><workout_file>"), is_zwo(b"<gpx>")
    (True, False)
    """
    start = _prolog_end(head)
    return head.startswith((b"<workout_file", _DOCTYPE + b" workout_file"), start)


def from_zwo(data: bytes, name: str) -> Imported:
    """Read a ZWO.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when it is no well-formed XML, has a DOCTYPE, is no ZWO, or none of ours.
        InvalidWorkout: when its page was changed and is wrong now.
    """
    root = _root(data, name)
    page = _description(root)
    try:
        return Imported(workout=parse(page, file=name))
    except InvalidWorkout as error:
        problem = error
    return _from_events(root, page, problem, name)


def _root(data: bytes, name: str) -> _Element:
    from lxml import etree

    if data.startswith(_DOCTYPE, _prolog_end(data)):
        raise _has_doctype(name)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableInput(
            f"{name}:{error.lineno or 1}: not well-formed XML: {error.msg}. "
            "The file was cut short or changed by hand: export it again, or mend that line. Nothing was read."
        ) from None
    # In another encoding than the look at the first bytes can see through.
    if root.getroottree().docinfo.doctype:
        raise _has_doctype(name)
    if root.tag != "workout_file":
        raise UnreadableInput(
            f"{name}: no ZWO: it begins with <{root.tag!s}>, not <workout_file>. Nothing was read."
        )
    return root


def _prolog_end(data: bytes) -> int:
    match = _PROLOG.match(data)
    return match.end() if match is not None else 0


def _has_doctype(name: str) -> UnreadableInput:
    return UnreadableInput(
        f"{name}: has a DOCTYPE, which no ZWO needs and which can make a reader open other files. "
        "Delete it if you trust the file. Nothing was read."
    )


def _description(root: _Element) -> str:
    """The page, with blank lines before it, so that a problem's line is the file's."""
    description = root.find("description")
    if description is None:
        return ""
    return "\n" * ((description.sourceline or 1) - 1) + (description.text or "")


def _from_events(root: _Element, page: str, problem: InvalidWorkout, name: str) -> Imported:
    lines = list(_event_lines(root))
    squeezed = _squeezed(page)
    described = squeezed.startswith("name:")
    if not any(_is_line(text) for _, text in lines):
        if described:
            raise problem
        raise UnreadableInput(
            f"{name}: a ZWO without our lines: it does not say which way you face. "
            "Only files that backtrack exported can be read. Nothing was read."
        )
    if described and any(_squeezed(text) not in squeezed for _, text in lines):
        raise problem  # somebody changed the words, and the events would silently undo that
    return Imported(workout=_rebuilt(root, lines, squeezed, name), losses=_SQUEEZED_LOSSES)


_SQUEEZED_LOSSES = (
    Loss(
        what="repeats",
        instead="each pass is written out: the page in the description lost its line ends or indentation, "
        "so the steps were read from the text events",
    ),
    Loss(what="about", instead="not read, for the same reason"),
)


def _event_lines(root: _Element) -> Iterator[tuple[int, str]]:
    """The line of each step, with its place in the file."""
    for step in root.iterfind("workout/*"):
        for event in step:
            if str(event.tag).lower() == "textevent" and event.get("timeoffset", "").strip() in {"0", "0.0"}:
                match = _LINE.match(event.get("message", ""))
                if match is not None:
                    yield event.sourceline or 1, match["line"]
                    break


def _is_line(text: str) -> bool:
    try:
        parse_line(text)
    except InvalidWorkout as error:
        return error.problems[0].code == "BT009"  # a placed straddle, which reading drops
    return True


def _rebuilt(root: _Element, lines: list[tuple[int, str]], squeezed: str, name: str) -> Workout:
    title = root.findtext("name", "").strip()
    rows = [f"name: {title}"] if title else []
    level = _LEVEL.match(squeezed.removeprefix(f"name: {_squeezed(title)}"))
    if level is not None:
        rows.append(f"level: {level[1]}")
    for at, text in lines:
        rows.extend([""] * (at - 1 - len(rows)))  # so that a problem's line is the file's
        rows.append(text)
    return parse("\n".join(rows), file=name)


def _squeezed(text: str) -> str:
    return " ".join(text.split())
