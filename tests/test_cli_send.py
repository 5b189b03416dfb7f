"""``backtrack send``: it shows what it will do, asks, and sends all or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from backtrack_plugins.cli import INTERRUPTED
from backtrack_plugins.files import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Outcome, Plugins

SAFE = "name: Safe\n9:00 forward walk 5 km/h\n"
UNSAFE = (
    "name: Unsafe\n9:00 forward walk 5 km/h\n1:00 backward walk 7 km/h grip rail\n3:00 forward walk 5 km/h\n"
)
TURNING = """\
name: Turning
level: first-timer
12:00 forward walk 5 km/h
1:00 backward walk 2 km/h grip rail
3:00 forward walk 5 km/h
"""

PLUGIN = """
import os
import msgspec
from backtrack_plugins import (
    DeliveryError, Destination, Exported, Exporter, Receipt, UsageError, deliver_into, hookimpl
)

CALLS = []

class Options(msgspec.Struct, frozen=True, kw_only=True):
    loud: bool = False

class Words(msgspec.Struct, frozen=True, kw_only=True):
    end: str = ""

def export(request):
    return (request.page + request.options.end).encode()

def deliver(request):
    CALLS.append(request)
    {body}

def watch(request):
    CALLS.append(request)
    for each in request.artifacts:
        yield Receipt(artifact=each.name, where="the watch of Ada", state="new", hint="take it off the cable")

@hookimpl
def backtrack_exporters():
    return [
        Exporter(name=name, summary="Words", suffix=".txt", media_type="text/plain; charset=utf-8",
                 export=export, carries=frozenset({{"text"}}), options=Words, hint="copy it yourself")
        for name in ("words", "watch")
    ]

@hookimpl
def backtrack_destinations():
    takes = frozenset({{"text/plain"}})
    return [
        Destination(name="shelf", summary="A shelf for words", takes=takes, exporter="words", deliver=deliver,
                    is_folder=True, options=Options, hint="look at the shelf"),
        Destination(name="watch", summary="A watch", takes=takes, exporter="watch", deliver=watch,
                    options=Options),
    ]
