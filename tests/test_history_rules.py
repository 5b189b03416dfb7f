"""The rules over a dated series: each tripped, and each just inside."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

import backtrack_plugins as bt
from backtrack_plugins.checking import RULES, Session, check_history

if TYPE_CHECKING:
    from backtrack_plugins.workout import Level

FIRST = date(2026, 12, 2)


def session(days: int, *steps: str, level: Level = "beginner") -> Session:
    lines = ["name: A", "60:00 forward jog 8 km/h", *steps]
    return Session(
        FIRST + timedelta(days=days), bt.expand(bt.parse("\n".join(lines)), bt.Athlete(level=level))
    )


def found(*sessions: Session, supervised_by: str | None = None) -> list[str]:
    return [problem.code for problem in check_history(sessions, supervised_by=supervised_by)]


def walk(kmh: str = "2", rail: str = "light rail", incline: str = "", minutes: str = "1:00") -> str:
    return f"{minutes} backward walk {kmh} km/h {incline} {rail}"


TRIPS: dict[str, tuple[list[Session], list[Session]]] = {
    "BT404": (
        [session(0, walk()), session(7, walk(incline="1%"))],
        [session(0, walk(rail="hands free")), session(7, walk(rail="hands free", incline="1%"))],
    ),
    "BT406": (
        [session(0, walk(rail="hands free")), session(7, walk(rail="hands free", incline="2.5%"))],
        [session(0, walk(rail="hands free")), session(7, walk(rail="hands free", incline="2%"))],
    ),
    "BT501": ([session(0, walk()), session(6, walk())], [session(0, walk()), session(7, walk())]),
    "BT502": (
        [session(0, walk(), level="advanced"), session(1, walk(), level="advanced")],
        [session(0, walk(), level="advanced"), session(2, walk(), level="advanced")],
    ),
    "BT503": (
        [session(0, walk("1.6")), session(7, walk("2.5"))],
        [session(0, walk("1.6")), session(7, walk("2.4"))],
    ),
    "BT504": (
        [session(0, walk("1.6")), session(7, walk("2", minutes="2:00"))],
        [session(0, walk("1.6")), session(7, walk("2"))],
    ),
}


def test_each_rule_over_a_series_has_a_test() -> None:
    assert set(TRIPS) == {rule.code for rule in RULES if rule.over == "programme"}


@pytest.mark.parametrize("code", TRIPS)
def test_each_is_tripped_and_silent_just_inside(code: str) -> None:
    trips, inside = TRIPS[code]
    assert code in found(*trips)
    assert found(*inside) == []


@pytest.mark.parametrize("code", TRIPS)
def test_each_is_a_warning_that_names_the_date(code: str) -> None:
    (problem,) = (problem for problem in check_history(TRIPS[code][0]) if problem.code == code)
    assert problem.severity == "warning"
    assert str(TRIPS[code][0][-1].date) in problem.message
    assert problem.hint


def test_incline_may_come_once_some_earlier_workout_was_hands_free() -> None:
    free, held, uphill = (
        walk(rail="hands free"),
        walk(),
        walk(incline="1%"),
    )
    assert "BT404" not in found(session(0, free), session(7, held), session(14, uphill))
    assert "BT404" in found(session(0, held), session(7, uphill))
    assert "BT404" in found(session(0, walk(rail="hands free", incline="1%")))


def test_twice_a_week_is_for_the_advanced_and_the_supervised() -> None:
    assert found(*(session(days, walk(), level="advanced") for days in (0, 3, 7))) == []
    assert found(*(session(days, walk(), level="advanced") for days in (0, 3, 6))) == ["BT501"]
    assert found(*(session(days, walk()) for days in (0, 3)), supervised_by="Ada") == []


def test_forward_workouts_do_not_count() -> None:
    assert found(session(0, walk()), session(1), session(2), session(7, walk())) == []


def test_a_speed_of_last_week_may_come_again_and_half_a_mile_an_hour_is_one_step() -> None:
    assert "BT503" not in found(session(0, walk("2.4")), session(3, walk("1.6")), session(7, walk("2.4")))
    mph = [
        session(0, "1:00 backward walk 1 mph light rail"),
        session(7, "1:00 backward walk 1.5 mph light rail"),
    ]
    assert found(*mph) == []
    faster = session(7, "1:00 backward walk 1.6 mph light rail")
    assert found(mph[0], faster) == ["BT503"]


def test_the_same_speed_in_the_other_unit_is_no_raise() -> None:
    before = session(0, "1:00 backward walk 3.2 km/h light rail")
    after = session(7, "1:00 backward walk 2 mph hands free")
    assert found(before, after) == []


def test_problems_come_in_the_order_of_the_sessions() -> None:
    series = [session(0, walk("1")), session(1, walk("2")), session(14, walk("3.2", minutes="3:00"))]
    dates = [problem.message[:10] for problem in check_history(series)]
    assert dates == sorted(dates)
    assert len(set(dates)) == 2
