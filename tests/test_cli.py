"""The command line: what each command says, as text and as data, and what it ends with."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.cli import main
from backtrack_plugins.cli.formats_command import VERBS
from backtrack_plugins.cli.inputs import ATHLETE_FILE, CONFIGURATION
from backtrack_plugins.files import LEDGER
from backtrack_plugins.registry import DISABLE, Registry
from backtrack_plugins.writing import to_mapping

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES = Path(__file__).parents[1] / "examples"
BUILT_IN = Path(library.__file__).parent / "workouts"
FIRST_STEPS = BUILT_IN / "first-steps.backtrack"
TENNIS = BUILT_IN / "tennis-four-way.backtrack"
ATHLETE = EXAMPLES / "athlete.toml"

TARGETS = {"garmin-fit": ".fit", "zwo": ".zwo", "strava-text": ".strava.txt", "segments-csv": ".csv"}

SAFE = "name: Safe\n9:00 forward walk 5 km/h\n"
WARNED = """\
name: Warned
2:00 forward walk 5 km/h
1:00 backward walk 2 km/h grip rail
9:00 forward walk 5 km/h
"""
UNSAFE = """\
name: Unsafe
9:00 forward walk 5 km/h
1:00 backward walk 7 km/h grip rail
3:00 forward walk 5 km/h
"""
UNTIDY = """\
# a comment at the top
level: beginner
name: Untidy
# before the first step
9min walk fwd 5kph # beside it
2 x
    # in the repeat
    90s forward jog 8 kmh
"""
TIDY = """\
name: Untidy
# a comment at the top
level: beginner

# before the first step
9:00 forward walk 5 km/h  # beside it
2x
  # in the repeat
  1:30 forward jog 8 km/h
"""


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def backtrack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Run a command in an empty folder, for a user who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def run(*arguments: object) -> Outcome:
        code = ended(*arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


def ended(*arguments: object) -> int:
    """What a command ends with, whether it returns or, as argparse does, ends the process."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as stopped:
        return stopped.code if isinstance(stopped.code, int) else 0


def process(*arguments: object, **changed: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "backtrack_plugins", *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, **changed},
    )


