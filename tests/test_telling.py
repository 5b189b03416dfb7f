"""What was done, in words: folded lines that unfold to what was done, totals, and no claim beyond."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.annotating import notices_of_done
from backtrack_plugins.block import MOST_CHARACTERS, is_mark
from backtrack_plugins.exporting import SAFETY_SENTENCES, notices_for
from backtrack_plugins.reviewing import totals_of
from backtrack_plugins.telling import done_line, done_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE = """\
name: After-intervals reset
level: intermediate

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
TURNED = "9:00 forward walk 5 km/h\n3x\n  1:00 backward walk 2 km/h grip rail\n  1:00 forward walk 5 km/h\n"
FOUR_WAYS = "2x\n  0:30 left walk 2 km/h grip rail\n  0:30 right walk 2 km/h grip rail\n"
HEART_RATES = {"forward": 150.0, "backward": 131.4, "left": 120.0, "right": 122.0}
KG = bt.Athlete(mass=bt.Mass("70 kg"))


def done(page: str | bt.Timeline, seconds: dict[int, float] | None = None, **changed: object) -> bt.Review:
    """A review of a page; `seconds` are those of single segments that are not as planned, by their place."""
    timeline = bt.expand(bt.parse(page)) if isinstance(page, str) else page
    segments = tuple(
        _reviewed(segment, (seconds or {}).get(place), changed)
        for place, segment in enumerate(timeline.segments)
    )
    return bt.Review(
        timeline=timeline,
        recording=bt.Recording(file="done.fit", seconds=sum(each.seconds for each in segments)),
        basis="steps",
        segments=segments,
        totals=tuple(totals_of(segments)),
    )


def _reviewed(segment: bt.Segment, seconds: float | None, changed: dict[str, object]) -> bt.ReviewedSegment:
    lasted = (segment.seconds or 80.0) if seconds is None else seconds
    state = "missing" if seconds == 0 else "short" if lasted < (segment.seconds or 0) else "as planned"
    speed = segment.metres_per_second
    known: dict[str, object] = {"heart_rate": HEART_RATES.get(str(segment.direction)), "watch_metres": 7777.0}
    return bt.ReviewedSegment(
        segment=segment,
        state=state,
        seconds=lasted,
        metres=None if speed is None else speed * lasted,
        **{**known, **changed},
    )


def place(review: bt.Review, direction: str, number: int = 0) -> int:
    """The place of a segment that goes one way, by its number among them."""
    places = [at for at, each in enumerate(review.segments) if each.segment.direction == direction]
    return places[number]


def lines(review: bt.Review) -> list[str]:
    """The folded lines of a review."""
    return list(done_lines(review, done_line))


def totals(review: bt.Review, athlete: bt.Athlete | None = None) -> list[str]:
    """The lines of totals."""
    text = bt.annotate(review, ["Careful."], athlete=athlete).text
    return text.split("\n\n")[0].split("\n")[1:]


class TestText:
    def test_stands_as_promised(self) -> None:
        assert bt.annotate(done(PAGE), ("Take care.",)).text == (
            "Treadmill, which way you face: After-intervals reset\n"
            "5:00 backward of 32:30; 0.28 km backward of 3.82 km by belt speed\n"
            "mean heart rate 131 backward\n"
            "\n"
            "8:00 forward jog 8 km/h easy\n"
            "5x\n"
            "  1:00 forward run 12 km/h hard\n"
            "  1:30 forward jog 8 km/h easy\n"
            "3:00 forward walk 5 km/h\n"
            "1:00 backward walk 2.4 km/h light rail\n"
            "2x 2:00 backward walk 3.6 km/h hands free\n"
            "3:00 forward walk 4.5 km/h\n"
            "\n"
            "Take care.\n"
            "\n"
            "(backtrack-plugins, block 2, 2f92e6)"
        )

    def test_says_by_itself_that_one_can_fall_and_which_version_wrote_it(self) -> None:
        text = bt.annotate(done(PAGE)).text
        assert "\nYou can fall doing this: check your treadmill's manual, clip the safety key" in text
        assert f"\nbacktrack-plugins {bt.__version__}, rules {bt.RULES_VERSION}\n" in text
        assert len("\n".join(notices_of_done())) < len("\n".join(notices_for(None)))

    def test_says_what_was_asked_for_instead(self) -> None:
        assert all(
            sentence in bt.annotate(done(PAGE), SAFETY_SENTENCES).text for sentence in SAFETY_SENTENCES
        )

    def test_has_neither_links_nor_signs_beyond_ascii(self) -> None:
        text = bt.annotate(done(PAGE.replace("taller", "größer 🏃")), athlete=KG).text
        assert text.isascii()
        assert "http" not in text

    def test_of_what_nobody_could_match_is_refused_with_the_reason(self) -> None:
        matched = done(PAGE)
        reason = "No lap says which step it is of. Record it while the watch follows the workout"
        review = bt.Review(timeline=matched.timeline, recording=matched.recording, basis=None, reason=reason)
        with pytest.raises(bt.UsageError, match=f"^done.fit: not matched.* {reason}$") as caught:
            bt.annotate(review)
        assert caught.value.details == {"file": "done.fit"}


