"""Fields held to their types, however a Struct was made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.fields import WrongField, mismatch, refuse_wrong_fields
from backtrack_plugins.testing.strategies import workouts


class Inner(msgspec.Struct):
    word: str
    number: int | None = None


class Outer(msgspec.Struct):
    inner: Inner
    many: tuple[Inner, ...] = ()
    again: Outer | None = None


RIGHT = [
    ("text", str),
    (b"", bytes),
    (3, int),
    (3, float),
    (2.5, float),
    (True, bool),
    (None, int | None),
    (object(), Any),
    ("a", Literal["a", "b"]),
    (frozenset({"a"}), frozenset[Literal["a", "b"]]),
    ((), tuple[int, ...]),
    ({"a": 1}, dict[str, int]),
    (len, Callable[[bytes], bool]),
    (Inner, type[msgspec.Struct]),
    (5, Annotated[int, msgspec.Meta(gt=0)]),
    (Inner("a"), Inner | str),
    (Outer(Inner("a"), (Inner("b", 2),), Outer(Inner("c"))), Outer),
]
WRONG = [
    (5, str, "x is 5; it is a text"),
    ("5", int, "x is '5'; it is a whole number"),
    (True, int, "x is True; it is a whole number"),
    (False, float, "x is False; it is a number"),
    (1, bool, "x is 1; it is True or False"),
    ("c", Literal["a", "b"], "x is 'c'; it is a or b"),
    (["a"], Literal["a", "b"], "x is ['a']; it is a or b"),
    ({"c"}, frozenset[str], "x is {'c'}; it is a frozenset"),
    (frozenset({"c"}), frozenset[Literal["a"]], "x is 'c'; it is a"),
    ((1, None), tuple[int, ...], "x[1] is None; it is a whole number"),
    ([("a", 1)], dict[str, int], "x is [('a', 1)]; it is a dict"),
    ({"a": "b"}, dict[str, int], "x['a'] is 'b'; it is a whole number"),
    ({1: 2}, dict[str, int], "x is 1; it is a text"),
    ("f", Callable[[bytes], bool], "x is 'f'; it is a function"),
    (int, type[msgspec.Struct], "x is <class 'int'>; it is a class below Struct"),
    (2.5, int | None, "x is 2.5; it is a whole number or None"),
    (Outer(Inner("a"), (Inner(7),)), Outer, "x.many[0].word is 7; it is a text"),
    (
        Outer(Inner("a"), (), Outer(Inner("a", "b"))),
        Outer,
        "x.again.inner.number is 'b'; it is a whole number or None",
    ),
    (Inner(None), Inner | str, "x.word is None; it is a text"),
    ("y" * 200, int, "x is of type str; it is a whole number"),
]


@pytest.mark.parametrize(("value", "kind"), RIGHT)
def test_what_a_type_allows_is_right(value, kind):
    assert mismatch(value, kind, "x") is None


@pytest.mark.parametrize(("value", "kind", "said"), WRONG)
def test_what_it_does_not_is_named_with_its_place(value, kind, said):
    assert str(mismatch(value, kind, "x")) == said


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_nothing_can_be_handed_over_that_is_no_answer(value):
    assert mismatch(value, Outer, "x") is not None


@given(workouts())
def test_a_timeline_of_ours_is_right_to_its_last_field(workout):
    assert mismatch(bt.expand(workout), bt.Timeline, "timeline") is None


def test_a_struct_that_refuses_wrong_fields_names_the_field():
    with pytest.raises(ValueError, match=r"Inner\.word is 5") as refusal:
        refuse_wrong_fields(Inner(5))
    assert isinstance(refusal.value, WrongField)
    assert refusal.value.field == "Inner.word"


def test_of_many_structs_the_one_that_is_wrong_is_found():
    good = [bt.Sample(seconds=float(second), heart_rate=99) for second in range(500)]
    assert mismatch(tuple(good), tuple[bt.Sample, ...], "samples") is None
    assert mismatch((*good, bt.Sample(seconds=1, metres=2)), tuple[bt.Sample, ...], "samples") is None
    for wrong, said in (
        (bt.Sample(seconds="1"), "samples[500].seconds is '1'; it is a number"),
        (
            bt.Sample(seconds=1.0, heart_rate=9.5),
            "samples[500].heart_rate is 9.5; it is a whole number or None",
        ),
        (bt.Sample(seconds=True), "samples[500].seconds is True; it is a number"),
        (7, "samples[500] is 7; it is a Sample"),
    ):
        assert str(mismatch((*good, wrong), tuple[bt.Sample, ...], "samples")) == said
