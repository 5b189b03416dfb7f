"""`make` on other machines: a folder with a space, a Python that lacks something, the pinned versions."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECTS = [ROOT / "pyproject.toml", *sorted(ROOT.glob("plugins/*/pyproject.toml"))]
READ_BY_MAKE = [ROOT / "Makefile", ROOT / "constraints.txt", *ROOT.glob("requirements-*.txt"), *PROJECTS]
FROM_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PIP_CONSTRAINT", "PYTHON"}
"""What a make that runs these tests would hand down."""

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What make reads, in a folder with a space in its name."""
    folder = tmp_path / "my checkout"
    for file in READ_BY_MAKE:
        copy = folder / file.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)
    return folder


def make(checkout: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name not in FROM_MAKE}
    return subprocess.run(
        ["make", *arguments],
        cwd=checkout,
        env={**environment, "LC_ALL": "C", **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def python_that_fails_at(folder: Path, code: str) -> Path:
    """A Python that runs everything but one piece of code."""
    wrapper = folder / "some python"
    wrapper.write_text(
        f'#!/bin/sh\ncase "$2" in *{code}*) exit 1;; esac\nexec {shlex.quote(sys.executable)} "$@"\n',
        encoding="utf-8",
    )
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    return wrapper


@needs_make
@pytest.mark.parametrize("target", ["demo", "test", "test-browser", "lint", "bench", "docs", "clean"])
def test_commands_never_name_the_folder_they_run_in(checkout: Path, target: str) -> None:
    done = make(checkout, "--dry-run", target, f"PYTHON={sys.executable}")
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert str(checkout) not in done.stdout.replace(sys.executable, "")


@needs_make
def test_every_plugin_is_installed_with_the_core(checkout: Path) -> None:
    done = make(checkout, "--dry-run", "demo", f"PYTHON={sys.executable}")
    installing = next(line for line in done.stdout.splitlines() if " -e . " in line)
    given = shlex.split(installing)
    editable = [Path(path) for option, path in pairwise(given) if option == "-e"]
    assert sorted(editable) == sorted(file.parent.relative_to(ROOT) for file in PROJECTS)


@needs_make
def test_a_python_in_a_folder_with_a_space_is_one_word_of_every_command(
    checkout: Path, tmp_path: Path
) -> None:
    python = str(tmp_path / "some python")
    done = make(checkout, "--dry-run", "demo", f"PYTHON={python}")
    assert done.returncode == 0, done.stderr
    creating = next(line for line in done.stdout.splitlines() if "-m venv" in line)
    assert shlex.split(creating)[0] == python


@needs_make
@pytest.mark.parametrize(
    ("fails_at", "said"),
    [
        ("ensurepip", "apt install python3-venv"),
        ("version_info", "Python 3.11 or later is needed"),
    ],
)
def test_a_python_that_lacks_something_is_told_what(
    checkout: Path, tmp_path: Path, fails_at: str, said: str
) -> None:
    done = make(checkout, "demo", f"PYTHON={python_that_fails_at(tmp_path, fails_at)}")
    assert done.returncode == 2
    assert said in done.stdout
    assert not (checkout / ".venv").exists()


@needs_make
def test_a_name_that_is_found_and_does_not_run_is_passed_over(checkout: Path, tmp_path: Path) -> None:
    found = tmp_path / "shims"
    found.mkdir()
    for name, script in (
        ("python3.13", "exit 127"),
        ("python3.12", f'exec {shlex.quote(sys.executable)} "$@"'),
    ):
        (found / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (found / name).chmod(0o755)
    done = make(checkout, "--dry-run", "demo", PATH=f"{found}{os.pathsep}{os.environ['PATH']}")
    creating = next(line for line in done.stdout.splitlines() if "-m venv" in line)
    assert shlex.split(creating)[0] == str(found / "python3.12")


@needs_make
def test_no_python_at_all_is_said(checkout: Path) -> None:
    done = make(checkout, "demo", "PYTHON=")
    assert done.returncode == 2
    assert "Python 3.11 or later is needed and was not found" in done.stdout


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("==") for line in lines if not line.startswith("#")]
    return {canonicalize_name(name): version for name, _, version in pairs}


def test_constraints_are_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[^ ]+|#.*", line)
        assert "//" not in line


def test_constraints_are_sorted_and_name_each_once_and_none_of_ours() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    names = [line.partition("==")[0].lower() for line in lines if not line.startswith("#")]
    assert names == sorted(names)
    assert len(names) == len(pinned())
    assert not [name for name in names if name.startswith("backtrack")]


def asked_for() -> list[Requirement]:
    """Everything that a file of ours names as a requirement, our own distributions left out."""
    texts: list[str] = []
    for file in PROJECTS:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        texts += table["build-system"]["requires"]
        texts += table["project"]["dependencies"]
        for extra in table["project"].get("optional-dependencies", {}).values():
            texts += extra
    for file in ROOT.glob("requirements-*.txt"):
        lines = file.read_text(encoding="utf-8").splitlines()
        texts += [line for line in lines if line and not line.startswith("#")]
    found = [Requirement(text) for text in sorted(set(texts))]
    return [requirement for requirement in found if not requirement.name.startswith("backtrack")]


@pytest.mark.parametrize("requirement", asked_for(), ids=str)
def test_what_we_ask_for_is_pinned_to_a_version_we_admit(requirement: Requirement) -> None:
    assert requirement.specifier.contains(pinned()[canonicalize_name(requirement.name)])
