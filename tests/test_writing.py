"""A Workout to its page and its JSON form, and a file into canonical form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtrack_plugins import (
    InvalidWorkout,
    Repeat,
    Workout,
    format_page,
    from_json,
    from_mapping,
    parse,
    to_json,
    write,
    write_line,
)
from backtrack_plugins.page import source_lines
from backtrack_plugins.testing.samples import SAMPLES
from backtrack_plugins.testing.strategies import workouts
from backtrack_plugins.writing import to_mapping

promise = settings(deadline=None, derandomize=True)

PAGE = """\
name: After-intervals reset
level: intermediate
about: Once a week, straight after the interval session.

8:00 forward jog 8 km/h easy
5x
  1:00 forward run 12 km/h hard
  1:30 forward jog 8 km/h easy
3:00 forward walk 5 km/h
1:00 backward walk 2.4 km/h light rail
2:00 backward walk 3.6 km/h hands free
2:00 backward walk 3.6 km/h hands free "taller, eyes level"
3:00 forward walk 4.5 km/h
"""


def test_a_page_in_canonical_form_is_written_as_it_was_read():
    assert write(parse(PAGE)) == PAGE


@promise
@given(workouts())
def test_a_written_workout_reads_back_equal(workout):
    page = write(workout)
    assert parse(page) == workout
    assert write(parse(page)) == page


@promise
@given(workouts())
def test_a_written_workout_is_in_canonical_form(workout):
    page = write(workout)
    assert format_page(page) == page


@promise
@given(workouts())
def test_the_json_form_reads_back_equal(workout):
    data = to_json(workout)
    assert from_json(data) == workout
    assert from_json(data.decode()) == workout
    assert to_json(from_json(data)) == data
    assert from_mapping(json.loads(data)) == workout
    assert json.loads(data) == to_mapping(workout)


@pytest.mark.parametrize("sample", SAMPLES)
def test_samples_are_the_same_as_page_and_as_json(sample):
    workout = parse(SAMPLES[sample])
    assert parse(write(workout)) == from_json(to_json(workout)) == workout


def test_the_json_form_has_the_fields_of_the_workout_and_quantities_as_text():
    workout = parse('name: A\n2x\n  1:00 back walk 2.40 kph 1% light rail rpe 9 "b"\n  0:30 straddle\n')
    assert json.loads(to_json(workout)) == {
        "name": "A",
        "steps": [
            {
                "kind": "repeat",
                "times": 2,
                "steps": [
                    {
                        "kind": "step",
                        "amount": "1:00",
                        "direction": "backward",
                        "gait": "walk",
                        "speed": "2.4 km/h",
                        "incline": "1%",
                        "rail": "light",
                        "effort": "rpe 9",
                        "cue": "b",
                    },
                    {"kind": "straddle", "amount": "0:30"},
                ],
            }
        ],
    }


# -- format -------------------------------------------------------------------------------------

FORMATTED = [
    (
        (
            "# top\nabout:   b  \n# on level\nLEVEL : beginner\nname:\ta\n\n\n"
            "# step\n90s fwd walk 5kph#tail\n# end"
        ),
        (
            "name: a\n# on level\nlevel: beginner\n# top\nabout: b\n\n"
            "# step\n1:30 forward walk 5 km/h  #tail\n# end\n"
        ),
    ),
    (
        (
            "name: a\n2 x # twice\n     # in\n     1h back walk 2kmh hold rail\n\n\n\n"
            "     3X\n        lap fwd run 9kph\n# out\n5min fwd walk 5kph"
        ),
        (
            "name: a\n\n2x  # twice\n  # in\n  1:00:00 backward walk 2 km/h grip rail\n\n"
            "  3x\n    lap forward run 9 km/h\n# out\n5:00 forward walk 5 km/h\n"
        ),
    ),
    (
        "name: a\r\n\r\n1:00 forward walk 5 km/h\r\n0:30 straddle added # mine\r\nfitted 4.9 km/h\r\n",
        "name: a\n\n1:00 forward walk 5 km/h\n# mine\n",
    ),
    ("name: a\nabout:\n1:00 forward walk 5 km/h", "name: a\nabout:\n\n1:00 forward walk 5 km/h\n"),
    (
        'name: a # b\n1:00 forward walk 5 km/h "c # d"# e',
        'name: a # b\n\n1:00 forward walk 5 km/h "c # d"  # e\n',
    ),
]


@pytest.mark.parametrize(("page", "canonical"), FORMATTED)
def test_a_page_is_formatted_with_its_comments_in_place(page, canonical):
    assert format_page(page) == canonical
    assert format_page(canonical) == canonical
    assert parse(canonical) == parse(page)


@pytest.mark.parametrize(
    "page", ["", "name: a\n5m", "name: a\n3x\n  0:30 straddle added\n1:00 forward walk 5 km/h"]
)
def test_a_page_that_cannot_be_read_is_not_formatted(page):
    with pytest.raises(InvalidWorkout, match=r"page\.backtrack:"):
        format_page(page, file="page.backtrack")


_COMMENT = st.text(st.characters(exclude_characters="\n\r", exclude_categories=("Cs",)), max_size=20).map(
    lambda text: f"#{text}".rstrip(" \t")
)


@st.composite
def untidy_pages(draw: st.DrawFn) -> tuple[str, Workout, list[str]]:
    """A page that is read as a workout, the workout, and its comments."""
    workout = draw(workouts())
    comments: list[str] = []
    lines: list[str] = []

    def comment_lines() -> None:
        for _ in range(draw(st.integers(0, 2))):
            if draw(st.booleans()):
                comments.append(draw(_COMMENT))
                lines.append(" " * draw(st.integers(0, 5)) + comments[-1])
            else:
                lines.append(draw(st.sampled_from(["", " ", "\t"])))

    def body(parts, indent: int) -> None:
        for part in parts:
            comment_lines()
            tail = ""
            if draw(st.booleans()):
                comments.append(draw(_COMMENT))
                tail = draw(st.sampled_from(["", " ", "\t  "])) + comments[-1]
            if isinstance(part, Repeat):
                lines.append(f"{' ' * indent}{part.times}{draw(st.sampled_from(['x', ' x', 'X']))}{tail}")
                body(part.steps, indent + draw(st.integers(1, 4)))
            else:
                lines.append(f"{' ' * indent}{write_line(part)}{tail}")
                if draw(st.integers(0, 3)) == 0:
                    lines.append(
                        " " * indent + draw(st.sampled_from(["0:20 straddle added", "fitted 5 km/h 1%"]))
                    )

    headers = [f"name: {workout.name}"]
    headers += [f"level : {workout.level}"] if workout.level else []
    headers += [f"about:\t{workout.about}"] if workout.about else []
    for header in draw(st.permutations(headers)):
        comment_lines()
        lines.append(header)
    body(workout.steps, 0)
    comment_lines()
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(lines), workout, comments


@promise
@given(untidy_pages())
def test_formatting_keeps_every_comment_and_the_meaning_and_is_done_once(untidy):
    page, workout, comments = untidy
    assert parse(page) == workout
    formatted = format_page(page)
    assert parse(formatted) == workout
    assert format_page(formatted) == formatted
    assert sorted(_comments_of(formatted)) == sorted(comments)
    assert not any(line != line.rstrip(" \t") for line in formatted.split("\n"))


def _comments_of(page: str) -> list[str]:
    return [line.comment for line in source_lines(page, lambda _line, _finding: None) if line.comment]
