"""``backtrack login``: sign in to an account, once, by hand; no export or delivery ever does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from backtrack_plugins.account import SignInRequest
from backtrack_plugins.cli.accounts import find_account
from backtrack_plugins.cli.asking import confirmed, somebody_is_there
from backtrack_plugins.cli.exports import options_of, paragraphs
from backtrack_plugins.cli.output import safe, say, say_json, warn
from backtrack_plugins.errors import UsageError
from backtrack_plugins.options import convert_options

if TYPE_CHECKING:
    import argparse

_DECLINED = "Nobody was signed in."
_OTHERWISE = "read the above, and add --yes to go on"


def run(arguments: argparse.Namespace) -> int:
    """Say what somebody must know, ask whether to go on, and sign in."""
    account, asked = find_account(arguments.account)
    given = options_of(arguments.options, [account.name], kind="ACCOUNT", among="the accounts")
    options = convert_options(account.name, account.options, given.get(account.name, {}))
    warn(paragraphs(account.terms))
    if not arguments.yes and not confirmed("Go on?", otherwise=_OTHERWISE, declined=_DECLINED):
        if arguments.json:
            say_json({"account": account.name, "signed_in": False, "said": _DECLINED})
        else:
            warn(_DECLINED)
        return 0
    request = SignInRequest(ask=_ask, say=lambda text: warn(safe(text)), at=arguments.at, options=options)
    try:
        said = asked.returned(asked.call(lambda: account.sign_in(request)), str)
    except KeyboardInterrupt:
        warn(f"\n{_DECLINED}")
        raise KeyboardInterrupt from None  # without the note on leaving a plugin out: it was asked for
    if arguments.json:
        say_json({"account": account.name, "signed_in": True, "said": said})
    else:
        say(said)
    return 0


def _ask(question: str, hidden: bool) -> str:  # noqa: FBT001 - as SignInRequest has it
    if not somebody_is_there():
        raise UsageError(f"nobody is there to ask: {question}")
    prompt = f"{safe(question)}: "
    try:
        return _hidden(prompt) if hidden else _typed(prompt)
    except EOFError:
        warn("")
        raise UsageError(f"no answer; {_DECLINED.lower()}") from None


def _hidden(prompt: str) -> str:
    from getpass import getpass

    return getpass(prompt, stream=sys.stderr)


def _typed(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()
