"""The example notebook: every cell runs in a kernel of its own, and the repository holds no output."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import backtrack_plugins as bt

pytestmark = pytest.mark.xdist_group("notebook")  # run once

NOTEBOOK = Path(__file__).parents[1] / "examples" / "notebook" / "one_workout.ipynb"
PAGE = NOTEBOOK.parents[1] / "workouts" / "after-intervals-reset.backtrack"

# In a process of its own: what Jupyter warns of is not ours to mend. The kernel's warnings are errors.
_RUN = """
import json, sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
nbformat.validate(notebook)
warned = "import warnings; warnings.simplefilter('error')"
notebook.cells.insert(0, nbformat.v4.new_code_cell(warned))
where = {"metadata": {"path": sys.argv[2]}}
NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where).execute()
print(json.dumps(notebook.cells[1:]))
"""


def cells_of(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return cells


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The cells after running all of them, as somebody does who has configured nothing."""
    home = tmp_path_factory.mktemp("home")
    mine = {name: str(home) for name in ("HOME", "TMPDIR", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR")}
    done = subprocess.run(
        [sys.executable, "-c", _RUN, NOTEBOOK, NOTEBOOK.parent],
        env={**os.environ, **mine},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    cells: list[dict[str, Any]] = json.loads(done.stdout)
    return [cell for cell in cells if cell["cell_type"] == "code"]


def said(cell: dict[str, Any]) -> str:
    """What a cell printed, in however many pieces; anything but plain output fails."""
    outputs = cell["outputs"]
    assert {(output["output_type"], output["name"]) for output in outputs} == {("stream", "stdout")}
    return "".join(output["text"] for output in outputs)


def test_every_cell_runs_and_says_something(ran: list[dict[str, Any]]) -> None:
    assert len(ran) == sum(cell["cell_type"] == "code" for cell in cells_of(NOTEBOOK)) >= 5
    assert all(said(cell) for cell in ran)


def test_the_timeline_has_a_row_for_each_segment(ran: list[dict[str, Any]]) -> None:
    (table,) = [said(cell) for cell in ran if "start s" in said(cell)]
    athlete = bt.read_athlete(PAGE.parents[1] / "athlete.toml")
    segments = bt.expand(bt.read(PAGE), athlete).segments
    assert [
        line.rstrip()[-len(each.line) :] for line, each in zip(table.splitlines()[1:], segments, strict=True)
    ] == [each.line for each in segments]


def test_the_problems_are_those_of_the_check(ran: list[dict[str, Any]]) -> None:
    (listed,) = [said(cell) for cell in ran if "Keen" in said(cell)]
    assert "After-intervals reset: no problem" in listed
    assert "Keen: problems\n  line 4: error BT101: " in listed


def test_the_energy_is_a_range(ran: list[dict[str, Any]]) -> None:
    (low, high) = next(found for cell in ran if (found := re.findall(r"(\d+) to (\d+) kcal", said(cell))))[0]
    assert 0 < int(low) < int(high)


def test_the_last_output_says_what_was_written(ran: list[dict[str, Any]]) -> None:
    written = re.fullmatch(r"written: (.+), (\d+) bytes", said(ran[-1]).splitlines()[-1])
    path = Path(written[1])
    athlete = bt.read_athlete(PAGE.parents[1] / "athlete.toml")
    artifact = bt.export(bt.read(PAGE), "garmin-fit", athlete)
    assert path.name == artifact.name
    assert path.read_bytes() == artifact.data
    assert int(written[2]) == len(artifact.data)


def test_the_repository_holds_no_output_of_it() -> None:
    for cell in cells_of(NOTEBOOK):
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", NOTEBOOK.read_text(encoding="utf-8"))
    assert links
    assert all((NOTEBOOK.parent / link).exists() for link in links)
