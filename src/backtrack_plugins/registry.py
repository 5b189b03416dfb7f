"""Finding plugins by name, without importing any, and importing the one that is asked for.

Entry points are read straight from the ``entry_points.txt`` files of the installed distributions:
`importlib.metadata` gives the same answer (a test holds it so) and costs 40 ms at every start.
"""

from __future__ import annotations

import os
import sys
from collections import namedtuple

from backtrack_plugins.errors import BacktrackError, PluginError, UnknownPlugin

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, Literal, TypeVar

    State = Literal["installed", "disabled", "clash", "reserved", "broken"]
    _Offered = TypeVar("_Offered")

DISABLE = "BACKTRACK_DISABLE_PLUGINS"
STRICT = "BACKTRACK_STRICT_PLUGINS"

RESERVED = frozenset(
    {"all", "csv", "file", "fit", "folder", "json", "text", "txt", "workout", "xml", "backtrack"}
)
"""Names too vague for one plugin to own."""


class Kind(namedtuple("Kind", "name group hook")):  # noqa: PYI024 - see above
    """A kind of plugin: its name, its entry-point group, and the hook that offers its objects."""

    __slots__ = ()

    name: str
    group: str
    hook: str


KINDS = {
    "exporter": Kind("exporter", "backtrack_plugins.exporters", "backtrack_exporters"),
    "importer": Kind("importer", "backtrack_plugins.importers", "backtrack_importers"),
    "destination": Kind("destination", "backtrack_plugins.destinations", "backtrack_destinations"),
    "recording": Kind("recording", "backtrack_plugins.recordings", "backtrack_recordings"),
    "check": Kind("check", "backtrack_plugins.checks", "backtrack_checks"),
    "annotator": Kind("annotator", "backtrack_plugins.annotators", "backtrack_annotators"),
}


class EntryPoint(namedtuple("EntryPoint", "group name value metadata")):  # noqa: PYI024 - see above
    """One line of a distribution's ``entry_points.txt``, and where its metadata lies."""

    __slots__ = ()

    group: str
    name: str
    value: str
    metadata: str


class PluginRow(
    namedtuple(  # noqa: PYI024 - see above
        "PluginRow", "kind name distribution version summary value state reason", defaults=[""]
    )
):
    """One plugin in the list.

    Attributes:
        kind: What it is: exporter, importer, destination, recording, check or annotator.
        name: The name of what it offers: a format, a destination, a check.
        distribution: The installed distribution that brings it.
        version: That distribution's version.
        summary: That distribution's own summary line.
        value: Module, or module:object, of the entry point.
        state: installed, disabled, clash, reserved, or broken (known only after importing it).
        reason: Why it is not simply installed, and the remedy.
    """

    __slots__ = ()

    kind: str
    name: str
    distribution: str
    version: str
    summary: str
    value: str
    state: State
    reason: str

    @property
    def choice(self) -> str:
        """The name that means this one and no other."""
        return f"{self.distribution}:{self.name}"


def strict(environ: Mapping[str, str] | None = None) -> bool:
    """Whether ``BACKTRACK_STRICT_PLUGINS`` asks for a plugin's own errors, with their traces."""
    return (os.environ if environ is None else environ).get(STRICT, "") not in {"", "0"}


def call(who: str, work: Callable[[], _Offered]) -> _Offered:
    """Run what a plugin brought, and tell its failure as the plugin's.

    Args:
        who: Such as ``the exporter my-watch``.
        work: Calls the plugin; an error of ours that it raises on purpose passes through.

    Raises:
        PluginError: when it fails in any other way; in strict mode its own error.
    """
    try:
        return work()
    except BacktrackError:
        raise
    except (Exception, SystemExit) as error:
        if strict():
            raise
        raise PluginError(
            f"{who} failed: {type(error).__name__}: {error}. "
            f"Report it to the plugin's author; {STRICT}=1 shows where."
        ) from error


