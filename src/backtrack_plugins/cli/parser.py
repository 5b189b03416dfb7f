"""The arguments of every command."""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    _Actions = Sequence[argparse.ArgumentParser]

_EXIT_CODES = (
    "exit codes: 0 fine; 1 the workout has problems; 2 wrong usage or unreadable input; "
    "3 a plugin, the file system or a service failed"
)

_LEVELS = ("first-timer", "beginner", "intermediate", "advanced")  # held equal to the model's by a test
_YES_NO = ("yes", "no")
_LICENCES = ("MIT", "Apache-2.0", "GPL-3.0-or-later", "none")  # likewise, to the scaffold's


def parse_arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Parse; a wrong argument ends the process with exit code 2, as argparse does."""
    words = sys.argv[1:] if argv is None else list(argv)
    return build_parser(words[0] if words else None).parse_args(words)


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The parser of every command; of the chosen one alone, when it is a command.

    Its own help and errors name no other, and making all of them costs a third of a bare interpreter's start.
    """
    parser = _Parser(
        prog="backtrack",
        description="Treadmill workouts that know which way you face, carried to watches, Zwift and Strava.",
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in [chosen] if chosen in _COMMANDS else _COMMANDS:
        said, arguments_of = _COMMANDS[name]
        command = commands.add_parser(name, help=said)
        command.add_argument("--json", action="store_true", help="the same as data")
        for action in arguments_of(command):
            # Without a default of its own: it would hide what was said before the action's name.
            action.add_argument(
                "--json", action="store_true", default=argparse.SUPPRESS, help="the same as data"
            )
            action.epilog = _EXIT_CODES
        command.epilog = _EXIT_CODES
    return parser


def _show(show: argparse.ArgumentParser) -> _Actions:
    _workouts(show)
    _athlete(show)
    show.add_argument("--cues", action="store_true", help="show what is announced when")
    return ()


def _formats(formats: argparse.ArgumentParser) -> _Actions:
    formats.add_argument("--check", action="store_true", help="import each plugin and find the broken ones")
    return ()


def _plugins(plugins: argparse.ArgumentParser) -> _Actions:
    actions = plugins.add_subparsers(dest="action", metavar="ACTION")
    new = actions.add_parser("new", help="write the project of a plugin of your own: whole, typed and tested")
    new.add_argument(
        "kind",
        metavar="KIND",
        help="exporter, importer, destination, recording, check or annotator",
    )
    new.add_argument("name", metavar="NAME", help="what it is called, such as my-watch")
    new.add_argument(
        "--dir",
        default=".",
        metavar="FOLDER",
        help="where to put the project's folder; it must exist (default: here)",
    )
    new.add_argument("--author", metavar="TEXT", help="who wrote it (default: the name that git knows)")
    new.add_argument("--licence", choices=_LICENCES, default="MIT", help="its licence (default: MIT)")
    doctor = actions.add_parser("doctor", help="say why a plugin is not found, is slow or does not work")
    doctor.add_argument(
        "name", nargs="?", metavar="NAME", help="of a plugin or its distribution (default: all)"
    )
    check = actions.add_parser("check", help="hold an installed plugin to the conformance kit")
    check.add_argument("name", metavar="NAME", help="of a plugin, or of its distribution for all it brings")
    check.add_argument("--kind", metavar="KIND", help="only this kind, such as exporter (default: every one)")
    check.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="FILE",
        help="a good file that an importer or a reader of recordings reads; repeat it for several",
    )
    return (new, check, doctor)


def _check(check: argparse.ArgumentParser) -> _Actions:
    _workouts(check, "a .backtrack file, its .json form, a name of the library, or a programme's folder")
    _athlete(check)
    check.add_argument("--level", choices=_LEVELS, help="check for this level instead of the athlete's")
    _supervised(check)
    check.add_argument(
        "--fix", action="store_true", help="show what the safe mechanical fixes change; -o writes the result"
    )
    check.add_argument("-o", "--output", metavar="FILE", help="with --fix: the file to write")
    _overwrite(check)
    return ()


def _explain(explain: argparse.ArgumentParser) -> _Actions:
    explain.add_argument("codes", nargs="+", metavar="CODE", help="such as BT305")
    return ()


