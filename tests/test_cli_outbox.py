"""What cannot be sent is kept as a file, and the runner is told what to do with it."""

from __future__ import annotations

import os
import select
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome, Plugins

PAGE = "name: {name}\n9:00 forward walk 5 km/h\n"

PLUGIN = """
import backtrack_plugins as bt
from backtrack_plugins import Destination, Exporter, Receipt, hookimpl

def deliver(request):
    {body}

def export(request):
    if request.workout.name == "Easy" and {refuses}:
        raise bt.UsageError("easy.txt: not this one")
    return request.page.encode()

def exporter(name, suffix, **said):
    return Exporter(name=name, summary="Words", suffix=suffix, media_type="text/plain",
                    export=export if name == "paper" else lambda request: b"sent",
                    carries=frozenset({{"text"}}), **said)

@hookimpl
def backtrack_exporters():
    return [exporter("words", ".json"), exporter("paper", ".txt", hint="print it and pin it to the wall")]

@hookimpl
def backtrack_destinations():
    return [Destination(name="watch", summary="A watch", takes=frozenset({{"text/plain"}}), exporter="words",
                        deliver=deliver, kept_as={kept_as!r})]
"""
BY_HAND = "raise bt.ByHand('no program can write to it', steps=('Open the watch.', 'Drop it.'), opens=True)"
LIMITED = "raise bt.RateLimited('Club takes no more for 60 s', service='Club', retry_after=60)"
THEIRS = {
    "ByHand": BY_HAND,
    "DeliveryError": "raise bt.DeliveryError('the cable is loose')",
    "RateLimited": LIMITED,
    "NotThere": "raise bt.NotThere('there is no such workout', service='Club')",
    "Refused": "raise bt.Refused('no: too long', service='Club', status=400, said='too long')",
    "ServiceFailed": "raise bt.ServiceFailed('Club fails', service='Club', status=500)",
    "Unreachable": "raise bt.Unreachable('no network', service='Club')",
}
"""What fails without being the user's fault; the file is of use to them."""

OURS = {
    "NotSignedIn": "raise bt.NotSignedIn('nobody is signed in; backtrack login club', service='Club')",
    "UsageError": "raise bt.UsageError('which of two?')",
    "ExistingFile": "raise bt.ExistingFile('edited since')",
    "PluginError": "raise ValueError('oh')",
}
"""What sending again mends, once the user has done their part, and what is wrong with the plugin."""


@pytest.fixture
def outbox(data: Path) -> Path:
    return data / "outbox"


