"""BT6xx: what comes before and after the bouts, and who does them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.case import FAST_FORWARD, HARD_RPE
from backtrack_plugins.checking.rule import Finding, Rule
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.checking.case import Case

WARM_UP_SECONDS = 3 * 60
REST_SECONDS = 2 * 60
COOL_DOWN_SECONDS = 2 * 60


def _bt601(case: Case) -> Iterator[Finding]:
    forward = case.lead_in_seconds
    if forward is not None and round(forward, 6) < WARM_UP_SECONDS:
        said = f"{clock_of(round(forward))} forward" if forward else "nothing"
        yield Finding(f"{said} before the first bout; 3:00 warm up", case.bouts[0].segments[0])


def _bt602(case: Case) -> Iterator[Finding]:
    for before, _straddled, segment, rested in case.arrivals:
        if before is None or before.direction != "forward" or rested is None:
            continue
        if round(rested, 6) < REST_SECONDS:
            ended = f"{clock_of(round(rested))} before" if rested else "right before"
            yield Finding(f"a hard forward step ends {ended} turning {segment.direction}", segment)


def _bt603(case: Case) -> Iterator[Finding]:
    forward = case.cool_down_seconds
    if forward is not None and round(forward, 6) < COOL_DOWN_SECONDS:
        said = f"{clock_of(round(forward))} forward" if forward else "nothing"
        yield Finding(f"{said} after the last bout; 2:00 cool down")


def _bt604(case: Case) -> Iterator[Finding]:
    if case.athlete is not None and case.turned and not case.athlete.safety_acknowledged:
        yield Finding("athlete.toml does not say that the manual, the key and the space behind were seen to")


def _bt605(case: Case) -> Iterator[Finding]:
    athlete = case.athlete
    if athlete is None or not case.turned:
        return
    if athlete.age_group == "under-13":
        yield Finding("under 13: backward and sideways workouts are not for children", severity="error")
    elif athlete.age_group == "65-and-over":
        yield Finding("65 or over: only with somebody beside the treadmill")
    elif athlete.supervised_only:
        yield Finding("athlete.toml says supervised_only: only with somebody beside the treadmill")


RULES = (
    Rule(
        code="BT601",
        title="Forward steps come before the first bout.",
        why="Warm legs, and a belt that is known to run, before the back is turned to it.",
        threshold="3:00 forward",
        source="our choice; a coaching protocol for athletes walks forward first, too",
        hint="begin with 3:00 forward walk 4.5 km/h",
        check=_bt601,
        severity="warning",
    ),
    Rule(
        code="BT602",
        title="No hard forward step ends shortly before turning.",
        why="A tired, breathless runner stumbles more easily.",
        threshold=f"2:00; hard: effort hard, rpe {HARD_RPE} or more, or no effort and above {FAST_FORWARD}",
        source="our choice",
        hint="put 2:00 forward walk between them",
        check=_bt602,
        severity="warning",
    ),
    Rule(
        code="BT603",
        title="Forward steps come after the last bout.",
        why="Going forward again ends the workout facing the console, slowly.",
        threshold="2:00 forward",
        source="our choice",
        hint="end with 3:00 forward walk 4.5 km/h",
        check=_bt603,
        severity="info",
    ),
    Rule(
        code="BT604",
        title="The athlete has seen to manual, safety key and space behind the treadmill.",
        why="A manual may forbid it, a key that is not clipped stops nothing, and a wall close behind "
        "the belt is what people are thrown against.",
        threshold="safety_acknowledged in athlete.toml; nothing is said without an athlete",
        source="treadmill manuals, and BS EN 957-6:2010: 2 m by 1 m clear behind the machine",
        hint="see to all three (SAFETY.md), then write safety_acknowledged = true into athlete.toml",
        check=_bt604,
        severity="warning",
    ),
    Rule(
        code="BT605",
        title="Nobody under 13; from 65 on, and for who says so, only with somebody beside the treadmill.",
        why="Standards for treadmills are written for users of 13 and over; at 65 and over accidents "
        "with them end in hospital more often (Graves et al. 2014, Inj Prev 20:281).",
        threshold="age_group and supervised_only in athlete.toml; nothing is said when they are not known",
        source="scope of ASTM F2115, at second hand; the rest is our choice",
        hint="have somebody stand beside you: --supervised-by NAME; under 13: not at all",
        check=_bt605,
        severity="warning",
        otherwise="error",
        supervised="dropped",
    ),
)
