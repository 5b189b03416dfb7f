"""One page for each hook: its signature, what it returns, an example, and who offers it."""

from __future__ import annotations

import inspect
import os
import re
from typing import TYPE_CHECKING, Any

import msgspec

import backtrack_plugins
from backtrack_plugins import hookspecs
from backtrack_plugins.kinds import KINDS
from generating.docstrings import code, fields_table, generated_from, markdown, parsed, signature_of, table
from generating.plugins import ROOT, shipped, struct_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from backtrack_plugins.kinds import Kind

FOLDER = "docs/reference/hooks"
_WORD = re.compile(r"[A-Za-z]\w*")


def hook_text(kind: Kind) -> str:
    """The page of one hook."""
    specification = getattr(hookspecs, kind.hook)
    docstring = parsed(specification)
    struct = struct_of(kind.hook)
    said, _, more = markdown(docstring.text).partition("\n\n")
    lines = [
        f"# {kind.hook}",
        "",
        generated_from("src/backtrack_plugins/hookspecs.py"),
        "",
        f"{said.partition(';')[0].rstrip('.')}.",
        *(["", more] if more else []),
        "",
        "```python fragment",
        f"def {signature_of(specification)}: ...",
        "```",
        "",
        f"- Entry-point group: `{kind.group}`. The entry point's name is the name of what is offered.",
        f"- Returns: objects of [{struct.__name__}](#{struct.__name__.lower()}), one for each name.",
        f"- Offered here by: {_offered_by(kind)}.",
        "",
        "## An example",
        "",
        "The whole module of a plugin:",
        "",
        "```python",
        f"# {_module(kind).replace('.', '/')}.py",
        docstring.example.rstrip("\n"),
        "```",
        "",
        "and what makes it known, in its `pyproject.toml`:",
        "",
        "```toml",
        f'[project.entry-points."{kind.group}"]',
        *(f'{name} = "{_module(kind)}"' for name in example_names(kind)),
        "```",
        "",
        "## What is passed",
        "",
        "All are names of `backtrack_plugins`, and stand in the [Python library](../python-api.md), too.",
    ]
    for passed in _passed(struct):
        lines += ["", f"### {passed.__name__}", "", *_described(passed)]
    return "\n".join(lines) + "\n"


def _module(kind: Kind) -> str:
    return f"backtrack_{example_names(kind)[0].replace('-', '_')}.plugin"


def example_names(kind: Kind) -> list[str]:
    """The names of what the example of a hook offers, learnt by running it."""
    module: dict[str, Any] = {}
    exec(parsed(getattr(hookspecs, kind.hook)).example, module)  # noqa: S102 - our own docstring
    return [offered.name for offered in module[kind.hook]()]


def _offered_by(kind: Kind) -> str:
    found = [
        f"`{offered.name}` of [{offered.distribution}]({_readme_from(offered.folder)})"
        for offered in shipped()
        if offered.kind == kind.name
    ]
    return ", ".join(found) or "no plugin of this checkout yet"


def _readme_from(folder: os.PathLike[str]) -> str:
    readme = os.path.join(folder, "README.md")
    return os.path.relpath(readme, ROOT / FOLDER).replace(os.sep, "/")


def _passed(struct: type) -> list[type]:
    """The Struct that is offered, and then those that its functions get and return."""
    passed = [struct]
    for written in struct.__annotations__.values():
        if "Callable" in written:
            passed += [_public(name) for name in _WORD.findall(written) if _is_struct_of_a_hook(name)]
    passed = list(dict.fromkeys(passed))
    for each in passed:  # which grows by what stands within it
        names = [name for written in each.__annotations__.values() for name in _WORD.findall(written)]
        within = dict.fromkeys(_public(name) for name in names if name in _SMALL)
        passed += [found for found in within if found not in passed]
    return passed


_SMALL = frozenset({
    "Loss", "Lap", "Sample", "RecordedStep", "Account", "SignInRequest", "Tour",
    "Activities", "ActivityQuery", "ActivityRequest", "ActivityChange", "Activity", "UploadRequest",
    "Uploaded", "Review", "ReviewedSegment", "ExtraLap", "WayTotals",
})  # fmt: skip
"""What stands within what is passed, and has no sense without it."""

_ROOMS = {"exporter", "importer", "checks", "destination", "recording", "annotator", "problem"}


def _public(name: str) -> Any:
    return getattr(backtrack_plugins, name)


def _is_struct_of_a_hook(name: str) -> bool:
    if name not in backtrack_plugins.__all__:
        return False
    found = _public(name)
    room = found.__module__.rpartition(".")[2] if isinstance(found, type) else ""
    return room in _ROOMS and issubclass(found, msgspec.Struct)


def _described(struct: Any) -> Iterator[str]:
    yield markdown(parsed(struct).text)
    yield ""
    yield from fields_table(struct)
    properties = [
        (f"`{name}`", markdown(parsed(value).text))
        for name, value in vars(struct).items()
        if isinstance(value, property)
    ]
    if properties:
        yield ""
        yield from table(("also", "meaning"), properties)
    methods = [
        (code(signature_of(value)), markdown(parsed(value).text.partition("\n\n")[0]))
        for name, value in vars(struct).items()
        if inspect.isfunction(value) and not name.startswith("_")
    ]
    if methods:
        yield ""
        yield from table(("method", "meaning"), methods)


def index_text() -> str:
    """The list of hooks."""
    rows = [
        (
            f"[{kind.hook}]({kind.hook}.md)",
            f"`{kind.group}`",
            f"`{struct_of(kind.hook).__name__}`",
            _offered_by(kind),
        )
        for kind in KINDS.values()
    ]
    return (
        "\n".join(
            [
                "# Hooks",
                "",
                generated_from("src/backtrack_plugins/hookspecs.py"),
                "",
                "A plugin is a module, or an object, that an entry point names and that has one of these",
                "functions, marked with `backtrack_plugins.hookimpl`. One module may have several of them.",
                f"`HOOK_API` is {backtrack_plugins.HOOK_API}:",
                "[what that means](../../explanation/stability.md).",
                "",
                *table(("hook", "entry-point group", "offers", "offered here by"), rows),
                "",
                "Listing imports no plugin, and asking for a name imports that one alone. Checks are the",
                "exception: every one that is installed is imported for every check and export.",
                "",
                "```{toctree}",
                ":hidden:",
                *(kind.hook for kind in KINDS.values()),
                "```",
            ]
        )
        + "\n"
    )
