"""How the page looks that Strava sends the browser back to: plain, readable on a phone and by night."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import NamedTuple

from backtrack_strava.answers import HOW_TO_SIGN_IN

_STYLE = """
:root { color-scheme: light dark; --behind: #f6f6f3; --sheet: #fff; --ink: #1d1d1b;
  --good: #1f7a3d; --bad: #b3401f; }
@media (prefers-color-scheme: dark) {
  :root { --behind: #121212; --sheet: #1d1d1b; --ink: #f0f0ec; --good: #5fc383; --bad: #f08a66; }
}
body { margin: 0; background: var(--behind); color: var(--ink); font: 1.0625rem/1.55 system-ui, sans-serif; }
main { max-width: 34rem; margin: 8vh auto 2rem; padding: .5rem 1.75rem 1.25rem; box-sizing: border-box;
  background: var(--sheet); border-top: .375rem solid var(--bad); overflow-wrap: break-word; }
main.good { border-color: var(--good); }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 1.25rem 0; }
li { margin: .25rem 0; }
ul { padding-left: 1.25rem; }
code { font: 1rem ui-monospace, monospace; }
@media (max-width: 40rem) { main { margin-top: 0; padding: .25rem 1.25rem 1rem; } }
"""

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>{title} - backtrack</title>
<style>{style}</style>
</head>
<body>
<main class="{kind}">
<h1>{title}</h1>
{parts}
</main>
</body>
</html>
"""

POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What a browser may do in the page: use its own style, and nothing else."""

_LAST = "You can close this page."


class Page(NamedTuple):
    """A page, in plain HTML with nothing that is loaded from elsewhere, and no code or token in it.

    Attributes:
        status: Such as 200.
        title: What it says first.
        lines: What it says then: each a paragraph, and each tuple a list.
        good: Whether it is good news.
        ends: Whether the wait is over.
    """

    status: int
    title: str
    lines: list[str | tuple[str, ...]]
    good: bool = False
    ends: bool = False

    def encoded(self) -> bytes:
        """Its bytes."""
        parts = "\n".join(map(_part, [*self.lines, _LAST]))
        kind = "good" if self.good else "bad"
        return _PAGE.format(title=escape(self.title), style=_STYLE, kind=kind, parts=parts).encode()


def _part(line: str | tuple[str, ...]) -> str:
    if isinstance(line, tuple):
        return "<ul>\n" + "\n".join(f"<li>{_text(each)}</li>" for each in line) + "\n</ul>"
    return f"<p>{_text(line)}</p>"


def _text(line: str) -> str:
    return escape(line).replace(HOW_TO_SIGN_IN, f"<code>{HOW_TO_SIGN_IN}</code>")