class TestTitle:
    def test_says_what_was_done_and_not_what_was_planned(self) -> None:
        review = done(PAGE)
        assert bt.annotate(review).title == "After-intervals reset (5:00 backward)"
        short = done(PAGE, {place(review, "backward", 2): 65.0})
        assert bt.annotate(short).title == "After-intervals reset (4:05 backward)"

    def test_says_nothing_more_when_nothing_of_it_was_done(self) -> None:
        review = done(PAGE)
        nothing = done(PAGE, {place(review, "backward", number): 0.0 for number in range(3)})
        assert bt.annotate(nothing).title == "After-intervals reset"

    def test_says_each_way(self) -> None:
        assert bt.annotate(done(f"name: A\n{TURNED}{FOUR_WAYS}")).title == "A (3:00 backward, 2:00 sideways)"


class TestLines:
    def test_of_what_was_cut_short_say_how_long_it_was(self) -> None:
        review = done(PAGE)
        short = done(PAGE, {place(review, "backward", 2): 70.0})
        assert lines(short)[-3:-1] == [
            "2:00 backward walk 3.6 km/h hands free",
            "2:00 backward walk 3.6 km/h hands free: 1:10 done",
        ]

    def test_of_what_was_not_done_are_left_out(self) -> None:
        review = done(PAGE)
        missing = done(PAGE, {place(review, "backward"): 0.0})
        assert not any("2.4 km/h" in line for line in lines(missing))

    def test_of_a_repeat_fold_as_far_as_the_passes_are_alike(self) -> None:
        review = done(f"name: A\n{TURNED}")
        alike = ["9:00 forward walk 5 km/h", "3x"]
        body = ["  1:00 backward walk 2 km/h grip rail", "  1:00 forward walk 5 km/h"]
        assert lines(review) == [*alike, *body]
        short = done(f"name: A\n{TURNED}", {place(review, "backward", 2): 20.0})
        assert lines(short) == [
            *("9:00 forward walk 5 km/h", "2x", *body),
            "1:00 backward walk 2 km/h grip rail: 0:20 done",
            "1:00 forward walk 5 km/h",
        ]
        missing = done(f"name: A\n{TURNED}", {place(review, "backward", 0): 0.0})
        assert lines(missing) == [
            *("9:00 forward walk 5 km/h", "1:00 forward walk 5 km/h", "2x", *body),
        ]

    def test_of_a_repeat_with_one_line_left_fold_into_one(self) -> None:
        review = done(f"name: A\n{TURNED}")
        forward_alone = done(
            f"name: A\n{TURNED}", {place(review, "backward", number): 0.0 for number in range(3)}
        )
        assert lines(forward_alone) == ["9:00 forward walk 5 km/h", "3x 1:00 forward walk 5 km/h"]

    def test_until_the_lap_button_say_how_long_it_was(self) -> None:
        review = done("name: A\n9:00 forward walk 5 km/h\nlap backward walk 2 km/h grip rail")
        assert lines(review)[-1] == "lap backward walk 2 km/h grip rail: 1:20 done"

    def test_of_a_distance_say_how_long_it_was_when_belt_speed_says_otherwise(self) -> None:
        page = "name: A\n9:00 forward walk 5 km/h\n40 m backward walk 2 km/h grip rail"
        review = done(page)
        assert lines(review)[-1] == "40 m backward walk 2 km/h grip rail"
        longer = done(page, {place(review, "backward"): 95.0})
        assert lines(longer)[-1] == "40 m backward walk 2 km/h grip rail: 1:35 done"

    def test_stand_as_authored_with_what_fitting_changed(self) -> None:
        athlete = bt.Athlete(units="imperial")
        timeline = bt.expand(
            bt.parse("name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2.47 km/h grip rail"), athlete
        )
        assert lines(done(timeline))[-1] == "1:00 backward walk 2.47 km/h grip rail, fitted 2.4 km/h"


