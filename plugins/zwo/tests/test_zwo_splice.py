"""New steps in somebody's own ZWO: what they are, and that everything else stays as it was.

The files are written here after what others publish about theirs: TrainAsONE's element `thresholdSecPerKm`
(cagnulein/qdomyos-zwift), breiko83/zwo-editor, bouchaet/zwomaker, h4l/zwift-workout-file-reference.
"""

from __future__ import annotations

from itertools import pairwise
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
from backtrack_zwo.editing import Document
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
    <SteadyState Duration="600" Power="0.7" pace="1" zone='Z2>' note="/>">
      <textevent timeoffset="0" message="Rise &amp; shine&#xA;now"/>
    </SteadyState>
    <IntervalsT Repeat="3" OnDuration="60" OffDuration="60" OnPower="1" OffPower="0.6" pace="1"/> <!-- 3 -->
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


def request_for(data: bytes, at: int, block: bt.Workout = BLOCK, **options: Any) -> bt.SpliceRequest:
    """What the command `add` asks for; the file's own steps are any run, in as many parts."""
    root = bt.read_xml(data, "mine.zwo", root="workout_file", what="ZWO")
    run = bt.parse("name: Tempo Tuesday\n" + "10:00 forward jog 7 km/h\n" * sum(n for _, n in parts_of(root)))
    joined = join_and_tell(block, run, at=at, foreign=(), athlete=ATHLETE)
    whole, _ = checked_request(installed().exporter("zwo"), joined.workout, ATHLETE, options=options)
    inserts = inserts_in(whole.timeline, joined.own)
    return bt.SpliceRequest(data=data, file="mine.zwo", inserts=inserts, whole=whole)


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
    "2:00 forward walk 4.5 km/h",
    "0:20 straddle added",
    '1:00 backward walk 2.47 km/h light rail "tall & <calm>"',
    'Continued: 1:00 backward walk 2.47 km/h light rail "tall & <calm>"',
    "0:20 straddle added",
    "0:20 left walk 1.6 km/h light rail",
    "0:20 straddle added",
    "1:00 forward walk 4.5 km/h",
    "Continued: 1:00 forward walk 4.5 km/h",
]


@pytest.mark.parametrize(("at", "place"), [(1, 2), (2, 4)])
def test_new_steps_stand_between_the_files_own(at: int, place: int) -> None:
    after = spliced(file_of(), at).data
    new = new_steps(file_of(), after)
    assert lines(new) == LINES
    placed = [step for step in steps_of(after) if not callable(step[0])]
    assert placed[place - 1 : place - 1 + len(new)] == [as_seen(step) for step in new]


def test_before_the_first_they_stand_first_and_after_the_last_they_stand_last() -> None:
    first = list(tree(spliced(file_of(), 0).data).find("workout"))
    assert first[0].find("textevent").get("message").startswith("3:00 forward walk 4.5 km/h")
    last = list(tree(spliced(file_of(), 3).data).find("workout"))
    assert last[-1].find("textevent").get("message").startswith("Continued: 3:00 forward walk 4.5 km/h")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-16", "utf-16-be", "iso-8859-1", "windows-1252", "utf-8-sig"]
)
def test_every_other_byte_is_what_it_was_in_every_encoding(encoding: str, newline: str) -> None:
    declared = {"utf-8-sig": "UTF-8", "utf-16-be": "UTF-16"}.get(encoding, encoding)
    text = file_of().decode().replace("UTF-8", declared).replace("Somebody", "Größe").replace("\n", newline)
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    data = (mark + text).encode(encoding)
    after = spliced(data, 2).data
    changed = after.decode(encoding).removeprefix("\ufeff")
    assert "<name>Tempo Tuesday + Turn</name>" in changed
    kept = [
        text[: text.index("Tempo")],
        text[text.index("</name>") : text.index("]]>") + 3],
        text[text.index("</description>") : text.index("<RestDay/>") + 10],
        text[text.index("<RestDay/>") + 10 :],
    ]
    assert changed.startswith(kept[0])
    at = 0
    for piece in kept:
        at = changed.index(piece, at) + len(piece)
    assert changed.endswith(kept[-1])
    assert newline == "\n" or "\n" not in changed.replace("\r\n", "").split("<workout>")[1]
    assert lines(new_steps(data, after)) == LINES


def test_the_new_ones_are_indented_as_the_file_is() -> None:
    data = file_of().replace(b"\n    <", b"\n\t<")
    after = spliced(data, 2).data
    assert b'\n\t<SteadyState Duration="120" Power="0.375000" pace="1">\n\t  <textevent' in after


