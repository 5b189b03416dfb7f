"""``backtrack show``: what it says about energy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import backtrack_plugins as bt
from backtrack_plugins.cli import main
from backtrack_plugins.energy import estimate_energy
from backtrack_plugins.units import Mass

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST_STEPS = bt.library_entry("first-steps").page
FORWARD = "name: Forward\n10:00 forward walk 5 km/h\n"


class Shown(NamedTuple):
    text: str
    said: str
    data: dict[str, Any]


@pytest.fixture
def show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Shown]:
    """Show one workout both ways: the text, its energy line, and the energy as data."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def run(page: str, athlete: str = "") -> Shown:
        file = tmp_path / "a.backtrack"
        file.write_text(page, encoding="utf-8")
        arguments = ["show", str(file)]
        if athlete:
            (tmp_path / "athlete.toml").write_text(athlete, encoding="utf-8")
            arguments += ["--athlete", str(tmp_path / "athlete.toml")]
        assert main(arguments) == 0
        text = capsys.readouterr().out
        assert main([*arguments, "--json"]) == 0
        (timeline,) = json.loads(capsys.readouterr().out)["timelines"]
        (said,) = (line for line in text.splitlines() if line.startswith("energy"))
        return Shown(text, said, timeline["energy"])

    return run


def test_stands_below_the_totals_as_a_range(show: Callable[..., Shown]) -> None:
    shown = show(FIRST_STEPS)
    assert shown.text.splitlines()[-1] == shown.said
    assert " in all: " in shown.text.splitlines()[-2]
    assert shown.said == "energy 60 to 76 kcal gross for 70 kg, assumed (an estimate)"


def test_data_is_the_estimate_in_numbers(show: Callable[..., Shown]) -> None:
    data = show(FIRST_STEPS).data
    estimate = estimate_energy(bt.expand(bt.parse(FIRST_STEPS)))
    for name in ("gross_kcal", "net_kcal"):
        total = getattr(estimate, name)
        assert data.pop(name) == {"value": total.value, "low": total.low, "high": total.high}
    assert data == {
        "mass_kilograms": 70,
        "mass_assumed": True,
        "novice": False,
        "unestimated_seconds": 0,
        "extrapolated_seconds": 180,
        "outside": [],
    }


@pytest.mark.parametrize(("mass", "kilograms"), [("60 kg", 60), ("154 lb", Mass("154 lb").kilograms)])
def test_is_for_the_athletes_mass_as_they_wrote_it(
    show: Callable[..., Shown], mass: str, kilograms: float
) -> None:
    shown = show(FORWARD, f'mass = "{mass}"\n')
    estimate = estimate_energy(bt.expand(bt.parse(FORWARD)), Mass(mass)).gross_kcal
    low, high = round(estimate.low), round(estimate.high)
    assert shown.said == f"energy {low} to {high} kcal gross for {mass} (an estimate)"
    assert (shown.data["mass_kilograms"], shown.data["mass_assumed"]) == (kilograms, False)


def test_assumes_a_mass_where_the_athlete_has_none(show: Callable[..., Shown]) -> None:
    assert "for 70 kg, assumed" in show(FORWARD, 'level = "beginner"\n').said


def test_says_how_much_time_it_leaves_out_and_as_data_each_step_once_with_why(
    show: Callable[..., Shown],
) -> None:
    shown = show(FORWARD + "2x\n  1:20 forward walk 7 km/h\n  1:00 forward walk 5 km/h\n")
    assert shown.said.endswith("(an estimate, without 2:40 outside what the energy model knows)")
    assert shown.data["unestimated_seconds"] == 160
    (outside,) = shown.data["outside"]
    assert outside["step"] == 2
    assert outside["why"].startswith(
        "7 km/h forward walk is outside what the energy model knows, from 3.0 km/h"
    )


@pytest.mark.parametrize("line", ["2:40 forward walk 7 km/h", "lap forward walk 5 km/h"])
def test_says_so_when_there_is_nothing_to_estimate(show: Callable[..., Shown], line: str) -> None:
    shown = show(f"name: None\n{line}\n")
    assert shown.said == "energy: no estimate; no step with a time is within what the energy model knows"
    assert shown.data["gross_kcal"] == {"value": 0, "low": 0, "high": 0}
