"""Forcing, and what an artifact admits: what was let pass, what a format lost, what nobody was told."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from xml.etree import ElementTree as ET

import fitdecode
import pytest

import backtrack_plugins as bt
from backtrack_plugins.exporting import notices_for
from backtrack_plugins.registry import Registry

FORMATS = [row.name for row in Registry(environ={}).rows("exporter")]

ATHLETE = bt.Athlete(level="first-timer", race_paces=(bt.RaceTime("5k", 1800),), safety_acknowledged=True)
UNKNOWN = bt.Athlete(race_paces=ATHLETE.race_paces)


def page(step: str, level: str = "first-timer") -> str:
    return f"name: A\nlevel: {level}\n\n20:00 forward walk 5 km/h\n{step}\n3:00 forward walk 5 km/h\n"


SAFE = bt.parse(page("1:00 backward walk 2 km/h grip rail"))
BROKEN = bt.parse(page("1:00 backward walk 3 km/h light rail"))
"""Breaks two rules of its level, neither of them absolute."""

FORCED = "Forced: broken and let pass: BT101, BT301."


def words(artifact: bt.Artifact) -> str:
    """What the athlete reads, from the top."""
    if artifact.format == "garmin-fit":
        return "\n".join(words_of_fit(artifact.data))
    if artifact.format == "garmin-connect":
        return str(json.loads(artifact.data)["description"])
    if artifact.format == "zwo":
        return ET.fromstring(artifact.data).findtext("description", "")
    return artifact.data.decode()


def words_of_fit(data: bytes) -> list[str]:
    with fitdecode.FitReader(io.BytesIO(data)) as reader:
        frames = [frame for frame in reader if isinstance(frame, fitdecode.FitDataMessage)]
    named = [
        frame.get_value(17 if frame.name == "workout" else "notes", fallback=None)
        for frame in frames
        if frame.name in {"workout", "workout_step"}
    ]
    return [text for text in named if text is not None]


def notices_in(text: str) -> list[str]:
    """The comments, whatever marks them as such, in their order."""
    lines = [line.strip().strip('"') for line in text.splitlines()]
    return [line.removeprefix("# ") for line in lines if line.startswith("# ")]


@pytest.mark.parametrize("name", FORMATS)
class TestInEveryFormat:
    def test_what_breaks_a_level_passes_when_forced_and_that_stands_first(self, name: str) -> None:
        with pytest.raises(bt.UnsafeWorkout) as refusal:
            bt.export(BROKEN, name, ATHLETE)
        errors = {problem.code for problem in refusal.value.problems if problem.severity == "error"}
        assert errors == {"BT101", "BT301"}
        artifact = bt.export(BROKEN, name, ATHLETE, force=True)
        assert notices_in(words(artifact))[0] == FORCED
        assert {p.code for p in artifact.problems if p.severity == "error"} == errors

    def test_nothing_is_said_where_nothing_was_broken(self, name: str) -> None:
        forced, plain = (bt.export(SAFE, name, ATHLETE, force=force) for force in (True, False))
        assert forced == plain
        assert "Forced" not in words(plain)

    def test_who_supervised_stands_beside_what_was_forced(self, name: str) -> None:
        artifact = bt.export(BROKEN, name, ATHLETE, force=True, supervised_by="Ada Example")
        assert notices_in(words(artifact))[:2] == [FORCED, "Supervised by Ada Example."]

    def test_it_is_still_read_back_as_it_was_authored(self, name: str) -> None:
        if name not in {row.name for row in Registry().rows("importer")}:
            pytest.skip("nothing reads this format back")
        artifact = bt.export(BROKEN, name, ATHLETE, force=True)
        assert bt.import_bytes(artifact.data, artifact.name).workout == BROKEN

    @pytest.mark.parametrize(
        ("step", "code"),
        [
            ("1:00 backward walk 6.5 km/h grip rail", "BT102"),
            ("1:00 backward run 9.8 km/h grip rail", "BT104"),
            ("1:00 left run 8.1 km/h grip rail", "BT106"),
            ("1:00 backward walk 2 km/h 15.5% light rail", "BT402"),
            ("1:00 backward walk 0.5 km/h grip rail", "BT901"),
        ],
    )
    def test_no_absolute_rule_passes(self, name: str, step: str, code: str) -> None:
        with pytest.raises(bt.UnsafeWorkout) as refusal:
            bt.export(bt.parse(page(step, "advanced")), name, UNKNOWN, force=True, supervised_by="Ada")
        assert code in {problem.code for problem in refusal.value.problems if problem.absolute}


class TestForcing:
    def test_names_every_rule_once_and_in_order(self) -> None:
        workout = bt.parse(
            page("5x\n  3:00 backward jog 5 km/h 1% hands free\n  1:00 left walk 3 km/h light rail")
        )
        artifact = bt.export(workout, "strava-text", force=True)
        codes = sorted({p.code for p in artifact.problems if p.severity == "error"})
        assert len(codes) > 3
        assert notices_in(words(artifact))[0] == f"Forced: broken and let pass: {', '.join(codes)}."

    def test_of_what_a_supervisor_relaxes_is_not_needed(self) -> None:
        long = bt.parse(page("3:00 backward walk 2 km/h grip rail"))
        artifact = bt.export(long, "strava-text", supervised_by="Ada", force=True)
        assert notices_in(words(artifact))[0] == "Supervised by Ada."
        assert notices_in(words(bt.export(long, "strava-text", force=True)))[0].startswith("Forced: ")

    def test_keeps_the_safety_sentences_below(self) -> None:
        assert notices_for("Ada", forced=["BT101"])[2:] == notices_for(None)

    @pytest.mark.parametrize(
        ("name", "options", "code"),
        [
            ("zwo", {}, "zwo/mount"),
            ("garmin-fit", {"targets": "speed"}, "garmin-fit/mount"),
            ("garmin-connect", {"targets": "speed"}, "garmin-connect/mount"),
        ],
    )
    def test_moves_no_belt_that_a_plugin_refuses_to_move(
        self, name: str, options: dict[str, str], code: str
    ) -> None:
        fast = bt.parse(page("1:00 backward jog 6 km/h light rail", "intermediate"))
        with pytest.raises(bt.UnsafeWorkout, match="BT310"):
            bt.export(fast, "strava-text", UNKNOWN)
        with pytest.raises(bt.CannotExport, match=code):
            bt.export(fast, name, UNKNOWN, options=options, force=True)
        assert bt.export(fast, "strava-text", UNKNOWN, force=True).data

    def test_passes_nobody_under_13_but_says_so(self) -> None:
        child = bt.Athlete(level="first-timer", age_group="under-13")
        with pytest.raises(bt.UnsafeWorkout, match="BT605"):
            bt.export(SAFE, "strava-text", child, supervised_by="Ada")


class TestOnTheCommandLine:
    def test_passes_what_breaks_a_level_and_says_it_twice(self, command) -> None:
        Path("a.backtrack").write_text(bt.write(BROKEN), encoding="utf-8")
        export = ("export", "a.backtrack", "--to", "strava-text")
        refused = command(*export)
        assert (refused.code, refused.out) == (1, "")
        assert "Nothing was written." in refused.err
        assert os.listdir() == ["a.backtrack"]
        done = command(*export, "--force")
        assert done.code == 0
        assert "error BT101" in done.err
        assert "error BT301" in done.err
        assert f"# {FORCED}\n" in Path("a.strava.txt").read_text(encoding="utf-8")

    def test_passes_nothing_absolute_and_writes_nothing(self, command) -> None:
        text = page("1:00 backward walk 7 km/h grip rail")
        Path("a.backtrack").write_text(text, encoding="utf-8")
        done = command("export", "a.backtrack", "--to", "strava-text", "--force", "--supervised-by", "Ada")
        assert (done.code, done.out) == (1, "")
        assert "a.backtrack:5: error BT102" in done.err
        assert os.listdir() == ["a.backtrack"]

    @pytest.mark.parametrize(
        ("text", "code", "said"),
        [
            pytest.param(page("1:00 backward walk 2 km/h"), 1, "a.backtrack:5", id="no-hands"),
            pytest.param("nothing\n", 1, "a.backtrack:1", id="no-page"),
            pytest.param(page("99999x\n  1:00 forward walk 5 km/h"), 1, "10000", id="too-long"),
            pytest.param(None, 2, "no such file", id="missing"),
        ],
    )
    def test_passes_nothing_that_cannot_be_read(
        self, command, text: str | None, code: int, said: str
    ) -> None:
        if text is not None:
            Path("a.backtrack").write_text(text, encoding="utf-8")
        done = command("export", "a.backtrack", "--to", "strava-text", "--force")
        assert (done.code, done.out) == (code, "")
        assert said in done.err
        assert not Path("a.strava.txt").exists()

    def test_is_a_word_of_export_alone(self, command) -> None:
        Path("a.backtrack").write_text(bt.write(BROKEN), encoding="utf-8")
        for name in ("check", "show", "format"):
            assert command(name, "a.backtrack", "--force").code == 2


UPHILL = bt.parse(page("1:00 backward walk 2 km/h 1% light rail", "intermediate"))


class TestFieldsLost:
    @pytest.mark.parametrize(
        ("name", "options", "lost"),
        [
            ("strava-text", {}, ["direction", "incline", "rail"]),
            ("garmin-fit", {}, ["direction", "incline", "rail"]),
            ("zwo", {}, ["direction", "incline", "rail"]),
            ("zwo", {"incline": True}, ["direction", "rail"]),
            ("segments-csv", {}, []),
        ],
    )
    def test_are_an_info_each_and_their_loss(
        self, name: str, options: dict[str, bool], lost: list[str]
    ) -> None:
        artifact = bt.export(UPHILL, name, UNKNOWN, options=options)
        found = [problem for problem in artifact.problems if problem.code == "BT801"]
        assert {problem.severity for problem in found} <= {"info"}
        said = {loss.what: loss.instead for loss in artifact.losses}
        assert sorted(problem.message for problem in found) == [
            f"the format has no field for {what}: {said[what]}" for what in lost
        ]

    def test_are_none_where_the_workout_needs_no_field(self) -> None:
        forward = bt.parse("name: A\n20:00 forward walk 5 km/h")
        assert "BT801" not in {p.code for p in bt.export(forward, "strava-text").problems}

    def test_are_listed_once_on_the_command_line(self, command) -> None:
        Path("a.backtrack").write_text(bt.write(UPHILL), encoding="utf-8")
        done = command("export", "a.backtrack", "--to", "strava-text")
        assert done.code == 0
        assert "BT801" not in done.out + done.err
        assert "direction, incline, rail, speed: in the words of each step" in " ".join(done.out.split())
        (artifact,) = command("export", "a.backtrack", "--to", "strava-text", "--json").data["artifacts"]
        assert [problem["code"] for problem in artifact["problems"]].count("BT801") == 3


TWO_BACK = """\
2x
  1:00 backward walk 2 km/h grip rail
  3:00 forward walk 5 km/h
