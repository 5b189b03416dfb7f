"""Where sessions are kept: in a keyring that works, else in a file that nobody else can read."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING

import keyring
import keyring.core
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, NoKeyringError, PasswordDeleteError, PasswordSetError

import backtrack_plugins as bt
from backtrack_garmin.connect.opening import open_client
from backtrack_garmin.connect.routing import HOST
from backtrack_garmin.connect.sessions import keep, kept_sessions, use_folder
from backtrack_garmin.connect.signing_in import garmin_account
from backtrack_garmin.testing import ConnectStandIn

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"oauth1_token.json": '{"oauth_token": "tok-1"}', "oauth2_token.json": '{"access_token": "tok-2"}'}
NEWER = {**FILES, "oauth2_token.json": '{"access_token": "tok-3"}'}
SERVICE = "backtrack-garmin"


class Memory(KeyringBackend):
    """A keyring in memory that, like Windows, takes 2,560 bytes of UTF-16 in one entry."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}
        self.left = 1000

    def get_password(self, service, username):
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        if len(password.encode("utf-16-le")) > 2560:
            raise PasswordSetError("too long")
        self.left -= 1
        if self.left < 0:
            raise KeyringLocked("locked")
        self.entries[service, username] = password

    def refuse(self, *_):
        raise KeyringLocked("locked")

    def delete_password(self, service, username):
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


class Refusing(Memory):
    """One that takes nothing, as where there is none."""

    def set_password(self, *_):
        raise NoKeyringError("no keyring")


class Torn(Memory):
    """One that fails in a way of its own."""

    def get_password(self, *_):
        raise RuntimeError("the bus is gone")


class Forgetting(Memory):
    """One that takes everything and gives nothing back."""

    def get_password(self, *_):
        return None


class Garbling(Memory):
    """One that gives something else back."""

    def get_password(self, service, username):
        found = super().get_password(service, username)
        return found and found.replace("tok", "kot")


@pytest.fixture(autouse=True)
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKTRACK_DATA", str(tmp_path / "data"))
    monkeypatch.delenv(HOST, raising=False)
    return tmp_path / "data" / "garmin"


@pytest.fixture
def use(monkeypatch):
    def use(backend):
        monkeypatch.setattr(keyring.core, "_keyring_backend", backend)
        return backend

    return use


@pytest.fixture
def memory(use):
    return use(Memory())


def mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.usefixtures("no_keyring")
class TestAFile:
    @pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
    def test_is_its_owner_s_alone_whatever_the_umask(self, data, umask) -> None:
        before = os.umask(umask)
        try:
            session = keep("garth", FILES)
        finally:
            os.umask(before)
        assert session.kept == "file"
        assert mode(data) == 0o700
        assert {name: mode(data / name) for name in os.listdir(data)} == {
            "garth.session": 0o600,
            "sessions.json": 0o600,
        }

    def test_is_its_owner_s_alone_from_the_first_byte(self, monkeypatch) -> None:
        opened = []
        real = os.open

        def watched(path, flags, mode=0o777, **named):
            number = real(path, flags, mode, **named)
            opened.append((flags & os.O_EXCL != 0, stat.S_IMODE(os.fstat(number).st_mode)))
            return number

        monkeypatch.setattr(os, "open", watched)
        keep("garth", FILES)
        assert opened == [(True, 0o600)] * 2

    def test_in_a_folder_that_others_could_read_closes_it(self, data) -> None:
        data.mkdir(parents=True, mode=0o755)
        keep("garth", FILES)
        assert mode(data) == 0o700

    def test_gives_the_session_back_and_is_forgotten(self, data) -> None:
        keep("garth", FILES)
        (session,) = kept_sessions()
        assert session.files() == FILES
        session.save(NEWER)
        assert session.files() == NEWER
        session.forget()
        assert kept_sessions() == []
        assert session.files() is None
        assert os.listdir(data) == ["sessions.json"]

    def test_is_as_it_was_when_the_disk_is_full(self, data, monkeypatch) -> None:
        session = keep("garth", FILES)
        monkeypatch.setattr(os, "fsync", _full)
        with pytest.raises(bt.DeliveryError, match="no space left") as raised:
            session.save(NEWER)
        assert raised.value.__context__ is None
        assert session.files() == FILES
        assert sorted(os.listdir(data)) == ["garth.session", "sessions.json"]

    def test_follows_no_link_that_somebody_laid(self, data, tmp_path) -> None:
        keep("garth", FILES)
        target = tmp_path / "target"
        target.write_text("untouched")
        (data / "garth.session").unlink()
        (data / "garth.session").symlink_to(target)
        keep("garth", NEWER)
        assert target.read_text() == "untouched"
        assert not (data / "garth.session").is_symlink()

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', "\udcff"])
    def test_that_is_damaged_is_no_session(self, data, text) -> None:
        session = keep("garth", FILES)
        (data / "garth.session").write_bytes(text.encode("utf-8", "surrogateescape"))
        assert session.files() is None

    def test_where_no_folder_can_be_made_says_so(self, data) -> None:
        data.parent.mkdir()
        data.write_text("in the way")
        with pytest.raises(bt.DeliveryError) as raised:
            keep("garth", FILES)
        assert raised.value.details["path"].startswith(str(data))


