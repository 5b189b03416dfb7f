"""A block in somebody's own file, on a belt: what is new does as planned, and what was there as it did."""

from __future__ import annotations

import msgspec
import pytest
from belt_foreign import run_of, wrong_in_splice
from belt_rules import OPTIONS

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.splicing import JoinedRun, export_joined, join_run

ATHLETE = bt.Athlete(
    level="advanced",
    race_paces=(bt.RaceTime("5k", 1500),),
    easy_walk=bt.Speed("4.5 km/h"),
    easy_run=bt.Speed("8 km/h"),
)
BLOCKS = {
    "a finisher": library.library_entry("finisher-advanced").workout,
    "an opener": library.library_entry("opener-beginner").workout,
    "all ways": bt.parse(
        "name: All ways\n\n0:30 backward walk 3 km/h 4% grip rail\n2x\n  0:40 left walk 2 km/h grip rail\n"
        "  0:40 right walk 2 km/h grip rail\n1:00 backward walk 3 km/h hands free"
    ),
}


def put_at(
    name: str, block: str, at: int, options: dict[str, object]
) -> tuple[JoinedRun, bt.Artifact] | None:
    """Somebody's file with a block in it; None where it takes in none at this place."""
    joined = join_run(BLOCKS[block], run_of(name), at=at, athlete=ATHLETE)
    put = export_joined(joined, name, ATHLETE, options=options, supervised_by="a coach")
    return (joined, put.artifact) if put.spliced else None


@pytest.mark.parametrize(
    ("block", "asked"), [*((block, "for the belt") for block in BLOCKS), ("all ways", "for nothing")]
)
@pytest.mark.parametrize("name", OPTIONS)
def test_a_block_in_somebodys_file_moves_the_belt_as_planned_and_the_rest_as_before(name, block, asked):
    options = OPTIONS[name] if asked == "for the belt" else {}
    places = range(len(run_of(name).workout.steps) + 1)
    put = {at: made for at in places if (made := put_at(name, block, at, options))}
    assert len(put) >= 2
    assert {at: wrong for at, made in put.items() if (wrong := wrong_in_splice(*made, ATHLETE))} == {}


@pytest.mark.parametrize(
    ("was", "is_now", "said"),
    [
        (b'speed="8"', b'speed="8.1"', "the rows that were there are not there any more"),
        (b'speed="3.2"', b'speed="3.3"', "3.3000 km/h, planned 3.2000"),
        (b'lapbutton="1"', b"", "does not wait"),
        (b'speed="0.8"', b'speed="2"', "in a straddle"),
        (b'inclination="0" forcespeed="1"/>', b'forcespeed="1"/>', "not there any more"),
    ],
)
def test_the_rules_notice_a_file_that_was_added_to_in_another_way(was, is_now, said):
    joined, artifact = put_at("qz", "a finisher", 1, {})
    assert was in artifact.data
    changed = msgspec.structs.replace(artifact, data=artifact.data.replace(was, is_now))
    assert any(said in sentence for sentence in wrong_in_splice(joined, changed, ATHLETE))


def test_the_rules_notice_a_row_that_goes_on_faster_than_before():
    name = "garmin-fit"
    joined, artifact = put_at(name, "a finisher", 3, OPTIONS[name])
    assert wrong_in_splice(joined, artifact, ATHLETE) == []
    unsaid = msgspec.structs.replace(artifact, losses=())
    said = "row 11 of the file, which went at 1.44 km/h, goes at 4.5"
    assert wrong_in_splice(joined, unsaid, ATHLETE) == [said]