1:00 backward walk 2 km/h light rail"""


class TestWordsMissing:
    def exported(
        self, plugins, exporter_source, step: str, body: str, fields: str = "", **asked
    ) -> bt.Artifact:
        plugins.install("acme", exporter_source("fake", body, fields), exporters=("fake",))
        return bt.export(
            bt.parse(page(step), file="a.backtrack"), "fake", registry=plugins.registry(), **asked
        )

    @pytest.mark.parametrize(
        ("step", "body", "said"),
        [
            (TWO_BACK, "return b''", "of 2 backward steps the words name 0"),
            (TWO_BACK, "return b'backward'", "of 2 backward steps the words name 1"),
            (TWO_BACK, "return Exported(data=b'backward backward', texts=())", "the words name 0"),
            (TWO_BACK, "return Exported(data=b'', texts=('backward', 'forward'))", "the words name 1"),
            (TWO_BACK, "return '\\n'.join(request.notices).encode() * 9", "the words name 0"),
            ("1:00 left walk 1 km/h grip rail", "return b'right'", "of 1 left steps the words name 0"),
            ("1:00 right walk 1 km/h grip rail", "return b'upright and bright'", "the words name 0"),
            (TWO_BACK, "return 'backward backward'.encode('utf-16')", "the words name 0"),
        ],
    )
    def test_stop_the_export_at_the_first_such_step(
        self, plugins, exporter_source, step: str, body: str, said: str
    ) -> None:
        with pytest.raises(bt.UnsafeWorkout) as refusal:
            self.exported(plugins, exporter_source, step, body)
        (problem,) = [each for each in refusal.value.problems if each.code == "BT802"]
        assert said in problem.message
        assert "author" in problem.hint
        assert problem.where.file == "a.backtrack"
        assert "grip rail" in problem.text

    @pytest.mark.parametrize(
        "body",
        [
            "return b'backward, then again backward'",
            "return b'\\xff\\x00backward\\x00\\x07backward\\xfe'",
            "return Exported(data=b'', texts=('backward walk', 'backward walk'))",
            "return request.page.encode()",
        ],
    )
    def test_are_counted_as_written_and_not_as_often_as_repeated(
        self, plugins, exporter_source, body: str
    ) -> None:
        artifact = self.exported(plugins, exporter_source, TWO_BACK, body)
        assert "BT802" not in {problem.code for problem in artifact.problems}

    def test_are_not_asked_of_a_format_with_a_field_for_the_direction(self, plugins, exporter_source) -> None:
        fields = "carries=frozenset({'direction'})"
        assert self.exported(plugins, exporter_source, TWO_BACK, "return b''", fields).data == b""

    @pytest.mark.parametrize("texts", ["'backward backward'", "['backward']", "(b'backward',)", "(None,)"])
    def test_in_another_form_than_texts_are_a_broken_plugin(
        self, plugins, exporter_source, texts: str
    ) -> None:
        with pytest.raises(bt.PluginError, match=r"Exported\.texts"):
            self.exported(plugins, exporter_source, TWO_BACK, f"return Exported(data=b'', texts={texts})")