"""


class Shelf:
    """A destination that is a folder, its exporter, and a folder to send from."""

    def __init__(self, plugins: Plugins, folder: Path) -> None:
        self.folder = folder
        self._plugins = plugins
        self._module = ""

    def install(self, body: str = "return deliver_into(request, request.at)") -> None:
        self._module = self._plugins.install(
            "acme", PLUGIN.format(body=body), exporters=("words", "watch"), destinations=("shelf", "watch")
        )

    @property
    def content(self) -> dict[str, str]:
        """What was sent, by file name."""
        return {
            path.name: path.read_text(encoding="utf-8")
            for path in self.folder.iterdir()
            if path.name != LEDGER
        }

    @property
    def calls(self) -> list[Any]:
        return self._plugins.calls(self._module)

    @property
    def dry_runs(self) -> list[bool]:
        """For each time the destination was asked, whether it was a dry run."""
        return [call.dry_run for call in self.calls]


@pytest.fixture
def shelf(plugins: Plugins, command: Callable[..., Outcome], tmp_path: Path) -> Shelf:  # noqa: ARG001 - its folder
    folder = tmp_path / "shelf"
    folder.mkdir()
    for name, page in (("safe", SAFE), ("unsafe", UNSAFE), ("turning", TURNING)):
        Path(f"{name}.backtrack").write_text(page, encoding="utf-8")
    return Shelf(plugins, folder)


@pytest.fixture
def send(
    shelf: Shelf, command: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Outcome]]:
    """Run the command, to the shelf, where nobody is there to ask."""
    shelf.install()
    (tmp_path / "nobody").write_bytes(b"yes\n")
    with open(tmp_path / "nobody", encoding="utf-8") as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        yield lambda *arguments: command("send", "--to", "shelf", "--at", shelf.folder, *arguments)


@pytest.fixture
def typing(
    shelf: Shelf, command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Outcome]]:
    """Run the command in a terminal where somebody types these bytes."""
    shelf.install()
    theirs, ours = os.openpty()
    with open(ours, encoding="utf-8", closefd=True) as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)

        def run(typed: bytes, *arguments: object) -> Outcome:
            os.write(theirs, typed)
            return command("send", "--to", "shelf", "--at", shelf.folder, *arguments)

        yield run
    os.close(theirs)


on_a_terminal = pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal to be made")


class TestWithYes:
    def test_it_sends_and_prints_the_receipts(self, send, shelf: Shelf) -> None:
        done = send("safe.backtrack", "turning.backtrack", "--yes")
        assert done.code == 0
        assert done.out == (
            f"{shelf.folder / 'safe.txt'}  (new)\n  next  look at the shelf\n\n"
            f"{shelf.folder / 'turning.txt'}  (new)\n  next  look at the shelf\n"
        )
        assert sorted(shelf.content) == ["safe.txt", "turning.txt"]
        assert "1:00 backward walk 2 km/h grip rail" in shelf.content["turning.txt"]

    def test_it_shows_what_it_does_and_what_is_lost(self, send, shelf: Shelf) -> None:
        done = send("turning.backtrack", "--yes")
        assert "turning.backtrack: level first-timer (named by the workout; no athlete is known)" in done.err
        assert "\nTo shelf: A shelf for words\n" in done.err
        assert f"\n{shelf.folder / 'turning.txt'}  (new)\n" in done.err
        assert "  lost  direction, rail, speed: in the words of each step\n" in done.err
        assert "Send?" not in done.err

    def test_it_asks_the_destination_twice_once_of_them_dry(self, send, shelf: Shelf) -> None:
        send("safe.backtrack", "--yes")
        assert shelf.dry_runs == [True, False]

    def test_what_was_ours_is_replaced(self, send, shelf: Shelf) -> None:
        send("safe.backtrack", "--yes")
        Path("safe.backtrack").write_text(SAFE.replace("9:00", "8:00"), encoding="utf-8")
        done = send("safe.backtrack", "--yes")
        assert f"{shelf.folder / 'safe.txt'}  (replaced)\n" in done.out
        assert f"{shelf.folder / 'safe.txt'}  (replaced)\n" in done.err
        assert "8:00 forward walk" in shelf.content["safe.txt"]

    def test_a_library_entry_is_sent_by_its_name(self, send, shelf: Shelf) -> None:
        assert send("first-steps", "--yes").code == 0
        assert list(shelf.content) == ["first-steps.txt"]


class TestWhatIsThereAlready:
    def test_is_said_and_nobody_is_asked(self, send, shelf: Shelf) -> None:
        send("safe.backtrack", "--yes")
        done = send("safe.backtrack")
        assert (done.code, shelf.dry_runs) == (0, [True, False, True])
        assert f"{shelf.folder / 'safe.txt'}  (unchanged)\n" in done.out
        assert done.err.endswith("\nAll of it is there already: nothing was sent.\n")

    def test_is_asked_about_when_something_else_is_new(self, send, shelf: Shelf) -> None:
        send("safe.backtrack", "--yes")
        done = send("safe.backtrack", "turning.backtrack")
        assert done.code == 2
        assert f"{shelf.folder / 'safe.txt'}  (unchanged)\n" in done.err
        assert f"{shelf.folder / 'turning.txt'}  (new)\n" in done.err

    @pytest.mark.parametrize("how", ["--yes", "--dry-run"])
    def test_is_kept_when_somebody_else_wrote_it(self, send, shelf: Shelf, how: str) -> None:
        (shelf.folder / "safe.txt").write_text("mine", encoding="utf-8")
        done = send("turning.backtrack", "safe.backtrack", how)
        assert (done.code, done.out) == (2, "")
        assert f"{shelf.folder / 'safe.txt'}: already there, and not as we left it." in done.err
        assert shelf.content == {"safe.txt": "mine"}
        assert shelf.dry_runs == [True]

    def test_is_replaced_with_overwrite(self, send, shelf: Shelf) -> None:
        (shelf.folder / "safe.txt").write_text("mine", encoding="utf-8")
        done = send("safe.backtrack", "--yes", "--overwrite")
        assert f"{shelf.folder / 'safe.txt'}  (replaced)\n" in done.err
        assert "9:00 forward walk" in shelf.content["safe.txt"]


class TestADryRun:
    def test_shows_all_of_it_and_sends_nothing(self, send, shelf: Shelf) -> None:
        done = send("turning.backtrack", "--dry-run")
        assert done.code == 0
        assert done.out == (
            f"{shelf.folder / 'turning.txt'}  (new)\n"
            "  next  look at the shelf\n"
            "  lost  direction, rail, speed: in the words of each step\n"
        )
        assert done.err.endswith("\nA dry run: nothing was sent.\n")
        assert shelf.dry_runs == [True]
        assert list(shelf.folder.iterdir()) == []

    def test_stays_one_with_yes(self, send, shelf: Shelf) -> None:
        assert send("safe.backtrack", "--dry-run", "--yes").code == 0
        assert list(shelf.folder.iterdir()) == []


class TestWithNobodyThere:
    @pytest.mark.parametrize("closed", [False, True])
    def test_it_shows_the_plan_and_sends_nothing(
        self, send, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, closed: bool
    ) -> None:
        if closed:
            monkeypatch.setattr(sys, "stdin", None)
        done = send("safe.backtrack")
        assert (done.code, done.out) == (2, "")
        assert f"{shelf.folder / 'safe.txt'}  (new)\n" in done.err
        assert done.err.endswith(
            "error: nobody is there to ask: add --yes to send it, or --dry-run to look at it alone\n"
            "Nothing was sent.\n"
        )
        assert list(shelf.folder.iterdir()) == []


@on_a_terminal
class TestInATerminal:
    @pytest.mark.parametrize("typed", [b"y\n", b"YES\n", b" y \n", b"what?\nj\n\xff\nyes\n"])
    def test_yes_sends(self, typing, shelf: Shelf, typed: bytes) -> None:
        done = typing(typed, "safe.backtrack")
        assert done.code == 0
        assert done.out == f"{shelf.folder / 'safe.txt'}  (new)\n  next  look at the shelf\n"
        assert done.err.count("Send? [y/N] ") == typed.count(b"\n")
        assert list(shelf.content) == ["safe.txt"]

    @pytest.mark.parametrize("typed", [b"\n", b"n\n", b"No\n", b"maybe\n\n"])
    def test_no_sends_nothing_and_is_no_failure(self, typing, shelf: Shelf, typed: bytes) -> None:
        done = typing(typed, "safe.backtrack")
        assert (done.code, done.out) == (0, "")
        assert done.err.endswith("Nothing was sent.\n")
        assert shelf.dry_runs == [True]
        assert list(shelf.folder.iterdir()) == []

    def test_no_answer_is_none(self, typing, shelf: Shelf) -> None:
        done = typing(b"\x04", "safe.backtrack")
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith("error: no answer; say y or n, or add --yes\nNothing was sent.\n")
        assert list(shelf.folder.iterdir()) == []

    def test_the_plan_comes_before_the_question(self, typing) -> None:
        said = typing(b"n\n", "turning.backtrack").err
        assert said.index("To shelf") < said.index("(new)") < said.index("lost") < said.index("Send?")

    @pytest.mark.parametrize("how", ["--yes", "--dry-run"])
    def test_nobody_is_asked_without_need(self, typing, how: str) -> None:
        assert "Send?" not in typing(b"", "safe.backtrack", how).err

    def test_the_question_keeps_out_of_the_data(self, typing) -> None:
        done = typing(b"y\n", "safe.backtrack", "--json")
        assert (done.data["sent"], done.data["errors"]) == (True, [])
        assert done.err.endswith("Send? [y/N] ")

    def test_declined_is_data_too(self, typing) -> None:
        done = typing(b"n\n", "safe.backtrack", "--json")
        assert (done.code, done.data["sent"]) == (0, False)
        assert [row["state"] for row in done.data["receipts"]] == ["new"]

    def test_an_interrupt_at_the_question_sends_nothing_and_leaves_no_trace(
        self, shelf: Shelf, plugins: Plugins
    ) -> None:
        shelf.install()
        theirs, ours = os.openpty()
        arguments = ["send", "safe.backtrack", "--to", "shelf", "--at", str(shelf.folder)]
        with subprocess.Popen(
            [sys.executable, "-m", "backtrack_plugins", *arguments],
            stdin=ours,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(plugins.folder)},
        ) as process:
            assert process.stderr is not None
            asked = b""
            ends = time.monotonic() + 20
            while not asked.endswith(b"Send? [y/N] ") and time.monotonic() < ends:
                asked += process.stderr.read(1)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=20)
        os.close(theirs)
        os.close(ours)
        assert process.returncode == INTERRUPTED
        assert (out, err) == (b"", b"\nNothing was sent.\n")
        assert list(shelf.folder.iterdir()) == []


class TestAllOrNothing:
    def refused(self, done: Outcome, shelf: Shelf, code: int) -> str:
        assert (done.code, done.out) == (code, "")
        assert done.err.endswith("Nothing was sent.\n")
        assert shelf.calls == []
        assert list(shelf.folder.iterdir()) == []
        return done.err

    def test_when_one_is_unsafe(self, send, shelf: Shelf) -> None:
        done = send("safe.backtrack", "unsafe.backtrack", "--yes")
        assert "unsafe.backtrack:3: error BT101" in self.refused(done, shelf, 1)

    def test_when_one_cannot_be_read(self, send, shelf: Shelf) -> None:
        Path("broken.backtrack").write_text("name: A\n9:00 sideways\n", encoding="utf-8")
        said = self.refused(send("safe.backtrack", "broken.backtrack", "gone.backtrack", "--yes"), shelf, 2)
        assert "broken.backtrack:2:1: error BT002" in said
        assert "gone.backtrack" in said

    def test_when_two_would_have_one_name(self, send, shelf: Shelf) -> None:
        Path("sub").mkdir()
        Path("sub/SAFE.backtrack").write_text(SAFE, encoding="utf-8")
        said = self.refused(send("safe.backtrack", "sub/SAFE.backtrack", "--yes"), shelf, 2)
        assert "safe.backtrack as words and sub/SAFE.backtrack as words would both be written to" in said
        assert "rename one, or send it apart" in said

    @pytest.mark.parametrize(
        ("setting", "said"),
        [
            ("loud=true", "write it as NAME.OPTION=VALUE"),
            ("zwo.incline=true", "zwo is not among destination and format (shelf, words)"),
            ("words.loud=true", "words has no option loud"),
        ],
    )
    def test_when_an_option_is_wrong(self, send, shelf: Shelf, setting: str, said: str) -> None:
        assert said in self.refused(send("safe.backtrack", "--yes", "--set", setting), shelf, 2)

    def test_when_the_destination_has_no_such_option(self, send, shelf: Shelf) -> None:
        done = send("safe.backtrack", "--yes", "--set", "shelf.laud=true")
        assert "shelf has no option laud; did you mean loud?" in self.refused(done, shelf, 2)

    def test_when_the_destination_is_not_there(self, send, shelf: Shelf) -> None:
        done = send("safe.backtrack", "--yes", "--to", "shelv")
        assert "no destination is named shelv; did you mean shelf?" in self.refused(done, shelf, 2)


class TestWhatIsAsked:
    def test_options_go_to_whom_they_name(self, send, shelf: Shelf) -> None:
        send("safe.backtrack", "--yes", "--set", "shelf.loud=true", "--set", "words.end=# The end.")
        assert [call.options.loud for call in shelf.calls] == [True, True]
        assert shelf.content["safe.txt"].endswith("# The end.")

    def test_options_of_a_destination_named_as_its_format_go_to_whom_knows_them(
        self, send, shelf: Shelf
    ) -> None:
        done = send(
            "safe.backtrack", "--yes", "--to", "watch", "--set", "watch.loud=true", "--set", "watch.end=#E"
        )
        assert done.code == 0
        assert [call.options.loud for call in shelf.calls] == [True, True]
        assert shelf.calls[1].artifacts[0].data.endswith(b"#E")
        wrong = send("safe.backtrack", "--yes", "--to", "watch", "--set", "watch.what=1")
        assert "watch has no option what" in wrong.err

    def test_a_receipt_may_know_what_comes_next(self, send) -> None:
        done = send("safe.backtrack", "--yes", "--to", "watch")
        assert done.out == "Safe: the watch of Ada  (new)\n  next  take it off the cable\n"

    def test_the_athlete_and_who_supervises_count_as_for_an_export(self, send, shelf: Shelf) -> None:
        Path("me.toml").write_text('level = "beginner"\n', encoding="utf-8")
        done = send("turning.backtrack", "--yes", "--athlete", "me.toml", "--supervised-by", "Ada")
        assert "level beginner (from me.toml)" in done.err
        assert "Ada" in shelf.content["turning.txt"]

    def test_force_lets_pass_what_it_lets_pass_for_an_export(self, send, shelf: Shelf) -> None:
        Path("long.backtrack").write_text(TURNING.replace("1:00 back", "4:00 back"), encoding="utf-8")
        assert send("long.backtrack", "--yes").code == 1
        assert send("long.backtrack", "--yes", "--force").code == 0
        assert "# Forced: broken and let pass:" in shelf.content["long.txt"]

    def test_the_destination_may_be_named_with_its_distribution(self, send, shelf: Shelf) -> None:
        assert send("safe.backtrack", "--yes", "--to", "acme:shelf", "--set", "shelf.loud=true").code == 0
        assert [call.options.loud for call in shelf.calls] == [True, True]

    def test_a_destination_is_required(self, command) -> None:
        done = command("send", "first-steps")
        assert done.code == 2
        assert "--to" in done.err


class TestAsData:
    def test_every_receipt_is_there_with_what_was_lost(self, send, shelf: Shelf) -> None:
        done = send("turning.backtrack", "--yes", "--json")
        assert (done.code, done.err) == (0, "")
        assert (done.data["destination"], done.data["sent"], done.data["errors"]) == ("shelf", True, [])
        (row,) = done.data["receipts"]
        assert row["workout"] == "turning.backtrack"
        assert row["file"] == "turning.txt"
        assert row["where"] == str(shelf.folder / "turning.txt")
        assert (row["state"], row["format"], row["hint"]) == ("new", "words", "look at the shelf")
        assert len(row["sha256"]) == 64
        assert [loss["what"] for loss in row["losses"]] == ["direction", "rail", "speed"]

    def test_a_dry_run_has_the_same_and_no_proof(self, send) -> None:
        done = send("safe.backtrack", "--dry-run", "--json")
        assert (done.data["sent"], done.data["receipts"][0]["sha256"]) == (False, "")

    @pytest.mark.parametrize(
        ("arguments", "error", "code"),
        [
            (("unsafe.backtrack", "--yes"), "UnsafeWorkout", 1),
            (("safe.backtrack",), "UsageError", 2),
            (("safe.backtrack", "--yes", "--to", "shelv"), "UnknownPlugin", 2),
        ],
    )
    def test_an_error_is_data_too(self, send, arguments, error: str, code: int) -> None:
        done = send(*arguments, "--json")
        assert done.code == code
        assert done.data["receipts"] == []
        assert [each["error"] for each in done.data["errors"]] == [error]
        assert done.err == "" or "(new)" in done.err


class TestADestinationThatFails:
    @pytest.mark.parametrize(
        ("body", "said", "code"),
        [
            ("raise UsageError('which of two folders? --at')", "error: which of two folders? --at\n", 2),
            ("raise DeliveryError('the cable is loose')", "error: the cable is loose\n", 3),
            ("raise ValueError('oh')", "error: the destination shelf failed: ValueError: oh.", 3),
            ("return [Receipt(artifact='x', where='/x', state='new')]", "one receipt for each artifact", 3),
            ("return ['sent']", "promises Receipt", 3),
        ],
    )
    def test_at_the_dry_run_has_sent_nothing(
        self, shelf: Shelf, command, body: str, said: str, code: int
    ) -> None:
        shelf.install(body)
        done = command("send", "safe.backtrack", "--to", "shelf", "--at", shelf.folder, "--yes")
        assert (done.code, done.out) == (code, "")
        assert said in done.err
        assert done.err.endswith("Nothing was sent.\n")
        assert len(shelf.calls) == 1

    def test_at_sending_is_told_and_nobody_says_that_nothing_was_sent(self, shelf: Shelf, command) -> None:
        shelf.install(
            "if not request.dry_run:\n        raise DeliveryError('half of it is there')\n"
            "    return deliver_into(request, request.at)"
        )
        done = command("send", "safe.backtrack", "--to", "shelf", "--at", shelf.folder, "--yes")
        assert (done.code, done.out) == (3, "")
        assert "\nerror: half of it is there\n" in done.err
        assert "Nothing was sent" not in done.err
        assert done.err.endswith(
            "\nShould some have arrived before that, it stays; send again, and the rest follows.\n"
        )
        assert "Nothing was sent" not in done.err

    def test_that_wrote_other_bytes_is_not_believed(self, shelf: Shelf, command) -> None:
        shelf.install(
            "told = deliver_into(request, request.at)\n"
            "    request.dry_run or open(told[0].where, 'w').close()\n    return told"
        )
        done = command("send", "safe.backtrack", "--to", "shelf", "--at", shelf.folder, "--yes")
        assert (done.code, done.out) == (3, "")
        assert "what is read back is not what was written" in done.err

    def test_that_somebody_interrupts_is_named(self, shelf: Shelf, command) -> None:
        shelf.install("raise KeyboardInterrupt")
        done = command("send", "safe.backtrack", "--to", "shelf", "--at", shelf.folder, "--yes")
        assert done.code == INTERRUPTED
        assert "stopped while the destination shelf was at work" in done.err

    def test_that_is_an_interruption_amid_sending_is_told_as_one(self, shelf: Shelf, command) -> None:
        shelf.install(
            "if not request.dry_run:\n        raise KeyboardInterrupt\n"
            "    return deliver_into(request, request.at)"
        )
        done = command("send", "safe.backtrack", "--to", "shelf", "--at", shelf.folder, "--yes")
        assert done.code == INTERRUPTED
        assert "Should some have arrived before that, it stays; send again, and the rest follows." in done.err

    @pytest.mark.parametrize("at", ["missing", "safe.backtrack"])
    def test_a_folder_that_is_none_is_refused(self, send, shelf: Shelf, at: str) -> None:
        done = send("safe.backtrack", "--yes", "--at", at)
        assert (done.code, done.out) == (2, "")
        assert at in done.err
        assert list(shelf.folder.iterdir()) == []


def test_words_that_could_command_a_terminal_are_written_as_their_codes(shelf: Shelf, command) -> None:
    shelf.install(
        "return [Receipt(artifact=a.name, where='/\\x1b[2J', state='new') for a in request.artifacts]"
    )
    done = command("send", "safe.backtrack", "--to", "shelf", "--dry-run")
    assert "/\\x1b[2J  (new)" in done.out
    assert "\x1b" not in done.out + done.err


@pytest.fixture
def zwift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Zwift's folder in the home folder of somebody who has nothing else."""
    folder = tmp_path / "home" / "Documents" / "Zwift" / "Workouts" / "393938"
    folder.mkdir(parents=True)
    for variable in ("WINEPREFIX", "XDG_DOCUMENTS_DIR", "LOCALAPPDATA"):
        monkeypatch.delenv(variable, raising=False)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    return folder


