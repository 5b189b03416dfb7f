"""Sending to an account where the plain ways of finding a workout again are not enough."""

from __future__ import annotations

import datetime as dt
from threading import Event
from typing import TYPE_CHECKING

import pytest
from test_garmin_sync import CREATE, DAY, LIST, MOVE, PUT_ON_DAY, days, only, parcel, send

import backtrack_plugins as bt
from backtrack_garmin.connect import sessions
from backtrack_garmin.connect.opening import open_client
from backtrack_garmin.connect.stopping import StoppingClient
from backtrack_garmin.testing import ConnectAccount, ConnectStandIn, save_session, signed_in
from backtrack_plugins.testing.mishaps import Mishap, Reply, answering, cut_after_acting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from backtrack_garmin.connect.client import Json

FAR = DAY + dt.timedelta(days=120)
FARTHER = DAY + dt.timedelta(days=240)


@pytest.fixture
def connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectStandIn]:
    with ConnectStandIn() as stand_in:
        for name, value in signed_in(stand_in, tmp_path / "data", client="garth").items():
            monkeypatch.setenv(name, value)
        yield stand_in


class TestTheDay:
    def test_that_it_was_put_on_before_the_run_failed_is_found_however_far_it_moves(
        self, connect: ConnectStandIn
    ) -> None:
        connect.next(cut_after_acting(), on=PUT_ON_DAY)
        with pytest.raises(bt.Unreachable):
            send(parcel())
        send(parcel(on=FAR))
        assert days(connect) == [str(FAR)]

    def test_that_it_was_moved_to_when_no_answer_came_is_found(self, connect: ConnectStandIn) -> None:
        send(parcel())
        connect.next(cut_after_acting(), on=MOVE)
        with pytest.raises(bt.Unreachable):
            send(parcel(on=FAR))
        assert days(connect) == [str(FAR)]
        assert send(parcel(on=DAY + dt.timedelta(days=1))) == ["moved"]
        assert days(connect) == ["2026-12-03"]

    def test_that_somebody_moved_it_to_is_found_however_far_it_is(self, connect: ConnectStandIn) -> None:
        send(parcel())
        (entry,) = connect.schedules.values()
        entry["calendarDate"] = str(FAR)
        assert send(parcel()) == ["moved"]
        assert days(connect) == [str(DAY)]

    def test_that_somebody_added_while_a_run_was_unfinished_is_theirs(self, connect: ConnectStandIn) -> None:
        connect.next(answering(429), on="POST /device-service/devicemessage/messages")
        with pytest.raises(bt.RateLimited):
            send(parcel(), device="Venu 3")
        number = only(connect)["workoutId"]
        theirs = connect.add_schedule(number, str(DAY + dt.timedelta(days=3)))
        send(parcel())
        assert theirs in connect.schedules
        assert days(connect) == [str(DAY), str(DAY + dt.timedelta(days=3))]


class TestAWorkout:
    def test_that_the_list_leaves_out_for_now_is_not_made_again(self, connect: ConnectStandIn) -> None:
        send(parcel())
        connect.next(answering(200, []), on=LIST)
        assert send(parcel(minutes=5)) == ["replaced"]
        assert len(connect.workouts) == 1

    def test_that_somebody_edits_before_the_run_has_ended_is_known_to_be_edited(
        self, connect: ConnectStandIn
    ) -> None:
        class Edited(Mishap):
            def after(self, reply: Reply) -> Reply | None:
                connect.edit_workout(only(connect)["workoutId"], {**only(connect), "workoutName": "Theirs"})
                return reply

        connect.next(Edited(), on=PUT_ON_DAY)
        assert send(parcel()) == ["new"]
        with pytest.raises(bt.ExistingFile, match="edited in Garmin Connect"):
            send(parcel(minutes=5))
        assert only(connect)["workoutName"] == "Theirs"

    @pytest.mark.parametrize("created", ["2026-01-01T00:05:00.0", None, "yesterday"])
    def test_that_somebody_copied_while_a_run_was_unfinished_is_theirs(
        self, connect: ConnectStandIn, created: str | None
    ) -> None:
        connect.next(answering(429), on="POST /device-service/devicemessage/messages")
        with pytest.raises(bt.RateLimited):
            send(parcel(), device="Venu 3")
        copied = connect.add_workout(only(connect))
        connect.workouts[copied]["createdDate"] = created
        theirs = connect.add_schedule(copied, "2026-12-20")
        (receipt,) = bt.deliver([parcel()], "garmin-connect")
        assert f"garmin-connect:{copied} is a copy of it and was left alone" in receipt.warnings[0]
        assert copied in connect.workouts
        assert theirs in connect.schedules

    def test_is_there_once_in_each_of_two_accounts(self, connect: ConnectStandIn, tmp_path: Path) -> None:
        other = connect.add_account("bob@example.com", "another-battery")

        def use(account: ConnectAccount) -> None:
            files = connect.garth_session(account=account)
            sessions.use_folder("garth", save_session(tmp_path / "tokens", files), tuple(files))

        assert send(parcel()) == ["new"]
        use(other)
        assert send(parcel()) == ["new"]
        use(connect.account)
        assert send(parcel(on=DAY + dt.timedelta(days=2))) == ["moved"]
        assert len(connect.workouts) == len(other.workouts) == 1
        assert days(connect) == ["2026-12-04"]
        assert send(parcel(on=DAY + dt.timedelta(days=2))) == ["unchanged"]
        use(other)
        assert send(parcel()) == ["unchanged"]
        assert len(other.workouts) == 1


def test_once_there_are_too_many_requests_no_thread_sends_another(connect: ConnectStandIn) -> None:
    client = StoppingClient(open_client())
    connect.next(answering(429, headers={"Retry-After": "90"}), on=LIST)
    with pytest.raises(bt.RateLimited) as first:
        client.get("/workout-service/workouts")
    others = (
        lambda: client.get("/workout-service/workout/types"),
        lambda: client.post("/workout-service/workout", {}),
        lambda: client.put("/workout-service/workout/1", {}),
        lambda: client.delete("/workout-service/workout/1"),
    )
    for ask in others:
        with pytest.raises(bt.RateLimited, match="come back in 90 s") as again:
            ask()
        assert again.value.details == first.value.details
    assert len(connect.requests) == 1


def test_a_delivery_is_such_a_one(connect: ConnectStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two workouts on their way one is turned away, and the other is answered once that is known."""
    both, turned_away = Event(), Event()

    class Limit(Mishap):
        def before(self) -> Reply | None:
            assert both.wait(20)
            return Reply(429)

    class AfterTheLimit(Mishap):
        def after(self, reply: Reply) -> Reply | None:
            both.set()
            assert turned_away.wait(20)
            return reply

    class Telling(StoppingClient):
        def _unless_limited(self, ask: Callable[[], Json]) -> Json:
            try:
                return super()._unless_limited(ask)
            except bt.RateLimited:
                turned_away.set()
                raise

    monkeypatch.setattr("backtrack_garmin.connect.stopping.StoppingClient", Telling)
    connect.next(Limit(), on=CREATE)
    connect.next(AfterTheLimit(), on=CREATE)
    with pytest.raises(bt.RateLimited):
        send(parcel("a"), parcel("b"))
    assert len(connect.workouts) == 1
    assert len(connect.of(CREATE)) == 2
    assert connect.of("GET /workout-service/workout/{number}") == []
    assert connect.of(PUT_ON_DAY) == []
    assert send(parcel("a"), parcel("b")) in (["new", "moved"], ["moved", "new"])
    assert len(connect.workouts) == len(connect.schedules) == 2
