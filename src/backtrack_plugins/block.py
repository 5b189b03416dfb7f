"""The block that an annotation is in a description: found, put in, replaced, taken out.

Its first line begins with words of ours and ends with the workout's name; its last line names the format
and a code made of the lines above it, so that it shows when somebody changed one of them. Both are plain
words: whatever reads the description sees them. Everything outside is the user's and stays byte for byte.

Lines end with a line feed. A service may write its line ends in another way, and take off white space at
the end of a line: neither makes a block another one.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.errors import DamagedBlock, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BLOCK_FORMAT = 2
"""Number in the last line of a block, so that a later version knows how to replace it."""

FIRST_WORDS = "Treadmill, which way you face: "
"""What the first line begins with; the workout's name follows."""

LAST_WORDS = "(backtrack-plugins, block "
"""What the last line begins with; the format's number follows, then the code."""

CODE_DIGITS = 6
"""Of the code, in hexadecimal: one changed block in 16 million goes unseen (our choice)."""

FRAME_CHARACTERS = len(f"{FIRST_WORDS}\n\n\n{LAST_WORDS}{BLOCK_FORMAT}, )") + CODE_DIGITS
"""How many characters of a block are not the text between its first and last line, nor the name."""

MOST_CHARACTERS = 1500
"""No platform documents a limit for a description; we keep a block short (our choice)."""

MOST_LINES_SHOWN = 60
"""Of a block in a message: more than any block of ours has."""

_FIRST, _LAST = FIRST_WORDS.rstrip(), LAST_WORDS.rstrip()
_ENDS = (
    re.compile(r"\(backtrack-plugins, block 1\)"),
    re.compile(r"\(backtrack-plugins, block 2, (?P<code>[0-9a-f]{6})\)"),
)
"""The last line of each format. The first format, which had no code, stands in what people pasted."""

_NUMBER = re.compile(r"\(backtrack-plugins, block ([0-9]{1,6})\b")


def make_block(name: str, text: str) -> str:
    r"""The block of a workout's name and the text of its annotation; no line ends with white space.

    Raises:
        UsageError: when a line of the text looks like a first or last line.

    >>> print(make_block("A", "1:00 backward"))
    Treadmill, which way you face: A
    1:00 backward
    <BLANKLINE>
    (backtrack-plugins, block 2, 807d2f)
    """
    lines = _lines(f"{FIRST_WORDS}{name}\n{text}\n")
    if any(is_mark(line) for line in lines[1:]):
        said = "a line of the text looks like the first or last line of a block, which are added to it"
        raise UsageError(said, argument="text")
    return "\n".join((*lines, f"{LAST_WORDS}{BLOCK_FORMAT}, {_code(lines)})"))


def is_mark(line: str) -> bool:
    """Whether a line is one that a block is found by, or what is left of one."""
    return line.startswith((_FIRST, _LAST))


def block_in(description: str) -> str | None:
    r"""The block of ours that stands in a description, also one that was changed; None when there is none.

    Returns:
        Its lines with line feeds between them and no white space at their ends.

    Raises:
        DamagedBlock: when there is part of a block, or more than one.

    >>> block = make_block("A", "1:00 backward")
    >>> block_in(merge_block("Nice run.", block)) == block
    True
    """
    found = _found(description)
    return None if found is None else "\n".join(found.lines)


def merge_block(description: str, block: str, *, overwrite: bool = False) -> str:
    r"""The description with the block in it: in place of the one that is there, or at the end.

    Putting the same block in twice is the same as once, and `remove_block` undoes it. At the end
    it stands after a blank line, which it brings along: in an empty description it stands alone.

    Args:
        description: As the service has it.
        block: The text of an `Annotation`, as `annotate` made it.
        overwrite: Replace a block that somebody changed inside; what they wrote into it is lost.

    Raises:
        DamagedBlock: when there is part of a block, or more than one; and when the one that is there was
            changed inside, unless it is to be overwritten.
        UsageError: when the block is none.

    >>> block = make_block("A", "1:00 backward")
    >>> merge_block("Nice run.", block).startswith("Nice run.\n\nTreadmill, which way you face: A\n")
    True
    """
    lines = _lines_of_whole(block)
    found = _found(description)
    if found is None:
        return "\n\n".join(filter(None, (description, "\n".join(lines))))
    if found.lines == lines:
        return description
    if not (overwrite or found.fits):
        raise _changed(found, "replaces")
    return found.before + found.line_end.join(lines) + found.after


