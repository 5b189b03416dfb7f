"""FIT workout files of others, written by Garmin's own encoder."""

from __future__ import annotations

import datetime as dt
import io

import fitparse
import pytest
from fastcrc import crc16
from garmin_fit_sdk import Encoder
from garmin_fit_sdk.profile import Profile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backtrack_plugins as bt
from backtrack_garmin.reading import from_fit
from backtrack_plugins.importing import import_bytes

FILE_ID, WORKOUT, STEP, SESSION = 0, 26, 27, 158
FIVE_MINUTES = {"duration_type": "time", "duration_value": 300_000}
TWICE = {"duration_type": "repeat_until_steps_cmplt", "duration_value": 0, "target_value": 2}
OURS = {"wkt_name": "Ours", "sport": "running", "wkt_description": "name: Ours\nlevel: advanced"}
LINE = "1:00 backward walk 2.4 km/h light rail"


def written(*steps: dict, workout: dict | None = None, sessions: tuple[dict, ...] = ()) -> bytes:
    """A file as Garmin's encoder writes it, its steps numbered one after the other."""
    encoder = Encoder()
    created = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    encoder.write_mesg(
        {"mesg_num": FILE_ID, "type": "workout", "manufacturer": "garmin", "product": 1, "serial_number": 9}
        | {"time_created": created}
    )
    whole = {"wkt_name": "Theirs", "sport": "running", "num_valid_steps": len(steps)}
    encoder.write_mesg({"mesg_num": WORKOUT, **(whole if workout is None else workout)})
    for session in sessions:
        encoder.write_mesg({"mesg_num": SESSION, **session})
    for place, step in enumerate(steps):
        encoder.write_mesg({"mesg_num": STEP, "message_index": place, **step})
    return bytes(encoder.close())


def read(*steps: dict, **kwargs) -> bt.Workout:
    return from_fit(written(*steps, **kwargs), "x.fit").workout


def lines(*steps: dict, **kwargs) -> list[str]:
    return bt.write(read(*steps, **kwargs)).split("\n\n")[1].splitlines()


def losses(*steps: dict, **kwargs) -> dict[str, tuple[int, ...]]:
    found = from_fit(written(*steps, **kwargs), "x.fit").losses
    assert all(loss.instead for loss in found)
    return {f"{loss.what}: {loss.instead}": loss.steps for loss in found}


def problems(*steps: dict, **kwargs) -> list[tuple[str, str, str | None]]:
    with pytest.raises(bt.InvalidWorkout) as refusal:
        from_fit(written(*steps, **kwargs), "x.fit")
    assert all(problem.where.file == "x.fit" for problem in refusal.value.problems)
    return [(problem.code, problem.message, problem.where.path) for problem in refusal.value.problems]


