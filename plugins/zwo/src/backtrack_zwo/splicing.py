"""New steps put into somebody's ZWO run file, whose own steps stay as they were, byte for byte.

What moves a belt by it must move it as planned during the new steps. So the file must say all that their
speeds hang on: that it is a run by time, and of which pace `Power` is a part.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins import BeltText, CannotSplice, Exported, Loss, UsageError, belt_plan, read_xml
from backtrack_zwo.editing import Document
from backtrack_zwo.elements import Style, steady_state
from backtrack_zwo.folding import fold, fold_name
from backtrack_zwo.options import PACE_INDEX, given_race_times, race_time
from backtrack_zwo.parts import parts_of
from backtrack_zwo.stretches import stretches
from backtrack_zwo.words import ADDED_SENTENCE, CONTINUED
from backtrack_zwo.writing import MOST_BYTES, NAME, folding_losses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lxml.etree import _Element

    from backtrack_plugins import BeltRow, ExportRequest, Insert, RaceTime, SpliceRequest
    from backtrack_zwo.stretches import Stretch

READING_SECONDS = 5

_PLACED_STRADDLE = re.compile(r"[0-9:]+ straddle added(?:\n|\Z)")
_RACE_OF = {index: race for race, index in PACE_INDEX.items()}
_SETS_NO_SPEED = {"freeride"}
_THRESHOLD = "thresholdSecPerKm"


def splice_zwo(request: SpliceRequest) -> Exported:
    """Put new steps into a ZWO.

    Raises:
        CannotSplice: when the file is measured in metres, does not say in time that it is none, gives its
            speeds so that adding a pace would change them, or has one element where the steps should go.
        UsageError: when the file goes by a race pace that is not known.
        CannotExport: as `to_zwo`.
    """
    file = _File(request)
    file.refuse_all_but_a_run_by_time()
    pace = file.pace(request.whole)
    options = request.whole.options
    tilts = any("Incline" in step.attrib for step in file.steps)
    style = Style(
        seconds_per_km=pace.seconds_per_km,
        pace=pace.number,
        incline=options.incline or tilts,
        replacement_prescription=options.replacement_prescription,
    )
    losses = [*pace.losses, *_incline_losses(request, style)]
    for insert in request.inserts:
        rows, lost = belt_plan(request.whole.timeline, NAME, segments=insert.segments)
        after = file.put(insert, stretches(insert.segments, rows), style)
        losses += [*lost, *_losses_after(after, rows[-1], style)]
    file.name(fold_name(request.whole.workout.name))
    described = fold("\n".join([ADDED_SENTENCE, *request.whole.notices]))
    file.describe(described)
    if pace.is_added:
        file.put_into_header(_THRESHOLD, str(pace.seconds_per_km))
    data, text = file.document.edited()
    if len(data) > MOST_BYTES:
        raise CannotSplice("with the new steps it is larger than 1 MiB, which nothing reads back")
    losses += folding_losses("", request.segments)
    return Exported(data=data, losses=_merged(losses), texts=(text,))


class _Pace(NamedTuple):
    """The pace that new speeds are parts of.

    Attributes:
        seconds_per_km: Whole seconds a kilometre.
        number: Which of the runner's race paces the file takes it for; None where it does not say.
        losses: What is to be told of it.
        is_added: Whether the file does not say the seconds yet.
    """

    seconds_per_km: int
    number: str | None
    losses: tuple[Loss, ...] = ()
    is_added: bool = False


class _File:
    """Somebody's file, as a reader sees it and as bytes."""

    def __init__(self, request: SpliceRequest) -> None:
        self.root = read_xml(request.data, request.file, root="workout_file", what="ZWO")
        self.document = Document(request.data)
        self.parts = parts_of(self.root)
        self.steps = [step for step, _ in self.parts]
        self.placed = dict(zip(self.root.iter("*"), self.document.elements, strict=True))
        found = self.root.find("workout")
        if found is None or not self.steps:
            raise CannotSplice("it has no steps to put anything beside")
        self.workout = found

    def refuse_all_but_a_run_by_time(self) -> None:
        """Raise CannotSplice unless the file says in time that it is a run, and measured in time."""
        if self.header("sportType") != "run":
            raise CannotSplice("it does not say <sportType>run</sportType> before its steps")
        if "time" not in (self.header("durationType") or ""):
            raise CannotSplice(
                "its steps are measured in metres, as those of every run that does not say "
                "<durationType>time</durationType> before them, and a straddle has no metres"
            )

    def header(self, tag: str) -> str | None:
        """What a header element says that stands before the steps; None where there is none at all."""
        found = self.root.findall(tag)
        if not found:
            return None
        if len(found) > 1 or self.root.index(found[0]) > self.root.index(self.workout):
            raise CannotSplice(f"<{tag}> must stand once, and before its steps: readers differ on the rest")
        return (found[0].text or "").strip()

    def pace(self, whole: ExportRequest) -> _Pace:
        """The pace that new speeds are to be parts of."""
        threshold = self.header(_THRESHOLD)
        steady = [step for step in self.steps if step.tag == "SteadyState"]
        if threshold is None:
            return self._added_pace(steady, whole)
        if not (threshold.isascii() and threshold.isdigit() and int(threshold) > 0):
            raise CannotSplice(f"its <{_THRESHOLD}> is no whole number of seconds")
        return _Pace(int(threshold), _commonest(steady) or _commonest(self.steps))

    def _added_pace(self, steady: Sequence[_Element], whole: ExportRequest) -> _Pace:
        """The athlete's own, where saying it changes none of the file's steps."""
        if any("Speed" in step.attrib for step in steady):
            raise CannotSplice("its steps have speeds of their own, and no race pace to share with new ones")
        numbers = {_pace_of(step) for step in steady}
        if len(numbers) > 1 or not numbers <= _RACE_OF.keys():
            raise CannotSplice(
                "its steps go by more than one race pace, or do not say by which; the one pace that new "
                "steps need would change them"
            )
        number = _commonest(steady or self.steps)
        time = race_time(whole) if number is None else _race_time(_RACE_OF[number], whole)
        seconds_per_km = round(time.seconds_per_km)
        minutes, seconds = divmod(seconds_per_km, 60)
        told = Loss(
            what="race pace",
            instead=f"your file now says that your {time.race} pace is {minutes}:{seconds:02d}/km. QZ takes "
            "the speeds of SteadyState from there, and no longer from the paces set in it",
        )
        return _Pace(seconds_per_km, number or PACE_INDEX[time.race], (told,), is_added=True)

    def put(self, insert: Insert, steps: Sequence[Stretch], style: Style) -> _Element | None:
        """Put new steps where they belong, and return the file's own that comes next, if one does."""
        following = self._following(insert.at)
        beside = self.placed[self.steps[0]]
        margin = self.document.margin(beside)
        place = self.placed[self.steps[following - 1]].end if following else self.placed[self.workout].inside
        own_line = None if margin is None else self.document.newline + margin
        for text in _texts(steps, style, own_line or ""):
            self.document.put(place, (own_line or "") + text)
        return self.steps[following] if following < len(self.steps) else None

    def _following(self, at: int) -> int:
        """Which child element comes after so many parts: what leads to the next part goes with that one."""
        if at == 0:
            return 0
        passed = 0
        for place, (step, count) in enumerate(self.parts):
            if count and passed == at:
                return self._led_to(place)
            passed += count
            if passed > at:
                raise CannotSplice(
                    f"the steps before the new ones and those after them are one <{step.tag!s}> in it"
                )
        return len(self.parts)

    def _led_to(self, place: int) -> int:
        """The place of a child element, or of the straddle that was placed for it."""
        while place and _leads_on(self.steps[place - 1]):
            place -= 1
        return place

    def name(self, name: str) -> None:
        """Give it another name."""
        found = self.root.find("name")
        if found is None:
            self.put_into_header("name", name)
        else:
            self.document.put_inside(self.placed[found], _escaped(name), keeping=False)

    def describe(self, text: str) -> None:
        """Add to its description, unless it says so already."""
        found = self.root.find("description")
        if found is None:
            self.put_into_header("description", text)
            return
        said = "".join(found.itertext())
        if text not in said:
            gap = "\n\n" if said.strip() else ""
            self.document.put_inside(self.placed[found], _escaped(gap + text), keeping=True)

    def put_into_header(self, tag: str, text: str) -> None:
        """Put an element before the steps."""
        workout = self.placed[self.workout]
        margin = self.document.margin(workout)
        apart = "" if margin is None else self.document.newline + margin
        self.document.put(workout.start, f"<{tag}>{_escaped(text)}</{tag}>{apart}")


