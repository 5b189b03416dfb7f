"""Files, texts and mappings to a Workout: every problem at once, and nothing a file can do beyond that."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backtrack_plugins import (
    InvalidWorkout,
    Repeat,
    Straddle,
    UnreadableInput,
    Workout,
    from_json,
    from_mapping,
    parse,
    read,
    to_json,
    write,
)
from backtrack_plugins.problem import MOST_PROBLEMS, READING_CODES, Problem
from backtrack_plugins.reading import MOST_BYTES
from backtrack_plugins.testing.samples import SAMPLES
from backtrack_plugins.workout import MOST_SEGMENTS

promise = settings(deadline=None, derandomize=True)

WALK = "1:00 forward walk 5 km/h"
HEAD = "name: A page\n"
STEP = {"kind": "step", "amount": "1:00", "direction": "forward", "gait": "walk", "speed": "5 km/h"}

# A page and, for each of its problems: code, line, column, and what the runner is told.
REFUSED = [
    ("", [("BT006", 1, 1, "begin with: name:"), ("BT009", 1, 1, "no step")]),
    ("\n\n# only a comment\n", [("BT006", 1, 1, "no name"), ("BT009", 1, 1, "no step")]),
    (WALK, [("BT006", 1, 1, "begin with: name:")]),
    (HEAD, [("BT009", 1, 1, "5:00 forward walk")]),
    (f"nmae: A page\n{WALK}", [("BT006", 1, 1, "did you mean name?"), ("BT006", 1, 1, "no name")]),
    (f"{HEAD}lvel: beginner\n{WALK}", [("BT006", 2, 1, "did you mean level?")]),
    (f"{HEAD}abuot: x\n{WALK}", [("BT006", 2, 1, "did you mean about?")]),
    (f"{HEAD}colour: red\n{WALK}", [("BT006", 2, 1, "name, level, about")]),
    (f"{HEAD}level: intermedate\n{WALK}", [("BT006", 2, 8, "did you mean intermediate?")]),
    (f"{HEAD}level: Beginner\n{WALK}", [("BT006", 2, 8, "did you mean beginner?")]),
    (f"{HEAD}level: xyzzy\n{WALK}", [("BT006", 2, 8, "first-timer, beginner")]),
    (f"{HEAD}  level   :   xyzzy\n{WALK}", [("BT006", 2, 15, "first-timer, beginner")]),
    (f"{HEAD}level:\n{WALK}", [("BT006", 2, 7, "first-timer")]),
    (f"{HEAD}name: Another\n{WALK}", [("BT006", 2, 1, "a second name")]),
    (f"{HEAD}level: beginner\nlevel: beginner\n{WALK}", [("BT006", 3, 1, "a second level")]),
    (f"{HEAD}{WALK}\nlevel: beginner\n", [("BT006", 3, 1, "headers come first")]),
    (f"{HEAD}2x\n  {WALK}\n  level: beginner\n", [("BT006", 4, 3, "headers come first")]),
    (f"name: {'n' * 400}\n{WALK}", [("BT006", 1, 7, "80 characters")]),
    (f"name: {chr(0x20AC) * 41}\n{WALK}", [("BT006", 1, 7, "120 bytes")]),
    (f"name: a/b\n{WALK}", [("BT006", 1, 7, "a name has no /")]),
    (f"name: a\\b\n{WALK}", [("BT006", 1, 7, "a name has no \\")]),
    (f"name: ../etc\n{WALK}", [("BT006", 1, 7, "a name has no")]),
    (f"name: ..\n{WALK}", [("BT006", 1, 7, "a name has no ..")]),
    (f"name:\n{WALK}", [("BT006", 1, 6, "not empty")]),
    (f"name: a\x1b[2Jb\n{WALK}", [("BT006", 1, 7, "U+001B")]),
    (f"name: \u202ea\n{WALK}", [("BT006", 1, 7, "U+202E")]),
    (f"{HEAD}about: {'a' * 101}\n{WALK}", [("BT006", 2, 8, "100 bytes")]),
    (f"{HEAD}about: {chr(0x20AC) * 34}\n{WALK}", [("BT006", 2, 8, "100 bytes")]),
    (f"{HEAD}about: a\x07\n{WALK}", [("BT006", 2, 8, "U+0007")]),
    (f"{HEAD}0x\n  {WALK}", [("BT007", 2, 1, "1 to 999999 times")]),
    (f"{HEAD}-3x\n  {WALK}", [("BT007", 2, 1, "1 to 999999 times")]),
    (f"{HEAD}1000000x\n  {WALK}", [("BT007", 2, 1, "1 to 999999 times")]),
    (f"{HEAD}{'9' * 5000}x\n  {WALK}", [("BT007", 2, 1, "1 to 999999 times")]),
    (f"{HEAD}x3\n  {WALK}", [("BT007", 2, 1, "write 3x")]),
    (f"{HEAD}3 times\n  {WALK}", [("BT007", 2, 1, "write 3x")]),
    (f"{HEAD}{WALK}\n3x\n", [("BT007", 3, 1, "repeats nothing")]),
    (f"{HEAD}3x\n{WALK}\n", [("BT007", 2, 1, "repeats nothing")]),
    (f"{HEAD}2x\n  3x\n  {WALK}\n", [("BT007", 3, 3, "repeats nothing")]),
    (f"{HEAD}2x\n  # nothing\n{WALK}\n", [("BT007", 2, 1, "repeats nothing")]),
    (f"{HEAD}2x\n  0:30 straddle added\n{WALK}\n", [("BT007", 2, 1, "repeats nothing")]),
    (f"{HEAD}0:30 straddle added\n", [("BT009", 1, 1, "no step")]),
    (f"{HEAD}fitted 2 km/h\n", [("BT009", 1, 1, "no step")]),
    (f"{HEAD}2x\n\t{WALK}", [("BT007", 3, 1, "indent with spaces")]),
    (f"{HEAD}{WALK}\n  {WALK}", [("BT007", 3, 1, "indented deeper")]),
    (f"{HEAD}2x\n    {WALK}\n  {WALK}", [("BT007", 4, 1, "align it")]),
    (f"{HEAD}2x\n  1:00 bakward walk 2 km/h light rail", [("BT001", 3, 8, "did you mean backward?")]),
    (f"{HEAD}1:00 backward walk 2 km/h", [("BT002", 2, 1, "what the hands do")]),
    (f'{HEAD}{WALK} "not # closed', [("BT005", 2, 26, 'end it with "')]),
    (
        f"{HEAD}level: xyzzy\n5m forward walk 5 km/h\n3x\n{WALK} 6 km/h\n",
        [("BT006", 2, 8, ""), ("BT004", 3, 1, ""), ("BT007", 4, 1, ""), ("BT003", 5, 26, "")],
    ),
    (
        HEAD + "".join("  " * depth + "2x\n" for depth in range(9)) + "  " * 9 + WALK,
        [("BT008", 10, 17, "more than 8 deep")],
    ),
    (f"{HEAD}10001x\n  {WALK}", [("BT008", 2, 1, "10000 segments")]),
    (f"{HEAD}9999x\n  {WALK}\n{WALK}\n{WALK}", [("BT008", 5, 1, "10000 segments")]),
    (f"{HEAD}{WALK}\n{WALK}\n9999x\n  {WALK}", [("BT008", 4, 1, "10000 segments")]),
    (f"{HEAD}100x\n  101x\n    {WALK}", [("BT008", 2, 1, "10000 segments")]),
]


def _outcome(make: Callable[[], Workout]) -> tuple[Problem, ...]:
    """The problems of what was refused; none of a workout."""
    try:
        workout = make()
    except InvalidWorkout as refusal:
        problems = refusal.problems
    else:
        assert from_json(to_json(workout)) == parse(write(workout)) == workout
        return ()
    assert 1 <= len(problems) <= MOST_PROBLEMS
    assert all(str(problem) for problem in problems)
    return problems


def _refusal(text: str, file: str | None = None) -> InvalidWorkout:
    with pytest.raises(InvalidWorkout) as refusal:
        parse(text, file=file)
    return refusal.value


@pytest.mark.parametrize(("page", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_every_problem_of_a_page_is_told_with_its_place_and_what_to_do(page, expected):
    problems = _refusal(page).problems
    assert [(found.code, found.where.line, found.where.column) for found in problems] == [
        row[:3] for row in expected
    ]
    for problem, (_, _, _, said) in zip(problems, expected, strict=True):
        assert said in f"{problem.message}\n{problem.hint}"


@pytest.mark.parametrize(("page", "expected"), REFUSED, ids=range(len(REFUSED)))
def test_every_problem_of_a_file_names_file_line_and_column(page, expected, tmp_path):
    path = tmp_path / "page.backtrack"
    path.write_bytes(page.encode())
    with pytest.raises(InvalidWorkout) as refusal:
        read(path)
    assert len(refusal.value.problems) == len(expected)
    for problem in refusal.value.problems:
        assert str(problem).startswith(
            f"{path}:{problem.where.line}:{problem.where.column}: error {problem.code}: "
        )


def test_problems_are_in_the_order_of_the_file():
    problems = _refusal(f"2x\n{WALK}\n5m\nlevel: x\n" * 5).problems
    places = [(problem.where.line, problem.where.column) for problem in problems]
    assert places == sorted(places)


# -- what is read -------------------------------------------------------------------------------

SAME = [
    f"name: A page\n\n{WALK}\n",
    f"name: A page\n{WALK}",
    f"name: A page\r\n\r\n{WALK}\r\n",
    f"\n\n  name:\tA page  \n\n\n{WALK}\n\n",
    f"NAME : A page\n{WALK}",
    f"# before\nname: A page\n# between\n\n{WALK} # after\n# last",
    f"name: A page\n{WALK}#close",
    f'name: A page\n{WALK} # a "quote\n',
    f"name: A page\nabout:\n{WALK}",
    f"name: A page\n0:30 straddle added\n{WALK}\nfitted 4.9 km/h\n0:30 straddle added # turn\n",
]


@pytest.mark.parametrize("page", SAME)
def test_blanks_comments_line_ends_and_added_lines_mean_nothing(page):
    assert parse(page) == parse(SAME[0])


@pytest.mark.parametrize("repeat", ["3x", "3 x", "3X", "+3x", "3\u00d7", "03x", "3x # three times"])
@pytest.mark.parametrize("indent", [" ", "  ", "     "])
def test_a_repeat_groups_what_is_indented_below_it(repeat, indent):
    workout = parse(f"{HEAD}{repeat}\n\n# first\n{indent}{WALK}\n{indent}0:30 straddle\n{WALK}")
    repeated, after = workout.steps
    assert isinstance(repeated, Repeat)
    assert (repeated.times, len(repeated.steps)) == (3, 2)
    assert isinstance(repeated.steps[1], Straddle)
    assert after == repeated.steps[0]


def test_repeats_nest_eight_deep():
    page = HEAD + "".join(" " * depth + "1x\n" for depth in range(8)) + " " * 8 + WALK
    part = parse(page).steps[0]
    for _ in range(8):
        assert isinstance(part, Repeat)
        part = part.steps[0]
    assert str(part.amount) == "1:00"


@pytest.mark.parametrize(
    "page",
    [
        WALK + f"\n{WALK}" * (MOST_SEGMENTS - 1),
        f"10000x\n  {WALK}",
        f"100x\n  100x\n    {WALK}",
        f"9999x\n  {WALK}\n{WALK}",
    ],
    ids=["lines", "repeat", "nested", "both"],
)
def test_ten_thousand_segments_are_read(page):
    assert parse(HEAD + page).name == "A page"


@pytest.mark.parametrize(
    "name", ["# not a comment", 'a "b', "x: y", "3x", "1:00 forward walk 6 mph", "\u00fcber"]
)
def test_a_header_takes_its_line_as_it_stands(name):
    workout = parse(f"name: {name}\nabout: {name}\n{WALK}")
    assert (workout.name, workout.about) == (name, name)


def test_a_hash_in_a_cue_starts_no_comment():
    assert parse(f'{HEAD}{WALK} "a # b" # c "d"').steps[0].cue == "a # b"


def test_a_workout_knows_its_file_and_the_line_of_each_step(tmp_path):
    path = tmp_path / "page.backtrack"
    path.write_text(f"{HEAD}\n# warm up\n{WALK}\n2x\n  {WALK}\n  0:30 straddle added\n  {WALK}\n{WALK}\n")
    origin = read(path).origin
    assert (origin.file, origin.lines) == (str(path), (4, 6, 8, 9))


# -- hostile files ------------------------------------------------------------------------------


def _read_bytes(tmp_path, data: bytes, name: str = "page.backtrack"):
    path = tmp_path / name
    path.write_bytes(data)
    return read(path)


@pytest.mark.parametrize("name", ["page.backtrack", "page.json"])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"name: x\n\x00\x01", "binary"),
        (b".FIT\x00\x00", "backtrack import"),
        ("name: x\n\n1:00 r\u00fcckw\u00e4rts".encode("latin-1"), ":3: not UTF-8 (byte 0xFC)"),
        (b"\xff\xfe", "not UTF-8 (byte 0xFF)"),
        (b"#" * (MOST_BYTES + 1), "larger than 1 MiB"),
    ],
    ids=["binary", "fit", "latin-1", "no-utf-8", "large"],
)
def test_a_file_that_is_no_text_is_refused_and_named(tmp_path, data, said, name):
    with pytest.raises(UnreadableInput) as refusal:
        _read_bytes(tmp_path, data, name)
    assert said in str(refusal.value)
    assert str(tmp_path / name) in str(refusal.value)
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("start", ["", "\ufeff", "\n \n"])
def test_xml_is_told_what_to_do_with_it_in_one_sentence(tmp_path, start):
    path = tmp_path / "tempo.zwo"
    path.write_text(f"{start}<workout_file>\n<name>Tempo</name>\n</workout_file>\n", encoding="utf-8")
    with pytest.raises(UnreadableInput, match=r"tempo\.zwo: XML, not a page of lines.*backtrack import FILE"):
        read(path)


def test_a_file_of_exactly_one_mebibyte_is_read(tmp_path):
    page = f"{HEAD}{WALK}\n".encode()
    assert _read_bytes(tmp_path, page + b"#" * (MOST_BYTES - len(page))).name == "A page"


@pytest.mark.parametrize("name", ["page.backtrack", "page.json", "PAGE.JSON"])
def test_a_byte_order_mark_means_nothing(tmp_path, name):
    text = json.dumps({"name": "A page", "steps": [STEP]}) if name.lower().endswith("json") else HEAD + WALK
    assert _read_bytes(tmp_path, b"\xef\xbb\xbf" + text.encode(), name) == parse(HEAD + WALK)


@pytest.mark.parametrize("path", ["no-such-file", "no-such-folder/file", ".", "a\0b", "\ud800", ""])
def test_what_cannot_be_opened_is_unreadable_input(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnreadableInput, match="nothing was read"):
        read(path)


@pytest.mark.parametrize(
    "mistakes", ["bakward wlak\n", "0x\n", "nmae: x\n", f"  {WALK}\n", "\t5m\n", "level: x\n"]
)
def test_twenty_thousand_bad_lines_give_at_most_a_hundred_problems(mistakes):
    problems = _refusal(HEAD + mistakes * 20_000, file="page").problems
    assert len(problems) == MOST_PROBLEMS
    assert "the rest was not read" in problems[-1].message
    assert all(problem.where.file == "page" and problem.where.line for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        '"' * MOST_BYTES,
        '"\\"' * (MOST_BYTES // 3),
        "1" * MOST_BYTES,
        "a-" * (MOST_BYTES // 2) + ":",
        "x" * MOST_BYTES,
    ],
    ids=["quotes", "escapes", "digits", "header", "word"],
)
def test_one_mebibyte_without_a_line_end_is_refused_briefly(text):
    refusal = _refusal(HEAD + text)
    assert len(str(refusal)) < 5_000
    assert all(len(problem.text) < 1_000 for problem in refusal.problems)


_UNROLLING = """
import resource, sys
from backtrack_plugins import InvalidWorkout, parse
page = "name: x\\n" + "".join("  " * deep + "99999x\\n" for deep in range(10))
page += "  " * 10 + "1:00 forward walk 5 km/h"
resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    parse(page)
except InvalidWorkout as refusal:
    print(*[problem.code for problem in refusal.problems])
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32_000, "something was unrolled"
"""


@pytest.mark.skipif(sys.platform == "win32", reason="resource limits are POSIX")
def test_a_repeat_bomb_is_counted_and_never_unrolled():
    done = subprocess.run([sys.executable, "-c", _UNROLLING], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"BT008"}


_FRAGMENTS = st.sampled_from(
    [
        *(
            "name: x\n",
            "name:\n",
            "level: beginner\n",
            "level: x\n",
            "about: y\n",
            "nmae: x\n",
            "name: a/b\n",
        ),
        *(
            f"{WALK}\n",
            f"  {WALK}\n",
            f"    {WALK}\n",
            f"\t{WALK}\n",
            "0:30 straddle\n",
            "  0:30 straddle added\n",
        ),
        *(
            "3x\n",
            "  2x\n",
            "    4x\n",
            "0x\n",
            "x3\n",
            "9999x\n",
            "fitted 2 km/h\n",
            "# c\n",
            "  # c\n",
            "\n",
            "\r\n",
        ),
        *(
            '"',
            "#",
            ":",
            "\\",
            " ",
            "  ",
            "\t",
            "\r",
            "\n",
            "\x00",
            "\u2028",
            "\ud800",
            "\ufeff",
            "5m ",
            "1:00 back",
        ),
    ]
)


@settings(promise, max_examples=400)
@given(st.lists(_FRAGMENTS, max_size=25).map("".join) | st.text(max_size=120))
@example(f"{HEAD}9999x\n  {WALK}\n{WALK}\n{WALK}")
@example(f"{HEAD}0:30 straddle added\n")
@example("name: \ud800\n")
def test_any_text_is_a_workout_or_an_invalid_workout(text):
    problems = _outcome(lambda: parse(text, file="page"))
    lines = text.split("\n")
    for problem in problems:
        assert problem.code in READING_CODES
        assert problem.message.isprintable()
        assert problem.where.file == "page"
        assert 1 <= problem.where.line <= len(lines)
        assert 1 <= problem.where.column <= len(lines[problem.where.line - 1]) + 1


@promise
@given(
    st.binary(max_size=200)
    | st.lists(_FRAGMENTS, max_size=12).map(lambda parts: "".join(parts).encode("utf-8", "replace"))
)
@pytest.mark.parametrize("name", ["page.backtrack", "page.json"])
def test_any_bytes_are_a_workout_or_a_clear_error(tmp_path_factory, name, data):
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)
    try:
        outcome = read(path)
    except (InvalidWorkout, UnreadableInput) as refusal:
        outcome = refusal
    assert isinstance(outcome, Workout) or name in str(outcome)


# -- the JSON form ------------------------------------------------------------------------------

BACKWARD = {**STEP, "direction": "backward", "speed": "2 km/h"}

# A document, and of its problems the paths and what is told.
DOCUMENTS = [
    ([], [(None, "an object")]),
    ({}, [("steps", "at least one step"), ("name", "no name")]),
    ({"name": "A page", "steps": []}, [("steps", "at least one step")]),
    ({"name": "A page", "steps": "walk"}, [("steps", "a list")]),
    ({"name": "A page", "steps": [STEP], "nmae": 1}, [("nmae", "did you mean name?")]),
    ({"name": "A page", "steps": [1]}, [("steps[0]", "an object")]),
    (
        {"name": "A page", "steps": [{**STEP, "kind": "stpe"}]},
        [("steps[0].kind", "step, straddle or repeat")],
    ),
    ({"name": "A page", "steps": [{**STEP, "kind": []}]}, [("steps[0].kind", "step, straddle or repeat")]),
    ({"name": "A page", "steps": [{**STEP, "sped": "5 km/h"}]}, [("steps[0].sped", "did you mean speed?")]),
    ({"name": "A page", "steps": [{**STEP, "rial": "free"}]}, [("steps[0].rial", "did you mean rail?")]),
    ({"name": "A page", "steps": [{**STEP, "speed": 5}]}, [("steps[0].speed", "with its unit")]),
    ({"name": "A page", "steps": [{**STEP, "speed": "900 km/h"}]}, [("steps[0].speed", "45 km/h")]),
    ({"name": "A page", "steps": [{**STEP, "speed": None}]}, [("steps[0].speed", "with its unit")]),
    ({"name": "A page", "steps": [BACKWARD]}, [("steps[0]", "what the hands do")]),
    ({"name": "A page", "steps": [{**STEP, "direction": "up"}]}, [("steps[0].direction", "no direction")]),
    ({"name": "A page", "steps": [{**STEP, "cue": "\u202e"}]}, [("steps[0].cue", "U+202E")]),
    ({"name": "A page", "steps": [{**STEP, "cue": 3}]}, [("steps[0].cue", "a text")]),
    (
        {"name": "A page", "steps": [{"kind": "straddle", "amount": "lap"}]},
        [("steps[0].amount", "lasts a time")],
    ),
    (
        {"name": "A page", "steps": [{"kind": "straddle", "amount": "0:30", "speed": "5 km/h"}]},
        [("steps[0].speed", "no such field")],
    ),
    (
        {"name": "A page", "steps": [{"kind": "repeat", "times": 0, "steps": [STEP]}]},
        [("steps[0].times", "999999")],
    ),
    (
        {"name": "A page", "steps": [{"kind": "repeat", "times": True, "steps": [STEP]}]},
        [("steps[0].times", "999999")],
    ),
    (
        {"name": "A page", "steps": [{"kind": "repeat", "times": 10**5000, "steps": [STEP]}]},
        [("steps[0].times", "1 to 999999 times")],
    ),
    (
        {"name": "A page", "steps": [{"kind": "repeat", "times": 2, "steps": []}]},
        [("steps[0].steps", "at least one")],
    ),
    ({"name": "A page", "steps": [{"kind": "repeat", "times": 2}]}, [("steps[0].steps", "at least one")]),
    (
        {"name": "A page", "steps": [{"kind": "repeat", "times": 10001, "steps": [STEP]}]},
        [("steps", "10000 segments")],
    ),
    (
        {"name": "a/b", "level": "pro", "about": "x" * 101, "steps": [STEP]},
        [("name", "/"), ("about", "100"), ("level", "pro")],
    ),
    ({"name": 5, "about": None, "steps": [STEP]}, [("name", "a text"), ("about", "a text")]),
    (
        {
            "name": "A page",
            "steps": [STEP, {**STEP, "amount": "5m", "direction": "up", "gait": "hop", "effort": "max"}],
        },
        [("steps[1].amount", ""), ("steps[1].direction", ""), ("steps[1].gait", ""), ("steps[1].effort", "")],
    ),
]


@pytest.mark.parametrize(("document", "expected"), DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_every_problem_of_a_mapping_is_told_with_its_path(document, expected):
    with pytest.raises(InvalidWorkout) as refusal:
        from_mapping(document, file="page.json")
    problems = refusal.value.problems
    assert sorted(str(problem.where.path) for problem in problems) == sorted(
        str(path) for path, _ in expected
    )
    told = {problem.where.path: f"{problem.message} {problem.hint}" for problem in problems}
    for path, said in expected:
        assert said in told[path]
    assert all(problem.where.file == "page.json" for problem in problems)


def test_nested_parts_have_their_whole_path():
    repeat = {"kind": "repeat", "times": 2, "steps": [STEP, {**STEP, "speed": "fast"}]}
    with pytest.raises(InvalidWorkout) as refusal:
        from_mapping({"name": "A page", "steps": [STEP, repeat]})
    assert str(refusal.value).startswith("steps[1].steps[1].speed: error BT004: 'fast' is not a speed")


@pytest.mark.parametrize("rail", [{}, {"rail": None}, {"rail": "free"}])
def test_hands_are_free_on_a_forward_step_that_says_nothing(rail):
    assert from_mapping({"name": "A page", "steps": [{**STEP, **rail}]}) == parse(HEAD + WALK)


@pytest.mark.parametrize(
    "text",
    ["", "{", "nul", '{"a": 1} x', "\ud800", '"\\ud800"', "[" * 100_000, b"\xff", b"\x00"],
    ids=["empty", "open", "word", "rest", "surrogate", "escaped", "nested", "bytes", "null"],
)
def test_what_is_no_json_is_an_invalid_workout(text):
    with pytest.raises(InvalidWorkout) as refusal:
        from_json(text, file="page.json")
    assert "page.json" in str(refusal.value)


def _nested(depth: int) -> list[object]:
    found: list[object] = []
    for _ in range(depth):
        found = [found]
    return found


@pytest.mark.parametrize("field", ["name", "about", "level", "steps"])
def test_values_nested_without_end_are_refused_in_a_workout(field):
    with pytest.raises(InvalidWorkout):
        from_mapping({"name": "A page", "steps": [STEP], field: _nested(20_000)})


@pytest.mark.parametrize(
    "field", ["kind", "amount", "direction", "gait", "speed", "incline", "rail", "effort", "cue"]
)
@pytest.mark.parametrize(
    "value",
    [_nested(20_000), {"a": 1}, "x" * 100_000, 10**5000, float("nan"), b"\xff", "\x1b[2J"],
    ids=["nested", "mapping", "long", "huge", "nan", "bytes", "escape"],
)
def test_a_value_of_the_wrong_kind_is_told_in_short(field, value):
    with pytest.raises(InvalidWorkout) as refusal:
        from_mapping({"name": "A page", "steps": [{**STEP, field: value}]})
    for problem in refusal.value.problems:
        assert len(str(problem)) < 400
        assert problem.message.isprintable()


@pytest.mark.parametrize(
    "key",
    ["\x1b[2J", "x" * 100_000, 5, None, ("a",), "\ud800"],
    ids=["escape", "long", "number", "none", "tuple", "surrogate"],
)
def test_an_unknown_key_is_told_in_short_and_harmlessly(key):
    for document in (
        {"name": "A page", "steps": [STEP], key: 1},
        {"name": "A page", "steps": [{**STEP, key: 1}]},
    ):
        with pytest.raises(InvalidWorkout) as refusal:
            from_mapping(document)
        (problem,) = refusal.value.problems
        assert len(str(problem)) < 400
        assert str(problem).replace("\n", "").isprintable()


class _Counted(Mapping):
    """A step that knows how often it was read."""

    times = 0

    def __getitem__(self, key):
        return STEP[key]

    def __iter__(self):
        self.times += 1
        return iter(STEP)

    def __len__(self):
        return len(STEP)


def test_a_mapping_that_refers_to_one_list_many_times_over_is_counted_and_never_unrolled():
    step = _Counted()
    parts = [step] * 4
    for _ in range(7):
        parts = [{"kind": "repeat", "times": 1, "steps": parts}] * 4
    with pytest.raises(InvalidWorkout, match="10000 segments"):
        from_mapping({"name": "A page", "steps": parts})
    assert step.times <= MOST_SEGMENTS + 1


def test_a_mapping_of_ten_thousand_segments_is_read_however_they_are_repeated():
    repeat = Repeat(times=1, steps=parse(f"{HEAD}{WALK}\n{WALK}").steps)
    workout = Workout(name="A page", steps=(repeat,) * (MOST_SEGMENTS // 2))
    assert from_json(to_json(workout)) == workout


def test_a_mapping_that_contains_itself_is_refused():
    parts = [STEP]
    parts.append({"kind": "repeat", "times": 1, "steps": parts})
    with pytest.raises(InvalidWorkout, match="8 deep"):
        from_mapping({"name": "A page", "steps": parts})


def test_countless_mistakes_in_a_mapping_give_at_most_a_hundred_problems():
    documents = [
        {"name": "A page", "steps": [{**STEP, "speed": "x"}] * 5_000},
        {"name": "A page", "steps": [STEP], **{f"nam{index}": 1 for index in range(5_000)}},
        {"name": "A page", "steps": [{**STEP, **{f"sp{index}": 1 for index in range(5_000)}}] * 10},
    ]
    for document in documents:
        with pytest.raises(InvalidWorkout) as refusal:
            from_mapping(document)
        assert len(refusal.value.problems) == MOST_PROBLEMS


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
_KEYS = st.sampled_from(
    [
        *("name", "level", "about", "steps", "kind", "times"),
        *("amount", "direction", "gait", "speed", "incline", "rail", "effort", "cue"),
    ]
)
_VALUES = _SCALARS | st.sampled_from(
    [
        "step",
        "straddle",
        "repeat",
        "1:00",
        "lap",
        "forward",
        "backward",
        "walk",
        "5 km/h",
        "2%",
        "free",
        "easy",
        2,
    ]
)
_DOCUMENTS = st.recursive(
    _VALUES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=20,
)


@settings(promise, max_examples=300)
@given(
    _DOCUMENTS | st.fixed_dictionaries({"name": st.just("A page"), "steps": st.lists(_DOCUMENTS, max_size=3)})
)
def test_any_json_like_value_is_a_workout_or_an_invalid_workout(document):
    _outcome(lambda: from_mapping(document))


@settings(promise, max_examples=300)
@given(st.data(), st.sampled_from(["step", "straddle", "repeat"]))
def test_any_value_in_any_field_is_a_workout_or_an_invalid_workout(data, kind):
    fields = {"step": STEP, "straddle": {"amount": "0:30"}, "repeat": {"times": 2, "steps": [STEP]}}[kind]
    part = {**fields, "kind": kind, data.draw(_KEYS): data.draw(_DOCUMENTS)}
    _outcome(lambda: from_mapping({"name": "A page", "steps": [part]}))


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_samples_are_read(sample):
    assert parse(SAMPLES[sample]).steps


def test_a_page_in_utf_16_says_what_to_save_it_as(tmp_path):
    path = tmp_path / "page.backtrack"
    path.write_bytes("name: A\n5:00 forward walk 5 km/h\n".encode("utf-16"))
    with pytest.raises(UnreadableInput, match="Save the file as UTF-8"):
        read(path)


def test_a_byte_order_mark_in_a_text_means_nothing():
    assert parse("\ufeffname: A\n5:00 forward walk 5 km/h").name == "A"


def test_a_text_of_more_than_a_mebibyte_is_not_read():
    with pytest.raises(InvalidWorkout, match="BT008"):
        parse("name: A\n5:00 forward walk 5 km/h\n" + "#" * (1 << 20))


@pytest.mark.parametrize("written", ["0x", "x3", "3x"])
def test_a_repeat_of_nothing_is_named_as_it_was_written(written):
    with pytest.raises(InvalidWorkout) as refusal:
        parse(f"name: A\n5:00 forward walk 5 km/h\n{written}")
    assert f"{written} repeats nothing" in str(refusal.value)


def test_a_key_that_is_no_text_is_no_field():
    with pytest.raises(InvalidWorkout, match="no such field"):
        from_mapping({"name": "A", 10**5000: 1, "steps": [STEP]})