def remove_block(description: str, *, overwrite: bool = False) -> str:
    r"""The description without the block, as it was before; as it is when there is none.

    Args:
        description: As the service has it.
        overwrite: Remove a block that somebody changed inside, too.

    Raises:
        DamagedBlock: as `merge_block` does.

    >>> remove_block(merge_block("Nice run.", make_block("A", "1:00 backward")))
    'Nice run.'
    """
    found = _found(description)
    if found is None:
        return description
    if not (overwrite or found.fits):
        raise _changed(found, "removes")
    # The blank line that came with the block has the line ends that the block has: a lone carriage return
    # before it is the user's.
    return found.before.removesuffix(found.line_end * 2) + found.after


class _Found(NamedTuple):
    """A block between two texts that are the user's."""

    before: str
    lines: tuple[str, ...]
    after: str
    line_end: str

    @property
    def fits(self) -> bool:
        """Whether nobody changed it since it was written."""
        return _fits(self.lines)


class _Mark(NamedTuple):
    """A line that a block is found by."""

    start: int
    line: str

    @property
    def is_first(self) -> bool:
        return self.line.startswith(_FIRST)

    @property
    def is_last(self) -> bool:
        return any(end.fullmatch(self.line) for end in _ENDS)


def _found(description: str) -> _Found | None:
    marks = list(_marks(description))
    if not marks:
        return None
    if len(marks) != 2 or not (marks[0].is_first and marks[1].is_last):
        raise _damaged(marks)
    first, last = marks
    end = last.start + len(last.line)
    text = description[first.start : end]
    first_line, _, _ = text.partition("\n")
    return _Found(
        before=description[: first.start],
        lines=_lines(text),
        after=description[end:],
        line_end="\r\n" if first_line.endswith("\r") else "\n",
    )


def _marks(description: str) -> Iterator[_Mark]:
    start = 0
    for line in description.split("\n"):
        if is_mark(line):
            yield _Mark(start, line.rstrip())
        start += len(line) + 1


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.rstrip() for line in text.split("\n"))


def _code(lines: Sequence[str]) -> str:
    """Made of all lines but the last."""
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    return sha256(text).hexdigest()[:CODE_DIGITS]


def _fits(lines: Sequence[str]) -> bool:
    matches = (end.fullmatch(lines[-1]) for end in _ENDS)
    code = next(match for match in matches if match is not None).groupdict().get("code")
    return code in {None, _code(lines[:-1])}


def _lines_of_whole(block: str) -> tuple[str, ...]:
    """The lines of what must be a block and nothing else."""
    marks = list(_marks(block))
    lines = _lines(block)
    if len(marks) == 2 and (marks[0].line, marks[1].line) == (lines[0], lines[-1]):
        first, last = marks
        if first.is_first and last.is_last and _fits(lines):
            return lines
    raise UsageError(
        "this is no block as annotate makes it; hand over the text of the Annotation as it is",
        argument="block",
    )


def _changed(found: _Found, does: str) -> DamagedBlock:
    return DamagedBlock(
        f"somebody changed the block in the description after it was written. It is now:\n"
        f"{_shown(found.lines)}\n--overwrite {does} it, with all that stands in it.",
        found=found.lines,
        changed=True,
    )


def _damaged(marks: Sequence[_Mark]) -> DamagedBlock:
    lines = tuple(mark.line for mark in marks)
    by_hand = (
        "Delete what is left of the block by hand, in the description, from its first to its last line; "
        "then annotate again. Nothing was changed."
    )
    return DamagedBlock(
        f"the description has {_what_is_there(marks)}:\n{_shown(lines)}\n{by_hand}",
        found=lines,
        changed=False,
    )


def _what_is_there(marks: Sequence[_Mark]) -> str:
    """In words, what is wrong with the lines that are there."""
    numbers = [int(match[1]) for match in map(_NUMBER.match, (mark.line for mark in marks)) if match]
    if any(number > BLOCK_FORMAT for number in numbers):
        return "a block that a later version of backtrack-plugins wrote (update this one, if you can)"
    firsts = sum(mark.is_first for mark in marks)
    lasts = sum(mark.is_last for mark in marks)
    if not lasts:
        return "the first line of a block, and no whole last line"
    if not firsts:
        return "the last line of a block, and no first line"
    return "lines of more than one block, or not in their order"


def _shown(lines: Sequence[str]) -> str:
    """Lines as they may stand in a message: none that commands a terminal."""
    shown = [line if line.isprintable() else ascii(line)[1:-1] for line in lines[:MOST_LINES_SHOWN]]
    if len(lines) > MOST_LINES_SHOWN:
        shown.append(f"... and {len(lines) - MOST_LINES_SHOWN} lines more")
    return "\n".join(f"  {line}".rstrip() for line in shown)
