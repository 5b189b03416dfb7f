"""The bytes of a FIT workout file back to the Workout it was made from.

The header stands in the description, each step's line in its note, and repeats in repeat steps. The
page is put together again from these and read by the one reader of pages, so that what can be
written in a file and what can be written in a note are the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_garmin import profile
from backtrack_garmin.fit import STRING, DamagedFile, Field, MessageType, check_whole
from backtrack_garmin.planning import MOST_STEPS
from backtrack_garmin.workout_file import duration
from backtrack_plugins import (
    Imported,
    InvalidWorkout,
    Loss,
    Problem,
    Repeat,
    Step,
    Straddle,
    UnreadableInput,
    Where,
    parse,
    parse_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_plugins import Workout

_FILE_TYPES = {4: "an activity", 5: "a workout", 6: "a course", 7: "a schedule"}
"""Some of what a file_id's type can say (FIT profile, type ``file``)."""

_INDEX_MASK = 0x0FFF
"""The bits of a message_index that count; the others are flags (FIT profile, type ``message_index``)."""

_LEVEL = re.compile(r"\slevel:\s+(first-timer|beginner|intermediate|advanced)(?=\s|\Z)")


class _FileStep(NamedTuple):
    """A workout_step message, as far as it is read."""

    place: int
    duration_type: int | None
    duration_value: int | None
    passes: int | None
    note: tuple[str, ...]

    @property
    def is_repeat(self) -> bool:
        return self.duration_type == profile.DURATION_REPEAT


class _Line(NamedTuple):
    """A line of the page, and the workout_step it comes from; None for the description."""

    text: str
    place: int | None


class _Block(NamedTuple):
    """Lines that belong together, and the workout_step they begin with."""

    first: int
    lines: list[_Line]


def from_fit(data: bytes, name: str) -> Imported:
    """Read the bytes of a FIT workout file that ``garmin-fit`` wrote.

    Args:
        data: The file.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when the file is damaged or no workout.
        InvalidWorkout: when ``garmin-fit`` did not write it, or somebody changed a line into
            something that is none; each problem names the message of the file.
    """
    file_id, workouts, steps = _contents(data, name)
    _check_kind(file_id, steps, name)
    if not any(_has_line(step) for step in steps):
        raise InvalidWorkout([_foreign(name)])
    header, losses = _header(workouts)
    page = [*(_Line(text, None) for text in (*header, "")), *_body(steps, name)]
    try:
        workout = parse("\n".join(line.text for line in page))
    except InvalidWorkout as error:
        raise InvalidWorkout([_in_file(problem, page, name) for problem in error.problems]) from None
    losses += _changed(workout, page, steps)
    # A copy forgets the places it was read from: those of a page that nobody has.
    return Imported(workout=msgspec.structs.replace(workout), losses=tuple(losses))


def _contents(data: bytes, name: str) -> tuple[dict[str, Any], dict[str, Any], list[_FileStep]]:
    """The values of file_id and workout, and the steps in their order."""
    found: dict[int, list[dict[int, Any]]] = {}
    try:
        check_whole(data)
        for number, values in _messages(data):
            found.setdefault(number, []).append(values)
    except DamagedFile as error:
        raise UnreadableInput(
            f"{name}: a damaged FIT file: {error}. Copy or download it again; nothing was read."
        ) from None
    file_ids = _named(profile.FILE_ID, found)
    workouts = _named(profile.WORKOUT, found)
    steps = [_file_step(values) for values in _named(profile.WORKOUT_STEP, found)]
    return (file_ids or [{}])[0], (workouts or [{}])[0], sorted(steps, key=lambda step: step.place)


def _messages(data: bytes) -> Iterator[tuple[int, dict[int, Any]]]:
    """Number of each message, and its raw values by field number."""
    import fitdecode  # type: ignore[import-untyped]  # here, since exporting need not spend its 20 ms

    raising = {
        "check_crc": fitdecode.CrcCheck.RAISE,
        "error_handling": fitdecode.ErrorHandling.RAISE,
        "processor": None,
    }
    try:
        with fitdecode.FitReader(data, **raising) as reader:
            for frame in reader:
                if isinstance(frame, fitdecode.FitDataMessage):
                    yield frame.global_mesg_num, _raw_values(frame)
    except Exception as error:
        # Not only FitError: some files trip over its asserts, others over struct.
        raise DamagedFile(str(error) or "its records do not fit together") from error


def _raw_values(frame: Any) -> dict[int, Any]:
    fields = [field for field in frame.fields if field.field_def is not None and not field.field_def.is_dev]
    return {field.field_def.def_num: field.raw_value for field in fields}


def _named(kind: MessageType, found: dict[int, list[dict[int, Any]]]) -> list[dict[str, Any]]:
    return [
        {field.name: _typed(field, values.get(field.number)) for field in kind.fields}
        for values in found.get(kind.number, [])
    ]


def _typed(field: Field, value: object) -> int | str | None:
    """The value, if it is what the field should hold: a file may declare any type it likes."""
    return value if isinstance(value, str if field.base is STRING else int) else None


def _file_step(values: dict[str, Any]) -> _FileStep:
    note = (values["notes"] or "").split("\n")
    return _FileStep(
        place=(values["message_index"] or 0) & _INDEX_MASK,
        duration_type=values["duration_type"],
        duration_value=values["duration_value"],
        passes=values["target_value"],
        note=tuple(line for line in note if line.strip() and not line.lstrip().startswith("#")),
    )


