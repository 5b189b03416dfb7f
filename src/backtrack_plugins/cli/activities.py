"""What `annotate` and `send` share: an activity of an account, what would change in it, and changing it."""

from __future__ import annotations

import difflib
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.activities import (
    START_SECONDS,
    Annotated,
    annotate_activity,
    find_activities,
    remove_annotation,
    said_of,
)
from backtrack_plugins.cli.asking import choose
from backtrack_plugins.cli.exports import cell
from backtrack_plugins.cli.output import say, warn
from backtrack_plugins.errors import NeedsChoice, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    import msgspec

    from backtrack_plugins.annotator import Annotation
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.registry import Registry

_SAID = {
    "new": "annotated",
    "replaced": "annotated anew",
    "unchanged": "as it should be already",
    "removed": "annotation removed",
    "gone": "no annotation there",
}
_CONTEXT = 2
_FROM_THE_FIRST = ("@@ -0,0 ", "@@ -1 ", "@@ -1,")


class Address(NamedTuple):
    """Where to annotate, as ``--to`` says.

    Attributes:
        destination: The destination's name.
        activity: The service's number of the activity; empty to find it.
    """

    destination: str
    activity: str

    @classmethod
    def of(cls, text: str) -> Address:
        """Read ``strava`` or ``strava:1234567890``.

        Raises:
            UsageError: when nothing stands after the colon.
        """
        name, colon, activity = text.partition(":")
        if colon and not activity.strip():
            raise UsageError(f"--to {text}: a number comes after the colon", argument="to")
        return cls(name, activity.strip())


def which(
    recording: Recording, name: str, options: dict[str, str], registry: Registry, *, as_json: bool
) -> str:
    """The number of the activity that a recording is; whoever is there is asked which of several.

    Raises:
        UsageError: when there is none. `NeedsChoice` when there are several, and nobody is there.
        ServiceError: when the service fails or refuses, or nobody is signed in.
    """
    found = find_activities(recording, name, options=options, registry=registry)
    if len(found) == 1:
        return found[0].id
    if found:
        return choose(
            _several(recording, name, [(each.id, said_of(each)) for each in found]), as_json=as_json
        )
    raise UsageError(
        f"{recording.file}: no activity on {name} began within {START_SECONDS // 60} minutes of "
        f"{recording.started:%Y-%m-%d %H:%M} and was about as long. Upload the recording: "
        f"backtrack send {shlex.quote(recording.file)} --to {name}; or name the activity: --to {name}:NUMBER",
        file=recording.file,
    )


def _several(recording: Recording, name: str, found: list[tuple[str, str]]) -> NeedsChoice:
    said = f"{recording.file}: {len(found)} activities on {name} may be this one; say which:"
    return NeedsChoice(
        "\n".join([said, *(f"--to {name}:{activity}  {label}" for activity, label in found)]),
        argument="to",
        choices=tuple(activity for activity, _ in found),
        labels=tuple(label for _, label in found),
        plugin=name,
    )


class Change(NamedTuple):
    """What is to be done to one activity.

    Attributes:
        annotation: What to put there; None to take ours away.
        address: Where.
        recording: What was recorded, if it is known.
        arguments: What else is asked for.
    """

    annotation: Annotation | None
    address: Address
    recording: Recording | None
    arguments: argparse.Namespace
    options: dict[str, str]
    registry: Registry

    def make(self, *, dry_run: bool) -> Annotated:
        """Do it, or in a dry run find out what it would be."""
        arguments = self.arguments
        if self.annotation is None:
            return remove_annotation(
                self.address.destination,
                self.address.activity,
                dry_run=dry_run,
                overwrite=arguments.overwrite,
                options=self.options,
                registry=self.registry,
            )
        return annotate_activity(
            self.annotation,
            self.address.destination,
            self.address.activity,
            recording=self.recording,
            title=getattr(arguments, "title", False),
            sport=getattr(arguments, "sport", None),
            trainer=getattr(arguments, "trainer", None),
            dry_run=dry_run,
            overwrite=arguments.overwrite,
            options=self.options,
            registry=self.registry,
        )


def differences(annotated: Annotated) -> Iterator[str]:
    """What changes, as lines that begin with - for what goes and + for what comes."""
    before, after = annotated.before, annotated.after
    for field in ("title", "sport", "trainer"):
        was, now = getattr(before, field), getattr(after, field)
        if was != now:
            yield f"{field}:"
            yield f"- {_word(was)}"
            yield f"+ {_word(now)}"
    was, now = before.description or "", after.description or ""
    if was == now:
        return
    yield "description:"
    lines = list(difflib.unified_diff(_lines(was), _lines(now), n=_CONTEXT, lineterm=""))[2:]
    for line in lines[1:] if lines[0].startswith(_FROM_THE_FIRST) else lines:
        yield "..." if line.startswith("@@") else f"{line[0]} {line[1:]}".rstrip()


def _word(value: Any) -> str:
    return {True: "yes", False: "no", None: "not said"}.get(value, str(value))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").split("\n") if text else []


def show_plan(annotated: Annotated, name: str) -> None:
    """Show what would be done, to somebody who decides."""
    warn("\n".join([f"\n{said_of(annotated.before)} on {name}", "", *differences(annotated), ""]))


def tell(annotated: Annotated) -> None:
    """Say what was done."""
    receipt = annotated.receipt
    say(f"{receipt.where}  ({_SAID[receipt.state]})")
    for warning in receipt.warnings:
        for line in cell("note", warning):
            say(line)


def data_of(annotated: Annotated) -> dict[str, Any]:
    """What was done, or would be, as data."""
    receipt = annotated.receipt
    return {
        "activity": annotated.before.id,
        "where": receipt.where,
        "state": receipt.state,
        "before": _data(annotated.before),
        "after": _data(annotated.after),
        "warnings": receipt.warnings,
    }


def _data(activity: msgspec.Struct) -> dict[str, Any]:
    return {name: getattr(activity, name) for name in ("title", "description", "sport", "trainer")}
