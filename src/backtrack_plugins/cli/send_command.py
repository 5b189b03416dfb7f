"""``backtrack send``: workouts to where an app or a watch looks for them, once somebody has said yes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_plugins.cli import outbox
from backtrack_plugins.cli.asking import choose, confirmed
from backtrack_plugins.cli.exports import (
    cell,
    colliding,
    data_of,
    losses_said,
    make,
    options_of,
    paragraphs,
    say_notes,
)
from backtrack_plugins.cli.inputs import find_athlete
from backtrack_plugins.cli.output import report_errors, say, say_json, warn
from backtrack_plugins.cli.parcels import dates_for, read_planned
from backtrack_plugins.cli.progress import bar
from backtrack_plugins.delivering import deliver
from backtrack_plugins.destination import Parcel
from backtrack_plugins.errors import BacktrackError, DeliveryError, NeedsChoice, NotSignedIn, ServiceError
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    import argparse
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.cli.exports import Made
    from backtrack_plugins.cli.parcels import Planned
    from backtrack_plugins.destination import Destination, Receipt
    from backtrack_plugins.exporter import Exporter

    _Options = dict[str, str]

_DECLINED = "Nothing was sent."
_OTHERWISE = "add --yes to send it, or --dry-run to look at it alone"
_CHOSEN = ("at", "device")
_BEGUN = "Should some have arrived before that, it stays; send again, and the rest follows."
_GATES = (
    "These weeks are planned for when every gate is passed. After each workout say how it went, "
    "backtrack programme next, and send again before the next one: what was sent may be too hard by then."
)


class _Sending(NamedTuple):
    """What is sent: how it was made, and where to."""

    made: Sequence[Made]
    planned: Sequence[Planned]
    dates: Sequence[dt.date | None]
    destination: Destination
    options: _Options
    arguments: argparse.Namespace
    registry: Registry

    @property
    def parcels(self) -> list[Parcel]:
        """Each artifact with its identity and date."""
        dates = self.dates or [None] * len(self.made)
        return [
            Parcel(made.artifact, planned.identity, on)
            for made, planned, on in zip(self.made, self.planned, dates, strict=True)
        ]

    def deliver(self, *, dry_run: bool) -> tuple[Receipt, ...]:
        said = "Looking" if dry_run else "Sending"
        with bar(said, shown=not self.arguments.json) as progress:
            return deliver(
                self.parcels,
                self.arguments.to,
                at=self.arguments.at,
                dry_run=dry_run,
                overwrite=self.arguments.overwrite,
                options=self.options,
                registry=self.registry,
                device=self.arguments.device,
                progress=progress,
            )

    def plan(self) -> tuple[Receipt, ...]:
        """What would be done; whoever is there is asked for what only they can say."""
        while True:
            try:
                return self.deliver(dry_run=True)
            except NeedsChoice as error:
                if error.argument not in _CHOSEN:
                    raise
                setattr(self.arguments, error.argument, choose(error, as_json=self.arguments.json))

    def next_of(self, receipt: Receipt) -> str:
        """What the runner does next: the receipt may know better than the destination."""
        return receipt.hint or self.destination.hint


def run(arguments: argparse.Namespace) -> int:
    """Show what would be done, ask, and do it; send nothing when anything is wrong with any of it."""
    registry = Registry()
    try:
        destination = registry.destination(arguments.to)
    except BacktrackError as error:
        return _refused([error], as_json=arguments.json)
    if destination.deliver is None:
        from backtrack_plugins.cli import uploads

        return uploads.run(arguments, destination, registry)
    return _send(arguments, destination, registry)


def _send(arguments: argparse.Namespace, destination: Destination, registry: Registry) -> int:
    athlete, athlete_file = find_athlete(arguments.athlete)
    try:
        sending, errors = _packed(arguments, athlete, destination, registry)
    except BacktrackError as error:
        return _refused([error], as_json=arguments.json)
    if errors:
        return _refused(errors, as_json=arguments.json)
    try:
        planned = sending.plan()
        if not arguments.json:
            say_notes(sending.made, athlete, athlete_file)
        not_sent = _not_sent(sending, planned)
    except BacktrackError as error:
        return _failed(sending, error, sent=_DECLINED)
    if not_sent:
        return _ended(sending, planned, not_sent)
    try:
        return _ended(sending, sending.deliver(dry_run=False))
    except KeyboardInterrupt:
        warn(f"\n{_BEGUN}")
        raise
    except BacktrackError as error:
        return _failed(sending, error, sent=_BEGUN)


def _packed(
    arguments: argparse.Namespace,
    athlete: Athlete | None,
    destination: Destination,
    registry: Registry,
) -> tuple[_Sending, Sequence[BacktrackError]]:
    """Every workout in the destination's format, and the errors of those that cannot be."""
    exporter = registry.exporter(destination.exporter)
    theirs, its = _options(arguments.options, destination, exporter)
    planned, unreadable = read_planned(arguments.workouts)
    dates = dates_for(planned, arguments.on)
    workouts = [(each.workout, _athlete_for(each, athlete)) for each in planned]
    made, stopped = make(workouts, {exporter.name: exporter}, {exporter.name: its}, arguments, registry)
    errors = [*unreadable, *stopped] or colliding(made, remedy="rename one, or send it apart")
    if not (errors or arguments.json):
        _say_past(dates)
    if not (errors or arguments.json) and any(each.week and each.week.state == "planned" for each in planned):
        warn(paragraphs(_GATES))
    return _Sending(made, planned, dates, destination, theirs, arguments, registry), errors


