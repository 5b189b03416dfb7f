"""XML of strangers: what is read, what is refused, where it is wrong, and that nothing else is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt

if TYPE_CHECKING:
    from pathlib import Path


def read(data: bytes) -> str | None:
    return bt.read_xml(data, "a.xml", root="plan", what="PLAN").text


def refusal(data: bytes) -> str:
    with pytest.raises(bt.UnreadableInput) as refused:
        read(data)
    assert refused.value.details["file"] == "a.xml"
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_read_in_each_of_its_encodings(encoding: str) -> None:
    assert read("<plan>é€</plan>".encode(encoding)) == "é€"


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "us-ascii", "UTF-8"])
def test_an_encoding_that_is_declared_is_read(encoding: str) -> None:
    text = "é" if encoding != "us-ascii" else "e"
    declared = f'<?xml version="1.0" encoding="{encoding}"?><plan>{text}</plan>'
    assert read(declared.encode(encoding)) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_doctype_is_refused_in_every_encoding_before_what_it_declares(
    encoding: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hunter2")
    address = (tmp_path / "secret").as_uri()
    text = f'<!-- x -->\n<!DOCTYPE plan [<!ENTITY x SYSTEM "{address}"> broken <!>]><plan>&x;</plan>'
    said = refusal(text.encode(encoding))
    assert said.startswith("a.xml:2:1: has a DOCTYPE")
    assert "hunter2" not in said


@pytest.mark.parametrize("said", ["UTF-16", "UTF-7", "x-nobodys", "utf-32", "EBCDIC-CP-US"])
def test_an_encoding_that_the_file_is_not_in_is_refused_where_it_says_so(said: str) -> None:
    answer = refusal(f'<?xml version="1.0" encoding="{said}"?><plan/>'.encode())
    assert answer.startswith(f'a.xml:1:31: not well-formed XML: encoding="{said}"')
    assert 'write encoding="UTF-8" there' in answer


@pytest.mark.parametrize(
    ("row", "column", "hint"),
    [
        (b'<step a="1" \\>', 13, "Write /> in place of \\>"),
        (b"<name>A & B</name>", 10, "Write &amp; in place of &"),
        (b'<name a="A & B"/>', 13, "Write &amp; in place of &"),
        (b"<name>A&nbsp;B</name>", 14, "Write the character itself"),
        (b"<step a=300/>", 9, "in quotes"),
        (b"<step></stop>", 14, "mend that place"),
    ],
)
def test_tags_as_public_files_have_them_are_told_with_line_column_and_what_to_do(
    row: bytes, column: int, hint: str
) -> None:
    said = refusal(b"<plan>\n" + row + b"\n</plan>")
    assert said.startswith(f"a.xml:2:{column}: not well-formed XML: ")
    assert hint in said
    assert "export it again where it comes from" in said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "a.xml:1:1: not well-formed XML: it is empty"),
        (b"\xef\xbb\xbf \n", "a.xml:1:1: not well-formed XML: it is empty"),
        (b"<plan>\n \0</plan>", "a.xml:2:2: not well-formed XML: a NUL byte"),
        (b"<plan>\n\xe9</plan>", "a.xml:2:1: not well-formed XML: not UTF-8"),
        (b"<plan>" + b"<a>" * 300 + b"</a>" * 300 + b"</plan>", "a.xml:1:774: not well-formed XML: "),
        (b"<gpx/>", "a.xml: no PLAN: it begins with <gpx>, not <plan>"),
        (b"<plan>" + b" " * (1 << 20), "a.xml: larger than 1 MiB"),
    ],
)
def test_what_is_no_such_file_is_told(data: bytes, said: str) -> None:
    assert refusal(data).startswith(said)


def test_a_file_that_was_cut_short_is_told_with_line_and_column() -> None:
    said = refusal(b'<plan>\n<step a="1"')
    assert said.startswith("a.xml:2:")
    assert "cut short" in said


def test_comments_and_instructions_are_left_out() -> None:
    found = bt.read_xml(b"<!-- a --><plan><?b?><!-- c --><d/></plan>", "a", root="plan", what="PLAN")
    assert [child.tag for child in found] == ["d"]


def test_no_importer_is_handed_more_than_a_workout_may_have() -> None:
    with pytest.raises(bt.UnreadableInput, match="b: larger than 1 MiB, which no workout is"):
        bt.import_bytes(b"<plan>" + b" " * (1 << 20), "b")
