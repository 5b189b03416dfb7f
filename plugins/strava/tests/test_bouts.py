"""The annotator bouts."""

import backtrack_plugins as bt
from backtrack_plugins.testing import AnnotatorSuite


class TestBouts(AnnotatorSuite):
    annotator = "bouts"


def lines(*steps: str) -> tuple[str, list[str]]:
    """The title, and the lines between the summary and the notices."""
    page = "\n".join(["name: A", "20:00 forward jog 8 km/h", *steps])
    written = bt.annotate(bt.expand(bt.parse(page)), ["Careful."], annotator="bouts")
    return written.title, written.text.split("\n\n")[1].split("\n")


def test_writes_the_backward_and_sideways_lines_and_no_others():
    title, found = lines("1:00 backward walk 2 km/h grip rail", "3:00 forward walk 5 km/h")
    assert found == ["1:00 backward walk 2 km/h grip rail"]
    assert title == "A: 1:00 of 25:00 backward or sideways"


def test_folds_lines_that_are_alike_one_after_the_other():
    _, found = lines(*["1:00 backward walk 2 km/h grip rail"] * 2, "1:00 left walk 2 km/h grip rail")
    assert found == ["2x 1:00 backward walk 2 km/h grip rail", "1:00 left walk 2 km/h grip rail"]


def test_keeps_a_repeat_with_what_of_it_is_not_forward():
    turned = ("  0:30 left walk 2 km/h light rail", "  0:30 right walk 2 km/h light rail")
    _, found = lines("3x", *turned, "  2:00 forward walk 5 km/h")
    assert found == ["3x", *turned]
    _, found = lines("3x", turned[0], "  2:00 forward walk 5 km/h")
    assert found == ["3x 0:30 left walk 2 km/h light rail"]


def test_says_what_fitting_changed():
    _, found = lines("1:00 backward walk 2.47 km/h grip rail")
    assert found == ["1:00 backward walk 2.47 km/h grip rail", "fitted 2.4 km/h"]


def test_of_a_workout_that_is_all_forward_says_so():
    written = bt.annotate(
        bt.expand(bt.parse("name: A\n5:00 forward walk 5 km/h")), ["Careful."], annotator="bouts"
    )
    assert written.title == "A"
    assert written.text.split("\n\n")[0].endswith("0:00 of 5:00 backward or sideways")
