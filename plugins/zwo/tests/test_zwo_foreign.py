"""Run files as others write them, written here after what each says of its own, or others of it.

Zwift (h4l/zwift-workout-file-reference), QZ (cagnulein/qdomyos-zwift), zwo-editor (breiko83/zwo-editor),
TrainAsONE (an issue of QZ), zwomaker (bouchaet/zwomaker), Kaiord (pablo-albaladejo/kaiord). What
intervals.icu writes for a run nobody we read describes.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt

ATHLETE = bt.Athlete(race_paces=(bt.RaceTime("5k", 1800), bt.RaceTime("10k", 4000)))
"""10 km/h and 9 km/h."""

TIME = "<durationType>time</durationType>"


def run(steps: str, header: str = TIME, sport: str = "<sportType>run</sportType>") -> bytes:
    body = f"<name>Mine</name>{sport}{header}\n<workout>\n{steps}\n</workout>"
    return f"<workout_file>{body}</workout_file>".encode()


def imported(data: bytes, athlete: bt.Athlete = ATHLETE, **options: Any) -> bt.Imported:
    return bt.import_bytes(data, "a.zwo", importer="zwo", athlete=athlete, options=options)


def lines(data: bytes, athlete: bt.Athlete = ATHLETE, **options: Any) -> list[str]:
    return bt.write(imported(data, athlete, **options).workout).split("\n\n", 1)[1].splitlines()


def losses(data: bytes) -> dict[str, bt.Loss]:
    return {loss.what: loss for loss in imported(data).losses}


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        # h4l/zwift-workout-file-reference
        ('<SteadyState Duration="600" Power="0.9" pace="1"/>', ["10:00 forward run 9 km/h"]),
        ('<SteadyState Duration="600" PowerLow="0.8" PowerHigh="1" pace="1"/>', ["10:00 forward run 9 km/h"]),
        ('<SOLIDSTATE duration="60" POWER="0.5" Pace="2"/>', ["1:00 forward walk 4.5 km/h"]),
        (
            '<IntervalsT Repeat="3" OnDuration="30" OffDuration="60" OnPower="1.2" OffPower="0.6" pace="1"/>',
            ["3x", "  0:30 forward run 12 km/h", "  1:00 forward walk 6 km/h"],
        ),
        (
            (
                '<IntervalsT Repeat="2" OnDuration="30" OffDuration="60" PowerOnLow="1" PowerOnHigh="1.2"'
                ' PowerOffLow="0.5" PowerOffHigh="0.5" pace="1" Cadence="90" CadenceResting="80"/>'
            ),
            [
                "2x",
                '  0:30 forward run 11 km/h "cadence 90 rpm"',
                '  1:00 forward walk 5 km/h "cadence 80 rpm"',
            ],
        ),
        (
            '<Cooldown Duration="61" PowerLow="0.7" PowerHigh="0.62" pace="1"/>',
            ["0:31 forward walk 6.8 km/h", "0:30 forward walk 6.4 km/h"],
        ),
        ('<FreeRide Duration="60" FlatRoad="1"/>', ["1:00 forward walk 5 km/h"]),
        ('<MaxEffort Duration="20"/>', ['0:20 forward walk 5 km/h "as hard as you can"']),
        # breiko83/zwo-editor: incline as a fraction; cagnulein/qdomyos-zwift: above 0.40 it is percent
        ('<SteadyState Duration="60" Power="0.5" pace="1" Incline="0.02"/>', ["1:00 forward walk 5 km/h 2%"]),
        (
            '<SteadyState Duration="60" Power="0.5" pace="1" Incline="1.5"/>',
            ["1:00 forward walk 5 km/h 1.5%"],
        ),
        # cagnulein/qdomyos-zwift: metres per second
        ('<SteadyState Duration="60" Speed="2.5" Power="0.5"/>', ["1:00 forward run 9 km/h"]),
        # pablo-albaladejo/kaiord: seconds per kilometre
        ('<SteadyState Duration="60" Power="1" pace="400"/>', ["1:00 forward run 9 km/h"]),
    ],
)
def test_every_form_of_a_step_is_read(steps: str, said: list[str]) -> None:
    assert lines(run(steps)) == said


# Whole files, each written after what its source says of the files that it makes.

BUILT_IN = b"""<workout_file>
<author>Zwift</author><name>Pyramid</name><description></description><sportType>run</sportType>
<durationType>time</durationType><tags><tag name="RUN"/></tags><category>Running</category>
<workout>
<Warmup Duration="120" PowerLow="0.6" PowerHigh="0.6" pace="1" replacement_verb="No Incline"/>
<SteadyState Duration="60" PowerLow="1.1" PowerHigh="1.1" pace="1">
<TextEvent timeoffset="5" message="Go"/></SteadyState>
<Freeride Duration="30" FlatRoad="0"/>
<Cooldown Duration="60" PowerLow="0.6" PowerHigh="0.5" pace="1"/>
</workout></workout_file>"""
ZWO_EDITOR = b"""<workout_file> <author></author> <name>Hills</name> <description></description>
<sportType>run</sportType> <durationType>time</durationType> <tags> </tags> <workout>
<SteadyState Duration="300" Power="0.5" pace="1" Incline="0.03"> </SteadyState>
<IntervalsT Repeat="2" OnDuration="30" OffDuration="60" OnPower="1.2" OffPower="0.5" pace="1"/>
<FreeRide Duration="60" FlatRoad="0" Incline="0.01"> </FreeRide></workout></workout_file>"""
TRAIN_AS_ONE = b"""<?xml version="1.0" encoding="UTF-8"?><workout_file><author>TrainAsONE</author>
<name>Economy</name><sportType>run</sportType><durationType>time</durationType>
<thresholdSecPerKm>300</thresholdSecPerKm><workout>
<SteadyState Duration="300" pace="2" Power="0.6667">
<textevent message="07:30/km - Warm Up" duration="60"/></SteadyState>
<SteadyState Duration="60" pace="2" Power="1.1"/></workout></workout_file>"""
ZWO_MAKER = b"""<workout_file><author>me</author><name>Track</name><sportType>run</sportType>
<workout><SteadyState Duration="1600" Power="0.7" pace="1" Cadence="85"/>
<IntervalsT Repeat="3" OnDuration="400" OffDuration="200" OnPower="1.2" OffPower="0.2" pace="1"/>
</workout></workout_file>"""
KAIORD = b"""<?xml version="1.0" encoding="UTF-8"?><workout_file><author>k</author><name>Paces</name>
<description>By pace</description><sportType>run</sportType><durationType>time</durationType>
<thresholdSecPerKm>300</thresholdSecPerKm><tags><tag>easy</tag></tags>
<workout><SteadyState Duration="300" Power="1" pace="300"/></workout></workout_file>"""


@pytest.mark.parametrize(
    ("data", "said", "unknown"),
    [
        pytest.param(
            BUILT_IN,
            [
                "2:00 forward walk 6 km/h",
                '1:00 forward run 11 km/h "Go"',
                "0:30 forward walk 5 km/h",
                "0:30 forward walk 5.8 km/h",
                "0:30 forward walk 5.3 km/h",
            ],
            (3,),
            id="h4l/zwift-workout-file-reference",
        ),
        pytest.param(
            ZWO_EDITOR,
            [
                "5:00 forward walk 5 km/h 3%",
                "2x",
                "  0:30 forward run 12 km/h",
                "  1:00 forward walk 5 km/h",
                "1:00 forward walk 5 km/h 1%",
            ],
            (4,),
            id="breiko83/zwo-editor",
        ),
        pytest.param(
            TRAIN_AS_ONE,
            ['5:00 forward run 8 km/h "07:30/km - Warm Up"', "1:00 forward run 13.2 km/h"],
            (),
            id="cagnulein/qdomyos-zwift issue 589, of TrainAsONE",
        ),
        pytest.param(
            ZWO_MAKER,
            [
                '1600 m forward walk 7 km/h "cadence 85 rpm"',
                "3x",
                "  400 m forward run 12 km/h",
                "  200 m forward walk 2 km/h",
            ],
            (),
            id="bouchaet/zwomaker",
        ),
        pytest.param(KAIORD, ["5:00 forward run 12 km/h"], (), id="pablo-albaladejo/kaiord"),
    ],
)
def test_a_whole_file_of_each_program_is_read(data: bytes, said: list[str], unknown: tuple[int, ...]) -> None:
    assert lines(data) == said
    assert imported(data).unknown == unknown


def test_without_a_duration_type_a_run_is_in_metres() -> None:
    """As bouchaet/zwomaker writes them, and cagnulein/qdomyos-zwift reads them."""
    steps = '<SteadyState Duration="400" Power="1" pace="1"><textevent distoffset="200" message="Half"/>'
    assert lines(run(f"{steps}</SteadyState>", "")) == ['400 m forward run 10 km/h "Half"']


def test_a_threshold_is_the_pace_of_steady_steps_alone() -> None:
    """As TrainAsONE writes it, and cagnulein/qdomyos-zwift reads it."""
    header = TIME + "<thresholdSecPerKm>300</thresholdSecPerKm>"
    steps = (
        '<SteadyState Duration="60" Power="0.5" pace="1"/>'
        '<Warmup Duration="60" PowerLow="0.5" PowerHigh="0.5" pace="1"/>'
    )
    assert lines(run(steps, header)) == ["1:00 forward walk 6 km/h", "1:00 forward walk 5 km/h"]


@settings(deadline=None, max_examples=40)
@given(
    seconds=st.integers(1, 7200),
    low=st.integers(20, 150),
    high=st.integers(20, 150),
    tag=st.sampled_from(["Warmup", "Ramp", "Cooldown"]),
)
def test_a_ramp_keeps_its_time_and_its_ends(seconds: int, low: int, high: int, tag: str) -> None:
    data = run(f'<{tag} Duration="{seconds}" PowerLow="{low / 100}" PowerHigh="{high / 100}" pace="1"/>')
    steps = imported(data).workout.steps
    assert sum(step.amount.seconds for step in steps) == seconds
    speeds = [float(step.speed.kmh) for step in steps]
    assert speeds in (sorted(speeds), sorted(speeds, reverse=True))
    assert min(low, high) / 10 - 0.06 <= min(speeds) <= max(speeds) <= max(low, high) / 10 + 0.06


def test_speeds_are_written_in_the_units_of_the_athlete() -> None:
    athlete = bt.Athlete(units="imperial", race_paces=ATHLETE.race_paces)
    steps = '<SteadyState Duration="60" Power="1" pace="1"/><FreeRide Duration="60"/>'
    assert lines(run(steps), athlete) == ["1:00 forward run 6.2 mph", "1:00 forward walk 3.1 mph"]


def test_steps_whose_speed_the_file_does_not_say_are_named() -> None:
    steps = (
        '<FreeRide Duration="60"/><SteadyState Duration="60" Power="1" pace="1"/><SteadyState Duration="9"/>'
    )
    assert imported(run(steps)).unknown == (1, 3)


def test_every_race_pace_that_is_missing_is_asked_for_at_once() -> None:
    steps = "".join(f'<SteadyState Duration="60" Power="1" pace="{pace}"/>' for pace in (1, 3, 4))
    with pytest.raises(bt.UsageError, match="half and marathon pace") as asked:
        imported(run(steps))
    assert asked.value.details["option"] == "race_pace"
    assert asked.value.details["needs"] == "race_paces"
    assert "--set zwo.race_pace=half=2:15:00,marathon=4:45:00" in str(asked.value)
    said = {"race_pace": "half=2:00:00, marathon=4:00:00"}
    assert lines(run(steps), **said)[1:] == ["1:00 forward run 10.5 km/h", "1:00 forward run 10.5 km/h"]


def test_a_pace_that_the_file_does_not_name_is_asked_for_and_never_guessed() -> None:
    steps = '<SteadyState Duration="60" Power="1"/><SteadyState Duration="60" Power="1" pace="8268"/>'
    with pytest.raises(bt.UsageError, match="does not say of which"):
        imported(run(steps))
    assert lines(run(steps), race_pace="10k=1:00:00") == ["1:00 forward run 10 km/h"] * 2


@pytest.mark.parametrize("option", ["5k", "5k=9", "7k=30:00", "5k=30:00,"])
def test_a_race_pace_that_is_none_is_told_with_an_example(option: str) -> None:
    with pytest.raises(bt.UsageError, match=r"--set zwo\.race_pace=5k=30:00"):
        imported(run('<FreeRide Duration="60"/>'), race_pace=option)


def test_what_has_no_place_is_told() -> None:
    steps = (
        '<SteadyState Duration="60.5" Power="0.511" pace="1" Cadence="85" hide_set_speed="1">'
        '<textevent timeoffset="0" message="Up"/><TextEvent timeoffset="30" message="and go"/></SteadyState>'
        '<RestDay/><Ramp Duration="60" PowerLow="0.5" PowerHigh="0.6" pace="1"/>'
    )
    found = losses(run(steps, TIME + '<author>A</author><tags><tag name="x"/></tags>'))
    assert lines(run(steps))[0] == '1:01 forward walk 5.1 km/h "cadence 85 rpm; Up; and go"'
    assert found["other values"].instead == "not carried: hide_set_speed=1"
    assert found["header"].instead == "not carried: author A; tags x"
    assert found["other elements"].instead == "not carried: RestDay"
    assert {"text events", "cadence", "time", "speed", "ramp", "direction", "gait"} <= found.keys()
    assert found["ramp"].steps == (2, 3)


def test_a_cue_and_a_description_that_are_too_long_are_cut_and_told() -> None:
    text = f'<textevent timeoffset="0" message="{"go on " * 40}"/>'
    steps = f'<SteadyState Duration="60" Power="0.5" pace="1">{text}</SteadyState>'
    found = losses(run(steps, f"{TIME}<description>{'far ' * 40}</description>"))
    assert {"cue", "about"} <= found.keys()


@pytest.mark.parametrize(
    ("sport", "said"),
    [
        ("<sportType>bike</sportType>", "a cycling workout: power is not speed"),
        ("<sportType>swim</sportType>", "a swimming workout"),
        ("<sportType>rowing</sportType>", "its sport 'rowing' is not known"),
        ("", "a cycling workout: its power is not speed"),
    ],
)
def test_another_sport_is_refused_with_what_to_do(sport: str, said: str) -> None:
    with pytest.raises(bt.UnreadableInput, match=said):
        imported(run('<SteadyState Duration="60" Power="0.5"/>', "", sport))


def test_a_file_without_a_sport_is_a_run_where_it_speaks_of_pace_and_that_is_told() -> None:
    data = run('<SteadyState Duration="60" Power="0.5" pace="1"/>', sport="")
    assert losses(data)["sport"].instead.startswith("assumed to be a run")


@pytest.mark.parametrize("power", ["0", "-1", "NaN", "inf", "9e99", "", "0,9", "11", "0.0001"])
def test_a_power_that_cannot_be_is_a_problem(power: str) -> None:
    with pytest.raises(bt.InvalidWorkout) as refusal:
        imported(run(f'<SteadyState Duration="60" Power="{power}" pace="1"/>'))
    (problem,) = refusal.value.problems
    assert (problem.where.file, problem.where.line, problem.where.step) == ("a.zwo", 3, 1)


@pytest.mark.parametrize("duration", ["0", "-1", "NaN", "inf", "9e99", "", "1:00", "86401"])
def test_a_duration_that_cannot_be_is_a_problem(duration: str) -> None:
    with pytest.raises(bt.InvalidWorkout, match="a Duration"):
        imported(run(f'<SteadyState Duration="{duration}" Power="0.5" pace="1"/>'))


@pytest.mark.parametrize("times", ["0", "-1", "1.5", "1000000000", "NaN", ""])
def test_a_repeat_that_cannot_be_is_a_problem(times: str) -> None:
    halves = 'OnDuration="9" OffDuration="9" OnPower="1" OffPower="1" pace="1"'
    with pytest.raises(bt.InvalidWorkout, match="a Repeat"):
        imported(run(f'<IntervalsT Repeat="{times}" {halves}/>'))


def test_every_problem_is_told_at_once_and_no_more_than_anybody_reads() -> None:
    with pytest.raises(bt.InvalidWorkout) as refusal:
        imported(run('<SteadyState Duration="0" Power="0" Incline="41"/>\n' * 200))
    assert len(refusal.value.problems) == 100
    assert "more problems" in refusal.value.problems[-1].message


ANYTHING = st.one_of(
    st.sampled_from(
        ["", "0", "-1", "1e9", "NaN", "0.5", "60", "1", "time", "5:00 backward walk 2 km/h light rail"]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
        max_size=20,
    ),
)
NAMES = [
    "Duration",
    "Power",
    "PowerLow",
    "PowerHigh",
    "pace",
    "Repeat",
    "OnDuration",
    "OffPower",
    "Incline",
    "Speed",
]
TAGS = [
    "SteadyState",
    "IntervalsT",
    "Warmup",
    "Cooldown",
    "FreeRide",
    "MaxEffort",
    "RestDay",
    "textevent",
    "Other",
]


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(TAGS), st.dictionaries(st.sampled_from(NAMES), ANYTHING), ANYTHING),
        max_size=6,
    )
)
def test_whatever_stands_in_a_file_it_is_read_or_told(steps: list[tuple[str, dict[str, str], str]]) -> None:
    root = ET.fromstring(run(""))
    for tag, attributes, text in steps:
        step = ET.SubElement(root.find("workout"), tag, attributes)
        ET.SubElement(step, "textevent", timeoffset="0", message=text)
    try:
        found = imported(ET.tostring(root))
    except bt.BacktrackError as error:
        refusal = str(error)
        assert "a.zwo" in refusal
    else:
        assert bt.parse(bt.write(found.workout)) == found.workout


OWN = bt.parse("""\
name: Ours
level: advanced

