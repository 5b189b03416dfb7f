"""``backtrack plugins doctor``: why a plugin is not found, is slow, or does not work."""

from __future__ import annotations

import os
import sys

from backtrack_plugins import __version__
from backtrack_plugins.cli.output import say, say_json
from backtrack_plugins.cli.plugins_list import PLUGIN_FAILED, as_data, listed
from backtrack_plugins.diagnosing import Diagnosis, diagnose
from backtrack_plugins.discovery import is_metadata
from backtrack_plugins.hookspecs import HOOK_API

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> int:
    """Say what was looked at, what was found, and what to do."""
    diagnosis = diagnose(arguments.name)
    if arguments.json:
        say_json(
            {
                "python": sys.executable,
                "version": __version__,
                "hook_api": HOOK_API,
                "looked_in": _looked_in(),
                "plugins": [as_data(each) for each in diagnosis.probed],
                "findings": [finding._asdict() for finding in diagnosis.findings],
            }
        )
    else:
        say("\n".join(_said(diagnosis)))
    return 0 if diagnosis.is_well else PLUGIN_FAILED


def _looked_in() -> list[str]:
    """The folders of the path in which distributions are installed."""
    folders = (folder or os.curdir for folder in sys.path)
    return [
        folder for folder in folders if os.path.isdir(folder) and any(map(is_metadata, os.listdir(folder)))
    ]


def _said(diagnosis: Diagnosis) -> list[str]:
    lines = [
        f"backtrack-plugins {__version__}, hook API {HOOK_API}",
        f"Python {sys.version.partition(' ')[0]}, {sys.executable}",
        "looked in",
        *(f"  {folder}" for folder in _looked_in()),
        "",
    ]
    if diagnosis.probed:
        lines += [listed(diagnosis.probed, timed=True), ""]
    for severity, about, message, hint in diagnosis.findings:
        lines += [f"{severity}: {about}: {message}", *([f"    {hint}"] if hint else [])]
    if not diagnosis.findings:
        count = len(diagnosis.probed)
        lines.append(f"Nothing is wrong with {'it' if count == 1 else f'these {count}'}.")
    return lines
