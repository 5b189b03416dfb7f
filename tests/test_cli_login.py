"""``backtrack login`` and ``logout``: what is said first, what is asked, and what is never shown."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from backtrack_plugins.cli import INTERRUPTED

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome, Plugins

PLUGIN = """
import msgspec
from backtrack_plugins import Account, Destination, NotSignedIn, Receipt, Unreachable, hookimpl

CALLS = []

class Options(msgspec.Struct, frozen=True, kw_only=True):
    client: str = "own"

def sign_in(request):
    CALLS.append(request)
    {body}

def sign_out():
    {out}

@hookimpl
def backtrack_destinations():
    account = Account(
        name="club",
        terms="Nobody at the club knows of this. " * 4 + "\\nThe cable needs none of it.",
        sign_in=sign_in, sign_out=sign_out, options=Options,
    )
    return [Destination(name="club-house", summary="A club", takes=frozenset({{"text/plain"}}),
                        exporter="words", deliver=lambda request: [], account=account)]
"""
ASKS = """name, word = request.ask("E-mail", False), request.ask("Password", True)
    CALLS.append((name, word))
    return "Signed in; the session is kept in the keyring." """
BROKEN = "raise ValueError('oh')"


@pytest.fixture
def login(plugins: Plugins, command: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Sign in to an account whose ``sign_in`` has this body."""

    def run(*arguments: object, body: str = ASKS, account: str = "club") -> Outcome:
        plugins.install("acme", PLUGIN.format(body=body, out="return 'gone'"), destinations=("club-house",))
        return command("login", account, *arguments)

    return run


@pytest.fixture
def asked(plugins: Plugins) -> Callable[[], list[Any]]:
    """What the account was asked."""
    return lambda: plugins.calls("fake_acme")


class TestBeforeAnythingHappens:
    def test_what_somebody_must_know_is_said_in_its_own_lines(self, login) -> None:
        said = login("--yes", body="return 'in'").err.splitlines()
        assert said[0].startswith("Nobody at the club knows of this.")
        assert max(map(len, said)) <= 96
        assert said[-1] == "The cable needs none of it."

    def test_they_are_asked_whether_to_go_on(self, login, terminal, asked) -> None:
        terminal(b"y\n")
        done = login(body="return 'Signed in.'")
        assert (done.code, done.out) == (0, "Signed in.\n")
        assert done.err.endswith("The cable needs none of it.\nGo on? [y/N] ")
        assert len(asked()) == 1

    @pytest.mark.parametrize("typed", [b"n\n", b"\n"])
    def test_declined_is_no_failure_and_nothing_happens(self, login, terminal, asked, typed: bytes) -> None:
        terminal(typed)
        done = login()
        assert (done.code, done.out, asked()) == (0, "", [])
        assert done.err.endswith("Go on? [y/N] Nobody was signed in.\n")

    def test_nothing_happens_where_nobody_is_there(self, login, asked) -> None:
        done = login()
        assert (done.code, done.out, asked()) == (2, "", [])
        assert done.err.endswith("error: nobody is there to ask: read the above, and add --yes to go on\n")


class TestWhatIsAsked:
    def test_is_refused_where_nobody_is_there_to_answer(self, login) -> None:
        done = login("--yes")
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith("error: nobody is there to ask: E-mail\n")

    def test_is_left_unanswered(self, login, terminal) -> None:
        terminal(b"\x04")
        done = login("--yes")
        assert (done.code, done.out) == (2, "")
        assert done.err.endswith("E-mail: \nerror: no answer; nobody was signed in.\n")

    @pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal to be made")
    @pytest.mark.parametrize("word", ["s3cret", None])
    def test_is_shown_as_it_is_typed_unless_it_is_hidden(
        self, plugins: Plugins, login, word: str | None
    ) -> None:
        """In a process of its own: a password is read from the terminal that a process belongs to."""
        body = ASKS.replace("CALLS.append((name, word))", "assert (name, word) == ('ada@x.org', 's3cret')")
        login(body=body)
        theirs, ours = os.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "backtrack_plugins", "login", "club"],
            stdin=ours,
            stdout=subprocess.PIPE,
            stderr=ours,
            env={**os.environ, "PYTHONPATH": str(plugins.folder)},
            start_new_session=True,
        ) as process:
            shown = b""
            typed = {b"[y/N] ": b"y\n", b"E-mail: ": b"ada@x.org\n"}
            typed[b"Password: "] = b"\x04" if word is None else f"{word}\n".encode()
            for question, answer in typed.items():
                while not shown.endswith(question):
                    ready, _, _ = select.select([theirs], [], [], 20)
                    assert ready, shown
                    shown += os.read(theirs, 4096)
                os.write(theirs, answer)
            out, _ = process.communicate(timeout=20)
        os.set_blocking(theirs, False)
        shown += os.read(theirs, 4096)
        os.close(theirs)
        os.close(ours)
        assert b"E-mail: ada@x.org" in shown
        assert b"s3cret" not in shown + out
        if word is None:
            assert (process.returncode, out) == (2, b"")
            assert shown.endswith(b"error: no answer; nobody was signed in.\r\n")
        else:
            assert (process.returncode, out) == (0, b"Signed in; the session is kept in the keyring.\n")