DURATIONS = {
    "time": (90_000, "1:30"),
    "distance": (40_000, "400 m"),
    "hr_less_than": (225, "lap", "until heart rate below 125 bpm"),
    "hr_greater_than": (85, "lap", "until heart rate above 85% of maximum"),
    "calories": (120, "lap", "until calories 120 kcal"),
    "open": (None, "lap"),
    "power_less_than": (90, "lap", "until power below 90% of threshold"),
    "power_greater_than": (1250, "lap", "until power above 250 W"),
    "training_peaks_tss": (40, "lap", "until training stress score 40"),
    "power_3s_less_than": (1250, "lap", "until power over 3 s below 250 W"),
    "power_10s_less_than": (1250, "lap", "until power over 10 s below 250 W"),
    "power_30s_less_than": (1250, "lap", "until power over 30 s below 250 W"),
    "power_3s_greater_than": (1250, "lap", "until power over 3 s above 250 W"),
    "power_10s_greater_than": (1250, "lap", "until power over 10 s above 250 W"),
    "power_30s_greater_than": (1250, "lap", "until power over 30 s above 250 W"),
    "power_lap_less_than": (1250, "lap", "until power of the lap below 250 W"),
    "power_lap_greater_than": (1250, "lap", "until power of the lap above 250 W"),
    "repetition_time": (90_000, "1:30"),
    "reps": (12, "lap", "until repetitions 12"),
    "time_only": (90_000, "1:30"),
}
REPEATS = {
    "repeat_until_time": (1_200_000, "repeat until 20:00 in all"),
    "repeat_until_distance": (500_000, "repeat until 5000 m in all"),
    "repeat_until_calories": (300, "repeat until calories 300 kcal"),
    "repeat_until_hr_less_than": (225, "repeat until heart rate below 125 bpm"),
    "repeat_until_hr_greater_than": (80, "repeat until heart rate above 80% of maximum"),
    "repeat_until_power_less_than": (1250, "repeat until power below 250 W"),
    "repeat_until_power_greater_than": (90, "repeat until power above 90% of threshold"),
    "repeat_until_power_last_lap_less_than": (1250, "repeat until power of the last lap below 250 W"),
    "repeat_until_max_power_last_lap_less_than": (
        1250,
        "repeat until highest power of the last lap below 250 W",
    ),
    "repeat_until_training_peaks_tss": (40, "repeat until training stress score 40"),
}
NO_UNIT = "(the file gives no unit)"
TARGETS = {
    "speed": [({"target_value": 3}, "speed zone 3")],
    "heart_rate": [
        ({"target_value": 2}, "heart rate zone 2"),
        ({"custom_target_value_low": 230, "custom_target_value_high": 245}, "heart rate 130 to 145 bpm"),
        ({"custom_target_value_low": 70, "custom_target_value_high": 80}, "heart rate 70 to 80% of maximum"),
        (
            {"custom_target_value_low": 70, "custom_target_value_high": 245},
            "heart rate 70 % of maximum to 145 bpm",
        ),
    ],
    "open": [({"target_value": 0}, None)],
    "cadence": [
        ({"target_value": 2}, "cadence zone 2"),
        ({"custom_target_value_low": 85, "custom_target_value_high": 90}, "cadence 85 to 90 rpm"),
    ],
    "power": [
        ({"target_value": 4}, "power zone 4"),
        ({"custom_target_value_low": 1250, "custom_target_value_high": 1300}, "power 250 to 300 W"),
        ({"custom_target_value_low": 90, "custom_target_value_high": 95}, "power 90 to 95% of threshold"),
    ],
    "grade": [({"custom_target_value_low": 2, "custom_target_value_high": 4}, f"grade 2 4 {NO_UNIT}")],
    "resistance": [({"target_value": 7}, f"resistance 7 {NO_UNIT}")],
    "power_3s": [({"target_value": 3}, f"power over 3 s 3 {NO_UNIT}")],
    "power_10s": [({"target_value": 3}, f"power over 10 s 3 {NO_UNIT}")],
    "power_30s": [({"target_value": 3}, f"power over 30 s 3 {NO_UNIT}")],
    "power_lap": [({"target_value": 3}, f"power of the lap 3 {NO_UNIT}")],
    "swim_stroke": [({"target_value": 1}, f"swim stroke 1 {NO_UNIT}")],
    "speed_lap": [({}, "speed of the lap")],
    "heart_rate_lap": [({"target_value": 3}, f"heart rate of the lap 3 {NO_UNIT}")],
}
INTENSITIES = {
    "active": None,
    "rest": "rest",
    "warmup": "warm-up",
    "cooldown": "cool-down",
    "recovery": "recovery",
    "interval": None,
    "other": "other",
}


def test_every_value_of_garmins_profile_has_its_row_here():
    types = Profile["types"]
    counted = {"repeat_until_steps_cmplt"}
    assert {*DURATIONS, *REPEATS, *counted} == set(types["wkt_step_duration"].values())
    assert {*TARGETS} == set(types["wkt_step_target"].values())
    assert {*INTENSITIES} == set(types["intensity"].values())


@pytest.mark.parametrize("kind", DURATIONS)
def test_what_ends_a_step_is_its_amount_or_stands_in_the_cue(kind):
    value, amount, *cue = DURATIONS[kind]
    step = {"duration_type": kind, **({} if value is None else {"duration_value": value})}
    (line,) = lines(step)
    assert line == " ".join([f"{amount} forward run 8 km/h", *(f'"{words}"' for words in cue)])
    told = "end of a step: the lap button ends it; until when stands in the cue"
    assert losses(step).get(told) == ((1,) if cue else None)


@pytest.mark.parametrize("kind", REPEATS)
def test_a_repeat_without_a_number_is_done_once_and_says_so(kind):
    value, words = REPEATS[kind]
    steps = [
        FIVE_MINUTES,
        FIVE_MINUTES,
        FIVE_MINUTES,
        {"duration_type": kind, "duration_value": 1, "target_value": value},
    ]
    plain = "5:00 forward run 8 km/h"
    assert lines(*steps) == [plain, f'{plain} "{words}"', plain]
    assert losses(*steps)[f"repeat: done once; the file says: {words}"] == (2, 3)


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [(kind, values, words) for kind, rows in TARGETS.items() for values, words in rows],
)
def test_a_target_without_a_field_stands_in_the_cue(kind, values, words):
    step = {**FIVE_MINUTES, "target_type": kind, **values}
    cue = "" if words is None else f' "{words}"'
    assert lines(step) == [f"5:00 forward run 8 km/h{cue}"]
    told = losses(step).get("target: in the cue: a step has no field for it")
    assert told == (None if words is None else (1,))


@pytest.mark.parametrize("kind", INTENSITIES)
def test_the_kind_of_a_step_stands_in_the_cue_and_at_rest_nobody_runs(kind):
    words = INTENSITIES[kind]
    moving = "walk 5 km/h" if kind == "rest" else "run 8 km/h"
    cue = "" if words is None else f' "{words}"'
    assert lines({**FIVE_MINUTES, "intensity": kind}) == [f"5:00 forward {moving}{cue}"]


