"""Why a plugin is not found, is slow or does not work, as far as it shows from outside; and what to do."""

from __future__ import annotations

import os
import re
import sys
from collections import namedtuple
from difflib import get_close_matches

from backtrack_plugins.calling import DISABLE, STRICT
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.names import normal
from backtrack_plugins.probing import SLOW_SECONDS, probe
from backtrack_plugins.registry import Registry

TYPE_CHECKING = False  # typing itself costs 3 ms at every start, and nothing here needs it to run
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.metadata import Distribution
    from typing import Literal

    from backtrack_plugins.probing import Probed

    Severity = Literal["error", "warning", "info"]

CORE = "backtrack-plugins"

_LOOKS_LIKE_A_GROUP = re.compile(r"back[-_.]?track", re.IGNORECASE)


class Finding(namedtuple("Finding", "severity about message hint")):  # noqa: PYI024 - see above
    """One thing that explains why a plugin does not do what was expected.

    Attributes:
        severity: ``error`` where it does not work, ``warning`` where something is probably not meant so,
            ``info`` for what is as somebody set it.
        about: The plugin, distribution or setting.
        message: What is so.
        hint: What to do; empty where nothing is to be done.
    """

    __slots__ = ()

    severity: Severity
    about: str
    message: str
    hint: str


class Diagnosis(namedtuple("Diagnosis", "probed findings")):  # noqa: PYI024 - see above
    """What was tried out, and what was found.

    Attributes:
        probed: Every plugin that was looked at, after importing it in another interpreter.
        findings: The gravest first.
    """

    __slots__ = ()

    probed: tuple[Probed, ...]
    findings: tuple[Finding, ...]

    @property
    def is_well(self) -> bool:
        """Whether nothing found is an error."""
        return all(finding.severity != "error" for finding in self.findings)


def diagnose(
    name: str | None = None, *, registry: Registry | None = None, environ: Mapping[str, str] | None = None
) -> Diagnosis:
    """Look at the installed plugins, or at those of one name, from outside.

    Args:
        name: Of a plugin or of its distribution; all when left out.
        registry: Where they are looked up.
        environ: The environment; the process's own when left out.
    """
    environ = os.environ if environ is None else environ
    registry = registry or Registry(environ=environ)
    rows = registry.rows()
    wanted = None if name is None else normal(name.rpartition(":")[2])
    about = [row for row in rows if wanted is None or wanted in {row.name, normal(row.distribution)}]
    probed = tuple(probe(about))
    distributions = list(_distributions_about_us())
    findings = [
        *_of_plugins(probed),
        *(_not_found(name, registry, distributions) if name is not None and not about else ()),
        *(() if about and name is not None else _of_distributions(distributions, registry)),
        *_of_settings(environ, registry),
    ]
    grave = ("error", "warning", "info")
    return Diagnosis(probed, tuple(sorted(findings, key=lambda finding: grave.index(finding.severity))))


def _of_plugins(probed: Iterable[Probed]) -> Iterator[Finding]:
    for each in probed:
        row = each.row
        if row.state == "disabled":
            yield Finding("info", row.choice, "disabled, and so never imported", row.reason)
        elif row.state == "clash":
            yield Finding(
                "error", row.choice, f"another {KINDS[row.kind].said} has the same name", row.reason
            )
        elif row.reason:
            yield Finding("error", row.choice, row.state, row.reason)
        if each.is_slow:
            brings = f"; it brings {', '.join(each.brings)}" if each.brings else ""
            taken, felt = f"{each.seconds * 1000:.0f} ms", f"{SLOW_SECONDS * 1000:.0f} ms"
            yield Finding(
                "warning",
                row.choice,
                f"importing it takes {taken}, felt from {felt} on{brings}",
                "its author should import what is heavy inside the function that needs it",
            )


def _not_found(name: str, registry: Registry, distributions: Iterable[Distribution]) -> Iterator[Finding]:
    known = sorted({known for row in registry.rows() for known in (row.name, normal(row.distribution))})
    near = get_close_matches(normal(name), known, 1, 0.5)
    if near:
        yield Finding("error", name, "no plugin has that name", f"did you mean {near[0]}?")
    if any(normal(name) in normal(each.metadata["Name"] or "") for each in distributions):
        return  # installed, and offering nothing: said of the distribution
    wanted = normal(name) if normal(name).startswith("backtrack-") else f"backtrack-{normal(name)}"
    yield Finding(
        "error",
        name,
        f"nothing of that name is installed for {sys.executable}",
        f"install it for this Python: {_python()} -m pip install {wanted}; in a project of your own: "
        f"{_python()} -m pip install -e . (again after each change of its entry points)",
    )


def _distributions_about_us() -> Iterator[Distribution]:
    """Distributions that need the core or have a group that looks like one of ours."""
    from importlib.metadata import distributions

    for each in distributions():
        needs = [re.split(r"[^\w.-]", needed.strip(), maxsplit=1)[0] for needed in each.requires or ()]
        groups = {point.group for point in each.entry_points}
        if CORE in map(normal, needs) or any(map(_LOOKS_LIKE_A_GROUP.match, groups)):
            yield each


def _of_distributions(distributions: Iterable[Distribution], registry: Registry) -> Iterator[Finding]:
    groups = {kind.group for kind in KINDS.values()}
    offering = {normal(row.distribution) for row in registry.rows()}
    for each in distributions:
        name = each.metadata["Name"] or str(each)
        strange = sorted({point.group for point in each.entry_points} - groups)
        for group in filter(_LOOKS_LIKE_A_GROUP.match, strange):
            near = get_close_matches(group, groups, 1, 0)
            yield Finding(
                "error",
                name,
                f"its entry-point group {group} is none of ours",
                f"did its author mean {near[0]}?",
            )
        if normal(name) not in offering and normal(name) != CORE and not strange:
            yield Finding(
                "warning",
                name,
                f"needs {CORE} and offers nothing to it",
                "if it is a plugin: its pyproject.toml needs an entry point, such as in "
                f'[project.entry-points."backtrack_plugins.exporters"]; then {_python()} -m pip install -e .',
            )


def _of_settings(environ: Mapping[str, str], registry: Registry) -> Iterator[Finding]:
    known = {known for row in registry.rows() for known in (row.name, normal(row.distribution))}
    for name in filter(None, map(normal, environ.get(DISABLE, "").split(","))):
        if name not in known:
            near = get_close_matches(name, sorted(known), 1, 0.5)
            hint = f"did you mean {near[0]}?" if near else "take it out"
            yield Finding(
                "warning", DISABLE, f"names {name}, and no plugin or distribution is called so", hint
            )
    if environ.get(STRICT, "") not in {"", "0"}:
        said = "is set: a broken plugin's own error is shown with its trace, in place of our message"
        yield Finding("info", STRICT, said, "")


def _python() -> str:
    return "python" if sys.prefix != sys.base_prefix else os.path.basename(sys.executable)
