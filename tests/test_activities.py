"""Annotating activities where a service keeps them: found, merged, compared, and nothing else changed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from recorded import Lap, recorded_fit, step
from services import START, Service

import backtrack_plugins as bt

if TYPE_CHECKING:
    from pathlib import Path


class FullShelf(bt.Shelf):
    """A book on a disk that is full."""

    def put(self, record: bt.Record) -> None:
        raise bt.DeliveryError(f"{self.path}: no space left on device. {record.identity}", path=self.path)


class FullBook(bt.Book):
    """The same of every destination."""

    def shelf(self, destination: str) -> bt.Shelf:
        return FullShelf(super().shelf(destination).path)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def annotation() -> bt.Annotation:
    page = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail\n"
    return bt.annotate(bt.expand(bt.parse(page)))


def recording(**fields: object) -> bt.Recording:
    known = {"file": "a.fit", "seconds": 1860.0, "started": START, **fields}
    return bt.Recording(**known)  # type: ignore[arg-type]


class TestFinding:
    def found(self, service: Service, of: bt.Recording | None = None) -> list[str]:
        answer = bt.find_activities(of or recording(), "club", registry=service.registry())
        return [activity.id for activity in answer]

    def test_one_that_began_then_and_was_as_long(self, service: Service) -> None:
        service.add("1")
        assert self.found(service) == ["1"]

    @pytest.mark.parametrize(("seconds", "there"), [(-301, False), (-300, True), (300, True), (301, False)])
    def test_up_to_five_minutes_apart(self, service: Service, seconds: int, there: bool) -> None:
        service.add("1", started=START + dt.timedelta(seconds=seconds))
        assert self.found(service) == (["1"] if there else [])

    @pytest.mark.parametrize(
        ("elapsed", "there"), [(1799.0, False), (1800.0, True), (1920.0, True), (1921.0, False)]
    )
    def test_up_to_a_minute_longer_or_shorter(self, service: Service, elapsed: float, there: bool) -> None:
        service.add("1", elapsed_seconds=elapsed)
        assert self.found(service) == (["1"] if there else [])

    def test_pauses_count_where_the_file_tells_of_them(self, service: Service) -> None:
        service.add("1", elapsed_seconds=2400.0)
        assert self.found(service, recording(elapsed_seconds=2400.0)) == ["1"]

    def test_in_another_time_zone_it_is_the_same_moment(self, service: Service) -> None:
        service.add("1", started=START.astimezone(dt.timezone(dt.timedelta(hours=9))))
        assert self.found(service) == ["1"]

    def test_several_come_nearest_first(self, service: Service) -> None:
        service.add("1", started=START + dt.timedelta(seconds=200))
        service.add("2", started=START - dt.timedelta(seconds=10))
        service.add("3", started=START + dt.timedelta(seconds=10))
        assert self.found(service) == ["2", "3", "1"]

    def test_what_was_annotated_before_is_the_only_answer(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1")
        service.add("2")
        registry = service.registry()
        bt.annotate_activity(annotation, "club", "2", recording=recording(), registry=registry)
        assert self.found(service) == ["2"]

    def test_what_was_deleted_there_is_looked_for_again(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1")
        service.add("2")
        registry = service.registry()
        bt.annotate_activity(annotation, "club", "2", recording=recording(), registry=registry)
        del service.activities["2"]
        assert self.found(service) == ["1"]

    def test_what_is_not_there_is_looked_for_and_nothing_is_written_down(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1")
        bt.annotate_activity(annotation, "club", "1", recording=recording(), registry=service.registry())
        before = bt.Book().shelf("club").records()
        del service.activities["1"]
        service.add("2")
        assert self.found(service) == ["2"]
        assert bt.Book().shelf("club").records() == before  # nobody holds the lock of the book here

    def test_one_recording_without_a_date_is_not_taken_for_another(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1")
        undated = recording(started=None)
        bt.annotate_activity(annotation, "club", "1", recording=undated, registry=service.registry())
        with pytest.raises(bt.UsageError, match="no date"):
            self.found(service, recording(file="b.fit", started=None))

    def test_what_was_annotated_by_mistake_is_forgotten_when_that_is_removed(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1")
        service.add("2", started=START - dt.timedelta(days=1))
        registry = service.registry()
        bt.annotate_activity(annotation, "club", "2", recording=recording(), registry=registry)
        bt.remove_annotation("club", "2", dry_run=True, registry=registry)
        assert self.found(service) == ["2"]
        bt.remove_annotation("club", "2", registry=registry)
        assert self.found(service) == ["1"]

    def test_a_recording_without_a_date_says_how_to_name_it(self, service: Service) -> None:
        with pytest.raises(bt.UsageError, match=r"^a\.fit: it has no date.*--to club:NUMBER"):
            self.found(service, recording(started=None))

    def test_a_destination_without_activities_says_so(self) -> None:
        with pytest.raises(bt.UsageError, match="zwift-folder has no recorded activities to annotate"):
            bt.find_activities(recording(), "zwift-folder")


class TestAnnotating:
    def test_the_block_comes_after_what_the_user_wrote(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1", "Legs felt fine.")
        done = bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        assert service.activities["1"].description == f"Legs felt fine.\n\n{annotation.text}"
        assert (done.receipt.state, done.receipt.where, done.receipt.warnings) == ("new", "club/1", ())

    def test_nothing_but_the_description_is_sent(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1", sport="Run", trainer=False)
        bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        [change] = service.changes
        assert (change.title, change.sport, change.trainer) == (None, None, None)

    def test_twice_is_once(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1")
        first = bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        again = bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        assert (again.receipt.state, len(service.changes)) == ("unchanged", 1)
        assert again.receipt.sha256 == first.receipt.sha256

    def test_another_wording_takes_the_place_of_the_first(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1", "Before.")
        bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        page = "name: B\n9:00 forward walk 5 km/h\n1:00 left walk 2 km/h grip rail\n"
        other = bt.annotate(bt.expand(bt.parse(page)))
        done = bt.annotate_activity(other, "club", "1", registry=service.registry())
        assert done.receipt.state == "replaced"
        assert service.activities["1"].description == f"Before.\n\n{other.text}"

    def test_title_sport_and_indoors_when_asked(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1", sport="Run")
        registry = service.registry()
        bt.annotate_activity(
            annotation, "club", "1", title=True, sport="Walk", trainer=True, registry=registry
        )
        now = service.activities["1"]
        assert (now.title, now.sport, now.trainer) == (annotation.title, "Walk", True)

    def test_a_sport_that_it_has_not_gets_the_near_match(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1")
        with pytest.raises(bt.UsageError, match="club has no sport 'Wallk'; did you mean Walk"):
            bt.annotate_activity(annotation, "club", "1", sport="Wallk", registry=service.registry())
        assert service.reads == 0

    def test_a_dry_run_changes_nothing_and_shows_both(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        service.add("1", "Mine.")
        done = bt.annotate_activity(annotation, "club", "1", dry_run=True, registry=service.registry())
        assert (service.changes, done.receipt.sha256) == ([], "")
        assert (done.before.description, done.after.description) == ("Mine.", f"Mine.\n\n{annotation.text}")

    def test_it_is_read_just_before_it_is_changed(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1", "Old.")
        bt.annotate_activity(annotation, "club", "1", dry_run=True, registry=service.registry())
        service.add("1", "The user wrote this meanwhile.")
        bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        said = service.activities["1"].description or ""
        assert said.startswith("The user wrote this meanwhile.\n\n")

    def test_what_is_stored_otherwise_is_told(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1", "Mine.")
        service.stores = lambda text: text[:40]
        done = bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        assert done.receipt.warnings == (
            "its description was stored otherwise than it was sent; look at it: club/1",
        )

    @pytest.mark.parametrize("stores", [lambda text: text.replace("\n", "\r\n"), str.rstrip])
    def test_other_line_ends_and_a_trimmed_end_are_the_same(
        self, service: Service, annotation: bt.Annotation, stores: object
    ) -> None:
        service.add("1", "Mine.")
        service.stores = stores  # type: ignore[assignment]
        done = bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        again = bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        assert (done.receipt.warnings, again.receipt.state) == ((), "unchanged")

    def test_what_is_kept_here_has_no_word_of_the_users(
        self, service: Service, annotation: bt.Annotation, data: Path
    ) -> None:
        service.add("1", "A secret of mine.")
        registry = service.registry()
        bt.annotate_activity(annotation, "club", "1", recording=recording(), registry=registry)
        kept = "".join(path.read_text() for path in data.rglob("*.json"))
        assert '"activity": "1"' in kept
        assert "secret" not in kept
        assert "backward" not in kept

    def test_one_that_is_not_there_is_told(self, service: Service, annotation: bt.Annotation) -> None:
        with pytest.raises(bt.NotThere):
            bt.annotate_activity(annotation, "club", "9", registry=service.registry())

    def test_half_a_block_is_left_alone(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1", "Mine.\n\n" + annotation.text[: len(annotation.text) // 2])
        with pytest.raises(bt.DamagedBlock):
            bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        assert service.changes == []

    def test_a_plugin_that_returns_another_activity_is_named(
        self, service: Service, annotation: bt.Annotation
    ) -> None:
        other = service.add("2")
        service.activities["1"] = other
        with pytest.raises(bt.PluginError, match="club"):
            bt.annotate_activity(annotation, "club", "1", registry=service.registry())

    def test_what_cannot_be_written_down_here_is_done_there_and_told(
        self, service: Service, annotation: bt.Annotation, tmp_path: Path
    ) -> None:
        service.add("1")
        given: Any = {"registry": service.registry(), "book": FullBook(tmp_path)}
        done = bt.annotate_activity(annotation, "club", "1", recording=recording(), **given)
        assert done.receipt.state == "new"
        assert "could not be written down" in " ".join(done.receipt.warnings)
        assert service.activities["1"].description == annotation.text


class TestRemoving:
    def test_the_description_is_as_it_was(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1", "Mine. \r\n")
        bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        done = bt.remove_annotation("club", "1", registry=service.registry())
        assert (done.receipt.state, service.activities["1"].description) == ("removed", "Mine. \r\n")

    def test_where_there_is_none_nothing_is_sent(self, service: Service) -> None:
        service.add("1", "Mine.")
        done = bt.remove_annotation("club", "1", registry=service.registry())
        assert (done.receipt.state, service.changes) == ("gone", [])

    def test_a_dry_run_removes_nothing(self, service: Service, annotation: bt.Annotation) -> None:
        service.add("1")
        bt.annotate_activity(annotation, "club", "1", registry=service.registry())
        done = bt.remove_annotation("club", "1", dry_run=True, registry=service.registry())
        assert (done.receipt.state, done.after.description, len(service.changes)) == ("removed", "", 1)


class TestUploading:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "a.fit"
        path.write_bytes(recorded_fit([step("5:00 forward walk 4.5 km/h", seconds=300)], [Lap(300, step=0)]))
        return path

    def test_the_files_bytes_and_name_are_handed_on(self, service: Service, file: Path) -> None:
        done = bt.upload_recording(file, "club", registry=service.registry())
        [request] = service.uploads
        assert (request.data, request.name) == (file.read_bytes(), "a.fit")
        assert done == bt.Uploaded(id="1001", state="new")

    def test_twice_is_once_whatever_the_file_is_called(self, service: Service, file: Path) -> None:
        bt.upload_recording(file, "club", registry=service.registry())
        again = bt.upload_recording(file.rename(file.with_name("b.fit")), "club", registry=service.registry())
        assert (again, len(service.uploads)) == (bt.Uploaded(id="1001", state="there already"), 1)

    def test_what_cannot_be_written_down_here_is_uploaded_all_the_same(
        self, service: Service, file: Path, tmp_path: Path
    ) -> None:
        done = bt.upload_recording(file, "club", registry=service.registry(), book=FullBook(tmp_path))
        assert done == bt.Uploaded(id="1001", state="new")

    def test_what_was_deleted_there_is_uploaded_again(self, service: Service, file: Path) -> None:
        bt.upload_recording(file, "club", registry=service.registry())
        service.activities.clear()
        assert bt.upload_recording(file, "club", registry=service.registry()).state == "new"

    def test_it_is_then_the_activity_that_is_annotated(self, service: Service, file: Path) -> None:
        service.add("1", elapsed_seconds=300.0)
        bt.upload_recording(file, "club", registry=service.registry())
        recorded = bt.read_recording(file)
        found = bt.find_activities(recorded, "club", registry=service.registry())
        assert [activity.id for activity in found] == ["1001"]

    def test_a_workout_is_not_uploaded(self, service: Service, tmp_path: Path) -> None:
        artifact = bt.export(bt.library_entry("first-steps").workout, "garmin-fit")
        with pytest.raises(bt.UnreadableInput, match="workout, which is a plan"):
            bt.upload_recording(artifact.write(tmp_path), "club", registry=service.registry())
        assert service.uploads == []

    def test_another_kind_of_file_says_which_there_are(self, service: Service, file: Path) -> None:
        with pytest.raises(bt.UsageError, match=r"club takes files that end in \.fit, \.fit\.gz"):
            bt.upload_recording(file.rename(file.with_name("a.tcx")), "club", registry=service.registry())


def test_workouts_cannot_be_delivered_there(service: Service) -> None:
    artifact = bt.export(bt.library_entry("first-steps").workout, "garmin-fit")
    with pytest.raises(
        bt.UsageError, match="club takes no workouts: give it the file that the watch recorded"
    ):
        bt.deliver([artifact], "club", registry=service.registry())
