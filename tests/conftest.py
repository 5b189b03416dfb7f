"""Fixtures: an environment that names no plugin, and fake plugins with real metadata."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import struct
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, settings

from backtrack_plugins.cli import main
from backtrack_plugins.errors import BacktrackError
from backtrack_plugins.registry import DISABLE, STRICT, Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

# The same examples everywhere, however busy the machine.
settings.register_profile(
    "same-everywhere",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
# What `make fuzz` looks through: other examples each time, and many more.
settings.register_profile(
    "further", max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same-everywhere")


@pytest.fixture(scope="session", autouse=True)
def _quick_children() -> Iterator[None]:
    """Runs of pytest that tests start: other people's pytest plugins take longer to load than they run.

    In CI pytest shortens nothing it says, and people who read our pages sit before a terminal.
    """
    others = ("hypothesispytest", "anyio", "xdist", "logfire", "pytest_logfire", "platformdirs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_ADDOPTS", " ".join(f"-pno:{plugin}" for plugin in others))
        for name in ("CI", "BUILD_NUMBER"):
            patch.delenv(name, raising=False)
        yield


class Plugins:
    """Fake distributions in a folder of their own: a module, and a metadata folder as pip writes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.modules: list[str] = []

    def install(
        self,
        distribution: str,
        source: str,
        *,
        exporters: tuple[str, ...] = (),
        importers: tuple[str, ...] = (),
        checks: tuple[str, ...] = (),
        destinations: tuple[str, ...] = (),
        recordings: tuple[str, ...] = (),
        annotators: tuple[str, ...] = (),
        module: str | None = None,
        version: str = "1.0",
        folder: Path | None = None,
    ) -> str:
        """Install a distribution whose one module offers formats and checks; return the module's name."""
        module = module or f"fake_{distribution.replace('-', '_').lower()}"
        groups = {
            "exporters": exporters,
            "importers": importers,
            "destinations": destinations,
            "recordings": recordings,
            "checks": checks,
            "annotators": annotators,
        }
        sections = [
            "\n".join([f"[backtrack_plugins.{group}]", *(f"{name} = {module}" for name in names)])
            for group, names in groups.items()
            if names
        ]
        self.metadata(distribution, "\n\n".join(sections), version=version, folder=folder)
        ((folder or self.folder) / f"{module}.py").write_text(source, encoding="utf-8")
        self.modules.append(module)
        importlib.invalidate_caches()
        return module

    def metadata(
        self,
        distribution: str,
        entry_points: str | bytes,
        *,
        version: str = "1.0",
        folder: Path | None = None,
    ) -> Path:
        """Write the metadata folder of a distribution."""
        written = (folder or self.folder) / f"{distribution.replace('-', '_')}-{version}.dist-info"
        written.mkdir(parents=True)
        header = (
            f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\nSummary: The {distribution}\n"
        )
        (written / "METADATA").write_text(header, encoding="utf-8")
        data = entry_points.encode() if isinstance(entry_points, str) else entry_points
        (written / "entry_points.txt").write_bytes(data)
        return written

    def registry(self, environ: Mapping[str, str] | None = None) -> Registry:
        """A registry that sees these distributions and no others."""
        return Registry(path=[str(self.folder)], environ=environ or {})

    def calls(self, module: str) -> list[object]:
        """What the exporters or checks of a module made by one of the fixtures below were called with."""
        found = sys.modules.get(module)
        return [] if found is None else list(found.CALLS)


@pytest.fixture(autouse=True)
def _no_plugin_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have plugins disabled, or the strict switch on."""
    monkeypatch.delenv(DISABLE, raising=False)
    monkeypatch.delenv(STRICT, raising=False)


@pytest.fixture(autouse=True)
def _errors_are_data(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever error of ours a test comes by, the json module takes it as data."""
    make, wrong = BacktrackError.__init__, []

    def checked(self: BacktrackError, message: str, **details: object) -> None:
        make(self, message, **details)
        try:
            json.dumps(self.as_data())
        except (TypeError, ValueError) as error:
            wrong.append(f"{type(self).__name__}: {error}: {details}")

    monkeypatch.setattr(BacktrackError, "__init__", checked)
    yield
    assert wrong == []


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Plugins]:
    """A folder on `sys.path` to install fake distributions into."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    fakes = Plugins(folder)
    yield fakes
    for module in fakes.modules:
        sys.modules.pop(module, None)


class Outcome(NamedTuple):
    """What a command ended with, and what it said."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What ``--json`` printed."""
        return json.loads(self.out)


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run a command in an empty folder, for a user who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments: object) -> Outcome:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], int]]:
    """Let standard input be a terminal where somebody types what this is called with."""
    if not hasattr(os, "openpty"):
        pytest.skip("needs a terminal to be made")
    theirs, ours = os.openpty()
    with open(ours, encoding="utf-8", closefd=True) as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        yield lambda keys: os.write(theirs, keys)
    os.close(theirs)


@pytest.fixture
def screen() -> Callable[[Callable[[], object]], str]:
    """Do something where standard error is a terminal, and return what was shown there."""
    if not hasattr(os, "openpty"):
        pytest.skip("needs a terminal to be made")

    import fcntl
    import termios

    def shown_of(work: Callable[[], object]) -> str:
        theirs, ours = os.openpty()
        os.set_blocking(theirs, False)
        fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
        shown = b""
        with open(ours, "w", encoding="utf-8") as terminal, pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stderr", terminal)
            work()
            with contextlib.suppress(BlockingIOError):
                while chunk := os.read(theirs, 65_536):
                    shown += chunk
        os.close(theirs)
        return shown.decode().replace("\r\n", "\n")

    return shown_of


@pytest.fixture
def exporter_source():
    """Source of a plugin with one exporter that records its calls; `body` is the end of its function.

    Without a body its words name one backward step, which is the least that an athlete must be told.
    """

    def source(name: str, body: str = "return b'backward'", fields: str = "", before: str = "") -> str:
        return f"""
import msgspec
from backtrack_plugins import BacktrackError, CannotExport, Exported, Exporter, Loss, Problem, hookimpl

CALLS = []
{before}

def export(request):
    CALLS.append(request)
    {body}

@hookimpl
def backtrack_exporters():
    return [Exporter(
        name={name!r}, summary="A fake", suffix=".fake", media_type="text/plain", export=export, {fields}
    )]
"""

    return source


@pytest.fixture
def check_source():
    """Source of a plugin with one check that records its calls; `body` is the end of its function."""

    def source(name: str, body: str = "return []", fields: str = "", before: str = "") -> str:
        return f"""
import msgspec
from backtrack_plugins import Check, Problem, UsageError, Where, hookimpl

CALLS = []
{before}

def check(request):
    CALLS.append(request)
    {body}

@hookimpl
def backtrack_checks():
    return [Check(name={name!r}, summary="A fake", check=check, {fields})]
"""

    return source


@pytest.fixture
def importer_source():
    """Source of a plugin with one importer; `read` and `recognise` are expressions of `data` and `head`."""

    def source(
        name: str,
        *,
        recognise: str = "head.startswith(b'FAKE')",
        read: str = "Imported(workout=parse('name: Read\\n5:00 forward walk 5 km/h'))",
    ) -> str:
        return f"""
from backtrack_plugins import Imported, Importer, Loss, UnreadableInput, hookimpl, parse

def fail(error):
    raise error

@hookimpl
def backtrack_importers():
    return [Importer(
        name={name!r},
        summary="A fake",
        suffix=".fake",
        recognise=lambda head: {recognise},
        read=lambda data, name: {read},
    )]
"""

    return source
