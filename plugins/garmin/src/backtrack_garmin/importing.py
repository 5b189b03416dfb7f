"""A ForeignWorkout to a Workout, with what has no place in one.

The page is put together from the steps and read by the one reader of pages, so that what can be
written in a file and what can be written in a note are the same. A step whose note has our line is
that line. Every other is read as forward, and what its formats leave open is assumed on the gentle
side and reported: see `WALK`, `RUN` and `FASTEST_WALK`.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from backtrack_garmin.foreign import DISTANCE, LAP, TIME, ForeignRepeat, ForeignStep, plain
from backtrack_garmin.own_lines import (
    REWRITTEN,
    Note,
    is_held,
    is_name,
    is_near_line,
    read_description,
    read_header,
    read_note,
)
from backtrack_garmin.whole_steps import whole_steps
from backtrack_plugins import (
    Amount,
    Imported,
    InvalidWorkout,
    Loss,
    Problem,
    Speed,
    Step,
    Straddle,
    Where,
    about_from,
    clean_name,
    clean_text,
    cue_from,
    parse,
    write_line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_garmin.foreign import End, ForeignPart, ForeignWorkout, Target

_TURNS = re.compile(r"(?:^# |^straddle, )then (forward|backward|left|right)$", re.MULTILINE)
"""What the name or the note of a straddle of ours says of the step that comes after it."""

WALK = Speed("5 km/h")
"""The speed of a walk where the file gives none (our choice, on the gentle side)."""

RUN = Speed("8 km/h")
"""The speed of a run where the file gives none (our choice, on the gentle side)."""

FASTEST_WALK = Decimal(7)
"""Up to so many km/h a speed is walked (our choice; people break into a run at 7 to 8 km/h)."""

FASTEST = Decimal(45)
"""No line may say more, in km/h."""

LONGEST_SECONDS = 24 * 3600
LONGEST_METRES = 300_000

UNNAMED = "Imported workout"

MOST_PROBLEMS = 100

_STAND_IN = f"1:00 forward walk {WALK}"
"""Stands on the page for a step that is a problem already, so that the others are read, too."""

_DIRECTION = Loss(what="direction", instead="assumed to be forward: only a line of ours says another one")
_GAIT = Loss(
    what="gait", instead=f"assumed: walk up to {FASTEST_WALK} km/h, in walking workouts and at rest, else run"
)
_MIDDLE = Loss(
    what="speed", instead="the middle of the target, to the nearest 0.1 km/h; the target stands in the cue"
)
_NEAREST = Loss(what="speed", instead="the target, to the nearest 0.1 km/h")
_ASSUMED = {
    speed: Loss(what="speed", instead=f"assumed, since the file gives none: {gait} {speed}")
    for gait, speed in (("walk", WALK), ("run", RUN))
}
_TARGET = Loss(what="target", instead="in the cue: a step has no field for it")
_INTENSITY = Loss(what="intensity", instead="in the cue: a step has no field for it")
_WORDS = Loss(what="name and note of a step", instead="in the cue")
_END = Loss(what="end of a step", instead="the lap button ends it; until when stands in the cue")
_SECONDS = Loss(what="time", instead="to the nearest second")
_METRES = Loss(what="distance", instead="to the nearest centimetre")
_NO_LINE = Loss(
    what="line", instead="these steps have none of ours, others have: they were made or changed elsewhere"
)
_CHANGED = Loss(
    what="changed duration",
    instead="the step's duration in the file is not what its line says; the line was kept",
)

_CHANGED_SPEED = Loss(
    what="changed speed",
    instead="the step's target in the file is not the speed of its line; the line was kept",
)


class _Line(NamedTuple):
    """A line of the page, and the part of the file it comes from."""

    text: str
    place: str


class Understood(NamedTuple):
    """Somebody's workout as it was read.

    Attributes:
        imported: What it says.
        places: Of each step of the Workout, in order, the place in the file where it stands.
    """

    imported: Imported
    places: tuple[str, ...]


def understand(workout: ForeignWorkout, name: str, *, plugin: str, description: str) -> Understood:
    """Turn somebody's workout into a Workout.

    Args:
        workout: The workout.
        name: The file's name, for messages.
        plugin: The importer's name, with which codes of problems begin.
        description: Where in the file the description stands, for messages.

    Raises:
        InvalidWorkout: with every problem, each naming its part of the file.
    """
    workout = workout._replace(steps=whole_steps(workout.steps))
    ours = [is_note_of_ours(step) for step in leaves(workout.steps)]
    page = _Page(name, plugin, in_ours=any(ours), has_others=not all(ours))
    page.problems += workout.problems
    page.add_header(workout, description)
    page.add(workout.steps, 0, ())
    understood = page.understood(workout.losses)
    plain_steps = not any(step.targets or step.intensity for step in leaves(workout.steps))
    complete = page.has_header and all(ours) and plain_steps and not understood.imported.losses
    return understood._replace(imported=msgspec.structs.replace(understood.imported, complete=complete))


def leaves(parts: Sequence[ForeignPart]) -> Iterator[ForeignStep]:
    """The steps, without their repeats."""
    for part in parts:
        if isinstance(part, ForeignRepeat):
            yield from leaves(part.steps)
        else:
            yield part


def is_note_of_ours(step: ForeignStep) -> bool:
    """Whether a step's note has our line."""
    return read_note(step.note).step is not None


