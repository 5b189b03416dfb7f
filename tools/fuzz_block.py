"""Put blocks into descriptions through random edits and echoes, and compare with what the user wrote.

    python tools/fuzz_block.py 20000            how many sequences, from seed 0
    python tools/fuzz_block.py 1 4711           one again, by its seed

Each sequence annotates, annotates anew, removes, lets the service write line ends in its own way, and
lets the user write before, after and inside the block, and delete parts of it. What the user wrote outside
must stay byte for byte (or as the service would have changed it anyhow), and a block that is not whole must
be refused, whatever is asked for.

The tests follow some of them with the same code.
"""

from __future__ import annotations

import re
import sys
from random import Random
from typing import TYPE_CHECKING

from seeds import follow_seeds

from backtrack_plugins.block import block_in, is_mark, make_block, merge_block, remove_block
from backtrack_plugins.errors import DamagedBlock

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_SEQUENCE = 12
PIECES = (
    *(
        "\n",
        "\n",
        "\n\n",
        " ",
        "  \n",
        "\t",
        "a",
        "Nice run.",
        "🏃‍♀️",
        "é",
        "\u2028",
        "\u00a0",
        "\x0b",
        "\x85",
    ),
    "Treadmill, which way",
    "so: Treadmill, which way you face: A",
    "(backtrack-plugins",
    "the (backtrack-plugins, block 2, 012345)",
    "2:00 backward walk 3.6 km/h hands free",
)
RETURNS = ("\r", "\r\n", "a\r\nb", "\r\r\n")
"""Carriage returns: where a service writes line ends anew, the user has only line feeds."""


class Description:
    """What a service has, and what must be there: the user's text before and after the block."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.has_returns = random.random() < 0.3
        self.before, self.after = self.a_text(), ""
        self.block: str | None = None
        self.line_end = "\n"
        self.text = self.before
        self.wrong: list[str] = []

    def a_text(self) -> str:
        """Something that a user may write, without a line that looks like one of a block."""
        pieces = (*PIECES, *RETURNS) if self.has_returns else PIECES
        text = "".join(self.random.choices(pieces, k=self.random.randint(0, 6)))
        return "" if any(is_mark(line) for line in text.split("\n")) else text

    def a_block(self) -> str:
        """A block of some workout."""
        text = self.a_text().strip() or "1:00 backward"
        return make_block(self.random.choice(("A", "Ünter 🏃", "x" * 60)), text)

    @property
    def wanted(self) -> str:
        """What the service must have now."""
        if self.block is None:
            return self.before + self.after
        gap = self.line_end * 2 if self.has_gap else ""
        return self.before + gap + self.block.replace("\n", self.line_end) + self.after

    has_gap = False

    def compare(self, did: str) -> None:
        """Note what is not as it must be."""
        if self.text != self.wanted:
            self.wrong.append(f"after {did}: {self.text!r} is not {self.wanted!r}")

    def annotate(self) -> None:
        """Put a block in, twice."""
        new = self.a_block()
        if self.block is None:
            self.has_gap, self.line_end = bool(self.before), "\n"
        self.block = new
        self.text = merge_block(self.text, new)
        self.compare("annotating")
        self.text = merge_block(self.text, new)
        self.compare("annotating again")
        if block_in(self.text) != new:
            self.wrong.append(f"found {block_in(self.text)!r}, not {new!r}")

    def remove(self) -> None:
        """Take the block out, twice."""
        self._lose_block()
        self.text = remove_block(self.text)
        self.compare("removing")
        self.text = remove_block(self.text)
        self.compare("removing again")

    def echo(self) -> None:
        """Let the service write the text in its own way."""
        if self.has_returns:
            return
        does: Callable[[str], str] = self.random.choice((_crlf, _trimmed, _lf))
        self.text = does(self.text)
        self.before, self.after = does(self.before), does(self.after)
        if self.block is not None:
            self.line_end = {_crlf: "\r\n", _lf: "\n"}.get(does, self.line_end)
        self.compare(f"an echo, {does.__name__}")

    def write_around(self) -> None:
        """Let the user write at the top and at the bottom."""
        top, bottom = self.a_text(), self.a_text()
        if self.block is not None:
            top, bottom = (top if self.has_gap else ""), f"\n{bottom}"
        if any(is_mark(line) for line in (top + self.before + self.after + bottom).split("\n")):
            return
        self.before, self.after = top + self.before, self.after + bottom
        if self.block is None:
            self._lose_block()
        self.text = self.wanted

    def write_inside(self) -> None:
        """Let the user write into the block: refused, until it may be replaced."""
        if self.block is None:
            return
        lines = self.block.split("\n")
        lines.insert(self.random.randint(1, len(lines) - 1), "my own words")
        written = self.line_end.join(lines)
        self.text = self.text.replace(self.block.replace("\n", self.line_end), written)
        self.block = self.a_block()
        self._must_refuse(self.block, changed=True, overwrite=False)
        self.text = merge_block(self.text, self.block, overwrite=True)
        self.compare("overwriting")

    def delete_part(self) -> None:
        """Let the user delete the beginning or the end of the block, which is refused, and then the rest."""
        if self.block is None:
            return
        there = self.block.replace("\n", self.line_end)
        first, *_, last = self.block.split("\n")
        if self.random.random() < 0.5:
            cut = there[self.random.randint(1, len(first)) :]
        else:
            cut = there[: -self.random.randint(1, len(last))]
        self.text = self.text.replace(there, cut)
        self._must_refuse(self.a_block(), changed=False, overwrite=True)
        self.before += self.line_end * 2 if self.has_gap else ""
        self._lose_block()
        self.text = self.wanted

    def _lose_block(self) -> None:
        self.block, self.before, self.after = None, self.before + self.after, ""

    def _must_refuse(self, block: str, *, changed: bool, overwrite: bool) -> None:
        for call in (
            lambda: merge_block(self.text, block, overwrite=overwrite),
            lambda: remove_block(self.text, overwrite=overwrite),
        ):
            try:
                call()
            except DamagedBlock as error:
                if error.is_changed != changed:
                    self.wrong.append(f"said to be changed: {error.is_changed}, of {self.text!r}")
            else:
                self.wrong.append(f"not refused: {self.text!r}")


def _crlf(text: str) -> str:
    return re.sub(r"\r?\n", "\r\n", text)


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n")


def _trimmed(text: str) -> str:
    return re.sub(r"[ \t]+(?=\r?(?:\n|\Z))", "", text)


def follow(random: Random) -> list[str]:
    """Follow one sequence; what went wrong, in sentences."""
    description = Description(random)
    acts = (
        *(description.annotate, description.annotate, description.remove, description.echo),
        *(description.write_around, description.write_inside, description.delete_part),
    )
    for _ in range(random.randint(1, LONGEST_SEQUENCE)):
        random.choice(acts)()
    return description.wrong


def lines(seed: int) -> list[str]:
    """What went wrong in the case of a seed, each sentence once."""
    return [*dict.fromkeys(follow(Random(seed)))]  # noqa: S311 - nothing secret is drawn


def main(arguments: list[str]) -> int:
    """Follow as many as asked for, and print what went wrong."""
    return follow_seeds(
        lines,
        arguments,
        many=20_000,
        said=lambda count, wrong: f"{count} sequences, {wrong} with a violation",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
