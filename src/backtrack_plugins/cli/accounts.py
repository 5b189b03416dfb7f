"""What `login`, `logout` and `try` share: an account that a plugin offers, and calling what it brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.calling import Asked
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    from backtrack_plugins.account import Account


class Found(NamedTuple):
    """An account, and whom a message about it names.

    Attributes:
        account: The account.
        asked: Calls what the plugin brought with it.
    """

    account: Account
    asked: Asked


def find_account(name: str) -> Found:
    """The installed account of a name, or the one that the destination of that name needs.

    Raises:
        UnknownPlugin: when there is none, with those there are.
        PluginError: when a destination that might have had it is broken.
    """
    account = Registry().account(name)
    return Found(account, Asked(KINDS["destination"]._replace(said="account"), account.name))
