"""From templates to the files of a project."""

from __future__ import annotations

import json
import os
from string import Template
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.errors import UsageError
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    from backtrack_plugins.scaffold.names import Names

NOBODY = "The authors"
"""Who stands in the licence of a project whose author is not known."""

CORE = "backtrack-plugins>=0.1,<1"
"""What a plugin asks for: hooks may change until 1, and then only gain."""

_FILLED = ".template"
"""Templates that end so are filled in; the others are written as they are."""

_FILES = {
    "pyproject.toml": "common/pyproject.toml.template",
    "README.md": "common/README.md.template",
    "CHANGELOG.md": "common/CHANGELOG.md.template",
    "Makefile": "common/Makefile",
    ".gitignore": "common/gitignore",
    ".github/workflows/test.yml": "common/test.yml",
    "src/$package/__init__.py": "common/init.py.template",
    "src/$package/plugin.py": "$kind/plugin.py.template",
    "src/$package/py.typed": "common/py.typed",
    "tests/test_$word.py": "$kind/test.py.template",
}


class _Licence(NamedTuple):
    """A licence: the template of its text, if it has one, its line in the metadata, and what to say of it."""

    text: str | None
    metadata: str
    said: str


def _known(name: str, text: str, said: str) -> _Licence:
    return _Licence(text, f'license = "{name}"\nlicense-files = ["LICENSE"]\n', said)


LICENCES: dict[str, _Licence] = {
    "MIT": _known("MIT", "licences/MIT.template", "MIT licence."),
    "Apache-2.0": _known("Apache-2.0", "licences/Apache-2.0", "Apache licence, version 2.0."),
    "GPL-3.0-or-later": _known(
        "GPL-3.0-or-later",
        "licences/GPL-3.0-or-later.template",
        "GNU General Public License, version 3 or later.",
    ),
    "none": _Licence(None, "", "No licence yet: until there is one, nobody else may copy this."),
}
"""What a new project can be licensed under, by SPDX name."""


class _Facts(NamedTuple):
    """What differs between kinds, beside the code: the function to write, and a line for the metadata."""

    function: str
    description: str


_FACTS = {
    "exporter": _Facts("to_$word", "Treadmill workouts that know which way you face, for $name"),
    "importer": _Facts("from_$word", "Workouts of $name, as workouts that know which way you face"),
    "destination": _Facts("find_$word", "Puts treadmill workouts where $name looks for them"),
    "recording": _Facts("read_$word", "Recordings of $name, for backtrack-plugins"),
    "check": _Facts("check_$word", "Rules of $name for treadmill workouts, for backtrack-plugins"),
    "annotator": _Facts("annotate_$word", "Treadmill activities put into words as $name does"),
}


def filled(kind: str, names: Names, *, author: str, licence: str) -> dict[str, bytes]:
    """The files of a project: bytes by path, with ``/`` between folders.

    Args:
        kind: One of the registry's kinds.
        names: What the plugin is called.
        author: Who stands in licence and metadata.
        licence: One of `LICENCES`.

    Raises:
        UsageError: when the licence is none of them.
    """
    if licence not in LICENCES:
        raise UsageError(f"{shown(licence)!r}: the licence is one of {', '.join(LICENCES)}")
    values = _values(kind, names, author, LICENCES[licence])
    files = {_fill(path, values): _fill(source, values) for path, source in _FILES.items()}
    text = LICENCES[licence].text
    if text is not None:
        files["LICENSE"] = text
    return {path: _written(files[path], values) for path in sorted(files)}


def checked_author(author: str) -> str:
    """The author, without white space around the name.

    Raises:
        UsageError: when nothing is left, when it is longer than 100 characters, or not printable.
    """
    if not is_author(author):
        raise UsageError(f"the author {shown(author)!r}: 1 to 100 printable characters on one line")
    return author.strip()


def is_author(author: str) -> bool:
    """Whether a text can stand for an author in licence and metadata."""
    name = author.strip()
    return 0 < len(name) <= 100 and name.isprintable()


def function_of(kind: str, names: Names) -> str:
    """The function that the author writes, such as ``to_my_watch``."""
    return _fill(_FACTS[kind].function, names.values())


def _values(kind: str, names: Names, author: str, licence: _Licence) -> dict[str, str]:
    from backtrack_plugins.hookspecs import HOOK_API

    own = {**names.values(), "kind": kind}
    values = {
        **own,
        "group": KINDS[kind].group,
        "function": function_of(kind, names),
        "description": _fill(_FACTS[kind].description, own),
        "core": CORE,
        "hook_api": str(HOOK_API),
        "author": author,
        "author_quoted": json.dumps(author, ensure_ascii=False),
        "licence": licence.metadata,
        "licence_said": licence.said,
    }
    return {**values, "about": _fill(_read(f"{kind}/about.md.template").decode(), values).strip()}


def _written(source: str, values: dict[str, str]) -> bytes:
    data = _read(source)
    return _fill(data.decode(), values).encode() if source.endswith(_FILLED) else data


def _fill(text: str, values: dict[str, str]) -> str:
    return Template(text).substitute(values)


def _read(source: str) -> bytes:
    with open(os.path.join(os.path.dirname(__file__), "templates", *source.split("/")), "rb") as file:
        return file.read()
