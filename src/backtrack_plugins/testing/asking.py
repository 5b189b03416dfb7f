"""Asking one check, as checking does it, without the others that are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.checking import check as check_all
from backtrack_plugins.testing.installed import alone
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    from backtrack_plugins.problem import Problem
    from backtrack_plugins.workout import Level, Workout


def said_by(
    check: str,
    workout: Workout,
    athlete: Athlete | None = None,
    level: Level | str | None = None,
    *,
    supervised_by: str | None = None,
) -> tuple[Problem, ...]:
    """What one installed check finds in a workout; the core's own problems are left out.

    Args:
        check: The check's name.
        workout: What it looks at.
        athlete: Who does it.
        level: Another level of the athlete; their own, or the workout's, when left out.
        supervised_by: Who stands beside the treadmill.

    Raises:
        PluginError: when the check is missing, fails, or returns what it may not.
    """
    if level is not None:
        athlete = msgspec.structs.replace(athlete or Athlete(), level=level)
    timeline = expand(workout, athlete)
    found = check_all(timeline, athlete, supervised_by=supervised_by, registry=alone("check", check))
    return tuple(problem for problem in found if problem.code.startswith(f"{check}/"))