def test_a_second_target_stands_behind_the_first():
    second = {"secondary_target_type": "cadence", "secondary_target_value": 0}
    second |= {"secondary_custom_target_value_low": 85, "secondary_custom_target_value_high": 90}
    step = {**FIVE_MINUTES, "target_type": "heart_rate", "target_value": 2, **second}
    assert lines(step) == ['5:00 forward run 8 km/h "heart rate zone 2; cadence 85 to 90 rpm"']
    speed = {"secondary_target_type": "speed", "secondary_target_value": 0}
    speed |= {"secondary_custom_target_value_low": 2500, "secondary_custom_target_value_high": 3000}
    step = {**FIVE_MINUTES, "target_type": "heart_rate", "target_value": 2, **speed}
    assert lines(step) == ['5:00 forward run 9.9 km/h "heart rate zone 2; speed 9 to 10.8 km/h"']


@pytest.mark.parametrize(
    ("low", "high", "line", "loss"),
    [
        (3333, 3333, "run 12 km/h", None),
        (3340, 3340, "run 12 km/h", "speed: the target, to the nearest 0.1 km/h"),
        (2500, 3000, 'run 9.9 km/h "speed 9 to 10.8 km/h"', "speed: the middle of the target, "),
        (3000, 2500, 'run 9.9 km/h "speed 9 to 10.8 km/h"', "speed: the middle of the target, "),
        (1944, 1944, "walk 7 km/h", None),
        (1972, 1972, "run 7.1 km/h", None),
        (0, 2500, "run 9 km/h", None),
        (12_500, 12_500, "run 45 km/h", None),
    ],
)
def test_the_middle_of_a_speed_target_is_the_speed(low, high, line, loss):
    step = {**FIVE_MINUTES, "target_type": "speed", "target_value": 0}
    step |= {"custom_target_value_low": low, "custom_target_value_high": high}
    assert lines(step) == [f"5:00 forward {line}"]
    told = [text for text in losses(step) if text.startswith("speed: ")]
    assert [text[: len(loss or "")] for text in told] == ([loss] if loss else [])


def test_what_is_assumed_is_said_with_the_steps():
    fast = {"target_type": "speed", "custom_target_value_low": 4000, "custom_target_value_high": 4000}
    told = losses(FIVE_MINUTES, {**FIVE_MINUTES, **fast}, {**FIVE_MINUTES, "intensity": "rest"})
    assert told["direction: assumed to be forward: only a line of ours says another one"] == (1, 2, 3)
    assert told["speed: assumed, since the file gives none: run 8 km/h"] == (1,)
    assert told["speed: assumed, since the file gives none: walk 5 km/h"] == (3,)
    (gait,) = [steps for text, steps in told.items() if text.startswith("gait: assumed: walk up to 7 km/h")]
    assert gait == (1, 2, 3)


def test_the_steps_are_named_of_which_the_file_says_no_speed():
    speed = {"target_type": "speed", "custom_target_value_low": 3000, "custom_target_value_high": 3200}
    second = {"secondary_target_type": "speed", "secondary_custom_target_value_low": 3000}
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 4.5 km/h"}
    steps = [
        {**FIVE_MINUTES, "target_type": "heart_rate", "target_value": 2},
        {**FIVE_MINUTES, **speed},
        {"duration_type": "open", "intensity": "rest"},
        {**FIVE_MINUTES, "target_type": "speed", "target_value": 3},
        {**FIVE_MINUTES, "target_type": "power", "target_value": 3, **second},
        own,
        {**FIVE_MINUTES, "target_type": "cadence", "target_value": 3},
        {"duration_type": "repeat_until_steps_cmplt", "duration_value": 5, "target_value": 2},
    ]
    assert from_fit(written(*steps), "x.fit").unknown == (1, 3, 4, 7)


def test_only_what_is_in_our_words_throughout_is_complete():
    def complete(*steps: dict, **kwargs) -> bool:
        return from_fit(written(*steps, workout=OURS, **kwargs), "x.fit").complete

    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 4.5 km/h"}
    assert complete(own)
    assert not complete(own, FIVE_MINUTES)
    assert not complete({**own, "notes": f"{own['notes']}\nfelt good"})
    assert not complete({**own, "target_type": "heart_rate", "target_value": 2})
    assert not complete({**own, "intensity": "rest"})
    assert not complete({**own, "equipment": "swim_fins"})
    assert not complete({**own, "duration_value": 60_000})
    assert not complete(own, sessions=({"sport": "running", "num_valid_steps": 1},))
    plain = {"wkt_name": "Ours", "sport": "running", "wkt_description": "mine"}
    assert not from_fit(written(own, workout=plain), "x.fit").complete


def test_a_direction_is_never_guessed_from_words():
    step = {**FIVE_MINUTES, "wkt_step_name": "Backward!", "notes": "walk backward, hold the rail"}
    assert lines(step) == ['5:00 forward run 8 km/h "Backward!; walk backward, hold the rail"']


