"""The numbers by which Garmin Connect knows a sport, a step's type, what ends a step, and its target.

The service trusts the number and ignores the key beside it: a wrong pair is taken and stored as something
else. So there is one table, and every row says who saw it. The service's own list,
``/workout-service/workout/types``, is only for those who are signed in; nobody here has read it.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

Kind = Literal["sport", "step", "condition", "target"]

_SENT = "sent by Garmin's web client (slaat/garmin-connect-workouts-mcp, garmin-ui-create-running.json)"
_STORED = "returned by the service (slaat/garmin-connect-workouts-mcp, garmin-roundtrip-repeat.json)"
_CONSTANTS = "cyberjunky/python-garminconnect 0.3.20, garminconnect/workout.py"
_TESTS = "cyberjunky/python-garminconnect, tests/test_workout_constants.py"
_PROBED = "tried on the service (Taxuspt/garmin_mcp, pull requests 91 and 94); python-garminconnect denies it"


class Row(NamedTuple):
    """One row of the table.

    Attributes:
        kind: What the number is of.
        number: What the service trusts.
        key: The word that belongs to it.
        display_order: The order that goes with it; the number, unless another was seen.
        source: Who saw number and key together.
    """

    kind: Kind
    number: int
    key: str
    display_order: int
    source: str


def _row(kind: Kind, number: int, key: str, source: str, display_order: int | None = None) -> Row:
    return Row(kind, number, key, number if display_order is None else display_order, source)


TABLE: tuple[Row, ...] = (
    _row("sport", 1, "running", _SENT),
    _row("sport", 2, "cycling", _CONSTANTS),
    _row("sport", 3, "other", _CONSTANTS),
    _row("sport", 4, "swimming", _CONSTANTS, display_order=3),
    _row("sport", 5, "strength_training", _CONSTANTS),
    _row("sport", 6, "cardio_training", _CONSTANTS),
    _row("sport", 7, "yoga", _CONSTANTS),
    _row("sport", 8, "pilates", _CONSTANTS),
    _row("sport", 9, "hiit", _CONSTANTS),
    _row("sport", 10, "multi_sport", _CONSTANTS),
    _row("sport", 11, "mobility", _CONSTANTS),
    _row("sport", 12, "walking", _PROBED),
    _row("sport", 13, "rucking", _PROBED),
    _row("step", 1, "warmup", _SENT),
    _row("step", 2, "cooldown", _SENT),
    _row("step", 3, "interval", _SENT),
    _row("step", 4, "recovery", _STORED),
    _row("step", 5, "rest", _TESTS),
    _row("step", 6, "repeat", _STORED),
    _row("step", 7, "other", _TESTS),
    _row("step", 8, "main", _TESTS),
    _row("condition", 1, "lap.button", _SENT),
    _row("condition", 2, "time", _SENT),
    _row("condition", 3, "distance", _SENT),
    _row("condition", 4, "calories", _TESTS),
    _row("condition", 5, "power", _TESTS),
    _row("condition", 6, "heart.rate", _SENT),
    _row("condition", 7, "iterations", _STORED),
    _row("condition", 8, "fixed.rest", _TESTS),
    _row("condition", 9, "fixed.repetition", _TESTS),
    _row("condition", 10, "reps", _TESTS),
    _row("condition", 11, "training.peaks.tss", "Taxuspt/garmin_mcp, src/garmin_mcp/workouts.py"),
    _row("target", 1, "no.target", _SENT),
    _row("target", 2, "power.zone", _CONSTANTS),
    _row("target", 3, "cadence", _SENT),
    _row("target", 4, "heart.rate.zone", _SENT),
    _row("target", 5, "speed.zone", _CONSTANTS),
    _row("target", 6, "pace.zone", _SENT),
    _row("target", 7, "grade", _CONSTANTS),
    _row("target", 8, "heart.rate.lap", _CONSTANTS),
    _row("target", 9, "power.lap", _CONSTANTS),
    _row("target", 15, "resistance", _CONSTANTS),
    _row("target", 17, "swim.css.offset", _CONSTANTS),
)
"""Every number that is known. Walking and rucking are there to be read: sources disagree, so none is sent."""

RUNNING = 1
WALKING = 12

WARMUP = 1
COOLDOWN = 2
INTERVAL = 3
RECOVERY = 4
REST = 5
REPEAT = 6

LAP_BUTTON = 1
TIME = 2
DISTANCE = 3
CALORIES = 4
HEART_RATE = 6
ITERATIONS = 7

NO_TARGET = 1
POWER_ZONE = 2
CADENCE = 3
HEART_RATE_ZONE = 4
SPEED_ZONE = 5
PACE_ZONE = 6

NAMES: dict[Kind, tuple[str, str]] = {
    "sport": ("sportTypeId", "sportTypeKey"),
    "step": ("stepTypeId", "stepTypeKey"),
    "condition": ("conditionTypeId", "conditionTypeKey"),
    "target": ("workoutTargetTypeId", "workoutTargetTypeKey"),
}
"""What the service calls the number and the key of each kind."""

_ROWS = {(row.kind, row.number): row for row in TABLE}


def key_of(kind: Kind, number: int) -> str | None:
    """The key that belongs to a number; None when the table has no such number.

    >>> key_of("condition", DISTANCE)
    'distance'
    """
    row = _ROWS.get((kind, number))
    return None if row is None else row.key


def as_json(kind: Kind, number: int) -> dict[str, Any]:
    """A number of the table as the service wants it said.

    Raises:
        KeyError: when the table has no such number.

    >>> as_json("step", INTERVAL)
    {'stepTypeId': 3, 'stepTypeKey': 'interval', 'displayOrder': 3}
    """
    row = _ROWS[kind, number]
    number_name, key_name = NAMES[kind]
    said: dict[str, Any] = {number_name: number, key_name: row.key, "displayOrder": row.display_order}
    if kind == "condition":
        said["displayable"] = number != ITERATIONS
    return said
