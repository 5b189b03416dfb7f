"""The exporter segments-csv."""

import csv
import io

import backtrack_plugins as bt
from backtrack_plugins.testing import SAMPLES, ExporterSuite


class TestSegmentsCsv(ExporterSuite):
    format = "segments-csv"


def test_a_spreadsheet_reads_one_row_a_segment():
    workout = bt.parse(SAMPLES["nested-repeat"])
    timeline = bt.expand(workout)
    rows = list(csv.reader(io.StringIO(bt.export(workout, "segments-csv").data.decode())))
    table = [row for row in rows if not row[0].startswith("# ")]
    columns, segments = table[0], table[1:]
    assert len(segments) == len(timeline.segments)
    for row, segment in zip(segments, timeline.segments, strict=True):
        cells = dict(zip(columns, row, strict=True))
        assert float(cells["start_s"]) == segment.start_seconds
        assert cells["direction"] == (segment.direction or "straddle")
        assert cells["line"] == segment.line
        if segment.metres_per_second is not None:
            assert abs(float(cells["km_h"]) - segment.metres_per_second * 3.6) < 0.01
