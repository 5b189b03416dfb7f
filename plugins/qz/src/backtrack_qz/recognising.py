"""Whether a file is QZ's XML: asked of every file that is imported, and so apart from what reads one."""

from __future__ import annotations

import re

_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*>)*", re.DOTALL)
_ROWS = re.compile(rb"(?:<|<!DOCTYPE\s+)rows[\s/>\[]")


def is_qz(head: bytes) -> bool:
    """Whether a file that begins so is QZ's XML.

    >>> is_qz(b"<?xml version='1.0'?><!-- mine --><rows>"), is_qz(b"<rowset>")
    (True, False)
    """
    found = _PROLOG.match(head)
    return _ROWS.match(head, found.end() if found is not None else 0) is not None