class TestTotals:
    def test_say_what_was_planned_when_it_was_not_done(self) -> None:
        review = done(PAGE)
        short = done(PAGE, {place(review, "backward"): 0.0, place(review, "backward", 2): 60.0})
        assert totals(short)[0] == (
            "3:00 backward of 30:30; 0.18 km backward of 3.72 km by belt speed; planned: 5:00 backward"
        )

    def test_say_that_nothing_of_it_was_done(self) -> None:
        review = done(f"name: A\n{TURNED}")
        nothing = done(f"name: A\n{TURNED}", {place(review, "backward", number): 0.0 for number in range(3)})
        assert totals(nothing)[0].startswith("0:00 backward of 15:00; 0.00 km backward of 1.00 km")

    def test_say_each_way(self) -> None:
        time_and_distance, heart_rates = totals(done(f"name: A\n{TURNED}{FOUR_WAYS}"))
        assert time_and_distance.startswith("3:00 backward and 2:00 sideways of 22:00; ")
        assert time_and_distance.endswith("; 0.10 km backward and 0.07 km sideways of 1.17 km by belt speed")
        assert heart_rates == "mean heart rate 131 backward; mean heart rate 121 sideways"

    def test_of_what_was_all_forward_say_so(self) -> None:
        assert totals(done("name: A\n9:00 forward walk 5 km/h")) == [
            "all forward, 9:00; 0.75 km by belt speed"
        ]

    def test_are_in_miles_for_whom_miles_are_shown(self) -> None:
        said = totals(done(PAGE), bt.Athlete(units="imperial"))[0]
        assert said == "5:00 backward of 32:30; 0.17 mi backward of 2.37 mi by belt speed"

    def test_say_no_heart_rate_that_was_not_measured(self) -> None:
        assert len(totals(done(PAGE, heart_rate=None))) == 1

    def test_say_energy_as_an_estimate_and_of_a_known_mass_alone(self) -> None:
        kcal = bt.Range(10.2, 8.6, 12.4)
        review = done(PAGE, kcal=kcal)
        assert totals(review, KG)[1].endswith("; 26 to 37 kcal backward (an estimate)")
        assert not any("kcal" in line for line in totals(review))
        assert not any("kcal" in line for line in totals(review, bt.Athlete()))

    def test_say_no_energy_when_part_of_the_time_is_not_known(self) -> None:
        review = done(PAGE, kcal=bt.Range(10.2, 8.6, 12.4))
        unknown = place(review, "backward")
        segments = tuple(
            msgspec.structs.replace(each, kcal=None) if at == unknown else each
            for at, each in enumerate(review.segments)
        )
        review = msgspec.structs.replace(review, segments=segments, totals=tuple(totals_of(segments)))
        assert not any("kcal" in line for line in totals(review, KG))

    def test_claim_neither_extra_laps_nor_the_watch_s_distance(self) -> None:
        review = done(PAGE)
        more = msgspec.structs.replace(
            review, extras=(bt.ExtraLap(lap=20, seconds=600.0, watch_metres=900.0, heart_rate=99.0),)
        )
        assert bt.annotate(more) == bt.annotate(review)
        assert "7777" not in bt.annotate(review).text
        assert "7.7" not in bt.annotate(review).text


