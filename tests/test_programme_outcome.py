"""Outcomes: the words that say how a workout went."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtrack_plugins.errors import UsageError
from backtrack_plugins.programme import Outcome


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("rpe 12, all done", Outcome(rpe=12, all_done=True)),
        ("ALL DONE,rpe 6", Outcome(rpe=6, all_done=True)),
        ("  cut   short ,RPE20 ", Outcome(rpe=20)),
        ("sore, pain, rpe 9, cut short", Outcome(rpe=9, pain=True, sore=True)),
        ("stumble, key stop, rpe 9, all done", Outcome(rpe=9, all_done=True, stumble=True, key_stop=True)),
        ("Missed", Outcome(missed=True)),
    ],
)  # fmt: skip
def test_words_are_read_in_any_order_and_case(text: str, outcome: Outcome) -> None:
    assert Outcome.of(text) == outcome


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["a word is missing", "from 6 to 20", "all done, cut short"]),
        ("all done", ["from 6 to 20"]),
        ("rpe 12", ["say one of: all done, cut short"]),
        ("rpe 5, all done", ["RPE 5: the scale is 6 to 20"]),
        ("rpe 21, all done", ["RPE 21: the scale is 6 to 20"]),
        ("rpe twelve, all done", ["a whole number from 6 to 20"]),
        ("rpe 12.5, all done", ["a whole number from 6 to 20"]),
        ("rpe 12, rpe 13, all done", ["one rpe"]),
        ("rpe 12, rpe 12, all done", ["stands twice"]),
        ("rpe 12, all done, cut short", ["say one of: all done, cut short"]),
        ("rpe 12, all dun", ["'all dun': no such word; did you mean all done?", "say one of"]),
        ("rpe 12, all done, stumbel", ["did you mean stumble?"]),
        ("rpe 12, all done, happy", ["'happy': no such word; words are"]),
        ("rpe 12, all done,", ["a word is missing"]),
        ("missed, stumble", ["missed stands alone"]),
        ("rpe 30, al done, hapy, sore, sore", ["did you", "words are", "scale", "twice", "say one of"]),
        ("x" * 300, ["a few words"]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_all_at_once(text: str, lines: list[str]) -> None:
    with pytest.raises(UsageError) as refusal:
        Outcome.of(text)
    said = str(refusal.value).splitlines()
    assert len(said) == len(lines)
    for line, expected in zip(said, lines, strict=True):
        assert expected in line


@pytest.mark.parametrize(
    ("text", "passed"),
    [
        ("rpe 13, all done", True),
        ("rpe 14, all done", False),
        ("rpe 9, cut short", False),
        ("rpe 9, all done, stumble", False),
        ("rpe 9, all done, key stop", False),
        ("rpe 9, all done, pain", False),
        ("rpe 9, all done, sore", False),
        ("missed", False),
    ],
)
def test_the_gate_lets_pass_what_went_well_in_every_way(text: str, passed: bool) -> None:
    assert Outcome.of(text).passed is passed


@pytest.mark.parametrize(
    "fields", [{}, {"rpe": 5}, {"rpe": 21}, {"missed": True, "rpe": 6}, {"missed": True, "sore": True}]
)
def test_no_outcome_that_cannot_be_is_made(fields) -> None:
    with pytest.raises(ValueError, match=r"RPE is 6 to 20|nothing else to tell"):
        Outcome(**fields)


@given(
    st.builds(
        Outcome,
        rpe=st.integers(6, 20),
        **dict.fromkeys(("all_done", "stumble", "key_stop", "pain", "sore"), st.booleans()),
    )
    | st.just(Outcome(missed=True))
)
def test_every_outcome_reads_back_from_its_words(outcome: Outcome) -> None:
    assert Outcome.of(str(outcome)) == outcome
