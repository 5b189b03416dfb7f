"""``annotate --to`` and ``send`` of recordings: what is shown, asked, done and refused."""

from __future__ import annotations

import datetime as dt
import importlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from documents import ROOT
from recorded import Lap, recorded_fit

import backtrack_plugins as bt

if TYPE_CHECKING:
    from services import Service

RESET = ROOT / "examples/recordings/after-intervals-reset.fit"
START = dt.datetime(2026, 12, 2, 17, 30, tzinfo=dt.UTC)
CLUB = """
from services import Service

SERVICE = Service()
backtrack_destinations = SERVICE.backtrack_destinations
"""


@pytest.fixture
def service(plugins) -> Service:
    """A service with recorded activities, whose plugin is installed as ``club``."""
    module = plugins.install("backtrack-club", CLUB, destinations=("club",))
    found: Service = importlib.import_module(module).SERVICE
    return found


@pytest.fixture
def recording(command) -> str:  # noqa: ARG001 - in whose folder it is
    shutil.copy(RESET, "done.fit")
    return "done.fit"


@pytest.fixture
def activity(service: Service) -> bt.Activity:
    """The activity that the recording is, as the club has it."""
    recorded = bt.read_recording(RESET)
    return service.add("7", "Felt good.", elapsed_seconds=recorded.elapsed_seconds or recorded.seconds)


def text_of(recording: str) -> str:
    recorded = bt.read_recording(recording)
    review = bt.review(bt.expand(bt.workout_in(recorded)), recorded)
    return bt.annotate(review).text