def test_a_file_in_one_line_stays_in_one() -> None:
    data = file_of().replace(b"\n", b"")
    after = spliced(data, 1).data
    assert after.split(b"<workout>")[1].count(b"\n") == 0
    assert lines(new_steps(data, after)) == LINES


def test_the_file_gets_the_name_of_the_whole_and_keeps_its_description_and_its_author() -> None:
    root = tree(spliced(file_of(), 1).data)
    assert root.findtext("name") == "Tempo Tuesday + Turn"
    assert root.findtext("author") == 'Somebody "else"'
    said = root.findtext("description")
    assert said.startswith(f"Steady & <strong>.\n\n{ADDED_SENTENCE}\n")
    for notice in (*bt.SAFETY_SENTENCES, "backtrack-plugins "):
        assert notice in said


def test_who_supervises_stands_in_the_description() -> None:
    request = request_for(file_of(), 1)
    whole = request.whole
    named = bt.SpliceRequest(
        data=request.data,
        file=request.file,
        inserts=request.inserts,
        whole=type(whole)(
            timeline=whole.timeline,
            page=whole.page,
            header=whole.header,
            notices=("Supervised by José.", *whole.notices),
            athlete=whole.athlete,
            options=whole.options,
        ),
    )
    done = installed().exporter("zwo").splice(named)
    assert "Supervised by Jose." in tree(done.data).findtext("description")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", ["sportType", "durationType", "thresholdSecPerKm", "name", "description", "workout"]),
        (
            "<name/><description />",
            ["name", "description", "sportType", "durationType", "thresholdSecPerKm", "workout"],
        ),
        (
            "<name></name>",
            ["name", "sportType", "durationType", "thresholdSecPerKm", "description", "workout"],
        ),
    ],
)
def test_a_name_and_a_description_that_are_not_there_are_put_in(header: str, expected: list[str]) -> None:
    rest = HEADER[HEADER.index("  <sportType>") :]
    root = tree(spliced(file_of(header=header + rest), 1).data)
    assert [child.tag for child in root] == expected
    assert root.findtext("name") == "Tempo Tuesday + Turn"
    assert root.findtext("description").startswith(ADDED_SENTENCE)


def test_a_file_that_was_added_to_before_is_added_to_again_and_says_so_once() -> None:
    once = spliced(file_of(), 3).data
    parts = sum(count for _, count in parts_of(bt.read_xml(once, "a", root="workout_file", what="ZWO")))
    twice = spliced(once, parts).data
    assert tree(twice).findtext("description").count(ADDED_SENTENCE) == 1
    new_steps(once, twice)


def test_new_steps_never_come_between_a_straddle_and_what_it_leads_to_nor_into_a_held_step() -> None:
    once = spliced(file_of(), 2).data
    root = bt.read_xml(once, "a", root="workout_file", what="ZWO")
    for at in range(sum(count for _, count in parts_of(root)) + 1):
        after = list(tree(spliced(once, at).data).iter("SteadyState"))
        said = [step.find("textevent") for step in after]
        told = ["" if event is None else event.get("message").split("\n")[0] for event in said]
        for before, here in pairwise(told):
            if here.startswith("Continued: "):
                assert here.removeprefix("Continued: ") == before
            if before == "0:20 straddle added":
                assert here in LINES or here.startswith("3:00 forward walk")


