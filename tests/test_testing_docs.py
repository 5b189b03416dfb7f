"""The how-to of the kit: every block of code on it runs, with the plugin that it shows."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "how-to" / "test-a-plugin.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```python\n# (\S+\.py)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
TESTS = [name for name in BLOCKS if name.startswith("test_")]


@pytest.fixture
def card(plugins, tmp_path: Path) -> Path:
    """A folder with the tests of the page, where the plugin of the page is installed."""
    (entry_points,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    groups = tomllib.loads(entry_points)["project"]["entry-points"]
    lines = [
        f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in names.items())
        for group, names in groups.items()
    ]
    plugins.metadata("backtrack-card", "\n".join(lines))
    (plugins.folder / "backtrack_card.py").write_text(BLOCKS["backtrack_card.py"], encoding="utf-8")
    folder = tmp_path / "tests"
    folder.mkdir()
    for name in TESTS:
        (folder / name).write_text(BLOCKS[name], encoding="utf-8")
    return folder


def test_every_block_of_python_has_a_name() -> None:
    assert PAGE.count("```python\n") == len(BLOCKS)
    assert len(TESTS) >= 5


def test_every_test_shown_passes(card: Path, plugins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(plugins.folder))
    monkeypatch.delenv("CI", raising=False)
    for option in (("--update-golden", "test_card_golden.py"), ()):
        flags = ("-q", "-W", "error", "-p", "no:cacheprovider")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *flags, *option],
            cwd=card,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    assert (card / "golden" / "first-steps.card").read_bytes().startswith(b"CARD 1\nname: First steps")


def test_every_fixture_and_name_of_the_kit_that_is_told_is_there() -> None:
    import backtrack_plugins.testing as kit
    from backtrack_plugins.testing import faults, mishaps, pytest_plugin

    for name in kit.__all__:
        assert getattr(kit, name) is not None
    for name in ("golden", "file_faults", "backtrack_home"):
        assert f"`{name}`" in PAGE
        assert hasattr(pytest_plugin, name)
    for name in ("answering", "html", "slow", "cut_before_acting", "cut_after_acting", "truncated"):
        assert f"`{name}" in PAGE
        assert hasattr(mishaps, name)
    assert hasattr(faults, "INTERRUPTED")
