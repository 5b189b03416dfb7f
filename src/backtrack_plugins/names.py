"""Names of plugins and distributions: what one may be, and when two are the same."""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_plugin_name(name: str) -> bool:
    """Whether a plugin's object can be named so: lower-case letters, digits and single hyphens."""
    return _NAME.fullmatch(name) is not None


def normal(name: str) -> str:
    """A name as it is compared: case, underscores and dots make no difference."""
    normal = name.strip().lower().replace("_", "-").replace(".", "-")
    while "--" in normal:
        normal = normal.replace("--", "-")
    return normal