class TestSpeeds:
    @pytest.mark.parametrize("threshold", ["300", "241", "517"])
    def test_are_parts_of_the_pace_that_the_file_says(self, threshold: str) -> None:
        data = file_of(header=HEADER.replace("300", threshold))
        for step, planned in zip(new_steps(data, spliced(data, 1).data), PLANNED, strict=True):
            kmh = 3600 * float(step.get("Power")) / int(threshold)
            assert kmh == pytest.approx(planned, abs=0.0001)
            assert kmh <= planned + 1e-9

    @pytest.mark.parametrize(
        ("paces", "expected"), [(("1", "1", "1"), "1"), (("4", "2", "4"), "4"), (("240", "8268", "3"), "3")]
    )
    def test_go_by_the_race_that_most_of_the_files_own_go_by(
        self, paces: tuple[str, ...], expected: str
    ) -> None:
        steps = "".join(f'    <SteadyState Duration="60" Power="0.7" pace="{pace}"/>\n' for pace in paces)
        (found,) = {step.get("pace") for step in new_steps(file_of(steps), spliced(file_of(steps), 1).data)}
        assert found == expected

    def test_go_by_none_where_the_files_own_name_none(self) -> None:
        data = file_of('<SteadyState Duration="60" Power="0.7"/>')
        assert {step.get("pace") for step in new_steps(data, spliced(data, 1).data)} == {None}

    @pytest.mark.parametrize(
        ("pace", "options", "seconds"),
        [
            ("1", {}, "360"),
            ("2", {}, "390"),
            ("2", {"race_pace": "10k=50:00"}, "300"),
            ("2", {"race_pace": "5k=20:00"}, "390"),
            ("2", {"race_pace": "5k=20:00, 10k=50:00"}, "300"),
        ],
    )
    def test_of_a_file_that_does_not_say_its_pace_are_parts_of_the_athletes_which_it_then_says(
        self, pace: str, options: dict[str, str], seconds: str
    ) -> None:
        data = file_of(STEPS.replace('pace="1"', f'pace="{pace}"'), WITHOUT_THRESHOLD)
        done = spliced(data, 1, **options)
        root = tree(done.data)
        tags = [child.tag for child in root]
        assert root.findtext("thresholdSecPerKm") == seconds
        assert tags.index("thresholdSecPerKm") < tags.index("workout")
        for step, planned in zip(new_steps(data, done.data), PLANNED, strict=True):
            assert step.get("pace") == pace
            assert 3600 * float(step.get("Power")) / int(seconds) == pytest.approx(planned, abs=0.0001)
        minutes, rest = divmod(int(seconds), 60)
        assert f"pace is {minutes}:{rest:02d}/km" in losses(done)["race pace"].instead

    def test_of_a_file_that_says_its_pace_nothing_is_told(self) -> None:
        assert "race pace" not in losses(spliced(file_of(), 1))

    def test_of_ramps_and_intervals_alone_the_pace_is_added_whatever_they_go_by(self) -> None:
        ramp = '<{} Duration="300" PowerLow="0.4" PowerHigh="0.6" pace="{}"/>'
        steps = ramp.format("Warmup", 2) + ramp.format("Ramp", 1)
        data = file_of(steps, WITHOUT_THRESHOLD)
        assert tree(spliced(data, 0).data).findtext("thresholdSecPerKm") == "390"

    def test_of_a_file_without_any_pace_are_parts_of_the_athletes_own(self) -> None:
        data = file_of('<FreeRide Duration="300"/>', WITHOUT_THRESHOLD)
        done = spliced(data, 0)
        assert tree(done.data).findtext("thresholdSecPerKm") == "360"
        assert {step.get("pace") for step in new_steps(data, done.data)} == {"1"}

    def test_that_hang_on_a_race_nobody_knows_are_asked_for(self) -> None:
        data = file_of(STEPS.replace('pace="1"', 'pace="3"'), WITHOUT_THRESHOLD)
        with pytest.raises(bt.UsageError, match=r"--set zwo\.race_pace=half=H:MM:SS"):
            spliced(data, 1)
        with pytest.raises(bt.UsageError, match="part of the half pace"):
            spliced(data, 1, race_pace="5k=30:00")


PLANNED = [4.5, 0.8, 0.8, 2.4, 0.8, 0.8, 0.8, 0.8, 4.5]
WITHOUT_THRESHOLD = HEADER.replace("  <thresholdSecPerKm>300</thresholdSecPerKm>\n", "")
STEADY = '<SteadyState Duration="600" Power="0.7" pace="{}"/>'


@pytest.mark.parametrize(
    ("steps", "header", "said"),
    [
        (STEPS, HEADER.replace(">time<", ">distance<"), "measured in metres"),
        (STEPS, HEADER.replace("<durationType>time</durationType>", ""), "measured in metres"),
        (STEPS, HEADER.replace("durationType", "DurationType"), "measured in metres"),
        (STEPS, HEADER.replace("<sportType>run</sportType>", ""), "sportType"),
        (STEPS, HEADER.replace(">run<", ">Run<"), "sportType"),
        (
            STEPS,
            HEADER.replace("<durationType>", "<durationType>distance</durationType><durationType>"),
            "once",
        ),
        (STEPS, HEADER.replace(">300<", ">300.5<"), "no whole number"),
        (STEPS, HEADER.replace(">300<", ">0<"), "no whole number"),
        (STEPS, HEADER.replace(">300<", ">-300<"), "no whole number"),
        (STEPS, HEADER.replace(">300<", "><"), "no whole number"),
        (STEADY.format(1) + STEADY.format(2), WITHOUT_THRESHOLD, "more than one race pace"),
        (STEADY.format(""), WITHOUT_THRESHOLD, "do not say by which"),
        (STEADY.format("240"), WITHOUT_THRESHOLD, "do not say by which"),
        (STEADY.format('1" Speed="2.5'), WITHOUT_THRESHOLD, "speeds of their own"),
        ('<Warmup Duration="300" PowerLow="0.4" PowerHigh="0.6" pace="1"/>', HEADER, "one <Warmup>"),
    ],
)
def test_a_file_without_a_place_where_a_belt_goes_as_planned_is_not_added_to(
    steps: str, header: str, said: str
) -> None:
    with pytest.raises(bt.CannotSplice, match=said):
        spliced(file_of(steps, header), 1)


