"""The exporter strava-text."""

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLES, ExporterSuite


class TestStravaText(ExporterSuite):
    format = "strava-text"


def test_the_first_line_is_the_title_and_the_page_in_the_block_reads_back():
    workout = bt.parse(SAMPLES["four-way-repeat"])
    text = bt.export(workout, "strava-text").data.decode()
    title, blank, *block = text.rstrip("\n").split("\n")
    assert title == "Four ways, three times (3:00 backward, 3:00 sideways)"
    assert blank == ""
    start = next(number for number, line in enumerate(block) if line.startswith("name:"))
    assert bt.parse("\n".join(block[start:-1])) == workout


def test_the_block_is_what_annotating_makes():
    workout = bt.parse(SAMPLES["first-timer"])
    artifact = bt.export(workout, "strava-text")
    notices = [
        line.removeprefix("# ") for line in artifact.data.decode().split("\n") if line.startswith("# ")
    ]
    annotation = bt.annotate(bt.expand(workout), notices)
    assert artifact.data.decode() == f"{annotation.title}\n\n{annotation.text}\n"


def test_a_block_has_no_link_and_no_markup_and_stays_short():
    for page in SAMPLES.values():
        text = bt.export(bt.parse(page), "strava-text", bt.Athlete(level="intermediate")).data.decode()
        assert "http" not in text
        assert "<" not in text
        assert len(text) < 1600
