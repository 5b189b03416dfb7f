"""``backtrack logout``: forget the session of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.cli.output import say, say_json
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Forget it, and say what was removed."""
    account = Registry().account(arguments.account)
    said = account.sign_out()
    if arguments.json:
        say_json({"account": account.name, "said": said})
    else:
        say(said)
    return 0
