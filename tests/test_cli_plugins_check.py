"""``backtrack plugins check``: the conformance kit against what is installed, in a report to be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import foreign
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

ANNOTATOR = """
from backtrack_plugins import Annotation, Annotator, hookimpl

def annotate(request):
    {body}

@hookimpl
def backtrack_annotators():
    return [Annotator(name="terse", summary="A fake", annotate=annotate)]
"""
WORDS = """segments = request.timeline.segments
    if request.review is not None:
        segments = [each.segment for each in request.review.segments if each.state == "as planned"]
    lines = [line for segment in segments for line in segment.lines]
    text = "\\n".join([*request.notices, *lines])[: request.most_characters]
    cut = Loss(what="text", instead="cut")
    return Annotation(title=request.timeline.workout.name, text=text, losses=(cut,))"""


@pytest.fixture
def check(command: Callable[..., Any], plugins: Any) -> Callable[..., Any]:
    def run(body: str, *arguments: str) -> Any:
        source = ANNOTATOR.format(body=body).replace("import Annotation,", "import Annotation, Loss,")
        plugins.install("acme-words", source, annotators=("terse",), version="2.1")
        return command("plugins", "check", "terse", *arguments)

    return run


def promises(out: str) -> dict[str, list[str]]:
    """The promises of a report, by what became of them."""
    found: dict[str, list[str]] = {}
    for state, promise in re.findall(r"^  (kept|BROKEN|-) +(.*?)(?:  \(\d+ times\))?$", out, re.MULTILINE):
        found.setdefault(state, []).append(promise)
    return found


def test_a_plugin_that_keeps_every_promise(check: Callable[..., Any]) -> None:
    done = check(WORDS)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("annotator terse of acme-words 2.1\n  kept    Listing what is installed costs")
    assert set(promises(done.out)) == {"kept"}
    kept = len(promises(done.out)["kept"])
    assert done.out.endswith(f"{kept} promises kept, 0 broken, 0 not asked\n")


def test_one_that_breaks_some_is_told_which_and_how(check: Callable[..., Any]) -> None:
    done = check(WORDS.replace("[*request.notices, *lines]", "lines"))
    assert done.code == 3
    broken = promises(done.out)["BROKEN"]
    assert "Every sample gets a title and a text that names each direction and keeps the notices." in broken
    assert "Name and summary can be shown in a list." in promises(done.out)["kept"]
    assert re.search(r"^ +first-timer: .*the annotator terse left out", done.out, re.MULTILINE)
    assert re.search(r"^ +and \d more$", done.out, re.MULTILINE)
    assert f"{len(broken)} broken" in done.out


def test_gives_the_same_as_data(check: Callable[..., Any]) -> None:
    (plugin,) = check(WORDS.replace("*request.notices, ", ""), "--json").data["plugins"]
    assert (plugin["kind"], plugin["name"], plugin["distribution"]) == ("annotator", "terse", "acme-words")
    states = {promise["promise"]: promise["state"] for promise in plugin["promises"]}
    assert set(states.values()) == {"kept", "broken"}
    findings = [each["findings"] for each in plugin["promises"] if each["state"] == "broken"]
    assert all(findings)


def test_one_that_hangs_is_named_with_the_promise_it_hangs_at(
    check: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backtrack_plugins.cli.plugins_check.SECONDS", 3)
    done = check("import time\n    while True: time.sleep(1)")
    assert done.code == 3
    (broken,) = promises(done.out)["BROKEN"]
    assert broken.startswith("Every sample gets a title and a text")
    assert "it did not finish within 3 s; what comes after it was not asked" in done.out


def test_one_that_ends_python_is_told_so(check: Callable[..., Any]) -> None:
    done = check("import os\n    os._exit(3)")
    assert done.code == 3
    assert "it ended Python (3)" in done.out


def test_what_only_its_author_knows_is_not_asked(command: Callable[..., Any]) -> None:
    done = command("plugins", "check", "fitfile")
    assert done.code == 0
    asked = promises(done.out)
    assert "A good file is recognised by its first bytes." in asked["-"]
    assert "What was never its own is refused by its name, however large." in asked["kept"]
    assert "needs a good file: give one with --file" in done.out


def test_a_good_file_may_be_given(command: Callable[..., Any]) -> None:
    """Which is no recording, and so the reader does not read it."""
    Path("bad.fit").write_bytes(b"no recording")
    done = command("plugins", "check", "fitfile", "--file", "bad.fit")
    assert done.code == 3
    assert "A good file is read, and what was read can be used." in promises(done.out)["BROKEN"]
    assert "bad.fit" in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("terze",), 2, "no plugin is named terze"),
        (("garmin-fti",), 2, "did you mean garmin-fit?"),
        (("fitfile", "--file", "nowhere.fit"), 2, "--file nowhere.fit: there is no such file"),
        (("zwo", "--kind", "recording"), 2, "no plugin is named zwo"),
    ],
)
def test_a_wrong_call_is_told_what_to_do(
    command: Callable[..., Any], arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = command("plugins", "check", *arguments)
    assert (done.code, done.out) == (code, "")
    assert said in done.err


def test_one_that_cannot_be_asked_for_is_told_why(command: Callable[..., Any], plugins: Any) -> None:
    plugins.install("vague", "", exporters=("csv",))
    done = command("plugins", "check", "csv")
    assert done.code == 3
    assert "the exporter csv of vague 1.0 is reserved: the name is too vague" in done.err


def test_without_the_kit_it_says_how_to_get_it(
    command: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "pytest" else real(name, *more)
    )
    done = command("plugins", "check", "bouts")
    assert done.code == 2
    assert 'the kit needs pytest: python -m pip install "backtrack-plugins[testing]"' in done.err


EXPORTER = """
from backtrack_plugins import CannotExport, Exporter, Problem, hookimpl

