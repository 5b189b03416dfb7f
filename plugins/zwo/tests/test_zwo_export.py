"""What stands in the file, and what is said of what does not."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_zwo.elements import power

PACES = (bt.RaceTime("5k", 1800),)
ATHLETE = bt.Athlete(level="advanced", race_paces=PACES)

TURN = """\
name: Turn
level: advanced

5:00 forward walk 5 km/h
1:00 backward walk 2.4 km/h light rail
5:00 forward walk 5 km/h
"""


def exported(page: str, athlete: bt.Athlete | None = ATHLETE, **options: object) -> bt.Artifact:
    return bt.export(bt.parse(page), "zwo", athlete, options=options)


def built_in() -> list[bt.Artifact]:
    """Every workout of the library, at its own level; one of them is for supervision only."""
    athlete = bt.Athlete(race_paces=PACES)
    return [
        bt.export(entry.workout, "zwo", athlete, supervised_by="a coach")
        for entry in library.library_entries()
    ]


def xml(artifact: bt.Artifact) -> ET.Element:
    return ET.fromstring(artifact.data)


def blocks(artifact: bt.Artifact) -> list[tuple[int, float]]:
    return [
        (int(step.attrib["Duration"]), float(step.attrib["Power"]))
        for step in xml(artifact).iter("SteadyState")
    ]


def events(artifact: bt.Artifact) -> list[list[tuple[int, str]]]:
    return [
        [(int(event.attrib["timeoffset"]), event.attrib["message"]) for event in step]
        for step in xml(artifact).iter("SteadyState")
    ]


def losses(artifact: bt.Artifact) -> dict[str, bt.Loss]:
    return {loss.what: loss for loss in artifact.losses}


def lines(*steps: str, level: str = "advanced") -> str:
    return "\n".join(["name: Test", f"level: {level}", "", *steps]) + "\n"


def test_the_header_stands_in_the_order_that_every_reader_takes():
    header = [child.tag for child in xml(exported(TURN))]
    assert header == [
        *(
            "author",
            "name",
            "description",
            "sportType",
            "durationType",
            "thresholdSecPerKm",
            "tags",
            "workout",
        )
    ]


def test_a_run_is_measured_in_time():
    root = xml(exported(TURN))
    assert (root.findtext("sportType"), root.findtext("durationType")) == ("run", "time")


def test_only_steady_states_are_written_each_with_duration_power_and_pace():
    for artifact in built_in():
        for step in xml(artifact).find("workout"):
            assert step.tag == "SteadyState"
            assert list(step.attrib) == ["Duration", "Power", "pace"]


def test_a_speed_is_a_fraction_of_the_race_pace_with_six_decimals():
    step = xml(exported(lines("5:00 forward walk 3 km/h"))).find("workout/SteadyState")
    assert step.attrib == {"Duration": "300", "Power": "0.300000", "pace": "1"}


@pytest.mark.parametrize(
    ("race", "index", "seconds_per_km"),
    [
        ("mile=8:00", "0", "298"),
        ("5k=30:00", "1", "360"),
        ("10k=55:00", "2", "330"),
        ("half=2:10:00", "3", "370"),
        ("marathon=4:30:00", "4", "384"),
    ],
)
def test_the_race_pace_names_its_index_and_whole_seconds_a_kilometre(race, index, seconds_per_km):
    root = xml(exported(TURN, race_pace=race))
    assert {step.attrib["pace"] for step in root.iter("SteadyState")} == {index}
    assert root.findtext("thresholdSecPerKm") == seconds_per_km


def test_the_five_kilometres_are_preferred_and_else_the_first_race_is_taken():
    several = bt.Athlete(level="advanced", race_paces=(bt.RaceTime("mile", 480), bt.RaceTime("5k", 1800)))
    only_long = bt.Athlete(level="advanced", race_paces=(bt.RaceTime("half", 7200), bt.RaceTime("10k", 3300)))
    assert xml(exported(TURN, several)).findtext("thresholdSecPerKm") == "360"
    assert xml(exported(TURN, only_long)).findtext("thresholdSecPerKm") == "341"


@pytest.mark.parametrize(
    ("given", "taken"), [("half=2:00:00,5k=25:00", "300"), ("half=2:10:00, marathon=4:30:00", "370")]
)
def test_of_several_given_for_once_the_five_kilometres_are_preferred_too(given, taken):
    assert xml(exported(TURN, race_pace=given)).findtext("thresholdSecPerKm") == taken


@pytest.mark.parametrize("athlete", [None, bt.Athlete(level="advanced")])
def test_without_a_race_pace_the_error_shows_both_ways_to_give_it(athlete):
    with pytest.raises(bt.UsageError) as refusal:
        bt.export(bt.parse(TURN), "zwo", athlete)
    assert "athlete.toml" in str(refusal.value)
    assert '    [race_paces]\n    5k = "30:00"\n' in str(refusal.value)
    assert "--set zwo.race_pace=5k=30:00" in str(refusal.value)


@pytest.mark.parametrize(
    "race_pace",
    ["30:00", "5k", "5k=", "5k=fast", "4k=30:00", "5k=0:10", "", "5k=30:00,", "5k=30:00;10k=1:00:00"],
)
def test_a_race_pace_that_is_none_is_refused_with_an_example(race_pace):
    with pytest.raises(bt.UsageError, match=r"zwo\.race_pace: .*Write it as --set zwo\.race_pace=5k=30:00"):
        exported(TURN, race_pace=race_pace)


def test_the_ways_shown_in_the_error_are_ways_that_work():
    athlete = bt.athlete_from_toml('level = "advanced"\n[race_paces]\n5k = "30:00"\n')
    assert exported(TURN, athlete).data == exported(TURN, race_pace="5k=30:00").data


def test_a_straddle_is_thirty_seconds_at_the_lowest_speed_and_so_are_fifteen_after_it():
    assert blocks(exported(TURN)) == [
        (300, 0.5),
        *((30, 0.08), (15, 0.08), (45, 0.24)),
        *((30, 0.08), (15, 0.08), (285, 0.5)),
    ]


def test_a_longer_straddle_keeps_its_time():
    page = lines("5:00 forward walk 5 km/h", "1:00 straddle", "1:00 backward walk 2.4 km/h light rail")
    assert blocks(exported(page))[1] == (60, 0.08)


def test_the_lowest_speed_is_the_treadmills_own():
    treadmill = bt.Treadmill(slowest=bt.Speed("1 km/h"))
    athlete = bt.Athlete(level="advanced", race_paces=(bt.RaceTime("5k", 1800),), treadmill=treadmill)
    assert blocks(exported(TURN, athlete))[1:3] == [(30, 0.1), (15, 0.1)]


def test_the_belt_is_announced_before_it_speeds_up():
    held = events(exported(TURN))[2]
    assert held == [(0, "1:00 backward walk 2.4 km/h light rail"), (10, "In 5 s: 2.4 km/h.")]


def test_a_warning_too_close_to_an_announcement_stands_with_it_and_counts_from_there():
    page = lines(
        "5:00 forward walk 5 km/h", "0:26 backward walk 2.4 km/h light rail", "1:00 forward walk 5 km/h"
    )
    assert events(exported(page))[2][1:] == [(10, "In 5 s: 2.4 km/h.\nIn 16 s: straddle, then forward walk.")]


def test_a_speed_that_six_decimals_can_say_is_said_exactly():
    for tenths in range(8, 97):
        segment_speed = bt.Speed(f"{tenths / 10} km/h").metres_per_second
        row = bt.BeltRow(seconds=60, metres_per_second=segment_speed, step_number=1)
        assert power(row, 360) == f"{tenths / 100:.6f}"


def test_a_step_that_is_no_faster_than_the_lowest_speed_is_one_block():
    page = lines("5:00 forward walk 5 km/h", "1:00 backward walk 0.8 km/h light rail")
    assert blocks(exported(page))[2:] == [(60, 0.08)]
    assert "hold" not in losses(exported(page))


def test_a_step_a_hair_below_the_lowest_speed_is_not_held_above_its_own():
    page = lines("5:00 forward walk 5 km/h", "1:00 backward walk 0.7995 km/h light rail")
    assert blocks(exported(page))[2:] == [(60, 0.07995)]


def test_a_step_too_short_to_speed_up_in_is_held_and_that_is_a_loss():
    page = lines(
        "5:00 forward walk 5 km/h", "0:24 backward walk 2.4 km/h light rail", "1:00 forward walk 5 km/h"
    )
    artifact = exported(page)
    assert blocks(artifact)[2] == (24, 0.08)
    assert losses(artifact)["hold"].steps == (2,)
    longer = exported(page.replace("0:24", "0:25"))
    assert blocks(longer)[2:4] == [(15, 0.08), (10, 0.24)]
    assert "hold" not in losses(longer)


def test_what_a_short_step_leaves_of_the_hold_is_held_in_the_next():
    page = lines(
        "5:00 forward walk 5 km/h", "0:30 straddle", "0:12 forward walk 3 km/h", "1:00 forward walk 5 km/h"
    )
    assert blocks(exported(page))[1:] == [(30, 0.08), (12, 0.08), (10, 0.08), (50, 0.5)]


def test_every_block_lasts_ten_seconds_or_more():
    for artifact in built_in():
        assert all(seconds >= 10 for seconds, _ in blocks(artifact))


def test_the_turn_on_a_clock_is_a_loss_wherever_there_is_a_straddle():
    assert losses(exported(TURN))["turn"].steps == (2, 3)
    assert "ends on a clock" in losses(exported(TURN))["turn"].instead
    assert "0.8 km/h" in losses(exported(TURN))["turn"].instead
    assert "turn" not in losses(exported(lines("5:00 forward walk 5 km/h")))


def test_lengthening_a_straddle_is_a_loss_and_keeping_it_is_none():
    assert losses(exported(TURN))["straddle"].steps == (2, 3)
    beginner = bt.Athlete(level="beginner", race_paces=(bt.RaceTime("5k", 1800),))
    assert "straddle" not in losses(exported(TURN, beginner))


@pytest.mark.parametrize("short", ["0:09 forward run 10 km/h", "20 m forward run 12 km/h"])
def test_a_step_under_ten_seconds_is_refused_with_its_place(short):
    with pytest.raises(bt.CannotExport) as refusal:
        bt.export(
            bt.parse(lines("5:00 forward walk 5 km/h", "3x", f"  {short}"), file="a.backtrack"),
            "zwo",
            ATHLETE,
        )
    (problem,) = refusal.value.problems
    assert (problem.code, problem.where.file, problem.where.line) == ("zwo/short", "a.backtrack", 6)
    assert problem.text == short
    assert "10 s" in problem.hint


def test_every_short_step_is_listed_up_to_a_hundred():
    page = lines("5:00 forward walk 5 km/h", *["0:05 forward run 10 km/h"] * 150)
    with pytest.raises(bt.CannotExport) as refusal:
        exported(page)
    assert len(refusal.value.problems) == 100


def test_ten_seconds_are_enough():
    page = lines("0:10 forward walk 5 km/h", "26.25 m forward jog 9 km/h", "25 m forward jog 9 km/h")
    assert blocks(exported(page)) == [(10, 0.5), (11, 0.9), (10, 0.9)]


def test_an_open_end_becomes_a_minute_and_that_is_a_loss():
    page = lines(
        "lap forward walk 5 km/h", "1:00 backward walk 2.4 km/h light rail", "5:00 forward walk 5 km/h"
    )
    artifact = exported(page)
    assert blocks(artifact)[0] == (60, 0.5)
    assert losses(artifact)["lap"].steps == (1,)
    assert events(artifact)[0] == [
        (0, "lap forward walk 5 km/h"),
        (45, "Next: straddle, then backward walk."),
    ]


def test_distances_are_rounded_so_that_the_total_stays_within_half_a_second():
    page = lines("40x", "  100 m forward jog 8.1 km/h", "  1:00 forward walk 5 km/h")
    planned = 0.0
    total = 0
    for segment, (seconds, _) in zip(bt.expand(bt.parse(page)).segments, blocks(exported(page)), strict=True):
        planned += segment.seconds
        total += seconds
        assert abs(planned - total) <= 0.5
        assert segment.ends_on == "distance" or seconds == 60


def test_rounding_never_makes_a_belt_faster_whichever_way_the_athlete_faces():
    page = lines(
        "5:00 forward walk 5 km/h", "1:00 backward walk 2.4 km/h light rail", "1:00 forward walk 2.4 km/h"
    )
    artifact = exported(page, race_pace="mile=8:00")
    powers = [power for _, power in blocks(artifact)]
    exact = 2.4 * 298 / 3600
    assert powers[3] == powers[-1] == 0.198666 < exact


def test_the_incline_is_left_out_unless_asked_for():
    page = lines("5:00 forward walk 5 km/h 2%")
    assert b"Incline" not in exported(page).data
    assert losses(exported(page))["incline"].steps == (1,)


def test_an_incline_is_a_fraction_on_every_step_and_changes_in_the_straddle():
    page = lines(
        "5:00 forward walk 5 km/h 0.5%",
        "1:00 backward walk 2.4 km/h 3% light rail",
        "1:00 forward walk 5 km/h",
    )
    artifact = exported(page, incline="true")
    inclines = [step.attrib["Incline"] for step in xml(artifact).iter("SteadyState")]
    assert inclines == ["0.005", "0.03", "0.03", "0.03", "0", "0", "0"]
    assert "incline" not in losses(artifact)


def test_the_steepest_incline_still_reads_as_a_fraction():
    steep = bt.Treadmill(highest=bt.Incline("40%"))
    athlete = bt.Athlete(level="advanced", race_paces=(bt.RaceTime("5k", 1800),), treadmill=steep)
    step = xml(exported(lines("5:00 forward walk 3 km/h 40%"), athlete, incline=True)).find(
        "workout/SteadyState"
    )
    assert step.attrib["Incline"] == "0.4"


def test_the_line_stands_at_the_start_with_the_fitted_values_on_a_line_of_their_own():
    page = lines("5:00 forward walk 5 km/h", '1:00 backward walk 2.47 km/h light rail "tall"')
    assert events(exported(page))[2][0] == (
        0,
        '1:00 backward walk 2.47 km/h light rail "tall"\nfitted 2.4 km/h',
    )
    assert b"&#10;fitted" in exported(page).data


def test_on_a_treadmill_in_miles_every_text_is_in_miles():
    miles = bt.Treadmill(
        slowest=bt.Speed("0.5 mph"), fastest=bt.Speed("12 mph"), speed_increment=bt.Speed("0.1 mph")
    )
    athlete = bt.Athlete(level="advanced", units="imperial", race_paces=PACES, treadmill=miles)
    page = lines(
        "0.25 mi forward jog 9:40/mi", "1:00 backward walk 1.53 mph light rail", "5:00 forward walk 3 mph"
    )
    artifact = exported(page, athlete, incline=True)
    said = [text for texts in events(artifact) for _, text in texts]
    assert said == [
        "0.25 mi forward jog 9:40/mi\nfitted 6.2 mph",
        "In 15 s: straddle, then backward walk.",
        "0:20 straddle added",
        "Straddle. Set 1.5 mph, then turn your back to the console.",
        "1:00 backward walk 1.53 mph light rail\nfitted 1.5 mph",
        "In 5 s: 1.5 mph.",
        "In 15 s: straddle, then forward walk.",
        "0:20 straddle added",
        "Straddle. Turn to face the console, then set 3 mph.",
        "5:00 forward walk 3 mph",
        "In 5 s: 3 mph.",
    ]
    assert b"km/h" not in artifact.data
    assert "0.5 mph" in losses(artifact)["turn"].instead
    assert blocks(artifact)[1] == (30, 0.080467)


def test_the_way_of_moving_is_shown_in_place_of_the_target_only_when_asked_for():
    page = lines(
        "5:00 forward jog 7 km/h",
        "1:00 backward walk 2.4 km/h light rail",
        "1:00 left walk 1.6 km/h light rail",
        "1:00 right walk 1.6 km/h light rail",
        "5:00 forward walk 5 km/h",
    )
    assert b"replacement_prescription" not in exported(page).data
    shown = [
        step.get("replacement_prescription")
        for step in xml(exported(page, replacement_prescription=True)).iter("SteadyState")
    ]
    ways = ["BACK WALK", "LEFT WALK", "RIGHT WALK", "WALK"]
    assert shown == ["JOG", *(each for way in ways for each in ("STRADDLE", way, way))]


def test_cues_stand_at_their_times_and_leave_time_to_read_the_line():
    page = lines("5:00 forward walk 5 km/h", "1:00 backward walk 2.4 km/h light rail")
    first, straddle = events(exported(page))[:2]
    assert first[1] == (285, "In 15 s: straddle, then backward walk.")
    assert straddle == [
        (0, "0:20 straddle added"),
        (5, "Straddle. Set 2.4 km/h, then turn your back to the console."),
    ]


def test_a_warning_that_counts_seconds_is_never_shown_late():
    page = lines("0:12 forward walk 5 km/h", "0:30 straddle", "0:30 forward walk 5 km/h")
    assert events(exported(page))[0] == [
        (0, "0:12 forward walk 5 km/h\nIn 12 s: straddle, then forward walk.")
    ]


def test_every_text_stands_inside_its_block_in_order():
    for artifact in built_in():
        for (seconds, _), texts in zip(blocks(artifact), events(artifact), strict=True):
            offsets = [offset for offset, _ in texts]
            assert offsets == sorted(offsets)
            assert all(0 <= offset < seconds for offset in offsets)


def test_the_whole_page_stands_in_the_description():
    description = xml(exported(TURN)).findtext("description")
    assert description.splitlines()[:3] == ["name: Turn", "level: advanced", ""]
    assert bt.parse(description) == bt.parse(TURN)
    assert all(sentence in description for sentence in bt.SAFETY_SENTENCES)


def test_the_supervisor_stands_in_the_file():
    artifact = bt.export(bt.parse(TURN), "zwo", ATHLETE, supervised_by="José")
    assert "# Supervised by Jose." in xml(artifact).findtext("description")
    assert "letters" in losses(artifact)


FOREIGN = """\
name: Füße hoch… ½
level: advanced
about: Größer, „locker“ und schön.

5:00 forward walk 5 km/h "日本語のキュー “hop”, \\\\ ok"
1:00 backward walk 2.4 km/h light rail "nur ASCII"
"""


def test_other_letters_are_folded_and_that_is_a_loss():
    artifact = exported(FOREIGN)
    assert artifact.data.isascii()
    folded = bt.parse(xml(artifact).findtext("description"))
    assert (folded.name, folded.about) == ("Fusse hoch. 1-2", 'Grosser, "locker" und schon.')
    assert folded.steps[0].cue.isascii()
    assert folded.steps[0].cue.endswith('"hop", \\ ok')
    assert folded.steps[1] == bt.parse(FOREIGN).steps[1]
    assert losses(artifact)["letters"].steps == (1,)
    assert xml(artifact).findtext("name") == folded.name


def test_folded_events_say_the_same_as_the_folded_page():
    artifact = exported(FOREIGN)
    page = xml(artifact).findtext("description")
    assert events(artifact)[0][0][1] in page


def test_ascii_is_no_loss():
    assert "letters" not in losses(exported(TURN))


@pytest.mark.parametrize("letter", ["日", "½", "…", "“", "🙂", "ß", "\u0e33", "／", "．", "\ue000", "\u0301"])  # noqa: RUF001 - these are the letters
def test_whatever_is_folded_the_page_still_parses_and_keeps_its_steps(letter):
    page = f'name: {letter * 26}\nabout: {letter * 25}\n\n5:00 forward walk 5 km/h "{letter * 40}"\n'
    artifact = exported(page)
    folded = bt.parse(xml(artifact).findtext("description"))
    assert [step.amount for step in folded.steps] == [bt.Amount("5:00")]
    assert artifact.data.isascii()
    assert folded.steps[0].cue


def test_a_file_too_large_to_be_read_back_is_refused():
    page = lines(
        "3000x", "  0:30 forward jog 8 km/h", "  0:30 forward walk 5 km/h", "  0:30 forward run 9 km/h"
    )
    with pytest.raises(bt.CannotExport) as refusal:
        exported(page)
    assert [problem.code for problem in refusal.value.problems] == ["zwo/large"]


_DIGEST = """
import hashlib
import backtrack_plugins as bt
from backtrack_plugins import library
athlete = bt.Athlete(race_paces=(bt.RaceTime("5k", 1800),))
for entry in library.library_entries():
    artifact = bt.export(entry.workout, "zwo", athlete, supervised_by="José", options={"incline": True})
    print(hashlib.sha256(artifact.data).hexdigest())
