"""What pytest finds when backtrack-plugins is installed: the option ``--update-golden``, and fixtures.

It is loaded in every pytest run of everybody who has us installed, so that it only says what there is,
and imports what a fixture needs when a test asks for it.
"""

from __future__ import annotations

import os

import pytest

TYPE_CHECKING = False  # see above
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from backtrack_plugins.testing.faults import FileLayer
    from backtrack_plugins.testing.golden import GoldenFiles

_GOLDEN: pytest.StashKey[GoldenFiles] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update-golden``."""
    group = parser.getgroup("backtrack", "backtrack-plugins")
    group.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files that tests ask for, instead of comparing with them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to update where nobody would read the difference."""
    if config.getoption("update_golden") and os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        raise pytest.UsageError(
            "--update-golden: CI is set, and a golden file that is written there is read by nobody. "
            "Update them on your own machine, read the difference, and commit it."
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what an updating run wrote, and which golden files nobody asked for."""
    files = config.stash.get(_GOLDEN, None)
    if files is not None and files.update:
        terminalreporter.section("golden files")
        for line in files.told():
            terminalreporter.line(line)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[bytes | str, str], None]:
    """Compare bytes or text with a file of the folder ``golden`` beside the test: ``golden(data, "a.fit")``.

    A file that is missing or differs fails the test and says how; ``--update-golden`` writes it.
    """
    from backtrack_plugins.testing.golden import FOLDER, GoldenFiles

    stash = request.config.stash
    files = stash.setdefault(_GOLDEN, GoldenFiles(update=bool(request.config.getoption("update_golden"))))
    folder = os.path.join(os.path.dirname(request.path), FOLDER)

    def compare(data: bytes | str, name: str) -> None:
        __tracebackhide__ = True
        said = files.compare(folder, name, data.encode() if isinstance(data, str) else data)
        if said:
            pytest.fail(said, pytrace=False)

    return compare


@pytest.fixture
def backtrack_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for a user who has configured nothing; no variable of ours is set."""
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("BACKTRACK_")]:
        monkeypatch.delenv(name)
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(home))
    for name in ("APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    return home


@pytest.fixture
def file_faults(tmp_path: Path) -> Callable[..., AbstractContextManager[FileLayer]]:
    """What makes file operations below `tmp_path` fail.

    ``with file_faults(DISK_FULL, at=3) as layer:`` is `faults.failing` with that folder.
    """
    from functools import partial

    from backtrack_plugins.testing.faults import failing

    return partial(failing, tmp_path)
