"""Signing in: really, by garminconnect at the stand-in; in place, in a folder of another program; and out."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt
from backtrack_garmin.connect.opening import open_client
from backtrack_garmin.connect.sessions import kept_sessions
from backtrack_garmin.connect.signing_in import garmin_account
from backtrack_garmin.connect.stand_in import EMAIL, PASSWORD
from backtrack_garmin.testing import ConnectStandIn, environment, save_session, signed_in
from backtrack_plugins.testing.mishaps import answering, html

if TYPE_CHECKING:
    from collections.abc import Callable

LIST = "/workout-service/workouts"
ACCOUNT = garmin_account()


def sign_in(*answers: str, at: object = None, client: str = "") -> tuple[str, list[tuple[str, bool]]]:
    """Sign in with these answers; what is said, and the questions with whether the answer was hidden."""
    left, asked = list(answers), []

    def ask(question: str, hidden: bool) -> str:
        asked.append((question, hidden))
        return left.pop(0)

    options = ACCOUNT.options(client=client)
    said = ACCOUNT.sign_in(bt.SignInRequest(ask=ask, at=None if at is None else str(at), options=options))
    assert left == []
    return said, asked


@pytest.fixture
def with_code(connect) -> ConnectStandIn:
    connect.account.code = "246810"
    return connect


class TestSigningInAnew:
    def test_asks_for_e_mail_and_password_and_keeps_the_session(self, connect, tmp_path) -> None:
        said, asked = sign_in(EMAIL, PASSWORD)
        assert asked == [("E-mail of your Garmin account", False), ("Password", True)]
        place = tmp_path / "data" / "garmin-stand-in" / "garminconnect.session"
        assert said == (
            f"Signed in with garminconnect. The session is kept in {place}, which you alone can read."
        )
        assert open_client().get(LIST) == []
        assert connect.refreshes == 0

    def test_keeps_it_before_it_is_used(self, connect) -> None:
        sign_in(EMAIL, PASSWORD)
        assert not [request for request in connect.requests if "workout" in request.path]
        assert len(kept_sessions()) == 1

    @pytest.mark.usefixtures("with_code")
    def test_asks_for_the_code_where_one_is_wanted(self) -> None:
        _, asked = sign_in(EMAIL, PASSWORD, "246810")
        assert asked[2] == ("Code that Garmin sent you", False)
        assert open_client().get(LIST) == []

    @pytest.mark.usefixtures("connect")
    def test_may_be_chosen_by_name(self) -> None:
        assert sign_in(EMAIL, PASSWORD, client="garminconnect")[0].startswith("Signed in with garminconnect.")
        assert sign_in(EMAIL, PASSWORD, client="auto")[0].startswith("Signed in with garminconnect.")
        assert len(kept_sessions()) == 1

    @pytest.mark.parametrize("answers", [(EMAIL, "wrong-password"), ("nobody@example.com", PASSWORD)])
    def test_with_what_the_service_does_not_know_keeps_nothing(self, connect, answers) -> None:
        with pytest.raises(bt.NotSignedIn, match="does not know this e-mail with this password"):
            sign_in(*answers)
        assert kept_sessions() == []
        assert len(connect.of("POST /mobile/api/login")) == 1

    @pytest.mark.usefixtures("with_code")
    def test_with_a_wrong_code_keeps_nothing(self) -> None:
        with pytest.raises(bt.NotSignedIn, match="the code was not right"):
            sign_in(EMAIL, PASSWORD, "111111")
        assert kept_sessions() == []

    @pytest.mark.parametrize("answers", [("", PASSWORD), (EMAIL, "")])
    def test_with_nothing_sends_nothing(self, connect, answers) -> None:
        with pytest.raises(bt.UsageError, match="nothing was sent"):
            sign_in(*answers)
        assert connect.requests == []

    def test_that_is_limited_says_that_it_takes_hours(self, connect) -> None:
        connect.next(answering(429, headers={"Retry-After": "7"}), times=None)
        with pytest.raises(bt.RateLimited, match="That lasts hours") as raised:
            sign_in(EMAIL, PASSWORD)
        assert raised.value.details["retry_after"] is None
        assert kept_sessions() == []

    def test_takes_another_way_where_one_is_closed(self, connect) -> None:
        connect.next(answering(429), on="POST /mobile/api/login", times=None)
        sign_in(EMAIL, PASSWORD)
        assert connect.of("POST /sso/signin")
        assert open_client().get(LIST) == []

    def test_takes_another_way_with_a_code_too(self, with_code) -> None:
        with_code.next(html(403), on="POST /mobile/api/login", times=None)
        sign_in(EMAIL, PASSWORD, "246810")
        assert with_code.of("POST /sso/verifyMFA/loginEnterMfaCode")

    def test_without_a_session_that_can_be_kept_is_none(self, connect) -> None:
        connect.next(answering(503), on="POST /di-oauth2-service/oauth/token", times=None)
        with pytest.raises(bt.ServiceFailed, match="let nobody in"):
            sign_in(EMAIL, PASSWORD)
        assert kept_sessions() == []

    @pytest.mark.usefixtures("nobody_listens")
    def test_without_a_network_says_so(self) -> None:
        with pytest.raises(bt.Unreachable, match="nobody was signed in"):
            sign_in(EMAIL, PASSWORD)

    @pytest.mark.usefixtures("with_code")
    def test_with_an_answer_that_cannot_be_asked_for_says_why(self) -> None:
        def ask(question: str, hidden: bool) -> str:
            if "Code" in question:
                raise bt.UsageError("nobody is there")
            return PASSWORD if hidden else EMAIL

        with pytest.raises(bt.UsageError, match="nobody is there"):
            ACCOUNT.sign_in(bt.SignInRequest(ask=ask, options=ACCOUNT.options()))

    @pytest.mark.usefixtures("connect")
    def test_without_a_library_that_can_says_how_to_install_one(self, monkeypatch) -> None:
        monkeypatch.setitem(sys.modules, "garminconnect", None)
        with pytest.raises(bt.NotSignedIn) as raised:
            sign_in()
        assert 'pip install "backtrack-garmin[garminconnect]"' in str(raised.value)

    def test_goes_nowhere_but_here(self, connect, monkeypatch) -> None:
        monkeypatch.setenv("BACKTRACK_GARMIN_HOST", "http://192.0.2.1:80")
        with pytest.raises(bt.UsageError, match="only be an address of this machine"):
            sign_in()
        assert connect.requests == []


class TestAFolderOfAnotherProgram:
    @pytest.fixture(params=["garth", "garminconnect"])
    def library(self, request) -> str:
        return request.param

    @pytest.fixture
    def files(self, connect, library) -> dict[str, str]:
        made: dict[str, Callable[[], dict[str, str]]] = {
            "garth": connect.garth_session,
            "garminconnect": connect.garminconnect_session,
        }
        return made[library]()

    def test_is_used_in_place_and_nothing_is_asked(self, tmp_path, library, files) -> None:
        folder = save_session(tmp_path / "theirs", files)
        said, asked = sign_in(at=folder)
        assert asked == []
        assert said == (
            f"Signed in with {library}. The session is used in {folder}, as the other program left it."
        )
        assert open_client().name == library
        assert open_client().get(LIST) == []
        assert sorted(os.listdir(folder)) == sorted(files)

    def test_may_be_named_from_home_or_by_a_file_in_it(self, tmp_path, monkeypatch, library, files) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        folder = save_session(tmp_path / "theirs", files)
        sign_in(at="~/theirs")
        assert kept_sessions()[0].folder == folder
        sign_in(at=os.path.join(folder, next(iter(files))))
        assert kept_sessions()[0].folder == folder
        assert kept_sessions()[0].client == library

    def test_that_holds_none_says_what_is_looked_for(self, tmp_path, library, files) -> None:
        other = {"garth": "garminconnect", "garminconnect": "garth"}[library]
        folder = save_session(tmp_path / "theirs", files)
        with pytest.raises(bt.UsageError, match="holds no session"):
            sign_in(at=folder, client=other)
        with pytest.raises(
            bt.UsageError, match=r"no garmin_tokens\.json \(garminconnect\) or oauth2_token\.json"
        ):
            sign_in(at=tmp_path / "nowhere")
        assert kept_sessions() == []

    def test_that_is_damaged_is_not_used(self, tmp_path, files, library) -> None:
        folder = save_session(tmp_path / "theirs", dict.fromkeys(files, "{}"))
        with pytest.raises(bt.NotSignedIn, match=f"session of {library} in .* is damaged"):
            sign_in(at=folder)
        assert kept_sessions() == []

    def test_whose_library_is_not_installed_says_how(self, tmp_path, monkeypatch, files, library) -> None:
        folder = save_session(tmp_path / "theirs", files)
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(bt.NotSignedIn, match="pip install"):
            sign_in(at=folder)


class TestGarth:
    def test_uses_the_folder_that_it_saves_to(self, connect, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("GARTH_HOME", raising=False)
        save_session(tmp_path / ".garth", connect.garth_session())
        said, asked = sign_in(client="garth")
        assert (said.startswith("Signed in with garth."), asked) == (True, [])

    def test_uses_the_folder_that_it_was_told(self, connect, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("GARTH_HOME", save_session(tmp_path / "told", connect.garth_session()))
        sign_in(client="garth")
        assert open_client().get(LIST) == []

    @pytest.mark.usefixtures("connect")
    def test_without_one_says_who_can_sign_in(self, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("GARTH_HOME", str(tmp_path / "nowhere"))
        with pytest.raises(bt.UsageError, match=r"--set garmin\.client=garminconnect"):
            sign_in(client="garth")


class TestSigningOut:
    @pytest.mark.usefixtures("connect")
    def test_of_nothing_says_so(self) -> None:
        assert ACCOUNT.sign_out() == "Nobody was signed in."

    def test_deletes_what_we_kept_and_leaves_what_others_did(self, connect, tmp_path) -> None:
        sign_in(EMAIL, PASSWORD)
        folder = save_session(tmp_path / "theirs", connect.garth_session())
        sign_in(at=folder)
        said = ACCOUNT.sign_out()
        assert f"The session of garth in {folder} is used no more; it is still there" in said
        assert "The session of garminconnect was deleted" in said
        assert len(os.listdir(folder)) == 2
        with pytest.raises(bt.NotSignedIn):
            open_client()


def test_the_terms_are_plain():
    for said in ("has not agreed", "can limit an account", "not kept", "needs none of this"):
        assert said in ACCOUNT.terms


@pytest.mark.parametrize("client", ["garth", "garminconnect"])
def test_somebody_can_be_signed_in_already_for_a_test_of_a_command(tmp_path, client):
    with ConnectStandIn() as connect:
        variables = signed_in(connect, tmp_path, client=client, expired=True)
        code = """
