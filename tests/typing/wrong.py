"""What must not pass: each line with an ``error:`` comment is refused with that code, and no other."""

from __future__ import annotations

from collections.abc import Iterable

import backtrack_plugins as bt


def to_text(request: bt.ExportRequest) -> str:
    """An exporter returns bytes."""
    return request.page


def no_places(data: bytes) -> bt.Workout:
    """An importer gets a name, too."""
    return bt.parse(data.decode())


def one_problem(request: bt.CheckRequest) -> bt.Problem:
    """A check returns many."""
    return bt.Problem(code="x/y", message=str(request.supervised_by))


exporter = bt.Exporter(
    name="words",
    summary="s",
    suffix=".txt",
    media_type="text/plain",
    export=to_text,  # error: arg-type
    carries=frozenset({"colour"}),  # error: arg-type
)
nameless = bt.Exporter(summary="s", suffix=".x", media_type="a/b", export=len)  # error: call-arg, arg-type
importer = bt.Importer(
    name="words",
    summary="s",
    suffix=".txt",
    recognise=len,  # error: arg-type
    read=no_places,  # error: arg-type
)
check = bt.Check(name="words", summary="s", check=one_problem)  # error: arg-type
problem = bt.Problem(code="x/y", severity="fatal", message="m")  # error: arg-type
recording = bt.Recording(file="a", seconds="long")  # error: arg-type
annotation = bt.Annotation(title="t", text=None)  # error: arg-type
receipt = bt.Receipt(artifact="a", where="/", state="lost")  # error: arg-type


@bt.hookimpl
def backtrack_exporters() -> Iterable[bt.Exporter]:
    """A hook returns many, too."""
    return exporter  # error: return-value


artifact = bt.export("a.backtrack", "garmin-fit")  # error: arg-type
artifact.data = b""  # error: misc
bt.Registry().get("exporter", "zwo")  # error: attr-defined
bt.no_such_name  # error: attr-defined