def _level(level: argparse.ArgumentParser) -> _Actions:
    _athlete(level)
    level.add_argument("--doctor-first", choices=_YES_NO, help="does any of the stop items apply to you?")
    level.add_argument("--supervised-only", choices=_YES_NO, help="does any of the items for company apply?")
    level.add_argument("--workouts", type=int, metavar="N", help="backward or sideways workouts done so far")
    level.add_argument("--stumbled", choices=_YES_NO, help="a stumble or key stop in the last three?")
    level.add_argument(
        "--steady",
        choices=_YES_NO,
        help="2 minutes backward hands free at 3.2 km/h (2.0 mph), RPE 13 or less?",
    )
    level.add_argument(
        "--strong",
        choices=_YES_NO,
        help="5 minutes backward hands free at 4.8 km/h (3.0 mph), or 3 minutes at 4 %%?",
    )
    return ()


def _library(library: argparse.ArgumentParser) -> _Actions:
    _athlete(library)
    library_actions = library.add_subparsers(dest="action", metavar="ACTION")
    library_show = library_actions.add_parser("show", help="show one: its page, and why it is as it is")
    library_show.add_argument("name", metavar="NAME", help="such as first-steps")
    return (library_show,)


def _add(add: argparse.ArgumentParser) -> _Actions:
    add.add_argument("block", metavar="BLOCK", help="a name of the library, or a workout file")
    where = add.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--after", metavar="RUN", help="the run that comes first: a page, or a file that a plugin reads"
    )
    where.add_argument("--before", metavar="RUN", help="the run that comes last")
    where.add_argument("--between", metavar="RUN", help="the run that goes on after the block; with --step")
    add.add_argument(
        "--step", type=int, metavar="N", help="with --between: the block comes after this step of the run"
    )
    _from(add)
    _to(add, required=False)
    add.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the file to write: one of ours, or in the run's own format, whose steps then stay as they "
        "were; with --to the folder (default: print the page)",
    )
    _options(add, "FORMAT.OPTION=VALUE", "an option of a format, such as zwo.race_pace=5k=30:00")
    _overwrite(add)
    _athlete(add)
    _supervised(add)
    return ()


def _programme(programme: argparse.ArgumentParser) -> _Actions:
    actions = programme.add_subparsers(dest="action", metavar="ACTION", required=True)
    new = actions.add_parser("new", help="begin a programme in a folder of its own")
    new.add_argument("--start", default="next", metavar="DATE", help="a date such as 2026-12-02, or: next")
    new.add_argument("--weekday", metavar="DAY", help="mon, tue, wed, thu, fri, sat or sun")
    new.add_argument("--weeks", type=int, default=8, metavar="N", help="how many weeks to plan (default: 8)")
    new.add_argument("--attach", metavar="RUN", help="your own run, which comes first in every workout")
    new.add_argument("-o", "--output", required=True, metavar="FOLDER", help="the folder to make")
    next_ = actions.add_parser(
        "next", help="say how the last workout went, and learn what comes next and why"
    )
    next_.add_argument("folder", metavar="FOLDER", help="the programme's folder")
    next_.add_argument(
        "--from",
        dest="recording",
        metavar="RECORDING",
        help="the file that the watch recorded, which says what was done of it; asks for the rest",
    )
    next_.add_argument("--outcome", metavar="WORDS", help='such as "rpe 12, all done", or: missed')
    next_.add_argument("--on", metavar="DATE", help="the day it was done, when not the planned one")
    programme_show = actions.add_parser("show", help="list its weeks: what was done, and what is planned")
    programme_show.add_argument("folder", metavar="FOLDER", help="the programme's folder")
    for action in (new, next_, programme_show):
        _athlete(action)
        action.add_argument("--today", metavar="DATE", help="the date to count from (default: today's)")
    for action in (new, next_):
        _overwrite(action)
    return (new, next_, programme_show)


def _to(command: argparse.ArgumentParser, *, required: bool = True) -> None:
    command.add_argument(
        "--to",
        action="append",
        default=None if required else [],
        required=required,
        metavar="FORMAT",
        help="a format, see: backtrack formats; repeat it for several",
    )


