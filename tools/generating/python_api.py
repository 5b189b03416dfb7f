"""The pages of the public names: what Sphinx is told to document, room by room."""

from __future__ import annotations

import importlib
import inspect
import typing
from typing import TYPE_CHECKING

import backtrack_plugins
from generating.docstrings import generated_from, markdown, meaning_of_constant, parsed, table

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOMS = {
    "Reading and writing": ("reading", "page", "line", "mapping", "writing"),
    "The model": ("workout", "units"),
    "Athlete and treadmill": ("athlete",),
    "The timeline": ("timeline",),
    "Checking and fixing": ("checking", "problem", "fixing"),
    "Energy in kilocalories": ("energy",),
    "Exporting": ("exporting",),
    "Importing": ("importing",),
    "Delivering": ("delivering",),
    "What was sent": ("recalling", "book"),
    "Reading recordings": ("recordings",),
    "Annotating": ("annotating",),
    "Library and joining": ("library", "joining"),
    "The programme": ("programme",),
    "Plugins: finding them": ("registry", "hookspecs"),
    "Plugins: exporters": ("exporter",),
    "Plugins: importers": ("importer",),
    "Plugins: checks": ("checks",),
    "Plugins: destinations": ("destination",),
    "Plugins: accounts": ("account",),
    "Plugins: recordings": ("recording",),
    "Plugins: annotators": ("annotator",),
    "Errors": ("errors",),
}
"""Headings and the modules below each; a module that is not here gets a heading of its own."""

_DUNDER_VERSION = "The version of this distribution."


def rooms() -> dict[str, list[str]]:
    """Every public name below the heading of its room."""
    modules = backtrack_plugins._MODULES  # noqa: SLF001 - the one place that says where a name lives
    placed = {module for named in _ROOMS.values() for module in named}
    headings = {
        **_ROOMS,
        **{module.capitalize(): (module,) for module in modules if module not in placed},
    }
    found = {
        heading: [name for module in named for name in modules.get(module, ())]
        for heading, named in headings.items()
    }
    found["Plugins: finding them"].append("__version__")
    return {heading: names for heading, names in found.items() if names}


def python_api_text() -> str:
    """The page of `backtrack_plugins`."""
    lines = [
        "# The Python library",
        "",
        generated_from("the docstrings in src/backtrack_plugins"),
        "",
        "Everything here is a name of `backtrack_plugins`, and nothing else is public:",
        "[what you may depend on](../explanation/stability.md). Names are resolved when they are first used.",
        "What a plugin needs for its tests is in [backtrack_plugins.testing](testing-api.md).",
        "",
        *table(
            ("room", "names"),
            [
                (f"[{heading}](#{_slug(heading)})", ", ".join(f"`{name}`" for name in names))
                for heading, names in rooms().items()
            ],
        ),
    ]
    for heading, names in rooms().items():
        lines += ["", f"## {heading}", "", "```{eval-rst}", ".. py:currentmodule:: backtrack_plugins"]
        for name in names:
            lines += ["", *_directive(name)]
        lines.append("```")
    return "\n".join(lines) + "\n"


def _slug(heading: str) -> str:
    return heading.lower().replace(":", "").replace(" ", "-")


def _directive(name: str) -> Iterator[str]:
    found = getattr(backtrack_plugins, name)
    target = f"backtrack_plugins.{name}"
    if inspect.isclass(found):
        yield f".. auto{'exception' if issubclass(found, BaseException) else 'class'}:: {target}"
        if issubclass(found, BaseException):
            yield "   :show-inheritance:"
        members = _members(found)
        if members:
            yield f"   :members: {', '.join(members)}"
    elif inspect.isfunction(found):
        yield f".. autofunction:: {target}"
    else:
        yield from _data(name, found, _meaning(name))


