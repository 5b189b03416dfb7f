"""What this distribution offers to backtrack-plugins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backtrack_fitfile.container import is_fit
from backtrack_plugins import Recording, RecordingReader, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable


def _read(data: bytes, name: str) -> Recording:
    from backtrack_fitfile.reading import from_fit  # here, since a list of formats need not load fitparse

    return from_fit(data, name)


@hookimpl
def backtrack_recordings() -> Iterable[RecordingReader]:
    """Offer ``fitfile``."""
    return [
        RecordingReader(
            name="fitfile",
            summary="FIT file that a watch or an app recorded, also as .fit.gz",
            suffix=".fit",
            recognise=is_fit,
            read=_read,
        )
    ]
