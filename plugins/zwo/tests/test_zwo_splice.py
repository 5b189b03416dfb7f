"""New steps in somebody's own ZWO: what they are, and that everything else stays as it was.

The files are written here after what others publish about theirs: TrainAsONE's element `thresholdSecPerKm`
(cagnulein/qdomyos-zwift), breiko83/zwo-editor, bouchaet/zwomaker, h4l/zwift-workout-file-reference.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.exporting import checked_request
from backtrack_plugins.joining import join_and_tell
from backtrack_plugins.registry import installed
from backtrack_plugins.splicing import inserts_in
from backtrack_zwo.parts import parts_of
from backtrack_zwo.words import ADDED_SENTENCE

ATHLETE = bt.Athlete(level="advanced", race_paces=(bt.RaceTime("5k", 1800), bt.RaceTime("10k", 3900)))

BLOCK = bt.parse("""\
name: Turn
level: advanced

1:00 backward walk 2.47 km/h light rail "tall & <calm>"
0:20 left walk 1.6 km/h light rail
""")

STEPS = """\
    <!-- easy first -->
    <SteadyState Duration="600" Power="0.7" pace="1" zone='Z2'>
      <textevent timeoffset="0" message="Rise &amp; shine&#xA;now"/>
    </SteadyState>
    <IntervalsT Repeat="3" OnDuration="60" OffDuration="60" OnPower="1" OffPower="0.6" pace="1"/> <!-- three -->
    <RestDay/>
    <SteadyState  Duration="300"   Power="0.6" pace="1"/>
"""

HEADER = """\
  <author>Somebody &quot;else&quot;</author>
  <name>Tempo Tuesday</name>
  <description><![CDATA[Steady & <strong>.]]></description>
  <sportType>run</sportType>
  <durationType>time</durationType>
  <thresholdSecPerKm>300</thresholdSecPerKm>
"""


def file_of(steps: str = STEPS, header: str = HEADER) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<workout_file>\n{header}  <workout>\n{steps}  </workout>\n</workout_file>\n"
    ).encode()


def request_for(
    data: bytes, at: int, block: bt.Workout = BLOCK, athlete: bt.Athlete = ATHLETE, **options: Any
) -> bt.SpliceRequest:
    """What the command `add` asks for; the file's own steps are any run, in as many parts."""
    root = bt.read_xml(data, "mine.zwo", root="workout_file", what="ZWO")
    run = bt.parse("name: Tempo Tuesday\n" + "10:00 forward jog 7 km/h\n" * sum(n for _, n in parts_of(root)))
    joined = join_and_tell(block, run, at=at, foreign=(), athlete=athlete)
    whole, _ = checked_request(installed().exporter("zwo"), joined.workout, athlete, options=options)
    return bt.SpliceRequest(
        data=data, file="mine.zwo", inserts=inserts_in(whole.timeline, joined.own), whole=whole
    )


def spliced(data: bytes, at: int, block: bt.Workout = BLOCK, **options: Any) -> bt.Exported:
    splice = installed().exporter("zwo").splice
    assert splice is not None
    done = splice(request_for(data, at, block, **options))
    assert isinstance(done, bt.Exported)
    return done


def tree(data: bytes) -> ET.Element:
    """The file as another reader sees it, comments and all."""
    return ET.fromstring(data, ET.XMLParser(target=ET.TreeBuilder(insert_comments=True, insert_pis=True)))


def as_seen(element: ET.Element) -> Any:
    """All of an element but the white space after it."""
    inside = [(as_seen(child), child.tail) for child in element]
    return element.tag, list(element.attrib.items()), element.text, inside


def steps_of(data: bytes) -> list[Any]:
    return [as_seen(step) for step in tree(data).find("workout")]


def new_steps(before: bytes, after: bytes) -> list[ET.Element]:
    """The elements that are new, all others being what they were and where they were."""
    own, children = steps_of(before), list(tree(after).find("workout"))
    new = []
    for child in children:
        if own and as_seen(child) == own[0]:
            own.pop(0)
        else:
            new.append(child)
    assert not own
    return new


def lines(steps: list[ET.Element]) -> list[str]:
    return [step.find("textevent").get("message").split("\n")[0] for step in steps]


def losses(exported: bt.Exported) -> dict[str, bt.Loss]:
    return {loss.what: loss for loss in exported.losses}


LINES = [
    "1:00 forward walk 4.5 km/h",
    "0:20 straddle added",
    '1:00 backward walk 2.47 km/h light rail "tall & <calm>"',
    'Continued: 1:00 backward walk 2.47 km/h light rail "tall & <calm>"',
    "0:20 straddle added",
    "0:20 left walk 1.6 km/h light rail",
    "0:20 straddle added",
]


@pytest.mark.parametrize(("at", "place"), [(1, 2), (2, 3)])
def test_new_steps_stand_between_the_files_own(at: int, place: int) -> None:
    after = spliced(file_of(), at).data
    new = new_steps(file_of(), after)
    assert lines(new)[-9:-2] == LINES
    assert [as_seen(step) for step in list(tree(after).find("workout"))[place : place + len(new)]] == [
        as_seen(step) for step in new
    ]


def test_before_the_first_they_stand_first_and_after_the_last_they_stand_last() -> None:
    first = list(tree(spliced(file_of(), 0).data).find("workout"))
    assert first[0].find("textevent").get("message").startswith("5:00 forward walk 4.5 km/h")
    last = list(tree(spliced(file_of(), 3).data).find("workout"))
    assert last[-1].find("textevent").get("message").startswith("Continued: 3:00 forward walk 4.5 km/h")
