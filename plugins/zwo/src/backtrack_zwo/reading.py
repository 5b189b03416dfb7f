"""A ZWO to a Workout, whoever made it.

In a file of ours the page stands in the description; where somebody's editor has squeezed its white space,
the lines in the text events say the same steps. Every other run is read element by element.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import (
    Imported,
    InvalidWorkout,
    Loss,
    Problem,
    Repeat,
    Step,
    UnreadableInput,
    Where,
    Workout,
    parse,
    read_xml,
    write_line,
)
from backtrack_zwo.foreign import read_foreign
from backtrack_zwo.parts import STEPS, header, parts_in
from backtrack_zwo.words import ADDED_SENTENCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml.etree import _Element

    from backtrack_plugins import ImportSettings, Straddle
    from backtrack_zwo.own_lines import OwnLine
    from backtrack_zwo.parts import Part

_LEVEL = re.compile(r" level: ([a-z-]+)")

_SQUEEZED_LOSSES = (
    Loss(
        what="repeats",
        instead="each pass is written out: the page in the description lost its line ends or indentation, "
        "so the steps were read from the text events",
    ),
    Loss(what="about", instead="not read, for the same reason"),
)
_MIXED = Loss(
    what="page",
    instead="not read: the file has steps that are not on it, so all were read one by one, each pass of a "
    "repeat for itself",
)

_OTHER_STEPS = Loss(
    what="steps",
    instead="those of the page in the description were read; the file's elements have other ones or another "
    "order, or have lost their lines, and were not",
)
_TURNS = re.compile(r"\b(?:backward|left|right) (?:walk|jog|run)\b")
_DELETE = "make the workout anew; or, where all steps in it are to be read as forward, delete"

_OF_A_RUN = frozenset({"durationtype", "thresholdsecperkm"})


def from_zwo(data: bytes, name: str, settings: ImportSettings) -> Imported:
    """Read a ZWO.

    Args:
        data: The file.
        name: Its name, for messages.
        settings: The race paces and units of the athlete, and the importer's options.

    Raises:
        UnreadableInput: when it is no well-formed XML, has a DOCTYPE, is no ZWO, or no run.
        InvalidWorkout: when its page was changed and is wrong now, or a step cannot be.
        UsageError: when it goes by a race pace that is not known.
    """
    root = read_xml(data, name, root="workout_file", what="ZWO")
    page = _page(root, name)
    parts = parts_in(root, _lines_on(page))
    has_ours = any(part.kind in {"own", "placed"} for part in parts)
    # One of ours without any words is like somebody else's here: the others do not say what it was.
    has_others = any(
        part.tag in STEPS and (part.kind == "foreign" or (part.kind == "lost" and not part.lines))
        for part in parts
    )
    if page is not None and not (has_ours and has_others):
        return _from_page(root, page, parts, name)
    if has_ours and not has_others:
        return _from_lines(root, parts, "", name)
    _refuse_all_but_a_run(root, parts, name)
    _refuse_lost_turns(root, page, parts, name)
    imported = read_foreign(root, parts, name, settings)
    return imported if page is None else msgspec.structs.replace(imported, losses=(_MIXED, *imported.losses))


def _page(root: _Element, name: str) -> Workout | InvalidWorkout | None:
    """The page in the description, or what is wrong with it; None where there is none."""
    page = _description(root)
    if not _squeezed(page).startswith("name:"):
        return None
    try:
        return parse(page, file=name)
    except InvalidWorkout as problem:
        return problem


def _lines_on(page: Workout | InvalidWorkout | None) -> dict[str, Step | Straddle]:
    if not isinstance(page, Workout):
        return {}
    return {write_line(step): step for step in _leaves(page.steps)}


def _leaves(parts: Sequence[Step | Straddle | Repeat]) -> Iterator[Step | Straddle]:
    for part in parts:
        if isinstance(part, Repeat):
            yield from _leaves(part.steps)
        else:
            yield part


def _from_page(root: _Element, page: Workout | InvalidWorkout, parts: Sequence[Part], name: str) -> Imported:
    if isinstance(page, Workout):
        losses = () if _same_steps(page, parts) else (_OTHER_STEPS,)
        return Imported(workout=page, losses=losses, complete=True)
    lines = [line for part in parts for line in part.lines]
    squeezed = _squeezed(_description(root))
    # Where somebody changed the words, the events would silently undo that.
    if not any(line.is_line for line in lines) or any(_squeezed(line.text) not in squeezed for line in lines):
        raise page
    return _from_lines(root, parts, squeezed, name)


def _same_steps(page: Workout, parts: Sequence[Part]) -> bool:
    """Whether the elements have the lines of the page, each in its place; cues may be folded."""
    lines = [line.step for part in parts for line in part.lines if line.step is not None]
    ours = all(part.kind in {"own", "placed", "goes on"} for part in parts if part.tag in STEPS)
    return ours and all(
        one is not None and other is not None and _without_cue(one) == _without_cue(other)
        for one, other in zip_longest(lines, _unrolled(page.steps))
    )


def _unrolled(parts: Sequence[Step | Straddle | Repeat]) -> Iterator[Step | Straddle]:
    for part in parts:
        if isinstance(part, Repeat):
            for _ in range(part.times):
                yield from _unrolled(part.steps)
        else:
            yield part


def _without_cue(step: Step | Straddle) -> Step | Straddle:
    return step if step.cue is None else msgspec.structs.replace(step, cue=None)


def _refuse_lost_turns(
    root: _Element, page: Workout | InvalidWorkout | None, parts: Sequence[Part], name: str
) -> None:
    """Refuse a file that says it has backward or sideways steps, where elements have lost their lines.

    What has no line is read as forward, and nobody who was to face backward is sent forward.
    """
    lines = [line.step for part in parts for line in part.lines if line.step is not None]
    turns = [step for step in lines if isinstance(step, Step) and step.direction != "forward"]
    found = len(lines if page is None else turns)
    if isinstance(page, Workout):
        steps = (step for step in _unrolled(page.steps) if isinstance(step, Step))
        said = sum(step.direction != "forward" for step in steps)
    elif page is not None:
        said = len(_TURNS.findall(_squeezed(_description(root))))
    else:
        said = int(ADDED_SENTENCE in _squeezed(_description(root)))
    if found < said:
        what = "its page" if page is not None else "its description"
        which = "the page" if page is not None else "what says so"
        problem = Problem(
            code="zwo/step",
            message=f"{what} says that it has backward or sideways steps, and elements have lost their lines",
            hint=f"{_DELETE} {which} from the description",
            where=Where(file=name, line=1),
        )
        raise InvalidWorkout([problem])


def _description(root: _Element) -> str:
    """The page, with blank lines before it, so that a problem's line is the file's."""
    description = next((child for child in root if str(child.tag).lower() == "description"), None)
    if description is None:
        return ""
    return "\n" * ((description.sourceline or 1) - 1) + (description.text or "")


def _from_lines(root: _Element, parts: Sequence[Part], squeezed: str, name: str) -> Imported:
    lines = [line for part in parts for line in part.lines]
    return Imported(
        workout=_rebuilt(root, lines, squeezed, name), losses=_SQUEEZED_LOSSES, complete=bool(squeezed)
    )


def _rebuilt(root: _Element, lines: Sequence[OwnLine], squeezed: str, name: str) -> Workout:
    title = (header(root, "name") or "").strip()
    rows = [f"name: {title}"] if title else []
    level = _LEVEL.match(squeezed.removeprefix(f"name: {_squeezed(title)}"))
    if level is not None:
        rows.append(f"level: {level[1]}")
    for line in lines:
        rows.extend([""] * (line.place - 1 - len(rows)))  # so that a problem's line is the file's
        rows.append(line.text)
    return parse("\n".join(rows), file=name)


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def _refuse_all_but_a_run(root: _Element, parts: Sequence[Part], name: str) -> None:
    if not any(part.tag in STEPS for part in parts):
        _refuse(name, "a ZWO without our lines and without any step", "Check that it is the whole file.")
    said = header(root, "sporttype")
    sport = _squeezed(said or "").lower()
    if sport == "run":
        return
    if said is None:
        paced = any("pace" in part.element.attributes for part in parts)
        if paced or any(str(child.tag).lower() in _OF_A_RUN for child in root):
            return
        _refuse(
            name,
            "a ZWO without our lines that does not say <sportType>run</sportType>, and so a cycling workout: "
            "its power is not speed",
            "If it is a run, write that before <workout>.",
        )
    if sport in {"bike", "cycling"}:
        _refuse(
            name,
            "a cycling workout: power is not speed, and a treadmill has no use for it",
            "Take the run file of this workout; if it is one, write <sportType>run</sportType>.",
        )
    if sport == "swim":
        _refuse(name, "a swimming workout, and a treadmill has no use for it", "Take a run file.")
    shown = sport[:40] if sport.isprintable() else ascii(sport[:40])
    _refuse(
        name, f"its sport {shown!r} is not known", "If it is a run, write <sportType>run</sportType> there."
    )


def _refuse(name: str, said: str, hint: str) -> None:
    raise UnreadableInput(f"{name}: {said}. {hint} Nothing was read.", file=name)
