"""The stand-in Connect: what is known of the real one is imitated, and what tests need can be seen."""

from __future__ import annotations

import pytest
import requests

from backtrack_garmin.testing import ConnectStandIn

WORKOUT = "/workout-service/workout"


def step(order: int = 1, **fields) -> dict:
    return {
        "type": "ExecutableStepDTO",
        "stepOrder": order,
        "stepType": {"stepTypeId": 3, "stepTypeKey": "interval"},
        "endCondition": {"conditionTypeId": 2, "conditionTypeKey": "time"},
        "endConditionValue": 60,
        "targetType": {"workoutTargetTypeId": 1, "workoutTargetTypeKey": "no.target"},
        **fields,
    }


def body(*steps: dict, **fields) -> dict:
    sport = {"sportTypeId": 1, "sportTypeKey": "running"}
    return {
        "workoutName": "First steps",
        "description": "A page.",
        "sportType": sport,
        "workoutSegments": [{"segmentOrder": 1, "sportType": sport, "workoutSteps": list(steps) or [step()]}],
        **fields,
    }


def steps_of(workout: dict) -> list[dict]:
    (segment,) = workout["workoutSegments"]
    return segment["workoutSteps"]


@pytest.fixture
def service():
    with ConnectStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def ask(service):
    """Sends a request as the account's owner, and returns status and JSON."""
    token = service._issue(service.account)["access_token"]

    def ask(method: str, path: str, sent=None, *, token: str = token, **query) -> tuple[int, object]:
        response = requests.request(
            method,
            f"{service.base_url}{path}",
            params=query,
            json=sent,
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        return response.status_code, response.json() if response.content else None

    return ask


class TestAWorkout:
    def test_gets_a_number_and_comes_back_with_everything_that_was_left_out(self, ask) -> None:
        status, made = ask("POST", WORKOUT, body())
        assert status == 200
        assert ask("GET", f"{WORKOUT}/{made['workoutId']}") == (200, made)
        assert made["ownerId"] == made["author"]["userProfilePk"]
        assert made["subSportType"] is None
        (only,) = steps_of(made)
        assert only["stepId"] > 0
        assert only["childStepId"] is None
        assert only["strokeType"] == {"strokeTypeId": 0, "strokeTypeKey": None, "displayOrder": 0}

    def test_is_what_its_numbers_say_whatever_the_keys_say(self, ask) -> None:
        odd = step(
            stepType={"stepTypeId": 2, "stepTypeKey": "warmup"},
            endCondition={"conditionTypeId": 1, "conditionTypeKey": "distance"},
            targetType={"workoutTargetTypeId": 5, "workoutTargetTypeKey": "pace.zone"},
        )
        _, made = ask("POST", WORKOUT, body(odd))
        (kept,) = steps_of(made)
        assert kept["stepType"]["stepTypeKey"] == "cooldown"
        assert kept["endCondition"]["conditionTypeKey"] == "lap.button"
        assert kept["targetType"]["workoutTargetTypeKey"] == "speed.zone"

    @pytest.mark.parametrize(
        "wrong",
        [
            body(sportType={"sportTypeId": 12, "sportTypeKey": "walking"}),
            body(step(stepType={"stepTypeId": 9})),
            body(step(endCondition={"conditionTypeKey": "time"})),
            body(step(targetType={"workoutTargetTypeId": 99})),
            body(step(type="StepDTO")),
            body(step(stepOrder=None)),
            body({"type": "RepeatGroupDTO", "stepOrder": 1, "stepType": {"stepTypeId": 6}}),
            body(workoutName=""),
            body(workoutSegments=[]),
            [],
        ],
    )
    def test_that_is_none_is_refused(self, ask, service, wrong) -> None:
        status, said = ask("POST", WORKOUT, wrong)
        assert status == 400
        assert said["message"]
        assert service.workouts == {}

    def test_has_its_values_rounded_to_seven_decimals(self, ask) -> None:
        pace = {"workoutTargetTypeId": 6}
        _, made = ask("POST", WORKOUT, body(step(targetType=pace, targetValueOne=25 / 6, targetValueTwo=4.0)))
        (kept,) = steps_of(made)
        assert (kept["targetValueOne"], kept["targetValueTwo"]) == (4.1666667, 4)

    def test_keeps_repeats_in_repeats(self, ask) -> None:
        inner = {
            "type": "RepeatGroupDTO",
            "stepOrder": 2,
            "stepType": {"stepTypeId": 6},
            "childStepId": 2,
            "numberOfIterations": 3,
            "workoutSteps": [step(3, childStepId=2)],
        }
        outer = {**inner, "stepOrder": 1, "childStepId": 1, "numberOfIterations": 2, "workoutSteps": [inner]}
        _, made = ask("POST", WORKOUT, body(outer))
        (kept,) = steps_of(made)
        assert kept["numberOfIterations"] == 2
        assert kept["endCondition"]["conditionTypeKey"] == "iterations"
        assert kept["workoutSteps"][0]["workoutSteps"][0]["stepOrder"] == 3

    def test_is_replaced_as_a_whole_and_keeps_its_number(self, ask) -> None:
        _, made = ask("POST", WORKOUT, body())
        number = made["workoutId"]
        changed = body(step(endConditionValue=90), workoutId=number)
        del changed["description"]
        assert ask("PUT", f"{WORKOUT}/{number}", changed) == (204, None)
        _, now = ask("GET", f"{WORKOUT}/{number}")
        assert (now["workoutId"], now["createdDate"]) == (number, made["createdDate"])
        assert now["description"] is None
        assert steps_of(now)[0]["endConditionValue"] == 90
        assert now["updatedDate"] > made["updatedDate"]

    def test_is_not_replaced_by_one_of_another_number(self, ask) -> None:
        _, made = ask("POST", WORKOUT, body())
        status, _ = ask("PUT", f"{WORKOUT}/{made['workoutId']}", body(workoutId=1))
        assert status == 400

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
    def test_that_is_not_there_is_not_found(self, ask, method) -> None:
        sent = body(workoutId=1) if method == "PUT" else None
        assert ask(method, f"{WORKOUT}/1", sent)[0] == 404

    def test_is_listed_in_pages_without_its_steps_the_newest_first(self, ask, service) -> None:
        numbers = [service.add_workout(body(workoutName=f"Number {place}")) for place in range(5)]
        pages = [ask("GET", "/workout-service/workouts", start=start, limit=2)[1] for start in (0, 2, 4, 6)]
        assert [len(page) for page in pages] == [2, 2, 1, 0]
        rows = [row for page in pages for row in page]
        assert [row["workoutId"] for row in rows] == numbers[::-1]
        assert all("workoutSegments" not in row and row["updateDate"] for row in rows)

    def test_belongs_to_one_account(self, ask, service) -> None:
        other = service.add_account("bob@example.com", "another-password")
        number = service.add_workout(body(), account=other)
        assert ask("GET", f"{WORKOUT}/{number}")[0] == 404
        token = service._issue(other)["access_token"]
        assert ask("GET", f"{WORKOUT}/{number}", token=token)[0] == 200

    def test_has_numbers_that_the_service_explains(self, ask) -> None:
        _, types = ask("GET", f"{WORKOUT}/types")
        found = {row["sportTypeId"]: row["sportTypeKey"] for row in types["workoutSportTypes"]}
        assert found[1] == "running"
        assert 12 not in found


class TestADay:
    def test_is_made_listed_moved_and_removed(self, ask, service) -> None:
        number = service.add_workout(body())
        _, made = ask("POST", f"/workout-service/schedule/{number}", {"date": "2026-12-02"})
        entry = made["workoutScheduleId"]
        assert entry != number
        assert (made["calendarDate"], made["workout"]["workoutId"]) == ("2026-12-02", number)
        moved = {**made, "calendarDate": "2026-12-09", "workout": {"workoutId": number}}
        assert ask("PUT", f"/workout-service/schedule/{entry}", moved)[1]["calendarDate"] == "2026-12-09"
        assert service.scheduled() == [("2026-12-09", number)]
        assert ask("DELETE", f"/workout-service/schedule/{entry}") == (204, None)
        assert service.scheduled() == []
        assert ask("GET", f"/workout-service/schedule/{entry}")[0] == 404

    def test_takes_the_same_workout_twice(self, ask, service) -> None:
        number = service.add_workout(body())
        for _ in range(2):
            ask("POST", f"/workout-service/schedule/{number}", {"date": "2026-12-02"})
        assert service.scheduled() == [("2026-12-02", number)] * 2

    def test_goes_with_its_workout(self, ask, service) -> None:
        number, other = service.add_workout(body()), service.add_workout(body())
        for each in (number, other):
            service.add_schedule(each, "2026-12-02")
        ask("DELETE", f"{WORKOUT}/{number}")
        assert service.scheduled() == [("2026-12-02", other)]

    @pytest.mark.parametrize("wrong", [{"date": "2 December"}, {"date": None}, {}, []])
    def test_that_is_no_date_is_refused(self, ask, service, wrong) -> None:
        number = service.add_workout(body())
        assert ask("POST", f"/workout-service/schedule/{number}", wrong)[0] == 400

    def test_is_for_no_workout_that_is_not_there(self, ask) -> None:
        assert ask("POST", "/workout-service/schedule/7", {"date": "2026-12-02"})[0] == 404

    @pytest.mark.parametrize(
        ("shape", "number", "day"),
        [
            ("as listed", "scheduledWorkoutId", "scheduleDate"),
            ("as one", "workoutScheduleId", "calendarDate"),
        ],
    )
    def test_is_listed_in_a_period_with_both_its_ends(self, ask, service, shape, number, day) -> None:
        service.lists = shape
        workout = service.add_workout(body())
        entries = [
            service.add_schedule(workout, f"2026-{day}") for day in ("11-30", "12-01", "12-31", "01-01")
        ]
        _, rows = ask(
            "GET",
            "/workout-service/schedule/workoutScheduleByPeriod",
            startDate="2026-12-01",
            endDate="2026-12-31",
        )
        assert [(row[number], row[day]) for row in rows] == [
            (entries[1], "2026-12-01"),
            (entries[2], "2026-12-31"),
        ]

    def test_shows_in_the_calendar_of_a_month_that_counts_from_nought(self, ask, service) -> None:
        workout = service.add_workout(body())
        service.add_schedule(workout, "2026-12-02")
        service.add_schedule(workout, "2026-10-02")
        (item,) = ask("GET", "/calendar-service/year/2026/month/11")[1]["calendarItems"]
        assert (item["itemType"], item["date"], item["workoutId"]) == ("workout", "2026-12-02", workout)


class TestADevice:
    def message(self, service, number: int, **fields) -> dict:
        return {
            "deviceId": next(iter(service.account.devices)),
            "messageUrl": f"workout-service/workout/FIT/{number}",
            "messageType": "workouts",
            "messageName": "First steps",
            "groupName": None,
            "priority": 1,
            "fileType": "FIT",
            "metaDataId": number,
            **fields,
        }

    def test_is_listed(self, ask, service) -> None:
        service.account.device_fields[3400000001] = {"lastSyncTime": "2026-11-01T08:00:00.0"}
        _, rows = ask("GET", "/device-service/deviceregistration/devices")
        assert [row["displayName"] for row in rows] == ["Forerunner 255", "Venu 3"]
        assert rows[0]["lastSyncTime"] == "2026-11-01T08:00:00.0"

    def test_that_was_used_last_may_be_none(self, ask, service) -> None:
        _, last = ask("GET", "/device-service/deviceservice/mylastused")
        assert last["userDeviceId"] not in service.account.devices

    def test_gets_a_message(self, ask, service) -> None:
        number = service.add_workout(body())
        sent = self.message(service, number)
        assert ask("POST", "/device-service/devicemessage/messages", [sent])[0] == 200
        (kept,) = service.messages
        assert sent.items() <= kept.items()

    @pytest.mark.parametrize("wrong", [{"deviceId": 1}, {"messageUrl": "workout-service/workout/FIT/1"}])
    def test_gets_no_message_that_is_wrong(self, ask, service, wrong) -> None:
        sent = self.message(service, service.add_workout(body()), **wrong)
        assert ask("POST", "/device-service/devicemessage/messages", [sent])[0] == 400
        assert service.messages == []

    def test_gets_a_list_of_messages_alone(self, ask, service) -> None:
        sent = self.message(service, service.add_workout(body()))
        assert ask("POST", "/device-service/devicemessage/messages", sent)[0] == 400


class TestAToken:
    @pytest.mark.parametrize("token", ["", "unknown"])
    def test_that_is_unknown_is_not_taken(self, ask, token) -> None:
        assert ask("GET", "/workout-service/workouts", token=token)[0] == 401

    def test_expires(self, ask, service) -> None:
        assert ask("GET", "/workout-service/workouts")[0] == 200
        service.expire()
        assert ask("GET", "/workout-service/workouts")[0] == 401

    def test_is_refreshed_once(self, ask, service) -> None:
        issued = service._issue(service.account)
        form = {"grant_type": "refresh_token", "refresh_token": issued["refresh_token"]}
        url = f"{service.base_url}/di-oauth2-service/oauth/token"
        first, second = (requests.post(url, data=form, timeout=30) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 400)
        assert ask("GET", "/workout-service/workouts", token=first.json()["access_token"])[0] == 200

    def test_is_in_no_log(self, ask, service) -> None:
        ask("GET", "/workout-service/workouts")
        service.garth_session()
        assert not [secret for secret in service.secrets if secret in service.log]


def test_its_clock_is_a_counter():
    def dates() -> list[str]:
        with ConnectStandIn() as service:
            made = [service.workouts[service.add_workout(body())] for _ in range(2)]
            return [each["createdDate"] for each in made]

    assert dates() == dates() == ["2026-01-01T00:00:00.0", "2026-01-01T00:00:01.0"]