def page(text: str, name: str = "workout.backtrack") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def states(folder: Path | str = ".") -> dict[str, tuple[int, int, bytes]]:
    """Every file of a folder: its inode, when it was written, and its content."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(Path(folder).iterdir())
    }


class TestFormats:
    def test_lists_every_plugin_by_kind_with_its_distribution(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        done = backtrack("formats")
        assert (done.code, done.err) == (0, "")
        listed = dict(block.split("\n", 1) for block in done.out.split("\n\n"))
        for row in Registry().rows():
            (line,) = [line for line in listed[VERBS[row.kind]].splitlines() if line.split()[0] == row.name]
            assert f"{row.distribution} {row.version}" in line
        assert set(listed) == {VERBS[row.kind] for row in Registry().rows()}
        assert set(TARGETS) <= {row.name for row in Registry().rows("exporter")}

    def test_json_gives_the_same_rows(self, backtrack: Callable[..., Outcome]) -> None:
        assert backtrack("formats", "--json").data["plugins"] == [row._asdict() for row in Registry().rows()]

    @pytest.mark.parametrize("form", [(), ("--json",)])
    def test_check_imports_every_plugin_and_finds_each_in_order(
        self, backtrack: Callable[..., Outcome], form: tuple[str, ...]
    ) -> None:
        assert backtrack("formats", "--check", *form) == backtrack("formats", *form)

    def test_a_broken_plugin_is_found_by_check_alone(
        self, backtrack: Callable[..., Outcome], plugins: Any
    ) -> None:
        module = plugins.install("fake-broken", "raise RuntimeError('no such luck')", exporters=("fake",))
        listed = backtrack("formats")
        assert (listed.code, listed.err) == (0, "")
        assert module not in sys.modules
        checked = backtrack("formats", "--check")
        assert checked.code == 3
        assert "broken" in checked.out
        assert "no such luck" in checked.out
        rows = {row["name"]: row for row in backtrack("formats", "--check", "--json").data["plugins"]}
        assert rows["fake"]["state"] == "broken"
        assert rows["strava-text"]["state"] == "installed"

    def test_disabled_and_clashing_plugins_are_listed_with_the_remedy(
        self,
        backtrack: Callable[..., Outcome],
        plugins: Any,
        exporter_source: Callable[..., str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        plugins.install("fake-one", exporter_source("fake"), exporters=("fake",))
        plugins.install("fake-two", exporter_source("fake"), exporters=("fake",))
        monkeypatch.setenv(DISABLE, "zwo")
        done = backtrack("formats")
        assert done.code == 0
        assert "say which: " in done.out
        assert {"fake-one:fake", "fake-two:fake"} <= set(done.out.replace(";", " ").split())
        assert f"named in {DISABLE}" in done.out
        found = {
            (row["kind"], row["name"]): row["state"] for row in backtrack("formats", "--json").data["plugins"]
        }
        assert found["exporter", "fake"] == "clash"
        assert found["exporter", "zwo"] == "disabled"


class TestShow:
    def test_shows_every_line_with_its_time_and_the_totals(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("show", TENNIS)
        assert (done.code, done.err) == (0, "")
        timeline = bt.expand(bt.read(TENNIS))
        lines = [line.split(None, 1) for line in done.out.splitlines()]
        assert ["5:00", "0:20 straddle added"] in lines
        for segment in timeline.segments:
            assert segment.line in done.out
        assert timeline.workout.name in done.out
        assert "level intermediate (named by the workout; no athlete is known)" in done.out
        assert "treadmill 0.8 km/h to 20 km/h by 0.1 km/h, 0% to 15% by 0.5% (assumed" in done.out
        assert (
            "31:00 in all: 20:00 forward, 3:00 backward (10 %), 3:00 sideways (10 %), 5:00 straddling"
            in done.out
        )

    def test_cues_are_shown_when_asked_for(self, backtrack: Callable[..., Outcome]) -> None:
        cues = [cue.text for segment in bt.expand(bt.read(TENNIS)).segments for cue in segment.cues]
        assert cues
        plain, with_cues = backtrack("show", TENNIS), backtrack("show", TENNIS, "--cues")
        for cue in cues:
            assert cue in with_cues.out
            assert cue not in plain.out

    def test_json_is_the_timeline_in_si_numbers(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("show", TENNIS, FIRST_STEPS, "--json")
        assert (done.code, done.err, done.data["errors"]) == (0, "", [])
        for data, file in zip(done.data["timelines"], (TENNIS, FIRST_STEPS), strict=True):
            timeline = bt.expand(bt.read(file))
            assert data["name"] == timeline.workout.name
            assert data["totals"]["seconds"] == timeline.totals.seconds
            assert data["totals"]["metres"] == timeline.totals.metres
            assert [segment["line"] for segment in data["segments"]] == [
                segment.line for segment in timeline.segments
            ]
            assert [segment["metres_per_second"] for segment in data["segments"]] == [
                segment.metres_per_second for segment in timeline.segments
            ]

    def test_an_imperial_athlete_reads_miles(self, backtrack: Callable[..., Outcome]) -> None:
        athlete = page('units = "imperial"\n', "athlete.toml")
        file = page("name: Two miles\n2 mi forward walk 3 mph\n")
        assert "3.22 km on the belt" in backtrack("show", file).out
        assert "2.00 mi on the belt" in backtrack("show", file, "--athlete", athlete).out

    def test_lap_steps_are_named_and_not_counted(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(SAFE + "lap forward walk 4 km/h\n")
        assert "9:00 in all" in backtrack("show", file).out
        assert "1 until the lap button, not counted" in backtrack("show", file).out


class TestCheck:
    @pytest.mark.parametrize(
        ("text", "code", "verdict", "found"),
        [
            (SAFE, 0, "safe to export", []),
            (WARNED, 0, "safe to export", ["BT601"]),
            (
                UNSAFE,
                1,
                "not safe to export",
                ["BT101", "BT102", "BT107", "BT309", "BT310", "BT701"],
            ),
        ],
        ids=["safe", "warned", "unsafe"],
    )
    def test_says_whether_it_is_safe_and_why(
        self, backtrack: Callable[..., Outcome], text: str, code: int, verdict: str, found: list[str]
    ) -> None:
        file = page(text)
        done = backtrack("check", file)
        assert (done.code, done.err) == (code, "")
        assert f"{file}: {verdict}; level first-timer (assumed" in done.out
        for problem in found:
            assert f"{file}:3: " in done.out
            assert problem in done.out
        data = backtrack("check", file, "--json")
        (workout,) = data.data["workouts"]
        assert (data.code, data.data["errors"]) == (code, [])
        assert workout["safe"] is (code == 0)
        assert [problem["code"] for problem in workout["problems"]] == found
        assert all(problem["where"]["line"] == 3 for problem in workout["problems"])

    def test_checks_every_workout_though_one_cannot_be_read(self, backtrack: Callable[..., Outcome]) -> None:
        safe, unsafe = page(SAFE, "a.backtrack"), page(UNSAFE, "b.backtrack")
        done = backtrack("check", safe, "missing.backtrack", unsafe)
        assert done.code == 2
        assert "a.backtrack: safe to export" in done.out
        assert "b.backtrack: not safe to export" in done.out
        assert "missing.backtrack" in done.err
        data = backtrack("check", safe, "missing.backtrack", unsafe, "--json")
        assert data.code == 2
        assert [workout["file"] for workout in data.data["workouts"]] == [safe, unsafe]
        assert [error["exit_code"] for error in data.data["errors"]] == [2]

    def test_a_supervisor_relaxes_only_what_is_not_absolute(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(UNSAFE)
        (workout,) = backtrack("check", file, "--supervised-by", "Ann", "--json").data["workouts"]
        severities = {problem["code"]: problem.get("severity", "error") for problem in workout["problems"]}
        assert severities.pop("BT310") == "warning"
        assert [code for code, severity in severities.items() if severity == "error"] == ["BT101", "BT102"]
        assert backtrack("check", file, "--supervised-by", "Ann").code == 1


class TestAthlete:
    @pytest.fixture
    def configured(self, tmp_path: Path) -> Path:
        folder = tmp_path / "config" / CONFIGURATION
        folder.mkdir(parents=True)
        file = folder / ATHLETE_FILE
        file.write_text('level = "advanced"\n[treadmill]\nfastest = "12 km/h"\n', encoding="utf-8")
        return file

    @pytest.mark.parametrize("command", ["show", "check"])
    def test_is_the_one_in_the_configuration_folder(
        self, backtrack: Callable[..., Outcome], configured: Path, command: str
    ) -> None:
        done = backtrack(command, FIRST_STEPS)
        assert f"level advanced (from {configured})" in done.out
        assert "treadmill 0.8 km/h to 12 km/h by 0.1 km/h, 0% to 15% by 0.5%\n" in done.out

    @pytest.mark.usefixtures("configured")
    def test_is_the_one_named_instead(self, backtrack: Callable[..., Outcome]) -> None:
        other = page('level = "beginner"\n', "other.toml")
        done = backtrack("export", FIRST_STEPS, "--to", "strava-text", "--athlete", other)
        assert done.code == 0
        assert "level beginner (from other.toml)" in done.err

    def test_may_be_left_out(self, backtrack: Callable[..., Outcome]) -> None:
        assert "level first-timer (named by the workout" in backtrack("check", FIRST_STEPS).out
        assert "level first-timer (assumed" in backtrack("check", page(SAFE)).out


class TestExport:
    def test_writes_every_workout_in_every_format_as_the_library_does(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        Path("out").mkdir()
        formats = [part for name in TARGETS for part in ("--to", name)]
        done = backtrack("export", FIRST_STEPS, TENNIS, *formats, "-o", "out", "--athlete", ATHLETE)
        assert done.code == 0
        athlete = bt.read_athlete(ATHLETE)
        expected = {}
        for file in (FIRST_STEPS, TENNIS):
            for name, suffix in TARGETS.items():
                artifact = bt.export(bt.read(file), name, athlete)
                assert artifact.name == file.stem + suffix
                expected[artifact.name] = artifact.data
        written = {name: content for name, (_, _, content) in states("out").items() if name != LEDGER}
        assert written == expected

    def test_says_where_what_for_and_what_was_lost(self, backtrack: Callable[..., Outcome]) -> None:
        for name, suffix in TARGETS.items():
            done = backtrack("export", TENNIS, "--to", name, "--athlete", ATHLETE)
            artifact = bt.export(bt.read(TENNIS), name, bt.read_athlete(ATHLETE))
            said = " ".join(done.out.split())
            assert f"tennis-four-way{suffix}  (new)" in done.out
            assert f"next {artifact.hint}" in said
            assert artifact.losses
            for loss in artifact.losses:
                assert loss.what in said
                assert " ".join(loss.instead.split()) in said

    def test_json_gives_the_same_as_data(self, backtrack: Callable[..., Outcome]) -> None:
        formats = [part for name in TARGETS for part in ("--to", name)]
        file = page(WARNED)
        done = backtrack("export", file, *formats, "--athlete", ATHLETE, "--json")
        assert (done.code, done.err) == (0, "")
        artifacts = done.data["artifacts"]
        assert [each["format"] for each in artifacts] == list(TARGETS)
        for each in artifacts:
            artifact = bt.export(bt.read(file), each["format"], bt.read_athlete(ATHLETE))
            assert each["workout"] == file
            assert each["file"] == artifact.name
            assert each["state"] == "new"
            assert Path(each["path"]).read_bytes() == artifact.data
            assert each["media_type"] == artifact.media_type
            assert each["hint"] == artifact.hint
            assert [(loss["what"], loss["instead"]) for loss in each["losses"]] == [
                (loss.what, loss.instead) for loss in artifact.losses
            ]
            codes = [problem["code"] for problem in each["problems"]]
            assert codes == [problem.code for problem in artifact.problems]
            assert "BT601" in codes

    def test_warnings_are_said_once_and_stop_nothing(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("export", page(WARNED), "--to", "strava-text", "--to", "segments-csv")
        assert done.code == 0
        assert done.err.count("BT601") == 1

    def test_a_second_run_says_unchanged_and_writes_nothing(self, backtrack: Callable[..., Outcome]) -> None:
        arguments = ("export", FIRST_STEPS, "--to", "strava-text", "--to", "segments-csv")
        assert backtrack(*arguments).out.count("(new)") == 2
        before = states()
        again = backtrack(*arguments)
        assert again.code == 0
        assert again.out.count("(unchanged)") == 2
        assert {each["state"] for each in backtrack(*arguments, "--json").data["artifacts"]} == {"unchanged"}
        assert states() == before

    def test_a_changed_workout_replaces_what_we_wrote(self, backtrack: Callable[..., Outcome]) -> None:
        backtrack("export", page(SAFE), "--to", "strava-text")
        done = backtrack("export", page(WARNED), "--to", "strava-text")
        assert done.code == 0
        assert "workout.strava.txt  (replaced)" in done.out
        assert Path("workout.strava.txt").read_text(encoding="utf-8").startswith("Warned")

    @pytest.mark.parametrize("ours", [True, False], ids=["edited", "not-ours"])
    def test_what_somebody_else_wrote_is_replaced_only_when_asked(
        self, backtrack: Callable[..., Outcome], ours: bool
    ) -> None:
        file = page(SAFE)
        if ours:
            backtrack("export", file, "--to", "strava-text")
        Path("workout.strava.txt").write_text("my own words", encoding="utf-8")
        before = states()
        arguments = ("export", file, "--to", "strava-text", "--to", "segments-csv")
        refused = backtrack(*arguments)
        assert refused.code == 2
        assert "workout.strava.txt: already there" in refused.err
        assert "--overwrite" in refused.err
        assert "Nothing was written" in refused.err
        assert [error["exit_code"] for error in backtrack(*arguments, "--json").data["errors"]] == [2]
        assert states() == before
        done = backtrack(*arguments, "--overwrite")
        assert done.code == 0
        assert "workout.strava.txt  (replaced)" in done.out
        assert "my own words" not in Path("workout.strava.txt").read_text(encoding="utf-8")

    @pytest.mark.parametrize("name", TARGETS)
    def test_the_supervisor_stands_in_the_artifact(
        self, backtrack: Callable[..., Outcome], name: str
    ) -> None:
        arguments = (
            "export",
            FIRST_STEPS,
            "--to",
            name,
            "--athlete",
            ATHLETE,
            "--supervised-by",
            "Ann Other",
        )
        assert backtrack(*arguments).code == 0
        assert b"Supervised by Ann Other." in Path(f"first-steps{TARGETS[name]}").read_bytes()

    def test_the_json_form_of_a_workout_is_exported_the_same(self, backtrack: Callable[..., Outcome]) -> None:
        Path("first-steps.json").write_bytes(bt.to_json(bt.read(FIRST_STEPS)))
        assert backtrack("export", "first-steps.json", "--to", "strava-text").code == 0
        assert (
            Path("first-steps.strava.txt").read_bytes() == bt.export(bt.read(FIRST_STEPS), "strava-text").data
        )


OPTIONS = """
from typing import Literal

