"""``backtrack library``: what is built in, and one entry with how to use it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_plugins.cli.inputs import find_athlete
from backtrack_plugins.cli.output import say, say_json, say_page, table
from backtrack_plugins.cli.show_command import energy_data, energy_said
from backtrack_plugins.energy import ASSUMED_MASS
from backtrack_plugins.library import LibraryEntry, library_entries, library_entry
from backtrack_plugins.library.facts import Facts, facts_of
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.units import Mass

_LEFT_OUT = "*"
_FOR_YOU = {"yes": "yes", "supervised": "supervised only", "no": "no"}


def run(arguments: argparse.Namespace) -> int:
    """List every entry, or show one."""
    athlete, athlete_file = find_athlete(arguments.athlete)
    if arguments.action == "show":
        _show(library_entry(arguments.name), athlete, as_json=arguments.json)
    else:
        _list(athlete, athlete_file, as_json=arguments.json)
    return 0


def _list(athlete: Athlete | None, athlete_file: str, *, as_json: bool) -> None:
    listed = [(each, facts_of(each, athlete)) for each in library_entries()]
    if as_json:
        level = None if athlete is None else athlete.level
        say_json({"level": level, "entries": [_data(each, facts) for each, facts in listed]})
        return
    known = any(facts.fit for _, facts in listed)
    header = [
        "name",
        "kind",
        "level",
        "time",
        "backward",
        "sideways",
        "kcal",
        *(["for you"] if known else []),
    ]
    say(table([header, *(_row(each, facts) for each, facts in listed)]))
    say()
    say("\n".join(_notes([facts for _, facts in listed], athlete, athlete_file)))


def _row(listed: LibraryEntry, facts: Facts) -> list[str]:
    totals = facts.timeline.totals
    row = [
        listed.name,
        listed.kind,
        _level_said(listed, facts),
        _clock(totals.seconds),
        _clock(totals.backward_seconds),
        _clock(totals.sideways_seconds),
        _kcal(facts),
    ]
    return [*row, _FOR_YOU[facts.fit]] if facts.fit else row


def _clock(seconds: float) -> str:
    return clock_of(round(seconds)) if seconds else "-"


def _level_said(listed: LibraryEntry, facts: Facts) -> str:
    company = "" if facts.own == "yes" else ", supervised"
    return f"{listed.workout.level}{company}"


def _kcal(facts: Facts) -> str:
    gross = facts.energy.gross_kcal
    mark = _LEFT_OUT if facts.energy.unestimated_seconds else ""
    return f"{gross.low:.0f} to {gross.high:.0f}{mark}"


def _notes(listed: Sequence[Facts], athlete: Athlete | None, athlete_file: str) -> Iterator[str]:
    mass = _mass(athlete)
    whose = f"{ASSUMED_MASS}, assumed" if mass is None else str(mass)
    yield f"kcal: gross, for {whose}; an estimate."
    if any(facts.energy.unestimated_seconds for facts in listed):
        yield f"{_LEFT_OUT} without the steps that are outside what the energy model knows."
    if any(facts.own == "supervised" for facts in listed):
        yield "supervised: only with somebody beside the treadmill, --supervised-by NAME."
    if athlete is not None and athlete.level is not None:
        yield f"for you: what the rules say at level {athlete.level}, from {athlete_file}."
    else:
        yield "Which are for you? Find your level: backtrack level"
    yield "See one: backtrack library show NAME"


def _show(shown: LibraryEntry, athlete: Athlete | None, *, as_json: bool) -> None:
    facts = facts_of(shown, athlete)
    if as_json:
        say_json({**_data(shown, facts), "page": shown.page, "use": list(_use(shown, facts))})
        return
    say_page(shown.page)
    say()
    say(facts.time)
    say(energy_said(facts.energy, _mass(athlete)))
    say(_whose(shown, facts, athlete))
    use = list(_use(shown, facts))
    if use:
        say()
        say("\n".join(use))


def _whose(shown: LibraryEntry, facts: Facts, athlete: Athlete | None) -> str:
    said = f"level {_level_said(shown, facts)}"
    if facts.fit is None or athlete is None:
        return f"{said}; yours is not known: backtrack level"
    if facts.fit == "no":
        return f"{said}; not for you at level {athlete.level}, see: backtrack check {shown.name}"
    company = ", with somebody beside the treadmill" if facts.fit == "supervised" else ""
    return f"{said}; within your limits at level {athlete.level}{company}"


def _use(shown: LibraryEntry, facts: Facts) -> Iterator[str]:
    if facts.fit == "no":
        return
    company = " --supervised-by NAME" if "supervised" in (facts.own, facts.fit) else ""
    if shown.kind == "workout":
        yield f"backtrack export {shown.name} --to garmin-fit{company}"
        return
    where = "after" if shown.kind == "finisher" else "before"
    joined = f"{shown.name}-today.backtrack"
    yield f"backtrack add {shown.name} --{where} RUN -o {joined}{company}"
    yield f"backtrack export {joined} --to garmin-fit{company}"


def _data(listed: LibraryEntry, facts: Facts) -> dict[str, Any]:
    totals = facts.timeline.totals
    return {
        "name": listed.name,
        "kind": listed.kind,
        "level": listed.workout.level,
        "supervised": facts.own == "supervised",
        "for_you": facts.fit,
        "title": listed.workout.name,
        "about": listed.workout.about,
        "seconds": totals.seconds,
        "backward_seconds": totals.backward_seconds,
        "sideways_seconds": totals.sideways_seconds,
        "energy": energy_data(facts.energy),
    }


def _mass(athlete: Athlete | None) -> Mass | None:
    return None if athlete is None else athlete.mass