@pytest.mark.parametrize("sport", ["walking", "hiking"])
def test_a_walking_workout_is_walked_whatever_the_speed(sport):
    target = {"target_type": "speed", "custom_target_value_low": 2222, "custom_target_value_high": 2222}
    workout = {"wkt_name": "Walk", "sport": sport}
    assert lines(FIVE_MINUTES, workout=workout) == ["5:00 forward walk 5 km/h"]
    assert lines({**FIVE_MINUTES, **target}, workout=workout) == ["5:00 forward walk 8 km/h"]


def test_a_workout_without_a_sport_is_taken_for_running_and_says_so():
    for workout in ({"wkt_name": "A"}, {"wkt_name": "A", "sport": "generic"}):
        assert (
            losses(FIVE_MINUTES, workout=workout)["sport: assumed to be running: the file names none"] == ()
        )
    told = losses(FIVE_MINUTES, workout={"wkt_name": "A", "sport": "running", "sub_sport": "trail"})
    assert told["sub-sport: not carried: trail"] == ()


OTHER_SPORTS = {
    name: number
    for number, name in Profile["types"]["sport"].items()
    if name not in {"generic", "running", "walking", "hiking"}
}


@pytest.mark.parametrize("sport", OTHER_SPORTS)
def test_a_workout_of_another_sport_is_refused_by_its_name_or_number(sport):
    with pytest.raises(bt.UnreadableInput, match="Only running and walking") as refusal:
        read(FIVE_MINUTES, workout={"wkt_name": "A", "sport": sport})
    said = str(refusal.value).lower().replace("-", " ")
    assert f"for {sport.replace('_', ' ')}." in said or f"for sport number {OTHER_SPORTS[sport]}." in said


def test_the_refusal_says_what_sport_it_is():
    with pytest.raises(
        bt.UnreadableInput, match=r"x\.fit: a workout for training \(strength training\)\. Only"
    ):
        read(FIVE_MINUTES, workout={"sport": "training", "sub_sport": "strength_training"})
    with pytest.raises(bt.UnreadableInput, match="for strength training"):
        read(FIVE_MINUTES, workout={"sport": "generic", "sub_sport": "strength_training"})
    assert read(FIVE_MINUTES, workout={"sport": "fitness_equipment", "sub_sport": "treadmill"}).name


def test_of_a_workout_for_cycling_it_is_said_that_power_is_no_speed():
    for sport in ("cycling", "e_biking"):
        with pytest.raises(bt.UnreadableInput, match="Power is not speed, and no belt can be set by it"):
            read(FIVE_MINUTES, workout={"wkt_name": "A", "sport": sport})
    with pytest.raises(bt.UnreadableInput, match=r"nothing was\.$"):
        read(FIVE_MINUTES, workout={"wkt_name": "A", "sport": "rowing"})


def test_sessions_follow_one_another_each_in_its_sport():
    sessions = (
        {"message_index": 0, "sport": "walking", "num_valid_steps": 1, "first_step_index": 0},
        {"message_index": 1, "sport": "running", "num_valid_steps": 2, "first_step_index": 1},
    )
    workout = {"wkt_name": "Both", "sport": "multisport"}
    steps = [FIVE_MINUTES] * 3
    assert lines(*steps, workout=workout, sessions=sessions) == [
        "5:00 forward walk 5 km/h",
        "5:00 forward run 8 km/h",
        "5:00 forward run 8 km/h",
    ]
    assert (
        losses(*steps, workout=workout, sessions=sessions)["sessions: one after the other, as one workout"]
        == ()
    )
    whole = {"wkt_name": "Both", "sport": "walking"}  # whatever the sessions leave open
    assert lines(*steps, workout=whole, sessions=sessions[1:])[0] == "5:00 forward walk 5 km/h"
    other = ({"sport": "cycling", "num_valid_steps": 3, "first_step_index": 0}, sessions[1])
    with pytest.raises(bt.UnreadableInput, match="a workout for cycling"):
        read(*steps, workout=workout, sessions=other)


def test_repeats_nest_as_they_do_in_the_file():
    once = {**FIVE_MINUTES, "duration_value": 60_000}
    outer = {**TWICE, "duration_value": 1, "target_value": 4}
    inner = {**TWICE, "duration_value": 2}
    assert lines(FIVE_MINUTES, once, once, inner, once, outer) == [
        "5:00 forward run 8 km/h",
        "4x",
        "  1:00 forward run 8 km/h",
        "  2x",
        "    1:00 forward run 8 km/h",
        "  1:00 forward run 8 km/h",
    ]
    until = {"duration_type": "repeat_until_time", "duration_value": 0, "target_value": 600_000}
    assert lines(once, TWICE, until) == ["2x", '  1:00 forward run 8 km/h "repeat until 10:00 in all"']


def test_the_words_of_a_repeat_are_reported():
    told = losses(FIVE_MINUTES, {**TWICE, "wkt_step_name": "Main set", "notes": "strong"})
    assert told["other values: not carried: Main set, strong"] == (1,)


