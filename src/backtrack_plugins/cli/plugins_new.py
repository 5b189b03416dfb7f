"""``backtrack plugins new``: write the project of a plugin, and say what to do in it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import TYPE_CHECKING

from backtrack_plugins.cli.output import say, say_json, warn
from backtrack_plugins.scaffold import NOBODY, new_plugin
from backtrack_plugins.scaffold.filling import function_of, is_author
from backtrack_plugins.scaffold.names import clashes, names_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator


def run(arguments: argparse.Namespace) -> int:
    """Write the project; warn of what is installed under the same name."""
    kind, name, folder = arguments.kind, arguments.name, arguments.dir
    author = _git_name(folder) if arguments.author is None else arguments.author
    written = new_plugin(kind, name, folder, author=author, licence=arguments.licence)
    names = names_of(name)
    project = os.path.normpath(os.path.join(folder, names.distribution))
    files = [os.path.relpath(path, project).replace(os.sep, "/") for path in written]
    warnings = clashes(kind, name)
    todo = {"function": function_of(kind, names), "file": f"src/{names.package}/plugin.py"}
    command = f"cd {shlex.quote(project)} && make test{_core()}"
    if arguments.json:
        say_json(
            {
                "folder": project,
                "files": files,
                "author": author,
                "licence": arguments.licence,
                "write": todo,
                "next": command,
                "warnings": warnings,
            }
        )
        return 0
    say(f"{project}/")
    say("\n".join(_tree(files)))
    say()
    say(command)
    say(f"One test will fail, and say what to write: {todo['function']}() in {todo['file']}")
    for warning in warnings:
        warn(f"warning: {warning}")
    return 0


def _tree(files: list[str], depth: int = 1) -> Iterator[str]:
    """Folders and files, each once, by indentation."""
    indent = "    " * depth
    for name in dict.fromkeys(file.partition("/")[0] for file in files):
        within = [file.partition("/")[2] for file in files if file.startswith(f"{name}/")]
        yield f"{indent}{name}{'/' if within else ''}"
        yield from _tree(within, depth + 1)


def _git_name(folder: str) -> str:
    """The name that git would put on a commit made there."""
    git = shutil.which("git")
    if git is None or not os.path.isdir(folder):
        return NOBODY
    try:
        asked = subprocess.run(  # noqa: S603 - the git of the user's own path
            [git, "-C", folder, "config", "user.name"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:
        return NOBODY
    name = asked.stdout.decode(errors="replace").strip()
    return name if is_author(name) else NOBODY


def _core() -> str:
    """What make has to be told while no index has the core: the checkout that this one runs from, if any."""
    if os.environ.get("VIRTUAL_ENV"):
        return ""  # where this core is installed already
    import backtrack_plugins

    checkout = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(backtrack_plugins.__file__))))
    if not os.path.isfile(os.path.join(checkout, "pyproject.toml")):
        return ""
    return f" CORE={shlex.quote(checkout)}"
