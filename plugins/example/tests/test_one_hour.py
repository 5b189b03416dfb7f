"""The check one-hour."""

import subprocess
import sys

import pytest

import backtrack_plugins as bt
from backtrack_plugins.testing import CheckSuite

BOUT = "1:00 backward walk 2 km/h grip rail"
COOL_DOWN = "3:00 forward walk 4.5 km/h"


class TestOneHour(CheckSuite):
    check = "one-hour"
    findings = {  # noqa: RUF012 - the suite declares it as a class variable
        f"name: Late\n58:31 forward jog 8 km/h\n{BOUT}\n{COOL_DOWN}": "one-hour/late",
        f"name: Late in miles\n60:00 forward jog 5 mph\n1:00 left walk 1 mph light rail\n{COOL_DOWN}": (
            "one-hour/late"
        ),
    }
    quiet = (
        f"name: Just in time\n58:30 forward jog 8 km/h\n{BOUT}\n{COOL_DOWN}",
        "name: Long, and forward\n90:00 forward jog 8 km/h",
    )


def found(*lines: str) -> list[bt.Problem]:
    page = "\n".join(["name: Long", "level: first-timer", *lines])
    problems = bt.check(bt.expand(bt.parse(page, file="long.backtrack")))
    return [problem for problem in problems if problem.code.startswith("one-hour/")]


@pytest.mark.parametrize(
    "run",
    [
        pytest.param("58:30 forward jog 8 km/h", id="over at 60:00 with its straddle of 0:30"),
        pytest.param("10:00 forward jog 8 km/h", id="early"),
    ],
)
def test_a_bout_that_is_over_after_an_hour_is_fine(run):
    assert found(run, BOUT, COOL_DOWN) == []


def test_a_bout_that_is_not_is_a_warning_at_its_step():
    (problem,) = found("58:31 forward jog 8 km/h", BOUT, COOL_DOWN)
    assert (problem.code, problem.severity) == ("one-hour/late", "warning")
    assert problem.message == "backward until 60:01; some gym treadmills stop by themselves at 60:00"
    assert (problem.where.file, problem.where.line, problem.where.step) == ("long.backtrack", 4, 2)
    assert problem.text == BOUT
    assert problem.hint


def test_more_of_them_are_said_once():
    (problem,) = found("70:00 forward jog 8 km/h", "3x", f"  {BOUT}", f"  {COOL_DOWN}")
    assert problem.where.step == 2


def test_running_forward_is_nobodys_concern_however_long():
    assert found("70:00 forward jog 8 km/h", "0:30 straddle", "70:00 forward jog 8 km/h") == []


def test_it_stops_no_export_and_stands_beside_the_artifact():
    page = f"name: Long\n60:00 forward jog 8 km/h\n{BOUT}\n{COOL_DOWN}"
    artifact = bt.export(bt.parse(page), "segments-csv")
    assert "one-hour/late" in [problem.code for problem in artifact.problems]


def test_it_can_be_silenced_with_a_reason():
    athlete = bt.Athlete(silenced=(bt.Silenced("one-hour/late", "ours runs for two hours"),))
    page = f"name: Long\n60:00 forward jog 8 km/h\n{BOUT}\n{COOL_DOWN}"
    problems = bt.check(bt.expand(bt.parse(page), athlete), athlete)
    assert [problem.silenced for problem in problems if problem.code == "one-hour/late"] == [
        "ours runs for two hours"
    ]


def test_it_brings_nothing_of_the_exporter_beside_it():
    beside = "{'csv', 'backtrack_example.plugin'}"
    code = f"import sys, backtrack_example.one_hour; print({beside} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
