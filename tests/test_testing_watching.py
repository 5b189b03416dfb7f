"""Watching: what one call in a fresh interpreter connects to, starts, writes and imports."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from backtrack_plugins.testing import watch

DEEDS = """
import os, shutil, socket, sqlite3, subprocess, sys, tempfile
from pathlib import Path


def add(a, b):
    return a + b


def connect(port):
    with socket.create_connection(("127.0.0.1", port)) as connection:
        return connection.getpeername()[1]


def connect_and_hide_it(port):
    try:
        connect(port)
    except OSError as error:
        return type(error).__name__


def look_up():
    socket.getaddrinfo("localhost", 80)


def try_ipv6():
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))


def start():
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def start_by_shell():
    os.system("true")


def fork():
    number = os.fork()
    if not number:
        os._exit(0)
    os.waitpid(number, 0)


def write(path):
    with open(path, "w") as file:
        file.write("1")


def read(path):
    return Path(path).read_text()


def change(what, path):
    path = Path(path)
    {
        "append": lambda: path.open("a").close(),
        "replace": lambda: os.replace(path, path.with_name("moved")),
        "unlink": path.unlink,
        "mkdir": lambda: os.mkdir(path.with_name("new")),
        "rmdir": lambda: os.rmdir(path.with_name("empty")),
        "link": lambda: os.link(path, path.with_name("new")),
        "symlink": lambda: os.symlink(path, path.with_name("new")),
        "chmod": lambda: path.chmod(0o600),
        "utime": lambda: os.utime(path),
        "truncate": lambda: os.truncate(path, 0),
        "copy": lambda: shutil.copy(path, path.with_name("new")),
        "rmtree": lambda: shutil.rmtree(path.with_name("empty")),
        "temporary": lambda: tempfile.NamedTemporaryFile(dir=path.parent).close(),
        "database": lambda: sqlite3.connect(path.with_name("new")).close(),
    }[what]()


def change_each(paths):
    raised = {}
    for what, path in paths.items():
        try:
            change(what, path)
        except Exception as error:
            raised[what] = type(error).__name__
    return raised


def nothing_of_ours():
    os.makedirs("__pycache__")
    write("__pycache__/deeds.pyc")
    write(os.devnull)
    sqlite3.connect(":memory:").close()


def unseen():
    database = sqlite3.connect(":memory:")
    database.execute("ATTACH 'kept.db' AS kept")
    database.execute("CREATE TABLE kept.notes (text)")
    database.commit()
    database.close()


def fail():
    raise LookupError("no such thing")


def leave():
    sys.stderr.write("goodbye")
    sys.stderr.flush()
    os._exit(3)


def bring():
    import deeds_friend


def environment(*names):
    return [os.environ.get(name) for name in names]
