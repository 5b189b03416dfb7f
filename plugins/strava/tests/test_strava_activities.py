"""Activities of an account: found, read and changed by one request each, and uploaded once."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib

import msgspec
import pytest
import strava_files

import backtrack_plugins as bt
from backtrack_plugins.testing import mishaps
from backtrack_strava import sessions, uploading
from backtrack_strava.client import StravaClient
from backtrack_strava.reaching import MOST, change, find, read
from backtrack_strava.testing import limited
from backtrack_strava.uploading import LONGEST_SECONDS, upload

NOON = dt.datetime(2026, 12, 2, 12, tzinfo=dt.UTC)
LIST, READ = "GET /api/v3/athlete/activities", "GET /api/v3/activities/{number}"
CHANGE, UPLOAD, POLL = (
    "PUT /api/v3/activities/{number}",
    "POST /api/v3/uploads",
    "GET /api/v3/uploads/{number}",
)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def shelf(data) -> bt.Shelf:
    return bt.Book(data / "sent").shelf("strava")


@pytest.fixture
def look(account, shelf):
    """Find around a moment."""
    assert account

    def look(after: dt.datetime, before: dt.datetime) -> list[bt.Activity]:
        return find(bt.ActivityQuery(after=after, before=before, book=shelf), StravaClient())

    return look


@pytest.fixture
def alter(account, shelf):
    """Change an activity."""
    assert account

    def alter(number: int | str, **changed: object) -> bt.Activity:
        return change(bt.ActivityChange(id=str(number), book=shelf, **changed), StravaClient())

    return alter


@pytest.fixture
def fetch(account, shelf):
    """Read an activity."""
    assert account

    def fetch(number: int | str) -> bt.Activity:
        return read(bt.ActivityRequest(id=str(number), book=shelf), StravaClient())

    return fetch


class TestFinding:
    def test_gives_those_that_began_then_without_descriptions_by_one_request(self, account, look) -> None:
        number = account.add_activity(
            name="Treadmill", started=NOON, elapsed_seconds=1860, description="Mine", trainer=True
        )
        account.add_activity(started=NOON + 10 * MINUTE)
        (found,) = look(NOON - MINUTE, NOON + MINUTE)
        assert found == bt.Activity(
            id=str(number),
            title="Treadmill",
            description=None,
            started=NOON,
            elapsed_seconds=1860,
            sport="Run",
            trainer=True,
            where=f"https://www.strava.com/activities/{number}",
        )
        assert [request.route for request in account.requests] == [LIST]

    def test_counts_the_edges_in_and_what_is_beside_them_out(self, account, look) -> None:
        account.add_activity(started=NOON)
        assert len(look(NOON, NOON)) == 1
        second = dt.timedelta(seconds=1)
        assert look(NOON + second, NOON + MINUTE) == []
        assert look(NOON - MINUTE, NOON - second) == []
        half = dt.timedelta(seconds=0.5)
        assert len(look(NOON - half, NOON + half)) == 1

    def test_goes_by_the_moment_whatever_the_zone(self, account, look) -> None:
        east = dt.timezone(dt.timedelta(hours=13))
        account.add_activity(started=NOON.astimezone(east))
        (found,) = look((NOON - MINUTE).astimezone(east), (NOON + MINUTE).astimezone(east))
        assert found.started == NOON
        assert found.started.utcoffset() == dt.timedelta(hours=13), "as the athlete's watch has it"

    def test_asks_once_however_many_there_are(self, account, look) -> None:
        for _ in range(MOST + 5):
            account.add_activity(started=NOON)
        assert len(look(NOON - MINUTE, NOON + MINUTE)) == MOST
        assert len(account.requests) == 1

    def test_of_nothing_is_nothing(self, look) -> None:
        assert look(NOON, NOON) == []

    def test_an_activity_without_a_start_is_told(self, account, look) -> None:
        account.next(mishaps.answering(200, [{"id": 1, "elapsed_time": 3}]), on=LIST)
        with pytest.raises(bt.ServiceFailed, match="no number, start or length"):
            look(NOON, NOON)


class TestReading:
    def test_gives_the_description_as_it_is_by_one_request(self, account, fetch) -> None:
        text = ' Mine:\r\n\r\n "quoted" <b> \U0001f3c3 \u2028 \t end \n'
        number = account.add_activity(description=text)
        assert fetch(number).description == text
        assert len(account.requests) == 1

    def test_gives_an_empty_description_where_there_is_none(self, account, fetch) -> None:
        assert fetch(account.add_activity(description=None)).description == ""

    def test_says_that_a_sport_that_nobody_knows_is_another_and_logs_nothing(
        self, account, fetch, caplog
    ) -> None:
        number = account.add_activity(sport_type="BackwardRun")
        assert fetch(number).sport == "Workout"  # as stravalib says
        assert caplog.text == ""

    def test_asks_for_no_more_than_an_activity(self, fetch) -> None:
        with pytest.raises(bt.NotThere):
            fetch(12)

    def test_of_another_athlete_is_none_of_ours(self, account, fetch) -> None:
        number = account.add_activity(athlete_number=4243)
        with pytest.raises(bt.NotThere, match="not of the athlete who is signed in"):
            fetch(number)

    def test_goes_by_the_number_alone_where_it_is_not_known_who_signed_in(self, account, fetch) -> None:
        sessions.keep(msgspec.structs.replace(sessions.kept_session(), athlete=0))
        number = account.add_activity(athlete_number=4243)
        assert fetch(number).id == str(number)

    @pytest.mark.parametrize("name", ["", "x", "1/../2", "-1", "\u0661", "{x}", "1 ", "0", "012", "1" * 5000])
    def test_of_what_is_no_number_asks_nothing(self, account, fetch, alter, name) -> None:
        for ask in (fetch, alter):
            with pytest.raises(bt.UsageError, match="it is a number"):
                ask(name)
        assert account.requests == []


class TestChanging:
    @pytest.mark.parametrize(
        ("given", "sent"),
        [
            ({"description": "Mine"}, {"description": "Mine"}),
            ({"description": ""}, {"description": ""}),
            ({"title": "Back and forth"}, {"name": "Back and forth"}),
            ({"sport": "Walk"}, {"sport_type": "Walk"}),
            ({"trainer": True}, {"trainer": True}),
            ({"trainer": False}, {"trainer": False}),
            (
                {"title": "T", "description": "D", "sport": "Hike", "trainer": True},
                {"name": "T", "description": "D", "sport_type": "Hike", "trainer": True},
            ),
        ],
    )
    def test_sends_what_is_asked_for_and_nothing_else(self, account, alter, given, sent) -> None:
        number = account.add_activity(
            name="Was", description="Was", sport_type="Run", trainer=not given.get("trainer")
        )
        answer = alter(number, **given)
        (request,) = account.of(CHANGE)
        assert len(account.requests) == 1
        assert request.json() == sent
        assert request.query == {}
        for field, value in given.items():
            assert getattr(answer, field) == value

    def test_never_writes_a_sport_back_that_was_only_read(self, account, fetch, alter) -> None:
        number = account.add_activity(sport_type="BackwardRun")
        before = fetch(number)
        alter(number, description=f"{before.description}more")
        assert account.activities[number]["sport_type"] == "BackwardRun"

    def test_answers_with_what_strava_says_that_it_kept(self, account, alter) -> None:
        account.normalises = True
        number = account.add_activity()
        assert alter(number, description="Mine \r\n ").description == "Mine"

    def test_to_a_sport_that_is_none_sends_nothing(self, account, alter) -> None:
        number = account.add_activity()
        with pytest.raises(bt.UsageError, match="no sport 'walk'"):
            alter(number, sport="walk")
        assert account.requests == []

    def test_is_sent_once_also_when_the_answer_is_lost(self, account, alter) -> None:
        number = account.add_activity()
        account.next(mishaps.cut_after_acting(), on=CHANGE)
        with pytest.raises(bt.Unreachable, match="may be done or not"):
            alter(number, description="Mine")
        assert len(account.of(CHANGE)) == 1
        assert account.description(number) == "Mine"

    def test_with_a_token_that_ended_is_done_once(self, account, alter) -> None:
        number = account.add_activity()
        account.expire()
        assert alter(number, description="Mine").description == "Mine"
        assert (len(account.of(CHANGE)), account.refreshes) == (2, 1)


class Clock:
    """A clock that goes on when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(account, monkeypatch) -> Clock:
    assert account
    monkeypatch.setattr(uploading, "STEP_SECONDS", 1.0)
    return Clock()


