"""A Problem: one finding about a workout, with where it is and what to do about it."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

Severity = Literal["error", "warning", "info"]

MOST_PROBLEMS = 100
"""No more are listed for one file; the rest would not be read."""


# Compiled when first used, since most workouts are pages, and have no path.
_PATH_PARTS = r"""\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.\[\]]+)"""
_PLAIN_KEY = r"[A-Za-z_][A-Za-z0-9_-]*"


def path_of_key(path: str, key: str) -> str:
    """The path of a key of the object that stands at a path; the document's own is empty.

    >>> path_of_key("steps[2]", "speed"), path_of_key("", "a.b")
    ('steps[2].speed', '["a.b"]')
    """
    if re.fullmatch(_PLAIN_KEY, key):
        return f"{path}.{key}" if path else key
    import json

    return f"{path}[{json.dumps(key)}]"  # escapes whatever is not ASCII, and so whatever commands a terminal


class Where(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where in a workout a Problem lies; whatever is known of it.

    Attributes:
        file: The file's name as it was given.
        line: Line of the file, from 1.
        column: Column of that line in characters, from 1.
        step: Step of the workout, from 1, counting every written step and straddle from the top.
        path: Place in a JSON document, such as ``steps[2].speed``; a key with other characters than
            letters, digits, hyphens and underscores is quoted as in JSON, ``steps[2]["my speed"]``.

    >>> Where(file="easy.json", path="steps[2].speed").pointer
    '/steps/2/speed'
    """

    file: str | None = None
    line: int | None = None
    column: int | None = None
    step: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        if self.line is None and self.column is not None:
            place = f"{self.file}: column {self.column}" if self.file is not None else f"column {self.column}"
        elif self.line is not None:
            place = place if self.file is not None else f"line {place}"
        elif self.step is not None:
            place = f"{place}: step {self.step}" if place else f"step {self.step}"
        elif self.path is not None:
            place = f"{place}: {self.path}" if place else self.path
        return place

    @property
    def pointer(self) -> str | None:
        """The path as a JSON Pointer (RFC 6901); None where there is no path.

        Where a field is missing, it is the place where the field should stand.
        """
        if self.path is None:
            return None
        import json

        tokens = []
        for index, quoted, plain in re.findall(_PATH_PARTS, self.path):
            key: str = json.loads(quoted) if quoted else plain
            tokens.append(index or key.replace("~", "~0").replace("/", "~1"))
        return "".join(f"/{token}" for token in tokens)

    def as_data(self) -> dict[str, Any]:
        """What is known of the place as builtins, and its ``pointer`` where there is one."""
        known: dict[str, Any] = msgspec.to_builtins(self)
        return known if self.path is None else {**known, "pointer": self.pointer}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding of reading or checking a workout.

    Attributes:
        code: Stable code, such as ``BT305``; every code has a paragraph in the documentation.
        severity: ``error`` stops an export, ``warning`` and ``info`` do not.
        message: What is wrong, in one sentence.
        hint: What to do next.
        where: File, line, column, step.
        text: The offending text, as written.
        absolute: No option, level or supervisor lets it pass.
        silenced: Why the athlete chose not to see it; empty when they did not. Never an error.
    """

    code: str
    severity: Severity = "error"
    message: str
    hint: str = ""
    where: Where = Where()
    text: str = ""
    absolute: bool = False
    silenced: str = ""

    def __str__(self) -> str:
        place = str(self.where)
        said = (
            f"{place}: {self.severity} {self.code}: {self.message}"
            if place
            else (f"{self.severity} {self.code}: {self.message}")
        )
        return f"{said}\n    {self.hint}" if self.hint else said

    def as_data(self) -> dict[str, Any]:
        """All of it as builtins that any JSON library takes; what is empty is left out."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return {
            **data,
            "severity": self.severity,
            **({"where": self.where.as_data()} if "where" in data else {}),
        }


READING_CODES: dict[str, str] = {
    "BT001": "A word that is no part of a line.",
    "BT002": "A line lacks a part that is never assumed.",
    "BT003": "A line has two tokens for one part.",
    "BT004": "A quantity is malformed or out of range.",
    "BT005": "A cue is too long, empty, unclosed or has control characters.",
    "BT006": "A header is missing, unknown, repeated or has a value that cannot be.",
    "BT007": "A repeat or its indentation does not fit.",
    "BT008": "The workout is larger than anyone can run: segments, depth or problems.",
    "BT009": "There is no step in it.",
    "BT010": "The JSON form has a field that is unknown, missing or of the wrong type.",
}
"""Codes of what can be wrong with the text of a workout; the rules' own codes start at BT101."""
