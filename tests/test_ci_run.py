"""`.ci/run`: what it calls, and what it does where Chromium is missing; every command is imitated."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BASH = shutil.which("bash") or ""
CALLED = ["make lint", "make test", "make test-browser"]
INSTALLING = ["apt-get update", "apt-get install -y --no-install-recommends chromium"]

pytestmark = pytest.mark.skipif(not BASH, reason="bash is not installed")


class Machine:
    """A machine with these commands and no others; each writes down that it was called."""

    def __init__(self, folder: Path) -> None:
        self._commands = folder / "commands"
        self._commands.mkdir()
        self._log = folder / "log"
        for name in ("dirname", "env"):
            (self._commands / name).symlink_to(shutil.which(name) or "")
        self.has("make")
        self.has("apt-get")
        self.has("id", says="0")

    def has(self, name: str, *, fails_at: str = "nothing", says: str = "") -> None:
        path = self._commands / name
        path.write_text(
            f'#!{BASH}\n[ -z "{says}" ] || {{ echo "{says}"; exit; }}\necho "{name} $*" >> "{self._log}"\n'
            f'[ "$1" != "{fails_at}" ] || exit 3\n[ "{name}" != sudo ] || {{ shift; exec "$@"; }}\n',
            encoding="utf-8",
        )
        path.chmod(0o755)

    def run(self) -> tuple[int, list[str], str]:
        """The exit code, what was called in order, and what was said of errors."""
        done = subprocess.run(
            [BASH, str(ROOT / ".ci" / "run")],
            env={"PATH": str(self._commands), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        called = self._log.read_text(encoding="utf-8").splitlines() if self._log.exists() else []
        return done.returncode, called, done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_lints_tests_and_tests_in_a_browser(machine: Machine) -> None:
    machine.has("chromium")
    assert machine.run() == (0, CALLED, "")


@pytest.mark.parametrize("failing", range(3))
def test_fails_when_one_of_them_fails(machine: Machine, failing: int) -> None:
    machine.has("chromium")
    machine.has("make", fails_at=CALLED[failing].removeprefix("make "))
    code, called, _ = machine.run()
    assert code == 3
    assert called == CALLED[: failing + 1]


def test_installs_chromium_where_it_is_missing(machine: Machine) -> None:
    assert machine.run() == (0, [*INSTALLING, *CALLED], "")


def test_stops_where_it_cannot_be_installed(machine: Machine) -> None:
    machine.has("apt-get", fails_at="install")
    code, called, _ = machine.run()
    assert code == 3
    assert called == INSTALLING


def test_installs_it_by_sudo_where_that_asks_for_nothing(machine: Machine) -> None:
    machine.has("id", says="1000")
    machine.has("sudo")
    machine.has("true")
    code, called, _ = machine.run()
    assert code == 0
    assert [each for each in called if each.startswith("apt-get")] == INSTALLING
    assert [each.split()[:2] for each in called if each.startswith("sudo")] == [["sudo", "-n"]] * 3


def test_says_what_to_install_where_nobody_may(machine: Machine) -> None:
    machine.has("id", says="1000")
    code, called, said = machine.run()
    assert code == 1
    assert called == []
    assert "sudo apt-get install chromium" in said


def test_can_be_run_as_it_is() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
