"""Annotating recorded activities where a service keeps them, and uploading recordings there.

The service is asked for little: the activity is found by the recording's own time, read once more just
before it is changed, and what comes back is compared with what was sent. What is kept here is the
activity's number and a digest of our block, no word of the user's.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from backtrack_plugins.activity import (
    Activities,
    Activity,
    ActivityChange,
    ActivityQuery,
    ActivityRequest,
    Uploaded,
    UploadRequest,
)
from backtrack_plugins.block import block_in, merge_block, remove_block
from backtrack_plugins.book import Book
from backtrack_plugins.calling import Asked
from backtrack_plugins.delivering import kept_apart
from backtrack_plugins.destination import Receipt
from backtrack_plugins.errors import DeliveryError, NotThere, ServiceError, UsageError
from backtrack_plugins.kinds import KINDS
from backtrack_plugins.options import convert_options
from backtrack_plugins.reading import read_bytes
from backtrack_plugins.recordings import MOST_BYTES, recording_from_bytes
from backtrack_plugins.registry import installed
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backtrack_plugins.annotator import Annotation
    from backtrack_plugins.book import Shelf
    from backtrack_plugins.destination import Destination, ReceiptState
    from backtrack_plugins.recording import Recording
    from backtrack_plugins.registry import Registry


START_SECONDS = 5 * 60
"""How far apart the recording's start and the activity's may be (our choice): clocks differ, and some
services begin an activity at its first sample."""

ELAPSED_SECONDS = 60
ELAPSED_SHARE = 0.02
"""How far apart the two may be in length, whichever is more (our choice)."""

_ACTIVITY = "activity"
_BLOCK = "block"


class Annotated(NamedTuple):
    """What became of an activity, or in a dry run what would.

    Attributes:
        receipt: The proof; ``new``, ``replaced`` or ``unchanged``; of what was to be removed ``removed``
            or ``gone``.
        before: The activity as it was read.
        after: The activity as it is now, as the service says; in a dry run, as it would be.
    """

    receipt: Receipt
    before: Activity
    after: Activity

    def with_warning(self, warning: str) -> Annotated:
        """The same, with one warning more."""
        warnings = (*self.receipt.warnings, warning)
        return self._replace(receipt=msgspec.structs.replace(self.receipt, warnings=warnings))


def find_activities(
    recording: Recording,
    destination: str,
    *,
    options: Mapping[str, Any] | None = None,
    book: Book | None = None,
    registry: Registry | None = None,
) -> tuple[Activity, ...]:
    """The activities of an account that may be a recording: by when it began, and how long it was.

    An activity that the same recording was uploaded to, or annotated before, is the only answer.

    Args:
        recording: What was recorded.
        destination: An installed destination's name, such as ``strava``.
        options: The destination's options by name; texts are converted.
        book: Where it is written down what was annotated; the user's own when left out.
        registry: Where destinations are looked up.

    Returns:
        None of them, one, or several, the nearest first; only the user can say which of several it is.

    Raises:
        UsageError: when the recording does not say when it began.
        ServiceError: when the service fails or refuses, or nobody is signed in.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    account = _Account.of(destination, options, book, registry)
    known = account.known(recording)
    if known:
        with suppress(NotThere):  # deleted there, or of an account that somebody else is signed in to
            return (account.read(known),)
    if recording.started is None:
        raise UsageError(
            f"{recording.file}: it has no date, so its activity cannot be found by it. "
            f"Name the activity: --to {destination}:NUMBER",
            file=recording.file,
        )
    window = timedelta(seconds=START_SECONDS)
    near = account.find(recording.started - window, recording.started + window)
    return tuple(sorted(filter(_may_be(recording), near), key=_nearest_to(recording)))


def _may_be(recording: Recording) -> Callable[[Activity], bool]:
    """Whether an activity began when the recording did, and was as long."""
    started = recording.started
    elapsed = recording.elapsed_seconds if recording.elapsed_seconds is not None else recording.seconds
    most = max(ELAPSED_SECONDS, ELAPSED_SHARE * elapsed)

    def may_be(activity: Activity) -> bool:
        if started is None or abs((activity.started - started).total_seconds()) > START_SECONDS:
            return False
        return abs(activity.elapsed_seconds - elapsed) <= most

    return may_be


