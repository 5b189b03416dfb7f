"""The whole loop: level, programme, an imitation watch, its recording, review, annotation, next week."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from recorded import Lap, from_export, recorded_fit

import backtrack_plugins as bt
from backtrack_plugins.programme import read_programme

if TYPE_CHECKING:
    from collections.abc import Callable

ATHLETE = ("--athlete", "athlete.toml")
WEEKS = 8


def watched(file: Path, day: dt.date, *, short: bool) -> bytes:
    """What a watch records that follows a workout file: each step as long as the file says.

    It knows what stands in the file and nothing else; a step without a time is ended by the lap button.
    """
    plan = from_export(file.read_bytes())
    laps = []
    for index, fields in _unrolled(plan.steps):
        timed = fields["duration_type"] == 0
        seconds = fields["duration_value"] / 1000 if timed else 22.0
        laps.append(Lap(seconds, step=index, metres=seconds, trigger="time" if timed else "manual"))
    if short:
        backward = [at for at, lap in enumerate(laps) if "backward" in plan.steps[lap.step or 0]["notes"]]
        laps[backward[-1]] = laps[backward[-1]]._replace(seconds=9.0, trigger="manual")
    start = dt.datetime.combine(day, dt.time(18), tzinfo=dt.UTC)
    return recorded_fit(plan, laps, every=1, start=start, offset=dt.timedelta(hours=1))


def _unrolled(steps: tuple) -> list[tuple[int, dict]]:
    """Every step as often as the watch comes by it; a repeat (duration type 6) goes back."""
    done: list[tuple[int, dict]] = []
    for index, fields in enumerate(steps):
        if fields["duration_type"] == 6:
            body = [(at, steps[at]) for at in range(fields["duration_value"], index)]
            done += body * (fields["target_value"] - 1)
        else:
            done.append((index, fields))
    return done


@pytest.fixture
def begun(command: Callable[..., object]) -> Callable[..., object]:
    """A first-timer with a programme of eight weeks, and a watch on the cable."""
    command("level", *ATHLETE, "--doctor-first", "no", "--supervised-only", "no", "--workouts", 0)
    command("programme", "new", "--start", "2026-11-25", "-o", "winter", *ATHLETE, "--today", "2026-11-23")
    Path("watch/GARMIN/NewFiles").mkdir(parents=True)
    return command


def test_from_the_level_to_the_last_week_and_back_each_time(begun) -> None:
    for number in range(1, WEEKS + 1):
        week = read_programme("winter").pending_week
        assert week.number == number
        page = f"winter/{week.file}"
        sent = begun("send", page, "--to", "garmin-watch", "--at", "watch", "--yes", *ATHLETE)
        assert sent.code == 0, sent.err
        file = Path("watch/GARMIN/NewFiles") / f"week-{number:02}.fit"
        Path("done.fit").write_bytes(watched(file, week.date, short=number == 3))

        reviewed = begun("review", "done.fit", *ATHLETE, "--json").data
        bouts = [each for each in reviewed["segments"] if each["direction"] == "backward"]
        states = [each["state"] for each in bouts]
        assert reviewed["all_done"] is (number != 3)
        assert states.count("short") == (number == 3)
        planned = [
            segment for segment in bt.expand(bt.read(page)).segments if segment.direction == "backward"
        ]
        assert [each["line"] for each in bouts] == [segment.line for segment in planned]

        annotated = begun("annotate", "done.fit", *ATHLETE)
        assert annotated.code == 0
        minutes = sum(each["seconds"] for each in bouts)
        assert f"{int(minutes) // 60}:{int(minutes) % 60:02} backward" in annotated.out

        today = ("--today", str(week.date + dt.timedelta(days=1)))
        after = begun(
            "programme", "next", "winter", "--from", "done.fit", "--outcome", "rpe 12", *ATHLETE, *today
        )
        assert after.code == 0, after.err
        rung, before = read_programme("winter").pending.rung, week.rung.number
        assert rung == before if number == 3 else rung > before or "again" in after.out

    assert [str(done.outcome) for done in read_programme("winter").done].count("rpe 12, cut short") == 1


def test_the_plan_is_found_again_when_every_page_is_gone(begun) -> None:
    begun("send", "winter/week-01.backtrack", "--to", "garmin-watch", "--at", "watch", "--yes", *ATHLETE)
    file = Path("watch/GARMIN/NewFiles/week-01.fit")
    Path("done.fit").write_bytes(watched(file, dt.date(2026, 11, 25), short=False))
    planned = bt.read("winter/week-01.backtrack")
    for page in Path("winter").iterdir():
        page.unlink()
    rebuilt = bt.workout_in(bt.read_recording("done.fit"))
    assert (rebuilt.name, rebuilt.level, rebuilt.steps) == (planned.name, planned.level, planned.steps)
