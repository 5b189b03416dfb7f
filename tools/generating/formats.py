"""What the plugins of this checkout offer: formats, destinations, checks, their options and codes."""

from __future__ import annotations

import os
import typing
from typing import TYPE_CHECKING, Any

import msgspec

from backtrack_plugins.exporter import CAPABILITIES, Exporter
from backtrack_plugins.kinds import KINDS
from generating.docstrings import code, fields_of, generated_from, plain, table
from generating.plugins import ROOT, codes_of, shipped, struct_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generating.plugins import Offered

PAGE = "docs/reference/formats.md"

_TITLES = {
    "exporter": "Formats to export to",
    "importer": "Formats to import from",
    "destination": "Destinations",
    "recording": "Recordings that can be read",
    "check": "Checks beside our rules",
    "annotator": "Ways to put an activity into words",
}


def formats_text() -> str:
    """The page of formats."""
    lines = [
        "# Formats, destinations and checks",
        "",
        generated_from("the plugins in this checkout"),
        "",
        "What the plugins in this checkout offer. `backtrack formats` lists what is installed on your",
        "machine. An option is given by format: `--set zwo.incline=true` on the command line,",
        '`bt.export(workout, "zwo", athlete, options={"incline": True})` in Python.',
        "",
        "## What each format carries",
        "",
        *capability_matrix(),
    ]
    for kind in KINDS.values():
        offered = [each for each in shipped() if each.kind == kind.name]
        lines += ["", f"## {_TITLES.get(kind.name, kind.name.capitalize())}"]
        if not offered:
            lines += ["", "No plugin in this checkout offers one yet."]
        for each in offered:
            lines += ["", f"### {kind.name.capitalize()} {each.name}", *_section(each)]
    return "\n".join([*lines, "", *_codes()]) + "\n"


READ_BY_PEOPLE = frozenset({"segments-csv"})
"""Formats with a field for the speed that no program plays on a belt, as far as is known."""

_COLUMNS = ("moves a belt", *CAPABILITIES, "read back", "added to")
"""What can hurt somebody first: on a narrow page the last columns are out of sight."""


def capability_matrix() -> list[str]:
    """Format by capability, by itself, with an option, or as words alone; and what else it can do."""
    exporters = [each.thing for each in shipped() if isinstance(each.thing, Exporter)]
    rows = [[f"`{each.name}`", *matrix_row(each).values()] for each in exporters]
    return [
        *table(("format", *_COLUMNS), rows),
        "",
        "*moves a belt*: there are programs that set a treadmill's speed by it.",
        "",
        "*yes*: in a field of its own. *words*: in the words of each step, and listed as a loss.",
        "*written out*: each pass stands by itself. What an option changes is named.",
        "",
        "*read back*: `backtrack import` gives back the Workout as it was authored, but for what the losses",
        "name. *added to*: `backtrack add` puts a block into a file of another program, whose own steps",
        "stay as they are.",
    ]


def matrix_row(exporter: Exporter) -> dict[str, str]:
    """What stands in each column of the matrix for a format."""
    carried = {**dict.fromkeys(CAPABILITIES, ""), **_with_options(exporter)}
    carried |= dict.fromkeys(exporter.carried(_defaults(exporter)), "yes")
    instead = "words" if carried["text"] else "no"
    row = {"moves a belt": "no" if exporter.name in READ_BY_PEOPLE else carried["speed"] or "no"}
    row |= {str(each): carried[each] or _missing(each, instead) for each in CAPABILITIES}
    importers = {each.name for each in shipped() if each.kind == "importer"}
    row["read back"] = "yes" if exporter.name in importers else "no"
    row["added to"] = "no" if exporter.splice is None else "yes"
    return row


def _missing(capability: str, instead: str) -> str:
    return "written out" if capability == "repeats" else instead


def _with_options(exporter: Exporter) -> dict[str, str]:
    """The option that makes a format carry more, by capability."""
    found: dict[str, str] = {}
    plain = exporter.carried(_defaults(exporter))
    for field, value in choices(exporter.options):
        options = msgspec.convert({field: value}, exporter.options)
        written = str(value).lower() if isinstance(value, bool) else value
        for capability in exporter.carried(options) - plain:
            found.setdefault(capability, f"with `{field}={written}`")
    return found


def choices(options: type[msgspec.Struct] | None) -> Iterator[tuple[str, Any]]:
    """Every value of every option that has few of them, but for the defaults."""
    for field in msgspec.structs.fields(options) if options else ():
        choices = (False, True) if field.type is bool else typing.get_args(field.type)
        for choice in choices:
            if isinstance(choice, str | bool) and choice != field.default:
                yield field.name, choice


def _defaults(exporter: Exporter) -> object:
    return None if exporter.options is None else exporter.options()


def _section(offered: Offered) -> Iterator[str]:
    thing = offered.thing
    readme = os.path.relpath(offered.folder / "README.md", (ROOT / PAGE).parent).replace(os.sep, "/")
    yield ""
    yield f"{thing.summary}. From [{offered.distribution}]({readme})."
    facts = list(_facts(offered))
    if facts:
        yield from ("", *facts)
    options = getattr(thing, "options", None)
    if options is not None:
        yield ""
        rows = [
            (
                f"`{field.name}`",
                code(field.type),
                code(field.default),
                field.meaning,
            )
            for field in fields_of(options)
        ]
        yield from table(("option", "type", "default", "meaning"), rows)


_FACTS = {
    "suffix": "File name ends in",
    "media_type": "Media type",
    "takes": "Takes",
    "exporter": "Sent to as",
    "carries": "Carries in fields of its own",
    "needs": "Sees of the athlete",
    "is_folder": "Is a folder",
    "hint": "Afterwards",
}


def _facts(offered: Offered) -> Iterator[str]:
    """What a plugin declares about what it offers; what is a word is told as one."""
    for field in msgspec.structs.fields(struct_of(KINDS[offered.kind].hook)):
        value = getattr(offered.thing, field.name)
        if field.name in {"name", "summary"} or not value:
            continue
        if isinstance(value, frozenset):
            ordered = [each for each in CAPABILITIES if each in value] or sorted(value)
            shown = ", ".join(f"`{each}`" for each in ordered)
        elif isinstance(value, str):
            shown = plain(value) if field.name == "hint" else f"`{value}`"
        elif isinstance(value, bool):
            shown = "yes"
        else:
            continue
        yield f"- {_FACTS.get(field.name, field.name)}: {shown}."


def _codes() -> Iterator[str]:
    yield "## Problem codes of plugins"
    yield ""
    yield "A code with a slash is its plugin's, and the plugin's README says when it comes and what to do."
    yield ""
    rows = []
    for folder in sorted({offered.folder for offered in shipped()}):
        readme = os.path.relpath(folder / "README.md", (ROOT / PAGE).parent).replace(os.sep, "/")
        rows += [(f"`{each}`", f"[{folder.name}]({readme})") for each in codes_of(folder)]
    yield from table(("code", "explained in"), rows)
