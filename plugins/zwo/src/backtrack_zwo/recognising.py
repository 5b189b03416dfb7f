"""Whether a file is a ZWO: asked of every file that is imported, and so apart from what reads one."""

from __future__ import annotations

import re

_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)


def is_zwo(head: bytes) -> bool:
    """Whether a file that begins so is a ZWO.

    >>> is_zwo(b"<?xml version='1.0'?><!-- mine --><workout_file>"), is_zwo(b"<gpx>")
    (True, False)
    """
    match = _PROLOG.match(head)
    return head.startswith((b"<workout_file", b"<!DOCTYPE workout_file"), match.end() if match else 0)
