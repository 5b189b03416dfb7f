"""What is generated from the code is what the code generates."""

from __future__ import annotations

import generate
import pytest
from documents import ROOT, text_of

from backtrack_plugins.checking import RULES
from backtrack_plugins.problem import READING_CODES


@pytest.mark.parametrize("name", generate.GENERATED)
def test_is_current(name: str) -> None:
    assert text_of(name) == generate.GENERATED[name](), "run: make docs"


@pytest.mark.parametrize("name", generate.GENERATED_BYTES)
def test_an_example_recording_is_current(name: str) -> None:
    assert (ROOT / name).read_bytes() == generate.GENERATED_BYTES[name](), "run: make docs"


def test_every_code_has_a_paragraph() -> None:
    text = text_of("docs/problems.md")
    codes = [*READING_CODES, *(rule.code for rule in RULES)]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert f"### {code}\n" in text or f"| {code} |" in text
