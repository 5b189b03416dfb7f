"""The arguments of every command."""

from __future__ import annotations

import argparse
import os

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_EXIT_CODES = (
    "exit codes: 0 fine; 1 the workout has problems; 2 wrong usage or unreadable input; "
    "3 a plugin, the file system or a service failed"
)


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse; a wrong argument ends the process with exit code 2, as argparse does."""
    return build_parser().parse_args(argv)


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = _Parser(
        prog="backtrack",
        description="Treadmill workouts that know which way you face, carried to watches, Zwift and Strava.",
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    formats = commands.add_parser(
        "formats", help="list what is installed: formats to export to and import from"
    )
    formats.add_argument("--check", action="store_true", help="import each plugin and find the broken ones")

    show = commands.add_parser("show", help="show a workout in time")
    _workouts(show)
    _athlete(show)
    show.add_argument("--cues", action="store_true", help="show what is announced when")

    check = commands.add_parser("check", help="say what the safety rules have to say")
    _workouts(check)
    _athlete(check)
    _supervised(check)

    export = commands.add_parser("export", help="write workouts in other formats")
    _workouts(export)
    export.add_argument(
        "--to",
        action="append",
        required=True,
        metavar="FORMAT",
        help="a format, see: backtrack formats; repeat it for several",
    )
    export.add_argument(
        "-o", "--output", default=".", metavar="FOLDER", help="where to write; it must exist (default: here)"
    )
    export.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FORMAT.OPTION=VALUE",
        dest="options",
        help="an option of a format, such as zwo.incline=true",
    )
    export.add_argument(
        "--overwrite", action="store_true", help="replace files that backtrack did not write, too"
    )
    _athlete(export)
    _supervised(export)

    import_ = commands.add_parser("import", help="print the page that a foreign file carries")
    import_.add_argument("file", metavar="FILE", help="a file in a format that an installed plugin reads")
    import_.add_argument(
        "--from", dest="importer", metavar="FORMAT", help="the format, when its first bytes do not tell"
    )

    format_ = commands.add_parser("format", help="rewrite workout files in canonical form, keeping comments")
    _workouts(format_)
    how = format_.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="rewrite the files; otherwise print")
    how.add_argument(
        "--check", action="store_true", help="change nothing; exit code 1 when something would change"
    )

    for command in (formats, show, check, export, import_, format_):
        command.add_argument("--json", action="store_true", help="the same as data")
        command.epilog = _EXIT_CODES
    return parser


def _workouts(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "workouts", nargs="+", metavar="WORKOUT", help="a .backtrack file, or its .json form"
    )


def _athlete(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--athlete",
        metavar="FILE",
        help="an athlete.toml (default: the one in your configuration folder, if any)",
    )


def _supervised(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--supervised-by",
        metavar="NAME",
        help="who stands beside the treadmill; relaxes the few rules that say so",
    )


def _formatter(prog: str) -> argparse.HelpFormatter:
    # argparse would import shutil for this, with its compressors, 3 ms at every start.
    try:
        width = os.get_terminal_size().columns - 2
    except OSError:
        width = 94
    return argparse.HelpFormatter(prog, width=max(width, 40))


class _Parser(argparse.ArgumentParser):
    """A parser whose start costs little; its subparsers are made of the same class."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=_formatter, **settings)


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from backtrack_plugins import __version__

        print(f"backtrack-plugins {__version__}")  # noqa: T201
        parser.exit()