def unfolded(folded: Sequence[str]) -> list[str]:
    """The lines, each as often as it was done."""
    found, rest = _unfolded(list(folded), "")
    assert not rest
    return found


def _unfolded(folded: list[str], margin: str) -> tuple[list[str], list[str]]:
    found: list[str] = []
    while folded and folded[0].startswith(margin) and folded[0][len(margin)] != " ":
        line = folded.pop(0)[len(margin) :]
        times, x, rest = re.fullmatch(r"(?:([0-9]+)(x)(?: |$))?(.*)", line, re.DOTALL).groups()  # type: ignore[union-attr]
        if x and not rest:
            inner, folded = _unfolded(folded, margin + "  ")
            found += inner * int(times)
        else:
            found += [rest] * int(times or 1)
    return found, folded


STEPS = (
    "0:30 backward walk 2 km/h grip rail",
    "0:30 backward walk 2.47 km/h light rail",
    '0:30 left walk 2 km/h light rail "3x"',
    "lap right walk 2 km/h light rail",
    "200 m forward jog 8 km/h",
    "0:30 straddle",
)
parts = st.recursive(
    st.sampled_from(STEPS).map(lambda line: [line]),
    lambda inner: st.tuples(st.integers(1, 3), st.lists(inner, min_size=1, max_size=3)).map(
        lambda drawn: [f"{drawn[0]}x", *(f"  {line}" for part in drawn[1] for line in part)]
    ),
    max_leaves=6,
)


@st.composite
def reviews(draw: st.DrawFn) -> bt.Review:
    """A review of some workout, in which anything may be short or missing."""
    page = [line for part in draw(st.lists(parts, min_size=1, max_size=4)) for line in part]
    timeline = bt.expand(bt.parse("\n".join(["name: A", "9:00 forward walk 5 km/h", *page])))
    shares = draw(st.dictionaries(st.integers(0, 20), st.sampled_from((0.0, 0.3)), max_size=4))
    segments = dict(enumerate(timeline.segments))
    return done(
        timeline,
        {at: share * (segments[at].seconds or 80.0) for at, share in shares.items() if at in segments},
    )


class TestAnyReview:
    @settings(max_examples=100)
    @given(reviews())
    def test_unfolds_to_the_lines_of_what_was_done(self, review: bt.Review) -> None:
        said: Iterator[str | None] = (done_line(each) for each in review.segments)
        assert unfolded(lines(review)) == [line for line in said if line is not None]

    @settings(max_examples=100)
    @given(reviews())
    def test_has_a_short_text_that_is_found_again(self, review: bt.Review) -> None:
        annotation = bt.annotate(review)
        assert len(annotation.text) <= MOST_CHARACTERS
        assert bt.block_in(annotation.text) == annotation.text
        assert sum(map(is_mark, annotation.text.split("\n"))) == 2
        assert all(notice in annotation.text for notice in notices_of_done())
        left_out = set(lines(review)) - set(annotation.text.split("\n"))
        assert not left_out or annotation.losses

    def test_that_is_long_keeps_the_backward_and_sideways_lines_and_says_so(self) -> None:
        forward = "".join(f"1:00 forward walk 5.{number} km/h easy\n" for number in range(10)) * 6
        annotation = bt.annotate(done(f"name: A\n{forward}1:00 backward walk 2 km/h grip rail"))
        (loss,) = annotation.losses
        assert str(loss.instead).endswith("totals, and the backward and sideways lines are")
        assert "\n1:00 backward of 1:01:30; 0.03 km backward of " in annotation.text
        assert "\n1:00 backward walk 2 km/h grip rail\n" in annotation.text
        assert "forward walk" not in annotation.text

    def test_that_is_very_long_keeps_the_totals_and_says_so(self) -> None:
        turned = "".join(f"0:{second} backward walk 2 km/h grip rail\n" for second in range(10, 59)) * 2
        annotation = bt.annotate(done(f"name: A\n{turned}"))
        (loss,) = annotation.losses
        assert loss.instead == "not carried: more than 1500 characters; totals are"
        assert " backward of " in annotation.text
        assert "backward walk" not in annotation.text
