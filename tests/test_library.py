"""The library: every entry is canonical, safe at its level, explains what remains, and goes everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import backtrack_plugins as bt
from backtrack_plugins.checking import bouts, check_rules, is_safe
from backtrack_plugins.errors import UsageError
from backtrack_plugins.importing import import_bytes
from backtrack_plugins.joining import join
from backtrack_plugins.library import LibraryEntry, library_entries, library_entry, names, nearest
from backtrack_plugins.library.facts import facts_of
from backtrack_plugins.registry import Registry
from backtrack_plugins.timeline import expand
from backtrack_plugins.workout import LEVELS

EXAMPLES = Path(__file__).parents[1] / "examples"
ENTRIES = library_entries()
FORMATS = [row.name for row in Registry().rows("exporter")]
READ_BACK = ["garmin-fit", "zwo"]
RUN = "name: Run\n5:00 forward walk 5 km/h\n20:00 forward jog 8 km/h\n"
HARD_RUN = f"{RUN}3:00 forward run 12 km/h hard\n"
SUPERVISED = {"gentle-retro"}
NOT_NAMED = re.compile(
    r"\b(arthritis|knee pain|stroke|parkinson|rehab|therap|treat|cure|heal|pain|disease|injur|patient)",
    re.IGNORECASE,
)

_EXPLAINED = re.compile(r"^ *# ([A-Z]+[0-9]{3}): \S.{15,}\.$", re.MULTILINE)

each_entry = pytest.mark.parametrize("each", ENTRIES, ids=lambda each: each.name)
each_block = pytest.mark.parametrize(
    "each", [each for each in ENTRIES if each.kind != "workout"], ids=lambda each: each.name
)


def supervisor(each: LibraryEntry) -> str | None:
    return "Ann Other" if each.name in SUPERVISED else None


def own_athlete(each: LibraryEntry) -> bt.Athlete:
    """An athlete of the entry's level, with the race pace that a ZWO needs."""
    return bt.Athlete(level=each.workout.level, race_paces=(bt.RaceTime.of("5k", "30:00"),))


def test_the_seven_workouts_and_a_finisher_and_an_opener_for_each_level_are_there() -> None:
    by_kind = {
        kind: {each.name for each in ENTRIES if each.kind == kind}
        for kind in ("workout", "finisher", "opener")
    }
    assert by_kind["workout"] == {
        "after-intervals-reset",
        "assistant-referee-lateral",
        "easy-day-incline-finisher",
        "first-steps",
        "football-backpedal",
        "gentle-retro",
        "tennis-four-way",
    }
    assert by_kind["finisher"] >= {f"finisher-{level}" for level in LEVELS}
    assert by_kind["opener"] >= {"first-steps-opener", *(f"opener-{level}" for level in LEVELS[1:])}
    for kind in ("finisher", "opener"):
        assert {each.workout.level for each in ENTRIES if each.kind == kind} == set(LEVELS)


def test_no_name_is_given_twice_and_names_are_those_of_the_entries() -> None:
    assert sorted(names()) == sorted(each.name for each in ENTRIES)
    assert len(set(names())) == len(ENTRIES)
    assert len({each.workout.name for each in ENTRIES}) == len(ENTRIES)


def test_the_order_is_by_kind_then_level_then_name() -> None:
    kinds = ["workout", "finisher", "opener"]
    order = [(kinds.index(each.kind), LEVELS.index(each.workout.level), each.name) for each in ENTRIES]
    assert order == sorted(order)


@each_entry
def test_an_entry_is_found_by_its_name(each: LibraryEntry) -> None:
    assert library_entry(each.name) == each
    assert each.workout.file == f"library:{each.name}"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("finisher-begginer", "did you mean finisher-beginner?"),
        ("First-Steps", "did you mean first-steps?"),
        ("marathon", "backtrack library lists them all"),
        ("../workouts/first-steps", "backtrack library lists them all"),
        ("", "backtrack library lists them all"),
        ("\x1b[31m", "backtrack library lists them all"),
    ],
)
def test_a_name_that_is_none_gets_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UsageError) as refusal:
        library_entry(name)
    assert str(refusal.value).endswith(hint)
    assert "\x1b" not in str(refusal.value)


def test_what_is_far_from_every_name_has_no_nearest() -> None:
    assert nearest("marathon") is None
    assert nearest("first-step") == "first-steps"


@each_entry
def test_an_entry_is_canonical_plain_text(each: LibraryEntry) -> None:
    assert bt.format_page(each.page) == each.page
    assert each.page.isascii()
    assert each.workout.level is not None
    assert each.workout.about.endswith(".")


@each_entry
def test_an_entry_names_no_condition_and_no_treatment(each: LibraryEntry) -> None:
    assert NOT_NAMED.findall(each.page) == []


@each_entry
def test_an_entry_breaks_no_rule_of_its_level_and_explains_all_that_remains(each: LibraryEntry) -> None:
    problems = check_rules(expand(each.workout), supervised_by=supervisor(each))
    assert is_safe(problems), problems
    assert {problem.code for problem in problems} == set(_EXPLAINED.findall(each.page))


