"""Blocks in FIT workout files that others made, whose own steps stay what they were."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import fitparse
import pytest
from foreign_fit import (
    ENUM,
    SESSION,
    STEP,
    STRING,
    UINT8,
    UINT16,
    UINT32,
    UNKNOWN,
    WORKOUT,
    Plan,
    Value,
    Wire,
    damaged_files,
    developers,
    identified,
    named,
    plans,
)
from foreign_fit import written as on_the_wire
from garmin_fit_sdk import Decoder, Encoder, Stream
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_garmin.plugin import GarminFitOptions
from backtrack_garmin.reading import from_fit
from backtrack_garmin.splicing import splice
from backtrack_plugins import library
from backtrack_plugins.exporting import notices_for, page_of
from backtrack_plugins.joining import join_and_tell
from backtrack_plugins.splicing import inserts_in
from backtrack_plugins.writing import header_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).parents[3] / "examples/foreign/6x400.fit"

MENDED = {0: {3}, WORKOUT: {6, 8, 17}, SESSION: {2, 3}}
"""By message: the fields that may be others afterwards; of a step see `Read.kept`."""

INDEX_MASK = 0x0FFF
REPEATS = {6, 7, 8, 9, 10, 11, 12, 13, 17, 18, 27}

BLOCK = bt.parse(
    "name: Block\nlevel: advanced\nabout: Ours.\n\n3:00 forward walk 4.5 km/h\n"
    "1:00 backward walk 2.4 km/h light rail\n1:00 forward walk 4.5 km/h"
)
OURS = 5
"""Messages of that block: three steps, and a straddle on each side of the second."""

FIVE_MINUTES = {"duration_type": "time", "duration_value": 300_000}
FAST = {"target_type": "speed", "custom_target_value_low": 3000, "custom_target_value_high": 3200}


def written(*steps: dict[str, Any], workout: dict[str, Any] | None = None, **more: Any) -> bytes:
    """A file as Garmin's encoder writes it."""
    encoder = Encoder()
    created = dt.datetime(2024, 5, 6, tzinfo=dt.UTC)
    encoder.write_mesg(
        {"mesg_num": 0, "type": "workout", "manufacturer": "garmin", "serial_number": 9}
        | {"time_created": created}
    )
    whole = {"wkt_name": "Theirs", "sport": "running", "num_valid_steps": len(steps)}
    encoder.write_mesg({"mesg_num": WORKOUT, **whole, **(workout or {})})
    for session in more.get("sessions", ()):
        encoder.write_mesg({"mesg_num": SESSION, **session})
    for number, step in enumerate(steps):
        encoder.write_mesg({"mesg_num": STEP, "message_index": number, **step})
    return bytes(encoder.close())


def request(
    data: bytes, at: int = 0, *, block: bt.Workout = BLOCK, targets: str = "none"
) -> bt.SpliceRequest:
    """What ``add`` hands over, unchecked: the rules are no matter of a file."""
    imported = from_fit(data, "theirs.fit")
    joined = join_and_tell(block, imported.workout, at=at, foreign=imported.unknown)
    timeline = bt.expand(joined.workout)
    notices = notices_for(None)
    whole = bt.ExportRequest(
        timeline=timeline,
        page=page_of(timeline, notices),
        header=tuple(header_lines(joined.workout)),
        notices=notices,
        athlete=bt.Athlete(),
        options=GarminFitOptions(targets=targets),
    )
    inserts = inserts_in(timeline, joined.own)
    return bt.SpliceRequest(data=data, file="theirs.fit", inserts=inserts, whole=whole)


def spliced(data: bytes, at: int = 0, **kwargs: Any) -> bytes:
    return splice(request(data, at, **kwargs)).data


class Read(NamedTuple):
    """A message as fitparse reads it, which shares no code with us: numbers and raw values of its fields."""

    number: int
    fields: tuple[tuple[Any, ...], ...]

    @property
    def values(self) -> dict[int, Any]:
        return {field[0]: field[-1] for field in self.fields}

    @property
    def kept(self) -> tuple[Any, ...]:
        """All that has to stay as it is: values, declared sizes and types, in their order."""
        mended = set(MENDED.get(self.number, ()))
        if self.number == STEP:
            mended = {254, 2} if self.values.get(1) in REPEATS else {254}
        return (self.number, *(field for field in self.fields if field[0] not in mended))


