"""``backtrack annotate``: the title and text of an activity, to paste, or put where the activity is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from backtrack_plugins.annotating import annotate
from backtrack_plugins.checking import check, is_safe
from backtrack_plugins.cli.asking import confirmed
from backtrack_plugins.cli.exports import options_of
from backtrack_plugins.cli.inputs import find_athlete, read_workout
from backtrack_plugins.cli.output import say_json, say_page, warn
from backtrack_plugins.errors import UnsafeWorkout, UsageError
from backtrack_plugins.exporting import notices_for
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    import argparse

    from backtrack_plugins.annotator import Annotation
    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.cli.activities import Change
    from backtrack_plugins.recording import Recording

_UNCHANGED = "Nothing was changed."
_OTHERWISE = "add --yes to change it, or --dry-run to look at it alone"
_THERE_ALONE = ("title", "sport", "trainer", "remove", "dry_run", "yes", "overwrite")


class _Written(NamedTuple):
    """An annotation, and the recording that it is made of; None when it is made of a plan."""

    annotation: Annotation
    recording: Recording | None


def run(arguments: argparse.Namespace) -> int:
    """Print title, empty line and text; with ``--to``, show what would change there, ask, and change it."""
    _refuse_what_does_not_go_together(arguments)
    if arguments.to is not None:
        return _on_activity(arguments)
    written = _written(arguments).annotation
    if arguments.json:
        say_json({"title": written.title, "text": written.text, "losses": written.losses})
        return 0
    _say_losses(arguments, written)
    say_page(f"{written.title}\n\n{written.text}\n")
    return 0


def _refuse_what_does_not_go_together(arguments: argparse.Namespace) -> None:
    """Every such slip at once.

    Raises:
        UsageError: with all of them.
    """
    wrong = []
    if arguments.to is None:
        given = [name for name in _THERE_ALONE if getattr(arguments, name) not in {None, False}]
        said = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        if given:
            wrong.append(f"{said}: of no use without the account to annotate in, such as --to strava")
    if arguments.file is None and not arguments.remove:
        wrong.append("give the file that the watch recorded, or a workout that goes as planned")
    if arguments.remove:
        given = [name for name in ("title", "sport", "trainer", "wording") if getattr(arguments, name)]
        wrong += [f"--{name}: of no use with --remove" for name in given]
        if arguments.to is not None and arguments.file is None and ":" not in arguments.to:
            wrong.append(
                f"--to {arguments.to}: which activity? --to {arguments.to}:NUMBER, or give its recording"
            )
    if wrong:
        raise UsageError("\n".join(wrong))


def _say_losses(arguments: argparse.Namespace, written: Annotation) -> None:
    for loss in written.losses:
        warn(f"{arguments.file}: {loss}")


def _written(arguments: argparse.Namespace) -> _Written:
    """The words, of a recording or of a plan."""
    athlete, _file = find_athlete(arguments.athlete)
    if _is_recorded(arguments):
        from backtrack_plugins.cli.recorded import reviewed
        from backtrack_plugins.cli.review_command import BASES

        review = reviewed(arguments.file, arguments.workout, athlete)
        written = annotate(review, annotator=arguments.wording, athlete=athlete)
        if review.basis == "time" and not arguments.json:
            warn(
                f"{arguments.file}: {BASES['time']}; which way anybody went is as planned, and not measured."
            )
        return _Written(written, review.recording)
    return _Written(_as_planned(arguments, athlete), None)


def _is_recorded(arguments: argparse.Namespace) -> bool:
    """Whether the file is a recording; with a plan beside it, it has to be."""
    if arguments.workout is not None:
        return True
    from backtrack_plugins.recordings import is_recording

    return os.path.isfile(arguments.file) and is_recording(arguments.file)


def _as_planned(arguments: argparse.Namespace, athlete: Athlete | None) -> Annotation:
    timeline = expand(read_workout(arguments.file), athlete)
    problems = check(timeline, athlete, supervised_by=arguments.supervised_by)
    if not is_safe(problems):
        raise UnsafeWorkout(problems)
    notices = notices_for(arguments.supervised_by)
    return annotate(timeline, notices, annotator=arguments.wording, athlete=athlete)


def _on_activity(arguments: argparse.Namespace) -> int:
    from backtrack_plugins.cli.activities import data_of, show_plan, tell

    change = _change(arguments)
    planned = change.make(dry_run=True)
    kept = ""
    while planned.receipt.state not in {"unchanged", "gone"}:
        if not (arguments.json and (arguments.yes or arguments.dry_run)):
            show_plan(planned, change.address.destination)
        kept = _kept(arguments)
        if kept or arguments.yes or not _may_replace_words(arguments):
            break
        shown, planned = planned, change.make(dry_run=True)
        if planned.before == shown.before:
            break
        warn("It was changed there while you were asked.")
    done = planned if kept else change.make(dry_run=False)
    if arguments.json:
        changed = not kept and planned.receipt.state not in {"unchanged", "gone"}
        say_json(
            {"destination": change.address.destination, "changed": changed, **data_of(done), "errors": []}
        )
        return 0
    if kept:
        warn(kept)
    else:
        tell(done)
    return 0


def _may_replace_words(arguments: argparse.Namespace) -> bool:
    """Whether words of the user's may go; all of them were seen then by whoever said yes to that."""
    return bool(arguments.overwrite or arguments.title)


def _kept(arguments: argparse.Namespace) -> str:
    """Why nothing is to be changed, in a sentence; empty when it is.

    Raises:
        UsageError: when nobody is there to ask, or nobody answers.
    """
    if arguments.dry_run:
        return "A dry run: nothing was changed."
    question = "Remove it?" if arguments.remove else "Annotate?"
    if arguments.yes or confirmed(question, otherwise=_OTHERWISE, declined=_UNCHANGED):
        return ""
    return _UNCHANGED


def _change(arguments: argparse.Namespace) -> Change:
    from backtrack_plugins.cli.activities import Address, Change, which
    from backtrack_plugins.registry import Registry

    registry = Registry()
    address = Address.of(arguments.to)
    name = registry.destination(address.destination).name
    options = options_of(arguments.options, [name], kind="NAME", among="the destinations").get(name, {})
    annotation, recording = None, None
    if not arguments.remove:
        annotation, recording = _written(arguments)
        if not arguments.json:
            _say_losses(arguments, annotation)
    elif arguments.file is not None:
        from backtrack_plugins.cli.recorded import recorded

        recording = recorded(arguments.file)
    activity = address.activity
    if not activity and recording is None:
        raise UsageError(
            f"{arguments.file}: a plan has no date, so its activity cannot be found by it. "
            f"Give the file that the watch recorded, or name the activity: --to {name}:NUMBER",
            file=arguments.file,
        )
    if not activity and recording is not None:
        activity = which(recording, name, options, registry, as_json=arguments.json)
    return Change(annotation, Address(name, activity), recording, arguments, options, registry)