def test_what_else_a_step_says_is_reported():
    step = {**FIVE_MINUTES, "equipment": "swim_fins", "exercise_category": 2, "exercise_name": 5}
    told = losses({**step, "exercise_weight": 12.5})
    assert told["other values: not carried: fins, exercise 2/5, 12.5 kg"] == (1,)


def test_all_that_is_wrong_is_said_at_once_each_with_its_message():
    speed = {"target_type": "speed", "custom_target_value_low": 20_000, "custom_target_value_high": 20_000}
    assert problems(
        {"duration_type": "time", "duration_value": 0},
        {"duration_type": "distance"},
        {"duration_type": "time", "duration_value": 90_000_000},
        {"duration_type": "distance", "duration_value": 40_000_000},
        {**FIVE_MINUTES, **speed},
        {**FIVE_MINUTES, "target_type": "speed", "custom_target_value_low": 10},
        {**TWICE, "duration_value": 9},
        {**TWICE, "target_value": 0},
    ) == [
        ("garmin-fit/step", "a time of 0 s", "workout_step[0]"),
        ("garmin-fit/step", "a distance of no number", "workout_step[1]"),
        ("garmin-fit/step", "a time above 24 hours", "workout_step[2]"),
        ("garmin-fit/step", "a distance above 300 km", "workout_step[3]"),
        ("garmin-fit/step", "a speed of 72 km/h", "workout_step[4]"),
        ("garmin-fit/step", "a speed of 0 km/h", "workout_step[5]"),
        ("garmin-fit/step", "a repeat that goes back to no step before it", "workout_step[6]"),
        ("BT007", "0x: a repeat is done 1 to 999999 times", "workout_step[7]"),
    ]


def test_repeats_that_overlap_or_go_forward_are_problems():
    found = problems(FIVE_MINUTES, FIVE_MINUTES, TWICE, {**TWICE, "duration_value": 1})
    assert [path for _code, _message, path in found] == ["workout_step[3]"]
    found = problems(FIVE_MINUTES, {**TWICE, "duration_value": 2}, FIVE_MINUTES)
    assert [path for _code, _message, path in found] == ["workout_step[1]"]


def test_repeats_in_repeats_without_end_are_a_problem_and_no_crash():
    found = problems(FIVE_MINUTES, *[{**TWICE, "target_value": 1}] * 100)
    assert [message for _code, message, _path in found] == [
        *["repeats nest more than 8 deep"] * 56,
        *["repeats nest more than 64 deep"] * 36,
    ]


def test_no_more_problems_are_listed_than_anybody_reads():
    found = problems(*[{"duration_type": "time", "duration_value": 0}] * 300)
    assert len(found) == 100
    assert found[-1][1] == "201 more problems"


def test_as_many_steps_as_a_file_can_number_are_read():
    assert len(read(*[FIVE_MINUTES] * 4096).steps) == 4096
    with pytest.raises(bt.UnreadableInput, match="has 4097 steps; 1 to 4096 can be read"):
        read(*[FIVE_MINUTES] * 4097)


def test_times_and_distances_are_kept_as_finely_as_a_line_can():
    steps = [
        {"duration_type": "time", "duration_value": 1},
        {"duration_type": "time", "duration_value": 90_500},
        {"duration_type": "distance", "duration_value": 1},
        {"duration_type": "distance", "duration_value": 160_934},
    ]
    assert [line.split(" forward")[0] for line in lines(*steps)] == ["0:01", "1:31", "0.01 m", "1609.34 m"]
    assert losses(*steps)["time: to the nearest second"] == (1, 2)


def test_a_name_that_none_can_have_is_changed_and_said():
    told = losses(FIVE_MINUTES, workout={"wkt_name": " 5/10\\K .. test ", "sport": "running"})
    assert told["name: '5/10\\\\K .. test' can be none, and is now '5-10-K . test'"] == ()
    assert read(FIVE_MINUTES, workout={"sport": "running"}).name == "Imported workout"
    told = losses(FIVE_MINUTES, workout={"sport": "running"})
    assert told["name: it has none, and is called Imported workout"] == ()
    assert len(read(FIVE_MINUTES, workout={"wkt_name": "é" * 120, "sport": "running"}).name) == 60


def test_a_description_is_the_about_as_far_as_there_is_room():
    words = "Threshold work. " * 10
    workout = {"wkt_name": "A", "sport": "running", "wkt_description": f"{words}\nLast."}
    about = read(FIVE_MINUTES, workout=workout).about
    assert len(about) <= 100
    (told,) = [text for text in losses(FIVE_MINUTES, workout=workout) if text.startswith("about: ")]
    assert told.endswith("Last.")
    assert f"{about} {told.partition('not carried: ')[2]}" == f"{words}Last."


def test_what_has_no_room_in_a_cue_is_reported_to_the_last_word():
    note = " ".join(f"word{number}" for number in range(30))
    step = {**FIVE_MINUTES, "wkt_step_name": "Tempo", "notes": f"{note}\n\u2028\x07\u202eüber"}
    (part,) = read(step).steps
    assert part.cue.startswith("Tempo; word0 word1")
    assert len(part.cue) <= 120
    ((text, steps),) = [(text, steps) for text, steps in losses(step).items() if text.startswith("cue: ")]
    assert steps == (1,)
    assert f"{part.cue} {text.partition('not carried: ')[2]}" == f"Tempo; {note} über"