def _nearest_to(recording: Recording) -> Callable[[Activity], tuple[float, str]]:
    started = recording.started

    def distance(activity: Activity) -> tuple[float, str]:
        apart = 0.0 if started is None else abs((activity.started - started).total_seconds())
        return apart, activity.id

    return distance


def annotate_activity(  # noqa: PLR0913 - each is a word of its own, and all but three have a default
    annotation: Annotation,
    destination: str,
    activity: str,
    *,
    recording: Recording | None = None,
    title: bool = False,
    sport: str | None = None,
    trainer: bool | None = None,
    dry_run: bool = False,
    overwrite: bool = False,
    options: Mapping[str, Any] | None = None,
    book: Book | None = None,
    registry: Registry | None = None,
) -> Annotated:
    """Put an annotation on a recorded activity. Doing it twice is the same as once.

    The block goes into the description, after what the user wrote there, or in place of an earlier block;
    every other byte stays. Nothing else is changed unless it is asked for.

    Args:
        annotation: What `annotate` made.
        destination: An installed destination's name, such as ``strava``.
        activity: The service's number or name for the activity.
        recording: What was recorded, so that its activity is known the next time.
        title: Set the annotation's title, too.
        sport: Set the sport, in the service's own word.
        trainer: Mark the activity as indoors, or as not.
        dry_run: Change nothing.
        overwrite: Replace a block that somebody edited inside, too.
        options: The destination's options by name; texts are converted.
        book: Where it is written down what was annotated; the user's own when left out.
        registry: Where destinations are looked up.

    Raises:
        DamagedBlock: when half of a block is left there, or somebody edited inside of it.
        UsageError: when the service has no such sport.
        ServiceError: when the service fails or refuses, has no such activity, or nobody is signed in.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    account = _Account.of(destination, options, book, registry)
    account.refuse_unknown_sport(sport)

    def wanted(before: Activity) -> ActivityChange:
        description = merge_block(before.description or "", annotation.text, overwrite=overwrite)
        return account.change_of(
            before,
            title=annotation.title if title else None,
            description=description,
            sport=sport,
            trainer=trainer,
        )

    def state(before: Activity) -> ReceiptState:
        return "replaced" if block_in(before.description or "") is not None else "new"

    with kept_apart(account.destination, account.shelf, dry_run=dry_run):
        annotated = account.bring_about(activity, wanted, state, "unchanged", dry_run=dry_run)
        if recording is None or dry_run:
            return annotated
        try:
            account.remember(recording, activity, annotation.text)
        except DeliveryError as error:  # the activity is changed: that must not look as if it were not
            return annotated.with_warning(f"which activity it is could not be written down: {error}")
    return annotated


def remove_annotation(
    destination: str,
    activity: str,
    *,
    dry_run: bool = False,
    overwrite: bool = False,
    options: Mapping[str, Any] | None = None,
    book: Book | None = None,
    registry: Registry | None = None,
) -> Annotated:
    """Take an annotation out of an activity's description; what the user wrote there stays, byte for byte.

    A title, sport or indoor mark that was set with it stays, too: nobody kept what was there before. Which
    recording the activity is of is forgotten, since it may have been annotated by mistake.

    Args:
        destination: An installed destination's name, such as ``strava``.
        activity: The service's number or name for the activity.
        dry_run: Change nothing.
        overwrite: Remove a block that somebody edited inside, too.
        options: The destination's options by name; texts are converted.
        book: Where it is written down what was annotated; the user's own when left out.
        registry: Where destinations are looked up.

    Raises:
        DamagedBlock: when half of a block is left there, or somebody edited inside of it.
        ServiceError: when the service fails or refuses, has no such activity, or nobody is signed in.
        PluginError: when the plugin is missing, disabled, clashing or broken.
    """
    account = _Account.of(destination, options, book, registry)

    def wanted(before: Activity) -> ActivityChange:
        left = remove_block(before.description or "", overwrite=overwrite)
        return account.change_of(before, description=left)

    with kept_apart(account.destination, account.shelf, dry_run=dry_run):
        removed = account.bring_about(activity, wanted, lambda _: "removed", "gone", dry_run=dry_run)
        if dry_run:
            return removed
        try:
            account.forget(activity)
        except DeliveryError as error:
            return removed.with_warning(f"that it is gone could not be written down: {error}")
    return removed


def upload_recording(
    path: str | os.PathLike[str],
    destination: str,
    *,
    options: Mapping[str, Any] | None = None,
    book: Book | None = None,
    registry: Registry | None = None,
    waiting: Callable[[int, int], None] | None = None,
) -> Uploaded:
    """Upload a recorded activity. Doing it twice is the same as once.

    Args:
        path: The file that the watch recorded; it is read first, so that nothing else is uploaded.
        destination: An installed destination's name, such as ``strava``.
        options: The destination's options by name; texts are converted.
        book: Where it is written down what was uploaded; the user's own when left out.
        registry: Where destinations and readers are looked up.
        waiting: Called while the service works on it, with the seconds so far and how many there may be.

    Returns:
        The activity, and whether the service had it already, as it says. What it has may be another
        one, that overlaps the recording; `find_activities` does not give it then.

    Raises:
        UnreadableInput: when the file is no recorded activity.
        UsageError: when the destination takes no recordings, or none in such a file.
        ServiceError: when the service fails or refuses, or nobody is signed in.
        PluginError: when a plugin is missing, disabled, clashing or broken.
    """
    name = os.fspath(path)
    account = _Account.of(destination, options, book, registry)
    upload = account.activities.upload
    if upload is None:
        raise UsageError(f"{destination} takes no recordings", plugin=destination)
    suffixes = account.activities.suffixes
    if suffixes and not name.lower().endswith(suffixes):
        raise UsageError(
            f"{name}: {destination} takes files that end in {', '.join(suffixes)}",
            plugin=destination,
            file=name,
        )
    data = read_bytes(name, most=MOST_BYTES, what="recording")
    recording = recording_from_bytes(data, name, registry=registry)
    with kept_apart(account.destination, account.shelf, dry_run=False):
        known = account.known(recording)
        if known:
            with suppress(NotThere):
                account.read(known)
                return Uploaded(id=known, state="there already")
        request = UploadRequest(
            data=data,
            name=os.path.basename(name),
            options=account.options,
            book=account.shelf,
            waiting=waiting,
        )
        uploaded = account.asked.returned(account.asked.call(lambda: upload(request)), Uploaded)
        if uploaded.state == "there already" and not account.may_have(recording, uploaded.id):
            return uploaded
        with suppress(DeliveryError):  # it is there; the service says so the next time, too
            account.remember(recording, uploaded.id)
        return uploaded


def recording_identity(recording: Recording) -> str:
    """Which recording it is, whatever its file is called: 16 hexadecimal digits.

    Empty of one without a date: any other of its length could be taken for it.
    """
    if recording.started is None:
        return ""
    began = recording.started.astimezone(UTC).isoformat()
    return sha256(f"{began}\n{recording.seconds!r}".encode()).hexdigest()[:16]


class _Account(NamedTuple):
    """A destination with activities, and everything a call to it takes."""

    destination: Destination
    activities: Activities
    options: Any
    shelf: Shelf
    asked: Asked

    @classmethod
    def of(
        cls,
        name: str,
        options: Mapping[str, Any] | None,
        book: Book | None,
        registry: Registry | None,
    ) -> _Account:
        chosen = (registry or installed()).destination(name)
        if chosen.activities is None:
            raise UsageError(f"{chosen.name} has no recorded activities to annotate", plugin=chosen.name)
        return cls(
            chosen,
            chosen.activities,
            convert_options(chosen.name, chosen.options, options or {}),
            (book or Book()).shelf(chosen.name),
            Asked(KINDS["destination"], chosen.name),
        )

    def find(self, after: Any, before: Any) -> list[Activity]:
        query = ActivityQuery(after=after, before=before, options=self.options, book=self.shelf)
        found = self.asked.call(lambda: list(self.activities.find(query)))
        return [self.asked.returned(each, Activity) for each in found]

    def read(self, activity: str) -> Activity:
        request = ActivityRequest(id=activity, options=self.options, book=self.shelf)
        found = self.asked.returned(self.asked.call(lambda: self.activities.read(request)), Activity)
        if found.id != activity or found.description is None:
            said = f"was asked for activity {activity} and returned {found.id}, or no description of it"
            raise self.asked.error(f"{said}. Tell its author.", field="Activity.description")
        return found

    def refuse_unknown_sport(self, sport: str | None) -> None:
        sports = self.activities.sports
        if sport is not None and sports and sport not in sports:
            from backtrack_plugins.line import near_hint

            hint = near_hint(sport, sports) or f"it has {', '.join(sports)}"
            raise UsageError(
                f"{self.destination.name} has no sport {sport!r}; {hint}", plugin=self.destination.name
            )

    def change_of(self, before: Activity, **wanted: Any) -> ActivityChange:
        """What has to be changed so that the activity is as it is wanted; what is so already is left out."""
        changed = {
            field: value
            for field, value in wanted.items()
            if value is not None and value != (getattr(before, field) or type(value)())
        }
        return ActivityChange(id=before.id, options=self.options, book=self.shelf, **changed)

    def bring_about(
        self,
        activity: str,
        wanted: Callable[[Activity], ActivityChange],
        state: Callable[[Activity], ReceiptState],
        nothing: ReceiptState,
        *,
        dry_run: bool,
    ) -> Annotated:
        before = self.read(activity)
        change = wanted(before)
        changed = _fields_of(change)
        if not changed:
            return Annotated(_receipt(before, nothing, dry_run=dry_run), before, before)
        planned = msgspec.structs.replace(before, **changed)
        if dry_run:
            return Annotated(_receipt(before, state(before), dry_run=True), before, planned)
        answer = self.asked.call(lambda: self.activities.change(change))
        after = self.asked.returned(answer, Activity)
        if after.id != activity:
            said = f"was to change activity {activity}, and says that it changed {after.id}. Look there"
            raise self.asked.error(f"{said}, and tell its author.", field="Activity.id")
        return Annotated(
            _receipt(after, state(before), dry_run=False, warnings=_kept_otherwise(planned, after, changed)),
            before,
            after,
        )

    def may_have(self, recording: Recording, activity: str) -> bool:
        """Whether an activity there may be this recording: services take what overlaps it for the same."""
        try:
            return _may_be(recording)(self.read(activity))
        except ServiceError:
            return False

    def known(self, recording: Recording) -> str:
        """The activity that this recording is known to be; empty when it is not known."""
        identity = recording_identity(recording)
        return str(self.shelf.get(identity).notes.get(_ACTIVITY, "")) if identity else ""

    def remember(self, recording: Recording, activity: str, block: str | None = None) -> None:
        identity = recording_identity(recording)
        digest = None if block is None else sha256(block.encode()).hexdigest()
        if identity:
            self.shelf.note(identity, **{_ACTIVITY: activity, _BLOCK: digest})

    def forget(self, activity: str) -> None:
        for identity, record in self.shelf.records().items():
            if record.notes.get(_ACTIVITY) == activity:
                self.shelf.note(identity, **{_ACTIVITY: None, _BLOCK: None})


_FIELDS = ("title", "description", "sport", "trainer")


def _fields_of(change: ActivityChange) -> dict[str, Any]:
    return {field: getattr(change, field) for field in _FIELDS if getattr(change, field) is not None}


def _receipt(
    activity: Activity, state: ReceiptState, *, dry_run: bool, warnings: tuple[str, ...] = ()
) -> Receipt:
    said = (activity.description or "").encode()
    return Receipt(
        artifact=activity.title or activity.id,
        where=activity.where,
        state=state,
        sha256="" if dry_run else sha256(said).hexdigest(),
        warnings=warnings,
    )


def _kept_otherwise(planned: Activity, after: Activity, changed: dict[str, Any]) -> tuple[str, ...]:
    """What the service keeps otherwise than it was sent; line ends and white space at the end are as good."""
    warnings = []
    for field in changed:
        sent, kept = getattr(planned, field), getattr(after, field)
        if field in {"title", "description"}:
            sent, kept = _as_shown(sent), _as_shown(kept or "")
        if sent != kept:
            warnings.append(f"its {field} was stored otherwise than it was sent; look at it: {after.where}")
    return tuple(warnings)


def _as_shown(text: str) -> str:
    lines = text.replace("\r\n", "\n").rstrip().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def said_of(activity: Activity) -> str:
    """An activity in a line, for somebody who is asked which it is."""
    began = activity.started.strftime("%Y-%m-%d %H:%M")
    return f"{activity.id}: {activity.title}, {began}, {clock_of(round(activity.elapsed_seconds))}"
