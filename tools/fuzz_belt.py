"""Workouts by the thousand, played on a belt second by second in every format that can move one.

    python tools/fuzz_belt.py 10000             how many workouts, from seed 0
    python tools/fuzz_belt.py 1 4711            one again, by its seed

Each workout is drawn with an athlete, a treadmill and somebody's settings in QZ; exported as QZ's own file,
as a ZWO and as a Garmin plan; and played by `tests/belt_player.py`, which knows none of our exporters,
however the lap button is pressed. And without its warm-up it is put into one of three files that somebody
else has. At no second may the belt be faster than planned, or faster than its
lowest speed while somebody turns; `tests/belt_rules.py` has it all. What a format refuses is counted.

The tests follow some of them with the same code.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from belt_foreign import run_of, wrong_in_splice
from belt_player import DEFAULTS, UserSettings
from belt_rules import OPTIONS, violations
from seeds import follow_seeds

import backtrack_plugins as bt
from backtrack_plugins.levels import LIMITS, LevelLimits
from backtrack_plugins.splicing import export_joined, join_run
from backtrack_plugins.workout import LEVELS

TREADMILLS = (
    None,
    bt.Treadmill(),
    bt.Treadmill(slowest=bt.Speed("0.1 km/h"), speed_increment=bt.Speed("0.05 km/h")),
    bt.Treadmill(
        slowest=bt.Speed("0.5 km/h"), highest=bt.Incline("40%"), incline_increment=bt.Incline("0.1%")
    ),
    bt.Treadmill(
        slowest=bt.Speed("0.5 mph"), fastest=bt.Speed("12 mph"), speed_increment=bt.Speed("0.1 mph")
    ),
    bt.Treadmill(slowest=bt.Speed("1.5 km/h"), fastest=bt.Speed("16 km/h"), highest=bt.Incline("12%")),
    bt.Treadmill(
        slowest=bt.Speed("0.25 m/s"), speed_increment=bt.Speed("0.05 m/s"), lowest=bt.Incline("-3%")
    ),
)
PACES = ("mile=6:31", "5k=30:00", "5k=17:17", "10k=1:03:01", "half=1:59:59", "marathon=4:04:37")
USERS = (
    DEFAULTS,
    UserSettings(seconds_per_km=(120, 120, 120, 120, 120), default_seconds_per_km=150),
    UserSettings(seconds_per_km=(900, 700, 800, 120, 300), default_seconds_per_km=1000),
)
CUES = (
    "taller, eyes level",
    "über die Schulter, ñ, 走る 🏃",
    'say "hop" & <b>\\ go</b>',
    "5:00 forward walk 5 km/h",
    "0:20 straddle added",
    "Continued: stop",
    "w" * 120,
)
SHORT = (10, 10, 11, 14, 15, 16, 24, 25, 26)
"""Seconds around those at which a row is too short, or a hold ends."""


class Drawn(NamedTuple):
    """A workout, who does it, who stands beside, what is set in QZ; into whose file it is put, and where."""

    workout: bt.Workout
    athlete: bt.Athlete
    supervised_by: str | None
    user: UserSettings
    into: str | None = None
    at: int = 0


class Drawing:
    """Draws the page of a workout, within what its level allows."""

    def __init__(self, random: Random) -> None:
        self.random = random
        level = random.choice((None, *LEVELS))
        self.header = ["name: A", *([f"level: {level}"] if level else []), ""]
        self.limits: LevelLimits = LIMITS[level or "first-timer"]
        self.supervised_by = random.choice((None, "a coach"))
        self.treadmill = random.choice(TREADMILLS)
        self.nests = random.random() < 0.1
        self.seconds_left = self.limits.total_seconds
        self.bout = 0
        self.rails = ["grip"]

    def drawn(self) -> Drawn:
        """The whole case."""
        random = self.random
        lines = ["20:00 forward jog 8 km/h"]
        for _ in range(random.randint(1, 5)):
            lines += self._part("", 1)
        athlete = bt.Athlete(
            easy_walk=bt.Speed("4.5 km/h"),
            easy_run=bt.Speed("8 km/h"),
            race_paces=(bt.RaceTime.of(*random.choice(PACES).split("=")),),
            treadmill=self.treadmill,
        )
        workout = bt.parse("\n".join([*self.header, *lines]))
        into = random.choice((*OPTIONS,))
        at = random.randint(0, len(run_of(into).workout.steps))
        return Drawn(workout, athlete, self.supervised_by, random.choice(USERS), into, at)

    def _part(self, indent: str, passes: int) -> list[str]:
        deep = len(indent) // 2
        if self.random.random() < 0.25 and (not deep or (self.nests and deep < 3)):
            times = self.random.randint(1, 4)
            lines = [f"{indent}{times}x"]
            for _ in range(self.random.randint(1, 3)):
                lines += self._part(f"{indent}  ", passes * times)
            return lines
        chance = self.random.random()
        if chance < 0.12:
            self.bout = 0
            return [f"{indent}{self._straddle()}"]
        turned = self._turned(passes) if chance < 0.55 else None
        return [indent + (turned or self._forward())]

    def _straddle(self) -> str:
        return f"{self.random.choice((10, 20, 29, 30, 31, 90))} s straddle{self._cue()}"

    def _forward(self) -> str:
        random = self.random
        self.bout = 0
        amount = random.choice(
            (
                f"{random.choice(SHORT)} s",
                f"{random.randint(10, 900)} s",
                f"{random.randint(10, 900)} s",
                random.choice(("400 m", "33 m", "0.25 mi", "1.5 km")),
                "lap",
            )
        )
        incline = random.choice(("", "", f" {random.randint(0, 120) / 10}%", " 1.2345%"))
        gait = random.choice(("walk", "jog", "run"))
        return f"{amount} forward {gait} {self._speed(3, 16)}{incline}{self._cue()}"

    def _turned(self, passes: int) -> str | None:
        """A backward or sideways step, if the level still allows one."""
        random = self.random
        direction = random.choice(("backward", "backward", "left", "right"))
        gait = random.choice(("walk", "walk", "jog"))
        limit = self.limits.fastest(direction, gait)
        metres = random.random() < 0.1
        seconds = 90 if metres else random.choice((*SHORT, random.randint(10, 60)))
        if limit is None or not self._allows(seconds, passes):
            return None
        slowest = 0.8 if self.treadmill is None else float(self.treadmill.slowest.kmh)
        most = min(float(limit.kmh), 5.4 if self.supervised_by and random.random() < 0.02 else 5.0)
        if most < slowest + 0.2:
            return None
        speed = self._speed(max(0.9, slowest + 0.02), most)
        steepest = int(self.limits.backward_incline) if direction == "backward" else 0
        incline = f" {random.randint(0, steepest * 10) / 10}%" if random.random() < 0.5 else ""
        rail = random.choice(self.rails)
        self.rails = ["grip rail", "light rail", "hands free"]
        rail = "grip rail" if rail == "grip" else rail
        amount = f"{random.randint(10, 20)} m" if metres else f"{seconds} s"
        return f"{amount} {direction} {gait} {speed}{incline} {rail}{self._cue()}"

    def _allows(self, seconds: int, passes: int) -> bool:
        """Whether there is as much left; a bout that goes through a repeat counts with all its passes."""
        spent = seconds * passes
        if spent > self.seconds_left or self.bout + spent > self.limits.bout_seconds:
            return False
        self.seconds_left -= spent
        self.bout += spent
        return True

    def _speed(self, low: float, high: float) -> str:
        """A speed in some unit, between two in km/h."""
        kmh = self.random.uniform(low, high)
        unit = self.random.choice(("km/h", "km/h", "km/h", "mph", "m/s", "/km", "/mi"))
        if unit == "km/h":
            places = self.random.choice((1, 1, 2, 4))
            return f"{self._inside(kmh, low, high, 1, places)} km/h"
        if unit == "mph":
            return f"{self._inside(kmh, low, high, 1.609344, 1)} mph"
        if unit == "m/s":
            return f"{self._inside(kmh, low, high, 3.6, 2)} m/s"
        pace = int(3600 / kmh * (1.609344 if unit == "/mi" else 1))
        pace += pace * kmh < 3600  # never above the speed drawn
        return f"{pace // 60}:{pace % 60:02}{unit}"

    def _inside(self, kmh: float, low: float, high: float, unit: float, places: int) -> str:
        rounded = round(kmh / unit, places)
        step = 10**-places
        if rounded * unit > high:
            rounded -= step
        elif rounded * unit < low:
            rounded += step
        return f"{rounded:.{places}f}"

    def _cue(self) -> str:
        if self.random.random() > 0.2:
            return ""
        cue = self.random.choice(CUES).replace("\\", "\\\\").replace('"', '\\"')
        return f' "{cue}"'


class Followed(NamedTuple):
    """What came of a case: what the belt did and must not, and the formats that refused it."""

    wrong: list[str]
    refused: list[str]


def follow(drawn: Drawn) -> Followed:
    """Export a workout in every format, and play what comes out."""
    followed = Followed([], [])
    timeline = bt.expand(drawn.workout, drawn.athlete)
    for name, options in OPTIONS.items():
        try:
            artifact = bt.export(
                drawn.workout, name, drawn.athlete, supervised_by=drawn.supervised_by, options=options
            )
        except (bt.CannotExport, bt.UnsafeWorkout) as error:
            followed.refused.append(f"{name}: {_codes(error)}")
            continue
        followed.wrong.extend(
            f"{name}: {sentence}" for sentence in violations(artifact.data, timeline, name, drawn.user)
        )
    if drawn.into is not None:
        _follow_into(drawn.into, drawn, followed)
    return followed


def _follow_into(name: str, drawn: Drawn, followed: Followed) -> None:
    """Put what comes after the warm-up into somebody's file."""
    block = msgspec.structs.replace(drawn.workout, steps=drawn.workout.steps[1:])
    athlete = drawn.athlete
    try:
        joined = join_run(block, run_of(name), at=drawn.at, athlete=athlete)
        put = export_joined(joined, name, athlete, options=OPTIONS[name], supervised_by=drawn.supervised_by)
    except (bt.CannotExport, bt.UnsafeWorkout) as error:
        followed.refused.append(f"into {name}: {_codes(error)}")
        return
    if not put.spliced:
        followed.refused.append(f"into {name}: written anew")
        return
    wrong = wrong_in_splice(joined, put.artifact, athlete, drawn.user)
    followed.wrong.extend(f"into {name} at {drawn.at}: {sentence}" for sentence in wrong)


def _codes(error: bt.CannotExport | bt.UnsafeWorkout) -> str:
    return ", ".join(sorted({problem.code for problem in error.problems if problem.severity == "error"}))


_REFUSED: Counter[str] = Counter()


def lines(seed: int) -> list[str]:
    """What the belt did and must not in the case of a seed."""
    followed = follow(Drawing(Random(seed)).drawn())  # noqa: S311 - nothing secret is drawn
    _REFUSED.update(followed.refused)
    return followed.wrong


def _said(count: int, wrong: int) -> str:
    refused = "".join(f"\n    {many} refused, {why}" for why, many in sorted(_REFUSED.items()))
    played = f"{count} workouts in {len(OPTIONS)} formats, and each in somebody's file"
    return f"{played}, {wrong} with a violation;{refused or ' none refused'}"


def main(arguments: list[str]) -> int:
    """Follow as many as asked for, and print what went wrong, and how many were refused."""
    return follow_seeds(lines, arguments, many=10_000, said=_said)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
