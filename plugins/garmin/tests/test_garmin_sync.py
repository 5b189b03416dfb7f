"""Sending to an account: created once, brought up to date, moved, taken back, whatever goes wrong on the way.

Both real client libraries talk to the stand-in over a real socket.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import backtrack_plugins as bt
from backtrack_garmin.connect.marks import mark_of
from backtrack_garmin.connect.syncing import MOST_SCHEDULED
from backtrack_garmin.testing import ConnectStandIn, environment, signed_in
from backtrack_plugins.testing.mishaps import (
    Mishap,
    answering,
    cut_after_acting,
    cut_before_acting,
    delivered_twice,
    html,
    slow,
    truncated,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from backtrack_plugins.testing.mishaps import Reply

TO = "garmin-connect"
DAY = dt.date(2026, 12, 2)
CREATE = "POST /workout-service/workout"
READ = "GET /workout-service/workout/{number}"
LIST = "GET /workout-service/workouts"
REPLACE = "PUT /workout-service/workout/{number}"
CALENDAR = "GET /workout-service/schedule/workoutScheduleByPeriod"
PUT_ON_DAY = "POST /workout-service/schedule/{number}"
READ_DAY = "GET /workout-service/schedule/{number}"
MOVE = "PUT /workout-service/schedule/{number}"
MESSAGE = "POST /device-service/devicemessage/messages"


@pytest.fixture(params=["garth", "garminconnect"])
def connect(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ConnectStandIn]:
    """A stand-in that somebody is signed in to, by each of the client libraries."""
    with ConnectStandIn() as stand_in:
        for name, value in signed_in(stand_in, tmp_path / "data", client=request.param).items():
            monkeypatch.setenv(name, value)
        yield stand_in


def artifact(name: str = "steps", minutes: int = 3) -> bt.Artifact:
    page = (
        f"name: {name.capitalize()}\nlevel: first-timer\n12:00 forward walk 5 km/h\n"
        f"1:00 backward walk 2 km/h grip rail\n{minutes}:00 forward walk 5 km/h\n"
    )
    return bt.export(bt.parse(page, file=f"{name}.backtrack"), TO)


def parcel(name: str = "steps", minutes: int = 3, on: dt.date | None = DAY) -> bt.Parcel:
    return bt.Parcel(artifact(name, minutes), bt.identity_of(name), on)


def send(*parcels: bt.Parcel, **how: Any) -> list[str]:
    return [receipt.state for receipt in bt.deliver(parcels, TO, **how)]


def requests_of(connect: ConnectStandIn) -> dict[str, int]:
    """How many requests there were of each route, since this was last asked."""
    with connect.lock:
        found = Counter(request.route for request in connect.requests)
        connect.requests.clear()
    return dict(found)


def days(connect: ConnectStandIn) -> list[str]:
    return [day for day, _ in connect.scheduled()]


def only(connect: ConnectStandIn) -> dict[str, Any]:
    (workout,) = connect.workouts.values()
    return workout


class TestSending:
    def test_creates_it_on_its_day_and_says_where(self, connect: ConnectStandIn) -> None:
        (receipt,) = bt.deliver([parcel()], TO)
        (number,) = connect.workouts
        assert receipt == bt.Receipt(
            artifact="steps.garmin-connect.json", where=f"garmin-connect:{number}", state="new", on=DAY
        )
        assert connect.scheduled() == [("2026-12-02", number)]
        assert only(connect)["workoutName"] == "Steps"
        mark = mark_of(only(connect)["description"])
        assert mark is not None
        assert mark.identity == bt.identity_of("steps")

    def test_twice_is_once_and_the_second_time_only_reads(self, connect: ConnectStandIn) -> None:
        assert send(parcel()) == ["new"]
        requests_of(connect)
        before = copy.deepcopy((connect.workouts, connect.schedules))
        assert send(parcel()) == ["unchanged"]
        assert requests_of(connect) == {LIST: 1, CALENDAR: 1}
        assert (connect.workouts, connect.schedules) == before

    def test_a_programme_takes_no_more_requests_than_it_needs(self, connect: ConnectStandIn) -> None:
        weeks = [parcel(f"week-{n:02}", 3 + n, DAY + dt.timedelta(weeks=n)) for n in range(8)]
        assert send(*weeks) == ["new"] * 8
        # What is there, before and after; each created, read back and put on its day.
        assert requests_of(connect) == {LIST: 2, CALENDAR: 2, CREATE: 8, READ: 8, PUT_ON_DAY: 8}
        assert send(*weeks) == ["unchanged"] * 8
        assert requests_of(connect) == {LIST: 1, CALENDAR: 1}
        weeks[3] = parcel("week-03", 9, weeks[3].on)
        weeks[5] = weeks[5]._replace(on=DAY + dt.timedelta(weeks=9))
        assert send(*weeks) == ["unchanged"] * 3 + ["replaced", "unchanged", "moved"] + ["unchanged"] * 2
        # What moves is read, since the service wants all of it back.
        assert requests_of(connect) == {LIST: 1, CALENDAR: 1, REPLACE: 1, READ: 1, READ_DAY: 1, MOVE: 1}
        assert len(connect.workouts) == len(connect.schedules) == 8

    def test_without_a_day_reads_no_calendar(self, connect: ConnectStandIn) -> None:
        assert send(parcel(on=None)) == ["new"]
        assert requests_of(connect) == {LIST: 2, CREATE: 1, READ: 1}
        assert connect.schedules == {}

    def test_without_a_day_leaves_the_day_that_it_has(self, connect: ConnectStandIn) -> None:
        send(parcel())
        (receipt,) = bt.deliver([parcel(on=None)], TO)
        assert (receipt.state, receipt.on) == ("unchanged", DAY)
        assert days(connect) == ["2026-12-02"]

    def test_brings_up_to_date_what_changed(self, connect: ConnectStandIn) -> None:
        send(parcel())
        number = only(connect)["workoutId"]
        assert send(parcel(minutes=5)) == ["replaced"]
        assert only(connect)["workoutId"] == number
        assert only(connect)["workoutSegments"][0]["workoutSteps"][-1]["endConditionValue"] == 300
        assert days(connect) == ["2026-12-02"]

    def test_moves_to_another_day(self, connect: ConnectStandIn) -> None:
        send(parcel())
        assert send(parcel(on=DAY + dt.timedelta(days=7))) == ["moved"]
        assert days(connect) == ["2026-12-09"]
        assert send(parcel(on=DAY + dt.timedelta(days=7))) == ["unchanged"]

    def test_a_move_gives_the_service_its_own_entry_back_with_another_day(
        self, connect: ConnectStandIn
    ) -> None:
        send(parcel())
        (entry,) = connect.schedules.values()
        send(parcel(on=DAY + dt.timedelta(days=7)))
        (request,) = connect.of(MOVE)
        body = request.json()
        assert body["workoutScheduleId"] == entry["workoutScheduleId"]
        assert body["calendarDate"] == "2026-12-09"
        assert body["workout"] == {"workoutId": entry["workoutId"]}

    def test_a_move_that_the_service_did_not_do_is_told(self, connect: ConnectStandIn) -> None:
        send(parcel())
        connect.next(answering(200, {"calendarDate": str(DAY)}), on=MOVE)
        with pytest.raises(bt.ServiceFailed, match="moved to another day cannot be read"):
            send(parcel(on=DAY + dt.timedelta(days=7)))

    def test_a_dry_run_says_what_would_be_done_and_only_reads(self, connect: ConnectStandIn) -> None:
        (receipt,) = bt.deliver([parcel()], TO, dry_run=True)
        assert (receipt.where, receipt.state, receipt.on) == ("garmin-connect", "new", DAY)
        send(parcel())
        requests_of(connect)
        assert send(parcel(minutes=5), dry_run=True) == ["replaced"]
        assert send(parcel(on=DAY + dt.timedelta(days=1)), dry_run=True) == ["moved"]
        assert set(requests_of(connect)) <= {LIST, CALENDAR, READ}

    def test_reads_a_list_of_several_pages(self, connect: ConnectStandIn) -> None:
        send(parcel())
        mine = copy.deepcopy(only(connect))
        mine["description"] = None
        for _ in range(230):
            connect.add_workout(mine)
        requests_of(connect)
        assert send(parcel()) == ["unchanged"]
        assert requests_of(connect)[LIST] == 3

    @pytest.mark.parametrize("lists", ["as listed", "as one"])
    def test_understands_both_forms_of_the_calendar(self, connect: ConnectStandIn, lists: Any) -> None:
        connect.lists = lists
        send(parcel())
        assert send(parcel(on=DAY + dt.timedelta(days=2))) == ["moved"]
        assert days(connect) == ["2026-12-04"]

    def test_of_more_than_a_watch_loads_is_said(self, connect: ConnectStandIn) -> None:
        send(parcel("other"))
        number = only(connect)["workoutId"]
        for at in range(MOST_SCHEDULED - 1):
            connect.add_schedule(number, str(DAY + dt.timedelta(days=at % 20)))
        for dry_run in (True, False):
            (receipt,) = bt.deliver([parcel()], TO, dry_run=dry_run)
            assert "31 workouts stand on the calendar" in receipt.warnings[0]

    def test_tells_how_much_is_done(self, connect: ConnectStandIn) -> None:
        assert connect
        told: list[tuple[int, int]] = []
        send(parcel("a"), parcel("b"), progress=lambda done, of: told.append((done, of)))
        assert told == [(1, 2), (2, 2)]


class TestWhatSomebodyDidByHand:
    def test_edited_ones_are_left_alone_unless_they_are_to_be_replaced(self, connect: ConnectStandIn) -> None:
        send(parcel(), parcel("other"))
        numbers = sorted(connect.workouts)
        edited = copy.deepcopy(connect.workouts[numbers[0]])
        edited["workoutSegments"][0]["workoutSteps"][0]["endConditionValue"] = 60
        connect.edit_workout(numbers[0], edited)
        before = copy.deepcopy(connect.workouts)
        name = str(before[numbers[0]]["workoutName"]).lower()
        for minutes in (3, 5):
            with pytest.raises(bt.ExistingFile, match="edited in Garmin Connect since it was sent") as raised:
                send(parcel(minutes=minutes), parcel("other", minutes=minutes))
            assert raised.value.details["paths"] == (f"garmin-connect:{numbers[0]}",)
            assert connect.workouts == before
        assert send(parcel(name), overwrite=True) == ["replaced"]
        assert (
            connect.workouts[numbers[0]]["workoutSegments"][0]["workoutSteps"][0]["endConditionValue"] == 720
        )

    def test_deleted_ones_are_made_again(self, connect: ConnectStandIn) -> None:
        send(parcel())
        connect.delete_workout(only(connect)["workoutId"])
        assert send(parcel()) == ["new"]
        assert days(connect) == ["2026-12-02"]

    def test_copies_of_ours_are_theirs(self, connect: ConnectStandIn) -> None:
        send(parcel())
        number = only(connect)["workoutId"]
        copied = connect.add_workout(only(connect))
        theirs = copy.deepcopy(connect.workouts[copied])
        (receipt,) = bt.deliver([parcel(minutes=5)], TO)
        assert (receipt.state, receipt.where) == ("replaced", f"garmin-connect:{number}")
        assert f"garmin-connect:{copied} is a copy of it and was left alone" in receipt.warnings[0]
        connect.delete_workout(number)
        assert send(parcel()) == ["new"]
        (removed,) = bt.unsend([bt.identity_of("steps")], TO)
        assert removed.state == "removed"
        assert connect.workouts == {copied: theirs}
        assert send(parcel(minutes=7)) == ["new"]
        assert connect.workouts[copied] == theirs

    def test_workouts_of_theirs_are_never_touched(self, connect: ConnectStandIn) -> None:
        send(parcel())
        body = {**only(connect), "description": "mine", "workoutName": "Steps"}
        theirs = connect.add_workout(body)
        entry = connect.add_schedule(theirs, "2026-12-02")
        before = copy.deepcopy((connect.workouts[theirs], connect.schedules[entry]))
        send(parcel(minutes=5, on=DAY + dt.timedelta(days=1)))
        bt.unsend([bt.identity_of("steps")], TO)
        assert (connect.workouts[theirs], connect.schedules[entry]) == before
        assert list(connect.workouts) == [theirs]

    def test_what_they_moved_comes_back_to_its_day(self, connect: ConnectStandIn) -> None:
        send(parcel())
        (entry,) = connect.schedules.values()
        entry["calendarDate"] = "2026-12-20"
        assert send(parcel()) == ["moved"]
        assert days(connect) == ["2026-12-02"]


class TestWithoutTheBook:
    """On another computer, or after its file was lost: the mark in the account is enough."""

    def lose(self, data: Path) -> None:
        for path in (data / "sent").iterdir():
            path.unlink()

    @pytest.fixture
    def kept(self, tmp_path: Path) -> Path:
        return tmp_path / "data"

    def test_it_is_found_again(self, connect: ConnectStandIn, kept: Path) -> None:
        send(parcel())
        self.lose(kept)
        requests_of(connect)
        assert send(parcel()) == ["unchanged"]
        assert requests_of(connect) == {LIST: 1, CALENDAR: 1, READ: 1}
        assert send(parcel()) == ["unchanged"]
        assert requests_of(connect) == {LIST: 1, CALENDAR: 1}

    def test_it_is_brought_up_to_date_and_moved(self, connect: ConnectStandIn, kept: Path) -> None:
        send(parcel())
        self.lose(kept)
        assert send(parcel(minutes=5, on=DAY + dt.timedelta(days=3))) == ["replaced"]
        assert len(connect.workouts) == 1
        assert days(connect) == ["2026-12-05"]

    def test_it_is_known_that_somebody_edited_it(self, connect: ConnectStandIn, kept: Path) -> None:
        send(parcel())
        self.lose(kept)
        connect.edit_workout(only(connect)["workoutId"], {**only(connect), "workoutName": "Theirs"})
        with pytest.raises(bt.ExistingFile):
            send(parcel(minutes=5))
        assert only(connect)["workoutName"] == "Theirs"

    def test_it_is_taken_back(self, connect: ConnectStandIn, kept: Path) -> None:
        send(parcel())
        self.lose(kept)
        assert [each.state for each in bt.unsend([bt.identity_of("steps")], TO)] == ["removed"]
        assert (connect.workouts, connect.schedules) == ({}, {})


class TestAnAccident:
    @pytest.mark.parametrize("on", [CREATE, PUT_ON_DAY])
    @pytest.mark.parametrize(
        "mishap", [cut_after_acting, cut_before_acting, truncated, html, delivered_twice]
    )
    def test_is_made_good_by_sending_again(self, connect: ConnectStandIn, mishap: Any, on: str) -> None:
        connect.next(mishap(), on=on)
        with suppress(bt.Unreachable, bt.ServiceFailed):
            send(parcel())
        send(parcel())
        assert len(connect.workouts) == 1
        assert days(connect) == ["2026-12-02"]
        assert send(parcel()) == ["unchanged"]

    def test_a_request_delivered_twice_leaves_one_workout_on_one_day(self, connect: ConnectStandIn) -> None:
        for route in (CREATE, PUT_ON_DAY):
            connect.next(delivered_twice(), on=route)
        assert send(parcel()) == ["new"]
        assert len(connect.workouts) == 1
        assert days(connect) == ["2026-12-02"]
        assert send(parcel()) == ["unchanged"]

    @pytest.mark.parametrize(
        ("status", "error"),
        [(401, bt.NotSignedIn), (403, bt.Refused), (409, bt.Refused), (500, bt.ServiceFailed)],
    )
    def test_is_told_and_nothing_is_sent_again_by_itself(
        self, connect: ConnectStandIn, status: int, error: type[bt.ServiceError]
    ) -> None:
        connect.next(answering(status, {"message": "no"}), on=CREATE, times=None)
        with pytest.raises(error):
            send(parcel())
        assert requests_of(connect)[CREATE] <= (2 if status == 401 else 1)  # once more after refreshing
        assert connect.workouts == {}

    def test_too_many_requests_stop_the_batch_and_say_when_to_come_back(
        self, connect: ConnectStandIn
    ) -> None:
        parcels = [parcel(f"week-{number:02}") for number in range(20)]
        connect.next(answering(429, headers={"Retry-After": "90"}), on=CREATE, times=None)
        with pytest.raises(bt.RateLimited) as raised:
            send(*parcels)
        assert raised.value.details["retry_after"] == 90
        # Those under way at the time, and no other.
        assert requests_of(connect)[CREATE] <= 4
        connect.heal()
        assert send(*parcels) == ["new"] * 20

    def test_no_more_than_four_requests_are_under_way_at_once(self, connect: ConnectStandIn) -> None:
        from threading import Thread

        held = slow()
        connect.next(held, on=CREATE, times=None)
        parcels = [parcel(f"week-{number:02}") for number in range(8)]
        sending = Thread(target=send, args=parcels)
        sending.start()
        assert held.arrived.wait(20)
        while held.count < 4:
            pass
        count = len(connect.of(CREATE))
        connect.heal()
        sending.join()
        assert count == 4
        assert len(connect.workouts) == 8

    def test_what_is_stored_otherwise_than_it_was_sent_is_removed_and_told(
        self, connect: ConnectStandIn
    ) -> None:
        class Altered(Mishap):
            def after(self, reply: Reply) -> Reply | None:
                body = copy.deepcopy(reply.body)
                body["workoutSegments"][0]["workoutSteps"][0]["endCondition"]["conditionTypeId"] = 1
                return reply._replace(body=body)

        connect.next(Altered(), on=READ)
        with pytest.raises(bt.DeliveryError, match=r"stored something else than it was sent.*step 1"):
            send(parcel())
        assert connect.workouts == {}
        assert send(parcel()) == ["new"]

    @pytest.mark.parametrize("on", [LIST, CALENDAR])
    @pytest.mark.parametrize("body", [{"what": 1}, ["no"], [{"workoutId": "x"}], 7, [{"workoutId": 1}]])
    def test_a_reply_of_another_form_is_told_and_nothing_is_guessed(
        self, connect: ConnectStandIn, on: str, body: Any
    ) -> None:
        if on == LIST and body == [{"workoutId": 1}]:
            pytest.skip("a workout without a name and a mark is somebody else's")
        connect.next(answering(200, body), on=on)
        with pytest.raises(bt.ServiceFailed, match="cannot be read"):
            send(parcel())
        assert connect.workouts == {}


class TestPushing:
    def test_asks_for_the_workout_on_the_device_once(self, connect: ConnectStandIn) -> None:
        assert send(parcel(on=None), device="forerunner 255") == ["new"]
        (message,) = connect.messages
        number = only(connect)["workoutId"]
        assert message["deviceId"] == 3400000001
        assert message["metaDataId"] == number
        assert message["messageUrl"] == f"workout-service/workout/FIT/{number}"
        assert send(parcel(on=None), device="3400000001") == ["unchanged"]
        assert len(connect.messages) == 1
        assert send(parcel(on=None), device="Venu 3") == ["pushed"]
        assert send(parcel(on=None, minutes=5), device="Venu 3") == ["replaced"]
        assert [each["deviceId"] for each in connect.messages] == [3400000001, 3400000002, 3400000002]

    def test_asks_which_when_none_is_called_so(self, connect: ConnectStandIn) -> None:
        with pytest.raises(bt.NeedsChoice, match="no device of the account is called Fenix") as raised:
            send(parcel(), device="Fenix")
        assert raised.value.argument == "device"
        assert list(raised.value.choices.values()) == ["Forerunner 255 (3400000001)", "Venu 3 (3400000002)"]
        assert connect.workouts == {}

    def test_is_refused_without_a_device_or_to_one_that_never_syncs(self, connect: ConnectStandIn) -> None:
        connect.account.devices.clear()
        with pytest.raises(bt.UsageError, match="the account has no device"):
            send(parcel(), device="Fenix")
        rows = [
            {"deviceId": 1, "displayName": "Default"},
            {"deviceId": 2, "displayName": "Venu 3", "lastSyncTime": 1764000000000},
        ]
        connect.next(answering(200, rows), on="GET /device-service/deviceregistration/devices")
        with pytest.raises(bt.UsageError, match="Default has never synced"):
            send(parcel(), device="Default")
        assert connect.workouts == {}


class TestLooking:
    def standing(self) -> tuple[str, str]:
        (found,) = bt.sent()
        return found.standing.state, found.standing.said

    def test_says_what_became_of_it(self, connect: ConnectStandIn) -> None:
        send(parcel())
        requests_of(connect)
        assert self.standing() == ("as sent", "")
        assert requests_of(connect) == {LIST: 1, CALENDAR: 1}
        (entry,) = connect.schedules.values()
        entry["calendarDate"] = "2026-12-05"
        assert self.standing() == ("changed", "it was sent for 2026-12-02, and now it is on 2026-12-05")
        connect.schedules.clear()
        assert self.standing() == ("changed", "it was sent for 2026-12-02, and now it is on no day")
        connect.edit_workout(only(connect)["workoutId"], {**only(connect), "workoutName": "Theirs"})
        assert self.standing() == ("changed", "it was edited in Garmin Connect")
        connect.delete_workout(only(connect)["workoutId"])
        assert self.standing() == ("gone", "it is not in the account any more")

    def test_says_when_it_cannot_be_known(
        self, connect: ConnectStandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        send(parcel())
        connect.next(answering(503), on=LIST)
        assert self.standing()[0] == "unknown"
        for name, value in environment(connect, tmp_path / "data").items():
            monkeypatch.setenv(name, value)
        connect.revoke()
        state, said = self.standing()
        assert state == "unknown"
        assert "backtrack login garmin" in said


class TestTakingBack:
    def unsend(self, **how: Any) -> list[str]:
        return [receipt.state for receipt in bt.unsend([bt.identity_of("steps")], TO, **how)]

    def test_removes_it_with_its_day_and_twice_is_once(self, connect: ConnectStandIn) -> None:
        send(parcel(), parcel("other", on=None))
        assert self.unsend(dry_run=True) == ["removed"]
        assert len(connect.workouts) == 2
        assert self.unsend() == ["removed"]
        assert only(connect)["workoutName"] == "Other"
        assert connect.schedules == {}
        assert self.unsend() == ["gone"]
        assert [each.record.workout for each in bt.sent()] == ["Other"]

    def test_leaves_one_that_somebody_edited_unless_told_otherwise(self, connect: ConnectStandIn) -> None:
        send(parcel())
        connect.edit_workout(only(connect)["workoutId"], {**only(connect), "workoutName": "Theirs"})
        with pytest.raises(bt.ExistingFile, match="edited in Garmin Connect"):
            self.unsend()
        assert only(connect)["workoutName"] == "Theirs"
        assert self.unsend(overwrite=True) == ["removed"]

    def test_goes_on_where_it_was_cut_short(self, connect: ConnectStandIn) -> None:
        send(parcel())
        connect.next(cut_after_acting(), on="DELETE /workout-service/workout/{number}")
        with pytest.raises(bt.Unreachable):
            self.unsend()
        assert self.unsend() == ["gone"]
        assert (connect.workouts, connect.schedules, bt.sent()) == ({}, {}, [])


class TestTheBook:
    def test_says_of_what_was_cut_short_that_it_is_not_finished(self, connect: ConnectStandIn) -> None:
        connect.next(cut_after_acting(), on=CREATE)
        with pytest.raises(bt.Unreachable):
            send(parcel())
        (found,) = bt.sent()
        assert (found.record.workout, found.record.where) == ("Steps", "")

    def test_has_no_secret_in_it(self, connect: ConnectStandIn, tmp_path: Path) -> None:
        send(parcel())
        written = (tmp_path / "data" / "sent" / "garmin-connect.json").read_text(encoding="utf-8")
        assert json.loads(written)
        assert not [secret for secret in connect.secrets if secret in written]
