"""What is generated from the code is what the code generates."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

_SPEC = importlib.util.spec_from_file_location("backtrack_generate", ROOT / "tools" / "generate.py")
assert _SPEC is not None
assert _SPEC.loader is not None
generate = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(generate)


@pytest.mark.parametrize("name", generate.GENERATED)
def test_is_current(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == generate.GENERATED[name](), "run: make docs"


def test_every_code_has_a_paragraph() -> None:
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    codes = [*generate.READING_CODES, *(rule.code for rule in generate.RULES)]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert f"### {code}\n" in text or f"| {code} |" in text