def _say_past(dates: Sequence[dt.date | None]) -> None:
    """A year mistyped puts a workout where no watch looks for it, and everything else goes well."""
    import datetime as dt

    today = dt.date.today()  # noqa: DTZ011 - the runner's own day
    past = sorted({day for day in dates if day is not None and day < today})
    if past:
        warn(f"{', '.join(map(str, past))}: past already; a watch gets what lies ahead")


def _athlete_for(planned: Planned, athlete: Athlete | None) -> Athlete | None:
    """A week of a programme is held to the level that it names: the athlete's rises and falls with it."""
    if athlete is None or planned.week is None or planned.workout.level is None:
        return athlete
    return msgspec.structs.replace(athlete, level=None)


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


def _not_sent(sending: _Sending, planned: Sequence[Receipt]) -> str:
    """Why it is not to be sent, in a sentence; empty when it is. Shows the plan, and asks.

    Raises:
        UsageError: when nobody is there to ask, or nobody answers.
    """
    arguments = sending.arguments
    if arguments.dry_run:
        return "A dry run: nothing was sent."
    if all(receipt.state == "unchanged" for receipt in planned):
        return "All of it is there already: nothing was sent."
    if not (arguments.json and arguments.yes):
        warn("\n".join(_plan(sending, planned)))
    if arguments.yes or confirmed("Send?", otherwise=_OTHERWISE, declined=_DECLINED):
        return ""
    return _DECLINED


def _failed(sending: _Sending, error: BacktrackError, *, sent: str) -> int:
    """Say what failed; where it was not the user, keep the workouts as files."""
    arguments = sending.arguments
    theirs = isinstance(error, ServiceError | DeliveryError) and not isinstance(error, NotSignedIn)
    kept = []
    if theirs and not arguments.dry_run:
        kept = outbox.keep(sending.made, sending.destination, arguments, sending.registry)
    if arguments.json:
        return report_errors([error], as_json=True, receipts=[], kept=[each.path for each in kept])
    code = report_errors([error], as_json=False)
    outbox.tell(error, kept)
    warn(sent)
    return code


def _refused(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    code = report_errors(errors, as_json=as_json, receipts=[])
    if not as_json:
        warn(_DECLINED)
    return code


def _plan(sending: _Sending, planned: Sequence[Receipt]) -> Iterator[str]:
    """What would be done, for somebody who decides."""
    yield f"\nTo {sending.destination.name}: {sending.destination.summary}\n"
    for made, receipt in zip(sending.made, planned, strict=True):
        yield from [_headline(made, receipt), *_warned(receipt), *losses_said(made.artifact), ""]


def _headline(made: Made, receipt: Receipt) -> str:
    day = f", on {receipt.on}" if receipt.on is not None else ""
    said = f"{receipt.where}  ({receipt.state}{day})"
    # A file's path says which workout it is; the number that an account gives does not.
    return said if os.path.isabs(receipt.where) else f"{made.workout.name}: {said}"


def _warned(receipt: Receipt) -> Iterator[str]:
    for warning in receipt.warnings:
        yield from cell("note", warning)


def _ended(sending: _Sending, receipts: Sequence[Receipt], not_sent: str = "") -> int:
    """Say what became of each artifact, or would have."""
    pairs = list(zip(sending.made, receipts, strict=True))
    if sending.arguments.json:
        rows = [_data(sending, *pair) for pair in pairs]
        sent = not not_sent
        say_json({"destination": sending.destination.name, "sent": sent, "receipts": rows, "errors": []})
        return 0
    if not_sent != _DECLINED:  # who declined has just seen it
        say("\n\n".join("\n".join(_row(sending, *pair, sent=not not_sent)) for pair in pairs))
    if not_sent:
        warn(not_sent)
    return 0


def _row(sending: _Sending, made: Made, receipt: Receipt, *, sent: bool) -> list[str]:
    lines = [_headline(made, receipt), *_warned(receipt)]
    if sending.next_of(receipt):
        lines += cell("next", sending.next_of(receipt))
    return lines if sent else lines + losses_said(made.artifact)


def _data(sending: _Sending, made: Made, receipt: Receipt) -> dict[str, Any]:
    return {
        "workout": made.source,
        "file": receipt.artifact,
        "where": receipt.where,
        "state": receipt.state,
        "sha256": receipt.sha256,
        "on": receipt.on,
        "warnings": receipt.warnings,
        **data_of(made),
        "hint": sending.next_of(receipt),
    }
