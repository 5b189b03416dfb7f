"""What every plugin must do, whatever its kind: the part that all suites share."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar

from backtrack_plugins.testing import installed, running
from backtrack_plugins.testing.watching import watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backtrack_plugins.testing.watching import Watched

ELSEWHERE = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
)
"""Two environments that differ from each other, and most likely from this one, in what must not matter."""

_RUNNING = "backtrack_plugins.testing.running"


@lru_cache(maxsize=1)
def _brought_by_core() -> tuple[str, ...]:
    """Packages that exporting and hooks import with no plugin in sight, the core's own among them."""
    return watch(f"{_RUNNING}:nothing").brought()


@lru_cache(maxsize=64)
def _watched(function: str, arguments: tuple[str, ...], _path: tuple[str, ...], _environ: object) -> Watched:
    """What `watch` says, asked once of each plugin, however many suites it has."""
    return watch(function, *arguments)


def _watch_once(function: str, *arguments: str) -> Watched:
    return _watched(function, arguments, tuple(sys.path), tuple(sorted(os.environ.items())))


class PluginSuite:
    """The base of the suites; a plugin's author subclasses one of those.

    Attributes:
        kind: The plugin's kind, such as ``exporter``.
        may_import: Packages beside its own that the plugin's module imports at once. Each costs
            everybody who lists or uses anything of yours; import them in the function that needs them.
    """

    kind: ClassVar[str]
    may_import: ClassVar[frozenset[str]] = frozenset()

    @property
    def plugin_name(self) -> str:
        """The name under test; each suite has a word of its own for it."""
        raise NotImplementedError

    def assert_keeps_to_itself(self, function: str, *arguments: object, allowed: Iterable[str] = ()) -> None:
        """Assert that a function of `running` opens no connection, starts no process and writes no file.

        Args:
            function: Its name.
            arguments: What it is called with.
            allowed: Folders that it may write in.
        """
        done = watch(f"{_RUNNING}:{function}", *arguments, allowed=allowed, refuse=True)
        connections, processes, writes = (done.of(kind) for kind in ("network", "process", "write"))
        assert not connections, f"it opens no connection:\n{done.told}"
        assert not processes, f"it starts no process:\n{done.told}"
        assert not writes, f"it writes no file where it may not:\n{done.told}"
        assert not done.error, done.error

    def assert_same_everywhere(self, function: str, *arguments: object) -> None:
        """Assert that a function of `running` returns the same twice here, and in every environment."""
        here = getattr(running, function)(*arguments)
        assert getattr(running, function)(*arguments) == here, "it is not the same twice"

        def elsewhere(environ: Mapping[str, str]) -> Watched:
            return watch(f"{_RUNNING}:{function}", *arguments, environ=environ)

        with ThreadPoolExecutor(len(ELSEWHERE)) as pool:
            for environ, there in zip(ELSEWHERE, pool.map(elsewhere, ELSEWHERE), strict=True):
                assert not there.error, there.error
                assert there.value == here, f"it is not the same with {environ}"

    def test_is_listed_without_being_imported(self) -> None:
        """Listing what is installed costs nobody the import of this plugin."""
        done = _watch_once(f"{_RUNNING}:listed", self.kind, self.plugin_name)
        assert not done.error, done.error
        package = str(done.value).partition(".")[0]
        there = [module for module in done.modules if module.partition(".")[0] == package]
        assert package == "backtrack_plugins" or not there, f"listing imported {', '.join(there)}"

    def test_importing_it_brings_nothing_but_itself(self) -> None:
        """Asking for the plugin imports its own package, the core, and what the core brings anyway."""
        module = installed.module_of(self.kind, self.plugin_name)
        done = _watch_once(module)
        assert not done.error, done.error
        assert not done.operations, f"importing it does nothing to the world outside:\n{done.told}"
        brought = done.brought(*_brought_by_core(), module.partition(".")[0], *self.may_import)
        assert not brought, (
            f"importing {module} imports {', '.join(brought)}: import it in the function that needs it, "
            "or name it in may_import"
        )