def messages(data: bytes) -> list[Read]:
    found = []
    for message in fitparse.FitFile(io.BytesIO(data), check_crc=True).get_messages():
        fields = []
        for field in message.fields:
            declared = field.field_def
            if declared is None:
                continue
            raw = field.raw_value
            number = (
                declared.def_num if not hasattr(declared, "dev_data_index") else ("dev", declared.def_num)
            )
            fields.append((number, declared.size, declared.base_type.identifier, raw))
        found.append(Read(message.mesg_num, tuple(fields)))
    return found


def steps_of(data: bytes) -> list[Read]:
    return [message for message in messages(data) if message.number == STEP]


def by_sdk(data: bytes) -> list[tuple[int, dict[Any, Any]]]:
    """Every message as Garmin's own decoder reads it."""
    found: list[tuple[int, dict[Any, Any]]] = []
    _, errors = Decoder(Stream.from_byte_array(bytearray(data))).read(
        apply_scale_and_offset=False,
        convert_datetimes_to_dates=False,
        convert_types_to_strings=False,
        expand_sub_fields=False,
        expand_components=False,
        merge_heart_rates=False,
        mesg_listener=lambda number, message: found.append((number, dict(message))),
    )
    assert errors == []
    return found


SDK_MENDED = {
    0: {"serial_number"},
    WORKOUT: {"num_valid_steps", "wkt_name", "wkt_description"},
    SESSION: {"num_valid_steps", "first_step_index"},
    STEP: {"message_index"},
}


def kept_by_sdk(data: bytes) -> list[tuple[int, dict[Any, Any]]]:
    kept = []
    for number, message in by_sdk(data):
        mended = set(SDK_MENDED.get(number, ()))
        if number == STEP and message.get("duration_type") in REPEATS:
            mended |= {"duration_value"}
        kept.append((number, {key: value for key, value in message.items() if key not in mended}))
    return kept


def is_ours(step: Read) -> bool:
    """Whether a step is one of the block: its name is ours, or it is the repeat around such."""
    name = step.values.get(0)
    return isinstance(name, str) and name.startswith(("forward ", "backward ", "left ", "right ", "straddle"))


def done(steps: list[Read]) -> list[Any]:
    """What a watch does with the steps, from the first to the last; what is not counted it does twice."""
    numbered = [step for step in steps if step.values.get(254) is not None]
    in_order = (
        steps if not numbered else sorted(steps, key=lambda step: (step.values.get(254) or 0) & INDEX_MASK)
    )
    places: list[int] = []
    found: list[Any] = []
    for step in in_order:
        places.append(len(found))
        kind = step.values[1]
        if kind in REPEATS:
            times = step.values[4] if kind == 6 else 2
            found += found[places[step.values[2]] :] * (times - 1)
        else:
            found.append("ours" if is_ours(step) else step.kept)
    return found


def without_ours(found: list[Any]) -> list[Any]:
    return [each for each in found if each != "ours"]


def is_part_of(part: list[Any], whole: list[Any]) -> bool:
    """Whether one list stands in another in its order, with others between."""
    left = iter(whole)
    return all(any(each == other for other in left) for each in part)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=plans(), data=st.data())
def test_in_any_file_at_any_place_every_step_of_theirs_stays_as_it_was(plan, data):
    check_any_file(plan, data)


