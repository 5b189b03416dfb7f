"""Somebody's ZWO run, or one with steps of ours among theirs, to a Workout.

Each element becomes a step: one with our line is that line, every other is read as forward. What a Workout
has no place for is told; what cannot be is a problem, and all of them are told at once.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from backtrack_plugins import (
    Amount,
    Imported,
    Incline,
    InvalidWorkout,
    Loss,
    Problem,
    Repeat,
    Speed,
    Step,
    Where,
    Workout,
    about_from,
    clean_name,
    clean_text,
    cue_from,
)
from backtrack_zwo.own_lines import falls_short, lasts
from backtrack_zwo.paces import FASTEST_PACE, RACE_OF, SLOWEST_PACE, UNSAID, RacePaces
from backtrack_zwo.parts import (
    INTERVALS,
    MOST_PARTS,
    RAMPS,
    STEADY,
    STEPS,
    UNTARGETED,
    header,
    stairs,
    unit_of,
)
from backtrack_zwo.words import ADDED_SENTENCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.etree import _Element

    from backtrack_plugins import ImportSettings, Straddle
    from backtrack_zwo.parts import Part
    from backtrack_zwo.plain import Plain

WALK = {"metric": "5 km/h", "imperial": "3.1 mph"}
"""The speed where the file gives none (our choice, on the gentle side)."""

FASTEST_WALK = Decimal(7)
"""Up to so many km/h a speed is walked (our choice; people break into a run at 7 to 8 km/h)."""

KM_PER_MILE = Decimal("1.609344")

FASTEST = 45
MOST_POWER = 10
"""No run is faster, in km/h, nor so many times a race pace."""

LONGEST = {"s": 24 * 3600, "m": 300_000}
STEEPEST_FRACTION = 0.40
STEEPEST_PERCENT = 40
MOST_TIMES = 999_999
MOST_PROBLEMS = 100
MOST_SAID = 300
"""Characters of what is not carried that a loss repeats (our choice)."""

_MOST_DIGITS = 40
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")

UNNAMED = "Imported workout"

_DIRECTION = Loss(what="direction", instead="assumed to be forward: only a line of ours says another one")
_GAIT = Loss(what="gait", instead=f"assumed: walk up to {FASTEST_WALK} km/h, else run")
_MIDDLE = Loss(what="speed", instead="the middle of the lower and the higher one")
_RAMP = Loss(what="ramp", instead="written as steps, each at the middle of its part of the ramp")
_NEAREST = {
    units: Loss(what="speed", instead=f"the target, to the nearest 0.1 {unit}")
    for units, unit in (("metric", "km/h"), ("imperial", "mph"))
}
_ASSUMED = {
    units: Loss(what="speed", instead=f"assumed, since the file gives none: walk {speed}")
    for units, speed in WALK.items()
}
_TEXTS = Loss(what="text events", instead="joined in the cue, without when they are shown")
_CADENCE = Loss(what="cadence", instead="in the cue: a step has no field for it")
_SECONDS = Loss(what="time", instead="to the nearest second")
_METRES = Loss(what="distance", instead="to the nearest centimetre")
_NO_LINE = Loss(
    what="line", instead="these steps have none of ours, others have: they were made or changed elsewhere"
)
_CHANGED = Loss(
    what="changed duration",
    instead="the step's duration in the file is not what its line says; the line was kept",
)

# What a reader of runs has no use for, or reads itself.
_CADENCES = ("cadence", "cadencelow", "cadencehigh")
_OF_STEP = frozenset({"duration", "pace", "incline", *_CADENCES})
_READ = {
    **dict.fromkeys(STEADY, _OF_STEP | {"power", "powerlow", "powerhigh", "speed"}),
    **dict.fromkeys(RAMPS, _OF_STEP | {"power", "powerlow", "powerhigh"}),
    **dict.fromkeys(UNTARGETED, _OF_STEP),
    INTERVALS: _OF_STEP
    | {"repeat", "onduration", "offduration", "onpower", "offpower", "cadenceresting"}
    | {"poweronlow", "poweronhigh", "poweroffhigh", "powerofflow"},
}
_HEADER = frozenset({"name", "description", "sporttype", "durationtype", "thresholdsecperkm", "workout"})


class _Moved(NamedTuple):
    """How fast a step is.

    Attributes:
        kmh: In km/h; None where the file does not say.
    """

    kmh: float | None


_UNKNOWN = _Moved(None)
_FLAT = Incline("0%")


def read_foreign(root: _Element, parts: Sequence[Part], name: str, settings: ImportSettings) -> Imported:
    """Read the parts of a run.

    Args:
        root: The file, of which it is known that it is a run.
        parts: What its elements are.
        name: The file's name, for messages.
        settings: The race paces and units of the athlete.

    Raises:
        InvalidWorkout: with every problem, each naming its line of the file.
        UsageError: when the file goes by a race pace that is not known.
    """
    return _Reading(root, name, settings).imported(parts)


class _Reading:
    """The steps, what is lost of them, and what is wrong with them."""

    def __init__(self, root: _Element, name: str, settings: ImportSettings) -> None:
        self.root = root
        self.file = name
        self.units = settings.athlete.units
        self.paces = RacePaces(settings)
        self.unit = unit_of(root)
        self.steps: list[Step | Straddle | Repeat] = []
        self.count = 0
        self.problems: list[Problem] = []
        self.more_problems = 0
        self.lost: dict[Loss, list[int]] = {}
        self.unknown: list[int] = []
        self.foreign: list[int] = []
        self.has_ours = False
        self.threshold = self._threshold()

    def imported(self, parts: Sequence[Part]) -> Imported:
        """The Workout, where nothing is wrong and everything known."""
        self.has_ours = any(part.kind == "own" for part in parts)
        for at, part in enumerate(parts):
            if self.count >= MOST_PARTS:
                self.refuse(part.element, f"more than {MOST_PARTS} steps", "make it several workouts")
                break
            self._add(part, islice(parts, at + 1, None))
        if not self.steps and not self.problems:
            self.refuse(None, "no step in it", "a workout has at least one step with a Duration")
        if self.problems:
            raise InvalidWorkout(self._listed())
        self.paces.refuse_missing(self.file)
        title, about, general = self._header()
        try:
            workout = Workout(name=title, about=about, steps=tuple(self.steps))
        except ValueError as error:
            self.refuse(None, str(error), "make it several workouts")
            raise InvalidWorkout(self._listed()) from None
        for loss in (_NO_LINE, _DIRECTION, _GAIT) if self.has_ours else (_DIRECTION, _GAIT):
            self.lost[loss] = self.foreign
        numbered = [
            msgspec.structs.replace(loss, steps=tuple(sorted(set(steps))))
            for loss, steps in self.lost.items()
            if steps
        ]
        return Imported(workout=workout, losses=(*general, *numbered), unknown=tuple(self.unknown))

    def lose(self, loss: Loss, number: int | None = None) -> None:
        """Note a loss of a step, from 1; of the last when left out."""
        self.lost.setdefault(loss, []).append(self.count if number is None else number)

    def refuse(self, element: Plain | None, message: str, hint: str, *, line: int = 1) -> None:
        """Note a problem."""
        if len(self.problems) >= MOST_PROBLEMS - 1:
            self.more_problems += 1
            return
        where = Where(file=self.file, line=element.line if element else line, step=self.count + 1)
        self.problems.append(Problem(code="zwo/step", message=message, hint=hint, where=where))

    def _listed(self) -> list[Problem]:
        if self.more_problems:
            last = self.problems[-1].where
            more = f"{self.more_problems} more problems"
            hint = "mend the others first"
            self.problems.append(Problem(code="zwo/step", message=more, hint=hint, where=last))
        return self.problems

    def _threshold(self) -> float | None:
        said = header(self.root, "thresholdsecperkm")
        if said is None or not said.strip():
            return None
        found = _number(said)
        if found is not None and FASTEST_PACE <= found <= SLOWEST_PACE:
            return found
        at = next(child for child in self.root if str(child.tag).lower() == "thresholdsecperkm")
        self.refuse(
            None,
            f"a thresholdSecPerKm of {_said(said)}",
            f"it is a pace in seconds per kilometre, {FASTEST_PACE} to {SLOWEST_PACE}; mend it",
            line=at.sourceline or 1,
        )
        return None

    def _header(self) -> tuple[str, str, list[Loss]]:
        losses = []
        written = header(self.root, "name") or ""
        title = clean_name(written)
        if not title:
            title = UNNAMED
            losses.append(Loss(what="name", instead=f"it has none, and is called {UNNAMED}"))
        elif title != written.strip():
            said = f"{_shortened(clean_text(written))!r} can be none, and is now {title!r}"
            losses.append(Loss(what="name", instead=said))
        described = (header(self.root, "description") or "").partition(ADDED_SENTENCE)[0]
        about, rest = about_from(clean_text(described))
        if rest:
            said = f"has room for 100 bytes of the description; not carried: {_shortened(rest)}"
            losses.append(Loss(what="about", instead=said))
        others = [child for child in self.root if str(child.tag).lower() not in _HEADER]
        if others:
            said = "; ".join(map(_as_words, others[:MOST_SAID]))
            losses.append(Loss(what="header", instead=f"not carried: {_shortened(clean_text(said))}"))
        if header(self.root, "sporttype") is None:
            losses.append(Loss(what="sport", instead="assumed to be a run: the file has no <sportType>"))
        return title, about, losses

    def _add(self, part: Part, following: Iterable[Part]) -> None:
        if part.kind == "own":
            self._add_own(part, following)
        elif part.kind == "lost":
            hint = "write its line into its first text event again, or make the workout anew"
            self.refuse(part.element, part.why, hint)
            for line in part.lines:
                self._refuse_line(line.text, line.place)
        elif part.kind == "foreign":
            if part.tag in STEPS:
                self._add_foreign(part)
            else:
                said = f"not carried: {_shortened(clean_text(_as_words(part.element.element)))}"
                self.lose(Loss(what="other elements", instead=said), max(1, self.count))

    def _add_own(self, part: Part, following: Iterable[Part]) -> None:
        for line in part.lines:
            if line.step is not None:
                self.steps.append(line.step)
                self.count += 1
        if part.step is None or part.tag == INTERVALS:
            return
        rest = takewhile(lambda each: each.kind == "goes on", following)
        seconds = lasts(part.element) + sum(lasts(each.element) for each in rest)
        (line,) = part.lines
        if falls_short(line, seconds) or seconds > line.seconds * 1.2 + 1:
            self.lose(_CHANGED)

    def _refuse_line(self, text: str, place: int) -> None:
        from backtrack_plugins import parse_line

        try:
            parse_line(text)
        except InvalidWorkout as error:
            for problem in error.problems:
                where = Where(file=self.file, line=place, step=self.count + 1)
                if len(self.problems) < MOST_PROBLEMS - 1:
                    self.problems.append(msgspec.structs.replace(problem, where=where))

    def _add_foreign(self, part: Part) -> None:
        element = part.element
        before = self.count
        if part.tag == INTERVALS:
            self._add_intervals(element)
        elif part.tag in RAMPS:
            self._add_ramp(element)
        else:
            words = ("as hard as you can",) if part.tag == "maxeffort" else ()
            moved = _UNKNOWN if part.tag in UNTARGETED else self._steady(element)
            amount = self._amount(element, "duration", "Duration")
            if moved is not None and amount is not None:
                self.steps += self._step(element, amount, moved, first=True, words=words)
        for number in range(before + 1, self.count + 1):
            self._lose_of(part, number)

    def _lose_of(self, part: Part, number: int) -> None:
        self.foreign.append(number)
        known = _READ[part.tag]
        said = []
        if not part.element.attributes.keys() <= known:
            left = part.element.element.items()
            said += [f"{key!s}={value!s}" for key, value in left if str(key).lower() not in known]
        said += map(_as_words, part.element.others[:MOST_SAID])
        if said:
            words = f"not carried: {_shortened(clean_text(', '.join(said)))}"
            self.lose(Loss(what="other values", instead=words), number)

    def _add_intervals(self, element: Plain) -> None:
        said = element.attributes.get("repeat")
        times = _number(said or "")
        if times is None or times != math.floor(times) or not 1 <= times <= MOST_TIMES:
            self.refuse(element, f"a Repeat of {_said(said)}", f"it is a whole number, 1 to {MOST_TIMES}")
        made: list[Step] = []
        wrong = False
        for which in ("On", "Off"):
            low = which.lower()
            amount = self._amount(element, f"{low}duration", f"{which}Duration")
            names = (f"{low}power", f"power{low}low", f"power{low}high")
            moved = self._by_power(element, names, steady=False)
            if amount is None or moved is None:
                wrong = True
                continue
            beats = _CADENCES if which == "On" else ("cadenceresting",)
            made += self._step(element, amount, moved, first=which == "On", cadence=beats)
        if not wrong and times is not None and 1 <= times <= MOST_TIMES:
            self.steps.append(Repeat(times=int(times), steps=tuple(made)))

    def _add_ramp(self, element: Plain) -> None:
        length = self._length(element, "duration", "Duration")
        ends = [self._by_power(element, (name, "power"), steady=False) for name in ("powerlow", "powerhigh")]
        if length is None or ends[0] is None or ends[1] is None:
            return
        low, high = (end.kmh for end in ends if end is not None)
        number = stairs(element, self.unit)
        per_unit = 1 if self.unit == "s" else 100
        whole = _half_up(length * per_unit)
        if whole < number * per_unit:
            number = 1
        borders = [_half_up(whole * place / number) for place in range(number + 1)]
        for place in range(number):
            amount = _amount_of((borders[place + 1] - borders[place]) / per_unit, self.unit)
            kmh = None
            if low is not None and high is not None:
                kmh = low + (high - low) * (place + 0.5) / number
            self.steps += self._step(element, amount, _Moved(kmh), first=place == 0)
            if low != high:
                self.lose(_RAMP)

    def _step(
        self,
        element: Plain,
        amount: Amount,
        moved: _Moved,
        *,
        first: bool,
        words: Sequence[str] = (),
        cadence: Sequence[str] = _CADENCES,
    ) -> Iterator[Step]:
        """A step, unless its speed or its incline cannot be."""
        speed = self._speed(element, moved)
        incline = self._incline(element)
        if speed is None or incline is None:
            return
        self.count += 1
        cue = self._cue(element, words, cadence, first=first)
        if moved.kmh is None:
            self.unknown.append(self.count)
            self.lose(_ASSUMED[self.units])
        elif abs(float(speed.kmh) - moved.kmh) > 0.005:
            self.lose(_NEAREST[self.units])
        walks = speed.kmh <= FASTEST_WALK or _is_walked(element)
        gait: Literal["walk", "run"] = "walk" if walks else "run"
        yield Step(amount=amount, direction="forward", gait=gait, speed=speed, incline=incline, cue=cue)

    def _speed(self, element: Plain, moved: _Moved) -> Speed | None:
        if moved.kmh is None:
            return _speed(WALK[self.units])
        found = _nearest(moved.kmh, self.units)
        if found is None:
            said = f"a speed of {moved.kmh:.4g} km/h"
            self.refuse(element, said, f"a belt goes 0.1 to {FASTEST} km/h; check power and pace")
        return found

    def _incline(self, element: Plain) -> Incline | None:
        said = element.attributes.get("incline")
        if said is None:
            return _FLAT
        found = _number(said)
        if found is None:
            self.refuse(element, f"an Incline of {_said(said)}", "it is a fraction, such as 0.02 for 2 %")
            return None
        percent = found * 100 if abs(found) <= STEEPEST_FRACTION else found
        if not abs(percent) <= STEEPEST_PERCENT:
            hint = f"no treadmill is steeper than {STEEPEST_PERCENT} %; a fraction is meant, such as 0.02"
            self.refuse(element, f"an Incline of {_said(said)}", hint)
            return None
        return Incline(f"{percent:.4f}%")

    def _cue(
        self, element: Plain, words: Sequence[str], cadence: Sequence[str], *, first: bool
    ) -> str | None:
        said = [*words]
        beats = [element.attributes[name] for name in cadence if name in element.attributes]
        numbers = [found for found in map(_number, beats) if found] if beats else ()
        if numbers:
            said.append(f"cadence {' to '.join(f'{number:g}' for number in numbers)} rpm")
            self.lose(_CADENCE)
        if first and element.events:
            events = element.events
            said += [clean_text(event.message) for event in events]
            at_once = len(events) == 1 and not _number(events[0].attributes.get("timeoffset") or "0")
            if not at_once or "distoffset" in events[0].attributes:
                self.lose(_TEXTS)
        if not said:
            return None
        cue, rest = cue_from("; ".join(dict.fromkeys(filter(None, said))))
        if rest:
            room = "has room for 120 characters and 160 bytes"
            self.lose(Loss(what="cue", instead=f"{room}; not carried: {_shortened(rest)}"))
        return cue or None

    def _amount(self, element: Plain, name: str, shown: str) -> Amount | None:
        length = self._length(element, name, shown)
        if length is None:
            return None
        if self.unit == "s" and length != math.floor(length):
            self.lose(_SECONDS, self.count + 1)
        elif self.unit == "m" and abs(round(length, 2) - length) > 1e-6:
            self.lose(_METRES, self.count + 1)
        return _amount_of(length, self.unit)

    def _length(self, element: Plain, name: str, shown: str) -> float | None:
        said = element.attributes.get(name)
        found = _number(said or "")
        article = "an" if shown.startswith("O") else "a"
        if found is None or found <= 0:
            unit = "seconds" if self.unit == "s" else "metres"
            self.refuse(
                element,
                f"{element.name} with {article} {shown} of {_said(said)}",
                f"give it a number of {unit} above zero, or take the step out",
            )
            return None
        if found > LONGEST[self.unit]:
            most = "24 hours" if self.unit == "s" else "300 km"
            hint = "one step is no longer; check its number"
            if self.unit == "m":
                hint += "; a run is in metres unless the file says <durationType>time</durationType>"
            self.refuse(element, f"{element.name} with {article} {shown} above {most}", hint)
            return None
        return found

    def _steady(self, element: Plain) -> _Moved | None:
        said = element.attributes.get("speed")
        if said is None:
            return self._by_power(element, ("power", "powerlow", "powerhigh"), steady=True)
        found = _number(said)
        if found is None or not 0 < found * 3.6 <= FASTEST:
            self.refuse(
                element, f"a Speed of {_said(said)}", "it is metres per second, above zero and at most 12.5"
            )
            return None
        return _Moved(found * 3.6)

    def _by_power(self, element: Plain, names: Sequence[str], *, steady: bool) -> _Moved | None:
        """The speed of a step by the first of these attributes, or the middle of the others."""
        attributes = element.attributes
        whole = attributes.get(names[0])
        said = [attributes[name] for name in names if name in attributes] if whole is None else [whole]
        if not said:
            return _UNKNOWN
        powers = []
        for value in said:
            found = _number(value)
            if found is None or not 0 < found <= MOST_POWER:
                hint = "it is a part of a race pace, such as 0.85; for a step without a target use FreeRide"
                self.refuse(element, f"{element.name} with a Power of {_said(value)}", hint)
            else:
                powers.append(found)
        pace = self._pace(element, steady=steady)
        if len(powers) < len(said):
            return None
        if len(powers) > 1 and len(set(powers)) > 1:
            self.lose(_MIDDLE, self.count + 1)
        # Where the pace is missing the user is asked for it, and nothing of this is used.
        return _Moved(3600 * sum(powers) / len(powers) / (pace or 360))

    def _pace(self, element: Plain, *, steady: bool) -> float | None:
        """Seconds per kilometre at a Power of 1; None where the race pace is not known."""
        if steady and self.threshold is not None:
            return self.threshold
        found = _number(element.attributes.get("pace") or "")
        if found is not None and FASTEST_PACE <= found <= SLOWEST_PACE:
            return found
        race = None if found is None or found != math.floor(found) else RACE_OF.get(str(int(found)))
        if race is not None:
            return self.paces.seconds_per_km(race)
        return self.threshold or self.paces.seconds_per_km(UNSAID)


@lru_cache(maxsize=256)
def _speed(text: str) -> Speed:
    return Speed(text)


@lru_cache(maxsize=256)
def _nearest(kmh: float, units: str) -> Speed | None:
    """A speed in the athlete's units, to the nearest tenth; None where no belt goes as fast or as slowly."""
    unit, in_km = ("km/h", Decimal(1)) if units == "metric" else ("mph", KM_PER_MILE)
    if not kmh < 1e6:
        return None
    number = (Decimal(f"{kmh:.6f}") / in_km).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return _speed(f"{number:f} {unit}") if number > 0 and number * in_km <= FASTEST else None


