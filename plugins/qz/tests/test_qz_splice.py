"""New rows in somebody's file: theirs stay the elements they were, by another reader of XML."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

import backtrack_plugins as bt
from backtrack_qz.splicing import splice

BLOCK = """\
name: Block
level: advanced

2:00 forward walk 4.5 km/h
1:00 backward walk 2.4 km/h light rail
3:00 forward walk 4.5 km/h
"""

THEIRS = """\
<?xml version="1.0"?>
<!-- by a friend -->
<rows author="me">
  <!-- easy -->
  <row duration="00:10:00" zonehr="2" minspeed="5" maxspeed="9"><textevent timeoffset="9" message="Go"/></row>
  <repeat times="3">
    <row duration="00:01:00" speed="12" forcespeed="1"/>
    <row duration="00:01:00" zonehr="1"/>
  </repeat>
  <row duration="00:05:00" speed="6" forcespeed="1" inclination="0"/>
</rows>
"""


def added(tmp_path, theirs: str, at: int | None = None, block: str = BLOCK) -> bt.Artifact:
    path = tmp_path / "theirs.xml"
    path.write_text(theirs)
    walker = bt.Athlete(easy_walk=bt.Speed("4.5 km/h"))  # for what goes by heart rate, if all is written anew
    artifact = bt.add_block(bt.parse(block), path, at=at, athlete=walker)
    assert path.read_text() == theirs
    return artifact


def elements(data: bytes | str) -> list[str]:
    """Each element in the outermost one, with all in it, without the white space after it."""
    return [ET.tostring(element, encoding="unicode").strip() for element in ET.fromstring(data)]


def spliced_as_it_is(theirs: str, at: int, block: str) -> bt.Exported:
    """The block put in without the walk that `add_block` has it end with."""
    timeline = bt.expand(bt.parse(block))
    whole = bt.ExportRequest(timeline=timeline, page="", header=(), notices=(), athlete=bt.Athlete())
    insert = bt.Insert(at=at, parts=timeline.tree, segments=timeline.segments)
    return splice(bt.SpliceRequest(data=theirs.encode(), file="a.xml", inserts=(insert,), whole=whole))


def refusal(artifact: bt.Artifact) -> str:
    return next((loss.instead for loss in artifact.losses if loss.what == "your file"), "")


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_their_elements_stay_as_they_were_around_the_new_rows(tmp_path, at):
    artifact = added(tmp_path, THEIRS, at)
    assert refusal(artifact) == ""
    found, theirs = elements(artifact.data), elements(THEIRS)
    new = len(found) - len(theirs)
    assert new >= 5
    assert found[:at] + found[at + new :] == theirs
    assert all('forcespeed="1"' in row and "inclination=" in row for row in found[at : at + new])
    assert "forward walk 4.5 km/h" in found[at]


def test_their_comments_and_what_the_outermost_element_says_stay(tmp_path):
    data = added(tmp_path, THEIRS).data
    assert b"<!-- by a friend -->" in data
    assert b"<!-- easy -->" in data
    assert ET.fromstring(data).attrib == {"author": "me"}


def test_a_block_at_the_end_says_to_press_stop_and_one_before_it_does_not(tmp_path):
    assert b"Press stop" in added(tmp_path, THEIRS).data
    assert b"Press stop" not in added(tmp_path, THEIRS, 0).data


def test_a_second_block_at_the_end_comes_before_the_row_that_says_to_press_stop(tmp_path):
    first = added(tmp_path, THEIRS).data.decode()
    second = added(tmp_path, first)
    found = elements(second.data)
    assert refusal(second) == ""
    assert ["Press stop" in element for element in found].count(True) == 1
    assert "Press stop" in found[-1]


def test_the_notices_stand_in_one_comment_however_often_it_is_added_to(tmp_path):
    first = added(tmp_path, THEIRS).data.decode()
    second = added(tmp_path, first, 0).data
    assert second.count(b"steps were put into this workout") == 1
    assert b"Clip the safety key to your clothes." in second


def test_a_row_without_a_speed_keeps_that_of_a_gentle_walk_and_it_is_told(tmp_path):
    artifact = added(tmp_path, THEIRS, 0)
    assert "speed of your own rows" in {loss.what for loss in artifact.losses}
    assert "speed of your own rows" not in {loss.what for loss in added(tmp_path, THEIRS, 1).losses}


def test_a_row_without_a_speed_never_gets_the_speed_of_a_run_of_ours(tmp_path):
    fast = BLOCK.replace("3:00 forward walk 4.5 km/h", "3:00 forward run 12 km/h")
    artifact = added(tmp_path, THEIRS, 0, fast)
    assert refusal(artifact) == ""
    found = ET.fromstring(artifact.data)
    last = next(before for before, row in pairwise(found) if row.get("zonehr") == "2")
    assert float(last.get("speed")) <= 5
    with pytest.raises(bt.CannotSplice, match="sets no speed"):
        spliced_as_it_is(THEIRS, 0, fast)


def test_a_row_without_an_incline_never_gets_another_than_it_had(tmp_path):
    steep = THEIRS.replace('zonehr="2"', 'zonehr="2" inclination="4"')
    artifact = added(tmp_path, steep, 1)
    assert "says no incline" in refusal(artifact)
    assert b'inclination="4"' in artifact.data
    assert refusal(added(tmp_path, steep, 2)) == ""
    uphill = BLOCK.replace("3:00 forward walk 4.5 km/h", "3:00 forward walk 4.5 km/h 2%")
    with pytest.raises(bt.CannotSplice, match="says no incline"):
        spliced_as_it_is(THEIRS, 1, uphill)


def test_nothing_is_put_inside_a_ramp(tmp_path):
    ramp = '<row duration="00:02:00" speedfrom="5" speedto="7"/>'
    theirs = THEIRS.replace("  <repeat", f"  {ramp}\n  <repeat")
    assert "inside a ramp" in refusal(added(tmp_path, theirs, 3))


def test_what_is_no_row_does_not_count(tmp_path):
    theirs = THEIRS.replace("</rows>", "  <credits/>\n</rows>")
    artifact = added(tmp_path, theirs)
    assert refusal(artifact) == ""
    assert b"Press stop" in artifact.data


def test_each_turn_waits_there_too_and_what_follows_begins_gently(tmp_path):
    found = ET.fromstring(added(tmp_path, THEIRS, 2).data)
    speeds = [(row.get("duration"), row.get("speed"), row.get("lapbutton")) for row in found[2:7]]
    assert speeds == [
        ("00:02:00", "4.5", None),
        ("00:00:30", "0.8", "1"),
        ("00:01:00", "2.4", None),
        ("00:00:30", "0.8", "1"),
        ("00:03:00", "4.5", None),
    ]
