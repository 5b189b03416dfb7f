"""Golden files: a change of bytes is seen, told so that it can be read, and written only when asked."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple

import pytest

from backtrack_plugins.testing.golden import MOST_LINES, difference

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEST = """
def test_text(golden):
    golden("one\\ntwo\\n", "text.txt")

def test_bytes(golden):
    golden(bytes(range(64)), "bytes.bin")
"""


QUICKLY = ("-p", "no:cacheprovider")


class Ran(NamedTuple):
    """What pytest ended with, and what it said."""

    code: int
    said: str


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_it.py").write_text(TEST, encoding="utf-8")
    return tmp_path / "tests"


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run pytest as somebody does who has us installed, in a folder that knows nothing of this one."""
    monkeypatch.delenv("CI", raising=False)

    def pytest_with(*arguments: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-W", "error", *QUICKLY, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    return pytest_with


def golden_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "golden").glob("*")}


class TestARun:
    def test_without_a_golden_file_fails_and_says_how_to_write_it(self, run, folder: Path) -> None:
        done = run()
        assert done.code == 1
        assert f"there is no golden file {folder / 'golden' / 'text.txt'}" in done.said
        assert "pytest --update-golden" in done.said
        assert golden_files(folder) == {}

    def test_that_updates_writes_them_and_says_so_and_the_next_one_passes(self, run, folder: Path) -> None:
        done = run("--update-golden")
        assert done.code == 0
        assert f"new: {folder / 'golden' / 'text.txt'}" in done.said
        assert golden_files(folder) == {"text.txt": b"one\ntwo\n", "bytes.bin": bytes(range(64))}
        again = run()
        assert again.code == 0
        assert "golden files" not in again.said

    def test_with_other_bytes_fails_shows_the_difference_and_changes_nothing(self, run, folder: Path) -> None:
        run("--update-golden")
        (folder / "golden" / "text.txt").write_bytes(b"one\n2\n")
        (folder / "golden" / "bytes.bin").write_bytes(bytes(64))
        before = golden_files(folder)
        done = run()
        assert done.code == 1
        assert "-2\n+two" in done.said
        assert "the first to differ is byte 1" in done.said
        assert golden_files(folder) == before

    def test_that_updates_says_what_changed_and_what_nobody_asked_for(self, run, folder: Path) -> None:
        run("--update-golden")
        (folder / "golden" / "text.txt").write_bytes(b"one\n2\n")
        (folder / "golden" / "old.txt").write_bytes(b"stale")
        done = run("--update-golden")
        assert done.code == 0
        assert f"changed: {folder / 'golden' / 'text.txt'}" in done.said
        assert "bytes.bin" not in done.said
        assert f"nobody asked for: {folder / 'golden' / 'old.txt'}" in done.said
        assert golden_files(folder)["text.txt"] == b"one\ntwo\n"
        assert golden_files(folder)["old.txt"] == b"stale"
        assert "nothing changed; 2 asked for" in run("--update-golden").said

    @pytest.mark.parametrize("said", ["true", "1", "TRUE"])
    def test_that_updates_is_refused_where_nobody_reads_it(
        self, run, folder: Path, monkeypatch: pytest.MonkeyPatch, said: str
    ) -> None:
        monkeypatch.setenv("CI", said)
        done = run("--update-golden")
        assert done.code == pytest.ExitCode.USAGE_ERROR
        assert "CI is set" in done.said
        assert golden_files(folder) == {}
        assert run().code == 1

    @pytest.mark.parametrize("option", [(), ("--update-golden",)], ids=["compare", "update"])
    def test_in_which_two_tests_make_one_file_of_different_bytes_fails(
        self, run, folder: Path, option: tuple[str, ...]
    ) -> None:
        (folder / "test_it.py").write_text(
            'def test_one(golden):\n    golden("a", "x.txt")\n\n'
            'def test_two(golden):\n    golden("b", "x.txt")\n'
        )
        run("--update-golden", "-k", "one")
        done = run(*option)
        assert done.code == 1
        assert "1 failed, 1 passed" in done.said
        assert "asked for twice in this run" in done.said
        assert golden_files(folder) == {"x.txt": b"a"}

    @pytest.mark.parametrize("name", ["../x.txt", "a/b.txt", "", "/etc/x"])
    def test_is_led_out_of_its_folder_by_no_name(self, run, folder: Path, name: str) -> None:
        (folder / "test_it.py").write_text(f"def test_one(golden):\n    golden('a', {name!r})\n")
        done = run("--update-golden")
        assert done.code == 1
        assert "is no file name" in done.said
        assert golden_files(folder) == {}

    def test_lists_the_option_and_the_fixtures(self, run) -> None:
        assert "--update-golden" in run("--help").said
        listed = run("--fixtures").said
        for name in ("golden", "backtrack_home", "file_faults"):
            assert f"\n{name}" in listed


