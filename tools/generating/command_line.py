"""The page of the command line, from the parser itself."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.book import DATA_FOLDER
from backtrack_plugins.calling import DISABLE, STRICT
from backtrack_plugins.cli import INTERRUPTED
from backtrack_plugins.cli.parser import build_parser
from generating.docstrings import generated_from, plain, table

if TYPE_CHECKING:
    from collections.abc import Iterator

ENVIRONMENT = {
    DISABLE: "Names of plugins or of distributions to leave out, parted by commas. They are not imported.",
    STRICT: "Anything but empty or `0`: a plugin's failure is shown as its own error, with its trace.",
    DATA_FOLDER: (
        "The folder for what is remembered: what was sent where, and files that could not be sent. The "
        "platform's own for a user's data when it is not set."
    ),
    "XDG_CONFIG_HOME": (
        "On Linux the folder in which `backtrack/athlete.toml` is looked for; `~/.config` when it is not "
        "set. macOS and Windows have places of their own."
    ),
}
"""What each environment variable does; a test looks for others in the source."""


class Command(NamedTuple):
    """A command, or an action of one: its words, what it does, and its parser."""

    words: str
    said: str
    parser: argparse.ArgumentParser


def commands() -> Iterator[Command]:
    """Every command, each followed by its actions."""
    yield from _below("backtrack", build_parser())


def _below(words: str, parser: argparse.ArgumentParser) -> Iterator[Command]:
    for chooser in _choosers(parser):
        said = {choice.dest: choice.help or "" for choice in chooser._get_subactions()}  # noqa: SLF001 - no public way
        for name, child in chooser.choices.items():
            yield Command(f"{words} {name}", said.get(name, ""), child)
            yield from _below(f"{words} {name}", child)


def _choosers(parser: argparse.ArgumentParser) -> list[argparse._SubParsersAction[argparse.ArgumentParser]]:
    return [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]  # noqa: SLF001


def arguments_of(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """The arguments of a command: what is named by place, then options."""
    hidden = (argparse._SubParsersAction, argparse._HelpAction)  # noqa: SLF001 - no public names
    found = [action for action in parser._actions if not isinstance(action, hidden)]  # noqa: SLF001
    return sorted(found, key=lambda action: bool(action.option_strings))


def written(action: argparse.Action) -> str:
    """An argument as it is typed, such as ``-o, --output FOLDER``."""
    value = _value(action)
    if not action.option_strings:
        return value
    names = ", ".join(action.option_strings)
    return f"{names} {value}" if value else names


def _value(action: argparse.Action) -> str:
    if action.nargs == 0:
        return ""
    shown = action.metavar or ("{" + ",".join(map(str, action.choices or ())) + "}")
    return {"+": f"{shown}...", "?": f"[{shown}]"}.get(str(action.nargs), str(shown))


def command_line_text() -> str:
    """The page."""
    parser = build_parser()
    lines = [
        "# The command line",
        "",
        generated_from("src/backtrack_plugins/cli/parser.py"),
        "",
        parser.description or "",
        "",
        *table(
            ("command", "does"),
            [(f"[`{found.words}`](#{_slug(found.words)})", plain(found.said)) for found in commands()],
        ),
        "",
        "`backtrack --version` shows the version, and `--help` after any command its arguments. Wherever a",
        "workout is asked for, a name of the [library](../library.md) will do.",
        "",
        "## Exit codes",
        "",
        *table(("code", "meaning"), exit_codes(parser)),
        "",
        "## Environment variables",
        "",
        *table(("variable", "meaning"), [(f"`{name}`", said) for name, said in ENVIRONMENT.items()]),
        "",
        "## Commands",
    ]
    for found in commands():
        lines += [
            "",
            f"### {found.words}",
            "",
            f"{_sentence(found.said)}",
            *_usage(found),
            *_arguments(found),
        ]
    return "\n".join(lines) + "\n"


def exit_codes(parser: argparse.ArgumentParser) -> list[tuple[str, str]]:
    """Each exit code and its meaning, from what ``--help`` says; and that of an interrupt."""
    said = (parser.epilog or "").removeprefix("exit codes: ").split("; ")
    pairs = [(code, meaning) for code, _, meaning in (part.partition(" ") for part in said)]
    return [*pairs, (str(INTERRUPTED), "interrupted with Ctrl+C")]


def _usage(found: Command) -> list[str]:
    parts = [found.words]
    if _choosers(found.parser):
        chooser = _choosers(found.parser)[0]
        parts.append("ACTION" if chooser.required else "[ACTION]")
    optional = False
    for action in arguments_of(found.parser):
        needed = action.required or (not action.option_strings and action.nargs != "?")
        optional = optional or (bool(action.option_strings) and not needed)
        if needed or not action.option_strings:
            parts.append(" ".join([*action.option_strings[-1:], _value(action)]).strip())
    for group in found.parser._mutually_exclusive_groups:  # noqa: SLF001 - no public way
        if group.required:
            choices = [
                f"{action.option_strings[-1]} {_value(action)}"
                for action in group._group_actions  # noqa: SLF001
            ]
            parts.append(f"({' | '.join(choices)})")
    if optional:
        parts.append("[OPTIONS]")
    return ["", "```text", " ".join(parts), "```"]


def _arguments(found: Command) -> list[str]:
    rows = [
        (
            f"`{written(action)}`",
            plain((action.help or "") % {"default": action.default, "prog": "backtrack"}),
        )
        for action in arguments_of(found.parser)
    ]
    return ["", *table(("argument", "meaning"), rows)] if rows else []


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _slug(heading: str) -> str:
    return heading.replace(" ", "-")
