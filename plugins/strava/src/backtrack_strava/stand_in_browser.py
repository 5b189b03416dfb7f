"""An athlete in front of the stand-in's page: instead of a browser, where nobody is there to press a button.

As a program it presses Authorize, as the guided tour has it: ``python -m backtrack_strava.stand_in_browser
ADDRESS``.
"""

from __future__ import annotations

import shlex
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import ProxyHandler, build_opener

from backtrack_strava.stand_in_signing_in import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterable

TIMEOUT_SECONDS = 30


def command() -> str:
    """What the environment variable ``BROWSER`` is to be, so that this module is the browser.

    The last word lets whoever opens it go on at once, as with other browsers.
    """
    return f"{shlex.quote(sys.executable)} -m backtrack_strava.stand_in_browser %s &"


def answer(address: str, *, without: Iterable[str] = (), cancel: bool = False) -> str:
    """Open the stand-in's page, press a button, and return the page of the app that comes then.

    Args:
        address: Of the page.
        without: Scopes that are unticked before.
        cancel: Press Cancel.

    Raises:
        ValueError: when the address is not on this machine.
        OSError: when the page or the app does not answer, or refuses.
    """
    if urlsplit(address).scheme != "http" or urlsplit(address).hostname not in LOOPBACK:
        raise ValueError(f"this browser opens no address but those of this machine: {address}")
    opener = build_opener(ProxyHandler({}))
    with opener.open(address, timeout=TIMEOUT_SECONDS) as page:
        form = _Form(page.read().decode())
    unticked = set(without)
    sent = [pair for pair in form.fields if pair[0] != "granted" or pair[1] not in unticked]
    sent.append(("answer", "cancel" if cancel else "authorize"))
    with opener.open(urljoin(address, form.action), urlencode(sent).encode(), TIMEOUT_SECONDS) as page:
        shown: str = page.read().decode()
        return shown


class _Form(HTMLParser):
    """The form in a page: where it is sent to, and the fields that would be sent."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember what belongs to the form."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and (given["type"] == "hidden" or "checked" in given):
            self.fields.append((given["name"], given["value"]))


if __name__ == "__main__":
    answer(sys.argv[1])
