"""The grammar of a line, both ways."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backtrack_plugins import InvalidWorkout, Step, Straddle, parse_line, write_line
from backtrack_plugins.line import Dropped, read_line
from backtrack_plugins.problem import MOST_PROBLEMS, READING_CODES
from backtrack_plugins.testing.strategies import cues, steps, straddles

promise = settings(deadline=None, derandomize=True)

BASE = "1:00 forward walk 5 km/h"

# Each row of the grammar: what can be read, and how it is written.
READ = [
    # amount
    ("1:00 forward walk 5 km/h", BASE),
    ("1:05:00 forward walk 5 km/h", "1:05:00 forward walk 5 km/h"),
    ("400 m forward walk 5 km/h", "400 m forward walk 5 km/h"),
    ("1.5 km forward walk 5 km/h", "1.5 km forward walk 5 km/h"),
    ("0.25 mi forward walk 5 km/h", "0.25 mi forward walk 5 km/h"),
    ("lap forward walk 5 km/h", "lap forward walk 5 km/h"),
    ("90s forward walk 5 km/h", "1:30 forward walk 5 km/h"),
    ("5min forward walk 5 km/h", "5:00 forward walk 5 km/h"),
    ("5 min forward walk 5 km/h", "5:00 forward walk 5 km/h"),
    ("1h forward walk 5 km/h", "1:00:00 forward walk 5 km/h"),
    ("400m forward walk 5 km/h", "400 m forward walk 5 km/h"),
    # direction
    ("1:00 fwd walk 5 km/h", BASE),
    ("1:00 backward walk 2 km/h grip rail", "1:00 backward walk 2 km/h grip rail"),
    ("1:00 back walk 2 km/h grip rail", "1:00 backward walk 2 km/h grip rail"),
    ("1:00 bwd walk 2 km/h grip rail", "1:00 backward walk 2 km/h grip rail"),
    ("1:00 backwards walk 2 km/h grip rail", "1:00 backward walk 2 km/h grip rail"),
    ("1:00 left walk 2 km/h grip rail", "1:00 left walk 2 km/h grip rail"),
    ("1:00 right walk 2 km/h grip rail", "1:00 right walk 2 km/h grip rail"),
    # gait
    ("1:00 forward jog 5 km/h", "1:00 forward jog 5 km/h"),
    ("1:00 forward run 5 km/h", "1:00 forward run 5 km/h"),
    # speed
    ("1:00 forward walk 1.5 mph", "1:00 forward walk 1.5 mph"),
    ("1:00 forward walk 6:00/km", "1:00 forward walk 6:00/km"),
    ("1:00 forward walk 9:40/mi", "1:00 forward walk 9:40/mi"),
    ("1:00 forward walk 0.67 m/s", "1:00 forward walk 0.67 m/s"),
    ("1:00 forward walk 5kph", BASE),
    ("1:00 forward walk 5 kmh", BASE),
    # incline
    ("1:00 forward walk 5 km/h 2%", "1:00 forward walk 5 km/h 2%"),
    ("1:00 forward walk 5 km/h 2 %", "1:00 forward walk 5 km/h 2%"),
    ("1:00 forward walk 5 km/h -1.5%", "1:00 forward walk 5 km/h -1.5%"),
    ("1:00 forward walk 5 km/h 0%", BASE),
    # rail
    ("1:00 backward walk 2 km/h hold rail", "1:00 backward walk 2 km/h grip rail"),
    ("1:00 backward walk 2 km/h rail grip", "1:00 backward walk 2 km/h grip rail"),
    ("1:00 backward walk 2 km/h light rail", "1:00 backward walk 2 km/h light rail"),
    ("1:00 backward walk 2 km/h hands free", "1:00 backward walk 2 km/h hands free"),
    ("1:00 backward walk 2 km/h hands-free", "1:00 backward walk 2 km/h hands free"),
    ("1:00 forward walk 5 km/h hands free", BASE),
    ("1:00 forward walk 5 km/h light rail", "1:00 forward walk 5 km/h light rail"),
    # effort
    ("1:00 forward walk 5 km/h easy", "1:00 forward walk 5 km/h easy"),
    ("1:00 forward walk 5 km/h hard", "1:00 forward walk 5 km/h hard"),
    ("1:00 forward walk 5 km/h rpe 6", "1:00 forward walk 5 km/h rpe 6"),
    ("1:00 forward walk 5 km/h RPE  20", "1:00 forward walk 5 km/h rpe 20"),
    # cue
    ('1:00 forward walk 5 km/h "look up"', '1:00 forward walk 5 km/h "look up"'),
    (r'1:00 forward walk 5 km/h "say \"hop\""', r'1:00 forward walk 5 km/h "say \"hop\""'),
    (r'1:00 forward walk 5 km/h "a \\ b"', r'1:00 forward walk 5 km/h "a \\ b"'),
    ('1:00 forward walk 5 km/h "<b>&amp;</b> # 3x"', '1:00 forward walk 5 km/h "<b>&amp;</b> # 3x"'),
    ('1:00 forward walk 5 km/h " Two  blanks "', '1:00 forward walk 5 km/h " Two  blanks "'),
    # straddle
    ("0:30 straddle", "0:30 straddle"),
    ("straddle 30s", "0:30 straddle"),
    ('"turn" straddle 30s', '0:30 straddle "turn"'),
    # blanks, tabs, capitals and numbers
    ("  1:00\tFORWARD   Walk\t5 KM/H  ", BASE),
    ("01:00 forward walk 05.00 km/h", BASE),
]

# A line, and of its first problem: the code, the column, and what the runner is told.
REFUSED = [
    ("1:00 bakward walk 2 km/h light rail", "BT001", 6, "did you mean backward?"),
    ("1:00 fowards walk 5 km/h", "BT001", 6, "did you mean forward?"),
    ("1:00 forward wlak 5 km/h", "BT001", 14, "did you mean walk?"),
    ("1:00 forward walk 5 km/h esay", "BT001", 26, "did you mean easy?"),
    ("0:30 stradle", "BT001", 6, "did you mean straddle?"),
    ("1:00 forward walk 5kmph", "BT001", 19, "did you mean 5 km/h?"),
    ("1:00 forward walk 5km/hr", "BT001", 19, "did you mean 5 km/h?"),
    ("1:00 forward walk 5kmps", "BT001", 19, "5 km"),
    ("1:00 forward jog 6:00 min/km", "BT003", 18, "second amount"),
    ("1:00 forward walk 5", "BT001", 19, "5 km/h"),
    ("forward walk 5 km/h 13.5", "BT001", 21, "13.5 km/h"),
    ("1:00 forward walk 5 km/h rpe 13.5", "BT001", 26, "rpe 13"),
    ("1:00 forward walk 5 km/h rpe13", "BT001", 26, "rpe 13"),
    ("1:00 forward walk 5 km/h rpe 5", "BT004", 26, "rpe 6 to rpe 20"),
    ("1:00 forward walk 5 km/h rpe 21", "BT004", 26, "rpe 6 to rpe 20"),
    ("1:00 backward walk 2 km/h free", "BT001", 27, "hands free"),
    ("1:00 backward walk 2 km/h rail", "BT001", 27, "grip rail, light rail or hands free"),
    ("1:00 backward walk 2 km/h hold", "BT001", 27, "grip rail"),
    ("1:00 backward walk 2 km/h hands on rail", "BT001", 27, "grip rail, light rail or hands free"),
    ("1:00 sideways walk 2 km/h grip rail", "BT001", 6, "left"),
    ("3x 1:00 forward walk 5 km/h", "BT001", 1, "line of its own"),
    ("\u0661:\u0660\u0660 forward walk 5 km/h", "BT001", 1, "digits 0 to 9"),
    ("1:00 r\u00fcckw\u00e4rts walk 5 km/h", "BT001", 6, "r\u00fcckw\u00e4rts is no part of a line"),
    ("1:00 backward walk 2 km/h", "BT002", 1, "grip rail, light rail or hands free"),
    ("1:00 left walk 2 km/h", "BT002", 1, "a left line says what the hands do"),
    ("1:00 right walk 2 km/h", "BT002", 1, "a right line says what the hands do"),
    ("forward walk 5 km/h", "BT002", 1, "the line has no amount"),
    ("1:00 walk 5 km/h", "BT002", 1, "the line has no direction"),
    ("1:00 forward 5 km/h", "BT002", 1, "the line has no gait"),
    ("1:00 forward walk", "BT002", 1, "the line has no speed"),
    ("straddle", "BT002", 1, "0:30 straddle"),
    ("1:00 forward walk 5 km/h 6 km/h", "BT003", 26, "second speed"),
    ("1:00 forward walk 5 km/h 6:00/km", "BT003", 26, "second speed"),
    ("1:00 400 m forward walk 5 km/h", "BT003", 6, "second amount"),
    ("1:00 forward backward walk 5 km/h", "BT003", 14, "second direction"),
    ("1:00 forward forward walk 5 km/h", "BT003", 14, "second direction"),
    ("1:00 forward walk jog 5 km/h", "BT003", 19, "second gait"),
    ("1:00 forward walk 5 km/h 1% 2%", "BT003", 29, "second incline"),
    ("1:00 left walk 2 km/h grip rail hands free", "BT003", 33, "second rail"),
    ("1:00 forward walk 5 km/h easy hard", "BT003", 31, "second effort"),
    ('1:00 forward walk 5 km/h "a" "b"', "BT003", 31, "second cue"),
    ("5m forward walk 5 km/h", "BT004", 1, "minutes or metres"),
    ("0:00 forward walk 5 km/h", "BT004", 1, "above zero"),
    ("0 m forward walk 5 km/h", "BT004", 1, "above zero"),
    ("1:60 forward walk 5 km/h", "BT004", 1, "did you mean 2:00?"),
    ("1:00 forward walk -5 km/h", "BT004", 19, "above zero"),
    ("1:00 forward walk 0 km/h", "BT004", 19, "above zero"),
    ("1:00 forward walk 900 km/h", "BT004", 19, "45 km/h"),
    ("1:00 forward walk 2,4 km/h", "BT004", 19, "2.4"),
    ("1:00 forward walk 1.23456 km/h", "BT004", 19, "four after"),
    ("1:00 forward walk 5 km/h 41%", "BT004", 26, "40%"),
    ("400 m straddle", "BT004", 1, "lasts a time"),
    ("lap straddle", "BT004", 1, "lasts a time"),
    ('1:00 forward walk 5 km/h "look', "BT005", 26, 'end it with "'),
    ('1:00 forward walk 5 km/h "say "hop" now"', "BT005", 26, r"\""),
    ('1:00 forward walk 5 km/h ""', "BT005", 27, "leave the quotes out"),
    (f'1:00 forward walk 5 km/h "{"x" * 121}"', "BT005", 27, "120 characters"),
    (f'1:00 forward walk 5 km/h "{chr(0x20AC) * 54}"', "BT005", 27, "160 bytes"),
    ('1:00 forward walk 5 km/h "\x1b[2J"', "BT005", 27, "U+001B"),
    ('1:00 forward walk 5 km/h "a\x7fb"', "BT005", 27, "U+007F"),
    ('1:00 forward walk 5 km/h "a\tb"', "BT005", 27, "U+0009"),
    ('1:00 forward walk 5 km/h "\u202ekcab"', "BT005", 27, "U+202E"),
    ('1:00 forward walk 5 km/h "\u2066a\u2069"', "BT005", 27, "U+2066"),
    ('1:00 forward walk 5 km/h "a\u2028b"', "BT005", 27, "U+2028"),
    ("0:30 straddle 5 km/h", "BT001", 1, "a straddle has no speed"),
    ("0:30 straddle forward", "BT001", 1, "a straddle has no direction"),
    ("0:30 straddle grip rail", "BT001", 1, "a straddle has no rail"),
    ("1:00 forward walk 5 km/h added", "BT001", 1, "added"),
    ("fitted", "BT001", 1, "fitted"),
    ("fitted 5 km/h forward", "BT001", 1, "fitted"),
    ("", "BT009", 1, "no step"),
    (" \t ", "BT009", 1, "no step"),
    ("0:30 straddle added", "BT009", 1, "no step"),
]


def _problems(line: str):
    with pytest.raises(InvalidWorkout) as refusal:
        parse_line(line)
    return refusal.value.problems


@pytest.mark.parametrize(("line", "canonical"), READ)
def test_a_line_is_written_in_canonical_form(line, canonical):
    assert write_line(parse_line(line)) == canonical
    assert parse_line(canonical) == parse_line(line)


@pytest.mark.parametrize(("line", "code", "column", "said"), REFUSED)
def test_a_bad_line_says_where_and_what_to_do(line, code, column, said):
    first = _problems(line)[0]
    assert (first.code, first.where.column) == (code, column)
    assert said in f"{first.message}\n{first.hint}"


@pytest.mark.parametrize("unit", ["kmph", "km/hr", "kmhr"])
def test_no_suggestion_turns_kilometres_an_hour_into_miles(unit):
    for line in (f"1:00 forward walk 5{unit}", f"1:00 forward walk 5 {unit}"):
        hints = " ".join(problem.hint for problem in _problems(line))
        assert "km/h" in hints
        assert "mph?" not in hints


@pytest.mark.parametrize("word", ["rail", "rails", "hands", "hold", "free", "rpe", "hold on"])
def test_no_suggestion_is_the_word_that_was_refused(word):
    for problem in _problems(f"1:00 backward walk 2 km/h {word}"):
        assert problem.hint
        assert problem.hint != f"did you mean {problem.text}?"


@pytest.mark.parametrize("number", ["13.5", "1,5", "-3", "1.2.3"])
def test_no_suggestion_is_a_time_that_cannot_be_read(number):
    assert f"{number}:00" not in _problems(f"forward walk 5 km/h {number}")[0].hint


def test_a_line_tells_all_its_problems_at_once():
    problems = _problems('5m bakward walk 900 km/h 99% rpe 3 "\x07"')
    assert [problem.code for problem in problems] == ["BT004", "BT001", "BT004", "BT004", "BT004", "BT005"]
    assert [problem.where.column for problem in problems] == sorted(p.where.column for p in problems)


def test_one_unknown_word_is_not_also_called_a_missing_part():
    assert [problem.code for problem in _problems("1:00 bakward walk 2 km/h light rail")] == ["BT001"]


def test_the_parts_a_straddle_lacks_are_told_in_the_order_they_were_written():
    messages = [
        problem.message for problem in _problems("0:30 straddle forward 5 km/h 2% easy grip rail run")
    ]
    parts = ["direction", "speed", "incline", "effort", "rail", "gait"]
    assert messages == [f"a straddle has no {part}" for part in parts]


def test_a_problem_of_a_lone_line_names_its_column():
    assert str(_problems("1:00 bakward walk 2 km/h light rail")[0]).startswith("column 6: error BT001: ")


@pytest.mark.parametrize(
    "line",
    [
        f'{BASE} "a" "\x1b[31m\u202e"',
        f"{BASE} \x1b[31m",
        f"{BASE} \u202eabc",
        f"{BASE} a\x9bb",
    ],
)
def test_no_message_carries_characters_that_command_a_terminal(line):
    for problem in _problems(line):
        assert f"{problem.message}{problem.hint}".isprintable()


@pytest.mark.parametrize(
    "token", ["x" * 100_000, "1" * 100_000, "1" * 100_000 + " km/h", '"' + "y" * 100_000]
)
def test_a_token_of_any_length_is_told_in_short(token):
    problems = _problems(f"{BASE} {token}")
    assert all(len(str(problem)) < 400 and len(problem.text) <= 400 for problem in problems)


@promise
@given(steps() | straddles())
def test_a_written_line_reads_back_equal(step):
    line = write_line(step)
    assert parse_line(line) == step
    assert write_line(parse_line(line)) == line


def _tokens(step: Step | Straddle) -> list[str]:
    """The tokens of a step, as `write_line` writes them, incline and rail always said."""
    if isinstance(step, Straddle):
        tokens = [str(step.amount), "straddle"]
    else:
        rails = {"grip": "grip rail", "light": "light rail", "free": "hands free"}
        tokens = [
            str(step.amount),
            step.direction,
            step.gait,
            str(step.speed),
            str(step.incline),
            rails[step.rail],
        ]
        tokens += [step.effort] if step.effort else []
    if step.cue is not None:
        escaped = step.cue.replace("\\", "\\\\").replace('"', '\\"')
        tokens.append(f'"{escaped}"')
    return tokens


@promise
@given(st.data(), steps() | straddles(), st.sampled_from([" ", "  ", "\t", " \t "]))
def test_tokens_may_stand_in_any_order(data, step, blank):
    shuffled = data.draw(st.permutations(_tokens(step)))
    assert parse_line(blank.join(shuffled)) == step


@promise
@given(steps())
def test_facing_and_hands_are_never_assumed(step):
    without_direction = [token for token in _tokens(step) if token != step.direction]
    with pytest.raises(InvalidWorkout):
        parse_line(" ".join(without_direction))
    without_rail = [
        token for token in _tokens(step) if not token.endswith((" rail", " free")) or token[0] == '"'
    ]
    if step.direction == "forward":
        assert parse_line(" ".join(without_rail)).rail == "free"
    else:
        with pytest.raises(InvalidWorkout):
            parse_line(" ".join(without_rail))


@promise
@given(cues())
def test_a_cue_is_kept_as_it_was_written(cue):
    escaped = cue.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_line(f'{BASE} "{escaped}"').cue == cue


_WORDS = st.sampled_from(
    [
        *(
            "1:00",
            "5m",
            "90s",
            "1:99",
            "0",
            "-1",
            "lap",
            "400 m",
            "forward",
            "bakward",
            "back",
            "left",
            "walk",
            "run",
        ),
        *(
            "2.4 km/h",
            "6:00/km",
            "6:00",
            "/km",
            "900 mph",
            "0 km/h",
            "2%",
            "%",
            "grip rail",
            "rail",
            "hands",
            "free",
        ),
        *(
            "rpe",
            "13",
            "rpe 13",
            "easy",
            "straddle",
            "added",
            "fitted",
            '"',
            '"a"',
            '\\"',
            "#",
            ":",
            "3x",
            "x",
        ),
        *(
            "\u0661",
            "\u202e",
            "\x00",
            "\ud800",
            "\n",
            "\r",
            "\u00a0",
            "1.2.3",
            "1,5",
            "+",
            "name:",
            "\u0130",
            "K",
        ),
    ]
)


@settings(promise, max_examples=400)
@given(
    st.text(max_size=60)
    | st.lists(_WORDS, max_size=12).map(" ".join)
    | st.lists(_WORDS, max_size=8).map("".join)
)
@example('"')
@example("\\")
@example('"\\')
@example("\ud800")
def test_any_text_is_a_step_or_an_invalid_workout(text):
    try:
        step, problems = parse_line(text), ()
    except InvalidWorkout as refusal:
        step, problems = None, refusal.problems
    assert step is None or parse_line(write_line(step)) == step
    assert (step is None) == bool(problems)
    for problem in problems:
        assert problem.code in READING_CODES
        assert problem.message.isprintable()
        assert 1 <= problem.where.column <= max(1, len(text))


@pytest.mark.parametrize(
    "line",
    [
        "0:30 straddle added",
        "added 30s straddle",
        '0:30 straddle added "turn"',
        "fitted 2.4 km/h",
        "fitted 2%",
        "fitted 2.4 km/h 2%",
    ],
)
def test_lines_that_only_artifacts_have_are_dropped(line):
    content, findings = read_line(line)
    assert isinstance(content, Dropped)
    assert findings == []


@pytest.mark.parametrize("part", ["bakward ", "rpe ", '"a" ', "1:00 ", "5 km/h ", "\u202e "])
def test_a_line_of_countless_mistakes_is_told_in_at_most_a_hundred_and_a_few(part):
    _, findings = read_line(part * 20_000)
    assert 1 <= len(findings) <= MOST_PROBLEMS + 10


@pytest.mark.parametrize(
    "line",
    [
        BASE + " " * 6_000,
        BASE + "\t" * 6_000,
        "rpe" + " " * 100_000 + "x",
        '"' * 100_000,
        "1." * 50_000,
        "\\" * 100_000,
    ],
    ids=["blanks", "tabs", "rpe", "quotes", "digits", "backslashes"],
)
def test_no_line_takes_more_than_linear_time(line):
    started = time.process_time()
    read_line(line)
    assert time.process_time() - started < 2  # milliseconds when linear, many seconds when quadratic
