"""Put blocks into FIT workout files of every shape that the format allows, whole and damaged.

    python tools/fuzz_splicing.py 2000          how many files of each kind, from seed 0
    python tools/fuzz_splicing.py 2000 4711     others

Into whole files at any place: what two readers that share no code with us say of every message of theirs is
the same as before, and a watch that follows the file does theirs in the same order, with ours between once.
Of damaged files, whose checksum is right again: nothing but our own errors is raised, and where there is a
result, it reads back as the Workout that it should be.

The tests follow some of the whole ones with the same code.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "plugins/garmin/tests"))

from foreign_fit import Plan, damaged_files, plans
from test_garmin_splicing import check_any_file, check_damaged_file


def main(count: int, start: int) -> None:
    """Try so many of each."""
    often = settings(
        max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )

    @seed(start)
    @often
    @given(plan=plans(), data=st.data())
    def whole_files(plan: Plan, data: st.DataObject) -> None:
        check_any_file(plan, data)

    @seed(start)
    @often
    @given(data=damaged_files(), at=st.integers(0, 9))
    def files_with_damage(data: bytes, at: int) -> None:
        check_damaged_file(data, at)

    whole_files()
    files_with_damage()
    print(f"{count} whole and {count} damaged files: nothing found")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
