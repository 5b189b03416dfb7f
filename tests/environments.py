"""Distributions built from their sources, and environments of their own to install them into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    import pytest

ROOT = Path(__file__).parents[1]
CORE = "backtrack-plugins"
KIT = "backtrack_plugins.testing"

OURS = {"PYTHONPATH", "PIP_CONSTRAINT", "COVERAGE_PROCESS_START", "BACKTRACK_DISABLE_PLUGINS"}
"""Of the environment of whoever runs the tests, what a process of its own is not told."""


class Project(NamedTuple):
    """A distribution's folder in the checkout, and its ``[project]`` table."""

    folder: Path
    table: dict[str, Any]

    @property
    def name(self) -> str:
        return str(self.table["name"])

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def source(self) -> Path:
        return self.folder / "src" / self.package

    @property
    def kit_tests(self) -> list[Path]:
        """The test files that run the conformance kit."""
        files = sorted(self.folder.glob("tests/test_*.py"))
        return [
            file
            for file in files
            if KIT in file.read_text(encoding="utf-8") and "Suite)" in file.read_text(encoding="utf-8")
        ]

    @property
    def formats(self) -> set[tuple[str, str]]:
        """Kind and name of each entry point."""
        groups = self.table["entry-points"]
        return {
            (group.removeprefix("backtrack_plugins.").removesuffix("s"), name)
            for group, names in groups.items()
            for name in names
        }


class Built(NamedTuple):
    """The two archives of a distribution; the wheel is made from the sdist, which shows that it is enough."""

    sdist: Path
    wheel: Path

    @property
    def files(self) -> set[str]:
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    @property
    def metadata(self) -> Message:
        with zipfile.ZipFile(self.wheel) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            return HeaderParser().parsestr(archive.read(name).decode())


def project(folder: Path) -> Project:
    return Project(folder, tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"])


def run(*arguments: str | Path, cwd: Path) -> str:
    """Standard output of a process that knows nothing of ours; its failure is the test's."""
    done = subprocess.run(
        [str(argument) for argument in arguments],
        cwd=cwd,
        env={name: value for name, value in os.environ.items() if name not in OURS},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of a name that one process of this run of the tests makes, and every other one uses."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = root / name, root / f"{name}.made"
    with FileLock(root / f"{name}.lock"):
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def build(source: Path, folder: Path) -> Built:
    """The archives of a distribution, made into an empty folder without a network."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source, cwd=folder)
    return built_in(folder)


def built_in(folder: Path) -> Built:
    """The two archives of a folder."""
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Built(sdist, wheel)


def built_core(factory: pytest.TempPathFactory) -> Built:
    """The archives of the core, which are built once."""
    return built_in(once(factory, "core", lambda folder: build(ROOT, folder)))


def environment(factory: pytest.TempPathFactory, *others: str | Path) -> Path:
    """The Python of a new environment with the core, what else is named, and what they need.

    The core and what its kit needs are installed once, and copied with what was compiled of them, since
    pip takes longer over them than over all the plugins.
    """
    first = once(factory, "core-alone", lambda folder: _core_alone(folder, built_core(factory)))
    folder = factory.mktemp("environment")
    python = _venv(folder)
    for packages in (first / "venv").rglob("site-packages"):
        shutil.copytree(packages, folder / packages.relative_to(first), dirs_exist_ok=True)
    _install(python, *others)
    return python


def _core_alone(folder: Path, core: Built) -> None:
    python = _venv(folder)
    _install(python, f"{CORE}[testing] @ {core.wheel.as_uri()}")
    # What is imported is compiled, here and not in each copy.
    run(python, "-c", "import hypothesis, backtrack_plugins.testing", cwd=folder)
    run(python, "-m", "pytest", "--fixtures", "-p", "no:cacheprovider", cwd=folder)


def _venv(folder: Path) -> Path:
    run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    return folder / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"


def _install(python: Path, *what: str | Path) -> None:
    pip = (sys.executable, "-m", "pip", "--python", python, "--quiet", "install")
    # Compiling all that is installed would take longer than compiling what is then used.
    run(*pip, "--no-compile", "-c", ROOT / "constraints.txt", *what, cwd=python.parent)
