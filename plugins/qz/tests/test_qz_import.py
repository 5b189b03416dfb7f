"""What comes back from files of ours, changed or not, and from those that others wrote.

The shapes follow what cagnulein/qdomyos-zwift describes in ``train-programs-examples/README.md``.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLES

PAGE = """\
name: Over -- & out ---
level: advanced

5:00 forward walk 5 km/h
2x
  1:00 backward walk 2.4 km/h light rail "<b>&amp; &#45; --> \U0001f600"
  1:00 forward jog 8 km/h
0:30 straddle
5:00 forward walk 5 km/h
"""


def imported(data: bytes | str) -> bt.Imported:
    return bt.import_bytes(data.encode() if isinstance(data, str) else data, "tempo.xml", importer="qz")


@pytest.mark.parametrize(
    "declared", ["", " SYSTEM 'a.dtd'", " [<!ENTITY a 'b'>]", "[<!ENTITY a SYSTEM 'file:///a'>]"]
)
def test_a_file_that_declares_something_is_known_and_told_why_it_is_refused(declared: str) -> None:
    data = f"<?xml version='1.0'?>\n<!DOCTYPE rows{declared}>\n<rows/>".encode()
    with pytest.raises(bt.UnreadableInput, match=r"tempo\.xml:2:1: has a DOCTYPE, which no QZ workout needs"):
        bt.import_bytes(data, "tempo.xml")


def rows(*found: str, device: str = ' device="treadmill"') -> str:
    return f"<rows{device}>\n" + "\n".join(found) + "\n</rows>"


def lines(back: bt.Imported) -> list[str]:
    return bt.write(back.workout).splitlines()[2:]


def losses(back: bt.Imported) -> dict[str, tuple[int, ...]]:
    return {loss.what: loss.steps for loss in back.losses}


def problems(*found: str) -> list[tuple[int | None, str]]:
    with pytest.raises(bt.InvalidWorkout) as refusal:
        imported(rows(*found))
    assert {problem.code for problem in refusal.value.problems} == {"qz/row"}
    assert all(problem.hint for problem in refusal.value.problems)
    return [(problem.where.line, problem.message) for problem in refusal.value.problems]


@pytest.fixture(scope="module")
def qz() -> bytes:
    return bt.export(bt.parse(PAGE), "qz").data


def without_comments(data: bytes) -> bytes:
    return re.sub(rb"<!--.*?-->", b"", data, flags=re.DOTALL)


def test_the_page_comes_back_whatever_a_comment_may_not_have(qz):
    back = imported(qz)
    assert (back.workout, back.losses, back.complete) == (bt.parse(PAGE), (), True)


def test_other_white_space_in_the_file_changes_nothing(qz):
    assert imported(qz.replace(b"\n  <row", b"\r\n\t<row")).complete


def test_without_the_comment_the_rows_say_the_same_steps(qz):
    back = imported(without_comments(qz))
    assert lines(back) == [
        "5:00 forward walk 5 km/h",
        '1:00 backward walk 2.4 km/h light rail "<b>&amp; &#45; --> \U0001f600"',
        "1:00 forward jog 8 km/h",
        '1:00 backward walk 2.4 km/h light rail "<b>&amp; &#45; --> \U0001f600"',
        "1:00 forward jog 8 km/h",
        "0:30 straddle",
        "5:00 forward walk 5 km/h",
    ]
    assert (back.losses, back.complete, back.unknown) == ((), False, ())


@pytest.mark.parametrize("page", SAMPLES.values(), ids=SAMPLES)
def test_without_the_comment_every_sample_comes_back_step_for_step(page):
    artifact = bt.export(bt.parse(page), "qz")
    back = imported(without_comments(artifact.data))
    planned = [segment.step for segment in artifact.timeline.segments if not segment.added]
    assert list(back.workout.steps) == planned
    assert back.losses == ()


def test_a_row_that_somebody_changed_is_never_undone_in_silence(qz):
    back = imported(qz.replace(b'speed="2.4"', b'speed="4.4"', 1))
    assert not back.complete
    assert losses(back) == {"page": (), "changed speed": (2,)}
    back = imported(qz.replace(b"00:05:00", b"00:07:00", 1))
    assert losses(back) == {"page": (), "changed duration": (1,)}


def test_a_page_that_somebody_changed_is_not_taken_for_what_the_rows_are(qz):
    back = imported(qz.replace(b"5:00 forward walk 5 km/h\n2x", b"9:00 forward walk 5 km/h\n2x"))
    assert losses(back) == {"page": ()}
    assert lines(back)[0] == "5:00 forward walk 5 km/h"


def test_a_row_that_somebody_added_is_read_as_theirs(qz):
    theirs = b'<row duration="00:01:00" speed="6" forcespeed="1"/>\n</rows>'
    back = imported(qz.replace(b"</rows>", theirs))
    assert lines(back)[-1] == "1:00 forward walk 6 km/h"
    assert losses(back)["line"] == (8,)


def test_a_line_that_was_changed_into_none_is_a_problem_and_nobody_is_sent_forward(qz):
    changed = without_comments(qz).replace(b"backward walk", b"bakward walk")
    with pytest.raises(bt.InvalidWorkout, match="bakward"):
        imported(changed)


def test_a_row_after_a_straddle_of_ours_that_lost_its_line_is_a_problem(qz):
    changed = without_comments(qz).replace(b"1:00 backward walk", b"Off you go, 1:00 back")
    with pytest.raises(bt.InvalidWorkout, match="a straddle of ours comes before it"):
        imported(changed)


def test_a_row_of_somebody_elses_is_a_forward_step_and_says_what_was_assumed():
    back = imported(
        rows(
            '<row duration="00:02:00" speed="3" inclination="1.5" forcespeed="1" zonehr="0"/>',
            '<row distance="0.4" speed="12.5" forcespeed="1"/>',
        )
    )
    assert lines(back) == ["2:00 forward walk 3 km/h 1.5%", "400 m forward run 12.5 km/h 1.5%"]
    assert back.workout.name == "tempo"
    assert losses(back) == {"direction": (1, 2), "gait": (1, 2)}
    assert not back.complete


@pytest.mark.parametrize(
    ("speed", "cue"),
    [("", None), ('speed="0" forcespeed="1"', None), ('speed="9"', '"9 km/h, not set by QZ"')],
)
def test_a_speed_that_qz_does_not_set_is_unknown(speed, cue):
    back = imported(rows(f'<row duration="00:01:00" {speed}/>'))
    assert lines(back) == [f"1:00 forward walk 5 km/h {cue}" if cue else "1:00 forward walk 5 km/h"]
    assert back.unknown == (1,)
    assert losses(back)["speed"] == (1,)


def test_a_repeat_stays_one():
    back = imported(rows('<repeat times="4"><row duration="00:00:30" speed="9" forcespeed="1"/></repeat>'))
    assert lines(back) == ["4x", "  0:30 forward run 9 km/h"]


def test_a_ramp_goes_by_steps_and_never_reaches_its_last_value():
    up, down, short = (
        lines(imported(rows(f'<row duration="{time}" speedfrom="{begin}" speedto="{end}"/>')))
        for time, begin, end in (("00:01:00", 5, "5.3"), ("00:01:00", 6, "5.8"), ("00:00:20", 5, 6))
    )
    assert up == [f"0:20 forward walk {kmh} km/h" for kmh in ("5", "5.1", "5.2")]
    assert down == [f"0:30 forward walk {kmh} km/h" for kmh in ("6", "5.9")]
    assert short == ["0:10 forward walk 5 km/h", "0:10 forward walk 5.5 km/h"]


def test_a_row_that_waits_ends_on_the_lap_button():
    back = imported(rows('<row duration="00:01:00" lapbutton="1" speed="6" forcespeed="1"/>'))
    assert lines(back) == ['lap forward walk 6 km/h "00:01:00"']
    assert losses(back)["time"] == (1,)


def test_what_a_step_has_no_field_for_stands_in_its_cue_or_in_a_loss():
    back = imported(
        rows(
            '<row duration="00:01:00" zonehr="2" minspeed="5" fanspeed="3" looptimehr="10">'
            '<textevent timeoffset="3" message="Easy\n now"/><lyrics/></row>'
        )
    )
    cue = "heart rate zone 2; at least 5 km/h; fan 3; Easy now"
    assert lines(back) == [f'1:00 forward walk 5 km/h "{cue}"']
    said = {loss.instead for loss in back.losses}
    assert {'not carried: looptimehr="10"', "not carried: <lyrics>"} <= said
    assert losses(back)["target"] == (1,)


def test_a_cue_that_is_too_long_is_cut_and_the_rest_is_told():
    text = "word " * 40
    event = f'<textevent timeoffset="0" message="{text}"/>'
    back = imported(rows(f'<row duration="00:01:00" speed="5" forcespeed="1">{event}</row>'))
    assert "not carried: word word" in next(loss.instead for loss in back.losses if loss.what == "cue")


def test_all_that_is_wrong_is_said_at_once_by_line():
    found = problems(
        '<row duration="5:00" speed="5" forcespeed="1"/>',
        '<row duration="00:00:00"/>',
        '<row duration="00:01:00" speed="-3" forcespeed="1"/>',
        '<row duration="00:01:00" speed="NaN" forcespeed="1"/>',
        '<row duration="00:01:00" speed="9e99" forcespeed="1"/>',
        '<row duration="00:01:00" speed="46" forcespeed="1"/>',
        '<row distance="9e99" speed="5" forcespeed="1"/>',
        '<row duration="00:01:00" inclination="inf"/>',
        '<row speedfrom="5" speedto="6"/>',
        '<row duration="00:01:00" speedfrom="5"/>',
        '<repeat times="0"><row duration="00:01:00"/></repeat>',
        '<repeat times="2"/>',
        '<repeat times="2"><row duration="00:01:00"/><repeat times="2"/></repeat>',
        '<row speed="5" forcespeed="1"/>',
    )
    assert [line for line, _ in found] == list(range(2, 16))
    assert found[0] == (2, 'duration="5:00"')
    assert found[4] == (6, 'speed="9e99"')


def test_no_more_problems_are_listed_than_anybody_reads():
    assert len(problems(*['<row duration="soon"/>'] * 500)) == 100


@pytest.mark.parametrize("device", ["bike", "rower", "elliptical"])
def test_a_workout_for_another_machine_is_refused_as_such(device):
    row = '<row duration="00:01:00" power="200"/>'
    with pytest.raises(bt.UnreadableInput, match=f'device="{device}".* power or resistance is none'):
        imported(rows(row, device=f' device="{device}"'))


def test_a_file_that_names_no_machine_is_for_a_treadmill():
    assert imported(rows('<row duration="00:01:00"/>', device="")).workout.steps


@pytest.mark.parametrize(
    "data", ["<rows/>", "<rows><!-- x --></rows>", '<rows device="treadmill"><x/></rows>']
)
def test_a_file_without_rows_is_refused(data):
    with pytest.raises(bt.UnreadableInput, match=r"tempo\.xml: has no rows"):
        imported(data)


def test_it_is_recognised_by_its_first_bytes(qz):
    assert bt.import_bytes(qz, "renamed.txt").workout == bt.parse(PAGE)
    with pytest.raises(bt.UnreadableInput):
        bt.import_bytes(b"<rowset/>", "a.xml")


def test_steps_beyond_number_are_refused():
    repeat = '<repeat times="999999"><row duration="00:01:00"/></repeat>'
    with pytest.raises(bt.InvalidWorkout, match="at most 10000 segments"):
        imported(rows(repeat))


TURNING = """\
name: Turning

