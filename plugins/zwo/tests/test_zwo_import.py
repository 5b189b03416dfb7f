"""What comes back from a file, whole, squeezed, broken or hostile."""

from __future__ import annotations

import re
import warnings
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, assume, given, settings

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.testing.strategies import safe_workouts

ATHLETE = bt.Athlete(race_paces=(bt.RaceTime("5k", 1800),))

PAGE = """\
name: Back and forth
level: advanced
about: Twice.

5:00 forward walk 5 km/h
2x
  1:00 backward walk 2.47 km/h light rail "<b>&amp;\\"x\\"</b> In 3 s fitted  # no"
  400 m forward jog 8 km/h easy
1:00 straddle "breathe"
0:12 forward walk 4 km/h
0:30 straddle
5:00 forward walk 5 km/h
"""

UNROLLED = """\
name: Back and forth
level: advanced

5:00 forward walk 5 km/h
1:00 backward walk 2.47 km/h light rail "<b>&amp;\\"x\\"</b> In 3 s fitted  # no"
400 m forward jog 8 km/h easy
1:00 backward walk 2.47 km/h light rail "<b>&amp;\\"x\\"</b> In 3 s fitted  # no"
400 m forward jog 8 km/h easy
1:00 straddle "breathe"
0:12 forward walk 4 km/h
0:30 straddle
5:00 forward walk 5 km/h
"""


def exported(workout: bt.Workout) -> bytes:
    return bt.export(workout, "zwo", ATHLETE, supervised_by="a coach").data


@pytest.fixture(scope="module")
def zwo() -> bytes:
    return exported(bt.parse(PAGE))


def imported(data: bytes):
    return import_bytes(data, "a.zwo", importer="zwo")


def redescribed(data: bytes, change) -> bytes:
    """The file as another program would write it, with its description changed."""
    root = ET.fromstring(data)
    description = root.find("description")
    description.text = change(description.text)
    return ET.tostring(root)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("name", library.names())
def test_every_built_in_workout_comes_back_step_for_step(name, tmp_path):
    workout = library.library_entry(name).workout
    artifact = bt.export(workout, "zwo", ATHLETE, supervised_by="a coach", options={"incline": True})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        back = bt.import_file(artifact.write(tmp_path))
    assert back == workout
    assert bt.write(back) == bt.write(workout)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts(ascii_only=True))
def test_every_safe_workout_in_ascii_comes_back_equal_without_loss(workout):
    try:
        data = exported(workout)
    except bt.CannotExport:
        assume(False)
    back = imported(data)
    assert (back.workout, back.losses) == (workout, ())


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts())
def test_every_safe_workout_comes_back_with_its_steps_whatever_its_letters(workout):
    try:
        data = exported(workout)
    except bt.CannotExport:
        assume(False)
    assert _without_words(imported(data).workout) == _without_words(workout)


def _without_words(workout: bt.Workout) -> list[str]:
    lines = bt.write(workout).splitlines()
    return [line.partition(' "')[0] for line in lines if not line.startswith(("name: ", "about: "))]


def test_the_file_is_recognised_by_its_first_bytes(zwo):
    assert import_bytes(zwo, "renamed.txt").workout == bt.parse(PAGE)


@pytest.mark.parametrize(
    "prefix", [b"\xef\xbb\xbf", b"\n \n", b"<?xml version='1.0'?>\n<!-- mine -->\n<!-- yours -->"]
)
def test_marks_blanks_and_comments_before_the_root_do_no_harm(zwo, prefix):
    body = zwo[zwo.index(b"<workout_file") :]
    data = prefix + body
    if not prefix.startswith(b"\n"):
        assert import_bytes(data, "a.zwo").workout == bt.parse(PAGE)
    assert imported(prefix + body).workout == bt.parse(PAGE)


def test_another_programs_serialisation_comes_back_equal(zwo):
    assert imported(redescribed(zwo, str)).workout == bt.parse(PAGE)
    assert imported(redescribed(zwo, lambda text: text.replace("\n", "\r\n"))).workout == bt.parse(PAGE)