@pytest.fixture
def send(plugins: Plugins, command: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Send to a destination whose ``deliver`` has this body."""
    for name in ("tempo", "easy"):
        Path(f"{name}.backtrack").write_text(PAGE.format(name=name.title()), encoding="utf-8")

    def run(body: str, *arguments: object, kept_as: str = "paper", refuses: bool = False) -> Outcome:
        plugins.install(
            "acme",
            PLUGIN.format(body=body, kept_as=kept_as, refuses=refuses),
            exporters=("words", "paper"),
            destinations=("watch",),
        )
        return command("send", "tempo.backtrack", *arguments, "--to", "watch", "--yes")

    return run


def kept_in(outbox: Path) -> list[str]:
    return sorted(path.name for path in outbox.glob("[!.]*")) if outbox.exists() else []


class TestWhatFails:
    @pytest.mark.parametrize("error", THEIRS)
    @pytest.mark.parametrize("when", ["at the dry run", "at sending"])
    def test_without_being_the_user_s_fault_is_kept_and_named(
        self, send, outbox: Path, error: str, when: str
    ) -> None:
        otherwise = "return [Receipt(artifact='tempo.json', where='club', state='new')]"
        late = f"if request.dry_run:\n        {otherwise}\n    {THEIRS[error]}"
        done = send(THEIRS[error] if when == "at the dry run" else late)
        assert done.out == ""
        assert done.code == (2 if error == "NotThere" else 3)
        assert f"\nKept as a file: {outbox / 'tempo.txt'}\n" in done.err
        assert "9:00 forward walk 5 km/h" in (outbox / "tempo.txt").read_text(encoding="utf-8")

    @pytest.mark.parametrize("error", OURS)
    def test_for_want_of_the_user_s_word_is_not_kept(self, send, outbox: Path, error: str) -> None:
        done = send(OURS[error])
        assert done.code in {2, 3}
        assert "Kept as a file" not in done.err
        assert not outbox.exists()

    def test_in_a_dry_run_is_not_kept(self, send, outbox: Path) -> None:
        done = send(LIMITED, "--dry-run")
        assert (done.code, outbox.exists()) == (3, False)
        assert done.err.endswith("error: Club takes no more for 60 s\nNothing was sent.\n")

    def test_before_anything_is_asked_is_not_kept(self, send, outbox: Path) -> None:
        assert send(LIMITED, "gone.backtrack").code == 2
        assert not outbox.exists()


class TestWhatIsKept:
    def test_is_every_workout_in_the_format_that_the_destination_names(self, send, outbox: Path) -> None:
        send(LIMITED, "easy.backtrack")
        assert kept_in(outbox) == ["easy.txt", "tempo.txt"]

    def test_is_the_format_that_is_sent_when_it_names_none(self, send, outbox: Path) -> None:
        send(LIMITED, kept_as="")
        assert kept_in(outbox) == ["tempo.json"]
        assert (outbox / "tempo.json").read_bytes() == b"sent"

    def test_takes_the_place_of_what_was_kept_before(self, send, outbox: Path, command) -> None:
        send(LIMITED)
        Path("tempo.backtrack").write_text(PAGE.format(name="Other"), encoding="utf-8")
        command("send", "tempo.backtrack", "--to", "watch", "--yes")
        assert kept_in(outbox) == ["tempo.txt"]
        assert "name: Other" in (outbox / "tempo.txt").read_text(encoding="utf-8")

    @pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
    def test_lies_in_a_folder_of_the_user_alone(self, send, outbox: Path) -> None:
        send(LIMITED)
        assert stat.S_IMODE(outbox.stat().st_mode) == 0o700

    def test_lacks_what_that_format_cannot_carry_and_says_so(self, send, outbox: Path) -> None:
        done = send(LIMITED, "easy.backtrack", refuses=True)
        assert done.code == 3
        assert kept_in(outbox) == ["tempo.txt"]
        assert "not kept as a file: easy.txt: not this one\n" in done.err

    def test_is_nothing_where_the_format_is_not_installed_and_why_it_failed_is_said_all_the_same(
        self, send, outbox: Path
    ) -> None:
        done = send(LIMITED, kept_as="paiper")
        assert kept_in(outbox) == []
        assert "the files could not be kept either: no exporter is named paiper" in done.err
        assert "\nerror: Club takes no more for 60 s\n" in done.err

    def test_is_nothing_where_the_folder_cannot_be_written(self, send, data: Path) -> None:
        (data / "outbox").write_bytes(b"")
        done = send(LIMITED)
        assert done.code == 3
        assert "the files could not be kept either: " in done.err
        assert "\nerror: Club takes no more for 60 s\n" in done.err


class TestWhatIsSaid:
    def test_is_why_and_where_the_file_is_and_what_is_done_with_it(self, send, outbox: Path) -> None:
        done = send(LIMITED)
        assert done.err.endswith(
            "error: Club takes no more for 60 s\n"
            f"Kept as a file: {outbox / 'tempo.txt'}\n"
            "By hand: print it and pin it to the wall\n"
            "Nothing was sent.\n"
        )

    def test_is_each_hint_once(self, send) -> None:
        assert send(LIMITED, "easy.backtrack").err.count("By hand:") == 1

    def test_is_each_step_where_only_a_hand_can_do_it(self, send, outbox: Path) -> None:
        done = send(BY_HAND)
        assert done.code == 3
        assert done.err.endswith(
            "error: no program can write to it\n"
            f"Kept as a file: {outbox / 'tempo.txt'}\n"
            "  1. Open the watch.\n"
            "  2. Drop it.\n"
            "Nothing was sent.\n"
        )

    def test_is_that_something_may_have_arrived_when_it_had_begun(self, send) -> None:
        done = send(
            "if request.dry_run:\n"
            "        return [Receipt(artifact='tempo.json', where='club', state='new')]\n"
            f"    {LIMITED}"
        )
        assert done.err.endswith(
            "Should some have arrived before that, it stays; send again, and the rest follows.\n"
        )

    def test_is_data_too(self, send, outbox: Path) -> None:
        done = send(LIMITED, "--json")
        assert (done.code, done.err) == (3, "")
        assert done.data["kept"] == [str(outbox / "tempo.txt")]
        assert done.data["receipts"] == []
        (error,) = done.data["errors"]
        assert (error["error"], error["retry_after"], error["service"]) == ("RateLimited", 60, "Club")

    def test_is_the_steps_in_the_data(self, send) -> None:
        (error,) = send(BY_HAND, "--json").data["errors"]
        assert (error["steps"], error["opens"]) == (["Open the watch.", "Drop it."], True)

    @pytest.mark.parametrize("how", [("--dry-run",), ()])
    def test_is_that_nothing_is_kept_in_the_data(self, send, how: tuple[str, ...]) -> None:
        body = LIMITED if how else OURS["NotSignedIn"]
        assert send(body, "--json", *how).data["kept"] == []


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="their file managers are opened otherwise")
def test_the_folder_is_opened_for_somebody_at_a_terminal(
    send, plugins: Plugins, outbox: Path, tmp_path: Path
) -> None:
    """What opens a folder in the file manager is here a command that tells what it was given."""
    send(BY_HAND, "--dry-run")
    told, opener = tmp_path / "told", tmp_path / "bin" / "xdg-open"
    os.mkfifo(told)
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\necho "$1" > "{told}"\n', encoding="utf-8")
    opener.chmod(0o755)
    path = f"{opener.parent}{os.pathsep}{os.environ['PATH']}"
    theirs, ours = os.openpty()
    reading = os.open(told, os.O_RDWR | os.O_NONBLOCK)
    subprocess.run(
        [sys.executable, "-m", "backtrack_plugins", "send", "tempo.backtrack", "--to", "watch"],
        stdin=subprocess.DEVNULL,
        stderr=ours,
        env={**os.environ, "PYTHONPATH": str(plugins.folder), "PATH": path},
        check=False,
    )
    ready, _, _ = select.select([reading], [], [], 20)
    assert ready, "nothing was opened"
    assert os.read(reading, 4096).decode() == f"{outbox}\n"
    for each in (theirs, ours, reading):
        os.close(each)
