"""``backtrack programme``: what it says, what it writes, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from recorded import Lap, from_export, recorded_fit

import backtrack_plugins as bt
from backtrack_plugins.cli import main
from backtrack_plugins.cli.inputs import ATHLETE_FILE, CONFIGURATION
from backtrack_plugins.programme import STATE_FILE, read_programme

if TYPE_CHECKING:
    from collections.abc import Callable

TODAY = ("--today", "2026-11-22")
PASS = ("--outcome", "rpe 12, all done")
ATHLETE = "# who I am\nlevel = 'first-timer'\nsafety_acknowledged = true  # seen to\n"
TARGETS = ("garmin-fit", "zwo", "strava-text", "segments-csv")


class Said(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def athlete(tmp_path: Path) -> Path:
    file = tmp_path / "configuration" / CONFIGURATION / ATHLETE_FILE
    file.parent.mkdir(parents=True)
    file.write_text(ATHLETE, encoding="utf-8")
    return file


@pytest.fixture
def programme(
    tmp_path: Path, athlete: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """The command in a folder of its own, with an athlete of its own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(athlete.parents[1]))
    monkeypatch.setenv("HOME", str(tmp_path))

    def run(*arguments: str) -> Said:
        code = main(["programme", *arguments])
        return Said(code, *capsys.readouterr())

    return run


def begin(programme: Callable[..., Said], *arguments: str) -> Said:
    said = programme("new", "--weekday", "wed", "-o", "winter", *TODAY, *arguments)
    assert said.code == 0, said.err
    return said


