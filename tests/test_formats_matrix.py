"""The matrix of formats: what stands in it is what each format does, under each of its options."""

from __future__ import annotations

import re
from typing import Any

import pytest
from documents import ROOT, text_of
from generating.formats import READ_BY_PEOPLE, choices, matrix_row
from generating.plugins import shipped

import backtrack_plugins as bt
from backtrack_plugins.exporter import CAPABILITIES, Capability, Exporter
from backtrack_plugins.testing import ExporterSuite, exporter_suite
from backtrack_plugins.testing.samples import CAPABILITIES_PAGE, SAMPLE_ATHLETE

EXPORTERS: dict[str, Exporter] = {each.name: each.thing for each in shipped() if each.kind == "exporter"}
OPTION_SETS = [
    (name, options)
    for name, exporter in EXPORTERS.items()
    for options in ({}, *({option: value} for option, value in choices(exporter.options)))
]

FORWARD_PAGE = """\
name: What a format carries of a run
level: intermediate

5:00 forward walk 5 km/h
3x
  400 m forward jog 8 km/h
  1:00 forward walk 5 km/h 1%
3:00 forward walk 4 km/h
"""

each_format = pytest.mark.parametrize("name", EXPORTERS)


@pytest.mark.parametrize(("name", "options"), OPTION_SETS, ids=str)
@pytest.mark.parametrize("capability", CAPABILITIES)
def test_under_each_option_a_format_carries_what_it_declares(
    name: str, options: dict[str, Any], capability: Capability, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter = EXPORTERS[name]
    try:
        bt.export(bt.parse(CAPABILITIES_PAGE), name, SAMPLE_ATHLETE, options=options)
    except bt.CannotExport:
        assert options, "with its defaults a format carries the page that uses everything"
        if capability in {"direction", "rail"}:
            return  # nobody turns round in what this option lets pass
        monkeypatch.setattr(exporter_suite, "CAPABILITIES_PAGE", FORWARD_PAGE)
    suite = type("Suite", (ExporterSuite,), {"format": name, "options": options})()
    suite.test_carries_what_it_declares_and_nothing_else(capability, exporter)
    suite.test_declares_a_loss_for_what_it_does_not_carry(capability, exporter)


@each_format
def test_what_stands_in_the_matrix_is_what_the_losses_say(name: str) -> None:
    row = matrix_row(EXPORTERS[name])
    artifact = bt.export(bt.parse(CAPABILITIES_PAGE), name, SAMPLE_ATHLETE)
    lost = {loss.what: loss.instead for loss in artifact.losses}
    for capability in CAPABILITIES:
        carried = row[capability] == "yes"
        assert carried == (capability not in lost), capability
        if row[capability] == "words":
            assert "words" in lost[capability]
        if row[capability] == "written out":
            assert "written out" in lost[capability]


@each_format
def test_read_back_is_what_an_importer_does(name: str) -> None:
    workout = bt.parse(CAPABILITIES_PAGE)
    artifact = bt.export(workout, name, SAMPLE_ATHLETE)
    if matrix_row(EXPORTERS[name])["read back"] == "yes":
        assert bt.import_bytes(artifact.data, artifact.name, importer=name).workout == workout
    else:
        with pytest.raises(bt.PluginError, match=f"no importer is named {name}"):
            bt.import_bytes(artifact.data, artifact.name, importer=name)


@each_format
def test_what_says_that_it_can_be_added_to_is_held_to_the_suite_for_it(name: str) -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in ROOT.glob("plugins/*/tests/test_*.py"))
    held = re.search(rf"class \w+\(SpliceSuite\):\n(?:    .*\n|\n)*?    format = \"{name}\"", tests)
    assert (matrix_row(EXPORTERS[name])["added to"] == "yes") == bool(held)


@each_format
def test_a_format_without_a_field_for_the_speed_moves_no_belt(name: str) -> None:
    row = matrix_row(EXPORTERS[name])
    assert row["moves a belt"] in ({"no"} if name in READ_BY_PEOPLE else {row["speed"], "no"})
    assert (row["moves a belt"] == "no") == (row["speed"] == "words" or name in READ_BY_PEOPLE)


@pytest.mark.parametrize("page", ["docs/reference/formats.md", "docs/explanation/what-formats-lose.md"])
def test_both_pages_show_every_format_with_all_of_it(page: str) -> None:
    text = text_of(page)
    for name, exporter in EXPORTERS.items():
        assert f"| `{name}` | {' | '.join(matrix_row(exporter).values())} |" in text