def _is_walked(element: Plain) -> bool:
    return element.attributes.get("replacement_prescription", "").strip().lower() == "walk"


def _amount_of(length: float, unit: str) -> Amount:
    if unit == "s":
        return _cached_amount(f"{max(1, _half_up(length))} s")
    return _cached_amount(f"{max(0.01, length):.2f} m")


@lru_cache(maxsize=256)
def _cached_amount(text: str) -> Amount:
    return Amount(text)


def _half_up(number: float) -> int:
    return math.floor(number + 0.5)


@lru_cache(maxsize=512)
def _number(text: str) -> float | None:
    stripped = text.strip()
    if len(stripped) > _MOST_DIGITS or not stripped.isascii() or _NUMBER.fullmatch(stripped) is None:
        return None
    return float(stripped)


def _said(value: str | None) -> str:
    if value is None:
        return "nothing: it is missing"
    words = clean_text(value)
    return f"{_shortened(words, 40)!r}" if _number(words) is None else words


def _shortened(text: str, most: int = MOST_SAID) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def _as_words(element: _Element) -> str:
    """An element in a few words: its name, its attributes, its text and those of what is in it."""
    said = [f"{key}={value}" for key, value in element.attrib.items()][:10]
    inside = [each for child in element for each in (*child.attrib.values(), child.text or "")][:10]
    words = " ".join([*said, element.text or "", *map(str, inside)])
    return f"{element.tag!s} {words}".strip()
