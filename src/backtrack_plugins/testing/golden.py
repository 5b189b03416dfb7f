"""Golden files: bytes that were right once, kept beside the test, so that no change of them is an accident.

Independent readers say whether a file is right; a golden file says whether it is another. Whoever changes
one on purpose runs ``pytest --update-golden`` and reads the difference before it is committed.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False  # this is imported in every pytest run that asks for a golden file
if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "golden"
"""The folder beside a test file that holds its golden files."""

MOST_LINES = 60
"""Lines of a difference that are shown."""

_ROW = 16


class GoldenFiles:
    """The golden files that one run asked for.

    Args:
        update: Write what was asked for instead of comparing with it.
    """

    def __init__(self, *, update: bool) -> None:
        self.update = update
        self.written: list[tuple[str, str]] = []
        self._asked: dict[str, bytes] = {}

    def compare(self, folder: str, name: str, data: bytes) -> str:
        """What is to be said of some bytes and the golden file of that name; nothing when all is well.

        Args:
            folder: The folder that holds golden files.
            name: A file name.
            data: The bytes that the test made.
        """
        from backtrack_plugins.files import is_file_name

        if not is_file_name(name):
            return f"{name!r} is no file name; a golden file lies in the folder {FOLDER} beside the test"
        path = os.path.join(folder, name)
        if self._asked.setdefault(path, data) != data:
            told = difference(self._asked[path], data)
            return f"{path} was asked for twice in this run, with other bytes:\n{told}"
        there = _content(path)
        if there == data:
            return ""
        if self.update:
            self._write(path, data, "new" if there is None else "changed")
            return ""
        if there is None:
            return f"there is no golden file {path}; to write it, run pytest --update-golden, and read it"
        hint = "If that is meant, run pytest --update-golden and read the difference before you commit it."
        return f"{path} is not what was made:\n{difference(there, data)}\n{hint}"

    def _write(self, path: str, data: bytes, state: str) -> None:
        from backtrack_plugins.files import replace_file

        os.makedirs(os.path.dirname(path), exist_ok=True)
        replace_file(path, data)
        self.written.append((state, path))

    def stale(self) -> list[str]:
        """Files in the folders that were asked, for which nobody asked in this run."""
        folders = sorted({os.path.dirname(path) for path in self._asked})
        return [path for folder in folders for path in _files(folder) if path not in self._asked]

    def told(self) -> Iterator[str]:
        """What an updating run did, one line for each file, and what it found that nobody asked for."""
        for state, path in self.written:
            yield f"{state}: {path}"
        if not self.written:
            yield f"nothing changed; {len(self._asked)} asked for"
        for path in self.stale():
            yield f"nobody asked for: {path} (delete it, if every test of that folder ran)"


def difference(expected: bytes, made: bytes) -> str:
    r"""Two different texts as a unified difference; other bytes as rows around the first that differs.

    >>> print(difference(b"a\nb\n", b"a\nc\n"))
    --- golden
    +++ made
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    try:
        texts = [data.decode("utf-8") for data in (expected, made)]
    except UnicodeDecodeError:
        return _rows(expected, made)
    if any("\0" in text for text in texts):
        return _rows(expected, made)
    return _unified(texts[0], texts[1])


def _unified(expected: str, made: str) -> str:
    from difflib import unified_diff

    before, after = _shown_lines(expected), _shown_lines(made)
    shown = list(unified_diff(before, after, "golden", "made", lineterm=""))
    if len(shown) > MOST_LINES:
        shown[MOST_LINES:] = [f"... and {len(shown) - MOST_LINES} lines more"]
    return "\n".join(shown)


def _shown_lines(text: str) -> list[str]:
    """Lines in which nothing is invisible, so that two that differ look different."""
    lines = text.split("\n")
    last = lines.pop()
    lines = [line + "\\n" if line.endswith((" ", "\t")) else line for line in lines]
    if last:
        lines.append(f"{last} (no line feed at the end)")
    return ["".join(_shown(character) for character in line) for line in lines]


def _shown(character: str) -> str:
    if character == " " or character.isprintable():
        return character
    return character.encode("unicode_escape").decode()


def _rows(expected: bytes, made: bytes) -> str:
    shorter = min(len(expected), len(made))
    place = next((at for at in range(shorter) if expected[at] != made[at]), shorter)
    start = max(0, place - place % _ROW - _ROW)
    lines = [f"{len(expected)} bytes were golden, {len(made)} were made; the first to differ is byte {place}"]
    for at in range(start, min(start + 4 * _ROW, max(len(expected), len(made))), _ROW):
        rows = [data[at : at + _ROW] for data in (expected, made)]
        if rows[0] == rows[1]:
            lines.append(f"  {_row(at, rows[0])}")
        else:
            lines += [f"{sign} {_row(at, row)}" for sign, row in zip("-+", rows, strict=True) if row]
    return "\n".join(lines)


def _row(at: int, data: bytes) -> str:
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)
    return f"{at:08x}  {data.hex(' '):<47}  {text}"


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _files(folder: str) -> list[str]:
    paths = (
        [os.path.join(folder, name) for name in sorted(os.listdir(folder))] if os.path.isdir(folder) else []
    )
    return [path for path in paths if os.path.isfile(path)]