class _Page:
    """The page, its losses, and what is wrong with what it is made from."""

    def __init__(self, file: str, plugin: str, *, in_ours: bool, has_others: bool) -> None:
        self.file = file
        self.plugin = plugin
        self.in_ours = in_ours
        self.has_others = has_others
        self.has_header = False
        self.lines: list[_Line] = []
        self.problems: list[Problem] = []
        self.general: list[Loss] = []
        self.lost: dict[Loss, list[int]] = {}
        self.turned = ""
        self.facing = ""
        self.foreign = ""

    def lose(self, loss: Loss, lines: int | range | None = None) -> None:
        """Note a loss of one line of the page, from 0, or of several; of the last when left out."""
        at = len(self.lines) - 1 if lines is None else lines
        self.lost.setdefault(loss, []).extend([at] if isinstance(at, int) else at)

    def refuse(self, place: str, message: str, hint: str) -> None:
        """Note a problem of a part of the file."""
        where = Where(file=self.file, path=place)
        self.problems.append(Problem(code=f"{self.plugin}/step", message=message, hint=hint, where=where))

    def add_header(self, workout: ForeignWorkout, place: str) -> None:
        """Append the header lines."""
        title = clean_name(workout.name or "") or None
        in_ours = self.in_ours and not self.has_others
        header = read_header(workout.name, title, workout.description, in_ours=in_ours)
        if header is not None:
            self.has_header = True
            self.general += header.losses
            self.lines += [_Line(line, place) for line in header.lines]
        else:
            self.lines.append(_Line(f"name: {title or UNNAMED}", place))
            described = read_description(workout.description, in_ours=self.in_ours)
            if described.level:
                self.lines.append(_Line(f"level: {described.level}", place))
            self._add_about(clean_text(described.theirs), place)
            if self.in_ours and workout.description.startswith("name: "):
                self.general.append(REWRITTEN)
            if title is None:
                self.general.append(Loss(what="name", instead=f"it has none, and is called {UNNAMED}"))
            elif title != (workout.name or "").strip():
                said = f"{clean_text(workout.name or '')!r} can be none, and is now {title!r}"
                self.general.append(Loss(what="name", instead=said))
        self.lines.append(_Line("", place))

    def _add_about(self, description: str, place: str) -> None:
        about, rest = about_from(description)
        if about:
            self.lines.append(_Line(f"about: {about}", place))
        if rest:
            said = f"has room for 100 bytes of the description; not carried: {rest}"
            self.general.append(Loss(what="about", instead=said))

    def add(self, parts: Sequence[ForeignPart], depth: int, first_words: tuple[str, ...]) -> None:
        """Append the lines of parts; the first words go into the cue of the first step."""
        for part in parts:
            if isinstance(part, ForeignStep):
                self._add_step(part, "  " * depth, first_words)
            else:
                self._add_repeat(part, depth, first_words)
            first_words = ()

    def _add_repeat(self, repeat: ForeignRepeat, depth: int, first_words: tuple[str, ...]) -> None:
        begin = len(self.lines)
        self.foreign = ""
        if repeat.until is None:
            self.lines.append(_Line(f"{'  ' * depth}{repeat.times}x", repeat.place))
            self.add(repeat.steps, depth + 1, first_words)
        else:
            words = f"repeat {repeat.until.words}"
            self.add(repeat.steps, depth, (*first_words, words))
            once = Loss(what="repeat", instead=f"done once; the file says: {words}")
            self.lose(once, range(begin, len(self.lines)))
        if repeat.left:
            self.lose(_left_out(repeat.left), range(begin, len(self.lines)))
        self.turned = self.foreign = ""  # its last straddle is for the next pass

    def _add_step(self, step: ForeignStep, indent: str, first_words: tuple[str, ...]) -> None:
        note = read_note(step.note, in_ours=self.in_ours)
        line = len(self.lines)
        turned, self.turned = self.turned, ""
        facing, self.facing = self.facing, ""
        foreign, self.foreign = self.foreign, ""
        if note.step is not None:
            if foreign and note.lines[0].endswith(" straddle added") and _turns_to(step) == "forward":
                # Nothing places a straddle between two steps that face forward.
                self.refuse(
                    foreign,
                    "the straddle after it turns forward, and its note has no line that says from where",
                    "write its line into the note again, or make the workout anew",
                )
            self._add_own(step, note, note.step, indent)
        elif note.lines:
            # Whatever is wrong with it, the reader of pages says it best.
            self.lines += [_Line(indent + text, step.place) for text in note.lines]
        elif note.changed or is_name(step.name):
            what = "the step's line is gone"
            if note.changed:
                what = "the note has a line of ours that was changed"
            hint = "write the line as it should be; where it is another step now, change note and name"
            self.refuse(step.place, what, hint)
            self.lines.append(_Line(indent + _STAND_IN, step.place))
        elif turned:
            # Nobody who was to face backward is sent forward, because the words of one step were lost.
            self.refuse(
                step.place,
                f"the straddle before it turns to face {turned}, and its note has no line of ours",
                "write its line into the note again, or make the workout anew",
            )
            self.lines.append(_Line(indent + _STAND_IN, step.place))
        elif facing and not step.name and not step.note:
            self.refuse(
                step.place,
                f"the step before it faces {facing}, and its note has no line of ours",
                "write its line into the note again, or put a straddle of ours before it",
            )
            self.lines.append(_Line(indent + _STAND_IN, step.place))
        else:
            self._add_foreign(step, indent, first_words)
            self.foreign = step.place
        if step.left:
            self.lose(_left_out(step.left), line)

    def _add_own(self, step: ForeignStep, note: Note, said: Step | Straddle, indent: str) -> None:
        line = len(self.lines)
        if isinstance(said, Straddle):
            turns = _turns_to(step)
            self.turned = "" if turns == "forward" else turns
        elif said.direction != "forward":
            self.facing = said.direction
        self.lines += [_Line(indent + text, step.place) for text in note.lines]
        if any(is_near_line(row) for row in note.rest):
            self.refuse(step.place, "the note has two lines, and a step is one", "keep the one that is meant")
        elif note.rest:
            instead = f"not carried, since the step has its line: {clean_text(' '.join(note.rest))}"
            self.lose(Loss(what="note", instead=instead), line)
        waits = isinstance(said, Straddle) and step.end.kind == LAP
        if not waits and not _same_amount(said.amount, step.end):
            self.lose(_CHANGED, line)
        if isinstance(said, Step):
            speed = note.fitted or said.speed
            if not _same_speed(speed, step) and not _is_held_below(speed, step):
                self.lose(_CHANGED_SPEED, line)

    def _add_foreign(self, step: ForeignStep, indent: str, first_words: tuple[str, ...]) -> None:
        before = len(self.problems)
        amount = self._amount(step)
        gait, speed = self._gait_and_speed(step)
        if len(self.problems) > before or amount is None:
            self.lines.append(_Line(indent + _STAND_IN, step.place))
            return
        self.lines.append(_Line("", step.place))
        cue = self._cue(step, speed, first_words)
        made = Step(amount=amount, direction="forward", gait=gait, speed=speed, cue=cue)
        self.lines[-1] = _Line(indent + write_line(made), step.place)
        self._lose_of(step, speed)

    def _amount(self, step: ForeignStep) -> Amount | None:
        kind, value, _unit = step.end
        if kind not in {TIME, DISTANCE}:
            return Amount(LAP)
        if value is None or value <= 0:
            said = "no number" if value is None else f"{plain(value)} {'s' if kind == TIME else 'm'}"
            self.refuse(step.place, f"a {kind} of {said}", "give the step a duration, or take it out")
        elif value > (LONGEST_SECONDS if kind == TIME else LONGEST_METRES):
            most = "24 hours" if kind == TIME else "300 km"
            self.refuse(step.place, f"a {kind} above {most}", "one step is no longer; check its duration")
        elif kind == TIME:
            return Amount(f"{max(1, math.floor(value + 0.5))} s")
        else:
            return Amount(f"{plain(max(0.01, value))} m")
        return None

    def _gait_and_speed(self, step: ForeignStep) -> tuple[Literal["walk", "run"], Speed]:
        target = _speed_target(step)
        if target is None:
            at_rest = step.walking or step.intensity == "rest"
            return ("walk", WALK) if at_rest else ("run", RUN)
        kmh = _kmh(target)
        if not 0 < kmh <= FASTEST:
            said = f"a speed of {plain(float(kmh))} km/h"
            self.refuse(step.place, said, "a belt goes 0.1 to 45 km/h; check the step's target")
            return "walk", WALK
        return "walk" if step.walking or kmh <= FASTEST_WALK else "run", Speed.of(kmh, "km/h")

    def _cue(self, step: ForeignStep, speed: Speed, first_words: tuple[str, ...]) -> str | None:
        words = [*first_words]
        if step.end.kind not in {TIME, DISTANCE, LAP}:
            words.append(step.end.words)
        words += [target.words for target in step.targets if not _is_said_by(speed, target)]
        words += [step.intensity, step.name, step.note]
        whole = "; ".join(dict.fromkeys(filter(None, map(clean_text, words))))
        cue, rest = cue_from(whole)
        if rest:
            instead = f"has room for 120 characters and 160 bytes; not carried: {rest}"
            self.lose(Loss(what="cue", instead=instead))
        return cue or None

    def _lose_of(self, step: ForeignStep, speed: Speed) -> None:
        if self.in_ours:
            self.lose(_NO_LINE)
        self.lose(_DIRECTION)
        self.lose(_GAIT)
        self._lose_of_speed(_speed_target(step), speed)
        self._lose_of_end(step.end)
        if any(target is not _speed_target(step) for target in step.targets):
            self.lose(_TARGET)
        if step.intensity:
            self.lose(_INTENSITY)
        if clean_text(step.name) or clean_text(step.note):
            self.lose(_WORDS)

    def _lose_of_speed(self, target: Target | None, speed: Speed) -> None:
        if target is None:
            self.lose(_ASSUMED[speed])
        elif not _is_said_by(speed, target):
            self.lose(_MIDDLE)
        elif abs((target.metres_per_second or 0) * 3.6 - float(speed.kmh)) > 0.005:
            self.lose(_NEAREST)

    def _lose_of_end(self, end: End) -> None:
        kind, value, _unit = end
        if kind not in {TIME, DISTANCE, LAP}:
            self.lose(_END)
        elif value is not None and kind == TIME and value != math.floor(value):
            self.lose(_SECONDS)
        elif value is not None and kind == DISTANCE and abs(float(plain(value)) - value) > 1e-6:
            self.lose(_METRES)

    def understood(self, losses: Sequence[Loss]) -> Understood:
        """Read the page, and say what was lost, and what was assumed."""
        try:
            workout = parse("\n".join(line.text for line in self.lines))
        except InvalidWorkout as error:
            found = [self._in_file(problem) for problem in error.problems]
            raise InvalidWorkout(self._sorted([*self.problems, *found])) from None
        if self.problems:
            raise InvalidWorkout(self._sorted(self.problems))
        lines = workout.origin.lines if workout.origin is not None else ()
        numbered = tuple(self._numbered(lines))
        unknown = {step for loss in numbered if is_assumed_speed(loss) for step in loss.steps}
        # A copy forgets the places it was read from: those of a page that nobody has.
        imported = Imported(
            workout=msgspec.structs.replace(workout),
            losses=(*losses, *self.general, *numbered),
            unknown=tuple(sorted(unknown)),
        )
        return Understood(imported, tuple(self.lines[line - 1].place for line in lines))

    def _in_file(self, problem: Problem) -> Problem:
        line = problem.where.line or 1
        where = Where(file=self.file, path=self.lines[line - 1].place)
        return msgspec.structs.replace(problem, where=where)

    def _sorted(self, problems: Sequence[Problem]) -> list[Problem]:
        """In the order of the file, and no more than anybody reads."""
        listed = sorted(problems, key=lambda problem: _numbers(problem.where.path or ""))
        if len(listed) <= MOST_PROBLEMS:
            return listed
        more = len(listed) - MOST_PROBLEMS + 1
        self.refuse(
            listed[MOST_PROBLEMS - 1].where.path or "", f"{more} more problems", "mend the others first"
        )
        return [*listed[: MOST_PROBLEMS - 1], self.problems[-1]]

    def _numbered(self, lines: Sequence[int]) -> Iterator[Loss]:
        """The losses, with the steps that they are about; `lines` has the line of each step."""
        number = {line: step for step, line in enumerate(lines, start=1)}
        for loss, at in self.lost.items():
            steps = sorted({number[line + 1] for line in at if line + 1 in number})
            yield msgspec.structs.replace(loss, steps=tuple(steps))


