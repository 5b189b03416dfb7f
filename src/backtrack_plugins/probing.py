"""Trying plugins out in another interpreter: one that hangs, exits or crashes there harms nothing here.

The other interpreter imports them one after the other and tells of each as it is done, so that it is
known who was at work when it stops.
"""

from __future__ import annotations

import sys
from collections import namedtuple

from backtrack_plugins.calling import DISABLE
from backtrack_plugins.interpreter import Stopped, lines_told
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import PluginRow, Registry, import_plugin

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

SECONDS = 10.0
"""How long one plugin may take to be imported before it counts as hanging (our choice)."""

SLOW_SECONDS = 0.05
"""From here on an import is felt (our choice: half of what a whole command takes)."""


class Probed(namedtuple("Probed", "row seconds hooks brings", defaults=[0.0, (), ()])):  # noqa: PYI024 - see above
    """What trying one plugin out showed.

    Attributes:
        row: Its row; ``broken`` with a reason when it does not work.
        seconds: How long importing it took, after all that was tried before it.
        hooks: The hooks that its module or object has.
        brings: Packages that importing it brought, beside the standard library, the core and its own.
    """

    __slots__ = ()

    row: PluginRow
    seconds: float
    hooks: tuple[str, ...]
    brings: tuple[str, ...]

    @property
    def is_slow(self) -> bool:
        """Whether importing it is felt."""
        return self.seconds >= SLOW_SECONDS


def probe(rows: Sequence[PluginRow], *, seconds: float = SECONDS) -> list[Probed]:
    """Import installed plugins in another interpreter, and say what became of each.

    Args:
        rows: Those to try; one that is not to be imported (disabled, reserved, damaged) stays as it is.
        seconds: How long each may take.
    """
    found = [Probed(row) for row in rows]
    left = [index for index, row in enumerate(rows) if row.state in {"installed", "clash"}]
    while left:
        tried = _until_one_stops_it([rows[index] for index in left], seconds)
        for index, probed in zip(left, tried, strict=False):
            found[index] = probed
        left = left[len(tried) :]
    return found


def _until_one_stops_it(rows: Sequence[PluginRow], seconds: float) -> list[Probed]:
    """What became of the first of them, one at least, up to one that hung or ended the interpreter."""
    tried: list[Probed] = []
    try:
        for told in lines_told(__name__, rows, seconds=seconds):
            if "state" in told:
                tried.append(_probed(rows[len(tried)], told))
    except Stopped as stopped:
        tried.append(_broken(rows[len(tried)], str(stopped)))
    return tried


def _probed(row: PluginRow, told: dict[str, Any]) -> Probed:
    row = row._replace(state=told["state"], reason=told["reason"])
    return Probed(row, told["seconds"], tuple(told["hooks"]), tuple(told["brings"]))


def _broken(row: PluginRow, how: str) -> Probed:
    reason = (
        f"{row.said} is broken: importing it {how}. "
        f"Update {row.distribution}, or leave it out: {DISABLE}={row.name}"
    )
    return Probed(row._replace(state="broken", reason=reason))


def answer(rows: Sequence[Sequence[str]], tell: Callable[[dict[str, Any]], None]) -> None:
    """In the other interpreter: import each, and tell of each in a line of its own."""
    from time import perf_counter

    import pluggy  # noqa: F401 - what all plugins share is not to be counted as the first one's

    import backtrack_plugins

    for name in backtrack_plugins.__all__:
        getattr(backtrack_plugins, name)
    tell({"ready": True})
    registry = Registry(path=[], environ={})
    for values in rows:
        row = PluginRow(*values)
        before = set(sys.modules)
        start = perf_counter()
        checked = registry.checked(row)
        seconds = perf_counter() - start
        brought = {name.partition(".")[0] for name in set(sys.modules) - before}
        own = row.value.partition(".")[0].partition(":")[0]
        tell(
            {
                "state": checked.state,
                "reason": checked.reason,
                "seconds": seconds,
                "hooks": _hooks_of(checked),
                "brings": sorted(brought - sys.stdlib_module_names - {own, "backtrack_plugins"}),
            }
        )


def _hooks_of(row: PluginRow) -> list[str]:
    if row.state == "broken":
        return []
    plugin = import_plugin(row)
    return [kind.hook for kind in KINDS.values() if hasattr(plugin, kind.hook)]
