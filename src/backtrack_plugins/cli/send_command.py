"""``backtrack send``: workouts to where an app or a watch looks for them, once somebody has said yes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.cli.asking import ask, somebody_is_there
from backtrack_plugins.cli.exports import (
    cell,
    colliding,
    data_of,
    losses_said,
    make,
    options_of,
    say_notes,
)
from backtrack_plugins.cli.inputs import find_athlete, read_all
from backtrack_plugins.cli.output import report_errors, say, say_json, warn
from backtrack_plugins.delivering import deliver
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.cli.exports import Made
    from backtrack_plugins.destination import Destination, Receipt
    from backtrack_plugins.exporter import Exporter

    _Options = dict[str, str]

_DECLINED = "Nothing was sent."
_YES_NO = {"yes": True, "y": True, "no": False, "n": False, "": False}


class _Parcel(NamedTuple):
    """What is sent: how it was made, and where to."""

    made: Sequence[Made]
    destination: Destination
    options: _Options
    arguments: argparse.Namespace
    registry: Registry

    def deliver(self, *, dry_run: bool) -> tuple[Receipt, ...]:
        return deliver(
            [each.artifact for each in self.made],
            self.arguments.to,
            at=self.arguments.at,
            dry_run=dry_run,
            overwrite=self.arguments.overwrite,
            options=self.options,
            registry=self.registry,
        )

    def next_of(self, receipt: Receipt) -> str:
        """What the runner does next: the receipt may know better than the destination."""
        return receipt.hint or self.destination.hint


def run(arguments: argparse.Namespace) -> int:
    """Show what would be done, ask, and do it; send nothing when anything is wrong with any of it."""
    athlete, athlete_file = find_athlete(arguments.athlete)
    try:
        parcel, errors = _packed(arguments, athlete)
        if errors:
            return _refused(errors, as_json=arguments.json)
        planned = parcel.deliver(dry_run=True)
        if not arguments.json:
            say_notes(parcel.made, athlete_file)
        not_sent = _not_sent(parcel, planned)
    except BacktrackError as error:
        return _refused([error], as_json=arguments.json)
    if not_sent:
        return _ended(parcel, planned, not_sent)
    return _ended(parcel, parcel.deliver(dry_run=False))


def _packed(
    arguments: argparse.Namespace, athlete: Athlete | None
) -> tuple[_Parcel, Sequence[BacktrackError]]:
    """Every workout in the destination's format, and the errors of those that cannot be."""
    registry = Registry()
    destination = registry.destination(arguments.to)
    exporter = registry.exporter(destination.exporter)
    theirs, its = _options(arguments.options, destination, exporter)
    workouts, unreadable = read_all(arguments.workouts)
    made, stopped = make(
        workouts, {exporter.name: exporter}, athlete, {exporter.name: its}, arguments, registry
    )
    errors = [*unreadable, *stopped] or colliding(made, remedy="rename one, or send it apart")
    return _Parcel(made, destination, theirs, arguments, registry), errors


def _options(
    settings: Sequence[str], destination: Destination, exporter: Exporter
) -> tuple[_Options, _Options]:
    """What ``--set`` says to the destination and to its exporter, which may have the same name."""
    names = list(dict.fromkeys([destination.name, exporter.name]))
    options = options_of(settings, names, kind="NAME", among="destination and format")
    theirs, its = options.get(destination.name, {}), options.get(exporter.name, {})
    if destination.name == exporter.name:
        known = () if destination.options is None else destination.options.__struct_fields__
        theirs = {option: value for option, value in its.items() if option in known}
        its = {option: value for option, value in its.items() if option not in known}
    return theirs, its


def _not_sent(parcel: _Parcel, planned: Sequence[Receipt]) -> str:
    """Why it is not to be sent, in a sentence; empty when it is. Shows the plan, and asks.

    Raises:
        UsageError: when nobody is there to ask, or nobody answers.
    """
    arguments = parcel.arguments
    if arguments.dry_run:
        return "A dry run: nothing was sent."
    if all(receipt.state == "unchanged" for receipt in planned):
        return "All of it is there already: nothing was sent."
    if not (arguments.json and arguments.yes):
        warn("\n".join(_plan(parcel, planned)))
    return "" if arguments.yes or _agreed() else _DECLINED


def _agreed() -> bool:
    if not somebody_is_there():
        raise UsageError("nobody is there to ask: add --yes to send it, or --dry-run to look at it alone")
    try:
        return ask("Send? [y/N] ", _YES_NO.get, unanswered="say y or n, or add --yes")
    except KeyboardInterrupt:
        warn(f"\n{_DECLINED}")
        raise


def _refused(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    code = report_errors(errors, as_json=as_json, receipts=[])
    if not as_json:
        warn(_DECLINED)
    return code


def _plan(parcel: _Parcel, planned: Sequence[Receipt]) -> Iterator[str]:
    """What would be done, for somebody who decides."""
    yield f"\nTo {parcel.destination.name}: {parcel.destination.summary}\n"
    for made, receipt in zip(parcel.made, planned, strict=True):
        yield from [f"{receipt.where}  ({receipt.state})", *losses_said(made.artifact), ""]


def _ended(parcel: _Parcel, receipts: Sequence[Receipt], not_sent: str = "") -> int:
    """Say what became of each artifact, or would have."""
    pairs = list(zip(parcel.made, receipts, strict=True))
    if parcel.arguments.json:
        rows = [_data(parcel, *pair) for pair in pairs]
        sent = not not_sent
        say_json({"destination": parcel.destination.name, "sent": sent, "receipts": rows, "errors": []})
        return 0
    if not_sent != _DECLINED:  # who declined has just seen it
        say("\n\n".join("\n".join(_row(parcel, *pair, sent=not not_sent)) for pair in pairs))
    if not_sent:
        warn(not_sent)
    return 0


def _row(parcel: _Parcel, made: Made, receipt: Receipt, *, sent: bool) -> list[str]:
    lines = [f"{receipt.where}  ({receipt.state})"]
    if parcel.next_of(receipt):
        lines += cell("next", parcel.next_of(receipt))
    return lines if sent else lines + losses_said(made.artifact)


def _data(parcel: _Parcel, made: Made, receipt: Receipt) -> dict[str, Any]:
    return {
        "workout": made.source,
        "file": receipt.artifact,
        "where": receipt.where,
        "state": receipt.state,
        "sha256": receipt.sha256,
        **data_of(made),
        "hint": parcel.next_of(receipt),
    }