def _full(_number: int) -> None:
    raise OSError(28, "No space left on device")


class TestAKeyring:
    def test_that_works_keeps_the_session_and_no_file_does(self, memory, data) -> None:
        session = keep("garth", FILES)
        assert session.kept == "keyring"
        assert kept_sessions() == [session]
        assert session.files() == FILES
        assert os.listdir(data) == ["sessions.json"]
        assert "tok-" not in (data / "sessions.json").read_text()
        assert {service for service, _ in memory.entries} == {f"{SERVICE} {bt.data_folder()}"}

    @pytest.mark.usefixtures("memory")
    def test_takes_sessions_longer_than_one_entry(self) -> None:
        long = {"garmin_tokens.json": json.dumps({"di_token": "tök" * 3000})}
        session = keep("garminconnect", long)
        assert session.kept == "keyring"
        assert session.files() == long

    def test_holds_one_session_after_many_changes(self, memory) -> None:
        session = keep("garth", FILES)
        count = len(memory.entries)
        for _ in range(5):
            session.save(NEWER)
            session.save(FILES)
        assert (session.files(), len(memory.entries)) == (FILES, count)

    def test_is_emptied_when_the_session_is_forgotten(self, memory) -> None:
        keep("garth", FILES)
        keep("garminconnect", {"garmin_tokens.json": "{}"}).forget()
        (session,) = kept_sessions()
        session.forget()
        assert memory.entries == {}

    @pytest.mark.parametrize("left", [0, 1, 2, 3])
    def test_is_emptied_also_of_what_a_failed_change_left(self, memory, data, left) -> None:
        session = keep("garminconnect", {"garmin_tokens.json": "x" * 2500})
        memory.left = left
        assert session.save({"garmin_tokens.json": "y" * 2500}).forget()
        assert memory.entries == {}
        assert os.listdir(data) == ["sessions.json"]

    def test_is_emptied_also_when_another_session_took_its_place(self, memory, tmp_path) -> None:
        keep("garth", FILES)
        assert use_folder("garth", str(tmp_path), tuple(FILES)).forget()
        assert memory.entries == {}

    def test_that_does_not_let_go_is_told(self, memory, monkeypatch) -> None:
        keep("garth", FILES)
        monkeypatch.setattr(memory, "delete_password", memory.refuse)
        said = garmin_account().sign_out()
        assert "did not let go of it" in said
        assert "deleted;" not in said

    @pytest.mark.parametrize("backend", [Refusing, Torn, Forgetting, Garbling])
    def test_that_does_not_work_is_not_used(self, use, data, backend) -> None:
        use(backend())
        session = keep("garth", FILES)
        assert session.kept == "file"
        assert session.files() == FILES
        assert (data / "garth.session").exists()

    def test_that_is_not_installed_is_not_used(self, monkeypatch) -> None:
        monkeypatch.setitem(sys.modules, "keyring", None)
        assert keep("garth", FILES).kept == "file"

    def test_that_is_locked_later_loses_nothing(self, memory) -> None:
        session = keep("garth", FILES)
        memory.left = 0
        moved = session.save(NEWER)
        assert moved.kept == "file"
        assert kept_sessions() == [moved]
        assert moved.files() == NEWER
        assert session.files() == FILES

    @pytest.mark.parametrize("left", [0, 1, 2, 3])
    def test_that_fails_in_the_middle_leaves_the_session_whole(self, memory, left) -> None:
        long = {"garmin_tokens.json": "x" * 2500}
        session = keep("garminconnect", long)
        memory.left = left
        newer = {"garmin_tokens.json": "y" * 2500}
        assert session.save(newer).files() == newer
        assert session.files() in (long, newer)

    def test_that_works_again_takes_the_file_s_place_at_the_next_sign_in(self, memory, data) -> None:
        memory.left = 0
        keep("garth", FILES)
        memory.left = 1000
        assert keep("garth", NEWER).kept == "keyring"
        assert os.listdir(data) == ["sessions.json"]


