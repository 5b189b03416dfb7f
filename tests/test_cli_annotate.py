"""``backtrack annotate``: title and text, in the words that were asked for."""

from __future__ import annotations

import json
from pathlib import Path

from recorded import Lap, recorded_fit

import backtrack_plugins as bt

PAGE = "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail\n"


def test_prints_title_empty_line_and_the_block_as_annotating_makes_it(command) -> None:
    done = command("annotate", "first-steps")
    written = bt.annotate(bt.expand(bt.library_entry("first-steps").workout))
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{written.title}\n\n{written.text}\n"


def test_puts_it_in_the_words_of_an_annotator(command) -> None:
    done = command("annotate", "tennis-four-way", "--wording", "bouts")
    assert done.code == 0
    assert done.out.startswith("Tennis four-way: 6:00 of 31:00 backward or sideways\n\nTreadmill, which way")
    assert "\n3x\n  0:30 left walk 2 km/h light rail\n" in done.out
    assert "forward jog" not in done.out


def test_gives_the_same_as_data(command) -> None:
    done = command("annotate", "first-steps", "--json")
    written = bt.annotate(bt.expand(bt.library_entry("first-steps").workout))
    assert json.loads(done.out) == {"title": written.title, "text": written.text, "losses": []}


def test_says_who_supervised(command) -> None:
    assert "# Supervised by Ada.\n" in command("annotate", "first-steps", "--supervised-by", "Ada").out


def test_says_what_did_not_fit(command) -> None:
    long = "".join(f"1:00 forward walk 5.{number} km/h easy\n" for number in range(10)) * 6
    Path("a.backtrack").write_text(PAGE + long, encoding="utf-8")
    done = command("annotate", "a.backtrack")
    assert done.code == 0
    assert "a.backtrack: text: not carried: more than 1500 characters" in done.err


def test_refuses_what_is_not_safe(command) -> None:
    Path("a.backtrack").write_text(PAGE.replace("2 km/h", "9 km/h"), encoding="utf-8")
    done = command("annotate", "a.backtrack")
    assert (done.code, done.out) == (1, "")
    assert "a.backtrack:3: error BT102" in done.err


def test_a_wording_that_nobody_has_gets_the_near_match(command) -> None:
    done = command("annotate", "first-steps", "--wording", "bout")
    assert (done.code, done.out) == (2, "")
    assert "no annotator is named bout; did you mean bouts?" in done.err


def test_says_where_time_alone_is_what_the_words_rest_on(command) -> None:
    Path("a.backtrack").write_text(PAGE, encoding="utf-8")
    length = bt.expand(bt.read("a.backtrack")).totals.seconds
    Path("free.fit").write_bytes(recorded_fit([], [Lap(length)]))
    done = command("annotate", "free.fit", "--workout", "a.backtrack")
    assert "1:00 backward" in done.out
    assert done.err.startswith("free.fit: matched by time alone: ")
    assert "which way anybody went is as planned, and not measured" in done.err
    data = command("annotate", "free.fit", "--workout", "a.backtrack", "--json")
    assert (data.code, data.err) == (0, "")