def export(request):
    for segment in request.segments:
        if segment.seconds is None:
            hint = {hint!r}
            raise CannotExport([Problem(code="clock/lap", message="no lap button", hint=hint)])
    return request.page.encode()

@hookimpl
def backtrack_exporters():
    about = {{"summary": "A fake", "suffix": ".clock", "media_type": "text/plain"}}
    return [Exporter(name="clock", export=export, carries=frozenset({{"text"}}), **about)]
"""


@pytest.mark.parametrize(("hint", "code"), [("say how long", 0), ("", 3)])
def test_an_exporter_that_refuses_a_sample_breaks_no_promise_as_long_as_it_gives_a_hint(
    command: Callable[..., Any], plugins: Any, hint: str, code: int
) -> None:
    plugins.install("acme-clock", EXPORTER.format(hint=hint), exporters=("clock",))
    done = command("plugins", "check", "clock")
    assert done.code == code, done.out
    broken = promises(done.out).get("BROKEN", [])
    wanted = [
        "Every sample becomes bytes, but for those that are named as refused.",
        "A workout that nobody thought of is exported, or refused with what to do.",
    ]
    assert broken == ([] if hint else wanted)


@pytest.fixture
def club(plugins: Any) -> None:
    """A format that splices, whose importer declares options and values of the athlete."""
    source = Path(foreign.__file__).read_text(encoding="utf-8")
    plugins.install("acme-club", source, exporters=("club",), importers=("club",))


@pytest.mark.usefixtures("club")
def test_of_an_exporter_that_splices_it_is_asked_with_a_file_of_others(command: Callable[..., Any]) -> None:
    without = command("plugins", "check", "club", "--kind", "exporter")
    stay = "Read back, the file has its own steps as before, and ours among them, line for line."
    assert stay in promises(without.out)["-"]
    assert "needs a file that another program made: give one with --file" in without.out
    Path("tuesday.club").write_text("CLUB 1\n600 9 warm up\n120 14 fast\n600 9 home\n", encoding="utf-8")
    given = command("plugins", "check", "club", "--kind", "exporter", "--file", "tuesday.club")
    asked = promises(given.out)
    assert stay not in asked.get("-", ())
    assert "Adding to a file opens no connection, starts no process and writes no file." in asked["kept"]


@pytest.mark.usefixtures("club")
def test_an_importer_gets_the_settings_that_it_declares(command: Callable[..., Any]) -> None:
    Path("tuesday.club").write_text("CLUB 1\n600 ? warm up\n120 14 fast\n", encoding="utf-8")
    done = command("plugins", "check", "club", "--kind", "importer", "--file", "tuesday.club")
    kept = promises(done.out)["kept"]
    assert "A good file is read, and what was read can be used." in kept
    assert "No clock, locale, time zone or hash seed stands in what was read." in kept
