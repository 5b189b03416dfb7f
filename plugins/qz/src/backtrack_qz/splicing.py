"""New rows put into somebody's file, whose own elements stay as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins import FASTEST_MOUNT, CannotSplice, Exported, Loss, belt_plan
from backtrack_qz.parts import Rows
from backtrack_qz.reading import root_of
from backtrack_qz.rows import end_element, row_elements
from backtrack_qz.words import added_comment, comments_of_ours
from backtrack_qz.writing import NAME, letter_losses, refuse_large, serialised

if TYPE_CHECKING:
    from lxml.etree import _Element

    from backtrack_plugins import BeltRow, Insert, SpliceRequest
    from backtrack_qz.parts import Entry

_INDENT = "\n  "

_INHERITED = Loss(
    what="speed of your own rows",
    instead="the row after the new steps sets no speed. Before, the belt stayed at that of your row before; "
    "now it stays at that of the walk that ends the new steps, until you or the program change it",
)


def splice(request: SpliceRequest) -> Exported:
    """Put new rows into a file.

    Raises:
        CannotSplice: when a place lies inside a ramp; or when the row after it takes from the row before it
            what would be another incline now, or a speed that nobody may have meant.
        CannotExport: as `to_qz`, for the new steps.
    """
    root = root_of(request.data, request.file)
    entries = Rows(root, request.file).entries
    losses: list[Loss] = []
    for insert in reversed(request.inserts):
        losses += _put(root, entries, insert, request)
    for comment in list(comments_of_ours(root)):
        _take_out(comment)
    _say(root, request)
    data = serialised(root)
    refuse_large(data, request.whole)
    return Exported(data=data, losses=(*_merged(losses), *letter_losses(request.segments)))


def _put(root: _Element, entries: list[Entry], insert: Insert, request: SpliceRequest) -> list[Loss]:
    place = _place(entries, insert.at)
    rows, losses = belt_plan(request.whole.timeline, NAME, insert.segments, waits=True)
    new = list(row_elements(insert.segments, rows))
    after = [entry for entry in entries[place:] if not entry.is_end]
    following = [row for entry in after for row in _rows_of(entry)]
    if following:
        earlier = [row for entry in entries[:place] for row in _rows_of(entry)]
        losses = (*losses, *_left_to(earlier, following[0], rows[-1]))
    elif len(after) == len(entries[place:]):  # no row tells to stop the belt
        new.append(end_element(request.whole.timeline, insert.segments))
    at = 0
    for element in new:
        element.tail = _INDENT
    if place:
        before = entries[place - 1].element
        before.tail, new[-1].tail = _INDENT, before.tail
        at = root.index(before) + 1
    root[at:at] = new
    return list(losses)


def _rows_of(entry: Entry) -> list[_Element]:
    return list(entry.element.iter("row"))


def _place(entries: list[Entry], at: int) -> int:
    """Before which entry a new part comes that has so many parts of the Workout before it."""
    passed = place = 0
    for entry in entries:
        if passed >= at and not (at and entry.is_rest):
            break
        passed += len(entry.parts)
        place += 1
    if passed != at:
        raise CannotSplice("the place lies inside a ramp, which is one row in the file")
    return place


def _left_to(earlier: list[_Element], following: _Element, last: BeltRow) -> list[Loss]:
    """What the row after new ones takes from them, where that does no harm.

    Raises:
        CannotSplice: where it may.
    """
    if _says_no_incline(following) and (_incline_left(earlier) or 0.0) != last.incline_percent:
        raise CannotSplice(
            "the row after the new steps says no incline, and would have theirs instead of your row's before"
        )
    if _sets_speed(following):
        return []
    if last.metres_per_second * 3.6 > float(FASTEST_MOUNT.kmh):
        raise CannotSplice(
            "the row after the new steps sets no speed, and theirs, which the belt would keep, is a fast one"
        )
    return [_INHERITED]


def _incline_left(rows: list[_Element]) -> float | None:
    """The incline that rows leave behind; None where none says one."""
    said = [row.get("inclination", "") for row in rows if not _says_no_incline(row)]
    return float(said[-1]) if said else None


def _says_no_incline(row: _Element) -> bool:
    return row.get("inclination", "").strip() in {"", "-200"}


def _sets_speed(row: _Element) -> bool:
    if row.get("speedfrom") is not None:
        return True
    return row.get("forcespeed", "").strip() == "1" and float(row.get("speed") or 0) > 0


def _say(root: _Element, request: SpliceRequest) -> None:
    """A comment with what must stand in the file."""
    from lxml.etree import Comment

    comment = Comment(added_comment(request.whole.workout.name, request.whole.notices))
    comment.tail = root.text or "\n  "
    root.insert(0, comment)


def _take_out(comment: _Element) -> None:
    parent = comment.getparent()
    assert parent is not None  # noqa: S101 - it stands in the outermost element
    if comment.tail and comment.tail.strip():
        previous = comment.getprevious()
        if previous is None:
            parent.text = (parent.text or "") + comment.tail
        else:
            previous.tail = (previous.tail or "") + comment.tail
    parent.remove(comment)


def _merged(losses: list[Loss]) -> list[Loss]:
    """Each loss once, with the steps of all."""
    steps: dict[tuple[str, str], set[int]] = {}
    for loss in losses:
        steps.setdefault((loss.what, loss.instead), set()).update(loss.steps)
    return [
        Loss(what=what, instead=instead, steps=tuple(sorted(found)))
        for (what, instead), found in steps.items()
    ]