def test_quotes_and_hashes_in_a_note_stand_in_the_cue():
    step = {**FIVE_MINUTES, "notes": 'say "go" # not \\ later'}
    assert read(step).steps[0].cue == 'say "go" # not \\ later'


def test_a_step_that_lost_its_line_below_a_straddle_that_turns_is_a_problem_and_never_forward():
    straddle = {"wkt_step_name": "straddle, then backward", "notes": "0:30 straddle", "duration_type": "open"}
    found = problems(straddle, {"duration_type": "time", "duration_time": 60.0, "notes": "stroll"})
    assert [message for _, message, _ in found] == [
        "the straddle before it turns to face backward, and its note has no line of ours"
    ]


def test_a_step_from_which_a_placed_straddle_turns_forward_is_a_problem_and_never_forward():
    minute = {"duration_type": "time", "duration_value": 60_000}
    turn = {"notes": "0:30 straddle added", "duration_type": "open"}
    straddle = {"wkt_step_name": "straddle, then forward", **turn}
    forward = {**minute, "notes": "1:00 forward walk 4 km/h"}
    assert [message for _, message, _ in problems(forward, minute, straddle, forward)] == [
        "the straddle after it turns forward, and its note has no line that says from where"
    ]
    assert len(lines(forward, minute, {**straddle, "notes": "0:30 straddle"}, forward)) == 4


def test_a_step_that_lost_its_line_after_one_that_faces_backward_is_a_problem_and_never_forward():
    minute = {"duration_type": "time", "duration_value": 60_000}
    backward = {**minute, "notes": "1:00 backward walk 2 km/h grip rail"}
    assert [message for _, message, _ in problems(backward, minute)] == [
        "the step before it faces backward, and its note has no line of ours"
    ]
    assert len(lines(backward, {**minute, "notes": "go for it"})) == 2


def test_steps_with_our_line_are_taken_from_it_and_the_others_are_reported():
    own = {**FIVE_MINUTES, "duration_value": 60_000, "notes": LINE}
    added = {**FIVE_MINUTES, "notes": "go for it"}
    assert lines(FIVE_MINUTES, own, added) == [
        "5:00 forward run 8 km/h",
        LINE,
        '5:00 forward run 8 km/h "go for it"',
    ]
    told = losses(FIVE_MINUTES, own, added)
    (steps,) = [steps for text, steps in told.items() if text.startswith("line: ")]
    assert steps == (1, 3)
    assert told["direction: assumed to be forward: only a line of ours says another one"] == (1, 3)


def test_words_that_somebody_wrote_below_a_line_are_reported():
    own = {**FIVE_MINUTES, "duration_value": 60_000, "notes": f"{LINE}\nfelt good\n# Clip on the safety key."}
    assert lines(own) == [LINE]
    assert losses(own, workout=OURS) == {"note: not carried, since the step has its line: felt good": (1,)}


def test_words_below_a_straddle_that_reading_drops_are_reported_all_the_same():
    placed = {"duration_type": "open", "notes": "0:30 straddle added\nbreathe"}
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 5 km/h"}
    assert losses(placed, own, workout=OURS) == {
        "note: not carried, since the step has its line: breathe": ()
    }


@pytest.mark.parametrize("below", ["# Clip on the safety key.", "fitted 2.4 km/h"])
def test_a_line_is_known_when_somebodys_editor_took_the_line_ends_away(below):
    own = {**FIVE_MINUTES, "duration_value": 60_000, "notes": f"{LINE} {below}"}
    assert lines(own) == [LINE]


@pytest.mark.parametrize(
    "note",
    [
        "1:00 backward walk 2.4 km/h",
        "1:00 backward wlak 2.4 km/h grip rail",
        "400 m left walk 2 km/h no rail",
        "1:00 Backward wlak 2.4 km/h grip rail",
        "1:00 backward",
        "90s backward walk 2.4 km/h",
        "1 min backwards walk 2.4 km/h",
        "look left\n1:00 backward wlak 2.4 km/h grip rail",
    ],
)
def test_a_line_that_turned_somebody_round_and_is_none_any_more_is_a_problem(note):
    (found, *_others) = problems({**FIVE_MINUTES, "notes": note})
    assert found[0].startswith("BT")
    assert found[2] == "workout_step[0]"


@pytest.mark.parametrize(
    "note",
    [
        f"NEW: {LINE}",
        f"- {LINE}",
        f"# {LINE}",
        f"about: {LINE}",
        LINE.removeprefix("1:00 "),
        "1:00backward walk2.4 km/h light rail",
        "0.02 mileft walk 1.5 mph light rail",
        "forward walk 4.5 km/h",
    ],
)
def test_a_note_with_more_or_less_than_a_line_is_a_problem(note):
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 4.5 km/h"}
    for before in ((), (own,)):
        (found,) = problems(*before, {**FIVE_MINUTES, "notes": note})
        assert found[2] == f"workout_step[{len(before)}]"