def _escaped(text: str) -> str:
    # xml.sax.saxutils would bring a client of HTTP and all that that needs.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _pace_of(step: _Element) -> str:
    return step.get("pace", "").strip()


def _commonest(steps: Iterable[_Element]) -> str | None:
    """The number of the race pace that most of these go by; None where they name none that there is."""
    numbers = Counter(_pace_of(step) for step in steps)
    return next((number for number, _ in numbers.most_common() if number in _RACE_OF), None)


def _race_time(race: str, whole: ExportRequest) -> RaceTime:
    for time in (*given_race_times(whole.options), *whole.athlete.race_paces):
        if time.race == race:
            return time
    raise UsageError(
        f"the file gives each speed as a part of the {race} pace, and none is known. Say it in athlete.toml, "
        f'below [race_paces]: {race} = "H:MM:SS"; or for this once: --set zwo.race_pace={race}=H:MM:SS',
        plugin=NAME,
        option="race_pace",
        needs="race_paces",
    )


def _leads_on(step: _Element) -> bool:
    """Whether it is a straddle that expanding placed for the step after it."""
    first = next(step.iter("textevent"), None)
    return first is not None and _PLACED_STRADDLE.match(first.get("message", "")) is not None


def _texts(steps: Sequence[Stretch], style: Style, own_line: str) -> Iterator[str]:
    """The new elements as text, indented as the file's are."""
    from lxml.etree import Element, tostring

    for step in steps:
        for row in step.rows:
            element = steady_state(Element, step.segment, row, style, _events(step, row))
            text = tostring(element, encoding="us-ascii", pretty_print=bool(own_line)).decode().rstrip("\n")
            yield text.replace("\n", own_line)


