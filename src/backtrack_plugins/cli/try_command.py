"""``backtrack try``: a guided tour of an account's commands, really run, against a stand-in."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import textwrap
from typing import TYPE_CHECKING

from backtrack_plugins.book import DATA_FOLDER
from backtrack_plugins.cli.asking import ask, somebody_is_there
from backtrack_plugins.cli.exports import WIDTH
from backtrack_plugins.cli.output import say, say_json, warn
from backtrack_plugins.errors import UsageError
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from backtrack_plugins.account import Tour, TourStep


def run(arguments: argparse.Namespace) -> int:
    """Show every step, and do it."""
    account = Registry().account(arguments.account)
    if account.tour is None:
        raise UsageError(f"{account.name} has no guided tour", plugin=account.name)
    waits = not (arguments.yes or arguments.json) and somebody_is_there()
    with tempfile.TemporaryDirectory() as folder, account.tour(folder) as tour:
        done = [_step(step, number, tour, folder, arguments, waits=waits) for number, step in _numbered(tour)]
    if arguments.json:
        say_json({"account": account.name, "steps": done})
    else:
        say("That was all of it. Nothing of it is kept, and no account was touched.")
    return max((int(str(step["exit_code"])) for step in done), default=0)


def _numbered(tour: Tour) -> list[tuple[str, TourStep]]:
    return [(f"{place} of {len(tour.steps)}", step) for place, step in enumerate(tour.steps, start=1)]


def _step(
    step: TourStep, number: str, tour: Tour, folder: str, arguments: argparse.Namespace, *, waits: bool
) -> dict[str, object]:
    if not arguments.json:
        say("\n".join(textwrap.wrap(f"{number}: {step.said}", WIDTH)))
        say(f"$ backtrack {shlex.join(step.command)}")
    if waits:
        ask("[Enter] ", lambda _: True, unanswered="the tour ends here")
    ran = subprocess.run(  # noqa: S603 - our own interpreter and command
        [sys.executable, "-m", "backtrack_plugins", *step.command],
        cwd=folder,
        env=_environment(tour.environment, folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if not arguments.json:
        say(ran.stdout.rstrip("\n"))
        if ran.stderr:
            warn(ran.stderr.rstrip("\n"))
        say()
    return {"command": step.command, "exit_code": ran.returncode, "stdout": ran.stdout, "stderr": ran.stderr}


def _environment(tour: Mapping[str, str], folder: str) -> dict[str, str]:
    return {**os.environ, DATA_FOLDER: os.path.join(folder, "data"), **tour}