def test_a_sentence_of_somebodys_is_no_line_that_was_changed():
    for note in ("turn left, run at 10 km/h", "walk backward, hold the rail", "400 m jog back"):
        assert lines({**FIVE_MINUTES, "notes": note}) == [f'5:00 forward run 8 km/h "{note}"']


def test_a_line_is_known_below_the_words_that_somebody_wrote_above_it():
    own = {**FIVE_MINUTES, "duration_value": 60_000, "notes": f"look left\n{LINE}\n# Clip on the safety key."}
    assert lines(own) == [LINE]
    assert losses(own, workout=OURS) == {"note: not carried, since the step has its line: look left": (1,)}


def test_a_note_with_a_line_and_another_that_was_changed_is_a_problem():
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 4.5 km/h\n1:00 backward wlak 2.4 km/h grip rail"}
    (found,) = problems(own)
    assert found[1] == "the note has two lines, and a step is one"


@pytest.mark.parametrize("name", ["backward walk 2.4 km/h", "left walk", "forward walk 4 km/h", "straddle"])
def test_a_step_that_has_a_name_of_ours_and_no_line_is_a_problem(name):
    for note in ({}, {"notes": "felt good"}):
        (found,) = problems({**FIVE_MINUTES, **note, "wkt_step_name": name})
        assert found == ("garmin-fit/step", "the step's line is gone", "workout_step[0]")


def test_among_lines_of_ours_what_begins_as_one_is_read_as_one():
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 4.5 km/h"}
    (found,) = problems(own, {**FIVE_MINUTES, "notes": "5:00 bakward walk 2 km/h grip rail"})
    assert found[::2] == ("BT001", "workout_step[1]")
    assert lines(own, {**FIVE_MINUTES, "notes": "5 km easy"})[1] == '5:00 forward run 8 km/h "5 km easy"'
    assert lines({**FIVE_MINUTES, "notes": "5:00 easy"}) == ['5:00 forward run 8 km/h "5:00 easy"']


def test_a_speed_or_duration_that_was_changed_at_a_line_is_said():
    target = {"target_type": "speed", "custom_target_value_low": 4000, "custom_target_value_high": 4000}
    own = {**FIVE_MINUTES, **target, "notes": "4:00 forward run 10 km/h"}
    assert lines(own) == ["4:00 forward run 10 km/h"]
    told = losses(own, workout=OURS)
    assert [text.partition(":")[0] for text in told] == ["changed duration", "changed speed"]
    assert list(told.values()) == [(1,), (1,)]


@pytest.mark.parametrize("fitted", ["fitted 10 km/h", "fitted 10 km/h 2%", "fitted 2%"])
def test_a_speed_that_was_changed_is_held_to_the_fitted_one(fitted):
    def told(speed: int) -> list[str]:
        target = {"target_type": "speed", "custom_target_value_low": speed, "custom_target_value_high": speed}
        own = {**FIVE_MINUTES, **target, "notes": f"5:00 forward run 10.4 km/h 2.2%\n{fitted}"}
        return [text.partition(":")[0] for text in losses(own, workout=OURS)]

    written = 2888 if fitted == "fitted 2%" else 2777
    assert told(written) == []
    assert told(4000) == ["changed speed"]


def test_a_straddle_that_does_not_wait_any_more_is_said():
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 4.5 km/h"}
    straddle = {"duration_type": "open", "notes": "0:30 straddle"}
    assert losses(own, straddle, own, workout=OURS) == {}
    hurried = {**straddle, "duration_type": "time", "duration_value": 5_000}
    assert list(losses(own, hurried, own, workout=OURS).values()) == [(2,)]


def test_a_workout_of_ours_that_was_renamed_keeps_level_and_about():
    workout = bt.parse(
        f"name: Old\nlevel: beginner\nabout: Twice a week.\n\n5:00 forward walk 5 km/h\n{LINE}"
    )
    description = "name: Old\nlevel: beginner\nabout: Twice a week.\n# Face forward to turn."
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 5 km/h"}
    second = {**FIVE_MINUTES, "duration_value": 60_000, "notes": LINE}
    renamed = {"wkt_name": "New", "sport": "running", "wkt_description": description}
    found = from_fit(written(own, second, workout=renamed), "x.fit")
    assert (found.workout.name, found.workout.level, found.workout.about) == (
        "New",
        "beginner",
        "Twice a week.",
    )
    assert found.workout.steps == workout.steps
    assert [loss.what for loss in found.losses] == ["name"]


def test_words_added_to_our_description_are_reported():
    description = "name: Old\nlevel: beginner\nmy own words"
    own = {**FIVE_MINUTES, "notes": "5:00 forward walk 5 km/h"}
    told = losses(own, workout={"wkt_name": "Old", "sport": "running", "wkt_description": description})
    assert told == {"description: not carried: my own words": ()}