def check_any_file(plan: Plan, data: st.DataObject) -> None:
    """Put a block of the library somewhere, and hold the result to what two readers say of it."""
    before = plan.data
    workout = from_fit(before, "theirs.fit").workout
    at = data.draw(st.integers(0, len(workout.steps)))
    block = library.library_entry(data.draw(st.sampled_from(BLOCKS))).workout
    asked = request(before, at, block=block)
    try:
        after = splice(asked).data
    except bt.CannotSplice as error:
        assert "within a repeat that is not counted" in str(error)  # noqa: PT017 - which is checked below
        assert any(step.values[1] in REPEATS - {6} for step in steps_of(before))
        return
    ours = len(steps_of(after)) - plan.steps
    assert is_part_of([each.kept for each in messages(before)], [each.kept for each in messages(after)])
    if not plan.compressed:
        assert is_part_of(kept_by_sdk(before), kept_by_sdk(after))
    assert len(messages(after)) == len(messages(before)) + ours
    now = done(steps_of(after))
    assert without_ours(now) == done(steps_of(before))
    assert now.count("ours") == sum(len(list(flat(insert.parts))) for insert in asked.inserts)
    for message in messages(after):
        if message.number == WORKOUT:
            assert message.values[6] == plan.steps + ours
        if message.number == SESSION:
            assert (message.values[2], message.values[3]) == (plan.steps + ours, 0)
    again = from_fit(after, "spliced.fit").workout
    assert again.steps == asked.whole.workout.steps
    assert splice(asked).data == after


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=damaged_files(), at=st.integers(0, 9))
def test_damage_that_no_checksum_tells_of_ends_in_an_error_of_ours_or_a_file_that_reads_back(data, at):
    check_damaged_file(data, at)


def check_damaged_file(data: bytes, at: int) -> None:
    """Put a block into a damaged file."""
    try:
        workout = from_fit(data, "damaged.fit").workout
        asked = request(data, at % (len(workout.steps) + 1))
        after = splice(asked).data
    except bt.BacktrackError:
        return
    again = from_fit(after, "spliced.fit").workout
    assert again.steps == asked.whole.workout.steps


BLOCKS = [name for name in library.names() if "finisher-" in name or "opener" in name]


def flat(parts: Any) -> Iterator[bt.Segment]:
    for part in parts:
        if isinstance(part, bt.RepeatedSegments):
            yield from list(flat(part.parts)) * part.times
        else:
            yield part


def test_the_example_keeps_its_heart_rates_pace_and_repeat_around_a_finisher():
    before = EXAMPLE.read_bytes()
    block = library.library_entry("finisher-beginner").workout
    artifact = bt.add_block(block, EXAMPLE)
    after = artifact.data
    assert [each.kept for each in messages(after)][:8] == [each.kept for each in messages(before)]
    (workout,) = [each.values for each in messages(after) if each.number == WORKOUT]
    assert (workout[8], workout[6]) == ("6x400 + Finisher, beginner", 12)
    assert workout[17].startswith("The club's Thursday session.\nlevel: beginner\n# Check your treadmill")
    assert [step.values.get(0) for step in steps_of(after)][4:7] == [
        "Cool down",
        "forward walk 4.5 km/h",
        "straddle, then backward",
    ]
    imported = from_fit(after, "again.fit")
    assert imported.workout.level == "beginner"
    assert imported.workout.about == "The club's Thursday session."
    assert (imported.unknown, imported.complete) == ((1, 3, 4), False)
    assert any(
        str(loss).startswith("about: not carried, since the description is yours") for loss in artifact.losses
    )


def test_a_repeat_behind_the_block_goes_back_to_its_own_first_step():
    twice = {"duration_type": "repeat_until_steps_cmplt", "duration_value": 1, "target_value": 2}
    data = written(FIVE_MINUTES, FIVE_MINUTES, FIVE_MINUTES, twice)
    assert steps_of(spliced(data, 1))[-1].values[2] == 1 + OURS
    assert steps_of(spliced(data, 0))[-1].values[2] == 1 + len(steps_of(spliced(data, 0))) - 4
    assert steps_of(spliced(data, 2))[3].values[2] == 1


@pytest.mark.parametrize("kind", sorted(REPEATS - {6}))
def test_a_place_within_a_repeat_that_is_not_counted_is_refused_and_its_sides_are_not(kind):
    until = {"duration_type": kind, "duration_value": 1, "target_value": 150}
    data = written(*[FIVE_MINUTES] * 3, until, FIVE_MINUTES)
    with pytest.raises(bt.CannotSplice, match="within a repeat that is not counted"):
        spliced(data, 2)
    before, after = steps_of(spliced(data, 1)), steps_of(spliced(data, 3))
    assert before[3 + OURS].values[2] == 1 + OURS
    assert after[3].values[2] == 1
    assert is_ours(after[4])


