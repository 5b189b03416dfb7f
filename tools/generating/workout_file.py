"""The limits of a workout file, from the constants that hold them."""

from __future__ import annotations

from backtrack_plugins import page, reading, units, workout
from backtrack_plugins.problem import MOST_PROBLEMS
from backtrack_plugins.units import clock_of
from generating.docstrings import table


def limits() -> list[str]:
    """The table of limits."""
    rows = [
        ("file", f"{reading.MOST_BYTES:,} bytes, UTF-8; {page.MOST_CHARACTERS:,} characters"),
        (
            "`name`",
            f"{workout.NAME_CHARACTERS} characters and {workout.NAME_BYTES} bytes; no `/`, `\\` or `..`",
        ),
        ("`about`", f"{workout.ABOUT_BYTES} bytes, on one line"),
        ("cue", f"{workout.CUE_CHARACTERS} characters and {workout.CUE_BYTES} bytes; no control characters"),
        (
            "amount",
            f"a time up to {clock_of(units.LONGEST_SECONDS)}, a distance up to {units.LONGEST_METRES:,} m",
        ),
        ("speed", f"above zero, at most {units.FASTEST_KMH} km/h"),
        ("incline", f"-{units.STEEPEST_PERCENT} % to {units.STEEPEST_PERCENT} %"),
        ("number", "six digits before the point, four after it"),
        ("repeat", f"1 to {workout.MOST_TIMES:,} times; nested at most {workout.DEEPEST_REPEAT} deep"),
        ("workout", f"{workout.MOST_SEGMENTS:,} segments when its repeats are unrolled"),
        ("problems", f"{MOST_PROBLEMS} are listed; the rest is not read"),
    ]
    return table(("what", "at most"), rows)
