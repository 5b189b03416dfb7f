"""``backtrack send`` to an account: on which day, to which device, and which workout it is there."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import backtrack_plugins as bt
from backtrack_plugins.cli import progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome, Plugins

PAGE = "name: {name}\n9:00 forward walk 5 km/h\n"
TODAY = "2026-11-22"
FIRST_WEEKS = ("2026-11-25", "2026-12-02", "2026-12-09", "2026-12-16")

PLUGIN = """
from backtrack_plugins import Account, Destination, Exporter, NeedsChoice, Receipt, deliver_into, hookimpl

CALLS = []
DEVICES = {"7": "Watch of Ada", "8": "Watch of Bo"}

def club(request):
    CALLS.append(request)
    if request.device is not None and request.device not in DEVICES:
        raise NeedsChoice(
            f"no device is called {request.device}; say which:\\n  --device 7\\n  --device 8\\n"
            "They sync at night.",
            argument="device", choices=tuple(DEVICES), labels=tuple(DEVICES.values()),
        )
    for done, parcel in enumerate(request.parcels, start=1):
        if request.progress is not None:
            request.progress(done, len(request.parcels))
        where = f"club:{parcel.identity}"
        yield Receipt(artifact=parcel.artifact.name, where=where, state="new", on=parcel.on)

def shelf(request):
    if request.at is None:
        raise NeedsChoice("two shelves; say which:\\n  --at a\\n  --at b", argument="at", choices=("a", "b"))
    return deliver_into(request, request.at)

def odd(request):
    raise NeedsChoice("which colour?", argument="to", choices=("red",))

@hookimpl
def backtrack_exporters():
    return [Exporter(name="words", summary="Words", suffix=".txt", media_type="text/plain",
                     export=lambda request: request.page.encode(), carries=frozenset({"text"}))]

@hookimpl
def backtrack_destinations():
    said = {"summary": "A club", "takes": frozenset({"text/plain"}), "exporter": "words"}
    account = Account(name="club", terms="none", sign_in=lambda _: "", sign_out=lambda: "")
    return [
        Destination(name="club", deliver=club, schedules=True, pushes=True, account=account, **said),
        Destination(name="shelf", deliver=shelf, is_folder=True, **said),
        Destination(name="odd", deliver=odd, **said),
    ]
"""


class Club:
    """An account, and what it was asked last."""

    def __init__(self, plugins: Plugins, command: Callable[..., Outcome]) -> None:
        self._plugins = plugins
        self._command = command
        destinations = ("club", "shelf", "odd")
        self._module = plugins.install("acme", PLUGIN, exporters=("words",), destinations=destinations)

    def send(self, *arguments: object, to: str = "club") -> Outcome:
        return self._command("send", "--to", to, *arguments)

    @property
    def asked(self) -> list[Any]:
        return self._plugins.calls(self._module)

    @property
    def days(self) -> dict[str, str | None]:
        """The day that each was last sent for, by the artifact's name."""
        parcels = self.asked[-1].parcels
        return {each.artifact.name: None if each.on is None else str(each.on) for each in parcels}

    @property
    def identities(self) -> dict[str, str]:
        return {each.artifact.name: each.identity for each in self.asked[-1].parcels}


@pytest.fixture
def club(plugins: Plugins, command: Callable[..., Outcome]) -> Club:
    for name in ("tempo", "easy"):
        Path(f"{name}.backtrack").write_text(PAGE.format(name=name.title()), encoding="utf-8")
    return Club(plugins, command)


@pytest.fixture
def winter(club: Club, command: Callable[..., Outcome]) -> Path:
    """A programme of four weeks, on Wednesdays, for somebody who has never done it."""
    assert club
    Path("me.toml").write_text("level = 'first-timer'\nsafety_acknowledged = true\n", encoding="utf-8")
    new = ("programme", "new", "--weekday", "wed", "--weeks", 4, "-o", "winter")
    made = command(*new, "--today", TODAY, "--athlete", "me.toml")
    assert made.code == 0, made.err
    return Path("winter")


def first_week_done(command: Callable[..., Outcome]) -> None:
    said = ("--outcome", "rpe 12, all done", "--today", "2026-11-25", "--athlete", "me.toml")
    done = command("programme", "next", "winter", *said)
    assert done.code == 0, done.err