5:00 forward walk 4.5 km/h
1:00 backward walk 2 km/h grip rail
3:00 forward walk 4 km/h
"""


def silenced(data: bytes, begin: int, end: int | None = None, *, comment: bool = True) -> bytes:
    """The file without the texts of some rows."""
    root = ET.fromstring(data if comment else without_comments(data))
    for row in root.findall("row")[begin:end]:
        for event in row.findall("textevent"):
            row.remove(event)
    text = ET.tostring(root)
    said = re.search(rb"<!--.*?-->", data, flags=re.DOTALL)
    return text.replace(b">", b">" + said[0], 1) if comment and said else text


@pytest.mark.parametrize(
    ("begin", "end", "comment", "said"),
    [
        (0, 3, True, "rows have lost their lines"),
        (0, None, True, "rows have lost their lines"),
        (0, 3, False, "a straddle of ours turns forward after it"),
        (1, 3, False, "the row before it says that backward comes next"),
        (2, 3, False, "a straddle of ours comes before it"),
        (3, 4, False, "the row before it faces backward"),
    ],
)
def test_rows_that_lost_their_lines_are_never_read_as_forward_where_others_turn(begin, end, comment, said):
    data = silenced(bt.export(bt.parse(TURNING), "qz").data, begin, end, comment=comment)
    with pytest.raises(bt.InvalidWorkout, match=said):
        imported(data)


def test_a_backward_row_that_was_taken_out_is_gone():
    root = ET.fromstring(bt.export(bt.parse(TURNING), "qz").data)
    root.remove(root.findall("row")[2])
    assert lines(imported(ET.tostring(root))) == ["5:00 forward walk 4.5 km/h", "3:00 forward walk 4 km/h"]


def test_new_rows_that_lost_all_texts_are_not_read_as_forward(tmp_path):
    path = tmp_path / "theirs.xml"
    path.write_text(rows('<row duration="00:05:00" speed="4.5" forcespeed="1" inclination="0"/>'))
    data = bt.add_block(bt.parse(TURNING), path).data
    with pytest.raises(bt.InvalidWorkout, match="rows have lost their lines"):
        imported(silenced(data, 0))
