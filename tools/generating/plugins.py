"""What each distribution in the folder ``plugins`` offers, from its pyproject and its code."""

from __future__ import annotations

import inspect
import re
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import backtrack_plugins
from backtrack_plugins import hookspecs
from backtrack_plugins.belt import CODES as BELT_CODES
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.registry import Registry

ROOT = Path(__file__).resolve().parents[2]


class Offered(NamedTuple):
    """One object that a plugin of this checkout offers."""

    kind: str
    name: str
    distribution: str
    folder: Path
    thing: Any


def hook_names() -> list[str]:
    """Every hook, as hookspecs has them, in the order of the kinds."""
    return [kind.hook for kind in KINDS.values()]


def struct_of(hook: str) -> type:
    """What the objects are that a hook returns, from the annotation of its specification."""
    written = inspect.signature(getattr(hookspecs, hook)).return_annotation
    found = re.fullmatch(r"Iterable\[(\w+)\]", written)
    if found is None:
        raise ValueError(f"{hook} returns {written}, which is no Iterable of one public Struct")
    struct = getattr(backtrack_plugins, found[1])
    assert isinstance(struct, type)  # noqa: S101 - narrows the type
    return struct


@lru_cache(maxsize=1)
def shipped() -> tuple[Offered, ...]:
    """What the distributions of this checkout offer, by kind and name."""
    registry = Registry(environ={})
    kind_of = {kind.group: kind for kind in KINDS.values()}
    found = []
    for path in sorted(ROOT.glob("plugins/*/pyproject.toml")):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        for group, points in project.get("entry-points", {}).items():
            kind = kind_of.get(group)
            for name in points if kind else ():
                thing = registry._get(kind.name, f"{project['name']}:{name}")  # noqa: SLF001 - of any kind
                found.append(Offered(kind.name, name, project["name"], path.parent, thing))
    order = list(KINDS)
    return tuple(sorted(found, key=lambda offered: (order.index(offered.kind), offered.name)))


def codes_of(folder: Path) -> list[str]:
    """The problem codes with a slash: those in a plugin's source, and the core's for what moves a belt."""
    names = "|".join(sorted({re.escape(offered.name) for offered in shipped() if offered.folder == folder}))
    codes = re.compile(rf"""["']((?:{names})/[a-z0-9-]+)["']""")
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("src/**/*.py"))]
    found = {code for text in texts for code in codes.findall(text)}
    if any("belt_plan(" in text for text in texts):  # it names its problems after the format it is asked for
        exporters = [each.name for each in shipped() if each.folder == folder and each.kind == "exporter"]
        found |= {f"{name}/{code}" for name in exporters for code in BELT_CODES}
    return sorted(found)