def tell(programme: Callable[..., Said], today: str, *outcomes: str) -> Said:
    said = programme("next", "winter", "--today", today, "--outcome", ", ".join(outcomes))
    assert said.code == 0, said.err
    return said


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class TestNew:
    def test_shows_the_weeks_and_what_to_type_next(self, programme) -> None:
        said = begin(programme)
        rows = [line.split() for line in said.out.splitlines()[:9]]
        assert rows[0] == ["week", "date", "level", "bouts", "what", "changed"]
        assert [row[2] for row in rows[1:3]] == ["2026-11-25", "2026-12-02"]
        assert [row[-1] for row in rows[1:]] == [
            "start", "speed", "speed", "free", "speed", "speed", "incline", "speed",
        ]  # fmt: skip
        assert "Written to winter: programme.toml and 8 pages." in said.out
        assert "backtrack export winter/week-01.backtrack --to garmin-fit" in said.out
        assert "backtrack programme next winter --outcome" in said.out

    def test_tells_of_weeks_that_raise_two_things_and_explains_it_once(self, programme) -> None:
        said = begin(programme)
        assert [line[:33] for line in said.out.splitlines() if "BT504" in line] == [
            "warning BT504: 2026-12-02: 2 thin",
            "warning BT504: 2026-12-30: 2 thin",
            "warning BT504: 2027-01-13: 2 thin",
        ]
        assert said.out.count("both steps are small; that is our choice") == 1

    def test_tells_what_the_rules_say_of_the_athlete(self, programme, athlete: Path) -> None:
        athlete.write_text('level = "first-timer"\nage_group = "65-and-over"\n', encoding="utf-8")
        said = begin(programme)
        assert "warning BT604" in said.out
        assert "warning BT605" in said.out

    def test_says_when_the_athletes_level_is_another_than_the_first_weeks(self, programme, athlete) -> None:
        athlete.write_text('level = "advanced"\n', encoding="utf-8")
        said = begin(programme).out.replace("\n", " ")
        assert "says level advanced, and this week is made for level beginner" in said

    def test_attaches_the_athletes_own_run(self, programme) -> None:
        Path("run.backtrack").write_text("name: Mine\n25:00 forward jog 8 km/h easy\n", encoding="utf-8")
        begin(programme, "--attach", "run.backtrack")
        for week in read_programme("winter").sessions:
            assert bt.read(Path("winter") / week.file).steps[0] == bt.parse_line(
                "25:00 forward jog 8 km/h easy"
            )

    def test_as_data_gives_every_week_and_file(self, programme) -> None:
        data = begin(programme, "--json", "--weeks", "2").data
        assert data["sessions"][1] == {
            "number": 2,
            "state": "planned",
            "date": "2026-12-02",
            "on": None,
            "outcome": None,
            "level": "first-timer",
            "rung": 2,
            "bouts": "2 x 2:00 at 2 km/h, first bout grip rail",
            "file": "week-02.backtrack",
        }
        assert [Path(file["path"]).name for file in data["written"]] == [
            "week-01.backtrack", "week-02.backtrack", STATE_FILE,
        ]  # fmt: skip
        assert data["weekday"] == "wed"
        assert [problem["code"] for problem in data["problems"] if problem["severity"] != "info"] == ["BT504"]
        assert data["errors"] == []

    @pytest.mark.parametrize(
        ("arguments", "start"),
        [
            (("--start", "next", "--weekday", "sun"), "2026-11-29"),
            (("--start", "next", "--weekday", "MON"), "2026-11-23"),
            (("--start", "2026-11-22"), "2026-11-22"),
            (("--start", "2026-12-03"), "2026-12-03"),
            (("--start", "2026-12-03", "--weekday", "thu"), "2026-12-03"),
            (("--start", "2026-12-03", "--weekday", "wed"), "2026-12-09"),
        ],
    )
    def test_starts_on_the_day_that_was_asked_for(self, programme, arguments, start: str) -> None:
        assert programme("new", "-o", "w", *TODAY, *arguments, "--json").data["start"] == start

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--start", "2026-11-21"), "in the past; today is 2026-11-22"),
            (("--start", "next"), "Name the day, too: --weekday wed"),
            (("--weekday", "xyz"), "no such day; write mon, tue, wed"),
            (("--weekday", "we"), "did you mean wed?"),
            (("--start", "tomorrow", "--weekday", "wed"), "2026-12-02"),
            (("--start", "20261202", "--weekday", "wed"), "write a date as year, month and day"),
            (("--start", "2026-02-30", "--weekday", "wed"), "--start 2026-02-30: day"),
            (("--weekday", "wed", "--weeks", "0"), "1 to 52 weeks"),
            (("--weekday", "wed", "--today", "today"), "--today today: write a date"),
            (("--weekday", "wed", "-o", "missing/winter"), "mkdir"),
            (("--weekday", "wed", "--attach", "none.backtrack"), "none.backtrack: no such file"),
        ],
    )
    def test_refuses_what_cannot_be_and_writes_nothing(self, programme, arguments, said: str) -> None:
        refused = programme("new", "-o", "winter", *TODAY, *arguments)
        assert refused.code == 2
        assert said in refused.err
        assert everything(Path()) == {}

    def test_tells_all_that_is_wrong_at_once(self, programme, athlete: Path) -> None:
        athlete.unlink()
        refused = programme(
            "new", "--start", "2020-01-01", "--weekday", "x", "--attach", "a", "-o", "w", *TODAY
        )
        assert refused.code == 2
        for said in (
            "backtrack level",
            "in the past",
            "no such day",
            "a: no such file",
            "Nothing was written.",
        ):
            assert said in refused.err

    def test_refuses_a_run_with_backward_steps_naming_each(self, programme) -> None:
        Path("run.backtrack").write_text(
            "name: A\n9:00 forward walk 5 km/h\n1:00 backward walk 2 km/h grip rail\n", encoding="utf-8"
        )
        refused = programme("new", "--weekday", "wed", "--attach", "run.backtrack", "-o", "w", *TODAY)
        assert refused.code == 2
        assert "run.backtrack:3: 1:00 backward walk 2 km/h grip rail: a run to attach" in refused.err
        assert not Path("w").exists()

    def test_refuses_with_the_problems_where_a_week_would_break_a_rule(
        self, programme, athlete: Path
    ) -> None:
        athlete.write_text(ATHLETE + '[treadmill]\nslowest = "3 km/h"\n', encoding="utf-8")
        refused = programme("new", "--weekday", "wed", "-o", "w", *TODAY, "--json")
        assert refused.code == 1
        assert {problem["code"] for problem in refused.data["errors"][0]["problems"]} == {"BT901"}
        assert not Path("w").exists()

    def test_refuses_a_second_programme_in_a_folder(self, programme) -> None:
        begin(programme)
        before = everything(Path())
        refused = programme("new", "--weekday", "wed", "-o", "winter", "--overwrite", *TODAY)
        assert refused.code == 2
        assert "there is a programme already" in refused.err
        assert everything(Path()) == before