@pytest.mark.parametrize(
    ("steps", "have"),
    [
        ([FIVE_MINUTES], False),
        ([{**FIVE_MINUTES, "intensity": "active"}, {**FIVE_MINUTES, "intensity": "interval"}], False),
        ([{**FIVE_MINUTES, "target_type": "heart_rate", "target_value": 2}], False),
        ([{**FIVE_MINUTES, **FAST}], True),
        ([FIVE_MINUTES, {**FIVE_MINUTES, "target_type": "speed", "target_value": 3}], True),
        ([{**FIVE_MINUTES, "secondary_target_type": "speed"}], True),
        *[
            ([{**FIVE_MINUTES, "intensity": each}], True)
            for each in ("rest", "warmup", "cooldown", "recovery", "other")
        ],
    ],
)
def test_new_steps_all_have_a_speed_target_where_an_app_could_move_a_belt_by_any_of_theirs(steps, have):
    data = written(*steps)
    for at in range(len(steps) + 1):
        new = [step for step in steps_of(spliced(data, at)) if is_ours(step)]
        assert {step.values[3] for step in new} == ({0} if have else {2})
        centres = [(step.values[5] + step.values[6]) / 2 for step in new if have]
        assert not have or min(centres) == 222  # the straddles: 0.8 km/h
    asked = [step for step in steps_of(spliced(data, targets="speed")) if is_ours(step)]
    assert {step.values[3] for step in asked} == {0}


def test_it_is_said_where_their_steps_inherit_the_speed_of_a_walk_of_ours():
    def told(at: int, *steps: dict[str, Any], targets: str = "none") -> set[str]:
        return {loss.what for loss in splice(request(written(*steps), at, targets=targets)).losses}

    paced = {**FIVE_MINUTES, **FAST}
    assert {"belt", "speed"} <= told(1, paced, FIVE_MINUTES)
    assert not {"belt"} & told(1, FIVE_MINUTES, paced)
    assert not {"belt", "speed"} & told(1, FIVE_MINUTES, FIVE_MINUTES)
    assert "belt" in told(1, FIVE_MINUTES, FIVE_MINUTES, targets="speed")


def test_a_step_of_ours_that_is_two_in_the_file_stays_in_one_piece_and_a_fast_new_one_becomes_two():
    back = "1:00 backward walk 2 km/h light rail"
    page = f"name: A\nlevel: advanced\n\n20:00 forward walk 4 km/h\n{back}\n2:00 forward jog 8 km/h\n"
    page += "5:00 forward walk 4 km/h"
    data = bt.export(bt.parse(page), "garmin-fit", options={"targets": "speed"}).data
    block = bt.parse(f"name: B\nlevel: advanced\n\n{back}\n1:00 forward jog 9 km/h\n1:00 forward walk 4 km/h")
    after = spliced(data, 3, block=block)
    read = from_fit(after, "x.fit")
    lines = [bt.write_line(step) for step in read.workout.steps]
    assert lines.index("1:00 forward jog 9 km/h") > lines.index("2:00 forward jog 8 km/h")
    assert not {"line", "note", "changed duration", "changed speed"} & {loss.what for loss in read.losses}
    assert after.count(b"# Continued: ") == 2


def test_a_new_step_behind_a_straddle_of_the_file_starts_gently():
    page = "name: A\nlevel: advanced\n\n20:00 forward walk 4 km/h\n0:30 straddle\n5:00 forward walk 4 km/h"
    data = bt.export(bt.parse(page), "garmin-fit", options={"targets": "speed"}).data
    block = bt.parse("name: B\nlevel: advanced\n\n1:00 forward jog 9 km/h\n1:00 forward walk 4 km/h")
    assert b"# Continued: 1:00 forward jog 9 km/h" in spliced(data, 2, block=block)
    assert b"# Continued" not in spliced(data, 1, block=block)


