"""XML that is written to do harm, made of a good file: for suites that ask an importer about each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET = "what-stands-in-another-file"  # noqa: S105 - it is none
"""Stands in the file that hostile XML asks for; in no answer may it be."""

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*(?=<([A-Za-z_][^\s/>]*)[^>]*[^/>]>)", re.DOTALL
)
_DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml.*?\?>", re.DOTALL)

_DEEP = 100_000
_GROWING = 9
"""Each entity is ten of the one before: a thousand million in all."""


def is_xml(data: bytes) -> bool:
    """Whether a file is XML, to look at, without a DOCTYPE, and with something in its outermost element.

    >>> is_xml(b"<?xml version='1.0'?><plan><step/></plan>"), is_xml(b"name: A"), is_xml(b"<plan/>")
    (True, False, False)
    """
    return _START.match(data) is not None


def with_doctype(data: bytes, secret: str) -> Mapping[str, bytes]:
    """A good file with a DOCTYPE in each way that one can do harm, by what is done.

    Args:
        data: The good file; `is_xml` of it.
        secret: The address of another file, such as ``file:///tmp/secret``.
    """
    entities = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, _GROWING + 1))
    elsewhere = f'[<!ENTITY x SYSTEM "{secret}">]'
    return {
        "a DOCTYPE": _with(data, ""),
        "an entity": _with(data, '[<!ENTITY x "y">]', "&x;"),
        "entities that grow without end": _with(data, f'[<!ENTITY x0 "ha">{entities}]', f"&x{_GROWING};"),
        "an entity that is another file": _with(data, elsewhere, "&x;"),
        "a DOCTYPE that is another file": _with(data, f'SYSTEM "{secret}"'),
        "a DOCTYPE in UTF-16": _as_utf_16(_with(data, elsewhere, "&x;")),
    }


def deformed(data: bytes, secret: str) -> Mapping[str, bytes]:
    """A good file that was made deep, or lies about its encoding, or includes another, by what was done.

    Args:
        data: The good file; `is_xml` of it.
        secret: The address of another file.
    """
    body = _DECLARATION.sub(b"", data, count=1)
    included = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{secret}" parse="text"/>'
    return {
        "elements within elements": _put(data, b"<a>" * _DEEP + b"</a>" * _DEEP),
        "elements that are never closed": _put(data, b"<a>" * _DEEP),
        "an attribute that has no end": _put(data, b'<a b="' + b"b" * (1 << 20)),
        "bytes that are no UTF-8": _put(data, b"<a>\xe9\xff</a>"),
        "characters that XML has not": _put(data, b"<a>&#0;&#xD800;\x01</a>"),
        "another encoding than it says": b'<?xml version="1.0" encoding="UTF-16"?>' + body,
        "an encoding that nobody knows": b'<?xml version="1.0" encoding="x-nobodys"?>' + body,
        "UTF-16 without saying so": _as_utf_16(data),
        "another file included": _put(data, included.encode()),
    }


def _with(data: bytes, said: str, reference: str = "") -> bytes:
    """The file with a DOCTYPE, and a reference where the outermost element begins."""
    match = _START.match(data)
    assert match is not None
    doctype = b"<!DOCTYPE " + match[1] + f" {said}>".encode()
    return data[: match.end()] + doctype + _put(data[match.end() :], reference.encode())


def _put(data: bytes, what: bytes) -> bytes:
    """The file with something more where its outermost element begins."""
    match = _START.match(data)
    assert match is not None
    begun = data.index(b">", match.end()) + 1
    return data[:begun] + what + data[begun:]


def _as_utf_16(data: bytes) -> bytes:
    return _DECLARATION.sub(b"", data, count=1).decode("utf-8-sig", "replace").encode("utf-16")