class TestNext:
    def test_without_an_outcome_says_what_is_due_and_changes_nothing(self, programme) -> None:
        begin(programme)
        before = everything(Path())
        for today in ("2026-11-22", "2026-11-25"):
            said = programme("next", "winter", "--today", today)
            assert said.code == 0
            assert "Next: week 1 on Wed 2026-11-25, level first-timer: 3 x 1:00 at 1.6 km/h" in said.out
        assert everything(Path()) == before

    def test_without_an_outcome_asks_for_it_once_the_day_is_over(self, programme) -> None:
        begin(programme)
        said = programme("next", "winter", "--today", "2026-11-26")
        assert said.code == 2
        assert "week 1 was due on Wed 2026-11-25" in said.err
        assert "--outcome missed" in said.err

    def test_records_the_outcome_and_says_what_comes_next_and_why(self, programme) -> None:
        begin(programme)
        said = tell(programme, "2026-11-25", "rpe 12", "all done")
        assert said.out.splitlines()[:4] == [
            "Week 1, done on Wed 2026-11-25: rpe 12, all done.",
            "All bouts done at RPE 12: one rung up.",
            "Next: week 2 on Wed 2026-12-02, level first-timer: 2 x 2:00 at 2 km/h, first bout grip rail.",
            f"      {os.path.join('winter', 'week-02.backtrack')}",
        ]
        assert len(read_programme("winter").done) == 1

    def test_as_data_gives_the_next_week_and_the_reason(self, programme) -> None:
        begin(programme)
        data = programme("next", "winter", *PASS, "--today", "2026-11-25", "--json").data
        assert data["reason"] == "All bouts done at RPE 12: one rung up."
        assert data["next"]["number"] == 2
        assert data["sessions"][0]["outcome"] == "rpe 12, all done"
        assert data["athlete_level"] is None
        assert programme("next", "winter", "--today", "2026-11-25", "--json").data["written"] == []

    def test_says_to_send_again_where_weeks_of_it_were_sent(self, programme) -> None:
        begin(programme)
        book = bt.Book()
        for destination, file, on in (("club", "week-02", dt.date(2026, 12, 2)), ("shelf", "week-02", None)):
            source = os.path.abspath(f"winter/{file}.backtrack")
            book.shelf(destination).put(bt.Record(identity="0" * 16, source=source, on=on))
        book.shelf("other").put(bt.Record(identity="1" * 16, source=os.path.abspath("tempo.backtrack")))
        said = tell(programme, "2026-11-25", "rpe 17", "cut short", "stumble")
        assert said.out.endswith(
            "The weeks that were sent to club and shelf are there as they were before. Send again:\n"
            "  backtrack send winter --to club --on programme\n"
            "  backtrack send winter --to shelf\n"
        )
        data = programme("next", "winter", *PASS, "--today", "2026-12-02", "--json").data
        assert data["send_again"] == ["club", "shelf"]

    def test_is_recorded_also_when_nobody_knows_what_was_sent(self, programme, data: Path) -> None:
        begin(programme)
        (data / "sent").mkdir(parents=True)
        (data / "sent" / "club.json").write_text("no JSON", encoding="utf-8")
        said = tell(programme, "2026-11-25", "rpe 12", "all done")
        assert "what was sent to club is not known: " in said.err
        assert len(read_programme("winter").done) == 1

    def test_a_missed_week_moves_the_same_workout(self, programme) -> None:
        begin(programme)
        said = tell(programme, "2026-11-27", "missed")
        assert "Week 1: missed on Wed 2026-11-25." in said.out
        assert "Next: week 1 on Wed 2026-12-02" in said.out

    def test_another_day_may_be_named(self, programme) -> None:
        begin(programme)
        said = programme("next", "winter", *PASS, "--on", "2026-11-27", "--today", "2026-11-28")
        assert "done on Fri 2026-11-27" in said.out
        assert "Next: week 2 on Wed 2026-12-02" in said.out
        assert "warning BT501" in said.out

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--outcome", "rpe 12, al done"), "did you mean all done?"),
            (("--outcome", "rpe 12, all done", "--on", "2026-11-27"), "still to come"),
            (("--outcome", "rpe 12, all done", "--on", "friday"), "write a date"),
            (("--outcome", "missed", "--on", "2026-11-25"), "leave --on out"),
            (("--on", "2026-11-25"), "say how it went, too"),
        ],
    )
    def test_refuses_what_cannot_be_and_changes_nothing(self, programme, arguments, said: str) -> None:
        begin(programme)
        before = everything(Path())
        refused = programme("next", "winter", "--today", "2026-11-26", *arguments)
        assert refused.code == 2
        assert said in refused.err
        assert everything(Path()) == before

    def test_a_programme_edited_into_nonsense_is_told_and_left_alone(self, programme) -> None:
        begin(programme)
        state = Path("winter") / STATE_FILE
        state.write_text(
            state.read_text().replace("rung = 1", "rung = 7").replace("weeks = 8", "weeks = 8\nx = 1")
        )
        before = everything(Path())
        for arguments in (("next", "winter", *PASS), ("show", "winter")):
            refused = programme(*arguments, "--today", "2026-11-25")
            assert refused.code == 2
            assert "plan.x: no such key" in refused.err
        state.write_text(state.read_text().replace("x = 1\n", ""))
        assert "rung: 7 does not follow; it is 1" in programme("show", "winter").err
        assert {*everything(Path())} == {*before}

    def test_nobody_without_a_level_goes_on(self, programme, athlete: Path) -> None:
        begin(programme)
        athlete.write_text("safety_acknowledged = true\n", encoding="utf-8")
        before = everything(Path())
        refused = programme("next", "winter", *PASS, "--today", "2026-11-25")
        assert refused.code == 2
        assert "backtrack level" in refused.err
        assert everything(Path()) == before