class TestTheDifference:
    def test_of_texts_is_unified(self) -> None:
        assert difference(b"a\nb\n", b"a\nc\n").splitlines() == [
            "--- golden",
            "+++ made",
            "@@ -1,2 +1,2 @@",
            " a",
            "-b",
            "+c",
        ]

    @pytest.mark.parametrize(
        ("expected", "made", "lines"),
        [
            (b"a\n", b"a", ["-a", "+a (no line feed at the end)"]),
            (b"a\n", b"a\r\n", ["-a", r"+a\r"]),
            (b"a\n", b"a \n", ["-a", r"+a \n"]),
            (b"a b\n", "a\u00a0b\n".encode(), ["-a b", r"+a\xa0b"]),
            (b"", b"a\n", ["+a"]),
        ],
    )
    def test_of_texts_shows_what_cannot_be_seen(self, expected: bytes, made: bytes, lines: list[str]) -> None:
        assert difference(expected, made).splitlines()[3:] == lines

    def test_of_bytes_shows_the_rows_around_the_first_that_differs(self) -> None:
        expected = b"\xff" + bytes(range(200))
        made = expected[:50] + b"A" + expected[51:]
        first, *rows = difference(expected, made).splitlines()
        assert first == "201 bytes were golden, 201 were made; the first to differ is byte 50"
        assert [row[:10] for row in rows] == [
            "  00000020",
            "- 00000030",
            "+ 00000030",
            "  00000040",
            "  00000050",
        ]
        assert rows[1].startswith("- 00000030  2f 30 31 32 ")
        assert rows[2].startswith("+ 00000030  2f 30 41 32 ")
        assert rows[2].endswith("  /0A23456789:;<=>")

    @pytest.mark.parametrize(("expected", "made"), [(b"\xff\0", b"\xff\0\1"), (b"\xff\0\1", b"\xff\0")])
    def test_of_bytes_of_which_one_ends_earlier_is_where_it_ends(self, expected: bytes, made: bytes) -> None:
        assert "the first to differ is byte 2" in difference(expected, made)

    def test_that_is_long_is_cut(self) -> None:
        said = difference(b"", b"".join(b"%d\n" % number for number in range(500))).splitlines()
        assert len(said) == MOST_LINES + 1
        assert said[-1] == "... and 443 lines more"


def test_a_clean_user_has_a_home_of_their_own(run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKTRACK_DISABLE_PLUGINS", "zwo")
    (folder / "test_it.py").write_text(
        "import os, pathlib\n\n"
        "def test_home(backtrack_home, tmp_path):\n"
        "    assert pathlib.Path.home() == backtrack_home == tmp_path / 'home'\n"
        "    assert os.environ['XDG_CONFIG_HOME'] == os.environ['APPDATA'] == str(backtrack_home)\n"
        "    assert not [name for name in os.environ if name.startswith('BACKTRACK_')]\n"
        "    assert not os.listdir(backtrack_home)\n"
    )
    done = run()
    assert done.code == 0, done.said
