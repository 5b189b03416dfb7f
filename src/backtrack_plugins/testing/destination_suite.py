"""What every destination must do, ours and a stranger's."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from backtrack_plugins.book import DATA_FOLDER
from backtrack_plugins.delivering import deliver
from backtrack_plugins.errors import BacktrackError, ExistingFile, UsageError
from backtrack_plugins.exporter import Artifact
from backtrack_plugins.exporting import export
from backtrack_plugins.page import parse
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.faults import every_fault
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.testing.suite import PluginSuite
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.destination import Destination, Receipt

_SAMPLES = ("first-timer", "incline")


class DestinationSuite(PluginSuite):
    """Subclass it, name your destination, and pytest runs what every destination must do.

    A destination that is a folder is given an empty one. For any other, override the fixture `place`, so
    that it prepares a place (a stand-in service, say) and returns what ``at`` is, and `snapshot`.

    Attributes:
        destination: The destination's name.
        options: Options to run the suite with.
        athlete: With whose values the destination's exporter writes the samples.
    """

    kind = "destination"
    destination: ClassVar[str]
    options: ClassVar[Mapping[str, Any]] = {}
    athlete: ClassVar[Athlete] = SAMPLE_ATHLETE

    @property
    def plugin_name(self) -> str:
        """The destination's name."""
        return self.destination

    @pytest.fixture(autouse=True)
    def data(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
        """Where it is written down what was sent: nowhere in the home of whoever runs the suite."""
        folder = tmp_path / "data"
        monkeypatch.setenv(DATA_FOLDER, str(folder))
        return str(folder)

    @pytest.fixture
    def offered(self) -> Destination:
        """The installed destination."""
        found: Destination = installed.plugin("destination", self.destination)
        return found

    @pytest.fixture
    def place(self, tmp_path: Path, offered: Destination) -> str:
        """Where to deliver to: an empty folder."""
        if not offered.is_folder:
            pytest.fail("place: override this fixture, so that it prepares where yours delivers to")
        folder = tmp_path / "the place"
        folder.mkdir()
        return str(folder)

    def snapshot(self, place: str) -> Any:
        """All that stands in the place, to be compared: of a folder the bytes of every file."""
        return _files_in(place)

    @pytest.fixture
    def artifacts(self, offered: Destination) -> list[Artifact]:
        """Two artifacts as its exporter makes them; where that is not installed, two that look so."""
        if offered.exporter in installed.names("exporter"):
            workouts = [parse(SAMPLES[name]) for name in _SAMPLES]
            return [export(workout, offered.exporter, self.athlete) for workout in workouts]
        return [
            Artifact(
                name=f"{name}.sample",
                media_type=min(offered.takes),
                data=SAMPLES[name].encode(),
                losses=(),
                problems=(),
                timeline=expand(parse(SAMPLES[name]), self.athlete),
                format=offered.exporter,
            )
            for name in _SAMPLES
        ]

    def delivered(self, artifacts: list[Artifact], place: str, **how: Any) -> tuple[Receipt, ...]:
        """Deliver as the core does."""
        return deliver(artifacts, self.destination, at=place, options=self.options, **how)

    def test_describes_itself(self, offered: Destination) -> None:
        """Name, summary and what it takes can be shown in a list."""
        assert offered.name == self.destination
        assert offered.summary
        assert "\n" not in offered.summary
        assert all("/" in media_type and ";" not in media_type for media_type in offered.takes)
        if offered.options is not None:
            assert msgspec.convert({}, offered.options) == offered.options()

    def test_takes_what_its_exporter_makes(self, offered: Destination) -> None:
        """A workout that is sent there is exported for it."""
        if offered.exporter not in installed.names("exporter"):
            pytest.skip(f"the exporter {offered.exporter} is not installed")
        made = installed.plugin("exporter", offered.exporter)
        assert made.media_type.partition(";")[0] in offered.takes

    def test_delivers_and_proves_it(
        self, artifacts: list[Artifact], place: str, offered: Destination
    ) -> None:
        """Each artifact arrives, and its receipt says where."""
        before = self.snapshot(place)
        receipts = self.delivered(artifacts, place)
        assert self.snapshot(place) != before
        for artifact, receipt in zip(artifacts, receipts, strict=True):
            assert (receipt.artifact, receipt.state) == (artifact.name, "new")
            assert receipt.where
            if offered.is_folder:
                assert Path(receipt.where).read_bytes() == artifact.data
                assert receipt.sha256 == hashlib.sha256(artifact.data).hexdigest()

    def test_twice_is_once(self, artifacts: list[Artifact], place: str) -> None:
        """What is there already stays as it is, and its receipt says so."""
        first = self.delivered(artifacts, place)
        there = self.snapshot(place)
        second = self.delivered(artifacts, place)
        assert self.snapshot(place) == there
        assert [receipt.state for receipt in second] == ["unchanged"] * len(artifacts)
        assert [receipt.where for receipt in second] == [receipt.where for receipt in first]

    def test_replaces_what_it_put_there(self, artifacts: list[Artifact], place: str) -> None:
        """A workout that was changed takes the place of what it was."""
        self.delivered(artifacts, place)
        changed = self.changed(artifacts[0])
        (receipt,) = self.delivered([changed], place)
        assert receipt.state == "replaced"
        assert [again.state for again in self.delivered([changed], place)] == ["unchanged"]

    def changed(self, artifact: Artifact) -> Artifact:
        """The artifact of the same workout, changed; override it where that takes more than other bytes."""
        return msgspec.structs.replace(artifact, data=artifact.data + b"\n")

    def test_a_dry_run_changes_nothing(self, artifacts: list[Artifact], place: str) -> None:
        """It says what would become of each, and that is what becomes of it."""
        before = self.snapshot(place)
        would = self.delivered(artifacts, place, dry_run=True)
        assert self.snapshot(place) == before
        did = self.delivered(artifacts, place)
        seen = [(receipt.artifact, receipt.where, receipt.state) for receipt in did]
        assert [(receipt.artifact, receipt.where, receipt.state) for receipt in would] == seen
        there = self.snapshot(place)
        again = self.delivered(artifacts, place, dry_run=True)
        assert [receipt.state for receipt in again] == ["unchanged"] * len(artifacts)
        assert self.snapshot(place) == there

    def test_refuses_what_it_does_not_take(self, artifacts: list[Artifact], place: str) -> None:
        """Something else is refused before anything is done."""
        other = msgspec.structs.replace(artifacts[1], media_type="application/x-never-heard-of")
        before = self.snapshot(place)
        with pytest.raises(UsageError):
            self.delivered([artifacts[0], other], place)
        assert self.snapshot(place) == before

    def test_leaves_what_somebody_else_put_there(
        self, artifacts: list[Artifact], place: str, offered: Destination
    ) -> None:
        """A folder's file of the same name stays, unless it is to be replaced."""
        _only_a_folder(offered)
        for receipt in self.delivered(artifacts, place, dry_run=True):
            Path(receipt.where).write_bytes(b"somebody else's")
        before = self.snapshot(place)
        with pytest.raises(ExistingFile):
            self.delivered(artifacts, place)
        assert self.snapshot(place) == before
        receipts = self.delivered(artifacts, place, overwrite=True)
        assert [receipt.state for receipt in receipts] == ["replaced"] * len(artifacts)

    def test_refuses_a_folder_that_is_none(
        self, artifacts: list[Artifact], tmp_path: Path, offered: Destination
    ) -> None:
        """A folder that is not there, or is a file, is told with a sentence, and none is made."""
        _only_a_folder(offered)
        file = tmp_path / "a file"
        file.write_bytes(b"")
        for path in (tmp_path / "nowhere", file):
            with pytest.raises(BacktrackError):
                self.delivered(artifacts, str(path))
        assert not (tmp_path / "nowhere").exists()
        assert file.read_bytes() == b""

    def test_writes_nowhere_but_there(
        self, artifacts: list[Artifact], place: str, offered: Destination, data: str
    ) -> None:
        """It writes into the folder that it was given and into no other, and opens no connection."""
        _only_a_folder(offered)
        self.assert_keeps_to_itself(
            "delivered", artifacts, self.destination, place, dict(self.options), allowed=[place, data]
        )

    def test_leaves_every_file_whole_when_the_disk_fails(
        self, artifacts: list[Artifact], place: str, offered: Destination
    ) -> None:
        """Whatever fails, each of its files is there whole or not at all, and the error is a sentence."""
        _only_a_folder(offered)
        receipts = self.delivered(artifacts, place, dry_run=True)
        whole = {receipt.where: made.data for receipt, made in zip(receipts, artifacts, strict=True)}
        for attempt in every_fault(place, lambda: self.delivered(artifacts, place)):
            assert attempt.error is None or isinstance(attempt.error, BacktrackError), attempt
            for path, data in whole.items():
                assert not os.path.exists(path) or Path(path).read_bytes() == data, attempt


def _only_a_folder(offered: Destination) -> None:
    if not offered.is_folder:
        pytest.skip("this destination is no folder")


def _files_in(place: str) -> dict[str, bytes]:
    root = Path(place)
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