class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    compact: bool = False
    warm_up: int = 5
    style: Literal["plain", "rich"] = "plain"
"""


class TestOptions:
    @pytest.fixture(autouse=True)
    def _exporter(self, plugins: Any, exporter_source: Callable[..., str]) -> None:
        source = exporter_source(
            "fake", "return repr(request.options).encode()", "options=Options", before=OPTIONS
        )
        plugins.install("fake-options", source, exporters=("fake",))

    @pytest.mark.parametrize(
        ("settings", "expected"),
        [
            ([], "Options(compact=False, warm_up=5, style='plain')"),
            (["fake.compact=true"], "Options(compact=True, warm_up=5, style='plain')"),
            (
                ["fake.warm_up=7", "fake.style=rich", "fake.compact=false"],
                "Options(compact=False, warm_up=7, style='rich')",
            ),
        ],
    )
    def test_are_converted_to_their_types(
        self, backtrack: Callable[..., Outcome], settings: list[str], expected: str
    ) -> None:
        given = [part for setting in settings for part in ("--set", setting)]
        assert backtrack("export", page(SAFE), "--to", "fake", *given).code == 0
        assert Path("workout.fake").read_text(encoding="utf-8") == expected

    @pytest.mark.parametrize(
        ("setting", "said"),
        [
            ("compact", ["--set compact", "FORMAT.OPTION=VALUE"]),
            ("fake.compact", ["--set fake.compact", "FORMAT.OPTION=VALUE"]),
            ("=true", ["--set =true", "FORMAT.OPTION=VALUE"]),
            ("zwo.incline=true", ["zwo is not among the formats of --to", "fake"]),
            ("fake.compat=true", ["fake has no option compat", "did you mean compact?"]),
            ("fake.zzz=true", ["fake has no option zzz", "compact, style, warm_up"]),
            ("fake.compact=perhaps", ["fake", "compact", "perhaps", "true", "false"]),
            ("fake.warm_up=long", ["fake", "warm_up", "long"]),
            ("fake.style=fancy", ["fake", "style", "fancy", "plain", "rich"]),
        ],
    )
    def test_are_refused_with_what_was_expected(
        self, backtrack: Callable[..., Outcome], setting: str, said: list[str]
    ) -> None:
        arguments = ("export", page(SAFE), "--to", "fake", "--set", setting)
        done = backtrack(*arguments)
        assert (done.code, done.out) == (2, "")
        for words in said:
            assert words in done.err
        assert "$" not in done.err
        assert "`" not in done.err
        assert sorted(states()) == ["workout.backtrack"]
        assert [error["exit_code"] for error in backtrack(*arguments, "--json").data["errors"]] == [2]

    def test_of_a_real_format_change_its_artifact(self, backtrack: Callable[..., Outcome]) -> None:
        uphill = BUILT_IN / "easy-day-incline-finisher.backtrack"
        artifact = bt.export(bt.read(uphill), "zwo", bt.read_athlete(ATHLETE))
        done = backtrack("export", uphill, "--to", "zwo", "--athlete", ATHLETE, "--set", "zwo.incline=true")
        assert done.code == 0
        assert Path("easy-day-incline-finisher.zwo").read_bytes() != artifact.data


class TestImport:
    @pytest.mark.parametrize("name", ["garmin-fit", "zwo"])
    @pytest.mark.parametrize("chosen", [True, False], ids=["named", "recognised"])
    def test_prints_the_page_it_came_from(
        self, backtrack: Callable[..., Outcome], name: str, chosen: bool
    ) -> None:
        backtrack("export", FIRST_STEPS, "--to", name, "--athlete", ATHLETE)
        file = f"first-steps{TARGETS[name]}"
        done = backtrack("import", file, *(("--from", name) if chosen else ()))
        assert (done.code, done.err) == (0, "")
        assert done.out == bt.write(bt.read(FIRST_STEPS))
        data = backtrack("import", file, "--json")
        assert data.data == {"workout": to_mapping(bt.read(FIRST_STEPS)), "losses": []}

    def test_says_what_has_no_place_in_the_page(
        self, backtrack: Callable[..., Outcome], plugins: Any, importer_source: Callable[..., str]
    ) -> None:
        workout = "workout=parse('name: Read\\n5:00 forward walk 5 km/h')"
        read = f"Imported({workout}, losses=(Loss(what='music', instead='not carried'),))"
        plugins.install("fake-reader", importer_source("fake", read=read), importers=("fake",))
        Path("a.fake").write_bytes(b"FAKE")
        done = backtrack("import", "a.fake")
        assert done.code == 0
        assert done.out == "name: Read\n\n5:00 forward walk 5 km/h\n"
        assert done.err == "a.fake: music: not carried\n"
        data = backtrack("import", "a.fake", "--json")
        assert data.err == ""
        assert [loss["what"] for loss in data.data["losses"]] == ["music"]

    @pytest.mark.parametrize(
        ("steps", "said"), [("1,", " (step 1)"), ("1, 3, 4", " (steps 1, 3-4)"), ("1, 2, 3, 4, 5", "")]
    )
    def test_says_which_steps_a_loss_is_about(
        self,
        backtrack: Callable[..., Outcome],
        plugins: Any,
        importer_source: Callable[..., str],
        steps: str,
        said: str,
    ) -> None:
        line = "5:00 forward walk 5 km/h"
        workout = f"workout=parse('name: Read\\n3x\\n  {line}\\n  {line}' + '\\n{line}' * 3)"
        read = f"Imported({workout}, losses=(Loss(what='cue', instead='cut', steps=({steps})),))"
        plugins.install("fake-reader", importer_source("fake", read=read), importers=("fake",))
        Path("a.fake").write_bytes(b"FAKE")
        assert backtrack("import", "a.fake").err == f"a.fake: cue: cut{said}\n"


class TestFormat:
    def test_prints_the_canonical_form_and_keeps_comments(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(UNTIDY)
        assert backtrack("format", file) == (0, TIDY, "")
        assert Path(file).read_text(encoding="utf-8") == UNTIDY

    def test_write_rewrites_the_file_once(self, backtrack: Callable[..., Outcome]) -> None:
        file = page(UNTIDY)
        assert backtrack("format", file, "--write") == (0, f"{file}: rewritten\n", "")
        assert Path(file).read_text(encoding="utf-8") == TIDY
        before = states()
        assert backtrack("format", file, "--write") == (0, f"{file}: as it should be\n", "")
        assert states() == before

    def test_check_changes_nothing_and_tells_by_its_exit_code(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        untidy, tidy = page(UNTIDY, "untidy.backtrack"), page(TIDY, "tidy.backtrack")
        before = states()
        done = backtrack("format", "--check", untidy, tidy)
        assert (done.code, done.err) == (1, "")
        assert "backtrack format untidy.backtrack --write" in done.out
        assert tidy not in done.out.replace(untidy, "")
        assert backtrack("format", "--check", tidy) == (0, "", "")
        assert states() == before

    @pytest.mark.parametrize(("how", "code"), [((), 0), (("--check",), 1), (("--write",), 0)])
    def test_json_gives_the_same_as_data(
        self, backtrack: Callable[..., Outcome], how: tuple[str, ...], code: int
    ) -> None:
        file = page(UNTIDY)
        done = backtrack("format", file, "missing.backtrack", "--json", *how)
        assert (done.code, done.err) == (2, "")
        assert done.data["workouts"] == [{"file": file, "changed": True, "text": TIDY}]
        assert [error["exit_code"] for error in done.data["errors"]] == [2]
        Path(file).write_text(UNTIDY, encoding="utf-8")
        assert backtrack("format", file, "--json", *how).code == code

    def test_the_json_form_has_a_canonical_form_too(self, backtrack: Callable[..., Outcome]) -> None:
        document = json.dumps(to_mapping(bt.parse(TIDY)))
        file = page(document, "workout.json")
        assert backtrack("format", file, "--write").code == 0
        assert Path(file).read_bytes() == bt.to_json(bt.parse(TIDY))

    def test_write_and_check_exclude_each_other(self, backtrack: Callable[..., Outcome]) -> None:
        assert backtrack("format", page(UNTIDY), "--write", "--check").code == 2


class TestExitCodes:
    @pytest.mark.parametrize("form", [(), ("--json",)], ids=["text", "json"])
    @pytest.mark.parametrize(
        ("text", "to", "code"),
        [
            pytest.param(SAFE, "fake", 0, id="fine"),
            pytest.param(UNSAFE, "fake", 1, id="unsafe"),
            pytest.param("no workout\n", "fake", 1, id="malformed"),
            pytest.param(None, "fake", 2, id="unreadable"),
            pytest.param(SAFE, "fakke", 2, id="unknown-format"),
            pytest.param(SAFE, "failing", 3, id="failing-plugin"),
            pytest.param(SAFE, "broken", 3, id="broken-plugin"),
        ],
    )
    def test_tell_what_kind_of_thing_went_wrong(
        self,
        backtrack: Callable[..., Outcome],
        plugins: Any,
        exporter_source: Callable[..., str],
        text: str | None,
        to: str,
        code: int,
        form: tuple[str, ...],
    ) -> None:
        plugins.install("fake-plugin", exporter_source("fake"), exporters=("fake",))
        plugins.install(
            "fake-failing", exporter_source("failing", "raise KeyError('lost')"), exporters=("failing",)
        )
        plugins.install("fake-broken", "import no_such_module", exporters=("broken",))
        file = "missing.backtrack" if text is None else page(text)
        Path("out").mkdir()
        done = backtrack("export", file, "--to", to, "-o", "out", *form)
        assert done.code == code
        assert bool(states("out")) == (code == 0)
        if form:
            assert done.err == ""
            assert bool(done.data.get("errors")) == (code != 0)
            assert {error["exit_code"] for error in done.data.get("errors", [])} <= {code}

    def test_are_those_of_the_gravest_error(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("export", page(UNSAFE), "missing.backtrack", "--to", "strava-text")
        assert done.code == 2
        assert "BT102" in done.err
        assert "missing.backtrack" in done.err

    @pytest.mark.parametrize("argument", ["--help", "--version"])
    def test_asking_for_help_is_fine(self, backtrack: Callable[..., Outcome], argument: str) -> None:
        done = backtrack(argument)
        assert (done.code, done.err) == (0, "")
        assert done.out

    @pytest.mark.parametrize("command", ["formats", "show", "check", "export", "import", "format"])
    def test_stand_in_the_help_of_every_command(
        self, backtrack: Callable[..., Outcome], command: str
    ) -> None:
        said = " ".join(backtrack(command, "--help").out.split())
        assert "0 fine; 1 the workout has problems; 2 wrong usage" in said


UNICODE = 'name: F\u00fcnf\n\n9:00 forward walk 5 km/h "taller \u2013 eyes level \U0001f440"\n'

NARROW = [
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "cp1252"},
]


class TestProcess:
    @pytest.fixture(autouse=True)
    def _here(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        for name in ("PYTHONUTF8", "PYTHONIOENCODING", "PYTHONCOERCECLOCALE"):
            monkeypatch.delenv(name, raising=False)

    @pytest.mark.parametrize(("text", "code"), [(SAFE, 0), (UNSAFE, 1), (None, 2)])
    def test_ends_with_the_exit_code(self, text: str | None, code: int) -> None:
        file = "missing.backtrack" if text is None else page(text)
        assert process("check", file).returncode == code

    def test_the_installed_command_is_the_same(self) -> None:
        command = Path(sys.executable).with_name("backtrack")
        done = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
        assert done.stdout == f"backtrack-plugins {bt.__version__}\n"

    @pytest.mark.parametrize("environment", NARROW, ids=str)
    @pytest.mark.parametrize("command", ["show", "check"])
    def test_speaks_to_every_terminal(self, command: str, environment: dict[str, str]) -> None:
        done = process(command, page(UNICODE), **environment)
        assert (done.returncode, done.stderr) == (0, b"")

    @pytest.mark.parametrize("environment", NARROW, ids=str)
    def test_a_page_that_goes_to_a_file_is_utf_8_everywhere(self, environment: dict[str, str]) -> None:
        done = process("format", page(UNICODE), **environment)
        assert done.stdout.decode("utf-8").replace("\r\n", "\n") == UNICODE

    @pytest.mark.parametrize("environment", NARROW, ids=str)
    def test_data_that_goes_to_a_file_is_utf_8_json_everywhere(self, environment: dict[str, str]) -> None:
        done = process("format", page(UNICODE), "--json", **environment)
        assert json.loads(done.stdout.decode("utf-8"))["workouts"][0]["text"] == UNICODE

    @pytest.mark.parametrize("environment", NARROW, ids=str)
    def test_exports_the_same_bytes_everywhere(self, environment: dict[str, str]) -> None:
        file = page(UNICODE)
        assert process("export", file, "--to", "strava-text", **environment).returncode == 0
        assert Path("workout.strava.txt").read_bytes() == bt.export(bt.read(file), "strava-text").data


def test_a_reader_that_leaves_changes_neither_the_work_nor_the_exit_code(tmp_path):
    bad = "name: A\n5:00 forward walk 5 km/h\n25:00 backward walk 2 km/h grip rail\n"
    names = []
    for number in range(300):
        path = tmp_path / f"{number:03}.backtrack"
        path.write_text(bad.replace("2 km/h", "2kph"), encoding="utf-8")
        names.append(path.name)
    for command, code in ((["check"], 1), (["format", "--write"], 0)):
        child = subprocess.Popen(
            [sys.executable, "-m", "backtrack_plugins", *command, *names],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
        )
        child.stdout.readline()
        child.stdout.close()
        assert child.wait() == code
    assert all("2 km/h" in (tmp_path / name).read_text(encoding="utf-8") for name in names)
