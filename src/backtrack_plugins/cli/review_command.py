"""``backtrack review``: plan against done, segment by segment, and the totals of each way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.cli.inputs import find_athlete
from backtrack_plugins.cli.output import report_errors, say, say_json, table
from backtrack_plugins.cli.recorded import KEPT, reviewed
from backtrack_plugins.energy import ASSUMED_MASS
from backtrack_plugins.errors import UsageError
from backtrack_plugins.timeline import line_without_cue
from backtrack_plugins.units import KM_PER_MILE, clock_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.reviewed import Review, ReviewedSegment, WayTotals

    _Distance = Callable[[float | None], str]

NOTHING = "-"
_SCORE = (
    "of the planned time on the belt was done; each step counts up to its planned time,\n"
    "and straddles and what the lap button ends count as none."
)
_WATCH = (
    "Belt: belt speed times time. Watch estimate: what the watch made of it, which counts on somebody\n"
    "who moves forward."
)
BASES = {
    "steps": "matched by the step that the watch wrote into each lap",
    "laps": "matched lap by lap: the watch wrote down no steps, and laps and steps are as many and as long",
    "time": "matched by time alone: the watch wrote down no steps, and both are equally long",
}


def run(arguments: argparse.Namespace) -> int:
    """Show what was done of what was planned; an error says why nobody can tell."""
    athlete, _file = find_athlete(arguments.athlete)
    review = reviewed(arguments.recording, arguments.workout, athlete)
    plan = KEPT if arguments.workout is None else arguments.workout
    not_matched = [] if review.is_matched else [UsageError(_not_matched(review), file=arguments.recording)]
    if arguments.json:
        errors = [error.as_data() for error in not_matched]
        say_json({**review_data(review, plan), "errors": errors})
        return max((error.exit_code for error in not_matched), default=0)
    say("\n".join(_head(review, plan)))
    if not_matched:
        return report_errors(not_matched, as_json=False)
    say("\n".join(_body(review, athlete)))
    return 0


def _not_matched(review: Review) -> str:
    return f"{review.recording.file}: not matched: {review.why_not}"


def review_data(review: Review, plan: str) -> dict[str, Any]:
    """A Review as plain data in SI numbers."""
    recording = review.recording
    return {
        "file": recording.file,
        "read_by": recording.read_by,
        "started": recording.started,
        "seconds": recording.seconds,
        "left_out": recording.left_out,
        "workout": review.timeline.workout.name,
        "plan": plan,
        "basis": review.basis,
        "reason": review.reason,
        "advice": review.advice,
        "score": review.score,
        "all_done": review.all_done,
        "segments": [_segment_data(each) for each in review.segments],
        "extras": [msgspec.structs.asdict(each) for each in review.extras],
        "totals": [msgspec.structs.asdict(each) for each in review.totals],
    }


def _segment_data(each: ReviewedSegment) -> dict[str, Any]:
    segment = each.segment
    planned = {
        "step": segment.step_number,
        "line": segment.line,
        "direction": segment.direction,
        "planned_seconds": segment.seconds,
        "metres_per_second": segment.metres_per_second,
        "incline_percent": segment.incline_percent,
    }
    done = {name: getattr(each, name) for name in each.__struct_fields__ if name != "segment"}
    return {**planned, **done}


def _head(review: Review, plan: str) -> Iterator[str]:
    recording = review.recording
    clock = clock_of(round(recording.seconds))
    yield f"{recording.file}: {_when(recording)}, {clock} (read by {recording.read_by})"
    yield f"plan: {review.timeline.workout.name}, {plan}"
    if review.basis is not None:
        yield BASES[review.basis]
    yield ""


def _when(recording: Recording) -> str:
    return "no date" if recording.started is None else recording.started.strftime("%Y-%m-%d %H:%M")


def _body(review: Review, athlete: Athlete | None) -> Iterator[str]:
    distance = _miles if athlete is not None and athlete.units == "imperial" else _kilometres
    heads = ("lap", "planned", "done", "belt", "watch est.", "bpm", "")
    rows = [heads, *(_row(each, distance) for each in review.segments)]
    for extra in review.extras:
        watch, beats = distance(extra.watch_metres), _number(extra.heart_rate)
        lap, said = str(extra.lap), "extra: nobody knows which way"
        rows.append((lap, said, _clock(extra.seconds), NOTHING, watch, beats, "extra"))
    yield table(rows)
    yield ""
    ways = ("way", "planned", "done", "belt", "watch est.", "incline", "bpm", "kcal")
    yield table([ways, *(_total(each, distance) for each in review.totals)])
    yield ""
    if review.score is not None:
        yield f"Score {review.score:.0f} %: {_SCORE}"
    yield _WATCH
    mass = None if athlete is None else athlete.mass
    whose = f"{ASSUMED_MASS}, assumed" if mass is None else str(mass)
    unknown = sum(each.unestimated_seconds for each in review.totals)
    left_out = f"; without {_clock(unknown)} outside what the energy model knows" if unknown else ""
    yield f"Kcal: an estimate, rest included, for {whose}{left_out}."


def _row(each: ReviewedSegment, distance: _Distance) -> tuple[str, ...]:
    there = each.state != "missing"
    return (
        _laps(each.laps),
        line_without_cue(each.segment),
        _clock(each.seconds) if there else NOTHING,
        distance(each.metres if there else None),
        distance(each.watch_metres),
        _number(each.heart_rate),
        each.state,
    )


def _laps(laps: tuple[int, ...]) -> str:
    if not laps:
        return NOTHING
    return str(laps[0]) if len(laps) == 1 else f"{laps[0]}-{laps[-1]}"


def _total(each: WayTotals, distance: _Distance) -> tuple[str, ...]:
    kcal = NOTHING if each.kcal is None else f"{each.kcal.low:.0f} to {each.kcal.high:.0f}"
    return (
        each.way,
        _clock(each.planned_seconds),
        _clock(each.seconds),
        NOTHING if each.way == "straddle" else distance(each.metres),
        distance(each.watch_metres),
        NOTHING if each.incline_percent is None else f"{each.incline_percent:.1f} %",
        _number(each.heart_rate),
        kcal,
    )


def _clock(seconds: float) -> str:
    return clock_of(round(seconds))


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f}"


def _kilometres(metres: float | None) -> str:
    return NOTHING if metres is None else f"{metres / 1000:.2f} km"


def _miles(metres: float | None) -> str:
    return NOTHING if metres is None else f"{metres / 1000 / float(KM_PER_MILE):.2f} mi"
