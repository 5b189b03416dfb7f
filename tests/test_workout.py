"""The model checks itself when made, so that a Workout in hand can be written and read back."""

from __future__ import annotations

import copy
import pickle

import msgspec
import pytest
from hypothesis import given, settings

from backtrack_plugins import Amount, Incline, Repeat, Speed, Step, Straddle, Workout, parse
from backtrack_plugins.testing.strategies import workouts
from backtrack_plugins.workout import DEEPEST_REPEAT, MOST_SEGMENTS, MOST_TIMES, depth, segment_count

promise = settings(deadline=None, derandomize=True)

STEP = Step(amount=Amount("1:00"), direction="forward", gait="walk", speed=Speed("5 km/h"))


def _step(**fields) -> Step:
    values = {
        "amount": Amount("1:00"),
        "direction": "backward",
        "gait": "walk",
        "speed": Speed("2 km/h"),
        "rail": "light",
    }
    return Step(**{**values, **fields})


def _workout(**fields) -> Workout:
    return Workout(**{"name": "A page", "steps": (STEP,), **fields})


def _nested(levels: int) -> Repeat:
    part = Repeat(times=1, steps=(STEP,))
    for _ in range(levels - 1):
        part = Repeat(times=1, steps=(part,))
    return part


REFUSED = [
    (lambda: _step(rail=None), "says what the hands do"),
    (lambda: _step(direction="left", rail=None), "says what the hands do"),
    (lambda: _step(direction="up"), "forward, backward, left"),
    (lambda: _step(direction=None), "forward, backward, left"),
    (lambda: _step(gait="hop"), "walk, jog"),
    (lambda: _step(rail="one hand"), "grip, light"),
    (lambda: _step(effort="rpe 5"), "is no effort"),
    (lambda: _step(effort="rpe 21"), "is no effort"),
    (lambda: _step(effort="EASY"), "is no effort"),
    (lambda: _step(effort=13), "is no effort"),
    (lambda: _step(cue=""), "leave the quotes out"),
    (lambda: _step(cue="x" * 121), "120 characters"),
    (lambda: _step(cue="\u20ac" * 54), "160 bytes"),
    (lambda: _step(cue="a\nb"), "U+000A"),
    (lambda: _step(cue="a\u200fb"), "U+200F"),
    (lambda: _step(cue="\ud800"), "U+D800"),
    (lambda: _step(cue=5), "a text"),
    (lambda: _step(amount="1:00"), "Amount"),
    (lambda: _step(amount=60), "Amount"),
    (lambda: _step(speed="2 km/h"), "Speed"),
    (lambda: _step(speed=2.0), "Speed"),
    (lambda: _step(incline="2%"), "Incline"),
    (lambda: Straddle(amount=Amount("lap")), "lasts a time"),
    (lambda: Straddle(amount=Amount("400 m")), "lasts a time"),
    (lambda: Straddle(amount="0:30"), "Amount"),
    (lambda: Straddle(amount=Amount("0:30"), cue="\x00"), "U+0000"),
    (lambda: Repeat(times=0, steps=(STEP,)), "1 to 999999 times"),
    (lambda: Repeat(times=-1, steps=(STEP,)), "1 to 999999 times"),
    (lambda: Repeat(times=MOST_TIMES + 1, steps=(STEP,)), "1 to 999999 times"),
    (lambda: Repeat(times=True, steps=(STEP,)), "1 to 999999 times"),
    (lambda: Repeat(times=2.0, steps=(STEP,)), "1 to 999999 times"),
    (lambda: Repeat(times=10**5000, steps=(STEP,)), "1 to 999999 times"),
    (lambda: Repeat(times=2, steps=()), "at least one step"),
    (lambda: Repeat(times=2, steps=[STEP]), "in a tuple"),
    (lambda: Repeat(times=2, steps=("1:00 forward walk 5 km/h",)), "Step, Straddle and Repeat"),
    (lambda: _workout(name=""), "not empty"),
    (lambda: _workout(name=" x"), "no spaces around"),
    (lambda: _workout(name="x\u00a0"), "no spaces around"),
    (lambda: _workout(name="x" * 81), "80 characters"),
    (lambda: _workout(name="\u20ac" * 41), "120 bytes"),
    (lambda: _workout(name="a/b"), "/"),
    (lambda: _workout(name="a\\b"), "\\"),
    (lambda: _workout(name="a..b"), ".."),
    (lambda: _workout(name="a\x1bb"), "U+001B"),
    (lambda: _workout(name=None), "a text"),
    (lambda: _workout(about="x" * 101), "100 bytes"),
    (lambda: _workout(about=" x"), "no spaces around"),
    (lambda: _workout(about="a\nb"), "U+000A"),
    (lambda: _workout(about=None), "a text"),
    (lambda: _workout(level="expert"), "first-timer, beginner, intermediate"),
    (lambda: _workout(steps=()), "at least one step"),
    (lambda: _workout(steps=[STEP]), "in a tuple"),
    (lambda: _workout(steps=(None,)), "Step, Straddle and Repeat"),
    (lambda: _workout(steps=(_nested(DEEPEST_REPEAT + 1),)), "8 deep"),
    (lambda: _workout(steps=(STEP, Repeat(times=MOST_SEGMENTS, steps=(STEP,)))), "10000 segments"),
]


