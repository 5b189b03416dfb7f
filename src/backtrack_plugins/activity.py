"""What passes between the core and a service that keeps recorded activities: Activity, Activities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from backtrack_plugins.book import Shelf
from backtrack_plugins.fields import refuse_wrong_fields

UploadState = Literal["new", "there already"]


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded activity as a service has it; a service is asked for no more than this.

    Attributes:
        id: The service's number or name for it.
        title: One line.
        description: What stands there, byte for byte as the service gives it; None in a list of activities
            that does not say.
        started: When it began, with its offset from UTC.
        elapsed_seconds: How long it was, pauses included.
        sport: In the service's own word, such as ``Run``.
        trainer: Whether it is marked as indoors; None when the service does not say.
        where: Its address, for people.
    """

    id: str
    title: str
    description: str | None = None
    started: datetime
    elapsed_seconds: float
    sport: str = ""
    trainer: bool | None = None
    where: str

    def __post_init__(self) -> None:
        if self.started.utcoffset() is None:
            raise ValueError("when an activity started is said with its offset from UTC")


class ActivityQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which activities a service is asked for.

    Attributes:
        after: Those that began at this moment or later.
        before: Those that began at this moment or earlier.
        options: The destination's own options, as its Struct; None when it has none.
        book: What the destination remembers.
    """

    after: datetime
    before: datetime
    options: Any = None
    book: Shelf


class ActivityRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One activity that a service is asked for.

    Attributes:
        id: The service's number or name for it.
        options: The destination's own options, as its Struct; None when it has none.
        book: What the destination remembers.
    """

    id: str
    options: Any = None
    book: Shelf


class ActivityChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed in an activity; None leaves it as it is, and an empty text clears it.

    Attributes:
        id: The service's number or name for it.
        title: One line.
        description: The whole description.
        sport: In the service's own word.
        trainer: Whether to mark it as indoors.
        options: The destination's own options, as its Struct; None when it has none.
        book: What the destination remembers.
    """

    id: str
    title: str | None = None
    description: str | None = None
    sport: str | None = None
    trainer: bool | None = None
    options: Any = None
    book: Shelf


class UploadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that a service is to take.

    Attributes:
        data: The file's bytes.
        name: The file's name, without folder.
        options: The destination's own options, as its Struct; None when it has none.
        book: What the destination remembers.
        waiting: Called while the service works on it, with the seconds so far and how many there may be.
    """

    data: bytes
    name: str
    options: Any = None
    book: Shelf
    waiting: Callable[[int, int], None] | None = None


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an upload.

    Attributes:
        id: The activity.
        state: ``new``, or ``there already`` when the service had it.
    """

    id: str
    state: UploadState


class Activities(msgspec.Struct, frozen=True, kw_only=True):
    """How a destination reaches the recorded activities of an account.

    Each raises `ServiceError`, and `UsageError` for what only the user can put right.

    Attributes:
        find: The activities that began in a stretch of time; their description may be left out.
        read: One activity with its description, as it is now. `NotThere` when there is none.
        change: Changes one activity, and returns it as the service says that it is now.
        upload: Uploads a recording and waits, not for ever, until it is an activity. None when the service
            takes none.
        sports: The words that ``sport`` may be; empty when any.
        suffixes: What the names of the files end in that can be uploaded, such as ``.fit``.

    Raises:
        ValueError: when a field holds what its type does not allow; the message names it.
    """

    find: Callable[[ActivityQuery], Iterable[Activity]]
    read: Callable[[ActivityRequest], Activity]
    change: Callable[[ActivityChange], Activity]
    upload: Callable[[UploadRequest], Uploaded] | None = None
    sports: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
