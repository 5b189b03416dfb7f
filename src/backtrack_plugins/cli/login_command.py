"""``backtrack login``: sign in to an account, once, by hand; no export or delivery ever does."""

from __future__ import annotations

import sys
import textwrap
from typing import TYPE_CHECKING

from backtrack_plugins.account import SignInRequest
from backtrack_plugins.cli.asking import confirmed, somebody_is_there
from backtrack_plugins.cli.exports import WIDTH, options_of
from backtrack_plugins.cli.output import safe, say, say_json, warn
from backtrack_plugins.errors import UsageError
from backtrack_plugins.options import convert_options
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse

_DECLINED = "Nobody was signed in."


def run(arguments: argparse.Namespace) -> int:
    """Say what somebody must know, ask whether to go on, and sign in."""
    account = Registry().account(arguments.account)
    given = options_of(arguments.options, [account.name], kind="ACCOUNT", among="the accounts")
    options = convert_options(account.name, account.options, given.get(account.name, {}))
    warn("\n".join(textwrap.wrap(account.terms, WIDTH)))
    if not arguments.yes and not confirmed("Go on?", to_do="go on", declined=_DECLINED):
        warn(_DECLINED)
        return 0
    said = account.sign_in(SignInRequest(ask=_ask, at=arguments.at, options=options))
    if arguments.json:
        say_json({"account": account.name, "said": said})
    else:
        say(said)
    return 0


def _ask(question: str, hidden: bool) -> str:  # noqa: FBT001 - as SignInRequest has it
    if not somebody_is_there():
        raise UsageError(f"nobody is there to ask: {question}")
    if hidden:
        from getpass import getpass

        return getpass(f"{safe(question)}: ", stream=sys.stderr)
    sys.stderr.write(f"{safe(question)}: ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise UsageError(f"no answer; {_DECLINED.lower()}")
    return line.strip()
