"""BT2xx: how much of a workout may be backward or sideways, and where in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.checking.case import Case

LONGEST_TOTAL_SECONDS = 20 * 60
LARGEST_SHARE_PERCENT = 50

_ARTICLE = "the training advice this project began with: a few minutes, never a whole 20-minute workout"
_LEVELS = "our choice, from the levels (docs/levels.md)"


def _turned_seconds(case: Case) -> float:
    # Rounded, so that minutes added up in binary fractions are not a little more or less.
    return round(case.timeline.totals.backward_seconds + case.timeline.totals.sideways_seconds, 6)


def _bt201(case: Case) -> Iterator[Finding]:
    longest = case.limits.bout_seconds
    for bout in case.bouts:
        if round(bout.seconds, 6) > longest:
            said = f"{clock_of(round(bout.seconds))} without a straddle"
            yield Finding(
                f"{said}: {clock_of(longest)} is the longest bout at level {case.level}", bout.segments[0]
            )


def _bt202(case: Case) -> Iterator[Finding]:
    total, most = _turned_seconds(case), case.limits.total_seconds
    if total > most:
        said = f"{clock_of(round(total))} backward and sideways"
        yield Finding(f"{said}: {clock_of(most)} in one workout is the most at level {case.level}")


def _bt203(case: Case) -> Iterator[Finding]:
    for segment, step in case.turned:
        if segment.ends_on == "lap":
            yield Finding(
                f"a {step.direction} step until the lap button has no end that could be added up", segment
            )
    total = _turned_seconds(case)
    if total >= LONGEST_TOTAL_SECONDS:
        yield Finding(
            f"{clock_of(int(total))} backward and sideways in one workout; it stays under 20 minutes"
        )


def _share_above(case: Case, percent: int, said: str) -> Iterator[Finding]:
    totals = case.timeline.totals
    if totals.seconds and _turned_seconds(case) * 100 > percent * round(totals.seconds, 6):
        share = f"{100 * _turned_seconds(case) / totals.seconds:.1f}"
        unknown = "; steps until the lap button have no time and are not counted" if totals.lap_steps else ""
        yield Finding(f"{share} % of the workout is backward or sideways; {said}{unknown}")


def _bt204(case: Case) -> Iterator[Finding]:
    if not any(segment.direction == "forward" for segment in case.timeline.segments):
        yield Finding("there is no forward step in the workout")
        return
    yield from _share_above(case, LARGEST_SHARE_PERCENT, "half is the most")


def _bt205(case: Case) -> Iterator[Finding]:
    percent = case.limits.share_percent
    yield from _share_above(case, percent, f"{percent} % is the most at level {case.level}")


def _bt206(case: Case) -> Iterator[Finding]:
    totals = case.timeline.totals
    if totals.lap_steps:
        return
    for bout in case.bouts:
        middle = bout.start_seconds + bout.seconds / 2
        if totals.seconds / 3 < middle < totals.seconds * 2 / 3:
            yield Finding(
                "a bout in the middle of the workout, neither before nor after the run", bout.segments[0]
            )


RULES = (
    Rule(
        code="BT201",
        title="No bout is longer than its level allows.",
        why="Attention tires, and a straddle gives it back.",
        threshold="2, 3, 5, 8 minutes from first-timer to advanced, straddles between bouts",
        source=f"{_LEVELS}; coaches let go of the rails for a few minutes at a time",
        hint="put a straddle into it, or shorten it",
        check=_bt201,
        supervised="dropped",
    ),
    Rule(
        code="BT202",
        title="Backward and sideways time in one workout stays within the level.",
        why="It is a few minutes of skill beside a run; soreness comes a day or two later.",
        threshold="4, 6, 8, 12 minutes from first-timer to advanced, straddles not counted",
        source=f"{_LEVELS}; {_ARTICLE}",
        hint="take minutes away",
        check=_bt202,
        supervised="dropped",
    ),
    Rule(
        code="BT203",
        title="Backward and sideways time stays under 20 minutes in all.",
        why="No level does a whole workout of it, and a step without an end has no limit at all.",
        threshold="20:00, straddles not counted",
        source=_ARTICLE,
        hint="take minutes away, or give the step a time; a beginner does 3 to 6 minutes in all",
        check=_bt203,
        supervised="warning",
    ),
    Rule(
        code="BT204",
        title="A workout has forward steps, and at most half of it is backward or sideways.",
        why="It belongs before or after a normal run, which warms up and cools down.",
        threshold="50 % of the whole time, straddles counted in the whole only",
        source=_ARTICLE + "; before or after a normal run",
        hint="put it before or after an easy forward run: 10:00 forward jog 8 km/h",
        check=_bt204,
        supervised="warning",
    ),
    Rule(
        code="BT205",
        title="The share of backward and sideways time stays within the level.",
        why="The rest of the workout is what keeps the few minutes easy.",
        threshold="20, 25, 33, 40 % of the whole time from first-timer to advanced",
        source=_LEVELS,
        hint="make the forward run longer, or take minutes away",
        check=_bt205,
        severity="warning",
        supervised="dropped",
    ),
    Rule(
        code="BT206",
        title="Backward and sideways bouts come at the start or at the end.",
        why="A few minutes before or after the run are the advice; a sport may want them interleaved.",
        threshold="the middle of a bout lies in the first or the last third of the workout",
        source="the training advice this project began with; the thirds are our choice",
        hint="move it before or after the run, or leave it where it is on purpose",
        check=_bt206,
        severity="info",
    ),
)