from backtrack_garmin.connect.opening import open_client
client = open_client()
print(client.name, client.get("/workout-service/workouts"))
"""
        ran = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=True,
        )
    assert (ran.stdout, ran.stderr) == (f"{client} []\n", "")
    assert connect.refreshes == 1


class TestTheTour:
    @pytest.mark.parametrize("missing", [None, "garminconnect"])
    def test_signs_in_and_finds_a_workout_of_somebody_else(self, tmp_path, monkeypatch, missing) -> None:
        if missing:
            monkeypatch.setitem(sys.modules, missing, None)
        with ACCOUNT.tour(str(tmp_path)) as tour:
            for name, value in tour.environment.items():
                monkeypatch.setenv(name, value)
            first = tour.steps[0].command
            assert first[:3] == ("login", "garmin", "--at")
            sign_in(at=tmp_path / first[3])
            (row,) = open_client().get(LIST)
            assert f"garmin-connect:{row['workoutId']}" in [
                word for step in tour.steps for word in step.command
            ]

    def test_keeps_everything_in_its_folder(self, tmp_path) -> None:
        with ACCOUNT.tour(str(tmp_path)) as tour:
            assert tour.environment["BACKTRACK_DATA"].startswith(str(tmp_path))
            assert tour.environment["BACKTRACK_GARMIN_HOST"].startswith("http://127.0.0.1:")
            assert tour.environment["PYTHON_KEYRING_BACKEND"] == "keyring.backends.null.Keyring"

    def test_needs_a_client_library(self, tmp_path, monkeypatch) -> None:
        for name in ("garth", "garminconnect"):
            monkeypatch.setitem(sys.modules, name, None)
        with pytest.raises(bt.NotSignedIn, match="pip install"), ACCOUNT.tour(str(tmp_path)):
            pass

    def test_has_commands_that_there_are(self, tmp_path) -> None:
        from backtrack_plugins.cli.parser import parse_arguments

        with ACCOUNT.tour(str(tmp_path)) as tour:
            for step in tour.steps:
                parse_arguments(step.command)
                assert step.said.endswith(".")


def test_an_environment_reaches_nothing_of_the_user_s(connect, tmp_path):
    variables = environment(connect, tmp_path / "own")
    assert variables["BACKTRACK_DATA"] == str(tmp_path / "own")
    assert not (tmp_path / "own").exists()
