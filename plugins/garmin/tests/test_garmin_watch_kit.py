from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from backtrack_plugins.testing import DestinationSuite

if TYPE_CHECKING:
    from pathlib import Path


class TestGarminWatch(DestinationSuite):
    destination = "garmin-watch"

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        """A watch that is a drive."""
        (tmp_path / "GARMIN/Garmin/NewFiles").mkdir(parents=True)
        (tmp_path / "GARMIN/Garmin/Workouts").mkdir()
        return str(tmp_path / "GARMIN")


class TestGarminWatchByItsFolderForNewFiles(DestinationSuite):
    destination = "garmin-watch"

    @pytest.fixture
    def place(self, tmp_path: Path) -> str:
        """The folder for new files itself."""
        (tmp_path / "GARMIN/NEWFILES").mkdir(parents=True)
        return str(tmp_path / "GARMIN/NEWFILES")
