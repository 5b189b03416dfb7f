from __future__ import annotations

import copy
import json
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from backtrack_garmin.testing import ConnectStandIn, signed_in
from backtrack_plugins.testing import DestinationSuite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import backtrack_plugins as bt


pytestmark = pytest.mark.skipif(
    find_spec("garth") is None, reason="an account needs a client library, which is an extra"
)


class TestGarminConnectAccount(DestinationSuite):
    destination = "garmin-connect"

    @pytest.fixture
    def place(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """An empty account, with somebody signed in."""
        with ConnectStandIn() as connect:
            for name, value in signed_in(connect, tmp_path, client="garth").items():
                monkeypatch.setenv(name, value)
            self.connect = connect
            yield None

    def snapshot(self, place: Any) -> Any:
        assert place is None
        with self.connect.lock:
            return copy.deepcopy((self.connect.workouts, self.connect.schedules))

    def edit(self, place: Any, receipt: bt.Receipt) -> None:
        assert place is None
        with self.connect.lock:
            workout = self.connect.workouts[int(receipt.where.rpartition(":")[2])]
            workout.update(workoutName="Mine", updatedDate="2026-12-01T10:00:00.0")

    def changed(self, artifact: bt.Artifact) -> bt.Artifact:
        body = json.loads(artifact.data)
        data = json.dumps({**body, "workoutName": f"{body['workoutName']} again"}).encode()
        return msgspec.structs.replace(artifact, data=data)
