"""Write what is generated: the JSON Schema, example recordings and runs, and pages or parts of them.

Run it with ``make docs``. A test holds the files to what this writes.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from generating import (
    athlete_file,
    command_line,
    foreign_runs,
    formats,
    hooks,
    json_form,
    library,
    python_api,
    recordings,
    rules,
    workout_file,
)
from generating.regions import filled

from backtrack_plugins.kinds import KINDS
from backtrack_plugins.schema import WORKOUT_SCHEMA, workout_schema

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent


def schema_text() -> str:
    """The JSON Schema file."""
    return json.dumps(workout_schema(), indent=2, ensure_ascii=False) + "\n"


REGIONS: dict[str, dict[str, Callable[[], list[str]]]] = {
    "docs/explanation/what-formats-lose.md": {"capabilities": formats.capability_matrix},
    "docs/reference/athlete-file.md": {
        "keys": athlete_file.athlete_keys,
        "treadmill": athlete_file.treadmill_keys,
        "races": athlete_file.races,
        "quantities": athlete_file.quantities,
    },
    "docs/reference/json-form.md": {"fields": json_form.json_fields},
    "docs/reference/workout-file.md": {"limits": workout_file.limits},
}
"""Pages written by hand, and their generated parts."""


def _with_regions(page: str) -> str:
    return filled(page, {name: make() for name, make in REGIONS[page].items()})


GENERATED: dict[str, Callable[[], str]] = {
    f"src/backtrack_plugins/schema/{WORKOUT_SCHEMA}": schema_text,
    "docs/problems.md": rules.problems_text,
    "docs/levels.md": rules.levels_text,
    "docs/library.md": library.library_text,
    "docs/reference/command-line.md": command_line.command_line_text,
    formats.PAGE: formats.formats_text,
    "docs/reference/python-api.md": python_api.python_api_text,
    "docs/reference/testing-api.md": python_api.testing_api_text,
    f"{hooks.FOLDER}/index.md": hooks.index_text,
    **{f"{hooks.FOLDER}/{kind.hook}.md": partial(hooks.hook_text, kind) for kind in KINDS.values()},
    **{page: partial(_with_regions, page) for page in REGIONS},
}

GENERATED_BYTES: dict[str, Callable[[], bytes]] = {
    "examples/foreign/6x400.fit": foreign_runs.six_times_400,
    "examples/recordings/after-intervals-reset.fit": recordings.after_intervals_reset,
    "examples/recordings/week-01.fit": recordings.week_one,
    "plugins/strava/src/backtrack_strava/tour.fit": recordings.after_intervals_reset,
}


def main() -> int:
    """Write every generated file, and say which changed."""
    texts = {name: make().encode() for name, make in GENERATED.items()}
    for name, data in {**texts, **{name: make() for name, make in GENERATED_BYTES.items()}}.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        changed = not path.exists() or path.read_bytes() != data
        if changed:
            path.write_bytes(data)
        print(f"{name}: {'written' if changed else 'current'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
