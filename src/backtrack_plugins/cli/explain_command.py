"""``backtrack explain``: a problem code, the rule behind it, its threshold and its source."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from backtrack_plugins.checking import RULE_OF
from backtrack_plugins.cli.output import report_errors, say, say_json
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.problem import READING_CODES
from backtrack_plugins.units import shown

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from backtrack_plugins.checking import Rule

WIDTH = 96
OVER_SAID = {
    "workout": "over one workout",
    "programme": "over a programme",
    "export": "over what an exporter wrote",
    "construction": "held by construction",
}


def run(arguments: argparse.Namespace) -> int:
    """Explain every code that is known, and say which are not."""
    explained: list[dict[str, Any]] = []
    errors: list[BacktrackError] = []
    for code in dict.fromkeys(arguments.codes):
        try:
            explained.append(_explained(code))
        except UsageError as error:
            errors.append(error)
    if arguments.json:
        if errors:
            return report_errors(errors, as_json=True, codes=explained)
        say_json({"codes": explained, "errors": []})
        return 0
    if explained:
        say("\n\n".join("\n".join(_lines(each)) for each in explained))
    return report_errors(errors, as_json=False) if errors else 0


def _explained(code: str) -> dict[str, Any]:
    known = code.upper()
    if known in RULE_OF:
        return rule_data(RULE_OF[known])
    if known in READING_CODES:
        return {"code": known, "title": READING_CODES[known], "severity": "error: the text cannot be read"}
    if "/" in code:
        plugin = shown(code.partition("/")[0])
        raise UsageError(f"{shown(code)} is a code of the plugin {plugin}; its README explains it")
    from difflib import get_close_matches

    near = get_close_matches(known, [*RULE_OF, *READING_CODES], 1, 0.5)
    hint = f"did you mean {near[0]}?" if near else "docs/problems.md lists them all"
    raise UsageError(f"{shown(code)}: no such code; {hint}")


def rule_data(rule: Rule) -> dict[str, Any]:
    """A rule as data: everything but its functions."""
    return {
        "code": rule.code,
        "title": rule.title,
        "why": rule.why,
        "severity": severity_said(rule),
        "over": OVER_SAID[rule.over],
        "threshold": rule.threshold,
        "source": rule.source,
        "hint": rule.hint,
        "absolute": rule.absolute,
        "may_be_silenced": rule.may_be_silenced,
    }


def severity_said(rule: Rule) -> str:
    """How grave a finding is, and when it is something else."""
    if rule.over == "construction":
        return "none: it cannot be broken"
    said: str = rule.severity
    if rule.otherwise is not None:
        said += f", in some cases {rule.otherwise}"
    if rule.absolute:
        said += "; absolute: no option, level or supervisor lets the error pass"
    elif rule.supervised is not None:
        said += f"; {rule.supervised} when supervised"
    return said


def _lines(data: dict[str, Any]) -> Iterator[str]:
    yield f"{data['code']}  {data['title']}"
    for label, key in (
        ("why", "why"),
        ("severity", "severity"),
        ("holds", "over"),
        ("threshold", "threshold"),
        ("source", "source"),
        ("do", "hint"),
    ):
        if key in data:
            yield from textwrap.wrap(
                data[key], WIDTH, initial_indent=f"  {label:<11}", subsequent_indent=" " * 13
            )
    if data.get("may_be_silenced"):
        yield f'  silence    its warnings and infos, in athlete.toml: [silenced] {data["code"]} = "why"'
