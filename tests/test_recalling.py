"""What was sent: how it stands there now, and removing it; of a folder by its files, else by the plugin."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import backtrack_plugins as bt
from backtrack_plugins.files import LEDGER
from backtrack_plugins.registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WORKOUT = "name: {name}\n9:00 forward walk 5 km/h\n"


def artifact(name: str = "a", data: bytes = b"one") -> bt.Artifact:
    timeline = bt.expand(bt.parse(WORKOUT.format(name=name.upper()), file=f"{name}.backtrack"))
    return bt.Artifact(
        name=f"{name}.x",
        media_type="text/x",
        data=data,
        losses=(),
        problems=(),
        timeline=timeline,
        format="x",
    )


def account() -> bt.Account:
    return bt.Account(name="club", terms="none", sign_in=lambda _: "in", sign_out=lambda: "out")


class Offering:
    """A plugin, made here, with one destination."""

    def __init__(self, deliver: Callable[..., Any], **fields: Any) -> None:
        self.requests: list[bt.SentRequest] = []
        self._destination = bt.Destination(
            name="place",
            summary="A place",
            takes=frozenset({"text/x"}),
            exporter="x",
            deliver=deliver,
            **fields,
        )

    @bt.hookimpl
    def backtrack_destinations(self) -> Iterable[bt.Destination]:
        return [self._destination]


def folder() -> Registry:
    def deliver(request: bt.DeliveryRequest) -> Iterable[bt.Receipt]:
        return bt.deliver_into(request, request.at or "")

    return Registry([], plugins=[Offering(deliver, is_folder=True)])


def elsewhere(**fields: Any) -> Registry:
    def deliver(request: bt.DeliveryRequest) -> Iterable[bt.Receipt]:
        for parcel in request.parcels:
            yield bt.Receipt(artifact=parcel.artifact.name, where="club:1", state="new", on=parcel.on)

    return Registry([], plugins=[Offering(deliver, schedules=True, account=account(), **fields)])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    path = tmp_path / "place"
    path.mkdir()
    return path


@pytest.fixture
def registry(place: Path) -> Registry:
    """Two workouts were sent to a folder."""
    found = folder()
    bt.deliver([artifact("a"), artifact("b")], "place", at=place, registry=found)
    return found


class TestWhatIsWrittenDown:
    def test_is_what_arrived_and_where_and_of_what_file(self, registry: Registry, place: Path) -> None:
        records = bt.Book().shelf("place").records()
        record = records[bt.identity_of("a")]
        assert (record.artifact, record.workout, record.where) == ("a.x", "A", str(place / "a.x"))
        assert record.source == str(Path("a.backtrack").resolve())
        assert len(records) == 2
        assert bt.sent(registry=registry)

    def test_is_nothing_in_a_dry_run_and_nothing_of_what_failed(self, place: Path) -> None:
        bt.deliver([artifact()], "place", at=place, dry_run=True, registry=folder())
        with pytest.raises(bt.UsageError):
            bt.deliver([artifact()], "place", at=place / "nowhere", registry=folder())
        assert bt.Book().destinations() == []

    def test_is_kept_in_the_book_that_an_app_hands_over(self, place: Path, tmp_path: Path) -> None:
        book = bt.Book(tmp_path / "mine")
        bt.deliver([artifact()], "place", at=place, registry=folder(), book=book)
        assert bt.Book().destinations() == []
        assert [each.record.artifact for each in bt.sent(registry=folder(), book=book)] == ["a.x"]

    def test_has_the_day_that_the_receipt_says(self) -> None:
        parcel = bt.Parcel(artifact(), "1" * 16, dt.date(2026, 12, 2))
        bt.deliver([parcel], "place", registry=elsewhere())
        assert bt.Book().shelf("place").get("1" * 16).on == dt.date(2026, 12, 2)

    def test_that_cannot_be_written_down_is_a_warning_of_what_arrived(
        self, place: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_bytes(b"")
        book = bt.Book(tmp_path / "file")
        (receipt,) = bt.deliver([artifact()], "place", at=place, registry=folder(), book=book)
        assert (place / "a.x").read_bytes() == b"one"
        assert "it arrived, and could not be written down" in receipt.warnings[0]


class TestHowItStands:
    def standing(self, registry: Registry) -> dict[str, tuple[str, str]]:
        found = bt.sent(registry=registry)
        return {each.record.artifact: (each.standing.state, each.standing.said) for each in found}

    def test_is_as_sent_until_something_happens_to_it(self, registry: Registry, place: Path) -> None:
        assert self.standing(registry) == {"a.x": ("as sent", ""), "b.x": ("as sent", "")}
        (place / "a.x").write_bytes(b"edited")
        (place / "b.x").unlink()
        assert self.standing(registry) == {
            "a.x": ("changed", "the file was changed"),
            "b.x": ("gone", "the file is not there any more"),
        }

    def test_is_unknown_while_the_folder_is_not_there(self, registry: Registry, place: Path) -> None:
        place.rename(place.with_name("unplugged"))
        assert self.standing(registry)["a.x"] == ("unknown", "its folder is not there now")

    def test_is_unknown_when_the_plugin_is_not_installed_any_more(self, registry: Registry) -> None:
        assert registry
        found = self.standing(Registry([]))
        assert {state for state, _ in found.values()} == {"unknown"}
        assert "no destination is named place" in found["a.x"][1]

    def test_is_what_the_plugin_says_of_any_other_place(self) -> None:
        def look(request: bt.SentRequest) -> Iterable[bt.Standing]:
            assert request.book.get(request.identities[0]).where == "club:1"
            yield bt.Standing(identity=request.identities[0], state="changed", said="renamed")

        registry = elsewhere(look=look)
        bt.deliver([artifact()], "place", registry=registry)
        assert self.standing(registry) == {"a.x": ("changed", "renamed")}

    @pytest.mark.parametrize(
        ("look", "said"),
        [
            (None, "place cannot be asked"),
            (lambda _: [], "did not answer for each of the workouts"),
            (lambda _: ["fine"], "returned str"),
            (lambda _: 1 / 0, "ZeroDivisionError"),
        ],
    )
    def test_is_unknown_when_the_plugin_cannot_tell(self, look: Any, said: str) -> None:
        registry = elsewhere(look=look)
        bt.deliver([artifact()], "place", registry=registry)
        assert self.standing(registry)["a.x"][0] == "unknown"
        assert said in self.standing(registry)["a.x"][1]


class TestUnsending:
    def unsend(self, registry: Registry, *names: str, **how: Any) -> list[str]:
        receipts = bt.unsend([bt.identity_of(name) for name in names], "place", registry=registry, **how)
        return [receipt.state for receipt in receipts]

    def test_removes_the_file_and_forgets_it(self, registry: Registry, place: Path) -> None:
        (place / "mine.x").write_bytes(b"mine")
        assert self.unsend(registry, "a") == ["removed"]
        assert sorted(path.name for path in place.iterdir()) == [LEDGER, "b.x", "mine.x"]
        assert b"a.x" not in (place / LEDGER).read_bytes()
        assert [each.record.artifact for each in bt.sent(registry=registry)] == ["b.x"]

    def test_twice_is_once(self, registry: Registry) -> None:
        assert self.unsend(registry, "a") == ["removed"]
        assert self.unsend(registry, "a") == ["gone"]

    def test_in_a_dry_run_says_what_it_would_and_does_nothing(self, registry: Registry, place: Path) -> None:
        (place / "b.x").unlink()
        assert self.unsend(registry, "a", "b", dry_run=True) == ["removed", "gone"]
        assert (place / "a.x").exists()
        assert len(bt.sent(registry=registry)) == 2

    def test_leaves_all_of_it_when_somebody_changed_one(self, registry: Registry, place: Path) -> None:
        (place / "b.x").write_bytes(b"edited")
        with pytest.raises(bt.ExistingFile, match=r"b\.x: changed since it was sent") as raised:
            self.unsend(registry, "a", "b")
        assert raised.value.details["paths"] == (str(place / "b.x"),)
        assert (place / "a.x").exists()
        assert self.unsend(registry, "a", "b", overwrite=True) == ["removed", "removed"]
        assert [path.name for path in place.iterdir()] == [LEDGER]

    def test_never_touches_what_was_not_sent(self, registry: Registry, place: Path) -> None:
        (place / "c.x").write_bytes(b"mine")
        assert self.unsend(registry, "c") == ["gone"]
        assert (place / "c.x").exists()

    def test_of_any_other_place_is_the_plugin_s(self) -> None:
        def remove(request: bt.SentRequest) -> Iterable[bt.Receipt]:
            for identity in request.identities:
                request.book.note(identity, number=0)
                yield bt.Receipt(artifact="a.x", where="club:1", state="removed")

        registry = elsewhere(remove=remove)
        bt.deliver([artifact()], "place", registry=registry)
        assert self.unsend(registry, "a") == ["removed"]
        assert bt.sent(registry=registry) == []
        assert bt.Book().shelf("place").get(bt.identity_of("a")).notes == {"number": 0}

    def test_is_refused_where_nothing_can_be_taken_back(self) -> None:
        with pytest.raises(bt.UsageError, match="place cannot take back what was sent"):
            self.unsend(elsewhere(), "a")

    def test_holds_the_plugin_to_one_receipt_for_each(self) -> None:
        with pytest.raises(bt.PluginError, match="returned 0 receipts for 1 workouts"):
            self.unsend(elsewhere(remove=lambda _: []), "a")


class TestWhatADestinationCannot:
    def test_is_refused_before_anything_is_done(self, place: Path) -> None:
        parcel = bt.Parcel(artifact(), "1" * 16, dt.date(2026, 12, 2))
        with pytest.raises(bt.UsageError, match="place puts nothing on a day"):
            bt.deliver([parcel], "place", at=place, registry=folder())
        with pytest.raises(bt.UsageError, match="place pushes to no device"):
            bt.deliver([artifact()], "place", at=place, device="Venu", registry=folder())
        assert list(place.iterdir()) == []

    def test_two_that_would_be_one_workout_in_an_account_are_refused(self) -> None:
        with pytest.raises(bt.UsageError, match="two of the workouts have the same file name"):
            bt.deliver([artifact(), artifact()], "place", registry=elsewhere())


class TestAnAccount:
    def test_is_found_by_its_name_or_its_destination_s(self) -> None:
        registry = elsewhere()
        assert registry.account("club").name == registry.account("place").name == "club"

    def test_of_no_name_is_told_with_those_there_are(self) -> None:
        with pytest.raises(bt.UnknownPlugin, match="no account is named gym; there are: club"):
            elsewhere().account("gym")
        with pytest.raises(bt.UnknownPlugin, match="no installed plugin needs one"):
            folder().account("gym")

    def test_has_a_name_that_can_be_typed(self) -> None:
        with pytest.raises(ValueError, match="lower-case letters"):
            bt.Account(name="My Club", terms="", sign_in=lambda _: "", sign_out=lambda: "")