class TestOnADay:
    def test_each_workout_is_sent_for_that_day_and_it_is_said(self, club: Club) -> None:
        done = club.send("tempo.backtrack", "easy.backtrack", "--on", "2026-12-02", "--yes")
        assert done.code == 0, done.err
        assert club.days == {"tempo.txt": "2026-12-02", "easy.txt": "2026-12-02"}
        assert "  (new, on 2026-12-02)\n" in done.out
        assert "  (new, on 2026-12-02)\n" in done.err

    def test_without_a_day_they_are_for_any(self, club: Club) -> None:
        done = club.send("tempo.backtrack", "--yes")
        assert club.days == {"tempo.txt": None}
        assert "on" not in done.out

    def test_it_is_data_too(self, club: Club) -> None:
        done = club.send("tempo.backtrack", "--on", "2026-12-02", "--yes", "--json")
        assert [row["on"] for row in done.data["receipts"]] == ["2026-12-02"]

    def test_it_is_written_down(self, club: Club) -> None:
        club.send("tempo.backtrack", "--on", "2026-12-02", "--yes")
        assert bt.Book().shelf("club").get(bt.identity_of("tempo")).on == dt.date(2026, 12, 2)

    @pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "2026-2-3", "1999-12-31", ""])
    def test_a_day_that_is_none_is_refused_before_anything_is_asked(self, club: Club, day: str) -> None:
        done = club.send("tempo.backtrack", "--on", day, "--yes")
        assert (done.code, done.out, club.asked) == (2, "", [])
        assert "--on" in done.err
        assert done.err.endswith("Nothing was sent.\n")

    def test_a_page_that_was_moved_takes_no_other_s_place(self, club: Club) -> None:
        club.send("tempo.backtrack", "--yes")
        Path("other").mkdir()
        moved = Path("tempo.backtrack").rename("other/tempo.backtrack")
        assert "takes the place" not in club.send(moved, "--yes").err

    def test_that_is_past_is_sent_and_said(self, club: Club) -> None:
        done = club.send("tempo.backtrack", "--on", "2000-01-01", "--yes")
        assert (done.code, club.days) == (0, {"tempo.txt": "2000-01-01"})
        assert done.err.startswith("2000-01-01: past already; a watch gets what lies ahead\n")
        assert "past already" not in club.send("tempo.backtrack", "--on", "2199-01-01", "--yes").err

    def test_a_place_without_days_refuses_one(self, club: Club) -> None:
        Path("a").mkdir()
        done = club.send("tempo.backtrack", "--at", "a", "--on", "2026-12-02", "--yes", to="shelf")
        assert (done.code, done.out) == (2, "")
        assert "error: shelf puts nothing on a day; leave the day out\n" in done.err
        assert list(Path("a").iterdir()) == []