class Registry:
    """The installed plugins.

    Args:
        path: Folders to look in; `sys.path` when left out.
        environ: The environment; the process's own when left out.
    """

    def __init__(self, path: list[str] | None = None, environ: Mapping[str, str] | None = None) -> None:
        self._path = path
        self._environ = os.environ if environ is None else environ
        self._rows: list[PluginRow] | None = None
        self._manager: Any = None
        self._all: dict[str, list[Any]] = {}

    def rows(self, kind: str | None = None) -> list[PluginRow]:
        """Every plugin, or those of one kind, by kind and name. Imports none of them."""
        if self._rows is None:
            self._rows = self._list()
        return [row for row in self._rows if kind is None or row.kind == kind]

    def _list(self) -> list[PluginRow]:
        disabled = {_normal(name) for name in self._environ.get(DISABLE, "").split(",") if name.strip()}
        points = entry_points(self._path)
        found: list[PluginRow] = []
        for kind in KINDS.values():
            for point in points:
                if point.group != kind.group:
                    continue
                distribution, version, summary = _describe(point.metadata)
                row = PluginRow(
                    kind.name, _normal(point.name), distribution, version, summary, point.value, "installed"
                )
                found.append(self._with_state(row, disabled))
        enabled = [(row.kind, row.name) for row in found if row.state == "installed"]
        listed = [_clashing(row, found) if enabled.count((row.kind, row.name)) > 1 else row for row in found]
        return sorted(listed, key=lambda row: (row.kind, row.name, row.distribution))

    def _with_state(self, row: PluginRow, disabled: set[str]) -> PluginRow:
        if row.name in disabled or _normal(row.distribution) in disabled:
            return row._replace(state="disabled", reason=f"named in {DISABLE}")
        if row.name in RESERVED:
            reason = "the name is too vague to be one plugin's; its author should choose another"
            return row._replace(state="reserved", reason=reason)
        return row

    def get(self, kind: str, name: str, expected: type[_Offered]) -> _Offered:
        """Import the one plugin that claims a name, and return what it offers under it.

        Args:
            kind: Such as ``exporter``.
            name: Such as ``zwo``, or ``backtrack-zwo:zwo`` where two distributions claim it.
            expected: What the hook's objects are.

        Raises:
            UnknownPlugin: when nothing installed has that name; with the near match.
            PluginError: when it is disabled, claimed twice, reserved or broken.
        """
        return self._load(self.find(kind, name), expected)

    def all(self, kind: str, expected: type[_Offered]) -> list[_Offered]:
        """Import every plugin of a kind that is not disabled, and return what each offers.

        Args:
            kind: Such as ``check``.
            expected: What the hook's objects are.

        Raises:
            PluginError: when one is claimed twice, reserved or broken.
        """
        if kind not in self._all:
            enabled = [row for row in self.rows(kind) if row.state != "disabled"]
            self._all[kind] = [self._load(self.find(kind, row.name), expected) for row in enabled]
        return self._all[kind]

    def find(self, kind: str, name: str) -> PluginRow:
        """The row of a name, without importing the plugin.

        Raises:
            UnknownPlugin: when nothing installed has that name; with the near match.
            PluginError: when it is disabled, claimed twice or reserved.
        """
        distribution, _, plain = name.rpartition(":")
        rows = [
            row
            for row in self.rows(kind)
            if row.name == _normal(plain)
            and (not distribution or _normal(row.distribution) == _normal(distribution))
        ]
        if not rows:
            raise self._unknown(kind, name)
        usable = [row for row in rows if row.state == "installed" or (distribution and row.state == "clash")]
        if len(usable) == 1:
            return usable[0]
        blocked = next((row for row in rows if row.state == "clash"), rows[0])
        raise PluginError(f"the {kind} {name} is {_STATED[blocked.state]}: {blocked.reason}")

    def _unknown(self, kind: str, name: str) -> UnknownPlugin:
        from difflib import get_close_matches

        known = sorted({row.name for row in self.rows(kind)})
        near = get_close_matches(_normal(name), known, 1, 0.5)
        if near:
            hint = f"did you mean {near[0]}?"
        elif known:
            hint = f"there are: {', '.join(known)}"
        else:
            hint = "none is installed; install a plugin, such as backtrack-garmin"
        return UnknownPlugin(f"no {kind} is named {name}; {hint}")

    def checked(self, row: PluginRow, expected: type[Any]) -> PluginRow:
        """The row, after importing its plugin to see whether it works."""
        if row.state not in {"installed", "clash"}:
            return row
        try:
            self._load(row, expected)
        except PluginError as error:
            return row._replace(state="broken", reason=str(error))
        return row

    def _load(self, row: PluginRow, expected: type[_Offered]) -> _Offered:
        try:
            offered = self._offered(row)
        except (Exception, SystemExit) as error:
            if strict(self._environ):
                raise
            raise PluginError(
                f"the {row.kind} {row.name} of {row.distribution} {row.version} is broken: "
                f"{type(error).__name__}: {error}. Reinstall or update {row.distribution}, or leave it out: "
                f"{DISABLE}={row.name}. {STRICT}=1 shows where it fails."
            ) from error
        for candidate in offered:
            if isinstance(candidate, expected) and getattr(candidate, "name", None) == row.name:
                return candidate
        names = ", ".join(str(getattr(candidate, "name", type(candidate).__name__)) for candidate in offered)
        raise PluginError(
            f"the {row.kind} {row.name} of {row.distribution} {row.version} is broken: "
            f"its hook {KINDS[row.kind].hook} "
            f"offers {names or 'nothing'}, and no {expected.__name__} named {row.name}. Tell its author."
        )

    def _offered(self, row: PluginRow) -> list[Any]:
        import importlib

        from backtrack_plugins import hookspecs

        module, _, attribute = row.value.partition("[")[0].partition(":")
        plugin: Any = importlib.import_module(module.strip())
        for part in filter(None, attribute.strip().split(".")):
            plugin = getattr(plugin, part)
        if self._manager is None:
            import pluggy

            self._manager = pluggy.PluginManager(hookspecs.PROJECT)
            self._manager.add_hookspecs(hookspecs)
        manager = self._manager
        if not manager.is_registered(plugin):
            manager.register(plugin, name=row.value)
            try:
                manager.check_pending()
            except Exception:
                manager.unregister(plugin)
                raise
        others = [other for other in manager.get_plugins() if other is not plugin]
        results = manager.subset_hook_caller(KINDS[row.kind].hook, others)()
        return [candidate for offered in results for candidate in offered]


