"""``backtrack show``: a workout in time, as a page with a clock and a strip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.cli.inputs import find_athlete, level_said, read_all, timeline_source, treadmill_said
from backtrack_plugins.cli.output import report_errors, say, say_json
from backtrack_plugins.energy import ASSUMED_MASS, Energy, estimate_energy
from backtrack_plugins.errors import BacktrackError
from backtrack_plugins.timeline import RepeatedSegments, Segment, Timeline, TreePart, expand
from backtrack_plugins.units import KM_PER_MILE, clock_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.units import Mass

STRIP_WIDTH = 72
_SIGNS = {"forward": ">", "backward": "<", "left": "L", "right": "R", "straddle": "|", "lap": "~"}
_SAID = {"lap": "until the lap button"}


def run(arguments: argparse.Namespace) -> int:
    """Show every workout."""
    athlete, athlete_file = find_athlete(arguments.athlete)
    workouts, errors = read_all(arguments.workouts)
    timelines: list[Timeline] = []
    for workout in workouts:
        try:
            timelines.append(expand(workout, athlete))
        except BacktrackError as error:
            errors.append(error)
    if arguments.json:
        mass = _mass(athlete)
        data = [
            {**timeline_data(timeline), "energy": energy_data(estimate_energy(timeline, mass))}
            for timeline in timelines
        ]
        say_json({"timelines": data, "errors": [error.as_data() for error in errors]})
        return max((error.exit_code for error in errors), default=0)
    if timelines:
        shown = ("\n".join(_shown(each, athlete, athlete_file, cues=arguments.cues)) for each in timelines)
        say("\n\n".join(shown))
    return report_errors(errors, as_json=False) if errors else 0


def timeline_data(timeline: Timeline) -> dict[str, Any]:
    """A Timeline as plain data in SI numbers."""
    segments = []
    for segment in timeline.segments:
        fields = {
            name: getattr(segment, name) for name in Segment.__struct_fields__ if name not in {"step", "belt"}
        }
        segments.append(fields)
    return {
        "name": timeline.workout.name,
        **timeline_source(timeline),
        "totals": msgspec.structs.asdict(timeline.totals),
        "segments": segments,
    }


def energy_data(estimate: Energy) -> dict[str, Any]:
    """What a Timeline costs as plain data: the sums, and each step that is in none of them once, with why."""
    whys = {segment.step_number: why for segment, why in estimate.outside}
    beside = {"segments", "outside"}
    return {
        **{name: getattr(estimate, name) for name in Energy.__struct_fields__ if name not in beside},
        "outside": [{"step": step, "why": why} for step, why in whys.items()],
    }


def _shown(timeline: Timeline, athlete: Athlete | None, athlete_file: str, *, cues: bool) -> Iterator[str]:
    workout = timeline.workout
    yield workout.name
    if workout.about:
        yield workout.about
    yield level_said(timeline, athlete_file)
    yield treadmill_said(timeline)
    yield ""
    yield from _strip(timeline.segments, timeline.totals.seconds)
    yield ""
    width = len(clock_of(round(timeline.totals.seconds)))
    yield from _tree_lines(timeline.tree, width, 0, cues=cues)
    yield ""
    yield _totals(timeline, imperial=athlete is not None and athlete.units == "imperial")
    yield energy_said(estimate_energy(timeline, _mass(athlete)), _mass(athlete))


def _strip(segments: Sequence[Segment], seconds: float) -> Iterator[str]:
    unit = next(
        unit
        for unit in (10, 15, 20, 30, 60, 120, 300, 600, 1800, 3600, 10**9)
        if seconds / unit <= STRIP_WIDTH
    )
    signs = []
    used: dict[str, str] = {}
    for segment in segments:
        kind = "lap" if segment.ends_on == "lap" else segment.direction or "straddle"
        used[kind] = _SIGNS[kind]
        signs.append(_SIGNS[kind] * max(1, round((segment.seconds or 0) / unit)))
    line = "".join(signs)
    yield line if len(line) <= 2 * STRIP_WIDTH else line[: 2 * STRIP_WIDTH] + "..."
    legend = "  ".join(f"{sign} {_SAID.get(kind, kind)}" for kind, sign in _SIGNS.items() if kind in used)
    yield f"{legend}   (a sign is {clock_of(unit)} or less)"


def _tree_lines(parts: Sequence[TreePart], width: int, depth: int, *, cues: bool) -> Iterator[str]:
    margin = "  " * depth
    for part in parts:
        if isinstance(part, RepeatedSegments):
            yield f"{'':>{width}}  {margin}{part.times}x"
            yield from _tree_lines(part.parts, width, depth + 1, cues=cues)
            continue
        clock = clock_of(round(part.start_seconds))
        for index, line in enumerate(part.lines):
            yield f"{clock if index == 0 else '':>{width}}  {margin}{line}"
        if cues:
            for cue in part.cues:
                at = clock_of(round(part.start_seconds + cue.seconds))
                yield f"{'':>{width}}  {margin}  {at} {cue.text}"


def _totals(timeline: Timeline, *, imperial: bool) -> str:
    totals = timeline.totals
    parts = [f"{clock_of(round(totals.forward_seconds))} forward"]
    for seconds, said in ((totals.backward_seconds, "backward"), (totals.sideways_seconds, "sideways")):
        if seconds:
            parts.append(f"{clock_of(round(seconds))} {said} ({100 * seconds / totals.seconds:.0f} %)")
    if totals.straddle_seconds:
        parts.append(f"{clock_of(round(totals.straddle_seconds))} straddling")
    distance = f"{totals.metres / 1000:.2f} km"
    if imperial:
        distance = f"{totals.metres / 1000 / float(KM_PER_MILE):.2f} mi"
    said = f"{clock_of(round(totals.seconds))} in all: {', '.join(parts)}; {distance} on the belt"
    if totals.lap_steps:
        said += f"; and {totals.lap_steps} until the lap button, not counted"
    return said


def _mass(athlete: Athlete | None) -> Mass | None:
    return None if athlete is None else athlete.mass


def energy_said(estimate: Energy, mass: Mass | None) -> str:
    """What a Timeline costs, for people to read."""
    gross = estimate.gross_kcal
    if not gross.value:
        return "energy: no estimate; no step with a time is within what the energy model knows"
    whose = f"{ASSUMED_MASS}, assumed" if mass is None else str(mass)
    left_out = ""
    if estimate.unestimated_seconds:
        clock = clock_of(round(estimate.unestimated_seconds))
        left_out = f", without {clock} outside what the energy model knows"
    return f"energy {gross.low:.0f} to {gross.high:.0f} kcal gross for {whose} (an estimate{left_out})"
