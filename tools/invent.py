"""Write the workouts that nobody thought of, which the suites of the kit ask plugins about.

hypothesis invents them, the same each time for one version of it and of the strategy. They are kept as
pages, since inventing takes seconds and every run of a suite would wait for it. Run it when the grammar
or the rules have grown: ``.venv/bin/python tools/invent.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, given, settings

from backtrack_plugins.testing.strategies import safe_workouts
from backtrack_plugins.writing import write

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

MOST = 40
FILE = Path(__file__).parents[1] / "src" / "backtrack_plugins" / "testing" / "invented.json"


def main() -> None:
    """Invent and write them."""
    pages: list[str] = []

    @settings(
        max_examples=MOST,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(safe_workouts())
    def collect(workout: Workout) -> None:
        pages.append(write(workout))

    collect()
    FILE.write_text(json.dumps(pages, indent=1) + "\n", encoding="utf-8")
    print(f"{len(pages)} workouts")


if __name__ == "__main__":
    main()
