"""Silencing: an athlete leaves a warning or an info unshown, with a reason; an error never, a file never."""

from __future__ import annotations

from pathlib import Path

import pytest

import backtrack_plugins as bt
from backtrack_plugins.checking import RULES, is_safe

PAGE = """\
name: A
level: {level}

2:00 forward walk 5 km/h
1:00 backward walk 2 km/h {hands}
12:00 forward walk 5 km/h
2x
  1:00 backward walk 2 km/h hands free
  4:00 forward walk 5 km/h
12:00 forward walk 5 km/h
"""
"""BT601 at its first bout, and BT206 at each pass of its second."""

ON_THE_RAIL = PAGE.format(level="beginner", hands="light rail")
HANDS_FREE = {level: PAGE.format(level=level, hands="hands free") for level in ("beginner", "intermediate")}


def silencing(level: str | None = None, **reasons: str) -> bt.Athlete:
    silenced = tuple(bt.Silenced(code, reason) for code, reason in reasons.items())
    return bt.Athlete(level=level, silenced=silenced, safety_acknowledged=True)


def found(page: str, athlete: bt.Athlete) -> dict[str, tuple[str, str]]:
    """Severity and silencing reason of each code."""
    problems = bt.check(bt.expand(bt.parse(page), athlete), athlete)
    return {problem.code: (problem.severity, problem.silenced) for problem in problems}


class TestWarningsAndInfos:
    def test_are_still_found_and_carry_the_reason(self) -> None:
        athlete = silencing(BT601="  I walk to the gym ", BT206="on purpose")
        assert found(ON_THE_RAIL, silencing()) == {"BT601": ("warning", ""), "BT206": ("info", "")}
        assert found(ON_THE_RAIL, athlete) == {
            "BT601": ("warning", "I walk to the gym"),
            "BT206": ("info", "on purpose"),
        }

    def test_are_silenced_one_code_at_a_time(self) -> None:
        assert found(ON_THE_RAIL, silencing(BT206="on purpose"))["BT601"] == ("warning", "")

    def test_stand_silenced_beside_the_artifact(self) -> None:
        artifact = bt.export(bt.parse(ON_THE_RAIL), "strava-text", silencing(BT601="I walk to the gym"))
        reasons = {problem.code: problem.silenced for problem in artifact.problems}
        assert reasons["BT601"] == "I walk to the gym"

    def test_are_the_only_thing_that_any_rule_lets_silence(self) -> None:
        """Whatever has a warning or an info may be silenced; whatever has nothing but errors may not."""
        for rule in RULES:
            if rule.over == "construction":
                continue
            athlete = silencing(**{rule.code: "known to us"})
            if {rule.severity, rule.otherwise} & {"warning", "info"}:
                bt.check(bt.expand(bt.parse(ON_THE_RAIL)), athlete)
            else:
                with pytest.raises(bt.UsageError, match=f"{rule.code} is always an error"):
                    bt.check(bt.expand(bt.parse(ON_THE_RAIL)), athlete)


class TestErrors:
    def test_of_a_rule_that_also_warns_are_not_silenced(self) -> None:
        athlete = silencing(BT301="I know my feet")
        assert found(HANDS_FREE["intermediate"], athlete)["BT301"] == ("warning", "I know my feet")
        assert found(HANDS_FREE["beginner"], athlete)["BT301"] == ("error", "")
        with pytest.raises(bt.UnsafeWorkout, match="error BT301"):
            bt.export(bt.parse(HANDS_FREE["beginner"]), "strava-text", athlete)

    def test_of_a_steep_or_young_athlete_are_not_silenced(self) -> None:
        steep = ON_THE_RAIL.replace("km/h light rail", "km/h 16% light rail").replace("beginner", "advanced")
        child = bt.Athlete(
            age_group="under-13",
            silenced=(bt.Silenced("BT402", "strong calves"), bt.Silenced("BT605", "tall already")),
        )
        problems = bt.check(bt.expand(bt.parse(steep), child), child)
        errors = {problem.code: problem.silenced for problem in problems if problem.severity == "error"}
        assert (errors["BT402"], errors["BT605"]) == ("", "")
        assert not is_safe(problems)

    def test_are_named_all_at_once_with_every_other_mistake(self) -> None:
        athlete = silencing(
            BT101="too slow", BT206="on purpose", BT999="what", BT305="no time", bt601="lower"
        )
        for call in (
            lambda: bt.check(bt.expand(bt.parse(ON_THE_RAIL)), athlete),
            lambda: bt.export(bt.parse(ON_THE_RAIL), "strava-text", athlete),
        ):
            with pytest.raises(bt.UsageError) as refusal:
                call()
            lines = str(refusal.value).splitlines()
            assert [line.split(":")[0].split(" ")[0] for line in lines] == [
                "silenced.BT101",
                "silenced.BT999",
                "silenced.BT305",
                "silenced.bt601",
            ]
            assert "take the line out" in lines[0]
            assert "no such rule" in lines[1]
            assert "did you mean BT601?" in lines[3]