def _export(export: argparse.ArgumentParser) -> _Actions:
    _workouts(export)
    _to(export)
    export.add_argument(
        "-o", "--output", default=".", metavar="FOLDER", help="where to write; it must exist (default: here)"
    )
    _options(export, "FORMAT.OPTION=VALUE", "an option of a format, such as zwo.incline=true")
    _overwrite(export)
    _athlete(export)
    _supervised(export)
    _force(export)
    return ()


def _send(send: argparse.ArgumentParser) -> _Actions:
    _workouts(
        send,
        "a .backtrack file, its .json form, a name of the library, or a programme's folder; or the file that "
        "a watch recorded, for an account that keeps activities, such as strava",
    )
    _destination(send)
    send.add_argument("--at", metavar="PATH", help="where that is, for a folder that is not found by itself")
    send.add_argument("--on", metavar="DAY", help="the day to put them on, such as 2026-12-02, or: programme")
    send.add_argument("--device", metavar="NAME", help="a device of the account to push them to")
    send.add_argument("--dry-run", action="store_true", help="show what would be done, and send nothing")
    send.add_argument("--yes", action="store_true", help="do not ask before sending")
    _options(
        send, "NAME.OPTION=VALUE", "an option of the destination or its format, such as zwo.incline=true"
    )
    _overwrite(send)
    _athlete(send)
    _supervised(send)
    _force(send)
    return ()


def _destination(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--to", required=True, metavar="DESTINATION", help="a destination, see: backtrack formats"
    )


def _sent(sent: argparse.ArgumentParser) -> _Actions:
    sent.add_argument(
        "--to", action="append", metavar="DESTINATION", help="only what was sent there; repeat it for several"
    )
    sent.add_argument("--offline", action="store_true", help="list it, and ask no service how it stands")
    return ()


def _unsend(unsend: argparse.ArgumentParser) -> _Actions:
    _workouts(unsend, "the file, library name or folder that was sent; the file need not be there any more")
    _destination(unsend)
    unsend.add_argument("--dry-run", action="store_true", help="show what would be removed, and do nothing")
    unsend.add_argument("--yes", action="store_true", help="do not ask before removing")
    _options(unsend, "NAME.OPTION=VALUE", "an option of the destination")
    unsend.add_argument("--overwrite", action="store_true", help="remove what was changed there since, too")
    return ()


def _login(login: argparse.ArgumentParser) -> _Actions:
    _account(login)
    login.add_argument("--at", metavar="FOLDER", help="use the session that another program keeps there")
    login.add_argument("--yes", action="store_true", help="do not ask whether to go on")
    _options(login, "ACCOUNT.OPTION=VALUE", "an option of the account, such as garmin.client=garth")
    return ()


def _logout(logout: argparse.ArgumentParser) -> _Actions:
    _account(logout)
    return ()


def _account(command: argparse.ArgumentParser) -> None:
    command.add_argument("account", metavar="ACCOUNT", help="an account, such as garmin or strava")


def _try(try_: argparse.ArgumentParser) -> _Actions:
    _account(try_)
    try_.add_argument("--yes", action="store_true", help="do not wait after each step")
    return ()


def _review(review: argparse.ArgumentParser) -> _Actions:
    review.add_argument("recording", metavar="RECORDING", help="the file that the watch recorded")
    _plan(review)
    _athlete(review)
    return ()


def _plan(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--workout",
        metavar="WORKOUT",
        help="what was planned: a .backtrack file, its .json form, or a name of the library (default: the "
        "plan that the watch kept in the recording)",
    )


