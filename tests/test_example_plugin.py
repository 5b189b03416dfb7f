"""The project of the long tutorial is what the page shows, its tests pass, and its files hold to a schema.

The schema is our own, of the part of TCX that is written: no package that could be pinned brings Garmin's.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from documents import ROOT, blocks_of, distribution
from lxml import etree

import backtrack_plugins as bt
from backtrack_plugins.scaffold import new_plugin

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = ROOT / "examples/write_a_plugin"
PAGE = "docs/tutorial/a-real-format.md"
MODULES = sorted(path.name for path in PROJECT.glob("src/backtrack_tcx/*.py") if path.name != "__init__.py")
WORKOUTS = {
    **{entry.name: entry.workout for entry in bt.library_entries()},
    **{path.stem: bt.read(path) for path in sorted(ROOT.glob("examples/workouts/*.backtrack"))},
}
AS_WRITTEN = (
    ".github/workflows/test.yml",
    ".gitignore",
    "LICENSE",
    "Makefile",
    "src/backtrack_tcx/__init__.py",
    "src/backtrack_tcx/py.typed",
)
ABLE = bt.Athlete(level="advanced", safety_acknowledged=True)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> bt.Registry:
    monkeypatch.syspath_prepend(PROJECT / "src")
    from backtrack_tcx import plugin

    return bt.Registry(environ={}, plugins=[plugin])


@pytest.fixture(scope="module")
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(PROJECT / "tests/tcx-workout.rng"))


@pytest.mark.parametrize("module", MODULES)
def test_each_module_is_what_the_page_shows_last(module: str) -> None:
    file = f"backtrack_tcx/{module}"
    shown = [block.content for block in blocks_of(PAGE) if block.file == file]
    assert shown[-1] == f"# {file}\n{(PROJECT / 'src' / file).read_text(encoding='utf-8')}"


@pytest.mark.parametrize("file", AS_WRITTEN)
def test_what_was_not_changed_is_what_the_command_writes(file: str, tmp_path: Path) -> None:
    new_plugin("exporter", "tcx", tmp_path, author="The backtrack-plugins developers")
    assert (PROJECT / file).read_bytes() == (tmp_path / "backtrack-tcx" / file).read_bytes()


def test_its_own_tests_pass(tmp_path: Path) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    distribution(project, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider"],
        cwd=PROJECT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(tmp_path), str(PROJECT / "src"))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    reasons = re.findall(r"^SKIPPED .*: (.+)$", done.stdout, re.MULTILINE)
    assert set(reasons) == {"no importer has this name"}


def test_it_pleases_its_own_mypy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", tmp_path],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("targets", ["none", "speed"])
@pytest.mark.parametrize("name", WORKOUTS)
def test_every_workout_here_becomes_a_file_of_the_schema(
    name: str, targets: str, registry: bt.Registry, schema: etree.RelaxNG
) -> None:
    artifact = bt.export(WORKOUTS[name], "tcx", ABLE, options={"targets": targets}, registry=registry)
    root = etree.fromstring(artifact.data)
    schema.assertValid(root)
    ids = [element.text for element in root.iter("{*}StepId")]
    assert len(ids) == len(set(ids))


def element(data: bytes, path: str) -> tuple[Any, Any]:
    root = etree.fromstring(data)
    return root, root.find(f".//{path}")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("{*}Name", "x" * 16),
        ("{*}Name", ""),
        ("{*}StepId", "21"),
        ("{*}StepId", "0"),
        ("{*}Seconds", "65536"),
        ("{*}Seconds", "1.5"),
        ("{*}Repetitions", "1"),
        ("{*}Repetitions", "100"),
        ("{*}Intensity", "Warmup"),
        ("{*}ViewAs", "Fast"),
        ("{*}LowInMetersPerSecond", "0"),
    ],
)
def test_the_schema_refuses_a_value_that_tcx_has_no_room_for(
    path: str, text: str, registry: bt.Registry, schema: etree.RelaxNG
) -> None:
    workout = WORKOUTS["after-intervals-reset"]
    artifact = bt.export(workout, "tcx", ABLE, options={"targets": "speed"}, registry=registry)
    root, found = element(artifact.data, path)
    assert schema.validate(root)
    found.text = text
    assert not schema.validate(root)


@pytest.mark.parametrize("path", ["{*}Step/{*}Name", "{*}Duration", "{*}Intensity", "{*}ViewAs"])
def test_the_schema_refuses_elements_out_of_order(
    path: str, registry: bt.Registry, schema: etree.RelaxNG
) -> None:
    workout = WORKOUTS["after-intervals-reset"]
    artifact = bt.export(workout, "tcx", ABLE, options={"targets": "speed"}, registry=registry)
    root, found = element(artifact.data, path)
    found.getnext().addnext(found)
    assert not schema.validate(root)


def test_every_code_is_explained_in_its_readme() -> None:
    source = (PROJECT / "src/backtrack_tcx/limits.py").read_text(encoding="utf-8")
    codes = set(re.findall(r"""problem\(\s*"([a-z]+)",""", source))
    assert len(codes) == 6
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert {code for code in codes if f"`tcx/{code}`" not in readme} == set()