class TestToZwift:
    def test_it_is_found_and_the_file_reads_back(self, command, zwift: Path) -> None:
        done = command(
            *("send", "first-steps", "--to", "zwift-folder", "--yes"),
            *("--set", "zwo.race_pace=5k=30:00", "--set", "zwo.incline=true"),
        )
        assert done.code == 0
        assert done.out.startswith(f"{zwift / 'first-steps.zwo'}  (new)\n  next  restart Zwift")
        assert b'Incline="' in (zwift / "first-steps.zwo").read_bytes()
        read = command("import", zwift / "first-steps.zwo")
        assert "1:00 backward walk 1.6 km/h light rail" in read.out

    def test_nothing_is_sent_when_a_race_pace_is_missing(self, command, zwift: Path) -> None:
        done = command("send", "first-steps", "--to", "zwift-folder", "--yes")
        assert (done.code, done.out) == (2, "")
        assert "no race pace is known" in done.err
        assert done.err.endswith("Nothing was sent.\n")
        assert list(zwift.iterdir()) == []

    def test_where_there_are_two_users_both_are_named(self, command, zwift: Path) -> None:
        (zwift.parent / "7").mkdir()
        asked = ("send", "first-steps", "--to", "zwift-folder", "--yes", "--set", "zwo.race_pace=5k=30:00")
        done = command(*asked)
        assert (done.code, done.out) == (2, "")
        assert f"\n  --at {zwift}\n  --at {zwift.parent / '7'}\n" in done.err
        assert command(*asked, "--at", zwift.parent / "7").code == 0
        assert list(zwift.iterdir()) == []
