"""The rows of a file, element by element, as the parts of a Workout that come of them.

A row with a line of ours is that line. Every other is read as forward; what QZ would take from the row before
it (an incline that is not said) is taken from there, and what nobody says is assumed on the gentle side and
reported.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins import (
    Amount,
    Incline,
    Loss,
    Problem,
    Repeat,
    Speed,
    Step,
    Straddle,
    Where,
    clean_text,
    cue_from,
)
from backtrack_qz import values
from backtrack_qz.own_rows import is_end, own_words, turn_ahead
from backtrack_qz.values import WrongValueError, number, seconds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element

    from backtrack_qz.own_rows import Own

WALK = Speed("5 km/h")
"""The speed where a row sets none (our choice, on the gentle side)."""

FASTEST_WALK = Decimal(7)
"""Up to so many km/h a speed is walked (our choice; people break into a run at 7 to 8 km/h)."""

RAMP_SECONDS = 10
"""A ramp becomes steps no shorter than this, which other formats can carry (our choice)."""

MOST_PROBLEMS = 100
MOST_TIMES = 999_999

_TENTH = Decimal("0.1")

_TARGETS = {
    "minspeed": "at least {} km/h",
    "maxspeed": "at most {} km/h",
    "zonehr": "heart rate zone {}",
    "hrmin": "heart rate from {}",
    "hrmax": "heart rate to {}",
    "powerzone": "power zone {}",
    "power": "{} W",
    "cadence": "cadence {}",
    "fanspeed": "fan {}",
    "mets": "{} METs",
}
"""Attributes that ask for something a step has no field for, and how a cue says it."""

_SILENT = frozenset({"", "0", "-1", "0.0"})
"""Values by which such an attribute asks for nothing."""

_KNOWN = frozenset(
    {
        *("duration", "distance", "speed", "speedfrom", "speedto", "forcespeed", "inclination", "lapbutton"),
        *_TARGETS,
    }
)

_DIRECTION = Loss(what="direction", instead="assumed to be forward: only a line of ours says another one")
_GAIT = Loss(what="gait", instead=f"assumed: walk up to {FASTEST_WALK} km/h, else run")
_ASSUMED = Loss(
    what="speed",
    instead=f"assumed to be {WALK}, since the row sets none and QZ leaves the belt as it is",
)
_TARGET = Loss(what="target", instead="in the cue: a step has no field for it")
_WORDS = Loss(what="time of a text", instead="all texts of a row stand in the cue of its step")
_RAMP = Loss(
    what="ramp",
    instead=f"in steps of {RAMP_SECONDS} s or longer, each at the slowest speed that QZ has in it",
)
_LAP = Loss(what="time", instead="the lap button ends it, and its duration or distance stands in the cue")
_BOTH = Loss(what="time", instead="not carried: the row has a distance, too, which ends it")
_METRES = Loss(what="distance", instead="to the nearest centimetre")
_NO_LINE = Loss(
    what="line", instead="these steps have none of ours, others have: somebody added or changed them"
)
_CHANGED = Loss(
    what="changed duration",
    instead="the row's duration in the file is not what its line says; the line was kept",
)
_CHANGED_SPEED = Loss(
    what="changed speed", instead="the row's speed in the file is not that of its line; the line was kept"
)

_HINT_TWO = "a line of ours was changed: write it as it should be, or make the workout anew"


class Entry(NamedTuple):
    """An element directly in the outermost one, and what comes of it.

    Attributes:
        element: The element.
        parts: Parts of the Workout; none for what only goes with the element before or after.
        is_rest: Whether it is the rest of the step before it.
        is_end: Whether it is the row that tells to stop the belt.
    """

    element: _Element
    parts: tuple[Step | Straddle | Repeat, ...]
    is_rest: bool = False
    is_end: bool = False


class Rows:
    """All that the rows of a file say.

    Attributes:
        entries: The elements in order.
        problems: What is wrong with them.
        unknown: Steps, from 1, whose speed no row sets.
        in_ours: Whether any row has a line of ours.
        has_others: Whether any row was read as somebody else's.
        turns: How many steps do not face forward.
    """

    def __init__(self, root: _Element, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.unknown: list[int] = []
        self.lost: dict[Loss, list[int]] = {}
        self.count = 0
        self.incline = Decimal(0)
        self.own: Own | None = None
        self.ahead = ""
        self.foreign: _Element | None = None
        self.turning_from: _Element | None = None
        self.has_others = False
        self.turns = 0
        self.own_seconds: tuple[int, int, int] | None = None
        self.in_ours = any(own_words(row) is not None for row in root.iter("row"))
        self.entries = [self._entry(element) for element in root.iterchildren("*")]
        self._close()

    @property
    def parts(self) -> tuple[Step | Straddle | Repeat, ...]:
        """All parts of the Workout."""
        return tuple(part for entry in self.entries for part in entry.parts)

    @property
    def losses(self) -> tuple[Loss, ...]:
        """What had no place, with the steps that it is about."""
        return tuple(
            Loss(what=loss.what, instead=loss.instead, steps=tuple(dict.fromkeys(steps)))
            for loss, steps in self.lost.items()
        )

    def refuse(self, element: _Element, message: str, hint: str) -> None:
        """Note a problem of an element."""
        if len(self.problems) < MOST_PROBLEMS:
            where = Where(file=self.file, line=element.sourceline or 1)
            self.problems.append(Problem(code="qz/row", message=message, hint=hint, where=where))

    def _lose(self, loss: Loss, steps: Iterable[int] = ()) -> None:
        self.lost.setdefault(loss, []).extend(steps)

    def _entry(self, element: _Element) -> Entry:
        tag = str(element.tag)
        if tag == "row":
            return self._row(element)
        if tag == "repeat":
            return Entry(element, self._repeat(element))
        self._lose(_left_out(f"<{clean_text(tag)}>"))
        return Entry(element, ())

    def _repeat(self, element: _Element) -> tuple[Step | Straddle | Repeat, ...]:
        times = 0
        try:
            times = int(number("times", element.get("times", ""), Decimal(1), Decimal(MOST_TIMES)))
        except WrongValueError as error:
            self.refuse(element, f"a repeat with {error.message}", error.hint)
        found: list[Step | Straddle | Repeat] = []
        for child in element.iterchildren("*"):
            if child.tag == "row":
                found += self._row(child).parts
            elif child.tag == "repeat":
                self.refuse(child, "a repeat in a repeat", "QZ has none: write the inner one out")
            else:
                self._lose(_left_out(f"<{clean_text(str(child.tag))}>"))
        if not found:
            self.refuse(element, "a repeat without a row", "take it out")
        if not times or not found:
            return ()
        return (Repeat(times=times, steps=tuple(found)),)

    def _row(self, row: _Element) -> Entry:
        if is_end(row):
            return Entry(row, (), is_end=True)
        own = own_words(row)
        try:
            return self._foreign_row(row) if own is None else self._own_row(row, own)
        except WrongValueError as error:
            self.refuse(row, error.message, error.hint)
            return Entry(row, ())

    # Rows of ours.

    def _own_row(self, row: _Element, own: Own) -> Entry:
        said = own.said
        if said is None:
            for problem in own.problems:
                self.refuse(row, problem.message, problem.hint or _HINT_TWO)
            return Entry(row, ())
        before, self.own = self.own, own
        self.ahead = turn_ahead(row)
        long = seconds(row.get("duration", ""))
        self._incline(row)
        if own.continued and before is not None and before.line == own.line:
            self._compare_speed(row, own, self.count, rest=True)
            if self.own_seconds is not None:
                step, expected, so_far = self.own_seconds
                self.own_seconds = (step, expected, so_far + long)
            return Entry(row, (), is_rest=True)
        self._close()
        self._refuse_turn_back(own)
        if own.added:
            return Entry(row, ())
        self.count += 1
        if isinstance(said, Step):
            self.turns += said.direction != "forward"
            self._compare_speed(row, own, self.count, rest=False)
            if said.amount.seconds is not None:
                self.own_seconds = (self.count, said.amount.seconds, long)
        return Entry(row, (said,))

    def _compare_speed(self, row: _Element, own: Own, step: int, *, rest: bool) -> None:
        assert isinstance(own.said, Step)  # noqa: S101 - no straddle has a rest
        kmh = number("speed", row.get("speed", ""), Decimal(0), values.FASTEST)
        said = (own.fitted or own.said.speed).kmh
        faster, slower = kmh - said > Decimal("0.05"), said - kmh > Decimal("0.05")
        if faster or (rest and slower) or row.get("forcespeed") != "1":
            self._lose(_CHANGED_SPEED, [step])

    def _close(self) -> None:
        """Compare how long the step before was with its line."""
        if self.own_seconds is not None:
            step, expected, found = self.own_seconds
            if abs(expected - found) > 1:
                self._lose(_CHANGED, [step])
        self.own_seconds = None

    # Rows of others.

    def _foreign_row(self, row: _Element) -> Entry:
        self._close()
        before, self.own = self.own, None
        turned = "" if before is None else self._turned(before)
        if turned:
            # Nobody who was to turn is sent forward, because the words of one row were lost.
            self.refuse(row, f"{turned}, and this row has no line of ours", _HINT_TWO)
            return Entry(row, ())
        self.foreign, self.has_others = row, True
        words: list[str] = []
        losses: list[Loss] = [_DIRECTION, _GAIT]
        if self.in_ours:
            losses.append(_NO_LINE)
        speeds, known = self._speeds(row, words)
        incline = self._incline(row)
        amounts = self._amounts(row, len(speeds), words, losses)
        speeds = _grouped(speeds, len(amounts))
        if len(amounts) > 1 or row.get("speedfrom") is not None:
            losses.append(_RAMP)
        if not known:
            losses.append(_ASSUMED)
        _add_targets(row, words, losses)
        _add_texts(row, words, losses)
        cue, rest = cue_from("; ".join(dict.fromkeys(filter(None, words))))
        if rest:
            losses.append(Loss(what="cue", instead=f"has room for 120 characters; not carried: {rest}"))
        return Entry(row, self._made(amounts, speeds, incline, cue or None, losses, known=known))

    def _made(
        self,
        amounts: list[Amount],
        speeds: list[Speed],
        incline: Incline,
        cue: str | None,
        losses: list[Loss],
        *,
        known: bool,
    ) -> tuple[Step, ...]:
        made: list[Step] = []
        for amount, speed in zip(amounts, speeds, strict=True):
            gait = "walk" if speed.kmh <= FASTEST_WALK else "run"
            step = Step(
                amount=amount,
                direction="forward",
                gait=gait,  # type: ignore[arg-type] # one of the two
                speed=speed,
                incline=incline,
                cue=None if made else cue,
            )
            made.append(step)
        numbers = range(self.count + 1, self.count + 1 + len(made))
        self.count += len(made)
        for loss in losses:
            self._lose(loss, numbers)
        if not known:
            self.unknown.extend(numbers)
        return tuple(made)

    def _turned(self, before: Own) -> str:
        """Why a row after one of ours cannot be taken for one that faces forward; else empty."""
        if isinstance(before.said, Straddle):
            return "a straddle of ours comes before it"
        if before.said is not None and before.said.direction != "forward":
            return f"the row before it faces {before.said.direction}"
        return f"the row before it says that {self.ahead} comes next" if self.ahead else ""

    def _refuse_turn_back(self, own: Own) -> None:
        """Refuse a row without a line where a straddle that was placed turns forward from it.

        Nothing places a straddle between two steps that face forward.
        """
        foreign, self.foreign = self.foreign, None
        if own.added:
            self.turning_from = foreign
            return
        turned, self.turning_from = self.turning_from, None
        if turned is not None and isinstance(own.said, Step) and own.said.direction == "forward":
            said = "a straddle of ours turns forward after it, and this row has no line that says from where"
            self.refuse(turned, said, _HINT_TWO)

    def _speeds(self, row: _Element, words: list[str]) -> tuple[list[Speed], bool]:
        """The speeds of a row in order, by tenths where it is a ramp; and whether the row sets them."""
        begin, end = row.get("speedfrom"), row.get("speedto")
        if begin is not None and end is not None:
            return _ramp(
                number("speedfrom", begin, _TENTH, values.FASTEST),
                number("speedto", end, _TENTH, values.FASTEST),
            ), True
        if begin is not None or end is not None:
            raise WrongValueError(
                "a ramp with one end", "give the row both speedfrom and speedto, or one speed"
            )
        text = row.get("speed")
        kmh = Decimal(0) if text is None else number("speed", text, Decimal(0), values.FASTEST)
        if not kmh:
            return [WALK], False
        if row.get("forcespeed", "").strip() != "1":
            words.append(f"{kmh.normalize():f} km/h, not set by QZ")
            return [WALK], False
        return [_speed(kmh)], True

    def _incline(self, row: _Element) -> Incline:
        """The incline that a row says, else that of the row before."""
        text = row.get("inclination")
        if text is not None and text.strip() not in {"", "-200"}:
            self.incline = number("inclination", text, -values.STEEPEST, values.STEEPEST)
        return Incline.of(round(self.incline, 4).normalize() + 0, "%")

    def _amounts(self, row: _Element, speeds: int, words: list[str], losses: list[Loss]) -> list[Amount]:
        clock, distance = row.get("duration"), row.get("distance")
        long = None if clock is None else seconds(clock)
        km = None if distance is None else number("distance", distance, Decimal(0), values.LONGEST_KM)
        if row.get("lapbutton", "").strip() not in _SILENT:
            if km or long is not None:
                words.append(f"{km.normalize():f} km" if km else (clock or "").strip())
                losses.append(_LAP)
            return [Amount("lap")]
        if row.get("speedfrom") is not None:
            if long is None:
                raise WrongValueError("a ramp without a duration", 'give it one: duration="00:05:00"')
            return _divided(long, speeds)
        if km:
            if long is not None:
                losses.append(_BOTH)
            metres = max(Decimal("0.01"), round(km * 1000, 2))
            if metres != km * 1000:
                losses.append(_METRES)
            return [Amount(f"{metres.normalize():f} m")]
        if long is None:
            raise WrongValueError("a row that lasts no time", 'give it duration="00:01:00" or distance="0.4"')
        return [Amount(f"{long} s")]


def _add_targets(row: _Element, words: list[str], losses: list[Loss]) -> None:
    """What a row asks for beside speed and incline, in words."""
    for name, value in row.items():
        if value.strip() in _SILENT:
            continue
        if name in _TARGETS:
            words.append(_TARGETS[name].format(clean_text(value)))
            losses.append(_TARGET)
        elif name not in _KNOWN:
            losses.append(_left_out(f'{clean_text(str(name))}="{clean_text(value)}"'))


def _add_texts(row: _Element, words: list[str], losses: list[Loss]) -> None:
    """What a row shows."""
    children = list(row.iterchildren("*"))
    losses += [_left_out(f"<{clean_text(str(child.tag))}>") for child in children if child.tag != "textevent"]
    messages = [clean_text(child.get("message", "")) for child in children if child.tag == "textevent"]
    if any(messages):
        words += messages
        losses.append(_WORDS)


def _ramp(begin: Decimal, end: Decimal) -> list[Speed]:
    """Speeds by tenths, without the last, which QZ never reaches."""
    count = int(abs(end - begin) / _TENTH) or 1
    step = _TENTH if end > begin else -_TENTH
    return [_speed(begin + step * at) for at in range(count)]


def _grouped(speeds: list[Speed], count: int) -> list[Speed]:
    """So many speeds: of each group the slowest."""
    bounds = [len(speeds) * at // count for at in range(count + 1)]
    return [min(speeds[begin:end], key=lambda speed: speed.kmh) for begin, end in pairwise(bounds)]


def _divided(long: int, speeds: int) -> list[Amount]:
    """A duration in as many parts as there are speeds, or in fewer where they would be too short."""
    count = max(1, min(speeds, long // RAMP_SECONDS))
    bounds = [long * at // count for at in range(count + 1)]
    return [Amount(f"{end - begin} s") for begin, end in pairwise(bounds)]


def _speed(kmh: Decimal) -> Speed:
    rounded = max(Decimal("0.0001"), round(kmh, 4)).normalize() + 0
    return Speed.of(rounded, "km/h")


def _left_out(words: str) -> Loss:
    return Loss(what="other values", instead=f"not carried: {words}")
