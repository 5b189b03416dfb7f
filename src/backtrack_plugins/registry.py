"""Finding plugins by name, without importing any, and importing the one that is asked for."""

from __future__ import annotations

import os
import sys
from _thread import RLock  # threading's own, which would cost 1 ms at every start
from collections import namedtuple

from backtrack_plugins.calling import DISABLE, STRICT, Asked, strict
from backtrack_plugins.discovery import describe, entry_points
from backtrack_plugins.errors import PluginError, UnknownPlugin
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.names import normal

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, Literal

    from backtrack_plugins.account import Account
    from backtrack_plugins.annotator import Annotator
    from backtrack_plugins.checks import Check
    from backtrack_plugins.destination import Destination
    from backtrack_plugins.discovery import Distribution, EntryPoint
    from backtrack_plugins.exporter import Exporter
    from backtrack_plugins.importer import Importer
    from backtrack_plugins.recording import RecordingReader

    State = Literal["installed", "disabled", "clash", "reserved", "damaged", "broken"]

RESERVED = frozenset(
    {"all", "csv", "file", "fit", "folder", "json", "text", "txt", "workout", "xml", "backtrack"}
)
"""Names too vague for one plugin to own."""


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
        state: installed, disabled, clash, reserved, damaged (its metadata), or broken (known only after
            importing it).
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

    @property
    def said(self) -> str:
        """Which plugin it is, for messages."""
        return f"the {KINDS[self.kind].said} {self.name} of {self.distribution} {self.version}".rstrip()

    @property
    def details(self) -> dict[str, object]:
        """Which plugin it is, for `BacktrackError.details`."""
        return {
            "kind": self.kind,
            "plugin": self.name,
            "hook": KINDS[self.kind].hook,
            "distribution": self.distribution,
            "version": self.version,
        }


GIVEN = "given"
"""The distribution of plugins that an app hands over itself."""


