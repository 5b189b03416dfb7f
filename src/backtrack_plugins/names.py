"""Names of plugins, distributions and files: what one may be, and when two are the same."""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def is_plugin_name(name: str) -> bool:
    """Whether a plugin's object can be named so: lower-case letters, digits and single hyphens."""
    return _NAME.fullmatch(name) is not None


def check_plugin_name(name: str) -> None:
    """Raise ValueError unless a plugin's object can be named so."""
    if not is_plugin_name(name):
        raise ValueError(f"{name!r}: a format's name is lower-case letters, digits and hyphens")


def check_suffix(suffix: str) -> None:
    """Raise ValueError unless the names of a format's files may end so."""
    if not re.fullmatch(r"(\.[a-z0-9]+(-[a-z0-9]+)*)+", suffix):
        raise ValueError(f"{suffix!r}: a suffix is written like .fit")


def normal(name: str) -> str:
    """A name as it is compared: case, underscores and dots make no difference."""
    normal = name.strip().lower().replace("_", "-").replace(".", "-")
    while "--" in normal:
        normal = normal.replace("--", "-")
    return normal