class TestAnnotating:
    @pytest.mark.usefixtures("activity")
    def test_finds_shows_the_difference_asks_and_annotates(
        self, command, service: Service, recording: str, terminal
    ) -> None:
        terminal(b"y\n")
        done = command("annotate", recording, "--to", "club")
        assert done.code == 0, done.err
        assert f"7: Afternoon Run, {START:%Y-%m-%d %H:%M}" in done.err
        assert (
            "description:\n  Felt good.\n+\n+ Treadmill, which way you face: After-intervals reset\n"
            in done.err
        )
        assert "Annotate? [y/N] " in done.err
        assert done.out == "club/7  (annotated)\n"
        assert service.activities["7"].description == f"Felt good.\n\n{text_of(recording)}"

    @pytest.mark.parametrize("answer", [b"n\n", b"\n"])
    @pytest.mark.usefixtures("activity")
    def test_anything_but_yes_changes_nothing(
        self, command, service: Service, recording: str, terminal, answer: bytes
    ) -> None:
        terminal(answer)
        done = command("annotate", recording, "--to", "club")
        assert (done.code, done.out, service.changes) == (0, "", [])
        assert done.err.endswith("Nothing was changed.\n")

    @pytest.mark.usefixtures("activity")
    def test_what_is_written_into_the_block_while_somebody_is_asked_is_shown_before_it_goes(
        self, command, service: Service, recording: str, terminal
    ) -> None:
        command("annotate", recording, "--to", "club", "--yes")
        there = service.activities["7"].description or ""
        seen = there.replace("8:00 forward", "8:00 slow forward")
        service.edit("7", description=seen)
        reads = service.reads

        def meanwhile() -> None:
            if service.reads == reads + 3:  # known by the book, planned, and then read once more
                service.edit("7", description=seen.replace("\n5x\n", "\nMy knee hurt.\n5x\n"))

        service.before_read = meanwhile
        terminal(b"y\nn\n")
        done = command("annotate", recording, "--to", "club", "--overwrite")
        assert (done.code, done.out) == (0, "")
        assert "It was changed there while you were asked." in done.err
        assert "- My knee hurt." in done.err
        assert "My knee hurt." in (service.activities["7"].description or "")

    @pytest.mark.usefixtures("activity")
    def test_nobody_there_is_told_what_to_add(self, command, service: Service, recording: str) -> None:
        done = command("annotate", recording, "--to", "club")
        assert (done.code, service.changes) == (2, [])
        assert "add --yes to change it, or --dry-run to look at it alone" in done.err

    @pytest.mark.usefixtures("activity")
    def test_a_dry_run_shows_and_changes_nothing(self, command, service: Service, recording: str) -> None:
        done = command("annotate", recording, "--to", "club", "--dry-run")
        assert (done.code, service.changes) == (0, [])
        assert "+ Treadmill, which way you face" in done.err
        assert done.err.endswith("A dry run: nothing was changed.\n")

    @pytest.mark.usefixtures("activity")
    def test_again_nothing_is_asked_and_nothing_sent(self, command, service: Service, recording: str) -> None:
        command("annotate", recording, "--to", "club", "--yes")
        done = command("annotate", recording, "--to", "club")
        assert (done.code, done.out, len(service.changes)) == (0, "club/7  (as it should be already)\n", 1)
        data = command("annotate", recording, "--to", "club", "--json").data
        assert (data["changed"], data["state"]) == (False, "unchanged")

    @pytest.mark.usefixtures("activity")
    def test_title_sport_and_indoors_only_when_asked_for(
        self, command, service: Service, recording: str
    ) -> None:
        done = command(
            "annotate", recording, "--to", "club", "--yes", "--title", "--sport", "Walk", "--trainer"
        )
        now = service.activities["7"]
        assert now.title.startswith("After-intervals reset (4:25 backward")
        assert (now.sport, now.trainer) == ("Walk", True)
        assert "title:\n- Afternoon Run\n+ After-intervals reset" in done.err
        assert "trainer:\n- not said\n+ yes\n" in done.err

    def test_a_named_activity_is_not_looked_for(self, command, service: Service, recording: str) -> None:
        service.add("99", started=START + dt.timedelta(days=30))
        done = command("annotate", recording, "--to", "club:99", "--yes")
        assert (done.code, done.out) == (0, "club/99  (annotated)\n")

    @pytest.mark.usefixtures("service")
    def test_none_says_what_to_do(self, command, recording: str) -> None:
        done = command("annotate", recording, "--to", "club", "--yes")
        assert (done.code, done.out) == (2, "")
        assert "no activity on club began within 5 minutes of 2026-12-02" in done.err
        assert "backtrack send done.fit --to club" in done.err
        assert "--to club:NUMBER" in done.err

    def test_several_are_asked_about(
        self, command, service: Service, activity: bt.Activity, recording: str, terminal
    ) -> None:
        service.add("8", title="The other", elapsed_seconds=activity.elapsed_seconds)
        terminal(b"2\ny\n")
        done = command("annotate", recording, "--to", "club")
        assert "  1  7: Afternoon Run, 2026-12-02" in done.err
        assert "  2  8: The other, 2026-12-02" in done.err
        assert done.out == "club/8  (annotated)\n"

    def test_several_with_nobody_there_name_each(
        self, command, service: Service, activity: bt.Activity, recording: str
    ) -> None:
        service.add("8", elapsed_seconds=activity.elapsed_seconds)
        done = command("annotate", recording, "--to", "club", "--yes")
        assert (done.code, service.changes) == (2, [])
        assert "--to club:7  7: Afternoon Run" in done.err
        assert "--to club:8  " in done.err

    def test_a_plan_can_be_put_on_a_named_activity_alone(self, command, service: Service) -> None:
        service.add("5")
        assert command("annotate", "first-steps", "--to", "club:5", "--yes").code == 0
        assert "1:00 backward walk 1.6 km/h grip rail" in (service.activities["5"].description or "")
        done = command("annotate", "first-steps", "--to", "club", "--yes")
        assert (done.code, "a plan has no date" in done.err) == (2, True)

    @pytest.mark.usefixtures("service", "activity")
    def test_the_same_as_data(self, command, recording: str) -> None:
        done = command("annotate", recording, "--to", "club", "--dry-run", "--json")
        assert (done.err, done.data["changed"], done.data["state"]) == ("", False, "new")
        assert done.data["before"]["description"] == "Felt good."
        done = command("annotate", recording, "--to", "club", "--yes", "--json")
        assert (done.data["changed"], done.data["activity"], done.data["errors"]) == (True, "7", [])

    def test_half_a_block_is_shown_and_left_alone(
        self, command, service: Service, activity: bt.Activity, recording: str
    ) -> None:
        half = text_of(recording).rpartition("\n")[0]
        service.add("7", f"Mine.\n\n{half}", elapsed_seconds=activity.elapsed_seconds)
        done = command("annotate", recording, "--to", "club", "--yes", "--overwrite")
        assert (done.code, service.changes) == (2, [])
        assert "Treadmill, which way you face: After-intervals reset" in done.err

    def test_a_block_edited_inside_is_replaced_only_when_asked_for(
        self, command, service: Service, activity: bt.Activity, recording: str
    ) -> None:
        edited = text_of(recording).replace("backward", "backwards!", 1)
        service.add("7", edited, elapsed_seconds=activity.elapsed_seconds)
        done = command("annotate", recording, "--to", "club", "--yes")
        assert (done.code, service.changes) == (2, [])
        assert "--overwrite" in done.err
        assert command("annotate", recording, "--to", "club", "--yes", "--overwrite").code == 0
        assert service.activities["7"].description == text_of(recording)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--title",), "--title: of no use without the account"),
            (("--remove", "--yes"), "--remove, --yes: of no use without the account"),
            (("--remove", "--to", "club", "--title"), "--title: of no use with --remove"),
        ],
    )
    @pytest.mark.usefixtures("service")
    def test_what_does_not_go_together_is_said_at_once(
        self, command, recording: str, arguments: tuple[str, ...], said: str
    ) -> None:
        done = command("annotate", recording, *arguments)
        assert (done.code, done.out) == (2, "")
        assert said in done.err

    def test_without_anything_it_says_what_to_give(self, command) -> None:
        done = command("annotate")
        assert (done.code, "give the file that the watch recorded, or a workout" in done.err) == (2, True)

    @pytest.mark.usefixtures("service")
    def test_a_colon_without_a_number_is_refused(self, command, recording: str) -> None:
        assert "a number comes after the colon" in command("annotate", recording, "--to", "club:").err


