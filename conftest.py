"""For the tests of the core and of every plugin: nothing is kept in the home of whoever runs them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def _folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A new folder each time; pytest's own would be looked for among those of all tests before."""
    every = tmp_path_factory.mktemp("data")
    return (every / str(number) for number in itertools.count())


@pytest.fixture(autouse=True)
def data(_folders: Iterator[Path]) -> Iterator[Path]:
    """The folder in which each test keeps what was sent."""
    folder = next(_folders)
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKTRACK_DATA", str(folder))
        yield folder