@pytest.mark.parametrize("tag", ["sportType", "durationType", "thresholdSecPerKm"])
def test_a_file_that_says_after_its_steps_how_to_read_them_is_not_added_to(tag: str) -> None:
    (line,) = (line for line in HEADER.splitlines() if tag in line)
    data = file_of(header=HEADER.replace(line, "")).replace(b"</workout>", f"</workout>{line}".encode())
    with pytest.raises(bt.CannotSplice, match="before its steps"):
        spliced(data, 1)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'<?xml version="1.0" encoding="x-ours"?><a/>', "an encoding, x-ours,"),
        (b'<?xml version="1.0" encoding="base64"?><a/>', "an encoding, base64,"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a b="+AGI-"/>', "an encoding, utf-7,"),
        (b"<a>\xff</a>", "an encoding, utf-8,"),
        (b"<a><b></a>", "not every reader of XML takes it"),
    ],
)
def test_bytes_that_cannot_be_had_back_are_not_added_to(data: bytes, said: str) -> None:
    with pytest.raises(bt.CannotSplice, match=said):
        Document(data)


def test_a_file_that_would_be_too_large_to_be_read_back_is_not_added_to() -> None:
    data = file_of(STEPS + f"<!-- {'x' * ((1 << 20) - 2000)} -->\n")
    with pytest.raises(bt.CannotSplice, match="larger than 1 MiB"):
        spliced(data, 1)


class TestWhatComesAfter:
    def test_without_a_speed_goes_on_as_slowly_and_that_is_told(self) -> None:
        data = file_of(STEPS.replace("<RestDay/>", '<FreeRide Duration="60"/>'))
        assert "<FreeRide> says none" in losses(spliced(data, 2))["speed after the new steps"].instead
        assert "speed after the new steps" not in losses(spliced(data, 1))

    def test_tilts_as_the_file_does_and_so_do_the_new_steps(self) -> None:
        data = file_of(STEPS.replace('Duration="600"', 'Duration="600" Incline="0.08"'))
        done = spliced(data, 1, UPHILL)
        new = new_steps(data, done.data)
        assert [step.get("Incline") for step in new] == ["0", "0.02", "0.02", "0.02", "0", "0", "0"]
        assert "written into the new steps" in losses(done)["incline"].instead
        assert "stays at 0%" in losses(done)["incline after the new steps"].instead

    def test_tilts_not_where_nobody_asked_for_it(self) -> None:
        done = spliced(file_of(), 1, UPHILL)
        assert b"Incline" not in done.data
        assert not losses(done).keys() & {"incline", "incline after the new steps"}

    def test_tilts_where_somebody_asked_for_it(self) -> None:
        done = spliced(file_of(), 1, UPHILL, incline=True)
        assert b'Incline="0.02"' in done.data
        assert "incline" not in losses(done)


UPHILL = bt.parse("name: Up\nlevel: advanced\n\n1:00 backward walk 2.4 km/h 2% light rail\n")


def test_letters_are_folded_in_what_is_new_and_nowhere_else() -> None:
    block = bt.parse('name: Füße\n\n1:00 backward walk 2.4 km/h light rail "schön “locker”"\n')
    data = file_of().replace(b"Steady", "Größe".encode())
    done = spliced(data, 1, block)
    assert "Größe & <strong>." in tree(done.data).findtext("description")
    assert tree(done.data).findtext("name") == "Tempo Tuesday + Fusse"
    assert 'light rail "schon \\"locker\\""' in "".join(lines(new_steps(data, done.data)))
    assert losses(done)["letters"].steps


def test_zwift_shows_the_way_of_moving_of_the_new_steps_where_asked_to() -> None:
    data = file_of()
    new = new_steps(data, spliced(data, 1, replacement_prescription=True).data)
    said = [step.get("replacement_prescription") for step in new]
    assert said == [
        "WALK",
        "STRADDLE",
        "BACK WALK",
        "BACK WALK",
        "STRADDLE",
        "LEFT WALK",
        "STRADDLE",
        "WALK",
        "WALK",
    ]


