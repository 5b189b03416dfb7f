"""What passes between the core and an importer: Importer, ImportSettings and Imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from backtrack_plugins.athlete import Athlete
from backtrack_plugins.exporter import Loss, check_description
from backtrack_plugins.fields import refuse_wrong_fields
from backtrack_plugins.workout import Workout


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an importer gives back.

    Attributes:
        workout: What the file says.
        losses: What of the file has no place in a Workout.
        unknown: Steps of the Workout, from 1, of which the file does not say how fast they are; their speed
            is assumed, and a loss ``speed`` says so that begins with *assumed*. The core puts the athlete's
            own easy walk or run there, where it is known, and asks for it before a format that carries speeds
            gets them. A block that is put beside one brings its own walk.
        complete: Whether the file has the whole Workout in words of ours, so that writing it anew loses
            nothing of somebody else's.
    """

    workout: Workout
    losses: tuple[Loss, ...] = ()
    unknown: tuple[int, ...] = ()
    complete: bool = False


class ImportSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What an importer gets beside the bytes, when it declares options or values of the athlete.

    Attributes:
        athlete: The athlete's values that the importer declared it needs, and no others.
        options: The importer's own options, as its Struct; None when it has none.
    """

    athlete: Athlete
    options: Any = None


class Importer(msgspec.Struct, frozen=True, kw_only=True):
    """A foreign format that can be read, as its plugin describes it.

    Attributes:
        name: The entry point's name.
        summary: One line for a list.
        suffix: What a file's name ends in, such as ``.zwo``.
        recognise: Whether the first 256 bytes of a file look like this format.
        read: Turns a file's bytes and its name, for messages, into a Workout, or into `Imported` where
            something has no place in one. It raises `UnreadableInput` for a damaged file and lets the
            `InvalidWorkout` of `parse` pass. Where `options` or `needs` are declared it gets `ImportSettings`
            as a third argument. What neither they nor the file say, such as a race pace, it asks for with a
            `UsageError` and does not assume.
        fetch: Gets the bytes of what has no file here: ``backtrack import NAME:123`` asks the importer
            NAME for ``123``. None where there are only files.
        options: A Struct with a default for every field, as an exporter's; None when there are no options.
        needs: Fields of Athlete that the importer wants to see.

    Raises:
        ValueError: when the name or the suffix is none. Or when a field holds what its type
            does not allow; the message names it.
    """

    name: str
    summary: str
    suffix: str
    recognise: Callable[[bytes], bool]
    read: (
        Callable[[bytes, str], Imported | Workout]
        | Callable[[bytes, str, ImportSettings], Imported | Workout]
    )
    fetch: Callable[[str], bytes] | None = None
    options: type[msgspec.Struct] | None = None
    needs: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        refuse_wrong_fields(self)
        check_description(self.name, self.suffix, self.needs)

    def read_with(self, data: bytes, name: str, settings: ImportSettings) -> Imported | Workout:
        """Read, with settings where any are declared."""
        read: Callable[..., Imported | Workout] = self.read
        return read(data, name, settings) if self.options or self.needs else read(data, name)
