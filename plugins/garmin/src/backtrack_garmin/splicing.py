"""New steps put into somebody's FIT workout file, whose own steps stay the messages that they are.

Of a step of theirs only its number changes, and of a repeat also the number of the step that it goes back
to. The workout gets the new name and count, and what we have to say below its description; the file a new
serial number, by which a watch tells workouts apart. When it was created stays: we look at no clock, and
it is still the file that somebody made then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import msgspec

from backtrack_garmin import profile, watch_plan
from backtrack_garmin.fit import DamagedFile, FitValueError, records
from backtrack_garmin.fit_records import LOCAL_TYPES, changed, rebuilt, records_of
from backtrack_garmin.own_lines import continued_in, read_description, read_note
from backtrack_garmin.reading import INDEX_MASK, REPEATS, WORKOUT_SESSION, place_of, read_whole
from backtrack_garmin.workout_file import CODES, ROOM, Steps, serial_number
from backtrack_plugins import (
    CannotExport,
    CannotSplice,
    Exported,
    Loss,
    Problem,
    Repeat,
    RepeatedSegments,
    Straddle,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from backtrack_garmin.fit import Field
    from backtrack_garmin.reading import WholeFile
    from backtrack_garmin.watch_plan import Planned, TreePart
    from backtrack_garmin.workout_file import Values
    from backtrack_plugins import Insert, SpliceRequest, Step

    Part: TypeAlias = Step | Straddle | Repeat

_FIELDS = {
    (kind.number, field.name): field
    for kind in (profile.FILE_ID, profile.WORKOUT, profile.WORKOUT_SESSION, profile.WORKOUT_STEP)
    for field in kind.fields
}

_QUIET_INTENSITIES = {None, 0, 5}
"""Of an active step and an interval, of which no app is known to take a speed."""

_SPEEDS = {0, 12}
"""Target types that are a speed: of the moment, and of the lap."""

_SAID_TWICE = Loss(
    what="speed",
    instead="in the words of each step; and as a target, 0.5 km/h either side of it: an app may take a "
    "speed for a belt from your own steps, and no new one must go on at it",
)
_GOES_ON = Loss(
    what="belt",
    instead="an app that moves a belt by the targets goes on at the speed of the last new walk, where your "
    "own steps after it have no speed target",
)


class _New(NamedTuple):
    """New steps, and before which step of the file they come, by its number there."""

    before: int
    rows: list[Values]


def splice(request: SpliceRequest) -> Exported:
    """Put new steps into a FIT workout file.

    All of them have speed targets where ``targets=speed`` asks for it, and where an app could take a speed
    for a belt from any step of the file; else none has.

    Raises:
        CannotSplice: when the file has several sessions or workouts, when the place lies within a repeat
            that is not counted, and when new steps that need a speed target cannot have one.
        CannotExport: when the whole has more than 50 messages; with ``targets=speed`` as `to_fit`.
    """
    file = read_whole(request.data, request.file)
    _refuse_what_has_no_place(file)
    with_speed = request.whole.options.targets == "speed" or any(map(_may_move_a_belt, file.steps))
    plans = [watch_plan.planned(insert.parts) for insert in request.inserts]
    if with_speed:
        treadmill = request.whole.timeline.treadmill
        plans = [
            watch_plan.starting_gently(plan, treadmill, after_straddle=_is_after_a_straddle(file, insert))
            for insert, plan in zip(request.inserts, plans, strict=True)
        ]
    _refuse_targets(request, plans, with_speed=with_speed)
    new = list(_new(request, file, plans, with_speed=with_speed))
    _refuse_too_many(request, len(file.steps), sum(len(each.rows) for each in new))
    workout = file.messages[profile.WORKOUT.number][0]
    described = _described(request, workout.get("wkt_description") or "", ours=_has_ours(file))
    first = new[0].rows[0]
    first["notes"], unsaid = watch_plan.with_notices(str(first["notes"]), described.notices, ROOM)
    try:
        data = _Rewriting(request, file, new, described.text).data()
    except (DamagedFile, FitValueError) as error:
        raise CannotSplice(str(error)) from None
    parts = [part for plan in plans for part in plan]
    losses = watch_plan.losses(parts, ROOM, unsaid, with_speed=with_speed)
    losses = (*losses, *_losses_of_header(described.header))
    return Exported(data=data, losses=(*losses, *_losses_of_speed(request, file, new, with_speed=with_speed)))


def _refuse_what_has_no_place(file: WholeFile) -> None:
    workouts, sessions = len(file.messages[profile.WORKOUT.number]), len(file.messages[WORKOUT_SESSION])
    if workouts != 1:
        said = f"{workouts} workouts" if workouts else "no message that names the workout"
        raise CannotSplice(f"it has {said}, and new steps belong to one")
    if sessions > 1:
        raise CannotSplice(f"it has {sessions} sessions, and new steps belong to none of them")


def _may_move_a_belt(step: Mapping[str, Any]) -> bool:
    """Whether an app could take a speed for a belt from a step: from a target, or from its intensity.

    QZ sets one of its own for warm-up, cool-down, rest and recovery (cagnulein/qdomyos-zwift, as the page
    "What formats lose" has it); what is unknown counts, too.
    """
    if _is_repeat(step):
        return False
    targets = {step.get("target_type"), step.get("secondary_target_type")}
    return bool(targets & _SPEEDS) or step.get("intensity") not in _QUIET_INTENSITIES


def _is_repeat(step: Mapping[str, Any]) -> bool:
    kind = step.get("duration_type")
    return kind == profile.DURATION_REPEAT or kind in REPEATS


def _refuse_targets(request: SpliceRequest, plans: Sequence[Sequence[Planned]], *, with_speed: bool) -> None:
    if not with_speed:
        return
    problems = [
        problem
        for plan in plans
        for problem in watch_plan.problems(plan, request.whole, CODES, with_speed=with_speed)
        if problem.code != CODES.steps
    ]
    if problems and request.whole.options.targets == "speed":
        raise CannotExport(problems)
    if problems:
        raise CannotSplice(
            "an app may take a speed for a belt from its steps, so that new ones need a speed target, too: "
            f"{problems[0].message}"
        )


def _new(
    request: SpliceRequest, file: WholeFile, plans: Sequence[tuple[Planned, ...]], *, with_speed: bool
) -> Iterator[_New]:
    treadmill = request.whole.timeline.treadmill if with_speed else None
    so_far = 0
    for insert, plan in zip(request.inserts, plans, strict=True):
        before = _place(file, insert.at)
        _refuse_a_turn_without_a_straddle(request, file, insert, before)
        steps = Steps(treadmill, before + so_far)
        steps.add(plan)
        so_far += len(steps.rows)
        yield _New(before, steps.rows)


def _place(file: WholeFile, at: int) -> int:
    """The number of the step of the file before which the part with this number in the Workout begins.

    A repeat that is not counted is done once in the Workout, and its steps are parts of their own; what is
    put between them would come back with them.
    """
    spans = list(_spans(file.imported.workout.steps, iter(file.places)))
    if at == 0:
        return 0
    if at >= len(spans):
        return len(file.steps)
    repeats = [(step["duration_value"], place_of(step)) for step in file.steps if _is_repeat(step)]
    for place in range(spans[at - 1][1] + 1, spans[at][0] + 1):
        if not any(first < place <= last for first, last in repeats) and not _is_rest(file, place):
            return place
    raise CannotSplice(
        "the place lies within a repeat that is not counted, with which new steps would come back as often "
        "as nobody knows"
    )


def _is_after_a_straddle(file: WholeFile, insert: Insert) -> bool:
    before = _place(file, insert.at) - 1
    return before >= 0 and isinstance(read_note(file.steps[before].get("notes", "")).step, Straddle)


def _is_rest(file: WholeFile, place: int) -> bool:
    """Whether a step of the file is what is left of the one before it."""
    return continued_in(file.steps[place].get("notes", "")) is not None


def _refuse_a_turn_without_a_straddle(
    request: SpliceRequest, file: WholeFile, insert: Insert, before: int
) -> None:
    """See that the straddle stands in the file that the way from new steps to an earlier block needs."""
    tree = request.whole.tree
    last = next(at for at, part in enumerate(tree) if part is insert.parts[-1])
    following: TreePart | None = next(iter(tree[last + 1 :]), None)
    while isinstance(following, RepeatedSegments):
        following = following.parts[0]
    if following is None or not following.added:
        return
    if not isinstance(read_note(file.steps[before].get("notes", "")).step, Straddle):
        raise CannotSplice(
            "an earlier block goes on behind the place, and no straddle in the file turns whoever comes from "
            "new steps"
        )


def _spans(parts: Sequence[Part], places: Iterator[int]) -> Iterator[tuple[int, int]]:
    """The first and the last step of each part, by their numbers in the file."""
    for part in parts:
        inside = [next(places) for _ in range(_count(part))]
        yield inside[0], inside[-1]


def _count(part: Part) -> int:
    return sum(map(_count, part.steps)) if isinstance(part, Repeat) else 1


def _refuse_too_many(request: SpliceRequest, theirs: int, ours: int) -> None:
    if theirs + ours <= watch_plan.MOST_STEPS:
        return
    raise CannotExport(
        [
            Problem(
                code=CODES.steps,
                message=f"{theirs + ours} steps on the watch, straddles and repeats counted, {theirs} of "
                f"them in {request.file} already; the limit is {watch_plan.MOST_STEPS}",
                hint="add a shorter block, or make two workouts of it",
                where=request.whole.where(request.segments[0]),
            )
        ]
    )


def _has_ours(file: WholeFile) -> bool:
    return any(read_note(step.get("notes", "")).step is not None for step in file.steps)


class _Described(NamedTuple):
    """The description, and what has no room in it: notices, and lines of the header."""

    text: str
    notices: list[str]
    header: tuple[str, ...]


def _described(request: SpliceRequest, description: str, *, ours: bool) -> _Described:
    """Their description with ours below it.

    With none of theirs it is our header, as in a file of ours. Below words of theirs the level comes first:
    by it the rules hold when the file is read again.
    """
    whole = request.whole
    theirs = read_description(description, in_ours=ours).theirs.rstrip()
    if not theirs:
        return _Described(*watch_plan.with_notices("\n".join(whole.header), whole.notices, ROOM), ())
    has_room = [
        line for line in whole.header if line.startswith("level: ") and ROOM.holds(f"{theirs}\n{line}")
    ]
    unsaid = tuple(line for line in whole.header[1:] if line not in has_room)
    return _Described(*watch_plan.with_notices("\n".join([theirs, *has_room]), whole.notices, ROOM), unsaid)


class _Rewriting:
    """The records of the file, written again with the new ones among them."""

    def __init__(self, request: SpliceRequest, file: WholeFile, new: list[_New], description: str) -> None:
        self.request = request
        self.file = file
        self.new = new
        self.description = description
        self.records = list(records_of(request.data))
        self.steps = file.messages[profile.WORKOUT_STEP.number]
        self._refuse_other_steps()
        used = {record.local for record in self.records}
        self.local = next((local for local in range(LOCAL_TYPES) if local not in used), LOCAL_TYPES - 1)

    def _refuse_other_steps(self) -> None:
        numbers = [record.definition.message for record in self.records if not record.is_definition]
        if numbers.count(profile.WORKOUT_STEP.number) != len(self.steps):
            raise DamagedFile("two readers find different steps in it")

    def data(self) -> bytes:
        """The bytes of the whole file."""
        return rebuilt(self.request.data, b"".join(self._written()))

    def _written(self) -> Iterator[bytes]:
        new = self._new_records()
        steps = iter(self.steps)
        left = len(self.steps)
        held = b""  # the definition of theirs that ours takes the place of
        mended: set[int] = set()
        for record in self.records:
            number = record.definition.message
            if record.is_definition:
                held = record.raw if record.local == self.local else held
                yield record.raw
            elif number == profile.WORKOUT_STEP.number:
                step = next(steps)
                left -= 1
                yield from (ours + held for ours in new.get(place_of(step), ()))
                yield changed(record, self._of_step(step))
                if not left:
                    yield from (ours + held for ours in new.get(len(self.steps), ()))
            else:
                yield changed(record, {} if number in mended else self._of_message(number))
                mended.add(number)

    def _new_records(self) -> dict[int, list[bytes]]:
        """The new records, by the number of the step of the file before which they come."""
        made: dict[int, list[bytes]] = {}
        for new in self.new:
            rows = new.rows
            if not self.file.numbered:
                rows = [{name: row[name] for name in row if name != "message_index"} for row in rows]
            made.setdefault(new.before, []).append(b"".join(records(profile.WORKOUT_STEP, rows, self.local)))
        return made

    def _moved(self, place: int) -> int:
        """The new number of a step of the file."""
        return place + sum(len(new.rows) for new in self.new if new.before <= place)

    def _of_step(self, step: Mapping[str, Any]) -> dict[Field, int | str]:
        values: dict[Field, int | str] = {}
        if self.file.numbered:
            flags = step.get("message_index", 0) & ~INDEX_MASK
            values[_FIELDS[profile.WORKOUT_STEP.number, "message_index"]] = flags | self._moved(
                place_of(step)
            )
        if _is_repeat(step):
            first = self._moved(step["duration_value"])
            values[_FIELDS[profile.WORKOUT_STEP.number, "duration_value"]] = first
        return values

    def _of_message(self, number: int) -> dict[Field, int | str]:
        """What changes in the first message of a kind."""
        values: dict[str, int | str] = {}
        whole = self.request.whole
        if number == profile.FILE_ID.number:
            values["serial_number"] = serial_number(whole.page, self.request.data)
        elif number == profile.WORKOUT.number:
            values["num_valid_steps"] = len(self.file.steps) + sum(len(new.rows) for new in self.new)
            values["wkt_name"] = whole.workout.name
            if self.description != self.file.messages[number][0].get("wkt_description"):
                values["wkt_description"] = self.description
        elif number == WORKOUT_SESSION:
            values = self._of_session(self.file.messages[WORKOUT_SESSION][0])
        return {_FIELDS[number, name]: value for name, value in values.items()}

    def _of_session(self, session: Mapping[str, Any]) -> dict[str, int | str]:
        """The only session gets what is put into it, at its beginning, or at its end."""
        begin = session.get("first_step_index", 0)
        end = begin + session.get("num_valid_steps", len(self.file.steps))
        inside = sum(len(new.rows) for new in self.new if begin <= new.before <= end)
        before = sum(len(new.rows) for new in self.new if new.before < begin)
        values: dict[str, int | str] = {}
        if "num_valid_steps" in session:
            values["num_valid_steps"] = session["num_valid_steps"] + inside
        if "first_step_index" in session:
            values["first_step_index"] = begin + before
        return values


def _losses_of_header(lines: Sequence[str]) -> Iterator[Loss]:
    for line in lines:
        what, _, said = line.partition(": ")
        yield Loss(what=what, instead=f"not carried, since the description is yours: {said}")


def _losses_of_speed(
    request: SpliceRequest, file: WholeFile, new: Sequence[_New], *, with_speed: bool
) -> Iterator[Loss]:
    if not with_speed:
        return
    if request.whole.options.targets != "speed":
        numbers = {segment.step_number for segment in request.segments if not segment.is_straddle}
        yield msgspec.structs.replace(_SAID_TWICE, steps=tuple(sorted(numbers)))
    first = min(each.before for each in new)
    after = [step for step in file.steps if place_of(step) >= first and not _is_repeat(step)]
    if any(step.get("target_type") not in _SPEEDS for step in after):
        yield _GOES_ON
