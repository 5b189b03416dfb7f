"""The one line of an athlete.toml that we write: everything else in it stays as it was."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrack_plugins.athlete import athlete_from_toml, read_athlete
from backtrack_plugins.athlete_file import write_level
from backtrack_plugins.errors import DeliveryError, UnreadableInput, UsageError
from backtrack_plugins.workout import LEVELS

EXAMPLE = Path(__file__).parents[1] / "examples" / "athlete.toml"

on_posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links as POSIX has them")


def file_with(folder: Path, data: bytes) -> Path:
    path = folder / "athlete.toml"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'level = "beginner"\n', b'level = "advanced"\n'),
        (b'level = "beginner"', b'level = "advanced"'),
        (b"level='beginner'  # why not\n", b'level="advanced"  # why not\n'),
        (b' "level" =  """beginner""" #x\n', b' "level" =  "advanced" #x\n'),
        (
            b'# top\r\nlevel = "beginner"\r\n\r\n[treadmill]\r\n',
            b'# top\r\nlevel = "advanced"\r\n\r\n[treadmill]\r\n',
        ),
        (b'\xef\xbb\xbflevel = "beginner"\n', b'\xef\xbb\xbflevel = "advanced"\n'),
        (
            b'treadmill.slowest = "1 km/h"\nlevel = "beginner"\ntreadmill.fastest = "9 km/h"\n',
            b'treadmill.slowest = "1 km/h"\nlevel = "advanced"\ntreadmill.fastest = "9 km/h"\n',
        ),
    ],
)
def test_only_the_level_changes(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = file_with(tmp_path, before)
    assert write_level(path, "advanced") is True
    assert path.read_bytes() == after


def test_every_other_line_of_the_example_stays(tmp_path: Path) -> None:
    path = file_with(tmp_path, EXAMPLE.read_bytes())
    before = path.read_text(encoding="utf-8").splitlines(keepends=True)
    write_level(path, "first-timer")
    after = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ('level = "intermediate"\n', 'level = "first-timer"\n')
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b'level = "beginner"\n'),
        (
            b'# mine\n[treadmill]\nslowest = "1 km/h"',
            b'level = "beginner"\n# mine\n[treadmill]\nslowest = "1 km/h"',
        ),
        (b'units = "metric"\r\n', b'level = "beginner"\r\nunits = "metric"\r\n'),
    ],
)
def test_a_level_that_was_not_there_comes_first(tmp_path: Path, before: bytes, after: bytes) -> None:
    path = file_with(tmp_path, before)
    assert write_level(path, "beginner") is True
    assert path.read_bytes() == after


def test_no_level_takes_the_line_out(tmp_path: Path) -> None:
    path = file_with(tmp_path, b'# mine\nlevel = "beginner"\nunits = "metric"  # really\n')
    assert write_level(path, None) is True
    assert path.read_bytes() == b'# mine\nunits = "metric"  # really\n'


@pytest.mark.parametrize("level", [*LEVELS, None])
def test_writing_it_twice_is_the_same_as_once(tmp_path: Path, level) -> None:
    path = file_with(tmp_path, b'level = "beginner"\nunits = "metric"\n')
    write_level(path, level)
    written = path.read_bytes(), path.stat().st_ino
    assert write_level(path, level) is False
    assert (path.read_bytes(), path.stat().st_ino) == written


def test_file_and_folder_are_made(tmp_path: Path) -> None:
    path = tmp_path / "config" / "backtrack" / "athlete.toml"
    assert write_level(path, "beginner") is True
    assert read_athlete(path).level == "beginner"
    assert os.listdir(path.parent) == ["athlete.toml"]


@on_posix
def test_a_folder_that_is_made_is_open_to_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "backtrack" / "athlete.toml"
    write_level(path, "beginner")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_taking_the_level_out_of_nothing_makes_nothing(tmp_path: Path) -> None:
    assert write_level(tmp_path / "backtrack" / "athlete.toml", None) is False
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b'level = "expert"\n', UsageError),
        (b'level = "beginner"\nunit = "metric"\n', UsageError),
        (b"level = beginner\n", UsageError),
        (b'level = "beginner"\nlevel = "advanced"\n', UsageError),
        (b"\xff\xfel", UnreadableInput),
        (b"# \xff\n", UnreadableInput),
    ],
    ids=["value", "key", "syntax", "twice", "utf-16", "latin-1"],
)
@pytest.mark.parametrize("level", ["advanced", None])
def test_a_file_that_is_no_athlete_is_refused_and_stays(tmp_path: Path, data: bytes, error, level) -> None:
    path = file_with(tmp_path, data)
    with pytest.raises(error, match=r"athlete\.toml"):
        write_level(path, level)
    assert path.read_bytes() == data


def test_a_change_of_anything_else_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tomlkit

    path = file_with(tmp_path, b'level = "beginner"\nmass = "70 kg"\n')
    monkeypatch.setattr(tomlkit, "dumps", lambda _: 'level = "advanced"\nmass = "71 kg"\n')
    with pytest.raises(UsageError, match="nothing else"):
        write_level(path, "advanced")
    assert path.read_bytes() == b'level = "beginner"\nmass = "70 kg"\n'


@on_posix
def test_permissions_stay(tmp_path: Path) -> None:
    path = file_with(tmp_path, b'level = "beginner"\n')
    path.chmod(0o640)
    write_level(path, "advanced")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@on_posix
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.toml"
    target.write_text('level = "beginner"\n', encoding="utf-8")
    link = tmp_path / "athlete.toml"
    link.symlink_to(target)
    write_level(link, "advanced")
    assert link.is_symlink()
    assert read_athlete(target).level == "advanced"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "backtrack").write_bytes(b"a file")
    with pytest.raises(DeliveryError, match="Nothing was written"):
        write_level(tmp_path / "backtrack" / "sub" / "athlete.toml", "beginner")


LINES = st.lists(
    st.sampled_from(
        [
            'units = "imperial"',
            'mass = "154 lb"  # a comment with level = "advanced" in it',
            "max_heart_rate=185",
            '# level = "advanced"',
            "",
            "\tsafety_acknowledged = true",
            'race_paces = {5k = "30:00"}',
            'treadmill.slowest = "1 km/h"',
        ]
    ),
    unique=True,
)
TABLES = st.sampled_from(
    ["", '[silenced]\nBT206 = "level = mine"', '\n# below\n[silenced]\nBT206 = "on purpose"\n']
)


@given(LINES, TABLES, st.integers(0, 9), st.sampled_from([None, *LEVELS]), st.sampled_from([None, *LEVELS]))
def test_whatever_else_stands_in_the_file_is_read_as_before(
    tmp_path_factory: pytest.TempPathFactory, lines, table, place, old, new
) -> None:
    if old:
        lines = [*lines[:place], f'level = "{old}"', *lines[place:]]
    text = "\n".join([*lines, table])
    path = file_with(tmp_path_factory.mktemp("any"), text.encode())
    assert write_level(path, new) is (old != new)
    assert read_athlete(path) == msgspec.structs.replace(athlete_from_toml(text), level=new)
    kept = [line for line in text.splitlines() if not line.startswith("level")]
    assert [line for line in path.read_text("utf-8").splitlines() if not line.startswith("level")] == kept