class TestHow:
    def test_a_session_of_another_program_is_handed_on(self, login, asked) -> None:
        assert login("--yes", "--at", "tokens", body="return 'in'").code == 0
        (request,) = asked()
        assert (request.at, request.options.client) == ("tokens", "own")

    def test_that_is_interrupted_signs_nobody_in_and_blames_no_plugin(self, login) -> None:
        done = login("--yes", body="raise KeyboardInterrupt")
        assert done.code == INTERRUPTED
        assert done.err.endswith("\nNobody was signed in.\n")

    def test_an_option_is_handed_on(self, login, asked) -> None:
        login("--yes", "--set", "club.client=other", body="return 'in'")
        assert [request.options.client for request in asked()] == ["other"]

    @pytest.mark.parametrize(
        ("setting", "said"),
        [
            ("club.clint=other", "club has no option clint; did you mean client?"),
            ("gym.client=other", "gym is not among the accounts (club)"),
            ("client=other", "write it as ACCOUNT.OPTION=VALUE"),
        ],
    )
    def test_a_wrong_option_is_refused_before_anything_is_asked(
        self, login, asked, setting: str, said: str
    ) -> None:
        done = login("--set", setting)
        assert (done.code, asked()) == (2, [])
        assert said in done.err
        assert "Nobody at the club" not in done.err

    def test_an_account_may_be_named_by_its_destination(self, login, asked) -> None:
        assert login("--yes", body="return 'in'", account="club-house").code == 0
        assert len(asked()) == 1

    def test_an_account_that_is_none_is_told_with_those_there_are(self, login) -> None:
        done = login("--yes", account="clubb")
        assert (done.code, done.err) == (
            2,
            "error: no account is named clubb; there are: club, garmin, strava\n",
        )

    def test_it_is_data_too(self, login) -> None:
        done = login("--yes", "--json", body="return 'in'")
        assert done.data == {"account": "club", "signed_in": True, "said": "in"}

    def test_declined_is_data_too(self, login, terminal) -> None:
        terminal(b"n\n")
        done = login("--json")
        assert done.data == {"account": "club", "signed_in": False, "said": "Nobody was signed in."}


class TestWhatFails:
    @pytest.mark.parametrize(
        ("body", "said", "code"),
        [
            (
                "raise NotSignedIn('wrong e-mail or password', service='Club')",
                "wrong e-mail or password\n",
                2,
            ),
            ("raise Unreachable('no network', service='Club')", "no network\n", 3),
            (BROKEN, "the account club failed: ValueError: oh.", 3),
            ("return None", "the account club returned NoneType", 3),
        ],
    )
    def test_is_told_in_a_sentence(self, login, body: str, said: str, code: int) -> None:
        done = login("--yes", body=body)
        assert (done.code, done.out) == (code, "")
        assert f"error: {said}" in done.err
        assert "Traceback" not in done.err

    def test_is_data_too(self, login) -> None:
        done = login("--yes", "--json", body="raise Unreachable('no network', service='Club')")
        assert [error["error"] for error in done.data["errors"]] == ["Unreachable"]


class TestLogout:
    @pytest.fixture
    def logout(self, plugins: Plugins, command) -> Callable[..., Outcome]:
        def run(*arguments: str, out: str = "return 'The session was removed from the keyring.'") -> Outcome:
            plugins.install("acme", PLUGIN.format(body="pass", out=out), destinations=("club-house",))
            return command("logout", *arguments)

        return run

    def test_says_what_was_removed(self, logout) -> None:
        done = logout("club")
        assert done == (0, "The session was removed from the keyring.\n", "")

    def test_is_data_too(self, logout) -> None:
        said = "The session was removed from the keyring."
        assert logout("club", "--json").data == {"account": "club", "said": said}

    def test_of_an_account_that_is_none_is_refused(self, logout) -> None:
        assert logout("gym").err == "error: no account is named gym; there are: club, garmin, strava\n"

    def test_that_fails_is_told_in_a_sentence(self, logout) -> None:
        done = logout("club", out=BROKEN)
        assert (done.code, done.out) == (3, "")
        assert "error: the account club failed: ValueError: oh." in done.err


@pytest.mark.parametrize("name", ["login", "logout", "try"])
def test_without_any_account_installed_it_says_so(command, plugins: Plugins, monkeypatch, name: str) -> None:
    monkeypatch.setattr(sys, "path", [str(plugins.folder)])
    assert command(name, "club").err == ("error: no account is named club; no installed plugin needs one\n")
