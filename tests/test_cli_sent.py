"""``backtrack sent`` and ``backtrack unsend``: what was sent where, how it stands, and removing it alone."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import backtrack_plugins as bt
from backtrack_plugins.files import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome, Plugins

PAGE = "name: {name}\n9:00 forward walk 5 km/h\n"

PLUGIN = """
import msgspec
from backtrack_plugins import (
    Account, Destination, Exporter, Receipt, Standing, Unreachable, deliver_into, hookimpl
)

CALLS = []
STATE = {}

class Options(msgspec.Struct, frozen=True, kw_only=True):
    loud: bool = False

def club(request):
    for parcel in request.parcels:
        STATE[parcel.identity] = "as sent"
        yield Receipt(artifact=parcel.artifact.name, where="club:7", state="new", on=parcel.on)

def look(request):
    if "no network" in STATE:
        raise Unreachable("Club cannot be reached", service="Club")
    for done, identity in enumerate(request.identities, start=1):
        if request.progress is not None:
            request.progress(done, len(request.identities))
        yield Standing(identity=identity, state=STATE[identity], said=STATE.get("said", ""))

def remove(request):
    CALLS.append(request)
    for identity in request.identities:
        yield Receipt(artifact="tempo.txt", where="club:7", state="removed", warnings=("a copy stays",))

@hookimpl
def backtrack_exporters():
    return [Exporter(name="words", summary="Words", suffix=".txt", media_type="text/plain",
                     export=lambda request: request.page.encode(), carries=frozenset({"text"}))]

@hookimpl
def backtrack_destinations():
    said = {"takes": frozenset({"text/plain"}), "exporter": "words"}
    account = Account(name="club", terms="none", sign_in=lambda _: "", sign_out=lambda: "")
    return [
        Destination(name="shelf", summary="A shelf", is_folder=True, **said,
                    deliver=lambda request: deliver_into(request, request.at)),
        Destination(name="club", summary="A club", deliver=club, look=look, remove=remove, schedules=True,
                    account=account, options=Options, **said),
        Destination(name="hole", summary="A hole", deliver=club, **said),
    ]
