"""No token, password, code or e-mail in what comes out: errors with all they carry, logs, output, files."""

from __future__ import annotations

import contextlib
import json
import logging
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from requests import Request

import backtrack_plugins as bt
from backtrack_garmin.connect import garminconnect_client, garth_client
from backtrack_garmin.connect.opening import open_client
from backtrack_garmin.connect.scrubbing import MASK, hidden, scrub
from backtrack_garmin.connect.sessions import kept_sessions, use_folder
from backtrack_garmin.connect.signing_in import garmin_account
from backtrack_garmin.connect.stand_in import EMAIL, PASSWORD
from backtrack_garmin.testing import ConnectStandIn, save_session
from backtrack_plugins.testing.mishaps import Mishap, Reply, answering, cut_before_acting

if TYPE_CHECKING:
    from pathlib import Path

LIST = "/workout-service/workouts"
CODE = "246810-code"
ACCOUNT = garmin_account()


class Echo(Mishap):
    """A service that shows in its refusal what it was sent, and what it sent."""

    def __init__(self, connect: ConnectStandIn, status: int, *, knows: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._secrets = connect.secrets
        self._knows = knows
        self._status = status

    def before(self) -> Reply:
        secrets = [
            secret for secret in self._secrets if secret not in {PASSWORD, CODE} or secret in self._knows
        ]
        told = " ".join(secrets)
        fields = {secret[:20]: secret for secret in secrets}
        return Reply(self._status, {"message": f"refused: {told}", "responseStatus": fields, **fields})


@pytest.fixture(autouse=True)
def everything(caplog, capsys):
    """Everything that is logged, at the finest; and what is said is still to be read."""
    caplog.set_level(logging.DEBUG)
    return caplog, capsys


@pytest.fixture
def searched(connect, caplog, capsys, tmp_path):
    """Searches all that came out for every secret that there was."""

    def searched(*errors: BaseException, beside: tuple[str, ...] = ()) -> None:
        captured = capsys.readouterr()
        texts = {"log": caplog.text, "out": captured.out, "err": captured.err}
        texts["records"] = "\n".join(f"{record.msg!r} {record.args!r}" for record in caplog.records)
        for place, error in enumerate(errors):
            texts[f"error {place}"] = "\n".join(_all_of(error))
        for path in tmp_path.rglob("*"):
            if path.is_file() and not path.name.endswith((".session", *beside)):
                texts[str(path)] = path.read_text(encoding="utf-8")
        for where, text in texts.items():
            for secret in {EMAIL, PASSWORD, CODE, *connect.secrets}:
                for form in (secret, quote(secret, safe="")):
                    assert form not in text, f"{where} shows {form}"

    return searched


def _all_of(error: BaseException | None) -> list[str]:
    """Whatever an error says, and the errors behind it, also those that tracebacks leave out."""
    texts: list[str] = []
    while error is not None:
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        texts += traceback.format_exception(error, chain=False)
        if isinstance(error, bt.BacktrackError):
            texts.append(json.dumps(error.as_data()))
        texts += [*_all_of(error.__cause__)]
        error = error.__context__
    return texts


def use(connect: ConnectStandIn, folder: Path, client: str) -> None:
    files = connect.garth_session() if client == "garth" else connect.garminconnect_session()
    use_folder(client, save_session(folder / client, files), tuple(files))


@pytest.mark.parametrize("name", ["garth", "garminconnect"])
class TestRequests:
    @pytest.mark.parametrize("status", [400, 403, 404, 409, 418, 429, 500, 503])
    def test_that_fail_show_none(self, connect, tmp_path, searched, name, status) -> None:
        use(connect, tmp_path, name)
        connect.next(Echo(connect, status))
        with pytest.raises(bt.ServiceError) as raised:
            open_client().post("/workout-service/workout", {"workoutName": "x"})
        searched(raised.value, beside=("_token.json", "_tokens.json"))

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 200])
    def test_that_cannot_refresh_show_none(self, connect, tmp_path, searched, name, status) -> None:
        use(connect, tmp_path, name)
        connect.expire()
        route = {
            "garth": "POST /oauth-service/oauth/exchange/user/2.0",
            "garminconnect": "POST /di-oauth2-service/oauth/token",
        }[name]
        connect.next(Echo(connect, status), on=route)
        with pytest.raises(bt.ServiceError) as raised:
            open_client().get(LIST)
        searched(raised.value, beside=("_token.json", "_tokens.json"))

    def test_that_go_well_or_get_no_answer_show_none(self, connect, tmp_path, searched, name) -> None:
        use(connect, tmp_path, name)
        connect.expire()
        client = open_client()
        client.get(LIST, {"start": 0})
        connect.next(cut_before_acting())
        with pytest.raises(bt.Unreachable) as cut:
            client.get(LIST)
        connect.revoke()
        with pytest.raises(bt.NotSignedIn) as ended:
            client.get(LIST)
        searched(cut.value, ended.value, beside=("_token.json", "_tokens.json"))

    def test_with_a_damaged_session_show_none(self, connect, tmp_path, searched, name) -> None:
        use(connect, tmp_path, name)
        (session,) = kept_sessions()
        for file in session.names:
            path = tmp_path / name / file
            saved = json.loads(path.read_text())
            changed = {key: [value] if key.startswith("expires") else value for key, value in saved.items()}
            path.write_text(json.dumps(changed | {"extra": 1}) + "}")
        with pytest.raises(bt.NotSignedIn) as raised:
            open_client()
        searched(raised.value, beside=("_token.json", "_tokens.json"))

    def test_take_nothing_from_what_curl_is_to_sign_in_with(self, tmp_path, monkeypatch, name) -> None:
        """A password of ~/.netrc would be sent in place of the token; here nothing is sent."""
        netrc = tmp_path / "netrc"
        netrc.write_text("default login somebody password of-another-site\n", encoding="utf-8")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        monkeypatch.delenv("BACKTRACK_GARMIN_HOST", raising=False)
        if name == "garth":
            session = garth_client._new_client().sess
        else:
            client = garminconnect_client._new_client()
            garminconnect_client._Watched(client)
            session = client._api_session
        assert session.trust_env  # for the proxies of whoever needs one
        headers = {"Authorization": "Bearer token"}
        asked = Request("GET", "https://connectapi.garmin.com/", headers=headers)
        assert session.prepare_request(asked).headers["Authorization"] == "Bearer token"


