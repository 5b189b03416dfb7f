"""What passes between the core and an account at a service: Account, SignInRequest, Tour."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import msgspec

from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.names import is_plugin_name


class SignInRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What an account gets when somebody signs in.

    Attributes:
        ask: Asks somebody, and returns the answer: the question, and whether what is typed stays hidden.
        say: Tells somebody something meanwhile, such as an address to open; None when nobody listens.
        at: A folder with a session that another program saved, to be used in place; None for a new one.
        options: The account's own options, as its Struct; None when it has none.
    """

    ask: Callable[[str, bool], str]
    say: Callable[[str], None] | None = None
    at: str | None = None
    options: Any = None


class TourStep(NamedTuple):
    """One step of a guided tour.

    Attributes:
        said: What happens now and why, for somebody new.
        command: What is run: the words after ``backtrack``; a word in it may name a file of the tour.
    """

    said: str
    command: tuple[str, ...]


class Tour(msgspec.Struct, frozen=True, kw_only=True):
    """A guided tour against a stand-in of the service, without an account.

    Attributes:
        steps: What is shown, in order.
        environment: Environment variables that send every command to the stand-in.
    """

    steps: tuple[TourStep, ...]
    environment: dict[str, str]


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a service, as the plugin that needs it describes it.

    Attributes:
        name: What it is called in ``backtrack login NAME``; lower-case letters, digits and hyphens.
        terms: What somebody must know before they sign in, in plain words; they are asked whether to go on.
        sign_in: Signs in, keeps the session, and returns a sentence about where it is kept. The sentence
            holds no secret and no address. It raises `ServiceError`.
        sign_out: Forgets the session, and returns a sentence about what was removed.
        options: A Struct with a default for every field; None when there are no options.
        tour: A guided tour, while the context lasts: given a folder of its own; None when there is none.

    Raises:
        ValueError: when the name is none. Or when a field holds what its type does not allow.
    """

    name: str
    terms: str
    sign_in: Callable[[SignInRequest], str]
    sign_out: Callable[[], str]
    options: type[msgspec.Struct] | None = None
    tour: Callable[[str], AbstractContextManager[Tour]] | None = None

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        if not is_plugin_name(self.name):
            raise ValueError(f"{self.name!r}: an account's name is lower-case letters, digits and hyphens")
