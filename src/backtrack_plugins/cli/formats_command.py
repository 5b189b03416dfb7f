"""``backtrack formats``: what is installed. Imports no plugin, unless ``--check`` asks for it."""

from __future__ import annotations

from backtrack_plugins.cli.output import say, table
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import Registry

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    import argparse

    from backtrack_plugins.registry import PluginRow

PLUGIN_FAILED = 3

VERBS = {
    "exporter": "export to",
    "importer": "import from",
    "destination": "send to",
    "recording": "read recordings of",
    "check": "check beside our rules",
    "annotator": "put into words",
}
"""What can be done with each kind of plugin."""


def run(arguments: argparse.Namespace) -> int:
    """List every plugin; with ``--check``, import each and say which are broken."""
    rows = Registry().rows()
    if arguments.check:
        from backtrack_plugins.probing import probe

        rows = [probed.row for probed in probe(rows)]
    if arguments.json:
        import json

        say(json.dumps({"plugins": [row._asdict() for row in rows]}, indent=2))
    elif rows:
        say(_listed(rows))
    else:
        say("No plugin is installed. Install one: backtrack-garmin, backtrack-zwo or backtrack-strava.")
    return PLUGIN_FAILED if any(row.state == "broken" for row in rows) else 0


def _listed(rows: list[PluginRow]) -> str:
    blocks = []
    for kind in KINDS:
        cells = [
            (row.name, row.state, f"{row.distribution} {row.version}", row.summary)
            for row in rows
            if row.kind == kind
        ]
        if cells:
            blocks.append(f"{VERBS[kind]}\n{table(cells, indent='  ')}")
    notes = [f"{row.kind} {row.choice}: {row.state}: {row.reason}" for row in rows if row.reason]
    return "\n\n".join([*blocks, *(["\n".join(notes)] if notes else [])])
