"""Levels of experience: what each may do, and what opens the next.

Every number here is our choice, reasoned from what was tried and published: starts at 1.5 to 2.0 mph
backward and 0.5 to 1.0 mph sideways (coaching protocols), a preferred sideways walk of 2.07 km/h
(Handford and Srinivasan 2014), a backward walk-run transition at 5.87 km/h (Hreljac et al. 2005), 8.0 km/h
as the fastest speed measured in athletes by Williford et al. 1998, and inclines of 4 to 6 % (coaching) to
10 % (Hooper et al. 2004).
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from backtrack_plugins.units import Amount, Limit
from backtrack_plugins.workout import Direction, Gait, Level, Rail


class LevelLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What one level may do.

    Attributes:
        opens: What must be behind somebody to enter the level, in one sentence.
        backward_walk: Fastest backward walk.
        backward_jog: Fastest backward jog or run; None where the level has none.
        sideways_walk: Fastest sideways walk.
        sideways_jog: Fastest sideways jog or run; None where the level has none.
        backward_incline: Steepest incline backward, in percent of grade. Sideways is flat at every level.
        bout_seconds: Longest bout.
        total_seconds: Most backward and sideways time in one workout.
        share_percent: Largest share of the workout's whole time, straddles counted in the whole only.
        first_rails: What the hands may do in the first bout of a workout.
        per_week: Most workouts with backward or sideways steps in seven days.
        straddle: How long a placed straddle lasts; coaches use 10 to 30 s.
    """

    opens: str
    backward_walk: Limit
    backward_jog: Limit | None
    sideways_walk: Limit
    sideways_jog: Limit | None
    backward_incline: Decimal
    bout_seconds: int
    total_seconds: int
    share_percent: int
    first_rails: frozenset[Rail]
    per_week: int
    straddle: Amount

    def fastest(self, direction: Direction, gait: Gait) -> Limit | None:
        """The fastest belt for a direction other than forward; None where the level has no such gait."""
        if direction == "backward":
            return self.backward_walk if gait == "walk" else self.backward_jog
        return self.sideways_walk if gait == "walk" else self.sideways_jog


_HELD: frozenset[Rail] = frozenset({"grip", "light"})

LIMITS: dict[Level, LevelLimits] = {
    "first-timer": LevelLimits(
        opens="nothing: this is where everybody begins",
        backward_walk=Limit.of("2.4", "1.5"),
        backward_jog=None,
        sideways_walk=Limit.of("1.6", "1.0"),
        sideways_jog=None,
        backward_incline=Decimal(0),
        bout_seconds=2 * 60,
        total_seconds=4 * 60,
        share_percent=20,
        first_rails=frozenset({"grip"}),
        per_week=1,
        straddle=Amount("0:30"),
    ),
    "beginner": LevelLimits(
        opens="3 workouts done, and no stumble in the last three",
        backward_walk=Limit.of("3.2", "2.0"),
        backward_jog=None,
        sideways_walk=Limit.of("2.4", "1.5"),
        sideways_jog=None,
        backward_incline=Decimal(0),
        bout_seconds=3 * 60,
        total_seconds=6 * 60,
        share_percent=25,
        first_rails=_HELD,
        per_week=1,
        straddle=Amount("0:30"),
    ),
    "intermediate": LevelLimits(
        opens="6 workouts done, and 2 minutes hands free at 3.2 km/h (2.0 mph) at RPE 13 or less",
        backward_walk=Limit.of("4.8", "3.0"),
        backward_jog=Limit.of("6.0", "3.7"),
        sideways_walk=Limit.of("3.2", "2.0"),
        sideways_jog=None,
        backward_incline=Decimal(4),
        bout_seconds=5 * 60,
        total_seconds=8 * 60,
        share_percent=33,
        first_rails=_HELD,
        per_week=1,
        straddle=Amount("0:20"),
    ),
    "advanced": LevelLimits(
        opens="16 workouts done, and hands free 5 minutes at 4.8 km/h (3.0 mph) or 3 minutes at 4 %",
        backward_walk=Limit.of("5.8", "3.6"),
        backward_jog=Limit.of("8.0", "5.0"),
        sideways_walk=Limit.of("4.0", "2.5"),
        sideways_jog=Limit.of("6.5", "4.0"),
        backward_incline=Decimal(8),
        bout_seconds=8 * 60,
        total_seconds=12 * 60,
        share_percent=40,
        first_rails=frozenset({"grip", "light", "free"}),
        per_week=2,
        straddle=Amount("0:20"),
    ),
}
"""The limits of every level, all of them our choice."""

WORKOUTS_BEFORE: dict[Level, int] = {"first-timer": 0, "beginner": 3, "intermediate": 6, "advanced": 16}
"""How many backward or sideways workouts a level has behind it at least."""


class Experience(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody has done so far; all of it their own word.

    Attributes:
        workouts: Workouts with backward or sideways steps.
        stumbled: Whether there was a stumble, or a stop by the safety key, in the last three of them.
        steady: Whether they did 2 minutes backward hands free at 3.2 km/h (2.0 mph) at RPE 13 or less.
        strong: Whether they did 5 minutes backward hands free at 4.8 km/h (3.0 mph), or 3 minutes at 4 %.
    """

    workouts: int = 0
    stumbled: bool = False
    steady: bool = False
    strong: bool = False


def level_of(experience: Experience) -> Level:
    """The level that an experience opens; each needs what the one below it needs, too.

    >>> level_of(Experience(workouts=6, steady=True))
    'intermediate'
    >>> level_of(Experience(workouts=6, steady=True, stumbled=True))
    'first-timer'
    """
    done = experience.workouts
    if done < WORKOUTS_BEFORE["beginner"] or experience.stumbled:
        return "first-timer"
    if done < WORKOUTS_BEFORE["intermediate"] or not experience.steady:
        return "beginner"
    if done < WORKOUTS_BEFORE["advanced"] or not experience.strong:
        return "intermediate"
    return "advanced"