class TestTheAthletesLevel:
    DAYS = ("2026-11-25", "2026-12-02", "2026-12-09")

    def test_rises_and_falls_with_the_programme_and_nothing_else_changes(
        self, programme, athlete: Path
    ) -> None:
        begin(programme)
        for day in self.DAYS:
            assert athlete.read_text() == ATHLETE
            said = tell(programme, day, "rpe 12, all done")
        assert "now level beginner, which was first-timer." in said.out.replace("\n", " ")
        assert "3.2 km/h (2.0 mph) backward" in said.out
        assert athlete.read_text() == ATHLETE.replace("'first-timer'", '"beginner"')
        said = tell(programme, "2026-12-16", "rpe 12, all done, stumble")
        assert "now level first-timer, which was beginner." in said.out.replace("\n", " ")
        assert bt.read_athlete(athlete).level == "first-timer"

    def test_is_left_alone_where_it_was_another(self, programme, athlete: Path) -> None:
        begin(programme)
        athlete.write_text('level = "intermediate"\n', encoding="utf-8")
        for day in self.DAYS:
            said = tell(programme, day, "rpe 12, all done")
        assert athlete.read_text() == 'level = "intermediate"\n'
        assert "says level intermediate, and this week is made for level beginner" in said.out.replace(
            "\n", " "
        )

    def test_is_lowered_even_when_the_programme_cannot_be_written(self, programme, athlete: Path) -> None:
        begin(programme)
        for day in self.DAYS:
            tell(programme, day, "rpe 12, all done")
        (Path("winter") / "week-05.backtrack").write_text("mine")
        state = (Path("winter") / STATE_FILE).read_bytes()
        refused = programme("next", "winter", "--today", "2026-12-16", "--outcome", "rpe 9, cut short, pain")
        assert refused.code == 2
        assert "--overwrite" in refused.err
        assert bt.read_athlete(athlete).level == "first-timer"
        assert (Path("winter") / STATE_FILE).read_bytes() == state

    def test_is_not_raised_when_the_programme_cannot_be_written(self, programme, athlete: Path) -> None:
        begin(programme)
        for day in self.DAYS[:2]:
            tell(programme, day, "rpe 12, all done")
        (Path("winter") / STATE_FILE).write_text((Path("winter") / STATE_FILE).read_text() + "# mine\n")
        refused = programme("next", "winter", "--today", self.DAYS[2], *PASS)
        assert refused.code == 2
        assert bt.read_athlete(athlete).level == "first-timer"
        done = programme("next", "winter", "--today", self.DAYS[2], *PASS, "--overwrite")
        assert done.code == 0
        assert bt.read_athlete(athlete).level == "beginner"

    def test_is_in_the_data(self, programme, athlete: Path) -> None:
        begin(programme)
        for day in self.DAYS[:2]:
            tell(programme, day, "rpe 12, all done")
        data = programme("next", "winter", "--today", self.DAYS[2], *PASS, "--json").data
        assert data["athlete_level"] == {"file": str(athlete), "was": "first-timer", "level": "beginner"}


