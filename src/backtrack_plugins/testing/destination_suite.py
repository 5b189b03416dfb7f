"""What every destination must do, ours and a stranger's."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
import pytest

from backtrack_plugins.book import DATA_FOLDER
from backtrack_plugins.delivering import deliver, parcel_of
from backtrack_plugins.errors import BacktrackError, ExistingFile, UsageError
from backtrack_plugins.exporter import Artifact
from backtrack_plugins.exporting import export
from backtrack_plugins.page import parse
from backtrack_plugins.recalling import sent, unsend
from backtrack_plugins.testing import installed
from backtrack_plugins.testing.activities_suite import ActivitiesSuite
from backtrack_plugins.testing.faults import every_fault
from backtrack_plugins.testing.samples import SAMPLE_ATHLETE, SAMPLES
from backtrack_plugins.timeline import expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backtrack_plugins.athlete import Athlete
    from backtrack_plugins.destination import Destination, Parcel, Receipt

_SAMPLES = ("first-timer", "incline")
_SOMEBODY_ELSES = b"somebody else's"
_DAYS = (dt.date(2026, 12, 2), dt.date(2026, 12, 9))
_LATER = dt.date(2026, 12, 3)


class DestinationSuite(ActivitiesSuite):
    """Subclass it, name your destination, and pytest runs what every destination must do.

    A destination that is a folder is given an empty one. For any other, override the fixture `place`, so
    that it prepares an empty place (a stand-in of the service, to which your destination is led by an
    environment variable, say, with somebody signed in) and returns what ``at`` is: an address, or None
    where your destination finds the place by itself. Override `snapshot`, too, and `edit` to show that
    what somebody changed there is told and stays.

    One that has recorded activities overrides `add_activity`, and sets `recording` when it takes uploads.
    What one cannot do, deliver workouts or change activities, is not asked of it.

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
    def place(self, tmp_path: Path, offered: Destination) -> Any:
        """Where to deliver to: an empty folder."""
        if not offered.is_folder:
            pytest.fail("place: override this fixture, so that it prepares where yours delivers to")
        folder = tmp_path / "the place"
        folder.mkdir()
        return str(folder)

    def snapshot(self, place: Any) -> Any:
        """All that stands in the place, to be compared: of a folder the bytes of every file."""
        if place is None:
            pytest.fail("snapshot: override it, so that it returns all that stands in the place")
        return _files_in(place)

    def edit(self, place: Any, receipt: Receipt) -> None:  # noqa: ARG002 - for whoever overrides it
        """Change there what was delivered, as somebody else would; of a folder the file."""
        if not os.path.isabs(receipt.where):
            pytest.skip("edit: override it to show that what somebody changed there stays")
        Path(receipt.where).write_bytes(_SOMEBODY_ELSES)

    @pytest.fixture
    def artifacts(self, offered: Destination) -> list[Artifact]:
        """Two artifacts as its exporter makes them; where that is not installed, two that look so."""
        if offered.deliver is None:
            pytest.skip("this destination takes no workouts")
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

    def delivered(
        self, artifacts: Iterable[Artifact | Parcel], place: Any, **how: Any
    ) -> tuple[Receipt, ...]:
        """Deliver as the core does."""
        return deliver(artifacts, self.destination, at=place, options=self.options, **how)

    def unsent(self, artifacts: Iterable[Artifact], **how: Any) -> list[str]:
        """Remove what was delivered, as the core does, and return what became of each."""
        identities = [parcel_of(artifact).identity for artifact in artifacts]
        receipts = unsend(identities, self.destination, options=self.options, **how)
        return [receipt.state for receipt in receipts]

    def standing(self) -> dict[str, str]:
        """How what was delivered stands there now, by the artifact's name."""
        return {each.record.artifact: each.standing.state for each in sent([self.destination])}

    def test_describes_itself(self, offered: Destination) -> None:
        """Name, summary and what it takes can be shown in a list."""
        assert offered.name == self.destination
        assert offered.summary
        assert "\n" not in offered.summary
        assert all("/" in media_type and ";" not in media_type for media_type in offered.takes)
        if offered.options is not None:
            assert msgspec.convert({}, offered.options) == offered.options()
        if offered.account is not None:
            assert offered.account.terms, "whoever signs in is told what they must know"
            if offered.account.options is not None:
                assert msgspec.convert({}, offered.account.options) == offered.account.options()

    def test_takes_what_its_exporter_makes(self, offered: Destination) -> None:
        """A workout that is sent there is exported for it."""
        if offered.deliver is None:
            pytest.skip("this destination takes no workouts")
        if offered.exporter not in installed.names("exporter"):
            pytest.skip(f"the exporter {offered.exporter} is not installed")
        made = installed.plugin("exporter", offered.exporter)
        assert made.media_type.partition(";")[0] in offered.takes

    def test_delivers_and_proves_it(
        self, artifacts: list[Artifact], place: Any, offered: Destination
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

    def test_twice_is_once(self, artifacts: list[Artifact], place: Any) -> None:
        """What is there already stays as it is, and its receipt says so."""
        first = self.delivered(artifacts, place)
        there = self.snapshot(place)
        second = self.delivered(artifacts, place)
        assert self.snapshot(place) == there
        assert [receipt.state for receipt in second] == ["unchanged"] * len(artifacts)
        assert [receipt.where for receipt in second] == [receipt.where for receipt in first]

    def test_replaces_what_it_put_there(self, artifacts: list[Artifact], place: Any) -> None:
        """A workout that was changed takes the place of what it was."""
        self.delivered(artifacts, place)
        changed = self.changed(artifacts[0])
        (receipt,) = self.delivered([changed], place)
        assert receipt.state == "replaced"
        assert [again.state for again in self.delivered([changed], place)] == ["unchanged"]

    def changed(self, artifact: Artifact) -> Artifact:
        """The artifact of the same workout, changed; override it where that takes more than other bytes."""
        return msgspec.structs.replace(artifact, data=artifact.data + b"\n")

    def test_a_dry_run_changes_nothing(
        self, artifacts: list[Artifact], place: Any, offered: Destination
    ) -> None:
        """It says what would become of each, and that is what becomes of it."""
        before = self.snapshot(place)
        would = self.delivered(artifacts, place, dry_run=True)
        assert self.snapshot(place) == before
        did = self.delivered(artifacts, place)
        assert [_said(receipt, offered) for receipt in would] == [_said(receipt, offered) for receipt in did]
        there = self.snapshot(place)
        again = self.delivered(artifacts, place, dry_run=True)
        assert [receipt.state for receipt in again] == ["unchanged"] * len(artifacts)
        assert [receipt.where for receipt in again] == [receipt.where for receipt in did]
        assert self.snapshot(place) == there

    def test_refuses_what_it_does_not_take(self, artifacts: list[Artifact], place: Any) -> None:
        """Something else is refused before anything is done."""
        other = msgspec.structs.replace(artifacts[1], media_type="application/x-never-heard-of")
        before = self.snapshot(place)
        with pytest.raises(UsageError):
            self.delivered([artifacts[0], other], place)
        assert self.snapshot(place) == before

    def test_leaves_what_somebody_else_put_there(
        self, artifacts: list[Artifact], place: Any, offered: Destination
    ) -> None:
        """A folder's file of the same name stays, unless it is to be replaced."""
        _only_a_folder(offered)
        for receipt in self.delivered(artifacts, place, dry_run=True):
            Path(receipt.where).write_bytes(_SOMEBODY_ELSES)
        before = self.snapshot(place)
        with pytest.raises(ExistingFile):
            self.delivered(artifacts, place)
        assert self.snapshot(place) == before
        receipts = self.delivered(artifacts, place, overwrite=True)
        assert [receipt.state for receipt in receipts] == ["replaced"] * len(artifacts)

    def test_says_how_it_stands_there(
        self, artifacts: list[Artifact], place: Any, offered: Destination
    ) -> None:
        """What was delivered stands there as it was sent, and asking changes nothing."""
        _only_one_that_can("look", offered)
        self.delivered(artifacts, place)
        there = self.snapshot(place)
        assert self.standing() == {artifact.name: "as sent" for artifact in artifacts}
        assert self.snapshot(place) == there

    def test_says_what_somebody_changed(
        self, artifacts: list[Artifact], place: Any, offered: Destination
    ) -> None:
        """What somebody changed there since is told, and nothing else is."""
        _only_one_that_can("look", offered)
        first, second = artifacts
        self.edit(place, self.delivered(artifacts, place)[0])
        assert self.standing() == {first.name: "changed", second.name: "as sent"}

    def test_leaves_what_somebody_changed(self, artifacts: list[Artifact], place: Any) -> None:
        """What somebody changed there since stays, unless it is to be replaced."""
        self.edit(place, self.delivered(artifacts, place)[0])
        before = self.snapshot(place)
        with pytest.raises(ExistingFile):
            self.delivered(artifacts, place)
        assert self.snapshot(place) == before
        receipts = self.delivered(artifacts, place, overwrite=True)
        assert [receipt.state for receipt in receipts] == ["replaced", "unchanged"]

    def test_unsending_removes_it_and_nothing_else(
        self, artifacts: list[Artifact], place: Any, offered: Destination
    ) -> None:
        """One of two is removed: the other stays, and is still known. Twice is once."""
        _only_one_that_can("remove", offered)
        first, second = artifacts
        self.delivered([second], place)
        before = self.snapshot(place)
        self.delivered([first], place)
        both = self.snapshot(place)
        assert self.unsent([first], dry_run=True) == ["removed"]
        assert self.snapshot(place) == both
        assert self.unsent([first]) == ["removed"]
        assert self.snapshot(place) == before
        assert list(self.standing()) == [second.name]
        assert self.unsent([first]) == ["gone"]
        assert self.snapshot(place) == before

    def test_unsending_leaves_what_somebody_changed(
        self, artifacts: list[Artifact], place: Any, offered: Destination
    ) -> None:
        """What somebody changed there since is not removed, unless it is to be."""
        _only_one_that_can("remove", offered)
        self.edit(place, self.delivered(artifacts, place)[0])
        before = self.snapshot(place)
        with pytest.raises(ExistingFile):
            self.unsent(artifacts)
        assert self.snapshot(place) == before
        assert self.unsent(artifacts, overwrite=True) == ["removed", "removed"]

    def test_puts_each_on_its_day(self, artifacts: list[Artifact], place: Any, offered: Destination) -> None:
        """Each is on the day it is meant for, moves with it, and stays there when it is sent again."""
        if not offered.schedules:
            pytest.skip("this destination puts nothing on a day")
        first, second = (parcel_of(each, on) for each, on in zip(artifacts, _DAYS, strict=True))
        moved = first._replace(on=_LATER)
        self.holds([first, second], place, "new", "new")
        self.holds([first, second], place, "unchanged", "unchanged")
        self.holds([moved, second], place, "moved", "unchanged")
        self.holds([moved, second], place, "unchanged", "unchanged")

    def holds(self, parcels: list[Parcel], place: Any, *states: str) -> None:
        """Hold a delivery, and the dry run before it, to what becomes of each and to the days."""
        before = self.snapshot(place)
        days = [parcel.on for parcel in parcels]
        for receipts in (self.delivered(parcels, place, dry_run=True), self.delivered(parcels, place)):
            assert [receipt.state for receipt in receipts] == list(states)
            assert [receipt.on for receipt in receipts] == days
        if set(states) == {"unchanged"}:
            assert self.snapshot(place) == before
        else:
            assert self.snapshot(place) != before

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
        self, artifacts: list[Artifact], place: Any, offered: Destination, data: str
    ) -> None:
        """It writes into the folder that it was given and into no other, and opens no connection."""
        _only_a_folder(offered)
        self.assert_keeps_to_itself(
            "delivered", artifacts, self.destination, place, dict(self.options), allowed=[place, data]
        )

    def test_leaves_every_file_whole_when_the_disk_fails(
        self, artifacts: list[Artifact], place: Any, offered: Destination
    ) -> None:
        """Whatever fails, each of its files is there whole or not at all, and the error is a sentence."""
        _only_a_folder(offered)
        receipts = self.delivered(artifacts, place, dry_run=True)
        whole = {receipt.where: made.data for receipt, made in zip(receipts, artifacts, strict=True)}
        for attempt in every_fault(place, lambda: self.delivered(artifacts, place)):
            assert attempt.error is None or isinstance(attempt.error, BacktrackError), attempt
            for path, data in whole.items():
                assert not os.path.exists(path) or Path(path).read_bytes() == data, attempt


def _said(receipt: Receipt, offered: Destination) -> tuple[str, ...]:
    """What a dry run can know: an account says where something is once it is there."""
    known = offered.is_folder or receipt.state != "new"
    return (receipt.artifact, receipt.state, receipt.where if known else "")


def _only_one_that_can(what: str, offered: Destination) -> None:
    if not offered.is_folder and getattr(offered, what) is None:
        pytest.skip(f"this destination has no {what}")


def _only_a_folder(offered: Destination) -> None:
    if not offered.is_folder:
        pytest.skip("this destination is no folder")


def _files_in(place: Any) -> dict[str, bytes]:
    root = Path(place)
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }
