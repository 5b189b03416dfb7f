"""The exporter tcx: what every exporter must do, and what only TCX asks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import backtrack_plugins as bt
import pytest
from backtrack_plugins.testing import SAMPLE_ATHLETE, SAMPLES, ExporterSuite
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TCX = "{http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2}"
KIND = "{http://www.w3.org/2001/XMLSchema-instance}type"
SCHEMA = etree.RelaxNG(etree.parse(Path(__file__).with_name("tcx-workout.rng")))

AWKWARD = {
    "tags": 'name: <b> & "c" ]]>\n5:00 forward walk 5 km/h "a < b & c ]]> d"\n',
    "wide": "name: " + "\U0001f45f" * 20 + "\n5:00 forward walk 5 km/h\n",
    "not XML": "name: \ufffe\n5:00 forward walk 5 km/h\n",
    "once": "name: Once\n1x\n  5:00 forward walk 5 km/h\n",
    "pace": "name: Pace\nlevel: advanced\n9:00 forward walk 12:00/km\n1:00 left walk 40:00/km light rail\n",
}


class TestTcx(ExporterSuite):
    """What every exporter must do."""

    format = "tcx"

    def text_of(self, data: bytes) -> str:
        """The words in a file, with its escapes undone."""
        return "".join(etree.fromstring(data).itertext())


class TestTcxWithTargets(TestTcx):
    """The same with speed targets."""

    options: ClassVar[Mapping[str, Any]] = {"targets": "speed"}


def exported(
    page: str, targets: str = "none", supervised_by: str | None = None
) -> tuple[bt.Artifact, etree._Element]:
    workout, options = bt.parse(page), {"targets": targets}
    artifact = bt.export(workout, "tcx", SAMPLE_ATHLETE, options=options, supervised_by=supervised_by)
    return artifact, etree.fromstring(artifact.data)


def child(element: etree._Element, *path: str) -> etree._Element:
    found = element.find("/".join(TCX + tag for tag in path))
    assert found is not None, path
    return found


def text(element: etree._Element, *path: str) -> str:
    return child(element, *path).text or ""


def unrolled(parent: etree._Element) -> Iterator[etree._Element]:
    """The steps in the order in which a watch comes to them."""
    for part in parent.iterchildren(TCX + "Step", TCX + "Child"):
        if part.get(KIND) == "Repeat_t":
            for _ in range(int(text(part, "Repetitions"))):
                yield from unrolled(part)
        else:
            yield part


def steps(root: etree._Element) -> list[etree._Element]:
    return list(unrolled(child(root, "Workouts", "Workout")))


def names(page: str) -> list[str]:
    return [text(step, "Name") for step in steps(exported(page)[1])]


def refused(page: str, targets: str = "none", supervised_by: str | None = None) -> list[str]:
    with pytest.raises(bt.CannotExport) as refusal:
        exported(page, targets, supervised_by)
    return [problem.code for problem in refusal.value.problems]


@pytest.mark.parametrize("targets", ["none", "speed"])
@pytest.mark.parametrize("page", [*SAMPLES.values(), *AWKWARD.values()], ids=[*SAMPLES, *AWKWARD])
def test_every_file_is_what_the_schema_says(page: str, targets: str) -> None:
    _, root = exported(page, targets)
    SCHEMA.assertValid(root)
    ids = [int(element.text or "") for element in root.iter(TCX + "StepId")]
    assert ids == list(range(1, len(ids) + 1))


@pytest.mark.parametrize("targets", ["none", "speed"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_a_watch_does_the_steps_of_the_timeline(sample: str, targets: str) -> None:
    artifact, root = exported(SAMPLES[sample], targets)
    for step, segment in zip(steps(root), artifact.timeline.segments, strict=True):
        name, duration = text(step, "Name"), child(step, "Duration")
        if segment.is_straddle or segment.ends_on == "lap":
            assert duration.get(KIND) == "UserInitiated_t", segment
        elif segment.ends_on == "distance":
            assert segment.metres is not None
            assert 0 <= segment.metres - int(text(duration, "Meters")) < 1, segment
        else:
            assert int(text(duration, "Seconds")) == segment.seconds, segment
        assert name.startswith(segment.direction or "straddle"), segment


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_target_is_faster_than_planned(sample: str) -> None:
    artifact, root = exported(SAMPLES[sample], "speed")
    slowest = artifact.timeline.treadmill.slowest.metres_per_second
    for step, segment in zip(steps(root), artifact.timeline.segments, strict=True):
        zone = child(step, "Target", "SpeedZone")
        low, high = (float(text(zone, end + "InMetersPerSecond")) for end in ("Low", "High"))
        planned = segment.metres_per_second or slowest
        assert planned - 0.0001 < high <= planned + 1e-9, segment
        assert 0 < low < high, segment


def test_a_straddle_says_which_way_next_where_that_is_the_same_each_time() -> None:
    page = (
        "name: A\nlevel: advanced\n5:00 forward walk 5 km/h\n3x\n  1:00 backward walk 2 km/h light rail\n"
        "  0:30 straddle\n5:00 forward walk 5 km/h\n"
    )
    assert names(page)[:4] == ["forward 5 km/h", "straddle>back", "backward 2 km/h", "straddle"]
    page = "name: A\n5:00 forward walk 5 km/h\n0:30 straddle\n1:00 left walk 1 km/h grip rail\n"
    assert names(page) == ["forward 5 km/h", "straddle>left", "left 1 km/h"]


def test_notes_are_the_whole_page_with_the_safety_sentences() -> None:
    _, root = exported(AWKWARD["tags"])
    notes = text(root, "Workouts", "Workout", "Notes")
    assert 'name: <b> & "c" ]]>\n' in notes
    assert "# Clip the safety key to your clothes.\n" in notes
    assert bt.parse(notes) == bt.parse(AWKWARD["tags"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("\n".join(f"1:00 forward walk 5.{n % 9} km/h" for n in range(21)), "tcx/steps"),
        ("100x\n  0:10 forward walk 5 km/h", "tcx/repetitions"),
        ("18:12:16 forward walk 5 km/h", "tcx/long"),
        ("65.536 km forward walk 5 km/h", "tcx/long"),
        ("5:00 forward walk 5 km/h\n0.9 m forward walk 5 km/h", "tcx/short"),
    ],
)
def test_what_tcx_cannot_carry_is_refused(body: str, code: str) -> None:
    assert refused(f"name: A\nlevel: advanced\n{body}\n") == [code]


@pytest.mark.parametrize(
    "body",
    [
        "\n".join(f"1:00 forward walk 5.{n % 9} km/h" for n in range(20)),
        "99x\n  0:10 forward walk 5 km/h",
        "18:12:15 forward walk 5 km/h",
        "65.535 km forward walk 5 km/h",
        "5:00 forward walk 5 km/h\n1 m forward walk 5 km/h",
    ],
)
def test_the_most_that_tcx_can_carry_is_not_refused(body: str) -> None:
    SCHEMA.assertValid(exported(f"name: A\nlevel: advanced\n{body}\n")[1])


def test_a_belt_that_comes_up_behind_ones_back_is_refused_with_targets() -> None:
    forward = "9:00 forward walk 5 km/h\n"
    page = f"name: A\nlevel: advanced\n{forward}1:00 backward jog {{}} light rail\n{forward}"
    assert refused(page.format("5.1 km/h"), "speed", "Ann") == ["tcx/mount"]
    assert refused(page.format("3.2 mph"), "speed", "Ann") == ["tcx/mount"]
    exported(page.format("5 km/h"), "speed", "Ann")
    exported(page.format("3.1 mph"), "speed", "Ann")
    exported(page.format("5.1 km/h"), supervised_by="Ann")


def test_what_is_lost_is_told_where_it_is_used_and_nowhere_else() -> None:
    page = "name: A name that is too long\n0.25 mi forward walk 3 mph\n5:00 forward walk 3 mph"
    assert {loss.what for loss in exported(page)[0].losses} == {"name", "parts of a metre", "speed"}
    assert {loss.what for loss in exported(page, "speed")[0].losses} == {"name", "parts of a metre"}
    told = {loss.what for loss in exported(SAMPLES["incline"])[0].losses}
    assert told == {"direction", "incline", "rail", "speed", "straddle time"}
