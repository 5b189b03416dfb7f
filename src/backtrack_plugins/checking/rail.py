"""BT301 to BT304: what the hands do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.checking.rule import Finding, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.checking.case import Case
    from backtrack_plugins.problem import Severity

_ARTICLE = "the training advice this project began with: hold the handrails at first, let go once used to it"
_SAID = {"grip": "grip rail", "light": "light rail", "free": "hands free"}


def _bt301(case: Case) -> Iterator[Finding]:
    if not case.bouts:
        return
    severity: Severity | None = "warning" if case.level == "intermediate" else None
    wanted = "grip rail" if case.level == "first-timer" else "light rail or grip rail"
    for segment in case.bouts[0].segments:
        if segment.rail is not None and segment.rail not in case.limits.first_rails:
            said = f"{_SAID[segment.rail]} in the first bout"
            yield Finding(f"{said}: level {case.level} begins with {wanted}", segment, severity)


def _bt302(case: Case) -> Iterator[Finding]:
    if case.level != "first-timer":
        return
    for bout in case.bouts[1:]:
        for segment in bout.segments:
            if segment.rail == "free":
                yield Finding("a first-timer lets go of the rails here; only once it feels easy", segment)


def _bt303(case: Case) -> Iterator[Finding]:
    if case.level in {"first-timer", "beginner"} or not case.turned:
        return
    if all(step.rail != "free" for _segment, step in case.turned):
        yield Finding("the rail is held in every bout")


def _bt304(case: Case) -> Iterator[Finding]:
    for segment in case.timeline.segments:
        if segment.rail == "grip" and segment.incline_percent > 0:
            yield Finding(f"both hands grip the rails at {segment.incline_percent:g} %", segment)


RULES = (
    Rule(
        code="BT301",
        title="The first bout of a workout is on the handrails.",
        why="The belt feels different every day. Hands on the rails until the first steps are found.",
        threshold="first-timer grip; beginner and intermediate light or grip; intermediate warned only",
        source=_ARTICLE,
        hint="hold the rail in the first bout; let go in a later one",
        check=_bt301,
        otherwise="warning",
    ),
    Rule(
        code="BT302",
        title="A first-timer lets go of the rails only once it feels easy.",
        why="Letting go in the first session is fine after the first bout; a file cannot know how it feels.",
        threshold="any later bout hands free",
        source=_ARTICLE,
        hint="keep the hands on the rails that day if in doubt; the time is the same",
        check=_bt302,
        severity="info",
    ),
    Rule(
        code="BT303",
        title="From intermediate on some bout is hands free.",
        why="The rail carries weight and takes the balance work away.",
        threshold="one bout hands free",
        source=_ARTICLE,
        hint="let go in a later bout, once it is easy",
        check=_bt303,
        severity="info",
    ),
    Rule(
        code="BT304",
        title="Nobody grips the rails on an incline.",
        why="Leaning on the rails takes the incline away: on 10 % it cost as little as 5 % hands free.",
        threshold="grip rail with an incline above 0%",
        source="Hofmann et al. 2014, Int J Exerc Sci 7:339-45 (forward walking)",
        hint="hold lightly, or lower the incline",
        check=_bt304,
        severity="warning",
    ),
)
