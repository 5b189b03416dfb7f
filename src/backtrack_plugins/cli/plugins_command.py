"""``backtrack plugins``: what is installed, and plugins of your own. Each action imports what it needs."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Callable


def run(arguments: argparse.Namespace) -> int:
    """Run the action that was asked for; without one, list what is installed."""
    return _ACTIONS[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from backtrack_plugins.cli.formats_command import run as list_formats

    return list_formats(argparse.Namespace(check=False, json=arguments.json))


def _new(arguments: argparse.Namespace) -> int:
    from backtrack_plugins.cli.plugins_new import run as write_new

    return write_new(arguments)


_ACTIONS: dict[str | None, Callable[[argparse.Namespace], int]] = {None: _list, "new": _new}
