"""Workouts that nobody thought of, for suites that ask a plugin about each."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

INVENTED = 20
"""How many; the same each time."""


@lru_cache(maxsize=1)
def invented() -> tuple[Workout, ...]:
    """Workouts that pass the rules, as hypothesis invents them; once for all the suites of a run."""
    from hypothesis import HealthCheck, Phase, given, settings

    from backtrack_plugins.testing.strategies import safe_workouts

    found: list[Workout] = []

    @settings(
        max_examples=INVENTED,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(safe_workouts())
    def collect(workout: Workout) -> None:
        found.append(workout)

    collect()
    return tuple(found)
