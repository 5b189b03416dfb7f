"""Check plugins: they add problems, take none away, and a broken one stops all until it is disabled."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.registry import DISABLE, RESERVED, STRICT, Registry
from backtrack_plugins.units import Mass

PAGE = """\
name: A
level: first-timer

12:00 forward walk 5 km/h
1:00 backward walk 2 km/h grip rail
3:00 forward walk 5 km/h
"""
SAFE = bt.parse(PAGE)
UNSAFE = bt.parse(PAGE.replace("2 km/h", "7 km/h"))
DARING = bt.parse(PAGE.replace("2 km/h", "3 km/h"))

WARNS = (
    "yield Problem(code='fake/w', severity='warning', message='careful', hint='slow down', "
    "where=request.where(None))"
)
STOPS = "yield Problem(code='fake/e', message='closed today', hint='come tomorrow')"
AT_THE_BOUT = (
    "yield Problem(code='fake/b', severity='info', message='here', "
    "where=request.where(request.timeline.segments[2]))"
)


def checked(workout: bt.Workout, registry: Registry, **asked) -> list[tuple[str, str]]:
    athlete = asked.pop("athlete", None)
    problems = bt.check(bt.expand(workout, athlete), athlete, registry=registry, **asked)
    return [(problem.code, problem.severity) for problem in problems]


class TestWhatItFinds:
    def test_is_added_to_what_the_rules_find(self, plugins, check_source) -> None:
        plugins.install("acme", check_source("fake", WARNS), checks=("fake",))
        without = checked(DARING, plugins.registry({DISABLE: "fake"}))
        assert ("BT101", "error") in without
        assert sorted(checked(DARING, plugins.registry())) == sorted([*without, ("fake/w", "warning")])

    def test_stands_in_its_place_among_them(self, plugins, check_source) -> None:
        plugins.install("acme", check_source("fake", AT_THE_BOUT), checks=("fake",))
        workout = bt.parse(
            PAGE.replace("12:00", "0:30").replace("3:00 forward walk 5", "12:00 forward walk 5.04")
        )
        assert [code for code, _ in checked(workout, plugins.registry())] == ["BT601", "fake/b", "BT902"]

    def test_comes_from_every_check_that_is_installed(self, plugins, check_source) -> None:
        for name in ("one", "two"):
            body = f"yield Problem(code='{name}/x', severity='info', message='x')"
            plugins.install(f"acme-{name}", check_source(name, body), checks=(name,))
        assert checked(SAFE, plugins.registry()) == [("one/x", "info"), ("two/x", "info")]

    def test_stands_beside_the_artifact(self, plugins, check_source, exporter_source) -> None:
        plugins.install("acme", check_source("fake", WARNS), checks=("fake",))
        plugins.install("other", exporter_source("words"), exporters=("words",))
        artifact = bt.export(SAFE, "words", registry=plugins.registry())
        assert "fake/w" in [problem.code for problem in artifact.problems]

    def test_stops_the_export_when_it_is_an_error(self, plugins, check_source, exporter_source) -> None:
        plugins.install("acme", check_source("fake", STOPS), checks=("fake",))
        exporter = plugins.install("other", exporter_source("words"), exporters=("words",))
        with pytest.raises(bt.UnsafeWorkout, match="error fake/e: closed today"):
            bt.export(SAFE, "words", registry=plugins.registry())
        assert plugins.calls(exporter) == []

    def test_passes_when_forced_and_the_artifact_says_so(
        self, plugins, check_source, exporter_source
    ) -> None:
        plugins.install("acme", check_source("fake", STOPS), checks=("fake",))
        plugins.install(
            "other", exporter_source("words", "return request.page.encode()"), exporters=("words",)
        )
        artifact = bt.export(SAFE, "words", force=True, registry=plugins.registry())
        assert b"# Forced: broken and let pass: fake/e.\n" in artifact.data

    def test_may_be_absolute_and_then_nothing_passes_it(self, plugins, check_source, exporter_source) -> None:
        absolute = STOPS.replace("message", "absolute=True, message")
        plugins.install("acme", check_source("fake", absolute), checks=("fake",))
        plugins.install("other", exporter_source("words"), exporters=("words",))
        with pytest.raises(bt.UnsafeWorkout, match="fake/e"):
            bt.export(SAFE, "words", force=True, supervised_by="Ada", registry=plugins.registry())

    def test_is_said_by_check_and_by_export(self, plugins, check_source, command) -> None:
        plugins.install("acme", check_source("fake", WARNS), checks=("fake",))
        Path("a.backtrack").write_text(PAGE, encoding="utf-8")
        done = command("check", "a.backtrack")
        assert (done.code, done.err) == (0, "")
        assert "a.backtrack: warning fake/w: careful\n    slow down\n" in done.out
        exported = command("export", "a.backtrack", "--to", "strava-text")
        assert exported.code == 0
        assert exported.err.count("fake/w") == 1


class TestWhatItSees:
    def request(self, plugins, check_source, fields: str = "", **asked) -> bt.CheckRequest:
        module = plugins.install("acme", check_source("fake", fields=fields), checks=("fake",))
        checked(SAFE, plugins.registry(), **asked)
        (request,) = plugins.calls(module)
        assert isinstance(request, bt.CheckRequest)
        return request

    def test_is_the_timeline_and_the_places_in_the_file(self, plugins, check_source) -> None:
        request = self.request(plugins, check_source)
        assert request.timeline == bt.expand(SAFE)
        assert request.where(request.timeline.segments[2]).line == 5

    def test_is_of_the_athlete_what_it_declared_and_no_more(self, plugins, check_source) -> None:
        athlete = bt.Athlete(
            level="beginner", mass=Mass("70 kg"), age_group="18-64", safety_acknowledged=True
        )
        request = self.request(
            plugins, check_source, "needs=frozenset({'age_group', 'level'})", athlete=athlete
        )
        assert request.athlete == bt.Athlete(level="beginner", age_group="18-64")

    def test_is_an_empty_athlete_when_it_declared_nothing_or_nobody_is_known(
        self, plugins, check_source
    ) -> None:
        athlete = bt.Athlete(mass=Mass("70 kg"))
        assert self.request(plugins, check_source, athlete=athlete).athlete == bt.Athlete()
        checked(SAFE, plugins.registry())
        assert plugins.calls("fake_acme")[-1].athlete == bt.Athlete()

    @pytest.mark.parametrize("name", [None, "Ada"])
    def test_is_who_supervises(self, plugins, check_source, name: str | None) -> None:
        assert self.request(plugins, check_source, supervised_by=name).supervised_by == name

    @pytest.mark.parametrize("field", ["shoe", "silence"])
    def test_cannot_be_a_value_that_an_athlete_has_not(self, plugins, check_source, field: str) -> None:
        plugins.install(
            "acme", check_source("fake", fields=f"needs=frozenset({{{field!r}}})"), checks=("fake",)
        )
        with pytest.raises(bt.PluginError, match=f"{field}: no value of Athlete"):
            checked(SAFE, plugins.registry())


class TestWhatItCannotDo:
    def test_is_to_take_a_problem_of_ours_away(self, plugins, check_source) -> None:
        plugins.install("acme", check_source("fake", "return []"), checks=("fake",))
        found = checked(UNSAFE, plugins.registry())
        assert found == checked(UNSAFE, plugins.registry({DISABLE: "fake"}))
        assert ("BT102", "error") in found

    @pytest.mark.parametrize(
        "body",
        [
            "request.timeline.segments[2].direction = 'forward'",
            "request.timeline.segments = ()",
            "request.timeline.level = 'advanced'",
            "request.timeline.workout.steps[1].speed = None",
            "request.athlete.level = 'advanced'",
            "request.supervised_by = 'me'",
        ],
    )
    def test_is_to_change_what_it_was_given(self, plugins, check_source, body: str) -> None:
        plugins.install("acme", check_source("fake", f"{body}\n    return []"), checks=("fake",))
        timeline = bt.expand(UNSAFE)
        with pytest.raises(bt.PluginError, match="the check fake failed: AttributeError"):
            bt.check(timeline, registry=plugins.registry())
        assert timeline == bt.expand(UNSAFE)

    @pytest.mark.parametrize("code", ["BT102", "BT999", "fake", "fake/", "fakery/x", "FAKE/x", "", "other/x"])
    def test_is_to_speak_under_another_name(self, plugins, check_source, code: str) -> None:
        body = f"yield Problem(code={code!r}, severity='info', message='m')"
        plugins.install("acme", check_source("fake", body), checks=("fake",))
        with pytest.raises(bt.PluginError, match="its codes begin with fake/"):
            checked(SAFE, plugins.registry())

    def test_is_to_silence(self, plugins, check_source) -> None:
        body = "yield Problem(code='fake/x', severity='info', message='m', silenced='I say so')"
        plugins.install("acme", check_source("fake", body), checks=("fake",))
        with pytest.raises(bt.PluginError, match="only an athlete silences"):
            checked(SAFE, plugins.registry())


FAILING = {
    "raises": ("raise RuntimeError('no belt')", "RuntimeError: no belt"),
    "leaves the interpreter": ("raise SystemExit(4)", "SystemExit: 4"),
    "raises after its first problem": (f"{WARNS}\n    raise KeyError('later')", "KeyError: 'later'"),
    "raises an error of ours": ("raise UsageError('not like this')", "not like this"),
    "returns nothing": ("return None", "NoneType"),
    "returns a number": ("return 5", "int"),
    "returns a text": ("return 'fine'", "returned str; its hook backtrack_checks promises Problem"),
    "returns something else in a list": (
        "return [None]",
        "NoneType; its hook backtrack_checks promises Problem",
    ),
    "has a code that is no text": ("return [Problem(code=5, message='m')]", "code"),
    "has no such severity": ("return [Problem(code='fake/x', severity='fatal', message='m')]", "fatal"),
    "misspells a severity": ("return [Problem(code='fake/x', severity='Error', message='m')]", "Error"),
    "has no message": ("return [Problem(code='fake/x', message=None)]", "message"),
    "has no place": ("return [Problem(code='fake/x', message='m', where=None)]", "where"),
    "has a step that is no number": (
        "return [Problem(code='fake/x', message='m', where=Where(step='a'))]",
        "step",
    ),
}
"""A check that cannot be trusted to have looked: nothing is let pass on its word."""


class TestAFailingCheck:
    @pytest.mark.parametrize("how", FAILING)
    def test_is_an_error_with_its_name_the_reason_and_the_remedy(
        self, plugins, check_source, how: str
    ) -> None:
        body, reason = FAILING[how]
        plugins.install("acme", check_source("fake", body), checks=("fake",))
        with pytest.raises(bt.PluginError) as failure:
            checked(SAFE, plugins.registry())
        message = str(failure.value)
        assert "the check fake" in message
        assert reason in message
        assert f"{DISABLE}=fake" in message
        assert failure.value.exit_code == 3

    @pytest.mark.parametrize("force", [False, True])
    @pytest.mark.parametrize("how", FAILING)
    def test_stops_every_export_forced_or_not(
        self, plugins, check_source, exporter_source, how: str, force: bool
    ) -> None:
        plugins.install("acme", check_source("fake", FAILING[how][0]), checks=("fake",))
        exporter = plugins.install("other", exporter_source("words"), exporters=("words",))
        with pytest.raises(bt.PluginError, match="the check fake"):
            bt.export(SAFE, "words", force=force, registry=plugins.registry())
        assert plugins.calls(exporter) == []

    def test_raises_its_own_error_when_strict(
        self, plugins, check_source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(STRICT, "1")
        plugins.install("acme", check_source("fake", "return 1 / 0"), checks=("fake",))
        with pytest.raises(ZeroDivisionError):
            checked(SAFE, plugins.registry())

    def test_lets_the_user_interrupt(self, plugins, check_source) -> None:
        plugins.install("acme", check_source("fake", "raise KeyboardInterrupt"), checks=("fake",))
        with pytest.raises(KeyboardInterrupt):
            checked(SAFE, plugins.registry())


class Broken(NamedTuple):
    """Distributions that each bring a check of one name, what is said of it, and what to disable."""

    sources: dict[str, str]
    said: list[str]
    disable: str = "fake"
    name: str = "fake"


HOOK = "from backtrack_plugins import Check, Exporter, hookimpl\n\n@hookimpl\ndef backtrack_checks():\n"
WORKS = f"{HOOK}    return [Check(name='fake', summary='', check=lambda request: [])]"
FAILS = f"{HOOK}    return [Check(name='fake', summary='', check=lambda request: 1 / 0)]"
EXPORTS = f"{HOOK}    return [Exporter(name='fake', summary='', suffix='.x', media_type='a/b', export=len)]"

BROKEN = {
    "does not import": Broken(
        {"acme": "import no_such_module_anywhere"},
        ["fake of acme 1.0 is broken", "no_such_module_anywhere", f"{DISABLE}=fake"],
    ),
    "is claimed twice": Broken(
        {"acme": WORKS, "zenith": WORKS},
        ["fake is claimed more than once", "acme", "zenith", DISABLE],
        disable="zenith",
    ),
    "has a name too vague": Broken(
        {"acme": WORKS}, ["all is reserved", "too vague"], disable="all", name="all"
    ),
    "offers nothing": Broken({"acme": ""}, ["fake of acme 1.0 is broken", "offers nothing"]),
    "offers an exporter": Broken(
        {"acme": EXPORTS}, ["fake of acme 1.0 is broken", "no Check named fake"], disable="acme"
    ),
    "fails": Broken({"acme": FAILS}, ["fake failed", "ZeroDivisionError"]),
}


class TestABrokenCheck:
    @pytest.fixture(params=BROKEN)
    def broken(self, request: pytest.FixtureRequest, plugins) -> Broken:
        broken = BROKEN[request.param]
        for distribution, source in broken.sources.items():
            plugins.install(distribution, source, checks=(broken.name,))
        return broken

    def test_stops_check_and_says_what_is_wrong(self, plugins, broken: Broken) -> None:
        for _ in range(2):
            with pytest.raises(bt.PluginError) as failure:
                checked(SAFE, plugins.registry())
            assert all(words in str(failure.value) for words in broken.said)

    @pytest.mark.usefixtures("broken")
    def test_stops_export_forced_or_not(self, plugins, exporter_source) -> None:
        exporter = plugins.install("other", exporter_source("words"), exporters=("words",))
        for force in (False, True):
            with pytest.raises(bt.PluginError, match="the check"):
                bt.export(SAFE, "words", force=force, registry=plugins.registry())
        assert plugins.calls(exporter) == []

    def test_stops_nothing_once_it_is_disabled_by_name(
        self, plugins, exporter_source, broken: Broken
    ) -> None:
        plugins.install("other", exporter_source("words"), exporters=("words",))
        registry = plugins.registry({DISABLE: broken.disable})
        assert checked(SAFE, registry) == []
        assert bt.export(SAFE, "words", registry=registry).data

    def test_stops_the_commands_and_nothing_is_written(
        self, command, monkeypatch: pytest.MonkeyPatch, broken: Broken
    ) -> None:
        Path("a.backtrack").write_text(PAGE, encoding="utf-8")
        export = ("export", "a.backtrack", "--to", "strava-text")
        for arguments in (("check", "a.backtrack"), export, (*export, "--force")):
            done = command(*arguments)
            assert done.code == 3
            assert "safe to export" not in done.out
            assert "error: the check " in done.err
            assert "Traceback" not in done.err
        assert [path.name for path in Path().iterdir()] == ["a.backtrack"]
        monkeypatch.setenv(DISABLE, broken.disable)
        assert command("check", "a.backtrack").code == 0
        assert command(*export).code == 0


class TestInTheList:
    def test_a_check_has_a_block_of_its_own_and_is_not_imported(self, plugins, command) -> None:
        module = plugins.install("acme", "raise RuntimeError('imported')", checks=("fake",), version="2.1")
        done = command("formats")
        assert (done.code, done.err) == (0, "")
        _, _, checks = done.out.partition("check beside our rules\n")
        assert "  fake " in checks
        assert "acme 2.1" in checks
        assert module not in sys.modules

    def test_a_broken_one_is_named_when_asked(self, plugins, check_source, command) -> None:
        plugins.install("acme", "raise RuntimeError('half installed')", checks=("fake",))
        plugins.install("good", check_source("fine"), checks=("fine",))
        done = command("formats", "--check")
        assert done.code == 3
        assert "check acme:fake: broken: " in done.out
        assert "half installed" in done.out
        rows = {row["name"]: row["state"] for row in command("formats", "--check", "--json").data["plugins"]}
        assert (rows["fake"], rows["fine"]) == ("broken", "installed")

    @pytest.mark.parametrize("name", sorted(RESERVED))
    def test_a_name_too_vague_is_nobodys(self, plugins, name: str) -> None:
        plugins.install("acme", "raise RuntimeError('imported')", checks=(name,))
        assert [row.state for row in plugins.registry().rows("check")] == ["reserved"]

    def test_a_check_may_have_a_formats_name(self, plugins, check_source, exporter_source) -> None:
        plugins.install("acme", check_source("fake", WARNS), checks=("fake",))
        plugins.install("other", exporter_source("fake"), exporters=("fake",))
        registry = plugins.registry()
        assert {row.state for row in registry.rows()} == {"installed"}
        assert bt.export(SAFE, "fake", registry=registry).problems[0].code == "fake/w"


class TestSilencing:
    def athlete(self, code: str) -> bt.Athlete:
        return bt.Athlete(level="first-timer", silenced=(bt.Silenced(code, "known to us"),))

    def reasons(self, plugins, check_source, body: str, code: str) -> list[str]:
        plugins.install("acme", check_source("fake", body), checks=("fake",))
        athlete = self.athlete(code)
        problems = bt.check(bt.expand(SAFE, athlete), athlete, registry=plugins.registry())
        return [problem.silenced for problem in problems if problem.code.startswith("fake/")]

    def test_a_warning_of_a_plugin_works_and_the_reason_stands_there(self, plugins, check_source) -> None:
        assert self.reasons(plugins, check_source, WARNS, "fake/w") == ["known to us"]

    def test_is_of_one_code_alone(self, plugins, check_source) -> None:
        assert self.reasons(plugins, check_source, f"{WARNS}\n    {AT_THE_BOUT}", "fake/w") == [
            "known to us",
            "",
        ]

    def test_an_error_of_a_plugin_does_not_work(self, plugins, check_source, exporter_source) -> None:
        assert self.reasons(plugins, check_source, STOPS, "fake/e") == [""]
        plugins.install("other", exporter_source("words"), exporters=("words",))
        with pytest.raises(bt.UnsafeWorkout, match="fake/e"):
            bt.export(SAFE, "words", self.athlete("fake/e"), registry=plugins.registry())

    def test_a_check_that_is_not_installed_is_no_mistake(self, plugins) -> None:
        assert checked(SAFE, plugins.registry(), athlete=self.athlete("elsewhere/x")) == [
            ("BT604", "warning")
        ]
