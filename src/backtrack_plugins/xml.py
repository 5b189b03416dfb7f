"""XML that somebody else wrote, read so that it can open no other file and take no more than its size.

For importers of XML formats. It needs the extra ``xml`` (lxml), which a plugin names among its dependencies:
``backtrack-plugins[xml]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.errors import UnreadableInput

if TYPE_CHECKING:
    from lxml.etree import _Element


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

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not comments,
        remove_pis=True,
    )
    try:
        found = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise UnreadableInput(
            f"{name}:{line}:{column}: not well-formed XML: {error.msg}. Mend that place, or get the file "
            "anew. Nothing was read."
        ) from None
    if found.getroottree().docinfo.doctype:
        raise UnreadableInput(
            f"{name}: has a DOCTYPE, which no {what} needs and which can make a reader open other files. "
            "Delete it if you trust the file. Nothing was read."
        )
    if found.tag != root:
        raise UnreadableInput(
            f"{name}: no {what}: it begins with <{found.tag!s}>, not <{root}>. Nothing was read."
        )
    return found