class TestReasons:
    @pytest.mark.parametrize("reason", ["", "  ", "ok", " ok ", "x" * 101])
    def test_are_required_and_short(self, reason: str) -> None:
        with pytest.raises(ValueError, match="BT206: say why in 3 to 100 characters"):
            bt.Silenced("BT206", reason)
        with pytest.raises(bt.UsageError, match=r"athlete\.toml: silenced: BT206: say why"):
            bt.athlete_from_toml(f'[silenced]\nBT206 = "{reason}"\n')

    @pytest.mark.parametrize("value", ["true", "3", '["why"]', '{ why = "because" }'])
    def test_are_texts(self, value: str) -> None:
        with pytest.raises(bt.UsageError, match="the reason for silencing BT206 is a text"):
            bt.athlete_from_toml(f"[silenced]\nBT206 = {value}\n")

    @pytest.mark.parametrize("table", ['silenced = "BT206"', 'silenced = ["BT206"]', "silenced = true"])
    def test_stand_in_a_table(self, table: str) -> None:
        with pytest.raises(bt.UsageError, match=r"write \[silenced\] on a line of its own"):
            bt.athlete_from_toml(table)

    def test_are_kept_as_written(self) -> None:
        athlete = bt.athlete_from_toml('[silenced]\nBT206 = "on purpose"\n"club/x" = "ours \\u00e4"\n')
        assert athlete.silenced == (bt.Silenced("BT206", "on purpose"), bt.Silenced("club/x", "ours \u00e4"))

    def test_that_are_wrong_are_all_said_at_once(self) -> None:
        with pytest.raises(bt.UsageError) as refusal:
            bt.athlete_from_toml(
                'levle = "beginner"\n[silenced]\nBT206 = ""\nBT601 = 3\nBT603 = "fine by me"\n'
            )
        lines = str(refusal.value).splitlines()
        assert len(lines) == 3
        assert all(line.startswith("athlete.toml: ") for line in lines)
        assert "BT603" not in str(refusal.value)


class TestOnTheCommandLine:
    @pytest.fixture(autouse=True)
    def _files(self, command) -> None:  # noqa: ARG002 - which folder they stand in
        Path("a.backtrack").write_text(ON_THE_RAIL, encoding="utf-8")

    def athlete(self, *lines: str) -> str:
        text = "\n".join(["safety_acknowledged = true", "[silenced]", *lines]) + "\n"
        Path("who.toml").write_text(text, encoding="utf-8")
        return "who.toml"

    def test_check_says_one_line_for_each_code_and_how_many_it_was(self, command) -> None:
        athlete = self.athlete('BT206 = "on purpose"', 'BT601 = "I walk to the gym"')
        done = command("check", "a.backtrack", "--athlete", athlete)
        assert (done.code, done.err) == (0, "")
        lines = done.out.splitlines()
        assert [line for line in lines if "BT" in line] == [
            "silenced BT601: I walk to the gym (1 finding)",
            "silenced BT206: on purpose (1 finding)",
        ]

    def test_check_still_shows_the_others_in_full(self, command) -> None:
        done = command("check", "a.backtrack", "--athlete", self.athlete('BT206 = "on purpose"'))
        assert (
            "a.backtrack:5: warning BT601: 2:00 forward before the first bout; 3:00 warm up\n    begin"
            in done.out
        )
        assert "silenced BT206: on purpose (1 finding)\n" in done.out

    def test_export_says_the_same_once_for_all_formats(self, command) -> None:
        athlete = self.athlete('BT206 = "on purpose"', 'BT601 = "I walk to the gym"')
        formats = ("--to", "strava-text", "--to", "segments-csv")
        done = command("export", "a.backtrack", *formats, "--athlete", athlete)
        assert done.code == 0
        assert done.err.count("silenced BT206: on purpose (1 finding)\n") == 1
        assert done.err.count("silenced BT601: I walk to the gym (1 finding)\n") == 1
        assert done.err.count("BT601") == 1

    def test_data_has_the_problem_and_the_reason(self, command) -> None:
        athlete = self.athlete('BT601 = "I walk to the gym"')
        (workout,) = command("check", "a.backtrack", "--athlete", athlete, "--json").data["workouts"]
        reasons = {problem["code"]: problem.get("silenced") for problem in workout["problems"]}
        assert reasons == {"BT601": "I walk to the gym", "BT206": None}

    @pytest.mark.parametrize("arguments", [("check",), ("export", "--to", "strava-text")])
    def test_what_may_not_be_silenced_is_refused_with_the_file_and_nothing_is_written(
        self, command, arguments: tuple[str, ...]
    ) -> None:
        athlete = self.athlete('BT305 = "no time"', 'BT6011 = "I walk"')
        name, *more = arguments
        done = command(name, "a.backtrack", *more, "--athlete", athlete)
        assert (done.code, done.out) == (2, "")
        assert (
            "who.toml: silenced.BT305 is always an error, and no error is silenced; take the line out"
            in done.err
        )
        assert "who.toml: silenced.BT6011: no such rule; did you mean BT601?" in done.err
        assert not Path("a.strava.txt").exists()


class TestAWorkoutFile:
    """It may come from a stranger."""

    @pytest.mark.parametrize("header", ["silenced: BT601", "silence: BT601", "noqa: BT601"])
    def test_has_no_header_that_silences(self, header: str) -> None:
        with pytest.raises(bt.InvalidWorkout) as refusal:
            bt.parse(ON_THE_RAIL.replace("name: A", f"name: A\n{header}"))
        assert [problem.code for problem in refusal.value.problems] == ["BT006"]

    @pytest.mark.parametrize(
        "comment", ["# silenced: BT601", "# BT601: on purpose", "# noqa: BT601", "# BT601 off"]
    )
    def test_has_no_comment_that_silences(self, comment: str) -> None:
        for page in (
            f"{comment}\n{ON_THE_RAIL}",
            ON_THE_RAIL.replace("1:00 back", f"{comment}\n1:00 back", 1),
            ON_THE_RAIL.replace("light rail", f"light rail  {comment}"),
        ):
            assert found(page, silencing())["BT601"] == ("warning", "")

    def test_has_no_field_that_silences(self) -> None:
        document = {**bt.to_mapping(bt.parse(ON_THE_RAIL)), "silenced": {"BT601": "on purpose"}}
        with pytest.raises(bt.InvalidWorkout) as refusal:
            bt.from_mapping(document)
        assert [problem.code for problem in refusal.value.problems] == ["BT010"]