def is_assumed_speed(loss: Loss) -> bool:
    """Whether a loss says that a speed was assumed."""
    return any(loss.instead == assumed.instead for assumed in _ASSUMED.values())


def _numbers(place: str) -> list[int]:
    """The numbers in a place, which are in the order of the file."""
    return [int(number) for number in re.findall("[0-9]+", place)]


def _turns_to(step: ForeignStep) -> str:
    """Which way the step after a straddle of ours faces, as the straddle says; empty where it does not."""
    found = _TURNS.search(f"{step.name}\n{step.note}")
    return "" if found is None else found[1]


def _left_out(words: tuple[str, ...]) -> Loss:
    return Loss(what="other values", instead=f"not carried: {clean_text(', '.join(words))}")


def _same_amount(amount: Amount, end: End) -> bool:
    for kind, said in ((TIME, amount.seconds), (DISTANCE, amount.metres)):
        if said is not None:
            return end.kind == kind and abs((end.value or 0) - said) <= 0.01
    return end.kind == LAP


def _same_speed(speed: Speed, step: ForeignStep) -> bool:
    """Whether the speed that a step asks for, if any, is that of its line, as far as formats round it."""
    target = _speed_target(step)
    return target is None or abs((target.metres_per_second or 0) - speed.metres_per_second) <= 0.03


def _is_held_below(speed: Speed, step: ForeignStep) -> bool:
    """Whether its note says why a step asks for less than the speed of its line."""
    target = _speed_target(step)
    asked = 0.0 if target is None else target.metres_per_second or 0.0
    return is_held(step.note) and asked <= speed.metres_per_second


def _speed_target(step: ForeignStep) -> Target | None:
    return next((target for target in step.targets if target.metres_per_second is not None), None)


def _kmh(target: Target) -> Decimal:
    """The middle of a target in km/h, to the nearest tenth: at most 0.05 km/h faster or slower."""
    kmh = (target.metres_per_second or 0) * 3.6
    if not abs(kmh) < 1e6:
        return FASTEST + 1_000_000
    return Decimal(f"{kmh:.6f}").quantize(Decimal("0.1"), ROUND_HALF_UP)


def _is_said_by(speed: Speed, target: Target) -> bool:
    """Whether a speed is all that a target says."""
    middle = target.metres_per_second
    if middle is None:
        return False
    return all(abs(bound * 3.6 - float(speed.kmh)) <= 0.05 for bound in (target.low, target.high) if bound)
