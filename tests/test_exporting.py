"""Exporting: nothing unchecked reaches an exporter, and nothing is lost in silence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

import backtrack_plugins as bt
from backtrack_plugins import library
from backtrack_plugins.checking import RULES_VERSION
from backtrack_plugins.exporter import CAPABILITIES, capability_losses
from backtrack_plugins.exporting import SAFETY_SENTENCES, checked_request, notices_for, page_of
from backtrack_plugins.registry import STRICT
from backtrack_plugins.testing.strategies import safe_workouts, workouts
from backtrack_plugins.units import Mass, Speed

if TYPE_CHECKING:
    from backtrack_plugins.workout import Workout

EXAMPLES = Path(__file__).parents[1] / "examples"

SAFE = bt.parse("name: Safe\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail")
UNSAFE = bt.parse("name: Unsafe\n9:00 forward walk 5 km/h\n1:00 backward walk 12 km/h light rail")
DARING = bt.parse(
    "name: Daring\nlevel: intermediate\n9:00 forward walk 5 km/h\n1:00 backward jog 6 km/h light rail"
)

OPTIONS = """
class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    compact: bool = False
    inset_seconds: int = 0
    targets: str = "none"

    def __post_init__(self):
        if self.inset_seconds < 0:
            raise ValueError("inset_seconds is not negative")
