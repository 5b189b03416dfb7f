"""What is secret is kept in a keyring that works, else in a file that nobody else can read, and is masked."""

from __future__ import annotations

import logging
import os
import stat
import threading
from typing import TYPE_CHECKING

import keyring.core
import pytest
from filelock import FileLock, Timeout
from keyring.backend import KeyringBackend
from keyring.backends.null import Keyring as NoKeyring
from keyring.errors import PasswordDeleteError

import backtrack_plugins as bt
from backtrack_plugins.keeping import CHUNK

if TYPE_CHECKING:
    from pathlib import Path


class Memory(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service, username):
        return self.entries.get((service, username))

    def set_password(self, service, username, password):
        self.entries[service, username] = password

    def delete_password(self, service, username):
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError("not there")


@pytest.fixture
def store() -> bt.SecretStore:
    return bt.SecretStore("watch", about="The session for the watch")


@pytest.fixture
def no_keyring(monkeypatch) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", NoKeyring())


@pytest.fixture
def memory(monkeypatch) -> Memory:
    memory = Memory()
    monkeypatch.setattr(keyring.core, "_keyring_backend", memory)
    return memory


def mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.usefixtures("no_keyring")
class TestWithoutAKeyring:
    def test_a_secret_lies_in_a_file_that_its_owner_alone_can_read(self, store, data) -> None:
        assert store.keep("account", "s3cret") == "file"
        assert store.file("account") == str(data / "watch" / "account.session")
        assert (mode(store.folder), mode(store.file("account"))) == (0o700, 0o600)

    def test_a_secret_comes_back_changed_and_forgotten(self, store) -> None:
        assert store.read("account") is None
        store.keep("account", "first")
        store.keep("account", "second")
        assert store.read("account") == "second"
        store.forget("account")
        assert store.read("account") is None
        assert os.listdir(store.folder) == []

    def test_a_folder_that_cannot_be_made_is_named(self, store, data) -> None:
        (data / "watch").write_text("in the way")
        with pytest.raises(bt.DeliveryError, match="The session for the watch is kept there") as raised:
            store.keep("account", "s3cret")
        assert raised.value.details["path"] == store.folder
        assert "s3cret" not in str(raised.value)


class TestWithAKeyring:
    def test_a_secret_lies_there_and_in_no_file(self, store, memory, data) -> None:
        assert store.keep("account", "s3cret") == "keyring"
        assert store.place("account") == "keyring"
        assert store.read("account") == "s3cret"
        assert not os.path.exists(store.folder)
        assert {service for service, _ in memory.entries} == {f"backtrack-watch {data}"}

    def test_it_takes_the_place_of_a_file(self, store, memory) -> None:
        store.keep("account", "old", "file")
        store.keep("account", "new")
        assert store.read("account") == "new"
        assert os.listdir(store.folder) == []
        assert memory.entries

    @pytest.mark.usefixtures("memory")
    def test_a_long_secret_takes_several_entries(self, store) -> None:
        long = "x" * (3 * CHUNK + 1)
        store.keep("account", long)
        assert store.read("account") == long

    def test_forgetting_leaves_nothing(self, store, memory) -> None:
        store.keep("account", "s3cret")
        assert store.forget("account")
        assert memory.entries == {}


def test_parts_fit_into_an_entry_of_windows() -> None:
    assert len(("x" * CHUNK).encode("utf-16-le")) <= 2560


def test_one_changes_a_secret_at_a_time(store) -> None:
    with store.locked("account"):
        assert mode(os.path.join(store.folder, "account.lock")) == 0o600
        with pytest.raises(Timeout):
            FileLock(os.path.join(store.folder, "account.lock")).acquire(timeout=0)


def test_a_lock_that_the_file_system_refuses_is_told(store) -> None:
    os.makedirs(os.path.join(store.folder, "account.lock"))
    with (
        pytest.raises(bt.DeliveryError, match="The session for the watch is kept there"),
        store.locked("account"),
    ):
        pytest.fail("it is not locked")


def test_a_private_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch) -> None:
    path = tmp_path / "file"
    bt.write_private(str(path), "first")
    monkeypatch.setattr(os, "replace", _full)
    with pytest.raises(bt.DeliveryError, match="no space left"):
        bt.write_private(str(path), "second")
    assert path.read_text() == "first"
    assert os.listdir(tmp_path) == ["file"]


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


class TestMasking:
    def test_what_is_known_is_masked_also_as_it_stands_in_an_address(self) -> None:
        masking = bt.Masking()
        masking.hide("pass wörd", None, "abc")
        said = masking.scrub("pass wörd, pass%20w%C3%B6rd, abc")
        assert said == f"{bt.MASK}, {bt.MASK}, abc"

    def test_what_is_hidden_for_a_while_is_shown_then(self) -> None:
        masking = bt.Masking()
        masking.hide("outer")
        with masking.hidden("inner", "outer"):
            assert masking.scrub("inner outer") == f"{bt.MASK} {bt.MASK}"
        assert masking.scrub("inner outer") == f"inner {bt.MASK}"

    @pytest.mark.parametrize(
        "text",
        ["Bearer abcdefgh", '{"refresh_token": "abcdefgh"}', "client_secret=abcdefgh&x=1", "eyJabcdefgh.x.y"],
    )
    def test_what_looks_secret_is_masked_unasked(self, text) -> None:
        assert "abcdefgh" not in bt.Masking().scrub(text)

    def test_the_logs_of_libraries_are_masked(self, caplog) -> None:
        masking = bt.Masking(loggers=("somebodys",))
        masking.hide("s3cret")
        logger = logging.getLogger("somebodys.library")
        masking.mask_logs()
        try:
            int("s3cret")
        except ValueError:
            logger.exception("sent %s", "s3cret")
        assert "s3cret" not in caplog.text
        assert f"sent {bt.MASK}" in caplog.text

    def test_many_threads_hide_at_once(self) -> None:
        masking = bt.Masking()
        threads = [threading.Thread(target=masking.hide, args=(f"secret-{number}",)) for number in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert masking.scrub(" ".join(f"secret-{number}" for number in range(50))).split() == [bt.MASK] * 50