class Registry:
    """The plugins that an app can use: those installed, and those that it hands over itself.

    One may be used by several threads at once, and several with different plugins side by side.

    Args:
        path: Folders to look in; `sys.path` when left out. They must be on `sys.path` to be imported from.
        environ: The environment; the process's own when left out.
        plugins: Modules or objects with hooks, used beside the installed ones without being a
            distribution: an app's own format, say.

    Raises:
        PluginError: when one of `plugins` cannot be used.
    """

    def __init__(
        self,
        path: list[str] | None = None,
        environ: Mapping[str, str] | None = None,
        *,
        plugins: Iterable[object] = (),
    ) -> None:
        self._path = path
        self._environ = os.environ if environ is None else environ
        self._rows: list[PluginRow] | None = None
        self._manager: Any = None
        self._loaded: dict[PluginRow, Any] = {}
        self._checks: list[Check] | None = None
        self._lock = RLock()
        self._given = [row for plugin in plugins for row in self._rows_of(plugin)]

    def exporter(self, name: str) -> Exporter:
        """Import the one plugin that claims a format, and return its exporter.

        Args:
            name: Such as ``zwo``, or ``backtrack-zwo:zwo`` where two distributions claim it.

        Raises:
            UnknownPlugin: when nothing installed has that name; with the near match.
            PluginError: when it is disabled, claimed twice, reserved or broken.
        """
        exporter: Exporter = self._get("exporter", name)
        return exporter

    def importer(self, name: str) -> Importer:
        """The importer of a name; as `exporter`."""
        importer: Importer = self._get("importer", name)
        return importer

    def destination(self, name: str) -> Destination:
        """The destination of a name; as `exporter`."""
        destination: Destination = self._get("destination", name)
        return destination

    def recording_reader(self, name: str) -> RecordingReader:
        """The reader of recordings of a name; as `exporter`."""
        reader: RecordingReader = self._get("recording", name)
        return reader

    def annotator(self, name: str) -> Annotator:
        """The annotator of a name; as `exporter`."""
        annotator: Annotator = self._get("annotator", name)
        return annotator

    def account(self, name: str) -> Account:
        """The account of a name, or the one that the destination of that name needs.

        Imports every destination. One that is broken is passed over, unless none has the account.

        Raises:
            UnknownPlugin: when no destination has such an account; with those there are.
            PluginError: when one of the destinations that might have had it is broken.
        """
        found: dict[str, Account] = {}
        broken: list[PluginError] = []
        for row in self.rows("destination"):
            if row.state != "installed":
                continue
            try:
                destination = self._load(row)
            except PluginError as error:
                broken.append(error)
                continue
            if destination.account is not None:
                found.setdefault(destination.account.name, destination.account)
                if name == row.name:
                    return found[destination.account.name]
        if name in found:
            return found[name]
        if broken:
            raise broken[0]
        known = tuple(sorted(found))
        there = f"there are: {', '.join(known)}" if known else "no installed plugin needs one"
        raise UnknownPlugin(f"no account is named {name}; {there}", kind="account", plugin=name, known=known)

    def checks(self) -> list[Check]:
        """Import every check plugin that is not disabled, and return what each offers.

        Raises:
            PluginError: when one is claimed twice, reserved, damaged or broken: a check that cannot be
                asked stops every export.
        """
        if self._checks is None:
            enabled = [row for row in self.rows("check") if row.state != "disabled"]
            self._checks = [self._get("check", row.name) for row in enabled]
        return list(self._checks)

    def rows(self, kind: str | None = None) -> list[PluginRow]:
        """Every plugin, or those of one kind, by kind and name. Imports none of them."""
        if self._rows is None:
            self._rows = self._list()
        return [row for row in self._rows if kind is None or row.kind == kind]

    def find(self, kind: str, name: str) -> PluginRow:
        """The row of a name, without importing the plugin.

        Raises:
            UnknownPlugin: when nothing installed has that name; with the near match.
            PluginError: when it is disabled, claimed twice, reserved or damaged.
        """
        distribution, _, plain = name.rpartition(":")
        rows = [
            row
            for row in self.rows(kind)
            if row.name == normal(plain)
            and (not distribution or normal(row.distribution) == normal(distribution))
        ]
        if not rows:
            raise self._unknown(kind, name)
        usable = [row for row in rows if row.state == "installed" or (distribution and row.state == "clash")]
        if len(usable) == 1:
            return usable[0]
        blocked = next((row for row in rows if row.state == "clash"), rows[0])
        said = f"the {KINDS[kind].said} {name} is {_STATED[blocked.state]}: {blocked.reason}"
        raise PluginError(said, **blocked.details)

    def checked(self, row: PluginRow) -> PluginRow:
        """The row, after importing its plugin to see whether it works."""
        if row.state not in {"installed", "clash"}:
            return row
        try:
            self._load(row)
        except PluginError as error:
            return row._replace(state="broken", reason=str(error))
        return row

    def _list(self) -> list[PluginRow]:
        disabled = {normal(name) for name in self._environ.get(DISABLE, "").split(",") if name.strip()}
        kinds = {kind.group: kind.name for kind in KINDS.values()}
        points = [point for point in entry_points(self._path) if point.group in kinds]
        described = {metadata: describe(metadata) for metadata in {point.metadata for point in points}}
        read = (_row(kinds[point.group], point, described[point.metadata]) for point in points)
        found = [*self._given, *read]
        found = [_with_state(row, disabled) for row in found]
        enabled = [(row.kind, row.name) for row in found if row.state == "installed"]
        listed = [_clashing(row, found) if enabled.count((row.kind, row.name)) > 1 else row for row in found]
        return sorted(listed, key=lambda row: (row.kind, row.name, row.distribution))

    def _unknown(self, kind: str, name: str) -> UnknownPlugin:
        from difflib import get_close_matches

        known = sorted({row.name for row in self.rows(kind)})
        near = get_close_matches(normal(name), known, 1, 0.5)
        if near:
            hint = f"did you mean {near[0]}?"
        elif known:
            hint = f"there are: {', '.join(known)}"
        else:
            hint = "none is installed; install a plugin, such as backtrack-garmin"
        return UnknownPlugin(
            f"no {KINDS[kind].said} is named {name}; {hint}", kind=kind, plugin=name, known=tuple(known)
        )

    def _get(self, kind: str, name: str) -> Any:
        return self._load(self.find(kind, name))

    def _load(self, row: PluginRow) -> Any:
        if row not in self._loaded:
            # Of several threads that come first, all get what the first of them made.
            return self._loaded.setdefault(row, self._offer(row))
        return self._loaded[row]

    def _offer(self, row: PluginRow) -> Any:
        hook = KINDS[row.kind].hook
        try:
            plugin = import_plugin(row)
            _refuse_other_hook_api(plugin, row)
            offered = self._offered(plugin, row.kind, row.value)
        except PluginError as error:
            raise PluginError(f"{row.said} is broken: {error}", **row.details) from error
        except KeyboardInterrupt as stopped:
            stopped.add_note(f"stopped while importing {row.said}; to leave it out: {DISABLE}={row.name}")
            raise
        except (Exception, SystemExit) as error:
            if strict(self._environ):
                raise
            field = getattr(error, "field", "")
            said = f"its hook {hook} made an object it may not: {error}" if field else ""
            raise PluginError(
                f"{row.said} is broken: {said or f'{type(error).__name__}: {error}'}. "
                f"Reinstall or update {row.distribution}, or leave it out: {DISABLE}={row.name}. "
                f"{STRICT}=1 shows where it fails.",
                **row.details,
                **({"field": field} if field else {}),
            ) from error
        expected = KINDS[row.kind].offered
        for candidate in offered:
            if isinstance(candidate, expected) and candidate.name == row.name:
                return candidate
        names = ", ".join(str(getattr(candidate, "name", type(candidate).__name__)) for candidate in offered)
        raise PluginError(
            f"{row.said} is broken: its hook {hook} "
            f"offers {names or 'nothing'}, and no {expected.__name__} named {row.name}. Tell its author.",
            **row.details,
        )

    def _offered(self, plugin: object, kind: str, name: str) -> list[Any]:
        """What a plugin offers of a kind; registers it, once for all that it offers."""
        from backtrack_plugins import hookspecs

        with self._lock:
            if self._manager is None:
                import pluggy

                self._manager = pluggy.PluginManager(hookspecs.PROJECT)
                self._manager.add_hookspecs(hookspecs)
            manager = self._manager
            if not manager.is_registered(plugin):
                manager.register(plugin, name=name)
                try:
                    manager.check_pending()
                except Exception:
                    manager.unregister(plugin)
                    raise
            others = [other for other in manager.get_plugins() if other is not plugin]
            results = manager.subset_hook_caller(KINDS[kind].hook, others)()
        return [candidate for offered in results for candidate in offered]

    def _rows_of(self, plugin: object) -> list[PluginRow]:
        """A row for each object that a plugin handed over offers."""
        value = getattr(plugin, "__name__", None) or f"{type(plugin).__name__} {id(plugin)}"
        rows = []
        for kind in KINDS.values():
            if not hasattr(plugin, kind.hook):
                continue
            asked = Asked(kind, value)
            for candidate in asked.call(lambda kind=kind: self._offered(plugin, kind.name, value)):  # type: ignore[misc]
                offered = asked.returned(candidate, kind.offered)
                row = PluginRow(kind.name, offered.name, GIVEN, "", offered.summary, value, "installed")
                self._loaded[row] = offered
                rows.append(row)
        return rows


