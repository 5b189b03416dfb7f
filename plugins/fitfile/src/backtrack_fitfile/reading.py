"""The messages of a recorded FIT file to a Recording."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from backtrack_fitfile import profile
from backtrack_fitfile.activity import FIRST_DATE, Activity
from backtrack_fitfile.container import parts
from backtrack_fitfile.layout import DamagedFile
from backtrack_fitfile.left_out import left_out
from backtrack_fitfile.messages import messages
from backtrack_fitfile.values import code
from backtrack_plugins import Recording, UnreadableInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from backtrack_fitfile.messages import Messages
    from backtrack_plugins import Lap, Sample

_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)

_APART = 48 * 3600.0
"""Seconds between two recordings above which they are not one: our choice."""


def from_fit(data: bytes, name: str) -> Recording:
    """Read the bytes of a FIT file that a watch or an app recorded.

    Several FIT files in one are read as one recording; what in them is no activity is left aside.

    Args:
        data: The file; it may be packed with gzip.
        name: Its name, for messages.

    Raises:
        UnreadableInput: when it is damaged, cut off, too large, or no recorded activity.
    """
    found = _recorded(data, name)
    every = [Activity(each.found, plain=each.plain) for each in found]
    activities = _together(every)
    begins = [activity.begins for activity in activities if activity.begins is not None]
    # A date counts before a time since the watch was switched on.
    start = min([time for time in begins if time >= FIRST_DATE] or begins, default=0.0)
    laps: list[Lap] = []
    samples: list[Sample] = []
    metres = 0.0
    for activity in activities:
        laps += activity.laps(start)
        of_this = activity.samples(start, metres)
        if activity is not activities[-1]:
            metres = max((sample.metres for sample in of_this if sample.metres is not None), default=metres)
        samples += of_this
    seconds = sum(activity.seconds() for activity in activities)
    if not laps and not samples and not seconds:
        raise UnreadableInput(
            f"{name}: this FIT file is an activity with no time, no lap and no sample: nothing was recorded."
        )
    followed = next((activity for activity in activities if activity.has_steps()), activities[0])
    return Recording(
        file=name,
        started=_date(start, activities),
        seconds=seconds,
        elapsed_seconds=_elapsed(start, activities),
        laps=tuple(sorted(laps, key=lambda lap: lap.start_seconds)),
        samples=tuple(sorted(samples, key=lambda sample: sample.seconds)),
        steps=followed.steps(),
        workout_name=followed.workout("wkt_name"),
        workout_description=followed.workout("wkt_description"),
        sport=next(filter(None, (activity.sport() for activity in activities)), None),
        read_by=f"fitfile, {' and '.join(dict.fromkeys(each.library for each in found))}",
        left_out=left_out([each.layout for each in found], _far(every, activities)),
    )


def _recorded(data: bytes, name: str) -> list[Messages]:
    """The messages of each FIT file in the file that is an activity."""
    try:
        found = [messages(part) for part in parts(data, name)]
    except DamagedFile as error:
        raise UnreadableInput(
            f"{name}: a damaged FIT file: {error}. Copy or download it again; nothing was read."
        ) from None
    kinds = [_kind(each) for each in found]
    activities = [each for each, kind in zip(found, kinds, strict=True) if kind in profile.ACTIVITY_FILES]
    if not activities:
        raise UnreadableInput(_not_recorded(kinds[0], name))
    return activities


def _kind(part: Messages) -> int | None:
    of_files = part.found.get("file_id", ())
    return next((kind for kind in (code(values, "type") for values in of_files) if kind is not None), None)


def _not_recorded(kind: int | None, name: str) -> str:
    said = profile.FILES.get(kind or 0, f"of another kind ({kind})")
    hint = f" To read the plan: backtrack import {name}" if kind == profile.WORKOUT_FILE else ""
    return (
        f"{name}: this FIT file is {said}, and no recorded activity. "
        f"Give the .fit file that the watch or app recorded.{hint}"
    )


def _together(activities: Sequence[Activity]) -> list[Activity]:
    """The longest activity, and those not far from it."""
    main = max(activities, key=Activity.seconds)
    return [each for each in activities if each is main or not _are_apart(main, each)]


def _are_apart(main: Activity, other: Activity) -> bool:
    if main.begins is None or other.begins is None:
        return False
    first, then = sorted((main, other), key=lambda each: each.begins or 0.0)
    if ((first.begins or 0.0) >= FIRST_DATE) != ((then.begins or 0.0) >= FIRST_DATE):
        return False  # one has no date
    return (then.begins or 0.0) - (first.ends or 0.0) > _APART


def _far(every: Sequence[Activity], kept: Sequence[Activity]) -> Iterator[str]:
    """What is said of activities and messages far from the rest."""
    for activity in every:
        if not any(activity is each for each in kept):
            yield f"an activity of another time: {_day(activity.begins or 0.0)}"
    for activity in kept:
        for kind, times in activity.far.items():
            yield f"{kind} far from the rest: {_day(times[0])} ({len(times):,} of them)"


def _day(time: float) -> str:
    return f"{_EPOCH + timedelta(seconds=time):%Y-%m-%d}"


def _date(start: float, activities: Sequence[Activity]) -> datetime | None:
    """When it began, with the watch's own offset from UTC where it is said."""
    if start < FIRST_DATE:
        return None
    offsets = (activity.offset() for activity in activities)
    offset = next((offset for offset in offsets if offset is not None), None)
    date = _EPOCH + timedelta(seconds=start)
    return date if offset is None else date.astimezone(offset)


def _elapsed(start: float, activities: Sequence[Activity]) -> float | None:
    """How long it was, pauses included: to the latest end of what says how long it was."""
    ends = [end for activity in activities for end in activity.said_ends(start)]
    return max(ends, default=None)