def test_nested_repeats_and_fast_bouts_do_not_get_the_targets_that_a_file_asks_for():
    nested = bt.parse("name: B\n3:00 forward walk 4 km/h\n2x\n  2x\n    1:00 forward walk 4 km/h")
    paced = written({**FIVE_MINUTES, **FAST})
    with pytest.raises(bt.CannotSplice, match="a repeat within a repeat"):
        spliced(paced, 1, block=nested)
    with pytest.raises(bt.CannotExport):
        spliced(paced, 1, block=nested, targets="speed")
    assert len(steps_of(spliced(written(FIVE_MINUTES), 1, block=nested))) > 4


def test_more_than_fifty_steps_are_refused_with_theirs_counted():
    assert len(steps_of(spliced(written(*[FIVE_MINUTES] * 44), 44))) == 50
    with pytest.raises(bt.CannotExport) as refusal:
        spliced(written(*[FIVE_MINUTES] * 45), 45)
    (problem,) = refusal.value.problems
    assert problem.code == "garmin-fit/steps"
    assert problem.message.startswith("51 steps on the watch, straddles and repeats counted, 45 of them in")


def test_a_session_counts_the_new_steps_and_several_are_refused():
    session = {"sport": "running", "num_valid_steps": 2, "first_step_index": 0}
    data = written(FIVE_MINUTES, FIVE_MINUTES, sessions=(session,))
    for at in (0, 1, 2):
        (read,) = [each for each in messages(spliced(data, at)) if each.number == SESSION]
        assert read.values[2] == len(steps_of(spliced(data, at)))
        assert read.values[3] == 0
    two = ({**session, "num_valid_steps": 1}, {**session, "num_valid_steps": 1, "first_step_index": 1})
    with pytest.raises(bt.CannotSplice, match="has 2 sessions"):
        spliced(written(FIVE_MINUTES, FIVE_MINUTES, sessions=two))


def step_on_the_wire(*more: Value, **wire: Any) -> Wire:
    return Wire(STEP, (Value(1, ENUM, 0), Value(2, UINT32, 60_000), *more), **wire)


def test_a_file_without_its_workout_message_or_with_two_is_refused():
    for workouts in ([], [named(steps=1)] * 2):
        data = on_the_wire([identified(), *workouts, step_on_the_wire()])
        with pytest.raises(bt.CannotSplice, match="new steps belong to one"):
            spliced(data)


def test_steps_without_numbers_get_none_and_a_repeat_goes_by_their_order():
    again = Wire(STEP, (Value(1, ENUM, 6), Value(2, UINT8, 0), Value(4, UINT8, 3)), local=2)
    data = on_the_wire([identified(), named(steps=2, local=1), step_on_the_wire(local=2), again])
    after = steps_of(spliced(data))
    assert all(254 not in step.values for step in after)
    assert after[-1].values[2] == len(after) - 2


def test_a_name_and_a_description_with_no_room_in_their_fields_get_wider_ones():
    described = Value(17, STRING, "Mine.", 6)
    data = on_the_wire([identified(), named("T", steps=1, width=2, more=(described,)), step_on_the_wire()])
    (before,), (after,) = (
        [each for each in messages(each) if each.number == WORKOUT] for each in (data, spliced(data))
    )
    assert after.kept == before.kept
    assert after.values[8] == "T + Block"
    assert after.values[17].startswith("Mine.\nlevel: advanced\n# ")


def test_where_every_local_type_is_taken_the_definition_that_held_holds_again():
    taken = [Wire(UNKNOWN, (Value(1, UINT8, local),), local=local) for local in range(16)]
    steps = [step_on_the_wire(Value(254, UINT16, place), local=15) for place in range(3)]
    data = on_the_wire([identified(), named(steps=3, local=1), *taken, *steps, taken[7]])
    for at in range(4):
        after = spliced(data, at)
        assert is_part_of([each.kept for each in messages(data)], [each.kept for each in messages(after)])


def test_the_sentences_stand_below_the_first_new_step_where_a_description_is_full():
    full = "x" * 254
    after = spliced(written(FIVE_MINUTES, workout={"wkt_description": full}), 1)
    (workout,) = [each for each in messages(after) if each.number == WORKOUT]
    assert workout.values[17] == full
    note = steps_of(after)[1].values[8]
    assert note.startswith("3:00 forward walk 4.5 km/h\n# Check your treadmill's manual")
    told = splice(request(written(FIVE_MINUTES, workout={"wkt_description": full}), 1)).losses
    assert "level: not carried, since the description is yours: advanced" in map(str, told)