def test_steps_that_carry_no_numbers_are_read_as_they_stand():
    encoder = Encoder()
    encoder.write_mesg({"mesg_num": FILE_ID, "type": "workout"})
    encoder.write_mesg({"mesg_num": WORKOUT, "sport": "running"})
    for value in (60_000, 120_000):
        encoder.write_mesg({"mesg_num": STEP, "duration_type": "time", "duration_value": value})
    workout = from_fit(bytes(encoder.close()), "x.fit").workout
    assert [str(step.amount) for step in workout.steps] == ["1:00", "2:00"]


def test_a_file_with_the_short_header_of_old_programs_is_read():
    data = written(FIVE_MINUTES, workout=OURS)
    short = bytes([12]) + data[1:12] + data[14:-2]
    short += crc16.arc(short).to_bytes(2, "little")
    assert from_fit(short, "x.fit") == from_fit(data, "x.fit")
    with pytest.raises(bt.UnreadableInput, match="damaged"):
        from_fit(short[:-1], "x.fit")


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=60)
numbers = st.integers(0, 100_000)


@st.composite
def foreign_steps(draw):
    """Steps with every kind of end and target, and repeats that go back over whole parts."""
    steps: list[dict] = []
    starts = [0]  # of the parts that a repeat may go back to
    for _ in range(draw(st.integers(1, 12))):
        repeats = sum(step["duration_type"].startswith("repeat_") for step in steps)
        if steps and repeats < 6 and draw(st.integers(0, 3)) == 0:
            kind = draw(st.sampled_from(["repeat_until_steps_cmplt", *REPEATS]))
            first = draw(st.sampled_from(starts[:-1]))
            counted = kind == "repeat_until_steps_cmplt"
            value = draw(st.integers(1, 3) if counted else numbers)
            steps.append({"duration_type": kind, "duration_value": first, "target_value": value})
            del starts[starts.index(first) + 1 :]
        else:
            kind = draw(st.sampled_from(sorted(DURATIONS)))
            step = {"duration_type": kind, "duration_value": draw(st.integers(10, 20_000_000))}
            target = draw(st.sampled_from(sorted(TARGETS)))
            low = draw(st.integers(200, 10_000))
            step |= {"target_type": target, "target_value": draw(st.integers(0, 5))}
            step |= {
                "custom_target_value_low": low,
                "custom_target_value_high": low + draw(st.integers(0, 999)),
            }
            step |= {"intensity": draw(st.sampled_from(sorted(INTENSITIES)))}
            step |= {"notes": draw(texts), "wkt_step_name": draw(texts)}
            steps.append(step)
        starts.append(len(steps))
    return steps


def by_fitparse(data: bytes) -> list[tuple[int, str, float | None]]:
    """How often each step is done, and what ends it: as fitparse, which shares no code with us, has it."""
    done: list[tuple[int, str, float | None]] = []
    place_of: list[int] = []
    for message in fitparse.FitFile(io.BytesIO(data)).get_messages("workout_step"):
        kind = message.get_value("duration_type")
        if kind == "repeat_until_steps_cmplt":
            first, times = message.get_value("duration_step"), message.get_value("repeat_steps")
            done[place_of[first] :] = [(times * often, *rest) for often, *rest in done[place_of[first] :]]
        place_of.append(len(done))
        if not str(kind).startswith("repeat_until") and kind not in {17, 18, 27}:
            names = {
                "time": "duration_time",
                "repetition_time": "duration_time",
                "distance": "duration_distance",
            }
            value = message.get_value(names[kind]) if kind in names else None
            done.append((1, str(kind), value))
    return done


def of_workout(parts, often=1):
    for part in parts:
        if isinstance(part, bt.Repeat):
            yield from of_workout(part.steps, often * part.times)
        else:
            yield often, part


@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(foreign_steps())
def test_any_workout_of_garmins_encoder_is_one_and_agrees_with_fitparse(steps):
    data = written(*steps)
    imported = from_fit(data, "x.fit")
    workout = imported.workout
    assert bt.parse(bt.write(workout)) == workout
    assert bt.from_json(bt.to_json(workout)) == workout
    theirs, ours = by_fitparse(data), list(of_workout(workout.steps))
    assert [often for often, *_rest in theirs] == [often for often, _step in ours]
    for (_often, kind, value), (_same, step) in zip(theirs, ours, strict=True):
        assert step.direction == "forward"
        if kind == "distance":
            assert step.amount.metres == pytest.approx(value, abs=0.005)
        elif kind in {"time", "repetition_time"}:
            assert abs(step.amount.seconds - value) <= 0.5 or step.amount.seconds == 1
        elif kind not in {"31", "time_only"}:
            assert str(step.amount) == "lap"
    assert all(set(loss.steps) <= set(range(1, len(ours) + 1)) for loss in imported.losses)


def test_a_file_of_somebody_else_is_found_by_its_first_bytes():
    assert import_bytes(written(FIVE_MINUTES), "no-suffix").workout.name == "Theirs"