def _members(found: type) -> list[str]:
    """Methods and properties that are ours and say what they do; attributes stand with the class."""
    members: dict[str, None] = {}
    for base in found.__mro__:
        if not base.__module__.startswith("backtrack_plugins"):
            continue
        for name, value in vars(base).items():
            ours = isinstance(value, property | classmethod | staticmethod) or inspect.isfunction(value)
            if ours and not name.startswith("_") and inspect.getdoc(getattr(found, name)):
                members[name] = None
    return list(members)


def _data(name: str, value: object, meaning: str) -> Iterator[str]:
    shown = repr(value)
    yield f".. py:data:: {name}"
    if isinstance(value, str | int) and name != "__version__":
        yield f"   :value: {shown}"
    yield ""
    yield f"   {meaning}"
    if typing.get_origin(value) is typing.Literal:
        yield ""
        yield f"   One of {', '.join(f'``{choice}``' for choice in typing.get_args(value))}."
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        yield ""
        yield from (f"   - {each}" for each in value)


def _meaning(name: str) -> str:
    if name == "__version__":
        return _DUNDER_VERSION
    home = backtrack_plugins._HOME[name]  # noqa: SLF001 - see above
    module = importlib.import_module(f"backtrack_plugins.{home}")
    found = meaning_of_constant(module, name)
    if not found:  # a package gathers it from one of its modules
        for each in sorted(vars(module)):
            inner = vars(module)[each]
            if inspect.ismodule(inner) and inner.__name__.startswith(f"{module.__name__}."):
                found = found or meaning_of_constant(inner, name)
    if not found:
        raise ValueError(f"backtrack_plugins.{name} has no sentence below the line that assigns it")
    return found.replace("\n", " ")


def testing_api_text() -> str:
    """The page of `backtrack_plugins.testing`."""
    from backtrack_plugins import testing

    lines = [
        "# The kit for plugin authors",
        "",
        generated_from("the docstrings in src/backtrack_plugins/testing"),
        "",
        "`backtrack_plugins.testing` needs pytest and hypothesis: `backtrack-plugins[testing]` brings both.",
        "Subclass a suite, name what you offer, and pytest runs what every plugin of that kind must do.",
    ]
    suites = [name for name in testing.__all__ if inspect.isclass(getattr(testing, name))]
    rest = [name for name in testing.__all__ if name not in suites]
    for heading, names in {"Suites": suites, "Samples and helpers": rest}.items():
        lines += ["", f"## {heading}"]
        for name in names:
            lines += ["", "```{eval-rst}", ".. py:currentmodule:: backtrack_plugins.testing"]
            lines += ["", *_kit_directive(name), "```", *_tests(getattr(testing, name))]
    return "\n".join(lines) + "\n"


def _kit_directive(name: str) -> Iterator[str]:
    from backtrack_plugins import testing

    found = getattr(testing, name)
    if inspect.isclass(found):
        yield f".. autoclass:: {name}"
        helpers = [member for member in _members(found) if not member.startswith(("test_", "pytest_"))]
        if helpers:
            yield f"   :members: {', '.join(helpers)}"
    elif inspect.isfunction(found):
        yield f".. autofunction:: {name}"
    else:
        yield from _data(name, None, _kit_meaning(name, found))


def _tests(found: object) -> list[str]:
    """What a suite holds a plugin to, when it is a suite."""
    methods = [
        (name.removeprefix("test_").replace("_", " "), markdown(parsed(value).text.partition("\n\n")[0]))
        for base in (reversed(found.__mro__) if inspect.isclass(found) else ())
        for name, value in vars(base).items()
        if name.startswith("test_") and inspect.isfunction(value)
    ]
    return ["", *table(("test", "what it holds"), methods)] if methods else []


def _kit_meaning(name: str, found: object) -> str:
    from backtrack_plugins import testing

    for module in sorted(vars(testing)):
        inner = vars(testing)[module]
        if inspect.ismodule(inner) and getattr(inner, name, None) is found:
            said = meaning_of_constant(inner, name)
            if said:
                return said.replace("\n", " ")
    raise ValueError(f"backtrack_plugins.testing.{name} has no sentence below the line that assigns it")
