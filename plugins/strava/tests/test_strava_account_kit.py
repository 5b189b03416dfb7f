from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backtrack_plugins.testing import DestinationSuite
from backtrack_strava import uploading
from backtrack_strava.testing import StravaStandIn, signed_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GPX = b"""<?xml version="1.0"?>
<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="0" lon="0"><time>2026-12-09T10:00:00Z</time></trkpt>
<trkpt lat="0" lon="0"><time>2026-12-09T10:25:00Z</time></trkpt>
</trkseg></trk></gpx>
"""


class TestStrava(DestinationSuite):
    destination = "strava"
    recording = ("walk.gpx", GPX)

    @pytest.fixture
    def place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StravaStandIn]:
        """An empty account, with somebody signed in."""
        with StravaStandIn() as strava:
            for name, value in signed_in(strava, tmp_path / "account").items():
                monkeypatch.setenv(name, value)
            monkeypatch.setattr(uploading, "STEP_SECONDS", 0)  # the stand-in is never slow by itself
            yield strava

    def add_activity(self, place: Any) -> str:
        return str(place.add_activity())
