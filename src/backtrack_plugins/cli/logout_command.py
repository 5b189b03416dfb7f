"""``backtrack logout``: forget the session of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_plugins.cli.accounts import find_account
from backtrack_plugins.cli.output import say, say_json

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Forget it, and say what was removed."""
    account, asked = find_account(arguments.account)
    said = asked.returned(asked.call(account.sign_out), str)
    if arguments.json:
        say_json({"account": account.name, "said": said})
    else:
        say(said)
    return 0
