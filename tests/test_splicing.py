"""A block beside somebody's run, in the run's own format or in another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import foreign
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_plugins.easy_speeds import with_easy_speeds
from backtrack_plugins.joining import join_and_tell
from backtrack_plugins.registry import Registry
from backtrack_plugins.splicing import export_joined, inserts_in, join_run, read_run
from backtrack_plugins.testing import strategies

if TYPE_CHECKING:
    from pathlib import Path

RUN = "CLUB 1\n600 9 warm up\n3 times\n120 14 fast\n240 ? slow it down\n"
BLOCK = bt.parse("name: Block\nlevel: beginner\n1:00 backward walk 2 km/h light rail\n")
TURN = "ours 1:00 backward walk 2 km/h light rail"


@pytest.fixture
def registry() -> Registry:
    return Registry(plugins=[foreign])


@pytest.fixture
def run_file(tmp_path: Path) -> Path:
    path = tmp_path / "tuesday.club"
    path.write_text(RUN, encoding="utf-8")
    return path


def rows(artifact: bt.Artifact) -> list[str]:
    return artifact.data.decode().splitlines()[1:]


OWN = RUN.splitlines()[1:]


class TestInTheSameFormat:
    def test_the_runs_own_steps_stay_and_only_ours_are_new(self, run_file: Path, registry: Registry) -> None:
        artifact = bt.add_block(BLOCK, run_file, registry=registry)
        walk = "forward walk 4.5 km/h"
        assert rows(artifact) == [*OWN, f"ours 2:00 {walk}", TURN, f"ours 3:00 {walk}"]
        assert (artifact.name, artifact.format) == ("club-run-block.club", "club")

    def test_a_run_that_the_treadmill_cannot_do_stays_as_it_is_and_nothing_says_that_it_was_fitted(
        self, run_file: Path, registry: Registry
    ) -> None:
        slow = bt.Athlete(treadmill=bt.Treadmill(fastest=bt.Speed("12 km/h")))
        artifact = bt.add_block(BLOCK, run_file, athlete=slow, registry=registry)
        assert [row for row in rows(artifact) if not row.startswith("ours")] == OWN
        (told,) = [loss for loss in artifact.losses if loss.what == "treadmill"]
        assert told.steps == (2,)
        assert "BT902" not in {problem.code for problem in artifact.problems}

    def test_the_file_that_was_read_is_not_changed(self, run_file: Path, registry: Registry) -> None:
        bt.add_block(BLOCK, run_file, registry=registry)
        assert run_file.read_text(encoding="utf-8") == RUN
        assert [path.name for path in run_file.parent.iterdir()] == ["tuesday.club"]

    def test_before_the_block_leads_out_gently(self, run_file: Path, registry: Registry) -> None:
        artifact = bt.add_block(BLOCK, run_file, at=0, registry=registry)
        walk = "forward walk 4.5 km/h"
        assert rows(artifact) == [f"ours 3:00 {walk}", TURN, f"ours 1:00 {walk}", *OWN]

    def test_between_it_lies_where_it_was_asked_for(self, run_file: Path, registry: Registry) -> None:
        found = rows(bt.add_block(BLOCK, run_file, at=2, registry=registry))
        assert (found[:3], found[-1]) == (OWN[:3], OWN[-1])
        assert found[3:6] == [
            "ours 2:00 forward walk 4.5 km/h",
            TURN,
            "ours 1:00 forward walk 4.5 km/h",
        ]

    def test_only_what_is_new_is_lost(self, run_file: Path, registry: Registry) -> None:
        artifact = bt.add_block(BLOCK, run_file, registry=registry)
        assert {loss.what: loss.steps for loss in artifact.losses} == {
            "direction": (5,),
            "rail": (5,),
            "speed": (4, 5, 6),
        }

    def test_options_go_to_the_reader_and_the_writer_that_know_them(
        self, run_file: Path, registry: Registry
    ) -> None:
        options = {"unknown": "4", "loud": "true"}
        assert "LOUD" in bt.add_block(BLOCK, run_file, options=options, registry=registry).data.decode()
        with pytest.raises(bt.UsageError, match="club has no option lowd"):
            bt.add_block(BLOCK, run_file, options={"lowd": "true"}, registry=registry)

    def test_a_file_that_takes_nothing_in_is_written_anew_and_that_is_told(
        self, run_file: Path, registry: Registry
    ) -> None:
        artifact = bt.add_block(BLOCK, run_file, options={"closed": "true"}, registry=registry)
        assert rows(artifact)[0] == "ours 10:00 forward run 9 km/h"
        said = [(loss.what, loss.instead, loss.steps) for loss in artifact.losses[:2]]
        assert said == [
            ("your file", "written anew, and not added to: the club takes nothing in", ()),
            ("words", "not carried", (1, 2, 3)),
        ]

    def test_a_file_in_our_words_alone_is_simply_written_anew(
        self, tmp_path: Path, registry: Registry
    ) -> None:
        own = tmp_path / "own.club"
        own.write_text("CLUB 1\nours 10:00 forward jog 8 km/h\n", encoding="utf-8")
        artifact = bt.add_block(BLOCK, own, registry=registry)
        assert rows(artifact) == [
            "ours 10:00 forward jog 8 km/h",
            TURN,
            "ours 3:00 forward walk 4.5 km/h",
        ]
        assert "your file" not in {loss.what for loss in artifact.losses}

    def test_what_is_spliced_is_checked_like_everything_else(
        self, run_file: Path, registry: Registry
    ) -> None:
        fast = bt.parse("name: Fast\n1:00 backward run 12 km/h hands free\n")
        with pytest.raises(bt.UnsafeWorkout) as refusal:
            bt.add_block(fast, run_file, registry=registry)
        assert "BT310" in {problem.code for problem in refusal.value.problems}

    def test_two_turned_steps_that_would_be_parted_are_written_anew(
        self, tmp_path: Path, registry: Registry
    ) -> None:
        path = tmp_path / "mixed.club"
        walk = "ours 3:00 forward walk 4 km/h"
        path.write_text(f"CLUB 1\n300 5 on\n{walk}\n{TURN}\n{TURN}\n{walk}\n", encoding="utf-8")
        artifact = bt.add_block(BLOCK, path, at=3, registry=registry)
        assert "would part two backward or sideways steps" in artifact.losses[0].instead
        kept = bt.add_block(BLOCK, path, at=2, registry=registry)
        assert "your file" not in {loss.what for loss in kept.losses}
        assert rows(kept).count(TURN) == 3


class TestInAnotherFormat:
    def test_it_goes_through_the_model_and_says_what_that_loses(
        self, run_file: Path, registry: Registry
    ) -> None:
        artifact = bt.add_block(BLOCK, run_file, to="garmin-fit", registry=registry)
        losses = {loss.what: loss for loss in artifact.losses}
        assert losses["words"].steps == (1, 2, 3)
        assert bt.import_bytes(artifact.data, "a.fit").workout.name == "Club run + Block"

    def test_the_steps_of_a_loss_are_counted_in_the_whole(self, run_file: Path, registry: Registry) -> None:
        artifact = bt.add_block(BLOCK, run_file, to="garmin-fit", at=0, registry=registry)
        losses = {loss.what: loss for loss in artifact.losses}
        assert losses["words"].steps == (4, 5, 6)
        own = artifact.timeline.workout.steps[3]
        assert isinstance(own, bt.Step)
        assert str(own.speed) == "9 km/h"

    def test_a_page_has_no_format_of_its_own(self, tmp_path: Path) -> None:
        page = tmp_path / "run.backtrack"
        page.write_text("name: Run\n10:00 forward jog 8 km/h\n", encoding="utf-8")
        with pytest.raises(bt.UsageError, match="say which one: to="):
            bt.add_block(BLOCK, page)
        assert bt.add_block(BLOCK, page, to="segments-csv").name == "run-block.csv"


class TestTheJunction:
    @pytest.mark.parametrize(
        ("last", "rest"),
        [
            ("240 ? slow", "2:00"),  # nobody knows how hard it is
            ("240 9 easy", "2:00"),  # nor is a run easy because it is slow
            ("240 5 walk", "1:00"),  # a walk is; then the turn still has to be announced
        ],
    )
    def test_the_block_brings_what_lies_before_the_turn(
        self, tmp_path: Path, registry: Registry, last: str, rest: str
    ) -> None:
        path = tmp_path / "a.club"
        path.write_text(f"CLUB 1\n600 9 on\n120 5 off\n{last}\n", encoding="utf-8")
        found = rows(bt.add_block(BLOCK, path, registry=registry))
        assert found[3] == f"ours {rest} forward walk 4.5 km/h"

    def test_a_walk_of_its_own_is_enough(self, run_file: Path, registry: Registry) -> None:
        whole = bt.parse(
            "name: Whole\nlevel: beginner\n3:00 forward walk 4 km/h\n1:00 backward walk 2 km/h light rail\n"
            "2:00 forward walk 4 km/h\n"
        )
        for at in (None, 1, 0):
            found = rows(bt.add_block(whole, run_file, at=at, registry=registry))
            assert len(found) == len(OWN) + 3

    def test_a_repeat_that_ends_turned_is_led_out_of(self, run_file: Path, registry: Registry) -> None:
        twice = bt.parse(
            "name: Twice\nlevel: beginner\n3:00 forward walk 4 km/h\n2x\n"
            "  0:40 forward walk 4 km/h\n  0:40 backward walk 2 km/h light rail\n"
        )
        run = read_run(run_file, registry=registry)
        whole = join_run(twice, run, at=0)
        assert [each.why[:26] for each in whole.joined.added] == ["in which the belt starts g"]

    @pytest.mark.parametrize(
        ("last", "leads_out"),
        [
            ("0:30 forward walk 5 km/h", False),
            ("0:29 forward walk 5 km/h", True),
            ("lap forward walk 5 km/h", True),
            ("1:00 forward walk 5.1 km/h", True),
            ("1:00 forward jog 5 km/h", True),
            ("1:00 forward walk 5 km/h 2%", True),
            ("1:00 forward run 12 km/h", True),
        ],
    )
    def test_only_an_easy_walk_on_the_flat_leads_out_of_the_block(
        self, run_file: Path, registry: Registry, last: str, leads_out: bool
    ) -> None:
        ends = bt.parse(
            "name: Ends\nlevel: beginner\n3:00 forward walk 4 km/h\n1:00 backward walk 2 km/h light rail\n"
            f"{last}\n"
        )
        whole = join_run(ends, read_run(run_file, registry=registry), at=0)
        assert bool(whole.joined.added) == leads_out

    @pytest.mark.parametrize(
        ("easy", "left"), [("4 km/h", "4 km/h"), ("6.5 km/h", "4.5 km/h"), ("4 mph", "2.8 mph")]
    )
    def test_whoever_walks_briskly_leaves_the_block_gently_all_the_same(
        self, run_file: Path, registry: Registry, easy: str, left: str
    ) -> None:
        athlete = bt.Athlete(easy_walk=bt.Speed(easy))
        whole = join_run(BLOCK, read_run(run_file, registry=registry), at=0, athlete=athlete)
        assert [str(each.step.speed) for each in whole.joined.added] == [easy, left]

    def test_a_run_that_has_no_such_place_is_refused(self, run_file: Path, registry: Registry) -> None:
        with pytest.raises(ValueError, match="the run has 3 parts"):
            bt.add_block(BLOCK, run_file, at=4, registry=registry)


class TestReading:
    def test_what_the_file_leaves_open_is_asked_for(self, run_file: Path, registry: Registry) -> None:
        imperial = bt.Athlete(units="imperial")
        with pytest.raises(bt.UsageError, match="does not say how fast") as asked:
            bt.add_block(BLOCK, run_file, athlete=imperial, registry=registry)
        assert asked.value.details["option"] == "unknown"
        with pytest.warns(bt.ImportLossWarning, match="words: not carried"):
            answered = bt.import_file(
                run_file, athlete=imperial, options={"unknown": "6"}, registry=registry, importer="club"
            )
        assert "6 km/h" in bt.write(answered)

    def test_no_belt_is_set_to_a_guess(self, run_file: Path, registry: Registry) -> None:
        options = {"race_pace": "5k=30:00"}
        for athlete in (None, bt.Athlete(), bt.Athlete(easy_run=bt.Speed("9 km/h"))):
            with pytest.raises(
                bt.UsageError, match="how fast step 3 is, and zwo would set a belt to a gue"
            ) as e:
                bt.add_block(BLOCK, run_file, to="zwo", athlete=athlete, options=options, registry=registry)
            assert e.value.details["needs"] == "easy_walk"
        knows = bt.Athlete(easy_walk=bt.Speed("4 km/h"))
        artifact = bt.add_block(BLOCK, run_file, to="zwo", athlete=knows, options=options, registry=registry)
        assert "4:00 forward walk 4 km/h" in artifact.data.decode()
        (easy,) = [loss for loss in artifact.losses if loss.instead.startswith("the athlete's own easy walk")]
        assert easy.steps == (3,)
        assert bt.add_block(BLOCK, run_file, to="garmin-fit", registry=registry).format == "garmin-fit"

    def test_a_speed_that_was_assumed_is_not_told_where_the_athletes_own_is_known(self) -> None:
        workout = bt.parse("name: A\n1:00 forward walk 5 km/h\n2x\n  1:00 forward run 8 km/h")
        loss = bt.Loss(what="speed", instead="assumed, since nobody says it", steps=(1, 2))
        imported = bt.Imported(workout=workout, losses=(loss,), unknown=(1, 2))
        known = with_easy_speeds(imported, bt.Athlete(easy_run=bt.Speed("9 km/h")))
        assert "2x\n  1:00 forward run 9 km/h" in bt.write(known.workout)
        assert [(each.instead[:11], each.steps) for each in known.losses] == [
            ("assumed, si", (1,)),
            ("the athlete", (2,)),
        ]
        assert with_easy_speeds(imported, bt.Athlete()) == imported

    def test_what_nobody_knows_is_no_page_either(self, tmp_path: Path, registry: Registry) -> None:
        path = tmp_path / "a.xyz"
        path.write_text("what is this\n", encoding="utf-8")
        with pytest.raises(bt.UnreadableInput, match="no importer knows this file"):
            read_run(path, registry=registry)

    @pytest.mark.parametrize(
        ("name", "text", "said"),
        [
            ("run.txt", "# mine\nname: Run\n10:00 forward jgo 8 km/h\n", "run.txt:3:15: error BT001"),
            ("run.json", '{"name": "Run", "steps": [{"kind": "step"}]}', "run.json"),
            ("run.json", '{"name": "Run", ', "run.json"),
        ],
    )
    def test_what_is_wrong_with_a_page_is_told_and_not_that_nobody_knows_it(
        self, tmp_path: Path, registry: Registry, name: str, text: str, said: str
    ) -> None:
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(bt.BacktrackError) as told:
            read_run(tmp_path / name, registry=registry)
        assert said in str(told.value)
        assert "no importer" not in str(told.value)

    def test_a_page_is_one_whatever_its_name(self, tmp_path: Path, registry: Registry) -> None:
        path = tmp_path / "run.txt"
        path.write_text("name: Run\n10:00 forward jog 8 km/h\n", encoding="utf-8")
        assert read_run(path, registry=registry).format == ""


@settings(max_examples=25, deadline=None)
@given(block=strategies.workouts(), run=strategies.workouts(), data=st.data())
def test_whatever_is_put_into_a_run_the_inserts_are_what_is_new_and_face_forward_at_both_ends(
    block: bt.Workout, run: bt.Workout, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(run.steps)))
    joined = join_and_tell(block, run, at=at, foreign=())
    assert [part for part, own in zip(joined.workout.steps, joined.own, strict=True) if own is not None] == [
        *run.steps
    ]
    timeline = bt.expand(joined.workout)
    inserts = inserts_in(timeline, joined.own)
    new = [segment for insert in inserts for segment in insert.segments]
    numbers = {segment.step_number for segment in new}
    assert new == [segment for segment in timeline.segments if segment.step_number in numbers]
    turned = [segment.direction for segment in new if segment.direction not in {"forward", None}]
    for insert in inserts:
        if not turned or insert.at != at:
            continue
        if insert.at > 0:
            first = next(segment for segment in insert.segments if not segment.added)
            assert first.direction == "forward"
        if insert.at < len(run.steps):
            last = insert.segments[-1]
            assert last.direction == "forward"


def test_what_was_spliced_is_read_back_as_what_was_checked(run_file: Path, registry: Registry) -> None:
    run = read_run(run_file, registry=registry)
    for at in range(4):
        whole = join_run(BLOCK, run, at=at)
        put = export_joined(whole, "club", registry=registry)
        assert put.spliced
        back = bt.import_bytes(put.artifact.data, "a.club", registry=registry).workout
        assert back.steps == whole.workout.steps