def test_the_same_gives_the_same_and_another_place_or_file_is_another_workout():
    def serial(data: bytes) -> int:
        return messages(data)[0].values[3]

    one, other = (
        written(FIVE_MINUTES, FIVE_MINUTES),
        written(FIVE_MINUTES, {**FIVE_MINUTES, "intensity": "rest"}),
    )
    assert spliced(one, 1) == spliced(one, 1)
    assert (
        len({serial(one), serial(spliced(one, 1)), serial(spliced(one, 2)), serial(spliced(other, 1))}) == 4
    )
    assert messages(spliced(one))[0].kept == messages(one)[0].kept  # created when it was


def test_a_second_block_goes_into_a_file_that_has_one_and_the_first_stays():
    once = spliced(written(FIVE_MINUTES, workout={"wkt_description": "Mine."}), 1)
    twice = spliced(once, 0)
    assert is_part_of([each.kept for each in messages(once)], [each.kept for each in messages(twice)])
    imported = from_fit(twice, "x.fit")
    assert imported.workout.about == "Mine."
    assert imported.workout.level == "advanced"
    assert [step.direction for step in imported.workout.steps].count("backward") == 2
    (workout,) = [each for each in messages(twice) if each.number == WORKOUT]
    assert workout.values[17].count("level: ") == 1


def test_a_placed_straddle_of_an_earlier_block_stays_before_what_it_leads_to():
    once = spliced(written(FIVE_MINUTES), 1)
    for at in range(len(from_fit(once, "x.fit").workout.steps) + 1):
        names = [step.values.get(0) or "" for step in steps_of(spliced(once, at))]
        turns = [place for place, name in enumerate(names) if name == "straddle, then backward"]
        assert len(turns) == 2
        assert all(names[place + 1].startswith("backward") for place in turns)


TWO_BOUTS = bt.parse(
    "name: Two\nlevel: advanced\n\n3:00 forward walk 4.5 km/h\n1:00 backward walk 2.4 km/h light rail\n"
    '1:00 backward walk 2.4 km/h light rail "taller"\n1:00 forward walk 4.5 km/h'
)
TWICE_BACK = bt.parse(
    "name: Two\nlevel: advanced\n\n3:00 forward walk 4.5 km/h\n1:00 backward walk 2.4 km/h light rail\n"
    "2x\n  1:00 backward walk 2.4 km/h light rail\n1:00 forward walk 4.5 km/h"
)


@pytest.mark.parametrize("earlier", [TWO_BOUTS, TWICE_BACK], ids=["step", "repeat"])
def test_between_two_bouts_without_a_straddle_between_them_nothing_is_put(earlier):
    once = spliced(written(FIVE_MINUTES), 1, block=earlier)
    parts = from_fit(once, "x.fit").workout.steps
    between = next(at for at, part in enumerate(parts) if getattr(part, "direction", "") == "backward") + 1
    with pytest.raises(bt.CannotSplice, match="no straddle in the file"):
        spliced(once, between)
    for at in {*range(len(parts) + 1)} - {between}:
        assert len(steps_of(spliced(once, at))) > len(steps_of(once))


def test_developer_fields_and_both_byte_orders_stay_beside_a_changed_definition():
    steps = [
        step_on_the_wire(Value(254, UINT16, 0x8000), local=2, big=True, developer=((0, b"\x05"),)),
        step_on_the_wire(Value(254, UINT16, 1), local=3, developer=((0, b"\x06"),)),
    ]
    data = on_the_wire([identified(big=True), *developers(), named(steps=2, local=1, big=True), *steps])
    after = spliced(data, 1)
    assert is_part_of([each.kept for each in messages(data)], [each.kept for each in messages(after)])
    assert [step.values[254] for step in steps_of(after)] == [0x8000, *range(1, OURS + 2)][: OURS + 2]
