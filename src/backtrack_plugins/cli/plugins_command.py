"""``backtrack plugins``: what is installed, and plugins of your own. Each action has a module of its own."""

from __future__ import annotations

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Run the action that was asked for; without one, list what is installed."""
    from importlib import import_module

    module = import_module(f"backtrack_plugins.cli.plugins_{arguments.action or 'list'}")
    return int(module.run(arguments))
