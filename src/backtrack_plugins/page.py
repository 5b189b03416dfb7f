"""The grammar of a page: headers, lines, and repeats by indentation; with every problem at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_plugins.errors import InvalidWorkout
from backtrack_plugins.line import Dropped, Misreading, near_hint, read_line
from backtrack_plugins.problem import MOST_PROBLEMS, Problem, Where
from backtrack_plugins.units import shown
from backtrack_plugins.workout import (
    DEEPEST_REPEAT,
    LEVELS,
    MOST_SEGMENTS,
    MOST_TIMES,
    WORKOUT_CHECKS,
    Origin,
    Part,
    Repeat,
    Step,
    Straddle,
    Workout,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Report = Callable[[int, Misreading], None]

MOST_CHARACTERS = 1 << 20
"""A longer text is not read."""

HEADERS = ("name", "level", "about")

_HEADER = re.compile(r"([A-Za-z_-]+)[ \t]*:(?:[ \t]+|\Z)(.*)\Z", re.DOTALL)
_REPEAT = re.compile(r"([+-]?[0-9]+)[ ]?[xX\u00d7]\Z", re.ASCII)
_REPEAT_LIKE = re.compile(r"(?:x[ ]?[0-9]+|[0-9]+[ ]?(?:times|times:|x:))\Z", re.IGNORECASE | re.ASCII)
_CONTENT = re.compile(r'((?:[^"#]|"(?:[^"\\]|\\.)*")*)(#.*)?\Z', re.DOTALL)


class Header(msgspec.Struct, frozen=True):
    """A header line: its key in small letters, its value, and the columns of both."""

    key: str
    value: str
    key_column: int
    value_column: int


class Times(NamedTuple):
    """The line that begins a repeat: how often, and as it was written."""

    times: int
    written: str


class Unread(msgspec.Struct, frozen=True):
    """A line that could not be read; it keeps its place, so that the repeat around it is not called empty."""


Content = Header | Times | Step | Straddle | Dropped | Unread


class SourceLine(msgspec.Struct, frozen=True):
    """One line of a page, taken apart; `content` is None where it is blank or only a comment."""

    number: int
    indent: int
    content: Content | None
    comment: str


def parse(text: str, *, file: str | None = None) -> Workout:
    r"""Read a page.

    Args:
        text: The page.
        file: A name for messages.

    Raises:
        InvalidWorkout: with every problem of the page, at most 100.

    >>> parse("name: Hello\n2:00 forward walk 5 km/h\n").steps[0].speed
    Speed('5 km/h')
    """
    page = _Page(file)
    if len(text) > MOST_CHARACTERS:
        message = f"more than {MOST_CHARACTERS} characters, which no workout has"
        page.report(1, Misreading("BT008", message, "check that this is a workout file", 1, ""))
        raise InvalidWorkout(page.problems)
    for line in source_lines(text, page.report):
        page.add(line)
        if len(page.problems) >= MOST_PROBLEMS:
            break
    return page.workout()


def source_lines(text: str, report: Report) -> Iterator[SourceLine]:
    """Take a page apart, line by line, reporting what is wrong with each."""
    below_headers = False
    for number, raw in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        line = raw.removesuffix("\r").rstrip(" \t")
        stripped = line.lstrip(" \t")
        indent = len(line) - len(stripped)
        if "\t" in line[:indent] and stripped:
            report(
                number,
                Misreading("BT007", "a tab in the indentation", "indent with spaces", 1, line[:indent]),
            )
        header = _HEADER.match(stripped)
        if header is not None:
            columns = indent + 1, indent + 1 + header.start(2)
            content: Content | None = Header(header[1].lower(), header[2], *columns)
            if below_headers:
                message = f"{shown(header[1])}: a header below the first step"
                report(number, Misreading("BT006", message, "headers come first", columns[0], stripped))
            yield SourceLine(number, indent, content, "")
            continue
        written, comment = _split_comment(stripped)
        content = _content(written, indent + 1, number, report) if written else None
        below_headers = below_headers or content is not None
        yield SourceLine(number, indent, content, comment)


def _split_comment(line: str) -> tuple[str, str]:
    match = _CONTENT.match(line) if "#" in line else None
    if match is None:
        return line, ""
    return match[1].rstrip(" \t"), match[2] or ""


def _content(written: str, column: int, number: int, report: Report) -> Content:
    times = _times(written, column, number, report)
    if times is not None:
        return times
    step, findings = read_line(written, column)
    for finding in findings:
        report(number, finding)
    return Unread() if step is None else step


def _times(written: str, column: int, number: int, report: Report) -> Times | None:
    """How often a repeat line says; once where it says it wrongly, None when it is no repeat line."""
    match = _REPEAT.match(written)
    if match is not None:
        times = int(match[1]) if len(match[1]) < 12 else MOST_TIMES + 1
        if 1 <= times <= MOST_TIMES:
            return Times(times, written)
        message = f"{shown(written)}: a repeat is done 1 to {MOST_TIMES} times"
        hint = "write how often, in all, such as 3x"
    elif _REPEAT_LIKE.match(written):
        message = f"{shown(written)} is no repeat"
        hint = f"write {shown(re.sub(r'[^0-9]', '', written))}x, and indent what is repeated"
    else:
        return None
    report(number, Misreading("BT007", message, hint, column, written))
    return Times(1, written)


class _Open:
    """A repeat, or the page itself, whose end has not been seen."""

    def __init__(self, begun: Times, line: SourceLine | None) -> None:
        self.times, self.written = begun
        self.line = line
        self.body: int | None = None if line else 0
        self.parts: list[Part] = []
        self.lines: list[int] = []
        self.segments = 0
        self.empty = True


class _Page:
    """Builds a Workout from source lines and gathers what is wrong."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.headers: dict[str, Any] = {}
        self.stack = [_Open(Times(1, ""), None)]
        self.too_long = False

    def report(self, line: int, finding: Misreading) -> None:
        self.problems.append(finding.problem(Where(file=self.file, line=line, column=finding.column)))

    def add(self, line: SourceLine) -> None:
        content = line.content
        if isinstance(content, Header):
            self._header(line.number, content)
        elif content is not None:
            self._indentation(line)
            self._part(line, content)

    def _part(self, line: SourceLine, content: Content) -> None:
        top = self.stack[-1]
        if isinstance(content, Dropped):
            return
        top.empty = False
        if isinstance(content, Times):
            if len(self.stack) > DEEPEST_REPEAT:
                message = f"repeats nest more than {DEEPEST_REPEAT} deep"
                self.report(line.number, Misreading("BT008", message, "nest fewer", line.indent + 1, ""))
            self.stack.append(_Open(content, line))
        elif isinstance(content, (Step, Straddle)):
            top.parts.append(content)
            top.lines.append(line.number)
            self._count(top, 1, line)

    def _count(self, owner: _Open, segments: int, line: SourceLine) -> None:
        owner.segments += min(segments, MOST_SEGMENTS + 1)
        if owner.segments > MOST_SEGMENTS and not self.too_long:
            self.too_long = True
            message = f"more than {MOST_SEGMENTS} segments when its repeats are unrolled"
            hint = "repeat less often, or make two workouts of it"
            self.report(line.number, Misreading("BT008", message, hint, line.indent + 1, ""))

    def _header(self, line: int, header: Header) -> None:
        key, value = header.key, header.value
        if key not in HEADERS:
            hint = near_hint(key, HEADERS) or f"headers are {', '.join(HEADERS)}"
            finding = Misreading("BT006", f"{shown(key)}: no such header", hint, header.key_column, key)
            self.report(line, finding)
            return
        if key in self.headers:
            self.report(
                line, Misreading("BT006", f"a second {key}", f"keep one {key}", header.key_column, value)
            )
            return
        self.headers[key] = value
        try:
            WORKOUT_CHECKS[key](value)
        except ValueError as error:
            hint = near_hint(value, LEVELS) if key == "level" else "write it in plain words on one line"
            self.report(line, Misreading("BT006", str(error), hint, header.value_column, value))

    def _indentation(self, line: SourceLine) -> None:
        top = self.stack[-1]
        if top.body is None and top.line is not None:
            if line.indent > top.line.indent:
                top.body = line.indent
                return
            self._close()
        below = self.stack[-1].body or 0
        while line.indent < (self.stack[-1].body or 0) and len(self.stack) > 1:
            self._close()
        body = self.stack[-1].body or 0
        if line.indent == body:
            return
        if isinstance(line.content, Dropped):
            return
        if line.indent > below:
            message = "indented deeper than the line above"
            hint = "only what stands below a repeat, such as 3x, is indented"
        else:
            message, hint = "indentation between two levels", "align it with a line above"
        self.report(line.number, Misreading("BT007", message, hint, 1, ""))

    def _close(self) -> None:
        done = self.stack.pop()
        outer = self.stack[-1]
        line = done.line
        if line is None:
            return
        if done.empty:
            message = f"{shown(done.written)} repeats nothing"
            hint = "indent the lines to repeat below it"
            self.report(line.number, Misreading("BT007", message, hint, line.indent + 1, done.written))
        elif done.parts and not self.problems:
            outer.parts.append(Repeat(times=done.times, steps=tuple(done.parts)))
        outer.lines.extend(done.lines)
        self._count(outer, done.times * done.segments, line)

    def workout(self) -> Workout:
        if len(self.problems) < MOST_PROBLEMS:
            while len(self.stack) > 1:
                self._close()
            self._whole()
        if self.problems:
            raise InvalidWorkout(capped(sorted(self.problems, key=_by_place)))
        top = self.stack[0]
        workout = Workout(steps=tuple(top.parts), **self.headers)
        return workout.with_origin(Origin(self.file, tuple(top.lines)))

    def _whole(self) -> None:
        if "name" not in self.headers:
            self.report(
                1, Misreading("BT006", "the workout has no name", "begin with: name: My workout", 1, "")
            )
        if self.stack[0].empty:
            hint = "write one below the headers: 5:00 forward walk 4.5 km/h"
            self.report(1, Misreading("BT009", "there is no step in it", hint, 1, ""))


def _by_place(problem: Problem) -> tuple[int, int]:
    return problem.where.line or 0, problem.where.column or 0


def capped(problems: list[Problem]) -> list[Problem]:
    """At most 100 problems; the last of so many says that the rest was not read."""
    if len(problems) < MOST_PROBLEMS:
        return problems
    rest = Problem(
        code="BT008",
        message=f"{MOST_PROBLEMS} problems or more: the rest was not read",
        hint="mend these first, or check that this is a workout file",
        where=problems[MOST_PROBLEMS - 1].where,
    )
    return [*problems[: MOST_PROBLEMS - 1], rest]
