"""What a command costs before it does anything: the modules it imports."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from recorded import Lap, from_export, recorded_fit

from backtrack_plugins import export, read

EXAMPLE = Path(__file__).parents[1] / "examples" / "workouts" / "after-intervals-reset.backtrack"

HEAVY = {"pydantic", "requests", "garth", "stravalib", "rich", "lxml"}
"""What plugins and their dependencies bring, and no command of these needs."""

NOT_TO_LIST = {"msgspec", "pluggy", "importlib.metadata", "pathlib"}
"""What listing formats does without, beside."""

OTHER_PLUGINS = {
    *("backtrack_zwo", "backtrack_qz", "backtrack_intervals", "backtrack_strava", "backtrack_fitfile"),
    "backtrack_example.plugin",
}

_IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s*(\S+)$", re.MULTILINE)


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """Modules and packages that a fresh interpreter imports, those of a bare one left out."""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    found = []
    for run in (arguments, ("-c", "pass")):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", *run],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env=environment,
        )
        found.append(set(_IMPORTED.findall(done.stderr)))
    modules, bare = found
    return {name for module in modules - bare for name in (module, module.partition(".")[0])}


def test_importing_the_package_imports_nothing_else(tmp_path: Path) -> None:
    modules = imported(tmp_path, "-c", "import backtrack_plugins")
    assert "backtrack_plugins" in modules
    assert not modules & (HEAVY | NOT_TO_LIST)


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
def test_listing_formats_imports_no_plugin_and_nothing_heavy(tmp_path: Path, form: tuple[str, ...]) -> None:
    modules = imported(tmp_path, "-m", "backtrack_plugins", "formats", *form)
    assert "backtrack_plugins.registry" in modules
    assert not modules & (HEAVY | NOT_TO_LIST | OTHER_PLUGINS | {"backtrack_garmin", "backtrack_example"})


def test_exporting_imports_its_own_plugin_and_nothing_heavy(tmp_path: Path) -> None:
    modules = imported(tmp_path, "-m", "backtrack_plugins", "export", str(EXAMPLE), "--to", "garmin-fit")
    assert "backtrack_garmin" in modules
    assert (tmp_path / "after-intervals-reset.fit").exists()
    assert not modules & (HEAVY | OTHER_PLUGINS | {"fitdecode", "fitparse", "garmin_fit_sdk", "fit_tool"})
    assert "importlib.metadata" not in modules


def test_reviewing_imports_its_reader_and_nothing_heavy(tmp_path: Path) -> None:
    page = tmp_path / "walk.backtrack"
    page.write_text("name: Walk\nlevel: intermediate\n5:00 forward walk 5 km/h\n", encoding="utf-8")
    plan = from_export(export(read(page), "garmin-fit").data)
    recording = tmp_path / "today.fit"
    recording.write_bytes(recorded_fit(plan, [Lap(300, step=0)], every=1))
    modules = imported(tmp_path, "-m", "backtrack_plugins", "review", str(recording), "--workout", str(page))
    assert "backtrack_fitfile.by_fitfast" in modules
    assert not modules & (HEAVY | (OTHER_PLUGINS - {"backtrack_fitfile"}) | {"numpy", "fitparse", "fitfast"})
    assert not modules & {"backtrack_plugins.exporter", "backtrack_plugins.checking", "importlib.metadata"}
