"""Signing in to Strava in a real browser, up to the page on this machine that says what came of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Error, expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Login, Watched
    from playwright.sync_api import Page

    from backtrack_strava.testing import StravaStandIn

SCREENS = [(screen, scheme) for screen in ("desktop", "phone") for scheme in ("light", "dark")]

CONTRAST = """element => {
    const bright = ([red, green, blue]) => {
        const part = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
    };
    const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
    const behind = node => {
        for (; node; node = node.parentElement) {
            const colour = numbers(getComputedStyle(node).backgroundColor);
            if (colour.length < 4 || colour[3] > 0) return colour;
        }
        return matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18] : [255, 255, 255];
    };
    const pair = [bright(numbers(getComputedStyle(element).color)), bright(behind(element))];
    return {light: (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), behind: pair[1]};
}"""
"""How much lighter one is than the other, as WCAG 2 has it; and how bright it is behind the text."""


def authorize(page: Page, login: Login, *, without: tuple[str, ...] = ()) -> None:
    page.goto(login.address)
    for scope in without:
        page.get_by_role("checkbox", name=scope).uncheck()
    page.get_by_role("button", name="Authorize").click()
    page.wait_for_url(re.compile(f"^{re.escape(login.callback)}"))


def heading(page: Page) -> str:
    (only,) = page.get_by_role("heading", level=1).all_inner_texts()
    return only


class TestAuthorize:
    def test_signs_in_and_says_what_was_granted(
        self, page: Page, login: Callable[..., Login], strava: StravaStandIn, picture: Any
    ) -> None:
        begun = login()
        page.goto(begun.address)
        picture(page, "asking")
        assert strava.asked == [("read", "activity:read_all", "activity:write")]
        authorize(page, begun)
        assert heading(page) == "It worked"
        assert page.title() == "It worked - backtrack"
        assert page.locator("html").get_attribute("lang") == "en"
        said = page.get_by_role("main").inner_text()
        assert "see all your activities" in said
        assert "change and upload activities" in said
        assert "Go on in the terminal." in said
        picture(page, "it-worked")
        code, told = begun.outcome()
        assert code == 0, told
        assert "Signed in to Strava" in told
        assert any(strava.knows(token) for token in re.findall(r"access-\d+-secret", begun.kept()))
        assert not [secret for secret in strava.secrets if secret in page.content() + told]

    def test_can_be_done_by_the_keyboard_alone(self, page: Page, login: Callable[..., Login]) -> None:
        begun = login()
        page.goto(begun.address)
        while page.evaluate("document.activeElement.id") != "authorize":
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("It worked")
        assert begun.outcome()[0] == 0

    def test_leaves_a_page_that_nobody_serves_any_more(self, page: Page, login: Callable[..., Login]) -> None:
        begun = login()
        authorize(page, begun)
        assert begun.outcome()[0] == 0
        with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
            page.reload()


class TestLessThanAll:
    def test_says_what_is_missing_and_keeps_nothing(
        self, page: Page, login: Callable[..., Login], strava: StravaStandIn, picture: Any
    ) -> None:
        begun = login()
        authorize(page, begun, without=("activity:write",))
        assert heading(page) == "It did not work"
        said = page.get_by_role("main").inner_text()
        assert "nothing is kept" in said
        assert page.get_by_role("listitem").all_inner_texts() == [
            "change and upload activities (activity:write)"
        ]
        picture(page, "write-is-missing")
        code, told = begun.outcome()
        assert code != 0
        assert "activity:write" in told
        assert not [secret for secret in strava.secrets if secret in begun.kept()]
        assert not strava.of("POST /oauth/token")

    def test_names_everything_and_can_be_put_right_by_beginning_again(
        self, page: Page, login: Callable[..., Login]
    ) -> None:
        first = login()
        authorize(page, first, without=("activity:write", "activity:read_all"))
        said = page.get_by_role("main").inner_text()
        assert "activity:write" in said
        assert "activity:read_all" in said
        assert first.outcome()[0] != 0
        second = login()
        authorize(page, second)
        assert heading(page) == "It worked"
        assert second.outcome()[0] == 0


class TestCancel:
    def test_says_so_and_keeps_nothing(
        self, page: Page, login: Callable[..., Login], strava: StravaStandIn, picture: Any
    ) -> None:
        begun = login()
        page.goto(begun.address)
        page.get_by_role("button", name="Cancel").click()
        page.wait_for_url(re.compile(f"^{re.escape(begun.callback)}"))
        assert heading(page) == "It did not work"
        assert "nothing is kept" in page.get_by_role("main").inner_text()
        picture(page, "cancelled")
        code, told = begun.outcome()
        assert code != 0
        assert "nothing is kept" in told
        assert not [secret for secret in strava.secrets if secret in begun.kept()]


class TestARefusal:
    def test_of_strava_is_said_on_the_page_and_in_the_terminal(
        self, page: Page, login: Callable[..., Login], strava: StravaStandIn, picture: Any
    ) -> None:
        begun = login()
        strava.client_secret = "another"  # so that the one which was given is wrong
        authorize(page, begun)
        assert heading(page) == "It did not work"
        said = page.get_by_role("main").inner_text()
        assert "nothing is kept" in said
        assert "client secret may be wrong" in said
        picture(page, "refused")
        code, told = begun.outcome()
        assert code != 0
        assert "client secret may be wrong" in told
        assert not [secret for secret in strava.secrets if secret in page.content() + told + begun.kept()]


class TestWhatIsNoAnswer:
    def test_is_refused_and_the_right_one_is_still_taken(
        self, page: Page, login: Callable[..., Login], strava: StravaStandIn, picture: Any
    ) -> None:
        begun = login()
        for query in ("?state=of-somebody-else&code=1&scope=activity:write", "?code=1", ""):
            response = page.goto(f"{begun.callback}{query}")
            assert response is not None
            assert response.status == 400
            assert heading(page) == "This is no answer to the sign-in"
        picture(page, "no-answer")
        response = page.goto(f"{begun.callback.removesuffix('/callback')}/")
        assert response is not None
        assert response.status == 404
        assert begun.is_waiting()
        assert not strava.of("POST /oauth/token")
        authorize(page, begun)
        assert heading(page) == "It worked"
        assert begun.outcome()[0] == 0


class TestThePage:
    def test_can_be_read_on_any_screen_by_day_and_night(
        self, open_page: Callable[..., Watched], login: Callable[..., Login], picture: Any
    ) -> None:
        begun = login()
        for screen, scheme in SCREENS:
            page = open_page(screen, scheme).page
            if (screen, scheme) == SCREENS[-1]:
                authorize(page, begun)
            else:
                page.goto(begun.callback)
            picture(page, f"{screen}-{scheme}")
            # Nothing has to be scrolled sideways, and no letter is smaller than text is elsewhere.
            width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(width) <= 0
            texts = page.locator("h1, p, li, code").all()
            assert len(texts) > 3
            for text in texts:
                assert float(text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 16
                found = text.evaluate(CONTRAST)
                assert found["light"] >= 7
                assert (found["behind"] < 0.2) == (scheme == "dark")
        assert begun.outcome()[0] == 0

    def test_runs_nothing_and_shows_itself_in_no_other_page(
        self, page: Page, login: Callable[..., Login]
    ) -> None:
        response = page.goto(f"{login().callback}?state=<script>document.title='run'</script>")
        assert response is not None
        assert "script" not in page.content()
        policy = response.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["referrer-policy"] == "no-referrer"
