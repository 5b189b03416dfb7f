"""The block in a description: what the user wrote stays byte for byte, and twice is the same as once."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.block import FRAME_CHARACTERS, is_mark, make_block

TOOL = Path(__file__).parents[1] / "tools" / "fuzz_block.py"

BLOCK = make_block("After-intervals reset", "4:00 backward\n\n2x 2:00 backward walk 3.6 km/h hands free")
OTHER = make_block("Reset", "3:00 backward")
LINES = BLOCK.split("\n")
PASTED = "\n".join([*LINES[:-1], "(backtrack-plugins, block 1)"])
"""As the first released strava-text wrote it."""

PIECES = (
    "",
    "Nice run 🏃‍♀️",
    "\n",
    "\r\n",
    "\r",
    "  ",
    "\t",
    "\u2028",
    "I wrote: Treadmill, which way you face: A",
    "as in (backtrack-plugins, block 2, 0123ab)",
    "Treadmill, which way",
    "(backtrack",
    "2:00 backward walk 3.6 km/h hands free",
)

characters = st.characters(exclude_categories=("Cs",))
texts = (
    st.lists(st.sampled_from(PIECES) | characters, max_size=6)
    .map("".join)
    .filter(lambda text: not any(is_mark(line) for line in text.split("\n")))
)
unix_texts = texts.map(lambda text: text.replace("\r", ""))
blocks = st.sampled_from(
    (
        BLOCK,
        OTHER,
        make_block("Ünter 🏃", "\n\n  indented\n\tand not \n\n"),
        make_block("A", ""),
        make_block("A: B (backtrack-plugins, block 1)", "so: Treadmill, which way you face: A"),
    )
)
looked_at = settings(max_examples=200)


def with_crlf(text: str) -> str:
    """As a service returns it that writes line ends in its own way."""
    return re.sub(r"\r?\n", "\r\n", text)


def trimmed(text: str) -> str:
    """As a service returns it that takes white space off at the end of each line."""
    return "\n".join(line.rstrip() for line in text.split("\n"))


ECHOES = st.sampled_from((with_crlf, trimmed, lambda text: with_crlf(trimmed(text))))


class TestMerge:
    @looked_at
    @given(texts, blocks)
    def test_twice_is_the_same_as_once(self, text: str, block: str) -> None:
        once = bt.merge_block(text, block)
        assert bt.merge_block(once, block) == once

    @looked_at
    @given(texts, blocks, blocks)
    def test_of_another_block_is_as_if_the_first_had_never_been(
        self, text: str, block: str, new: str
    ) -> None:
        assert bt.merge_block(bt.merge_block(text, block), new) == bt.merge_block(text, new)

    @looked_at
    @given(texts, blocks)
    def test_is_undone_by_removing(self, text: str, block: str) -> None:
        assert bt.remove_block(bt.merge_block(text, block)) == text

    @looked_at
    @given(texts, blocks)
    def test_puts_in_what_is_found(self, text: str, block: str) -> None:
        assert bt.block_in(text) is None
        assert bt.block_in(bt.merge_block(text, block)) == block

    def test_puts_the_block_behind_one_blank_line(self) -> None:
        assert bt.merge_block("Nice run.", BLOCK) == f"Nice run.\n\n{BLOCK}"

    def test_into_nothing_puts_the_block_alone(self) -> None:
        assert bt.merge_block("", BLOCK) == BLOCK

    @pytest.mark.parametrize(
        "wrong", ["", "1:00 backward", LINES[0], f"{BLOCK}\n", f"a\n{BLOCK}", PASTED[1:]]
    )
    def test_refuses_what_is_no_block(self, wrong: str) -> None:
        with pytest.raises(bt.UsageError) as caught:
            bt.merge_block("Nice run.", wrong)
        assert caught.value.details["argument"] == "block"

    def test_refuses_a_block_that_does_not_fit_its_code(self) -> None:
        with pytest.raises(bt.UsageError):
            bt.merge_block("Nice run.", BLOCK.replace("3.6", "4.6"))


class TestUserEdits:
    """The block stands where the user left it, between what they wrote before and after it."""

    @looked_at
    @given(texts, texts, blocks, blocks)
    def test_around_the_block_stay_byte_for_byte(self, before: str, after: str, block: str, new: str) -> None:
        after = f"\n{after}" if after else ""
        description = f"{before}\n\n{block}{after}"
        assert bt.merge_block(description, new) == f"{before}\n\n{new}{after}"
        assert bt.remove_block(description) == before + after

    @looked_at
    @given(texts.filter(lambda text: not text.endswith("\n")), blocks, st.sampled_from(("\n", " \n", "\r\n")))
    def test_that_took_the_blank_line_away_lose_nothing_more(
        self, before: str, block: str, line_end: str
    ) -> None:
        assert bt.remove_block(f"{before}{line_end}{block}") == f"{before}{line_end}"

    def test_that_moved_the_block_to_the_top_keep_it_there(self) -> None:
        assert bt.merge_block(f"{BLOCK}\nNice run.", OTHER) == f"{OTHER}\nNice run."
        assert bt.remove_block(f"{BLOCK}\nNice run.") == "\nNice run."


class TestEcho:
    """Services return a description with their own line ends, or without white space at line ends."""

    @looked_at
    @given(unix_texts, blocks, ECHOES)
    def test_is_the_same_block_and_nothing_is_to_be_done(self, text: str, block: str, echo) -> None:
        returned = echo(bt.merge_block(text, block))
        assert bt.block_in(returned) == block
        assert bt.merge_block(returned, block) == returned

    @looked_at
    @given(unix_texts, blocks, blocks, ECHOES)
    def test_loses_its_block_as_the_text_that_was_sent_does(
        self, text: str, block: str, new: str, echo
    ) -> None:
        returned = echo(bt.merge_block(text, block))
        assert bt.remove_block(returned) == echo(text)
        assert bt.remove_block(bt.merge_block(returned, new)) == echo(text)

    def test_with_white_space_added_at_line_ends_is_the_same_block(self) -> None:
        returned = "Nice run.\n\n" + BLOCK.replace("\n", " \t\n") + "  \nSee you."
        assert bt.merge_block(returned, BLOCK) == returned
        assert bt.remove_block(returned) == "Nice run.  \nSee you."


class TestChanged:
    @looked_at
    @given(texts, st.integers(0, len(LINES) - 2), st.characters(categories=("L", "N", "S")))
    def test_inside_is_noticed_and_refused_until_told(self, text: str, number: int, written: str) -> None:
        lines = [*LINES]
        lines[number] += written
        description = bt.merge_block(text, BLOCK).replace(BLOCK, "\n".join(lines))
        for refused in (lambda: bt.merge_block(description, OTHER), lambda: bt.remove_block(description)):
            with pytest.raises(bt.DamagedBlock) as caught:
                refused()
            assert caught.value.is_changed
            assert caught.value.details["found"] == tuple(lines)
        assert bt.block_in(description) == "\n".join(lines)
        assert bt.merge_block(description, OTHER, overwrite=True) == bt.merge_block(text, OTHER)
        assert bt.remove_block(description, overwrite=True) == text

    def test_by_a_line_of_ones_own_shows_all_that_would_be_lost(self) -> None:
        lines = [*LINES[:2], "felt \x1b[2J great", *LINES[2:]]
        with pytest.raises(bt.DamagedBlock) as caught:
            bt.merge_block("\n".join(lines), OTHER)
        said = str(caught.value)
        assert r"felt \x1b[2J great" in said
        assert LINES[0] in said
        assert "--overwrite replaces it" in said

    def test_is_not_known_of_the_first_format_which_has_no_code(self) -> None:
        for pasted in (PASTED, PASTED.replace("3.6", "4.6")):
            assert bt.block_in(f"Nice run.\n\n{pasted}") == pasted
            assert bt.merge_block(f"Nice run.\n\n{pasted}", BLOCK) == f"Nice run.\n\n{BLOCK}"
            assert bt.remove_block(f"Nice run.\n\n{pasted}") == "Nice run."


def refusal(description: str) -> bt.DamagedBlock:
    """What each function says of a description that it may not touch, whatever it was told."""
    said = []
    for call in (
        lambda: bt.block_in(description),
        lambda: bt.merge_block(description, OTHER, overwrite=True),
        lambda: bt.remove_block(description, overwrite=True),
    ):
        with pytest.raises(bt.DamagedBlock) as caught:
            call()
        said.append(caught.value)
    assert len({str(each) for each in said}) == 1
    assert not said[0].is_changed
    return said[0]


class TestDamaged:
    @looked_at
    @given(texts, st.data())
    def test_first_or_last_line_is_refused(self, text: str, data: st.DataObject) -> None:
        """The beginning of the first line is gone, or the end of the last one, or all of either."""
        if data.draw(st.booleans()):
            cut = BLOCK[data.draw(st.integers(1, len(LINES[0]))) :]
        else:
            cut = BLOCK[: -data.draw(st.integers(1, len(LINES[-1])))]
        refusal(bt.merge_block(text, BLOCK).replace(BLOCK, cut))

    @pytest.mark.parametrize(
        ("description", "said"),
        [
            (LINES[0], "the first line of a block, and no whole last line"),
            (f"{LINES[0]}\n(backtrack-plugins, block 2, 12)", "the first line of a block, and no whole last"),
            (LINES[-1], "the last line of a block, and no first line"),
            (f"{BLOCK}\n{OTHER}", "lines of more than one block"),
            (f"{LINES[0]}\n{OTHER}\n{LINES[-1]}", "lines of more than one block"),
            (f"{LINES[-1]}\n{LINES[0]}", "not in their order"),
            (f"{LINES[0]}\n(backtrack-plugins, block 3, tail)", "a later version of backtrack-plugins"),
            (f"{LINES[0]}\n(backtrack-plugins, block 99)", "a later version of backtrack-plugins"),
            (f"{LINES[0]}\n(backtrack-plugins, block 2)", "the first line of a block, and no whole last"),
            (f"{LINES[0]}\n(backtrack-plugins, block 1, 0123ab)", "the first line of a block, and no whole"),
            (f"{LINES[0]}\n(backtrack-plugins, block {'9' * 5000})", "no whole last line"),
        ],
    )
    def test_block_is_shown_with_what_to_do(self, description: str, said: str) -> None:
        error = refusal(description)
        assert said in str(error)
        assert "Delete what is left of the block by hand" in str(error)
        for line in error.details["found"]:
            assert line in description.split("\n")
            assert line in str(error)


class TestMake:
    def test_takes_white_space_off_at_line_ends_as_a_service_may(self) -> None:
        assert make_block("A", "one  \ntwo\t\n") == make_block("A", "one\ntwo\n")

    @pytest.mark.parametrize("line", ["Treadmill, which way you face: B", "(backtrack-plugins, block 7"])
    def test_refuses_a_text_with_a_line_that_a_block_is_found_by(self, line: str) -> None:
        with pytest.raises(bt.UsageError):
            make_block("A", f"1:00 backward\n{line}")

    def test_adds_as_many_characters_as_it_says(self) -> None:
        assert len(make_block("Name", "Text")) == FRAME_CHARACTERS + len("NameText")

    def test_has_the_same_code_everywhere(self) -> None:
        assert BLOCK.endswith("\n\n(backtrack-plugins, block 2, 268aff)")


def test_no_sequence_of_edits_and_echoes_loses_what_the_user_wrote() -> None:
    """`make fuzz` follows thousands of them with the same code."""
    spec = importlib.util.spec_from_file_location("fuzz_block", TOOL)
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    wrong = {seed: tool.follow(tool.Random(seed)) for seed in range(150)}
    assert not {seed: said for seed, said in wrong.items() if said}
