"""Everything a user can do wrong: a clear error, an exit code, and nothing written."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).parents[1] / "examples"
FIRST_STEPS = Path(library.__file__).parent / "workouts" / "first-steps.backtrack"
ATHLETE = EXAMPLES / "athlete.toml"
TARGETS = ("garmin-fit", "zwo", "strava-text", "segments-csv")

HEAD = "name: A\n9:00 forward walk 5 km/h\n"

JARGON = re.compile(r"Traceback|`|\$\.|Errno|codec|\bNone\b|\w+Error\b|NoneType|<class|object at 0x")
"""What a runner should not have to read."""

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""What moves the cursor back, colours the screen or rings the bell; a line feed or a tab does not."""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an empty folder `out` in it, for a user who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    (folder / "out").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def backtrack(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run a command."""

    def run(*arguments: object) -> Outcome:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stopped:  # argparse ends the process itself
            code = stopped.code if isinstance(stopped.code, int) else 0
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


def process(
    *arguments: object, before: Callable[[], None] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    return subprocess.run(
        [sys.executable, "-m", "backtrack_plugins", *map(str, arguments)],
        text=True,
        check=False,
        preexec_fn=before,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        **options,
    )


def page(content: str | bytes, name: str = "workout.backtrack") -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    return name


def to(*formats: str) -> tuple[str, ...]:
    return tuple(part for name in formats or TARGETS for part in ("--to", name))


def written() -> list[str]:
    """All that stands in the output folder, ledger and unfinished files included."""
    return sorted(os.listdir("out"))


def assert_said(said: str, *words: str) -> None:
    for word in words:
        assert word in said
    assert not JARGON.search(said), said


MANY_STEPS = "name: Many\n" + "".join(f"1:00 forward walk 4.{n % 10} km/h\n" for n in range(51))
DEEP = "".join(f"{'  ' * depth}99999x\n" for depth in range(10)) + f"{'  ' * 10}1:00 forward walk 5 km/h\n"

BAD_PAGES: dict[str, tuple[str | bytes, int, list[str]]] = {
    "empty": ("", 1, ["f.backtrack:1", "there is no step in it", "5:00 forward walk 4.5 km/h"]),
    "only-headers": ("name: A\n", 1, ["there is no step in it"]),
    "binary": (bytes(range(256)), 2, ["f.backtrack", "binary", "backtrack import"]),
    "latin-1": ("name: Ge\u00e4ndert\n".encode("latin-1"), 2, ["f.backtrack:1", "not UTF-8", "Save"]),
    "latin-1-below": ((HEAD + "# \u00e4").encode("latin-1"), 2, ["f.backtrack:3", "not UTF-8"]),
    "utf-16": (HEAD.encode("utf-16"), 2, ["f.backtrack"]),
    "too-large": ("#" * ((1 << 20) + 1), 2, ["f.backtrack", "larger than 1 MiB"]),
    "no-name": ("9:00 forward walk 5 km/h\n", 1, ["f.backtrack:1", "no name", "name: My workout"]),
    "long-name": (HEAD.replace("A", "x" * 400), 1, ["f.backtrack:1", "at most 80 characters", "400"]),
    "slash-in-name": (HEAD.replace("A", "a/b"), 1, ["f.backtrack:1", "no / in it"]),
    "dots-in-name": (HEAD.replace("A", ".."), 1, ["f.backtrack:1", "no .. in it"]),
    "near-header": ("nmae: A\n9:00 forward walk 5 km/h\n", 1, ["f.backtrack:1", "did you mean name?"]),
    "near-level": ("level: beginer\n" + HEAD, 1, ["f.backtrack:1", "did you mean beginner?"]),
    "no-rail": (HEAD + "1:00 backward walk 2 km/h\n", 1, ["f.backtrack:3", "hands", "light rail"]),
    "near-word": (
        HEAD + "1:00 bakward walk 2 km/h light rail\n",
        1,
        ["f.backtrack:3:6", "bakward", "did you mean backward?"],
    ),
    "cue-control": (
        HEAD + '1:00 forward walk 5 km/h "a\x1b[31m"\n',
        1,
        ["f.backtrack:3", "control", "U+001B"],
    ),
    "cue-bidi": (HEAD + '1:00 forward walk 5 km/h "a\u202eb"\n', 1, ["f.backtrack:3", "control", "U+202E"]),
    "cue-long": (HEAD + f'1:00 forward walk 5 km/h "{"x" * 121}"\n', 1, ["f.backtrack:3", "at most 120"]),
    "cue-unclosed": (HEAD + '1:00 forward walk 5 km/h "look\n', 1, ["f.backtrack:3", "no closing quote"]),
    "negative-speed": (HEAD + "1:00 forward walk -5 km/h\n", 1, ["f.backtrack:3:19", "above zero"]),
    "zero-speed": (HEAD + "1:00 forward walk 0 km/h\n", 1, ["f.backtrack:3:19", "straddle"]),
    "900-km/h": (HEAD + "1:00 forward walk 900 km/h\n", 1, ["f.backtrack:3:19", "900 km/h", "45 km/h"]),
    "zero-time": (HEAD + "0:00 forward walk 5 km/h\n", 1, ["f.backtrack:3:1", "above zero"]),
    "zero-distance": (HEAD + "0 m forward walk 5 km/h\n", 1, ["f.backtrack:3:1", "above zero"]),
    "minutes-or-metres": (HEAD + "5m forward walk 5 km/h\n", 1, ["f.backtrack:3:1", "5:00", "5 m"]),
    "comma": (HEAD + "1:00 forward walk 2,5 km/h\n", 1, ["f.backtrack:3:19", "2.5"]),
    "repeat-of-zero": (HEAD + "0x\n  1:00 forward walk 5 km/h\n", 1, ["f.backtrack:3", "0x", "3x"]),
    "repeat-of-nothing": (HEAD + "3x\n", 1, ["f.backtrack:3", "repeats nothing"]),
    "repeats-without-end": ("name: A\n" + DEEP, 1, ["f.backtrack:", "deep"]),
    "too-many-segments": (HEAD + "99999x\n  1:00 forward walk 5 km/h\n", 1, ["f.backtrack:3", "10000"]),
    "20000-bad-lines": (HEAD + "what\n" * 20_000, 1, ["f.backtrack:3:1", "100 problems or more"]),
}


class TestAPageThatCannotBeRead:
    @pytest.mark.parametrize("case", BAD_PAGES)
    def test_is_refused_in_words_and_nothing_is_written(
        self, backtrack: Callable[..., Outcome], case: str
    ) -> None:
        content, code, words = BAD_PAGES[case]
        done = backtrack("export", page(content, "f.backtrack"), *to(), "-o", "out", "--athlete", ATHLETE)
        assert (done.code, done.out) == (code, "")
        assert_said(done.err, *words, "Nothing was written.")
        assert written() == []

    @pytest.mark.parametrize("command", ["show", "check", "format"])
    @pytest.mark.parametrize("case", BAD_PAGES)
    def test_gets_the_same_words_from_every_command(
        self, backtrack: Callable[..., Outcome], case: str, command: str
    ) -> None:
        content, code, words = BAD_PAGES[case]
        done = backtrack(command, page(content, "f.backtrack"))
        assert (done.code, done.out) == (code, "")
        assert_said(done.err, *words)

    @pytest.mark.parametrize("case", BAD_PAGES)
    def test_is_left_as_it_is_by_format(self, backtrack: Callable[..., Outcome], case: str) -> None:
        content, code, _ = BAD_PAGES[case]
        file = page(content, "f.backtrack")
        before = Path(file).read_bytes()
        assert backtrack("format", file, "--write").code == code
        assert Path(file).read_bytes() == before
        assert sorted(os.listdir()) == ["f.backtrack", "out"]

    @pytest.mark.parametrize("case", BAD_PAGES)
    def test_is_data_too(self, backtrack: Callable[..., Outcome], case: str) -> None:
        content, code, words = BAD_PAGES[case]
        done = backtrack("export", page(content, "f.backtrack"), *to("strava-text"), "-o", "out", "--json")
        assert (done.code, done.err) == (code, "")
        (error,) = json.loads(done.out)["errors"]
        assert error["exit_code"] == code
        said = error.get("message", "") + "".join(
            f"{problem['where'].get('file')}:{problem['where'].get('line')}:{problem['where'].get('column')} "
            f"{problem['message']} {problem.get('hint', '')} "
            for problem in error.get("problems", [])
        )
        assert_said(said.replace(":None", ""), *words)

    def test_has_all_its_mistakes_reported_at_once(self, backtrack: Callable[..., Outcome]) -> None:
        mistakes = "1:00 bakward walk 2 km/h light rail\n1:00 forward wlak 5 km/h\n5m forward walk 5 km/h\n"
        done = backtrack("export", page(HEAD + mistakes), *to("strava-text"), "-o", "out")
        assert done.code == 1
        for place in ("workout.backtrack:3:6:", "workout.backtrack:4:14:", "workout.backtrack:5:1:"):
            assert done.err.count(place) == 1
        assert done.err.count(" error ") == 3

    def test_lists_at_most_a_hundred_problems(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("check", page(HEAD + "what\n" * 20_000))
        assert done.err.count(" error ") <= 100

    def test_keeps_a_good_workout_from_being_written_beside_it(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        bad = page(HEAD + "what\n")
        done = backtrack("export", FIRST_STEPS, bad, *to("strava-text"), "-o", "out")
        assert done.code == 1
        assert written() == []

    def test_is_not_mistaken_for_one_with_markup_in_a_cue(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(HEAD + '1:00 forward walk 5 km/h "<b>&amp;]]></b>"\n')
        assert backtrack("export", file, *to(), "-o", "out", "--athlete", ATHLETE).code == 0
        for made in ("out/workout.zwo", "out/workout.fit"):
            assert '"<b>&amp;]]></b>"' in backtrack("import", made).out


STEP = {"kind": "step", "amount": "9:00", "direction": "forward", "gait": "walk", "speed": "5 km/h"}

BAD_DOCUMENTS: dict[str, tuple[str | bytes, int, list[str]]] = {
    "empty": ("", 1, ["no JSON document"]),
    "cut-short": ('{"name": "A", "steps": [', 1, ["no JSON document"]),
    "latin-1": ('{"name": "\u00e4"}'.encode("latin-1"), 2, ["f.json:1", "not UTF-8"]),
    "too-large": ("[" * ((1 << 20) + 1), 2, ["larger than 1 MiB"]),
    "nested-too-deep": ("[" * 200_000, 1, ["nested too deep"]),
    "a-list": ("[1]", 1, ["an object with a name and steps"]),
    "no-steps": ('{"name": "A"}', 1, ["f.json: steps", "at least one step"]),
    "infinite": ('{"name": "A", "steps": [{"kind": "repeat", "times": 1e999}]}', 1, ["f.json"]),
    "half-a-character": (r'{"name": "\ud800", "steps": []}', 1, ["f.json"]),
    "one-step": (
        json.dumps({"name": "A", "steps": [{**STEP, "direction": "bakward", "gait": "wlak", "sped": "1"}]}),
        1,
        ["steps[0].sped", "did you mean speed?", "steps[0]", "bakward", "wlak"],
    ),
    "everywhere": (
        json.dumps(
            {
                "name": "a/b",
                "level": "expert",
                "abuot": "x",
                "steps": [
                    {**STEP, "speed": 5},
                    {"kind": "repeat", "times": 0, "steps": [{**STEP, "amount": "5m"}]},
                    {"kind": "straddle", "amount": "lap"},
                    {"kind": "sprint"},
                ],
            }
        ),
        1,
        [
            "no / in it",
            "expert",
            "did you mean about?",
            "steps[0].speed",
            "'2.4 km/h'",
            "steps[1].steps[0].amount",
            "minutes or metres",
            "steps[1]",
            "1 to 999999 times",
            "steps[2]",
            "a straddle lasts a time",
            "steps[3].kind",
            "step, straddle or repeat",
        ],
    ),
}


class TestADocumentThatCannotBeRead:
    @pytest.mark.parametrize("case", BAD_DOCUMENTS)
    def test_is_refused_with_every_path_and_nothing_is_written(
        self, backtrack: Callable[..., Outcome], case: str
    ) -> None:
        content, code, words = BAD_DOCUMENTS[case]
        done = backtrack("export", page(content, "f.json"), *to("strava-text"), "-o", "out")
        assert (done.code, done.out) == (code, "")
        assert_said(done.err, "f.json", *words, "Nothing was written.")
        assert written() == []

    def test_may_begin_with_a_byte_order_mark(self, backtrack: Callable[..., Outcome]) -> None:
        document = json.dumps({"name": "A", "steps": [STEP]}).encode("utf-8-sig")
        assert backtrack("check", page(document, "f.json")).code == 0


BAD_ATHLETES: dict[str, tuple[str, list[str]]] = {
    "no-toml": ('level = "beginner\n', ["no TOML", "line 1"]),
    "keys": (
        'levle = "beginner"\nshoe = 44\n[race_paces]\n7k = "30:00"\n[treadmill]\nfastets = "20 km/h"\n',
        ["levle", "did you mean level?", "shoe", "7k", "mile, 5k, 10k", "did you mean fastest?"],
    ),
    "values": (
        (
            'level = "expert"\nunits = "metrical"\nmass = 70\neasy_walk = "5"\nmax_heart_rate = 400\n'
            'age_group = "old"\n[race_paces]\n5k = "3:00"\n10k = 40\n[treadmill]\nslowest = 0.8\n'
        ),
        [
            "level",
            "'expert'",
            "units",
            "'metrical'",
            "mass",
            "'70 kg'",
            "easy_walk",
            "'2.4 km/h'",
            "max_heart_rate",
            "100 to 230",
            "age_group",
            "65-and-over",
            "race_paces.5k",
            "between 120 and 1800",
            "race_paces.10k",
            '"30:00"',
            "treadmill.slowest",
        ],
    ),
    "wrong-types": (
        'safety_acknowledged = "yes"\nmax_heart_rate = true\ntreadmill = 3\nrace_paces = "x"\n',
        ["safety_acknowledged", "true or false", "max_heart_rate", "[treadmill]", "[race_paces]"],
    ),
    "treadmill-range": (
        '[treadmill]\nslowest = "20 km/h"\nfastest = "10 km/h"\n',
        ["treadmill", "slowest speed is below its fastest"],
    ),
    "treadmill-increment": ('[treadmill]\nspeed_increment = "6:00/km"\n', ["speed_increment", "km/h, mph"]),
    "treadmill-leap": ('[treadmill]\nspeed_increment = "9 km/h"\n', ["speed_increment"]),
}


class TestAnAthleteThatCannotBeRead:
    @pytest.mark.parametrize("command", ["show", "check", "export"])
    @pytest.mark.parametrize("case", BAD_ATHLETES)
    def test_is_refused_with_everything_that_is_wrong(
        self, backtrack: Callable[..., Outcome], case: str, command: str
    ) -> None:
        content, words = BAD_ATHLETES[case]
        file = page(content, "athlete.toml")
        more = (*to("strava-text"), "-o", "out") if command == "export" else ()
        done = backtrack(command, FIRST_STEPS, "--athlete", file, *more)
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, *words)
        assert all("athlete.toml" in line for line in done.err.splitlines())
        assert written() == []

    def test_says_each_mistake_once(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("check", FIRST_STEPS, "--athlete", page("treadmill = 3\n", "athlete.toml"))
        assert len(done.err.splitlines()) == 1

    def test_in_the_configuration_folder_is_refused_too(
        self, backtrack: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        folder = tmp_path / "config" / "backtrack"
        folder.mkdir(parents=True)
        (folder / "athlete.toml").write_text("levle = 3\n", encoding="utf-8")
        done = backtrack("export", FIRST_STEPS, *to("strava-text"), "-o", "out")
        assert done.code == 2
        assert_said(done.err, str(folder / "athlete.toml"), "did you mean level?")
        assert written() == []

    def test_is_data_too(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("check", FIRST_STEPS, "--athlete", page("levle = 3\n", "athlete.toml"), "--json")
        (error,) = json.loads(done.out)["errors"]
        assert (done.code, done.err, error["exit_code"]) == (2, "", 2)
        assert "did you mean level?" in error["message"]


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), ["COMMAND"]),
            (("exprot",), ["exprot", "export"]),
            (("export", FIRST_STEPS), ["--to"]),
            (("export", *to("zwo")), ["WORKOUT"]),
            (("show",), ["WORKOUT"]),
            (("check", FIRST_STEPS, "--athlete"), ["--athlete"]),
            (("export", FIRST_STEPS, *to("zwoo", "garminfit")), ["zwoo", "mean zwo?", "mean garmin-fit?"]),
            (
                ("export", FIRST_STEPS, *to("nothing-like-it-at-all")),
                ["there are: garmin-connect, garmin-fit"],
            ),
            (("import", ATHLETE, "--from", "garmin"), ["importer", "garmin", "did you mean garmin-fit?"]),
            (("export", FIRST_STEPS, *to("zwo"), "--supervised-by", ""), ["supervisor", "1 to 60"]),
            (("check", FIRST_STEPS, "--supervised-by", "a\nb"), ["supervisor", "printable"]),
            (("export", FIRST_STEPS, *to("strava-text"), "-o", "gone"), ["no folder gone", "mkdir"]),
            (("export", FIRST_STEPS, *to("strava-text"), "-o", ATHLETE), ["athlete.toml", "is a file"]),
        ],
        ids=lambda value: " ".join(map(str, value))[-40:] if isinstance(value, tuple) else "",
    )
    def test_is_answered_with_what_would_be_right(
        self, backtrack: Callable[..., Outcome], arguments: tuple[object, ...], words: list[str]
    ) -> None:
        if "-o" not in arguments and "export" in arguments:
            arguments = (*arguments, "-o", "out")
        done = backtrack(*arguments)
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, *words)
        assert written() == []

    @pytest.mark.parametrize("command", ["show", "check", "format", "export", "import"])
    @pytest.mark.parametrize(
        ("file", "words"),
        [("gone.backtrack", ["gone.backtrack", "no such file"]), ("", ["no such file"])],
        ids=["missing", "no-name"],
    )
    def test_a_file_that_cannot_be_opened_is_named(
        self, backtrack: Callable[..., Outcome], command: str, file: str, words: list[str]
    ) -> None:
        more = (*to("strava-text"), "-o", "out") if command == "export" else ()
        done = backtrack(command, file, *more)
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, *words)
        assert written() == []

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            *((command, ["directory"]) for command in ("show", "format", "export", "import")),
            ("check", ["no programme", "backtrack programme new"]),
        ],
    )
    def test_a_folder_instead_of_a_file_is_named(
        self, backtrack: Callable[..., Outcome], command: str, words: list[str]
    ) -> None:
        more = (*to("strava-text"), "-o", "out") if command == "export" else ()
        done = backtrack(command, "out", *more)
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, "out", *words)
        assert written() == []

    @pytest.mark.parametrize("command", ["show", "check", "format", "import"])
    def test_a_closed_standard_input_is_a_file_that_cannot_be_opened(self, command: str) -> None:
        if not os.path.exists("/dev/fd"):
            pytest.skip("this system has no /dev/stdin")
        done = process(command, "/dev/stdin", before=lambda: os.close(0))
        assert done.returncode == 2
        assert_said(done.stderr, "/dev/stdin")


class TestOneFormatThatCannotCarryIt:
    def test_51_garmin_steps_name_the_limit_and_suggest_a_repeat(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        done = backtrack("export", page(MANY_STEPS), *to("strava-text", "garmin-fit"), "-o", "out")
        assert done.code == 1
        assert_said(done.err, "workout.backtrack:52", "51 steps", "50", "repeat", "garmin-fit")
        assert written() == []

    def test_50_garmin_steps_are_fine(self, backtrack: Callable[..., Outcome]) -> None:
        fifty = MANY_STEPS.rstrip("\n").rpartition("\n")[0]
        assert backtrack("export", page(fifty), *to("garmin-fit"), "-o", "out").code == 0

    def test_zwo_without_a_race_pace_shows_both_ways_to_give_it(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        done = backtrack("export", FIRST_STEPS, page(HEAD), *to("strava-text", "zwo"), "-o", "out")
        assert done.code == 2
        assert_said(done.err, "race pace", "athlete.toml", "[race_paces]", '5k = "30:00"', "--set zwo.")
        assert done.err.count("[race_paces]") == 1
        assert written() == []

    def test_zwo_takes_both_ways_it_shows(self, backtrack: Callable[..., Outcome]) -> None:
        said = backtrack("export", FIRST_STEPS, *to("zwo"), "-o", "out").err
        setting = re.search(r"--set (\S+)", said)
        assert setting is not None
        athlete = page('[race_paces]\n5k = "30:00"\n', "athlete.toml")
        export = ("export", FIRST_STEPS, *to("zwo"), "-o", "out")
        assert backtrack(*export, "--athlete", athlete).code == 0
        assert backtrack(*export, "--set", setting[1]).code == 0
        assert "did you mean" not in backtrack(*export, "--set", setting[1]).err

    def test_a_lap_step_becomes_a_minute_of_zwo_and_says_so(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(HEAD + "lap forward walk 4 km/h\n")
        done = backtrack("export", file, *to("zwo"), "-o", "out", "--athlete", ATHLETE)
        assert done.code == 0
        lost = " ".join(done.out.partition("lost")[2].split())
        assert "lap" in lost
        assert re.search(r"\b60 s|1:00|minute", lost)

    @pytest.mark.parametrize("before", ["", "lap forward walk 4 km/h\n"], ids=["alone", "after-a-lap"])
    def test_a_step_of_5_seconds_is_refused_by_zwo(
        self, backtrack: Callable[..., Outcome], before: str
    ) -> None:
        file = page(HEAD + before + "0:05 forward walk 6 km/h\n")
        done = backtrack("export", file, *to("strava-text", "zwo"), "-o", "out", "--athlete", ATHLETE)
        assert done.code == 1
        assert_said(done.err, f"workout.backtrack:{4 if before else 3}", "10 s", "zwo")
        assert written() == []

    def test_an_unsafe_workout_is_reported_once_for_all_formats(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        file = page(HEAD + "1:00 backward run 12 km/h light rail\n")
        arguments = ("export", file, *to(), "-o", "out", "--athlete", ATHLETE)
        done = backtrack(*arguments)
        assert (done.code, done.out) == (1, "")
        assert_said(done.err, "workout.backtrack:3", "BT104", "9.7 km/h (6.0 mph)")
        assert done.err.count("BT104") == 1
        (error,) = json.loads(backtrack(*arguments, "--json").out)["errors"]
        assert [problem["code"] for problem in error["problems"]].count("BT104") == 1
        assert written() == []

    def test_no_supervisor_lets_an_absolute_rule_pass(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(HEAD + "1:00 backward run 12 km/h light rail\n")
        more = ("--athlete", ATHLETE, "--supervised-by", "Ann", "--overwrite")
        assert backtrack("export", file, *to(), "-o", "out", *more).code == 1
        assert written() == []


class TestFileNames:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("a/x.backtrack", "b/x.backtrack"),
            ("a/x.backtrack", "a/x.json"),
            ("a/x.backtrack", "b/X.backtrack"),
        ],
        ids=["same-name", "both-forms", "only-case-differs"],
    )
    def test_that_collide_are_refused_with_both(
        self, backtrack: Callable[..., Outcome], one: str, other: str
    ) -> None:
        page(HEAD, one)
        page(bt.to_json(bt.parse(HEAD)) if other.endswith(".json") else HEAD, other)
        done = backtrack("export", one, other, *to("strava-text"), "-o", "out")
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, one, other, ".strava.txt")
        assert written() == []

    @pytest.mark.parametrize("name", ["..backtrack", "...backtrack", ".backtrack", "a/../../here/.json"])
    def test_never_lead_out_of_the_folder(self, backtrack: Callable[..., Outcome], name: str) -> None:
        Path("a").mkdir()
        page(bt.to_json(bt.parse(HEAD)) if name.endswith(".json") else HEAD, name)
        assert backtrack("export", name, *to("strava-text"), "-o", "out").code == 0
        assert "a.strava.txt" in written()

    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    @pytest.mark.parametrize("command", ["check", "format", "export"])
    def test_that_are_no_text_are_refused(self, command: str, form: tuple[str, ...]) -> None:
        name = os.fsdecode(b"f\xffnf.backtrack")
        try:
            page(HEAD, name)
        except OSError:
            pytest.skip("this file system has no such names")
        more = (*to("strava-text"), "-o", "out") if command == "export" else ()
        done = process(command, name, *more, *form)
        assert done.returncode == 2
        assert_said(
            done.stderr or json.loads(done.stdout)["errors"][0]["message"], "nf.backtrack", "is no file name"
        )
        assert written() == []

    def test_a_folder_that_stands_in_the_way_is_named(self, backtrack: Callable[..., Outcome]) -> None:
        Path("out/workout.strava.txt").mkdir()
        done = backtrack("export", page(HEAD), *to("strava-text", "segments-csv"), "-o", "out", "--overwrite")
        assert (done.code, done.out) == (3, "")
        assert_said(done.err, "out/workout.strava.txt", "directory", "Nothing was written")
        assert written() == ["workout.strava.txt"]

    def test_too_long_for_the_file_system_are_refused(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(HEAD, "x" * 245 + ".backtrack")
        done = backtrack("export", file, *to("segments-csv", "strava-text"), "-o", "out")
        assert (done.code, done.out) == (3, "")
        assert_said(done.err, "too long")
        assert written() == []


class TestDamagedFiles:
    @pytest.fixture
    def artifacts(self) -> dict[str, bytes]:
        athlete = bt.read_athlete(ATHLETE)
        return {name: bt.export(bt.read(FIRST_STEPS), name, athlete).data for name in ("garmin-fit", "zwo")}

    def test_a_fit_with_one_byte_flipped_is_refused(
        self, backtrack: Callable[..., Outcome], artifacts: dict[str, bytes]
    ) -> None:
        data = artifacts["garmin-fit"]
        header, checksum = range(14), range(len(data) - 2, len(data))
        for position in (*header, *range(14, len(data), 13), *checksum):
            flipped = bytearray(data)
            flipped[position] ^= 0xFF
            done = backtrack("import", page(bytes(flipped), "f.fit"), "--from", "garmin-fit")
            assert (done.code, done.out) == (2, ""), position
            assert_said(done.err, "f.fit")

    @pytest.mark.parametrize("name", ["garmin-fit", "zwo"])
    @pytest.mark.parametrize("part", [0.02, 0.3, 0.5, 0.9, 0.99])
    @pytest.mark.parametrize("chosen", [True, False], ids=["named", "recognised"])
    def test_a_truncated_file_is_refused(
        self,
        backtrack: Callable[..., Outcome],
        artifacts: dict[str, bytes],
        name: str,
        part: float,
        chosen: bool,
    ) -> None:
        data = artifacts[name]
        file = page(data[: int(len(data) * part)], "cut")
        done = backtrack("import", file, *(("--from", name) if chosen else ()))
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, "cut")

    @pytest.mark.parametrize("content", [b"", b"\0" * 300, b"hello", HEAD.encode()])
    @pytest.mark.parametrize("name", [None, "garmin-fit", "zwo"])
    def test_a_file_of_another_kind_is_refused(
        self, backtrack: Callable[..., Outcome], content: bytes, name: str | None
    ) -> None:
        done = backtrack("import", page(content, "f.bin"), *(("--from", name) if name else ()))
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, "f.bin")

    def test_an_external_entity_is_not_read(
        self, backtrack: Callable[..., Outcome], artifacts: dict[str, bytes]
    ) -> None:
        secret = Path(page("the secret", "secret.txt")).resolve().as_uri()
        text = artifacts["zwo"].decode()
        start = text.index("<workout_file")
        doctype = f'<!DOCTYPE workout_file [<!ENTITY e SYSTEM "{secret}">]>'
        hostile = text[:start] + doctype + text[start:].replace("First steps", "&e;")
        done = backtrack("import", page(hostile, "f.zwo"))
        assert (done.code, done.out) == (2, "")
        assert_said(done.err, "f.zwo")
        assert "the secret" not in done.err


HOSTILE = "\x1b[31mred\x07\x9b2J\x7f"

_JSON_HOSTILE = json.dumps(HOSTILE)
_TOML_HOSTILE = _JSON_HOSTILE.replace("\x7f", "\\u007f")


class TestTheTerminal:
    """What stands in a file never moves the cursor of whoever reads the message."""

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("word.backtrack", f"{HEAD}1:00 forward w{HOSTILE} 5 km/h\n"),
            ("unit.backtrack", f"{HEAD}1:00 forward walk 5{HOSTILE}\n"),
            ("cue.backtrack", f'{HEAD}1:00 forward walk 5 km/h "{HOSTILE}"\n'),
            ("unclosed.backtrack", f'{HEAD}1:00 forward walk 5 km/h "{HOSTILE}\n'),
            ("level.backtrack", f"level: {HOSTILE}\n{HEAD}"),
            ("name.backtrack", f"name: {HOSTILE}\n9:00 forward walk 5 km/h\n"),
            ("about.backtrack", f"about: {HOSTILE}\n{HEAD}"),
            ("header.backtrack", f"nam{HOSTILE}: x\n{HEAD}"),
            ("key.json", f'{{{_JSON_HOSTILE}: 1, "name": "A", "steps": []}}'),
            ("step-key.json", f'{{"name": "A", "steps": [{{"kind": "straddle", {_JSON_HOSTILE}: 1}}]}}'),
            ("kind.json", f'{{"name": "A", "steps": [{{"kind": {_JSON_HOSTILE}}}]}}'),
            ("speed.json", json.dumps({"name": "A", "steps": [{**STEP, "speed": HOSTILE}]})),
            ("level.json", json.dumps({"name": "A", "level": HOSTILE, "steps": [STEP]})),
            ("raw.json", f'{{"name": "{HOSTILE}"}}'),
        ],
    )
    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    def test_is_safe_from_workouts(
        self, backtrack: Callable[..., Outcome], name: str, content: str, form: tuple[str, ...]
    ) -> None:
        file = page(content, name)
        for arguments in (("check", file), ("show", file), ("format", file)):
            done = backtrack(*arguments, *form)
            assert not CONTROL.search(done.out + done.err)
            assert done.out + done.err

    @pytest.mark.parametrize(
        "content",
        [
            f"{_TOML_HOSTILE} = 1\n",
            f"level = {_TOML_HOSTILE}\n",
            f"mass = {_TOML_HOSTILE}\n",
            f'[race_paces]\n{_TOML_HOSTILE} = "30:00"\n',
            f"[race_paces]\n5k = {_TOML_HOSTILE}\n",
            f"[treadmill]\n{_TOML_HOSTILE} = 1\n",
            f"level = {HOSTILE}\n",
        ],
        ids=["key", "level", "mass", "race", "time", "treadmill-key", "raw"],
    )
    def test_is_safe_from_athletes(self, backtrack: Callable[..., Outcome], content: str) -> None:
        done = backtrack("check", FIRST_STEPS, "--athlete", page(content, "athlete.toml"))
        assert done.code == 2
        assert not CONTROL.search(done.err)

    def test_is_safe_from_comments_which_files_and_pipes_get_as_they_are(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        file = page(f"{HEAD}# {HOSTILE}\n")
        for command in ("check", "show"):
            assert not CONTROL.search(backtrack(command, file).out)
        assert HOSTILE in backtrack("format", file).out
        pty = pytest.importorskip("pty")
        reading, writing = pty.openpty()
        done = process("format", file, stdout=writing)
        os.close(writing)
        seen = b""
        with contextlib.suppress(OSError):  # Linux ends a terminal that was left with an error
            while some := os.read(reading, 1024):
                seen += some
        os.close(reading)
        assert done.returncode == 0
        assert b"red" in seen
        assert not CONTROL.search(seen.decode().replace("\r\n", "\n"))

    def test_is_safe_from_file_names(self, backtrack: Callable[..., Outcome]) -> None:
        bad, good = page(HEAD + "what\n", f"bad{HOSTILE}.backtrack"), page(HEAD, f"{HOSTILE}.backtrack")
        for arguments in (
            ("check", bad, good),
            ("show", bad, good),
            ("export", bad, *to("strava-text")),
            ("export", good, *to("strava-text")),
            ("import", good),
            ("check", f"gone{HOSTILE}"),
        ):
            done = backtrack(*arguments)
            assert not CONTROL.search(done.out + done.err)
            assert "red" in done.out + done.err

    def test_is_safe_from_damaged_files(self, backtrack: Callable[..., Outcome]) -> None:
        athlete = bt.read_athlete(ATHLETE)
        data = bt.export(bt.read(FIRST_STEPS), "zwo", athlete).data
        hostile = data.replace(b"forward walk", "forward w\x9b31mlk".encode())
        done = backtrack("import", page(hostile, "f.zwo"))
        assert done.code != 0
        assert not CONTROL.search(done.out + done.err)


def _small_disk() -> None:
    """Let no file grow over 200 bytes: as a full disk does, writing fails half-way."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


def _bound_by_permissions() -> None:
    """Let permissions hold for root too, as for everyone: give up CAP_DAC_OVERRIDE for good."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


@pytest.fixture
def read_only() -> Any:
    """Make a folder read-only until the test is over; skips where nothing can be."""
    locked: list[str] = []

    def lock(folder: str) -> None:
        locked.append(folder)
        os.chmod(folder, 0o555)
        try_it = f"open({os.path.join(folder, 'probe')!r}, 'w')"
        done = subprocess.run(
            [sys.executable, "-c", try_it], capture_output=True, check=False, preexec_fn=_bound_by_permissions
        )
        if done.returncode == 0:
            os.unlink(os.path.join(folder, "probe"))
            pytest.skip("this user may write to every folder, and cannot give that up")

    yield lock
    for folder in locked:
        os.chmod(folder, 0o755)


class TestTheFileSystem:
    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    def test_a_full_disk_leaves_nothing(self, form: tuple[str, ...]) -> None:
        export = ("export", FIRST_STEPS, *to(), "-o", "out", "--athlete", ATHLETE, *form)
        done = process(*export, before=_small_disk)
        assert done.returncode == 3
        said = json.loads(done.stdout)["errors"][0]["message"] if form else done.stderr
        assert_said(said, "out/", "room")
        assert written() == []

    def test_a_full_disk_leaves_what_was_there(self, backtrack: Callable[..., Outcome]) -> None:
        export = ("export", page(HEAD), *to("strava-text", "segments-csv"), "-o", "out")
        assert backtrack(*export).code == 0
        before = {name: Path("out", name).read_bytes() for name in written()}
        page(HEAD + "5:00 forward walk 4 km/h\n")
        assert process(*export, before=_small_disk).returncode == 3
        assert {name: Path("out", name).read_bytes() for name in written()} == before

    def test_a_full_disk_leaves_a_formatted_file_as_it_was(self) -> None:
        file = page(HEAD + "5min fwd walk 5kph\n" * 20)
        before = Path(file).read_bytes()
        done = process("format", file, "--write", before=_small_disk)
        assert done.returncode == 3
        assert_said(done.stderr, file, "room")
        assert Path(file).read_bytes() == before
        assert sorted(os.listdir()) == ["out", file]

    def test_a_read_only_folder_is_named(self, read_only: Callable[[str], None]) -> None:
        read_only("out")
        done = process("export", FIRST_STEPS, *to("strava-text"), "-o", "out", before=_bound_by_permissions)
        assert (done.returncode, done.stdout) == (3, "")
        assert_said(done.stderr, "out/", "permission denied", "can be written to")
        assert written() == []

    def test_a_read_only_folder_is_named_by_format(self, read_only: Callable[[str], None]) -> None:
        file = page(HEAD, "locked/workout.backtrack")
        read_only("locked")
        done = process("format", file, "--write", before=_bound_by_permissions)
        assert done.returncode == 3
        assert_said(done.stderr, file, "permission denied")
        assert os.listdir("locked") == ["workout.backtrack"]
        assert Path(file).read_text(encoding="utf-8") == HEAD

    @pytest.mark.parametrize("command", ["check", "export", "format"])
    def test_a_file_that_may_not_be_read_is_named(
        self, read_only: Callable[[str], None], command: str
    ) -> None:
        file = page(HEAD, "locked/workout.backtrack")
        read_only("locked")
        os.chmod(file, 0)
        more = (*to("strava-text"), "-o", "out") if command == "export" else ()

        def without_reading() -> None:
            _bound_by_permissions()
            if os.geteuid() == 0:
                ctypes.CDLL(None).prctl(24, 2, 0, 0, 0)  # PR_CAPBSET_DROP, CAP_DAC_READ_SEARCH

        done = process(command, file, *more, before=without_reading)
        assert (done.returncode, done.stdout) == (2, "")
        assert_said(done.stderr, file, "permission denied")
        assert written() == []


def _broken_pipe() -> int:
    """The writing end of a pipe that nobody reads any more, as `head` leaves it."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


class TestStreams:
    """What becomes of the output is no reason for a traceback."""

    TALKING = (
        ("formats",),
        ("--version",),
        ("show", FIRST_STEPS, "--cues"),
        ("check", "bad.backtrack", "--json"),
        ("import", "bad.backtrack", "--json"),
        ("format", FIRST_STEPS),
        ("export", FIRST_STEPS, *to("strava-text"), "-o", "out"),
    )
    """Commands that say something on standard output."""

    COMMANDS = (
        *TALKING,
        ("--help",),
        ("check", "bad.backtrack"),
        ("import", "bad.backtrack"),
        ("export", "bad.backtrack", *to("strava-text")),
    )

    @pytest.fixture(autouse=True)
    def _bad(self) -> None:
        page(HEAD + "what\n" * 50, "bad.backtrack")

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(map(str, command))[-30:])
    def test_a_reader_of_the_output_may_leave(self, command: tuple[object, ...]) -> None:
        writing = _broken_pipe()
        done = process(*command, stdout=writing)
        os.close(writing)
        assert not JARGON.search(done.stderr)
        assert done.returncode in {0, 1, 2}

    @pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(map(str, command))[-30:])
    def test_a_reader_of_all_that_is_said_may_leave(self, command: tuple[object, ...]) -> None:
        writing = _broken_pipe()
        done = process(*command, stdout=writing, stderr=writing)
        plain = process(*command)
        os.close(writing)
        assert done.returncode in {0, plain.returncode}

    def test_head_takes_one_line_and_no_more_is_said(self) -> None:
        command = f'"{sys.executable}" -m backtrack_plugins show "{FIRST_STEPS}" | head -n 1'
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("First steps\n", "")

    @pytest.mark.parametrize("command", TALKING, ids=lambda command: " ".join(map(str, command))[-30:])
    def test_a_full_disk_below_the_output_is_an_error_of_the_file_system(
        self, command: tuple[object, ...]
    ) -> None:
        if not os.path.exists("/dev/full"):
            pytest.skip("this system has no /dev/full")
        with open("/dev/full", "wb") as full:
            done = process(*command, stdout=full)
        assert done.returncode == 3
        assert_said(done.stderr, "output", "no space left")

    @pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=str)
    def test_a_closed_stream_changes_nothing_of_what_is_written(self, closed: tuple[int, ...]) -> None:
        def close() -> None:
            for descriptor in closed:
                with contextlib.suppress(OSError):
                    os.close(descriptor)

        done = process("export", FIRST_STEPS, *to("strava-text"), "-o", "out", before=close)
        assert done.returncode == 0
        assert not JARGON.search(done.stderr)
        expected = bt.export(bt.read(FIRST_STEPS), "strava-text").data
        assert Path("out/first-steps.strava.txt").read_bytes() == expected