def _unindented(text: str) -> str:
    return "\n".join(line.strip() for line in text.split("\n"))


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


@pytest.mark.parametrize("change", [squeezed, _unindented, _indented, lambda _: "Mine now", lambda _: None])
def test_with_its_white_space_gone_the_steps_come_from_the_text_events(zwo, change):
    back = imported(redescribed(zwo, change))
    assert bt.write(back.workout).split("\n\n")[1] == UNROLLED.split("\n\n")[1]
    assert back.workout.name == "Back and forth"
    assert [loss.what for loss in back.losses] == ["repeats", "about"]


@pytest.mark.parametrize("change", [squeezed, _unindented, _indented])
def test_the_level_is_found_in_what_is_left_of_the_page(zwo, change):
    assert imported(redescribed(zwo, change)).workout == bt.parse(UNROLLED)


def test_a_name_that_speaks_of_levels_is_no_level():
    page = "name: my level: beginner plan\n\n2x\n  5:00 forward walk 5 km/h\n"
    back = imported(redescribed(exported(bt.parse(page)), squeezed)).workout
    assert (back.name, back.level) == ("my level: beginner plan", None)


def test_line_ends_squeezed_out_of_the_text_events_too_do_no_harm(zwo):
    root = ET.fromstring(redescribed(zwo, squeezed))
    for event in root.iter("textevent"):
        event.set("message", event.get("message").replace("\n", " "))
    assert imported(ET.tostring(root)).workout == bt.parse(UNROLLED)


def test_the_reader_is_told_what_a_squeezed_page_cost(zwo, tmp_path):
    path = tmp_path / "a.zwo"
    path.write_bytes(redescribed(zwo, squeezed))
    with pytest.warns(bt.ImportLossWarning) as warned:
        bt.import_file(path)
    assert len(warned) == 2


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(workout=safe_workouts(ascii_only=True))
def test_every_squeezed_page_comes_back_as_its_unrolled_steps(workout):
    try:
        data = exported(workout)
    except bt.CannotExport:
        assume(False)
    back = imported(redescribed(data, squeezed)).workout
    planned = [segment.step for segment in bt.expand(workout).segments if not segment.added]
    assert list(back.steps) == planned
    assert (back.name, back.level) == (workout.name, workout.level)


def test_words_changed_in_the_page_are_never_undone_by_the_text_events(zwo):
    changed = redescribed(zwo, lambda text: text.replace("5:00 forward walk", "6:00 forwrd walk"))
    with pytest.raises(bt.InvalidWorkout, match="did you mean forward"):
        imported(changed)


def test_a_problem_in_the_page_names_the_line_of_the_file(zwo):
    changed = zwo.replace(b"400 m forward", b"400 m bakward", 1)
    with pytest.raises(bt.InvalidWorkout) as refusal:
        imported(changed)
    line = next(at for at, text in enumerate(changed.split(b"\n"), 1) if b"bakward" in text)
    assert {(problem.where.file, problem.where.line) for problem in refusal.value.problems} == {
        ("a.zwo", line)
    }


def test_a_text_event_that_was_changed_into_no_line_is_a_problem_and_no_step_lost():
    data = redescribed(exported(bt.parse(PAGE)), lambda _: "")
    changed = data.replace(b"400 m forward jog", b"400 m bakward jog", 1)
    with pytest.raises(bt.InvalidWorkout, match="bakward"):
        imported(changed)


FOREIGN = b"""<workout_file><name>Tempo</name><description>Hard.</description><workout>
<SteadyState Duration="600" Power="0.9"><textevent timeoffset="0" message="10 more minutes!"/></SteadyState>
</workout></workout_file>"""


@pytest.mark.parametrize("data", [FOREIGN, b"<workout_file/>", b"<workout_file><workout/></workout_file>"])
def test_a_file_without_our_lines_is_refused_as_such(data):
    with pytest.raises(bt.UnreadableInput, match=r"a\.zwo: a ZWO without our lines"):
        imported(data)


def test_another_root_is_named():
    with pytest.raises(bt.UnreadableInput, match="<gpx>, not <workout_file>"):
        imported(b"<gpx/>")