@pytest.mark.usefixtures("winter")
class TestAProgramme:
    def test_each_week_is_sent_for_its_day(self, club: Club) -> None:
        done = club.send("winter", "--on", "programme", "--yes")
        assert done.code == 0, done.err
        assert list(club.days.values()) == list(FIRST_WEEKS)
        assert list(club.days) == [f"week-0{number}.txt" for number in (1, 2, 3, 4)]
        assert "These weeks are planned for when every gate is passed." in done.err

    def test_its_folder_without_a_day_is_its_weeks_for_any(self, club: Club) -> None:
        assert club.send("winter", "--yes").code == 0
        assert list(club.days.values()) == [None] * 4

    def test_its_weeks_do_not_go_onto_one_day(self, club: Club) -> None:
        done = club.send("winter", "--on", "2026-12-02", "--yes")
        assert (done.code, done.out, club.asked) == (2, "", [])
        assert "error: 4 weeks of a programme on one day, 2026-12-02; " in done.err
        assert "--on programme" in done.err

    def test_a_week_by_itself_may_go_onto_another_day(self, club: Club) -> None:
        assert club.send("winter/week-02.backtrack", "--on", "2026-12-03", "--yes").code == 0
        assert club.days == {"week-02.txt": "2026-12-03"}

    def test_its_state_is_no_workout_and_its_folder_is_named(self, club: Club) -> None:
        done = club.send("winter/programme.toml", "--yes")
        assert (done.code, done.out, club.asked) == (2, "", [])
        assert "that is a programme's state; name its folder, winter\n" in done.err

    def test_a_week_that_is_done_is_left_out(self, club: Club, command) -> None:
        first_week_done(command)
        assert club.send("winter", "--on", "programme", "--yes").code == 0
        assert list(club.days) == ["week-02.txt", "week-03.txt", "week-04.txt"]

    def test_a_week_that_is_done_is_refused_when_it_is_named(self, club: Club, command) -> None:
        first_week_done(command)
        done = club.send("winter/week-01.backtrack", "--on", "programme", "--yes")
        assert (done.code, club.asked) == (2, [])
        assert "error: winter/week-01.backtrack: that week is done; there is nothing to send\n" in done.err

    @pytest.mark.parametrize("path", ["winter/week-02.backtrack", "./winter/week-02.backtrack"])
    def test_a_week_by_itself_is_the_same_workout_and_has_its_day(self, club: Club, path: str) -> None:
        club.send("winter", "--on", "programme", "--yes")
        whole = club.identities
        club.send(path, "--on", "programme", "--yes")
        assert club.identities == {"week-02.txt": whole["week-02.txt"]}
        assert club.days == {"week-02.txt": "2026-12-02"}

    def test_a_week_from_inside_its_folder_is_the_same_too(
        self, club: Club, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        club.send("winter", "--yes")
        whole = club.identities
        monkeypatch.chdir("winter")
        club.send("week-02.backtrack", "--yes")
        assert club.identities == {"week-02.txt": whole["week-02.txt"]}

    def test_a_week_that_is_named_twice_is_sent_once(self, club: Club) -> None:
        assert club.send("winter", "winter/week-02.backtrack", "./winter", "--yes").code == 0
        assert len(club.identities) == 4

    def test_a_week_stays_the_same_workout_when_the_programme_goes_on(self, club: Club, command) -> None:
        club.send("winter", "--yes")
        before = club.identities
        first_week_done(command)
        club.send("winter", "--yes")
        assert club.identities == {name: before[name] for name in list(before)[1:]}

    def test_the_weeks_of_two_programmes_are_not_the_same(self, club: Club, command) -> None:
        club.send("winter", "--yes")
        before = club.identities
        new = ("programme", "new", "--weekday", "thu", "--weeks", 4, "-o", "other")
        command(*new, "--today", TODAY, "--athlete", "me.toml")
        club.send("other", "--yes")
        assert not set(club.identities.values()) & set(before.values())

    def test_a_workout_that_is_no_week_has_no_day_of_a_programme(self, club: Club) -> None:
        done = club.send("winter", "tempo.backtrack", "--on", "programme", "--yes")
        assert (done.code, club.asked) == (2, [])
        assert "tempo.backtrack: no week of a programme, so --on programme does not say when" in done.err

    def test_a_page_beside_the_weeks_is_no_week(self, club: Club) -> None:
        Path("winter/tempo.backtrack").write_text(PAGE.format(name="Tempo"), encoding="utf-8")
        assert club.send("winter/tempo.backtrack", "--yes").code == 0
        assert club.identities == {"tempo.txt": bt.identity_of("tempo")}
        club.send("winter", "--yes")
        assert "tempo.txt" not in club.identities

    @pytest.mark.parametrize("level", ["first-timer", "advanced"])
    def test_its_weeks_are_held_to_their_own_level_whatever_the_athlete_s(
        self, club: Club, command, level: str
    ) -> None:
        command(
            *("programme", "new", "--weekday", "wed", "--weeks", 12, "-o", "long"),
            *("--today", TODAY, "--athlete", "me.toml"),
        )
        Path("now.toml").write_text(f"level = '{level}'\nsafety_acknowledged = true\n", encoding="utf-8")
        done = club.send("long", "--athlete", "now.toml", "--yes")
        assert done.code == 0, done.err
        assert "week-01.backtrack: level first-timer (the week's own); " in done.err
        assert "week-12.backtrack: level intermediate (the week's own); " in done.err

    def test_a_workout_that_is_no_week_is_held_to_the_athlete_s(self, club: Club) -> None:
        done = club.send("tempo.backtrack", "--athlete", "me.toml", "--yes")
        assert "tempo.backtrack: level first-timer (from me.toml); " in done.err

    def test_one_that_cannot_be_read_is_told_and_nothing_is_sent(self, club: Club) -> None:
        Path("winter/programme.toml").write_text("plan = 1", encoding="utf-8")
        for path in ("winter", "winter/week-02.backtrack"):
            done = club.send(path, "--yes")
            assert (done.code, club.asked) == (2, [])
            assert "programme.toml" in done.err

    def test_one_around_it_does_not_matter_to_a_name_of_the_library(
        self, club: Club, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Path("winter/programme.toml").write_text("plan = 1", encoding="utf-8")
        monkeypatch.chdir("winter")
        assert club.send("first-steps", "--yes").code == 0


class TestAFolderOfPages:
    def test_is_every_page_in_it_by_name(self, club: Club) -> None:
        Path("pages").mkdir()
        for name in ("b", "a"):
            Path(f"pages/{name}.backtrack").write_text(PAGE.format(name=name), encoding="utf-8")
        Path("pages/notes.txt").write_text("mine", encoding="utf-8")
        assert club.send("pages", "--on", "2026-12-02", "--yes").code == 0
        assert list(club.days) == ["a.txt", "b.txt"]

    def test_without_a_page_is_refused(self, club: Club) -> None:
        Path("pages").mkdir()
        done = club.send("pages", "--yes")
        assert (done.code, club.asked) == (2, [])
        assert "error: pages: no workout there; pages end in .backtrack\n" in done.err

    def test_is_sent_whole_or_not_at_all(self, club: Club) -> None:
        Path("pages").mkdir()
        Path("pages/a.backtrack").write_text(PAGE.format(name="a"), encoding="utf-8")
        Path("pages/b.backtrack").write_text("name: B\n9:00 sideways\n", encoding="utf-8")
        done = club.send("pages", "--yes")
        assert (done.code, club.asked) == (1, [])
        assert "b.backtrack:2:1: error" in done.err


class TestToADevice:
    def test_its_name_is_handed_on(self, club: Club) -> None:
        assert club.send("tempo.backtrack", "--device", "7", "--yes").code == 0
        assert [request.device for request in club.asked] == ["7", "7"]

    def test_a_place_that_pushes_to_none_refuses_it(self, club: Club) -> None:
        done = club.send("tempo.backtrack", "--at", ".", "--device", "7", "--yes", to="shelf")
        assert done.code == 2
        assert "error: shelf pushes to no device; leave it out\n" in done.err


class TestAChoice:
    def test_is_asked_where_somebody_is_there_and_taken(self, club: Club, terminal) -> None:
        terminal(b"9\n2\ny\n")
        done = club.send("tempo.backtrack", "--device", "Venu")
        assert done.code == 0, done.err
        assert "no device is called Venu; say which:\n  1  Watch of Ada\n  2  Watch of Bo\n" in done.err
        assert "\nThey sync at night.\n" in done.err
        assert "--device" not in done.err
        assert done.err.count("Which? ") == 2  # the first answer was none
        assert [request.device for request in club.asked] == ["Venu", "8", "8"]

    def test_is_named_by_its_value_when_it_has_no_other_name(self, club: Club, terminal) -> None:
        for name in ("a", "b"):
            Path(name).mkdir()
        terminal(b"2\ny\n")
        done = club.send("tempo.backtrack", to="shelf")
        assert "two shelves; say which:\n  1  a\n  2  b\nWhich? " in done.err
        assert [path.name for path in Path("b").glob("*.txt")] == ["tempo.txt"]
        assert list(Path("a").iterdir()) == []

    def test_that_nobody_answers_sends_nothing(self, club: Club, terminal) -> None:
        terminal(b"\x04")
        done = club.send("tempo.backtrack", "--device", "Venu")
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith("error: no answer; give a number, or add --device\nNothing was sent.\n")

    @pytest.mark.parametrize("how", [(), ("--yes",), ("--dry-run",)])
    def test_is_refused_with_the_list_where_nobody_is_there(self, club: Club, how: tuple[str, ...]) -> None:
        done = club.send("tempo.backtrack", "--device", "Venu", *how)
        assert (done.code, done.out) == (2, "")
        assert "no device is called Venu; say which:\n  --device 7\n  --device 8\n" in done.err
        assert done.err.endswith("Nothing was sent.\n")

    def test_is_data_for_a_program_which_is_not_asked(self, club: Club, terminal) -> None:
        terminal(b"1\n")
        (error,) = club.send("tempo.backtrack", "--device", "Venu", "--json").data["errors"]
        assert (error["error"], error["argument"]) == ("NeedsChoice", "device")
        assert (error["choices"], error["labels"]) == (["7", "8"], ["Watch of Ada", "Watch of Bo"])

    def test_that_no_argument_of_the_command_answers_is_an_error(self, club: Club, terminal) -> None:
        terminal(b"1\n")
        done = club.send("tempo.backtrack", to="odd")
        assert done.code == 2
        assert done.err.endswith("error: which colour?\nNothing was sent.\n")


class TestHowMuchIsDone:
    """A bar for what takes longer than a second: here than no time at all, and what is quick."""

    def test_is_shown_to_somebody_at_a_terminal(self, club: Club, screen, monkeypatch) -> None:
        monkeypatch.setattr(progress, "SECONDS_WITHOUT", 0)
        said = screen(lambda: club.send("tempo.backtrack", "easy.backtrack", "--yes"))
        assert "Looking: " in said
        assert "Sending: " in said
        assert "| 0/2 " in said

    def test_is_not_shown_of_what_is_quick(self, club: Club, screen) -> None:
        said = screen(lambda: club.send("tempo.backtrack", "easy.backtrack", "--yes"))
        assert club.asked[-1].progress is not None
        assert "(new)" in said
        assert "Sending: " not in said

    def test_is_not_shown_beside_data(self, club: Club, screen, monkeypatch) -> None:
        monkeypatch.setattr(progress, "SECONDS_WITHOUT", 0)
        assert screen(lambda: club.send("tempo.backtrack", "--yes", "--json")) == ""
        assert [request.progress for request in club.asked] == [None, None]

    def test_is_nobody_s_business_in_a_file_or_pipe(self, club: Club) -> None:
        club.send("tempo.backtrack", "--yes")
        assert [request.progress for request in club.asked] == [None, None]
