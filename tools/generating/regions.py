"""The parts of a page that are written by hand around, between two comments of one name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


def filled(page: str, regions: Mapping[str, list[str]]) -> str:
    """The text of a page with its generated regions made anew.

    Raises:
        ValueError: when the page has not exactly one region of each name.
    """
    text = (ROOT / page).read_text(encoding="utf-8")
    for name, lines in regions.items():
        begin, end = f"<!-- generated: {name} -->", "<!-- end of generated -->"
        region = re.compile(rf"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if len(region.findall(text)) != 1:
            raise ValueError(f"{page} has not exactly one region {begin} ... {end}")
        made = "\n".join([begin, "", *lines, "", end])
        text = region.sub(lambda _match, made=made: made, text)
    return text