def _events(step: Stretch, row: BeltRow) -> list[BeltText]:
    """The texts of a row; of a step's second one, so that a reader can tell that it is no step by itself."""
    if not row.continues:
        return row.events
    first, *others = row.events or [BeltText(0, "")]
    line = CONTINUED + fold(step.segment.line)
    if first.seconds >= READING_SECONDS:
        return [BeltText(0, line), first, *others]
    return [BeltText(first.seconds, f"{line}\n{first.text}".rstrip("\n")), *others]


def _incline_losses(request: SpliceRequest, style: Style) -> Iterator[Loss]:
    """In place of what the core says of a format that does not write inclines."""
    if style.incline and not request.whole.options.incline:
        steps = {segment.step_number for segment in request.segments if segment.incline_percent}
        if steps:
            yield Loss(
                what="incline",
                instead="written into the new steps, because your file's own have theirs",
                steps=tuple(sorted(steps)),
            )


def _losses_after(step: _Element | None, last: BeltRow, style: Style) -> Iterator[Loss]:
    """What a step of the file goes on with because it does not say it."""
    if step is None:
        return
    if str(step.tag).lower() in _SETS_NO_SPEED:
        yield Loss(
            what="speed after the new steps",
            instead=f"<{step.tag!s}> says none: in QZ the belt goes on as slowly as the new steps end",
        )
    if style.incline and "Incline" not in step.attrib:
        yield Loss(
            what="incline after the new steps",
            instead=f"your file's next step says none: in QZ the belt stays at {last.incline_percent:g}%",
        )


def _merged(losses: Iterable[Loss]) -> tuple[Loss, ...]:
    """Losses of several inserts, each said once."""
    steps: dict[tuple[str, str], set[int]] = {}
    for loss in losses:
        steps.setdefault((loss.what, loss.instead), set()).update(loss.steps)
    return tuple(
        Loss(what=what, instead=instead, steps=tuple(sorted(numbers)))
        for (what, instead), numbers in steps.items()
    )