5:00 forward walk 5 km/h
1:00 backward walk 2.4 km/h light rail
2x
  1:00 forward walk 4 km/h
5:00 forward walk 4.5 km/h
""")


def with_a_step_of_theirs(described: str, at: int) -> ET.Element:
    root = ET.fromstring(bt.export(OWN, "zwo", ATHLETE, supervised_by="a coach").data)
    root.find("description").text = described
    step = ET.Element("SteadyState", Duration="60", Power="0.9", pace="1")
    root.find("workout").insert(at, step)
    return root


def test_in_a_file_of_both_ours_are_their_lines_and_theirs_are_steps() -> None:
    data = ET.tostring(with_a_step_of_theirs("Mine", 0))
    found = imported(data)
    assert lines(data) == [
        "1:00 forward run 9 km/h",
        "5:00 forward walk 5 km/h",
        "1:00 backward walk 2.4 km/h light rail",
        "1:00 forward walk 4 km/h",
        "1:00 forward walk 4 km/h",
        "5:00 forward walk 4.5 km/h",
    ]
    assert not found.complete
    assert {loss.what: loss.steps for loss in found.losses}["line"] == (1,)


def test_a_file_in_our_words_alone_is_complete() -> None:
    assert imported(bt.export(OWN, "zwo", ATHLETE, supervised_by="a coach").data).complete


def test_whoever_was_to_face_backward_is_never_read_as_forward_because_words_were_lost() -> None:
    root = with_a_step_of_theirs("Mine", 0)
    texts = [event for step in root.find("workout") for event in step.findall("textevent")]
    backward = next(event for event in texts if "backward walk 2.4" in event.get("message"))
    for message in ("", "keep going", "1:00 bakward walk 2.4 km/h light rail", "1:00 backward walk"):
        backward.set("message", message)
        with pytest.raises(bt.InvalidWorkout, match="line"):
            imported(ET.tostring(root))


def test_a_step_of_theirs_after_one_that_faces_backward_is_a_problem() -> None:
    root = with_a_step_of_theirs("Mine", 4)
    with pytest.raises(bt.InvalidWorkout, match="faces backward, and it has no line of ours"):
        imported(ET.tostring(root))


def test_the_page_holds_where_the_elements_were_changed_and_it_is_told() -> None:
    whole = bt.export(OWN, "zwo", ATHLETE, supervised_by="a coach").data
    described = ET.fromstring(whole).find("description").text
    added = with_a_step_of_theirs(described, 2)
    for element in added.iter("SteadyState"):
        for event in element.findall("textevent"):
            element.remove(event)
    doubled = ET.fromstring(whole)
    doubled.find("workout").insert(0, doubled.find("workout")[0])
    shortened = ET.fromstring(whole)
    shortened.find("workout").remove(shortened.find("workout")[0])
    for root in (added, doubled, shortened):
        found = imported(ET.tostring(root))
        assert found.workout == OWN
        assert "have lost their lines" in {loss.what: loss.instead for loss in found.losses}["steps"]


def test_lines_lost_from_a_file_whose_page_turns_more_often_are_never_read_as_forward() -> None:
    """From the first step on, so that no line is left that says which way comes next."""
    data = bt.export(OWN, "zwo", ATHLETE, supervised_by="a coach").data
    for change in (str, lambda text: " ".join(text.split())):
        root = ET.fromstring(data)
        for element in root.find("workout")[:5]:
            for event in element.findall("textevent"):
                element.remove(event)
        root.find("description").text = change(root.find("description").text)
        with pytest.raises(bt.InvalidWorkout, match="its page says that it has backward") as refused:
            imported(ET.tostring(root))
        assert "delete the page" in str(refused.value)


def test_a_step_from_which_a_straddle_of_ours_turns_forward_is_none_of_theirs() -> None:
    root = ET.fromstring(bt.export(OWN, "zwo", ATHLETE, supervised_by="a coach").data)
    root.find("description").text = "Mine"
    for element in root.find("workout")[:4]:
        for event in element.findall("textevent"):
            element.remove(event)
    with pytest.raises(bt.InvalidWorkout, match="a straddle of ours turns forward after it"):
        imported(ET.tostring(root))


def test_a_file_with_new_steps_that_lost_all_its_texts_is_not_read_as_forward(tmp_path) -> None:
    path = tmp_path / "theirs.zwo"
    path.write_bytes(run('<SteadyState Duration="600" Power="0.5" pace="1"/>'))
    data = bt.add_block(OWN, path, athlete=ATHLETE, supervised_by="a coach").data
    root = ET.fromstring(data)
    for element in root.iter("SteadyState"):
        for event in element.findall("textevent"):
            element.remove(event)
    with pytest.raises(bt.InvalidWorkout, match="its description says that it has backward"):
        imported(ET.tostring(root))


def test_the_rest_of_a_step_goes_on_with_no_other_step(tmp_path) -> None:
    path = tmp_path / "theirs.zwo"
    path.write_bytes(run('<SteadyState Duration="600" Power="0.5" pace="1"/>'))
    root = ET.fromstring(bt.add_block(OWN, path, athlete=ATHLETE, supervised_by="a coach").data)
    steps = root.find("workout")
    rest = next(step for step in steps if b"Continued: 1:00 backward" in ET.tostring(step))
    steps.remove(rest)
    steps.append(rest)
    with pytest.raises(bt.InvalidWorkout, match="was a line of ours, and is none any more"):
        imported(ET.tostring(root))


def test_a_rest_of_a_step_that_is_there_twice_is_told(tmp_path) -> None:
    path = tmp_path / "theirs.zwo"
    path.write_bytes(run('<SteadyState Duration="600" Power="0.5" pace="1"/>'))
    data = bt.add_block(OWN, path, athlete=ATHLETE, supervised_by="a coach").data
    assert "changed duration" not in losses(data)
    root = ET.fromstring(data)
    steps = root.find("workout")
    at = next(at for at, step in enumerate(steps) if b"Continued: 1:00 backward" in ET.tostring(step))
    steps.insert(at, steps[at])
    (number,) = losses(ET.tostring(root))["changed duration"].steps
    assert imported(data).workout.steps[number - 1].direction == "backward"
