"""An ExportRequest to QZ's XML for treadmills.

Every pass of a repeat is written out: QZ's own ``repeat`` holds one level only, and nothing says whether the
texts in it are shown in every pass. The page in the comment keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import CannotExport, Exported, Loss, Problem, belt_plan
from backtrack_qz.rows import end_element, row_elements
from backtrack_qz.words import page_comment, showable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from backtrack_plugins import ExportRequest, Segment

NAME = "qz"

MOST_BYTES = 1 << 20
"""A larger file could not be read back."""


def to_qz(request: ExportRequest) -> Exported:
    """Write QZ's XML.

    Raises:
        CannotExport: when a step is shorter than 10 s (``qz/short``), one not facing the console is faster
            than anybody steps onto a belt (``qz/mount``), or the file would be larger than 1 MiB
            (``qz/large``).
    """
    from lxml.etree import Comment, Element

    rows, losses = belt_plan(request.timeline, NAME, waits=True)
    root = Element("rows", device="treadmill")
    root.extend(row_elements(request.segments, rows))
    root.append(end_element(request.timeline, request.segments))
    root.insert(0, Comment(page_comment(root, request.page)))
    data = serialised(root)
    refuse_large(data, request)
    return Exported(data=data, losses=(*losses, *letter_losses(request.segments)))


def serialised(root: _Element) -> bytes:
    """The bytes of a file, with what stands before and after the outermost element."""
    from lxml.etree import tostring

    return tostring(root.getroottree(), encoding="UTF-8", xml_declaration=True, pretty_print=True)


def refuse_large(data: bytes, request: ExportRequest) -> None:
    """Raise CannotExport where a file is larger than can be read back."""
    if len(data) <= MOST_BYTES:
        return
    problem = Problem(
        code="qz/large",
        message=f"{len(request.segments)} segments make a file larger than 1 MiB, which nothing reads back",
        hint="repeat less often, or make it several workouts",
        where=request.where(None),
    )
    raise CannotExport([problem])


def letter_losses(segments: Iterable[Segment]) -> tuple[Loss, ...]:
    """What is said of characters in cues that no XML file can contain."""
    steps = {segment.step_number for segment in segments if showable(segment.line) != segment.line}
    if not steps:
        return ()
    instead = "shown as \ufffd on the belt's screen, since no XML file can contain them; the page has them"
    return (Loss(what="letters", instead=instead, steps=tuple(sorted(steps))),)
