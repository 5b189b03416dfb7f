"""A format of somebody else's, as a plugin reads, writes and splices it: for tests of the core.

A line is a number of seconds, a speed in km/h or a question mark, and words; ``3 times`` repeats the line
below it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backtrack_plugins import (
    CannotSplice,
    Exported,
    Exporter,
    Imported,
    Importer,
    Loss,
    UsageError,
    hookimpl,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from backtrack_plugins import ExportRequest, ImportSettings, Segment, SpliceRequest

FIRST = "CLUB 1"


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options.

    Attributes:
        unknown: What a question mark means, in km/h; asked for when it is left out.
    """

    unknown: str | None = None


class WriteOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options.

    Attributes:
        closed: Whether it takes nothing in.
        loud: Whether it says so.
    """

    closed: bool = False
    loud: bool = False


def read(data: bytes, name: str, settings: ImportSettings) -> Imported:
    rows = data.decode().splitlines()[1:]
    page, unknown, losses, indent = ["name: Club run", ""], [], [], ""
    number = 0
    for row in rows:
        if row.endswith(" times"):
            page.append(f"{row.partition(' ')[0]}x")
            indent = "  "
            continue
        number += 1
        if row.startswith("ours "):
            page.append(indent + row.removeprefix("ours "))
            indent = ""
            continue
        seconds, speed, words = row.split(" ", 2)
        if speed == "?":
            if settings.options.unknown is None:
                unknown.append(number)
            speed = settings.options.unknown or ("5" if settings.athlete.units == "metric" else "")
            if not speed:
                raise UsageError("the club does not say how fast", plugin="club", option="unknown")
        if words:
            losses.append(number)
        gait = "walk" if float(speed) <= 7 else "run"
        page.append(f"{indent}{seconds}s forward {gait} {speed} km/h")
        indent = ""
    lost = (Loss(what="words", instead="not carried", steps=tuple(losses)),) if losses else ()
    complete = all(row.startswith("ours ") for row in rows if not row.endswith(" times"))
    workout = parse("\n".join(page), file=name)
    return Imported(workout=workout, losses=lost, unknown=tuple(unknown), complete=complete)


def _row(segment: Segment) -> str:
    return f"ours {segment.line.removesuffix(' added')}"


def export(request: ExportRequest) -> bytes:
    rows = [FIRST, *(_row(segment) for segment in request.segments if not segment.added)]
    return ("\n".join(rows) + "\n").encode()


def _parts(rows: Iterable[str]) -> Iterator[list[str]]:
    times: list[str] = []
    for row in rows:
        if row.endswith(" times"):
            times = [row]
        else:
            yield [*times, row]
            times = []


def splice(request: SpliceRequest) -> Exported:
    if request.whole.options.closed:
        raise CannotSplice("the club takes nothing in")
    first, *rows = request.data.decode().splitlines()
    parts = list(_parts(rows))
    for insert in reversed(request.inserts):
        parts.insert(insert.at, [_row(segment) for segment in insert.segments if not segment.added])
    text = "\n".join([first, *(row for part in parts for row in part)]) + "\n"
    return Exported(data=(text + "0 1 LOUD\n" if request.whole.options.loud else text).encode())


@hookimpl
def backtrack_exporters() -> Iterable[Exporter]:
    return [
        Exporter(
            name="club",
            summary="The club's runs",
            suffix=".club",
            media_type="text/plain",
            export=export,
            carries=frozenset({"text"}),
            options=WriteOptions,
            splice=splice,
        )
    ]


@hookimpl
def backtrack_importers() -> Iterable[Importer]:
    return [
        Importer(
            name="club",
            summary="The club's runs",
            suffix=".club",
            recognise=lambda head: head.startswith(FIRST.encode()),
            read=read,
            options=ReadOptions,
            needs=frozenset({"units"}),
        )
    ]