_installed: tuple[object, Registry] | None = None


def installed() -> Registry:
    """The plugins installed here, looked up again when the path or the settings change."""
    global _installed  # noqa: PLW0603 - one answer for the process, as sys.path and os.environ are
    key = (tuple(sys.path), os.environ.get(DISABLE), os.environ.get(STRICT))
    if _installed is None or _installed[0] != key:
        _installed = (key, Registry())
    return _installed[1]


_STATED: dict[str, str] = {
    "disabled": "disabled",
    "clash": "claimed more than once",
    "reserved": "reserved",
    "installed": "installed more than once",
}


def _clashing(row: PluginRow, found: list[PluginRow]) -> PluginRow:
    if row.state != "installed":
        return row
    rivals = [
        other for other in found if (other.kind, other.name, other.state) == (row.kind, row.name, row.state)
    ]
    ways = " or ".join(sorted(other.choice for other in rivals))
    remedy = f"uninstall one, or name its distribution in {DISABLE}"
    if row.kind == "check":  # all of them run, so that nobody could say which
        owners = " and ".join(sorted(other.distribution for other in rivals))
        remedy = f"{owners} bring it; {remedy}"
    else:
        remedy = f"say which: {ways}; or {remedy}"
    return row._replace(state="clash", reason=remedy)


def entry_points(path: list[str] | None = None) -> list[EntryPoint]:
    """The entry points of every group of ours, as `importlib.metadata` has them.

    Of two copies of one distribution the first on the path counts, as it does when importing.
    """
    seen: set[str] = set()
    found: list[EntryPoint] = []
    for folder in sys.path if path is None else path:
        for metadata, name in _metadata_folders(folder or "."):
            if name in seen:
                continue
            seen.add(name)
            found.extend(_entry_points_in(metadata))
    return found


def _metadata_folders(folder: str) -> Iterator[tuple[str, str]]:
    """Metadata folders of the distributions in a folder, with each one's normalised name."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    found: dict[str, list[str]] = {}
    for name in names:
        if name.lower().endswith((".dist-info", ".egg-info")):
            distribution = _normal(name.rpartition(".")[0].partition("-")[0])
            found.setdefault(distribution, []).append(os.path.join(folder, name))
    for distribution, folders in found.items():
        for metadata in folders:
            yield metadata, distribution


def _entry_points_in(metadata: str) -> Iterator[EntryPoint]:
    try:
        with open(os.path.join(metadata, "entry_points.txt"), encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return
    if "[backtrack_plugins." not in text:
        return
    group = ""
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            group = line[1:-1].strip()
        elif group.startswith("backtrack_plugins."):
            name, _, value = line.partition("=")
            yield EntryPoint(group, name.strip(), value.strip(), metadata)


def _describe(metadata: str) -> tuple[str, str, str]:
    fields = {"name": "", "version": "", "summary": ""}
    for file_name in ("METADATA", "PKG-INFO"):
        try:
            with open(os.path.join(metadata, file_name), encoding="utf-8", errors="replace") as file:
                for line in file:
                    key, separator, value = line.partition(":")
                    if not line.strip():
                        break
                    if separator and key.lower() in fields and not fields[key.lower()]:
                        fields[key.lower()] = value.strip()
        except OSError:
            continue
        break
    fallback = os.path.basename(metadata).rpartition(".")[0].partition("-")[0]
    return fields["name"] or fallback, fields["version"], fields["summary"]


def _normal(name: str) -> str:
    normal = name.strip().lower().replace("_", "-").replace(".", "-")
    while "--" in normal:
        normal = normal.replace("--", "-")
    return normal
