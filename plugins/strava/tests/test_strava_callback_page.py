"""The page that Strava sends the browser back to; `make test-browser` looks at it in a real one."""

from __future__ import annotations

import base64
import hashlib
import re

from backtrack_strava.callback_page import POLICY, Page


def test_its_own_style_is_all_that_it_may_use():
    (style,) = re.findall(r"<style>(.*?)</style>", Page(200, "A", []).encoded().decode(), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in POLICY
    assert "default-src 'none'" in POLICY
    assert "url(" not in style
    assert "@import" not in style


def test_words_stay_words():
    page = Page(400, "<b>", ["<script>", ("<i>", "& backtrack login strava")]).encoded().decode()
    assert "<title>&lt;b&gt; - backtrack</title>" in page
    assert "<p>&lt;script&gt;</p>" in page
    assert "<li>&lt;i&gt;</li>" in page
    assert "<li>&amp; <code>backtrack login strava</code></li>" in page


def test_good_news_look_otherwise_and_say_so_in_words():
    good, bad = (Page(200, "A", [], good=good).encoded().decode() for good in (True, False))
    assert '<main class="good">' in good
    assert '<main class="bad">' in bad
