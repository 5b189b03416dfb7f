"""``backtrack check`` with a level, a programme's folder, silenced rules, and ``--fix``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = """\
# mine
name: Drills

20:00 fwd jog 8kph  # easy
1:00 backward walk 3 km/h light rail  # slowly
3:00 forward walk 4 km/h
"""
FIXED = PAGE.replace("3 km/h light", "2.4 km/h grip")


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
    """Run a command in a folder with one page, for a user who has configured nothing."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    Path("my.backtrack").write_text(PAGE, encoding="utf-8")

    def run(*arguments: str) -> Outcome:
        code = main(arguments)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return run


class TestLevel:
    def test_holds_though_no_athlete_is_known(self, backtrack: Callable[..., Outcome]) -> None:
        assert backtrack("check", "my.backtrack").code == 1
        done = backtrack("check", "my.backtrack", "--level", "beginner")
        assert done.code == 0
        assert "my.backtrack: safe to export; level beginner (from --level)" in done.out
        assert "BT604" not in done.out  # a rule about an athlete, and there is none

    def test_holds_instead_of_the_athletes_whose_values_still_count(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        Path("me.toml").write_text('level = "first-timer"\neasy_walk = "4 km/h"\n', encoding="utf-8")
        done = backtrack("check", "my.backtrack", "--athlete", "me.toml", "--level", "beginner")
        assert done.code == 0
        assert "level beginner (from --level)" in done.out
        assert "warning BT108" in done.out
        assert "warning BT604" in done.out


class TestSilenced:
    def test_rules_are_one_line_each_with_the_reason(self, backtrack: Callable[..., Outcome]) -> None:
        Path("me.toml").write_text(
            'level = "beginner"\nsafety_acknowledged = true\neasy_walk = "4 km/h"\n'
            '[silenced]\nBT108 = "walks are short here"\n',
            encoding="utf-8",
        )
        done = backtrack("check", "my.backtrack", "--athlete", "me.toml")
        assert done.code == 0
        assert "silenced BT108: walks are short here (1 finding)\n" in done.out
        assert "warning BT108" not in done.out
        (workout,) = backtrack("check", "my.backtrack", "--athlete", "me.toml", "--json").data["workouts"]
        assert [problem["silenced"] for problem in workout["problems"]] == ["walks are short here"]
        fixed = backtrack("check", "my.backtrack", "--athlete", "me.toml", "--fix").out
        assert "my.backtrack: nothing changed\n" in fixed
        assert "silenced BT108" in fixed


class TestFix:
    def test_shows_what_changes_and_why_and_writes_nothing(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("check", "my.backtrack", "--fix")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[:10] == [
            "--- my.backtrack",
            "+++ my.backtrack (fixed)",
            "@@ -2,5 +2,5 @@",
            " name: Drills",
            " ",
            " 20:00 fwd jog 8kph  # easy",
            "-1:00 backward walk 3 km/h light rail  # slowly",
            "+1:00 backward walk 2.4 km/h grip rail  # slowly",
            " 3:00 forward walk 4 km/h",
            "",
        ]
        assert "for BT101, BT301: 1:00 backward walk 2.4 km/h grip rail\n" in done.out
        assert "my.backtrack (fixed): safe to export; level first-timer" in done.out
        assert {path.name for path in Path().iterdir()} == {"my.backtrack"}
        assert Path("my.backtrack").read_text(encoding="utf-8") == PAGE

    def test_writes_the_authors_page_with_the_changed_lines(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("check", "my.backtrack", "--fix", "-o", "safe.backtrack")
        assert done.code == 0
        assert "+++ safe.backtrack\n" in done.out
        assert "safe.backtrack: safe to export" in done.out
        assert done.out.endswith("safe.backtrack  (new)\n")
        assert Path("safe.backtrack").read_text(encoding="utf-8") == FIXED
        assert backtrack("check", "safe.backtrack").code == 0

    def test_says_what_remains_and_why_and_ends_with_1_for_an_error(
        self, backtrack: Callable[..., Outcome]
    ) -> None:
        text = PAGE + "lap backward walk 2 km/h grip rail\n1:00 forward run 12 km/h\n"
        Path("my.backtrack").write_text(text, encoding="utf-8")
        done = backtrack("check", "my.backtrack", "--fix", "-o", "safe.backtrack")
        assert done.code == 1
        assert "safe.backtrack:7: error BT203" in done.out
        assert "    not fixed: a step until the lap button has no time to cut" in done.out
        assert "safe.backtrack: not safe to export" in done.out
        assert "2.4 km/h grip" in Path("safe.backtrack").read_text(encoding="utf-8")

    def test_leaves_what_a_supervisor_makes_up_for(self, backtrack: Callable[..., Outcome]) -> None:
        fast = PAGE.replace("3 km/h light", "5.5 km/h light").replace("# mine", "level: advanced")
        Path("my.backtrack").write_text(fast, encoding="utf-8")
        supervised = ("--supervised-by", "Ann", "--fix")
        done = backtrack("check", "my.backtrack", *supervised)
        assert "for BT309: 1:00 backward walk 3.2 km/h light rail" in done.out
        Path("me.toml").write_text(
            'level = "advanced"\n[silenced]\nBT309 = "warm already"\n', encoding="utf-8"
        )
        done = backtrack("check", "my.backtrack", *supervised, "--athlete", "me.toml")
        assert "my.backtrack: nothing changed" in done.out
        assert "not fixed: Ann beside the treadmill makes up for it" in done.out

    def test_does_several_at_once(self, backtrack: Callable[..., Outcome]) -> None:
        Path("two.backtrack").write_text(FIXED, encoding="utf-8")
        done = backtrack("check", "my.backtrack", "two.backtrack", "--fix")
        assert done.code == 0
        assert "+++ my.backtrack (fixed)" in done.out
        assert "two.backtrack: nothing changed\ntwo.backtrack: safe to export" in done.out

    def test_what_needs_no_fix_is_written_as_it_was(self, backtrack: Callable[..., Outcome]) -> None:
        Path("my.backtrack").write_text(FIXED, encoding="utf-8")
        done = backtrack("check", "my.backtrack", "--fix", "-o", "safe.backtrack")
        assert "my.backtrack: nothing changed" in done.out
        assert Path("safe.backtrack").read_text(encoding="utf-8") == FIXED

    def test_takes_and_writes_the_json_form(self, backtrack: Callable[..., Outcome]) -> None:
        Path("my.json").write_bytes(bt.to_json(bt.parse(PAGE)))
        done = backtrack("check", "my.json", "--fix", "-o", "safe.json")
        assert done.code == 0
        assert "-1:00 backward walk 3 km/h light rail\n" in done.out
        assert bt.read("safe.json") == bt.parse(FIXED)
        assert backtrack("check", "my.json", "--fix", "-o", "safe.backtrack").code == 0
        assert bt.read("safe.backtrack") == bt.parse(FIXED)

    def test_problems_of_a_json_file_to_write_name_its_steps(self, backtrack: Callable[..., Outcome]) -> None:
        text = PAGE.replace("1:00 backward", "lap backward")
        Path("my.backtrack").write_text(text, encoding="utf-8")
        done = backtrack("check", "my.backtrack", "--fix", "-o", "safe.json")
        assert "safe.json: step 2: error BT203" in done.out

    def test_takes_a_name_of_the_library_with_its_comments(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("check", "tennis-four-way", "--fix", "--level", "first-timer", "-o", "t.backtrack")
        assert "--- library:tennis-four-way\n+++ t.backtrack\n" in done.out
        assert done.code == 0
        assert bt.read("t.backtrack").name == "Tennis four-way"

    def test_says_the_same_as_data(self, backtrack: Callable[..., Outcome]) -> None:
        data = backtrack("check", "my.backtrack", "--fix", "-o", "safe.backtrack", "--json").data
        (workout,) = data["workouts"]
        assert (workout["file"], workout["safe"], workout["page"]) == ("safe.backtrack", True, FIXED)
        assert workout["changes"] == [
            {
                "number": 2,
                "before": "1:00 backward walk 3 km/h light rail",
                "after": "1:00 backward walk 2.4 km/h grip rail",
                "codes": ["BT101", "BT301"],
            }
        ]
        assert (data["path"], data["state"], data["errors"]) == ("safe.backtrack", "new", [])
        (unfixed,) = backtrack("check", "my.backtrack", "--json").data["workouts"]
        assert "changes" not in unfixed


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("my.backtrack", "-o", "safe.backtrack"), "add --fix"),
            (("my.backtrack", "other.backtrack", "--fix", "-o", "safe.backtrack"), "one workout at a time"),
            (("my.backtrack", "--fix", "-o", "safe.fit"), ".backtrack"),
            ((".", "--fix"), "no folder"),
            (("my.backtrack", "--fix", "-o", "no/safe.backtrack"), "there is no folder no"),
            (("gone.backtrack", "--fix", "-o", "safe.backtrack"), "gone.backtrack"),
            ((".",), "no programme there"),
        ],
    )
    def test_is_refused_and_nothing_is_written(
        self, backtrack: Callable[..., Outcome], arguments: tuple[str, ...], said: str
    ) -> None:
        done = backtrack("check", *arguments)
        assert (done.code, done.out) == (2, "")
        assert said in done.err
        assert {path.name for path in Path().iterdir()} == {"my.backtrack"}

    def test_the_authors_own_file_is_not_written_over(self, backtrack: Callable[..., Outcome]) -> None:
        done = backtrack("check", "my.backtrack", "--fix", "-o", "my.backtrack")
        assert done.code == 2
        assert Path("my.backtrack").read_text(encoding="utf-8") == PAGE
        assert backtrack("check", "my.backtrack", "--fix", "-o", "my.backtrack", "--overwrite").code == 0
        assert Path("my.backtrack").read_text(encoding="utf-8") == FIXED


class TestProgramme:
    @pytest.fixture
    def winter(self, backtrack: Callable[..., Outcome]) -> Path:
        Path("me.toml").write_text('level = "first-timer"\nsafety_acknowledged = true\n', encoding="utf-8")
        made = backtrack(
            *("programme", "new", "--start", "2026-12-02", "--today", "2026-11-22"),
            *("--weeks", "4", "-o", "winter", "--athlete", "me.toml"),
        )
        assert made.code == 0
        return Path("winter")

    def test_is_checked_week_by_week_at_each_weeks_own_level(
        self, backtrack: Callable[..., Outcome], winter: Path
    ) -> None:
        done = backtrack("check", str(winter), "--athlete", "me.toml")
        assert (done.code, done.err) == (0, "")
        assert "winter/week-01.backtrack: safe to export; level first-timer (this week's)" in done.out
        assert "winter/week-04.backtrack: safe to export; level beginner (this week's)" in done.out
        assert "winter/week-02.backtrack: warning BT504: 2026-12-09: 2 things raised at once" in done.out
        assert "winter: 4 weeks, all safe to export\n" in done.out

    def test_finds_what_was_written_into_a_page_by_hand(
        self, backtrack: Callable[..., Outcome], winter: Path
    ) -> None:
        week = winter / "week-03.backtrack"
        week.write_text(
            week.read_text(encoding="utf-8").replace("2.4 km/h grip", "5 km/h grip"), encoding="utf-8"
        )
        done = backtrack("check", str(winter), "--athlete", "me.toml")
        assert done.code == 1
        assert "error BT101" in done.out
        assert "week-03.backtrack: warning BT503: 2026-12-16: 3.0 km/h faster" in done.out
        assert "winter: 4 weeks, 1 not safe to export\n" in done.out
        data = backtrack("check", str(winter), "--json").data
        (programme,) = data["programmes"]
        assert (programme["folder"], programme["safe"]) == ("winter", False)
        assert programme["weeks"] == [workout["file"] for workout in data["workouts"]]
        assert "BT503" in {problem["code"] for problem in programme["problems"]}

    def test_a_level_holds_for_every_week(self, backtrack: Callable[..., Outcome], winter: Path) -> None:
        done = backtrack("check", str(winter), "--level", "first-timer")
        assert done.code == 1
        assert "week-04.backtrack: not safe to export; level first-timer (from --level)" in done.out

    def test_without_a_page_says_so_and_holds_no_weeks_against_one_another(
        self, backtrack: Callable[..., Outcome], winter: Path
    ) -> None:
        (winter / "week-02.backtrack").unlink()
        done = backtrack("check", str(winter), "--athlete", "me.toml")
        assert done.code == 2
        assert "winter/week-02.backtrack: no such file" in done.err
        assert "BT50" not in done.out

    def test_silenced_rules_are_silent_over_the_weeks_too(
        self, backtrack: Callable[..., Outcome], winter: Path
    ) -> None:
        with Path("me.toml").open("a", encoding="utf-8") as file:
            file.write('[silenced]\nBT504 = "both steps are small"\n')
        done = backtrack("check", str(winter), "--athlete", "me.toml")
        assert "silenced BT504: both steps are small (1 finding)" in done.out
        assert "warning BT504" not in done.out