def _annotate(annotate: argparse.ArgumentParser) -> _Actions:
    annotate.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="the file that the watch recorded; or a workout, for an activity that goes as planned",
    )
    _plan(annotate)
    annotate.add_argument(
        "--wording",
        metavar="NAME",
        help="an installed annotator, see: backtrack formats (default: our own words)",
    )
    annotate.add_argument(
        "--to",
        metavar="ACCOUNT[:NUMBER]",
        help="put it on the activity there, such as strava, or strava:1234567890 for one that you name; "
        "asks first",
    )
    annotate.add_argument("--title", action="store_true", help="set the activity's title, too")
    annotate.add_argument(
        "--sport", metavar="SPORT", help="set its sport, in the word of the service, as Walk"
    )
    annotate.add_argument(
        "--trainer", action=argparse.BooleanOptionalAction, help="mark it as indoors, or as not"
    )
    annotate.add_argument("--remove", action="store_true", help="take our text out of the description again")
    annotate.add_argument("--dry-run", action="store_true", help="show what would change, and do nothing")
    annotate.add_argument("--yes", action="store_true", help="do not ask before changing it")
    annotate.add_argument(
        "--overwrite", action="store_true", help="replace or remove our text even if it was edited there"
    )
    _options(annotate, "NAME.OPTION=VALUE", "an option of the destination")
    _athlete(annotate)
    _supervised(annotate)
    return ()


def _import(import_: argparse.ArgumentParser) -> _Actions:
    import_.add_argument(
        "file",
        metavar="FILE",
        help="a file in a format that an installed plugin reads, or a workout of an account, such as "
        "garmin-connect:123456",
    )
    _from(import_)
    _options(import_, "FORMAT.OPTION=VALUE", "an option of the format, such as zwo.race_pace=5k=30:00")
    _athlete(import_)
    return ()


def _from(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--from", dest="importer", metavar="FORMAT", help="the format, when its first bytes do not tell"
    )


def _convert(convert: argparse.ArgumentParser) -> _Actions:
    _workouts(convert, "a workout file that an installed plugin reads, or one of ours")
    _from(convert)
    _to(convert)
    convert.add_argument(
        "-o", "--output", default=".", metavar="FOLDER", help="where to write; it must exist (default: here)"
    )
    _options(convert, "FORMAT.OPTION=VALUE", "an option of a format, such as zwo.race_pace=5k=30:00")
    _overwrite(convert)
    _athlete(convert)
    _supervised(convert)
    _force(convert)
    return ()


def _format(format_: argparse.ArgumentParser) -> _Actions:
    _workouts(format_, "a .backtrack file, or its .json form")
    how = format_.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="rewrite the files; otherwise print")
    how.add_argument(
        "--check", action="store_true", help="change nothing; exit code 1 when something would change"
    )
    return ()


def _workouts(
    command: argparse.ArgumentParser,
    said: str = "a .backtrack file, its .json form, or a name of the library",
) -> None:
    command.add_argument("workouts", nargs="+", metavar="WORKOUT", help=said)


def _overwrite(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--overwrite", action="store_true", help="replace files that backtrack did not write, too"
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


def _options(command: argparse.ArgumentParser, written: str, said: str) -> None:
    command.add_argument("--set", action="append", default=[], metavar=written, dest="options", help=said)


def _force(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--force",
        action="store_true",
        help="let everything but the absolute rules pass; the artifact says so",
    )


_COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], _Actions]]] = {
    "show": ("show a workout in time", _show),
    "check": ("say what the safety rules have to say", _check),
    "explain": ("explain a problem code: the rule, its threshold, its source", _explain),
    "level": ("find your level, and write it to athlete.toml", _level),
    "library": ("list the built-in workouts, finishers and openers, or show one", _library),
    "add": ("put a block before, after or into a run of yours, in its own format or another", _add),
    "convert": ("write workout files of others in another format", _convert),
    "programme": ("a dated series of workouts that grows with you", _programme),
    "export": ("write workouts in other formats", _export),
    "send": ("put workouts where an app or a watch looks for them, or a recording into an account", _send),
    "sent": ("list what was sent where, and whether it is still there as it was sent", _sent),
    "unsend": ("remove what was sent, and nothing else", _unsend),
    "login": ("sign in to an account, once", _login),
    "logout": ("forget the session of an account", _logout),
    "try": ("a guided tour of an account's commands, against a stand-in: no account needed", _try),
    "review": ("hold a recorded activity against its plan", _review),
    "annotate": ("say on an activity which way you faced: text to paste, or put there", _annotate),
    "import": ("print the page that a foreign file carries", _import),
    "format": ("rewrite workout files in canonical form, keeping comments", _format),
    "formats": ("list what is installed: formats to export to and import from, and checks", _formats),
    "plugins": ("try out what is installed, find what is wrong, start a plugin of your own", _plugins),
}


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
