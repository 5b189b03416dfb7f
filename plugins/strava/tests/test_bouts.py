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


TURNED = {"backward", "left", "right"}
RAN = bt.Recording(file="done.fit", seconds=1500.0)


def done_lines(shares: list[float], *steps: str) -> tuple[str, list[str]]:
    """The title and the lines, when of the steps that are not forward so much was done."""
    page = "\n".join(["name: A", "20:00 forward jog 8 km/h", *steps])
    timeline = bt.expand(bt.parse(page))
    left = iter(shares)
    segments = tuple(
        _done(each, next(left) if each.direction in TURNED else 1.0) for each in timeline.segments
    )
    turned = sum(each.seconds for each in segments if each.segment.direction in TURNED)
    whole = sum(each.seconds for each in segments)
    totals = (
        bt.WayTotals(way="forward", planned_seconds=0.0, seconds=whole - turned, metres=0.0),
        bt.WayTotals(way="backward", planned_seconds=120.0, seconds=turned, metres=0.0),
    )
    review = bt.Review(timeline=timeline, recording=RAN, basis="steps", segments=segments, totals=totals)
    written = bt.annotate(review, ["Careful."], annotator="bouts")
    found = written.text.split("\n\n")[1].split("\n")
    return written.title, [] if found == ["Careful."] else found


def _done(segment: bt.Segment, share: float) -> bt.ReviewedSegment:
    state = "as planned" if share == 1 else "short" if share else "missing"
    return bt.ReviewedSegment(segment=segment, state=state, seconds=share * (segment.seconds or 75.0))


BACKWARD = "1:00 backward walk 2 km/h grip rail"


def test_of_what_was_done_writes_the_lines_folded():
    title, found = done_lines([1, 1], BACKWARD, BACKWARD)
    assert found == [f"2x {BACKWARD}"]
    assert title == "A: 2:00 of 22:30 done backward or sideways"


def test_of_what_was_cut_short_says_how_long_it_was_and_leaves_out_what_was_not_done():
    title, found = done_lines([0.5, 0, 1], "3x", f"  {BACKWARD}", "  3:00 forward walk 5 km/h")
    assert found == [f"{BACKWARD}: 0:30 done", BACKWARD]
    assert title.endswith(" done backward or sideways (2:00 planned)")


def test_folds_a_repeat_as_far_as_its_passes_were_alike():
    turned = ("  0:30 left walk 2 km/h light rail", "  0:30 right walk 2 km/h light rail")
    _, found = done_lines([1] * 5 + [0], "3x", *turned, "  2:00 forward walk 5 km/h")
    assert found == ["2x", *turned, turned[0].strip()]


def test_says_how_long_a_step_until_the_lap_button_was():
    _, found = done_lines([1], "lap backward walk 2 km/h grip rail")
    assert found == ["lap backward walk 2 km/h grip rail: 1:15 done"]


def test_when_nothing_was_done_says_so():
    title, found = done_lines([0], BACKWARD)
    assert (title, found) == ("A", [])
