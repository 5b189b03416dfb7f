"""``backtrack import`` of what has no file here: an importer is asked for it by name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Outcome, Plugins

PLUGIN = """
from backtrack_plugins import Imported, Importer, Loss, NotSignedIn, NotThere, hookimpl, parse

CALLS = []

def fetch(wanted):
    CALLS.append(wanted)
    {fetch}

def read(data, name):
    losses = (Loss(what="power", instead="a cue"),)
    return Imported(workout=parse(data.decode(), file=name), losses=losses)

def importer(name, **said):
    return Importer(name=name, summary="A club", suffix=".txt", recognise=lambda head: False, read=read,
                    **said)

@hookimpl
def backtrack_importers():
    return [importer("club", fetch=fetch), importer("words")]
"""
FOUND = "return b'name: Tempo\\n9:00 forward walk 5 km/h\\n'"


@pytest.fixture
def fetched(plugins: Plugins, command: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Import from an importer whose ``fetch`` has this body."""

    def run(*arguments: str, fetch: str = FOUND) -> Outcome:
        plugins.install("acme", PLUGIN.format(fetch=fetch), importers=("club", "words"))
        return command("import", *arguments)

    return run


class TestAnAddress:
    def test_prints_the_page_and_what_has_no_place_in_it(self, fetched, plugins: Plugins) -> None:
        done = fetched("club:123:4")
        assert done.code == 0
        assert done.out == "name: Tempo\n\n9:00 forward walk 5 km/h\n"
        assert done.err == "club:123:4: power: a cue\n"
        assert plugins.calls("fake_acme") == ["123:4"]

    def test_is_data_too(self, fetched) -> None:
        done = fetched("club:123", "--json")
        assert done.data["workout"]["name"] == "Tempo"
        assert [loss["what"] for loss in done.data["losses"]] == ["power"]

    def test_is_a_file_where_there_is_one_of_that_name(self, fetched, plugins: Plugins) -> None:
        Path("club:123").write_bytes(b"\x00\x01")
        done = fetched("club:123")
        assert done.code == 2
        assert plugins.calls("fake_acme") == []

    def test_is_a_file_where_a_format_is_said(self, fetched, plugins: Plugins) -> None:
        done = fetched("club:123", "--from", "words")
        assert (done.code, plugins.calls("fake_acme")) == (2, [])
        assert "club:123" in done.err

    def test_that_names_no_importer_is_a_file_that_is_not_there(self, fetched) -> None:
        done = fetched("clubb:123")
        assert done.code == 2
        assert "clubb:123" in done.err

    def test_of_an_importer_of_files_alone_is_refused(self, fetched) -> None:
        done = fetched("words:123")
        said = "error: words:123: words reads files alone; give it a file: --from words\n"
        assert (done.code, done.out, done.err) == (2, "", said)

    @pytest.mark.parametrize(
        ("fetch", "said", "code"),
        [
            ("raise NotThere('Club has no workout 123', service='Club', path='/123')", "Club has no", 2),
            ("raise NotSignedIn('sign in first: backtrack login club', service='Club')", "sign in first", 2),
            ("raise ValueError('oh')", "club:123: the importer club failed: ValueError: oh.", 3),
            ("return 'a text'", "club:123: the importer club returned str", 3),
            ("return b'name: A\\n9:00 sideways'", "club:123:2:1: error BT002", 1),
        ],
    )
    def test_that_fails_is_told_in_a_sentence(self, fetched, fetch: str, said: str, code: int) -> None:
        done = fetched("club:123", fetch=fetch)
        assert (done.code, done.out) == (code, "")
        assert said in done.err
        assert "Traceback" not in done.err


def test_an_app_fetches_it_too(plugins: Plugins) -> None:
    plugins.install("acme", PLUGIN.format(fetch=FOUND), importers=("club", "words"))
    imported = bt.import_address("club:123", registry=plugins.registry())
    assert imported.workout.name == "Tempo"
    assert [loss.what for loss in imported.losses] == ["power"]