def _check_kind(file_id: dict[str, Any], steps: Sequence[_FileStep], name: str) -> None:
    kind = file_id.get("type")
    if kind != profile.FILE_WORKOUT:
        said = _FILE_TYPES.get(kind or 0, "something else")
        raise UnreadableInput(
            f"{name}: this FIT file is {said}, not a workout. Give the .fit file that export wrote."
        )
    if [step.place for step in steps] != list(range(len(steps))):
        raise UnreadableInput(f"{name}: the steps of this FIT file are not numbered one after the other.")
    if not 1 <= len(steps) <= MOST_STEPS:
        raise UnreadableInput(
            f"{name}: this FIT workout has {len(steps)} steps; 1 to {MOST_STEPS} can be read."
        )


def _has_line(step: _FileStep) -> bool:
    if not step.note:
        return False
    try:
        parse_line(step.note[0].removesuffix(" added"))
    except InvalidWorkout:
        return False
    return True


def _foreign(name: str) -> Problem:
    return Problem(
        code="garmin-fit/foreign",
        message="no step of this workout has a line such as 5:00 forward walk 4.5 km/h in its notes",
        hint="only workouts that garmin-fit wrote can be read: they say which way you face, others do not",
        where=Where(file=name),
    )


def _header(workout: dict[str, Any]) -> tuple[list[str], list[Loss]]:
    """The header lines of the page; where the description was rewritten, as much as can be told."""
    title = workout.get("wkt_name")
    lines = (workout.get("wkt_description") or "").split("\n")
    if title is None or lines[0] == f"name: {title}":
        return [line for line in lines if not line.startswith("#")], []
    header = [f"name: {' '.join(title.split())}"]
    level = _LEVEL.search("\n".join(lines).removeprefix(header[0]))
    if level is not None:
        header.append(f"level: {level[1]}")
    instead = "the file's description was rewritten: name and level could be read, an about could not"
    return header, [Loss(what="about", instead=instead)]


def _body(steps: Sequence[_FileStep], name: str) -> list[_Line]:
    """The lines of the steps, repeats above what they repeat."""
    blocks: list[_Block] = []
    problems: list[Problem] = []
    for step in steps:
        if step.is_repeat:
            body = _repeated(blocks, step)
            if body is None:
                problems.append(_problem(name, step.place, "a repeat that goes back to no step before it"))
            else:
                indented = [line._replace(text=f"  {line.text}") for line in body.lines]
                blocks.append(_Block(body.first, [_Line(f"{step.passes or 0}x", step.place), *indented]))
        elif not step.note or not all(line.startswith("fitted ") for line in step.note[1:]):
            problems.append(_problem(name, step.place, "the notes are not the one line of this step"))
        else:
            blocks.append(_Block(step.place, [_Line(text, step.place) for text in step.note]))
    if problems:
        raise InvalidWorkout(problems)
    return [line for block in blocks for line in block.lines]


def _repeated(blocks: list[_Block], step: _FileStep) -> _Block | None:
    """Take what a repeat goes back over; None when no block begins there."""
    start = next((at for at, block in enumerate(blocks) if block.first == step.duration_value), None)
    if start is None:
        return None
    taken = blocks[start:]
    del blocks[start:]
    return _Block(taken[0].first, [line for block in taken for line in block.lines])


def _problem(name: str, place: int, message: str) -> Problem:
    return Problem(
        code="garmin-fit/step",
        message=message,
        hint="the file was changed after garmin-fit wrote it; export the workout again",
        where=_where(name, place),
    )


def _where(name: str, place: int | None) -> Where:
    path = "workout.wkt_description" if place is None else f"workout_step[{place}]"
    return Where(file=name, path=path)


def _in_file(problem: Problem, page: Sequence[_Line], name: str) -> Problem:
    line = problem.where.line
    where = Where(file=name) if line is None else _where(name, page[line - 1].place)
    return msgspec.structs.replace(problem, where=where)


def _changed(workout: Workout, page: Sequence[_Line], steps: Sequence[_FileStep]) -> list[Loss]:
    """What the watch would do otherwise than the line says, because somebody changed it there."""
    lines = workout.origin.lines if workout.origin is not None else ()
    numbers = []
    for number, (step, line) in enumerate(zip(_flat(workout.steps), lines, strict=True), start=1):
        place = page[line - 1].place
        if isinstance(step, Step) and place is not None:
            written = (steps[place].duration_type, steps[place].duration_value)
            if written != _duration_of(step):
                numbers.append(number)
    if not numbers:
        return []
    instead = "the step's duration in the file is not what its line says; the line was kept"
    return [Loss(what="changed duration", instead=instead, steps=tuple(numbers))]


def _duration_of(step: Step) -> tuple[int, int | None]:
    seconds, metres = step.amount.seconds, step.amount.metres
    ends_on = "time" if seconds is not None else "lap" if metres is None else "distance"
    return duration(ends_on, seconds, metres)


def _flat(parts: Sequence[Step | Straddle | Repeat]) -> Iterator[Step | Straddle]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from _flat(part.steps)
        else:
            yield part