@pytest.fixture
def put(shelf, clock):
    """Upload a recording by the clock."""

    def put(data: bytes, name: str = "run.fit", **given: object) -> bt.Uploaded:
        request = bt.UploadRequest(data=data, name=name, book=shelf, **given)
        return upload(request, StravaClient(), sleep=clock.sleep, clock=clock)

    return put


FIT = strava_files.fit()


class TestUploading:
    @pytest.mark.parametrize(
        ("name", "content", "kind"),
        [
            ("run.fit", FIT, "fit"),
            ("RUN.FIT", FIT, "fit"),
            ("run.fit.gz", gzip.compress(FIT), "fit.gz"),
            ("a.fit.gpx", strava_files.gpx(), "gpx"),
            ("run.gpx.gz", gzip.compress(strava_files.gpx()), "gpx.gz"),
        ],
    )
    def test_makes_an_activity(self, account, put, clock, name, content, kind) -> None:
        account.polls = 3
        done = put(content, name)
        assert done.state == "new"
        assert int(done.id) in account.activities
        (sent,) = account.of(UPLOAD)
        assert sent.query == {"data_type": [kind], "external_id": [hashlib.sha256(content).hexdigest()[:16]]}
        assert clock.slept == [1.0] * len(account.of(POLL))
        assert len(clock.slept) == 4

    @pytest.mark.parametrize("links", [True, False])
    def test_of_what_is_there_says_which_it_is(self, account, put, links) -> None:
        account.links_duplicates = links
        first = put(FIT)
        again = put(FIT)
        assert again == bt.Uploaded(id=first.id, state="there already")
        assert len(account.activities) == 1

    @pytest.mark.parametrize(
        "said",
        [
            "x.fit duplicate of activity 15000000001",
            "x duplicate of <a href='/activities/15000000001' target='_blank'>Run 2026, 5 km</a>",
            'x Duplicate of\n<a href="https://www.strava.com/activities/15000000001?x=2">1</a>',
            "2026-12-02.fit is a duplicate of activity #15000000001.",
            "duplicate of 15000000001",
        ],
    )
    @pytest.mark.parametrize("at_once", [True, False])
    def test_recognises_a_duplicate_however_it_is_said(self, account, put, said, at_once) -> None:
        body = {"id": 5, "external_id": "abc", "error": said, "status": "error", "activity_id": None}
        if at_once:
            account.next(mishaps.answering(400, body), on=UPLOAD)
        else:
            account.next(mishaps.answering(200, body), on=POLL)
        assert put(FIT) == bt.Uploaded(id="15000000001", state="there already")

    @pytest.mark.parametrize(
        "said",
        ["a duplicate of another activity", "duplicate of <a>Run</a>", "duplicate of Run 20261202"],
    )
    def test_refuses_a_duplicate_of_nobody_knows_what(self, account, put, said) -> None:
        body = {"id": 16000000001, "external_id": "1234567", "error": said, "activity_id": None}
        account.next(mishaps.answering(200, body), on=POLL)
        with pytest.raises(bt.Refused, match="duplicate of") as raised:
            put(FIT)
        assert "16000000001" not in str(raised.value)

    def test_that_is_refused_at_once_is_told(self, account, put) -> None:
        account.next(mishaps.answering(400, {"error": "The file is empty."}), on=UPLOAD)
        with pytest.raises(bt.Refused, match="The file is empty"):
            put(FIT)
        assert account.of(POLL) == []

    def test_of_a_broken_file_repeats_what_strava_says(self, account, put) -> None:
        with pytest.raises(bt.Refused, match="can make no activity of it") as raised:
            put(b"no FIT file")
        assert raised.value.details["said"] in str(raised.value)
        assert "Upload ID" not in str(raised.value)
        assert account.activities == {}

    @pytest.mark.parametrize("status", ["There was an error processing your activity.", "odd <b>words</b>"])
    def test_of_what_cannot_be_processed_repeats_what_strava_says(self, account, put, status) -> None:
        account.next(mishaps.answering(200, {"id": 5, "error": status, "activity_id": None}), on=POLL)
        with pytest.raises(bt.Refused) as raised:
            put(FIT)
        assert status.replace("<b>", "").replace("</b>", "") in str(raised.value)

    def test_of_an_activity_that_was_deleted_says_so(self, account, put) -> None:
        body = {
            "id": 5,
            "error": None,
            "activity_id": None,
            "status": "The created activity has been deleted.",
        }
        account.next(mishaps.answering(200, body), on=POLL)
        with pytest.raises(bt.Refused, match="deleted"):
            put(FIT)

    def test_that_is_never_ready_ends_and_says_that_it_may_appear(self, account, put, clock) -> None:
        account.polls = 10**6
        told: list[tuple[int, int]] = []
        with pytest.raises(bt.ServiceFailed, match=r"may still appear.*backtrack annotate"):
            put(FIT, waiting=lambda done, most: told.append((done, most)))
        assert sum(clock.slept) == LONGEST_SECONDS
        assert told[0] == (0, LONGEST_SECONDS)
        assert told[-1] == (LONGEST_SECONDS - 1, LONGEST_SECONDS)

    def test_that_says_of_no_upload_is_told(self, account, put) -> None:
        account.next(mishaps.answering(201, {}), on=UPLOAD)
        with pytest.raises(bt.ServiceFailed, match="which upload"):
            put(FIT)
        assert account.of(POLL) == []

    @pytest.mark.parametrize(
        ("mishap", "error"),
        [
            (mishaps.html(200), bt.ServiceFailed),
            (mishaps.html(502), bt.ServiceFailed),
            (mishaps.answering(500), bt.ServiceFailed),
            (mishaps.cut_after_acting(), bt.Unreachable),
            (limited(), bt.RateLimited),
        ],
    )
    def test_that_fails_is_sent_once_and_the_next_one_finds_it(self, account, put, mishap, error) -> None:
        account.next(mishap, on=UPLOAD)
        with pytest.raises(error):
            put(FIT)
        assert len(account.of(UPLOAD)) == 1
        assert int(put(FIT).id) in account.activities
        assert len(account.activities) == 1

    @pytest.mark.parametrize(
        "mishap", [mishaps.html(200), mishaps.html(502), mishaps.cut_before_acting(), mishaps.truncated()]
    )
    def test_asks_again_when_a_question_is_not_answered(self, account, put, mishap) -> None:
        account.next(mishap, on=POLL, times=2)
        assert put(FIT).state == "new"
        assert len(account.of(UPLOAD)) == 1

    def test_stops_asking_when_no_more_is_taken_and_says_that_it_may_appear(self, account, put) -> None:
        account.next(limited(), on=POLL)
        with pytest.raises(bt.RateLimited, match=r"The recording was taken.*may still appear") as raised:
            put(FIT)
        assert isinstance(raised.value.details["retry_after"], int)
        assert len(account.of(POLL)) == 1

    def test_outlives_a_token_that_ends_meanwhile(self, account, put) -> None:
        account.polls = 3
        assert put(FIT, waiting=lambda done, _: account.expire() if done == 1 else None).state == "new"
        assert (account.refreshes, len(account.of(UPLOAD))) == (1, 1)

    def test_with_a_token_that_ended_is_sent_whole_the_second_time(self, account, put) -> None:
        account.expire()
        assert put(FIT).state == "new"
        (activity,) = account.activities.values()
        assert activity["elapsed_time"] == 1500

    @pytest.mark.parametrize("name", ["run.zip", "run", "fit", "run.fit.bz2", "run.gz"])
    def test_of_another_kind_of_file_sends_nothing(self, account, put, name) -> None:
        with pytest.raises(bt.UsageError, match=r"\.fit"):
            put(FIT, name)
        assert account.requests == []