class TestSigningIn:
    def sign_in(self, password: str = PASSWORD) -> str:
        answers = [EMAIL, password, CODE]
        return ACCOUNT.sign_in(
            bt.SignInRequest(ask=lambda _question, _hidden: answers.pop(0), options=ACCOUNT.options())
        )

    def test_shows_none(self, connect, searched) -> None:
        connect.account.code = CODE
        said = self.sign_in() + ACCOUNT.sign_out()
        assert "Signed in" in said
        assert not [secret for secret in connect.secrets if secret in said]
        searched()

    @pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
    @pytest.mark.parametrize(
        "route",
        [
            "POST /mobile/api/login",
            "POST /mobile/api/mfa/verifyCode",
            "POST /di-oauth2-service/oauth/token",
            None,
        ],
    )
    def test_that_fails_shows_none(self, connect, searched, status, route) -> None:
        connect.account.code = CODE
        connect.next(Echo(connect, status, knows=(PASSWORD, CODE)), on=route, times=None)
        problem = None
        try:
            self.sign_in()
        except bt.ServiceError as error:
            problem = error
        searched(*([] if problem is None else [problem]))

    def test_with_the_wrong_password_shows_none(self, connect, searched) -> None:
        typed = connect._secret(PASSWORD[::-1])
        with pytest.raises(bt.NotSignedIn) as raised:
            self.sign_in(typed)
        searched(raised.value)

    @pytest.mark.usefixtures("connect")
    def test_keeps_neither_e_mail_nor_password(self, tmp_path) -> None:
        self.sign_in()
        for path in tmp_path.rglob("*"):
            if path.is_file():
                text = path.read_text()
                assert EMAIL not in text
                assert PASSWORD not in text
        assert scrub(PASSWORD) == PASSWORD

    def test_warns_of_no_way_that_did_not_work(self, connect, caplog) -> None:
        connect.next(answering(429), on="POST /mobile/api/login", times=None)
        self.sign_in()
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


class TestScrubbing:
    @pytest.mark.parametrize(
        "text",
        [
            "mail to {} now",
            "https://x/?username={}&a=1",
            '"password": "{}"',
            "password={}",
        ],
    )
    def test_masks_what_is_known_in_any_form(self, text) -> None:
        secret = "s3cret/with+signs@here.example"
        with hidden(secret):
            for form in (secret, quote(secret, safe="")):
                assert form not in scrub(text.format(form))

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Bearer abcdef.123", f"Bearer {MASK}"),
            (
                "OAuth oauth_token=abc, oauth_signature=def",
                f"OAuth oauth_token={MASK}, oauth_signature={MASK}",
            ),
            ('{"access_token": "abc", "n": 1}', f'{{"access_token": {MASK}, "n": 1}}'),
            ("ask ada.b+c@mail.example.com", f"ask {MASK}"),
            ("?ticket=ST-0123-abc-sso", f"?ticket={MASK}"),
            ("eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjF9.sig", MASK),
        ],
    )
    def test_masks_what_looks_like_one(self, text, shown) -> None:
        assert scrub(text) == shown

    @pytest.mark.parametrize(
        "text",
        [
            "No workout found for workout = 7",
            "The name is too long",
            "/workout-service/workouts?start=0&limit=20",
        ],
    )
    def test_leaves_other_words_alone(self, text) -> None:
        assert scrub(text) == text

    def test_forgets_what_was_hidden_for_a_while(self) -> None:
        with hidden("marked-secret"), contextlib.suppress(KeyError):
            assert scrub("a marked-secret b") == f"a {MASK} b"
            raise KeyError
        assert scrub("a marked-secret b") == "a marked-secret b"