"""


class TestSafety:
    def test_an_unsafe_workout_never_reaches_an_exporter(self, plugins, exporter_source) -> None:
        module = plugins.install("acme", exporter_source("fake"), exporters=("fake",))
        with pytest.raises(bt.UnsafeWorkout) as refusal:
            bt.export(UNSAFE, "fake", registry=plugins.registry())
        assert {"BT102", "BT104", "BT310"} <= {problem.code for problem in refusal.value.problems}
        assert refusal.value.exit_code == 1
        assert plugins.calls(module) == []

    @given(workouts() | safe_workouts())
    def test_what_reaches_an_exporter_has_no_error(self, workout: Workout) -> None:
        exporter = bt.Exporter(
            name="a", summary="", suffix=".a", media_type="a/b", export=lambda _request: b""
        )
        errors = [p for p in bt.check(bt.expand(workout)) if p.severity == "error"]
        try:
            request, problems = checked_request(exporter, workout)
        except bt.UnsafeWorkout:
            assert errors
        else:
            assert not errors
            assert bt.check(request.timeline) == problems

    def test_warnings_and_infos_stand_beside_the_artifact(self, plugins, exporter_source) -> None:
        plugins.install("acme", exporter_source("fake"), exporters=("fake",))
        steps = "2:00 forward walk 5.04 km/h\n1:00 backward walk 2 km/h grip rail\n9:00 forward walk 5 km/h"
        workout = bt.parse(f"name: A\n{steps}")
        artifact = bt.export(workout, "fake", registry=plugins.registry())
        found = [(problem.code, problem.severity) for problem in artifact.problems]
        lost = [("BT801", "info"), ("BT801", "info")]
        assert found == [("BT902", "info"), ("BT601", "warning"), *lost]


class TestSupervision:
    def test_is_said_per_call_and_stands_in_the_artifact(self, plugins, exporter_source) -> None:
        source = exporter_source("fake", "return request.page.encode()")
        plugins.install("acme", source, exporters=("fake",))
        with pytest.raises(bt.UnsafeWorkout, match="BT310"):
            bt.export(DARING, "fake", registry=plugins.registry())
        artifact = bt.export(DARING, "fake", supervised_by=" Ada Example ", registry=plugins.registry())
        assert b"\n# Supervised by Ada Example.\n" in artifact.data
        assert bt.parse(artifact.data.decode()) == DARING

    @pytest.mark.parametrize("name", ["segments-csv", "strava-text"])
    def test_stands_in_every_text_format(self, name: str) -> None:
        assert b"Supervised by Ada." in bt.export(DARING, name, supervised_by="Ada").data
        assert b"Supervised" not in bt.export(SAFE, name).data

    @pytest.mark.parametrize(
        "name", ["", "  ", "A" * 61, "A\nB", "A\tB", "A\x00", "A\u202eB", "\ud800", "A\u2028B"]
    )
    def test_is_refused_when_the_name_cannot_be_printed(self, name: str) -> None:
        with pytest.raises(bt.UsageError, match="1 to 60 printable characters"):
            bt.export(SAFE, "segments-csv", supervised_by=name)

    @pytest.mark.parametrize("name", ["A", "A" * 60, "Zoë Ångström", "山田"])
    def test_takes_any_name_that_can(self, name: str) -> None:
        assert f"Supervised by {name}.".encode() in bt.export(SAFE, "segments-csv", supervised_by=name).data

    def test_passes_no_absolute_rule(self) -> None:
        with pytest.raises(bt.UnsafeWorkout, match="BT102"):
            bt.export(UNSAFE, "segments-csv", supervised_by="Ada")


class TestRequest:
    def exported(self, plugins, source: str, workout: Workout = SAFE, **arguments) -> bt.ExportRequest:
        module = plugins.install("acme", source, exporters=("fake",))
        bt.export(workout, "fake", registry=plugins.registry(), **arguments)
        (request,) = plugins.calls(module)
        assert isinstance(request, bt.ExportRequest)
        return request

    def test_holds_the_workout_as_authored_and_as_expanded(self, plugins, exporter_source) -> None:
        request = self.exported(plugins, exporter_source("fake"))
        assert request.workout == SAFE
        assert [segment.added for segment in request.segments] == [False, True, False]
        assert request.tree == request.segments
        assert request.header == ("name: Safe",)
        assert bt.parse(request.page) == SAFE
        assert request.where(request.segments[2]).line == 3

    def test_hides_athlete_values_that_were_not_declared(self, plugins, exporter_source) -> None:
        athlete = bt.read_athlete(EXAMPLES / "athlete.toml")
        fields = "needs=frozenset({'race_paces', 'units'})"
        request = self.exported(plugins, exporter_source("fake", fields=fields), athlete=athlete)
        assert request.athlete == bt.Athlete(race_paces=athlete.race_paces, units=athlete.units)
        assert athlete.mass == Mass("70 kg")
        assert request.athlete.mass is None

    def test_has_an_empty_athlete_when_there_is_none(self, plugins, exporter_source) -> None:
        request = self.exported(plugins, exporter_source("fake", fields="needs=frozenset({'mass'})"))
        assert request.athlete == bt.Athlete()

    def test_uses_the_athletes_level_and_treadmill_though_they_are_hidden(
        self, plugins, exporter_source
    ) -> None:
        athlete = bt.Athlete(level="advanced", treadmill=bt.Treadmill(speed_increment=Speed("0.5 km/h")))
        request = self.exported(plugins, exporter_source("fake"), athlete=athlete)
        assert request.timeline.level == "advanced"
        assert request.timeline.treadmill == athlete.treadmill
        assert request.athlete == bt.Athlete()

    def test_notices_are_safety_first_and_versions_last(self) -> None:
        assert notices_for(None) == (
            *SAFETY_SENTENCES,
            f"backtrack-plugins {bt.__version__}, rules {RULES_VERSION}",
        )
        assert notices_for("Ada")[1:] == notices_for(None)
        page = page_of(bt.expand(SAFE), notices_for(None))
        assert all(f"\n# {notice}\n" in page for notice in notices_for(None))


class TestOptions:
    def options(self, plugins, exporter_source, given: dict[str, object], before: str = OPTIONS) -> object:
        fields = "options=Options" if before else ""
        source = exporter_source("fake", fields=fields, before=before)
        module = plugins.install("acme", source, exporters=("fake",))
        bt.export(SAFE, "fake", options=given, registry=plugins.registry())
        (request,) = plugins.calls(module)
        assert isinstance(request, bt.ExportRequest)
        return request.options

    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({}, (False, 0, "none")),
            ({"compact": True, "inset_seconds": 3}, (True, 3, "none")),
            ({"compact": "true", "inset_seconds": "3", "targets": "speed"}, (True, 3, "speed")),
            ({"compact": "false"}, (False, 0, "none")),
            ({"compact": "1"}, (True, 0, "none")),
        ],
    )
    def test_are_converted_from_text(self, plugins, exporter_source, given, expected) -> None:
        options = self.options(plugins, exporter_source, given)
        assert (options.compact, options.inset_seconds, options.targets) == expected

    def test_are_none_when_the_exporter_has_none(self, plugins, exporter_source) -> None:
        assert self.options(plugins, exporter_source, {}, before="") is None

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"compct": "true"}, "fake has no option compct; did you mean compact?"),
            ({"zzz": "1"}, "fake has no option zzz; its options are compact, inset_seconds, targets"),
            ({"inset_seconds": "-1"}, "inset_seconds is not negative"),
        ],
    )
    def test_that_cannot_be_are_an_error_with_the_near_match(
        self, plugins, exporter_source, given, message
    ) -> None:
        with pytest.raises(bt.UsageError) as refusal:
            self.options(plugins, exporter_source, given)
        assert message in str(refusal.value)

    @pytest.mark.parametrize(
        ("option", "given"), [("compact", "maybe"), ("inset_seconds", "three"), ("compact", 5)]
    )
    def test_of_the_wrong_kind_are_an_error_a_runner_understands(
        self, plugins, exporter_source, option: str, given: object
    ) -> None:
        with pytest.raises(bt.UsageError) as refusal:
            self.options(plugins, exporter_source, {option: given})
        message = str(refusal.value)
        assert message.startswith("fake: ")
        assert option in message
        assert str(given) in message
        assert "$" not in message

    def test_given_to_an_exporter_without_any_are_an_error(self, plugins, exporter_source) -> None:
        with pytest.raises(bt.UsageError, match="fake has no options; compact was given"):
            self.options(plugins, exporter_source, {"compact": "true"}, before="")

    def test_wrong_ones_stop_before_the_exporter(self, plugins, exporter_source) -> None:
        source = exporter_source("fake", fields="options=Options", before=OPTIONS)
        module = plugins.install("acme", source, exporters=("fake",))
        with pytest.raises(bt.UsageError):
            bt.export(SAFE, "fake", options={"no": 1}, registry=plugins.registry())
        assert plugins.calls(module) == []


class TestBrokenExporter:
    def failure(
        self, plugins, exporter_source, body: str, fields: str = "", before: str = ""
    ) -> bt.BacktrackError:
        source = exporter_source("fake", body, fields=fields, before=before)
        plugins.install("acme", source, exporters=("fake",))
        with pytest.raises(bt.BacktrackError) as failure:
            bt.export(SAFE, "fake", registry=plugins.registry())
        return failure.value

    def test_that_fails_is_named_with_its_error(self, plugins, exporter_source) -> None:
        error = self.failure(plugins, exporter_source, "raise ZeroDivisionError('no belt')")
        assert isinstance(error, bt.PluginError)
        assert "the exporter fake failed: ZeroDivisionError: no belt" in str(error)
        assert "author" in str(error)
        assert isinstance(error.__cause__, ZeroDivisionError)

    def test_that_fails_raises_its_own_error_when_strict(
        self, plugins, exporter_source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(STRICT, "1")
        plugins.install("acme", exporter_source("fake", "return 1 / 0"), exporters=("fake",))
        with pytest.raises(ZeroDivisionError):
            bt.export(SAFE, "fake", registry=plugins.registry())

    @pytest.mark.parametrize(
        ("body", "returned"),
        [
            ("return None", "NoneType"),
            ("return 'text'", "str"),
            ("return bytearray(b'1')", "bytearray"),
            ("return (b'1', ())", "tuple"),
            ("return Exported(data='text')", "Exported.data is 'text'"),
            ("return Exported(data=None)", "Exported.data is None"),
        ],
    )
    def test_that_returns_something_else_is_told_what(
        self, plugins, exporter_source, body: str, returned: str
    ) -> None:
        error = self.failure(plugins, exporter_source, body)
        assert isinstance(error, bt.PluginError)
        assert "the exporter fake returned" in str(error)
        assert returned in str(error)

    @pytest.mark.parametrize("losses", ["('incline',)", "[Loss(what='a', instead='b'), 5]", "None", "5"])
    def test_that_returns_losses_of_another_kind_is_a_broken_plugin(
        self, plugins, exporter_source, losses: str
    ) -> None:
        error = self.failure(plugins, exporter_source, f"return Exported(data=b'', losses={losses})")
        assert isinstance(error, bt.PluginError)

    def test_whose_capabilities_fail_is_a_broken_plugin(self, plugins, exporter_source) -> None:
        error = self.failure(plugins, exporter_source, "return b''", "carries_with=lambda options: 1 / 0")
        assert isinstance(error, bt.PluginError)
        assert "fake" in str(error)

    def test_may_refuse_with_an_error_of_ours(self, plugins, exporter_source) -> None:
        body = "raise CannotExport([Problem(code='BTX', message='no room', hint='use a repeat')])"
        error = self.failure(plugins, exporter_source, body)
        assert type(error) is bt.CannotExport
        assert "no room" in str(error)


class TestLosses:
    @pytest.mark.parametrize(
        ("body", "lost"),
        [
            ("5:00 forward walk 5 km/h", {"speed", "text"}),
            ("5:00 forward walk 5 km/h 1%", {"speed", "text", "incline"}),
            ("5:00 forward walk 5 km/h 0.1%", {"speed", "text"}),
            ("5:00 forward walk 5 km/h light rail", {"speed", "text", "rail"}),
            ("400 m forward walk 5 km/h", {"speed", "text", "distance"}),
            ("lap forward walk 5 km/h", {"speed", "text"}),
            ("5:00 backward walk 2 km/h hands free", {"speed", "text", "direction", "rail"}),
            ("5:00 left walk 2 km/h light rail", {"speed", "text", "direction", "rail"}),
            ("2x\n  5:00 forward walk 5 km/h", {"speed", "text", "repeats"}),
        ],
    )
    def test_are_what_the_workout_uses_and_the_format_does_not_carry(self, body: str, lost: set[str]) -> None:
        timeline = bt.expand(bt.parse(f"name: A\n{body}"))
        assert {loss.what for loss in capability_losses(timeline, frozenset())} == lost
        assert capability_losses(timeline, frozenset(CAPABILITIES)) == ()
        for capability in lost:
            rest = frozenset(CAPABILITIES) - {capability}
            assert [loss.what for loss in capability_losses(timeline, rest)] == [capability]

    def test_name_the_steps_they_are_about(self) -> None:
        timeline = bt.expand(
            bt.parse("name: A\n2x\n  5:00 forward walk 5 km/h\n  400 m forward walk 5 km/h 1%")
        )
        found = {loss.what: loss.steps for loss in capability_losses(timeline, frozenset())}
        assert found == {"speed": (1, 2), "text": (1, 2), "distance": (2,), "incline": (2,), "repeats": ()}

    def test_say_how_it_is_carried_instead(self) -> None:
        timeline = bt.expand(bt.parse("name: A\n2x\n  5:00 forward walk 5 km/h 1%"))
        in_words = {
            loss.what: loss.instead for loss in capability_losses(timeline, frozenset({"text", "speed"}))
        }
        nowhere = {loss.what: loss.instead for loss in capability_losses(timeline, frozenset({"speed"}))}
        assert in_words == {"incline": "in the words of each step", "repeats": "each pass is written out"}
        assert nowhere == {
            "incline": "not carried",
            "text": "not carried",
            "repeats": "each pass is written out",
        }

    def test_of_the_options_and_of_the_exporter_come_together(self, plugins, exporter_source) -> None:
        source = exporter_source(
            "fake",
            "return Exported(data=b'', texts=('backward',), "
            "losses=(Loss(what='cue', instead='folded to ASCII', steps=(2,)),))",
            fields="options=Options, carries_with=lambda options: "
            "frozenset({'text', 'speed', 'rail'} | ({'direction'} if options.compact else set()))",
            before=OPTIONS,
        )
        plugins.install("acme", source, exporters=("fake",))
        registry = plugins.registry()
        losses = [
            [
                str(loss)
                for loss in bt.export(SAFE, "fake", options={"compact": compact}, registry=registry).losses
            ]
            for compact in (False, True)
        ]
        assert losses == [
            ["direction: in the words of each step", "cue: folded to ASCII"],
            ["cue: folded to ASCII"],
        ]

    def test_do_not_promise_words_that_the_exporter_says_it_left_out(self) -> None:
        """A Strava block has no room for a long page: the forward lines go, and it says so."""
        steps = "5:00 forward walk 5 km/h\n" * 50 + "1:00 backward walk 2 km/h grip rail\n"
        artifact = bt.export(bt.parse(f"name: Long\n{steps}"), "strava-text")
        assert b"forward walk" not in artifact.data
        assert b"\n# 1:00 backward walk 2 km/h grip rail\n" in artifact.data
        said = {loss.what: loss.instead for loss in artifact.losses}
        assert said["text"].startswith("not carried")
        assert "in the words of each step" not in said.values()


class TestNaming:
    @pytest.mark.parametrize(
        ("file", "name", "expected"),
        [
            ("first-steps.backtrack", "Any", "first-steps.csv"),
            ("some/folder/first-steps.backtrack", "Any", "first-steps.csv"),
            ("first steps.v2.backtrack", "Any", "first steps.v2.csv"),
            ("plan.json", "Any", "plan.csv"),
            ("plan.JSON", "Any", "plan.csv"),
            ("plan.Backtrack", "Any", "plan.csv"),
            ("no-suffix", "Any", "no-suffix.csv"),
            (".backtrack", "After-intervals reset", "after-intervals-reset.csv"),
            (None, "After-intervals reset", "after-intervals-reset.csv"),
            (None, "  5 x 1' -- hard!  ", "5-x-1-hard.csv"),
            (None, "Über Läufe", "uber-laufe.csv"),
            (None, "走る", "workout.csv"),
            (None, "???", "workout.csv"),
        ],
    )
    def test_is_after_the_workouts_file_or_else_its_name(
        self, file: str | None, name: str, expected: str
    ) -> None:
        workout = bt.parse(f"name: {name.strip()}\n5:00 forward walk 5 km/h", file=file)
        assert bt.export(workout, "segments-csv").name == expected

    def test_is_as_the_caller_says(self) -> None:
        assert bt.export(SAFE, "segments-csv", stem="mine").name == "mine.csv"

    def test_of_a_caller_leaves_no_folder(self, tmp_path: Path) -> None:
        for stem in ("../mine", "a/b", "a:b", "what?", "", "..", "a\\b", "a\nb"):
            with pytest.raises(bt.UsageError, match="file name"):
                bt.export(SAFE, "segments-csv", stem=stem)
        assert list(tmp_path.iterdir()) == []

    def test_of_an_example_read_from_its_file(self) -> None:
        workout = bt.read(EXAMPLES / "workouts" / "after-intervals-reset.backtrack")
        artifact = bt.export(workout, "strava-text")
        assert (artifact.name, artifact.format) == ("after-intervals-reset.strava.txt", "strava-text")
        assert artifact.media_type == "text/plain; charset=utf-8"
        assert artifact.hint


class TestExporter:
    @pytest.mark.parametrize(
        ("field", "value", "message"),
        [
            ("name", "My Watch", "lower-case"),
            ("name", "-x", "lower-case"),
            ("name", "x\n", "lower-case"),
            ("suffix", "fit", "written like .fit"),
            ("suffix", ".a/b", "written like .fit"),
            ("suffix", "", "written like .fit"),
            ("suffix", ".a-", "written like .fit"),
            ("suffix", "-a.json", "written like .fit"),
            ("carries", frozenset({"colour"}), "Exporter.carries is 'colour'; it is direction or incline"),
            ("needs", frozenset({"shoe"}), "no value of Athlete"),
        ],
    )
    def test_that_describes_itself_wrongly_cannot_be_made(
        self, field: str, value: object, message: str
    ) -> None:
        fields = {"name": "a", "summary": "", "suffix": ".a", "media_type": "a/b", "export": bytes}
        with pytest.raises(ValueError, match=re.escape(message)):
            bt.Exporter(**{**fields, field: value})

    def test_unknown_is_an_error_with_the_near_match(self) -> None:
        with pytest.raises(bt.UnknownPlugin, match="did you mean segments-csv"):
            bt.export(SAFE, "segment-csv")


DIGESTS = """
import hashlib
import backtrack_plugins as bt
from backtrack_plugins import library

for entry in library.library_entries():
    for format in ("segments-csv", "strava-text"):
        artifact = bt.export(entry.workout, format, supervised_by="Zo\\u00eb")
        print(artifact.name, hashlib.sha256(artifact.data).hexdigest(), artifact.losses, artifact.problems)
"""


def test_same_input_gives_the_same_bytes_under_any_clock_locale_and_hash_seed() -> None:
    environments = (
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"TZ": "America/St_Johns", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
        {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "3", "PYTHONIOENCODING": "utf-8"},
    )
    outputs = set()
    for environment in environments:
        done = subprocess.run(
            [sys.executable, "-c", DIGESTS],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop().splitlines()) == 2 * len(library.names())