def test_a_recording_that_another_account_has_is_uploaded_to_this_one(account, tmp_path) -> None:
    path = tmp_path / "run.fit"
    path.write_bytes(FIT)
    first = bt.upload_recording(path, "strava")
    assert bt.upload_recording(path, "strava").state == "there already"
    theirs = account.activities.pop(int(first.id))
    account.athlete_number += 1
    sessions.keep(msgspec.structs.replace(sessions.kept_session(), athlete=account.athlete_number))
    account.activities[int(first.id)] = {**theirs, "start_date": "2020-01-01T00:00:00Z"}  # public, and read
    second = bt.upload_recording(path, "strava")
    assert (second.state, second.id != first.id) == ("new", True)
    found = bt.find_activities(bt.read_recording(path), "strava")
    assert [each.id for each in found] == [second.id]


def test_the_destination_offers_all_of_it(account, shelf) -> None:
    destination = bt.Registry().destination("strava")
    activities = destination.activities
    assert activities is not None
    assert activities.upload is not None
    assert destination.options is not None
    given = {"options": destination.options(), "book": shelf}
    done = activities.upload(bt.UploadRequest(data=FIT, name="run.fit", **given))
    found = list(
        activities.find(bt.ActivityQuery(after=strava_files.START, before=strava_files.START, **given))
    )
    assert [each.id for each in found] == [done.id]
    changed = activities.change(bt.ActivityChange(id=done.id, description="Mine", **given))
    there = activities.read(bt.ActivityRequest(id=done.id, **given))
    assert changed == there
    assert msgspec.structs.replace(there, description=None) == found[0]
    assert int(done.id) in account.activities