"""


@pytest.fixture(autouse=True)
def deeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "deeds.py").write_text(DEEDS, encoding="utf-8")
    (folder / "deeds_friend.py").write_text("import json, no_such_weight", encoding="utf-8")
    (folder / "no_such_weight.py").write_text("", encoding="utf-8")
    monkeypatch.syspath_prepend(str(folder))
    return folder / "deeds.py"


@pytest.fixture
def port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "out" / "empty").mkdir(parents=True)
    path = tmp_path / "out" / "a.txt"
    path.write_text("before", encoding="utf-8")
    return path


@pytest.fixture
def changeable(tmp_path: Path) -> dict[str, str]:
    """For each change a folder with a file and an empty folder in it."""
    for what in CHANGES:
        (tmp_path / "each" / what / "empty").mkdir(parents=True)
        (tmp_path / "each" / what / "a.txt").write_text("before", encoding="utf-8")
    return {what: str(tmp_path / "each" / what / "a.txt") for what in CHANGES}


def line_of(deeds: Path, text: str) -> int:
    return next(n for n, line in enumerate(deeds.read_text().splitlines(), 1) if text in line)


class TestACall:
    def test_returns_what_the_function_returns(self) -> None:
        done = watch("deeds:add", b"\0", b"\xff")
        assert (done.value, done.error, done.operations) == (b"\0\xff", "", ())

    def test_tells_the_trace_of_what_it_raises(self) -> None:
        done = watch("deeds:fail")
        assert done.value is None
        assert done.error.rstrip().endswith("LookupError: no such thing")
        assert "deeds.py" in done.error

    def test_that_ends_the_interpreter_is_an_error(self) -> None:
        with pytest.raises(RuntimeError, match="deeds:leave ended the interpreter with 3: goodbye"):
            watch("deeds:leave")

    def test_of_a_module_that_is_none_is_told(self) -> None:
        assert "ModuleNotFoundError" in watch("no_such_module_anywhere:add").error

    def test_is_for_a_user_who_has_configured_nothing(self) -> None:
        names = ("HOME", "XDG_CONFIG_HOME", "TMPDIR", "DEEDS")
        *homes, said = watch("deeds:environment", *names, environ={"DEEDS": "7"}).value
        assert len(set(homes)) == 1
        assert homes[0] != os.environ.get("HOME")
        assert not Path(homes[0]).exists(), "it is gone afterwards"
        assert said == "7"


class TestConnections:
    def test_are_noted_with_the_address_and_the_line(self, port: int, deeds: Path) -> None:
        done = watch("deeds:connect", port)
        assert done.value == port
        looked_up, connected = done.of("network")
        assert looked_up.call == "socket.getaddrinfo"
        assert connected.call == "socket.connect"
        assert connected.what == f"('127.0.0.1', {port})"
        line = line_of(deeds, "create_connection")
        assert connected.line == f"{deeds}:{line} in connect"
        assert str(connected) in done.told

    def test_are_refused_when_asked_and_noted_though_it_hides_them(self, port: int) -> None:
        done = watch("deeds:connect_and_hide_it", port, refuse=True)
        assert done.value == "PermissionError"
        assert [operation.call for operation in done.of("network")] == ["socket.getaddrinfo"]

    def test_begin_with_asking_for_a_name(self) -> None:
        assert [each.call for each in watch("deeds:look_up", refuse=True).operations] == [
            "socket.getaddrinfo"
        ]

    def test_are_not_what_reaches_nobody(self) -> None:
        assert watch("deeds:try_ipv6").operations == ()


class TestProcesses:
    @pytest.mark.parametrize("function", ["start", "start_by_shell", "fork"])
    def test_are_noted_and_refused(self, function: str) -> None:
        if not hasattr(os, "fork") and function == "fork":
            pytest.skip("no fork here")
        assert {each.kind for each in watch(f"deeds:{function}").operations} == {"process"}
        refused = watch(f"deeds:{function}", refuse=True)
        assert len(refused.of("process")) == 1
        assert "PermissionError" in refused.error


CHANGES = [
    "append",
    "replace",
    "unlink",
    "mkdir",
    "rmdir",
    "link",
    "symlink",
    "chmod",
    "utime",
    "truncate",
    "copy",
    "rmtree",
    "temporary",
    "database",
]


class TestWrites:
    def test_are_noted_with_the_path_and_the_line(self, file: Path, deeds: Path) -> None:
        (written,) = watch("deeds:write", str(file)).operations
        assert (written.kind, written.call, written.what) == ("write", "open", str(file))
        assert written.line == f"{deeds}:{line_of(deeds, 'with open(path')} in write"
        assert file.read_text() == "1"

    def test_of_every_sort_are_noted_and_refused(self, changeable: dict[str, str]) -> None:
        done = watch("deeds:change_each", changeable, refuse=True)
        assert done.value == dict.fromkeys(CHANGES, "PermissionError"), done.error
        assert {each.kind for each in done.operations} == {"write"}
        for what, path in changeable.items():
            folder = Path(path).parent
            below = [
                each for each in done.operations if f"{each.what}{os.sep}".startswith(f"{folder}{os.sep}")
            ]
            assert below, what
            assert sorted(there.name for there in folder.iterdir()) == ["a.txt", "empty"]
            assert Path(path).read_text() == "before"

    def test_of_every_sort_are_done_in_an_allowed_folder(
        self, changeable: dict[str, str], tmp_path: Path
    ) -> None:
        done = watch("deeds:change_each", changeable, allowed=[tmp_path / "each"], refuse=True)
        assert (done.value, done.operations, done.error) == ({}, (), "")

    def test_outside_an_allowed_folder_are_noted(self, file: Path, tmp_path: Path) -> None:
        beside = tmp_path / "out-2"
        beside.mkdir()
        done = watch("deeds:write", str(beside / "a"), allowed=[file.parent])
        assert [each.what for each in done.operations] == [str(beside / "a")]
        through = watch("deeds:write", str(file.parent / ".." / "b"), allowed=[file.parent])
        assert [each.what for each in through.operations] == [str(tmp_path / "b")]

    def test_through_a_link_out_of_an_allowed_folder_are_noted(self, file: Path, tmp_path: Path) -> None:
        (file.parent / "link").symlink_to(tmp_path / "elsewhere")
        assert watch("deeds:write", str(file.parent / "link"), allowed=[file.parent]).of("write")

    def test_are_no_reading_no_bytecode_and_no_null_device(self, file: Path) -> None:
        done = watch("deeds:read", str(file))
        assert (done.value, done.operations) == ("before", ())
        assert watch("deeds:nothing_of_ours").operations == ()

    def test_that_no_audit_hook_sees_are_found_afterwards(self) -> None:
        (left,) = watch("deeds:unseen").operations
        assert (left.kind, left.call, os.path.basename(left.what)) == ("write", "left behind", "kept.db")


class TestModules:
    def test_are_those_that_the_call_brought(self) -> None:
        done = watch("deeds:bring")
        assert {"deeds", "deeds_friend", "json", "no_such_weight"} <= set(done.modules)
        assert "os" not in done.modules
        assert done.brought("deeds", "deeds_friend") == ("no_such_weight",)
        assert done.brought("deeds", "deeds_friend", "no_such_weight") == ()

    def test_of_a_module_alone_are_told_without_calling_anything(self) -> None:
        done = watch("deeds_friend")
        assert (done.value, done.error) == (None, "")
        assert done.brought("deeds_friend") == ("no_such_weight",)


def test_the_kit_is_resolved_lazily_and_pytest_is_no_part_of_what_runs_watched() -> None:
    done = watch("backtrack_plugins.testing.running:listed", "exporter", "zwo")
    assert done.value == "backtrack_zwo.plugin"
    assert not {"pytest", "hypothesis", "_pytest"} & set(done.modules)


def test_pytest_loads_the_plugin_without_anything_of_weight() -> None:
    code = (
        "import pytest, sys; before = set(sys.modules);"
        "import backtrack_plugins.testing.pytest_plugin; print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "backtrack_plugins",
        "backtrack_plugins.testing",
        "backtrack_plugins.testing.pytest_plugin",
    ]