@pytest.mark.usefixtures("no_keyring")
class TestAFolderOfAnotherProgram:
    @pytest.fixture
    def folder(self, tmp_path) -> Path:
        folder = tmp_path / "dot-garth"
        folder.mkdir(mode=0o755)
        for name, text in FILES.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o644)
        return folder

    def test_is_used_in_place_and_refreshed_there(self, folder) -> None:
        session = use_folder("garth", str(folder), tuple(FILES))
        assert session.files() == FILES
        session.save(NEWER)
        assert {path.name: path.read_text() for path in folder.iterdir()} == NEWER
        assert mode(folder / "oauth2_token.json") == 0o600

    def test_keeps_what_did_not_change(self, folder) -> None:
        before = (folder / "oauth1_token.json").stat().st_ino
        use_folder("garth", str(folder), tuple(FILES)).save(NEWER)
        assert (folder / "oauth1_token.json").stat().st_ino == before
        assert mode(folder) == 0o755

    def test_takes_the_place_of_one_that_is_forgotten_with_it(self, folder, data, use) -> None:
        use(Refusing())
        keep("garth", FILES)
        use_folder("garth", str(folder), tuple(FILES)).forget()
        assert os.listdir(data) == ["sessions.json"]
        assert folder.exists()

    def test_stays_when_the_session_is_forgotten(self, folder) -> None:
        use_folder("garth", str(folder), tuple(FILES)).forget()
        assert kept_sessions() == []
        assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


@pytest.mark.usefixtures("no_keyring")
class TestSeveral:
    def test_are_listed_the_latest_first(self) -> None:
        keep("garth", FILES)
        keep("garminconnect", {"garmin_tokens.json": "{}"})
        assert [session.client for session in kept_sessions()] == ["garminconnect", "garth"]
        keep("garth", NEWER)
        assert [session.client for session in kept_sessions()] == ["garth", "garminconnect"]

    def test_stay_in_their_order_when_one_is_refreshed(self) -> None:
        first = keep("garth", FILES)
        keep("garminconnect", {"garmin_tokens.json": "{}"})
        first.save(NEWER)
        assert [session.client for session in kept_sessions()] == ["garminconnect", "garth"]

    @pytest.mark.parametrize("text", ["", "{", '{"a": 1}', '[{"client": 1}]'])
    def test_are_none_when_the_list_is_damaged(self, data, text) -> None:
        keep("garth", FILES)
        (data / "sessions.json").write_text(text)
        assert kept_sessions() == []

    def test_at_a_stand_in_are_others(self, monkeypatch) -> None:
        keep("garth", FILES)
        monkeypatch.setenv(HOST, "http://127.0.0.1:1")
        assert kept_sessions() == []
        keep("garth", NEWER)
        monkeypatch.delenv(HOST)
        (session,) = kept_sessions()
        assert session.files() == FILES


def test_sessions_at_a_stand_in_have_entries_of_their_own_in_the_keyring(memory, monkeypatch):
    monkeypatch.setenv(HOST, "http://127.0.0.1:1")
    keep("garth", FILES)
    (service,) = {service for service, _ in memory.entries}
    assert service == f"backtrack-garmin-stand-in {bt.data_folder()}"


def test_two_data_folders_have_sessions_of_their_own(memory, monkeypatch, tmp_path):
    for runner in ("ada", "ben"):
        monkeypatch.setenv("BACKTRACK_DATA", str(tmp_path / runner))
        keep("garth", FILES)
    assert len({service for service, _ in memory.entries}) == 2


@pytest.mark.usefixtures("memory")
def test_a_session_says_where_it_is_without_saying_what(data, tmp_path, use):
    said = [str(keep("garth", FILES)), str(use_folder("garth", str(tmp_path), ()))]
    use(Refusing())
    said.append(str(keep("garth", FILES)))
    assert said[0] == "in the system's keyring"
    assert said[1] == f"in {tmp_path}, as the other program left it"
    assert said[2] == f"in {data / 'garth.session'}, which you alone can read"


@pytest.mark.parametrize("client", ["garth", "garminconnect"])
def test_a_session_in_the_keyring_is_refreshed_there(memory, monkeypatch, client):
    with ConnectStandIn() as connect:
        monkeypatch.setenv(HOST, connect.base_url)
        made = connect.garth_session if client == "garth" else connect.garminconnect_session
        keep(client, made(expired=True))
        before = dict(memory.entries)
        assert open_client().get("/workout-service/workouts") == []
        assert open_client().get("/workout-service/workouts") == []
        assert connect.refreshes == 1
        assert [session.kept for session in kept_sessions()] == ["keyring"]
        assert memory.entries != before


def test_one_process_refreshes_at_a_time(data, use):
    use(Refusing())
    session = keep("garth", FILES)
    with session.locked():
        assert mode(data / "garth.lock") == 0o600
        from filelock import FileLock, Timeout

        with pytest.raises(Timeout):
            FileLock(data / "garth.lock").acquire(timeout=0)
