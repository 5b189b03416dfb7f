"""Annotating: a block that is found again, and that reads back as the workout."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

import backtrack_plugins as bt
from backtrack_plugins.block import FIRST_WORDS, LAST_WORDS, MOST_CHARACTERS
from backtrack_plugins.exporting import SAFETY_SENTENCES, notices_for
from backtrack_plugins.testing.strategies import workouts

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

PAGE = "name: Easy\nlevel: beginner\n2x\n  8:00 forward walk 5.04 km/h\n1:00 backward walk 2 km/h light rail"
LEFT = "0:30 left walk 2 km/h light rail"
LONG = (
    "name: Long\nabout: Many lines.\n"
    + "1:00 forward walk 5 km/h\n1:00 backward walk 2 km/h light rail\n" * 20
)


def annotated(page: str) -> bt.Annotation:
    return bt.annotate(bt.expand(bt.parse(page)), notices_for(None))


def page_in(annotation: bt.Annotation) -> str:
    """What stands between the block's second and last line."""
    return "\n".join(annotation.text.split("\n")[2:-1])


class TestBlock:
    @given(workouts())
    def test_has_a_first_and_a_last_line_to_be_found_by(self, workout: Workout) -> None:
        lines = bt.annotate(bt.expand(workout), notices_for("Ada")).text.split("\n")
        assert lines[0] == f"Treadmill, which way you face: {workout.name}"
        code = lines[-1].removeprefix("(backtrack-plugins, block 2, ").removesuffix(")")
        assert len(code) == 6
        assert set(code) <= set("0123456789abcdef")
        assert [line for line in lines if line.startswith(LAST_WORDS)] == lines[-1:]
        assert [line for line in lines if line.startswith(FIRST_WORDS)] == lines[:1]

    @given(workouts())
    def test_holds_the_page_or_says_that_it_does_not(self, workout: Workout) -> None:
        annotation = bt.annotate(bt.expand(workout), notices_for(None))
        if annotation.losses:
            assert next(loss.what for loss in annotation.losses) == "text"
        else:
            assert bt.parse(page_in(annotation)) == workout

    @given(workouts())
    def test_stays_within_its_length_and_keeps_the_safety_sentences(self, workout: Workout) -> None:
        annotation = bt.annotate(bt.expand(workout), notices_for("A" * 60))
        assert len(annotation.text) <= MOST_CHARACTERS
        assert all(sentence in annotation.text for sentence in SAFETY_SENTENCES)
        assert "\n" not in annotation.title
        assert not annotation.text.endswith("\n")

    def test_stands_as_promised(self) -> None:
        assert bt.annotate(bt.expand(bt.parse(PAGE)), ("Take care.",)).text == (
            "Treadmill, which way you face: Easy\n"
            "1:00 backward; 17:30 in all, 1.37 km on the belt\n"
            "\n"
            "name: Easy\n"
            "level: beginner\n"
            "\n"
            "# Take care.\n"
            "2x\n"
            "  8:00 forward walk 5.04 km/h\n"
            "  fitted 5 km/h\n"
            "0:30 straddle added\n"
            "1:00 backward walk 2 km/h light rail\n"
            "\n"
            "(backtrack-plugins, block 2, 11b404)"
        )

    def test_of_a_long_page_keeps_headers_and_totals_and_says_so(self) -> None:
        annotation = annotated(LONG)
        (loss,) = annotation.losses
        assert loss.what == "text"
        assert loss.instead.startswith("not carried")
        assert "name: Long\nabout: Many lines." in annotation.text
        assert "20:00 backward; 59:30 in all" in annotation.text
        assert "forward walk" not in annotation.text

    def test_of_a_long_page_does_not_read_back_as_another_workout(self) -> None:
        with pytest.raises(bt.InvalidWorkout):
            bt.parse(page_in(annotated(LONG)))


class TestTitle:
    @pytest.mark.parametrize(
        ("body", "title", "summary"),
        [
            ("5:00 forward walk 5 km/h", "A", "all forward; 5:00 in all, 0.42 km on the belt"),
            (
                "5:00 forward walk 5 km/h\n1:30 backward walk 2 km/h light rail",
                "A (1:30 backward)",
                "1:30 backward; 7:00 in all, 0.47 km on the belt",
            ),
            (
                f"5:00 forward walk 5 km/h\n{LEFT}\n0:30 right walk 2 km/h light rail",
                "A (1:00 sideways)",
                "1:00 sideways; 7:00 in all, 0.45 km on the belt",
            ),
            (
                f"5:00 forward walk 5 km/h\n{LEFT}\n1:00 backward walk 2 km/h light rail",
                "A (1:00 backward, 0:30 sideways)",
                "1:00 backward, 0:30 sideways; 7:30 in all, 0.47 km on the belt",
            ),
            (
                "lap forward walk 5 km/h\n5:00 forward walk 5 km/h",
                "A",
                "all forward; 5:00 in all, 0.42 km on the belt (and 1 step until the lap button)",
            ),
            (
                "2x\n  lap forward walk 5 km/h\n5:00 forward walk 5 km/h",
                "A",
                "all forward; 5:00 in all, 0.42 km on the belt (and 2 steps until the lap button)",
            ),
        ],
    )
    def test_says_how_long_the_athlete_was_turned(self, body: str, title: str, summary: str) -> None:
        annotation = annotated(f"name: A\n{body}")
        assert annotation.title == title
        assert annotation.text.split("\n")[1] == summary

    def test_does_not_call_a_backward_step_until_the_lap_button_forward(self) -> None:
        """Its time is not known; that it was backward is."""
        annotation = annotated("name: A\n5:00 forward walk 5 km/h\nlap backward walk 2 km/h light rail")
        assert "all forward" not in annotation.text
        assert "backward" in annotation.title