@pytest.mark.parametrize("data", [b"<gpx/>", b"", b"workout_file", b"name: A\n1:00 forward walk 5 km/h"])
def test_what_does_not_begin_as_a_zwo_is_not_recognised(data):
    with pytest.raises(bt.UnreadableInput):
        import_bytes(data, "a.zwo")


@pytest.mark.parametrize("data", [b"", b" ", b"\x00\x01\x02", "<workout_file>é".encode("latin-1")])
def test_what_is_no_xml_is_refused(data):
    with pytest.raises(bt.UnreadableInput, match=r"a\.zwo:1:[0-9]+: not well-formed XML"):
        imported(data)


@pytest.mark.parametrize("part", [0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.999])
def test_a_truncated_file_is_refused_with_its_line_and_what_to_do(zwo, part):
    cut = zwo.rstrip()[: int(len(zwo.rstrip()) * part)]
    with pytest.raises(bt.UnreadableInput) as refusal:
        imported(cut)
    line = int(re.match(r"a\.zwo:([0-9]+):[0-9]+: ", str(refusal.value))[1])
    assert 1 <= line <= cut.count(b"\n") + 1
    assert "export it again" in str(refusal.value)


BODY = b"<workout_file><description>name: &x;\n5:00 forward walk 5 km/h</description></workout_file>"


def test_an_external_entity_is_refused_and_never_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("hunter2")
    data = (
        f'<?xml version="1.0"?><!DOCTYPE workout_file [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode()
        + BODY
    )
    with pytest.raises(bt.UnreadableInput, match="DOCTYPE") as refusal:
        import_bytes(data, "a.zwo")
    assert "hunter2" not in str(refusal.value)


def test_an_external_entity_is_never_opened_in_an_encoding_that_hides_it(tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("<would be a syntax error>")
    text = f'<!DOCTYPE workout_file [<!ENTITY x SYSTEM "{broken.as_uri()}">]>' + BODY.decode()
    with pytest.raises(bt.UnreadableInput, match="DOCTYPE"):
        imported(text.encode("utf-16"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_doctype_is_refused_in_every_encoding(encoding):
    text = '<!DOCTYPE workout_file [<!ENTITY x "y">]>' + BODY.decode()
    with pytest.raises(bt.UnreadableInput):
        imported(text.encode(encoding))


def test_a_doctype_without_any_entity_is_refused_too(zwo):
    body = zwo[zwo.index(b"<workout_file") :]
    with pytest.raises(bt.UnreadableInput, match="DOCTYPE"):
        imported(b"<!DOCTYPE workout_file>" + body)
    with pytest.raises(bt.UnreadableInput, match="DOCTYPE"):
        imported(b"<!-- x -->\n<!DOCTYPE workout_file SYSTEM 'http://127.0.0.1:9/x.dtd'>" + body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_that_grow_without_end_are_refused(encoding):
    entities = "".join(f'<!ENTITY x{n} "{f"&x{n - 1};" * 10}">' for n in range(1, 10))
    text = (
        f'<!DOCTYPE workout_file [<!ENTITY x0 "lol">{entities}]><workout_file name="&x9;">&x9;</workout_file>'
    )
    with pytest.raises(bt.UnreadableInput):
        imported(text.encode(encoding))


def test_nesting_without_end_is_refused():
    with pytest.raises(bt.UnreadableInput):
        imported(b"<workout_file>" + b"<a>" * 100_000)


def test_a_text_event_without_end_is_refused():
    message = "1:00 forward walk 5 km/h " + "&quot;fitted In 1 " * 50_000
    event = f'<textevent timeoffset="0" message="{message}"/>'
    data = f"<workout_file><workout><SteadyState>{event}</SteadyState></workout></workout_file>"
    with pytest.raises(bt.UnreadableInput, match="without our lines"):
        imported(data.encode())


def test_markup_in_a_cue_comes_back_as_words(zwo):
    cue = imported(zwo).workout.steps[1].steps[0].cue
    assert cue == '<b>&amp;"x"</b> In 3 s fitted  # no'
