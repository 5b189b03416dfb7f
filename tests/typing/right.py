"""What must pass a strict type checker: an app's calls, and plugins of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_type

import msgspec

import backtrack_plugins as bt


class Options(msgspec.Struct, frozen=True):
    """Options of a format."""

    compact: bool = False


def to_words(request: bt.ExportRequest) -> bytes:
    """An exporter that needs no more than bytes."""
    lines: list[str] = [line for segment in request.segments for line in segment.lines]
    return "\n".join([*request.notices, *lines]).encode()


def to_more(request: bt.ExportRequest) -> bt.Exported:
    """An exporter that loses something."""
    return bt.Exported(data=to_words(request), losses=(bt.Loss(what="colour", instead="not carried"),))


@bt.hookimpl
def backtrack_exporters() -> Iterable[bt.Exporter]:
    """Two formats."""
    words = bt.Exporter(name="words", summary="s", suffix=".txt", media_type="text/plain", export=to_words)
    more = bt.Exporter(
        name="more",
        summary="s",
        suffix=".more.txt",
        media_type="text/plain",
        export=to_more,
        carries=frozenset({"text", "speed"}),
        options=Options,
        needs=frozenset({"mass"}),
    )
    return [words, more]


def from_words(data: bytes, name: str) -> bt.Workout:
    """An importer that loses nothing."""
    return bt.parse(data.decode(), file=name)


@bt.hookimpl
def backtrack_importers() -> Iterable[bt.Importer]:
    """One format."""
    return [
        bt.Importer(
            name="words",
            summary="s",
            suffix=".txt",
            recognise=lambda head: head.startswith(b"name:"),
            read=from_words,
        )
    ]


def find(request: bt.CheckRequest) -> Iterator[bt.Problem]:
    """A check may be a generator."""
    for segment in request.timeline.segments:
        yield bt.Problem(code="words/x", severity="info", message="m", where=request.where(segment))


@bt.hookimpl
def backtrack_checks() -> Iterable[bt.Check]:
    """One rule."""
    return [bt.Check(name="words", summary="s", check=find)]


def put(request: bt.DeliveryRequest) -> list[bt.Receipt]:
    """A destination that is a folder."""
    return bt.deliver_into(request, request.at or ".")


@bt.hookimpl
def backtrack_destinations() -> Iterable[bt.Destination]:
    """One folder."""
    takes = frozenset({"text/plain"})
    shelf = bt.Destination(
        name="shelf", summary="s", takes=takes, exporter="words", deliver=put, is_folder=True
    )
    return [shelf]


def read_log(data: bytes, name: str) -> bt.Recording:
    """A reader of recordings."""
    return bt.Recording(file=name, seconds=len(data), laps=(bt.Lap(start_seconds=0, seconds=1.5),))


@bt.hookimpl
def backtrack_recordings() -> Iterable[bt.RecordingReader]:
    """One format."""
    return [
        bt.RecordingReader(
            name="log", summary="s", suffix=".log", recognise=lambda head: head[:3] == b"LOG", read=read_log
        )
    ]


def say(request: bt.AnnotationRequest) -> bt.Annotation:
    """An annotator."""
    return bt.Annotation(title=request.timeline.workout.name, text="\n".join(request.notices))


@bt.hookimpl
def backtrack_annotators() -> Iterable[bt.Annotator]:
    """One wording."""
    return [bt.Annotator(name="terse", summary="s", annotate=say)]


def an_app(page: str) -> str:
    """What an app calls, and what it gets."""
    registry = bt.Registry(plugins=[])
    assert_type(registry.exporter("words"), bt.Exporter)
    assert_type(registry.importer("words"), bt.Importer)
    assert_type(registry.destination("shelf"), bt.Destination)
    assert_type(registry.recording_reader("log"), bt.RecordingReader)
    assert_type(registry.annotator("terse"), bt.Annotator)
    assert_type(registry.checks(), list[bt.Check])
    athlete = bt.Athlete(level="beginner")
    try:
        artifact = bt.export(bt.parse(page), "garmin-fit", athlete, options={"targets": "speed"})
    except bt.WorkoutProblems as refusal:
        assert_type(refusal.problems, tuple[bt.Problem, ...])
        return "; ".join(problem.hint for problem in refusal.problems)
    except bt.BacktrackError as error:
        return str(error.as_data()["message"])
    assert_type(artifact, bt.Artifact)
    assert_type(artifact.data, bytes)
    (receipt,) = bt.deliver([artifact], "shelf", at=".", dry_run=True)
    assert_type(receipt, bt.Receipt)
    assert_type(bt.read_recording("a.fit").laps, tuple[bt.Lap, ...])
    assert_type(bt.annotate(bt.expand(bt.parse(page)), annotator="terse"), bt.Annotation)
    assert_type(bt.import_bytes(b"", "a.zwo"), bt.Imported)
    return receipt.where
