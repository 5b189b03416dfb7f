"""The examples: each is canonical, safe, goes to every format, and comes back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import backtrack_plugins as bt
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.registry import Registry

EXAMPLES = Path(__file__).parents[1] / "examples"
WORKOUTS = sorted((EXAMPLES / "workouts").glob("*.backtrack"))
NAMES = {"after-intervals-reset", "easy-run"}
FORMATS = [row.name for row in Registry().rows("exporter")]
READ_BACK = ["garmin-fit", "zwo"]

each_workout = pytest.mark.parametrize("path", WORKOUTS, ids=lambda path: path.stem)


@pytest.fixture
def athlete() -> bt.Athlete:
    return bt.read_athlete(EXAMPLES / "athlete.toml")


def test_both_are_there() -> None:
    assert {path.stem for path in WORKOUTS} == NAMES
    assert {"garmin-fit", "zwo", "strava-text", "segments-csv"} <= set(FORMATS)


def test_the_athlete_shows_every_key(athlete: bt.Athlete) -> None:
    text = (EXAMPLES / "athlete.toml").read_text(encoding="utf-8")
    assert athlete.level == "intermediate"
    assert [field for field in athlete.__struct_fields__ if getattr(athlete, field) in (None, ())] == []
    assert [field for field in athlete.__struct_fields__ if field not in text] == []


@each_workout
def test_is_canonical(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    assert bt.format_page(text) == text
    assert bt.write(bt.read(path)).splitlines() == [
        line for line in text.splitlines() if not line.lstrip().startswith("#")
    ]


@each_workout
@pytest.mark.parametrize("known", [True, False], ids=["athlete", "nobody"])
def test_is_safe_and_raises_no_warning(path: Path, athlete: bt.Athlete, known: bool) -> None:
    person = msgspec.structs.replace(athlete, silenced=()) if known else None
    assert bt.check(bt.expand(bt.read(path), person), person) == ()


@each_workout
@pytest.mark.parametrize("name", FORMATS)
def test_goes_to_every_format(path: Path, name: str, athlete: bt.Athlete) -> None:
    artifact = bt.export(bt.read(path), name, athlete)
    assert artifact.data
    assert artifact.name.startswith(f"{path.stem}.")


@each_workout
@pytest.mark.parametrize("name", READ_BACK)
def test_comes_back_equal(path: Path, name: str, athlete: bt.Athlete) -> None:
    workout = bt.read(path)
    artifact = bt.export(workout, name, athlete)
    imported = import_bytes(artifact.data, artifact.name)
    assert imported.workout == workout
    assert imported.losses == ()


def test_embedding_takes_under_25_lines_and_runs(tmp_path: Path) -> None:
    program = EXAMPLES / "embed_in_an_app.py"
    assert len(program.read_text(encoding="utf-8").splitlines()) < 25
    done = subprocess.run(
        [sys.executable, "-W", "error", program, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        cwd=EXAMPLES.parent,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    athlete = bt.read_athlete(EXAMPLES / "athlete.toml")
    artifact = bt.export(
        bt.read(EXAMPLES / "workouts" / "after-intervals-reset.backtrack"), "garmin-fit", athlete
    )
    assert (tmp_path / artifact.name).read_bytes() == artifact.data