class TestRemoving:
    @pytest.mark.usefixtures("activity")
    def test_what_the_user_wrote_is_left(self, command, service: Service, recording: str, terminal) -> None:
        command("annotate", recording, "--to", "club", "--yes")
        terminal(b"y\n")
        done = command("annotate", "--remove", "--to", "club:7")
        assert "Remove it? [y/N] " in done.err
        assert "- Treadmill, which way you face: After-intervals reset" in done.err
        assert (done.code, done.out) == (0, "club/7  (annotation removed)\n")
        assert service.activities["7"].description == "Felt good."

    @pytest.mark.usefixtures("activity")
    def test_by_its_recording(self, command, service: Service, recording: str) -> None:
        command("annotate", recording, "--to", "club", "--yes")
        assert command("annotate", recording, "--remove", "--to", "club", "--yes").code == 0
        assert service.activities["7"].description == "Felt good."

    @pytest.mark.usefixtures("service", "activity")
    def test_where_there_is_none_it_says_so(self, command) -> None:
        done = command("annotate", "--remove", "--to", "club:7")
        assert (done.code, done.out) == (0, "club/7  (no annotation there)\n")

    @pytest.mark.usefixtures("service")
    def test_without_a_number_and_a_recording_it_asks_for_one(self, command) -> None:
        done = command("annotate", "--remove", "--to", "club")
        assert (done.code, "which activity? --to club:NUMBER" in done.err) == (2, True)


@pytest.mark.usefixtures("service")
def test_unsend_says_what_takes_a_text_out(command, recording: str) -> None:
    done = command("unsend", recording, "--to", "club", "--yes")
    assert done.code == 2
    assert "backtrack annotate --remove --to club:NUMBER" in done.err


