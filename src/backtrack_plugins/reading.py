"""Files, texts and mappings to a Workout, with every problem at once."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

import msgspec

from backtrack_plugins.errors import InvalidWorkout, UnreadableInput
from backtrack_plugins.line import Dropped, Finding, read_line
from backtrack_plugins.problem import MOST_PROBLEMS, Problem, Where
from backtrack_plugins.units import Quantity
from backtrack_plugins.workout import (
    ABOUT_BYTES,
    DEEPEST_REPEAT,
    LEVELS,
    MOST_SEGMENTS,
    MOST_TIMES,
    Origin,
    Part,
    Repeat,
    Step,
    Straddle,
    Workout,
    check_about,
    check_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MOST_BYTES = 1 << 20
"""A workout file is at most 1 MiB."""

HEADERS = ("name", "level", "about")

_HEADER = re.compile(r"([A-Za-z_-]+)[ \t]*:(?:[ \t]+|\Z)(.*)\Z", re.DOTALL)
_REPEAT = re.compile(r"([+-]?[0-9]+)[ ]?[xX\u00d7]\Z", re.ASCII)
_REPEAT_LIKE = re.compile(r"(?:x[ ]?[0-9]+|[0-9]+[ ]?(?:times|times:|x:))\Z", re.IGNORECASE | re.ASCII)
_CONTENT = re.compile(r'((?:[^"#]|"(?:[^"\\]|\\.)*")*)(#.*)?\Z', re.DOTALL)


class SourceLine(NamedTuple):
    """One line of a page, taken apart.

    `content` is a header (key, value), the number of times of a repeat, a step, a straddle, a
    dropped line, or None for a line that is blank, only a comment, or could not be read.
    """

    number: int
    indent: int
    content: tuple[str, str] | int | Step | Straddle | Dropped | None
    comment: str
    blank: bool


def read(path: str | os.PathLike[str]) -> Workout:
    """Read a workout file: a page, or its JSON form when the name ends in ``.json``.

    Raises:
        UnreadableInput: when there is no such file, or it is over 1 MiB, binary or not UTF-8.
        InvalidWorkout: with every problem of the text, at most 100.
    """
    name = os.fspath(path)
    data = read_bytes(name)
    if name.lower().endswith(".json"):
        return from_json(data, file=name)
    return parse(decode(data, name), file=name)


def read_bytes(name: str) -> bytes:
    """The bytes of a file of at most 1 MiB.

    Raises:
        UnreadableInput: when it cannot be opened or is larger.
    """
    try:
        with open(name, "rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UnreadableInput(f"{name}: {reason}. Check the path; nothing was read.") from None
    if len(data) > MOST_BYTES:
        raise UnreadableInput(f"{name}: larger than 1 MiB, which no workout is. Nothing was read.")
    return data


def decode(data: bytes, name: str) -> str:
    """UTF-8 bytes to text, without a byte order mark.

    Raises:
        UnreadableInput: naming the line, when the bytes are binary or in another encoding.
    """
    if b"\0" in data:
        raise UnreadableInput(
            f"{name}: a binary file, not a page of lines. "
            "To turn a FIT or ZWO file into a page: backtrack import FILE"
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableInput(
            f"{name}:{line}: not UTF-8 (byte 0x{data[error.start]:02X}). "
            "Save the file as UTF-8 in your editor and try again."
        ) from None
    return text


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
    for line in source_lines(text, page.report):
        page.add(line)
        if len(page.problems) >= MOST_PROBLEMS:
            break
    return page.workout()


def source_lines(text: str, report: Callable[[int, Finding], None]) -> Iterator[SourceLine]:
    """Take a page apart, line by line, reporting what is wrong with each."""
    headers = True
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.removesuffix("\r")
        stripped = line.strip(" \t")
        if not stripped:
            yield SourceLine(number, 0, None, "", blank=True)
            continue
        indent = len(line) - len(line.lstrip(" \t"))
        if "\t" in line[:indent]:
            report(
                number,
                Finding("BT007", "a tab in the indentation", "indent with spaces", 1, line[:indent]),
            )
        header = _HEADER.match(stripped)
        if header is not None:
            if not headers:
                report(
                    number,
                    Finding(
                        "BT006",
                        f"{header[1]}: a header below the first step",
                        "headers come first",
                        1,
                        stripped,
                    ),
                )
            yield SourceLine(number, indent, (header[1].lower(), header[2]), "", blank=False)
            continue
        content, comment = _split_comment(stripped)
        if not content:
            yield SourceLine(number, indent, None, comment, blank=False)
            continue
        headers = False
        times = _repeat(content, indent + 1, number, report)
        if times is not None:
            yield SourceLine(number, indent, times, comment, blank=False)
            continue
        step, findings = read_line(content, indent + 1)
        for finding in findings:
            report(number, finding)
        # An unreadable line keeps its place, so that the repeat around it is not called empty.
        yield SourceLine(number, indent, _UNREAD if step is None else step, comment, blank=False)


_UNREAD = Dropped("")


def _split_comment(line: str) -> tuple[str, str]:
    if "#" not in line:
        return line, ""
    match = _CONTENT.match(line)
    if match is None:
        return line, ""
    return match[1].rstrip(" \t"), match[2] or ""


def _repeat(content: str, column: int, line: int, report: Callable[[int, Finding], None]) -> int | None:
    """How often a repeat line says; once where it says it wrongly, None when it is no repeat line."""
    match = _REPEAT.match(content)
    if match is not None:
        times = int(match[1]) if len(match[1]) < 12 else MOST_TIMES + 1
        if 1 <= times <= MOST_TIMES:
            return times
        message = f"{content}: a repeat is done 1 to {MOST_TIMES} times"
        hint = "write how often, in all, such as 3x"
    elif _REPEAT_LIKE.match(content):
        message = f"{content} is no repeat"
        hint = f"write {re.sub(r'[^0-9]', '', content)}x, and indent what is repeated"
    else:
        return None
    report(line, Finding("BT007", message, hint, column, content))
    return 1


class _Open:
    """A repeat whose end has not been seen."""

    def __init__(self, indent: int, times: int, line: int) -> None:
        self.indent = indent
        self.times = times
        self.line = line
        self.body: int | None = None
        self.parts: list[Part] = []
        self.lines: list[int] = []
        self.segments = 0
        self.seen = False


class _Page:
    """Builds a Workout from source lines and gathers what is wrong."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.headers: dict[str, str] = {}
        self.stack = [_Open(-1, 1, 0)]
        self.stack[0].body = 0
        self.too_many = False

    def report(self, line: int, finding: Finding) -> None:
        where = Where(file=self.file, line=line, column=finding.column)
        self.problems.append(finding.problem(where))

    def add(self, line: SourceLine) -> None:
        content = line.content
        if content is None:
            return
        if isinstance(content, tuple) and not isinstance(content, Dropped):
            self._header(line.number, *content)
            return
        self._indentation(line)
        top = self.stack[-1]
        top.seen = True
        if isinstance(content, int):
            if len(self.stack) > DEEPEST_REPEAT:
                self.report(
                    line.number,
                    Finding(
                        "BT008",
                        f"repeats nest more than {DEEPEST_REPEAT} deep",
                        "nest fewer",
                        line.indent + 1,
                        "",
                    ),
                )
            self.stack.append(_Open(line.indent, content, line.number))
        elif isinstance(content, Step | Straddle):
            top.parts.append(content)
            top.lines.append(line.number)
            top.segments += 1

    def _header(self, line: int, key: str, value: str) -> None:
        if key not in HEADERS:
            from difflib import get_close_matches

            near = get_close_matches(key, HEADERS, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"headers are {', '.join(HEADERS)}"
            self.report(line, Finding("BT006", f"{key}: no such header", hint, 1, key))
            return
        if key in self.headers:
            self.report(line, Finding("BT006", f"a second {key}", f"keep one {key}", 1, value))
            return
        value = value.rstrip(" \t")
        self.headers[key] = value
        column = len(key) + 3
        if key == "level":
            if value not in LEVELS:
                from difflib import get_close_matches

                near = get_close_matches(value.lower(), LEVELS, 1, 0.4)
                hint = f"did you mean {near[0]}?" if near else f"levels are {', '.join(LEVELS)}"
                self.report(line, Finding("BT006", f"{value!r} is no level", hint, column, value))
            return
        try:
            check_name(value) if key == "name" else check_about(value)
        except ValueError as error:
            hint = "shorten it" if "at most" in str(error) else "write it in plain words on one line"
            self.report(line, Finding("BT006", str(error), hint, column, value[:ABOUT_BYTES]))

    def _indentation(self, line: SourceLine) -> None:
        top = self.stack[-1]
        if top.body is None:
            if line.indent > top.indent:
                top.body = line.indent
            else:
                self._close()
                self._indentation(line)
            return
        if line.indent > top.body:
            self.report(
                line.number,
                Finding(
                    "BT007",
                    "indented deeper than the line above",
                    "only what stands below a repeat, such as 3x, is indented",
                    1,
                    "",
                ),
            )
            return
        while line.indent < (self.stack[-1].body or 0) and len(self.stack) > 1:
            self._close()
        if line.indent != self.stack[-1].body:
            self.report(
                line.number,
                Finding("BT007", "indentation between two levels", "align it with a line above", 1, ""),
            )

    def _close(self) -> None:
        done = self.stack.pop()
        outer = self.stack[-1]
        if not done.seen:
            self.report(
                done.line,
                Finding(
                    "BT007",
                    f"{done.times}x repeats nothing",
                    "indent the lines to repeat below it",
                    1,
                    f"{done.times}x",
                ),
            )
        segments = done.times * done.segments
        if segments + outer.segments > MOST_SEGMENTS and not self.too_many:
            self.too_many = True
            self.report(
                done.line,
                Finding(
                    "BT008",
                    f"more than {MOST_SEGMENTS} segments when its repeats are unrolled",
                    "repeat it less often",
                    1,
                    f"{done.times}x",
                ),
            )
        outer.segments += min(segments, MOST_SEGMENTS + 1)
        if done.parts and not self.problems:
            outer.parts.append(Repeat(times=done.times, steps=tuple(done.parts)))
        outer.lines.extend(done.lines)

    def workout(self) -> Workout:
        stopped = len(self.problems) >= MOST_PROBLEMS
        if not stopped:
            while len(self.stack) > 1:
                self._close()
            self._whole()
        if self.problems:
            raise InvalidWorkout(_capped(sorted(self.problems, key=_by_line), self.file))
        top = self.stack[0]
        level: Any = self.headers.get("level")
        workout = Workout(
            name=self.headers["name"],
            level=level,
            about=self.headers.get("about", ""),
            steps=tuple(top.parts),
        )
        return workout.with_origin(Origin(self.file, tuple(top.lines)))

    def _whole(self) -> None:
        top = self.stack[0]
        if "name" not in self.headers:
            where = Where(file=self.file, line=1, column=1)
            self.problems.append(
                Problem(
                    code="BT006",
                    message="the workout has no name",
                    hint="begin with: name: My workout",
                    where=where,
                )
            )
        if top.segments > MOST_SEGMENTS and not self.too_many:
            finding = Finding("BT008", f"more than {MOST_SEGMENTS} segments", "make it shorter", 1, "")
            self.report(top.lines[MOST_SEGMENTS], finding)
        if not top.seen:
            hint = "write one below the headers: 5:00 forward walk 4.5 km/h"
            self.problems.append(
                Problem(
                    code="BT009",
                    message="there is no step in it",
                    hint=hint,
                    where=Where(file=self.file, line=1),
                )
            )


def _by_line(problem: Problem) -> tuple[int, int]:
    return problem.where.line or 0, problem.where.column or 0


def _capped(problems: list[Problem], file: str | None) -> list[Problem]:
    if len(problems) < MOST_PROBLEMS:
        return problems
    rest = Problem(
        code="BT008",
        message=f"{MOST_PROBLEMS} problems or more: the rest was not read",
        hint="mend these first, or check that this is a workout file",
        where=Where(file=file),
    )
    return [*problems[: MOST_PROBLEMS - 1], rest]


def from_json(data: bytes | str, *, file: str | None = None) -> Workout:
    """Read the JSON form, as the published JSON Schema ``workout-1.json`` has it.

    Raises:
        InvalidWorkout: with every problem, each with its path, such as ``steps[2].speed``.
    """
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        where = Where(file=file)
        said = "nested too deep" if isinstance(error, RecursionError) else str(error)
        raise InvalidWorkout(
            [
                Problem(
                    code="BT010",
                    message=f"no JSON document: {said}",
                    hint="write it again whole",
                    where=where,
                )
            ]
        ) from None
    return from_mapping(document, file=file)


def from_mapping(document: Mapping[str, Any], *, file: str | None = None) -> Workout:
    """Convert a mapping, such as the app's own YAML or TOML loader returns, as `from_json` does.

    Raises:
        InvalidWorkout: with every problem, each with its path.

    >>> step = {"kind": "step", "amount": "2:00", "direction": "forward", "gait": "walk", "speed": "5 km/h"}
    >>> from_mapping({"name": "Hello", "steps": [step]}).name
    'Hello'
    """
    return _Mapping(file).workout(document)


class _Mapping:
    """Converts a mapping part by part, so that one reading reports every bad part."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def report(self, path: str, message: str, hint: str = "", code: str = "BT010") -> None:
        where = Where(file=self.file, path=path or None)
        self.problems.append(Problem(code=code, message=message, hint=hint, where=where))

    def workout(self, document: object) -> Workout:
        made: Workout | None = None
        if not _is_mapping(document):
            self.report("", "a workout is an object with a name and steps")
        else:
            fields = dict(document)
            parts = self._parts(fields.get("steps"), "steps", 0)
            self._unknown(fields, Workout, "")
            for field in ("name", "about"):
                if not isinstance(fields.get(field, ""), str):
                    self.report(field, f"{field} is a text")
            if "name" not in fields:
                self.report("name", "the workout has no name", 'add "name"')
            if not self.problems:
                try:
                    made = Workout(**{**fields, "steps": parts})
                except (ValueError, TypeError) as error:
                    self.report("", str(error))
        if self.problems or made is None:
            raise InvalidWorkout(_capped(self.problems, self.file))
        return made.with_origin(Origin(self.file, ()))

    def _parts(self, parts: object, path: str, depth: int) -> tuple[Part, ...]:
        made: list[Part] = []
        if not isinstance(parts, list | tuple) or not parts:
            self.report(path, f"{path.rpartition('.')[2]} is a list of at least one step")
            return ()
        if depth > DEEPEST_REPEAT:
            self.report(path, f"repeats nest more than {DEEPEST_REPEAT} deep", "nest fewer", "BT008")
            return ()
        for index, part in enumerate(parts):
            if len(self.problems) >= MOST_PROBLEMS:
                break
            found = self._part(part, f"{path}[{index}]", depth)
            if found is not None:
                made.append(found)
        return tuple(made)

    def _part(self, part: object, path: str, depth: int) -> Part | None:
        kinds: dict[str, type[Part]] = {"step": Step, "straddle": Straddle, "repeat": Repeat}
        if not _is_mapping(part):
            self.report(path, "a step is an object with a kind")
            return None
        fields = dict(part)
        kind = fields.pop("kind", None)
        if not isinstance(kind, str) or kind not in kinds:
            self.report(f"{path}.kind", "kind is step, straddle or repeat")
            return None
        before = len(self.problems)
        made = kinds[kind]
        self._unknown(fields, made, path)
        if made is Repeat:
            fields["steps"] = self._parts(fields.get("steps"), f"{path}.steps", depth + 1)
        for field in msgspec.structs.fields(made):
            if field.name in fields:
                if isinstance(field.type, type) and issubclass(field.type, Quantity):
                    fields[field.name] = self._quantity(
                        field.type, fields[field.name], f"{path}.{field.name}"
                    )
            elif field.required:
                self.report(f"{path}.{field.name}", f"the {kind} has no {field.name}")
        if len(self.problems) > before:
            return None
        try:
            return made(**fields)
        except (ValueError, TypeError) as error:
            self.report(path, str(error))
            return None

    def _quantity(self, kind: type[Quantity], value: object, path: str) -> Quantity | None:
        try:
            if not isinstance(value, str):
                raise TypeError(f"{value!r}: write it as text with its unit, such as {kind.examples[0]!r}")  # noqa: TRY301
            return kind(value)
        except (ValueError, TypeError) as error:
            self.report(path, str(error), code="BT004")
            return None

    def _unknown(self, fields: dict[Any, Any], made: type[msgspec.Struct], path: str) -> None:
        known = [field.name for field in msgspec.structs.fields(made)]
        for key in [key for key in fields if key not in known]:
            from difflib import get_close_matches

            near = get_close_matches(str(key), known, 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else f"fields are {', '.join(known)}"
            self.report(f"{path}.{key}" if path else str(key), "no such field", hint)
            del fields[key]


def _is_mapping(value: object) -> TypeGuard[Mapping[Any, Any]]:
    from collections.abc import Mapping

    return isinstance(value, Mapping)
