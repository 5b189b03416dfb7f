"""``backtrack try``: a guided tour of an account's commands, really run, against a stand-in."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.account import Tour
from backtrack_plugins.book import DATA_FOLDER
from backtrack_plugins.cli.accounts import find_account
from backtrack_plugins.cli.asking import ask, somebody_is_there
from backtrack_plugins.cli.exports import paragraphs
from backtrack_plugins.cli.output import say, say_json, warn
from backtrack_plugins.errors import UsageError

if TYPE_CHECKING:
    import argparse

    from backtrack_plugins.account import TourStep

_ENDED = "That was all of it. Nothing of it is kept, and no account was touched."


class _Done(NamedTuple):
    """A command of the tour, and what came of it."""

    command: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str


def run(arguments: argparse.Namespace) -> int:
    """Show every step, and do it; the exit code is that of the gravest."""
    account, asked = find_account(arguments.account)
    begin = account.tour
    if begin is None:
        raise UsageError(f"{account.name} has no guided tour", plugin=account.name)
    waits = not (arguments.yes or arguments.json) and somebody_is_there()
    done: list[_Done] = []
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        tour = asked.returned(asked.call(lambda: stack.enter_context(begin(folder))), Tour)
        environment = {**os.environ, DATA_FOLDER: os.path.join(folder, "data"), **tour.environment}
        for number, step in enumerate(tour.steps, start=1):
            if not arguments.json:
                _introduce(step, f"{number} of {len(tour.steps)}", waits=waits)
            done.append(_ran(step, folder, environment))
            if not arguments.json:
                _show(done[-1])
    if arguments.json:
        say_json({"account": account.name, "steps": [each._asdict() for each in done]})
    else:
        say(_ENDED)
    return max((each.exit_code for each in done), default=0)


def _introduce(step: TourStep, number: str, *, waits: bool) -> None:
    say(paragraphs(f"{number}: {step.said}"))
    say(f"$ backtrack {shlex.join(step.command)}")
    if waits:
        ask("[Enter] ", lambda _: True, unanswered="the tour ends here")


def _ran(step: TourStep, folder: str, environment: dict[str, str]) -> _Done:
    ran = subprocess.run(  # noqa: S603 - our own interpreter and command
        [sys.executable, "-m", "backtrack_plugins", *step.command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return _Done(step.command, ran.returncode, ran.stdout, ran.stderr)


def _show(done: _Done) -> None:
    if done.stderr:  # what leads to the result comes before it: terms, the plan, a question
        warn(done.stderr.rstrip("\n"))
    if done.stdout:
        say(done.stdout.rstrip("\n"))
    say()