def test_repeats_of_the_block_are_written_out_even_where_compact_is_asked_for() -> None:
    block = bt.parse(
        "name: B\n\n3x\n  1:00 forward walk 5 km/h\n  1:00 forward walk 4 km/h\n"
        "1:00 backward walk 2.4 km/h light rail"
    )
    data = file_of()
    new = new_steps(data, spliced(data, 1, block, compact=True).data)
    assert {step.tag for step in new} == {"SteadyState"}


WORDS = st.text(st.characters(min_codepoint=32, max_codepoint=0x17F, exclude_categories=["C"]), max_size=12)


@st.composite
def foreign_steps(draw: st.DrawFn) -> str:
    """The steps of somebody's run, as public generators write them."""
    from xml.sax.saxutils import quoteattr

    def event() -> str:
        return f'<textevent timeoffset="{draw(st.integers(0, 50))}" message={quoteattr(draw(WORDS))}/>'

    kinds = {
        "SteadyState": 'Duration="{0}" Power="0.{0}" pace="1"',
        "IntervalsT": 'Repeat="3" OnDuration="{0}" OffDuration="60" OnPower="1.0" OffPower=\'0.6\' pace="1"',
        "Warmup": 'Duration="{0}" PowerLow="0.25" PowerHigh="0.75" pace="1"',
        "Cooldown": 'Duration="{0}" PowerLow="0.75" PowerHigh="0.25" pace="1"',
        "FreeRide": 'Duration="{0}" FlatRoad="1"',
        "RestDay": "",
    }
    pieces = []
    for kind in draw(
        st.lists(st.sampled_from([*kinds, "SteadyState", "IntervalsT", "<!-- x > y -->"]), max_size=6)
    ):
        if kind in kinds:
            attributes = kinds[kind].format(draw(st.integers(60, 900)))
            inside = "".join(event() for _ in range(draw(st.integers(0, 2))))
            heart = draw(st.sampled_from(["", ' HeartRate="0.8"', " show_avg='1'"]))
            pieces.append(
                f"<{kind} {attributes}{heart}>{inside}</{kind}>"
                if inside
                else f"<{kind} {attributes}{heart}/>"
            )
        else:
            pieces.append(kind)
    pieces.append('<SteadyState Duration="300" Power="0.6" pace="1"></SteadyState>')
    return draw(st.sampled_from(["", "\n    ", "\n\t", "\r\n  "])).join(["", *pieces])


BLOCKS = [
    BLOCK,
    UPHILL,
    bt.library_entry("finisher-advanced").workout,
    bt.library_entry("opener-advanced").workout,
]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(steps=foreign_steps(), block=st.sampled_from(BLOCKS), data=st.data())
def test_whatever_the_file_its_own_elements_stay_and_the_new_ones_move_the_belt_as_planned(
    steps: str, block: bt.Workout, data: st.DataObject
) -> None:
    threshold = data.draw(st.sampled_from([None, 200, 299, 431]))
    header = WITHOUT_THRESHOLD if threshold is None else HEADER.replace("300", str(threshold))
    before = file_of(steps, header)
    root = bt.read_xml(before, "a.zwo", root="workout_file", what="ZWO")
    at = data.draw(st.integers(0, sum(count for _, count in parts_of(root))))
    request = request_for(before, at, block)
    try:
        done = spliced(before, at, block)
    except bt.CannotSplice as error:
        assert "are one <" in str(error)  # noqa: PT017 - nothing else stands in the way of these
        return
    new = [step for step in new_steps(before, done.data) if step.tag == "SteadyState"]
    seconds_per_km = threshold or 360
    segments = iter(request.segments)
    held = 0
    for step in new:
        event = step.find("textevent")
        message = "" if event is None else event.get("message")
        seconds, kmh = int(step.get("Duration")), 3600 * float(step.get("Power")) / seconds_per_km
        if not message.startswith("Continued: "):
            segment = next(segments)
            assert message.split("\n")[0] == segment.line
        if segment.is_straddle:
            held = 15
        slow = segment.is_straddle or held > 0
        planned = 0.8 if segment.is_straddle else segment.metres_per_second * 3.6
        assert kmh <= (min(planned, 0.8) if slow else planned) + 1e-9
        held = 15 if segment.is_straddle else max(0, held - seconds)
    assert next(segments, None) is None
