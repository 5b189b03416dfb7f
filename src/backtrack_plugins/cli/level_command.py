"""``backtrack level``: a few questions, and the level they come to. No answer is kept anywhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from backtrack_plugins.athlete import Athlete, read_athlete
from backtrack_plugins.athlete_file import write_level
from backtrack_plugins.cli.asking import ask, somebody_is_there
from backtrack_plugins.cli.inputs import athlete_path
from backtrack_plugins.cli.output import say, say_json, table, warn
from backtrack_plugins.errors import UsageError
from backtrack_plugins.levels import LIMITS, WORKOUTS_BEFORE, Experience, level_of
from backtrack_plugins.units import clock_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from backtrack_plugins.units import Limit
    from backtrack_plugins.workout import Level

STOP_ITEMS = (
    "under 13",
    "chest pain or unstable angina",
    "a recent heart attack or other cardiac event",
    "an uncontrolled irregular heartbeat",
    "heart failure or a narrowed aortic valve with symptoms",
    "a recent embolism",
    "an inflammation of the heart",
    "a tear of the aorta",
    "a fever",
    "a resting blood pressure above 200/110",
    "a disorder of muscles, joints or nerves that exercise makes worse",
)
"""What a doctor decides on first, as in SAFETY.md; under 13, nobody does."""

COMPANY_ITEMS = (
    "a fall in the last twelve months",
    "65 or older without a training history",
    "dizziness or trouble with balance",
    "an injury or operation of the leg that is still healing",
    "loss of feeling in the feet",
    "impaired sight",
    "pregnancy",
    "after a stroke, or with Parkinson's disease",
)
"""With any of these only with somebody beside the treadmill, as in SAFETY.md (our choice)."""

MOST_WORKOUTS = 9999
NOT_YET = 1

_YES_NO = {"yes": "yes", "y": "yes", "no": "no", "n": "no"}
_RAILS = {"grip": "grip rail", "light": "light rail", "free": "hands free"}


class _Question(NamedTuple):
    """What is asked, once so many workouts are done; its closing answer leaves no more to ask."""

    key: str
    text: str
    from_workouts: int = 0
    closed_by: str = ""

    @property
    def flag(self) -> str:
        choices = "N" if self.key == _WORKOUTS else "yes|no"
        return f"--{self.key.replace('_', '-')} {choices}"

    @property
    def flag_with_its_start(self) -> str:
        start = f" (from {self.from_workouts} workouts on)" if self.from_workouts else ""
        return f"{self.flag}{start}"

    @property
    def prompt(self) -> str:
        return "a number: " if self.key == _WORKOUTS else "yes or no: "


def _listed(question: str, items: tuple[str, ...], close: str) -> str:
    return "\n".join([question, *(f"  - {item}" for item in items), close])


_DOCTOR_FIRST = "doctor_first"
_SUPERVISED_ONLY = "supervised_only"
_WORKOUTS = "workouts"

_QUESTIONS = (
    _Question(
        _DOCTOR_FIRST,
        _listed("Does any of these apply to you?", STOP_ITEMS, "One answer for all; it is not kept."),
        closed_by="yes",
    ),
    _Question(
        _SUPERVISED_ONLY,
        _listed("And any of these?", COMPANY_ITEMS, "One answer for all; it is not kept."),
    ),
    _Question(_WORKOUTS, "How many workouts with backward or sideways steps have you done so far?"),
    _Question(
        "stumbled",
        "Was there a stumble, or a stop by the safety key, in the last three of them?",
        WORKOUTS_BEFORE["beginner"],
        closed_by="yes",
    ),
    _Question(
        "steady",
        "Have you walked backward for 2 minutes, hands free, at 3.2 km/h (2.0 mph), at RPE 13 or less?\n"
        "RPE is how hard it felt, from 6 to 20; 13 is somewhat hard.",
        WORKOUTS_BEFORE["intermediate"],
        closed_by="no",
    ),
    _Question(
        "strong",
        "Have you walked backward, hands free, for 5 minutes at 4.8 km/h (3.0 mph), or for 3 minutes at 4 %?",
        WORKOUTS_BEFORE["advanced"],
    ),
)

_Answers = dict[str, Any]


def run(arguments: argparse.Namespace) -> int:
    """Ask what the flags leave open, and write the level; nothing is written before the last answer."""
    file = athlete_path(arguments.athlete)
    athlete = _athlete_in(file)
    _refuse_absurd(arguments.workouts)
    if athlete.age_group == "under-13":
        answers: _Answers = {_DOCTOR_FIRST: "yes"}
    else:
        try:
            answers = _answers(arguments)
        except KeyboardInterrupt:
            warn("\nNothing was written.")
            raise
    if answers[_DOCTOR_FIRST] == "yes":
        return _stop(file, as_json=arguments.json)
    level = level_of(
        Experience(
            workouts=answers[_WORKOUTS],
            stumbled=answers.get("stumbled") == "yes",
            steady=answers.get("steady") == "yes",
            strong=answers.get("strong") == "yes",
        )
    )
    changed = write_level(file, level)
    if arguments.json:
        say_json({"level": level, "file": file, "changed": changed})
        return 0
    say("\n".join(_said(level, athlete, file, changed=changed)))
    if answers[_SUPERVISED_ONLY] == "yes":
        say()
        say("\n".join(_company(file)))
    say()
    say("\n".join(_next(athlete, file, arguments.athlete)))
    return 0


def _athlete_in(file: str) -> Athlete:
    return read_athlete(file) if os.path.lexists(file) else Athlete()


def _refuse_absurd(workouts: int | None) -> None:
    if workouts is not None and not 0 <= workouts <= MOST_WORKOUTS:
        raise UsageError(f"--workouts {workouts}: write how many you have done, 0 to {MOST_WORKOUTS}")


def _answers(arguments: argparse.Namespace) -> _Answers:
    if not somebody_is_there():
        _refuse_missing(arguments)
    answers: _Answers = {}
    for question in _asked(answers):
        given = getattr(arguments, question.key)
        answers[question.key] = _ask(question) if given is None else given
    return answers


def _asked(answers: _Answers) -> Iterator[_Question]:
    """Every question that matters, given the answers so far; those to come are read as they are added."""
    for question in _QUESTIONS:
        if question.from_workouts > answers.get(_WORKOUTS, MOST_WORKOUTS):
            return
        yield question
        if question.closed_by and answers.get(question.key) == question.closed_by:
            return


def _refuse_missing(arguments: argparse.Namespace) -> None:
    given = {key: value for key, value in vars(arguments).items() if value is not None}
    missing = [question for question in _asked(given) if question.key not in given]
    if missing:
        counted = _WORKOUTS in given
        flags = [question.flag if counted else question.flag_with_its_start for question in missing]
        raise UsageError(
            f"nobody is there to ask, so say it all: {', '.join(flags)}. "
            "What each asks: run backtrack level in a terminal, or see backtrack level --help. "
            "Nothing was written."
        )


def _ask(question: _Question) -> Any:
    warn(question.text)
    answer = ask(
        question.prompt,
        lambda said: _understood(question, said),
        explained=question.text,
        unanswered="nothing was written",
    )
    warn("")
    return answer


def _understood(question: _Question, said: str) -> Any:
    if question.key != _WORKOUTS:
        return _YES_NO.get(said)
    if said.isascii() and said.isdigit() and len(said) <= len(str(MOST_WORKOUTS)):
        return int(said)
    return None


def _stop(file: str, *, as_json: bool) -> int:
    changed = write_level(file, None)
    if as_json:
        say_json({"level": None, "file": file, "changed": changed})
    else:
        say("See a doctor first, and take the question with you: may I walk backward on a treadmill?")
        say("Under 13, not at all. Until then there is no level for you, and no programme.")
        say(f"The level was taken out of {file}." if changed else "Nothing was written.")
    return NOT_YET


def _said(level: Level, athlete: Athlete, file: str, *, changed: bool) -> Iterator[str]:
    yield f"Your level is {level}. That is your own word, which nothing here can test."
    yield "What the level allows is our choice:"
    yield ""
    yield table(_limits(level, athlete).items(), indent="  ")
    yield ""
    yield f"{'Written to' if changed else 'It stood already in'} {file}; your answers are not kept."


def _limits(level: Level, athlete: Athlete) -> dict[str, str]:
    limits = LIMITS[level]

    def fastest(limit: Limit | None) -> str:
        if limit is None:
            return "not at this level"
        return f"up to {limit.mph} mph" if athlete.units == "imperial" else f"up to {limit.kmh} km/h"

    incline = limits.backward_incline
    total = f"up to {clock_of(limits.total_seconds)} in one workout, {limits.share_percent} % of its time"
    held = [said for rail, said in _RAILS.items() if rail in limits.first_rails]
    return {
        "backward walk": fastest(limits.backward_walk),
        "backward jog": fastest(limits.backward_jog),
        "sideways walk": fastest(limits.sideways_walk),
        "sideways jog": fastest(limits.sideways_jog),
        "incline": f"up to {incline}% backward, none sideways" if incline else "none",
        "one bout": f"up to {clock_of(limits.bout_seconds)}, then a straddle",
        "bouts together": total,
        "first bout": " or ".join(held),
        "how often": "once a week" if limits.per_week == 1 else f"{limits.per_week} times a week",
    }


def _company(file: str) -> Iterator[str]:
    yield "Only with somebody beside the treadmill: add --supervised-by NAME to check, add, export and send."
    yield f"To be reminded of it, write supervised_only = true into {file} yourself; we do not."


def _next(athlete: Athlete, file: str, given: str | None) -> Iterator[str]:
    if not athlete.safety_acknowledged:
        yield "Before the first time see that the treadmill's manual does not forbid it, that the safety key"
        yield "is clipped to your clothes, and that two metres behind the treadmill are clear. Then write"
        yield f"this into {file} yourself: safety_acknowledged = true"
        yield ""
    named = "" if given is None else f" --athlete {given}"
    yield "Next:"
    yield f"  backtrack library{named}"
    yield f"  backtrack programme new --weekday wed -o my-programme{named}"
