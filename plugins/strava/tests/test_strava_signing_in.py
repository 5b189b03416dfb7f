"""Signing in: what a browser brings back over a real socket is taken once, if it is the right thing."""

from __future__ import annotations

import http.client
import os
import re
import socket
import stat
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import keyring.core
import pytest
from filelock import FileLock, Timeout
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

import backtrack_plugins as bt
from backtrack_plugins.cli import main
from backtrack_plugins.testing import mishaps
from backtrack_strava import sessions
from backtrack_strava.callback import Callback, Granted
from backtrack_strava.client import StravaClient
from backtrack_strava.signing_in import StravaSignIn, sign_in, strava_account
from backtrack_strava.testing import answer

STATE = "the-state"
EVERYTHING = "read,activity:read_all,activity:write"
CODE = "the-code-of-nobody"


class Waiting:
    """A callback that somebody waits for; what was exchanged, and what the wait came to."""

    def __init__(self, *, seconds: float = 30, finish=None) -> None:
        self.granted: list[Granted] = []
        self.said = ""
        self.problem: BaseException | None = None
        self._callback = Callback(STATE, finish or self._finish)
        self.address = self._callback.address
        self._seconds = seconds
        self._thread = threading.Thread(target=self._wait)

    def _finish(self, granted: Granted) -> str:
        self.granted.append(granted)
        return "kept"

    def _wait(self) -> None:
        try:
            self.said = self._callback.wait(self._seconds)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.problem = error

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._thread.join(30)
        assert not self._thread.is_alive()
        self._callback.close()

    def get(self, path: str | None = None, *, method: str = "GET", host: str | None = None, **query):
        """Ask as a browser does; the answer's status, headers and text."""
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        headers = {} if host is None else {"Host": host}
        target = parts.path if path is None else path
        connection.request(method, f"{target}?{urlencode(query, doseq=True)}", headers=headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, dict(response.headers), text

    def right(self, **changed):
        return self.get(**{"state": STATE, "code": CODE, "scope": EVERYTHING, **changed})


class TestThePage:
    def test_says_that_it_worked_and_what_was_allowed(self) -> None:
        with Waiting() as waiting:
            status, headers, text = waiting.right()
        assert (status, waiting.said) == (200, "kept")
        assert [(each.code, each.scopes) for each in waiting.granted] == [
            (CODE, ("read", "activity:read_all", "activity:write"))
        ]
        assert "<h1>It worked</h1>" in text
        assert "<li>see all your activities</li>\n<li>change and upload activities</li>" in text
        assert "You can close this page." in text
        assert '<html lang="en">' in text
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"

    def test_loads_nothing_and_holds_no_code_and_no_state(self) -> None:
        with Waiting() as waiting:
            _, headers, text = waiting.right()
        assert not re.search(r"<(script|img|iframe|form)|src=|href=\"(?!data:,\")|url\(|@import", text)
        for secret in (CODE, STATE):
            assert secret not in text
            assert secret not in str(headers)

    def test_is_only_for_this_machine(self) -> None:
        with Waiting() as waiting:
            assert urlsplit(waiting.address).hostname == "127.0.0.1"
            waiting.right()

    @pytest.mark.parametrize(
        "query",
        [
            {"state": "another's"},
            {"state": ""},
            {"state": [STATE, STATE]},
            {"code": ""},
            {"code": [CODE, "another"]},
            {"state": "a\u00e9\u4e2d"},
            {f"x{number}": "1" for number in range(30)},
        ],
        ids=["another", "empty", "twice", "no-code", "two-codes", "not-ascii", "too-many"],
    )
    def test_does_not_take_an_answer_to_another_sign_in(self, query) -> None:
        with Waiting() as waiting:
            status, _, text = waiting.right(**query)
            assert status == 400
            assert "Nothing was changed" in text
            assert waiting.granted == []
            assert waiting.right()[0] == 200
        assert waiting.said == "kept"
        assert len(waiting.granted) == 1

    def test_is_not_confused_by_what_browsers_ask_for_beside(self) -> None:
        with Waiting() as waiting:
            assert waiting.get("/favicon.ico")[0] == 404
            assert waiting.get("/")[0] == 404
            assert waiting.get("/callback/")[0] == 404
            assert waiting.granted == []
            waiting.right()
        assert waiting.said == "kept"

    @pytest.mark.parametrize("method", ["POST", "HEAD", "PUT", "OPTIONS"])
    def test_takes_nothing_but_a_get(self, method) -> None:
        with Waiting() as waiting:
            status, headers, _ = waiting.get(method=method, state=STATE, code=CODE, scope=EVERYTHING)
            assert (status, waiting.granted) == (501, [])
            assert headers["Content-Security-Policy"].startswith("default-src 'none'")
            waiting.right()

    def test_takes_nothing_under_a_strangers_name_that_leads_here(self) -> None:
        with Waiting() as waiting:
            port = urlsplit(waiting.address).port
            for host in ("evil.example", f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port}.evil"):
                status, _, _ = waiting.get(host=host, state=STATE, code=CODE, scope=EVERYTHING)
                assert (status, waiting.granted) == (421, [])
            assert waiting.get(host=f"localhost:{port}", state=STATE, code=CODE, scope=EVERYTHING)[0] == 200

    @pytest.mark.parametrize(
        "sent", [b"", b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"G" * 70000]
    )
    def test_outlives_garbage(self, sent) -> None:
        with Waiting() as waiting:
            parts = urlsplit(waiting.address)
            with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
                connection.sendall(sent)
            assert waiting.right()[0] == 200
        assert waiting.said == "kept"

    def test_is_not_held_up_by_a_connection_that_says_nothing(self) -> None:
        with Waiting() as waiting:
            parts = urlsplit(waiting.address)
            with socket.create_connection((parts.hostname, parts.port), timeout=30):
                assert waiting.right()[0] == 200
        assert waiting.said == "kept"

    def test_takes_one_answer(self) -> None:
        began, go_on = threading.Event(), threading.Event()
        taken = []

        def finish(granted: Granted) -> str:
            taken.append(granted)
            began.set()
            go_on.wait(30)
            return "kept"

        with Waiting(finish=finish) as waiting:
            pages: list[int] = []
            first = threading.Thread(target=lambda: pages.append(waiting.right()[0]))
            first.start()
            assert began.wait(30)
            second = threading.Thread(target=lambda: pages.append(waiting.right(code="another")[0]))
            second.start()
            go_on.set()
            first.join(30)
            second.join(30)
        assert (sorted(pages), len(taken), waiting.said) == ([200, 410], 1, "kept")


class TestWhatGoesWrong:
    def test_access_denied_is_told_on_the_page_and_in_the_terminal(self) -> None:
        with Waiting() as waiting:
            status, _, text = waiting.get(state=STATE, error="access_denied")
        assert status == 200
        assert "It did not work" in text
        assert "nothing is kept" in text
        assert isinstance(waiting.problem, bt.NotSignedIn)
        assert "backtrack login strava" in str(waiting.problem)
        assert waiting.granted == []

    def test_access_denied_of_another_sign_in_is_not_taken(self) -> None:
        with Waiting() as waiting:
            assert waiting.get(state="another's", error="access_denied")[0] == 400
            waiting.right()
        assert waiting.said == "kept"

    @pytest.mark.parametrize(
        ("scope", "missing"),
        [
            ("read,activity:read_all", ["activity:write"]),
            ("read,activity:write", ["activity:read_all"]),
            ("read", ["activity:read_all", "activity:write"]),
            ("", ["activity:read_all", "activity:write"]),
        ],
    )
    def test_what_was_unticked_is_named_on_the_page_and_in_the_terminal(self, scope, missing) -> None:
        with Waiting() as waiting:
            _, _, text = waiting.right(scope=scope)
        assert "It did not work" in text
        assert isinstance(waiting.problem, bt.NotSignedIn)
        assert waiting.problem.details["missing"] == tuple(missing)
        for each in missing:
            assert f"({each})" in text
            assert each in str(waiting.problem)
        assert waiting.granted == []

    def test_to_see_only_what_is_not_private_is_enough(self) -> None:
        with Waiting() as waiting:
            waiting.right(scope="read,activity:read,activity:write")
        assert waiting.said == "kept"

    def test_nobody_coming_back_ends_the_wait(self) -> None:
        with Waiting(seconds=0) as waiting:
            pass
        assert isinstance(waiting.problem, bt.Unreachable)
        assert "strava.paste=true" in str(waiting.problem)

    def test_a_failed_exchange_is_told_on_both(self) -> None:
        def finish(_granted: Granted) -> str:
            raise bt.ServiceFailed("Strava failed: <script>", service="Strava", status=500)

        with Waiting(finish=finish) as waiting:
            _, _, text = waiting.right()
        assert "It did not work" in text
        assert "Strava failed: &lt;script&gt;" in text
        assert isinstance(waiting.problem, bt.ServiceFailed)

    def test_a_mistake_of_ours_leaves_nobody_waiting(self) -> None:
        def finish(_granted: Granted) -> str:
            raise ZeroDivisionError

        with Waiting(finish=finish) as waiting:
            _, _, text = waiting.right()
        assert "The terminal says why" in text
        assert isinstance(waiting.problem, ZeroDivisionError)


class Terminal:
    """Somebody at a terminal, and what is said to them."""

    def __init__(self, monkeypatch, browser=None) -> None:
        self.asked: list[tuple[str, bool]] = []
        self.answers: list[str] = []
        self.said: list[str] = []
        self.opened: list[str] = []
        self.pages: list[str] = []

        def opened(url: str) -> bool:
            self.opened.append(url)
            if browser is not None:
                self.pages.append(browser(url))
            return True

        monkeypatch.setattr("webbrowser.open", opened)

    def ask(self, question: str, hidden: bool) -> str:
        self.asked.append((question, hidden))
        return self.answers.pop(0)

    def sign_in(self, *, seconds: float = 30, **options) -> str:
        request = bt.SignInRequest(ask=self.ask, say=self.said.append, options=StravaSignIn(**options))
        return sign_in(request, seconds=seconds)


def only_while_locked(monkeypatch, name: str, data) -> list[str]:
    """Have a function of sessions refuse to work unless nobody else can refresh meanwhile; what it did."""
    works, done = getattr(sessions, name), []

    def work(*arguments, **named):
        with pytest.raises(Timeout):
            FileLock(data / "strava-stand-in" / "account.lock").acquire(timeout=0)
        done.append(name)
        return works(*arguments, **named)

    monkeypatch.setattr(sessions, name, work)
    return done


class TestSigningIn:
    def test_by_a_browser_keeps_a_session_that_works(self, strava, monkeypatch) -> None:
        terminal = Terminal(monkeypatch, answer)
        said = terminal.sign_in()
        assert "Signed in to Strava" in said
        assert terminal.asked == []
        assert terminal.opened[0] in "\n".join(terminal.said)
        assert "no browser: backtrack login strava --set strava.paste=true" in terminal.said[-1]
        session = sessions.kept_session()
        assert strava.knows(session.access_token)
        assert strava.knows(session.refresh_token)
        assert session.client_secret == strava.client_secret
        assert session.athlete == strava.athlete_number
        assert set(session.scopes) == {"read", "activity:read_all", "activity:write"}
        asked = parse_qs(urlsplit(terminal.opened[0]).query)
        assert asked["approval_prompt"] == ["force"]
        assert urlsplit(asked["redirect_uri"][0]).hostname == "127.0.0.1"

    def test_waits_for_whoever_refreshes_the_last_session(self, account, monkeypatch, data) -> None:
        assert account
        done = only_while_locked(monkeypatch, "keep", data)
        Terminal(monkeypatch, answer).sign_in()
        assert done == ["keep"]

    def test_shows_no_secret(self, strava, monkeypatch, caplog) -> None:
        caplog.set_level(0)
        terminal = Terminal(monkeypatch, answer)
        said = terminal.sign_in()
        seen = "\n".join([said, *terminal.said, caplog.text])
        assert strava.secrets
        for secret in strava.secrets:
            assert secret not in seen

    def test_asks_for_what_the_environment_does_not_say(self, strava, monkeypatch) -> None:
        monkeypatch.delenv("STRAVA_CLIENT_ID")
        monkeypatch.delenv("STRAVA_CLIENT_SECRET")
        terminal = Terminal(monkeypatch, answer)
        terminal.answers = [str(strava.client_id), strava.client_secret]
        terminal.sign_in()
        assert [hidden for _, hidden in terminal.asked] == [False, True]
        assert sessions.kept_session().client_id == strava.client_id

    @pytest.mark.parametrize("number", ["", "abc", "-1", "\u0661"])
    def test_with_a_client_id_that_is_no_number_sends_nothing(self, strava, monkeypatch, number) -> None:
        monkeypatch.delenv("STRAVA_CLIENT_ID")
        terminal = Terminal(monkeypatch)
        terminal.answers = [number]
        with pytest.raises(bt.UsageError, match="STRAVA_CLIENT_ID"):
            terminal.sign_in()
        assert strava.requests == []

    def test_without_a_secret_sends_nothing(self, strava, monkeypatch) -> None:
        monkeypatch.delenv("STRAVA_CLIENT_SECRET")
        terminal = Terminal(monkeypatch)
        terminal.answers = [""]
        with pytest.raises(bt.UsageError, match="STRAVA_CLIENT_SECRET"):
            terminal.sign_in()
        assert strava.requests == []

    def test_with_a_box_unticked_keeps_nothing(self, strava, monkeypatch) -> None:
        terminal = Terminal(monkeypatch, lambda url: answer(url, without=["activity:write"]))
        with pytest.raises(bt.NotSignedIn, match="activity:write"):
            terminal.sign_in()
        assert "activity:write" in terminal.pages[0]
        assert strava.of("POST /oauth/token") == []
        with pytest.raises(bt.NotSignedIn):
            sessions.kept_session()

    def test_that_is_cancelled_keeps_nothing(self, strava, monkeypatch) -> None:
        terminal = Terminal(monkeypatch, lambda url: answer(url, cancel=True))
        with pytest.raises(bt.NotSignedIn, match="not allowed"):
            terminal.sign_in()
        assert strava.of("POST /oauth/token") == []

    def test_with_a_wrong_secret_says_so(self, strava, monkeypatch) -> None:
        assert strava.client_secret
        monkeypatch.setenv("STRAVA_CLIENT_SECRET", "quite-wrong-secret")
        terminal = Terminal(monkeypatch, answer)
        with pytest.raises(bt.NotSignedIn, match="client secret") as raised:
            terminal.sign_in()
        assert "quite-wrong-secret" not in str(raised.value) + terminal.pages[0]
        assert "It did not work" in terminal.pages[0]

    @pytest.mark.parametrize(
        ("mishap", "error"),
        [
            (mishaps.answering(500), bt.ServiceFailed),
            (mishaps.answering(200, "<html>"), bt.ServiceFailed),
            (mishaps.answering(200, {}), bt.ServiceFailed),
            (mishaps.answering(200, []), bt.ServiceFailed),
            (
                mishaps.answering(200, {"access_token": 1, "refresh_token": None, "expires_at": ""}),
                bt.ServiceFailed,
            ),
            (mishaps.answering(429), bt.RateLimited),
            (mishaps.cut_before_acting(), bt.Unreachable),
        ],
    )
    def test_that_fails_at_the_exchange_keeps_nothing(self, strava, monkeypatch, mishap, error) -> None:
        strava.next(mishap, on="POST /oauth/token")
        terminal = Terminal(monkeypatch, answer)
        with pytest.raises(error):
            terminal.sign_in()
        assert "It did not work" in terminal.pages[0]
        with pytest.raises(bt.NotSignedIn):
            sessions.kept_session()

    def test_takes_over_no_other_program_s_session(self, strava) -> None:
        with pytest.raises(bt.UsageError, match="without --at"):
            strava_account().sign_in(bt.SignInRequest(ask=lambda *_: "", at="somewhere"))
        assert strava.requests == []

    def test_that_nobody_answers_ends(self, strava, monkeypatch) -> None:
        with pytest.raises(bt.Unreachable):
            Terminal(monkeypatch).sign_in(seconds=0)
        assert strava.requests == []

    def test_without_a_browser_shows_the_address_all_the_same(self, strava, monkeypatch) -> None:
        terminal = Terminal(monkeypatch)

        def broken(_url: str) -> bool:
            import webbrowser

            raise webbrowser.Error("could not locate runnable browser")

        monkeypatch.setattr("webbrowser.open", broken)
        with pytest.raises(bt.Unreachable):
            terminal.sign_in(seconds=0)
        assert f"{strava.base_url}/oauth/authorize?" in terminal.said[0]


class TestPasting:
    def paste(self, strava, monkeypatch, change=lambda url: url) -> str:
        terminal = Terminal(monkeypatch)

        def ask(question: str, hidden: bool) -> str:
            terminal.asked.append((question, hidden))
            url = re.search(r"http\S+/oauth/authorize\S+", terminal.said[0])
            assert url is not None
            fields = [
                (name, value) for name, values in parse_qs(urlsplit(url[0]).query).items() for value in values
            ]
            fields += [("granted", scope) for scope in EVERYTHING.split(",")] + [("answer", "authorize")]
            connection = http.client.HTTPConnection(strava.base_url.removeprefix("http://"), timeout=30)
            connection.request(
                "POST",
                "/oauth/authorize",
                urlencode(fields),
                {"Content-Type": "application/x-www-form-urlencoded"},
            )
            location = connection.getresponse().headers["Location"]
            connection.close()
            return change(location)

        terminal.ask = ask
        said = terminal.sign_in(paste=True)
        assert [hidden for _, hidden in terminal.asked] == [True]
        assert terminal.opened == []
        return said

    def test_the_address_signs_in(self, strava, monkeypatch) -> None:
        assert "Signed in" in self.paste(strava, monkeypatch, lambda url: f"  {url}\n")
        assert strava.knows(sessions.kept_session().access_token)

    @pytest.mark.parametrize(
        "change",
        [
            lambda _: "",
            lambda _: "http://127.0.0.1/callback",
            lambda url: url.replace("state=", "state=x"),
            lambda url: url.replace("code=", "kode="),
            lambda _: "http://[",
        ],
    )
    def test_anything_else_does_not(self, strava, monkeypatch, change) -> None:
        with pytest.raises(bt.UsageError, match="not the address"):
            self.paste(strava, monkeypatch, change)
        assert strava.of("POST /oauth/token") == []

    def test_a_missing_permission_is_told(self, strava, monkeypatch) -> None:
        with pytest.raises(bt.NotSignedIn, match="activity:write"):
            self.paste(strava, monkeypatch, lambda url: url.replace("%2Cactivity%3Awrite", ""))


class TestSigningOut:
    def test_tells_strava_and_forgets(self, account, data) -> None:
        session = sessions.kept_session()
        said = strava_account().sign_out()
        assert "deleted" in said
        assert "Strava was told" in said
        assert not account.knows(session.access_token)
        assert not account.knows(session.refresh_token)
        assert not (data / "strava-stand-in" / "account.session").exists()
        assert strava_account().sign_out() == "Nobody was signed in."

    @pytest.mark.parametrize(
        "mishap", [mishaps.answering(500), mishaps.answering(404), mishaps.cut_before_acting()]
    )
    def test_forgets_also_when_strava_cannot_be_told(self, account, mishap) -> None:
        account.next(mishap, on="POST /oauth/revoke")
        said = strava_account().sign_out()
        assert "could not be told" in said
        assert "My Apps" in said
        with pytest.raises(bt.NotSignedIn):
            sessions.kept_session()

    def test_waits_for_whoever_refreshes_the_session(self, account, monkeypatch, data) -> None:
        assert account
        done = only_while_locked(monkeypatch, "forget", data)
        strava_account().sign_out()
        assert done == ["forget"]

    def test_takes_an_empty_answer_for_a_yes(self, account) -> None:
        account.next(mishaps.answering(200, ""), on="POST /oauth/revoke")
        assert "Strava was told" in strava_account().sign_out()

    def test_forgets_a_damaged_session(self, account, data) -> None:
        (data / "strava-stand-in" / "account.session").write_text("{")
        assert "deleted" in strava_account().sign_out()
        assert account.requests == []
        assert strava_account().sign_out() == "Nobody was signed in."


class Memory(KeyringBackend):
    """A keyring in memory, which can be locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service, username):
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self.entries[service, username] = password

    def delete_password(self, service, username):
        if self.locked:
            raise KeyringLocked
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError


class TestAKeyring:
    @pytest.fixture
    def memory(self, strava, monkeypatch) -> Memory:
        assert strava
        memory = Memory()
        monkeypatch.setattr(keyring.core, "_keyring_backend", memory)
        return memory

    def test_keeps_the_session_also_when_it_is_refreshed(self, strava, monkeypatch, memory, data) -> None:
        said = Terminal(monkeypatch, answer).sign_in()
        assert "in the system's keyring" in said
        first = sessions.kept_session()
        strava.expire()
        number = strava.add_activity()
        assert StravaClient().call(lambda client: client.get_activity(number)).id == number
        assert sessions.kept_session().refresh_token != first.refresh_token
        assert not (data / "strava-stand-in" / "account.session").exists()
        assert {service for service, _ in memory.entries} == {f"backtrack-strava-stand-in {data}"}

    @pytest.mark.usefixtures("strava")
    def test_is_emptied_when_somebody_signs_out(self, monkeypatch, memory) -> None:
        Terminal(monkeypatch, answer).sign_in()
        assert "deleted" in strava_account().sign_out()
        assert memory.entries == {}

    @pytest.mark.usefixtures("strava")
    def test_that_does_not_let_go_is_told(self, monkeypatch, memory) -> None:
        Terminal(monkeypatch, answer).sign_in()
        memory.locked = True
        assert "did not let go of it" in strava_account().sign_out()


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_the_command_shows_the_address_and_no_secret(strava, monkeypatch, capsys, form) -> None:
    terminal = Terminal(monkeypatch, answer)
    assert main(["login", "strava", "--yes", *form]) == 0
    seen = capsys.readouterr()
    assert terminal.opened[0] in seen.err
    assert "The session is kept" in seen.out
    assert main(["logout", "strava", *form]) == 0
    seen = seen.out + seen.err + "".join(capsys.readouterr())
    for secret in strava.secrets:
        assert secret not in seen


def test_what_came_back_shows_no_code() -> None:
    assert CODE not in repr(Granted(CODE, ("read",)))


def test_the_session_of_a_stand_in_is_another_one(account, monkeypatch) -> None:
    assert sessions.kept_session().client_id == account.client_id
    monkeypatch.delenv("BACKTRACK_STRAVA_HOST")
    with pytest.raises(bt.NotSignedIn, match="backtrack login strava"):
        sessions.kept_session()


def test_a_session_is_its_owner_s_alone(strava, data, monkeypatch) -> None:
    assert strava.requests == []
    Terminal(monkeypatch, answer).sign_in()
    folder = data / "strava-stand-in"
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(folder / "account.session").st_mode) == 0o600