@each_entry
def test_an_entry_says_when_it_needs_somebody_beside_the_treadmill(each: LibraryEntry) -> None:
    alone = is_safe(check_rules(expand(each.workout)))
    assert alone is (each.name not in SUPERVISED)
    assert facts_of(each).own == ("yes" if alone else "supervised")
    assert ("--supervised-by" in each.page) is not alone
    assert ("somebody beside the treadmill" in each.workout.about) is not alone


@each_entry
def test_an_entry_gives_every_side_the_same_time(each: LibraryEntry) -> None:
    seconds = {"left": 0.0, "right": 0.0}
    for segment in expand(each.workout).segments:
        if segment.direction in seconds:
            seconds[segment.direction] += segment.seconds or 0
    assert seconds["left"] == seconds["right"]


@each_block
def test_a_block_takes_three_to_eight_minutes_and_begins_and_ends_forward(each: LibraryEntry) -> None:
    timeline = expand(each.workout)
    first, last = timeline.segments[0], timeline.segments[-1]
    assert 3 * 60 <= timeline.totals.seconds <= 8 * 60
    assert (first.direction, first.gait, first.seconds) == ("forward", "walk", 180)
    assert (last.direction, last.gait) == ("forward", "walk")
    assert (last.seconds or 0) >= 120


@each_block
def test_a_block_begins_slowly_and_with_the_hands_as_its_level_wants(each: LibraryEntry) -> None:
    (first, *_), *_ = [bout.segments for bout in bouts(expand(each.workout))]
    assert (first.metres_per_second or 9) * 3.6 <= 3.2 + 1e-6
    if each.workout.level != "advanced":
        assert first.rail == ("grip" if each.workout.level == "first-timer" else "light")


@each_block
@pytest.mark.parametrize("run", [RUN, HARD_RUN], ids=["easy", "hard"])
def test_a_block_put_where_it_belongs_leaves_no_warning(each: LibraryEntry, run: str) -> None:
    joined = join(each.workout, bt.parse(run), before=each.kind == "opener")
    problems = check_rules(expand(joined))
    assert {problem.code for problem in problems if problem.severity != "info"} == set()
    assert "BT206" not in {problem.code for problem in problems}


@each_entry
@pytest.mark.parametrize("name", FORMATS)
def test_an_entry_goes_to_every_format(each: LibraryEntry, name: str) -> None:
    artifact = bt.export(each.workout, name, own_athlete(each), supervised_by=supervisor(each))
    assert artifact.data


def test_an_exported_entry_is_named_after_itself() -> None:
    artifacts = [
        bt.export(each.workout, "segments-csv", own_athlete(each), supervised_by=supervisor(each))
        for each in ENTRIES
    ]
    assert [artifact.name for artifact in artifacts] == [f"{each.name}.csv" for each in ENTRIES]


@each_entry
@pytest.mark.parametrize("name", READ_BACK)
def test_an_entry_comes_back_equal(each: LibraryEntry, name: str) -> None:
    artifact = bt.export(each.workout, name, own_athlete(each), supervised_by=supervisor(each))
    imported = import_bytes(artifact.data, artifact.name)
    assert imported.workout == each.workout
    assert imported.losses == ()


@each_entry
def test_the_page_of_the_library_shows_each_entry_whole(each: LibraryEntry) -> None:
    text = (EXAMPLES.parent / "docs" / "library.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {each.name}\n")[1].split("\n## ")[0]
    assert f"```backtrack\n{each.page}```" in section
    assert facts_of(each).time in section


def test_what_stands_in_the_examples_too_is_the_same() -> None:
    example = EXAMPLES / "workouts" / "after-intervals-reset.backtrack"
    assert example.read_text(encoding="utf-8") == library_entry("after-intervals-reset").page


class TestWhetherItFitsSomebody:
    def test_nobody_known_fits_nothing_in_particular(self) -> None:
        assert facts_of(library_entry("first-steps")).fit is None
        assert facts_of(library_entry("first-steps"), bt.Athlete(mass=bt.Mass("60 kg"))).fit is None

    @pytest.mark.parametrize(
        ("name", "level", "fit"),
        [
            ("first-steps", "first-timer", "yes"),
            ("first-steps", "advanced", "yes"),
            ("after-intervals-reset", "first-timer", "no"),
            ("football-backpedal", "intermediate", "no"),
            ("gentle-retro", "beginner", "supervised"),
            ("gentle-retro", "first-timer", "no"),
        ],
    )
    def test_the_rules_of_their_level_say(self, name: str, level: bt.Level, fit: str) -> None:
        assert facts_of(library_entry(name), bt.Athlete(level=level)).fit == fit

    @each_entry
    def test_a_child_fits_nothing(self, each: LibraryEntry) -> None:
        assert facts_of(each, bt.Athlete(level="advanced", age_group="under-13")).fit == "no"

    def test_a_belt_that_cannot_go_so_slowly_fits_nothing(self) -> None:
        treadmill = bt.Treadmill(slowest=bt.Speed("2 km/h"))
        athlete = bt.Athlete(level="first-timer", treadmill=treadmill)
        assert facts_of(library_entry("first-steps"), athlete).fit == "no"

    def test_energy_is_theirs(self) -> None:
        light, heavy = (
            facts_of(library_entry("first-steps"), bt.Athlete(mass=bt.Mass(mass))).energy.gross_kcal.value
            for mass in ("50 kg", "100 kg")
        )
        assert heavy == pytest.approx(2 * light)
