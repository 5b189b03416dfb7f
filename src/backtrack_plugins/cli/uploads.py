"""``backtrack send`` of recorded activities: upload each, then annotate it; what is there is annotated."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.activities import Annotated, find_activities, said_of, upload_recording
from backtrack_plugins.annotating import annotate
from backtrack_plugins.cli.activities import Address, Change, data_of, tell
from backtrack_plugins.cli.asking import confirmed
from backtrack_plugins.cli.exports import cell, options_of
from backtrack_plugins.cli.inputs import find_athlete
from backtrack_plugins.cli.output import report_errors, say, say_json, warn
from backtrack_plugins.cli.progress import bar
from backtrack_plugins.cli.recorded import GIVE_RECORDING, recorded
from backtrack_plugins.errors import BacktrackError, UsageError
from backtrack_plugins.rebuilding import workout_in
from backtrack_plugins.reviewing import review
from backtrack_plugins.timeline import expand
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from backtrack_plugins.activity import Activity, Uploaded
    from backtrack_plugins.annotator import Annotation
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.destination import Destination
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.registry import Registry

_DECLINED = "Nothing was sent."
_OTHERWISE = "add --yes to send it, or --dry-run to look at it alone"
_OF_WORKOUTS_ALONE = ("on", "device", "at", "force", "supervised_by")
_UPLOADED = {"new": "uploaded", "there already": "there already"}


class _Upload(NamedTuple):
    """A recording to upload, and what to put on it; without that, why not."""

    path: str
    recording: Recording
    annotation: Annotation | None
    why_not: str


class _Done(NamedTuple):
    upload: _Upload
    uploaded: Uploaded
    annotated: Annotated | None


def run(arguments: argparse.Namespace, destination: Destination, registry: Registry) -> int:
    """Show what would be uploaded and written, ask, and do it; nothing when a file cannot be read."""
    athlete, _file = find_athlete(arguments.athlete)
    uploads, errors = _read(arguments, destination, athlete)
    if errors:
        return _refused(errors, as_json=arguments.json)
    options = options_of(arguments.options, [destination.name], kind="NAME", among="the destinations")
    mine = options.get(destination.name, {})
    try:
        there = [_there_already(each.recording, destination.name, mine, registry) for each in uploads]
    except BacktrackError as error:
        return _refused([error], as_json=arguments.json)
    if not arguments.json or not (arguments.yes or arguments.dry_run):
        warn("\n".join(_plan(uploads, there, destination)))
    if arguments.dry_run or not (
        arguments.yes or confirmed("Send?", otherwise=_OTHERWISE, declined=_DECLINED)
    ):
        return _not_sent(arguments, uploads, destination)
    done, failed = _all_done(uploads, destination, mine, arguments, registry)
    if arguments.json:
        rows = [_data(each) for each in done]
        beside: dict[str, Any] = {"destination": destination.name, "sent": not failed, "receipts": rows}
        if failed:
            return report_errors(failed, as_json=True, **beside)
        say_json({**beside, "errors": []})
        return 0
    return report_errors(failed, as_json=False) if failed else 0


def _refused(errors: Sequence[BacktrackError], *, as_json: bool) -> int:
    code = report_errors(errors, as_json=as_json, receipts=[])
    if not as_json:
        warn(_DECLINED)
    return code


def _read(
    arguments: argparse.Namespace, destination: Destination, athlete: Athlete | None
) -> tuple[list[_Upload], list[BacktrackError]]:
    errors: list[BacktrackError] = [
        UsageError(f"--{name.replace('_', '-')}: of no use for a recorded activity", argument=name)
        for name in _OF_WORKOUTS_ALONE
        if getattr(arguments, name)
    ]
    if destination.activities is None or destination.activities.upload is None:
        errors.append(UsageError(f"{destination.name} takes no recordings", plugin=destination.name))
    uploads = []
    for path in dict.fromkeys(arguments.workouts):
        try:
            recording = recorded(path, lambda plan: _of_a_plan(plan, destination.name))
            uploads.append(_upload(path, recording, athlete))
        except BacktrackError as error:
            errors.append(error)
    return uploads, errors


def _of_a_plan(plan: str, name: str) -> str:
    return (
        f"{GIVE_RECORDING[:-1]}; or put the plan's words on an activity that is there: "
        f"backtrack annotate {plan} --to {name}:NUMBER"
    )


def _upload(path: str, recording: Recording, athlete: Athlete | None) -> _Upload:
    """A recording with its annotation; one whose plan nobody knows is uploaded all the same."""
    try:
        held = review(expand(workout_in(recording), athlete), recording, athlete)
        return _Upload(path, recording, annotate(held, athlete=athlete), "")
    except UsageError as error:
        return _Upload(path, recording, None, str(error))


def _there_already(
    recording: Recording, name: str, options: dict[str, str], registry: Registry
) -> tuple[Activity, ...]:
    """The activities that it may be already; who is not signed in is told before they are asked anything."""
    if recording.started is None:
        return ()
    return find_activities(recording, name, options=options, registry=registry)


def _plan(
    uploads: Sequence[_Upload], there: Sequence[tuple[Activity, ...]], destination: Destination
) -> Iterator[str]:
    yield f"\nTo {destination.name}: {destination.summary}\n"
    for each, found in zip(uploads, there, strict=True):
        began = "no date" if each.recording.started is None else f"{each.recording.started:%Y-%m-%d %H:%M}"
        yield f"{each.path}: {began}, {clock_of(round(each.recording.seconds))}"
        for activity in found:
            yield from cell("note", f"there already, as it seems: {said_of(activity)}")
        if each.annotation is None:
            yield from _not_annotated(each, destination.name)
        else:
            yield "then this in its description:"
            yield ""
            yield each.annotation.text
        yield ""


def _not_sent(arguments: argparse.Namespace, uploads: Sequence[_Upload], destination: Destination) -> int:
    said = "A dry run: nothing was sent." if arguments.dry_run else _DECLINED
    if arguments.json:
        rows = [
            {
                "file": each.path,
                "text": None if each.annotation is None else each.annotation.text,
                "why_not": each.why_not,
            }
            for each in uploads
        ]
        say_json({"destination": destination.name, "sent": False, "receipts": rows, "errors": []})
    else:
        warn(said)
    return 0


def _all_done(
    uploads: Sequence[_Upload],
    destination: Destination,
    options: dict[str, str],
    arguments: argparse.Namespace,
    registry: Registry,
) -> tuple[list[_Done], list[BacktrackError]]:
    """Each uploaded and annotated, up to the first that fails: what fails for one mostly fails for all."""
    done: list[_Done] = []
    for each in uploads:
        uploaded = None
        try:
            with bar("Uploading", shown=not arguments.json, waits=True) as waiting:
                uploaded = upload_recording(
                    each.path, destination.name, options=options, registry=registry, waiting=waiting
                )
            annotated = None
            if uploaded.state == "there already" and each.annotation is not None:
                there = find_activities(each.recording, destination.name, options=options, registry=registry)
                if uploaded.id not in {activity.id for activity in there}:
                    each = each._replace(  # noqa: PLW2901 - it is the same upload, and not annotated
                        annotation=None, why_not=_overlaps(each, destination, uploaded)
                    )
            if each.annotation is not None:
                address = Address(destination.name, uploaded.id)
                change = Change(each.annotation, address, each.recording, arguments, options, registry)
                annotated = change.make(dry_run=False)
            done.append(_Done(each, uploaded, annotated))
            if not arguments.json:
                _tell(done[-1], destination.name)
        except BacktrackError as error:
            if uploaded is not None and not arguments.json:
                quoted = shlex.quote(each.path)
                warn(f"{each.path} is uploaded, and not annotated. Later: backtrack annotate {quoted} --to "
                     f"{destination.name}:{uploaded.id}")  # fmt: skip
            return done, [error]
    return done, []


def _overlaps(each: _Upload, destination: Destination, uploaded: Uploaded) -> str:
    name = f"{destination.name}:{uploaded.id}"
    return (
        f"{destination.name} takes it for activity {uploaded.id}, which began at another time or was longer "
        f"or shorter. If it is the one: backtrack annotate {shlex.quote(each.path)} --to {name}"
    )


def _tell(done: _Done, name: str) -> None:
    say(f"{done.upload.path}: {_UPLOADED[done.uploaded.state]}, activity {done.uploaded.id}")
    if done.annotated is not None:
        tell(done.annotated)
    else:
        for line in _not_annotated(done.upload, f"{name}:{done.uploaded.id}"):
            say(line)


def _not_annotated(upload: _Upload, to: str) -> Iterator[str]:
    yield from cell("note", f"not annotated: {upload.why_not}")
    yield f"  next  backtrack annotate {shlex.quote(upload.path)} --workout FILE --to {to}"


def _data(done: _Done) -> dict[str, Any]:
    return {
        "file": done.upload.path,
        "activity": done.uploaded.id,
        "upload": done.uploaded.state,
        "annotated": None if done.annotated is None else data_of(done.annotated),
        "why_not": done.upload.why_not,
    }