"""


class Place:
    """A folder that is a destination, an account, and a destination that cannot be asked."""

    def __init__(self, plugins: Plugins, command: Callable[..., Outcome], folder: Path) -> None:
        self.folder = folder
        self._plugins = plugins
        self._command = command
        self.module = plugins.install(
            "acme", PLUGIN, exporters=("words",), destinations=("shelf", "club", "hole")
        )

    def send(self, *paths: object, to: str = "shelf", on: str | None = None) -> None:
        day = () if on is None else ("--on", on)
        where = ("--at", self.folder) if to == "shelf" else ()
        done = self._command("send", *paths, "--to", to, *where, *day, "--yes")
        assert done.code == 0, done.err

    def sent(self, *arguments: object) -> Outcome:
        return self._command("sent", *arguments)

    def unsend(self, *arguments: object, to: str = "shelf") -> Outcome:
        return self._command("unsend", *arguments, "--to", to)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.name != LEDGER)

    @property
    def known(self) -> list[str]:
        """The artifacts that are known to have been sent somewhere."""
        return [each.record.artifact for each in bt.sent()]

    @property
    def state(self) -> dict[str, str]:
        """What the club says of what it has."""
        found: dict[str, str] = sys.modules[self.module].STATE
        return found

    @property
    def removals(self) -> list[Any]:
        return self._plugins.calls(self.module)


@pytest.fixture
def place(plugins: Plugins, command: Callable[..., Outcome], tmp_path: Path) -> Place:
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name in ("tempo", "easy"):
        Path(f"{name}.backtrack").write_text(PAGE.format(name=name.title()), encoding="utf-8")
    return Place(plugins, command, folder)


@pytest.fixture
def winter(place: Place, command: Callable[..., Outcome]) -> str:
    """A programme of three weeks that was sent."""
    Path("me.toml").write_text("level = 'first-timer'\nsafety_acknowledged = true\n", encoding="utf-8")
    new = ("programme", "new", "--weekday", "wed", "--weeks", 3, "-o", "winter", "--today", "2026-11-22")
    assert command(*new, "--athlete", "me.toml").code == 0
    place.send("winter")
    return "winter"


class TestSent:
    def test_lists_what_was_sent_and_how_it_stands(self, place: Place) -> None:
        place.send("tempo.backtrack", "easy.backtrack")
        place.send("tempo.backtrack", to="club", on="2026-12-02")
        done = place.sent()
        assert (done.code, done.err) == (0, "")
        assert [line.split() for line in done.out.splitlines()] == [
            ["destination", "workout", "on", "standing", "where"],
            ["club", "Tempo", "2026-12-02", "as", "sent", "club:7"],
            ["shelf", "Easy", "as", "sent", str(place.folder / "easy.txt")],
            ["shelf", "Tempo", "as", "sent", str(place.folder / "tempo.txt")],
        ]

    def test_says_what_somebody_changed_and_what_is_gone(self, place: Place) -> None:
        place.send("tempo.backtrack", "easy.backtrack")
        (place.folder / "tempo.txt").write_text("mine", encoding="utf-8")
        (place.folder / "easy.txt").unlink()
        done = place.sent()
        assert "  changed  " in done.out
        assert "  gone  " in done.out
        assert done.err == "Easy: the file is not there any more\nTempo: the file was changed\n"

    def test_names_each_reason_once(self, place: Place) -> None:
        place.send("tempo.backtrack", "easy.backtrack")
        place.folder.rename(place.folder.with_name("unplugged"))
        assert place.sent().err == "Easy, Tempo: its folder is not there now\n"

    def test_of_a_service_that_does_not_answer_is_no_error(self, place: Place) -> None:
        place.send("tempo.backtrack", to="club")
        place.state["no network"] = ""
        done = place.sent()
        assert (done.code, done.err) == (0, "Tempo: Club cannot be reached\n")
        assert "unknown" in done.out

    def test_of_a_place_that_cannot_be_asked_says_so(self, place: Place) -> None:
        place.send("tempo.backtrack", to="hole")
        assert place.sent().err == "Tempo: hole cannot be asked\n"

    def test_of_what_never_arrived_says_that_it_is_not_finished(self, place: Place) -> None:
        assert place
        bt.Book().shelf("club").put(bt.Record(identity="1" * 16, artifact="tempo.txt", notes={"number": 0}))
        said = place.sent("--offline").out
        assert "club         tempo.txt      not asked  not finished: send it again\n" in said

    def test_offline_asks_nobody(self, place: Place) -> None:
        place.send("tempo.backtrack", to="club")
        place.state["no network"] = ""
        done = place.sent("--offline")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[1].split() == ["club", "Tempo", "not", "asked", "club:7"]

    def test_of_one_destination_lists_no_other(self, place: Place) -> None:
        place.send("tempo.backtrack")
        place.send("easy.backtrack", to="club")
        for only in (("--to", "club"), ("--to", "acme:club"), ("--to", "club", "--to", "club")):
            assert [row["file"] for row in place.sent(*only, "--json").data["sent"]] == ["easy.txt"]
        assert len(place.sent("--to", "club", "--to", "shelf", "--json").data["sent"]) == 2

    @pytest.mark.parametrize("how", [(), ("--offline",)])
    def test_of_a_destination_that_is_none_is_refused(self, place: Place, how: tuple[str, ...]) -> None:
        done = place.sent("--to", "shelv", *how)
        assert (done.code, done.out) == (2, "")
        assert done.err == "error: no destination is named shelv; did you mean shelf?\n"

    def test_lists_what_a_plugin_sent_that_is_not_installed_any_more(
        self, place: Place, plugins: Plugins, command
    ) -> None:
        place.send("tempo.backtrack")
        shutil.rmtree(plugins.folder / "acme-1.0.dist-info")
        for only in ((), ("--to", "shelf")):
            done = command("sent", *only)
            assert done.code == 0
            assert "Tempo" in done.out
            assert "no destination is named shelf" in done.err

    def test_says_that_nothing_was_sent_yet(self, place: Place) -> None:
        for only in ((), ("--to", "shelf"), ("--offline",)):
            done = place.sent(*only)
            assert (done.code, done.out, done.err) == (0, "", "No workout was sent yet.\n")
        assert place.sent("--json").data == {"sent": []}

    def test_is_data_too(self, place: Place) -> None:
        place.send("tempo.backtrack", to="club", on="2026-12-02")
        done = place.sent("--json")
        (row,) = done.data["sent"]
        assert len(row.pop("sha256")) == 64
        assert row == {
            "destination": "club",
            "identity": bt.identity_of("tempo"),
            "workout": "Tempo",
            "file": "tempo.txt",
            "source": str(Path("tempo.backtrack").resolve()),
            "where": "club:7",
            "on": "2026-12-02",
            "standing": "as sent",
            "said": "",
        }
        assert place.sent("--offline", "--json").data["sent"][0]["standing"] == "unknown"

    def test_names_where_a_workout_of_the_library_came_from(self, place: Place) -> None:
        place.send("first-steps")
        assert [row["source"] for row in place.sent("--json").data["sent"]] == ["library:first-steps"]

    def test_of_a_book_that_cannot_be_read_is_told(self, place: Place) -> None:
        place.send("tempo.backtrack")
        Path(bt.Book().shelf("shelf").path).write_text("[{", encoding="utf-8")
        done = place.sent()
        assert (done.code, done.out) == (3, "")
        assert "shelf.json: what was sent is written there, and cannot be read" in done.err


class TestUnsend:
    def test_removes_the_file_and_says_so(self, place: Place) -> None:
        place.send("tempo.backtrack", "easy.backtrack")
        (place.folder / "mine.txt").write_text("mine", encoding="utf-8")
        done = place.unsend("tempo.backtrack", "--yes")
        assert done.code == 0
        assert done.out == f"{place.folder / 'tempo.txt'}  (removed)\n"
        assert done.err == f"{place.folder / 'tempo.txt'}  (to be removed)\n"
        assert place.files == ["easy.txt", "mine.txt"]
        assert place.known == ["easy.txt"]

    def test_twice_is_once(self, place: Place) -> None:
        place.send("tempo.backtrack")
        place.unsend("tempo.backtrack", "--yes")
        done = place.unsend("tempo.backtrack", "--yes")
        assert (done.code, done.out) == (0, "tempo.backtrack  (not there)\n")
        assert done.err.startswith("None of it is there: nothing was removed.")

    def test_of_a_name_that_nothing_was_sent_under_says_where_the_names_are(self, place: Place) -> None:
        place.send("tempo.backtrack")
        done = place.unsend("tempi.backtrack", "--yes")
        assert (done.code, done.out) == (0, "tempi.backtrack  (not there)\n")
        assert done.err.endswith(
            "nothing was removed. What was sent stands in the list that this shows: backtrack sent\n"
        )
        assert place.known == ["tempo.txt"]

    def test_of_another_file_of_the_same_name_says_which_was_sent(
        self, place: Place, command: Callable[..., Outcome]
    ) -> None:
        place.send("tempo.backtrack")
        other = Path("other") / "tempo.backtrack"
        other.parent.mkdir()
        other.write_text(PAGE.format(name="Other"), encoding="utf-8")
        sending = ("send", other, "--to", "shelf", "--at", place.folder, "--yes", "--json")
        (receipt,) = command(*sending).data["receipts"]
        assert receipt["state"] == "replaced"
        (warning,) = receipt["warnings"]
        assert warning.startswith(
            f"it takes the place of {Path('tempo.backtrack').absolute()}, which was sent"
        )
        done = place.unsend("tempo.backtrack", "--yes")
        assert f"itwassentfrom{other.absolute()}" in "".join(done.err.split())  # a long path is wrapped
        other.unlink()
        place.send("tempo.backtrack")
        assert "it was sent from" not in place.unsend("tempo.backtrack", "--yes").err

    def test_asks_first(self, place: Place, terminal) -> None:
        place.send("tempo.backtrack")
        terminal(b"y\n")
        done = place.unsend("tempo.backtrack")
        assert done.code == 0
        assert done.err == f"{place.folder / 'tempo.txt'}  (to be removed)\nRemove? [y/N] "
        assert place.files == []

    @pytest.mark.parametrize("typed", [b"n\n", b"\n"])
    def test_declined_removes_nothing(self, place: Place, terminal, typed: bytes) -> None:
        place.send("tempo.backtrack")
        terminal(typed)
        done = place.unsend("tempo.backtrack")
        assert (done.code, done.out) == (0, "")
        assert done.err.endswith("Remove? [y/N] Nothing was removed.\n")
        assert place.files == place.known == ["tempo.txt"]

    def test_removes_nothing_where_nobody_is_there(self, place: Place) -> None:
        place.send("tempo.backtrack")
        done = place.unsend("tempo.backtrack")
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith(
            "error: nobody is there to ask: add --yes to remove it, or --dry-run to look at it alone\n"
        )
        assert place.files == ["tempo.txt"]

    def test_in_a_dry_run_shows_it_and_removes_nothing(self, place: Place) -> None:
        place.send("tempo.backtrack")
        done = place.unsend("tempo.backtrack", "easy.backtrack", "--dry-run", "--yes")
        assert done.code == 0
        assert done.out == (f"{place.folder / 'tempo.txt'}  (to be removed)\neasy.backtrack  (not there)\n")
        assert done.err == "A dry run: nothing was removed.\n"
        assert place.files == place.known == ["tempo.txt"]

    def test_leaves_all_of_it_when_somebody_changed_one_unless_it_is_to_be_removed(
        self, place: Place
    ) -> None:
        place.send("tempo.backtrack", "easy.backtrack")
        (place.folder / "tempo.txt").write_text("mine", encoding="utf-8")
        done = place.unsend("easy.backtrack", "tempo.backtrack", "--yes")
        assert (done.code, done.out) == (2, "")
        assert f"error: {place.folder / 'tempo.txt'}: changed since it was sent. Add --overwrite" in done.err
        assert place.files == ["easy.txt", "tempo.txt"]
        assert place.unsend("easy.backtrack", "tempo.backtrack", "--yes", "--overwrite").code == 0
        assert place.files == []

    def test_does_not_forget_what_lies_on_a_watch_that_is_not_plugged_in(self, place: Place) -> None:
        place.send("tempo.backtrack")
        away = place.folder.rename(place.folder.with_name("unplugged"))
        done = place.unsend("tempo.backtrack", "--yes")
        assert (done.code, done.out) == (3, "")
        assert "tempo.txt: its folder is not there now. Make it reachable and unsend again" in done.err
        away.rename(place.folder)
        assert place.known == ["tempo.txt"]

    def test_forgets_it_when_it_is_told_to(self, place: Place) -> None:
        place.send("tempo.backtrack")
        place.folder.rename(place.folder.with_name("broken"))
        done = place.unsend("tempo.backtrack", "--yes", "--overwrite")
        assert (done.code, done.out) == (0, "tempo.backtrack  (not there)\n")
        assert place.known == []

    def test_forgets_what_somebody_removed_by_hand(self, place: Place) -> None:
        place.send("tempo.backtrack")
        (place.folder / "tempo.txt").unlink()
        assert place.unsend("tempo.backtrack", "--dry-run").code == 0
        assert place.known == ["tempo.txt"]
        assert place.unsend("tempo.backtrack").code == 0
        assert place.known == []

    def test_works_by_name_when_the_page_is_not_there_any_more(self, place: Place) -> None:
        place.send("tempo.backtrack")
        Path("tempo.backtrack").unlink()
        assert place.unsend("tempo.backtrack", "--yes").code == 0
        assert place.files == []

    def test_works_with_a_name_of_the_library(self, place: Place) -> None:
        place.send("first-steps")
        assert place.unsend("first-steps", "--yes").code == 0
        assert place.files == []

    def test_removes_a_whole_programme(self, place: Place, winter: str) -> None:
        place.send("tempo.backtrack")
        done = place.unsend(winter, "--yes")
        assert done.out.count("  (removed)\n") == 3
        assert place.files == ["tempo.txt"]

    def test_removes_one_week_of_it_once_however_it_is_named(self, place: Place, winter: str) -> None:
        done = place.unsend(f"{winter}/week-02.backtrack", f"./{winter}/week-02.backtrack", "--yes")
        assert done.out == f"{place.folder / 'week-02.txt'}  (removed)\n"
        assert place.files == ["week-01.txt", "week-03.txt"]

    @pytest.mark.parametrize(
        ("path", "left"), [("winter", []), ("winter/week-02.backtrack", ["week-01.txt", "week-03.txt"])]
    )
    def test_removes_it_also_when_the_programme_s_folder_is_not_there_any_more(
        self, place: Place, winter: str, path: str, left: list[str]
    ) -> None:
        shutil.rmtree(winter)
        assert place.unsend(path, "--yes").code == 0
        assert place.files == left

    def test_takes_a_week_for_no_workout_of_the_same_name(self, place: Place, winter: str) -> None:
        assert winter
        done = place.unsend("week-02.backtrack", "--yes")
        assert done.out == "week-02.backtrack  (not there)\n"

    def test_asks_the_plugin_where_it_is_no_folder(self, place: Place) -> None:
        place.send("tempo.backtrack", to="club")
        done = place.unsend("tempo.backtrack", "--yes", "--set", "club.loud=true", to="club")
        assert done.out == "tempo.backtrack: club:7  (removed)\n  note  a copy stays\n"
        assert [(each.dry_run, each.options.loud) for each in place.removals] == [(True, True), (False, True)]
        assert place.known == []

    def test_is_refused_where_nothing_can_be_taken_back(self, place: Place) -> None:
        place.send("tempo.backtrack", to="hole")
        done = place.unsend("tempo.backtrack", "--yes", to="hole")
        assert (done.code, done.err) == (2, "error: hole cannot take back what was sent there\n")

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--set", "club.laud=1"), "club has no option laud; did you mean loud?"),
            (("--set", "words.end=1"), "words is not among the destinations (club)"),
        ],
    )
    def test_refuses_a_wrong_option(self, place: Place, arguments: tuple[str, ...], said: str) -> None:
        done = place.unsend("tempo.backtrack", "--yes", *arguments, to="club")
        assert (done.code, place.removals) == (2, [])
        assert said in done.err

    def test_is_data_too(self, place: Place) -> None:
        place.send("tempo.backtrack")
        dry = place.unsend("tempo.backtrack", "--dry-run", "--json")
        done = place.unsend("tempo.backtrack", "--yes", "--json")
        assert (dry.err, done.err) == ("", "")
        assert (dry.data["removed"], done.data["removed"]) == (False, True)
        assert done.data == {
            "destination": "shelf",
            "removed": True,
            "receipts": [
                {
                    "workout": "tempo.backtrack",
                    "file": "tempo.txt",
                    "where": str(place.folder / "tempo.txt"),
                    "state": "removed",
                    "warnings": [],
                }
            ],
            "errors": [],
        }

    def test_an_error_is_data_too(self, place: Place) -> None:
        place.send("tempo.backtrack")
        done = place.unsend("tempo.backtrack", "--json")
        assert done.code == 2
        assert [error["error"] for error in done.data["errors"]] == ["UsageError"]
