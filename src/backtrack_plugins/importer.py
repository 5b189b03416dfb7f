"""What passes between the core and an importer: Importer and Imported."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from backtrack_plugins.exporter import Loss, check_description
from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.workout import Workout


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an importer gives back.

    Attributes:
        workout: What the file says.
        losses: What of the file has no place in a Workout.
    """

    workout: Workout
    losses: tuple[Loss, ...] = ()


class Importer(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign format that can be read, as its plugin describes it.

    Attributes:
        name: The entry point's name.
        summary: One line for a list.
        suffix: What a file's name ends in, such as ``.zwo``.
        recognise: Whether the first 256 bytes of a file look like this format.
        read: Turns a file's bytes and its name, for messages, into a Workout, or into `Imported` where
            something has no place in one. It raises `UnreadableInput` for a damaged file and lets the
            `InvalidWorkout` of `parse` pass.
        fetch: Gets the bytes of what has no file here: ``backtrack import NAME:123`` asks the importer
            NAME for ``123``. None where there are only files.

    Raises:
        ValueError: when the name or the suffix is none. Or when a field holds what its type
            does not allow; the message names it.
    """

    name: str
    summary: str
    suffix: str
    recognise: Callable[[bytes], bool]
    read: Callable[[bytes, str], Imported | Workout]
    fetch: Callable[[str], bytes] | None = None

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_description(self.name, self.suffix)
