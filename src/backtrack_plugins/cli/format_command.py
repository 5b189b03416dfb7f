"""``backtrack format``: workout files in canonical form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backtrack_plugins.cli.output import report_errors, say, say_json, say_page
from backtrack_plugins.errors import BacktrackError
from backtrack_plugins.files import replace_file
from backtrack_plugins.mapping import from_json
from backtrack_plugins.reading import decode, read_bytes
from backtrack_plugins.writing import format_page, to_json

if TYPE_CHECKING:
    import argparse

WOULD_CHANGE = 1


def run(arguments: argparse.Namespace) -> int:
    """Print, rewrite or compare; files that cannot be read stay as they are."""
    data: list[dict[str, Any]] = []
    errors: list[BacktrackError] = []
    for path in arguments.workouts:
        try:
            before = read_bytes(path)
            after = _formatted(before, path)
            if arguments.write and after != before:
                replace_file(path, after)
        except BacktrackError as error:
            errors.append(error)
            continue
        data.append({"file": path, "changed": after != before, "text": after.decode()})
        if not arguments.json:
            _say(path, after, changed=after != before, arguments=arguments)
    changed = any(each["changed"] for each in data)
    code = WOULD_CHANGE if arguments.check and changed else 0
    if arguments.json:
        say_json({"workouts": data, "errors": [error.as_data() for error in errors]})
        return max([code, *(error.exit_code for error in errors)])
    return max(code, report_errors(errors, as_json=False)) if errors else code


def _formatted(data: bytes, path: str) -> bytes:
    if path.lower().endswith(".json"):
        return to_json(from_json(data, file=path))
    return format_page(decode(data, path), file=path).encode()


def _say(path: str, after: bytes, *, changed: bool, arguments: argparse.Namespace) -> None:
    if arguments.write:
        say(f"{path}: {'rewritten' if changed else 'as it should be'}")
    elif arguments.check:
        if changed:
            say(f"{path}: not in canonical form; run: backtrack format {path} --write")
    else:
        say_page(after.decode())
