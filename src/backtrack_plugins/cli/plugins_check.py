"""``backtrack plugins check``: an installed plugin, held to the conformance kit, in a report to be read."""

from __future__ import annotations

import os
import textwrap
from collections import namedtuple

from backtrack_plugins.cli.output import say, say_json
from backtrack_plugins.errors import PluginError, UnknownPlugin, UsageError
from backtrack_plugins.interpreter import Stopped, lines_told
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.names import normal
from backtrack_plugins.registry import PluginRow, Registry

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

PLUGIN_FAILED = 3
WIDTH = 96
SECONDS = 120.0
"""How long one test may take before it counts as hanging (our choice)."""

MOST_FINDINGS = 3
MOST_LINES = 6
"""Of one promise that is not kept; more would not be read."""

_INSTALL = 'python -m pip install "backtrack-plugins[testing]"'
_SHOWN = {"kept": "kept", "broken": "BROKEN", "not asked": "-"}


class Promise(namedtuple("Promise", "promise state times findings")):  # noqa: PYI024 - see above
    """What became of one promise of the kit.

    Attributes:
        promise: The promise, in a sentence.
        state: kept, broken, or not asked.
        times: How many tests asked for it.
        findings: What was found where it was not kept, or why it was not asked; by the test's name.
    """

    __slots__ = ()

    promise: str
    state: str
    times: int
    findings: dict[str, str]


def run(arguments: argparse.Namespace) -> int:
    """Run the kit's suite for each thing of that name, and say which promises are kept."""
    rows = _rows(arguments.name, arguments.kind)
    _refuse_without_the_kit()
    for path in arguments.file:
        if not os.path.isfile(path):
            raise UsageError(f"--file {path}: there is no such file", file=path)
    files = [os.path.abspath(path) for path in arguments.file]
    reports = [(row, list(_by_promise(_tests(row, files)))) for row in rows]
    if arguments.json:
        say_json(
            {
                "plugins": [
                    {**row._asdict(), "promises": [promise._asdict() for promise in promises]}
                    for row, promises in reports
                ]
            }
        )
    else:
        say("\n\n".join("\n".join(_said(row, promises)) for row, promises in reports))
    broken = any(promise.state == "broken" for _row, promises in reports for promise in promises)
    return PLUGIN_FAILED if broken else 0


def _refuse_without_the_kit() -> None:
    from importlib.util import find_spec

    if find_spec("pytest") is None:
        raise UsageError(f"the kit needs pytest: {_INSTALL}")


def _rows(name: str, kind: str | None) -> list[PluginRow]:
    """What has that name, or is of the distribution of that name."""
    registry = Registry()
    wanted = normal(name.rpartition(":")[2])
    rows = [row for row in registry.rows(kind) if wanted in {row.name, normal(row.distribution)}]
    if not rows:
        known = {known for row in registry.rows(kind) for known in (row.name, normal(row.distribution))}
        from difflib import get_close_matches

        near = get_close_matches(wanted, sorted(known), 1, 0.5)
        hint = f"did you mean {near[0]}?" if near else f"why: backtrack plugins doctor {name}"
        raise UnknownPlugin(f"no plugin is named {name}; {hint}", plugin=name, known=tuple(sorted(known)))
    for row in rows:
        if row.state != "installed":
            raise PluginError(f"{row.said} is {row.state}: {row.reason}", **row.details)
    return rows


def _tests(row: PluginRow, files: Sequence[str]) -> Iterator[dict[str, str]]:
    """What became of each test of the kit; of one that hangs or ends Python, too, and then no more."""
    begun = {"test": "", "promise": "The kit's tests can be run."}
    asked = {"kind": row.kind, "name": row.name, "files": list(files)}
    try:
        for told in lines_told("backtrack_plugins.testing.checkup", asked, seconds=SECONDS):
            if "begun" in told:
                begun = {"test": told["begun"], "promise": told["promise"]}
            else:
                yield told
    except Stopped as stopped:
        yield {**begun, "outcome": "failed", "said": f"it {stopped}; what comes after it was not asked"}


def _by_promise(tests: Iterable[dict[str, str]]) -> Iterator[Promise]:
    """The tests of each promise as one, in the order of the suite."""
    found: dict[str, list[dict[str, str]]] = {}
    for test in tests:
        found.setdefault(test["promise"], []).append(test)
    for promise, asked in found.items():
        for state, outcome in (("broken", "failed"), ("kept", "passed"), ("not asked", "skipped")):
            of_it = [test for test in asked if test["outcome"] == outcome]
            if of_it:
                findings = {test["test"]: test["said"] for test in of_it if test["said"]}
                yield Promise(promise, state, len(asked), findings)
                break


def _said(row: PluginRow, promises: Sequence[Promise]) -> Iterator[str]:
    yield f"{KINDS[row.kind].said} {row.name} of {row.distribution} {row.version}"
    for promise, state, times, findings in promises:
        often = f"  ({times} times)" if times > 1 else ""
        yield f"  {_SHOWN[state]:<7} {promise}{often}"
        if state == "not asked":
            for why in dict.fromkeys(findings.values()):
                yield from _indented(why)
            continue
        for test, said in list(findings.items())[:MOST_FINDINGS]:
            sample = test.partition("[")[2].removesuffix("]")
            first, *more = said.strip().splitlines() or [""]
            named = not sample or first.startswith(f"{sample}:")
            yield from _indented(first if named else f"{sample}: {first}")
            # What was asserted says less than the sentence above it.
            told = [line for line in more if not line.startswith("assert ")]
            yield from (f"          {line}" for line in told[:MOST_LINES])
        if len(findings) > MOST_FINDINGS:
            yield f"          and {len(findings) - MOST_FINDINGS} more"
    count = {state: sum(promise.state == state for promise in promises) for state in _SHOWN}
    yield f"{count['kept']} promises kept, {count['broken']} broken, {count['not asked']} not asked"


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 12)
