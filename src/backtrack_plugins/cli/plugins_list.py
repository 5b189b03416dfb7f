"""``backtrack plugins``: every installed plugin, tried out, with its state and its hooks."""

from __future__ import annotations

from backtrack_plugins.cli.output import say, say_json, table
from backtrack_plugins.probing import Probed, probe
from backtrack_plugins.registry import Registry

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from typing import Any

PLUGIN_FAILED = 3
_NOT_USABLE = {"broken", "damaged", "clash", "reserved"}


def run(arguments: argparse.Namespace) -> int:
    """List every plugin; each is imported in another interpreter to see whether it works."""
    probed = probe(Registry().rows())
    if arguments.json:
        say_json({"plugins": [as_data(each) for each in probed]})
    elif probed:
        say("\n".join([listed(probed), *reasons(probed)]))
        say("\nbacktrack plugins check NAME: does one keep its promises? doctor: why is one not found?")
    else:
        say("No plugin is installed. To write one: backtrack plugins new exporter my-watch")
    return PLUGIN_FAILED if any(each.row.state in _NOT_USABLE for each in probed) else 0


def listed(probed: Sequence[Probed], *, timed: bool = False) -> str:
    """A table of them; `timed` with how long importing each took."""
    columns = ["name", "kind", "version", "distribution", "state", *(["import"] if timed else []), "hooks"]
    rows = [
        [
            *(each.row.name, each.row.kind, each.row.version, each.row.distribution, each.row.state),
            *([f"{each.seconds * 1000:.0f} ms" if each.hooks else "-"] if timed else []),
            ", ".join(each.hooks) or "-",
        ]
        for each in probed
    ]
    return table([columns, *rows])


def reasons(probed: Iterable[Probed]) -> list[str]:
    """Why those that are not simply installed are not, and the remedy."""
    told = [
        f"{each.row.kind} {each.row.choice}: {each.row.state}: {each.row.reason}"
        for each in probed
        if each.row.reason
    ]
    return ["", *told] if told else []


def as_data(probed: Probed) -> dict[str, Any]:
    """One of them as builtins."""
    return {
        **probed.row._asdict(),
        "import_seconds": round(probed.seconds, 4),
        "hooks": list(probed.hooks),
        "brings": list(probed.brings),
    }
