"""What a type checker says to an app's and a plugin author's code: yes to the right, no to the wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent / "typing"

_SAID = re.compile(r"^(?:.*[\\/])?(\w+\.py):(\d+): error: .*\[([\w-]+)\]$", re.MULTILINE)
_EXPECTED = re.compile(r"# error: (.+)$")


def mypy(*files: Path) -> dict[tuple[str, int], list[str]]:
    """The codes of what strict mypy refuses, by file and line."""
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    found: dict[tuple[str, int], list[str]] = defaultdict(list)
    for file, line, code in _SAID.findall(done.stdout):
        found[file, int(line)].append(code)
    assert bool(found) == bool(done.returncode), done.stdout
    return {place: sorted(codes) for place, codes in found.items()}


def test_what_is_right_passes_and_each_mistake_is_refused_with_its_code() -> None:
    expected: dict[tuple[str, int], list[str]] = {}
    for file in sorted(HERE.glob("*.py")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            marked = _EXPECTED.search(line)
            if marked:
                expected[file.name, number] = sorted(marked[1].split(", "))
    assert len(expected) > 10
    assert {name for name, _ in expected} == {"wrong.py"}
    assert mypy(*sorted(HERE.glob("*.py"))) == expected
