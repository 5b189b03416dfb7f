"""The page on which the stand-in Strava asks what an app may do. It loads nothing from anywhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCOPES = {
    "read": "View data about your public profile",
    "read_all": "View your complete Strava profile and private routes",
    "profile:read_all": "View your complete profile",
    "profile:write": "Edit your profile",
    "activity:read": "View data about your activities",
    "activity:read_all": "View data about your private activities",
    "activity:write": "Upload your activities and change them",
}
"""What an app may ask for, and what the athlete reads there."""

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Authorize {app} (stand-in)</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 2rem auto; padding: 0 1rem; }}
.note {{ border-left: .3rem solid #777; padding-left: .8rem; }}
label {{ display: block; padding: .3rem 0; }}
button {{ font: inherit; padding: .5rem 1.2rem; margin: 1rem .5rem 0 0; }}
</style>
</head>
<body>
<main>
<p class="note">This is a stand-in on your own machine, not Strava. Nothing here leaves it.</p>
<h1>Authorize {app} to connect to Strava</h1>
<form method="post" action="/oauth/authorize">
{hidden}
<p>{app} will be able to:</p>
{boxes}
<button type="submit" name="answer" value="authorize" id="authorize">Authorize</button>
<button type="submit" name="answer" value="cancel" id="cancel">Cancel</button>
</form>
</main>
</body>
</html>
"""


def asking(app: str, asked: Mapping[str, str], scopes: Iterable[str]) -> str:
    """The page.

    Args:
        app: The app's name.
        asked: What the app's address said, to be sent along with the answer.
        scopes: What it asks for.
    """
    hidden = "\n".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in asked.items()
    )
    boxes = "\n".join(
        f'<label><input type="checkbox" name="granted" value="{escape(scope)}" checked> '
        f"{escape(SCOPES[scope])} <code>{escape(scope)}</code></label>"
        for scope in scopes
    )
    return _PAGE.format(app=escape(app), hidden=hidden, boxes=boxes)