class TestShow:
    def test_lists_outcomes_the_next_and_the_planned(self, programme) -> None:
        begin(programme, "--weeks", "3")
        tell(programme, "2026-11-25", "all done", "rpe 9")
        said = programme("show", "winter")
        assert said.code == 0
        lines = said.out.splitlines()
        assert lines[1].endswith("rpe 9, all done")
        assert lines[2].endswith("next")
        assert lines[3].endswith("planned")

    def test_as_data_gives_the_same(self, programme) -> None:
        begin(programme, "--weeks", "2")
        states = [week["state"] for week in programme("show", "winter", "--json").data["sessions"]]
        assert states == ["pending", "planned"]

    def test_needs_no_athlete(self, programme, athlete: Path) -> None:
        begin(programme)
        athlete.unlink()
        assert programme("show", "winter").code == 0

    def test_a_folder_without_a_programme_says_how_to_begin_one(self, programme) -> None:
        refused = programme("show", "winter", "--json")
        assert refused.code == 2
        assert "backtrack programme new" in refused.data["errors"][0]["message"]


@pytest.mark.parametrize("target", TARGETS)
def test_eight_weeks_export_to_every_target_without_an_error(programme, target: str) -> None:
    begin(programme)
    pages = sorted(Path("winter").glob("*.backtrack"))
    assert len(pages) == 8
    athlete = bt.Athlete(race_paces=(bt.RaceTime.of("5k", "30:00"),))
    artifacts = [bt.export(bt.read(page), target, athlete) for page in pages]
    assert len({artifact.name for artifact in artifacts}) == 8, "each week has a file of its own"


