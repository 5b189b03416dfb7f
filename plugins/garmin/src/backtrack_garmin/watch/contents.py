"""What lies on a watch already, known by its content: no list of ours lies beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from backtrack_garmin import profile
from backtrack_garmin.fit import check_whole
from backtrack_garmin.workout_file import PRODUCT, TIME_CREATED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backtrack_garmin.watch.finding import Watch
    from backtrack_plugins import Artifact

_OURS = {
    "type": profile.FILE_WORKOUT,
    "manufacturer": profile.MANUFACTURER_DEVELOPMENT,
    "product": PRODUCT,
    "time_created": TIME_CREATED,
}
"""What every file of ours says in its file_id."""


class Kept(NamedTuple):
    """The workouts that a watch has taken over, in the folders that may be spoken of.

    Attributes:
        paths: Each FIT file.
    """

    paths: tuple[str, ...]

    def same(self, artifact: Artifact) -> str:
        """Where a file with the artifact's very bytes lies, whatever its name; empty when nowhere."""
        size = len(artifact.data)
        for path in self.paths:
            if _size(path) == size and content(path) == artifact.data:
                return path
        return ""

    def earlier(self, artifact: Artifact) -> str:
        """Where another version of ours lies under the artifact's name; empty when nowhere."""
        name = artifact.name.casefold()
        for path in self.paths:
            if os.path.basename(path).casefold() == name and is_ours(content(path) or b""):
                return path
        return ""


def kept_on(watch: Watch, within: str | None) -> Kept:
    """What a watch keeps; below one folder alone, when the user named one."""
    folders: Iterable[str] = watch.kept
    if within is not None:
        above = os.path.join(os.path.realpath(within), "")
        folders = [folder for folder in folders if os.path.realpath(folder).startswith(above)]
    return Kept(tuple(fit_files(folders)))


def fit_files(folders: Iterable[str]) -> list[str]:
    """The FIT files in some folders; those of a folder that cannot be looked into are left out."""
    found: list[str] = []
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        # macOS leaves files such as ._walk.fit beside those that it copies.
        found += [
            os.path.join(folder, name)
            for name in names
            if name.casefold().endswith(".fit") and not name.startswith(".")
        ]
    return found


def content(path: str) -> bytes | None:
    """A file's bytes; None when it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def is_ours(data: bytes) -> bool:
    """Whether bytes are a whole workout file that ``garmin-fit`` wrote: its file_id says so."""
    import fitdecode  # type: ignore[import-untyped]  # here, since nobody needs it while nothing stands there

    try:
        check_whole(data)
        with fitdecode.FitReader(data, processor=None) as reader:
            first = next(frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage))
    except Exception:  # noqa: BLE001 - some files trip over its asserts, others over struct
        return False
    values = {field.field_def.def_num: field.raw_value for field in first.fields if field.field_def}
    numbers = {field.name: field.number for field in profile.FILE_ID.fields}
    is_file_id = first.global_mesg_num == profile.FILE_ID.number
    return is_file_id and all(values.get(numbers[name]) == value for name, value in _OURS.items())


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return -1
