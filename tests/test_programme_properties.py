"""Whatever the outcomes are, no programme leads anybody where it may not."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrack_plugins.errors import BacktrackError

if TYPE_CHECKING:
    from types import ModuleType

TOOL = Path(__file__).parents[1] / "tools" / "fuzz_programme.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_programme", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


FUZZ = load()


@given(st.randoms(use_true_random=False))
@settings(max_examples=200)
def test_no_sequence_of_outcomes_leads_where_nobody_may_go(random: Random) -> None:
    assert FUZZ.follow(random) == []


def test_the_tool_counts_what_it_followed_and_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert FUZZ.main(["20"]) == 0
    assert "20 programmes" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        ("machine", "LAST_THREE", 1),
        ("machine", "WORKOUTS_BEFORE", {"beginner": 0, "intermediate": 0, "advanced": 0}),
        ("machine", "_missing", lambda *_: iter(())),
        ("week", "FIRST_HANDS_FREE", 0),
        ("week", "SHARE_OF_EASY", 1),
        ("week", "_with_share", lambda workout, _level: workout),
        ("week", "_with_straddles", lambda bouts, _level: bouts),
        ("series", "DAYS_BETWEEN", 0),
    ],
)
def test_the_properties_notice_a_broken_rule(monkeypatch, module: str, name: str, value) -> None:
    """A property that cannot fail proves nothing: each of these breaks one rule of the machine."""
    broken = sys.modules[f"backtrack_plugins.programme.{module}"]
    week = sys.modules["backtrack_plugins.programme.week"]
    monkeypatch.setattr(broken, name, value)
    caches = (week._bout_steps, week._without_week)
    for cache in caches:
        cache.cache_clear()
    monkeypatch.setattr(FUZZ, "_checked", {})
    try:
        assert any(_goes_wrong(seed) for seed in range(400))
    finally:
        for cache in caches:
            cache.cache_clear()


def _goes_wrong(seed: int) -> bool:
    try:
        return bool(FUZZ.follow(Random(seed)))
    except BacktrackError:
        return True