@pytest.mark.parametrize(("make", "said"), REFUSED, ids=range(len(REFUSED)))
def test_what_could_not_be_written_and_read_back_cannot_be_made(make, said):
    with pytest.raises((ValueError, TypeError)) as refusal:
        make()
    assert said in str(refusal.value)


def test_the_limits_themselves_can_be_made():
    assert _workout(name="x" * 80, about="y" * 100, steps=(_step(cue="z" * 120),)).level is None
    assert depth(_workout(steps=(_nested(DEEPEST_REPEAT),)).steps) == DEEPEST_REPEAT
    workout = _workout(steps=(Repeat(times=100, steps=(Repeat(times=100, steps=(STEP,)),)),))
    assert segment_count(workout.steps) == MOST_SEGMENTS


def test_segments_are_counted_without_unrolling():
    part = Repeat(times=MOST_TIMES, steps=(STEP, STEP))
    for _ in range(7):
        part = Repeat(times=MOST_TIMES, steps=(part,))
    assert segment_count((part, STEP)) == 2 * MOST_TIMES**8 + 1


def test_hands_are_free_on_a_forward_step_that_says_nothing():
    assert STEP.rail == "free"
    assert (
        Step(amount=Amount("1:00"), direction="forward", gait="walk", speed=Speed("5 km/h"), rail="free")
        == STEP
    )


def test_a_step_lies_flat_unless_said():
    assert STEP.incline == Incline("0%")


@pytest.mark.parametrize(
    "part", [STEP, Straddle(amount=Amount("0:30")), Repeat(times=2, steps=(STEP,)), _workout()]
)
def test_nothing_can_be_changed(part):
    for field in msgspec.structs.fields(type(part)):
        with pytest.raises(AttributeError):
            setattr(part, field.name, None)


def test_where_a_workout_was_read_is_no_part_of_what_is_compared():
    text = "name: A page\n1:00 forward walk 5 km/h"
    assert parse(text, file="one") == parse(f"\n{text}", file="other") == _workout()
    assert parse(text, file="one").origin != parse(f"\n{text}", file="other").origin
    assert _workout().origin is None


@settings(promise, max_examples=30)
@given(workouts())
def test_a_workout_survives_pickling_and_copying_and_can_be_a_key(workout):
    assert pickle.loads(pickle.dumps(workout)) == workout
    assert copy.deepcopy(workout) == workout
    assert {workout: 1}[copy.deepcopy(workout)] == 1