"""


def test_the_bytes_hang_on_no_time_zone_locale_or_hash_seed():
    found = set()
    for environment in (
        {},
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    ):
        done = subprocess.run(
            [sys.executable, "-X", "utf8", "-c", _DIGEST],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **environment},
        )
        found.add(done.stdout)
    assert len(found) == 1
    assert len(found.pop().split()) == len(library.names())


def test_importing_the_plugin_imports_neither_xml_nor_folding_library():
    code = "import sys, backtrack_zwo.plugin; print([m for m in ('lxml', 'anyascii') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_file_brings_the_belt_up_fast_behind_the_runners_back():
    """A supervisor lets it pass, for a person brings the belt up; a file would do it at once."""
    workout = bt.parse(
        "name: A\n20:00 forward walk 5 km/h\n1:00 backward run 8 km/h hands free\n2:00 forward walk 5 km/h"
    )
    with pytest.raises(bt.CannotExport, match="zwo/mount"):
        bt.export(workout, "zwo", ATHLETE, supervised_by="Bob")


@pytest.mark.parametrize("seconds", range(10, 40))
def test_no_two_texts_come_closer_together_than_they_can_be_read(seconds):
    workout = bt.parse(
        f"name: A\n20:00 forward walk 5 km/h\n0:{seconds} backward walk 2.4 km/h light rail\n"
        f"0:{seconds} left walk 1.6 km/h light rail\n2:00 forward walk 5 km/h"
    )
    timeline = bt.expand(workout)
    at = 0
    shown = []
    for block in bt.belt_plan(timeline, "zwo").rows:
        shown += [at + event.seconds for event in block.events]
        at += block.seconds
    assert all(later - earlier >= 5 for earlier, later in pairwise(shown))
