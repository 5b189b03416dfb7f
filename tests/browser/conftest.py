"""Chromium, as the system has it, and `backtrack login strava` in a process of its own.

Not among the tests of `make test`: `make test-browser` runs these.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from backtrack_strava.testing import StravaStandIn, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
PICTURES = HERE.parents[1] / "build" / "browser"
NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60
"""Longest that a test waits for anything; a whole run takes less."""

SCREENS = {"phone": (360, 640), "desktop": (1280, 800)}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    place = next(filter(None, map(shutil.which, NAMES)), None)
    assert place is not None, "Chromium is missing. On Debian: sudo apt-get install chromium"
    with sync_playwright() as playwright:
        # Root has no sandbox there; every page that is opened is one of ours.
        sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=place, args=sandbox)
        yield chromium
        chromium.close()


class Watched:
    """A page, and everything that it did which nobody would see.

    Attributes:
        page: The page.
        asked: Every address that it asked for.
        complaints: What the console says of errors.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _heard(self, message: Any) -> None:
        # The console repeats the status of a page that refuses.
        if (
            message.type in {"error", "warning"}
            and "the server responded with a status of 4" not in message.text
        ):
            self.complaints.append(message.text)

    def hosts(self) -> set[str | None]:
        return {urlsplit(address).hostname for address in self.asked if not address.startswith("data:")}


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens an empty page on a screen; in the end nobody else was asked anything, and nothing complained."""
    contexts: list[BrowserContext] = []
    opened: list[Watched] = []

    def open_page(screen: str = "desktop", scheme: str = "light") -> Watched:
        width, height = SCREENS[screen]
        chosen: Any = scheme
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=chosen,
            is_mobile=screen == "phone",
        )
        context.set_default_timeout(SECONDS * 1000)
        contexts.append(context)
        opened.append(Watched(context))
        return opened[-1]

    yield open_page
    for each in opened:
        assert each.hosts() <= {"127.0.0.1", "localhost"}
        assert each.complaints == []
    for context in contexts:
        context.close()


@pytest.fixture
def watched(open_page: Callable[..., Watched]) -> Watched:
    return open_page()


@pytest.fixture
def page(watched: Watched) -> Page:
    return watched.page


@pytest.fixture
def strava() -> Iterator[StravaStandIn]:
    with StravaStandIn() as stand_in:
        yield stand_in


class Login:
    """``backtrack login strava`` in a process, waiting for the browser.

    Attributes:
        address: What it opened.
        data: Where it keeps what it keeps.
    """

    def __init__(self, strava: StravaStandIn, data: Path, *arguments: str) -> None:
        self.data = data
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(SECONDS)
            port = str(listener.getsockname()[1])
            handing = shlex.join([sys.executable, str(HERE / "hand_over.py"), port])
            self._process = subprocess.Popen(
                [sys.executable, "-m", "backtrack_plugins", "login", "strava", "--yes", *arguments],
                env={**os.environ, **environment(strava, data), "BROWSER": f"{handing} %s &"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                self.end()
                raise
            with connection, connection.makefile() as sent:
                self.address = sent.read()

    @property
    def callback(self) -> str:
        """Where it waits for the answer."""
        return parse_qs(urlsplit(self.address).query)["redirect_uri"][0]

    def is_waiting(self) -> bool:
        return self._process.poll() is None

    def outcome(self) -> tuple[int, str]:
        """The exit code, and everything that it said."""
        out, err = self._process.communicate(timeout=SECONDS)
        return self._process.returncode, f"{out}{err}"

    def kept(self) -> str:
        """Every text in the files that it kept."""
        files = [path for path in self.data.rglob("*") if path.is_file()]
        return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)

    def end(self) -> None:
        with suppress(OSError):
            self._process.kill()
        self._process.communicate()


@pytest.fixture
def login(strava: StravaStandIn, tmp_path: Path) -> Iterator[Callable[..., Login]]:
    """Starts it; it is ended with the test."""
    begun: list[Login] = []

    def login(*arguments: str) -> Login:
        begun.append(Login(strava, tmp_path / "data", *arguments))
        return begun[-1]

    yield login
    for each in begun:
        each.end()


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Leaves a picture of a page for people to look at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    return lambda page, name: page.screenshot(path=PICTURES / f"{name}.png", full_page=True) and None
