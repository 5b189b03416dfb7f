"""XML that somebody else wrote, read so that it can open no other file and take no more than its size.

For importers of XML formats. It needs the extra ``xml`` (lxml), which a plugin names among its dependencies:
``backtrack-plugins[xml]``.

The bytes become text before the parser sees any of them, in an encoding that is known here. So a DOCTYPE is
found in whatever encoding it hides, and nothing that it declares is ever looked at.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from backtrack_plugins.errors import UnreadableInput
from backtrack_plugins.reading import refuse_larger
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError, _Element

_DECLARATION = re.compile(r"""<\?xml\s[^>]*?\bencoding\s*=\s*["']([^"'>]*)["'][^>]*\?>""")
_PROLOG = re.compile(r"(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_DOCTYPE = "<!doctype"

_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0\0\0": "utf-32-le",
    b"\0\0\0<": "utf-32-be",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
"""How a file begins that is not plain UTF-8, the longer before what it begins with."""

_KNOWN = re.compile(r"utf-8|ascii|iso8859-[0-9]+|cp125[0-9]|cp437|cp850|koi8-[ru]|mac-roman")
"""Encodings that a file may say it has; each has ASCII where ASCII is."""

_MOST_HEAD = 1024
"""The declaration stands in the first so many bytes."""

_NEAR = 60
"""Characters around a place in which what went wrong is looked for."""


def read_xml(data: bytes, name: str, *, root: str, what: str, comments: bool = False) -> _Element:
    """Read the bytes of an XML file.

    Args:
        data: The file.
        name: Its name, for messages.
        root: The name of its outermost element, such as ``workout_file``.
        what: What such a file is called, such as ``ZWO``, for messages.
        comments: Whether to keep comments; the ``tag`` of one is no text.

    Returns:
        The outermost element; ``sourceline`` of each is its line in the file. Processing instructions are
        left out, and comments unless they are asked for.

    Raises:
        UnreadableInput: naming line and column, when it is not well-formed, says that it is in another
            encoding than it is, or nests deeper than 256 elements; when it has a DOCTYPE or another
            outermost element, or is larger than a workout may be.
    """
    from lxml import etree

    refuse_larger(data, name)
    text, encoded = _text(data, name)
    begin = _prolog_end(text)
    if text[begin : begin + len(_DOCTYPE)].lower() == _DOCTYPE:
        place = _Place.of(text, begin)
        raise UnreadableInput(
            f"{name}:{place.line}:{place.column}: has a DOCTYPE, which no {what} needs and which can make a "
            "reader open other files. Delete it if you trust the file. Nothing was read.",
            file=name,
        )
    parser = etree.XMLParser(
        encoding="utf-8",  # whatever it says: these bytes are
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not comments,
        remove_pis=True,
    )
    try:
        found = etree.fromstring(encoded, parser)
    except etree.XMLSyntaxError as error:
        _refuse_malformed(name, text, error)
    if found.tag != root:
        raise UnreadableInput(
            f"{name}: no {what}: it begins with <{shown(str(found.tag))}>, not <{root}>. Nothing was read.",
            file=name,
        )
    return found


class _Place(NamedTuple):
    """Line and column in a text, each from 1."""

    line: int
    column: int

    @classmethod
    def of(cls, text: str, at: int) -> _Place:
        """The place of a character."""
        return cls(text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))


def _text(data: bytes, name: str) -> tuple[str, bytes]:
    """The file as text, and as UTF-8."""
    mark = next((begin for begin in _MARKS if data.startswith(begin)), None)
    encoding = "utf-8" if mark is None else _MARKS[mark]
    if mark is None:
        head = data[:_MOST_HEAD].decode("latin-1")
        declared = _DECLARATION.search(head, 0, _prolog_end(head))
        if declared is not None:
            encoding = _of_declared(declared, name)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        read = data[: error.start].decode(encoding, "replace")
        place = _Place.of(read, len(read))
        said = encoding.removesuffix("-sig").upper()
        _refuse(
            name,
            place,
            f"not {said}, as it should be (byte 0x{data[error.start]:02X})",
            "Save the file as UTF-8 in your editor and try again.",
        )
    if not text.strip():
        _refuse(name, _Place(1, 1), "it is empty", "Get the file anew from where it comes.")
    if "\0" in text:
        place = _Place.of(text, text.index("\0"))
        _refuse(name, place, "a NUL byte, which no text has", "Get the file anew from where it comes.")
    return text, data if encoding == "utf-8" else text.encode(errors="replace")


def _of_declared(declared: re.Match[str], name: str) -> str:
    """The codec of the encoding that a file says it has."""
    said = declared[1]
    try:
        codec = codecs.lookup(said).name
    except LookupError:
        codec = ""
    if not _KNOWN.fullmatch(codec):
        place = _Place.of(declared.string, declared.start(1))
        wrong = "is none that is read here" if not codec.startswith("utf-") else "is not what the file is in"
        hint = 'Save the file as UTF-8, or, where it is, write encoding="UTF-8" there.'
        _refuse(name, place, f'encoding="{shown(said)}" {wrong}', hint)
    return codec


def _prolog_end(text: str) -> int:
    match = _PROLOG.match(text)
    return match.end() if match is not None else 0


def _refuse(name: str, place: _Place, said: str, hint: str) -> NoReturn:
    raise UnreadableInput(
        f"{name}:{place.line}:{place.column}: not well-formed XML: {said}. {hint} Nothing was read.",
        file=name,
    ) from None


def _refuse_malformed(name: str, text: str, error: XMLSyntaxError) -> NoReturn:
    line, column = error.position
    place = _Place(max(1, line or 1), max(1, column or 1))
    said = " ".join((error.msg or "").split()).rpartition(", line ")[0] or " ".join((error.msg or "").split())
    _refuse(name, place, _cut(said), _hint(text, place))


def _cut(said: str) -> str:
    """A parser's message, which may quote the file, as it may stand in ours."""
    short = said if len(said) <= 160 else said[:157] + "..."
    return short if short.isprintable() else ascii(short)[1:-1]


def _hint(text: str, place: _Place) -> str:
    """What to do about it, by what stands around the place."""
    rows = text.split("\n", place.line)
    row = rows[place.line - 1] if place.line <= len(rows) else ""
    near = row[max(0, place.column - _NEAR) : place.column + _NEAR]
    for pattern, hint in _HINTS:
        if re.search(pattern, near):
            return f"{hint} there, or export it again where it comes from."
    return (
        "The file was cut short or changed by hand: mend that place, or export it again where it comes from."
    )


_HINTS = (
    (r"\\>", "Write /> in place of \\>"),
    (r"&(?!(?:[A-Za-z_][\w.-]*|#[0-9]+|#x[0-9A-Fa-f]+);)", "Write &amp; in place of &"),
    (r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9A-Fa-f]+);)", "Write the character itself"),
    (r"""[A-Za-z_][\w.-]*\s*=\s*[^\s"'<>=]""", "Put the value of each attribute in quotes"),
    (r"[\u201c\u201d\u2018\u2019\u00ab\u00bb]", 'Write straight quotes, "'),
    (r"""=\s*"[^"]*<|=\s*'[^']*<""", "Write &lt; in place of <"),
)
"""What public files get wrong, the surest first; compiled when a file is wrong."""