class TestUploading:
    def test_shows_asks_uploads_and_annotates(
        self, command, service: Service, recording: str, terminal
    ) -> None:
        terminal(b"y\n")
        done = command("send", recording, "--to", "club")
        assert done.code == 0, done.err
        assert "done.fit: 2026-12-02 18:30" in done.err
        assert "then this in its description:\n\nTreadmill, which way you face" in done.err
        assert done.out == "done.fit: uploaded, activity 1001\nclub/1001  (annotated)\n"
        assert service.activities["1001"].description == text_of(recording)

    def test_again_it_is_there_and_as_it_should_be(self, command, service: Service, recording: str) -> None:
        command("send", recording, "--to", "club", "--yes")
        done = command("send", recording, "--to", "club", "--yes")
        assert done.out == "done.fit: there already, activity 1001\nclub/1001  (as it should be already)\n"
        assert len(service.uploads) == 1

    def test_what_it_is_taken_for_is_annotated_only_if_it_may_be_it(
        self, command, service: Service, recording: str
    ) -> None:
        service.add("8", "A long day.", started=START - dt.timedelta(hours=2), elapsed_seconds=4 * 3600.0)
        service.duplicate_of = "8"
        for _ in range(2):
            done = command("send", recording, "--to", "club", "--yes")
            assert done.code == 0
            said = " ".join(done.out.split())
            assert "not annotated: club takes it for activity 8, which began at another time" in said
            assert "backtrack annotate done.fit --to club:8" in said
        assert (service.activities["8"].description, service.changes) == ("A long day.", [])
        command("annotate", recording, "--to", "club:8", "--yes")
        done = command("send", recording, "--to", "club", "--yes")
        assert done.out == "done.fit: there already, activity 8\nclub/8  (as it should be already)\n"

    @pytest.mark.usefixtures("activity")
    def test_what_it_is_taken_for_and_may_be_it_is_annotated(
        self, command, service: Service, recording: str
    ) -> None:
        service.duplicate_of = "7"
        done = command("send", recording, "--to", "club", "--yes")
        assert done.out == "done.fit: there already, activity 7\nclub/7  (annotated)\n"

    @pytest.mark.usefixtures("activity")
    def test_what_it_may_be_already_is_shown_before_anybody_is_asked(
        self, command, service: Service, recording: str
    ) -> None:
        done = command("send", recording, "--to", "club", "--dry-run")
        assert (done.code, service.uploads) == (0, [])
        assert f"note  there already, as it seems: 7: Afternoon Run, {START:%Y-%m-%d %H:%M}" in done.err

    def test_who_is_not_signed_in_is_told_before_they_are_asked(
        self, command, service: Service, recording: str, terminal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def nobody(_: object) -> object:
            raise bt.NotSignedIn("club: nobody is signed in", service="club")

        monkeypatch.setattr(service, "find", nobody)
        terminal(b"y\n")
        done = command("send", recording, "--to", "club")
        assert (done.code, done.out, service.uploads) == (2, "", [])
        assert done.err == "error: club: nobody is signed in\nNothing was sent.\n"

    def test_a_dry_run_uploads_nothing(self, command, service: Service, recording: str) -> None:
        done = command("send", recording, "--to", "club", "--dry-run")
        assert (done.code, service.uploads) == (0, [])
        assert done.err.endswith("A dry run: nothing was sent.\n")

    def test_a_recording_without_a_plan_is_uploaded_alone(self, command, service: Service) -> None:
        Path("free.fit").write_bytes(recorded_fit([], [Lap(300)]))
        done = command("send", "free.fit", "--to", "club", "--yes")
        assert done.code == 0
        assert "not annotated: free.fit: the plan cannot be rebuilt" in " ".join(done.out.split())
        assert "\n  next  backtrack annotate free.fit --workout FILE --to club:1001\n" in done.out
        assert service.activities["1001"].description == ""

    def test_a_workout_is_refused_and_nothing_sent(self, command, service: Service, recording: str) -> None:
        shutil.copy(ROOT / "examples/workouts/easy-run.backtrack", "a.backtrack")
        done = command("send", "a.backtrack", recording, "--to", "club", "--yes")
        assert (done.code, service.uploads) == (2, [])
        assert "a.backtrack: this is a workout" in done.err
        assert "backtrack annotate a.backtrack --to club:NUMBER" in done.err
        assert "--workout" not in done.err  # which this command does not have
        assert done.err.endswith("Nothing was sent.\n")

    def test_what_is_for_workouts_alone_is_refused(self, command, service: Service, recording: str) -> None:
        done = command("send", recording, "--to", "club", "--on", "2026-12-02", "--device", "x", "--yes")
        assert (done.code, service.uploads) == (2, [])
        assert "--on: of no use for a recorded activity" in done.err
        assert "--device: of no use for a recorded activity" in done.err

    def test_uploaded_and_not_annotated_says_how_to_go_on(
        self, command, service: Service, recording: str
    ) -> None:
        def refuse(_: bt.ActivityChange) -> None:
            raise bt.ServiceFailed("club failed", service="club", status=500)

        service.before_change = refuse
        done = command("send", recording, "--to", "club", "--yes")
        assert done.code == 3
        assert "backtrack annotate done.fit --to club:1001" in " ".join(done.err.split())
        service.before_change = lambda _: None
        assert command("annotate", recording, "--to", "club", "--yes").out == "club/1001  (annotated)\n"

    @pytest.mark.usefixtures("service")
    def test_the_same_as_data(self, command, recording: str) -> None:
        done = command("send", recording, "--to", "club", "--yes", "--json")
        [receipt] = done.data["receipts"]
        assert (done.err, done.data["sent"], receipt["upload"]) == ("", True, "new")
        assert receipt["annotated"]["state"] == "new"