class TestFromARecording:
    """The outcome of a week from what the watch recorded, and one answer."""

    @pytest.fixture
    def begun(self, programme: Callable[..., Said]) -> Callable[..., Said]:
        programme("new", "-o", "winter", "--start", "2026-11-25", *TODAY)
        return programme

    def laps_of(self, week: str) -> list[Lap]:
        return [
            Lap(segment.seconds or 20, step=number, trigger="manual" if segment.is_straddle else "time")
            for number, segment in enumerate(bt.expand(bt.read(f"winter/{week}.backtrack")).segments)
        ]

    def recorded(
        self,
        *,
        short: bool = False,
        week: str = "week-01",
        start: dt.datetime | None = None,
        offset: dt.timedelta | None = None,
        laps: list[Lap] | None = None,
    ) -> str:
        plan = from_export(bt.export(bt.read(f"winter/{week}.backtrack"), "garmin-fit").data)
        laps = self.laps_of(week) if laps is None else laps
        if short:
            laps[-3] = laps[-3]._replace(seconds=40, trigger="manual")
        start = start or dt.datetime(2026, 11, 25, 17, 30, tzinfo=dt.UTC)
        Path("done.fit").write_bytes(recorded_fit(plan, laps, start=start, offset=offset))
        return "done.fit"

    def test_all_done_is_known_and_the_rest_is_asked_for_once(
        self, begun: Callable[..., Said], terminal: Callable[[bytes], int]
    ) -> None:
        terminal(b"12\n")
        said = begun("next", "winter", "--from", self.recorded(), "--today", "2026-11-26")
        assert said.code == 0
        assert "Week 1, 2026-11-25: 3 of 3 bouts as planned, 3:00 of 3:00.\n" in said.out
        assert "Week 1, done on Wed 2026-11-25: rpe 12, all done.\n" in said.out
        assert said.err.count("How hard was the hardest bout") == 1
        assert read_programme("winter").pending.rung == 2

    def test_what_went_wrong_is_said_in_the_same_answer(
        self, begun: Callable[..., Said], terminal: Callable[[bytes], int]
    ) -> None:
        terminal(b"14, stumble, sore\n")
        said = begun("next", "winter", "--from", self.recorded(), "--today", "2026-11-26")
        assert "rpe 14, all done, stumble, sore." in said.out
        assert read_programme("winter").pending.grip

    def test_an_answer_that_is_none_is_asked_for_again(
        self, begun: Callable[..., Said], terminal: Callable[[bytes], int]
    ) -> None:
        terminal(b"hard\n?\n11\n")
        said = begun("next", "winter", "--from", self.recorded(), "--today", "2026-11-26")
        assert (said.code, "\nSuch as: 12, or: 14, stumble, sore\n" in said.err) == (0, True)
        assert "Key stop: the safety key stopped the belt." in said.err

    def test_a_bout_cut_short_does_not_pass_the_gate(self, begun: Callable[..., Said]) -> None:
        said = begun(
            "next",
            "winter",
            "--from",
            self.recorded(short=True),
            "--outcome",
            "rpe 12",
            "--today",
            "2026-11-26",
        )
        assert "2 of 3 bouts as planned, 2:40 of 3:00.\n" in said.out
        assert ": 0:40 done\n" in said.out
        assert "rpe 12, cut short" in said.out
        assert read_programme("winter").pending.rung == 1

    def test_where_words_and_recording_differ_the_stricter_holds(self, begun: Callable[..., Said]) -> None:
        said = begun("next", "winter", "--from", self.recorded(short=True), "--today", "2026-11-26", *PASS)
        assert "the stricter holds: cut short" in said.err
        assert "rpe 12, cut short" in said.out
        programme = read_programme("winter")
        assert not programme.done[0].outcome.all_done

    def test_cut_short_in_words_holds_over_a_whole_recording(self, begun: Callable[..., Said]) -> None:
        words = ("--outcome", "rpe 12, cut short")
        begun("next", "winter", "--from", self.recorded(), "--today", "2026-11-26", *words)
        assert not read_programme("winter").done[0].outcome.all_done

    def test_the_day_is_the_recordings(self, begun: Callable[..., Said]) -> None:
        start = dt.datetime(2026, 11, 26, 18, 0, tzinfo=dt.UTC)
        begun("next", "winter", "--from", self.recorded(start=start), "--today", "2026-11-27", *PASS)
        assert read_programme("winter").done[0].on == dt.date(2026, 11, 26)

    def test_another_weeks_recording_is_refused_and_nothing_changes(self, begun: Callable[..., Said]) -> None:
        before = Path("winter/programme.toml").read_bytes()
        file = self.recorded(week="week-03")
        said = begun("next", "winter", "--from", file, "--today", "2026-11-26", *PASS)
        assert (said.code, said.out) == (2, "")
        assert "done.fit: not matched with week 1" in said.err
        assert " in the recording. Say yourself how that week went: --outcome" in said.err
        assert Path("winter/programme.toml").read_bytes() == before

    def test_the_same_recording_does_not_count_for_two_weeks(self, begun: Callable[..., Said]) -> None:
        words = ("--outcome", "rpe 15")
        file = self.recorded()
        begun("next", "winter", "--from", file, "--today", "2026-11-26", *words)
        again = begun("next", "winter", "--from", file, "--today", "2026-12-03", *words)
        assert again.code == 2
        assert "it was recorded on 2026-11-25, and the workout before was done on 2026-11-25" in again.err
        assert len(read_programme("winter").done) == 1

    def test_a_workout_in_its_place_is_called_one(self, begun: Callable[..., Said]) -> None:
        said = begun("next", "winter", "--from", "winter/week-01.backtrack", "--today", "2026-11-26", *PASS)
        assert (said.code, said.out) == (2, "")
        assert said.err.endswith("no recorded activity. Give the file that the watch recorded.\n")

    def refused(self, begun: Callable[..., Said], *words: str, today: str = "2026-11-26") -> str:
        """What is said where a recording does not say what was done; nothing changes."""
        before = Path("winter/programme.toml").read_bytes()
        said = begun("next", "winter", "--from", "done.fit", "--today", today, *PASS, *words)
        assert (said.code, said.out) == (2, "")
        assert Path("winter/programme.toml").read_bytes() == before
        return said.err

    def test_time_alone_does_not_say_which_way_anybody_went(self, begun: Callable[..., Said]) -> None:
        length = bt.expand(bt.read("winter/week-01.backtrack")).totals.seconds
        start = dt.datetime(2026, 11, 25, 17, 30, tzinfo=dt.UTC)
        Path("done.fit").write_bytes(recorded_fit([], [Lap(length)], start=start))
        said = self.refused(begun)
        assert "done.fit: no lap says which step it is of" in said
        assert "--outcome" in said

    def test_laps_as_many_and_as_long_as_the_lines_are_enough(self, begun: Callable[..., Said]) -> None:
        laps = [lap._replace(step=None, trigger="manual") for lap in self.laps_of("week-01")]
        start = dt.datetime(2026, 11, 25, 17, 30, tzinfo=dt.UTC)
        Path("done.fit").write_bytes(recorded_fit([], laps, start=start))
        said = begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS)
        assert "rpe 12, all done" in said.out

    @pytest.mark.parametrize(
        ("was", "now"),
        [("1:00 backward", "0:10 backward"), ("light rail", "grip rail"), ("1.6 km/h", "1.2 km/h")],
    )
    def test_a_page_whose_bouts_were_edited_says_nothing_of_the_week(
        self, begun: Callable[..., Said], was: str, now: str
    ) -> None:
        page = Path("winter/week-01.backtrack")
        text = page.read_text(encoding="utf-8")
        assert was in text
        page.write_text(text.replace(was, now), encoding="utf-8")
        self.recorded()
        said = self.refused(begun)
        assert "week-01.backtrack was edited: its backward and sideways lines are not those of week 1" in said

    def test_a_page_without_any_bout_left_says_nothing_of_the_week(self, begun: Callable[..., Said]) -> None:
        page = Path("winter/week-01.backtrack")
        lines = page.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if " backward walk" not in line]
        page.write_text("\n".join([*kept, ""]), encoding="utf-8")
        self.recorded()
        assert "was edited" in self.refused(begun)

    def test_other_edits_of_a_page_do_not_matter(self, begun: Callable[..., Said]) -> None:
        page = Path("winter/week-01.backtrack")
        page.write_text(page.read_text(encoding="utf-8") + "\n2:00 forward walk 4 km/h\n", encoding="utf-8")
        self.recorded()
        said = begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS)
        assert "rpe 12, all done" in said.out

    def test_a_page_edited_after_it_was_sent_does_not_matter(self, begun: Callable[..., Said]) -> None:
        page = Path("winter/week-01.backtrack")
        self.recorded()
        page.write_text(page.read_text(encoding="utf-8").replace("1:00 back", "0:10 back"), encoding="utf-8")
        said = begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS)
        assert "3 of 3 bouts as planned" in said.out

    def test_no_word_moves_the_day_of_a_recording(self, begun: Callable[..., Said]) -> None:
        self.recorded(offset=dt.timedelta(hours=1))
        said = self.refused(begun, "--on", "2026-11-26")
        assert "done.fit: it was recorded on 2026-11-25, and not on 2026-11-26" in said

    def test_a_recording_without_a_time_zone_may_be_of_the_day_beside(
        self, begun: Callable[..., Said]
    ) -> None:
        self.recorded(start=dt.datetime(2026, 11, 26, 0, 30, tzinfo=dt.UTC))
        begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS, "--on", "2026-11-25")
        assert read_programme("winter").done[0].on == dt.date(2026, 11, 25)

    def test_the_day_is_where_the_watch_was(self, begun: Callable[..., Said]) -> None:
        start = dt.datetime(2026, 11, 25, 23, 30, tzinfo=dt.UTC)
        self.recorded(start=start, offset=dt.timedelta(hours=1))
        begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS)
        assert read_programme("winter").done[0].on == dt.date(2026, 11, 26)

    def test_a_recording_from_tomorrow_says_what_the_time_zone_has_to_do_with_it(
        self, begun: Callable[..., Said]
    ) -> None:
        self.recorded(start=dt.datetime(2026, 11, 27, 0, 30, tzinfo=dt.UTC))
        said = self.refused(begun)
        assert "done.fit: it was recorded on 2026-11-27, still to come" in said
        assert "--on DATE" in said

    def test_a_recording_from_before_the_programme_is_none_of_its_weeks(
        self, begun: Callable[..., Said]
    ) -> None:
        self.recorded(start=dt.datetime(2026, 11, 20, 17, 30, tzinfo=dt.UTC))
        assert "before the programme begins on 2026-11-25" in self.refused(begun)

    @pytest.mark.parametrize("offset", [None, dt.timedelta(0), dt.timedelta(hours=-5)])
    def test_one_recording_counts_once_wherever_it_says_that_it_was(
        self, begun: Callable[..., Said], offset: dt.timedelta | None
    ) -> None:
        start = dt.datetime(2026, 11, 26, 1, 0, tzinfo=dt.UTC)
        self.recorded(start=start, offset=dt.timedelta(hours=-5))
        begun(
            "next", "winter", "--from", "done.fit", "--today", "2026-11-26", "--outcome", "rpe 15, all done"
        )
        assert read_programme("winter").done[0].on == dt.date(2026, 11, 25)
        self.recorded(week="week-02", start=start, offset=offset)
        assert "no recording counts twice" in self.refused(begun, today="2026-12-03")

    def test_bouts_with_a_nights_rest_between_are_no_one_workout(self, begun: Callable[..., Said]) -> None:
        laps = self.laps_of("week-01")
        laps[-3] = laps[-3]._replace(elapsed=laps[-3].seconds + 12 * 3600)
        self.recorded(laps=laps)
        assert "done.fit: paused for 12:00:00" in self.refused(begun)

    @pytest.mark.parametrize(("paused", "all_done"), [(20, True), (120, False)])
    def test_a_bout_with_a_rest_in_it_was_not_gone_through_with(
        self, begun: Callable[..., Said], paused: float, all_done: bool
    ) -> None:
        laps = self.laps_of("week-01")
        laps[-3] = laps[-3]._replace(elapsed=laps[-3].seconds + paused)
        self.recorded(laps=laps)
        said = begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS)
        assert ("1:00 done, paused for 2:00 in it\n" in said.out) is not all_done
        assert read_programme("winter").done[0].outcome.all_done is all_done

    def test_bouts_of_no_time_are_not_done(self, begun: Callable[..., Said]) -> None:
        laps = [lap._replace(seconds=0, trigger="manual") for lap in self.laps_of("week-01")]
        self.recorded(laps=laps)
        said = begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS)
        assert "0 of 3 bouts as planned, 0:00 of 3:00.\n" in said.out
        assert "rpe 12, cut short" in said.out

    def test_skipped_straddles_are_told(self, begun: Callable[..., Said]) -> None:
        laps = self.laps_of("week-01")
        segments = bt.expand(bt.read("winter/week-01.backtrack")).segments
        kept = [
            lap._replace(seconds=1) if segment.is_straddle else lap
            for lap, segment in zip(laps, segments, strict=True)
        ]
        self.recorded(laps=kept)
        said = begun("next", "winter", "--from", "done.fit", "--today", "2026-11-26", *PASS)
        straddles = sum(segment.is_straddle for segment in segments)
        assert f"  {straddles} of {straddles} straddles skipped, or shorter than 5 s: " in said.out

    def test_missed_with_a_recording_is_refused(self, begun: Callable[..., Said]) -> None:
        words = ("--outcome", "missed")
        said = begun("next", "winter", "--from", self.recorded(), "--today", "2026-11-26", *words)
        assert (said.code, "missed: there is a recording of it" in said.err) == (2, True)

    def test_with_nobody_to_ask_it_says_what_to_add(self, begun: Callable[..., Said]) -> None:
        said = begun("next", "winter", "--from", self.recorded(), "--today", "2026-11-26")
        assert (said.code, 'add --outcome "rpe 12"' in said.err) == (2, True)

    def test_as_data_the_review_is_in_it(self, begun: Callable[..., Said]) -> None:
        said = begun("next", "winter", "--from", self.recorded(), "--today", "2026-11-26", *PASS, "--json")
        assert (said.data["review"]["all_done"], said.data["review"]["basis"]) == (True, "steps")
        assert said.data["sessions"][0]["outcome"] == "rpe 12, all done"
