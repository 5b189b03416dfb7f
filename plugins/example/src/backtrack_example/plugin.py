"""The smallest honest plugin: one function, and one hook that offers it."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from backtrack_plugins import Exporter, ExportRequest, hookimpl

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = (
    "start_s",
    "seconds",
    "metres",
    "direction",
    "gait",
    "km_h",
    "incline_percent",
    "rail",
    "ends_on",
    "line",
)


def to_csv(request: ExportRequest) -> bytes:
    """Write one row a segment, below the notices as comment rows."""
    table = io.StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerows([f"# {notice}"] for notice in request.notices)
    rows.writerow(COLUMNS)
    for segment in request.segments:
        speed = segment.metres_per_second
        rows.writerow(
            (
                f"{segment.start_seconds:.1f}",
                "" if segment.seconds is None else f"{segment.seconds:.1f}",
                "" if segment.metres is None else f"{segment.metres:.1f}",
                segment.direction or "straddle",
                segment.gait or "",
                "" if speed is None else f"{speed * 3.6:.2f}",
                f"{segment.incline_percent:.1f}",
                segment.rail or "",
                segment.ends_on,
                "\n".join(segment.lines),
            )
        )
    return table.getvalue().encode()


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    """Offer ``segments-csv``."""
    return [
        Exporter(
            name="segments-csv",
            summary="The segments as a table, for a spreadsheet",
            suffix=".csv",
            media_type="text/csv; charset=utf-8",
            export=to_csv,
            carries=frozenset({"direction", "incline", "rail", "speed", "distance", "text"}),
            hint="open it with a spreadsheet",
        )
    ]