def _row(kind: str, point: EntryPoint, of: Distribution) -> PluginRow:
    row = PluginRow(kind, normal(point.name), *of, point.value, "installed")
    if not point.damage:
        return row
    return row._replace(
        state="damaged", reason=f"{point.damage}. Reinstall {row.distribution}, or tell its author"
    )


def import_plugin(row: PluginRow) -> object:
    """The module or object that a row's entry point names, imported."""
    import importlib

    module, _, attribute = row.value.partition("[")[0].partition(":")
    plugin: Any = importlib.import_module(module.strip())
    for part in filter(None, attribute.strip().split(".")):
        plugin = getattr(plugin, part)
    return plugin


def _refuse_other_hook_api(plugin: object, row: PluginRow) -> None:
    """Hold what a plugin says it was written for to what there is; from 1 on hooks only gain."""
    from backtrack_plugins.hookspecs import HOOK_API

    written_for = getattr(plugin, "BACKTRACK_HOOK_API", HOOK_API)
    if written_for == HOOK_API or (isinstance(written_for, int) and 1 <= written_for <= HOOK_API):
        return
    newer = isinstance(written_for, int) and written_for > HOOK_API
    update = "backtrack-plugins" if newer else row.distribution
    raise PluginError(
        f"it is written for hook API {written_for!r}, and this backtrack-plugins has {HOOK_API}. "
        f"Update {update}: python -m pip install -U {update}"
    )


def _with_state(row: PluginRow, disabled: set[str]) -> PluginRow:
    if row.name in disabled or normal(row.distribution) in disabled:
        return row._replace(state="disabled", reason=f"named in {DISABLE}")
    if row.state == "installed" and row.name in RESERVED:
        reason = "the name is too vague to be one plugin's; its author should choose another"
        return row._replace(state="reserved", reason=reason)
    return row


_installed: tuple[object, Registry] | None = None


def installed() -> Registry:
    """The plugins installed here, looked up again when the path or the settings change."""
    global _installed  # noqa: PLW0603 - one answer for the process, as sys.path and os.environ are
    key = (tuple(sys.path), os.environ.get(DISABLE), os.environ.get(STRICT))
    found = _installed
    if found is None or found[0] != key:
        found = _installed = (key, Registry())
    return found[1]


_STATED: dict[str, str] = {
    "disabled": "disabled",
    "clash": "claimed more than once",
    "reserved": "reserved",
    "damaged": "damaged",
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
